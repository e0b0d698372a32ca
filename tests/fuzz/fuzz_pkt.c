/*
 * fuzz_pkt: what must hold for frames whatever the octets are.  The first octet
 * chooses the link type.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "pkt.h"

#define DEPTH	24

/* What a header function may return; IN is smaller than what it was given. */
static bool
next_ok(int r, struct slice in, struct slice outer)
{
	must(r == PKT_NEXT_IP || r == PKT_NEXT_ETHER || r == PKT_NEXT_OTHER ||
	    r == ERR_MORE || r == ERR_FORMAT || r == ERR_ALG);
	if (r != PKT_NEXT_IP && r != PKT_NEXT_ETHER)
		return false;
	inside(in, outer);
	return true;
}

static void	packet(struct slice in, int depth);
static void	frame(int linktype, struct slice in, int depth);

static void
follow(int r, struct slice in, struct slice outer, int depth)
{
	if (!next_ok(r, in, outer))
		return;
	if (r == PKT_NEXT_IP)
		packet(in, depth);
	else
		frame(1, in, depth);
}

static void
check_sctp(struct slice in)
{
	struct pkt_sctp_data d;
	struct pkt_sctp s;
	size_t left;
	int r;

	if (pkt_sctp(in, &s) < 0)
		return;
	inside(s.chunks, in);
	for (left = s.chunks.n; (r = pkt_sctp_next(&s.chunks, &d)) > 0;
	    left = s.chunks.n) {
		must(s.chunks.n < left);
		inside(d.data, in);
	}
	must(r == 0 || r == ERR_FORMAT || r == ERR_MORE);
	must(s.chunks.n == 0);
}

static void
transports(struct slice in, int depth)
{
	struct slice inner = { NULL, 0 };
	struct pkt_udp u;
	struct pkt_tcp t;

	if (pkt_udp(in, &u) == 0) {
		inside(u.payload, in);
		must(u.payload.n + 8 <= in.n);
		follow(pkt_gtpu(u.payload, &inner), inner, in, depth);
		follow(pkt_vxlan(u.payload, &inner), inner, in, depth);
	}
	if (pkt_tcp(in, &t) == 0) {
		inside(t.payload, in);
		must(t.payload.n + 20 <= in.n);
	}
	check_sctp(in);
	follow(pkt_gre(in, &inner), inner, in, depth);
}

/* What was read, written again, reads the same. */
static void
write_again(const struct pkt_ip *ip)
{
	struct pkt_ip again;
	struct buf b;

	buf_init(&b, 0);
	if (pkt_ip_write(&b, ip, ip->proto, ip->payload.n) == 0) {
		buf_put(&b, ip->payload);
		must(b.bad || pkt_ip(buf_slice(&b), &again) == 0);
		must(b.bad || (pkt_addr_eq(&again.src, &ip->src) &&
		    pkt_addr_eq(&again.dst, &ip->dst) && !again.fragment));
	}
	buf_free(&b);
}

static void
packet(struct slice in, int depth)
{
	char text[PKT_ADDR_TEXT];
	struct pkt_addr a;
	struct pkt_ip ip;

	if (depth > DEPTH || pkt_ip(in, &ip) < 0)
		return;
	inside(ip.header, in);
	inside(ip.payload, in);
	must(ip.header.n + ip.payload.n <= in.n);
	must(ip.cut || ip.header.n + ip.payload.n == ip.total);
	must(pkt_addr_parse(&a, slice_str(pkt_addr_text(&ip.src, text))) ==
	    0 && pkt_addr_eq(&a, &ip.src));
	if (ip.fragment)
		return;
	write_again(&ip);
	if (ip.proto == PKT_PROTO_IPIP || ip.proto == PKT_PROTO_IPV6)
		packet(ip.payload, depth + 1);
	else
		transports(ip.payload, depth + 1);
}

static void
frame(int linktype, struct slice in, int depth)
{
	struct slice inner = { NULL, 0 };

	if (depth <= DEPTH)
		follow(pkt_link(linktype, in, &inner), inner, in, depth + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int types[] = {
		0, 1, 9, 12, 14, 50, 51, 101, 108, 113, 228, 229, 276, 147,
	};
	struct slice inner = { NULL, 0 }, in;
	uint8_t *copy;

	if (size < 1)
		return 0;
	/* Of its own, so that ASan sees its end. */
	if ((copy = malloc(size)) == NULL)
		return 0;
	memcpy(copy, data, size);
	in = slice_of(copy + 1, size - 1);
	frame(types[data[0] % (sizeof(types) / sizeof(types[0]))], in, 0);
	packet(in, 0);
	transports(in, 0);
	follow(pkt_ppp(in, &inner), inner, in, 1);
	follow(pkt_guess(in, &inner), inner, in, 1);
	free(copy);
	return 0;
}
