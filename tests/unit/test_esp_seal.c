/*
 * test_esp_seal: ESP packets sealed, and what was sealed opened (esp, esp_seal).
 * The packets of esp.json are made with python3-cryptography.
 */
#include "err.h"
#include "esp.h"
#include "net.h"

#define DATA_MAX	1500
#define PACKET_MAX	2048
#define ROUNDS		10000
#define MILLION		1000000

static json_t *vectors;

/* A packet of the vectors. */
struct vector {
	struct esp_key	 key;
	char		 name[64];
	uint32_t	 spi;
	uint64_t	 seq;
	uint8_t		 next;
	uint8_t		 iv[ESP_IV_MAX];
	uint8_t		 data[128];
	size_t		 n_data;
	const char	*packet, *own;
};

static void
read_key(const json_t *o, struct esp_key *key)
{
	int alg = esp_alg_parse(slice_str(unit_text(o, "alg")));
	int ealg = esp_ealg_parse(slice_str(unit_text(o, "ealg")));

	if (alg < 0 || ealg < 0)
		unit_fatal("algorithm", unit_text(o, "alg"));
	memset(key, 0, sizeof(*key));
	key->alg = (enum esp_alg)alg;
	key->ealg = (enum esp_ealg)ealg;
	key->esn = json_is_true(json_object_get(o, "esn"));
	key->auth_len = unit_octets(o, "auth_key", key->auth, ESP_KEY_MAX);
	key->enc_len = unit_octets(o, "enc_key", key->enc, ESP_KEY_MAX);
	unit_octets(o, "salt", key->salt, ESP_SALT);
}

static void
read_vector(const json_t *o, struct vector *v)
{
	memset(v, 0, sizeof(*v));
	read_key(o, &v->key);
	snprintf(v->name, sizeof(v->name), "%s %s %zu%s",
	    esp_alg_name(v->key.alg), esp_ealg_name(v->key.ealg),
	    8 * (v->key.enc_len > 0 ? v->key.enc_len : v->key.auth_len),
	    v->key.esn ? " esn" : "");
	v->spi = (uint32_t)json_integer_value(json_object_get(o, "spi"));
	v->seq = (uint64_t)json_integer_value(json_object_get(o, "seq"));
	v->next = (uint8_t)json_integer_value(json_object_get(o, "next"));
	unit_octets(o, "iv", v->iv, sizeof(v->iv));
	v->n_data = unit_octets(o, "data", v->data, sizeof(v->data));
	v->packet = unit_text(o, "packet");
	v->own = unit_text(o, "own");
}

/* Both directions of one key. */
struct pair {
	struct esp	*seal, *open;
	struct buf	 b;
};

static void
pair_init(struct pair *p, const struct esp_key *key)
{
	p->seal = esp_new_seal(key);
	p->open = esp_new(key);
	if (p->seal == NULL || p->open == NULL)
		unit_fatal("esp_new", esp_alg_name(key->alg));
	buf_init(&p->b, 0);
}

static void
pair_free(struct pair *p)
{
	esp_free(p->seal);
	esp_free(p->open);
	buf_free(&p->b);
}

/* The window of a receiver that has seen nothing but the number before SEQ. */
static struct esp_window
before(uint64_t seq)
{
	return (struct esp_window){ .last = seq - 1 };
}

static bool
opens_to(struct pair *p, uint64_t seq, uint8_t next, struct slice data)
{
	uint8_t out[PACKET_MAX];
	struct esp_window w = before(seq);
	struct esp_payload got;

	return esp_open(p->open, &w, buf_slice(&p->b), out, &got) == 0 &&
	    got.next == next && slice_eq(got.data, data) && w.last == seq;
}

