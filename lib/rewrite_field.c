/* rewrite_field: what a message says of its sender: identities, keys, charges. */
#include <string.h>

#include "err.h"
#include "rewrite_int.h"

/* Values go out of H, which has others. */
static void
drop_some(struct rewrite *w, const struct sip_header *h, rewrite_goes *goes,
    const char *arg)
{
	struct slice rest = h->value, one, next, after;
	const uint8_t *end = NULL, *stop;

	while (sip_comma(&rest, &one)) {
		stop = one.p + one.n;
		if (!goes(one, arg)) {
			end = stop;
			continue;
		}
		after = rest;
		if (end != NULL) {
			one = slice_of(end, (size_t)(stop - end));
			end = stop;
		} else if (sip_comma(&after, &next))
			one.n = (size_t)(next.p - one.p);
		edit_replace(&w->edit, one, slice_of(NULL, 0));
	}
}

void
rewrite_drop_values(struct rewrite *w, const struct sip_header *h,
    rewrite_goes *goes, const char *arg)
{
	struct slice rest = h->value, one;
	bool some = false, others = false;

	while (sip_comma(&rest, &one))
		if (goes(one, arg))
			some = true;
		else
			others = true;
	if (some && others)
		drop_some(w, h, goes, arg);
	else if (some)
		edit_replace(&w->edit, sip_line(&w->msg, h),
		    slice_of(NULL, 0));
}

/* TAG goes out of all fields H, and those go that have no other. */
static void
drop_tag(struct rewrite *w, enum sip_h h, const char *tag)
{
	const struct sip_header *hdr;

	for (hdr = sip_get(&w->msg, h); hdr != NULL;
	    hdr = sip_next(&w->msg, hdr))
		rewrite_drop_values(w, hdr, slice_caseis, tag);
}

int
rewrite_sec_agree(struct rewrite *w, const char *const *names)
{
	(void)names;
	drop_tag(w, SIP_H_REQUIRE, "sec-agree");
	drop_tag(w, SIP_H_PROXY_REQUIRE, "sec-agree");
	return 0;
}

int
rewrite_require_path(struct rewrite *w, const char *const *names)
{
	const struct sip_header *h = sip_get(&w->msg, SIP_H_REQUIRE);
	struct slice v;

	(void)names;
	if (sip_has_tag(&w->msg, SIP_H_REQUIRE, "path"))
		return 0;
	if (h == NULL) {
		buf_str(rewrite_add(w, "Require"), "path\r\n");
		return 0;
	}
	v = h->value;
	edit_insert(&w->edit, v.p + v.n, slice_str(v.n > 0 ? ", path" :
	    "path"));
	return 0;
}

/*
 * Parameters named NAME, or OTHER if that is not NULL, go out of credentials or
 * a challenge: where its last one that stays ends, NULL if none does.
 */
static int
drop_params(struct rewrite *w, const struct sip_header *h, const char *name,
    const char *other, const uint8_t **end)
{
	const uint8_t *stop, *value_end = h->value.p + h->value.n;
	struct slice scheme, rest, gone, next;
	struct sip_param p, after;

	*end = NULL;
	w->at = sip_h_name(h->id);
	if (sip_auth(h->value, &scheme, &rest) < 0)
		return ERR_FORMAT;
	while (sip_param_next(&rest, ',', &p)) {
		stop = rest.n > 0 ? rest.p - 1 : value_end;
		if (!slice_caseis(p.name, name) &&
		    (other == NULL || !slice_caseis(p.name, other))) {
			*end = stop;
			continue;
		}
		next = rest;
		gone = slice_of(p.name.p, (size_t)(stop - p.name.p));
		if (*end != NULL) {
			gone = slice_of(*end, (size_t)(stop - *end));
			*end = stop;
		} else if (sip_param_next(&next, ',', &after))
			gone.n = (size_t)(after.name.p - p.name.p);
		edit_replace(&w->edit, gone, slice_of(NULL, 0));
	}
	return 0;
}

static bool
is_protected(const struct rewrite *w)
{
	return w->o.protected == REWRITE_YES ||
	    (w->o.protected == REWRITE_AS_SEEN && w->seen->protected);
}

/* Without an SA the phone needs them for SIP digest. */
int
rewrite_proxy_auth(struct rewrite *w, const char *const *names)
{
	return is_protected(w) ? rewrite_drop_all(w, names) : 0;
}

/* TS 33.203 6.1.5: what the phone says of it does not count. */
int
rewrite_integrity(struct rewrite *w, const char *const *names)
{
	const struct sip_header *h;
	const uint8_t *end;
	struct buf *to;
	bool yes = is_protected(w);

	(void)names;
	for (h = sip_get(&w->msg, SIP_H_AUTHORIZATION); h != NULL;
	    h = sip_next(&w->msg, h)) {
		if (drop_params(w, h, "integrity-protected", NULL, &end) < 0)
			return ERR_FORMAT;
		to = edit_change(&w->edit, slice_of(end != NULL ? end :
		    h->value.p + h->value.n, 0), 0);
		buf_str(to, end != NULL ? "," : " ");
		buf_str(to, yes ? "integrity-protected=\"yes\"" :
		    "integrity-protected=\"no\"");
	}
	return 0;
}

int
rewrite_keys(struct rewrite *w, const char *const *names)
{
	static const enum sip_h in[] = {
		SIP_H_WWW_AUTHENTICATE, SIP_H_PROXY_AUTHENTICATE
	};
	const struct sip_header *h;
	const uint8_t *end;

	(void)names;
	for (size_t i = 0; i < 2; i++)
		for (h = sip_get(&w->msg, in[i]); h != NULL;
		    h = sip_next(&w->msg, h))
			if (drop_params(w, h, "ck", "ik", &end) < 0)
				return ERR_FORMAT;
	return 0;
}

