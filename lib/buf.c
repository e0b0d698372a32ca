/* buf: bytes being built. */
#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "crypt.h"

void
buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

void
buf_free(struct buf *b)
{
	free(b->p);
	buf_init(b, b->max);
}

void
buf_wipe(struct buf *b)
{
	if (b->p != NULL)
		crypt_wipe(b->p, b->cap);
	buf_free(b);
}

void
buf_reset(struct buf *b)
{
	b->n = 0;
	b->bad = b->mem = false;
}

struct slice
buf_slice(const struct buf *b)
{
	return slice_of(b->p, b->n);
}

uint8_t *
buf_grow(struct buf *b, size_t n)
{
	size_t cap = b->cap > 0 ? b->cap : 256;
	uint8_t *p;

	if (b->bad || n > SIZE_MAX / 2 - b->n ||
	    (b->max != 0 && n > b->max - b->n)) {
		b->bad = true;
		return NULL;
	}
	while (cap < b->n + n)
		cap *= 2;
	if (b->max != 0 && cap > b->max)
		cap = b->max;
	/* Not realloc(): it leaves secrets where they were. */
	if ((p = malloc(cap)) == NULL) {
		b->bad = b->mem = true;
		return NULL;
	}
	if (b->cap > 0) {
		memcpy(p, b->p, b->n);
		crypt_wipe(b->p, b->cap);
	}
	free(b->p);
	b->p = p;
	b->cap = cap;
	return buf_room(b, n);
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	if (n > 0)
		memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

void
buf_put(struct buf *b, struct slice s)
{
	buf_add(b, s.p, s.n);
}

void
buf_join(struct buf *b, const struct buf *from)
{
	buf_put(b, buf_slice(from));
	b->bad |= from->bad;
	b->mem |= from->mem;
}

void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_u16(struct buf *b, uint16_t v)
{
	uint8_t o[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	buf_add(b, o, sizeof(o));
}

void
buf_u32(struct buf *b, uint32_t v)
{
	buf_u16(b, (uint16_t)(v >> 16));
	buf_u16(b, (uint16_t)v);
}

void
buf_decimal(struct buf *b, uint64_t v)
{
	char d[20];
	size_t i = sizeof(d);

	do {
		d[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	buf_add(b, d + i, sizeof(d) - i);
}

/* The eight digits of four octets, one in each octet. */
static uint64_t
hex_of(uint32_t four)
{
	const uint64_t ones = 0x0101010101010101ULL;
	uint64_t v = four, letter;

	v = (v | v << 16) & 0x0000ffff0000ffffULL;
	v = (v | v << 8) & 0x00ff00ff00ff00ffULL;
	v = (v | v << 4) & 0x0f0f0f0f0f0f0f0fULL;
	letter = (v + 6 * ones) >> 4 & ones;
	return v + '0' * ones + ('a' - '0' - 10) * letter;
}

void
buf_hex(struct buf *b, struct slice s)
{
	static const char digit[] = "0123456789abcdef";
	uint64_t eight;
	uint8_t *to;
	size_t i;

	if ((to = buf_room(b, s.n * 2)) == NULL)
		return;
	for (i = 0; s.n - i >= 4; i += 4) {
		eight = htobe64(hex_of(slice_be32(s.p + i)));
		memcpy(to + 2 * i, &eight, sizeof(eight));
	}
	for (; i < s.n; i++) {
		to[2 * i] = (uint8_t)digit[s.p[i] >> 4];
		to[2 * i + 1] = (uint8_t)digit[s.p[i] & 15];
	}
}

void
buf_base64(struct buf *b, struct slice s)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t *to;

	if ((to = buf_room(b, (s.n + 2) / 3 * 4)) == NULL)
		return;
	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = (uint32_t)s.p[i] << 16;

		if (i + 1 < s.n)
			v |= (uint32_t)s.p[i + 1] << 8;
		if (i + 2 < s.n)
			v |= s.p[i + 2];
		*to++ = (uint8_t)digit[v >> 18];
		*to++ = (uint8_t)digit[v >> 12 & 63];
		*to++ = (uint8_t)(i + 1 < s.n ? digit[v >> 6 & 63] : '=');
		*to++ = (uint8_t)(i + 2 < s.n ? digit[v & 63] : '=');
	}
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	uint8_t *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (to = buf_room(b, (size_t)n + 1)) == NULL) {
		b->bad = true;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf((char *)to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n--;		/* the NUL */
}
