/* scrub_aka: AKA and its digest made consistent again (RFC 3310, 33.102 6.3). */
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "buf.h"
#include "err.h"
#include "scrub_int.h"

#define NONCE_MAX	512	/* octets of a nonce decoded */
#define NO_SUB		SIZE_MAX

static void
impi_key(char key[SA_IMPI_MAX], struct slice impi)
{
	memset(key, 0, SA_IMPI_MAX);
	for (size_t i = 0; i < impi.n && i < SA_IMPI_MAX - 1; i++)
		key[i] = (char)(impi.p[i] >= 'A' && impi.p[i] <= 'Z' ?
		    impi.p[i] + 32 : impi.p[i]);
}

/* One more place in S->sub. */
static int
room(struct scrub *s)
{
	size_t cap = s->cap_sub > 0 ? 2 * s->cap_sub : 16;
	struct scrub_sub *sub;

	if (s->n_sub < s->cap_sub)
		return 0;
	if (s->n_sub == SCRUB_SUBS)
		return ERR_LIMIT;
	if ((sub = realloc(s->sub, cap * sizeof(*sub))) == NULL)
		return ERR_MEM;
	s->sub = sub;
	s->cap_sub = cap;
	return 0;
}

int
scrub_subscriber(struct scrub *s, struct slice impi, const struct aka_key *key,
    struct aka_key *out)
{
	struct scrub_sub sub = { .mac_len = key->mac_len };
	char k[SA_IMPI_MAX];
	size_t *at;
	int r;

	if ((r = room(s)) < 0)
		return r;
	*out = *key;
	if (key->alg != AKA_XOR && key->is_op && (r = aka_opc(out)) < 0)
		return r;
	out->is_op = false;
	scrub_octets(s, "k", out->k, out->k_len);
	if (key->alg != AKA_XOR)
		scrub_octets(s, "opc", out->opc,
		    key->alg == AKA_TUAK ? 32 : 16);
	sub.was = aka_new(key);
	sub.is = aka_new(out);
	impi_key(k, impi);
	if (sub.was == NULL || sub.is == NULL ||
	    (at = table_put(s->by_impi, k, 0)) == NULL) {
		aka_free(sub.was);
		aka_free(sub.is);
		return ERR_RANGE;
	}
	*at = s->n_sub;
	s->sub[s->n_sub++] = sub;
	return 0;
}

/* The subscriber whose key made AUTN (NULL: seen before) with RAND. */
static size_t
sub_of(struct scrub *s, const uint8_t rand[AKA_RAND], struct slice autn)
{
	size_t *known = table_get(s->by_rand, rand), found = NO_SUB;
	struct aka_result res;
	uint8_t sqn[AKA_SQN];

	if (known != NULL && *known > 0)
		return *known - 1;
	for (size_t i = 0; i < s->n_sub && autn.n > 0 && found == NO_SUB; i++)
		if (aka_autn_check(s->sub[i].was, rand, slice_sub(autn, 0,
		    AKA_AK + AKA_AMF + s->sub[i].mac_len), sqn, &res) == 0)
			found = i;
	crypt_wipe(&res, sizeof(res));
	if (found != NO_SUB && (known = table_put(s->by_rand, rand, 0)) !=
	    NULL)
		*known = found + 1;
	return found;
}

static int
pair_add(struct scrub *s, const uint8_t *ck, const uint8_t *ik,
    const struct scrub_pair *to)
{
	const uint8_t *key[2] = { ck, ik };

	for (int i = 0; i < 2; i++) {
		struct scrub_pair *p = table_put(s->pairs, key[i], 0);

		if (p == NULL)
			return ERR_MEM;
		*p = *to;
	}
	return 0;
}

static void
octets(struct scrub *s, const char *what, uint8_t *p, size_t n,
    const uint8_t *was, const uint8_t *is, size_t known)
{
	if (p == NULL || n == 0)
		return;
	if (n == known && memcmp(p, was, n) == 0)
		memcpy(p, is, n);
	else
		scrub_octets(s, what, p, n);
}

