/* test_send: messages sent and found again by flow, with every SA (send). */
#include "net.h"
#include "send.h"

#define START_NS	1700000000000000000ULL

/* Where packets go: to a flow, and into numbers. */
struct road {
	struct net_run	 run;
	struct send	*send;
	size_t		 packets, esp, longest, fins;
	uint64_t	 last_ns;
	bool		 ordered;	/* times did not go back */
	uint32_t	 seq[8];	/* of the last ESP packet, by SPI & 7 */
	bool		 counted;	/* each is one more than the last */
	uint8_t		 first[64];	/* octets of the last packet */
};

static struct slice
esp_of(const struct pkt_ip *ip)
{
	struct pkt_udp u;

	if (ip->proto == PKT_PROTO_ESP)
		return ip->payload;
	if (ip->proto == PKT_PROTO_UDP && pkt_udp(ip->payload, &u) == 0 &&
	    u.dport == 4500)
		return u.payload;
	return slice_of(NULL, 0);
}

static void
on_packet(const struct flow_packet *p, void *arg)
{
	struct net_frame f = { .data = p->packet, .linktype = 101,
	    .wire_len = p->packet.n, .time_ns = p->where.time_ns };
	struct road *r = arg;
	struct pkt_ip ip;
	struct pkt_tcp t;
	struct slice esp;

	r->packets++;
	if (p->packet.n > r->longest)
		r->longest = p->packet.n;
	r->ordered &= p->where.time_ns >= r->last_ns;
	r->last_ns = p->where.time_ns;
	memset(r->first, 0, sizeof(r->first));
	memcpy(r->first, p->packet.p, p->packet.n < sizeof(r->first) ?
	    p->packet.n : sizeof(r->first));
	CHECK_EACH(pkt_ip(p->packet, &ip) == 0 && !ip.cut &&
	    ip.total == p->packet.n && pkt_addr_eq(&ip.src, &p->where.src) &&
	    pkt_addr_eq(&ip.dst, &p->where.dst), "packet %zu", r->packets);
	esp = ip.offset == 0 ? esp_of(&ip) : slice_of(NULL, 0);
	if (esp.n > 8) {
		uint32_t *seq = &r->seq[slice_be32(esp.p) & 7];

		r->esp++;
		r->counted &= slice_be32(esp.p + 4) == *seq + 1;
		*seq = slice_be32(esp.p + 4);
	}
	if (ip.proto == PKT_PROTO_TCP && pkt_tcp(ip.payload, &t) == 0)
		r->fins += (t.flags & PKT_TCP_FIN) != 0;
	net_push(&r->run, &f);
}

static void
road_begin(struct road *r, size_t mtu, bool require)
{
	const struct send_options o = { .mtu = mtu, .require = require };
	const struct send_sink sink = { on_packet, r };

	memset(r, 0, sizeof(*r));
	net_begin(&r->run, false);
	r->ordered = r->counted = true;
	if ((r->send = send_new(&sink, &o)) == NULL)
		unit_fatal("send_new", "no memory");
}

static void
road_end(struct road *r)
{
	CHECK_EACH(send_end(r->send) == 0, "the end");
	net_end(&r->run);
}

static void
road_done(struct road *r)
{
	send_free(r->send);
	net_done(&r->run);
}

/* Algorithms, each with keys of its length. */
static const struct {
	enum esp_alg	 alg;
	enum esp_ealg	 ealg;
	size_t		 auth, enc;
} algs[] = {
	{ ESP_HMAC_MD5_96, ESP_NULL, 16, 0 },
	{ ESP_HMAC_MD5_96, ESP_DES_EDE3_CBC, 16, 24 },
	{ ESP_HMAC_SHA_1_96, ESP_NULL, 20, 0 },
	{ ESP_HMAC_SHA_1_96, ESP_AES_CBC, 20, 16 },
	{ ESP_HMAC_SHA_256_128, ESP_AES_CBC, 32, 32 },
	{ ESP_HMAC_SHA_384_192, ESP_AES_CBC, 48, 24 },
	{ ESP_HMAC_SHA_512_256, ESP_NULL, 64, 0 },
	{ ESP_AES_GMAC, ESP_NULL, 16, 0 },
	{ ESP_AUTH_NULL, ESP_AES_GCM, 0, 16 },
	{ ESP_AUTH_NULL, ESP_AES_GCM, 0, 32 },
};

