/* sa_list: the lists of Security-* headers: kept, checked, compared, chosen. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "sa.h"

void
sa_text_keep(struct sa_text *t, const struct sip_msg *m, enum sip_h h)
{
	struct sip_iter it = { 0 };
	struct slice v;

	t->n = 0;
	t->whole = true;
	while (sip_each(m, h, &it, &v)) {
		if (t->n + v.n + 1 > sizeof(t->p)) {
			t->whole = false;
			return;
		}
		if (t->n > 0)
			t->p[t->n++] = ',';
		memcpy(t->p + t->n, v.p, v.n);
		t->n = (uint16_t)(t->n + v.n);
	}
}

size_t
sa_text_mechs(const struct sa_text *t, struct sa_mech out[SA_MECHS])
{
	struct slice rest = slice_of(t->p, t->n), v;
	size_t n = 0;

	while (n < SA_MECHS && sip_comma(&rest, &v))
		if (sa_mech_parse(v, &out[n]) == 0)
			n++;
	return n;
}

/* Annex H: null goes with aes-gcm and only with it, aes-gmac with null. */
static bool
pair_fits(const struct sa_mech *m)
{
	return (m->alg == ESP_AUTH_NULL) == (m->ealg == ESP_AES_GCM) &&
	    (m->alg != ESP_AES_GMAC || m->ealg == ESP_NULL);
}

static bool
usable(const struct sa_mech *m)
{
	return sa_mech_ipsec(m) && m->alg >= 0 && m->ealg >= 0 &&
	    m->mode >= 0 && pair_fits(m);
}

/* The first in LIST that offers what M does, or ERR_ALG. */
static int
find(const struct sa_mech *list, size_t n, const struct sa_mech *m)
{
	for (size_t i = 0; i < n; i++)
		if (usable(&list[i]) && list[i].alg == m->alg &&
		    list[i].ealg == m->ealg && list[i].mode == m->mode)
			return (int)i;
	return ERR_ALG;
}

int
sa_choose(const struct sa_mech *client, size_t n_client,
    const struct sa_mech *server, size_t n_server)
{
	int best = ERR_ALG;

	for (size_t i = 0; i < n_server; i++) {
		const struct sa_mech *s = &server[i];

		if (!usable(s) || find(client, n_client, s) < 0)
			continue;
		if (best < 0 || s->q > server[best].q)
			best = (int)i;
	}
	return best;
}

const char *
sa_rule_name(enum sa_rule r)
{
	static const char *const names[] = { "standard", "q", "first", "last" };

	return names[r];
}

int
sa_choose_by(enum sa_rule r, const struct sa_mech *client, size_t n_client,
    const struct sa_mech *server, size_t n_server)
{
	int best = ERR_ALG, at;
	unsigned q = 0;

	if (r == SA_RULE_STANDARD)
		return sa_choose(client, n_client, server, n_server);
	for (size_t i = 0; i < n_client; i++) {
		if (!usable(&client[i]) ||
		    (at = find(server, n_server, &client[i])) < 0)
			continue;
		if (best < 0 || r == SA_RULE_LAST ||
		    (r == SA_RULE_Q && client[i].q > q)) {
			best = at;
			q = client[i].q;
		}
	}
	return best;
}

static void	tell(const struct sa_told *t, enum sa_fault f,
		    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void
tell(const struct sa_told *t, enum sa_fault f, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > 0)
		t->fn(f, slice_str(text), t->arg);
}

static void
check_pair(const char *header, const struct sa_mech *m,
    const struct sa_told *t)
{
	if (m->alg < 0 || m->ealg < 0)
		return;
	if ((m->alg == ESP_AUTH_NULL) != (m->ealg == ESP_AES_GCM))
		tell(t, SA_FAULT_PAIR, "%s: alg=%s with ealg=%s; null goes "
		    "with aes-gcm and only with it", header,
		    esp_alg_name((enum esp_alg)m->alg),
		    esp_ealg_name((enum esp_ealg)m->ealg));
	if (m->alg == ESP_AES_GMAC && m->ealg != ESP_NULL)
		tell(t, SA_FAULT_PAIR, "%s: alg=aes-gmac with ealg=%s; "
		    "expected null or none", header,
		    esp_ealg_name((enum esp_ealg)m->ealg));
}

