/*
 * sdp: session descriptions (RFC 8866), as far as keys travel in them.
 *
 * The files: sdp.c is lines and the bodies they are in, sdp_media.c media
 * descriptions and the attributes that say how their keys come about,
 * sdp_crypto.c a=crypto.
 */
#ifndef SDP_H
#define SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "slice.h"

/* One line "T=VALUE". */
struct sdp_line {
	char		 type;
	struct slice	 value;
	int		 media;	/* which m= it belongs to, -1: session */
};

struct sdp_iter {
	struct slice	 rest;
	int		 media;
};

void	 sdp_iter_init(struct sdp_iter *it, struct slice body);
/* Next line; lines that are not of the form are passed over. */
bool	 sdp_next(struct sdp_iter *it, struct sdp_line *out);
/* Does LINE hold attribute NAME ("crypto")?  VALUE gets what follows ":". */
bool	 sdp_attr(const struct sdp_line *line, const char *name,
	    struct slice *value);

/*
 * The SDP of a SIP body: BODY itself for application/sdp, or that part of a
 * multipart (RFC 2046 5.1; CONTENT_TYPE holds the boundary).  False if none.
 */
bool	 sdp_find(struct slice content_type, struct slice body,
	    struct slice *sdp);

/*
 * Keys in session descriptions: a=crypto (RFC 4568), a=fingerprint (RFC 8122),
 * a=setup (RFC 4145), a=key-mgmt (RFC 4567), a=3ge2ae (TS 33.328).
 */

/* Crypto-suites: RFC 4568 6.2, RFC 6188 4, RFC 7714 14.1. */
enum sdp_suite {
	SDP_AES_CM_128_HMAC_SHA1_80, SDP_AES_CM_128_HMAC_SHA1_32,
	SDP_F8_128_HMAC_SHA1_80,
	SDP_AES_192_CM_HMAC_SHA1_80, SDP_AES_192_CM_HMAC_SHA1_32,
	SDP_AES_256_CM_HMAC_SHA1_80, SDP_AES_256_CM_HMAC_SHA1_32,
	SDP_AEAD_AES_128_GCM, SDP_AEAD_AES_256_GCM,
	SDP_SUITES
};

const char	*sdp_suite_name(enum sdp_suite s); /* as a=crypto writes it */
int		 sdp_suite_parse(struct slice s);  /* or ERR_ALG; exact case */
/* Octets of master (and session) key and salt. */
size_t		 sdp_suite_key(enum sdp_suite s);
size_t		 sdp_suite_salt(enum sdp_suite s);
bool		 sdp_suite_aead(enum sdp_suite s);

/* What can be wrong with an attribute. */
enum sdp_bad {
	SDP_GOOD,
	SDP_BAD_TAG,		/* not 1 to 9 digits */
	SDP_BAD_SUITE,		/* none that is known */
	SDP_BAD_METHOD,		/* a key not "inline:" */
	SDP_BAD_BASE64,
	SDP_BAD_KEY_LENGTH,	/* not the suite's key and salt */
	SDP_BAD_KEYS,		/* none, or more than SDP_KEYS */
	SDP_BAD_LIFETIME,	/* no number, 0, or above 2^48 */
	SDP_BAD_MKI,		/* not VALUE:LENGTH, or it does not fit */
	SDP_BAD_MKI_LENGTH,	/* not 1 to 128 */
	SDP_BAD_MKI_MISSING,	/* several keys, and one has none */
	SDP_BAD_MKI_TWICE,	/* several keys with the same, or two lengths */
	SDP_BAD_KDR,		/* not 1 to 24 */
	SDP_BAD_WSH,		/* not 64 or more */
	SDP_BAD_FEC,		/* FEC_ORDER, or a key of FEC_KEY */
	SDP_BAD_PARAM,		/* mandatory and unknown, or said twice */
	SDP_BAD_AEAD,		/* a parameter that AEAD does not allow */
	SDP_BAD_LEVEL,		/* a=crypto outside of a media description */
	SDP_BAD_TAG_TWICE,	/* two a=crypto of a medium with one tag */
	SDP_BAD_ANSWER_TAG,	/* the answer's tag was not offered */
	SDP_BAD_ANSWER_SUITE,	/* the answer's tag was offered for another */
	SDP_BAD_ANSWER_MANY,	/* more than one a=crypto in an answer */
	SDP_BAD_HASH,		/* a=fingerprint of a hash not known */
	SDP_BAD_FINGERPRINT,	/* not the hash's octets in hex and colons */
	SDP_BAD_SETUP,
	SDP_BAD_KEY_MGMT,	/* not "mikey" and base64 */
	SDP_BAD_3GE2AE,		/* not "requested" or "applied" */
	SDP_BAD_MEDIA,		/* an m= line without port or protocol */
	SDP_BAD_ADDRESS,	/* no c= line with an IP address */
	SDP_BADS
};

