/* fuzz_scrub: a scrubbed message is the same one, a frame as long as it was. */
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "scrub.h"
#include "sip.h"

static size_t wanted;

static void
on_out(const struct cap_frame *f, void *arg)
{
	uint64_t *n = arg;

	must(f->data.n == wanted);
	(*n)++;
}

static void
check_message(struct scrub *s, const uint8_t *data, size_t n)
{
	static struct sip_msg was, is;
	static uint8_t p[65536];

	if (n > sizeof(p))
		return;
	memcpy(p, data, n);
	if (scrub_message(s, p, n, NULL) < 0) {
		must(memcmp(p, data, n) == 0);
		return;
	}
	must(sip_parse(&was, slice_of(data, n)) == 0);
	must(sip_parse(&is, slice_of(p, n)) == 0);
	must(slice_eq(was.method, is.method) && was.status == is.status);
	must(was.n_hdr == is.n_hdr && was.body.n == is.body.n);
	for (size_t i = 0; i < was.n_hdr; i++) {
		must(slice_eq(was.hdr[i].name, is.hdr[i].name));
		must(was.hdr[i].value.n == is.hdr[i].value.n);
	}
}

static void
check_frames(struct scrub *s, int linktype, const uint8_t *data, size_t n)
{
	uint64_t count = 0;
	struct scrub_cap *c = scrub_cap_new(s, on_out, &count);
	struct cap_frame f = { .number = 1, .linktype = linktype,
	    .wire_len = (uint32_t)n, .data = { data, n } };

	must(c != NULL);
	wanted = n;
	must(scrub_cap_frame(c, &f) == 0);
	f.number = 2;
	must(scrub_cap_frame(c, &f) == 0);
	must(scrub_cap_end(c) == 0 && count == 2);
	scrub_cap_free(c);
}

/* The last octet says what it is. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int link[] = { 1, 101, 113, 276 };
	static const uint8_t key[SCRUB_KEY] = { 1 };
	const struct scrub_options o = { .user_agent = true };
	static struct sa_db *db;
	static struct scrub *s;

	if (db == NULL)
		must((db = sa_db_new()) != NULL &&
		    (s = scrub_new(key, &o, db)) != NULL);
	if (size > 0 && data[size - 1] % 8 < 4)
		check_frames(s, link[data[size - 1] % 4], data, size - 1);
	else if (size > 0)
		check_message(s, data, size - 1);
	return 0;
}
