/* sip: framing, start line and header fields (RFC 3261 7, 18.3, 25). */
#include <limits.h>
#include <string.h>

#include "err.h"
#include "sip.h"

/* A first line, line end included, that is longer than this is not SIP. */
#define LINE_MAX_SIP	8192

/* The pieces of a start line; ODD_AT is where its form is odd, or NULL. */
struct start {
	bool		 request;
	struct slice	 method, uri, version, reason;
	unsigned	 status;
	const uint8_t	*odd_at;
};

/* Reads logical lines; BARE is the first LF without CR in front, or NULL. */
struct scan {
	const uint8_t	*p, *end;
	const uint8_t	*bare;
};

/* What the Content-Length fields say. */
struct length {
	unsigned	 fields;
	bool		 number;
	uint64_t	 value;
};

static inline bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static inline bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static inline uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static inline bool
is_alpha(uint8_t c)
{
	c = lower(c);
	return c >= 'a' && c <= 'z';
}

/* RFC 3261 25.1: alphanum and -.!%*_+`'~ as a bit map of ASCII. */
static inline bool
is_token(uint8_t c)
{
	static const uint32_t map[8] = {
		0, 0x03ff6ca2, 0x87fffffe, 0x47ffffff
	};

	return (map[c >> 5] >> (c & 31) & 1) != 0;
}

static size_t
token_length(struct slice s)
{
	size_t i = 0;

	while (i < s.n && is_token(s.p[i]))
		i++;
	return i;
}

static size_t
blank_length(struct slice s)
{
	size_t i = 0;

	while (i < s.n && is_blank(s.p[i]))
		i++;
	return i;
}

static size_t
digit_length(struct slice s)
{
	size_t i = 0;

	while (i < s.n && is_digit(s.p[i]))
		i++;
	return i;
}

static inline struct slice
trim(struct slice s)
{
	while (s.n > 0 && s.p[0] <= ' ' && (is_blank(s.p[0]) ||
	    s.p[0] == '\r' || s.p[0] == '\n')) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && s.p[s.n - 1] <= ' ' && (is_blank(s.p[s.n - 1]) ||
	    s.p[s.n - 1] == '\r' || s.p[s.n - 1] == '\n'))
		s.n--;
	return s;
}

/* Does S begin with "scheme:"?  1, 0, or ERR_MORE. */
static int
scheme_begins(struct slice s)
{
	size_t i = 0;

	if (s.n > 0 && !is_alpha(s.p[0]))
		return 0;
	while (i < s.n && (is_alpha(s.p[i]) || is_digit(s.p[i]) ||
	    s.p[i] == '+' || s.p[i] == '-' || s.p[i] == '.'))
		i++;
	if (i == s.n)
		return ERR_MORE;
	return s.p[i] == ':';
}

/* Angle brackets around a Request-URI are wrong but met (RFC 4475 3.1.2.7). */
static int
uri_begins(struct slice s)
{
	return scheme_begins(slice_from(s, s.n > 0 && s.p[0] == '<'));
}

static int
request_begins(struct slice in)
{
	size_t i = token_length(in);

	if (i == in.n)
		return ERR_MORE;
	if (i == 0 || !is_blank(in.p[i]))
		return 0;
	in = slice_from(in, i);
	return uri_begins(slice_from(in, blank_length(in)));
}

/* The length of "SIP/" digits "." digits, 0 if S does not begin so. */
static size_t
version_length(struct slice s)
{
	size_t major, minor;

	if (!slice_casestarts(s, "SIP/"))
		return 0;
	major = digit_length(slice_from(s, 4));
	if (major == 0 || s.n <= 4 + major || s.p[4 + major] != '.')
		return 0;
	minor = digit_length(slice_from(s, 5 + major));
	return minor == 0 ? 0 : 5 + major + minor;
}

static int
status_begins(struct slice in)
{
	size_t i = 4 + digit_length(slice_from(in, 4));
	size_t n;

	if (i == in.n)
		return ERR_MORE;
	if (i == 4 || in.p[i] != '.')
		return 0;
	n = digit_length(slice_from(in, ++i));
	if (i + n == in.n)
		return ERR_MORE;
	if (n == 0 || !is_blank(in.p[i + n]))
		return 0;
	in = slice_from(in, i + n);
	in = slice_from(in, blank_length(in));
	n = digit_length(in);
	if (n == in.n)
		return ERR_MORE;
	return n >= 3 && in.p[n] <= ' ';
}

