/* pcap_ring: the file that -w writes or, with --rotate, the files. */
#ifndef PCAP_RING_H
#define PCAP_RING_H

#include "cap.h"

/* --rotate ARG: a size or a time and, with a comma, a number of files. */
void	 ring_rotate(const char *arg);
bool	 ring_rotates(void);

/* What fails in these ends the run. */
void	 ring_open(const char *path);
/* Of its frames, once, before the first of them. */
void	 ring_link(int linktype);
/* 0, or ERR_LIMIT: it is too long. */
int	 ring_frame(const struct cap_frame *f)
	    __attribute__((warn_unused_result));
/* Is it time for the next file, before what is of NOW_NS (0: not known)? */
bool	 ring_full(uint64_t now_ns);
void	 ring_next(void);
/* LINKTYPE is that of a file without a frame, if it is still not known. */
void	 ring_close(int linktype);

#endif
