/* aka_challenge: the challenges of an input, each with its subscriber. */
#include <string.h>

#include "aka_tool.h"
#include "err.h"
#include "table.h"

#define CALLS	65536

/* What a Call-ID is known to be about. */
struct call {
	char	 impi[SA_IMPI_MAX];
	char	 uri[256];	/* Request-URI of the REGISTER */
	bool	 done;
};

static struct {
	struct table	*calls;
	challenge_fn	*fn;
	uint64_t	 n;
} in;

static void
keep(char *to, size_t cap, struct slice s)
{
	size_t n = s.n < cap ? s.n : 0;

	if (n > 0)
		memcpy(to, s.p, n);
	to[n] = '\0';
}

static struct call *
call_of(const struct sip_msg *m)
{
	static struct call none;
	uint64_t key = slice_hash(0, sip_value(m, SIP_H_CALL_ID));
	struct call *c;

	memset(&none, 0, sizeof(none));
	if (sip_get(m, SIP_H_CALL_ID) == NULL)
		return &none;
	if (in.calls == NULL &&
	    (in.calls = table_new(sizeof(key), sizeof(*c), CALLS, NULL,
	    NULL)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	if ((c = table_put(in.calls, &key, 0)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	return c;
}

/* Was typed what the card would say? */
static bool
without_key(void)
{
	return opt.hex[HEX_RES].there || opt.hex[HEX_AUTS].there;
}

static void
one(const struct challenge *c)
{
	struct sub *s = subs_find(c->impi);
	char shown[SLICE_SHOW];

	if (opt.common.count > 0 && in.n == opt.common.count)
		return;
	if ((s == NULL || !s->has_key) && !without_key()) {
		tool_warn("%s: impi: no key for %s", c->at, c->impi.n > 0 ?
		    slice_show(c->impi, shown) : "a challenge without IMPI");
		tool_bad();
		return;
	}
	in.n++;
	in.fn(s, c);
}

static void
request(const struct sip_msg *m)
{
	struct slice scheme, params, name;
	struct call *call = call_of(m);

	if (call->uri[0] == '\0')
		keep(call->uri, sizeof(call->uri), m->uri);
	if (sip_auth(sip_value(m, SIP_H_AUTHORIZATION), &scheme, &params) ==
	    0 && sip_param(params, ',', "username", &name))
		keep(call->impi, sizeof(call->impi), name);
}

/* The IMPU of To is user@domain as the IMPI is, where both are of the IMSI. */
static struct slice
impi_of(const struct sip_msg *m, const struct call *call)
{
	struct sip_addr to;
	struct slice s;

	if (opt.text[TEXT_IMPI] != NULL)
		return opt_text(TEXT_IMPI);
	if (call->impi[0] != '\0')
		return slice_str(call->impi);
	if (sip_addr(sip_value(m, SIP_H_TO), &to) < 0)
		return slice_of(NULL, 0);
	s = to.uri;
	(void)slice_cut(&s, ':');
	s = slice_sub(s, 0, slice_chr(s, ';'));
	return subs_find(s) != NULL ? s : slice_of(NULL, 0);
}

/*
 * The challenge to answer: AKAv2 before AKAv1 (RFC 4169), then the first (RFC
 * 8760).  False if there is none of AKA.
 */
static bool
choose(const struct sip_msg *m, struct challenge *c)
{
	enum sip_h h = m->status == 407 ? SIP_H_PROXY_AUTHENTICATE :
	    SIP_H_WWW_AUTHENTICATE;
	enum aka_version best = AKA_V0;
	struct slice scheme, params, alg;
	struct aka_scheme s;

	c->proxy = m->status == 407;
	for (const struct sip_header *f = sip_get(m, h); f != NULL;
	    f = sip_next(m, f)) {
		if (sip_auth(f->value, &scheme, &params) < 0 ||
		    !slice_caseis(scheme, "Digest") ||
		    !sip_param(params, ',', "algorithm", &alg) ||
		    aka_scheme_parse(alg, &s) < 0 || s.version <= best)
			continue;
		best = s.version;
		c->algorithm = alg;
		c->nonce = c->realm = c->opaque = c->qop = slice_of(NULL, 0);
		(void)sip_param(params, ',', "nonce", &c->nonce);
		(void)sip_param(params, ',', "realm", &c->realm);
		(void)sip_param(params, ',', "opaque", &c->opaque);
		(void)sip_param(params, ',', "qop", &c->qop);
	}
	return best != AKA_V0;
}

static void
on_message(const struct flow_sip *s, const char *at)
{
	const struct sip_msg *m = s->msg;
	struct challenge c = { .at = at, .where = &s->where };
	struct call *call;

	if (m->request) {
		request(m);
		return;
	}
	if ((m->status != 401 && m->status != 407) || !choose(m, &c))
		return;
	call = call_of(m);
	if (call->done)
		return;
	call->done = true;
	c.impi = impi_of(m, call);
	c.uri = slice_str(call->uri);
	one(&c);
}

static bool
on_record(struct rec *r, const char *at)
{
	struct challenge c = { .at = at };

	if (r->type != REC_VECTOR)
		return false;
	c.impi = r->vector.impi.n > 0 ? r->vector.impi :
	    opt_text(TEXT_IMPI);
	memcpy(c.rand, r->vector.rand, AKA_RAND);
	memcpy(c.autn, r->vector.autn, c.autn_len = r->vector.autn_len);
	if (c.autn_len == 0) {
		tool_warn("%s: autn: missing", at);
		tool_bad();
	} else
		one(&c);
	return true;
}

/* What was typed; false: nothing. */
static bool
typed(void)
{
	struct challenge c = { .at = "--rand", .impi = opt_text(TEXT_IMPI) };
	struct sub *s = subs_find(c.impi);

	if (!opt_challenge(s != NULL && s->has_key ? s->key.mac_len : 8,
	    c.rand, c.autn, &c.autn_len))
		return false;
	if (opt.text[TEXT_NONCE] != NULL)
		c.at = "--nonce";
	else if (c.autn_len == 0)
		tool_die(TOOL_USAGE, "--autn: missing");
	c.nonce = opt_text(TEXT_NONCE);
	if (c.nonce.n > 0)
		c.autn_len = 0;
	one(&c);
	return true;
}

uint64_t
read_challenges(char *const *argv, int n, challenge_fn *fn)
{
	struct sa_db *db;

	in.fn = fn;
	if ((db = sa_db_new()) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	subs_load(db);
	if (subs_count() == 0 && !without_key())
		tool_die(TOOL_USAGE, "no subscriber: --k, or -k with one");
	if (!typed() || n > 0)
		read_messages(argv, n, db, on_message, on_record);
	table_free(in.calls);
	sa_db_free(db);
	return in.n;
}
