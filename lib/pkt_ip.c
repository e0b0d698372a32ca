/* pkt_ip: IP (RFC 791, RFC 8200), UDP, TCP, SCTP. */
#include <string.h>

#include "err.h"
#include "pkt.h"

#define IPV4_LEN	20	/* without options */
#define IPV6_LEN	40
#define UDP_LEN		8
#define TCP_LEN		20
#define DATA_LEN	16	/* of a DATA chunk's header, RFC 9260 3.3.1 */
#define IDATA_LEN	20	/* RFC 8260 2.1 */

enum {
	EXT_HOPOPTS = 0,
	EXT_ROUTING = 43,
	EXT_FRAGMENT = 44,
	EXT_AH = 51,
	EXT_DSTOPTS = 60,
	EXT_MOBILITY = 135,
	EXT_HIP = 139,
	EXT_SHIM6 = 140,
};

enum {
	CHUNK_DATA = 0,
	CHUNK_IDATA = 64,
	DATA_END = 1,
	DATA_BEGIN = 2,
	DATA_UNORDERED = 4,
};

static struct pkt_addr
addr(uint8_t family, struct slice s)
{
	struct pkt_addr a = { .family = family };

	if (s.n > 0)
		memcpy(a.ip, s.p, s.n);
	return a;
}

/* The header in front of C says that C is a fragment, or the whole. */
static bool
fragment(struct cursor *c, struct pkt_ip *ip)
{
	uint16_t v;

	cursor_skip(c, 1);
	v = cursor_u16(c);
	ip->id = cursor_u32(c);
	ip->offset = v & 0xfff8;
	ip->more = v & 1;
	/* RFC 8200 4.5: one that is all of its packet is none. */
	ip->fragment = ip->offset != 0 || ip->more;
	return ip->fragment;
}

/*
 * Pass extension headers, in any order, to the first octet that is none, or to
 * that of a fragment; IPv4 has but AH.
 */
static void
extensions(struct cursor *c, struct pkt_ip *ip)
{
	uint8_t proto, len;

	for (;;) {
		proto = ip->proto;
		if (proto != EXT_AH && (ip->version == 4 ||
		    (proto != EXT_HOPOPTS && proto != EXT_ROUTING &&
		    proto != EXT_FRAGMENT && proto != EXT_DSTOPTS &&
		    proto != EXT_MOBILITY && proto != EXT_HIP &&
		    proto != EXT_SHIM6)))
			return;
		ip->proto = cursor_u8(c);
		if (proto == EXT_FRAGMENT) {
			if (fragment(c, ip))
				return;
			continue;
		}
		len = cursor_u8(c);
		if (proto == EXT_AH)	/* RFC 4302 2.2 */
			cursor_skip(c, (size_t)(len + 2) * 4 - 2);
		else
			cursor_skip(c, (size_t)(len + 1) * 8 - 2);
		if (c->bad)
			return;
	}
}

static int
ipv4(struct slice in, struct pkt_ip *ip)
{
	struct cursor c;
	uint16_t v;
	size_t len = (size_t)(in.p[0] & 15) * 4;

	if (len < IPV4_LEN)
		return ERR_FORMAT;
	cursor_init(&c, in);
	cursor_skip(&c, 2);
	ip->total = cursor_u16(&c);
	ip->id = cursor_u16(&c);
	v = cursor_u16(&c);
	ip->more = v & 0x2000;
	ip->offset = (uint32_t)(v & 0x1fff) * 8;
	ip->fragment = ip->more || ip->offset != 0;
	ip->ttl = cursor_u8(&c);
	ip->proto = cursor_u8(&c);
	cursor_skip(&c, 2);
	ip->src = addr(4, cursor_take(&c, 4));
	ip->dst = addr(4, cursor_take(&c, 4));
	cursor_skip(&c, len - IPV4_LEN);
	if (c.bad)
		return ERR_MORE;
	if (ip->total == 0)
		ip->total = in.n;
	return ip->total < len ? ERR_FORMAT : (int)len;
}

static int
ipv6(struct slice in, struct pkt_ip *ip)
{
	struct cursor c;

	cursor_init(&c, in);
	cursor_skip(&c, 4);
	ip->total = cursor_u16(&c);
	ip->proto = cursor_u8(&c);
	ip->ttl = cursor_u8(&c);
	ip->src = addr(6, cursor_take(&c, 16));
	ip->dst = addr(6, cursor_take(&c, 16));
	if (c.bad)
		return ERR_MORE;
	if (ip->total == 0 && ip->proto != PKT_PROTO_NONE)
		ip->total = in.n;
	else
		ip->total += IPV6_LEN;
	return IPV6_LEN;
}

