/* rec: structs to JSON lines, written straight into a buffer. */
#include <endian.h>
#include <limits.h>
#include <string.h>

#include "err.h"
#include "rec_int.h"

#define ONES	0x0101010101010101ULL
#define HIGHS	0x8080808080808080ULL

/*
 * Control characters take six octets of JSON: a text longer than this is
 * written in base64, so that every record fits into REC_LINE_MAX.
 */
#define TEXT_MAX	(REC_LINE_MAX / 8)

/* The letter behind the backslash (RFC 8259 7), 0 for what stands as it is. */
static const uint8_t escapes[256] = {
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	['"'] = '"', ['\\'] = '\\',
};

/* The high bit of the first octet of W that is zero, and of some behind it. */
static uint64_t
zeros(uint64_t w)
{
	return (w - ONES) & ~w & HIGHS;
}

/* A bit for each of the eight octets at P that needs escaping, or nearly so. */
static uint64_t
specials(const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	w = le64toh(w);		/* the first octet is the lowest */
	return ((w - ONES * 0x20) & ~w & HIGHS) |
	    zeros(w ^ ONES * '"') | zeros(w ^ ONES * '\\');
}

static size_t
escape_one(uint8_t *to, uint8_t c)
{
	static const char digit[] = "0123456789abcdef";

	to[0] = '\\';
	to[1] = escapes[c];
	if (to[1] != 'u')
		return 2;
	to[2] = to[3] = '0';
	to[4] = (uint8_t)digit[c >> 4];
	to[5] = (uint8_t)digit[c & 15];
	return 6;
}

/* The inside of a JSON string; S is valid UTF-8. */
static void
escape(struct buf *out, struct slice s)
{
	uint8_t to[1024];
	size_t i = 0, n = 0, run;
	uint64_t bits;

	while (i < s.n) {
		if (n > sizeof(to) - 16) {
			buf_add(out, to, n);
			n = 0;
		}
		if (s.n - i >= 8) {
			memcpy(to + n, s.p + i, 8);
			if ((bits = specials(s.p + i)) == 0) {
				i += 8;
				n += 8;
				continue;
			}
			run = (size_t)__builtin_ctzll(bits) / 8;
			i += run;
			n += run;
		}
		if (escapes[s.p[i]] == 0)
			to[n++] = s.p[i++];
		else
			n += escape_one(to + n, s.p[i++]);
	}
	buf_add(out, to, n);
}

static void
open_record(struct buf *out, const char *type)
{
	buf_str(out, "{\"type\":\"");
	buf_str(out, type);
	buf_u8(out, '"');
}

static void
close_record(struct buf *out)
{
	buf_add(out, "}\n", 2);
}

static void
key_of(struct buf *out, const char *name, const char *suffix)
{
	buf_add(out, ",\"", 2);
	buf_str(out, name);
	buf_str(out, suffix);
	buf_add(out, "\":", 2);
}

static void
key(struct buf *out, const char *name)
{
	size_t n = strlen(name);
	uint8_t *p = buf_room(out, n + 4);

	if (p == NULL)
		return;
	p[0] = ',';
	p[1] = '"';
	memcpy(p + 2, name, n);
	p[n + 2] = '"';
	p[n + 3] = ':';
}

static void
number(struct buf *out, const char *name, uint64_t v)
{
	key(out, name);
	buf_decimal(out, v);
}

static void
number_if(struct buf *out, const char *name, uint64_t v)
{
	if (v != 0)
		number(out, name, v);
}

/* A word of our own, which needs no escaping. */
static void
word(struct buf *out, const char *name, const char *s)
{
	key(out, name);
	buf_u8(out, '"');
	buf_str(out, s);
	buf_u8(out, '"');
}

static void
text(struct buf *out, const char *name, struct slice s)
{
	bool plain = s.n <= TEXT_MAX && slice_utf8(s);

	if (plain)
		key(out, name);
	else
		key_of(out, name, "_b64");
	buf_u8(out, '"');
	if (plain)
		escape(out, s);
	else
		buf_base64(out, s);
	buf_u8(out, '"');
}

void
rec_put_text(struct buf *out, const char *name, struct slice s)
{
	text(out, name, s);
}

static void
text_if(struct buf *out, const char *name, struct slice s)
{
	if (s.n > 0)
		text(out, name, s);
}

