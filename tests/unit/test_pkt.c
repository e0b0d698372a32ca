/* test_pkt: frames of every encapsulation, whole and cut (pkt). */
#include <arpa/inet.h>

#include "err.h"
#include "pkt.h"
#include "unit.h"

#define DEPTH_MAX	20
#define LINE_LEN	2048

/* What lies innermost, as far as a walk comes. */
struct inner {
	struct pkt_ip	ip;
	uint16_t	sport, dport;
	struct slice	payload;
	bool		found;		/* UDP, TCP or SCTP */
	bool		cut;		/* not all of it is there */
};

static uint64_t rng = 88172645463325252ULL;

static uint32_t
rnd(uint32_t below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)((rng >> 32) % below);
}

static bool
inside(struct slice whole, struct slice part)
{
	return part.n == 0 || (part.p >= whole.p && part.n <= whole.n &&
	    (size_t)(part.p - whole.p) <= whole.n - part.n);
}

static int
into_udp(struct inner *x, struct slice *in)
{
	struct pkt_udp u;
	int e = pkt_udp(*in, &u);

	if (e < 0)
		return e;
	x->cut = x->cut || u.cut;
	x->sport = u.sport;
	x->dport = u.dport;
	x->payload = u.payload;
	switch (u.dport) {
	case PKT_PORT_GTPU:
		return pkt_gtpu(u.payload, in);
	case PKT_PORT_VXLAN:
	case PKT_PORT_VXLAN_OLD:
		return pkt_vxlan(u.payload, in);
	default:
		x->found = true;
		return PKT_NEXT_OTHER;
	}
}

static int
into_tcp(struct inner *x, struct slice in)
{
	struct pkt_tcp t;
	int e = pkt_tcp(in, &t);

	if (e < 0)
		return e;
	x->sport = t.sport;
	x->dport = t.dport;
	x->payload = t.payload;
	x->found = true;
	return PKT_NEXT_OTHER;
}

static int
into_sctp(struct inner *x, struct slice in)
{
	struct pkt_sctp_data d;
	struct pkt_sctp s;
	int e = pkt_sctp(in, &s);

	if (e < 0 || (e = pkt_sctp_next(&s.chunks, &d)) < 0)
		return e;
	x->sport = s.sport;
	x->dport = s.dport;
	if (e == 1) {
		x->cut = x->cut || d.cut;
		x->payload = d.data;
		x->found = true;
	}
	return PKT_NEXT_OTHER;
}

static int
into_ip(struct inner *x, struct slice *in)
{
	int e = pkt_ip(*in, &x->ip);

	if (e < 0)
		return e;
	CHECK_EACH(inside(*in, x->ip.header) && inside(*in, x->ip.payload) &&
	    x->ip.header.n + x->ip.payload.n <= in->n, "slices lie inside");
	x->cut = x->cut || x->ip.cut;
	*in = x->ip.payload;
	switch (x->ip.proto) {
	case PKT_PROTO_IPIP:
	case PKT_PROTO_IPV6:
		return PKT_NEXT_IP;
	case PKT_PROTO_GRE:
		return pkt_gre(*in, in);
	case PKT_PROTO_UDP:
		return into_udp(x, in);
	case PKT_PROTO_TCP:
		return into_tcp(x, *in);
	case PKT_PROTO_SCTP:
		return into_sctp(x, *in);
	default:
		return PKT_NEXT_OTHER;
	}
}

/* To the innermost packet: 0 or an error. */
static int
walk(int linktype, struct slice frame, struct inner *x)
{
	struct slice in = frame, before;
	int next, depth = 0;

	memset(x, 0, sizeof(*x));
	next = pkt_link(linktype, frame, &in);
	while (next >= 0 && next != PKT_NEXT_OTHER && depth++ < DEPTH_MAX) {
		CHECK_EACH(inside(frame, in), "what is inside lies inside");
		before = in;
		next = next == PKT_NEXT_IP ? into_ip(x, &in) :
		    pkt_link(1, before, &in);
	}
	CHECK_EACH(inside(frame, x->payload), "the payload lies inside");
	return next < 0 ? next : 0;
}

static bool
addr_is(const struct pkt_addr *a, const char *want)
{
	char text[PKT_ADDR_TEXT];

	return strcmp(pkt_addr_text(a, text), want) == 0;
}

/* WANT is src/sport/dst/dport/payload; it is cut into pieces. */
static void
check_inner(const char *name, const struct inner *x, char *want)
{
	char *w[5], *save = NULL;
	uint8_t payload[256];
	int n = 0;

	for (char *p = strtok_r(want, "/", &save); p != NULL && n < 5;
	    p = strtok_r(NULL, "/", &save))
		w[n++] = p;
	if (n != 5)
		unit_fatal("bad line in frames.txt", name);
	n = slice_hex(slice_str(w[4]), payload, sizeof(payload));
	CHECK(x->found && addr_is(&x->ip.src, w[0]) &&
	    addr_is(&x->ip.dst, w[2]) && x->sport == atoi(w[1]) &&
	    x->dport == atoi(w[3]) && n >= 0 && !x->cut &&
	    slice_eq(x->payload, slice_of(payload, (size_t)n)),
	    "%s: innermost", name);
}

