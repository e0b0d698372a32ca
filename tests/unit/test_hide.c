/* test_hide: topology hidden and restored (TS 33.203 6.4). */
#include "unit.h"

#include "err.h"
#include "hide.h"
#include "sip.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static uint32_t seed = 1;
static uint8_t fixed_iv[16];
static bool fixed;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static void
draw_octets(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = fixed ? fixed_iv[i % 16] : (uint8_t)draw(256);
}

static const uint8_t kv[2][HIDE_KEY] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
};

/* The network home1.net with its border, and options as given. */
static struct hide *
network(const struct hide_options *o)
{
	struct hide_options all = *o;
	struct hide *h;

	all.random = draw_octets;
	if ((h = hide_new(&all)) == NULL ||
	    hide_network(h, slice_str("home1.net")) < 0 ||
	    hide_network(h, slice_str("10.1.0.0/16")) < 0 ||
	    hide_network(h, slice_str("2001:db8:5::/48")) < 0 ||
	    hide_border(h, slice_str("ibcf.home1.net")) < 0 ||
	    hide_key(h, 7, slice_of(NULL, 0), kv[0]) < 0 ||
	    hide_state(h, kv[1]) < 0)
		unit_fatal("hide_new", "home1.net");
	return h;
}

typedef int	 do_fn(struct hide *h, struct slice in, struct buf *out,
		    struct hide_report *r);

static struct buf last;

/* What DO makes of IN, which ends at an unreadable page; valid until next. */
static int
done(do_fn *fn, struct hide *h, struct slice in, struct slice *out)
{
	struct hide_report r;
	uint8_t *p = unit_edge(in.p, in.n);
	int e;

	buf_reset(&last);
	buf_str(&last, "before");
	e = fn(h, slice_of(p, in.n), &last, &r);
	unit_edge_free(p, in.n);
	*out = slice_from(buf_slice(&last), 6);
	if (e < 0)
		CHECK_EACH(out->n == 0, "nothing half done: %s", err_name(e));
	return e;
}

static char kept[1 << 20];

static struct slice
keep(struct slice s)
{
	if (s.n >= sizeof(kept))
		unit_fatal("keep", "too long");
	if (s.n > 0)
		memcpy(kept, s.p, s.n);
	kept[s.n] = '\0';
	return slice_of(kept, s.n);
}

/* HEADERS in a request, or a response. */
static struct slice
message(bool response, const char *headers)
{
	static char s[65536];

	snprintf(s, sizeof(s), "%s\r\n%sCall-ID: a@b\r\n"
	    "Content-Length: 2\r\n\r\nhi", response ? "SIP/2.0 200 OK" :
	    "INVITE sip:u@visited.net SIP/2.0", headers);
	return slice_str(s);
}

static bool
has(struct slice s, const char *what)
{
	return slice_find(s, slice_str(what)) < s.n;
}

/* The first token in S, that is what stands before ;tokenized-by. */
static struct slice
token_in(struct slice s)
{
	static const char by[] = ";tokenized-by=home1.net";
	size_t end = slice_find(s, slice_str(by)), i;

	if (end < s.n && end > 3 && memcmp(s.p + end - 3, ";lr", 3) == 0)
		end -= 3;
	if (end == s.n)
		return slice_of(NULL, 0);
	for (i = end; i > 0 && s.p[i - 1] != ' ' && s.p[i - 1] != ':'; i--)
		;
	return slice_sub(s, i, end - i);
}

/* --- the vector of shared/FACTS.md 6.4, worked with another library -------- */

static void
vector(void)
{
	json_t *j = unit_json("misc_vectors.json");
	const json_t *o = json_object_get(j, "thig_example");
	struct hide_options plain = { .plain = true };
	struct hide *h = network(&plain);
	char headers[1024];
	struct slice out, msg;

	unit_octets(o, "IV", fixed_iv, 16);
	snprintf(headers, sizeof(headers), "Via: SIP/2.0/UDP ibcf.home1.net, "
	    "%s, SIP/2.0/UDP [5555::aaa:bbb:ccc:ddd]\r\n",
	    unit_text(o, "plaintext"));
	msg = message(false, headers);
	fixed = true;
	CHECK_INT(done(hide_message, h, msg, &out), 1, "vector: one token");
	fixed = false;
	CHECK_STR(token_in(out), unit_text(o, "as_labels"),
	    "vector: the token, by its IV");
	CHECK(has(out, "Via: SIP/2.0/UDP ibcf.home1.net, SIP/2.0/UDP "
	    "caireeyuculbogazdinryhi6d6m54egsjn73ql4jh5cuyvaeazsqqolk3cfflre."),
	    "vector: in its place");
	CHECK(has(out, ";tokenized-by=home1.net, SIP/2.0/UDP [5555::aaa:bbb:"
	    "ccc:ddd]\r\n"), "vector: the phone is seen");
	out = keep(out);
	CHECK_INT(done(hide_restore, h, out, &out), 1, "vector: opens");
	CHECK(slice_eq(out, msg), "vector: the same again");
	snprintf(headers, sizeof(headers), "Via: SIP/2.0/UDP ibcf.home1.net, "
	    "SIP/2.0/UDP %s@home1.net; tokenized-by=home1.net,"
	    " SIP/2.0/UDP [5555::aaa:bbb:ccc:ddd]\r\n",
	    unit_text(o, "base32_lower"));
	CHECK_INT(done(hide_restore, h, message(false, headers), &out), 1,
	    "as in 24.228, TOKEN@network, in one label");
	CHECK(has(out, unit_text(o, "plaintext")), "as in 24.228: its text");
	hide_free(h);
	json_decref(j);
}

