/*
 * test_nomem: the n-th allocation fails, for every n: nothing crashes, nothing
 * leaks, and what does not say that memory is out gives what it always gives.
 *
 * malloc() and the like are wrapped by the linker (Makefile), in lib and here,
 * so that OpenSSL, jansson, libpcap and the C library are not touched.
 */
#include <time.h>

#include "audit.h"
#include "dia.h"
#include "edit.h"
#include "hide.h"
#include "ladder.h"
#include "net.h"
#include "rec.h"
#include "reg.h"
#include "rewrite.h"
#include "scrub.h"
#include "send.h"
#include "srtp.h"
#include "table.h"
#include "undo.h"
#include "why.h"
#include "world.h"

void	*__real_malloc(size_t n);
void	*__real_calloc(size_t n, size_t size);
void	*__real_realloc(void *p, size_t n);
void	*__real_reallocarray(void *p, size_t n, size_t size);
void	 __real_free(void *p);
void	*__wrap_malloc(size_t n);
void	*__wrap_calloc(size_t n, size_t size);
void	*__wrap_realloc(void *p, size_t n);
void	*__wrap_reallocarray(void *p, size_t n, size_t size);
void	 __wrap_free(void *p);

#define TRIES	1500	/* of one scenario at most; then every k-th */

static struct memory {
	bool	 on;
	size_t	 calls, fail;	/* FAIL 0: none does */
	long	 live;		/* of those made while it was on */
	bool	 told;		/* ESP stayed closed for want of it */
} memory;

/* Those that are live, by address; what others made is not among them. */
#define SLOTS	65536
static void *live[SLOTS];

static size_t
slot_of(const void *p)
{
	size_t i = ((uintptr_t)p >> 4) * 2654435761U % SLOTS;

	while (live[i] != NULL && live[i] != p)
		i = (i + 1) % SLOTS;
	return i;
}

static void *
born(void *p)
{
	if (p != NULL && memory.on) {
		live[slot_of(p)] = p;
		memory.live++;
	}
	return p;
}

static void
dead(const void *p)
{
	size_t i = slot_of(p), k;
	void *moved;

	if (p == NULL || live[i] == NULL)
		return;
	live[i] = NULL;
	memory.live--;
	for (k = (i + 1) % SLOTS; (moved = live[k]) != NULL;
	    k = (k + 1) % SLOTS) {
		live[k] = NULL;
		live[slot_of(moved)] = moved;
	}
}

static bool
fails(void)
{
	return memory.on && ++memory.calls == memory.fail;
}

void *
__wrap_malloc(size_t n)
{
	return fails() ? NULL : born(__real_malloc(n));
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : born(__real_calloc(n, size));
}

void
__wrap_free(void *p)
{
	dead(p);
	__real_free(p);
}

void *
__wrap_realloc(void *p, size_t n)
{
	if (fails())
		return NULL;
	dead(p);
	return born(__real_realloc(p, n));
}

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	if (fails())
		return NULL;
	dead(p);
	return born(__real_reallocarray(p, n, size));
}

/* What a scenario gives.  It is made beforehand: it does not fail. */
static struct buf out;

static void
note(struct slice s)
{
	bool was = memory.on;

	memory.on = false;
	buf_u32(&out, (uint32_t)s.n);
	buf_put(&out, s);
	memory.on = was;
}

/* Scenarios.  0, or the error that came. */

static struct buf capture;	/* read beforehand */
static const char *capture_name;

static void
sink_sip(const struct flow_sip *m, void *arg)
{
	(void)arg;
	note(m->message);
}

static void
sink_esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	memory.told |= e->reason == ERR_CRYPT || e->reason == ERR_MEM;
	note(slice_str(err_name(e->reason)));
}

static void
sink_gap(const struct flow_gap *g, void *arg)
{
	(void)g;
	(void)arg;
	note(slice_str("gap"));
}

static void
sink_damage(uint64_t frame, const char *layer, int what, void *arg)
{
	(void)frame;
	(void)what;
	(void)arg;
	note(slice_str(layer));
}

static struct audit *judge;
static int judge_error;

static void
judge_sip(const struct flow_sip *m, void *arg)
{
	int e = audit_sip(judge, m);

	(void)arg;
	if (e < 0 && judge_error == 0)
		judge_error = e;
}