/* A prefix ends in a header, or has what is there, or something less. */
static void
check_prefixes(const char *name, int linktype, struct slice frame,
    const struct inner *whole)
{
	for (size_t n = 0; n < frame.n; n++) {
		uint8_t *p = unit_edge(frame.p, n);
		struct inner x;
		int e = walk(linktype, slice_of(p, n), &x);

		CHECK_EACH(e >= 0 || e == ERR_MORE, "%s cut at %zu: %s", name,
		    n, err_name(e));
		if (x.found && !x.cut && x.ip.proto != PKT_PROTO_TCP)
			CHECK_EACH(slice_eq(x.payload, whole->payload),
			    "%s cut at %zu: not known as cut", name, n);
		unit_edge_free(p, n);
	}
}

static void
check_noise(int linktype, struct slice frame)
{
	uint8_t *p = unit_edge(frame.p, frame.n);
	struct inner x;

	for (int i = 0; i < 2000; i++) {
		memcpy(p, frame.p, frame.n);
		for (uint32_t k = 1 + rnd(6); k > 0; k--)
			p[rnd((uint32_t)frame.n)] = (uint8_t)rnd(256);
		(void)walk(linktype, slice_of(p, frame.n), &x);
	}
	unit_edge_free(p, frame.n);
}

static void
test_frame(char *line)
{
	char *w[4], *save = NULL;
	uint8_t octets[LINE_LEN / 2], *p;
	struct slice frame;
	struct inner x;
	int n, linktype, e;

	for (int i = 0; i < 4; i++)
		if ((w[i] = strtok_r(i == 0 ? line : NULL, " ", &save)) ==
		    NULL)
			unit_fatal("bad line in frames.txt", line);
	linktype = atoi(w[1]);
	n = slice_hex(slice_str(w[3]), octets, sizeof(octets));
	if (n < 0)
		unit_fatal("bad hex in frames.txt", w[0]);
	p = unit_edge(octets, (size_t)n);
	frame = slice_of(p, (size_t)n);
	e = walk(linktype, frame, &x);
	if (strcmp(w[2], "other") == 0)
		CHECK(e == 0 && !x.found, "%s: nothing here", w[0]);
	else
		check_inner(w[0], &x, w[2]);
	check_prefixes(w[0], linktype, frame, &x);
	check_noise(linktype, frame);
	unit_edge_free(p, (size_t)n);
}

static void
test_frames(void)
{
	const char *dir = getenv("IMS_DATA");
	char path[1024], line[LINE_LEN];
	FILE *f;

	snprintf(path, sizeof(path), "%s/frames.txt",
	    dir != NULL ? dir : "tests/data");
	if ((f = fopen(path, "r")) == NULL)
		unit_fatal("cannot read", path);
	while (fgets(line, sizeof(line), f) != NULL)
		test_frame(line);
	fclose(f);
}

