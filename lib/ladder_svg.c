/* ladder_svg: the drawing as a picture. */
#include <stdio.h>
#include <string.h>

#include "ladder_int.h"
#include "xml.h"

/* Lengths in pixels; a letter's width is that of a wide font. */
enum {
	MARGIN = 16, FRONT = 140, ROW = 36, HEAD = 108, FOOT = 44,
	LETTER = 7, SMALL = 6, PITCH_LEAST = 130, PITCH_MOST = 240, TIP = 26,
};

static const char style[] =
"<style>\n"
"text{font:12px system-ui,sans-serif;fill:#1b1f24}"
".paper{fill:#fff}.title{font-size:15px;font-weight:600}\n"
".role{font-weight:600}.small{font-size:10.5px;fill:#59626c}"
".mid{text-anchor:middle}.end{text-anchor:end}\n"
".life{stroke:#b9c0c8}.line{fill:none;stroke-width:1.5}.closed .line"
"{stroke-dasharray:3 3}\n"
".ask{stroke:#2b5fb0;fill:#2b5fb0}.wait{stroke:#59626c;fill:#59626c}"
".good{stroke:#1b7a37;fill:#1b7a37}.more{stroke:#8a5a00;fill:#8a5a00}"
".bad{stroke:#b3261e;fill:#b3261e}.closed{stroke:#7d3c98;fill:#7d3c98}\n"
"g text{stroke:none}.again{opacity:.6}\n"
"@media (prefers-color-scheme:dark){text{fill:#e4e7ea}.paper{fill:#15181c}"
".small{fill:#9aa4ae}.life{stroke:#4d5761}\n"
".ask{stroke:#8ab8ff;fill:#8ab8ff}.wait{stroke:#9aa4ae;fill:#9aa4ae}"
".good{stroke:#6fd08c;fill:#6fd08c}.more{stroke:#f0b84a;fill:#f0b84a}"
".bad{stroke:#ff8a80;fill:#ff8a80}.closed{stroke:#d2a8ff;fill:#d2a8ff}}\n"
"</style>\n";

struct sheet {
	struct buf	*out;
	struct ladder_nodes ns;
	size_t		 pitch, y;
};

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* The distance of nodes that gives each arrow room for its words. */
static size_t
pitch(struct ladder_nodes *ns, size_t section)
{
	const struct ladder_arrow *a;
	char text[LADDER_SAY];
	size_t p = PITCH_LEAST;

	for (a = ladder_first(ns->l, section); a != NULL;
	    a = ladder_next(ns->l, section, a)) {
		size_t from = ladder_column(ns, a, true);
		size_t to = ladder_column(ns, a, false), need;
		size_t span = from < to ? to - from : from - to;

		ladder_what(a, true, text);
		need = strlen(text) * LETTER;
		ladder_under(a, text);
		need = larger(need, strlen(text) * SMALL) + TIP;
		p = larger(p, need / (span > 0 ? span : 1));
	}
	for (size_t i = 0; i < ns->n; i++) {
		char place[LADDER_PLACE];

		ladder_node_place(&ns->node[i], place);
		p = larger(p, strlen(place) * SMALL + MARGIN);
	}
	return p < PITCH_MOST ? p : PITCH_MOST;
}

static size_t
life(const struct sheet *s, size_t column)
{
	return MARGIN + FRONT + column * s->pitch + s->pitch / 2;
}

/* TEXT of letters LETTER wide, cut to ROOM. */
static void
put(struct buf *out, const char *text, size_t letter, size_t room)
{
	size_t n = strlen(text), most = room / letter;

	xml_text(out, slice_of(text, n > most && most > 0 ? most - 1 : n));
	if (n > most)
		buf_str(out, "\u2026");
}

static void
line_of(struct sheet *s, size_t x, size_t y, const char *class,
    const char *text, size_t letter, size_t room)
{
	buf_printf(s->out, "<text x=\"%zu\" y=\"%zu\" class=\"%s\">", x, y,
	    class);
	put(s->out, text, letter, room);
	buf_str(s->out, "</text>\n");
}

