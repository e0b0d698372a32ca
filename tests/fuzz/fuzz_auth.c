/*
 * fuzz_auth: Authorization and WWW-Authenticate, nonces, AUTN, responses and
 * what is said of them, whatever the octets are.
 */
#include <string.h>

#include "aka.h"
#include "err.h"
#include "fuzz.h"
#include "sa.h"
#include "sip.h"
#include "why.h"

static struct aka_key key;

static struct slice
param(struct slice params, const char *name)
{
	struct slice v;

	return sip_param(params, ',', name, &v) ? v : slice_of(NULL, 0);
}

/* What is written of a scheme is read the same. */
static void
check_scheme(struct slice algorithm, struct aka_scheme *s)
{
	struct aka_scheme again;
	struct buf b;

	memset(s, 0, sizeof(*s));
	if (aka_scheme_parse(algorithm, s) < 0) {
		memset(s, 0, sizeof(*s));
		return;
	}
	buf_init(&b, 0);
	aka_scheme_write(&b, s);
	must(aka_scheme_parse(buf_slice(&b), &again) == 0);
	must(again.version == s->version && again.hash == s->hash &&
	    again.sess == s->sess);
	buf_free(&b);
}

static void
told(const char *what, const struct why_set *set, size_t n)
{
	struct buf b;

	must(n <= WHY_SETS);
	buf_init(&b, 0);
	for (size_t i = 0; i < n; i++) {
		must(set[i].n >= 1 && set[i].n <= 2);
		for (size_t k = 0; k < set[i].n; k++)
			must(set[i].why[k] < WHY_N);
		why_write(&b, what, &set[i]);
	}
	must(!b.bad);
	buf_free(&b);
}

static void
check_nonce(struct slice nonce)
{
	struct why_set set[WHY_SETS];
	uint8_t rand[AKA_RAND], autn[AKA_AUTN_MAX], sqn[AKA_SQN];
	uint8_t again[AKA_AUTN_MAX];
	struct aka_result out;
	struct aka *a;

	if (aka_nonce(nonce, 8, rand, autn) < 0)
		return;
	must((a = aka_new(&key)) != NULL);
	if (aka_autn_check(a, rand, slice_of(autn, AKA_AUTN), sqn, &out) ==
	    0) {
		must(aka_vector(a, rand, sqn, autn + 6, &out, again) ==
		    AKA_AUTN);
		must(memcmp(again, autn, AKA_AUTN) == 0);
	} else
		told("MAC", set, why_mac(&key, rand, slice_of(autn, AKA_AUTN),
		    NULL, set));
	aka_free(a);
}

/* The response is that of what is in it, and no other is right. */
static void
check_response(struct slice params)
{
	static const uint8_t rand[AKA_RAND] = { 7 };
	struct why_set set[WHY_SETS];
	struct why_response w;
	struct aka_result out;
	struct aka_digest d;
	struct aka *a;
	char one[AKA_RESPONSE], two[AKA_RESPONSE];
	int n;

	memset(&d, 0, sizeof(d));
	check_scheme(param(params, "algorithm"), &d.scheme);
	d.username = param(params, "username");
	d.realm = param(params, "realm");
	d.nonce = param(params, "nonce");
	d.uri = param(params, "uri");
	d.qop = param(params, "qop");
	d.nc = param(params, "nc");
	d.cnonce = param(params, "cnonce");
	d.method = slice_str("REGISTER");
	check_nonce(d.nonce);
	n = aka_response(&d, slice_str("secret"), one);
	must(n == ERR_ALG || n == 32 || n == 64);
	if (n < 0)
		return;
	must(aka_response(&d, slice_str("secreu"), two) == n);
	must(memcmp(one, two, (size_t)n) != 0);
	memset(&w, 0, sizeof(w));
	w.digest = d;
	w.response = param(params, "response");
	must((a = aka_new(&key)) != NULL && aka_f2345(a, rand, &out) == 0);
	aka_free(a);
	w.key = &key;
	w.result = &out;
	w.ck_len = w.ik_len = 16;
	w.rand = rand;
	w.realm = d.realm;
	w.nonce = d.nonce;
	w.request_uri = d.uri;
	told("response", set, why_response(&w, set));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size), scheme, params;
	uint8_t rand[AKA_RAND], autn[AKA_AUTN], auts[AKA_AUTS];
	struct why_set set[WHY_SETS];
	struct aka_scheme s;

	if (key.k_len == 0) {
		aka_key_init(&key, AKA_MILENAGE);
		key.k_len = 16;
	}
	check_scheme(in, &s);
	check_nonce(in);
	(void)!sa_nonce(in, rand, autn);
	if (size >= AKA_RAND + AKA_AUTS) {
		memcpy(rand, data, AKA_RAND);
		memcpy(auts, data + AKA_RAND, AKA_AUTS);
		told("MAC-S", set, why_auts(&key, rand, slice_of(auts,
		    AKA_AUTS), NULL, set));
	}
	if (sip_auth(in, &scheme, &params) < 0)
		return 0;
	inside(scheme, in);
	inside(params, in);
	check_response(params);
	return 0;
}
