/* reg_scscf: the S-CSCF: users, sessions, timers (TS 24.229 5.4). */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "reg_scscf_int.h"

#define USERS		65536
#define SHORTENED	60	/* s until a user must have come back */

static void
drop_user(void *val, void *arg)
{
	struct scscf_user *u = val;

	(void)arg;
	buf_free(&u->notify);
	crypt_wipe(&u->vector, sizeof(u->vector));
}

struct reg_scscf *
reg_scscf_new(const struct reg_scscf_config *c, struct reg_hss *hss,
    const struct reg_sink *sink)
{
	struct reg_scscf *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->c = *c;
	s->hss = hss;
	s->next_ns = REG_NEVER;
	s->users = table_new(SA_IMPI_MAX, sizeof(struct scscf_user), USERS,
	    drop_user, NULL);
	if (s->users == NULL || reg_hop_init(&s->hop, &c->net.scscf, sink) <
	    0) {
		reg_scscf_free(s);
		return NULL;
	}
	return s;
}

void
reg_scscf_free(struct reg_scscf *s)
{
	if (s == NULL)
		return;
	reg_hop_free(&s->hop);
	table_free(s->users);
	free(s);
}

static void
user_key(char key[SA_IMPI_MAX], const struct reg_user *u)
{
	memset(key, 0, SA_IMPI_MAX);
	memcpy(key, u->who.impi, strlen(u->who.impi));
}

struct scscf_user *
reg_scscf_find(struct reg_scscf *s, const struct reg_user *u)
{
	char key[SA_IMPI_MAX];

	user_key(key, u);
	return table_get(s->users, key);
}

struct scscf_user *
reg_scscf_user(struct reg_scscf *s, struct reg_user *u)
{
	char key[SA_IMPI_MAX];
	struct scscf_user *su;

	user_key(key, u);
	if ((su = table_put(s->users, key, s->hop.node.now_ns)) == NULL)
		s->hop.node.mem = true;
	else
		su->user = u;
	return su;
}

void
reg_scscf_wake(struct reg_scscf *s, uint64_t at_ns)
{
	if (at_ns < s->next_ns)
		s->next_ns = at_ns;
}

/* Where a request goes on, and what becomes of its target. */
struct way {
	const struct reg_place	*to;
	const struct scscf_user	*user;		/* terminating: whose it is */
	bool			 orig, record;
};

/* The values of Route that are not this node. */
static struct slice
next_route(struct reg_scscf *s, const struct sip_msg *m, struct reg_edit *e,
    bool *orig)
{
	struct sip_iter it = { 0 };
	struct sip_addr a;
	struct sip_uri u;
	struct slice v;

	*orig = false;
	if (!sip_each(m, SIP_H_ROUTE, &it, &v) || sip_addr(v, &a) < 0)
		return slice_of(NULL, 0);
	if (!reg_hop_self(&s->hop, a.uri))
		return v;
	*orig = sip_uri(a.uri, &u) == 0 && slice_is(u.user, "orig");
	if (e != NULL)
		reg_edit_pop(e, SIP_H_ROUTE);
	return sip_each(m, SIP_H_ROUTE, &it, &v) ? v : slice_of(NULL, 0);
}

/* 0, or the status that refuses the request. */
static unsigned
find_way(struct reg_scscf *s, const struct sip_msg *m, struct reg_edit *e,
    struct way *w)
{
	struct slice route = next_route(s, m, e, &w->orig);
	struct reg_user *u;

	w->user = NULL;
	w->record = reg_tag(m, SIP_H_TO).n == 0 &&
	    slice_is(m->method, "INVITE");
	w->to = reg_net_next(&s->c.net, route, m->uri);
	if (reg_tag(m, SIP_H_TO).n > 0 || route.n > 0)
		return w->to != NULL ? 0 : 404;
	u = reg_hss_impu(s->hss, m->uri);
	if (w->orig) {
		w->to = &s->c.net.icscf;
		return u != NULL || reg_net_next(&s->c.net, route, m->uri) !=
		    NULL ? 0 : 404;
	}
	if (u == NULL)
		return 404;
	w->user = reg_scscf_find(s, u);
	if (w->user == NULL || !w->user->registered)
		return 480;
	w->to = reg_net_next(&s->c.net, slice_str(w->user->path),
	    slice_of(NULL, 0));
	return w->to != NULL ? 0 : 480;
}

