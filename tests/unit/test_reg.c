/* test_reg: the machines of reg.h: timers, loss, SAs, what is not accepted. */
#include "unit.h"

#include "sip.h"
#include "world.h"

#define S	1000000000ULL

static unsigned sent, clear_requests, lost;

static void
count_ue(const struct flow_sip *s)
{
	if (!pkt_addr_eq(&s->where.src, &world.ue_config.addr))
		return;
	sent++;
	clear_requests += s->where.sport == 5060;
}

static unsigned
lose_all(const struct flow_sip *s)
{
	(void)s;
	return 0;
}

static bool
on_gm(const struct flow_sip *s)
{
	return pkt_addr_eq(&s->where.src, &world.ue_config.addr) ||
	    pkt_addr_eq(&s->where.dst, &world.ue_config.addr);
}

/* Every third message between the phone and its P-CSCF. */
static unsigned
lose_third(const struct flow_sip *s)
{
	return on_gm(s) ? ++lost % 3 != 0 : 1;
}

/* On Gm 30 % are lost, and 10 % come twice. */
static unsigned
bad_link(const struct flow_sip *s)
{
	unsigned n = world_random() % 100;

	return !on_gm(s) || (n >= 30 && n < 90) ? 1 : n < 30 ? 0 : 2;
}

static void
open_world(uint64_t sqn_ue)
{
	world_config(sqn_ue);
	world_open();
	sent = clear_requests = lost = 0;
	world.see = count_ue;
}

static void
test_registers(void)
{
	open_world(0);
	CHECK_INT(reg_ue_register(world.ue, world.now), 0, "it begins");
	CHECK_INT(reg_ue_register(world.ue, world.now), ERR_SYNC,
	    "not twice at once");
	CHECK_INT(reg_ue_state(world.ue), REG_ASKED, "asked");
	CHECK_INT(world_run(100), 0, "it runs");
	CHECK_INT(reg_ue_state(world.ue), REG_REGISTERED, "registered");
	CHECK_INT(world.registered, 1, "and told");
	CHECK_INT(sent, 2, "two REGISTERs");
	CHECK_INT(clear_requests, 1, "the first of them in clear");
	CHECK_INT(world.sas, 4, "four SAs");
	CHECK(!reg_ue_busy(world.ue), "nothing is on its way");
	/* TS 24.229 5.1.1.4: 600 s before it ends. */
	CHECK(reg_ue_deadline(world.ue) / S - world.now / S >= 599399 &&
	    reg_ue_deadline(world.ue) / S - world.now / S <= 599400,
	    "it comes back 600 s before the end");
	CHECK_INT(world_wait(599401 * S), 0, "it waits");
	CHECK_INT(world.registered, 2, "registered again by itself");
	CHECK_INT(world.sas, 8, "with new SAs");
	CHECK_INT(world_wait(200 * S), 0, "64 T1 and more");
	CHECK_INT(world.sas_gone, 4, "the old ones are gone");
	CHECK_INT(reg_ue_deregister(world.ue, world.now), 0, "it leaves");
	CHECK_INT(world_run(100), 0, "it runs");
	CHECK_INT(world.deregistered, 1, "deregistered");
	CHECK_INT(world.sas_gone, 8, "no SA is left");
	CHECK_INT(reg_ue_state(world.ue), REG_IDLE, "idle");
	world_close();
}

/* TS 24.229 7.7: T1 2 s, T2 16 s; RFC 3261 17.1.2.2: 64 T1 at most. */
static void
test_silence(void)
{
	uint64_t start, at[16];
	unsigned n = 0;

	open_world(0);
	world.pass = lose_all;
	start = world.now;
	CHECK_INT(reg_ue_register(world.ue, start), 0, "it begins");
	while (reg_ue_busy(world.ue) && n < 16) {
		at[n++] = reg_ue_deadline(world.ue);
		if (reg_ue_tick(world.ue, at[n - 1]) != 0)
			break;
	}
	CHECK(n > 5 && at[0] - start == 2 * S && at[1] - start == 6 * S &&
	    at[2] - start == 14 * S && at[3] - start == 30 * S &&
	    at[4] - start == 46 * S, "2, 4, 8, 16, 16 s apart");
	CHECK_INT(at[n - 1] - start, 128 * S, "64 T1");
	CHECK_INT(world.failed, 1, "then it fails");
	CHECK_INT(reg_ue_state(world.ue), REG_IDLE, "idle");
	CHECK_INT(world.sas, 0, "no SA");
	world_close();
}

