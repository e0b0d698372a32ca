/* slice: borrowed bytes; views, read cursor, numbers, hex, base64 (RFC 4648). */
#include <string.h>

#include "err.h"
#include "slice.h"

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool
slice_case_same(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i] && lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

size_t
slice_find(struct slice s, struct slice needle)
{
	size_t i = 0;

	if (needle.n == 0)
		return 0;
	while (s.n - i >= needle.n) {
		i += slice_chr(slice_from(s, i), needle.p[0]);
		if (s.n - i < needle.n)
			break;
		if (memcmp(s.p + i, needle.p, needle.n) == 0)
			return i;
		i++;
	}
	return s.n;
}

size_t
slice_span(struct slice s, const uint8_t stop[256])
{
	size_t i = 0;

	/* Four at a time. */
	for (; s.n - i >= 4; i += 4)
		if ((stop[s.p[i]] | stop[s.p[i + 1]] | stop[s.p[i + 2]] |
		    stop[s.p[i + 3]]) != 0)
			break;
	while (i < s.n && stop[s.p[i]] == 0)
		i++;
	return i;
}

static int
number(struct slice s, unsigned base, uint64_t max, uint64_t *out)
{
	uint64_t v = 0, most = max / base;

	if (s.n == 0)
		return ERR_FORMAT;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = lower(s.p[i]);
		unsigned d;

		if (c >= '0' && c <= '9')
			d = c - '0';
		else if (base == 16 && c >= 'a' && c <= 'f')
			d = c - 'a' + 10U;
		else
			return ERR_FORMAT;
		if (d > max || v > most || v * base > max - d)
			return ERR_RANGE;
		v = v * base + d;
	}
	*out = v;
	return 0;
}

int
slice_decimal(struct slice s, uint64_t max, uint64_t *out)
{
	return number(s, 10, max, out);
}

int
slice_number(struct slice s, uint64_t max, uint64_t *out)
{
	if (slice_casestarts(s, "0x"))
		return number(slice_from(s, 2), 16, max, out);
	return number(s, 10, max, out);
}

/* The value of a digit, and 16; 0 for what is none. */
static const uint8_t hex_digit[256] = {
	['0'] = 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
	['A'] = 26, 27, 28, 29, 30, 31,
	['a'] = 26, 27, 28, 29, 30, 31,
};

int
slice_hex(struct slice s, uint8_t *out, size_t cap)
{
	size_t n = 0;

	if (slice_casestarts(s, "0x"))
		s = slice_from(s, 2);
	for (size_t i = 0; i < s.n;) {
		uint8_t hi = hex_digit[s.p[i]];

		if (hi == 0 && (slice_is_space(s.p[i]) || s.p[i] == ':' ||
		    s.p[i] == '-')) {
			i++;
			continue;
		}
		if (hi == 0 || i + 1 >= s.n || hex_digit[s.p[i + 1]] == 0)
			return ERR_FORMAT;
		if (n == cap)
			return ERR_LIMIT;
		out[n++] = (uint8_t)(hi << 4 | (hex_digit[s.p[i + 1]] & 15));
		i += 2;
	}
	return (int)n;
}

static int
base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int
slice_base64(struct slice s, uint8_t *out, size_t cap)
{
	uint32_t acc = 0;
	unsigned bits = 0, pad = 0;
	size_t n = 0;

	while (s.n > 0 && s.p[s.n - 1] == '=' && pad < 2) {
		s.n--;
		pad++;
	}
	if (s.n % 4 == 1 || (pad > 0 && (s.n + pad) % 4 != 0))
		return ERR_FORMAT;
	for (size_t i = 0; i < s.n; i++) {
		int d = base64_digit(s.p[i]);

		if (d < 0)
			return ERR_FORMAT;
		acc = acc << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			if (n == cap)
				return ERR_LIMIT;
			out[n++] = (uint8_t)(acc >> bits);
		}
	}
	return (int)n;
}

/* The length of the UTF-8 sequence at P (N octets there), 0 if it is none. */
static size_t
utf8_len(const uint8_t *p, size_t n)
{
	size_t len;
	uint32_t c, least;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		len = 2;
		least = 0x80;
	} else if ((p[0] & 0xf0) == 0xe0) {
		len = 3;
		least = 0x800;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		len = 4;
		least = 0x10000;
	} else
		return 0;
	if (n < len)
		return 0;
	c = p[0] & (0xffU >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return len;
}

