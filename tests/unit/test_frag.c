/* test_frag: fragments in any cut and order give the same octets (frag). */
#include <time.h>

#include "err.h"
#include "frag.h"
#include "unit.h"

#define PIECES_MAX	9000

struct piece {
	size_t	off, n;
	bool	last;
};

/* What giveup was told. */
struct seen {
	int		calls;
	size_t		n, missing;
	bool		cut;
	uint32_t	key, frames;
	uint64_t	frame;
	uint8_t		data[65536];
};

static struct seen seen;
static uint64_t rng = 88172645463325252ULL;

static uint32_t
rnd(uint32_t below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)((rng >> 32) % below);
}

static void
giveup(const struct frag_datagram *d, void *arg)
{
	struct seen *s = arg;

	s->calls++;
	s->n = d->data.n;
	s->missing = d->missing;
	s->cut = d->cut;
	s->frames = d->frames.count;
	s->frame = d->frames.frame[0];
	memcpy(&s->key, d->key, sizeof(s->key));
	if (d->data.n > 0)
		memcpy(s->data, d->data.p, d->data.n);
}

static struct frag *
new_frag(void)
{
	struct frag *f = frag_new(4, giveup, &seen);

	if (f == NULL)
		unit_fatal("frag_new", "no memory");
	memset(&seen, 0, sizeof(seen));
	return f;
}

/* ADD of octets OFF to OFF + N of WHOLE, from the end of a page. */
static int
add(struct frag *f, uint32_t key, const uint8_t *whole, struct piece p,
    bool cut, uint64_t frame, uint64_t t, struct frag_datagram *out)
{
	uint8_t *copy = malloc(p.n > 0 ? p.n : 1);
	int e;

	if (copy == NULL)
		unit_fatal("malloc", "no memory");
	memcpy(copy, whole + p.off, p.n);
	e = frag_add(f, &key, p.off, slice_of(copy, p.n), p.last, cut, frame,
	    t, out);
	free(copy);
	return e;
}

static size_t
cut_up(struct piece *p, size_t n, size_t unit, size_t most)
{
	size_t count = 0, off = 0, len;

	do {
		len = unit * (1 + rnd((uint32_t)most));
		if (count == PIECES_MAX - 1 || len > n - off)
			len = n - off;
		p[count].off = off;
		p[count].n = len;
		off += len;
		p[count++].last = off == n;
	} while (off < n);
	return count;
}

static void
shuffle(struct piece *p, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = rnd((uint32_t)i);
		struct piece t = p[i - 1];

		p[i - 1] = p[j];
		p[j] = t;
	}
}

/* Up to a hundred pieces more that lie over the others, in front of them. */
static size_t
add_overlaps(struct piece *p, size_t count, size_t n)
{
	size_t extra = 1 + rnd(100);

	if (count + extra > PIECES_MAX)
		return count;
	for (size_t i = 0; i < extra; i++) {
		p[count].off = rnd((uint32_t)n + 1);
		p[count].n = rnd((uint32_t)(n - p[count].off) + 1);
		if (p[count].n > n / 50)
			p[count].n = n / 50;
		p[count].last = p[count].off + p[count].n == n && rnd(2);
		count++;
	}
	return count;
}

/* Coverage counted octet by octet, which is not how frag does it. */
static bool
covers(uint8_t *map, size_t *have, struct piece p)
{
	for (size_t i = p.off; i < p.off + p.n; i++) {
		*have += !map[i];
		map[i] = 1;
	}
	return true;
}

static void
one_random(struct frag *f, uint32_t key, const uint8_t *whole, size_t n,
    struct piece *p)
{
	static uint8_t map[65536];
	struct frag_datagram out;
	size_t count, have = 0, i;
	bool last = false;
	int e = 0, want = 0;

	memset(map, 0, n);
	count = cut_up(p, n, rnd(4) ? 8 : 1, 1 + rnd(rnd(2) ? 4 : 400));
	if (rnd(2))
		count = add_overlaps(p, count, n);
	shuffle(p, count);
	for (i = 0; i < count && e == 0; i++) {
		covers(map, &have, p[i]);
		last = last || p[i].last;
		want = last && have == n;
		e = add(f, key, whole, p[i], false, i + 1, 1, &out);
		if (!CHECK_EACH(e == want, "piece %zu of %zu of %zu octets: "
		    "%d", i, count, n, e))
			return;
	}
	CHECK_EACH(out.data.n == n && memcmp(out.data.p, whole, n) == 0,
	    "the same %zu octets", n);
	CHECK_EACH(!out.cut && out.missing == 0 && out.frames.count == i &&
	    memcmp(out.key, &key, 4) == 0, "frames and key");
}

