/* audit_bk: keys of media in SDP (RFC 4568, RFC 8122, TS 33.328). */
#include <string.h>

#include "audit_int.h"
#include "sdp.h"

#define MEDIA	8	/* media descriptions looked at */
#define KEY	46	/* octets of the longest key and salt */
#define DISTINCT 8	/* octet values that 28 random ones hardly have */

/* What a description says of a medium; of [0] too, for the session. */
struct medium {
	bool		 there, off;	/* port 0 */
	bool		 srtp, dtls;	/* by its protocol */
	bool		 rtp;
	bool		 setup, tls_id;
	uint64_t	 crypto, print, mikey;	/* hashes; 0: none */
};

struct media {
	size_t		 n;		/* 1 for the session alone */
	struct medium	 m[MEDIA + 1];
	uint64_t	 origin;	/* hash of o= */
	uint64_t	 tls_id;
};

/* The descriptions of a call on one hop. */
struct audit_call {
	uint32_t	 cseq;		/* of the offer */
	struct media	 offer;
	uint64_t	 from;		/* who offered */
	uint64_t	 side[2], print[2], tls_id[2];
};

static void
weak_key(struct audit_ctx *c, struct slice text)
{
	uint8_t key[KEY], seen[256] = { 0 };
	int n = slice_base64(text, key, sizeof(key));
	unsigned distinct = 0;

	for (int i = 0; i < n; i++) {
		distinct += seen[key[i]] == 0;
		seen[key[i]] = 1;
	}
	if (n >= 28 && distinct < DISTINCT)
		audit_find(c, R_BK_05, AUDIT_ERROR, "a media key with %u "
		    "different octets in %d; expected a random one", distinct,
		    n);
	crypt_wipe(key, sizeof(key));
}

/* Was KEY in another call, in which it was not the same description? */
static void
key_again(struct audit_ctx *c, uint64_t key, uint64_t origin)
{
	uint64_t k = key ^ 0x6b6579, *v, here;

	here = slice_hash(origin, c->call_id) | 1;
	if ((v = table_get(c->a->nonces, &k)) != NULL) {
		if (*v != here && *v != 0) {
			*v = 0;
			audit_find(c, R_BK_05, AUDIT_WARNING, "a media key "
			    "that was used in another call");
		}
		return;
	}
	if ((v = table_put(c->a->nonces, &k, c->s->where.time_ns)) == NULL)
		c->a->mem = true;
	else
		*v = here;
}

static void
crypto(struct audit_ctx *c, struct media *all, struct medium *m,
    struct slice value)
{
	static const char *const weak[] = { "UNENCRYPTED_SRTP",
	    "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP" };
	size_t at = slice_find(value, slice_str("inline:"));
	struct slice key = slice_from(value, at + 7);
	uint64_t h;

	for (size_t i = 0; i < 3; i++)
		if (slice_find(value, slice_str(weak[i])) < value.n) {
			audit_find(c, R_BK_06, AUDIT_WARNING, "a=crypto with "
			    "%s", weak[i]);
			break;
		}
	if (slice_find(value, slice_str("SHA1_32")) < value.n &&
	    !audit_told(c, R_BK_06))
		audit_find(c, R_BK_06, AUDIT_NOTE, "a=crypto with an "
		    "authentication tag of 32 bits");
	if (at == value.n)
		return;
	for (at = 0; at < key.n && key.p[at] > ' ' && key.p[at] != '|' &&
	    key.p[at] != ';'; at++)
		;
	key.n = at;
	h = slice_hash(4, key) | 1;
	for (size_t i = 0; i < all->n; i++)
		if (&all->m[i] != m && all->m[i].crypto == h)
			audit_find(c, R_BK_05, AUDIT_ERROR, "two media have "
			    "one key");
	if (m->crypto == 0)
		m->crypto = h;
	weak_key(c, key);
	key_again(c, h, all->origin);
}

/* What sdp finds wrong with the line; a fingerprint's hash is BK-08. */
static void
bk_04(struct audit_ctx *c, const struct sdp_line *line)
{
	struct sdp_fault f;
	struct slice v;

	if (!sdp_attr(line, "crypto", &v) && !sdp_attr(line, "key-mgmt", &v) &&
	    !sdp_attr(line, "3ge2ae", &v) && !sdp_attr(line, "setup", &v))
		return;
	if (sdp_check(line, &f) >= 0)
		return;
	audit_find(c, R_BK_04, f.what == SDP_BAD_SUITE ? AUDIT_WARNING :
	    AUDIT_ERROR, "medium %d: a=%.*s: %s", line->media + 1,
	    (int)slice_chr(line->value, ':'), (const char *)line->value.p,
	    sdp_bad_text(f.what));
}

static void
fingerprint(struct audit_ctx *c, struct medium *m, struct slice value)
{
	char shown[SLICE_SHOW];

	if (slice_casestarts(value, "md5 ") || slice_casestarts(value, "md2 ") ||
	    slice_casestarts(value, "sha-1 "))
		audit_find(c, R_BK_08, AUDIT_WARNING, "a=fingerprint:%s; "
		    "expected sha-256 or better",
		    slice_show(slice_sub(value, 0, slice_chr(value, ' ')),
		    shown));
	m->print = slice_hash(5, value) | 1;
}

