/* test_sdp_crypto: a=crypto and what else keys media, right and wrong. */
#include "unit.h"

#include "err.h"
#include "sdp.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* RFC 4568 6.1 and 9.1 have such keys: base64 of 30, 38, 46, 28, 44 octets. */
#define K30	"d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
#define K38	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCU="
#define K46	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKiss" \
		"LQ=="
#define K28	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw=="
#define K44	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis="
#define CM80	"1 AES_CM_128_HMAC_SHA1_80 inline:"
#define TWO(a, b) CM80 K30 "|2^20|" a ";inline:" K30 "|2^20|" b

/* WANT is what sdp_crypto_write gives; AT where the fault is. */
static const struct {
	const char	*in;
	enum sdp_bad	 what;
	size_t		 at;
	const char	*want;
} cases[] = {
	/* RFC 4568 4.1, 5.1.2, 6.1, 7.1.1 and 9.1, by form */
	{ CM80 K30, SDP_GOOD, 0, CM80 K30 },
	{ CM80 K30 "|2^20|1:32", SDP_GOOD, 0, CM80 K30 "|2^20|1:32" },
	{ CM80 K30 "|1:4", SDP_GOOD, 0, CM80 K30 "|1:4" },
	{ CM80 K30 "|1048576", SDP_GOOD, 0, CM80 K30 "|2^20" },
	{ CM80 K30 "|1000", SDP_GOOD, 0, CM80 K30 "|1000" },
	{ CM80 K30 "|2^48", SDP_GOOD, 0, CM80 K30 "|2^48" },
	{ CM80 K30 "|2^0", SDP_GOOD, 0, CM80 K30 "|2^0" },
	{ "  2\tAES_CM_128_HMAC_SHA1_32   inline:" K30 " ", SDP_GOOD, 0,
	    "2 AES_CM_128_HMAC_SHA1_32 inline:" K30 },
	{ "999999999 F8_128_HMAC_SHA1_80 inline:" K30, SDP_GOOD, 0,
	    "999999999 F8_128_HMAC_SHA1_80 inline:" K30 },
	{ "1 AES_192_CM_HMAC_SHA1_80 inline:" K38, SDP_GOOD, 0,
	    "1 AES_192_CM_HMAC_SHA1_80 inline:" K38 },
	{ "1 AES_192_CM_HMAC_SHA1_32 inline:" K38, SDP_GOOD, 0,
	    "1 AES_192_CM_HMAC_SHA1_32 inline:" K38 },
	{ "1 AES_256_CM_HMAC_SHA1_80 inline:" K46, SDP_GOOD, 0,
	    "1 AES_256_CM_HMAC_SHA1_80 inline:" K46 },
	{ "1 AES_256_CM_HMAC_SHA1_32 inline:" K46, SDP_GOOD, 0,
	    "1 AES_256_CM_HMAC_SHA1_32 inline:" K46 },
	{ "1 AEAD_AES_128_GCM inline:" K28, SDP_GOOD, 0,
	    "1 AEAD_AES_128_GCM inline:" K28 },
	{ "1 AEAD_AES_256_GCM inline:" K44, SDP_GOOD, 0,
	    "1 AEAD_AES_256_GCM inline:" K44 },
	{ TWO("1:4", "2:4") " FEC_ORDER=FEC_SRTP", SDP_GOOD, 0,
	    TWO("1:4", "2:4") },
	{ CM80 K30 " KDR=24 UNENCRYPTED_SRTP UNENCRYPTED_SRTCP "
	    "UNAUTHENTICATED_SRTP FEC_ORDER=SRTP_FEC WSH=64 -other=1 -x",
	    SDP_GOOD, 0, CM80 K30 " KDR=24 UNENCRYPTED_SRTP "
	    "UNENCRYPTED_SRTCP UNAUTHENTICATED_SRTP FEC_ORDER=SRTP_FEC "
	    "WSH=64" },
	{ CM80 K30 " FEC_KEY=inline:" K30 "|2^20", SDP_GOOD, 0, CM80 K30 },
	{ CM80 K30 "|4294967296:5", SDP_GOOD, 0, CM80 K30 "|4294967296:5" },
	{ CM80 K30 "|340282366920938463463374607431768211455:16", SDP_GOOD, 0,
	    CM80 K30 "|340282366920938463463374607431768211455:16" },
	/* what is wrong */
	{ "", SDP_BAD_TAG, 0, NULL },
	{ "x AES_CM_128_HMAC_SHA1_80 inline:" K30, SDP_BAD_TAG, 0, NULL },
	{ "1234567890 AES_CM_128_HMAC_SHA1_80 inline:" K30, SDP_BAD_TAG, 0,
	    NULL },
	{ "-1 AES_CM_128_HMAC_SHA1_80 inline:" K30, SDP_BAD_TAG, 0, NULL },
	{ "1", SDP_BAD_SUITE, 1, NULL },
	{ "1 AES_CM_128_HMAC_SHA1_8 inline:" K30, SDP_BAD_SUITE, 2, NULL },
	{ "1 aes_cm_128_hmac_sha1_80 inline:" K30, SDP_BAD_SUITE, 2, NULL },
	{ "1 AES_CM_128_HMAC_SHA1_80", SDP_BAD_KEYS, 25, NULL },
	{ "1 AES_CM_128_HMAC_SHA1_80 uri:x", SDP_BAD_METHOD, 26, NULL },
	{ CM80 "!!", SDP_BAD_BASE64, 33, NULL },
	{ CM80 "", SDP_BAD_KEY_LENGTH, 33, NULL },
	{ CM80 K28, SDP_BAD_KEY_LENGTH, 33, NULL },
	{ CM80 K46, SDP_BAD_KEY_LENGTH, 33, NULL },
	{ "1 AEAD_AES_128_GCM inline:" K30, SDP_BAD_KEY_LENGTH, 26, NULL },
	{ "1 AES_256_CM_HMAC_SHA1_80 inline:" K44, SDP_BAD_KEY_LENGTH, 33,
	    NULL },
	{ CM80 K30 "|", SDP_BAD_LIFETIME, 74, NULL },
	{ CM80 K30 "|0", SDP_BAD_LIFETIME, 74, NULL },
	{ CM80 K30 "|2^49", SDP_BAD_LIFETIME, 74, NULL },
	{ CM80 K30 "|281474976710657", SDP_BAD_LIFETIME, 74, NULL },
	{ CM80 K30 "|x", SDP_BAD_LIFETIME, 74, NULL },
	{ CM80 K30 "|2^20|", SDP_BAD_MKI, 79, NULL },
	{ CM80 K30 "|2^20|1", SDP_BAD_MKI, 79, NULL },
	{ CM80 K30 "|256:1", SDP_BAD_MKI, 74, NULL },
	{ CM80 K30 "|x:1", SDP_BAD_MKI, 74, NULL },
	{ CM80 K30 "|:1", SDP_BAD_MKI, 74, NULL },
	{ CM80 K30 "|1:0", SDP_BAD_MKI_LENGTH, 76, NULL },
	{ CM80 K30 "|1:129", SDP_BAD_MKI_LENGTH, 76, NULL },
	{ CM80 K30 "|1:", SDP_BAD_MKI_LENGTH, 76, NULL },
	{ CM80 K30 ";inline:" K30, SDP_BAD_MKI_MISSING, 26, NULL },
	{ CM80 K30 "|1:4;inline:" K30, SDP_BAD_MKI_MISSING, 26, NULL },
	{ TWO("1:4", "1:4"), SDP_BAD_MKI_TWICE, 26, NULL },
	{ TWO("1:4", "2:2"), SDP_BAD_MKI_TWICE, 26, NULL },
	{ CM80 K30 ";", SDP_BAD_METHOD, 74, NULL },
	{ CM80 K30 " KDR=25", SDP_BAD_KDR, 78, NULL },
	{ CM80 K30 " KDR=0", SDP_BAD_KDR, 78, NULL },
	{ CM80 K30 " KDR=02", SDP_BAD_KDR, 78, NULL },
	{ CM80 K30 " KDR=", SDP_BAD_KDR, 78, NULL },
	{ CM80 K30 " WSH=63", SDP_BAD_WSH, 78, NULL },
	{ CM80 K30 " FEC_ORDER=SRTP", SDP_BAD_FEC, 84, NULL },
	{ CM80 K30 " FEC_KEY=inline:" K28, SDP_BAD_FEC, 82, NULL },
	{ CM80 K30 " KDR=1 KDR=1", SDP_BAD_PARAM, 80, NULL },
	{ CM80 K30 " UNENCRYPTED_SRTP UNENCRYPTED_SRTP", SDP_BAD_PARAM, 91,
	    NULL },
	{ CM80 K30 " other", SDP_BAD_PARAM, 74, NULL },
	{ CM80 K30 " unencrypted_srtp", SDP_BAD_PARAM, 74, NULL },
	{ "1 AEAD_AES_128_GCM inline:" K28 " UNAUTHENTICATED_SRTP",
	    SDP_BAD_AEAD, 67, NULL },
};

