/* sa_xfrm_read: SAs out of what "ip xfrm state" shows. */
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "sa_int.h"

#define SAS		65536	/* read at once */

/* Of a policy: what its template says, and its ports. */
struct policy_id {
	struct pkt_addr	 src, dst;
	uint8_t		 zero[2];
	uint32_t	 reqid;
};

struct policy_ports {
	uint16_t	 sport, dport;
};

/* Two SAs that differ in nothing else are one, seen from its two ends. */
struct state_id {
	struct pkt_addr	 src, dst;
	uint16_t	 sport, dport;
	uint8_t		 zero[2];
	uint32_t	 spi;
	uint32_t	 alg, ealg;
	uint64_t	 keys;		/* hash */
};

struct reader {
	const struct sa_xfrm_to *to;
	struct table	*policies, *states;
	bool		 quiet;		/* the first pass */
	uint64_t	 line;
	struct pkt_addr	 src, dst;	/* of the block */
	uint16_t	 sport, dport;	/* of a policy's selector */
	bool		 policy;
	bool		 state;		/* the block has an SPI */
	bool		 good;
	bool		 ports;		/* its selector has them */
	uint32_t	 reqid;
	struct sa	 sa;
};

/* The next word of REST; false at the end of the line. */
static bool
word(struct slice *rest, struct slice *out)
{
	while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t' ||
	    rest->p[0] == ','))
		*rest = slice_from(*rest, 1);
	*out = slice_cut(rest, ' ');
	while (out->n > 0 && (out->p[out->n - 1] == ',' ||
	    out->p[out->n - 1] == '\r'))
		out->n--;
	return out->n > 0;
}

static void
bad(struct reader *r, int e, struct slice what)
{
	if (!r->quiet)
		r->to->bad(r->line, e, what, r->to->arg);
	if (e != ERR_LIMIT)
		r->good = false;
}

/* "0x00001001(4097)" and "4097(0x00001001)" have their number first. */
static void
number(struct reader *r, struct slice s, uint64_t max, uint64_t *out)
{
	int e = slice_number(slice_sub(s, 0, slice_chr(s, '(')), max, out);

	if (e < 0) {
		*out = 0;
		bad(r, e, s);
	}
}

/* An address, or a prefix that is one host's; else FAMILY is 0. */
static void
address(struct reader *r, struct slice s, struct pkt_addr *out)
{
	size_t slash = slice_chr(s, '/');
	struct slice prefix = slice_from(s, slash);

	if (pkt_addr_parse(out, slice_sub(s, 0, slash)) < 0) {
		memset(out, 0, sizeof(*out));
		bad(r, ERR_FORMAT, s);
	} else if (prefix.n > 0 &&
	    !slice_is(prefix, out->family == 6 ? "/128" : "/32"))
		memset(out, 0, sizeof(*out));
}

/* "src A dst B proto udp sport N dport N": a block's first line, or sel. */
static void
selector(struct reader *r, struct slice rest, struct pkt_addr *src,
    struct pkt_addr *dst, uint16_t port[2])
{
	struct slice name, value;
	uint64_t v;

	while (word(&rest, &name) && word(&rest, &value))
		if (slice_is(name, "src"))
			address(r, value, src);
		else if (slice_is(name, "dst"))
			address(r, value, dst);
		else if (slice_is(name, "sport") || slice_is(name, "dport")) {
			number(r, value, UINT16_MAX, &v);
			port[slice_is(name, "dport")] = (uint16_t)v;
		}
}

static void
take_sel(struct reader *r, struct slice rest)
{
	struct pkt_addr src = { 0 }, dst = { 0 };
	uint16_t port[2] = { 0, 0 };

	selector(r, rest, &src, &dst, port);
	r->sa.sport = port[0];
	r->sa.dport = port[1];
	r->ports = port[0] != 0 || port[1] != 0;
	if (r->sa.mode == SA_TRANS)
		return;
	r->sa.outer_src = r->src;
	r->sa.outer_dst = r->dst;
	r->sa.src = src;
	r->sa.dst = dst;
}

