/* reg_scscf_sub: event reg at the S-CSCF (RFC 3680, TS 24.229 5.4.2). */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "reg_scscf_int.h"

#define LIFE	64		/* of T1 (RFC 3261 17.1.2.2) */

/* A branch that tells the user, so that an answer finds it. */
static void
branch_of(const struct scscf_user *u, char out[REG_ID])
{
	uint64_t k = slice_hash(0, slice_str(u->sub.call_id));

	(void)snprintf(out, REG_ID, "z9hG4bKn%016llx%u",
	    (unsigned long long)k, (unsigned)u->sub.cseq);
}

static const struct reg_place *
first_hop(const struct reg_scscf *s, const struct reg_dialog *d)
{
	struct slice rest = slice_str(d->route), top = { NULL, 0 };

	(void)sip_comma(&rest, &top);
	return reg_net_next(&s->c.net, top, slice_str(d->target));
}

void
reg_scscf_notify(struct reg_scscf *s, struct scscf_user *u,
    const char *state, const char *event, uint32_t expires)
{
	bool ends = strcmp(state, "terminated") == 0;
	const struct reg_place *to = first_hop(s, &u->sub);
	struct buf *b = &s->hop.node.out, xml;
	struct reg_dialog *d = &u->sub;
	char branch[REG_ID];
	struct flow_where w;

	if (!u->subscribed || to == NULL)
		return;
	d->cseq++;
	branch_of(u, branch);
	buf_init(&xml, REG_MSG_MAX);
	reg_put_reginfo(&xml, &u->user->who, u->uri, u->version++, state,
	    event, expires);
	buf_printf(b, "NOTIFY %s SIP/2.0\r\nVia: SIP/2.0/UDP ", d->target);
	reg_put_place(b, &s->hop.self);
	buf_printf(b, ";branch=%s\r\nMax-Forwards: 70\r\n", branch);
	if (d->route[0] != '\0')
		buf_printf(b, "Route: %s\r\n", d->route);
	buf_printf(b, "From: <%s>;tag=%s\r\nTo: <%s>;tag=%s\r\nCall-ID: %s\r\n"
	    "CSeq: %u NOTIFY\r\nContact: <sip:", d->local, d->local_tag,
	    d->remote, d->remote_tag, d->call_id, (unsigned)d->cseq);
	reg_put_place(b, &s->hop.self);
	buf_printf(b, ">\r\nEvent: reg\r\nSubscription-State: %s\r\n",
	    ends ? "terminated;reason=deactivated" : "active;expires=600000");
	reg_put_end(b, "application/reginfo+xml", buf_slice(&xml));
	buf_free(&xml);
	buf_free(&u->notify);
	buf_init(&u->notify, REG_MSG_MAX);
	buf_put(&u->notify, buf_slice(b));
	u->interval_ns = REG_CORE_T1;
	u->next_ns = s->hop.node.now_ns + u->interval_ns;
	u->end_ns = s->hop.node.now_ns + LIFE * REG_CORE_T1;
	reg_scscf_wake(s, u->next_ns);
	w = reg_hop_to(&s->hop, to);
	reg_node_send(&s->hop.node, &w);
	if (ends)
		u->subscribed = false;
}

bool
reg_scscf_notified(struct reg_scscf *s, const struct sip_msg *m)
{
	struct slice branch = reg_branch(m);
	struct scscf_user *u = NULL;
	char ours[REG_ID];

	if (!slice_starts(branch, "z9hG4bKn"))
		return false;
	while ((u = table_next(s->users, u)) != NULL) {
		if (u->notify.n == 0)
			continue;
		branch_of(u, ours);
		if (slice_is(branch, ours) && m->status >= 200)
			buf_free(&u->notify);
	}
	return true;
}

static bool
is_reg(const struct sip_msg *m)
{
	struct slice e = sip_value(m, SIP_H_EVENT);

	return slice_caseis(slice_trim(slice_sub(e, 0, slice_chr(e, ';'))),
	    "reg");
}

static void
accept(struct reg_scscf *s, const struct sip_msg *m, struct reg_txn *t,
    const struct scscf_user *u, uint64_t expires)
{
	struct buf *b = &s->hop.node.out;

	reg_put_response(b, m, 200, u->sub.local_tag, true);
	buf_str(b, "Contact: <sip:");
	reg_put_place(b, &s->hop.self);
	buf_printf(b, ">\r\nExpires: %u\r\n", (unsigned)expires);
	reg_put_end(b, NULL, slice_of(NULL, 0));
	reg_hop_answer(&s->hop, t);
}

void
reg_scscf_subscribe(struct reg_scscf *s, const struct flow_sip *m,
    struct reg_txn *t)
{
	struct reg_user *who = reg_hss_impu(s->hss,
	    reg_uri(m->msg, SIP_H_TO));
	struct scscf_user *u = who != NULL ? reg_scscf_find(s, who) : NULL;
	uint64_t expires = REG_EXPIRES, now = s->hop.node.now_ns;
	char tag[REG_ID];

	if (!is_reg(m->msg)) {
		reg_hop_refuse(&s->hop, t, m->msg, 489,
		    "Allow-Events: reg\r\n");
		return;
	}
	/* Only its own state is told to a phone (TS 24.229 5.4.2.1.1). */
	if (u == NULL || !u->registered || !reg_user_has(who,
	    reg_uri(m->msg, SIP_H_P_ASSERTED_IDENTITY))) {
		reg_hop_refuse(&s->hop, t, m->msg, 403, "");
		return;
	}
	(void)slice_decimal(sip_value(m->msg, SIP_H_EXPIRES), REG_EXPIRES,
	    &expires);
	if (reg_tag(m->msg, SIP_H_TO).n == 0) {
		memset(&u->sub, 0, sizeof(u->sub));
		reg_node_id(&s->hop.node, tag);
		(void)reg_copy(u->sub.local_tag, sizeof(u->sub.local_tag),
		    slice_str(tag));
		u->version = 0;
	}
	if (!reg_dialog_set(&u->sub, m->msg, false)) {
		reg_hop_refuse(&s->hop, t, m->msg, 400, "");
		return;
	}
	u->subscribed = true;
	accept(s, m->msg, t, u, expires);
	reg_scscf_notify(s, u, "active", "registered",
	    (uint32_t)((u->expire_ns - now) / REG_SECOND));
	u->subscribed = expires > 0;
}
