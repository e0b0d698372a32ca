/* test_why: each mistake made on purpose, and named; vectors/why.json. */
#include "unit.h"

#include "why.h"

static bool	 named[WHY_N];

/* SET is the mistakes that the case V is about, and they alone. */
static void
check_sets(const json_t *v, const struct why_set *set, size_t n,
    const char *what, size_t at)
{
	const json_t *want = json_object_get(v, "why"), *one;
	size_t wants = json_array_size(want);
	bool found = false;

	if (wants == 0) {
		CHECK_INT(n, 0, "%s %zu: nothing fits", what, at);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		bool same = set[i].n == wants;

		for (size_t j = 0; same && j < wants; j++) {
			one = json_array_get(want, j);
			same = strcmp(why_name(set[i].why[j]),
			    json_string_value(one)) == 0;
			named[set[i].why[j]] = named[set[i].why[j]] || same;
		}
		found = found || same;
	}
	CHECK(found, "%s %zu: %s%s%s", what, at,
	    json_string_value(json_array_get(want, 0)),
	    wants > 1 ? " and " : "",
	    wants > 1 ? json_string_value(json_array_get(want, 1)) : "");
}

static void
key_of(const json_t *v, struct aka_key *key)
{
	const char *alg = json_string_value(json_object_get(v, "algorithm"));
	bool xor = alg != NULL && strcmp(alg, "xor") == 0;

	aka_key_init(key, xor ? AKA_XOR : AKA_MILENAGE);
	unit_octets(v, "K", key->k, 16);
	key->is_op = json_object_get(v, "OP") != NULL;
	if (key->is_op)
		unit_octets(v, "OP", key->op, 16);
	else
		unit_octets(v, "OPc", key->opc, 16);
}

static void
test_mac(const json_t *all, bool auts)
{
	struct why_set set[WHY_SETS];
	uint8_t rand[AKA_RAND], token[AKA_AUTN], amf[AKA_AMF], *edge;
	struct aka_key key;
	const json_t *v;
	size_t i, n;
	bool has_amf;

	json_array_foreach(all, i, v) {
		key_of(v, &key);
		unit_octets(v, "RAND", rand, sizeof(rand));
		n = unit_octets(v, auts ? "AUTS" : "AUTN", token,
		    sizeof(token));
		has_amf = json_object_get(v, "AMF") != NULL;
		if (has_amf)
			unit_octets(v, "AMF", amf, sizeof(amf));
		edge = unit_edge(token, n);
		check_sets(v, set, auts ?
		    why_auts(&key, rand, slice_of(edge, n), amf, set) :
		    why_mac(&key, rand, slice_of(edge, n),
		    has_amf ? amf : NULL, set), auts ? "AUTS" : "MAC", i);
		unit_edge_free(edge, n);
		for (size_t less = 0; less < n; less++) {
			edge = unit_edge(token, less);
			CHECK_EACH(why_mac(&key, rand, slice_of(edge, less),
			    NULL, set) == 0, "%zu octets of a token", less);
			CHECK_EACH(why_auts(&key, rand, slice_of(edge, less),
			    NULL, set) == 0, "%zu octets of a token", less);
			unit_edge_free(edge, less);
		}
	}
}

static struct slice
text(const json_t *v, const char *name)
{
	return slice_str(unit_text(v, name));
}

static void
test_response(const json_t *all)
{
	struct why_set set[WHY_SETS];
	struct aka_result result;
	struct aka_key key;
	uint8_t rand[AKA_RAND];
	struct aka *a;
	const json_t *v;
	size_t i;

	json_array_foreach(all, i, v) {
		struct why_response r = {
			.digest = {
				.username = text(v, "username"),
				.realm = text(v, "realm"),
				.nonce = text(v, "nonce"),
				.uri = text(v, "uri"),
				.method = text(v, "method"),
				.qop = text(v, "qop"), .nc = text(v, "nc"),
				.cnonce = text(v, "cnonce"),
			},
			.response = text(v, "response"),
			.auts = json_is_true(json_object_get(v, "with_auts")),
			.key = &key, .result = &result,
			.ck_len = 16, .ik_len = 16, .rand = rand,
			.realm = text(v, "challenge_realm"),
			.nonce = text(v, "challenge_nonce"),
			.request_uri = text(v, "request_uri"), .pairs = true,
		};

		key_of(v, &key);
		unit_octets(v, "RAND", rand, sizeof(rand));
		a = aka_new(&key);
		if (a == NULL || aka_f2345(a, rand, &result) < 0 ||
		    aka_scheme_parse(text(v, "algorithm"),
		    &r.digest.scheme) < 0)
			unit_fatal("vector", "key");
		aka_free(a);
		check_sets(v, set, why_response(&r, set), "response", i);
	}
}

static void
test_texts(void)
{
	struct why_set two = { 2, { WHY_K_REVERSED, WHY_SQN_CLEAR } };
	struct why_set one = { 1, { WHY_OP_IS_OPC } };
	struct buf b;

	for (int w = 0; w < WHY_N; w++)
		CHECK_EACH(why_name((enum why)w) != NULL &&
		    why_text((enum why)w) != NULL, "name and text of %d", w);
	for (int w = 0; w < WHY_N; w++)
		for (int v = 0; v < w; v++)
			CHECK_EACH(strcmp(why_name((enum why)w),
			    why_name((enum why)v)) != 0, "%d and %d", w, v);
	buf_init(&b, 0);
	why_write(&b, "MAC", &one);
	CHECK_STR(buf_slice(&b), "MAC fits if the value given as op is OPc",
	    "one reason");
	buf_reset(&b);
	why_write(&b, "response", &two);
	CHECK_STR(buf_slice(&b), "response fits if K is byte-reversed and "
	    "SQN is not concealed by AK", "two reasons");
	buf_free(&b);
}

int
main(void)
{
	json_t *all = unit_json("why.json");
	int n = 0;

	test_mac(json_object_get(all, "mac"), false);
	test_mac(json_object_get(all, "auts"), true);
	test_response(json_object_get(all, "response"));
	test_texts();
	for (int w = 0; w < WHY_N; w++)
		n += named[w];
	CHECK(n >= 50, "%d of %d mistakes were made and named", n, WHY_N);
	json_decref(all);
	return unit_end();
}
