/* rec_read: one JSON line to a struct. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "rec_int.h"

static int
reason_parse(struct slice s)
{
	for (int e = ERR_MORE; e >= ERR_IO; e--)
		if (slice_is(s, err_name(e)))
			return -e;
	return ERR_FORMAT;
}

/* For the fields of an object in an object. */
static bool
enter(struct rec_in *in, const char *key, const char *at, struct rec_in *sub)
{
	struct rec_value v;

	if (in->err != 0 || !rec_in_get(in, key, &v))
		return false;
	if (v.kind != REC_OBJECT) {
		rec_in_fail(in, key, ERR_FORMAT, "not an object");
		return false;
	}
	*sub = *in;
	sub->o = v.json;
	sub->fast = v.object;
	sub->at = at;
	return true;
}

static void
read_protection(struct rec_in *in, struct flow_protection *p)
{
	struct rec_in sub;
	int alg, ealg, icv;

	if (!enter(in, "protection", "protection.", &sub))
		return;
	p->on = true;
	rec_in_spi(&sub, &p->spi);
	(void)rec_in_u32(&sub, "seq", &p->seq);
	p->known = rec_in_enum(&sub, "alg", esp_alg_parse, &alg) &&
	    rec_in_enum(&sub, "ealg", esp_ealg_parse, &ealg);
	if (p->known) {
		p->alg = (enum esp_alg)alg;
		p->ealg = (enum esp_ealg)ealg;
	}
	if (rec_in_enum(&sub, "icv", flow_icv_parse, &icv))
		p->icv = (enum flow_icv)icv;
	(void)rec_in_octets(&sub, "iv", p->iv, sizeof(p->iv), &p->iv_len);
	in->err = sub.err;
}

static void
read_sip(struct rec_in *in, struct rec *r)
{
	rec_in_where(in, &r->sip.where);
	(void)rec_in_flag(in, "cut", &r->sip.cut);
	(void)rec_in_flag(in, "duplicate", &r->duplicate);
	read_protection(in, &r->sip.protection);
	if (!rec_in_text(in, "message", &r->sip.message))
		rec_in_missing(in, "message");
}

static void
read_packet(struct rec_in *in, struct flow_packet *p)
{
	rec_in_where(in, &p->where);
	(void)rec_in_flag(in, "cut", &p->cut);
	(void)rec_in_flag(in, "duplicate", &p->copy);
	read_protection(in, &p->protection);
	if (!rec_in_hex(in, "packet", &p->packet))
		rec_in_missing(in, "packet");
}

static void
read_esp(struct rec_in *in, struct flow_esp *e)
{
	uint64_t len = 0;
	int reason;

	rec_in_where(in, &e->where);
	rec_in_spi(in, &e->spi);
	(void)rec_in_u32(in, "seq", &e->seq);
	(void)rec_in_number(in, "len", UINT32_MAX, &len);
	e->len = (size_t)len;
	if (rec_in_enum(in, "reason", reason_parse, &reason))
		e->reason = -reason;
	else
		rec_in_missing(in, "reason");
}

static void
read_gap(struct rec_in *in, struct flow_gap *g)
{
	rec_in_where(in, &g->where);
	if (!rec_in_number(in, "octets", REC_INT_MAX, &g->octets))
		rec_in_missing(in, "octets");
}

static enum rec_type
type_of(const struct rec_in *in)
{
	static const char *const name[] = {
		[REC_OTHER] = "", [REC_SIP] = "sip", [REC_PACKET] = "packet",
		[REC_ESP] = "esp", [REC_GAP] = "gap", [REC_SA] = "sa",
		[REC_SUBSCRIBER] = "subscriber", [REC_VECTOR] = "vector",
		[REC_SRTP] = "srtp",
	};
	struct rec_value v;

	if (!rec_in_get(in, "type", &v) || v.kind != REC_TEXT)
		return REC_OTHER;
	for (int t = REC_SIP; t <= REC_SRTP; t++)
		if (slice_is(v.text, name[t]))
			return (enum rec_type)t;
	return REC_OTHER;
}

static void
read_body(struct rec_in *in, struct rec *r)
{
	switch (r->type) {
	case REC_OTHER:
	case REC_ANSWER:	/* rec_read_answer() */
		break;
	case REC_SIP:
		read_sip(in, r);
		break;
	case REC_PACKET:
		read_packet(in, &r->packet);
		break;
	case REC_ESP:
		read_esp(in, &r->esp);
		break;
	case REC_GAP:
		read_gap(in, &r->gap);
		break;
	case REC_SA:
		rec_in_sa(in, &r->sa);
		break;
	case REC_SUBSCRIBER:
		rec_in_subscriber(in, &r->subscriber);
		break;
	case REC_VECTOR:
		rec_in_vector(in, &r->vector);
		break;
	case REC_SRTP:
		rec_in_srtp(in, &r->srtp);
		break;
	}
}

