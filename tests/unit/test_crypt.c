/* test_crypt: published vectors of HMAC, CBC, 3DES, GCM and the digests. */
#include <limits.h>

#include "crypt.h"
#include "err.h"
#include "unit.h"

static struct slice
octets(const char *hex, uint8_t *out, size_t cap)
{
	int n = slice_hex(slice_str(hex), out, cap);

	if (n < 0)
		unit_fatal("bad hex", hex);
	return slice_of(out, (size_t)n);
}

/* As one part, and as many parts of one octet behind an empty one. */
static void
mac_check(enum crypt_hash h, struct slice key, struct slice data,
    const char *want, const char *name)
{
	struct crypt_mac *m = crypt_mac_new(h, key);
	struct slice part[256] = { { NULL, 0 } };
	uint8_t out[CRYPT_HASH_MAX];
	size_t len = strlen(want) / 2;

	if (!CHECK(m != NULL, "%s: new", name) || data.n > 255)
		return;
	for (size_t i = 0; i < data.n; i++)
		part[i + 1] = slice_of(data.p + i, 1);
	CHECK_INT(crypt_mac(m, &data, 1, out), len, "%s: length", name);
	CHECK_HEX(out, len, want, "%s", name);
	memset(out, 0, sizeof(out));
	CHECK_INT(crypt_mac(m, part, data.n + 1, out), len, "%s: parts", name);
	CHECK_HEX(out, len, want, "%s, in parts, same context", name);
	crypt_mac_free(m);
}

/* RFC 4231 4.2, 4.3, and 4.7 with a key longer than the block. */
static void
test_hmac_sha2(void)
{
	uint8_t k[131], d[64];
	struct slice key, data;

	memset(k, 0x0b, 20);
	key = slice_of(k, 20);
	data = slice_str("Hi There");
	mac_check(CRYPT_SHA256, key, data, "b0344c61d8db38535ca8afceaf0bf12b"
	    "881dc200c9833da726e9376c2e32cff7", "RFC 4231 case 1 SHA-256");
	mac_check(CRYPT_SHA384, key, data, "afd03944d84895626b0825f4ab46907f"
	    "15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
	    "RFC 4231 case 1 SHA-384");
	mac_check(CRYPT_SHA512, key, data, "87aa7cdea5ef619d4ff0b4241a1d6cb0"
	    "2379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4"
	    "be9d914eeb61f1702e696c203a126854", "RFC 4231 case 1 SHA-512");
	memset(k, 0xaa, sizeof(k));
	key = slice_of(k, sizeof(k));
	data = octets("54657374205573696e67204c6172676572205468616e20426c6f636b"
	    "2d53697a65204b6579202d2048617368204b6579204669727374", d,
	    sizeof(d));
	mac_check(CRYPT_SHA256, key, data, "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54", "RFC 4231 case 6 SHA-256");
	/* sha256(0x5c * 64 || sha256(0x36 * 64)), RFC 2104 2 */
	mac_check(CRYPT_SHA256, slice_of(NULL, 0), slice_of(NULL, 0),
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
	    "HMAC-SHA-256, all empty");
}

static void
test_digest(void)
{
	static const struct {
		enum crypt_hash	 h;
		const char	*want;		/* of "abc" */
	} cases[] = {
		/* RFC 1321 A.5; FIPS 180 examples */
		{ CRYPT_MD5, "900150983cd24fb0d6963f7d28e17f72" },
		{ CRYPT_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ CRYPT_SHA256, "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad" },
		{ CRYPT_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1"
		    "631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
		{ CRYPT_SHA512, "ddaf35a193617abacc417349ae204131"
		    "12e6fa4e89a97ea20a9eeee64b55d39a"
		    "2192992a274fc1a836ba3c23a3feebbd"
		    "454d4423643ce80e2a9ac94fa54ca49f" },
		{ CRYPT_SHA512_256, "53048e2681941ef99b2e29b76b4c7dab"
		    "e4c2d0c634fc6d46e0e2f13107e7af23" },
	};
	const struct slice part[] = {
		slice_str("a"), slice_of(NULL, 0), slice_str("bc")
	};
	uint8_t out[CRYPT_HASH_MAX];
	int n;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = crypt_digest(cases[i].h, part, 3, out);
		if (CHECK(n > 0, "digest %zu", i))
			CHECK_HEX(out, (size_t)n, cases[i].want, "abc %zu", i);
	}
	n = crypt_digest(CRYPT_MD5, NULL, 0, out);
	if (CHECK_INT(n, 16, "empty digest"))
		CHECK_HEX(out, 16, "d41d8cd98f00b204e9800998ecf8427e",
		    "RFC 1321: MD5 of nothing");
}