/* In a word ("key-length") and for people; neither ever holds a key. */
const char	*sdp_bad_name(enum sdp_bad b);
const char	*sdp_bad_text(enum sdp_bad b);

struct sdp_fault {
	enum sdp_bad	 what;
	size_t		 at;		/* offset in the value */
	size_t		 got, want;	/* KEY_LENGTH: octets; else 0 */
};

#define SDP_KEYS	4	/* keys of one a=crypto */
#define SDP_KEY_MAX	46	/* octets of key and salt */
#define SDP_MKI_MAX	128	/* RFC 4568 6.1 */
#define SDP_LIFETIME	(1ULL << 48)	/* RFC 3711 9.2: if none is said */

struct sdp_key {
	uint8_t		 key_salt[SDP_KEY_MAX];	/* master key, master salt */
	uint64_t	 lifetime;	/* packets; 0: not said */
	size_t		 mki_len;	/* 0: none */
	uint8_t		 mki[SDP_MKI_MAX];	/* as in packets */
};

/* Secret: the caller wipes it. */
struct sdp_crypto {
	uint32_t	 tag;
	enum sdp_suite	 suite;
	size_t		 n_keys;
	struct sdp_key	 key[SDP_KEYS];
	unsigned	 kdr;		/* every 2^KDR packets; 0: once */
	unsigned	 wsh;		/* 0: not said */
	bool		 unencrypted_srtp, unencrypted_srtcp;
	bool		 unauthenticated_srtp;
	bool		 fec_last;	/* FEC_ORDER=SRTP_FEC */
	bool		 fec_key;	/* FEC has keys of its own */
};

/*
 * The value of a=crypto (RFC 4568 9.2) into C.  0, or ERR_FORMAT, ERR_RANGE,
 * ERR_ALG with what is wrong first in FAULT.  Beyond the grammar: white space
 * between parameters may be any, base64 without padding will do (RFC 4568
 * 6.1), unknown parameters that begin with "-" are passed over.
 */
int	 sdp_crypto(struct slice value, struct sdp_crypto *c,
	    struct sdp_fault *fault) __attribute__((warn_unused_result));
/*
 * The first a=crypto in MEDIA, lines of one medium, that is right and of a
 * suite that ACCEPT has (RFC 4568 5.1.2: the offerer's order is its wish).
 * 0 or ERR_ALG.
 */
int	 sdp_crypto_choose(struct slice media, const bool accept[SDP_SUITES],
	    struct sdp_crypto *c) __attribute__((warn_unused_result));
/* C as the value of a=crypto, appended; no FEC_KEY. */
void	 sdp_crypto_write(struct buf *out, const struct sdp_crypto *c);

/*
 * Is the line, of any kind, right as far as this module knows it: a=crypto and
 * the other attributes above?  0 also for what it does not know.
 */
int	 sdp_check(const struct sdp_line *line, struct sdp_fault *fault)
	    __attribute__((warn_unused_result));

enum sdp_direction {
	SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE
};

/*
 * A media description.  What it lacks of its own it has of the session; slices
 * are empty, numbers 0, when neither says.
 */
struct sdp_media {
	int		 index;		/* from 0; -1: the session itself */
	size_t		 line;		/* number of the m= line, from 1 */
	struct slice	 body;		/* its lines, m= included */
	struct slice	 type, proto;	/* "audio", "RTP/SAVP" */
	uint16_t	 port;		/* 0: refused (RFC 3264 6) */
	struct slice	 address;	/* of c=, without TTL */
	enum sdp_direction direction;
	struct slice	 fingerprint, setup, key_mgmt;	/* values */
	struct slice	 e2ae;		/* a=3ge2ae: "requested", "applied" */
	uint32_t	 ssrc;		/* first a=ssrc (RFC 5576) */
	bool		 has_ssrc;
	bool		 rtcp_mux;	/* RFC 5761 */
	uint16_t	 rtcp_port;	/* a=rtcp (RFC 3605), or PORT + 1 */
	size_t		 n_crypto;	/* a=crypto lines */
};

struct sdp_media_iter {
	struct slice	 rest;
	size_t		 line;		/* of REST */
	struct sdp_media session;
	int		 next;
};

void	 sdp_media_init(struct sdp_media_iter *it, struct slice sdp);
/* The next media description; an m= line that cannot be read has no TYPE. */
bool	 sdp_media_next(struct sdp_media_iter *it, struct sdp_media *out);
/* Is the protocol one of RTP; with SRTP by what it says (RTP/SAVP ...)? */
bool	 sdp_media_rtp(const struct sdp_media *m);
bool	 sdp_media_secure(const struct sdp_media *m);

#endif
