/* ims-verify: SIP judged by the rules of IMS security; ims-verify(1). */
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "err.h"
#include "tool.h"
#include "verify.h"

enum { OPT_AS = 256, OPT_DIFF, OPT_FAIL_ON, OPT_HOPS, OPT_LIST_RULES, OPT_NETWORK, OPT_NNI,
    OPT_REGISTRATIONS, OPT_STAT,
    OPT_TRUST };
enum format { TEXT, JSON };

static const struct option options[] = {
	{ "as", required_argument, NULL, OPT_AS },
	{ "diff", no_argument, NULL, OPT_DIFF },
	{ "hops", no_argument, NULL, OPT_HOPS },
	{ "fail-on", required_argument, NULL, OPT_FAIL_ON },
	{ "format", required_argument, NULL, 'f' },
	{ "list-rules", no_argument, NULL, OPT_LIST_RULES },
	{ "network", required_argument, NULL, OPT_NETWORK },
	{ "nni", required_argument, NULL, OPT_NNI },
	{ "registrations", no_argument, NULL, OPT_REGISTRATIONS },
	{ "trust", required_argument, NULL, OPT_TRUST },
	{ "stat", no_argument, NULL, OPT_STAT },
	{ "role", required_argument, NULL, 'R' },
	TOOL_LONG,
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
"usage: ims-verify [-hlqVv] [option ...] [file ...]\n"
"       ims-verify --diff --as node before after\n"
"Which rules of IMS security the SIP of captures or records breaks, and where.\n"
"  -f, --format NAME     text (file:frame: level rule: ...), or json\n"
"  -k, --keys FILE       subscribers, SAs, vectors, as records; repeatable\n"
"  -n, --count N         stop after N findings\n"
"  -o, --output FILE     write there, whole or not at all\n"
"  -R, --role ROLE=ADDR[:PORT]  a node (ue, p-cscf, ibcf, peer ...); repeatable\n"
"  -l, --line-buffered   flush each finding\n"
"  -q, --quiet           no diagnostics\n"
"  -v, --verbose         the clause with each finding\n"
"  -h, --help            this text\n"
"  -V, --version         the version\n"
"      --as NODE         p-cscf, i-cscf, s-cscf or ibcf, for --diff\n"
"      --diff            what NODE changed from one message to another\n"
"      --fail-on LEVEL   lowest that makes status 1: error, warning, note, never\n"
"      --hops            what each node changed, instead of findings\n"
"      --list-rules      the rules, and exit\n"
"      --network NAME    an own network; repeatable\n"
"      --nni KIND        what the peers are: roaming, or other\n"
"      --registrations   also how far each came, and what stopped it\n"
"      --stat            what became of every frame, as last record\n"
"      --trust ADDR      a peer inside the trust domain; repeatable\n"
"Manual: ims-verify(1), ims-rules(7).\n";

static struct {
	struct flow	*flow;
	struct audit	*audit;
	struct sa_db	*db;
	struct buf	 out;
	enum format	 format;
	bool		 clause, hops;
	int		 fail_on;	/* enum audit_level, or above: never */
	uint64_t	 limit, findings, messages;
	bool		 failed;
	struct sip_msg	 msg;
} g;

/* FILE:FRAME: */
static void
write_where(const struct flow_where *w)
{
	for (size_t i = 0; i < w->file.n; i++)
		/* It may come from a record: nothing a terminal acts upon. */
		buf_u8(&g.out, w->file.p[i] < ' ' || w->file.p[i] == 0x7f ?
		    '?' : w->file.p[i]);
	if (w->file.n == 0)
		buf_str(&g.out, tool_file());
	buf_u8(&g.out, ':');
	if (w->frame != 0) {
		buf_decimal(&g.out, w->frame);
		buf_u8(&g.out, ':');
	}
}

static void
write_text(const struct audit_finding *f)
{
	write_where(f->where);
	buf_printf(&g.out, " %s %s: ", audit_level_name(f->level),
	    f->rule->id);
	buf_put(&g.out, f->message);
	if (g.clause)
		buf_printf(&g.out, " [%s]", f->rule->clause);
	buf_u8(&g.out, '\n');
}

static void
on_finding(const struct audit_finding *f, void *arg)
{
	(void)arg;
	if (g.limit != 0 && g.findings == g.limit)
		return;
	g.findings++;
	g.failed |= (int)f->level >= g.fail_on;
	if (g.hops)
		return;
	if (g.format == JSON)
		rec_write_finding(&g.out, f);
	else
		write_text(f);
	tool_out(&g.out);
}

static void
on_registration(const struct audit_registration *r, void *arg)
{
	char impi[SLICE_SHOW];

	(void)arg;
	if (g.format == JSON)
		rec_write_registration(&g.out, r);
	else {
		write_where(&r->where);
		buf_printf(&g.out, " %s %s: ", audit_verdict_name(r->verdict),
		    r->impi.n > 0 ? slice_show(r->impi, impi) : "(no IMPI)");
		buf_put(&g.out, r->message);
		buf_u8(&g.out, '\n');
	}
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
	if (!m->copy)
		check(audit_sip(g.audit, m));
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	g.messages++;
	tool_closed(e, false);
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
	else if (rec.type == REC_PACKET)
		check(flow_packet(g.flow, &rec.packet));
	rec_done(&rec);
	return go_on();
}

static bool
on_text(struct slice message, void *arg)
{
	(void)arg;
	check(flow_text(g.flow, message));
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

static void
list_rules(void)
{
	size_t n;
	const struct audit_rule *r = audit_rules(&n);

	tool_out_open(&(struct tool_common){ 0 });
	for (size_t i = 0; i < n; i++) {
		buf_printf(&g.out, "%-8s %-8s %-7s %s (%s)", r[i].id,
		    audit_level_name(r[i].level), audit_sure_name(r[i].sure),
		    r[i].what, r[i].clause);
		if (r[i].unjudged != NULL)
			buf_printf(&g.out, " not judged: %s", r[i].unjudged);
		buf_u8(&g.out, '\n');
	}
	tool_out(&g.out);
	tool_out_end();
	buf_free(&g.out);
	exit(TOOL_YES);
}

static enum format
format(const char *arg)
{
	if (strcmp(arg, "text") == 0)
		return TEXT;
	if (strcmp(arg, "json") == 0)
		return JSON;
	tool_die(TOOL_USAGE, "-f %s: text or json", arg);
}

static int
finish(int answer)
{
	flow_free(g.flow);
	audit_free(g.audit);
	sa_db_free(g.db);
	buf_free(&g.out);
	return tool_status(answer);
}

int
main(int argc, char **argv)
{
	const struct flow_sink sink = {
		on_sip, on_esp, NULL, NULL, tool_damage, NULL,
	};
	const struct tool_reader reader = {
		on_frame, on_line, on_text, on_end, NULL, NULL,
	};
	const struct flow_options opt = { 0 };
	struct tool_common t = { 0 };
	struct flow_account account;
	enum audit_role node = AUDIT_UNKNOWN;
	bool stat = false, diff = false;
	int c;

	tool_init((char[]){ "ims-verify" }, argv);
	g.fail_on = AUDIT_WARNING;
	if ((g.db = sa_db_new()) == NULL ||
	    (g.audit = audit_new(g.db, on_finding, NULL)) == NULL ||
	    (g.flow = flow_new(&sink, &opt, g.db)) == NULL)
		check(ERR_MEM);
	while ((c = getopt_long(argc, argv, TOOL_SHORT "f:R:", options,
	    NULL)) != -1)
		switch (c) {
		case 'f':
			g.format = format(optarg);
			break;
		case 'R':
			verify_set_role(g.audit, optarg);
			break;
		case 'v':
			g.clause = true;
			tool_common(&t, c, g.db, help);
			break;
		case OPT_AS:
			node = verify_node(optarg);
			break;
		case OPT_DIFF:
			diff = true;
			break;
		case OPT_HOPS:
			g.hops = true;
			audit_set_changed(g.audit, on_change);
			break;
		case OPT_FAIL_ON:
			g.fail_on = verify_level(optarg);
			break;
		case OPT_NETWORK:
			verify_set_network(g.audit, optarg);
			break;
		case OPT_NNI:
			verify_set_nni(g.audit, optarg);
			break;
		case OPT_REGISTRATIONS:
			audit_set_registered(g.audit, on_registration);
			break;
		case OPT_TRUST:
			verify_set_trust(g.audit, optarg);
			break;
		case OPT_STAT:
			stat = true;
			break;
		case OPT_LIST_RULES:
			list_rules();
			break;
		default:
			tool_common(&t, c, g.db, help);
		}
	if (diff != (node != AUDIT_UNKNOWN) || (diff && argc - optind != 2))
		tool_die(TOOL_USAGE, "--diff needs --as NODE and two messages");
	if (g.hops && g.format != TEXT)
		tool_die(TOOL_USAGE, "--hops is text only");
	tool_out_open(&t);
	if (diff) {
		c = verify_diff(argv[optind], argv[optind + 1], node);
		tool_out_end();
		return finish(c);
	}
	g.limit = t.count;
	sa_db_news(g.db, on_news, NULL);
	tool_read(argv + optind, argc - optind, &reader);
	audit_end(g.audit);
	if (stat) {
		flow_account(g.flow, &account);
		rec_write_stat(&g.out, "ims-verify", &account);
		tool_out(&g.out);
	}
	tool_out_end();
	return finish(g.failed ? TOOL_NO : TOOL_YES);
}
