/* sdp_crypto: a=crypto (RFC 4568 6, 9), for SRTP. */
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "sdp.h"

#define MKI_DIGITS	309	/* of 2^1024 */

static const struct {
	const char	*name;
	size_t		 key, salt;
	bool		 aead;
} suites[SDP_SUITES] = {
	[SDP_AES_CM_128_HMAC_SHA1_80] = {
		"AES_CM_128_HMAC_SHA1_80", 16, 14, false
	},
	[SDP_AES_CM_128_HMAC_SHA1_32] = {
		"AES_CM_128_HMAC_SHA1_32", 16, 14, false
	},
	[SDP_F8_128_HMAC_SHA1_80] = {
		"F8_128_HMAC_SHA1_80", 16, 14, false
	},
	[SDP_AES_192_CM_HMAC_SHA1_80] = {
		"AES_192_CM_HMAC_SHA1_80", 24, 14, false
	},
	[SDP_AES_192_CM_HMAC_SHA1_32] = {
		"AES_192_CM_HMAC_SHA1_32", 24, 14, false
	},
	[SDP_AES_256_CM_HMAC_SHA1_80] = {
		"AES_256_CM_HMAC_SHA1_80", 32, 14, false
	},
	[SDP_AES_256_CM_HMAC_SHA1_32] = {
		"AES_256_CM_HMAC_SHA1_32", 32, 14, false
	},
	[SDP_AEAD_AES_128_GCM] = { "AEAD_AES_128_GCM", 16, 12, true },
	[SDP_AEAD_AES_256_GCM] = { "AEAD_AES_256_GCM", 32, 12, true },
};

const char *
sdp_suite_name(enum sdp_suite s)
{
	return suites[s].name;
}

int
sdp_suite_parse(struct slice s)
{
	for (int i = 0; i < SDP_SUITES; i++)
		if (slice_is(s, suites[i].name))
			return i;
	return ERR_ALG;
}

size_t
sdp_suite_key(enum sdp_suite s)
{
	return suites[s].key;
}

size_t
sdp_suite_salt(enum sdp_suite s)
{
	return suites[s].salt;
}

bool
sdp_suite_aead(enum sdp_suite s)
{
	return suites[s].aead;
}

/* An attribute being read: where it begins, and what is wrong with it. */
struct reader {
	const uint8_t		*start;
	struct sdp_fault	*fault;
};

static int
bad(struct reader *r, enum sdp_bad what, struct slice at, int e)
{
	r->fault->what = what;
	r->fault->at = at.p != NULL ? (size_t)(at.p - r->start) : 0;
	return e;
}

/* The next word of REST, behind white space; empty at the end. */
static struct slice
word(struct slice *rest)
{
	size_t n = 0;
	struct slice w;

	while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t'))
		*rest = slice_from(*rest, 1);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	w = slice_sub(*rest, 0, n);
	*rest = slice_from(*rest, n);
	return w;
}

/* RFC 4568 6.1: "2^n", or a decimal number; not 0. */
static int
lifetime(struct reader *r, struct slice s, uint64_t *out)
{
	bool power = slice_starts(s, "2^");
	uint64_t v;

	if (slice_decimal(slice_from(s, power ? 2 : 0), SDP_LIFETIME, &v) < 0)
		return bad(r, SDP_BAD_LIFETIME, s, ERR_FORMAT);
	if (power ? v > 48 : v == 0)
		return bad(r, SDP_BAD_LIFETIME, s, ERR_RANGE);
	*out = power ? 1ULL << v : v;
	return 0;
}

/* The decimal number S in the LEN octets of OUT; false if it does not fit. */
static bool
big_decimal(struct slice s, uint8_t *out, size_t len)
{
	if (s.n == 0 || s.n > MKI_DIGITS)
		return false;
	memset(out, 0, len);
	for (size_t i = 0; i < s.n; i++) {
		unsigned carry = (unsigned)s.p[i] - '0';

		if (carry > 9)
			return false;
		for (size_t j = len; j > 0; j--) {
			carry += out[j - 1] * 10U;
			out[j - 1] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry != 0)
			return false;
	}
	return true;
}

