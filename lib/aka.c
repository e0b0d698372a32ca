/* aka: MILENAGE (TS 35.206), XOR (TS 34.108 8.1.2.1), keys and AUTN. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "aka_int.h"
#include "err.h"

#define BLOCK	CRYPT_BLOCK

struct aka {
	struct aka_key		 key;
	struct crypt_cipher	*aes;	/* MILENAGE */
};

static const char *const alg_name[] = {
	[AKA_MILENAGE] = "milenage",
	[AKA_TUAK] = "tuak",
	[AKA_XOR] = "xor",
};

#define NALG	(sizeof(alg_name) / sizeof(alg_name[0]))

const char *
aka_alg_name(enum aka_alg a)
{
	return (size_t)a < NALG ? alg_name[a] : NULL;
}

int
aka_alg_parse(struct slice name)
{
	for (size_t i = 0; i < NALG; i++)
		if (slice_caseis(name, alg_name[i]))
			return (int)i;
	return ERR_ALG;
}

void
aka_key_init(struct aka_key *key, enum aka_alg alg)
{
	static const uint8_t r[5] = { 64, 0, 32, 64, 96 };

	memset(key, 0, sizeof(*key));
	key->alg = alg;
	key->k_len = 16;
	for (size_t i = 0; i < 5; i++) {	/* TS 35.206 4.1 */
		key->c[i][15] = (uint8_t)(1 << i >> 1);
		key->r[i] = r[i];
	}
	key->iterations = 1;
	key->mac_len = 8;
	key->res_len = alg == AKA_XOR ? 16 : 8;
	key->ck_len = key->ik_len = 16;
}

void
aka_key_wipe(struct aka_key *key)
{
	crypt_wipe(key, sizeof(*key));
}

static bool
one_of(size_t n, size_t a, size_t b, size_t c, size_t d)
{
	return n == a || n == b || n == c || n == d;
}

static bool
key_valid(const struct aka_key *key)
{
	bool usual = key->k_len == 16 && key->mac_len == 8 &&
	    key->ck_len == 16 && key->ik_len == 16;

	switch (key->alg) {
	case AKA_MILENAGE:
		for (size_t i = 0; i < 5; i++)
			if (key->r[i] > 127)
				return false;
		return usual && key->res_len == 8;
	case AKA_XOR:
		return usual && key->res_len >= 4 && key->res_len <= 16;
	case AKA_TUAK:
		return one_of(key->k_len, 16, 32, 16, 32) &&
		    one_of(key->mac_len, 8, 16, 32, 32) &&
		    one_of(key->res_len, 4, 8, 16, 32) &&
		    one_of(key->ck_len, 16, 32, 16, 32) &&
		    one_of(key->ik_len, 16, 32, 16, 32) &&
		    key->iterations >= 1 &&
		    key->iterations <= AKA_ITERATIONS_MAX;
	}
	return false;
}

static void
xor_to(uint8_t *to, const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = a[i] ^ b[i];
}

int
aka_opc(struct aka_key *key)
{
	struct crypt_cipher *aes;
	int e;

	if (!key_valid(key))
		return ERR_RANGE;
	if (key->alg == AKA_TUAK)
		aka_tuak_opc(key);
	if (key->alg != AKA_MILENAGE)
		return 0;
	aes = crypt_cipher_new(CRYPT_AES_ECB, slice_of(key->k, key->k_len),
	    true);
	if (aes == NULL)
		return ERR_CRYPT;
	e = crypt_cipher(aes, NULL, slice_of(key->op, BLOCK), key->opc);
	crypt_cipher_free(aes);
	if (e < 0)
		return ERR_CRYPT;
	xor_to(key->opc, key->opc, key->op, BLOCK);
	return 0;
}

struct aka *
aka_new(const struct aka_key *key)
{
	struct aka *a;

	if (!key_valid(key) || (a = calloc(1, sizeof(*a))) == NULL)
		return NULL;
	a->key = *key;
	if (key->is_op && aka_opc(&a->key) < 0)
		goto fail;
	if (key->alg == AKA_MILENAGE && (a->aes = crypt_cipher_new(
	    CRYPT_AES_ECB, slice_of(key->k, key->k_len), true)) == NULL)
		goto fail;
	return a;
fail:
	aka_free(a);
	return NULL;
}

void
aka_free(struct aka *a)
{
	if (a == NULL)
		return;
	crypt_cipher_free(a->aes);
	aka_key_wipe(&a->key);
	free(a);
}

static uint64_t
load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

static void
store64(uint8_t *p, uint64_t v)
{
	v = htobe64(v);
	memcpy(p, &v, sizeof(v));
}