/* RFC 5952 4 and 5; RFC 4291 2.2 */
static void
test_addr_text(void)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.249.100.10", "255.249.100.10" },
		{ "1.2.3.4", "1.2.3.4" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "1::", "1::" },
		{ "2001:0DB8::0001", "2001:db8::1" },
		{ "[2001:db8::1]", "2001:db8::1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "2001:db8:aaaa:bbbb:cccc:dddd:eeee:AaAa",
		    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa" },
		{ "1:0:0:2:3:4:0:0", "1::2:3:4:0:0" },
		{ "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
		{ "0:0:3:4:5:6:7:8", "::3:4:5:6:7:8" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
		{ "::ffff:c000:201", "::ffff:192.0.2.1" },
		{ "1000:200:30:4::", "1000:200:30:4::" },
	};
	static const char *const bad[] = {
		"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", ":",
		":::", "1::2::3", "[::1", "::1]", "[1.2.3.4]", "[]", "g::",
		"1:2:3:4:5:6:7:8:9", "fe80::1%eth0", "example.net",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
	};
	struct pkt_addr a;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		CHECK(pkt_addr_parse(&a, slice_str(t[i].in)) == 0 &&
		    addr_is(&a, t[i].out), "%s", t[i].in);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(pkt_addr_parse(&a, slice_str(bad[i])) == ERR_FORMAT,
		    "not an address: \"%s\"", bad[i]);
	CHECK(pkt_addr_parse(&a, slice_of("1.2.3.4\0x", 9)) == ERR_FORMAT,
	    "a NUL inside");
	memset(&a, 0, sizeof(a));
	CHECK(addr_is(&a, ""), "no address");
}

/* The C library writes them as RFC 5952 says, but for ::/96. */
static void
test_addr_random(void)
{
	char want[INET6_ADDRSTRLEN];
	struct pkt_addr a = { 0 }, b;

	for (int i = 0; i < 20000; i++) {
		memset(a.ip, 0, sizeof(a.ip));
		a.family = i % 4 == 0 ? 4 : 6;
		for (int j = 0; j < (a.family == 4 ? 4 : 16); j++)
			a.ip[j] = (uint8_t)(rnd(3) ? 0 : rnd(256));
		a.ip[0] |= 1;
		inet_ntop(a.family == 4 ? AF_INET : AF_INET6, a.ip, want,
		    sizeof(want));
		CHECK_EACH(addr_is(&a, want), "%s", want);
		CHECK_EACH(pkt_addr_parse(&b, slice_str(want)) == 0 &&
		    pkt_addr_eq(&a, &b), "%s parsed", want);
		b.ip[3] ^= 1;
		CHECK_EACH(!pkt_addr_eq(&a, &b), "%s changed", want);
	}
	CHECK(true, "20000 random addresses");
}

/*
 * The example of Wikipedia, "Internet checksum", has b861 with DF, 4000, set;
 * without it the complement is greater by so much.
 */
static void
test_write(void)
{
	struct pkt_ip ip = { .version = 4, .ttl = 64 }, back;
	struct buf b;

	buf_init(&b, 0);
	if (pkt_addr_parse(&ip.src, slice_str("192.168.0.1")) < 0 ||
	    pkt_addr_parse(&ip.dst, slice_str("192.168.0.199")) < 0)
		unit_fatal("pkt_addr_parse", "fails");
	CHECK_INT(pkt_ip_write(&b, &ip, PKT_PROTO_UDP, 95), 0, "write IPv4");
	CHECK_HEX(b.p, b.n, "45000073000000004011f861" "c0a80001c0a800c7",
	    "IPv4 header");
	CHECK(pkt_ip(buf_slice(&b), &back) == 0 && back.cut &&
	    back.total == 115 && back.proto == PKT_PROTO_UDP &&
	    pkt_addr_eq(&back.src, &ip.src) && pkt_addr_eq(&back.dst, &ip.dst),
	    "parsed again");
	CHECK_INT(pkt_ip_write(&b, &ip, 17, 65516), ERR_RANGE, "too long");
	CHECK_INT(pkt_ip_write(&b, &ip, 17, 65515), 0, "the longest");
	buf_reset(&b);
	ip.version = 6;
	ip.ttl = 0;
	if (pkt_addr_parse(&ip.src, slice_str("2001:db8::1")) < 0 ||
	    pkt_addr_parse(&ip.dst, slice_str("2001:db8::2")) < 0)
		unit_fatal("pkt_addr_parse", "fails");
	CHECK_INT(pkt_ip_write(&b, &ip, PKT_PROTO_ESP, 0x1234), 0,
	    "write IPv6");
	CHECK_HEX(b.p, b.n, "6000000012343240"
	    "20010db8000000000000000000000001"
	    "20010db8000000000000000000000002", "IPv6 header");
	CHECK_INT(pkt_ip_write(&b, &ip, 50, 65536), ERR_RANGE, "too long");
	ip.version = 5;
	CHECK_INT(pkt_ip_write(&b, &ip, 50, 1), ERR_RANGE, "no such version");
	buf_free(&b);
}

/* The ends that the packets below are of. */
static struct pkt_ip
ends(uint8_t version)
{
	struct pkt_ip ip = { .version = version };

	if (pkt_addr_parse(&ip.src, slice_str(version == 4 ? "192.0.2.1" :
	    "2001:db8::1")) < 0 || pkt_addr_parse(&ip.dst,
	    slice_str(version == 4 ? "192.0.2.2" : "2001:db8::2")) < 0)
		unit_fatal("pkt_addr_parse", "fails");
	return ip;
}

/* Checksums by a few lines of Python (struct, ipaddress) from RFC 1071. */
static void
test_write_transport(void)
{
	struct pkt_ip v4 = ends(4), v6 = ends(6);
	struct pkt_udp u = { 5060, 5070, false, slice_str("odd") };
	struct pkt_tcp t = { 5060, 5070, 0xfffffffe, 7,
	    PKT_TCP_PSH | PKT_TCP_ACK, slice_str("even") };
	static uint8_t long_one[65536];
	struct buf b;

	buf_init(&b, 0);
	CHECK_INT(pkt_udp_write(&b, &v4, &u), 0, "UDP, IPv4");
	CHECK_HEX(b.p, b.n, "13c413ce000b80dd6f6464", "UDP, IPv4");
	buf_reset(&b);
	CHECK_INT(pkt_udp_write(&b, &v6, &u), 0, "UDP, IPv6");
	CHECK_HEX(b.p, b.n, "13c413ce000ba96c6f6464", "UDP, IPv6");
	buf_reset(&b);
	CHECK_INT(pkt_udp_write(&b, NULL, &u), 0, "UDP, no checksum");
	CHECK_HEX(b.p, b.n, "13c413ce000b00006f6464", "UDP, no checksum");
	buf_reset(&b);
	u.payload = slice_str("TD");
	CHECK_INT(pkt_udp_write(&b, &v4, &u), 0, "a checksum of 0");
	CHECK_HEX(b.p, b.n, "13c413ce000affff5444", "is ffff (RFC 768)");
	buf_reset(&b);
	CHECK_INT(pkt_tcp_write(&b, &v4, &t, 0), 0, "TCP, IPv4");
	CHECK_HEX(b.p, b.n,
	    "13c413cefffffffe000000075018ffff394800006576656e", "TCP, IPv4");
	buf_reset(&b);
	t = (struct pkt_tcp){ 5060, 5070, 1, 0, PKT_TCP_SYN, { NULL, 0 } };
	CHECK_INT(pkt_tcp_write(&b, &v6, &t, 1440), 0, "TCP, IPv6");
	CHECK_HEX(b.p, b.n,
	    "13c413ce00000001000000006002ffff15330000020405a0",
	    "TCP with MSS, IPv6");
	buf_reset(&b);
	u.payload = slice_of(long_one, 65528);
	CHECK_INT(pkt_udp_write(&b, &v6, &u), ERR_RANGE, "UDP too long");
	t.payload = slice_of(long_one, 65516);
	CHECK_INT(pkt_tcp_write(&b, &v6, &t, 0), ERR_RANGE, "TCP too long");
	CHECK_INT(b.n, 0, "nothing of them");
	buf_free(&b);
}

/* Fragments of PACKET with MTU: whole again, octet for octet. */
static void
fragments(struct slice packet, size_t mtu)
{
	struct pkt_ip whole, ip;
	size_t at = 0, sum = 0, n = 0;
	struct buf b;

	buf_init(&b, 0);
	CHECK_EACH(pkt_ip(packet, &whole) == 0, "the packet");
	while (pkt_ip_fragment(&b, packet, mtu, 0x1234567, &at) == 1) {
		CHECK_EACH(pkt_ip(buf_slice(&b), &ip) == 0 && !ip.cut &&
		    ip.fragment && ip.total == b.n && ip.offset == sum &&
		    ip.id == (whole.version == 4 ? whole.id : 0x1234567) &&
		    ip.proto == whole.proto && ip.more == (at <
		    whole.payload.n), "fragment %zu of mtu %zu", n, mtu);
		CHECK_EACH(b.n <= mtu && (!ip.more || b.n > mtu - 8),
		    "%zu octets, mtu %zu", b.n, mtu);
		CHECK_EACH(slice_eq(ip.payload, slice_sub(whole.payload, sum,
		    ip.payload.n)), "its octets");
		sum += ip.payload.n;
		n++;
		buf_reset(&b);
	}
	CHECK_EACH(sum == whole.payload.n, "all of it, mtu %zu", mtu);
	buf_free(&b);
}

/* IPv4, IPv6, and IPv6 with a routing header; their fragments at RFC 791's and
 * RFC 8200's places. */
static void
test_fragments(void)
{
	static const uint8_t routing[] = { 17, 0, 4, 0, 0, 0, 0, 0 };
	static uint8_t octets[5000];
	struct pkt_ip v4 = ends(4), v6 = ends(6);
	struct buf b[3], out;
	size_t at = 0;

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 31 + (i >> 8));
	for (size_t i = 0; i < 3; i++)
		buf_init(&b[i], 0);
	buf_init(&out, 0);
	v4.id = 0xbeef;
	if (pkt_ip_write(&b[0], &v4, 17, sizeof(octets)) < 0 ||
	    pkt_ip_write(&b[1], &v6, 17, sizeof(octets)) < 0 ||
	    pkt_ip_write(&b[2], &v6, 43, 8 + sizeof(octets)) < 0)
		unit_fatal("pkt_ip_write", "fails");
	buf_add(&b[2], routing, sizeof(routing));
	for (size_t i = 0; i < 3; i++) {
		buf_add(&b[i], octets, sizeof(octets));
		for (size_t mtu = 64; mtu < 5000; mtu += 7)
			fragments(buf_slice(&b[i]), mtu);
	}
	CHECK_INT(pkt_ip_fragment(&out, buf_slice(&b[0]), 48, 0, &at), 1,
	    "an IPv4 fragment");
	CHECK_HEX(out.p, 20, "4500002cbeef2000401117cec0000201c0000202",
	    "its header, by Python");
	CHECK_INT(pkt_ip_fragment(&out, buf_slice(&b[0]), 27, 0, &at),
	    ERR_RANGE, "no room");
	CHECK_INT(pkt_ip_fragment(&out, slice_of(out.p, 48), 40, 0, &at),
	    ERR_FORMAT, "a fragment of a fragment");
	at = 0;
	buf_reset(&out);
	CHECK_INT(pkt_ip_fragment(&out, buf_slice(&b[2]), 72, 0xabcdef01,
	    &at), 1, "an IPv6 fragment");
	CHECK_HEX(out.p, 8, "6000000000202b40", "its header");
	CHECK_HEX(out.p + 40, 16, "2c000400000000001100000" "1abcdef01",
	    "fragment header behind routing (RFC 8200 4.5)");
	for (size_t i = 0; i < 3; i++)
		buf_free(&b[i]);
	buf_free(&out);
}

