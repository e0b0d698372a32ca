/* test_rec: records written, read, refused; every field of ims-records(5). */
#include "unit.h"

#include "err.h"
#include "rec.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static char error[REC_ERROR_TEXT];

static const char message[] =
    "REGISTER sip:ims.example SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\n"
    "Call-ID: a\"b@10.0.0.1\r\n"
    "CSeq: 1 REGISTER\r\n"
    "Authorization: Digest realm=\"r\",username=\"001010000000001@ims\"\r\n"
    "Content-Length: 0\r\n\r\n";

static struct pkt_addr
addr(const char *text)
{
	struct pkt_addr a;

	if (pkt_addr_parse(&a, slice_str(text)) < 0)
		unit_fatal("address", text);
	return a;
}

static struct flow_where
some_where(void)
{
	struct flow_where w = {
		.timed = true, .time_ns = 1700000000000000042ULL, .frame = 7,
		.src = addr("10.0.0.1"), .dst = addr("10.0.0.2"),
		.sport = 5060, .dport = 5062, .transport = FLOW_UDP,
	};

	return w;
}

static bool
same_where(const struct flow_where *a, const struct flow_where *b)
{
	return slice_eq(a->file, b->file) && a->timed == b->timed &&
	    a->time_ns == b->time_ns && a->frame == b->frame &&
	    a->frames.count == b->frames.count &&
	    memcmp(a->frames.frame, b->frames.frame,
	    sizeof(a->frames.frame)) == 0 &&
	    a->src.family == b->src.family && a->dst.family == b->dst.family &&
	    memcmp(a->src.ip, b->src.ip, 16) == 0 &&
	    memcmp(a->dst.ip, b->dst.ip, 16) == 0 && a->sport == b->sport &&
	    a->dport == b->dport && a->transport == b->transport;
}

/* LINE, at an unreadable page, into R; rec_done() is the caller's. */
static int
read_line(struct rec *r, struct slice line)
{
	uint8_t *p = unit_edge(line.p, line.n);
	int e = rec_read(r, slice_of(p, line.n), error);

	unit_edge_free(p, line.n);
	return e;
}

