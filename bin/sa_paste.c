/* sa_paste: Security-* header fields without a message around them. */
#include <string.h>

#include "err.h"
#include "sa_tool.h"

/* One line of them, and the message that is made of it. */
static bool
paste_line(struct sa_talk *k, struct slice line)
{
	static const char start[] = "REGISTER sip:pasted.invalid SIP/2.0\r\n";
	static struct sip_msg m;
	struct sa_text *to;
	struct buf b;

	buf_init(&b, 0);
	buf_str(&b, start);
	buf_put(&b, slice_trim(line));
	buf_str(&b, "\r\n\r\n");
	if (b.bad)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	to = NULL;
	if (sip_parse(&m, buf_slice(&b)) == 0 && m.n_hdr == 1) {
		enum sip_h h = m.hdr[0].id;

		if (h == SIP_H_SECURITY_CLIENT)
			to = k->client.n == 0 ? &k->client : &k->again;
		else if (h == SIP_H_SECURITY_SERVER)
			to = &k->server;
		else if (h == SIP_H_SECURITY_VERIFY)
			to = &k->verify;
		if (to != NULL)
			sa_text_keep(to, &m, h);
	}
	buf_free(&b);
	return to != NULL;
}

bool
paste(struct slice text, struct sa_talk *k)
{
	struct slice rest = text, line;
	bool any = false;

	memset(k, 0, sizeof(*k));
	while (rest.n > 0) {
		line = rest;
		do
			(void)slice_cut(&rest, '\n');
		while (rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t'));
		any = paste_line(k, slice_sub(line, 0,
		    (size_t)(rest.p - line.p))) || any;
	}
	k->challenged = k->server.n > 0;
	k->answered = k->verify.n > 0 || k->again.n > 0;
	if (!any) {
		tool_warn("%s: neither SIP nor header fields of the security "
		    "agreement", tool_file());
		tool_bad();
	}
	return any;
}
