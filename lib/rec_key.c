/* rec_key: records with keys: SAs, subscribers, vectors, answers. */
#include <stdio.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "rec_int.h"

#define C_AND_R		5	/* MILENAGE constants (TS 35.206 4.1) */
#define IMSI_MIN	6
#define IMSI_MAX	15	/* TS 23.003 2.2 */

/* NAME, which fits and has no NUL, as a string. */
static void
put_impi(char impi[SA_IMPI_MAX], struct slice name)
{
	if (name.n > 0)
		memcpy(impi, name.p, name.n);
	impi[name.n] = '\0';
}

static void
read_impi(struct rec_in *in, char impi[SA_IMPI_MAX])
{
	struct slice s;

	if (rec_in_name(in, "impi", SA_IMPI_MAX - 1, &s))
		put_impi(impi, s);
}

/* What esp_alg_key_ok() and esp_ealg_key_ok() want, for people. */
static const char *
alg_takes(enum esp_alg a)
{
	static const char *const takes[] = {
		[ESP_AUTH_NULL] = "none", [ESP_HMAC_MD5_96] = "16",
		[ESP_HMAC_SHA_1_96] = "20", [ESP_HMAC_SHA_256_128] = "32",
		[ESP_HMAC_SHA_384_192] = "48", [ESP_HMAC_SHA_512_256] = "64",
		[ESP_AES_GMAC] = "16, 24 or 32",
	};

	return takes[a];
}

static const char *
ealg_takes(enum esp_ealg a)
{
	return a == ESP_NULL ? "none" :
	    a == ESP_DES_EDE3_CBC ? "24" : "16, 24 or 32";
}

/* RFC 4106 and RFC 4543: a nonce is salt and IV. */
static void
read_salt(struct rec_in *in, struct esp_key *k)
{
	bool salted = k->alg == ESP_AES_GMAC || k->ealg == ESP_AES_GCM;
	size_t want = salted ? ESP_SALT : 0, n;

	(void)rec_in_octets(in, "salt", k->salt, sizeof(k->salt), &n);
	if (n != want)
		rec_in_fail(in, "salt", ERR_RANGE, "%zu octets, not %zu", n,
		    want);
}

static void
read_sa_keys(struct rec_in *in, struct sa *sa)
{
	struct esp_key *k = &sa->key;
	bool auth = rec_in_octets(in, "auth_key", k->auth, sizeof(k->auth),
	    &k->auth_len);
	bool enc = rec_in_octets(in, "enc_key", k->enc, sizeof(k->enc),
	    &k->enc_len);

	sa->has_key = auth || enc ||
	    (k->alg == ESP_AUTH_NULL && k->ealg == ESP_NULL);
	if (in->err != 0 || !sa->has_key)
		return;
	if (!esp_alg_key_ok(k->alg, k->auth_len))
		rec_in_fail(in, "auth_key", ERR_RANGE,
		    "%zu octets, %s takes %s", k->auth_len,
		    esp_alg_name(k->alg), alg_takes(k->alg));
	if (!esp_ealg_key_ok(k->ealg, k->enc_len))
		rec_in_fail(in, "enc_key", ERR_RANGE,
		    "%zu octets, %s takes %s", k->enc_len,
		    esp_ealg_name(k->ealg), ealg_takes(k->ealg));
	read_salt(in, k);
}

static void
read_algs(struct rec_in *in, struct esp_key *k)
{
	int alg, ealg = ESP_NULL;

	if (!rec_in_enum(in, "alg", esp_alg_parse, &alg)) {
		rec_in_missing(in, "alg");
		return;
	}
	(void)rec_in_enum(in, "ealg", esp_ealg_parse, &ealg);
	k->alg = (enum esp_alg)alg;
	k->ealg = (enum esp_ealg)ealg;
	/* TS 33.203 annex H: both of them do authentication. */
	if (!esp_pair_ok(k->alg, k->ealg))
		rec_in_fail(in, "ealg", ERR_ALG, "%s does not go with %s",
		    esp_ealg_name(k->ealg), esp_alg_name(k->alg));
}

