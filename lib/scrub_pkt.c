/* scrub_pkt: link layers, tunnels and datagrams. */
#include <string.h>

#include "err.h"
#include "scrub_int.h"

#define UDP_HEADER	8
#define PORT_DNS	53

enum {
	LINK_ETHERNET = 1,
	LINK_SLL = 113,
	LINK_SLL2 = 276,
};

enum {			/* chunks: RFC 9260 3.2 */
	CHUNK_DATA = 0,
	CHUNK_INIT = 1,
	CHUNK_INIT_ACK = 2,
	CHUNK_SACK = 3,
	CHUNK_SHUTDOWN = 7,
	CHUNK_ERROR = 9,
	CHUNK_I_DATA = 64,
};
enum { PARAM_IP4 = 5, PARAM_IP6 = 6, PARAM_COOKIE = 7, PARAM_HOST = 11 };

void
scrub_blank(struct scrub_cap *c, uint8_t *p, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++)
		any |= p[i] != 0;
	if (!any)
		return;
	if (c->s->opt.keep_other) {
		scrub_leave(c->s, "octets of packets not understood",
		    c->s->frame);
		return;
	}
	memset(p, 0, n);
	c->s->count[SCRUB_PAYLOAD]++;
}

/* A datagram that is SIP, or empty lines; false: something else. */
bool
scrub_datagram(struct scrub_cap *c, struct scrub_walk *w, uint8_t *p, size_t n)
{
	const struct sa_seen at = { &w->src, &w->dst, w->sport, w->spi,
	    w->time_ns, w->frame };
	int begins;

	while (n > 0 && (*p == '\r' || *p == '\n' || *p == 0)) {
		p++;
		n--;
	}
	if (n == 0)
		return true;
	begins = sip_begins(slice_of(p, n));
	if (begins == 0 || (begins < 0 && !w->cut))
		return false;
	return scrub_message(c->s, p, n, &at) != ERR_FORMAT;
}

/* What a tunnel's header gave: R and IN, within the N octets at P. */
static void
tunnelled(struct scrub_cap *c, struct scrub_walk *w, int r, uint8_t *p,
    size_t n, struct slice in)
{
	size_t at = r >= 0 ? (size_t)(in.p - p) : 0;

	if (r != PKT_NEXT_IP && r != PKT_NEXT_ETHER) {
		scrub_blank(c, p, n);
		return;
	}
	if (r == PKT_NEXT_IP)
		scrub_ip(c, w, p + at, in.n);
	else
		scrub_link(c, w, LINK_ETHERNET, p + at, in.n);
	if (at + in.n < n)
		scrub_blank(c, p + at + in.n, n - at - in.n);
}

static void
udp(struct scrub_cap *c, struct scrub_walk *w, uint8_t *p, size_t n)
{
	struct slice in;
	struct pkt_udp u;
	int r;

	if (pkt_udp(slice_of(p, n), &u) < 0) {
		if (n > UDP_HEADER)
			scrub_blank(c, p + UDP_HEADER, n - UDP_HEADER);
		return;
	}
	p = scrub_mut(u.payload);
	w->sport = u.sport;
	w->cut |= u.cut;
	if (u.payload.n < n - UDP_HEADER)
		scrub_blank(c, p + u.payload.n, n - UDP_HEADER -
		    u.payload.n);
	n = u.payload.n;
	if (u.sport == PKT_PORT_GTPU || u.dport == PKT_PORT_GTPU) {
		r = pkt_gtpu(u.payload, &in);
		if (r == PKT_NEXT_IP || r == PKT_NEXT_ETHER) {
			tunnelled(c, w, r, p, n, in);
			return;
		}
		/* Echo and the like: the header says nothing of anybody. */
		if (r == PKT_NEXT_OTHER && n > 8) {
			scrub_blank(c, p + 8, n - 8);
			return;
		}
	}
	if ((u.dport == PKT_PORT_VXLAN || u.dport == PKT_PORT_VXLAN_OLD) &&
	    (r = pkt_vxlan(u.payload, &in)) >= 0)
		tunnelled(c, w, r, p, n, in);
	else if (pkt_modem(u.dport, u.payload, &in) == PKT_NEXT_IP)
		tunnelled(c, w, PKT_NEXT_IP, p, n, in);
	else if ((u.sport == PORT_DNS || u.dport == PORT_DNS) &&
	    scrub_dns(c, p, n))
		return;
	else if (scrub_datagram(c, w, p, n))
		return;
	else if ((u.sport == PKT_PORT_NATT || u.dport == PKT_PORT_NATT) &&
	    n > ESP_HEADER && slice_be32(p) != 0)
		scrub_esp(c, w, p, n);
	else if (n > 1)		/* RFC 3948 2.3: one octet */
		scrub_blank(c, p, n);
}

