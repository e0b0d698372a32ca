/* sa_uat: SAs as lines of Wireshark's table esp_sa. */
#include <string.h>

#include "err.h"
#include "sa.h"

#define FIELDS	8

/* The labels of Wireshark 4.0; it has none for aes-gmac. */
static const struct {
	const char	*label;
	int		 alg;
} auths[] = {
	{ "NULL", ESP_AUTH_NULL },
	{ "HMAC-MD5-96 [RFC2403]", ESP_HMAC_MD5_96 },
	{ "HMAC-SHA-1-96 [RFC2404]", ESP_HMAC_SHA_1_96 },
	{ "HMAC-SHA-256-128 [RFC4868]", ESP_HMAC_SHA_256_128 },
	{ "HMAC-SHA-384-192 [RFC4868]", ESP_HMAC_SHA_384_192 },
	{ "HMAC-SHA-512-256 [RFC4868]", ESP_HMAC_SHA_512_256 },
};

static const struct {
	const char	*label;
	int		 ealg;
} encs[] = {
	{ "NULL", ESP_NULL },
	{ "TripleDES-CBC [RFC2451]", ESP_DES_EDE3_CBC },
	{ "AES-CBC [RFC3602]", ESP_AES_CBC },
	{ "AES-GCM with 16 octet ICV [RFC4106]", ESP_AES_GCM },
};

#define N_AUTHS	(sizeof(auths) / sizeof(auths[0]))
#define N_ENCS	(sizeof(encs) / sizeof(encs[0]))

static const char *const names[FIELDS] = {
	"protocol", "source", "destination", "SPI", "encryption",
	"encryption key", "authentication", "authentication key",
};

static const char *
auth_label(enum esp_alg alg)
{
	for (size_t i = 0; i < N_AUTHS; i++)
		if (auths[i].alg == (int)alg)
			return auths[i].label;
	return NULL;
}

static const char *
enc_label(enum esp_ealg ealg)
{
	for (size_t i = 0; i < N_ENCS; i++)
		if (encs[i].ealg == (int)ealg)
			return encs[i].label;
	return NULL;
}

static void
put_addr(struct buf *out, const struct pkt_addr *a)
{
	char text[PKT_ADDR_TEXT];

	buf_printf(out, ",\"%s\"", a->family == 0 ? "*" :
	    pkt_addr_text(a, text));
}

/* A key with the salt behind it, as tshark takes it. */
static void
put_key(struct buf *out, const char *label, const uint8_t *key, size_t n,
    const uint8_t *salt)
{
	buf_printf(out, ",\"%s\",\"", label);
	if (n > 0) {
		buf_str(out, "0x");
		buf_hex(out, slice_of(key, n));
		if (salt != NULL)
			buf_hex(out, slice_of(salt, ESP_SALT));
	}
	buf_u8(out, '"');
}

int
sa_uat_write(struct buf *out, const struct sa *sa)
{
	const struct esp_key *k = &sa->key;
	const char *auth = auth_label(k->alg), *enc = enc_label(k->ealg);
	const struct pkt_addr *src = sa->outer_src.family != 0 ?
	    &sa->outer_src : &sa->src;
	const struct pkt_addr *dst = sa->outer_dst.family != 0 ?
	    &sa->outer_dst : &sa->dst;

	if (auth == NULL || enc == NULL || k->esn)
		return ERR_ALG;
	if (!sa->has_key)
		return ERR_NOKEY;
	buf_printf(out, "\"%s\"", src->family == 6 || dst->family == 6 ?
	    "IPv6" : "IPv4");
	put_addr(out, src);
	put_addr(out, dst);
	buf_printf(out, ",\"0x%08x\"", (unsigned)sa->spi);
	put_key(out, enc, k->enc, k->enc_len,
	    k->ealg == ESP_AES_GCM ? k->salt : NULL);
	put_key(out, auth, k->auth, k->auth_len, NULL);
	buf_u8(out, '\n');
	return 0;
}

/* The fields of LINE, which are all in quotes; how many, or ERR_FORMAT. */
static int
split(struct slice line, struct slice out[FIELDS])
{
	int n = 0;

	for (;;) {
		size_t end;

		line = slice_trim(line);
		if (n == FIELDS || line.n == 0 || line.p[0] != '"')
			return ERR_FORMAT;
		line = slice_from(line, 1);
		end = slice_chr(line, '"');
		if (end == line.n)
			return ERR_FORMAT;
		out[n] = slice_sub(line, 0, end);
		if (slice_chr(out[n], '\\') < out[n].n)
			return ERR_FORMAT;
		n++;
		line = slice_trim(slice_from(line, end + 1));
		if (line.n == 0)
			return n;
		if (line.p[0] != ',')
			return ERR_FORMAT;
		line = slice_from(line, 1);
	}
}

