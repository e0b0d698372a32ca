/* aka_response: does an Authorization, an AUTS, an rspauth fit? */
#include <string.h>

#include "aka_check.h"
#include "auth.h"
#include "err.h"

/* The credentials that are judged. */
struct creds {
	const char		*at;
	const struct flow_sip	*f;
	struct aka_digest	 d;
	struct slice		 algorithm, response, auts;
	bool			 has_auts;
	struct sub		*sub;
	struct heard		*heard;		/* or NULL */
	struct rec_answer	 a;
};

static void
parse(struct creds *c, struct slice params)
{
	auth_digest(c->f->msg, params, &c->d);
	(void)sip_param(params, ',', "algorithm", &c->algorithm);
	(void)sip_param(params, ',', "response", &c->response);
	c->has_auts = sip_param(params, ',', "auts", &c->auts) &&
	    c->auts.n > 0;
}

static void
remember(const struct creds *c)
{
	struct spoken *s = pair_spoken(c->f->msg);

	pair_keep(s->impi, sizeof(s->impi), c->d.username);
	pair_keep(s->nonce, sizeof(s->nonce), c->d.nonce);
	pair_keep(s->realm, sizeof(s->realm), c->d.realm);
	pair_keep(s->uri, sizeof(s->uri), c->d.uri);
	pair_keep(s->qop, sizeof(s->qop), c->d.qop);
	pair_keep(s->nc, sizeof(s->nc), c->d.nc);
	pair_keep(s->cnonce, sizeof(s->cnonce), c->d.cnonce);
	pair_keep(s->algorithm, sizeof(s->algorithm), c->algorithm);
	s->auts = c->has_auts;
}

static bool
digest_fits(const struct aka_digest *d, const struct expected *e,
    bool empty, struct slice response)
{
	char out[AKA_RESPONSE];
	struct buf password;
	int n = 0;

	buf_init(&password, 256);
	if (!empty)
		n = aka_password(&d->scheme, slice_of(e->r.res, e->r.res_len),
		    slice_of(e->r.ck, e->ck_len), slice_of(e->r.ik, e->ik_len),
		    &password);
	if (n >= 0)
		n = aka_response(d, buf_slice(&password), out);
	buf_wipe(&password);
	if (n == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(n));
	return n > 0 && slice_caseeq(response, slice_of(out, (size_t)n));
}

static void
reasons(struct creds *c, const struct expected *e)
{
	struct why_set set[WHY_SETS];
	struct why_response r = {
		.digest = c->d, .response = c->response, .auts = c->has_auts,
		.key = c->sub != NULL && c->sub->has_key ? &c->sub->key : NULL,
		.result = &e->r, .ck_len = e->ck_len, .ik_len = e->ik_len,
		.rand = c->a.rand, .request_uri = c->f->msg->uri,
		/* With a wrong key two mistakes more say nothing. */
		.pairs = c->heard == NULL || !c->heard->wrong,
	};

	if (c->heard != NULL) {
		r.realm = slice_str(c->heard->realm);
		r.nonce = slice_str(c->heard->nonce);
	}
	take_whys("response", set, why_response(&r, set), &c->a);
}

/* What differs from the challenge, though the digest is right in itself. */
static bool
differs(struct creds *c)
{
	char is[SLICE_SHOW], was[SLICE_SHOW];
	const struct heard *h = c->heard;

	if (h == NULL)
		return false;
	if (h->nonce[0] != '\0' && !slice_is(c->d.nonce, h->nonce)) {
		check_say(&c->a, "response of %s: the nonce is not that of "
		    "the challenge%s", slice_show(c->d.username, is),
		    slice_eq(c->d.nonce, slice_sub(slice_str(h->nonce), 0,
		    c->d.nonce.n)) ? ": its padding is lost" : "");
		return true;
	}
	if (h->realm[0] != '\0' && !slice_is(c->d.realm, h->realm)) {
		check_say(&c->a, "response: the realm is %s, in the challenge "
		    "%s", slice_show(c->d.realm, is),
		    slice_show(slice_str(h->realm), was));
		return true;
	}
	return false;
}

