/* test_rec_srtp: srtp records written, read, refused. */
#include "unit.h"

#include "err.h"
#include "rec.h"

static char error[REC_ERROR_TEXT];

/* LINE, at an unreadable page, into R; rec_done() is the caller's. */
static int
read_line(struct rec *r, const char *line)
{
	size_t n = strlen(line);
	uint8_t *p = unit_edge(line, n);
	int e = rec_read(r, slice_of(p, n), error);

	unit_edge_free(p, n);
	return e;
}

/* Session keys of RFC 3711 B.3. */
#define KEY	"\"key\":\"e1f97a0d3e018be0d64fa32c06de4139\"," \
		"\"salt\":\"0ec675ad498afeebb6960b3aabe6\""
#define RTP	"\"session_key\":\"c61e7a93744f39ee10734afe3ff7a087\"," \
		"\"session_salt\":\"30cbbc08863d8c85d49db34a9ae1\"," \
		"\"session_auth\":\"cebe321f6ff7716b6fd4ab49af256a156d38baa4\""
#define HEAD	"{\"type\":\"srtp\",\"time\":\"1700000000.000000001\"," \
		"\"frame\":9,\"src\":\"192.0.2.1\",\"sport\":4000," \
		"\"dst\":\"2001:db8::1\",\"dport\":5000,\"rtcp_dport\":5001," \
		"\"call_id\":\"a\\\"b\",\"index\":1,\"media\":\"audio\"," \
		"\"proto\":\"RTP/SAVP\",\"role\":\"answer\"," \
		"\"answered\":true,\"keying\":"
#define SDES	HEAD "\"sdes\",\"e2ae\":\"applied\",\"ssrc\":4294967295," \
		"\"suite\":\"AES_CM_128_HMAC_SHA1_80\",\"tag\":7," \
		"\"mki\":\"0001\",\"lifetime\":281474976710656,\"kdr\":24," \
		"\"unencrypted_srtp\":true,\"unencrypted_srtcp\":true," \
		"\"unauthenticated_srtp\":true"

static void
again(const char *line, const char *want, bool secrets, const char *name)
{
	struct rec r;
	struct buf b;

	buf_init(&b, 0);
	CHECK_INT(read_line(&r, line), 0, "%s: %s", name, error);
	CHECK_INT(r.type, REC_SRTP, "%s", name);
	rec_write_srtp(&b, &r.srtp, secrets);
	CHECK(slice_starts(buf_slice(&b), want), "%s: %.*s", name, (int)b.n,
	    (const char *)b.p);
	buf_free(&b);
	rec_done(&r);
}

static void
test_written(void)
{
	struct rec r;

	again(SDES "," KEY "}", SDES "," KEY "," RTP
	    ",\"rtcp_session_key\":\"", true, "secrets");
	again(SDES "," KEY "}", SDES "}\n", false, "no secrets");
	again(SDES "}", SDES "}\n", true, "a stream without key");
	again(HEAD "\"dtls-srtp\",\"fingerprint\":\"sha-256 00\","
	    "\"setup\":\"active\"}", HEAD "\"dtls-srtp\",\"fingerprint\":"
	    "\"sha-256 00\",\"setup\":\"active\"}\n", true, "DTLS");
	again("{\"type\":\"srtp\",\"keying\":\"none\"}", "{\"type\":\"srtp\","
	    "\"index\":0,\"role\":\"offer\",\"keying\":\"none\"}\n", true,
	    "the least");
	again("{\"type\":\"srtp\",\"suite\":\"AEAD_AES_128_GCM\","
	    "\"session_key\":\"000102030405060708090a0b0c0d0e0f\","
	    "\"session_salt\":\"517569642070726f2071756f\","
	    "\"rtcp_session_key\":\"000102030405060708090a0b0c0d0e0f\","
	    "\"rtcp_session_salt\":\"517569642070726f2071756f\"}",
	    "{\"type\":\"srtp\",\"index\":0,\"role\":\"offer\","
	    "\"keying\":\"sdes\",\"suite\":\"AEAD_AES_128_GCM\",\"tag\":0,"
	    "\"session_key\":\"000102030405060708090a0b0c0d0e0f\","
	    "\"session_salt\":\"517569642070726f2071756f\","
	    "\"rtcp_session_key\":\"", true, "session keys only");
	CHECK_INT(read_line(&r, SDES "," KEY "}"), 0, "read");
	CHECK_HEX(r.srtp.key.key, 16, "e1f97a0d3e018be0d64fa32c06de4139",
	    "key");
	CHECK_HEX(r.srtp.key.mki, r.srtp.key.mki_len, "0001", "mki");
	CHECK(r.srtp.has_key && r.srtp.key.has_master &&
	    r.srtp.key.kdr == 24 && r.srtp.role == SRTP_ANSWER &&
	    r.srtp.has_ssrc && slice_is(r.srtp.call_id, "a\"b"), "the rest");
	rec_done(&r);
}

#define S	"{\"type\":\"srtp\",\"suite\":"
#define CM	S "\"AES_CM_128_HMAC_SHA1_80\","

static void
test_refused(void)
{
	static const struct {
		const char	*line;
		int		 e;
		const char	*error;
	} bad[] = {
		{ "{\"type\":\"srtp\"}", ERR_FORMAT, "suite: missing" },
		{ S "\"AES\"}", ERR_ALG, "suite: AES is not known" },
		{ CM "\"key\":\"00\"}", ERR_RANGE, "key: 1 octets, not 16" },
		{ CM "\"key\":\"000102030405060708090a0b0c0d0e0f\"}",
		    ERR_FORMAT, "salt: missing" },
		{ S "\"AEAD_AES_128_GCM\"," KEY "}", ERR_RANGE,
		    "salt: 14 octets, not 12" },
		{ CM RTP "}", ERR_FORMAT, "rtcp_session_key: missing" },
		{ CM "\"kdr\":25}", ERR_RANGE, "kdr: not 0 to 24" },
		{ CM "\"tag\":-1}", ERR_RANGE, "tag: not 0 to 4294967295" },
		{ CM "\"lifetime\":281474976710657}", ERR_RANGE,
		    "lifetime: not 0 to 281474976710656" },
		{ CM "\"role\":\"x\"}", ERR_ALG, "role: x is not known" },
		{ CM "\"keying\":\"x\"}", ERR_ALG, "keying: x is not known" },
		{ CM "\"src\":\"x\"}", ERR_FORMAT, "src: not an IP address" },
		{ S "\"AEAD_AES_128_GCM\",\"unauthenticated_srtp\":true}",
		    ERR_ALG, "unauthenticated_srtp: does not go with "
		    "AEAD_AES_128_GCM" },
	};
	struct rec r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(read_line(&r, bad[i].line), bad[i].e, "%s",
		    bad[i].line);
		CHECK_STR(slice_str(error), bad[i].error, "its reason");
		rec_done(&r);
	}
}

int
main(void)
{
	test_written();
	test_refused();
	return unit_end();
}
