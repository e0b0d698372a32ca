/* ims-verify: SIP judged by the rules of IMS security; ims-verify(1). */
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "err.h"
#include "tool_live.h"
#include "verify.h"

static const struct option options[] = {
	{ "as", required_argument, NULL, OPT_AS },
	{ "baseline", required_argument, NULL, OPT_BASELINE },
	{ "diff", no_argument, NULL, OPT_DIFF },
	{ "explain", required_argument, NULL, OPT_EXPLAIN },
	{ "fail-on", required_argument, NULL, OPT_FAIL_ON },
	{ "hops", no_argument, NULL, OPT_HOPS },
	{ "list-rules", no_argument, NULL, OPT_LIST_RULES },
	{ "network", required_argument, NULL, OPT_NETWORK },
	{ "nni", required_argument, NULL, OPT_NNI },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "registrations", no_argument, NULL, OPT_REGISTRATIONS },
	{ "rule", required_argument, NULL, OPT_RULE },
	{ "stat", no_argument, NULL, OPT_STAT },
	{ "strict", no_argument, NULL, OPT_STRICT },
	{ "today", required_argument, NULL, OPT_TODAY },
	{ "trust", required_argument, NULL, OPT_TRUST },
	{ "waivers", required_argument, NULL, OPT_WAIVERS },
	{ "format", required_argument, NULL, 'f' },
	{ "role", required_argument, NULL, 'R' },
	LIVE_LONG,
	TOOL_LONG,
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
"usage: ims-verify [-hlqVv] [option ...] [file ...]\n"
"       ims-verify --diff --as node before after\n"
"Which rules of IMS security the SIP of captures or records breaks, and where.\n"
"  -f, --format NAME     text, json, sarif, junit, tap, github or html\n"
"  -i, --interface NAME, --follow   capture there; read a file that grows\n"
"  -k, --keys FILE       subscribers, SAs, vectors, as records; repeatable\n"
"  -n, --count N         stop after N findings\n"
"  -o, --output FILE     write there, whole or not at all\n"
"  -R, --role ROLE=ADDR[:PORT]  a node (ue, p-cscf, ibcf, peer ...); repeatable\n"
"  -l, --line-buffered   flush each finding\n"
"  -q, --quiet,  -v, --verbose   no diagnostics; the clause with each finding\n"
"  -h, --help,  -V, --version    this text; the version\n"
"      --baseline FILE   findings of before, as json; only others count\n"
"      --diff, --as NODE, --hops   what NODE changed in a message; or each node\n"
"      --explain RULE, --list-rules   one rule with its why, or all; and exit\n"
"      --fail-on LEVEL   lowest that makes status 1: error, warning, note, never\n"
"      --filter EXPR     frames, as pcap-filter(7) says\n"
"      --network NAME, --trust ADDR, --nni KIND   own, trusted, peers' networks\n"
"      --rule RULE=LEVEL  off, error, warning or note; repeatable\n"
"      --registrations, --stat   also how far each came; what became of frames\n"
"      --policy FILE     networks, trust, roles, rules ... in one file\n"
"      --strict          report too what lacks a registration that was seen\n"
"      --waivers FILE, --today DATE   findings not to count, and until when\n"
"Manual: ims-verify(1), ims-rules(7).\n";

static struct {
	struct flow	*flow;
	struct audit	*audit;
	struct sa_db	*db;
	struct buf	 out;
	const struct verify_format *format;
	bool		 hops, registrations;
	int		 fail_on;	/* enum audit_level, or above: never */
	uint64_t	 limit, findings, messages;
	bool		 failed;
	struct sip_msg	 msg;
} g;

static void
on_finding(const struct audit_finding *f, void *arg)
{
	struct verify_finding v;
	bool counts;

	(void)arg;
	if ((g.limit != 0 && g.findings == g.limit) || !verify_judge(f, &v))
		return;
	counts = v.waived == NULL && !v.known;
	g.findings += counts;
	g.failed |= counts && (int)v.found.level >= g.fail_on;
	if (g.hops || !(counts || g.format->all))
		return;
	g.format->finding(&g.out, &v);
	tool_out(&g.out);
}

