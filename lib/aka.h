/*
 * aka: authentication and key agreement and its HTTP Digest.
 *
 * MILENAGE (TS 35.206), TUAK (TS 35.231) and the XOR test algorithm (TS 34.108
 * 8.1.2.1); the password and response computations of RFC 2617/7616, RFC 3310
 * (AKAv1) and RFC 4169 (AKAv2).  All values are octet strings, most
 * significant octet first, as in TS 33.102.
 */
#ifndef AKA_H
#define AKA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "crypt.h"
#include "slice.h"

#define AKA_RAND	16
#define AKA_AUTN	16	/* SQN^AK 6, AMF 2, MAC 8 (TS 33.102 6.3.2) */
#define AKA_AUTS	14	/* SQN_MS^AK* 6, MAC-S 8 (TS 33.102 6.3.3) */
#define AKA_AUTN_MAX	40	/* with a MAC of 32 octets (TS 35.231) */
#define AKA_AUTS_MAX	38
#define AKA_SQN		6
#define AKA_AMF		2
#define AKA_AK		6
#define AKA_KEY_MAX	32
#define AKA_ITERATIONS_MAX 255	/* of TUAK; a bound of this library */

enum aka_alg {
	AKA_MILENAGE,
	AKA_TUAK,
	AKA_XOR,
};

/* "milenage", "tuak", "xor"; NULL if unknown, and the reverse (or ERR_ALG). */
const char	*aka_alg_name(enum aka_alg a);
int		 aka_alg_parse(struct slice name);

/*
 * A subscriber's key and what goes with it.  Lengths in octets.  Zero-filled
 * and then set, C, R, the TUAK lengths and ITERATIONS have their usual values
 * after aka_key_init(), which sets everything but the keys.
 */
struct aka_key {
	enum aka_alg	 alg;
	uint8_t		 k[32];		/* 16; TUAK 16 or 32 */
	size_t		 k_len;
	uint8_t		 op[32];	/* OP 16 or TOP 32, if is_op */
	bool		 is_op;		/* OP was given, OPc is derived */
	uint8_t		 opc[32];	/* OPc 16 or TOPc 32 */
	uint8_t		 c[5][16];	/* MILENAGE c1..c5 */
	uint8_t		 r[5];		/* MILENAGE r1..r5, bits, 0..127 */
	unsigned	 iterations;	/* TUAK: Keccak-f[1600] runs, from 1 */
	size_t		 mac_len;	/* TUAK: 8, 16, 32; else 8 */
	size_t		 res_len;	/* TUAK 4, 8, 16, 32; MILENAGE 8;
					   XOR 4..16 */
	size_t		 ck_len, ik_len; /* TUAK 16 or 32; else 16 */
};

struct aka_result {
	uint8_t	 res[32];
	size_t	 res_len;
	uint8_t	 ck[32], ik[32];
	uint8_t	 ak[AKA_AK];
};

void	 aka_key_init(struct aka_key *key, enum aka_alg alg);
void	 aka_key_wipe(struct aka_key *key);

/*
 * OPc from KEY's k and op (sets KEY->opc); 0 or ERR_RANGE, ERR_CRYPT.  XOR has
 * none: nothing is set.
 */
int	 aka_opc(struct aka_key *key) __attribute__((warn_unused_result));

/*
 * A context for many computations with one key: copies KEY, derives OPc where
 * only OP is there, keeps the key schedule.  NULL: lengths or values out of
 * range, or the library refused.
 */
struct aka;
struct aka	*aka_new(const struct aka_key *key);
void		 aka_free(struct aka *a);

/* f2, f3, f4, f5 */
int	 aka_f2345(struct aka *a, const uint8_t rand[AKA_RAND],
	    struct aka_result *out) __attribute__((warn_unused_result));
/* f1 or, with STAR, f1*; the length of the MAC written to OUT. */
int	 aka_f1(struct aka *a, bool star, const uint8_t rand[AKA_RAND],
	    const uint8_t sqn[AKA_SQN], const uint8_t amf[AKA_AMF],
	    uint8_t out[32]) __attribute__((warn_unused_result));
int	 aka_f5star(struct aka *a, const uint8_t rand[AKA_RAND],
	    uint8_t ak[AKA_AK]) __attribute__((warn_unused_result));

/*
 * Check AUTN (AKA_AUTN octets; longer with a TUAK MAC of 16 or 32) as the card
 * does, MAC only: sets SQN to what it conceals and OUT to f2..f5.  0, ERR_AUTH
 * when the MAC does not match (OUT and SQN are set all the same), ERR_RANGE
 * when AUTN is not as long as the key's MAC makes it.
 */
int	 aka_autn_check(struct aka *a, const uint8_t rand[AKA_RAND],
	    struct slice autn, uint8_t sqn[AKA_SQN], struct aka_result *out)
	    __attribute__((warn_unused_result));

/*
 * All of a vector at once: f2..f5 to OUT, AUTN (TS 33.102 6.3.2) to AUTN; the
 * length of AUTN.
 */
int	 aka_vector(struct aka *a, const uint8_t rand[AKA_RAND],
	    const uint8_t sqn[AKA_SQN], const uint8_t amf[AKA_AMF],
	    struct aka_result *out, uint8_t autn[AKA_AUTN_MAX])
	    __attribute__((warn_unused_result));