#define ALGS	(sizeof(algs) / sizeof(algs[0]))

static struct sa
make_sa(size_t alg, enum sa_mode mode, const char *src, uint16_t sport,
    const char *dst, uint16_t dport, uint32_t spi)
{
	struct sa sa = { .role = -1, .has_key = true, .mode = mode,
	    .spi = spi, .sport = sport, .dport = dport };

	if (*src != '\0')
		sa.src = net_addr(src);
	if (*dst != '\0')
		sa.dst = net_addr(dst);
	sa.key.alg = algs[alg].alg;
	sa.key.ealg = algs[alg].ealg;
	sa.key.auth_len = algs[alg].auth;
	sa.key.enc_len = algs[alg].enc;
	for (size_t i = 0; i < ESP_KEY_MAX; i++) {
		sa.key.auth[i] = i < algs[alg].auth ? (uint8_t)(spi + i) : 0;
		sa.key.enc[i] = i < algs[alg].enc ? (uint8_t)(spi * 3 + i) : 0;
	}
	return sa;
}

static void
add_sa(struct road *r, const struct sa *sa)
{
	if (send_sa(r->send, sa) < 0 || sa_db_add(r->run.db, sa) < 0)
		unit_fatal("sa", "refused");
}

/* A request of N octets or so, of random octets behind its head. */
static struct slice
make_message(uint32_t number, size_t n)
{
	struct buf b;
	size_t body = n > 120 ? n - 120 : 0;

	buf_init(&b, 0);
	buf_printf(&b, "MESSAGE sip:b SIP/2.0\r\nCall-ID: %u\r\nCSeq: %u "
	    "MESSAGE\r\nContent-Length: %zu\r\n\r\n", number, number, body);
	for (size_t i = 0; i < body; i++)
		buf_u8(&b, (uint8_t)net_rnd(256));
	if (b.bad)
		unit_fatal("message", "no memory");
	return buf_slice(&b);
}

static int
send_text(struct road *r, const char *src, uint16_t sport, const char *dst,
    uint16_t dport, enum flow_transport t, uint64_t time_ns,
    struct slice message)
{
	struct flow_sip m = { .message = message };

	m.where.src = net_addr(src);
	m.where.dst = net_addr(dst);
	m.where.sport = sport;
	m.where.dport = dport;
	m.where.transport = t;
	m.where.timed = true;
	m.where.time_ns = START_NS + time_ns;
	return send_sip(r->send, &m);
}

static const char *const ends[2][2] = {
	{ "10.0.0.1", "10.0.0.2" }, { "2001:db8::1", "2001:db8::2" },
};

/* The two SAs between the ends, with outer addresses in tunnels. */
static void
add_pair(struct road *r, size_t alg, enum sa_mode mode, int v6, bool esn)
{
	struct sa sa[2] = {
		make_sa(alg, mode, ends[v6][0], 31100, ends[v6][1], 5063,
		    4097),
		make_sa(alg, mode, ends[v6][1], 5063, ends[v6][0], 31100,
		    4098),
	};

	for (int i = 0; i < 2; i++) {
		sa[i].key.esn = esn;
		if (mode != SA_TRANS && net_rnd(2)) {
			sa[i].outer_src = net_addr(i == 0 ? "192.0.2.9" :
			    "192.0.2.8");
			sa[i].outer_dst = net_addr(i == 0 ? "192.0.2.8" :
			    "192.0.2.9");
		}
		add_sa(r, &sa[i]);
	}
}

