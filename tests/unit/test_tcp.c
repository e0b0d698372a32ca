/*
 * test_tcp: streams of SIP as flow reads them (tcp, tcp_run, flow_sip): joined
 * late, with holes, with octets between the messages, and too many of them.
 */
#include <malloc.h>

#include "net.h"
#include "tcp.h"

#define MEMORY_MAX	(64U << 20)	/* DESIGN 6 */
#define MESSAGES	8
#define FIRST		0xffffff00U	/* sequence numbers wrap soon */

static struct net_run run;
static struct buf text;		/* the stream that is sent */
static struct slice message[MESSAGES];	/* what is in it */
static size_t n_message;

static const struct pkt_addr a4 = { 4, { 192, 0, 2, 1 } };
static const struct pkt_addr b4 = { 4, { 192, 0, 2, 2 } };

static void
fresh(void)
{
	net_begin(&run, false);
	buf_reset(&text);
	n_message = 0;
}

/* Message N with BODY octets, no line end at its end. */
static void
write_message(struct buf *b, unsigned n, size_t body, bool length)
{
	buf_printf(b, "MESSAGE sip:b@example.net SIP/2.0\r\n"
	    "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK%u\r\n"
	    "From: <sip:a@example.net>;tag=1\r\nTo: <sip:b@example.net>\r\n"
	    "Call-ID: %u@192.0.2.1\r\nCSeq: %u MESSAGE\r\n", n, n, n + 1);
	if (length)
		buf_printf(b, "Content-Length: %zu\r\n", body);
	buf_str(b, "\r\n");
	for (size_t i = 0; i < body; i++)
		buf_u8(b, (uint8_t)('a' + (i + n) % 26));
}

static void
add_message(size_t body, bool length)
{
	size_t at = text.n;

	write_message(&text, (unsigned)n_message, body, length);
	/* Offsets for now: the buffer moves. */
	message[n_message++] = slice_of((void *)(uintptr_t)at, text.n - at);
}

static void
place(void)
{
	for (size_t i = 0; i < n_message; i++)
		message[i].p = text.p + (uintptr_t)message[i].p;
}

static void
send_to(uint16_t port, uint32_t seq, uint8_t flags, struct slice data)
{
	static uint32_t id;
	struct net_frag f = { .id = ++id, .whole = true };
	struct buf tcp, ip;

	buf_init(&tcp, 0);
	buf_init(&ip, 0);
	net_tcp(&tcp, 5060, port, seq, 0, flags, data);
	net_ip(&ip, &a4, &b4, PKT_PROTO_TCP, f, buf_slice(&tcp));
	net_push_ip(&run, buf_slice(&ip));
	buf_free(&tcp);
	buf_free(&ip);
}

/* Octets OFF to OFF + N of the stream. */
static void
send_part(size_t off, size_t n)
{
	send_to(5060, FIRST + (uint32_t)off, 0x18,
	    slice_sub(buf_slice(&text), off, n));
}

static void
syn(void)
{
	send_to(5060, FIRST - 1, 0x02, slice_of("", 0));
}

/* From OFF on to the end in segments of 1 to MOST octets. */
static void
send_from(size_t off, size_t most)
{
	while (off < text.n) {
		size_t n = most > 1 ? 1 + net_rnd((uint32_t)most) : 1;

		send_part(off, n);
		off += n;
	}
}

/* Did just the messages from FROM on come out, whole and in order? */
static bool
all_from(size_t from)
{
	size_t k = 0;

	for (size_t i = 0; i < run.seen.n; i++) {
		if (run.seen.m[i].cut)
			return false;
		if (from + k >= n_message ||
		    !slice_eq(run.seen.m[i].data, message[from + k]))
			return false;
		k++;
	}
	return from + k == n_message && net_adds_up(&run);
}

/* The same, in any order: where no SYN was seen. */
static bool
each_from(size_t from)
{
	size_t n = 0;

	for (size_t i = 0; i < run.seen.n; i++)
		for (size_t k = from; k < n_message; k++)
			n += !run.seen.m[i].cut &&
			    slice_eq(run.seen.m[i].data, message[k]);
	return n == n_message - from && run.seen.n == n && net_adds_up(&run);
}

