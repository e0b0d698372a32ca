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
	free(copy);
	return 0;
}