/* RFC 4648 10, in lower case. */
static void
base32(void)
{
	static const char *const pair[][2] = {
		{ "f", "my" }, { "fo", "mzxq" }, { "foo", "mzxw6" },
		{ "foob", "mzxw6yq" }, { "fooba", "mzxw6ytb" },
		{ "foobar", "mzxw6ytboi" },
	};
	static const char *const bad[] = {
		"m", "a", "aaa", "mzx", "mzxw6y", "mz", "my======", "m1", "mzxw6yr", "mé",
	};
	uint8_t o[64];
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < N(pair); i++) {
		buf_reset(&b);
		CHECK(hide_text(&b, slice_str(pair[i][0])) == 0 &&
		    slice_is(buf_slice(&b), pair[i][1]), "RFC 4648 10: %s",
		    pair[i][0]);
		CHECK(hide_octets(slice_str(pair[i][1]), o, sizeof(o)) ==
		    (int)strlen(pair[i][0]) && memcmp(o, pair[i][0],
		    strlen(pair[i][0])) == 0, "and back");
	}
	CHECK_INT(hide_octets(slice_str("MZXW.6YTB.oi"), o, sizeof(o)), 6,
	    "labels, upper case");
	CHECK_INT(hide_octets(slice_str("mzxw6ytb"), o, 4), ERR_FORMAT,
	    "too long");
	for (size_t i = 0; i < N(bad); i++)
		CHECK_INT(hide_octets(slice_str(bad[i]), o, sizeof(o)),
		    ERR_FORMAT, "not base32: %s", bad[i]);
	memset(o, 0xff, sizeof(o));
	CHECK_INT(hide_text(&b, slice_of(o, 10)), ERR_RANGE,
	    "digits alone are no host");
	buf_free(&b);
}

/* RFC 3261 25.1: labels of 1 to 63, the last begins with a letter. */
static void
labels(void)
{
	uint8_t octets[512];
	struct slice rest, label = { NULL, 0 };
	struct buf b;

	buf_init(&b, 0);
	for (int i = 0; i < 20000; i++) {
		size_t n = 16 + draw(480);

		draw_octets(octets, n);
		/* Many digits: 7 is 11111. */
		for (size_t j = 0; j < n; j++)
			octets[j] |= i % 2 ? 0xce : 0;
		buf_reset(&b);
		if (hide_text(&b, slice_of(octets, n)) < 0)
			continue;
		rest = buf_slice(&b);
		while (rest.n > 0) {
			label = slice_cut(&rest, '.');
			if (!CHECK_EACH(label.n >= 1 && label.n <= 63,
			    "label of %zu", label.n))
				return;
		}
		if (!CHECK_EACH(label.n > 0 && label.p[0] >= 'a' &&
		    label.p[0] <= 'z', "toplabel %.*s", (int)label.n, label.p))
			return;
	}
	CHECK(true, "labels of 20000 tokens");
	buf_free(&b);
}

/* --- which entries ---------------------------------------------------------- */

#define P(n)	"SIP/2.0/UDP p" #n ".home1.net;branch=z9hG4bK" #n
#define R(n)	"<sip:p" #n ".home1.net;lr>"
#define UE	"SIP/2.0/UDP [5555::aaa:bbb:ccc:ddd]:1357;branch=z9hG4bKn"

/* Headers in; with each token as T, out. */
static const struct {
	const char	*what, *in, *out;
} entries[] = {
	{ "24.228: border, proxies, phone",
	    "Via: SIP/2.0/UDP ibcf.home1.net, " P(1) ", " P(2) ", " UE "\r\n",
	    "Via: SIP/2.0/UDP ibcf.home1.net, T, " UE "\r\n" },
	{ "a header line each",
	    "Via: SIP/2.0/UDP ibcf.home1.net\r\nVia: " P(1) "\r\nv: " P(2)
	    "\r\nVia: " UE "\r\n",
	    "Via: SIP/2.0/UDP ibcf.home1.net\r\nVia: T\r\nVia: " UE "\r\n" },
	{ "not consecutive",
	    "Record-Route: " R(1) ", <sip:x.net;lr>, " R(2) "," R(3) "\r\n",
	    "Record-Route: T, <sip:x.net;lr>, T\r\n" },
	{ "other lines between",
	    "Via: " P(1) "\r\nTo: <sip:a>\r\nVia: " P(2) "\r\nVia: " P(3)
	    ", " UE "\r\n", "Via: T\r\nTo: <sip:a>\r\nVia: " UE "\r\n" },
	{ "lines between, whole lines",
	    "Path: " R(1) "\r\nTo: <sip:a>\r\nPath: " R(2) "\r\nFrom: <b>\r\n"
	    "Path:" R(3) "\r\n", "Path: T\r\nTo: <sip:a>\r\nFrom: <b>\r\n" },
	{ "another header of the five is another token",
	    "Path: " R(1) "\r\nService-Route: " R(2) "\r\n",
	    "Path: T\r\nService-Route: T\r\n" },
	{ "names end at a dot",
	    "Route: <sip:xhome1.net;lr>, <sip:HOME1.net.;lr>\r\n",
	    "Route: <sip:xhome1.net;lr>, T\r\n" },
	{ "addresses",
	    "Route: <sip:10.1.255.1:5060;lr>, <sip:10.2.0.1;lr>, "
	    "<sip:[2001:db8:5:1::1];lr>, <sip:[2001:db8:6::1];lr>\r\n",
	    "Route: T, <sip:10.2.0.1;lr>, T, <sip:[2001:db8:6::1];lr>\r\n" },
	{ "user, display name, parameters",
	    "Path: \"a,b\" <sip:term@p1.home1.net:5061;lr;ob>;x=\"home1\" , "
	    "<sips:y.net>\r\n", "Path: T , <sips:y.net>\r\n" },
	{ "empty values and folds",
	    "Path: ,, " R(1) " ,\r\n , " R(2) ",\r\n\t,<sip:y.net> ,\r\n",
	    "Path: ,, T,\r\n\t,<sip:y.net> ,\r\n" },
	{ "a token of another network",
	    "Via: SIP/2.0/UDP abc.def;tokenized-by=home2.net, " P(1) "\r\n",
	    "Via: SIP/2.0/UDP abc.def;tokenized-by=home2.net, T\r\n" },
	{ "a token of ours is ours, whatever is in it",
	    "Via: SIP/2.0/UDP abc.def;tokenized-by=home1.net, " P(1) "\r\n",
	    "Via: T\r\n" },
	{ "headers that are no routes",
	    "Contact: " R(1) "\r\nFrom: " R(2) "\r\nX-Via: " P(1) "\r\n",
	    "Contact: " R(1) "\r\nFrom: " R(2) "\r\nX-Via: " P(1) "\r\n" },
	{ "no own entry", "Via: " UE "\r\n", "Via: " UE "\r\n" },
	{ "tel in a route", "Route: <tel:+1>, " R(1) "\r\n",
	    "Route: <tel:+1>, T\r\n" },
	{ "the first line of two values that stay",
	    "Via: " P(1) "\r\nTo: <sip:a>\r\nVia: , " P(2) " ,, " UE "\r\n",
	    "Via: T\r\nTo: <sip:a>\r\nVia: " UE "\r\n" },
};

