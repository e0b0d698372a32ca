/* scrub_ip: IP packets and their fragments, addresses and checksums. */
#include <string.h>

#include "err.h"
#include "scrub_int.h"

#define DATAGRAMS	128	/* put together and not forgotten */
#define UDP_HEADER	8

struct key {
	struct pkt_addr	 src, dst;
	uint8_t		 proto, version;
	uint32_t	 id, spi;
};

/* A datagram that was put together. */
struct scrub_whole {
	uint8_t		*p;		/* owned */
	size_t		 n;
	bool		 done;		/* scrubbed */
};

static void
whole_gone(void *val, void *arg)
{
	struct scrub_whole *w = val;
	struct buf b = { .p = w->p, .n = w->n, .cap = w->n };

	(void)arg;
	buf_wipe(&b);
}

int
scrub_ip_init(struct scrub_cap *c)
{
	c->frag = frag_new(sizeof(struct key), NULL, NULL);
	c->whole = table_new(sizeof(struct key), sizeof(struct scrub_whole),
	    DATAGRAMS, whole_gone, NULL);
	return c->frag == NULL || c->whole == NULL ? ERR_MEM : 0;
}

void
scrub_ip_free(struct scrub_cap *c)
{
	frag_free(c->frag);
	table_free(c->whole);
}

/* Sum of 16-bit words in ones' complement, not inverted (RFC 1071). */
static uint32_t
sum(uint32_t s, const uint8_t *p, size_t n)
{
	uint64_t t = s;

	for (size_t i = 0; i + 1 < n; i += 2)
		t += slice_be16(p + i);
	if (n % 2 != 0)
		t += (uint32_t)p[n - 1] << 8;
	while (t > 0xffff)
		t = (t & 0xffff) + (t >> 16);
	return (uint32_t)t;
}

/*
 * The checksum at P, moved by what the sum of all that it covers was and is: a
 * right one stays right, a wrong one wrong (RFC 1624).
 */
