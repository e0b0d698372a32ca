/* audit_sec: the security agreement (RFC 3329, TS 33.203 7.2 and annex H). */
#include <string.h>

#include "audit_int.h"
#include "err.h"

static void
sec_01(struct audit_ctx *c)
{
	bool client = sip_get(c->m, SIP_H_SECURITY_CLIENT) != NULL;
	bool require = sip_has_tag(c->m, SIP_H_REQUIRE, "sec-agree");
	bool proxy = sip_has_tag(c->m, SIP_H_PROXY_REQUIRE, "sec-agree");

	if ((client && require && proxy) || c->r->told_sec01)
		return;
	/* A user of SIP Digest has no use for it (TS 33.203 annex N). */
	if (!client && c->algorithm.p != NULL &&
	    !slice_casestarts(c->algorithm, "AKAv"))
		return;
	c->r->told_sec01 = true;
	audit_find(c, R_SEC_01, AUDIT_ERROR,
	    "expected Security-Client, Require: sec-agree and Proxy-Require: "
	    "sec-agree in a clear REGISTER; missing:%s%s%s",
	    client ? "" : " Security-Client", require ? "" : " Require",
	    proxy ? "" : " Proxy-Require");
}

/* The rules there are for what sa finds wrong with a list. */
static void
on_fault(enum sa_fault f, struct slice text, void *arg)
{
	static const int rule[] = {
		[SA_FAULT_PAIR] = R_SEC_08, [SA_FAULT_SPI] = R_SEC_10,
		[SA_FAULT_PORT] = R_SEC_11, [SA_FAULT_MISSING] = R_SEC_02,
		[SA_FAULT_ODD] = -1, [SA_FAULT_DIFFER] = -1,
		[SA_FAULT_EQUAL] = R_SEC_10,
	};

	if (rule[f] >= 0)
		audit_find(arg, rule[f], AUDIT_ERROR, "%.*s", (int)text.n,
		    (const char *)text.p);
}

/* SM7 against SM6 or SM1: the same list, order and parameters. */
static void
same_list(struct audit_ctx *c, int rule, const char *header,
    const char *expected, enum sip_h h, const struct sa_text *was)
{
	struct sa_mech now[SA_MECHS], then[SA_MECHS];
	size_t n_now = sa_mechs(c->m, h, now), n_then = sa_text_mechs(was,
	    then);
	char a[SLICE_SHOW], b[SLICE_SHOW];
	struct sa_diff d;
	bool bad = c->txn->bad_lists;

	if (was->n == 0 || !was->whole)
		return;
	c->txn->bad_lists = true;
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
	if (sa_list_diff(now, n_now, then, n_then, &d))
		audit_find(c, rule, AUDIT_ERROR, "%s, mechanism %zu: %s; "
		    "expected, as in %s: %s", header, d.at + 1,
		    slice_show(now[d.at].text, a), expected,
		    slice_show(then[d.at].text, b));
	else
		c->txn->bad_lists = bad;
}

static void
from_phone(struct audit_ctx *c)
{
	const struct sa_told told = { on_fault, c };
	struct sa_mech mech[SA_MECHS];
	const struct sa_mech *m;
	struct sa_text text;
	bool answer;
	size_t n;

	if (!c->s->protection.on)
		sec_01(c);
	answer = c->r->nonce != 0 && c->response.n > 0 &&
	    slice_hash(0, c->nonce) == c->r->nonce &&
	    c->auts.p == NULL;
	if (answer) {
		same_list(c, R_SEC_03, "Security-Verify", "Security-Server",
		    SIP_H_SECURITY_VERIFY, &c->r->server);
		same_list(c, R_SEC_04, "Security-Client",
		    "the first REGISTER", SIP_H_SECURITY_CLIENT,
		    &c->r->client);
		return;
	}
	sa_text_keep(&text, c->m, SIP_H_SECURITY_CLIENT);
	if (text.n == c->r->client.n &&
	    memcmp(text.p, c->r->client.p, text.n) == 0)
		return;
	c->r->client = text;
	c->r->server.n = 0;
	n = sa_mechs(c->m, SIP_H_SECURITY_CLIENT, mech);
	m = sa_list_check("Security-Client", mech, n, &told);
	audit_sec_client(c, mech, n);
	if (m != NULL)
		audit_sec_again(c, m);
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
remember_set(struct audit_ctx *c, const struct sa_mech *u,
    const struct sa_mech *p, const struct sa_mech *chosen)
{
	struct audit_ue *ue = c->ue;
	struct audit_set *set = &ue->set[0];
	/* A challenge that nobody answered leaves nothing behind. */
	bool over = ue->n_set > 0 && !set->confirmed && set->used == 0;

	if (!over)
		memmove(ue->set + 1, ue->set,
		    (AUDIT_SETS - 1) * sizeof(ue->set[0]));
	memset(set, 0, sizeof(*set));
	set->alg = chosen != NULL ? chosen->alg : ERR_ALG;
	set->ealg = chosen != NULL ? chosen->ealg : ERR_ALG;
	set->mode = chosen != NULL ? chosen->mode : SA_TRANS;
	set->call = slice_hash(0, c->call_id);
	set->impi = c->r->impi[0] == '\0' ? 0 :
	    slice_hash(3, slice_str(c->r->impi));
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
	if (!over && ue->n_set < AUDIT_SETS)
		ue->n_set++;
}

static const struct sa_mech *
first_ipsec(const struct sa_mech *mech, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sa_mech_ipsec(&mech[i]))
			return &mech[i];
	return NULL;
}

static void
to_phone(struct audit_ctx *c)
{
	const struct sa_told told = { on_fault, c };
	struct sa_mech client[SA_MECHS], server[SA_MECHS];
	const struct sa_mech *u, *p;
	size_t n_client, n_server;
	int chosen;

	n_client = sa_text_mechs(&c->r->client, client);
	n_server = sa_mechs(c->m, SIP_H_SECURITY_SERVER, server);
	u = first_ipsec(client, n_client);
	p = first_ipsec(server, n_server);
	if (u != NULL || p != NULL)
		sa_need_check(p, &told);
	if (p == NULL)
		return;
	(void)sa_list_check("Security-Server", server, n_server, &told);
	if (u != NULL)
		sa_spi_check(u, p, &told);
	chosen = sa_choose(client, n_client, server, n_server);
	audit_sec_server(c, server, n_server);
	if (chosen >= 0) {
		sec_09(c, &server[chosen]);
		audit_sec_mode(c, server[chosen].mode);
	}
	sa_text_keep(&c->r->server, c->m, SIP_H_SECURITY_SERVER);
	c->ue->agreed = u != NULL;
	remember_set(c, u, p, chosen < 0 ? NULL : &server[chosen]);
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