static void
hex(struct buf *out, const char *name, struct slice s)
{
	key(out, name);
	buf_u8(out, '"');
	buf_hex(out, s);
	buf_u8(out, '"');
}

static void
truth_if(struct buf *out, const char *name, bool v)
{
	if (v) {
		key(out, name);
		buf_add(out, "true", 4);
	}
}

static void
time_of(struct buf *out, uint64_t ns)
{
	uint64_t part = ns % 1000000000;
	uint8_t d[11];

	d[0] = '.';
	for (size_t i = 9; i > 0; i--) {
		d[i] = (uint8_t)('0' + part % 10);
		part /= 10;
	}
	d[10] = '"';
	key(out, "time");
	buf_u8(out, '"');
	buf_decimal(out, ns / 1000000000);
	buf_add(out, d, sizeof(d));
}

static void
address_if(struct buf *out, const char *name, const struct pkt_addr *a)
{
	char s[PKT_ADDR_TEXT];

	if (a->family != 0)
		word(out, name, pkt_addr_text(a, s));
}

static void
frames_if(struct buf *out, const struct frag_frames *f)
{
	size_t n = f->count < FRAG_FRAMES ? f->count : FRAG_FRAMES;

	if (f->count < 2)
		return;
	key(out, "frames");
	for (size_t i = 0; i < n; i++) {
		buf_u8(out, i == 0 ? '[' : ',');
		buf_decimal(out, f->frame[i]);
	}
	buf_u8(out, ']');
}

/* When, and in which frames. */
static void
when(struct buf *out, const struct flow_where *w)
{
	if (w->timed)
		time_of(out, w->time_ns);
	text_if(out, "file", w->file);
	number_if(out, "frame", w->frame);
	frames_if(out, &w->frames);
}

static void
where(struct buf *out, const struct flow_where *w)
{
	when(out, w);
	address_if(out, "src", &w->src);
	number_if(out, "sport", w->sport);
	address_if(out, "dst", &w->dst);
	number_if(out, "dport", w->dport);
	if (w->transport != FLOW_NONE)
		word(out, "transport", flow_transport_name(w->transport));
}

/* The username of the credentials in H, empty if there is none. */
static struct slice
username(const struct sip_msg *m, enum sip_h h)
{
	struct slice scheme, params, name;

	if (sip_auth(sip_value(m, h), &scheme, &params) < 0 ||
	    !sip_param(params, ',', "username", &name))
		return slice_of(NULL, 0);
	return name;
}

/* What people filter on. */
static void
summary(struct buf *out, const struct sip_msg *m)
{
	struct slice impi = username(m, SIP_H_AUTHORIZATION);

	if (impi.n == 0)
		impi = username(m, SIP_H_PROXY_AUTHORIZATION);
	if (m->request)
		text(out, "method", m->method);
	else if (m->status != UINT_MAX)
		number(out, "status", m->status);
	text_if(out, "call_id", sip_value(m, SIP_H_CALL_ID));
	text_if(out, "cseq", sip_value(m, SIP_H_CSEQ));
	text_if(out, "impi", impi);
}

static void
summary_of(struct buf *out, struct slice message)
{
	struct sip_msg m;

	if (sip_parse(&m, message) == 0)
		summary(out, &m);
}

static void
protection(struct buf *out, const struct flow_protection *p)
{
	key(out, "protection");
	buf_str(out, "{\"spi\":");
	buf_decimal(out, p->spi);
	number(out, "seq", p->seq);
	if (p->known) {
		word(out, "alg", esp_alg_name(p->alg));
		word(out, "ealg", esp_ealg_name(p->ealg));
	}
	if (p->icv != FLOW_ICV_NONE)
		word(out, "icv", flow_icv_name(p->icv));
	buf_u8(out, '}');
}

void
rec_write_sip(struct buf *out, const struct flow_sip *s, bool duplicate)
{
	open_record(out, "sip");
	where(out, &s->where);
	if (s->msg != NULL)
		summary(out, s->msg);
	else
		summary_of(out, s->message);
	truth_if(out, "cut", s->cut);
	truth_if(out, "duplicate", duplicate);
	if (s->protection.on)
		protection(out, &s->protection);
	text(out, "message", s->message);
	close_record(out);
}

