/* aka_read: inputs of any form: messages, pasted header fields, records. */
#include <string.h>

#include "aka_tool.h"
#include "err.h"

static struct {
	struct flow	*flow;
	message_fn	*message;
	record_fn	*record;
	struct slice	 line;
	struct buf	 out;
	const char	*at;		/* of a record being read */
	uint64_t	 found;		/* in this input */
} in;

void
pass_line(void)
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

static void
on_sip(const struct flow_sip *m, void *arg)
{
	(void)arg;
	in.found++;
	in.message(m, in.at != NULL ? in.at : place("frame", m->where.frame));
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	tool_closed(e, false);
}

static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	(void)sa;
	(void)n;
	(void)arg;
	/* A key that does not fit is this tool's own matter. */
	if (what != SA_NEWS_WRONG_K)
		tool_news(what, impi);
}

static bool
on_frame(const struct cap_frame *f, void *arg)
{
	(void)arg;
	if (in.flow == NULL) {
		tool_warn("%s: not records", tool_file());
		tool_bad();
		return false;
	}
	return go_on(tool_frame(in.flow, f));
}

static void
sip_record(struct rec *r)
{
	static struct sip_msg m;

	if (in.message == NULL || sip_parse(&m, r->sip.message) < 0)
		return;
	r->sip.msg = &m;
	on_sip(&r->sip, NULL);
}

static bool
on_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT], at[512];
	struct rec r;
	int e = rec_read(&r, line, error);

	(void)arg;
	(void)snprintf(at, sizeof(at), "%s", place("line", number));
	if (e >= 0 && r.type == REC_OTHER)
		e = rec_read_answer(&r, error);
	if (e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	in.line = line;
	in.at = at;
	if (e < 0) {
		tool_warn_kind("record", "%s: %s", at, error);
		tool_bad();
	} else if (in.message != NULL && r.type == REC_SIP)
		sip_record(&r);
	else if (in.message != NULL && r.type == REC_PACKET)
		(void)go_on(flow_packet(in.flow, &r.packet));
	else if (!in.record(&r, at))
		pass_line();
	else
		in.found++;
	in.at = NULL;
	rec_done(&r);
	return true;
}

static bool
not_records(void)
{
	tool_warn("%s: not records", tool_file());
	tool_bad();
	return false;
}

static bool
on_text(struct slice message, void *arg)
{
	(void)arg;
	return in.flow == NULL ? not_records() :
	    go_on(flow_text(in.flow, message));
}

/* What header field LINE is, which may lack its name. */
static enum sip_h
paste_is(struct slice line)
{
	size_t colon = slice_chr(line, ':');
	struct slice name = slice_trim(slice_sub(line, 0, colon)), params, v;

	if (!slice_casestarts(slice_trim(line), "Digest "))
		return colon < line.n ? sip_h_id(name) : SIP_H_OTHER;
	params = slice_from(slice_trim(line), 7);
	return sip_param(params, ',', "username", &v) ||
	    sip_param(params, ',', "response", &v) ? SIP_H_AUTHORIZATION :
	    SIP_H_WWW_AUTHENTICATE;
}

/* LINE in a message, as it would stand in one. */
static bool
paste(struct slice line)
{
	enum sip_h h = paste_is(line);
	struct slice uri = opt_text(TEXT_URI), params = line;
	struct buf b;

	buf_init(&b, 0);
	(void)slice_cut(&params, ' ');
	if (uri.n == 0 && !sip_param(params, ',', "uri", &uri))
		uri = slice_str("sip:pasted.invalid");
	if (h == SIP_H_WWW_AUTHENTICATE || h == SIP_H_PROXY_AUTHENTICATE)
		buf_str(&b, h == SIP_H_WWW_AUTHENTICATE ?
		    "SIP/2.0 401 pasted\r\n" : "SIP/2.0 407 pasted\r\n");
	else if (h == SIP_H_AUTHENTICATION_INFO)
		buf_str(&b, "SIP/2.0 200 pasted\r\n");
	else if (h == SIP_H_AUTHORIZATION || h == SIP_H_PROXY_AUTHORIZATION) {
		buf_str(&b, opt.text[TEXT_METHOD] != NULL ?
		    opt.text[TEXT_METHOD] : "REGISTER");
		buf_u8(&b, ' ');
		buf_put(&b, uri);
		buf_str(&b, " SIP/2.0\r\n");
	} else
		return false;
	if (slice_casestarts(slice_trim(line), "Digest ")) {
		buf_str(&b, sip_h_name(h));
		buf_str(&b, ": ");
	}
	buf_put(&b, slice_trim(line));
	buf_str(&b, "\r\n\r\n");
	if (opt.text[TEXT_BODY] != NULL)
		buf_str(&b, opt.text[TEXT_BODY]);
	(void)go_on(b.bad ? ERR_MEM : flow_text(in.flow, buf_slice(&b)));
	buf_free(&b);
	return true;
}

/* Lines without a start line: header fields, perhaps folded. */
static bool
on_loose(struct slice text, void *arg)
{
	struct slice rest = text, line;
	bool any = false;

	(void)arg;
	if (in.flow == NULL)
		return not_records();
	while (rest.n > 0) {
		line = rest;
		do
			(void)slice_cut(&rest, '\n');
		while (rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t'));
		line = slice_sub(line, 0, (size_t)(rest.p - line.p));
		any = paste(line) || any;
	}
	if (!any) {
		tool_warn("%s: neither SIP nor header fields of "
		    "authentication", tool_file());
		tool_bad();
	}
	return true;
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
read_messages(char *const *argv, int n, struct sa_db *db, message_fn *message,
    record_fn *record)
{
	const struct flow_sink sink = {
		on_sip, on_esp, NULL, NULL, tool_damage, NULL,
	};
	const struct tool_reader reader = {
		on_frame, on_line, on_text, on_end, NULL, on_loose,
	};
	struct flow_options options = { 0 };

	in.message = message;
	in.record = record;
	if (db != NULL) {
		sa_db_news(db, on_news, NULL);
		in.flow = flow_new(&sink, &options, db);
		if (in.flow == NULL)
			tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	}
	tool_read(argv, n, &reader);
	flow_free(in.flow);
	buf_wipe(&in.out);
}

void
read_records(char *const *argv, int n, record_fn *handle)
{
	read_messages(argv, n, NULL, NULL, handle);
}
