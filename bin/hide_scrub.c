/* hide_scrub: a capture, records or text with nobody in it. */
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "hide_scrub.h"

static const char help[] =
"usage: ims-hide scrub [options] [file ...]\n"
"\n"
"People, numbers, addresses, names and keys become pseudonyms of the same\n"
"length; what verified still verifies.\n"
"\n"
"      --key FILE        a secret: the same pseudonyms in every capture\n"
"      --keep-other      keep packets and bodies that are not understood\n"
"      --new-keys FILE   the keys of -k as the output has them\n"
"      --report FILE     what was replaced and left, as a record\n"
"      --undo FILE       the original, enciphered; needs --key and one file\n"
"      --user-agent      User-Agent and Server too\n";

static struct {
	const char	*key, *new_keys, *report, *undo;
	bool		 keep_other, user_agent;
} want;

static struct {
	struct scrub	*scrub;
	struct scrub_cap *cap;
	struct sa_db	*db;
	struct cap_out	*out;
	FILE		*file;
	enum cap_form	 form;
	int		 linktype;
	bool		 records;	/* or text: not a capture */
	uint64_t	 frames, found;
	struct buf	 b, message, keys;
	uint8_t		 secret[SCRUB_KEY];
} g;

static bool
check(int r)
{
	if (r < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	return opt.common.count == 0 || g.frames < opt.common.count;
}

/* A copy of TEXT that may be changed. */
static uint8_t *
copy(struct slice text)
{
	buf_reset(&g.message);
	buf_put(&g.message, text);
	if (g.message.bad)
		check(ERR_MEM);
	return g.message.p;
}

static void
on_out(const struct cap_frame *f, void *arg)
{
	int r = cap_out_frame(g.out, f);

	(void)arg;
	if (r == ERR_IO)
		tool_write_failed();
	(void)check(r);
}

static bool
mixed(const char *what)
{
	tool_warn("%s: %s, and a capture before or after it; one form at a "
	    "time", tool_file(), what);
	tool_bad();
	g.found++;
	return false;
}

static bool
on_frame(const struct cap_frame *f, void *arg)
{
	(void)arg;
	if (g.records)
		return mixed("a capture");
	if (g.out == NULL) {
		g.form = f->form;
		g.linktype = f->linktype;
		g.file = tool_write_open(opt.common.output);
		g.out = g.form == CAP_PCAPNG ? cap_out_ng_new(g.file) :
		    cap_out_new(g.file, f->linktype);
		if (g.out == NULL)
			check(ERR_MEM);
	}
	g.frames++;
	g.found++;
	if (g.form != CAP_PCAPNG && f->linktype != g.linktype) {
		tool_warn_kind("link type", "%s: frame %llu: of another link "
		    "type than the first, which a pcap cannot have; dropped",
		    tool_file(), (unsigned long long)f->number);
		tool_bad();
		return true;
	}
	return check(scrub_cap_frame(g.cap, f));
}

/* The first record or message: they go to -o. */
static bool
records_open(void)
{
	if (g.out != NULL)
		return mixed("no capture");
	if (!g.records)
		tool_out_open(&opt.common);
	g.records = true;
	g.frames++;
	g.found++;
	return true;
}

static void
where(struct flow_where *w)
{
	scrub_address(g.scrub, &w->src);
	scrub_address(g.scrub, &w->dst);
}

static void
on_sip(struct flow_sip *m, bool copied)
{
	const struct flow_where *w = &m->where;
	const struct sa_seen at = { &w->src, &w->dst, w->sport,
	    m->protection.spi, w->time_ns, w->frame };
	uint8_t *p = copy(m->message);
	int r = scrub_message(g.scrub, p, m->message.n, &at);

	if (r == ERR_FORMAT) {
		tool_warn_kind("message", "%s: no SIP start line; dropped",
		    tool_file());
		tool_bad();
		return;
	}
	(void)check(r);
	m->message = slice_of(p, m->message.n);
	m->msg = NULL;
	where(&m->where);
	rec_write_sip(&g.b, m, copied);
}

static void
on_packet(struct flow_packet *p)
{
	uint8_t *o = copy(p->packet);

	(void)check(scrub_packet(g.cap, o, p->packet.n, p->where.frame,
	    p->where.time_ns));
	p->packet = slice_of(o, p->packet.n);
	where(&p->where);
	rec_write_packet(&g.b, p);
}

/* What a record becomes, appended to B; false: it has no place there. */
static bool
record(struct rec *r)
{
	switch (r->type) {
	case REC_SIP:
		on_sip(&r->sip, r->duplicate);
		break;
	case REC_PACKET:
		on_packet(&r->packet);
		break;
	case REC_ESP:
		where(&r->esp.where);
		rec_write_esp(&g.b, &r->esp);
		break;
	case REC_GAP:
		where(&r->gap.where);
		rec_write_gap(&g.b, &r->gap);
		break;
	case REC_SUBSCRIBER:
	case REC_SA:
	case REC_VECTOR:
		scrub_key(g.scrub, g.db, r, &g.b);
		break;
	default:
		return false;
	}
	return true;
}

static bool
on_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT];
	struct rec r;
	int e = rec_read(&r, line, error);

	(void)arg;
	if (!records_open())
		return false;
	if (e == ERR_MEM)
		check(e);
	if (e < 0 || !record(&r)) {
		tool_warn_kind("record", "%s: %s; dropped", tool_place("line",
		    number), e < 0 ? error : "of a type that is not scrubbed");
		tool_bad();
	}
	rec_done(&r);
	tool_out(&g.b);
	return check(0);
}

