/* crypt: digests, HMAC (RFC 2104), CBC, ECB, CTR, GCM over OpenSSL's EVP. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "crypt.h"
#include "err.h"

#define GCM_TAG	16

struct crypt_mac {
	EVP_MAC_CTX	*ctx;
};

struct crypt_cipher {
	EVP_CIPHER_CTX	*ctx;
	enum crypt_mode	 mode;
	bool		 encrypt;
	size_t		 block;
};

void
crypt_wipe(void *p, size_t n)
{
	if (n > 0)
		OPENSSL_cleanse(p, n);
}

bool
crypt_equal(const void *a, const void *b, size_t n)
{
	return n == 0 || CRYPTO_memcmp(a, b, n) == 0;
}

int
crypt_random(void *p, size_t n)
{
	if (n > INT_MAX || RAND_bytes(p, (int)n) != 1)
		return ERR_CRYPT;
	return 0;
}

static const char *
hash_name(enum crypt_hash h)
{
	switch (h) {
	case CRYPT_MD5:
		return "MD5";
	case CRYPT_SHA1:
		return "SHA1";
	case CRYPT_SHA256:
		return "SHA2-256";
	case CRYPT_SHA384:
		return "SHA2-384";
	case CRYPT_SHA512:
		return "SHA2-512";
	case CRYPT_SHA512_256:
		return "SHA2-512/256";
	}
	return NULL;
}

static const EVP_MD *
hash_md(enum crypt_hash h)
{
	switch (h) {
	case CRYPT_MD5:
		return EVP_md5();
	case CRYPT_SHA1:
		return EVP_sha1();
	case CRYPT_SHA256:
		return EVP_sha256();
	case CRYPT_SHA384:
		return EVP_sha384();
	case CRYPT_SHA512:
		return EVP_sha512();
	case CRYPT_SHA512_256:
		return EVP_sha512_256();
	}
	return NULL;
}

int
crypt_digest(enum crypt_hash h, const struct slice *part, size_t n,
    uint8_t out[CRYPT_HASH_MAX])
{
	EVP_MD_CTX *ctx;
	unsigned len = 0;

	if ((ctx = EVP_MD_CTX_new()) == NULL)
		return ERR_CRYPT;
	if (EVP_DigestInit_ex2(ctx, hash_md(h), NULL) != 1)
		goto fail;
	for (size_t i = 0; i < n; i++)
		if (part[i].n > 0 &&
		    EVP_DigestUpdate(ctx, part[i].p, part[i].n) != 1)
			goto fail;
	if (EVP_DigestFinal_ex(ctx, out, &len) != 1)
		goto fail;
	EVP_MD_CTX_free(ctx);
	return (int)len;
fail:
	EVP_MD_CTX_free(ctx);
	return ERR_CRYPT;
}

/* NULL is "the key of before" to EVP_MAC_init, so an empty key is not NULL. */
static bool
mac_key(EVP_MAC_CTX *ctx, enum crypt_hash h, struct slice key)
{
	static const uint8_t none[1];
	char name[16];
	OSSL_PARAM param[2];

	if (hash_name(h) == NULL)
		return false;
	strcpy(name, hash_name(h));
	param[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
	    name, 0);
	param[1] = OSSL_PARAM_construct_end();
	return EVP_MAC_init(ctx, key.n > 0 ? key.p : none, key.n, param) == 1;
}

struct crypt_mac *
crypt_mac_new(enum crypt_hash h, struct slice key)
{
	struct crypt_mac *m;
	EVP_MAC *hmac;

	if ((m = calloc(1, sizeof(*m))) == NULL)
		return NULL;
	if ((hmac = EVP_MAC_fetch(NULL, "HMAC", NULL)) == NULL)
		goto fail;
	m->ctx = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	if (m->ctx == NULL || !mac_key(m->ctx, h, key))
		goto fail;
	return m;
fail:
	crypt_mac_free(m);
	return NULL;
}

void
crypt_mac_free(struct crypt_mac *m)
{
	if (m == NULL)
		return;
	EVP_MAC_CTX_free(m->ctx);
	free(m);
}

int
crypt_mac(struct crypt_mac *m, const struct slice *part, size_t n,
    uint8_t out[CRYPT_HASH_MAX])
{
	size_t len;

	if (EVP_MAC_init(m->ctx, NULL, 0, NULL) != 1)
		return ERR_CRYPT;
	for (size_t i = 0; i < n; i++)
		if (part[i].n > 0 &&
		    EVP_MAC_update(m->ctx, part[i].p, part[i].n) != 1)
			return ERR_CRYPT;
	if (EVP_MAC_final(m->ctx, out, &len, CRYPT_HASH_MAX) != 1)
		return ERR_CRYPT;
	return (int)len;
}

