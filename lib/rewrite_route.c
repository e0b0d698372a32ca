/* rewrite_route: where a message goes: Via, Route, Record-Route, Path. */
#include <string.h>

#include "err.h"
#include "rewrite_int.h"

static struct slice
own_host(const struct rewrite *w, uint64_t *port)
{
	struct slice own = w->o.own, rest;
	size_t end = 0;

	*port = 0;
	if (own.n > 0 && own.p[0] == '[')
		end = slice_chr(own, ']') + 1;
	rest = slice_from(own, end);
	end += slice_chr(rest, ':');
	(void)!slice_decimal(slice_from(own, end + 1), UINT16_MAX, port);
	own = slice_sub(own, 0, end);
	return own.n > 1 && own.p[0] == '[' ? slice_sub(own, 1, own.n - 2) :
	    own;
}

bool
rewrite_is_own(const struct rewrite *w, struct slice host, uint16_t port)
{
	uint64_t own_port;
	struct slice own = own_host(w, &own_port);

	return own.n > 0 && slice_caseeq(host, own) &&
	    (own_port == 0 || own_port == (port != 0 ? port : 5060));
}

int
rewrite_max_forwards(struct rewrite *w, const char *const *names)
{
	struct slice v = sip_value(&w->msg, SIP_H_MAX_FORWARDS);
	uint64_t n;
	struct buf *to;

	(void)names;
	if (sip_get(&w->msg, SIP_H_MAX_FORWARDS) == NULL) {
		buf_str(rewrite_add(w, "Max-Forwards"), "70\r\n");
		return 0;
	}
	w->at = "Max-Forwards";
	if (slice_decimal(v, 255, &n) < 0)
		return ERR_FORMAT;
	if (n == 0)
		return ERR_RANGE;	/* 483; it goes no further */
	to = edit_change(&w->edit, v, 0);
	buf_decimal(to, n - 1);
	return 0;
}

/* The first value of header H, and its line; false if there is none. */
static bool
top(const struct rewrite *w, enum sip_h h, struct sip_iter *it,
    struct slice *value)
{
	memset(it, 0, sizeof(*it));
	return sip_each(&w->msg, h, it, value);
}

int
rewrite_received(struct rewrite *w, const char *const *names)
{
	char src[PKT_ADDR_TEXT];
	struct sip_iter it;
	struct slice value, received, rest;
	struct sip_param p;
	struct pkt_addr a;
	struct sip_via v;
	struct buf *to;
	bool rport = false;

	(void)names;
	w->at = "Via";
	if (w->seen->src.family == 0 || !top(w, SIP_H_VIA, &it, &value))
		return 0;
	if (sip_via(value, &v) == ERR_FORMAT)
		return ERR_FORMAT;
	(void)pkt_addr_text(&w->seen->src, src);
	rest = v.params;
	while (!rport && sip_param_next(&rest, ';', &p))
		rport = slice_caseis(p.name, "rport");
	if (rport && !p.has_value && w->seen->sport != 0) {
		to = edit_change(&w->edit, slice_of(p.name.p + p.name.n, 0), 0);
		buf_u8(to, '=');
		buf_decimal(to, w->seen->sport);
	}
	if (sip_param(v.params, ';', "received", &received)) {
		if (!slice_caseis(received, src))
			edit_replace(&w->edit, received, slice_str(src));
		return 0;
	}
	if (!rport && pkt_addr_parse(&a, v.host) == 0 &&
	    pkt_addr_eq(&a, &w->seen->src))
		return 0;
	to = edit_change(&w->edit, slice_of(value.p + value.n, 0), 0);
	buf_str(to, ";received=");
	buf_str(to, src);
	return 0;
}

