/*
 * test_sa: security agreement (sa, sa_db, sa_learn): mechanisms as phones write
 * them, the choice, the keys, and ESP opened by what signalling said.  Packets
 * are sealed here with OpenSSL, or come from ipsec.json.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "net.h"

#define ALL_SA	(SA_SPI_C | SA_SPI_S | SA_PORT_C | SA_PORT_S)

/* TS 35.208 test set 1, as in flow_register.json. */
#define K	"465b5ce8b199b49faa5f0a2ee238a6bc"
#define OPC	"cd63cb71954a9f4e48a5994e37a02baf"
#define RAND	"23553cbe9637a89d218ae64dae47bf35"
#define AUTN	"55f328b43577b9b94a9ffac354dfafb3"
#define IMPI	"001010123456789@ims.mnc001.mcc001.3gppnetwork.org"

static struct net_run run;
static json_t *vectors, *story;

/* Mechanisms. */

static const struct {
	const char	*text;
	unsigned	 has;
	uint32_t	 spi_c, spi_s;
	uint16_t	 port_c, port_s;
	int		 alg, ealg, mode;
	unsigned	 q;
	bool		 ipsec;
} mechs[] = {
	{ "ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;"
	  "spi-c=0439041025;spi-s=0439041026;port-c=40001;port-s=40002",
	  ALL_SA | SA_ALG | SA_EALG | SA_PROT | SA_MOD, 439041025, 439041026,
	  40001, 40002, ESP_HMAC_SHA_1_96, ESP_AES_CBC, SA_TRANS, 0, true },
	{ " ipsec-3gpp ; q = 0.1 ; alg = hmac-md5-96 ; spi-c = 1 ; "
	  "spi-s = 4294967295 ; port-c = 1 ; port-s = 65535 ",
	  ALL_SA | SA_ALG | SA_Q, 1, 4294967295, 1, 65535, ESP_HMAC_MD5_96,
	  ESP_NULL, SA_TRANS, 100, true },
	{ "IPSEC-3GPP;ALG=HMAC-SHA-1-96;EALG=DES-EDE3-CBC;MOD=UDP-ENC-TUN;"
	  "SPI-C=73991669;SPI-S=0;PORT-C=0;PORT-S=5060;Q=1.000",
	  ALL_SA | SA_ALG | SA_EALG | SA_MOD | SA_Q, 73991669, 0, 0, 5060,
	  ESP_HMAC_SHA_1_96, ESP_DES_EDE3_CBC, SA_UDP_ENC_TUN, 1000, true },
	{ "ipsec-3gpp;alg=hmac-sha-9;ealg=rot13;mod=beam",
	  SA_ALG | SA_EALG | SA_MOD, 0, 0, 0, 0, ERR_ALG, ERR_ALG, ERR_ALG, 0,
	  true },
	{ "ipsec-3gpp ; q=0.1", SA_Q, 0, 0, 0, 0, ERR_ALG, ESP_NULL, SA_TRANS,
	  100, true },
	{ "ipsec-3gpp;spi-c=4294967296;spi-s=-1;port-c=65536;port-s=;q=1.001",
	  0, 0, 0, 0, 0, ERR_ALG, ESP_NULL, SA_TRANS, 0, true },
	{ "ipsec-3gpp;spi-c=0x10;spi-s=1a;port-c=5 0;port-s=\"5\";q=0.1234",
	  SA_PORT_S, 0, 0, 0, 5, ERR_ALG, ESP_NULL, SA_TRANS, 0, true },
	/* arkime/gtp-iphone.pcap, frame 16. */
	{ "ipsec-3gpp;alg=hmac-md5-96;spi-c=3333;sip-s=4444;port-c=1;port-s=2",
	  SA_ALG | SA_SPI_C | SA_PORT_C | SA_PORT_S, 3333, 0, 1, 2,
	  ESP_HMAC_MD5_96, ESP_NULL, SA_TRANS, 0, true },
	{ "ipsec-3gpp;alg=null;ealg=aes-gcm;q=0.55", SA_ALG | SA_EALG | SA_Q,
	  0, 0, 0, 0, ESP_AUTH_NULL, ESP_AES_GCM, SA_TRANS, 550, true },
	{ "ipsec-3gpp;prot=ah;alg=hmac-md5-96", SA_PROT | SA_ALG, 0, 0, 0, 0,
	  ESP_HMAC_MD5_96, ESP_NULL, SA_TRANS, 0, false },
	{ "tls;q=0.2", SA_Q, 0, 0, 0, 0, ERR_ALG, ESP_NULL, SA_TRANS, 200,
	  false },
	{ "ipsec-ike", 0, 0, 0, 0, 0, ERR_ALG, ESP_NULL, SA_TRANS, 0, false },
};

