/* verify_html_ladder: the arrows of each registration and call. */
#include <string.h>

#include "verify_html.h"

/* The nodes of a ladder, in the order they are seen. */
struct node {
	struct pkt_addr	 addr;
	uint16_t	 port;		/* 0: all of the address */
	bool		 sender;	/* of messages without addresses */
};

struct nodes {
	struct node	 node[HTML_NODES];
	size_t		 n;
	struct pkt_addr	 shared[HTML_NODES];	/* by several nodes */
	size_t		 n_shared;
};

static bool
shared(const struct nodes *ns, const struct pkt_addr *addr)
{
	for (size_t i = 0; i < ns->n_shared; i++)
		if (pkt_addr_eq(&ns->shared[i], addr))
			return true;
	return false;
}

/* A message from an address to itself: there are several nodes at it. */
static void
share(struct nodes *ns, const struct html_event *e)
{
	if (ns->n_shared < HTML_NODES && pkt_addr_eq(&e->src, &e->dst) &&
	    !shared(ns, &e->src))
		ns->shared[ns->n_shared++] = e->src;
}

/* Its column; the last one is that of all for which there is no room. */
static size_t
column(struct nodes *ns, const struct node *node)
{
	size_t i = 0;

	while (i < ns->n && (ns->node[i].port != node->port ||
	    ns->node[i].sender != node->sender ||
	    !pkt_addr_eq(&ns->node[i].addr, &node->addr)))
		i++;
	if (i == ns->n && i < HTML_NODES)
		ns->node[ns->n++] = *node;
	return i < HTML_NODES ? i : HTML_NODES - 1;
}

static size_t
end_of(struct nodes *ns, const struct html_event *e, bool src)
{
	struct node node = { src ? e->src : e->dst, 0, false };

	if (node.addr.family == 0)
		node.sender = src;
	else if (shared(ns, &node.addr))
		node.port = src ? e->sport : e->dport;
	return column(ns, &node);
}

static void
heads(struct buf *out, const struct nodes *ns)
{
	char text[PKT_ADDR_TEXT];

	buf_str(out, "<div class=\"heads\">");
	for (size_t i = 0; i < ns->n; i++) {
		const struct node *node = &ns->node[i];

		buf_str(out, "<span>");
		if (node->addr.family == 0)
			buf_str(out, node->sender ? "sender" : "receiver");
		else
			buf_str(out, pkt_addr_text(&node->addr, text));
		if (node->port != 0)
			buf_printf(out, " port %u", node->port);
		buf_str(out, "</span>");
	}
	buf_str(out, "</div>\n");
}

static void
when(struct buf *out, const struct html_event *e)
{
	buf_str(out, "<span class=\"when\">");
	if (e->frame != 0)
		buf_printf(out, "%llu", (unsigned long long)e->frame);
	if (e->timed)
		/* The time of day, in UTC. */
		buf_printf(out, " <small>%02u:%02u:%02u.%03u</small>",
		    (unsigned)(e->time_ns / 3600000000000ULL % 24),
		    (unsigned)(e->time_ns / 60000000000ULL % 60),
		    (unsigned)(e->time_ns / 1000000000 % 60),
		    (unsigned)(e->time_ns / 1000000 % 1000));
	buf_str(out, "</span>");
}

static void
arrow(struct buf *out, const struct html_page *p, const struct html_event *e,
    size_t from, size_t to)
{
	const char *level = e->level < 0 ? "" :
	    audit_level_name((enum audit_level)e->level);
	size_t low = from < to ? from : to, high = from < to ? to : from;

	/* Each node is two columns; its line is between them. */
	buf_printf(out, "<span class=\"lines\"><span class=\"arrow %s %s%s\" "
	    "style=\"grid-column:%zu/%zu\"><span>", level, from == to ?
	    "self" : from < to ? "right" : "left", e->protected ? " esp" : "",
	    2 * low + 2, from == to ? 2 * low + 3 : 2 * high + 2);
	buf_put(out, slice_sub(buf_slice(&p->text), e->label, e->n_label));
	if (e->protected)
		buf_str(out, " <i>in ESP</i>");
	buf_str(out, "</span></span></span>");
}

static void
one(struct buf *out, const struct html_page *p, const struct html_event *e,
    struct nodes *ns)
{
	size_t from = end_of(ns, e, true), to = end_of(ns, e, false);

	buf_str(out, "<details><summary>");
	when(out, e);
	arrow(out, p, e, from, to);
	buf_str(out, "</summary>");
	if (e->n_body > 0) {
		buf_str(out, "<pre>");
		buf_put(out, slice_sub(buf_slice(&p->text), e->body,
		    e->n_body));
		buf_str(out, "</pre>");
	}
	buf_str(out, "</details>\n");
	if (e->findings.n > 0) {
		buf_str(out, "<ul class=\"findings\">\n");
		buf_put(out, buf_slice(&e->findings));
		buf_str(out, "</ul>\n");
	}
}

static void
one_ladder(struct buf *out, const struct html_page *p, size_t ladder)
{
	struct nodes ns = { .n = 0 };
	size_t first = p->ladder[ladder].first, e;

	buf_printf(out, "<section id=\"l%zu\"><h2>", ladder);
	buf_put(out, buf_slice(&p->ladder[ladder].title));
	buf_str(out, "</h2>\n");
	buf_put(out, buf_slice(&p->ladder[ladder].verdicts));
	for (e = first; e != 0; e = p->event[e - 1].next)
		share(&ns, &p->event[e - 1]);
	for (e = first; e != 0; e = p->event[e - 1].next) {
		(void)end_of(&ns, &p->event[e - 1], true);
		(void)end_of(&ns, &p->event[e - 1], false);
	}
	buf_printf(out, "<div class=\"ladder\" style=\"--n:%zu\">\n", ns.n);
	heads(out, &ns);
	for (e = first; e != 0; e = p->event[e - 1].next)
		one(out, p, &p->event[e - 1], &ns);
	buf_str(out, "</div></section>\n");
}

void
html_ladders(struct buf *out, const struct html_page *p)
{
	for (size_t i = 0; i < p->n_ladder; i++)
		one_ladder(out, p, i);
}
