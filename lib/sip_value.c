/* sip_value: header values decoded on demand (RFC 3261 19.1, 20, 25). */
#include <string.h>

#include "err.h"
#include "sip.h"

#define ONES	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1

/*
 * I is at an opening quote of S: where the closing one is, S.n if there is
 * none (RFC 3261 25.1: a backslash escapes the next octet).
 */
static size_t
quote_end(struct slice s, size_t i)
{
	size_t n = slice_chr(slice_from(s, i + 1), '"');

	/* Mostly nothing is escaped. */
	if (slice_chr(slice_sub(s, i + 1, n), '\\') == n)
		return i + 1 + n;
	for (i++; i < s.n; i++) {
		if (s.p[i] == '"')
			return i;
		if (s.p[i] == '\\')
			i++;
	}
	return s.n;
}

/* Offset of the first C outside quotes, S.n if there is none. */
static size_t
find_plain(struct slice s, int c)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != c) {
		if (s.p[i] == '"')
			i = quote_end(s, i);
		if (i < s.n)
			i++;
	}
	return i;
}

/* The length of the first value in S, up to a comma that separates. */
static size_t
value_length(struct slice s)
{
	size_t i = 0, comma = slice_chr(s, ',');

	/* Mostly there is none, or none that could be quoted. */
	if (comma == s.n || (slice_chr(slice_sub(s, 0, comma), '"') == comma &&
	    slice_chr(slice_sub(s, 0, comma), '<') == comma))
		return comma;
	while (i < s.n && s.p[i] != ',') {
		if (s.p[i] == '"')
			i = quote_end(s, i);
		else if (s.p[i] == '<')
			i += slice_chr(slice_from(s, i), '>');
		if (i < s.n)
			i++;
	}
	return i;
}

bool
sip_comma(struct slice *rest, struct slice *value)
{
	while (rest->n > 0) {
		size_t n = value_length(*rest);

		*value = slice_trim(slice_sub(*rest, 0, n));
		*rest = slice_from(*rest, n + 1);
		if (value->n > 0)
			return true;
	}
	return false;
}

bool
sip_each(const struct sip_msg *m, enum sip_h h, struct sip_iter *it,
    struct slice *value)
{
	const struct sip_header *next;

	while (it->hdr == NULL || !sip_comma(&it->rest, value)) {
		next = it->hdr == NULL ? sip_get(m, h) :
		    sip_next(m, it->hdr);
		if (next == NULL)
			return false;
		it->hdr = next;
		it->rest = next->value;
	}
	return true;
}

size_t
sip_count(const struct sip_msg *m, enum sip_h h)
{
	struct sip_iter it = { NULL, { NULL, 0 } };
	struct slice value;
	size_t n = 0;

	while (sip_each(m, h, &it, &value))
		n++;
	return n;
}

bool
sip_has_tag(const struct sip_msg *m, enum sip_h h, const char *tag)
{
	struct sip_iter it = { NULL, { NULL, 0 } };
	struct slice value;

	while (sip_each(m, h, &it, &value))
		if (slice_caseis(value, tag))
			return true;
	return false;
}

/* REST stands behind "=": its value up to SEP, and REST behind that. */
static void
param_value(struct slice *rest, int sep, struct sip_param *p)
{
	size_t i = 0, end;

	while (i < rest->n && slice_is_space(rest->p[i]))
		i++;
	if (i < rest->n && rest->p[i] == '"') {
		end = quote_end(*rest, i);
		p->quoted = true;
		p->value = slice_sub(*rest, i + 1, end - i - 1);
		*rest = slice_from(*rest, end + 1);
		(void)slice_cut(rest, sep);
		return;
	}
	p->value = slice_trim(slice_cut(rest, sep));
}

/* White space and separators before a parameter. */
static struct slice
param_start(struct slice rest, int sep)
{
	while (rest.n > 0 && (slice_is_space(*rest.p) || *rest.p == sep)) {
		rest.p++;
		rest.n--;
	}
	return rest;
}

static size_t
param_name(struct slice rest, int sep)
{
	size_t i = 0;

	while (i < rest.n && rest.p[i] != '=' && rest.p[i] != sep)
		i++;
	return i;
}

bool
sip_param_next(struct slice *rest, int sep, struct sip_param *p)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	*rest = param_start(*rest, sep);
	if (rest->n == 0)
		return false;
	i = param_name(*rest, sep);
	p->name = slice_trim(slice_sub(*rest, 0, i));
	p->has_value = i < rest->n && rest->p[i] == '=';
	*rest = slice_from(*rest, i + 1);
	if (p->has_value)
		param_value(rest, sep, p);
	return true;
}

