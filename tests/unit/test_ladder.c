/* test_ladder: what is drawn of whom, and the limits (ladder). */
#include "err.h"
#include "ladder.h"
#include "unit.h"

static struct sip_msg msg;
static struct buf drawn;

static void
keep(struct buf *out)
{
	(void)out;
}

static struct pkt_addr
ip(unsigned last)
{
	struct pkt_addr a = { 4, { 10, 0, (uint8_t)(last >> 8),
	    (uint8_t)last } };

	return a;
}

/* TEXT from host FROM to host TO, ports 5060; 0: no address. */
static int
add(struct ladder *l, const char *text, unsigned from, unsigned to)
{
	struct flow_sip s = { .message = slice_str(text), .msg = &msg };

	if (from != 0) {
		s.where.src = ip(from);
		s.where.dst = ip(to);
		s.where.sport = s.where.dport = 5060;
	}
	if (sip_parse(&msg, s.message) < 0)
		unit_fatal("no message", text);
	if (l->audit != NULL && audit_side(l->audit, &s) < 0)
		unit_fatal("audit_side", text);
	return ladder_sip(l, &s);
}

static void
start(struct ladder *l)
{
	memset(l, 0, sizeof(*l));
	if (ladder_init(l) < 0)
		unit_fatal("ladder_init", "no memory");
	buf_reset(&drawn);
}

/* How often WHAT stands in what was drawn. */
static int
times(const char *what)
{
	struct slice s = buf_slice(&drawn), w = slice_str(what);
	int n = 0;

	for (size_t at; (at = slice_find(s, w)) < s.n; n++)
		s = slice_from(s, at + w.n);
	return n;
}

#define HEAD(id, cseq) "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: " id "\r\n" \
	"CSeq: " cseq "\r\n"
#define REGISTER "REGISTER sip:b SIP/2.0\r\n"
#define VIA "Via: SIP/2.0/UDP i;branch=z9hG4bK2\r\n"

static void
no_finding(const struct audit_finding *f, void *arg)
{
	(void)f;
	(void)arg;
}

/* TS 24.229: with one Via it is the phone's, with two its P-CSCF's. */
static void
roles(void)
{
	struct sa_db *db = sa_db_new();
	struct ladder l;

	start(&l);
	l.audit = audit_new(db, no_finding, NULL);
	(void)add(&l, REGISTER HEAD("c", "1 REGISTER") "\r\n", 1, 2);
	(void)add(&l, REGISTER VIA HEAD("c", "1 REGISTER") "\r\n", 2, 3);
	(void)add(&l, REGISTER VIA VIA HEAD("c", "1 REGISTER") "\r\n", 3, 4);
	ladder_mermaid(&drawn, &l, keep);
	CHECK_INT(times("n1 as UE<br/>10.0.0.1\n"), 1, "phone");
	CHECK_INT(times("n2 as P-CSCF<br/>10.0.0.2\n"), 1, "P-CSCF");
	CHECK_INT(times("n3 as I-CSCF<br/>10.0.0.3\n"), 1, "I-CSCF");
	CHECK_INT(times("n4 as S-CSCF<br/>10.0.0.4\n"), 1, "S-CSCF");
	CHECK_INT(times("n2->>n3: REGISTER"), 1, "second hop");
	audit_free(l.audit);
	sa_db_free(db);
	ladder_free(&l);
}

static void
sections(void)
{
	struct ladder l;
	struct ladder_section *s;

	start(&l);
	(void)add(&l, REGISTER HEAD("c", "1 REGISTER") "\r\n", 1, 2);
	(void)add(&l, REGISTER HEAD("d", "1 REGISTER") "\r\n", 1, 2);
	CHECK_INT(add(&l, "SIP/2.0 200 OK\r\n" HEAD("c", "1 REGISTER") "\r\n",
	    2, 1), 2, "third arrow");
	CHECK_INT(l.n_section, 2, "Call-IDs");
	CHECK_INT(l.arrow[2].section, 0, "of the first");
	s = ladder_find(&l, slice_hash(0, slice_str("d")));
	CHECK(s == &l.section[1], "found by its hash");
	CHECK(ladder_find(&l, 7) == NULL, "no such one");
	ladder_free(&l);
	start(&l);
	l.one = true;
	(void)add(&l, REGISTER HEAD("c", "1 REGISTER") "\r\n", 1, 2);
	(void)add(&l, REGISTER HEAD("d", "1 REGISTER") "\r\n", 1, 2);
	CHECK_INT(l.n_section, 1, "all in one");
	ladder_free(&l);
}

