/* reg_call: a call of the phone, either side (RFC 3261, 3262, 3311, 3312). */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "reg_ue_int.h"

#define RINGING		(2 * REG_SECOND)	/* until somebody answers */
#define MEDIA_KEY	30	/* AES_CM_128: key 16, salt 14 (RFC 4568) */
#define ALLOW		"Allow: INVITE, ACK, BYE, PRACK, UPDATE, MESSAGE\r\n"

static const struct slice nothing;

void
reg_call_free(struct ue_call *c)
{
	buf_wipe(&c->invite);
	crypt_wipe(c, sizeof(*c));
}

static void
start(struct reg_ue *u, bool caller, bool precondition)
{
	struct ue_call *c = &u->call;
	uint8_t key[MEDIA_KEY];
	struct buf b;

	reg_call_free(c);
	c->state = CALL_ASKED;
	c->caller = caller;
	c->precondition = precondition;
	if (!u->c.srtp)
		return;
	u->node.sink.draw(REG_DRAW_MEDIA_KEY, key, sizeof(key),
	    u->node.sink.arg);
	buf_init(&b, sizeof(c->key));
	buf_base64(&b, slice_of(key, sizeof(key)));
	(void)reg_copy(c->key, sizeof(c->key), buf_slice(&b));
	buf_wipe(&b);
	crypt_wipe(key, sizeof(key));
}

/* The a=curr and a=des lines (RFC 3312 5, TS 24.229 6.1). */
static void
put_qos(struct buf *b, bool local, bool remote, bool answer)
{
	buf_printf(b, "a=curr:qos local %s\r\na=curr:qos remote %s\r\n"
	    "a=des:qos mandatory local sendrecv\r\n"
	    "a=des:qos %s remote sendrecv\r\n", local ? "sendrecv" : "none",
	    remote ? "sendrecv" : "none", answer ? "mandatory" : "optional");
	if (answer && !remote)
		buf_str(b, "a=conf:qos remote sendrecv\r\n");
}

static void
put_sdp(struct reg_ue *u, struct buf *b, bool local, bool remote, bool answer)
{
	struct ue_call *c = &u->call;
	char addr[PKT_ADDR_TEXT];

	(void)pkt_addr_text(&u->addr, addr);
	buf_printf(b, "v=0\r\no=- 1 %u IN IP%u %s\r\ns=-\r\nc=IN IP%u %s\r\n"
	    "t=0 0\r\nm=audio 49170 RTP/%s 96\r\na=rtpmap:96 AMR-WB/16000\r\n"
	    "a=sendrecv\r\n", (unsigned)++c->sdp_version, u->addr.family,
	    addr, u->addr.family, addr, c->key[0] != '\0' ? "SAVP" : "AVP");
	if (c->key[0] != '\0')
		buf_printf(b, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 "
		    "inline:%s\r\n", c->key);
	if (c->precondition)
		put_qos(b, local, remote, answer);
}

int
reg_ue_call(struct reg_ue *u, const char *to, uint64_t now_ns)
{
	struct ue_call *c = &u->call;
	char branch[REG_ID];
	struct buf sdp, *b = &u->node.out;

	if (now_ns > u->node.now_ns)
		u->node.now_ns = now_ns;
	if (!reg_ue_ready(u) || c->state != CALL_NONE)
		return ERR_SYNC;
	if (strlen(to) >= REG_URI)
		return ERR_RANGE;
	start(u, true, u->c.precondition);
	buf_init(&sdp, 4096);
	put_sdp(u, &sdp, false, false, false);
	reg_ue_put_initial(u, "INVITE", to, &c->d, branch);
	c->invite_cseq = c->d.cseq;
	buf_str(b, "Contact: <");
	reg_ue_contact_uri(u, b);
	buf_str(b, ">;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi."
	    "mmtel\"\r\n");
	reg_ue_secure(u, reg_ue_with(u), true);
	buf_printf(b, "P-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi."
	    "mmtel\r\nSupported: 100rel%s\r\n" ALLOW,
	    c->precondition ? ", precondition" : "");
	reg_put_end(b, "application/sdp", buf_slice(&sdp));
	buf_wipe(&sdp);
	reg_ue_commit(u, UE_INVITE, reg_ue_with(u), branch, c->d.cseq, NULL);
	return reg_node_result(&u->node);
}

