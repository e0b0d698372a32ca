/*
 * test_rec_fast: lines read without jansson: which, that they are the same with
 * it, and that all others are left to it.
 */
#include "unit.h"

#include "../fuzz/rec_both.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* One of each type, with all that a line can have. */
static const char *const lines[] = {
	"{\"type\":\"sip\",\"time\":\"1700000000.000000042\",\"file\":\"a\","
	    "\"frame\":7,\"frames\":[5,6,7],\"src\":\"10.0.0.1\","
	    "\"sport\":5060,\"dst\":\"2001:db8::1\",\"dport\":5062,"
	    "\"transport\":\"udp\",\"method\":\"OPTIONS\",\"call_id\":\"1\","
	    "\"cut\":true,\"duplicate\":false,\"protection\":{\"spi\":4097,"
	    "\"seq\":1,\"alg\":\"hmac-sha-1-96\",\"ealg\":\"null\","
	    "\"icv\":\"ok\"},\"message\":\"OPTIONS sip:a SIP/2.0\\r\\n"
	    "Call-ID: 1\\r\\nX: \\\"\\\\\\t\\b\\f\\u0000\\u001f\xc3\xa4\\r\\n"
	    "\\r\\n\"}",
	"{\"type\":\"sip\",\"message_b64\":\"/w==\"}",
	"{\"type\":\"packet\",\"frame\":1,\"packet\":\"4500\"}",
	"{\"type\":\"esp\",\"frame\":3,\"src\":\"10.0.0.1\",\"spi\":1,"
	    "\"seq\":2,\"len\":100,\"reason\":\"auth\",\"icv\":\"bad\"}",
	"{\"type\":\"gap\",\"frame\":3,\"octets\":9007199254740991}",
	"{\"type\":\"sa\",\"impi\":\"a\\\"b\",\"src\":\"10.0.0.1\",\"spi\":1,"
	    "\"mode\":\"trans\",\"alg\":\"hmac-sha-1-96\",\"ealg\":\"null\","
	    "\"auth_key\":\"000102030405060708090a0b0c0d0e0f10111213\","
	    "\"state\":\"active\",\"role\":\"uc->ps\",\"seq\":5}",
	"{\"type\":\"vector\",\"impi\":\"a\","
	    "\"rand\":\"000102030405060708090a0b0c0d0e0f\","
	    "\"autn\":\"000102030405060708090a0b0c0d0e0f\","
	    "\"xres\":\"0001020304050607\",\"sqn\":\"000000000001\"}",
};

/* The same for both readers, and jansson is needed or not, as FAST says. */
static bool
is(struct slice line, bool fast, bool quiet)
{
	uint8_t *p = unit_edge(line.p, line.n);
	bool was, same = both_same(slice_of(p, line.n), &was);

	unit_edge_free(p, line.n);
	if (quiet)
		return CHECK_EACH(same, "%.*s", (int)line.n,
		    (const char *)line.p);
	return CHECK(same && was == fast, "%s: %.*s",
	    fast ? "fast" : "jansson", (int)line.n, (const char *)line.p);
}

/* What is nearly of that form: jansson's, good or bad. */
static void
test_others(void)
{
	static const char *const other[] = {
		"", "{", "{}", "{\"type\":\"sip\"", "{\"type\":\"sip\",}",
		" {\"type\":\"sip\",\"message\":\"a\"}",
		"{\"type\":\"sip\",\"message\":\"a\"}\r",
		"{\"type\": \"sip\",\"message\":\"a\"}",
		"{\"type\":\"sip\" ,\"message\":\"a\"}",
		"{\"message\":\"a\",\"type\":\"sip\"}",
		"{\"type\":\"sip\",\"message\":\"a\",\"message\":\"b\"}",
		"{\"type\":\"sip\",\"message\":\"a\",\"x\":null}",
		"{\"type\":\"sip\",\"message\":\"a\",\"x\":[]}",
		"{\"type\":\"sip\",\"message\":\"a\",\"x\":[\"a\"]}",
		"{\"type\":\"sip\",\"message\":\"a\",\"x\":{}}",
		"{\"type\":\"sip\",\"message\":\"a\",\"x\":{\"y\":1},"
		    "\"z\":{\"y\":1}}",
		"{\"type\":\"sip\",\"message\":\"a\",\"x\":{\"y\":{\"z\":1}}}",
		"{\"type\":\"sip\",\"message\":\"\\u00e4\"}",
		"{\"type\":\"sip\",\"message\":\"\\u000G\"}",
		"{\"type\":\"sip\",\"message\":\"\\/\"}",
		"{\"type\":\"sip\",\"message\":\"\\x\"}",
		"{\"type\":\"sip\",\"message\":\"a\tb\"}",
		"{\"type\":\"sip\",\"message\":\"\xff\"}",
		"{\"type\":\"sip\",\"message\":\"\xed\xa0\x80\"}",
		"{\"type\":\"sip\",\"message\":\"a\",\"frame\":-1}",
		"{\"type\":\"sip\",\"message\":\"a\",\"frame\":01}",
		"{\"type\":\"sip\",\"message\":\"a\",\"frame\":1.0}",
		"{\"type\":\"sip\",\"message\":\"a\",\"frame\":1e3}",
		"{\"type\":\"sip\",\"message\":\"a\","
		    "\"frame\":1234567890123456789}",
		"{\"type\":\"sip\",\"message\":\"a\",\"\\u0061\":1}",
		"{\"type\":\"subscriber\",\"impi\":\"a\"}",
		"{\"type\":\"sip2\",\"message\":\"a\"}",
	};

	for (size_t i = 0; i < N(other); i++)
		(void)is(slice_str(other[i]), false, false);
}

