/* flow: frames in, SIP messages out; from the frame to the transport. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "flow_int.h"

#define EXPIRE_NS	1000000000ULL	/* look for what is too old */

/* Fragments of a datagram; zero it first. */
struct frag_key {
	struct pkt_addr	 src, dst;
	uint8_t		 proto, version;
	uint32_t	 id;
	uint32_t	 copy;
};

static int	ip_packet(struct flow *f, struct flow_path *path,
		    struct slice in);
static int	frame_in(struct flow *f, struct flow_path *path, int linktype,
		    struct slice in);

const char *
flow_transport_name(enum flow_transport t)
{
	static const char *const name[] = { "", "udp", "tcp", "sctp" };

	return name[t];
}

int
flow_transport_parse(struct slice s)
{
	for (int i = FLOW_UDP; i <= FLOW_SCTP; i++)
		if (slice_caseis(s, flow_transport_name(i)))
			return i;
	return ERR_ALG;
}

const char *
flow_icv_name(enum flow_icv i)
{
	static const char *const name[] = { "", "ok", "bad", "unchecked" };

	return name[i];
}

int
flow_icv_parse(struct slice s)
{
	for (int i = FLOW_ICV_OK; i <= FLOW_ICV_UNCHECKED; i++)
		if (slice_is(s, flow_icv_name(i)))
			return i;
	return ERR_ALG;
}

void
flow_class_set(struct flow *f, enum flow_class c)
{
	if (c > f->class)
		f->class = c;
}

void
flow_class_count(struct flow *f, enum flow_class c, uint64_t n)
{
	uint64_t *const to[] = {
		[FLOW_OTHER] = &f->account.other,
		[FLOW_DAMAGED] = &f->account.damaged,
		[FLOW_COPY] = &f->account.duplicate,
		[FLOW_CLOSED] = &f->account.esp,
		[FLOW_PART] = &f->account.part,
		[FLOW_MESSAGE] = &f->account.sip,
	};

	*to[c] += n;
}

void
flow_damage(struct flow *f, const char *layer, int what)
{
	flow_class_set(f, FLOW_DAMAGED);
	f->sink.damage(f->number, layer, what, f->sink.arg);
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

	path.where.file = f->file;
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
		sip = flow_datagram(f, &path, u.payload);
		lost = FLOW_OTHER;
	}
	if (k->copy > 0)
		return;
	flow_class_count(f, sip ? FLOW_MESSAGE : lost, 1);
	flow_class_count(f, sip ? FLOW_PART : lost, d->frames.count - 1);
}

struct flow *
flow_new(const struct flow_sink *sink, const struct flow_options *o,
    struct sa_db *db)
{
	struct flow *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->sink = *sink;
	f->opt = *o;
	f->db = db;
	f->tcp = flow_tcp_new(f, false);
	f->tcp_copies = flow_tcp_new(f, true);
	f->dup = flow_dup_new();
	f->sctp = flow_sctp_new();
	f->frag = frag_new(sizeof(struct frag_key), giveup, f);
	if (f->tcp == NULL || f->tcp_copies == NULL || f->dup == NULL ||
	    f->sctp == NULL || f->frag == NULL) {
		flow_free(f);
		return NULL;
	}
	return f;
}

void
flow_free(struct flow *f)
{
	if (f == NULL)
		return;
	tcp_free(f->tcp);
	tcp_free(f->tcp_copies);
	flow_dup_free(f->dup);
	flow_sctp_free(f->sctp);
	frag_free(f->frag);
	for (int i = 0; i < FLOW_LEVELS; i++) {
		buf_wipe(&f->whole[i]);
		buf_wipe(&f->esp_out[i]);
	}
	buf_free(&f->packet);
	free(f);
}

void
flow_file(struct flow *f, struct slice file)
{
	f->file = file;
}

static int
esp_closed(struct flow *f, const struct flow_path *path, struct slice in,
    const struct sa_opened *o, int reason)
{
	struct flow_esp e = { .where = path->where, .spi = o->spi,
	    .seq = o->seq, .len = in.n, .reason = reason };

	flow_class_set(f, FLOW_CLOSED);
	e.where.transport = FLOW_NONE;
	f->sink.esp(&e, f->sink.arg);
	return 0;
}

static int	transport(struct flow *f, struct flow_path *path,
		    uint8_t proto, struct slice in);

