/* rec_field: the fields of a JSON object, one kind each. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "rec_int.h"

#define OCTETS	256	/* a longer value is counted no further */
#define WORD	24	/* octets of a name that is shown */

void
rec_in_fail(struct rec_in *in, const char *key, int e, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (in->err != 0)
		return;
	in->err = e;
	n = snprintf(in->error, REC_ERROR_TEXT, "%s%s: ", in->at, key);
	if (n < 0 || n >= REC_ERROR_TEXT)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(in->error + n, REC_ERROR_TEXT - (size_t)n, fmt, ap);
	va_end(ap);
}

void
rec_in_missing(struct rec_in *in, const char *key)
{
	rec_in_fail(in, key, ERR_FORMAT, "missing");
}

static struct rec_value
value_of(const json_t *v)
{
	struct rec_value out = { .kind = REC_ELSE, .json = v };

	switch (json_typeof(v)) {
	case JSON_STRING:
		out.kind = REC_TEXT;
		out.text = slice_of(json_string_value(v),
		    json_string_length(v));
		break;
	case JSON_INTEGER:
		out.kind = REC_NUMBER;
		out.number = json_integer_value(v);
		break;
	case JSON_TRUE:
		out.kind = REC_TRUE;
		break;
	case JSON_FALSE:
		out.kind = REC_FALSE;
		break;
	case JSON_OBJECT:
		out.kind = REC_OBJECT;
		break;
	case JSON_ARRAY:
		out.kind = REC_ARRAY;
		break;
	default:
		break;
	}
	return out;
}

/* The fields are mostly asked for in the order in which they are. */
static bool
fast_get(struct rec_fast *f, const char *key, struct rec_value *out)
{
	struct slice name = slice_str(key);
	size_t at = f->next;

	for (size_t i = 0; i < f->n; i++, at++) {
		if (at == f->n)
			at = 0;
		if (slice_eq(f->field[at].name, name)) {
			*out = f->field[at].value;
			f->next = at + 1;
			return true;
		}
	}
	return false;
}

bool
rec_in_get(const struct rec_in *in, const char *key, struct rec_value *out)
{
	const json_t *v;

	if (in->fast != NULL)
		return fast_get(in->fast, key, out);
	if ((v = json_object_get(in->o, key)) == NULL)
		return false;
	*out = value_of(v);
	return true;
}

bool
rec_in_there(const struct rec_in *in, const char *key)
{
	struct rec_value v;

	return rec_in_get(in, key, &v);
}

static bool
get(struct rec_in *in, const char *key, struct rec_value *out)
{
	return in->err == 0 && rec_in_get(in, key, out);
}

static bool
string(struct rec_in *in, const char *key, struct slice *out)
{
	struct rec_value v;

	if (!get(in, key, &v))
		return false;
	if (v.kind != REC_TEXT) {
		rec_in_fail(in, key, ERR_FORMAT, "not a string");
		return false;
	}
	*out = v.text;
	return true;
}

bool
rec_in_number(struct rec_in *in, const char *key, uint64_t max, uint64_t *out)
{
	struct rec_value v;

	if (!get(in, key, &v))
		return false;
	if (v.kind != REC_NUMBER) {
		rec_in_fail(in, key, ERR_FORMAT, "not an integer");
		return false;
	}
	if (v.number < 0 || (uint64_t)v.number > max) {
		rec_in_fail(in, key, ERR_RANGE, "not 0 to %llu",
		    (unsigned long long)max);
		return false;
	}
	*out = (uint64_t)v.number;
	return true;
}

