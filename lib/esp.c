/* esp: one ESP packet (RFC 4303) and the context of one key. */
#include <stdlib.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "esp_int.h"

static const struct {
	const char	*name;
	enum crypt_hash	 hash;
	size_t		 key, icv, iv;
} algs[] = {
	[ESP_AUTH_NULL] =	{ "null", CRYPT_MD5, 0, 0, 0 },
	[ESP_HMAC_MD5_96] =	{ "hmac-md5-96", CRYPT_MD5, 16, 12, 0 },
	[ESP_HMAC_SHA_1_96] =	{ "hmac-sha-1-96", CRYPT_SHA1, 20, 12, 0 },
	[ESP_HMAC_SHA_256_128] = { "hmac-sha-256-128", CRYPT_SHA256, 32, 16,
	    0 },
	[ESP_HMAC_SHA_384_192] = { "hmac-sha-384-192", CRYPT_SHA384, 48, 24,
	    0 },
	[ESP_HMAC_SHA_512_256] = { "hmac-sha-512-256", CRYPT_SHA512, 64, 32,
	    0 },
	[ESP_AES_GMAC] =	{ "aes-gmac", CRYPT_MD5, 16, 16, 8 },
};

static const struct {
	const char	*name;
	enum crypt_mode	 mode;
	size_t		 iv, block, icv;
} ealgs[] = {
	[ESP_NULL] =		{ "null", CRYPT_AES_ECB, 0, 1, 0 },
	[ESP_DES_EDE3_CBC] =	{ "des-ede3-cbc", CRYPT_3DES_CBC, 8, 8, 0 },
	[ESP_AES_CBC] =		{ "aes-cbc", CRYPT_AES_CBC, 16, 16, 0 },
	[ESP_AES_GCM] =		{ "aes-gcm", CRYPT_AES_GCM, 8, 1, 16 },
};

#define N_ALGS	(sizeof(algs) / sizeof(algs[0]))
#define N_EALGS	(sizeof(ealgs) / sizeof(ealgs[0]))

const char *
esp_alg_name(enum esp_alg a)
{
	return (size_t)a < N_ALGS ? algs[a].name : "unknown";
}

const char *
esp_ealg_name(enum esp_ealg a)
{
	return (size_t)a < N_EALGS ? ealgs[a].name : "unknown";
}

/* Equal in any case, a dash between "sha" and its number or not. */
static bool
same_name(struct slice s, const char *name)
{
	size_t i = 0;

	for (; i < s.n && *name != '\0'; name++) {
		uint8_t c = s.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c + 32);
		if (*name == '-' && c >= '0' && c <= '9' && name[-1] == 'a')
			continue;
		if (c != (uint8_t)*name)
			return false;
		i++;
	}
	return i == s.n && *name == '\0';
}

int
esp_alg_parse(struct slice name)
{
	for (size_t i = 0; i < N_ALGS; i++)
		if (same_name(name, algs[i].name))
			return (int)i;
	return ERR_ALG;
}

int
esp_ealg_parse(struct slice name)
{
	for (size_t i = 0; i < N_EALGS; i++)
		if (slice_caseis(name, ealgs[i].name))
			return (int)i;
	return ERR_ALG;
}

bool
esp_alg_key_ok(enum esp_alg a, size_t n)
{
	switch (a) {
	case ESP_HMAC_SHA_1_96:
		/* IK without the 32 zero bits makes the same HMAC. */
		return n == 20 || n == 16;
	case ESP_AES_GMAC:
		return n == 16 || n == 24 || n == 32;
	default:
		return n == algs[a].key;
	}
}

bool
esp_ealg_key_ok(enum esp_ealg a, size_t n)
{
	switch (a) {
	case ESP_NULL:
		return n == 0;
	case ESP_DES_EDE3_CBC:
		return n == 24;
	default:
		return n == 16 || n == 24 || n == 32;
	}
}

size_t
esp_icv_len(enum esp_alg a, enum esp_ealg e)
{
	return algs[a].icv + ealgs[e].icv;
}

size_t
esp_iv_len(enum esp_alg a, enum esp_ealg e)
{
	return algs[a].iv + ealgs[e].iv;
}

bool
esp_pair_ok(enum esp_alg a, enum esp_ealg e)
{
	if (a == ESP_AES_GMAC)
		return e == ESP_NULL;
	return e != ESP_AES_GCM || a == ESP_AUTH_NULL;
}

