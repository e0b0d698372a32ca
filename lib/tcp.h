/*
 * tcp: byte streams put together from segments (RFC 9293), whatever order they
 * come in, and handed to a reader that cuts them into messages.
 *
 * One direction of a connection is one stream.  Octets that came first stay
 * where segments overlap; of two that wait behind a hole, those of the segment
 * that begins lower.  A stream may be joined in the middle: what lies
 * before the first segment seen is accepted when it comes late.  Bounded:
 * TCP_STREAMS streams and TCP_BYTES of octets waiting; the stream longest
 * untouched goes first.
 */
#ifndef TCP_H
#define TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frag.h"
#include "pkt.h"
#include "slice.h"

#define TCP_STREAMS	4096
#define TCP_BYTES	(12U << 20)
#define TCP_WAIT_BYTES	(512U << 10)	/* behind a hole, then it is a gap */
#define TCP_WAIT_SEGS	512
#define TCP_WAIT_NS	120000000000ULL	/* 2 min of capture time */
#define TCP_ACKED_NS	2000000000ULL	/* the receiver has it: 2 s */

/* A direction; zero it first (it is a table key). */
struct tcp_key {
	struct pkt_addr	 src, dst;
	uint16_t	 sport, dport;
	uint32_t	 spi;		/* of the ESP around it, or 0 */
	uint32_t	 copy;		/* the caller's, to keep copies apart */
};

/* Where a segment came from. */
struct tcp_meta {
	uint64_t	 frame, time_ns;
	uint64_t	 order;		/* of the frame, the later the higher */
	uint64_t	 first;		/* first frame of its IP fragments, or
					   FRAME */
	uint32_t	 extra;		/* frames besides FRAME */
	uint32_t	 tag;		/* the caller's; or-ed over a message */
	uint32_t	 mark;		/* the caller's; of the last segment */
	uint8_t		 note[16];	/* the same */
};

/* What the reader says of the octets at hand. */
enum tcp_verdict {
	TCP_WAIT,		/* they may be the start of a message */
	TCP_MESSAGE,		/* the first N are a message */
	TCP_JUNK,		/* the first N are not of a message */
};

/* What became of a frame. */
enum tcp_fate {
	TCP_FATE_NOTHING,	/* no octet of it was of a message */
	TCP_FATE_COPY,		/* all of it was there before */
	TCP_FATE_PART,		/* part of a message that another frame ends */
	TCP_FATE_MESSAGE,	/* a message is numbered by it */
};

struct tcp_message {
	const struct tcp_key	*key;
	struct slice		 data;
	uint32_t		 seq;		/* of its first octet */
	uint64_t		 frame, time_ns; /* the last of its frames */
	struct frag_frames	 frames;
	uint32_t		 tag, mark;
	uint8_t			 note[16];
};

struct tcp_reader {
	/*
	 * LAST: nothing follows DATA (end, gap): do not say TCP_WAIT.  N > 0
	 * for the other two.  BLIND: what stood before DATA is not known or
	 * was no message, so that it may begin in the middle of a word.
	 */
	enum tcp_verdict (*look)(void *arg, struct slice data, bool last,
	    bool blind, size_t *n);
	void	(*message)(void *arg, const struct tcp_message *m);
	/* N octets before the next ones were lost; only after a message. */
	void	(*gap)(void *arg, const struct tcp_key *key, uint64_t n,
	    uint64_t frame, uint64_t time_ns);
	/* COUNT frames are done with. */
	void	(*fate)(void *arg, enum tcp_fate fate, uint32_t count);
	void	*arg;
};

struct tcp;
struct tcp	*tcp_new(const struct tcp_reader *r);	/* NULL: no memory */
void		 tcp_free(struct tcp *t);		/* without flushing */

/*
 * A segment.  Its frame is reported to FATE in this call or a later one.  0, or
 * ERR_MEM (and its fate is told), also if octets of an earlier one were lost.
 */
int	 tcp_push(struct tcp *t, const struct tcp_key *key,
	    const struct pkt_tcp *seg, const struct tcp_meta *meta)
	    __attribute__((warn_unused_result));
/* Holes that are too old are gaps.  Call now and then, time going on. */
void	 tcp_expire(struct tcp *t, uint64_t now_ns);
/* The end: hand out all that is there, holes being gaps. */
void	 tcp_flush(struct tcp *t);
/* ERR_MEM once octets were lost because memory was out, else 0. */
int		 tcp_error(const struct tcp *t);
uint64_t tcp_evicted(const struct tcp *t);

#endif