/* Without addresses: requests go one way, responses the other. */
static void
nobody(void)
{
	struct ladder l;

	start(&l);
	(void)add(&l, REGISTER HEAD("c", "1 REGISTER") "\r\n", 0, 0);
	(void)add(&l, "SIP/2.0 200 OK\r\n" HEAD("c", "1 REGISTER") "\r\n", 0,
	    0);
	ladder_mermaid(&drawn, &l, keep);
	CHECK_INT(times("n1 as client\n") + times("n2 as server\n"), 2,
	    "client and server");
	CHECK_INT(times("n1->>n2: REGISTER\n"), 1, "the request");
	CHECK_INT(times("n2-->>n1: 200 OK (REGISTER)\n"), 1, "the response");
	ladder_free(&l);
}

static void
again(void)
{
	const char *m = REGISTER HEAD("c", "1 REGISTER") "\r\n";
	struct ladder l;

	start(&l);
	(void)add(&l, m, 1, 2);
	(void)add(&l, m, 1, 2);
	(void)add(&l, m, 2, 1);
	(void)add(&l, REGISTER HEAD("c", "2 REGISTER") "\r\n", 1, 2);
	CHECK(!l.arrow[0].again && l.arrow[1].again, "the second is");
	CHECK(!l.arrow[2].again, "the other way is not");
	CHECK(!l.arrow[3].again, "another message is not");
	ladder_free(&l);
}

static void
closed(void)
{
	struct flow_esp e = { .spi = 7, .reason = ERR_NOKEY };
	struct ladder l;

	start(&l);
	e.where.src = ip(1);
	e.where.dst = ip(2);
	for (int i = 0; i < 3; i++)
		CHECK_INT(ladder_esp(&l, &e, slice_str("")), 0, "one arrow");
	e.spi = 8;
	CHECK_INT(ladder_esp(&l, &e, slice_str("")), 1, "another SPI");
	e.where.dst = ip(3);
	CHECK_INT(ladder_esp(&l, &e, slice_str("")), 2, "another host");
	ladder_mermaid(&drawn, &l, keep);
	CHECK_INT(times("n1--xn2: ESP 0x00000007 closed#58; no key x 3\n"), 1,
	    "three packets");
	CHECK_INT(times("closed#58; no key\n"), 2, "one each");
	ladder_free(&l);
}

static void
limits(void)
{
	struct flow_gap gap = { .octets = 1 };
	struct ladder l;
	int r = 0;

	start(&l);
	for (unsigned i = 0; i < 40; i++) {
		gap.where.src = ip(i);
		gap.where.dst = ip(i + 1);
		(void)!ladder_gap(&l, &gap);
	}
	ladder_mermaid(&drawn, &l, keep);
	CHECK_INT(times("participant"), LADDER_NODES, "columns");
	CHECK_INT(times("n16 as others\n"), 1, "the last has the others");
	CHECK_INT(times("n16->>n16: "), 25, "arrows among them");
	for (size_t i = l.n; i < LADDER_ARROWS; i++)
		r = ladder_gap(&l, &gap);
	CHECK_INT(r, LADDER_ARROWS - 1, "the last arrow");
	CHECK_INT(ladder_gap(&l, &gap), ERR_LIMIT, "one more");
	CHECK_INT(add(&l, REGISTER HEAD("c", "1 REGISTER") "\r\n", 1, 2),
	    ERR_LIMIT, "a message");
	CHECK_INT(l.left_out, 2, "counted");
	ladder_free(&l);
}

int
main(void)
{
	roles();
	sections();
	nobody();
	again();
	closed();
	limits();
	buf_free(&drawn);
	return unit_end();
}
