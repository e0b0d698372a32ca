/*
 * srtp: SRTP and SRTCP (RFC 3711, 6188, 7714) with the keys of SDP (RFC 4568).
 *
 * The files: srtp_key.c derives session keys and makes keystreams; srtp.c opens
 * and seals packets; srtp_learn.c watches offers and answers and tells the
 * streams they agree upon; srtp_db.c finds the stream of a packet and opens it.
 */
#ifndef SRTP_H
#define SRTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pkt.h"
#include "sdp.h"
#include "sip.h"
#include "slice.h"

#define SRTP_KEY_MAX	32
#define SRTP_SALT_MAX	14
#define SRTP_AUTH	20	/* HMAC-SHA1 (RFC 3711 5.2) */
#define SRTP_SSRCS	8	/* senders under one key */
#define SRTP_WINDOW	64	/* packets (RFC 3711 3.3.2) */
#define SRTP_OVERHEAD	(16 + 4 + SDP_MKI_MAX)	/* most that sealing adds */

/* Session keys (RFC 3711 4.3); their lengths are those of the suite. */
struct srtp_session {
	uint8_t	 key[SRTP_KEY_MAX];
	uint8_t	 auth[SRTP_AUTH];	/* not of AEAD suites */
	uint8_t	 salt[SRTP_SALT_MAX];
};

/* What one side of a stream sends with; secret, the caller wipes it. */
struct srtp_key {
	enum sdp_suite	 suite;
	bool		 has_master;	/* else SESSION of both is given */
	uint8_t		 key[SRTP_KEY_MAX], salt[SRTP_SALT_MAX];
	struct srtp_session rtp, rtcp;
	unsigned	 kdr;		/* new session keys every 2^KDR packets;
					   0: never (RFC 4568 6.3.1) */
	bool		 unencrypted_srtp, unencrypted_srtcp;
	bool		 unauthenticated_srtp;
	uint64_t	 lifetime;	/* packets; 0: 2^48 */
	size_t		 mki_len;
	uint8_t		 mki[SDP_MKI_MAX];
};

/* Key I of an a=crypto. */
void	 srtp_key_of(const struct sdp_crypto *c, size_t i,
	    struct srtp_key *out);
/*
 * The session keys for packet INDEX of SRTP or SRTCP (RFC 3711 4.3.1, 4.3.2;
 * for SRTCP too the index counts 48 bits, as in all implementations).  0, or
 * ERR_NOKEY without master key, ERR_CRYPT.
 */
int	 srtp_derive(const struct srtp_key *k, bool rtcp, uint64_t index,
	    struct srtp_session *out) __attribute__((warn_unused_result));

/*
 * Packets under one key, in one direction.  No memory is taken per packet,
 * but for session keys: at the first, and when KDR asks for new ones.
 */
struct srtp;
struct srtp	*srtp_new(const struct srtp_key *k, bool seal); /* or NULL */
void		 srtp_free(struct srtp *s);

/*
 * The roll-over counter of SSRC, and the index its next SRTCP packet gets: for
 * who comes in the middle.  Without, both begin at 0 (RFC 3711 3.3.1).
 */
void	 srtp_begin(struct srtp *s, uint32_t ssrc, uint32_t roc,
	    uint32_t rtcp_index);

/*
 * What is opened from now on is COPY of packets seen before at another place,
 * or is not: no replay test of copies.
 */
void	 srtp_copy(struct srtp *s, bool copy);

/* Is PACKET, from a port that may have both, RTCP (RFC 5761 4)? */
bool	 srtp_is_rtcp(struct slice packet);

/*
 * SRTP packet IN to RTP, appended to OUT; srtp_rtcp_open: SRTCP to RTCP.  The
 * replay window and the roll-over counter move only if the tag is right.  0;
 * 1 when there is no tag to check (UNAUTHENTICATED_SRTP).  ERR_FORMAT,
 * ERR_MORE: no such packet; ERR_NOKEY: another MKI; ERR_AUTH; ERR_REPLAY;
 * ERR_CRYPT; ERR_MEM.  When it fails nothing is appended.  IN must not lie in
 * OUT.
 */
int	 srtp_open(struct srtp *s, struct slice in, struct buf *out)
	    __attribute__((warn_unused_result));
int	 srtp_rtcp_open(struct srtp *s, struct slice in, struct buf *out)
	    __attribute__((warn_unused_result));
/*
 * The reverse.  ERR_REPLAY for a sequence number that was sealed before or is
 * behind the window: its keystream must not be used twice (RFC 3711 9.1).
 * ERR_LIMIT when the lifetime of the key is over.
 */
int	 srtp_seal(struct srtp *s, struct slice in, struct buf *out)
	    __attribute__((warn_unused_result));
int	 srtp_rtcp_seal(struct srtp *s, struct slice in, struct buf *out)
	    __attribute__((warn_unused_result));

/* How a stream gets its keys. */
enum srtp_keying { SRTP_SDES, SRTP_DTLS, SRTP_MIKEY, SRTP_CLEAR };

