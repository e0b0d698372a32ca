/*
 * fuzz_send: what is sent is found again.  The first octets choose transport,
 * IP version, algorithm, mode and MTU; the rest is messages, each behind its
 * length and the side that sends it.
 */
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "send.h"

#define MESSAGES	16

struct road {
	struct flow	*flow;
	struct send	*send;
	size_t		 mtu;
	uint64_t	 frames;
	struct buf	 message[MESSAGES];
	size_t		 sent, seen;
	bool		 exact;		/* each message says where it ends */
	bool		 sealed;
};

static void
on_packet(const struct flow_packet *p, void *arg)
{
	struct road *r = arg;
	struct pkt_ip ip;

	must(pkt_ip(p->packet, &ip) == 0 && !ip.cut &&
	    ip.total == p->packet.n);
	must(r->mtu == 0 || p->packet.n <= r->mtu);
	must(pkt_addr_eq(&ip.src, &p->where.src) && p->where.timed);
	must(flow_frame(r->flow, 101, 0, ++r->frames, p->where.time_ns,
	    p->packet, p->packet.n) >= 0);
}

static void
on_sip(const struct flow_sip *m, void *arg)
{
	struct road *r = arg;

	must(m->protection.on == r->sealed);
	must(!r->sealed || m->protection.icv == FLOW_ICV_OK);
	if (!r->exact)
		return;
	must(r->seen < r->sent);
	must(slice_eq(m->message, buf_slice(&r->message[r->seen])));
	r->seen++;
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)e;
	(void)arg;
	must(false);
}

static void
on_damage(uint64_t frame, const char *layer, int what, void *arg)
{
	(void)frame;
	(void)layer;
	(void)what;
	(void)arg;
	must(false);
}

static void
end_of(struct pkt_addr *a, bool v6, uint8_t host)
{
	memset(a, 0, sizeof(*a));
	a->family = v6 ? 6 : 4;
	a->ip[0] = v6 ? 0xfd : 10;
	a->ip[v6 ? 15 : 3] = host;
}

/* Both directions, with algorithms that belong together. */
static void
add_sas(struct road *r, struct sa_db *db, bool v6, uint8_t choice)
{
	static const struct {
		enum esp_alg	 alg;
		enum esp_ealg	 ealg;
		size_t		 auth, enc;
	} algs[] = {
		{ ESP_HMAC_MD5_96, ESP_DES_EDE3_CBC, 16, 24 },
		{ ESP_HMAC_SHA_1_96, ESP_NULL, 20, 0 },
		{ ESP_HMAC_SHA_256_128, ESP_AES_CBC, 32, 16 },
		{ ESP_AES_GMAC, ESP_NULL, 16, 0 },
		{ ESP_AUTH_NULL, ESP_AES_GCM, 0, 32 },
	};
	size_t a = choice % 5;

	for (uint8_t i = 0; i < 2; i++) {
		struct sa sa = { .role = -1, .has_key = true };

		end_of(&sa.src, v6, 1 + i);
		end_of(&sa.dst, v6, 2 - i);
		sa.mode = (enum sa_mode)(choice / 5 % 3);
		sa.spi = 1000 + i;
		sa.key.alg = algs[a].alg;
		sa.key.ealg = algs[a].ealg;
		sa.key.auth_len = algs[a].auth;
		sa.key.enc_len = algs[a].enc;
		memset(sa.key.auth, 3, algs[a].auth);
		memset(sa.key.enc, 5, algs[a].enc);
		sa.key.esn = choice >= 128;
		must(send_sa(r->send, &sa) == 0 && sa_db_add(db, &sa) == 0);
	}
}

static void
send_one(struct road *r, bool v6, bool tcp, bool back, struct slice text)
{
	static struct sip_msg parsed;
	struct buf *b = &r->message[r->sent];
	struct flow_sip m = { .message = { NULL, 0 } };

	buf_init(b, 0);
	buf_str(b, "OPTIONS sip:b SIP/2.0\r\n");
	buf_put(b, text);
	if (b->bad)
		exit(1);
	m.message = buf_slice(b);
	r->exact &= !tcp || sip_frame(m.message, NULL) == (int)m.message.n;
	must(sip_parse(&parsed, m.message) == 0);
	end_of(&m.where.src, v6, back ? 2 : 1);
	end_of(&m.where.dst, v6, back ? 1 : 2);
	m.where.sport = back ? 5063 : 31100;
	m.where.dport = back ? 31100 : 5063;
	m.where.transport = tcp ? FLOW_TCP : FLOW_UDP;
	m.where.timed = true;
	m.where.time_ns = (r->sent + 1) * 1000000000ULL;
	r->sent++;
	must(send_sip(r->send, &m) == 0);
}

static void
run(struct road *r, struct sa_db *db, const uint8_t *data, size_t size)
{
	bool tcp = data[0] & 1, v6 = data[0] & 2;
	struct cursor c;

	if (r->sealed)
		add_sas(r, db, v6, data[1]);
	cursor_init(&c, slice_of(data + 3, size - 3));
	while (cursor_left(&c) > 3 && r->sent < MESSAGES) {
		bool back = cursor_u8(&c) & 1;
		size_t n = cursor_u16(&c);

		if (n > cursor_left(&c))
			n = cursor_left(&c);
		send_one(r, v6, tcp, back, cursor_take(&c, n));
	}
	must(send_end(r->send) == 0);
	must(flow_end(r->flow) == 0);
	must(!r->exact || r->seen == r->sent);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct road r = { .exact = true };
	const struct flow_options fo = { 0 };
	const struct flow_sink found = {
		.sip = on_sip, .esp = on_esp, .damage = on_damage, .arg = &r,
	};
	const struct send_sink sent = { on_packet, &r };
	struct send_options so = { 0 };
	struct sa_db *db;

	if (size < 3)
		return 0;
	if (data[0] & 8)
		so.mtu = r.mtu = 128 + (size_t)data[2] * 6;
	r.sealed = so.require = data[0] & 4;
	if ((db = sa_db_new()) == NULL ||
	    (r.flow = flow_new(&found, &fo, db)) == NULL ||
	    (r.send = send_new(&sent, &so)) == NULL)
		exit(1);
	run(&r, db, data, size);
	send_free(r.send);
	flow_free(r.flow);
	sa_db_free(db);
	for (size_t i = 0; i < r.sent; i++)
		buf_free(&r.message[i]);
	return 0;
}