/* The header around it: addresses of tunnels, ports of those in UDP. */
static void
read_mode(struct rec_in *in, struct sa *sa)
{
	static const char *const of[] = {
		"outer_src", "outer_dst", "outer_sport", "outer_dport",
	};
	int mode = SA_TRANS;

	(void)rec_in_enum(in, "mode", sa_mode_parse, &mode);
	sa->mode = (enum sa_mode)mode;
	for (size_t i = mode == SA_TRANS ? 0 : 2; i < 4; i++)
		if (mode != SA_UDP_ENC_TUN &&
		    rec_in_there(in, of[i]))
			rec_in_fail(in, of[i], ERR_FORMAT, "mode is %s",
			    sa_mode_name(sa->mode));
	rec_in_address(in, "outer_src", &sa->outer_src);
	rec_in_address(in, "outer_dst", &sa->outer_dst);
	rec_in_port(in, "outer_sport", &sa->outer_sport);
	rec_in_port(in, "outer_dport", &sa->outer_dport);
}

void
rec_in_sa(struct rec_in *in, struct sa *sa)
{
	struct flow_where w;
	int state;

	memset(&w, 0, sizeof(w));
	rec_in_where(in, &w);
	sa->time_ns = w.time_ns;
	sa->frame = w.frame;
	sa->src = w.src;
	sa->dst = w.dst;
	sa->sport = w.sport;
	sa->dport = w.dport;
	read_impi(in, sa->impi);
	rec_in_spi(in, &sa->spi);
	if (sa->spi == 0)
		rec_in_fail(in, "spi", ERR_RANGE, "0 is no SPI");
	read_mode(in, sa);
	read_algs(in, &sa->key);
	read_sa_keys(in, sa);
	(void)rec_in_u32(in, "set", &sa->set);
	sa->role = -1;
	(void)rec_in_enum(in, "role", sa_role_parse, &sa->role);
	if (rec_in_enum(in, "state", sa_state_parse, &state))
		sa->state = (enum sa_state)state;
	(void)rec_in_u32(in, "lifetime", &sa->lifetime);
	(void)rec_in_flag(in, "esn", &sa->key.esn);
	(void)rec_in_number(in, "seq", sa->key.esn ? REC_INT_MAX : UINT32_MAX,
	    &sa->seq);
}

static void
read_impus(struct rec_in *in, struct rec_subscriber *s)
{
	const json_t *v = json_object_get(in->o, "impu"), *one;

	if (v != NULL && !json_is_array(v))
		rec_in_fail(in, "impu", ERR_FORMAT, "not an array");
	if (json_array_size(v) > REC_IMPUS)
		rec_in_fail(in, "impu", ERR_LIMIT, "%zu, more than %d",
		    json_array_size(v), REC_IMPUS);
	for (size_t i = 0; in->err == 0 && i < json_array_size(v); i++) {
		one = json_array_get(v, i);
		if (!json_is_string(one))
			rec_in_fail(in, "impu", ERR_FORMAT, "not strings");
		s->impu[s->n_impu++] = slice_of(json_string_value(one),
		    json_string_length(one));
	}
}

static void
read_imsi(struct rec_in *in, struct rec_subscriber *s)
{
	uint64_t mnc_len = 0, v;

	if (rec_in_text(in, "imsi", &s->imsi) && (s->imsi.n < IMSI_MIN ||
	    s->imsi.n > IMSI_MAX || slice_decimal(s->imsi, UINT64_MAX, &v) < 0))
		rec_in_fail(in, "imsi", ERR_FORMAT, "not %d to %d digits",
		    IMSI_MIN, IMSI_MAX);
	if (rec_in_number(in, "mnc_len", UINT32_MAX, &mnc_len) &&
	    mnc_len != 2 && mnc_len != 3)
		rec_in_fail(in, "mnc_len", ERR_RANGE, "not 2 or 3");
	s->mnc_len = (unsigned)mnc_len;
	(void)rec_in_name(in, "domain", SA_IMPI_MAX - IMSI_MAX - 2,
	    &s->domain);
}