/* One line is in B: read it, and leave its text as jansson sees it in J. */
static bool
again(struct buf *b, struct rec *r, json_t **j)
{
	bool one = !b->bad && b->n > 0 &&
	    slice_chr(buf_slice(b), '\n') == b->n - 1;

	*j = json_loadb((const char *)b->p, b->n,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	CHECK(one && *j != NULL, "one line of JSON");
	return CHECK_INT(read_line(r, buf_slice(b)), 0, "read again: %s",
	    error);
}

static void
done(struct buf *b, struct rec *r, json_t *j)
{
	json_decref(j);
	rec_done(r);
	rec_done(r);
	buf_free(b);
}

static struct slice
field(const json_t *j, const char *key)
{
	const json_t *v = json_object_get(j, key);

	return slice_of(json_string_value(v), json_string_length(v));
}

static void
test_sip(void)
{
	struct flow_sip s = {
		.where = some_where(),
		.message = slice_str(message),
		.protection = { true, 4097, 9, true, ESP_HMAC_SHA_1_96,
		    ESP_AES_CBC, FLOW_ICV_OK, 16, "\xff\x01" },
	};
	struct sip_msg m;
	struct buf b, without;
	struct rec r;
	json_t *j;

	buf_init(&b, 0);
	buf_init(&without, 0);
	if (sip_parse(&m, s.message) < 0)
		unit_fatal("sip_parse", "message");
	s.msg = &m;
	rec_write_sip(&b, &s, true);
	s.msg = NULL;
	rec_write_sip(&without, &s, true);
	CHECK(slice_eq(buf_slice(&b), buf_slice(&without)),
	    "parsed or not, the record is the same");
	buf_free(&without);
	CHECK(slice_starts(buf_slice(&b),
	    "{\"type\":\"sip\",\"time\":\"1700000000.000000042\",\"frame\":7,"
	    "\"src\":\"10.0.0.1\",\"sport\":5060,\"dst\":\"10.0.0.2\","
	    "\"dport\":5062,\"transport\":\"udp\",\"method\":\"REGISTER\","
	    "\"call_id\":\"a\\\"b@10.0.0.1\",\"cseq\":\"1 REGISTER\","
	    "\"impi\":\"001010000000001@ims\",\"duplicate\":true,"
	    "\"protection\":{\"spi\":4097,\"seq\":9,"
	    "\"alg\":\"hmac-sha-1-96\",\"ealg\":\"aes-cbc\",\"icv\":\"ok\","
	    "\"iv\":\"ff010000000000000000000000000000\"},"
	    "\"message\":\"REGISTER sip:"), "sip: names and their order");
	if (again(&b, &r, &j)) {
		CHECK_STR(field(j, "message"), message, "sip: message");
		CHECK_STR(field(j, "call_id"), "a\"b@10.0.0.1", "call_id");
		CHECK(r.type == REC_SIP && r.duplicate && !r.sip.cut &&
		    r.sip.msg == NULL, "sip: type and flags");
		CHECK(same_where(&r.sip.where, &s.where), "sip: where");
		CHECK(slice_eq(r.sip.message, s.message), "sip: read message");
		CHECK(memcmp(&r.sip.protection, &s.protection,
		    sizeof(s.protection)) == 0, "sip: protection");
	}
	done(&b, &r, j);
}

static void
test_sip_more(void)
{
	struct flow_sip s = {
		.message = slice_str("SIP/2.0 401 No\r\nCSeq: 2 INVITE\r\n"
		    "Proxy-Authorization: Digest username=\"p\"\r\n\r\n"),
		.cut = true, .protection = { .on = true, .spi = 1 },
	};
	struct buf b;
	struct rec r;
	json_t *j;

	buf_init(&b, 0);
	s.where.src = addr("2001:db8::1");
	rec_write_sip(&b, &s, false);
	CHECK_STR(buf_slice(&b), "{\"type\":\"sip\",\"src\":\"2001:db8::1\","
	    "\"status\":401,\"cseq\":\"2 INVITE\",\"impi\":\"p\",\"cut\":true,"
	    "\"protection\":{\"spi\":1,\"seq\":0},\"message\":"
	    "\"SIP/2.0 401 No\\r\\nCSeq: 2 INVITE\\r\\nProxy-Authorization: "
	    "Digest username=\\\"p\\\"\\r\\n\\r\\n\"}\n",
	    "a response, cut, from IPv6, of unknown protection");
	if (again(&b, &r, &j))
		CHECK(same_where(&r.sip.where, &s.where) && r.sip.cut &&
		    !r.duplicate && r.sip.protection.on &&
		    !r.sip.protection.known &&
		    r.sip.protection.icv == FLOW_ICV_NONE, "read the same");
	done(&b, &r, j);
}

static void
test_sip_binary(void)
{
	/* Long, so that what was decoded before it would have to move. */
	static char text[9000] = "M sip:a SIP/2.0\r\nCall-ID: \xff\r\n\r\n";
	static const char file[] = "tr\xe4""ce.pcap";
	struct flow_sip s = { .message = slice_of(text, sizeof(text)) };
	struct buf b;
	struct rec r;
	json_t *j;

	s.where.file = slice_str(file);
	s.where.frames.count = 3;
	s.where.frames.frame[0] = 1;
	s.where.frames.frame[1] = 2;
	s.where.frames.frame[2] = (1ULL << 53) - 1;
	buf_init(&b, 0);
	rec_write_sip(&b, &s, false);
	if (again(&b, &r, &j)) {
		CHECK_STR(field(j, "call_id_b64"), "/w==", "call_id_b64");
		CHECK_STR(field(j, "file_b64"), "dHLkY2UucGNhcA==", "file_b64");
		CHECK(field(j, "message").p == NULL, "no message");
		CHECK(slice_eq(r.sip.message, s.message), "message_b64");
		CHECK(same_where(&r.sip.where, &s.where), "frames and file");
	}
	done(&b, &r, j);
}

/* A message as it may not be, through writing and reading. */
static void
round_trip(const void *p, size_t n, const char *what)
{
	struct flow_sip s = { .message = slice_of(p, n) };
	struct buf b;
	struct rec r;
	json_t *j;

	buf_init(&b, 0);
	rec_write_sip(&b, &s, false);
	j = json_loadb((const char *)b.p, b.n, JSON_ALLOW_NUL, NULL);
	CHECK_EACH((json_object_get(j, "message") != NULL) ==
	    (slice_utf8(s.message) && n <= REC_LINE_MAX / 8),
	    "%s: message or message_b64", what);
	CHECK_EACH(b.n <= REC_LINE_MAX, "%s: a line not too long", what);
	CHECK_EACH(slice_chr(buf_slice(&b), '\n') == b.n - 1, "%s: line", what);
	if (slice_utf8(s.message) && n <= REC_LINE_MAX / 8)
		CHECK_EACH(slice_eq(field(j, "message"), s.message),
		    "%s: as jansson reads it", what);
	CHECK_EACH(read_line(&r, buf_slice(&b)) == 0, "%s: %s", what, error);
	CHECK_EACH(slice_eq(r.sip.message, s.message), "%s: same", what);
	done(&b, &r, j);
}

static void
test_text(void)
{
	uint8_t all[4096], *big = malloc(2U << 20);
	unsigned x = 1;

	if (big == NULL)
		unit_fatal("malloc", "no memory");
	for (size_t i = 0; i < 128; i++)
		all[i] = (uint8_t)i;
	for (size_t n = 0; n <= 128; n++) {
		round_trip(all, n, "ASCII from its start");
		round_trip(all + 128 - n, n, "ASCII to its end");
	}
	for (size_t i = 0; i < 256; i++) {
		uint8_t one[20];

		memset(one, 'x', sizeof(one));
		one[i % 20] = (uint8_t)i;
		round_trip(one, sizeof(one), "one octet of all in a word");
	}
	for (size_t n = 0; n < sizeof(all); n += 37) {
		for (size_t i = 0; i < n; i++) {
			x = x * 1103515245 + 12345;
			all[i] = (uint8_t)(x >> 16 & (n % 2 ? 0x7f : 0xff));
		}
		round_trip(all, n, "random octets");
	}
	round_trip("\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x9e", 9, "UTF-8");
	round_trip("\xc0\x80 \xed\xa0\x80", 6, "overlong, surrogate");
	memset(big, 1, 2U << 20);
	round_trip(big, REC_LINE_MAX / 8, "the longest text");
	round_trip(big, REC_LINE_MAX / 8 + 1, "one more");
	round_trip(big, 2U << 20, "two million controls");
	free(big);
	CHECK(unit_failed == 0, "text of all kinds");
}

static void
test_packet_esp_gap(void)
{
	struct flow_packet p = { .where = some_where(),
	    .packet = slice_of("\x45\x00\xff", 3) };
	struct flow_esp e = { .where = some_where(), .spi = 0xfffffffe,
	    .seq = 3, .len = 100, .reason = ERR_AUTH };
	struct flow_gap g = { .octets = 1460 };
	struct buf b;
	struct rec r;
	json_t *j;

	p.where.transport = FLOW_NONE;
	p.where.sport = p.where.dport = 0;
	buf_init(&b, 0);
	rec_write_packet(&b, &p);
	CHECK_STR(buf_slice(&b), "{\"type\":\"packet\",\"time\":"
	    "\"1700000000.000000042\",\"frame\":7,\"src\":\"10.0.0.1\","
	    "\"dst\":\"10.0.0.2\",\"packet\":\"4500ff\"}\n", "packet");
	if (again(&b, &r, &j))
		CHECK(r.type == REC_PACKET && same_where(&r.packet.where,
		    &p.where) && slice_eq(r.packet.packet, p.packet),
		    "packet read");
	done(&b, &r, j);
	p.cut = p.copy = true;
	p.protection = (struct flow_protection){ true, 0, 5, true,
	    ESP_HMAC_SHA_1_96, ESP_AES_CBC, FLOW_ICV_OK, 0, { 0 } };
	rec_write_packet(&b, &p);
	CHECK_STR(buf_slice(&b), "{\"type\":\"packet\",\"time\":"
	    "\"1700000000.000000042\",\"frame\":7,\"src\":\"10.0.0.1\","
	    "\"dst\":\"10.0.0.2\",\"cut\":true,\"duplicate\":true,"
	    "\"protection\":{\"spi\":0,\"seq\":5,\"alg\":\"hmac-sha-1-96\","
	    "\"ealg\":\"aes-cbc\",\"icv\":\"ok\"},\"packet\":\"4500ff\"}\n",
	    "packet out of ESP");
	if (again(&b, &r, &j))
		CHECK(r.packet.cut && r.packet.copy &&
		    r.packet.protection.on && r.packet.protection.spi == 0 &&
		    r.packet.protection.seq == 5 &&
		    r.packet.protection.known &&
		    r.packet.protection.alg == ESP_HMAC_SHA_1_96 &&
		    r.packet.protection.ealg == ESP_AES_CBC &&
		    r.packet.protection.icv == FLOW_ICV_OK &&
		    slice_eq(r.packet.packet, p.packet),
		    "packet out of ESP read");
	done(&b, &r, j);
	e.where.transport = FLOW_NONE;
	e.where.sport = e.where.dport = 0;
	rec_write_esp(&b, &e);
	CHECK_STR(buf_slice(&b), "{\"type\":\"esp\",\"time\":"
	    "\"1700000000.000000042\",\"frame\":7,\"src\":\"10.0.0.1\","
	    "\"dst\":\"10.0.0.2\",\"spi\":4294967294,\"seq\":3,\"len\":100,"
	    "\"reason\":\"auth\",\"icv\":\"bad\"}\n", "esp");
	if (again(&b, &r, &j))
		CHECK(r.type == REC_ESP && same_where(&r.esp.where, &e.where) &&
		    r.esp.spi == e.spi && r.esp.seq == 3 && r.esp.len == 100 &&
		    r.esp.reason == ERR_AUTH, "esp read");
	done(&b, &r, j);
	e.reason = ERR_NOSA;
	rec_write_esp(&b, &e);
	if (again(&b, &r, &j))
		CHECK(r.esp.reason == ERR_NOSA &&
		    json_object_get(j, "icv") == NULL, "esp without icv");
	done(&b, &r, j);
	rec_write_gap(&b, &g);
	CHECK_STR(buf_slice(&b), "{\"type\":\"gap\",\"octets\":1460}\n", "gap");
	if (again(&b, &r, &j))
		CHECK(r.type == REC_GAP && same_where(&r.gap.where, &g.where) &&
		    r.gap.octets == 1460, "gap read");
	done(&b, &r, j);
}

static bool
same_sa(const struct sa *a, const struct sa *b)
{
	return strcmp(a->impi, b->impi) == 0 &&
	    pkt_addr_eq(&a->src, &b->src) && pkt_addr_eq(&a->dst, &b->dst) &&
	    a->sport == b->sport && a->dport == b->dport && a->spi == b->spi &&
	    a->mode == b->mode && a->key.alg == b->key.alg &&
	    a->key.ealg == b->key.ealg && a->has_key == b->has_key &&
	    a->set == b->set && a->role == b->role &&
	    a->time_ns == b->time_ns && a->frame == b->frame &&
	    a->seq == b->seq && a->key.esn == b->key.esn &&
	    a->state == b->state && a->lifetime == b->lifetime &&
	    pkt_addr_eq(&a->outer_src, &b->outer_src) &&
	    pkt_addr_eq(&a->outer_dst, &b->outer_dst) &&
	    a->outer_sport == b->outer_sport &&
	    a->outer_dport == b->outer_dport;
}

static bool
same_key(const struct esp_key *a, const struct esp_key *b)
{
	return a->auth_len == b->auth_len && a->enc_len == b->enc_len &&
	    memcmp(a->auth, b->auth, sizeof(a->auth)) == 0 &&
	    memcmp(a->enc, b->enc, sizeof(a->enc)) == 0 &&
	    memcmp(a->salt, b->salt, sizeof(a->salt)) == 0;
}

static void
test_sa(void)
{
	struct sa sa = {
		.impi = "u@ims", .src = addr("2001:db8::1"),
		.dst = addr("2001:db8::2"), .sport = 5061, .dport = 5063,
		.spi = 4097, .mode = SA_UDP_ENC_TUN, .has_key = true, .set = 2,
		.role = SA_PC_US, .time_ns = 1500000000, .frame = 12, .seq = 77,
		.key = { .alg = ESP_HMAC_MD5_96, .auth = "0123456789abcdef",
		    .auth_len = 16, .ealg = ESP_AES_CBC,
		    .enc = "fedcba9876543210", .enc_len = 16 },
	};
	struct buf b;
	struct rec r;
	json_t *j;

	buf_init(&b, 0);
	rec_write_sa(&b, &sa, true);
	CHECK_STR(buf_slice(&b), "{\"type\":\"sa\",\"time\":\"1.500000000\","
	    "\"frame\":12,\"impi\":\"u@ims\",\"src\":\"2001:db8::1\","
	    "\"sport\":5061,\"dst\":\"2001:db8::2\",\"dport\":5063,"
	    "\"spi\":4097,\"mode\":\"UDP-enc-tun\",\"alg\":\"hmac-md5-96\","
	    "\"ealg\":\"aes-cbc\","
	    "\"auth_key\":\"30313233343536373839616263646566\","
	    "\"enc_key\":\"66656463626139383736353433323130\","
	    "\"set\":2,\"role\":\"pc->us\",\"seq\":77}\n", "sa");
	if (again(&b, &r, &j))
		CHECK(r.type == REC_SA && same_sa(&r.sa, &sa) &&
		    same_key(&r.sa.key, &sa.key), "sa read");
	done(&b, &r, j);
	rec_write_sa(&b, &sa, false);
	sa.has_key = false;
	if (again(&b, &r, &j))
		CHECK(same_sa(&r.sa, &sa) && r.sa.key.auth_len == 0 &&
		    slice_find(buf_slice(&b), slice_str("_key")) == b.n,
		    "sa without secrets");
	done(&b, &r, j);
}

static void
test_sa_kinds(void)
{
	static const struct {
		enum esp_alg	alg;
		enum esp_ealg	ealg;
		size_t		auth, enc;
		bool		salt;
	} t[] = {
		{ ESP_AUTH_NULL, ESP_NULL, 0, 0, false },
		{ ESP_HMAC_SHA_1_96, ESP_DES_EDE3_CBC, 20, 24, false },
		{ ESP_HMAC_SHA_1_96, ESP_NULL, 16, 0, false },
		{ ESP_HMAC_SHA_512_256, ESP_AES_CBC, 64, 32, false },
		{ ESP_AES_GMAC, ESP_NULL, 16, 0, true },
		{ ESP_AUTH_NULL, ESP_AES_GCM, 0, 24, true },
	};

	for (size_t i = 0; i < N(t); i++) {
		struct sa sa = { .spi = 1, .role = -1, .has_key = true };
		struct buf b;
		struct rec r;
		json_t *j;

		sa.key.alg = t[i].alg;
		sa.key.ealg = t[i].ealg;
		memset(sa.key.auth, 0xa0, sa.key.auth_len = t[i].auth);
		memset(sa.key.enc, 0xe0, sa.key.enc_len = t[i].enc);
		memset(sa.key.salt, 0x5a, t[i].salt ? ESP_SALT : 0);
		buf_init(&b, 0);
		rec_write_sa(&b, &sa, true);
		if (again(&b, &r, &j))
			CHECK(same_sa(&r.sa, &sa) &&
			    same_key(&r.sa.key, &sa.key) &&
			    (json_object_get(j, "salt") != NULL) == t[i].salt,
			    "%s with %s", esp_alg_name(t[i].alg),
			    esp_ealg_name(t[i].ealg));
		done(&b, &r, j);
	}
}

/* Every field at once, as its line. */
static void
test_sa_whole(void)
{
	static const char line[] =
	    "{\"type\":\"sa\",\"src\":\"10.0.0.1\",\"dst\":\"10.0.0.2\","
	    "\"spi\":4097,\"mode\":\"UDP-enc-tun\","
	    "\"outer_src\":\"192.0.2.1\",\"outer_sport\":4501,"
	    "\"outer_dst\":\"2001:db8::2\",\"outer_dport\":4500,"
	    "\"alg\":\"null\",\"ealg\":\"null\",\"esn\":true,\"set\":3,"
	    "\"state\":\"temporary\",\"role\":\"us->pc\","
	    "\"lifetime\":240,\"seq\":9007199254740991}\n";
	static const char *const states[] = {
		"temporary", "established", "old",
	};
	struct pkt_addr outer_src = addr("192.0.2.1");
	struct pkt_addr outer_dst = addr("2001:db8::2");
	struct buf b;
	struct rec r;

	CHECK_INT(read_line(&r, slice_str(line)), 0, "all fields: %s", error);
	CHECK(pkt_addr_eq(&r.sa.outer_src, &outer_src) &&
	    pkt_addr_eq(&r.sa.outer_dst, &outer_dst) &&
	    r.sa.outer_sport == 4501 && r.sa.outer_dport == 4500 &&
	    r.sa.key.esn && r.sa.state == SA_TEMPORARY &&
	    r.sa.lifetime == 240 && r.sa.seq == (1ULL << 53) - 1,
	    "each is what it says");
	buf_init(&b, 0);
	rec_write_sa(&b, &r.sa, true);
	CHECK_STR(buf_slice(&b), line, "and written as it was");
	rec_done(&r);
	for (size_t i = 0; i < N(states); i++) {
		buf_reset(&b);
		buf_printf(&b, "{\"type\":\"sa\",\"spi\":1,\"alg\":\"null\","
		    "\"esn\":false,\"seq\":4294967295,\"state\":\"%s\"}",
		    states[i]);
		CHECK(read_line(&r, buf_slice(&b)) == 0 &&
		    (size_t)r.sa.state == i + SA_TEMPORARY &&
		    r.sa.seq == UINT32_MAX && !r.sa.key.esn, "%s", states[i]);
		rec_done(&r);
	}
	buf_free(&b);
}

static void
test_sa_by_hand(void)
{
	struct rec r;

	CHECK_INT(read_line(&r, slice_str("{\"spi\":\"0x00001001\","
	    "\"alg\":\"HMAC-SHA1-96\",\"auth_key\":\"0x00:01 02030405060708"
	    "090a0b0c0d0e0f 00000000\",\"lifetime\":600000,\"state\":\"OLD\","
	    "\"type\":\"sa\",\"src\":\"[::1]\"}")), 0, "sa by hand: %s", error);
	CHECK(r.sa.spi == 4097 && r.sa.key.alg == ESP_HMAC_SHA_1_96 &&
	    r.sa.key.ealg == ESP_NULL && r.sa.has_key && r.sa.role == -1 &&
	    r.sa.key.auth_len == 20 && r.sa.key.auth[15] == 15 &&
	    r.sa.mode == SA_TRANS && r.sa.dst.family == 0 &&
	    r.sa.src.family == 6, "what it says and what is usual");
	rec_done(&r);
	CHECK_INT(read_line(&r, slice_str("{\"type\":\"sa\",\"spi\":\"4097\","
	    "\"alg\":\"null\"}")), 0, "null and null");
	CHECK(r.sa.spi == 4097 && r.sa.has_key, "need no key");
	rec_done(&r);
}

#define K16	"\"k\":\"465b5ce8b199b49faa5f0a2ee238a6bc\""
#define OPC	"\"opc\":\"cd63cb71954a9f4e48a5994e37a02baf\""
#define H32	"00112233445566778899aabbccddeeff" \
		"00112233445566778899aabbccddeeff"

static void
test_subscriber(void)
{
	struct rec r;
	const struct rec_subscriber *s = &r.subscriber;

	CHECK_INT(read_line(&r, slice_str("{\"type\":\"subscriber\","
	    "\"impi\":\"a@b\",\"impu\":[\"sip:a@b\",\"tel:+1\"],"
	    "\"imsi\":\"001010000000001\",\"mnc_len\":2,\"domain\":\"b\","
	    K16 "," OPC ",\"amf\":\"8000\",\"sqn\":\"ff9bb4d0b607\","
	    "\"ind_len\":6,\"c\":[\"" "00000000000000000000000000000001\","
	    "\"00000000000000000000000000000002\","
	    "\"00000000000000000000000000000003\","
	    "\"00000000000000000000000000000004\","
	    "\"000000000000000000000000000000ff\"],\"r\":[1,2,3,4,127],"
	    "\"res_len\":8}")), 0, "subscriber: %s", error);
	CHECK(r.type == REC_SUBSCRIBER && strcmp(s->impi, "a@b") == 0 &&
	    s->has_key && s->key.alg == AKA_MILENAGE && !s->key.is_op,
	    "who and with what");
	CHECK_HEX(s->key.k, s->key.k_len, "465b5ce8b199b49faa5f0a2ee238a6bc",
	    "k");
	CHECK_HEX(s->key.opc, 16, "cd63cb71954a9f4e48a5994e37a02baf", "opc");
	CHECK(s->n_impu == 2 && slice_is(s->impu[1], "tel:+1") &&
	    slice_is(s->domain, "b") && s->mnc_len == 2 &&
	    slice_is(s->imsi, "001010000000001"), "identities");
	CHECK(s->has_amf && s->amf[0] == 0x80 && s->has_sqn &&
	    s->sqn[5] == 7 && s->ind_len == 6, "amf, sqn, ind_len");
	CHECK(s->key.c[0][15] == 1 && s->key.c[4][15] == 0xff &&
	    s->key.r[0] == 1 && s->key.r[4] == 127, "constants");
	rec_done(&r);
}

static void
test_subscriber_tuak(void)
{
	struct rec r;
	const struct aka_key *k = &r.subscriber.key;

	CHECK_INT(read_line(&r, slice_str("{\"type\":\"subscriber\","
	    "\"algorithm\":\"TUAK\",\"k\":\"" H32 "\",\"op\":\"" H32 "\","
	    "\"iterations\":2,\"mac_len\":16,\"res_len\":32,\"ck_len\":32,"
	    "\"ik_len\":16}")), 0, "tuak: %s", error);
	CHECK(k->alg == AKA_TUAK && k->k_len == 32 && k->is_op &&
	    k->op[31] == 0xff && k->iterations == 2 && k->mac_len == 16 &&
	    k->res_len == 32 && k->ck_len == 32 && k->ik_len == 16 &&
	    r.subscriber.impi[0] == '\0' && r.subscriber.ind_len == 5 &&
	    !r.subscriber.has_sqn, "tuak: lengths");
	rec_done(&r);
	CHECK_INT(read_line(&r, slice_str("{\"type\":\"subscriber\","
	    "\"algorithm\":\"xor\"," K16 ",\"res_len\":7}")), 0, "xor: %s",
	    error);
	CHECK(k->alg == AKA_XOR && k->res_len == 7 && r.subscriber.has_key,
	    "xor needs no opc");
	rec_done(&r);
}

static void
test_impi(void)
{
	static const struct {
		const char	*line, *impi;
	} t[] = {
		{ "\"imsi\":\"001010000000001\",\"mnc_len\":2",
		    "001010000000001@ims.mnc001.mcc001.3gppnetwork.org" },
		{ "\"imsi\":\"310410000000001\",\"mnc_len\":3",
		    "310410000000001@ims.mnc410.mcc310.3gppnetwork.org" },
		{ "\"imsi\":\"001010000000001\",\"domain\":\"ims.example\"",
		    "001010000000001@ims.example" },
		{ "\"imsi\":\"001010000000001\"", "001010000000001" },
		{ "\"imsi\":\"001010000000001\",\"impi\":\"x\"", "x" },
		{ "\"domain\":\"ims.example\"", "" },
	};

	for (size_t i = 0; i < N(t); i++) {
		char line[256];
		struct rec r;

		snprintf(line, sizeof(line), "{\"type\":\"subscriber\",%s}",
		    t[i].line);
		CHECK_INT(read_line(&r, slice_str(line)), 0, "%s", t[i].line);
		CHECK(strcmp(r.subscriber.impi, t[i].impi) == 0 &&
		    !r.subscriber.has_key, "is \"%s\"", t[i].impi);
		rec_done(&r);
	}
}

#define R16	"\"rand\":\"23553cbe9637a89d218ae64dae47bf35\""
#define CK	"\"ck\":\"b40ba9a3c58b2a05bbf0d987b21bf8cb\""
#define IK	"\"ik\":\"f769bcd751044604127672711c6d3441\""

static void
test_vector(void)
{
	struct rec r;
	const struct rec_vector *v = &r.vector;

	CHECK_INT(read_line(&r, slice_str("{\"type\":\"vector\","
	    "\"impi\":\"a@b\"," R16 ",\"autn\":"
	    "\"55f328b43577b9b94a9ffac354dfafb3\",\"xres\":"
	    "\"a54211d5e3ba50bf\"," CK "," IK ",\"sqn\":\"000000000001\","
	    "\"amf\":\"b9b9\"}")), 0, "vector: %s", error);
	CHECK_HEX(v->rand, 16, "23553cbe9637a89d218ae64dae47bf35", "rand");
	CHECK_HEX(v->autn, v->autn_len, "55f328b43577b9b94a9ffac354dfafb3",
	    "autn");
	CHECK_HEX(v->xres, v->xres_len, "a54211d5e3ba50bf", "xres");
	CHECK(v->has_keys && v->ck[0] == 0xb4 && v->ik[0] == 0xf7 &&
	    slice_is(v->impi, "a@b") && v->has_sqn && v->sqn[5] == 1 &&
	    v->has_amf && v->amf[0] == 0xb9 && r.type == REC_VECTOR,
	    "the rest");
	rec_done(&r);
	/* The nonce of tests/data/sip/register_answer.sip. */
	CHECK_INT(read_line(&r, slice_str("{\"type\":\"vector\",\"nonce\":"
	    "\"kyRHLZrJyJQJhpQtDI6lxqaPGphp8IAAXe9dGxBbh/8=\"}")), 0,
	    "nonce: %s", error);
	CHECK_HEX(v->rand, 16, "9324472d9ac9c8940986942d0c8ea5c6", "its RAND");
	CHECK_HEX(v->autn, v->autn_len, "a68f1a9869f080005def5d1b105b87ff",
	    "its AUTN");
	CHECK(!v->has_keys && v->xres_len == 0 && !v->has_sqn, "no more");
	rec_done(&r);
}

static void
test_stat(void)
{
	struct flow_account a = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 };
	struct buf b;
	struct rec r;
	json_t *j;

	buf_init(&b, 0);
	rec_write_stat(&b, "ims-pcap", &a);
	CHECK_STR(buf_slice(&b), "{\"type\":\"stat\",\"tool\":\"ims-pcap\","
	    "\"frames\":1,\"sip\":2,\"sip_part\":3,\"esp\":4,\"duplicate\":5,"
	    "\"other\":6,\"damaged\":7,\"messages\":8,\"cut\":9,\"gaps\":10,"
	    "\"esp_opened\":11,\"esp_checked\":12,\"evicted\":13}\n", "stat");
	if (again(&b, &r, &j))
		CHECK_INT(r.type, REC_OTHER, "stat is passed through");
	done(&b, &r, j);
}

