/* ladder_text: the drawing as lines of text, in the columns of a terminal. */
#include <stdio.h>
#include <string.h>

#include "ladder_int.h"

#define PITCH_MIN	9	/* columns from node to node */
#define PITCH_MAX	56
#define FLAGS		2	/* columns for them */

/* What is no ASCII in a cell. */
enum glyph {
	G_LIFE = 0x80, G_CLEAR, G_ESP, G_SHUT, G_OVER_CLEAR, G_OVER_ESP,
	G_RIGHT, G_LEFT, G_CUT,
};

static const struct {
	char		 ascii;
	const char	*utf8;
} glyphs[] = {
	{ '|', "\u2502" }, { '-', "\u2500" }, { '=', "\u2550" },
	{ '.', "\u2504" }, { '+', "\u253c" }, { '+', "\u256a" },
	{ '>', "\u25b6" }, { '<', "\u25c0" }, { '~', "\u2026" },
};

struct canvas {
	struct buf	*out;
	const struct ladder_look *look;
	struct ladder_nodes ns;
	size_t		 frame, clock;	/* widths in front */
	size_t		 left, pitch;	/* of the first box; of each */
	size_t		 n;		/* columns there is room for */
	unsigned	 used;		/* marks that need a word, bits */
	uint8_t		 cell[LADDER_WIDTH];
	size_t		 color_from, color_to;
	const char	*color;
};

enum { USED_ESP = 1, USED_SHUT = 2, USED_AGAIN = 4, USED_COPY = 8,
    USED_UNCHECKED = 16, USED_BAD = 32 };

static void
put_cell(struct buf *out, uint8_t c, bool ascii)
{
	if (c < G_LIFE)
		buf_u8(out, c);
	else if (ascii)
		buf_u8(out, (uint8_t)glyphs[c - G_LIFE].ascii);
	else
		buf_str(out, glyphs[c - G_LIFE].utf8);
}