static size_t
random_size(enum flow_transport t)
{
	switch (net_rnd(8)) {
	case 0:
		return t == FLOW_TCP ? 60000 : 22000;
	case 1:
		return 1300 + net_rnd(300);
	case 2:
		return 4000 + net_rnd(6000);
	default:
		return 120 + net_rnd(900);
	}
}

/* Twelve messages there and back; the same ones come out. */
static void
round_trip(size_t alg, int mode, int v6, enum flow_transport t, size_t mtu)
{
	struct slice sent[12];
	struct road r;
	bool same = true;

	road_begin(&r, mtu, mode >= 0);
	if (mode >= 0)
		add_pair(&r, alg, (enum sa_mode)mode, v6, net_rnd(4) == 0);
	for (uint32_t i = 0; i < 12; i++) {
		int back = i > 0 && net_rnd(2);

		sent[i] = make_message(i, random_size(t));
		CHECK_EACH(send_text(&r, ends[v6][back], back ? 5063 : 31100,
		    ends[v6][!back], back ? 31100 : 5063, t,
		    (i + 1) * 1000000ULL, sent[i]) == 0, "message %u", i);
	}
	road_end(&r);
	for (size_t i = 0; i < r.run.seen.n && i < 12; i++)
		same &= slice_eq(r.run.seen.m[i].data, sent[i]) &&
		    r.run.seen.m[i].icv == (mode >= 0 ? FLOW_ICV_OK :
		    FLOW_ICV_NONE);
	CHECK_EACH(r.run.seen.n == 12 && same && r.run.seen.gaps == 0 &&
	    r.run.seen.closed == 0 && r.run.seen.damage == 0,
	    "alg %zu mode %d v%d transport %d mtu %zu: %zu messages", alg,
	    mode, v6 ? 6 : 4, t, mtu, r.run.seen.n);
	CHECK_EACH(net_adds_up(&r.run), "the account adds up");
	CHECK_EACH(r.ordered && r.counted, "times and sequence numbers");
	CHECK_EACH(mtu == 0 || r.longest <= mtu, "%zu octets with mtu %zu",
	    r.longest, mtu);
	CHECK_EACH((r.esp > 0) == (mode >= 0), "ESP, or none");
	for (size_t i = 0; i < 12; i++)
		net_free(sent[i]);
	road_done(&r);
}

static void
test_round_trips(void)
{
	static const size_t mtus[] = { 0, 1500, 1280, 576, 128 };

	for (int mode = -1; mode <= SA_UDP_ENC_TUN; mode++)
		for (size_t alg = 0; alg < (mode < 0 ? 1 : ALGS); alg++)
			for (size_t m = 0; m < 5; m++)
				for (int v = 0; v < 4; v++)
					round_trip(alg, mode, v & 1, v & 2 ?
					    FLOW_TCP : FLOW_UDP, mtus[m]);
	CHECK(true, "round trips: algorithms, modes, transports, MTUs");
}

/* A segment under ESP fills its packet as far as the block allows. */
static void
test_room(void)
{
	for (size_t alg = 0; alg < ALGS; alg++)
		for (int mode = SA_TRANS; mode <= SA_UDP_ENC_TUN; mode++) {
			struct slice m = make_message(1, 9000);
			struct road r;

			road_begin(&r, 1400, false);
			add_pair(&r, alg, (enum sa_mode)mode, 0, false);
			CHECK_EACH(send_text(&r, ends[0][0], 31100,
			    ends[0][1], 5063, FLOW_TCP, 1000000, m) == 0,
			    "sent");
			road_end(&r);
			CHECK_EACH(r.longest <= 1400 && r.longest > 1384 &&
			    r.packets == r.esp, "alg %zu mode %d: %zu octets, "
			    "%zu packets", alg, mode, r.longest, r.packets);
			net_free(m);
			road_done(&r);
		}
	CHECK(true, "segments fit the MTU");
}

