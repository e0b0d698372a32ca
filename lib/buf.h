/*
 * buf: bytes being built.
 *
 * A growing buffer with an upper limit.  It is sticky: when memory or the limit
 * runs out, BAD is set, the append and all that follow do nothing, and what was
 * there before stays.  Append all fields straight through and check once.
 */
#ifndef BUF_H
#define BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"

struct buf {
	uint8_t	*p;	/* owned; NULL while nothing was appended */
	size_t	 n;
	size_t	 cap;	/* at most MAX */
	size_t	 max;	/* 0: no limit */
	bool	 bad;
	bool	 mem;	/* it is BAD because memory is out */
};

void	 buf_init(struct buf *b, size_t max);
void	 buf_free(struct buf *b);	/* back to empty; harmless twice */
void	 buf_wipe(struct buf *b);	/* buf_free of secrets */
void	 buf_reset(struct buf *b);	/* empty and good, memory kept */

struct slice	 buf_slice(const struct buf *b);
/* buf_room() when there is no room, or B is BAD. */
uint8_t	*buf_grow(struct buf *b, size_t n);

/* Room for N more octets, to be filled by the caller; NULL when BAD. */
static inline uint8_t *
buf_room(struct buf *b, size_t n)
{
	uint8_t *p;

	if (b->bad || n > b->cap - b->n)
		return buf_grow(b, n);
	p = b->p + b->n;
	b->n += n;
	return p;
}

/* Remove the first N octets (at most all). */
void	 buf_drop(struct buf *b, size_t n);

static inline void
buf_add(struct buf *b, const void *p, size_t n)
{
	uint8_t *to;

	if (n > 0 && (to = buf_room(b, n)) != NULL)
		memcpy(to, p, n);
}

static inline void
buf_u8(struct buf *b, uint8_t v)
{
	uint8_t *to = buf_room(b, 1);

	if (to != NULL)
		*to = v;
}

void	 buf_put(struct buf *b, struct slice s);
/* What FROM has; B is BAD if FROM is. */
void	 buf_join(struct buf *b, const struct buf *from);
void	 buf_str(struct buf *b, const char *s);
void	 buf_u16(struct buf *b, uint16_t v);	/* big-endian */
void	 buf_u32(struct buf *b, uint32_t v);	/* big-endian */
void	 buf_decimal(struct buf *b, uint64_t v);
void	 buf_hex(struct buf *b, struct slice s);	/* lower case */
void	 buf_base64(struct buf *b, struct slice s);	/* RFC 4648 4, padded */
void	 buf_printf(struct buf *b, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