/* Frames as tcpdump.org's list of link types draws them. */
static void
test_link_write(void)
{
	struct pkt_ip v4 = ends(4), v6 = ends(6);
	struct buf p4, p6, b;

	buf_init(&p4, 0);
	buf_init(&p6, 0);
	buf_init(&b, 0);
	if (pkt_ip_write(&p4, &v4, 17, 0) < 0 ||
	    pkt_ip_write(&p6, &v6, 17, 0) < 0)
		unit_fatal("pkt_ip_write", "fails");
	CHECK_INT(pkt_link_write(&b, 1, buf_slice(&p4)), 0, "Ethernet");
	CHECK_HEX(b.p, 16, "0200c00002020200c000020108004500", "Ethernet");
	buf_reset(&b);
	CHECK_INT(pkt_link_write(&b, 113, buf_slice(&p6)), 0, "SLL");
	CHECK_HEX(b.p, 18, "000000010006020600000001000086dd6000", "SLL");
	buf_reset(&b);
	CHECK_INT(pkt_link_write(&b, 276, buf_slice(&p4)), 0, "SLL2");
	CHECK_HEX(b.p, 22, "080000000000000100010006" "0200c000020100004500",
	    "SLL2");
	buf_reset(&b);
	CHECK_INT(pkt_link_write(&b, 101, buf_slice(&p4)), 0, "raw IP");
	CHECK(slice_eq(buf_slice(&b), buf_slice(&p4)), "as it is");
	CHECK_INT(pkt_link_write(&b, 228, buf_slice(&p6)), ERR_ALG,
	    "IPv6 as IPv4");
	CHECK_INT(pkt_link_write(&b, 229, buf_slice(&p4)), ERR_ALG,
	    "IPv4 as IPv6");
	CHECK_INT(pkt_link_write(&b, 105, buf_slice(&p4)), ERR_ALG,
	    "a link type that is not written");
	CHECK_INT(pkt_link_write(&b, 101, slice_str("x")), ERR_FORMAT,
	    "no IP packet");
	buf_free(&p4);
	buf_free(&p6);
	buf_free(&b);
}