static void
test_crypto(void)
{
	for (size_t i = 0; i < N(cases); i++) {
		size_t n = strlen(cases[i].in);
		uint8_t *p = unit_edge(cases[i].in, n);
		struct sdp_crypto c;
		struct sdp_fault f;
		struct buf out;
		int e = sdp_crypto(slice_of(p, n), &c, &f);

		buf_init(&out, 0);
		CHECK(f.what == cases[i].what, "%zu: %s, not %s", i,
		    sdp_bad_name(f.what), sdp_bad_name(cases[i].what));
		CHECK(f.what != cases[i].what || f.at == cases[i].at,
		    "%zu: at %zu, not %zu", i, f.at, cases[i].at);
		CHECK((e == 0) == (cases[i].want != NULL), "%zu: %d", i, e);
		if (e == 0) {
			sdp_crypto_write(&out, &c);
			CHECK_STR(buf_slice(&out), cases[i].want, "%zu", i);
		}
		buf_free(&out);
		unit_edge_free(p, n);
		for (size_t cut = 0; cut < n; cut++) {
			p = unit_edge(cases[i].in, cut);
			e = sdp_crypto(slice_of(p, cut), &c, &f);
			CHECK_EACH((e < 0) == (f.what != SDP_GOOD) &&
			    f.at <= cut, "%zu cut to %zu", i, cut);
			unit_edge_free(p, cut);
		}
	}
}

