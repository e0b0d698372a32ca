/*
 * slice: borrowed bytes; a view and a read cursor over them, numbers, hex and
 * base64.
 *
 * A slice never owns what it points to; the function that made it says whose
 * bytes they are and until when.  A cursor is sticky: reading past the end
 * gives zeros and sets BAD, so read all fields straight through and check once.
 * Numbers are big-endian (network order) unless the name says otherwise.
 */
#ifndef SLICE_H
#define SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t	*p;
	size_t		 n;
};

struct cursor {
	const uint8_t	*p;
	const uint8_t	*end;
	bool		 bad;
};

/* Views.  slice_str() borrows a NUL-terminated string, without the NUL. */
static inline struct slice
slice_of(const void *p, size_t n)
{
	struct slice s = { p, n };
	return s;
}

static inline struct slice
slice_str(const char *s)
{
	return slice_of(s, strlen(s));
}

/* OFF and LEN are clamped to S; never out of bounds. */
static inline struct slice
slice_from(struct slice s, size_t off)
{
	if (off > s.n)
		off = s.n;
	return off == 0 ? s : slice_of(s.p + off, s.n - off);
}

static inline struct slice
slice_sub(struct slice s, size_t off, size_t len)
{
	s = slice_from(s, off);
	if (s.n > len)
		s.n = len;
	return s;
}

static inline bool
slice_is_space(uint8_t c)
{
	return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

/* Without leading and trailing space, tab, CR and LF. */
static inline struct slice
slice_trim(struct slice s)
{
	while (s.n > 0 && slice_is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && slice_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

static inline bool
slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Are N octets the same but for ASCII case? */
bool	 slice_case_same(const uint8_t *a, const uint8_t *b, size_t n);

static inline bool
slice_caseeq(struct slice a, struct slice b)	/* ASCII case */
{
	return a.n == b.n && slice_case_same(a.p, b.p, a.n);
}

static inline bool
slice_is(struct slice a, const char *s)		/* exact */
{
	return slice_eq(a, slice_str(s));
}

static inline bool
slice_caseis(struct slice a, const char *s)	/* ASCII case */
{
	return slice_caseeq(a, slice_str(s));
}

static inline bool
slice_starts(struct slice a, const char *s)
{
	return slice_eq(slice_sub(a, 0, strlen(s)), slice_str(s));
}

static inline bool
slice_casestarts(struct slice a, const char *s)
{
	return slice_caseeq(slice_sub(a, 0, strlen(s)), slice_str(s));
}

/* Offset of the first C, or of the first occurrence of NEEDLE; N if none. */
static inline size_t
slice_chr(struct slice s, int c)
{
	const uint8_t *p = s.n > 0 ? memchr(s.p, c, s.n) : NULL;

	return p != NULL ? (size_t)(p - s.p) : s.n;
}

size_t	 slice_find(struct slice s, struct slice needle);
/* How many octets at the start of S are none of those that are 1 in STOP. */
size_t	 slice_span(struct slice s, const uint8_t stop[256]);

/*
 * Cut S at the first SEP: the part before it is returned, S moves behind it
 * (to its end if there is no SEP).
 */
static inline struct slice
slice_cut(struct slice *s, int sep)
{
	size_t i = slice_chr(*s, sep);
	struct slice head = slice_sub(*s, 0, i);

	*s = slice_from(*s, i + 1);
	return head;
}

/*
 * Whole-slice numbers: decimal or, behind 0x, hexadecimal for slice_number.
 * 0, or ERR_FORMAT (empty, other characters), ERR_RANGE (above MAX).
 */
int	 slice_decimal(struct slice s, uint64_t max, uint64_t *out);
int	 slice_number(struct slice s, uint64_t max, uint64_t *out);

/*
 * Hex to octets; 0x in front, spaces, colons and dashes between octets are
 * passed over.  Returns the number of octets, ERR_FORMAT, or ERR_LIMIT when
 * there are more than CAP.
 */
int	 slice_hex(struct slice s, uint8_t *out, size_t cap);
/*
 * Base64 (RFC 4648 4) to octets; missing padding is accepted, white space and
 * other characters are not.  Returns as slice_hex.
 */
int	 slice_base64(struct slice s, uint8_t *out, size_t cap);
/* Is S valid UTF-8 (RFC 3629: no surrogates, no overlong forms)? */
bool	 slice_utf8(struct slice s);

#define SLICE_SHOW	96
/* S for a person: printable ASCII, the rest "?", cut with "...".  OUT. */
const char	*slice_show(struct slice s, char out[SLICE_SHOW]);

/* Mix S into H, which starts as a seed; for tables, not for secrets. */
uint64_t	 slice_hash(uint64_t h, struct slice s);

void		 cursor_init(struct cursor *c, struct slice s);
size_t		 cursor_left(const struct cursor *c);
uint8_t		 cursor_u8(struct cursor *c);
uint16_t	 cursor_u16(struct cursor *c);
uint32_t	 cursor_u24(struct cursor *c);
uint32_t	 cursor_u32(struct cursor *c);
struct slice	 cursor_take(struct cursor *c, size_t n);
void		 cursor_skip(struct cursor *c, size_t n);
struct slice	 cursor_rest(struct cursor *c);

/* Unaligned big- and little-endian reads of memory known to be there. */
static inline uint16_t
slice_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
slice_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

#endif
