/*
 * cap: captures (pcap, pcapng, snoop; interfaces); the one place that knows
 * libpcap, zlib and libzstd.
 *
 * pcap is read by libpcap.  pcapng (draft-ietf-opsawg-pcapng) is read here:
 * libpcap refuses files whose interfaces differ in link type or snapshot
 * length, which is what mergecap and capturing on several interfaces make.
 */
#ifndef CAP_H
#define CAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "slice.h"

#define CAP_FRAME_MAX	262144	/* octets of a frame; libpcap's own limit */
#define CAP_ERROR_TEXT	256

enum cap_form {
	CAP_NONE,	/* neither */
	CAP_PCAP,	/* any of its magic numbers and byte orders */
	CAP_PCAPNG,
	CAP_SNOOP,	/* RFC 1761 */
};

/* What FIRST, the first octets of a file (8 are enough), begins. */
enum cap_form	 cap_detect(struct slice first);

struct cap_frame {
	uint64_t	 number;	/* from 1, as Wireshark counts */
	uint64_t	 time_ns;	/* since 1970-01-01 UTC; 0 if it has none */
	int		 linktype;	/* tcpdump.org's LINKTYPE_ number */
	enum cap_form	 form;		/* of the file it came from */
	uint32_t	 interface;	/* pcapng: its index in the section */
	uint32_t	 wire_len;	/* octets on the wire, as the file says;
					   data.n were captured */
	struct slice	 data;		/* valid until the next cap_next */
};

struct cap;

/*
 * Read the capture that F, at its first octet, holds; F may be a pipe, and no
 * more of it is read than the frames asked for need.  F stays the caller's and
 * must outlive the cap.  NULL on failure; *E is then an enum err and ERROR
 * says in words what is wrong (without file name).
 */
struct cap	*cap_open(FILE *f, int *e, char error[CAP_ERROR_TEXT]);
void		 cap_close(struct cap *c);
/*
 * The next frame: 1, or 0 at the end, or, once and at the end, ERR_FORMAT for
 * a damaged file, ERR_MORE for one that ends inside a record, ERR_IO, ERR_MEM.
 * cap_error() then says what and where ("byte 8132: record of 4294967295
 * octets"); frames delivered before are good.  A pcapng section of more than
 * 65536 interfaces is ERR_LIMIT.
 */
int		 cap_next(struct cap *c, struct cap_frame *out)
		    __attribute__((warn_unused_result));
const char	*cap_error(const struct cap *c);

/*
 * gzip (RFC 1952) and zstd (RFC 8878), one member or frame or several, taken
 * off as they are read; what they unpack to is never held.  FIRST, the first
 * octets of a file (4 are enough), begin one of them.
 */
struct cap_unpack;

bool		 cap_unpack_detect(struct slice first);
/*
 * F, at its first octet, stays the caller's and must outlive it; it is read
 * ahead.  FIRST has been detected.  NULL: no memory.
 */
struct cap_unpack *cap_unpack_new(FILE *f, struct slice first);
/* What is in it; closed by cap_unpack_free().  It ends at what is wrong, too, */
FILE		*cap_unpack_file(struct cap_unpack *u);
/* which this says ("byte 812: gzip: ends early"); NULL: nothing. */
const char	*cap_unpack_error(const struct cap_unpack *u);
void		 cap_unpack_free(struct cap_unpack *u);

/* Frames of an interface, as they come. */
struct cap_live;

struct cap_live_count {
	uint64_t	 received;	/* frames handed out */
	uint64_t	 by_kernel;	/* dropped: nobody fetched them in time */
	uint64_t	 by_interface;	/* dropped before, filter or not */
};

/*
 * Open the interface NAME ("any": all of them) for the frames that FILTER (NULL:
 * all), an expression of pcap-filter(7), takes.  NULL on failure: *E is
 * ERR_FORMAT if FILTER is wrong, ERR_IO or ERR_MEM, and ERROR says in words what
 * is wrong, or what to do about it.
 */
struct cap_live	*cap_live_new(const char *name, const char *filter, int *e,
		    char error[CAP_ERROR_TEXT]);
void		 cap_live_free(struct cap_live *c);
/* For poll(2): it can be read when there are frames. */
int		 cap_live_fd(const struct cap_live *c);
/*
 * The next frame, whose data is valid until the next call: 1, or 0 if there is
 * none at present, or ERR_IO, and cap_live_error() says why: the interface went
 * away.  Never waits.  A frame may be handed out up to CAP_LIVE_LATE_MS after it
 * passed.
 */
int		 cap_live_next(struct cap_live *c, struct cap_frame *out)
		    __attribute__((warn_unused_result));
#define CAP_LIVE_LATE_MS	20
/* Since it was opened. */
void		 cap_live_count(struct cap_live *c,
		    struct cap_live_count *out);
const char	*cap_live_error(const struct cap_live *c);

/*
 * Writing, with nanoseconds: pcap, of frames of one link type, or pcapng, with
 * the interfaces that frames say they are of; from CAP_OUT_INTERFACES on, those
 * of one link type are one.
 */
#define CAP_OUT_INTERFACES	64

struct cap_out;

/*
 * F stays the caller's.  Frames are gathered and written in large pieces.
 * NULL: no memory; nothing was written then.
 */
struct cap_out	*cap_out_new(FILE *f, int linktype);
struct cap_out	*cap_out_ng_new(FILE *f);
/*
 * 0, ERR_IO, ERR_LIMIT for a frame over CAP_FRAME_MAX or a link type too many.
 * Number and form of FRAME and, in a pcap, link type and interface do not
 * matter; a WIRE_LEN below the octets there are is theirs; a time that a pcap
 * has no room for (2106) is its last.
 */
int		 cap_out_frame(struct cap_out *o, const struct cap_frame *frame)
		    __attribute__((warn_unused_result));
/* Write what was gathered; 0 or ERR_IO, and from then on always ERR_IO. */
int		 cap_out_flush(struct cap_out *o)
		    __attribute__((warn_unused_result));
/*
 * Of the N octets that F came to have, how many are of whole frames (and of the
 * head).  It matters after ERR_IO.
 */
uint64_t	 cap_out_whole(const struct cap_out *o, uint64_t n);
void		 cap_out_free(struct cap_out *o);

/*
 * Which frames TEXT, an expression of pcap-filter(7), takes.  Host names in it
 * are looked up.
 */
struct cap_filter;

struct cap_filter *cap_filter_new(const char *text);	/* NULL: no memory */
/*
 * 1 or 0; ERR_FORMAT, and cap_filter_error() says why: the expression is wrong,
 * or means nothing for the link type; ERR_MEM.  The link type, WIRE_LEN and
 * octets of FRAME matter.
 */
int		 cap_filter_match(struct cap_filter *c,
		    const struct cap_frame *frame)
		    __attribute__((warn_unused_result));
const char	*cap_filter_error(const struct cap_filter *c);
void		 cap_filter_free(struct cap_filter *c);

/* Name of a link type for diagnostics ("IEEE802_11"), NULL if unknown. */
const char	*cap_linktype_name(int linktype);

#endif