static void
autn_anew(struct scrub *s, const struct scrub_vector *v,
    const struct scrub_sub *sub, const uint8_t rand[AKA_RAND])
{
	uint8_t sqn[AKA_SQN], out[AKA_AUTN_MAX];
	struct aka_result res;
	size_t n = AKA_AK + AKA_AMF;

	if (v->autn == NULL || v->autn_len == 0)
		return;
	if (sub != NULL)
		n += sub->mac_len;
	if (sub == NULL || n > v->autn_len || aka_autn_check(sub->was, v->rand,
	    slice_of(v->autn, n), sqn, &res) < 0 || aka_vector(sub->is, rand,
	    sqn, v->autn + AKA_AK, &res, out) < 0) {
		scrub_octets(s, "autn", v->autn, v->autn_len);
		return;
	}
	memcpy(v->autn, out, n);
	if (v->autn_len > n)
		scrub_octets(s, "server data", v->autn + n, v->autn_len - n);
	crypt_wipe(&res, sizeof(res));
}

int
scrub_vector(struct scrub *s, const struct scrub_vector *v)
{
	size_t n = sub_of(s, v->rand, slice_of(v->autn, v->autn_len));
	const struct scrub_sub *sub = n != NO_SUB ? &s->sub[n] : NULL;
	struct aka_result was = { 0 }, is = { 0 };
	uint8_t rand[AKA_RAND], ck[16], ik[16];
	struct scrub_pair to;
	int r = 0;

	memcpy(rand, v->rand, AKA_RAND);
	scrub_octets(s, "rand", rand, AKA_RAND);
	if (sub != NULL && (aka_f2345(sub->was, v->rand, &was) < 0 ||
	    aka_f2345(sub->is, rand, &is) < 0))
		return ERR_CRYPT;
	if (sub != NULL) {
		memcpy(to.ck, is.ck, 16);
		memcpy(to.ik, is.ik, 16);
		r = pair_add(s, was.ck, was.ik, &to);
	}
	autn_anew(s, v, sub, rand);
	octets(s, "xres", v->xres, v->xres_len, was.res, is.res, was.res_len);
	if (v->ck != NULL) {
		memcpy(ck, v->ck, 16);
		memcpy(ik, v->ik, 16);
		octets(s, "ck", v->ck, 16, was.ck, is.ck, sub != NULL ? 16 : 0);
		octets(s, "ik", v->ik, 16, was.ik, is.ik, sub != NULL ? 16 : 0);
		memcpy(to.ck, v->ck, 16);
		memcpy(to.ik, v->ik, 16);
		if (r == 0)
			r = pair_add(s, ck, ik, &to);
	}
	memcpy(v->rand, rand, AKA_RAND);
	crypt_wipe(&was, sizeof(was));
	crypt_wipe(&is, sizeof(is));
	crypt_wipe(&to, sizeof(to));
	return r;
}

int
scrub_esp_key(struct scrub *s, struct esp_key *key)
{
	const struct scrub_pair *p = NULL;
	struct esp_key is = *key;

	if (key->auth_len >= 16)
		p = table_get(s->pairs, key->auth);
	if (p == NULL && key->enc_len >= 16)
		p = table_get(s->pairs, key->enc);
	if (p != NULL && sa_expand(key->alg, key->ealg, p->ck, p->ik, &is) ==
	    0 && is.auth_len == key->auth_len && is.enc_len == key->enc_len) {
		is.esn = key->esn;
		*key = is;
	} else {
		scrub_octets(s, "auth", key->auth, key->auth_len);
		scrub_octets(s, "enc", key->enc, key->enc_len);
		scrub_octets(s, "salt", key->salt, sizeof(key->salt));
	}
	crypt_wipe(&is, sizeof(is));
	return s->error;
}