/* Twice with one context: the IV is set anew, the key kept. */
static void
cbc_check(enum crypt_mode mode, struct slice key, const uint8_t *iv,
    struct slice plain, const char *cipher, const char *name)
{
	struct crypt_cipher *e = crypt_cipher_new(mode, key, true);
	struct crypt_cipher *d = crypt_cipher_new(mode, key, false);
	uint8_t out[256], back[256];

	if (!CHECK(e != NULL && d != NULL, "%s: new", name) ||
	    plain.n > sizeof(out))
		return;
	for (int i = 0; i < 2; i++) {
		CHECK_INT(crypt_cipher(e, iv, plain, out), 0, "%s", name);
		CHECK_HEX(out, plain.n, cipher, "%s: seal %d", name, i);
		CHECK_INT(crypt_cipher(d, iv, slice_of(out, plain.n), back), 0,
		    "%s", name);
		CHECK(memcmp(back, plain.p, plain.n) == 0, "%s: open %d", name,
		    i);
	}
	CHECK_INT(crypt_cipher(d, iv, slice_of(out, plain.n), out), 0,
	    "%s: in place", name);
	CHECK(memcmp(out, plain.p, plain.n) == 0, "%s: same place", name);
	crypt_cipher_free(e);
	crypt_cipher_free(d);
}

static void
published_hmac(const json_t *v, const char *name)
{
	uint8_t k[64], d[128];
	struct slice key = slice_of(k, unit_octets(v, "key", k, sizeof(k)));
	struct slice data = slice_of(d, unit_octets(v, "data", d, sizeof(d)));

	mac_check(strcmp(name, "hmac-md5") == 0 ? CRYPT_MD5 : CRYPT_SHA1, key,
	    data, unit_text(v, "digest"), name);
}

static void
published_cbc(const json_t *v, const char *name)
{
	uint8_t k[32], iv[16], p[256];
	struct slice key = slice_of(k, unit_octets(v, "key", k, sizeof(k)));
	struct slice plain;

	if (!CHECK_INT(unit_octets(v, "iv", iv, sizeof(iv)), 16, "%s", name))
		return;
	plain = slice_of(p, unit_octets(v, "plain", p, sizeof(p)));
	cbc_check(CRYPT_AES_CBC, key, iv, plain, unit_text(v, "cipher"), name);
}

static void
published_gmac(const json_t *v, const char *name)
{
	uint8_t k[32], nonce[12], iv[8], head[8], load[128], tag[16];
	struct slice key = slice_of(k, unit_octets(v, "key", k, sizeof(k)));
	struct slice aad[3];
	struct crypt_cipher *c = crypt_cipher_new(CRYPT_AES_GCM, key, true);

	if (!CHECK(c != NULL, "%s: new", name))
		return;
	unit_octets(v, "iv", iv, sizeof(iv));
	unit_octets(v, "salt", nonce, 4);
	memcpy(nonce + 4, iv, 8);
	aad[0] = slice_of(head, unit_octets(v, "spi_seq", head, 8));
	aad[1] = slice_of(iv, 8);
	aad[2] = slice_of(load,
	    unit_octets(v, "payload_padded", load, sizeof(load)));
	CHECK_INT(crypt_gcm(c, nonce, aad, 3, slice_of(NULL, 0), NULL, tag), 0,
	    "%s", name);
	CHECK_HEX(tag, 16, unit_text(v, "icv"), "%s: ICV", name);
	crypt_cipher_free(c);
}

static void
test_published(void)
{
	json_t *all = unit_json("ipsec.json"), *v;
	size_t i, hmac = 0, cbc = 0, gmac = 0;
	const char *name;

	json_array_foreach(json_object_get(all, "published"), i, v) {
		name = unit_text(v, "source");
		if (json_object_get(v, "digest") != NULL && ++hmac)
			published_hmac(v, unit_text(v, "alg"));
		else if (json_object_get(v, "cipher") != NULL && ++cbc)
			published_cbc(v, name);
		else if (json_object_get(v, "icv") != NULL && ++gmac)
			published_gmac(v, name);
		else
			CHECK(false, "%s: a vector of no known kind", name);
	}
	CHECK(hmac == 6 && cbc == 7 && gmac == 1, "all published vectors");
	json_decref(all);
}