static void
test_vector(const struct vector *v)
{
	struct slice data = slice_of(v->data, v->n_data);
	struct pair p;

	pair_init(&p, &v->key);
	CHECK_INT(esp_seal(p.seal, v->spi, v->seq, v->iv, v->next, data,
	    &p.b), 0, "%s", v->name);
	CHECK_HEX(p.b.p, p.b.n, v->packet, "%s: sealed", v->name);
	CHECK(opens_to(&p, v->seq, v->next, data), "%s: opened", v->name);
	buf_reset(&p.b);
	CHECK_INT(esp_seal(p.seal, v->spi, v->seq, NULL, v->next, data,
	    &p.b), 0, "%s", v->name);
	CHECK_HEX(p.b.p, p.b.n, v->own, "%s: with its own IV", v->name);
	CHECK(opens_to(&p, v->seq, v->next, data), "%s: opened", v->name);
	pair_free(&p);
}

/* Opened, put back as plaintext, sealed where it stands: the packet again. */
static void
test_again(const struct vector *v)
{
	uint8_t p[PACKET_MAX], text[PACKET_MAX];
	size_t icv = esp_icv_len(v->key.alg, v->key.ealg);
	size_t iv = esp_iv_len(v->key.alg, v->key.ealg);
	int n = slice_hex(slice_str(v->packet), p, sizeof(p));
	struct esp_window w = before(v->seq);
	struct esp_payload got;
	struct pair k;

	pair_init(&k, &v->key);
	CHECK_INT(esp_open(k.open, &w, slice_of(p, (size_t)n), text, &got), 0,
	    "%s: opened", v->name);
	if (got.data.p == text)
		memcpy(p + ESP_HEADER + iv, text,
		    (size_t)n - ESP_HEADER - iv - icv);
	memset(p + (size_t)n - icv, 0, icv);
	CHECK_INT(esp_seal_again(k.seal, (uint32_t)(v->seq >> 32), p,
	    (size_t)n), 0, "%s", v->name);
	CHECK_HEX(p, (size_t)n, v->packet, "%s: sealed again", v->name);
	CHECK_INT(esp_seal_again(k.seal, 0, p, ESP_HEADER + iv + icv),
	    ERR_RANGE, "%s: nothing in it", v->name);
	CHECK_INT(esp_seal_again(k.open, 0, p, (size_t)n), ERR_CRYPT,
	    "%s: not with what opens", v->name);
	pair_free(&k);
}

static size_t
icv_len(const struct vector *v)
{
	return esp_icv_len(v->key.alg, v->key.ealg);
}

