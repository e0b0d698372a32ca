/*
 * fuzz_rec_fast: a line that is read without jansson is the same with it; and
 * what rec itself writes needs no jansson.
 */
#include "fuzz.h"
#include "rec_both.h"

static void
check_written(struct slice in)
{
	char error[REC_ERROR_TEXT];
	struct buf out;
	struct rec r;
	bool fast;

	buf_init(&out, 0);
	if (rec_read(&r, in, error) == 0)
		both_write(&r, &out);
	if (out.n > 0) {
		must(both_same(slice_sub(buf_slice(&out), 0, out.n - 1),
		    &fast));
		must(fast);
	}
	rec_done(&r);
	buf_wipe(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	bool fast;

	must(both_same(in, &fast));
	check_written(in);
	return 0;
}
