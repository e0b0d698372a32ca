/* sa_media: the keys of media in SDP, as records; a=crypto written. */
#include <string.h>

#include "err.h"
#include "sa_tool.h"
#include "sdp.h"
#include "srtp.h"

static const char help[] =
"usage: ims-sa media [options] [file ...]\n"
"       ims-sa media --offer suite[,suite ...]\n"
"       ims-sa media --answer suite[,suite ...] [file ...]\n"
"\n"
"How each RTP stream of the offers and answers in a capture, records, SIP text\n"
"or SDP gets its keys: srtp records.\n"
"\n"
"      --offer SUITES    write an a=crypto line for each, with a new key\n"
"      --answer SUITES   for each medium of the offers take the first suite\n"
"                        that is among SUITES, and write the a=crypto line\n"
"  -k FILE               keys for what is under ESP\n"
"  -s SEED               repeatable keys of --offer and --answer, for tests\n"
"  -x                    master and session keys in the records\n"
"\n"
"Suites: AES_CM_128_HMAC_SHA1_80, AES_CM_128_HMAC_SHA1_32,\n"
"F8_128_HMAC_SHA1_80, AES_192_CM_HMAC_SHA1_80, AES_192_CM_HMAC_SHA1_32,\n"
"AES_256_CM_HMAC_SHA1_80, AES_256_CM_HMAC_SHA1_32, AEAD_AES_128_GCM,\n"
"AEAD_AES_256_GCM.\n"
"\n"
"Common options: ims-sa --help.\n";

static struct {
	const char	*offer, *answer;
	bool		 accept[SDP_SUITES];
	struct srtp_learn *learn;
	struct buf	 out;
	uint64_t	 written;
	bool		 refused;	/* a medium without a suite of ours */
	const char	*at;		/* of the message being looked at */
} g;

static bool
enough(void)
{
	return opt.common.count != 0 && g.written == opt.common.count;
}

static void
on_stream(const struct srtp_stream *s, void *arg)
{
	(void)arg;
	if (enough())
		return;
	g.written++;
	rec_write_srtp(&g.out, s, opt.secrets);
	tool_out(&g.out);
}

static void
on_bad(const struct sdp_fault *f, size_t line, void *arg)
{
	char more[64] = "";

	(void)arg;
	if (f->what == SDP_BAD_KEY_LENGTH)
		(void)snprintf(more, sizeof(more), ": %zu octets, not %zu",
		    f->got, f->want);
	tool_warn_kind(sdp_bad_name(f->what), "%s: sdp line %zu: %s: %s%s",
	    g.at, line, sdp_bad_name(f->what), sdp_bad_text(f->what), more);
	tool_bad();
}

/* A line with a key of our own in the place of C's. */
static void
write_line(struct sdp_crypto *c)
{
	struct sdp_crypto own = {
		.tag = c->tag, .suite = c->suite, .n_keys = 1,
	};

	tool_random(own.key[0].key_salt, sdp_suite_key(c->suite) +
	    sdp_suite_salt(c->suite));
	buf_str(&g.out, "a=crypto:");
	sdp_crypto_write(&g.out, &own);
	buf_u8(&g.out, '\n');
	crypt_wipe(&own, sizeof(own));
	crypt_wipe(c, sizeof(*c));
	g.written++;
	tool_out(&g.out);
}

/* SDP is an offer: a line for each of its media. */
static void
write_answer(struct slice sdp)
{
	struct sdp_media_iter it;
	struct sdp_media m;
	struct sdp_crypto c;

	sdp_media_init(&it, sdp);
	while (sdp_media_next(&it, &m) && !enough()) {
		if (!sdp_media_rtp(&m) || m.port == 0)
			continue;
		if (sdp_crypto_choose(m.body, g.accept, &c) == 0) {
			write_line(&c);
			continue;
		}
		tool_warn("%s: sdp line %zu: no a=crypto of a suite that is "
		    "accepted", g.at, m.line);
		g.refused = true;
	}
}

