/*
 * frag: IP fragments put together, in whatever order they come (RFC 791 3.2,
 * RFC 8200 4.5), and fragmented SCTP user messages (RFC 9260 6.9).
 *
 * Bounded: at most FRAG_DATAGRAMS at a time and FRAG_BYTES in them; the one
 * longest untouched goes first.  Where fragments overlap, the octets that came
 * first stay.
 */
#ifndef FRAG_H
#define FRAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"

#define FRAG_DATAGRAMS	1024
#define FRAG_BYTES	(4U << 20)
#define FRAG_FRAMES	64	/* frame numbers kept per datagram */
#define FRAG_AGE_NS	30000000000ULL	/* RFC 791: 15 s; RFC 8200: 60 s */

/* Frames that something was put together from. */
struct frag_frames {
	uint32_t	count;			/* how many, kept or not */
	uint64_t	frame[FRAG_FRAMES];	/* the first of them, ascending */
};

/*
 * Add FRAME to F (kept ascending, once each; COUNT counts only new ones, as far
 * as those kept can tell).
 */
void	 frag_frames_add(struct frag_frames *f, uint64_t frame);

/* What is known of a datagram when it is complete, or given up. */
struct frag_datagram {
	struct slice		 data;	/* from offset 0, without a hole */
	bool			 cut;	/* given up, or its end was cut off */
	size_t			 missing; /* octets known to be missing */
	bool			 again;	/* one with this key was complete
					   before, within FRAG_AGE_NS */
	struct frag_frames	 frames;
	uint64_t		 time_ns;	/* of its last frame */
	const void		*key;		/* as given to frag_add */
};

struct frag;

/*
 * GIVEUP (or NULL) is called for each datagram that is given up (too old, table
 * full, or frag_flush): its data up to the first hole, CUT set, valid until it
 * returns.  It must not use the frag.  NULL: memory is out.
 */
struct frag	*frag_new(size_t key_len,
		    void (*giveup)(const struct frag_datagram *, void *arg),
		    void *arg);
void		 frag_free(struct frag *f);	/* without giving up */

/*
 * Octets DATA at OFFSET of the datagram KEY (frag_new's key_len octets), seen
 * in FRAME at TIME_NS; LAST if no more follow; CUT if the capture has only the
 * start of the fragment: what it lacks is a hole, or, in the last one, makes
 * the datagram end where its octets do.  Returns 1 when this completes the
 * datagram: OUT is then valid until the next call; 2 when the same octets were
 * complete before, with this key, within FRAG_AGE_NS.  0 while octets are
 * missing; ERR_RANGE for a fragment beyond 65535 octets, or one that
 * contradicts the known length; ERR_MEM.
 */
int	 frag_add(struct frag *f, const void *key, size_t offset,
	    struct slice data, bool last, bool cut, uint64_t frame,
	    uint64_t time_ns, struct frag_datagram *out)
	    __attribute__((warn_unused_result));
/* Give up what was not touched for FRAG_AGE_NS before NOW_NS. */
void	 frag_expire(struct frag *f, uint64_t now_ns);
void	 frag_flush(struct frag *f);		/* give up all */
uint64_t frag_evicted(const struct frag *f);

#endif