static void
test_plain(void)
{
	fresh();
	add_message(0, true);
	add_message(30, true);
	place();
	syn();
	send_part(0, text.n);
	net_end(&run);
	CHECK(all_from(0), "two messages in a segment");
	CHECK_INT(run.account.sip, 1, "one frame numbers both");
	net_done(&run);

	fresh();
	add_message(6000, true);
	place();
	syn();
	for (size_t i = 0; i < 60; i++)
		send_part(text.n * i / 60, text.n * (i + 1) / 60 -
		    text.n * i / 60);
	net_end(&run);
	CHECK(all_from(0), "a message over 60 segments");
	CHECK_INT(run.account.part, 59, "59 frames are parts");
	CHECK_INT(run.seen.m[0].frame, 61, "numbered by the last");
	CHECK_INT(run.seen.m[0].first, 2, "begun in the first");
	net_done(&run);

	fresh();
	add_message(60000, true);
	add_message(0, true);
	place();
	send_from(0, 1460);
	net_end(&run);
	CHECK(all_from(0), "a message of 60 KB");
	net_done(&run);
}

/* RFC 5626 4.4.1: double CRLF, and single CRLF back. */
static void
test_crlf(void)
{
	fresh();
	buf_str(&text, "\r\n\r\n");
	add_message(0, true);
	buf_str(&text, "\r\n\r\n\r\n\r\n\r\n");
	add_message(10, true);
	buf_str(&text, "\r\n\r\n");
	add_message(0, true);
	buf_str(&text, "\r\n");
	place();
	syn();
	send_from(0, 1);
	net_end(&run);
	CHECK(all_from(0), "CRLF keep-alives between messages");
	net_done(&run);
}

/* RFC 3261 18.3: in streams Content-Length must be there. */
static void
test_no_length(void)
{
	fresh();
	add_message(0, false);
	add_message(20, true);
	place();
	syn();
	send_from(0, 100);
	net_end(&run);
	CHECK(all_from(0), "no Content-Length: no body");
	net_done(&run);

	fresh();
	add_message(0, false);
	buf_str(&text, "a body that nobody announced\r\n");
	add_message(20, true);
	place();
	syn();
	send_from(0, 100);
	net_end(&run);
	CHECK(all_from(0), "what follows it is passed over");
	net_done(&run);
}

/* However many octets are missing in front, what is whole comes out. */
static void
test_joined(size_t most, bool ordered)
{
	size_t bad = 0, len;

	fresh();
	add_message(40, true);
	len = text.n;
	net_done(&run);
	for (size_t k = 1; k <= len; k++) {
		fresh();
		add_message(40, true);
		add_message(7, true);
		add_message(0, true);
		place();
		if (ordered) {
			send_from(k, most);
		} else {
			size_t half = k + (text.n - k) / 2;

			send_part(half, text.n - half);
			send_part(k, half - k);
		}
		net_end(&run);
		if (!CHECK_EACH(ordered ? all_from(1) : each_from(1),
		    "without the first %zu octets: %zu messages", k,
		    run.seen.n) && ++bad == 5)
			k = len;
		net_done(&run);
	}
	CHECK(bad == 0, "joined at any octet, %s, segments of %zu",
	    ordered ? "in order" : "second half first", most);
}

/* A keep-alive is what is seen first of a stream (RFC 9293 3.8.4). */
static void
test_keepalive(void)
{
	for (unsigned octets = 0; octets < 2; octets++) {
		fresh();
		add_message(0, true);
		add_message(5, true);
		place();
		send_to(5060, FIRST - 1, 0x10, slice_of("\xa5", octets));
		send_part(0, message[0].n);
		send_to(5060, FIRST + (uint32_t)message[0].n - 1, 0x10,
		    slice_of("\xa5", octets));
		send_part(message[0].n, message[1].n);
		net_end(&run);
		CHECK(all_from(0), "a keep-alive of %u octets first", octets);
		net_done(&run);
	}
}

static void
test_holes(void)
{
	fresh();
	for (unsigned i = 0; i < 6; i++)
		add_message(i, true);
	place();
	syn();
	for (unsigned i = 0; i < 6; i++)
		if (i != 2)
			send_part((size_t)(message[i].p - text.p),
			    message[i].n);
	CHECK_INT(run.seen.n, 2, "behind a hole messages wait");
	send_part((size_t)(message[2].p - text.p), message[2].n);
	CHECK_INT(run.seen.n, 6, "the hole is filled: they come");
	net_end(&run);
	CHECK(all_from(0) && run.seen.gaps == 0, "in order, without a gap");
	net_done(&run);

	fresh();
	for (unsigned i = 0; i < 4; i++)
		add_message(20, true);
	place();
	syn();
	send_part(0, message[0].n);
	send_part(2 * message[0].n, 2 * message[0].n);
	net_end(&run);
	CHECK(run.seen.n == 3 && slice_eq(run.seen.m[1].data, message[2]) &&
	    slice_eq(run.seen.m[2].data, message[3]),
	    "a segment is lost: the others come");
	CHECK_INT(run.seen.gaps, 1, "one gap");
	CHECK_INT(run.seen.gap_octets, message[1].n, "of its octets");
	CHECK(net_adds_up(&run), "the account adds up");
	net_done(&run);
}

