/*
 * test_esp: ESP packets opened, and not opened (esp).  The packets are those of
 * ipsec.json, which tshark and OpenSSL agree upon.
 */
#include "err.h"
#include "esp.h"
#include "pkt.h"
#include "unit.h"

#define OCTETS_MAX	512

static json_t *vectors;

/* A packet of the vectors. */
struct vector {
	const char	*id;
	struct esp_key	 key;
	uint8_t		 octets[OCTETS_MAX];
	struct slice	 esp;		/* in OCTETS, SPI first */
	uint8_t		 inner[OCTETS_MAX];
	size_t		 n_inner;
	uint8_t		 next;
	uint32_t	 seq;
};

/* The keys that the vectors print for ALG and EALG. */
static void
read_key(const char *alg, const char *ealg, struct esp_key *key)
{
	const json_t *keys = json_object_get(vectors, "keys"), *k;
	int a = esp_alg_parse(slice_str(alg));
	int e = esp_ealg_parse(slice_str(ealg));

	if (a < 0 || e < 0)
		unit_fatal(alg, ealg);
	memset(key, 0, sizeof(*key));
	key->alg = (enum esp_alg)a;
	key->ealg = (enum esp_ealg)e;
	if (a != ESP_AUTH_NULL) {
		k = json_object_get(keys, alg);
		key->auth_len = unit_octets(k, "IKesp", key->auth,
		    ESP_KEY_MAX);
		if (a == ESP_AES_GMAC)
			unit_octets(k, "salt", key->salt, ESP_SALT);
	}
	if (e != ESP_NULL) {
		k = json_object_get(keys, ealg);
		key->enc_len = unit_octets(k, "CKesp", key->enc, ESP_KEY_MAX);
		if (e == ESP_AES_GCM)
			unit_octets(k, "salt", key->salt, ESP_SALT);
	}
}

/* False for what is no ESP (the NAT keep-alive). */
static bool
read_vector(const json_t *o, struct vector *v)
{
	struct pkt_udp udp;
	struct pkt_ip ip;
	size_t n;

	v->id = unit_text(o, "id");
	if (json_object_get(o, "alg") == NULL)
		return false;
	read_key(unit_text(o, "alg"), unit_text(o, "ealg"), &v->key);
	n = unit_octets(o, "packet", v->octets, OCTETS_MAX);
	v->n_inner = unit_octets(o, "inner_hex", v->inner, OCTETS_MAX);
	v->seq = (uint32_t)json_integer_value(json_object_get(o, "seq"));
	if (pkt_ip(slice_of(v->octets, n), &ip) < 0)
		unit_fatal("vector", v->id);
	v->esp = ip.payload;
	v->next = strncmp(v->id, "tcp", 3) == 0 ? 6 : 17;
	if (ip.proto == PKT_PROTO_UDP) {
		if (pkt_udp(ip.payload, &udp) < 0)
			unit_fatal("vector", v->id);
		v->esp = udp.payload;
		v->next = 4;
	}
	return true;
}

static int
open_one(const struct esp_key *key, struct slice in, uint8_t *out,
    struct esp_payload *p)
{
	struct esp *e = esp_new(key);
	int r;

	if (e == NULL)
		return ERR_RANGE;
	r = esp_open(e, NULL, in, out, p);
	esp_free(e);
	return r;
}

static bool
is_inner(const struct vector *v, const struct esp_payload *p)
{
	return p->next == v->next &&
	    slice_eq(p->data, slice_of(v->inner, v->n_inner));
}

static void
test_open(const struct vector *v)
{
	uint8_t out[OCTETS_MAX];
	struct esp_window w = { 0 };
	struct esp_payload p;
	struct esp *e = esp_new(&v->key);

	if (!CHECK(e != NULL, "%s: key", v->id))
		return;
	CHECK(esp_open(e, &w, v->esp, out, &p) == 0 && is_inner(v, &p),
	    "%s: opened", v->id);
	CHECK_INT(w.last, v->seq, "%s: the window moved", v->id);
	CHECK_INT(esp_open(e, &w, v->esp, out, &p), ERR_REPLAY,
	    "%s: not twice", v->id);
	esp_free(e);
}