/* A request of the call: BYE, PRACK, UPDATE; ACK, which has no answer. */
static void
in_call(struct reg_ue *u, enum ue_what what, const char *method,
    const char *extra, bool sdp)
{
	bool ack = slice_is(slice_str(method), "ACK");
	struct reg_dialog *d = &u->call.d;
	uint32_t was = d->cseq;
	char branch[REG_ID];
	struct flow_where w;
	struct buf body;

	d->cseq = ack ? u->call.invite_cseq : d->cseq + 1;
	buf_init(&body, 4096);
	if (sdp)
		put_sdp(u, &body, true, false, false);
	reg_ue_put_dialog(u, d, method, branch);
	/* Require and Proxy-Require are not for ACK (RFC 3261 20). */
	reg_ue_secure(u, reg_ue_with(u), !ack);
	buf_str(&u->node.out, extra);
	reg_put_end(&u->node.out, sdp ? "application/sdp" : NULL,
	    buf_slice(&body));
	buf_wipe(&body);
	if (!ack) {
		reg_ue_commit(u, what, reg_ue_with(u), branch, d->cseq, NULL);
		return;
	}
	d->cseq = was;
	w = reg_ue_where(u, reg_ue_with(u));
	reg_node_send(&u->node, &w);
}

int
reg_ue_hang_up(struct reg_ue *u, uint64_t now_ns)
{
	if (now_ns > u->node.now_ns)
		u->node.now_ns = now_ns;
	if (u->call.state != CALL_UP)
		return ERR_SYNC;
	u->call.state = CALL_ENDING;
	in_call(u, UE_BYE, "BYE", "", false);
	return reg_node_result(&u->node);
}

/* What is answered now, INVITE's own answers go with its bytes. */
static void
answer_invite(struct reg_ue *u, unsigned status, const char *extra, bool sdp,
    bool sure)
{
	struct ue_call *c = &u->call;
	struct sip_msg m;
	struct buf body, *b = &u->node.out;

	if (sip_parse(&m, buf_slice(&c->invite)) < 0)
		return;
	buf_init(&body, 4096);
	if (sdp)
		put_sdp(u, &body, false, false, true);
	buf_reset(b);
	reg_put_response(b, &m, status, c->d.local_tag, status > 100);
	if (status > 100) {
		buf_str(b, "Contact: <");
		reg_ue_contact_uri(u, b);
		buf_printf(b, ">\r\n" ALLOW "P-Preferred-Identity: <%s>\r\n",
		    reg_ue_name(u));
		reg_ue_secure(u, reg_ue_with(u), false);
	}
	buf_str(b, extra);
	reg_put_end(b, sdp ? "application/sdp" : NULL, buf_slice(&body));
	buf_wipe(&body);
	if (sure)
		reg_ue_commit(u, status < 200 ? UE_RELIABLE : UE_ACCEPT,
		    CLEAR, NULL, 0, &c->back);
	else
		reg_node_send(&u->node, &c->back);
}

static void
ring(struct reg_ue *u)
{
	answer_invite(u, 180, "", false, false);
	u->call.answer_ns = u->node.now_ns + RINGING;
}

