/* test_sip: framing, start lines, header fields and values of SIP. */
#include <limits.h>

#include "unit.h"

#include "err.h"
#include "sip.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const files[] = {
	"register_sec_agree", "trying", "challenge", "register_answer",
	"register_ok", "invite", "invite_ok",
};

static struct sip_msg msg;

static struct slice
load(const char *name)
{
	char path[64];
	struct slice s;

	snprintf(path, sizeof(path), "../sip/%s.sip", name);
	s.p = unit_file(path, &s.n);
	return s;
}

static void
unload(struct slice s)
{
	free((void *)(uintptr_t)s.p);
}

/* TEXT with its NUL octets, if any, at an unreadable page. */
static struct slice
edge(struct slice s)
{
	return slice_of(unit_edge(s.p, s.n), s.n);
}

static void
edge_free(struct slice s)
{
	unit_edge_free((uint8_t *)(uintptr_t)s.p, s.n);
}

/* Every value function on every field, for its reads only. */
static void
walk(const struct sip_msg *m)
{
	for (size_t i = 0; i < m->n_hdr; i++) {
		struct sip_iter it = { &m->hdr[i], m->hdr[i].value };
		struct slice v, rest, scheme;
		struct sip_param p;
		struct sip_addr a;
		struct sip_uri u;
		struct sip_via via;

		while (sip_comma(&it.rest, &v)) {
			if (sip_addr(v, &a) == 0)
				(void)!sip_uri(a.uri, &u);
			(void)!sip_via(v, &via);
			for (rest = v; sip_param_next(&rest, ';', &p);)
				;
		}
		(void)!sip_auth(m->hdr[i].value, &scheme, &rest);
		while (sip_param_next(&rest, ',', &p))
			;
	}
}

static const struct {
	const char	*in;
	int		 want;
} begins[] = {
	{ "OPTIONS sip:user@example.org SIP/2.0\r\n", 1 },
	{ "OPTIONS sip:user@example.org SIP/2.0\n", 1 },
	{ "INVITE  sip:user@example.com  SIP/2.0\r\n", 1 },
	{ "INVITE sip:user@example.com; lr SIP/2.0\r\n", 1 },
	{ "INVITE <sip:user@example.com> SIP/2.0\r\n", 1 },
	{ "OPTIONS sip:remote-target@example.com SIP/2.0  \r\n", 1 },
	{ "OPTIONS sip:t.watson@example.org SIP/7.0\r\n", 1 },
	{ "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\r\n", 1 },
	{ "INVITE urn:service:sos sip/2.0\r\n", 1 },
	{ "RE%47IST%45R sip:registrar.example.com SIP/2.0\r\n", 1 },
	{ "SIP sip:x SIP/2.0\r\n", 1 },
	{ "SIP/2.0 200 OK\r\n", 1 },
	{ "SIP/2.0 100 \r\n", 1 },
	{ "SIP/2.0 100\r\n", 1 },
	{ "SIP/2.0 4294967301 better not break the receiver\r\n", 1 },
	{ "", ERR_MORE },
	{ "OPTIONS sip:user@example.org SIP/2.0\r", ERR_MORE },
	{ "SIP/2.0 200 OK", ERR_MORE },
	{ "GET / ", 0 },
	{ "GET http://example.com/ HTTP/1.1\r\n", 0 },
	{ "M-SEARCH *", 0 },
	{ "HTTP/1", 0 },
	{ "OPTIONS * RTSP/1.0\r\n", 0 },
	{ "DESCRIBE rtsp://example.com/a RTSP/1.0\r\n", 0 },
	{ "RTSP/1.0 200 OK\r\n", 0 },
	{ "CONNECT example.com:443 HTTP/1.1\r\n", 0 },
	{ "\r\nOPTIONS sip:x SIP/2.0\r\n", 0 },
	{ " OPTIONS sip:x SIP/2.0\r\n", 0 },
	{ "\r", 0 },
	{ "\x16\x03\x01", 0 },
	{ "INVITE SIP/2.0\r\n", 0 },
	{ "INVITE sip:a\r\nSIP/2.0\r\n", 0 },
	{ "INVITE sip:a SIP/2.0x\r\n", 0 },
	{ "INVITE sip:a SIP/2.\r\n", 0 },
	{ "SIP/2.0 20 OK\r\n", 0 },
	{ "SIP/2.0 2x", 0 },
	{ "SIP/x", 0 },
	{ "SIP/2. ", 0 },
	{ "{\"type\"", 0 },
};

static void
test_begins(void)
{
	static char line[8300];

	for (size_t i = 0; i < N(begins); i++) {
		struct slice e = edge(slice_str(begins[i].in));
		bool more = true;

		CHECK_INT(sip_begins(e), begins[i].want, "begins %zu", i);
		for (size_t n = 0; begins[i].want == 1 && n < e.n; n++)
			more &= sip_begins(slice_sub(e, 0, n)) == ERR_MORE;
		CHECK(more, "begins %zu: its prefixes may begin", i);
		edge_free(e);
	}
	memset(line, 'a', sizeof(line));
	memcpy(line, "INVITE sip:", 11);
	memcpy(line + 8192 - 10, " SIP/2.0\r\n", 10);
	CHECK_INT(sip_begins(slice_of(line, 8192)), 1, "line of 8192");
	CHECK_INT(sip_begins(slice_of(line, 8191)), ERR_MORE, "8191 of it");
	memcpy(line + 8193 - 10, " SIP/2.0\r\n", 10);
	line[8192 - 10] = 'a';
	CHECK_INT(sip_begins(slice_of(line, 8193)), 0, "line of 8193");
	CHECK_INT(sip_begins(slice_of(line, 8192)), 0, "8192 of it");
	CHECK_INT(sip_parse(&msg, slice_of(line, 8193)), ERR_FORMAT,
	    "line of 8193 does not parse");
}

