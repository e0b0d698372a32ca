/* srtp_int: what the files of srtp share: session keys at work. */
#ifndef SRTP_INT_H
#define SRTP_INT_H

#include "crypt.h"
#include "srtp.h"

/* Session keys, ready for use. */
struct srtp_engine {
	bool		 ready;
	uint64_t	 turn;		/* index DIV 2^KDR they are for */
	struct crypt_cipher *cipher;	/* CTR, ECB for F8, GCM */
	struct crypt_cipher *mask;	/* F8: ECB under KEY XOR m */
	struct crypt_mac *mac;
	uint8_t		 salt[SRTP_SALT_MAX];
};

/* What a packet's IV is made of. */
struct srtp_iv {
	bool		 rtcp;
	uint32_t	 ssrc;
	uint64_t	 index;		/* 48 bits, or 31 */
	const uint8_t	*header;	/* F8: 12 octets of RTP, 8 of RTCP */
	bool		 encrypted;	/* F8: the E bit */
};

/* E with the keys for INDEX, made anew if need be. */
int	 srtp_engine_turn(struct srtp_engine *e, const struct srtp_key *k,
	    bool rtcp, uint64_t index, bool seal)
	    __attribute__((warn_unused_result));
void	 srtp_engine_free(struct srtp_engine *e);
/* P XOR keystream, in place, for the suites that are no AEAD. */
int	 srtp_engine_crypt(struct srtp_engine *e, enum sdp_suite suite,
	    const struct srtp_iv *iv, uint8_t *p, size_t n)
	    __attribute__((warn_unused_result));
/* Is K the key of S? */
bool	 srtp_has_key(const struct srtp *s, const struct srtp_key *k);
/* The nonce of RFC 7714 8.1 and 9.1. */
void	 srtp_engine_nonce(const struct srtp_engine *e,
	    const struct srtp_iv *iv, uint8_t nonce[12]);

#endif
