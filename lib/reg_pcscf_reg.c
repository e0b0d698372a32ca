/* reg_pcscf_reg: REGISTER at the P-CSCF (TS 24.229 5.2.2, TS 33.203 7.2). */
#include <stdio.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "reg_pcscf_int.h"

/* The header field H's values as one list, appended to B. */
static void
list_of(const struct sip_msg *m, enum sip_h h, struct buf *b)
{
	struct sip_iter it = { 0 };
	struct slice v;

	while (sip_each(m, h, &it, &v)) {
		if (b->n > 0)
			buf_str(b, ", ");
		buf_put(b, v);
	}
}

/* Are the mechanisms of H in M those of WAS, in that order? */
static bool
same_list(const struct sip_msg *m, enum sip_h h, struct slice was)
{
	struct sip_iter it = { 0 };
	struct sa_mech a, b;
	struct slice now, then;

	while (sip_comma(&was, &then))
		if (!sip_each(m, h, &it, &now) || sa_mech_parse(now, &a) < 0 ||
		    sa_mech_parse(then, &b) < 0 || !sa_mech_same(&a, &b))
			return false;
	return !sip_each(m, h, &it, &now);
}

/* Is the address in the top Via that of the sender (TS 33.203 7.1)? */
static bool
via_is_source(const struct flow_sip *m)
{
	struct sip_iter it = { 0 };
	struct pkt_addr a;
	struct sip_via via;
	struct slice v;

	return sip_each(m->msg, SIP_H_VIA, &it, &v) && sip_via(v, &via) == 0 &&
	    pkt_addr_parse(&a, via.host) == 0 &&
	    pkt_addr_eq(&a, &m->where.src);
}

/* 494 with our list (RFC 3329 2.3.1). */
static void
disagree(struct reg_pcscf *p, struct reg_txn *t, const struct sip_msg *m,
    const struct pcscf_set *set)
{
	char line[REG_TEXT + 32];
	struct buf list;

	buf_init(&list, REG_TEXT);
	if (set != NULL)
		buf_put(&list, buf_slice(&set->server));
	else
		reg_pcscf_put_list(p, &list, NULL, SA_TRANS);
	(void)snprintf(line, sizeof(line), "Security-Server: %.*s\r\n",
	    SL(buf_slice(&list)));
	buf_free(&list);
	reg_hop_refuse(&p->hop, t, m, 494, line);
}

/* Outside ESP.  False: refused, or dropped. */
static bool
may_clear(struct reg_pcscf *p, const struct flow_sip *m, struct reg_txn *t)
{
	struct sa_mech ue;

	t->nat = !via_is_source(m);
	if (p->c.n_list == 0)
		return true;
	list_of(m->msg, SIP_H_SECURITY_CLIENT, &t->client);
	if (t->client.n == 0) {
		reg_hop_refuse(&p->hop, t, m->msg, 421,
		    "Require: sec-agree\r\n");
		return false;
	}
	if (reg_pcscf_choose(p, buf_slice(&t->client), t->nat, &ue) < 0) {
		/* TS 33.203 M.7.2: no word to who is not ready for a NAT. */
		if (!t->nat)
			disagree(p, t, m->msg, NULL);
		return false;
	}
	if (reg_pcscf_uses(p, &m->where.src, ue.port_c)) {
		reg_hop_refuse(&p->hop, t, m->msg, 403, "");
		return false;
	}
	return true;
}

/* Under SET of U.  False: refused. */
static bool
may_protected(struct reg_pcscf *p, const struct flow_sip *m,
    struct reg_txn *t, struct pcscf_ue *u, int set)
{
	const struct pcscf_set *s = &u->set[set];

