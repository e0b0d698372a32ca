/* sa_side: the side of the phone or of the P-CSCF in an agreement. */
#include <string.h>

#include "err.h"
#include "sa_agree.h"

#define TAKEN	4096	/* SPIs of -k */
#define PORT	49152	/* the first that is for no service (RFC 6335 6) */

/* TS 33.203 annex H, the stronger first. */
static const char default_policy[] = "null/aes-gcm, aes-gmac/null, "
    "hmac-sha-1-96/aes-cbc, hmac-sha-1-96/null";

static uint32_t taken[TAKEN];
static size_t n_taken;

void
agree_taken(const struct sa *sa, void *arg)
{
	(void)arg;
	if (n_taken < TAKEN)
		taken[n_taken++] = sa->spi;
}

static void
bad_policy(struct slice s)
{
	tool_die(TOOL_USAGE, "--policy: '%.*s': not alg/ealg or alg/ealg/mod; "
	    "alg: hmac-sha-1-96, aes-gmac, hmac-md5-96, or null with aes-gcm; "
	    "ealg: null, aes-cbc, aes-gcm, des-ede3-cbc; mod: trans, "
	    "UDP-enc-tun", (int)s.n, (const char *)s.p);
}

/* "alg/ealg/mod", the last two with defaults. */
static void
policy_one(struct slice s, struct sa_mech *m)
{
	struct slice rest = s, alg, ealg, mod;

	alg = slice_trim(slice_cut(&rest, '/'));
	ealg = slice_trim(slice_cut(&rest, '/'));
	mod = slice_trim(rest);
	memset(m, 0, sizeof(*m));
	m->name = slice_str("ipsec-3gpp");
	m->has = SA_ALG | SA_EALG | SA_PROT | SA_MOD;
	m->alg = esp_alg_parse(alg);
	m->ealg = ealg.n > 0 ? esp_ealg_parse(ealg) : (int)ESP_NULL;
	m->mode = mod.n > 0 ? sa_mode_parse(mod) :
	    agree.nat ? (int)SA_UDP_ENC_TUN : (int)SA_TRANS;
	if (m->alg < 0 || m->ealg < 0 || m->mode < 0 ||
	    (m->alg >= ESP_HMAC_SHA_256_128 && m->alg <= ESP_HMAC_SHA_512_256))
		bad_policy(s);
	/* Annex H: what can be chosen of it is all of it, or none. */
	if (sa_choose(m, 1, m, 1) < 0)
		tool_die(TOOL_USAGE, "--policy: '%.*s': null goes with "
		    "aes-gcm and only with it, aes-gmac with null", (int)s.n,
		    (const char *)s.p);
}

size_t
agree_policy(struct sa_mech out[SA_MECHS])
{
	struct slice rest = slice_str(agree.policy != NULL ? agree.policy :
	    default_policy), one;
	size_t n = 0;

	while (rest.n > 0) {
		one = slice_trim(slice_cut(&rest, ','));
		if (n == SA_MECHS)
			tool_die(TOOL_USAGE, "--policy: more than %d",
			    SA_MECHS);
		policy_one(one, &out[n++]);
	}
	if (n == 0)
		bad_policy(slice_str(""));
	return n;
}

static bool
is_taken(uint32_t spi, const struct sa_mech *other)
{
	if (other != NULL && (spi == other->spi_c || spi == other->spi_s))
		return true;
	for (size_t i = 0; i < n_taken; i++)
		if (taken[i] == spi)
			return true;
	return false;
}

/* TS 33.203 7.1, 7.2; RFC 4303 2.1: 0 to 255 are reserved. */
static uint32_t
spi_of(const struct opt_number *given, const char *who, char which,
    uint32_t not, const struct sa_mech *other)
{
	uint32_t spi;

	if (given->there) {
		spi = (uint32_t)given->v;
		if (spi == not || is_taken(spi, other))
			tool_die(TOOL_USAGE, "--spi-%s%c %u: is used by "
			    "another SA", who, which, (unsigned)spi);
		return spi;
	}
	do
		tool_random((uint8_t *)&spi, sizeof(spi));
	while (spi < 256 || spi == not || is_taken(spi, other));
	return spi;
}

static uint16_t
port_of(const struct opt_number *given, const char *who, char which,
    uint16_t not)
{
	uint16_t port;

	if (given->there) {
		port = (uint16_t)given->v;
		if (port == 5060 || port == 5061)
			tool_die(TOOL_USAGE, "--port-%s%c %u: 5060 and 5061 "
			    "are for clear SIP", who, which, port);
		if (port == not)
			tool_die(TOOL_USAGE, "--port-%s%c %u: both ports are "
			    "the same", who, which, port);
		return port;
	}
	do
		tool_random((uint8_t *)&port, sizeof(port));
	while (port < PORT || port == not);
	return port;
}

/* One pair of SPIs and of ports, in every mechanism (TS 33.203 annex H). */
static void
put_numbers(struct sa_mech *m, size_t n, const struct sa_mech *other)
{
	const struct opt_number *spi = agree.ue ? agree.spi_u : agree.spi_p;
	const struct opt_number *port = agree.ue ? agree.port_u : agree.port_p;
	const char *who = agree.ue ? "u" : "p";
	uint32_t c = spi_of(&spi[0], who, 'c', 0, other);
	uint32_t s = spi_of(&spi[1], who, 's', c, other);
	uint16_t pc = port_of(&port[0], who, 'c', 0);
	uint16_t ps = port_of(&port[1], who, 's', pc);

	for (size_t i = 0; i < n; i++) {
		m[i].spi_c = c;
		m[i].spi_s = s;
		m[i].port_c = pc;
		m[i].port_s = ps;
		m[i].has |= SA_SPI_C | SA_SPI_S | SA_PORT_C | SA_PORT_S;
	}
}

