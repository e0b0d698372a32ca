/*
 * net: packets built, captures read and what flow finds in them kept, for the
 * unit programs.
 *
 * Captures are looked for in IMS_DATA (tests/data when it is not set), those
 * that may not be copied in IMS_SHARED (../shared).
 */
#ifndef NET_H
#define NET_H

#include "buf.h"
#include "cap.h"
#include "err.h"
#include "flow.h"
#include "unit.h"

#define NET_STEP_NS	10000ULL	/* between frames */

static uint64_t net_seed = 88172645463325252ULL;

static inline uint32_t
net_rnd(uint32_t below)
{
	net_seed ^= net_seed << 13;
	net_seed ^= net_seed >> 7;
	net_seed ^= net_seed << 17;
	return (uint32_t)((net_seed >> 32) % below);
}

static inline void *
net_alloc(void *p, size_t n)
{
	if ((p = realloc(p, n > 0 ? n : 1)) == NULL)
		unit_fatal("realloc", "no memory");
	return p;
}

static inline struct slice
net_copy(struct slice s)
{
	uint8_t *p = net_alloc(NULL, s.n);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return slice_of(p, s.n);
}

static inline void
net_free(struct slice s)
{
	free((void *)(uintptr_t)s.p);
}

static inline struct pkt_addr
net_addr(const char *text)
{
	struct pkt_addr a;

	if (pkt_addr_parse(&a, slice_str(text)) < 0)
		unit_fatal("address", text);
	return a;
}

/* Packets. */

/* OFFSET and MORE of a fragment of datagram ID; WHOLE: it is none. */
struct net_frag {
	uint32_t	 id;
	size_t		 offset;
	bool		 more, whole;
};

static inline void
net_ip(struct buf *b, const struct pkt_addr *src, const struct pkt_addr *dst,
    uint8_t proto, struct net_frag f, struct slice in)
{
	if (src->family == 4) {
		buf_u16(b, 0x4500);
		buf_u16(b, (uint16_t)(20 + in.n));
		buf_u16(b, (uint16_t)f.id);
		buf_u16(b, (uint16_t)(f.offset / 8 | (f.more ? 0x2000 : 0)));
		buf_u8(b, 64);
		buf_u8(b, proto);
		buf_u16(b, 0);
		buf_add(b, src->ip, 4);
		buf_add(b, dst->ip, 4);
	} else {
		buf_u32(b, 0x60000000);
		buf_u16(b, (uint16_t)(in.n + (f.whole ? 0 : 8)));
		buf_u8(b, f.whole ? proto : 44);
		buf_u8(b, 64);
		buf_add(b, src->ip, 16);
		buf_add(b, dst->ip, 16);
		if (!f.whole) {
			buf_u8(b, proto);
			buf_u8(b, 0);
			buf_u16(b, (uint16_t)(f.offset | f.more));
			buf_u32(b, f.id);
		}
	}
	buf_put(b, in);
}

static inline void
net_udp(struct buf *b, uint16_t sport, uint16_t dport, struct slice in)
{
	buf_u16(b, sport);
	buf_u16(b, dport);
	buf_u16(b, (uint16_t)(8 + in.n));
	buf_u16(b, 0);
	buf_put(b, in);
}

static inline void
net_tcp(struct buf *b, uint16_t sport, uint16_t dport, uint32_t seq,
    uint32_t ack, uint8_t flags, struct slice in)
{
	buf_u16(b, sport);
	buf_u16(b, dport);
	buf_u32(b, seq);
	buf_u32(b, ack);
	buf_u8(b, 0x50);
	buf_u8(b, flags);
	buf_u16(b, 0xffff);
	buf_u32(b, 0);
	buf_put(b, in);
}

/* Frames. */

struct net_frame {
	struct slice	 data;		/* owned */
	int		 linktype;
	uint64_t	 time_ns;
	size_t		 wire_len;
	bool		 fixed;		/* shuffling leaves it where it is */
	uint32_t	 interface;
};

struct net_frames {
	struct net_frame	*f;
	size_t			 n, cap;
};

static inline struct net_frame *
net_add(struct net_frames *l, size_t at, struct slice data, int linktype)
{
	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? 2 * l->cap : 64;
		l->f = net_alloc(l->f, l->cap * sizeof(l->f[0]));
	}
	memmove(l->f + at + 1, l->f + at, (l->n - at) * sizeof(l->f[0]));
	memset(&l->f[at], 0, sizeof(l->f[at]));
	l->f[at].data = net_copy(data);
	l->f[at].linktype = linktype;
	l->f[at].wire_len = data.n;
	l->n++;
	return &l->f[at];
}

static inline void
net_frames_free(struct net_frames *l)
{
	for (size_t i = 0; i < l->n; i++)
		net_free(l->f[i].data);
	free(l->f);
	memset(l, 0, sizeof(*l));
}

