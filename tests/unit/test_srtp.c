/* test_srtp: SRTP and SRTCP against RFC 3711, 6188, 7714 and data/srtp. */
#include "unit.h"

#include "err.h"
#include "srtp.h"

static struct slice
octets(const char *hex, uint8_t *out, size_t cap)
{
	int n = slice_hex(slice_str(hex), out, cap);

	if (n < 0)
		unit_fatal("bad hex", hex);
	return slice_of(out, (size_t)n);
}

/* Master key and salt. */
static struct srtp_key
master(enum sdp_suite suite, const char *key, const char *salt)
{
	struct srtp_key k;

	memset(&k, 0, sizeof(k));
	k.suite = suite;
	k.has_master = true;
	(void)octets(key, k.key, sizeof(k.key));
	(void)octets(salt, k.salt, sizeof(k.salt));
	return k;
}

/* The same session key and salt for SRTP and SRTCP. */
static struct srtp_key
session(enum sdp_suite suite, const char *key, const char *salt)
{
	struct srtp_key k;

	memset(&k, 0, sizeof(k));
	k.suite = suite;
	(void)octets(key, k.rtp.key, sizeof(k.rtp.key));
	(void)octets(salt, k.rtp.salt, sizeof(k.rtp.salt));
	k.rtcp = k.rtp;
	return k;
}

static struct srtp *
make(const struct srtp_key *k, bool seal)
{
	struct srtp *s = srtp_new(k, seal);

	if (s == NULL)
		unit_fatal("srtp_new", "NULL");
	return s;
}

/* RFC 3711 B.3, RFC 6188 7.2 and 7.4. */
static const struct {
	enum sdp_suite	 suite;
	const char	*key, *salt, *k_e, *k_a, *k_s;
} derived[] = {
	{ SDP_AES_CM_128_HMAC_SHA1_80, "e1f97a0d3e018be0d64fa32c06de4139",
	    "0ec675ad498afeebb6960b3aabe6",
	    "c61e7a93744f39ee10734afe3ff7a087",
	    "cebe321f6ff7716b6fd4ab49af256a156d38baa4",
	    "30cbbc08863d8c85d49db34a9ae1" },
	{ SDP_AES_192_CM_HMAC_SHA1_80,
	    "73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1",
	    "c8522f3acd4ce86d5add78edbb11",
	    "31874736a8f1143870c26e4857d8a5b2c4a354407faadabb",
	    "355b10973cd95b9eacf4061c7e1a7151e7cfbfcb",
	    "2372b82d639b6d8503a47adc0a6c" },
	{ SDP_AES_256_CM_HMAC_SHA1_80,
	    "f0f04914b513f2763a1b1fa130f10e29"
	    "98f6f6e43e4309d1e622a0e332b9f1b6",
	    "3b04803de51ee7c96423ab5b78d2",
	    "5ba1064e30ec51613cad926c5a28ef73"
	    "1ec7fb397f70a960653caf06554cd8c4",
	    "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05",
	    "fa31791685ca444a9e07c6c64e93" },
};

static void
test_derive(void)
{
	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++) {
		struct srtp_key k = master(derived[i].suite, derived[i].key,
		    derived[i].salt);
		struct srtp_session s;

		CHECK_INT(srtp_derive(&k, false, 0, &s), 0, "derive %zu", i);
		CHECK_HEX(s.key, sdp_suite_key(k.suite), derived[i].k_e,
		    "k_e %zu", i);
		CHECK_HEX(s.auth, SRTP_AUTH, derived[i].k_a, "k_a %zu", i);
		CHECK_HEX(s.salt, 14, derived[i].k_s, "k_s %zu", i);
		k.has_master = false;
		CHECK_INT(srtp_derive(&k, false, 0, &s), ERR_NOKEY,
		    "no master key");
	}
}

/*
 * RFC 3711 B.2, RFC 6188 7.1 and 7.3: keystream of SSRC 0, index 0, so a
 * payload of zeros; its auth key is not theirs.
 */
