/* aka_read: messages, pasted header fields, records, for ims-aka. */
#include <string.h>

#include "aka_tool.h"
#include "err.h"

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
	if (b.bad)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	tool_message(buf_slice(&b));
	buf_free(&b);
	return true;
}

/* Lines without a start line: header fields, perhaps folded. */
static bool
on_loose(struct slice text)
{
	struct slice rest = text, line;
	bool any = false;

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

void
read_messages(char *const *argv, int n, struct sa_db *db, message_fn *message,
    record_fn *record)
{
	const struct tool_messages to = {
		.db = db, .sip = message, .record = record,
		.loose = on_loose, .news = on_news,
	};

	tool_messages(argv, n, &to);
}

void
read_records(char *const *argv, int n, record_fn *handle)
{
	read_messages(argv, n, NULL, NULL, handle);
}
