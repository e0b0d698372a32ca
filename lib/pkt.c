/* pkt: addresses and link layers. */
#include <arpa/inet.h>

#include <stdio.h>
#include <string.h>

#include "err.h"
#include "pkt.h"

#define VLAN_MAX	8	/* tags of a frame */
#define MPLS_MAX	16	/* labels of a stack */
#define ETHER_ADDRS	12	/* octets before the EtherType */

enum {
	ETHER_LEN_MAX = 0x5ff,	/* IEEE 802.3 3.2.6: above it are types */
	ETHER_IP = 0x0800,
	ETHER_ARP = 0x0806,
	ETHER_BRIDGE = 0x6558,	/* transparent Ethernet bridging */
	ETHER_VLAN = 0x8100,
	ETHER_IPV6 = 0x86dd,
	ETHER_PPP = 0x880b,
	ETHER_MPLS = 0x8847,
	ETHER_MPLS_UP = 0x8848,	/* upstream-assigned, RFC 5332 */
	ETHER_PPPOE = 0x8864,
	ETHER_QINQ = 0x88a8,
	ETHER_QINQ_OLD = 0x9100,
	ETHER_QINQ_OLDER = 0x9200,
};

enum {
	PPP_IP = 0x0021,
	PPP_IPV6 = 0x0057,
	PPP_MPLS = 0x0281,
	PPP_MPLS_UP = 0x0283,
};