	t->nat = s->a.mode == SA_UDP_ENC_TUN;
	if (!via_is_source(m)) {
		reg_hop_refuse(&p->hop, t, m->msg, 403, "");
		return false;
	}
	if (!same_list(m->msg, SIP_H_SECURITY_VERIFY,
	    buf_slice(&s->server)) || (set == PSET_NEW &&
	    !same_list(m->msg, SIP_H_SECURITY_CLIENT,
	    buf_slice(&s->client)))) {
		disagree(p, t, m->msg, s);
		if (set == PSET_NEW)
			reg_pcscf_drop_set(p, u, set);
		return false;
	}
	list_of(m->msg, SIP_H_SECURITY_CLIENT, &t->client);
	return true;
}

static void
put_authorization(struct reg_edit *e, const struct sip_msg *m, bool yes)
{
	const struct sip_header *h = sip_get(m, SIP_H_AUTHORIZATION);
	struct buf v;

	if (h == NULL)
		return;
	buf_init(&v, REG_TEXT);
	reg_put_without(&v, h->value, "integrity-protected", NULL);
	reg_edit_need(e, &v);
	reg_edit_value(e, h, "%.*s,integrity-protected=\"%s\"",
	    SL(buf_slice(&v)), yes ? "yes" : "no");
	buf_free(&v);
}

static void
put_own(struct reg_pcscf *p, struct reg_edit *e)
{
	char addr[PKT_ADDR_TEXT], icid[REG_ID];
	struct buf name;

	buf_init(&name, REG_URI);
	reg_put_place(&name, &p->hop.self);
	reg_edit_need(e, &name);
	reg_edit_add(e, "Path: <sip:term@%.*s;lr>", SL(buf_slice(&name)));
	buf_free(&name);
	reg_edit_add(e, "Require: path");
	reg_edit_add(e, "P-Visited-Network-ID: \"%s\"", p->c.net.domain);
	reg_node_id(&p->hop.node, icid);
	reg_edit_add(e, "P-Charging-Vector: icid-value=\"%s\";"
	    "icid-generated-at=%s%s%s;orig-ioi=%s", icid,
	    p->hop.self.addr.family == 6 ? "[" : "",
	    pkt_addr_text(&p->hop.self.addr, addr),
	    p->hop.self.addr.family == 6 ? "]" : "", p->c.net.domain);
}

/* What a phone may not say (TS 24.229 5.2.2, 4.4; TS 33.203 P.3). */
static void
drop_false(struct reg_edit *e, const struct sip_msg *m)
{
	static const char *const never[] = { "Security-Client",
	    "Security-Verify", "Path", "P-Visited-Network-ID",
	    "P-Charging-Vector", "P-Charging-Function-Addresses",
	    "P-Asserted-Identity", "P-Preferred-Identity",
	    "P-User-Database", "Service-Route", "P-Associated-URI" };
	const struct sip_header *h = sip_get(m, SIP_H_P_ACCESS_NETWORK_INFO);
	struct slice v;

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		reg_edit_drop(e, never[i]);
	for (; h != NULL; h = sip_next(m, h))
		if (sip_param(h->value, ';', "network-provided", &v))
			reg_edit_drop_one(e, h);
	reg_edit_untag(e, SIP_H_REQUIRE, "sec-agree");
	reg_edit_untag(e, SIP_H_PROXY_REQUIRE, "sec-agree");
}

static void
ue_key(struct reg_ue_key *k, const struct sip_msg *m,
    const struct pkt_addr *addr)
{
	struct slice scheme, params, name = { NULL, 0 };

	memset(k, 0, sizeof(*k));
	k->addr = *addr;
	if (sip_auth(sip_value(m, SIP_H_AUTHORIZATION), &scheme, &params) ==
	    0)
		(void)sip_param(params, ',', "username", &name);
	k->impi = slice_hash(0, name);
}

void
reg_pcscf_register(struct reg_pcscf *p, const struct flow_sip *m,
    struct reg_txn *t, uint64_t key, struct pcscf_ue *u, int set)
{
	struct slice scheme, params = { NULL, 0 }, response = { NULL, 0 };
	struct flow_where to = reg_hop_to(&p->hop, &p->c.net.icscf);
	struct reg_edit *e;