/* A part of the second of four messages, from FROM to TO, is lost. */
static void
lose(size_t from, size_t to)
{
	size_t whole = 0;

	fresh();
	for (unsigned i = 0; i < 4; i++)
		add_message(33, true);
	place();
	syn();
	send_part(0, message[0].n + from);
	send_part(message[0].n + to, text.n - message[0].n - to);
	net_end(&run);
	for (size_t i = 0; i < run.seen.n; i++)
		whole += !run.seen.m[i].cut;
	CHECK_EACH(whole == 3 && run.seen.n <= 4 &&
	    slice_eq(run.seen.m[0].data, message[0]) &&
	    slice_eq(run.seen.m[run.seen.n - 2].data, message[2]) &&
	    slice_eq(run.seen.m[run.seen.n - 1].data, message[3]) &&
	    run.seen.gap_octets == to - from && net_adds_up(&run),
	    "octets %zu to %zu of a message lost: %zu messages, %zu whole, "
	    "gap of %llu", from, to, run.seen.n, whole,
	    (unsigned long long)run.seen.gap_octets);
	net_done(&run);
}

static void
test_lost(void)
{
	int failed = unit_failed;

	for (size_t from = 0; from < 200; from += 3)
		for (size_t to = from + 1; to < 220; to += 7)
			lose(from, to);
	CHECK(unit_failed == failed, "octets lost inside a message");
}

/* What the receiver has acknowledged, the capture has lost. */
static void
test_time(void)
{
	struct net_frame f = { .linktype = 101 };
	struct pkt_addr src = b4, dst = a4;
	struct net_frag whole = { .id = 77, .whole = true };
	struct buf tcp, ip;

	fresh();
	for (unsigned i = 0; i < 3; i++)
		add_message(0, true);
	place();
	syn();
	send_part(0, message[0].n);
	send_part(2 * message[0].n, message[2].n);
	buf_init(&tcp, 0);
	buf_init(&ip, 0);
	net_tcp(&tcp, 5060, 5060, 1, FIRST + (uint32_t)text.n, 0x10,
	    slice_of("", 0));
	net_ip(&ip, &src, &dst, PKT_PROTO_TCP, whole, buf_slice(&tcp));
	f.data = buf_slice(&ip);
	f.wire_len = f.data.n;
	f.time_ns = run.time_ns + TCP_ACKED_NS + 1;
	net_push(&run, &f);
	CHECK(run.seen.n == 2 && run.seen.gaps == 1,
	    "an acknowledged hole is a gap after a while");
	net_end(&run);
	net_done(&run);
	buf_free(&tcp);
	buf_free(&ip);
}

/* A million octets of something else in the same stream. */
static void
test_foreign(const char *what, unsigned kind, bool aligned)
{
	fresh();
	for (size_t i = 0; i < 1000000; i++) {
		uint8_t any[] = { (uint8_t)net_rnd(256), 0,
		    (uint8_t)"GET / HTTP/1.1\r\nA: b\r\n"[i % 22] };

		buf_u8(&text, any[kind]);
	}
	if (kind == 2)
		buf_str(&text, "\r\n");
	add_message(50, true);
	add_message(0, true);
	place();
	syn();
	if (aligned) {
		for (size_t i = 0; i < 1000000; i += 1250)
			send_part(i, 1250);
		send_part(1000000, text.n - 1000000);
	} else {
		send_from(0, 1460);
	}
	net_end(&run);
	CHECK(all_from(0), "SIP behind a million octets of %s%s", what,
	    aligned ? ", in a segment of its own" : "");
	net_done(&run);
}

/* Captures of Cx and Gm of one story: the keys are in the MAAs. */
static void
test_diameter(void)
{
	struct net_frames cx, gm;
	size_t most[] = { 7, 100 };

	if (!net_load("lab/call_cx.pcap", &cx))
		return;
	if (!net_load("lab/call_gm.pcap", &gm)) {
		net_frames_free(&cx);
		return;
	}
	for (size_t k = 0; k < 2; k++) {
		fresh();
		for (size_t i = 0; i < cx.n; i++) {
			struct slice in;
			struct pkt_tcp t;
			struct pkt_ip ip;

			if (pkt_link(1, cx.f[i].data, &in) < 0 ||
			    pkt_ip(in, &ip) < 0 || ip.proto != 6 ||
			    pkt_tcp(ip.payload, &t) < 0 || t.sport != 3868)
				continue;
			/* One connection at a time: its other port names it. */
			for (size_t at = 0; at < t.payload.n; at += most[k])
				send_to(t.dport, t.seq + (uint32_t)at, 0x10,
				    slice_sub(t.payload, at, most[k]));
		}
		for (size_t i = 0; i < gm.n; i++)
			net_push(&run, &gm.f[i]);
		net_end(&run);
		CHECK_INT(run.account.esp_checked, 19,
		    "vectors of MAAs in pieces of %zu octets open all ESP",
		    most[k]);
		net_done(&run);
	}
	net_frames_free(&cx);
	net_frames_free(&gm);
}