/* IN turned left by R bits, xor C (TS 35.206 4.1). */
static void
rotate(uint8_t out[BLOCK], const uint8_t in[BLOCK], unsigned r,
    const uint8_t c[BLOCK])
{
	uint64_t hi = load64(in), lo = load64(in + 8), t;

	if (r >= 64) {
		t = hi;
		hi = lo;
		lo = t;
		r -= 64;
	}
	if (r > 0) {
		t = hi << r | lo >> (64 - r);
		lo = lo << r | hi >> (64 - r);
		hi = t;
	}
	store64(out, hi ^ load64(c));
	store64(out + 8, lo ^ load64(c + 8));
}

/* TEMP = E_K(RAND ^ OPc) */
static int
milenage_temp(struct aka *a, const uint8_t rand[AKA_RAND],
    uint8_t temp[BLOCK])
{
	xor_to(temp, rand, a->key.opc, BLOCK);
	return crypt_cipher(a->aes, NULL, slice_of(temp, BLOCK), temp);
}

/* What is encrypted to OUT1. */
static void
milenage_in1(const struct aka *a, const uint8_t temp[BLOCK],
    const uint8_t sqn[AKA_SQN], const uint8_t amf[AKA_AMF],
    uint8_t out[BLOCK])
{
	uint8_t in1[BLOCK];

	memcpy(in1, sqn, AKA_SQN);
	memcpy(in1 + AKA_SQN, amf, AKA_AMF);
	memcpy(in1 + 8, in1, 8);
	xor_to(in1, in1, a->key.opc, BLOCK);
	rotate(out, in1, a->key.r[0], a->key.c[0]);
	xor_to(out, out, temp, BLOCK);
}

/* OUT1, which is f1 and f1* side by side. */
static int
milenage_out1(struct aka *a, const uint8_t rand[AKA_RAND],
    const uint8_t sqn[AKA_SQN], const uint8_t amf[AKA_AMF],
    uint8_t out[BLOCK])
{
	uint8_t temp[BLOCK];
	int e;

	if ((e = milenage_temp(a, rand, temp)) < 0)
		return e;
	milenage_in1(a, temp, sqn, amf, out);
	if ((e = crypt_cipher(a->aes, NULL, slice_of(out, BLOCK), out)) < 0)
		return e;
	xor_to(out, out, a->key.opc, BLOCK);
	return 0;
}

/* OUT<FIRST> to OUT<FIRST + N - 1>, FIRST being 2 to 5, in one call. */
static int
milenage_outs(struct aka *a, const uint8_t rand[AKA_RAND], size_t first,
    size_t n, uint8_t *out)
{
	uint8_t temp[BLOCK];
	int e;

	if ((e = milenage_temp(a, rand, temp)) < 0)
		return e;
	xor_to(temp, temp, a->key.opc, BLOCK);
	for (size_t i = 0; i < n; i++)
		rotate(out + i * BLOCK, temp, a->key.r[first - 1 + i],
		    a->key.c[first - 1 + i]);
	e = crypt_cipher(a->aes, NULL, slice_of(out, n * BLOCK), out);
	if (e < 0)
		return e;
	for (size_t i = 0; i < n; i++)
		xor_to(out + i * BLOCK, out + i * BLOCK, a->key.opc, BLOCK);
	return 0;
}

/* OUT2 to OUT4 cut into their parts. */
static void
milenage_parts(const uint8_t o[3 * BLOCK], struct aka_result *out)
{
	memcpy(out->res, o + 8, 8);
	memcpy(out->ak, o, AKA_AK);
	memcpy(out->ck, o + BLOCK, BLOCK);
	memcpy(out->ik, o + 2 * BLOCK, BLOCK);
}

static int
milenage_f2345(struct aka *a, const uint8_t rand[AKA_RAND],
    struct aka_result *out)
{
	uint8_t o[3 * BLOCK];

	if (milenage_outs(a, rand, 2, 3, o) < 0)
		return ERR_CRYPT;
	milenage_parts(o, out);
	crypt_wipe(o, sizeof(o));
	return 0;
}

/* OUT1 to OUT4 in two calls of the cipher; MAC is f1. */
static int
milenage_vector(struct aka *a, const uint8_t rand[AKA_RAND],
    const uint8_t sqn[AKA_SQN], const uint8_t amf[AKA_AMF],
    struct aka_result *out, uint8_t mac[8])
{
	uint8_t temp[BLOCK], o[4 * BLOCK];

	if (milenage_temp(a, rand, temp) < 0)
		return ERR_CRYPT;
	milenage_in1(a, temp, sqn, amf, o);
	xor_to(temp, temp, a->key.opc, BLOCK);
	for (size_t i = 1; i < 4; i++)
		rotate(o + i * BLOCK, temp, a->key.r[i], a->key.c[i]);
	if (crypt_cipher(a->aes, NULL, slice_of(o, sizeof(o)), o) < 0)
		return ERR_CRYPT;
	for (size_t i = 0; i < 4; i++)
		xor_to(o + i * BLOCK, o + i * BLOCK, a->key.opc, BLOCK);
	memcpy(mac, o, 8);
	milenage_parts(o + BLOCK, out);
	crypt_wipe(o, sizeof(o));
	return 0;
}

