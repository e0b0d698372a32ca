/* flow_sctp: SIP in SCTP user messages (RFC 4168, RFC 9260 6.9). */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "flow_int.h"

#define MESSAGES	256	/* being put together */
#define MESSAGE_MAX	(256U << 10)	/* octets of one, and of its chunks */
#define OCTETS_MAX	(4U << 20)	/* of all of them */

/* A user message that came in several chunks; zero it first. */
struct key {
	struct pkt_addr	 src, dst;
	uint16_t	 sport, dport, stream, ssn;
	uint32_t	 vtag, spi;
	uint32_t	 unordered;
};

struct chunk {
	struct chunk	*next;
	uint32_t	 tsn;
	bool		 begin, end;
	size_t		 n;
	uint8_t		 data[];
};

struct parts {
	struct chunk		*first;	/* by TSN */
	size_t			 octets;
	struct frag_frames	 frames;
};

struct flow_sctp {
	struct table	*parts;
	struct buf	 whole;
	size_t		 octets;
	uint64_t	 evicted;	/* for OCTETS_MAX */
};

static void
parts_gone(void *val, void *arg)
{
	struct parts *p = val;
	struct flow_sctp *s = arg;
	struct chunk *c;

	s->octets -= p->octets;
	while ((c = p->first) != NULL) {
		p->first = c->next;
		free(c);
	}
}

struct flow_sctp *
flow_sctp_new(void)
{
	struct flow_sctp *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	buf_init(&s->whole, MESSAGE_MAX);
	s->parts = table_new(sizeof(struct key), sizeof(struct parts),
	    MESSAGES, parts_gone, s);
	if (s->parts == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void
flow_sctp_free(struct flow_sctp *s)
{
	if (s == NULL)
		return;
	table_free(s->parts);
	buf_free(&s->whole);
	free(s);
}

uint64_t
flow_sctp_evicted(const struct flow_sctp *s)
{
	return s->evicted + table_evicted(s->parts);
}

/* Keep D in its place; ERR_LIMIT when the message gets too long. */
static int
keep(struct flow_sctp *s, struct parts *p, const struct pkt_sctp_data *d)
{
	size_t size = sizeof(struct chunk) + d->data.n;
	struct chunk **at = &p->first, *c;
	struct parts *oldest;

	while (*at != NULL && (int32_t)(d->tsn - (*at)->tsn) > 0)
		at = &(*at)->next;
	if (*at != NULL && (*at)->tsn == d->tsn)
		return 0;
	if (p->octets + size > MESSAGE_MAX)
		return ERR_LIMIT;
	if ((c = malloc(size)) == NULL)
		return ERR_MEM;
	c->tsn = d->tsn;
	c->begin = d->begin;
	c->end = d->end;
	c->n = d->data.n;
	if (c->n > 0)
		memcpy(c->data, d->data.p, c->n);
	c->next = *at;
	*at = c;
	p->octets += size;
	s->octets += size;
	while (s->octets > OCTETS_MAX &&
	    (oldest = table_next(s->parts, NULL)) != p) {
		table_drop(s->parts, oldest);
		s->evicted++;
	}
	return 0;
}

static bool
join(const struct parts *p, struct buf *out)
{
	const struct chunk *c = p->first;

	buf_reset(out);
	if (c == NULL || !c->begin)
		return false;
	for (;; c = c->next) {
		buf_add(out, c->data, c->n);
		if (c->end)
			return !out->bad;
		if (c->next == NULL || c->next->tsn != c->tsn + 1)
			return false;
	}
}

/* A whole user message of SIP or Diameter. */
static void
user_message(struct flow *f, const struct flow_path *path, struct slice data)
{
	if (flow_datagram(f, path, data))
		flow_class_set(f, FLOW_MESSAGE);
	else
		flow_diameter(f, data);
}

static int
part(struct flow *f, const struct flow_path *path, const struct pkt_sctp *s,
    const struct pkt_sctp_data *d)
{
	struct flow_sctp *t = f->sctp;
	struct flow_path whole;
	struct parts *p;
	struct key key;
	int r;

	memset(&key, 0, sizeof(key));
	key.src = path->where.src;
	key.dst = path->where.dst;
	key.sport = s->sport;
	key.dport = s->dport;
	key.stream = d->stream;
	key.ssn = d->ssn;
	key.vtag = s->vtag;
	key.spi = path->prot.spi;
	key.unordered = d->unordered;
	if ((p = table_put(t->parts, &key, path->where.time_ns)) == NULL)
		return ERR_MEM;
	r = keep(t, p, d);
	if (r == ERR_LIMIT)
		table_drop(t->parts, p);
	if (r < 0)
		return r == ERR_LIMIT ? 0 : r;
	frag_frames_add(&p->frames, path->where.frame);
	if (p->first->begin &&
	    sip_begins(slice_of(p->first->data, p->first->n)) == 1)
		flow_class_set(f, FLOW_PART);
	if (!join(p, &t->whole))
		return 0;
	whole = *path;
	whole.where.frames = p->frames;
	table_drop(t->parts, p);
	user_message(f, &whole, buf_slice(&t->whole));
	return 0;
}

int
flow_sctp(struct flow *f, const struct flow_path *path, struct slice payload)
{
	struct flow_path p = *path;
	struct pkt_sctp_data d;
	struct pkt_sctp s;
	int r, e;

	if ((r = pkt_sctp(payload, &s)) < 0) {
		flow_damage(f, "sctp", r);
		return 0;
	}
	p.where.sport = s.sport;
	p.where.dport = s.dport;
	p.where.transport = FLOW_SCTP;
	while ((r = pkt_sctp_next(&s.chunks, &d)) > 0) {
		p.cut = d.cut;
		if (d.begin && (d.end || d.cut))
			user_message(f, &p, d.data);
		else if ((e = part(f, &p, &s, &d)) < 0)
			return e;
	}
	if (r < 0)
		flow_damage(f, "sctp", r);
	return 0;
}
