/* test_sqn: SQN, AUTN, AUTS, nonces, the card's array (TS 33.102 6.3, C). */
#include "unit.h"

#include "aka.h"
#include "err.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static void
test_number(void)
{
	static const uint8_t top[AKA_SQN] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};
	uint8_t sqn[AKA_SQN];

	aka_sqn_put(sqn, 0x0123456789abULL);
	CHECK_HEX(sqn, sizeof(sqn), "0123456789ab", "written");
	CHECK(aka_sqn_get(sqn) == 0x0123456789abULL, "read");
	CHECK(aka_sqn_get(top) == AKA_SQN_MAX, "the highest");
}

/*
 * SEQ + 1 with IND.  The step from 5000 to 5020 is that of the lab's HSS after
 * an AUTS (lab/resync.keys.json).
 */
static void
test_next(void)
{
	static const struct {
		uint64_t	 sqn;
		unsigned	 ind_len;
		uint64_t	 ind, next;
		int		 e;
	} t[] = {
		{ 0x5000, 5, 0, 0x5020, 0 },
		{ 0, 5, 0, 0x20, 0 },
		{ 0x1f, 5, 0, 0x20, 0 },
		{ 0x20, 5, 31, 0x5f, 0 },
		{ 7, 0, 0, 8, 0 },
		{ 0x400, 10, 1023, 0xbff, 0 },
		{ AKA_SQN_MAX - 0x20, 5, 31, AKA_SQN_MAX, 0 },
		{ AKA_SQN_MAX, 5, 0, AKA_SQN_MAX, ERR_RANGE },
		{ AKA_SQN_MAX - 0x1f, 5, 0, AKA_SQN_MAX - 0x1f, ERR_RANGE },
		{ AKA_SQN_MAX, 0, 0, AKA_SQN_MAX, ERR_RANGE },
		{ 0x20, 5, 32, 0x20, ERR_RANGE },
		{ 0x20, 17, 0, 0x20, ERR_RANGE },
		{ AKA_SQN_MAX + 1, 5, 0, AKA_SQN_MAX + 1, ERR_RANGE },
	};

	for (size_t i = 0; i < N(t); i++) {
		uint64_t sqn = t[i].sqn;

		CHECK_INT(aka_sqn_next(&sqn, t[i].ind_len, t[i].ind), t[i].e,
		    "next %zu", i);
		CHECK(sqn == t[i].next, "next %zu: value", i);
	}
}

/* A step: what the card is asked, and what it says (TS 33.102 C.2). */
struct step {
	uint64_t	 seq, ind;
	int		 e;
};

static void
run(const char *what, struct aka_card *c, const struct step *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t sqn = s[i].seq << 5 | s[i].ind;

		CHECK_INT(aka_card_test(c, sqn), s[i].e, "%s %zu: test", what,
		    i);
		CHECK_INT(aka_card_accept(c, sqn), s[i].e, "%s %zu", what, i);
	}
}

static void
test_card(void)
{
	static const struct step fresh[] = {
		{ 0, 0, ERR_SYNC },	/* SEQ must be above 0 */
		{ 0, 31, ERR_SYNC },
		{ 10, 0, 0 },
		{ 10, 0, ERR_SYNC },	/* the same again */
		{ 9, 1, 0 },		/* older, in another place */
		{ 9, 1, ERR_SYNC },
		{ 9, 0, ERR_SYNC },	/* older, in its own place */
		{ 10, 1, 0 },
	};
	static const struct step far[] = {
		{ 111, 0, ERR_SYNC },	/* more than Delta ahead of 10 */
		{ 110, 0, 0 },
		{ 210, 3, 0 },
		{ 311, 3, ERR_SYNC },
		{ 189, 4, ERR_SYNC },	/* L: 210 - 189 >= 20 */
		{ 191, 4, 0 },
	};
	struct aka_card *c = aka_card_new(5, 0);

	run("card", c, fresh, N(fresh));
	CHECK(c->sqn_ms == (10 << 5 | 1), "SQN_MS is the highest of all");
	free(c);
	c = aka_card_new(5, 10 << 5);
	c->delta = 100;
	c->age = 20;
	run("limits", c, far, N(far));
	CHECK(c->sqn_ms == (210 << 5 | 3), "SQN_MS is that of IND 3");
	free(c);
	c = aka_card_new(5, 10 << 5);
	CHECK(aka_card_test(c, ((10 + (1ULL << 28)) << 5)) == 0 &&
	    aka_card_test(c, ((11 + (1ULL << 28)) << 5)) == ERR_SYNC,
	    "Delta is 2^28");
	free(c);
	CHECK(aka_card_new(17, 0) == NULL, "IND of 17 bits");
	CHECK(aka_card_new(5, AKA_SQN_MAX + 1) == NULL, "SQN_MS of 49 bits");
	c = aka_card_new(0, 5);
	CHECK(aka_card_accept(c, 6) == 0 && aka_card_accept(c, 6) == ERR_SYNC,
	    "no IND at all");
	free(c);
}