/* Of that form, but wrong: both say the same of it. */
static void
test_wrong(void)
{
	static const char *const wrong[] = {
		"{\"type\":\"sip\"}",
		"{\"type\":\"sip\",\"message\":1}",
		"{\"type\":\"sip\",\"message\":\"a\",\"message_b64\":\"YQ\"}",
		"{\"type\":\"sip\",\"message_b64\":\"%\"}",
		"{\"type\":\"sip\",\"message\":\"a\",\"frame\":\"1\"}",
		"{\"type\":\"sip\",\"message\":\"a\",\"sport\":65536}",
		"{\"type\":\"sip\",\"message\":\"a\",\"cut\":1}",
		"{\"type\":\"sip\",\"message\":\"a\",\"frames\":1}",
		"{\"type\":\"sip\",\"message\":\"a\",\"protection\":true}",
		"{\"type\":\"sip\",\"message\":\"a\","
		    "\"protection\":{\"seq\":1}}",
		"{\"type\":\"sip\",\"message\":\"a\","
		    "\"protection\":{\"spi\":1,\"icv\":\"x\"}}",
		"{\"type\":\"sip\",\"message\":\"a\",\"time\":\"x\"}",
		"{\"type\":\"packet\",\"packet\":\"4\"}",
		"{\"type\":\"esp\",\"spi\":\"0x10\",\"reason\":\"nosa\"}",
		"{\"type\":\"esp\",\"spi\":4294967296,\"reason\":\"nosa\"}",
		"{\"type\":\"sa\",\"spi\":0,\"alg\":\"null\"}",
		"{\"type\":\"vector\",\"rand\":\"00\"}",
		"{\"type\":\"vector\",\"nonce\":\"AAAA\"}",
	};

	for (size_t i = 0; i < N(wrong); i++)
		(void)is(slice_str(wrong[i]), true, false);
}

/* Every prefix, and every octet made another, dropped, and doubled. */
static void
test_mutated(struct slice line)
{
	static const uint8_t to[] = {
		'"', '\\', '{', '}', '[', ']', ',', ':', '0', '9', 'u', 'x',
		'-', '.', ' ', '\0', '\n', 0x7f, 0xc3, 0xff,
	};
	uint8_t other[2048];

	if (!CHECK_EACH(line.n < sizeof(other), "line of %zu", line.n))
		return;
	for (size_t i = 0; i < line.n; i++) {
		(void)is(slice_sub(line, 0, i), false, true);
		memcpy(other, line.p, line.n);
		for (size_t k = 0; k < N(to); k++) {
			other[i] = to[k];
			(void)is(slice_of(other, line.n), false, true);
		}
		memcpy(other + i, line.p + i + 1, line.n - i - 1);
		(void)is(slice_of(other, line.n - 1), false, true);
		memcpy(other + i, line.p + i, 1);
		memcpy(other + i + 1, line.p + i, line.n - i);
		(void)is(slice_of(other, line.n + 1), false, true);
	}
	CHECK(true, "mutated: %.40s", (const char *)line.p);
}

/* Each of the lines of a file. */
static void
test_file(const char *file)
{
	size_t n;
	uint8_t *p = unit_file(file, &n);
	struct slice rest = slice_of(p, n), line;
	bool fast, same = true;

	while (rest.n > 0) {
		line = slice_cut(&rest, '\n');
		same = both_same(line, &fast) && same;
	}
	CHECK(same, "%s", file);
	free(p);
}

/* More fields than there is room for. */
static void
test_many(void)
{
	struct buf b;

	buf_init(&b, 0);
	buf_str(&b, "{\"type\":\"sip\",\"message\":\"a\"");
	for (int i = 3; i <= 32; i++)
		buf_printf(&b, ",\"x%d\":%d", i, i);
	buf_u8(&b, '}');
	(void)is(buf_slice(&b), true, false);
	b.n--;
	buf_str(&b, ",\"x\":1}");
	(void)is(buf_slice(&b), false, false);
	buf_free(&b);
}

int
main(void)
{
	for (size_t i = 0; i < N(lines); i++)
		(void)is(slice_str(lines[i]), true, false);
	test_others();
	test_wrong();
	for (size_t i = 0; i < N(lines); i++)
		test_mutated(slice_str(lines[i]));
	test_many();
	test_file("../rules/clean.jsonl");
	test_file("../lab/call.keys.jsonl");
	return unit_end();
}
