/* flow_ip: IP packets, their fragments and their copies. */
#include <string.h>

#include "err.h"
#include "flow_int.h"

/* Fragments of a datagram; zero it first. */
struct frag_key {
	struct pkt_addr	 src, dst;
	uint8_t		 proto, version;
	uint32_t	 id;
	uint32_t	 copy;
};

int
flow_hand_out(struct flow *f, const struct flow_path *path,
    const struct pkt_ip *ip, bool cut)
{
	struct flow_packet p = { .where = path->where,
	    .protection = path->prot, .cut = cut, .copy = path->copy > 0 };

	p.where.sport = p.where.dport = 0;
	p.where.transport = FLOW_NONE;
	if (f->proof.on && p.protection.on &&
	    f->proof.spi == p.protection.spi &&
	    f->proof.seq == p.protection.seq)
		p.protection = f->proof;
	if (ip->header.n > 0) {
		p.packet = slice_of(ip->header.p,
		    ip->header.n + ip->payload.n);
		p.as_given = path->judged && path->depth == 1;
	} else {
		buf_reset(&f->packet);
		if (pkt_ip_write(&f->packet, ip, ip->proto, ip->payload.n) <
		    0) {
			flow_damage(f, "ip", ERR_RANGE);
			return 0;
		}
		buf_put(&f->packet, ip->payload);
		if (f->packet.bad)
			return ERR_MEM;
		p.packet = buf_slice(&f->packet);
	}
	flow_where_out(f, &p.where);
	f->sink.packet(&p, f->sink.arg);
	return 0;
}

/* UDP with PAYLOAD, of which there is no more: is it SIP? */
static bool
start_of_sip(struct flow *f, const struct flow_path *path,
    const struct frag_key *k, const struct frag_datagram *d,
    struct slice payload)
{
	const struct pkt_ip ip = { .src = k->src, .dst = k->dst,
	    .version = k->version, .proto = k->proto, .id = k->id,
	    .payload = d->data };
	int r;

	if (f->opt.packets)
		return flow_datagram_begins(&payload, true) &&
		    flow_hand_out(f, path, &ip, true) == 0;
	if (!flow_datagram(f, path, payload))
		return false;
	if (f->opt.opened && (r = flow_hand_out(f, path, &ip, true)) < 0)
		f->error = r;
	return true;
}

/* A datagram whose fragments did not all come: what there is of it. */
static void
giveup(const struct frag_datagram *d, void *arg)
{
	struct flow *f = arg;
	const struct frag_key *k = d->key;
	struct flow_path path = { .cut = true };
	enum flow_class lost = FLOW_DAMAGED;
	struct pkt_udp u;
	bool sip = false;

	path.where.timed = true;
	path.where.time_ns = d->time_ns;
	path.where.frames = d->frames;
	path.where.src = k->src;
	path.where.dst = k->dst;
	path.where.transport = FLOW_UDP;
	if (d->frames.count > 0)
		path.where.frame = d->frames.frame[
		    (d->frames.count < FRAG_FRAMES ? d->frames.count :
		    FRAG_FRAMES) - 1];
	if (d->again) {
		/* Fragments of a datagram that was put together before. */
		flow_class_count(f, FLOW_COPY, k->copy > 0 ? 0 :
		    d->frames.count);
		return;
	}
	if (k->proto == PKT_PROTO_UDP && pkt_udp(d->data, &u) == 0) {
		path.where.sport = u.sport;
		path.where.dport = u.dport;
		sip = start_of_sip(f, &path, k, d, u.payload);
		lost = FLOW_OTHER;
	}
	if (k->copy > 0)
		return;
	flow_class_count(f, sip ? FLOW_MESSAGE : lost, 1);
	flow_class_count(f, sip ? FLOW_PART : lost, d->frames.count - 1);
}

struct frag *
flow_frag_new(struct flow *f)
{
	return frag_new(sizeof(struct frag_key), giveup, f);
}

/* Is it something that has its own packets inside? */
static bool
is_tunnel(const struct pkt_ip *ip)
{
	uint16_t sport, dport;
	struct slice in;

	if (ip->proto == PKT_PROTO_IPIP || ip->proto == PKT_PROTO_IPV6 ||
	    ip->proto == PKT_PROTO_GRE)
		return true;
	if (ip->proto != PKT_PROTO_UDP || ip->payload.n < 8)
		return false;
	sport = slice_be16(ip->payload.p);
	dport = slice_be16(ip->payload.p + 2);
	return sport == PKT_PORT_GTPU || dport == PKT_PORT_GTPU ||
	    dport == PKT_PORT_VXLAN || dport == PKT_PORT_VXLAN_OLD ||
	    pkt_modem(dport, slice_from(ip->payload, 8), &in) == PKT_NEXT_IP;
}