/* Header, IV, ciphertext and ICV, bit by bit; then the half not sent. */
static void
test_bits(const struct vector *v)
{
	uint8_t in[PACKET_MAX], out[PACKET_MAX];
	int n = slice_hex(slice_str(v->packet), in, sizeof(in));
	struct esp *e = esp_new(&v->key);
	struct esp_payload got;
	struct esp_window w;
	size_t opened = 0;

	if (e == NULL || n < 0)
		unit_fatal("vector", v->name);
	for (size_t bit = 0; bit < 8 * (size_t)n; bit++) {
		w = before(v->seq);
		in[bit / 8] ^= (uint8_t)(1 << bit % 8);
		opened += esp_open(e, &w, slice_of(in, (size_t)n), out,
		    &got) >= 0 || w.last != v->seq - 1;
		in[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK_INT(opened, 0, "%s: no bit may change", v->name);
	for (int bit = 32; v->key.esn && bit < 63; bit++) {
		w = before(v->seq ^ 1ULL << bit);
		opened += esp_open(e, &w, slice_of(in, (size_t)n), out,
		    &got) != ERR_AUTH;
	}
	CHECK_INT(opened, 0, "%s: nor of what is not sent", v->name);
	esp_free(e);
}

static void
fill(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)net_rnd(256);
}

/* An SA of the kind of V, a message, a number. */
static void
random_of(const struct vector *v, struct vector *r, uint8_t *data, size_t *n)
{
	*r = *v;
	fill(r->key.auth, r->key.auth_len);
	fill(r->key.enc, r->key.enc_len);
	fill(r->key.salt, ESP_SALT);
	r->spi = 256 + net_rnd(UINT32_MAX - 256);
	r->seq = 1 + net_rnd(UINT32_MAX);
	if (r->key.esn)
		r->seq |= (uint64_t)net_rnd(1 << 20) << 32;
	r->next = (uint8_t)net_rnd(256);
	*n = net_rnd(DATA_MAX + 1);
	fill(data, *n);
}

/* One bit of AT to AT + N of what was sealed. */
static bool
refused(struct pair *p, const struct vector *v, size_t at, size_t n)
{
	uint8_t out[PACKET_MAX], *octet;
	struct esp_window w = before(v->seq);
	struct esp_payload got;
	uint32_t bit = net_rnd(8);
	int r;

	if (n == 0)
		return true;
	octet = p->b.p + at + net_rnd((uint32_t)n);
	*octet ^= (uint8_t)(1U << bit);
	r = esp_open(p->open, &w, buf_slice(&p->b), out, &got);
	*octet ^= (uint8_t)(1U << bit);
	return r < 0 && w.last == v->seq - 1;
}

static void
test_random(void)
{
	static uint8_t data[DATA_MAX];
	const json_t *all = json_object_get(vectors, "packets");
	size_t bad = 0, taken = 0, n;
	struct vector v, r;
	struct pair p;

	for (unsigned i = 0; i < ROUNDS; i++) {
		size_t iv, icv, text;

		read_vector(json_array_get(all,
		    net_rnd((uint32_t)json_array_size(all))), &v);
		random_of(&v, &r, data, &n);
		pair_init(&p, &r.key);
		bad += esp_seal(p.seal, r.spi, r.seq, NULL, r.next,
		    slice_of(data, n), &p.b) < 0 ||
		    !opens_to(&p, r.seq, r.next, slice_of(data, n));
		iv = esp_iv_len(r.key.alg, r.key.ealg);
		icv = icv_len(&r);
		text = p.b.n - ESP_HEADER - iv - icv;
		if (icv > 0)
			taken += !refused(&p, &r, 0, ESP_HEADER) +
			    !refused(&p, &r, ESP_HEADER, iv) +
			    !refused(&p, &r, ESP_HEADER + iv, text) +
			    !refused(&p, &r, p.b.n - icv, icv);
		pair_free(&p);
	}
	CHECK_INT(bad, 0, "%d messages sealed and opened", ROUNDS);
	CHECK_INT(taken, 0, "no bit of them may change");
}

static int
open_packet(struct pair *p, struct esp_window *w, const struct vector *v,
    uint64_t seq)
{
	uint8_t out[PACKET_MAX];
	struct esp_payload got;

	buf_reset(&p->b);
	if (esp_seal(p->seal, v->spi, seq, NULL, v->next,
	    slice_of(v->data, v->n_data), &p->b) < 0)
		unit_fatal("esp_seal", v->name);
	return esp_open(p->open, w, buf_slice(&p->b), out, &got);
}

/*
 * TOP arrives first, then the 64 numbers that end with it in some order, then
 * all of them again, and what is left of them.
 */
static void
test_order(const struct vector *v, uint64_t top)
{
	uint64_t order[ESP_WINDOW];
	struct esp_window w = before(top);
	size_t good = 0, twice = 0, left = 0;
	struct pair p;

	pair_init(&p, &v->key);
	good += open_packet(&p, &w, v, top) == 0;
	for (size_t i = 0; i < ESP_WINDOW; i++)
		order[i] = top - i;
	for (uint32_t i = ESP_WINDOW - 1; i > 1; i--) {
		uint32_t k = 1 + net_rnd(i);
		uint64_t t = order[i];

		order[i] = order[k];
		order[k] = t;
	}
	for (size_t i = 1; i < ESP_WINDOW; i++)
		good += open_packet(&p, &w, v, order[i]) == 0;
	for (size_t i = 0; i < ESP_WINDOW; i++)
		twice += open_packet(&p, &w, v, order[i]) == ERR_REPLAY;
	for (uint64_t seq = top - 100; seq <= top - ESP_WINDOW; seq++)
		left += open_packet(&p, &w, v, seq) < 0;
	CHECK(good == ESP_WINDOW && twice == ESP_WINDOW && left == 37 &&
	    w.last == top, "%s: the 64 up to %llu, each once: %zu %zu %zu",
	    v->name, (unsigned long long)top, good, twice, left);
	pair_free(&p);
}

/* RFC 4303 A2.2: what is sent within 2^31 of the window is found again. */
static void
test_window_seq(void)
{
	static const struct {
		uint64_t	last;
		uint32_t	low;
		uint64_t	seq;
	} t[] = {
		{ 0, 1, 1 }, { 0, UINT32_MAX, UINT32_MAX },
		{ 10, UINT32_MAX, UINT32_MAX },
		{ UINT32_MAX, 0, 1ULL << 32 },
		{ UINT32_MAX, UINT32_MAX - 63, UINT32_MAX - 63 },
		{ UINT32_MAX, UINT32_MAX - 64, 0x1ffffffbfULL },
		{ 63, 0, 0 }, { 64, 0, 1ULL << 32 },
		{ 1ULL << 32, UINT32_MAX, UINT32_MAX },
		{ 1ULL << 32, UINT32_MAX - 62, UINT32_MAX - 62 },
		{ 1ULL << 32, UINT32_MAX - 63, 0x1ffffffc0ULL },
		{ 0x10000003eULL, UINT32_MAX, UINT32_MAX },
		{ 0x10000003fULL, UINT32_MAX, 0x1ffffffffULL },
		{ 0x10000003fULL, 0, 1ULL << 32 },
	};
	size_t bad = 0;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct esp_window w = { .last = t[i].last };

		CHECK(esp_window_seq(&w, t[i].low) == t[i].seq,
		    "after %llx, %lx is %llx", (unsigned long long)t[i].last,
		    (unsigned long)t[i].low, (unsigned long long)t[i].seq);
	}
	for (unsigned i = 0; i < 1000000; i++) {
		struct esp_window w;
		uint64_t seq;

		w.last = (uint64_t)net_rnd(1 << 20) << 32 | (net_rnd(2) ?
		    net_rnd(UINT32_MAX) : net_rnd(256) - 128);
		seq = w.last - 63 + (net_rnd(2) ? net_rnd(128) :
		    net_rnd(UINT32_MAX - 64));
		if (w.last >= ESP_WINDOW)
			bad += esp_window_seq(&w, (uint32_t)seq) != seq;
	}
	CHECK_INT(bad, 0, "a million numbers guessed");
}

