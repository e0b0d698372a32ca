/* pcap_clear: a capture made readable: ESP replaced by what was in it. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "pcap_clear.h"
#include "pcap_media.h"
#include "pcap_ring.h"
#include "tool_live.h"

#define LINKTYPE_RAW	101
#define HELD		4096	/* frames that wait, with those behind them */
#define HELD_BYTES	(8U << 20)

enum fate {
	WAITS,		/* a fragment: is it of ESP that will be opened? */
	KEPT,
	GONE,		/* what it was part of stands in another frame */
};

/* A frame as it is written; its data is owned. */
struct held {
	struct cap_frame	 frame;
	enum fate		 fate;
	const char		*file;
};

static struct {
	struct flow	*flow;
	bool		 started;
	int		 linktype;	/* of the file, that of the first */
	uint64_t	 n;		/* frames written */
	struct held	 held[HELD];	/* a ring, in the order of the input */
	size_t		 first, n_held, bytes;
	/* the frame at hand */
	const struct cap_frame *now;
	struct buf	 data;		/* of it, if it is changed */
	bool		 changed, lost;
} c;

static void
system_failed(int r)
{
	if (r < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
}

static void
write_frame(const struct cap_frame *f)
{
	int r;

	if (ring_full(f->time_ns))
		ring_next();
	r = ring_frame(f);

	if (r == ERR_LIMIT) {
		tool_bad();
		tool_warn_kind("too long", "%s: frame %llu: too long to be "
		    "written", tool_file(), (unsigned long long)f->number);
		return;
	}
	system_failed(r);
	c.n++;
}

static void
drop_first(void)
{
	struct held *h = &c.held[c.first];

	if (h->fate != GONE)
		write_frame(&h->frame);
	free((void *)(uintptr_t)h->frame.data.p);
	c.bytes -= h->frame.data.n;
	c.first = (c.first + 1) % HELD;
	c.n_held--;
}

/* Write what waits for nothing, or no longer: until NOW_NS, for ROOM octets. */
static void
drain(uint64_t now_ns, size_t room)
{
	while (c.n_held > 0) {
		const struct held *h = &c.held[c.first];

		if (h->fate == WAITS && c.n_held < HELD &&
		    c.bytes + room <= HELD_BYTES &&
		    now_ns <= h->frame.time_ns + FRAG_AGE_NS)
			return;
		drop_first();
	}
}

static void
drain_all(void)
{
	while (c.n_held > 0)
		drop_first();
}

static void
hold(const struct cap_frame *f, enum fate fate)
{
	struct held *h;
	uint8_t *p = malloc(f->data.n + 1);

	if (p == NULL)
		system_failed(ERR_MEM);
	if (f->data.n > 0)
		memcpy(p, f->data.p, f->data.n);
	h = &c.held[(c.first + c.n_held++) % HELD];
	h->frame = *f;
	h->frame.data.p = p;
	h->fate = fate;
	h->file = tool_file();
	c.bytes += f->data.n;
}

/* Does H stand in the file of W? */
static bool
is_of(const struct held *h, const struct flow_where *w)
{
	return w->file.n == 0 || slice_is(w->file, h->file);
}

/* What was put together of the frames of W: those that wait have FATE. */
static void
decide(const struct flow_where *w, enum fate fate)
{
	for (size_t i = 0; i < c.n_held; i++) {
		struct held *h = &c.held[(c.first + i) % HELD];

		for (uint32_t k = 0; h->fate == WAITS &&
		    k < w->frames.count && k < FRAG_FRAMES; k++)
			if (w->frames.frame[k] == h->frame.number &&
			    is_of(h, w))
				h->fate = fate;
	}
}

/* PACKET stands in the frame at hand now, under the link layer that was there. */
static void
replace(struct slice packet)
{
	int r;

	buf_reset(&c.data);
	if (c.now->linktype == c.linktype) {
		r = pkt_link_like(&c.data, c.linktype, c.now->data,
		    packet.p[0] >> 4, packet.n);
		buf_put(&c.data, packet);
	} else
		r = pkt_link_write(&c.data, c.linktype, packet);
	if (r == ERR_MEM || c.data.bad)
		system_failed(ERR_MEM);
	c.lost = r < 0;
	c.changed = r >= 0;
}

static void
on_packet(const struct flow_packet *p, void *arg)
{
	struct slice packet;
	bool media = media_packet(p, &packet);
	bool opened = media || p->protection.on;

	(void)arg;
	/* What is given up belongs to no frame. */
	if (opened && c.now != NULL)
		replace(media ? packet : p->packet);
	decide(&p->where, opened && c.changed ? GONE : KEPT);
}

static void
on_sip(const struct flow_sip *m, void *arg)
{
	(void)arg;
	media_sip(m);
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	tool_closed(e, true);
	decide(&e->where, KEPT);
}

static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	(void)sa;
	(void)n;
	(void)arg;
	tool_news(what, impi);
}