/* Parse the IP packet of HEX, placed at the end of a page. */
static int
ip_of(const char *hex, struct pkt_ip *ip, uint8_t **edge, size_t *n)
{
	uint8_t octets[512];
	int len = slice_hex(slice_str(hex), octets, sizeof(octets));

	if (len < 0)
		unit_fatal("bad hex", hex);
	*n = (size_t)len;
	*edge = unit_edge(octets, *n);
	return pkt_ip(slice_of(*edge, *n), ip);
}

#define ADDRS4	"0a010203" "0a040506"
#define ADDRS6	"20010db8000000000000000000000001" \
		"20010db8000000000000000000000002"

static void
test_ip(void)
{
	static const struct {
		const char	*name, *hex;
		size_t		 total, payload;
		uint32_t	 id, offset;
		uint8_t		 proto;
		bool		 fragment, more, cut;
	} t[] = {
		{ "first fragment", "4500001c 1234 2000 4011 0000" ADDRS4
		    "0102030405060708", 28, 8, 0x1234, 0, 17, true, true,
		    false },
		{ "last fragment, the highest offset",
		    "4500001c 1234 1fff 4011 0000" ADDRS4 "0102030405060708",
		    28, 8, 0x1234, 65528, 17, true, false, false },
		{ "do not fragment", "4500001c 1234 4000 4011 0000" ADDRS4
		    "0102030405060708", 28, 8, 0x1234, 0, 17, false, false,
		    false },
		{ "padding", "45000016 1234 0000 4011 0000" ADDRS4
		    "0102030405060708", 22, 2, 0x1234, 0, 17, false, false,
		    false },
		{ "total length 0", "45000000 1234 0000 4011 0000" ADDRS4
		    "0102030405060708", 28, 8, 0x1234, 0, 17, false, false,
		    false },
		{ "cut", "45000100 1234 0000 4011 0000" ADDRS4
		    "0102030405060708", 256, 8, 0x1234, 0, 17, false,
		    false, true },
		{ "IPv6", "60000000 0004 11 40" ADDRS6 "01020304", 44, 4,
		    0, 0, 17, false, false, false },
		{ "IPv6 without next header", "60000000 0000 3b 40" ADDRS6
		    "0000", 40, 0, 0, 0, 59, false, false, false },
		{ "IPv6, length 0", "60000000 0000 06 40" ADDRS6 "0102",
		    42, 2, 0, 0, 6, false, false, false },
		{ "IPv6 fragment", "60000000 000a 2c 40" ADDRS6
		    "3c00 0011 89abcdef" "0102", 50, 2, 0x89abcdef, 16, 60,
		    true, true, false },
		{ "IPv6 last fragment", "60000000 000a 2c 40" ADDRS6
		    "1100 fff8 89abcdef" "0102", 50, 2, 0x89abcdef, 65528,
		    17, true, false, false },
		{ "IPv6 atomic fragment, then options",
		    "60000000 0012 2c 40" ADDRS6 "3c00 0000 00000007"
		    "1100 000000000000" "0102", 58, 2, 7, 0, 17, false,
		    false, false },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct pkt_ip ip;
		uint8_t *edge;
		size_t n;
		int e = ip_of(t[i].hex, &ip, &edge, &n);

		CHECK(e == 0 && ip.total == t[i].total &&
		    ip.payload.n == t[i].payload && ip.id == t[i].id &&
		    ip.offset == t[i].offset && ip.proto == t[i].proto &&
		    ip.fragment == t[i].fragment && ip.more == t[i].more &&
		    ip.cut == t[i].cut, "%s", t[i].name);
		unit_edge_free(edge, n);
	}
}