/* File NAME of tests/data, or else of the shared captures; or NULL. */
static inline FILE *
net_open(const char *name)
{
	const char *data = getenv("IMS_DATA"), *shared = getenv("IMS_SHARED");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", data != NULL && *data != '\0' ?
	    data : "tests/data", name);
	if ((f = fopen(path, "rb")) != NULL)
		return f;
	snprintf(path, sizeof(path), "%s/captures/%s", shared != NULL &&
	    *shared != '\0' ? shared : "../shared", name);
	return fopen(path, "rb");
}

/* All frames of capture NAME; false if it is not at hand. */
static inline bool
net_load(const char *name, struct net_frames *l)
{
	char error[CAP_ERROR_TEXT];
	struct cap_frame in;
	struct cap *c;
	FILE *f;
	int e;

	memset(l, 0, sizeof(*l));
	if ((f = net_open(name)) == NULL) {
		printf("ok %d - %s # SKIP not at hand\n", ++unit_count, name);
		return false;
	}
	if ((c = cap_open(f, &e, error)) == NULL)
		unit_fatal(name, error);
	while ((e = cap_next(c, &in)) > 0) {
		struct net_frame *to = net_add(l, l->n, in.data, in.linktype);

		to->time_ns = in.time_ns;
		to->wire_len = in.wire_len;
		to->interface = in.interface;
	}
	if (e < 0)
		unit_fatal(name, cap_error(c));
	cap_close(c);
	fclose(f);
	return true;
}

/* What came out. */

struct net_message {
	struct slice		 data;		/* owned */
	struct pkt_addr		 src, dst;
	uint16_t		 sport, dport;
	enum flow_transport	 transport;
	enum flow_icv		 icv;
	bool			 cut, copy;
	uint64_t		 frame, first;	/* the last and the first */
	uint32_t		 seq;
};

struct net_seen {
	struct net_message	*m;
	size_t			 n, cap;
	struct net_frames	 packets;	/* raw IP, of option packets */
	uint64_t		 gaps, gap_octets, closed, damage;
	int			 reason;	/* of the last closed ESP */
};

static inline void
net_sip(const struct flow_sip *in, void *arg)
{
	struct net_seen *s = arg;
	struct net_message *m;

	if (s->n == s->cap) {
		s->cap = s->cap > 0 ? 2 * s->cap : 64;
		s->m = net_alloc(s->m, s->cap * sizeof(s->m[0]));
	}
	m = &s->m[s->n++];
	memset(m, 0, sizeof(*m));
	m->data = net_copy(in->message);
	m->src = in->where.src;
	m->dst = in->where.dst;
	m->sport = in->where.sport;
	m->dport = in->where.dport;
	m->transport = in->where.transport;
	m->icv = in->protection.icv;
	m->seq = in->protection.seq;
	m->cut = in->cut;
	m->copy = in->copy;
	m->frame = in->where.frame;
	m->first = in->where.frames.count > 0 ? in->where.frames.frame[0] :
	    in->where.frame;
}

static inline void
net_esp(const struct flow_esp *e, void *arg)
{
	struct net_seen *s = arg;

	s->closed++;
	s->reason = e->reason;
}

static inline void
net_gap(const struct flow_gap *g, void *arg)
{
	struct net_seen *s = arg;

	s->gaps++;
	s->gap_octets += g->octets;
}

static inline void
net_packet(const struct flow_packet *p, void *arg)
{
	struct net_seen *s = arg;

	net_add(&s->packets, s->packets.n, p->packet, 101);
}

static inline void
net_damage(uint64_t frame, const char *layer, int what, void *arg)
{
	struct net_seen *s = arg;

	(void)frame;
	(void)layer;
	(void)what;
	s->damage++;
}

static inline void
net_seen_free(struct net_seen *s)
{
	for (size_t i = 0; i < s->n; i++)
		net_free(s->m[i].data);
	free(s->m);
	net_frames_free(&s->packets);
	memset(s, 0, sizeof(*s));
}

/* A flow with its database and what it found. */
struct net_run {
	struct sa_db		*db;
	struct flow		*flow;
	struct net_seen		 seen;
	uint64_t		 number, time_ns;
	struct flow_account	 account;	/* after net_end */
};

static inline void
net_begin_as(struct net_run *r, const struct flow_options *o)
{
	struct flow_sink sink = {
		.sip = net_sip, .esp = net_esp, .gap = net_gap,
		.packet = net_packet, .damage = net_damage, .arg = &r->seen,
	};

	memset(r, 0, sizeof(*r));
	r->time_ns = 1700000000000000000ULL;
	if ((r->db = sa_db_new()) == NULL ||
	    (r->flow = flow_new(&sink, o, r->db)) == NULL)
		unit_fatal("flow_new", "no memory");
}

static inline void
net_begin(struct net_run *r, bool packets)
{
	const struct flow_options o = { .packets = packets };

	net_begin_as(r, &o);
}

static inline void
net_push(struct net_run *r, const struct net_frame *f)
{
	r->time_ns = f->time_ns > 0 ? f->time_ns : r->time_ns + NET_STEP_NS;
	if (flow_frame(r->flow, f->linktype, f->interface, ++r->number,
	    r->time_ns, f->data, f->wire_len) < 0)
		unit_fatal("flow_frame", "no memory");
}