/* jansson has no way to say so for sure. */
static _Thread_local bool no_memory;

/* Before each block for jansson. */
union head {
	size_t		 n;
	max_align_t	 align;
};

static void *
noted_malloc(size_t n)
{
	union head *h = n <= SIZE_MAX - sizeof(*h) ?
	    malloc(sizeof(*h) + n) : NULL;

	no_memory |= h == NULL;
	if (h == NULL)
		return NULL;
	h->n = n;
	return h + 1;
}

/* What jansson has of a line, tokens too, may be of a key. */
static void
wipe_free(void *p)
{
	union head *h = p;

	if (h == NULL)
		return;
	h--;
	crypt_wipe(p, h->n);
	free(h);
}

/* What is made by these must be freed by these, and nothing else. */
static void
swap_alloc(json_malloc_t *m, json_free_t *f)
{
	json_malloc_t was_m;
	json_free_t was_f;

	json_get_alloc_funcs(&was_m, &was_f);
	json_set_alloc_funcs(*m, *f);
	*m = was_m;
	*f = was_f;
}

/*
 * jansson says what is wrong and then quotes the line, which may have a key
 * just there.
 */
static int
bad_json(const json_error_t *e, char error[REC_ERROR_TEXT])
{
	struct slice s = slice_str(e->text);

	s = slice_sub(s, 0, slice_find(s, slice_str(" near ")));
	(void)snprintf(error, REC_ERROR_TEXT, "%.*s at column %d", (int)s.n,
	    (const char *)s.p, e->column);
	return ERR_FORMAT;
}

/* LINE by jansson, which judges what any line may have. */
static int
load(struct rec *r, struct slice line, char error[REC_ERROR_TEXT])
{
	json_malloc_t m = noted_malloc;
	json_free_t f = wipe_free;
	json_error_t e;

	buf_wipe(&r->bytes);
	buf_init(&r->bytes, line.n);
	swap_alloc(&m, &f);
	no_memory = false;
	r->json = json_loadb((const char *)line.p, line.n,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);
	swap_alloc(&m, &f);
	if (no_memory)
		return ERR_MEM;
	if (r->json == NULL)
		return bad_json(&e, error);
	if (!json_is_object((const json_t *)r->json)) {
		(void)snprintf(error, REC_ERROR_TEXT, "not a JSON object");
		return ERR_FORMAT;
	}
	return 0;
}

int
rec_read(struct rec *r, struct slice line, char error[REC_ERROR_TEXT])
{
	struct rec_in in = { .at = "", .bytes = &r->bytes, .error = error };
	struct rec_fast fast[2];
	int e;

	memset(r, 0, sizeof(*r));
	*error = '\0';
	if (line.n > REC_LINE_MAX) {
		(void)snprintf(error, REC_ERROR_TEXT,
		    "a line of %zu octets, more than %u", line.n, REC_LINE_MAX);
		return ERR_LIMIT;
	}
	if (rec_fast_read(fast, line, &r->bytes))
		in.fast = fast;
	else if ((e = load(r, line, error)) < 0)
		return e;
	in.o = r->json;
	r->type = type_of(&in);
	read_body(&in, r);
	return in.err;
}

int
rec_read_answer(struct rec *r, char error[REC_ERROR_TEXT])
{
	struct rec_in in = {
		.o = r->json, .at = "", .bytes = &r->bytes, .error = error,
	};
	const char *s = json_string_value(json_object_get(in.o, "type"));

	if (s == NULL || strcmp(s, "answer") != 0)
		return 0;
	r->type = REC_ANSWER;
	rec_in_answer(&in, &r->answer);
	return in.err;
}

void
rec_done(struct rec *r)
{
	json_malloc_t m = noted_malloc;
	json_free_t f = wipe_free;

	if (r->json != NULL) {
		swap_alloc(&m, &f);
		json_decref(r->json);
		swap_alloc(&m, &f);
	}
	/* Of these nothing is secret. */
	if (r->type == REC_SIP || r->type == REC_PACKET ||
	    r->type == REC_ESP || r->type == REC_GAP)
		buf_free(&r->bytes);
	buf_wipe(&r->bytes);
	crypt_wipe(r, sizeof(*r));
}