static void
test_parse(void)
{
	struct sa_mech m;

	for (size_t i = 0; i < sizeof(mechs) / sizeof(mechs[0]); i++) {
		uint8_t *p;
		size_t n = strlen(mechs[i].text);

		p = unit_edge(mechs[i].text, n);
		CHECK(sa_mech_parse(slice_of(p, n), &m) == 0 &&
		    m.has == mechs[i].has && m.spi_c == mechs[i].spi_c &&
		    m.spi_s == mechs[i].spi_s && m.port_c == mechs[i].port_c &&
		    m.port_s == mechs[i].port_s && m.alg == mechs[i].alg &&
		    m.ealg == mechs[i].ealg && m.mode == mechs[i].mode &&
		    m.q == mechs[i].q && sa_mech_ipsec(&m) == mechs[i].ipsec,
		    "%s", mechs[i].text);
		for (size_t k = 0; k < n; k++) {
			uint8_t *q = unit_edge(mechs[i].text, k);

			(void)!sa_mech_parse(slice_of(q, k), &m);
			unit_edge_free(q, k);
		}
		unit_edge_free(p, n);
	}
	CHECK_INT(sa_mech_parse(slice_str("  "), &m), ERR_FORMAT, "nothing");
	CHECK_INT(sa_mech_parse(slice_str(";q=1"), &m), ERR_FORMAT, "no name");
}

/* Several headers, several values, some of which are of other kinds. */
static void
test_headers(void)
{
	static const char text[] = "SIP/2.0 401 Unauthorized\r\n"
	    "Security-Server: tls;q=0.2 , ipsec-3gpp;spi-c=1,sdes-srtp;mediasec"
	    "\r\nSecurity-Client: ipsec-3gpp;spi-c=9\r\n"
	    "security-server:\r\n ipsec-3gpp;spi-c=2\r\n\r\n";
	struct sa_mech m[SA_MECHS];
	static struct sip_msg msg;

	if (!CHECK_INT(sip_parse(&msg, slice_str(text)), 0, "parsed"))
		return;
	CHECK_INT(sa_mechs(&msg, SIP_H_SECURITY_SERVER, m), 4, "four values");
	CHECK(m[1].spi_c == 1 && m[3].spi_c == 2 &&
	    slice_is(m[2].name, "sdes-srtp"), "in their order");
	CHECK_INT(sa_mechs(&msg, SIP_H_SECURITY_CLIENT, m), 1, "one value");
	CHECK_INT(sa_mechs(&msg, SIP_H_SECURITY_VERIFY, m), 0, "none");
}

static size_t
list(const char *text, struct sa_mech *m)
{
	struct slice rest = slice_str(text), v;
	size_t n = 0;

	while (sip_comma(&rest, &v))
		n += sa_mech_parse(v, &m[n]) == 0;
	return n;
}

