/* scrub: the keyed functions under all pseudonyms; what was done and left. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "scrub_int.h"

#define CACHE		8192	/* entries, a power of two */
#define CHUNK		256	/* characters of text replaced together */
#define ROUNDS		6
#define PRF_MAX		(2 * CHUNK)

const char *
scrub_kind_name(enum scrub_kind k)
{
	static const char *const name[SCRUB_KINDS] = {
		"number", "imei", "user", "host", "address", "mac", "name",
		"text", "token", "place", "secret", "challenge", "response",
		"unproven", "agent", "body", "payload", "sealed", "closed",
	};

	return k < SCRUB_KINDS ? name[k] : "";
}

static void
sub_free(struct scrub *s)
{
	for (size_t i = 0; i < s->n_sub; i++) {
		aka_free(s->sub[i].was);
		aka_free(s->sub[i].is);
	}
	free(s->sub);
}

static void
pair_gone(void *val, void *arg)
{
	(void)arg;
	crypt_wipe(val, sizeof(struct scrub_pair));
}

/* The keys of the functions, each made of KEY and a word. */
static int
keys_make(struct scrub *s, const uint8_t key[SCRUB_KEY])
{
	struct crypt_mac *m = crypt_mac_new(CRYPT_SHA256, slice_of(key,
	    SCRUB_KEY));
	const struct slice cipher = slice_str("ims scrub cipher");
	const struct slice octets = slice_str("ims scrub octets");
	uint8_t k[CRYPT_HASH_MAX];
	int r = ERR_MEM;

	if (m == NULL)
		return r;
	if (crypt_mac(m, &cipher, 1, k) == 32) {
		s->ecb = crypt_cipher_new(CRYPT_AES_ECB, slice_of(k, 16), true);
		s->chain = crypt_cipher_new(CRYPT_AES_ECB, slice_of(k + 16,
		    16), true);
	}
	if (crypt_mac(m, &octets, 1, k) == 32)
		s->mac = crypt_mac_new(CRYPT_SHA256, slice_of(k, 32));
	if (s->ecb != NULL && s->chain != NULL && s->mac != NULL)
		r = 0;
	crypt_wipe(k, sizeof(k));
	crypt_mac_free(m);
	return r;
}

struct scrub *
scrub_new(const uint8_t key[SCRUB_KEY], const struct scrub_options *o,
    struct sa_db *db)
{
	struct scrub *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->opt = *o;
	s->db = db;
	s->cache = calloc(CACHE, sizeof(*s->cache));
	s->by_impi = table_new(SA_IMPI_MAX, sizeof(size_t), SCRUB_SUBS, NULL,
	    NULL);
	s->by_rand = table_new(AKA_RAND, sizeof(size_t), SCRUB_KEYS, NULL,
	    NULL);
	s->pairs = table_new(16, sizeof(struct scrub_pair), 2 * SCRUB_KEYS,
	    pair_gone, NULL);
	if (s->cache == NULL || s->by_impi == NULL || s->by_rand == NULL ||
	    s->pairs == NULL || keys_make(s, key) < 0) {
		scrub_free(s);
		return NULL;
	}
	return s;
}

void
scrub_free(struct scrub *s)
{
	if (s == NULL)
		return;
	sub_free(s);
	table_free(s->by_impi);
	table_free(s->by_rand);
	table_free(s->pairs);
	crypt_cipher_free(s->ecb);
	crypt_cipher_free(s->chain);
	crypt_mac_free(s->mac);
	if (s->cache != NULL)
		crypt_wipe(s->cache, CACHE * sizeof(*s->cache));
	free(s->cache);
	crypt_wipe(s, sizeof(*s));
	free(s);
}

const uint64_t *
scrub_counts(const struct scrub *s)
{
	return s->count;
}

const struct scrub_left *
scrub_left(const struct scrub *s, size_t *n)
{
	*n = s->n_left;
	return s->left;
}

void
scrub_leave(struct scrub *s, const char *what, uint64_t frame)
{
	struct scrub_left *l;

	for (size_t i = 0; i < s->n_left; i++)
		if (strcmp(s->left[i].what, what) == 0) {
			s->left[i].count++;
			return;
		}
	if (s->n_left == SCRUB_LEFT - 1)
		what = "other things";
	if (s->n_left == SCRUB_LEFT) {
		s->left[SCRUB_LEFT - 1].count++;
		return;
	}
	l = &s->left[s->n_left++];
	memcpy(l->what, what, strnlen(what, sizeof(l->what) - 1));
	l->count = 1;
	l->frame = frame;
}

/*
 * CBC-MAC, a block at a time: a context without IV needs no setting up.  The
 * first block has the length, so that no input begins another.
 */
void
scrub_prf(struct scrub *s, uint8_t what, uint64_t tweak, struct slice data,
    uint8_t out[16])
{
	memset(out, 0, 16);
	out[0] = what;
	out[1] = (uint8_t)data.n;
	out[2] = (uint8_t)(data.n >> 8);
	memcpy(out + 8, &tweak, sizeof(tweak));
	for (size_t at = 0;; at += 16) {
		if (crypt_cipher(s->chain, NULL, slice_of(out, 16), out) < 0)
			s->error = ERR_CRYPT;
		if (at >= data.n)
			return;
		for (size_t i = 0; i < 16 && at + i < data.n; i++)
			out[i] ^= data.p[at + i];
	}
}

