/*
 * test_damage: captures that are cut off or damaged, through cap and flow:
 * what comes before the damage comes out, and the place is named.
 */
#include "net.h"

#define TAIL		2000	/* octets at the end to cut at */
#define OVERWRITES	500	/* of OVERWRITTEN octets each */
#define OVERWRITTEN	16

static const char *const captures[] = {
	"shapes/v_tcp_split_any.pcap", "shapes/v_plain.pcapng",
	"shapes/v_frag.pcap", "lab/hmac-sha1-96_aes-cbc_ipv4_tcp.pcap",
	"lab/call_gm.pcap", "open5gs/ipsec_reg.pcapng",
};

struct file {
	const char	*name;
	uint8_t		*p;
	size_t		 n;
	bool		 ng;
	size_t		*end;		/* behind each record, or block */
	size_t		 n_end;
};

/* What a reader saw. */
struct reading {
	bool		 flow;		/* the frames were given to flow */
	struct net_run	 run;
	int		 e;		/* of cap_open, or the last cap_next */
	char		 error[CAP_ERROR_TEXT];
	size_t		*seen;		/* messages after each frame */
	size_t		 n_frame, cap;
};

static uint32_t
le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[1] << 8 | p[0];
}

/* Where records end; all files here are little-endian. */
static void
find_ends(struct file *f)
{
	size_t at = f->ng ? 0 : 24;

	f->end = net_alloc(NULL, (f->n / 12 + 2) * sizeof(f->end[0]));
	f->n_end = 0;
	if (!f->ng)
		f->end[f->n_end++] = at;
	while (at < f->n) {
		at += f->ng ? le32(f->p + at + 4) : 16 + le32(f->p + at + 8);
		f->end[f->n_end++] = at;
	}
	if (at != f->n)
		unit_fatal("records", f->name);
}

static bool
file_load(struct file *f, const char *name)
{
	FILE *in = net_open(name);
	size_t cap = 1 << 20;

	if (in == NULL) {
		printf("ok %d - %s # SKIP not at hand\n", ++unit_count, name);
		return false;
	}
	f->name = name;
	f->p = net_alloc(NULL, cap);
	f->n = fread(f->p, 1, cap, in);
	fclose(in);
	f->ng = strstr(name, ".pcapng") != NULL;
	find_ends(f);
	return true;
}

static void
file_free(struct file *f)
{
	free(f->p);
	free(f->end);
}

static void
keys_of(struct sa_db *db, const char *name)
{
	json_t *j;

	if (strncmp(name, "open5gs", 7) != 0) {
		net_keys(db, name);
		return;
	}
	j = json_pack("{ssssss}", "impi", "", "k",
	    "8baf473f2f8fd09487cccbd7097c6862", "opc",
	    "8e27b6af0e692e750f32667a3b14605d");
	net_subscriber(db, j);
	json_decref(j);
}

static void
take(struct reading *r, const struct cap_frame *in)
{
	struct net_frame f = { .data = in->data, .linktype = in->linktype,
	    .time_ns = in->time_ns, .wire_len = in->wire_len,
	    .interface = in->interface };

	if (r->n_frame == r->cap) {
		r->cap = r->cap > 0 ? 2 * r->cap : 64;
		r->seen = net_alloc(r->seen, r->cap * sizeof(r->seen[0]));
	}
	if (r->flow)
		net_push(&r->run, &f);
	r->seen[r->n_frame++] = r->run.seen.n;
}

/* The first N octets at P, as a capture; FLOW: what is in it, too. */
static void
reading(struct reading *r, const struct file *file, const uint8_t *p, size_t n,
    bool flow)
{
	FILE *f = n > 0 ? fmemopen((void *)(uintptr_t)p, n, "rb") :
	    fopen("/dev/null", "rb");
	struct cap_frame in;
	struct cap *c;

	memset(r, 0, sizeof(*r));
	if ((r->flow = flow)) {
		net_begin(&r->run, false);
		keys_of(r->run.db, file->name);
	}
	if (f == NULL)
		unit_fatal("fmemopen", file->name);
	if ((c = cap_open(f, &r->e, r->error)) != NULL) {
		while ((r->e = cap_next(c, &in)) > 0)
			take(r, &in);
		snprintf(r->error, sizeof(r->error), "%s", cap_error(c));
		cap_close(c);
	}
	fclose(f);
	if (flow)
		net_end(&r->run);
}

static void
reading_free(struct reading *r)
{
	net_done(&r->run);
	free(r->seen);
}