/* RFC 4568 6.1: "MKI:length". */
static int
mki(struct reader *r, struct slice s, struct sdp_key *k)
{
	struct slice len = s, value = slice_cut(&len, ':');
	uint64_t n;

	if (slice_chr(s, ':') == s.n)
		return bad(r, SDP_BAD_MKI, s, ERR_FORMAT);
	if (slice_decimal(len, SDP_MKI_MAX, &n) < 0 || n == 0)
		return bad(r, SDP_BAD_MKI_LENGTH, len, ERR_RANGE);
	if (!big_decimal(value, k->mki, (size_t)n))
		return bad(r, SDP_BAD_MKI, value, ERR_RANGE);
	k->mki_len = (size_t)n;
	return 0;
}

/* "inline:" key||salt ["|" lifetime] ["|" MKI ":" length] */
static int
key_param(struct reader *r, struct slice s, enum sdp_suite suite,
    struct sdp_key *k)
{
	size_t want = suites[suite].key + suites[suite].salt;
	uint8_t octets[128];
	struct slice key, part;
	int n, e = 0;

	memset(k, 0, sizeof(*k));
	if (!slice_casestarts(s, "inline:"))
		return bad(r, SDP_BAD_METHOD, s, ERR_FORMAT);
	s = slice_from(s, 7);
	key = slice_cut(&s, '|');
	n = slice_base64(key, octets, sizeof(octets));
	if (n == (int)want)
		memcpy(k->key_salt, octets, want);
	crypt_wipe(octets, sizeof(octets));
	if (n < 0 && n != ERR_LIMIT)
		return bad(r, SDP_BAD_BASE64, key, ERR_FORMAT);
	if (n != (int)want) {
		r->fault->got = n < 0 ? sizeof(octets) + 1 : (size_t)n;
		r->fault->want = want;
		return bad(r, SDP_BAD_KEY_LENGTH, key, ERR_RANGE);
	}
	if (s.p != key.p + key.n && s.n == 0)	/* "key|" */
		return bad(r, SDP_BAD_LIFETIME, s, ERR_FORMAT);
	part = s;
	if (s.n > 0 && slice_chr(slice_sub(s, 0, slice_chr(s, '|')), ':') ==
	    slice_chr(s, '|')) {
		part = slice_cut(&s, '|');
		e = lifetime(r, part, &k->lifetime);
		if (e < 0 || s.p == part.p + part.n)
			return e;
		part = s;
	}
	return s.p == key.p + key.n ? 0 : mki(r, part, k);
}

/* RFC 4568 6.1: with several keys each has an MKI, all of one length. */
static int
check_mkis(struct reader *r, struct slice s, const struct sdp_crypto *c)
{
	for (size_t i = 0; c->n_keys > 1 && i < c->n_keys; i++) {
		if (c->key[i].mki_len == 0)
			return bad(r, SDP_BAD_MKI_MISSING, s, ERR_FORMAT);
		if (c->key[i].mki_len != c->key[0].mki_len)
			return bad(r, SDP_BAD_MKI_TWICE, s, ERR_FORMAT);
		for (size_t j = 0; j < i; j++)
			if (memcmp(c->key[i].mki, c->key[j].mki,
			    c->key[i].mki_len) == 0)
				return bad(r, SDP_BAD_MKI_TWICE, s,
				    ERR_FORMAT);
	}
	return 0;
}