/* A refresh that nobody answers: it begins anew. */
static void
test_retry(void)
{
	uint64_t at = 0;

	open_world(0);
	CHECK_INT(reg_ue_register(world.ue, world.now), 0, "it begins");
	CHECK_INT(world_run(100), 0, "it runs");
	world.pass = lose_all;
	for (int i = 0; i < 100 && world.failed == 0; i++) {
		at = reg_ue_deadline(world.ue);
		CHECK_INT(reg_ue_tick(world.ue, at), 0, "tick");
	}
	CHECK_INT(world.failed, 1, "the refresh failed");
	CHECK_INT(reg_ue_state(world.ue), REG_ASKED, "from the start");
	CHECK_INT(world.sas_gone, 4, "without what was agreed");
	CHECK_INT(clear_requests, 2, "in clear");
	world.pass = NULL;
	world.now = at;
	CHECK_INT(world_wait(10 * S), 0, "it waits");
	CHECK_INT(world.registered, 2, "registered again");
	world_close();
}

static void
test_loss(void)
{
	open_world(0);
	world.pass = lose_third;
	CHECK_INT(reg_ue_register(world.ue, world.now), 0, "it begins");
	CHECK_INT(world_wait(120 * S), 0, "it runs");
	CHECK_INT(world.registered, 1, "registered in spite of loss");
	CHECK_INT(world.sas, 4, "with one set");
	world_close();
}

/* Whatever is lost, comes twice or late: it ends, and no SA stays. */
static void
test_bad_link(void)
{
	unsigned in = 0, left = 0, undecided = 0, phone = 0, core = 0;

	for (unsigned seed = 0; seed < 1000; seed++) {
		open_world(0);
		world.random = seed * 2654435761U;
		world.pass = bad_link;
		world.shuffled = true;
		CHECK_EACH(reg_ue_register(world.ue, world.now) == 0, "begins");
		CHECK_EACH(world_wait(600 * S) == 0, "it waits");
		undecided += reg_ue_busy(world.ue);
		in += world.registered > 0;
		left += world.registered == 0 && world.failed == 0;
		if (reg_ue_state(world.ue) == REG_REGISTERED)
			CHECK_EACH(reg_ue_deregister(world.ue, world.now) == 0,
			    "it leaves");
		/* The P-CSCF may hear of nothing but the time. */
		CHECK_EACH(world_wait(2ULL * REG_EXPIRES * S) == 0, "waits");
		phone += world.sas != world.sas_gone;
		core += world.core_sas != world.core_gone;
		world_close();
	}
	CHECK(in > 990, "%u of 1000 registered", in);
	CHECK_INT(undecided, 0, "nothing is on its way");
	CHECK_INT(left, 0, "registered, or failed");
	CHECK_INT(phone, 0, "no SA is left in the phone");
	CHECK_INT(core, 0, "nor in the P-CSCF");
}

/* TS 33.203 6.1.3: the network follows the card. */
static void
test_resync(void)
{
	open_world(5000 << 5);
	CHECK_INT(reg_ue_register(world.ue, world.now), 0, "it begins");
	CHECK_INT(world_run(100), 0, "it runs");
	CHECK_INT(world.registered, 1, "registered");
	CHECK_INT(sent, 3, "three REGISTERs");
	CHECK_INT(clear_requests, 2, "two of them in clear");
	CHECK_INT(world.sas, 4, "no SA for the refused challenge");
	world_close();
}

/* TS 24.229 7.8, TS 33.203 7.4: the new SAs end with reg-await-auth. */
static void
test_await(void)
{
	world_config(0);
	world.ue_config.mute = true;
	world_open();
	CHECK_INT(reg_ue_register(world.ue, world.now), 0, "it begins");
	CHECK_INT(world_run(100), 0, "it runs");
	CHECK(reg_pcscf_deadline(world.p) - world.now <= 240 * S &&
	    reg_pcscf_deadline(world.p) - world.now > 239 * S,
	    "the P-CSCF waits for 4 minutes");
	CHECK_INT(world_wait(250 * S), 0, "it waits");
	CHECK(reg_pcscf_deadline(world.p) == REG_NEVER &&
	    reg_scscf_deadline(world.s) == REG_NEVER,
	    "then nothing is kept");
	world_close();
}

