/* test_srtp_learn: offers, answers, and the packets of what they agree upon. */
#include "net.h"
#include "srtp.h"

#define K1	"d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
#define K2	"NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj"
#define S80	"AES_CM_128_HMAC_SHA1_80"
#define S32	"AES_CM_128_HMAC_SHA1_32"
#define ADDR(a)	"v=0\r\no=- 1 1 IN IP4 " a "\r\ns=-\r\nc=IN IP4 " a \
		"\r\nt=0 0\r\n"
#define AUDIO	"m=audio 4000 RTP/SAVP 0\r\n"
#define A(tag, suite, key) "a=crypto:" tag " " suite " inline:" key "\r\n"
#define OFFER	ADDR("192.0.2.1") AUDIO A("1", S80, K1) A("2", S32, K2)
#define ANSWER	ADDR("192.0.2.2") AUDIO A("2", S32, K1)
#define PLAIN	ADDR("192.0.2.2") "m=audio 4000 RTP/AVP 0\r\n"

/* What was told, as text. */
static char told[4096];

static void
on_stream(const struct srtp_stream *s, void *arg)
{
	char src[PKT_ADDR_TEXT], dst[PKT_ADDR_TEXT];
	size_t n = strlen(told);

	(void)arg;
	snprintf(told + n, sizeof(told) - n, "%s %s:%u>%s:%u %s %s%s%u|",
	    srtp_role_name(s->role), pkt_addr_text(&s->src, src), s->sport,
	    pkt_addr_text(&s->dst, dst), s->dport,
	    srtp_keying_name(s->keying),
	    s->has_key ? sdp_suite_name(s->key.suite) : "",
	    s->has_key ? " " : "", (unsigned)s->tag);
}

static void
on_bad(const struct sdp_fault *f, size_t line, void *arg)
{
	size_t n = strlen(told);

	(void)arg;
	snprintf(told + n, sizeof(told) - n, "%s@%zu|",
	    sdp_bad_name(f->what), line);
}

static const struct srtp_learn_sink sink = { on_stream, on_bad, NULL };

static void
say(struct srtp_learn *l, const char *from, const char *to, const char *first,
    const char *branch, const char *cseq, const char *sdp)
{
	struct srtp_seen at = { .src = net_addr(from), .dst = net_addr(to) };
	struct sip_msg m;
	char text[2048];

	snprintf(text, sizeof(text), "%s\r\nVia: SIP/2.0/UDP x;branch=%s\r\n"
	    "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: c\r\n"
	    "CSeq: %s\r\nContent-Type: application/sdp\r\n\r\n%s", first,
	    branch, cseq, sdp);
	if (sip_parse(&m, slice_str(text)) < 0)
		unit_fatal("sip_parse", first);
	CHECK_EACH(srtp_learn(l, &m, &at) == 0, "%s %s", first, cseq);
}

#define INV	"INVITE sip:b@x SIP/2.0"
#define ACK	"ACK sip:b@x SIP/2.0"
#define PRACK	"PRACK sip:b@x SIP/2.0"
#define UPDATE	"UPDATE sip:b@x SIP/2.0"
#define OK	"SIP/2.0 200 OK"
#define PROG	"SIP/2.0 183 Session Progress"
#define BOTH	"offer 192.0.2.1:4000>192.0.2.2:4000 sdes " S32 " 2|" \
		"answer 192.0.2.2:4000>192.0.2.1:4000 sdes " S32 " 2|"
#define BACK	"offer 192.0.2.2:4000>192.0.2.1:4000 sdes " S32 " 2|" \
		"answer 192.0.2.1:4000>192.0.2.2:4000 sdes " S32 " 2|"

