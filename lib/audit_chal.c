/* audit_chal: challenges, refused or answered, and the numbers in them. */
#include "audit_int.h"
#include "err.h"

#define AWAIT_AUTH_NS	(240 * 1000000000ULL)	/* TS 24.229 7.7 */
#define FAILURES	2	/* TS 24.229 5.1.1.5.3 */
#define AUTS_TEXT	20	/* octets of base64 of 14 */

static bool
param_empty(struct slice params, const char *name)
{
	struct slice v;

	return sip_param(params, ',', name, &v) && v.n == 0;
}

/* Has the URI of Authorization, or its realm, a user part? */
static const char *
auth_03_fault(const struct audit_ctx *c)
{
	struct slice v;
	struct sip_uri uri;

	if (c->auth.n == 0)
		return "there is no Authorization";
	if (c->username.n == 0)
		return "no username";
	if (c->realm.n == 0)
		return "no realm";
	if (slice_chr(c->realm, '@') < c->realm.n)
		return "realm has a user part";
	if (!sip_param(c->auth, ',', "uri", &v) || sip_uri(v, &uri) < 0)
		return "no uri";
	if (uri.user.n > 0)
		return "uri has a user part";
	if (!param_empty(c->auth, "nonce") ||
	    !param_empty(c->auth, "response"))
		return "nonce and response are not both there and empty";
	return NULL;
}

/*
 * The first REGISTER of a Call-ID; one with a nonce may go on with what began
 * before the capture did.
 */
static void
auth_03(struct audit_ctx *c)
{
	const char *fault;

	if (c->s->protection.on || c->emergency || c->nonce.n > 0 ||
	    c->r->nonce_frame != 0 || c->r->told_auth03 ||
	    sip_get(c->m, SIP_H_SECURITY_CLIENT) == NULL ||
	    (fault = auth_03_fault(c)) == NULL)
		return;
	c->r->told_auth03 = true;
	audit_find(c, R_AUTH_03, AUDIT_WARNING, "%s; expected username, realm "
	    "and uri of the home network, nonce=\"\" and response=\"\" in the "
	    "first REGISTER", fault);
}

static bool
hex_key(struct slice v)
{
	uint8_t key[16];

	return v.n == 32 && slice_hex(v, key, sizeof(key)) == 16;
}

static void
auth_07(struct audit_ctx *c)
{
	struct slice ck, ik, alg;
	bool has;

	if (c->leg != LEG_CORE || c->txn->told_keys ||
	    !audit_is_aka(c->chal) || (sip_param(c->chal, ',', "algorithm",
	    &alg) && slice_casestarts(alg, "AKAv2-SHA")))
		return;
	has = sip_param(c->chal, ',', "ck", &ck);
	has &= sip_param(c->chal, ',', "ik", &ik);
	if (has && hex_key(ck) && hex_key(ik))
		return;
	c->txn->told_keys = true;
	audit_find(c, R_AUTH_07, AUDIT_WARNING, "ck and ik %s; expected 32 "
	    "hexadecimal digits each, for the P-CSCF", has ?
	    "are not keys" : "are not both in the challenge");
}

static void
auth_10(struct audit_ctx *c)
{
	if (c->leg != LEG_CORE || !c->txn->unprotected || c->txn->told_200 ||
	    c->emergency)
		return;
	c->txn->told_200 = true;
	audit_find(c, R_AUTH_10, AUDIT_ERROR, "200 to a REGISTER with "
	    "integrity-protected=\"no\"; expected a challenge");
}

static void
auth_19(struct audit_ctx *c)
{
	if (!c->txn->no_auth || c->txn->told_200 || c->emergency)
		return;
	c->txn->told_200 = true;
	audit_find(c, R_AUTH_19, AUDIT_WARNING, "200 to a REGISTER without "
	    "Authorization; expected a challenge");
}

static void
auth_17(struct audit_ctx *c)
{
	const struct audit_reg *r = c->r;

	if (r == NULL || r->nonce_ns == 0 || r->answer_ns == 0 ||
	    r->answer_ns < r->nonce_ns ||
	    r->answer_ns - r->nonce_ns <= AWAIT_AUTH_NS)
		return;
	audit_find(c, R_AUTH_17, AUDIT_WARNING, "200 to an answer that came "
	    "%llu s after the challenge of frame %llu; expected at most %llu",
	    (unsigned long long)((r->answer_ns - r->nonce_ns) / 1000000000U),
	    (unsigned long long)r->nonce_frame,
	    AWAIT_AUTH_NS / 1000000000U);
}

