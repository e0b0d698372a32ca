/* rec: structs to JSON lines, written straight into a buffer. */
#include <limits.h>
#include <string.h>

#include "err.h"
#include "rec_int.h"

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
		rec_put_text(out, "method", m->method);
	else if (m->status != UINT_MAX)
		rec_put_number(out, "status", m->status);
	rec_put_text_if(out, "call_id", sip_value(m, SIP_H_CALL_ID));
	rec_put_text_if(out, "cseq", sip_value(m, SIP_H_CSEQ));
	rec_put_text_if(out, "impi", impi);
}

void
rec_put_summary(struct buf *out, struct slice message)
{
	struct sip_msg m;

	if (sip_parse(&m, message) == 0)
		summary(out, &m);
}

static void
protection(struct buf *out, const struct flow_protection *p)
{
	rec_put_key(out, "protection");
	buf_str(out, "{\"spi\":");
	buf_decimal(out, p->spi);
	rec_put_number(out, "seq", p->seq);
	if (p->known) {
		rec_put_word(out, "alg", esp_alg_name(p->alg));
		rec_put_word(out, "ealg", esp_ealg_name(p->ealg));
	}
	if (p->icv != FLOW_ICV_NONE)
		rec_put_word(out, "icv", flow_icv_name(p->icv));
	rec_put_hex_if(out, "iv", p->iv, p->iv_len);
	buf_u8(out, '}');
}

void
rec_write_sip(struct buf *out, const struct flow_sip *s, bool duplicate)
{
	rec_put_open(out, "sip");
	rec_put_where(out, &s->where);
	if (s->msg != NULL)
		summary(out, s->msg);
	else
		rec_put_summary(out, s->message);
	rec_put_truth_if(out, "cut", s->cut);
	rec_put_truth_if(out, "duplicate", duplicate);
	if (s->protection.on)
		protection(out, &s->protection);
	rec_put_text(out, "message", s->message);
	rec_put_close(out);
}

void
rec_write_packet(struct buf *out, const struct flow_packet *p)
{
	rec_put_open(out, "packet");
	rec_put_where(out, &p->where);
	rec_put_truth_if(out, "cut", p->cut);
	rec_put_truth_if(out, "duplicate", p->copy);
	if (p->protection.on)
		protection(out, &p->protection);
	rec_put_hex(out, "packet", p->packet);
	rec_put_close(out);
}

void
rec_write_esp(struct buf *out, const struct flow_esp *e)
{
	rec_put_open(out, "esp");
	rec_put_where(out, &e->where);
	rec_put_number(out, "spi", e->spi);
	rec_put_number(out, "seq", e->seq);
	rec_put_number(out, "len", e->len);
	rec_put_word(out, "reason", err_name(e->reason));
	if (e->reason == ERR_AUTH)
		rec_put_word(out, "icv", flow_icv_name(FLOW_ICV_BAD));
	rec_put_close(out);
}

void
rec_write_gap(struct buf *out, const struct flow_gap *g)
{
	rec_put_open(out, "gap");
	rec_put_where(out, &g->where);
	rec_put_number(out, "octets", g->octets);
	rec_put_close(out);
}

static void
sa_keys(struct buf *out, const struct esp_key *k)
{
	if (k->auth_len > 0)
		rec_put_hex(out, "auth_key", slice_of(k->auth, k->auth_len));
	if (k->enc_len > 0)
		rec_put_hex(out, "enc_key", slice_of(k->enc, k->enc_len));
	if (k->alg == ESP_AES_GMAC || k->ealg == ESP_AES_GCM)
		rec_put_hex(out, "salt", slice_of(k->salt, ESP_SALT));
}

void
rec_write_sa(struct buf *out, const struct sa *sa, bool secrets)
{
	rec_put_open(out, "sa");
	if (sa->time_ns != 0)
		rec_put_time(out, sa->time_ns);
	rec_put_number_if(out, "frame", sa->frame);
	rec_put_text_if(out, "impi", slice_str(sa->impi));
	rec_put_address_if(out, "src", &sa->src);
	rec_put_number_if(out, "sport", sa->sport);
	rec_put_address_if(out, "dst", &sa->dst);
	rec_put_number_if(out, "dport", sa->dport);
	rec_put_number(out, "spi", sa->spi);
	rec_put_word(out, "mode", sa_mode_name(sa->mode));
	rec_put_address_if(out, "outer_src", &sa->outer_src);
	rec_put_number_if(out, "outer_sport", sa->outer_sport);
	rec_put_address_if(out, "outer_dst", &sa->outer_dst);
	rec_put_number_if(out, "outer_dport", sa->outer_dport);
	rec_put_word(out, "alg", esp_alg_name(sa->key.alg));
	rec_put_word(out, "ealg", esp_ealg_name(sa->key.ealg));
	if (secrets && sa->has_key)
		sa_keys(out, &sa->key);
	rec_put_truth_if(out, "esn", sa->key.esn);
	rec_put_number_if(out, "set", sa->set);
	if (sa->state != SA_STATE_NONE)
		rec_put_word(out, "state", sa_state_name(sa->state));
	if (sa->role >= 0)
		rec_put_word(out, "role", sa_role_name((enum sa_role)sa->role));
	rec_put_number_if(out, "lifetime", sa->lifetime);
	rec_put_number_if(out, "seq", sa->seq);
	rec_put_close(out);
}

