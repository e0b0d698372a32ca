/* reg_dialog: dialogs (RFC 3261 12) as one side knows them. */
#include <stdio.h>
#include <string.h>

#include "reg_int.h"

/* The route set of the caller is the list in reverse (RFC 3261 12.1.2). */
static bool
set_route(struct reg_dialog *d, const struct sip_msg *m, bool client)
{
	struct slice v[32];
	struct sip_iter it = { 0 };
	size_t n = 0, at = 0;

	while (n < 32 && sip_each(m, SIP_H_RECORD_ROUTE, &it, &v[n]))
		n++;
	d->route[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		struct slice one = v[client ? n - 1 - i : i];

		if (at + one.n + 3 > sizeof(d->route))
			return false;
		at += (size_t)snprintf(d->route + at, sizeof(d->route) - at,
		    "%s%.*s", at > 0 ? ", " : "", SL(one));
	}
	return true;
}

bool
reg_dialog_set(struct reg_dialog *d, const struct sip_msg *m, bool client)
{
	enum sip_h far = client ? SIP_H_TO : SIP_H_FROM;
	enum sip_h near = client ? SIP_H_FROM : SIP_H_TO;
	struct sip_cseq cseq;

	if (sip_cseq(m, &cseq) < 0 ||
	    !reg_copy(d->call_id, sizeof(d->call_id),
	    sip_value(m, SIP_H_CALL_ID)) ||
	    !reg_copy(d->remote_tag, sizeof(d->remote_tag),
	    reg_tag(m, far)) ||
	    !reg_copy(d->local, sizeof(d->local), reg_uri(m, near)) ||
	    !reg_copy(d->remote, sizeof(d->remote), reg_uri(m, far)) ||
	    !reg_is_target(reg_uri(m, SIP_H_CONTACT)) ||
	    !reg_copy(d->target, sizeof(d->target),
	    reg_uri(m, SIP_H_CONTACT)))
		return false;
	if (!client)
		d->remote_cseq = cseq.number;
	return set_route(d, m, client);
}

bool
reg_dialog_has(const struct reg_dialog *d, const struct sip_msg *m)
{
	enum sip_h far = m->request ? SIP_H_FROM : SIP_H_TO;
	enum sip_h near = m->request ? SIP_H_TO : SIP_H_FROM;

	return d->call_id[0] != '\0' &&
	    slice_is(sip_value(m, SIP_H_CALL_ID), d->call_id) &&
	    slice_is(reg_tag(m, near), d->local_tag) &&
	    (d->remote_tag[0] == '\0' ||
	    slice_is(reg_tag(m, far), d->remote_tag));
}