/* Each: who, first line, branch, CSeq, SDP; then what is told. */
static const struct {
	const char	*name;
	struct {
		int		 way;	/* 1: from b to a; 2: a second hop */
		const char	*first, *branch, *cseq, *sdp;
	} say[5];
	const char	*want;
} dialogs[] = {
	{ "INVITE, 200", { { 0, INV, "z1", "1 INVITE", OFFER },
	    { 1, OK, "z1", "1 INVITE", ANSWER } }, BOTH },
	{ "INVITE, 183, 200: once", { { 0, INV, "z1", "1 INVITE", OFFER },
	    { 0, INV, "z1", "1 INVITE", OFFER },
	    { 1, PROG, "z1", "1 INVITE", ANSWER },
	    { 1, OK, "z1", "1 INVITE", ANSWER } }, BOTH },
	{ "no offer, 200, ACK", { { 0, INV, "z1", "1 INVITE", "" },
	    { 1, OK, "z1", "1 INVITE", ADDR("192.0.2.2") AUDIO
	    A("2", S32, K1) }, { 0, ACK, "z2", "1 ACK", ADDR("192.0.2.1")
	    AUDIO A("2", S32, K2) } }, BACK },
	{ "no offer, 183, PRACK", { { 0, INV, "z1", "1 INVITE", "" },
	    { 1, PROG, "z1", "1 INVITE", ADDR("192.0.2.2") AUDIO
	    A("2", S32, K1) }, { 0, PRACK, "z2", "2 PRACK",
	    ADDR("192.0.2.1") AUDIO A("2", S32, K2) } }, BACK },
	{ "UPDATE answers nothing", { { 0, INV, "z1", "1 INVITE", OFFER },
	    { 1, UPDATE, "z9", "1 UPDATE", ANSWER } },
	    "offer 192.0.2.1:4000>:0 sdes " S80 " 1|"
	    "offer 192.0.2.1:4000>:0 sdes " S32 " 2|"
	    "offer 192.0.2.2:4000>:0 sdes " S32 " 2|" },
	{ "another transaction's answer", {
	    { 0, INV, "z1", "1 INVITE", OFFER },
	    { 1, OK, "z2", "1 INVITE", ADDR("192.0.2.2") } },
	    "offer 192.0.2.1:4000>:0 sdes " S80 " 1|"
	    "offer 192.0.2.1:4000>:0 sdes " S32 " 2|" },
	{ "an error is no answer", { { 0, INV, "z1", "1 INVITE", OFFER },
	    { 1, "SIP/2.0 488 No", "z1", "1 INVITE", ANSWER } },
	    "offer 192.0.2.1:4000>:0 sdes " S80 " 1|"
	    "offer 192.0.2.1:4000>:0 sdes " S32 " 2|" },
	{ "the same call on a second hop", {
	    { 0, INV, "z1", "1 INVITE", OFFER },
	    { 0, INV, "z2", "1 INVITE", OFFER },
	    { 1, OK, "z2", "1 INVITE", ANSWER },
	    { 1, OK, "z1", "1 INVITE", ANSWER } }, BOTH },
	{ "the same offer, on a second hop not answered", {
	    { 0, INV, "z1", "1 INVITE", OFFER },
	    { 2, INV, "z2", "1 INVITE", OFFER },
	    { 1, OK, "z1", "1 INVITE", ANSWER } }, BOTH },
	{ "two hops with one branch, and SDP of their own", {
	    { 0, INV, "z1", "1 INVITE", OFFER },
	    { 2, INV, "z1", "1 INVITE", ADDR("192.0.2.3") AUDIO
	    A("5", S80, K1) }, { 1, OK, "z1", "1 INVITE", ANSWER } },
	    BOTH "offer 192.0.2.3:4000>:0 sdes " S80 " 5|" },
	{ "SDES taken away by the answer", {
	    { 0, INV, "z1", "1 INVITE", OFFER },
	    { 1, OK, "z1", "1 INVITE", PLAIN } },
	    "offer 192.0.2.1:4000>192.0.2.2:4000 none 0|"
	    "answer 192.0.2.2:4000>192.0.2.1:4000 none 0|" },
	{ "refused", { { 0, INV, "z1", "1 INVITE", OFFER },
	    { 1, OK, "z1", "1 INVITE", ADDR("192.0.2.2")
	    "m=audio 0 RTP/SAVP 0\r\n" } }, "" },
	{ "tag not offered", { { 0, INV, "z1", "1 INVITE", OFFER },
	    { 1, OK, "z1", "1 INVITE", ADDR("192.0.2.2") AUDIO
	    A("3", S32, K1) } }, "answer-tag@7|" },
	{ "suite not that of the tag", { { 0, INV, "z1", "1 INVITE", OFFER },
	    { 1, OK, "z1", "1 INVITE", ADDR("192.0.2.2") AUDIO
	    A("1", S32, K1) } }, "answer-suite@7|" },
	{ "two answers", { { 0, INV, "z1", "1 INVITE", OFFER },
	    { 1, OK, "z1", "1 INVITE", ADDR("192.0.2.2") AUDIO
	    A("1", S80, K1) A("2", S32, K1) } }, "answer-many@8|" },
	{ "a tag twice, no address", { { 0, INV, "z1", "1 INVITE",
	    "v=0\r\n" AUDIO A("1", S80, K1) A("1", S32, K2) } },
	    "address@2|tag-twice@4|"
	    "offer :4000>:0 sdes " S80 " 1|offer :4000>:0 sdes " S32 " 1|" },
	{ "bad keys, and a good one", { { 0, INV, "z1", "1 INVITE",
	    ADDR("192.0.2.1") AUDIO A("1", S80, "AAAA") A("2", S32, K2) },
	    { 1, OK, "z1", "1 INVITE", ANSWER } }, "key-length@7|" BOTH },
	{ "DTLS", { { 0, INV, "z1", "1 INVITE", ADDR("192.0.2.1")
	    "a=fingerprint:md5 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:"
	    "FF\r\nm=audio 4000 UDP/TLS/RTP/SAVP 0\r\n" } },
	    "offer 192.0.2.1:4000>:0 dtls-srtp 0|" },
	{ "MIKEY", { { 0, INV, "z1", "1 INVITE", ADDR("192.0.2.1") AUDIO
	    "a=key-mgmt:mikey AAAA\r\n" } },
	    "offer 192.0.2.1:4000>:0 mikey 0|" },
	{ "MSRP", { { 0, INV, "z1", "1 INVITE", ADDR("192.0.2.1")
	    "m=message 9 TCP/MSRP *\r\n" } }, "" },
};

