/* audit_syn: whether a message is what the grammar says (RFC 3261 25). */
#include <string.h>

#include "audit_int.h"
#include "err.h"

#define CSEQ_MAX	INT32_MAX	/* RFC 3261 8.1.1.5: below 2**31 */
#define STATUS_MAX	699
#define ONES		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1

/* RFC 3261 25.1, token: alphanum / - . ! % * _ + ` ' ~ */
static const uint32_t token_bits[8] = {
	0, 0x3ff6ca2, 0x87fffffe, 0x47ffffff, 0, 0, 0, 0,
};

static bool
token_char(uint8_t c)
{
	return (token_bits[c >> 5] >> (c & 31) & 1) != 0;
}

static bool
is_token(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!token_char(s.p[i]))
			return false;
	return s.n > 0;
}

static void
found(struct audit_ctx *c, int rule, const char *what, struct slice value)
{
	char shown[SLICE_SHOW];

	audit_find(c, rule, AUDIT_ERROR, "%s: %s", what,
	    slice_show(value, shown));
}

static struct slice
start_line(const struct sip_msg *m)
{
	size_t n = slice_chr(m->raw, '\n');

	if (n > 0 && m->raw.p[n - 1] == '\r')
		n--;
	return slice_sub(m->raw, 0, n);
}

static void
syn_01(struct audit_ctx *c)
{
	const struct sip_msg *m = c->m;
	struct slice line = start_line(m);

	if (!slice_is(m->version, "SIP/2.0"))
		found(c, R_SYN_01, "the version is not SIP/2.0", line);
	else if (m->request && (!is_token(m->method) || (m->odd &
	    SIP_ODD_START) != 0 || line.n != m->method.n + m->uri.n +
	    m->version.n + 2))
		found(c, R_SYN_01, "expected method, one space, URI, one "
		    "space, version in the start line", line);
	else if (m->request && m->uri.n > 0 && m->uri.p[0] == '<')
		found(c, R_SYN_01, "the Request-URI stands in angle brackets",
		    line);
	else if (!m->request && (m->status < 100 || m->status > STATUS_MAX))
		found(c, R_SYN_01, "no status of a response", line);
}

static void
syn_02(struct audit_ctx *c)
{
	const struct sip_msg *m = c->m;
	unsigned odd = m->odd & (SIP_ODD_LF | SIP_ODD_LINE | SIP_ODD_NO_BLANK);
	struct slice at = slice_from(m->raw, m->odd_at);

	if (odd == 0)
		return;
	at = slice_sub(at, 0, slice_chr(at, '\n'));
	if ((odd & SIP_ODD_LINE) != 0)
		found(c, R_SYN_02, "a line that is no header field", at);
	else if ((odd & SIP_ODD_LF) != 0)
		audit_find(c, R_SYN_02, AUDIT_NOTE, "lines end with LF; "
		    "expected CRLF");
	else
		audit_find(c, R_SYN_02, AUDIT_NOTE, "no empty line ends the "
		    "header");
}

static void
syn_03(struct audit_ctx *c)
{
	static const enum sip_h need[] = { SIP_H_FROM, SIP_H_TO, SIP_H_CALL_ID,
	    SIP_H_CSEQ, SIP_H_VIA };
	struct sip_addr from;
	struct slice tag;

	for (size_t i = 0; i < sizeof(need) / sizeof(need[0]); i++)
		if (sip_get(c->m, need[i]) == NULL) {
			audit_find(c, R_SYN_03, AUDIT_ERROR, "no %s",
			    sip_h_name(need[i]));
			return;
		}
	if (!c->m->request || sip_get(c->m, SIP_H_MAX_FORWARDS) != NULL)
		return;
	/* RFC 2543 had neither. */
	audit_find(c, R_SYN_03, sip_addr(sip_value(c->m, SIP_H_FROM), &from) ==
	    0 && !sip_param(from.params, ';', "tag", &tag) ? AUDIT_NOTE :
	    AUDIT_WARNING, "no Max-Forwards");
}

/* What of the listed may be there once (RFC 3261 7.3.1). */
static void
syn_04(struct audit_ctx *c)
{
	static const enum sip_h once[] = { SIP_H_FROM, SIP_H_TO, SIP_H_CALL_ID,
	    SIP_H_CSEQ, SIP_H_MAX_FORWARDS, SIP_H_CONTENT_LENGTH,
	    SIP_H_CONTENT_TYPE, SIP_H_EXPIRES };

	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		const struct sip_header *h = sip_get(c->m, once[i]);

		if (h != NULL && sip_next(c->m, h) != NULL) {
			audit_find(c, R_SYN_04, AUDIT_ERROR, "%s is there "
			    "more than once", sip_h_name(once[i]));
			return;
		}
	}
}