static int
key_params(struct reader *r, struct slice s, struct sdp_crypto *c)
{
	struct slice rest = s, one;
	int e;

	do {
		one = slice_cut(&rest, ';');
		if (c->n_keys == SDP_KEYS || s.n == 0)
			return bad(r, SDP_BAD_KEYS, one, ERR_FORMAT);
		e = key_param(r, one, c->suite, &c->key[c->n_keys]);
		if (e < 0)
			return e;
		c->n_keys++;
	} while (rest.p != one.p + one.n);
	return check_mkis(r, s, c);
}

/* A number without leading zeros between MIN and MAX. */
static bool
bounded(struct slice s, uint64_t min, uint64_t max, unsigned *out)
{
	uint64_t v;

	if (slice_decimal(s, max, &v) < 0 || v < min || s.p[0] == '0')
		return false;
	*out = (unsigned)v;
	return true;
}

/* Say that a parameter is there, which it was not before. */
static bool
once(bool *flag)
{
	bool first = !*flag;

	*flag = true;
	return first;
}

/* RFC 4568 6.3.7: keys of FEC's own; they are looked at, not kept. */
static int
fec_key(struct reader *r, struct slice params, struct sdp_crypto *c)
{
	struct sdp_crypto fec = { .suite = c->suite };
	int e = key_params(r, params, &fec);

	crypt_wipe(&fec, sizeof(fec));
	if (e < 0)
		return bad(r, SDP_BAD_FEC, params, e);
	return once(&c->fec_key) ? 0 : bad(r, SDP_BAD_PARAM, params,
	    ERR_FORMAT);
}

/* Session parameters (RFC 4568 6.3) with a value. */
static int
valued(struct reader *r, struct slice s, struct sdp_crypto *c)
{
	struct slice v = s, name = slice_cut(&v, '=');

	if (slice_is(name, "KDR")) {
		if (c->kdr != 0)
			return bad(r, SDP_BAD_PARAM, s, ERR_FORMAT);
		return bounded(v, 1, 24, &c->kdr) ? 0 :
		    bad(r, SDP_BAD_KDR, v, ERR_RANGE);
	}
	if (slice_is(name, "WSH")) {
		if (c->wsh != 0)
			return bad(r, SDP_BAD_PARAM, s, ERR_FORMAT);
		return bounded(v, 64, 1U << 16, &c->wsh) ? 0 :
		    bad(r, SDP_BAD_WSH, v, ERR_RANGE);
	}
	if (slice_is(name, "FEC_KEY"))
		return fec_key(r, v, c);
	if (slice_is(name, "FEC_ORDER")) {
		c->fec_last = slice_is(v, "SRTP_FEC");
		return c->fec_last || slice_is(v, "FEC_SRTP") ? 0 :
		    bad(r, SDP_BAD_FEC, v, ERR_FORMAT);
	}
	return bad(r, SDP_BAD_PARAM, s, ERR_FORMAT);
}

static int
session_param(struct reader *r, struct slice s, struct sdp_crypto *c)
{
	static const struct {
		const char	*name;
		size_t		 flag;
	} flags[] = {
		{ "UNENCRYPTED_SRTP",
		    offsetof(struct sdp_crypto, unencrypted_srtp) },
		{ "UNENCRYPTED_SRTCP",
		    offsetof(struct sdp_crypto, unencrypted_srtcp) },
		{ "UNAUTHENTICATED_SRTP",
		    offsetof(struct sdp_crypto, unauthenticated_srtp) },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (!slice_is(s, flags[i].name))
			continue;
		if (!once((bool *)((char *)c + flags[i].flag)))
			return bad(r, SDP_BAD_PARAM, s, ERR_FORMAT);
		/* An AEAD has no packet without tag. */
		if (c->unauthenticated_srtp && suites[c->suite].aead)
			return bad(r, SDP_BAD_AEAD, s, ERR_FORMAT);
		return 0;
	}
	if (s.p[0] == '-')		/* RFC 4568 6.3.8: optional */
		return 0;
	return valued(r, s, c);
}