/* One message from A to B; the SPI of its packet, 0 in the clear, or error. */
static long
spi_for(struct road *r, const char *a, uint16_t sport, const char *b,
    uint16_t dport, uint32_t want)
{
	struct flow_sip m = { .message = slice_str("OPTIONS sip:b SIP/2.0\r\n"
	    "Content-Length: 0\r\n\r\n") };
	struct pkt_ip ip;
	int e;

	m.where.src = net_addr(a);
	m.where.dst = net_addr(b);
	m.where.sport = sport;
	m.where.dport = dport;
	m.where.transport = FLOW_UDP;
	m.protection.on = want != 0;
	m.protection.spi = want;
	if ((e = send_sip(r->send, &m)) < 0)
		return e;
	if (pkt_ip(slice_of(r->first, sizeof(r->first)), &ip) < 0)
		return ERR_FORMAT;
	return ip.proto == PKT_PROTO_ESP ? slice_be32(ip.payload.p) : 0;
}

static void
test_choice(void)
{
	struct sa one = make_sa(2, SA_TRANS, "10.0.0.1", 1, "10.0.0.2", 2,
	    1001);
	struct sa two = make_sa(2, SA_TRANS, "10.0.0.1", 1, "10.0.0.2", 2,
	    1002);
	struct sa any = make_sa(2, SA_TRANS, "", 0, "10.0.0.2", 0, 1003);
	struct road r;

	road_begin(&r, 0, false);
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 0), 0, "no SA");
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 9), ERR_NOSA,
	    "no SA of that SPI");
	add_sa(&r, &one);
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 0), 1001,
	    "the one that matches");
	CHECK_INT(spi_for(&r, "10.0.0.1", 3, "10.0.0.2", 2, 0), 0,
	    "another source port");
	CHECK_INT(spi_for(&r, "10.0.0.2", 2, "10.0.0.1", 1, 0), 0,
	    "the other direction");
	add_sa(&r, &two);
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 0), 1002,
	    "the last one");
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 1001), 1001,
	    "the one of its protection");
	two.state = SA_OLD;
	add_sa(&r, &two);
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 0), 1001,
	    "one that is old comes last");
	add_sa(&r, &any);
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 0), 1003,
	    "wildcards match");
	CHECK_INT(spi_for(&r, "10.9.0.1", 7, "10.0.0.2", 9, 0), 1003,
	    "wildcards match others too");
	CHECK_INT(spi_for(&r, "10.9.0.1", 7, "10.0.0.3", 9, 0), 0,
	    "but for the destination");
	road_done(&r);
}

struct numbers {
	uint64_t	 seq[8];
	size_t		 n;
};

static void
on_sa(const struct sa *sa, void *arg)
{
	struct numbers *n = arg;

	n->seq[n->n++ & 7] = sa->seq;
}

static void
test_numbers(void)
{
	struct sa sa = make_sa(2, SA_TRANS, "10.0.0.1", 1, "10.0.0.2", 2,
	    1001);
	struct numbers n = { { 0 }, 0 };
	struct road r;

	road_begin(&r, 0, false);
	sa.seq = UINT32_MAX - 3;
	add_sa(&r, &sa);
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 0), 1001,
	    "the last but two");
	sa.seq = 0;
	add_sa(&r, &sa);
	send_sas(r.send, on_sa, &n);
	CHECK_INT(n.n, 1, "added twice, one SA");
	CHECK(n.seq[0] == UINT32_MAX - 2, "its number does not go back");
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 0), 1001,
	    "the last but one");
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 0), 1001,
	    "the last");
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 0), ERR_LIMIT,
	    "none left");
	sa.key.esn = true;
	add_sa(&r, &sa);
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 0), 1001,
	    "extended sequence numbers go on");
	road_done(&r);
}

