/* ims-pcap: captures to SIP messages, ESP opened; ims-pcap(1). */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "tool.h"

enum { OPT_SA = 256, OPT_PACKETS, OPT_DUPLICATES, OPT_STAT };

static const struct option options[] = {
	{ "duplicates", no_argument, NULL, OPT_DUPLICATES },
	{ "packets", no_argument, NULL, OPT_PACKETS },
	{ "sa", no_argument, NULL, OPT_SA },
	{ "secrets", no_argument, NULL, 'x' },
	{ "stat", no_argument, NULL, OPT_STAT },
	TOOL_LONG,
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
"usage: ims-pcap [-hlqVvx] [-k file] [-n count] [-o file] [--duplicates]\n"
"                [--packets] [--sa] [--stat] [file ...]\n"
"\n"
"SIP messages of captures (pcap, pcapng) as JSON lines, ESP opened.\n"
"\n"
"  -k, --keys FILE       subscribers, SAs, vectors, as records; repeatable\n"
"  -n, --count N         stop after N messages\n"
"  -o, --output FILE     write there, whole or not at all\n"
"  -l, --line-buffered   flush each record\n"
"  -q, --quiet           no diagnostics\n"
"  -v, --verbose         every diagnostic, not the first of a kind only\n"
"  -x, --secrets         keys in sa records\n"
"  -h, --help            this text\n"
"  -V, --version         the version\n"
"      --duplicates      copies of a packet too\n"
"      --packets         packet records instead of messages, ESP as it is\n"
"      --sa              sa records too\n"
"      --stat            what became of every frame, as last record\n"
"\n"
"Without -k, keys are taken from the capture: ck and ik of a 401, Diameter Cx.\n"
"Manual: ims-pcap(1), ims-records(5).\n";

static struct {
	struct flow	*flow;
	struct buf	 out;
	bool		 sas, secrets;
	uint64_t	 limit, messages;
	uint64_t	 found;		/* records of this input */
} g;

static void
on_sip(const struct flow_sip *m, void *arg)
{
	(void)arg;
	if (g.limit != 0 && g.messages == g.limit)
		return;
	g.messages++;
	g.found++;
	rec_write_sip(&g.out, m, m->copy);
	tool_out(&g.out);
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	g.found++;
	rec_write_esp(&g.out, e);
	tool_out(&g.out);
	tool_closed(e, true);
}

static void
on_gap(const struct flow_gap *gap, void *arg)
{
	(void)arg;
	rec_write_gap(&g.out, gap);
	tool_out(&g.out);
}

static void
on_packet(const struct flow_packet *p, void *arg)
{
	(void)arg;
	g.found++;
	rec_write_packet(&g.out, p);
	tool_out(&g.out);
}

static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	(void)arg;
	tool_news(what, impi);
	if (what != SA_NEWS_SET || !g.sas)
		return;
	for (size_t i = 0; i < n; i++)
		rec_write_sa(&g.out, &sa[i], g.secrets);
	tool_out(&g.out);
}

static bool
go_on(int r)
{
	if (r < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	return g.limit == 0 || g.messages < g.limit;
}

static bool
on_frame(const struct cap_frame *f, void *arg)
{
	(void)arg;
	return go_on(tool_frame(g.flow, f));
}

/* Packets are looked into; lines of other types pass through. */
static bool
on_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT];
	struct rec rec;
	int r = rec_read(&rec, line, error);
	bool go = true;

	(void)arg;
	if (r == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	if (r < 0) {
		tool_warn("%s: line %llu: %s", tool_file(),
		    (unsigned long long)number, error);
		tool_bad();
	} else if (rec.type == REC_PACKET)
		go = go_on(flow_packet(g.flow, &rec.packet));
	else if (rec.type != REC_SIP || g.limit == 0 ||
	    g.messages < g.limit) {
		g.found++;
		g.messages += rec.type == REC_SIP;
		buf_put(&g.out, line);
		buf_u8(&g.out, '\n');
		tool_out(&g.out);
		go = go_on(0);
	}
	rec_done(&rec);
	return go;
}

static bool
on_text(struct slice message, void *arg)
{
	(void)arg;
	return go_on(flow_text(g.flow, message));
}

static void
on_end(void *arg)
{
	(void)arg;
	(void)go_on(flow_end(g.flow));
	tool_more();
	if (g.found == 0)
		tool_warn("%s: no SIP in it", tool_file());
	g.found = 0;
}

int
main(int argc, char **argv)
{
	const struct flow_sink sink = {
		on_sip, on_esp, on_gap, on_packet, tool_damage, NULL,
	};
	const struct tool_reader reader = {
		on_frame, on_line, on_text, on_end, NULL, NULL,
	};
	struct flow_options opt = { 0 };
	struct flow_account account;
	struct sa_db *db;
	struct tool_common t = { 0 };
	bool stat = false;
	int c;

	tool_init((char[]){ "ims-pcap" }, argv);
	if ((db = sa_db_new()) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	while ((c = getopt_long(argc, argv, TOOL_SHORT "x", options, NULL)) !=
	    -1)
		switch (c) {
		case 'x':
			g.secrets = true;
			break;
		case OPT_SA:
			g.sas = true;
			break;
		case OPT_PACKETS:
			opt.packets = true;
			break;
		case OPT_DUPLICATES:
			opt.duplicates = true;
			break;
		case OPT_STAT:
			stat = true;
			break;
		default:
			tool_common(&t, c, db, help);
		}
	tool_out_open(&t);
	g.limit = t.count;
	sa_db_news(db, on_news, NULL);
	if ((g.flow = flow_new(&sink, &opt, db)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	tool_read(argv + optind, argc - optind, &reader);
	if (stat) {
		flow_account(g.flow, &account);
		rec_write_stat(&g.out, "ims-pcap", &account);
		tool_out(&g.out);
	}
	tool_out_end();
	flow_free(g.flow);
	sa_db_free(db);
	buf_free(&g.out);
	return tool_status(TOOL_YES);
}
