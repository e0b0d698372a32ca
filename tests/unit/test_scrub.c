/* test_scrub: pseudonyms: their form, that they differ, what they keep (scrub). */
#include "err.h"
#include "net.h"
#include "scrub.h"
#include "undo.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static const uint8_t key[SCRUB_KEY] = { 7, 7, 7 };
static struct sa_db *db;
static struct scrub *s;

typedef void	 replace(struct scrub *, uint8_t *, size_t);

/* TEXT replaced; valid until the call after the next three. */
static const char *
of(replace *fn, const char *text)
{
	static char out[4][512];
	static unsigned at;
	char *o = out[at++ % 4];

	snprintf(o, sizeof(out[0]), "%s", text);
	fn(s, (uint8_t *)o, strlen(o));
	return o;
}

static bool
same_form(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++) {
		bool digit = *a >= '0' && *a <= '9';
		bool alpha = (*a | 32) >= 'a' && (*a | 32) <= 'z';

		if (digit ? *b < '0' || *b > '9' : alpha ?
		    (*b | 32) < 'a' || (*b | 32) > 'z' ||
		    (*a & 32) != (*b & 32) : *a != *b)
			return false;
	}
	return *a == *b;
}

/* All of /24: 256 addresses, of one /24, as long as they were. */
static void
addresses4(const char *prefix, const char *stays)
{
	bool seen[256] = { false };
	char text[32], net[32];
	unsigned last, n = 0;

	for (unsigned i = 0; i < 256; i++) {
		const char *o, *dot;

		snprintf(text, sizeof(text), "%s%u", prefix, i);
		o = of(scrub_text, text);
		CHECK_EACH(strlen(o) == strlen(text), "%s, %s: as long", text,
		    o);
		CHECK_EACH(strncmp(o, stays, strlen(stays)) == 0,
		    "%s, %s: still %s", text, o, stays);
		dot = strrchr(o, '.');
		if (i == 0)
			snprintf(net, sizeof(net), "%.*s", (int)(dot - o), o);
		CHECK_EACH(strncmp(o, net, strlen(net)) == 0,
		    "%s, %s: same network", text, o);
		last = (unsigned)atoi(dot + 1);
		n += last < 256 && !seen[last];
		seen[last % 256] = true;
	}
	CHECK_INT(n, 256, "%s0/24: all different", prefix);
}

/* The same address in text and in octets. */
static void
addresses_agree(void)
{
	static const char *const text[] = {
		"192.0.2.33", "10.4.128.21", "172.20.1.9", "100.99.5.250",
		"2001:db8::1", "2001:db8:0:1::a:bc", "fd00:1234:5678::ff",
		"fe80::a00:27ff:fe4e:66a1", "2001:db8:1:2:3:4:5:6",
		"2a00::", "2001:DB8::ABCD",
	};
	char shown[PKT_ADDR_TEXT], low[64];

	for (size_t i = 0; i < N(text); i++) {
		const char *o = of(scrub_text, text[i]);
		struct pkt_addr a;

		if (pkt_addr_parse(&a, slice_str(text[i])) < 0)
			unit_fatal("address", text[i]);
		scrub_address(s, &a);
		pkt_addr_text(&a, shown);
		snprintf(low, sizeof(low), "%s", o);
		for (char *c = low; *c != '\0'; c++)
			*c = (char)(*c >= 'A' && *c <= 'F' ? *c + 32 : *c);
		CHECK(strcmp(low, shown) == 0 && strlen(o) == strlen(text[i]),
		    "%s: %s in text, %s in octets", text[i], o, shown);
		CHECK(strcmp(o, text[i]) != 0, "%s: another one", text[i]);
	}
}

static void
addresses_stay(void)
{
	static const char *const stay[] = {
		"127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.22", "::",
		"::1", "ff02::1",
	};

	for (size_t i = 0; i < N(stay); i++)
		CHECK_STR(slice_str(of(scrub_text, stay[i])), stay[i],
		    "nobody's address");
}

static void
numbers(void)
{
	static bool seen[100000];
	const char *o, *p;
	char text[16];
	unsigned n = 0;

	for (unsigned i = 0; i < 100000; i++) {
		unsigned v;

		snprintf(text, sizeof(text), "%05u", i);
		o = of(scrub_number, text);
		v = (unsigned)atoi(o) % 100000;
		n += !seen[v];
		seen[v] = true;
		CHECK_EACH((o[0] == '0') == (text[0] == '0'), "%s, %s", text,
		    o);
	}
	CHECK_INT(n, 100000, "numbers of five digits: all different");
	o = of(scrub_number, "+49 30 1234567");
	p = of(scrub_number, "0301234567");
	CHECK(strncmp(o, "+", 1) == 0 && o[3] == ' ' && o[6] == ' ',
	    "%s: signs stay", o);
	CHECK(strcmp(o + 7, p + 3) == 0, "%s and %s end alike", o, p);
	CHECK_STR(slice_str(of(scrub_text, "tel:112")), "tel:112",
	    "a service");
}

