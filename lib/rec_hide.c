/* rec_hide: the records of hide: keys, states, runs. */
#include <string.h>

#include "err.h"
#include "rec_int.h"

static void
read_key(struct rec_in *in, struct rec_hide *h)
{
	uint64_t id = 0;

	if (!rec_in_number(in, "id", 255, &id))
		rec_in_missing(in, "id");
	h->id = (unsigned)id;
	(void)rec_in_name(in, "network", HIDE_NAME_MAX, &h->network);
	if (!rec_in_exact(in, "key", h->key, HIDE_KEY))
		rec_in_missing(in, "key");
}

int
rec_read_hide(struct rec *r, struct rec_hide *h, char error[REC_ERROR_TEXT])
{
	struct rec_in in = {
		.o = r->json, .at = "", .bytes = &r->bytes, .error = error,
	};
	const char *s = json_string_value(json_object_get(in.o, "type"));

	memset(h, 0, sizeof(*h));
	if (s != NULL && strcmp(s, "hide-key") == 0) {
		h->what = REC_HIDE_KEY;
		read_key(&in, h);
	} else if (s != NULL && strcmp(s, "hide-state") == 0) {
		h->what = REC_HIDE_STATE;
		if (!rec_in_exact(&in, "key", h->key, HIDE_KEY))
			rec_in_missing(&in, "key");
	} else if (s != NULL && strcmp(s, "hide-run") == 0) {
		h->what = REC_HIDE_RUN;
		if (!rec_in_exact(&in, "ref", h->ref, HIDE_REF))
			rec_in_missing(&in, "ref");
		if (!rec_in_hex(&in, "run", &h->run))
			rec_in_missing(&in, "run");
	}
	return in.err;
}

void
rec_write_hide(struct buf *out, const struct rec_hide *h)
{
	static const char *const type[] = {
		[REC_HIDE_NONE] = "", [REC_HIDE_KEY] = "hide-key",
		[REC_HIDE_STATE] = "hide-state", [REC_HIDE_RUN] = "hide-run",
	};

	rec_put_open(out, type[h->what]);
	if (h->what == REC_HIDE_KEY) {
		rec_put_number(out, "id", h->id);
		rec_put_text_if(out, "network", h->network);
	}
	if (h->what == REC_HIDE_RUN) {
		rec_put_hex(out, "ref", slice_of(h->ref, HIDE_REF));
		rec_put_hex(out, "run", h->run);
	} else
		rec_put_hex(out, "key", slice_of(h->key, HIDE_KEY));
	rec_put_close(out);
}