static void
syn_05(struct audit_ctx *c)
{
	struct sip_cseq cseq;
	struct slice value = sip_value(c->m, SIP_H_CSEQ);
	int r = sip_cseq(c->m, &cseq);

	if (sip_get(c->m, SIP_H_CSEQ) == NULL)
		return;
	if (r < 0)
		found(c, R_SYN_05, r == ERR_RANGE ?
		    "the number of CSeq is too large" :
		    "CSeq is no number and method", value);
	else if (cseq.number > CSEQ_MAX)
		found(c, R_SYN_05, "the number of CSeq is not below 2^31",
		    value);
	else if (c->m->request && !slice_eq(cseq.method, c->m->method))
		found(c, R_SYN_05, "the method of CSeq is not that of the "
		    "request", value);
}

static void
syn_06(struct audit_ctx *c)
{
	struct slice value = sip_value(c->m, SIP_H_CONTENT_LENGTH);
	uint64_t n;

	if (sip_get(c->m, SIP_H_CONTENT_LENGTH) != NULL &&
	    slice_decimal(value, UINT64_MAX, &n) < 0)
		found(c, R_SYN_06, "Content-Length is no number", value);
	else if ((c->m->odd & SIP_ODD_LENGTH_LONG) != 0)
		found(c, R_SYN_06, "the body is shorter than Content-Length",
		    value);
	else if ((c->m->odd & SIP_ODD_LENGTH_SHORT) != 0)
		audit_find(c, R_SYN_06, AUDIT_NOTE, "octets behind the body");
}

/* Hosts: IPv6 in brackets, and then one that can be read. */
static bool
host_bad(struct slice whole, struct slice host)
{
	struct pkt_addr addr;
	size_t at = slice_find(whole, host);

	if (slice_chr(host, ':') == host.n)
		return false;
	return at == 0 || whole.p[at - 1] != '[' ||
	    pkt_addr_parse(&addr, host) < 0;
}

static void
via_branch(struct audit_ctx *c, const struct sip_via *via, struct slice value)
{
	struct slice branch;

	if (!sip_param(via->params, ';', "branch", &branch))
		audit_find(c, R_SYN_07, AUDIT_NOTE, "the top Via has no "
		    "branch, as in RFC 2543");
	else if (slice_is(branch, "z9hG4bK"))
		found(c, R_SYN_07, "the branch has nothing behind z9hG4bK",
		    value);
}

static void
syn_07(struct audit_ctx *c)
{
	struct sip_iter it = { 0 };
	struct slice value, v;
	struct sip_via via;
	struct pkt_addr addr;
	bool top = true;
	int r;

	for (; sip_each(c->m, SIP_H_VIA, &it, &value); top = false) {
		r = sip_via(value, &via);
		/* TS 24.228 17.2.1 writes a token as user@host. */
		if (r == ERR_FORMAT && slice_find(value,
		    slice_str("tokenized-by=")) < value.n)
			continue;
		if (r < 0 || !is_token(via.transport)) {
			found(c, R_SYN_07, r == ERR_RANGE ?
			    "the port of a Via is none" :
			    "a Via that cannot be read", value);
			return;
		}
		if (top && c->m->request)
			via_branch(c, &via, value);
		/* RFC 5118 4.5: brackets are optional in received. */
		if (slice_chr(via.params, ':') < via.params.n &&
		    sip_param(via.params, ';', "received", &v) &&
		    slice_chr(v, ':') < v.n && v.p[0] != '[' &&
		    pkt_addr_parse(&addr, v) == 0 &&
		    !audit_told(c, R_SYN_07))
			audit_find(c, R_SYN_07, AUDIT_NOTE, "an IPv6 address "
			    "without brackets in received");
	}
}

/* RFC 3261 25.1: display-name = *(token LWS) / quoted-string. */
static bool
display_bad(struct slice value, const struct sip_addr *addr)
{
	for (size_t i = 0; value.n > 0 && value.p[0] != '"' &&
	    i < addr->display.n; i++)
		if (!token_char(addr->display.p[i]) &&
		    addr->display.p[i] != ' ' && addr->display.p[i] != '\t' &&
		    addr->display.p[i] != '\r' && addr->display.p[i] != '\n')
			return true;
	return false;
}