static void
auth_20(struct audit_ctx *c)
{
	struct slice alg = slice_str("MD5");
	char shown[SLICE_SHOW];

	(void)sip_param(c->chal, ',', "algorithm", &alg);
	if (c->leg != LEG_DOWN || !c->txn->pani_3gpp || audit_is_aka(c->chal) ||
	    (c->r != NULL && c->r->client.n > 0))
		return;
	audit_find(c, R_AUTH_20, AUDIT_ERROR, "a phone on a 3GPP access is "
	    "challenged with algorithm=%s; expected AKAv1-MD5",
	    slice_show(alg, shown));
}

static void
auth_21(struct audit_ctx *c)
{
	uint8_t rand[AKA_RAND], autn[AKA_AUTN];
	struct aka_result res;
	struct aka_scheme s;
	bool keys;
	int n;

	if (c->txn->told_sess || aka_scheme_parse(c->algorithm, &s) < 0 ||
	    s.version == AKA_V0 || !s.sess || c->response.n == 0)
		return;
	c->txn->told_sess = true;
	n = sa_nonce(c->nonce, rand, autn) < 0 ? ERR_FORMAT :
	    sa_db_result(c->a->db, c->username, rand, &res, &keys);
	crypt_wipe(&res, sizeof(res));
	if (n >= 16)
		return;
	audit_find(c, R_AUTH_21, n > 0 ? AUDIT_WARNING : AUDIT_NOTE,
	    "a -sess algorithm with %s RES; expected one of 128 bits",
	    n > 0 ? "a short" : "what may be a short");
}

struct audit_user *
audit_user_of(struct audit_ctx *c)
{
	struct slice impi = c->username.n > 0 || c->r == NULL ? c->username :
	    slice_str(c->r->impi);
	uint64_t k = slice_hash(0, impi);
	struct audit_user *u = table_put(c->a->users, &k,
	    c->s->where.time_ns);

	if (u == NULL)
		c->a->mem = true;
	return u;
}

/* The challenge that is answered, once for all hops of its answer. */
static void
auth_18(struct audit_ctx *c)
{
	uint8_t rand[AKA_RAND], autn[AKA_AUTN], auts[AKA_AUTS];
	struct audit_user *u;
	uint64_t sqn, ms;
	bool failed = c->auts.p != NULL;
	int n, r;

	if (c->txn->told_sqn || sa_nonce(c->nonce, rand, autn) < 0 ||
	    (c->response.n == 0 && !failed) ||
	    sa_db_autn(c->a->db, c->username, rand, autn, &sqn) != 0 ||
	    (u = audit_user_of(c)) == NULL)
		return;
	c->txn->told_sqn = true;
	if (failed) {
		n = slice_base64(c->auts, auts, sizeof(auts));
		r = n != AKA_AUTS ? ERR_RANGE : sa_db_auts(c->a->db,
		    c->username, rand, slice_of(auts, AKA_AUTS), &ms);
		if (r == ERR_AUTH)
			audit_find(c, R_AUTH_18, AUDIT_ERROR, "the MAC in auts "
			    "does not fit the subscriber's key and RAND");
		else if (r == 0 && ms < sqn && sqn - ms <
		    (AKA_DELTA << AKA_IND_LEN))
			audit_find(c, R_AUTH_18, AUDIT_WARNING, "auts says "
			    "SQN %012llx, the challenge has %012llx; expected "
			    "the phone to have a higher one",
			    (unsigned long long)ms, (unsigned long long)sqn);
		if (r == 0) {
			u->has_sqn = true;
			u->sqn = ms;
		}
		return;
	}
	/* Another IND may be behind (TS 33.102 C.1.1.1). */
	if (u->has_sqn && sqn < u->sqn &&
	    ((sqn ^ u->sqn) & ((1U << AKA_IND_LEN) - 1)) == 0)
		audit_find(c, R_AUTH_18, AUDIT_WARNING, "the challenge has SQN "
		    "%012llx; expected one above %012llx, as before",
		    (unsigned long long)sqn, (unsigned long long)u->sqn);
	if (!u->has_sqn || sqn > u->sqn)
		u->sqn = sqn;
	u->has_sqn = true;
}

/* Are the SPIs offered here those that were offered before the challenge? */
static bool
same_spis(struct audit_ctx *c)
{
	struct sa_mech now[SA_MECHS], then[SA_MECHS];

	return sa_mechs(c->m, SIP_H_SECURITY_CLIENT, now) > 0 &&
	    sa_text_mechs(&c->r->client, then) > 0 &&
	    (now[0].has & then[0].has & SA_SPI_C) != 0 &&
	    now[0].spi_c == then[0].spi_c && now[0].spi_s == then[0].spi_s;
}