/* What the octets of IN, perhaps not yet a whole line, allow to say. */
static int
start_begins(struct slice in)
{
	if (slice_caseeq(slice_sub(in, 0, 4),
	    slice_sub(slice_str("SIP/"), 0, in.n)))
		return in.n < 4 ? ERR_MORE : status_begins(in);
	return request_begins(in);
}

static int
request_line(struct start *s, struct slice line)
{
	struct slice rest = trim(line);
	size_t i = token_length(line), v = rest.n;
	size_t gap = blank_length(slice_from(line, i));

	s->request = true;
	s->method = slice_sub(line, 0, i);
	while (v > i && !is_blank(rest.p[v - 1]))
		v--;
	if (i == 0 || gap == 0 || v <= i + gap)
		return ERR_FORMAT;
	s->version = slice_from(rest, v);
	s->uri = slice_sub(rest, i + gap, v - i - gap);
	if (version_length(s->version) != s->version.n ||
	    s->version.n == 0 || uri_begins(s->uri) != 1)
		return ERR_FORMAT;
	s->uri = trim(s->uri);
	if (i + s->uri.n + s->version.n + 2 != line.n ||
	    slice_chr(s->uri, ' ') < s->uri.n ||
	    slice_chr(line, '\t') < line.n)
		s->odd_at = line.p + i;
	return 0;
}

static int
status_line(struct start *s, struct slice line, size_t version)
{
	struct slice rest = slice_from(line, version);
	struct slice code;
	uint64_t status = 0;
	size_t gap = blank_length(rest);

	s->version = slice_sub(line, 0, version);
	rest = slice_from(rest, gap);
	code = slice_sub(rest, 0, digit_length(rest));
	rest = slice_from(rest, code.n);
	if (gap == 0 || code.n < 3 || (rest.n > 0 && rest.p[0] > ' '))
		return ERR_FORMAT;
	if (slice_decimal(code, UINT_MAX, &status) != 0)
		status = UINT_MAX;
	s->status = (unsigned)status;
	s->reason = trim(rest);
	if (gap != 1 || line.p[version] != ' ' || code.n != 3 ||
	    rest.n == 0 || rest.p[0] != ' ')
		s->odd_at = line.p + version;
	return 0;
}

/* LINE is a whole first line, without its LF. */
static int
start_line(struct start *s, struct slice line)
{
	size_t version;

	memset(s, 0, sizeof(*s));
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	version = version_length(line);
	if (version > 0)
		return status_line(s, line, version);
	return request_line(s, line);
}

int
sip_begins(struct slice in)
{
	struct start s;
	size_t lf;
	int r;

	in = slice_sub(in, 0, LINE_MAX_SIP);
	r = start_begins(in);
	if (r == 0)
		return 0;
	lf = slice_chr(in, '\n');
	if (lf == in.n)
		return in.n == LINE_MAX_SIP ? 0 : ERR_MORE;
	return start_line(&s, slice_sub(in, 0, lf)) == 0;
}

static void
scan_init(struct scan *sc, struct slice in, size_t off)
{
	sc->p = in.p + off;
	sc->end = in.p + in.n;
	sc->bare = NULL;
}

/*
 * The next logical line, folds included, without its line end, or what is left
 * if it has none.  1, or 0 when that was the blank line, or ERR_MORE.
 */
static inline int
scan_line(struct scan *sc, struct slice *line)
{
	const uint8_t *p = sc->p, *next = p, *lf;

	if (p == sc->end)
		return ERR_MORE;
	do {
		lf = memchr(next, '\n', (size_t)(sc->end - next));
		if (lf == NULL) {
			*line = slice_of(p, (size_t)(sc->end - p));
			sc->p = sc->end;
			return 1;
		}
		if ((lf == next || lf[-1] != '\r') && sc->bare == NULL)
			sc->bare = lf;
		next = lf + 1;
		if (lf == p || (lf == p + 1 && *p == '\r')) {
			sc->p = next;
			return 0;
		}
	} while (next < sc->end && is_blank(*next));
	*line = slice_of(p, (size_t)(lf - p));
	sc->p = next;
	return 1;
}