#define START	"BYE sip:a SIP/2.0\r\n"
static const struct {
	const char	*in;
	int		 want;
	int		 missing;
	unsigned	 odd;		/* when parsed as a datagram */
} frames[] = {
	{ START "\r\n", 21, 0, SIP_ODD_LENGTH_MISSING },
	{ START "l:3\r\n\r\nabc", 29, 0, 0 },
	{ START "l:3\r\n\r\nabcd", 29, 0, SIP_ODD_LENGTH_SHORT },
	{ START "l:3\r\n\r\nab", 28, 1, SIP_ODD_LENGTH_LONG },
	{ START "Content-Length : 5\r\n\r\n", 41, 5, SIP_ODD_LENGTH_LONG },
	{ START "content-length:\r\n  3\r\n\r\nabc", 46, 0, 0 },
	{ START "l:1\r\nL:3\r\n\r\nabc", 32, 0,
	    SIP_ODD_LENGTH_BAD | SIP_ODD_LENGTH_SHORT },
	{ START "l:x\r\nL:3\r\n\r\nabc", 34, 0, SIP_ODD_LENGTH_BAD },
	{ START "l:-9\r\n\r\nabc", 27, 0, SIP_ODD_LENGTH_BAD },
	{ START "l:\r\n\r\nabc", 25, 0, SIP_ODD_LENGTH_BAD },
	{ START "l:1 2\r\n\r\nabc", 28, 0, SIP_ODD_LENGTH_BAD },
	{ START "l:1048577\r\n\r\n", ERR_LIMIT, 0, SIP_ODD_LENGTH_LONG },
	{ START "l:4294967297\r\n\r\na", ERR_LIMIT, 0, SIP_ODD_LENGTH_LONG },
	{ START "l:99999999999999999999999\r\n\r\na", ERR_LIMIT, 0,
	    SIP_ODD_LENGTH_LONG },
	{ START "l:0\n\r\n", 25, 0, SIP_ODD_LF },
	{ START "l:0\r\n\n", 25, 0, SIP_ODD_LF },
	{ "BYE sip:a SIP/2.0\nl:1\n\na", 24, 0, SIP_ODD_LF },
	{ START "l:0\r\n", ERR_MORE, 0, SIP_ODD_NO_BLANK },
	{ START "l:0", ERR_MORE, 0, SIP_ODD_NO_BLANK },
	{ START "l:0\r\n\r", ERR_MORE, 0, SIP_ODD_NO_BLANK | SIP_ODD_LINE },
	{ START "Subject: a\r\n \r\n l:3\r\nl:0\r\n\r\n", 47, 0, 0 },
	{ START " l:3\r\nl:0\r\n\r\n", 32, 0, SIP_ODD_LINE },
	{ START "garbage\r\nl:0\r\n\r\n", 35, 0, SIP_ODD_LINE },
	{ START ": a\r\nl:0\r\n\r\n", 31, 0, SIP_ODD_LINE },
	{ START "a b: c\r\nl:0\r\n\r\n", 34, 0, SIP_ODD_LINE },
	{ START "Subject: l:9\r\nl:0\r\n\r\n", 40, 0, 0 },
	{ "GET / HTTP/1.1\r\n\r\n", ERR_FORMAT, 0, 0 },
	{ "\r\n" START "\r\n", ERR_FORMAT, 0, SIP_ODD_LENGTH_MISSING },
};

static void
test_frame(void)
{
	for (size_t i = 0; i < N(frames); i++) {
		struct slice e = edge(slice_str(frames[i].in));
		size_t missing = 99;
		int r = frames[i].missing > 0 ? ERR_MORE : frames[i].want;

		CHECK_INT(sip_frame(e, &missing), frames[i].want,
		    "frame %zu", i);
		CHECK_INT(missing, frames[i].missing, "frame %zu: rest", i);
		CHECK_INT(sip_frame(e, NULL), r, "frame %zu: whole", i);
		if (e.p[0] != 'G' && CHECK(sip_parse(&msg, e) == 0,
		    "frame %zu: parses", i))
			CHECK_INT(msg.odd, frames[i].odd, "frame %zu: odd", i);
		edge_free(e);
	}
	CHECK_INT(sip_parse(&msg, slice_str("GET / HTTP/1.1\r\n\r\n")),
	    ERR_FORMAT, "HTTP is refused");
	CHECK_INT(sip_parse(&msg, slice_str("\r\n\r\n")), ERR_FORMAT,
	    "keep-alive is no message");
	CHECK_INT(sip_parse(&msg, slice_of(NULL, 0)), ERR_FORMAT,
	    "nothing is no message");
	CHECK(sip_parse(&msg, slice_str("BYE sip:a SIP/2.0")) == 0 &&
	    (msg.odd & SIP_ODD_NO_BLANK), "start line alone");
}

