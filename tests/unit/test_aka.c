/* test_aka: TS 35.207/35.208, TS 35.233, XOR, AUTN and Digest vectors. */
#include "aka.h"
#include "aka_int.h"
#include "err.h"
#include "unit.h"

struct inputs {
	uint8_t	 rand[AKA_RAND], sqn[AKA_SQN], amf[AKA_AMF];
};

static void
inputs_read(const json_t *v, struct inputs *in)
{
	unit_octets(v, "RAND", in->rand, sizeof(in->rand));
	unit_octets(v, "SQN", in->sqn, sizeof(in->sqn));
	unit_octets(v, "AMF", in->amf, sizeof(in->amf));
}

/* All functions of A against V, whatever the algorithm. */
static void
functions_check(struct aka *a, const struct aka_key *key, const json_t *v,
    const char *id)
{
	struct inputs in;
	struct aka_result r;
	uint8_t mac[32], ak[AKA_AK];
	int n;

	inputs_read(v, &in);
	n = aka_f1(a, false, in.rand, in.sqn, in.amf, mac);
	if (CHECK_INT(n, key->mac_len, "%s: f1 length", id))
		CHECK_HEX(mac, (size_t)n, unit_text(v, "MAC_A"), "%s: f1", id);
	n = aka_f1(a, true, in.rand, in.sqn, in.amf, mac);
	if (CHECK_INT(n, key->mac_len, "%s: f1* length", id))
		CHECK_HEX(mac, (size_t)n, unit_text(v, "MAC_S"), "%s: f1*", id);
	CHECK_INT(aka_f2345(a, in.rand, &r), 0, "%s: f2345", id);
	CHECK_HEX(r.res, r.res_len, unit_text(v, "RES"), "%s: f2", id);
	CHECK_HEX(r.ck, key->ck_len, unit_text(v, "CK"), "%s: f3", id);
	CHECK_HEX(r.ik, key->ik_len, unit_text(v, "IK"), "%s: f4", id);
	CHECK_HEX(r.ak, AKA_AK, unit_text(v, "AK"), "%s: f5", id);
	CHECK_INT(aka_f5star(a, in.rand, ak), 0, "%s: f5* done", id);
	CHECK_HEX(ak, AKA_AK, unit_text(v, "AKstar"), "%s: f5*", id);
}