static void
check(int e)
{
	if (e < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
}

static void
on_sip(const struct flow_sip *m, const char *at)
{
	const struct srtp_seen seen = {
		.src = m->where.src, .dst = m->where.dst,
		.timed = m->where.timed, .time_ns = m->where.time_ns,
		.frame = m->where.frame,
	};
	struct slice sdp;

	g.at = at;
	if (g.answer == NULL)
		check(srtp_learn(g.learn, m->msg, &seen));
	else if (sdp_find(sip_value(m->msg, SIP_H_CONTENT_TYPE),
	    m->msg->body, &sdp))
		write_answer(sdp);
}

/* Descriptions one after another, each from its v= line on. */
static bool
on_loose(struct slice text)
{
	static const char first[] = "v=", next[] = "\nv=";

	g.at = tool_file();
	if (!slice_starts(text, first)) {
		tool_warn("%s: neither SIP nor SDP", tool_file());
		tool_bad();
		return true;
	}
	while (text.n > 0) {
		size_t n = slice_find(text, slice_str(next)) + 1;
		struct slice sdp = slice_sub(text, 0, n);

		if (g.answer == NULL)
			check(srtp_learn_sdp(g.learn, sdp));
		else
			write_answer(sdp);
		text = slice_from(text, n);
	}
	return true;
}

/* Records of keys get their session keys; all else passes. */
static bool
on_record(struct rec *r, const char *at)
{
	(void)at;
	if (r->type == REC_SRTP)
		g.written++;
	if (r->type != REC_SRTP || !r->srtp.has_key || !opt.secrets)
		return false;
	rec_write_srtp(&g.out, &r->srtp, true);
	tool_out(&g.out);
	return true;
}

/* The suites in NAMES, in order, to EACH. */
static void
suites(const char *option, const char *names, void (*each)(enum sdp_suite s))
{
	struct slice rest = slice_str(names), one;
	int s;

	while (rest.n > 0) {
		one = slice_cut(&rest, ',');
		if ((s = sdp_suite_parse(one)) < 0)
			tool_die(TOOL_USAGE, "--%s %.*s: no such suite; see "
			    "'ims-sa media --help'", option, (int)one.n,
			    (const char *)one.p);
		each((enum sdp_suite)s);
	}
}

static void
offer_one(enum sdp_suite s)
{
	struct sdp_crypto c = { .suite = s };

	c.tag = (uint32_t)g.written + 1;
	write_line(&c);
}

static void
accept_one(enum sdp_suite s)
{
	g.accept[s] = true;
}

static void
look(char *const *argv, int n)
{
	const struct srtp_learn_sink sink = { on_stream, on_bad, NULL };
	struct tool_messages to = {
		.db = keys_db(), .sip = on_sip, .record = on_record,
		.loose = on_loose,
	};

	if ((g.learn = srtp_learn_new(&sink)) == NULL)
		check(ERR_MEM);
	keys_load(to.db, NULL, NULL);
	tool_messages(argv, n, &to);
	srtp_learn_end(g.learn);
	srtp_learn_free(g.learn);
	sa_db_free(to.db);
}

int
cmd_media(int argc, char **argv)
{
	const struct opt_own own[] = {
		{ "answer", OPT_TEXT, &g.answer, 0, 0 },
		{ "offer", OPT_TEXT, &g.offer, 0, 0 },
	};

	tool_opt_read(&opt, argc, argv, help, own, OPT_N(own));
	if (g.offer != NULL && (g.answer != NULL || optind < argc))
		tool_die(TOOL_USAGE, "--offer goes without --answer and "
		    "without files");
	if (g.answer != NULL)
		suites("answer", g.answer, accept_one);
	tool_out_open(&opt.common);
	if (g.offer != NULL)
		suites("offer", g.offer, offer_one);
	else
		look(argv + optind, argc - optind);
	buf_wipe(&g.out);
	return g.written > 0 && !g.refused ? TOOL_YES : TOOL_NO;
}