static void
judge_response(struct creds *c)
{
	char who[SLICE_SHOW], alg[SLICE_SHOW], shown[SLICE_SHOW];
	struct aka_result r;
	struct expected e;

	c->a.about = slice_str("response");
	(void)slice_show(c->d.username, who);
	(void)slice_show(c->algorithm, alg);
	if (!check_expected(c->sub, &c->a, &e) ||
	    (c->d.scheme.version == AKA_V2 && !e.keys)) {
		check_say(&c->a, "response of %s: no key", who);
		check_put(&c->a, CHECK_UNKNOWN);
		return;
	}
	if (!digest_fits(&c->d, &e, false, c->response)) {
		check_say(&c->a, "response of %s does not verify as %s", who,
		    alg);
		reasons(c, &e);
		check_put(&c->a, CHECK_WRONG);
	} else if (differs(c))
		check_put(&c->a, CHECK_WRONG);
	else {
		check_say(&c->a, "response %s of %s verifies as %s",
		    slice_show(c->response, shown), who, alg);
		check_put(&c->a, CHECK_OK);
		if (c->sub != NULL && c->sub->has_key &&
		    aka_autn_check(c->sub->aka, c->a.rand,
		    slice_of(c->a.autn, c->a.autn_len), c->a.sqn, &r) == 0)
			check_card_at(c->sub, c->a.rand,
			    aka_sqn_get(c->a.sqn), false);
	}
	crypt_wipe(&e, sizeof(e));
}

/* AUTS of the field; false: said what is wrong with it. */
static bool
auts_octets(struct creds *c)
{
	uint8_t hex[AKA_AUTS_MAX];
	struct rec_answer *a = &c->a;
	int n = slice_base64(c->auts, a->auts, sizeof(a->auts));
	int want = (int)(AKA_SQN + (c->sub != NULL && c->sub->has_key ?
	    c->sub->key.mac_len : 8));

	if (n == want) {
		a->auts_len = (size_t)n;
		return true;
	}
	if (slice_hex(c->auts, hex, sizeof(hex)) == want) {
		memcpy(a->auts, hex, a->auts_len = (size_t)want);
		check_say(a, "auts is hex, not base64");
		check_put(a, CHECK_WRONG);
	} else if (n < 0)
		check_bad(c->at, "auts: not base64");
	else
		check_bad(c->at, "auts: %d octets, not %d", n, want);
	return false;
}

static void
judge_auts(struct creds *c)
{
	struct slice who = c->d.username, auts;
	struct why_set set[WHY_SETS];
	char text[SLICE_SHOW];
	struct rec_answer *a = &c->a;
	struct expected e;

	a->about = slice_str("auts");
	if (!auts_octets(c))
		return;
	auts = slice_of(a->auts, a->auts_len);
	if (c->sub == NULL || !c->sub->has_key) {
		check_say(a, "auts of %s: no key", slice_show(who, text));
		check_put(a, CHECK_UNKNOWN);
	} else if (aka_auts_check(c->sub->aka, a->rand, auts, a->sqn_ms) < 0) {
		check_say(a, "auts of %s: MAC-S does not fit",
		    slice_show(who, text));
		take_whys("MAC-S", set, why_auts(&c->sub->key, a->rand, auts,
		    a->autn + AKA_SQN, set), a);
		check_put(a, CHECK_WRONG);
	} else if (a->has_sqn_ms = true, memset(&e, 0, sizeof(e)),
	    c->response.n > 0 &&
	    !digest_fits(&c->d, &e, true, c->response)) {
		check_say(a, "response with auts of %s is not that of an "
		    "empty password", slice_show(who, text));
		if (check_expected(c->sub, a, &e))
			reasons(c, &e);
		check_put(a, CHECK_WRONG);
	} else {
		check_say(a, "auts of %s: MAC-S fits, SQN_MS %012llx",
		    slice_show(who, text),
		    (unsigned long long)aka_sqn_get(a->sqn_ms));
		check_put(a, CHECK_OK);
		check_card_at(c->sub, a->rand, aka_sqn_get(a->sqn_ms), true);
	}
}

