/* tcp: byte streams put together from segments (RFC 9293). */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "table.h"
#include "tcp.h"
#include "tcp_run.h"

#define FAR		(1U << 20)	/* octets; further off is another
					   connection */
#define HEAD_MAX	(16U << 10)	/* octets kept before the first message */
#define FOREIGN		(64U << 10)	/* octets without a message */
#define KEEP_CAP	2048		/* buffer of an idle stream */

/* A segment that is not contiguous yet. */
struct seg {
	struct seg	*next;
	uint64_t	 off;
	size_t		 n;
	struct tcp_meta	 meta;
	bool		 silent;	/* its fate is told elsewhere */
	uint8_t		 data[];
};

/*
 * Offsets are sequence numbers made 64 bits wide, starting above 2^32 so that
 * a stream can grow backwards.
 */
struct stream {
	struct tcp_run	 run;		/* contiguous octets not yet read */
	struct tcp_run	 head;		/* joined in the middle: what lies
					   before the first message */
	struct seg	*after;		/* beyond a hole, ascending */
	struct seg	*before;	/* below LOW, descending */
	size_t		 n_wait, wait_bytes;
	uint64_t	 wait_since;
	uint64_t	 low;		/* where HEAD, or else RUN, began */
	uint64_t	 blind;		/* not known, or junk, is before it */
	uint64_t	 fin;		/* offset behind the last octet, or 0 */
	uint64_t	 junk;		/* octets since the last message */
	bool		 started, synced, any;
	size_t		 counted;	/* in tcp.bytes */
};

struct tcp {
	struct table		*streams;
	struct tcp_reader	 reader;
	size_t			 bytes;
	size_t			 waiting;	/* streams with a hole */
	uint64_t		 evicted;
	uint64_t		 expired_ns;
	int			 error;		/* ERR_MEM: octets are lost */
};

static void	finish(struct tcp *t, struct stream *s);

static void
stream_gone(void *val, void *arg)
{
	finish(arg, val);
}

