/* flow_transport: UDP, TCP, ESP, and the tunnels over them. */
#include <string.h>

#include "err.h"
#include "flow_int.h"

static int
esp_closed(struct flow *f, const struct flow_path *path, struct slice in,
    const struct sa_opened *o, int reason)
{
	struct flow_esp e = { .where = path->where, .spi = o->spi,
	    .seq = o->seq, .len = in.n, .reason = reason,
	    .impi = o->impi };

	flow_class_set(f, FLOW_CLOSED);
	e.where.transport = FLOW_NONE;
	flow_where_out(f, &e.where);
	f->sink.esp(&e, f->sink.arg);
	return 0;
}

/* What was in transport mode takes the place of the ESP in the packet IP. */
static int
transport_mode(struct flow *f, struct flow_path *path, const struct pkt_ip *ip,
    const struct esp_payload *p)
{
	struct pkt_ip in = *ip;
	int r = pkt_ip_inside(&in, p->next, p->data);

	if (r < 0) {
		flow_damage(f, "ip", r);
		return 0;
	}
	return flow_ip_read(f, path, &in);
}

void
flow_iv(struct flow_protection *prot, struct slice esp)
{
	size_t n = prot->known ? esp_iv_len(prot->alg, prot->ealg) : 0;

	if (n > sizeof(prot->iv) || esp.n < ESP_HEADER + n)
		n = 0;
	prot->iv_len = n;
	memcpy(prot->iv, esp.p + ESP_HEADER, n);
}

/* The ESP packet IN, which IP carries, perhaps in UDP. */
static int
esp_packet(struct flow *f, struct flow_path *path, const struct pkt_ip *ip,
    struct slice in)
{
	struct buf *out = &f->esp_out[path->esps];
	struct sa_opened o = { 0 };
	uint8_t *room;
	int r;

	if (in.n >= ESP_HEADER) {
		o.spi = slice_be32(in.p);
		o.seq = slice_be32(in.p + 4);
	}
	if (path->cut)
		return esp_closed(f, path, in, &o, ERR_MORE);
	if (path->esps + 1 >= FLOW_LEVELS)
		return esp_closed(f, path, in, &o, ERR_LIMIT);
	buf_reset(out);
	if ((room = buf_room(out, in.n)) == NULL)
		return ERR_MEM;
	r = sa_db_open(f->db, &path->where.src, &path->where.dst, in, room,
	    path->copy > 0, path->where.time_ns, &o);
	if (r < 0)
		return esp_closed(f, path, in, &o, r);
	if (!o.checked && path->copy == 0)
		flow_late_keep(f, path, in);
	f->account.esp_opened += path->copy == 0;
	f->account.esp_checked += path->copy == 0 && o.checked;
	path->esps++;
	path->judged = false;
	path->prot = (struct flow_protection){
		.on = true, .spi = o.spi, .seq = o.seq, .known = o.known,
		.alg = o.alg, .ealg = o.ealg,
		.icv = o.checked ? FLOW_ICV_OK : FLOW_ICV_UNCHECKED,
	};
	flow_iv(&path->prot, in);
	path->vantage = slice_hash(path->vantage, slice_of(&o.spi,
	    sizeof(o.spi)));
	if (o.payload.next == PKT_PROTO_IPIP ||
	    o.payload.next == PKT_PROTO_IPV6)
		return flow_ip_packet(f, path, o.payload.data);
	return transport_mode(f, path, ip, &o.payload);
}

/*
 * What a tunnel's header gave: R is an enum pkt_next or an error.  *INSIDE: it
 * has packets inside, which were looked at.
 */
static int
tunnelled(struct flow *f, struct flow_path *path, const char *name, int r,
    struct slice in, bool *inside)
{
	if (r == PKT_NEXT_IP || r == PKT_NEXT_ETHER) {
		*inside = true;
		return r == PKT_NEXT_IP ? flow_ip_packet(f, path, in) :
		    flow_link(f, path, 1, in);
	}
	if (r < 0 && r != ERR_FORMAT && r != ERR_ALG)
		flow_damage(f, name, r);
	return 0;
}

static int
gre(struct flow *f, struct flow_path *path, struct slice in, bool *inside)
{
	struct slice inner;
	int r = pkt_gre(in, &inner);

	return tunnelled(f, path, "gre", r, inner, inside);
}

static int
udp(struct flow *f, struct flow_path *path, const struct pkt_ip *ip,
    bool *inside)
{
	struct slice inner;
	struct pkt_udp u;
	int r;

	if ((r = pkt_udp(ip->payload, &u)) < 0) {
		flow_damage(f, "udp", r);
		return 0;
	}
	path->where.sport = u.sport;
	path->where.dport = u.dport;
	path->where.transport = FLOW_UDP;
	path->cut |= u.cut;
	if (u.sport == PKT_PORT_GTPU || u.dport == PKT_PORT_GTPU) {
		r = pkt_gtpu(u.payload, &inner);
		if (r >= 0 || r == ERR_MORE)
			return tunnelled(f, path, "gtp-u", r, inner, inside);
	}
	if (u.dport == PKT_PORT_VXLAN || u.dport == PKT_PORT_VXLAN_OLD) {
		r = pkt_vxlan(u.payload, &inner);
		if (r >= 0)
			return tunnelled(f, path, "vxlan", r, inner, inside);
	}
	if (pkt_modem(u.dport, u.payload, &inner) == PKT_NEXT_IP)
		return tunnelled(f, path, "modem", PKT_NEXT_IP, inner, inside);
	if (f->opt.packets)
		return 0;
	if (flow_datagram(f, path, u.payload)) {
		flow_class_set(f, FLOW_MESSAGE);
		return 0;
	}
	/* RFC 3948: neither keep-alive nor IKE (its marker is SPI 0). */
	if ((u.sport == PKT_PORT_NATT || u.dport == PKT_PORT_NATT) &&
	    u.payload.n > ESP_HEADER && slice_be32(u.payload.p) != 0) {
		*inside = true;
		return esp_packet(f, path, ip, u.payload);
	}
	return 0;
}

static int
tcp(struct flow *f, struct flow_path *path, struct slice in)
{
	struct pkt_tcp t;
	int r;

	if ((r = pkt_tcp(in, &t)) < 0) {
		flow_damage(f, "tcp", r);
		return 0;
	}
	return flow_tcp(f, path, &t);
}

int
flow_transport(struct flow *f, struct flow_path *path, const struct pkt_ip *ip)
{
	bool packets = f->opt.packets, inside = false, cut = path->cut;
	int r = 0;

	switch (ip->proto) {
	case PKT_PROTO_IPIP:
	case PKT_PROTO_IPV6:
		return flow_ip_packet(f, path, ip->payload);
	case PKT_PROTO_GRE:
		r = gre(f, path, ip->payload, &inside);
		break;
	case PKT_PROTO_UDP:
		r = udp(f, path, ip, &inside);
		break;
	case PKT_PROTO_TCP:
		r = packets ? 0 : tcp(f, path, ip->payload);
		break;
	case PKT_PROTO_SCTP:
		r = packets ? 0 : flow_sctp(f, path, ip->payload);
		break;
	case PKT_PROTO_ESP:
		if (!packets)
			return esp_packet(f, path, ip, ip->payload);
		break;
	}
	if (r < 0 || inside || (!packets && !f->opt.opened))
		return r;
	return flow_hand_out(f, path, ip, cut);
}
