/* test_rec_aka: vectors and answers written and read; lines changed; sets. */
#include "unit.h"

#include "err.h"
#include "rec.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static char error[REC_ERROR_TEXT];

static void
octets(const char *hex, uint8_t *out, size_t cap)
{
	if (slice_hex(slice_str(hex), out, cap) < 0)
		unit_fatal("hex", hex);
}

/* The numbers of TS 35.208 set 1. */
static void
test_vector(void)
{
	static const char want[] =
	    "{\"type\":\"vector\",\"impi\":\"a@b\","
	    "\"rand\":\"23553cbe9637a89d218ae64dae47bf35\","
	    "\"autn\":\"55f328b43577b9b94a9ffac354dfafb3\","
	    "\"xres\":\"a54211d5e3ba50bf\","
	    "\"ck\":\"b40ba9a3c58b2a05bbf0d987b21bf8cb\","
	    "\"ik\":\"f769bcd751044604127672711c6d3441\","
	    "\"nonce\":\"I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=\","
	    "\"sqn\":\"ff9bb4d0b607\",\"amf\":\"b9b9\"}\n";
	struct rec_vector v = {
		.impi = slice_str("a@b"), .autn_len = 16, .xres_len = 8,
		.ck_len = 16, .ik_len = 16, .has_keys = true,
		.has_sqn = true, .has_amf = true,
	};
	struct aka_key key;
	struct buf b;
	struct rec r;

	octets("23553cbe9637a89d218ae64dae47bf35", v.rand, sizeof(v.rand));
	octets("55f328b43577b9b94a9ffac354dfafb3", v.autn, sizeof(v.autn));
	octets("a54211d5e3ba50bf", v.xres, sizeof(v.xres));
	octets("b40ba9a3c58b2a05bbf0d987b21bf8cb", v.ck, sizeof(v.ck));
	octets("f769bcd751044604127672711c6d3441", v.ik, sizeof(v.ik));
	octets("ff9bb4d0b607", v.sqn, sizeof(v.sqn));
	octets("b9b9", v.amf, sizeof(v.amf));
	buf_init(&b, 0);
	rec_write_vector(&b, &v);
	CHECK_STR(buf_slice(&b), want, "vector written");
	CHECK_INT(rec_read(&r, slice_sub(buf_slice(&b), 0, b.n - 1), error),
	    0, "read: %s", error);
	CHECK(r.type == REC_VECTOR && r.vector.has_keys &&
	    r.vector.ck_len == 16 && r.vector.autn_len == 16 &&
	    memcmp(r.vector.ck, v.ck, 32) == 0 &&
	    memcmp(r.vector.rand, v.rand, AKA_RAND) == 0 &&
	    memcmp(r.vector.sqn, v.sqn, AKA_SQN) == 0, "the same again");
	rec_done(&r);
	buf_reset(&b);
	aka_key_init(&key, AKA_MILENAGE);
	v.key = &key;
	v.ak = v.sqn;
	v.server_data = slice_str("srv1");
	rec_write_vector(&b, &v);
	/* The nonce of v1-md5-auth-serverdata in digest_aka.json. */
	CHECK(slice_find(buf_slice(&b), slice_str("\"nonce\":\"I1U8vpY3qJ0hiuZ"
	    "Nrke/NVXzKLQ1d7m5Sp/6w1Tfr7NzcnYx\"")) < b.n, "server data");
	CHECK(slice_find(buf_slice(&b), slice_str("\"ak\":\"ff9bb4d0b607\","
	    "\"k\":\"00000000000000000000000000000000\","
	    "\"opc\":\"00000000000000000000000000000000\"}")) < b.n,
	    "keys when asked");
	buf_free(&b);
}

static void
test_answer(void)
{
	struct rec_answer a = {
		.impi = slice_str("a@b"), .has_rand = true, .autn_len = 24,
		.res_len = 4, .ck_len = 32, .ik_len = 16, .has_sqn = true,
		.has_sqn_ms = true, .auts_len = 22,
		.verdict = slice_str("sync"), .n_why = 2,
		.why = { slice_str("one \"1\""), slice_str("two") },
		.message = slice_str("m"), .about = slice_str("auts"),
		.authorization = slice_str("Digest a=\"b\""),
	};
	struct buf b;
	struct rec r;

	memset(a.ck, 7, sizeof(a.ck));
	buf_init(&b, 0);
	rec_write_answer(&b, &a);
	CHECK(slice_find(buf_slice(&b), slice_str("\"verdict\":\"sync\","
	    "\"message\":\"m\",\"why\":[\"one \\\"1\\\"\",\"two\"]}\n")) <
	    b.n, "answer written: %.*s", (int)b.n, (char *)b.p);
	CHECK_INT(rec_read(&r, buf_slice(&b), error), 0, "read: %s", error);
	CHECK(r.type == REC_OTHER, "other tools leave it alone");
	CHECK_INT(rec_read_answer(&r, error), 0, "an answer: %s", error);
	CHECK(r.type == REC_ANSWER && r.answer.has_rand &&
	    r.answer.autn_len == 24 && r.answer.res_len == 4 &&
	    r.answer.ck_len == 32 && r.answer.ik_len == 16 &&
	    r.answer.auts_len == 22 && r.answer.has_sqn_ms &&
	    slice_is(r.answer.verdict, "sync") &&
	    slice_is(r.answer.authorization, "Digest a=\"b\""),
	    "the same again");
	rec_done(&r);
	buf_free(&b);
}

