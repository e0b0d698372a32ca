/* send_esp: packets built, under ESP where an SA is, and cut to the MTU. */
#include <string.h>

#include "err.h"
#include "send_int.h"

#define IPV4_LEN	20
#define IPV6_LEN	40
#define UDP_LEN		8
#define ESP_TRAILER	2	/* pad length and next header */
#define IN_TUNNEL(one)	((one)->sa.mode != SA_TRANS)

static size_t
ip_len(const struct pkt_addr *a)
{
	return a->family == 4 ? IPV4_LEN : IPV6_LEN;
}

static struct pkt_ip
ip_of(struct send *s, const struct pkt_addr *src, const struct pkt_addr *dst)
{
	struct pkt_ip ip = { .version = src->family, .src = *src,
	    .dst = *dst };

	ip.id = ++s->ip_id;
	return ip;
}

static int
hand_out(struct send *s, const struct pkt_ip *ip, struct slice packet,
    uint64_t time_ns)
{
	struct flow_packet p = { .packet = packet };

	p.where.timed = s->timed;
	p.where.time_ns = time_ns;
	p.where.src = ip->src;
	p.where.dst = ip->dst;
	if (time_ns > s->last_ns)
		s->last_ns = time_ns;
	s->sink.packet(&p, s->sink.arg);
	return 0;
}

int
send_out(struct send *s, struct slice packet, uint64_t time_ns)
{
	struct pkt_ip ip;
	size_t at = 0;
	int r;

	if (pkt_ip(packet, &ip) < 0)
		return ERR_FORMAT;
	if (s->mtu == 0 || packet.n <= s->mtu || ip.fragment || ip.cut)
		return hand_out(s, &ip, packet, time_ns);
	s->ip_id++;
	for (;;) {
		buf_reset(&s->piece);
		r = pkt_ip_fragment(&s->piece, packet, s->mtu, s->ip_id, &at);
		if (r <= 0)
			return r;
		hand_out(s, &ip, buf_slice(&s->piece), time_ns);
	}
}

/* Header and payload, put together and out. */
static int
send_whole(struct send *s, const struct pkt_addr *src,
    const struct pkt_addr *dst, uint8_t proto, struct slice payload,
    uint64_t time_ns)
{
	struct pkt_ip ip = ip_of(s, src, dst);

	buf_reset(&s->packet);
	if (pkt_ip_write(&s->packet, &ip, proto, payload.n) < 0)
		return ERR_RANGE;
	buf_put(&s->packet, payload);
	if (s->packet.bad)
		return ERR_MEM;
	return send_out(s, buf_slice(&s->packet), time_ns);
}

/* PAYLOAD into s->sealed, with the next sequence number of ONE. */
static int
seal(struct send *s, struct send_one *one, uint8_t next, struct slice payload)
{
	struct esp *e = send_sa_context(s, one);
	uint64_t last = one->sa.key.esn ? UINT64_MAX : UINT32_MAX;
	int r;

	if (e == NULL)
		return ERR_CRYPT;
	if (one->sa.seq >= last)
		return ERR_LIMIT;
	buf_reset(&s->sealed);
	r = esp_seal(e, one->sa.spi, one->sa.seq + 1, NULL, next, payload,
	    &s->sealed);
	if (r == 0)
		one->sa.seq++;
	return r;
}

/* Ends of the tunnel of ONE for packets of HOP. */
static void
outer(const struct send_one *one, const struct send_hop *hop,
    struct pkt_addr *src, struct pkt_addr *dst)
{
	const struct sa *sa = &one->sa;

	*src = sa->outer_src.family != 0 ? sa->outer_src : hop->src;
	*dst = sa->outer_dst.family != 0 ? sa->outer_dst : hop->dst;
}

/* RFC 3948 2.1: no checksum, but where IPv6 wants one (RFC 8200 8.1). */
static int
encapsulate(struct send *s, const struct send_one *one,
    const struct pkt_ip *ip)
{
	const struct sa *sa = &one->sa;
	struct pkt_udp u = { .payload = buf_slice(&s->sealed) };

	u.sport = sa->outer_sport != 0 ? sa->outer_sport : PKT_PORT_NATT;
	u.dport = sa->outer_dport != 0 ? sa->outer_dport : PKT_PORT_NATT;
	buf_reset(&s->encap);
	return pkt_udp_write(&s->encap, ip->version == 6 ? ip : NULL, &u);
}

int
send_tunnel(struct send *s, struct send_one *one, const struct send_hop *hop,
    struct slice packet, uint64_t time_ns)
{
	struct pkt_ip ip = { 0 };
	int r;

	outer(one, hop, &ip.src, &ip.dst);
	ip.version = ip.src.family;
	if (ip.dst.family != ip.src.family)
		return ERR_FORMAT;
	r = seal(s, one, packet.p[0] >> 4 == 4 ? PKT_PROTO_IPIP :
	    PKT_PROTO_IPV6, packet);
	if (r < 0)
		return r;
	if (one->sa.mode == SA_TUN)
		return send_whole(s, &ip.src, &ip.dst, PKT_PROTO_ESP,
		    buf_slice(&s->sealed), time_ns);
	if ((r = encapsulate(s, one, &ip)) < 0)
		return r;
	return send_whole(s, &ip.src, &ip.dst, PKT_PROTO_UDP,
	    buf_slice(&s->encap), time_ns);
}

int
send_ip(struct send *s, struct send_one *one, const struct send_hop *hop,
    uint8_t proto, struct slice payload, uint64_t time_ns)
{
	struct pkt_ip ip;
	int r;

	if (one == NULL)
		return send_whole(s, &hop->src, &hop->dst, proto, payload,
		    time_ns);
	if (!IN_TUNNEL(one)) {
		if ((r = seal(s, one, proto, payload)) < 0)
			return r;
		return send_whole(s, &hop->src, &hop->dst, PKT_PROTO_ESP,
		    buf_slice(&s->sealed), time_ns);
	}
	ip = ip_of(s, &hop->src, &hop->dst);
	buf_reset(&s->inner);
	if (pkt_ip_write(&s->inner, &ip, proto, payload.n) < 0)
		return ERR_RANGE;
	buf_put(&s->inner, payload);
	if (s->inner.bad)
		return ERR_MEM;
	return send_tunnel(s, one, hop, buf_slice(&s->inner), time_ns);
}

/* RFC 4303 2.4: to the block, and to four octets. */
static size_t
align_of(enum esp_ealg e)
{
	return e == ESP_AES_CBC ? 16 : e == ESP_DES_EDE3_CBC ? 8 : 4;
}

size_t
send_room(const struct send_one *one, const struct send_hop *hop, size_t mtu)
{
	struct pkt_addr src = hop->src, dst;
	const struct esp_key *k;
	size_t head, align;

	if (one != NULL && IN_TUNNEL(one))
		outer(one, hop, &src, &dst);
	head = ip_len(&src);
	if (one == NULL)
		return mtu > head ? mtu - head : 0;
	k = &one->sa.key;
	align = align_of(k->ealg);
	head += ESP_HEADER + esp_iv_len(k->alg, k->ealg) +
	    esp_icv_len(k->alg, k->ealg) +
	    (one->sa.mode == SA_UDP_ENC_TUN ? UDP_LEN : 0);
	mtu = mtu > head ? (mtu - head) / align * align : 0;
	head = ESP_TRAILER + (IN_TUNNEL(one) ? ip_len(&hop->src) : 0);
	return mtu > head ? mtu - head : 0;
}