struct tcp *
tcp_new(const struct tcp_reader *r)
{
	struct tcp *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->reader = *r;
	t->streams = table_new(sizeof(struct tcp_key), sizeof(struct stream),
	    TCP_STREAMS, stream_gone, t);
	if (t->streams == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

static const struct tcp_key *
key_of(const struct stream *s)
{
	return table_key(s);
}

static void
tell(struct tcp *t, enum tcp_fate fate, const struct tcp_meta *m)
{
	t->reader.fate(t->reader.arg, fate, 1 + m->extra);
}

static enum tcp_verdict
look(struct tcp *t, const struct stream *s, uint64_t off, struct slice data,
    bool last, size_t *n)
{
	bool blind = off == s->blind || (off == s->low && !s->synced) ||
	    s->junk > 0;

	return t->reader.look(t->reader.arg, data, last, blind, n);
}

/* Read RUN; LAST: what is left over at its end is given up. */
static void
read_run(struct tcp *t, struct stream *s, struct tcp_run *run, bool last)
{
	while (run->data.n > 0) {
		size_t n = 0;
		enum tcp_verdict v = look(t, s, run->start,
		    buf_slice(&run->data), last, &n);

		if (v == TCP_WAIT && !last)
			return;
		if (v == TCP_WAIT || n == 0 || n > run->data.n)
			n = run->data.n;
		if (v == TCP_MESSAGE) {
			struct tcp_message m = { .key = key_of(s),
			    .seq = (uint32_t)run->start };

			tcp_run_message(run, n, &m);
			s->any = true;
			s->junk = 0;
			t->reader.message(t->reader.arg, &m);
			tcp_run_take(run, n, &t->reader);
			continue;
		}
		s->junk += n;
		if (run != &s->run || s->any || s->synced ||
		    s->head.data.n + n > HEAD_MAX || s->junk > FOREIGN ||
		    tcp_run_move(run, n, &s->head) < 0) {
			tcp_run_take(&s->head, s->head.data.n, &t->reader);
			tcp_run_take(run, n, &t->reader);
		}
	}
	if (run->data.cap > KEEP_CAP)
		buf_free(&run->data);
}

static struct seg *
seg_new(uint64_t off, struct slice data, const struct tcp_meta *meta)
{
	struct seg *g = malloc(sizeof(*g) + data.n);

	if (g == NULL)
		return NULL;
	g->next = NULL;
	g->off = off;
	g->n = data.n;
	g->meta = *meta;
	g->silent = false;
	memcpy(g->data, data.p, data.n);
	return g;
}

static void
waiting(struct tcp *t, struct stream *s, const struct seg *g, bool add)
{
	if (add) {
		if (s->n_wait == 0) {
			s->wait_since = g->meta.time_ns;
			t->waiting++;
		}
		s->n_wait++;
		s->wait_bytes += g->n;
	} else {
		s->n_wait--;
		s->wait_bytes -= g->n;
		if (s->n_wait == 0)
			t->waiting--;
	}
}

/* Take the first segment of LIST out, appending what is new to RUN. */
static void
absorb(struct tcp *t, struct stream *s, struct seg **list, struct tcp_run *run)
{
	struct seg *g = *list;
	uint64_t end = tcp_run_end(run);
	struct slice data = slice_of(g->data, g->n);

	*list = g->next;
	waiting(t, s, g, false);
	if (g->off + g->n <= end) {
		if (!g->silent)
			tell(t, TCP_FATE_COPY, &g->meta);
	} else if (tcp_run_append(run, slice_from(data,
	    (size_t)(end - g->off)), &g->meta) == 0) {
		run->ref[run->n_ref - 1].silent = g->silent;
	} else {
		t->error = ERR_MEM;
		if (!g->silent)
			tell(t, TCP_FATE_NOTHING, &g->meta);
	}
	free(g);
}

/* The segments of AFTER that have become contiguous. */
static void
advance(struct tcp *t, struct stream *s)
{
	while (s->after != NULL && s->after->off <= tcp_run_end(&s->run))
		absorb(t, s, &s->after, &s->run);
	if (s->after != NULL)
		s->wait_since = s->after->meta.time_ns;
}

/* The hole before AFTER will not be filled any more. */
static void
skip_hole(struct tcp *t, struct stream *s)
{
	uint64_t end, lost;
	const struct tcp_meta *m = &s->after->meta;

	read_run(t, s, &s->run, true);
	/* What is left in HEAD would not be contiguous any more. */
	tcp_run_take(&s->head, s->head.data.n, &t->reader);
	s->synced = true;
	end = s->run.start;
	lost = s->after->off - end;
	if (s->any)
		t->reader.gap(t->reader.arg, key_of(s), lost, m->frame,
		    m->time_ns);
	s->run.start = s->blind = s->after->off;
	advance(t, s);
	read_run(t, s, &s->run, false);
}

/*
 * The highest of BEFORE end where LOW is: the stream grows backwards.  Messages
 * that end where the first one began come out now.
 */
static void
grow_back(struct tcp *t, struct stream *s)
{
	struct tcp_run front = { 0 };
	size_t at = 0;
	bool grown = false;

	while (s->before != NULL && s->before->off + s->before->n == s->low) {
		struct tcp_run one = { 0 };
		uint64_t off = s->before->off;

		one.start = off;
		absorb(t, s, &s->before, &one);
		if (s->head.data.n == 0)
			s->head.start = s->low;
		if (tcp_run_prepend(&s->head, &one) < 0) {
			t->error = ERR_MEM;
			tcp_run_take(&one, one.data.n, &t->reader);
			tcp_run_free(&one);
			return;
		}
		s->low = off;
		grown = true;
	}
	if (!grown)
		return;
	if (!s->any && s->head.data.n + s->head.start == s->run.start) {
		if (tcp_run_prepend(&s->run, &s->head) == 0)
			read_run(t, s, &s->run, false);
		else
			t->error = ERR_MEM;
		return;
	}
	while (at < s->head.data.n) {
		size_t n = 0;

		s->blind = s->head.start + at;
		if (look(t, s, s->head.start + at,
		    slice_from(buf_slice(&s->head.data), at), true, &n) ==
		    TCP_MESSAGE || n == 0)
			break;
		at += n;
	}
	if (at >= s->head.data.n)
		return;
	if (tcp_run_move(&s->head, at, &front) < 0) {
		t->error = ERR_MEM;
		return;
	}
	read_run(t, s, &s->head, true);
	tcp_run_free(&s->head);
	s->head = front;
}

/* Put G into LIST in its order; overlaps are cut when it is absorbed. */
static void
insert(struct seg **list, struct seg *g, bool descending)
{
	while (*list != NULL && (descending ?
	    (*list)->off + (*list)->n > g->off + g->n :
	    (*list)->off <= g->off))
		list = &(*list)->next;
	g->next = *list;
	*list = g;
}

/* DATA, which is not there yet; *SILENT once its fate is told elsewhere. */
static void
add_before(struct tcp *t, struct stream *s, uint64_t off, struct slice data,
    const struct tcp_meta *meta, bool *silent)
{
	struct seg *g;

	if (data.n == 0 || s->n_wait >= TCP_WAIT_SEGS ||
	    s->wait_bytes >= TCP_WAIT_BYTES)
		return;
	if ((g = seg_new(off, data, meta)) == NULL) {
		t->error = ERR_MEM;
		return;
	}
	g->silent = *silent;
	*silent = true;
	insert(&s->before, g, true);
	waiting(t, s, g, true);
}

/*
 * DATA at OFF lies below LOW, at least in part; octets that came first stay.
 * SILENT: the rest of it is pushed too, and tells its fate.
 */
static void
push_before(struct tcp *t, struct stream *s, uint64_t off, struct slice data,
    const struct tcp_meta *meta, bool silent)
{
	struct seg *at = s->before;
	size_t waiting_now = s->n_wait;

	data = slice_sub(data, 0, (size_t)(s->low - off));
	for (; at != NULL && at->off + at->n > off && data.n > 0;
	    at = at->next) {
		if (at->off >= off + data.n)
			continue;
		if (at->off + at->n < off + data.n)
			add_before(t, s, at->off + at->n, slice_from(data,
			    (size_t)(at->off + at->n - off)), meta, &silent);
		data = slice_sub(data, 0,
		    at->off > off ? (size_t)(at->off - off) : 0);
	}
	add_before(t, s, off, data, meta, &silent);
	if (!silent)
		tell(t, data.n > 0 ? TCP_FATE_NOTHING : TCP_FATE_COPY, meta);
	if (s->n_wait > waiting_now)
		grow_back(t, s);
}

static void
push_data(struct tcp *t, struct stream *s, uint64_t off, struct slice data,
    const struct tcp_meta *meta)
{
	uint64_t end = tcp_run_end(&s->run);
	struct seg *g;

	if (off < s->low && !s->synced) {
		bool more = off + data.n > end;

		push_before(t, s, off, data, meta, more);
		if (!more)
			return;
	}
	if (off + data.n <= end) {
		tell(t, TCP_FATE_COPY, meta);
		return;
	}
	if (off <= end) {
		data = slice_from(data, (size_t)(end - off));
		if (tcp_run_append(&s->run, data, meta) < 0) {
			t->error = ERR_MEM;
			tell(t, TCP_FATE_NOTHING, meta);
			return;
		}
		advance(t, s);
		read_run(t, s, &s->run, false);
		return;
	}
	if ((g = seg_new(off, data, meta)) == NULL) {
		t->error = ERR_MEM;
		tell(t, TCP_FATE_NOTHING, meta);
		return;
	}
	insert(&s->after, g, false);
	waiting(t, s, g, true);
	while (s->after != NULL && (s->n_wait > TCP_WAIT_SEGS ||
	    s->wait_bytes > TCP_WAIT_BYTES))
		skip_hole(t, s);
}

/* All that is there comes out; the stream is as new. */
static void
finish(struct tcp *t, struct stream *s)
{
	while (s->after != NULL)
		skip_hole(t, s);
	read_run(t, s, &s->run, true);
	tcp_run_take(&s->head, s->head.data.n, &t->reader);
	while (s->before != NULL) {
		/* The lowest are last in the list: an island each. */
		struct tcp_run island = { 0 };

		island.start = s->blind = s->before->off;
		absorb(t, s, &s->before, &island);
		read_run(t, s, &island, true);
		tcp_run_free(&island);
	}
	tcp_run_free(&s->run);
	tcp_run_free(&s->head);
	t->bytes -= s->counted;
	memset(s, 0, sizeof(*s));
}

static void
start(struct stream *s, uint32_t seq, bool synced)
{
	s->started = true;
	s->synced = synced;
	s->run.start = s->low = (1ULL << 32) + seq;
}

static uint64_t
offset_of(const struct stream *s, uint32_t seq)
{
	uint64_t end = tcp_run_end(&s->run);

	return end + (uint64_t)(int64_t)(int32_t)(seq - (uint32_t)end);
}

static void
handle_syn(struct tcp *t, struct stream *s, uint32_t first)
{
	uint64_t off = offset_of(s, first);

	if (s->started && off <= s->low && s->low - off < FAR && !s->synced) {
		/* It came late, after data of its connection. */
		s->synced = off == s->low;
		return;
	}
	if (s->started && s->synced && (uint32_t)s->low == first)
		return;		/* retransmitted */
	if (s->started)
		finish(t, s);
	start(s, first, true);
}

/* The receiver acknowledged what is missing: the capture lost it. */
static void
handle_ack(struct tcp *t, const struct tcp_key *key, uint32_t ack,
    uint64_t now_ns)
{
	struct tcp_key back = *key;
	struct stream *s;

	back.src = key->dst;
	back.dst = key->src;
	back.sport = key->dport;
	back.dport = key->sport;
	s = table_get(t->streams, &back);
	if (s == NULL || s->after == NULL || !s->started ||
	    now_ns < s->wait_since + TCP_ACKED_NS)
		return;
	if (offset_of(s, ack) >= s->after->off)
		skip_hole(t, s);
}

static void
count(struct tcp *t, struct stream *s)
{
	size_t n = s->run.data.cap + s->head.data.cap + s->wait_bytes +
	    (s->run.cap_ref + s->head.cap_ref) * sizeof(struct tcp_ref) +
	    s->n_wait * sizeof(struct seg);

	t->bytes += n - s->counted;
	s->counted = n;
	while (t->bytes > TCP_BYTES) {
		struct stream *old = table_next(t->streams, NULL);

		if (old == s)
			break;
		table_drop(t->streams, old);
		t->evicted++;
	}
}

int
tcp_push(struct tcp *t, const struct tcp_key *key, const struct pkt_tcp *seg,
    const struct tcp_meta *meta)
{
	struct slice data = seg->payload;
	uint32_t seq = seg->seq;
	struct stream *s;
	uint64_t off;

	if (t->waiting > 0 && (seg->flags & PKT_TCP_ACK) != 0)
		handle_ack(t, key, seg->ack, meta->time_ns);
	if (data.n == 0 && (seg->flags & (PKT_TCP_SYN | PKT_TCP_FIN)) == 0) {
		tell(t, TCP_FATE_NOTHING, meta);
		return 0;
	}
	if ((s = table_put(t->streams, key, meta->time_ns)) == NULL) {
		tell(t, TCP_FATE_NOTHING, meta);
		return ERR_MEM;
	}
	if ((seg->flags & PKT_TCP_SYN) != 0)
		handle_syn(t, s, ++seq);
	else if (!s->started)
		start(s, seq, false);
	off = offset_of(s, seq);
	if (off > tcp_run_end(&s->run) + FAR || off + FAR < s->low) {
		finish(t, s);
		start(s, seq, false);
		off = s->low;
	}
	if ((seg->flags & PKT_TCP_FIN) != 0)
		s->fin = off + data.n;
	if (data.n == 0)
		tell(t, TCP_FATE_NOTHING, meta);
	else
		push_data(t, s, off, data, meta);
	if (s->fin != 0 && tcp_run_end(&s->run) == s->fin)
		read_run(t, s, &s->run, true);
	count(t, s);
	return t->error;
}

int
tcp_error(const struct tcp *t)
{
	return t->error;
}

void
tcp_expire(struct tcp *t, uint64_t now_ns)
{
	struct stream *s = NULL;

	if (t->waiting == 0 || (now_ns >= t->expired_ns &&
	    now_ns < t->expired_ns + TCP_ACKED_NS))
		return;
	t->expired_ns = now_ns;
	while ((s = table_next(t->streams, s)) != NULL)
		while (s->after != NULL &&
		    s->wait_since + TCP_WAIT_NS < now_ns)
			skip_hole(t, s);
}

void
tcp_flush(struct tcp *t)
{
	struct stream *s;

	while ((s = table_next(t->streams, NULL)) != NULL)
		table_drop(t->streams, s);
}

uint64_t
tcp_evicted(const struct tcp *t)
{
	return t->evicted + table_evicted(t->streams);
}

static void
fate_none(void *arg, enum tcp_fate fate, uint32_t n)
{
	(void)arg;
	(void)fate;
	(void)n;
}

static enum tcp_verdict
look_none(void *arg, struct slice data, bool last, bool blind, size_t *n)
{
	(void)arg;
	(void)last;
	(void)blind;
	*n = data.n;
	return TCP_JUNK;
}

static void
gap_none(void *arg, const struct tcp_key *key, uint64_t n, uint64_t frame,
    uint64_t time_ns)
{
	(void)arg;
	(void)key;
	(void)n;
	(void)frame;
	(void)time_ns;
}

void
tcp_free(struct tcp *t)
{
	if (t == NULL)
		return;
	t->reader.fate = fate_none;
	t->reader.look = look_none;
	t->reader.gap = gap_none;
	table_free(t->streams);
	free(t);
}