static int
esp_packet(struct flow *f, struct flow_path *path, struct slice in)
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
	f->account.esp_opened += path->copy == 0;
	f->account.esp_checked += path->copy == 0 && o.checked;
	path->esps++;
	path->prot = (struct flow_protection){
		.on = true, .spi = o.spi, .seq = o.seq, .known = o.known,
		.alg = o.alg, .ealg = o.ealg,
		.icv = o.checked ? FLOW_ICV_OK : FLOW_ICV_UNCHECKED,
	};
	path->vantage = slice_hash(path->vantage, slice_of(&o.spi,
	    sizeof(o.spi)));
	if (o.payload.next == PKT_PROTO_IPIP ||
	    o.payload.next == PKT_PROTO_IPV6)
		return ip_packet(f, path, o.payload.data);
	return transport(f, path, o.payload.next, o.payload.data);
}

/* What a tunnel's header gave: R is an enum pkt_next or an error. */
static int
tunnelled(struct flow *f, struct flow_path *path, const char *name, int r,
    struct slice in)
{
	if (r == PKT_NEXT_IP)
		return ip_packet(f, path, in);
	if (r == PKT_NEXT_ETHER)
		return frame_in(f, path, 1, in);
	if (r < 0 && r != ERR_FORMAT && r != ERR_ALG)
		flow_damage(f, name, r);
	return 0;
}

static int
udp(struct flow *f, struct flow_path *path, struct slice in)
{
	struct slice inner;
	struct pkt_udp u;
	int r;

	if ((r = pkt_udp(in, &u)) < 0) {
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
			return tunnelled(f, path, "gtp-u", r, inner);
	}
	if (u.dport == PKT_PORT_VXLAN || u.dport == PKT_PORT_VXLAN_OLD) {
		r = pkt_vxlan(u.payload, &inner);
		if (r >= 0)
			return tunnelled(f, path, "vxlan", r, inner);
	}
	if (flow_datagram(f, path, u.payload)) {
		flow_class_set(f, FLOW_MESSAGE);
		return 0;
	}
	/* RFC 3948: neither keep-alive nor IKE (its marker is SPI 0). */
	if ((u.sport == PKT_PORT_NATT || u.dport == PKT_PORT_NATT) &&
	    u.payload.n > ESP_HEADER && slice_be32(u.payload.p) != 0)
		return esp_packet(f, path, u.payload);
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

static int
transport(struct flow *f, struct flow_path *path, uint8_t proto,
    struct slice in)
{
	switch (proto) {
	case PKT_PROTO_UDP:
		return udp(f, path, in);
	case PKT_PROTO_TCP:
		return tcp(f, path, in);
	case PKT_PROTO_SCTP:
		return flow_sctp(f, path, in);
	case PKT_PROTO_ESP:
		return esp_packet(f, path, in);
	default:
		return 0;
	}
}

/* Is it something that has its own packets inside? */
static bool
is_tunnel(const struct pkt_ip *ip)
{
	uint16_t sport, dport;

	if (ip->proto == PKT_PROTO_IPIP || ip->proto == PKT_PROTO_IPV6 ||
	    ip->proto == PKT_PROTO_GRE)
		return true;
	if (ip->proto != PKT_PROTO_UDP || ip->payload.n < 8)
		return false;
	sport = slice_be16(ip->payload.p);
	dport = slice_be16(ip->payload.p + 2);
	return sport == PKT_PORT_GTPU || dport == PKT_PORT_GTPU ||
	    dport == PKT_PORT_VXLAN || dport == PKT_PORT_VXLAN_OLD;
}

/* A whole packet, handed out as it would be without what is around it. */
static int
hand_out(struct flow *f, const struct flow_path *path, const struct pkt_ip *ip)
{
	struct flow_packet p = { .where = path->where };

	buf_reset(&f->packet);
	if (pkt_ip_write(&f->packet, ip, ip->proto, ip->payload.n) < 0) {
		flow_damage(f, "ip", ERR_RANGE);
		return 0;
	}
	buf_put(&f->packet, ip->payload);
	if (f->packet.bad)
		return ERR_MEM;
	p.packet = buf_slice(&f->packet);
	f->sink.packet(&p, f->sink.arg);
	return 0;
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
	struct slice inner;
	int r;

	path->where.src = ip->src;
	path->where.dst = ip->dst;
	if (is_tunnel(ip)) {
		path->vantage = slice_hash(path->vantage,
		    slice_of(&ip->src, 2 * sizeof(ip->src)));
		path->vantage = slice_hash(path->vantage,
		    slice_sub(ip->payload, 0, 4));
	} else if (path->copy == 0 && !path->prot.on)
		path->copy = copy_of(f, path, ip);
	if (path->copy > 0) {
		flow_class_set(f, FLOW_COPY);
		if (!f->opt.duplicates)
			return 0;
	}
	if (f->opt.packets && !is_tunnel(ip))
		return hand_out(f, path, ip);
	switch (ip->proto) {
	case PKT_PROTO_IPIP:
	case PKT_PROTO_IPV6:
		return ip_packet(f, path, ip->payload);
	case PKT_PROTO_GRE:
		r = pkt_gre(ip->payload, &inner);
		return tunnelled(f, path, "gre", r, inner);
	default:
		return transport(f, path, ip->proto, ip->payload);
	}
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
	if (r == 0 && path->copy == 0) {
		/* Frames of an outer datagram have done their part. */
		flow_class_count(f, FLOW_PART, f->extra);
		f->extra = 0;
		f->held = true;
	}
	if (r <= 0)
		return r;
	return whole(f, path, ip, &d);
}

static int
ip_packet(struct flow *f, struct flow_path *path, struct slice in)
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
	path->cut |= ip.cut;
	if (ip.fragment && (ip.more || ip.offset > 0) &&
	    (r = fragment(f, path, &ip)) <= 0)
		return r;
	return whole_ip(f, path, &ip);
}