static size_t
used(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void
half_datagram(uint32_t id)
{
	struct net_frag f = { .id = id, .offset = 8, .more = true };
	uint8_t octets[1400] = { 0 };
	struct pkt_addr from = a4;
	struct buf ip;

	from.ip[1] = (uint8_t)(id >> 8);
	buf_init(&ip, 0);
	net_ip(&ip, &from, &b4, PKT_PROTO_UDP, f,
	    slice_of(octets, sizeof(octets)));
	net_push_ip(&run, buf_slice(&ip));
	buf_free(&ip);
}

/* Streams and datagrams of which half is missing, good messages among them. */
static void
test_many(void)
{
	size_t before = used(), most = 0, good = 0;
	struct buf junk;

	fresh();
	add_message(0, true);
	place();
	buf_init(&junk, 0);
	write_message(&junk, 99, 60000, true);
	for (unsigned i = 0; i < 10000; i++) {
		uint16_t port = (uint16_t)(10000 + i);

		send_to(port, 1000, 0x10, slice_sub(buf_slice(&junk), 0,
		    1400));
		send_to(port, 5000, 0x10, slice_sub(buf_slice(&junk), 4000,
		    1400));
		if (i % 2 == 0)
			half_datagram(i);
		if (i % 100 == 0)
			send_to(5060, 7000 + i / 100 * (uint32_t)text.n, 0x10,
			    buf_slice(&text));
		if (i % 64 == 0 && used() - before > most)
			most = used() - before;
	}
	for (size_t i = 0; i < run.seen.n; i++)
		good += run.seen.m[i].dport == 5060;
	CHECK_INT(good, 100, "good messages among 10000 half streams");
	CHECK(most < MEMORY_MAX, "memory stays bounded: %zu octets", most);
	net_end(&run);
	CHECK(run.account.evicted > 0 && net_adds_up(&run),
	    "what was dropped is counted, the account adds up");
	net_done(&run);
	buf_free(&junk);
}

/*
 * One stream, single octets with holes UP and DOWN from the first; CLOSE:
 * downwards without holes.
 */
static void
test_crumbs(bool up, bool down, bool close)
{
	size_t before = used(), most = 0;

	fresh();
	send_to(5060, 0x40000000, 0x10, slice_of("x", 1));
	for (uint32_t i = 1; i < 200000; i++) {
		if (up)
			send_to(5060, 0x40000000 + 2 * i, 0x10,
			    slice_of("x", 1));
		if (down)
			send_to(5060, 0x40000000 - (close ? i : 2 * i), 0x10,
			    slice_of("x", 1));
		if (i % 1024 == 0 && used() - before > most)
			most = used() - before;
	}
	CHECK(most < MEMORY_MAX / 4, "crumbs %s %s: %zu octets",
	    up ? "upwards" : "", down ? "downwards" : "", most);
	net_end(&run);
	CHECK(net_adds_up(&run), "the account adds up");
	net_done(&run);
}

/* Where segments differ, what came first stays. */
static void
test_first_stays(void)
{
	struct buf other;

	fresh();
	add_message(300, true);
	place();
	buf_init(&other, 0);
	for (size_t i = 0; i < text.n; i++)
		buf_u8(&other, 'X');
	syn();
	send_part(0, 200);
	send_to(5060, FIRST + 50, 0x10, slice_sub(buf_slice(&other), 0, 150));
	send_part(200, text.n - 200);
	net_end(&run);
	CHECK(all_from(0), "octets that came first stay");
	net_done(&run);
	buf_free(&other);
}

int
main(void)
{
	buf_init(&text, 0);
	test_plain();
	test_crlf();
	test_no_length();
	test_joined(100000, true);
	test_joined(1, true);
	test_joined(50, true);
	test_joined(0, false);
	test_keepalive();
	test_holes();
	test_lost();
	test_time();
	test_foreign("noise", 0, true);
	test_foreign("zeros", 1, true);
	test_foreign("HTTP", 2, false);
	test_diameter();
	test_many();
	test_crumbs(true, false, false);
	test_crumbs(false, true, false);
	test_crumbs(true, true, false);
	test_crumbs(true, true, true);
	test_first_stays();
	buf_free(&text);
	return unit_end();
}
