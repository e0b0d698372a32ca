/* fuzz_cap: what must hold for capture files, packed or not, of any octets. */
#include <stdio.h>
#include <string.h>

#include "cap.h"
#include "err.h"
#include "fuzz.h"

#define OUT_MAX	(4U << 20)	/* of what a bomb unpacks to */

/* The frames of F: numbered one by one, none too long, an error said once. */
static void
frames(FILE *f)
{
	char error[CAP_ERROR_TEXT];
	struct cap_frame frame;
	uint64_t last = 0, octets = 0;
	struct cap *c;
	int e;

	if ((c = cap_open(f, &e, error)) == NULL) {
		must(e < 0 && error[0] != '\0');
		return;
	}
	while ((e = cap_next(c, &frame)) > 0 && octets < OUT_MAX) {
		must(frame.number > last && frame.data.n <= CAP_FRAME_MAX);
		last = frame.number;
		octets += frame.data.n + 1;
	}
	must(e >= 0 || cap_error(c)[0] != '\0');
	if (e <= 0)
		must(cap_next(c, &frame) == 0);
	cap_close(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice first = slice_of(data, size < 8 ? size : 8);
	struct cap_unpack *u;
	FILE *f;

	if (size == 0 || (f = fmemopen((void *)(uintptr_t)data, size,
	    "rb")) == NULL)
		return 0;
	if (!cap_unpack_detect(first))
		frames(f);
	else if ((u = cap_unpack_new(f, first)) != NULL) {
		frames(cap_unpack_file(u));
		cap_unpack_free(u);
	}
	fclose(f);
	return 0;
}
