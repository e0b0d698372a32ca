/*
 * test_bits: every single bit of ESP packets and of topology tokens changed:
 * none of them opens.
 */
#include <string.h>

#include "err.h"
#include "esp.h"
#include "hide.h"
#include "unit.h"

#define PACKETS	8	/* of each pair of algorithms; BITS=25: a thousand */
#define TOKENS	40

static const struct esp_key keys[] = {
	{ .alg = ESP_HMAC_MD5_96, .auth_len = 16 },
	{ .alg = ESP_HMAC_SHA_1_96, .auth_len = 20, .ealg = ESP_AES_CBC,
	    .enc_len = 16 },
	{ .alg = ESP_HMAC_SHA_256_128, .auth_len = 32,
	    .ealg = ESP_DES_EDE3_CBC, .enc_len = 24, .enc = "123456781234567a" },
	{ .alg = ESP_AES_GMAC, .auth_len = 16 },
	{ .ealg = ESP_AES_GCM, .enc_len = 16 },
};

static size_t
times(size_t n)
{
	const char *more = getenv("BITS");

	return n * (more != NULL ? strtoul(more, NULL, 10) : 1);
}

static void
test_packets(const struct esp_key *k, size_t which)
{
	struct esp *seal = esp_new_seal(k), *open = esp_new(k);
	uint8_t out[512];
	size_t tried = 0, opened = 0;
	struct esp_payload p;
	struct buf b;

	if (seal == NULL || open == NULL)
		unit_fatal("esp_new", "no memory");
	buf_init(&b, 0);
	for (size_t n = 1; n <= times(PACKETS); n++) {
		struct esp_window w = { .last = n - 1 };

		buf_reset(&b);
		memset(out, (int)n, sizeof(out));
		if (esp_seal(seal, 256, n, NULL, 17, slice_of(out, n % 60),
		    &b) < 0)
			unit_fatal("esp_seal", "failed");
		for (size_t bit = 0; bit < 8 * b.n; bit++, tried++) {
			struct esp_window now = w;

			/* The SPI says which SA, and is in the ICV too. */
			b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			opened += esp_open(open, &now, buf_slice(&b), out,
			    &p) >= 0 || now.last != w.last;
			b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		CHECK_EACH(esp_open(open, &w, buf_slice(&b), out, &p) == 0,
		    "pair %zu: the packet itself opens", which);
	}
	CHECK_INT(opened, 0, "pair %zu: %zu bits of %zu packets", which, tried,
	    times(PACKETS));
	buf_free(&b);
	esp_free(seal);
	esp_free(open);
}

static size_t drawn;

static void
not_random(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(drawn * 31 + i);
}

/* The token's octets, each bit changed, as text in the same message. */
static void
test_tokens(void)
{
	static const uint8_t kv[HIDE_KEY] = { 1 };
	const struct hide_options o = { .random = not_random };
	struct hide *h = hide_new(&o);
	size_t tried = 0, opened = 0, other = 0, none = 0;
	struct buf in, hidden, out, token;
	uint8_t octets[1024];
	struct hide_report r;

	if (h == NULL || hide_network(h, slice_str("b")) < 0 ||
	    hide_key(h, 1, slice_of(NULL, 0), kv) < 0)
		unit_fatal("hide_new", "failed");
	buf_init(&in, 0);
	buf_init(&hidden, 0);
	buf_init(&out, 0);
	buf_init(&token, 0);
	for (drawn = 1; drawn <= times(TOKENS); drawn++) {
		size_t from, n;
		int len;

		buf_reset(&in);
		buf_reset(&hidden);
		buf_printf(&in, "OPTIONS sip:a SIP/2.0\r\n"
		    "Via: SIP/2.0/UDP x%zu.b;branch=z9hG4bK%zu\r\n\r\n", drawn,
		    drawn * drawn);
		if (hide_message(h, buf_slice(&in), &hidden, &r) != 1)
			unit_fatal("hide_message", "no token");
		from = slice_find(buf_slice(&hidden), slice_str("UDP ")) + 4;
		n = slice_chr(slice_from(buf_slice(&hidden), from), ';');
		len = hide_octets(slice_sub(buf_slice(&hidden), from, n),
		    octets, sizeof(octets));
		for (size_t bit = 0; len > 0 && bit < 8 * (size_t)len; bit++) {
			int e;

			octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
			buf_reset(&token);
			buf_reset(&in);
			buf_reset(&out);
			/* Some octets have no text that is a host. */
			if (hide_text(&token, slice_of(octets,
			    (size_t)len)) == 0) {
				buf_put(&in, slice_sub(buf_slice(&hidden), 0,
				    from));
				buf_put(&in, buf_slice(&token));
				buf_put(&in, slice_from(buf_slice(&hidden),
				    from + n));
				e = hide_restore(h, buf_slice(&in), &out, &r);
				tried++;
				opened += e >= 0 || out.n > 0;
				other += e != ERR_AUTH;
			} else
				none++;
			octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	CHECK(tried > 0 && opened == 0, "%zu bits of %zu tokens, %zu more are "
	    "no text: %zu opened", tried, times(TOKENS), none, opened);
	CHECK_INT(other, 0, "and all give one and the same answer");
	buf_free(&in);
	buf_free(&hidden);
	buf_free(&out);
	buf_free(&token);
	hide_free(h);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		test_packets(&keys[i], i);
	test_tokens();
	return unit_end();
}
