/* sa_export: security associations in the forms of other programs. */
#include "err.h"
#include "sa_tool.h"

static const char help[] =
"usage: ims-sa export [options] [file ...]\n"
"\n"
"The SAs of the files (records, or a capture whose signalling makes them known)\n"
"or of standard input, with their keys.\n"
"\n"
"  -f NAME               json: records\n"
"  -k FILE               subscribers and vectors, for a capture\n"
"\n"
"Common options: ims-sa --help.\n";

static struct buf out;

static void
put(const struct sa *sa)
{
	rec_write_sa(&out, sa, true);
	tool_out(&out);
}

static void
on_sip(const struct flow_sip *m, const char *at)
{
	(void)m;
	(void)at;
}

static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	(void)arg;
	tool_news(what, impi);
	for (size_t i = 0; what == SA_NEWS_SET && i < n; i++)
		put(&sa[i]);
}

static bool
on_record(struct rec *r, const char *at)
{
	(void)at;
	if (r->type == REC_SA)
		put(&r->sa);
	return true;
}

int
cmd_export(int argc, char **argv)
{
	static const char *const formats[] = { "json" };
	struct tool_messages to = {
		.db = keys_db(), .sip = on_sip, .record = on_record,
		.news = on_news,
	};

	opt_parse(argc, argv, help, NULL, 0);
	if (opt.format != NULL)
		(void)opt_word("-f", opt.format, formats, 1);
	tool_out_open(&opt.common);
	keys_load(to.db, NULL, NULL);
	tool_messages(argv + optind, argc - optind, &to);
	sa_db_free(to.db);
	buf_wipe(&out);
	return TOOL_YES;
}