/* A nonce of RAND, AUTN and server data; false if it is none. */
static bool
nonce(struct scrub *s, uint8_t *p, size_t n)
{
	uint8_t o[NONCE_MAX];
	struct scrub_vector v = { .rand = o, .autn = o + AKA_RAND };
	int len = slice_base64(slice_of(p, n), o, sizeof(o));
	struct buf b;
	bool ok;

	if (len < AKA_RAND + AKA_AUTN)
		return false;
	v.autn_len = (size_t)len - AKA_RAND;
	s->count[sub_of(s, o, slice_of(v.autn, v.autn_len)) != NO_SUB ?
	    SCRUB_CHALLENGE : SCRUB_UNPROVEN]++;
	if (scrub_vector(s, &v) < 0)
		s->error = ERR_MEM;
	buf_init(&b, 2 * NONCE_MAX);
	buf_base64(&b, slice_of(o, (size_t)len));
	if (b.bad)
		s->error = ERR_MEM;
	ok = !b.bad && b.n >= n;
	if (ok)
		memcpy(p, b.p, n);
	buf_free(&b);
	return ok;
}

static void
put_hex(struct slice to, const uint8_t *o)
{
	uint8_t *p = scrub_mut(to);
	bool upper = false;

	for (size_t i = 0; i < to.n; i++)
		upper |= p[i] >= 'A' && p[i] <= 'F';
	for (size_t i = 0; i < to.n; i++)
		p[i] = (uint8_t)(upper ? "0123456789ABCDEF" :
		    "0123456789abcdef")[(o[i / 2] >> (i % 2 ? 0 : 4)) & 15];
}

/* ck and ik of a challenge (TS 24.229 7.2A.1). */
static void
session_keys(struct scrub *s, struct slice params, struct slice of_nonce)
{
	uint8_t rand[AKA_RAND], autn[AKA_AUTN], ck[16], ik[16];
	struct scrub_vector v = { .rand = rand, .autn = autn,
	    .autn_len = sizeof(autn), .ck = ck, .ik = ik };
	struct slice c = { NULL, 0 }, i = { NULL, 0 };

	(void)sip_param(params, ',', "ck", &c);
	(void)sip_param(params, ',', "ik", &i);
	if (c.n + i.n == 0)
		return;
	s->count[SCRUB_SECRET] += (c.n > 0) + (i.n > 0);
	if (c.n != 32 || i.n != 32 || slice_hex(c, ck, 16) != 16 ||
	    slice_hex(i, ik, 16) != 16 || sa_nonce(of_nonce, rand, autn) < 0) {
		scrub_hex(s, SCRUB_SECRET, scrub_mut(c), c.n);
		scrub_hex(s, SCRUB_SECRET, scrub_mut(i), i.n);
		return;
	}
	if (scrub_vector(s, &v) < 0)
		s->error = ERR_MEM;
	put_hex(c, ck);
	put_hex(i, ik);
}

bool
scrub_auts(struct scrub *s, const uint8_t rand[AKA_RAND], struct slice autn,
    struct slice user, uint8_t *o, size_t n)
{
	size_t sub = sub_of(s, rand, autn), *known;
	uint8_t sqn[AKA_SQN], is[AKA_RAND];
	char key[SA_IMPI_MAX];

	impi_key(key, user);
	if (sub == NO_SUB && (known = table_get(s->by_impi, key)) != NULL)
		sub = *known;
	if (sub == NO_SUB || n > AKA_AUTS_MAX || aka_auts_check(
	    s->sub[sub].was, rand, slice_of(o, n), sqn) < 0)
		return false;
	memcpy(is, rand, AKA_RAND);
	scrub_octets(s, "rand", is, AKA_RAND);
	if (aka_auts_write(s->sub[sub].is, is, sqn, o) < 0)
		s->error = ERR_CRYPT;
	return true;
}

/* AUTS (RFC 3310 3.2), under the RAND of the nonce beside it. */
static void
auts(struct scrub *s, struct slice value, struct slice of_nonce,
    struct slice user)
{
	uint8_t rand[AKA_RAND], autn[AKA_AUTN], o[AKA_AUTS_MAX];
	int n = slice_base64(value, o, sizeof(o));
	struct buf b;