static const struct {
	const char	*client, *server;
	int		 choice;
	const char	*why;
} choices[] = {
	{ "ipsec-3gpp;alg=hmac-sha-1-96;ealg=null",
	  "ipsec-3gpp;alg=hmac-md5-96;q=0.5,"
	  "ipsec-3gpp;alg=hmac-sha-1-96;q=0.1", 1, "the only common one" },
	{ "ipsec-3gpp;alg=hmac-md5-96,ipsec-3gpp;alg=hmac-sha-1-96",
	  "ipsec-3gpp;alg=hmac-md5-96;q=0.1,"
	  "ipsec-3gpp;alg=hmac-sha-1-96;q=0.9", 1, "the higher q" },
	{ "ipsec-3gpp;alg=hmac-md5-96,ipsec-3gpp;alg=hmac-sha-1-96",
	  "ipsec-3gpp;alg=hmac-sha-1-96;q=0.5,"
	  "ipsec-3gpp;alg=hmac-md5-96;q=0.5", 0,
	  "the first of the server, not of the client" },
	{ "ipsec-3gpp;alg=hmac-md5-96,ipsec-3gpp;alg=hmac-sha-1-96",
	  "ipsec-3gpp;alg=hmac-sha-1-96,ipsec-3gpp;alg=hmac-md5-96", 0,
	  "no q: the first" },
	{ "ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc",
	  "ipsec-3gpp;alg=hmac-sha-1-96;ealg=null", ERR_ALG,
	  "encryption differs" },
	{ "ipsec-3gpp;alg=hmac-sha-1-96;mod=UDP-enc-tun",
	  "ipsec-3gpp;alg=hmac-sha-1-96", ERR_ALG, "mode differs" },
	{ "tls,ipsec-3gpp;alg=hmac-md5-96",
	  "tls;q=0.9,ipsec-3gpp;alg=hmac-md5-96;q=0.1", 1,
	  "only ipsec-3gpp makes SAs" },
	{ "ipsec-3gpp;alg=foo", "ipsec-3gpp;alg=foo", ERR_ALG,
	  "both do not know it" },
	{ "", "ipsec-3gpp;alg=hmac-md5-96", ERR_ALG, "no offer" },
};

static void
test_choose(void)
{
	struct sa_mech c[SA_MECHS], s[SA_MECHS];

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		CHECK_INT(sa_choose(c, list(choices[i].client, c), s,
		    list(choices[i].server, s)), choices[i].choice, "%s",
		    choices[i].why);
}

static void
test_same(void)
{
	static const struct {
		const char	*a, *b;
		bool		 same;
	} pair[] = {
		{ "ipsec-3gpp;alg=hmac-md5-96;spi-c=007;q=0.1",
		  "IPsec-3GPP;spi-c=7;ALG=HMAC-MD5-96", true },
		{ "ipsec-3gpp;alg=hmac-md5-96;q=0.1",
		  "ipsec-3gpp;alg=hmac-md5-96;q=0.2", false },
		{ "ipsec-3gpp;alg=hmac-md5-96;spi-c=7",
		  "ipsec-3gpp;alg=hmac-md5-96;spi-c=8", false },
		{ "ipsec-3gpp;alg=hmac-md5-96;port-s=7",
		  "ipsec-3gpp;alg=hmac-md5-96", false },
		{ "ipsec-3gpp;alg=hmac-md5-96;ealg=null;mod=trans;prot=esp",
		  "ipsec-3gpp;alg=hmac-md5-96", true },
		{ "ipsec-3gpp;alg=hmac-md5-96;prot=ah",
		  "ipsec-3gpp;alg=hmac-md5-96", false },
		{ "tls;a=b;c=d", "TLS;C=D;a=b", true },
		{ "tls;a=b", "tls;a=c", false },
		{ "tls;a-name-of-more-than-16=1",
		  "tls;a-name-of-more-than-16=1", true },
		{ "tls;a=1;a=1", "tls;a=1;b=2", false },
		{ "tls", "digest", false },
	};
	struct sa_mech a, b;

	for (size_t i = 0; i < sizeof(pair) / sizeof(pair[0]); i++)
		CHECK(sa_mech_parse(slice_str(pair[i].a), &a) == 0 &&
		    sa_mech_parse(slice_str(pair[i].b), &b) == 0 &&
		    sa_mech_same(&a, &b) == pair[i].same &&
		    sa_mech_same(&b, &a) == pair[i].same, "%s %s %s",
		    pair[i].a, pair[i].same ? "is" : "is not", pair[i].b);
}