static void
test_random(void)
{
	static uint8_t whole[65536];
	static struct piece p[PIECES_MAX];
	struct frag *f = new_frag();

	for (size_t i = 0; i < sizeof(whole); i++)
		whole[i] = (uint8_t)rnd(256);
	for (uint32_t i = 0; i < 1500; i++) {
		size_t n = 1 + rnd(rnd(3) ? 3000 : 65535);

		one_random(f, i, whole, n, p);
	}
	one_random(f, 1, whole, 1, p);
	one_random(f, 2, whole, 65535, p);
	frag_flush(f);
	CHECK_INT(seen.calls, 0, "all of 1502 random datagrams are complete");
	CHECK_INT(frag_evicted(f), 0, "and none was evicted");
	frag_free(f);
}

/* Many at once, their fragments mixed. */
static void
test_mixed(void)
{
	enum { N = 100, EACH = 10, LEN = 800 };
	static uint8_t whole[N][LEN];
	static struct piece p[N * EACH];
	struct frag_datagram out;
	struct frag *f = new_frag();
	int done = 0, same = 0;

	for (size_t i = 0; i < N * EACH; i++) {
		p[i].n = i;	/* datagram and place in it */
		for (size_t j = 0; j < LEN / EACH; j++)
			whole[i / EACH][i % EACH * (LEN / EACH) + j] =
			    (uint8_t)rnd(256);
	}
	shuffle(p, N * EACH);
	for (size_t i = 0; i < N * EACH; i++) {
		uint32_t key = (uint32_t)(p[i].n / EACH);
		size_t at = p[i].n % EACH;
		struct piece q = { at * (LEN / EACH), LEN / EACH,
		    at == EACH - 1 };

		if (add(f, key, whole[key], q, false, i, i, &out) != 1)
			continue;
		done++;
		same += out.data.n == LEN &&
		    memcmp(out.data.p, whole[key], LEN) == 0;
	}
	CHECK_INT(done, N, "datagrams complete");
	CHECK_INT(same, N, "datagrams right");
	frag_free(f);
}

static void
test_overlap(void)
{
	struct frag *f = new_frag();
	struct frag_datagram out;
	uint8_t a[64], b[64], c[64];

	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	memset(c, 'c', sizeof(c));
	CHECK_INT(add(f, 1, a, (struct piece){ 8, 8, false }, false, 1, 1,
	    &out), 0, "octets 8 to 16");
	CHECK_INT(add(f, 1, b, (struct piece){ 4, 8, false }, false, 2, 1,
	    &out), 0, "octets 4 to 12, four of them there");
	CHECK_INT(add(f, 1, a, (struct piece){ 20, 4, true }, false, 3, 1,
	    &out), 0, "octets 20 to 24, the last");
	CHECK_INT(add(f, 1, a, (struct piece){ 8, 8, false }, false, 4, 1,
	    &out), 0, "octets 8 to 16 again");
	CHECK_INT(add(f, 1, c, (struct piece){ 0, 24, true }, false, 5, 1,
	    &out), 1, "all octets fill the holes");
	CHECK_STR(out.data, "ccccbbbbaaaaaaaaccccaaaa", "the first ones stay");
	CHECK_INT(out.frames.count, 5, "frames");
	frag_free(f);
}