static void
attribute(struct audit_ctx *c, struct media *all, struct medium *m,
    const struct sdp_line *line)
{
	struct slice v;

	if (sdp_attr(line, "crypto", &v))
		crypto(c, all, m, v);
	else if (sdp_attr(line, "fingerprint", &v))
		fingerprint(c, m, v);
	else if (sdp_attr(line, "key-mgmt", &v))
		m->mikey = slice_hash(6, v) | 1;
	else if (sdp_attr(line, "setup", &v))
		m->setup = true;
	else if (sdp_attr(line, "tls-id", &v))
		all->tls_id = slice_hash(7, v);
	else if (sdp_attr(line, "3ge2ae", &v) && (c->leg == LEG_CORE ||
	    (c->ue != NULL && c->ue->registered && !c->ue->mediasec)) &&
	    !audit_told(c, R_BK_03))
		audit_find(c, R_BK_03, AUDIT_WARNING, "a=3ge2ae %s",
		    c->leg == LEG_CORE ? "behind the P-CSCF; expected the "
		    "P-CSCF to remove it" : "without mediasec in the phone's "
		    "Security-Client");
}

static void
protocol(struct medium *m, struct slice value)
{
	struct slice media = slice_cut(&value, ' '), port, proto;

	(void)media;
	port = slice_cut(&value, ' ');
	proto = slice_cut(&value, ' ');
	m->there = true;
	m->off = slice_is(port, "0");
	m->dtls = slice_find(proto, slice_str("TLS/RTP")) < proto.n;
	m->srtp = !m->dtls && slice_starts(proto, "RTP/SAVP");
	m->rtp = slice_starts(proto, "RTP/AVP");
}

static void
read_media(struct audit_ctx *c, struct slice sdp, struct media *all)
{
	struct sdp_line line;
	struct sdp_iter it;

	memset(all, 0, sizeof(*all));
	all->n = 1;
	sdp_iter_init(&it, sdp);
	while (sdp_next(&it, &line)) {
		size_t i = (size_t)(line.media + 1);

		if (i > MEDIA)
			return;
		if (i >= all->n)
			all->n = i + 1;
		if (line.type == 'm')
			protocol(&all->m[i], line.value);
		else if (line.type == 'o')
			all->origin = slice_hash(8, line.value);
		else if (line.type == 'a') {
			bk_04(c, &line);
			attribute(c, all, &all->m[i], &line);
		}
	}
}

/* What a description says by itself. */
static void
alone(struct audit_ctx *c, const struct media *all)
{
	const struct medium *s = &all->m[0];

	for (size_t i = 1; i < all->n; i++) {
		const struct medium *m = &all->m[i];
		uint64_t print = m->print | s->print;

		if (m->off)
			continue;
		if (m->srtp && m->crypto == 0 && print == 0 && m->mikey == 0 &&
		    s->mikey == 0)
			audit_find(c, R_BK_02, AUDIT_ERROR, "medium %zu is "
			    "RTP/SAVP without a key attribute", i);
		else if (m->dtls && print == 0)
			audit_find(c, R_BK_02, AUDIT_ERROR, "medium %zu is "
			    "over DTLS without a=fingerprint", i);
		else if (m->rtp && m->crypto != 0)
			audit_find(c, R_BK_02, AUDIT_NOTE, "medium %zu is "
			    "RTP/AVP with a=crypto; expected RTP/SAVP, unless "
			    "it is RFC 8643", i);
		if (print != 0 && (m->dtls || m->srtp) && !m->setup &&
		    !s->setup)
			audit_find(c, R_BK_08, AUDIT_WARNING, "a=fingerprint "
			    "without a=setup in medium %zu", i);
		if (m->mikey != 0 && s->mikey != 0 && m->mikey != s->mikey)
			audit_find(c, R_BK_10, AUDIT_WARNING, "a=key-mgmt of "
			    "the session is not that of medium %zu", i);
	}
}

static bool
secure(const struct medium *m)
{
	return m->srtp || m->dtls || m->crypto != 0;
}

static void
answer(struct audit_ctx *c, const struct media *o, const struct media *a)
{
	for (size_t i = 1; i < a->n && i < o->n; i++) {
		const struct medium *to = &o->m[i], *m = &a->m[i];

		if (m->off || to->off)
			continue;
		if ((to->srtp || to->dtls) && m->rtp && !secure(m))
			audit_find(c, R_BK_07, AUDIT_WARNING, "medium %zu was "
			    "offered as SRTP and is answered as RTP", i);
		if (to->crypto != 0 && to->crypto == m->crypto)
			audit_find(c, R_BK_05, AUDIT_ERROR, "offer and answer "
			    "have one key for medium %zu", i);
		if ((to->mikey | o->m[0].mikey) != 0 && m->mikey == 0 &&
		    a->m[0].mikey == 0 && !m->crypto && !m->print)
			audit_find(c, R_BK_10, AUDIT_WARNING, "a=key-mgmt of "
			    "the offer has no answer in medium %zu", i);
	}
}

