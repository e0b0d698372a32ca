/*
 * esp: one ESP packet (RFC 4303) and the context of one key.
 *
 * Algorithms are those of TS 33.203 annex H from Rel-5 to today, and the
 * HMAC-SHA-2 forms of RFC 4868 that TS 33.210 uses between core nodes.
 * ipsec-3gpp cannot negotiate extended sequence numbers (RFC 4303 2.2.1);
 * between core nodes an SA may have them.
 */
#ifndef ESP_H
#define ESP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "slice.h"

#define ESP_HEADER	8	/* SPI and sequence number */
#define ESP_SALT	4	/* of aes-gcm and aes-gmac (RFC 4106, 4543) */
#define ESP_KEY_MAX	64
#define ESP_WINDOW	64	/* replay window, packets (RFC 4303 3.4.3) */
#define ESP_SPI_MIN	256	/* those below are reserved (RFC 4303 2.1) */

enum esp_alg {			/* integrity, "alg" of RFC 3329 */
	ESP_AUTH_NULL,
	ESP_HMAC_MD5_96,	/* RFC 2403 */
	ESP_HMAC_SHA_1_96,	/* RFC 2404 */
	ESP_HMAC_SHA_256_128,	/* RFC 4868 */
	ESP_HMAC_SHA_384_192,
	ESP_HMAC_SHA_512_256,
	ESP_AES_GMAC,		/* RFC 4543 */
};

enum esp_ealg {			/* encryption, "ealg" */
	ESP_NULL,
	ESP_DES_EDE3_CBC,	/* RFC 2451 */
	ESP_AES_CBC,		/* RFC 3602 */
	ESP_AES_GCM,		/* RFC 4106, ICV of 16 octets */
};

/* Names of TS 33.203 ("hmac-sha-1-96", "aes-cbc", "null"). */
const char	*esp_alg_name(enum esp_alg a);
const char	*esp_ealg_name(enum esp_ealg a);
/* The reverse, in any case; "hmac-sha1-96" is known too.  ERR_ALG if not. */
int	 esp_alg_parse(struct slice name);
int	 esp_ealg_parse(struct slice name);

/* Octets of key: of alg, and (any of AES's three) of ealg. */
bool	 esp_alg_key_ok(enum esp_alg a, size_t n);
bool	 esp_ealg_key_ok(enum esp_ealg a, size_t n);
size_t	 esp_icv_len(enum esp_alg a, enum esp_ealg e);
/* May these two go together?  (TS 33.203 annex H, RFC 4543 5) */
bool	 esp_pair_ok(enum esp_alg a, enum esp_ealg e);

struct esp_key {
	enum esp_alg	 alg;
	enum esp_ealg	 ealg;
	uint8_t		 auth[ESP_KEY_MAX];
	size_t		 auth_len;
	uint8_t		 enc[ESP_KEY_MAX];
	size_t		 enc_len;
	uint8_t		 salt[ESP_SALT];
	bool		 esn;		/* extended sequence numbers */
};

/* A context that opens; NULL: key lengths that do not fit, or no memory. */
struct esp;
struct esp	*esp_new(const struct esp_key *key);
void		 esp_free(struct esp *e);

/* Replay state of one SA; zero it to start. */
struct esp_window {
	uint64_t	 seen;		/* bit i: LAST - i */
	uint64_t	 last;
};

/* 0 if SEQ is new to W, ERR_REPLAY if it was seen, is too old, or is 0. */
int	 esp_window_check(const struct esp_window *w, uint64_t seq);
void	 esp_window_move(struct esp_window *w, uint64_t seq);
/* The extended sequence number of which a packet has LOW (RFC 4303 A2.2). */
uint64_t esp_window_seq(const struct esp_window *w, uint32_t low);

/* What was inside. */
struct esp_payload {
	uint8_t		 next;		/* next header: 4, 6, 17, 41, 59 */
	struct slice	 data;		/* in IN or in OUT */
	bool		 fits;		/* the padding and DATA are as NEXT
					   says: an ICV says nothing of the
					   key that DATA was decrypted with */
};

/*
 * Open the ESP packet IN (SPI first) with E.  The replay window W (may be NULL:
 * no test, and the high half of an extended number is 0) is tested first and
 * moves only if the ICV is right (RFC 4303 3.4.3).  OUT has room for IN.n octets
 * and does not overlap IN; NULL encryption leaves the data in IN.  Returns 0,
 * ERR_FORMAT, ERR_REPLAY, ERR_AUTH, ERR_CRYPT.
 */
int	 esp_open(struct esp *e, struct esp_window *w, struct slice in,
	    uint8_t *out, struct esp_payload *p)
	    __attribute__((warn_unused_result));

/* A context that seals; NULL as of esp_new(). */
struct esp	*esp_new_seal(const struct esp_key *key);

#define ESP_IV_MAX	16

/* Octets of the IV in a packet: 0, 8, 16. */
size_t	 esp_iv_len(enum esp_alg a, enum esp_ealg e);

/*
 * Append to OUT the ESP packet SPI, SEQ of DATA (not in OUT) with next header
 * NEXT, padded as RFC 4303 2.4 says.  IV of esp_iv_len() octets, or NULL for one
 * that never repeats while (SPI, SEQ) under this key do not: SPI and SEQ
 * themselves for aes-gcm and aes-gmac (the four SAs of TS 33.203 share key and
 * salt), and E(SPI, SEQ) under the key, which nobody else can foretell, for CBC
 * (NIST SP 800-38A annex C).  With ESN an IV of 8 octets is made of SEQ alone,
 * so the SAs must not share keys.  0, ERR_RANGE for SEQ 0, one past 2^32-1
 * without ESN, an SPI below 256 (RFC 4303 2.1), or DATA of 2 GB; ERR_CRYPT,
 * ERR_MEM.  What fails leaves OUT as it was.
 */
int	 esp_seal(struct esp *e, uint32_t spi, uint64_t seq,
	    const uint8_t *iv, uint8_t next, struct slice data,
	    struct buf *out) __attribute__((warn_unused_result));

/*
 * Seal where it stands the packet of N octets at P, which is as on the wire but
 * that what E encrypts is in clear: SPI, SEQ (whose high half is SEQ_HIGH), IV,
 * padding and trailer stay as they are.  0, ERR_RANGE (too short), ERR_CRYPT.
 */
int	 esp_seal_again(struct esp *e, uint32_t seq_high, uint8_t *p, size_t n)
	    __attribute__((warn_unused_result));

/*
 * Look for NULL-encrypted content in IN without a key: for each ICV and IV
 * length in use, or only those of ALG when it is given (ERR_ALG: any), the
 * padding, the next header and the transport header must fit.  0 or
 * ERR_FORMAT.
 */
int	 esp_peek(struct slice in, int alg, struct esp_payload *p)
	    __attribute__((warn_unused_result));

#endif