/* The header fields that this node has to do with (TS 24.229 5.4.3). */
static void
edit(struct reg_scscf *s, struct reg_edit *e, const struct sip_msg *m,
    const struct way *w)
{
	const struct sip_header *pcv = sip_get(m, SIP_H_P_CHARGING_VECTOR);
	struct slice v;

	/* Not for the other user to know (TS 24.229 4.4). */
	reg_edit_drop(e, "P-Access-Network-Info");
	if (w->orig)
		reg_edit_drop(e, "P-Preferred-Service");
	if (pcv != NULL && w->orig &&
	    !sip_param(slice_from(pcv->value, slice_chr(pcv->value, ';')),
	    ';', "orig-ioi", &v))
		reg_edit_value(e, pcv, "%.*s;orig-ioi=%s", SL(pcv->value),
		    s->c.net.domain);
	if (w->record && !reg_hop_self(&s->hop,
	    reg_uri(m, SIP_H_RECORD_ROUTE))) {
		struct buf name;

		buf_init(&name, REG_URI);
		reg_put_place(&name, &s->hop.self);
		reg_edit_top(e, "Record-Route: <sip:%.*s;lr>",
		    SL(buf_slice(&name)));
		buf_free(&name);
	}
	if (w->user == NULL)
		return;
	reg_edit_uri(e, slice_str(w->user->uri));
	reg_edit_top(e, "Route: %s", w->user->path);
	reg_edit_add(e, "P-Called-Party-ID: <%.*s>", SL(m->uri));
}

static void
pass(struct reg_scscf *s, const struct flow_sip *m, struct reg_txn *t,
    uint64_t key)
{
	struct reg_edit *e = reg_edit_new(m->msg);
	struct flow_where to;
	struct way w;
	unsigned status;

	if (e == NULL) {
		s->hop.node.mem = true;
		return;
	}
	status = find_way(s, m->msg, e, &w);
	if (status != 0)
		reg_hop_refuse(&s->hop, t, m->msg, status, "");
	else {
		reg_hop_trying(&s->hop, t, m->msg);
		edit(s, e, m->msg, &w);
		reg_hop_via(&s->hop, e, m, key, NULL, NULL);
		to = reg_hop_to(&s->hop, w.to);
		reg_hop_forward(&s->hop, e, &to);
	}
	reg_edit_free(e);
}

static bool
is_method(const struct sip_msg *m, const char *const *list)
{
	for (; *list != NULL; list++)
		if (slice_is(m->method, *list))
			return true;
	return false;
}

static void
request(struct reg_scscf *s, const struct flow_sip *m)
{
	static const char *const passed[] = { "INVITE", "ACK", "BYE",
	    "CANCEL", "PRACK", "UPDATE", "MESSAGE", NULL };
	uint64_t key;
	struct reg_txn *t = reg_hop_begin(&s->hop, m, &key);

	if (t == NULL)
		return;
	if (t->reg)
		reg_scscf_register(s, m, t);
	else if (slice_is(m->msg->method, "SUBSCRIBE"))
		reg_scscf_subscribe(s, m, t);
	else if (is_method(m->msg, passed))
		pass(s, m, t, key);
	else
		reg_hop_refuse(&s->hop, t, m->msg, 405, "Allow: REGISTER, "
		    "SUBSCRIBE, INVITE, ACK, BYE, PRACK, UPDATE, MESSAGE\r\n");
}

static void
response(struct reg_scscf *s, const struct flow_sip *m)
{
	struct reg_txn *t;
	struct reg_edit *e;

	if (m->msg->status == 100 || reg_scscf_notified(s, m->msg) ||
	    (t = reg_hop_find(&s->hop, m->msg)) == NULL)
		return;
	if ((e = reg_edit_new(m->msg)) == NULL) {
		s->hop.node.mem = true;
		return;
	}
	reg_edit_drop(e, "P-Access-Network-Info");
	reg_hop_back(&s->hop, t, e, m->msg);
	reg_edit_free(e);
}

