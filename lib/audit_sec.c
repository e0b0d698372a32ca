/* audit_sec: the security agreement (RFC 3329, TS 33.203 7.2 and annex H). */
#include <stdio.h>
#include <string.h>

#include "audit_int.h"
#include "err.h"

/* All values of H, as they stand, joined with commas. */
static void
keep_text(const struct sip_msg *m, enum sip_h h, struct audit_text *t)
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

static void
sec_01(struct audit_ctx *c)
{
	bool client = sip_get(c->m, SIP_H_SECURITY_CLIENT) != NULL;
	bool require = sip_has_tag(c->m, SIP_H_REQUIRE, "sec-agree");
	bool proxy = sip_has_tag(c->m, SIP_H_PROXY_REQUIRE, "sec-agree");
	struct slice alg;

	if ((client && require && proxy) || c->r->told_sec01)
		return;
	/* A user of SIP Digest has no use for it (TS 33.203 annex N). */
	if (!client && sip_param(c->auth, ',', "algorithm", &alg) &&
	    !slice_casestarts(alg, "AKAv"))
		return;
	c->r->told_sec01 = true;
	audit_find(c, R_SEC_01, AUDIT_ERROR,
	    "expected Security-Client, Require: sec-agree and Proxy-Require: "
	    "sec-agree in a clear REGISTER; missing:%s%s%s",
	    client ? "" : " Security-Client", require ? "" : " Require",
	    proxy ? "" : " Proxy-Require");
}

static void
sec_08(struct audit_ctx *c, const char *header, const struct sa_mech *m)
{
	if (m->alg < 0 || m->ealg < 0)
		return;
	if ((m->alg == ESP_AUTH_NULL) != (m->ealg == ESP_AES_GCM))
		audit_find(c, R_SEC_08, AUDIT_ERROR, "%s: alg=%s with ealg=%s; "
		    "null goes with aes-gcm and only with it", header,
		    esp_alg_name((enum esp_alg)m->alg),
		    esp_ealg_name((enum esp_ealg)m->ealg));
	if (m->alg == ESP_AES_GMAC && m->ealg != ESP_NULL)
		audit_find(c, R_SEC_08, AUDIT_ERROR, "%s: alg=aes-gmac with "
		    "ealg=%s; expected null or none", header,
		    esp_ealg_name((enum esp_ealg)m->ealg));
}

static void
sec_10_reserved(struct audit_ctx *c, const char *header, const char *name,
    uint32_t spi, bool there)
{
	if (there && spi < 256)
		audit_find(c, R_SEC_10, AUDIT_ERROR, "%s: %s=%u; expected 256 "
		    "or more, %s", header, name, (unsigned)spi,
		    spi == 0 ? "0 is never sent" : "1 to 255 are reserved");
}

static void
sec_11(struct audit_ctx *c, const char *header, const struct sa_mech *m)
{
	const struct { const char *name; uint16_t port; bool there; } p[2] = {
		{ "port-c", m->port_c, (m->has & SA_PORT_C) != 0 },
		{ "port-s", m->port_s, (m->has & SA_PORT_S) != 0 },
	};

	for (int i = 0; i < 2; i++)
		if (p[i].there && (p[i].port == 5060 || p[i].port == 5061))
			audit_find(c, R_SEC_11, AUDIT_ERROR, "%s: %s=%u; "
			    "expected a protected port of its own, 5060 and "
			    "5061 are for clear SIP", header, p[i].name,
			    p[i].port);
	if (p[0].there && p[1].there && p[0].port == p[1].port)
		audit_find(c, R_SEC_11, AUDIT_ERROR, "%s: port-c and port-s "
		    "are both %u; expected two ports", header, p[0].port);
}