void
scrub_stream(struct scrub *s, const uint8_t seed[16], uint8_t *out, size_t n)
{
	uint8_t b[16 * 16];

	for (size_t at = 0; at < n; at += sizeof(b)) {
		size_t take = n - at < sizeof(b) ? n - at : sizeof(b);
		size_t blocks = (take + 15) / 16;

		for (size_t i = 0; i < blocks; i++) {
			memcpy(b + 16 * i, seed, 16);
			b[16 * i] ^= (uint8_t)(at / 16 + i + 1);
			b[16 * i + 1] ^= (uint8_t)((at / 16 + i + 1) >> 8);
		}
		if (crypt_cipher(s->ecb, NULL, slice_of(b, 16 * blocks), b) <
		    0)
			s->error = ERR_CRYPT;
		memcpy(out + at, b, take);
	}
}

/* One round: DST of N numbers moved by what SRC and the form of all say. */
static void
fpe_round(struct scrub *s, uint8_t what, uint64_t tweak, unsigned round,
    struct slice src, struct slice form, uint8_t *dst, const uint16_t *m,
    size_t n)
{
	uint8_t data[PRF_MAX], seed[16], ks[2 * CHUNK];

	memcpy(data, form.p, form.n);
	if (src.n > 0)
		memcpy(data + form.n, src.p, src.n);
	scrub_prf(s, what, tweak ^ (uint64_t)(round + 1) << 56,
	    slice_of(data, form.n + src.n), seed);
	scrub_stream(s, seed, ks, 2 * n);
	for (size_t i = 0; i < n; i++)
		dst[i] = (uint8_t)((dst[i] + slice_be16(ks + 2 * i)) % m[i]);
}

static void
fpe_chunk(struct scrub *s, uint8_t what, uint64_t tweak, uint8_t *v,
    const uint16_t *m, size_t n)
{
	size_t u = n / 2;
	uint8_t form[CHUNK];

	for (size_t i = 0; i < n; i++)
		form[i] = (uint8_t)(m[i] - 1);
	for (unsigned r = 0; r < ROUNDS; r++)
		if (r % 2 == 0)
			fpe_round(s, what, tweak, r, slice_of(v, u),
			    slice_of(form, n), v + u, m + u, n - u);
		else if (u > 0)
			fpe_round(s, what, tweak, r, slice_of(v + u, n - u),
			    slice_of(form, n), v, m, u);
}

void
scrub_fpe(struct scrub *s, uint8_t what, uint64_t tweak, uint8_t *v,
    const uint16_t *m, size_t n)
{
	for (size_t at = 0; at < n; at += CHUNK)
		fpe_chunk(s, what, tweak + at / CHUNK, v + at, m + at,
		    n - at < CHUNK ? n - at : CHUNK);
}

uint32_t
scrub_permute(struct scrub *s, uint8_t what, uint64_t tweak, uint32_t v,
    uint16_t a, uint16_t b)
{
	uint8_t pair[2] = { (uint8_t)(v / b), (uint8_t)(v % b) };
	const uint16_t m[2] = { a, b };

	scrub_fpe(s, what, tweak, pair, m, 2);
	return (uint32_t)pair[0] * b + pair[1];
}

static struct scrub_cache *
cache_at(struct scrub *s, uint8_t what, struct slice from)
{
	return &s->cache[slice_hash(what, from) & (CACHE - 1)];
}

bool
scrub_cache_get(struct scrub *s, uint8_t what, uint8_t *p, size_t n)
{
	const struct scrub_cache *c;

	if (n == 0 || n > SCRUB_CACHED)
		return false;
	c = cache_at(s, what, slice_of(p, n));
	if (c->what != what || c->n != n || memcmp(c->from, p, n) != 0)
		return false;
	memcpy(p, c->to, n);
	return true;
}

void
scrub_cache_put(struct scrub *s, uint8_t what, struct slice from,
    const uint8_t *to)
{
	struct scrub_cache *c;

	if (from.n == 0 || from.n > SCRUB_CACHED)
		return;
	c = cache_at(s, what, from);
	c->what = what;
	c->n = (uint8_t)from.n;
	memcpy(c->from, from.p, from.n);
	memcpy(c->to, to, from.n);
}

void
scrub_octets(struct scrub *s, const char *what, uint8_t *p, size_t n)
{
	const struct slice part[] = { slice_str(what), slice_of(p, n) };
	uint8_t out[CRYPT_HASH_MAX];

	if (n == 0)
		return;
	if (crypt_mac(s->mac, part, 2, out) < 0)
		s->error = ERR_CRYPT;
	if (n <= 32)
		memcpy(p, out, n);
	else
		scrub_stream(s, out, p, n);
	crypt_wipe(out, sizeof(out));
}
