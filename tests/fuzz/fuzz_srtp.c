/* fuzz_srtp: what must hold for keys in SDP, and for SRTP, whatever comes. */
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "srtp.h"

static struct sip_msg msg;

/* What was read is written so that it is read the same. */
static void
check_crypto(struct slice v)
{
	static struct sdp_crypto a, b;
	struct sdp_fault f;
	struct buf out;
	int e = sdp_crypto(v, &a, &f);

	must((e < 0) == (f.what != SDP_GOOD) && f.at <= v.n);
	must(f.what < SDP_BADS && sdp_bad_text(f.what) != NULL);
	if (e < 0)
		return;
	must(a.n_keys > 0 && a.n_keys <= SDP_KEYS && a.kdr <= 24);
	buf_init(&out, 0);
	sdp_crypto_write(&out, &a);
	must(!out.bad && sdp_crypto(buf_slice(&out), &b, &f) == 0);
	a.fec_key = false;
	must(a.tag == b.tag && a.suite == b.suite && a.n_keys == b.n_keys &&
	    memcmp(a.key, b.key, sizeof(a.key)) == 0 && a.kdr == b.kdr &&
	    a.wsh == b.wsh && a.fec_last == b.fec_last);
	buf_free(&out);
}

static void
check_sdp(struct slice in)
{
	struct sdp_media_iter media;
	struct sdp_media m;
	struct sdp_iter it;
	struct sdp_line l;
	struct sdp_fault f;
	struct slice v;
	int n = 0;

	sdp_iter_init(&it, in);
	while (sdp_next(&it, &l)) {
		must((sdp_check(&l, &f) < 0) == (f.what != SDP_GOOD));
		if (sdp_attr(&l, "crypto", &v))
			check_crypto(v);
	}
	sdp_media_init(&media, in);
	while (sdp_media_next(&media, &m)) {
		must(m.index == n++);
		inside(m.body, in);
		inside(m.type, in);
		inside(m.address, in);
		inside(m.fingerprint, in);
	}
}

static void
on_stream(const struct srtp_stream *s, void *arg)
{
	must(!s->has_key || s->keying == SRTP_SDES);
	must(srtp_db_add(arg, s) == 0);
}

static void
on_bad(const struct sdp_fault *f, size_t line, void *arg)
{
	(void)arg;
	must(f->what > SDP_GOOD && f->what < SDP_BADS && line > 0);
}

/* IN as descriptions, parted by NUL, and as a message. */
static void
learn(struct slice in)
{
	static const struct srtp_seen at = { .frame = 1 };
	struct srtp_db *db = srtp_db_new();
	const struct srtp_learn_sink sink = { on_stream, on_bad, db };
	struct srtp_learn *l = srtp_learn_new(&sink);
	struct slice rest = in;

	must(db != NULL && l != NULL);
	while (rest.n > 0)
		must(srtp_learn_sdp(l, slice_cut(&rest, '\0')) == 0);
	if (sip_parse(&msg, in) == 0)
		must(srtp_learn(l, &msg, &at) == 0);
	srtp_learn_end(l);
	srtp_learn_free(l);
	srtp_db_free(db);
}

/* Closed to who has no key; open(seal(x)) is x. */
static void
packets(struct slice in, bool rtcp, enum sdp_suite suite, uint8_t flags)
{
	struct srtp_key k = {
		.suite = suite, .has_master = true, .kdr = flags & 1,
		.unencrypted_srtp = flags >> 1 & 1,
		.unencrypted_srtcp = flags >> 1 & 1,
		.mki_len = flags >> 2 & 1,
	};
	struct srtp *seal = srtp_new(&k, true), *open = srtp_new(&k, false);
	struct buf out, back;
	int e;

	must(seal != NULL && open != NULL);
	buf_init(&out, 0);
	buf_init(&back, 0);
	e = rtcp ? srtp_rtcp_open(open, in, &out) : srtp_open(open, in, &out);
	must(e < 0 && out.n == 0);
	e = rtcp ? srtp_rtcp_seal(seal, in, &out) : srtp_seal(seal, in, &out);
	must((e == 0) == (out.n > 0));
	if (e == 0) {
		must(out.n <= in.n + SRTP_OVERHEAD);
		e = rtcp ? srtp_rtcp_open(open, buf_slice(&out), &back) :
		    srtp_open(open, buf_slice(&out), &back);
		must(e == 0 && slice_eq(buf_slice(&back), in));
		e = rtcp ? srtp_rtcp_open(open, buf_slice(&out), &back) :
		    srtp_open(open, buf_slice(&out), &back);
		must(e == ERR_REPLAY && back.n == in.n);
	}
	buf_free(&out);
	buf_free(&back);
	srtp_free(seal);
	srtp_free(open);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);

	check_crypto(in);
	check_sdp(in);
	learn(in);
	if (size < 2)
		return 0;
	packets(slice_from(in, 2), data[0] & 1, data[0] / 2 % SDP_SUITES,
	    data[1]);
	return 0;
}