/* What can be said of a list of one side alone; ports and SPIs are in each. */
static void
one_side(struct audit_ctx *c, const char *header, const struct sa_mech *mech,
    size_t n)
{
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		const struct sa_mech *m = &mech[i];

		if (!sa_mech_ipsec(m))
			continue;
		sec_08(c, header, m);
		if (!first)
			continue;
		first = false;
		sec_10_reserved(c, header, "spi-c", m->spi_c,
		    (m->has & SA_SPI_C) != 0);
		sec_10_reserved(c, header, "spi-s", m->spi_s,
		    (m->has & SA_SPI_S) != 0);
		sec_11(c, header, m);
	}
}

static const struct sa_mech *
first_ipsec(const struct sa_mech *mech, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sa_mech_ipsec(&mech[i]))
			return &mech[i];
	return NULL;
}

/* SM7 against SM6 or SM1: the same list, order and parameters. */
static void
same_list(struct audit_ctx *c, int rule, const char *header,
    const char *expected, enum sip_h h, const struct audit_text *was)
{
	struct sa_mech now[SA_MECHS], then[SA_MECHS];
	size_t n_now = sa_mechs(c->m, h, now), n_then = audit_mechs(was, then);
	char a[SLICE_SHOW], b[SLICE_SHOW];

	if (was->n == 0 || !was->whole)
		return;
	if (n_now == 0) {
		audit_find(c, rule, AUDIT_ERROR, "no %s; expected that of %s: "
		    "%s", header, expected, slice_show(then[0].text, a));
		return;
	}
	if (n_now != n_then) {
		audit_find(c, rule, AUDIT_ERROR, "%s has %zu mechanisms; "
		    "expected the %zu of %s", header, n_now, n_then, expected);
		return;
	}
	for (size_t i = 0; i < n_now; i++)
		if (!sa_mech_same(&now[i], &then[i])) {
			audit_find(c, rule, AUDIT_ERROR, "%s, mechanism %zu: "
			    "%s; expected, as in %s: %s", header, i + 1,
			    slice_show(now[i].text, a), expected,
			    slice_show(then[i].text, b));
			return;
		}
}

static void
from_phone(struct audit_ctx *c)
{
	struct sa_mech mech[SA_MECHS];
	struct audit_text text;
	struct slice auts;
	bool answer;

	if (!c->s->protection.on)
		sec_01(c);
	answer = c->r->nonce != 0 && c->response.n > 0 &&
	    slice_hash(0, c->nonce) == c->r->nonce &&
	    !sip_param(c->auth, ',', "auts", &auts);
	if (answer) {
		same_list(c, R_SEC_03, "Security-Verify", "Security-Server",
		    SIP_H_SECURITY_VERIFY, &c->r->server);
		same_list(c, R_SEC_04, "Security-Client",
		    "the first REGISTER", SIP_H_SECURITY_CLIENT,
		    &c->r->client);
		return;
	}
	keep_text(c->m, SIP_H_SECURITY_CLIENT, &text);
	if (text.n == c->r->client.n &&
	    memcmp(text.p, c->r->client.p, text.n) == 0)
		return;
	c->r->client = text;
	c->r->server.n = 0;
	one_side(c, "Security-Client", mech,
	    sa_mechs(c->m, SIP_H_SECURITY_CLIENT, mech));
}

static void
sec_02(struct audit_ctx *c, const struct sa_mech *m)
{
	static const struct { unsigned bit; const char *name; } need[] = {
		{ SA_SPI_C, "spi-c" }, { SA_SPI_S, "spi-s" },
		{ SA_PORT_C, "port-c" }, { SA_PORT_S, "port-s" },
		{ SA_ALG, "alg" },
	};
	char missing[64] = "", shown[SLICE_SHOW];
	size_t n = 0;

	if (m == NULL) {
		audit_find(c, R_SEC_02, AUDIT_ERROR, "no Security-Server with "
		    "ipsec-3gpp in the challenge; the phone offered it");
		return;
	}
	for (size_t i = 0; i < sizeof(need) / sizeof(need[0]); i++)
		if ((m->has & need[i].bit) == 0)
			n += (size_t)snprintf(missing + n, sizeof(missing) - n,
			    " %s", need[i].name);
	if (n > 0)
		audit_find(c, R_SEC_02, AUDIT_ERROR, "Security-Server without"
		    "%s: %s", missing, slice_show(m->text, shown));
}

