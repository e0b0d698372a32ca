/* pcap_write: messages and packets into a capture. */
#include <string.h>

#include "err.h"
#include "pcap_ring.h"
#include "pcap_write.h"
#include "send.h"
#include "tool.h"

static const struct {
	const char	*word;
	int		 linktype;	/* tcpdump.org's LINKTYPE_ number */
} links[] = {
	{ "raw", 101 }, { "ethernet", 1 }, { "ipv4", 228 }, { "ipv6", 229 },
	{ "sll", 113 }, { "sll2", 276 },
};

#define LINKS	(sizeof(links) / sizeof(links[0]))

static struct {
	int		 linktype;
	struct send	*send;
	struct buf	 frame;
	const char	*at;		/* of the input at hand, NULL: none */
} g;

static int
linktype_of(const char *word)
{
	for (size_t i = 0; i < LINKS; i++)
		if (word == NULL || strcmp(word, links[i].word) == 0)
			return links[i].linktype;
	tool_die(TOOL_USAGE, "--link %s: not raw, ethernet, ipv4, ipv6, sll "
	    "or sll2", word);
}

static void
bad(int r, const char *what)
{
	char kind[96];

	if (r == ERR_MEM || r == ERR_CRYPT)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	tool_bad();
	(void)snprintf(kind, sizeof(kind), "not written: %s %s", what,
	    tool_reason(r));
	tool_warn_kind(kind, "%s: %s", g.at != NULL ? g.at : tool_file(),
	    kind);
}

static void
on_packet(const struct flow_packet *p, void *arg)
{
	struct cap_frame f = { .time_ns = p->where.time_ns };
	int r;

	(void)arg;
	buf_reset(&g.frame);
	r = pkt_link_write(&g.frame, g.linktype, p->packet);
	if (r < 0) {
		bad(r, r == ERR_ALG ?
		    "the link type has no place for it: its IP version" :
		    "packet");
		return;
	}
	f.data = buf_slice(&g.frame);
	f.wire_len = (uint32_t)f.data.n;
	if ((r = ring_frame(&f)) < 0)
		bad(r, "packet");
}

void
capture_open(const char *path, const char *link, size_t mtu)
{
	const struct send_options o = { .mtu = mtu };
	const struct send_sink sink = { on_packet, NULL };

	g.linktype = linktype_of(link);
	ring_open(path);
	ring_link(g.linktype);
	if ((g.send = send_new(&sink, &o)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

/* Connections are closed, so that each file is read by itself. */
static void
rotate(const struct flow_where *w)
{
	int r;

	if (!ring_full(w->timed ? w->time_ns : 0))
		return;
	if ((r = send_end(g.send)) < 0)
		bad(r, "packet");
	ring_next();
}

void
capture_sip(const struct flow_sip *m, const char *at)
{
	struct flow_sip clear = *m;
	int r;

	g.at = at;
	rotate(&m->where);
	clear.protection.on = false;
	if (m->where.src.family == 0 || m->where.dst.family == 0)
		tool_warn_kind("documentation addresses", "%s: has no "
		    "addresses: those of documentation are written", at);
	if ((r = send_sip(g.send, &clear)) < 0)
		bad(r, "message");
	g.at = NULL;
}

void
capture_packet(const struct flow_packet *p, const char *at)
{
	struct flow_packet as_is = *p;
	int r;

	g.at = at;
	rotate(&p->where);
	as_is.protection.on = false;
	if ((r = send_packet(g.send, &as_is)) < 0)
		bad(r, "packet");
	g.at = NULL;
}

void
capture_close(void)
{
	int r = send_end(g.send);

	if (r < 0)
		bad(r, "packet");
	ring_close(g.linktype);
	send_free(g.send);
	buf_free(&g.frame);
}