	if (n <= 0 || sa_nonce(of_nonce, rand, autn) < 0 || !scrub_auts(s,
	    rand, slice_of(autn, sizeof(autn)), user, o, (size_t)n)) {
		scrub_token(s, SCRUB_UNPROVEN, scrub_mut(value), value.n);
		return;
	}
	buf_init(&b, 256);
	buf_base64(&b, slice_of(o, (size_t)n));
	if (!b.bad && b.n >= value.n)
		memcpy(scrub_mut(value), b.p, value.n);
	buf_free(&b);
	s->count[SCRUB_RESPONSE]++;
}

static void
param(struct scrub *s, const struct sip_param *p)
{
	static const char *const stay[] = {
		"algorithm", "integrity-protected", "nc", "qop", "stale",
	};
	uint8_t *v = scrub_mut(p->value);
	size_t n = p->value.n;

	for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		if (slice_caseis(p->name, stay[i]))
			return;
	if (n == 0 || slice_caseis(p->name, "auts") ||
	    slice_caseis(p->name, "ck") || slice_caseis(p->name, "ik"))
		return;
	if (slice_caseis(p->name, "username"))
		scrub_identity(s, v, n);
	else if (slice_caseis(p->name, "realm"))
		scrub_host(s, v, n);
	else if (slice_caseis(p->name, "response") ||
	    slice_caseis(p->name, "rspauth"))
		scrub_hex(s, SCRUB_UNPROVEN, v, n);
	else if (slice_caseis(p->name, "nonce") ||
	    slice_caseis(p->name, "nextnonce")) {
		if (!nonce(s, v, n))
			scrub_token(s, SCRUB_UNPROVEN, v, n);
	} else if (slice_caseis(p->name, "cnonce") ||
	    slice_caseis(p->name, "opaque"))
		scrub_token(s, SCRUB_TOKEN, v, n);
	else
		scrub_text(s, v, n);
}

void
scrub_aka_header(struct scrub *s, struct slice value)
{
	struct slice scheme, params = value, of_nonce = { NULL, 0 };
	struct slice user = { NULL, 0 }, v;
	struct sip_param p;

	/* Authentication-Info has no scheme (RFC 7615). */
	if (sip_auth(value, &scheme, &params) < 0 ||
	    slice_chr(scheme, '=') < scheme.n)
		params = value;
	(void)sip_param(params, ',', "nonce", &of_nonce);
	(void)sip_param(params, ',', "username", &user);
	session_keys(s, params, of_nonce);
	if (sip_param(params, ',', "auts", &v) && v.n > 0)
		auts(s, v, of_nonce, user);
	while (sip_param_next(&params, ',', &p))
		param(s, &p);
}

/* The response for RES; with EMPTY, that of no password.  Its length. */
static int
respond(struct aka_digest *d, const struct scrub_proof *p,
    const struct aka_result *res, char out[AKA_RESPONSE])
{
	struct buf password;
	int n = 0;

	d->scheme = p->scheme;
	buf_init(&password, 256);
	if (!p->empty)
		n = aka_password(&p->scheme, slice_of(res->res, res->res_len),
		    slice_of(res->ck, 16), slice_of(res->ik, 16), &password);
	if (n >= 0)
		n = aka_response(d, buf_slice(&password), out);
	buf_wipe(&password);
	return n;
}

/* What the subscriber's new key makes of RAND in the place of WAS. */
static void
result_anew(struct scrub *s, struct slice user, uint8_t rand[AKA_RAND],
    const struct aka_result *was, struct aka_result *is)
{
	size_t n = sub_of(s, rand, slice_of(NULL, 0)), *known;
	struct aka_result check;
	char key[SA_IMPI_MAX];

	impi_key(key, user);
	if (n == NO_SUB && (known = table_get(s->by_impi, key)) != NULL)
		n = *known;
	*is = *was;
	if (n != NO_SUB && aka_f2345(s->sub[n].was, rand, &check) >= 0 &&
	    check.res_len == was->res_len &&
	    memcmp(check.res, was->res, was->res_len) == 0) {
		scrub_octets(s, "rand", rand, AKA_RAND);
		if (aka_f2345(s->sub[n].is, rand, is) < 0)
			s->error = ERR_CRYPT;
	} else {
		scrub_octets(s, "xres", is->res, is->res_len);
		scrub_octets(s, "ck", is->ck, 16);
		scrub_octets(s, "ik", is->ik, 16);
	}
	crypt_wipe(&check, sizeof(check));
}