/* The IMPI of a card without ISIM (TS 23.003 13.3). */
static void
derive_impi(struct rec_subscriber *s)
{
	const char *d = (const char *)s->imsi.p;
	int n = (int)s->imsi.n, mnc = (int)s->mnc_len;

	if (s->domain.n > 0)
		(void)snprintf(s->impi, sizeof(s->impi), "%.*s@%.*s", n, d,
		    (int)s->domain.n, (const char *)s->domain.p);
	else if (mnc > 0)
		(void)snprintf(s->impi, sizeof(s->impi),
		    "%.*s@ims.mnc%s%.*s.mcc%.3s.3gppnetwork.org", n, d,
		    mnc == 2 ? "0" : "", mnc, d + 3, d);
	else
		put_impi(s->impi, s->imsi);
}

static void
read_identities(struct rec_in *in, struct rec_subscriber *s)
{
	read_impi(in, s->impi);
	read_impus(in, s);
	read_imsi(in, s);
	if (in->err == 0 && s->impi[0] == '\0' && s->imsi.n > 0)
		derive_impi(s);
}

/* A length in octets out of MAY, which ends with 0. */
static void
read_length(struct rec_in *in, const char *key, const uint8_t *may,
    size_t *out)
{
	uint64_t v;

	if (!rec_in_number(in, key, UINT32_MAX, &v))
		return;
	while (*may != 0 && *may != v)
		may++;
	if (*may == 0)
		rec_in_fail(in, key, ERR_RANGE,
		    "%llu octets, which the algorithm does not have",
		    (unsigned long long)v);
	*out = (size_t)v;
}

static void
read_lengths(struct rec_in *in, struct aka_key *k)
{
	static const uint8_t eight[] = { 8, 0 }, sixteen[] = { 16, 0 };
	static const uint8_t mac[] = { 8, 16, 32, 0 };
	static const uint8_t res[] = { 4, 8, 16, 32, 0 };
	static const uint8_t key[] = { 16, 32, 0 };
	static const uint8_t res_xor[] = {
		4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0
	};
	bool tuak = k->alg == AKA_TUAK;

	read_length(in, "mac_len", tuak ? mac : eight, &k->mac_len);
	read_length(in, "res_len", tuak ? res :
	    k->alg == AKA_XOR ? res_xor : eight, &k->res_len);
	read_length(in, "ck_len", tuak ? key : sixteen, &k->ck_len);
	read_length(in, "ik_len", tuak ? key : sixteen, &k->ik_len);
}

/* An array of five, or NULL. */
static const json_t *
five(struct rec_in *in, const char *key)
{
	const json_t *v = json_object_get(in->o, key);

	if (v == NULL || json_array_size(v) == C_AND_R)
		return in->err == 0 ? v : NULL;
	rec_in_fail(in, key, ERR_FORMAT, "not an array of %d", C_AND_R);
	return NULL;
}

/* An operator's own constants. */
static void
read_constants(struct rec_in *in, struct aka_key *k)
{
	const json_t *c = five(in, "c"), *r = five(in, "r"), *one;
	uint64_t v;

	for (size_t i = 0; c != NULL && i < C_AND_R && in->err == 0; i++)
		rec_in_exact_value(in, "c", json_array_get(c, i), k->c[i],
		    sizeof(k->c[i]));
	for (size_t i = 0; r != NULL && i < C_AND_R; i++) {
		one = json_array_get(r, i);
		if (!json_is_integer(one))
			rec_in_fail(in, "r", ERR_FORMAT, "not integers");
		else if (json_integer_value(one) < 0 ||
		    json_integer_value(one) > 127)
			rec_in_fail(in, "r", ERR_RANGE, "not 0 to 127");
		else
			k->r[i] = (uint8_t)json_integer_value(one);
	}
	if (rec_in_number(in, "iterations", AKA_ITERATIONS_MAX, &v)) {
		k->iterations = (unsigned)v;
		if (v == 0)
			rec_in_fail(in, "iterations", ERR_RANGE, "0");
	}
}

