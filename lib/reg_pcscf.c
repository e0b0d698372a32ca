/* reg_pcscf: the P-CSCF: what passes from and to phones (TS 24.229 5.2). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "reg_pcscf_int.h"

#define UES	4096
#define PORTS	(UES * 4)
#define SPIS	(UES * 2 * PSETS)

struct reg_pcscf *
reg_pcscf_new(const struct reg_pcscf_config *c, const struct reg_sink *sink)
{
	struct reg_pcscf *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->c = *c;
	p->next_ns = REG_NEVER;
	p->spis = table_new(sizeof(uint32_t), 1, SPIS, NULL, NULL);
	p->ports = table_new(sizeof(struct pkt_addr) + 1 + sizeof(uint16_t),
	    sizeof(struct reg_ue_key), PORTS, NULL, NULL);
	p->ues = table_new(sizeof(struct reg_ue_key),
	    sizeof(struct pcscf_ue), UES, reg_pcscf_drop_ue, p);
	if (p->ues == NULL || p->ports == NULL || p->spis == NULL ||
	    reg_hop_init(&p->hop, &c->net.pcscf, sink) < 0) {
		reg_pcscf_free(p);
		return NULL;
	}
	return p;
}

void
reg_pcscf_free(struct reg_pcscf *p)
{
	if (p == NULL)
		return;
	/* No SA is left behind: the caller is told of each. */
	table_free(p->ues);
	table_free(p->ports);
	table_free(p->spis);
	reg_hop_free(&p->hop);
	free(p);
}

static bool
from_core(const struct reg_pcscf *p, const struct flow_where *w)
{
	const struct reg_place *const core[2] = { &p->c.net.icscf,
	    &p->c.net.scscf };

	for (int i = 0; i < 2; i++)
		if (pkt_addr_eq(&core[i]->addr, &w->src) &&
		    core[i]->port == w->sport)
			return true;
	return false;
}

/* Who a request of U is said to be from (RFC 3325 5, 6). */
static const char *
asserted(const struct pcscf_ue *u, const struct sip_msg *m)
{
	struct slice said = reg_uri(m, SIP_H_P_PREFERRED_IDENTITY);

	for (size_t i = 0; i < u->n_impu; i++)
		if (slice_is(said, u->impu[i]))
			return u->impu[i];
	return u->n_impu > 0 ? u->impu[0] : NULL;
}