/* TS 33.203 annex I. */
static void
test_expand(void)
{
	const json_t *keys = json_object_get(vectors, "keys"), *k;
	uint8_t ck[16], ik[16];
	struct esp_key key;

	unit_octets(vectors, "CK", ck, 16);
	unit_octets(vectors, "IK", ik, 16);
	for (int a = ESP_HMAC_MD5_96; a <= ESP_AES_GMAC; a++) {
		k = json_object_get(keys, esp_alg_name((enum esp_alg)a));
		if (k == NULL) {
			CHECK_INT(sa_expand((enum esp_alg)a, ESP_NULL, ck, ik,
			    &key), ERR_ALG, "%s is not for ipsec-3gpp",
			    esp_alg_name((enum esp_alg)a));
			continue;
		}
		CHECK_INT(sa_expand((enum esp_alg)a, ESP_NULL, ck, ik, &key),
		    0, "%s", esp_alg_name((enum esp_alg)a));
		CHECK_HEX(key.auth, key.auth_len, unit_text(k, "IKesp"),
		    "its key");
		if (json_object_get(k, "salt") != NULL)
			CHECK_HEX(key.salt, ESP_SALT, unit_text(k, "salt"),
			    "its salt");
		CHECK_INT(key.enc_len, 0, "no more");
	}
	for (int e = ESP_DES_EDE3_CBC; e <= ESP_AES_GCM; e++) {
		const char *name = esp_ealg_name((enum esp_ealg)e);

		k = json_object_get(keys, name);
		CHECK_INT(sa_expand(ESP_AUTH_NULL, (enum esp_ealg)e, ck, ik,
		    &key), 0, "%s", name);
		CHECK_HEX(key.enc, key.enc_len, unit_text(k, "CKesp"),
		    "its key");
		if (json_object_get(k, "salt") != NULL)
			CHECK_HEX(key.salt, ESP_SALT, unit_text(k, "salt"),
			    "its salt");
		CHECK_INT(key.auth_len, 0, "no more");
	}
}