void
rec_write_packet(struct buf *out, const struct flow_packet *p)
{
	open_record(out, "packet");
	where(out, &p->where);
	truth_if(out, "cut", p->cut);
	truth_if(out, "duplicate", p->copy);
	if (p->protection.on)
		protection(out, &p->protection);
	hex(out, "packet", p->packet);
	close_record(out);
}

void
rec_write_esp(struct buf *out, const struct flow_esp *e)
{
	open_record(out, "esp");
	where(out, &e->where);
	number(out, "spi", e->spi);
	number(out, "seq", e->seq);
	number(out, "len", e->len);
	word(out, "reason", err_name(e->reason));
	if (e->reason == ERR_AUTH)
		word(out, "icv", flow_icv_name(FLOW_ICV_BAD));
	close_record(out);
}

void
rec_write_gap(struct buf *out, const struct flow_gap *g)
{
	open_record(out, "gap");
	where(out, &g->where);
	number(out, "octets", g->octets);
	close_record(out);
}

static void
sa_keys(struct buf *out, const struct esp_key *k)
{
	if (k->auth_len > 0)
		hex(out, "auth_key", slice_of(k->auth, k->auth_len));
	if (k->enc_len > 0)
		hex(out, "enc_key", slice_of(k->enc, k->enc_len));
	if (k->alg == ESP_AES_GMAC || k->ealg == ESP_AES_GCM)
		hex(out, "salt", slice_of(k->salt, ESP_SALT));
}

void
rec_write_sa(struct buf *out, const struct sa *sa, bool secrets)
{
	open_record(out, "sa");
	if (sa->time_ns != 0)
		time_of(out, sa->time_ns);
	number_if(out, "frame", sa->frame);
	text_if(out, "impi", slice_str(sa->impi));
	address_if(out, "src", &sa->src);
	number_if(out, "sport", sa->sport);
	address_if(out, "dst", &sa->dst);
	number_if(out, "dport", sa->dport);
	number(out, "spi", sa->spi);
	word(out, "mode", sa_mode_name(sa->mode));
	address_if(out, "outer_src", &sa->outer_src);
	number_if(out, "outer_sport", sa->outer_sport);
	address_if(out, "outer_dst", &sa->outer_dst);
	number_if(out, "outer_dport", sa->outer_dport);
	word(out, "alg", esp_alg_name(sa->key.alg));
	word(out, "ealg", esp_ealg_name(sa->key.ealg));
	if (secrets && sa->has_key)
		sa_keys(out, &sa->key);
	truth_if(out, "esn", sa->key.esn);
	number_if(out, "set", sa->set);
	if (sa->state != SA_STATE_NONE)
		word(out, "state", sa_state_name(sa->state));
	if (sa->role >= 0)
		word(out, "role", sa_role_name((enum sa_role)sa->role));
	number_if(out, "lifetime", sa->lifetime);
	number_if(out, "seq", sa->seq);
	close_record(out);
}

static void
hex_if(struct buf *out, const char *name, const uint8_t *p, size_t n)
{
	if (n > 0)
		hex(out, name, slice_of(p, n));
}

/* What -x adds. */
static void
long_term(struct buf *out, const uint8_t *ak, const struct aka_key *k)
{
	if (ak != NULL)
		hex(out, "ak", slice_of(ak, AKA_AK));
	if (k == NULL)
		return;
	hex(out, "k", slice_of(k->k, k->k_len));
	if (k->alg != AKA_XOR)
		hex(out, "opc", slice_of(k->opc,
		    k->alg == AKA_TUAK ? 32 : 16));
}

/* RFC 3310 3.2 */
static void
nonce_of(struct buf *out, const struct rec_vector *v)
{
	uint8_t o[AKA_RAND + REC_AUTN_MAX + 256];
	size_t n = AKA_RAND + v->autn_len;
	struct slice more = slice_sub(v->server_data, 0, 256);

	memcpy(o, v->rand, AKA_RAND);
	memcpy(o + AKA_RAND, v->autn, v->autn_len);
	if (more.n > 0)
		memcpy(o + n, more.p, more.n);
	key(out, "nonce");
	buf_u8(out, '"');
	buf_base64(out, slice_of(o, n + more.n));
	buf_u8(out, '"');
}

