/*
 * flow_dup: the same packet seen at several places of one capture.
 *
 * A capture on all interfaces, or on both sides of a GTP-U node, holds a packet
 * once for each place it passes.  A copy is the same IP packet (addresses,
 * protocol, identification, payload) at a place where it was not seen yet; the
 * same packet at the same place was sent again, and is no copy.
 */
#include <stdlib.h>
#include <string.h>

#include "flow_int.h"

#define SETS		2048
#define WAYS		4
#define PLACES		6
#define WINDOW_NS	2000000000ULL

struct way {
	uint64_t	 key[2];
	uint64_t	 time_ns;
	uint64_t	 place[PLACES];
	unsigned	 n;
};

struct flow_dup {
	struct way	 way[SETS][WAYS];
};

struct flow_dup *
flow_dup_new(void)
{
	return calloc(1, sizeof(struct flow_dup));
}

void
flow_dup_free(struct flow_dup *d)
{
	free(d);
}

void
flow_dup_reset(struct flow_dup *d)
{
	memset(d, 0, sizeof(*d));
}

/* The way of KEY, or else the oldest of its set. */
static struct way *
find(struct flow_dup *d, const uint64_t key[2])
{
	struct way *set = d->way[key[0] % SETS], *oldest = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].n > 0 && set[i].key[0] == key[0] &&
		    set[i].key[1] == key[1])
			return &set[i];
		if (set[i].time_ns < oldest->time_ns)
			oldest = &set[i];
	}
	oldest->n = 0;
	return oldest;
}

unsigned
flow_dup_check(struct flow_dup *d, const uint64_t key[2], uint64_t vantage,
    uint64_t now_ns)
{
	struct way *w = find(d, key);
	bool seen = false;

	for (unsigned i = 0; i < w->n; i++)
		seen |= w->place[i] == vantage;
	if (w->n == 0 || seen || now_ns > w->time_ns + WINDOW_NS ||
	    now_ns + WINDOW_NS < w->time_ns) {
		memcpy(w->key, key, sizeof(w->key));
		w->time_ns = now_ns;
		w->place[0] = vantage;
		w->n = 1;
		return 0;
	}
	if (w->n < PLACES)
		w->place[w->n++] = vantage;
	return w->n - 1;
}