static void
test_keystream(void)
{
	static const struct {
		enum sdp_suite	 suite;
		const char	*key, *want;
	} cases[] = {
		{ SDP_AES_CM_128_HMAC_SHA1_80,
		    "2b7e151628aed2a6abf7158809cf4f3c",
		    "e03ead0935c95e80e166b16dd92b4eb4"
		    "d23513162b02d0f72a43a2fe4a5f97ab"
		    "41e95b3bb0a2e8dd477901e4fca894c0" },
		{ SDP_AES_256_CM_HMAC_SHA1_80,
		    "57f82fe3613fd170a85ec93c40b1f092"
		    "2ec4cb0dc025b58272147cc438944a98",
		    "92bdd28a93c3f52511c677d08b5515a4"
		    "9da71b2378a854f67050756ded165bac"
		    "63c4868b7096d88421b563b8c94c9a31" },
		{ SDP_AES_192_CM_HMAC_SHA1_80,
		    "eab234764e517b2d3d160d587d8c86219740f65f99b6bcf7",
		    "35096cba4610028dc1b57503804ce37c"
		    "5de986291dcce161d5165ec4568f5c9a" },
	};
	uint8_t rtp[12 + 48] = { 0x80 };
	struct buf out;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct srtp_key k = session(cases[i].suite, cases[i].key,
		    "f0f1f2f3f4f5f6f7f8f9fafbfcfd");
		struct srtp *s = make(&k, true);

		buf_init(&out, 0);
		CHECK_INT(srtp_seal(s, slice_of(rtp, sizeof(rtp)), &out), 0,
		    "seal %zu", i);
		CHECK_HEX(out.p + 12, strlen(cases[i].want) / 2,
		    cases[i].want, "keystream %zu", i);
		buf_free(&out);
		srtp_free(s);
	}
}

/* RFC 3711 B.1: a salt of 4 octets, and m is filled with 0x55. */
static void
test_f8(void)
{
	struct srtp_key k = session(SDP_F8_128_HMAC_SHA1_80,
	    "234829008467be186c3de14aae72d62c",
	    "32f2870d55555555555555555555");
	struct srtp *s = make(&k, true);
	uint8_t p[64];
	struct slice in = octets("806e5cba50681de55c621599"
	    "70736575646f72616e646f6d6e657373"
	    "20697320746865206e65787420626573" "74207468696e67", p, sizeof(p));
	struct buf out;

	buf_init(&out, 0);
	srtp_begin(s, 0x5c621599, 0xd462564a, 0);
	CHECK_INT(srtp_seal(s, in, &out), 0, "F8");
	CHECK_HEX(out.p, in.n, "806e5cba50681de55c621599"
	    "019ce7a26e7854014a6366aa95d4eefd"
	    "1ad4172a14f9faf455b7f1d4b62bd08f" "562c0eef7c4802", "F8");
	buf_free(&out);
	srtp_free(s);
}