static void
test_parts(void)
{
	struct sdp_crypto c;
	struct sdp_fault f;

	CHECK_INT(sdp_crypto(slice_str(TWO("258:4", "4:4") " KDR=3"), &c, &f),
	    0, "two keys");
	CHECK_INT(c.n_keys, 2, "two keys");
	CHECK_HEX(c.key[0].mki, c.key[0].mki_len, "00000102", "MKI");
	CHECK_INT(c.key[1].lifetime, 1 << 20, "lifetime");
	CHECK_INT(c.kdr, 3, "KDR");
	CHECK_HEX(c.key[0].key_salt, 30, "77446676672654"
	    "2b2978473740666235" "6a552c5261417d5c7c7030252a23", "key, salt");
	CHECK_INT(sdp_crypto(slice_str(CM80 K28), &c, &f), ERR_RANGE, "short");
	CHECK(f.got == 28 && f.want == 30, "28 octets, not 30");
	for (int i = 0; i < SDP_SUITES; i++)
		CHECK_INT(sdp_suite_parse(slice_str(sdp_suite_name(
		    (enum sdp_suite)i))), i, "suite %d", i);
}

/* 32 octets, and 20. */
#define F32	"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:" \
		"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"
#define F20	"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33"

static const struct {
	const char	*line;
	int		 media;
	enum sdp_bad	 what;
} lines[] = {
	{ "a=fingerprint:sha-256 " F32, 0, SDP_GOOD },
	{ "a=fingerprint:SHA-1 " F20, -1, SDP_GOOD },
	{ "a=fingerprint:sha-256 " F20, 0, SDP_BAD_FINGERPRINT },
	{ "a=fingerprint:sha-1 " F20 ":", 0, SDP_BAD_FINGERPRINT },
	{ "a=fingerprint:sha-1 00-11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:"
	    "FF:00:11:22:33", 0, SDP_BAD_FINGERPRINT },
	{ "a=fingerprint:sha-3 " F32, 0, SDP_BAD_HASH },
	{ "a=fingerprint:sha-256", 0, SDP_BAD_FINGERPRINT },
	{ "a=setup:actpass", 0, SDP_GOOD },
	{ "a=setup:both", 0, SDP_BAD_SETUP },
	{ "a=setup:", 0, SDP_BAD_SETUP },
	{ "a=key-mgmt:mikey AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAA=", -1,
	    SDP_GOOD },
	{ "a=key-mgmt:mikey", 0, SDP_BAD_KEY_MGMT },
	{ "a=key-mgmt:mikey ###", 0, SDP_BAD_KEY_MGMT },
	{ "a=key-mgmt:other AQAF", 0, SDP_BAD_KEY_MGMT },
	{ "a=3ge2ae:requested", 0, SDP_GOOD },
	{ "a=3ge2ae:applied", 0, SDP_GOOD },
	{ "a=3ge2ae:maybe", 0, SDP_BAD_3GE2AE },
	{ "a=crypto:" CM80 K30, 0, SDP_GOOD },
	{ "a=crypto:" CM80 K30, -1, SDP_BAD_LEVEL },
	{ "a=crypto:" CM80 K28, 0, SDP_BAD_KEY_LENGTH },
	{ "m=audio 49170/2 RTP/SAVP 0", 0, SDP_GOOD },
	{ "m=audio x RTP/SAVP 0", 0, SDP_BAD_MEDIA },
	{ "m=audio 65536 RTP/SAVP 0", 0, SDP_BAD_MEDIA },
	{ "m=audio 1", 0, SDP_BAD_MEDIA },
	{ "a=sendrecv", 0, SDP_GOOD },
	{ "b=AS:64", -1, SDP_GOOD },
};