static void
test_ip_bad(void)
{
	static const struct {
		const char	*name, *hex;
		int		 want;
	} t[] = {
		{ "total length below the header's",
		    "45000013 1234 0000 4011 0000" ADDRS4, ERR_FORMAT },
		{ "header length below 20", "44000014 1234 0000 4011 0000"
		    ADDRS4, ERR_FORMAT },
		{ "header longer than the packet",
		    "4f000014 1234 0000 4011 0000" ADDRS4, ERR_MORE },
		{ "version 5", "55000014 1234 0000 4011 0000" ADDRS4,
		    ERR_FORMAT },
		{ "IPv6 extension that does not fit",
		    "60000000 0008 00 40" ADDRS6 "1101 000000000000",
		    ERR_FORMAT },
		{ "IPv6 extension that was cut",
		    "60000000 0010 00 40" ADDRS6 "1101 000000000000",
		    ERR_MORE },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct pkt_ip ip;
		uint8_t *edge;
		size_t n;

		CHECK_INT(ip_of(t[i].hex, &ip, &edge, &n), t[i].want, "%s",
		    t[i].name);
		unit_edge_free(edge, n);
	}
}

/* HEX through FN; *IN lies in OCTETS. */
static int
strip(int (*fn)(struct slice, struct slice *), const char *hex,
    uint8_t octets[512], struct slice *in)
{
	int n = slice_hex(slice_str(hex), octets, 512);

	if (n < 0)
		unit_fatal("bad hex", hex);
	return fn(slice_of(octets, (size_t)n), in);
}

static int
scat(struct slice udp_payload, struct slice *in)
{
	return pkt_modem(47290, udp_payload, in);
}

static int
gsmtap(struct slice udp_payload, struct slice *in)
{
	return pkt_modem(4729, udp_payload, in);
}

static int
other_port(struct slice udp_payload, struct slice *in)
{
	return pkt_modem(4730, udp_payload, in);
}

#define IP_4	"45000015 00000000 40110000 0a010203 0a040506 aa"
#define IP_6	"60000000 00013b40 20010db8 00000000 00000000 00000001 " \
	"20010db8 00000000 00000000 00000002 aa"
#define GSMTAP_2	"02041200 00000000 00000000 00000000 "
#define GSMTAP_3	"03000003 04030001 fffe0000 "

static void
test_tunnels(void)
{
	static const struct {
		const char	*name;
		int		(*fn)(struct slice, struct slice *);
		const char	*hex;
		int		 want;
	} t[] = {
		{ "GTP' ", pkt_gtpu, "20ff0004 00000001 45000000",
		    ERR_FORMAT },
		{ "GTP version 2", pkt_gtpu, "48200004 00000001 45000000",
		    ERR_FORMAT },
		{ "GTP-U, its extension of no length", pkt_gtpu,
		    "34ff0008 00000001 00000085 00000000", ERR_FORMAT },
		{ "GTP-U, its extension longer than its length", pkt_gtpu,
		    "34ff0008 00000001 00000085 02000000 00000000",
		    ERR_FORMAT },
		{ "GTP-U, its extension cut", pkt_gtpu,
		    "34ff0080 00000001 00000085 02000000", ERR_MORE },
		{ "GTP-U of nothing", pkt_gtpu, "30ff0000 00000001",
		    PKT_NEXT_OTHER },
		{ "GTP-U of something else", pkt_gtpu,
		    "30ff0004 00000001 01020304", PKT_NEXT_OTHER },
		{ "GRE with routing", pkt_gre, "40000800 00000000 45",
		    ERR_FORMAT },
		{ "GRE version 2", pkt_gre, "00020800 45", ERR_FORMAT },
		{ "GRE keepalive", pkt_gre, "00000000", PKT_NEXT_OTHER },
		{ "PPTP without a key", pkt_gre, "1001880b 00000000 00000000",
		    ERR_FORMAT },
		{ "PPTP acknowledgement", pkt_gre,
		    "2081880b 00000003 00000000", PKT_NEXT_OTHER },
		{ "VXLAN without VNI", pkt_vxlan, "00000000 00000000 00",
		    ERR_FORMAT },
		{ "SCAT, IPv4", scat, IP_4, PKT_NEXT_IP },
		{ "SCAT, IPv6", scat, IP_6, PKT_NEXT_IP },
		{ "SCAT's port, an octet more", scat, IP_4 "00", ERR_FORMAT },
		{ "SCAT's port, SIP", scat, "41434b20 7369703a 6120",
		    ERR_FORMAT },
		{ "SCAT's port, nothing", scat, "", ERR_FORMAT },
		{ "another port", other_port, IP_4, ERR_FORMAT },
		{ "GSMTAP 2, IPv4", gsmtap, GSMTAP_2 IP_4, PKT_NEXT_IP },
		{ "GSMTAP 3, IPv6", gsmtap, GSMTAP_3 IP_6, PKT_NEXT_IP },
		{ "GSMTAP, LTE NAS", gsmtap, GSMTAP_2 "0741720b f6",
		    ERR_FORMAT },
		{ "GSMTAP without a header", gsmtap, "02000000" IP_4,
		    ERR_FORMAT },
		{ "GSMTAP, a header longer than all", gsmtap, "02ff1200" IP_4,
		    ERR_FORMAT },
		{ "GSMTAP of version 1", gsmtap, "01041200 00000000 00000000 "
		    "00000000" IP_4, ERR_FORMAT },
	};
	uint8_t octets[512];
	struct slice in;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		CHECK_INT(strip(t[i].fn, t[i].hex, octets, &in), t[i].want,
		    "%s", t[i].name);
}