/* S with each token entry as T. */
static const char *
with_t(struct slice s)
{
	static char to[65536];
	struct slice token;
	size_t n = 0, at, end;

	while ((token = token_in(s)).n > 0) {
		at = (size_t)(token.p - s.p);
		at -= s.p[at - 1] == ':' ? 5 : 12;	/* "<sip:" or Via's */
		memcpy(to + n, s.p, at);
		n += at;
		to[n++] = 'T';
		end = (size_t)(token.p - s.p) + token.n;
		while (end < s.n && s.p[end] != '=')
			end++;
		end += sizeof("=home1.net") - 1;
		s = slice_from(s, end + (end < s.n && s.p[end] == '>'));
	}
	memcpy(to + n, s.p, s.n);
	to[n + s.n] = '\0';
	return to;
}

static void
back(struct hide *h, struct slice msg, struct slice hidden, const char *what)
{
	struct slice out;

	CHECK(done(hide_restore, h, keep(hidden), &out) >= 0 &&
	    slice_eq(out, msg), "%s: the same again", what);
}

static void
which(void)
{
	static const struct hide_options options[] = {
		{ 0 }, { .pad = 512 }, { .constant = true },
	};
	struct hide *h = network(&options[0]), *other;
	struct slice out, msg;

	for (size_t i = 0; i < N(entries); i++) {
		msg = message(false, entries[i].out);
		char *want = strdup((const char *)msg.p);

		msg = message(false, entries[i].in);
		CHECK(done(hide_message, h, msg, &out) >= 0, "%s: hidden",
		    entries[i].what);
		CHECK_STR(slice_str(with_t(out)), want, "%s",
		    entries[i].what);
		back(h, msg, out, entries[i].what);
		for (size_t j = 1; j < N(options); j++) {
			other = network(&options[j]);
			CHECK(done(hide_message, other, msg, &out) >= 0 &&
			    !has(out, "p1.home1.net;lr>\r\nService"),
			    "%s: hidden in another way", entries[i].what);
			back(other, msg, out, entries[i].what);
			hide_free(other);
		}
		free(want);
	}
	hide_free(h);
}

/* --- order ------------------------------------------------------------------ */

static void
order(void)
{
	static const struct {
		const char	*made, *found;
		bool		 response, reverse;
	} t[] = {
		{ "Record-Route", "Route", true, true },
		{ "Record-Route", "Route", false, false },
		{ "Record-Route", "Record-Route", true, false },
		{ "Path", "Route", false, false },
		{ "Path", "Route", true, false },
		{ "Service-Route", "Route", true, false },
		{ "Route", "Route", false, false },
	};
	const struct hide_options o = { 0 };
	struct hide *h = network(&o);
	char s[4096];
	struct slice out, token;

	for (size_t i = 0; i < N(t); i++) {
		snprintf(s, sizeof(s), "%s: " R(1) "\r\n%s: " R(2) " ," R(3)
		    "\r\n", t[i].made, t[i].made);
		if (!CHECK_INT(done(hide_message, h, message(t[i].response, s),
		    &out), 1, "%s hidden", t[i].made))
			continue;
		token = token_in(keep(out));
		snprintf(s, sizeof(s), "%s: <sip:x.net;lr>, "
		    "<sip:%.*s;lr;tokenized-by=HOME1.NET>, <sip:y.net>\r\n",
		    t[i].found, (int)token.n, token.p);
		CHECK_INT(done(hide_restore, h, message(false, s), &out), 1,
		    "%s of a %s in %s", t[i].made, t[i].response ? "response" :
		    "request", t[i].found);
		CHECK(has(out, t[i].reverse ? "<sip:x.net;lr>, " R(3) ", " R(2)
		    ", " R(1) ", <sip:y.net>\r\n" :
		    strcmp(t[i].made, t[i].found) == 0 && t[i].response ?
		    R(2) " ," R(3) ", <sip:y.net>\r\n" :
		    strcmp(t[i].made, t[i].found) == 0 ?
		    R(2) " ," R(3) ", <sip:y.net>\r\n" : "<sip:x.net;lr>, " R(1)
		    ", " R(2) ", " R(3) ", <sip:y.net>\r\n"), "%s",
		    t[i].reverse ? "reversed" : "as it was");
	}
	hide_free(h);
}

static void
order_plain(void)
{
	static const struct hide_options o[] = {
		{ .plain = true }, { .plain = true, .reverse = true },
	};
	struct hide *h = network(&o[0]), *r = network(&o[1]);
	char s[4096];
	struct slice out, token;

	CHECK_INT(done(hide_message, h, message(true, "Record-Route: " R(1)
	    "\r\nRecord-Route: " R(2) "\r\n"), &out), 1, "plain: hidden");
	token = token_in(keep(out));
	snprintf(s, sizeof(s), "Route: <sip:%.*s;lr;tokenized-by=home1.net>"
	    "\r\n", (int)token.n, token.p);
	CHECK(done(hide_restore, h, message(false, s), &out) == 1 &&
	    has(out, "Route: " R(1) ", " R(2) "\r\n"), "plain: as it was");
	CHECK(done(hide_restore, r, message(false, s), &out) == 1 &&
	    has(out, "Route: " R(2) ", " R(1) "\r\n"), "plain: reversed");
	hide_free(h);
	hide_free(r);
}

