/* fuzz: what the fuzz targets share: a property must hold, or they abort. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "slice.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
must(bool ok)
{
	if (!ok)
		abort();
}

/* PART lies in WHOLE, or is nothing at all. */
static inline void
inside(struct slice part, struct slice whole)
{
	must(part.n == 0 || (part.p >= whole.p && part.n <= whole.n &&
	    (size_t)(part.p - whole.p) <= whole.n - part.n));
}

#endif
