/* reg_ue: the phone: what it sends and when again, what reaches it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "reg_ue_int.h"

#define LIFE	64		/* of T1 (RFC 3261 17.1.2.2) */

struct reg_ue *
reg_ue_new(const struct reg_ue_config *c, const struct reg_sink *sink)
{
	struct reg_ue *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->c = *c;
	u->addr = c->addr;
	reg_node_init(&u->node, sink);
	u->aka = aka_new(&c->who.key);
	u->card = aka_card_new(c->who.ind_len, c->who.sqn);
	if (u->aka == NULL || u->card == NULL) {
		reg_ue_free(u);
		return NULL;
	}
	return u;
}

void
reg_ue_free(struct reg_ue *u)
{
	if (u == NULL)
		return;
	aka_free(u->aka);
	free(u->card);
	reg_node_free(&u->node);
	for (size_t i = 0; i < UE_AGAINS; i++)
		buf_wipe(&u->again[i].text);
	for (size_t i = 0; i < UE_ANSWERS; i++)
		buf_wipe(&u->answer[i].text);
	reg_call_free(&u->call);
	crypt_wipe(u, sizeof(*u));
	free(u);
}

enum reg_state
reg_ue_state(const struct reg_ue *u)
{
	return u->state;
}

bool
reg_ue_busy(const struct reg_ue *u)
{
	for (size_t i = 0; i < UE_AGAINS; i++)
		if (u->again[i].on)
			return true;
	return u->state == REG_ASKED || u->state == REG_ANSWERED ||
	    u->call.state == CALL_ASKED || u->call.state == CALL_ENDING;
}

bool
reg_ue_ready(const struct reg_ue *u)
{
	return u->state == REG_REGISTERED && !reg_ue_busy(u);
}

void
reg_ue_fail(struct reg_ue *u, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	reg_node_news(&u->node, REG_NEWS_FAILED, u->c.who.impi, why);
}

int
reg_ue_with(const struct reg_ue *u)
{
	return u->set[SET_CUR].on ? SET_CUR : CLEAR;
}

/* The address that Via and Contact have: the public one inside an SA. */
static const struct pkt_addr *
own_addr(const struct reg_ue *u, int with)
{
	return with == CLEAR ? &u->c.addr : &u->addr;
}

static uint16_t
own_port(const struct reg_ue *u, int with)
{
	return with == CLEAR ? u->c.port : u->port_us;
}

void
reg_ue_begin(struct reg_ue *u, const char *method, const char *uri, int with,
    char branch[REG_ID])
{
	struct buf *b = &u->node.out;
	char id[REG_ID];

	reg_node_id(&u->node, id);
	(void)snprintf(branch, REG_ID, "z9hG4bK%.32s", id);
	buf_reset(b);
	buf_printf(b, "%s %s SIP/2.0\r\nVia: SIP/2.0/%s ", method, uri,
	    u->c.transport == FLOW_TCP ? "TCP" : "UDP");
	reg_put_host(b, own_addr(u, with), own_port(u, with));
	buf_printf(b, ";branch=%s;rport\r\nMax-Forwards: 70\r\n", branch);
}

void
reg_ue_secure(struct reg_ue *u, int with, bool agree)
{
	struct buf *b = &u->node.out;

	if (agree && with != CLEAR)
		buf_printf(b, "Security-Verify: %s\r\n", u->set[with].verify);
	if (agree && u->c.n_offer > 0)
		buf_str(b, "Require: sec-agree\r\n"
		    "Proxy-Require: sec-agree\r\n");
	/* TS 24.229 5.1.1.2: never before there is protection. */
	if (with != CLEAR && u->c.pani[0] != '\0')
		buf_printf(b, "P-Access-Network-Info: %s\r\n", u->c.pani);
}

void
reg_ue_contact_uri(struct reg_ue *u, struct buf *b)
{
	bool secure = u->c.n_offer > 0;

	buf_str(b, "sip:");
	reg_put_host(b, &u->addr, secure ? u->port_us : u->c.port);
	if (u->c.transport == FLOW_TCP)
		buf_str(b, ";transport=tcp");
}

struct flow_where
reg_ue_where(const struct reg_ue *u, int with)
{
	struct flow_where w;

	memset(&w, 0, sizeof(w));
	w.transport = u->c.transport;
	w.src = *own_addr(u, with);
	w.dst = u->c.pcscf;
	w.sport = u->c.port;
	w.dport = u->c.pcscf_port;
	if (with != CLEAR) {		/* TS 33.203 7.1: uc to ps */
		w.sport = u->set[with].a.port_uc;
		w.dport = u->set[with].a.port_ps;
	}
	return w;
}

struct ue_again *
reg_ue_find(struct reg_ue *u, enum ue_what what)
{
	for (size_t i = 0; i < UE_AGAINS; i++)
		if (u->again[i].on && u->again[i].what == what)
			return &u->again[i];
	return NULL;
}

void
reg_ue_done(struct ue_again *a)
{
	if (a == NULL)
		return;
	a->on = false;
	buf_wipe(&a->text);
}

/* A free place, or else the one that ends first. */
static struct ue_again *
place(struct reg_ue *u)
{
	struct ue_again *best = &u->again[0];

	for (size_t i = 0; i < UE_AGAINS; i++) {
		if (!u->again[i].on)
			return &u->again[i];
		if (u->again[i].end_ns < best->end_ns)
			best = &u->again[i];
	}
	return best;
}

