/* test_sa_forms: an SA in other programs' forms; lists that two sides have. */
#include "err.h"
#include "sa.h"
#include "unit.h"

static const char state[] =
"src 2001:db8::1 dst 2001:db8::2\n"
"\tproto esp spi 0x00001234(4660) reqid 7(0x00000007) mode transport\n"
"\treplay-window 0 seq 0x00000000 flag  (0x00000000)\n"
"\tauth-trunc hmac(sha1) 0xf769bcd751044604127672711c6d344100000000 "
"(160 bits) 96\n"
"\tenc cbc(aes) 0xb40ba9a3c58b2a05bbf0d987b21bf8cb (128 bits)\n"
"\tanti-replay context: seq 0x3, oseq 0x4, bitmap 0x00000007\n"
"\tsel src 2001:db8::1/128 dst 2001:db8::2/128 uid 0\n"
"src 2001:db8::1/128 dst 2001:db8::2/128 proto udp sport 31100 dport 6100 \n"
"\tdir out priority 0 ptype main \n"
"\ttmpl src 2001:db8::1 dst 2001:db8::2\n"
"\t\tproto esp reqid 7 mode transport\n";

struct seen {
	struct sa	 sa;
	int		 n, bad;
};

static void
on_sa(const struct sa *sa, void *arg)
{
	struct seen *s = arg;

	s->sa = *sa;
	s->n++;
}

static void
on_bad(uint64_t line, int e, struct slice what, void *arg)
{
	struct seen *s = arg;

	CHECK_EACH(line > 0 && e < 0 && what.n < 4096, "a complaint");
	s->bad++;
}

static struct seen
read_state(struct slice text)
{
	struct seen s = { 0 };
	const struct sa_xfrm_to to = { on_sa, on_bad, &s };

	CHECK_EACH(sa_xfrm_read(text, &to) == s.n, "as many as were given");
	return s;
}

/* Ports come of the policy that stands behind. */
static void
test_state(void)
{
	struct seen s = read_state(slice_str(state));
	char text[PKT_ADDR_TEXT];

	CHECK_INT(s.n, 1, "one state");
	CHECK_INT(s.bad, 0, "all of it is read");
	CHECK(strcmp(pkt_addr_text(&s.sa.src, text), "2001:db8::1") == 0,
	    "its source");
	CHECK_INT(s.sa.spi, 4660, "its SPI");
	CHECK_INT(s.sa.sport, 31100, "its port, of the policy");
	CHECK_INT(s.sa.dport, 6100, "its other port");
	CHECK_INT(s.sa.seq, 4, "the higher sequence number");
	CHECK_HEX(s.sa.key.enc, s.sa.key.enc_len,
	    "b40ba9a3c58b2a05bbf0d987b21bf8cb", "its key");
}

/* Each prefix, at an unreadable page; and each with one octet another. */
static void
test_hostile(void)
{
	struct slice all = slice_str(state);

	for (size_t n = 0; n <= all.n; n++) {
		uint8_t *p = unit_edge(all.p, n);
		struct seen s = read_state(slice_of(p, n));

		CHECK_EACH(s.n <= 1, "prefix of %zu", n);
		unit_edge_free(p, n);
	}
	for (size_t i = 0; i < all.n; i++) {
		char other[sizeof(state)];

		memcpy(other, state, sizeof(state));
		for (int c = 0; c < 4; c++) {
			other[i] = "\0 \n0"[c];
			(void)read_state(slice_of(other, all.n));
		}
	}
	CHECK(true, "no prefix, no other octet is read beyond its end");
}

/* A thousand times the same is one; a thousand others are a thousand. */
static void
test_many(void)
{
	struct buf b;
	struct seen s;

	buf_init(&b, 0);
	for (int i = 0; i < 1000; i++)
		buf_str(&b, state);
	s = read_state(buf_slice(&b));
	CHECK_INT(s.n, 1, "one SA, however often");
	buf_reset(&b);
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "src 192.0.2.1 dst 192.0.2.2\n\tproto esp spi "
		    "0x%x reqid 0 mode transport\n\tenc ecb(cipher_null)\n",
		    i + 1);
	s = read_state(buf_slice(&b));
	CHECK_INT(s.n, 1000, "a thousand SPIs");
	buf_free(&b);
}