static void
test_odd_at(void)
{
	CHECK(sip_parse(&msg, slice_str("\r\n" START "x\r\nl:0\n\r\n")) == 0,
	    "CRLF in front");
	CHECK_INT(msg.odd_at, 19, "odd at the line that is no field");
	CHECK(msg.raw.p[0] == 'B', "raw starts at the start line");
	CHECK(sip_parse(&msg, slice_str(START "l:1\r\n\r\nab")) == 0, "short");
	CHECK_INT(msg.odd_at, 27, "odd at what is behind the body");
}

/* A head of N octets; the caller frees it. */
static struct slice
long_head(size_t n)
{
	uint8_t *p = malloc(n);

	if (p == NULL)
		unit_fatal("malloc", "head");
	memset(p, 'x', n);
	memcpy(p, START "Subject: ", 28);
	memcpy(p + n - 4, "\r\n\r\n", 4);
	return slice_of(p, n);
}

static void
test_limits(void)
{
	struct slice s = long_head(SIP_HEAD_MAX);
	char many[8192];
	size_t n = 0;

	CHECK_INT(sip_frame(s, NULL), SIP_HEAD_MAX, "longest head");
	CHECK_INT(sip_frame(slice_sub(s, 0, s.n - 1), NULL), ERR_MORE,
	    "all but its last octet");
	unload(s);
	s = long_head(SIP_HEAD_MAX + 1);
	CHECK_INT(sip_frame(s, NULL), ERR_LIMIT, "head too long");
	CHECK_INT(sip_frame(slice_sub(s, 0, s.n - 1), NULL), ERR_LIMIT,
	    "told without the rest of it");
	CHECK_INT(sip_parse(&msg, s), 0, "it parses");
	unload(s);
	n = (size_t)snprintf(many, sizeof(many), START);
	for (int i = 0; i < SIP_HEADERS + 9; i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n,
		    "X-%d: %d\r\n", i, i);
	n += (size_t)snprintf(many + n, sizeof(many) - n, "l: 2\r\n\r\nab");
	CHECK_INT(sip_frame(slice_of(many, n), NULL), n, "many: framed");
	CHECK_INT(sip_parse(&msg, slice_of(many, n)), 0, "many: parsed");
	CHECK_INT(msg.odd, SIP_ODD_HEADERS, "many: noted");
	CHECK_INT(msg.n_hdr, SIP_HEADERS, "many: as many as fit");
	CHECK_STR(msg.hdr[255].name, "X-255", "many: the last of them");
	CHECK_STR(msg.body, "ab", "many: body");
}

static void
prefixes(const char *name, struct slice s)
{
	struct sip_msg whole;
	bool more = true, rest = true;

	CHECK_INT(sip_frame(s, NULL), s.n, "%s: framed", name);
	CHECK(sip_parse(&whole, s) == 0, "%s: parsed", name);
	CHECK_INT(whole.odd, 0, "%s: nothing odd", name);
	for (size_t n = 0; n < s.n; n++) {
		struct slice e = edge(slice_sub(s, 0, n));
		size_t missing;
		int r = sip_frame(e, &missing);

		more &= sip_frame(e, NULL) == ERR_MORE;
		rest &= n < whole.head.n ? r == ERR_MORE :
		    r == (int)n && missing == s.n - n;
		if (sip_parse(&msg, e) == 0) {
			walk(&msg);
			more &= msg.odd != 0;
		}
		edge_free(e);
	}
	CHECK(more, "%s: no prefix is whole", name);
	CHECK(rest, "%s: a prefix with its head knows its length", name);
}

/* Take SIZE octets at a time from S; the lengths of the messages into OUT. */
static size_t
chunks(struct slice s, size_t first, size_t size, int *out, size_t cap)
{
	size_t have = first, from = 0, n = 0;

	for (;;) {
		struct slice in = slice_sub(s, from, have - from);
		int r = sip_frame(in, NULL);

		if (r > 0 && n < cap) {
			out[n++] = r;
			from += (size_t)r;
		} else if (r != ERR_MORE || have == s.n)
			return from == s.n ? n : 0;
		else
			have = have + size < s.n ? have + size : s.n;
	}
}

static void
test_stream(void)
{
	uint8_t all[16384];
	int want[5], got[5];
	size_t n = 0;
	bool same = true;

	for (size_t i = 0; i < 5; i++) {
		struct slice s = load(files[i + 2]);

		memcpy(all + n, s.p, s.n);
		n += s.n;
		want[i] = (int)s.n;
		unload(s);
	}
	for (size_t i = 0; i <= n; i++)
		same &= chunks(slice_of(all, n), i, n, got, 5) == 5 &&
		    memcmp(want, got, sizeof(want)) == 0;
	CHECK(same, "five messages however a stream is cut in two");
	same = true;
	for (size_t i = 1; i < 200; i++)
		same &= chunks(slice_of(all, n), 0, i, got, 5) == 5 &&
		    memcmp(want, got, sizeof(want)) == 0;
	CHECK(same, "five messages in pieces of any size");
}

