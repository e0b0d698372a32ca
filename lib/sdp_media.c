/* sdp_media: media descriptions (RFC 8866 5.14), and how they are keyed. */
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "sdp.h"

static const struct {
	const char	*name, *text;
} bads[SDP_BADS] = {
	[SDP_GOOD] = { "good", "good" },
	[SDP_BAD_TAG] = { "tag", "the tag is not 1 to 9 digits" },
	[SDP_BAD_SUITE] = { "suite", "the crypto-suite is not known" },
	[SDP_BAD_METHOD] = { "method", "the key is not inline:" },
	[SDP_BAD_BASE64] = { "base64", "the key is not base64" },
	[SDP_BAD_KEY_LENGTH] = {
		"key-length", "key and salt are not of the suite's length"
	},
	[SDP_BAD_KEYS] = { "keys", "no key, or too many" },
	[SDP_BAD_LIFETIME] = {
		"lifetime", "the lifetime is not 1 to 2^48 packets"
	},
	[SDP_BAD_MKI] = {
		"mki", "the MKI is not VALUE:LENGTH, or does not fit its length"
	},
	[SDP_BAD_MKI_LENGTH] = {
		"mki-length", "the length of the MKI is not 1 to 128"
	},
	[SDP_BAD_MKI_MISSING] = {
		"mki-missing", "several keys, and one has no MKI"
	},
	[SDP_BAD_MKI_TWICE] = {
		"mki-twice", "several keys with one MKI, or MKIs of two lengths"
	},
	[SDP_BAD_KDR] = { "kdr", "KDR is not 1 to 24" },
	[SDP_BAD_WSH] = { "wsh", "WSH is not 64 to 65536" },
	[SDP_BAD_FEC] = { "fec", "FEC_ORDER or FEC_KEY has a bad value" },
	[SDP_BAD_PARAM] = {
		"param", "a session parameter is not known, or is said twice"
	},
	[SDP_BAD_AEAD] = {
		"aead", "the suite does not allow this session parameter"
	},
	[SDP_BAD_LEVEL] = {
		"level", "a=crypto is of no medium, but of the session"
	},
	[SDP_BAD_TAG_TWICE] = { "tag-twice", "the tag was used before" },
	[SDP_BAD_ANSWER_TAG] = {
		"answer-tag", "the tag of the answer was not offered"
	},
	[SDP_BAD_ANSWER_SUITE] = {
		"answer-suite", "the suite is not the one offered with this tag"
	},
	[SDP_BAD_ANSWER_MANY] = {
		"answer-many", "the answer has more than one a=crypto"
	},
	[SDP_BAD_HASH] = { "hash", "the hash function is not known" },
	[SDP_BAD_FINGERPRINT] = {
		"fingerprint", "not octets of the hash in hex and colons"
	},
	[SDP_BAD_SETUP] = {
		"setup", "not active, passive, actpass or holdconn"
	},
	[SDP_BAD_KEY_MGMT] = { "key-mgmt", "not mikey and base64" },
	[SDP_BAD_3GE2AE] = { "3ge2ae", "not requested or applied" },
	[SDP_BAD_MEDIA] = { "media", "no medium, port and protocol" },
	[SDP_BAD_ADDRESS] = { "address", "no IP address in c=" },
};

const char *
sdp_bad_name(enum sdp_bad b)
{
	return bads[b].name;
}

const char *
sdp_bad_text(enum sdp_bad b)
{
	return bads[b].text;
}

static int
bad(struct sdp_fault *f, enum sdp_bad what, size_t at, int e)
{
	f->what = what;
	f->at = at;
	return e;
}

/* The next word of REST. */
static struct slice
word(struct slice *rest)
{
	*rest = slice_trim(*rest);
	return slice_cut(rest, ' ');
}

