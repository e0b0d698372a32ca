/*
 * tcp_run: contiguous octets of a stream that wait to be read, and the
 * segments they came in.
 */
#ifndef TCP_RUN_H
#define TCP_RUN_H

#include "buf.h"
#include "tcp.h"

/* A segment of a run, to its end; FATE grows as messages are taken. */
struct tcp_ref {
	uint64_t	 end;		/* stream offset behind it */
	struct tcp_meta	 meta;
	enum tcp_fate	 fate;
	bool		 silent;	/* its fate is told elsewhere */
};

struct tcp_run {
	uint64_t	 start;		/* stream offset of the first octet */
	struct buf	 data;
	struct tcp_ref	*ref;		/* owned, N_REF of CAP_REF */
	size_t		 n_ref, cap_ref;
};

static inline uint64_t
tcp_run_end(const struct tcp_run *r)
{
	return r->start + r->data.n;
}

void	 tcp_run_free(struct tcp_run *r);
/* Append DATA that came in META; 0 or ERR_MEM. */
int	 tcp_run_append(struct tcp_run *r, struct slice data,
	    const struct tcp_meta *meta);
/* Put WHAT, which ends where R starts, before R; WHAT is emptied. */
int	 tcp_run_prepend(struct tcp_run *r, struct tcp_run *what);
/* Describe the first N octets as a message and mark their segments. */
void	 tcp_run_message(struct tcp_run *r, size_t n, struct tcp_message *m);
/* Move the first N octets of FROM, where TO ends, to the end of TO. */
int	 tcp_run_move(struct tcp_run *from, size_t n, struct tcp_run *to);
/* Take N octets off; segments used up are reported to FATE. */
void	 tcp_run_take(struct tcp_run *r, size_t n,
	    const struct tcp_reader *reader);

#endif