static void
read_op(struct rec_in *in, struct aka_key *k)
{
	size_t n = k->alg == AKA_TUAK ? 32 : 16;	/* TS 35.231 5.1 */
	bool opc = rec_in_exact(in, "opc", k->opc, n);

	k->is_op = rec_in_exact(in, "op", k->op, n);
	if (opc && k->is_op)
		rec_in_fail(in, "op", ERR_FORMAT, "opc is there too");
	else if (!opc && !k->is_op)
		rec_in_fail(in, "opc", ERR_FORMAT, "missing, and op too");
}

static void
read_key(struct rec_in *in, struct rec_subscriber *s)
{
	struct aka_key *k = &s->key;

	s->has_key = rec_in_octets(in, "k", k->k, sizeof(k->k), &k->k_len);
	if (!s->has_key) {
		if (rec_in_there(in, "opc") || rec_in_there(in, "op"))
			rec_in_missing(in, "k");
		return;
	}
	if (k->alg == AKA_TUAK) {
		if (k->k_len != 16 && k->k_len != 32)
			rec_in_fail(in, "k", ERR_RANGE,
			    "%zu octets, not 16 or 32", k->k_len);
	} else if (k->k_len != 16)
		rec_in_fail(in, "k", ERR_RANGE, "%zu octets, not 16",
		    k->k_len);
	/* XOR has none: it is read to say what would have fitted. */
	if (k->alg != AKA_XOR || rec_in_there(in, "opc") || rec_in_there(in, "op"))
		read_op(in, k);
	read_constants(in, k);
	read_lengths(in, k);
}

void
rec_in_subscriber(struct rec_in *in, struct rec_subscriber *s)
{
	uint64_t ind_len = AKA_IND_LEN;
	int alg = AKA_MILENAGE;

	read_identities(in, s);
	(void)rec_in_enum(in, "algorithm", aka_alg_parse, &alg);
	aka_key_init(&s->key, (enum aka_alg)alg);
	read_key(in, s);
	s->has_amf = rec_in_exact(in, "amf", s->amf, sizeof(s->amf));
	s->has_sqn = rec_in_exact(in, "sqn", s->sqn, sizeof(s->sqn));
	(void)rec_in_number(in, "ind_len", AKA_IND_LEN_MAX, &ind_len);
	s->ind_len = (unsigned)ind_len;
}

static void
read_autn(struct rec_in *in, uint8_t autn[REC_AUTN_MAX], size_t *len)
{
	size_t n;

	if (!rec_in_octets(in, "autn", autn, REC_AUTN_MAX, &n))
		return;
	if (n != AKA_AUTN && n != AKA_AUTN + 8 && n != REC_AUTN_MAX)
		rec_in_fail(in, "autn", ERR_RANGE,
		    "%zu octets, not 16, 24 or 40", n);
	*len = n;
}

/* RFC 3310 3.2: RAND and AUTN are in the nonce. */
static bool
read_nonce(struct rec_in *in, struct slice *nonce, uint8_t rand[AKA_RAND],
    uint8_t autn[REC_AUTN_MAX], size_t *autn_len)
{
	uint8_t its_rand[AKA_RAND], its_autn[AKA_AUTN], all[64];
	int e;

	if (!rec_in_text(in, "nonce", nonce))
		return false;
	if ((e = sa_nonce(*nonce, its_rand, its_autn)) == ERR_MORE)
		rec_in_fail(in, "nonce", ERR_FORMAT, "%d octets, not 32 or "
		    "more", slice_base64(*nonce, all, sizeof(all)));
	else if (e < 0)
		rec_in_fail(in, "nonce", ERR_FORMAT, "not base64");
	if (e < 0)
		return false;
	if (rand != NULL)
		memcpy(rand, its_rand, AKA_RAND);
	if (*autn_len == 0) {
		memcpy(autn, its_autn, AKA_AUTN);
		*autn_len = AKA_AUTN;
	}
	return true;
}

