/* sa_nds: SAs between core nodes, keyed by hand (TS 33.210, RFC 4301 4.5.1). */
#include <string.h>

#include "err.h"
#include "sa_derive.h"

/* What the key of one direction is made of, as RFC 7296 2.17 orders it. */
static size_t
key_parts(const struct esp_key *k, size_t aes, size_t *enc, size_t *salt,
    size_t *auth)
{
	static const size_t auths[] = {
		[ESP_AUTH_NULL] = 0, [ESP_HMAC_MD5_96] = 16,
		[ESP_HMAC_SHA_1_96] = 20, [ESP_HMAC_SHA_256_128] = 32,
		[ESP_HMAC_SHA_384_192] = 48, [ESP_HMAC_SHA_512_256] = 64,
		[ESP_AES_GMAC] = 0,
	};

	*enc = k->ealg == ESP_NULL ? 0 : k->ealg == ESP_DES_EDE3_CBC ? 24 :
	    aes;
	*auth = k->alg == ESP_AES_GMAC ? aes : auths[k->alg];
	*salt = k->ealg == ESP_AES_GCM || k->alg == ESP_AES_GMAC ? ESP_SALT : 0;
	return *enc + *auth + *salt;
}

/* KEYS, in the order encryption, integrity; a salt follows the AES key. */
static void
put_keys(struct esp_key *k, size_t aes, const uint8_t *keys)
{
	size_t enc, salt, auth;

	(void)key_parts(k, aes, &enc, &salt, &auth);
	memcpy(k->enc, keys, k->enc_len = enc);
	if (k->alg == ESP_AES_GMAC) {
		memcpy(k->auth, keys, k->auth_len = auth);
		memcpy(k->salt, keys + auth, salt);
		return;
	}
	memcpy(k->salt, keys + enc, salt);
	memcpy(k->auth, keys + enc + salt, k->auth_len = auth);
}

/* The AES key length with which TYPED has the octets that K takes. */
static size_t
aes_of(const struct esp_key *k, const struct opt_octets *typed,
    const char *name)
{
	static const size_t may[] = { 16, 24, 32 };
	size_t enc, salt, auth, least, most;

	if (derive.key_bits.there) {
		size_t aes = (size_t)derive.key_bits.v / 8;

		if (aes != 16 && aes != 24 && aes != 32)
			tool_die(TOOL_USAGE, "--key-bits %zu: not 128, 192 or "
			    "256", aes * 8);
		if (typed->n != key_parts(k, aes, &enc, &salt, &auth))
			tool_die(TOOL_USAGE, "--%s: %zu octets, not %zu", name,
			    typed->n, key_parts(k, aes, &enc, &salt, &auth));
		return aes;
	}
	for (int i = 0; i < 3; i++)
		if (typed->n == key_parts(k, may[i], &enc, &salt, &auth))
			return may[i];
	least = key_parts(k, 16, &enc, &salt, &auth);
	most = key_parts(k, 32, &enc, &salt, &auth);
	if (least == most)
		tool_die(TOOL_USAGE, "--%s: %zu octets, not %zu", name,
		    typed->n, least);
	tool_die(TOOL_USAGE, "--%s: %zu octets, not %zu, %zu or %zu", name,
	    typed->n, least, least + 8, most);
}

static void
keys_of(struct esp_key *k, struct opt_octets *typed, const char *name)
{
	size_t aes, enc, salt, auth;

	if (derive.random_keys) {
		aes = derive.key_bits.there ? (size_t)derive.key_bits.v / 8 :
		    16;
		typed->n = key_parts(k, aes, &enc, &salt, &auth);
		tool_random(typed->p, typed->n);
	} else if (!typed->there)
		tool_die(TOOL_USAGE, "--%s: missing, and --random-keys too",
		    name);
	put_keys(k, aes_of(k, typed, name), typed->p);
}

static void
need(bool there, const char *name)
{
	if (!there)
		tool_die(TOOL_USAGE, "--%s: missing", name);
}

void
derive_nds(void)
{
	struct sa out, in;

	need(derive.local.family != 0, "local");
	need(derive.remote.family != 0, "remote");
	need(derive.spi_out.there, "spi-out");
	need(derive.spi_in.there, "spi-in");
	memset(&out, 0, sizeof(out));
	out.key.alg = ESP_HMAC_SHA_256_128;
	out.key.ealg = ESP_AES_CBC;
	out.mode = derive.outer_local.family != 0 ? SA_TUN : SA_TRANS;
	derive_algs(&out.key.alg, &out.key.ealg, &out.mode);
	if ((out.key.alg == ESP_AES_GMAC && out.key.ealg != ESP_NULL) ||
	    (out.key.alg != ESP_AUTH_NULL && out.key.ealg == ESP_AES_GCM))
		tool_die(TOOL_USAGE, "--alg and --ealg: %s does not go with "
		    "%s", esp_alg_name(out.key.alg),
		    esp_ealg_name(out.key.ealg));
	if (out.mode == SA_TUN)
		need(derive.outer_local.family != 0 &&
		    derive.outer_remote.family != 0,
		    "outer-local or --outer-remote");
	out.key.esn = derive.esn;
	out.has_key = true;
	out.role = -1;
	in = out;
	out.src = in.dst = derive.local;
	out.dst = in.src = derive.remote;
	out.outer_src = in.outer_dst = derive.outer_local;
	out.outer_dst = in.outer_src = derive.outer_remote;
	out.spi = (uint32_t)derive.spi_out.v;
	in.spi = (uint32_t)derive.spi_in.v;
	keys_of(&out.key, &derive.key_out, "key-out");
	keys_of(&in.key, &derive.key_in, "key-in");
	/* With one key for both, their IVs would have to differ. */
	if (derive.key_out.n > 0 && derive.key_out.n == derive.key_in.n &&
	    memcmp(derive.key_out.p, derive.key_in.p, derive.key_in.n) == 0)
		tool_die(TOOL_USAGE, "--key-out and --key-in are the same");
	derive_put(&out);
	derive_put(&in);
	crypt_wipe(&out, sizeof(out));
	crypt_wipe(&in, sizeof(in));
}