static uint64_t
prints(const struct media *all)
{
	uint64_t k = all->m[0].print;

	for (size_t i = 1; i < all->n && k == 0; i++)
		k = all->m[i].print;
	return k;
}

/* Each side keeps its certificate, or says so (RFC 8842 5.1). */
static void
same_print(struct audit_ctx *c, struct audit_call *call,
    const struct media *all, uint64_t side)
{
	uint64_t print = prints(all);
	int i = call->side[0] == 0 || call->side[0] == side ? 0 : 1;

	if (print == 0)
		return;
	if (call->side[i] == side && call->print[i] != print &&
	    call->tls_id[i] == all->tls_id)
		audit_find(c, R_BK_08, AUDIT_WARNING, "a=fingerprint is "
		    "another than before in this call");
	call->side[i] = side;
	call->print[i] = print;
	call->tls_id[i] = all->tls_id;
}

static void
plain_media(struct audit_ctx *c, const struct media *all)
{
	for (size_t i = 1; i < all->n; i++)
		if (all->m[i].rtp && !all->m[i].off && !secure(&all->m[i])) {
			if (!audit_told_call(c, R_BK_07))
				audit_find(c, R_BK_07, AUDIT_NOTE, "medium "
				    "%zu is RTP without protection", i);
			return;
		}
}

/* The call on this hop; both directions are one. */
static struct audit_call *
call_of(struct audit_ctx *c, uint64_t *side)
{
	const struct flow_where *w = &c->s->where;
	uint64_t a = slice_hash(9, slice_of(&w->src, sizeof(w->src)));
	uint64_t b = slice_hash(9, slice_of(&w->dst, sizeof(w->dst)));
	uint64_t k = slice_hash(a ^ b, c->call_id);
	struct audit_call *call = table_put(c->a->calls, &k, w->time_ns);

	*side = a | 1;
	if (call == NULL)
		c->a->mem = true;
	return call;
}

size_t
audit_bk_size(void)
{
	return sizeof(struct audit_call);
}

static void
bk_01(struct audit_ctx *c)
{
	const struct flow_protection *p = &c->s->protection;
	struct slice sdp, key;
	struct sdp_line line;
	struct sdp_iter it;

	if (c->m->body.n == 0 || (p->on && p->known && p->ealg != ESP_NULL) ||
	    !sdp_find(sip_value(c->m, SIP_H_CONTENT_TYPE), c->m->body, &sdp))
		return;
	sdp_iter_init(&it, sdp);
	while (sdp_next(&it, &line)) {
		if (!sdp_attr(&line, "crypto", &key) ||
		    slice_find(key, slice_str("inline:")) == key.n)
			continue;
		audit_find(c, R_BK_01, AUDIT_ERROR, "a=crypto with an inline "
		    "key in SIP that is %s on this hop; expected encryption",
		    p->on ? "only integrity protected" : "clear");
		return;
	}
}

static void
bk_09(struct audit_ctx *c)
{
	struct slice type = sip_value(c->m, SIP_H_CONTENT_TYPE);
	char shown[SLICE_SHOW];

	if (c->leg == LEG_UP && (slice_casestarts(type, "application/pkcs7") ||
	    slice_casestarts(type, "application/x-pkcs7") ||
	    slice_casestarts(type, "multipart/encrypted")))
		audit_find(c, R_BK_09, AUDIT_WARNING, "a phone sends a body of "
		    "type %s; expected its SDP readable",
		    slice_show(type, shown));
}

static void
mediasec(struct audit_ctx *c)
{
	const struct sip_header *h = sip_get(c->m, SIP_H_SECURITY_CLIENT);

	if (!c->reg || !c->m->request || c->leg != LEG_UP)
		return;
	for (; h != NULL; h = sip_next(c->m, h))
		if (slice_find(h->value, slice_str("mediasec")) < h->value.n)
			c->ue->mediasec = true;
}

void
audit_bk(struct audit_ctx *c)
{
	struct audit_call *call;
	struct media all;
	struct slice sdp;
	uint64_t side;

	mediasec(c);
	if (c->m->body.n == 0)
		return;
	bk_01(c);
	bk_09(c);
	if (!sdp_find(sip_value(c->m, SIP_H_CONTENT_TYPE), c->m->body, &sdp) ||
	    (call = call_of(c, &side)) == NULL)
		return;
	read_media(c, sdp, &all);
	alone(c, &all);
	plain_media(c, &all);
	same_print(c, call, &all, side);
	if (c->m->request) {
		call->offer = all;
		call->cseq = c->cseq.number;
		call->from = side;
	} else if (call->cseq == c->cseq.number && call->offer.n > 0 &&
	    call->from != side)
		answer(c, &call->offer, &all);
}
