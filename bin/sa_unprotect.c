/* sa_unprotect: packets in, the same without ESP out. */
#include "err.h"
#include "sa_tool.h"

static const char help[] =
"usage: ims-sa unprotect [options] [file ...]\n"
"\n"
"Packet records in, or a capture; packet records out, ESP as what was in it.\n"
"An esp record says why a packet stays closed. Other records pass.\n"
"\n"
"  -k FILE               subscribers, SAs, vectors\n"
"  -n N                  no more than N records out\n"
"  -x                    keys in sa records\n"
"      --duplicates      copies of a packet too\n"
"      --sa              the SAs that the messages agree upon, as records\n"
"\n"
"Exit: 0 nothing stayed closed, 1 something did.\n"
"Common options: ims-sa --help.\n";

static struct {
	struct sa_db	*db;
	struct buf	 out;
	bool		 sas, closed;
	uint64_t	 n;		/* records out */
} g;

/* Is one more record wanted?  Then it is counted. */
static bool
wanted(void)
{
	return opt.common.count == 0 || g.n < opt.common.count ?
	    g.n++, true : false;
}

/* A record of a type that is left alone. */
static void
pass(void)
{
	if (wanted())
		tool_pass();
}

static void
on_sip(const struct flow_sip *m, const char *at)
{
	(void)m;
	(void)at;
	pass();
}

static void
on_packet(const struct flow_packet *p, const char *at)
{
	(void)at;
	if (p->as_given) {
		pass();
	} else if (wanted()) {
		rec_write_packet(&g.out, p);
		tool_out(&g.out);
	}
}

static void
on_esp(const struct flow_esp *e, const char *at)
{
	char what[64];

	g.closed = true;
	if (wanted()) {
		rec_write_esp(&g.out, e);
		tool_out(&g.out);
	}
	if (e->reason != ERR_AUTH && e->reason != ERR_REPLAY) {
		tool_closed(e, false);
		return;
	}
	(void)snprintf(what, sizeof(what), "esp: %s", tool_reason(e->reason));
	tool_warn_kind(what, "%s: esp: spi 0x%08x, sequence number %u: %s", at,
	    (unsigned)e->spi, (unsigned)e->seq, tool_reason(e->reason));
}

static bool
on_record(struct rec *r, const char *at)
{
	int e = tool_key(g.db, r);

	if (e < 0) {
		tool_warn_kind("record", "%s: %s", at, tool_reason(e));
		tool_bad();
	}
	pass();
	return true;
}

static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	(void)arg;
	tool_news(what, impi);
	for (size_t i = 0; what == SA_NEWS_SET && g.sas && i < n; i++)
		if (wanted())
			rec_write_sa(&g.out, &sa[i], opt.secrets);
	tool_out(&g.out);
}

int
cmd_unprotect(int argc, char **argv)
{
	struct tool_messages to = {
		.db = keys_db(), .options = { .opened = true },
		.sip = on_sip, .packet = on_packet, .esp = on_esp,
		.record = on_record, .news = on_news,
	};
	const struct opt_own own[] = {
		{ "duplicates", OPT_FLAG, &to.options.duplicates, 0, 0 },
		{ "sa", OPT_FLAG, &g.sas, 0, 0 },
	};

	tool_opt_read(&opt, argc, argv, help, own, OPT_N(own));
	g.db = to.db;
	tool_out_open(&opt.common);
	keys_load(to.db, NULL, NULL);
	tool_messages(argv + optind, argc - optind, &to);
	if (g.n == 0)
		tool_warn("no packet in it");
	sa_db_free(to.db);
	buf_wipe(&g.out);
	return g.closed ? TOOL_NO : TOOL_YES;
}
