/* pkt_write: headers of links, IP, UDP and TCP; IP packets fragmented. */
#include <string.h>

#include "err.h"
#include "pkt.h"

#define LINK_RAW	101	/* tcpdump.org's numbers */
#define LINK_ETHERNET	1
#define LINK_SLL	113
#define LINK_IPV4	228
#define LINK_IPV6	229
#define LINK_SLL2	276
#define ARPHRD_ETHER	1
#define IPV4_LEN	20	/* without options */
#define IPV4_MORE	0x2000
#define IPV6_LEN	40
#define IPV6_NEXT	6	/* offset of the next header */
#define FRAGMENT	44	/* RFC 8200 4.5 */
#define FRAGMENT_LEN	8
#define UDP_LEN		8
#define UDP_SUM		6	/* offset of the checksum */
#define TCP_LEN		20
#define TCP_SUM		16
#define TCP_WINDOW	65535
#define TCP_MSS		0x0204	/* kind and length */
#define TCP_MSS_LEN	4

static void
put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Six octets for A: 02 and 00 or 06, and the end of the address. */
static void
hardware(struct buf *out, const struct pkt_addr *a)
{
	buf_u8(out, 2);
	buf_u8(out, a->family == 6 ? 6 : 0);
	buf_add(out, a->ip + (a->family == 6 ? 12 : 0), 4);
}

static int
link_header(struct buf *out, int linktype, const struct pkt_ip *ip)
{
	uint16_t type = ip->version == 4 ? 0x0800 : 0x86dd;

	switch (linktype) {
	case LINK_RAW:
		return 0;
	case LINK_IPV4:
		return ip->version == 4 ? 0 : ERR_ALG;
	case LINK_IPV6:
		return ip->version == 6 ? 0 : ERR_ALG;
	case LINK_ETHERNET:
		hardware(out, &ip->dst);
		hardware(out, &ip->src);
		buf_u16(out, type);
		return 0;
	case LINK_SLL:
		buf_u16(out, 0);		/* to us */
		buf_u16(out, ARPHRD_ETHER);
		buf_u16(out, 6);
		hardware(out, &ip->src);
		buf_u16(out, 0);
		buf_u16(out, type);
		return 0;
	case LINK_SLL2:
		buf_u16(out, type);
		buf_u16(out, 0);
		buf_u32(out, 1);		/* interface */
		buf_u16(out, ARPHRD_ETHER);
		buf_u16(out, 6);		/* to us; octets of address */
		hardware(out, &ip->src);
		buf_u16(out, 0);
		return 0;
	default:
		return ERR_ALG;
	}
}

int
pkt_link_write(struct buf *out, int linktype, struct slice packet)
{
	struct pkt_ip ip;
	int r;

	if (pkt_ip(packet, &ip) < 0)
		return ERR_FORMAT;
	if ((r = link_header(out, linktype, &ip)) < 0)
		return r;
	buf_put(out, packet);
	return out->bad ? ERR_MEM : 0;
}

/* RFC 1071, not yet complemented: the sum of S added to SUM. */
static uint32_t
add(uint32_t sum, struct slice s)
{
	size_t i;

	for (i = 0; i + 1 < s.n; i += 2)
		sum += slice_be16(s.p + i);
	if (i < s.n)
		sum += (uint32_t)s.p[i] << 8;
	return (sum & 0xffff) + (sum >> 16);
}