/* STATUS to the last request of the phone, from FROM to TO. */
static void
fake(const char *status, const char *extra, uint16_t from, uint16_t to)
{
	struct world_letter l;
	struct sip_msg m;
	struct buf b;

	if (!world_take(&l))
		return;
	if (sip_parse(&m, slice_of(l.text, l.n)) < 0)
		unit_fatal("parse", "request");
	buf_init(&b, 65535);
	buf_printf(&b, "SIP/2.0 %s\r\nVia: %.*s\r\nFrom: %.*s\r\n"
	    "To: %.*s;tag=1\r\nCall-ID: %.*s\r\nCSeq: %.*s\r\n%s"
	    "Content-Length: 0\r\n\r\n", status,
	    (int)sip_value(&m, SIP_H_VIA).n, sip_value(&m, SIP_H_VIA).p,
	    (int)sip_value(&m, SIP_H_FROM).n, sip_value(&m, SIP_H_FROM).p,
	    (int)sip_value(&m, SIP_H_TO).n, sip_value(&m, SIP_H_TO).p,
	    (int)sip_value(&m, SIP_H_CALL_ID).n,
	    sip_value(&m, SIP_H_CALL_ID).p,
	    (int)sip_value(&m, SIP_H_CSEQ).n, sip_value(&m, SIP_H_CSEQ).p,
	    extra);
	l.where.dst = l.where.src;
	l.where.src = world.net.pcscf.addr;
	l.where.sport = from;
	l.where.dport = to;
	CHECK_INT(world_deliver(&l.where, buf_slice(&b)), 0, "taken");
	buf_free(&b);
	free(l.text);
}

