/* esp_int: what the files of esp share: the context of one key. */
#ifndef ESP_INT_H
#define ESP_INT_H

#include "crypt.h"
#include "esp.h"

struct esp {
	enum esp_alg		 alg;
	enum esp_ealg		 ealg;
	bool			 esn;
	bool			 seals;
	size_t			 iv, block, icv;	/* octets */
	struct crypt_mac	*mac;
	struct crypt_cipher	*cipher;	/* GMAC: its GCM */
	uint8_t			 salt[ESP_SALT];
};

/* Do the algorithms of E make ICV and ciphertext in one? */
static inline bool
esp_is_gcm(const struct esp *e)
{
	return e->alg == ESP_AES_GMAC || e->ealg == ESP_AES_GCM;
}

/* HMAC of COVERED, which is all from SPI to next header, of packet SEQ. */
int	 esp_mac(struct esp *e, struct slice covered, uint64_t seq,
	    uint8_t mac[CRYPT_HASH_MAX]) __attribute__((warn_unused_result));
/*
 * GCM and GMAC of packet SEQ, as crypt_gcm(): TAG is made or checked, TEXT goes
 * to OUT (GMAC leaves it alone).  HEAD is SPI and the low half of SEQ.
 */
int	 esp_gcm(struct esp *e, struct slice head, uint64_t seq,
	    struct slice iv, struct slice text, uint8_t *out, uint8_t tag[16])
	    __attribute__((warn_unused_result));

#endif
