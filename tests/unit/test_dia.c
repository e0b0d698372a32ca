/* test_dia: Cx MAA of a capture, cut and flipped, and frames that are not. */
#include "dia.h"
#include "err.h"
#include "unit.h"

struct seen {
	int		 count;
	struct slice	 in;
	bool		 outside;
	struct dia_vector v;
};

static bool
inside(struct slice s, struct slice in)
{
	return s.n == 0 || (s.p >= in.p && s.n <= in.n &&
	    (size_t)(s.p - in.p) <= in.n - s.n);
}

static void
see(const struct dia_vector *v, void *arg)
{
	struct seen *seen = arg;

	seen->count++;
	seen->v = *v;
	if (!inside(v->user_name, seen->in) || !inside(v->scheme, seen->in) ||
	    !inside(v->authenticate, seen->in) ||
	    !inside(v->authorization, seen->in) ||
	    !inside(v->ck, seen->in) || !inside(v->ik, seen->in))
		seen->outside = true;
}

/* captures/lab/ims/call.keys.json, vectors[0] and [1] */
static const struct {
	const char	*impi, *rand, *autn, *xres, *ck, *ik;
} want[2] = {
	{ "001010000000001@ims.mnc001.mcc001.3gppnetwork.org",
	    "9324472d9ac9c8940986942d0c8ea5c6",
	    "a68f1a9869f080005def5d1b105b87ff", "f9d425a6028d795e",
	    "b1c53420065c6dce7c5d6ceb392a98a9",
	    "87d0fbe0f90112a1f2b58362476a8828" },
	{ "001010000000002@ims.mnc001.mcc001.3gppnetwork.org",
	    "eb39bc87d5bbd5d884caffb50c4d4af0",
	    "5307e67610958000244c22155e467639", "0c5f86525f04afb6",
	    "d4c385f5c18d9dd0f8f95559ba0d7f92",
	    "a93bc8dfd67dd6e2065c1fd95d8345b4" },
};

static void
test_maa(struct slice in, size_t i)
{
	struct seen seen = { .in = in };

	CHECK_INT(dia_frame(in), in.n, "MAA %zu: length", i);
	CHECK_INT(dia_vectors(in, see, &seen), 1, "MAA %zu: one vector", i);
	if (!CHECK_INT(seen.count, 1, "MAA %zu: one call", i) ||
	    !CHECK_INT(seen.v.authenticate.n, 32, "MAA %zu: RAND AUTN", i))
		return;
	CHECK_STR(seen.v.user_name, want[i].impi, "MAA %zu: IMPI", i);
	CHECK_STR(seen.v.scheme, "Digest-AKAv1-MD5", "MAA %zu: scheme", i);
	CHECK_HEX(seen.v.authenticate.p, 16, want[i].rand, "MAA %zu: RAND", i);
	CHECK_HEX(seen.v.authenticate.p + 16, 16, want[i].autn,
	    "MAA %zu: AUTN", i);
	CHECK_HEX(seen.v.authorization.p, seen.v.authorization.n,
	    want[i].xres, "MAA %zu: XRES", i);
	CHECK_HEX(seen.v.ck.p, seen.v.ck.n, want[i].ck, "MAA %zu: CK", i);
	CHECK_HEX(seen.v.ik.p, seen.v.ik.n, want[i].ik, "MAA %zu: IK", i);
}

static void
set_length(uint8_t *p, size_t n)
{
	p[1] = (uint8_t)(n >> 16);
	p[2] = (uint8_t)(n >> 8);
	p[3] = (uint8_t)n;
}

/* Every prefix, as it is and with the header's length made to fit. */
static void
test_prefixes(struct slice in)
{
	struct seen seen = { 0 };
	uint8_t *p;
	int e;

	for (size_t n = 0; n < in.n; n++) {
		p = unit_edge(in.p, n);
		seen.in = slice_of(p, n);
		CHECK_EACH(dia_frame(seen.in) == ERR_MORE, "prefix %zu", n);
		CHECK_EACH(dia_vectors(seen.in, see, &seen) == ERR_FORMAT,
		    "vectors of prefix %zu", n);
		if (n >= 4) {
			set_length(p, n);
			e = dia_vectors(seen.in, see, &seen);
			CHECK_EACH(e >= 0 || e == ERR_FORMAT,
			    "short message %zu: %d", n, e);
		}
		unit_edge_free(p, n);
	}
	CHECK(!seen.outside, "slices of prefixes lie inside");
}

