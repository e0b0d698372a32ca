/* hide_hide: the commands hide and restore. */
#include "err.h"
#include "hide_tool.h"

static const char hide_help[] =
"usage: ims-hide hide -k file [options] [file ...]\n"
"\n"
"Via, Route, Record-Route, Path, Service-Route: a run of entries of the own\n"
"network becomes a token (TS 33.203 6.4).\n"
"\n"
"      --network NAME    own: a domain, an address or a prefix; repeatable\n"
"      --border NAME     the own border, which stays visible; repeatable\n"
"      --ue NAME         phones in it, which are never hidden; repeatable\n"
"      --no-insert       no entry of the border before a hidden Route\n"
"      --pad N           fill tokens up to N octets inside, 16 to 4096\n"
"      --plain           tokens as the standard has them, without a tag\n"
"      --constant        no tokens, a fixed host; what it was goes into\n"
"      --state FILE      this file\n"
"      --max-line N      refuse a header field longer than that (8192)\n"
"      --check           restore each message and compare\n"
"      --strict          drop what cannot be hidden\n";

static const char restore_help[] =
"usage: ims-hide restore -k file [options] [file ...]\n"
"\n"
"Tokens of the own network become the entries that they were made of.\n"
"\n"
"      --network NAME    whose tokens, if the key does not say; repeatable\n"
"      --border NAME     as for hide\n"
"      --ue NAME         as for hide\n"
"      --plain           tokens without a tag\n"
"      --reverse         --plain: those in Route are of a response's\n"
"                        Record-Route\n"
"      --constant        a fixed host, by the state in\n"
"      --state FILE      this file\n"
"      --strict          drop what cannot be restored\n";

static struct {
	struct hide	*hide;
	struct buf	 again;
	bool		 check, strict;
} g;

/* Does what was made of M give M again? */
static bool
comes_back(const struct flow_sip *m, const char *at, const struct buf *out)
{
	struct hide_report r;

	buf_reset(&g.again);
	if (hide_restore(g.hide, buf_slice(out), &g.again, &r) >= 0 &&
	    slice_eq(buf_slice(&g.again), m->message))
		return true;
	tool_warn_kind("check", "%s: it would not come back as it was; %s", at,
	    edit_refused());
	return false;
}

static bool
on_hide(const struct flow_sip *m, const char *at, struct buf *out)
{
	return topology_hide(g.hide, m, at, out) &&
	    (!g.check || comes_back(m, at, out));
}

static bool
on_restore(const struct flow_sip *m, const char *at, struct buf *out)
{
	return topology_restore(g.hide, m, at, out);
}

static void
run(int argc, char **argv, bool hiding)
{
	struct sa_db *db;

	if ((db = sa_db_new()) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	g.hide = topology_new(hiding, db);
	edit_messages(argv + optind, argc - optind, db, g.strict, true,
	    hiding ? on_hide : on_restore);
	topology_end(g.hide);
	sa_db_free(db);
	buf_free(&g.again);
}

int
cmd_hide(int argc, char **argv)
{
	const struct opt_own own[] = {
		TOPOLOGY_OWN,
		{ "no-insert", OPT_FLAG, &topology.no_insert, 0, 0 },
		{ "pad", OPT_NUMBER, &topology.pad, 16, 4096 },
		{ "max-line", OPT_NUMBER, &topology.line_max, 1, 65536 },
		{ "check", OPT_FLAG, &g.check, 0, 0 },
		{ "strict", OPT_FLAG, &g.strict, 0, 0 },
	};

	tool_opt_read(&opt, argc, argv, hide_help, own, OPT_N(own));
	run(argc, argv, true);
	return TOOL_YES;
}

int
cmd_restore(int argc, char **argv)
{
	const struct opt_own own[] = {
		TOPOLOGY_OWN,
		{ "reverse", OPT_FLAG, &topology.reverse, 0, 0 },
		{ "strict", OPT_FLAG, &g.strict, 0, 0 },
	};

	tool_opt_read(&opt, argc, argv, restore_help, own, OPT_N(own));
	if (topology.reverse && !topology.plain)
		tool_die(TOOL_USAGE, "--reverse goes with --plain; other "
		    "tokens say it themselves");
	run(argc, argv, false);
	return TOOL_YES;
}
