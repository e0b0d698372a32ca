/* pcap_ladder: who sent what to whom, drawn. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "err.h"
#include "ladder.h"
#include "pcap_ladder.h"
#include "pcap_select.h"
#include "pcap_story.h"
#include "table.h"
#include "tool.h"

#define WIDTH	80	/* where nobody says another */

enum { TEXT, ASCII, MERMAID, SVG, HTML, FORMS };

static struct {
	struct ladder	 ladder;
	struct ladder_look look;
	struct buf	 out;
	int		 form;
	struct sip_msg	 msg;
} g;

static int
check(int r)
{
	if (r < 0 && r != ERR_LIMIT)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	return r;
}

static void
word(struct draw *d, struct slice s)
{
	static const char *const forms[FORMS] = {
		"text", "ascii", "mermaid", "svg", "html",
	};

	for (int i = 0; i < FORMS; i++)
		if (slice_is(s, forms[i])) {
			d->form = i;
			return;
		}
	if (!slice_is(s, "all"))
		tool_die(TOOL_USAGE, "--ladder=%.*s: text, ascii, mermaid, "
		    "svg, html, all", (int)s.n, (const char *)s.p);
	d->one = true;
}

void
draw_option(struct draw *d, const char *arg)
{
	struct slice s = slice_str(arg != NULL ? arg : "text");

	d->on = true;
	do
		word(d, slice_cut(&s, ','));
	while (s.n > 0);
}

/* What the terminal has, COLUMNS before what it says itself. */
static size_t
width(bool terminal)
{
	const char *columns = getenv("COLUMNS");
	struct winsize ws;
	uint64_t v = 0;

	if (columns == NULL || slice_decimal(slice_str(columns), UINT16_MAX,
	    &v) < 0 || v == 0)
		v = terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 &&
		    ws.ws_col > 0 ? ws.ws_col : WIDTH;
	return v < LADDER_WIDTH_MIN ? LADDER_WIDTH_MIN :
	    v > LADDER_WIDTH ? LADDER_WIDTH : v;
}

static bool
colors(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return (no == NULL || no[0] == '\0') && term != NULL &&
	    strcmp(term, "dumb") != 0;
}

/* What the list says of it, over its ladder. */
static void
on_gone(const struct story *t)
{
	const uint64_t *key = table_key(t);
	struct ladder_section *s = ladder_find(&g.ladder, *key);

	if (s == NULL || g.ladder.one)
		return;
	buf_printf(&s->title, "%s %llu, %s", story_kind(t->kind),
	    (unsigned long long)t->number, story_word(t->kind, t->state));
	if (t->state == STORY_REFUSED)
		buf_printf(&s->title, " %u", t->status);
	buf_printf(&s->who, "%s > %s", t->who[0] != '\0' ? t->who : "-",
	    t->to[0] != '\0' ? t->to : "-");
}

void
draw_open(const struct draw *d, bool terminal)
{
	terminal = terminal && isatty(STDOUT_FILENO) != 0;
	g.form = d->form;
	g.look.width = width(terminal);
	g.look.ascii = d->form == ASCII;
	g.look.color = terminal && colors();
	g.ladder.keep = d->form == HTML;
	g.ladder.one = d->one;
	g.ladder.audit = select_nodes();
	check(ladder_init(&g.ladder));
	story_open(on_gone);
}

/* S with its message parsed; false: it is none. */
static bool
parsed(struct flow_sip *s)
{
	if (s->msg != NULL)
		return true;
	if (sip_parse(&g.msg, s->message) < 0)
		return false;
	s->msg = &g.msg;
	return true;
}

void
draw_learn(const struct flow_sip *s, const char *at)
{
	struct flow_sip own = *s;

	if (parsed(&own))
		(void)check(audit_side(g.ladder.audit, &own));
	else {
		tool_warn("%s: message: no SIP start line", at);
		tool_bad();
	}
}

void
draw_sip(const struct flow_sip *s)
{
	struct flow_sip own = *s;

	if (parsed(&own))
		(void)check(ladder_sip(&g.ladder, &own));
}

void
draw_esp(const struct flow_esp *e)
{
	(void)check(ladder_esp(&g.ladder, e, slice_str("")));
}

void
draw_gap(const struct flow_gap *gap)
{
	(void)check(ladder_gap(&g.ladder, gap));
}

static void
page(void)
{
	ladder_html_begin(&g.out, "ims-pcap");
	buf_printf(&g.out, "<p>%zu messages and packets</p>\n", g.ladder.n);
	if (g.ladder.left_out > 0)
		buf_printf(&g.out, "<p class=\"bad\">%llu more are not "
		    "drawn.</p>\n", (unsigned long long)g.ladder.left_out);
	ladder_html_nav(&g.out, &g.ladder);
	ladder_html(&g.out, &g.ladder, tool_out);
	ladder_html_end(&g.out, "ims-pcap " TOOL_VERSION);
	tool_out(&g.out);
}

void
draw_close(void)
{
	story_close();
	if (g.ladder.left_out > 0)
		tool_warn("--ladder: %llu messages are not drawn: at most %u "
		    "are, and %u MiB of their text",
		    (unsigned long long)g.ladder.left_out, LADDER_ARROWS,
		    LADDER_TEXT >> 20);
	if (g.form == HTML)
		page();
	else if (g.form == SVG)
		ladder_svg(&g.out, &g.ladder, tool_out);
	else if (g.form == MERMAID)
		ladder_mermaid(&g.out, &g.ladder, tool_out);
	else
		ladder_text(&g.out, &g.ladder, &g.look, tool_out);
	ladder_free(&g.ladder);
	buf_free(&g.out);
}
