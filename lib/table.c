/* table: a bounded hash table with expiry by capture time. */
#include <stdlib.h>
#include <string.h>

#include "slice.h"
#include "table.h"

struct entry {
	struct entry	*chain;		/* in the bucket */
	struct entry	*older, *newer;	/* by touch */
	uint64_t	 touched_ns;
	uint64_t	 hash;
	struct table	*table;
	_Alignas(max_align_t) unsigned char val[];	/* value, then key */
};

struct table {
	size_t		  key_len, val_len, max, count;
	size_t		  key_off;	/* of the key behind the value */
	size_t		  mask;		/* buckets - 1 */
	uint64_t	  evicted;
	struct entry	**bucket;
	struct entry	 *oldest, *newest;
	void		(*drop)(void *val, void *arg);
	void		 *arg;
};

struct table *
table_new(size_t key_len, size_t val_len, size_t max,
    void (*drop)(void *, void *), void *arg)
{
	struct table *t;
	size_t n = 16;

	while (n < max)
		n *= 2;
	if ((t = calloc(1, sizeof(*t))) == NULL)
		return NULL;
	if ((t->bucket = calloc(n, sizeof(struct entry *))) == NULL) {
		free(t);
		return NULL;
	}
	t->key_len = key_len;
	t->val_len = val_len;
	t->key_off = val_len;
	t->max = max > 0 ? max : 1;
	t->mask = n - 1;
	t->drop = drop;
	t->arg = arg;
	return t;
}

/*
 * The address of the table, random with ASLR, is the seed: a sender cannot aim
 * all keys at one bucket.
 */
static uint64_t
hash(const struct table *t, const void *key)
{
	return slice_hash((uint64_t)(uintptr_t)t, slice_of(key, t->key_len));
}

static struct entry *
entry_of(const void *val)
{
	return (struct entry *)(uintptr_t)((uintptr_t)val -
	    offsetof(struct entry, val));
}

static void
unlink_age(struct table *t, struct entry *e)
{
	*(e->older != NULL ? &e->older->newer : &t->oldest) = e->newer;
	*(e->newer != NULL ? &e->newer->older : &t->newest) = e->older;
}

static void
link_newest(struct table *t, struct entry *e)
{
	e->newer = NULL;
	e->older = t->newest;
	*(t->newest != NULL ? &t->newest->newer : &t->oldest) = e;
	t->newest = e;
}

static struct entry *
find(const struct table *t, const void *key, uint64_t h)
{
	struct entry *e;

	for (e = t->bucket[h & t->mask]; e != NULL; e = e->chain)
		if (e->hash == h &&
		    memcmp(e->val + t->key_off, key, t->key_len) == 0)
			return e;
	return NULL;
}

static void
take_out(struct table *t, struct entry *e)
{
	struct entry **at = &t->bucket[e->hash & t->mask];

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	unlink_age(t, e);
	t->count--;
	if (t->drop != NULL)
		t->drop(e->val, t->arg);
}

void *
table_get(struct table *t, const void *key)
{
	struct entry *e = find(t, key, hash(t, key));

	return e != NULL ? e->val : NULL;
}

void *
table_put(struct table *t, const void *key, uint64_t now_ns)
{
	uint64_t h = hash(t, key);
	struct entry *e = find(t, key, h);

	if (e != NULL) {
		table_touch(t, e->val, now_ns);
		return e->val;
	}
	if (t->count == t->max) {
		e = t->oldest;
		take_out(t, e);
		memset(e->val, 0, t->val_len);
		t->evicted++;
	} else if ((e = calloc(1, sizeof(*e) + t->key_off +
	    t->key_len)) == NULL)
		return NULL;
	memcpy(e->val + t->key_off, key, t->key_len);
	e->table = t;
	e->hash = h;
	e->touched_ns = now_ns;
	e->chain = t->bucket[h & t->mask];
	t->bucket[h & t->mask] = e;
	link_newest(t, e);
	t->count++;
	return e->val;
}

void
table_touch(struct table *t, void *val, uint64_t now_ns)
{
	struct entry *e = entry_of(val);

	if (now_ns > e->touched_ns)
		e->touched_ns = now_ns;
	if (t->newest != e) {
		unlink_age(t, e);
		link_newest(t, e);
	}
}

void
table_drop(struct table *t, void *val)
{
	struct entry *e = entry_of(val);

	take_out(t, e);
	free(e);
}

void
table_expire(struct table *t, uint64_t before_ns)
{
	while (t->oldest != NULL && t->oldest->touched_ns < before_ns)
		table_drop(t, t->oldest->val);
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	while (t->oldest != NULL)
		table_drop(t, t->oldest->val);
	free(t->bucket);
	free(t);
}

const void *
table_key(const void *val)
{
	const struct entry *e = entry_of(val);

	return e->val + e->table->key_off;
}

void *
table_next(struct table *t, const void *val)
{
	struct entry *e = val == NULL ? t->oldest : entry_of(val)->newer;

	return e != NULL ? e->val : NULL;
}

size_t
table_count(const struct table *t)
{
	return t->count;
}

uint64_t
table_evicted(const struct table *t)
{
	return t->evicted;
}