/* The KDF outputs of TS 33.203 annex I. */
static void
test_kdf(void)
{
	json_t *all = unit_json("ipsec.json"), *keys, *v;
	const char *alg;
	uint8_t key[32], s[64];
	size_t n, done = 0;

	n = unit_octets(all, "CK", key, 16);
	n += unit_octets(all, "IK", key + n, 16);
	keys = json_object_get(all, "keys");
	json_object_foreach(keys, alg, v) {
		if (json_object_get(v, "kdf_out") == NULL)
			continue;
		mac_check(CRYPT_SHA256, slice_of(key, n), slice_of(s,
		    unit_octets(v, "kdf_input_S", s, sizeof(s))),
		    unit_text(v, "kdf_out"), alg);
		done++;
	}
	CHECK_INT(done, 2, "both KDF");
	json_decref(all);
}

/*
 * The first blocks of SP 800-38A F.2.3, F.2.5 and F.1.1.  3DES with three
 * equal keys is DES, so the CBC example of FIPS 81 applies.
 */
static void
test_block(void)
{
	uint8_t k[32], iv[16], p[32];
	struct slice key, plain;

	octets("000102030405060708090a0b0c0d0e0f", iv, sizeof(iv));
	plain = octets("6bc1bee22e409f96e93d7e117393172a", p, sizeof(p));
	key = octets("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", k,
	    sizeof(k));
	cbc_check(CRYPT_AES_CBC, key, iv, plain,
	    "4f021db243bc633d7178183a9fa071e8", "SP 800-38A AES-192-CBC");
	key = octets("603deb1015ca71be2b73aef0857d7781"
	    "1f352c073b6108d72d9810a30914dff4", k, sizeof(k));
	cbc_check(CRYPT_AES_CBC, key, iv, plain,
	    "f58c4c04d6e5f1ba779eabfb5f7bfbd6", "SP 800-38A AES-256-CBC");
	key = octets("2b7e151628aed2a6abf7158809cf4f3c", k, sizeof(k));
	plain = octets("6bc1bee22e409f96e93d7e117393172a"
	    "ae2d8a571e03ac9c9eb76fac45af8e51", p, sizeof(p));
	cbc_check(CRYPT_AES_ECB, key, NULL, plain,
	    "3ad77bb40d7a3660a89ecaf32466ef97"
	    "f5d3d58503b9699de785895a96fdbaaf", "SP 800-38A AES-128-ECB");
	/* RFC 3711 B.2: the keystream, so the plaintext is zeros; 17 octets. */
	octets("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000", iv, sizeof(iv));
	memset(p, 0, 17);
	cbc_check(CRYPT_AES_CTR, key, iv, slice_of(p, 17),
	    "e03ead0935c95e80e166b16dd92b4eb4d2", "RFC 3711 AES-128-CTR");
	key = octets("0123456789abcdef0123456789abcdef0123456789abcdef", k,
	    sizeof(k));
	octets("1234567890abcdef", iv, sizeof(iv));
	plain = octets("4e6f77206973207468652074696d6520666f7220616c6c20", p,
	    sizeof(p));
	cbc_check(CRYPT_3DES_CBC, key, iv, plain,
	    "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6",
	    "FIPS 81 CBC, K1 = K2 = K3");
}

/* The 3DES packets of ipsec.json, which tshark decrypts to inner_hex. */
static void
test_3des_packets(void)
{
	json_t *all = unit_json("ipsec.json"), *v;
	const json_t *des = json_object_get(json_object_get(all, "keys"),
	    "des-ede3-cbc");
	uint8_t k[24], packet[2048], inner[2048];
	struct slice key, esp;
	struct crypt_cipher *c;
	size_t i, n, done = 0;

	key = slice_of(k, unit_octets(des, "CKesp", k, sizeof(k)));
	c = crypt_cipher_new(CRYPT_3DES_CBC, key, false);
	json_array_foreach(json_object_get(all, "packets"), i, v) {
		if (json_object_get(v, "ealg") == NULL ||
		    strcmp(unit_text(v, "ealg"), "des-ede3-cbc") != 0)
			continue;
		n = unit_octets(v, "packet", packet, sizeof(packet));
		/* IPv4 20, SPI and SEQ 8; IV 8; ICV 12 */
		esp = slice_sub(slice_of(packet, n), 36, n - 36 - 12);
		if (packet[0] != 0x45 || esp.n < 20)
			continue;
		CHECK_INT(crypt_cipher(c, packet + 28, esp, inner), 0, "%s",
		    unit_text(v, "id"));
		CHECK_HEX(inner, strlen(unit_text(v, "inner_hex")) / 2,
		    unit_text(v, "inner_hex"), "%s", unit_text(v, "id"));
		done++;
	}
	CHECK(done >= 1, "%zu 3DES packets", done);
	crypt_cipher_free(c);
	json_decref(all);
}