/* --- the border's entry before a hidden Route (24.229 5.10.4.2) ------------- */

static void
border(void)
{
	static const struct {
		const char	*what, *in, *out;
	} t[] = {
		{ "put in", "Route: <sip:x.net;lr>," R(1) "\r\n",
		    "Route: <sip:x.net;lr>,<sip:ibcf.home1.net;lr>, T\r\n" },
		{ "at the start", "Route: " R(1) "\r\nRoute: " R(2) "\r\n",
		    "Route: <sip:ibcf.home1.net;lr>, T\r\n" },
		{ "is there",
		    "Route: <sip:ibcf.home1.net;lr>\r\nRoute: " R(1) "\r\n",
		    "Route: <sip:ibcf.home1.net;lr>\r\nRoute: T\r\n" },
		{ "before the first only",
		    "Route: " R(1) ", <sip:x.net>, " R(2) "\r\n",
		    "Route: <sip:ibcf.home1.net;lr>, T, <sip:x.net>, T\r\n" },
		{ "not in Record-Route", "Record-Route: " R(1) "\r\n",
		    "Record-Route: T\r\n" },
	};
	const struct hide_options o = { .insert = true };
	struct hide *h = network(&o);
	struct slice out, msg, token;
	char s[4096];

	for (size_t i = 0; i < N(t); i++) {
		char *want = strdup((const char *)message(false, t[i].out).p);

		msg = message(false, t[i].in);
		CHECK(done(hide_message, h, msg, &out) >= 1, "border %s",
		    t[i].what);
		CHECK_STR(slice_str(with_t(out)), want, "border %s",
		    t[i].what);
		back(h, msg, out, t[i].what);
		free(want);
	}
	CHECK(done(hide_message, h, message(false, "Route: " R(1) "\r\n"),
	    &out) == 1, "border: hidden");
	token = token_in(keep(out));
	snprintf(s, sizeof(s), "Route: <sip:%.*s;lr;tokenized-by=home1.net>"
	    "\r\n", (int)token.n, token.p);
	CHECK(done(hide_restore, h, message(false, s), &out) == 1 &&
	    has(out, "Route: " R(1) "\r\n"), "border: was taken off already");
	snprintf(s, sizeof(s), "Route: <sip:IBCF.home1.net;lr>\r\nRoute: "
	    "<sip:%.*s;lr;tokenized-by=home1.net>\r\n", (int)token.n, token.p);
	CHECK(done(hide_restore, h, message(false, s), &out) == 1 &&
	    has(out, "SIP/2.0\r\nRoute: " R(1) "\r\n"),
	    "border: in a line of its own");
	hide_free(h);
}

/* --- what does not open ------------------------------------------------------ */

static void
changed(void)
{
	static uint8_t octets[4096];
	const struct hide_options o = { 0 };
	struct hide *h = network(&o), *other;
	struct slice out, token, in;
	struct buf b;
	char s[4096];
	int n, opened = 0, said = 0;

	buf_init(&b, 0);
	CHECK_INT(done(hide_message, h, message(false, "Via: " P(1) ", " P(2)
	    "\r\n"), &out), 1, "a token to change");
	token = token_in(keep(out));
	n = hide_octets(token, octets, sizeof(octets));
	CHECK(n > 0 && n % 16 == 0, "IV and 16 n octets: %d", n);
	for (int i = 0; i <= n * 8; i++) {
		if (i < n * 8)
			octets[i / 8] ^= (uint8_t)(1 << i % 8);
		buf_reset(&b);
		if (hide_text(&b, slice_of(octets, (size_t)n)) < 0)
			unit_fatal("hide_text", "digits");
		if (i < n * 8)
			octets[i / 8] ^= (uint8_t)(1 << i % 8);
		snprintf(s, sizeof(s), "Via: SIP/2.0/UDP %.*s;tokenized-by="
		    "home1.net\r\n", (int)b.n, b.p);
		if (i == n * 8)
			CHECK_INT(done(hide_restore, h, message(false, s),
			    &out), 1, "unchanged it opens");
		else {
			int e = done(hide_restore, h, message(false, s), &out);

			opened += e >= 0;
			said += e == ERR_AUTH;
		}
	}
	CHECK_INT(opened, 0, "no single bit can be changed");
	CHECK_INT(said, n * 8, "and the answer is always the same");
	for (size_t i = 0; i < token.n; i += 7) {
		snprintf(s, sizeof(s), "Via: SIP/2.0/UDP %.*sa;tokenized-by="
		    "home1.net\r\n", (int)i, token.p);
		CHECK_EACH(done(hide_restore, h, message(false, s), &out) ==
		    ERR_AUTH, "cut after %zu", i);
	}
	snprintf(s, sizeof(s), "Route: <sip:%.*s;tokenized-by=home1.net>\r\n",
	    (int)token.n, token.p);
	CHECK_INT(done(hide_restore, h, message(false, s), &out), ERR_AUTH,
	    "of Via, in Route");
	snprintf(s, sizeof(s), "Via: SIP/2.0/UDP %.*s;tokenized-by=home1.net"
	    ", SIP/2.0/UDP aa;tokenized-by=home1.net\r\n", (int)token.n,
	    token.p);
	CHECK_INT(done(hide_restore, h, message(false, s), &out), ERR_AUTH,
	    "one of two is bad: nothing is half done");
	snprintf(s, sizeof(s), "Via: SIP/2.0/UDP %.*s;tokenized-by=home2.net"
	    "\r\n", (int)token.n, token.p);
	in = message(false, s);
	CHECK(done(hide_restore, h, in, &out) == 0 && slice_eq(in, out),
	    "another network's: left alone");
	/* Keys. */
	snprintf(s, sizeof(s), "Via: SIP/2.0/UDP %.*s;tokenized-by=home1.net"
	    "\r\n", (int)token.n, token.p);
	other = hide_new(&o);
	CHECK(hide_network(other, slice_str("home1.net")) == 0 &&
	    done(hide_restore, other, message(false, s), &out) == ERR_AUTH,
	    "no key");
	CHECK(hide_key(other, 7, slice_of(NULL, 0), kv[1]) == 0 &&
	    done(hide_restore, other, message(false, s), &out) == ERR_AUTH,
	    "another key");
	CHECK(hide_key(other, 7, slice_of(NULL, 0), kv[0]) == ERR_RANGE,
	    "two keys of one number");
	CHECK(hide_key(other, 7, slice_str("home1.net"), kv[0]) == 0 &&
	    done(hide_restore, other, message(false, s), &out) == 1,
	    "the right one second");
	hide_free(other);
	hide_free(h);
	buf_free(&b);
}