static void
test_find(void)
{
	struct slice s = slice_str("v=0\r\na=SIP/2.0 200 OK\r\n"
	    "SIP/2.0 200 OK\r\n\r\nSIP/2.0 200 OK\r\nVia : x\r\n\r\n"
	    "BYE sip:a SIP/2.0\r\nt:b\r\n");

	CHECK_INT(sip_find(s, 0), 41, "first message");
	CHECK_INT(sip_find(s, 41), 41, "from itself");
	CHECK_INT(sip_find(s, 42), 68, "the next");
	CHECK_INT(sip_find(s, 69), s.n, "none");
	CHECK_INT(sip_find(slice_sub(s, 0, 50), 0), 41, "begun");
	CHECK_INT(sip_find(slice_sub(s, 0, 59), 0), 41, "no field yet");
	CHECK_INT(sip_find(slice_str("{ab\r\n{c"), 0), 7, "nothing like it");
	CHECK_INT(sip_find(slice_of(NULL, 0), 0), 0, "nothing");
}

static void
test_names(void)
{
	static const char letters[] = "cfiklmotv";
	static const enum sip_h ids[] = {
		SIP_H_CONTENT_TYPE, SIP_H_FROM, SIP_H_CALL_ID,
		SIP_H_SUPPORTED, SIP_H_CONTENT_LENGTH, SIP_H_CONTACT,
		SIP_H_EVENT, SIP_H_TO, SIP_H_VIA,
	};
	char name[32];

	for (int h = SIP_H_OTHER + 1; h < SIP_H_N; h++) {
		snprintf(name, sizeof(name), "%s", sip_h_name(h));
		CHECK_INT(sip_h_id(slice_str(name)), h, "%s", name);
		for (char *p = name; *p != '\0'; p++)
			if (*p >= 'a' && *p <= 'z')
				*p -= 32;
		CHECK_INT(sip_h_id(slice_str(name)), h, "%s", name);
		name[strlen(name) - 1] ^= 0x20 | 1;
		CHECK_INT(sip_h_id(slice_str(name)), SIP_H_OTHER, "%s", name);
	}
	for (size_t i = 0; i < N(ids); i++) {
		CHECK_INT(sip_h_id(slice_of(&letters[i], 1)), ids[i],
		    "compact %c", letters[i]);
		name[0] = (char)(letters[i] - 32);
		CHECK_INT(sip_h_id(slice_of(name, 1)), ids[i],
		    "compact %c", name[0]);
	}
	CHECK_INT(sip_h_id(slice_str("Proxy\rRequire")), SIP_H_OTHER,
	    "octets are compared");
	CHECK_STR(slice_str(sip_h_name(SIP_H_N)), "", "no name");
}

/* RFC 4475 3.1.1.1, but for the folds in its Via. */
static void
test_wsinv(void)
{
	struct sip_iter it = { NULL, { NULL, 0 } };
	struct sip_cseq cseq;
	struct slice v;

	CHECK_INT(sip_parse(&msg, slice_str(
	    "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
	    "TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = "
	    "1918181833n\r\n"
	    "from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>"
	    "\r\n  ;\r\n  tag = 98asjd8\r\nMaX-fOrWaRdS: 0068\r\n"
	    "cseq: 0009\r\n  INVITE\r\ns :\r\nr: <sip:a>\r\n"
	    "Via  : SIP/2.0/UDP 192.0.2.2;branch=390skdjuw\r\n"
	    "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n"
	    "  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  "
	    "192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n"
	    "Content-Length   : 0\r\n\r\n")), 0, "wsinv");
	CHECK_INT(msg.odd, 0, "nothing odd");
	CHECK_STR(msg.uri, "sip:vivekg@chair-dnrc.example.com;unknownparam",
	    "its URI");
	CHECK_STR(sip_value(&msg, SIP_H_MAX_FORWARDS), "0068", "any case");
	CHECK(sip_cseq(&msg, &cseq) == 0 && cseq.number == 9 &&
	    slice_is(cseq.method, "INVITE"), "CSeq with fold and zeros");
	CHECK(sip_get_named(&msg, "subject") != NULL &&
	    sip_get_named(&msg, "Subject")->value.n == 0, "empty subject");
	CHECK_STR(sip_get_named(&msg, "Refer-To")->value, "<sip:a>",
	    "compact form of a field that is not listed");
	CHECK(sip_get_named(&msg, "VIA") == sip_get(&msg, SIP_H_VIA),
	    "a listed field by its name");
	CHECK(sip_get_named(&msg, "x") == NULL, "none of that name");
	CHECK(sip_next(&msg, sip_get_named(&msg, "Subject")) == NULL,
	    "no second subject");
	CHECK_INT(sip_count(&msg, SIP_H_VIA), 3, "three Via values");
	CHECK_INT(sip_count(&msg, SIP_H_ROUTE), 0, "no Route");
	while (sip_each(&msg, SIP_H_VIA, &it, &v))
		;
	CHECK(!sip_each(&msg, SIP_H_VIA, &it, &v), "the end stays the end");
}