/* Did both say the same messages up to the frame FRAMES? */
static bool
same_until(const struct reading *a, const struct reading *b, size_t frames)
{
	size_t n = frames > 0 ? a->seen[frames - 1] : 0;

	if (b->n_frame < frames || (frames > 0 && b->seen[frames - 1] != n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!slice_eq(a->run.seen.m[i].data, b->run.seen.m[i].data) ||
		    a->run.seen.m[i].icv != b->run.seen.m[i].icv)
			return false;
	return true;
}

/* Frames that lie wholly before octet AT: as the file's own lengths say. */
static size_t
frames_before(const struct file *f, size_t at)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_end && f->end[i] <= at; i++)
		if (!f->ng)
			n = i;
		else
			n += le32(f->p + (i > 0 ? f->end[i - 1] : 0)) == 6;
	return n;
}

static bool
at_boundary(const struct file *f, size_t at)
{
	for (size_t i = 0; i < f->n_end; i++)
		if (f->end[i] == at)
			return true;
	return false;
}

static void
test_cuts(const struct file *f, const struct reading *whole)
{
	size_t from = f->n > TAIL ? f->n - TAIL : 0, bad = 0, last = f->n;

	for (size_t n = f->n - 1; n >= from && n > 0 && bad < 5; n--) {
		size_t frames = frames_before(f, n);
		struct reading r;
		bool ok;

		/* The same frames do not make other messages. */
		reading(&r, f, f->p, n, frames != last);
		last = frames;
		ok = r.n_frame == frames && (!r.flow ||
		    (same_until(whole, &r, frames) && net_adds_up(&r.run))) &&
		    (at_boundary(f, n) ? r.e == 0 :
		    r.e == ERR_MORE && strncmp(r.error, "byte ", 5) == 0);
		bad += !CHECK_EACH(ok, "%s: cut behind %zu: %zu of %zu "
		    "frames, %s, \"%s\"", f->name, n, r.n_frame, frames,
		    err_name(r.e), r.error);
		reading_free(&r);
	}
	CHECK(bad == 0, "%s: cut at each of the last octets", f->name);
}

static void
test_overwrites(const struct file *f, const struct reading *whole)
{
	uint8_t *p = net_alloc(NULL, f->n);
	size_t bad = 0;

	for (unsigned i = 0; i < OVERWRITES && bad < 5; i++) {
		size_t at = net_rnd((uint32_t)(f->n - OVERWRITTEN));
		struct reading r;

		memcpy(p, f->p, f->n);
		for (size_t k = 0; k < OVERWRITTEN; k++)
			p[at + k] = (uint8_t)net_rnd(256);
		reading(&r, f, p, f->n, true);
		bad += !CHECK_EACH(same_until(whole, &r,
		    frames_before(f, at)) && net_adds_up(&r.run) &&
		    (r.e == 0 || r.error[0] != '\0'),
		    "%s: octets from %zu overwritten", f->name, at);
		reading_free(&r);
	}
	CHECK(bad == 0, "%s: %d octets overwritten, %d times", f->name,
	    OVERWRITTEN, OVERWRITES);
	free(p);
}

/* The file header: too short, or not one at all. */
static void
test_header(const struct file *f)
{
	uint8_t *p = net_alloc(NULL, f->n);
	size_t bad = 0, first = f->ng ? f->end[0] : 24;
	struct reading r;

	for (size_t n = 0; n < first; n++) {
		reading(&r, f, f->p, n, false);
		bad += r.n_frame != 0 || r.e != ERR_MORE ||
		    r.error[0] == '\0';
		reading_free(&r);
	}
	CHECK(bad == 0, "%s: a header that ends early is refused", f->name);
	bad = 0;
	for (size_t i = 0; i < 4; i++) {
		memcpy(p, f->p, f->n);
		p[i] ^= 0x5a;
		reading(&r, f, p, f->n, true);
		bad += r.n_frame != 0 || r.e != ERR_FORMAT ||
		    r.error[0] == '\0';
		reading_free(&r);
	}
	CHECK(bad == 0, "%s: a damaged magic number is refused", f->name);
	free(p);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
		struct reading whole;
		struct file f;

		if (!file_load(&f, captures[i]))
			continue;
		reading(&whole, &f, f.p, f.n, true);
		CHECK(whole.e == 0 && whole.n_frame == frames_before(&f, f.n) &&
		    whole.run.seen.n > 0, "%s: read", f.name);
		test_cuts(&f, &whole);
		test_overwrites(&f, &whole);
		test_header(&f);
		reading_free(&whole);
		file_free(&f);
	}
	return unit_end();
}
