/*
 * test_sa_set: the four SAs of an agreement (sa_set), against ipsec.json and the
 * packets of the Linux kernel; and the SAs of records in the database (sa_db):
 * extended sequence numbers, and tunnels.
 */
#include "net.h"

#define OCTETS_MAX	512
#define ESN		(1ULL << 32)

static json_t *vectors;
static uint8_t ck[16], ik[16];

static uint64_t
number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_integer(v))
		unit_fatal("no number in vector", key);
	return (uint64_t)json_integer_value(v);
}

/* That of the vectors, with sha-1 and aes-cbc. */
static struct sa_agreement
agreement(void)
{
	const json_t *o = json_object_get(vectors, "sa_params");

	return (struct sa_agreement){
		.ue = net_addr(unit_text(o, "ue")),
		.pcscf = net_addr(unit_text(o, "pcscf")),
		.spi_uc = (uint32_t)number(o, "spi_uc"),
		.spi_us = (uint32_t)number(o, "spi_us"),
		.spi_pc = (uint32_t)number(o, "spi_pc"),
		.spi_ps = (uint32_t)number(o, "spi_ps"),
		.port_uc = (uint16_t)number(o, "port_uc"),
		.port_us = (uint16_t)number(o, "port_us"),
		.port_pc = (uint16_t)number(o, "port_pc"),
		.port_ps = (uint16_t)number(o, "port_ps"),
		.alg = ESP_HMAC_SHA_1_96, .ealg = ESP_AES_CBC,
	};
}

/* A name, or as the lab's kernel names it, without the dash of sha-. */
static void
read_algs(const json_t *o, struct sa_agreement *a)
{
	int alg = esp_alg_parse(slice_str(unit_text(o, "alg")));
	int ealg = esp_ealg_parse(slice_str(unit_text(o, "ealg")));

	if (alg < 0 || ealg < 0)
		unit_fatal("algorithm", unit_text(o, "alg"));
	a->alg = (enum esp_alg)alg;
	a->ealg = (enum esp_ealg)ealg;
}

static const struct sa *
by_spi(const struct sa sa[SA_ROLES], uint32_t spi)
{
	for (size_t i = 0; i < SA_ROLES; i++)
		if (sa[i].spi == spi)
			return &sa[i];
	return NULL;
}

/* The ESP of packet O of the vectors, and the addresses around it. */
static struct slice
read_packet(const json_t *o, uint8_t octets[OCTETS_MAX], struct pkt_ip *ip)
{
	size_t n = unit_octets(o, "packet", octets, OCTETS_MAX);
	struct pkt_udp udp;

	if (pkt_ip(slice_of(octets, n), ip) < 0)
		unit_fatal("vector", unit_text(o, "id"));
	if (ip->proto != PKT_PROTO_UDP)
		return ip->payload;
	if (pkt_udp(ip->payload, &udp) < 0)
		unit_fatal("vector", unit_text(o, "id"));
	return udp.payload;
}

static bool
is_between(const struct sa *sa, const struct pkt_ip *ip, struct slice inner)
{
	return pkt_addr_eq(&sa->src, &ip->src) &&
	    pkt_addr_eq(&sa->dst, &ip->dst) && inner.n > 4 &&
	    slice_be16(inner.p) == sa->sport &&
	    slice_be16(inner.p + 2) == sa->dport;
}

/* The same octets with the packet's own IV, and what is in them. */
static void
both_ways(const json_t *o, const struct sa *sa, struct slice esp)
{
	const char *id = unit_text(o, "id");
	struct esp *seal = esp_new_seal(&sa->key), *open = esp_new(&sa->key);
	uint8_t out[OCTETS_MAX];
	struct esp_payload p = { 0 };
	struct buf b;

	buf_init(&b, 0);
	if (seal == NULL || open == NULL)
		unit_fatal("key", id);
	CHECK_INT(esp_open(open, NULL, esp, out, &p), 0, "%s: opened", id);
	CHECK_HEX(p.data.p, p.data.n, unit_text(o, "inner_hex"),
	    "%s: what is inside", id);
	CHECK(esp_seal(seal, sa->spi, number(o, "seq"), esp.p + ESP_HEADER,
	    p.next, p.data, &b) == 0 && slice_eq(buf_slice(&b), esp),
	    "%s: sealed again", id);
	buf_free(&b);
	esp_free(seal);
	esp_free(open);
}

