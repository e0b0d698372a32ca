/* rec_srtp: media streams and their keys as records. */
#include "crypt.h"
#include "err.h"
#include "rec_int.h"

static void
session(struct buf *out, const char *const name[3], enum sdp_suite suite,
    const struct srtp_session *s)
{
	rec_put_hex(out, name[0], slice_of(s->key, sdp_suite_key(suite)));
	rec_put_hex(out, name[1], slice_of(s->salt, sdp_suite_salt(suite)));
	if (!sdp_suite_aead(suite))
		rec_put_hex(out, name[2], slice_of(s->auth, SRTP_AUTH));
}

static const char *const rtp_names[3] = {
	"session_key", "session_salt", "session_auth"
};
static const char *const rtcp_names[3] = {
	"rtcp_session_key", "rtcp_session_salt", "rtcp_session_auth"
};

/* Master keys, and the session keys that packet 0 has of them. */
static void
keys(struct buf *out, const struct srtp_key *k)
{
	struct srtp_session rtp = k->rtp, rtcp = k->rtcp;
	bool known = true;

	if (k->has_master) {
		rec_put_hex(out, "key",
		    slice_of(k->key, sdp_suite_key(k->suite)));
		rec_put_hex(out, "salt",
		    slice_of(k->salt, sdp_suite_salt(k->suite)));
		known = srtp_derive(k, false, 0, &rtp) == 0 &&
		    srtp_derive(k, true, 0, &rtcp) == 0;
	}
	if (known) {
		session(out, rtp_names, k->suite, &rtp);
		session(out, rtcp_names, k->suite, &rtcp);
	}
	crypt_wipe(&rtp, sizeof(rtp));
	crypt_wipe(&rtcp, sizeof(rtcp));
}

static void
sdes(struct buf *out, const struct srtp_stream *s, bool secrets)
{
	const struct srtp_key *k = &s->key;

	rec_put_word(out, "suite", sdp_suite_name(k->suite));
	rec_put_number(out, "tag", s->tag);
	rec_put_hex_if(out, "mki", k->mki, k->mki_len);
	rec_put_number_if(out, "lifetime", k->lifetime);
	rec_put_number_if(out, "kdr", k->kdr);
	rec_put_truth_if(out, "unencrypted_srtp", k->unencrypted_srtp);
	rec_put_truth_if(out, "unencrypted_srtcp", k->unencrypted_srtcp);
	rec_put_truth_if(out, "unauthenticated_srtp", k->unauthenticated_srtp);
	if (secrets && s->has_key)
		keys(out, k);
}

void
rec_write_srtp(struct buf *out, const struct srtp_stream *s, bool secrets)
{
	rec_put_open(out, "srtp");
	if (s->timed)
		rec_put_time(out, s->time_ns);
	rec_put_number_if(out, "frame", s->frame);
	rec_put_address_if(out, "src", &s->src);
	rec_put_number_if(out, "sport", s->sport);
	rec_put_address_if(out, "dst", &s->dst);
	rec_put_number_if(out, "dport", s->dport);
	rec_put_number_if(out, "rtcp_dport", s->rtcp_dport);
	rec_put_text_if(out, "call_id", s->call_id);
	rec_put_number(out, "index", s->index);
	rec_put_text_if(out, "media", s->media);
	rec_put_text_if(out, "proto", s->proto);
	rec_put_word(out, "role", srtp_role_name(s->role));
	rec_put_truth_if(out, "answered", s->answered);
	rec_put_word(out, "keying", srtp_keying_name(s->keying));
	rec_put_text_if(out, "e2ae", s->e2ae);
	rec_put_text_if(out, "fingerprint", s->fingerprint);
	rec_put_text_if(out, "setup", s->setup);
	if (s->has_ssrc)
		rec_put_number(out, "ssrc", s->ssrc);
	if (s->keying == SRTP_SDES)
		sdes(out, s, secrets);
	rec_put_close(out);
}

static void
exact(struct rec_in *in, const char *key, uint8_t *out, size_t n)
{
	if (!rec_in_exact(in, key, out, n))
		rec_in_missing(in, key);
}

