/* fuzz_dia: what must hold for Diameter whatever the octets are. */
#include <stdlib.h>
#include <string.h>

#include "dia.h"
#include "err.h"
#include "fuzz.h"
#include "slice.h"

struct seen {
	struct slice	 in;
	int		 n;
};

static void
vector(const struct dia_vector *v, void *arg)
{
	struct seen *s = arg;

	inside(v->user_name, s->in);
	inside(v->scheme, s->in);
	inside(v->authenticate, s->in);
	inside(v->authorization, s->in);
	inside(v->ck, s->in);
	inside(v->ik, s->in);
	s->n++;
}

/* AVPs follow one another, inside S, to its end or to what is no AVP. */
static void
avps(struct slice s, unsigned depth)
{
	struct slice rest = s;
	struct dia_vector v;
	struct dia_avp a;

	while (dia_avp_next(&rest, &a) > 0) {
		inside(a.data, s);
		inside(rest, s);
		if (depth < 3)
			avps(a.data, depth + 1);
	}
	if (dia_vector_parse(s, &v) == 0)
		must(rest.n == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen s = { { NULL, 0 }, 0 };
	uint8_t *copy = malloc(size > 0 ? size : 1);
	int frame, r;

	if (copy == NULL)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	s.in = slice_of(copy, size);
	frame = dia_frame(s.in);
	must(frame == ERR_MORE || frame == ERR_FORMAT ||
	    (frame >= DIA_HEADER && frame % 4 == 0));
	/* A prefix is never refused when the whole is not. */
	for (size_t n = 0; n < size && n < 2 * DIA_HEADER; n++) {
		int p = dia_frame(slice_sub(s.in, 0, n));

		must(frame == ERR_FORMAT || p == ERR_MORE || p == frame);
	}
	r = dia_vectors(s.in, vector, &s);
	must(r == ERR_FORMAT ? s.n == 0 : r == s.n);
	must(r == ERR_FORMAT || frame == (int)size);
	avps(s.in, 0);
	if (size > DIA_HEADER)
		avps(slice_from(s.in, DIA_HEADER), 0);
	free(copy);
	return 0;
}
