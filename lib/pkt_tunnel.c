/* pkt_tunnel: GTP-U (TS 29.281), GRE (RFC 2784, 2637), VXLAN, modem logs. */
#include "err.h"
#include "pkt.h"

#define GTPU_LEN	8	/* that its length field does not count */

enum {
	GTPU_PN = 1,
	GTPU_S = 2,
	GTPU_E = 4,
	GTPU_GPDU = 255,
};

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,	/* RFC 1701, gone from RFC 2784 */
	GRE_KEY = 0x2000,
	GRE_SEQ = 0x1000,
	GRE_ACK = 0x0080,	/* RFC 2637 */
	GRE_VERSION = 0x0007,
	GRE_ERSPAN3 = 0x22eb,
	GRE_ERSPAN = 0x88be,
	GRE_PPP = 0x880b,
};

enum {
	VXLAN_VNI = 0x08,
	VXLAN_PROTOCOL = 0x04,	/* GPE: the octet before the VNI counts */
};

/* Extension headers (TS 29.281 5.2): length in fours, next type at the end. */
static int
gtpu_extensions(struct cursor *c)
{
	uint8_t type, len;

	cursor_skip(c, 3);
	type = cursor_u8(c);
	while (type != 0 && !c->bad) {
		len = cursor_u8(c);
		if (c->bad)
			break;
		if (len == 0)
			return ERR_FORMAT;
		cursor_skip(c, (size_t)len * 4 - 2);
		type = cursor_u8(c);
	}
	return 0;
}

int
pkt_gtpu(struct slice udp_payload, struct slice *in)
{
	struct cursor c;
	uint8_t flags, type;
	size_t len;
	bool cut;

	*in = slice_of(udp_payload.p, 0);
	cursor_init(&c, udp_payload);
	flags = cursor_u8(&c);
	type = cursor_u8(&c);
	len = cursor_u16(&c);
	cursor_skip(&c, 4);
	if (c.bad)
		return ERR_MORE;
	if (flags >> 4 != 3)	/* version 1, not GTP' */
		return ERR_FORMAT;
	if (type != GTPU_GPDU)
		return PKT_NEXT_OTHER;
	cut = len > udp_payload.n - GTPU_LEN;
	cursor_init(&c, slice_sub(udp_payload, GTPU_LEN, len));
	if (flags & GTPU_E) {
		if (gtpu_extensions(&c) < 0)
			return ERR_FORMAT;
	} else if (flags & (GTPU_S | GTPU_PN)) {
		cursor_skip(&c, 4);	/* there if one of them is */
	}
	if (c.bad)
		return cut ? ERR_MORE : ERR_FORMAT;
	*in = cursor_rest(&c);
	return in->n > 0 || cut ? pkt_guess(*in, in) : PKT_NEXT_OTHER;
}

/* draft-foschiano-erspan */
static int
erspan(uint16_t protocol, bool seq, struct cursor *c, struct slice *in)
{
	uint16_t flags;
	int type = 0;

	if (protocol == GRE_ERSPAN3) {
		cursor_skip(c, 10);
		flags = cursor_u16(c);
		type = flags >> 10 & 31;
		if (flags & 1)
			cursor_skip(c, 8);
	} else if (seq) {		/* type II; I has no header */
		cursor_skip(c, 8);
	}
	if (c->bad)
		return ERR_MORE;
	*in = cursor_rest(c);
	return type == 0 ? PKT_NEXT_ETHER :
	    type == 2 ? PKT_NEXT_IP : PKT_NEXT_OTHER;
}

/* Enhanced GRE (RFC 2637 4.1): the key is a length and a call. */
static int
pptp(uint16_t flags, uint16_t protocol, struct cursor *c, struct slice *in)
{
	size_t len = cursor_u16(c);

	cursor_skip(c, 2);
	if (flags & GRE_SEQ)
		cursor_skip(c, 4);
	if (flags & GRE_ACK)
		cursor_skip(c, 4);
	if (c->bad)
		return ERR_MORE;
	if ((flags & GRE_KEY) == 0 || protocol != GRE_PPP)
		return ERR_FORMAT;
	*in = slice_sub(cursor_rest(c), 0, len);
	/* Without a sequence number it is but an acknowledgement. */
	return flags & GRE_SEQ ? pkt_ppp(*in, in) : PKT_NEXT_OTHER;
}

int
pkt_gre(struct slice ip_payload, struct slice *in)
{
	struct cursor c;
	uint16_t flags, protocol;

	*in = slice_of(ip_payload.p, 0);
	cursor_init(&c, ip_payload);
	flags = cursor_u16(&c);
	protocol = cursor_u16(&c);
	if (c.bad)
		return ERR_MORE;
	if (flags & GRE_ROUTING || (flags & GRE_VERSION) > 1)
		return ERR_FORMAT;
	if (flags & GRE_CHECKSUM)
		cursor_skip(&c, 4);
	if (flags & GRE_VERSION)
		return pptp(flags, protocol, &c, in);
	if (flags & GRE_KEY)
		cursor_skip(&c, 4);
	if (flags & GRE_SEQ)
		cursor_skip(&c, 4);
	if (c.bad)
		return ERR_MORE;
	if (protocol == GRE_ERSPAN || protocol == GRE_ERSPAN3)
		return erspan(protocol, flags & GRE_SEQ, &c, in);
	*in = cursor_rest(&c);
	return protocol < 0x600 ? PKT_NEXT_OTHER :
	    pkt_ethertype(protocol, *in, in);
}

int
pkt_vxlan(struct slice udp_payload, struct slice *in)
{
	enum { GPE_IP = 1, GPE_IPV6, GPE_ETHER, GPE_NSH, GPE_MPLS };
	struct cursor c;
	uint8_t flags, next;

	*in = slice_of(udp_payload.p, 0);
	cursor_init(&c, udp_payload);
	flags = cursor_u8(&c);
	cursor_skip(&c, 2);
	next = cursor_u8(&c);
	cursor_skip(&c, 4);
	if (c.bad)
		return ERR_MORE;
	if ((flags & VXLAN_VNI) == 0)
		return ERR_FORMAT;
	*in = cursor_rest(&c);
	if ((flags & VXLAN_PROTOCOL) == 0)
		return PKT_NEXT_ETHER;
	switch (next) {
	case GPE_IP:
	case GPE_IPV6:
		return PKT_NEXT_IP;
	case GPE_ETHER:
		return PKT_NEXT_ETHER;
	case GPE_MPLS:
		return pkt_ethertype(0x8847, *in, in);
	default:
		return PKT_NEXT_OTHER;
	}
}

/* Octets of a GSMTAP header: words of four, of version 2 in one octet. */
static size_t
gsmtap(struct slice s)
{
	if (s.n >= 4 && s.p[0] == 2)
		return (size_t)s.p[1] * 4;
	if (s.n >= 4 && s.p[0] == 3)
		return (size_t)slice_be16(s.p + 2) * 4;
	return 0;
}

int
pkt_modem(uint16_t dport, struct slice udp_payload, struct slice *in)
{
	size_t head = dport == PKT_PORT_GSMTAP ? gsmtap(udp_payload) : 0;
	struct pkt_ip ip;

	*in = slice_from(udp_payload, head);
	if (dport != PKT_PORT_SCAT && (dport != PKT_PORT_GSMTAP || head < 8))
		return ERR_FORMAT;
	return pkt_ip(*in, &ip) == 0 && ip.total == in->n ? PKT_NEXT_IP :
	    ERR_FORMAT;
}
