/*
 * test_flow: the laws of flow (DESIGN 3): however a stream is cut and in
 * whatever order it comes, the same messages come out; every frame is in the
 * account.
 */
#include "aka.h"
#include "net.h"

#define VARIANTS	1000	/* of all captures together */
#define GENERATIONS	8	/* connections of the same ports */

/* Octets of one direction of a connection. */
struct stream {
	struct pkt_addr	 src, dst;
	uint16_t	 sport, dport;
	unsigned	 generation;
	bool		 reused;	/* its ports, by another connection */
	uint32_t	 first;		/* sequence number of data[0] */
	uint8_t		*data, *have;
	size_t		 n;
};

/* What a capture holds, taken out of frames, fragments and tunnels. */
struct story {
	struct net_frames	 ip;		/* all packets, whole */
	struct stream		*stream;
	size_t			 n_stream;
	struct net_run		 ref;		/* what flow finds in it */
};

enum wrap {
	WRAP_ETHER, WRAP_QINQ, WRAP_SLL, WRAP_RAW, WRAP_GTPU, WRAP_GTPU6,
	WRAP_GRE, WRAP_GRE6, WRAP_IP6, WRAPS
};

/* How a variant is made. */
struct variant {
	enum wrap	 wrap;
	bool		 as6;		/* IPv4 addresses become IPv6 ones */
	size_t		 most;		/* octets of a segment */
	size_t		 window;	/* of shuffling, frames */
	bool		 syn, overlap, keepalive, wrap_seq, fin;
	bool		 pinned;	/* the SYN stays first */
	unsigned	 fragment;	/* one of so many packets; 0 none */
	unsigned	 outer;		/* the same of the tunnel's packets */
	uint32_t	 id;		/* the last one used */
};

static const char *const captures[] = {
	"shapes/v_tcp_one_per_seg.pcap", "shapes/v_tcp_two_per_seg.pcap",
	"shapes/v_tcp_split_any.pcap", "lab/sipp_akav1_tcp.pcap",
	"lab/call_mw.pcap", "lab/call_topoh_mw.pcap", "lab/call_plain_gm.pcap",
	"shapes/v_frag.pcap", "shapes/v_ip6.pcap", "shapes/v_gtpu.pcap",
	"arkime/gtp-iphone.pcap", "open5gs/volte.pcapng",
};

static const char *const esp_captures[] = {
	"lab/aes-gmac_null_ipv4_tcp.pcap",
	"lab/hmac-md5-96_aes-cbc_ipv4_tcp.pcap",
	"lab/hmac-md5-96_des-ede3-cbc_ipv4_udp.pcap",
	"lab/hmac-md5-96_null_ipv4_tcp.pcap",
	"lab/hmac-sha1-96_aes-cbc_ipv4_tcp.pcap",
	"lab/hmac-sha1-96_null_ipv4_udp.pcap",
	"lab/hmac-sha256-128_aes-cbc_ipv4_tcp.pcap",
	"lab/null_aes-gcm_ipv4_tcp.pcap",
	"lab/call_gm.pcap", "lab/call_topoh_gm.pcap",
	"lab/ipsec_reg_hmac-sha-1-96_null_udp_gm.pcap",
	"open5gs/ipsec_reg.pcapng",
};

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* The subscriber of open5gs/ipsec_reg.pcapng (ANSWERS.md). */
static void
keys_of(struct sa_db *db, const char *name)
{
	struct aka_key key;

	if (strcmp(name, "open5gs/ipsec_reg.pcapng") != 0) {
		net_keys(db, name);
		return;
	}
	aka_key_init(&key, AKA_MILENAGE);
	key.k_len = 16;
	if (slice_hex(slice_str("8baf473f2f8fd09487cccbd7097c6862"), key.k,
	    16) != 16 || slice_hex(slice_str(
	    "8e27b6af0e692e750f32667a3b14605d"), key.opc, 16) != 16 ||
	    sa_db_subscriber(db, slice_str(""), &key) < 0)
		unit_fatal("subscriber", name);
}

/* The story of a capture. */

