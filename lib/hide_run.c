/* hide_run: runs of own entries found in a message, and hidden. */
#include <string.h>

#include "err.h"
#include "hide_int.h"

/* The walk through the entries of one header. */
struct walk {
	struct hide		*h;
	enum sip_h		 id;
	struct hide_entry	 last;	/* of the run; of none: hdr is NULL */
	const struct sip_header	*first;	/* of the part: its first header */
	bool			 border; /* the entry before is the border's */
};

static size_t
offset(const struct hide *h, const uint8_t *p)
{
	return (size_t)(p - h->msg.raw.p);
}

static struct hide_part *
this_part(struct walk *w)
{
	return &w->h->part[w->h->n_part - 1];
}

static struct hide_run *
this_run(struct walk *w)
{
	return &w->h->run[w->h->n_run - 1];
}

static int
add_part(struct walk *w, const struct hide_entry *e, enum hide_place place)
{
	struct hide *h = w->h;
	struct hide_part *p = &h->part[h->n_part];

	if (h->n_part == HIDE_PARTS)
		return ERR_LIMIT;
	h->n_part++;
	this_run(w)->n_part++;
	memset(p, 0, sizeof(*p));
	p->place = place;
	p->off = offset(h, place == HIDE_HERE ? e->text.p : e->hdr->name.p);
	w->first = e->hdr;
	return 0;
}

static int
add_run(struct walk *w, const struct hide_entry *e)
{
	struct hide *h = w->h;
	struct hide_run *r = &h->run[h->n_run];

	if (h->n_run == HIDE_TOKENS)
		return ERR_LIMIT;
	h->n_run++;
	memset(r, 0, sizeof(*r));
	r->id = w->id;
	r->part = h->n_part;
	r->after_border = w->border;
	return add_part(w, e, HIDE_HERE);
}

/* The part ends with the last entry, or its line. */
static void
extend(struct walk *w)
{
	struct hide *h = w->h;
	struct hide_part *p = this_part(w);
	struct slice line = sip_line(&h->msg, w->last.hdr);
	size_t line_end = offset(h, line.p) + line.n;

	if (p->place == HIDE_LINES) {
		p->len = line_end - p->off;
		return;
	}
	this_run(w)->line_end = line_end;
	p->len = offset(h, w->last.text.p) + w->last.text.n - p->off;
}

/* Do only white space and the name of E's header stand between them? */
static bool
adjacent(const struct walk *w, const struct hide_entry *e)
{
	struct slice line;

	if (e->hdr == w->last.hdr)
		return true;
	line = sip_line(&w->h->msg, w->last.hdr);
	return line.p + line.n == e->hdr->name.p;
}

/*
 * NEXT, which stays, stands behind the run.  In a line that the run has begun
 * after a gap, all before NEXT goes.
 */
static void
end_run(struct walk *w, const struct hide_entry *next)
{
	struct hide_part *p;

	if (w->last.hdr == NULL)
		return;
	p = this_part(w);
	if (p->place == HIDE_LINES && next->hdr == w->last.hdr) {
		p->place = HIDE_VALUE;
		p->off = offset(w->h, w->first->value.p);
		p->len = offset(w->h, next->text.p) - p->off;
	}
	w->last.hdr = NULL;
}

static int
take_own(struct walk *w, const struct hide_entry *e)
{
	bool next_to = w->last.hdr != NULL && adjacent(w, e);
	int r = 0;

	/* The plain form has no room for where the pieces stood. */
	if (w->last.hdr == NULL || (!next_to && w->h->o.plain))
		r = add_run(w, e);
	else if (!next_to)
		r = add_part(w, e, HIDE_LINES);
	if (r < 0)
		return r;
	w->last = *e;
	extend(w);
	return ++this_run(w)->entries > HIDE_ENTRIES ? ERR_LIMIT : 0;
}

static int
find_runs(struct hide *h, enum sip_h id, struct hide_report *report)
{
	struct walk w = { .h = h, .id = id };
	struct sip_iter it = { NULL, { NULL, 0 } };
	struct hide_entry e;
	struct slice text;
	int r;

	while (sip_each(&h->msg, id, &it, &text)) {
		report->at = text;
		if ((r = hide_entry(h, id, text, &e)) < 0)
			return r;
		e.hdr = it.hdr;
		if (e.kind == HIDE_OWN || e.kind == HIDE_TOKEN) {
			if ((r = take_own(&w, &e)) < 0)
				return r;
			report->entries++;
		} else
			end_run(&w, &e);
		w.border = e.kind == HIDE_BORDER;
	}
	return 0;
}

static size_t
lines_in(struct slice s)
{
	size_t n = 0, at;

	while ((at = slice_chr(s, '\n')) < s.n) {
		s = slice_from(s, at + 1);
		n++;
	}
	return n;
}

/*
 * Where P, whole lines, will belong: how many lines below the token's, as they
 * are when all that is hidden is gone, and how many others belong there before.
 */
static int
place_part(const struct hide *h, const struct hide_run *run,
    struct hide_part *p)
{
	size_t from = run->line_end;

	p->skip = lines_in(slice_sub(h->msg.raw, from, p->off - from));
	p->rank = 0;
	for (size_t i = 0; i < h->n_part; i++) {
		const struct hide_part *o = &h->part[i];

		if (o->off >= p->off)
			continue;
		p->rank += o->place == HIDE_LINES;
		if (o->off >= from)
			p->skip -= lines_in(slice_sub(h->msg.raw, o->off,
			    o->len));
	}
	return p->skip > UINT16_MAX || p->rank > UINT8_MAX ? ERR_LIMIT : 0;
}

