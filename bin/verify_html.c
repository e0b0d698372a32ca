/* verify_html: the report as one page: what was seen, and what of it is wrong. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "table.h"
#include "verify_html.h"
#include "xml.h"

static struct html_page g;
static struct table *by_call;	/* hash of Call-ID: 1 + its ladder */
static size_t current;		/* 1 + the event of the message in hand; or 0 */

static void *
more(void *p, size_t n, size_t size)
{
	/* At powers of two. */
	if ((n & (n - 1)) == 0 && (p = reallocarray(p, n == 0 ? 1 : 2 * n,
	    size)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	return p;
}

static void
put(struct buf *out, const char *s)
{
	xml_text(out, slice_str(s));
}

static void
begin(struct buf *out, int fail_on)
{
	size_t n;

	(void)fail_on;
	(void)audit_rules(&n);
	buf_str(out, html_head);
	g.by_rule = calloc(n, sizeof(*g.by_rule));
	by_call = table_new(sizeof(uint64_t), sizeof(size_t), HTML_LADDERS, NULL,
	    NULL);
	if (g.by_rule == NULL || by_call == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

static size_t
ladder(struct slice call_id, const struct sip_msg *m)
{
	uint64_t k = slice_hash(0, call_id);
	size_t *at = table_put(by_call, &k, 0);
	struct html_ladder *l;

	if (at == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	if (*at != 0)
		return *at - 1;
	g.ladder = more(g.ladder, g.n_ladder, sizeof(*g.ladder));
	l = &g.ladder[g.n_ladder++];
	memset(l, 0, sizeof(*l));
	if (m == NULL && call_id.n == 0)
		buf_str(&l->title, "Packets without a message");
	else {
		struct sip_cseq cseq = { 0 };

		if (m != NULL && sip_cseq(m, &cseq) == 0)
			xml_text(&l->title, cseq.method);
		buf_str(&l->title, " <code>");
		xml_text(&l->title, call_id);
		buf_str(&l->title, "</code>");
	}
	*at = g.n_ladder;
	return g.n_ladder - 1;
}

static struct html_event *
event(const struct flow_where *w, size_t at)
{
	struct html_ladder *l = &g.ladder[at];
	struct html_event *e;

	g.event = more(g.event, g.n_event, sizeof(*g.event));
	e = &g.event[g.n_event++];
	*e = (struct html_event){
		.ladder = at, .src = w->src, .dst = w->dst,
		.sport = w->sport, .dport = w->dport, .frame = w->frame,
		.time_ns = w->time_ns, .timed = w->timed, .level = -1,
	};
	current = g.n_event;
	if (l->first == 0)
		l->first = current;
	else
		g.event[l->last - 1].next = current;
	l->last = current;
	return e;
}

static bool
full(void)
{
	current = 0;
	if (g.n_event < HTML_EVENTS && g.text.n < HTML_TEXT)
		return false;
	g.left_out++;
	return true;
}

static void
message(const struct flow_sip *s)
{
	const struct sip_msg *m = s->msg;
	struct html_event *e;

	if (full())
		return;
	e = event(&s->where, ladder(sip_value(m, SIP_H_CALL_ID), m));
	e->protected = s->protection.on;
	e->label = g.text.n;
	if (m->request)
		xml_text(&g.text, m->method);
	else {
		buf_printf(&g.text, "%u ", m->status);
		xml_text(&g.text, m->reason);
	}
	e->n_label = g.text.n - e->label;
	e->body = g.text.n;
	xml_text(&g.text, s->message);
	e->n_body = g.text.n - e->body;
}

/* A packet is an arrow only if there is a finding about it. */
static void
closed(const struct flow_esp *e)
{
	(void)e;
	current = 0;
}

static void
registration(struct buf *out, const struct audit_registration *r)
{
	struct html_ladder *l = &g.ladder[ladder(r->call_id, NULL)];

	(void)out;
	buf_printf(&l->verdicts, "<p class=\"%s\"><b>%s</b> <code>",
	    r->verdict <= AUDIT_DEREGISTERED ? "good" : "bad",
	    audit_verdict_name(r->verdict));
	xml_text(&l->verdicts, r->impi);
	buf_str(&l->verdicts, "</code>: ");
	xml_text(&l->verdicts, r->message);
	buf_str(&l->verdicts, "</p>\n");
}

static void
finding(struct buf *out, const struct verify_finding *v)
{
	const struct audit_finding *f = &v->found;
	struct html_event *e;
	size_t n;

	(void)out;
	g.count[f->level]++;
	g.by_rule[f->rule - audit_rules(&n)]++;
	if (current == 0) {
		if (full())
			return;
		e = event(f->where, ladder(f->call_id, NULL));
		e->label = g.text.n;
		buf_str(&g.text, "ESP");
		e->n_label = g.text.n - e->label;
		current = 0;
	} else
		e = &g.event[current - 1];
	if ((int)f->level > e->level)
		e->level = (int)f->level;
	g.ladder[e->ladder].findings++;
	buf_printf(&e->findings, "<li class=\"%s\"><a href=\"#%s\">%s</a> ",
	    audit_level_name(f->level), f->rule->id, f->rule->id);
	xml_text(&e->findings, f->message);
	buf_str(&e->findings, "</li>\n");
}

static void
summary(struct buf *out)
{
	buf_printf(out, "<p class=\"count\"><b class=\"error\">%llu</b> "
	    "errors <b class=\"warning\">%llu</b> warnings "
	    "<b class=\"note\">%llu</b> notes in %zu messages</p>\n",
	    (unsigned long long)g.count[AUDIT_ERROR],
	    (unsigned long long)g.count[AUDIT_WARNING],
	    (unsigned long long)g.count[AUDIT_NOTE], g.n_event);
	if (g.left_out > 0)
		buf_printf(out, "<p class=\"bad\">%llu more messages are not "
		    "shown: a page has at most %u, and %u MiB.</p>\n",
		    (unsigned long long)g.left_out, HTML_EVENTS,
		    HTML_TEXT >> 20);
	buf_str(out, "<nav><ul>\n");
	for (size_t i = 0; i < g.n_ladder; i++) {
		buf_printf(out, "<li><a href=\"#l%zu\">", i);
		buf_put(out, buf_slice(&g.ladder[i].title));
		buf_printf(out, "</a> %llu</li>\n",
		    (unsigned long long)g.ladder[i].findings);
	}
	buf_str(out, "</ul></nav>\n");
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
	html_ladders(out, &g);
	rules(out);
	buf_str(out, html_foot);
	for (size_t i = 0; i < g.n_event; i++)
		buf_free(&g.event[i].findings);
	for (size_t i = 0; i < g.n_ladder; i++) {
		buf_free(&g.ladder[i].title);
		buf_free(&g.ladder[i].verdicts);
	}
	free(g.event);
	free(g.ladder);
	free(g.by_rule);
	buf_free(&g.text);
	table_free(by_call);
}

const struct verify_format verify_html = {
	.name = "html", .begin = begin, .message = message, .closed = closed,
	.finding = finding, .registration = registration, .end = end,
	.page = true,
};