/* From 8.0.69.1: what a type of IP and an IP header would begin with. */
static void
test_guess(void)
{
	uint8_t octets[512];
	struct slice in;

	CHECK_INT(strip(pkt_guess, "45000014 00000000 40110000 08004501"
	    "0a040506", octets, &in), PKT_NEXT_IP, "a whole IP packet");
	CHECK_INT(strip(pkt_guess, "60112233 44550200 00000001 08004500"
	    "00140000", octets, &in), PKT_NEXT_ETHER, "an Ethernet frame");
	CHECK_INT(strip(pkt_guess, "45000114 00000000 40110000 0a010203",
	    octets, &in), PKT_NEXT_IP, "an IP packet that was cut");
	CHECK_INT(strip(pkt_guess, "01020304", octets, &in), PKT_NEXT_OTHER,
	    "neither");
}

/* A stack of N tags or labels of four octets each, then an IP packet. */
static int
stack(uint16_t type, const char *tag, int n, struct slice *in)
{
	static uint8_t octets[1024];
	size_t len = 0;
	int e;

	for (; n > 0; n--, len += (size_t)e)
		if ((e = slice_hex(slice_str(tag), octets + len, 4)) < 0)
			unit_fatal("bad hex", tag);
	memcpy(octets + len, "E\0\0\24", 4);
	if (type == 0x8847)
		octets[len - 2] |= 1;
	else
		memcpy(octets + len - 2, "\x08", 2);
	return pkt_ethertype(type, slice_of(octets, len + 20), in);
}

static void
test_stacks(void)
{
	struct slice in;

	CHECK_INT(stack(0x8100, "00058100", 8, &in), PKT_NEXT_IP, "8 tags");
	CHECK_INT(in.n, 20, "and the packet");
	CHECK_INT(stack(0x8100, "00058100", 9, &in), ERR_FORMAT, "9 tags");
	CHECK_INT(stack(0x8847, "00020040", 16, &in), PKT_NEXT_IP,
	    "16 labels");
	CHECK_INT(in.n, 20, "and the packet");
	CHECK_INT(stack(0x8847, "00020040", 17, &in), ERR_FORMAT,
	    "17 labels");
}

static void
test_transport(void)
{
	static const uint8_t zero[8] = { 1, 2, 3, 4 };
	static const uint8_t seven[8] = { 1, 2, 3, 4, 0, 7 };
	uint8_t tcp[24] = { 0x13, 0xc4, 0x13, 0xce, 1, 2, 3, 4, 5, 6, 7, 8,
	    0x60, 0x12 };
	static const uint8_t ten[9] = { 1, 2, 3, 4, 0, 10, 0, 0, 'a' };
	struct pkt_tcp t;
	struct pkt_udp u;

	CHECK(pkt_udp(slice_of(ten, 9), &u) == 0 && u.cut &&
	    slice_is(u.payload, "a"), "UDP that was cut");
	CHECK(pkt_udp(slice_of(zero, 8), &u) == 0 && u.payload.n == 0 &&
	    u.sport == 0x102 && u.dport == 0x304 && !u.cut, "UDP length 0");
	CHECK_INT(pkt_udp(slice_of(seven, 8), &u), ERR_FORMAT,
	    "UDP length 7");
	CHECK(pkt_tcp(slice_of(tcp, 24), &t) == 0 && t.seq == 0x01020304 &&
	    t.ack == 0x05060708 && t.payload.n == 0 &&
	    t.flags == (PKT_TCP_SYN | PKT_TCP_ACK), "TCP");
	CHECK_INT(pkt_tcp(slice_of(tcp, 23), &t), ERR_MORE,
	    "TCP options cut");
	tcp[12] = 0x40;
	CHECK_INT(pkt_tcp(slice_of(tcp, 24), &t), ERR_FORMAT,
	    "TCP header below 20");
}