static int
put_part(struct hide *h, const struct hide_run *run, struct hide_part *p)
{
	struct buf *to = &h->inside;
	int r;

	if (p->place == HIDE_LINES && (r = place_part(h, run, p)) < 0)
		return r;
	if (run->n_part > 1) {
		buf_u8(to, (uint8_t)p->place);
		buf_u8(to, (uint8_t)p->rank);
		buf_u16(to, (uint16_t)p->skip);
		buf_u16(to, (uint16_t)p->len);
	}
	buf_put(to, slice_sub(h->msg.raw, p->off, p->len));
	return 0;
}

/* Does the border's own entry come before RUN? */
static bool
inserts(const struct hide *h, const struct hide_run *run)
{
	if (!h->o.insert || h->o.plain || run->id != SIP_H_ROUTE ||
	    run->after_border || h->border.n == 0)
		return false;
	for (size_t i = 0; &h->run[i] != run; i++)
		if (h->run[i].id == SIP_H_ROUTE)
			return false;
	return true;
}

/* What goes into the token of RUN. */
static int
put_inside(struct hide *h, const struct hide_run *run, bool insert)
{
	const struct hide_name *border = &h->border.name[0];
	struct buf *to = &h->inside;
	int r;

	buf_reset(to);
	if (!h->o.plain) {
		buf_u8(to, (uint8_t)(hide_header(run->id) |
		    (h->msg.request ? 0 : HIDE_F_RESPONSE) |
		    (run->n_part > 1 ? HIDE_F_PARTS : 0) |
		    (insert ? HIDE_F_INSERTED : 0)));
		buf_u16(to, 0);
	}
	if (insert) {
		buf_u8(to, (uint8_t)border->n);
		buf_add(to, border->text, border->n);
	}
	for (size_t i = 0; i < run->n_part; i++)
		if ((r = put_part(h, run, &h->part[run->part + i])) < 0)
			return r;
	if (to->bad || to->n > HIDE_RUN_MAX)
		return to->n > HIDE_RUN_MAX ? ERR_LIMIT : ERR_MEM;
	if (!h->o.plain) {
		to->p[1] = (uint8_t)((to->n - HIDE_INSIDE) >> 8);
		to->p[2] = (uint8_t)(to->n - HIDE_INSIDE);
	}
	return 0;
}

static int
hide_run(struct hide *h, const struct hide_run *run)
{
	const struct hide_part *p = &h->part[run->part];
	bool insert = inserts(h, run);
	struct buf *to;
	int r;

	if ((r = put_inside(h, run, insert)) < 0)
		return r;
	to = edit_change(&h->edit, slice_sub(h->msg.raw, p->off, p->len), 0);
	if (insert) {
		bool v6 = h->border.name[0].addr.family == 6;

		buf_str(to, v6 ? "<sip:[" : "<sip:");
		buf_add(to, h->border.name[0].text, h->border.name[0].n);
		buf_str(to, v6 ? "];lr>, " : ";lr>, ");
	}
	r = h->o.constant ? hide_state_seal(h, run->id, to) :
	    hide_seal(h, run->id, to);
	for (size_t i = 1; i < run->n_part; i++)
		edit_replace(&h->edit, slice_sub(h->msg.raw, p[i].off,
		    p[i].len), slice_of(NULL, 0));
	return r;
}

/* The longest header field of MESSAGE, in octets. */
static size_t
longest(struct slice message)
{
	size_t most = 0, n, at = 0;

	while (message.n > 0 && message.p[0] != '\r' && message.p[0] != '\n') {
		n = slice_chr(slice_from(message, at), '\n') + 1;
		at += n;
		if (at < message.n && (message.p[at] == ' ' ||
		    message.p[at] == '\t'))
			continue;
		most = at > most ? at : most;
		message = slice_from(message, at);
		at = 0;
	}
	return most;
}

static int
end_hide(struct hide *h, struct slice in, struct buf *out,
    struct hide_report *report)
{
	size_t was = out->n, skip = (size_t)(h->msg.raw.p - in.p);
	size_t line;
	int r;

	buf_put(out, slice_sub(in, 0, skip));
	if ((r = edit_end(&h->edit, out)) < 0) {
		out->n = was;
		return r;
	}
	if (h->o.line_max == 0 || out->n - was <= h->o.line_max ||
	    h->n_run == 0)
		return (int)h->n_run;
	line = longest(slice_from(buf_slice(out), was + skip));
	if (line <= h->o.line_max || line <= longest(h->msg.raw))
		return (int)h->n_run;
	report->line = line;
	out->n = was;
	return ERR_LIMIT;
}

int
hide_message(struct hide *h, struct slice in, struct buf *out,
    struct hide_report *report)
{
	int r;

	memset(report, 0, sizeof(*report));
	h->n_run = h->n_part = 0;
	if ((r = hide_parse(h, in)) < 0)
		return r;
	edit_start(&h->edit, h->msg.raw);
	for (size_t i = 0; i < HIDE_HEADERS; i++)
		if ((r = find_runs(h, hide_headers[i], report)) < 0)
			return r;
	report->at = slice_of(NULL, 0);
	for (size_t i = 0; i < h->n_run; i++)
		if ((r = hide_run(h, &h->run[i])) < 0)
			return r;
	if ((r = end_hide(h, in, out, report)) >= 0)
		report->tokens = (unsigned)r;
	return r;
}