static void
test_finding(void)
{
	static const struct audit_rule rule = {
		.id = "AUTH-06", .level = AUDIT_ERROR,
		.clause = "TS 33.203 6.1.1", .what = "what",
	};
	struct flow_where w = some_where();
	struct audit_finding f = {
		.rule = &rule, .level = AUDIT_WARNING, .where = &w,
		.message = slice_str("a \"b\""), .call_id = slice_str("\xff"),
		.impi = slice_str("u"), .fingerprint = 42,
	};
	struct buf b;
	struct rec r;
	json_t *j;

	buf_init(&b, 0);
	w.file = slice_str("t.pcap");
	w.frames.count = 2;
	w.frames.frame[0] = 6;
	w.frames.frame[1] = 7;
	rec_write_finding(&b, &f);
	CHECK_STR(buf_slice(&b), "{\"type\":\"finding\",\"time\":"
	    "\"1700000000.000000042\",\"file\":\"t.pcap\",\"frame\":7,"
	    "\"frames\":[6,7],\"rule\":\"AUTH-06\",\"level\":\"warning\","
	    "\"message\":\"a \\\"b\\\"\",\"clause\":\"TS 33.203 6.1.1\","
	    "\"source\":\"10.0.0.1:5060 > 10.0.0.2:5062\","
	    "\"call_id_b64\":\"/w==\",\"impi\":\"u\","
	    "\"fingerprint\":\"000000000000002a\"}\n", "finding");
	if (again(&b, &r, &j))
		CHECK_INT(r.type, REC_OTHER, "finding is passed through");
	done(&b, &r, j);
	memset(&w, 0, sizeof(w));
	w.src = addr("2001:db8::1");
	w.dst = addr("2001:db8::2");
	w.sport = 5060;
	rec_write_finding(&b, &f);
	CHECK(slice_find(buf_slice(&b), slice_str("\"source\":"
	    "\"[2001:db8::1]:5060 > [2001:db8::2]\",")) < b.n, "IPv6 source");
	buf_reset(&b);
	f.where = NULL;
	f.message = slice_str("\xfe");
	rec_write_finding(&b, &f);
	CHECK(slice_starts(buf_slice(&b), "{\"type\":\"finding\",\"rule\":") &&
	    slice_find(buf_slice(&b), slice_str("source")) == b.n &&
	    slice_find(buf_slice(&b), slice_str("\"message_b64\":\"/g==\"")) <
	    b.n, "a finding of nowhere, not UTF-8");
	buf_free(&b);
}