/* A line NAME before the first of that header, or behind the last Via. */
static struct buf *
on_top(struct rewrite *w, enum sip_h h)
{
	const struct sip_header *first = sip_get(&w->msg, h);
	const struct sip_header *via = sip_get(&w->msg, SIP_H_VIA), *next;
	const uint8_t *at = w->msg.raw.p + slice_chr(w->msg.raw, '\n') + 1;
	struct slice line;
	struct buf *to;

	if (first != NULL)
		at = first->name.p;
	else if (via != NULL) {
		while ((next = sip_next(&w->msg, via)) != NULL)
			via = next;
		line = sip_line(&w->msg, via);
		at = line.p + line.n;
	}
	to = edit_change(&w->edit, slice_of(at, 0), 0);
	buf_str(to, sip_h_name(h));
	buf_str(to, ": ");
	return to;
}

int
rewrite_via_add(struct rewrite *w, const char *const *names)
{
	struct buf *to;

	(void)names;
	if (w->o.own.n == 0)
		return 0;
	to = on_top(w, SIP_H_VIA);
	buf_str(to, "SIP/2.0/");
	buf_str(to, w->seen->transport != NULL ? w->seen->transport : "UDP");
	buf_u8(to, ' ');
	buf_put(to, w->o.own);
	buf_str(to, ";branch=z9hG4bK");
	rewrite_random(w, to, 8);
	buf_str(to, "\r\n");
	return 0;
}

int
rewrite_via_drop(struct rewrite *w, const char *const *names)
{
	struct sip_iter it;
	struct slice value;
	struct sip_via v;

	(void)names;
	w->at = "Via";
	if (w->o.own.n == 0 || !top(w, SIP_H_VIA, &it, &value))
		return 0;
	if (sip_via(value, &v) == ERR_FORMAT)
		return ERR_FORMAT;
	if (rewrite_is_own(w, v.host, v.port))
		rewrite_drop_value(w, it.hdr, value);
	return 0;
}

int
rewrite_route(struct rewrite *w, const char *const *names)
{
	struct sip_iter it;
	struct slice value;
	struct sip_addr a;
	struct sip_uri u;

	(void)names;
	w->at = "Route";
	if (w->o.own.n == 0 || !top(w, SIP_H_ROUTE, &it, &value))
		return 0;
	if (sip_addr(value, &a) < 0 || sip_uri(a.uri, &u) == ERR_FORMAT)
		return ERR_FORMAT;
	if (rewrite_is_own(w, u.host, u.port))
		rewrite_drop_value(w, it.hdr, value);
	return 0;
}

static bool
same_uri(struct slice x, struct slice y)
{
	struct sip_addr a, b;
	struct sip_uri u, v;

	return sip_addr(x, &a) == 0 && sip_addr(y, &b) == 0 &&
	    sip_uri(a.uri, &u) == 0 && sip_uri(b.uri, &v) == 0 &&
	    slice_caseeq(u.scheme, v.scheme) && slice_eq(u.user, v.user) &&
	    slice_caseeq(u.host, v.host) && u.port == v.port &&
	    slice_caseeq(u.params, v.params);
}

/* A Route that cannot be read is another one. */
int
rewrite_stored_route(struct rewrite *w, const char *const *names)
{
	struct slice rest = w->o.service_route, stored, value;
	struct sip_iter it = { NULL, { NULL, 0 } };
	struct sip_addr a;
	struct buf *to;
	bool same = true;

	(void)names;
	if (rest.n == 0 || rewrite_method(w, "REGISTER") ||
	    sip_addr(sip_value(&w->msg, SIP_H_TO), &a) < 0 ||
	    sip_param(a.params, ';', "tag", &value))
		return 0;
	while (sip_each(&w->msg, SIP_H_ROUTE, &it, &value))
		same &= sip_comma(&rest, &stored) && same_uri(value, stored);
	if (same && !sip_comma(&rest, &stored))
		return 0;
	to = on_top(w, SIP_H_ROUTE);
	buf_put(to, w->o.service_route);
	buf_str(to, "\r\n");
	rewrite_drop(w, "Route");
	return 0;
}

static void
own_entry(struct rewrite *w, enum sip_h h)
{
	struct buf *to = on_top(w, h);

	buf_str(to, "<sip:");
	buf_put(to, w->o.own);
	buf_str(to, ";lr>\r\n");
}

