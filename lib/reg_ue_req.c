/* reg_ue_req: the phone's other requests, and the answers it gives. */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "reg_ue_int.h"

#define SUB_EXPIRES	REG_EXPIRES	/* TS 24.229 5.1.1.3 */

const char *
reg_ue_name(const struct reg_ue *u)
{
	return u->impu[0] != '\0' ? u->impu : u->c.who.register_as;
}

void
reg_ue_put_initial(struct reg_ue *u, const char *method, const char *to,
    struct reg_dialog *d, char branch[REG_ID])
{
	int with = reg_ue_with(u);
	char addr[PKT_ADDR_TEXT], id[REG_ID];
	struct buf *b = &u->node.out;
	struct flow_where w = reg_ue_where(u, with);

	memset(d, 0, sizeof(*d));
	reg_node_id(&u->node, id);
	(void)snprintf(d->call_id, sizeof(d->call_id), "%.20s@%s%s%s", id,
	    u->addr.family == 6 ? "[" : "", pkt_addr_text(&u->addr, addr),
	    u->addr.family == 6 ? "]" : "");
	reg_node_id(&u->node, d->local_tag);
	d->cseq = 1;
	reg_ue_begin(u, method, to, with, branch);
	buf_str(b, "Route: <sip:");
	reg_put_host(b, &u->c.pcscf, w.dport);
	buf_str(b, ";lr>");
	if (u->service_route[0] != '\0')
		buf_printf(b, ", %s", u->service_route);
	buf_printf(b, "\r\nFrom: <%s>;tag=%s\r\nTo: <%s>\r\nCall-ID: %s\r\n"
	    "CSeq: %u %s\r\nP-Preferred-Identity: <%s>\r\n", reg_ue_name(u),
	    d->local_tag, to, d->call_id, (unsigned)d->cseq, method,
	    reg_ue_name(u));
}

void
reg_ue_put_dialog(struct reg_ue *u, struct reg_dialog *d, const char *method,
    char branch[REG_ID])
{
	struct buf *b = &u->node.out;

	reg_ue_begin(u, method, d->target, reg_ue_with(u), branch);
	if (d->route[0] != '\0')
		buf_printf(b, "Route: %s\r\n", d->route);
	buf_printf(b, "From: <%s>;tag=%s\r\nTo: <%s>;tag=%s\r\n"
	    "Call-ID: %s\r\nCSeq: %u %s\r\n", d->local, d->local_tag,
	    d->remote, d->remote_tag, d->call_id, (unsigned)d->cseq, method);
}

static void
put_contact(struct reg_ue *u)
{
	buf_str(&u->node.out, "Contact: <");
	reg_ue_contact_uri(u, &u->node.out);
	buf_str(&u->node.out, ">\r\n");
}

int
reg_ue_subscribe(struct reg_ue *u, uint64_t now_ns)
{
	char branch[REG_ID];

	if (now_ns > u->node.now_ns)
		u->node.now_ns = now_ns;
	if (!reg_ue_ready(u))
		return ERR_SYNC;
	reg_ue_put_initial(u, "SUBSCRIBE", reg_ue_name(u), &u->sub, branch);
	put_contact(u);
	reg_ue_secure(u, reg_ue_with(u), true);
	buf_printf(&u->node.out, "Event: reg\r\n"
	    "Accept: application/reginfo+xml\r\nExpires: %u\r\n",
	    SUB_EXPIRES);
	reg_put_end(&u->node.out, NULL, slice_of(NULL, 0));
	reg_ue_commit(u, UE_SUBSCRIBE, reg_ue_with(u), branch, u->sub.cseq,
	    NULL);
	return reg_node_result(&u->node);
}

int
reg_ue_message(struct reg_ue *u, const char *to, struct slice text,
    uint64_t now_ns)
{
	struct reg_dialog d;
	char branch[REG_ID];

	if (now_ns > u->node.now_ns)
		u->node.now_ns = now_ns;
	if (!reg_ue_ready(u))
		return ERR_SYNC;
	if (strlen(to) >= REG_URI)
		return ERR_RANGE;
	reg_ue_put_initial(u, "MESSAGE", to, &d, branch);
	reg_ue_secure(u, reg_ue_with(u), true);
	reg_put_end(&u->node.out, "text/plain;charset=UTF-8", text);
	reg_ue_commit(u, UE_MESSAGE, reg_ue_with(u), branch, 1, NULL);
	return reg_node_result(&u->node);
}

/*
 * TS 33.203 7.1: over UDP what the phone sends goes from uc to ps, answers too;
 * over TCP an answer goes back on its connection.
 */
struct flow_where
reg_ue_back(const struct reg_ue *u, const struct flow_where *w)
{
	int came = reg_ue_came(u, w);

	if (came < 0 || w->transport == FLOW_TCP)
		return reg_reverse(w);
	return reg_ue_where(u, came);
}

