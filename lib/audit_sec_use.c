/* audit_sec_use: what is made of the security agreement afterwards. */
#include <stdio.h>

#include "audit_int.h"

static void
sec_05(struct audit_ctx *c, const char *what)
{
	if (!c->txn->bad_lists)
		return;
	c->txn->bad_lists = false;
	audit_find(c, R_SEC_05, AUDIT_ERROR, "%s, though its Security-Verify "
	    "or Security-Client did not match; expected it to be refused",
	    what);
}

static void
sec_06(struct audit_ctx *c)
{
	const struct flow_protection *p = &c->s->protection;
	enum sa_role role;
	struct audit_set *set = audit_set_of(c, &role);

	if (set == NULL || !p->known || p->icv != FLOW_ICV_OK || set->alg < 0 ||
	    set->ealg < 0 || set->alg_told || (p->alg == (unsigned)set->alg &&
	    p->ealg == (unsigned)set->ealg))
		return;
	set->alg_told = true;
	audit_find(c, R_SEC_06, AUDIT_ERROR, "ESP uses alg=%s ealg=%s; "
	    "expected alg=%s ealg=%s, the first of Security-Server that the "
	    "phone offered too", esp_alg_name(p->alg), esp_ealg_name(p->ealg),
	    esp_alg_name((enum esp_alg)set->alg),
	    esp_ealg_name((enum esp_ealg)set->ealg));
}

static void
sec_16(struct audit_ctx *c, const char *header, const struct sa_mech *m,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (m[i].ah)
			audit_find(c, R_SEC_16, AUDIT_WARNING, "%s: prot=ah; "
			    "expected esp", header);
}

void
audit_sec_server(struct audit_ctx *c, const struct sa_mech *m, size_t n)
{
	bool encrypts = false, without = false, twice = false;

	for (size_t i = 0; i < n; i++) {
		encrypts |= m[i].ealg > ESP_NULL;
		without |= (m[i].has & SA_Q) == 0;
		for (size_t j = 0; j < i; j++)
			twice |= (m[i].has & m[j].has & SA_Q) != 0 &&
			    m[i].q == m[j].q;
	}
	sec_16(c, "Security-Server", m, n);
	if (!encrypts)
		audit_find(c, R_SEC_07, AUDIT_NOTE, "Security-Server lists no "
		    "encryption; expected it unless it is never used");
	/* Of one there is no order to say. */
	if (without || twice)
		audit_find(c, R_SEC_12, n > 1 ? AUDIT_WARNING : AUDIT_NOTE, "Security-Server: %s; "
		    "expected a q of its own in each mechanism",
		    twice ? "two mechanisms with one q" :
		    "a mechanism without q");
}

void
audit_sec_client(struct audit_ctx *c, const struct sa_mech *m, size_t n)
{
	sec_16(c, "Security-Client", m, n);
	for (size_t i = 0; i < n; i++)
		if ((m[i].has & SA_Q) != 0) {
			audit_find(c, R_SEC_12, AUDIT_NOTE, "Security-Client "
			    "has q; expected it in Security-Server only");
			return;
		}
}

static void
sec_13(struct audit_ctx *c)
{
	static const enum sip_h h[] = { SIP_H_SECURITY_CLIENT,
	    SIP_H_SECURITY_SERVER, SIP_H_SECURITY_VERIFY };
	char what[128] = "";
	size_t n = 0;

	for (size_t i = 0; i < sizeof(h) / sizeof(h[0]); i++)
		if (sip_get(c->m, h[i]) != NULL)
			n += (size_t)snprintf(what + n, sizeof(what) - n,
			    " %s", sip_h_name(h[i]));
	if (sip_has_tag(c->m, SIP_H_REQUIRE, "sec-agree"))
		n += (size_t)snprintf(what + n, sizeof(what) - n, " Require");
	if (sip_has_tag(c->m, SIP_H_PROXY_REQUIRE, "sec-agree"))
		n += (size_t)snprintf(what + n, sizeof(what) - n,
		    " Proxy-Require");
	if (n > 0)
		audit_find(c, R_SEC_13, AUDIT_ERROR, "the security agreement "
		    "goes on in the core:%s; expected the P-CSCF to remove it",
		    what);
}

