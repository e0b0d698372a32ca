/* fuzz_sa: what must hold for security mechanisms whatever the octets are. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "sa.h"

static struct sip_msg msg;

static void
check_mech(const struct sa_mech *m, struct slice in)
{
	inside(m->text, in);
	inside(m->name, m->text);
	must(m->name.n > 0);
	must((m->has & ~0x1ffU) == 0 && m->q <= 1000);
	must((m->has & SA_Q) != 0 || m->q == 0);
	must((m->has & SA_SPI_C) != 0 || m->spi_c == 0);
	must((m->has & SA_SPI_S) != 0 || m->spi_s == 0);
	must((m->has & SA_PORT_C) != 0 || m->port_c == 0);
	must((m->has & SA_PORT_S) != 0 || m->port_s == 0);
	must(m->alg >= 0 || m->alg == ERR_ALG);
	must(m->ealg >= 0 || m->ealg == ERR_ALG);
	must(m->mode >= 0 || m->mode == ERR_ALG);
	must((m->has & SA_ALG) != 0 || m->alg == ERR_ALG);
	must((m->has & SA_EALG) != 0 || m->ealg == ESP_NULL);
}

/* The choice is in both lists, and nothing better is. */
static void
check_choice(const struct sa_mech *c, size_t n_c, const struct sa_mech *s,
    size_t n_s)
{
	int i = sa_choose(c, n_c, s, n_s);
	bool both = false;

	if (i < 0) {
		must(i == ERR_ALG);
		return;
	}
	must((size_t)i < n_s && sa_mech_ipsec(&s[i]) && s[i].alg >= 0 &&
	    s[i].ealg >= 0);
	for (size_t k = 0; k < n_c; k++)
		both |= c[k].alg == s[i].alg && c[k].ealg == s[i].ealg &&
		    c[k].mode == s[i].mode && sa_mech_ipsec(&c[k]);
	must(both);
}

/* Signalling between two nodes: IN as a REGISTER's and a 401's headers. */
static void
learn(struct slice in)
{
	static const struct pkt_addr ue = { 4, { 10, 0, 0, 1 } };
	static const struct pkt_addr p = { 4, { 10, 0, 0, 2 } };
	struct sa_db *db = sa_db_new();
	struct sa_seen at = { .src = &ue, .dst = &p, .sport = 5060,
	    .time_ns = 1, .frame = 1 };
	struct buf b;

	if (db == NULL)
		exit(1);
	for (int i = 0; i < 2; i++) {
		buf_init(&b, 0);
		buf_str(&b, i == 0 ? "REGISTER sip:x SIP/2.0\r\n"
		    "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nCall-ID: 1\r\nSecurity-Client: " :
		    "SIP/2.0 401 No\r\nCall-ID: 1\r\nSecurity-Server: ");
		buf_put(&b, in);
		buf_str(&b, "\r\n\r\n");
		if (!b.bad && sip_parse(&msg, buf_slice(&b)) == 0)
			must(sa_learn(db, &msg, &at) == 0);
		buf_free(&b);
		at.src = &p;
		at.dst = &ue;
	}
	sa_db_free(db);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sa_mech m[SA_MECHS], c[SA_MECHS];
	struct slice in = slice_of(data, size), rest = in, v;
	uint8_t rand[AKA_RAND], autn[AKA_AUTN];
	size_t n = 0, half;

	while (n < SA_MECHS && sip_comma(&rest, &v))
		if (sa_mech_parse(v, &m[n]) == 0) {
			check_mech(&m[n], in);
			must(sa_mech_same(&m[n], &m[n]));
			n++;
		}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			must(sa_mech_same(&m[i], &m[k]) ==
			    sa_mech_same(&m[k], &m[i]));
	half = n / 2;
	memcpy(c, m, sizeof(c));
	check_choice(c, half, m + half, n - half);
	check_choice(c, n, m, n);
	(void)!sa_nonce(in, rand, autn);
	if (size > 0 && data[0] % 16 == 0)
		learn(in);
	return 0;
}