static void
test_vector(const json_t *o)
{
	struct sa_agreement a = agreement();
	const char *id = unit_text(o, "id");
	const struct sa *one = NULL;
	struct sa sa[SA_ROLES];
	uint8_t octets[OCTETS_MAX], inner[OCTETS_MAX];
	struct slice esp, data;
	struct pkt_ip ip;

	read_algs(o, &a);
	esp = read_packet(o, octets, &ip);
	if (!CHECK(sa_derive(&a, ck, ik, sa) == 0 &&
	    (one = by_spi(sa, (uint32_t)number(o, "spi"))) != NULL,
	    "%s: derived", id))
		return;
	both_ways(o, one, esp);
	data = slice_of(inner, unit_octets(o, "inner_hex", inner, OCTETS_MAX));
	if (ip.proto == PKT_PROTO_ESP && ip.src.family == 4)
		CHECK(is_between(one, &ip, data), "%s: from and to", id);
}

/* DES uses 7 bits of each octet: the kernel's keys have parity (FIPS 46-3). */
static bool
same_key(const char *hex, const uint8_t *key, size_t n, bool des)
{
	uint8_t want[ESP_KEY_MAX], less = des ? 0xfe : 0xff;
	int n_want = slice_hex(slice_str(hex), want, sizeof(want));

	if (n_want < 0 || (size_t)n_want != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (((want[i] ^ key[i]) & less) != 0)
			return false;
	return true;
}

/* The agreement that the SAs of keys file J are of. */
static struct sa_agreement
lab_agreement(const json_t *j)
{
	struct sa_agreement a = { .alg = ESP_AUTH_NULL };
	json_t *o;
	size_t i;

	read_algs(j, &a);
	json_array_foreach(json_object_get(j, "sas"), i, o) {
		uint32_t spi = (uint32_t)number(o, "spi");
		uint16_t sport = (uint16_t)number(o, "sport");
		uint16_t dport = (uint16_t)number(o, "dport");

		switch (sa_role_parse(slice_str(unit_text(o, "name")))) {
		case SA_UC_PS:
			a.ue = net_addr(unit_text(o, "src"));
			a.pcscf = net_addr(unit_text(o, "dst"));
			a.spi_ps = spi;
			a.port_uc = sport;
			a.port_ps = dport;
			break;
		case SA_PS_UC:
			a.spi_uc = spi;
			break;
		case SA_PC_US:
			a.spi_us = spi;
			a.port_pc = sport;
			a.port_us = dport;
			break;
		case SA_US_PC:
			a.spi_pc = spi;
			break;
		default:
			unit_fatal("role", unit_text(o, "name"));
		}
	}
	return a;
}

/* Each SA of the kernel is one of SA. */
static bool
same_sas(const json_t *j, const struct sa sa[SA_ROLES])
{
	json_t *o;
	size_t i, same = 0;

	json_array_foreach(json_object_get(j, "sas"), i, o) {
		struct pkt_addr src = net_addr(unit_text(o, "src"));
		struct pkt_addr dst = net_addr(unit_text(o, "dst"));
		const struct sa *one = by_spi(sa, (uint32_t)number(o, "spi"));

		same += one != NULL && pkt_addr_eq(&one->src, &src) &&
		    pkt_addr_eq(&one->dst, &dst) &&
		    one->sport == number(o, "sport") &&
		    one->dport == number(o, "dport") && one->has_key &&
		    slice_is(slice_str(sa_role_name((enum sa_role)one->role)),
		    unit_text(o, "name"));
	}
	return same == SA_ROLES && i == SA_ROLES;
}

static void
open_capture(const char *name, const struct sa sa[SA_ROLES])
{
	struct net_frames l;
	struct net_run run;

	if (!net_load(name, &l))
		return;
	net_begin(&run, false);
	for (size_t i = 0; i < SA_ROLES; i++)
		if (sa_db_add(run.db, &sa[i]) < 0)
			unit_fatal("sa_db_add", name);
	for (size_t i = 0; i < l.n; i++)
		net_push(&run, &l.f[i]);
	net_end(&run);
	CHECK(run.seen.closed == 0 && run.seen.n == 4 &&
	    run.account.esp_checked >= 4 &&
	    run.account.esp_checked == run.account.esp_opened,
	    "%s: four messages, all ICVs right", name);
	net_done(&run);
	net_frames_free(&l);
}

static void
test_kernel(const char *stem)
{
	char name[128];
	struct sa_agreement a;
	struct sa sa[SA_ROLES];
	const char *salt;
	json_t *j;

	snprintf(name, sizeof(name), "lab/%s.pcap", stem);
	if ((j = net_keys_file(name)) == NULL)
		unit_fatal("no keys of", name);
	a = lab_agreement(j);
	unit_octets(j, "ck", ck, sizeof(ck));
	unit_octets(j, "ik", ik, sizeof(ik));
	salt = json_string_value(json_object_get(j, "salt"));
	if (CHECK(sa_derive(&a, ck, ik, sa) == 0 && same_sas(j, sa),
	    "%s: its SAs", stem)) {
		const struct esp_key *k = &sa[SA_PC_US].key;

		CHECK(same_key(unit_text(j, "auth_key"), k->auth, k->auth_len,
		    false) && same_key(unit_text(j, "enc_key"), k->enc,
		    k->enc_len, k->ealg == ESP_DES_EDE3_CBC) &&
		    same_key(salt != NULL ? salt : "00000000", k->salt,
		    ESP_SALT, false), "%s: their keys", stem);
		open_capture(name, sa);
	}
	json_decref(j);
}

/* One thing wrong with the agreement of the vectors. */
static void
test_range(void)
{
	const struct sa_agreement good = agreement();
	struct sa_agreement a[] = {
		good, good, good, good, good, good, good, good, good,
	};
	struct sa sa[SA_ROLES];

	a[0].spi_ps = 255;		/* RFC 4303 2.1 */
	a[1].spi_uc = 0;
	a[2].spi_pc = a[2].spi_us;	/* TS 33.203 7.1 */
	a[3].spi_uc = a[3].spi_us;
	a[4].port_us = 5060;
	a[5].port_pc = 5061;
	a[6].port_uc = 0;
	a[7].port_uc = a[7].port_us;
	a[8].port_pc = a[8].port_ps;
	for (size_t i = 0; i < sizeof(a) / sizeof(a[0]); i++)
		CHECK(sa_derive(&a[i], ck, ik, sa) == ERR_RANGE &&
		    sa[SA_UC_PS].spi == a[i].spi_ps &&
		    sa[SA_PS_UC].spi == a[i].spi_uc &&
		    sa[SA_PC_US].sport == a[i].port_pc &&
		    sa[SA_US_PC].sport == a[i].port_us &&
		    sa[SA_US_PC].key.auth_len == 20,
		    "out of range %zu, derived all the same", i);
	a[0] = good;
	a[0].port_uc = a[0].port_ps;	/* of two sides */
	a[0].mode = SA_UDP_ENC_TUN;
	CHECK(sa_derive(&a[0], ck, ik, sa) == 0 &&
	    sa[SA_PC_US].mode == SA_UDP_ENC_TUN && sa[SA_PC_US].set == 0 &&
	    sa[SA_PC_US].state == SA_STATE_NONE, "nothing wrong");
}

/* All pairs that annex H has, and no other (TS 33.203). */
static void
test_pairs(void)
{
	static const char *const has[] = {
		[ESP_AUTH_NULL] = "...g", [ESP_HMAC_MD5_96] = "n3c.",
		[ESP_HMAC_SHA_1_96] = "n3c.", [ESP_HMAC_SHA_256_128] = "....",
		[ESP_HMAC_SHA_384_192] = "....",
		[ESP_HMAC_SHA_512_256] = "....", [ESP_AES_GMAC] = "n...",
	};
	struct sa_agreement a = agreement();
	struct sa sa[SA_ROLES];

	for (int i = ESP_AUTH_NULL; i <= ESP_AES_GMAC; i++)
		for (int k = ESP_NULL; k <= ESP_AES_GCM; k++) {
			a.alg = (enum esp_alg)i;
			a.ealg = (enum esp_ealg)k;
			CHECK_INT(sa_derive(&a, ck, ik, sa),
			    has[i][k] == '.' ? ERR_ALG : 0, "%s with %s",
			    esp_alg_name(a.alg), esp_ealg_name(a.ealg));
		}
}

static void
test_states(void)
{
	static const char *const names[] = {
		[SA_TEMPORARY] = "temporary", [SA_ESTABLISHED] = "established",
		[SA_OLD] = "old",
	};

	for (int s = SA_TEMPORARY; s <= SA_OLD; s++)
		CHECK(sa_state_parse(slice_str(names[s])) == s &&
		    slice_is(slice_str(sa_state_name((enum sa_state)s)),
		    names[s]), "%s", names[s]);
	CHECK_INT(sa_state_parse(slice_str("none")), ERR_ALG, "no state");
	CHECK_INT(sa_state_parse(slice_str("")), ERR_ALG, "nothing");
}

/* The database. */

static const struct esp_key key_esn = {
	.alg = ESP_HMAC_SHA_256_128, .ealg = ESP_AES_CBC, .auth_len = 32,
	.enc_len = 32, .auth = "12345678123456781234567812345678",
	.enc = "abcdefghabcdefghabcdefghabcdefgh", .esn = true,
};

/* Packet SEQ of SPI, from A to B, given to DB. */
static int
give(struct sa_db *db, uint32_t spi, uint64_t seq, const char *from,
    const char *to, bool copy, struct sa_opened *o)
{
	static const uint8_t sip[] = { 19, 196, 19, 197, 0, 9, 0, 0, 'x' };
	struct pkt_addr a = net_addr(from), b = net_addr(to);
	struct esp *e = esp_new_seal(&key_esn);
	uint8_t out[OCTETS_MAX];
	struct buf packet;
	int r;

	buf_init(&packet, 0);
	if (e == NULL || esp_seal(e, spi, seq, NULL, PKT_PROTO_UDP,
	    slice_of(sip, sizeof(sip)), &packet) < 0)
		unit_fatal("esp_seal", "refused");
	r = sa_db_open(db, &a, &b, buf_slice(&packet), out, copy, 1, o);
	buf_free(&packet);
	esp_free(e);
	return r;
}

static struct sa_db *
db_of(const struct sa *sa)
{
	struct sa_db *db = sa_db_new();

	if (db == NULL || sa_db_add(db, sa) < 0)
		unit_fatal("sa_db_add", "refused");
	return db;
}

static void
test_db_esn(void)
{
	static const struct {
		uint64_t	seq;
		bool		copy;
		int		r;
	} t[] = {
		{ ESN - 2, false, 0 }, { ESN + 1, false, 0 },
		{ ESN - 1, false, 0 }, { ESN, false, 0 },
		{ ESN - 2, false, ERR_REPLAY }, { ESN, false, ERR_REPLAY },
		{ ESN - 2, true, 0 }, { ESN, true, 0 },
		{ ESN - 1000, true, 0 }, { ESN + 1, true, 0 },
		{ ESN + 5, false, 0 }, { 2 * ESN + 2000, false, ERR_AUTH },
	};
	struct sa sa = { .spi = 4097, .role = -1, .has_key = true,
	    .key = key_esn };
	struct sa_db *db = db_of(&sa);
	struct sa_opened o;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		CHECK_INT(give(db, 4097, t[i].seq, "10.0.0.1", "10.0.0.2",
		    t[i].copy, &o), t[i].r, "number %llx%s",
		    (unsigned long long)t[i].seq, t[i].copy ? " copied" : "");
	CHECK_INT(o.seq, 2000, "the number as it is in the packet");
	sa_db_free(db);
	CHECK_INT(give(db = db_of(&sa), 4097, 3 * ESN + 7, "10.0.0.1",
	    "10.0.0.2", false, &o), ERR_AUTH, "a high half not known");
	sa_db_free(db);
	sa.seq = 3 * ESN + 900;
	db = db_of(&sa);
	CHECK_INT(give(db, 4097, 3 * ESN + 7, "10.0.0.1", "10.0.0.2", false,
	    &o), 0, "by the seq of a record, of which the low half is free");
	CHECK_INT(give(db, 4097, 3 * ESN + 7, "10.0.0.1", "10.0.0.2", false,
	    &o), ERR_REPLAY, "not twice");
	sa_db_free(db);
}

static void
test_db_tunnel(void)
{
	struct sa sa = { .spi = 4097, .role = -1, .has_key = true,
	    .mode = SA_TUN, .src = net_addr("10.0.0.1"),
	    .dst = net_addr("10.0.0.2"), .outer_dst = net_addr("192.0.2.2"),
	    .key = key_esn };
	struct sa_db *db = db_of(&sa);
	struct sa_opened o;

	CHECK_INT(give(db, 4097, 1, "192.0.2.1", "192.0.2.2", false, &o), 0,
	    "a tunnel by its outer address");
	sa_db_free(db);
	/* Of two that have the SPI, the address decides which is told of. */
	db = db_of(&sa);
	sa.key.auth[0] ^= 1;
	sa.outer_dst = net_addr("192.0.2.3");
	if (sa_db_add(db, &sa) < 0)
		unit_fatal("sa_db_add", "refused");
	CHECK_INT(give(db, 4097, 1, "192.0.2.1", "192.0.2.3", false, &o), 0,
	    "another's keys are tried too");
	CHECK_INT(give(db, 4097, 1, "192.0.2.1", "192.0.2.2", false, &o),
	    ERR_REPLAY, "its own packet twice is a replay");
	CHECK_INT(give(db, 4097, 1, "192.0.2.1", "192.0.2.3", false, &o),
	    ERR_AUTH, "the other's does not match");
	CHECK_INT(give(db, 4097, 1, "10.0.0.1", "10.0.0.2", false, &o),
	    ERR_NOSA, "the inner addresses are nobody's");
	sa_db_free(db);
	sa.mode = SA_TRANS;
	db = db_of(&sa);
	CHECK_INT(give(db, 4097, 1, "10.0.0.1", "10.0.0.2", false, &o),
	    ERR_AUTH, "transport mode: its own addresses");
	sa_db_free(db);
}

int
main(void)
{
	static const char *const kernel[] = {
		"aes-gmac_null", "hmac-md5-96_aes-cbc",
		"hmac-md5-96_des-ede3-cbc", "hmac-md5-96_null",
		"hmac-sha1-96_aes-cbc", "hmac-sha1-96_des-ede3-cbc",
		"hmac-sha1-96_null", "null_aes-gcm",
	};
	size_t i, n = 0;
	char stem[64];
	json_t *o;

	vectors = unit_json("ipsec.json");
	unit_octets(vectors, "CK", ck, sizeof(ck));
	unit_octets(vectors, "IK", ik, sizeof(ik));
	json_array_foreach(json_object_get(vectors, "packets"), i, o)
		if (json_object_get(o, "alg") != NULL) {
			test_vector(o);
			n++;
		}
	CHECK_INT(n, 21, "packets of the vectors");
	for (i = 0; i < 2 * sizeof(kernel) / sizeof(kernel[0]); i++) {
		snprintf(stem, sizeof(stem), "%s_ipv4_%s", kernel[i / 2],
		    i % 2 == 0 ? "udp" : "tcp");
		test_kernel(stem);
	}
	test_range();
	test_pairs();
	test_states();
	test_db_esn();
	test_db_tunnel();
	json_decref(vectors);
	return unit_end();
}