/* RFC 7714 16.1.1, 16.2.1 and 17.1. */
static void
test_gcm(void)
{
	static const char rtp[] = "8040f17b8041f8d35501a0b2"
	    "47616c6c696120657374206f6d6e6973"
	    "2064697669736120696e207061727465732074726573";
	static const char rtcp[] = "81c8000d4d6172734e5450314e545032525450"
	    "200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeef"
	    "deadbeef";
	static const struct {
		enum sdp_suite	 suite;
		bool		 rtcp;
		const char	*want;
	} cases[] = {
		{ SDP_AEAD_AES_128_GCM, false, "8040f17b8041f8d35501a0b2"
		    "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a"
		    "51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce" },
		{ SDP_AEAD_AES_256_GCM, false, "8040f17b8041f8d35501a0b2"
		    "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a02"
		    "76ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13" },
		{ SDP_AEAD_AES_128_GCM, true, "81c8000d4d617273"
		    "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1"
		    "730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf872"
		    "45d9eade800005d4" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct srtp_key k = session(cases[i].suite,
		    "000102030405060708090a0b0c0d0e0f"
		    "101112131415161718191a1b1c1d1e1f",
		    "517569642070726f2071756f");
		struct srtp *seal = make(&k, true), *open = make(&k, false);
		const char *plain = cases[i].rtcp ? rtcp : rtp;
		uint8_t p[128];
		struct slice in = octets(plain, p, sizeof(p));
		struct buf out, back;

		buf_init(&out, 0);
		buf_init(&back, 0);
		srtp_begin(seal, 0x4d617273, 0, 0x5d4);
		CHECK_INT(cases[i].rtcp ? srtp_rtcp_seal(seal, in, &out) :
		    srtp_seal(seal, in, &out), 0, "GCM %zu", i);
		CHECK_HEX(out.p, out.n, cases[i].want, "GCM %zu sealed", i);
		CHECK_INT(cases[i].rtcp ?
		    srtp_rtcp_open(open, buf_slice(&out), &back) :
		    srtp_open(open, buf_slice(&out), &back), 0, "GCM %zu", i);
		CHECK_HEX(back.p, back.n, plain, "GCM %zu opened", i);
		buf_free(&out);
		buf_free(&back);
		srtp_free(seal);
		srtp_free(open);
	}
}

/* misc_vectors.json: a packet that libsrtp made. */
static void
test_packet(void)
{
	json_t *all = unit_json("misc_vectors.json");
	json_t *v = json_object_get(json_object_get(all, "srtp"), "packet");
	char text[128];
	uint8_t p[64];
	struct sdp_crypto c;
	struct sdp_fault f;
	struct srtp_key k;
	struct srtp *s;
	struct slice in;
	struct buf out;

	snprintf(text, sizeof(text), "1 AES_CM_128_HMAC_SHA1_80 %s",
	    unit_text(v, "inline"));
	CHECK_INT(sdp_crypto(slice_str(text), &c, &f), 0, "inline");
	srtp_key_of(&c, 0, &k);
	s = make(&k, false);
	buf_init(&out, 0);
	in = octets(unit_text(v, "srtp"), p, sizeof(p));
	CHECK_INT(srtp_open(s, in, &out), 0, "libsrtp's packet");
	CHECK_HEX(out.p, out.n, unit_text(v, "rtp"), "libsrtp's packet");
	CHECK_INT(srtp_open(s, in, &out), ERR_REPLAY, "the same again");
	buf_free(&out);
	srtp_free(s);
	json_decref(all);
}

static bool
flag(const json_t *v, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(v, "flags"), i, one)
		if (strcmp(json_string_value(one), name) == 0)
			return true;
	return false;
}

static struct srtp_key
key_of(const json_t *v)
{
	struct srtp_key k = master((enum sdp_suite)sdp_suite_parse(
	    slice_str(unit_text(v, "suite"))), unit_text(v, "key"),
	    unit_text(v, "salt"));

	k.kdr = (unsigned)json_integer_value(json_object_get(v, "kdr"));
	k.mki_len = octets(unit_text(v, "mki"), k.mki, sizeof(k.mki)).n;
	k.unencrypted_srtp = flag(v, "UNENCRYPTED_SRTP");
	k.unencrypted_srtcp = flag(v, "UNENCRYPTED_SRTCP");
	k.unauthenticated_srtp = flag(v, "UNAUTHENTICATED_SRTP");
	return k;
}

