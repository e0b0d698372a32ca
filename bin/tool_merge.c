/* tool_merge: captures read together, frame by frame in the order of time. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "tool_live.h"
#include "tool_merge.h"

#define PLACE_SHIFT	16	/* a pcapng has at most 65536 interfaces */

/* A capture with the frame that is its next. */
struct merged {
	struct input		 source;
	struct cap		*cap;		/* NULL: closed for now */
	const char		*name;
	size_t			 index;
	struct cap_frame	 frame;
	uint64_t		 time_ns;	/* of FRAME or one before it */
	bool			 begun;		/* a frame was handed out */
	uint32_t		 place;
};

static struct {
	struct merged	**in;		/* by time */
	size_t		 n;
	size_t		 files;		/* added */
	const char	*first;
	bool		 given;		/* the frame of the first */
} m;

static void
close_merged(struct merged *in)
{
	cap_close(in->cap);
	in->cap = NULL;
	input_close(&in->source);
}

/* The next frame of IN; false: there is none, and why is said. */
static bool
advance(struct merged *in)
{
	int e = cap_next(in->cap, &in->frame);

	if (e == ERR_IO || e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s: %s", in->name, cap_error(in->cap));
	if (e < 0) {
		tool_warn("%s: %s", in->name, cap_error(in->cap));
		/* Who is still writing it was not asked to end. */
		if (e != ERR_MORE || tool_stops() == 0)
			tool_bad();
	}
	if (e > 0 && in->frame.time_ns > 0)
		in->time_ns = in->frame.time_ns;
	return e > 0;
}

/* The first frame of IN, whose source is open. */
static bool
begin(struct merged *in)
{
	char error[CAP_ERROR_TEXT];
	int e;

	if ((in->cap = cap_open(in->source.f, &e, error)) != NULL)
		return advance(in);
	if (e == ERR_IO || e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s: %s", in->name, error);
	tool_warn("%s: %s", in->name, error);
	tool_bad();
	return false;
}

/* The first has another frame now: where does it belong? */
static void
settle(void)
{
	for (size_t i = 0; i + 1 < m.n; i++) {
		struct merged *a = m.in[i], *b = m.in[i + 1];

		if (a->time_ns < b->time_ns ||
		    (a->time_ns == b->time_ns && a->index < b->index))
			break;
		m.in[i] = b;
		m.in[i + 1] = a;
	}
}

static void
drop_first(void)
{
	close_merged(m.in[0]);
	free(m.in[0]);
	memmove(m.in, m.in + 1, --m.n * sizeof(m.in[0]));
}

static struct merged *
new_merged(void)
{
	struct merged **grown = realloc(m.in, (m.n + 1) * sizeof(m.in[0]));
	struct merged *in = calloc(1, sizeof(*in));

	if (grown != NULL)
		m.in = grown;
	if (grown == NULL || in == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	memmove(m.in + 1, m.in, m.n++ * sizeof(m.in[0]));
	m.in[0] = in;
	return in;
}

void
merge_add(struct input *s, size_t index, bool many)
{
	struct merged *in = new_merged();

	if (m.files++ == 0)
		m.first = s->name;
	in->source = *s;
	in->name = s->name;
	in->index = index;
	memset(s, 0, sizeof(*s));
	if (!begin(in)) {
		drop_first();
		return;
	}
	if (many && input_lasts(&in->source) && !input_failed(&in->source))
		close_merged(in);
	settle();
}

size_t
merge_files(void)
{
	return m.files;
}

const char *
merge_first(void)
{
	return m.first;
}

/* Those behind an input that ended stand in its place. */
static uint32_t
free_place(void)
{
	uint32_t place = 0;

	for (size_t i = 0; i < m.n; i++)
		if (m.in[i]->begun && m.in[i]->place == place) {
			place++;
			i = (size_t)-1;
		}
	return place;
}

/* The first has a frame at hand; false: it is to go. */
static bool
ready(struct merged *in)
{
	if (in->cap == NULL &&
	    (!input_open(&in->source, in->name) || !begin(in)))
		return false;
	if (!in->begun) {
		in->place = free_place();
		in->begun = true;
	}
	return true;
}

bool
merge_next(struct cap_frame *f, const char **name, size_t *index)
{
	struct merged *in;

	if (m.given) {
		m.given = false;
		if (advance(m.in[0]))
			settle();
		else
			drop_first();
	}
	while (m.n > 0 && !ready(m.in[0]))
		drop_first();
	if (m.n == 0)
		return false;
	in = m.in[0];
	m.given = true;
	*f = in->frame;
	f->interface |= in->place << PLACE_SHIFT;
	*name = in->name;
	*index = in->index;
	return true;
}

void
merge_close(void)
{
	while (m.n > 0)
		drop_first();
	free(m.in);
	memset(&m, 0, sizeof(m));
}