static const struct {
	const char	*in;
	int		 r;
	const char	*protocol, *transport, *host;
	unsigned	 port;
	const char	*params;
} vias[] = {
	{ "SIP/2.0/UDP erlang.bell-telephone.com:5060;branch=z9hG4bK87asdks7",
	    0, "SIP/2.0", "UDP", "erlang.bell-telephone.com", 5060,
	    ";branch=z9hG4bK87asdks7" },
	{ "SIP / 2.0 / UDP first.example.com: 4000;ttl=16\r\n"
	    " ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1", 0, "SIP / 2.0",
	    "UDP", "first.example.com", 4000, ";ttl=16\r\n"
	    " ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1" },
	{ "SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111", 0,
	    "SIP/2.0", "UDP", "2001:db8::9:1", 6050,
	    ";branch=z9hG4bKas3-111" },
	{ "SIP/2.0/UDP [::ffff:192.0.2.2] : 7;hidden", 0, "SIP/2.0", "UDP",
	    "::ffff:192.0.2.2", 7, ";hidden" },
	{ "SIP/2.0/UDP 192.0.2.15;;", 0, "SIP/2.0", "UDP", "192.0.2.15", 0,
	    ";;" },
	{ "SIP  / 2.0\r\n /TCP\r\n  a_b", 0, "SIP  / 2.0", "TCP", "a_b", 0,
	    "" },
	{ "SIP/2.0/UDP a:65536;x", ERR_RANGE, "SIP/2.0", "UDP", "a", 0, ";x" },
	{ "SIP/2.0/UDP a:0", ERR_RANGE, "SIP/2.0", "UDP", "a", 0, "" },
	{ "SIP/2.0/UDP a:", ERR_FORMAT, "SIP/2.0", "UDP", "a", 0, "" },
	{ "SIP/2.0/UDP 2001:db8::1", ERR_FORMAT, "SIP/2.0", "UDP", "2001", 0,
	    "" },
	{ "SIP/2.0/UDP [::1", ERR_FORMAT, "SIP/2.0", "UDP", "", 0, "" },
	{ "SIP/2.0/UDP", ERR_FORMAT, "SIP/2.0", "UDP", "", 0, "" },
	{ "SIP/2.0 a", ERR_FORMAT, "", "", "", 0, "" },
	{ "", ERR_FORMAT, "", "", "", 0, "" },
};

static void
test_via(void)
{
	struct sip_via v;

	for (size_t i = 0; i < N(vias); i++) {
		struct slice e = edge(slice_str(vias[i].in));

		CHECK_INT(sip_via(e, &v), vias[i].r, "via %zu", i);
		CHECK_STR(v.protocol, vias[i].protocol, "via %zu", i);
		CHECK_STR(v.transport, vias[i].transport, "via %zu", i);
		CHECK_STR(v.host, vias[i].host, "via %zu", i);
		CHECK_INT(v.port, vias[i].port, "via %zu", i);
		CHECK_STR(v.params, vias[i].params, "via %zu", i);
		edge_free(e);
	}
}

static const struct {
	const char	*in;
	int		 r;
	const char	*scheme, *user, *host;
	unsigned	 port;
	const char	*params, *headers;
} uris[] = {
	{ "sip:alice:secretword@atlanta.com;transport=tcp", 0, "sip",
	    "alice:secretword", "atlanta.com", 0, ";transport=tcp", "" },
	{ "sips:alice@atlanta.com?subject=project%20x&priority=urgent", 0,
	    "sips", "alice", "atlanta.com", 0, "",
	    "subject=project%20x&priority=urgent" },
	{ "sip:+1-212-555-1212:1234@gateway.com;user=phone", 0, "sip",
	    "+1-212-555-1212:1234", "gateway.com", 0, ";user=phone", "" },
	{ "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", 0, "sip",
	    "", "atlanta.com", 0, ";method=REGISTER",
	    "to=alice%40atlanta.com" },
	{ "sip:alice;day=tuesday@atlanta.com", 0, "sip",
	    "alice;day=tuesday", "atlanta.com", 0, "", "" },
	{ "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,"
	    "weird!*pas$wo~d_too.(doesn't-it)@example.com", 0, "sip",
	    "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,"
	    "weird!*pas$wo~d_too.(doesn't-it)", "example.com", 0, "", "" },
	{ "SIP:u:pw@h:5061;p=v;lr?h=v", 0, "SIP", "u:pw", "h", 5061,
	    ";p=v;lr", "h=v" },
	{ "sip:[2001:db8::10]:5070", 0, "sip", "", "2001:db8::10", 5070, "",
	    "" },
	{ "sip:caller@[2001:db8::1];a", 0, "sip", "caller", "2001:db8::1", 0,
	    ";a", "" },
	{ "tel:+1-201-555-0123;phone-context=a", 0, "tel", "+1-201-555-0123",
	    "", 0, ";phone-context=a", "" },
	{ "urn:service:sos", 0, "urn", "service:sos", "", 0, "", "" },
	{ " sip:t.watson@example.org ", 0, "sip", "t.watson", "example.org",
	    0, "", "" },
	{ "sip:a@b:99999;c", ERR_RANGE, "sip", "a", "b", 0, ";c", "" },
	{ "sip:2001:db8::10", ERR_FORMAT, "sip", "", "2001", 0, "", "" },
	{ "sip:0298765432100@<null", ERR_FORMAT, "sip", "0298765432100",
	    "<null", 0, "", "" },
	{ "sip:user@", ERR_FORMAT, "sip", "user", "", 0, "", "" },
	{ "sip:", ERR_FORMAT, "sip", "", "", 0, "", "" },
	{ "example.com", ERR_FORMAT, "", "", "", 0, "", "" },
	{ "a b:c", ERR_FORMAT, "", "", "", 0, "", "" },
	{ "<sip:a>", ERR_FORMAT, "", "", "", 0, "", "" },
	{ "tel:", ERR_FORMAT, "tel", "", "", 0, "", "" },
};