static int
frame_in(struct flow *f, struct flow_path *path, int linktype, struct slice in)
{
	struct slice ip;
	int r;

	if (++path->depth > FLOW_DEPTH) {
		flow_damage(f, "link", ERR_LIMIT);
		return 0;
	}
	r = pkt_link(linktype, in, &ip);
	if (r < 0) {
		flow_damage(f, "link", r);
		return 0;
	}
	if (r == PKT_NEXT_OTHER)
		return 0;
	path->vantage = slice_hash(path->vantage, slice_sub(in, 0,
	    (size_t)(ip.p - in.p)));
	if (r == PKT_NEXT_ETHER)
		return frame_in(f, path, 1, ip);
	return ip_packet(f, path, ip);
}

static void
begin(struct flow *f, uint64_t number, uint64_t time_ns)
{
	f->account.frames++;
	f->number = number;
	f->class = FLOW_OTHER;
	f->held = false;
	f->extra = 0;
	if (time_ns > f->now_ns)
		f->now_ns = time_ns;
	tcp_expire(f->tcp, f->now_ns);
	tcp_expire(f->tcp_copies, f->now_ns);
	frag_expire(f->frag, f->now_ns);
}

static int
end(struct flow *f, int r)
{
	if (!f->held) {
		flow_class_count(f, f->class, 1);
		flow_class_count(f, f->class == FLOW_MESSAGE ? FLOW_PART :
		    f->class, f->extra);
	}
	if (r >= 0)
		r = f->error;
	return r < 0 ? r : 0;
}

int
flow_frame(struct flow *f, int linktype, uint32_t interface, uint64_t number,
    uint64_t time_ns, struct slice data, size_t wire_len)
{
	struct flow_path path = { 0 };

	begin(f, number, time_ns);
	path.cut = data.n < wire_len;
	path.vantage = slice_hash(interface, slice_of(&linktype,
	    sizeof(linktype)));
	path.where.file = f->file;
	path.where.timed = true;
	path.where.time_ns = time_ns;
	path.where.frame = number;
	return end(f, frame_in(f, &path, linktype, data));
}

void
flow_unread(struct flow *f, uint64_t number)
{
	begin(f, number, 0);
	f->class = FLOW_DAMAGED;
	(void)end(f, 0);
}

int
flow_ip(struct flow *f, const struct flow_where *where, struct slice packet)
{
	struct flow_path path = { 0 };

	begin(f, where->frame, where->time_ns);
	path.where = *where;
	return end(f, ip_packet(f, &path, packet));
}

int
flow_text(struct flow *f, struct slice message)
{
	struct flow_path path = { 0 };

	path.where.file = f->file;
	(void)flow_message(f, &path, message, false);
	return f->error;
}

int
flow_end(struct flow *f)
{
	tcp_flush(f->tcp);
	tcp_flush(f->tcp_copies);
	frag_flush(f->frag);
	/* The same packet in another file is no copy. */
	flow_dup_reset(f->dup);
	return f->error;
}

void
flow_account(const struct flow *f, struct flow_account *a)
{
	*a = f->account;
	a->evicted = tcp_evicted(f->tcp) + frag_evicted(f->frag);
}
