/* why_response: what would have made a digest response right. */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "why_int.h"

#define TEXT	260

/* How RES becomes the password. */
enum form { FORM_SCHEME, FORM_HEX, FORM_HEX_UPPER, FORM_BASE64, FORM_EMPTY };

struct attempt {
	const struct why_response *r;
	/* What one set makes of it. */
	struct aka_digest	 d;
	struct aka_key		 key;
	bool			 other_key;
	enum form		 form;
	bool			 cut_00;
	size_t			 cut_at;	/* 0: nowhere */
	char			 uri[TEXT], qop[TEXT], nc[TEXT], cnonce[TEXT];
	char			 nonce[TEXT];
};

static bool
set_text(char to[TEXT], struct slice *s, const char *before, struct slice v,
    const char *after)
{
	int n = snprintf(to, TEXT, "%s%.*s%s", before,
	    (int)(v.n < TEXT ? v.n : TEXT), v.n > 0 ? (const char *)v.p : "",
	    after);

	if (n < 0 || n >= TEXT || v.n >= TEXT)
		return false;
	*s = slice_of(to, (size_t)n);
	return true;
}

/* V takes the place of *S; false if it is the same, or nothing is known. */
static bool
other(struct slice *s, struct slice v)
{
	if (v.n == 0 || slice_eq(*s, v))
		return false;
	*s = v;
	return true;
}

static bool
leave_out(struct slice *s)
{
	bool was = s->n > 0;

	*s = slice_of(NULL, 0);
	return was;
}

static bool
spoil_scheme(enum why w, struct attempt *a)
{
	struct aka_scheme *s = &a->d.scheme;
	enum aka_version v = w == WHY_V1 ? AKA_V1 : AKA_V2;

	if (w == WHY_SESS || w == WHY_NOT_SESS) {
		if (s->sess == (w == WHY_SESS))
			return false;
		s->sess = w == WHY_SESS;
		return a->d.cnonce.n > 0 || !s->sess;
	}
	if (a->r->auts || s->version == v || s->version == AKA_V0)
		return false;
	s->version = v;
	return true;
}

static bool
spoil_password(enum why w, struct attempt *a)
{
	static const enum form form[] = {
		[WHY_RES_HEX - WHY_RES_HEX] = FORM_HEX,
		[WHY_RES_HEX_UPPER - WHY_RES_HEX] = FORM_HEX_UPPER,
		[WHY_RES_BASE64 - WHY_RES_HEX] = FORM_BASE64,
		[WHY_PASSWORD_EMPTY - WHY_RES_HEX] = FORM_EMPTY,
	};

	if (w == WHY_PASSWORD_RES) {
		a->form = FORM_SCHEME;
		return a->r->auts;
	}
	if (a->r->auts)
		return false;
	if (w == WHY_RES_CUT)
		return a->cut_00 = true;
	if (w == WHY_RES_8) {
		a->cut_at = 8;
		return true;
	}
	a->form = form[w - WHY_RES_HEX];
	return w == WHY_PASSWORD_EMPTY || a->d.scheme.version == AKA_V1;
}

static bool
spoil_names(enum why w, struct attempt *a)
{
	struct aka_digest *d = &a->d;
	size_t at = slice_chr(d->username, '@');

	switch (w) {
	case WHY_USERNAME_BARE:
		return other(&d->username, slice_sub(d->username, 0, at));
	case WHY_REALM_CHALLENGE:
		return other(&d->realm, a->r->realm);
	case WHY_REALM_HOST:
		return !slice_eq(slice_from(d->username, at + 1),
		    a->r->realm) &&
		    other(&d->realm, slice_from(d->username, at + 1));
	case WHY_URI_REQUEST:
		return other(&d->uri, a->r->request_uri);
	case WHY_URI_NO_SIP:
		return slice_casestarts(d->uri, "sip:") &&
		    other(&d->uri, slice_from(d->uri, 4));
	case WHY_URI_SIP:
		return !slice_casestarts(d->uri, "sip:") &&
		    set_text(a->uri, &d->uri, "sip:", d->uri, "");
	default:	/* WHY_URI_REALM */
		return slice_casestarts(d->uri, "sip:") &&
		    !slice_eq(slice_from(d->uri, 4), d->realm) &&
		    (!slice_casestarts(a->r->request_uri, "sip:") ||
		    !slice_eq(slice_from(a->r->request_uri, 4), d->realm)) &&
		    set_text(a->uri, &d->uri, "sip:", d->realm, "");
	}
}

static bool
spoil_method(enum why w, struct attempt *a)
{
	static const char *const method[] = {
		"REGISTER", "INVITE", "SUBSCRIBE", "MESSAGE", "GET", "",
	};
	struct slice v = slice_str(method[w - WHY_METHOD_REGISTER]);

	if (slice_eq(a->d.method, v) || a->d.method.n == 0)
		return false;
	a->d.method = v;
	return true;
}