struct gcm_case {
	const char	*name, *key, *nonce, *aad, *plain, *cipher, *tag;
};

static void
gcm_open_check(const struct gcm_case *g, struct crypt_cipher *c,
    const uint8_t *nonce, struct slice aad, struct slice sealed,
    struct slice plain)
{
	uint8_t out[64], tag[16];
	int e;

	octets(g->tag, tag, sizeof(tag));
	for (int i = 0; i < 128; i++) {
		tag[i / 8] ^= (uint8_t)(1 << i % 8);
		e = crypt_gcm(c, nonce, &aad, 1, sealed, out, tag);
		CHECK_EACH(e == ERR_AUTH, "%s: bit %d of the tag", g->name, i);
		tag[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	e = crypt_gcm(c, nonce, &aad, 1, sealed, out, tag);
	CHECK_INT(e, 0, "%s: opens after failures", g->name);
	CHECK(plain.n == 0 || memcmp(out, plain.p, plain.n) == 0,
	    "%s: plaintext", g->name);
}

static void
gcm_check(const struct gcm_case *g)
{
	uint8_t k[32], nonce[12], a[64], p[64], out[64], tag[16];
	struct slice key = octets(g->key, k, sizeof(k));
	struct slice aad = octets(g->aad, a, sizeof(a));
	struct slice plain = octets(g->plain, p, sizeof(p));
	struct slice half[2];
	struct crypt_cipher *e = crypt_cipher_new(CRYPT_AES_GCM, key, true);
	struct crypt_cipher *d = crypt_cipher_new(CRYPT_AES_GCM, key, false);

	if (!CHECK(e != NULL && d != NULL, "%s: new", g->name))
		return;
	octets(g->nonce, nonce, sizeof(nonce));
	half[0] = slice_sub(aad, 0, aad.n / 2);
	half[1] = slice_from(aad, aad.n / 2);
	for (int i = 0; i < 2; i++) {
		CHECK_INT(crypt_gcm(e, nonce, half, 2, plain, out, tag), 0,
		    "%s: seal %d", g->name, i);
		CHECK_HEX(out, plain.n, g->cipher, "%s: text", g->name);
		CHECK_HEX(tag, 16, g->tag, "%s: tag", g->name);
	}
	gcm_open_check(g, d, nonce, aad, slice_of(out, plain.n), plain);
	CHECK_INT(crypt_gcm(e, nonce, &aad, 1, plain, p, tag), 0,
	    "%s: in place", g->name);
	CHECK_HEX(p, plain.n, g->cipher, "%s: same place", g->name);
	crypt_cipher_free(e);
	crypt_cipher_free(d);
}

/* The test cases of McGrew and Viega, "The Galois/Counter Mode", annex B. */
static void
test_gcm(void)
{
	static const char p4[] = "d9313225f88406e5a55909c5aff5269a"
	    "86a7a9531534f7da2e4c303d8a318a72"
	    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
	static const char a4[] = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
	static const struct gcm_case cases[] = {
		{ "GCM 1", "00000000000000000000000000000000",
		    "000000000000000000000000", "", "", "",
		    "58e2fccefa7e3061367f1d57a4e7455a" },
		{ "GCM 2", "00000000000000000000000000000000",
		    "000000000000000000000000", "",
		    "00000000000000000000000000000000",
		    "0388dace60b6a392f328c2b971b2fe78",
		    "ab6e47d42cec13bdf53a67b21257bddf" },
		{ "GCM 4", "feffe9928665731c6d6a8f9467308308",
		    "cafebabefacedbaddecaf888", a4, p4,
		    "42831ec2217774244b7221b784d0d49c"
		    "e3aa212f2c02a4e035c17e2329aca12e"
		    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
		    "5bc94fbc3221a5db94fae95ae7121a47" },
		{ "GCM 16", "feffe9928665731c6d6a8f9467308308"
		    "feffe9928665731c6d6a8f9467308308",
		    "cafebabefacedbaddecaf888", a4, p4,
		    "522dc1f099567d07f47f37a32a84427d"
		    "643a8cdcbfe5c0c97598a2bd2555d1aa"
		    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
		    "76fc6ece0f4e1768cddf8853bb2d551b" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		gcm_check(&cases[i]);
}

static void
test_refused(void)
{
	static const size_t fits[] = { 16, 24, 32 };
	uint8_t k[40] = { 0 }, iv[16] = { 0 }, tag[16];
	uint8_t out[CRYPT_HASH_MAX];
	struct crypt_cipher *c;
	bool ok;

	for (size_t n = 0; n <= sizeof(k); n++)
		for (int m = CRYPT_AES_CBC; m <= CRYPT_AES_CTR; m++) {
			ok = n == fits[1] || (m != CRYPT_3DES_CBC &&
			    (n == fits[0] || n == fits[2]));
			c = crypt_cipher_new(m, slice_of(k, n), true);
			CHECK_EACH((c != NULL) == ok, "mode %d, key %zu", m, n);
			crypt_cipher_free(c);
		}
	c = crypt_cipher_new(CRYPT_AES_CBC, slice_of(k, 16), true);
	CHECK_INT(crypt_cipher(c, iv, slice_of(k, 15), out), ERR_RANGE,
	    "part of a block");
	CHECK_INT(crypt_cipher(c, iv, slice_of(k, 0), out), 0, "no block");
	CHECK_INT(crypt_gcm(c, iv, NULL, 0, slice_of(k, 16), out, tag),
	    ERR_RANGE, "CBC is not GCM");
	crypt_cipher_free(c);
	c = crypt_cipher_new(CRYPT_AES_GCM, slice_of(k, 16), true);
	CHECK_INT(crypt_cipher(c, iv, slice_of(k, 16), out), ERR_RANGE,
	    "GCM is not CBC");
	crypt_cipher_free(c);
	CHECK(crypt_mac_new((enum crypt_hash)99, slice_of(k, 16)) == NULL,
	    "unknown hash");
	CHECK_INT(crypt_digest((enum crypt_hash)99, NULL, 0, out), ERR_CRYPT,
	    "unknown digest");
	crypt_cipher_free(NULL);
	crypt_mac_free(NULL);
}

/* Of what has 2^31 octets and more nothing is read. */
static void
test_long(void)
{
	const struct slice many = slice_of("", (size_t)INT_MAX + 1);
	uint8_t out[16] = { 0 }, tag[16];
	struct crypt_cipher *gcm = crypt_cipher_new(CRYPT_AES_GCM,
	    slice_of(out, 16), true);
	struct crypt_cipher *ctr = crypt_cipher_new(CRYPT_AES_CTR,
	    slice_of(out, 16), true);

	CHECK_INT(crypt_random(out, many.n), ERR_CRYPT, "too long: random");
	CHECK_INT(crypt_cipher(ctr, out, many, out), ERR_RANGE, "CTR");
	CHECK_INT(crypt_gcm(gcm, out, NULL, 0, many, out, tag), ERR_RANGE,
	    "GCM");
	CHECK_INT(crypt_gcm(gcm, out, &many, 1, slice_of(out, 1), out, tag),
	    ERR_RANGE, "GCM: what is authenticated");
	crypt_cipher_free(gcm);
	crypt_cipher_free(ctr);
}

static void
test_octets(void)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	CHECK_INT(crypt_random(a, sizeof(a)), 0, "random");
	CHECK(!crypt_equal(a, b, sizeof(a)), "random is not zero");
	memcpy(b, a, sizeof(b));
	CHECK(crypt_equal(a, b, sizeof(a)), "equal");
	b[31] ^= 1;
	CHECK(!crypt_equal(a, b, sizeof(a)), "last bit differs");
	CHECK(crypt_equal(a, b, 31) && crypt_equal(NULL, NULL, 0), "shorter");
	crypt_wipe(a, sizeof(a));
	memset(b, 0, sizeof(b));
	CHECK(crypt_equal(a, b, sizeof(a)), "wiped");
	crypt_wipe(NULL, 0);
}

int
main(void)
{
	test_octets();
	test_digest();
	test_published();
	test_hmac_sha2();
	test_kdf();
	test_block();
	test_3des_packets();
	test_gcm();
	test_refused();
	test_long();
	return unit_end();
}
