/* verify_hops: what nodes changed in messages; ims-verify(1). */
#include <stdlib.h>
#include <string.h>

#include "verify.h"

/* What a terminal does not act upon, and a line does not end by. */
static void
put(struct buf *out, struct slice s)
{
	char shown[SLICE_SHOW];

	buf_str(out, slice_show(s, shown));
}

#define LEAD	24	/* octets shown before the first that differs */

/* VALUE without what the two have in common at their start, if that is long. */
static void
put_from(struct buf *out, struct slice value, const struct audit_change *c)
{
	size_t same = 0;

	while (same < c->before.n && same < c->after.n &&
	    c->before.p[same] == c->after.p[same])
		same++;
	if (same > 2 * LEAD) {
		buf_str(out, "...");
		value = slice_from(value, same - LEAD);
	}
	put(out, value);
}

static void
write_change(struct buf *out, const struct audit_change *c)
{
	buf_str(out, c->allowed ? "    " : "  ! ");
	buf_u8(out, c->what == 'A' ? '+' : c->what == 'D' ? '-' : '~');
	buf_u8(out, ' ');
	put(out, c->name);
	if (!slice_is(c->name, "body")) {
		buf_str(out, ": ");
		if (c->what != 'A')
			put_from(out, c->before, c);
		if (c->what == 'M')
			buf_str(out, "\n      > ");
		if (c->what != 'D')
			put_from(out, c->after, c);
	}
	buf_u8(out, '\n');
}

void
verify_hop(struct buf *out, const struct audit_hop_change *h)
{
	static uint64_t last[2];
	char method[SLICE_SHOW];

	if (last[0] != h->frame || last[1] != h->where->frame) {
		buf_printf(out, "%llu > %llu: %s: ",
		    (unsigned long long)h->frame,
		    (unsigned long long)h->where->frame,
		    audit_role_name(h->node));
		if (h->status != 0)
			buf_printf(out, "%u to ", h->status);
		buf_printf(out, "%s\n", slice_show(h->method, method));
		last[0] = h->frame;
		last[1] = h->where->frame;
	}
	write_change(out, &h->change);
}

/* The two messages of --diff. */
static struct {
	struct buf	 raw[2];
	struct sip_msg	 msg[2];
	size_t		 n;
	struct buf	 out;
	bool		 bad;
} d;

static bool
on_text(struct slice message, void *arg)
{
	(void)arg;
	if (d.raw[d.n].n == 0)
		buf_put(&d.raw[d.n], message);
	return true;
}

static bool
on_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT];
	struct rec rec;

	(void)number;
	(void)arg;
	if (rec_read(&rec, line, error) == 0 && rec.type == REC_SIP &&
	    d.raw[d.n].n == 0)
		buf_put(&d.raw[d.n], rec.sip.message);
	rec_done(&rec);
	return true;
}

static bool
on_frame(const struct cap_frame *f, void *arg)
{
	(void)f;
	(void)arg;
	return false;
}

static void
on_end(void *arg)
{
	(void)arg;
	if (d.raw[d.n].n == 0 || sip_parse(&d.msg[d.n],
	    buf_slice(&d.raw[d.n])) < 0)
		tool_die(TOOL_BAD_INPUT, "%s: no SIP message", tool_file());
	d.n++;
}

static void
on_change(const struct audit_change *c, void *arg)
{
	(void)arg;
	d.bad |= !c->allowed;
	write_change(&d.out, c);
}

int
verify_diff(const char *before, const char *after, enum audit_role node)
{
	const struct tool_reader reader = {
		on_frame, on_line, on_text, on_end, NULL, NULL,
	};
	char *files[2] = { (char *)before, (char *)after };

	tool_read(files, 2, &reader);
	audit_diff(&d.msg[0], &d.msg[1], node,
	    sip_count(&d.msg[0], SIP_H_VIA) == 1 && d.msg[0].request,
	    on_change, NULL);
	tool_out(&d.out);
	buf_free(&d.out);
	buf_free(&d.raw[0]);
	buf_free(&d.raw[1]);
	return d.bad ? TOOL_NO : TOOL_YES;
}