static void
test_refused(void)
{
	struct sa sa = make_sa(3, SA_TRANS, "10.0.0.1", 1, "10.0.0.2", 2,
	    1001), bad;
	struct road r;

	road_begin(&r, 0, true);
	bad = sa;
	bad.has_key = false;
	CHECK_INT(send_sa(r.send, &bad), ERR_NOKEY, "no key");
	bad = sa;
	bad.key.enc_len = 15;
	CHECK_INT(send_sa(r.send, &bad), ERR_RANGE, "a key too short");
	bad = sa;
	bad.spi = 255;
	CHECK_INT(send_sa(r.send, &bad), ERR_RANGE, "a reserved SPI");
	bad = sa;
	bad.key.alg = ESP_AUTH_NULL;
	bad.key.auth_len = 0;
	CHECK_INT(send_sa(r.send, &bad), ERR_ALG, "no integrity");
	bad = make_sa(8, SA_TRANS, "", 0, "", 0, 1001);
	bad.key.alg = ESP_HMAC_MD5_96;
	bad.key.auth_len = 16;
	CHECK_INT(send_sa(r.send, &bad), ERR_ALG, "a MAC beside GCM");
	CHECK_INT(spi_for(&r, "10.0.0.1", 1, "10.0.0.2", 2, 0), ERR_NOSA,
	    "required");
	CHECK_INT(send_text(&r, "10.0.0.1", 1, "10.0.0.2", 2, FLOW_TCP, 1,
	    slice_str("x")), ERR_NOSA, "required of TCP");
	add_sa(&r, &sa);
	CHECK_INT(send_text(&r, "10.0.0.1", 1, "10.0.0.2", 2, FLOW_TCP, 1,
	    slice_str("x")), ERR_NOSA, "required of both directions");
	CHECK_INT(send_text(&r, "10.0.0.1", 1, "2001:db8::2", 2, FLOW_UDP, 1,
	    slice_str("x")), ERR_FORMAT, "two families");
	CHECK_INT(r.packets, 0, "nothing was sent");
	road_done(&r);
}

/* Lengths that do not fit, and those that do (RFC 768, RFC 791). */
static void
test_lengths(void)
{
	static uint8_t octets[70000] = "OPTIONS sip:b SIP/2.0\r\n\r\n";
	struct road r;

	road_begin(&r, 0, false);
	CHECK_INT(send_text(&r, "10.0.0.1", 1, "10.0.0.2", 2, FLOW_UDP, 1,
	    slice_of(octets, 65508)), ERR_RANGE, "too long for a datagram");
	CHECK_INT(send_text(&r, "10.0.0.1", 1, "10.0.0.2", 2, FLOW_UDP, 1,
	    slice_of(octets, 65507)), 0, "the longest");
	CHECK_INT(r.longest, 65535, "a packet of 65535");
	CHECK_INT(send_text(&r, "10.0.0.1", 1, "10.0.0.2", 2, FLOW_NONE, 1,
	    slice_of(octets, 70000)), 0, "no transport: TCP if it must");
	CHECK(r.fins == 2 && r.packets > 50, "and closed, as it has no end");
	add_pair(&r, 3, SA_TRANS, 0, false);
	CHECK_INT(send_text(&r, "10.0.0.1", 31100, "10.0.0.2", 5063, FLOW_UDP,
	    1, slice_of(octets, 65507)), ERR_RANGE, "no room for ESP");
	road_done(&r);
}