/* INIT and INIT ACK (RFC 9260 3.3.2): addresses, names, the cookie. */
static void
sctp_params(struct scrub_cap *c, uint8_t *p, size_t n)
{
	while (n >= 4) {
		unsigned type = slice_be16(p);
		size_t len = slice_be16(p + 2);
		struct pkt_addr a = { 0 };

		if (len < 4 || len > n) {
			scrub_blank(c, p, n);
			return;
		}
		if ((type == PARAM_IP4 && len == 8) ||
		    (type == PARAM_IP6 && len == 20)) {
			a.family = type == PARAM_IP4 ? 4 : 6;
			memcpy(a.ip, p + 4, len - 4);
			scrub_address(c->s, &a);
			memcpy(p + 4, a.ip, len - 4);
		} else if (type == PARAM_COOKIE || type == PARAM_HOST)
			scrub_blank(c, p + 4, len - 4);
		len = (len + 3) & ~(size_t)3;
		if (len > n)
			return;
		p += len;
		n -= len;
	}
}

/* CRC32c (RFC 9260 appendix A), the checksum itself as zeros. */
static uint32_t
crc32c(const uint8_t *p, size_t n)
{
	uint32_t crc = ~0U;

	for (size_t i = 0; i < n; i++) {
		crc ^= i >= 8 && i < 12 ? 0 : p[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (0x82f63b78 & (0U - (crc & 1)));
	}
	return ~crc;
}

static void
sctp_chunk(struct scrub_cap *c, struct scrub_walk *w, uint8_t *p, size_t n)
{
	struct slice rest = slice_of(p, n);
	struct pkt_sctp_data d;
	uint8_t type = p[0];

	if (type == CHUNK_SACK || type == CHUNK_SHUTDOWN || n <= 4)
		return;
	if (type == CHUNK_INIT || type == CHUNK_INIT_ACK) {
		if (n > 20)
			sctp_params(c, p + 20, n - 20);
		return;
	}
	if ((type != CHUNK_DATA && type != CHUNK_I_DATA) ||
	    pkt_sctp_next(&rest, &d) <= 0) {
		/* Heartbeats and errors are of one parameter, with a head. */
		size_t head = type > CHUNK_SACK && type <= CHUNK_ERROR ? 8 : 4;

		if (n > head)
			scrub_blank(c, p + head, n - head);
		return;
	}
	w->cut = d.cut;
	if (d.begin && (d.end || d.cut)) {
		if (scrub_datagram(c, w, scrub_mut(d.data), d.data.n) ||
		    scrub_diameter(c, scrub_mut(d.data), d.data.n) == 0)
			return;
	}
	scrub_blank(c, scrub_mut(d.data), d.data.n);
}

static void
sctp(struct scrub_cap *c, struct scrub_walk *w, uint8_t *p, size_t n)
{
	struct pkt_sctp s;
	size_t at = 12;
	bool right;
	uint32_t crc;

	if (pkt_sctp(slice_of(p, n), &s) < 0) {
		scrub_blank(c, p, n);
		return;
	}
	w->sport = s.sport;
	right = crc32c(p, n) == __builtin_bswap32(slice_be32(p + 8));
	while (at + 4 <= n) {
		size_t len = slice_be16(p + at + 2);

		if (len < 4 || len > n - at)
			len = n - at;
		sctp_chunk(c, w, p + at, len);
		at += (len + 3) & ~(size_t)3;
	}
	if (!right)
		return;
	crc = crc32c(p, n);
	for (int i = 0; i < 4; i++)
		p[8 + i] = (uint8_t)(crc >> 8 * i);
}

/* What an error is about lies behind its head (RFC 792, RFC 4443). */
static void
icmp(struct scrub_cap *c, struct scrub_walk *w, uint8_t proto, uint8_t *p,
    size_t n)
{
	bool error = n > 8 && (proto == SCRUB_ICMP6 ? p[0] >= 1 && p[0] <= 4 :
	    p[0] == 3 || p[0] == 4 || p[0] == 11 || p[0] == 12);
	struct scrub_walk about = *w;

	if (error) {
		/* Its segments were seen, or never came. */
		about.cut = true;
		if (about.pass == SCRUB_FIRST)
			about.pass = SCRUB_AGAIN;
		scrub_ip(c, &about, p + 8, n - 8);
	} else if (n > 4)
		scrub_blank(c, p + 4, n - 4);
}

void
scrub_transport(struct scrub_cap *c, struct scrub_walk *w, uint8_t proto,
    uint8_t *p, size_t n)
{
	struct slice in;
	int r;

	switch (proto) {
	case PKT_PROTO_UDP:
		udp(c, w, p, n);
		break;
	case PKT_PROTO_TCP:
		scrub_tcp(c, w, p, n);
		break;
	case PKT_PROTO_SCTP:
		sctp(c, w, p, n);
		break;
	case PKT_PROTO_ESP:
		scrub_esp(c, w, p, n);
		break;
	case PKT_PROTO_IPIP:
	case PKT_PROTO_IPV6:
		scrub_ip(c, w, p, n);
		break;
	case PKT_PROTO_GRE:
		r = pkt_gre(slice_of(p, n), &in);
		tunnelled(c, w, r, p, n, in);
		break;
	case PKT_PROTO_NONE:
		break;
	case SCRUB_ICMP:
	case SCRUB_ICMP6:
		icmp(c, w, proto, p, n);
		break;
	default:
		scrub_blank(c, p, n);
	}
}

/*
 * Addresses of the link layer.  Of the 8 octets that a Linux cooked header has
 * for one, those that are none hold what happened to be in memory: parts of
 * packets.
 */
static void
stations(struct scrub_cap *c, int linktype, uint8_t *p, size_t n)
{
	size_t at, len;

	if (linktype == LINK_ETHERNET && n >= 12) {
		scrub_mac(c->s, p);
		scrub_mac(c->s, p + 6);
	} else if ((linktype == LINK_SLL && n >= 16) ||
	    (linktype == LINK_SLL2 && n >= 20)) {
		at = linktype == LINK_SLL ? 6 : 12;
		len = linktype == LINK_SLL ? slice_be16(p + 4) : p[11];
		if (len == 6)
			scrub_mac(c->s, p + at);
		else
			len = 0;
		memset(p + at + len, 0, 8 - len);
	}
}

void
scrub_link(struct scrub_cap *c, struct scrub_walk *w, int linktype, uint8_t *p,
    size_t n)
{
	struct scrub_walk inner = *w;
	struct slice in = { NULL, 0 };
	size_t head = linktype == LINK_ETHERNET ? 14 :
	    linktype == LINK_SLL ? 16 : linktype == LINK_SLL2 ? 20 : 0;
	int r = ERR_LIMIT;

	if (++inner.depth <= SCRUB_LEVELS)
		r = pkt_link(linktype, slice_of(p, n), &in);
	stations(c, linktype, p, n);
	if (r == PKT_NEXT_IP || r == PKT_NEXT_ETHER)
		tunnelled(c, &inner, r, p, n, in);
	else if (n > head)
		scrub_blank(c, p + head, n - head);
}