/* The copy of a whole packet, or of a fragment, by what does not change. */
static unsigned
copy_of(struct flow *f, const struct flow_path *path, const struct pkt_ip *ip)
{
	struct {
		struct pkt_addr	 src, dst;
		uint8_t		 proto, more;
		uint32_t	 id, offset;
	} what;
	uint64_t key[2], place;

	memset(&what, 0, sizeof(what));
	what.src = ip->src;
	what.dst = ip->dst;
	what.proto = ip->proto;
	if (ip->fragment || ip->version == 4)
		what.id = ip->id;
	if (ip->fragment) {
		what.more = ip->more;
		what.offset = ip->offset + 1;
	}
	key[0] = slice_hash((uint64_t)(uintptr_t)f->dup, slice_of(&what,
	    sizeof(what)));
	key[1] = slice_hash(key[0] * 3, ip->payload);
	key[0] = slice_hash(key[0], ip->payload);
	place = slice_hash(path->vantage, slice_of(&ip->ttl, 1));
	return flow_dup_check(f->dup, key, place, path->where.time_ns);
}

static int
whole_ip(struct flow *f, struct flow_path *path, const struct pkt_ip *ip)
{
	path->where.src = ip->src;
	path->where.dst = ip->dst;
	path->where.sport = path->where.dport = 0;
	path->where.transport = FLOW_NONE;
	if (is_tunnel(ip)) {
		path->vantage = slice_hash(path->vantage,
		    slice_of(&ip->src, 2 * sizeof(ip->src)));
		path->vantage = slice_hash(path->vantage,
		    slice_sub(ip->payload, 0, 4));
	} else if (path->copy == 0 && !path->prot.on && !path->judged)
		path->copy = copy_of(f, path, ip);
	if (path->copy > 0) {
		flow_class_set(f, FLOW_COPY);
		if (!f->opt.duplicates)
			return 0;
	}
	return flow_transport(f, path, ip);
}

/* The fragments of IP have become D: copied, for more may lie inside it. */
static int
whole(struct flow *f, struct flow_path *path, struct pkt_ip *ip,
    const struct frag_datagram *d)
{
	struct frag_frames *frames = &path->where.frames;
	struct buf *b = &f->whole[path->frags++];

	buf_reset(b);
	buf_put(b, d->data);
	if (b->bad)
		return ERR_MEM;
	if (path->copy == 0 && d->frames.count > 0)
		f->extra += d->frames.count - 1;
	for (uint32_t i = 0; i < d->frames.count && i < FRAG_FRAMES; i++)
		frag_frames_add(frames, d->frames.frame[i]);
	path->cut |= d->cut;
	ip->fragment = false;
	ip->cut = d->cut;
	ip->header = slice_of(NULL, 0);
	ip->payload = buf_slice(b);
	return 1;
}

/* 1: IP is whole now (its payload in the fragments' memory); 0: not yet. */
static int
fragment(struct flow *f, struct flow_path *path, struct pkt_ip *ip)
{
	struct frag_datagram d;
	struct frag_key key;
	int r;

	if (!path->judged)
		path->copy = copy_of(f, path, ip);
	if (path->copy > 0) {
		flow_class_set(f, FLOW_COPY);
		if (!f->opt.duplicates)
			return 0;
	}
	if (path->frags == FLOW_LEVELS) {
		flow_damage(f, "ip", ERR_LIMIT);
		return 0;
	}
	memset(&key, 0, sizeof(key));
	key.src = ip->src;
	key.dst = ip->dst;
	key.proto = ip->proto;
	key.version = ip->version;
	key.id = ip->id;
	key.copy = path->copy;
	r = frag_add(f->frag, &key, ip->offset, ip->payload,
	    !ip->more, ip->cut, path->where.frame, path->where.time_ns, &d);
	if (r == ERR_RANGE) {
		flow_damage(f, "ip", r);
		return 0;
	}
	f->waits = r == 0;
	if (r == 0 && path->copy == 0) {
		/* Frames of an outer datagram have done their part. */
		flow_class_count(f, FLOW_PART, f->extra);
		f->extra = 0;
		f->held = true;
	}
	if (r <= 0)
		return r;
	if (r == 2) {
		if (path->copy == 0)
			f->extra += d.frames.count - 1;
		flow_class_set(f, FLOW_COPY);
		return 0;
	}
	return whole(f, path, ip, &d);
}

int
flow_ip_read(struct flow *f, struct flow_path *path, struct pkt_ip *ip)
{
	int r;

	path->cut |= ip->cut;
	if (ip->fragment && (ip->more || ip->offset > 0) &&
	    (r = fragment(f, path, ip)) <= 0)
		return r;
	return whole_ip(f, path, ip);
}

int
flow_ip_packet(struct flow *f, struct flow_path *path, struct slice in)
{
	struct pkt_ip ip;
	int r;

	if (++path->depth > FLOW_DEPTH) {
		flow_damage(f, "ip", ERR_LIMIT);
		return 0;
	}
	if ((r = pkt_ip(in, &ip)) < 0) {
		flow_damage(f, "ip", r);
		return 0;
	}
	return flow_ip_read(f, path, &ip);
}