static const char *
class_of(const struct ladder_arrow *a)
{
	if (a->lock == LADDER_CLOSED)
		return "closed";
	switch (a->status / 100) {
	case 0:
		return "ask";
	case 1:
		return "wait";
	case 2:
		return "good";
	case 3:
		return "more";
	default:
		return a->status == 401 || a->status == 407 ? "more" : "bad";
	}
}

/* What a pointer that rests on an arrow is told. */
static void
tip(struct sheet *s, const struct ladder_arrow *a)
{
	char text[LADDER_SAY];

	buf_str(s->out, "<title>");
	if (a->frame != 0)
		buf_printf(s->out, "frame %llu: ",
		    (unsigned long long)a->frame);
	ladder_what(a, true, text);
	xml_text(s->out, slice_str(text));
	ladder_under(a, text);
	if (text[0] != '\0') {
		buf_str(s->out, ", ");
		xml_text(s->out, slice_str(text));
	}
	if (a->again || a->copy)
		buf_str(s->out, a->again ? ", sent again" : ", a copy");
	buf_str(s->out, "</title>");
}

static void
stroke(struct sheet *s, const struct ladder_arrow *a, size_t x, size_t end)
{
	bool right = x < end;
	size_t y = s->y;

	if (a->lock == LADDER_CLEAR || a->lock == LADDER_CLOSED)
		buf_printf(s->out, "<path class=\"line\" d=\"M%zu %zuH%zu\"/>",
		    x, y, right ? end - 4 : end + 4);
	else
		buf_printf(s->out, "<path class=\"line\" d=\"M%zu %zuH%zuM%zu "
		    "%zuH%zu\"/>", x, y - 2, right ? end - 4 : end + 4, x,
		    y + 2, right ? end - 4 : end + 4);
	buf_printf(s->out, right ? "<path d=\"M%zu %zul-9 -5v10z\"/>" :
	    "<path d=\"M%zu %zul9 -5v10z\"/>", end, y);
}

static void
words(struct sheet *s, const struct ladder_arrow *a, size_t x,
    const char *anchor, size_t room)
{
	char text[LADDER_SAY], under[LADDER_SAY], class[32];

	ladder_what(a, true, text);
	if (strlen(text) * LETTER > room)
		ladder_what(a, false, text);
	line_of(s, x, s->y - 6, anchor, text, LETTER, room);
	ladder_under(a, under);
	if (a->again || a->copy)
		(void)snprintf(under + strlen(under), sizeof(under) -
		    strlen(under), "%s%s", under[0] != '\0' ? ", " : "",
		    a->again ? "sent again" : "copy");
	(void)snprintf(class, sizeof(class), "small %s", anchor);
	if (under[0] != '\0')
		line_of(s, x, s->y + 13, class, under, SMALL, room);
}

static void
arrow(struct sheet *s, const struct ladder_arrow *a)
{
	size_t from = ladder_column(&s->ns, a, true);
	size_t to = ladder_column(&s->ns, a, false);
	size_t x = life(s, from), end = life(s, to);
	bool last = from + 1 == s->ns.n && from > 0;

	buf_printf(s->out, "<g class=\"%s%s\">", class_of(a), a->again ||
	    a->copy ? " again" : "");
	tip(s, a);
	if (from != to) {
		stroke(s, a, x, end);
		words(s, a, (x + end) / 2, "mid", (x < end ? end - x :
		    x - end) - TIP);
	} else {
		buf_printf(s->out, "<path class=\"line\" d=\"M%zu %zuh%sv10"
		    "h%s\"/><path d=\"M%zu %zul%s -5v10z\"/>", x, s->y - 5,
		    last ? "-26" : "26", last ? "20" : "-20", x, s->y + 5,
		    last ? "-9" : "9");
		words(s, a, last ? x - 32 : x + 32, last ? "end" : "start",
		    s->pitch - 40);
	}
	buf_str(s->out, "</g>\n");
}

