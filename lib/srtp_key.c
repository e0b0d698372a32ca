/* srtp_key: session keys (RFC 3711 4.3) and keystreams (4.1). */
#include <string.h>

#include "err.h"
#include "srtp_int.h"

#define SALT_F8		14	/* octets of session salt in m (4.1.2) */

/* RFC 3711 4.3.1, 4.3.2 */
enum { LABEL_KEY = 0, LABEL_AUTH = 1, LABEL_SALT = 2, LABEL_RTCP = 3 };

void
srtp_key_of(const struct sdp_crypto *c, size_t i, struct srtp_key *out)
{
	size_t n = sdp_suite_key(c->suite);

	memset(out, 0, sizeof(*out));
	out->suite = c->suite;
	out->has_master = true;
	memcpy(out->key, c->key[i].key_salt, n);
	memcpy(out->salt, c->key[i].key_salt + n, sdp_suite_salt(c->suite));
	out->kdr = c->kdr;
	out->unencrypted_srtp = c->unencrypted_srtp;
	out->unencrypted_srtcp = c->unencrypted_srtcp;
	out->unauthenticated_srtp = c->unauthenticated_srtp;
	out->lifetime = c->key[i].lifetime;
	out->mki_len = c->key[i].mki_len;
	memcpy(out->mki, c->key[i].mki, sizeof(out->mki));
}

/* N octets of the PRF for LABEL and R = index DIV kdr, 48 bits. */
static int
prf(struct crypt_cipher *c, const struct srtp_key *k, unsigned label,
    uint64_t r, uint8_t *out, size_t n)
{
	uint8_t x[CRYPT_BLOCK] = { 0 };
	int e;

	/* A salt of 12 octets has two zeros behind it (RFC 7714 11). */
	memcpy(x, k->salt, sdp_suite_salt(k->suite));
	x[7] ^= (uint8_t)label;
	for (size_t i = 0; i < 6; i++)
		x[8 + i] ^= (uint8_t)(r >> (40 - 8 * i));
	memset(out, 0, n);
	e = crypt_cipher(c, x, slice_of(out, n), out);
	crypt_wipe(x, sizeof(x));
	return e;
}

static uint64_t
turn(const struct srtp_key *k, uint64_t index)
{
	return k->kdr == 0 ? 0 : index >> k->kdr;
}

int
srtp_derive(const struct srtp_key *k, bool rtcp, uint64_t index,
    struct srtp_session *out)
{
	size_t n = sdp_suite_key(k->suite);
	unsigned label = rtcp ? LABEL_RTCP : 0;
	uint64_t r = turn(k, index);
	struct crypt_cipher *c;
	int e;

	if (!k->has_master)
		return ERR_NOKEY;
	c = crypt_cipher_new(CRYPT_AES_CTR, slice_of(k->key, n), true);
	if (c == NULL)
		return ERR_CRYPT;
	memset(out, 0, sizeof(*out));
	e = prf(c, k, label + LABEL_KEY, r, out->key, n);
	if (e == 0 && !sdp_suite_aead(k->suite))
		e = prf(c, k, label + LABEL_AUTH, r, out->auth, SRTP_AUTH);
	if (e == 0)
		e = prf(c, k, label + LABEL_SALT, r, out->salt,
		    sdp_suite_salt(k->suite));
	crypt_cipher_free(c);
	return e;
}

void
srtp_engine_free(struct srtp_engine *e)
{
	crypt_cipher_free(e->cipher);
	crypt_cipher_free(e->mask);
	crypt_mac_free(e->mac);
	crypt_wipe(e, sizeof(*e));
}

/* RFC 3711 4.1.2.2: IV' is made under KEY XOR (salt || 0x55...). */
static struct crypt_cipher *
f8_mask(const struct srtp_session *s, size_t n)
{
	uint8_t m[SRTP_KEY_MAX];
	struct crypt_cipher *c;

	memset(m, 0x55, sizeof(m));
	memcpy(m, s->salt, SALT_F8);
	for (size_t i = 0; i < n; i++)
		m[i] ^= s->key[i];
	c = crypt_cipher_new(CRYPT_AES_ECB, slice_of(m, n), true);
	crypt_wipe(m, sizeof(m));
	return c;
}