static void
rotation(void)
{
	const struct hide_options o = { .random = draw_octets };
	struct hide *old = network(&o), *new = hide_new(&o);
	struct slice out, msg = message(false, "Path: " R(1) "\r\n");

	CHECK(hide_key(new, 8, slice_str("home1.net"), kv[1]) == 0 &&
	    hide_key(new, 7, slice_str("home1.net"), kv[0]) == 0,
	    "a new key before the old one");
	CHECK_INT(done(hide_message, old, msg, &out), 1, "the old one hides");
	back(new, msg, out, "and still opens");
	CHECK_INT(done(hide_message, new, msg, &out), 1, "the new one hides");
	out = keep(out);
	CHECK_INT(done(hide_restore, old, out, &out), ERR_AUTH,
	    "which the old one does not open");
	hide_free(old);
	hide_free(new);
}

/* A plain token cannot be checked, but it never brings in a line. */
static void
plain_changed(void)
{
	static uint8_t octets[4096];
	const struct hide_options o = { .plain = true };
	struct hide *h = network(&o);
	struct slice out;
	struct buf b;
	char s[4096];
	int n, foreign = 0, opened = 0;

	buf_init(&b, 0);
	CHECK_INT(done(hide_message, h, message(false, "Via: " P(1) ", " P(2)
	    "\r\n"), &out), 1, "plain: a token to change");
	n = hide_octets(token_in(keep(out)), octets, sizeof(octets));
	for (int i = 0; i < n * 256; i++) {
		uint8_t was = octets[i / 256];
		struct sip_msg m;
		int e;

		octets[i / 256] = (uint8_t)i;
		buf_reset(&b);
		if (hide_text(&b, slice_of(octets, (size_t)n)) < 0)
			unit_fatal("hide_text", "digits");
		octets[i / 256] = was;
		snprintf(s, sizeof(s), "Via: SIP/2.0/UDP %.*s;tokenized-by="
		    "home1.net\r\n", (int)b.n, b.p);
		e = done(hide_restore, h, message(false, s), &out);
		opened += e >= 0;
		if (e >= 0)
			foreign += sip_parse(&m, out) < 0 || m.n_hdr != 3 ||
			    !has(m.hdr[0].value, "home1.net");
		else
			foreign += e != ERR_AUTH;
	}
	CHECK(opened >= n, "plain: %d of %d changes show in the text only",
	    opened, n * 256);
	CHECK_INT(foreign, 0, "plain: what opens is one line of own entries");
	hide_free(h);
	buf_free(&b);
}

static void
refused(void)
{
	static const struct {
		const char	*what, *headers;
		int		 e;
	} t[] = {
		{ "a Via that is none", "Via: nonsense\r\n", ERR_FORMAT },
		{ "behind a good one", "Via: " P(1) ", x y\r\n", ERR_FORMAT },
		{ "a Route that is none", "Route: <sip:>\r\n", ERR_FORMAT },
		{ "a bracket that does not close", "Path: <sip:a\r\n",
		    ERR_FORMAT },
	};
	const struct hide_options o = { .line_max = 200 }, none = { 0 };
	struct hide *h = network(&o), *keyless = hide_new(&none);
	struct hide_report r;
	struct slice out, msg;
	char s[20000];

	for (size_t i = 0; i < N(t); i++) {
		CHECK_INT(done(hide_message, h, message(false, t[i].headers),
		    &out), t[i].e, "%s", t[i].what);
		CHECK_INT(done(hide_restore, h, message(false, t[i].headers),
		    &out), t[i].e, "%s, on the way back", t[i].what);
	}
	msg = slice_str("INVITE sip:a SIP/2.0\r\nVia: " P(1) "\r\n");
	CHECK_INT(done(hide_message, h, msg, &out), ERR_MORE, "no end");
	CHECK_INT(done(hide_restore, h, msg, &out), ERR_MORE, "no end, back");
	CHECK_INT(done(hide_message, h, slice_str("hello\r\n\r\n"), &out),
	    ERR_FORMAT, "no SIP");
	CHECK(hide_network(keyless, slice_str("home1.net")) == 0 &&
	    done(hide_message, keyless, message(false, "Via: " P(1) "\r\n"),
	    &out) == ERR_NOKEY, "no key");
	CHECK(done(hide_message, keyless, message(false, "Via: " UE "\r\n"),
	    &out) == 0, "nothing to hide needs no key");
	msg = message(false, "Via: " P(1) ", " P(2) "\r\n");
	buf_reset(&last);
	CHECK_INT(hide_message(h, msg, &last, &r), ERR_LIMIT,
	    "a line too long");
	CHECK(r.line > 200 && r.line < 400, "and its length: %zu", r.line);
	memset(s, 'x', sizeof(s));
	snprintf(s + 17000, 3000, "\r\n");
	memcpy(s, "Via: SIP/2.0/UDP p1.home1.net;branch=",
	    sizeof("Via: SIP/2.0/UDP p1.home1.net;branch=") - 1);
	CHECK_INT(done(hide_message, h, message(false, s), &out), ERR_LIMIT,
	    "a run too long");
	hide_free(h);
	hide_free(keyless);
}