/* RFC 9260 3.3.1, RFC 8260 2.1 */
static void
test_sctp(void)
{
	uint8_t octets[512];
	struct pkt_sctp_data d;
	struct slice s;
	int n = slice_hex(slice_str(
	    "0300 0006 0000 0000"			/* padded SACK */
	    "0006 0012 00000005 0007 0008 0000002e 6162 0000"
	    "4002 0017 00000006 0001 0000 00010009 0000002f 616263 00"
	    "4001 0015 00000007 0001 0000 00010009 00000001 64 000000"
	    "0003 0020 00000008 0001 0002 00000000 7879"), octets,
	    sizeof(octets));

	s = slice_of(octets, (size_t)n);
	CHECK(pkt_sctp_next(&s, &d) == 1 && d.tsn == 5 && d.stream == 7 &&
	    d.ssn == 8 && d.ppid == 46 && d.begin && !d.end && d.unordered &&
	    !d.cut && slice_is(d.data, "ab"), "DATA behind another chunk");
	CHECK(pkt_sctp_next(&s, &d) == 1 && d.tsn == 6 && d.ssn == 9 &&
	    d.ppid == 47 && d.fsn == 0 && d.begin && !d.end &&
	    slice_is(d.data, "abc"), "I-DATA");
	CHECK(pkt_sctp_next(&s, &d) == 1 && d.tsn == 7 && d.ppid == 0 &&
	    d.fsn == 1 && !d.begin && d.end && slice_is(d.data, "d"),
	    "I-DATA, its second fragment");
	CHECK(pkt_sctp_next(&s, &d) == 1 && d.tsn == 8 && d.cut &&
	    slice_is(d.data, "xy"), "DATA that was cut");
	CHECK(pkt_sctp_next(&s, &d) == 0 && s.n == 0, "no more");
	s = slice_of("\3\0\0\3", 4);
	CHECK_INT(pkt_sctp_next(&s, &d), ERR_FORMAT, "chunk of length 3");
	s = slice_of("\0\3\0\3\0\0\0\0", 8);
	CHECK_INT(pkt_sctp_next(&s, &d), ERR_FORMAT, "DATA of length 3");
	CHECK_INT(pkt_sctp_next(&s, &d), 0, "nothing behind it");
	s = slice_of("\0\3\0\17\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	CHECK_INT(pkt_sctp_next(&s, &d), ERR_FORMAT, "DATA of length 15");
	s = slice_of("\0\3\0\40\0\0\0\0\0\0\0\0", 12);
	CHECK_INT(pkt_sctp_next(&s, &d), ERR_MORE, "DATA header cut");
}

static void
test_link(void)
{
	static const int known[] = {
		0, 1, 9, 12, 14, 50, 51, 101, 108, 113, 228, 229, 276,
	};
	struct slice in;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		n += pkt_link_known(known[i]);
	CHECK_INT(n, sizeof(known) / sizeof(known[0]), "link types known");
	CHECK(!pkt_link_known(105) && !pkt_link_known(-1), "others not");
	CHECK_INT(pkt_link(105, slice_of("abcd", 4), &in), ERR_ALG,
	    "802.11");
	CHECK_INT(in.n, 0, "and nothing in it");
}

/* Tcpdump.org's pages of link types, RFC 1662, RFC 2516, IEEE 802.1ad. */
static const struct {
	int		 linktype;
	const char	*like, *want4, *want6;	/* NULL: ERR_ALG */
} likes[] = {
	{ 1, "02000000000102000000000286dd60", "0200000000010200000000020800",
	    "02000000000102000000000286dd" },
	{ 1, "02000000000102000000000288a80064810000c8080045",
	    "02000000000102000000000288a80064810000c80800",
	    "02000000000102000000000288a80064810000c886dd" },
	/* Labels of MPLS, and PPPoE, go. */
	{ 1, "020000000001020000000002884700001140", "02000000000102000000000"
	    "20800", "02000000000102000000000286dd" },
	{ 1, "0200000000010200000000028100", "0200000000010200000000020800",
	    "02000000000102000000000286dd" },
	{ 113, "0004000100060200000000010000080045", "0004000100060200000000"
	    "0100000800", "00040001000602000000000100" "0086dd" },
	{ 276, "86dd0000000000020001000602000000000100" "0060",
	    "08000000000000020001000602000000000100" "00",
	    "86dd0000000000020001000602000000000100" "00" },
	{ 0, "0200000045", "02000000", "1e000000" },
	{ 0, "0000000245", "00000002", "0000001e" },
	{ 108, "0000001860", "00000002", "0000001e" },
	{ 9, "002145", "ff030021", "ff030057" },
	{ 50, "ff03002145", "ff030021", "ff030057" },
	{ 51, "11001234002a002145", "1100123400160021", "1100123400160057" },
	{ 101, "45", "", "" },
	{ 12, "45", "", "" },
	{ 228, "45", "", NULL },
	{ 229, "60", NULL, "" },
	{ 105, "0800", NULL, NULL },
};

static void
test_like(void)
{
	uint8_t like[64];
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < sizeof(likes) / sizeof(likes[0]); i++) {
		int n = slice_hex(slice_str(likes[i].like), like,
		    sizeof(like));

		for (uint8_t v = 4; v <= 6; v += 2) {
			const char *want = v == 4 ? likes[i].want4 :
			    likes[i].want6;
			uint8_t *edge = unit_edge(like, (size_t)n);
			int r;

			buf_reset(&b);
			r = pkt_link_like(&b, likes[i].linktype,
			    slice_of(edge, (size_t)n), v, 20);
			CHECK(want == NULL ? r == ERR_ALG : r == 0,
			    "type %d, version %d", likes[i].linktype, v);
			CHECK_HEX(b.p, b.n, want == NULL ? "" : want,
			    "its link layer");
			unit_edge_free(edge, (size_t)n);
		}
	}
	buf_free(&b);
}

int
main(void)
{
	test_frames();
	test_addr_text();
	test_addr_random();
	test_write();
	test_write_transport();
	test_fragments();
	test_link_write();
	test_ip();
	test_ip_bad();
	test_tunnels();
	test_guess();
	test_stacks();
	test_transport();
	test_sctp();
	test_link();
	test_like();
	return unit_end();
}