/* One packet, sealed and opened, from and to an unreadable page. */
static void
both_ways(struct srtp *seal, struct srtp *open, bool rtcp, const char *plain,
    const char *want, bool tag, const char *name)
{
	uint8_t p[512];
	struct slice in = octets(plain, p, sizeof(p));
	uint8_t *edge = unit_edge(in.p, in.n);
	struct buf out, back;
	int e;

	buf_init(&out, 0);
	buf_init(&back, 0);
	e = rtcp ? srtp_rtcp_seal(seal, slice_of(edge, in.n), &out) :
	    srtp_seal(seal, slice_of(edge, in.n), &out);
	unit_edge_free(edge, in.n);
	CHECK_INT(e, 0, "%s: seal", name);
	CHECK_HEX(out.p, out.n, want, "%s: sealed", name);
	edge = unit_edge(out.p, out.n);
	e = rtcp ? srtp_rtcp_open(open, slice_of(edge, out.n), &back) :
	    srtp_open(open, slice_of(edge, out.n), &back);
	CHECK_INT(e, tag ? 0 : 1, "%s: open", name);
	CHECK_HEX(back.p, back.n, plain, "%s: opened", name);
	e = rtcp ? srtp_rtcp_open(open, slice_of(edge, out.n), &back) :
	    srtp_open(open, slice_of(edge, out.n), &back);
	CHECK_INT(e, ERR_REPLAY, "%s: again", name);
	unit_edge_free(edge, out.n);
	buf_free(&out);
	buf_free(&back);
}

/*
 * Each bit changed, and each prefix: refused, with nothing appended.  What
 * follows SRTCP's index is not of the number of the packet, so ERR_REPLAY only
 * ever comes of a number.
 */
static void
hostile(const struct srtp_key *k, bool rtcp, const char *sealed,
    const char *name)
{
	uint8_t p[512];
	struct slice in = octets(sealed, p, sizeof(p));
	struct srtp *s = make(k, false);
	struct buf out;
	int e;

	buf_init(&out, 0);
	for (size_t bit = 0; bit < in.n * 8; bit++) {
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		e = rtcp ? srtp_rtcp_open(s, in, &out) :
		    srtp_open(s, in, &out);
		CHECK_EACH(e < 0 && out.n == 0, "%s: bit %zu: %d", name, bit,
		    e);
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t n = 0; n < in.n; n++) {
		uint8_t *edge = unit_edge(p, n);

		e = rtcp ? srtp_rtcp_open(s, slice_of(edge, n), &out) :
		    srtp_open(s, slice_of(edge, n), &out);
		CHECK_EACH(e < 0 && out.n == 0, "%s: %zu octets", name, n);
		unit_edge_free(edge, n);
	}
	e = rtcp ? srtp_rtcp_open(s, in, &out) : srtp_open(s, in, &out);
	CHECK_INT(e, 0, "%s: and the right one still opens", name);
	buf_free(&out);
	srtp_free(s);
}

static void
check_session(const struct srtp_key *k, const json_t *v, bool rtcp,
    uint64_t index, const char *name)
{
	const json_t *want = json_object_get(v,
	    rtcp ? "rtcp_session" : "session");
	struct srtp_session s;

	CHECK_INT(srtp_derive(k, rtcp, index, &s), 0, "%s: derive", name);
	CHECK_HEX(s.key, sdp_suite_key(k->suite),
	    json_string_value(json_array_get(want, 0)), "%s: key", name);
	CHECK_HEX(s.salt, sdp_suite_salt(k->suite),
	    json_string_value(json_array_get(want, 2)), "%s: salt", name);
	if (!sdp_suite_aead(k->suite))
		CHECK_HEX(s.auth, SRTP_AUTH,
		    json_string_value(json_array_get(want, 1)), "%s: auth",
		    name);
}