static void
names(void)
{
	static const char *const bad[] = {
		"", ".", "a b", "home1.net;x", "1.2.3.4/33", "<home1.net>",
	};
	const struct hide_options o = { 0 };
	struct hide *h = hide_new(&o);

	for (size_t i = 0; i < N(bad); i++)
		CHECK_INT(hide_network(h, slice_str(bad[i])), ERR_FORMAT,
		    "no name: \"%s\"", bad[i]);
	for (int i = 0; i < HIDE_NAMES; i++)
		if (hide_network(h, slice_str("a.b")) < 0)
			unit_fatal("hide_network", "a.b");
	CHECK_INT(hide_network(h, slice_str("a.b")), ERR_LIMIT, "names end");
	CHECK_INT(hide_key(h, 256, slice_of(NULL, 0), kv[0]), ERR_RANGE,
	    "a number too high");
	hide_free(h);
	hide_free(NULL);
}

/* --- references into a state ------------------------------------------------- */

static uint8_t state_ref[8][HIDE_REF];
static struct buf state_run[8];
static size_t state_n;

static void
on_keep(const uint8_t ref[HIDE_REF], struct slice run, void *arg)
{
	(void)arg;
	memcpy(state_ref[state_n], ref, HIDE_REF);
	buf_put(&state_run[state_n++], run);
}

static void
state(void)
{
	const struct hide_options o = { .constant = true, .keep = on_keep };
	struct hide *h = network(&o), *again = network(&o);
	struct slice out, msg = message(true, "Record-Route: " R(1) "," R(2)
	    "\r\nVia: " P(3) "\r\n");
	char first[4096];

	CHECK_INT(done(hide_message, h, msg, &out), 2, "constant: hidden");
	CHECK(has(out, "Record-Route: <sip:hidden.invalid;lr;hidden=") &&
	    has(out, "\r\nVia: SIP/2.0/UDP hidden.invalid;hidden=") &&
	    !has(out, "home1"), "constant: the same host for all");
	CHECK_INT((int)state_n, 2, "constant: two runs kept");
	snprintf(first, sizeof(first), "%.*s", (int)out.n, out.p);
	CHECK(done(hide_message, h, msg, &out) == 2 && slice_is(out, first) &&
	    state_n == 2, "constant: the same text, and nothing new kept");
	CHECK_INT(done(hide_restore, again, slice_str(first), &out), ERR_AUTH,
	    "constant: not of this state");
	for (size_t i = 0; i < 2; i++) {
		CHECK_INT(hide_state_run(again, state_ref[i],
		    buf_slice(&state_run[i])), 0, "constant: read");
		CHECK_INT(hide_state_run(again, state_ref[i],
		    buf_slice(&state_run[1 - i])), ERR_AUTH,
		    "constant: not its run");
	}
	CHECK(done(hide_restore, again, slice_str(first), &out) == 2 &&
	    slice_eq(out, msg), "constant: the same again");
	CHECK_INT(hide_state(again, kv[0]), 0, "constant: another key");
	CHECK_INT(hide_state_run(again, state_ref[0],
	    buf_slice(&state_run[0])), ERR_AUTH, "constant: another run's");
	for (size_t i = 0; i < state_n; i++)
		buf_free(&state_run[i]);
	hide_free(h);
	hide_free(again);
}

/* --- generated messages ------------------------------------------------------- */

static const char *
one_of(const char *const *list, size_t n)
{
	return list[draw((uint32_t)n)];
}

#define ONE_OF(list)	one_of(list, N(list))

static void
put_value(struct buf *b, bool via, char *token)
{
	static const char *const vias[] = {
		"SIP/2.0/UDP p%u.home1.net;branch=z9hG4bK%u",
		"SIP/2.0/TCP p%u.HOME1.net:5060;branch=z9hG4bK%u;received="
		"10.1.0.1", "SIP / 2.0 / UDP  p%u.a.home1.net : 5060 ; b=\"%u\"",
		"SIP/2.0/UDP 10.1.%u.1;x=%u", "SIP/2.0/TLS ibcf.home1.net;b=%u",
		"SIP/2.0/UDP x%u.net;branch=%u", "SIP/2.0/UDP 10.2.%u.1;b=%u",
		"SIP/2.0/UDP\r\n p%u.home1.net\r\n\t;branch=%u",
		"SIP/2.0/UDP [2001:db8:5::%u]:5060;b=%u",
		"SIP/2.0/UDP [2001:db8:6::%u];b=%u",
		"SIP/2.0/UDP ab%ua;tokenized-by=home1.net;b=%u",
		"SIP/2.0/UDP p%u.home1.net;x=\"a;b=%u", NULL,
	};
	static const char *const routes[] = {
		"<sip:p%u.home1.net;lr>", "<sip:p%u.home1.net;lr>;x=\"a,b%u\"",
		"\"a , <b\" <sip:u%u@p%u.home1.net:5060;lr>",
		"<sip:x%u.net;lr;y=%u>", "sip:p%u.home1.net;lr=%u",
		"<sip:10.1.0.%u;lr>", "<sips:ibcf.home1.net;lr;x=%u>",
		"\r\n <sip:p%u.home1.net>", "<sip:ab%u@home1.net;tokenized-by="
		"home1.net;x=%u>", "<tel:+%u>", "<sip:[2001:db8:5::%u];lr>",
		NULL,
	};
	const char *form = via ? ONE_OF(vias) : ONE_OF(routes);

	if (form == NULL)
		form = token != NULL && via ? token : via ? vias[0] : routes[0];
	if (form == token)
		buf_str(b, token);
	else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		buf_printf(b, form, draw(99), draw(9999));
#pragma GCC diagnostic pop
}

