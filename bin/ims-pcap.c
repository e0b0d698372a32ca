/* ims-pcap: captures to SIP messages, ESP opened; ims-pcap(1). */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "pcap_clear.h"
#include "pcap_list.h"
#include "pcap_media.h"
#include "pcap_select.h"
#include "pcap_summary.h"
#include "pcap_write.h"
#include "tool.h"

enum {
	OPT_SA = 256, OPT_PACKETS, OPT_DUPLICATES, OPT_STAT, OPT_LINK, OPT_MTU,
	OPT_CLEAR, OPT_LIST, OPT_SUMMARY,
};

static const struct option options[] = {
	{ "clear", no_argument, NULL, OPT_CLEAR },
	{ "duplicates", no_argument, NULL, OPT_DUPLICATES },
	{ "link", required_argument, NULL, OPT_LINK },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "mtu", required_argument, NULL, OPT_MTU },
	{ "packets", no_argument, NULL, OPT_PACKETS },
	{ "sa", no_argument, NULL, OPT_SA },
	{ "secrets", no_argument, NULL, 'x' },
	{ "stat", no_argument, NULL, OPT_STAT },
	SELECT_LONG,
	{ "summary", no_argument, NULL, OPT_SUMMARY },
	{ "write", required_argument, NULL, 'w' },
	TOOL_LONG,
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
"usage: ims-pcap [option ...] [file ...]\n"
"SIP messages of captures (pcap, pcapng) as JSON lines, ESP opened.\n"
"  -k, --keys FILE       subscribers, SAs, vectors, as records; repeatable\n"
"  -n, --count N         stop after N messages\n"
"  -o, --output FILE     write there, whole or not at all\n"
"  -l, --line-buffered   flush each record\n"
"  -q, --quiet,  -v, --verbose   no diagnostics; every one of them\n"
"  -w, --write FILE      a capture instead of records (or with -o, too)\n"
"  -x, --secrets         keys in sa records\n"
"  -h, --help,  -V, --version    this text; the version\n"
"      --clear           with -w: the input, what is in ESP and SRTP opened\n"
"      --duplicates      copies of a packet too\n"
"      --list, --summary   a line for each registration, call ...; figures\n"
"      --link, --mtu     link type of -w, and the longest of its IP packets\n"
"      --packets         packet records instead of messages, ESP as it is\n"
"      --sa, --stat      sa records too; what became of every frame, at the end\n"
"Only what fits all that is given of:\n"
"      --call-id X, --impi X, --registration N\n"
"      --method A,B, --status 200,4xx\n"
"      --from, --until   seconds, +seconds, or 2026-01-31T23:59:59\n"
"      --filter EXPR     frames, as pcap-filter(7) says\n"
"Without -k, keys are taken from the capture: ck and ik of a 401, Diameter Cx.\n"
"Manual: ims-pcap(1), ims-records(5).\n";

static struct {
	struct flow	*flow;
	struct buf	 out;
	bool		 records, capture;	/* to be written */
	bool		 written;	/* this input, as packets */
	bool		 summary;	/* instead of records */
	bool		 sas, secrets;
	uint64_t	 limit, messages;
	uint64_t	 found;		/* records of this input */
} g;

static void
put_record(void)
{
	if (g.records)
		tool_out(&g.out);
	else
		buf_reset(&g.out);
}

static void
on_sip(const struct flow_sip *m, void *arg)
{
	(void)arg;
	if (!select_sip(m) || (g.limit != 0 && g.messages == g.limit))
		return;
	g.messages++;
	g.found++;
	if (g.capture && !g.written)
		capture_sip(m, tool_place("frame", m->where.frame));
	if (g.summary)
		summary_sip(m);
	rec_write_sip(&g.out, m, m->copy);
	put_record();
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	g.found++;
	tool_closed(e, true);
	if (!select_other(&e->where))
		return;
	if (g.summary)
		summary_esp(e);
	rec_write_esp(&g.out, e);
	put_record();
}

