/* audit_auth: authentication and identity (TS 33.203 6.1, RFC 3310). */
#include <string.h>

#include "audit_int.h"
#include "err.h"

/* What a key of the table of nonces stands for. */
enum { KEY_IMPI, KEY_RAND, KEY_AUTN, KEY_NONCE };

static uint64_t *
known(struct audit_ctx *c, int what, struct slice s, bool add)
{
	uint64_t k = slice_hash((uint64_t)what, s), *v;

	if (!add)
		return table_get(c->a->nonces, &k);
	v = table_put(c->a->nonces, &k, c->s->where.time_ns);
	if (v == NULL)
		c->a->mem = true;
	return v;
}

bool
audit_is_aka(struct slice params)
{
	struct slice alg;

	return sip_param(params, ',', "algorithm", &alg) &&
	    slice_casestarts(alg, "AKAv");
}

bool
audit_user_is_aka(struct audit_ctx *c)
{
	return slice_casestarts(c->algorithm, "AKAv") ||
	    (c->ue != NULL && c->ue->aka) ||
	    (c->username.n > 0 && known(c, KEY_IMPI, c->username, false) !=
	    NULL);
}

static void
auth_01(struct audit_ctx *c)
{
	char shown[SLICE_SHOW];

	if (!c->m->request || c->reg || c->username.n == 0 || !audit_user_is_aka(c))
		return;
	audit_find(c, R_AUTH_01, AUDIT_ERROR, "%.16s carries the private "
	    "identity %s; expected it in REGISTER only",
	    slice_show(slice_sub(c->m->method, 0, 15), (char[SLICE_SHOW]){ 0 }),
	    slice_show(c->username, shown));
}

static void
auth_02(struct audit_ctx *c)
{
	char shown[SLICE_SHOW];

	if (c->m->request || c->reg || c->leg != LEG_DOWN ||
	    (c->m->status != 401 && c->m->status != 407) ||
	    (!audit_is_aka(c->chal) && !audit_user_is_aka(c)))
		return;
	audit_find(c, R_AUTH_02, AUDIT_ERROR, "%s is challenged with %u; "
	    "expected authentication at registration only",
	    slice_show(c->cseq.method, shown), c->m->status);
}

/*
 * AKAv2-SHA-256 goes with TLS; a phone that was offered IPsec has no business
 * with it, which is known on Gm.
 */
static void
auth_04_algorithm(struct audit_ctx *c)
{
	struct slice alg = { NULL, 0 };
	char shown[SLICE_SHOW];

	(void)sip_param(c->chal, ',', "algorithm", &alg);
	if (c->txn->told_alg || slice_caseis(alg, "AKAv1-MD5") ||
	    (slice_caseis(alg, "AKAv2-SHA-256") &&
	    (c->r == NULL || c->r->client.n == 0)))
		return;
	c->txn->told_alg = true;
	audit_find(c, R_AUTH_04, AUDIT_ERROR, "algorithm=%s; expected "
	    "AKAv1-MD5 (AKAv2-SHA-256 goes with TLS only)",
	    alg.n > 0 ? slice_show(alg, shown) : "(none)");
}

/* The RAND and AUTN of a challenge, once for all its hops. */
static void
auth_04_05(struct audit_ctx *c)
{
	uint64_t here = slice_hash(c->cseq.number, c->call_id) | 1, *was;
	uint8_t rand[AKA_RAND], autn[AKA_AUTN];
	struct slice nonce = { NULL, 0 }, part[2];
	char shown[SLICE_SHOW];

	c->txn->told_nonce = true;
	(void)sip_param(c->chal, ',', "nonce", &nonce);
	if (sa_nonce(nonce, rand, autn) < 0) {
		audit_find(c, R_AUTH_04, AUDIT_ERROR, "nonce=\"%s\"; expected "
		    "base64 of RAND and AUTN, 32 octets or more",
		    slice_show(nonce, shown));
		return;
	}
	part[0] = slice_of(rand, sizeof(rand));
	part[1] = slice_of(autn, sizeof(autn));
	for (int i = 0; i < 2; i++) {
		was = known(c, i == 0 ? KEY_RAND : KEY_AUTN, part[i], true);
		if (was == NULL)
			return;
		if (*was != 0 && *was != here) {
			audit_find(c, R_AUTH_05, AUDIT_ERROR, "%s of this "
			    "challenge was used in another one; expected a "
			    "fresh vector", i == 0 ? "RAND" : "AUTN");
			*was = here;
			return;
		}
		*was = here;
	}
}