static void
test_refusals(const struct vector *v)
{
	struct slice data = slice_of(v->data, v->n_data);
	struct esp_payload got;
	uint8_t out[PACKET_MAX];
	struct pair p;

	pair_init(&p, &v->key);
	buf_str(&p.b, "before");
	CHECK_INT(esp_seal(p.seal, v->spi, 0, NULL, 17, data, &p.b),
	    ERR_RANGE, "%s: no packet 0", v->name);
	CHECK_INT(esp_seal(p.seal, 255, 1, NULL, 17, data, &p.b),
	    ERR_RANGE, "%s: SPI 255 is reserved", v->name);
	CHECK_INT(esp_seal(p.seal, v->spi, 1ULL << 32, NULL, 17, data, &p.b),
	    v->key.esn ? 0 : ERR_RANGE, "%s: past 2^32-1", v->name);
	CHECK_STR(slice_sub(buf_slice(&p.b), 0, 6), "before",
	    "what was there stays");
	p.b.n = 6;
	CHECK_INT(esp_seal(p.seal, 256, UINT32_MAX, NULL, 17, data, &p.b), 0,
	    "%s: the last number and the first SPI", v->name);
	CHECK_INT(esp_seal(p.open, v->spi, 1, NULL, 17, data, &p.b),
	    ERR_CRYPT, "%s: what opens does not seal", v->name);
	CHECK_INT(esp_open(p.seal, NULL, slice_from(buf_slice(&p.b), 6), out,
	    &got), ERR_CRYPT, "%s: what seals does not open", v->name);
	buf_free(&p.b);
	buf_init(&p.b, 7);
	CHECK_INT(esp_seal(p.seal, v->spi, 1, NULL, 17, data, &p.b), ERR_MEM,
	    "%s: no room", v->name);
	pair_free(&p);
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The four SAs of TS 33.203 have one key and one salt. */
static void
test_nonces(const struct vector *v)
{
	static uint64_t iv[MILLION];
	const uint32_t spi[4] = { 65538, 439041025, 439041026, 65537 };
	size_t same = 0;
	struct pair p;
	uint8_t *room;

	pair_init(&p, &v->key);
	for (uint32_t i = 0; i < MILLION; i++) {
		buf_reset(&p.b);
		room = p.b.p;
		if (esp_seal(p.seal, spi[i % 4], UINT32_MAX - i / 4, NULL, 17,
		    slice_str("OPTIONS"), &p.b) < 0 ||
		    (i > 0 && room != p.b.p))
			unit_fatal("esp_seal", v->name);
		memcpy(&iv[i], p.b.p + ESP_HEADER, sizeof(iv[i]));
	}
	qsort(iv, MILLION, sizeof(iv[0]), by_value);
	for (size_t i = 1; i < MILLION; i++)
		same += iv[i] == iv[i - 1];
	CHECK_INT(same, 0, "%s: a million packets, no nonce twice", v->name);
	pair_free(&p);
}

/* Equal messages on two SAs: IV and first block always differ. */
static void
test_cbc_ivs(const struct vector *v)
{
	static uint64_t first[2 * ROUNDS];
	size_t same = 0, at = ESP_HEADER, n = 0;
	struct pair p;

	pair_init(&p, &v->key);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		buf_reset(&p.b);
		if (esp_seal(p.seal, 256 + i % 2, 1 + i / 2, NULL, 17,
		    slice_str("OPTIONS sip:b SIP/2.0"), &p.b) < 0)
			unit_fatal("esp_seal", v->name);
		memcpy(&first[n++], p.b.p + at, 8);
		memcpy(&first[n++], p.b.p + at + esp_iv_len(v->key.alg,
		    v->key.ealg), 8);
	}
	qsort(first, n, sizeof(first[0]), by_value);
	for (size_t i = 1; i < n; i++)
		same += first[i] == first[i - 1];
	CHECK_INT(same, 0, "%s: no IV and no block twice", v->name);
	pair_free(&p);
}

static void
test_kind(const struct vector *v)
{
	bool gcm = v->key.ealg == ESP_AES_GCM || v->key.alg == ESP_AES_GMAC;

	test_vector(v);
	test_again(v);
	test_refusals(v);
	if (icv_len(v) > 0) {
		test_bits(v);
		test_order(v, 1000);
		test_order(v, v->key.esn ? (7ULL << 32) + 30 : UINT32_MAX);
	}
	if (gcm && v->key.enc_len + v->key.auth_len == 16 && !v->key.esn)
		test_nonces(v);
	if (v->key.ealg == ESP_DES_EDE3_CBC || v->key.ealg == ESP_AES_CBC)
		if (!v->key.esn)
			test_cbc_ivs(v);
}

int
main(void)
{
	struct vector v;
	json_t *o;
	size_t i;

	vectors = unit_json("esp.json");
	json_array_foreach(json_object_get(vectors, "packets"), i, o) {
		read_vector(o, &v);
		test_kind(&v);
	}
	CHECK_INT(i, 72, "packets of the vectors");
	test_window_seq();
	test_random();
	json_decref(vectors);
	return unit_end();
}