/* Does the response of credentials PARAMS verify, in whatever way? */
static bool
proves(struct scrub *s, const struct sip_msg *m, struct slice params,
    struct scrub_proof *p)
{
	struct slice alg = slice_str("AKAv1-MD5"), response, v;
	uint8_t rand[AKA_RAND], autn[AKA_AUTN];
	struct aka_result was;
	struct aka_digest d;
	char out[AKA_RESPONSE];
	bool keys, has_auts, right = false;
	int n;

	auth_digest(m, params, &d);
	(void)sip_param(params, ',', "algorithm", &alg);
	has_auts = sip_param(params, ',', "auts", &v);
	if (!sip_param(params, ',', "response", &response) ||
	    response.n == 0 || aka_scheme_parse(alg, &p->scheme) < 0 ||
	    p->scheme.version == AKA_V0 || sa_nonce(d.nonce, rand, autn) < 0)
		return false;
	if (sa_db_result(s->db, d.username, rand, &was, &keys) < 0) {
		if (!has_auts)
			return false;
		memset(&was, 0, sizeof(was));
	}
	/* As it says, as the other version, and with the empty password. */
	for (int i = 0; i < 4 && !right; i++) {
		p->empty = i / 2 == 1;
		if (i % 2 == 1)
			p->scheme.version = p->scheme.version == AKA_V1 ?
			    AKA_V2 : AKA_V1;
		if (p->empty && !has_auts)
			break;
		n = respond(&d, p, &was, out);
		right = n >= 0 && slice_caseeq(response, slice_of(out,
		    (size_t)n));
	}
	if (right)
		result_anew(s, d.username, rand, &was, &p->res);
	crypt_wipe(&was, sizeof(was));
	return right;
}

void
scrub_aka_check(struct scrub *s, const struct sip_msg *m,
    struct scrub_proofs *out)
{
	static const enum sip_h where[] = {
		SIP_H_AUTHORIZATION, SIP_H_PROXY_AUTHORIZATION,
	};
	struct slice scheme, params;

	out->n = 0;
	if (!m->request)
		return;
	for (int i = 0; i < 2; i++)
		for (const struct sip_header *h = sip_get(m, where[i]);
		    h != NULL && out->n < SCRUB_PROOFS; h = sip_next(m, h)) {
			struct scrub_proof *p = &out->p[out->n];

			p->hdr = h;
			if (sip_auth(h->value, &scheme, &params) == 0 &&
			    proves(s, m, params, p))
				out->n++;
		}
}

void
scrub_aka_answer(struct scrub *s, const struct sip_msg *m,
    struct scrub_proofs *proofs)
{
	for (size_t i = 0; i < proofs->n; i++) {
		struct scrub_proof *p = &proofs->p[i];
		struct slice scheme, params, response;
		char out[AKA_RESPONSE];
		struct aka_digest d;
		int n;

		if (sip_auth(p->hdr->value, &scheme, &params) < 0 ||
		    !sip_param(params, ',', "response", &response))
			continue;
		auth_digest(m, params, &d);
		n = respond(&d, p, &p->res, out);
		if (n < 0 || (size_t)n != response.n)
			continue;
		memcpy(scrub_mut(response), out, (size_t)n);
		s->count[SCRUB_RESPONSE]++;
		s->count[SCRUB_UNPROVEN]--;
	}
	crypt_wipe(proofs->p, sizeof(proofs->p));
}
