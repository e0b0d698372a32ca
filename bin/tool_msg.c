/* tool_msg: SIP messages, packets and records of inputs of any form. */
#include "err.h"
#include "tool.h"

static struct {
	const struct tool_messages *to;
	struct flow	*flow;		/* NULL: records only */
	struct slice	 line;
	struct buf	 out;
	const char	*at;		/* of a record being read */
} in;

const char *
tool_place(const char *what, uint64_t number)
{
	static char text[512];

	if (number == 0)
		return tool_file();
	(void)snprintf(text, sizeof(text), "%s: %s %llu", tool_file(), what,
	    (unsigned long long)number);
	return text;
}

void
tool_pass(void)
{
	buf_put(&in.out, in.line);
	buf_u8(&in.out, '\n');
	tool_out(&in.out);
}

static bool
go_on(int r)
{
	if (r < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	return true;
}

void
tool_message(struct slice message)
{
	(void)go_on(tool_text(in.flow, message));
}

static const char *
at_of(const struct flow_where *w)
{
	return in.at != NULL ? in.at : tool_place("frame", w->frame);
}

static void
on_sip(const struct flow_sip *m, void *arg)
{
	(void)arg;
	in.to->sip(m, at_of(&m->where));
}

static void
on_packet(const struct flow_packet *p, void *arg)
{
	(void)arg;
	if (in.to->packet != NULL)
		in.to->packet(p, at_of(&p->where));
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	if (in.to->esp != NULL)
		in.to->esp(e, at_of(&e->where));
	else
		tool_closed(e, false);
}

static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	if (in.to->news != NULL)
		in.to->news(what, sa, n, impi, arg);
	else
		tool_news(what, impi);
}

static bool
not_records(void)
{
	tool_warn("%s: not records", tool_file());
	tool_bad();
	return false;
}

static bool
on_frame(const struct cap_frame *f, void *arg)
{
	(void)arg;
	return in.flow == NULL ? not_records() : go_on(tool_frame(in.flow, f));
}

static void
sip_record(struct rec *r)
{
	static struct sip_msg m;

	const struct flow_where *w = &r->sip.where;
	const struct sa_seen at = { &w->src, &w->dst, w->sport,
	    r->sip.protection.spi, w->time_ns, w->frame };

	if (sip_parse(&m, r->sip.message) < 0)
		return;
	/* As flow does with those it finds itself. */
	(void)go_on(sa_learn(in.to->db, &m, &at));
	r->sip.msg = &m;
	in.to->sip(&r->sip, in.at);
}

static bool
on_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT], at[512];
	struct rec r;
	int e = rec_read(&r, line, error);

	(void)arg;
	(void)snprintf(at, sizeof(at), "%s", tool_place("line", number));
	if (e >= 0 && r.type == REC_OTHER)
		e = rec_read_answer(&r, error);
	if (e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	in.line = line;
	in.at = at;
	if (e < 0) {
		tool_warn_kind("record", "%s: %s", at, error);
		tool_bad();
	} else if (in.flow != NULL && r.type == REC_SIP)
		sip_record(&r);
	else if (in.flow != NULL && r.type == REC_PACKET)
		(void)go_on(flow_packet(in.flow, &r.packet));
	else if (!in.to->record(&r, at))
		tool_pass();
	in.at = NULL;
	rec_done(&r);
	return true;
}

static bool
on_text(struct slice message, void *arg)
{
	(void)arg;
	return in.flow == NULL ? not_records() :
	    go_on(tool_text(in.flow, message));
}

static bool
on_loose(struct slice text, void *arg)
{
	(void)arg;
	return in.flow == NULL ? not_records() : in.to->loose(text);
}

static void
on_end(void *arg)
{
	(void)arg;
	if (in.flow != NULL)
		(void)go_on(flow_end(in.flow));
	tool_more();
}

void
tool_messages(char *const *argv, int n, const struct tool_messages *to)
{
	const struct flow_sink sink = {
		on_sip, on_esp, NULL, on_packet, tool_damage, NULL,
	};
	const struct tool_reader reader = {
		on_frame, on_line, on_text, on_end, NULL,
		to->loose != NULL ? on_loose : NULL,
	};

	in.to = to;
	if (to->db != NULL) {
		sa_db_news(to->db, on_news, NULL);
		in.flow = flow_new(&sink, &to->options, to->db);
		if (in.flow == NULL)
			tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	}
	tool_read(argv, n, &reader);
	flow_free(in.flow);
	in.flow = NULL;
	buf_wipe(&in.out);
}
