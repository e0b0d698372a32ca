/* rec_read: one JSON line to a struct. */
#include <malloc.h>
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
	const json_t *o = json_object_get(in->o, key);

	if (o == NULL || in->err != 0)
		return false;
	if (!json_is_object(o)) {
		rec_in_fail(in, key, ERR_FORMAT, "not an object");
		return false;
	}
	*sub = *in;
	sub->o = o;
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
type_of(const json_t *o)
{
	static const char *const name[] = {
		[REC_OTHER] = "", [REC_SIP] = "sip", [REC_PACKET] = "packet",
		[REC_ESP] = "esp", [REC_GAP] = "gap", [REC_SA] = "sa",
		[REC_SUBSCRIBER] = "subscriber", [REC_VECTOR] = "vector",
		[REC_SRTP] = "srtp",
	};
	const char *s = json_string_value(json_object_get(o, "type"));

	for (int t = REC_SIP; s != NULL && t <= REC_SRTP; t++)
		if (strcmp(s, name[t]) == 0)
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

static void *
noted_malloc(size_t n)
{
	void *p = malloc(n);

	no_memory |= p == NULL;
	return p;
}

/* What jansson has of a line, tokens too, may be of a key. */
static void
wipe_free(void *p)
{
	if (p != NULL)
		crypt_wipe(p, malloc_usable_size(p));
	free(p);
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

/*
 * What stands at P up to the quotation mark that ends it, if it is of ASCII and
 * has no escapes but of one character: octets read, with the mark, or 0.
 */
static size_t
plain_string(struct slice s, struct buf *text)
{
	static const char escape[] = "nrt\"\\/", is[] = "\n\r\t\"\\/";
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *e;

		if (s.p[i] < ' ' || s.p[i] >= 0x80)
			return 0;
		if (s.p[i] != '"' && s.p[i] != '\\')
			continue;
		buf_add(text, s.p + from, i - from);
		if (s.p[i] == '"')
			return i + 1;
		if (++i == s.n || s.p[i] == '\0' ||
		    (e = strchr(escape, s.p[i])) == NULL)
			return 0;
		buf_u8(text, (uint8_t)is[e - escape]);
		from = i + 1;
	}
	return 0;
}

/* Has S this once only, and no name that is written in another way? */
static bool
only_one(struct slice s, struct slice name)
{
	size_t at = slice_find(s, name);

	return at < s.n && slice_find(slice_from(s, at + 1), name) ==
	    s.n - at - 1 && slice_find(s, slice_str("\\u")) == s.n;
}

/*
 * LINE, whose message is most of it; jansson, which is ten times slower than
 * the above, reads the rest.  NULL: let it read all.
 */
static json_t *
load_short(struct slice line, int flags)
{
	const struct slice key = slice_str("\"message\":\"");
	size_t at = slice_find(line, key), n;
	struct buf text, rest;
	json_t *o = NULL;
	json_error_t e;

	if (at == line.n)
		return NULL;
	buf_init(&text, line.n);
	buf_init(&rest, line.n);
	at += key.n;
	n = plain_string(slice_from(line, at), &text);
	if (n > 0) {
		buf_put(&rest, slice_sub(line, 0, at));
		buf_put(&rest, slice_from(line, at + n - 1));
	}
	if (!text.bad && !rest.bad && only_one(buf_slice(&rest),
	    slice_str("\"message\"")))
		o = json_loadb((const char *)rest.p, rest.n, flags, &e);
	/* It may be of an object inside, or there is no memory. */
	if (json_object_get(o, "message") == NULL ||
	    json_object_set_new_nocheck(o, "message", json_stringn_nocheck(
	    text.n > 0 ? (const char *)text.p : "", text.n)) < 0) {
		json_decref(o);
		o = NULL;
	}
	buf_wipe(&text);
	buf_wipe(&rest);
	return o;
}

static json_t *
load(struct slice line, json_error_t *e)
{
	const int flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
	json_t *o = load_short(line, flags);

	return o != NULL ? o : json_loadb((const char *)line.p, line.n, flags,
	    e);
}

int
rec_read(struct rec *r, struct slice line, char error[REC_ERROR_TEXT])
{
	struct rec_in in = { .at = "", .bytes = &r->bytes, .error = error };
	json_error_t e;

	memset(r, 0, sizeof(*r));
	buf_init(&r->bytes, line.n);
	*error = '\0';
	if (line.n > REC_LINE_MAX) {
		(void)snprintf(error, REC_ERROR_TEXT,
		    "a line of %zu octets, more than %u", line.n, REC_LINE_MAX);
		return ERR_LIMIT;
	}
	json_set_alloc_funcs(noted_malloc, wipe_free);
	no_memory = false;
	r->json = load(line, &e);
	if (no_memory)
		return ERR_MEM;
	if (r->json == NULL)
		return bad_json(&e, error);
	if (!json_is_object((const json_t *)r->json)) {
		(void)snprintf(error, REC_ERROR_TEXT, "not a JSON object");
		return ERR_FORMAT;
	}
	in.o = r->json;
	r->type = type_of(in.o);
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
	json_decref(r->json);
	buf_wipe(&r->bytes);
	crypt_wipe(r, sizeof(*r));
}