static void
words(void)
{
	static bool seen[676];
	unsigned n = 0;
	char text[3] = "";

	for (unsigned i = 0; i < 676; i++) {
		const char *o;
		unsigned v;

		text[0] = (char)('a' + i / 26);
		text[1] = (char)('a' + i % 26);
		o = of(scrub_identity, text);
		v = (unsigned)(o[0] - 'a') * 26 + (unsigned)(o[1] - 'a');
		n += v < 676 && !seen[v];
		seen[v % 676] = true;
	}
	/* "as", "mo", "mt" and "ut" stay, and may be pseudonyms too. */
	CHECK(n >= 672, "%u of 676 words of two letters: different", n);
	CHECK(same_form("Alice.B-7", of(scrub_identity, "Alice.B-7")),
	    "case and signs");
}

static void
domains(void)
{
	static const struct {
		const char	*was, *begins, *ends;
	} t[] = {
		{ "pcscf01.ims.mnc260.mcc310.3gppnetwork.org", "pcscf01.ims.mnc",
		    ".mcc001.3gppnetwork.org" },
		{ "home1.net", "", ".net" },
		{ "www.operator.co.de", "www.", ".de" },
	};
	const char *imsi = of(scrub_identity,
	    "262011234567890@ims.mnc001.mcc262.3gppnetwork.org");

	for (size_t i = 0; i < N(t); i++) {
		const char *o = of(scrub_host, t[i].was);

		CHECK(same_form(t[i].was, o) && strcmp(t[i].was, o) != 0 &&
		    strncmp(o, t[i].begins, strlen(t[i].begins)) == 0 &&
		    strcmp(o + strlen(o) - strlen(t[i].ends), t[i].ends) == 0,
		    "%s: %s", t[i].was, o);
	}
	CHECK(strncmp(imsi, "001", 3) == 0 && strncmp(imsi + 3, imsi + 24, 2)
	    == 0, "%s: one network in the IMSI and in the domain", imsi);
}

/* RFC 7254; the check digit of 49015420323751 is 8 (TS 23.003 annex B). */
static void
imei(void)
{
	const char *o = of(scrub_text, "<urn:gsma:imei:49015420-323751-8>");
	unsigned sum = 0, k = 0;

	CHECK(strncmp(o, "<urn:gsma:imei:", 15) == 0 && o[23] == '-' &&
	    o[30] == '-', "%s: of its form", o);
	for (const char *c = o + 15; *c != '\0'; c++)
		if (*c >= '0' && *c <= '9') {
			unsigned d = (unsigned)(*c - '0') * (1 + k++ % 2);

			sum += d / 10 + d % 10;
		}
	CHECK(k == 15 && sum % 10 == 0, "%s: checks", o);
}

static void
left_alone(void)
{
	static const char *const stay[] = {
		"SIP/2.0 200 OK", "expires=600000",
		"+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims\"",
		"application/vnd.3gpp.sms", "12:30:45", "Kamailio 5.6.3",
		"<sip:term@pcscf.ims.org;lr>", "sip:anonymous@anonymous.invalid",
	};

	for (size_t i = 0; i < N(stay); i++)
		CHECK_STR(slice_str(of(scrub_text, stay[i])), stay[i],
		    "protocol");
}

static const char message[] =
"INVITE sip:+4930123456;phone-context=home.net@home1.net;user=phone SIP/2.0\r\n"
"v: SIP/2.0/UDP [2001:db8::9:1]:5060;branch=z9hG4bKabc, SIP/2.0/TCP a.b.net\r\n"
"From: \"Al \\\"x\\\" Ice\" <sip:alice:secret@home1.net>;tag=4\r\n"
"To: <tel:+4930123456>\r\n"
"Call-ID: 7@10.1.1.1\r\n"
"Authorization: Digest username=\"2620199@home1.net\",realm=\"home1.net\","
"nonce=\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",uri=\"sip:home1.net\","
"algorithm=AKAv1-MD5,response=\"00112233445566778899aabbccddeeff\",auts=\"AA==\"\r\n"
"P-Access-Network-Info: 3GPP-E-UTRAN-FDD;\r\n utran-cell-id-3gpp=26201D0F1\r\n"
"nonsense line with sip:bob@home1.net\r\n"
"Content-Type: multipart/mixed;boundary=\"b\"\r\n"
"Content-Length: 137\r\n"
"\r\n"
"--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\no=bob 1 1 IN IP4 10.1.1.1\r\n"
"--b\r\nContent-Type: application/vnd.3gpp.sms\r\n\r\n\x01\x02\x03\x91\x21\x43"
"\x00\x05\x04\x03\x91\x21\xf3\r\n--b--\r\n";