static uint16_t
end_sum(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Of the octets of OUT from AT on, with the pseudo header. */
static uint16_t
checksum(const struct buf *out, size_t at, const struct pkt_ip *ip,
    uint8_t proto)
{
	size_t n = ip->version == 4 ? 4 : 16;
	struct slice s = slice_from(buf_slice(out), at);
	uint32_t sum = proto + (uint32_t)s.n;

	sum = add(sum, slice_of(ip->src.ip, n));
	sum = add(sum, slice_of(ip->dst.ip, n));
	return end_sum(add(sum, s));
}

static void
write_v4(uint8_t h[IPV4_LEN], const struct pkt_ip *ip, uint8_t proto,
    size_t len)
{
	memset(h, 0, IPV4_LEN);
	h[0] = 0x45;
	put16(h + 2, len + IPV4_LEN);
	put16(h + 4, ip->id);
	h[8] = ip->ttl != 0 ? ip->ttl : 64;
	h[9] = proto;
	memcpy(h + 12, ip->src.ip, 4);
	memcpy(h + 16, ip->dst.ip, 4);
	put16(h + 10, end_sum(add(0, slice_of(h, IPV4_LEN))));
}

int
pkt_ip_write(struct buf *out, const struct pkt_ip *ip, uint8_t proto,
    size_t len)
{
	uint8_t h[IPV6_LEN];

	if (ip->version == 4 && len <= UINT16_MAX - IPV4_LEN) {
		write_v4(h, ip, proto, len);
		buf_add(out, h, IPV4_LEN);
		return 0;
	}
	if (ip->version != 6 || len > UINT16_MAX)
		return ERR_RANGE;
	memset(h, 0, sizeof(h));
	h[0] = 0x60;
	put16(h + 4, len);
	h[IPV6_NEXT] = proto;
	h[7] = ip->ttl != 0 ? ip->ttl : 64;
	memcpy(h + 8, ip->src.ip, 16);
	memcpy(h + 24, ip->dst.ip, 16);
	buf_add(out, h, sizeof(h));
	return 0;
}

/* OUT from START on is the header of IP; it becomes that of a fragment. */
static void
fragment_v4(struct buf *out, size_t start, const struct pkt_ip *ip, size_t at,
    size_t len, bool more)
{
	uint8_t *h = out->p + start;

	put16(h + 2, ip->header.n + len);
	put16(h + 6, at / 8 | (more ? IPV4_MORE : 0));
	put16(h + 10, 0);
	put16(h + 10, end_sum(add(0, slice_of(h, ip->header.n))));
}

/* Where, in the headers of IP, it says what its payload is (RFC 8200 4). */
static size_t
last_next(const struct pkt_ip *ip)
{
	const uint8_t *h = ip->header.p;
	size_t at = IPV6_NEXT, ext = IPV6_LEN;

	while (ext + 8 <= ip->header.n) {
		uint8_t proto = h[at];

		at = ext;
		ext += proto == FRAGMENT ? FRAGMENT_LEN :
		    proto == 51 ? ((size_t)h[ext + 1] + 2) * 4 :
		    ((size_t)h[ext + 1] + 1) * 8;
	}
	return at;
}

static void
fragment_v6(struct buf *out, size_t start, const struct pkt_ip *ip, size_t at,
    size_t len, bool more, uint32_t id)
{
	size_t next = last_next(ip);

	put16(out->p + start + 4, ip->header.n - IPV6_LEN + FRAGMENT_LEN + len);
	out->p[start + next] = FRAGMENT;
	buf_u8(out, ip->header.p[next]);
	buf_u8(out, 0);
	buf_u16(out, (uint16_t)(at | more));
	buf_u32(out, id);
}

int
pkt_ip_fragment(struct buf *out, struct slice packet, size_t mtu, uint32_t id,
    size_t *at)
{
	struct pkt_ip ip;
	size_t start = out->n, head, len;
	bool more;

	if (pkt_ip(packet, &ip) < 0 || ip.cut || ip.fragment)
		return ERR_FORMAT;
	if (*at >= ip.payload.n)
		return 0;
	head = ip.header.n + (ip.version == 6 ? FRAGMENT_LEN : 0);
	if (mtu < head + 8)
		return ERR_RANGE;
	len = (mtu - head) & ~(size_t)7;
	more = ip.payload.n - *at > mtu - head;
	if (!more)
		len = ip.payload.n - *at;
	buf_put(out, ip.header);
	if (out->bad)
		return ERR_MEM;
	if (ip.version == 4)
		fragment_v4(out, start, &ip, *at, len, more);
	else
		fragment_v6(out, start, &ip, *at, len, more, id);
	buf_put(out, slice_sub(ip.payload, *at, len));
	*at += len;
	return out->bad ? ERR_MEM : 1;
}

/* RFC 768 */
int
pkt_udp_write(struct buf *out, const struct pkt_ip *ip,
    const struct pkt_udp *u)
{
	size_t start = out->n, len = UDP_LEN + u->payload.n;
	uint16_t sum;

	if (len > UINT16_MAX)
		return ERR_RANGE;
	buf_u16(out, u->sport);
	buf_u16(out, u->dport);
	buf_u16(out, (uint16_t)len);
	buf_u16(out, 0);
	buf_put(out, u->payload);
	if (out->bad)
		return ERR_MEM;
	if (ip == NULL)
		return 0;
	sum = checksum(out, start, ip, PKT_PROTO_UDP);
	/* 0 would mean that there is none. */
	put16(out->p + start + UDP_SUM, sum != 0 ? sum : 0xffff);
	return 0;
}

/* RFC 9293 3.1, 3.2 */
int
pkt_tcp_write(struct buf *out, const struct pkt_ip *ip,
    const struct pkt_tcp *t, uint16_t mss)
{
	size_t start = out->n;
	size_t len = TCP_LEN + (mss > 0 ? TCP_MSS_LEN : 0);

	if (t->payload.n > UINT16_MAX - len)
		return ERR_RANGE;
	buf_u16(out, t->sport);
	buf_u16(out, t->dport);
	buf_u32(out, t->seq);
	buf_u32(out, t->ack);
	buf_u8(out, (uint8_t)(len / 4 << 4));
	buf_u8(out, t->flags);
	buf_u16(out, TCP_WINDOW);
	buf_u32(out, 0);
	if (mss > 0) {
		buf_u16(out, TCP_MSS);
		buf_u16(out, mss);
	}
	buf_put(out, t->payload);
	if (out->bad)
		return ERR_MEM;
	put16(out->p + start + TCP_SUM,
	    checksum(out, start, ip, PKT_PROTO_TCP));
	return 0;
}