/* The key of a set, whose MACs and RES have the length of its own values. */
static struct aka *
aka_of(const json_t *v, enum aka_alg alg)
{
	uint8_t tmp[32];
	struct aka_key k;

	aka_key_init(&k, alg);
	k.k_len = unit_octets(v, "K", k.k, sizeof(k.k));
	if (alg == AKA_MILENAGE)
		unit_octets(v, "OPc", k.opc, sizeof(k.opc));
	if (alg == AKA_TUAK) {
		unit_octets(v, "TOPc", k.opc, sizeof(k.opc));
		k.mac_len = unit_octets(v, "MAC_S", tmp, sizeof(tmp));
		k.res_len = unit_octets(v, "RES", tmp, sizeof(tmp));
		k.ck_len = unit_octets(v, "CK", tmp, sizeof(tmp));
		k.ik_len = unit_octets(v, "IK", tmp, sizeof(tmp));
		k.iterations = (unsigned)json_integer_value(
		    json_object_get(v, "iterations"));
	}
	return aka_new(&k);
}

/* AUTS written and read, cut, and with each bit turned. */
static void
test_auts(struct aka *a, const uint8_t *rand, const uint8_t *sqn, bool xor,
    const char *want, const char *id)
{
	uint8_t auts[AKA_AUTS_MAX], back[AKA_SQN], *edge;
	int n = aka_auts_write(a, rand, sqn, auts);

	CHECK(n >= AKA_AUTS, "%s: AUTS of %d octets", id, n);
	if (want != NULL)
		CHECK_HEX(auts, (size_t)n, want, "%s: AUTS", id);
	CHECK_INT(aka_auts_check(a, rand, slice_of(auts, (size_t)n), back),
	    0, "%s: AUTS is right", id);
	CHECK(memcmp(back, sqn, AKA_SQN) == 0, "%s: SQN_MS", id);
	for (size_t i = 0; i < (size_t)n; i++) {
		edge = unit_edge(auts, i);
		CHECK_EACH(aka_auts_check(a, rand, slice_of(edge, i), back) ==
		    ERR_RANGE, "%s: %zu octets", id, i);
		unit_edge_free(edge, i);
	}
	for (size_t i = 0; i < 8 * (size_t)n; i++) {
		auts[i / 8] ^= (uint8_t)(1 << i % 8);
		CHECK_EACH(aka_auts_check(a, rand, slice_of(auts, (size_t)n),
		    back) == ERR_AUTH, "%s: bit %zu of AUTS", id, i);
		auts[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t i = 0; i < 128 && !xor; i++) {
		uint8_t other[AKA_RAND];

		memcpy(other, rand, sizeof(other));
		other[i / 8] ^= (uint8_t)(1 << i % 8);
		CHECK_EACH(aka_auts_check(a, other, slice_of(auts,
		    (size_t)n), back) == ERR_AUTH, "%s: bit %zu of RAND", id,
		    i);
	}
}

static void
test_set(const json_t *v, enum aka_alg alg, const char *autn,
    const char *auts, const char *id)
{
	uint8_t rand[AKA_RAND], sqn[AKA_SQN], amf[AKA_AMF], back[AKA_SQN];
	uint8_t token[AKA_AUTN_MAX];
	struct aka_result one, two;
	struct aka *a = aka_of(v, alg);
	int n;

	if (a == NULL)
		unit_fatal("aka_new", id);
	unit_octets(v, "RAND", rand, sizeof(rand));
	unit_octets(v, "SQN", sqn, sizeof(sqn));
	unit_octets(v, "AMF", amf, sizeof(amf));
	n = aka_vector(a, rand, sqn, amf, &one, token);
	CHECK(n >= AKA_AUTN, "%s: AUTN of %d octets", id, n);
	if (autn != NULL)
		CHECK_HEX(token, (size_t)n, autn, "%s: AUTN", id);
	CHECK_HEX(one.res, one.res_len, unit_text(v, "RES"), "%s: RES", id);
	CHECK_INT(aka_f2345(a, rand, &two), 0, "%s: f2345", id);
	CHECK(memcmp(&one, &two, sizeof(one)) == 0,
	    "%s: aka_vector is aka_f2345", id);
	CHECK(aka_autn_check(a, rand, slice_of(token, (size_t)n), back,
	    &two) == 0 && memcmp(back, sqn, AKA_SQN) == 0,
	    "%s: AUTN is right", id);
	test_auts(a, rand, sqn, alg == AKA_XOR, auts, id);
	aka_free(a);
}

static const char *
derived(const json_t *v, const char *name)
{
	return json_string_value(json_object_get(json_object_get(v,
	    "derived"), name));
}

static void
test_sets(void)
{
	json_t *m = unit_json("milenage.json"), *t = unit_json("tuak.json");
	json_t *x = unit_json("misc_vectors.json");
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(m, "sets"), i, v)
		test_set(v, AKA_MILENAGE, derived(v, "AUTN"),
		    derived(v, "AUTS_amf0"), unit_text(v, "id"));
	json_array_foreach(json_object_get(t, "sets"), i, v)
		test_set(v, AKA_TUAK, NULL, NULL, unit_text(v, "id"));
	json_array_foreach(json_object_get(json_object_get(x, "xor_aka"),
	    "cases"), i, v)
		test_set(v, AKA_XOR, unit_text(v, "AUTN"),
		    unit_text(v, "AUTS"), "xor");
	json_decref(m);
	json_decref(t);
	json_decref(x);
}