/* Octets that a URI has escaped only (RFC 3261 25.1). */
static bool
uri_bad(struct slice uri)
{
	static const uint8_t bad[256] = {
		ONES, ONES, [' '] = 1, ['"'] = 1, ['<'] = 1, ['>'] = 1,
		[0x7f] = 1, ONES, ONES, ONES, ONES, ONES, ONES, ONES, ONES,
	};

	return slice_span(uri, bad) < uri.n;
}

/* Does the URI of VALUE stand in angle brackets? */
static bool
bracketed(struct slice value)
{
	bool quote = false;

	for (size_t i = 0; i < value.n; i++) {
		quote ^= value.p[i] == '"' && (i == 0 ||
		    value.p[i - 1] != '\\');
		if (!quote && value.p[i] == '<')
			return true;
	}
	return false;
}

static const char *
addr_fault(enum sip_h h, struct slice value)
{
	struct sip_addr addr;
	struct sip_uri uri;

	if (sip_addr(value, &addr) < 0)
		return "cannot be read";
	if (slice_is(addr.uri, "*"))
		return NULL;
	if (display_bad(value, &addr))
		return "has a name that is neither tokens nor quoted";
	if (uri_bad(addr.uri))
		return "has a URI with octets that no URI has";
	/* RFC 3261 20.10: these must stand in angle brackets. */
	if (slice_chr(addr.uri, '?') < addr.uri.n && !bracketed(value))
		return "has a URI with a question mark outside angle brackets";
	if (h == SIP_H_CONTACT && slice_chr(addr.params, '@') <
	    addr.params.n && !bracketed(value))
		return "has a URI that ends too early, outside angle brackets";
	if ((slice_casestarts(addr.uri, "sip:") ||
	    slice_casestarts(addr.uri, "sips:")) && (sip_uri(addr.uri, &uri) <
	    0 || uri.host.n == 0))
		return "has a URI that cannot be read";
	return NULL;
}

static void
syn_08(struct audit_ctx *c)
{
	static const enum sip_h list[] = { SIP_H_FROM, SIP_H_TO, SIP_H_CONTACT,
	    SIP_H_ROUTE, SIP_H_RECORD_ROUTE, SIP_H_PATH };
	char shown[SLICE_SHOW];

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		bool one = list[i] == SIP_H_FROM || list[i] == SIP_H_TO;
		struct sip_iter it = { 0 };
		struct slice value = sip_value(c->m, list[i]);
		const char *fault;

		while (one ? value.n > 0 : sip_each(c->m, list[i], &it,
		    &value)) {
			if ((fault = addr_fault(list[i], value)) != NULL) {
				audit_find(c, R_SYN_08, AUDIT_ERROR,
				    "%s %s: %s", sip_h_name(list[i]), fault,
				    slice_show(value, shown));
				break;
			}
			if (one)
				break;
		}
	}
}

static bool
too_large(struct slice v, uint64_t max)
{
	uint64_t n;

	return v.n > 0 && slice_decimal(v, max, &n) < 0;
}

static void
syn_09(struct audit_ctx *c)
{
	const struct sip_header *h;
	struct sip_iter it = { 0 };
	struct sip_addr addr;
	struct slice value, v;

	if (too_large(sip_value(c->m, SIP_H_MAX_FORWARDS), 255))
		found(c, R_SYN_09, "Max-Forwards is no number up to 255",
		    sip_value(c->m, SIP_H_MAX_FORWARDS));
	if (too_large(sip_value(c->m, SIP_H_EXPIRES), UINT32_MAX))
		found(c, R_SYN_09, "Expires is no number below 2^32",
		    sip_value(c->m, SIP_H_EXPIRES));
	while (sip_each(c->m, SIP_H_CONTACT, &it, &value))
		if (sip_addr(value, &addr) == 0 &&
		    sip_param(addr.params, ';', "expires", &v) &&
		    too_large(v, UINT32_MAX)) {
			found(c, R_SYN_09, "expires of Contact is no number "
			    "below 2^32", v);
			break;
		}
	h = c->m->request ? NULL : sip_get_named(c->m, "Warning");
	if (h != NULL && too_large(slice_sub(h->value, 0, slice_chr(h->value,
	    ' ')), 999))
		found(c, R_SYN_09, "the code of Warning has not three digits",
		    h->value);
	h = c->m->request ? NULL : sip_get_named(c->m, "Retry-After");
	if (h != NULL) {
		v = h->value;
		v = slice_trim(slice_sub(v, 0, slice_chr(slice_sub(v, 0,
		    slice_chr(v, '(')), ';')));
		if (too_large(v, UINT32_MAX))
			found(c, R_SYN_09, "Retry-After is no number below "
			    "2^32", v);
	}
}

