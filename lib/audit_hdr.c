/* audit_hdr: header fields that lead the way of registrations and calls. */
#include <string.h>

#include "audit_int.h"
#include "err.h"

static uint64_t
contact_hash(const struct sip_msg *m)
{
	struct sip_iter it = { 0 };
	uint64_t h = 0;
	struct slice v;

	while (sip_each(m, SIP_H_CONTACT, &it, &v))
		h = slice_hash(h, v) | 1;
	return h;
}

bool
audit_behind_nat(const struct audit_ctx *c)
{
	struct pkt_addr addr;
	struct sip_via via;

	return sip_via(sip_value(c->m, SIP_H_VIA), &via) == 0 &&
	    pkt_addr_parse(&addr, via.host) == 0 &&
	    !pkt_addr_eq(&addr, &c->s->where.src);
}

/*
 * Told for each REGISTER; for other requests of a phone only if it was not told
 * before: it is one habit of one P-CSCF.
 */
static void
hdr_02(struct audit_ctx *c)
{
	bool first = !c->txn->core;
	struct audit_ue *ue;
	char shown[SLICE_SHOW];

	if (c->leg == LEG_CORE && c->m->request)
		c->txn->core = true;
	if (!c->m->request || sip_get(c->m, SIP_H_CONTACT) == NULL)
		return;
	if (c->leg == LEG_UP) {
		c->txn->contact = contact_hash(c->m);
		c->txn->ue = c->s->where.src;
		return;
	}
	if (c->leg != LEG_CORE || c->vias != 2 || !first || c->txn->contact == 0 ||
	    c->txn->nat || contact_hash(c->m) == c->txn->contact ||
	    (ue = table_get(c->a->ues, &c->txn->ue)) == NULL ||
	    (!c->reg && ue->contact_told))
		return;
	ue->contact_told = true;
	audit_find(c, R_HDR_02, AUDIT_WARNING, "Contact is %s; expected it as "
	    "the phone sent it in frame %llu, no NAT is in sight",
	    slice_show(sip_value(c->m, SIP_H_CONTACT), shown),
	    (unsigned long long)c->txn->gm_frame);
}

/* Path belongs to REGISTER and its 2xx, Service-Route to that 2xx. */
static void
hdr_04(struct audit_ctx *c)
{
	bool good = !c->m->request && c->m->status / 100 == 2;
	bool path = sip_get(c->m, SIP_H_PATH) != NULL;

	if (path && (!c->reg || (!c->m->request && !good)))
		audit_find(c, R_HDR_04, AUDIT_WARNING, "Path in %s; expected "
		    "it in REGISTER and its 2xx only", c->m->request ?
		    "another request" : "another response");
	else if (path && c->m->request && c->leg == LEG_CORE &&
	    !sip_has_tag(c->m, SIP_H_REQUIRE, "path") &&
	    !sip_has_tag(c->m, SIP_H_SUPPORTED, "path"))
		audit_find(c, R_HDR_04, AUDIT_WARNING, "Path with neither "
		    "Require: path nor Supported: path");
	if (sip_get(c->m, SIP_H_SERVICE_ROUTE) != NULL && !(c->reg && good))
		audit_find(c, R_HDR_04, AUDIT_WARNING, "Service-Route in "
		    "another message than the 2xx to REGISTER");
}

/* A number for the URIs of H behind the first SKIP; 0 if there are none. */
static uint64_t
route_hash(const struct sip_msg *m, enum sip_h h, size_t skip)
{
	struct sip_iter it = { 0 };
	struct sip_addr addr;
	struct slice value;
	uint64_t k = 0;

	while (sip_each(m, h, &it, &value)) {
		if (skip > 0)
			skip--;
		else if (sip_addr(value, &addr) == 0)
			k = slice_hash(k, addr.uri) | 1;
	}
	return k;
}

static void
hdr_05(struct audit_ctx *c)
{
	struct sip_addr to;
	struct slice tag;

	if (c->reg && !c->m->request && c->leg == LEG_DOWN &&
	    c->m->status == 200)
		c->ue->route = route_hash(c->m, SIP_H_SERVICE_ROUTE, 0);
	if (!c->m->request || c->reg || c->emergency || c->leg != LEG_UP ||
	    c->ue->route == 0 || (sip_addr(sip_value(c->m, SIP_H_TO), &to) ==
	    0 && sip_param(to.params, ';', "tag", &tag)) ||
	    slice_is(c->m->method, "CANCEL") || slice_is(c->m->method, "ACK"))
		return;
	if (sip_get(c->m, SIP_H_ROUTE) == NULL) {
		if (!audit_told(c, R_HDR_05))
			audit_find(c, R_HDR_05, AUDIT_NOTE, "no Route in an "
			    "initial request; expected the P-CSCF and "
			    "Service-Route");
	} else if (route_hash(c->m, SIP_H_ROUTE, 1) != c->ue->route &&
	    route_hash(c->m, SIP_H_ROUTE, 0) != c->ue->route)
		audit_find(c, R_HDR_05, AUDIT_WARNING, "Route is not the "
		    "P-CSCF and then Service-Route, as of the 200 to REGISTER");
}

static void
hdr_06(struct audit_ctx *c)
{
	struct sip_iter it = { 0 };
	struct sip_addr addr;
	struct sip_uri uri;
	struct slice value;
	char shown[SLICE_SHOW];

	if (!c->reg || c->m->request || c->m->status != 200 ||
	    c->leg != LEG_DOWN || slice_is(sip_value(c->m, SIP_H_EXPIRES), "0"))
		return;
	if (!sip_each(c->m, SIP_H_P_ASSOCIATED_URI, &it, &value)) {
		/* A phone that leaves has no use for it. */
		if (sip_get(c->m, SIP_H_CONTACT) != NULL &&
		    sip_get(c->m, SIP_H_SERVICE_ROUTE) != NULL)
			audit_find(c, R_HDR_06, AUDIT_NOTE, "no "
			    "P-Associated-URI in the 200 to REGISTER");
		return;
	}
	if (sip_addr(value, &addr) == 0 && sip_uri(addr.uri, &uri) == 0 &&
	    !slice_casestarts(uri.scheme, "sip"))
		audit_find(c, R_HDR_06, AUDIT_NOTE, "P-Associated-URI begins "
		    "with %s; expected a SIP URI",
		    slice_show(addr.uri, shown));
}

void
audit_headers(struct audit_ctx *c)
{
	hdr_02(c);
	hdr_04(c);
	hdr_05(c);
	hdr_06(c);
}