/* RFC 3310 3.2; the numbers of TS 35.208 set 1. */
static void
test_nonce(void)
{
	static const char nonce[] =
	    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=";
	uint8_t rand[AKA_RAND], autn[AKA_AUTN_MAX], *edge;

	CHECK_INT(aka_nonce(slice_str(nonce), 8, rand, autn), 0, "nonce");
	CHECK_HEX(rand, AKA_RAND, "23553cbe9637a89d218ae64dae47bf35", "RAND");
	CHECK_HEX(autn, AKA_AUTN, "55f328b43577b9b94a9ffac354dfafb3", "AUTN");
	CHECK_INT(aka_nonce(slice_of(nonce, 43), 8, rand, autn), 0,
	    "without padding");
	CHECK_INT(aka_nonce(slice_str("I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1T"
	    "fr7NzcnYx"), 8, rand, autn), 4, "server data");
	CHECK_INT(aka_nonce(slice_str(nonce), 16, rand, autn), ERR_MORE,
	    "too short for a MAC of 16 octets");
	CHECK_INT(aka_nonce(slice_str(""), 8, rand, autn), ERR_FORMAT,
	    "empty");
	CHECK_INT(aka_nonce(slice_str("I1U8vpY3qJ0h*"), 8, rand, autn),
	    ERR_FORMAT, "not base64");
	for (size_t i = 0; i < 43; i++) {
		edge = unit_edge(nonce, i);
		CHECK_EACH(aka_nonce(slice_of(edge, i), 8, rand, autn) < 0,
		    "%zu characters", i);
		unit_edge_free(edge, i);
	}
}

int
main(void)
{
	test_number();
	test_next();
	test_card();
	test_sets();
	test_nonce();
	return unit_end();
}