static void
judge_esp(const struct flow_esp *m, void *arg)
{
	int e = audit_esp(judge, m);

	(void)arg;
	memory.told |= m->reason == ERR_CRYPT || m->reason == ERR_MEM;
	if (e < 0 && judge_error == 0)
		judge_error = e;
}

static void
found(const struct audit_finding *f, void *arg)
{
	(void)arg;
	note(slice_str(f->rule->id));
}

/* Keys of the capture; what net_keys() makes must not fail. */
static struct sa_db *
database(void)
{
	struct sa_db *db = sa_db_new();
	bool was = memory.on;

	if (db != NULL && capture_name != NULL) {
		memory.on = false;
		net_keys(db, capture_name);
		memory.on = was;
	}
	return db;
}

static int
read_capture(const struct flow_sink *sink, struct sa_db *db)
{
	const struct flow_options o = { 0 };
	char error[CAP_ERROR_TEXT];
	FILE *file = fmemopen(capture.p, capture.n, "rb");
	struct cap_frame in;
	struct flow *f;
	struct cap *c;
	int e = 0, n;

	if (file == NULL)
		return ERR_MEM;
	if ((c = cap_open(file, &e, error)) == NULL) {
		fclose(file);
		return e;
	}
	if ((f = flow_new(sink, &o, db)) == NULL)
		e = ERR_MEM;
	while (e == 0 && (n = cap_next(c, &in)) != 0)
		e = n < 0 ? n : flow_frame(f, in.linktype, in.interface,
		    in.number, in.time_ns, in.data, in.wire_len);
	/* 1 is a fragment that waits. */
	if (e >= 0)
		e = f != NULL ? flow_end(f) : ERR_MEM;
	flow_free(f);
	cap_close(c);
	fclose(file);
	return e;
}

static int
run_flow(void)
{
	const struct flow_sink sink = { .sip = sink_sip, .esp = sink_esp,
	    .gap = sink_gap, .damage = sink_damage };
	struct sa_db *db = database();
	int e = db != NULL ? read_capture(&sink, db) : ERR_MEM;

	sa_db_free(db);
	return e;
}

static int
run_audit(void)
{
	const struct flow_sink sink = { .sip = judge_sip, .esp = judge_esp,
	    .gap = sink_gap, .damage = sink_damage };
	struct sa_db *db = database();
	int e = ERR_MEM;

	judge_error = 0;
	if (db != NULL && (judge = audit_new(db, found, NULL)) != NULL) {
		e = read_capture(&sink, db);
		audit_end(judge);
		audit_free(judge);
	}
	sa_db_free(db);
	return e < 0 ? e : judge_error;
}

static const char invite[] =
	"INVITE sip:a@b SIP/2.0\r\n"
	"Via: SIP/2.0/UDP p.b;branch=z9hG4bK2\r\n"
	"Via: SIP/2.0/UDP s.b;branch=z9hG4bK1\r\n"
	"Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK0\r\n"
	"Record-Route: <sip:s.b;lr>, <sip:p.b;lr>\r\n"
	"From: <sip:alice@example.org>;tag=1\r\nTo: <sip:bob@example.org>\r\n"
	"P-Asserted-Identity: <tel:+15551234567>\r\n"
	"Call-ID: 1@192.0.2.9\r\nCSeq: 1 INVITE\r\n"
	"Contact: <sip:alice@192.0.2.9:5060>\r\nMax-Forwards: 70\r\n"
	"Content-Type: application/sdp\r\nContent-Length: 129\r\n\r\n"
	"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\n"
	"t=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\n";

static void
not_random(uint8_t *p, size_t n)
{
	memset(p, 7, n);
}

static int
run_hide(void)
{
	static const uint8_t kv[HIDE_KEY] = { 1 };
	const struct hide_options o = { .random = not_random };
	struct hide *h = hide_new(&o);
	struct hide_report r;
	struct buf hidden, back;
	int e = ERR_MEM;

	buf_init(&hidden, 0);
	buf_init(&back, 0);
	if (h != NULL &&
	    (e = hide_network(h, slice_str("b"))) == 0 &&
	    (e = hide_border(h, slice_str("c.b"))) == 0 &&
	    (e = hide_key(h, 1, slice_of(NULL, 0), kv)) == 0 &&
	    (e = hide_message(h, slice_str(invite), &hidden, &r)) >= 0 &&
	    (e = hide_restore(h, buf_slice(&hidden), &back, &r)) >= 0) {
		note(buf_slice(&hidden));
		note(buf_slice(&back));
	} else if (e < 0)
		CHECK_EACH(back.n == 0, "hide: nothing half done");
	buf_free(&hidden);
	buf_free(&back);
	hide_free(h);
	return e;
}

