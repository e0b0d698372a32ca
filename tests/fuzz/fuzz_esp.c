/* fuzz_esp: what must hold for ESP packets, made here or by anybody. */
#include <string.h>

#include "err.h"
#include "esp.h"
#include "fuzz.h"

#define KEYS	8

static const struct esp_key keys[KEYS] = {
	{ .alg = ESP_HMAC_MD5_96, .auth_len = 16 },
	{ .alg = ESP_HMAC_SHA_1_96, .auth_len = 20, .ealg = ESP_AES_CBC,
	    .enc_len = 16 },
	{ .alg = ESP_HMAC_SHA_256_128, .auth_len = 32,
	    .ealg = ESP_DES_EDE3_CBC, .enc_len = 24, .enc = "123456781234567a",
	    .esn = true },
	{ .alg = ESP_AUTH_NULL, .ealg = ESP_AES_CBC, .enc_len = 32 },
	{ .alg = ESP_AUTH_NULL, .ealg = ESP_NULL },
	{ .alg = ESP_AES_GMAC, .auth_len = 16 },
	{ .ealg = ESP_AES_GCM, .enc_len = 24, .esn = true },
	{ .ealg = ESP_AES_GCM, .enc_len = 16 },
};

/* What anybody sends: opened by E of K, it lies where it may. */
static void
garbage(struct esp *e, const struct esp_key *k, struct slice in, uint8_t *out)
{
	struct esp_payload p;
	struct esp_window w = { 0 };
	int r = esp_open(e, &w, in, out, &p);

	must(r == 0 || r == ERR_FORMAT || r == ERR_AUTH || r == ERR_REPLAY);
	if (r == 0)
		inside(p.data, k->ealg == ESP_NULL ? in :
		    slice_of(out, in.n));
	else
		must(r == ERR_FORMAT || w.last == 0);
	if (esp_peek(in, ERR_ALG, &p) == 0) {
		must(p.fits);
		inside(p.data, in);
	}
}

/* open(seal(x)) = x, and with a bit of it changed it is refused. */
static void
identity(struct esp *e, const struct esp_key *k, struct slice in,
    uint64_t seq, size_t bit)
{
	size_t icv = esp_icv_len(k->alg, k->ealg);
	struct esp *seal = esp_new_seal(k);
	struct esp_window w = { .last = seq - 1 };
	struct esp_payload p;
	struct buf b, out;

	buf_init(&b, 0);
	buf_init(&out, 0);
	if (seal == NULL || esp_seal(seal, 256, seq, NULL, 17, in, &b) < 0 ||
	    buf_room(&out, b.n) == NULL)
		exit(1);
	must(b.n % 4 == 0 && b.n >= ESP_HEADER + in.n + 2 + icv +
	    esp_iv_len(k->alg, k->ealg));
	must(esp_open(e, &w, buf_slice(&b), out.p, &p) == 0);
	must(p.next == 17 && slice_eq(p.data, in) && w.last == seq);
	must(esp_open(e, &w, buf_slice(&b), out.p, &p) == ERR_REPLAY);
	bit %= 8 * b.n;
	b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	w = (struct esp_window){ .last = seq - 1 };
	must(icv == 0 || esp_open(e, &w, buf_slice(&b), out.p, &p) < 0);
	buf_free(&b);
	buf_free(&out);
	esp_free(seal);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	const struct esp_key *k;
	struct cursor c;
	struct esp *e;
	uint64_t seq;
	uint8_t *out;
	size_t bit;

	cursor_init(&c, in);
	k = &keys[cursor_u8(&c) % KEYS];
	seq = cursor_u32(&c) | 1ULL;
	if (k->esn)
		seq |= (uint64_t)cursor_u16(&c) << 32;
	bit = cursor_u16(&c);
	in = cursor_rest(&c);
	if ((e = esp_new(k)) == NULL || (out = malloc(in.n + 1)) == NULL)
		exit(1);
	garbage(e, k, in, out);
	identity(e, k, in, seq, bit);
	free(out);
	esp_free(e);
	return 0;
}