/* Every start of a message, and every octet of it changed: same length. */
static void
prefixes(void)
{
	static struct sip_msg was, is;
	const size_t n = sizeof(message) - 1;
	uint32_t seed = 1;

	for (size_t i = 0; i <= 4 * n; i++) {
		size_t len = i <= n ? i : n;
		uint8_t *p = unit_edge(message, len), *q;
		int r;

		if (i > n) {
			seed = seed * 1103515245 + 12345;
			p[seed % n] = (uint8_t)(seed >> 16);
		}
		q = unit_edge(p, len);
		r = scrub_message(s, q, len, NULL);
		if (r == 0 && sip_parse(&was, slice_of(p, len)) == 0)
			CHECK_EACH(sip_parse(&is, slice_of(q, len)) == 0 &&
			    was.n_hdr == is.n_hdr &&
			    was.body.n == is.body.n &&
			    slice_eq(was.method, is.method),
			    "%zu: another message", i);
		else
			CHECK_EACH(memcmp(p, q, len) == 0, "%zu: no SIP, "
			    "but changed", i);
		unit_edge_free(p, len);
		unit_edge_free(q, len);
	}
	CHECK(true, "every start of a message, and damage in it");
}

static void
undone(void)
{
	static const uint8_t salt[UNDO_SALT] = { 1 };
	static uint8_t text[UNDO_TEXT];
	const size_t size[] = { 0, 1, 1000, UNDO_TEXT };
	struct undo *u;
	struct buf b, back;
	bool last = true;
	size_t at;

	buf_init(&b, 0);
	buf_init(&back, 0);
	u = undo_seal_new(key, salt, &b);
	for (size_t i = 0; i < N(size); i++)
		CHECK_INT(undo_seal(u, slice_of(text, size[i]),
		    i == N(size) - 1, &b), 0, "sealed");
	undo_free(u);
	CHECK_INT(b.n, UNDO_HEAD + 4 * UNDO_AROUND + 1001 + UNDO_TEXT,
	    "octets");
	for (size_t flip = 0; flip < 8 * 70; flip++) {
		int r;

		b.p[flip / 8] ^= (uint8_t)(1 << flip % 8);
		u = undo_open_new(key, slice_of(b.p, UNDO_HEAD));
		r = u == NULL ? ERR_FORMAT : undo_open(u, slice_from(
		    buf_slice(&b), UNDO_HEAD), &last, &back);
		/* The second chunk begins at 44. */
		CHECK_EACH((r < 0) == (flip < 8 * 44), "bit %zu: %d", flip, r);
		undo_free(u);
		b.p[flip / 8] ^= (uint8_t)(1 << flip % 8);
	}
	buf_reset(&back);
	u = undo_open_new(key, slice_of(b.p, UNDO_HEAD));
	at = UNDO_HEAD;
	for (size_t i = 0; i < N(size); i++) {
		int r = undo_open(u, slice_from(buf_slice(&b), at), &last,
		    &back);

		CHECK_INT(r, size[i] + UNDO_AROUND, "opened");
		CHECK_INT(last, i == N(size) - 1, "the last");
		at += (size_t)r;
	}
	CHECK_INT(undo_open(u, slice_sub(buf_slice(&b), 0, 3), &last, &back),
	    ERR_MORE, "cut");
	undo_free(u);
	buf_free(&b);
	buf_free(&back);
}

int
main(void)
{
	const struct scrub_options o = { 0 };

	db = sa_db_new();
	s = db != NULL ? scrub_new(key, &o, db) : NULL;
	if (s == NULL)
		unit_fatal("scrub_new", "no memory");
	addresses4("10.4.128.", "10.");
	addresses4("192.168.1.", "192.168.");
	addresses4("8.8.8.", "");
	addresses4("172.16.0.", "172.");
	addresses_agree();
	addresses_stay();
	numbers();
	words();
	domains();
	imei();
	left_alone();
	prefixes();
	undone();
	scrub_free(s);
	sa_db_free(db);
	return unit_end();
}
