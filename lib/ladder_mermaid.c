/* ladder_mermaid: the drawing as a sequenceDiagram of Mermaid. */
#include <stdio.h>

#include "ladder_int.h"

/*
 * Letters, digits and what Mermaid gives no meaning to as they are, all else as
 * its entities.  So no text ends a statement (; and a line's end), begins a
 * comment or directive (%), is markup, or has a colon, behind which Mermaid
 * looks for style.
 */
static void
put(struct buf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if ((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= 'a' && *p <= 'z') || *p == ' ' || *p == '.' ||
		    *p == ',' || *p == '-' || *p == '+' || *p == '_' || *p == '/' ||
		    *p == '@' || *p == '(' || *p == ')')
			buf_u8(out, (uint8_t)*p);
		else
			buf_printf(out, "#%u;", (unsigned char)*p);
}

static void
participants(struct buf *out, const struct ladder_nodes *ns)
{
	char place[LADDER_PLACE];

	for (size_t i = 0; i < ns->n; i++) {
		const char *role = ladder_node_role(&ns->node[i]);

		buf_printf(out, "    participant n%zu as ", i + 1);
		put(out, role);
		ladder_node_place(&ns->node[i], place);
		if (role[0] != '\0')
			buf_str(out, "<br/>");
		put(out, place);
		buf_u8(out, '\n');
	}
}

static void
title(struct buf *out, const struct ladder *l, size_t section, size_t nodes)
{
	char text[LADDER_SAY];

	ladder_title(l, section, text);
	buf_str(out, nodes > 1 ? "    Note over n1,n" : "    Note over n");
	buf_printf(out, "%zu: ", nodes);
	put(out, text);
	ladder_who(l, section, text);
	buf_str(out, text[0] != '\0' ? "<br/>" : "");
	put(out, text);
	ladder_call(l, section, text);
	buf_str(out, text[0] != '\0' ? "<br/>" : "");
	put(out, text);
	buf_u8(out, '\n');
}

/* Frame, time, and what else is to be said under the line. */
static void
remark(struct buf *out, const struct ladder_arrow *a,
    const struct ladder_arrow **before)
{
	char text[LADDER_SAY];
	const char *sep = "<br/>";

	if (a->frame != 0) {
		buf_printf(out, "%sframe %llu", sep,
		    (unsigned long long)a->frame);
		sep = ", ";
	}
	ladder_when(a, before, text);
	if (text[0] != '\0') {
		buf_str(out, sep);
		put(out, text);
		sep = ", ";
	}
	if (a->again || a->copy)
		buf_printf(out, "%s%s", sep, a->again ? "sent again" : "copy");
}

static void
arrow(struct buf *out, struct ladder_nodes *ns, const struct ladder_arrow *a,
    const struct ladder_arrow **before)
{
	char text[LADDER_SAY];

	buf_printf(out, "    n%zu%sn%zu: ", ladder_column(ns, a, true) + 1,
	    a->lock == LADDER_CLOSED ? "--x" : a->status != 0 ? "-->>" : "->>",
	    ladder_column(ns, a, false) + 1);
	ladder_what(a, true, text);
	put(out, text);
	ladder_under(a, text);
	if (text[0] != '\0') {
		buf_str(out, " [");
		put(out, text);
		buf_u8(out, ']');
	}
	remark(out, a, before);
	buf_u8(out, '\n');
}

void
ladder_mermaid(struct buf *out, const struct ladder *l, ladder_flush *flush)
{
	struct ladder_nodes ns;

	ladder_nodes(&ns, l, LADDER_ALL);
	buf_str(out, "sequenceDiagram\n");
	participants(out, &ns);
	for (size_t i = 0; i < l->n_section; i++) {
		const struct ladder_arrow *a = ladder_first(l, i), *before;

		if (a != NULL && !l->one)
			title(out, l, i, ns.n);
		for (before = NULL; a != NULL; a = ladder_next(l, i, a)) {
			arrow(out, &ns, a, &before);
			flush(out);
		}
	}
	flush(out);
}