static void
front(struct sheet *s, const struct ladder_arrow *a,
    const struct ladder_arrow **before)
{
	char text[LADDER_SAY];

	if (a->frame != 0) {
		(void)snprintf(text, sizeof(text), "%llu",
		    (unsigned long long)a->frame);
		line_of(s, MARGIN + 44, s->y + 4, "small end", text, SMALL,
		    FRONT);
	}
	ladder_when(a, before, text);
	if (text[0] != '\0')
		line_of(s, MARGIN + FRONT - 10, s->y + 4, "small end", text,
		    SMALL, FRONT);
}

static void
heads(struct sheet *s, size_t rows)
{
	for (size_t i = 0; i < s->ns.n; i++) {
		char place[LADDER_PLACE];
		size_t x = life(s, i);

		ladder_node_place(&s->ns.node[i], place);
		line_of(s, x, s->y + 74, "role mid",
		    ladder_node_role(&s->ns.node[i]), LETTER, s->pitch);
		line_of(s, x, s->y + 90, "small mid", place, SMALL, s->pitch);
		buf_printf(s->out, "<path class=\"life\" d=\"M%zu %zuV%zu\"/>\n",
		    x, s->y + 98, s->y + HEAD + rows * ROW);
	}
}

static size_t
rows(const struct ladder *l, size_t section)
{
	const struct ladder_arrow *a;
	size_t n = 0;

	for (a = ladder_first(l, section); a != NULL;
	    a = ladder_next(l, section, a))
		n++;
	return n;
}

static void
one(struct sheet *s, const struct ladder *l, size_t section,
    ladder_flush *flush)
{
	const struct ladder_arrow *a, *before = NULL;
	char text[LADDER_SAY];
	size_t room;

	ladder_nodes(&s->ns, l, section);
	s->pitch = pitch(&s->ns, section);
	room = FRONT + s->ns.n * s->pitch;
	ladder_title(l, section, text);
	line_of(s, MARGIN, s->y + 18, "title", text, LETTER + 3, room);
	ladder_who(l, section, text);
	line_of(s, MARGIN, s->y + 34, "small", text, SMALL, room);
	ladder_call(l, section, text);
	line_of(s, MARGIN, s->y + 50, "small", text, SMALL, room);
	heads(s, rows(l, section));
	s->y += HEAD + ROW / 2;
	for (a = ladder_first(l, section); a != NULL;
	    a = ladder_next(l, section, a)) {
		front(s, a, &before);
		arrow(s, a);
		s->y += ROW;
		flush(s->out);
	}
	s->y += FOOT - ROW / 2;
}

void
ladder_svg(struct buf *out, const struct ladder *l, ladder_flush *flush)
{
	struct sheet s = { .out = out };
	size_t width = 0, height = MARGIN;

	for (size_t i = 0; i < l->n_section; i++) {
		if (ladder_first(l, i) == NULL)
			continue;
		ladder_nodes(&s.ns, l, i);
		width = larger(width, s.ns.n * pitch(&s.ns, i));
		height += HEAD + rows(l, i) * ROW + FOOT;
	}
	width += FRONT + 2 * MARGIN;
	height += FOOT;
	/* A browser fits it to its window, but not until nobody can read it. */
	buf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "width=\"%zu\" height=\"%zu\" viewBox=\"0 0 %zu %zu\" "
	    "style=\"max-width:100%%;min-width:%zupx;height:auto\">\n",
	    width, height, width, height, width * 3 / 5);
	buf_str(out, style);
	buf_str(out, "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n");
	s.y = MARGIN;
	for (size_t i = 0; i < l->n_section; i++)
		if (ladder_first(l, i) != NULL)
			one(&s, l, i, flush);
	line_of(&s, MARGIN, height - 20, "small", "Double line: came in ESP. "
	    "Dashed: ESP that stayed closed.", SMALL, width);
	buf_str(out, "</svg>\n");
	flush(out);
}