static int
read_addr(struct slice s, int family, struct pkt_addr *out)
{
	memset(out, 0, sizeof(*out));
	if (slice_is(s, "*"))
		return 0;
	if (pkt_addr_parse(out, s) < 0 || out->family != family)
		return ERR_FORMAT;
	return 0;
}

/* Hex behind 0x, or the octets themselves. */
static int
read_key(struct slice s, uint8_t out[ESP_KEY_MAX], size_t *n)
{
	int r;

	if (!slice_casestarts(s, "0x")) {
		if (s.n > ESP_KEY_MAX)
			return ERR_RANGE;
		if (s.n > 0)
			memcpy(out, s.p, s.n);
		*n = s.n;
		return 0;
	}
	r = slice_hex(s, out, ESP_KEY_MAX);
	*n = r > 0 ? (size_t)r : 0;
	return r < 0 ? (r == ERR_LIMIT ? ERR_RANGE : r) : 0;
}

static int
read_algs(const struct slice f[FIELDS], struct esp_key *k, int *bad)
{
	size_t i = 0, j = 0;

	while (i < N_ENCS && !slice_is(f[4], encs[i].label))
		i++;
	while (j < N_AUTHS && !slice_is(f[6], auths[j].label))
		j++;
	if (i == N_ENCS || j == N_AUTHS) {
		*bad = i == N_ENCS ? 4 : 6;
		return ERR_ALG;
	}
	k->ealg = (enum esp_ealg)encs[i].ealg;
	k->alg = (enum esp_alg)auths[j].alg;
	/* Wireshark ignores what stands beside an AEAD. */
	if (k->ealg == ESP_AES_GCM)
		k->alg = ESP_AUTH_NULL;
	return 0;
}

static int
read_keys(const struct slice f[FIELDS], struct esp_key *k, int *bad)
{
	int e;

	*bad = 5;
	if (k->ealg != ESP_NULL &&
	    (e = read_key(f[5], k->enc, &k->enc_len)) < 0)
		return e;
	if (k->ealg == ESP_AES_GCM) {
		if (k->enc_len <= ESP_SALT)
			return ERR_RANGE;
		k->enc_len -= ESP_SALT;
		memcpy(k->salt, k->enc + k->enc_len, ESP_SALT);
		memset(k->enc + k->enc_len, 0, ESP_SALT);
	}
	if (!esp_ealg_key_ok(k->ealg, k->enc_len))
		return ERR_RANGE;
	*bad = 7;
	if (k->alg != ESP_AUTH_NULL &&
	    (e = read_key(f[7], k->auth, &k->auth_len)) < 0)
		return e;
	return esp_alg_key_ok(k->alg, k->auth_len) ? 0 : ERR_RANGE;
}

static int
read_fields(const struct slice f[FIELDS], struct sa *sa, int *bad)
{
	int family = slice_is(f[0], "IPv6") ? 6 : 4, e;
	uint64_t spi;

	*bad = 0;
	if (family == 4 && !slice_is(f[0], "IPv4"))
		return ERR_FORMAT;
	*bad = 1;
	if ((e = read_addr(f[1], family, &sa->src)) < 0)
		return e;
	*bad = 2;
	if ((e = read_addr(f[2], family, &sa->dst)) < 0)
		return e;
	*bad = 3;
	if ((e = slice_number(f[3], UINT32_MAX, &spi)) < 0)
		return e;
	if (spi == 0)
		return ERR_RANGE;
	sa->spi = (uint32_t)spi;
	if ((e = read_algs(f, &sa->key, bad)) < 0)
		return e;
	return read_keys(f, &sa->key, bad);
}

int
sa_uat_parse(struct slice line, struct sa *sa, const char **what)
{
	struct slice field[FIELDS];
	int bad = 0, e;

	*what = "line";
	memset(sa, 0, sizeof(*sa));
	sa->role = -1;
	line = slice_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	if ((e = split(line, field)) < 0)
		return e;
	if (e < FIELDS)
		return ERR_MORE;
	if ((e = read_fields(field, sa, &bad)) < 0) {
		*what = names[bad];
		return e;
	}
	sa->has_key = true;
	return 1;
}