static void
test_nonce(void)
{
	uint8_t r[AKA_RAND], a[AKA_AUTN];
	const char nonce[] = "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=";

	CHECK_INT(sa_nonce(slice_str(nonce), r, a), 0, "a nonce");
	CHECK_HEX(r, AKA_RAND, RAND, "its RAND");
	CHECK_HEX(a, AKA_AUTN, AUTN, "its AUTN");
	CHECK_INT(sa_nonce(slice_str(
	    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7PAAAAA"), r, a), 0,
	    "with server data");
	CHECK_HEX(a, AKA_AUTN, AUTN, "and AUTN still");
	CHECK_INT(sa_nonce(slice_of(nonce, 40), r, a), ERR_MORE, "short");
	CHECK_INT(sa_nonce(slice_str("not base64!"), r, a), ERR_FORMAT,
	    "no base64");
	CHECK_INT(sa_nonce(slice_str(""), r, a), ERR_FORMAT, "empty");
}

/* Learning. */

static struct {
	unsigned	 sets, wrong_k, no_choice;
	uint32_t	 spi[SA_ROLES];
	bool		 has_key;
} news;

static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	(void)impi;
	(void)arg;
	news.sets += what == SA_NEWS_SET;
	news.wrong_k += what == SA_NEWS_WRONG_K;
	news.no_choice += what == SA_NEWS_NO_CHOICE;
	for (size_t i = 0; i < n && what == SA_NEWS_SET; i++) {
		news.spi[sa[i].role] = sa[i].spi;
		news.has_key = sa[i].has_key;
	}
}

static void
fresh(void)
{
	net_begin(&run, false);
	memset(&news, 0, sizeof(news));
	sa_db_news(run.db, on_news, NULL);
}

static void
send_packet(const char *src, const char *dst, uint8_t proto, struct slice in)
{
	static uint32_t id;
	struct net_frag f = { .id = ++id, .whole = true };
	struct pkt_addr s = net_addr(src), d = net_addr(dst);
	struct buf b;

	buf_init(&b, 0);
	net_ip(&b, &s, &d, proto, f, in);
	net_push_ip(&run, buf_slice(&b));
	buf_free(&b);
}

static void
send_sip(const char *src, const char *dst, const char *text)
{
	struct buf b;

	buf_init(&b, 0);
	net_udp(&b, 5060, 5060, slice_str(text));
	send_packet(src, dst, PKT_PROTO_UDP, buf_slice(&b));
	buf_free(&b);
}

/* Message ID of the vectors. */
static void
send_story(const char *id)
{
	json_t *m;
	size_t i;

	json_array_foreach(json_object_get(story, "messages"), i, m) {
		const char *src = unit_text(m, "src");
		const char *dst = unit_text(m, "dst");
		char s[32] = "10.45.1.1", d[32] = "10.45.1.2";

		if (strcmp(unit_text(m, "id"), id) != 0)
			continue;
		if (src[0] >= '0' && src[0] <= '9')
			snprintf(s, sizeof(s), "%.*s",
			    (int)strcspn(src, ":"), src);
		if (dst[0] >= '0' && dst[0] <= '9')
			snprintf(d, sizeof(d), "%.*s",
			    (int)strcspn(dst, ":"), dst);
		send_sip(s, d, unit_text(m, "sip"));
	}
}

/* Packet ID of ipsec.json. */
static void
send_vector(const char *id)
{
	uint8_t octets[512];
	json_t *p;
	size_t i;

	json_array_foreach(json_object_get(vectors, "packets"), i, p)
		if (strcmp(unit_text(p, "id"), id) == 0)
			net_push_ip(&run, slice_of(octets, unit_octets(p,
			    "packet", octets, sizeof(octets))));
}

static void
subscriber(const char *k)
{
	json_t *j = json_pack("{ssssss}", "impi", IMPI, "k", k, "opc", OPC);

	net_subscriber(run.db, j);
	json_decref(j);
}

/* Messages that came out of ESP with the right ICV. */
static size_t
checked(void)
{
	size_t n = 0;

	for (size_t i = 0; i < run.seen.n; i++)
		n += run.seen.m[i].icv == FLOW_ICV_OK;
	return n;
}

static void
send_protected(void)
{
	send_vector("udp-up-hmac-sha-1-96-aes-cbc");
	send_vector("udp-down-hmac-sha-1-96-aes-cbc");
	send_vector("tcp-up-hmac-sha-1-96-aes-cbc");
}

static void
test_story(void)
{
	fresh();
	send_story("SM1");
	send_story("SM5");
	send_story("SM6");
	CHECK(news.sets == 1 && news.has_key, "an SA set with keys is made");
	CHECK(news.spi[SA_UC_PS] == 65538 && news.spi[SA_PS_UC] == 439041025 &&
	    news.spi[SA_PC_US] == 439041026 && news.spi[SA_US_PC] == 65537,
	    "each SPI is of the side that receives (TS 33.203 7.1)");
	send_protected();
	net_end(&run);
	CHECK_INT(checked(), 3, "keys of the 401: three messages");
	net_done(&run);

	fresh();
	subscriber(K);
	send_story("SM1");
	send_story("SM6");
	send_protected();
	net_end(&run);
	CHECK_INT(checked(), 3, "keys of K and OPc: three messages");
	CHECK_INT(news.wrong_k, 0, "the key is right");
	net_done(&run);

	fresh();
	send_story("SM1");
	send_story("SM6");
	send_story("SM6");
	CHECK_INT(news.sets, 1, "a 401 sent twice makes one set");
	send_protected();
	CHECK(checked() == 0 && run.seen.closed == 3 &&
	    run.seen.reason == ERR_NOKEY, "without a key they stay closed");
	send_story("SM5");
	send_protected();
	net_end(&run);
	CHECK_INT(checked(), 3, "the keys come later");
	net_done(&run);
}

static void
test_wrong_k(void)
{
	fresh();
	subscriber("465b5ce8b199b49faa5f0a2ee238a6bd");
	send_story("SM1");
	send_story("SM6");
	CHECK_INT(news.wrong_k, 1, "a wrong K is news");
	send_protected();
	net_end(&run);
	CHECK(checked() == 0 && run.seen.n == 2 && run.seen.closed == 3 &&
	    run.seen.reason == ERR_AUTH, "and opens nothing");
	net_done(&run);
}

/* Packets sealed here. */

struct side {
	const char	*addr;
	uint32_t	 spi_c, spi_s;
};

static const uint8_t ones[16] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};

/* Keys and RAND of phone N are octets of N; SHA-1 takes 4 octets of 0 more. */
static void
octets_of(unsigned n, uint8_t out[20])
{
	memset(out, 0, 20);
	for (int i = 0; i < 16; i++)
		out[i] = (uint8_t)(ones[i] * n);
}