static void
move(uint8_t *p, uint32_t was, uint32_t is, bool udp)
{
	uint32_t v = slice_be16(p) + was + (0xffff - is);

	while (v > 0xffff)
		v = (v & 0xffff) + (v >> 16);
	if (udp && v == 0)
		v = 0xffff;
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Where the checksum of PROTO stands, N octets being there; 0: nowhere. */
static size_t
checksum_at(uint8_t proto, const uint8_t *p, size_t n)
{
	switch (proto) {
	case PKT_PROTO_UDP:
		return n >= 8 && (p[6] | p[7]) != 0 ? 6 : 0;
	case PKT_PROTO_TCP:
		return n >= 18 ? 16 : 0;
	case SCRUB_ICMP:
	case SCRUB_ICMP6:
		return n >= 4 ? 2 : 0;
	default:
		return 0;
	}
}

/* The payload of a whole packet from W->src to W->dst. */
void
scrub_payload(struct scrub_cap *c, struct scrub_walk *w, uint8_t proto, uint8_t *p,
    size_t n)
{
	struct pkt_addr src = w->src, dst = w->dst;
	size_t at = checksum_at(proto, p, n);
	uint32_t was = sum(0, p, n), is;
	bool pseudo = proto != SCRUB_ICMP;

	if (pseudo)
		was = sum(sum(was, src.ip, 16), dst.ip, 16);
	scrub_transport(c, w, proto, p, n);
	if (at == 0)
		return;
	scrub_address(c->s, &src);
	scrub_address(c->s, &dst);
	is = sum(0, p, n);
	if (pseudo)
		is = sum(sum(is, src.ip, 16), dst.ip, 16);
	move(p + at, was, is, proto == PKT_PROTO_UDP);
}

static void
key_of(struct key *k, const struct scrub_walk *w, const struct pkt_ip *ip)
{
	memset(k, 0, sizeof(*k));
	k->src = ip->src;
	k->dst = ip->dst;
	k->proto = ip->proto;
	k->version = ip->version;
	k->id = ip->id;
	k->spi = w->spi;
}

/* Scrub V if all is known, else leave it as it was. */
static void
whole_try(struct scrub_cap *c, const struct scrub_walk *w, uint8_t proto,
    struct scrub_whole *v)
{
	struct scrub_walk inner = *w;
	bool waits = false;
	struct buf was;

	buf_init(&was, 0);
	buf_add(&was, v->p, v->n);
	if (was.bad) {
		c->s->error = ERR_MEM;
		return;
	}
	inner.waits = &waits;
	scrub_payload(c, &inner, proto, v->p, v->n);
	if (waits)
		memcpy(v->p, was.p, v->n);
	v->done = !waits;
	buf_wipe(&was);
}

static struct scrub_whole *
whole_new(struct scrub_cap *c, const struct key *k, struct slice data,
    uint64_t now_ns)
{
	struct scrub_whole *v = table_get(c->whole, k);
	struct buf b;

	if (v != NULL)
		table_drop(c->whole, v);
	buf_init(&b, 0);
	buf_put(&b, data);
	if (b.bad || (v = table_put(c->whole, k, now_ns)) == NULL) {
		buf_free(&b);
		c->s->error = ERR_MEM;
		return NULL;
	}
	v->p = b.p;
	v->n = b.n;
	v->done = false;
	c->news = true;
	return v;
}

/* The fragment P: its octets of the datagram, if that is known. */
static void
fragment(struct scrub_cap *c, struct scrub_walk *w, const struct pkt_ip *ip,
    uint8_t *p, size_t n)
{
	struct frag_datagram d;
	struct scrub_whole *v;
	struct key k;
	int r = 0;

	key_of(&k, w, ip);
	if (w->pass == SCRUB_FIRST)
		r = frag_add(c->frag, &k, ip->offset, ip->payload, !ip->more,
		    ip->cut, w->frame, w->time_ns, &d);
	if (r == ERR_MEM)
		c->s->error = r;
	if (r == 1 && (v = whole_new(c, &k, d.data, w->time_ns)) != NULL)
		whole_try(c, w, ip->proto, v);
	v = table_get(c->whole, &k);
	if (v != NULL && !v->done)
		whole_try(c, w, ip->proto, v);
	if (v != NULL && v->done && ip->offset < v->n) {
		size_t there = v->n - ip->offset;

		memcpy(p, v->p + ip->offset, there < n ? there : n);
		if (there < n)
			scrub_blank(c, p + there, n - there);
	} else if (w->pass != SCRUB_LAST)
		*w->waits = true;
	else if (ip->offset == 0 && n > UDP_HEADER)
		scrub_blank(c, p + UDP_HEADER, n - UDP_HEADER);
	else if (ip->offset > 0)
		scrub_blank(c, p, n);
}

/* Addresses and options of the header at P, and its checksum. */
static void
header(struct scrub_cap *c, const struct pkt_ip *ip, uint8_t *p)
{
	struct pkt_addr src = ip->src, dst = ip->dst;
	uint32_t was = sum(0, p, ip->header.n);

	scrub_address(c->s, &src);
	scrub_address(c->s, &dst);
	if (ip->version == 6) {
		memcpy(p + 8, src.ip, 16);
		memcpy(p + 24, dst.ip, 16);
		return;
	}
	memcpy(p + 12, src.ip, 4);
	memcpy(p + 16, dst.ip, 4);
	/* Routes and the like (RFC 791 3.1): no operation, instead. */
	if (ip->header.n > 20)
		memset(p + 20, 1, ip->header.n - 20);
	move(p + 10, was, sum(0, p, ip->header.n), false);
}

void
scrub_ip(struct scrub_cap *c, struct scrub_walk *w, uint8_t *p, size_t n)
{
	struct scrub_walk inner = *w;
	struct pkt_ip ip;
	uint8_t *data;
	size_t end;

	if (++inner.depth > SCRUB_LEVELS || pkt_ip(slice_of(p, n), &ip) < 0) {
		scrub_blank(c, p, n);
		return;
	}
	inner.src = ip.src;
	inner.dst = ip.dst;
	inner.cut |= ip.cut;
	data = p + (ip.payload.p - p);
	if (ip.fragment && (ip.more || ip.offset > 0))
		fragment(c, &inner, &ip, data, ip.payload.n);
	else
		scrub_payload(c, &inner, ip.proto, data, ip.payload.n);
	header(c, &ip, p);
	end = (size_t)(data - p) + ip.payload.n;
	if (end < n)
		scrub_blank(c, p + end, n - end);
}