static struct stream *
stream_of(struct story *s, const struct pkt_ip *ip, const struct pkt_tcp *t)
{
	struct stream *st = NULL;
	unsigned generation = 0;

	for (size_t i = 0; i < s->n_stream; i++)
		if (pkt_addr_eq(&s->stream[i].src, &ip->src) &&
		    pkt_addr_eq(&s->stream[i].dst, &ip->dst) &&
		    s->stream[i].sport == t->sport &&
		    s->stream[i].dport == t->dport)
			st = &s->stream[i];
	if (st != NULL && ((t->flags & PKT_TCP_SYN) == 0 ||
	    st->first == t->seq + 1))
		return st;
	if (st != NULL) {
		st->reused = true;
		generation = st->generation + 1;
		if (generation == GENERATIONS)
			unit_fatal("story", "too many connections");
	}
	s->stream = net_alloc(s->stream, (s->n_stream + 1) * sizeof(*st));
	st = &s->stream[s->n_stream++];
	memset(st, 0, sizeof(*st));
	st->src = ip->src;
	st->dst = ip->dst;
	st->sport = t->sport;
	st->dport = t->dport;
	st->generation = generation;
	st->first = t->seq + ((t->flags & PKT_TCP_SYN) != 0);
	return st;
}

static void
add_segment(struct story *s, const struct pkt_ip *ip)
{
	struct pkt_tcp t;
	struct stream *st;
	uint32_t off;
	size_t end;

	if (pkt_tcp(ip->payload, &t) < 0)
		unit_fatal("story", "TCP");
	if (t.payload.n == 0 && (t.flags & PKT_TCP_SYN) == 0)
		return;
	st = stream_of(s, ip, &t);
	off = t.seq + ((t.flags & PKT_TCP_SYN) != 0) - st->first;
	if (off == UINT32_MAX && t.payload.n == 1)
		return;			/* keep-alive */
	end = off + t.payload.n;
	if (end > 1U << 20)
		unit_fatal("story", "segment before the first");
	if (end > st->n) {
		st->data = net_alloc(st->data, end);
		st->have = net_alloc(st->have, end);
		memset(st->have + st->n, 0, end - st->n);
		st->n = end;
	}
	for (size_t i = 0; i < t.payload.n; i++)
		if (!st->have[off + i]) {
			st->data[off + i] = t.payload.p[i];
			st->have[off + i] = 1;
		}
}

static bool
story_load(struct story *s, const char *name)
{
	struct net_frames frames;
	struct net_run take;
	struct pkt_ip ip;

	memset(s, 0, sizeof(*s));
	if (!net_load(name, &frames))
		return false;
	net_begin(&take, true);
	net_begin(&s->ref, false);
	keys_of(s->ref.db, name);
	for (size_t i = 0; i < frames.n; i++) {
		net_push(&take, &frames.f[i]);
		net_push(&s->ref, &frames.f[i]);
	}
	net_end(&take);
	net_end(&s->ref);
	s->ip = take.seen.packets;
	memset(&take.seen.packets, 0, sizeof(take.seen.packets));
	for (size_t i = 0; i < s->ip.n; i++) {
		if (pkt_ip(s->ip.f[i].data, &ip) < 0)
			unit_fatal("story", name);
		if (ip.proto == PKT_PROTO_TCP)
			add_segment(s, &ip);
	}
	net_done(&take);
	net_frames_free(&frames);
	return true;
}

static void
story_free(struct story *s)
{
	for (size_t i = 0; i < s->n_stream; i++) {
		free(s->stream[i].data);
		free(s->stream[i].have);
	}
	free(s->stream);
	net_frames_free(&s->ip);
	net_done(&s->ref);
}

/* Packets of a variant. */

static struct pkt_addr
as6(const struct variant *v, const struct pkt_addr *a)
{
	struct pkt_addr to = net_addr("2001:db8:c0de::");

	if (!v->as6 || a->family != 4)
		return *a;
	memcpy(to.ip + 12, a->ip, 4);
	return to;
}

static void
tunnel(struct buf *b, const struct variant *v, struct slice ip)
{
	bool four = ip.p[0] >> 4 == 4;

	switch (v->wrap) {
	case WRAP_GTPU: case WRAP_GTPU6:
		net_udp(b, 2152, 2152, slice_of("", 0));
		b->p[4] = (uint8_t)((ip.n + 16) >> 8);
		b->p[5] = (uint8_t)(ip.n + 16);
		buf_u16(b, 0x30ff);
		buf_u16(b, (uint16_t)ip.n);
		buf_u32(b, 0xbeef);
		break;
	case WRAP_GRE: case WRAP_GRE6:
		buf_u16(b, 0);
		buf_u16(b, four ? 0x0800 : 0x86dd);
		break;
	default:
		break;
	}
	buf_put(b, ip);
}

