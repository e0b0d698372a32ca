/* aka_selftest: the test sets of 3GPP, built in or of a file, as TAP. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aka_tool.h"
#include "err.h"

static const char help[] =
"usage: ims-aka selftest [options] [file ...]\n"
"\n"
"The test sets of TS 35.207, 35.208 (MILENAGE), 35.233 (TUAK), XOR, and\n"
"worked digests of RFC 3310 and RFC 4169, each a line of TAP; exit 1 if one\n"
"fails.\n"
"With files, the sets in those: JSON of the form of tests/data/vectors.\n"
"\n"
"Common options: ims-aka --help. Manual: ims-aka(1).\n";

#define VALUE_MAX	256

static struct {
	struct buf	 out, why;
	uint64_t	 n, failed;
} tap;

/* The octets of field F; 0 if the set has none. */
static size_t
octets(const struct rec_set *s, int f, uint8_t out[VALUE_MAX])
{
	int n = s->value[f] == NULL ? 0 :
	    slice_hex(slice_str(s->value[f]), out, VALUE_MAX);

	if (n < 0)
		buf_printf(&tap.why, "# a value is not hex\n");
	return n < 0 ? 0 : (size_t)n;
}

static struct slice
text(const struct rec_set *s, int f)
{
	return s->value[f] != NULL ? slice_str(s->value[f]) :
	    slice_of(NULL, 0);
}

static void
differs(const char *name, struct slice got, const char *want)
{
	char shown[SLICE_SHOW];

	buf_printf(&tap.why, "# %s is ", name);
	buf_put(&tap.why, got);
	buf_printf(&tap.why, ", not %s\n", slice_show(slice_str(want),
	    shown));
}

/* The octets at P against field F, if the set has it. */
static void
same(const struct rec_set *s, int f, const char *name, const uint8_t *p,
    size_t n)
{
	uint8_t want[VALUE_MAX];
	struct buf hex;

	if (s->value[f] == NULL || (octets(s, f, want) == n &&
	    memcmp(p, want, n) == 0))
		return;
	buf_init(&hex, 0);
	buf_hex(&hex, slice_of(p, n));
	differs(name, buf_slice(&hex), s->value[f]);
	buf_free(&hex);
}

/* The key of S; false: it is none, said. */
static bool
key_of(const struct rec_set *s, struct aka_key *k)
{
	uint8_t v[VALUE_MAX];
	int alg = aka_alg_parse(slice_str(s->algorithm));
	size_t n;

	if (alg < 0)
		alg = AKA_MILENAGE;
	aka_key_init(k, (enum aka_alg)alg);
	k->k_len = octets(s, REC_SET_K, v);
	memcpy(k->k, v, k->k_len <= sizeof(k->k) ? k->k_len : 0);
	n = octets(s, REC_SET_OP, v);
	k->is_op = n > 0;
	memcpy(k->op, v, n <= sizeof(k->op) ? n : 0);
	n = octets(s, REC_SET_OPC, v);
	memcpy(k->opc, v, n <= sizeof(k->opc) ? n : 0);
	k->iterations = s->iterations;
	if ((n = octets(s, REC_SET_MAC_A, v)) > 0)
		k->mac_len = n;
	if ((n = octets(s, REC_SET_RES, v)) > 0)
		k->res_len = n;
	if ((n = octets(s, REC_SET_CK, v)) > 0)
		k->ck_len = n;
	if ((n = octets(s, REC_SET_IK, v)) > 0)
		k->ik_len = n;
	if (k->is_op && aka_opc(k) < 0) {
		buf_printf(&tap.why, "# a length that %s does not have\n",
		    aka_alg_name(k->alg));
		return false;
	}
	return true;
}

/* AUTN and AUTS, both ways. */
static void
test_tokens(const struct rec_set *s, struct aka *a, const uint8_t *rand,
    const uint8_t *sqn, const uint8_t *amf)
{
	uint8_t autn[AKA_AUTN_MAX], auts[AKA_AUTS_MAX], back[AKA_SQN];
	struct aka_result r;
	int n;

	if ((n = aka_vector(a, rand, sqn, amf, &r, autn)) >= 0) {
		same(s, REC_SET_AUTN, "AUTN", autn, (size_t)n);
		if (aka_autn_check(a, rand, slice_of(autn, (size_t)n), back,
		    &r) < 0 || memcmp(back, sqn, AKA_SQN) != 0)
			buf_printf(&tap.why, "# AUTN is not accepted\n");
	}
	if ((n = aka_auts_write(a, rand, sqn, auts)) >= 0) {
		same(s, REC_SET_AUTS, "AUTS", auts, (size_t)n);
		if (aka_auts_check(a, rand, slice_of(auts, (size_t)n),
		    back) < 0 || memcmp(back, sqn, AKA_SQN) != 0)
			buf_printf(&tap.why, "# AUTS is not accepted\n");
	}
}

