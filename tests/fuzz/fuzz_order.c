/*
 * fuzz_order: however a stream is cut into segments, or a datagram into
 * fragments, and in whatever order they come, the same messages come out.  The
 * first octets choose the schedule, the rest is what is sent: a stream of
 * messages, parted by octets 0x1e, that each say how long they are.  (Where
 * other octets stand between messages, what is seen as the next one depends on
 * what is there when it is looked for.)
 */
#include <string.h>

#include "flow.h"
#include "fuzz.h"
#include "pkt.h"

#define SCHEDULE	8
#define PIECES		400	/* fewer than may wait behind a hole */
#define TEXT_MAX	60000

static const struct pkt_addr src[2] = {
	{ 4, { 10, 0, 0, 1 } }, { 6, { 0xfd, 1 } },
};
static const struct pkt_addr dst[2] = {
	{ 4, { 10, 0, 0, 2 } }, { 6, { 0xfd, 2 } },
};

struct run {
	struct flow	*flow;
	struct buf	 seen;		/* each message behind its length */
	uint64_t	 frames;
	bool		 v6;
};

struct piece {
	size_t	off, n;
};

static uint64_t seed;

static size_t
below(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed >> 11) % n;
}

static void
on_sip(const struct flow_sip *m, void *arg)
{
	struct run *r = arg;

	buf_u32(&r->seen, (uint32_t)m->message.n | (uint32_t)m->cut << 31);
	buf_put(&r->seen, m->message);
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)e;
	(void)arg;
}

static void
on_damage(uint64_t frame, const char *layer, int what, void *arg)
{
	(void)frame;
	(void)layer;
	(void)what;
	(void)arg;
}

static void
push(struct run *r, struct slice packet)
{
	r->frames++;
	must(flow_frame(r->flow, 101, 0, r->frames, r->frames * 1000,
	    packet, packet.n) >= 0);
}

/* A packet of PROTO; OFFSET and MORE as in a fragment, if it is one. */
static void
packet(struct run *r, uint8_t proto, struct slice in, bool fragment,
    size_t offset, bool more)
{
	struct buf b;

	buf_init(&b, 0);
	if (r->v6) {
		buf_u32(&b, 6U << 28);
		buf_u16(&b, (uint16_t)(in.n + (fragment ? 8 : 0)));
		buf_u8(&b, fragment ? 44 : proto);
		buf_u8(&b, 64);
		buf_add(&b, src[1].ip, 16);
		buf_add(&b, dst[1].ip, 16);
		if (fragment) {
			buf_u16(&b, (uint16_t)(proto << 8));
			buf_u16(&b, (uint16_t)(offset | more));
			buf_u32(&b, 77);
		}
	} else {
		buf_u16(&b, 0x4500);
		buf_u16(&b, (uint16_t)(20 + in.n));
		buf_u16(&b, fragment ? 77 : (uint16_t)r->frames);
		buf_u16(&b, (uint16_t)(offset / 8 | (more ? 0x2000 : 0)));
		buf_u16(&b, (uint16_t)(64 << 8 | proto));
		buf_u16(&b, 0);
		buf_add(&b, src[0].ip, 4);
		buf_add(&b, dst[0].ip, 4);
	}
	buf_put(&b, in);
	must(!b.bad);
	push(r, buf_slice(&b));
	buf_free(&b);
}

static void
segment(struct run *r, uint32_t seq, uint8_t flags, struct slice data)
{
	struct buf b;

	buf_init(&b, 0);
	buf_u32(&b, 5060U << 16 | 5060);
	buf_u32(&b, seq);
	buf_u32(&b, 0);
	buf_u16(&b, (uint16_t)(0x5000 | flags));
	buf_u16(&b, 65535);
	buf_u32(&b, 0);
	buf_put(&b, data);
	must(!b.bad);
	packet(r, PKT_PROTO_TCP, buf_slice(&b), false, 0, false);
	buf_free(&b);
}

/* N octets in pieces of a multiple of UNIT; some twice; shuffled. */
static size_t
schedule(struct piece *p, size_t n, size_t unit, bool twice, size_t window)
{
	size_t most = 1 + below(n / unit + 1), count = 0, k;
	struct piece t;

	if (most < n / unit / (PIECES / 4) + 1)
		most = n / unit / (PIECES / 4) + 1;
	for (size_t at = 0; at < n && count + 2 <= PIECES; at += p[count - 1].n) {
		size_t len = (1 + below(most)) * unit;

		p[count++] = (struct piece){ at, len < n - at ? len : n - at };
		if (count + 2 == PIECES)
			p[count - 1].n = n - at;
		if (twice && below(4) == 0 && count + 2 < PIECES) {
			p[count] = p[count - 1];
			count++;
		}
	}
	for (size_t i = 0; window > 0 && i < count; i++) {
		k = i + below(window < count - i ? window : count - i);
		t = p[i];
		p[i] = p[k];
		p[k] = t;
	}
	return count;
}