static void
test_lines(void)
{
	for (size_t i = 0; i < N(lines); i++) {
		struct slice s = slice_str(lines[i].line);
		struct sdp_line l = {
			(char)s.p[0], slice_from(s, 2), lines[i].media
		};
		struct sdp_fault f;
		int e = sdp_check(&l, &f);

		CHECK(f.what == lines[i].what && (e < 0) ==
		    (f.what != SDP_GOOD), "%s: %s", lines[i].line,
		    sdp_bad_name(f.what));
	}
}

static void
test_names(void)
{
	for (int i = SDP_GOOD; i < SDP_BADS; i++) {
		CHECK_EACH(sdp_bad_text((enum sdp_bad)i) != NULL &&
		    sdp_bad_name((enum sdp_bad)i) != NULL, "fault %d", i);
		for (int j = SDP_GOOD; j < i; j++)
			CHECK_EACH(strcmp(sdp_bad_name((enum sdp_bad)i),
			    sdp_bad_name((enum sdp_bad)j)) != 0, "fault %d",
			    i);
	}
}

static const char body[] =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.1/127\r\n"
    "a=setup:actpass\r\na=recvonly\r\nt=0 0\r\n"
    "m=audio 49170 RTP/SAVP 0\r\na=crypto:" CM80 K30 "\r\na=ssrc:7 cname:x\r\n"
    "a=ssrc:8 cname:x\r\na=crypto:2 AEAD_AES_128_GCM inline:" K28 "\r\n"
    "m=video 51372/2 UDP/TLS/RTP/SAVPF 31\r\nc=IN IP6 2001:db8::1\r\n"
    "a=setup:active\r\na=sendrecv\r\na=rtcp-mux\r\na=rtcp:53020 IN IP4 x\r\n"
    "m=audio\r\n"
    "m=message 9 TCP/MSRP *\r\n";

static void
test_media(void)
{
	uint8_t *p = unit_edge(body, sizeof(body) - 1);
	struct sdp_media_iter it;
	struct sdp_media m;
	bool accept[SDP_SUITES] = { [SDP_AEAD_AES_128_GCM] = true };
	struct sdp_crypto c;

	sdp_media_init(&it, slice_of(p, sizeof(body) - 1));
	CHECK(sdp_media_next(&it, &m), "audio");
	CHECK_STR(m.type, "audio", "type");
	CHECK_STR(m.proto, "RTP/SAVP", "proto");
	CHECK_STR(m.address, "192.0.2.1", "address of the session, no TTL");
	CHECK_STR(m.setup, "actpass", "setup of the session");
	CHECK(m.index == 0 && m.line == 8 && m.port == 49170 &&
	    m.rtcp_port == 49171 && m.direction == SDP_RECVONLY &&
	    m.n_crypto == 2 && m.has_ssrc && m.ssrc == 7 &&
	    sdp_media_rtp(&m) && sdp_media_secure(&m), "audio");
	CHECK_INT(sdp_crypto_choose(m.body, accept, &c), 0, "choose");
	CHECK_INT(c.tag, 2, "the second");
	accept[SDP_AEAD_AES_128_GCM] = false;
	CHECK_INT(sdp_crypto_choose(m.body, accept, &c), ERR_ALG, "none");
	CHECK(sdp_media_next(&it, &m), "video");
	CHECK_STR(m.address, "2001:db8::1", "its own address");
	CHECK_STR(m.setup, "active", "its own setup");
	CHECK(m.index == 1 && m.line == 13 && m.port == 51372 && m.rtcp_mux &&
	    m.rtcp_port == 53020 && m.direction == SDP_SENDRECV &&
	    m.n_crypto == 0 && !m.has_ssrc && sdp_media_secure(&m), "video");
	CHECK(sdp_media_next(&it, &m) && m.type.n == 0 && m.port == 0 &&
	    m.line == 19, "an m= line that says nothing");
	CHECK(sdp_media_next(&it, &m) && !sdp_media_rtp(&m), "MSRP");
	CHECK(!sdp_media_next(&it, &m), "end");
	unit_edge_free(p, sizeof(body) - 1);
	for (size_t n = 0; n < sizeof(body); n++) {
		p = unit_edge(body, n);
		sdp_media_init(&it, slice_of(p, n));
		while (sdp_media_next(&it, &m))
			CHECK_EACH(m.index < 4, "cut to %zu", n);
		unit_edge_free(p, n);
	}
}

int
main(void)
{
	test_crypto();
	test_parts();
	test_lines();
	test_names();
	test_media();
	return unit_end();
}