bool
pkt_addr_eq(const struct pkt_addr *a, const struct pkt_addr *b)
{
	return a->family == b->family &&
	    memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

static char *
text_v4(const uint8_t ip[4], char *to)
{
	for (int i = 0; i < 4; i++) {
		if (ip[i] >= 100)
			*to++ = (char)('0' + ip[i] / 100);
		if (ip[i] >= 10)
			*to++ = (char)('0' + ip[i] / 10 % 10);
		*to++ = (char)('0' + ip[i] % 10);
		*to++ = i < 3 ? '.' : '\0';
	}
	return to - 1;
}

static char *
text_group(unsigned v, char *to)
{
	static const char digit[] = "0123456789abcdef";
	int shift = 12;

	while (shift > 0 && v >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*to++ = digit[v >> shift & 15];
	return to;
}

/* The longest run of two or more groups of zero, the first of equals. */
static int
zero_run(const uint8_t ip[16], int *len)
{
	int best = -1, n;

	*len = 1;
	for (int i = 0; i < 8; i += n + 1) {
		for (n = 0; i + n < 8 && slice_be16(ip + 2 * (i + n)) == 0; )
			n++;
		if (n > *len) {
			best = i;
			*len = n;
		}
	}
	return best;
}

static void
text_v6(const uint8_t ip[16], char *to)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	int len, run = zero_run(ip, &len);

	if (memcmp(ip, mapped, sizeof(mapped)) == 0) {	/* RFC 5952 5 */
		memcpy(to, "::ffff:", 7);
		text_v4(ip + 12, to + 7);
		return;
	}
	for (int i = 0; i < 8; i++) {
		if (i == run) {
			*to++ = ':';
			if ((i += len) == 8)
				*to++ = ':';
			i--;
			continue;
		}
		if (i > 0)
			*to++ = ':';
		to = text_group(slice_be16(ip + 2 * i), to);
	}
	*to = '\0';
}

char *
pkt_addr_text(const struct pkt_addr *a, char out[PKT_ADDR_TEXT])
{
	if (a->family == 4)
		text_v4(a->ip, out);
	else if (a->family == 6)
		text_v6(a->ip, out);
	else
		*out = '\0';
	return out;
}

int
pkt_addr_parse(struct pkt_addr *a, struct slice text)
{
	char s[PKT_ADDR_TEXT];
	bool bracket = text.n >= 2 && text.p[0] == '[' &&
	    text.p[text.n - 1] == ']';

	memset(a, 0, sizeof(*a));
	if (bracket)
		text = slice_sub(text, 1, text.n - 2);
	if (text.n == 0 || text.n >= sizeof(s) ||
	    memchr(text.p, '\0', text.n) != NULL)
		return ERR_FORMAT;
	memcpy(s, text.p, text.n);
	s[text.n] = '\0';
	if (!bracket && inet_pton(AF_INET, s, a->ip) == 1)
		a->family = 4;
	else if (inet_pton(AF_INET6, s, a->ip) == 1)
		a->family = 6;
	else
		return ERR_FORMAT;
	return 0;
}

/* The rest of C as NEXT, if what was read of C was there. */
static int
rest(struct cursor *c, enum pkt_next next, struct slice *in)
{
	if (c->bad)
		return ERR_MORE;
	*in = cursor_rest(c);
	return next;
}

/* Is an IP packet at S that lies wholly inside it? */
static bool
whole_ip(struct slice s)
{
	size_t total;

	if (s.n >= 20 && s.p[0] >> 4 == 4) {
		total = slice_be16(s.p + 2);
		return (s.p[0] & 15) >= 5 && total >= 20 && total <= s.n;
	}
	return s.n >= 40 && s.p[0] >> 4 == 6 &&
	    (size_t)slice_be16(s.p + 4) + 40 <= s.n;
}

static bool
is_tag(uint16_t type)
{
	return type == ETHER_VLAN || type == ETHER_QINQ ||
	    type == ETHER_QINQ_OLD || type == ETHER_QINQ_OLDER;
}

/*
 * Is an Ethernet frame of a type handled here at S, as far as can be told?  The
 * source address of an IP packet stands where the type does.
 */
static bool
likely_ether(struct slice s)
{
	uint16_t type;

	s = slice_from(s, ETHER_ADDRS);
	while (s.n >= 6 && is_tag(slice_be16(s.p)))
		s = slice_from(s, 4);
	if (s.n < 3)
		return false;
	type = slice_be16(s.p);
	switch (type) {
	case ETHER_IP:
	case ETHER_IPV6:
		return s.p[2] >> 4 == (type == ETHER_IP ? 4 : 6);
	case ETHER_ARP:
		return s.p[2] == 0;	/* RFC 826: hardware type 1 */
	case ETHER_MPLS:
		return true;
	case ETHER_PPPOE:
		return s.p[2] == 0x11;
	default:
		return false;
	}
}

/* An address of a MAC can begin with 4 or 6 as well: hence the order. */
int
pkt_guess(struct slice s, struct slice *in)
{
	*in = s;
	if (s.n == 0)
		return ERR_MORE;
	if (whole_ip(s))
		return PKT_NEXT_IP;
	if (likely_ether(s))
		return PKT_NEXT_ETHER;
	return s.p[0] >> 4 == 4 || s.p[0] >> 4 == 6 ? PKT_NEXT_IP :
	    PKT_NEXT_OTHER;
}

/* A label stack (RFC 3032), then IP or a pseudowire (RFC 4448). */
static int
mpls(struct slice s, struct slice *in)
{
	struct cursor c;
	uint32_t label;
	int n = 0;

	cursor_init(&c, s);
	do {
		if (n++ == MPLS_MAX)
			return ERR_FORMAT;
		label = cursor_u32(&c);
	} while (!c.bad && (label & 0x100) == 0);
	if (c.bad)
		return ERR_MORE;
	s = cursor_rest(&c);
	/* RFC 4385 3: a control word begins with four zero bits. */
	if (s.n > 4 && s.p[0] >> 4 == 0 && likely_ether(slice_from(s, 4))) {
		*in = slice_from(s, 4);
		return PKT_NEXT_ETHER;
	}
	return pkt_guess(s, in);
}

static int
ppp_protocol(struct cursor *c, struct slice *in)
{
	uint16_t protocol = cursor_u8(c);

	if ((protocol & 1) == 0)	/* not compressed (RFC 1661 6.5) */
		protocol = (uint16_t)(protocol << 8 | cursor_u8(c));
	switch (protocol) {
	case PPP_IP:
	case PPP_IPV6:
		return rest(c, PKT_NEXT_IP, in);
	case PPP_MPLS:
	case PPP_MPLS_UP:
		return mpls(cursor_rest(c), in);
	default:
		return rest(c, PKT_NEXT_OTHER, in);
	}
}

/* RFC 2516 4 */
static int
pppoe(struct cursor *c, struct slice *in)
{
	uint8_t version = cursor_u8(c), code = cursor_u8(c);

	cursor_skip(c, 4);
	if (c->bad)
		return ERR_MORE;
	if (version != 0x11)
		return ERR_FORMAT;
	if (code != 0)
		return rest(c, PKT_NEXT_OTHER, in);
	return ppp_protocol(c, in);
}

/* RFC 1661; with address and control octets (RFC 1662 3.1), or without. */
int
pkt_ppp(struct slice s, struct slice *in)
{
	struct cursor c;

	cursor_init(&c, s);
	if (s.n >= 2 && s.p[0] == 0xff && s.p[1] == 0x03)
		cursor_skip(&c, 2);
	return ppp_protocol(&c, in);
}

/*
 * IEEE 802.2.  With SNAP (RFC 1042), *TYPE is the EtherType and C stands behind
 * it; else *TYPE is 0 and IN the payload.
 */
static int
llc(struct cursor *c, uint16_t *type, struct slice *in)
{
	uint16_t sap = cursor_u16(c);
	uint8_t control = cursor_u8(c);
	uint32_t oui;

	*type = 0;
	if (sap == 0x0606 && control == 3)
		return rest(c, PKT_NEXT_IP, in);
	if (sap != 0xaaaa || control != 3)
		return rest(c, PKT_NEXT_OTHER, in);
	oui = cursor_u24(c);
	*type = cursor_u16(c);
	if (c->bad)
		return ERR_MORE;
	/* Both are EtherTypes, the second by way of 802.1H. */
	if ((oui == 0 || oui == 0xf8) && *type > ETHER_LEN_MAX)
		return PKT_NEXT_OTHER;
	*type = 0;
	return rest(c, PKT_NEXT_OTHER, in);
}

/* TYPE of the payload at C, which is no tag and no length. */
static int
plain_type(uint16_t type, struct cursor *c, struct slice *in)
{
	switch (type) {
	case ETHER_IP:
	case ETHER_IPV6:
		return rest(c, PKT_NEXT_IP, in);
	case ETHER_BRIDGE:
		return rest(c, PKT_NEXT_ETHER, in);
	case ETHER_MPLS:
	case ETHER_MPLS_UP:
		return c->bad ? ERR_MORE : mpls(cursor_rest(c), in);
	case ETHER_PPPOE:
		return pppoe(c, in);
	case ETHER_PPP:
		return c->bad ? ERR_MORE : pkt_ppp(cursor_rest(c), in);
	default:
		return rest(c, PKT_NEXT_OTHER, in);
	}
}

static int
typed(uint16_t type, struct cursor *c, struct slice *in)
{
	int tags = 0, next;

	for (;;) {
		for (; is_tag(type); type = cursor_u16(c)) {
			if (tags++ == VLAN_MAX)
				return ERR_FORMAT;
			cursor_skip(c, 2);
		}
		if (c->bad)
			return ERR_MORE;
		if (type > ETHER_LEN_MAX)
			return plain_type(type, c, in);
		if ((next = llc(c, &type, in)) < 0 || type == 0)
			return next;
	}
}

int
pkt_ethertype(uint16_t type, struct slice s, struct slice *in)
{
	struct cursor c;

	cursor_init(&c, s);
	return typed(type, &c, in);
}

/*
 * Linux cooked: PROTOCOL is an EtherType, or one of Linux's own numbers below
 * those, of which 4 is LLC; on netlink and radio devices it is neither.
 */
static int
cooked(uint16_t arphrd, uint16_t protocol, struct cursor *c, struct slice *in)
{
	uint16_t type;
	int next;

	if (c->bad)
		return ERR_MORE;
	if ((arphrd >= 801 && arphrd <= 803) || arphrd == 824)
		return rest(c, PKT_NEXT_OTHER, in);
	if (protocol > ETHER_LEN_MAX)
		return typed(protocol, c, in);
	if (protocol != 4)
		return rest(c, PKT_NEXT_OTHER, in);
	next = llc(c, &type, in);
	return next < 0 || type == 0 ? next : typed(type, c, in);
}

static int
sll(struct cursor *c, struct slice *in)
{
	uint16_t arphrd;

	cursor_skip(c, 2);
	arphrd = cursor_u16(c);
	cursor_skip(c, 10);
	return cooked(arphrd, cursor_u16(c), c, in);
}

static int
sll2(struct cursor *c, struct slice *in)
{
	uint16_t protocol = cursor_u16(c), arphrd;

	cursor_skip(c, 6);
	arphrd = cursor_u16(c);
	cursor_skip(c, 10);
	return cooked(arphrd, protocol, c, in);
}

/* The address family stands in the byte order of the host that captured. */
static int
bsd_null(struct cursor *c, struct slice *in)
{
	uint32_t family = cursor_u32(c);

	if (family > 0xffff)
		family = __builtin_bswap32(family);
	switch (family) {
	case 2:
	case 10:	/* AF_INET6 of Linux, */
	case 23:	/* Windows, */
	case 24:	/* NetBSD, OpenBSD, */
	case 28:	/* FreeBSD, */
	case 30:	/* and Darwin */
		return rest(c, PKT_NEXT_IP, in);
	default:
		return rest(c, PKT_NEXT_OTHER, in);
	}
}

/* PPP, or Cisco HDLC, which has other addresses and an EtherType. */
static int
hdlc(struct cursor *c, struct slice *in)
{
	struct slice s = cursor_rest(c);

	cursor_init(c, s);
	if (s.n == 0 || (s.p[0] != 0x0f && s.p[0] != 0x8f))
		return pkt_ppp(s, in);
	cursor_skip(c, 2);
	return typed(cursor_u16(c), c, in);
}

static int
raw(struct slice s, struct slice *in)
{
	*in = s;
	if (s.n == 0)
		return ERR_MORE;
	return s.p[0] >> 4 == 4 || s.p[0] >> 4 == 6 ? PKT_NEXT_IP :
	    PKT_NEXT_OTHER;
}

bool
pkt_link_known(int linktype)
{
	struct slice in;

	return pkt_link(linktype, slice_of("", 0), &in) != ERR_ALG;
}

int
pkt_link(int linktype, struct slice frame, struct slice *in)
{
	struct cursor c;

	*in = slice_of(frame.p, 0);
	cursor_init(&c, frame);
	switch (linktype) {
	case 0:
	case 108:
		return bsd_null(&c, in);
	case 1:
		cursor_skip(&c, ETHER_ADDRS);
		return typed(cursor_u16(&c), &c, in);
	case 9:
	case 50:
		return hdlc(&c, in);
	case 12:
	case 14:
	case 101:
		return raw(frame, in);
	case 51:
		return pppoe(&c, in);
	case 113:
		return sll(&c, in);
	case 228:
	case 229:
		return rest(&c, PKT_NEXT_IP, in);
	case 276:
		return sll2(&c, in);
	default:
		return ERR_ALG;
	}
}