static void
test_frames(void)
{
	struct flow_gap g = { .octets = 1 };
	struct buf b;
	struct rec r;
	json_t *j;

	g.where.frames.count = 200;
	for (size_t i = 0; i < FRAG_FRAMES; i++)
		g.where.frames.frame[i] = i + 1;
	buf_init(&b, 0);
	rec_write_gap(&b, &g);
	if (again(&b, &r, &j))
		CHECK(r.gap.where.frames.count == FRAG_FRAMES &&
		    r.gap.where.frames.frame[63] == 64, "frames that are kept");
	done(&b, &r, j);
	g.where.frames.count = 1;
	rec_write_gap(&b, &g);
	if (again(&b, &r, &j))
		CHECK(json_object_get(j, "frames") == NULL, "one frame is one");
	done(&b, &r, j);
	CHECK_INT(read_line(&r, slice_str("{\"type\":\"gap\",\"octets\":1,"
	    "\"frames\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
	    "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
	    "1,1,1,1,1,1,1]}")), 0, "more frames than are kept");
	CHECK_INT(r.gap.where.frames.count, 67, "are counted");
	rec_done(&r);
}

static void
test_time(void)
{
	static const struct {
		const char	*text;
		long long	 ns;	/* -1: refused */
	} t[] = {
		{ "0.000000000", 0 }, { "1", 1000000000 },
		{ "1.5", 1500000000 },
		{ "0.000000001", 1 }, { "1.", -1 }, { ".5", -1 }, { "-1", -1 },
		{ "1.0000000001", -1 }, { "99999999999", -1 }, { "", -1 },
	};

	for (size_t i = 0; i < N(t); i++) {
		char line[128];
		struct rec r;
		int e;

		snprintf(line, sizeof(line), "{\"type\":\"gap\",\"time\":"
		    "\"%s\",\"octets\":1}", t[i].text);
		e = read_line(&r, slice_str(line));
		if (t[i].ns < 0)
			CHECK_INT(e, ERR_FORMAT, "time %s", t[i].text);
		else
			CHECK(e == 0 && r.gap.where.timed &&
			    r.gap.where.time_ns == (uint64_t)t[i].ns,
			    "time %s", t[i].text);
		rec_done(&r);
	}
}

