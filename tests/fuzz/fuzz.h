/* fuzz: what the fuzz targets share: a property must hold, or they abort. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "slice.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(ok)	fuzz_must(ok, __FILE__, __LINE__)

static inline void
fuzz_must(bool ok, const char *file, int line)
{
	if (!ok) {
		(void)fprintf(stderr, "%s:%d: does not hold\n", file, line);
		abort();
	}
}

/* PART lies in WHOLE, or is nothing at all. */
static inline void
inside(struct slice part, struct slice whole)
{
	must(part.n == 0 || (part.p >= whole.p && part.n <= whole.n &&
	    (size_t)(part.p - whole.p) <= whole.n - part.n));
}

#endif