void
rec_write_vector(struct buf *out, const struct rec_vector *v)
{
	open_record(out, "vector");
	text_if(out, "impi", v->impi);
	hex(out, "rand", slice_of(v->rand, AKA_RAND));
	hex_if(out, "autn", v->autn, v->autn_len);
	hex_if(out, "xres", v->xres, v->xres_len);
	if (v->has_keys) {
		hex(out, "ck", slice_of(v->ck, v->ck_len));
		hex(out, "ik", slice_of(v->ik, v->ik_len));
	}
	if (v->autn_len > 0)
		nonce_of(out, v);
	if (v->has_sqn)
		hex(out, "sqn", slice_of(v->sqn, AKA_SQN));
	if (v->has_amf)
		hex(out, "amf", slice_of(v->amf, AKA_AMF));
	long_term(out, v->ak, v->key);
	close_record(out);
}

static void
whys(struct buf *out, const struct rec_answer *a)
{
	if (a->n_why == 0)
		return;
	key(out, "why");
	for (size_t i = 0; i < a->n_why; i++) {
		buf_str(out, i == 0 ? "[\"" : ",\"");
		escape(out, a->why[i]);
		buf_u8(out, '"');
	}
	buf_u8(out, ']');
}

void
rec_write_answer(struct buf *out, const struct rec_answer *a)
{
	open_record(out, "answer");
	if (a->where != NULL)
		where(out, a->where);
	text_if(out, "impi", a->impi);
	text_if(out, "about", a->about);
	if (a->has_rand)
		hex(out, "rand", slice_of(a->rand, AKA_RAND));
	hex_if(out, "autn", a->autn, a->autn_len);
	text_if(out, "nonce", a->nonce);
	hex_if(out, "res", a->res, a->res_len);
	hex_if(out, "ck", a->ck, a->ck_len);
	hex_if(out, "ik", a->ik, a->ik_len);
	if (a->has_sqn)
		hex(out, "sqn", slice_of(a->sqn, AKA_SQN));
	if (a->has_sqn_ms)
		hex(out, "sqn_ms", slice_of(a->sqn_ms, AKA_SQN));
	hex_if(out, "auts", a->auts, a->auts_len);
	text_if(out, "authorization", a->authorization);
	text_if(out, "verdict", a->verdict);
	text_if(out, "message", a->message);
	whys(out, a);
	long_term(out, a->ak, a->key);
	close_record(out);
}

void
rec_write_stat(struct buf *out, const char *tool, const struct flow_account *a)
{
	open_record(out, "stat");
	word(out, "tool", tool);
	number(out, "frames", a->frames);
	number(out, "sip", a->sip);
	number(out, "sip_part", a->part);
	number(out, "esp", a->esp);
	number(out, "duplicate", a->duplicate);
	number(out, "other", a->other);
	number(out, "damaged", a->damaged);
	number(out, "messages", a->messages);
	number(out, "cut", a->cut);
	number(out, "gaps", a->gaps);
	number(out, "esp_opened", a->esp_opened);
	number(out, "esp_checked", a->esp_checked);
	number(out, "evicted", a->evicted);
	close_record(out);
}

static void
end_point(struct buf *out, const struct pkt_addr *a, uint16_t port)
{
	char s[PKT_ADDR_TEXT];

	if (a->family == 6)
		buf_u8(out, '[');
	buf_str(out, pkt_addr_text(a, s));
	if (a->family == 6)
		buf_u8(out, ']');
	if (port != 0) {
		buf_u8(out, ':');
		buf_decimal(out, port);
	}
}

static void
source_if(struct buf *out, const struct flow_where *w)
{
	if (w->src.family == 0 || w->dst.family == 0)
		return;
	key(out, "source");
	buf_u8(out, '"');
	end_point(out, &w->src, w->sport);
	buf_str(out, " > ");
	end_point(out, &w->dst, w->dport);
	buf_u8(out, '"');
}

void
rec_write_finding(struct buf *out, const struct audit_finding *f)
{
	open_record(out, "finding");
	if (f->where != NULL)
		when(out, f->where);
	word(out, "rule", f->rule->id);
	word(out, "level", audit_level_name(f->level));
	text(out, "message", f->message);
	text_if(out, "clause", slice_str(f->rule->clause));
	if (f->where != NULL)
		source_if(out, f->where);
	text_if(out, "call_id", f->call_id);
	text_if(out, "impi", f->impi);
	close_record(out);
}