static void
test_other(void)
{
	static const char *const t[] = {
		"{}", " { } \r\n", "{\"type\":\"answer\",\"res\":1}",
		"{\"type\":7}", "{\"type\":\"SIP\"}", "{\"type\":\"\"}",
		"{\"type\":\"sip\\u0000\"}x", "{\"type\":null}",
		"{\"type\":\"stat\",\"frames\":\"many\"}",
	};
	struct rec r;

	for (size_t i = 0; i < N(t); i++) {
		bool bad = strchr(t[i], 'x') != NULL;

		CHECK_INT(read_line(&r, slice_str(t[i])), bad ? ERR_FORMAT : 0,
		    "%s", t[i]);
		CHECK_EACH(r.type == REC_OTHER, "%s is other", t[i]);
		rec_done(&r);
	}
}

#define SIP	"{\"type\":\"sip\",\"message\":\"\","
#define SUB	"{\"type\":\"subscriber\","
#define ASA	"{\"type\":\"sa\",\"spi\":1,"
#define VEC	"{\"type\":\"vector\","
#define H15	"465b5ce8b199b49faa5f0a2ee238a6"
#define H16	"465b5ce8b199b49faa5f0a2ee238a6bc"
#define H20	"465b5ce8b199b49faa5f0a2ee238a6bc00000000"
#define FIVE	"\"" H16 "\",\"" H16 "\",\"" H16 "\",\"" H16 "\""