static void
on_registration(const struct audit_registration *r, void *arg)
{
	(void)arg;
	g.format->registration(&g.out, r);
	tool_out(&g.out);
}

static void
on_change(const struct audit_hop_change *h, void *arg)
{
	(void)arg;
	verify_hop(&g.out, h);
	tool_out(&g.out);
}

static void
check(int r)
{
	if (r < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
}

static bool
go_on(void)
{
	return g.limit == 0 || g.findings < g.limit;
}

static void
on_sip(const struct flow_sip *m, void *arg)
{
	(void)arg;
	g.messages++;
	if (m->copy)
		return;
	if (g.format->message != NULL)
		g.format->message(m);
	check(audit_sip(g.audit, m));
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	g.messages++;
	tool_closed(e, false);
	if (g.format->closed != NULL)
		g.format->closed(e);
	check(audit_esp(g.audit, e));
}

static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	(void)sa;
	(void)n;
	(void)arg;
	tool_news(what, impi);
}

static bool
on_frame(const struct cap_frame *f, void *arg)
{
	(void)arg;
	if (!tool_filter_frame(f))
		return true;
	check(tool_frame(g.flow, f));
	return go_on();
}

/* Packets that follow may need what a record's message says. */
static void
learn(const struct flow_sip *m)
{
	const struct flow_where *w = &m->where;
	const struct sa_seen at = { &w->src, &w->dst, w->sport,
	    m->protection.spi, w->time_ns, w->frame };

	check(sa_learn(g.db, m->msg, &at));
}

static bool
on_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT];
	struct rec rec;
	int r = rec_read(&rec, line, error);

	(void)arg;
	if (r == ERR_MEM)
		check(r);
	if (r < 0) {
		tool_warn("%s: line %llu: %s", tool_file(),
		    (unsigned long long)number, error);
		tool_bad();
	} else if (rec.type == REC_SIP) {
		if (sip_parse(&g.msg, rec.sip.message) < 0) {
			tool_warn("%s: line %llu: message: no SIP start line",
			    tool_file(), (unsigned long long)number);
			tool_bad();
		} else {
			rec.sip.msg = &g.msg;
			rec.sip.copy = rec.duplicate;
			on_sip(&rec.sip, NULL);
			learn(&rec.sip);
		}
	} else if (rec.type == REC_ESP)
		on_esp(&rec.esp, NULL);
	else if (rec.type == REC_PACKET && tool_filter_packet(&rec.packet))
		check(flow_packet(g.flow, &rec.packet));
	rec_done(&rec);
	return go_on();
}

static bool
on_text(struct slice message, void *arg)
{
	(void)arg;
	check(tool_text(g.flow, message));
	return go_on();
}

static void
on_end(void *arg)
{
	(void)arg;
	check(flow_end(g.flow));
	tool_more();
	if (g.messages == 0)
		tool_warn("%s: no SIP in it", tool_file());
	g.messages = 0;
}

static const struct verify_format *
format(const char *arg)
{
	static const struct verify_format *const all[] = { &verify_text,
	    &verify_json, &verify_sarif, &verify_junit, &verify_tap,
	    &verify_github, &verify_html };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(arg, all[i]->name) == 0)
			return all[i];
	tool_die(TOOL_USAGE, "-f %s: text, json, sarif, junit, tap, github or "
	    "html", arg);
}

static int
finish(int answer)
{
	flow_free(g.flow);
	audit_free(g.audit);
	sa_db_free(g.db);
	buf_free(&g.out);
	verify_free();
	return tool_status(answer);
}

struct choice {
	struct tool_common common;
	enum audit_role	 node;
	bool		 stat, diff, clause;
};

