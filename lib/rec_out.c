/* rec_out: the fields of a record, written straight into a buffer. */
#include <string.h>

#include "rec_int.h"

/*
 * Control characters take six octets of JSON: a text longer than this is
 * written in base64, so that every record fits into REC_LINE_MAX.
 */
#define TEXT_MAX	(REC_LINE_MAX / 8)

/* The letter behind the backslash (RFC 8259 7), 0 for what stands as it is. */
static const uint8_t escapes[256] = {
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	['"'] = '"', ['\\'] = '\\',
};

static size_t
escape_one(uint8_t *to, uint8_t c)
{
	static const char digit[] = "0123456789abcdef";

	to[0] = '\\';
	to[1] = escapes[c];
	if (to[1] != 'u')
		return 2;
	to[2] = to[3] = '0';
	to[4] = (uint8_t)digit[c >> 4];
	to[5] = (uint8_t)digit[c & 15];
	return 6;
}

/* What escape() takes at once, and the room that this needs at most. */
#define BLOCK		(4 * REC_RUN)
#define BLOCK_ROOM	(6 * BLOCK + REC_RUN)

/*
 * The N octets at FROM, at most BLOCK, to TO; up to BLOCK + REC_RUN are read.
 * How many they became.
 */
static size_t
escape(uint8_t *to, const uint8_t *from, size_t n)
{
	const uint8_t *plain = from, *start = to;
	uint64_t marks = rec_marks(from) |
	    (uint64_t)rec_marks(from + REC_RUN) << REC_RUN |
	    (uint64_t)rec_marks(from + 2 * REC_RUN) << 2 * REC_RUN |
	    (uint64_t)rec_marks(from + 3 * REC_RUN) << 3 * REC_RUN;
	size_t run;

	if (n < BLOCK)
		marks &= ((uint64_t)1 << n) - 1;
	for (;;) {
		run = marks != 0 ? (size_t)(from - plain) +
		    (size_t)__builtin_ctzll(marks) : (size_t)(from + n - plain);
		for (size_t i = 0; i < run; i += REC_RUN)
			memcpy(to + i, plain + i, REC_RUN);
		to += run;
		if (marks == 0)
			return (size_t)(to - start);
		to += escape_one(to, plain[run]);
		plain += run + 1;
		marks &= marks - 1;
	}
}

/* The inside of a JSON string; S is valid UTF-8. */
void
rec_put_inside(struct buf *out, struct slice s)
{
	uint8_t last[BLOCK + REC_RUN] = { 0 }, *to;

	while (s.n > 0 && (to = buf_room(out, BLOCK_ROOM)) != NULL) {
		struct slice part = slice_sub(s, 0, BLOCK);

		if (s.n < sizeof(last))
			part.p = memcpy(last, part.p, part.n);
		out->n -= BLOCK_ROOM - escape(to, part.p, part.n);
		s = slice_from(s, part.n);
	}
}

void
rec_put_open(struct buf *out, const char *type)
{
	buf_str(out, "{\"type\":\"");
	buf_str(out, type);
	buf_u8(out, '"');
}

void
rec_put_close(struct buf *out)
{
	buf_add(out, "}\n", 2);
}

static void
key_of(struct buf *out, const char *name, const char *suffix)
{
	buf_add(out, ",\"", 2);
	buf_str(out, name);
	buf_str(out, suffix);
	buf_add(out, "\":", 2);
}

/* The name of a field, and room for MORE octets of its value. */
static uint8_t *
key_room(struct buf *out, const char *name, size_t more)
{
	size_t n = strlen(name);
	uint8_t *p = buf_room(out, n + 4 + more);

	if (p == NULL)
		return NULL;
	p[0] = ',';
	p[1] = '"';
	memcpy(p + 2, name, n);
	p[n + 2] = '"';
	p[n + 3] = ':';
	return p + n + 4;
}

void
rec_put_key(struct buf *out, const char *name)
{
	(void)key_room(out, name, 0);
}

void
rec_put_number(struct buf *out, const char *name, uint64_t v)
{
	rec_put_key(out, name);
	buf_decimal(out, v);
}

void
rec_put_number_if(struct buf *out, const char *name, uint64_t v)
{
	if (v != 0)
		rec_put_number(out, name, v);
}

/* A word of our own, which needs no escaping. */
void
rec_put_word(struct buf *out, const char *name, const char *s)
{
	size_t n = strlen(s);
	uint8_t *p = key_room(out, name, n + 2);

	if (p == NULL)
		return;
	p[0] = p[n + 1] = '"';
	memcpy(p + 1, s, n);
}

void
rec_put_text(struct buf *out, const char *name, struct slice s)
{
	bool plain = s.n <= TEXT_MAX && slice_utf8(s);

	if (plain)
		rec_put_key(out, name);
	else
		key_of(out, name, "_b64");
	buf_u8(out, '"');
	if (plain)
		rec_put_inside(out, s);
	else
		buf_base64(out, s);
	buf_u8(out, '"');
}

void
rec_put_text_if(struct buf *out, const char *name, struct slice s)
{
	if (s.n > 0)
		rec_put_text(out, name, s);
}

void
rec_put_hex(struct buf *out, const char *name, struct slice s)
{
	uint8_t *p = key_room(out, name, 1);

	if (p == NULL)
		return;
	*p = '"';
	buf_hex(out, s);
	buf_u8(out, '"');
}

void
rec_put_truth_if(struct buf *out, const char *name, bool v)
{
	if (v) {
		rec_put_key(out, name);
		buf_add(out, "true", 4);
	}
}

void
rec_put_time(struct buf *out, uint64_t ns)
{
	uint64_t part = ns % 1000000000;
	uint8_t d[11];

	d[0] = '.';
	for (size_t i = 9; i > 0; i--) {
		d[i] = (uint8_t)('0' + part % 10);
		part /= 10;
	}
	d[10] = '"';
	rec_put_key(out, "time");
	buf_u8(out, '"');
	buf_decimal(out, ns / 1000000000);
	buf_add(out, d, sizeof(d));
}

void
rec_put_address_if(struct buf *out, const char *name, const struct pkt_addr *a)
{
	char s[PKT_ADDR_TEXT];

	if (a->family != 0)
		rec_put_word(out, name, pkt_addr_text(a, s));
}

static void
frames_if(struct buf *out, const struct frag_frames *f)
{
	size_t n = f->count < FRAG_FRAMES ? f->count : FRAG_FRAMES;

	if (f->count < 2)
		return;
	rec_put_key(out, "frames");
	for (size_t i = 0; i < n; i++) {
		buf_u8(out, i == 0 ? '[' : ',');
		buf_decimal(out, f->frame[i]);
	}
	buf_u8(out, ']');
}

/* When, and in which frames. */
void
rec_put_when(struct buf *out, const struct flow_where *w)
{
	if (w->timed)
		rec_put_time(out, w->time_ns);
	rec_put_text_if(out, "file", w->file);
	rec_put_number_if(out, "frame", w->frame);
	frames_if(out, &w->frames);
}

void
rec_put_where(struct buf *out, const struct flow_where *w)
{
	rec_put_when(out, w);
	rec_put_address_if(out, "src", &w->src);
	rec_put_number_if(out, "sport", w->sport);
	rec_put_address_if(out, "dst", &w->dst);
	rec_put_number_if(out, "dport", w->dport);
	if (w->transport != FLOW_NONE)
		rec_put_word(out, "transport",
		    flow_transport_name(w->transport));
}

void
rec_put_hex_if(struct buf *out, const char *name, const uint8_t *p, size_t n)
{
	if (n > 0)
		rec_put_hex(out, name, slice_of(p, n));
}