/* The state of the constant form. */
static int
run_hide_state(void)
{
	static const uint8_t kv[HIDE_KEY] = { 1 };
	const struct hide_options o = { .constant = true };
	struct hide *h = hide_new(&o);
	struct hide_report r;
	struct buf hidden;
	int e = ERR_MEM;

	buf_init(&hidden, 0);
	if (h != NULL &&
	    (e = hide_network(h, slice_str("b"))) == 0 &&
	    (e = hide_state(h, kv)) == 0 &&
	    (e = hide_message(h, slice_str(invite), &hidden, &r)) >= 0)
		note(buf_slice(&hidden));
	buf_free(&hidden);
	hide_free(h);
	return e;
}

static int
run_rewrite(void)
{
	static const struct rewrite_seen seen = {
		.src = { 4, { 10, 0, 0, 1 } }, .sport = 1, .transport = "UDP",
	};
	const char *at;
	struct buf b;
	int e = 0;

	buf_init(&b, 0);
	for (int i = 0; e >= 0 && i < 2 * REWRITE_NODES; i++) {
		struct rewrite_options o = {
			.own = slice_str("a.b"), .network = slice_str("b"),
			.nat = true, .scscf = slice_str("sip:s.b"),
			.n_identity = 1, .security_server = slice_str("x"),
			.random = not_random,
			.node = (enum rewrite_node)(i / 2), .down = i % 2,
		};
		struct rewrite *w;

		o.identity[0] = slice_str("sip:i@b");
		buf_reset(&b);
		e = (w = rewrite_new(&o)) == NULL ? ERR_MEM : rewrite_message(w,
		    slice_str(invite), &seen, &b, &at);
		if (e >= 0)
			note(buf_slice(&b));
		rewrite_free(w);
	}
	buf_free(&b);
	return e < 0 ? e : 0;
}

static void
scrub_out(const struct cap_frame *f, void *arg)
{
	(void)arg;
	note(f->data);
}

static int
run_scrub(void)
{
	static const uint8_t key[SCRUB_KEY] = { 1 };
	const struct scrub_options o = { .user_agent = true };
	static uint8_t p[sizeof(invite)];
	struct sa_db *db = sa_db_new();
	struct scrub *s = NULL;
	struct scrub_cap *c = NULL;
	char error[CAP_ERROR_TEXT];
	FILE *file = NULL;
	struct cap *in = NULL;
	struct cap_frame f;
	int e = ERR_MEM, n;

	memcpy(p, invite, sizeof(p));
	if (db != NULL && (s = scrub_new(key, &o, db)) != NULL)
		e = scrub_message(s, p, sizeof(p) - 1, NULL);
	if (e == 0)
		note(slice_of(p, sizeof(p) - 1));
	if (e == 0 && (c = scrub_cap_new(s, scrub_out, NULL)) == NULL)
		e = ERR_MEM;
	if (e == 0) {
		file = fmemopen(capture.p, capture.n, "rb");
		in = file != NULL ? cap_open(file, &e, error) : NULL;
	}
	while (e == 0 && in != NULL && (n = cap_next(in, &f)) != 0)
		e = n < 0 ? n : scrub_cap_frame(c, &f);
	if (e == 0)
		e = in != NULL ? scrub_cap_end(c) : ERR_MEM;
	if (in != NULL)
		cap_close(in);
	if (file != NULL)
		fclose(file);
	scrub_cap_free(c);
	scrub_free(s);
	sa_db_free(db);
	return e;
}

static void
send_out(const struct flow_packet *p, void *arg)
{
	(void)arg;
	note(p->packet);
}