static void
test_length(void)
{
	struct frag *f = new_frag();
	struct frag_datagram out;
	static uint8_t a[65536];
	uint32_t k = 9;

	CHECK_INT(add(f, 1, a, (struct piece){ 100, 20, true }, false, 1, 1,
	    &out), 0, "the last, up to 120");
	CHECK_INT(add(f, 1, a, (struct piece){ 100, 10, true }, false, 2, 1,
	    &out), ERR_RANGE, "another last, up to 110");
	CHECK_INT(add(f, 1, a, (struct piece){ 100, 30, true }, false, 2, 1,
	    &out), ERR_RANGE, "another last, up to 130");
	CHECK_INT(add(f, 1, a, (struct piece){ 120, 8, false }, false, 2, 1,
	    &out), ERR_RANGE, "octets behind the end");
	CHECK_INT(add(f, 1, a, (struct piece){ 0, 100, false }, false, 3, 1,
	    &out), 1, "the rest");
	CHECK_INT(out.data.n, 120, "octets");
	CHECK_INT(out.frames.count, 2, "refused frames are not of it");
	CHECK_INT(add(f, 2, a, (struct piece){ 64, 64, false }, false, 1, 1,
	    &out), 0, "up to 128");
	CHECK_INT(add(f, 2, a, (struct piece){ 0, 64, true }, false, 1, 1,
	    &out), ERR_RANGE, "a last one up to 64");
	CHECK_INT(frag_add(f, &k, 65528, slice_of(a, 8), true, false, 1, 1,
	    &out), ERR_RANGE, "up to 65536");
	CHECK_INT(frag_add(f, &k, SIZE_MAX, slice_of(a, 8), true, false, 1, 1,
	    &out), ERR_RANGE, "an absurd offset");
	CHECK_INT(frag_add(f, &k, 65528, slice_of(a, 7), true, false, 1, 1,
	    &out), 0, "up to 65535");
	frag_free(f);
}

static void
test_empty(void)
{
	struct frag *f = new_frag();
	struct frag_datagram out;
	uint8_t a[16] = "0123456789abcde";
	uint32_t k = 3;

	CHECK_INT(frag_add(f, &k, 8, slice_of(NULL, 0), false, false, 1, 1,
	    &out), 0, "no octets, more to come");
	CHECK_INT(add(f, 3, a, (struct piece){ 0, 8, false }, false, 2, 1,
	    &out), 0, "octets 0 to 8");
	CHECK_INT(frag_add(f, &k, 8, slice_of(NULL, 0), true, false, 3, 1,
	    &out), 1, "no octets, the last");
	CHECK_STR(out.data, "01234567", "complete");
	CHECK_INT(frag_add(f, &k, 0, slice_of(NULL, 0), true, false, 4, 1,
	    &out), 1, "nothing at all is complete");
	CHECK_INT(out.data.n, 0, "and empty");
	frag_free(f);
}

static void
test_cut(void)
{
	struct frag *f = new_frag();
	struct frag_datagram out;
	uint8_t a[64];

	memset(a, 'a', sizeof(a));
	CHECK_INT(add(f, 1, a, (struct piece){ 32, 10, true }, true, 1, 1,
	    &out), 0, "the last one, cut");
	CHECK_INT(add(f, 1, a, (struct piece){ 0, 32, false }, false, 2, 1,
	    &out), 1, "and the first");
	CHECK(out.cut && out.data.n == 42, "end where the octets do, cut");
	CHECK_INT(add(f, 1, a, (struct piece){ 32, 10, true }, true, 1, 1,
	    &out), 0, "the last one, cut");
	CHECK_INT(add(f, 1, a, (struct piece){ 32, 16, true }, false, 2, 1,
	    &out), 0, "the last one again, whole");
	CHECK_INT(add(f, 1, a, (struct piece){ 0, 32, false }, false, 3, 1,
	    &out), 1, "and the first");
	CHECK(!out.cut && out.data.n == 48, "is whole");
	CHECK_INT(add(f, 5, a, (struct piece){ 0, 20, false }, true, 7, 1,
	    &out), 0, "the first one, cut");
	CHECK_INT(add(f, 5, a, (struct piece){ 32, 8, true }, false, 8, 1,
	    &out), 0, "and the last");
	CHECK_INT(seen.calls, 0, "nothing given up yet");
	frag_flush(f);
	CHECK_INT(seen.calls, 1, "given up");
	CHECK(seen.cut && seen.n == 20 && seen.missing == 12 &&
	    seen.key == 5 && seen.frames == 2 && seen.frame == 7,
	    "20 octets up to the hole, 12 missing");
	frag_flush(f);
	CHECK_INT(seen.calls, 1, "once only");
	frag_free(f);
}

