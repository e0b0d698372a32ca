/* test_table: the bounded table against a plain list (table). */
#include "table.h"
#include "unit.h"

#define MODEL_MAX	64

/* Entries by touch, the oldest first. */
struct model {
	size_t		n;
	uint64_t	key[MODEL_MAX];
	uint64_t	touched[MODEL_MAX];
	int		value[MODEL_MAX];
};

struct drops {
	int	calls, last;
};

static uint64_t rng = 88172645463325252ULL;

static uint32_t
rnd(uint32_t below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)((rng >> 32) % below);
}

static void
drop(void *val, void *arg)
{
	struct drops *d = arg;

	d->calls++;
	memcpy(&d->last, val, sizeof(d->last));
}

static struct table *
new_table(size_t key_len, size_t max, struct drops *d)
{
	struct table *t = table_new(key_len, sizeof(int), max, drop, d);

	if (t == NULL)
		unit_fatal("table_new", "no memory");
	memset(d, 0, sizeof(*d));
	return t;
}

static int *
put(struct table *t, const char *key, uint64_t now, int v)
{
	int *val = table_put(t, key, now);

	if (val == NULL)
		unit_fatal("table_put", "no memory");
	*val = v;
	return val;
}

static void
test_plain(void)
{
	struct drops d;
	struct table *t = new_table(3, 3, &d);
	int *a, *b, *c;

	CHECK(table_get(t, "abc") == NULL, "nothing in an empty table");
	CHECK(table_next(t, NULL) == NULL, "and no first one");
	a = table_put(t, "abc", 10);
	CHECK(a != NULL && *a == 0, "a new value is zero");
	a = put(t, "abc", 10, 1);
	b = put(t, "abd", 20, 2);
	c = put(t, "abe", 30, 3);
	CHECK_INT(table_count(t), 3, "count");
	CHECK(table_get(t, "abc") == a && table_get(t, "abd") == b &&
	    table_get(t, "abe") == c && *a == 1 && *b == 2 && *c == 3,
	    "all are found and have not moved");
	CHECK(memcmp(table_key(b), "abd", 3) == 0, "key");
	table_touch(t, a, 40);
	CHECK(table_next(t, NULL) == b && table_next(t, b) == c &&
	    table_next(t, c) == a && table_next(t, a) == NULL,
	    "least recently touched first");
	put(t, "abf", 50, 4);
	CHECK(table_get(t, "abd") == NULL && d.calls == 1 && d.last == 2 &&
	    table_evicted(t) == 1, "a full table drops that one");
	table_expire(t, 40);
	CHECK(d.calls == 2 && d.last == 3 && table_count(t) == 2,
	    "expiry drops what was not touched since");
	table_drop(t, a);
	CHECK(d.calls == 3 && d.last == 1 && table_evicted(t) == 1,
	    "a drop on demand is no eviction");
	table_free(t);
	CHECK_INT(d.calls, 4, "table_free drops the rest");
	table_free(NULL);
}

static size_t
model_find(const struct model *m, uint64_t key)
{
	size_t i = 0;

	while (i < m->n && m->key[i] != key)
		i++;
	return i;
}

static void
model_remove(struct model *m, size_t i)
{
	m->n--;
	for (; i < m->n; i++) {
		m->key[i] = m->key[i + 1];
		m->touched[i] = m->touched[i + 1];
		m->value[i] = m->value[i + 1];
	}
}

static void
model_put(struct model *m, size_t max, uint64_t key, uint64_t now, int value)
{
	size_t i = model_find(m, key);

	if (i < m->n) {
		if (m->touched[i] > now)
			now = m->touched[i];
		model_remove(m, i);
	} else if (m->n == max) {
		model_remove(m, 0);
	}
	m->key[m->n] = key;
	m->touched[m->n] = now;
	m->value[m->n++] = value;
}

static bool
same(struct table *t, const struct model *m)
{
	size_t i = 0;

	for (int *v = table_next(t, NULL); v != NULL; v = table_next(t, v))
		if (i == m->n || *v != m->value[i] ||
		    memcmp(table_key(v), &m->key[i++], 8) != 0)
			return false;
	return i == m->n && table_count(t) == i;
}

static void
step(struct table *t, struct model *m, size_t max, uint64_t now, int n)
{
	uint64_t key = rnd(100);
	size_t i = model_find(m, key);
	int *v = table_get(t, &key);

	if (!CHECK_EACH((v != NULL) == (i < m->n), "step %d: found", n))
		return;
	switch (rnd(8)) {
	case 0:
		if (v == NULL)
			break;
		table_drop(t, v);
		model_remove(m, i);
		break;
	case 1:
		table_expire(t, now - 30);
		while (m->n > 0 && m->touched[0] < now - 30)
			model_remove(m, 0);
		break;
	default:
		if ((v = table_put(t, &key, now)) == NULL)
			unit_fatal("table_put", "no memory");
		*v = n;
		model_put(m, max, key, now, n);
	}
	CHECK_EACH(same(t, m), "step %d: the same as the list", n);
}

static void
test_model(void)
{
	for (size_t max = 1; max <= MODEL_MAX; max = max * 3 + 1) {
		struct model m = { 0 };
		struct drops d;
		struct table *t = new_table(8, max, &d);

		for (int n = 0; n < 20000; n++)
			step(t, &m, max, 1000 + (uint64_t)n + rnd(5), n);
		CHECK(same(t, &m), "20000 steps in a table of %zu", max);
		table_free(t);
	}
}

int
main(void)
{
	test_plain();
	test_model();
	return unit_end();
}