void
audit_sec_mode(struct audit_ctx *c, int mode)
{
	if (c->s->where.src.family == 0)
		return;
	if (mode == SA_UDP_ENC_TUN && !c->txn->nat && c->txn->via_seen)
		audit_find(c, R_SEC_14, AUDIT_WARNING, "mod=UDP-enc-tun for a "
		    "phone whose Via has the address it came from; expected "
		    "trans");
	else if (mode == SA_TRANS && c->txn->nat)
		audit_find(c, R_SEC_14, AUDIT_ERROR, "mod=trans for a phone "
		    "behind a NAT; expected UDP-enc-tun, or no answer");
}

/* A new offer under confirmed associations. */
void
audit_sec_again(struct audit_ctx *c, const struct sa_mech *m)
{
	const unsigned all = SA_SPI_C | SA_SPI_S | SA_PORT_C | SA_PORT_S;
	enum sa_role role;
	const struct audit_set *set = audit_set_of(c, &role);

	if (!c->s->protection.on || set == NULL || !set->confirmed ||
	    (m->has & all) != all)
		return;
	if (m->spi_c == set->spi[SA_PS_UC] || m->spi_c == set->spi[SA_PC_US] ||
	    m->spi_s == set->spi[SA_PS_UC] || m->spi_s == set->spi[SA_PC_US])
		audit_find(c, R_SEC_15, AUDIT_WARNING, "Security-Client has "
		    "the SPIs %u and %u again; expected new ones",
		    (unsigned)m->spi_c, (unsigned)m->spi_s);
	else if (m->port_c == set->port_uc || m->port_s != set->port_us)
		audit_find(c, R_SEC_15, AUDIT_WARNING, "Security-Client has "
		    "port-c=%u and port-s=%u after %u and %u; expected another "
		    "port-c and the same port-s", m->port_c, m->port_s,
		    set->port_uc, set->port_us);
}

static void
sec_17(struct audit_ctx *c)
{
	bool verify = sip_get(c->m, SIP_H_SECURITY_VERIFY) != NULL;
	bool require = sip_has_tag(c->m, SIP_H_REQUIRE, "sec-agree");
	bool proxy = sip_has_tag(c->m, SIP_H_PROXY_REQUIRE, "sec-agree");
	char shown[SLICE_SHOW];

	/* RFC 3261 8.2.2.3, 9.1: these require nothing. */
	if (c->reg || slice_is(c->m->method, "ACK") ||
	    slice_is(c->m->method, "CANCEL") || c->ue->told_sec17 ||
	    (verify && require && proxy))
		return;
	c->ue->told_sec17 = true;
	audit_find(c, R_SEC_17, AUDIT_NOTE, "expected Security-Verify, Require: "
	    "sec-agree and Proxy-Require: sec-agree in a protected %s; "
	    "missing:%s%s%s", slice_show(c->m->method, shown),
	    verify ? "" : " Security-Verify", require ? "" : " Require",
	    proxy ? "" : " Proxy-Require");
}

void
audit_sec_use(struct audit_ctx *c)
{
	if (c->leg == LEG_CORE) {
		sec_13(c);
		if (c->reg && c->m->request &&
		    slice_caseis(c->integrity, "yes"))
			sec_05(c, "the REGISTER goes on as protected");
	} else if (c->leg == LEG_DOWN && c->reg && c->m->status == 200)
		sec_05(c, "the REGISTER is answered with 200");
	if (c->s->protection.on)
		sec_06(c);
	if (c->leg == LEG_UP && c->m->request && c->s->protection.on &&
	    c->ue->agreed)
		sec_17(c);
}