static void
test_expire(void)
{
	struct frag *f = new_frag();
	struct frag_datagram out;
	uint8_t a[16] = "0123456789abcde";

	CHECK_INT(add(f, 1, a, (struct piece){ 0, 8, false }, false, 1, 1000,
	    &out), 0, "datagram 1");
	CHECK_INT(add(f, 2, a, (struct piece){ 8, 8, false }, false, 2, 2000,
	    &out), 0, "datagram 2");
	frag_expire(f, 1000 + FRAG_AGE_NS);
	CHECK_INT(seen.calls, 0, "not yet old");
	frag_expire(f, 1001 + FRAG_AGE_NS);
	CHECK(seen.calls == 1 && seen.key == 1 && seen.n == 8, "1 is old");
	CHECK_INT(add(f, 2, a, (struct piece){ 8, 8, false }, false, 3,
	    5000 + FRAG_AGE_NS, &out), 0, "2 is touched");
	frag_expire(f, 5000 + FRAG_AGE_NS);
	CHECK_INT(seen.calls, 1, "and stays");
	frag_free(f);
	CHECK_INT(seen.calls, 1, "frag_free gives nothing up");
}

static void
test_bounds(void)
{
	struct frag *f = new_frag();
	struct frag_datagram out;
	static uint8_t a[65536];
	uint32_t i;

	for (i = 0; i < FRAG_DATAGRAMS + 5; i++)
		if (add(f, i, a, (struct piece){ 0, 8, false }, false, i, i,
		    &out) != 0)
			break;
	CHECK_INT(i, FRAG_DATAGRAMS + 5, "added");
	CHECK(seen.calls == 5 && seen.key == 4 && frag_evicted(f) == 5,
	    "the five oldest are given up when the table is full");
	frag_flush(f);
	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < 300; i++)
		if (add(f, i, a, (struct piece){ 65000, 8, false }, false, i,
		    i, &out) != 0)
			break;
	CHECK_INT(i, 300, "added far from their start");
	CHECK(seen.calls >= 300 - 128 && seen.key == (uint32_t)seen.calls - 1,
	    "%d oldest are given up for their octets", seen.calls);
	CHECK_INT(frag_evicted(f), 5 + seen.calls, "and counted");
	frag_free(f);
}

static void
test_frames(void)
{
	struct frag_frames f = { 0 };
	uint64_t most = 0;
	bool ascending = true;

	frag_frames_add(&f, 5);
	frag_frames_add(&f, 3);
	frag_frames_add(&f, 5);
	frag_frames_add(&f, 3);
	frag_frames_add(&f, 4);
	CHECK(f.count == 3 && f.frame[0] == 3 && f.frame[1] == 4 &&
	    f.frame[2] == 5, "frames ascend, once each");
	memset(&f, 0, sizeof(f));
	for (uint64_t i = 200; i > 0; i--)
		frag_frames_add(&f, i);
	for (size_t i = 0; i < FRAG_FRAMES; i++) {
		ascending = ascending && f.frame[i] > most;
		most = f.frame[i];
	}
	CHECK(f.count == 200 && ascending && most == FRAG_FRAMES,
	    "the first %d of 200 are kept", FRAG_FRAMES);
}

/* Octets in fragments of eight, every second one first, then shuffled. */
static void
test_worst(void)
{
	static uint8_t whole[65536];
	static struct piece p[PIECES_MAX];
	struct frag_datagram out;
	struct frag *f = new_frag();
	clock_t start = clock();
	int e = 0;

	for (int round = 0; round < 2; round++) {
		size_t count = cut_up(p, 65535, 8, 1), n = 0;

		if (round == 1)
			shuffle(p, count);
		for (size_t odd = 0; odd < 2; odd++)
			for (size_t i = odd; i < count; i += 2, n++)
				e = add(f, 1 + round, whole, p[i], false, n, 1,
				    &out);
		CHECK(e == 1 && out.data.n == 65535, "8192 fragments");
	}
	printf("# %.1f ms\n", (double)(clock() - start) * 500 /
	    CLOCKS_PER_SEC);
	frag_free(f);
}

int
main(void)
{
	test_random();
	test_mixed();
	test_overlap();
	test_length();
	test_empty();
	test_cut();
	test_expire();
	test_bounds();
	test_frames();
	test_worst();
	frag_free(NULL);
	return unit_end();
}