/* Is URI one of the identities?  The scheme and host in any case. */
static bool
is_identity(const struct rewrite *w, struct slice uri, struct slice *which)
{
	for (size_t i = 0; i < w->o.n_identity; i++)
		if (slice_caseeq(uri, w->o.identity[i])) {
			*which = w->o.identity[i];
			return true;
		}
	return false;
}

/*
 * What the phone prefers is asserted if it is registered, else the first that
 * is (24.229 5.2.6.3.1).
 */
int
rewrite_identity(struct rewrite *w, const char *const *names)
{
	struct slice preferred = sip_value(&w->msg, SIP_H_P_PREFERRED_IDENTITY);
	struct slice uri = { NULL, 0 };
	struct sip_addr a;
	struct buf *to;

	(void)names;
	rewrite_drop(w, "P-Preferred-Identity");
	rewrite_drop(w, "P-Asserted-Identity");
	if (w->o.n_identity == 0 || rewrite_method(w, "REGISTER") ||
	    rewrite_method(w, "ACK") || rewrite_method(w, "CANCEL"))
		return 0;
	if (sip_addr(preferred, &a) < 0 || !is_identity(w, a.uri, &uri))
		uri = w->o.identity[0];
	to = rewrite_add(w, "P-Asserted-Identity");
	buf_u8(to, '<');
	buf_put(to, uri);
	buf_str(to, ">\r\n");
	return 0;
}

int
rewrite_visited(struct rewrite *w, const char *const *names)
{
	struct buf *to;

	(void)names;
	rewrite_drop(w, "P-Visited-Network-ID");
	if (w->o.network.n == 0)
		return 0;
	to = rewrite_add(w, "P-Visited-Network-ID");
	buf_u8(to, '"');
	buf_put(to, w->o.network);
	buf_str(to, "\"\r\n");
	return 0;
}

int
rewrite_charging(struct rewrite *w, const char *const *names)
{
	struct buf *to;

	(void)names;
	rewrite_drop(w, "P-Charging-Vector");
	if (!w->msg.request || rewrite_method(w, "ACK") ||
	    rewrite_method(w, "CANCEL"))
		return 0;
	to = rewrite_add(w, "P-Charging-Vector");
	buf_str(to, "icid-value=\"");
	rewrite_random(w, to, 16);
	buf_u8(to, '"');
	if (w->o.network.n > 0) {
		buf_str(to, ";orig-ioi=");
		buf_put(to, w->o.network);
	}
	buf_str(to, "\r\n");
	return 0;
}

/* Only the network provides what the network provides (33.203 P.3). */
int
rewrite_access(struct rewrite *w, const char *const *names)
{
	const struct sip_header *h;
	struct slice rest, one, v;

	(void)names;
	for (h = sip_get(&w->msg, SIP_H_P_ACCESS_NETWORK_INFO); h != NULL;
	    h = sip_next(&w->msg, h)) {
		bool lies = false;

		for (rest = h->value; sip_comma(&rest, &one);)
			lies |= sip_param(one, ';', "network-provided", &v);
		if (lies)
			edit_replace(&w->edit, sip_line(&w->msg, h),
			    slice_of(NULL, 0));
	}
	return 0;
}

int
rewrite_security_server(struct rewrite *w, const char *const *names)
{
	struct buf *to;

	(void)names;
	if (w->o.security_server.n == 0 ||
	    (w->msg.status != 401 && w->msg.status != 494))
		return 0;
	rewrite_drop(w, "Security-Server");
	to = rewrite_add(w, "Security-Server");
	buf_put(to, w->o.security_server);
	buf_str(to, "\r\n");
	return 0;
}

int
rewrite_privacy(struct rewrite *w, const char *const *names)
{
	(void)names;
	if (rewrite_wants_privacy(w, "id"))
		rewrite_drop(w, "P-Asserted-Identity");
	return 0;
}

int
rewrite_service_route(struct rewrite *w, const char *const *names)
{
	struct buf *to;

	(void)names;
	if (w->o.own.n == 0 || w->msg.status != 200)
		return 0;
	to = rewrite_add(w, "Service-Route");
	buf_str(to, "<sip:orig@");
	buf_put(to, w->o.own);
	buf_str(to, ";lr>\r\n");
	return 0;
}

int
rewrite_associated(struct rewrite *w, const char *const *names)
{
	struct buf *to;

	(void)names;
	if (w->o.n_identity == 0 || w->msg.status != 200)
		return 0;
	rewrite_drop(w, "P-Associated-URI");
	to = rewrite_add(w, "P-Associated-URI");
	for (size_t i = 0; i < w->o.n_identity; i++) {
		buf_str(to, i == 0 ? "<" : ", <");
		buf_put(to, w->o.identity[i]);
		buf_u8(to, '>');
	}
	buf_str(to, "\r\n");
	return 0;
}

/* RFC 6050 4: the name of the field is all that changes. */
int
rewrite_service(struct rewrite *w, const char *const *names)
{
	const struct sip_header *h = sip_get_named(&w->msg,
	    "P-Preferred-Service");

	(void)names;
	for (; h != NULL; h = sip_next(&w->msg, h))
		edit_replace(&w->edit, h->name,
		    slice_str("P-Asserted-Service"));
	return 0;
}
