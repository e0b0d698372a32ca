/* aka_digest: the Authorization that answers a challenge (RFC 3310, 4169). */
#include <string.h>

#include "aka_tool.h"
#include "err.h"

static const char help[] =
"usage: ims-aka digest [options] [file ...]\n"
"\n"
"The Authorization for a challenge: of a pasted WWW-Authenticate, of SIP\n"
"messages as text, records or in a capture, of vectors (records), or typed.\n"
"With an SQN that is refused it has auts, with a wrong MAC no response.\n"
"-f json: answer records.\n"
"\n"
"  -k FILE --impi NAME   subscribers; the one, where a challenge has no name\n"
"  --k --op | --opc HEX  the one typed; more options: ims-aka answer --help\n"
"  --res HEX --ck --ik   or RES itself, CK and IK for AKAv2\n"
"  --nonce BASE64        the challenge typed, or --rand HEX --autn HEX\n"
"  --realm NAME          default: of the challenge, or the domain of the IMPI\n"
"  --uri URI             default: of the REGISTER, or sip: and the realm\n"
"  --scheme NAME         AKAv1-MD5 (the default), AKAv2-SHA-256 ...; also\n"
"                        -SHA-512-256, -sess\n"
"  --qop NAME            auth, auth-int; default: what the challenge offers\n"
"  --nc HEX --cnonce TEXT  default 00000001, and random\n"
"  --method NAME --body TEXT  default REGISTER and none\n"
"  --auts VALUE          base64 or hex: the password is empty\n"
"\n"
"Keys typed are seen by ps.  Common options: ims-aka --help.\n";

static struct buf out;
static bool all_ok = true;

/* The digest of one answer, and the texts that it borrows. */
struct work {
	struct aka_digest	 d;
	char			 uri[600], cnonce[2 * 8 + 1];
};

static struct slice
first_of(struct slice a, struct slice b)
{
	return a.n > 0 ? a : b;
}

/* Of what is offered: auth before auth-int, as peers without body do. */
static struct slice
choose_qop(struct slice offered)
{
	struct slice one, rest = offered, best = { NULL, 0 };

	if (opt.text[TEXT_QOP] != NULL)
		return opt_text(TEXT_QOP);
	while (rest.n > 0) {
		one = slice_trim(slice_cut(&rest, ','));
		if (slice_caseis(one, "auth") || (best.n == 0 &&
		    slice_caseis(one, "auth-int")))
			best = one;
	}
	return best;
}

static void
choose_cnonce(struct work *w)
{
	uint8_t r[8];

	w->d.cnonce = opt_text(TEXT_CNONCE);
	if (opt.text[TEXT_CNONCE] != NULL ||
	    (w->d.qop.n == 0 && !w->d.scheme.sess))
		return;
	tool_random(r, sizeof(r));
	for (size_t i = 0; i < sizeof(r); i++)
		(void)snprintf(w->cnonce + 2 * i, 3, "%02x", r[i]);
	w->d.cnonce = slice_str(w->cnonce);
}

/* All but the password; false: said what is missing. */
static bool
begin(struct work *w, const struct sub *s, const struct challenge *c)
{
	struct aka_digest *d = &w->d;
	struct slice alg = first_of(opt_text(TEXT_SCHEME), c->algorithm);
	char shown[SLICE_SHOW];

	memset(w, 0, sizeof(*w));
	if (aka_scheme_parse(first_of(alg, slice_str("AKAv1-MD5")),
	    &d->scheme) < 0) {
		tool_warn("%s: algorithm: %s is not known", c->at,
		    slice_show(alg, shown));
		return false;
	}
	d->username = first_of(opt_text(TEXT_IMPI), first_of(c->impi,
	    slice_str(s != NULL ? s->impi : "")));
	if (d->username.n == 0) {
		tool_warn("%s: impi: missing; --impi has it", c->at);
		return false;
	}
	d->realm = first_of(opt_text(TEXT_REALM), first_of(c->realm,
	    slice_from(d->username, slice_chr(d->username, '@') + 1)));
	(void)snprintf(w->uri, sizeof(w->uri), "sip:%.*s",
	    (int)(d->realm.n < 512 ? d->realm.n : 512),
	    d->realm.n > 0 ? (const char *)d->realm.p : "");
	d->uri = first_of(opt_text(TEXT_URI), first_of(c->uri,
	    slice_str(w->uri)));
	d->method = first_of(opt_text(TEXT_METHOD), slice_str("REGISTER"));
	d->qop = choose_qop(c->qop);
	d->nc = first_of(opt_text(TEXT_NC), slice_str("00000001"));
	d->body = opt_text(TEXT_BODY);
	choose_cnonce(w);
	return true;
}

static void
quoted(struct buf *b, const char *name, struct slice v)
{
	buf_printf(b, "%s%s=\"", b->n > 7 ? "," : "", name);
	buf_put(b, v);
	buf_u8(b, '"');
}