const char	*srtp_keying_name(enum srtp_keying k);	/* "sdes" ... */
int		 srtp_keying_parse(struct slice s);	/* or ERR_ALG */

enum srtp_role { SRTP_OFFER, SRTP_ANSWER };

const char	*srtp_role_name(enum srtp_role r);	/* "offer" ... */
int		 srtp_role_parse(struct slice s);	/* or ERR_ALG */

/* A stream in one direction, as records carry it. */
struct srtp_stream {
	bool		 timed;
	uint64_t	 time_ns, frame;	/* of the message that told it */
	struct slice	 call_id;
	unsigned	 index;		/* of the m= line, from 0 */
	struct slice	 media;		/* "audio" */
	struct slice	 proto;		/* "RTP/SAVP" */
	/* Where it comes from and goes to, by the SDP; family 0: not known. */
	struct pkt_addr	 src, dst;
	uint16_t	 sport, dport;
	uint16_t	 rtcp_dport;	/* where its SRTCP goes; 0: DPORT + 1 */
	enum srtp_role	 role;		/* whose key it is */
	bool		 answered;	/* an answer took it */
	enum srtp_keying keying;
	uint32_t	 tag;		/* SDES */
	struct srtp_key	 key;
	bool		 has_key;
	uint32_t	 ssrc;
	bool		 has_ssrc;
	struct slice	 fingerprint, setup, e2ae;
};

/*
 * Offers and answers (RFC 3264) in signalling: a request's offer is answered in
 * a response of its transaction, a response's in PRACK or ACK (RFC 6337).  Hops
 * are told apart by their addresses and the branch of Via: a call seen on three
 * hops gives its streams once if all saw the same descriptions, and once for
 * each pair of descriptions if a node between changed them.  Only RTP is looked
 * at, and no medium that is refused.  At most SRTP_OFFERS wait for an answer;
 * the oldest goes for a new one, untold.
 */
#define SRTP_OFFERS	2048
#define SRTP_TOLD	65536	/* pairs of descriptions remembered */
#define SRTP_SDP_MAX	16384	/* octets of a description looked at */

struct srtp_learn;

struct srtp_learn_sink {
	/* A stream; it and its slices die with the call. */
	void	(*stream)(const struct srtp_stream *s, void *arg);
	/* What is wrong in the description at hand, at its LINE from 1. */
	void	(*bad)(const struct sdp_fault *f, size_t line, void *arg);
	void	*arg;
};

/* Where and when a message was seen. */
struct srtp_seen {
	struct pkt_addr	 src, dst;
	bool		 timed;
	uint64_t	 time_ns, frame;
};

struct srtp_learn *srtp_learn_new(const struct srtp_learn_sink *sink);
void		 srtp_learn_free(struct srtp_learn *l);
/* Look at a message.  0, ERR_MEM, ERR_CRYPT. */
int	 srtp_learn(struct srtp_learn *l, const struct sip_msg *m,
	    const struct srtp_seen *at) __attribute__((warn_unused_result));
/* A description without SIP: an offer, then its answer, and so on. */
int	 srtp_learn_sdp(struct srtp_learn *l, struct slice sdp)
	    __attribute__((warn_unused_result));
/* The end: offers that nobody answered are told. */
void	 srtp_learn_end(struct srtp_learn *l);

/*
 * Streams by where they go, and by where they come from when it is not known
 * where they go.  At most SRTP_STREAMS; the oldest goes.
 */
#define SRTP_STREAMS	4096
#define SRTP_DB_KEYS	4	/* tried for one address and port */

struct srtp_db;
struct srtp_db	*srtp_db_new(void);	/* NULL: no memory */
void		 srtp_db_free(struct srtp_db *db);
/* A stream, copied; passed over without key or address.  0 or ERR_MEM. */
int	 srtp_db_add(struct srtp_db *db, const struct srtp_stream *s)
	    __attribute__((warn_unused_result));
/*
 * Open the UDP payload IN as SRTP or SRTCP; OUT gets what was in it.  COPY: it
 * was seen before at another place, so no replay test.  0, 1 as of srtp_open;
 * ERR_NOSA: no stream goes there, or it is no RTP (RFC 7983);
 * else why it stays closed: ERR_AUTH, ERR_REPLAY, ERR_NOKEY ...
 */
int	 srtp_db_open(struct srtp_db *db, const struct pkt_addr *src,
	    uint16_t sport, const struct pkt_addr *dst, uint16_t dport,
	    bool copy, uint64_t now_ns, struct slice in, struct buf *out)
	    __attribute__((warn_unused_result));
/*
 * The whole IP packet IN, of UDP, with what was in its SRTP or SRTCP instead,
 * lengths and checksums made right, appended to OUT; IP options and extension
 * headers do not come along.  Returns as srtp_db_open(), ERR_NOSA also for what
 * is no UDP, or is a fragment or cut short.
 */
int	 srtp_db_packet(struct srtp_db *db, struct slice in, bool copy,
	    uint64_t now_ns, struct buf *out) __attribute__((warn_unused_result));

#endif