/* RFC 8122 5: hash, space, octets in hex with colons between. */
static int
fingerprint(struct slice v, struct sdp_fault *f)
{
	static const struct {
		const char	*name;
		size_t		 n;
	} hashes[] = {
		{ "sha-1", 20 }, { "sha-224", 28 }, { "sha-256", 32 },
		{ "sha-384", 48 }, { "sha-512", 64 }, { "md5", 16 },
		{ "md2", 16 },
	};
	struct slice rest = v, hash = word(&rest), hex = slice_trim(rest);
	uint8_t octets[64];
	size_t at = v.n - rest.n;

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (!slice_caseis(hash, hashes[i].name))
			continue;
		if (hex.n != hashes[i].n * 3 - 1 ||
		    slice_hex(hex, octets, sizeof(octets)) !=
		    (int)hashes[i].n)
			return bad(f, SDP_BAD_FINGERPRINT, at, ERR_FORMAT);
		for (size_t j = 2; j < hex.n; j += 3)
			if (hex.p[j] != ':')
				return bad(f, SDP_BAD_FINGERPRINT, at + j,
				    ERR_FORMAT);
		return 0;
	}
	return bad(f, SDP_BAD_HASH, 0, ERR_ALG);
}

static bool
one_of(struct slice v, const char *const *names)
{
	while (*names != NULL && !slice_caseis(v, *names))
		names++;
	return *names != NULL;
}

/* RFC 4567 3.1.1: "mikey", space, base64. */
static int
key_mgmt(struct slice v, struct sdp_fault *f)
{
	struct slice rest = v, id = word(&rest), data = slice_trim(rest);
	size_t at = v.n - rest.n, ok = 0;

	if (!slice_caseis(id, "mikey"))
		return bad(f, SDP_BAD_KEY_MGMT, 0, ERR_ALG);
	while (ok < data.n && ((data.p[ok] >= '0' && data.p[ok] <= '9') ||
	    ((data.p[ok] | 0x20) >= 'a' && (data.p[ok] | 0x20) <= 'z') ||
	    data.p[ok] == '+' || data.p[ok] == '/'))
		ok++;
	while (ok < data.n && data.p[ok] == '=')
		ok++;
	if (data.n == 0 || ok < data.n || ok % 4 == 1)
		return bad(f, SDP_BAD_KEY_MGMT, at + ok, ERR_FORMAT);
	return 0;
}

/* m=<media> <port>["/"<ports>] <proto> <fmt> ... */
static bool
media_line(struct slice v, struct sdp_media *m)
{
	struct slice type = word(&v), ports = word(&v), proto = word(&v);
	uint64_t port;

	m->type = m->proto = slice_of(NULL, 0);
	m->port = 0;
	if (type.n == 0 || proto.n == 0 || slice_decimal(slice_cut(&ports,
	    '/'), UINT16_MAX, &port) < 0)
		return false;
	m->type = type;
	m->proto = proto;
	m->port = (uint16_t)port;
	return true;
}

int
sdp_check(const struct sdp_line *line, struct sdp_fault *f)
{
	static const char *const setup[] = {
		"active", "passive", "actpass", "holdconn", NULL
	};
	static const char *const e2ae[] = { "requested", "applied", NULL };
	struct sdp_crypto c;
	struct sdp_media m;
	struct slice v;
	int e = 0;

	memset(f, 0, sizeof(*f));
	if (line->type == 'm' && !media_line(line->value, &m))
		return bad(f, SDP_BAD_MEDIA, 0, ERR_FORMAT);
	if (sdp_attr(line, "crypto", &v)) {
		e = sdp_crypto(v, &c, f);
		crypt_wipe(&c, sizeof(c));
		if (e == 0 && line->media < 0)
			e = bad(f, SDP_BAD_LEVEL, 0, ERR_FORMAT);
	} else if (sdp_attr(line, "fingerprint", &v))
		e = fingerprint(v, f);
	else if (sdp_attr(line, "setup", &v) && !one_of(slice_trim(v), setup))
		e = bad(f, SDP_BAD_SETUP, 0, ERR_FORMAT);
	else if (sdp_attr(line, "key-mgmt", &v))
		e = key_mgmt(v, f);
	else if (sdp_attr(line, "3ge2ae", &v) && !one_of(slice_trim(v), e2ae))
		e = bad(f, SDP_BAD_3GE2AE, 0, ERR_FORMAT);
	return e;
}