static int
build(struct srtp_engine *e, enum sdp_suite suite,
    const struct srtp_session *s, bool seal)
{
	bool aead = sdp_suite_aead(suite);
	bool f8 = suite == SDP_F8_128_HMAC_SHA1_80;
	struct slice key = slice_of(s->key, sdp_suite_key(suite));

	memcpy(e->salt, s->salt, sizeof(e->salt));
	e->cipher = crypt_cipher_new(aead ? CRYPT_AES_GCM :
	    f8 ? CRYPT_AES_ECB : CRYPT_AES_CTR, key, aead ? seal : true);
	if (f8)
		e->mask = f8_mask(s, key.n);
	if (!aead)
		e->mac = crypt_mac_new(CRYPT_SHA1, slice_of(s->auth,
		    sizeof(s->auth)));
	if (e->cipher == NULL || (f8 && e->mask == NULL) ||
	    (!aead && e->mac == NULL))
		return ERR_CRYPT;
	e->ready = true;
	return 0;
}

int
srtp_engine_turn(struct srtp_engine *e, const struct srtp_key *k, bool rtcp,
    uint64_t index, bool seal)
{
	uint64_t t = turn(k, index);
	struct srtp_session s;
	int r = 0;

	if (e->ready && (e->turn == t || !k->has_master))
		return 0;
	srtp_engine_free(e);
	if (k->has_master)
		r = srtp_derive(k, rtcp, index, &s);
	else
		s = rtcp ? k->rtcp : k->rtp;
	if (r == 0)
		r = build(e, k->suite, &s, seal);
	crypt_wipe(&s, sizeof(s));
	if (r < 0)
		srtp_engine_free(e);
	e->turn = t;
	return r;
}

static void
xor_be(uint8_t *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] ^= (uint8_t)(v >> (8 * (n - 1 - i)));
}

void
srtp_engine_nonce(const struct srtp_engine *e, const struct srtp_iv *iv,
    uint8_t nonce[12])
{
	memcpy(nonce, e->salt, 12);
	xor_be(nonce + 2, iv->ssrc, 4);
	xor_be(nonce + 6, iv->index, 6);
}

/* RFC 3711 4.1.1: counter mode. */
static int
cm(struct srtp_engine *e, const struct srtp_iv *iv, uint8_t *p, size_t n)
{
	uint8_t x[CRYPT_BLOCK] = { 0 };

	memcpy(x, e->salt, sizeof(e->salt));
	xor_be(x + 4, iv->ssrc, 4);
	xor_be(x + 8, iv->index, 6);
	return crypt_cipher(e->cipher, x, slice_of(p, n), p);
}

/* RFC 3711 4.1.2.3, 4.1.2.4 */
static void
f8_iv(const struct srtp_iv *iv, uint8_t x[CRYPT_BLOCK])
{
	memset(x, 0, CRYPT_BLOCK);
	if (iv->rtcp) {
		xor_be(x + 4, iv->index | (iv->encrypted ? 1ULL << 31 : 0),
		    4);
		memcpy(x + 8, iv->header, 8);
		return;
	}
	memcpy(x + 1, iv->header + 1, 11);
	xor_be(x + 12, iv->index >> 16, 4);
}

/* RFC 3711 4.1.2: output feedback with a counter. */
static int
f8(struct srtp_engine *e, const struct srtp_iv *iv, uint8_t *p, size_t n)
{
	uint8_t first[CRYPT_BLOCK], s[CRYPT_BLOCK] = { 0 };
	struct slice block = slice_of(s, sizeof(s));
	int r;

	f8_iv(iv, first);
	r = crypt_cipher(e->mask, NULL, slice_of(first, sizeof(first)), first);
	for (size_t at = 0, j = 0; r == 0 && at < n; j++) {
		for (size_t i = 0; i < sizeof(s); i++)
			s[i] ^= first[i];
		xor_be(s + 8, j, 8);
		r = crypt_cipher(e->cipher, NULL, block, s);
		for (size_t i = 0; r == 0 && i < sizeof(s) && at < n; i++)
			p[at++] ^= s[i];
	}
	crypt_wipe(s, sizeof(s));
	return r;
}

int
srtp_engine_crypt(struct srtp_engine *e, enum sdp_suite suite,
    const struct srtp_iv *iv, uint8_t *p, size_t n)
{
	return suite == SDP_F8_128_HMAC_SHA1_80 ? f8(e, iv, p, n) :
	    cm(e, iv, p, n);
}