int
reg_scscf_sip(struct reg_scscf *s, const struct flow_sip *m)
{
	if (m->where.time_ns > s->hop.node.now_ns)
		s->hop.node.now_ns = m->where.time_ns;
	if (m->msg->request)
		request(s, m);
	else
		response(s, m);
	return reg_node_result(&s->hop.node);
}

uint64_t
reg_scscf_deadline(const struct reg_scscf *s)
{
	return s->next_ns;
}

static void
again(struct reg_scscf *s, struct scscf_user *u)
{
	uint64_t now = s->hop.node.now_ns;
	struct slice rest = slice_str(u->sub.route), top = { NULL, 0 };
	const struct reg_place *to;
	struct flow_where w;

	if (u->notify.n == 0)
		return;
	if (now >= u->end_ns) {
		buf_free(&u->notify);
		u->subscribed = false;
		return;
	}
	(void)sip_comma(&rest, &top);
	to = reg_net_next(&s->c.net, top, slice_str(u->sub.target));
	if (now >= u->next_ns && to != NULL) {
		w = reg_hop_to(&s->hop, to);
		reg_node_send_text(&s->hop.node, &w, buf_slice(&u->notify));
		u->interval_ns *= 2;
		u->next_ns = now + u->interval_ns;
	}
	reg_scscf_wake(s, u->next_ns < u->end_ns ? u->next_ns : u->end_ns);
}

int
reg_scscf_tick(struct reg_scscf *s, uint64_t now_ns)
{
	struct scscf_user *u = NULL;

	if (now_ns > s->hop.node.now_ns)
		s->hop.node.now_ns = now_ns;
	now_ns = s->hop.node.now_ns;
	s->next_ns = REG_NEVER;
	while ((u = table_next(s->users, u)) != NULL) {
		if (u->open && now_ns >= u->await_ns) {
			u->open = false;
			reg_node_news(&s->hop.node, REG_NEWS_REFUSED,
			    u->user->who.impi, "challenge was not answered");
		}
		if (u->registered && now_ns >= u->expire_ns) {
			u->registered = false;
			reg_node_news(&s->hop.node, REG_NEWS_DEREGISTERED,
			    u->user->who.impi, "registration ran out");
		}
		again(s, u);
		if (u->open)
			reg_scscf_wake(s, u->await_ns);
		if (u->registered)
			reg_scscf_wake(s, u->expire_ns);
	}
	return reg_node_result(&s->hop.node);
}

static struct scscf_user *
subscriber(struct reg_scscf *s, struct slice impi, uint64_t now_ns)
{
	struct reg_user *who = reg_hss_impi(s->hss, impi);
	struct scscf_user *u = who != NULL ? reg_scscf_find(s, who) : NULL;

	if (now_ns > s->hop.node.now_ns)
		s->hop.node.now_ns = now_ns;
	return u != NULL && u->registered && u->subscribed ? u : NULL;
}

int
reg_scscf_reauth(struct reg_scscf *s, struct slice impi, uint64_t now_ns)
{
	struct scscf_user *u = subscriber(s, impi, now_ns);

	if (u == NULL)
		return ERR_NOSA;
	u->expire_ns = s->hop.node.now_ns + SHORTENED * REG_SECOND;
	reg_scscf_wake(s, u->expire_ns);
	reg_scscf_notify(s, u, "active", "shortened", SHORTENED);
	return reg_node_result(&s->hop.node);
}

int
reg_scscf_deregister(struct reg_scscf *s, struct slice impi, uint64_t now_ns)
{
	struct scscf_user *u = subscriber(s, impi, now_ns);

	if (u == NULL)
		return ERR_NOSA;
	reg_scscf_notify(s, u, "terminated", "deactivated", 0);
	u->registered = false;
	return reg_node_result(&s->hop.node);
}