static void
test_uri(void)
{
	struct sip_uri u;

	for (size_t i = 0; i < N(uris); i++) {
		struct slice e = edge(slice_str(uris[i].in));

		CHECK_INT(sip_uri(e, &u), uris[i].r, "uri %zu", i);
		CHECK_STR(u.scheme, uris[i].scheme, "uri %zu", i);
		CHECK_STR(u.user, uris[i].user, "uri %zu", i);
		CHECK_STR(u.host, uris[i].host, "uri %zu", i);
		CHECK_INT(u.port, uris[i].port, "uri %zu", i);
		CHECK_STR(u.params, uris[i].params, "uri %zu", i);
		CHECK_STR(u.headers, uris[i].headers, "uri %zu", i);
		edge_free(e);
	}
}

static const struct {
	const char	*in;
	int		 r;
	const char	*display, *uri, *params;
} addrs[] = {
	{ "\"Mr. Watson\" <sip:watson@worcester.bell-telephone.com>\r\n"
	    " ;q=0.7; expires=3600", 0, "Mr. Watson",
	    "sip:watson@worcester.bell-telephone.com", ";q=0.7; expires=3600" },
	{ "sip:+12125551212@phone2net.com;tag=887s", 0, "",
	    "sip:+12125551212@phone2net.com", ";tag=887s" },
	{ "Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8", 0, "Anonymous",
	    "sip:c8oqz84zk7z@privacy.org", ";tag=hyh8" },
	{ "<sip:x;lr>;tag=a", 0, "", "sip:x;lr", ";tag=a" },
	{ "*", 0, "", "*", "" },
	{ "\"Watson, Thomas\" < sip:t.watson@example.org >", 0,
	    "Watson, Thomas", " sip:t.watson@example.org ", "" },
	{ "Bell, Alexander <sip:a.g.bell@example.com>;tag=43", 0,
	    "Bell, Alexander", "sip:a.g.bell@example.com", ";tag=43" },
	{ "caller<sip:caller@example.com>;tag=323", 0, "caller",
	    "sip:caller@example.com", ";tag=323" },
	{ "\"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n"
	    "  tag = 98asjd8", 0, "J Rosenberg \\\\\\\"",
	    "sip:jdrosen@example.com", ";\r\n  tag = 98asjd8" },
	{ "sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n", 0, "",
	    "sip:vivekg@chair-dnrc.example.com", ";   tag    = 1918181833n" },
	{ "\"<;>\" <sip:a>", 0, "<;>", "sip:a", "" },
	{ "sip:x@y;a=\"<b>\";c", 0, "", "sip:x@y", ";a=\"<b>\";c" },
	{ "sip:x@y;a=<b>", 0, "", "sip:x@y", ";a=<b>" },
	{ "isbn:2983792873", 0, "", "isbn:2983792873", "" },
	{ "\"Mr. J. User <sip:j.user@example.com>", ERR_FORMAT, "",
	    "\"Mr. J. User <sip:j.user@example.com>", "" },
	{ "<sip:0298765432100@<null>>", ERR_FORMAT, "",
	    "sip:0298765432100@<null", "" },
	{ "<sip:a", ERR_FORMAT, "", "sip:a", "" },
	{ "<>", ERR_FORMAT, "", "", "" },
	{ "<sip:a>tag=1;b", ERR_FORMAT, "", "sip:a", ";b" },
	{ "", ERR_FORMAT, "", "", "" },
	{ ";tag=1", ERR_FORMAT, "", "", ";tag=1" },
};

static void
test_addr(void)
{
	struct sip_addr a;

	for (size_t i = 0; i < N(addrs); i++) {
		struct slice e = edge(slice_str(addrs[i].in));

		CHECK_INT(sip_addr(e, &a), addrs[i].r, "addr %zu", i);
		CHECK_STR(a.display, addrs[i].display, "addr %zu", i);
		CHECK_STR(a.uri, addrs[i].uri, "addr %zu", i);
		CHECK_STR(a.params, addrs[i].params, "addr %zu", i);
		edge_free(e);
	}
}

/* Values in brackets, one after the other. */
static const struct {
	const char	*in, *want;
} commas[] = {
	{ "a,b", "[a][b]" },
	{ " a , ,b,, ", "[a][b]" },
	{ "\"a,b\" <sip:c,d>;e=\"f,\\\",g\", h",
	    "[\"a,b\" <sip:c,d>;e=\"f,\\\",g\"][h]" },
	{ "<sip:\",\">,b", "[<sip:\",\">][b]" },
	{ "\"a,b", "[\"a,b]" },
	{ "\"a,b\\", "[\"a,b\\]" },
	{ "<a,b", "[<a,b]" },
	{ "a>,b", "[a>][b]" },
	{ ";;,;;,;", "[;;][;;][;]" },
	{ "", "" },
	{ ",", "" },
};