/* Cut LINE into a header field; false if it is none. */
static inline bool
field_cut(struct slice line, struct sip_header *h)
{
	const uint8_t *colon = memchr(line.p, ':', line.n);
	size_t n;

	if (colon == NULL)
		return false;
	n = (size_t)(colon - line.p);
	h->value = trim(slice_of(colon + 1, line.n - n - 1));
	while (n > 0 && is_blank(line.p[n - 1]))
		n--;
	h->name = slice_of(line.p, n);
	h->id = sip_h_id(h->name);
	return h->id != SIP_H_OTHER ||
	    (n > 0 && token_length(h->name) == n);
}

/* Of several fields the first that is a number counts; false if V is odd. */
static bool
length_add(struct length *l, struct slice v)
{
	bool number = v.n > 0 && digit_length(v) == v.n;

	if (number && !l->number) {
		l->number = true;
		if (slice_decimal(v, UINT64_MAX, &l->value) != 0)
			l->value = UINT64_MAX;
	}
	return ++l->fields == 1 && number;
}

int
sip_frame(struct slice in, size_t *missing)
{
	struct slice head = slice_sub(in, 0, SIP_HEAD_MAX), line;
	struct length length = { 0, false, 0 };
	struct sip_header h;
	struct scan sc;
	size_t total;
	int r = sip_begins(in);

	if (missing != NULL)
		*missing = 0;
	if (r != 1)
		return r == 0 ? ERR_FORMAT : r;
	scan_init(&sc, head, slice_chr(head, '\n') + 1);
	while ((r = scan_line(&sc, &line)) == 1) {
		uint8_t c = lower(line.p[0]);

		if ((c == 'c' || c == 'l') && field_cut(line, &h) &&
		    h.id == SIP_H_CONTENT_LENGTH)
			(void)length_add(&length, h.value);
	}
	if (r != 0)
		return head.n == SIP_HEAD_MAX ? ERR_LIMIT : ERR_MORE;
	if (length.value > SIP_BODY_MAX)
		return ERR_LIMIT;
	total = (size_t)(sc.p - in.p) + (size_t)length.value;
	if (total > in.n) {
		if (missing == NULL)
			return ERR_MORE;
		*missing = total - in.n;
		return (int)in.n;
	}
	return (int)total;
}

/* Does a line of IN look like "name:"?  1, 0, or ERR_MORE. */
static int
field_begins(struct slice in)
{
	size_t n;

	in = slice_sub(in, 0, LINE_MAX_SIP);
	n = token_length(in);
	if (n < in.n && n == 0)
		return 0;
	n += blank_length(slice_from(in, n));
	if (n == in.n)
		return n == LINE_MAX_SIP ? 0 : ERR_MORE;
	return in.p[n] == ':';
}

size_t
sip_find(struct slice in, size_t from)
{
	if (from > 0 && from < in.n && in.p[from - 1] != '\n')
		from += slice_chr(slice_from(in, from), '\n') + 1;
	while (from < in.n) {
		struct slice rest = slice_from(in, from);
		size_t next = slice_chr(rest, '\n') + 1;
		int r = sip_begins(rest);

		if (r == 1)
			r = field_begins(slice_from(rest, next));
		if (r != 0)
			return from;
		from += next;
	}
	return in.n;
}

static void
note(struct sip_msg *m, unsigned bit, const uint8_t *at)
{
	size_t off = (size_t)(at - m->raw.p);

	if (m->odd == 0 || off < m->odd_at)
		m->odd_at = off;
	m->odd |= bit;
}

static void
take_start(struct sip_msg *m, const struct start *s)
{
	m->request = s->request;
	m->method = s->method;
	m->uri = s->uri;
	m->status = s->status;
	m->reason = s->reason;
	m->version = s->version;
	if (s->odd_at != NULL)
		note(m, SIP_ODD_START, s->odd_at);
	if (!slice_is(s->version, "SIP/2.0"))
		note(m, SIP_ODD_VERSION, s->version.p);
}

