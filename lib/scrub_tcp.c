/* scrub_tcp: messages in streams, put back into the segments they came in. */
#include <stdlib.h>
#include <string.h>

#include "dia.h"
#include "err.h"
#include "scrub_int.h"

#define RUNS_MAX	(8U << 20)	/* octets of messages kept */
#define HEADER_MIN	20

/* A message, scrubbed, with its place in the stream. */
struct scrub_run {
	struct scrub_run	*next;		/* of the stream, newest first */
	struct scrub_run	*newer;		/* of all */
	struct tcp_key		 key;
	uint32_t		 seq;
	size_t			 n;
	uint8_t			 data[];
};

struct stream {
	struct scrub_run	*first;
};

static void
run_unlink(struct scrub_cap *c, struct scrub_run *run)
{
	struct stream *st = table_get(c->streams, &run->key);
	struct scrub_run **at;

	if (st == NULL)
		return;
	for (at = &st->first; *at != NULL && *at != run;)
		at = &(*at)->next;
	if (*at != NULL)
		*at = run->next;
}

static void
oldest_drop(struct scrub_cap *c)
{
	struct scrub_run *run = c->oldest;

	run_unlink(c, run);
	c->oldest = run->newer;
	if (c->oldest == NULL)
		c->newest = NULL;
	c->runs -= run->n;
	free(run);
}

static struct scrub_run *
run_add(struct scrub_cap *c, const struct tcp_message *m)
{
	struct scrub_run *run = malloc(sizeof(*run) + m->data.n);
	struct stream *st;

	if (run == NULL || (st = table_put(c->streams, m->key, m->time_ns)) ==
	    NULL) {
		free(run);
		c->s->error = ERR_MEM;
		return NULL;
	}
	run->key = *m->key;
	run->seq = m->seq;
	run->n = m->data.n;
	memcpy(run->data, m->data.p, m->data.n);
	run->next = st->first;
	st->first = run;
	run->newer = NULL;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = run;
	c->newest = run;
	c->runs += run->n;
	while (c->runs > RUNS_MAX && c->oldest != run)
		oldest_drop(c);
	return run;
}

static enum tcp_verdict
look(void *arg, struct slice data, bool last, bool blind, size_t *n)
{
	int r;

	(void)arg;
	(void)blind;
	for (*n = 0; *n < data.n && (data.p[*n] == '\r' ||
	    data.p[*n] == '\n');)
		(*n)++;
	if (*n > 0)
		return TCP_JUNK;
	r = sip_frame(data, NULL);
	*n = r > 0 ? (size_t)r : data.n;
	if (r > 0)
		return TCP_MESSAGE;
	if (r == ERR_MORE)
		return !last ? TCP_WAIT : sip_begins(data) == 1 ? TCP_MESSAGE :
		    TCP_JUNK;
	r = dia_frame(data);
	if (!last && (r == ERR_MORE || (r > 0 && (size_t)r > data.n)))
		return TCP_WAIT;
	if (r > 0 && (size_t)r <= data.n) {
		*n = (size_t)r;
		return TCP_MESSAGE;
	}
	*n = sip_find(data, 1);
	return TCP_JUNK;
}

static void
message(void *arg, const struct tcp_message *m)
{
	struct scrub_cap *c = arg;
	const struct tcp_key *k = m->key;
	const struct sa_seen at = { &k->src, &k->dst, k->sport, k->spi,
	    m->time_ns, m->frame };
	struct scrub_run *run = run_add(c, m);
	uint64_t before[SCRUB_KINDS];

	if (run == NULL)
		return;
	memcpy(before, c->s->count, sizeof(before));
	if (scrub_message(c->s, run->data, run->n, &at) == ERR_FORMAT &&
	    scrub_diameter(c, run->data, run->n) < 0)
		memset(run->data, 0, run->n);
	for (size_t i = 0; i < SCRUB_KINDS; i++)
		c->kept[i] += c->s->count[i] - before[i];
	c->news = true;
}

static void
gap(void *arg, const struct tcp_key *key, uint64_t n, uint64_t frame,
    uint64_t time_ns)
{
	(void)arg;
	(void)key;
	(void)n;
	(void)frame;
	(void)time_ns;
}

static void
fate(void *arg, enum tcp_fate what, uint32_t n)
{
	(void)arg;
	(void)what;
	(void)n;
}

int
scrub_tcp_init(struct scrub_cap *c)
{
	const struct tcp_reader r = { look, message, gap, fate, c };

	c->tcp = tcp_new(&r);
	c->streams = table_new(sizeof(struct tcp_key), sizeof(struct stream),
	    TCP_STREAMS, NULL, NULL);
	return c->tcp == NULL || c->streams == NULL ? ERR_MEM : 0;
}

void
scrub_tcp_free(struct scrub_cap *c)
{
	tcp_free(c->tcp);
	while (c->oldest != NULL)
		oldest_drop(c);
	table_free(c->streams);
}

/* Octets at P that messages of ST have; of them, those at SEQ are put there. */
static size_t
covered(const struct scrub_run *run, uint32_t seq, uint8_t *p, size_t n)
{
	for (; run != NULL; run = run->next) {
		uint32_t off = seq - run->seq;
		size_t there;

		if (off >= run->n)
			continue;
		there = run->n - off < n ? run->n - off : n;
		memcpy(p, run->data + off, there);
		return there;
	}
	return 0;
}

/* Octets up to where a message begins: junk, if nothing is to come. */
static size_t
uncovered(const struct scrub_run *run, uint32_t seq, size_t n)
{
	for (; run != NULL; run = run->next)
		if (run->seq - seq < n)
			n = run->seq - seq;
	return n;
}

/* Is it only empty lines, which keep a NAT awake (RFC 5626 3.5.1)? */
static bool
is_empty(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != '\r' && p[i] != '\n' && p[i] != 0)
			return false;
	return true;
}

static void
put_back(struct scrub_cap *c, struct scrub_walk *w, const struct tcp_key *key,
    uint32_t seq, uint8_t *p, size_t n)
{
	const struct stream *st = table_get(c->streams, key);
	const struct scrub_run *run = st != NULL ? st->first : NULL;

	while (n > 0) {
		size_t k = covered(run, seq, p, n);

		if (k == 0) {
			k = uncovered(run, seq, n);
			if (is_empty(p, k))
				;
			else if (w->pass == SCRUB_LAST)
				scrub_blank(c, p, k);
			else
				*w->waits = true;
		}
		p += k;
		seq += (uint32_t)k;
		n -= k;
	}
}

void
scrub_tcp(struct scrub_cap *c, struct scrub_walk *w, uint8_t *p, size_t n)
{
	const struct tcp_meta meta = { .frame = w->frame,
	    .time_ns = w->time_ns, .order = w->frame, .first = w->frame };
	struct tcp_key key;
	struct pkt_tcp t;
	int r;

	if (pkt_tcp(slice_of(p, n), &t) < 0) {
		if (n > HEADER_MIN)
			scrub_blank(c, p + HEADER_MIN, n - HEADER_MIN);
		return;
	}
	memset(&key, 0, sizeof(key));
	key.src = w->src;
	key.dst = w->dst;
	key.sport = t.sport;
	key.dport = t.dport;
	key.spi = w->spi;
	if (w->pass == SCRUB_FIRST &&
	    (r = tcp_push(c->tcp, &key, &t, &meta)) < 0)
		c->s->error = r;
	put_back(c, w, &key, t.seq + ((t.flags & PKT_TCP_SYN) != 0),
	    scrub_mut(t.payload), t.payload.n);
}