static void
on_gap(const struct flow_gap *gap, void *arg)
{
	(void)arg;
	if (!select_other(&gap->where))
		return;
	rec_write_gap(&g.out, gap);
	put_record();
}

static void
on_packet(const struct flow_packet *p, void *arg)
{
	(void)arg;
	if (!select_time(&p->where))
		return;
	g.found++;
	if (g.capture && !g.written)
		capture_packet(p, tool_place("frame", p->where.frame));
	rec_write_packet(&g.out, p);
	put_record();
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
	put_record();
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
	return !select_frame(f) || go_on(tool_frame(g.flow, f));
}

static bool
packet_record(const struct flow_packet *p, const char *at)
{
	if (!select_packet(p))
		return true;
	if (!g.capture || select_messages())
		return go_on(flow_packet(g.flow, p));
	if (!select_time(&p->where))
		return go_on(flow_packet(g.flow, p));
	g.found++;
	g.written = true;
	capture_packet(p, at);
	return go_on(g.records ? flow_packet(g.flow, p) : 0);
}

/* Of what has a time; other records pass unless messages are asked for. */
static bool
wanted(const struct rec *rec)
{
	switch (rec->type) {
	case REC_SIP:
		select_start(&rec->sip.where);
		return select_sip(&rec->sip);
	case REC_ESP:
		select_start(&rec->esp.where);
		return select_other(&rec->esp.where);
	case REC_GAP:
		select_start(&rec->gap.where);
		return select_other(&rec->gap.where);
	default:
		return !select_messages();
	}
}

/* A record that passes through. */
static bool
pass(struct slice line, const struct rec *rec, const char *at)
{
	bool sip = rec->type == REC_SIP;

	if (!wanted(rec) || (sip && g.limit != 0 && g.messages == g.limit))
		return true;
	g.found++;
	g.messages += sip;
	if (sip && g.capture)
		capture_sip(&rec->sip, at);
	if (g.summary && sip)
		summary_sip(&rec->sip);
	if (g.summary && rec->type == REC_ESP)
		summary_esp(&rec->esp);
	buf_put(&g.out, line);
	buf_u8(&g.out, '\n');
	put_record();
	return go_on(0);
}