bool
rec_in_u32(struct rec_in *in, const char *key, uint32_t *out)
{
	uint64_t v;

	if (!rec_in_number(in, key, UINT32_MAX, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

bool
rec_in_flag(struct rec_in *in, const char *key, bool *out)
{
	struct rec_value v;

	if (!get(in, key, &v))
		return false;
	if (v.kind != REC_TRUE && v.kind != REC_FALSE) {
		rec_in_fail(in, key, ERR_FORMAT, "not true or false");
		return false;
	}
	*out = v.kind == REC_TRUE;
	return true;
}

/*
 * S decoded into BYTES, which gets all its room at once: slices into it must
 * stay where they are.
 */
static bool
decode(struct rec_in *in, const char *key, struct slice s, bool base64,
    struct slice *out)
{
	struct buf *b = in->bytes;
	size_t cap = s.n / (base64 ? 1 : 2);
	uint8_t *p;
	int n;

	if (b->p == NULL && buf_room(b, b->max) != NULL)
		buf_reset(b);
	if ((p = buf_room(b, cap)) == NULL) {
		rec_in_fail(in, key, ERR_MEM, "no memory");
		return false;
	}
	n = base64 ? slice_base64(s, p, cap) : slice_hex(s, p, cap);
	if (n < 0) {
		rec_in_fail(in, key, ERR_FORMAT, "not %s",
		    base64 ? "base64" : "hex");
		return false;
	}
	*out = slice_of(p, (size_t)n);
	return true;
}

bool
rec_in_text(struct rec_in *in, const char *key, struct slice *out)
{
	char b64[32];
	size_t n = slice_sub(slice_str(key), 0, sizeof(b64) - 5).n;
	struct slice s;
	bool plain = string(in, key, out);

	memcpy(b64, key, n);
	memcpy(b64 + n, "_b64", 5);
	if (!string(in, b64, &s))
		return plain && in->err == 0;
	if (plain) {
		rec_in_fail(in, b64, ERR_FORMAT, "%s is there too", key);
		return false;
	}
	return decode(in, b64, s, true, out);
}

bool
rec_in_name(struct rec_in *in, const char *key, size_t max, struct slice *out)
{
	struct slice s;

	if (!rec_in_text(in, key, &s))
		return false;
	if (s.n > max) {
		rec_in_fail(in, key, ERR_RANGE, "%zu octets, not up to %zu",
		    s.n, max);
		return false;
	}
	if (slice_chr(s, '\0') < s.n) {
		rec_in_fail(in, key, ERR_FORMAT, "NUL in it");
		return false;
	}
	*out = s;
	return true;
}

/* May S be shown on a terminal, and is it no key in the wrong place? */
static bool
showable(struct slice s)
{
	uint8_t tmp[WORD];

	if (s.n == 0 || s.n > WORD || slice_hex(s, tmp, sizeof(tmp)) >= 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	return true;
}

bool
rec_in_enum(struct rec_in *in, const char *key, int (*parse)(struct slice),
    int *out)
{
	struct slice s;
	int v;

	if (!string(in, key, &s))
		return false;
	if ((v = parse(s)) < 0) {
		if (showable(s))
			rec_in_fail(in, key, ERR_ALG, "%.*s is not known",
			    (int)s.n, (const char *)s.p);
		else
			rec_in_fail(in, key, ERR_ALG, "not known");
		return false;
	}
	*out = v;
	return true;
}

bool
rec_in_hex(struct rec_in *in, const char *key, struct slice *out)
{
	struct slice s;

	return string(in, key, &s) && decode(in, key, s, false, out);
}

/* How many octets V has in OUT, or -1. */
static int
octets(struct rec_in *in, const char *key, const struct rec_value *v,
    uint8_t out[OCTETS])
{
	int n;

	if (v->kind != REC_TEXT) {
		rec_in_fail(in, key, ERR_FORMAT, "not a string");
		return -1;
	}
	if ((n = slice_hex(v->text, out, OCTETS)) >= 0)
		return n;
	if (n == ERR_LIMIT)
		rec_in_fail(in, key, ERR_RANGE, "more than %d octets", OCTETS);
	else
		rec_in_fail(in, key, ERR_FORMAT, "not hex");
	return -1;
}

bool
rec_in_octets(struct rec_in *in, const char *key, uint8_t *out, size_t cap,
    size_t *n)
{
	struct rec_value v;
	uint8_t tmp[OCTETS];
	int got;

	*n = 0;
	if (!get(in, key, &v))
		return false;
	got = octets(in, key, &v, tmp);
	if (got >= 0 && (size_t)got <= cap) {
		*n = (size_t)got;
		memcpy(out, tmp, *n);
	} else if (got >= 0)
		rec_in_fail(in, key, ERR_RANGE, "%d octets, not up to %zu",
		    got, cap);
	crypt_wipe(tmp, sizeof(tmp));
	return in->err == 0;
}

static void
exact(struct rec_in *in, const char *key, const struct rec_value *v,
    uint8_t *out, size_t n)
{
	uint8_t tmp[OCTETS];
	int got = octets(in, key, v, tmp);

	if (got >= 0 && (size_t)got == n)
		memcpy(out, tmp, n);
	else if (got >= 0)
		rec_in_fail(in, key, ERR_RANGE, "%d octets, not %zu", got, n);
	crypt_wipe(tmp, sizeof(tmp));
}

void
rec_in_exact_value(struct rec_in *in, const char *key, const json_t *v,
    uint8_t *out, size_t n)
{
	struct rec_value one = value_of(v);

	exact(in, key, &one, out, n);
}

bool
rec_in_exact(struct rec_in *in, const char *key, uint8_t *out, size_t n)
{
	struct rec_value v;

	if (!get(in, key, &v))
		return false;
	exact(in, key, &v, out, n);
	return in->err == 0;
}

void
rec_in_spi(struct rec_in *in, uint32_t *out)
{
	struct rec_value v;
	uint64_t spi = 0;
	int e = 0;

	if (get(in, "spi", &v) && v.kind == REC_TEXT)
		e = slice_number(v.text, UINT32_MAX, &spi);
	else if (!rec_in_number(in, "spi", UINT32_MAX, &spi))
		rec_in_missing(in, "spi");
	if (e < 0)
		rec_in_fail(in, "spi", e, "not a number of 32 bits");
	*out = (uint32_t)spi;
}

/* "seconds.nanoseconds", with up to nine decimals. */
static bool
time_parse(struct slice s, uint64_t *ns)
{
	bool point = slice_chr(s, '.') < s.n;
	struct slice whole = slice_cut(&s, '.');
	uint64_t sec, part = 0;

	if (slice_decimal(whole, UINT64_MAX / 1000000000 - 1, &sec) < 0)
		return false;
	if (point && (s.n > 9 || slice_decimal(s, 999999999, &part) < 0))
		return false;
	for (size_t i = s.n; point && i < 9; i++)
		part *= 10;
	*ns = sec * 1000000000 + part;
	return true;
}

static void
read_time(struct rec_in *in, struct flow_where *w)
{
	struct slice s;

	if (!string(in, "time", &s))
		return;
	if (!time_parse(s, &w->time_ns))
		rec_in_fail(in, "time", ERR_FORMAT,
		    "not seconds with up to nine decimals");
	w->timed = true;
}

static void
json_frames(struct rec_in *in, const json_t *v, struct frag_frames *f)
{
	const json_t *one;

	f->count = (uint32_t)json_array_size(v);
	for (size_t i = 0; i < f->count; i++) {
		one = json_array_get(v, i);
		if (!json_is_integer(one) || json_integer_value(one) < 0) {
			rec_in_fail(in, "frames", ERR_FORMAT,
			    "not numbers of frames");
			return;
		}
		if (i < FRAG_FRAMES)
			f->frame[i] = (uint64_t)json_integer_value(one);
	}
}

/* These are numbers. */
static void
fast_frames(struct slice numbers, struct frag_frames *f)
{
	uint64_t one;

	for (f->count = 0; numbers.n > 0; f->count++)
		if (slice_decimal(slice_cut(&numbers, ','), UINT64_MAX,
		    &one) == 0 && f->count < FRAG_FRAMES)
			f->frame[f->count] = one;
}

static void
read_frames(struct rec_in *in, struct frag_frames *f)
{
	struct rec_value v;

	if (!get(in, "frames", &v))
		return;
	if (v.kind != REC_ARRAY)
		rec_in_fail(in, "frames", ERR_FORMAT, "not an array");
	else if (v.json != NULL)
		json_frames(in, v.json, f);
	else
		fast_frames(v.numbers, f);
}

void
rec_in_address(struct rec_in *in, const char *key, struct pkt_addr *a)
{
	struct slice s;

	if (string(in, key, &s) && pkt_addr_parse(a, s) < 0)
		rec_in_fail(in, key, ERR_FORMAT, "not an IP address");
}

void
rec_in_port(struct rec_in *in, const char *key, uint16_t *port)
{
	uint64_t v;

	if (rec_in_number(in, key, UINT16_MAX, &v))
		*port = (uint16_t)v;
}

void
rec_in_where(struct rec_in *in, struct flow_where *w)
{
	int transport;

	read_time(in, w);
	(void)rec_in_text(in, "file", &w->file);
	(void)rec_in_number(in, "frame", REC_INT_MAX, &w->frame);
	read_frames(in, &w->frames);
	rec_in_address(in, "src", &w->src);
	rec_in_port(in, "sport", &w->sport);
	rec_in_address(in, "dst", &w->dst);
	rec_in_port(in, "dport", &w->dport);
	if (rec_in_enum(in, "transport", flow_transport_parse, &transport))
		w->transport = (enum flow_transport)transport;
}
