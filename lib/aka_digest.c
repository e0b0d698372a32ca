/* aka_digest: HTTP Digest (RFC 2617, 7616) with AKA (RFC 3310, 4169). */
#include <string.h>

#include "aka.h"
#include "err.h"

static const struct {
	const char	*name;
	enum crypt_hash	 hash;
} hashes[] = {
	{ "MD5", CRYPT_MD5 },
	{ "SHA-256", CRYPT_SHA256 },		/* RFC 7616, RFC 8760 */
	{ "SHA-512-256", CRYPT_SHA512_256 },
};

#define NHASH	(sizeof(hashes) / sizeof(hashes[0]))

int
aka_scheme_parse(struct slice s, struct aka_scheme *out)
{
	struct slice tail;

	memset(out, 0, sizeof(*out));
	if (slice_casestarts(s, "AKAv1-"))
		out->version = AKA_V1;
	else if (slice_casestarts(s, "AKAv2-"))
		out->version = AKA_V2;
	if (out->version != AKA_V0)
		s = slice_from(s, strlen("AKAv1-"));
	tail = slice_from(s, s.n >= 5 ? s.n - 5 : s.n);
	if (slice_caseis(tail, "-sess")) {
		out->sess = true;
		s = slice_sub(s, 0, s.n - tail.n);
	}
	for (size_t i = 0; i < NHASH; i++)
		if (slice_caseis(s, hashes[i].name)) {
			out->hash = hashes[i].hash;
			return 0;
		}
	return ERR_ALG;
}

void
aka_scheme_write(struct buf *out, const struct aka_scheme *s)
{
	if (s->version == AKA_V1)
		buf_str(out, "AKAv1-");
	else if (s->version == AKA_V2)
		buf_str(out, "AKAv2-");
	for (size_t i = 0; i < NHASH; i++)
		if (hashes[i].hash == s->hash)
			buf_str(out, hashes[i].name);
	if (s->sess)
		buf_str(out, "-sess");
}

/* RFC 4169 3: base64 of the HMAC keyed with RES || IK || CK. */
static int
password_v2(enum crypt_hash hash, const struct slice part[3], struct buf *out)
{
	struct slice text = slice_str("http-digest-akav2-password");
	uint8_t key[3 * AKA_KEY_MAX], mac[CRYPT_HASH_MAX];
	struct crypt_mac *m;
	size_t len = 0;
	int n = ERR_CRYPT;

	for (size_t i = 0; i < 3; i++) {
		if (part[i].n > AKA_KEY_MAX)
			return ERR_RANGE;
		if (part[i].n > 0)
			memcpy(key + len, part[i].p, part[i].n);
		len += part[i].n;
	}
	m = crypt_mac_new(hash, slice_of(key, len));
	crypt_wipe(key, sizeof(key));
	if (m != NULL)
		n = crypt_mac(m, &text, 1, mac);
	crypt_mac_free(m);
	if (n < 0)
		return n;
	buf_base64(out, slice_of(mac, (size_t)n));
	crypt_wipe(mac, sizeof(mac));
	return 0;
}

int
aka_password(const struct aka_scheme *s, struct slice res, struct slice ck,
    struct slice ik, struct buf *out)
{
	const struct slice part[3] = { res, ik, ck };
	int e = 0;

	if (s->version == AKA_V2)
		e = password_v2(s->hash, part, out);
	else
		buf_put(out, res);
	if (e == 0 && out->bad)
		e = ERR_MEM;
	return e;
}

/* The digest of PART[0..N) with colons between them, in hex. */
static int
digest_hex(enum crypt_hash hash, const struct slice *part, size_t n,
    char out[AKA_RESPONSE])
{
	static const char digit[] = "0123456789abcdef";
	struct slice joined[2 * 6 - 1];
	uint8_t d[CRYPT_HASH_MAX];
	int len;

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			joined[2 * i - 1] = slice_str(":");
		joined[2 * i] = part[i];
	}
	if ((len = crypt_digest(hash, joined, 2 * n - 1, d)) < 0)
		return len;
	if (2 * len > AKA_RESPONSE)
		return ERR_ALG;
	for (int i = 0; i < len; i++) {
		out[2 * i] = digit[d[i] >> 4];
		out[2 * i + 1] = digit[d[i] & 15];
	}
	return 2 * len;
}

/* H(A1), RFC 7616 3.4.2 */
static int
digest_a1(const struct aka_digest *d, struct slice password,
    char out[AKA_RESPONSE])
{
	struct slice a1[3] = { d->username, d->realm, password };
	char first[AKA_RESPONSE];
	int n;

	if (!d->scheme.sess)
		return digest_hex(d->scheme.hash, a1, 3, out);
	if ((n = digest_hex(d->scheme.hash, a1, 3, first)) < 0)
		return n;
	a1[0] = slice_of(first, (size_t)n);
	a1[1] = d->nonce;
	a1[2] = d->cnonce;
	n = digest_hex(d->scheme.hash, a1, 3, out);
	crypt_wipe(first, sizeof(first));
	return n;
}

/* Without quotes, which belong to what is hashed where they are there. */
static struct slice
bare(struct slice qop)
{
	if (qop.n >= 2 && qop.p[0] == '"' && qop.p[qop.n - 1] == '"')
		return slice_sub(qop, 1, qop.n - 2);
	return qop;
}

/* H(A2), RFC 7616 3.4.3 */
static int
digest_a2(const struct aka_digest *d, char out[AKA_RESPONSE])
{
	struct slice a2[3] = { d->method, d->uri };
	char body[AKA_RESPONSE];
	int n;

	if (!slice_caseis(bare(d->qop), "auth-int"))
		return digest_hex(d->scheme.hash, a2, 2, out);
	if ((n = digest_hex(d->scheme.hash, &d->body, 1, body)) < 0)
		return n;
	a2[2] = slice_of(body, (size_t)n);
	return digest_hex(d->scheme.hash, a2, 3, out);
}

int
aka_response(const struct aka_digest *d, struct slice password,
    char out[AKA_RESPONSE])
{
	char h1[AKA_RESPONSE], h2[AKA_RESPONSE];
	struct slice part[6];
	size_t parts = 0;
	int n;

	if (d->qop.n > 0 && !slice_caseis(bare(d->qop), "auth") &&
	    !slice_caseis(bare(d->qop), "auth-int"))
		return ERR_ALG;
	if ((n = digest_a1(d, password, h1)) < 0)
		return n;
	if ((n = digest_a2(d, h2)) < 0)
		return n;
	part[parts++] = slice_of(h1, (size_t)n);
	part[parts++] = d->nonce;
	if (d->qop.n > 0) {	/* else as in RFC 2069 */
		part[parts++] = d->nc;
		part[parts++] = d->cnonce;
		part[parts++] = d->qop;
	}
	part[parts++] = slice_of(h2, (size_t)n);
	n = digest_hex(d->scheme.hash, part, parts, out);
	crypt_wipe(h1, sizeof(h1));
	return n;
}