/* What no P-CSCF should answer, and what becomes of it. */
static void
test_answers(void)
{
#define DIGEST "WWW-Authenticate: Digest realm=\"r\",nonce=\""
#define NONCE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""
#define SERVER "Security-Server: ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;ealg=null"
	static const struct {
		const char *status, *extra, *why;
		unsigned sent;
	} cases[] = {
		{ "200 OK", "", "200 without a challenge", 1 },
		{ "401 No", "", "the 401 has no Digest challenge", 1 },
		{ "401 No", "WWW-Authenticate: Basic x\r\n",
		  "the 401 has no Digest challenge", 1 },
		{ "401 No", DIGEST NONCE ",algorithm=MD5\r\n",
		  "the algorithm of the challenge is not AKA", 1 },
		{ "401 No", DIGEST "zz\",algorithm=AKAv1-MD5\r\n" SERVER
		  ";spi-c=1000;spi-s=1001;port-c=7000;port-s=7001\r\n",
		  "the nonce has no RAND and AUTN", 1 },
		{ "401 No", DIGEST NONCE ",algorithm=AKAv1-MD5,"
		  "qop=\"other\"\r\n",
		  "the challenge wants another qop than auth, auth-int", 1 },
		{ "401 No", DIGEST NONCE ",algorithm=AKAv1-MD5\r\n", "", 2 },
		{ "401 No", DIGEST NONCE ",algorithm=AKAv1-MD5\r\n" SERVER
		  ";spi-c=1000;spi-s=1001;port-c=7000;port-s=7001\r\n",
		  "", 2 },	/* its MAC is wrong: said to the network */
		{ "403 Forbidden", "", "403 Forbidden", 1 },
		{ "423 Brief", "Min-Expires: 700000\r\n", "", 2 },
		{ "423 Brief", "", "423 Brief", 1 },
		{ "423 Brief", "Min-Expires: 99999999999\r\n", "423 Brief", 1 },
		{ "100 Trying", "", "", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_world(0);
		CHECK_INT(reg_ue_register(world.ue, world.now), 0, "begun");
		fake(cases[i].status, cases[i].extra, 5060, 5060);
		CHECK_STR(slice_str(world.why), cases[i].why, "case %zu", i);
		CHECK_INT(sent, cases[i].sent, "case %zu: sent", i);
		CHECK_INT(world.registered, 0, "case %zu: no", i);
		CHECK_INT(world.sas, 0, "case %zu: no SA", i);
		world_close();
	}
}

/* The line that begins with NAME in the letter that is next becomes LINES. */
static void
forge(const char *name, const char *lines)
{
	struct world_letter *l = &world.mail[0];
	struct slice text = slice_of(l->text, l->n), rest;
	size_t at = slice_find(text, slice_str(name));
	struct buf b;

	rest = slice_from(text, at);
	(void)slice_cut(&rest, '\n');
	buf_init(&b, 65535);
	buf_put(&b, slice_sub(text, 0, at));
	buf_str(&b, lines);
	buf_put(&b, rest);
	free(l->text);
	if (b.bad || (l->text = malloc(b.n)) == NULL)
		unit_fatal("forge", name);
	memcpy(l->text, b.p, l->n = b.n);
	buf_free(&b);
}

/* A challenge that is right, beside what a P-CSCF might say. */
static void
test_servers(void)
{
#define PORTS	";spi-c=1000;spi-s=1001;port-c=7000;port-s=7001"
#define GOOD	"ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;ealg=null" PORTS
#define ODD	"ipsec-3gpp;q=0.9;alg=hmac-sha-3;ealg=null" PORTS
#define CANNOT	"nothing in Security-Server can be accepted"
	static const struct {
		const char *lines, *why;
		unsigned sas;
	} cases[] = {
		{ "Security-Server: " GOOD "\r\n", "", 4 },
		{ "Security-Server: " ODD "\r\n", CANNOT, 0 },
		{ "Security-Server: " ODD "," GOOD "\r\n", "", 4 },
		{ "Security-Server: " ODD "\r\nSecurity-Server: " GOOD "\r\n",
		  "", 4 },
		{ "Security-Server: tls;q=0.1\r\n", CANNOT, 0 },
		{ "Security-Server: ipsec-3gpp;alg=hmac-sha-1-96\r\n", CANNOT,
		  0 },
		{ "Security-Server: \r\n", CANNOT, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_world(0);
		CHECK_INT(reg_ue_register(world.ue, world.now), 0, "begun");
		CHECK_INT(world_run(5), 0, "the 401 is due");
		forge("Security-Server:", cases[i].lines);
		CHECK_INT(world_run(1), 0, "it comes");
		CHECK_STR(slice_str(world.why), cases[i].why, "case %zu", i);
		CHECK_INT(world.sas, cases[i].sas, "case %zu: SAs", i);
		CHECK_INT(sent, cases[i].sas > 0 ? 2 : 1, "case %zu: sent", i);
		world_close();
	}
}

/* From elsewhere, or to a port that is not the phone's clear one. */
static void
test_strangers(void)
{
	open_world(0);
	CHECK_INT(reg_ue_register(world.ue, world.now), 0, "it begins");
	fake("403 Forbidden", "", 5060, 7777);
	CHECK_INT(world.failed, 1, "a port of its own is not looked at");
	world_close();
	open_world(0);
	CHECK_INT(reg_ue_register(world.ue, world.now), 0, "it begins");
	CHECK_INT(world_run(11), 0, "to the last hop");
	CHECK_INT(reg_ue_state(world.ue), REG_ANSWERED, "the 200 is due");
	/* In clear it is nobody's (TS 33.203 7.4). */
	world.mail[0].where.sport = 5060;
	world.mail[0].where.dport = 5060;
	CHECK_INT(world_run(1), 0, "it comes");
	CHECK_INT(reg_ue_state(world.ue), REG_ANSWERED, "and does not count");
	world_close();
}

/* The n-th of what the pair of edits makes; TS 33.203 does not matter here. */
static void
test_edit(void)
{
	static const char text[] = "REGISTER sip:a SIP/2.0\r\n"
	    "v: SIP/2.0/UDP b;branch=1, SIP/2.0/UDP c\r\n"
	    "Require: sec-agree, path\r\nProxy-Require: sec-agree\r\n"
	    "X: 1\r\nContent-Length: 2\r\n\r\nhi";
	struct reg_edit *e = NULL;
	struct sip_msg m;
	struct buf b;

	buf_init(&b, 65535);
	if (sip_parse(&m, slice_str(text)) < 0 ||
	    (e = reg_edit_new(&m)) == NULL)
		unit_fatal("edit", "parse");
	reg_edit_write(e, &b);
	CHECK_STR(buf_slice(&b), text, "nothing changed");
	buf_reset(&b);
	reg_edit_top(e, "Via: SIP/2.0/UDP d");
	reg_edit_drop(e, "proxy-require");
	reg_edit_drop(e, "x");
	reg_edit_value(e, sip_get(&m, SIP_H_REQUIRE), "%s", "path");
	reg_edit_add(e, "Y: %d", 2);
	reg_edit_uri(e, slice_str("sip:z"));
	reg_edit_body(e, slice_str("hello"));
	reg_edit_write(e, &b);
	CHECK_STR(buf_slice(&b), "REGISTER sip:z SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP d\r\n"
	    "v: SIP/2.0/UDP b;branch=1, SIP/2.0/UDP c\r\n"
	    "Require: path\r\nY: 2\r\nContent-Length: 5\r\n\r\nhello",
	    "all changed");
	reg_edit_free(e);
	buf_free(&b);
}

int
main(void)
{
	test_registers();
	test_silence();
	test_retry();
	test_loss();
	test_bad_link();
	test_resync();
	test_await();
	test_answers();
	test_servers();
	test_strangers();
	test_edit();
	return unit_end();
}