/* "proto esp spi 0x.. reqid N mode transport", of a state or a template. */
static void
take_id(struct reader *r, struct slice rest)
{
	struct slice name, value;
	uint64_t v;

	while (word(&rest, &name) && word(&rest, &value)) {
		int mode = SA_TRANS;

		if (slice_is(name, "spi")) {
			number(r, value, UINT32_MAX, &v);
			r->sa.spi = (uint32_t)v;
			if (v == 0 && !r->policy && r->good)
				bad(r, ERR_RANGE, value);
		} else if (slice_is(name, "reqid")) {
			number(r, value, UINT32_MAX, &v);
			r->reqid = (uint32_t)v;
		} else if (slice_is(name, "mode") &&
		    (mode = sa_mode_parse(value)) < 0)
			bad(r, ERR_ALG, value);
		else if (slice_is(name, "mode"))
			r->sa.mode = (enum sa_mode)mode;
		else if (!r->policy && slice_is(name, "proto") &&
		    !slice_is(value, "esp"))
			bad(r, ERR_ALG, value);
	}
	r->state = !r->policy;
}

/* A key in hex, or nothing of it when ip was told to hide it. */
static bool
take_key(struct reader *r, struct slice s, uint8_t *out, size_t *n)
{
	int got = slice_hex(s, out, ESP_KEY_MAX);

	if (slice_starts(s, "<<")) {
		r->sa.has_key = false;
		return false;
	}
	if (got < 0)
		bad(r, got == ERR_LIMIT ? ERR_RANGE : got, slice_str("key"));
	*n = got < 0 ? 0 : (size_t)got;
	return got >= 0;
}

/* The bits of an ICV, the last word of REST. */
static unsigned
icv_bits(struct slice rest, unsigned none)
{
	struct slice s;
	uint64_t v;

	while (word(&rest, &s))
		if (slice_decimal(s, 4096, &v) == 0 && s.p[0] != '(' &&
		    slice_trim(rest).n == 0)
			none = (unsigned)v;
	return none;
}

static void
take_auth(struct reader *r, struct slice rest, bool trunc)
{
	struct esp_key *k = &r->sa.key;
	struct slice name, key;
	unsigned bits;

	if (!word(&rest, &name) || !word(&rest, &key)) {
		bad(r, ERR_FORMAT, slice_str("auth"));
		return;
	}
	for (size_t i = 0; i < SA_XFRM_AUTHS; i++) {
		bits = trunc ? icv_bits(rest, 0) : 96;
		if (!slice_is(name, sa_xfrm_auths[i].name) ||
		    bits != sa_xfrm_auths[i].bits)
			continue;
		k->alg = sa_xfrm_auths[i].alg;
		if (take_key(r, key, k->auth, &k->auth_len) &&
		    !esp_alg_key_ok(k->alg, k->auth_len))
			bad(r, ERR_RANGE, slice_str("auth key"));
		/* The 32 zero bits of TS 33.203 annex I: the same HMAC. */
		if (k->alg == ESP_HMAC_SHA_1_96 && k->auth_len == 16)
			k->auth_len = 20;
		return;
	}
	bad(r, ERR_ALG, name);
}

static void
take_enc(struct reader *r, struct slice rest)
{
	struct esp_key *k = &r->sa.key;
	struct slice name, key;

	(void)word(&rest, &name);
	for (size_t i = 0; i < SA_XFRM_ENCS; i++) {
		if (!slice_is(name, sa_xfrm_encs[i].name))
			continue;
		k->ealg = sa_xfrm_encs[i].ealg;
		if (k->ealg == ESP_NULL)
			return;
		if (!word(&rest, &key))
			key = slice_of(NULL, 0);
		if (take_key(r, key, k->enc, &k->enc_len) &&
		    !esp_ealg_key_ok(k->ealg, k->enc_len))
			bad(r, ERR_RANGE, slice_str("enc key"));
		return;
	}
	bad(r, ERR_ALG, name);
}

static void
take_aead(struct reader *r, struct slice rest)
{
	struct esp_key *k = &r->sa.key;
	struct slice name, key;
	bool gcm, gmac;
	uint8_t *p;
	size_t *n;

	(void)word(&rest, &name);
	(void)word(&rest, &key);
	gcm = slice_is(name, SA_XFRM_GCM);
	gmac = slice_is(name, SA_XFRM_GMAC);
	if ((!gcm && !gmac) || icv_bits(rest, 0) != 128) {
		bad(r, ERR_ALG, name);
		return;
	}
	k->alg = gcm ? ESP_AUTH_NULL : ESP_AES_GMAC;
	k->ealg = gcm ? ESP_AES_GCM : ESP_NULL;
	p = gcm ? k->enc : k->auth;
	n = gcm ? &k->enc_len : &k->auth_len;
	if (!take_key(r, key, p, n))
		return;
	if (*n <= ESP_SALT || !esp_alg_key_ok(ESP_AES_GMAC, *n - ESP_SALT)) {
		bad(r, ERR_RANGE, slice_str("aead key"));
		return;
	}
	*n -= ESP_SALT;
	memcpy(k->salt, p + *n, ESP_SALT);
	memset(p + *n, 0, ESP_SALT);
}