/* Packets are looked into; lines of other types pass through. */
static bool
on_line(struct slice line, uint64_t number, void *arg)
{
	const char *at = tool_place("line", number);
	char error[REC_ERROR_TEXT];
	struct rec rec;
	int r = rec_read(&rec, line, error);
	bool go = true;

	(void)arg;
	if (r == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	if (r < 0) {
		tool_warn("%s: %s", at, error);
		tool_bad();
	} else if (rec.type == REC_PACKET)
		go = packet_record(&rec.packet, at);
	else
		go = pass(line, &rec, at);
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
	g.written = false;
	tool_more();
	if (g.found == 0 && !select_any())
		tool_warn("%s: no SIP in it", tool_file());
	g.found = 0;
}

static uint64_t
mtu_of(const char *text)
{
	uint64_t v;

	if (slice_decimal(slice_str(text), UINT16_MAX, &v) < 0 ||
	    v < CAPTURE_MTU_MIN)
		tool_die(TOOL_USAGE, "--mtu %s: not %d to %d", text,
		    CAPTURE_MTU_MIN, UINT16_MAX);
	return v;
}

/* What getopt_long gave. */
struct asked {
	struct tool_common	 common;
	struct flow_options	 flow;
	const char		*write, *link;
	size_t			 mtu;
	bool			 stat, clear, list;
};

static void
options_read(struct asked *a, int argc, char **argv, struct sa_db *db)
{
	int c;

	while ((c = getopt_long(argc, argv, TOOL_SHORT "w:x", options,
	    NULL)) != -1)
		switch (c) {
		case 'k':
			tool_keys_srtp(db, optarg, media_key);
			break;
		case 'w':
			a->write = optarg;
			break;
		case 'x':
			g.secrets = true;
			break;
		case OPT_CLEAR:
			a->clear = true;
			break;
		case OPT_LINK:
			a->link = optarg;
			break;
		case OPT_LIST:
		case OPT_SUMMARY:
			g.summary = c == OPT_SUMMARY;
			a->list = c == OPT_LIST;
			break;
		case OPT_MTU:
			a->mtu = mtu_of(optarg);
			break;
		case OPT_SA:
			g.sas = true;
			break;
		case OPT_PACKETS:
			a->flow.packets = true;
			break;
		case OPT_DUPLICATES:
			a->flow.duplicates = true;
			break;
		case OPT_STAT:
			a->stat = true;
			break;
		default:
			if (select_option(c, optarg))
				break;
			tool_common(&a->common, c, db, help);
		}
}

/* A capture instead of records, or, when -o names a place for these, too. */
static void
outputs_open(const struct asked *a)
{
	const char *output = a->common.output;

	if (a->flow.packets && select_messages())
		tool_die(TOOL_USAGE, "--packets: of packets only --filter, "
		    "--from and --until select");
	bool report = a->list || g.summary;

	if (report && (a->write != NULL || a->flow.packets || a->stat ||
	    g.sas))
		tool_die(TOOL_USAGE, "--list, --summary: no -w, --packets, "
		    "--sa, --stat");
	g.capture = a->write != NULL;
	g.records = !report && (!g.capture || output != NULL);
	if (!g.capture && (a->link != NULL || a->mtu > 0))
		tool_die(TOOL_USAGE, "--link and --mtu are of a capture: -w "
		    "is missing");
	if (g.capture && output != NULL && strcmp(output, a->write) == 0)
		tool_die(TOOL_USAGE, "-o and -w are the same: %s", output);
	if (g.records || report)
		tool_out_open(&a->common);
	if (a->list)
		list_open();
	if (g.summary)
		summary_open();
	if (g.capture)
		capture_open(a->write, a->link, a->mtu);
}

/* A capture of the frames themselves: no messages, no records. */
static int
clear(const struct asked *a, struct sa_db *db, char *const *argv, int n)
{
	if (a->write == NULL)
		tool_die(TOOL_USAGE, "--clear writes a capture: -w is missing");
	if (a->common.output != NULL || a->common.count > 0 ||
	    a->link != NULL || a->mtu > 0 || a->stat || g.sas ||
	    a->flow.packets || a->flow.duplicates || a->list ||
	    g.summary || select_any())
		tool_die(TOOL_USAGE, "--clear goes with -k, -q, -v and -w only");
	clear_run(db, a->write, argv, n);
	sa_db_free(db);
	return tool_status(TOOL_YES);
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
	struct asked asked = { 0 };
	struct flow_account account;
	struct sa_db *db;

	tool_init((char[]){ "ims-pcap" }, argv);
	if ((db = sa_db_new()) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	options_read(&asked, argc, argv, db);
	if (asked.clear)
		return clear(&asked, db, argv + optind, argc - optind);
	outputs_open(&asked);
	g.limit = asked.common.count;
	sa_db_news(db, on_news, NULL);
	if ((g.flow = flow_new(&sink, &asked.flow, db)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	tool_read(argv + optind, argc - optind, &reader);
	if (asked.stat) {
		flow_account(g.flow, &account);
		rec_write_stat(&g.out, "ims-pcap", &account);
		put_record();
	}
	if (g.capture)
		capture_close();
	if (asked.list)
		list_close();
	if (g.summary)
		summary_close();
	if (g.records || asked.list || g.summary)
		tool_out_end();
	select_close();
	flow_free(g.flow);
	sa_db_free(db);
	buf_free(&g.out);
	return tool_status(TOOL_YES);
}