static void
put_line(struct buf *b, const char *end, char *token)
{
	static const char *const name[] = {
		"Via", "v", "VIA", "Via\t", "Route", "Record-Route", "Path",
		"Service-Route", "record-route", "Route ",
	};
	static const char *const other[] = {
		"From: <sip:a@home1.net>;tag=1", "To: <sip:b@p1.home1.net>",
		"Subject: p1.home1.net,\r\n p2.home1.net", "garbage p1.home1.net",
		": nothing", "X-Empty:", "Contact: <sip:p1.home1.net>",
		"Via:", "Route: ,",
	};
	static const char *const comma[] = { ",", ", ", " , ", ",,", ",\r\n ",
		"\t,\t" };
	const char *n = ONE_OF(name);

	if (draw(4) == 0)
		buf_str(b, ONE_OF(other));
	else {
		buf_str(b, n);
		buf_str(b, draw(2) ? ": " : draw(2) ? ":" : ":  ,");
		for (uint32_t i = draw(3) + 1; i > 0; i--) {
			put_value(b, (*n & 0x5f) == 'V', token);
			if (i > 1 || draw(9) == 0)
				buf_str(b, ONE_OF(comma));
		}
	}
	buf_str(b, draw(20) == 0 ? " " : draw(20) == 0 ? "\r\n " : "");
	buf_str(b, draw(20) == 0 ? "\n" : end);
}

/* A message of many odd lines; TOKEN, if not NULL, may be in it. */
static void
generate(struct buf *b, char *token)
{
	const char *end = draw(10) == 0 ? "\n" : "\r\n";

	buf_reset(b);
	if (draw(20) == 0)
		buf_str(b, "\r\n\r\n");
	buf_str(b, draw(2) ? "INVITE sip:a@b SIP/2.0" : "SIP/2.0 200 OK");
	buf_str(b, end);
	for (uint32_t i = draw(16); i > 0; i--)
		put_line(b, end, token);
	buf_str(b, "Content-Length: 3");
	buf_str(b, end);
	buf_str(b, end);
	buf_add(b, "\0\r\n", 3);
}

/* No own name in the headers that are hidden, but where it says by whom. */
static bool
hides(struct slice out)
{
	static struct sip_msg m;
	struct sip_iter it;
	struct slice v;
	static const enum sip_h h[] = { SIP_H_VIA, SIP_H_ROUTE, SIP_H_PATH,
		SIP_H_RECORD_ROUTE, SIP_H_SERVICE_ROUTE };

	if (sip_parse(&m, out) < 0)
		return false;
	for (size_t i = 0; i < N(h); i++) {
		bool token = false;

		memset(&it, 0, sizeof(it));
		while (sip_each(&m, h[i], &it, &v)) {
			bool is = has(v, ";tokenized-by=home1.net");

			if (is && token)
				return false;	/* HIDE-06 */
			token = is;
			if (!is && !has(v, "ibcf.home1.net") &&
			    (has(v, ".home1.net") || has(v, ".HOME1.net") ||
			    has(v, "@home1.net") || has(v, "2001:db8:5:") ||
			    (has(v, " 10.1.") && !has(v, "10.1.0.1"))))
				return false;
		}
	}
	return true;
}

static void
generated(const struct hide_options *o, const char *what)
{
	struct hide *h = network(o);
	struct buf in, hidden;
	struct slice out;
	static char token[8192];
	int tokens = 0, refusals = 0, same = 0;

	buf_init(&in, 0);
	buf_init(&hidden, 0);
	for (int i = 0; i < 10000; i++) {
		int n;

		generate(&in, token[0] != '\0' ? token : NULL);
		n = done(hide_message, h, buf_slice(&in), &out);
		if (n < 0) {
			refusals++;
			CHECK_EACH(done(hide_restore, h, buf_slice(&in),
			    &out) == n, "message %d: refused both ways", i);
			continue;
		}
		tokens += n;
		same += n == 0 && slice_eq(out, buf_slice(&in));
		buf_reset(&hidden);
		buf_put(&hidden, out);
		if (!o->constant && !o->plain && !CHECK_EACH(hides(out),
		    "message %d hides:\n%.*s", i, (int)hidden.n, hidden.p))
			break;
		if (!o->constant && n > 0 && token_in(out).n > 0)
			snprintf(token, sizeof(token), "SIP/2.0/UDP %.*s;"
			    "tokenized-by=home1.net", (int)token_in(out).n,
			    token_in(out).p);
		n = done(hide_restore, h, buf_slice(&hidden), &out);
		if (!CHECK_EACH(n >= 0 && slice_eq(out, buf_slice(&in)),
		    "message %d: %s\n%.*s\n---\n%.*s\n---\n%.*s", i,
		    err_name(n), (int)in.n, in.p, (int)hidden.n, hidden.p,
		    (int)out.n, out.p))
			break;
	}
	CHECK(tokens > 10000 && refusals < 5000, "%s: 10000 messages, %d "
	    "tokens, %d without, %d refused, all the same again", what, tokens,
	    same, refusals);
	buf_free(&in);
	buf_free(&hidden);
	hide_free(h);
}

/* --- a third network between ---------------------------------------------------- */

/* The entries of H in M, and of ours for sure if OWN. */
static size_t
list(const struct sip_msg *m, enum sip_h h, struct slice *to)
{
	struct sip_iter it = { NULL, { NULL, 0 } };
	size_t n = 0;

	while (n < 512 && sip_each(m, h, &it, &to[n]))
		n++;
	return n;
}

/*
 * MSG as a network passes it on: an entry of its own on top, each header in a
 * line of its own or all of its values in one, the headers in another order,
 * hosts in upper case.
 */