static int
run_send(void)
{
	const struct send_sink sink = { send_out, NULL };
	const struct send_options o = { .mtu = 500 };
	static struct sip_msg msg;
	struct flow_sip m = { .message = slice_str(invite), .msg = &msg };
	struct sa sa = { .role = -1, .has_key = true, .spi = 1000 };
	struct send *s = send_new(&sink, &o);
	int e = s != NULL ? 0 : ERR_MEM;

	m.where.src = sa.src = net_addr("192.0.2.1");
	m.where.dst = sa.dst = net_addr("192.0.2.2");
	m.where.sport = m.where.dport = 5060;
	sa.key.alg = ESP_HMAC_SHA_1_96;
	sa.key.auth_len = 20;
	if (sip_parse(&msg, m.message) < 0)
		unit_fatal("sip_parse", "invite");
	for (int i = 0; e == 0 && i < 4; i++) {
		m.where.transport = i % 2 ? FLOW_TCP : FLOW_UDP;
		if (i == 2)
			e = send_sa(s, &sa);
		if (e == 0)
			e = send_sip(s, &m);
	}
	if (e == 0)
		e = send_end(s);
	send_free(s);
	return e;
}

/* A phone registers, subscribes and calls; a result of any node. */
static int
run_reg(void)
{
	static const uint8_t k[16];
	struct reg_sink sink = { world_send, world_sa, NULL, world_draw,
	    world_news, &world };
	struct reg_pcscf_config p = { .n_list = 2, .port_pc = 7062,
	    .port_ps = 7063 };
	struct reg_scscf_config s = { .qop = "auth",
	    .max_expires = REG_EXPIRES };
	int e = ERR_MEM;

	world_config(0);
	memcpy(world.who.key.k, k, sizeof(k));
	memcpy(p.list, world.ue_config.offer, sizeof(p.list));
	p.net = s.net = world.net;
	s.scheme.version = AKA_V1;
	world.ue = reg_ue_new(&world.ue_config, &sink);
	world.hss = reg_hss_new();
	sink.arg = NULL;
	world.p = reg_pcscf_new(&p, &sink);
	world.i = reg_icscf_new(&world.net, world.hss, &sink);
	world.s = reg_scscf_new(&s, world.hss, &sink);
	if (world.ue != NULL && world.hss != NULL && world.p != NULL &&
	    world.i != NULL && world.s != NULL &&
	    (e = reg_hss_add(world.hss, &world.who)) == 0 &&
	    (e = reg_ue_register(world.ue, world.now)) == 0 &&
	    (e = world_run(100)) == 0 &&
	    (e = reg_ue_subscribe(world.ue, world.now)) == 0 &&
	    (e = world_run(100)) == 0 &&
	    (e = reg_ue_call(world.ue, "sip:alice@example.org",
	    world.now)) == 0)
		e = world_run(200);
	/* What could not be made is not sent, as if it were lost. */
	world_close();
	return e == ERR_SYNC ? 0 : e;
}

static int
run_rec(void)
{
	static const char *const lines[] = {
		"{\"type\":\"subscriber\",\"impi\":\"a@b\",\"impu\":[\"sip:a@b\"],"
		"\"k\":\"00112233445566778899aabbccddeeff\","
		"\"opc\":\"00112233445566778899aabbccddeeff\"}",
		"{\"type\":\"sip\",\"message\":\"OPTIONS sip:a SIP/2.0\\r\\n\\r\\n\"}",
		"{\"type\":\"sip\",\"message_b64\":\"T1BUSU9OUyBzaXA6YSBTSVAvMi4wDQoNCg==\"}",
		"{\"type\":\"agreement\",\"impi\":\"a\"}",
	};
	char error[REC_ERROR_TEXT];
	struct rec r;
	int e = 0;

	for (size_t i = 0; e == 0 && i < sizeof(lines) / sizeof(lines[0]);
	    i++) {
		e = rec_read(&r, slice_str(lines[i]), error);
		if (e == 0 && r.type == REC_SIP)
			note(r.sip.message);
		rec_done(&r);
	}
	return e;
}

static int
run_table(void)
{
	struct table *t = table_new(4, 8, 16, NULL, NULL);
	uint32_t key;
	int e = t != NULL ? 0 : ERR_MEM;

	for (key = 0; e == 0 && key < 64; key++)
		if (table_put(t, &key, key) == NULL)
			e = ERR_MEM;
	table_free(t);
	return e;
}