/* RFC 3329 2.2: every q is another, the first is preferred. */
static void
put_q(struct sa_mech *m, size_t n)
{
	unsigned step = n <= 10 ? 100 : 50;

	for (size_t i = 0; i < n; i++) {
		m[i].q = 1000 - (unsigned)i * step;
		m[i].has |= SA_Q;
	}
}

static void
put_header(struct buf *out, const char *name, const struct sa_mech *m,
    size_t n)
{
	buf_printf(out, "%s: ", name);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_str(out, ", ");
		sa_mech_write(out, &m[i]);
	}
	buf_u8(out, '\n');
}

static void
told(enum sa_fault f, struct slice text, void *arg)
{
	(void)f;
	(void)arg;
	tool_bad();
	tool_warn("%s: %.*s", tool_file(), (int)text.n, (const char *)text.p);
}

static void
put_record(struct sa_talk *k, struct buf *out)
{
	struct sa_judged j = { 0 };
	struct sa_sides s;

	sa_talk_sides(k, &s);
	sa_judge(&s, agree.rule, agree.confidential, &j);
	rec_write_agreement(out, k, agree.rule, &j, slice_of(NULL, 0));
	buf_free(&j.why);
}

static void
keep_list(struct sa_text *t, const struct sa_mech *m, size_t n)
{
	struct buf b;

	buf_init(&b, SA_TEXT);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_u8(&b, ',');
		sa_mech_write(&b, &m[i]);
	}
	t->whole = !b.bad;
	t->n = (uint16_t)b.n;
	if (b.n > 0)
		memcpy(t->p, b.p, b.n);
	buf_free(&b);
}

/* Does any of CLIENT offer the mode that a NAT demands? */
static bool
offers_nat(const struct sa_mech *client, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sa_mech_ipsec(&client[i]) &&
		    client[i].mode == SA_UDP_ENC_TUN)
			return true;
	return false;
}

/* What a P-CSCF says that can take nothing of the offer (RFC 3329 2.3.1). */
static int
refuse(struct sa_mech *list, size_t n, struct buf *out)
{
	tool_warn("%s: nothing in Security-Client is in the policy with the "
	    "same alg, ealg and mod (TS 33.203 7.2)", tool_file());
	put_q(list, n);
	buf_str(out, "SIP/2.0 494 Security Agreement Required\n");
	put_header(out, "Security-Server", list, n);
	return TOOL_NO;
}

int
agree_pcscf(struct sa_talk *k, struct buf *out)
{
	const struct sa_told to = { told, NULL };
	struct sa_mech client[SA_MECHS], list[SA_MECHS], first;
	size_t n_client = sa_text_mechs(&k->client, client);
	size_t n = agree_policy(list);
	const struct sa_mech *u = sa_list_check("Security-Client", client,
	    n_client, &to);
	int at;

	if (agree.nat && !offers_nat(client, n_client)) {
		tool_warn("%s: behind a NAT, and no mod=UDP-enc-tun in "
		    "Security-Client: the P-CSCF discards it in silence "
		    "(TS 33.203 annex M)", tool_file());
		return TOOL_NO;
	}
	at = sa_choose_by(agree.rule, client, n_client, list, n);
	if (at < 0)
		return refuse(list, n, out);
	/* The one that is to be chosen comes first, the rest as they are. */
	if (agree.single || agree.rule != SA_RULE_STANDARD) {
		first = list[at];
		memmove(list + 1, list, (size_t)at * sizeof(list[0]));
		list[0] = first;
	}
	if (agree.single)
		n = 1;
	put_q(list, n);
	put_numbers(list, n, u);
	keep_list(&k->server, list, n);
	k->challenged = true;
	if (agree.json)
		put_record(k, out);
	else
		put_header(out, "Security-Server", list, n);
	return TOOL_YES;
}

/* The first message of a phone: what it offers. */
static int
offer(struct buf *out)
{
	struct sa_mech list[SA_MECHS];
	size_t n = agree_policy(list);

	put_numbers(list, n, NULL);
	put_header(out, "Security-Client", list, n);
	return TOOL_YES;
}

int
agree_ue(struct sa_talk *k, struct buf *out)
{
	const struct sa_told to = { told, NULL };
	struct sa_mech client[SA_MECHS], server[SA_MECHS];
	size_t n_client, n_server;
	const struct sa_mech *p;
	int at;

	if (k == NULL || k->server.n == 0)
		return offer(out);
	n_client = k->client.n > 0 ? sa_text_mechs(&k->client, client) :
	    agree_policy(client);
	n_server = sa_text_mechs(&k->server, server);
	p = sa_list_check("Security-Server", server, n_server, &to);
	if (p != NULL)
		sa_need_check(p, &to);
	at = sa_choose_by(agree.rule, client, n_client, server, n_server);
	if (at < 0) {
		tool_warn("%s: nothing in Security-Server can be chosen: the "
		    "phone abandons the registration (TS 33.203 7.2)",
		    tool_file());
		return TOOL_NO;
	}
	k->verify = k->server;
	k->again = k->client;
	if (agree.json)
		put_record(k, out);
	else
		buf_printf(out, "Security-Verify: %.*s\n"
		    "# chosen: mechanism %d, alg=%s ealg=%s mod=%s\n",
		    k->server.n, (const char *)k->server.p, at + 1,
		    esp_alg_name((enum esp_alg)server[at].alg),
		    esp_ealg_name((enum esp_ealg)server[at].ealg),
		    sa_mode_name((enum sa_mode)server[at].mode));
	return TOOL_YES;
}