static void
xor_f2345(const struct aka_key *key, const uint8_t rand[AKA_RAND],
    struct aka_result *out)
{
	uint8_t xdout[16];

	xor_to(xdout, key->k, rand, 16);
	memcpy(out->res, xdout, key->res_len);
	for (size_t i = 0; i < 16; i++) {
		out->ck[i] = xdout[(i + 1) % 16];
		out->ik[i] = xdout[(i + 2) % 16];
	}
	memcpy(out->ak, xdout + 3, AKA_AK);
	crypt_wipe(xdout, sizeof(xdout));
}

static void
xor_f1(const struct aka_key *key, const uint8_t rand[AKA_RAND],
    const uint8_t sqn[AKA_SQN], const uint8_t amf[AKA_AMF], uint8_t out[32])
{
	xor_to(out, key->k, rand, 8);
	xor_to(out, out, sqn, AKA_SQN);
	xor_to(out + AKA_SQN, out + AKA_SQN, amf, AKA_AMF);
}

int
aka_f2345(struct aka *a, const uint8_t rand[AKA_RAND], struct aka_result *out)
{
	memset(out, 0, sizeof(*out));
	out->res_len = a->key.res_len;
	switch (a->key.alg) {
	case AKA_MILENAGE:
		return milenage_f2345(a, rand, out);
	case AKA_TUAK:
		aka_tuak_f2345(&a->key, rand, out);
		break;
	case AKA_XOR:
		xor_f2345(&a->key, rand, out);
		break;
	}
	return 0;
}

int
aka_f1(struct aka *a, bool star, const uint8_t rand[AKA_RAND],
    const uint8_t sqn[AKA_SQN], const uint8_t amf[AKA_AMF], uint8_t out[32])
{
	uint8_t out1[BLOCK];

	switch (a->key.alg) {
	case AKA_MILENAGE:
		if (milenage_out1(a, rand, sqn, amf, out1) < 0)
			return ERR_CRYPT;
		memcpy(out, out1 + (star ? 8 : 0), 8);
		break;
	case AKA_TUAK:
		aka_tuak_f1(&a->key, star, rand, sqn, amf, out);
		break;
	case AKA_XOR:
		xor_f1(&a->key, rand, sqn, amf, out);
		break;
	}
	return (int)a->key.mac_len;
}

int
aka_f5star(struct aka *a, const uint8_t rand[AKA_RAND], uint8_t ak[AKA_AK])
{
	uint8_t out5[BLOCK];

	switch (a->key.alg) {
	case AKA_MILENAGE:
		if (milenage_outs(a, rand, 5, 1, out5) < 0)
			return ERR_CRYPT;
		memcpy(ak, out5, AKA_AK);
		break;
	case AKA_TUAK:
		aka_tuak_f5star(&a->key, rand, ak);
		break;
	case AKA_XOR:
		xor_to(ak, a->key.k + 3, rand + 3, AKA_AK);
		break;
	}
	return 0;
}

int
aka_autn_check(struct aka *a, const uint8_t rand[AKA_RAND], struct slice autn,
    uint8_t sqn[AKA_SQN], struct aka_result *out)
{
	uint8_t mac[32];
	const uint8_t *amf;
	int e, n;

	if (autn.n != AKA_SQN + AKA_AMF + a->key.mac_len)
		return ERR_RANGE;
	amf = autn.p + AKA_SQN;
	if ((e = aka_f2345(a, rand, out)) < 0)
		return e;
	xor_to(sqn, autn.p, out->ak, AKA_SQN);
	if ((n = aka_f1(a, false, rand, sqn, amf, mac)) < 0)
		return n;
	return crypt_equal(mac, amf + AKA_AMF, (size_t)n) ? 0 : ERR_AUTH;
}

int
aka_vector(struct aka *a, const uint8_t rand[AKA_RAND],
    const uint8_t sqn[AKA_SQN], const uint8_t amf[AKA_AMF],
    struct aka_result *out, uint8_t autn[AKA_AUTN_MAX])
{
	uint8_t *mac = autn + AKA_SQN + AKA_AMF;
	int e;

	if (a->key.alg == AKA_MILENAGE) {
		memset(out, 0, sizeof(*out));
		out->res_len = a->key.res_len;
		e = milenage_vector(a, rand, sqn, amf, out, mac);
	} else if ((e = aka_f2345(a, rand, out)) >= 0)
		e = aka_f1(a, false, rand, sqn, amf, mac);
	if (e < 0)
		return e;
	xor_to(autn, sqn, out->ak, AKA_SQN);
	memcpy(autn + AKA_SQN, amf, AKA_AMF);
	return (int)(AKA_SQN + AKA_AMF + a->key.mac_len);
}
