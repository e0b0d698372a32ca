/* verify_html: the report as one page: what was seen, and what of it is wrong. */
#include <stdlib.h>

#include "err.h"
#include "ladder.h"
#include "verify.h"
#include "xml.h"

static struct {
	struct ladder	 ladder;
	int		 current;	/* arrow of what is in hand, or -1 */
	const struct flow_esp *esp;	/* in hand, no arrow yet */
	uint64_t	 count[3];	/* findings, by level */
	uint64_t	*by_rule;
} g;

static void
put(struct buf *out, const char *s)
{
	xml_text(out, slice_str(s));
}

static int
check(int r)
{
	if (r < 0 && r != ERR_LIMIT)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	return r;
}

static void
nodes(struct audit *a)
{
	g.ladder.audit = a;
}

static void
begin(struct buf *out, int fail_on)
{
	size_t n;

	(void)fail_on;
	(void)audit_rules(&n);
	ladder_html_begin(out, "ims-verify");
	g.ladder.keep = g.ladder.judged = true;
	check(ladder_init(&g.ladder));
	if ((g.by_rule = calloc(n, sizeof(*g.by_rule))) == NULL)
		check(ERR_MEM);
}

static void
message(const struct flow_sip *s)
{
	g.esp = NULL;
	g.current = check(ladder_sip(&g.ladder, s));
}

/* A packet is an arrow only if there is a finding about it. */
static void
closed(const struct flow_esp *e)
{
	g.esp = e;
	g.current = -1;
}

static void
registration(struct buf *out, const struct audit_registration *r)
{
	struct ladder_section *s = ladder_section(&g.ladder, r->call_id);
	struct buf *v;

	(void)out;
	if (s == NULL)
		check(ERR_MEM);
	v = &s->verdicts;
	buf_printf(v, "<p class=\"%s\"><b>%s</b> <code>",
	    r->verdict <= AUDIT_DEREGISTERED ? "good" : "bad",
	    audit_verdict_name(r->verdict));
	xml_text(v, r->impi);
	buf_str(v, "</code>: ");
	xml_text(v, r->message);
	buf_str(v, "</p>\n");
}

static void
finding(struct buf *out, const struct verify_finding *v)
{
	const struct audit_finding *f = &v->found;
	struct ladder_arrow *a;
	size_t n;

	(void)out;
	g.count[f->level]++;
	g.by_rule[f->rule - audit_rules(&n)]++;
	if (g.current < 0 && g.esp != NULL)
		g.current = check(ladder_esp(&g.ladder, g.esp, f->call_id));
	if (g.current < 0)
		return;
	a = &g.ladder.arrow[g.current];
	if ((int)f->level > a->level)
		a->level = (int)f->level;
	g.ladder.section[a->section].notes++;
	buf_printf(&a->notes, "<li class=\"%s\"><a href=\"#%s\">%s</a> ",
	    audit_level_name(f->level), f->rule->id, f->rule->id);
	xml_text(&a->notes, f->message);
	buf_str(&a->notes, "</li>\n");
}

static void
summary(struct buf *out)
{
	buf_printf(out, "<p class=\"count\"><b class=\"error\">%llu</b> "
	    "errors <b class=\"warning\">%llu</b> warnings "
	    "<b class=\"note\">%llu</b> notes in %zu messages</p>\n",
	    (unsigned long long)g.count[AUDIT_ERROR],
	    (unsigned long long)g.count[AUDIT_WARNING],
	    (unsigned long long)g.count[AUDIT_NOTE], g.ladder.n);
	if (g.ladder.left_out > 0)
		buf_printf(out, "<p class=\"bad\">%llu more messages are not "
		    "shown: a page has at most %u, and %u MiB.</p>\n",
		    (unsigned long long)g.ladder.left_out, LADDER_ARROWS,
		    LADDER_TEXT >> 20);
	ladder_html_nav(out, &g.ladder);
}

static void
row(struct buf *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_printf(out, "<dt>%s</dt><dd>", name);
	put(out, text);
	buf_str(out, "</dd>\n");
}

static void
rules(struct buf *out)
{
	size_t n;
	const struct audit_rule *r = audit_rules(&n);

	buf_str(out, "<section><h2>Rules that were broken</h2>\n");
	for (size_t i = 0; i < n; i++) {
		if (g.by_rule[i] == 0)
			continue;
		buf_printf(out, "<article id=\"%s\"><h3>%s: ", r[i].id,
		    r[i].id);
		put(out, r[i].what);
		buf_printf(out, "</h3>\n<dl><dt>Found</dt><dd>%llu</dd>\n",
		    (unsigned long long)g.by_rule[i]);
		row(out, "Clause", r[i].clause);
		row(out, "Why", r[i].why);
		row(out, "What to do", r[i].todo);
		buf_str(out, "</dl></article>\n");
	}
	buf_str(out, "</section>\n");
}

static void
end(struct buf *out)
{
	summary(out);
	ladder_html(out, &g.ladder, tool_out);
	rules(out);
	ladder_html_end(out, "ims-verify " TOOL_VERSION);
	ladder_free(&g.ladder);
	free(g.by_rule);
}

const struct verify_format verify_html = {
	.name = "html", .begin = begin, .message = message, .closed = closed,
	.finding = finding, .registration = registration, .end = end,
	.nodes = nodes, .page = true,
};