static void
test_dialogs(void)
{
	static const char *const from[] = {
		"10.0.0.1", "10.0.0.2", "10.0.0.3"
	};
	static const char *const to[] = {
		"10.0.0.2", "10.0.0.1", "10.0.0.4"
	};

	for (size_t i = 0; i < sizeof(dialogs) / sizeof(dialogs[0]); i++) {
		struct srtp_learn *l = srtp_learn_new(&sink);

		if (l == NULL)
			unit_fatal("srtp_learn_new", "NULL");
		told[0] = '\0';
		for (size_t j = 0; j < 5 && dialogs[i].say[j].first != NULL;
		    j++)
			say(l, from[dialogs[i].say[j].way],
			    to[dialogs[i].say[j].way],
			    dialogs[i].say[j].first,
			    dialogs[i].say[j].branch, dialogs[i].say[j].cseq,
			    dialogs[i].say[j].sdp);
		srtp_learn_end(l);
		CHECK_STR(slice_str(told), dialogs[i].want, "%s",
		    dialogs[i].name);
		srtp_learn_free(l);
	}
}

static void
test_sdp(void)
{
	struct srtp_learn *l = srtp_learn_new(&sink);

	told[0] = '\0';
	CHECK_INT(srtp_learn_sdp(l, slice_str(OFFER)), 0, "offer");
	CHECK_INT(srtp_learn_sdp(l, slice_str(ANSWER)), 0, "answer");
	CHECK_STR(slice_str(told), BOTH, "two descriptions");
	srtp_learn_free(l);
}

/* call.pcap: each packet opens to what call.txt says. */

static struct srtp_db *db;
static struct srtp_learn *learn;

