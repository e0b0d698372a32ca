/*
 * rec_both: a line read by both readers of rec; for tests/fuzz/fuzz_rec_fast.c
 * and tests/unit/test_rec_fast.c.
 */
#ifndef REC_BOTH_H
#define REC_BOTH_H

#include <string.h>

#include "rec.h"

/* R in its own form, if it has one. */
static inline void
both_write(struct rec *r, struct buf *out)
{
	if (r->type == REC_SIP)
		rec_write_sip(out, &r->sip, r->duplicate);
	else if (r->type == REC_PACKET)
		rec_write_packet(out, &r->packet);
	else if (r->type == REC_ESP)
		rec_write_esp(out, &r->esp);
	else if (r->type == REC_GAP)
		rec_write_gap(out, &r->gap);
	else if (r->type == REC_SA)
		rec_write_sa(out, &r->sa, true);
	else if (r->type == REC_VECTOR)
		rec_write_vector(out, &r->vector);
}

/* Was R read without jansson? */
static inline bool
both_fast(const struct rec *r)
{
	return r->type != REC_OTHER && r->json == NULL;
}

/*
 * LINE, and LINE with a space behind it, which only jansson reads, are the
 * same: result, reason, and all that is in the record.  FAST says whether
 * jansson was not needed.
 */
static inline bool
both_same(struct slice line, bool *fast)
{
	char error[REC_ERROR_TEXT], error2[REC_ERROR_TEXT];
	struct buf spaced, one, two;
	struct rec r, r2;
	bool same;
	int e, e2;

	buf_init(&spaced, 0);
	buf_init(&one, 0);
	buf_init(&two, 0);
	buf_put(&spaced, line);
	buf_u8(&spaced, ' ');
	e = rec_read(&r, line, error);
	e2 = rec_read(&r2, buf_slice(&spaced), error2);
	*fast = both_fast(&r);
	/* What jansson alone refuses has columns and the like in it. */
	same = !both_fast(&r2) && e == e2 && r.type == r2.type &&
	    (!*fast || strcmp(error, error2) == 0);
	if (same && e == 0) {
		both_write(&r, &one);
		both_write(&r2, &two);
		same = slice_eq(buf_slice(&one), buf_slice(&two));
	}
	rec_done(&r);
	rec_done(&r2);
	buf_wipe(&spaced);
	buf_wipe(&one);
	buf_wipe(&two);
	return same;
}

#endif