/* What -x adds. */
static void
long_term(struct buf *out, const uint8_t *ak, const struct aka_key *k)
{
	if (ak != NULL)
		rec_put_hex(out, "ak", slice_of(ak, AKA_AK));
	if (k == NULL)
		return;
	rec_put_hex(out, "k", slice_of(k->k, k->k_len));
	if (k->alg != AKA_XOR)
		rec_put_hex(out, "opc", slice_of(k->opc,
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
	rec_put_key(out, "nonce");
	buf_u8(out, '"');
	buf_base64(out, slice_of(o, n + more.n));
	buf_u8(out, '"');
}

void
rec_write_vector(struct buf *out, const struct rec_vector *v)
{
	rec_put_open(out, "vector");
	rec_put_text_if(out, "impi", v->impi);
	rec_put_hex(out, "rand", slice_of(v->rand, AKA_RAND));
	rec_put_hex_if(out, "autn", v->autn, v->autn_len);
	rec_put_hex_if(out, "xres", v->xres, v->xres_len);
	if (v->has_keys) {
		rec_put_hex(out, "ck", slice_of(v->ck, v->ck_len));
		rec_put_hex(out, "ik", slice_of(v->ik, v->ik_len));
	}
	if (v->autn_len > 0)
		nonce_of(out, v);
	if (v->has_sqn)
		rec_put_hex(out, "sqn", slice_of(v->sqn, AKA_SQN));
	if (v->has_amf)
		rec_put_hex(out, "amf", slice_of(v->amf, AKA_AMF));
	long_term(out, v->ak, v->key);
	rec_put_close(out);
}

static void
whys(struct buf *out, const struct rec_answer *a)
{
	if (a->n_why == 0)
		return;
	rec_put_key(out, "why");
	for (size_t i = 0; i < a->n_why; i++) {
		buf_str(out, i == 0 ? "[\"" : ",\"");
		rec_put_inside(out, a->why[i]);
		buf_u8(out, '"');
	}
	buf_u8(out, ']');
}

void
rec_write_answer(struct buf *out, const struct rec_answer *a)
{
	rec_put_open(out, "answer");
	if (a->where != NULL)
		rec_put_where(out, a->where);
	rec_put_text_if(out, "impi", a->impi);
	rec_put_text_if(out, "about", a->about);
	if (a->has_rand)
		rec_put_hex(out, "rand", slice_of(a->rand, AKA_RAND));
	rec_put_hex_if(out, "autn", a->autn, a->autn_len);
	rec_put_text_if(out, "nonce", a->nonce);
	rec_put_hex_if(out, "res", a->res, a->res_len);
	rec_put_hex_if(out, "ck", a->ck, a->ck_len);
	rec_put_hex_if(out, "ik", a->ik, a->ik_len);
	if (a->has_sqn)
		rec_put_hex(out, "sqn", slice_of(a->sqn, AKA_SQN));
	if (a->has_sqn_ms)
		rec_put_hex(out, "sqn_ms", slice_of(a->sqn_ms, AKA_SQN));
	rec_put_hex_if(out, "auts", a->auts, a->auts_len);
	rec_put_text_if(out, "authorization", a->authorization);
	rec_put_text_if(out, "verdict", a->verdict);
	rec_put_text_if(out, "message", a->message);
	whys(out, a);
	long_term(out, a->ak, a->key);
	rec_put_close(out);
}

void
rec_write_stat(struct buf *out, const char *tool, const struct flow_account *a)
{
	rec_put_open(out, "stat");
	rec_put_word(out, "tool", tool);
	rec_put_number(out, "frames", a->frames);
	rec_put_number(out, "sip", a->sip);
	rec_put_number(out, "sip_part", a->part);
	rec_put_number(out, "esp", a->esp);
	rec_put_number(out, "duplicate", a->duplicate);
	rec_put_number(out, "other", a->other);
	rec_put_number(out, "damaged", a->damaged);
	rec_put_number(out, "messages", a->messages);
	rec_put_number(out, "cut", a->cut);
	rec_put_number(out, "gaps", a->gaps);
	rec_put_number(out, "esp_opened", a->esp_opened);
	rec_put_number(out, "esp_checked", a->esp_checked);
	rec_put_number(out, "evicted", a->evicted);
	rec_put_close(out);
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

void
rec_put_source(struct buf *out, const struct flow_where *w)
{
	if (w->src.family == 0 || w->dst.family == 0)
		return;
	rec_put_key(out, "source");
	buf_u8(out, '"');
	end_point(out, &w->src, w->sport);
	buf_str(out, " > ");
	end_point(out, &w->dst, w->dport);
	buf_u8(out, '"');
}