/* data/srtp/packets.json, made by srtp.py. */
static void
check_case(const json_t *v, const char *name)
{
	struct srtp_key k = key_of(v);
	struct srtp *seal = make(&k, true), *open = make(&k, false);
	uint32_t ssrc = (uint32_t)json_integer_value(json_object_get(v,
	    "ssrc"));
	const json_t *one;
	size_t i;

	check_session(&k, v, false, 65532, name);
	check_session(&k, v, true, 0, name);
	json_array_foreach(json_object_get(v, "rtp"), i, one)
		both_ways(seal, open, false,
		    json_string_value(json_array_get(one, 0)),
		    json_string_value(json_array_get(one, 1)),
		    !k.unauthenticated_srtp, name);
	json_array_foreach(json_object_get(v, "rtcp"), i, one) {
		if (i == 3) {	/* SRTCP 300 */
			srtp_free(seal);
			seal = make(&k, true);
			srtp_begin(seal, ssrc, 0, 300);
		}
		both_ways(seal, open, true,
		    json_string_value(json_array_get(one, 1)),
		    json_string_value(json_array_get(one, 2)), true, name);
	}
	one = json_object_get(v, "rtp");
	if (!k.unauthenticated_srtp)
		hostile(&k, false, json_string_value(json_array_get(
		    json_array_get(one, 0), 1)), name);
	one = json_object_get(v, "rtcp");
	hostile(&k, true, json_string_value(json_array_get(
	    json_array_get(one, 2), 2)), name);
	srtp_free(seal);
	srtp_free(open);
}

static void
test_cases(void)
{
	json_t *all = unit_json("../srtp/packets.json"), *v;
	char name[64];
	size_t i;

	CHECK_INT(json_array_size(all), 70, "cases");
	json_array_foreach(all, i, v) {
		snprintf(name, sizeof(name), "%zu %s", i,
		    unit_text(v, "suite"));
		check_case(v, name);
	}
	json_decref(all);
}

static struct srtp_key
some_key(void)
{
	return master(SDP_AES_CM_128_HMAC_SHA1_80,
	    "e1f97a0d3e018be0d64fa32c06de4139",
	    "0ec675ad498afeebb6960b3aabe6");
}