static void
invited(struct reg_ue *u, const struct flow_sip *m)
{
	bool precondition = sip_has_tag(m->msg, SIP_H_SUPPORTED,
	    "precondition") && u->c.precondition;
	struct ue_call *c = &u->call;
	char tag[REG_ID];

	if (c->state != CALL_NONE) {
		if (reg_dialog_has(&c->d, m->msg) || slice_is(sip_value(m->msg,
		    SIP_H_CALL_ID), c->d.call_id))
			return;		/* sent again */
		reg_node_id(&u->node, tag);
		reg_ue_answer(u, m, 486, tag, "", NULL, nothing);
		return;
	}
	start(u, false, precondition);
	buf_init(&c->invite, REG_MSG_MAX);
	buf_put(&c->invite, m->msg->raw);
	c->back = reg_ue_back(u, &m->where);
	reg_node_id(&u->node, c->d.local_tag);
	if (!reg_dialog_set(&c->d, m->msg, false)) {
		c->state = CALL_NONE;
		reg_ue_answer(u, m, 400, c->d.local_tag, "", NULL, nothing);
		return;
	}
	answer_invite(u, 100, "", false, false);
	if (precondition)
		answer_invite(u, 183, "Require: 100rel, precondition\r\n"
		    "RSeq: 1\r\n", true, true);
	else
		ring(u);
}

static void
answer(struct reg_ue *u, const struct flow_sip *m, const char *extra,
    const char *type, struct slice body)
{
	reg_ue_answer(u, m, 200, "", extra, type, body);
}

static void
updated(struct reg_ue *u, const struct flow_sip *m)
{
	char extra[REG_URI + 256];
	struct buf sdp, contact;

	buf_init(&sdp, 4096);
	buf_init(&contact, REG_URI);
	reg_ue_contact_uri(u, &contact);
	(void)snprintf(extra, sizeof(extra), "Contact: <%.*s>\r\n",
	    SL(buf_slice(&contact)));
	put_sdp(u, &sdp, true, true, true);
	answer(u, m, extra, "application/sdp", buf_slice(&sdp));
	buf_free(&contact);
	buf_wipe(&sdp);
	if (u->call.state == CALL_ASKED && !u->call.caller &&
	    u->call.answer_ns == 0)
		ring(u);
}

static void
ended(struct reg_ue *u, const char *why)
{
	struct ue_call *c = &u->call;

	reg_ue_done(reg_ue_find(u, UE_RELIABLE));
	reg_ue_done(reg_ue_find(u, UE_ACCEPT));
	reg_call_free(c);
	reg_node_news(&u->node, REG_NEWS_DONE, u->c.who.impi, why);
}

bool
reg_call_request(struct reg_ue *u, const struct flow_sip *m)
{
	const struct slice method = m->msg->method;
	struct ue_call *c = &u->call;

	if (slice_is(method, "INVITE")) {
		invited(u, m);
		return true;
	}
	if (c->state == CALL_NONE || !reg_dialog_has(&c->d, m->msg))
		return false;
	if (slice_is(method, "ACK")) {
		reg_ue_done(reg_ue_find(u, UE_ACCEPT));
		if (c->state == CALL_ASKED)
			c->state = CALL_UP;
	} else if (slice_is(method, "PRACK")) {
		reg_ue_done(reg_ue_find(u, UE_RELIABLE));
		answer(u, m, "", NULL, nothing);
	} else if (slice_is(method, "UPDATE"))
		updated(u, m);
	else if (slice_is(method, "BYE")) {
		answer(u, m, "", NULL, nothing);
		ended(u, "call ended by the other side");
	} else
		return false;
	return true;
}

/* A reliable 183 (RFC 3262 4). */
static void
progress(struct reg_ue *u, const struct flow_sip *m)
{
	const struct sip_header *rseq = sip_get_named(m->msg, "RSeq");
	struct ue_call *c = &u->call;
	char extra[128];
	uint64_t n;

	if (rseq == NULL || slice_decimal(rseq->value, UINT32_MAX, &n) < 0 ||
	    reg_ue_find(u, UE_PRACK) != NULL || c->reserved ||
	    !reg_dialog_set(&c->d, m->msg, true))
		return;
	(void)snprintf(extra, sizeof(extra), "RAck: %u %u INVITE\r\n",
	    (unsigned)n, (unsigned)c->invite_cseq);
	in_call(u, UE_PRACK, "PRACK", extra, false);
}