static bool
on_text(struct slice message, void *arg)
{
	static const struct pkt_addr none;
	const struct sa_seen at = { &none, &none, 0, 0, 0, g.frames + 1 };
	uint8_t *p = copy(message);

	(void)arg;
	if (!records_open())
		return false;
	buf_put(&g.b, tool_blank());
	(void)check(scrub_message(g.scrub, p, message.n, &at));
	buf_add(&g.b, p, message.n);
	tool_out(&g.b);
	return check(0);
}

static void
on_end(void *arg)
{
	(void)arg;
	buf_put(&g.b, tool_blank());
	if (g.records && g.b.n > 0)
		tool_out(&g.b);
	buf_reset(&g.b);
	tool_more();
	if (g.found == 0)
		tool_warn("%s: nothing in it", tool_file());
	g.found = 0;
}

static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	(void)sa;
	(void)n;
	(void)arg;
	/* The identity in it is the original one: it is not for the report. */
	(void)impi;
	tool_news(what, slice_str("a subscriber"));
}

static void
capture_end(void)
{
	(void)check(scrub_cap_end(g.cap));
	if (cap_out_flush(g.out) < 0)
		tool_write_failed();
	if (g.file != stdout)
		tool_write_end();
}

static void
prepare(void)
{
	const struct scrub_options o = { .user_agent = want.user_agent,
	    .keep_other = want.keep_other };

	if (want.key != NULL)
		secret_read(want.key, g.secret);
	else
		tool_random(g.secret, sizeof(g.secret));
	if ((g.db = sa_db_new()) == NULL ||
	    (g.scrub = scrub_new(g.secret, &o, g.db)) == NULL ||
	    (g.cap = scrub_cap_new(g.scrub, on_out, NULL)) == NULL)
		check(ERR_MEM);
	buf_init(&g.b, 0);
	buf_init(&g.message, 0);
	buf_init(&g.keys, 0);
	sa_db_news(g.db, on_news, NULL);
	scrub_keys(g.scrub, g.db, &g.keys);
}

static void
finish(void)
{
	if (g.out != NULL)
		capture_end();
	if (!g.records)
		tool_out_open(&(struct tool_common){ 0 });
	if (want.new_keys != NULL)
		file_write(want.new_keys, &g.keys);
	scrub_report(g.scrub, want.report);
	cap_out_free(g.out);
	scrub_cap_free(g.cap);
	scrub_free(g.scrub);
	sa_db_free(g.db);
	buf_wipe(&g.b);
	buf_wipe(&g.message);
	buf_wipe(&g.keys);
	crypt_wipe(g.secret, sizeof(g.secret));
}

int
cmd_scrub(int argc, char **argv)
{
	const struct opt_own own[] = {
		{ "key", OPT_TEXT, &want.key, 0, 0 },
		{ "keep-other", OPT_FLAG, &want.keep_other, 0, 0 },
		{ "new-keys", OPT_TEXT, &want.new_keys, 0, 0 },
		{ "report", OPT_TEXT, &want.report, 0, 0 },
		{ "undo", OPT_TEXT, &want.undo, 0, 0 },
		{ "user-agent", OPT_FLAG, &want.user_agent, 0, 0 },
	};
	const struct tool_reader reader = {
		on_frame, on_line, on_text, on_end, NULL, NULL,
	};

	tool_opt_read(&opt, argc, argv, help, own, OPT_N(own));
	if (want.undo != NULL && (want.key == NULL || argc - optind != 1 ||
	    strcmp(argv[optind], "-") == 0))
		tool_die(TOOL_USAGE, "--undo needs --key and one file, which "
		    "is no pipe");
	prepare();
	/* Before the output, which may take the place of the input. */
	if (want.undo != NULL)
		undo_write(want.undo, argv[optind], g.secret);
	tool_read(argv + optind, argc - optind, &reader);
	finish();
	return TOOL_YES;
}