static void
check_spi(const char *header, const char *name, uint32_t spi, bool there,
    const struct sa_told *t)
{
	if (there && spi < 256)
		tell(t, SA_FAULT_SPI, "%s: %s=%u; expected 256 or more, %s",
		    header, name, (unsigned)spi, spi == 0 ?
		    "0 is never sent" : "1 to 255 are reserved");
}

static void
check_ports(const char *header, const struct sa_mech *m,
    const struct sa_told *t)
{
	const struct { const char *name; uint16_t port; bool there; } p[2] = {
		{ "port-c", m->port_c, (m->has & SA_PORT_C) != 0 },
		{ "port-s", m->port_s, (m->has & SA_PORT_S) != 0 },
	};

	for (int i = 0; i < 2; i++)
		if (p[i].there && (p[i].port == 5060 || p[i].port == 5061))
			tell(t, SA_FAULT_PORT, "%s: %s=%u; expected a "
			    "protected port of its own, 5060 and 5061 are for "
			    "clear SIP", header, p[i].name, p[i].port);
	if (p[0].there && p[1].there && p[0].port == p[1].port)
		tell(t, SA_FAULT_PORT, "%s: port-c and port-s are both %u; "
		    "expected two ports", header, p[0].port);
}

/* Is the value of P one that its name can have?  NULL: yes. */
static const char *
odd_value(const struct sip_param *p)
{
	static const char *const number[] = { "spi-c", "spi-s" };
	static const char *const port[] = { "port-c", "port-s" };
	uint64_t v;

	for (int i = 0; i < 2; i++) {
		if (slice_caseis(p->name, number[i]))
			return slice_decimal(p->value, UINT32_MAX, &v) < 0 ?
			    "not a number up to 4294967295" : NULL;
		if (slice_caseis(p->name, port[i]))
			return slice_decimal(p->value, UINT16_MAX, &v) < 0 ?
			    "not a port" : NULL;
	}
	if (slice_caseis(p->name, "alg"))
		return esp_alg_parse(p->value) < 0 ? "not known" : NULL;
	if (slice_caseis(p->name, "ealg"))
		return esp_ealg_parse(p->value) < 0 ? "not known" : NULL;
	if (slice_caseis(p->name, "mod"))
		return sa_mode_parse(p->value) < 0 ? "not known" : NULL;
	if (slice_caseis(p->name, "prot"))
		return slice_caseis(p->value, "esp") ? NULL :
		    "expected esp, the only one in IMS";
	return slice_caseis(p->name, "q") ? NULL :
	    "no parameter of annex H";
}

/* What sa_mech_parse() passed over. */
static void
check_odd(const char *header, const struct sa_mech *m, const struct sa_told *t)
{
	struct slice rest = slice_from(m->text, slice_chr(m->text, ';'));
	char name[SLICE_SHOW], value[SLICE_SHOW];
	struct sip_param p;
	const char *why;

	while (sip_param_next(&rest, ';', &p))
		if ((why = odd_value(&p)) != NULL)
			tell(t, SA_FAULT_ODD, "%s: %s=%s: %s", header,
			    slice_show(p.name, name),
			    slice_show(p.value, value), why);
}

static bool
same_numbers(const struct sa_mech *a, const struct sa_mech *b)
{
	return a->spi_c == b->spi_c && a->spi_s == b->spi_s &&
	    a->port_c == b->port_c && a->port_s == b->port_s;
}