void
reg_ue_commit(struct reg_ue *u, enum ue_what what, int with,
    const char *branch, uint32_t cseq, const struct flow_where *w)
{
	struct ue_again *a = place(u);

	reg_ue_done(a);
	memset(a, 0, sizeof(*a));
	a->what = what;
	a->where = w != NULL ? *w : reg_ue_where(u, with);
	a->set = with == CLEAR ? 0 : u->set[with].number;
	a->cseq = cseq;
	if (branch != NULL)
		(void)reg_copy(a->branch, sizeof(a->branch),
		    slice_str(branch));
	buf_init(&a->text, REG_MSG_MAX);
	buf_put(&a->text, buf_slice(&u->node.out));
	a->interval_ns = REG_T1;
	a->next_ns = u->node.now_ns + REG_T1;
	a->end_ns = u->node.now_ns + LIFE * REG_T1;
	/* Over TCP nothing but what a peer must confirm is repeated. */
	a->quiet = a->where.transport == FLOW_TCP && what < UE_RELIABLE;
	a->on = true;
	reg_node_send(&u->node, &a->where);
}

/* TS 33.203 7.1: which of the SAs towards the phone W is of. */
int
reg_ue_came(const struct reg_ue *u, const struct flow_where *w)
{
	for (int i = 0; i < SETS; i++) {
		const struct sa_agreement *a = &u->set[i].a;

		if (u->set[i].on && ((w->sport == a->port_pc &&
		    w->dport == a->port_us) || (w->sport == a->port_ps &&
		    w->dport == a->port_uc)))
			return i;
	}
	if (u->c.n_offer > 0 && (w->dport == u->port_us ||
	    w->dport == u->port_uc) && u->port_us != 0)
		return ERR_NOSA;
	return CLEAR;
}

static struct ue_again *
asked(struct reg_ue *u, const struct sip_msg *m)
{
	struct slice branch = reg_branch(m);
	struct sip_cseq cseq;

	if (sip_cseq(m, &cseq) < 0)
		return NULL;
	for (size_t i = 0; i < UE_AGAINS; i++) {
		struct ue_again *a = &u->again[i];

		if (a->on && a->branch[0] != '\0' && a->cseq == cseq.number &&
		    slice_is(branch, a->branch))
			return a;
	}
	return NULL;
}

static void
response(struct reg_ue *u, const struct flow_sip *m, int came)
{
	struct ue_again *a = asked(u, m->msg);
	uint32_t set = came == CLEAR ? 0 : u->set[came].number;

	/* A message on a wrong SA is discarded (TS 33.203 7.4). */
	if (a == NULL || a->set != set) {
		if (a == NULL && came != CLEAR)
			reg_call_late(u, m->msg);
		return;
	}
	if (m->msg->status < 200 && a->what != UE_INVITE) {
		a->interval_ns = REG_T2;
		return;
	}
	if (a->what == UE_REGISTER) {
		reg_ue_done(a);
		reg_ue_registered(u, m->msg, came, set);
	} else
		reg_ue_response(u, a, m);
}

int
reg_ue_sip(struct reg_ue *u, const struct flow_sip *m)
{
	int came = reg_ue_came(u, &m->where);

	if (m->where.time_ns > u->node.now_ns)
		u->node.now_ns = m->where.time_ns;
	if (came == ERR_NOSA || (m->where.src.family != 0 &&
	    !pkt_addr_eq(&m->where.src, &u->c.pcscf)))
		return 0;
	if (!m->msg->request)
		response(u, m, came);
	else if (came != CLEAR || u->c.n_offer == 0)
		reg_ue_request(u, m);
	return reg_node_result(&u->node);
}

uint64_t
reg_ue_deadline(const struct reg_ue *u)
{
	uint64_t first = reg_call_deadline(u);

	for (size_t i = 0; i < UE_AGAINS; i++) {
		const struct ue_again *a = &u->again[i];
		uint64_t t = a->quiet ? a->end_ns : a->next_ns;

		if (a->on && t < first)
			first = t;
	}
	for (size_t i = 0; i < SETS; i++)
		if (u->set[i].on && u->set[i].expire_ns < first)
			first = u->set[i].expire_ns;
	if (u->state == REG_REGISTERED && !reg_ue_busy(u) &&
	    u->refresh_ns < first)
		first = u->refresh_ns;
	return first;
}

static void
timed_out(struct reg_ue *u, struct ue_again *a)
{
	enum ue_what what = a->what;

	reg_ue_done(a);
	if (what == UE_REGISTER) {
		reg_ue_give_up(u, true, "REGISTER was not answered");
		return;
	}
	if (what != UE_SUBSCRIBE && what != UE_MESSAGE)
		u->call.state = CALL_NONE;
	reg_ue_fail(u, "%s was not answered", what == UE_SUBSCRIBE ?
	    "SUBSCRIBE" : what == UE_MESSAGE ? "MESSAGE" : "the call");
}

int
reg_ue_tick(struct reg_ue *u, uint64_t now_ns)
{
	if (now_ns > u->node.now_ns)
		u->node.now_ns = now_ns;
	now_ns = u->node.now_ns;
	for (size_t i = 0; i < UE_AGAINS; i++) {
		struct ue_again *a = &u->again[i];

		if (!a->on || now_ns < (a->quiet ? a->end_ns : a->next_ns))
			continue;
		if (now_ns >= a->end_ns) {
			timed_out(u, a);
			continue;
		}
		reg_node_send_text(&u->node, &a->where, buf_slice(&a->text));
		/* RFC 3261 17.1.1.2: an INVITE's interval has no bound. */
		if (a->interval_ns < REG_T2 || a->what == UE_INVITE)
			a->interval_ns *= 2;
		a->next_ns = now_ns + a->interval_ns;
		if (a->next_ns > a->end_ns)
			a->next_ns = a->end_ns;
	}
	reg_call_tick(u);
	reg_ue_expire_sets(u);
	if (reg_ue_ready(u) && now_ns >= u->refresh_ns)
		return reg_ue_register(u, now_ns);
	return reg_node_result(&u->node);
}