/* "seq 0x0, oseq 0x4" and "seq-hi 0x0": the higher of both directions. */
static void
take_seq(struct reader *r, struct slice rest)
{
	uint64_t low[2] = { 0, 0 }, high[2] = { 0, 0 }, v;
	struct slice name, value;

	while (word(&rest, &name) && word(&rest, &value)) {
		if (slice_number(value, UINT32_MAX, &v) < 0)
			continue;
		if (slice_is(name, "seq"))
			low[0] = v;
		else if (slice_is(name, "oseq"))
			low[1] = v;
		else if (slice_is(name, "seq-hi"))
			high[0] = v;
		else if (slice_is(name, "oseq-hi"))
			high[1] = v;
	}
	for (int i = 0; i < 2; i++)
		if ((high[i] << 32 | low[i]) > r->sa.seq)
			r->sa.seq = high[i] << 32 | low[i];
}

/* "encap type espinudp sport 4500 dport 4500 addr 0.0.0.0" */
static void
take_encap(struct reader *r, struct slice rest)
{
	struct pkt_addr none;
	uint16_t port[2] = { 0, 0 };

	if (slice_find(rest, slice_str("espinudp")) == rest.n) {
		bad(r, ERR_ALG, slice_trim(rest));
		return;
	}
	selector(r, slice_from(rest, slice_find(rest, slice_str("sport"))),
	    &none, &none, port);
	r->sa.outer_sport = port[0];
	r->sa.outer_dport = port[1];
	if (r->sa.mode == SA_TUN)
		r->sa.mode = SA_UDP_ENC_TUN;
	else
		bad(r, ERR_LIMIT, slice_str("encap in transport mode"));
}

/* "expire add: soft 0(sec), hard 3600(sec)" */
static void
take_lifetime(struct reader *r, struct slice rest)
{
	size_t at = slice_find(rest, slice_str("hard "));
	struct slice s = slice_from(rest, at + 5);
	uint64_t v;

	if (slice_decimal(slice_sub(s, 0, slice_chr(s, '(')), UINT32_MAX,
	    &v) == 0)
		r->sa.lifetime = (uint32_t)v;
}

static void
take_replay(struct reader *r, struct slice rest)
{
	struct slice s;

	while (word(&rest, &s))
		if (slice_is(s, "esn"))
			r->sa.key.esn = true;
}

static void
end_policy(struct reader *r)
{
	struct policy_ports *p;
	struct policy_id id;

	memset(&id, 0, sizeof(id));
	id.src = r->src;
	id.dst = r->dst;
	id.reqid = r->reqid;
	if (r->reqid == 0 || (r->sport == 0 && r->dport == 0) ||
	    (p = table_put(r->policies, &id, 0)) == NULL)
		return;
	p->sport = r->sport;
	p->dport = r->dport;
}

static void
ports_of_policy(struct reader *r)
{
	struct policy_ports *p;
	struct policy_id id;

	memset(&id, 0, sizeof(id));
	id.src = r->src;
	id.dst = r->dst;
	id.reqid = r->reqid;
	if (r->ports || (p = table_get(r->policies, &id)) == NULL)
		return;
	r->sa.sport = p->sport;
	r->sa.dport = p->dport;
}

/* Lines that do not go together, each of which was good. */
static bool
whole(struct reader *r)
{
	const struct esp_key *k = &r->sa.key;

	if (r->sa.spi != 0 && (!r->sa.has_key ||
	    (esp_alg_key_ok(k->alg, k->auth_len) &&
	    esp_ealg_key_ok(k->ealg, k->enc_len))))
		return true;
	r->line--;
	bad(r, ERR_FORMAT, slice_str(r->sa.spi == 0 ? "state without spi" :
	    "algorithms of the state before"));
	r->line++;
	return false;
}

static int
end_state(struct reader *r)
{
	const struct esp_key *k = &r->sa.key;
	struct state_id id;
	struct sa *was;
	uint64_t seq;

	if (!r->state || !r->good || !whole(r))
		return 0;
	ports_of_policy(r);
	memset(&id, 0, sizeof(id));
	id.src = r->src;
	id.dst = r->dst;
	id.sport = r->sa.sport;
	id.dport = r->sa.dport;
	id.spi = r->sa.spi;
	id.alg = k->alg;
	id.ealg = k->ealg;
	id.keys = slice_hash(slice_hash(slice_hash(0,
	    slice_of(k->auth, k->auth_len)), slice_of(k->enc, k->enc_len)),
	    slice_of(k->salt, ESP_SALT));
	was = table_get(r->states, &id);
	seq = was != NULL ? was->seq : 0;
	if (was == NULL)
		was = table_put(r->states, &id, 0);
	if (was == NULL)
		return ERR_MEM;
	*was = r->sa;
	if (seq > was->seq)
		was->seq = seq;
	return 0;
}

