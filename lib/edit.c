/* edit: changes to a text, made in one pass. */
#include <string.h>

#include "edit.h"
#include "err.h"

void
edit_start(struct edit *e, struct slice in)
{
	e->in = in;
	e->n = 0;
	e->err = 0;
	buf_reset(&e->text);
}

void
edit_free(struct edit *e)
{
	buf_wipe(&e->text);
	e->n = 0;
}

/* The change made last ends where the text is now. */
static void
close_last(struct edit *e)
{
	if (e->n > 0)
		e->change[e->n - 1].n = e->text.n - e->change[e->n - 1].at;
}

struct buf *
edit_change(struct edit *e, struct slice old, unsigned rank)
{
	struct edit_change *c;

	close_last(e);
	if (e->n == EDIT_MAX) {
		e->err = ERR_LIMIT;
		return &e->text;
	}
	c = &e->change[e->n++];
	c->off = (size_t)(old.p - e->in.p);
	c->len = old.n;
	c->at = e->text.n;
	c->rank = rank;
	if (c->off > e->in.n || c->len > e->in.n - c->off)
		e->err = ERR_RANGE;
	return &e->text;
}

void
edit_replace(struct edit *e, struct slice old, struct slice text)
{
	buf_put(edit_change(e, old, 0), text);
}

void
edit_insert(struct edit *e, const void *before, struct slice text)
{
	edit_replace(e, slice_of(before, 0), text);
}

/* What is put in at a place comes before what changes the octets there. */
static bool
after(const struct edit_change *a, const struct edit_change *b)
{
	if (a->off != b->off)
		return a->off > b->off;
	if ((a->len > 0) != (b->len > 0))
		return a->len > 0;
	return a->rank > b->rank;
}

/* By insertion: they come nearly in order. */
static void
sort(struct edit_change *c, size_t n)
{
	struct edit_change one;
	size_t j;

	for (size_t i = 1; i < n; i++) {
		one = c[i];
		for (j = i; j > 0 && after(&c[j - 1], &one); j--)
			c[j] = c[j - 1];
		c[j] = one;
	}
}

int
edit_end(struct edit *e, struct buf *out)
{
	size_t at = 0, was = out->n;
	const struct edit_change *c;

	close_last(e);
	if (e->err != 0)
		return e->err;
	sort(e->change, e->n);
	for (c = e->change; c < e->change + e->n; c++) {
		if (c->off < at) {
			out->n = was;
			return ERR_RANGE;
		}
		buf_add(out, e->in.p + at, c->off - at);
		buf_put(out, slice_sub(buf_slice(&e->text), c->at, c->n));
		at = c->off + c->len;
	}
	buf_put(out, slice_from(e->in, at));
	if (e->text.bad || out->bad) {
		out->n = was;
		return ERR_MEM;
	}
	return (int)e->n;
}