/* Those of ims-verify that are not about who is who and what counts. */
static bool
option(struct choice *o, int c)
{
	switch (c) {
	case 'f':
		g.format = format(optarg);
		break;
	case 'v':
		o->clause = true;
		tool_common(&o->common, c, g.db, help);
		break;
	case OPT_AS:
		o->node = verify_node(optarg);
		break;
	case OPT_DIFF:
		o->diff = true;
		break;
	case OPT_EXPLAIN:
		verify_explain(optarg);
		exit(TOOL_YES);
	case OPT_HOPS:
		g.hops = true;
		audit_set_changed(g.audit, on_change);
		break;
	case OPT_LIST_RULES:
		verify_list();
		exit(TOOL_YES);
	case OPT_REGISTRATIONS:
		g.registrations = true;
		break;
	case OPT_STAT:
		o->stat = true;
		break;
	default:
		return false;
	}
	return true;
}

/* What does not go together ends the run. */
static void
settle(struct choice *o, int files)
{
	if (o->diff != (o->node != AUDIT_UNKNOWN) || (o->diff && files != 2))
		tool_die(TOOL_USAGE, "--diff needs --as NODE and two messages");
	if (g.hops && g.format != &verify_text)
		tool_die(TOOL_USAGE, "--hops is text only");
	if (g.registrations && g.format->registration == NULL)
		tool_die(TOOL_USAGE, "--registrations is text, json or html "
		    "only");
	if (o->stat && g.format != &verify_text && g.format != &verify_json)
		tool_die(TOOL_USAGE, "--stat is text or json only");
	if (o->clause && g.format == &verify_text)
		g.format = &verify_text_clause;
	if (g.registrations || g.format->page)
		audit_set_registered(g.audit, on_registration);
	g.limit = o->common.count;
	verify_settle();
	sa_db_news(g.db, on_news, NULL);
}

static void
judge(char *const *files, int n, bool stat)
{
	const struct tool_reader reader = {
		on_frame, on_line, on_text, on_end, NULL, NULL,
	};
	struct flow_account account;

	if (g.format->nodes != NULL)
		g.format->nodes(g.audit);
	if (g.format->begin != NULL)
		g.format->begin(&g.out, g.fail_on);
	tool_live_read(files, n, &reader);
	audit_end(g.audit);
	if (g.format->end != NULL)
		g.format->end(&g.out);
	if (stat) {
		flow_account(g.flow, &account);
		rec_write_stat(&g.out, "ims-verify", &account);
	}
	tool_out(&g.out);
}

int
main(int argc, char **argv)
{
	const struct flow_sink sink = {
		on_sip, on_esp, NULL, NULL, tool_damage, NULL,
	};
	const struct flow_options opt = { 0 };
	struct choice o = { .node = AUDIT_UNKNOWN };
	int c, answer;

	tool_init("ims-verify");
	g.fail_on = AUDIT_WARNING;
	g.format = &verify_text;
	if ((g.db = sa_db_new()) == NULL ||
	    (g.audit = audit_new(g.db, on_finding, NULL)) == NULL ||
	    (g.flow = flow_new(&sink, &opt, g.db)) == NULL)
		check(ERR_MEM);
	while ((c = tool_getopt(argc, argv, TOOL_SHORT LIVE_SHORT "f:R:",
	    options)) != -1)
		if (!option(&o, c) && !verify_option(g.audit, c,
		    &g.fail_on) &&
		    !tool_live_option(c, optarg))
			tool_common(&o.common, c, g.db, help);
	settle(&o, argc - optind);
	tool_live_open(argc - optind, o.common.output != NULL);
	tool_out_open(&o.common);
	if (o.diff)
		answer = verify_diff(argv[optind], argv[optind + 1], o.node);
	else {
		judge(argv + optind, argc - optind, o.stat);
		answer = g.failed ? TOOL_NO : TOOL_YES;
	}
	tool_out_end();
	return finish(answer);
}