/* The table is full: the connection longest unused is closed. */
static void
test_room_for_connections(void)
{
	struct slice m = make_message(1, 200);
	struct road r;

	road_begin(&r, 0, false);
	for (unsigned i = 0; i < SEND_CONNECTIONS + 5; i++)
		CHECK_EACH(send_text(&r, "10.0.0.1", (uint16_t)(1000 + i),
		    "10.0.0.2", 5060, FLOW_TCP, i * 1000000ULL, m) == 0,
		    "connection %u", i);
	CHECK_INT(r.fins, 10, "five were closed");
	CHECK_INT(send_text(&r, "10.0.0.1", 5060, "10.0.0.1", 5060, FLOW_TCP,
	    1, m), ERR_FORMAT, "a connection with itself");
	road_end(&r);
	CHECK_INT(r.fins, 2 * (SEND_CONNECTIONS + 5), "all are, at the end");
	CHECK_INT(r.run.seen.n, SEND_CONNECTIONS + 5, "all messages");
	net_free(m);
	road_done(&r);
}

/* Another SA for the same ports: the old connection ends under the old. */
static void
test_new_sa(void)
{
	struct slice m = make_message(1, 2000);
	struct sa next = make_sa(8, SA_TRANS, ends[0][0], 31100, ends[0][1],
	    5063, 4100);
	struct road r;

	road_begin(&r, 0, false);
	add_pair(&r, 3, SA_TRANS, 0, false);
	CHECK_INT(send_text(&r, ends[0][0], 31100, ends[0][1], 5063,
	    FLOW_TCP, 0, m), 0, "under the first");
	add_sa(&r, &next);
	CHECK_INT(send_text(&r, ends[0][0], 31100, ends[0][1], 5063,
	    FLOW_TCP, 1000000, m), 0, "under the second");
	road_end(&r);
	CHECK(r.run.seen.n == 2 && r.run.seen.m[0].icv == FLOW_ICV_OK &&
	    r.run.seen.m[1].icv == FLOW_ICV_OK, "both messages");
	CHECK(r.packets == r.esp && r.counted, "all under ESP");
	net_free(m);
	road_done(&r);
}

/* An IP packet of proto UDP with ports 31100 to 5063, or a fragment of it. */
static int
send_ip(struct road *r, struct net_frag frag, uint8_t proto)
{
	struct pkt_addr a = net_addr(ends[0][0]), b = net_addr(ends[0][1]);
	struct slice text = slice_str("OPTIONS sip:b SIP/2.0\r\n\r\n");
	struct flow_packet p = { .where.timed = true };
	struct buf in, ip;
	int e;

	buf_init(&in, 0);
	buf_init(&ip, 0);
	net_udp(&in, 31100, 5063, text);
	net_ip(&ip, &a, &b, proto, frag, buf_slice(&in));
	p.where.time_ns = START_NS;
	p.packet = buf_slice(&ip);
	e = send_packet(r->send, &p);
	buf_free(&in);
	buf_free(&ip);
	return e;
}

static void
test_packets(void)
{
	const struct net_frag whole = { .whole = true };
	const struct net_frag part = { .id = 7, .more = true };
	struct road r;

	road_begin(&r, 0, false);
	CHECK_INT(send_ip(&r, part, 17), 0, "a fragment, in the clear");
	CHECK_INT(send_ip(&r, whole, 17), 0, "a packet, in the clear");
	CHECK_INT(r.esp, 0, "as they were");
	add_pair(&r, 8, SA_TUN, 0, false);
	CHECK_INT(send_ip(&r, whole, 17), 0, "a packet that an SA covers");
	CHECK_INT(r.esp, 1, "under ESP");
	CHECK_INT(send_ip(&r, part, 17), ERR_FORMAT, "a fragment of one");
	CHECK_INT(send_ip(&r, whole, 50), 0, "what is ESP already");
	CHECK_INT(r.packets, 4, "and is not put there again");
	net_end(&r.run);
	CHECK_INT(r.run.seen.n, 3, "messages: in two packets, and a part");
	CHECK(r.run.seen.m[1].icv == FLOW_ICV_OK, "one under ESP");
	road_done(&r);
}

int
main(void)
{
	test_round_trips();
	test_room();
	test_choice();
	test_numbers();
	test_refused();
	test_lengths();
	test_room_for_connections();
	test_new_sa();
	test_packets();
	return unit_end();
}