static void
test_functions(const struct rec_set *s)
{
	uint8_t rand[VALUE_MAX], sqn[VALUE_MAX], amf[VALUE_MAX], mac[32];
	uint8_t ak[AKA_AK];
	struct aka_result r;
	struct aka_key k;
	struct aka *a = NULL;
	int n;

	if (octets(s, REC_SET_RAND, rand) != AKA_RAND ||
	    octets(s, REC_SET_SQN, sqn) != AKA_SQN ||
	    octets(s, REC_SET_AMF, amf) != AKA_AMF || !key_of(s, &k) ||
	    (a = aka_new(&k)) == NULL || aka_f2345(a, rand, &r) < 0 ||
	    aka_f5star(a, rand, ak) < 0) {
		buf_printf(&tap.why, "# an input is missing or too long\n");
		aka_free(a);
		return;
	}
	same(s, REC_SET_OPC, "OPc", k.opc, k.alg == AKA_TUAK ? 32 : 16);
	if ((n = aka_f1(a, false, rand, sqn, amf, mac)) >= 0)
		same(s, REC_SET_MAC_A, "f1", mac, (size_t)n);
	if ((n = aka_f1(a, true, rand, sqn, amf, mac)) >= 0)
		same(s, REC_SET_MAC_S, "f1*", mac, (size_t)n);
	same(s, REC_SET_RES, "f2", r.res, r.res_len);
	same(s, REC_SET_CK, "f3", r.ck, k.ck_len);
	same(s, REC_SET_IK, "f4", r.ik, k.ik_len);
	same(s, REC_SET_AK, "f5", r.ak, AKA_AK);
	same(s, REC_SET_AKSTAR, "f5*", ak, AKA_AK);
	test_tokens(s, a, rand, sqn, amf);
	aka_free(a);
}

static void
same_response(const struct rec_set *s, int f, const char *name,
    const struct aka_digest *d, struct slice password)
{
	char out[AKA_RESPONSE];
	int n;

	if (s->value[f] == NULL)
		return;
	if ((n = aka_response(d, password, out)) < 0)
		buf_printf(&tap.why, "# %s: %s\n", name, err_name(n));
	else if (!slice_eq(slice_of(out, (size_t)n), text(s, f)))
		differs(name, slice_of(out, (size_t)n), s->value[f]);
}

static void
test_digest(const struct rec_set *s)
{
	uint8_t res[VALUE_MAX], ck[VALUE_MAX], ik[VALUE_MAX], body[VALUE_MAX];
	size_t n_body = octets(s, REC_SET_BODY, body);
	struct aka_digest d = {
		.username = text(s, REC_SET_USERNAME),
		.realm = text(s, REC_SET_REALM),
		.nonce = text(s, REC_SET_NONCE), .uri = text(s, REC_SET_URI),
		.method = text(s, REC_SET_METHOD),
		.qop = text(s, REC_SET_QOP), .nc = text(s, REC_SET_NC),
		.cnonce = text(s, REC_SET_CNONCE),
		.body = slice_of(body, n_body),
	};
	struct buf password;
	int e = aka_scheme_parse(text(s, REC_SET_SCHEME), &d.scheme);

	buf_init(&password, 0);
	if (e >= 0 && s->value[REC_SET_DIGEST_AUTS] == NULL)
		e = aka_password(&d.scheme,
		    slice_of(res, octets(s, REC_SET_RES, res)),
		    slice_of(ck, octets(s, REC_SET_CK, ck)),
		    slice_of(ik, octets(s, REC_SET_IK, ik)), &password);
	if (e < 0 || s->value[REC_SET_RESPONSE] == NULL)
		buf_printf(&tap.why, "# the set is not complete\n");
	else {
		same_response(s, REC_SET_RESPONSE, "response", &d,
		    buf_slice(&password));
		d.method = slice_of(NULL, 0);
		same_response(s, REC_SET_RSPAUTH, "rspauth", &d,
		    buf_slice(&password));
	}
	buf_wipe(&password);
}

static void
test(const struct rec_set *s, void *arg)
{
	char name[SLICE_SHOW];

	(void)arg;
	if (strcmp(s->algorithm, "digest") == 0)
		test_digest(s);
	else
		test_functions(s);
	tap.failed += tap.why.n > 0;
	buf_printf(&tap.out, "%sok %llu - ", tap.why.n > 0 ? "not " : "",
	    (unsigned long long)++tap.n);
	for (const char *p = s->algorithm; *p != '\0'; p++)
		buf_u8(&tap.out, (uint8_t)(*p >= 'A' && *p <= 'Z' ?
		    *p - 'A' + 'a' : *p));
	buf_printf(&tap.out, " %s\n", slice_show(slice_str(s->id), name));
	buf_put(&tap.out, buf_slice(&tap.why));
	buf_free(&tap.why);
}

static void
test_file(const char *path)
{
	bool in = strcmp(path, "-") == 0;
	FILE *f = in ? stdin : fopen(path, "rb");
	struct buf b;
	uint8_t *to;
	size_t got;
	int n;

	if (f == NULL) {
		tool_warn("%s: %s", path, strerror(errno));
		tool_failed();
		return;
	}
	buf_init(&b, 64U << 20);
	do {
		if ((to = buf_room(&b, 65536)) == NULL)
			tool_die(TOOL_SYSTEM, "%s: %s", path,
			    tool_reason(ERR_LIMIT));
		got = fread(to, 1, 65536, f);
		b.n -= 65536 - got;
	} while (got > 0);
	if (ferror(f))
		tool_die(TOOL_SYSTEM, "%s: %s", path, strerror(errno));
	if (!in)
		(void)fclose(f);
	n = rec_sets(buf_slice(&b), test, NULL);
	if (n <= 0) {
		tool_warn("%s: %s", path, n < 0 ? "not JSON" :
		    "no test set in it");
		tool_bad();
	}
	buf_free(&b);
}

int
cmd_selftest(int argc, char **argv)
{
	opt_parse(argc, argv, help);
	tool_out_open(&opt.common);
	if (optind == argc)
		for (size_t i = 0; i < aka_sets_n; i++)
			test(&aka_sets[i], NULL);
	for (int i = optind; i < argc; i++)
		test_file(argv[i]);
	buf_printf(&tap.out, "1..%llu\n", (unsigned long long)tap.n);
	put_rest(&tap.out);
	return tap.failed == 0 && tap.n > 0 ? TOOL_YES : TOOL_NO;
}