static void
know_keys(unsigned n)
{
	uint8_t k[20];

	octets_of(n, k);
	if (sa_db_vector(run.db, k, k, k, run.time_ns) < 0)
		unit_fatal("sa_db_vector", "no memory");
}

static void
send_register(const struct side *ue, const struct side *p, const char *call,
    const char *algs)
{
	struct buf b;
	struct slice rest = slice_str(algs), alg;

	buf_init(&b, 0);
	buf_printf(&b, "REGISTER sip:example.net SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP %s;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
	    "To: <sip:a@b>\r\nCall-ID: %s\r\nCSeq: 1 REGISTER\r\n", ue->addr,
	    call);
	while ((alg = slice_cut(&rest, ' ')).n > 0)
		buf_printf(&b, "Security-Client: ipsec-3gpp;%.*s;spi-c=%lu;"
		    "spi-s=%lu;port-c=31100;port-s=31101\r\n", (int)alg.n,
		    (const char *)alg.p, (unsigned long)ue->spi_c,
		    (unsigned long)ue->spi_s);
	buf_str(&b, "Content-Length: 0\r\n\r\n");
	buf_u8(&b, 0);
	send_sip(ue->addr, p->addr, (const char *)b.p);
	buf_free(&b);
}

/* With the RAND of keys N. */
static void
send_401(const struct side *ue, const struct side *p, const char *call,
    const char *algs, unsigned n)
{
	struct slice rest = slice_str(algs), alg;
	uint8_t nonce[40];
	struct buf b;

	octets_of(n, nonce);
	memset(nonce + 16, 0, 16);
	buf_init(&b, 0);
	buf_printf(&b, "SIP/2.0 401 Unauthorized\r\n"
	    "Via: SIP/2.0/UDP %s;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
	    "To: <sip:a@b>;tag=2\r\nCall-ID: %s\r\nCSeq: 1 REGISTER\r\n"
	    "WWW-Authenticate: Digest realm=\"b\",algorithm=AKAv1-MD5,"
	    "nonce=\"", ue->addr, call);
	buf_base64(&b, slice_of(nonce, 32));
	buf_str(&b, "\"\r\n");
	while ((alg = slice_cut(&rest, ' ')).n > 0)
		buf_printf(&b, "Security-Server: ipsec-3gpp;%.*s;spi-c=%lu;"
		    "spi-s=%lu;port-c=5100;port-s=6100\r\n", (int)alg.n,
		    (const char *)alg.p, (unsigned long)p->spi_c,
		    (unsigned long)p->spi_s);
	buf_str(&b, "Content-Length: 0\r\n\r\n");
	buf_u8(&b, 0);
	send_sip(p->addr, ue->addr, (const char *)b.p);
	buf_free(&b);
}

/* RFC 4303 2, with AES-CBC if CBC; an ICV of 96 bits. */
static void
seal(struct buf *b, bool md5, bool cbc, unsigned n, uint32_t spi, uint32_t seq,
    struct slice text)
{
	uint8_t key[20], mac[64], out[1024];
	struct buf plain;
	size_t block = cbc ? 16 : 4, pad;
	unsigned len = 0;
	int m = 0;

	octets_of(n, key);
	buf_init(&plain, 0);
	net_udp(&plain, 31100, 6100, text);
	pad = (block - (plain.n + 2) % block) % block;
	for (size_t i = 1; i <= pad; i++)
		buf_u8(&plain, (uint8_t)i);
	buf_u8(&plain, (uint8_t)pad);
	buf_u8(&plain, PKT_PROTO_UDP);
	buf_u32(b, spi);
	buf_u32(b, seq);
	if (cbc) {
		EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

		buf_add(b, ones, 16);
		if (c == NULL || EVP_EncryptInit_ex(c, EVP_aes_128_cbc(), NULL,
		    key, ones) != 1 || EVP_EncryptUpdate(c, out, &m, plain.p,
		    (int)plain.n) != 1)
			unit_fatal("OpenSSL", "AES");
		EVP_CIPHER_CTX_free(c);
		buf_add(b, out, plain.n);
	} else {
		buf_put(b, buf_slice(&plain));
	}
	if (HMAC(md5 ? EVP_md5() : EVP_sha1(), key, md5 ? 16 : 20, b->p, b->n,
	    mac, &len) == NULL)
		unit_fatal("OpenSSL", "HMAC");
	buf_add(b, mac, 12);
	buf_free(&plain);
}

