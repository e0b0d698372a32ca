/* cap_out: pcap and pcapng written (draft-ietf-opsawg-pcap, -pcapng). */
#include <stdlib.h>

#include "buf.h"
#include "cap.h"
#include "err.h"

#define MAGIC		0xa1b23c4d	/* nanoseconds */
#define HEAD_LEN	24		/* of a pcap, */
#define RECORD_LEN	16		/* before each frame, */
#define CAPLEN_AT	8		/* and its length there */
#define BLOCK_LEN	36		/* around a frame, and padding */
#define TOTAL_AT	4
#define IDB_LEN		32
#define GATHER		(1U << 20)	/* octets of a write, at most */
#define NS_PER_S	1000000000U

enum { BLOCK_SHB = 0x0a0d0d0a, BLOCK_IDB = 1, BLOCK_EPB = 6 };
enum { OPT_TSRESOL = 9 };	/* of an interface */

struct cap_out {
	FILE		*f;		/* the caller's */
	struct buf	 b;		/* gathered; its room was made before */
	uint64_t	 done;		/* octets written before those */
	bool		 bad;
	bool		 ng;
	struct {
		int		 linktype;
		uint32_t	 was;	/* its number where it came from */
	} interface[CAP_OUT_INTERFACES];
	uint32_t	 n_interface;
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

static struct cap_out *
out_new(FILE *f)
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
	return o;
}

struct cap_out *
cap_out_new(FILE *f, int linktype)
{
	struct cap_out *o = out_new(f);

	if (o == NULL)
		return NULL;
	put32(&o->b, MAGIC);
	put16(&o->b, 2);	/* version 2.4 */
	put16(&o->b, 4);
	put32(&o->b, 0);
	put32(&o->b, 0);
	put32(&o->b, CAP_FRAME_MAX);
	put32(&o->b, (uint32_t)linktype);
	return o;
}

struct cap_out *
cap_out_ng_new(FILE *f)
{
	struct cap_out *o = out_new(f);

	if (o == NULL)
		return NULL;
	o->ng = true;
	put32(&o->b, BLOCK_SHB);
	put32(&o->b, 28);
	put32(&o->b, 0x1a2b3c4d);	/* the order of octets */
	put16(&o->b, 1);		/* version 1.0 */
	put16(&o->b, 0);
	put32(&o->b, UINT32_MAX);	/* the section's length is not said */
	put32(&o->b, UINT32_MAX);
	put32(&o->b, 28);
	return o;
}

/* The interface of FRAME, a new one if need be; or ERR_LIMIT. */
static int
interface_of(struct cap_out *o, const struct cap_frame *frame)
{
	bool full = o->n_interface == CAP_OUT_INTERFACES;

	for (uint32_t i = 0; i < o->n_interface; i++)
		if (o->interface[i].linktype == frame->linktype && (full ||
		    o->interface[i].was == frame->interface))
			return (int)i;
	if (full)
		return ERR_LIMIT;
	put32(&o->b, BLOCK_IDB);
	put32(&o->b, IDB_LEN);
	put16(&o->b, (uint16_t)frame->linktype);
	put16(&o->b, 0);
	put32(&o->b, CAP_FRAME_MAX);
	put16(&o->b, OPT_TSRESOL);
	put16(&o->b, 1);
	put32(&o->b, 9);		/* 10^-9 s, and padding */
	put32(&o->b, 0);		/* no more options */
	put32(&o->b, IDB_LEN);
	o->interface[o->n_interface].linktype = frame->linktype;
	o->interface[o->n_interface].was = frame->interface;
	return (int)o->n_interface++;
}

static int
put_block(struct cap_out *o, const struct cap_frame *frame, uint32_t wire)
{
	uint32_t n = (uint32_t)frame->data.n, pad = -n & 3;
	uint32_t total = 32 + n + pad;
	int i = interface_of(o, frame);

	if (i < 0)
		return i;
	put32(&o->b, BLOCK_EPB);
	put32(&o->b, total);
	put32(&o->b, (uint32_t)i);
	put32(&o->b, (uint32_t)(frame->time_ns >> 32));
	put32(&o->b, (uint32_t)frame->time_ns);
	put32(&o->b, n);
	put32(&o->b, wire);
	buf_put(&o->b, frame->data);
	for (; pad > 0; pad--)
		buf_u8(&o->b, 0);
	put32(&o->b, total);
	return 0;
}

int
cap_out_frame(struct cap_out *o, const struct cap_frame *frame)
{
	uint64_t s = frame->time_ns / NS_PER_S;
	uint32_t ns = (uint32_t)(frame->time_ns % NS_PER_S);
	uint32_t wire = frame->wire_len;

	if (frame->data.n > CAP_FRAME_MAX)
		return ERR_LIMIT;
	if (GATHER - o->b.n < IDB_LEN + BLOCK_LEN + frame->data.n &&
	    cap_out_flush(o) < 0)
		return ERR_IO;
	if (wire < frame->data.n)
		wire = (uint32_t)frame->data.n;
	if (o->ng)
		return put_block(o, frame, wire);
	put32(&o->b, s <= UINT32_MAX ? (uint32_t)s : UINT32_MAX);
	put32(&o->b, s <= UINT32_MAX ? ns : NS_PER_S - 1);
	put32(&o->b, (uint32_t)frame->data.n);
	put32(&o->b, wire);
	buf_put(&o->b, frame->data);
	return 0;
}

int
cap_out_flush(struct cap_out *o)
{
	if (o->bad)
		return ERR_IO;
	o->bad = fwrite(o->b.p, 1, o->b.n, o->f) != o->b.n ||
	    fflush(o->f) == EOF;
	if (o->bad)
		return ERR_IO;
	o->done += o->b.n;
	buf_reset(&o->b);
	return 0;
}

/* How long is what begins at AT of the gathered: head, frame or block? */
static size_t
unit_len(const struct cap_out *o, size_t at)
{
	const uint8_t *p = o->b.p + at;

	if (o->ng)
		return __builtin_bswap32(slice_be32(p + TOTAL_AT));
	return o->done + at == 0 ? HEAD_LEN :
	    RECORD_LEN + __builtin_bswap32(slice_be32(p + CAPLEN_AT));
}

uint64_t
cap_out_whole(const struct cap_out *o, uint64_t n)
{
	size_t at = 0;

	while (at < o->b.n && o->done + at + unit_len(o, at) <= n)
		at += unit_len(o, at);
	return o->done + at;
}

void
cap_out_free(struct cap_out *o)
{
	if (o == NULL)
		return;
	buf_free(&o->b);
	free(o);
}
