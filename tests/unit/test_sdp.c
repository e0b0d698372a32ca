/* test_sdp: lines of session descriptions, and where a SIP body has them. */
#include "unit.h"

#include "sdp.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static struct slice
edge(const char *text)
{
	size_t n = strlen(text);

	return slice_of(unit_edge(text, n), n);
}

static void
edge_free(struct slice s)
{
	unit_edge_free((uint8_t *)(uintptr_t)s.p, s.n);
}

/* Lines as "type media value|". */
static const struct {
	const char	*in, *want;
} bodies[] = {
	{ "v=0\r\no=- 1 1 IN IP4 10.55.0.12\r\nm=audio 49152 RTP/AVP 96\r\n"
	    "a=rtpmap:96 AMR/8000\r\nm=video 3227 RTP/AVP 31\r\na=sendrecv\r\n",
	    "v -1 0|o -1 - 1 1 IN IP4 10.55.0.12|m 0 audio 49152 RTP/AVP 96|"
	    "a 0 rtpmap:96 AMR/8000|m 1 video 3227 RTP/AVP 31|a 1 sendrecv|" },
	{ "s= a \ni=\nt=0 0", "s -1  a |i -1 |t -1 0 0|" },
	{ "m =video 3227\r\n\r\n=a\r\na\r\n1=x\r\n s=\r\na=b", "a -1 b|" },
	{ "s=a\rb\r\r\n", "s -1 a\rb\r|" },
	{ "", "" },
	{ "\n", "" },
	{ "a", "" },
	{ "a=", "a -1 |" },
};

static void
test_lines(void)
{
	for (size_t i = 0; i < N(bodies); i++) {
		struct slice e = edge(bodies[i].in);
		struct sdp_iter it;
		struct sdp_line line;
		char out[512];
		size_t n = 0;

		sdp_iter_init(&it, e);
		while (sdp_next(&it, &line))
			n += (size_t)snprintf(out + n, sizeof(out) - n,
			    "%c %d %.*s|", line.type, line.media,
			    (int)line.value.n, (const char *)line.value.p);
		CHECK_STR(slice_of(out, n), bodies[i].want, "lines %zu", i);
		edge_free(e);
	}
}

static void
test_attr(void)
{
	struct sdp_line line = { 'a', slice_str("crypto:1 AES_CM inline:x"),
	    0 };
	struct slice v;

	CHECK(sdp_attr(&line, "crypto", &v) &&
	    slice_is(v, "1 AES_CM inline:x"), "value behind the first colon");
	CHECK(!sdp_attr(&line, "crypt", &v), "not a part of the name");
	CHECK(!sdp_attr(&line, "Crypto", &v), "case counts (RFC 8866 5.13)");
	line.value = slice_str("sendrecv");
	CHECK(sdp_attr(&line, "sendrecv", &v) && v.n == 0, "no value");
	line.type = 'm';
	CHECK(!sdp_attr(&line, "sendrecv", &v), "no attribute line");
}

#define TWO	"preamble\r\n--b\r\nContent-Type: text/plain\r\n\r\nv=1\r\n" \
		"--bb\r\n--b \r\ncontent-type :\r\n application/sdp;x\r\n" \
		"Content-Length: 5\r\n\r\nv=0\r\ns=-\r\n--b--\r\nv=2\r\n"
static const struct {
	const char	*type, *body, *want;
} finds[] = {
	{ "application/sdp", "v=0\r\n", "v=0\r\n" },
	{ " Application/SDP ; charset=x", "v=0", "v=0" },
	{ "application/sdpx", "v=0", NULL },
	{ "", "v=0", NULL },
	{ "text/plain;boundary=b", TWO, NULL },
	{ "multipart/mixed;boundary=b", TWO, "v=0\r\ns=-" },
	{ "Multipart/Mixed; a; x=\"boundary=c;\" ; Boundary = \"b\"", TWO,
	    "v=0\r\ns=-" },
	{ "multipart/mixed;boundary=bb", TWO,
	    "v=0\r\ns=-\r\n--b--\r\nv=2" },
	{ "multipart/mixed;boundary=\"\"", TWO, NULL },
	{ "multipart/mixed;boundary", TWO, NULL },
	{ "multipart/mixed", TWO, NULL },
	{ "multipart/mixed;boundary=b", "--b\nContent-Type:application/sdp\n\n"
	    "v=0\n--b\n\nx\n--b--", "v=0" },
	{ "multipart/mixed;boundary=b", "--b\r\n\r\nv=1\r\n--b\r\n"
	    "Content-Type: application/sdp\r\n\r\nv=0", "v=0" },
	{ "multipart/mixed;boundary=b", "--b--\r\n--b\r\n"
	    "Content-Type: application/sdp\r\n\r\nv=0", NULL },
	{ "multipart/mixed;boundary=a", "--a\r\nContent-Type: multipart/x;"
	    "boundary=b\r\n\r\n" TWO "--a--\r\n", "v=0\r\ns=-" },
	{ "multipart/mixed;boundary=b", "--b\r\nContent-Type: application/sdp"
	    "\r\n--b--", "" },
};

static void
test_find(void)
{
	for (size_t i = 0; i < N(finds); i++) {
		struct slice type = edge(finds[i].type);
		struct slice body = edge(finds[i].body), sdp;
		bool found = sdp_find(type, body, &sdp);

		CHECK(found == (finds[i].want != NULL), "find %zu", i);
		if (found && finds[i].want != NULL)
			CHECK_STR(sdp, finds[i].want, "find %zu", i);
		for (size_t n = 0; n < body.n; n++) {
			struct slice e = slice_of(unit_edge(body.p, n), n);

			if (sdp_find(type, e, &sdp))
				CHECK_EACH(sdp.p >= e.p && sdp.p + sdp.n <=
				    e.p + e.n, "find %zu: in %zu", i, n);
			edge_free(e);
		}
		edge_free(type);
		edge_free(body);
	}
}

int
main(void)
{
	test_lines();
	test_attr();
	test_find();
	return unit_end();
}