static void
abroad(struct slice msg, struct buf *to, bool record_route)
{
	static const char *const name[] = { "Via", "Route", "Record-Route",
		"Path", "Service-Route" };
	static const enum sip_h id[] = { SIP_H_VIA, SIP_H_ROUTE,
		SIP_H_RECORD_ROUTE, SIP_H_PATH, SIP_H_SERVICE_ROUTE };
	static struct sip_msg m;
	static struct slice v[512];
	uint32_t first = draw(5);

	if (sip_parse(&m, msg) < 0)
		unit_fatal("abroad", "no SIP");
	buf_reset(to);
	buf_put(to, slice_sub(m.raw, 0, slice_chr(m.raw, '\n') + 1));
	buf_str(to, "X-Between: 1\r\nVia: SIP/2.0/UDP third.net;branch=1\r\n");
	if (record_route)
		buf_str(to, "Record-Route: <sip:third.net;lr>\r\n");
	for (uint32_t i = 0; i < 5; i++) {
		uint32_t k = (first + i) % 5;
		size_t n = list(&m, id[k], v);
		bool lines = draw(2) != 0;

		for (size_t j = 0; j < n; j++) {
			if (j == 0 || lines)
				buf_printf(to, "%s: ", name[k]);
			for (size_t c = 0; c < v[j].n; c++)
				buf_u8(to, v[j].p[c] >= 'a' &&
				    v[j].p[c] <= 'z' && has(v[j],
				    ";tokenized-by=home1.net") ?
				    v[j].p[c] & 0xdf : v[j].p[c]);
			buf_str(to, lines || j == n - 1 ? "\r\n" : ", ");
		}
	}
	buf_str(to, "Content-Length: 0\r\n\r\n");
}

static bool
same_entries(struct slice was, struct slice is, bool record_route)
{
	static const enum sip_h id[] = { SIP_H_VIA, SIP_H_ROUTE,
		SIP_H_RECORD_ROUTE, SIP_H_PATH, SIP_H_SERVICE_ROUTE };
	static struct sip_msg m[2];
	static struct slice v[2][512];

	if (sip_parse(&m[0], was) < 0 || sip_parse(&m[1], is) < 0)
		return false;
	for (size_t k = 0; k < 5; k++) {
		size_t a = list(&m[0], id[k], v[0]);
		size_t b = list(&m[1], id[k], v[1]);
		size_t on_top = k == 0 || (k == 2 && record_route);

		if (b != a + on_top)
			return false;
		for (size_t i = 0; i < a; i++)
			if (has(v[0][i], "tokenized-by") ?
			    !slice_caseeq(v[0][i], v[1][i + on_top]) :
			    !slice_eq(v[0][i], v[1][i + on_top]))
				return false;
	}
	return true;
}

static void
between(const struct hide_options *o, const char *what)
{
	struct hide *h = network(o);
	struct buf in, out_buf;
	struct slice out;
	int tokens = 0;

	buf_init(&in, 0);
	buf_init(&out_buf, 0);
	for (int i = 0; i < 5000; i++) {
		bool record_route = draw(2) != 0;
		int n;

		generate(&in, NULL);
		if (slice_find(buf_slice(&in), slice_str("\"a;b=")) < in.n ||
		    done(hide_message, h, buf_slice(&in), &out) < 0)
			continue;
		abroad(keep(out), &out_buf, record_route);
		n = done(hide_restore, h, buf_slice(&out_buf), &out);
		tokens += n;
		if (!CHECK_EACH(n >= 0 && same_entries(buf_slice(&in), out,
		    record_route), "%s: message %d: %s\n%.*s\n---\n%.*s\n---\n"
		    "%.*s", what, i, err_name(n), (int)in.n, in.p,
		    (int)out_buf.n, out_buf.p, (int)out.n, out.p))
			break;
	}
	CHECK(tokens > 5000, "%s: a third network between: %d tokens", what,
	    tokens);
	buf_free(&in);
	buf_free(&out_buf);
	hide_free(h);
}

/* Equal input, different tokens; with padding, equal lengths. */
static void
fresh(void)
{
	static const char *const name[] = { "Via", "Route", "Record-Route",
		"Path", "Service-Route" };
	const struct hide_options o = { 0 }, padded = { .pad = 256 };
	struct hide *h = network(&o), *p = network(&padded);
	struct slice out;
	char s[1024];
	size_t len[2];

	for (size_t i = 0; i < N(name); i++) {
		snprintf(s, sizeof(s), "%s: %s\r\n", name[i], i == 0 ? P(1) :
		    R(1));
		CHECK_INT(done(hide_message, h, message(false, s), &out), 1,
		    "%s: hidden", name[i]);
		out = keep(out);
		CHECK(done(hide_message, h, message(false, s), &out) == 1 &&
		    !slice_eq(token_in(out), token_in(slice_str(kept))),
		    "%s: another token each time", name[i]);
	}
	for (int i = 0; i < 2; i++) {
		CHECK_INT(done(hide_message, p, message(false, i ? "Via: " P(1)
		    "," P(2) "," P(3) "\r\n" : "Via: " P(1) "\r\n"), &out), 1,
		    "padded");
		len[i] = token_in(out).n;
	}
	CHECK(len[0] == len[1], "one hop and three: %zu and %zu characters",
	    len[0], len[1]);
	hide_free(h);
	hide_free(p);
}

int
main(void)
{
	static const struct hide_options o[] = {
		{ .insert = true }, { .plain = true }, { .constant = true },
		{ .pad = 256 },
	};
	static const char *const what[] = { "tokens", "plain", "constant",
		"padded" };

	vector();
	base32();
	labels();
	which();
	order();
	order_plain();
	border();
	changed();
	rotation();
	plain_changed();
	refused();
	names();
	state();
	fresh();
	for (size_t i = 0; i < N(o); i++)
		generated(&o[i], what[i]);
	for (size_t i = 0; i < 3; i++)
		between(&o[i], what[i]);
	buf_free(&last);
	return unit_end();
}
