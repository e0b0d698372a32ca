/* send: SIP messages and packets to IP packets. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "send_int.h"
#include "sip.h"

#define UNTIMED_NS	1000000U	/* between inputs without a time */
#define UDP_MAX		65507		/* octets of a datagram in IPv4 */

struct send *
send_new(const struct send_sink *sink, const struct send_options *o)
{
	struct send *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->sink = *sink;
	s->mtu = o->mtu;
	s->require = o->require;
	if (send_sa_init(s) < 0 || send_tcp_init(s) < 0) {
		send_free(s);
		return NULL;
	}
	return s;
}

void
send_free(struct send *s)
{
	if (s == NULL)
		return;
	send_sa_done(s);
	table_free(s->conns);
	buf_free(&s->segment);
	buf_free(&s->inner);
	buf_free(&s->sealed);
	buf_free(&s->encap);
	buf_free(&s->packet);
	buf_free(&s->piece);
	free(s);
}

static void
addr_set(struct pkt_addr *to, const struct pkt_addr *from)
{
	to->family = from->family;
	memcpy(to->ip, from->ip, from->family == 4 ? 4 :
	    from->family == 6 ? 16 : 0);
}

void
send_hop_set(struct send_hop *hop, const struct pkt_addr *src,
    uint16_t sport, const struct pkt_addr *dst, uint16_t dport)
{
	memset(hop, 0, sizeof(*hop));
	addr_set(&hop->src, src);
	addr_set(&hop->dst, dst);
	hop->sport = sport;
	hop->dport = dport;
}

/* The time of what is sent now. */
static void
set_time(struct send *s, const struct flow_where *where)
{
	s->timed = where->timed;
	if (where->timed)
		s->now_ns = where->time_ns;
	else if (s->begun)
		s->now_ns += UNTIMED_NS;
	s->begun = true;
}

/* An address for an end that is not known, of the family of the other. */
static void
document(struct pkt_addr *a, const struct pkt_addr *other, uint8_t host)
{
	static const uint8_t v4[] = { 192, 0, 2 };
	static const uint8_t v6[] = { 0x20, 0x01, 0x0d, 0xb8 };

	if (a->family != 0)
		return;
	if (other->family == 6) {
		a->family = 6;
		memcpy(a->ip, v6, sizeof(v6));
		a->ip[15] = host;
	} else {
		a->family = 4;
		memcpy(a->ip, v4, sizeof(v4));
		a->ip[3] = host;
	}
}

/* Responses go back where requests came from. */
static int
hop_of(struct send_hop *hop, const struct flow_sip *m)
{
	const struct flow_where *w = &m->where;
	uint8_t from = slice_starts(m->message, "SIP/") ? 2 : 1;

	send_hop_set(hop, &w->src, w->sport, &w->dst, w->dport);
	document(&hop->src, &hop->dst, from);
	document(&hop->dst, &hop->src, 3 - from);
	if (hop->sport == 0)
		hop->sport = SEND_PORT;
	if (hop->dport == 0)
		hop->dport = SEND_PORT;
	return hop->src.family != hop->dst.family ? ERR_FORMAT : 0;
}

static int
send_datagram(struct send *s, const struct send_hop *hop, uint32_t spi,
    struct slice message)
{
	struct send_one *one = send_sa_find(s, hop, spi);
	struct pkt_udp u = { hop->sport, hop->dport, false, message };
	struct pkt_ip ip = { .version = hop->src.family, .src = hop->src,
	    .dst = hop->dst };
	int r;

	if (one == NULL && (s->require || spi != 0))
		return ERR_NOSA;
	if (message.n > UDP_MAX)
		return ERR_RANGE;
	buf_reset(&s->segment);
	if ((r = pkt_udp_write(&s->segment, &ip, &u)) < 0)
		return r;
	return send_ip(s, one, hop, PKT_PROTO_UDP, buf_slice(&s->segment),
	    s->now_ns);
}

int
send_sip(struct send *s, const struct flow_sip *m)
{
	uint32_t spi = m->protection.on ? m->protection.spi : 0;
	struct send_hop hop;
	int r;

	set_time(s, &m->where);
	if ((r = hop_of(&hop, m)) < 0)
		return r;
	if (m->where.transport == FLOW_TCP ||
	    (m->where.transport != FLOW_UDP && m->message.n > UDP_MAX))
		return send_tcp(s, &hop, spi, m->message);
	return send_datagram(s, &hop, spi, m->message);
}

/* Ports are where they are in UDP, TCP and SCTP alike. */
static void
hop_of_packet(struct send_hop *hop, const struct pkt_ip *ip)
{
	bool ports = ip->payload.n >= 4 && !ip->fragment &&
	    (ip->proto == PKT_PROTO_UDP || ip->proto == PKT_PROTO_TCP ||
	    ip->proto == PKT_PROTO_SCTP);

	send_hop_set(hop, &ip->src, ports ? slice_be16(ip->payload.p) : 0,
	    &ip->dst, ports ? slice_be16(ip->payload.p + 2) : 0);
}

/* ESP, also in UDP (RFC 3948 2.1), or a fragment of it? */
static bool
is_esp(const struct pkt_ip *ip)
{
	struct pkt_udp u;

	if (ip->proto == PKT_PROTO_ESP)
		return true;
	return ip->proto == PKT_PROTO_UDP && ip->offset == 0 &&
	    pkt_udp(ip->payload, &u) == 0 && (u.sport == PKT_PORT_NATT ||
	    u.dport == PKT_PORT_NATT) && u.payload.n > ESP_HEADER &&
	    slice_be32(u.payload.p) != 0;
}

int
send_packet(struct send *s, const struct flow_packet *p)
{
	struct send_one *one;
	struct send_hop hop;
	struct pkt_ip ip;

	set_time(s, &p->where);
	if (pkt_ip(p->packet, &ip) < 0)
		return ERR_FORMAT;
	if (is_esp(&ip))
		return send_out(s, p->packet, s->now_ns);
	hop_of_packet(&hop, &ip);
	if ((ip.fragment || ip.cut) && send_sa_between(s, &hop))
		return ERR_FORMAT;
	one = send_sa_find(s, &hop, p->protection.on ?
	    p->protection.spi : 0);
	if (one == NULL && (s->require || p->protection.on))
		return ERR_NOSA;
	if (one == NULL)
		return send_out(s, p->packet, s->now_ns);
	if (one->sa.mode != SA_TRANS)
		return send_tunnel(s, one, &hop, p->packet, s->now_ns);
	return send_ip(s, one, &hop, ip.proto, ip.payload, s->now_ns);
}

int
send_end(struct send *s)
{
	return send_tcp_end(s);
}