/* Does the request begin a dialog (RFC 3261 12.1, RFC 6665, RFC 3515)? */
static bool
begins_dialog(const struct rewrite *w)
{
	struct slice to = sip_value(&w->msg, SIP_H_TO), tag;
	struct sip_addr a;

	if (sip_addr(to, &a) < 0 || sip_param(a.params, ';', "tag", &tag))
		return false;
	return rewrite_method(w, "INVITE") || rewrite_method(w, "SUBSCRIBE") ||
	    rewrite_method(w, "REFER");
}

int
rewrite_record_route(struct rewrite *w, const char *const *names)
{
	(void)names;
	if (w->o.own.n > 0 && begins_dialog(w))
		own_entry(w, SIP_H_RECORD_ROUTE);
	return 0;
}

int
rewrite_path(struct rewrite *w, const char *const *names)
{
	(void)names;
	if (w->o.own.n > 0)
		own_entry(w, SIP_H_PATH);
	return 0;
}

int
rewrite_scscf(struct rewrite *w, const char *const *names)
{
	struct buf *to;

	(void)names;
	if (w->o.scscf.n == 0)
		return 0;
	if (rewrite_method(w, "REGISTER")) {
		edit_replace(&w->edit, w->msg.uri, w->o.scscf);
		return 0;
	}
	to = on_top(w, SIP_H_ROUTE);
	buf_u8(to, '<');
	buf_put(to, w->o.scscf);
	buf_str(to, ";lr>\r\n");
	return 0;
}

/* "sip:+4930;npdi@home;user=phone" is "tel:+4930;npdi" (RFC 3261 19.1.6). */
int
rewrite_tel(struct rewrite *w, const char *const *names)
{
	struct slice user;
	struct sip_uri u;
	struct buf *to;

	(void)names;
	if (sip_uri(w->msg.uri, &u) < 0 || !slice_caseis(u.scheme, "sip") ||
	    !sip_param(u.params, ';', "user", &user) ||
	    !slice_caseis(user, "phone") || u.user.n == 0 ||
	    u.user.p[0] != '+' || slice_chr(u.user, ':') < u.user.n)
		return 0;
	to = edit_change(&w->edit, w->msg.uri, 0);
	buf_str(to, "tel:");
	buf_put(to, u.user);
	return 0;
}

/* Where host and port of URI U stand in it; empty if that cannot be told. */
static struct slice
sent_by(struct slice uri, const struct sip_uri *u)
{
	const uint8_t *p = u->host.p, *end = uri.p + uri.n;

	if (p == NULL)
		return slice_of(NULL, 0);
	if (p > uri.p && p[-1] == '[')
		p--;
	if (u->params.n > 0)
		end = u->params.p;
	else if (u->headers.n > 0)
		end = u->headers.p - 1;
	return slice_trim(slice_of(p, (size_t)(end - p)));
}

static void
new_host(struct rewrite *w, struct slice old)
{
	struct buf *to = edit_change(&w->edit, old, 0);
	char src[PKT_ADDR_TEXT];
	bool v6 = w->seen->src.family == 6;

	if (w->o.alg.n > 0) {
		buf_put(to, w->o.alg);
		return;
	}
	buf_str(to, v6 ? "[" : "");
	buf_str(to, pkt_addr_text(&w->seen->src, src));
	buf_str(to, v6 ? "]" : "");
	if (w->seen->sport != 0) {
		buf_u8(to, ':');
		buf_decimal(to, w->seen->sport);
	}
}

int
rewrite_contact(struct rewrite *w, const char *const *names)
{
	struct sip_iter it = { NULL, { NULL, 0 } };
	struct slice value;
	struct sip_addr a;
	struct sip_uri u;

	(void)names;
	if (w->o.alg.n == 0 && (!w->o.nat || w->seen->src.family == 0))
		return 0;
	w->at = "Contact";
	while (sip_each(&w->msg, SIP_H_CONTACT, &it, &value)) {
		if (slice_is(value, "*"))
			continue;
		if (sip_addr(value, &a) < 0 || sip_uri(a.uri, &u) ==
		    ERR_FORMAT)
			return ERR_FORMAT;
		if (u.host.n > 0)
			new_host(w, sent_by(a.uri, &u));
	}
	return 0;
}