const struct sa_mech *
sa_list_check(const char *header, const struct sa_mech *m, size_t n,
    const struct sa_told *t)
{
	const struct sa_mech *first = NULL;

	for (size_t i = 0; i < n; i++) {
		if (slice_caseis(m[i].name, "ipsec-3gpp"))
			check_odd(header, &m[i], t);
		if (!sa_mech_ipsec(&m[i]))
			continue;
		check_pair(header, &m[i], t);
		if (first != NULL) {
			if (!same_numbers(first, &m[i]))
				tell(t, SA_FAULT_DIFFER, "%s, mechanism %zu: "
				    "other SPIs or ports than the first; "
				    "expected one pair for all", header,
				    i + 1);
			continue;
		}
		first = &m[i];
		check_spi(header, "spi-c", first->spi_c,
		    (first->has & SA_SPI_C) != 0, t);
		check_spi(header, "spi-s", first->spi_s,
		    (first->has & SA_SPI_S) != 0, t);
		check_ports(header, first, t);
	}
	return first;
}

void
sa_need_check(const struct sa_mech *m, const struct sa_told *t)
{
	static const struct { unsigned bit; const char *name; } need[] = {
		{ SA_SPI_C, "spi-c" }, { SA_SPI_S, "spi-s" },
		{ SA_PORT_C, "port-c" }, { SA_PORT_S, "port-s" },
		{ SA_ALG, "alg" },
	};
	char missing[64] = "", shown[SLICE_SHOW];
	size_t n = 0;

	if (m == NULL) {
		tell(t, SA_FAULT_MISSING, "no Security-Server with ipsec-3gpp "
		    "in the challenge; the phone offered it");
		return;
	}
	for (size_t i = 0; i < sizeof(need) / sizeof(need[0]); i++)
		if ((m->has & need[i].bit) == 0)
			n += (size_t)snprintf(missing + n, sizeof(missing) - n,
			    " %s", need[i].name);
	if (n > 0)
		tell(t, SA_FAULT_MISSING, "Security-Server without%s: %s",
		    missing, slice_show(m->text, shown));
}

void
sa_spi_check(const struct sa_mech *u, const struct sa_mech *p,
    const struct sa_told *t)
{
	const unsigned both = SA_SPI_C | SA_SPI_S;

	if ((u->has & both) != both || (p->has & both) != both)
		return;
	if (u->spi_c == p->spi_c || u->spi_c == p->spi_s ||
	    u->spi_s == p->spi_c || u->spi_s == p->spi_s)
		tell(t, SA_FAULT_EQUAL, "the P-CSCF's SPIs %u and %u; expected "
		    "others than the phone's %u and %u", (unsigned)p->spi_c,
		    (unsigned)p->spi_s, (unsigned)u->spi_c,
		    (unsigned)u->spi_s);
}

/* Which values of A and B differ. */
static unsigned
differ(const struct sa_mech *a, const struct sa_mech *b)
{
	unsigned what = 0;

	if (!slice_caseeq(a->name, b->name))
		return SA_DIFF_NAME;
	what |= a->alg != b->alg ? SA_ALG : 0;
	what |= a->ealg != b->ealg ? SA_EALG : 0;
	what |= a->mode != b->mode ? SA_MOD : 0;
	what |= a->ah != b->ah ? SA_PROT : 0;
	what |= a->spi_c != b->spi_c ? SA_SPI_C : 0;
	what |= a->spi_s != b->spi_s ? SA_SPI_S : 0;
	what |= a->port_c != b->port_c ? SA_PORT_C : 0;
	what |= a->port_s != b->port_s ? SA_PORT_S : 0;
	what |= (a->has & b->has & SA_Q) != 0 && a->q != b->q ? SA_Q : 0;
	return what != 0 ? what : SA_DIFF_NAME;
}

bool
sa_list_diff(const struct sa_mech *now, size_t n_now,
    const struct sa_mech *then, size_t n_then, struct sa_diff *d)
{
	size_t n = n_now < n_then ? n_now : n_then;

	memset(d, 0, sizeof(*d));
	for (size_t i = n; i-- > 0;)
		if (!sa_mech_same(&now[i], &then[i])) {
			d->what |= differ(&now[i], &then[i]);
			d->at = i;
		}
	if (n_now != n_then)
		d->what |= SA_DIFF_COUNT;
	return d->what != 0;
}