/* AUTN of V, then with each bit of it turned, then cut short. */
static void
autn_check(struct aka *a, const json_t *v, struct slice autn, const char *id)
{
	struct inputs in;
	struct aka_result r;
	uint8_t sqn[AKA_SQN], *p;
	int e;

	inputs_read(v, &in);
	p = unit_edge(autn.p, autn.n);
	autn.p = p;
	CHECK_INT(aka_autn_check(a, in.rand, autn, sqn, &r), 0, "%s: AUTN", id);
	CHECK_HEX(sqn, AKA_SQN, unit_text(v, "SQN"), "%s: SQN", id);
	CHECK_HEX(r.res, r.res_len, unit_text(v, "RES"), "%s: RES", id);
	for (size_t i = 0; i < autn.n * 8; i++) {
		p[i / 8] ^= (uint8_t)(1 << i % 8);
		e = aka_autn_check(a, in.rand, autn, sqn, &r);
		CHECK_EACH(e == ERR_AUTH, "%s: bit %zu of AUTN", id, i);
		p[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t n = 0; n < autn.n; n++) {
		e = aka_autn_check(a, in.rand, slice_of(p, n), sqn, &r);
		CHECK_EACH(e == ERR_RANGE, "%s: AUTN of %zu octets", id, n);
	}
	unit_edge_free(p, autn.n);
}

/* AUTS of V, with AMF* zero (TS 33.102 6.3.3). */
static void
auts_check(struct aka *a, const json_t *v, const char *hex, const char *id)
{
	static const uint8_t amf[AKA_AMF];
	struct inputs in;
	uint8_t auts[AKA_AUTS], mac[32];

	inputs_read(v, &in);
	CHECK_INT(aka_f5star(a, in.rand, auts), 0, "%s: f5*", id);
	for (size_t i = 0; i < AKA_SQN; i++)
		auts[i] ^= in.sqn[i];
	CHECK_INT(aka_f1(a, true, in.rand, in.sqn, amf, mac), 8, "%s: f1*", id);
	memcpy(auts + AKA_SQN, mac, 8);
	CHECK_HEX(auts, sizeof(auts), hex, "%s: AUTS", id);
}

static void
milenage_one(const json_t *v)
{
	const char *id = unit_text(v, "id");
	const json_t *derived = json_object_get(v, "derived");
	uint8_t autn[AKA_AUTN];
	struct aka_key key;
	struct aka *a;

	aka_key_init(&key, AKA_MILENAGE);
	unit_octets(v, "K", key.k, 16);
	if (json_object_get(v, "OP") != NULL) {
		unit_octets(v, "OP", key.op, 16);
		CHECK_INT(aka_opc(&key), 0, "%s: opc", id);
		CHECK_HEX(key.opc, 16, unit_text(v, "OPc"), "%s: OPc", id);
		memset(key.opc, 0, sizeof(key.opc));
		key.is_op = true;
	} else {
		unit_octets(v, "OPc", key.opc, 16);
	}
	if (!CHECK((a = aka_new(&key)) != NULL, "%s: new", id))
		return;
	functions_check(a, &key, v, id);
	unit_octets(derived, "AUTN", autn, sizeof(autn));
	autn_check(a, v, slice_of(autn, sizeof(autn)), id);
	if (json_object_get(derived, "AUTS_amf0") != NULL)
		auts_check(a, v, unit_text(derived, "AUTS_amf0"), id);
	aka_free(a);
	aka_key_wipe(&key);
}

static void
test_milenage(void)
{
	json_t *all = unit_json("milenage.json"), *v;
	const json_t *constants = json_object_get(all, "constants");
	struct aka_key key;
	char name[3] = "c1";
	size_t i, done = 0;

	aka_key_init(&key, AKA_MILENAGE);
	for (i = 0; i < 5; i++) {
		name[0] = 'c';
		name[1] = (char)('1' + i);
		CHECK_HEX(key.c[i], 16, unit_text(constants, name), "%s", name);
		name[0] = 'r';
		CHECK_INT(key.r[i], json_integer_value(json_object_get(
		    constants, name)), "%s", name);
	}
	json_array_foreach(json_object_get(all, "sets"), i, v) {
		milenage_one(v);
		done++;
	}
	json_array_foreach(json_object_get(all, "extra"), i, v) {
		milenage_one(v);
		done++;
	}
	CHECK_INT(done, 22, "all MILENAGE sets");
	json_decref(all);
}

/*
 * Operators' own r3, with K, OPc, RAND and c3 zero: CK is E(rot(E(0), r3)),
 * computed with the openssl command.
 */
static void
test_milenage_constants(void)
{
	static const struct {
		uint8_t		 r;
		const char	*ck;
	} cases[] = {
		{ 0, "f795bd4a52e29ed713d313fa20e98dbc" },
		{ 1, "763cbcde81df9131bf897712c088edad" },
		{ 7, "56d7f9e706b826078b6ff851ae6bfe39" },
		{ 8, "59879e6f03645ac87d6928f84b2ee1cc" },
		{ 32, "fc9be86b221766d264dbdb5e2d8443b0" },
		{ 63, "d404259a05be02d9a592142c4318a82b" },
		{ 64, "225e5428015ace93aba631f34e0affd2" },
		{ 65, "06dc0afc1fa695d5d72e35a57d668a2b" },
		{ 100, "9852ce4700467e27fa6fdf2f8e506c4f" },
		{ 127, "4da8c3d43e70b20c9cbc61e07b70428b" },
	};
	static const uint8_t rand[AKA_RAND];
	struct aka_key key;
	struct aka_result r;
	struct aka *a;

	aka_key_init(&key, AKA_MILENAGE);
	memset(key.c[2], 0, 16);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		key.r[2] = cases[i].r;
		if (!CHECK((a = aka_new(&key)) != NULL, "r3 new"))
			continue;
		CHECK_INT(aka_f2345(a, rand, &r), 0, "r3 f2345");
		CHECK_HEX(r.ck, 16, cases[i].ck, "r3 = %d", cases[i].r);
		aka_free(a);
	}
	key.r[2] = 128;
	CHECK(aka_new(&key) == NULL, "r3 = 128 is refused");
}

static void
test_keccak(void)
{
	json_t *all = unit_json("tuak.json"), *v;
	uint8_t state[AKA_KECCAK];
	size_t i, done = 0;

	json_array_foreach(json_object_get(all, "keccak"), i, v) {
		if (!CHECK_INT(unit_octets(v, "input", state, AKA_KECCAK),
		    AKA_KECCAK, "%s: input", unit_text(v, "id")))
			continue;
		aka_keccak(state);
		CHECK_HEX(state, AKA_KECCAK, unit_text(v, "output"), "%s",
		    unit_text(v, "id"));
		done++;
	}
	CHECK_INT(done, 6, "all Keccak states");
	json_decref(all);
}