static struct esp *
make(const struct esp_key *key, bool seals)
{
	struct slice auth = slice_of(key->auth, key->auth_len);
	struct slice enc = slice_of(key->enc, key->enc_len);
	struct esp *e;

	if (!esp_pair_ok(key->alg, key->ealg) ||
	    !esp_alg_key_ok(key->alg, auth.n) ||
	    !esp_ealg_key_ok(key->ealg, enc.n) ||
	    (e = calloc(1, sizeof(*e))) == NULL)
		return NULL;
	e->alg = key->alg;
	e->ealg = key->ealg;
	e->esn = key->esn;
	e->seals = seals;
	e->iv = esp_iv_len(e->alg, e->ealg);
	e->block = ealgs[e->ealg].block;
	e->icv = esp_icv_len(e->alg, e->ealg);
	memcpy(e->salt, key->salt, ESP_SALT);
	if (e->alg == ESP_AES_GMAC) {
		/* Of no text: the tag is over the AAD. */
		e->cipher = crypt_cipher_new(CRYPT_AES_GCM, auth, seals);
		if (e->cipher == NULL)
			goto fail;
	} else if (e->alg != ESP_AUTH_NULL) {
		e->mac = crypt_mac_new(algs[e->alg].hash, auth);
		if (e->mac == NULL)
			goto fail;
	}
	if (e->ealg != ESP_NULL) {
		e->cipher = crypt_cipher_new(ealgs[e->ealg].mode, enc, seals);
		if (e->cipher == NULL)
			goto fail;
	}
	return e;
fail:
	esp_free(e);
	return NULL;
}

struct esp *
esp_new(const struct esp_key *key)
{
	return make(key, false);
}

struct esp *
esp_new_seal(const struct esp_key *key)
{
	return make(key, true);
}

void
esp_free(struct esp *e)
{
	if (e == NULL)
		return;
	crypt_mac_free(e->mac);
	crypt_cipher_free(e->cipher);
	crypt_wipe(e, sizeof(*e));
	free(e);
}

int
esp_window_check(const struct esp_window *w, uint64_t seq)
{
	if (seq == 0)
		return ERR_REPLAY;	/* RFC 4303 3.3.3: the first is 1 */
	if (seq > w->last)
		return 0;
	if (w->last - seq >= ESP_WINDOW || (w->seen >> (w->last - seq) & 1))
		return ERR_REPLAY;
	return 0;
}

void
esp_window_move(struct esp_window *w, uint64_t seq)
{
	if (seq > w->last) {
		uint64_t by = seq - w->last;

		w->seen = by < ESP_WINDOW ? w->seen << by : 0;
		w->last = seq;
	}
	if (w->last - seq < ESP_WINDOW)
		w->seen |= 1ULL << (w->last - seq);
}

uint64_t
esp_window_seq(const struct esp_window *w, uint32_t low)
{
	uint32_t high = (uint32_t)(w->last >> 32), last = (uint32_t)w->last;
	uint32_t bottom = last - (ESP_WINDOW - 1);	/* may wrap */

	if (last >= ESP_WINDOW - 1)
		high += low < bottom;
	else if (high > 0)
		high -= low >= bottom;
	return (uint64_t)high << 32 | low;
}

/* Does DATA look like what NEXT says?  Lengths and fixed fields only. */
static bool
plausible(const struct esp_payload *p)
{
	const uint8_t *d = p->data.p;
	size_t n = p->data.n, head;

	switch (p->next) {
	case 17:
		return n >= 8 && slice_be16(d + 4) == n &&
		    slice_be16(d) != 0 && slice_be16(d + 2) != 0;
	case 6:
		if (n < 20)
			return false;
		head = (size_t)(d[12] >> 4) * 4;
		return head >= 20 && head <= n && (d[12] & 0x0e) == 0 &&
		    slice_be16(d) != 0 && slice_be16(d + 2) != 0 &&
		    (d[13] & 7) != 7;
	case 4:
		return n >= 20 && d[0] >> 4 == 4 && slice_be16(d + 2) == n;
	case 41:
		return n >= 40 && d[0] >> 4 == 6 && slice_be16(d + 4) + 40U == n;
	case 59:
		return true;
	default:
		return false;
	}
}

/* The trailer (RFC 4303 2.4): pad length and next header are the last two. */
static int
strip_trailer(struct slice plain, struct esp_payload *p)
{
	size_t pad;

	if (plain.n < 2)
		return ERR_FORMAT;
	pad = plain.p[plain.n - 2];
	if (pad + 2 > plain.n)
		return ERR_FORMAT;
	p->next = plain.p[plain.n - 1];
	p->data = slice_sub(plain, 0, plain.n - 2 - pad);
	p->fits = plausible(p);
	/* Padding counts 1, 2, 3 ... */
	for (size_t i = 0; i < pad; i++)
		p->fits &= plain.p[p->data.n + i] == i + 1;
	return 0;
}