int
sdp_crypto(struct slice value, struct sdp_crypto *c, struct sdp_fault *fault)
{
	struct reader r = { value.p, fault };
	struct slice rest = value, w;
	uint64_t tag;
	int e;

	memset(c, 0, sizeof(*c));
	memset(fault, 0, sizeof(*fault));
	w = word(&rest);
	if (w.n > 9 || slice_decimal(w, UINT32_MAX, &tag) < 0)
		return bad(&r, SDP_BAD_TAG, w, ERR_FORMAT);
	c->tag = (uint32_t)tag;
	w = word(&rest);
	if ((e = sdp_suite_parse(w)) < 0)
		return bad(&r, SDP_BAD_SUITE, w, e);
	c->suite = (enum sdp_suite)e;
	e = key_params(&r, word(&rest), c);
	while (e == 0 && (w = word(&rest)).n > 0)
		e = session_param(&r, w, c);
	if (e < 0)
		crypt_wipe(c->key, sizeof(c->key));
	return e;
}

int
sdp_crypto_choose(struct slice media, const bool accept[SDP_SUITES],
    struct sdp_crypto *c)
{
	struct sdp_fault fault;
	struct sdp_iter it;
	struct sdp_line line;
	struct slice v;

	sdp_iter_init(&it, media);
	while (sdp_next(&it, &line))
		if (sdp_attr(&line, "crypto", &v) &&
		    sdp_crypto(v, c, &fault) == 0 && accept[c->suite])
			return 0;
	return ERR_ALG;
}

/* The octets of an MKI as a decimal number. */
static void
write_mki(struct buf *out, const struct sdp_key *k)
{
	uint8_t left[SDP_MKI_MAX], digits[MKI_DIGITS];
	size_t n = 0;
	bool more = true;

	memcpy(left, k->mki, k->mki_len);
	while (more && n < MKI_DIGITS) {
		unsigned rem = 0;

		more = false;
		for (size_t i = 0; i < k->mki_len; i++) {
			rem = rem << 8 | left[i];
			left[i] = (uint8_t)(rem / 10);
			rem %= 10;
			more = more || left[i] != 0;
		}
		digits[n++] = (uint8_t)('0' + rem);
	}
	while (n > 0)
		buf_u8(out, digits[--n]);
	buf_u8(out, ':');
	buf_decimal(out, k->mki_len);
}

static void
write_lifetime(struct buf *out, uint64_t n)
{
	buf_u8(out, '|');
	if ((n & (n - 1)) == 0) {
		buf_str(out, "2^");
		buf_decimal(out, (uint64_t)__builtin_ctzll(n));
	} else
		buf_decimal(out, n);
}

void
sdp_crypto_write(struct buf *out, const struct sdp_crypto *c)
{
	size_t n = suites[c->suite].key + suites[c->suite].salt;

	buf_decimal(out, c->tag);
	buf_u8(out, ' ');
	buf_str(out, suites[c->suite].name);
	for (size_t i = 0; i < c->n_keys; i++) {
		const struct sdp_key *k = &c->key[i];

		buf_str(out, i == 0 ? " inline:" : ";inline:");
		buf_base64(out, slice_of(k->key_salt, n));
		if (k->lifetime != 0)
			write_lifetime(out, k->lifetime);
		if (k->mki_len != 0) {
			buf_u8(out, '|');
			write_mki(out, k);
		}
	}
	if (c->kdr != 0)
		buf_printf(out, " KDR=%u", c->kdr);
	if (c->unencrypted_srtp)
		buf_str(out, " UNENCRYPTED_SRTP");
	if (c->unencrypted_srtcp)
		buf_str(out, " UNENCRYPTED_SRTCP");
	if (c->unauthenticated_srtp)
		buf_str(out, " UNAUTHENTICATED_SRTP");
	if (c->fec_last)
		buf_str(out, " FEC_ORDER=SRTP_FEC");
	if (c->wsh != 0)
		buf_printf(out, " WSH=%u", c->wsh);
}
