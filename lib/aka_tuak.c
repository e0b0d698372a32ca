/* aka_tuak: the TUAK functions (TS 35.231) on Keccak-f[1600] (FIPS 202). */
#include <string.h>

#include "aka_int.h"

/* Offsets of the fields in the state, TS 35.231 6. */
#define AT_TOP		0
#define AT_INSTANCE	32
#define AT_NAME		33
#define AT_RAND		40
#define AT_AMF		56
#define AT_SQN		58
#define AT_KEY		64
#define AT_PAD		96	/* 0x1f ... 0x80 up to AT_CAPACITY */
#define AT_CAPACITY	136

/* Offsets of the results. */
#define AT_RES		0	/* also MAC, TOPc */
#define AT_CK		32
#define AT_IK		64
#define AT_AK		96

static uint64_t
rotl(uint64_t v, unsigned n)
{
	return v << n | v >> (64 - n);
}

/* FIPS 202 3.2.1 */
static void
theta(uint64_t a[25])
{
	uint64_t c[5], d[5];

	for (size_t x = 0; x < 5; x++)
		c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
	d[0] = c[4] ^ rotl(c[1], 1);
	d[1] = c[0] ^ rotl(c[2], 1);
	d[2] = c[1] ^ rotl(c[3], 1);
	d[3] = c[2] ^ rotl(c[4], 1);
	d[4] = c[3] ^ rotl(c[0], 1);
	for (size_t y = 0; y < 25; y += 5)
		for (size_t x = 0; x < 5; x++)
			a[y + x] ^= d[x];
}

/* FIPS 202 3.2.2 and 3.2.3: one walk along the cycle of pi. */
static void
rho_pi(uint64_t a[25])
{
	static const uint8_t to[24] = {
		10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4,
		15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1
	};
	static const uint8_t by[24] = {
		1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14,
		27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44
	};
	uint64_t moving = a[1], next;

	for (size_t i = 0; i < 24; i++) {
		next = a[to[i]];
		a[to[i]] = rotl(moving, by[i]);
		moving = next;
	}
}

/* FIPS 202 3.2.4 */
static void
chi(uint64_t a[25])
{
	uint64_t *row, first, second;

	for (size_t y = 0; y < 25; y += 5) {
		row = a + y;
		first = row[0];
		second = row[1];
		row[0] ^= ~second & row[2];
		row[1] ^= ~row[2] & row[3];
		row[2] ^= ~row[3] & row[4];
		row[3] ^= ~row[4] & first;
		row[4] ^= ~first & second;
	}
}

void
aka_keccak(uint8_t state[AKA_KECCAK])
{
	static const uint64_t iota[24] = {	/* FIPS 202 3.2.5 */
		0x0000000000000001, 0x0000000000008082, 0x800000000000808a,
		0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
		0x8000000080008081, 0x8000000000008009, 0x000000000000008a,
		0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
		0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
		0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
		0x000000000000800a, 0x800000008000000a, 0x8000000080008081,
		0x8000000000008080, 0x0000000080000001, 0x8000000080008008
	};
	uint64_t a[25] = { 0 };

	for (size_t i = 0; i < AKA_KECCAK; i++)
		a[i / 8] |= (uint64_t)state[i] << 8 * (i % 8);
	for (size_t i = 0; i < 24; i++) {
		theta(a);
		rho_pi(a);
		chi(a);
		a[0] ^= iota[i];
	}
	for (size_t i = 0; i < AKA_KECCAK; i++)
		state[i] = (uint8_t)(a[i / 8] >> 8 * (i % 8));
	crypt_wipe(a, sizeof(a));
}

/* TUAK numbers its octets from the other end, TS 35.231 6.1. */
static void
reverse(uint8_t *to, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[n - 1 - i];
}

/*
 * RAND, AMF and SQN are NULL where the function has none.  INSTANCE comes
 * without its last bit, which says whether K has 256 bits.
 */
static void
tuak(const struct aka_key *key, const uint8_t top[32], uint8_t instance,
    const uint8_t *rand, const uint8_t *amf, const uint8_t *sqn,
    uint8_t state[AKA_KECCAK])
{
	memset(state, 0, AKA_KECCAK);
	reverse(state + AT_TOP, top, 32);
	state[AT_INSTANCE] = instance | (key->k_len == 32);
	reverse(state + AT_NAME, (const uint8_t *)"TUAK1.0", 7);
	if (rand != NULL)
		reverse(state + AT_RAND, rand, AKA_RAND);
	if (amf != NULL)
		reverse(state + AT_AMF, amf, AKA_AMF);
	if (sqn != NULL)
		reverse(state + AT_SQN, sqn, AKA_SQN);
	reverse(state + AT_KEY, key->k, key->k_len);
	state[AT_PAD] = 0x1f;
	state[AT_CAPACITY - 1] = 0x80;
	for (unsigned i = 0; i < key->iterations; i++)
		aka_keccak(state);
}

void
aka_tuak_opc(struct aka_key *key)
{
	uint8_t s[AKA_KECCAK];

	tuak(key, key->op, 0, NULL, NULL, NULL, s);
	reverse(key->opc, s + AT_TOP, 32);
	crypt_wipe(s, sizeof(s));
}

void
aka_tuak_f1(const struct aka_key *key, bool star, const uint8_t rand[AKA_RAND],
    const uint8_t sqn[AKA_SQN], const uint8_t amf[AKA_AMF], uint8_t out[32])
{
	/* Bits 1 to 4: 64, 128 and 256 bits of MAC are 1, 2 and 4. */
	uint8_t s[AKA_KECCAK], instance = (uint8_t)key->mac_len;

	tuak(key, key->opc, star ? 0x80 | instance : instance, rand, amf, sqn,
	    s);
	reverse(out, s + AT_RES, key->mac_len);
	crypt_wipe(s, sizeof(s));
}

void
aka_tuak_f2345(const struct aka_key *key, const uint8_t rand[AKA_RAND],
    struct aka_result *out)
{
	uint8_t s[AKA_KECCAK], instance = 0x40;

	if (key->res_len > 4)		/* 32 bits of RES are 0 */
		instance |= (uint8_t)key->res_len;
	if (key->ck_len == 32)
		instance |= 0x04;
	if (key->ik_len == 32)
		instance |= 0x02;
	tuak(key, key->opc, instance, rand, NULL, NULL, s);
	reverse(out->res, s + AT_RES, key->res_len);
	reverse(out->ck, s + AT_CK, key->ck_len);
	reverse(out->ik, s + AT_IK, key->ik_len);
	reverse(out->ak, s + AT_AK, AKA_AK);
	crypt_wipe(s, sizeof(s));
}

void
aka_tuak_f5star(const struct aka_key *key, const uint8_t rand[AKA_RAND],
    uint8_t ak[AKA_AK])
{
	uint8_t s[AKA_KECCAK];

	tuak(key, key->opc, 0xc0, rand, NULL, NULL, s);
	reverse(ak, s + AT_AK, AKA_AK);
	crypt_wipe(s, sizeof(s));
}