static void
link_layer(struct net_frames *out, const struct variant *v, struct slice ip,
    bool fixed)
{
	static const uint8_t mac[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	uint16_t type = ip.p[0] >> 4 == 4 ? 0x0800 : 0x86dd;
	struct buf b;
	int linktype = 1;

	buf_init(&b, 0);
	if (v->wrap == WRAP_SLL) {
		buf_u16(&b, 0);
		buf_u16(&b, 1);
		buf_u16(&b, 6);
		buf_add(&b, mac, 8);
		linktype = 113;
	} else if (v->wrap == WRAP_RAW) {
		linktype = 101;
	} else {
		buf_add(&b, mac, 12);
	}
	if (v->wrap == WRAP_QINQ) {
		buf_u32(&b, 0x88a80064);
		buf_u32(&b, 0x810000c8);
	}
	if (v->wrap != WRAP_RAW)
		buf_u16(&b, type);
	buf_put(&b, ip);
	net_add(out, out->n, buf_slice(&b), linktype)->fixed = fixed;
	buf_free(&b);
}

static void	fragments(struct net_frames *out, struct variant *v,
		    const struct pkt_addr *src, const struct pkt_addr *dst,
		    uint8_t proto, struct slice in, bool inner);

/* An inner packet, put into the tunnel of V. */
static void
wrap_up(struct net_frames *out, struct variant *v, struct slice ip, bool fixed)
{
	static const struct net_frag whole = { .whole = true };
	static const uint8_t proto[WRAPS] = {
		[WRAP_GTPU] = PKT_PROTO_UDP, [WRAP_GTPU6] = PKT_PROTO_UDP,
		[WRAP_GRE] = PKT_PROTO_GRE, [WRAP_GRE6] = PKT_PROTO_GRE,
	};
	bool six = v->wrap == WRAP_GTPU6 || v->wrap == WRAP_GRE6 ||
	    v->wrap == WRAP_IP6;
	struct pkt_addr src = net_addr(six ? "fd00::1" : "192.0.2.1");
	struct pkt_addr dst = net_addr(six ? "fd00::2" : "192.0.2.2");
	uint8_t next = proto[v->wrap];
	struct buf in, b;

	if (v->wrap < WRAP_GTPU) {
		link_layer(out, v, ip, fixed);
		return;
	}
	if (v->wrap == WRAP_IP6)
		next = ip.p[0] >> 4 == 4 ? PKT_PROTO_IPIP : PKT_PROTO_IPV6;
	buf_init(&in, 0);
	buf_init(&b, 0);
	tunnel(&in, v, ip);
	if (!fixed && v->outer > 0 && net_rnd(v->outer) == 0) {
		fragments(out, v, &src, &dst, next, buf_slice(&in), false);
	} else {
		net_ip(&b, &src, &dst, next, whole, buf_slice(&in));
		link_layer(out, v, buf_slice(&b), fixed);
	}
	buf_free(&in);
	buf_free(&b);
}

struct piece {
	size_t	off, n;
};

static void
add_fragment(struct net_frames *out, struct variant *v,
    const struct pkt_addr *src, const struct pkt_addr *dst, uint8_t proto,
    struct slice in, struct piece p, uint32_t id, bool inner)
{
	struct net_frag f = { .id = id, .offset = p.off,
	    .more = p.off + p.n < in.n };
	struct buf b;

	buf_init(&b, 0);
	net_ip(&b, src, dst, proto, f, slice_sub(in, p.off, p.n));
	if (inner)
		wrap_up(out, v, buf_slice(&b), false);
	else
		link_layer(out, v, buf_slice(&b), false);
	buf_free(&b);
}

/* IN, 9 octets or more, in fragments: shuffled, some twice or overlapping. */
static void
fragments(struct net_frames *out, struct variant *v,
    const struct pkt_addr *src, const struct pkt_addr *dst, uint8_t proto,
    struct slice in, bool inner)
{
	struct piece p[64];
	size_t n = 0, off = 0, must;
	uint32_t id = ++v->id;

	while (off < in.n && n < 31) {
		p[n].off = off;
		p[n].n = n < 30 ? 8 * (1 + net_rnd((uint32_t)in.n / 8 + 1)) :
		    in.n;
		if (off == 0 && p[n].n >= in.n)
			p[n].n = (in.n - 1) / 8 * 8;
		if (p[n].n > in.n - off)
			p[n].n = in.n - off;
		off += p[n++].n;
	}
	must = n;
	for (size_t i = net_rnd(4); i > 0; i--) {
		p[n].off = 8 * net_rnd((uint32_t)(in.n + 7) / 8);
		p[n].n = 8 * (1 + net_rnd(40));
		if (p[n].n > in.n - p[n].off)
			p[n].n = in.n - p[n].off;
		n += p[n].n < in.n;
	}
	for (size_t i = must < n && net_rnd(2) ? must : n; i > 1; i--) {
		size_t j = net_rnd((uint32_t)i);
		struct piece t = p[i - 1];

		p[i - 1] = p[j];
		p[j] = t;
	}
	for (size_t i = 0; i < n; i++)
		add_fragment(out, v, src, dst, proto, in, p[i], id, inner);
}

static void
packet(struct net_frames *out, struct variant *v, const struct pkt_addr *src,
    const struct pkt_addr *dst, uint8_t proto, struct slice in, bool fixed)
{
	struct net_frag f = { .id = ++v->id, .whole = true };
	struct pkt_addr s = as6(v, src), d = as6(v, dst);
	struct buf b;

	if (!fixed && in.n > 8 && v->fragment > 0 &&
	    net_rnd(v->fragment) == 0) {
		fragments(out, v, &s, &d, proto, in, true);
		return;
	}
	buf_init(&b, 0);
	net_ip(&b, &s, &d, proto, f, in);
	wrap_up(out, v, buf_slice(&b), fixed);
	buf_free(&b);
}

/* Segments of a variant. */

static void
segment(struct net_frames *out, struct variant *v, const struct stream *s,
    uint32_t seq, uint8_t flags, struct slice data, bool fixed)
{
	struct buf b;

	buf_init(&b, 0);
	net_tcp(&b, s->sport, s->dport, seq, 0, flags, data);
	packet(out, v, &s->src, &s->dst, PKT_PROTO_TCP, buf_slice(&b), fixed);
	buf_free(&b);
}

/* Octets at hand from OFF on, at most MOST. */
static size_t
run_of(const struct stream *s, size_t off, size_t most)
{
	size_t n = 0;

	while (off + n < s->n && n < most && s->have[off + n])
		n++;
	return n;
}

static void
extras(struct net_frames *out, struct variant *v, const struct stream *s,
    uint32_t base, size_t end)
{
	static const uint8_t garbage = 0xa5;
	size_t off = end > 0 ? net_rnd((uint32_t)end) : 0, n;

	if (v->overlap && net_rnd(3) == 0 &&
	    (n = run_of(s, off, 1 + net_rnd(2000))) > 0)
		segment(out, v, s, base + (uint32_t)off, 0x10,
		    slice_of(s->data + off, n), false);
	if (v->keepalive && net_rnd(4) == 0 && end > 0)
		segment(out, v, s, base + (uint32_t)end - 1, 0x10,
		    slice_of(&garbage, net_rnd(2)), true);
}

/* The stream S as segments of V. */
static void
cut_up(struct net_frames *out, struct variant *v, const struct stream *s)
{
	uint32_t base = s->first;
	size_t off = 0, n;
	bool syn = v->syn || s->reused || s->generation > 0;

	if (v->wrap_seq && !s->reused && s->generation == 0)
		base = -(uint32_t)net_rnd((uint32_t)s->n + 1);
	if (syn)
		segment(out, v, s, base - 1, 0x02, slice_of("", 0),
		    v->pinned || s->reused || s->generation > 0);
	while (off < s->n) {
		n = run_of(s, off, v->most > 1 ?
		    1 + net_rnd((uint32_t)v->most) : 1);
		if (n > 0)
			segment(out, v, s, base + (uint32_t)off, 0x10,
			    slice_of(s->data + off, n), false);
		off += n > 0 ? n : 1;
		extras(out, v, s, base, off);
	}
	if (v->fin)
		segment(out, v, s, base + (uint32_t)s->n, 0x11,
		    slice_of("", 0), false);
}

static void
datagrams(struct net_frames *out, struct variant *v, const struct story *s)
{
	for (size_t i = 0; i < s->ip.n; i++) {
		struct pkt_ip ip;

		if (pkt_ip(s->ip.f[i].data, &ip) < 0)
			unit_fatal("datagrams", "IP");
		if (ip.proto != PKT_PROTO_TCP)
			packet(out, v, &ip.src, &ip.dst, ip.proto, ip.payload,
			    false);
	}
}

/* All frames of LIST in one, their order in each kept. */
static void
interleave(struct net_frames *out, struct net_frames *list, size_t n)
{
	size_t left = 0, *at = net_alloc(NULL, (n + 1) * sizeof(*at));

	memset(at, 0, (n + 1) * sizeof(*at));
	for (size_t i = 0; i < n; i++)
		left += list[i].n;
	while (left > 0) {
		size_t i = net_rnd((uint32_t)n), k = 1 + net_rnd(8);

		for (; k > 0 && at[i] < list[i].n; k--, left--) {
			struct net_frame *f = &list[i].f[at[i]++];

			net_add(out, out->n, f->data, f->linktype)->fixed =
			    f->fixed;
		}
	}
	for (size_t i = 0; i < n; i++)
		net_frames_free(&list[i]);
	free(at);
}

/* Each frame moves at most WINDOW places, and never past a fixed one. */
static void
shuffle(struct net_frames *l, size_t window)
{
	for (size_t i = 0, end; i < l->n; i = end + 1) {
		for (end = i; end < l->n && end < i + window; end++)
			if (l->f[end].fixed)
				break;
		for (size_t k = end; k > i + 1; k--) {
			size_t j = i + net_rnd((uint32_t)(k - i));
			struct net_frame t = l->f[k - 1];

			l->f[k - 1] = l->f[j];
			l->f[j] = t;
		}
	}
}

static void
make(struct net_frames *out, struct variant *v, const struct story *s)
{
	struct net_frames *list;

	list = net_alloc(NULL, (s->n_stream + 1) * sizeof(*list));
	memset(out, 0, sizeof(*out));
	for (unsigned g = 0; g < GENERATIONS; g++) {
		size_t n = 0;

		memset(list, 0, (s->n_stream + 1) * sizeof(*list));
		for (size_t i = 0; i < s->n_stream; i++)
			if (s->stream[i].generation == g)
				cut_up(&list[n++], v, &s->stream[i]);
		if (g == 0)
			datagrams(&list[n++], v, s);
		interleave(out, list, n);
	}
	shuffle(out, v->window);
	free(list);
}

/* What must be the same. */

static uint64_t
print_of(const struct net_message *m)
{
	uint64_t h = slice_hash(7, m->data);

	h = slice_hash(h, slice_of(&m->src, sizeof(m->src)));
	h = slice_hash(h, slice_of(&m->dst, sizeof(m->dst)));
	return h + m->sport * 65537ULL + m->dport +
	    ((uint64_t)m->transport << 40) + ((uint64_t)m->icv << 44) + m->cut;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint64_t *
prints(const struct net_seen *s, const struct variant *v)
{
	uint64_t *p = net_alloc(NULL, s->n * sizeof(*p));

	for (size_t i = 0; i < s->n; i++) {
		struct net_message m = s->m[i];

		m.src = as6(v, &m.src);
		m.dst = as6(v, &m.dst);
		p[i] = print_of(&m);
	}
	return p;
}

/* The same messages, whatever their order? */
static bool
same(const struct net_seen *want, const struct net_seen *got,
    const struct variant *v)
{
	uint64_t *a, *b;
	bool ok;

	if (want->n != got->n)
		return false;
	a = prints(want, v);
	b = prints(got, v);
	qsort(a, want->n, sizeof(*a), compare);
	qsort(b, got->n, sizeof(*b), compare);
	ok = memcmp(a, b, want->n * sizeof(*a)) == 0;
	free(a);
	free(b);
	return ok;
}

static size_t
next_of(const struct net_seen *s, size_t i, const struct stream *st,
    const struct variant *v)
{
	struct pkt_addr src = as6(v, &st->src), dst = as6(v, &st->dst);

	for (; i < s->n; i++) {
		struct pkt_addr a = as6(v, &s->m[i].src);
		struct pkt_addr b = as6(v, &s->m[i].dst);

		if (s->m[i].transport == FLOW_TCP && pkt_addr_eq(&a, &src) &&
		    pkt_addr_eq(&b, &dst) && s->m[i].sport == st->sport &&
		    s->m[i].dport == st->dport)
			break;
	}
	return i;
}

/* In order in each stream? */
static bool
ordered(const struct net_seen *want, const struct net_seen *got,
    const struct story *s, const struct variant *v)
{
	for (size_t k = 0; k < s->n_stream; k++) {
		const struct stream *st = &s->stream[k];
		size_t i = next_of(want, 0, st, v), j = next_of(got, 0, st, v);

		while (i < want->n && j < got->n) {
			if (!slice_eq(want->m[i].data, got->m[j].data))
				return false;
			i = next_of(want, i + 1, st, v);
			j = next_of(got, j + 1, st, v);
		}
	}
	return true;
}

static void
tell(const struct variant *v, const struct net_run *want,
    const struct net_run *got)
{
	const struct flow_account *a = &got->account;

	printf("# wrap %d as6 %d most %zu window %zu syn %d pinned %d "
	    "overlap %d keepalive %d wrap_seq %d fin %d fragment %u outer "
	    "%u\n", v->wrap, v->as6, v->most, v->window, v->syn, v->pinned,
	    v->overlap, v->keepalive, v->wrap_seq, v->fin, v->fragment,
	    v->outer);
	printf("# messages %zu, not %zu; gaps %llu, closed %llu, damage %llu, "
	    "frames %llu = %llu + %llu + %llu + %llu + %llu + %llu\n",
	    got->seen.n, want->seen.n, (unsigned long long)got->seen.gaps,
	    (unsigned long long)got->seen.closed,
	    (unsigned long long)got->seen.damage,
	    (unsigned long long)a->frames, (unsigned long long)a->sip,
	    (unsigned long long)a->part, (unsigned long long)a->esp,
	    (unsigned long long)a->duplicate, (unsigned long long)a->other,
	    (unsigned long long)a->damaged);
}

static bool
judge(const char *name, unsigned number, const struct story *s,
    const struct variant *v, struct net_frames *frames)
{
	struct net_run r;
	bool ok;

	net_begin(&r, false);
	keys_of(r.db, name);
	net_agreed(r.db, name);
	for (size_t i = 0; i < frames->n; i++)
		net_push(&r, &frames->f[i]);
	net_end(&r);
	ok = CHECK_EACH(same(&s->ref.seen, &r.seen, v),
	    "%s, variant %u: the same messages", name, number);
	if (v->pinned)
		ok &= CHECK_EACH(ordered(&s->ref.seen, &r.seen, s, v),
		    "%s, variant %u: in order", name, number);
	ok &= CHECK_EACH(net_adds_up(&r),
	    "%s, variant %u: the account adds up", name, number);
	ok &= CHECK_EACH(r.seen.gaps == s->ref.seen.gaps &&
	    r.seen.closed == s->ref.seen.closed &&
	    r.account.damaged == s->ref.account.damaged,
	    "%s, variant %u: nothing lost", name, number);
	if (!ok)
		tell(v, &s->ref, &r);
	net_done(&r);
	return ok;
}

static struct variant
choose(unsigned number)
{
	static const size_t most[] = { 1, 3, 20, 200, 1400, 1400, 9000 };
	struct variant v = {
		.wrap = number % WRAPS,
		.as6 = net_rnd(3) == 0,
		.most = most[net_rnd(N(most))],
		.window = net_rnd(4) > 0 ? 2 + net_rnd(15) : 1,
		.syn = net_rnd(2),
		.overlap = net_rnd(2),
		.keepalive = net_rnd(3) == 0,
		.wrap_seq = net_rnd(2),
		.fin = net_rnd(2),
		.fragment = net_rnd(2) ? 1 + net_rnd(4) : 0,
		.outer = net_rnd(3) == 0 ? 1 + net_rnd(4) : 0,
	};

	v.pinned = v.syn && net_rnd(2);
	if (v.most <= 20) {	/* enough frames as it is */
		v.fragment = v.outer = 0;
	}
	return v;
}

static void
test_cuts(const char *name, unsigned count)
{
	struct net_frames frames;
	unsigned bad = 0;
	struct story s;

	if (!story_load(&s, name))
		return;
	for (unsigned i = 0; i < count; i++) {
		struct variant v = choose(i);

		make(&frames, &v, &s);
		bad += !judge(name, i, &s, &v, &frames);
		net_frames_free(&frames);
	}
	CHECK(bad == 0 && s.ref.seen.n > 0,
	    "%s: %u variants give the same %zu messages", name, count,
	    s.ref.seen.n);
	story_free(&s);
}

/* ESP packets in another order, but within the replay window. */
static void
test_esp(const char *name, unsigned count)
{
	unsigned bad = 0;
	struct story s;

	if (!story_load(&s, name))
		return;
	for (unsigned i = 0; i < count; i++) {
		struct net_frames frames = { 0 };
		struct variant v = { .wrap = i % WRAPS, .window = 32 };

		v.fragment = i % 2 == 0 ? 0 : 3;
		for (size_t k = 0; k < s.ip.n; k++) {
			struct pkt_ip ip;

			if (pkt_ip(s.ip.f[k].data, &ip) < 0)
				unit_fatal(name, "IP");
			packet(&frames, &v, &ip.src, &ip.dst, ip.proto,
			    ip.payload, ip.proto != PKT_PROTO_ESP);
		}
		shuffle(&frames, v.window);
		bad += !judge(name, i, &s, &v, &frames);
		net_frames_free(&frames);
	}
	CHECK(bad == 0 && s.ref.seen.n > 0,
	    "%s: %u orders give the same %zu messages", name, count,
	    s.ref.seen.n);
	story_free(&s);
}

/* Law 7, and what other programs count in the captures. */
static void
test_account(const char *name, unsigned messages, unsigned checked)
{
	struct net_frames frames;
	struct net_run r;

	if (!net_load(name, &frames))
		return;
	net_begin(&r, false);
	keys_of(r.db, name);
	for (size_t i = 0; i < frames.n; i++)
		net_push(&r, &frames.f[i]);
	net_end(&r);
	CHECK(net_adds_up(&r) && r.account.frames == frames.n,
	    "%s: the account adds up", name);
	CHECK_INT(r.account.messages, messages, "%s: messages", name);
	CHECK_INT(r.account.esp_checked, checked, "%s: right ICVs", name);
	net_done(&r);
	net_frames_free(&frames);
}

/* Packets instead of messages: the account is the same, and nothing is ESP. */
static void
test_opened(const char *name, unsigned messages, unsigned checked)
{
	const struct flow_options o = { .opened = true };
	const struct flow_account *a;
	struct net_frames frames;
	struct pkt_ip ip;
	struct net_run r;
	size_t esp = 0;

	if (!net_load(name, &frames))
		return;
	net_begin_as(&r, &o);
	keys_of(r.db, name);
	for (size_t i = 0; i < frames.n; i++)
		net_push(&r, &frames.f[i]);
	net_end(&r);
	for (size_t i = 0; i < r.seen.packets.n; i++)
		esp += pkt_ip(r.seen.packets.f[i].data, &ip) < 0 ||
		    ip.proto == PKT_PROTO_ESP;
	CHECK(r.seen.n == 0 && r.seen.gaps == 0 && esp == 0 &&
	    r.seen.packets.n > 0, "%s: packets, opened", name);
	a = &r.account;
	CHECK(a->frames == frames.n && a->sip + a->part + a->esp +
	    a->duplicate + a->other + a->damaged == a->frames &&
	    a->messages == messages && a->esp_checked == checked,
	    "%s: the same account", name);
	net_done(&r);
	net_frames_free(&frames);
}

/* What the receiving kernel refused, and only that, stays closed. */
static void
test_hostile(void)
{
	static const char name[] = "lab/hostile_hmac-sha1-96_aes-cbc_ipv4_udp"
	    ".pcap";
	static const int reason[] = {
		ERR_REPLAY, ERR_REPLAY, ERR_AUTH, ERR_AUTH, ERR_NOSA,
		ERR_REPLAY, ERR_REPLAY, ERR_AUTH,
	};
	struct net_frames frames;
	struct net_run r;
	size_t n = 0;

	if (!net_load(name, &frames))
		return;
	net_begin(&r, false);
	net_keys(r.db, name);
	for (size_t i = 0; i < frames.n; i++) {
		uint64_t before = r.seen.closed;

		net_push(&r, &frames.f[i]);
		if (r.seen.closed == before)
			continue;
		CHECK(n < N(reason) && r.seen.reason == reason[n],
		    "frame %zu is refused as by the kernel: %s", i + 1,
		    err_name(r.seen.reason));
		n++;
	}
	net_end(&r);
	CHECK_INT(n, N(reason), "so many are refused");
	CHECK(r.account.esp_checked == frames.n - n && net_adds_up(&r),
	    "all others are delivered");
	net_done(&r);
	net_frames_free(&frames);
}

static void
test_accounts(void)
{
	char line[256], name[200];
	unsigned messages, checked;
	size_t n;
	char *text = (char *)unit_file("../messages.txt", &n), *at = text;

	for (; sscanf(at, "%255[^\n]", line) == 1; at = strchr(at, '\n') + 1)
		if (sscanf(line, "%199s %u %u", name, &messages,
		    &checked) == 3 && name[0] != '#') {
			test_account(name, messages, checked);
			test_opened(name, messages, checked);
		}
	free(text);
}

/* A DATA chunk (RFC 9260 3.3.1); FLAGS: 2 begins, 1 ends a message. */
static void
put_chunk(struct buf *b, uint8_t flags, uint32_t tsn, uint16_t ssn,
    struct slice data)
{
	buf_u8(b, 0);
	buf_u8(b, flags);
	buf_u16(b, (uint16_t)(16 + data.n));
	buf_u32(b, tsn);
	buf_u16(b, 0);
	buf_u16(b, ssn);
	buf_u32(b, 0);
	buf_put(b, data);
	while (b->n % 4 != 0)
		buf_u8(b, 0);
}

static void
push_sctp(struct net_run *r, struct slice chunks)
{
	struct pkt_addr a = net_addr("192.0.2.1"), b = net_addr("192.0.2.2");
	struct net_frag whole = { .whole = true };
	struct buf sctp, ip;

	buf_init(&sctp, 0);
	buf_init(&ip, 0);
	buf_u32(&sctp, 5060U << 16 | 5060);
	buf_u32(&sctp, 1);
	buf_u32(&sctp, 0);
	buf_put(&sctp, chunks);
	net_ip(&ip, &a, &b, PKT_PROTO_SCTP, whole, buf_slice(&sctp));
	net_push_ip(r, buf_slice(&ip));
	buf_free(&sctp);
	buf_free(&ip);
}

/* Behind the end of a fragmented message, a whole one; then half a chunk. */
static void
test_sctp(void)
{
	static const char text[] = "OPTIONS sip:b SIP/2.0\r\nCall-ID: 1\r\n"
	    "Content-Length: 0\r\n\r\n";
	struct slice in = slice_str(text);
	struct net_run r;
	struct buf b;

	net_begin(&r, false);
	buf_init(&b, 0);
	put_chunk(&b, 2, 1, 0, slice_sub(in, 0, 30));
	push_sctp(&r, buf_slice(&b));
	buf_reset(&b);
	put_chunk(&b, 1, 2, 0, slice_from(in, 30));
	put_chunk(&b, 3, 3, 1, slice_str("NOTIFY sip:c SIP/2.0\r\n\r\n"));
	push_sctp(&r, buf_slice(&b));
	buf_reset(&b);
	put_chunk(&b, 3, 4, 2, in);
	push_sctp(&r, slice_sub(buf_slice(&b), 0, 8));
	net_end(&r);
	CHECK(r.seen.n == 2 && slice_is(r.seen.m[0].data, text) &&
	    r.seen.m[0].first == 1 && r.seen.m[0].frame == 2,
	    "SCTP: a message of two frames");
	CHECK(r.seen.n == 2 && r.seen.m[1].first == 2 &&
	    r.seen.m[1].frame == 2, "SCTP: the next one is of its own frame");
	CHECK(r.seen.damage == 1 && r.account.damaged == 1 &&
	    net_adds_up(&r), "SCTP: a chunk without its header is told");
	buf_free(&b);
	net_done(&r);
}

int
main(void)
{
	unsigned each = (VARIANTS - 10 * N(esp_captures)) / N(captures) + 1;

	for (size_t i = 0; i < N(captures); i++)
		test_cuts(captures[i], each);
	for (size_t i = 0; i < N(esp_captures); i++)
		test_esp(esp_captures[i], 10);
	test_hostile();
	test_sctp();
	test_accounts();
	return unit_end();
}
