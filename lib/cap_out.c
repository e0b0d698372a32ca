/* cap_out: pcap files written (draft-ietf-opsawg-pcap). */
#include <stdlib.h>

#include "buf.h"
#include "cap.h"
#include "err.h"

#define MAGIC		0xa1b23c4d	/* nanoseconds */
#define RECORD_LEN	16		/* before each frame */
#define GATHER		(1U << 20)	/* octets of a write, at most */
#define NS_PER_S	1000000000U

struct cap_out {
	FILE		*f;		/* the caller's */
	struct buf	 b;		/* gathered; its room was made before */
};

/* Little-endian, as nearly all files are. */
static void
put16(struct buf *b, uint16_t v)
{
	buf_u16(b, __builtin_bswap16(v));
}

static void
put32(struct buf *b, uint32_t v)
{
	buf_u32(b, __builtin_bswap32(v));
}

struct cap_out *
cap_out_new(FILE *f, int linktype)
{
	struct cap_out *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->f = f;
	buf_init(&o->b, GATHER);
	if (buf_room(&o->b, GATHER) == NULL) {
		cap_out_free(o);
		return NULL;
	}
	buf_reset(&o->b);
	put32(&o->b, MAGIC);
	put16(&o->b, 2);	/* version 2.4 */
	put16(&o->b, 4);
	put32(&o->b, 0);
	put32(&o->b, 0);
	put32(&o->b, CAP_FRAME_MAX);
	put32(&o->b, (uint32_t)linktype);
	return o;
}

int
cap_out_frame(struct cap_out *o, const struct cap_frame *frame)
{
	uint64_t s = frame->time_ns / NS_PER_S;
	uint32_t ns = (uint32_t)(frame->time_ns % NS_PER_S);
	size_t wire = frame->wire_len;

	if (frame->data.n > CAP_FRAME_MAX)
		return ERR_LIMIT;
	if (GATHER - o->b.n < RECORD_LEN + frame->data.n &&
	    cap_out_flush(o) < 0)
		return ERR_IO;
	if (wire < frame->data.n)
		wire = frame->data.n;
	put32(&o->b, s <= UINT32_MAX ? (uint32_t)s : UINT32_MAX);
	put32(&o->b, s <= UINT32_MAX ? ns : NS_PER_S - 1);
	put32(&o->b, (uint32_t)frame->data.n);
	put32(&o->b, (uint32_t)wire);
	buf_put(&o->b, frame->data);
	return 0;
}

int
cap_out_flush(struct cap_out *o)
{
	size_t n = fwrite(o->b.p, 1, o->b.n, o->f);
	bool bad = n != o->b.n || fflush(o->f) == EOF;

	buf_reset(&o->b);
	return bad ? ERR_IO : 0;
}

void
cap_out_free(struct cap_out *o)
{
	if (o == NULL)
		return;
	buf_free(&o->b);
	free(o);
}
