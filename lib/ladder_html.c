/* ladder_html: the drawing on a page that needs nothing but itself. */
#include <string.h>

#include "ladder_int.h"
#include "xml.h"

static void
put(struct buf *out, const char *s)
{
	xml_text(out, slice_str(s));
}

/*
 * Nothing is asked of the network, and nothing runs: the policy says so to the
 * browser too.
 */
void
ladder_html_begin(struct buf *out, const char *title)
{
	buf_str(out, "<!DOCTYPE html>\n"
	    "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head>\n"
	    "<meta charset=\"utf-8\"/>\n"
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\"/>\n"
	    "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
	    "<title>");
	put(out, title);
	buf_str(out, "</title>\n<style>\n");
	buf_str(out, ladder_style);
	buf_str(out, "</style></head>\n<body>\n<h1>");
	put(out, title);
	buf_str(out, "</h1>\n");
}

static void
title(struct buf *out, const struct ladder *l, size_t section)
{
	char text[LADDER_SAY];

	ladder_title(l, section, text);
	put(out, text);
}

/* A line under the title, if there is something to be said. */
static void
under(struct buf *out, const char *text)
{
	if (text[0] == '\0')
		return;
	buf_str(out, "<p class=\"who\">");
	put(out, text);
	buf_str(out, "</p>\n");
}

void
ladder_html_nav(struct buf *out, const struct ladder *l)
{
	buf_str(out, "<nav><ul>\n");
	for (size_t i = 0; i < l->n_section; i++) {
		buf_printf(out, "<li><a href=\"#l%zu\">", i);
		title(out, l, i);
		buf_str(out, "</a> <code>");
		put(out, l->section[i].call_id);
		buf_str(out, "</code>");
		if (l->section[i].notes > 0)
			buf_printf(out, " %llu",
			    (unsigned long long)l->section[i].notes);
		buf_str(out, "</li>\n");
	}
	buf_str(out, "</ul></nav>\n");
}

static void
heads(struct buf *out, const struct ladder_nodes *ns)
{
	char place[LADDER_PLACE];

	buf_str(out, "<div class=\"heads\">");
	for (size_t i = 0; i < ns->n; i++) {
		const char *role = ladder_node_role(&ns->node[i]);

		buf_str(out, "<span>");
		if (role[0] != '\0')
			buf_printf(out, "<b>%s</b> ", role);
		ladder_node_place(&ns->node[i], place);
		put(out, place);
		buf_str(out, "</span>");
	}
	buf_str(out, "</div>\n");
}

static void
front(struct buf *out, const struct ladder_arrow *a,
    const struct ladder_arrow **before)
{
	char text[LADDER_SAY];

	buf_str(out, "<span class=\"when\"");
	if (a->timed) {
		ladder_clock(a->time_ns, text);
		buf_printf(out, " title=\"%s UTC\"", text);
	}
	buf_u8(out, '>');
	if (a->frame != 0)
		buf_printf(out, "%llu", (unsigned long long)a->frame);
	ladder_when(a, before, text);
	if (text[0] != '\0')
		buf_printf(out, " <small>%s</small>", text);
	buf_str(out, "</span>");
}

static const char *
class_of(const struct ladder *l, const struct ladder_arrow *a)
{
	static const char *const levels[] = { "note", "warning", "error" };

	if (a->level >= 0)
		return levels[a->level];
	if (l->judged && a->lock != LADDER_CLOSED)
		return "wait";
	if (a->lock == LADDER_CLOSED)
		return "closed";
	if (a->status >= 300)
		return a->status == 401 || a->status == 407 ? "more" : "refused";
	return a->status >= 200 ? "done" : a->status > 0 ? "wait" : "ask";
}

/* Each node is two columns; its line is between them. */
static void
stroke(struct buf *out, const struct ladder_nodes *ns, size_t from, size_t to)
{
	bool last = from == to && from > 0 && from + 1 == ns->n;
	size_t low = from < to ? from : to, high = from < to ? to : from;
	size_t begin = 2 * low + (last ? 1 : 2);

	buf_printf(out, "%s\" style=\"grid-column:%zu/%zu\"", from == to ?
	    last ? "self last" : "self" : from < to ? "right" : "left", begin,
	    from == to ? begin + 1 : 2 * high + 2);
}

static void
arrow(struct buf *out, struct ladder_nodes *ns, const struct ladder_arrow *a)
{
	char text[LADDER_SAY];

	buf_printf(out, "<span class=\"lines\"><span class=\"arrow %s%s%s ",
	    class_of(ns->l, a), a->lock != LADDER_CLEAR && a->lock != LADDER_CLOSED ?
	    " esp" : "", a->again || a->copy ? " again" : "");
	stroke(out, ns, ladder_column(ns, a, true),
	    ladder_column(ns, a, false));
	buf_str(out, "><span>");
	ladder_what(a, true, text);
	put(out, text);
	ladder_under(a, text);
	if (text[0] != '\0') {
		buf_str(out, " <i>");
		put(out, text);
		buf_str(out, "</i>");
	}
	if (a->again || a->copy)
		buf_str(out, a->again ? " <i>sent again</i>" : " <i>copy</i>");
	buf_str(out, "</span></span></span>");
}

static void
one(struct buf *out, const struct ladder *l, struct ladder_nodes *ns,
    const struct ladder_arrow *a, const struct ladder_arrow **before)
{
	buf_str(out, "<details><summary>");
	front(out, a, before);
	arrow(out, ns, a);
	buf_str(out, "</summary>");
	if (a->n_text > 0) {
		buf_str(out, "<pre>");
		xml_text(out, slice_sub(buf_slice(&l->text), a->text,
		    a->n_text));
		buf_str(out, "</pre>");
	}
	buf_str(out, "</details>\n");
	if (a->notes.n > 0 || a->notes.bad) {
		buf_str(out, "<ul class=\"findings\">\n");
		buf_join(out, &a->notes);
		buf_str(out, "</ul>\n");
	}
}

static void
section(struct buf *out, const struct ladder *l, size_t i,
    ladder_flush *flush)
{
	const struct ladder_arrow *a = ladder_first(l, i), *before = NULL;
	struct ladder_nodes ns;
	char text[LADDER_SAY];

	buf_printf(out, "<section id=\"l%zu\"><h2>", i);
	title(out, l, i);
	buf_str(out, "</h2>\n");
	ladder_who(l, i, text);
	under(out, text);
	ladder_call(l, i, text);
	under(out, text);
	buf_join(out, &l->section[i].verdicts);
	if (a != NULL) {
		ladder_nodes(&ns, l, i);
		buf_printf(out, "<div class=\"ladder\" style=\"--n:%zu\">\n",
		    ns.n);
		heads(out, &ns);
		for (; a != NULL; a = ladder_next(l, i, a)) {
			one(out, l, &ns, a, &before);
			flush(out);
		}
		buf_str(out, "</div>");
	}
	buf_str(out, "</section>\n");
}

void
ladder_html(struct buf *out, const struct ladder *l, ladder_flush *flush)
{
	for (size_t i = 0; i < l->n_section; i++)
		section(out, l, i, flush);
}

void
ladder_html_end(struct buf *out, const char *made_by)
{
	buf_str(out, "<footer><p>Made by ");
	put(out, made_by);
	buf_str(out, ". A message unfolds when its arrow is chosen; a double "
	    "line came in ESP.</p></footer>\n</body></html>\n");
}