/* A protected message under keys N. */
static void
send_esp(const char *src, const char *dst, bool md5, bool cbc, unsigned n,
    uint32_t spi, uint32_t seq)
{
	struct buf b;

	buf_init(&b, 0);
	seal(&b, md5, cbc, n, spi, seq, slice_str(
	    "OPTIONS sip:b SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n"));
	send_packet(src, dst, PKT_PROTO_ESP, buf_slice(&b));
	buf_free(&b);
}

#define SHA_NULL	"alg=hmac-sha-1-96;ealg=null"
#define SHA_CBC		"alg=hmac-sha-1-96;ealg=aes-cbc"
#define MD5_NULL	"alg=hmac-md5-96;ealg=null"

static const struct side p1 = { "10.0.0.9", 5001, 5002 };
static const struct side p2 = { "10.0.0.9", 5003, 5004 };
static const struct side ue1 = { "10.0.0.1", 1001, 1002 };
static const struct side ue1b = { "10.0.0.1", 1003, 1004 };
static const struct side ue2 = { "10.0.0.2", 1001, 1002 };

static void
agree(const struct side *ue, const struct side *p, const char *call,
    const char *algs, unsigned n)
{
	send_register(ue, p, call, algs);
	send_401(ue, p, call, algs, n);
}

/* All four SAs of a set. */
static void
send_four(const struct side *ue, const struct side *p, unsigned n,
    uint32_t seq)
{
	send_esp(ue->addr, p->addr, false, false, n, p->spi_s, seq);
	send_esp(p->addr, ue->addr, false, false, n, ue->spi_c, seq);
	send_esp(p->addr, ue->addr, false, false, n, ue->spi_s, seq);
	send_esp(ue->addr, p->addr, false, false, n, p->spi_c, seq);
}

/* Two phones that chose the same SPIs, and were given other ones. */
static void
test_two_phones(void)
{
	fresh();
	know_keys(1);
	know_keys(2);
	send_register(&ue1, &p1, "one", SHA_NULL);
	send_register(&ue2, &p2, "two", SHA_NULL);
	send_401(&ue2, &p2, "two", SHA_NULL, 2);
	send_401(&ue1, &p1, "one", SHA_NULL, 1);
	CHECK_INT(news.sets, 2, "two sets");
	send_four(&ue1, &p1, 1, 1);
	send_four(&ue2, &p2, 2, 1);
	CHECK_INT(checked(), 8, "two phones with the same SPIs");
	send_four(&ue1, &p1, 1, 1);
	CHECK(checked() == 8 && run.seen.closed == 4 &&
	    run.seen.reason == ERR_REPLAY, "nothing twice");
	send_four(&ue1, &p1, 3, 2);
	CHECK(checked() == 8 && run.seen.closed == 8 &&
	    run.seen.reason == ERR_AUTH, "nothing under other keys");
	net_done(&run);
}

static void
test_register_again(void)
{
	fresh();
	know_keys(1);
	know_keys(2);
	agree(&ue1, &p1, "one", SHA_NULL, 1);
	send_four(&ue1, &p1, 1, 1);
	agree(&ue1b, &p2, "one", SHA_NULL, 2);
	send_four(&ue1, &p1, 1, 2);
	send_four(&ue1b, &p2, 2, 1);
	send_four(&ue1, &p1, 1, 3);
	CHECK(checked() == 16 && run.seen.closed == 0,
	    "registered again: both sets are good");
	/* A third time, with the SPIs of the first. */
	know_keys(3);
	agree(&ue1, &p1, "one", SHA_NULL, 3);
	send_four(&ue1, &p1, 3, 1);
	CHECK_INT(checked(), 20, "the first SPIs with new keys");
	send_four(&ue1, &p1, 1, 4);
	CHECK_INT(checked(), 24, "and the old keys while they last");
	net_done(&run);
}