static size_t
octets_of_bits(const json_t *v, const char *key)
{
	return (size_t)json_integer_value(json_object_get(v, key)) / 8;
}

static void
tuak_one(const json_t *v)
{
	const char *id = unit_text(v, "id");
	uint8_t autn[AKA_SQN + AKA_AMF + 32], ak[AKA_AK];
	struct aka_key key;
	struct aka *a;

	aka_key_init(&key, AKA_TUAK);
	key.k_len = unit_octets(v, "K", key.k, 32);
	unit_octets(v, "TOP", key.op, 32);
	key.is_op = true;
	key.iterations = (unsigned)json_integer_value(
	    json_object_get(v, "iterations"));
	key.mac_len = octets_of_bits(v, "MAC_bits");
	key.res_len = octets_of_bits(v, "RES_bits");
	key.ck_len = octets_of_bits(v, "CK_bits");
	key.ik_len = octets_of_bits(v, "IK_bits");
	if (!CHECK((a = aka_new(&key)) != NULL, "%s: new", id))
		return;
	functions_check(a, &key, v, id);
	unit_octets(v, "SQN", autn, AKA_SQN);
	unit_octets(v, "AK", ak, AKA_AK);
	for (size_t i = 0; i < AKA_SQN; i++)
		autn[i] ^= ak[i];
	unit_octets(v, "AMF", autn + 6, AKA_AMF);
	unit_octets(v, "MAC_A", autn + 8, 32);
	autn_check(a, v, slice_of(autn, 8 + key.mac_len), id);
	aka_free(a);
	CHECK_INT(aka_opc(&key), 0, "%s: opc", id);
	CHECK_HEX(key.opc, 32, unit_text(v, "TOPc"), "%s: TOPc", id);
	aka_key_wipe(&key);
}

static void
test_tuak(void)
{
	json_t *all = unit_json("tuak.json"), *v;
	size_t i, done = 0;

	json_array_foreach(json_object_get(all, "sets"), i, v) {
		tuak_one(v);
		done++;
	}
	CHECK_INT(done, 6, "all TUAK sets");
	json_decref(all);
}

static void
xor_one(const json_t *v, size_t i)
{
	struct inputs in;
	struct aka_key key;
	struct aka_result r;
	struct aka *a;
	uint8_t mac[32], autn[AKA_AUTN];
	char id[32], four[9];

	snprintf(id, sizeof(id), "xor %zu", i);
	inputs_read(v, &in);
	aka_key_init(&key, AKA_XOR);
	unit_octets(v, "K", key.k, 16);
	if (!CHECK((a = aka_new(&key)) != NULL, "%s: new", id))
		return;
	CHECK_INT(aka_f1(a, false, in.rand, in.sqn, in.amf, mac), 8, "%s", id);
	CHECK_HEX(mac, 8, unit_text(v, "MAC"), "%s: MAC", id);
	CHECK_INT(aka_f2345(a, in.rand, &r), 0, "%s: f2345", id);
	CHECK_HEX(r.res, r.res_len, unit_text(v, "RES"), "%s: RES", id);
	CHECK_HEX(r.ck, 16, unit_text(v, "CK"), "%s: CK", id);
	CHECK_HEX(r.ik, 16, unit_text(v, "IK"), "%s: IK", id);
	CHECK_HEX(r.ak, AKA_AK, unit_text(v, "AK"), "%s: AK", id);
	auts_check(a, v, unit_text(v, "AUTS"), id);
	unit_octets(v, "AUTN", autn, sizeof(autn));
	autn_check(a, v, slice_of(autn, sizeof(autn)), id);
	aka_free(a);
	key.res_len = 4;
	if (!CHECK((a = aka_new(&key)) != NULL, "%s: RES of 4", id))
		return;
	snprintf(four, sizeof(four), "%s", unit_text(v, "RES"));
	CHECK_INT(aka_f2345(a, in.rand, &r), 0, "%s: short RES", id);
	CHECK_HEX(r.res, r.res_len, four, "%s: RES of 4", id);
	aka_free(a);
}

static void
test_xor(void)
{
	json_t *all = unit_json("misc_vectors.json"), *v;
	size_t i, done = 0;

	json_array_foreach(json_object_get(json_object_get(all, "xor_aka"),
	    "cases"), i, v) {
		xor_one(v, i);
		done++;
	}
	CHECK_INT(done, 2, "all XOR cases");
	json_decref(all);
}

static bool
accepted(const struct aka_key *key)
{
	struct aka *a = aka_new(key);

	aka_free(a);
	return a != NULL;
}