static const struct refusal {
	const char	*line;
	int		 e;
	const char	*error;	/* its start */
} refusals[] = {
	{ "", ERR_FORMAT, "'[' or '{' expected at column " },
	{ "x", ERR_FORMAT, "'[' or '{' expected at column " },
	{ "[1]", ERR_FORMAT, "not a JSON object" },
	{ "{\"a\":1,\"a\":2}", ERR_FORMAT, "duplicate object key at column " },
	{ "{\"a\":1} {", ERR_FORMAT, "end of file expected at column " },
	{ SUB "\"k\":" H16 "}", ERR_FORMAT, "'}' expected at column " },
	{ SUB "\"k\":\"" H16 "}", ERR_FORMAT, "premature end of input at" },
	{ SUB "\"k\":\"" H16 "\x01\"}", ERR_FORMAT,
	    "control character 0x1 at column " },
	{ SIP "\"frame\":-1}", ERR_RANGE, "frame: not 0 to 9007199254740991" },
	{ SIP "\"frame\":9007199254740992}", ERR_RANGE, "frame: not 0 to" },
	{ SIP "\"frame\":1.0}", ERR_FORMAT, "frame: not an integer" },
	{ SIP "\"frame\":null}", ERR_FORMAT, "frame: not an integer" },
	{ SIP "\"frames\":7}", ERR_FORMAT, "frames: not an array" },
	{ SIP "\"frames\":[7,-1]}", ERR_FORMAT, "frames: not numbers" },
	{ SIP "\"frames\":[\"7\"]}", ERR_FORMAT, "frames: not numbers" },
	{ SIP "\"time\":1}", ERR_FORMAT, "time: not a string" },
	{ SIP "\"time\":\"now\"}", ERR_FORMAT, "time: not seconds" },
	{ SIP "\"file\":1}", ERR_FORMAT, "file: not a string" },
	{ SIP "\"file_b64\":\"?\"}", ERR_FORMAT, "file_b64: not base64" },
	{ SIP "\"src\":\"10.0.0\"}", ERR_FORMAT, "src: not an IP address" },
	{ SIP "\"src\":\"1.2.3.4\\u0000\"}", ERR_FORMAT, "src: not an IP" },
	{ SIP "\"dst\":4}", ERR_FORMAT, "dst: not a string" },
	{ SIP "\"sport\":65536}", ERR_RANGE, "sport: not 0 to 65535" },
	{ SIP "\"dport\":\"5060\"}", ERR_FORMAT, "dport: not an integer" },
	{ SIP "\"transport\":\"dccp\"}", ERR_ALG, "transport: dccp is not" },
	{ SIP "\"cut\":1}", ERR_FORMAT, "cut: not true or false" },
	{ SIP "\"duplicate\":\"\"}", ERR_FORMAT, "duplicate: not true" },
	{ SIP "\"protection\":[]}", ERR_FORMAT, "protection: not an object" },
	{ SIP "\"protection\":{}}", ERR_FORMAT, "protection.spi: missing" },
	{ SIP "\"protection\":{\"spi\":1,\"seq\":4294967296}}", ERR_RANGE,
	    "protection.seq: not 0 to 4294967295" },
	{ SIP "\"protection\":{\"spi\":1,\"alg\":\"rot13\"}}", ERR_ALG,
	    "protection.alg: rot13 is not known" },
	{ SIP "\"protection\":{\"spi\":1,\"icv\":\"yes\"}}", ERR_ALG,
	    "protection.icv: yes is not known" },
	{ SIP "\"message_b64\":\"\"}", ERR_FORMAT,
	    "message_b64: message is there too" },
	{ "{\"type\":\"sip\"}", ERR_FORMAT, "message: missing" },
	{ "{\"type\":\"sip\",\"message\":1}", ERR_FORMAT, "message: not a" },
	{ "{\"type\":\"packet\"}", ERR_FORMAT, "packet: missing" },
	{ "{\"type\":\"packet\",\"packet\":\"4\"}", ERR_FORMAT,
	    "packet: not hex" },
	{ "{\"type\":\"esp\",\"reason\":\"auth\"}", ERR_FORMAT,
	    "spi: missing" },
	{ "{\"type\":\"esp\",\"spi\":1}", ERR_FORMAT, "reason: missing" },
	{ "{\"type\":\"esp\",\"spi\":1,\"reason\":\"ok\"}", ERR_ALG,
	    "reason: ok is not known" },
	{ "{\"type\":\"esp\",\"spi\":1,\"reason\":\"mem\",\"len\":-1}",
	    ERR_RANGE, "len: not 0 to" },
	{ "{\"type\":\"gap\"}", ERR_FORMAT, "octets: missing" },
	{ ASA "\"alg\":\"null\",\"seq\":4294967296}", ERR_RANGE,
	    "seq: not 0 to 4294967295" },
	{ ASA "\"alg\":\"null\",\"esn\":true,\"seq\":9007199254740992}",
	    ERR_RANGE, "seq: not 0 to 9007199254740991" },
	{ ASA "\"alg\":\"null\",\"esn\":1}", ERR_FORMAT, "esn: not true" },
	{ ASA "\"alg\":\"null\",\"state\":\"none\"}", ERR_ALG,
	    "state: none is not known" },
	{ ASA "\"alg\":\"null\",\"lifetime\":4294967296}", ERR_RANGE,
	    "lifetime: not 0 to 4294967295" },
	{ ASA "\"alg\":\"null\",\"outer_dst\":\"192.0.2.1\"}", ERR_FORMAT,
	    "outer_dst: mode is trans" },
	{ ASA "\"alg\":\"null\",\"mode\":\"tun\",\"outer_sport\":4500}",
	    ERR_FORMAT, "outer_sport: mode is tun" },
	{ ASA "\"alg\":\"null\",\"mode\":\"tun\",\"outer_src\":\"x\"}",
	    ERR_FORMAT, "outer_src: not an IP address" },
	{ ASA "\"alg\":\"null\",\"mode\":\"UDP-enc-tun\","
	    "\"outer_dport\":65536}", ERR_RANGE, "outer_dport: not 0 to" },
	{ "{\"type\":\"sa\",\"alg\":\"null\"}", ERR_FORMAT, "spi: missing" },
	{ "{\"type\":\"sa\",\"alg\":\"null\",\"spi\":0}", ERR_RANGE,
	    "spi: 0 is no SPI" },
	{ "{\"type\":\"sa\",\"alg\":\"null\",\"spi\":\"0x0\"}", ERR_RANGE,
	    "spi: 0 is no SPI" },
	{ "{\"type\":\"sa\",\"alg\":\"null\",\"spi\":\"1001h\"}", ERR_FORMAT,
	    "spi: not a number of 32 bits" },
	{ "{\"type\":\"sa\",\"alg\":\"null\",\"spi\":\"0x100000000\"}",
	    ERR_RANGE, "spi: not a number of 32 bits" },
	{ "{\"type\":\"sa\",\"alg\":\"null\",\"spi\":4294967296}", ERR_RANGE,
	    "spi: not 0 to 4294967295" },
	{ "{\"type\":\"sa\",\"alg\":\"null\",\"spi\":true}", ERR_FORMAT,
	    "spi: not an integer" },
	{ ASA "\"ealg\":\"null\"}", ERR_FORMAT, "alg: missing" },
	{ ASA "\"alg\":\"hmac-foo\"}", ERR_ALG, "alg: hmac-foo is not known" },
	{ ASA "\"alg\":\"" H16 "\"}", ERR_ALG, "alg: not known" },
	{ ASA "\"alg\":\"465b5ce8\"}", ERR_ALG, "alg: not known" },
	{ ASA "\"alg\":\"a\\u001b[1m\"}", ERR_ALG, "alg: not known" },
	{ ASA "\"alg\":\"null\",\"ealg\":\"rc4\"}", ERR_ALG, "ealg: rc4" },
	{ ASA "\"alg\":\"null\",\"mode\":\"ah\"}", ERR_ALG, "mode: ah is" },
	{ ASA "\"alg\":\"null\",\"role\":\"ue\"}", ERR_ALG, "role: ue is" },
	{ ASA "\"alg\":\"null\",\"set\":-1}", ERR_RANGE, "set: not 0 to" },
	{ ASA "\"alg\":\"null\",\"seq\":\"\"}", ERR_FORMAT, "seq: not an" },
	{ ASA "\"alg\":\"aes-gmac\",\"ealg\":\"aes-cbc\"}", ERR_ALG,
	    "ealg: aes-cbc does not go with aes-gmac" },
	{ ASA "\"alg\":\"hmac-md5-96\",\"ealg\":\"aes-gcm\"}", ERR_ALG,
	    "ealg: aes-gcm does not go with hmac-md5-96" },
	{ ASA "\"alg\":\"hmac-sha-1-96\",\"auth_key\":\"" H15 "\"}", ERR_RANGE,
	    "auth_key: 15 octets, hmac-sha-1-96 takes 20" },
	{ ASA "\"alg\":\"hmac-md5-96\",\"auth_key\":\"" H20 "\"}", ERR_RANGE,
	    "auth_key: 20 octets, hmac-md5-96 takes 16" },
	{ ASA "\"alg\":\"null\",\"auth_key\":\"" H20 "\"}", ERR_RANGE,
	    "auth_key: 20 octets, null takes none" },
	{ ASA "\"alg\":\"hmac-md5-96\",\"ealg\":\"aes-cbc\",\"enc_key\":\""
	    H16 "\"}", ERR_RANGE, "auth_key: 0 octets, hmac-md5-96 takes 16" },
	{ ASA "\"alg\":\"null\",\"ealg\":\"aes-cbc\",\"enc_key\":\"" H15 "\"}",
	    ERR_RANGE, "enc_key: 15 octets, aes-cbc takes 16, 24 or 32" },
	{ ASA "\"alg\":\"null\",\"ealg\":\"des-ede3-cbc\",\"enc_key\":\"" H16
	    "\"}", ERR_RANGE, "enc_key: 16 octets, des-ede3-cbc takes 24" },
	{ ASA "\"alg\":\"null\",\"auth_key\":\"xyz\"}", ERR_FORMAT,
	    "auth_key: not hex" },
	{ ASA "\"alg\":\"null\",\"enc_key\":5}", ERR_FORMAT,
	    "enc_key: not a string" },
	{ ASA "\"alg\":\"null\",\"auth_key\":\"" H32 H32 H32 "\"}", ERR_RANGE,
	    "auth_key: 96 octets, not up to 64" },
	{ ASA "\"alg\":\"aes-gmac\",\"auth_key\":\"" H16 "\"}", ERR_RANGE,
	    "salt: 0 octets, not 4" },
	{ ASA "\"alg\":\"aes-gmac\",\"auth_key\":\"" H16 "\",\"salt\":\""
	    H15 "\"}", ERR_RANGE, "salt: 15 octets, not up to 4" },
	{ ASA "\"alg\":\"hmac-md5-96\",\"auth_key\":\"" H16 "\",\"salt\":"
	    "\"00000000\"}", ERR_RANGE, "salt: 4 octets, not 0" },
	{ SUB "\"impi\":5}", ERR_FORMAT, "impi: not a string" },
	{ SUB "\"impi\":\"" H32 H32 "\"}", ERR_RANGE,
	    "impi: 128 octets, not up to 127" },
	{ SUB "\"impi\":\"a\\u0000b\"}", ERR_FORMAT, "impi: NUL in it" },
	{ SUB "\"impu\":\"sip:a\"}", ERR_FORMAT, "impu: not an array" },
	{ SUB "\"impu\":[5]}", ERR_FORMAT, "impu: not strings" },
	{ SUB "\"impu\":[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\","
	    "\"\",\"\",\"\",\"\",\"\",\"\",\"\"]}", ERR_LIMIT,
	    "impu: 17, more than 16" },
	{ SUB "\"imsi\":\"00101\"}", ERR_FORMAT, "imsi: not 6 to 15 digits" },
	{ SUB "\"imsi\":\"0010112345678901\"}", ERR_FORMAT, "imsi: not 6" },
	{ SUB "\"imsi\":\"00101a000000001\"}", ERR_FORMAT, "imsi: not 6" },
	{ SUB "\"imsi\":1010}", ERR_FORMAT, "imsi: not a string" },
	{ SUB "\"mnc_len\":1}", ERR_RANGE, "mnc_len: not 2 or 3" },
	{ SUB "\"mnc_len\":4}", ERR_RANGE, "mnc_len: not 2 or 3" },
	{ SUB "\"domain\":\"" H32 H32 "\"}", ERR_RANGE, "domain: 128 octets" },
	{ SUB "\"algorithm\":\"comp128\"}", ERR_ALG, "algorithm: comp128 is" },
	{ SUB OPC "}", ERR_FORMAT, "k: missing" },
	{ SUB "\"op\":\"\"}", ERR_FORMAT, "k: missing" },
	{ SUB K16 "}", ERR_FORMAT, "opc: missing, and op too" },
	{ SUB K16 "," OPC ",\"op\":\"" H16 "\"}", ERR_FORMAT,
	    "op: opc is there too" },
	{ SUB "\"k\":\"" H15 "\"," OPC "}", ERR_RANGE,
	    "k: 15 octets, not 16" },
	{ SUB "\"k\":\"" H32 "\"," OPC "}", ERR_RANGE, "k: 32 octets, not 16" },
	{ SUB "\"k\":\"" H20 "\",\"algorithm\":\"tuak\"}", ERR_RANGE,
	    "k: 20 octets, not 16 or 32" },
	{ SUB "\"k\":\"" H32 H16 "\"," OPC "}", ERR_RANGE,
	    "k: 48 octets, not up to 32" },
	{ SUB "\"k\":\"" H16 "zz\"," OPC "}", ERR_FORMAT, "k: not hex" },
	{ SUB "\"k\":1,\"opc\":2}", ERR_FORMAT, "k: not a string" },
	{ SUB K16 ",\"opc\":\"" H15 "\"}", ERR_RANGE,
	    "opc: 15 octets, not 16" },
	{ SUB K16 ",\"op\":\"" H32 "\"}", ERR_RANGE, "op: 32 octets, not 16" },
	{ SUB K16 "," OPC ",\"algorithm\":\"tuak\"}", ERR_RANGE,
	    "opc: 16 octets, not 32" },
	{ SUB "\"amf\":\"80\"}", ERR_RANGE, "amf: 1 octets, not 2" },
	{ SUB "\"sqn\":\"80\"}", ERR_RANGE, "sqn: 1 octets, not 6" },
	{ SUB "\"ind_len\":17}", ERR_RANGE, "ind_len: not 0 to 16" },
	{ SUB K16 "," OPC ",\"c\":[" FIVE "]}", ERR_FORMAT,
	    "c: not an array of 5" },
	{ SUB K16 "," OPC ",\"c\":[" FIVE ",\"" H15 "\"]}", ERR_RANGE,
	    "c: 15 octets, not 16" },
	{ SUB K16 "," OPC ",\"c\":[" FIVE ",1]}", ERR_FORMAT, "c: not a str" },
	{ SUB K16 "," OPC ",\"r\":5}", ERR_FORMAT, "r: not an array of 5" },
	{ SUB K16 "," OPC ",\"r\":[1,2,3,4,128]}", ERR_RANGE,
	    "r: not 0 to 127" },
	{ SUB K16 "," OPC ",\"r\":[1,2,3,4,\"5\"]}", ERR_FORMAT, "r: not" },
	{ SUB K16 "," OPC ",\"iterations\":0}", ERR_RANGE, "iterations: 0" },
	{ SUB K16 "," OPC ",\"iterations\":256}", ERR_RANGE,
	    "iterations: not 0 to 255" },
	{ SUB K16 "," OPC ",\"mac_len\":16}", ERR_RANGE, "mac_len: 16 octets" },
	{ SUB K16 "," OPC ",\"res_len\":16}", ERR_RANGE, "res_len: 16 octets" },
	{ SUB K16 "," OPC ",\"ck_len\":32}", ERR_RANGE, "ck_len: 32 octets" },
	{ SUB K16 "," OPC ",\"ik_len\":32}", ERR_RANGE, "ik_len: 32 octets" },
	{ SUB K16 ",\"algorithm\":\"xor\",\"res_len\":3}", ERR_RANGE,
	    "res_len: 3 octets" },
	{ VEC CK "," IK "}", ERR_FORMAT, "rand: missing" },
	{ VEC "\"rand\":\"" H15 "\"}", ERR_RANGE, "rand: 15 octets, not 16" },
	{ VEC "\"nonce\":\"kyRHLZrJyJQ=\"}", ERR_FORMAT,
	    "nonce: 8 octets, not 32 or more" },
	{ VEC "\"nonce\":\"?\"}", ERR_FORMAT, "nonce: not base64" },
	{ VEC R16 "," CK "}", ERR_FORMAT, "ik: missing" },
	{ VEC R16 "," IK "}", ERR_FORMAT, "ck: missing" },
	{ VEC R16 "," IK ",\"ck\":\"" H15 "\"}", ERR_RANGE,
	    "ck: 15 octets, not 16 or 32" },
	{ VEC R16 ",\"autn\":\"" H15 "\"}", ERR_RANGE,
	    "autn: 15 octets, not 16, 24 or 40" },
	{ VEC R16 ",\"xres\":\"aabbcc\"}", ERR_RANGE,
	    "xres: 3 octets, not 4 to 32" },
	{ VEC R16 ",\"xres\":\"" H32 "aa\"}", ERR_RANGE,
	    "xres: 33 octets, not up to 32" },
	{ VEC R16 ",\"sqn\":\"00\"}", ERR_RANGE, "sqn: 1 octets, not 6" },
	{ VEC R16 ",\"amf\":\"00\"}", ERR_RANGE, "amf: 1 octets, not 2" },
	{ VEC R16 ",\"impi\":{}}", ERR_FORMAT, "impi: not a string" },
};