/* What a phone may not say in any message, and what is only for us. */
static void
clean_up(struct reg_edit *e, const struct sip_msg *m)
{
	static const char *const never[] = { "Security-Client",
	    "Security-Verify", "P-Preferred-Identity", "P-Asserted-Identity",
	    "P-Asserted-Service", "P-Charging-Vector",
	    "P-Charging-Function-Addresses", "P-Visited-Network-ID",
	    "P-Called-Party-ID", "P-Served-User", "P-User-Database",
	    "P-Profile-Key", "P-Associated-URI", "Proxy-Authorization" };
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
put_identity(struct reg_edit *e, const struct pcscf_ue *u,
    const struct sip_msg *m)
{
	const char *who = asserted(u, m), *tel = NULL;

	for (size_t i = 0; i < u->n_impu && tel == NULL; i++)
		if (slice_casestarts(slice_str(u->impu[i]), "tel:"))
			tel = u->impu[i];
	if (who != NULL && tel != NULL && tel != who)
		reg_edit_add(e, "P-Asserted-Identity: <%s>, <%s>", who, tel);
	else if (who != NULL)
		reg_edit_add(e, "P-Asserted-Identity: <%s>", who);
}

static void
record_route(struct reg_pcscf *p, struct reg_edit *e, const struct sip_msg *m)
{
	struct buf name;

	if (reg_tag(m, SIP_H_TO).n > 0 || (!slice_is(m->method, "INVITE") &&
	    !slice_is(m->method, "SUBSCRIBE")))
		return;
	buf_init(&name, REG_URI);
	reg_put_place(&name, &p->hop.self);
	reg_edit_top(e, "Record-Route: <sip:%.*s;lr>", SL(buf_slice(&name)));
	buf_free(&name);
}

static void
charging(struct reg_pcscf *p, struct reg_edit *e)
{
	char addr[PKT_ADDR_TEXT], icid[REG_ID];

	reg_node_id(&p->hop.node, icid);
	reg_edit_add(e, "P-Charging-Vector: icid-value=\"%s\";"
	    "icid-generated-at=%s%s%s", icid,
	    p->hop.self.addr.family == 6 ? "[" : "",
	    pkt_addr_text(&p->hop.self.addr, addr),
	    p->hop.self.addr.family == 6 ? "]" : "");
}

/* The Route that E has behind our own entry, or the one that it gets. */
static struct slice
route_up(struct reg_edit *e, const struct sip_msg *m, const struct pcscf_ue *u)
{
	struct sip_iter it = { 0 };
	struct slice v, rest;

	if (reg_tag(m, SIP_H_TO).n == 0) {
		/* TS 24.229 5.2.6.3: that of the registration. */
		rest = buf_slice(&u->service_route);
		reg_edit_drop(e, "Route");
		reg_edit_top(e, "Route: %.*s", SL(rest));
		return sip_comma(&rest, &v) ? v : slice_of(NULL, 0);
	}
	if (!sip_each(m, SIP_H_ROUTE, &it, &v))
		return slice_of(NULL, 0);
	reg_edit_pop(e, SIP_H_ROUTE);
	return sip_each(m, SIP_H_ROUTE, &it, &v) ? v : slice_of(NULL, 0);
}

static void
request_up(struct reg_pcscf *p, const struct flow_sip *m, struct reg_txn *t,
    uint64_t key, struct pcscf_ue *u)
{
	struct reg_edit *e = reg_edit_new(m->msg);
	const struct reg_place *to;
	struct flow_where w;

	if (e == NULL) {
		p->hop.node.mem = true;
		return;
	}
	to = reg_net_next(&p->c.net, route_up(e, m->msg, u), m->msg->uri);
	if (to == NULL || to == &p->c.net.pcscf)
		reg_hop_refuse(&p->hop, t, m->msg, 404, "");
	else {
		reg_hop_trying(&p->hop, t, m->msg);
		clean_up(e, m->msg);
		record_route(p, e, m->msg);
		reg_hop_via(&p->hop, e, m, key, NULL, NULL);
		if (reg_tag(m->msg, SIP_H_TO).n == 0) {
			put_identity(e, u, m->msg);
			charging(p, e);
		}
		w = reg_hop_to(&p->hop, to);
		reg_hop_forward(&p->hop, e, &w);
	}
	reg_edit_free(e);
}

/* From a phone: only registered ones, under their current SAs. */
static void
from_phone(struct reg_pcscf *p, const struct flow_sip *m)
{
	int set = -1;
	struct pcscf_ue *u = reg_pcscf_came(p, &m->where, &set);
	struct reg_txn *t;
	uint64_t key;

	if (u == NULL) {
		set = -1;
		if (reg_pcscf_protected(p, &m->where))
			return;
	}
	if ((t = reg_hop_begin(&p->hop, m, &key)) == NULL)
		return;
	if (t->reg) {
		reg_pcscf_register(p, m, t, key, u, set);
		return;
	}
	if (p->c.register_only && !slice_is(m->msg->method, "SUBSCRIBE")) {
		reg_hop_refuse(&p->hop, t, m->msg, 405,
		    "Allow: REGISTER, SUBSCRIBE\r\n");
		return;
	}
	if (p->c.n_list == 0)
		u = reg_pcscf_at(p, &m->where.src, m->where.sport);
	else if (set >= 0 && m->where.transport != FLOW_TCP)
		t->back = reg_pcscf_to(p, u, set);
	t->from_ue = true;
	/* A temporary SA is for REGISTER only (TS 33.203 7.4). */
	if (u == NULL || !u->registered || set == PSET_NEW)
		reg_hop_refuse(&p->hop, t, m->msg, 403, "");
	else
		request_up(p, m, t, key, u);
}

/* What goes to a phone has nothing that is the network's own. */
static void
clean_down(struct reg_edit *e, const struct sip_msg *m)
{
	static const char *const own[] = { "P-Charging-Vector",
	    "P-Charging-Function-Addresses", "P-Access-Network-Info",
	    "P-Visited-Network-ID", "P-Served-User", "P-User-Database",
	    "P-Profile-Key", "P-Asserted-Service" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		reg_edit_drop(e, own[i]);
	/* RFC 3325 7: a phone is not trusted. */
	if (slice_find(sip_value(m, SIP_H_PRIVACY), slice_str("id")) <
	    sip_value(m, SIP_H_PRIVACY).n)
		reg_edit_drop(e, "P-Asserted-Identity");
}

/* The phone that the Request-URI, its Contact, is of. */
static struct pcscf_ue *
target(struct reg_pcscf *p, struct slice uri)
{
	struct pkt_addr a;
	struct sip_uri u;

	if (sip_uri(uri, &u) < 0 || pkt_addr_parse(&a, u.host) < 0)
		return NULL;
	return reg_pcscf_at(p, &a, u.port != 0 ? u.port : 5060);
}

static void
send_down(struct reg_pcscf *p, const struct flow_sip *m, struct reg_edit *e,
    uint64_t key, const struct pcscf_ue *u)
{
	int set = u->set[PSET_CUR].on ? PSET_CUR : -1;
	struct flow_where w = reg_pcscf_to(p, u, set);
	char sent_by[PKT_ADDR_TEXT + 16];
	struct buf b;

	/* Answers over UDP come to port_ps whatever Via says. */
	buf_init(&b, sizeof(sent_by) - 1);
	reg_put_host(&b, &p->hop.self.addr,
	    set < 0 ? p->hop.self.port : u->set[set].a.port_ps);
	(void)reg_copy(sent_by, sizeof(sent_by), buf_slice(&b));
	buf_free(&b);
	clean_down(e, m->msg);
	record_route(p, e, m->msg);
	reg_hop_via(&p->hop, e, m, key, w.transport == FLOW_TCP ? "TCP" :
	    "UDP", sent_by);
	reg_hop_forward(&p->hop, e, &w);
}

static void
request_down(struct reg_pcscf *p, const struct flow_sip *m)
{
	struct pcscf_ue *u = target(p, m->msg->uri);
	struct reg_edit *e;
	struct reg_txn *t;
	uint64_t key;

	if ((t = reg_hop_begin(&p->hop, m, &key)) == NULL)
		return;
	if (u == NULL || !u->registered) {
		reg_hop_refuse(&p->hop, t, m->msg, 480, "");
		return;
	}
	if ((e = reg_edit_new(m->msg)) == NULL) {
		p->hop.node.mem = true;
		return;
	}
	t->to_ue = true;
	t->ue = u->key;
	t->ends = slice_is(m->msg->method, "NOTIFY") &&
	    reg_reginfo_ended(m->msg->body);
	reg_hop_trying(&p->hop, t, m->msg);
	if (reg_hop_self(&p->hop, reg_uri(m->msg, SIP_H_ROUTE)))
		reg_edit_pop(e, SIP_H_ROUTE);
	send_down(p, m, e, key, u);
	reg_edit_free(e);
}

static void
response(struct reg_pcscf *p, const struct flow_sip *m)
{
	struct reg_txn *t = reg_hop_find(&p->hop, m->msg);
	struct pcscf_ue *u;
	struct reg_edit *e;
	int set;

	if (t == NULL || m->msg->status == 100)
		return;
	/* From the phone it goes to, under its SA; or from the core. */
	u = t->to_ue ? reg_pcscf_ue(p, &t->ue) : NULL;
	if (t->to_ue ? u == NULL || (p->c.n_list > 0 &&
	    reg_pcscf_came(p, &m->where, &set) != u) :
	    !from_core(p, &m->where))
		return;
	if (t->reg) {
		reg_pcscf_registered(p, m->msg, t);
		return;
	}
	if ((e = reg_edit_new(m->msg)) == NULL) {
		p->hop.node.mem = true;
		return;
	}
	if (t->to_ue) {
		clean_up(e, m->msg);
		put_identity(e, u, m->msg);
	} else
		clean_down(e, m->msg);
	reg_hop_back(&p->hop, t, e, m->msg);
	reg_edit_free(e);
	if (t->ends && m->msg->status >= 200 && u != NULL)
		reg_pcscf_forget(p, u);
}

int
reg_pcscf_sip(struct reg_pcscf *p, const struct flow_sip *m)
{
	if (m->where.time_ns > p->hop.node.now_ns)
		p->hop.node.now_ns = m->where.time_ns;
	if (!m->msg->request)
		response(p, m);
	else if (from_core(p, &m->where))
		request_down(p, m);
	else
		from_phone(p, m);
	return reg_node_result(&p->hop.node);
}

uint64_t
reg_pcscf_deadline(const struct reg_pcscf *p)
{
	return p->next_ns;
}

int
reg_pcscf_tick(struct reg_pcscf *p, uint64_t now_ns)
{
	struct pcscf_ue *u, *next;

	if (now_ns > p->hop.node.now_ns)
		p->hop.node.now_ns = now_ns;
	now_ns = p->hop.node.now_ns;
	if (now_ns < p->next_ns)
		return 0;
	p->next_ns = REG_NEVER;
	for (u = table_next(p->ues, NULL); u != NULL; u = next) {
		bool any = u->registered && u->expire_ns > now_ns;

		next = table_next(p->ues, u);
		if (any && u->expire_ns < p->next_ns)
			p->next_ns = u->expire_ns;
		for (int i = 0; i < PSETS; i++) {
			if (u->set[i].on && u->set[i].expire_ns <= now_ns)
				reg_pcscf_drop_set(p, u, i);
			if (u->set[i].on && u->set[i].expire_ns < p->next_ns)
				p->next_ns = u->set[i].expire_ns;
			any |= u->set[i].on;
		}
		if (!any)
			reg_pcscf_forget(p, u);
	}
	return reg_node_result(&p->hop.node);
}