static void
test_flips(struct slice in)
{
	struct seen seen = { 0 };
	uint8_t *p = unit_edge(in.p, in.n);
	uint8_t was;
	int e;

	seen.in = slice_of(p, in.n);
	for (size_t i = 0; i < in.n; i++) {
		was = p[i];
		for (int v = 0; v < 256; v++) {
			p[i] = (uint8_t)v;
			e = dia_vectors(seen.in, see, &seen);
			CHECK_EACH(e >= 0 || e == ERR_FORMAT,
			    "octet %zu is %d: %d", i, v, e);
		}
		p[i] = was;
	}
	CHECK(!seen.outside, "slices of flipped messages lie inside");
	unit_edge_free(p, in.n);
}

static void
test_frame(void)
{
	static const struct {
		const char	*name;
		int		 want;
		uint8_t		 in[20];
	} cases[] = {
		{ "shortest", 20, { 1, 0, 0, 20, 0x80, 0, 1, 24 } },
		{ "version 2", ERR_FORMAT, { 2, 0, 0, 20, 0x80, 0, 1, 24 } },
		{ "below header", ERR_FORMAT, { 1, 0, 0, 16, 0x80, 0, 1, 24 } },
		{ "not of four", ERR_FORMAT, { 1, 0, 0, 22, 0x80, 0, 1, 24 } },
		{ "reserved", ERR_FORMAT, { 1, 0, 0, 20, 0x81, 0, 1, 24 } },
		{ "command 259", ERR_FORMAT, { 1, 0, 0, 20, 0x80, 0, 1, 3 } },
		{ "command 65584", ERR_FORMAT, { 1, 0, 0, 20, 0, 1, 1, 47 } },
		{ "S6a", 20, { 1, 0, 0, 20, 0x80, 0, 1, 0x3e } },
		{ "more to come", ERR_MORE, { 1, 0, 1, 0, 0x80, 0, 1, 24 } },
		{ "2^24 - 4", ERR_MORE, { 1, 255, 255, 252, 0, 0, 1, 24 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_INT(dia_frame(slice_of(cases[i].in, 20)), cases[i].want,
		    "frame: %s", cases[i].name);
	CHECK_INT(dia_frame(slice_str("REGISTER sip:a SIP/2.0")), ERR_FORMAT,
	    "SIP is not Diameter");
	CHECK_INT(dia_frame(slice_of(NULL, 0)), ERR_MORE, "nothing");
	CHECK_INT(dia_frame(slice_of(cases[5].in, 7)), ERR_MORE,
	    "may still be a command");
	CHECK_INT(dia_frame(slice_of(cases[6].in, 6)), ERR_FORMAT,
	    "cannot become a command");
}

/* A vector of a MAA taken out of it and appended once more. */
static void
test_two(struct slice in)
{
	struct seen seen = { 0 };
	size_t at = slice_find(in, slice_of("\0\0\2\144", 4));
	struct slice item = slice_sub(in, at, 176);
	uint8_t *p;

	if (!CHECK_INT(item.n, 176, "SIP-Auth-Data-Item found"))
		return;
	if ((p = malloc(in.n + item.n)) == NULL)
		unit_fatal("memory", "test_two");
	memcpy(p, in.p, in.n);
	memcpy(p + in.n, item.p, item.n);
	seen.in = slice_of(p, in.n + item.n);
	CHECK_INT(dia_vectors(seen.in, see, &seen), ERR_FORMAT,
	    "octets behind the message");
	set_length(p, seen.in.n);
	CHECK_INT(dia_vectors(seen.in, see, &seen), 2, "two vectors");
	CHECK(seen.count == 2 && !seen.outside, "both were seen");
	p[in.n + item.n - 21] ^= 0x10;	/* length of the last AVP inside */
	seen.count = 0;
	CHECK_INT(dia_vectors(seen.in, see, &seen), ERR_FORMAT, "second bad");
	CHECK_INT(seen.count, 0, "then the first is not told either");
	free(p);
}

static struct slice
line_octets(struct slice *file, uint8_t *out, size_t cap)
{
	struct slice line;
	int n;

	do {
		line = slice_cut(file, '\n');
	} while (file->n > 0 && slice_starts(line, "#"));
	if ((n = slice_hex(line, out, cap)) <= 0)
		unit_fatal("bad line", "cx_maa.hex");
	return slice_of(out, (size_t)n);
}

int
main(void)
{
	uint8_t out[1024], *file;
	struct slice in, text;
	struct seen seen = { 0 };
	size_t n;

	file = unit_file("../cx_maa.hex", &n);
	text = slice_of(file, n);
	for (size_t i = 0; i < 2; i++) {
		in = line_octets(&text, out, sizeof(out));
		test_maa(in, i);
	}
	test_prefixes(in);
	test_flips(in);
	test_two(in);
	in = line_octets(&text, out, sizeof(out));
	CHECK_INT(dia_frame(in), in.n, "MAR: length");
	CHECK_INT(dia_vectors(in, see, &seen), 0, "MAR is no MAA");
	test_frame();
	free(file);
	return unit_end();
}