static void
syn_10(struct audit_ctx *c)
{
	struct slice u = c->m->uri, host;
	struct sip_uri uri;
	int r;

	if (!c->m->request || (u.n > 0 && u.p[0] == '<'))
		return;
	r = sip_uri(u, &uri);
	host = uri.host;
	if (r < 0 || uri_bad(u))
		found(c, R_SYN_10, r == ERR_RANGE ? "the port of the "
		    "Request-URI is none" : "the Request-URI cannot be read",
		    u);
	else if (uri.headers.n > 0 && slice_casestarts(uri.scheme, "sip"))
		found(c, R_SYN_10, "the Request-URI has header fields", u);
	else if (host.n > 0 && slice_chr(host, ':') < host.n && host_bad(u,
	    host))
		/* RFC 5954: the first grammar allowed three colons. */
		audit_find(c, R_SYN_10, slice_find(host, slice_str(":::")) <
		    host.n && u.p[slice_find(u, host) - 1] == '[' ?
		    AUDIT_NOTE : AUDIT_ERROR, "the Request-URI has an IPv6 "
		    "address that is none");
}

static void
syn_11(struct audit_ctx *c)
{
	const struct sip_header *h = sip_get_named(c->m, "Date");

	if (h != NULL && !(h->value.n > 4 && slice_is(slice_from(h->value,
	    h->value.n - 4), " GMT")))
		found(c, R_SYN_11, "Date does not end in GMT", h->value);
}

/* RFC 3261 7.3.1, 25.1: commas and semicolons have values behind them. */
static bool
separators_bad(struct slice v)
{
	/* All but white space and what is looked at below. */
	static const uint8_t special[256] = {
		['\\'] = 1, ['"'] = 1, ['<'] = 1, ['>'] = 1, [','] = 1,
		[';'] = 1, [' '] = 1, ['\t'] = 1, ['\r'] = 1, ['\n'] = 1,
	};
	bool quote = false, empty = true, bracket = false;

	for (size_t i = 0; i < v.n; i++) {
		for (; i < v.n && special[v.p[i]] == 0; i++)
			empty = false;
		if (i == v.n)
			break;
		switch (v.p[i]) {
		case '\\':
			i += quote;
			break;
		case '"':
			quote = !quote;
			empty = false;
			break;
		case '<':
			bracket = !quote || bracket;
			empty = false;
			break;
		case '>':
			bracket = quote && bracket;
			break;
		case ',':
		case ';':
			if (quote || bracket)
				break;
			if (empty)
				return true;
			empty = true;
			break;
		case ' ':
		case '\t':
		case '\r':
		case '\n':
			break;
		}
	}
	return empty && v.n > 0 && !quote;
}

/* Is something behind each SEP in V that begins a value? */
static bool
values_follow(struct slice v, int sep)
{
	while (v.n > 0) {
		size_t at = slice_chr(v, sep);

		if (at == v.n)
			return true;
		v = slice_from(v, at + 1);
		while (v.n > 0 && slice_is_space(v.p[0]))
			v = slice_from(v, 1);
		if (v.n == 0 || memchr(",;>\\", v.p[0], 4) != NULL)
			return false;
	}
	return true;
}

/* What is as it mostly is need not be read octet by octet. */
static bool
separators_good(struct slice v)
{
	return v.n == 0 || (memchr(",;>\\ \t\r\n", v.p[0], 8) == NULL &&
	    values_follow(v, ';') && values_follow(v, ','));
}

static void
syn_12(struct audit_ctx *c)
{
	for (size_t i = 0; i < c->m->n_hdr; i++) {
		const struct sip_header *h = &c->m->hdr[i];

		switch (h->id) {
		case SIP_H_VIA:
		case SIP_H_CONTACT:
		case SIP_H_FROM:
		case SIP_H_TO:
		case SIP_H_ROUTE:
		case SIP_H_RECORD_ROUTE:
		case SIP_H_PATH:
		case SIP_H_SECURITY_CLIENT:
		case SIP_H_SECURITY_SERVER:
		case SIP_H_SECURITY_VERIFY:
			break;
		default:
			continue;
		}
		if (!separators_good(h->value) && separators_bad(h->value)) {
			found(c, R_SYN_12, "a separator without a value "
			    "behind it", h->value);
			return;
		}
	}
}

void
audit_syn(struct audit_ctx *c)
{
	syn_01(c);
	syn_02(c);
	syn_03(c);
	syn_04(c);
	syn_05(c);
	syn_06(c);
	syn_07(c);
	syn_08(c);
	syn_09(c);
	syn_10(c);
	syn_11(c);
	syn_12(c);
}
