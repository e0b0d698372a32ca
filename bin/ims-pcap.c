/* ims-pcap: captures to SIP messages, ESP opened; ims-pcap(1). */
#include "err.h"
#include "pcap_clear.h"
#include "pcap_list.h"
#include "pcap_opt.h"
#include "pcap_select.h"
#include "pcap_summary.h"
#include "pcap_write.h"
#include "tool_live.h"

static struct {
	struct flow	*flow;
	struct buf	 out;
	bool		 records, capture;	/* to be written */
	bool		 written;	/* this input, as packets */
	bool		 summary, draw;	/* instead of records */
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
	if (g.draw)
		draw_learn(m, tool_place("frame", m->where.frame));
	if (!select_sip(m) || (g.limit != 0 && g.messages == g.limit))
		return;
	g.messages++;
	g.found++;
	if (g.capture && !g.written)
		capture_sip(m, tool_place("frame", m->where.frame));
	if (g.summary)
		summary_sip(m);
	if (g.draw)
		draw_sip(m);
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
	if (g.draw)
		draw_esp(e);
	rec_write_esp(&g.out, e);
	put_record();
}

static void
on_gap(const struct flow_gap *gap, void *arg)
{
	(void)arg;
	if (!select_other(&gap->where))
		return;
	if (g.draw)
		draw_gap(gap);
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

static void
draw_record(const struct rec *rec)
{
	if (rec->type == REC_SIP)
		draw_sip(&rec->sip);
	else if (rec->type == REC_ESP)
		draw_esp(&rec->esp);
	else if (rec->type == REC_GAP)
		draw_gap(&rec->gap);
}

/* A record that passes through. */
static bool
pass(struct slice line, const struct rec *rec, const char *at)
{
	bool sip = rec->type == REC_SIP;

	if (sip && g.draw)
		draw_learn(&rec->sip, at);
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
	if (g.draw)
		draw_record(rec);
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
	return go_on(tool_text(g.flow, message));
}

static void
on_end(void *arg)
{
	(void)arg;
	(void)go_on(flow_end(g.flow));
	g.written = false;
	tool_more();
	if (g.found == 0 && !select_any() && !tool_filter_given())
		tool_warn("%s: no SIP in it", tool_file());
	g.found = 0;
}

/* A capture instead of records, or, when -o names a place for these, too. */
static void
outputs_open(const struct pcap_asked *a)
{
	bool report = a->list || a->summary || a->draw.on;

	g.capture = a->write != NULL;
	g.records = !report && (!g.capture || a->common.output != NULL);
	if (g.records || report)
		tool_out_open(&a->common);
	if (a->list)
		list_open(a->json);
	if (a->summary)
		summary_open();
	if (a->draw.on)
		draw_open(&a->draw, a->common.output == NULL);
	if (g.capture)
		capture_open(a->write, a->link, a->mtu);
}

static void
outputs_close(const struct pcap_asked *a)
{
	if (g.capture)
		capture_close();
	if (a->list)
		list_close();
	if (a->summary)
		summary_close();
	if (a->draw.on)
		draw_close();
	if (g.records || a->list || a->summary || a->draw.on)
		tool_out_end();
}

static void
write_stat(void)
{
	struct flow_account account;

	flow_account(g.flow, &account);
	rec_write_stat(&g.out, "ims-pcap", &account);
	put_record();
}

/* Messages of the N files ARGV, as records or in other forms. */
static void
run(const struct pcap_asked *a, struct sa_db *db, char *const *argv, int n)
{
	const struct flow_sink sink = {
		on_sip, on_esp, on_gap, on_packet, tool_damage, NULL,
	};
	const struct tool_reader reader = {
		on_frame, on_line, on_text, on_end, NULL, NULL,
	};

	outputs_open(a);
	g.summary = a->summary;
	g.draw = a->draw.on;
	g.sas = a->sas;
	g.secrets = a->secrets;
	g.limit = a->common.count;
	sa_db_news(db, on_news, NULL);
	if ((g.flow = flow_new(&sink, &a->flow, db)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	tool_live_read(argv, n, &reader);
	if (a->stat)
		write_stat();
	outputs_close(a);
	select_close();
	flow_free(g.flow);
	buf_free(&g.out);
}

int
main(int argc, char **argv)
{
	struct pcap_asked asked = { 0 };
	struct sa_db *db;

	tool_init("ims-pcap");
	if ((db = sa_db_new()) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	pcap_options(&asked, argc, argv, db);
	argv += optind;
	argc -= optind;
	tool_live_open(argc, asked.write != NULL ||
	    asked.common.output != NULL);
	if (asked.clear)
		clear_run(db, asked.write, argv, argc);
	else
		run(&asked, db, argv, argc);
	sa_db_free(db);
	return tool_status(TOOL_YES);
}