/* Parameters as name, name=value or name="value", in brackets. */
static const struct {
	const char	*in;
	int		 sep;
	const char	*want;
} params[] = {
	{ "ipsec-3gpp; alg=hmac-sha-1-96 ;spi-c = 1\r\n ; q=0.1", ';',
	    "[ipsec-3gpp][alg=hmac-sha-1-96][spi-c=1][q=0.1]" },
	{ ";a=b;c", ';', "[a=b][c]" },
	{ ";lr;ttl=;;x", ';', "[lr][ttl=][x]" },
	{ "; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33", ';',
	    "[newparam=newvalue][secondparam][q=0.33]" },
	{ ";a=\"b;\\\"c\" junk;d", ';', "[a=\"b;\\\"c\"][d]" },
	{ ";a=\"\"", ';', "[a=\"\"]" },
	{ ";a=\"b;c", ';', "[a=\"b;c\"]" },
	{ ";a=\"b\\", ';', "[a=\"b\\\"]" },
	{ ";=a", ';', "[=a]" },
	{ ";received=[::1]", ';', "[received=[::1]]" },
	{ "realm=\"a, b\", nonce=\"c=\",stale=FALSE,, opaque=\"\"", ',',
	    "[realm=\"a, b\"][nonce=\"c=\"][stale=FALSE][opaque=\"\"]" },
	{ "", ';', "" },
	{ " ; ; ", ';', "" },
};

static void
test_lists(void)
{
	char out[512];
	struct slice e, rest, v;
	struct sip_param p;
	size_t n;

	for (size_t i = 0; i < N(commas); i++) {
		e = rest = edge(slice_str(commas[i].in));
		n = 0;
		while (sip_comma(&rest, &v))
			n += (size_t)snprintf(out + n, sizeof(out) - n,
			    "[%.*s]", (int)v.n, (const char *)v.p);
		CHECK_STR(slice_of(out, n), commas[i].want, "comma %zu", i);
		edge_free(e);
	}
	for (size_t i = 0; i < N(params); i++) {
		e = rest = edge(slice_str(params[i].in));
		n = 0;
		while (sip_param_next(&rest, params[i].sep, &p))
			n += (size_t)snprintf(out + n, sizeof(out) - n,
			    "[%.*s%s%s%.*s%s]", (int)p.name.n,
			    (const char *)p.name.p, p.has_value ? "=" : "",
			    p.quoted ? "\"" : "", (int)p.value.n,
			    p.value.n > 0 ? (const char *)p.value.p : "",
			    p.quoted ? "\"" : "");
		CHECK_STR(slice_of(out, n), params[i].want, "params %zu", i);
		edge_free(e);
	}
	CHECK(sip_param(slice_str(";A=b;c"), ';', "a", &v) &&
	    slice_is(v, "b"), "parameter, any case");
	CHECK(sip_param(slice_str(";A=b;c"), ';', "c", &v) && v.n == 0,
	    "parameter without value");
	CHECK(!sip_param(slice_str(";A=b;c"), ';', "b", &v) && v.n == 0,
	    "no such parameter");
}

static const struct {
	const char	*in;
	int		 r;
	uint32_t	 number;
	const char	*method;
} cseqs[] = {
	{ "4711 INVITE", 0, 4711, "INVITE" },
	{ "4294967295 A", 0, UINT32_MAX, "A" },
	{ "36893488147419103232 REGISTER", ERR_RANGE, 0, "REGISTER" },
	{ "4294967296 A", ERR_RANGE, 0, "A" },
	{ "1", ERR_FORMAT, 0, "" },
	{ "INVITE", ERR_FORMAT, 0, "" },
	{ "x INVITE", ERR_FORMAT, 0, "INVITE" },
	{ "99999999999x INVITE", ERR_FORMAT, 0, "INVITE" },
	{ "1 INVITE x", ERR_FORMAT, 0, "INVITE" },
	{ "", ERR_FORMAT, 0, "" },
};

static void
test_rest(void)
{
	struct slice v, scheme;
	struct sip_cseq cseq;
	char text[128];

	for (size_t i = 0; i < N(cseqs); i++) {
		snprintf(text, sizeof(text), START "CSeq:%s\r\n\r\n",
		    cseqs[i].in);
		CHECK_INT(sip_parse(&msg, slice_str(text)), 0, "cseq %zu", i);
		CHECK_INT(sip_cseq(&msg, &cseq), cseqs[i].r, "cseq %zu", i);
		CHECK_INT(cseq.number, cseqs[i].number, "cseq %zu", i);
		CHECK_STR(cseq.method, cseqs[i].method, "cseq %zu", i);
	}
	CHECK_INT(sip_parse(&msg, slice_str(START "Require: a, Sec-Agree\r\n"
	    "k: path\r\nRequire: b\r\n\r\n")), 0, "tags");
	CHECK(sip_has_tag(&msg, SIP_H_REQUIRE, "sec-agree"), "any case");
	CHECK(sip_has_tag(&msg, SIP_H_REQUIRE, "b"), "second field");
	CHECK(sip_has_tag(&msg, SIP_H_SUPPORTED, "path"), "compact");
	CHECK(!sip_has_tag(&msg, SIP_H_SUPPORTED, "pat"), "not a part");
	CHECK_INT(sip_cseq(&msg, &cseq), ERR_FORMAT, "no CSeq");
	CHECK(sip_auth(slice_str("NoOneKnowsThisScheme opaque-data=here"),
	    &scheme, &v) == 0 && slice_is(scheme, "NoOneKnowsThisScheme") &&
	    slice_is(v, "opaque-data=here"), "credentials");
	CHECK(sip_auth(slice_str("Digest"), &scheme, &v) == 0 && v.n == 0,
	    "scheme alone");
	CHECK_INT(sip_auth(slice_str("nextnonce=\"a\""), &scheme, &v),
	    ERR_FORMAT, "no scheme");
	CHECK_INT(sip_auth(slice_str(" "), &scheme, &v), ERR_FORMAT, "empty");
	CHECK_INT(sip_parse(&msg, slice_of(START "a: \0b\xc3\xa4\r\nl:0\r\n"
	    "\r\n", 35)), 0, "NUL and UTF-8");
	CHECK(msg.odd == 0 && msg.hdr[0].value.n == 4, "are kept");
}