static void
auth_06(struct audit_ctx *c)
{
	struct slice v;
	bool ck, ik;

	if (c->leg != LEG_DOWN)
		return;
	ck = sip_param(c->chal, ',', "ck", &v);
	ik = sip_param(c->chal, ',', "ik", &v);
	if (ck || ik)
		audit_find(c, R_AUTH_06, AUDIT_ERROR, "the challenge to the "
		    "phone has %s; expected the P-CSCF to take them off",
		    ck && ik ? "ck and ik" : ck ? "ck" : "ik");
}

static void
auth_08_09(struct audit_ctx *c)
{
	struct slice v = c->integrity;
	bool there = v.p != NULL;
	char shown[SLICE_SHOW];

	if (c->leg == LEG_UP && there)
		audit_find(c, R_AUTH_08, AUDIT_ERROR, "the phone says "
		    "integrity-protected=%s; expected only the P-CSCF to",
		    slice_show(v, shown));
	if (c->leg != LEG_CORE || c->vias < 2)
		return;
	if (!there && c->auth.n > 0 && audit_user_is_aka(c))
		audit_find(c, R_AUTH_08, AUDIT_ERROR, "no integrity-protected "
		    "in Authorization on a core hop; expected \"%s\"",
		    c->txn->gm_protected ? "yes" : "yes\" or \"no");
	if (there && slice_caseis(v, "yes") && c->txn->gm_up &&
	    !c->txn->gm_protected)
		audit_find(c, R_AUTH_09, AUDIT_ERROR, "integrity-protected="
		    "\"yes\", but the phone's REGISTER of frame %llu came in "
		    "clear; expected \"no\"",
		    (unsigned long long)c->txn->gm_frame);
}

static void
keep(char to[SA_IMPI_MAX], struct slice s)
{
	size_t n = s.n < SA_IMPI_MAX ? s.n : SA_IMPI_MAX - 1;

	if (n > 0)
		memcpy(to, s.p, n);
	to[n] = '\0';
}

static void
differs(struct audit_ctx *c, const char *what, struct slice now,
    const char *then)
{
	char a[SLICE_SHOW], b[SLICE_SHOW];

	if (then[0] == '\0' || now.n >= SA_IMPI_MAX || slice_is(now, then))
		return;
	audit_find(c, R_AUTH_11, AUDIT_WARNING, "%s is %s; expected %s, as in "
	    "the first REGISTER", what, slice_show(now, a),
	    slice_show(slice_str(then), b));
}

struct slice
audit_impu(const struct audit_ctx *c)
{
	struct sip_addr to;

	if (sip_addr(sip_value(c->m, SIP_H_TO), &to) < 0)
		return slice_of(NULL, 0);
	return to.uri;
}

/* The phone's REGISTER, as an answer to the challenge that is open. */
static void
auth_11(struct audit_ctx *c)
{
	struct audit_reg *r = c->r;
	uint64_t h = slice_hash(0, c->nonce), *where, k;

	if (c->nonce.n == 0 || (c->response.n == 0 && c->auts.p == NULL))
		return;
	k = slice_hash(0, c->call_id) | 1;
	where = known(c, KEY_NONCE, c->nonce, false);
	if (where != NULL && *where != 0 && *where != k) {
		audit_find(c, R_AUTH_11, AUDIT_WARNING, "the challenge came "
		    "with another Call-ID; expected the same");
		*where = 0;
		return;
	}
	if (r->nonce == 0) {
		if (c->a->strict && where == NULL)
			audit_find(c, R_AUTH_11, AUDIT_NOTE, "the challenge "
			    "is not in the input");
		return;
	}
	/* What came before the challenge does not answer it. */
	if (c->s->where.timed && c->s->where.time_ns < r->nonce_ns)
		return;
	if (h != r->nonce) {
		audit_find(c, R_AUTH_11, AUDIT_WARNING, "the nonce is not that "
		    "of the challenge of frame %llu",
		    (unsigned long long)r->nonce_frame);
		return;
	}
	if (c->cseq.number != r->nonce_cseq + 1)
		audit_find(c, R_AUTH_11, AUDIT_WARNING, "CSeq is %u; expected "
		    "%u, one more than that of the challenge",
		    (unsigned)c->cseq.number, (unsigned)r->nonce_cseq + 1);
	differs(c, "username", c->username, r->impi);
	differs(c, "realm", c->realm, r->realm);
	differs(c, "To", audit_impu(c), r->impu);
	r->nonce = 0;
	if (where != NULL)
		*where = 0;
}

