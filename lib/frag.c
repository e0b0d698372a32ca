/* frag: IP fragments (RFC 791 3.2, RFC 8200 4.5) put together. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "frag.h"
#include "table.h"

#define DATAGRAM_MAX	65535
#define ROOM_MIN	2048

/* Octets FROM to before TO are there; ranges neither overlap nor touch. */
struct range {
	uint16_t from, to;
};

struct datagram {
	uint8_t			*p;
	size_t			 room;
	struct range		*range;		/* ascending */
	size_t			 n_range, cap_range;
	size_t			 end;		/* highest octet seen, plus 1 */
	size_t			 have;		/* octets in the ranges */
	bool			 last_seen;	/* END is where it ends */
	bool			 end_sure;	/* as the last was not cut */
	bool			 again;		/* one was complete before, */
	uint64_t		 print;		/* with octets of this hash */
	uint64_t		 time_ns;
	struct frag_frames	 frames;
};

struct frag {
	struct table	*table;
	void		(*giveup)(const struct frag_datagram *, void *);
	void		*arg;
	size_t		 bytes;		/* in all datagrams, lists included */
	uint64_t	 evicted;	/* for FRAG_BYTES */
	bool		 closing;
	uint8_t		*done;		/* of the last complete datagram */
	void		*done_key;
	size_t		 key_len;
};

void
frag_frames_add(struct frag_frames *f, uint64_t frame)
{
	size_t kept = f->count < FRAG_FRAMES ? f->count : FRAG_FRAMES;
	size_t i = kept;

	while (i > 0 && f->frame[i - 1] > frame)
		i--;
	if (i > 0 && f->frame[i - 1] == frame)
		return;
	f->count++;
	if (i == FRAG_FRAMES)
		return;
	if (kept == FRAG_FRAMES)
		kept--;
	memmove(f->frame + i + 1, f->frame + i,
	    (kept - i) * sizeof(f->frame[0]));
	f->frame[i] = frame;
}

static void
describe(const struct datagram *d, const void *key, bool whole,
    struct frag_datagram *out)
{
	size_t n = 0;

	if (d->n_range > 0 && d->range[0].from == 0)
		n = d->range[0].to;
	out->data = slice_of(d->p, n);
	out->cut = !whole || !d->end_sure;
	out->missing = d->end - d->have;
	out->frames = d->frames;
	out->time_ns = d->time_ns;
	out->again = d->again;
	out->key = key;
}

static void
drop(void *val, void *arg)
{
	struct datagram *d = val;
	struct frag *f = arg;
	struct frag_datagram out;

	if (d->frames.count > 0 && !f->closing && f->giveup != NULL) {
		describe(d, table_key(d), false, &out);
		f->giveup(&out, f->arg);
	}
	f->bytes -= d->room + d->cap_range * sizeof(*d->range);
	free(d->range);
	free(d->p);
}

struct frag *
frag_new(size_t key_len, void (*giveup)(const struct frag_datagram *, void *),
    void *arg)
{
	struct frag *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->giveup = giveup;
	f->arg = arg;
	f->key_len = key_len;
	f->done_key = calloc(1, key_len > 0 ? key_len : 1);
	f->table = table_new(key_len, sizeof(struct datagram), FRAG_DATAGRAMS,
	    drop, f);
	if (f->done_key == NULL || f->table == NULL) {
		frag_free(f);
		return NULL;
	}
	return f;
}

static void
forget_done(struct frag *f)
{
	free(f->done);
	f->done = NULL;
}

void
frag_free(struct frag *f)
{
	if (f == NULL)
		return;
	f->closing = true;
	table_free(f->table);
	forget_done(f);
	free(f->done_key);
	free(f);
}

/* N octets more for D, at the cost of the datagrams untouched for longest. */
static void
account(struct frag *f, const struct datagram *d, size_t n)
{
	struct datagram *oldest;

	while (f->bytes + n > FRAG_BYTES) {
		oldest = table_next(f->table, NULL);
		if (oldest == d)	/* just touched: the only one left */
			break;
		table_drop(f->table, oldest);
		f->evicted++;
	}
	f->bytes += n;
}

static int
grow(struct frag *f, struct datagram *d, size_t end)
{
	size_t room = d->room > 0 ? d->room : ROOM_MIN;
	size_t cap = d->cap_range > 0 ? d->cap_range : 8;
	struct range *range;
	uint8_t *p;

	while (room < end)
		room *= 2;
	if (room > d->room) {
		if ((p = realloc(d->p, room)) == NULL)
			return ERR_MEM;
		account(f, d, room - d->room);
		d->p = p;
		d->room = room;
	}
	if (d->n_range == cap)
		cap *= 2;
	if (cap > d->cap_range) {
		if ((range = realloc(d->range, cap * sizeof(*range))) == NULL)
			return ERR_MEM;
		account(f, d, (cap - d->cap_range) * sizeof(*range));
		d->range = range;
		d->cap_range = cap;
	}
	return 0;
}