static int
end_block(struct reader *r, bool policies)
{
	int e = 0;

	if (policies && r->policy)
		end_policy(r);
	else if (!policies && !r->policy)
		e = end_state(r);
	r->state = r->policy = false;
	return e;
}

static void
begin_block(struct reader *r, struct slice rest)
{
	uint16_t port[2] = { 0, 0 };

	memset(&r->sa, 0, sizeof(r->sa));
	memset(&r->src, 0, sizeof(r->src));
	memset(&r->dst, 0, sizeof(r->dst));
	r->sa.role = -1;
	r->sa.has_key = true;
	r->good = true;
	r->state = r->policy = r->ports = false;
	r->reqid = 0;
	selector(r, rest, &r->src, &r->dst, port);
	r->sport = port[0];
	r->dport = port[1];
	r->sa.src = r->src;
	r->sa.dst = r->dst;
}

/* A line inside a block, by its first word NAME. */
static void
inside(struct reader *r, struct slice name, struct slice rest)
{
	struct slice second = rest, first;

	(void)word(&second, &first);
	if (slice_is(name, "dir"))
		r->policy = true;
	else if (slice_is(name, "tmpl") && r->policy) {
		uint16_t port[2];

		selector(r, rest, &r->src, &r->dst, port);
	} else if (slice_is(name, "proto")) {
		struct slice all = slice_of(name.p, (size_t)(rest.p + rest.n -
		    name.p));

		take_id(r, all);
	} else if (r->policy)
		return;
	else if (slice_is(name, "auth-trunc") || slice_is(name, "auth"))
		take_auth(r, rest, name.n > 4);
	else if (slice_is(name, "enc"))
		take_enc(r, rest);
	else if (slice_is(name, "aead"))
		take_aead(r, rest);
	else if (slice_is(name, "encap"))
		take_encap(r, rest);
	else if (slice_is(name, "sel"))
		take_sel(r, rest);
	else if (slice_is(name, "replay-window"))
		take_replay(r, rest);
	else if (slice_is(name, "anti-replay"))
		take_seq(r, slice_from(second, 0));
	else if (slice_is(name, "seq-hi"))
		take_seq(r, slice_of(name.p,
		    (size_t)(rest.p + rest.n - name.p)));
	else if (slice_is(name, "expire") && slice_is(first, "add:"))
		take_lifetime(r, second);
}

/* All lines of TEXT, once for the policies and once for the states. */
static int
pass(struct reader *r, struct slice text, bool policies)
{
	struct slice line, rest, name;
	bool block = false;
	int e = 0;

	r->quiet = policies;
	for (r->line = 1; text.n > 0 && e >= 0; r->line++) {
		line = rest = slice_cut(&text, '\n');
		if (!word(&rest, &name) || name.p[0] == '#')
			continue;
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (block)
				inside(r, name, rest);
			continue;
		}
		e = end_block(r, policies);
		if ((block = slice_is(name, "src")))
			begin_block(r, line);
		else if (!slice_starts(name, "Xfrm"))	/* xfrm_stat */
			bad(r, ERR_FORMAT, name);
	}
	return e < 0 ? e : end_block(r, policies);
}

static void
wipe(void *val, void *arg)
{
	(void)arg;
	crypt_wipe(val, sizeof(struct sa));
}

int
sa_xfrm_read(struct slice text, const struct sa_xfrm_to *to)
{
	struct reader r = { .to = to };
	struct sa *sa = NULL;
	int e = ERR_MEM, n = 0;

	r.policies = table_new(sizeof(struct policy_id),
	    sizeof(struct policy_ports), SAS, NULL, NULL);
	r.states = table_new(sizeof(struct state_id), sizeof(struct sa), SAS,
	    wipe, NULL);
	if (r.policies != NULL && r.states != NULL &&
	    (e = pass(&r, text, true)) >= 0)
		e = pass(&r, text, false);
	while (e >= 0 && (sa = table_next(r.states, sa)) != NULL) {
		to->sa(sa, to->arg);
		n++;
	}
	table_free(r.policies);
	table_free(r.states);
	crypt_wipe(&r, sizeof(r));
	return e < 0 ? e : n;
}