#define REFUSED(field, value) do {					\
	struct aka_key other_ = key;					\
	other_.field = (value);						\
	CHECK(!accepted(&other_), "%s: " #field " = " #value,		\
	    aka_alg_name(key.alg));					\
} while (0)

static void
test_keys(void)
{
	struct aka_key key;

	for (int alg = AKA_MILENAGE; alg <= AKA_XOR; alg++) {
		aka_key_init(&key, alg);
		CHECK(accepted(&key), "%s as it is", aka_alg_name(alg));
		CHECK_INT(aka_alg_parse(slice_str(aka_alg_name(alg))), alg,
		    "%s by name", aka_alg_name(alg));
		REFUSED(k_len, 0);
		REFUSED(k_len, 15);
		REFUSED(k_len, 33);
		REFUSED(mac_len, 4);
		REFUSED(res_len, 3);
		REFUSED(res_len, 33);
		REFUSED(ck_len, 0);
		REFUSED(ik_len, 64);
		REFUSED(alg, (enum aka_alg)3);
		if (alg != AKA_TUAK)
			REFUSED(k_len, 32);
	}
	aka_key_init(&key, AKA_TUAK);
	REFUSED(iterations, 0);
	REFUSED(iterations, AKA_ITERATIONS_MAX + 1);
	REFUSED(res_len, 12);
	key.k_len = 64;
	CHECK_INT(aka_opc(&key), ERR_RANGE, "opc with a long K");
	CHECK(aka_alg_name((enum aka_alg)3) == NULL, "name of no algorithm");
	CHECK_INT(aka_alg_parse(slice_str("comp128")), ERR_ALG, "comp128");
	CHECK_INT(aka_alg_parse(slice_str("")), ERR_ALG, "no name");
	aka_free(NULL);
}

static void
test_schemes(void)
{
	static const struct {
		const char	*in, *out;
		enum aka_version version;
		enum crypt_hash	 hash;
		bool		 sess;
	} good[] = {
		{ "MD5", "MD5", AKA_V0, CRYPT_MD5, false },
		{ "md5-SESS", "MD5-sess", AKA_V0, CRYPT_MD5, true },
		{ "AKAv1-MD5", "AKAv1-MD5", AKA_V1, CRYPT_MD5, false },
		{ "akaV1-md5-sess", "AKAv1-MD5-sess", AKA_V1, CRYPT_MD5, true },
		{ "AKAv2-SHA-256", "AKAv2-SHA-256", AKA_V2, CRYPT_SHA256,
		    false },
		{ "AKAv2-SHA-256-sess", "AKAv2-SHA-256-sess", AKA_V2,
		    CRYPT_SHA256, true },
		{ "SHA-512-256", "SHA-512-256", AKA_V0, CRYPT_SHA512_256,
		    false },
	};
	static const char *const bad[] = {
		"", "AKAv1", "AKAv1-", "AKAv3-MD5", "AKAv1-SHA1", "MD5-",
		"-sess", "AKAv1--sess", "MD5-sess-sess", "AKAv1-AKAv1-MD5",
		"MD", "AKAv2-MD5 ", "SHA-256-MD5",
	};
	struct aka_scheme s;
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CHECK(aka_scheme_parse(slice_str(good[i].in), &s) == 0 &&
		    s.version == good[i].version && s.hash == good[i].hash &&
		    s.sess == good[i].sess, "scheme %s", good[i].in);
		buf_reset(&b);
		aka_scheme_write(&b, &s);
		CHECK_STR(buf_slice(&b), good[i].out, "written");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(aka_scheme_parse(slice_str(bad[i]), &s), ERR_ALG,
		    "no scheme \"%s\"", bad[i]);
	buf_free(&b);
}

static struct slice
optional(const json_t *v, const char *key)
{
	const char *s = json_string_value(json_object_get(v, key));

	return s != NULL ? slice_str(s) : slice_of(NULL, 0);
}

static void
password_check(const json_t *v, const struct aka_scheme *s, struct buf *out,
    const char *id)
{
	uint8_t res[32], ck[32], ik[32];
	struct slice r, c, k;

	r = slice_of(res, unit_octets(v, "RES", res, sizeof(res)));
	c = slice_of(ck, unit_octets(v, "CK", ck, sizeof(ck)));
	k = slice_of(ik, unit_octets(v, "IK", ik, sizeof(ik)));
	if (json_object_get(v, "auts") == NULL)
		CHECK_INT(aka_password(s, r, c, k, out), 0, "%s: made", id);
	CHECK_HEX(out->p, out->n, unit_text(v, "password_hex"),
	    "%s: password", id);
}

