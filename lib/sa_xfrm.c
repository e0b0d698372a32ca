/* sa_xfrm: SAs as commands of ip-xfrm(8). */
#include <string.h>

#include "err.h"
#include "sa_int.h"

#define WINDOW		64	/* packets, of a replay window */

const struct sa_xfrm_auth sa_xfrm_auths[SA_XFRM_AUTHS] = {
	{ ESP_HMAC_MD5_96, "hmac(md5)", 96 },
	{ ESP_HMAC_SHA_1_96, "hmac(sha1)", 96 },
	{ ESP_HMAC_SHA_256_128, "hmac(sha256)", 128 },
	{ ESP_HMAC_SHA_384_192, "hmac(sha384)", 192 },
	{ ESP_HMAC_SHA_512_256, "hmac(sha512)", 256 },
};

const struct sa_xfrm_enc sa_xfrm_encs[SA_XFRM_ENCS] = {
	{ ESP_NULL, "ecb(cipher_null)" },
	{ ESP_DES_EDE3_CBC, "cbc(des3_ede)" },
	{ ESP_AES_CBC, "cbc(aes)" },
};

/* Addresses of the ESP packet itself. */
static const struct pkt_addr *
outer(const struct pkt_addr *out, const struct pkt_addr *in)
{
	return out->family != 0 ? out : in;
}

static void
put_addr(struct buf *b, const char *word, const struct pkt_addr *a,
    bool prefix)
{
	char text[PKT_ADDR_TEXT];

	buf_printf(b, " %s %s", word, pkt_addr_text(a, text));
	if (prefix)
		buf_str(b, a->family == 6 ? "/128" : "/32");
}

static void
put_ends(struct buf *b, const struct sa *sa)
{
	put_addr(b, "src", outer(&sa->outer_src, &sa->src), false);
	put_addr(b, "dst", outer(&sa->outer_dst, &sa->dst), false);
}

static const char *
mode_of(const struct sa *sa)
{
	return sa->mode == SA_TRANS ? "transport" : "tunnel";
}

/* A key with SALT behind it, in hex; '' for none. */
static void
put_key(struct buf *b, const uint8_t *key, size_t n, const uint8_t *salt)
{
	if (n == 0) {
		buf_str(b, " ''");
		return;
	}
	buf_str(b, " 0x");
	buf_hex(b, slice_of(key, n));
	if (salt != NULL)
		buf_hex(b, slice_of(salt, ESP_SALT));
}

static void
put_algs(struct buf *b, const struct esp_key *k)
{
	if (k->ealg == ESP_AES_GCM || k->alg == ESP_AES_GMAC) {
		bool gcm = k->ealg == ESP_AES_GCM;

		buf_printf(b, " aead '%s'",
		    gcm ? SA_XFRM_GCM : SA_XFRM_GMAC);
		put_key(b, gcm ? k->enc : k->auth, gcm ? k->enc_len :
		    k->auth_len, k->salt);
		buf_str(b, " 128");
		return;
	}
	for (size_t i = 0; i < SA_XFRM_AUTHS; i++)
		if (sa_xfrm_auths[i].alg == k->alg) {
			buf_printf(b, " auth-trunc '%s'",
			    sa_xfrm_auths[i].name);
			put_key(b, k->auth, k->auth_len, NULL);
			buf_printf(b, " %u", sa_xfrm_auths[i].bits);
		}
	for (size_t i = 0; i < SA_XFRM_ENCS; i++)
		if (sa_xfrm_encs[i].ealg == k->ealg) {
			buf_printf(b, " enc '%s'", sa_xfrm_encs[i].name);
			put_key(b, k->enc, k->enc_len, NULL);
		}
}

static void
put_selector(struct buf *b, const struct sa *sa)
{
	put_addr(b, "src", &sa->src, true);
	put_addr(b, "dst", &sa->dst, true);
}

static void
put_ports(struct buf *b, const struct sa *sa)
{
	if (sa->sport != 0)
		buf_printf(b, " sport %u", sa->sport);
	if (sa->dport != 0)
		buf_printf(b, " dport %u", sa->dport);
}

/* Used numbers are past for the receiver and the sender alike. */
static void
put_replay(struct buf *b, const struct sa *sa)
{
	unsigned low = (unsigned)(sa->seq & UINT32_MAX);
	unsigned high = (unsigned)(sa->seq >> 32);

	buf_printf(b, " replay-window %d", WINDOW);
	if (sa->seq != 0)
		buf_printf(b, " replay-seq 0x%x replay-oseq 0x%x", low, low);
	if (high != 0)
		buf_printf(b, " replay-seq-hi 0x%x replay-oseq-hi 0x%x", high,
		    high);
	if (sa->key.esn)
		buf_str(b, " flag esn");
}

static void
put_state(struct buf *b, const struct sa *sa, bool remove)
{
	buf_printf(b, "ip xfrm state %s", remove ? "delete" : "add");
	put_ends(b, sa);
	buf_printf(b, " proto esp spi 0x%08x", (unsigned)sa->spi);
	if (remove) {
		buf_u8(b, '\n');
		return;
	}
	buf_printf(b, " mode %s reqid %u", mode_of(sa), (unsigned)sa->spi);
	put_replay(b, sa);
	put_algs(b, &sa->key);
	if (sa->mode == SA_UDP_ENC_TUN)
		buf_printf(b, " encap espinudp %u %u %s",
		    sa->outer_sport != 0 ? sa->outer_sport : PKT_PORT_NATT,
		    sa->outer_dport != 0 ? sa->outer_dport : PKT_PORT_NATT,
		    outer(&sa->outer_src, &sa->src)->family == 6 ? "::" :
		    "0.0.0.0");
	buf_str(b, " sel");
	put_selector(b, sa);
	put_ports(b, sa);
	if (sa->lifetime != 0)
		buf_printf(b, " limit time-hard %u", (unsigned)sa->lifetime);
	buf_u8(b, '\n');
}

/* An SA is for UDP and TCP alike (TS 33.203 7.1). */
static void
put_policy(struct buf *b, const struct sa *sa, const char *proto,
    const char *dir, bool remove)
{
	buf_printf(b, "ip xfrm policy %s", remove ? "delete" : "add");
	put_selector(b, sa);
	if (proto != NULL)
		buf_printf(b, " proto %s", proto);
	put_ports(b, sa);
	buf_printf(b, " dir %s", dir);
	if (!remove) {
		buf_str(b, " tmpl");
		put_ends(b, sa);
		buf_printf(b, " proto esp reqid %u mode %s", (unsigned)sa->spi,
		    mode_of(sa));
	}
	buf_u8(b, '\n');
}

static void
put_policies(struct buf *b, const struct sa *sa, const char *dir, bool remove)
{
	if (sa->sport == 0 && sa->dport == 0) {
		put_policy(b, sa, NULL, dir, remove);
		return;
	}
	put_policy(b, sa, "udp", dir, remove);
	put_policy(b, sa, "tcp", dir, remove);
}

int
sa_xfrm_write(struct buf *out, const struct sa *sa, const char *dir,
    bool remove)
{
	if (sa->src.family == 0 || sa->dst.family == 0)
		return ERR_FORMAT;
	if (!sa->has_key && !remove)
		return ERR_NOKEY;
	put_state(out, sa, remove);
	if (dir == NULL)
		return 0;
	put_policies(out, sa, dir, remove);
	/* A gateway hands on what comes out of the tunnel. */
	if (sa->mode == SA_TUN && strcmp(dir, "in") == 0)
		put_policies(out, sa, "fwd", remove);
	return 0;
}