static void
test_real(void)
{
	struct slice s, v, scheme, rest;
	struct sip_addr a;

	for (size_t i = 0; i < N(files); i++) {
		s = load(files[i]);
		prefixes(files[i], s);
		unload(s);
	}
	s = load("challenge");
	CHECK_INT(sip_parse(&msg, s), 0, "challenge");
	CHECK_INT(msg.status, 401, "status");
	CHECK_STR(msg.reason, "Unauthorized - Challenging the UE", "reason");
	CHECK_INT(msg.n_hdr, 11, "fields");
	CHECK(sip_param(sip_value(&msg, SIP_H_SECURITY_SERVER), ';', "port-s",
	    &v) && slice_is(v, "6100"), "port-s");
	CHECK(sip_auth(sip_value(&msg, SIP_H_WWW_AUTHENTICATE), &scheme,
	    &rest) == 0 && slice_is(scheme, "Digest"), "scheme");
	CHECK(sip_param(rest, ',', "algorithm", &v) &&
	    slice_is(v, "AKAv1-MD5"), "algorithm");
	CHECK(sip_param(rest, ',', "nonce", &v) && v.n == 44, "nonce");
	CHECK(sip_addr(sip_value(&msg, SIP_H_PATH), &a) == 0 && slice_is(a.uri,
	    "sip:term@pcscf.ims.mnc001.mcc001.3gppnetwork.org;lr"), "path");
	unload(s);
	s = load("invite_ok");
	CHECK_INT(sip_parse(&msg, s), 0, "invite_ok");
	CHECK_INT(sip_count(&msg, SIP_H_VIA), 6, "Via");
	CHECK_INT(msg.body.n, 134, "body");
	unload(s);
}

static unsigned
odd_bit(struct slice word)
{
	static const char *const words[] = {
		"lf", "line", "start", "version", "length_missing",
		"length_bad", "length_long", "length_short", "headers",
		"no_blank",
	};

	for (unsigned i = 0; i < N(words); i++)
		if (slice_is(word, words[i]))
			return 1U << i;
	unit_fatal("torture.txt", "odd word");
	return 0;
}

/* "file method|status fields odd..."; false if the file is not there. */
static bool
torture_line(const char *dir, struct slice line)
{
	struct slice name = slice_cut(&line, ' ');
	struct slice what = slice_cut(&line, ' ');
	struct slice count = slice_cut(&line, ' ');
	uint64_t n_hdr = 0, status = 0;
	static uint8_t data[65536];
	unsigned odd = 0;
	char path[1024];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/messages/%.*s", dir, (int)name.n,
	    (const char *)name.p);
	if ((f = fopen(path, "rb")) == NULL)
		return false;
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	while (line.n > 0)
		odd |= odd_bit(slice_cut(&line, ' '));
	CHECK(slice_decimal(count, SIP_HEADERS, &n_hdr) == 0 &&
	    sip_parse(&msg, slice_of(data, n)) == 0, "%s", path);
	CHECK_INT(msg.n_hdr, n_hdr, "%s: fields", path);
	CHECK_INT(msg.odd, odd, "%s: odd", path);
	if (slice_decimal(what, UINT_MAX, &status) == 0)
		CHECK_INT(msg.status, status, "%s: status", path);
	else
		CHECK(slice_eq(msg.method, what), "%s: method", path);
	for (size_t i = 0; i <= n; i += i < 256 || i + 256 > n ? 1 : 31) {
		struct slice e = edge(slice_of(data, i));

		CHECK_EACH(i < msg.head.n ? sip_frame(e, NULL) == ERR_MORE :
		    sip_frame(e, NULL) != ERR_FORMAT,
		    "%s: prefix of %zu", path, i);
		edge_free(e);
	}
	walk(&msg);
	return true;
}

static void
test_torture(void)
{
	const char *dir = getenv("IMS_SHARED");
	size_t n;
	uint8_t *text = unit_file("../sip/torture.txt", &n);
	struct slice rest = slice_of(text, n);

	while (rest.n > 0) {
		struct slice line = slice_cut(&rest, '\n');

		if (line.p[0] == '#' || torture_line(dir != NULL ? dir :
		    "../shared", line))
			continue;
		CHECK(true, "RFC 4475 and 5118 # skip no messages");
		break;
	}
	free(text);
}

int
main(void)
{
	test_begins();
	test_frame();
	test_odd_at();
	test_limits();
	test_stream();
	test_find();
	test_names();
	test_wsinv();
	test_via();
	test_uri();
	test_addr();
	test_lists();
	test_rest();
	test_real();
	test_torture();
	return unit_end();
}