/* A raw IP packet. */
static inline void
net_push_ip(struct net_run *r, struct slice packet)
{
	struct net_frame f = { .data = packet, .linktype = 101,
	    .wire_len = packet.n };

	net_push(r, &f);
}

static inline void
net_end(struct net_run *r)
{
	if (flow_end(r->flow) < 0)
		unit_fatal("flow_end", "no memory");
	flow_account(r->flow, &r->account);
}

static inline void
net_done(struct net_run *r)
{
	flow_free(r->flow);
	sa_db_free(r->db);
	net_seen_free(&r->seen);
}

/* Law 7: does the account add up? */
static inline bool
net_adds_up(const struct net_run *r)
{
	const struct flow_account *a = &r->account;

	return a->frames == r->number && a->sip + a->part + a->esp +
	    a->duplicate + a->other + a->damaged == a->frames &&
	    a->messages == r->seen.n && a->gaps == r->seen.gaps;
}

/* Keys. */

/* An SA of ONE of a keys file's "sas", with the keys of WITH. */
static inline void
net_sa(struct sa_db *db, const json_t *with, const json_t *one)
{
	struct sa sa = { .role = -1, .has_key = true };
	int alg = esp_alg_parse(slice_str(unit_text(with, "alg")));
	int ealg = esp_ealg_parse(slice_str(unit_text(with, "ealg")));

	if (alg < 0 || ealg < 0)
		unit_fatal("algorithm", unit_text(with, "alg"));
	sa.key.alg = (enum esp_alg)alg;
	sa.key.ealg = (enum esp_ealg)ealg;
	sa.key.auth_len = unit_octets(with, "auth_key", sa.key.auth,
	    ESP_KEY_MAX);
	sa.key.enc_len = unit_octets(with, "enc_key", sa.key.enc,
	    ESP_KEY_MAX);
	if (json_object_get(with, "salt") != NULL)
		unit_octets(with, "salt", sa.key.salt, ESP_SALT);
	sa.src = net_addr(unit_text(one, "src"));
	sa.dst = net_addr(unit_text(one, "dst"));
	sa.spi = (uint32_t)json_integer_value(json_object_get(one, "spi"));
	if (sa_db_add(db, &sa) < 0)
		unit_fatal("sa_db_add", "refused");
}

static inline void
net_subscriber(struct sa_db *db, const json_t *v)
{
	struct aka_key key;

	if (!json_is_string(json_object_get(v, "k")))
		return;		/* a resynchronisation, not a subscriber */
	aka_key_init(&key, AKA_MILENAGE);
	key.k_len = unit_octets(v, "k", key.k, sizeof(key.k));
	unit_octets(v, "opc", key.opc, sizeof(key.opc));
	if (sa_db_subscriber(db, slice_str(unit_text(v, "impi")), &key) < 0)
		unit_fatal("sa_db_subscriber", "refused");
}

/* The keys file beside capture NAME, or NULL. */
static inline json_t *
net_keys_file(const char *name)
{
	size_t stem = strcspn(name, ".");
	char path[1024];
	json_t *j;
	FILE *f;

	if (strstr(name, "_gm.") != NULL || strstr(name, "_mw.") != NULL ||
	    strstr(name, "_cx.") != NULL)
		stem -= 3;
	snprintf(path, sizeof(path), "%.*s.keys.json", (int)stem, name);
	if ((f = net_open(path)) == NULL)
		return NULL;
	if ((j = json_loadf(f, 0, NULL)) == NULL)
		unit_fatal("cannot read", path);
	fclose(f);
	return j;
}

/* The SAs, or the subscribers, of the keys file beside capture NAME. */
static inline void
net_keys(struct sa_db *db, const char *name)
{
	json_t *j = net_keys_file(name), *o;
	size_t i;

	json_array_foreach(json_object_get(j, "sas"), i, o)
		net_sa(db, j, o);
	json_array_foreach(json_object_get(j, "vectors"), i, o)
		net_subscriber(db, o);
	json_decref(j);
}

/* The SAs that the nodes of capture NAME agreed upon while it was made. */
static inline void
net_agreed(struct sa_db *db, const char *name)
{
	json_t *j = net_keys_file(name), *group, *o;
	struct sa sa = { .role = -1, .has_key = true };
	uint8_t ck[16], ik[16];
	size_t i, k;

	json_array_foreach(json_object_get(j, "esp"), i, group) {
		unit_octets(group, "ck", ck, sizeof(ck));
		unit_octets(group, "ik", ik, sizeof(ik));
		if (sa_expand(ESP_HMAC_SHA_1_96, ESP_NULL, ck, ik,
		    &sa.key) < 0)
			unit_fatal("sa_expand", name);
		json_array_foreach(json_object_get(group, "sas"), k, o) {
			sa.src = net_addr(unit_text(o, "src"));
			sa.dst = net_addr(unit_text(o, "dst"));
			sa.spi = (uint32_t)json_integer_value(
			    json_object_get(o, "spi"));
			if (sa_db_add(db, &sa) < 0)
				unit_fatal("sa_db_add", name);
		}
	}
	json_decref(j);
}

#endif