	t->from_ue = true;
	t->set = set;
	buf_free(&t->client);
	buf_init(&t->client, REG_TEXT);
	if (set >= 0 && m->where.transport != FLOW_TCP)
		t->back = reg_pcscf_to(p, u, set);
	if (set >= 0 ? !may_protected(p, m, t, u, set) :
	    !may_clear(p, m, t))
		return;
	ue_key(&t->ue, m->msg, &m->where.src);
	if ((e = reg_edit_new(m->msg)) == NULL) {
		p->hop.node.mem = true;
		return;
	}
	if (sip_auth(sip_value(m->msg, SIP_H_AUTHORIZATION), &scheme,
	    &params) == 0)
		(void)sip_param(params, ',', "response", &response);
	drop_false(e, m->msg);
	/* TS 33.203 6.1.5; without SAs there is nothing but the answer. */
	put_authorization(e, m->msg, (set >= 0 && (response.n > 0 ||
	    set != PSET_NEW)) || (p->c.n_list == 0 && response.n > 0));
	put_own(p, e);
	reg_hop_via(&p->hop, e, m, key, NULL, NULL);
	reg_hop_forward(&p->hop, e, &to);
	reg_edit_free(e);
}

static struct pcscf_ue *
put_ue(struct reg_pcscf *p, const struct reg_txn *t, const struct sip_msg *m)
{
	struct pcscf_ue *u = table_put(p->ues, &t->ue, p->hop.node.now_ns);
	struct slice to = reg_uri(m, SIP_H_TO);

	if (u == NULL) {
		p->hop.node.mem = true;
		return NULL;
	}
	u->key = t->ue;
	u->transport = t->back.transport;
	if (t->set < 0)
		u->clear = t->back;
	if (u->impi[0] == '\0' && slice_casestarts(to, "sip:"))
		(void)reg_copy(u->impi, sizeof(u->impi), slice_from(to, 4));
	return u;
}

/* CK and IK stay here (TS 33.203 6.1.1). */
static bool
take_keys(const struct sip_msg *m, struct reg_edit *e, uint8_t ck[16],
    uint8_t ik[16])
{
	const struct sip_header *h = sip_get(m, SIP_H_WWW_AUTHENTICATE);
	struct slice scheme, params, c, i;
	struct buf v;

	if (h == NULL || sip_auth(h->value, &scheme, &params) < 0)
		return false;
	(void)sip_param(params, ',', "ck", &c);
	(void)sip_param(params, ',', "ik", &i);
	buf_init(&v, REG_TEXT);
	reg_put_without(&v, h->value, "ck", "ik");
	reg_edit_need(e, &v);
	reg_edit_drop(e, "WWW-Authenticate");
	reg_edit_value(e, h, "%.*s", SL(buf_slice(&v)));
	buf_free(&v);
	return slice_hex(c, ck, 16) == 16 && slice_hex(i, ik, 16) == 16;
}

/* 500 instead of E: only what every response has is left. */
static void
no_challenge(struct reg_edit *e, const struct sip_msg *m)
{
	for (size_t i = 0; i < m->n_hdr; i++)
		switch (m->hdr[i].id) {
		case SIP_H_VIA:
		case SIP_H_FROM:
		case SIP_H_TO:
		case SIP_H_CALL_ID:
		case SIP_H_CSEQ:
			break;
		default:
			reg_edit_drop_one(e, &m->hdr[i]);
		}
	reg_edit_status(e, 500);
	reg_edit_body(e, slice_of(NULL, 0));
}

/* A challenge that no SA can be made of is none for the phone. */
static void
challenge(struct reg_pcscf *p, const struct sip_msg *m, struct reg_txn *t,
    struct reg_edit *e)
{
	struct pcscf_ue *u = put_ue(p, t, m);
	uint8_t ck[16], ik[16];
	int r = u == NULL ? ERR_MEM : 0;

