/* hide_restore: tokens opened and their runs put back. */
#include <string.h>

#include "err.h"
#include "hide_int.h"

/* A token of ours in its header. */
struct found {
	enum sip_h		 id;
	struct hide_entry	 e;
	struct slice		 before;	/* the entry before, and */
	const struct sip_header	*before_hdr;	/* its header; or NULL */
	struct slice		 rest;		/* of the line */
};

/* A token, opened. */
struct inside {
	unsigned	 flags;
	enum sip_h	 made;		/* in this header */
	struct slice	 border;	/* host of what was put in before it */
	struct slice	 text;		/* or parts */
};

static int
read_inside(const struct hide *h, const struct found *f, struct inside *in)
{
	struct cursor c;
	size_t n;

	cursor_init(&c, buf_slice(&h->inside));
	in->flags = cursor_u8(&c);
	n = cursor_u16(&c);
	in->text = cursor_take(&c, n);
	in->border = slice_of(NULL, 0);
	if (c.bad || (in->flags & HIDE_F_HEADER) >= HIDE_HEADERS)
		return ERR_AUTH;
	in->made = hide_headers[in->flags & HIDE_F_HEADER];
	if ((in->made == SIP_H_VIA) != (f->id == SIP_H_VIA))
		return ERR_AUTH;
	if ((in->flags & HIDE_F_INSERTED) == 0)
		return 0;
	cursor_init(&c, in->text);
	n = cursor_u8(&c);
	in->border = cursor_take(&c, n);
	in->text = cursor_rest(&c);
	return c.bad ? ERR_AUTH : 0;
}

/* The next part of C into P, its octets into TEXT; false at the end. */
static bool
next_part(struct cursor *c, const struct inside *in, struct hide_part *p,
    struct slice *text)
{
	uint8_t place;
	size_t n;

	if (cursor_left(c) == 0)
		return false;
	memset(p, 0, sizeof(*p));
	if ((in->flags & HIDE_F_PARTS) == 0) {
		*text = cursor_rest(c);
		return true;
	}
	place = cursor_u8(c);
	p->rank = cursor_u8(c);
	p->skip = cursor_u16(c);
	n = cursor_u16(c);
	*text = cursor_take(c, n);
	if (place > HIDE_VALUE)
		c->bad = true;
	p->place = (enum hide_place)place;
	return !c->bad;
}

static bool
is_empty(struct slice rest)
{
	struct slice one;

	return !sip_comma(&rest, &one);
}

/* The next line of the header of F that has an entry; NULL if there is none. */
static const struct sip_header *
next_line(const struct hide *h, const struct found *f)
{
	const struct sip_header *next = f->e.hdr;

	do
		next = sip_next(&h->msg, next);
	while (next != NULL && is_empty(next->value));
	return next;
}

/* Can the octets stand as they are, as the message is now? */
static bool
as_it_was(const struct hide *h, const struct found *f, const struct inside *in)
{
	struct hide_part p;
	struct cursor c;
	struct slice text;

	if (in->made != f->id)
		return false;
	if ((in->flags & HIDE_F_PARTS) == 0)
		return true;
	cursor_init(&c, in->text);
	while (next_part(&c, in, &p, &text))
		if ((p.place != HIDE_HERE && !is_empty(f->rest)) ||
		    (p.place == HIDE_VALUE && next_line(h, f) == NULL))
			return false;
	return true;
}

/* The entries one by one in the place of the token. */
static int
put_entries(struct hide *h, const struct found *f, const struct inside *in)
{
	bool reverse = (in->flags & HIDE_F_RESPONSE) != 0 &&
	    in->made == SIP_H_RECORD_ROUTE && f->id == SIP_H_ROUTE;
	struct slice one[HIDE_ENTRIES], text;
	struct hide_part p;
	struct cursor c;
	struct buf *to;
	int n = 0;

	cursor_init(&c, in->text);
	while (next_part(&c, in, &p, &text))
		if ((n = hide_entries(p.place, in->made, text, one,
		    (size_t)n)) < 0)
			return ERR_AUTH;
	if (c.bad || n == 0)
		return ERR_AUTH;
	to = edit_change(&h->edit, f->e.text, 0);
	for (int i = 0; i < n; i++) {
		if (i > 0)
			buf_str(to, ", ");
		buf_put(to, one[reverse ? n - 1 - i : i]);
	}
	return 0;
}