/* The first range that ends at or behind octet AT. */
static size_t
find_range(const struct datagram *d, size_t at)
{
	size_t lo = 0, hi = d->n_range, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (d->range[mid].to < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
copy(struct datagram *d, size_t offset, struct slice data, size_t from,
    size_t to)
{
	if (to <= from)
		return;
	memcpy(d->p + from, data.p + (from - offset), to - from);
	d->have += to - from;
}

/* What is new of DATA, which is not empty; there is room for one more range. */
static void
insert(struct datagram *d, size_t offset, struct slice data)
{
	size_t first = find_range(d, offset), i = first;
	size_t at = offset, end = offset + data.n;
	size_t from = offset, to = end;

	for (; i < d->n_range && d->range[i].from <= end; i++) {
		copy(d, offset, data, at, d->range[i].from);
		if (at < d->range[i].to)
			at = d->range[i].to;
		if (from > d->range[i].from)
			from = d->range[i].from;
		if (to < d->range[i].to)
			to = d->range[i].to;
	}
	copy(d, offset, data, at, end);
	/* Ranges first to before i become one. */
	if (i != first + 1)
		memmove(d->range + first + 1, d->range + i,
		    (d->n_range - i) * sizeof(*d->range));
	d->n_range = d->n_range + first + 1 - i;
	d->range[first].from = (uint16_t)from;
	d->range[first].to = (uint16_t)to;
}

/*
 * Does a fragment up to octet END agree with what is known of the length?  A
 * last fragment that was cut says only that it is at least so much.
 */
static int
set_end(struct datagram *d, size_t end, bool last, bool cut)
{
	bool sure = last && !cut;

	if (d->end_sure && (end > d->end || (sure && end != d->end)))
		return ERR_RANGE;
	if (sure && end < d->end)
		return ERR_RANGE;
	if (end > d->end)
		d->end = end;
	if (last)
		d->last_seen = true;
	if (sure)
		d->end_sure = true;
	return 0;
}

/* 1, or 2 if it is the same as the one before. */
static int
complete(struct frag *f, struct datagram *d, struct frag_datagram *out)
{
	uint64_t print;
	bool same;

	memcpy(f->done_key, table_key(d), f->key_len);
	describe(d, f->done_key, true, out);
	print = slice_hash((uint64_t)(uintptr_t)f, out->data);
	same = d->again && d->print == print;
	f->done = d->p;
	f->bytes -= d->room + d->cap_range * sizeof(*d->range);
	free(d->range);
	/* It stays known: fragments of it may come again. */
	memset(d, 0, sizeof(*d));
	d->again = true;
	d->print = print;
	return same ? 2 : 1;
}

/* The table is full: the datagram that goes counts if it was not complete. */
static void
make_room(struct frag *f, const void *key)
{
	const struct datagram *oldest = table_next(f->table, NULL);

	if (table_count(f->table) == FRAG_DATAGRAMS &&
	    oldest->frames.count > 0 && table_get(f->table, key) == NULL)
		f->evicted++;
}

int
frag_add(struct frag *f, const void *key, size_t offset, struct slice data,
    bool last, bool cut, uint64_t frame, uint64_t time_ns,
    struct frag_datagram *out)
{
	struct datagram *d;
	int e;

	forget_done(f);
	if (offset > DATAGRAM_MAX || data.n > DATAGRAM_MAX - offset)
		return ERR_RANGE;
	make_room(f, key);
	if ((d = table_put(f->table, key, time_ns)) == NULL)
		return ERR_MEM;
	if ((e = set_end(d, offset + data.n, last, cut)) < 0 ||
	    (e = grow(f, d, offset + data.n)) < 0)
		return e;
	frag_frames_add(&d->frames, frame);
	d->time_ns = time_ns;
	if (data.n > 0)
		insert(d, offset, data);
	if (!d->last_seen || d->have < d->end)
		return 0;
	return complete(f, d, out);
}

void
frag_expire(struct frag *f, uint64_t now_ns)
{
	if (now_ns > FRAG_AGE_NS)
		table_expire(f->table, now_ns - FRAG_AGE_NS);
}

void
frag_flush(struct frag *f)
{
	struct datagram *d;

	while ((d = table_next(f->table, NULL)) != NULL)
		table_drop(f->table, d);
}

uint64_t
frag_evicted(const struct frag *f)
{
	return f->evicted;
}