/* Each bit of SPI, sequence number, IV, text, padding and ICV is covered. */
static void
test_bits(const struct vector *v)
{
	uint8_t in[OCTETS_MAX], out[OCTETS_MAX];
	struct esp *e = esp_new(&v->key);
	struct esp_window w = { 0 };
	struct esp_payload p;
	size_t opened = 0;

	memcpy(in, v->esp.p, v->esp.n);
	for (size_t bit = 0; bit < 8 * v->esp.n; bit++) {
		in[bit / 8] ^= (uint8_t)(1 << bit % 8);
		opened += esp_open(e, NULL, slice_of(in, v->esp.n), out,
		    &p) != ERR_AUTH;
		(void)!esp_open(e, &w, slice_of(in, v->esp.n), out, &p);
		in[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK_INT(opened, 0, "%s: no bit may change", v->id);
	CHECK(w.last == 0 && w.seen == 0,
	    "%s: the window moves only after the ICV", v->id);
	esp_free(e);
}

static void
test_prefixes(const struct vector *v)
{
	struct esp *e = esp_new(&v->key);
	struct esp_payload p;
	size_t opened = 0;

	for (size_t n = 0; n < v->esp.n; n++) {
		uint8_t *in = unit_edge(v->esp.p, n);
		uint8_t *out = unit_edge(v->esp.p, n);

		opened += esp_open(e, NULL, slice_of(in, n), out, &p) >= 0;
		(void)!esp_peek(slice_of(in, n), ERR_ALG, &p);
		unit_edge_free(in, n);
		unit_edge_free(out, n);
	}
	CHECK_INT(opened, 0, "%s: no prefix opens", v->id);
	esp_free(e);
}

static void
test_wrong_keys(const struct vector *v)
{
	uint8_t out[OCTETS_MAX];
	struct esp_payload p;
	size_t opened = 0;
	bool gcm = v->key.ealg == ESP_AES_GCM;
	size_t bits = 8 * (gcm ? v->key.enc_len : v->key.auth_len);

	for (size_t bit = 0; bit < bits; bit++) {
		struct esp_key key = v->key;

		(gcm ? key.enc : key.auth)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		opened += open_one(&key, v->esp, out, &p) != ERR_AUTH;
	}
	for (size_t bit = 0; bit < 32 && (gcm ||
	    v->key.alg == ESP_AES_GMAC); bit++) {
		struct esp_key key = v->key;

		key.salt[bit / 8] ^= (uint8_t)(1 << bit % 8);
		opened += open_one(&key, v->esp, out, &p) != ERR_AUTH;
	}
	CHECK_INT(opened, 0, "%s: no other key opens it", v->id);
}

/* Under all pairs of algorithms, with their right keys. */
static void
test_wrong_algs(const struct vector *v)
{
	static const char *const pair[][2] = {
		{ "hmac-md5-96", "null" }, { "hmac-sha-1-96", "null" },
		{ "aes-gmac", "null" }, { "null", "aes-gcm" },
	};
	uint8_t out[OCTETS_MAX];
	struct esp_payload p;
	struct esp_key key;

	for (size_t i = 0; i < 4; i++) {
		read_key(pair[i][0], pair[i][1], &key);
		if (key.alg == v->key.alg)
			continue;
		CHECK_EACH(open_one(&key, v->esp, out, &p) == ERR_AUTH,
		    "%s: not by %s, %s", v->id, pair[i][0], pair[i][1]);
	}
}

static void
test_peek(const struct vector *v)
{
	struct esp_payload p;
	bool null = v->key.ealg == ESP_NULL;

	CHECK(esp_peek(v->esp, ERR_ALG, &p) == (null ? 0 : ERR_FORMAT) &&
	    (!null || is_inner(v, &p)), "%s: %s without a key", v->id,
	    null ? "read" : "not read");
	if (null)
		CHECK(esp_peek(v->esp, (int)v->key.alg, &p) == 0 &&
		    is_inner(v, &p), "%s: read by its alg", v->id);
}

/* RFC 4303 3.4.3 as a list of numbers. */
static bool
model(uint32_t *seen, size_t n, uint32_t top, uint32_t seq)
{
	if (seq == 0 || (uint64_t)seq + ESP_WINDOW <= top)
		return false;
	for (size_t i = 0; i < n; i++)
		if (seen[i] == seq)
			return false;
	return true;
}

static void
test_window(uint32_t from)
{
	static uint32_t seen[20000];
	struct esp_window w = { 0 };
	uint64_t rng = 88172645463325252ULL;
	uint32_t top = 0, at = from;
	size_t n = 0, bad = 0;

	for (unsigned i = 0; i < 20000; i++) {
		uint32_t seq;

		rng ^= rng << 13;
		rng ^= rng >> 7;
		rng ^= rng << 17;
		seq = at + (uint32_t)(rng >> 40) % 160 - 100;
		if (rng % 16 == 0 && at < UINT32_MAX - 2)
			at += (uint32_t)(rng >> 20) % 3;
		if (rng % 1000 == 0)
			seq = 0;
		if (seq > at + 60 && seq != 0)
			continue;	/* around the end */
		bad += (esp_window_check(&w, seq) == 0) !=
		    model(seen, n, top, seq);
		if (esp_window_check(&w, seq) == 0) {
			esp_window_move(&w, seq);
			seen[n++] = seq;
			top = seq > top ? seq : top;
		}
	}
	CHECK(bad == 0 && n > 64, "window from %lu on: %zu accepted",
	    (unsigned long)from, n);
}

static void
test_window_edges(void)
{
	struct esp_window w = { 0 };

	CHECK_INT(esp_window_check(&w, 0), ERR_REPLAY, "0 is never right");
	for (uint32_t i = 64; i > 0; i--) {
		CHECK_EACH(esp_window_check(&w, i) == 0, "64 to 1: %u", i);
		esp_window_move(&w, i);
		CHECK_EACH(esp_window_check(&w, i) == ERR_REPLAY,
		    "64 to 1: %u once", i);
	}
	CHECK_INT(esp_window_check(&w, 65), 0, "the next one");
	esp_window_move(&w, 66);
	CHECK_INT(esp_window_check(&w, 65), 0, "one left out");
	esp_window_move(&w, 200);
	CHECK_INT(esp_window_check(&w, 137), 0, "the last of 64");
	CHECK_INT(esp_window_check(&w, 136), ERR_REPLAY, "left of them");
	esp_window_move(&w, UINT32_MAX);
	CHECK_INT(esp_window_check(&w, UINT32_MAX), ERR_REPLAY,
	    "the last number, once");
	CHECK_INT(esp_window_check(&w, UINT32_MAX - 63), 0,
	    "those before it");
	CHECK_INT(esp_window_check(&w, 1), ERR_REPLAY, "it does not wrap");
}

/* IN is what sealing P with the IV of IN makes. */
static bool
seals_to(const struct esp_key *key, struct slice in,
    const struct esp_payload *p)
{
	struct esp *e = esp_new_seal(key);
	struct buf b;
	bool ok;

	buf_init(&b, 0);
	ok = e != NULL && esp_seal(e, slice_be32(in.p), slice_be32(in.p + 4),
	    in.p + ESP_HEADER, p->next, p->data, &b) == 0 &&
	    slice_eq(buf_slice(&b), in);
	buf_free(&b);
	esp_free(e);
	return ok;
}

/* RFC 3602 4: ESP packets without ICV. */
static void
test_published(const json_t *o)
{
	struct esp_key key = { .alg = ESP_AUTH_NULL, .ealg = ESP_AES_CBC };
	uint8_t in[OCTETS_MAX], out[OCTETS_MAX], plain[OCTETS_MAX];
	const char *source = unit_text(o, "source");
	struct esp_payload p;
	size_t n, text;

	n = unit_octets(o, "spi_seq", in, 8);
	n += unit_octets(o, "iv", in + n, 16);
	if (json_object_get(o, "icv") != NULL) {
		key.alg = ESP_AES_GMAC;
		key.ealg = ESP_NULL;
		key.auth_len = unit_octets(o, "key", key.auth, ESP_KEY_MAX);
		unit_octets(o, "salt", key.salt, ESP_SALT);
		n += unit_octets(o, "payload_padded", in + n, 256);
		n += unit_octets(o, "icv", in + n, 16);
		text = unit_octets(o, "payload_padded", plain, OCTETS_MAX);
	} else {
		key.enc_len = unit_octets(o, "key", key.enc, ESP_KEY_MAX);
		n += unit_octets(o, "cipher", in + n, 256);
		text = unit_octets(o, "plain", plain, OCTETS_MAX);
	}
	CHECK(open_one(&key, slice_of(in, n), out, &p) == 0 &&
	    p.next == plain[text - 1] && slice_eq(p.data, slice_of(plain,
	    text - 2 - plain[text - 2])), "%s", source);
	CHECK(seals_to(&key, slice_of(in, n), &p), "%s: sealed", source);
}

/* The ICV is right, what it covers is not. */
static void
test_trailer(void)
{
	static const uint8_t pad_too_long[] = {
		0, 0, 16, 1, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 17,
	};
	struct esp_key key = { .alg = ESP_AUTH_NULL, .ealg = ESP_NULL };
	struct esp_payload p;
	uint8_t out[64];

	CHECK_INT(open_one(&key, slice_of(pad_too_long,
	    sizeof(pad_too_long)), out, &p), ERR_FORMAT,
	    "more padding than packet");
	key.ealg = ESP_AES_CBC;
	key.enc_len = 16;
	CHECK_INT(open_one(&key, slice_of("1234567812345678123456781234567",
	    31), out, &p), ERR_FORMAT, "half a block");
}

static void
test_keys(void)
{
	struct esp_key key;

	read_key("hmac-sha-1-96", "aes-cbc", &key);
	key.auth_len = 19;
	CHECK(esp_new(&key) == NULL, "a key of 19 octets for SHA-1");
	read_key("hmac-sha-1-96", "aes-cbc", &key);
	key.enc_len = 17;
	CHECK(esp_new(&key) == NULL, "a key of 17 octets for AES");
	read_key("hmac-sha-1-96", "aes-gcm", &key);
	CHECK(esp_new(&key) == NULL, "GCM only without alg (TS 33.203 H)");
	read_key("aes-gmac", "aes-cbc", &key);
	CHECK(esp_new(&key) == NULL, "GMAC only without ealg");
	CHECK_INT(esp_alg_parse(slice_str("HMAC-SHA1-96")), ESP_HMAC_SHA_1_96,
	    "another spelling");
	CHECK_INT(esp_alg_parse(slice_str("hmac-sha-1-9")), ERR_ALG,
	    "not the whole name");
	CHECK_INT(esp_ealg_parse(slice_str("AES-CBC")), ESP_AES_CBC, "case");
	CHECK_INT(esp_ealg_parse(slice_str("")), ERR_ALG, "no name");
	CHECK_INT(esp_icv_len(ESP_HMAC_SHA_1_96, ESP_AES_CBC), 12, "96 bits");
	CHECK_INT(esp_icv_len(ESP_AUTH_NULL, ESP_AES_GCM), 16, "128 bits");
}

int
main(void)
{
	struct vector v;
	json_t *o;
	size_t i, n = 0;

	vectors = unit_json("ipsec.json");
	json_array_foreach(json_object_get(vectors, "packets"), i, o) {
		if (!read_vector(o, &v))
			continue;
		test_open(&v);
		test_bits(&v);
		test_prefixes(&v);
		test_wrong_keys(&v);
		test_wrong_algs(&v);
		test_peek(&v);
		n++;
	}
	CHECK_INT(n, 21, "packets of the vectors");
	json_array_foreach(json_object_get(vectors, "published"), i, o)
		if (json_object_get(o, "spi_seq") != NULL)
			test_published(o);
	test_window_edges();
	test_window(100);
	test_window(UINT32_MAX - 300);
	test_trailer();
	test_keys();
	json_decref(vectors);
	return unit_end();
}