static int
run_undo(void)
{
	static const uint8_t key[UNDO_KEY], salt[UNDO_SALT];
	struct buf b;
	struct undo *u;
	int e = ERR_MEM;

	buf_init(&b, 0);
	if ((u = undo_seal_new(key, salt, &b)) != NULL &&
	    (e = undo_seal(u, slice_str("hello"), true, &b)) == 0 && !b.bad)
		note(buf_slice(&b));
	else if (e == 0)
		e = ERR_MEM;
	undo_free(u);
	buf_free(&b);
	return e;
}

static void
on_vector(const struct dia_vector *v, void *arg)
{
	(void)arg;
	note(v->authenticate);
}

/* AKA, its digest, why it does not fit; SAs; SRTP; Diameter. */
static int
run_keys(void)
{
	static const uint8_t rand[AKA_RAND], maa[40] = { 1, 0, 0, 40 };
	struct why_set set[WHY_SETS];
	struct srtp_key sk = { .has_master = true };
	struct esp_key ek = { .alg = ESP_HMAC_SHA_1_96, .auth_len = 20,
	    .ealg = ESP_AES_CBC, .enc_len = 16 };
	struct aka_result result;
	struct aka_key key;
	struct aka *a;
	struct esp *esp = NULL;
	struct srtp *srtp = NULL;
	struct buf b;
	int e = ERR_MEM;

	aka_key_init(&key, AKA_MILENAGE);
	key.k_len = 16;
	buf_init(&b, 0);
	if ((a = aka_new(&key)) != NULL && (e = aka_f2345(a, rand,
	    &result)) == 0 && (esp = esp_new_seal(&ek)) != NULL &&
	    (srtp = srtp_new(&sk, true)) != NULL) {
		e = esp_seal(esp, 256, 1, NULL, 17, slice_str("hello"), &b);
		if (e == 0)
			note(slice_of(result.res, result.res_len));
	} else if (e == 0)
		e = ERR_MEM;
	if (e == 0) {
		(void)!dia_vectors(slice_of(maa, sizeof(maa)), on_vector, NULL);
		(void)!why_mac(&key, rand, slice_of(maa, AKA_AUTN), NULL, set);
	}
	aka_free(a);
	esp_free(esp);
	srtp_free(srtp);
	buf_free(&b);
	return e;
}

static int
run_sa(void)
{
	static const struct pkt_addr ue = { 4, { 10, 0, 0, 1 } };
	static const struct pkt_addr p = { 4, { 10, 0, 0, 2 } };
	static const char *const text[] = {
		"REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;"
		"branch=z9hG4bK1\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n"
		"Authorization: Digest username=\"a@x\",realm=\"x\",nonce=\"\""
		",uri=\"sip:x\",response=\"\"\r\n"
		"Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;spi-c=1;spi-s=2;"
		"port-c=3;port-s=4\r\n\r\n",
		"SIP/2.0 401 No\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n"
		"WWW-Authenticate: Digest realm=\"x\",algorithm=AKAv1-MD5,nonce="
		"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",ck=\""
		"00112233445566778899aabbccddeeff\",ik=\""
		"00112233445566778899aabbccddeeff\"\r\n"
		"Security-Server: ipsec-3gpp;alg=hmac-sha-1-96;spi-c=5;spi-s=6;"
		"port-c=7;port-s=8\r\n\r\n",
	};
	struct sa_seen at = { .src = &ue, .dst = &p, .sport = 5060,
	    .time_ns = 1, .frame = 1 };
	static struct sip_msg m;
	struct sa_db *db = sa_db_new();
	int e = db != NULL ? 0 : ERR_MEM;

	for (int i = 0; e == 0 && i < 2; i++) {
		if (sip_parse(&m, slice_str(text[i])) < 0)
			unit_fatal("sip_parse", text[i]);
		e = sa_learn(db, &m, &at);
		at.src = &p;
		at.dst = &ue;
	}
	sa_db_free(db);
	return e;
}