/* ESN: the half that is not sent (RFC 4303 2.2.1), or all of it. */
static void
put_be64(uint8_t *p, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

int
esp_mac(struct esp *e, struct slice covered, uint64_t seq,
    uint8_t mac[CRYPT_HASH_MAX])
{
	struct slice part[2] = { covered, { NULL, 0 } };
	uint8_t all[8];

	if (!e->esn)
		return crypt_mac(e->mac, part, 1, mac);
	put_be64(all, seq);
	part[1] = slice_of(all, 4);
	return crypt_mac(e->mac, part, 2, mac);
}

int
esp_gcm(struct esp *e, struct slice head, uint64_t seq, struct slice iv,
    struct slice text, uint8_t *out, uint8_t tag[16])
{
	struct slice aad[3] = { head, iv, text }, none = { NULL, 0 };
	uint8_t nonce[12], esn[12];

	memcpy(nonce, e->salt, ESP_SALT);
	memcpy(nonce + ESP_SALT, iv.p, sizeof(nonce) - ESP_SALT);
	if (e->esn) {
		/* RFC 4106 5: SPI and all of the number. */
		memcpy(esn, head.p, 4);
		put_be64(esn + 4, seq);
		aad[0] = slice_of(esn, sizeof(esn));
	}
	/* The IV is part of GMAC's AAD (RFC 4543 3.3). */
	return e->alg == ESP_AES_GMAC ?
	    crypt_gcm(e->cipher, nonce, aad, 3, none, out, tag) :
	    crypt_gcm(e->cipher, nonce, aad, 1, text, out, tag);
}

/* A packet and its parts. */
struct packet {
	struct slice	 head, iv, text, icv;
	struct slice	 covered;	/* all but the ICV */
	uint64_t	 seq;
};

static int
open_gcm(struct esp *e, const struct packet *in, uint8_t *out,
    struct slice *plain)
{
	uint8_t tag[16];

	memcpy(tag, in->icv.p, sizeof(tag));
	*plain = e->alg == ESP_AES_GMAC ? in->text :
	    slice_of(out, in->text.n);
	return esp_gcm(e, in->head, in->seq, in->iv, in->text, out, tag);
}

static int
open_mac(struct esp *e, const struct packet *in, uint8_t *out,
    struct slice *plain)
{
	uint8_t mac[CRYPT_HASH_MAX];
	int r;

	if (e->mac != NULL) {
		if ((r = esp_mac(e, in->covered, in->seq, mac)) < 0)
			return r;
		if (!crypt_equal(mac, in->icv.p, in->icv.n))
			return ERR_AUTH;
	}
	*plain = in->text;
	if (e->cipher == NULL)
		return 0;
	if (in->text.n == 0 || in->text.n % e->block != 0)
		return ERR_FORMAT;
	*plain = slice_of(out, in->text.n);
	return crypt_cipher(e->cipher, in->iv.p, in->text, out);
}

/* The parts of IN; 0 or ERR_FORMAT. */
static int
take_apart(const struct esp *e, const struct esp_window *w, struct slice in,
    struct packet *p)
{
	struct cursor c;

	cursor_init(&c, in);
	p->head = cursor_take(&c, ESP_HEADER);
	p->iv = cursor_take(&c, e->iv);
	if (c.bad || cursor_left(&c) < e->icv + 2)
		return ERR_FORMAT;
	p->text = cursor_take(&c, cursor_left(&c) - e->icv);
	p->icv = cursor_rest(&c);
	p->covered = slice_sub(in, 0, in.n - e->icv);
	p->seq = slice_be32(p->head.p + 4);
	if (e->esn && w != NULL)
		p->seq = esp_window_seq(w, (uint32_t)p->seq);
	return 0;
}

int
esp_open(struct esp *e, struct esp_window *w, struct slice in, uint8_t *out,
    struct esp_payload *p)
{
	struct packet part;
	struct slice plain;
	int r;

	if (e->seals)
		return ERR_CRYPT;
	if ((r = take_apart(e, w, in, &part)) < 0)
		return r;
	if (w != NULL && (r = esp_window_check(w, part.seq)) < 0)
		return r;
	if (esp_is_gcm(e))
		r = open_gcm(e, &part, out, &plain);
	else
		r = open_mac(e, &part, out, &plain);
	if (r < 0)
		return r;
	if (w != NULL)
		esp_window_move(w, part.seq);
	return strip_trailer(plain, p);
}

static bool
peek_as(struct slice in, size_t iv, size_t icv, struct esp_payload *p)
{
	struct slice plain;

	if (in.n < ESP_HEADER + iv + 2 + icv)
		return false;
	plain = slice_sub(in, ESP_HEADER + iv, in.n - ESP_HEADER - iv - icv);
	return plain.n % 4 == 0 && strip_trailer(plain, p) == 0 &&
	    p->fits && p->next != 59;
}

int
esp_peek(struct slice in, int alg, struct esp_payload *p)
{
	static const enum esp_alg order[] = {
		ESP_HMAC_SHA_1_96, ESP_AES_GMAC, ESP_HMAC_SHA_256_128,
		ESP_HMAC_SHA_384_192, ESP_HMAC_SHA_512_256, ESP_AUTH_NULL,
	};

	if (alg >= 0)
		return peek_as(in, algs[alg].iv, algs[alg].icv, p) ?
		    0 : ERR_FORMAT;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (peek_as(in, algs[order[i]].iv, algs[order[i]].icv, p))
			return 0;
	return ERR_FORMAT;
}