/* OpenSSL's name for MODE with a key of N octets; NULL if there is none. */
static const char *
cipher_name(enum crypt_mode mode, size_t n)
{
	static const char *const aes[][3] = {
		[CRYPT_AES_CBC] = {
			"AES-128-CBC", "AES-192-CBC", "AES-256-CBC"
		},
		[CRYPT_AES_GCM] = {
			"AES-128-GCM", "AES-192-GCM", "AES-256-GCM"
		},
		[CRYPT_AES_ECB] = {
			"AES-128-ECB", "AES-192-ECB", "AES-256-ECB"
		},
		[CRYPT_AES_CTR] = {
			"AES-128-CTR", "AES-192-CTR", "AES-256-CTR"
		},
	};

	switch (mode) {
	case CRYPT_3DES_CBC:
		return n == 24 ? "DES-EDE3-CBC" : NULL;
	case CRYPT_AES_CBC:
	case CRYPT_AES_GCM:
	case CRYPT_AES_ECB:
	case CRYPT_AES_CTR:
		if (n == 16 || n == 24 || n == 32)
			return aes[mode][n / 8 - 2];
	}
	return NULL;
}

struct crypt_cipher *
crypt_cipher_new(enum crypt_mode mode, struct slice key, bool encrypt)
{
	const char *name = cipher_name(mode, key.n);
	struct crypt_cipher *c;
	EVP_CIPHER *evp = NULL;

	if (name == NULL || (c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	c->mode = mode;
	c->encrypt = encrypt;
	if ((evp = EVP_CIPHER_fetch(NULL, name, NULL)) == NULL)
		goto fail;
	c->block = (size_t)EVP_CIPHER_get_block_size(evp);
	if ((c->ctx = EVP_CIPHER_CTX_new()) == NULL)
		goto fail;
	if (EVP_CipherInit_ex2(c->ctx, evp, key.p, NULL, encrypt, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(c->ctx, 0) != 1)
		goto fail;
	EVP_CIPHER_free(evp);
	return c;
fail:
	EVP_CIPHER_free(evp);
	crypt_cipher_free(c);
	return NULL;
}

void
crypt_cipher_free(struct crypt_cipher *c)
{
	if (c == NULL)
		return;
	EVP_CIPHER_CTX_free(c->ctx);
	free(c);
}

int
crypt_cipher(struct crypt_cipher *c, const uint8_t *iv, struct slice in,
    uint8_t *out)
{
	int len;

	if (c->mode == CRYPT_AES_GCM || in.n > INT_MAX || in.n % c->block != 0)
		return ERR_RANGE;
	if (c->mode != CRYPT_AES_ECB &&
	    EVP_CipherInit_ex2(c->ctx, NULL, NULL, iv, -1, NULL) != 1)
		return ERR_CRYPT;
	if (in.n > 0 && (EVP_CipherUpdate(c->ctx, out, &len, in.p,
	    (int)in.n) != 1 || (size_t)len != in.n))
		return ERR_CRYPT;
	return 0;
}

/* Everything of GCM but the tag. */
static int
gcm_text(struct crypt_cipher *c, const uint8_t nonce[12],
    const struct slice *aad, size_t n, struct slice in, uint8_t *out)
{
	int len;

	if (c->mode != CRYPT_AES_GCM || in.n > INT_MAX)
		return ERR_RANGE;
	if (EVP_CipherInit_ex2(c->ctx, NULL, NULL, nonce, -1, NULL) != 1)
		return ERR_CRYPT;
	for (size_t i = 0; i < n; i++) {
		if (aad[i].n > INT_MAX)
			return ERR_RANGE;
		if (aad[i].n > 0 && EVP_CipherUpdate(c->ctx, NULL, &len,
		    aad[i].p, (int)aad[i].n) != 1)
			return ERR_CRYPT;
	}
	if (in.n > 0 &&
	    EVP_CipherUpdate(c->ctx, out, &len, in.p, (int)in.n) != 1)
		return ERR_CRYPT;
	return 0;
}

int
crypt_gcm(struct crypt_cipher *c, const uint8_t nonce[12],
    const struct slice *aad, size_t n, struct slice in, uint8_t *out,
    uint8_t tag[16])
{
	uint8_t rest[CRYPT_BLOCK];
	int e, len;

	if ((e = gcm_text(c, nonce, aad, n, in, out)) < 0)
		return e;
	if (c->encrypt) {
		if (EVP_CipherFinal_ex(c->ctx, rest, &len) != 1 ||
		    EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_GET_TAG,
		    GCM_TAG, tag) != 1)
			return ERR_CRYPT;
		return 0;
	}
	if (EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG,
	    tag) != 1)
		return ERR_CRYPT;
	return EVP_CipherFinal_ex(c->ctx, rest, &len) == 1 ? 0 : ERR_AUTH;
}