/* c=IN IP4 224.2.1.1/127 */
static struct slice
connection(struct slice v)
{
	struct slice net = word(&v), type = word(&v), addr = word(&v);

	if (!slice_caseis(net, "IN") || !slice_casestarts(type, "IP"))
		return slice_of(NULL, 0);
	return slice_cut(&addr, '/');
}

static void
numbers(const struct sdp_line *l, struct sdp_media *m)
{
	struct slice v;
	uint64_t n;

	if (sdp_attr(l, "ssrc", &v) && !m->has_ssrc &&
	    slice_decimal(word(&v), UINT32_MAX, &n) == 0) {
		m->ssrc = (uint32_t)n;
		m->has_ssrc = true;
	} else if (sdp_attr(l, "rtcp", &v) &&
	    slice_decimal(word(&v), UINT16_MAX, &n) == 0)
		m->rtcp_port = (uint16_t)n;
}

/* What line L says of M. */
static void
take(const struct sdp_line *l, struct sdp_media *m)
{
	static const char *const dir[] = {
		"sendrecv", "sendonly", "recvonly", "inactive"
	};
	struct slice v;

	if (l->type == 'c')
		m->address = connection(l->value);
	if (l->type != 'a')
		return;
	for (int d = SDP_SENDRECV; d <= SDP_INACTIVE; d++)
		if (slice_is(l->value, dir[d]))
			m->direction = (enum sdp_direction)d;
	if (sdp_attr(l, "fingerprint", &v))
		m->fingerprint = slice_trim(v);
	else if (sdp_attr(l, "setup", &v))
		m->setup = slice_trim(v);
	else if (sdp_attr(l, "key-mgmt", &v))
		m->key_mgmt = slice_trim(v);
	else if (sdp_attr(l, "3ge2ae", &v))
		m->e2ae = slice_trim(v);
	else if (sdp_attr(l, "rtcp-mux", &v))
		m->rtcp_mux = true;
	else if (sdp_attr(l, "crypto", &v))
		m->n_crypto++;
	else
		numbers(l, m);
}

/* Octets of S before its next m= line, not counting one at its start. */
static size_t
section(struct slice s, size_t *lines)
{
	struct slice rest = s;

	*lines = 0;
	do {
		(void)slice_cut(&rest, '\n');
		++*lines;
	} while (rest.n > 0 && !slice_starts(rest, "m="));
	return s.n - rest.n;
}

static void
take_all(struct slice body, struct sdp_media *m)
{
	struct sdp_iter it;
	struct sdp_line l;

	sdp_iter_init(&it, body);
	while (sdp_next(&it, &l))
		take(&l, m);
}

void
sdp_media_init(struct sdp_media_iter *it, struct slice sdp)
{
	size_t lines = 0, n = slice_starts(sdp, "m=") ? 0 :
	    section(sdp, &lines);

	memset(it, 0, sizeof(*it));
	it->session.index = -1;
	it->session.line = 1;
	it->session.body = slice_sub(sdp, 0, n);
	take_all(it->session.body, &it->session);
	it->rest = slice_from(sdp, n);
	it->line = lines + 1;
}

bool
sdp_media_next(struct sdp_media_iter *it, struct sdp_media *m)
{
	size_t lines, n;
	struct slice first;

	if (it->rest.n == 0)
		return false;
	n = section(it->rest, &lines);
	*m = it->session;
	m->index = it->next++;
	m->line = it->line;
	m->body = slice_sub(it->rest, 0, n);
	m->n_crypto = 0;
	m->rtcp_port = 0;
	first = slice_from(m->body, 2);
	(void)media_line(slice_trim(slice_cut(&first, '\n')), m);
	take_all(m->body, m);
	if (m->rtcp_port == 0)
		m->rtcp_port = m->rtcp_mux || m->port == UINT16_MAX ?
		    m->port : (uint16_t)(m->port + 1);
	it->rest = slice_from(it->rest, n);
	it->line += lines;
	return true;
}

bool
sdp_media_rtp(const struct sdp_media *m)
{
	return slice_find(m->proto, slice_str("RTP/")) < m->proto.n;
}

bool
sdp_media_secure(const struct sdp_media *m)
{
	return slice_find(m->proto, slice_str("RTP/SAVP")) < m->proto.n;
}