static void
into_db(const struct srtp_stream *s, void *arg)
{
	(void)arg;
	CHECK_EACH(srtp_db_add(db, s) == 0, "add");
	CHECK_EACH(srtp_db_add(db, s) == 0, "add again");
}

static void
on_sip(const struct flow_sip *m, void *arg)
{
	struct srtp_seen at = { .src = m->where.src, .dst = m->where.dst };

	(void)arg;
	CHECK_EACH(srtp_learn(learn, m->msg, &at) == 0, "learn");
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)e;
	(void)arg;
}

/* What is in FRAME opened: the UDP payload, or the whole IP packet. */
static int
open_frame(struct slice frame, bool whole, bool copy, struct buf *out)
{
	struct slice in;
	struct pkt_ip ip;
	struct pkt_udp udp;

	if (pkt_link(1, frame, &in) < 0 || pkt_ip(in, &ip) < 0 ||
	    pkt_udp(ip.payload, &udp) < 0)
		return ERR_FORMAT;
	return whole ? srtp_db_packet(db, in, copy, 0, out) :
	    srtp_db_open(db, &ip.src, udp.sport, &ip.dst, udp.dport, copy,
	    0, udp.payload, out);
}

/* HEX is what call.txt has of frame I; NULL: it is SIP. */
static void
check_frame(size_t i, const struct net_frames *sealed,
    const struct net_frames *clear, bool whole, const char *hex)
{
	struct slice in = sealed->f[i].data, want;
	struct buf out;
	int e;

	buf_init(&out, 0);
	e = open_frame(in, whole, false, &out);
	if (hex == NULL)
		CHECK_INT(e, ERR_NOSA, "frame %zu is SIP", i + 1);
	else if (CHECK_INT(e, 0, "frame %zu", i + 1) && whole)
		CHECK(pkt_link(1, clear->f[i].data, &want) == PKT_NEXT_IP &&
		    slice_eq(buf_slice(&out), want), "frame %zu", i + 1);
	else
		CHECK_HEX(out.p, out.n, hex, "frame %zu", i + 1);
	if (hex != NULL) {
		CHECK_INT(open_frame(in, whole, false, &out), ERR_REPLAY,
		    "frame %zu again", i + 1);
		CHECK_INT(open_frame(in, whole, true, &out), 0,
		    "frame %zu, a copy", i + 1);
	}
	buf_free(&out);
}

static void
test_capture(bool whole)
{
	static const struct srtp_learn_sink to_db = { into_db, on_bad, NULL };
	const struct flow_sink flow_sink = {
		on_sip, on_esp, NULL, NULL, net_damage, NULL
	};
	struct flow_options o = { .packets = false };
	struct net_frames l = { .n = 0 }, clear = { .n = 0 };
	size_t n, opened = 0;
	char *text = (char *)unit_file("../srtp/call.txt", &n);
	char *line = strtok(text, "\n");
	struct sa_db *sas = sa_db_new();
	struct flow *f = flow_new(&flow_sink, &o, sas);

	db = srtp_db_new();
	learn = srtp_learn_new(&to_db);
	if (!CHECK(net_load("srtp/call.pcap", &l) &&
	    net_load("srtp/clear.pcap", &clear) && l.n == clear.n,
	    "captures"))
		return;
	for (size_t i = 0; i < l.n; i++) {
		bool srtp = line != NULL && strtoul(line, NULL, 10) == i + 1;

		CHECK_EACH(flow_frame(f, 1, 0, i + 1, 0, l.f[i].data,
		    l.f[i].data.n) == 0, "flow");
		check_frame(i, &l, &clear, whole,
		    srtp ? strchr(line, ' ') + 1 : NULL);
		opened += srtp;
		if (srtp)
			line = strtok(NULL, "\n");
	}
	CHECK_INT(opened, 88, "packets");
	free(text);
	net_frames_free(&l);
	net_frames_free(&clear);
	flow_free(f);
	sa_db_free(sas);
	srtp_learn_free(learn);
	srtp_db_free(db);
}

int
main(void)
{
	test_dialogs();
	test_sdp();
	test_capture(false);
	test_capture(true);
	return unit_end();
}
