/* audit_hdr: header fields from hop to hop, hiding, keys in SDP. */
#include <string.h>

#include "audit_int.h"
#include "err.h"
#include "sdp.h"

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

/* Is the address that the phone wrote in its Via another than it has? */
static bool
behind_nat(const struct audit_ctx *c)
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
		c->txn->nat = behind_nat(c);
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

/* Is HOST the network NET or a name in it? */
static bool
in_network(struct slice host, struct slice net)
{
	struct slice end;

	if (net.n == 0 || host.n < net.n)
		return false;
	end = slice_from(host, host.n - net.n);
	return slice_caseeq(end, net) &&
	    (host.n == net.n || host.p[host.n - net.n - 1] == '.');
}

/* Host and parameters of an entry of one of the five header fields. */
static bool
entry(enum sip_h h, struct slice value, struct slice *host,
    struct slice *token)
{
	struct sip_addr addr;
	struct sip_via via;
	struct sip_uri uri;

	*token = slice_of(NULL, 0);
	if (h == SIP_H_VIA) {
		if (sip_via(value, &via) < 0)
			return false;
		*host = via.host;
		(void)sip_param(via.params, ';', "tokenized-by", token);
		return true;
	}
	if (sip_addr(value, &addr) < 0 || sip_uri(addr.uri, &uri) < 0)
		return false;
	*host = uri.host;
	if (!sip_param(uri.params, ';', "tokenized-by", token))
		(void)sip_param(addr.params, ';', "tokenized-by", token);
	return true;
}

static const enum sip_h hidden[] = {
	SIP_H_VIA, SIP_H_RECORD_ROUTE, SIP_H_ROUTE, SIP_H_PATH,
	SIP_H_SERVICE_ROUTE,
};

#define HIDDEN	(sizeof(hidden) / sizeof(hidden[0]))

/* The network that hides: by a token, or by the name of its border node. */
static struct slice
hiding_network(const struct audit_ctx *c, bool nni)
{
	struct slice value, host, token, net = { NULL, 0 };
	struct pkt_addr addr;

	for (size_t i = 0; i < HIDDEN; i++) {
		struct sip_iter it = { 0 };

		while (sip_each(c->m, hidden[i], &it, &value))
			if (entry(hidden[i], value, &host, &token) &&
			    token.n > 0)
				return token;
	}
	if (nni && c->m->request && entry(SIP_H_VIA, sip_value(c->m,
	    SIP_H_VIA), &host, &token) && pkt_addr_parse(&addr, host) < 0)
		net = slice_from(host, slice_chr(host, '.') + 1);
	return net;
}

/* Does HOST name a node of the own network? */
static bool
own_node(struct audit_ctx *c, struct slice host, struct slice net, bool nni)
{
	struct pkt_addr addr;
	const struct audit_ue *ue;

	if (pkt_addr_parse(&addr, host) < 0)
		return in_network(host, net);
	ue = table_get(c->a->ues, &addr);
	return nni && (ue == NULL || !ue->registers) &&
	    audit_knows_node(c->a, &addr);
}

/* The border's own entry stays: on top, or before the token it made. */
static void
hide_header(struct audit_ctx *c, enum sip_h h, struct slice net, bool nni)
{
	struct slice value, host, token, shown = { NULL, 0 };
	struct sip_iter it = { 0 };
	char text[SLICE_SHOW];
	bool top = true;

	for (;; top = false) {
		bool more = sip_each(c->m, h, &it, &value);
		bool good = more && entry(h, value, &host, &token);

		if (shown.n > 0 && !(good && token.n > 0))
			audit_find(c, R_HIDE_01, AUDIT_ERROR, "%s shows %s; "
			    "expected a token beyond the border",
			    sip_h_name(h), slice_show(shown, text));
		shown.n = 0;
		if (!more)
			return;
		if (good && !top && token.n == 0 && own_node(c, host, net, nni))
			shown = host;
	}
}

static void
hide_01(struct audit_ctx *c)
{
	const struct flow_where *w = &c->s->where;
	enum audit_role src = audit_role_at(c->a, &w->src, w->sport);
	enum audit_role dst = audit_role_at(c->a, &w->dst, w->dport);
	struct slice net;
	bool nni = src != AUDIT_PEER && (dst == AUDIT_PEER ||
	    (src == AUDIT_IBCF && dst == AUDIT_UNKNOWN));

	if (c->leg == LEG_UP || c->leg == LEG_DOWN)
		return;
	net = hiding_network(c, nni);
	if (!nni && net.n == 0)
		return;
	for (size_t i = 0; i < HIDDEN; i++)
		hide_header(c, hidden[i], net, nni);
}

static void
bk_01(struct audit_ctx *c)
{
	const struct flow_protection *p = &c->s->protection;
	struct slice sdp, key;
	struct sdp_line line;
	struct sdp_iter it;

	if (c->m->body.n == 0 || (p->on && p->known && p->ealg != ESP_NULL) ||
	    !sdp_find(sip_value(c->m, SIP_H_CONTENT_TYPE), c->m->body, &sdp))
		return;
	sdp_iter_init(&it, sdp);
	while (sdp_next(&it, &line)) {
		if (!sdp_attr(&line, "crypto", &key) ||
		    slice_find(key, slice_str("inline:")) == key.n)
			continue;
		audit_find(c, R_BK_01, AUDIT_ERROR, "a=crypto with an inline "
		    "key in SIP that is %s on this hop; expected encryption",
		    p->on ? "only integrity protected" : "clear");
		return;
	}
}

void
audit_headers(struct audit_ctx *c)
{
	hdr_02(c);
	hide_01(c);
	bk_01(c);
}