/* Is a part of the keys used above in ERROR? */
static bool
key_in_error(void)
{
	return strstr(error, "465b") != NULL || strstr(error, "8b19") != NULL ||
	    strstr(error, "cd63") != NULL || strstr(error, "0011") != NULL;
}

static void
test_refusals(void)
{
	for (size_t i = 0; i < N(refusals); i++) {
		const struct refusal *t = &refusals[i];
		struct rec r;
		int e = read_line(&r, slice_str(t->line));

		CHECK(e == t->e && strncmp(error, t->error,
		    strlen(t->error)) == 0, "refused: %s", t->error);
		if (e != t->e || strncmp(error, t->error, strlen(t->error)))
			printf("# %s: %d: %s\n", t->line, e, error);
		CHECK_EACH(!key_in_error(), "no key in \"%s\"", error);
		rec_done(&r);
	}
}

static void
test_limit(void)
{
	size_t n = REC_LINE_MAX + 1;
	char *line = malloc(n);
	struct rec r;

	if (line == NULL)
		unit_fatal("malloc", "no memory");
	memset(line, ' ', n);
	memcpy(line, "{}", 2);
	CHECK_INT(rec_read(&r, slice_of(line, n), error), ERR_LIMIT,
	    "a line too long");
	rec_done(&r);
	CHECK_INT(rec_read(&r, slice_of(line, n - 1), error), 0,
	    "the longest line");
	rec_done(&r);
	memset(line, '[', n);
	CHECK_INT(rec_read(&r, slice_of(line, n - 1), error), ERR_FORMAT,
	    "arrays in arrays");
	rec_done(&r);
	free(line);
}

static const char *const valid[] = {
	SIP "\"time\":\"1.000000000\",\"file_b64\":\"/w==\",\"frames\":[1,2],"
	    "\"src\":\"::1\",\"transport\":\"tcp\",\"protection\":{\"spi\":1,"
	    "\"alg\":\"null\",\"ealg\":\"null\",\"icv\":\"unchecked\"}}",
	"{\"type\":\"packet\",\"packet\":\"4500\"}",
	"{\"type\":\"esp\",\"spi\":1,\"reason\":\"nosa\"}",
	"{\"type\":\"gap\",\"octets\":1}",
	ASA "\"alg\":\"null\",\"ealg\":\"aes-gcm\",\"enc_key\":\"" H16 "\","
	    "\"salt\":\"00000000\",\"role\":\"uc->ps\"}",
	SUB K16 "," OPC ",\"imsi\":\"001010000000001\",\"mnc_len\":2}",
	VEC R16 "," CK "," IK ",\"xres\":\"a54211d5\"}",
};