static void
token(struct buf *b, const char *name, struct slice v)
{
	buf_printf(b, ",%s=", name);
	buf_put(b, v);
}

static void
credentials(struct buf *b, const struct aka_digest *d,
    const struct challenge *c, struct slice response, struct slice auts)
{
	buf_str(b, "Digest ");
	quoted(b, "username", d->username);
	quoted(b, "realm", d->realm);
	quoted(b, "nonce", d->nonce);
	quoted(b, "uri", d->uri);
	buf_str(b, ",algorithm=");
	aka_scheme_write(b, &d->scheme);
	if (d->qop.n > 0) {
		token(b, "qop", d->qop);
		token(b, "nc", d->nc);
	}
	if (d->qop.n > 0 || d->scheme.sess)
		quoted(b, "cnonce", d->cnonce);
	quoted(b, "response", response);
	if (c->opaque.n > 0)
		quoted(b, "opaque", c->opaque);
	if (auts.n > 0) {
		buf_str(b, ",auts=\"");
		buf_base64(b, auts);
		buf_u8(b, '"');
	}
}

/* The response, with the password of A or an empty one with auts. */
static int
respond(const struct aka_digest *d, const struct rec_answer *a,
    char response[AKA_RESPONSE])
{
	struct buf password;
	int n = 0;

	buf_init(&password, 256);
	if (a->auts_len == 0)
		n = aka_password(&d->scheme, slice_of(a->res, a->res_len),
		    slice_of(a->ck, a->ck_len), slice_of(a->ik, a->ik_len),
		    &password);
	if (n >= 0)
		n = aka_response(d, buf_slice(&password), response);
	buf_wipe(&password);
	return n;
}

/* RES and the like as they were typed, the card not being asked. */
static int
answer_typed(const struct challenge *c, struct rec_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->where = c->where;
	a->nonce = c->nonce;
	memcpy(a->res, opt.hex[HEX_RES].p, a->res_len = opt.hex[HEX_RES].n);
	memcpy(a->ck, opt.hex[HEX_CK].p, a->ck_len = opt.hex[HEX_CK].n);
	memcpy(a->ik, opt.hex[HEX_IK].p, a->ik_len = opt.hex[HEX_IK].n);
	memcpy(a->auts, opt.hex[HEX_AUTS].p,
	    a->auts_len = opt.hex[HEX_AUTS].n);
	a->verdict = slice_str(a->auts_len > 0 ? "sync" : "ok");
	return 0;
}

static void
put(struct rec_answer *a, const struct challenge *c, struct buf *value)
{
	a->authorization = buf_slice(value);
	if (opt.json)
		rec_write_answer(&out, a);
	else {
		buf_str(&out, c->proxy ? "Proxy-Authorization: " :
		    "Authorization: ");
		buf_put(&out, a->authorization);
		buf_u8(&out, '\n');
	}
	put_result(&out);
}

static void
digest(struct sub *s, const struct challenge *c)
{
	char response[AKA_RESPONSE];
	struct rec_answer a;
	struct work w;
	struct buf value, nonce;
	int e = s != NULL && !opt.hex[HEX_RES].there &&
	    !opt.hex[HEX_AUTS].there ? card_answer(s, c, &a) :
	    answer_typed(c, &a), n = 0;

	all_ok = all_ok && e == 0;
	buf_init(&value, 0);
	buf_init(&nonce, 0);
	if (e == ERR_RANGE || !begin(&w, s, c)) {
		tool_bad();
		return;
	}
	w.d.nonce = c->nonce;
	if (c->nonce.n == 0) {	/* of a vector: RFC 3310 3.2 */
		uint8_t o[AKA_RAND + AKA_AUTN_MAX];

		memcpy(o, c->rand, AKA_RAND);
		memcpy(o + AKA_RAND, c->autn, c->autn_len);
		buf_base64(&nonce, slice_of(o, AKA_RAND + c->autn_len));
		w.d.nonce = buf_slice(&nonce);
	}
	a.nonce = w.d.nonce;
	a.impi = w.d.username;
	/* A wrong MAC: no auts and an empty response (TS 24.229 5.1.1.5). */
	if (e != ERR_AUTH && (n = respond(&w.d, &a, response)) < 0) {
		tool_warn("%s: qop or algorithm is not known", c->at);
		tool_bad();
	} else {
		credentials(&value, &w.d, c, slice_of(response, (size_t)n),
		    slice_of(a.auts, a.auts_len));
		put(&a, c, &value);
	}
	buf_free(&value);
	buf_free(&nonce);
	crypt_wipe(&a, sizeof(a));
}

int
cmd_digest(int argc, char **argv)
{
	uint64_t n;

	opt_parse(argc, argv, help);
	tool_out_open(&opt.common);
	n = read_challenges(argv + optind, argc - optind, digest);
	put_rest(&out);
	if (n == 0)
		tool_warn("no challenge in the input");
	return n > 0 && all_ok ? TOOL_YES : TOOL_NO;
}
