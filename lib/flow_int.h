/* flow_int: what the files of flow share. */
#ifndef FLOW_INT_H
#define FLOW_INT_H

#include "buf.h"
#include "flow.h"
#include "table.h"
#include "tcp.h"

#define FLOW_LEVELS	3	/* fragmentations, and ESPs, in one another */

/* What became of the frame at hand; the highest counts. */
enum flow_class {
	FLOW_OTHER, FLOW_DAMAGED, FLOW_COPY, FLOW_CLOSED, FLOW_PART,
	FLOW_MESSAGE,
};

/* Where we are inside a frame. */
struct flow_path {
	unsigned		 depth;
	unsigned		 frags, esps;	/* levels passed */
	uint64_t		 vantage; /* hash of all that is around */
	bool			 cut;
	bool			 judged; /* COPY is what a record said */
	unsigned		 copy;	/* 0, or which copy of the packet */
	struct flow_protection	 prot;
	struct flow_where	 where;
};

struct flow_dup;		/* flow_dup.c */
struct flow_sctp;		/* flow_sctp.c */

#define FLOW_LATE	64	/* packets kept for a check that comes late */
#define FLOW_LATE_BYTES	(256U << 10)

/* ESP packets that were read without their key (flow_late.c). */
struct flow_late {
	struct {
		uint64_t	 frame;
		struct pkt_addr	 src, dst;
		struct slice	 esp;		/* owned */
	}		 packet[FLOW_LATE];
	size_t		 n, bytes;
};

struct flow {
	struct flow_sink	 sink;
	struct flow_options	 opt;
	struct sa_db		*db;
	struct frag		*frag;
	struct tcp		*tcp, *tcp_copies;
	struct flow_dup		*dup;
	struct flow_sctp	*sctp;
	struct flow_late	 late;
	struct buf		 whole[FLOW_LEVELS];	/* of fragments */
	struct buf		 esp_out[FLOW_LEVELS];
	struct buf		 packet;	/* being put together */
	struct flow_account	 account;
	const struct slice	*files;
	size_t			 n_files;
	uint64_t		 now_ns;	/* of the frame at hand */
	int			 error;		/* of the system, kept */
	bool			 cut_message;	/* said by the last look */
	struct sip_msg		 msg;
	/* the frame at hand */
	uint64_t		 number;
	enum flow_class		 class;
	bool			 held;		/* its fate is told later */
	bool			 waits;		/* a fragment, not whole yet */
	struct flow_protection	 proof;		/* of a check that came late */
	uint32_t		 extra;		/* frames besides it */
};

/* flow.c */
void	 flow_class_set(struct flow *f, enum flow_class c);
void	 flow_class_count(struct flow *f, enum flow_class c, uint64_t n);

/* W as it is handed out: its file by name, numbers as they are in there. */
void	 flow_where_out(const struct flow *f, struct flow_where *w);
void	 flow_damage(struct flow *f, const char *layer, int what);

/*
 * From layer to layer.  Each returns 0 or, when the system failed, an error;
 * what is wrong with the packet is told to the sink.
 */
int	 flow_link(struct flow *f, struct flow_path *path, int linktype,
	    struct slice in);				/* flow.c */
int	 flow_ip_packet(struct flow *f, struct flow_path *path,
	    struct slice in);				/* flow_ip.c */
/* The same, its header read. */
int	 flow_ip_read(struct flow *f, struct flow_path *path,
	    struct pkt_ip *ip);
struct frag	*flow_frag_new(struct flow *f);
/* What IP, a whole packet, carries; it is handed out if packets are wanted. */
int	 flow_transport(struct flow *f, struct flow_path *path,
	    const struct pkt_ip *ip);			/* flow_transport.c */
/* IP to the sink, with what it was cut before its payload was looked at. */
int	 flow_hand_out(struct flow *f, const struct flow_path *path,
	    const struct pkt_ip *ip, bool cut);		/* flow_ip.c */

/*
 * flow_sip.c: a message was found, on the way PATH; its frame is classed by
 * the caller.  False if it is none after all.
 */
bool	 flow_message(struct flow *f, const struct flow_path *path,
	    struct slice message, bool cut);
/* Does DATA, a datagram's payload, begin as SIP does?  DATA moves there. */
bool	 flow_datagram_begins(struct slice *data, bool cut);
/* A datagram's payload: is it SIP?  Then hand it out. */
bool	 flow_datagram(struct flow *f, const struct flow_path *path,
	    struct slice data);
void	 flow_diameter(struct flow *f, struct slice message);
struct tcp	*flow_tcp_new(struct flow *f, bool copies);
int	 flow_tcp(struct flow *f, const struct flow_path *path,
	    const struct pkt_tcp *seg);

/* flow_dup.c */
struct flow_dup	*flow_dup_new(void);
void	 flow_dup_free(struct flow_dup *d);
void	 flow_dup_reset(struct flow_dup *d);
/*
 * Which copy of the packet KEY (128 bits of hash) is the one seen at VANTAGE
 * now?  0: it is new, or sent again.
 */
unsigned flow_dup_check(struct flow_dup *d, const uint64_t key[2],
	    uint64_t vantage, uint64_t now_ns);

/*
 * flow_late.c: a registration whose challenge was not seen is read without a
 * key at first (NULL encryption); when it has told the rest, the packets it
 * came in are checked after all.
 */
void	 flow_late_keep(struct flow *f, const struct flow_path *path,
	    struct slice esp);
/* Check what was kept; PROT gets icv ok if all FRAMES of WHERE are right. */
int	 flow_late_check(struct flow *f, const struct flow_where *where,
	    struct flow_protection *prot);
void	 flow_late_free(struct flow *f);
/* The IV of the packet ESP, by the algorithms of PROT. */
void	 flow_iv(struct flow_protection *prot, struct slice esp);

/* flow_sctp.c */
struct flow_sctp	*flow_sctp_new(void);
void	 flow_sctp_free(struct flow_sctp *s);
/* Messages dropped for room. */
uint64_t flow_sctp_evicted(const struct flow_sctp *s);
int	 flow_sctp(struct flow *f, const struct flow_path *path,
	    struct slice payload);

#endif