static void
test_answer_bad(void)
{
	static const struct {
		const char	*line, *error;
	} t[] = {
		{ "{\"type\":\"answer\",\"auts\":\"000102030405060708090a0b0c"
		    "\"}", "auts: 13 octets, not 14, 22 or 38" },
		{ "{\"type\":\"answer\",\"res\":\"000102\"}",
		    "res: 3 octets, not 4 to 32" },
		{ "{\"type\":\"answer\",\"rand\":\"00\"}",
		    "rand: 1 octets, not 16" },
		{ "{\"type\":\"answer\",\"nonce\":\"abc\"}",
		    "nonce: 2 octets, not 32 or more" },
		{ "{\"type\":\"answer\",\"sqn_ms\":\"zz\"}",
		    "sqn_ms: not hex" },
		{ "{\"type\":\"answer\",\"ck\":"
		    "\"000102030405060708090a0b0c0d0e0f\"}", "ik: missing" },
	};
	struct rec r;

	for (size_t i = 0; i < N(t); i++) {
		CHECK_INT(rec_read(&r, slice_str(t[i].line), error), 0,
		    "bad %zu: left alone", i);
		CHECK(rec_read_answer(&r, error) < 0, "bad %zu", i);
		CHECK_STR(slice_str(error), t[i].error, "bad %zu: why", i);
		rec_done(&r);
	}
	CHECK_INT(rec_read(&r, slice_str("{\"type\":\"x\"}"), error), 0, "x");
	CHECK(rec_read_answer(&r, error) == 0 && r.type == REC_OTHER,
	    "another type stays what it is");
	rec_done(&r);
}

static void
test_line(void)
{
	static const struct {
		const char	*line, *rename, *want;
	} t[] = {
		{ "{\"a\":1}", NULL, "{\"a\":1,\"sqn\":\"V\"}" },
		{ "{\"a\":1} \r", NULL, "{\"a\":1,\"sqn\":\"V\"} \r" },
		{ "{\"sqn\":\"00\"}", NULL, "{\"sqn\":\"V\"}" },
		{ " { \"sqn\" : \"00\" , \"z\":1.50}", NULL,
		    " { \"sqn\" : \"V\" , \"z\":1.50}" },
		{ "{\"x\":{\"sqn\":\"1\"},\"y\":[\"sqn\",{}],\"sqn\":\"2\" }",
		    NULL,
		    "{\"x\":{\"sqn\":\"1\"},\"y\":[\"sqn\",{}],\"sqn\":\"V\" }" },
		{ "{\"x\":\"\\\"sqn\\\":\\\\\",\"sqn\":\"2\"}", NULL,
		    "{\"x\":\"\\\"sqn\\\":\\\\\",\"sqn\":\"V\"}" },
		{ "{\"x\":\"}\"}", NULL, "{\"x\":\"}\",\"sqn\":\"V\"}" },
		{ "{\"sqn\":\"0\",\"b\":2}", "opc", "{\"opc\":\"V\",\"b\":2}" },
	};
	struct buf b;

	for (size_t i = 0; i < N(t); i++) {
		size_t n = strlen(t[i].line);
		uint8_t *p = unit_edge(t[i].line, n);

		buf_init(&b, 0);
		rec_line_set(&b, slice_of(p, n), "sqn", t[i].rename,
		    slice_str("V"));
		CHECK_STR(buf_slice(&b), t[i].want, "line %zu", i);
		buf_free(&b);
		for (size_t less = 0; less < n; less++) {
			uint8_t *q = unit_edge(t[i].line, less);

			rec_line_set(&b, slice_of(q, less), "sqn", NULL,
			    slice_str("V"));
			buf_free(&b);
			unit_edge_free(q, less);
		}
		unit_edge_free(p, n);
	}
}

static int sets, digests;

static void
count(const struct rec_set *s, void *arg)
{
	(void)arg;
	sets++;
	digests += s->value[REC_SET_RESPONSE] != NULL;
	CHECK_EACH(s->id != NULL && s->iterations >= 1, "set %d", sets);
}

static void
test_sets(void)
{
	static const struct {
		const char	*file;
		int		 n, digests;
	} t[] = {
		{ "milenage.json", 22, 0 }, { "tuak.json", 6, 0 },
		{ "digest_aka.json", 15, 15 }, { "misc_vectors.json", 2, 0 },
	};
	uint8_t *p;
	size_t n;

	for (size_t i = 0; i < N(t); i++) {
		sets = digests = 0;
		p = unit_file(t[i].file, &n);
		CHECK_INT(rec_sets(slice_of(p, n), count, NULL), t[i].n,
		    "%s", t[i].file);
		CHECK_INT(sets, t[i].n, "%s: sets", t[i].file);
		CHECK_INT(digests, t[i].digests, "%s: digests", t[i].file);
		free(p);
	}
	CHECK_INT(rec_sets(slice_str("{"), count, NULL), ERR_FORMAT, "JSON");
	CHECK_INT(rec_sets(slice_str("[]"), count, NULL), 0, "no sets");
}

int
main(void)
{
	test_vector();
	test_answer();
	test_answer_bad();
	test_line();
	test_sets();
	return unit_end();
}