/* CK or IK: 16 octets, or 32 of TUAK. */
static bool
read_session_key(struct rec_in *in, const char *key, uint8_t out[32],
    size_t *n)
{
	if (!rec_in_octets(in, key, out, 32, n))
		return false;
	if (*n != 16 && *n != 32)
		rec_in_fail(in, key, ERR_RANGE, "%zu octets, not 16 or 32",
		    *n);
	return in->err == 0;
}

static void
read_res(struct rec_in *in, const char *key, uint8_t out[32], size_t *n)
{
	if (rec_in_octets(in, key, out, 32, n) && *n < 4)
		rec_in_fail(in, key, ERR_RANGE, "%zu octets, not 4 to 32",
		    *n);
}

static bool
read_keys(struct rec_in *in, uint8_t ck[32], size_t *ck_len, uint8_t ik[32],
    size_t *ik_len)
{
	bool has_ck = read_session_key(in, "ck", ck, ck_len);
	bool has_ik = read_session_key(in, "ik", ik, ik_len);

	if (has_ck != has_ik)
		rec_in_missing(in, has_ck ? "ik" : "ck");
	return has_ck && has_ik;
}

void
rec_in_vector(struct rec_in *in, struct rec_vector *v)
{
	struct slice nonce;

	(void)rec_in_text(in, "impi", &v->impi);
	read_autn(in, v->autn, &v->autn_len);
	if (!rec_in_exact(in, "rand", v->rand, sizeof(v->rand)) &&
	    !read_nonce(in, &nonce, v->rand, v->autn, &v->autn_len))
		rec_in_missing(in, "rand");
	read_res(in, "xres", v->xres, &v->xres_len);
	v->has_keys = read_keys(in, v->ck, &v->ck_len, v->ik, &v->ik_len);
	v->has_sqn = rec_in_exact(in, "sqn", v->sqn, sizeof(v->sqn));
	v->has_amf = rec_in_exact(in, "amf", v->amf, sizeof(v->amf));
}

void
rec_in_answer(struct rec_in *in, struct rec_answer *a)
{
	(void)rec_in_text(in, "impi", &a->impi);
	(void)rec_in_text(in, "about", &a->about);
	read_autn(in, a->autn, &a->autn_len);
	a->has_rand = rec_in_exact(in, "rand", a->rand, sizeof(a->rand));
	if (read_nonce(in, &a->nonce, a->has_rand ? NULL : a->rand, a->autn,
	    &a->autn_len))
		a->has_rand = true;
	read_res(in, "res", a->res, &a->res_len);
	(void)read_keys(in, a->ck, &a->ck_len, a->ik, &a->ik_len);
	a->has_sqn = rec_in_exact(in, "sqn", a->sqn, sizeof(a->sqn));
	a->has_sqn_ms = rec_in_exact(in, "sqn_ms", a->sqn_ms,
	    sizeof(a->sqn_ms));
	if (rec_in_octets(in, "auts", a->auts, sizeof(a->auts),
	    &a->auts_len) && a->auts_len != AKA_AUTS &&
	    a->auts_len != AKA_AUTS + 8 && a->auts_len != AKA_AUTS_MAX)
		rec_in_fail(in, "auts", ERR_RANGE,
		    "%zu octets, not 14, 22 or 38", a->auts_len);
	(void)rec_in_text(in, "authorization", &a->authorization);
	(void)rec_in_text(in, "verdict", &a->verdict);
	(void)rec_in_text(in, "message", &a->message);
}