/* The field that stands at the end of M's is one of them from now on. */
static inline void
add_field(struct sip_msg *m, uint16_t last[SIP_H_N])
{
	struct sip_header *h = &m->hdr[m->n_hdr];

	h->next = 0;
	if (m->first[h->id] == 0)
		m->first[h->id] = (uint16_t)(m->n_hdr + 1);
	else
		m->hdr[last[h->id]].next = (uint16_t)m->n_hdr;
	last[h->id] = (uint16_t)m->n_hdr++;
}

static inline void
take_line(struct sip_msg *m, struct slice line, struct length *length,
    uint16_t last[SIP_H_N])
{
	struct sip_header beyond, *h;
	bool room = m->n_hdr < SIP_HEADERS;

	h = room ? &m->hdr[m->n_hdr] : &beyond;
	if (!field_cut(line, h)) {
		note(m, SIP_ODD_LINE, line.p);
		return;
	}
	if (room)
		add_field(m, last);
	else
		note(m, SIP_ODD_HEADERS, line.p);
	if (h->id == SIP_H_CONTENT_LENGTH && !length_add(length, h->value))
		note(m, SIP_ODD_LENGTH_BAD, h->value.p);
}

/* RFC 3261 18.3: without Content-Length a datagram's body is all the rest. */
static void
take_body(struct sip_msg *m, const struct length *length)
{
	struct slice rest = slice_from(m->raw, m->head.n);

	m->body = rest;
	if (length->fields == 0)
		note(m, SIP_ODD_LENGTH_MISSING, m->raw.p + m->head.n);
	if (!length->number)
		return;
	if (length->value > rest.n) {
		note(m, SIP_ODD_LENGTH_LONG, m->raw.p + m->raw.n);
		return;
	}
	m->body = slice_sub(rest, 0, (size_t)length->value);
	if (m->body.n < rest.n)
		note(m, SIP_ODD_LENGTH_SHORT, rest.p + m->body.n);
}

int
sip_parse(struct sip_msg *m, struct slice raw)
{
	struct length length = { 0, false, 0 };
	uint16_t last[SIP_H_N];		/* what first does not have is not set */
	struct slice line;
	struct start start;
	struct scan sc;
	int r;

	/* RFC 3261 7.5: CRLFs in front are ignored. */
	while (raw.n > 0 && (raw.p[0] == '\r' || raw.p[0] == '\n'))
		raw = slice_from(raw, 1);
	m->raw = raw;
	m->n_hdr = 0;
	memset(m->first, 0, sizeof(m->first));
	m->odd = 0;
	m->odd_at = 0;
	if (raw.n == 0)
		return ERR_FORMAT;
	line = slice_sub(raw, 0, LINE_MAX_SIP);
	line.n = slice_chr(line, '\n');
	if (line.n == LINE_MAX_SIP || start_line(&start, line) != 0)
		return ERR_FORMAT;
	take_start(m, &start);
	scan_init(&sc, raw, line.n < raw.n ? line.n + 1 : raw.n);
	if (line.n < raw.n && (line.n == 0 || line.p[line.n - 1] != '\r'))
		sc.bare = line.p + line.n;
	while ((r = scan_line(&sc, &line)) == 1)
		take_line(m, line, &length, last);
	if (sc.bare != NULL)
		note(m, SIP_ODD_LF, sc.bare);
	if (r != 0)
		note(m, SIP_ODD_NO_BLANK, sc.p);
	m->head = slice_sub(raw, 0, (size_t)(sc.p - raw.p));
	take_body(m, &length);
	return 0;
}

size_t
sip_size(const struct sip_msg *m)
{
	return offsetof(struct sip_msg, hdr) + m->n_hdr * sizeof(m->hdr[0]);
}

void
sip_copy(struct sip_msg *to, const struct sip_msg *m, const uint8_t *raw)
{
	struct slice *all[] = { &to->method, &to->uri, &to->reason,
	    &to->version, &to->head, &to->body, &to->raw };
	const uint8_t *was = m->raw.p;

	memcpy(to, m, sip_size(m));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->p != NULL)
			all[i]->p = raw + (all[i]->p - was);
	for (size_t i = 0; i < to->n_hdr; i++) {
		to->hdr[i].name.p = raw + (m->hdr[i].name.p - was);
		to->hdr[i].value.p = raw + (m->hdr[i].value.p - was);
	}
}