	if (!take_keys(m, e, ck, ik))
		r = ERR_FORMAT;
	if (r == 0 && p->c.n_list > 0)
		r = reg_pcscf_make_set(p, u, buf_slice(&t->client), t->nat,
		    ck, ik);
	if (r == 0 && p->c.n_list > 0)
		reg_edit_add(e, "Security-Server: %.*s",
		    SL(buf_slice(&u->set[PSET_NEW].server)));
	else if (p->c.n_list > 0)
		no_challenge(e, m);
	p->hop.node.mem |= r == ERR_MEM;
	crypt_wipe(ck, sizeof(ck));
	crypt_wipe(ik, sizeof(ik));
}

/* What the S-CSCF says of the user is kept (TS 24.229 5.2.2.1). */
static void
learn(struct reg_pcscf *p, struct pcscf_ue *u, const struct sip_msg *m,
    struct reg_txn *t, uint32_t expires)
{
	struct sip_iter it = { 0 };
	struct sip_addr a;
	struct slice v;

	buf_free(&u->service_route);
	buf_init(&u->service_route, REG_TEXT);
	list_of(m, SIP_H_SERVICE_ROUTE, &u->service_route);
	u->n_impu = 0;
	while (u->n_impu < REG_IMPUS &&
	    sip_each(m, SIP_H_P_ASSOCIATED_URI, &it, &v))
		if (sip_addr(v, &a) == 0 && reg_copy(u->impu[u->n_impu],
		    REG_URI, a.uri))
			u->n_impu++;
	u->registered = true;
	reg_pcscf_promote(p, u, t->set, expires + REG_MARGIN);
}

static uint16_t
contact_port(const struct sip_msg *m, struct pkt_addr *addr)
{
	struct sip_uri c;

	if (sip_uri(reg_uri(m, SIP_H_CONTACT), &c) < 0 ||
	    pkt_addr_parse(addr, c.host) < 0)
		return 0;
	return c.port != 0 ? c.port : 5060;
}

/* The phone is registered: U, or a new one; NULL without memory. */
static struct pcscf_ue *
bound(struct reg_pcscf *p, struct pcscf_ue *u, const struct sip_msg *m,
    struct reg_txn *t, uint32_t expires)
{
	struct pkt_addr addr;
	uint16_t port;

	if (u == NULL && (u = put_ue(p, t, m)) == NULL)
		return NULL;
	learn(p, u, m, t, expires);
	if (p->c.n_list > 0)
		return u;
	if ((port = contact_port(m, &addr)) != 0)
		(void)reg_pcscf_note(p, &addr, port, &t->ue);
	/* A connection is not from the Contact's port. */
	(void)reg_pcscf_note(p, &t->back.dst, t->back.dport, &t->ue);
	return u;
}

void
reg_pcscf_registered(struct reg_pcscf *p, const struct sip_msg *m,
    struct reg_txn *t)
{
	struct pcscf_ue *u = reg_pcscf_ue(p, &t->ue);
	struct reg_edit *e = reg_edit_new(m);
	uint32_t expires = 0;

	if (e == NULL) {
		p->hop.node.mem = true;
		return;
	}
	reg_edit_drop(e, "P-Charging-Vector");
	reg_edit_drop(e, "P-Charging-Function-Addresses");
	reg_edit_untag(e, SIP_H_REQUIRE, "path");
	if (m->status == 401)
		challenge(p, m, t, e);
	if (m->status / 100 == 2) {
		(void)reg_expires(m, &expires);
		if (expires > 0)
			u = bound(p, u, m, t, expires);
	}
	reg_hop_back(&p->hop, t, e, m);
	reg_edit_free(e);
	if (u == NULL || m->status == 401 || m->status < 200)
		return;
	if (m->status < 300 && expires == 0)
		reg_pcscf_leave(p, u);
	else
		reg_pcscf_drop_set(p, u, PSET_NEW);
}