/* The P-CSCF gives its SPIs to another phone. */
static void
test_spi_again(void)
{
	fresh();
	know_keys(1);
	know_keys(2);
	agree(&ue1, &p1, "one", SHA_NULL, 1);
	send_four(&ue1, &p1, 1, 1);
	agree(&ue2, &p1, "two", SHA_NULL, 2);
	send_four(&ue2, &p1, 2, 1);
	send_four(&ue1, &p1, 1, 2);
	CHECK(checked() == 12 && run.seen.closed == 0,
	    "an SPI used again by another phone");
	net_done(&run);
}

/* What one side chose is seen in its packets. */
static void
test_other_choice(void)
{
	static const char offer[] = SHA_CBC " " SHA_NULL " " MD5_NULL;

	for (int i = 0; i < 3; i++) {
		fresh();
		know_keys(7);
		agree(&ue1, &p1, "one", offer, 7);
		for (uint32_t seq = 1; seq < 4; seq++)
			send_esp(ue1.addr, p1.addr, i == 2, i == 0, 7,
			    p1.spi_s, seq);
		CHECK(checked() == 3 && run.seen.closed == 0,
		    "of several, number %d is used", i);
		net_done(&run);
	}
}

/* NULL encryption is read without a key, but nothing is said to be right. */
static void
test_no_key(void)
{
	fresh();
	agree(&ue1, &p1, "one", SHA_NULL, 1);
	send_four(&ue1, &p1, 1, 1);
	CHECK(checked() == 0 && run.seen.n == 6 &&
	    run.seen.m[5].icv == FLOW_ICV_UNCHECKED,
	    "without a key: read, not checked");
	net_done(&run);

	fresh();
	agree(&ue1, &p1, "one", SHA_CBC, 1);
	send_esp(ue1.addr, p1.addr, false, true, 1, p1.spi_s, 1);
	CHECK(run.seen.n == 2 && run.seen.reason == ERR_NOKEY,
	    "encrypted: not read");
	send_esp(ue1.addr, p1.addr, false, true, 1, 99999, 1);
	CHECK(run.seen.n == 2 && run.seen.reason == ERR_NOSA, "no such SA");
	net_done(&run);
}

static void
test_no_set(void)
{
	fresh();
	know_keys(1);
	send_register(&ue1, &p1, "one", MD5_NULL);
	send_401(&ue1, &p1, "one", "alg=hmac-sha-9", 1);
	CHECK(news.sets == 0 && news.no_choice == 1,
	    "nothing that is known is offered");
	send_401(&ue1, &p1, "two", SHA_NULL, 1);
	CHECK_INT(news.sets, 0, "a 401 without its REGISTER");
	send_401(&ue2, &p1, "one", SHA_NULL, 1);
	CHECK_INT(news.sets, 0, "a 401 to another phone");
	net_done(&run);
}

/* Registrations without end: the database stays bounded, the last one good. */
static void
test_many(void)
{
	fresh();
	for (unsigned i = 0; i < 3 * SA_SETS; i++) {
		char addr[32], call[32];
		struct side ue = { addr, i, i + 100000 };
		struct side p = { "10.0.0.9", i + 200000, i + 300000 };

		snprintf(addr, sizeof(addr), "10.1.%u.%u", i / 250 % 250,
		    i % 250);
		snprintf(call, sizeof(call), "call%u", i);
		if (i % 64 == 0)
			know_keys(i / 64 % 255 + 1);
		agree(&ue, &p, call, SHA_NULL, i / 64 % 255 + 1);
		if (i % 64 != 0)
			continue;
		send_four(&ue, &p, i / 64 % 255 + 1, 1);
	}
	CHECK_INT(checked(), 4 * (3 * SA_SETS / 64), "the newest is known");
	net_end(&run);
	CHECK(net_adds_up(&run), "the account adds up");
	net_done(&run);
}

int
main(void)
{
	vectors = unit_json("ipsec.json");
	story = unit_json("flow_register.json");
	test_parse();
	test_headers();
	test_choose();
	test_same();
	test_expand();
	test_nonce();
	test_story();
	test_wrong_k();
	test_two_phones();
	test_register_again();
	test_spi_again();
	test_other_choice();
	test_no_key();
	test_no_set();
	test_many();
	json_decref(vectors);
	json_decref(story);
	return unit_end();
}