static void
test_prefixes(void)
{
	struct rec r;

	for (size_t i = 0; i < N(valid); i++) {
		size_t n = strlen(valid[i]);

		CHECK_INT(read_line(&r, slice_of(valid[i], n)), 0, "valid: %s",
		    error);
		rec_done(&r);
		for (size_t k = 0; k < n; k++) {
			CHECK_EACH(read_line(&r, slice_of(valid[i], k)) ==
			    ERR_FORMAT, "%zu octets of a line", k);
			CHECK_EACH(!key_in_error(), "no key: %s", error);
			rec_done(&r);
		}
	}
	CHECK(unit_failed == 0, "every prefix is refused");
}

/* Octets of valid lines changed, and lines of chance. */
static void
test_random(void)
{
	static const char pool[] = "{}[]\":,\\0a19.-e xtrue\n\xff";
	unsigned x = 7;
	char line[512];
	size_t good = 0;

	for (size_t i = 0; i < 60000; i++) {
		const char *from = valid[i % N(valid)];
		size_t n = strlen(from);
		struct rec r;

		memcpy(line, from, n);
		for (size_t k = 0; k < (i % 4 == 0 ? n : i % 4); k++) {
			size_t at;

			x = x * 1103515245 + 12345;
			at = i % 4 == 0 ? k : (x >> 8) % n;
			line[at] = i % 8 == 0 ? (char)(x >> 16) :
			    pool[(x >> 20) % (sizeof(pool) - 1)];
		}
		good += rec_read(&r, slice_of(line, n), error) == 0;
		rec_done(&r);
	}
	CHECK(good > 0 && good < 60000, "random lines: %zu were good", good);
}

/* A buffer that is full gives no second half of a line. */
static void
test_full(void)
{
	struct flow_sip s = { .where = some_where(),
	    .message = slice_str(message) };
	struct buf b;

	for (size_t max = 1; max < 300; max++) {
		buf_init(&b, max);
		rec_write_sip(&b, &s, false);
		CHECK_EACH(b.bad && b.n <= max, "no room behind %zu", max);
		buf_free(&b);
	}
	CHECK(unit_failed == 0, "every limit of the buffer");
}

/* The message of a line changed: its summary with it, all else as it was. */
static void
line_sip(void)
{
	static const char new[] = "INVITE sip:b SIP/2.0\r\nCall-ID: \"c\"\r\n"
	    "CSeq: 2 INVITE\r\n\r\n";
	static const char text[] = "\"message\":\"INVITE sip:b SIP/2.0\\r\\n"
	    "Call-ID: \\\"c\\\"\\r\\nCSeq: 2 INVITE\\r\\n\\r\\n\"";
	static const char summary[] = "\"method\":\"INVITE\",\"call_id\":"
	    "\"\\\"c\\\"\",\"cseq\":\"2 INVITE\"";
	static const struct {
		const char	*line, *before, *summary, *between, *after;
	} t[] = {
		{ "{\"type\":\"sip\", \"frame\" : 7 ,\"status\":200,\"call_id\":"
		    "\"a\",\"cseq\":\"1 X\",\"impi\":\"i\" , \"x\":{\"impi\":[1,"
		    "\"}\"]},\"message\":\"old\" }",
		    "{\"type\":\"sip\", \"frame\" : 7,", summary,
		    " , \"x\":{\"impi\":[1,\"}\"]},", " }" },
		{ "{\"message_b64\":\"AAAA\",\"type\":\"sip\"}", "{", "", "",
		    ",\"type\":\"sip\"}" },
		{ " { \"method\":\"X\" , \"type\":\"sip\",\"message\":\"\"}",
		    " {", summary, " , \"type\":\"sip\",", "}" },
		{ "{\"impi\":\"i\",\"cseq\":\"1 X\",\"message\":\"\"}", "{",
		    summary, ",", "}" },
	};
	struct buf out;
	char want[1024];

	buf_init(&out, 0);
	for (size_t i = 0; i < N(t); i++) {
		snprintf(want, sizeof(want), "%s%s%s%s%s", t[i].before,
		    t[i].summary, t[i].between, text, t[i].after);
		buf_reset(&out);
		rec_line_sip(&out, slice_str(t[i].line), slice_str(new),
		    false);
		CHECK_STR(buf_slice(&out), want, "line %zu with another "
		    "message", i);
	}
	buf_reset(&out);
	rec_line_sip(&out, slice_str("{\"type\":\"sip\",\"message\":\"x\"}"),
	    slice_of("OPTIONS sip:a SIP/2.0\r\nX: \xff\r\n\r\n", 31), false);
	CHECK_STR(buf_slice(&out), "{\"type\":\"sip\",\"message_b64\":"
	    "\"T1BUSU9OUyBzaXA6YSBTSVAvMi4wDQpYOiD/DQoNCg==\"}",
	    "a message that is no UTF-8");
	buf_reset(&out);
	rec_line_sip(&out, slice_str("{\"message\":\"a\\\\\" , \"method\":\"X"
	    "\\\"\",\"cseq\":\"\\\\\\\"\" }"), slice_str("b"), true);
	CHECK_STR(buf_slice(&out), "{\"message\":\"b\" , \"method\":\"X\\\"\","
	    "\"cseq\":\"\\\\\\\"\" }", "a summary that fits is left");
	buf_free(&out);
}

/* The records of hide, written and read; and what is wrong with them. */
static void
hide_records(void)
{
	static const char *const good[] = {
		"{\"type\":\"hide-key\",\"id\":7,\"network\":\"home1.net\","
		    "\"key\":\"000102030405060708090a0b0c0d0e0f\"}",
		"{\"type\":\"hide-key\",\"id\":0,"
		    "\"key\":\"000102030405060708090a0b0c0d0e0f\"}",
		"{\"type\":\"hide-state\","
		    "\"key\":\"000102030405060708090a0b0c0d0e0f\"}",
		"{\"type\":\"hide-run\","
		    "\"ref\":\"000102030405060708090a0b0c0d0e0f\",\"run\":\"00ff\"}",
	};
	static const struct {
		const char	*line, *error;
	} bad[] = {
		{ "{\"type\":\"hide-key\",\"id\":7,\"key\":\"00\"}",
		    "key: 1 octets, not 16" },
		{ "{\"type\":\"hide-key\",\"id\":256,"
		    "\"key\":\"000102030405060708090a0b0c0d0e0f\"}", "id: " },
		{ "{\"type\":\"hide-key\","
		    "\"key\":\"000102030405060708090a0b0c0d0e0f\"}", "id: " },
		{ "{\"type\":\"hide-key\",\"id\":1}", "key: " },
		{ "{\"type\":\"hide-state\"}", "key: " },
		{ "{\"type\":\"hide-run\","
		    "\"ref\":\"000102030405060708090a0b0c0d0e0f\"}", "run: " },
		{ "{\"type\":\"hide-run\",\"run\":\"00\"}", "ref: " },
	};
	struct rec_hide h;
	struct rec r;
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < N(good); i++) {
		buf_reset(&out);
		CHECK(rec_read(&r, slice_str(good[i]), error) == 0 &&
		    rec_read_hide(&r, &h, error) == 0, "read: %s", error);
		rec_write_hide(&out, &h);
		CHECK(out.n > 0 && out.p[out.n - 1] == '\n', "a line");
		CHECK_STR(slice_sub(buf_slice(&out), 0, out.n - 1), good[i],
		    "written as it was read");
		rec_done(&r);
	}
	for (size_t i = 0; i < N(bad); i++) {
		CHECK(rec_read(&r, slice_str(bad[i].line), error) == 0 &&
		    rec_read_hide(&r, &h, error) < 0, "bad: %s", bad[i].line);
		CHECK(strncmp(error, bad[i].error, strlen(bad[i].error)) == 0,
		    "says %s: %s", bad[i].error, error);
		rec_done(&r);
	}
	CHECK(rec_read(&r, slice_str("{\"type\":\"x\"}"), error) == 0 &&
	    rec_read_hide(&r, &h, error) == 0 && h.what == REC_HIDE_NONE,
	    "another type");
	rec_done(&r);
	buf_free(&out);
}

int
main(void)
{
	test_sip();
	test_sip_more();
	test_sip_binary();
	test_text();
	test_packet_esp_gap();
	test_sa();
	test_sa_kinds();
	test_sa_whole();
	test_sa_by_hand();
	test_subscriber();
	test_subscriber_tuak();
	test_impi();
	test_vector();
	test_stat();
	test_finding();
	test_frames();
	test_time();
	test_other();
	test_refusals();
	test_limit();
	test_prefixes();
	test_random();
	test_full();
	line_sip();
	hide_records();
	return unit_end();
}