static void
sec_09(struct audit_ctx *c, const struct sa_mech *m)
{
	const char *alg = esp_alg_name((enum esp_alg)m->alg);
	const char *ealg = esp_ealg_name((enum esp_ealg)m->ealg);

	if (m->alg == ESP_HMAC_MD5_96 || m->ealg == ESP_DES_EDE3_CBC)
		audit_find(c, R_SEC_09, AUDIT_WARNING, "chosen: alg=%s "
		    "ealg=%s; hmac-md5-96 and des-ede3-cbc are no longer in "
		    "annex H", alg, ealg);
	else if (m->alg == ESP_HMAC_SHA_1_96 || m->ealg == ESP_AES_CBC)
		audit_find(c, R_SEC_09, AUDIT_NOTE, "chosen: alg=%s ealg=%s; "
		    "not recommended from Rel-17 on", alg, ealg);
}

static void
sec_10_equal(struct audit_ctx *c, const struct sa_mech *u,
    const struct sa_mech *p)
{
	const unsigned both = SA_SPI_C | SA_SPI_S;

	if ((u->has & both) != both || (p->has & both) != both)
		return;
	if (u->spi_c == p->spi_c || u->spi_c == p->spi_s ||
	    u->spi_s == p->spi_c || u->spi_s == p->spi_s)
		audit_find(c, R_SEC_10, AUDIT_ERROR, "the P-CSCF's SPIs %u and "
		    "%u; expected others than the phone's %u and %u",
		    (unsigned)p->spi_c, (unsigned)p->spi_s,
		    (unsigned)u->spi_c, (unsigned)u->spi_s);
}

static void
remember_set(struct audit_ctx *c, const struct sa_mech *u,
    const struct sa_mech *p)
{
	struct audit_ue *ue = c->ue;
	struct audit_set *set = &ue->set[0];

	memmove(ue->set + 1, ue->set, (AUDIT_SETS - 1) * sizeof(ue->set[0]));
	memset(set, 0, sizeof(*set));
	set->pcscf = c->s->where.src;
	if (u != NULL) {
		set->spi[SA_PS_UC] = u->spi_c;
		set->spi[SA_PC_US] = u->spi_s;
		set->port_uc = u->port_c;
		set->port_us = u->port_s;
	}
	set->spi[SA_UC_PS] = p->spi_s;
	set->spi[SA_US_PC] = p->spi_c;
	set->port_ps = p->port_s;
	set->port_pc = p->port_c;
	if (ue->n_set < AUDIT_SETS)
		ue->n_set++;
}

static void
to_phone(struct audit_ctx *c)
{
	struct sa_mech client[SA_MECHS], server[SA_MECHS];
	const struct sa_mech *u, *p;
	size_t n_client, n_server;
	int chosen;

	n_client = audit_mechs(&c->r->client, client);
	n_server = sa_mechs(c->m, SIP_H_SECURITY_SERVER, server);
	u = first_ipsec(client, n_client);
	p = first_ipsec(server, n_server);
	if (u != NULL || p != NULL)
		sec_02(c, p);
	if (p == NULL)
		return;
	one_side(c, "Security-Server", server, n_server);
	if (u != NULL)
		sec_10_equal(c, u, p);
	chosen = sa_choose(client, n_client, server, n_server);
	if (chosen >= 0)
		sec_09(c, &server[chosen]);
	keep_text(c->m, SIP_H_SECURITY_SERVER, &c->r->server);
	c->ue->agreed = u != NULL;
	remember_set(c, u, p);
}

void
audit_sec(struct audit_ctx *c)
{
	if (c->r == NULL)
		return;
	if (c->m->request && c->leg == LEG_UP)
		from_phone(c);
	else if (!c->m->request && c->leg == LEG_DOWN && c->m->status == 401)
		to_phone(c);
}