/* Behind the value of a parameter, which starts at REST. */
static struct slice
param_skip(struct slice rest, int sep)
{
	while (rest.n > 0 && slice_is_space(*rest.p)) {
		rest.p++;
		rest.n--;
	}
	if (rest.n > 0 && *rest.p == '"')
		rest = slice_from(rest, quote_end(rest, 0) + 1);
	return slice_from(rest, slice_chr(rest, sep) + 1);
}

bool
sip_param(struct slice rest, int sep, const char *name, struct slice *value)
{
	struct slice want = slice_str(name);
	struct sip_param p;
	size_t i;

	while ((rest = param_start(rest, sep)).n > 0) {
		i = slice_chr(rest, sep);
		/* Mostly it is another one, without quotes. */
		if (((rest.p[0] ^ want.p[0]) & 0xdf) != 0 &&
		    slice_chr(slice_sub(rest, 0, i), '"') == i) {
			rest = slice_from(rest, i + 1);
			continue;
		}
		i = param_name(rest, sep);
		if (i >= want.n && slice_caseeq(slice_trim(slice_sub(rest, 0,
		    i)), want)) {
			(void)sip_param_next(&rest, sep, &p);
			*value = p.value;
			return true;
		}
		rest = i < rest.n && rest.p[i] == '=' ?
		    param_skip(slice_from(rest, i + 1), sep) :
		    slice_from(rest, i + 1);
	}
	*value = slice_of(NULL, 0);
	return false;
}

/* The first word of S; S moves behind it and the white space there. */
static struct slice
cut_word(struct slice *s)
{
	struct slice word = slice_trim(*s);
	size_t i = 0;

	while (i < word.n && !slice_is_space(word.p[i]))
		i++;
	*s = slice_trim(slice_from(word, i));
	return slice_sub(word, 0, i);
}

int
sip_cseq(const struct sip_msg *m, struct sip_cseq *out)
{
	struct slice rest = sip_value(m, SIP_H_CSEQ);
	struct slice number = cut_word(&rest);
	uint64_t v = 0;
	int r;

	memset(out, 0, sizeof(*out));
	out->method = cut_word(&rest);
	if (out->method.n == 0 || rest.n > 0)
		return ERR_FORMAT;
	for (size_t i = 0; i < number.n; i++)
		if (number.p[i] < '0' || number.p[i] > '9')
			return ERR_FORMAT;
	if ((r = slice_decimal(number, UINT32_MAX, &v)) != 0)
		return r;
	out->number = (uint32_t)v;
	return 0;
}

/* What does not stand in a host: controls, space, and what ends it. */
static const uint8_t no_host[256] = {
	ONES, ONES, [' '] = 1, ['"'] = 1, [','] = 1, ['/'] = 1, [';'] = 1,
	['<'] = 1, ['>'] = 1, ['?'] = 1, ['@'] = 1, ['['] = 1, ['\\'] = 1,
	[']'] = 1, [0x7f] = 1,
};

static bool
is_host(struct slice s)
{
	return slice_span(s, no_host) == s.n;
}

static int
port_parse(struct slice s, uint16_t *port)
{
	uint64_t v = 0;

	s = slice_trim(s);
	if (s.n == 0)
		return ERR_FORMAT;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return ERR_FORMAT;
	if (slice_decimal(s, UINT16_MAX, &v) != 0 || v == 0)
		return ERR_RANGE;
	*port = (uint16_t)v;
	return 0;
}

/* host [ COLON port ] (RFC 3261 25.1); white space around the colon. */
static int
host_parse(struct slice s, struct slice *host, uint16_t *port)
{
	bool bracket;

	s = slice_trim(s);
	*port = 0;
	bracket = s.n > 0 && s.p[0] == '[';
	if (bracket) {
		size_t end = slice_chr(s, ']');

		if (end == s.n)
			return ERR_FORMAT;
		*host = slice_sub(s, 1, end - 1);
		s = slice_trim(slice_from(s, end + 1));
		if (s.n > 0 && s.p[0] != ':')
			return ERR_FORMAT;
	} else {
		size_t end = slice_chr(s, ':');

		*host = slice_trim(slice_sub(s, 0, end));
		s = slice_from(s, end);
	}
	if (host->n == 0 || !is_host(*host))
		return ERR_FORMAT;
	return s.n == 0 ? 0 : port_parse(slice_from(s, 1), port);
}

int
sip_via(struct slice value, struct sip_via *out)
{
	size_t semi = slice_chr(value, ';');
	struct slice head = slice_trim(slice_sub(value, 0, semi));
	size_t slash = slice_chr(head, '/');

	memset(out, 0, sizeof(*out));
	out->params = slice_trim(slice_from(value, semi));
	slash += 1 + slice_chr(slice_from(head, slash + 1), '/');
	if (slash >= head.n)
		return ERR_FORMAT;
	out->protocol = slice_trim(slice_sub(head, 0, slash));
	head = slice_trim(slice_from(head, slash + 1));
	out->transport = cut_word(&head);
	if (out->transport.n == 0 || !is_host(out->transport) ||
	    slice_chr(out->transport, ':') < out->transport.n)
		return ERR_FORMAT;
	return host_parse(head, &out->host, &out->port);
}