int
pkt_ip(struct slice in, struct pkt_ip *ip)
{
	struct cursor c;
	int len;

	memset(ip, 0, sizeof(*ip));
	if (in.n == 0)
		return ERR_MORE;
	ip->version = in.p[0] >> 4;
	if (ip->version == 4)
		len = ipv4(in, ip);
	else if (ip->version == 6)
		len = ipv6(in, ip);
	else
		return ERR_FORMAT;
	if (len < 0)
		return len;
	ip->cut = ip->total > in.n;
	in = slice_sub(in, 0, ip->total);
	cursor_init(&c, in);
	cursor_skip(&c, (size_t)len);
	if (!ip->fragment)
		extensions(&c, ip);
	if (c.bad)
		return ip->cut ? ERR_MORE : ERR_FORMAT;
	ip->payload = cursor_rest(&c);
	ip->header = slice_sub(in, 0, in.n - ip->payload.n);
	return 0;
}

int
pkt_ip_inside(struct pkt_ip *ip, uint8_t proto, struct slice payload)
{
	struct cursor c;

	ip->proto = proto;
	ip->fragment = ip->more = ip->cut = false;
	ip->offset = 0;
	cursor_init(&c, payload);
	extensions(&c, ip);
	ip->payload = cursor_rest(&c);
	ip->header = slice_of(NULL, 0);
	return c.bad ? ERR_FORMAT : 0;
}

/* RFC 768 */
int
pkt_udp(struct slice in, struct pkt_udp *u)
{
	struct cursor c;
	size_t len;

	memset(u, 0, sizeof(*u));
	cursor_init(&c, in);
	u->sport = cursor_u16(&c);
	u->dport = cursor_u16(&c);
	len = cursor_u16(&c);
	cursor_skip(&c, 2);
	if (c.bad)
		return ERR_MORE;
	if (len == 0)		/* segmentation offload, RFC 2675 4 */
		len = in.n;
	if (len < UDP_LEN)
		return ERR_FORMAT;
	u->cut = len > in.n;
	u->payload = slice_sub(in, UDP_LEN, len - UDP_LEN);
	return 0;
}

/* RFC 9293 3.1 */
int
pkt_tcp(struct slice in, struct pkt_tcp *t)
{
	struct cursor c;
	size_t len;

	memset(t, 0, sizeof(*t));
	cursor_init(&c, in);
	t->sport = cursor_u16(&c);
	t->dport = cursor_u16(&c);
	t->seq = cursor_u32(&c);
	t->ack = cursor_u32(&c);
	len = (size_t)(cursor_u8(&c) >> 4) * 4;
	t->flags = cursor_u8(&c);
	cursor_skip(&c, 6);
	if (c.bad)
		return ERR_MORE;
	if (len < TCP_LEN)
		return ERR_FORMAT;
	if (len > in.n)
		return ERR_MORE;
	t->payload = slice_from(in, len);
	return 0;
}

/* RFC 9260 3.1 */
int
pkt_sctp(struct slice in, struct pkt_sctp *s)
{
	struct cursor c;

	memset(s, 0, sizeof(*s));
	cursor_init(&c, in);
	s->sport = cursor_u16(&c);
	s->dport = cursor_u16(&c);
	s->vtag = cursor_u32(&c);
	cursor_skip(&c, 4);
	if (c.bad)
		return ERR_MORE;
	s->chunks = cursor_rest(&c);
	return 0;
}

/* CHUNK, LEN octets of which the capture may lack some, is user data. */
static int
sctp_data(struct slice chunk, size_t len, struct pkt_sctp_data *d)
{
	bool interleaved = chunk.p[0] == CHUNK_IDATA;
	struct cursor c;
	uint32_t v;

	memset(d, 0, sizeof(*d));
	if (len < (interleaved ? IDATA_LEN : DATA_LEN))
		return ERR_FORMAT;
	cursor_init(&c, chunk);
	cursor_skip(&c, 1);
	v = cursor_u8(&c);
	d->begin = v & DATA_BEGIN;
	d->end = v & DATA_END;
	d->unordered = v & DATA_UNORDERED;
	cursor_skip(&c, 2);
	d->tsn = cursor_u32(&c);
	d->stream = cursor_u16(&c);
	d->ssn = cursor_u16(&c);
	if (interleaved)	/* reserved was above, now the identifier */
		d->ssn = (uint16_t)cursor_u32(&c);
	v = cursor_u32(&c);
	if (interleaved && !d->begin)
		d->fsn = v;
	else
		d->ppid = v;
	if (c.bad)
		return ERR_MORE;
	d->cut = len > chunk.n;
	d->data = cursor_rest(&c);
	return 1;
}

int
pkt_sctp_next(struct slice *chunks, struct pkt_sctp_data *d)
{
	struct slice chunk;
	size_t len;
	int e;

	while (chunks->n >= 4) {
		len = slice_be16(chunks->p + 2);
		chunk = slice_sub(*chunks, 0, len);
		*chunks = slice_from(*chunks, (len + 3) & ~(size_t)3);
		if (len < 4)
			e = ERR_FORMAT;
		else if (chunk.p[0] == CHUNK_DATA ||
		    chunk.p[0] == CHUNK_IDATA)
			e = sctp_data(chunk, len, d);
		else
			continue;
		if (e < 0)
			*chunks = slice_from(*chunks, chunks->n);
		return e;
	}
	*chunks = slice_from(*chunks, chunks->n);
	return 0;
}