/* Wireshark's line, written, read, and each prefix of it. */
static void
test_uat(void)
{
	static const char line[] = "\"IPv6\",\"2001:db8::1\",\"2001:db8::2\","
	    "\"0x00001234\",\"AES-CBC [RFC3602]\","
	    "\"0xb40ba9a3c58b2a05bbf0d987b21bf8cb\","
	    "\"HMAC-SHA-1-96 [RFC2404]\","
	    "\"0xf769bcd751044604127672711c6d344100000000\"\n";
	struct seen s = read_state(slice_str(state));
	const char *what;
	struct sa sa;
	struct buf b;

	buf_init(&b, 0);
	CHECK_INT(sa_uat_write(&b, &s.sa), 0, "a line of esp_sa");
	CHECK_STR(buf_slice(&b), line, "as Wireshark has it");
	for (size_t n = 0; n < b.n - 1; n++) {
		uint8_t *p = unit_edge(b.p, n);

		CHECK_EACH(sa_uat_parse(slice_of(p, n), &sa, &what) <= 0,
		    "prefix of %zu", n);
		unit_edge_free(p, n);
	}
	CHECK_INT(sa_uat_parse(buf_slice(&b), &sa, &what), 1, "the line read");
	CHECK_HEX(sa.key.auth, sa.key.auth_len,
	    "f769bcd751044604127672711c6d344100000000", "its key");
	s.sa.key.alg = ESP_AES_GMAC;
	CHECK_INT(sa_uat_write(&b, &s.sa), ERR_ALG, "it has no aes-gmac");
	s.sa.has_key = false;
	s.sa.key.alg = ESP_HMAC_SHA_1_96;
	CHECK_INT(sa_uat_write(&b, &s.sa), ERR_NOKEY, "nor an SA without key");
	buf_free(&b);
}

static size_t
list(const char *text, struct sa_mech out[SA_MECHS])
{
	struct slice rest = slice_str(text), v;
	size_t n = 0;

	while (n < SA_MECHS && sip_comma(&rest, &v))
		n += sa_mech_parse(v, &out[n]) == 0;
	return n;
}

/* Annex H forbids these pairs, whoever offers them. */
static void
test_choice(void)
{
	static const struct { const char *client, *server; int want; } t[] = {
		{ "ipsec-3gpp;alg=null", "ipsec-3gpp;alg=null", ERR_ALG },
		{ "ipsec-3gpp;alg=aes-gmac;ealg=aes-cbc",
		    "ipsec-3gpp;alg=aes-gmac;ealg=aes-cbc", ERR_ALG },
		{ "ipsec-3gpp;alg=null;ealg=aes-gcm",
		    "tls,ipsec-3gpp;alg=null;ealg=aes-gcm", 1 },
		{ "ipsec-3gpp;alg=hmac-sha-1-96,ipsec-3gpp;alg=aes-gmac",
		    "ipsec-3gpp;q=0.1;alg=hmac-sha-1-96,"
		    "ipsec-3gpp;q=0.2;alg=aes-gmac", 1 },
		{ "ipsec-3gpp;alg=hmac-sha-1-96;mod=tun",
		    "ipsec-3gpp;alg=hmac-sha-1-96", ERR_ALG },
	};
	struct sa_mech c[SA_MECHS], s[SA_MECHS];

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		size_t n_c = list(t[i].client, c), n_s = list(t[i].server, s);

		CHECK_INT(sa_choose(c, n_c, s, n_s), t[i].want, "choice %zu",
		    i);
	}
}

static void
test_write(void)
{
	struct sa_mech m[SA_MECHS];
	static const char *const same[] = {
		"ipsec-3gpp;q=0.125;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;"
		    "mod=UDP-enc-tun;spi-c=4294967295;spi-s=0000000256;"
		    "port-c=1;port-s=65535",
		"ipsec-3gpp;q=1;alg=null;ealg=aes-gcm",
		"ipsec-3gpp;q=0.05;alg=aes-gmac", "ipsec-3gpp;q=0", "tls",
	};
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		buf_reset(&b);
		(void)list(same[i], m);
		sa_mech_write(&b, &m[0]);
		CHECK_STR(buf_slice(&b), same[i], "written as read, %zu", i);
	}
	buf_free(&b);
}

int
main(void)
{
	test_state();
	test_hostile();
	test_many();
	test_uat();
	test_choice();
	test_write();
	return unit_end();
}