/* An RTP packet of SSRC and SEQ. */
static struct slice
rtp(uint8_t p[20], uint32_t ssrc, uint16_t seq)
{
	memset(p, 0, 20);
	p[0] = 0x80;
	p[2] = (uint8_t)(seq >> 8);
	p[3] = (uint8_t)seq;
	for (int i = 0; i < 4; i++)
		p[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
	return slice_of(p, 20);
}

/* RFC 3711 3.3.2: the last 64 in any order, each once. */
static void
test_window(void)
{
	struct srtp_key k = some_key();
	struct srtp *seal = make(&k, true), *open = make(&k, false);
	struct buf packet[66], out;
	uint8_t p[20];

	buf_init(&out, 0);
	for (uint16_t i = 0; i < 66; i++) {
		buf_init(&packet[i], 0);
		CHECK_EACH(srtp_seal(seal, rtp(p, 1, (uint16_t)(65500 + i)),
		    &packet[i]) == 0, "seal %u", i);
	}
	/* The first tells where the numbers are, before they roll over. */
	CHECK_INT(srtp_open(open, buf_slice(&packet[1]), &out), 0, "first");
	CHECK_INT(srtp_open(open, buf_slice(&packet[65]), &out), 0, "last");
	CHECK_INT(srtp_open(open, buf_slice(&packet[0]), &out), ERR_REPLAY,
	    "65 behind");
	CHECK_INT(srtp_open(open, buf_slice(&packet[1]), &out), ERR_REPLAY,
	    "64 behind");
	for (size_t i = 64; i > 1; i--)
		CHECK_EACH(srtp_open(open, buf_slice(&packet[i]), &out) == 0,
		    "%zu, backwards", i);
	for (size_t i = 0; i < 66; i++) {
		CHECK_EACH(srtp_open(open, buf_slice(&packet[i]), &out) ==
		    ERR_REPLAY, "%zu, again", i);
		buf_free(&packet[i]);
	}
	CHECK_INT(srtp_seal(seal, rtp(p, 1, 29), &out), ERR_REPLAY,
	    "a number is sealed once");
	buf_free(&out);
	srtp_free(seal);
	srtp_free(open);
}

/* RFC 3711 appendix A: the roll-over counter over 5 * 65536 packets. */
static void
test_roll_over(void)
{
	struct srtp_key k = some_key();
	struct srtp *seal = make(&k, true), *open = make(&k, false);
	struct buf sealed, out;
	uint8_t p[20];

	buf_init(&sealed, 0);
	buf_init(&out, 0);
	for (uint32_t i = 100; i < 5 * 65536; i += 9973) {
		buf_reset(&sealed);
		buf_reset(&out);
		CHECK_EACH(srtp_seal(seal, rtp(p, 7, (uint16_t)i), &sealed)
		    == 0, "seal %u", (unsigned)i);
		CHECK_EACH(srtp_open(open, buf_slice(&sealed), &out) == 0,
		    "open %u", (unsigned)i);
	}
	buf_reset(&sealed);
	srtp_free(open);
	open = make(&k, false);
	CHECK_INT(srtp_seal(seal, rtp(p, 7, 60000), &sealed), 0, "later");
	CHECK_INT(srtp_open(open, buf_slice(&sealed), &out), ERR_AUTH,
	    "who comes late does not know the roll-over counter");
	srtp_begin(open, 7, 4, 0);
	CHECK_INT(srtp_open(open, buf_slice(&sealed), &out), 0, "or is told");
	buf_free(&sealed);
	buf_free(&out);
	srtp_free(seal);
	srtp_free(open);
}

static void
test_limits(void)
{
	struct srtp_key k = some_key();
	struct srtp *s = make(&k, true);
	struct buf out;
	uint8_t p[20];

	buf_init(&out, 0);
	for (uint32_t i = 0; i < SRTP_SSRCS; i++)
		CHECK_EACH(srtp_seal(s, rtp(p, i, 1), &out) == 0, "SSRC %u",
		    (unsigned)i);
	CHECK_INT(srtp_seal(s, rtp(p, SRTP_SSRCS, 1), &out), ERR_LIMIT,
	    "one SSRC too many");
	srtp_free(s);
	k.lifetime = 2;
	s = make(&k, true);
	CHECK_INT(srtp_seal(s, rtp(p, 0, 1), &out), 0, "lifetime 2: 1");
	CHECK_INT(srtp_seal(s, rtp(p, 0, 2), &out), 0, "lifetime 2: 2");
	CHECK_INT(srtp_seal(s, rtp(p, 0, 3), &out), ERR_LIMIT,
	    "lifetime 2: 3");
	srtp_begin(s, 0, 0, 0x7fffffff);
	memset(p, 0, sizeof(p));
	p[0] = 0x80;
	p[1] = 200;
	CHECK_INT(srtp_rtcp_seal(s, slice_of(p, 20), &out), 0,
	    "SRTCP 2^31 - 1");
	CHECK_INT(srtp_rtcp_seal(s, slice_of(p, 20), &out), ERR_LIMIT,
	    "SRTCP 2^31");
	CHECK(srtp_is_rtcp(slice_of(p, 20)), "200 is RTCP");
	CHECK(!srtp_is_rtcp(rtp(p, 1, 1)), "0 is RTP");
	srtp_free(s);
	buf_free(&out);
}

/* Two keys of one a=crypto: the MKI says which. */
static void
test_mki(void)
{
	struct srtp_key k = some_key(), other = some_key();
	struct srtp *seal, *open;
	struct buf sealed, out;
	uint8_t p[20];

	k.mki_len = other.mki_len = 1;
	k.mki[0] = 1;
	other.mki[0] = 2;
	seal = make(&k, true);
	open = make(&other, false);
	buf_init(&sealed, 0);
	buf_init(&out, 0);
	CHECK_INT(srtp_seal(seal, rtp(p, 1, 1), &sealed), 0, "seal");
	CHECK_INT(srtp_open(open, buf_slice(&sealed), &out), ERR_NOKEY,
	    "another MKI");
	buf_free(&sealed);
	buf_free(&out);
	srtp_free(seal);
	srtp_free(open);
}

int
main(void)
{
	test_derive();
	test_keystream();
	test_f8();
	test_gcm();
	test_packet();
	test_cases();
	test_window();
	test_roll_over();
	test_limits();
	test_mki();
	return unit_end();
}
