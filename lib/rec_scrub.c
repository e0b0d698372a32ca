/* rec_scrub: subscribers written, and the account of a scrub. */
#include <string.h>

#include "rec_int.h"

static void
lengths(struct buf *out, const struct aka_key *k)
{
	rec_put_number(out, "mac_len", k->mac_len);
	rec_put_number(out, "res_len", k->res_len);
	rec_put_number(out, "ck_len", k->ck_len);
	rec_put_number(out, "ik_len", k->ik_len);
	if (k->alg == AKA_TUAK)
		rec_put_number(out, "iterations", k->iterations);
}

/* The constants of MILENAGE, if they are not the usual ones. */
static void
constants(struct buf *out, const struct aka_key *k)
{
	struct aka_key usual;

	aka_key_init(&usual, AKA_MILENAGE);
	if (memcmp(usual.c, k->c, sizeof(k->c)) == 0 &&
	    memcmp(usual.r, k->r, sizeof(k->r)) == 0)
		return;
	rec_put_key(out, "c");
	for (size_t i = 0; i < 5; i++) {
		buf_str(out, i == 0 ? "[\"" : ",\"");
		buf_hex(out, slice_of(k->c[i], sizeof(k->c[i])));
		buf_u8(out, '"');
	}
	buf_u8(out, ']');
	rec_put_key(out, "r");
	for (size_t i = 0; i < 5; i++)
		buf_printf(out, "%c%u", i == 0 ? '[' : ',', k->r[i]);
	buf_u8(out, ']');
}

static void
identities(struct buf *out, const struct rec_subscriber *s)
{
	rec_put_text_if(out, "impi", slice_str(s->impi));
	if (s->n_impu > 0) {
		rec_put_key(out, "impu");
		for (size_t i = 0; i < s->n_impu; i++) {
			buf_str(out, i == 0 ? "[\"" : ",\"");
			rec_put_inside(out, s->impu[i]);
			buf_u8(out, '"');
		}
		buf_u8(out, ']');
	}
	rec_put_text_if(out, "imsi", s->imsi);
	rec_put_number_if(out, "mnc_len", s->mnc_len);
	rec_put_text_if(out, "domain", s->domain);
}

void
rec_write_subscriber(struct buf *out, const struct rec_subscriber *s)
{
	const struct aka_key *k = &s->key;

	rec_put_open(out, "subscriber");
	identities(out, s);
	if (s->has_key) {
		rec_put_word(out, "algorithm", aka_alg_name(k->alg));
		rec_put_hex(out, "k", slice_of(k->k, k->k_len));
		if (k->alg != AKA_XOR)
			rec_put_hex(out, k->is_op ? "op" : "opc",
			    slice_of(k->is_op ? k->op : k->opc,
			    k->alg == AKA_TUAK ? 32 : 16));
		if (k->alg != AKA_MILENAGE)
			lengths(out, k);
		else
			constants(out, k);
	}
	if (s->has_amf)
		rec_put_hex(out, "amf", slice_of(s->amf, AKA_AMF));
	if (s->has_sqn)
		rec_put_hex(out, "sqn", slice_of(s->sqn, AKA_SQN));
	rec_put_number(out, "ind_len", s->ind_len);
	rec_put_close(out);
}

static void
object(struct buf *out, const char *name, uint64_t v, bool first)
{
	buf_printf(out, "%s\"%s\":%llu", first ? "{" : ",", name,
	    (unsigned long long)v);
}

void
rec_write_scrub(struct buf *out, const struct scrub *s)
{
	const uint64_t *count = scrub_counts(s);
	const struct scrub_left *left;
	size_t n;

	left = scrub_left(s, &n);
	rec_put_open(out, "stat");
	rec_put_word(out, "tool", "ims-hide scrub");
	rec_put_key(out, "replaced");
	for (int k = 0; k < SCRUB_KINDS; k++)
		object(out, scrub_kind_name((enum scrub_kind)k), count[k],
		    k == 0);
	buf_u8(out, '}');
	rec_put_key(out, "left");
	buf_u8(out, '[');
	for (size_t i = 0; i < n; i++) {
		buf_str(out, i == 0 ? "{\"what\":\"" : ",{\"what\":\"");
		rec_put_inside(out, slice_str(left[i].what));
		buf_printf(out, "\",\"count\":%llu,\"frame\":%llu}",
		    (unsigned long long)left[i].count,
		    (unsigned long long)left[i].frame);
	}
	buf_u8(out, ']');
	rec_put_close(out);
}