/* The line, without the blanks at its end; the next one is empty. */
static void
line_end(struct canvas *v)
{
	size_t n = v->look->width;

	while (n > 0 && v->cell[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < n; i++) {
		if (v->color != NULL && i == v->color_from)
			buf_str(v->out, v->color);
		put_cell(v->out, v->cell[i], v->look->ascii);
		if (v->color != NULL && (i + 1 == v->color_to ||
		    (i + 1 == n && i >= v->color_from && n < v->color_to)))
			buf_str(v->out, "\033[0m");
	}
	buf_u8(v->out, '\n');
	memset(v->cell, ' ', sizeof(v->cell));
	v->color = NULL;
}

/* TEXT at AT, cut to ROOM; how many cells it took. */
static size_t
put(struct canvas *v, size_t at, size_t room, const char *text)
{
	size_t n = strlen(text);

	if (at >= v->look->width)
		return 0;
	if (room > v->look->width - at)
		room = v->look->width - at;
	for (size_t i = 0; i < n && i < room; i++)
		v->cell[at + i] = (uint8_t)text[i];
	if (n > room && room > 0)
		v->cell[at + room - 1] = G_CUT;
	return n < room ? n : room;
}

/* An address that is too long loses its middle. */
static void
put_middle(struct canvas *v, size_t at, size_t room, const char *text)
{
	size_t n = strlen(text), tail = room / 2;

	if (n <= room) {
		(void)put(v, at + (room - n) / 2, room, text);
		return;
	}
	(void)put(v, at, room - tail, text);
	(void)put(v, at + room - tail, tail, text + n - tail);
}

static size_t
life_at(const struct canvas *v, size_t column)
{
	return v->left + column * v->pitch + v->pitch / 2;
}

static void
lines(struct canvas *v)
{
	for (size_t i = 0; i < v->n; i++)
		v->cell[life_at(v, i)] = G_LIFE;
}

static size_t
longest_frame(const struct ladder *l, size_t section)
{
	const struct ladder_arrow *a;
	size_t n = 0;

	for (a = ladder_first(l, section); a != NULL;
	    a = ladder_next(l, section, a)) {
		char text[24];
		int m = a->frame == 0 ? 0 : snprintf(text, sizeof(text), "%llu",
		    (unsigned long long)a->frame);

		n = (size_t)m > n ? (size_t)m : n;
	}
	return n;
}

static size_t
longest_time(const struct ladder *l, size_t section)
{
	const struct ladder_arrow *a, *before = NULL;
	char text[LADDER_SAY];
	size_t n = 0;

	for (a = ladder_first(l, section); a != NULL;
	    a = ladder_next(l, section, a)) {
		size_t m;

		ladder_when(a, &before, text);
		m = strlen(text);
		n = m > n ? m : n;
	}
	return n;
}

static void
layout(struct canvas *v, const struct ladder *l, size_t section)
{
	size_t room;

	ladder_nodes(&v->ns, l, section);
	v->frame = longest_frame(l, section);
	v->clock = longest_time(l, section);
	v->left = v->frame + (v->frame > 0) + v->clock + (v->clock > 0) +
	    FLAGS;
	room = v->look->width > v->left ? v->look->width - v->left : 1;
	v->n = v->ns.n * PITCH_MIN <= room ? v->ns.n : room / PITCH_MIN;
	if (v->n == 0)
		v->n = 1;
	v->pitch = room / v->n;
	if (v->pitch > PITCH_MAX)
		v->pitch = PITCH_MAX;
	if (v->pitch < PITCH_MIN)
		v->pitch = PITCH_MIN;
}

/* TEXT in as many lines as it takes, all but the first further in. */
static void
paragraph(struct canvas *v, const char *text, const char *color)
{
	size_t in = 0;

	while (*text != '\0') {
		size_t n = strlen(text), room = v->look->width - in;

		if (n > room) {
			for (n = room; n > 0 && text[n] != ' '; n--)
				;
			if (n == 0)
				n = room;
		}
		for (size_t i = 0; i < n; i++)
			v->cell[in + i] = (uint8_t)text[i];
		v->color_from = in;
		v->color_to = in + n;
		v->color = v->look->color ? color : NULL;
		line_end(v);
		text += n + (text[n] == ' ');
		in = 2;
	}
}

/* Is some node not shown as it is? */
static bool
shortened(const struct canvas *v)
{
	for (size_t i = 0; i < v->ns.n; i++) {
		char place[LADDER_PLACE];

		ladder_node_place(&v->ns.node[i], place);
		if (strlen(place) >= v->pitch)
			return true;
	}
	return v->n < v->ns.n;
}

static void
heads(struct canvas *v)
{
	char place[LADDER_PLACE], text[LADDER_SAY];

	for (size_t i = 0; shortened(v) && i < v->ns.n; i++) {
		const char *role = ladder_node_role(&v->ns.node[i]);

		ladder_node_place(&v->ns.node[i], place);
		(void)snprintf(text, sizeof(text), "  %zu %s%s%s", i + 1, role,
		    role[0] != '\0' ? " " : "", place);
		paragraph(v, text, NULL);
	}
	for (size_t i = 0; i < v->n; i++)
		put_middle(v, v->left + i * v->pitch, v->pitch - 1,
		    i + 1 == v->n && v->n < v->ns.n ? "" :
		    ladder_node_role(&v->ns.node[i]));
	line_end(v);
	for (size_t i = 0; i < v->n; i++) {
		ladder_node_place(&v->ns.node[i], place);
		put_middle(v, v->left + i * v->pitch, v->pitch - 1,
		    i + 1 == v->n && v->n < v->ns.n ? "others" : place);
	}
	line_end(v);
}

static const char *
color_of(const struct ladder_arrow *a)
{
	if (a->lock == LADDER_CLOSED)
		return "\033[35m";
	if (a->again || a->copy)
		return "\033[2m";
	switch (a->status / 100) {
	case 0:
		return "\033[36m";
	case 1:
		return "\033[39m";
	case 2:
		return "\033[32m";
	case 3:
		return "\033[33m";
	default:
		return a->status == 401 || a->status == 407 ? "\033[33m" :
		    "\033[31m";
	}
}

/* In front: frame, time, and marks that are there however narrow it is. */
static void
front(struct canvas *v, const struct ladder_arrow *a,
    const struct ladder_arrow **before)
{
	char text[LADDER_SAY];
	size_t at = v->left - FLAGS;

	if (a->frame != 0) {
		(void)snprintf(text, sizeof(text), "%*llu", (int)v->frame,
		    (unsigned long long)a->frame);
		(void)put(v, 0, v->frame, text);
	}
	ladder_when(a, before, text);
	if (text[0] != '\0')
		(void)put(v, v->frame + (v->frame > 0) + v->clock -
		    strlen(text), v->clock, text);
	if (a->again)
		v->cell[at] = 'R';
	else if (a->copy)
		v->cell[at] = 'C';
	if (a->lock == LADDER_UNCHECKED)
		v->cell[at + 1] = '?';
	else if (a->lock == LADDER_BAD)
		v->cell[at + 1] = '!';
	v->used |= (a->again ? USED_AGAIN : 0) | (a->copy ? USED_COPY : 0) |
	    (a->lock == LADDER_UNCHECKED ? USED_UNCHECKED : 0) |
	    (a->lock == LADDER_BAD ? USED_BAD : 0) |
	    (a->lock == LADDER_CLOSED ? USED_SHUT :
	    a->lock != LADDER_CLEAR ? USED_ESP : 0);
}

/* The words on an arrow with ROOM cells; what does not fit goes to NOTE. */
static void
words(const struct ladder_arrow *a, size_t room, char text[LADDER_SAY],
    char note[LADDER_SAY])
{
	char full[LADDER_SAY], brief[LADDER_SAY], under[LADDER_SAY];
	size_t n;

	ladder_what(a, true, full);
	ladder_what(a, false, brief);
	ladder_under(a, under);
	if (under[0] != '\0')
		under[strcspn(under, ",")] = '\0';
	n = under[0] != '\0' ? strlen(under) + 1 : 0;
	note[0] = '\0';
	if (strlen(full) + n <= room)
		(void)snprintf(text, LADDER_SAY, "%.200s%s%.64s", full,
		    n > 0 ? " " : "", under);
	else if (n > 0 && strlen(brief) + n <= room)
		(void)snprintf(text, LADDER_SAY, "%.200s %.64s", brief, under);
	else {
		memcpy(text, strlen(full) <= room ? full : brief, LADDER_SAY);
		memcpy(note, under, LADDER_SAY);
	}
}

/* NOTE beside an arrow from LOW to HIGH, if there is room on a side. */
static bool
beside(struct canvas *v, size_t low, size_t high, const char *note)
{
	size_t n = strlen(note), x = life_at(v, high), end;

	end = high + 1 < v->n ? life_at(v, high + 1) : v->look->width;
	if (x + 2 + n <= end) {
		(void)put(v, x + 2, n, note);
		return true;
	}
	x = life_at(v, low);
	if (low == 0 || life_at(v, low - 1) + 2 + n > x)
		return false;
	(void)put(v, x - 1 - n, n, note);
	return true;
}

static void
stroke(struct canvas *v, const struct ladder_arrow *a, size_t from, size_t to)
{
	uint8_t line = a->lock == LADDER_CLOSED ? G_SHUT :
	    a->lock == LADDER_CLEAR ? G_CLEAR : G_ESP;
	size_t low = from < to ? from : to, high = from < to ? to : from;
	size_t x = life_at(v, low) + 1, end = life_at(v, high);
	size_t room = end - x - 2, n;
	char text[LADDER_SAY], note[LADDER_SAY];

	for (size_t i = x; i < end; i++)
		v->cell[i] = v->cell[i] != G_LIFE ? line : line == G_CLEAR ?
		    G_OVER_CLEAR : line == G_ESP ? G_OVER_ESP : line;
	v->cell[from < to ? end - 1 : x] = from < to ? G_RIGHT : G_LEFT;
	words(a, room, text, note);
	n = strlen(text) < room ? strlen(text) : room;
	x += 1 + (room - n) / 2;
	if (n + 2 <= room)
		v->cell[x - 1] = v->cell[x + n] = ' ';
	(void)put(v, x, n, text);
	/* At least the number of the SPI. */
	if (note[0] != '\0' && !beside(v, low, high, note))
		(void)beside(v, low, high, note + strcspn(note, "0"));
	v->color_from = life_at(v, low) + 1;
	v->color_to = end;
}

/* To itself: beside its line, on the left of the last one. */
static void
loop(struct canvas *v, const struct ladder_arrow *a, size_t at)
{
	bool left = at + 1 == v->n && at > 0;
	size_t x = life_at(v, at), room = v->pitch - 4, n;
	char text[LADDER_SAY], note[LADDER_SAY];

	if (at + 1 == v->n && !left && x + v->pitch < v->look->width)
		room = v->look->width - x - 4;
	words(a, room, text, note);
	n = strlen(text) < room ? strlen(text) : room;
	v->cell[left ? x - 1 : x + 1] = left ? G_RIGHT : G_LEFT;
	(void)put(v, left ? x - 2 - n : x + 3, n, text);
	v->color_from = left ? x - 2 - n : x + 1;
	v->color_to = v->color_from + n + 2;
}

static size_t
visible(const struct canvas *v, size_t column)
{
	return column < v->n ? column : v->n - 1;
}

static void
arrow(struct canvas *v, const struct ladder_arrow *a,
    const struct ladder_arrow **before)
{
	size_t from = visible(v, ladder_column(&v->ns, a, true));
	size_t to = visible(v, ladder_column(&v->ns, a, false));

	lines(v);
	front(v, a, before);
	if (from == to)
		loop(v, a, from);
	else
		stroke(v, a, from, to);
	v->color = v->look->color ? color_of(a) : NULL;
	line_end(v);
}

static void
title(struct canvas *v, const struct ladder *l, size_t section)
{
	char text[LADDER_SAY];

	ladder_title(l, section, text);
	paragraph(v, text, "\033[1m");
	ladder_who(l, section, text);
	paragraph(v, text, NULL);
	ladder_call(l, section, text);
	paragraph(v, text, NULL);
}

/* What the marks mean that there were. */
static void
legend(struct canvas *v)
{
	static const struct {
		uint8_t		 mark;
		const char	*text;
	} marks[] = {
		{ G_ESP, "came in ESP" }, { G_SHUT, "ESP that stayed closed" },
		{ 'R', "sent again" }, { 'C', "copy" },
		{ '?', "ICV not checked" }, { '!', "ICV wrong" },
	};
	size_t at = 0;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t wide = marks[i].mark < G_LIFE ? 1 : 2;
		size_t n = strlen(marks[i].text) + wide + 1;

		if ((v->used >> i & 1) == 0)
			continue;
		if (at == 0 || at + 2 + n > v->look->width) {
			line_end(v);
			at = 0;
		} else
			at += 2;
		memset(v->cell + at, marks[i].mark, wide);
		(void)put(v, at + wide + 1, n, marks[i].text);
		at += n;
	}
	if (at > 0)
		line_end(v);
}

void
ladder_text(struct buf *out, const struct ladder *l,
    const struct ladder_look *look, ladder_flush *flush)
{
	struct canvas v = { .out = out, .look = look };
	bool any = false;

	memset(v.cell, ' ', sizeof(v.cell));
	for (size_t i = 0; i < l->n_section; i++) {
		const struct ladder_arrow *a = ladder_first(l, i), *before;

		if (a == NULL)
			continue;
		if (any)
			buf_u8(out, '\n');
		any = true;
		layout(&v, l, i);
		title(&v, l, i);
		heads(&v);
		for (before = NULL; a != NULL; a = ladder_next(l, i, a)) {
			arrow(&v, a, &before);
			flush(out);
		}
	}
	legend(&v);
	flush(out);
}
