/*
 * flow: frames in, SIP messages out.
 *
 * Frames are pushed in the order of the capture; what was found is handed to a
 * sink while the call lasts: slices die with the callback.  Tunnels are
 * followed to FLOW_DEPTH levels, IP fragments and TCP streams are put together,
 * ESP is opened with the SAs that the signalling and the caller made known.
 * The account says what became of every frame.
 */
#ifndef FLOW_H
#define FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frag.h"
#include "pkt.h"
#include "sa.h"
#include "sip.h"
#include "slice.h"

#define FLOW_DEPTH	16	/* protocols inside one another */

enum flow_transport { FLOW_NONE, FLOW_UDP, FLOW_TCP, FLOW_SCTP };

const char	*flow_transport_name(enum flow_transport t);	/* "udp" */
int		 flow_transport_parse(struct slice s);	/* or ERR_ALG */

enum flow_icv { FLOW_ICV_NONE, FLOW_ICV_OK, FLOW_ICV_BAD, FLOW_ICV_UNCHECKED };

const char	*flow_icv_name(enum flow_icv i);
int		 flow_icv_parse(struct slice s);

/* When and where.  What is not known is zero (family 0, frame 0). */
struct flow_where {
	struct slice		 file;	/* name, empty unless it matters */
	bool			 timed;
	uint64_t		 time_ns;
	uint64_t		 frame;
	struct frag_frames	 frames; /* all of FILE, when there is more
					    than one */
	struct pkt_addr		 src, dst;
	uint16_t		 sport, dport;
	enum flow_transport	 transport;
};

struct flow_protection {
	bool		 on;		/* it came out of ESP */
	uint32_t	 spi, seq;
	bool		 known;		/* ALG and EALG are */
	enum esp_alg	 alg;
	enum esp_ealg	 ealg;
	enum flow_icv	 icv;
	size_t		 iv_len;	/* 0: none, or not known */
	uint8_t		 iv[ESP_IV_MAX];
};

/* A SIP message as seen on one hop. */
struct flow_sip {
	struct flow_where	 where;
	struct slice		 message;
	bool			 cut;	/* the capture has only its start */
	bool			 copy;	/* seen before at another place */
	struct flow_protection	 protection;
	const struct sip_msg	*msg;	/* MESSAGE parsed */
};

/* An ESP packet that stayed closed. */
struct flow_esp {
	struct flow_where	 where;
	uint32_t		 spi, seq;
	size_t			 len;	/* octets of ESP */
	int			 reason; /* enum err */
	struct slice		 impi;	/* whose key is missing, if that is known */
};

struct flow_gap {
	struct flow_where	 where;
	uint64_t		 octets;
};

/* An IP packet, whole, without what was around it. */
struct flow_packet {
	struct flow_where	 where;
	struct slice		 packet;
	struct flow_protection	 protection;	/* it came out of ESP */
	bool			 cut;	/* the capture has only its start */
	bool			 copy;
	bool			 as_given; /* just so to flow_packet() */
};

/*
 * Law 7: FRAMES is the sum of the next six.  A frame is SIP when a message is
 * numbered by it.
 */
struct flow_account {
	uint64_t	 frames;
	uint64_t	 sip, part, esp, duplicate, other, damaged;
	uint64_t	 messages;	/* sip records */
	uint64_t	 cut;		/* of them, cut short */
	uint64_t	 gaps;
	uint64_t	 esp_opened;	/* ESP packets */
	uint64_t	 esp_checked;	/* of them, ICV right */
	uint64_t	 evicted;	/* streams, datagrams, SCTP messages
					   dropped for room */
};

/* PACKET and GAP may be NULL; packets and opened need neither SIP nor GAP. */
struct flow_sink {
	void	(*sip)(const struct flow_sip *m, void *arg);
	void	(*esp)(const struct flow_esp *e, void *arg);
	void	(*gap)(const struct flow_gap *g, void *arg);
	void	(*packet)(const struct flow_packet *p, void *arg);
	/* WHAT is an enum err, LAYER the name of where it is ("ip"). */
	void	(*damage)(uint64_t frame, const char *layer, int what,
	    void *arg);
	void	*arg;
};

/*
 * A packet is handed out as it stands, but what was put together from fragments
 * or came out of transport mode has a new IP header: no options, no extensions,
 * right lengths and checksum.  Of a datagram whose fragments did not all come,
 * the start is handed out if it is of a SIP message.
 */
struct flow_options {
	bool	 duplicates;	/* hand out copies too */
	bool	 packets;	/* packets instead of messages; ESP stays */
	bool	 opened;	/* packets, and ESP as what was in it; what
				   stays closed goes to the sink's ESP only */
	bool	 messages;	/* with opened: messages as well */
};

struct flow;
/* DB stays the caller's and must outlive the flow.  NULL: no memory. */
struct flow	*flow_new(const struct flow_sink *sink,
		    const struct flow_options *o, struct sa_db *db);
void		 flow_free(struct flow *f);

/*
 * Of frames of several files the I-th file, from 1 up, stands above the number
 * that the frame has in its file; FILES, kept by reference, are the N names.
 */
#define FLOW_FILES_MAX	2047
#define FLOW_FILE_SHIFT	53
#define FLOW_NUMBER	((UINT64_C(1) << FLOW_FILE_SHIFT) - 1)

void	 flow_files(struct flow *f, const struct slice *files, size_t n);
/*
 * A frame of LINKTYPE.  What differs in INTERFACE was seen at another place.  0; 1 for a fragment of a packet that is not whole yet;
 * or ERR_MEM, ERR_CRYPT: the system failed.
 */
int	 flow_frame(struct flow *f, int linktype, uint32_t interface,
	    uint64_t number, uint64_t time_ns, struct slice data,
	    size_t wire_len) __attribute__((warn_unused_result));
/* A frame whose link type is not known: in the account as damaged. */
void	 flow_unread(struct flow *f, uint64_t number);
/*
 * The IP packet of a record, and where and how it was seen; whether it is a copy
 * is what P says.  Returns as flow_frame().
 */
int	 flow_packet(struct flow *f, const struct flow_packet *p)
	    __attribute__((warn_unused_result));
/* A SIP message without a packet around it, of FILE (or empty). */
int	 flow_text(struct flow *f, struct slice file, struct slice message)
	    __attribute__((warn_unused_result));
/* The end of the input: what waits comes out.  More frames may follow. */
int	 flow_end(struct flow *f) __attribute__((warn_unused_result));

void	 flow_account(const struct flow *f, struct flow_account *a);

#endif