static void
digest_one(const json_t *v)
{
	const char *id = unit_text(v, "id");
	struct aka_digest d = { 0 };
	struct buf password;
	uint8_t body[512];
	char out[AKA_RESPONSE];
	int n;

	if (!CHECK_INT(aka_scheme_parse(optional(v, "algorithm"), &d.scheme),
	    0, "%s: scheme", id))
		return;
	buf_init(&password, 0);
	password_check(v, &d.scheme, &password, id);
	d.username = optional(v, "username");
	d.realm = optional(v, "realm");
	d.nonce = optional(v, "nonce");
	d.uri = optional(v, "uri");
	d.method = optional(v, "method");
	d.qop = optional(v, "qop");
	d.nc = optional(v, "nc");
	d.cnonce = optional(v, "cnonce");
	if (json_object_get(v, "entity_body_hex") != NULL)
		d.body = slice_of(body, unit_octets(v, "entity_body_hex", body,
		    sizeof(body)));
	n = aka_response(&d, buf_slice(&password), out);
	if (CHECK(n > 0, "%s: computed", id))
		CHECK_STR(slice_of(out, (size_t)n), unit_text(v, "response"),
		    "%s: response", id);
	d.method = slice_of(NULL, 0);
	n = aka_response(&d, buf_slice(&password), out);
	if (CHECK(n > 0, "%s: computed", id))
		CHECK_STR(slice_of(out, (size_t)n), unit_text(v, "rspauth"),
		    "%s: rspauth", id);
	buf_wipe(&password);
}

static void
test_digest(void)
{
	json_t *all = unit_json("digest_aka.json"), *v;
	size_t i, done = 0;

	json_array_foreach(json_object_get(all, "cases"), i, v) {
		digest_one(v);
		done++;
	}
	CHECK_INT(done, 15, "all Digest cases");
	json_decref(all);
}

/* RFC 7616 3.9.1 */
static void
test_digest_rfc(void)
{
	struct aka_digest d = {
		.username = slice_str("Mufasa"),
		.realm = slice_str("http-auth@example.org"),
		.nonce = slice_str(
		    "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"),
		.uri = slice_str("/dir/index.html"),
		.method = slice_str("GET"), .qop = slice_str("auth"),
		.nc = slice_str("00000001"), .cnonce = slice_str(
		    "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"),
	};
	struct slice password = slice_str("Circle of Life");
	char out[AKA_RESPONSE];

	d.scheme.hash = CRYPT_MD5;
	if (CHECK_INT(aka_response(&d, password, out), 32, "RFC 7616 MD5"))
		CHECK_STR(slice_of(out, 32), "8ca523f5e9506fed4657c9700eebdbec",
		    "RFC 7616 3.9.1 MD5");
	d.scheme.hash = CRYPT_SHA256;
	if (CHECK_INT(aka_response(&d, password, out), 64, "RFC 7616 SHA-256"))
		CHECK_STR(slice_of(out, 64), "753927fa0e85d155564e2e272a28d180"
		    "2ca10daf4496794697cf8db5856cb6c1",
		    "RFC 7616 3.9.1 SHA-256");
	d.qop = slice_str("auth-conf");
	CHECK_INT(aka_response(&d, password, out), ERR_ALG, "unknown qop");
	d.qop = slice_str("auth");
	d.scheme.hash = CRYPT_SHA512;
	CHECK_INT(aka_response(&d, password, out), ERR_ALG, "SHA-512");
}

static void
test_password_refused(void)
{
	static const uint8_t zero[AKA_KEY_MAX + 1];
	struct aka_scheme s = { .version = AKA_V2, .hash = CRYPT_MD5 };
	struct slice none = slice_of(NULL, 0), fits = slice_of(zero, 32);
	struct buf b;

	buf_init(&b, 0);
	CHECK_INT(aka_password(&s, slice_of(zero, 33), fits, fits, &b),
	    ERR_RANGE, "a RES of 33 octets");
	CHECK_INT(aka_password(&s, fits, fits, fits, &b), 0, "32 octets each");
	CHECK_INT(b.n, 24, "base64 of MD5");
	CHECK_INT(aka_password(&s, none, none, none, &b), 0, "nothing at all");
	buf_free(&b);
	buf_init(&b, 23);
	CHECK_INT(aka_password(&s, fits, fits, fits, &b), ERR_MEM, "no room");
	buf_free(&b);
}

int
main(void)
{
	test_milenage();
	test_milenage_constants();
	test_keccak();
	test_tuak();
	test_xor();
	test_keys();
	test_schemes();
	test_digest();
	test_digest_rfc();
	test_password_refused();
	return unit_end();
}