static void
begin(struct run *r, struct sa_db *db, bool v6)
{
	const struct flow_options o = { 0 };
	const struct flow_sink sink = { .sip = on_sip, .esp = on_esp,
	    .damage = on_damage, .arg = r };

	memset(r, 0, sizeof(*r));
	r->v6 = v6;
	buf_init(&r->seen, 0);
	must((r->flow = flow_new(&sink, &o, db)) != NULL);
}

static void
end(struct run *r)
{
	struct flow_account a;

	must(flow_end(r->flow) == 0);
	flow_account(r->flow, &a);
	must(a.frames == r->frames && a.frames == a.sip + a.part + a.esp +
	    a.duplicate + a.other + a.damaged);
	flow_free(r->flow);
}

/* PIECES NULL: the stream as it is, in segments of 1400. */
static void
stream(struct run *r, struct slice text, const struct piece *p, size_t n)
{
	uint32_t first = 0xfffffff0U;

	segment(r, first - 1, 0x02, slice_of("", 0));
	for (size_t i = 0; p == NULL && i < text.n; i += 1400)
		segment(r, first + (uint32_t)i, 0x18,
		    slice_sub(text, i, 1400));
	for (size_t i = 0; i < n; i++)
		segment(r, first + (uint32_t)p[i].off, 0x18,
		    slice_sub(text, p[i].off, p[i].n));
}

static void
datagram(struct run *r, struct slice udp, const struct piece *p, size_t n)
{
	if (p == NULL)
		packet(r, PKT_PROTO_UDP, udp, false, 0, false);
	for (size_t i = 0; i < n; i++)
		packet(r, PKT_PROTO_UDP, slice_sub(udp, p[i].off, p[i].n),
		    true, p[i].off, p[i].off + p[i].n < udp.n);
}

/* Parts of IN that are whole messages as they are, others as bodies. */
static void
messages(struct buf *b, struct slice in)
{
	while (in.n > 0) {
		struct slice part = slice_cut(&in, 0x1e);
		size_t missing = 1;

		if (part.n == 0)
			continue;
		if (sip_frame(part, &missing) != (int)part.n || missing != 0)
			buf_printf(b, "MESSAGE sip:b SIP/2.0\r\n"
			    "CSeq: 1 MESSAGE\r\nContent-Length: %zu\r\n\r\n",
			    part.n);
		buf_put(b, part);
		if (part.p[0] == 7)
			buf_str(b, "\r\n\r\n");
	}
	must(!b->bad);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct piece p[PIECES];
	struct slice text;
	struct run r[2];
	struct sa_db *db;
	struct buf udp, whole;
	size_t n;
	bool tcp;

	if (size < SCHEDULE + 1 || size > TEXT_MAX ||
	    (db = sa_db_new()) == NULL)
		return 0;
	text = slice_of(data + SCHEDULE, size - SCHEDULE);
	memcpy(&seed, data, SCHEDULE);
	seed |= 1ULL << 40;
	tcp = data[0] & 2;
	buf_init(&whole, 0);
	if (tcp) {
		messages(&whole, text);
		text = buf_slice(&whole);
	}
	buf_init(&udp, 0);
	buf_u32(&udp, 5060U << 16 | 5060);
	buf_u32(&udp, (uint32_t)(8 + text.n) << 16);
	buf_put(&udp, text);
	n = tcp ? schedule(p, text.n, 1, data[0] & 8, data[1]) :
	    schedule(p, udp.n, 8, data[0] & 8, data[1]);
	for (int i = 0; i < 2; i++) {
		begin(&r[i], db, data[0] & 4);
		if (tcp)
			stream(&r[i], text, i == 0 ? NULL : p, i == 0 ? 0 : n);
		else
			datagram(&r[i], buf_slice(&udp), i == 0 ? NULL : p,
			    i == 0 ? 0 : n);
		end(&r[i]);
	}
	must(slice_eq(buf_slice(&r[0].seen), buf_slice(&r[1].seen)));
	buf_free(&r[0].seen);
	buf_free(&r[1].seen);
	buf_free(&udp);
	buf_free(&whole);
	sa_db_free(db);
	return 0;
}