/* The frame at hand is of another link type than the file: its IP packet. */
static void
convert(void)
{
	struct slice in;
	int r = pkt_link(c.now->linktype, c.now->data, &in);

	if (r == PKT_NEXT_IP && in.n > 0)
		replace(in);
	else
		c.lost = true;
}

static void
start(const struct cap_frame *f)
{
	c.started = true;
	c.linktype = f->linktype;
	ring_link(f->linktype);
}

static void
begin(const struct cap_frame *f)
{
	if (!c.started)
		start(f);
	c.now = f;
	c.changed = c.lost = false;
	drain(f->time_ns, f->data.n);
}

/* What became of the frame at hand; R is what flow said of it. */
static bool
end(int r)
{
	struct cap_frame f = *c.now;

	system_failed(r);
	if (!c.changed && f.linktype != c.linktype)
		convert();
	if (c.lost && f.linktype != c.linktype) {
		tool_bad();
		tool_warn_kind("link type", "%s: frame %llu: of another link "
		    "type than the first, and no IP: left out", tool_file(),
		    (unsigned long long)f.number);
		return true;
	}
	if (c.changed) {
		f.wire_len = (uint32_t)c.data.n + (f.wire_len > f.data.n ?
		    f.wire_len - (uint32_t)f.data.n : 0);
		f.data = buf_slice(&c.data);
	}
	c.now = NULL;
	if (c.n_held == 0 && r == 0) {
		write_frame(&f);
		return true;
	}
	hold(&f, r == 1 ? WAITS : KEPT);
	drain(f.time_ns, 0);
	return true;
}

static bool
on_frame(const struct cap_frame *f, void *arg)
{
	(void)arg;
	if (!tool_filter_frame(f))
		return true;
	begin(f);
	return end(tool_frame(c.flow, f));
}

/* The packet of a record, as if it were a frame of raw IP. */
static bool
packet_record(const struct flow_packet *p)
{
	struct cap_frame f = {
		.number = p->where.frame, .time_ns = p->where.time_ns,
		.linktype = LINKTYPE_RAW, .wire_len = (uint32_t)p->packet.n,
		.data = p->packet,
	};
	struct pkt_ip ip;

	if (pkt_ip(p->packet, &ip) == 0 && ip.cut)
		f.wire_len = (uint32_t)ip.total;
	begin(&f);
	return end(flow_packet(c.flow, p));
}

static bool
on_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT];
	struct rec rec;
	int r = rec_read(&rec, line, error);

	(void)arg;
	if (r == ERR_MEM)
		system_failed(r);
	if (r >= 0 && rec.type == REC_PACKET) {
		if (tool_filter_packet(&rec.packet))
			(void)packet_record(&rec.packet);
	} else {
		tool_warn_kind("record", "%s: line %llu: %s", tool_file(),
		    (unsigned long long)number, r < 0 ? error :
		    "no packet; it is left out");
		tool_bad();
	}
	rec_done(&rec);
	return true;
}

static bool
on_text(struct slice message, void *arg)
{
	(void)message;
	(void)arg;
	tool_warn("%s: SIP without packets", tool_file());
	tool_bad();
	return false;
}

static void
on_end(void *arg)
{
	(void)arg;
	drain_all();
	system_failed(flow_end(c.flow));
	tool_more();
}

void
clear_run(struct sa_db *db, const char *path, char *const *argv, int n)
{
	const struct flow_options opt = {
		.duplicates = true, .opened = true, .messages = true,
	};
	const struct flow_sink sink = {
		on_sip, on_esp, NULL, on_packet, tool_damage, NULL,
	};
	const struct tool_reader reader = {
		on_frame, on_line, on_text, on_end, NULL, NULL,
	};

	ring_open(path);
	sa_db_news(db, on_news, NULL);
	if ((c.flow = flow_new(&sink, &opt, db)) == NULL)
		system_failed(ERR_MEM);
	tool_live_read(argv, n, &reader);
	ring_close(LINKTYPE_RAW);
	flow_free(c.flow);
	media_close();
	buf_wipe(&c.data);
}