static void
auth_13_14(struct audit_ctx *c, bool sync)
{
	int rule = sync ? R_AUTH_13 : R_AUTH_14;
	const char *what = sync ? "auts" : "an empty response";
	enum sa_role role;

	if (c->s->protection.on && audit_set_of(c, &role) == &c->ue->set[0] &&
	    !c->ue->set[0].confirmed)
		audit_find(c, rule, AUDIT_ERROR, "a REGISTER with %s comes on "
		    "the association of the challenge; expected it in clear or "
		    "on the one before", what);
	else if (same_spis(c))
		audit_find(c, rule, AUDIT_WARNING, "a REGISTER with %s has the "
		    "SPIs of before; expected new ones", what);
}

static void
auth_16(struct audit_ctx *c)
{
	if (++c->ue->failures == FAILURES + 1)
		audit_find(c, R_AUTH_16, AUDIT_WARNING, "the phone refuses the "
		    "%u. challenge in a row; expected it to stop after %u",
		    c->ue->failures, FAILURES);
}

void
audit_chal_refused(struct audit_ctx *c)
{
	uint8_t raw[AKA_AUTS];
	char shown[SLICE_SHOW];
	bool sync = c->auts.p != NULL;

	if (!c->reg || !c->m->request || c->nonce.n == 0)
		return;
	if (sync && !c->txn->told_auts) {
		c->txn->told_auts = true;
		if (c->auts.n != AUTS_TEXT ||
		    slice_base64(c->auts, raw, sizeof(raw)) != AKA_AUTS)
			audit_find(c, R_AUTH_13, AUDIT_ERROR, "auts=\"%s\"; "
			    "expected 20 characters, base64 of 14 octets",
			    slice_show(c->auts, shown));
	}
	if (c->r == NULL || c->leg != LEG_UP ||
	    c->r->nonce != slice_hash(0, c->nonce))
		return;
	if (!sync && c->response.n > 0) {
		c->ue->failures = 0;
		return;
	}
	auth_16(c);
	auth_13_14(c, sync);
}

static void
request(struct audit_ctx *c)
{
	struct sip_addr from;

	if (c->auth.n == 0 && sip_addr(sip_value(c->m, SIP_H_FROM), &from) == 0 &&
	    slice_eq(from.uri, audit_impu(c)))
		c->txn->no_auth = true;
	if (c->leg == LEG_CORE && c->vias >= 2 &&
	    slice_caseis(c->integrity, "no"))
		c->txn->unprotected = true;
	auth_18(c);
	auth_21(c);
	if (c->leg != LEG_UP || c->r == NULL)
		return;
	c->txn->pani_3gpp = slice_casestarts(sip_value(c->m,
	    SIP_H_P_ACCESS_NETWORK_INFO), "3GPP-");
	c->txn->answered = c->r->nonce != 0 && c->response.n > 0 &&
	    c->r->nonce == slice_hash(0, c->nonce);
	if (c->txn->answered && c->s->where.timed)
		c->r->answer_ns = c->s->where.time_ns;
	auth_03(c);
}

/* What the phone hears of its registration. */
static void
outcome(struct audit_ctx *c)
{
	if (c->leg != LEG_DOWN || c->ue == NULL)
		return;
	if (c->reg && c->m->status == 200) {
		c->ue->registered = true;
		c->ue->refused = 0;
		c->ue->failures = 0;
	} else if (c->reg && c->m->status == 403 && c->ue->registered &&
	    c->txn->answered)
		c->ue->refused = c->s->where.frame;
	else if (!c->reg && c->m->status == 403 && c->ue->refused != 0) {
		audit_find(c, R_AUTH_15, AUDIT_NOTE, "a request is refused "
		    "with 403 after the wrong answer of frame %llu; the "
		    "registration before it goes on",
		    (unsigned long long)c->ue->refused);
		c->ue->refused = 0;
	}
}

void
audit_chal(struct audit_ctx *c)
{
	if (c->m->request) {
		if (c->reg)
			request(c);
		return;
	}
	if (c->reg && c->m->status == 200) {
		auth_10(c);
		auth_19(c);
		if (c->leg == LEG_DOWN)
			auth_17(c);
	} else if (c->reg && c->m->status == 401 && c->chal.n > 0) {
		auth_07(c);
		auth_20(c);
	}
	outcome(c);
}