/* The start of the line SKIP lines below that of F, or of one before it. */
static const uint8_t *
line_below(const struct hide *h, const struct found *f, size_t skip)
{
	const struct sip_header *next = next_line(h, f);
	struct slice line = sip_line(&h->msg, f->e.hdr);
	const uint8_t *p = line.p + line.n;
	const uint8_t *end = h->msg.head.p + h->msg.head.n - 1;

	/* The blank line; the entries of the header stay in order. */
	if (end > p && end[-1] == '\r')
		end--;
	if (next != NULL)
		end = next->name.p;
	while (p < end && (skip > 0 || *p == ' ' || *p == '\t')) {
		p += slice_chr(slice_of(p, (size_t)(end - p)), '\n') + 1;
		skip -= skip > 0;
	}
	return p < end ? p : end;
}

static int
put_parts(struct hide *h, const struct found *f, const struct inside *in)
{
	struct hide_part p;
	struct cursor c;
	struct slice text;
	const uint8_t *at;

	cursor_init(&c, in->text);
	while (next_part(&c, in, &p, &text)) {
		if (p.place == HIDE_HERE) {
			edit_replace(&h->edit, f->e.text, text);
			continue;
		}
		at = p.place == HIDE_VALUE ? next_line(h, f)->value.p :
		    line_below(h, f, p.skip);
		buf_put(edit_change(&h->edit, slice_of(at, 0), p.rank), text);
	}
	return c.bad ? ERR_AUTH : 0;
}

/* The border's entry that was put in before the token goes. */
static void
drop_border(struct hide *h, const struct found *f, const struct inside *in)
{
	struct hide_entry b;
	struct slice s, one;

	if (in->border.n == 0 || f->before_hdr == NULL ||
	    hide_entry(h, f->id, f->before, &b) < 0 ||
	    !slice_caseeq(b.host, in->border))
		return;
	if (f->before_hdr == f->e.hdr)
		s = slice_of(f->before.p,
		    (size_t)(f->e.text.p - f->before.p));
	else {
		s = f->before_hdr->value;
		if (!sip_comma(&s, &one) || one.p != f->before.p)
			return;		/* it is not alone there */
		s = sip_line(&h->msg, f->before_hdr);
	}
	edit_replace(&h->edit, s, slice_of(NULL, 0));
}

static int
put_back(struct hide *h, const struct found *f)
{
	struct inside in;
	int r;

	r = h->o.constant ? hide_state_open(h, &f->e) :
	    hide_open(h, f->id, &f->e);
	if (r < 0 || (r = read_inside(h, f, &in)) < 0)
		return r;
	drop_border(h, f, &in);
	return as_it_was(h, f, &in) ? put_parts(h, f, &in) :
	    put_entries(h, f, &in);
}

static int
restore_header(struct hide *h, enum sip_h id, struct hide_report *report)
{
	struct sip_iter it = { NULL, { NULL, 0 } };
	struct found f = { .id = id };
	struct slice text;
	int r;

	while (sip_each(&h->msg, id, &it, &text)) {
		report->at = text;
		if ((r = hide_entry(h, id, text, &f.e)) < 0)
			return r;
		f.e.hdr = it.hdr;
		f.rest = it.rest;
		if (f.e.kind == HIDE_TOKEN) {
			if (report->tokens++ == HIDE_TOKENS)
				return ERR_LIMIT;
			if ((r = put_back(h, &f)) < 0)
				return r;
		}
		f.before = text;
		f.before_hdr = it.hdr;
	}
	return 0;
}

int
hide_restore(struct hide *h, struct slice in, struct buf *out,
    struct hide_report *report)
{
	size_t was = out->n;
	int r;

	memset(report, 0, sizeof(*report));
	if ((r = hide_parse(h, in)) < 0)
		return r;
	edit_start(&h->edit, h->msg.raw);
	for (size_t i = 0; i < HIDE_HEADERS; i++)
		if ((r = restore_header(h, hide_headers[i], report)) < 0)
			return r;
	report->at = slice_of(NULL, 0);
	buf_put(out, slice_sub(in, 0, (size_t)(h->msg.raw.p - in.p)));
	if ((r = edit_end(&h->edit, out)) < 0) {
		out->n = was;
		return r == ERR_RANGE ? ERR_AUTH : r;
	}
	return (int)report->tokens;
}