static bool
spoil_nc(enum why w, struct attempt *a)
{
	struct slice *nc = &a->d.nc, was = *nc;
	uint64_t v = 0;

	for (size_t i = 0; i < was.n && i < 8; i++) {
		int c = was.p[i] | 0x20;

		v = v << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	if (a->d.qop.n == 0 && w != WHY_NC_FIRST)
		return false;
	switch (w) {
	case WHY_NC_NONE:
		return leave_out(nc);
	case WHY_NC_QUOTED:
		return was.n > 0 && set_text(a->nc, nc, "\"", was, "\"");
	case WHY_NC_DECIMAL:
		(void)snprintf(a->nc, TEXT, "%08llu", (unsigned long long)v);
		break;
	case WHY_NC_SHORT:
		(void)snprintf(a->nc, TEXT, "%llx", (unsigned long long)v);
		break;
	default:	/* WHY_NC_FIRST */
		(void)snprintf(a->nc, TEXT, "00000001");
		break;
	}
	return other(nc, slice_str(a->nc));
}

static bool
spoil_qop(enum why w, struct attempt *a)
{
	struct aka_digest *d = &a->d;

	switch (w) {
	case WHY_QOP_NONE:
		return leave_out(&d->qop);
	case WHY_QOP_QUOTED:
		return d->qop.n > 0 &&
		    set_text(a->qop, &d->qop, "\"", d->qop, "\"");
	case WHY_QOP_AUTH:
		return !slice_caseis(d->qop, "auth") &&
		    other(&d->qop, slice_str("auth"));
	case WHY_QOP_AUTH_INT:
		return !slice_caseis(d->qop, "auth-int") &&
		    other(&d->qop, slice_str("auth-int"));
	case WHY_CNONCE_NONE:
		return (d->qop.n > 0 || d->scheme.sess) &&
		    leave_out(&d->cnonce);
	case WHY_CNONCE_QUOTED:
		return (d->qop.n > 0 || d->scheme.sess) && d->cnonce.n > 0 &&
		    set_text(a->cnonce, &d->cnonce, "\"", d->cnonce, "\"");
	default:	/* WHY_BODY_EMPTY */
		return slice_caseis(d->qop, "auth-int") &&
		    leave_out(&d->body);
	}
}

static struct slice
unpadded(struct slice s)
{
	while (s.n > 0 && s.p[s.n - 1] == '=')
		s.n--;
	return s;
}

static bool
spoil_nonce(enum why w, struct attempt *a)
{
	struct slice *n = &a->d.nonce;

	switch (w) {
	case WHY_NONCE_CHALLENGE:
		return !slice_eq(unpadded(*n), unpadded(a->r->nonce)) &&
		    other(n, a->r->nonce);
	case WHY_NONCE_UNPADDED:
		return other(n, unpadded(*n));
	default:	/* WHY_NONCE_PADDED */
		return n->n % 4 >= 2 && set_text(a->nonce, n, "", *n,
		    n->n % 4 == 2 ? "==" : "=");
	}
}

static bool
spoil(enum why w, struct attempt *a)
{
	if (why_is_key(w)) {
		a->other_key = true;
		return a->r->key != NULL && !a->r->auts &&
		    why_spoil_key(w, &a->key);
	}
	if (w < WHY_V1)
		return false;
	if (w < WHY_RES_CUT)
		return spoil_scheme(w, a);
	if (w < WHY_USERNAME_BARE)
		return spoil_password(w, a);
	if (w < WHY_METHOD_REGISTER)
		return spoil_names(w, a);
	if (w < WHY_QOP_NONE)
		return spoil_method(w, a);
	if (w >= WHY_NC_NONE && w < WHY_CNONCE_NONE)
		return spoil_nc(w, a);
	if (w >= WHY_NONCE_CHALLENGE && w < WHY_BODY_EMPTY)
		return spoil_nonce(w, a);
	return spoil_qop(w, a);
}

static void
hex_upper(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(out, "%02X", s.p[i]);
}

/* The password of the attempt; false if it is that of no mistake. */
static bool
password(const struct attempt *a, const struct aka_result *res,
    struct buf *out)
{
	struct slice s = slice_of(res->res, res->res_len);

	if (a->cut_00) {
		s = slice_sub(s, 0, slice_chr(s, 0));
		if (s.n == res->res_len)
			return false;
	}
	if (a->cut_at != 0) {
		if (a->cut_at >= s.n)
			return false;
		s.n = a->cut_at;
	}
	if (a->form == FORM_HEX)
		buf_hex(out, s);
	else if (a->form == FORM_HEX_UPPER)
		hex_upper(out, s);
	else if (a->form == FORM_BASE64)
		buf_base64(out, s);
	else if (a->form == FORM_SCHEME)
		return aka_password(&a->d.scheme, s,
		    slice_of(res->ck, a->r->ck_len),
		    slice_of(res->ik, a->r->ik_len), out) == 0;
	return !out->bad;
}

static bool
fits(const struct attempt *a, const struct aka_result *res)
{
	char out[AKA_RESPONSE];
	struct buf pw;
	int n = ERR_RANGE;

	buf_init(&pw, TEXT);
	if (password(a, res, &pw))
		n = aka_response(&a->d, buf_slice(&pw), out);
	buf_wipe(&pw);
	return n > 0 && slice_caseeq(a->r->response,
	    slice_of(out, (size_t)n));
}

static bool
try_response(const struct why_set *set, void *arg)
{
	struct attempt *a = arg;
	struct aka_result res = *a->r->result;
	struct aka *aka;
	bool go = true;

	a->d = a->r->digest;
	a->other_key = a->cut_00 = false;
	a->cut_at = 0;
	a->form = a->r->auts ? FORM_EMPTY : FORM_SCHEME;
	if (a->r->key != NULL)
		a->key = *a->r->key;
	for (size_t i = 0; go && i < set->n; i++)
		go = spoil(set->why[i], a);
	if (go && a->other_key) {
		aka = aka_new(&a->key);
		go = aka != NULL && aka_f2345(aka, a->r->rand, &res) >= 0;
		aka_free(aka);
	}
	go = go && fits(a, &res);
	crypt_wipe(&res, sizeof(res));
	aka_key_wipe(&a->key);
	return go;
}

size_t
why_response(const struct why_response *r, struct why_set out[WHY_SETS])
{
	struct attempt a = { .r = r };
	struct why_search s = {
		.try = try_response, .arg = &a, .pairs = r->pairs, .out = out,
	};

	return r->response.n == 0 ? 0 : why_search(&s);
}