static void
remember_challenge(struct audit_ctx *c)
{
	struct slice nonce;
	uint64_t *where;

	if (c->r == NULL || c->leg != LEG_DOWN ||
	    !sip_param(c->chal, ',', "nonce", &nonce))
		return;
	/* Records may be out of order: the last challenge is the one. */
	if (c->s->where.timed && c->s->where.time_ns < c->r->nonce_ns)
		return;
	c->r->nonce = slice_hash(0, nonce);
	c->r->nonce_cseq = c->cseq.number;
	c->r->nonce_frame = c->s->where.frame;
	c->r->nonce_ns = c->s->where.timed ? c->s->where.time_ns : 0;
	c->r->answer_ns = 0;
	if (audit_is_aka(c->chal))
		c->ue->aka = true;
	if ((where = known(c, KEY_NONCE, nonce, true)) != NULL)
		*where = slice_hash(0, c->call_id) | 1;
}

/* The response that RES gives with version V; true if it is the one seen. */
static bool
response_fits(struct audit_ctx *c, const struct aka_scheme *s,
    const struct aka_result *res)
{
	struct aka_digest d = { .scheme = *s, .username = c->username,
	    .realm = c->realm, .nonce = c->nonce, .method = c->m->method,
	    .body = c->m->body };
	char out[AKA_RESPONSE];
	struct buf password;
	int n = 0;

	(void)sip_param(c->auth, ',', "uri", &d.uri);
	(void)sip_param(c->auth, ',', "qop", &d.qop);
	(void)sip_param(c->auth, ',', "nc", &d.nc);
	(void)sip_param(c->auth, ',', "cnonce", &d.cnonce);
	buf_init(&password, 256);
	/* With auts the password is empty (RFC 3310 3.4). */
	if (c->auts.p == NULL)
		n = aka_password(s, slice_of(res->res, res->res_len),
		    slice_of(res->ck, 16), slice_of(res->ik, 16), &password);
	if (n >= 0)
		n = aka_response(&d, buf_slice(&password), out);
	buf_wipe(&password);
	c->a->mem |= n == ERR_MEM || n == ERR_CRYPT;
	return n >= 0 && slice_caseeq(c->response, slice_of(out, (size_t)n));
}

static void
auth_12(struct audit_ctx *c)
{
	uint8_t rand[AKA_RAND], autn[AKA_AUTN];
	struct slice alg = c->algorithm;
	struct aka_result res;
	struct aka_scheme s, other;
	bool keys, fits;
	char shown[SLICE_SHOW];
	int e = 0;

	if (alg.p == NULL)
		alg = slice_str("AKAv1-MD5");
	if (c->txn->told_digest || c->response.n == 0 ||
	    sa_nonce(c->nonce, rand, autn) < 0 ||
	    aka_scheme_parse(alg, &s) < 0 || s.version == AKA_V0 ||
	    (e = sa_db_result(c->a->db, c->username, rand, &res,
	    &keys)) < 0 || (s.version == AKA_V2 && !keys)) {
		c->a->mem |= e == ERR_MEM || e == ERR_CRYPT;
		return;
	}
	c->txn->told_digest = true;
	if (!response_fits(c, &s, &res)) {
		other = s;
		other.version = s.version == AKA_V1 ? AKA_V2 : AKA_V1;
		fits = response_fits(c, &other, &res);
		if (!c->a->mem)
			audit_find(c, R_AUTH_12, AUDIT_ERROR, "response=%s "
			    "does not verify as %s with the subscriber's "
			    "key%s", slice_show(c->response, shown),
			    slice_show(alg, (char[SLICE_SHOW]){ 0 }),
			    !fits ? "" : s.version == AKA_V2 ?
			    "; it would fit AKAv1" : "; it would fit AKAv2");
	}
	crypt_wipe(&res, sizeof(res));
}

void
audit_auth(struct audit_ctx *c)
{
	auth_01(c);
	auth_02(c);
	if (!c->reg)
		return;
	if (!c->m->request) {
		if (c->m->status != 401 || c->chal.n == 0)
			return;
		if (audit_is_aka(c->chal) ||
		    (c->r != NULL && c->r->client.n > 0)) {
			auth_04_algorithm(c);
			if (!c->txn->told_nonce)
				auth_04_05(c);
		}
		auth_06(c);
		remember_challenge(c);
		return;
	}
	if (c->username.n > 0 && (slice_casestarts(c->algorithm, "AKAv") ||
	    sip_get(c->m, SIP_H_SECURITY_CLIENT) != NULL))
		(void)known(c, KEY_IMPI, c->username, true);
	auth_08_09(c);
	auth_12(c);
	if (c->r == NULL || c->leg != LEG_UP)
		return;
	auth_11(c);
	if (c->r->nonce == 0) {
		keep(c->r->impi, c->username);
		keep(c->r->realm, c->realm);
		keep(c->r->impu, audit_impu(c));
	}
}