/* Which request it is, to know it when it is sent again. */
static uint64_t
request_key(const struct sip_msg *m)
{
	struct sip_iter it = { 0 };
	struct slice via = { NULL, 0 };
	uint64_t k;

	(void)sip_each(m, SIP_H_VIA, &it, &via);
	k = slice_hash(0, via);
	k = slice_hash(k, sip_value(m, SIP_H_CALL_ID));
	return slice_hash(k, sip_value(m, SIP_H_CSEQ)) | 1;
}

void
reg_ue_answer(struct reg_ue *u, const struct flow_sip *m, unsigned status,
    const char *tag, const char *extra, const char *type, struct slice body)
{
	struct flow_where w = reg_ue_back(u, &m->where);
	size_t i = u->next_answer;

	buf_reset(&u->node.out);
	reg_put_response(&u->node.out, m->msg, status, tag,
	    slice_is(m->msg->method, "INVITE") && status > 100);
	buf_str(&u->node.out, extra);
	reg_put_end(&u->node.out, type, body);
	if (status >= 200 && !slice_is(m->msg->method, "INVITE")) {
		u->next_answer = (i + 1) % UE_ANSWERS;
		u->answer[i].key = request_key(m->msg);
		u->answer[i].where = w;
		buf_wipe(&u->answer[i].text);
		buf_init(&u->answer[i].text, REG_MSG_MAX);
		buf_put(&u->answer[i].text, buf_slice(&u->node.out));
	}
	reg_node_send(&u->node, &w);
}

static bool
answered_before(struct reg_ue *u, const struct sip_msg *m)
{
	uint64_t key = request_key(m);

	for (size_t i = 0; i < UE_ANSWERS; i++)
		if (u->answer[i].key == key) {
			reg_node_send_text(&u->node, &u->answer[i].where,
			    buf_slice(&u->answer[i].text));
			return true;
		}
	return false;
}

static void
plain(struct reg_ue *u, const struct flow_sip *m, unsigned status,
    const char *extra)
{
	char tag[REG_ID];

	reg_node_id(&u->node, tag);
	reg_ue_answer(u, m, status, tag, extra, NULL, slice_of(NULL, 0));
}

/* Event reg (RFC 3680; TS 24.229 5.1.1.3, 5.1.1.5A, 5.1.1.7). */
static void
notify(struct reg_ue *u, const struct flow_sip *m)
{
	struct slice event;

	/* The NOTIFY may overtake the 200 (RFC 6665 4.1.2.4). */
	if (!reg_dialog_has(&u->sub, m->msg)) {
		plain(u, m, 481, "");
		return;
	}
	plain(u, m, 200, "");
	if (reg_reginfo_ended(m->msg->body)) {
		reg_ue_gone(u);
		reg_node_news(&u->node, REG_NEWS_DEREGISTERED,
		    u->c.who.impi, "by the network");
		return;
	}
	event = reg_reginfo_event(m->msg->body);
	if (slice_is(event, "shortened") && u->state == REG_REGISTERED)
		(void)!reg_ue_register(u, u->node.now_ns);
}

void
reg_ue_request(struct reg_ue *u, const struct flow_sip *m)
{
	const struct sip_msg *q = m->msg;
	struct sip_cseq cseq;

	if (sip_cseq(q, &cseq) < 0 || !slice_eq(cseq.method, q->method) ||
	    sip_get(q, SIP_H_VIA) == NULL || sip_get(q, SIP_H_FROM) == NULL ||
	    sip_get(q, SIP_H_TO) == NULL ||
	    sip_get(q, SIP_H_CALL_ID) == NULL || answered_before(u, q) ||
	    reg_call_request(u, m))
		return;
	if (slice_is(q->method, "ACK"))
		return;
	if (slice_is(q->method, "NOTIFY"))
		notify(u, m);
	else if (slice_is(q->method, "MESSAGE") ||
	    slice_is(q->method, "OPTIONS"))
		plain(u, m, 200, "");
	else
		plain(u, m, 405, "Allow: INVITE, ACK, BYE, PRACK, UPDATE, "
		    "MESSAGE, NOTIFY, OPTIONS\r\n");
}

void
reg_ue_response(struct reg_ue *u, struct ue_again *a, const struct flow_sip *m)
{
	unsigned status = m->msg->status;
	char reason[SLICE_SHOW];

	if (a->what != UE_SUBSCRIBE && a->what != UE_MESSAGE) {
		reg_call_response(u, a, m);
		return;
	}
	if (a->what == UE_SUBSCRIBE && status < 300) {
		u->subscribed = true;
		(void)reg_dialog_set(&u->sub, m->msg, true);
	}
	if (status >= 300)
		reg_ue_fail(u, "%s: %u %s", a->what == UE_SUBSCRIBE ?
		    "SUBSCRIBE" : "MESSAGE", status,
		    slice_show(m->msg->reason, reason));
	else
		reg_node_news(&u->node, REG_NEWS_DONE, u->c.who.impi,
		    a->what == UE_SUBSCRIBE ? "subscribed" : "message sent");
	reg_ue_done(a);
}
