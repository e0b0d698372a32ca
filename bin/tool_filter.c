/* tool_filter: --filter, which frames are read. */
#include "err.h"
#include "tool_live.h"

#define LINKTYPE_RAW	101

static struct {
	const char		*text;	/* as given */
	bool			 taken;
	struct cap_filter	*filter;
} g;

void
tool_filter(const char *expression)
{
	g.text = expression;
	cap_filter_free(g.filter);
	if ((g.filter = cap_filter_new(expression)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

bool
tool_filter_given(void)
{
	return g.text != NULL;
}

const char *
tool_filter_take(void)
{
	g.taken = true;
	return g.text;
}

static bool
match(const struct cap_frame *f)
{
	int r;

	if (g.filter == NULL || g.taken)
		return true;
	r = cap_filter_match(g.filter, f);
	if (r == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	if (r < 0 && f->number == 0)
		tool_die(TOOL_USAGE, "--filter %s: %s", g.text,
		    cap_filter_error(g.filter));
	if (r < 0)
		tool_die(TOOL_USAGE, "--filter: %s: frame %llu: %s",
		    tool_file(), (unsigned long long)f->number,
		    cap_filter_error(g.filter));
	return r > 0;
}

void
tool_filter_check(void)
{
	const struct cap_frame f = {
		.linktype = 1, .data = slice_str(""),
	};

	(void)match(&f);
}

bool
tool_filter_frame(const struct cap_frame *f)
{
	return match(f);
}

bool
tool_filter_packet(const struct flow_packet *p)
{
	const struct cap_frame f = {
		.number = p->where.frame, .linktype = LINKTYPE_RAW,
		.wire_len = (uint32_t)p->packet.n, .data = p->packet,
	};

	return match(&f);
}

void
tool_filter_close(void)
{
	cap_filter_free(g.filter);
	g.filter = NULL;
}
