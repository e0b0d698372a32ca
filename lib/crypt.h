/*
 * crypt: the one place that knows OpenSSL.
 *
 * A context belongs to a key and is kept as long as the key: making one costs
 * many times what using it costs.  All sizes are octets.  Every context is
 * heap memory, freed (and its key wiped) by its _free, which takes NULL.
 */
#ifndef CRYPT_H
#define CRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"

#define CRYPT_BLOCK	16	/* AES block */
#define CRYPT_HASH_MAX	64	/* the longest digest */

enum crypt_hash {
	CRYPT_MD5,		/* RFC 1321 */
	CRYPT_SHA1,		/* FIPS 180-4 */
	CRYPT_SHA256,
	CRYPT_SHA384,
	CRYPT_SHA512,
	CRYPT_SHA512_256,
};

enum crypt_mode {
	CRYPT_AES_CBC,		/* key 16, 24 or 32; IV 16 */
	CRYPT_3DES_CBC,		/* key 24; IV 8 */
	CRYPT_AES_GCM,		/* key 16, 24 or 32; nonce 12, tag 16 */
	CRYPT_AES_ECB,		/* key 16, 24 or 32; block by block */
	CRYPT_AES_CTR,		/* key 16, 24 or 32; IV 16: first counter */
};

struct crypt_mac;
struct crypt_cipher;

/* Overwrite with zeros in a way the compiler keeps. */
void	 crypt_wipe(void *p, size_t n);
/* Constant-time comparison of N octets. */
bool	 crypt_equal(const void *a, const void *b, size_t n);
/* Fill with random octets from the system; 0 or ERR_CRYPT. */
int	 crypt_random(void *p, size_t n) __attribute__((warn_unused_result));

/* Digest of the concatenation of PART[0..N); its length, or ERR_CRYPT. */
int	 crypt_digest(enum crypt_hash h, const struct slice *part, size_t n,
	    uint8_t out[CRYPT_HASH_MAX]) __attribute__((warn_unused_result));

/* HMAC (RFC 2104) with KEY; NULL when the library refuses or memory is out. */
struct crypt_mac	*crypt_mac_new(enum crypt_hash h, struct slice key);
void			 crypt_mac_free(struct crypt_mac *m);
/* MAC of the concatenation of PART[0..N); its length, or ERR_CRYPT. */
int	 crypt_mac(struct crypt_mac *m, const struct slice *part, size_t n,
	    uint8_t out[CRYPT_HASH_MAX]) __attribute__((warn_unused_result));

/* A cipher with KEY in one direction; NULL if the key length does not fit. */
struct crypt_cipher	*crypt_cipher_new(enum crypt_mode mode,
			    struct slice key, bool encrypt);
void			 crypt_cipher_free(struct crypt_cipher *c);
/*
 * CBC and ECB without padding: IN (a multiple of the block) to OUT, which has
 * room for IN.n and may be IN.p itself.  IV is ignored for ECB.  CTR takes any
 * length; its counter is all 128 bits of IV, big-endian (SP 800-38A 6.5).
 * 0, ERR_RANGE (length), ERR_CRYPT.
 */
int	 crypt_cipher(struct crypt_cipher *c, const uint8_t *iv,
	    struct slice in, uint8_t *out) __attribute__((warn_unused_result));
/*
 * GCM: AAD is the concatenation of AAD[0..N).  Sealing writes IN.n octets to
 * OUT and the tag to TAG; opening checks TAG and gives ERR_AUTH when it does
 * not match (OUT is then undefined).  OUT may be IN.p.  ERR_RANGE for lengths
 * of 2^31 and more.
 */
int	 crypt_gcm(struct crypt_cipher *c, const uint8_t nonce[12],
	    const struct slice *aad, size_t n, struct slice in, uint8_t *out,
	    uint8_t tag[16]) __attribute__((warn_unused_result));

#endif
