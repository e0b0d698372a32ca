/* ims-verify: SIP judged by the rules of IMS security; ims-verify(1). */
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "err.h"
#include "tool.h"

enum { OPT_FAIL_ON = 256, OPT_LIST_RULES, OPT_NETWORK, OPT_NNI,
    OPT_REGISTRATIONS, OPT_STAT,
    OPT_TRUST };
enum format { TEXT, JSON };

static const struct option options[] = {
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
"usage: ims-verify [-hlqVv] [-f text|json] [-k file] [-n count] [-o file]\n"
"                  [-R role=addr[:port]] [--fail-on level] [--stat] [file ...]\n"
"       ims-verify --list-rules\n"
"\n"
"Which rules of IMS security the SIP of captures or records breaks, and where.\n"
"\n"
"  -f, --format NAME     text (file:frame: level rule: ...), or json\n"
"  -k, --keys FILE       subscribers, SAs, vectors, as records; repeatable\n"
"  -n, --count N         stop after N findings\n"
"  -o, --output FILE     write there, whole or not at all\n"
"  -R, --role ROLE=ADDR[:PORT]\n"
"                        a node: ue, p-cscf, i-cscf, s-cscf, ibcf, as, core,\n"
"                        peer (of another network); repeatable\n"
"  -l, --line-buffered   flush each finding\n"
"  -q, --quiet           no diagnostics\n"
"  -v, --verbose         the clause with each finding\n"
"  -h, --help            this text\n"
"  -V, --version         the version\n"
"      --fail-on LEVEL   lowest level that makes the exit status 1: error,\n"
"                        warning (default), note, or never\n"
"      --list-rules      the rules, and exit\n"
"      --network NAME    an own network; repeatable\n"
"      --nni KIND        what the peers are: roaming, or other\n"
"      --trust ADDR      a peer inside the trust domain; repeatable\n"
"      --registrations   also how far each registration came, and what\n"
"                        stopped it\n"
"      --stat            what became of every frame, as last record\n"
"\n"
"Manual: ims-verify(1), ims-rules(7).\n";

static struct {
	struct flow	*flow;
	struct audit	*audit;
	struct sa_db	*db;
	struct buf	 out;
	enum format	 format;
	bool		 clause;
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

/* ROLE=ADDR[:PORT]; an IPv6 address with a port is in brackets. */
static void
set_role(const char *arg)
{
	struct slice rest = slice_str(arg), role = slice_cut(&rest, '=');
	int r = audit_role_parse(role);
	struct pkt_addr addr;
	uint64_t port = 0;
	size_t colon = rest.n;

	if (r < 0)
		tool_die(TOOL_USAGE, "-R %s: '%.*s' is no role", arg,
		    (int)role.n, (const char *)role.p);
	if (pkt_addr_parse(&addr, rest) < 0) {
		while (colon > 0 && rest.p[--colon] != ':')
			;
		if (pkt_addr_parse(&addr, slice_sub(rest, 0, colon)) < 0 ||
		    slice_decimal(slice_from(rest, colon + 1), UINT16_MAX,
		    &port) < 0 || port == 0)
			tool_die(TOOL_USAGE, "-R %s: no ADDR[:PORT] behind "
			    "the role", arg);
	}
	check(audit_set_role(g.audit, (enum audit_role)r, &addr,
	    (uint16_t)port));
}

static void
set_network(const char *arg)
{
	int r = audit_set_network(g.audit, slice_str(arg));

	if (r < 0)
		tool_die(TOOL_USAGE, "--network %s: %s", arg,
		    r == ERR_LIMIT ? "too many networks" : "no name");
}

static void
set_nni(const char *arg)
{
	if (strcmp(arg, "roaming") == 0)
		audit_set_nni(g.audit, AUDIT_NNI_ROAMING);
	else if (strcmp(arg, "other") == 0)
		audit_set_nni(g.audit, AUDIT_NNI_OTHER);
	else
		tool_die(TOOL_USAGE, "--nni %s: roaming or other", arg);
}

static void
set_trust(const char *arg)
{
	struct pkt_addr addr;

	if (pkt_addr_parse(&addr, slice_str(arg)) < 0)
		tool_die(TOOL_USAGE, "--trust %s: no address", arg);
	check(audit_set_trust(g.audit, &addr));
}

static int
level(const char *arg)
{
	int l = audit_level_parse(slice_str(arg));

	if (strcmp(arg, "never") == 0)
		return AUDIT_ERROR + 1;
	if (l < 0)
		tool_die(TOOL_USAGE, "--fail-on %s: error, warning, note or "
		    "never", arg);
	return l;
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
	bool stat = false;
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
			set_role(optarg);
			break;
		case 'v':
			g.clause = true;
			tool_common(&t, c, g.db, help);
			break;
		case OPT_FAIL_ON:
			g.fail_on = level(optarg);
			break;
		case OPT_NETWORK:
			set_network(optarg);
			break;
		case OPT_NNI:
			set_nni(optarg);
			break;
		case OPT_REGISTRATIONS:
			audit_set_registered(g.audit, on_registration);
			break;
		case OPT_TRUST:
			set_trust(optarg);
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
	tool_out_open(&t);
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
	flow_free(g.flow);
	audit_free(g.audit);
	sa_db_free(g.db);
	buf_free(&g.out);
	return tool_status(g.failed ? TOOL_NO : TOOL_YES);
}