static bool
is_scheme(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i] | 0x20;
		bool alpha = c >= 'a' && c <= 'z';

		c = s.p[i];
		if (!alpha && (i == 0 || ((c < '0' || c > '9') && c != '+' &&
		    c != '-' && c != '.')))
			return false;
	}
	return s.n > 0;
}

/*
 * What stands behind "sip:".  A user may have ";" and "?" in it, so "@" is
 * looked for first.
 */
static int
sip_parts(struct slice rest, struct sip_uri *out)
{
	size_t at = slice_chr(rest, '@'), from = 0, i;

	if (at < rest.n) {
		out->user = slice_sub(rest, 0, at);
		rest = slice_from(rest, at + 1);
	}
	if (rest.n > 0 && rest.p[0] == '[')
		from = slice_chr(rest, ']');
	i = slice_chr(slice_from(rest, from), ';');
	i = from + slice_chr(slice_sub(rest, from, i), '?');
	at = i + slice_chr(slice_from(rest, i), '?');
	out->params = slice_sub(rest, i, at - i);
	out->headers = slice_from(rest, at + 1);
	return host_parse(slice_sub(rest, 0, i), &out->host, &out->port);
}

int
sip_uri(struct slice uri, struct sip_uri *out)
{
	struct slice rest = slice_trim(uri);
	size_t colon = slice_chr(rest, ':'), end;

	memset(out, 0, sizeof(*out));
	if (colon == rest.n || !is_scheme(slice_sub(rest, 0, colon)))
		return ERR_FORMAT;
	out->scheme = slice_sub(rest, 0, colon);
	rest = slice_from(rest, colon + 1);
	if (slice_caseis(out->scheme, "sip") ||
	    slice_caseis(out->scheme, "sips"))
		return sip_parts(rest, out);
	end = rest.n;
	if (slice_caseis(out->scheme, "tel"))
		end = slice_chr(rest, ';');
	out->user = slice_sub(rest, 0, end);
	out->params = slice_from(rest, end);
	return out->user.n > 0 ? 0 : ERR_FORMAT;
}

/* Take the quotes off DISPLAY; ERR_FORMAT if they do not close. */
static int
unquote(struct slice *display)
{
	size_t end;

	if (display->n == 0 || display->p[0] != '"')
		return 0;
	end = quote_end(*display, 0);
	if (end == display->n)
		return ERR_FORMAT;
	if (end + 1 == display->n)
		*display = slice_sub(*display, 1, end - 1);
	return 0;
}

int
sip_addr(struct slice value, struct sip_addr *out)
{
	struct slice rest;
	size_t open, close, semi;

	memset(out, 0, sizeof(*out));
	value = slice_trim(value);
	open = find_plain(value, '<');
	if (open == value.n) {
		semi = slice_chr(value, ';');
		out->uri = slice_trim(slice_sub(value, 0, semi));
		out->params = slice_from(value, semi);
		return out->uri.n > 0 && out->uri.p[0] != '"' ? 0 :
		    ERR_FORMAT;
	}
	/* In an addr-spec no "<" comes first, but one of its parameters may. */
	semi = find_plain(slice_sub(value, 0, open), ';');
	if (semi < open && is_scheme(slice_sub(value, 0,
	    slice_chr(value, ':')))) {
		out->uri = slice_trim(slice_sub(value, 0, semi));
		out->params = slice_from(value, semi);
		return 0;
	}
	out->display = slice_trim(slice_sub(value, 0, open));
	close = open + slice_chr(slice_from(value, open), '>');
	out->uri = slice_sub(value, open + 1, close - open - 1);
	rest = slice_trim(slice_from(value, close + 1));
	semi = slice_chr(rest, ';');
	out->params = slice_from(rest, semi);
	if (unquote(&out->display) != 0 || close == value.n ||
	    slice_trim(out->uri).n == 0 || (rest.n > 0 && semi > 0))
		return ERR_FORMAT;
	return 0;
}

int
sip_auth(struct slice value, struct slice *scheme, struct slice *params)
{
	*params = value;
	*scheme = cut_word(params);
	if (scheme->n == 0)
		return ERR_FORMAT;
	for (size_t i = 0; i < scheme->n; i++)
		if (memchr("=,\";:<>@", scheme->p[i], 8) != NULL)
			return ERR_FORMAT;
	return 0;
}