/*
 * RAND and AUTN of a nonce (RFC 3310 3.2), AUTN being as long as MAC_LEN makes
 * it; what follows is server data.  How many octets of server data were looked
 * at, ERR_FORMAT (not base64), ERR_MORE (too short).
 */
int	 aka_nonce(struct slice nonce, size_t mac_len, uint8_t rand[AKA_RAND],
	    uint8_t autn[AKA_AUTN_MAX]) __attribute__((warn_unused_result));

/*
 * AUTS (TS 33.102 6.3.3): the concealed SQN_MS and MAC-S = f1*(SQN_MS, RAND,
 * AMF*), AMF* being 0000 whatever AMF the challenge had.  Its length.
 */
int	 aka_auts_write(struct aka *a, const uint8_t rand[AKA_RAND],
	    const uint8_t sqn_ms[AKA_SQN], uint8_t auts[AKA_AUTS_MAX])
	    __attribute__((warn_unused_result));
/*
 * SQN_MS out of AUTS, RAND being that of the challenge that was answered.  0,
 * ERR_AUTH when MAC-S does not match (SQN_MS is set all the same), ERR_RANGE
 * when AUTS is not as long as the key's MAC makes it.
 */
int	 aka_auts_check(struct aka *a, const uint8_t rand[AKA_RAND],
	    struct slice auts, uint8_t sqn_ms[AKA_SQN])
	    __attribute__((warn_unused_result));

/* SQN = SEQ || IND as a number (TS 33.102 C.1.1.1). */
#define AKA_SQN_MAX	((1ULL << 48) - 1)
#define AKA_IND_LEN	5	/* bits of IND, TS 33.102 C.3.2 */
#define AKA_IND_LEN_MAX	16	/* a bound of this library */

uint64_t	 aka_sqn_get(const uint8_t sqn[AKA_SQN]);
void		 aka_sqn_put(uint8_t sqn[AKA_SQN], uint64_t v);
/*
 * The network's next SQN after *SQN: SEQ + 1 with IND.  0, or ERR_RANGE at the
 * end of the range (*SQN is then as it was) or for an IND of too many bits.
 */
int	 aka_sqn_next(uint64_t *sqn, unsigned ind_len, uint64_t ind)
	    __attribute__((warn_unused_result));

/*
 * The card's memory of sequence numbers: the array of TS 33.102 C.2.  DELTA
 * bounds the jump ahead, AGE (0: none) the way back.
 */
#define AKA_DELTA	(1ULL << 28)	/* usual, not read in TS 33.102 */

struct aka_card {
	unsigned	 ind_len;
	uint64_t	 delta, age;	/* in SEQ */
	uint64_t	 sqn_ms;	/* highest accepted of all */
	uint64_t	 seq[];		/* highest accepted by IND */
};

/*
 * A card that has accepted SQN_MS last, and with every IND no later SEQ.
 * NULL: no memory, or IND_LEN or SQN_MS out of range.  free() it.
 */
struct aka_card	*aka_card_new(unsigned ind_len, uint64_t sqn_ms);
/* Is SQN fresh (C.2.1, C.2.2)?  0 or ERR_SYNC; nothing is changed. */
int	 aka_card_test(const struct aka_card *c, uint64_t sqn)
	    __attribute__((warn_unused_result));
/* The same, and if it is fresh it is accepted. */
int	 aka_card_accept(struct aka_card *c, uint64_t sqn)
	    __attribute__((warn_unused_result));

/* The parts of a Digest; slices are the unquoted values. */
enum aka_version {
	AKA_V0,			/* no AKA: a plain password */
	AKA_V1,			/* RFC 3310 */
	AKA_V2,			/* RFC 4169 */
};

struct aka_scheme {
	enum aka_version	 version;
	enum crypt_hash		 hash;	/* MD5, SHA-256, SHA-512-256 */
	bool			 sess;
};

/* "AKAv1-MD5", "AKAv2-SHA-256-sess", "MD5", ... in any case; 0 or ERR_ALG. */
int	 aka_scheme_parse(struct slice algorithm, struct aka_scheme *out)
	    __attribute__((warn_unused_result));
void	 aka_scheme_write(struct buf *out, const struct aka_scheme *s);

struct aka_digest {
	struct aka_scheme	 scheme;
	struct slice	 username, realm, nonce, uri, method;
	struct slice	 qop;		/* empty: none; "auth", "auth-int";
					   in quotes: hashed with them */
	struct slice	 nc, cnonce;
	struct slice	 body;		/* for auth-int */
};

#define AKA_RESPONSE	64	/* hex digits of the longest response */

/*
 * The password of SCHEME for RES (and CK, IK for AKAv2) appended to OUT: raw
 * RES, or the base64 text of RFC 4169 3.  0, ERR_CRYPT, ERR_MEM (OUT is bad),
 * ERR_RANGE (a part of more than AKA_KEY_MAX octets under AKAv2).  After a
 * synchronisation failure the password is empty, whatever the scheme.
 */
int	 aka_password(const struct aka_scheme *s, struct slice res,
	    struct slice ck, struct slice ik, struct buf *out)
	    __attribute__((warn_unused_result));
/*
 * The response in lower-case hex; its length, ERR_ALG (a qop or hash that is
 * not known) or ERR_CRYPT.  No NUL is added.  With an empty method it is the
 * rspauth of Authentication-Info.
 */
int	 aka_response(const struct aka_digest *d, struct slice password,
	    char out[AKA_RESPONSE]) __attribute__((warn_unused_result));

#endif