static void
read_session(struct rec_in *in, const char *const name[3],
    enum sdp_suite suite, struct srtp_session *s)
{
	exact(in, name[0], s->key, sdp_suite_key(suite));
	exact(in, name[1], s->salt, sdp_suite_salt(suite));
	if (!sdp_suite_aead(suite))
		exact(in, name[2], s->auth, SRTP_AUTH);
}

/* A master key, or else session keys; or none. */
static void
read_keys(struct rec_in *in, struct srtp_stream *s)
{
	struct srtp_key *k = &s->key;

	k->has_master = rec_in_exact(in, "key", k->key,
	    sdp_suite_key(k->suite));
	s->has_key = k->has_master;
	if (k->has_master)
		exact(in, "salt", k->salt, sdp_suite_salt(k->suite));
	else if (rec_in_there(in, rtp_names[0])) {
		read_session(in, rtp_names, k->suite, &k->rtp);
		read_session(in, rtcp_names, k->suite, &k->rtcp);
		s->has_key = true;
	}
}

static void
read_sdes(struct rec_in *in, struct srtp_stream *s)
{
	struct srtp_key *k = &s->key;
	uint64_t kdr = 0;
	int suite;

	if (!rec_in_enum(in, "suite", sdp_suite_parse, &suite)) {
		rec_in_missing(in, "suite");
		return;
	}
	k->suite = (enum sdp_suite)suite;
	(void)rec_in_u32(in, "tag", &s->tag);
	(void)rec_in_octets(in, "mki", k->mki, sizeof(k->mki), &k->mki_len);
	(void)rec_in_number(in, "lifetime", SDP_LIFETIME, &k->lifetime);
	(void)rec_in_number(in, "kdr", 24, &kdr);
	k->kdr = (unsigned)kdr;
	(void)rec_in_flag(in, "unencrypted_srtp", &k->unencrypted_srtp);
	(void)rec_in_flag(in, "unencrypted_srtcp", &k->unencrypted_srtcp);
	(void)rec_in_flag(in, "unauthenticated_srtp",
	    &k->unauthenticated_srtp);
	if (k->unauthenticated_srtp && sdp_suite_aead(k->suite))
		rec_in_fail(in, "unauthenticated_srtp", ERR_ALG,
		    "does not go with %s", sdp_suite_name(k->suite));
	read_keys(in, s);
}

void
rec_in_srtp(struct rec_in *in, struct srtp_stream *s)
{
	struct flow_where w = { .timed = false };
	int keying = SRTP_SDES, role;
	uint64_t n = 0, rtcp = 0;

	rec_in_where(in, &w);
	s->timed = w.timed;
	s->time_ns = w.time_ns;
	s->frame = w.frame;
	s->src = w.src;
	s->dst = w.dst;
	s->sport = w.sport;
	s->dport = w.dport;
	(void)rec_in_number(in, "rtcp_dport", UINT16_MAX, &rtcp);
	s->rtcp_dport = (uint16_t)rtcp;
	(void)rec_in_text(in, "call_id", &s->call_id);
	(void)rec_in_number(in, "index", UINT16_MAX, &n);
	s->index = (unsigned)n;
	(void)rec_in_text(in, "media", &s->media);
	(void)rec_in_text(in, "proto", &s->proto);
	if (rec_in_enum(in, "role", srtp_role_parse, &role))
		s->role = (enum srtp_role)role;
	(void)rec_in_flag(in, "answered", &s->answered);
	(void)rec_in_enum(in, "keying", srtp_keying_parse, &keying);
	s->keying = (enum srtp_keying)keying;
	(void)rec_in_text(in, "e2ae", &s->e2ae);
	(void)rec_in_text(in, "fingerprint", &s->fingerprint);
	(void)rec_in_text(in, "setup", &s->setup);
	s->has_ssrc = rec_in_u32(in, "ssrc", &s->ssrc);
	if (s->keying == SRTP_SDES)
		read_sdes(in, s);
}