/* The ACK to a refusal is the INVITE's own (RFC 3261 17.1.1.3). */
static void
ack_refusal(struct reg_ue *u, const struct ue_again *a,
    const struct sip_msg *m)
{
	struct sip_msg invite;
	struct buf *b = &u->node.out;

	if (sip_parse(&invite, buf_slice(&a->text)) < 0)
		return;
	buf_reset(b);
	buf_printf(b, "ACK %.*s SIP/2.0\r\nVia: %.*s\r\nMax-Forwards: 70\r\n",
	    SL(invite.uri), SL(sip_value(&invite, SIP_H_VIA)));
	buf_printf(b, "Route: %.*s\r\nFrom: %.*s\r\nTo: %.*s\r\n"
	    "Call-ID: %s\r\nCSeq: %u ACK\r\n",
	    SL(sip_value(&invite, SIP_H_ROUTE)),
	    SL(sip_value(&invite, SIP_H_FROM)), SL(sip_value(m, SIP_H_TO)),
	    u->call.d.call_id, (unsigned)a->cseq);
	reg_put_end(b, NULL, nothing);
	reg_node_send(&u->node, &a->where);
}

static void
invite_response(struct reg_ue *u, struct ue_again *a,
    const struct flow_sip *m)
{
	struct ue_call *c = &u->call;
	unsigned status = m->msg->status;
	char reason[SLICE_SHOW];

	a->quiet = true;
	if (status < 200) {
		if (status == 183)
			progress(u, m);
		return;
	}
	if (status >= 300) {
		ack_refusal(u, a, m->msg);
		reg_ue_done(a);
		reg_call_free(c);
		reg_ue_fail(u, "INVITE: %u %s", status,
		    slice_show(m->msg->reason, reason));
		return;
	}
	reg_ue_done(a);
	if (!reg_dialog_set(&c->d, m->msg, true))
		return;
	c->state = CALL_UP;
	in_call(u, UE_INVITE, "ACK", "", false);
	reg_node_news(&u->node, REG_NEWS_DONE, u->c.who.impi, "call is up");
}

void
reg_call_response(struct reg_ue *u, struct ue_again *a,
    const struct flow_sip *m)
{
	enum ue_what what = a->what;
	char reason[SLICE_SHOW];

	if (what == UE_INVITE) {
		invite_response(u, a, m);
		return;
	}
	reg_ue_done(a);
	if (what == UE_BYE)
		ended(u, "call ended");
	else if (m->msg->status >= 300)
		reg_ue_fail(u, "%s: %u %s", what == UE_PRACK ? "PRACK" :
		    "UPDATE", m->msg->status,
		    slice_show(m->msg->reason, reason));
	else if (what == UE_PRACK && u->call.precondition) {
		u->call.reserved = true;
		in_call(u, UE_UPDATE, "UPDATE", "", true);
	}
}

void
reg_call_late(struct reg_ue *u, const struct sip_msg *m)
{
	const struct ue_call *c = &u->call;
	struct sip_cseq cseq;

	if (c->state == CALL_UP && c->caller && m->status >= 200 &&
	    m->status < 300 && sip_cseq(m, &cseq) == 0 &&
	    slice_is(cseq.method, "INVITE") &&
	    cseq.number == c->invite_cseq && reg_dialog_has(&c->d, m))
		in_call(u, UE_INVITE, "ACK", "", false);
}

uint64_t
reg_call_deadline(const struct reg_ue *u)
{
	return u->call.answer_ns != 0 ? u->call.answer_ns : REG_NEVER;
}

void
reg_call_tick(struct reg_ue *u)
{
	struct ue_call *c = &u->call;

	if (c->answer_ns == 0 || u->node.now_ns < c->answer_ns)
		return;
	c->answer_ns = 0;
	answer_invite(u, 200, "", !c->precondition, true);
}
