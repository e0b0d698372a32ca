/* tcp_run: contiguous octets of a stream and the segments they came in. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "tcp_run.h"

void
tcp_run_free(struct tcp_run *r)
{
	buf_free(&r->data);
	free(r->ref);
	r->ref = NULL;
	r->n_ref = r->cap_ref = 0;
}

static int
room(struct tcp_run *r, size_t n)
{
	struct tcp_ref *ref;
	size_t cap = r->cap_ref > 0 ? r->cap_ref : 4;

	while (cap < r->n_ref + n)
		cap *= 2;
	if (cap == r->cap_ref)
		return 0;
	if ((ref = realloc(r->ref, cap * sizeof(*ref))) == NULL)
		return ERR_MEM;
	r->ref = ref;
	r->cap_ref = cap;
	return 0;
}

int
tcp_run_append(struct tcp_run *r, struct slice data,
    const struct tcp_meta *meta)
{
	if (room(r, 1) < 0)
		return ERR_MEM;
	buf_put(&r->data, data);
	if (r->data.bad) {
		r->data.bad = false;
		return ERR_MEM;
	}
	r->ref[r->n_ref++] = (struct tcp_ref){
		tcp_run_end(r), *meta, TCP_FATE_NOTHING, false,
	};
	return 0;
}

int
tcp_run_prepend(struct tcp_run *r, struct tcp_run *what)
{
	struct slice tail = buf_slice(&r->data);

	if (room(what, r->n_ref) < 0)
		return ERR_MEM;
	buf_put(&what->data, tail);
	if (what->data.bad) {
		what->data.bad = false;
		return ERR_MEM;
	}
	if (r->n_ref > 0)
		memcpy(what->ref + what->n_ref, r->ref,
		    r->n_ref * sizeof(r->ref[0]));
	what->n_ref += r->n_ref;
	tcp_run_free(r);
	*r = *what;
	memset(what, 0, sizeof(*what));
	return 0;
}

void
tcp_run_message(struct tcp_run *r, size_t n, struct tcp_message *m)
{
	uint64_t at = r->start;
	size_t last = 0;

	m->data = slice_sub(buf_slice(&r->data), 0, n);
	m->frames.count = 0;
	m->tag = 0;
	for (size_t i = 0; i < r->n_ref && at < r->start + n; i++) {
		struct tcp_ref *ref = &r->ref[i];

		frag_frames_add(&m->frames, ref->meta.first);
		frag_frames_add(&m->frames, ref->meta.frame);
		m->tag |= ref->meta.tag;
		if (ref->fate < TCP_FATE_PART)
			ref->fate = TCP_FATE_PART;
		if (ref->meta.order >= r->ref[last].meta.order)
			last = i;
		at = ref->end;
	}
	m->frame = r->ref[last].meta.frame;
	m->time_ns = r->ref[last].meta.time_ns;
	m->mark = r->ref[last].meta.mark;
	memcpy(m->note, r->ref[last].meta.note, sizeof(m->note));
	r->ref[last].fate = TCP_FATE_MESSAGE;
}

int
tcp_run_move(struct tcp_run *from, size_t n, struct tcp_run *to)
{
	uint64_t begin = from->start;
	size_t i = 0;

	if (to->data.n == 0 && to->n_ref == 0)
		to->start = from->start;
	if (room(to, from->n_ref + 1) < 0)
		return ERR_MEM;
	buf_put(&to->data, slice_sub(buf_slice(&from->data), 0, n));
	if (to->data.bad) {
		to->data.bad = false;
		return ERR_MEM;
	}
	buf_drop(&from->data, n);
	from->start += n;
	while (i < from->n_ref && from->ref[i].end <= from->start) {
		begin = from->ref[i].end;
		to->ref[to->n_ref++] = from->ref[i++];
	}
	if (i < from->n_ref && begin < from->start) {
		/* The segment on the border stays; TO has a copy of it. */
		to->ref[to->n_ref] = from->ref[i];
		to->ref[to->n_ref].end = from->start;
		to->ref[to->n_ref++].silent = true;
	}
	from->n_ref -= i;
	if (i > 0 && from->n_ref > 0)
		memmove(from->ref, from->ref + i,
		    from->n_ref * sizeof(from->ref[0]));
	return 0;
}

void
tcp_run_take(struct tcp_run *r, size_t n, const struct tcp_reader *reader)
{
	size_t done = 0;

	buf_drop(&r->data, n);
	r->start += n;
	while (done < r->n_ref && r->ref[done].end <= r->start) {
		const struct tcp_ref *ref = &r->ref[done++];

		if (ref->silent)
			continue;
		reader->fate(reader->arg, ref->fate, 1);
		if (ref->meta.extra > 0)
			reader->fate(reader->arg,
			    ref->fate == TCP_FATE_MESSAGE ? TCP_FATE_PART :
			    ref->fate, ref->meta.extra);
	}
	r->n_ref -= done;
	if (done > 0 && r->n_ref > 0)
		memmove(r->ref, r->ref + done, r->n_ref * sizeof(r->ref[0]));
}
