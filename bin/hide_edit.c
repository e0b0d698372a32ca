/* hide_edit: messages of any input, edited, in the form they came in. */
#include <string.h>

#include "err.h"
#include "hide_tool.h"

static struct {
	struct flow	*flow;
	edit_fn		*edit;
	bool		 strict, fits;
	uint64_t	 messages;	/* of all inputs */
	uint64_t	 texts;		/* of this one, of plain text */
	uint64_t	 found;		/* in this input */
	struct buf	 edited, out;
} in;

const char *
edit_refused(void)
{
	return in.strict ? "dropped" : "left as it is";
}

static bool
go_on(int r)
{
	if (r < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	return opt.common.count == 0 || in.messages < opt.common.count;
}

static void
write_out(void)
{
	if (in.out.n > 0 || in.out.bad)
		tool_out(&in.out);
}

/* What becomes of M; false: it is dropped. */
static bool
edit(const struct flow_sip *m, const char *at, struct slice *message)
{
	in.messages++;
	buf_reset(&in.edited);
	*message = m->message;
	if (in.edit(m, at, &in.edited)) {
		*message = buf_slice(&in.edited);
		return true;
	}
	tool_bad();
	return !in.strict;
}

/* Of a capture. */
static void
on_sip(const struct flow_sip *m, void *arg)
{
	struct flow_sip now = *m;

	(void)arg;
	if (opt.common.count != 0 && in.messages == opt.common.count)
		return;
	in.found++;
	if (!edit(m, tool_place("frame", m->where.frame), &now.message))
		return;
	now.msg = NULL;
	rec_write_sip(&in.out, &now, m->copy);
	write_out();
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	in.found++;
	rec_write_esp(&in.out, e);
	write_out();
	tool_closed(e, true);
}

static void
on_gap(const struct flow_gap *gap, void *arg)
{
	(void)arg;
	rec_write_gap(&in.out, gap);
	write_out();
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
	return go_on(tool_frame(in.flow, f));
}

static void
pass(struct slice line)
{
	buf_put(&in.out, line);
	buf_u8(&in.out, '\n');
	write_out();
}

static void
edit_line(const struct flow_sip *m, struct slice line, const char *at)
{
	struct slice message;

	if (!edit(m, at, &message))
		return;
	if (slice_eq(message, m->message)) {
		pass(line);
		return;
	}
	rec_line_sip(&in.out, line, message, in.fits);
	buf_u8(&in.out, '\n');
	write_out();
}

static bool
on_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT], at[512];
	struct rec r;
	int e = rec_read(&r, line, error);

	(void)arg;
	(void)snprintf(at, sizeof(at), "%s", tool_place("line", number));
	if (e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	in.found++;
	if (e < 0) {
		tool_warn_kind("record", "%s: %s", at, error);
		tool_bad();
	} else if (r.type == REC_PACKET)
		(void)go_on(flow_packet(in.flow, &r.packet));
	else if (r.type == REC_SIP)
		edit_line(&r.sip, line, at);
	else
		pass(line);
	rec_done(&r);
	return go_on(0);
}

static bool
on_text(struct slice message, void *arg)
{
	struct flow_sip m = { .message = message };
	struct slice now;

	(void)arg;
	in.found++;
	in.texts++;
	buf_put(&in.out, tool_blank());
	if (edit(&m, tool_place("message", in.texts), &now))
		buf_put(&in.out, now);
	write_out();
	return go_on(0);
}

/* Not with STRICT. */
static bool
on_loose(struct slice text, void *arg)
{
	(void)arg;
	tool_warn_kind("text", "%s: %zu octets of text that are no SIP; left "
	    "as they are", tool_file(), text.n);
	tool_bad();
	buf_put(&in.out, tool_blank());
	buf_put(&in.out, text);
	write_out();
	return true;
}

static void
on_end(void *arg)
{
	(void)arg;
	(void)go_on(flow_end(in.flow));
	buf_put(&in.out, tool_blank());
	write_out();
	tool_more();
	if (in.found == 0)
		tool_warn("%s: no SIP in it", tool_file());
	in.found = in.texts = 0;
}

void
edit_messages(char *const *argv, int n, struct sa_db *db, bool strict,
    bool fits, edit_fn *fn)
{
	const struct flow_sink sink = {
		on_sip, on_esp, on_gap, NULL, tool_damage, NULL,
	};
	const struct tool_reader reader = {
		on_frame, on_line, on_text, on_end, NULL,
		strict ? NULL : on_loose,
	};
	const struct flow_options options = { 0 };

	in.edit = fn;
	in.strict = strict;
	in.fits = fits;
	sa_db_news(db, on_news, NULL);
	if ((in.flow = flow_new(&sink, &options, db)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	tool_out_open(&opt.common);
	tool_read(argv, n, &reader);
	flow_free(in.flow);
	buf_free(&in.edited);
	buf_free(&in.out);
}