void
check_credentials(const struct flow_sip *f, struct slice value,
    const char *at)
{
	struct creds c = { .at = at, .f = f };
	struct slice scheme, params;
	char text[SLICE_SHOW];

	if (sip_auth(value, &scheme, &params) < 0 ||
	    !slice_caseis(scheme, "Digest"))
		return;
	parse(&c, params);
	if (c.d.username.n == 0 && c.d.nonce.n > 0)
		check_bad(at, "username: missing");
	remember(&c);
	if (c.d.nonce.n == 0 || c.d.username.n == 0)
		return;
	if (c.algorithm.n > 0 && !slice_casestarts(c.algorithm, "AKAv"))
		return;
	c.sub = subs_find(c.d.username);
	c.a.where = &f->where;
	c.a.impi = c.d.username;
	c.a.nonce = c.d.nonce;
	if (!check_nonce(c.sub, c.d.nonce, &c.a, at))
		return;
	c.heard = pair_heard(c.a.rand, false);
	if (c.algorithm.n == 0)
		c.algorithm = slice_str(c.heard != NULL ?
		    c.heard->algorithm : "AKAv1-MD5");
	if (aka_scheme_parse(c.algorithm, &c.d.scheme) < 0) {
		check_bad(at, "algorithm: %s is not known",
		    slice_show(c.algorithm, text));
		return;
	}
	if (c.has_auts)
		judge_auts(&c);
	else if (c.response.n > 0)
		judge_response(&c);
	else {
		c.a.about = slice_str("response");
		check_say(&c.a, "response of %s is empty: MAC failure, says "
		    "the phone", slice_show(c.d.username, text));
		check_put(&c.a, CHECK_WRONG);
	}
}

void
check_rspauth(const struct flow_sip *f, const char *at)
{
	struct slice params = sip_value(f->msg, SIP_H_AUTHENTICATION_INFO);
	const struct spoken *s = pair_spoken(f->msg);
	struct slice rspauth, alg = slice_str(s->algorithm);
	struct rec_answer a = {
		.where = &f->where, .about = slice_str("rspauth"),
		.impi = slice_str(s->impi), .nonce = slice_str(s->nonce),
	};
	struct aka_digest d = {
		.username = a.impi, .realm = slice_str(s->realm),
		.nonce = a.nonce, .uri = slice_str(s->uri),
		.qop = slice_str(s->qop), .nc = slice_str(s->nc),
		.cnonce = slice_str(s->cnonce), .body = f->msg->body,
	};
	struct sub *sub = subs_find(a.impi);
	char text[SLICE_SHOW];
	struct expected e;
	bool fits;

	if (!sip_param(params, ',', "rspauth", &rspauth) || a.nonce.n == 0 ||
	    s->auts)
		return;
	(void)sip_param(params, ',', "qop", &d.qop);
	(void)sip_param(params, ',', "nc", &d.nc);
	(void)sip_param(params, ',', "cnonce", &d.cnonce);
	if (aka_scheme_parse(alg.n > 0 ? alg : slice_str("AKAv1-MD5"),
	    &d.scheme) < 0 || d.scheme.version == AKA_V0 ||
	    !check_nonce(sub, a.nonce, &a, at))
		return;
	if (!check_expected(sub, &a, &e)) {
		check_say(&a, "rspauth to %s: no key",
		    slice_show(a.impi, text));
		check_put(&a, CHECK_UNKNOWN);
		return;
	}
	fits = digest_fits(&d, &e, false, rspauth);
	check_say(&a, "rspauth to %s %s", slice_show(a.impi, text),
	    fits ? "verifies" : "does not verify");
	check_put(&a, fits ? CHECK_OK : CHECK_WRONG);
	crypt_wipe(&e, sizeof(e));
}