/* RUN with each allocation failing in turn. */
static void
each(const char *name, int (*run)(void))
{
	size_t total, step, bad = 0, tried = 0, said = 0;
	struct buf right;
	int e;

	buf_init(&right, 0);
	memory = (struct memory){ 0 };
	buf_reset(&out);
	memory.on = true;
	e = run();
	memory.on = false;
	total = memory.calls;
	buf_put(&right, buf_slice(&out));
	CHECK(e >= 0 && memory.live == 0 && !right.bad,
	    "%s: all memory there: %s, %zu allocations, %ld left", name,
	    err_name(e), total, memory.live);
	step = total / TRIES + 1;
	for (size_t n = 1; n <= total && bad < 5; n += step) {
		memory = (struct memory){ 0 };
		memory.fail = n;
		buf_reset(&out);
		memory.on = true;
		e = run();
		memory.on = false;
		tried++;
		said += e < 0 || memory.told;
		bad += !CHECK_EACH(memory.live == 0, "%s: allocation %zu: "
		    "%ld blocks leak", name, n, memory.live);
		bad += !CHECK_EACH(e >= 0 ? memory.told || slice_eq(
		    buf_slice(&out), buf_slice(&right)) : e == ERR_MEM ||
		    e == ERR_CRYPT,
		    "%s: allocation %zu: %s, and not the same", name, n,
		    err_name(e));
	}
	CHECK(bad == 0, "%s: %zu allocations failed, %zu were told", name,
	    tried, said);
	buf_free(&right);
}

static void
captures(void)
{
	static const char *const names[] = {
		"shapes/v_tcp_split_any.pcap", "shapes/v_frag.pcap",
		"shapes/v_plain.pcapng", "lab/resync_gm.pcap",
		"lab/hmac-sha1-96_aes-cbc_ipv4_udp.pcap",
	};
	char what[100];
	size_t n;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "../%s", names[i]);
		buf_reset(&capture);
		uint8_t *p = unit_file(path, &n);

		buf_add(&capture, p, n);
		free(p);
		capture_name = strncmp(names[i], "lab/h", 5) == 0 ? names[i] :
		    NULL;
		(void)snprintf(what, sizeof(what), "flow %s", names[i]);
		each(what, run_flow);
		(void)snprintf(what, sizeof(what), "audit %s", names[i]);
		each(what, run_audit);
		(void)snprintf(what, sizeof(what), "scrub %s", names[i]);
		each(what, run_scrub);
	}
}

static void
keep(struct buf *b)
{
	(void)b;
}

static int
draw(struct ladder *l)
{
	const struct ladder_look look = { 80, false, true };
	struct buf b = { .n = 0 };
	int e;

	ladder_text(&b, l, &look, keep);
	ladder_mermaid(&b, l, keep);
	ladder_svg(&b, l, keep);
	ladder_html(&b, l, keep);
	if (!b.bad)
		note(buf_slice(&b));
	e = b.bad ? ERR_MEM : 0;
	buf_free(&b);
	return e;
}

static int
run_ladder(void)
{
	static struct sip_msg m;
	const struct flow_sip s = { .message = slice_str(invite), .msg = &m };
	const struct flow_esp c = { .reason = ERR_NOKEY };
	const struct flow_gap gap = { .octets = 1 };
	struct ladder l = { .keep = true };
	struct ladder_section *section;
	int e = ladder_init(&l);

	for (int i = 0; i < 5 && e >= 0; i++)
		if (sip_parse(&m, s.message) < 0 ||
		    (e = ladder_sip(&l, &s)) < 0 ||
		    (e = ladder_esp(&l, &c, slice_str("c"))) < 0 ||
		    (e = ladder_gap(&l, &gap)) < 0)
			break;
	if (e >= 0 && (section = ladder_section(&l, slice_str("d"))) == NULL)
		e = ERR_MEM;
	else if (e >= 0) {
		buf_str(&section->title, "title");
		e = section->title.bad ? ERR_MEM : draw(&l);
	}
	ladder_free(&l);
	return e;
}

int
main(void)
{
	buf_init(&out, 0);
	buf_init(&capture, 0);
	if (buf_room(&out, 16U << 20) == NULL)
		unit_fatal("buf_room", "no memory");
	each("table", run_table);
	each("undo", run_undo);
	each("keys", run_keys);
	each("sa", run_sa);
	each("rec", run_rec);
	each("hide", run_hide);
	each("hide, constant", run_hide_state);
	each("rewrite", run_rewrite);
	each("send", run_send);
	each("reg", run_reg);
	each("ladder", run_ladder);
	captures();
	buf_free(&out);
	buf_free(&capture);
	return unit_end();
}