/* How many octets at the start of S are ASCII. */
static size_t
ascii_length(struct slice s)
{
	const uint64_t high = 0x8080808080808080ULL;
	uint64_t w[4];
	size_t i = 0;

	for (; s.n - i >= sizeof(w); i += sizeof(w)) {
		memcpy(w, s.p + i, sizeof(w));
		if (((w[0] | w[1] | w[2] | w[3]) & high) != 0)
			break;
	}
	for (; s.n - i >= sizeof(w[0]); i += sizeof(w[0])) {
		memcpy(w, s.p + i, sizeof(w[0]));
		if ((w[0] & high) != 0)
			break;
	}
	while (i < s.n && s.p[i] < 0x80)
		i++;
	return i;
}

bool
slice_utf8(struct slice s)
{
	size_t len;

	for (;;) {
		s = slice_from(s, ascii_length(s));
		if (s.n == 0)
			return true;
		if ((len = utf8_len(s.p, s.n)) == 0)
			return false;
		s = slice_from(s, len);
	}
}

const char *
slice_show(struct slice s, char out[SLICE_SHOW])
{
	size_t n = s.n < SLICE_SHOW - 4 ? s.n : SLICE_SHOW - 4;

	for (size_t i = 0; i < n; i++)
		out[i] = s.p[i] >= ' ' && s.p[i] < 0x7f ? (char)s.p[i] : '?';
	memcpy(out + n, s.n > n ? "..." : "", s.n > n ? 4 : 1);
	return out;
}

uint64_t
slice_hash(uint64_t h, struct slice s)
{
	const uint8_t *p = s.p;
	size_t n = s.n;
	uint64_t w, lane[4];

	/* Four at a time do not wait for one another. */
	if (n >= 8 * sizeof(w)) {
		for (int i = 0; i < 4; i++)
			lane[i] = h + (uint64_t)i;
		for (; n >= sizeof(lane); p += sizeof(lane),
		    n -= sizeof(lane))
			for (size_t i = 0; i < 4; i++) {
				memcpy(&w, p + i * sizeof(w), sizeof(w));
				lane[i] = (lane[i] ^ w) * 0x9fb21c651e98df25ULL;
				lane[i] ^= lane[i] >> 32;
			}
		for (int i = 0; i < 4; i++)
			h = (h ^ lane[i]) * 0xd6e8feb86659fd93ULL + (h >> 31);
	}
	for (; n >= sizeof(w); p += sizeof(w), n -= sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		h = (h ^ w) * 0x9fb21c651e98df25ULL;
		h ^= h >> 32;
	}
	w = n;
	if (n > 0)
		memcpy(&w, p, n);
	h = (h ^ w ^ (uint64_t)n << 56) * 0xd6e8feb86659fd93ULL;
	h ^= h >> 29;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 32;
}

void
cursor_init(struct cursor *c, struct slice s)
{
	c->p = s.p;
	c->end = s.n > 0 ? s.p + s.n : s.p;
	c->bad = false;
}

size_t
cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

static uint64_t
cursor_uint(struct cursor *c, size_t n)
{
	struct slice s = cursor_take(c, n);
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

uint8_t
cursor_u8(struct cursor *c)
{
	return (uint8_t)cursor_uint(c, 1);
}

uint16_t
cursor_u16(struct cursor *c)
{
	return (uint16_t)cursor_uint(c, 2);
}

uint32_t
cursor_u24(struct cursor *c)
{
	return (uint32_t)cursor_uint(c, 3);
}

uint32_t
cursor_u32(struct cursor *c)
{
	return (uint32_t)cursor_uint(c, 4);
}

struct slice
cursor_take(struct cursor *c, size_t n)
{
	struct slice s;

	if (c->bad || cursor_left(c) < n) {
		c->bad = true;
		return slice_of(NULL, 0);
	}
	s = slice_of(c->p, n);
	if (n > 0)
		c->p += n;
	return s;
}

void
cursor_skip(struct cursor *c, size_t n)
{
	(void)cursor_take(c, n);
}

struct slice
cursor_rest(struct cursor *c)
{
	return cursor_take(c, c->bad ? 0 : cursor_left(c));
}
