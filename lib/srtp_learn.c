/* srtp_learn: offers and answers (RFC 3264) in signalling to streams. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "srtp_int.h"
#include "table.h"

#define KEY	16		/* octets of a digest that are kept */
#define TAGS	32		/* of one medium, compared */

static const char *const keyings[] = {
	[SRTP_SDES] = "sdes", [SRTP_DTLS] = "dtls-srtp",
	[SRTP_MIKEY] = "mikey", [SRTP_CLEAR] = "none",
};
static const char *const roles[] = {
	[SRTP_OFFER] = "offer", [SRTP_ANSWER] = "answer",
};

const char *
srtp_keying_name(enum srtp_keying k)
{
	return keyings[k];
}

int
srtp_keying_parse(struct slice s)
{
	for (int i = SRTP_SDES; i <= SRTP_CLEAR; i++)
		if (slice_is(s, keyings[i]))
			return i;
	return ERR_ALG;
}

const char *
srtp_role_name(enum srtp_role r)
{
	return roles[r];
}

int
srtp_role_parse(struct slice s)
{
	for (int i = SRTP_OFFER; i <= SRTP_ANSWER; i++)
		if (slice_is(s, roles[i]))
			return i;
	return ERR_ALG;
}

/* A description that waits; the octets are owned. */
struct offer {
	uint8_t		*octets;	/* the SDP, then the Call-ID */
	struct slice	 sdp, call_id;
	struct srtp_seen at;
	uint8_t		 answer[KEY];	/* digest of the last one */
	bool		 answered;
};

struct srtp_learn {
	struct srtp_learn_sink sink;
	struct table	*offers;
	struct table	*told;		/* pairs of descriptions */
	struct offer	 loose;		/* without SIP */
	bool		 mem;		/* memory is out */
};

/* What two descriptions are together; ANSWER may be NULL. */
struct pair {
	const struct srtp_learn	*l;
	const struct offer	*offer;
	const struct srtp_seen	*at;	/* of the message that told it */
};

static void
forget(struct offer *o)
{
	if (o->octets != NULL)
		crypt_wipe(o->octets, o->sdp.n + o->call_id.n);
	free(o->octets);
	memset(o, 0, sizeof(*o));
}

static void
drop(void *val, void *arg)
{
	(void)arg;
	forget(val);
}

struct srtp_learn *
srtp_learn_new(const struct srtp_learn_sink *sink)
{
	struct srtp_learn *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->sink = *sink;
	l->offers = table_new(KEY, sizeof(struct offer), SRTP_OFFERS, drop,
	    NULL);
	l->told = table_new(KEY, 1, SRTP_TOLD, NULL, NULL);
	if (l->offers == NULL || l->told == NULL) {
		srtp_learn_free(l);
		return NULL;
	}
	return l;
}

void
srtp_learn_free(struct srtp_learn *l)
{
	if (l == NULL)
		return;
	table_free(l->offers);
	table_free(l->told);
	forget(&l->loose);
	free(l);
}

/* A key of KIND and the parts, with their lengths between them. */
static int
digest(char kind, const struct slice *part, size_t n, uint8_t out[KEY])
{
	struct slice all[13];
	uint8_t len[6][4], hash[CRYPT_HASH_MAX], k = (uint8_t)kind;
	int e;

	all[0] = slice_of(&k, 1);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < 4; j++)
			len[i][j] = (uint8_t)(part[i].n >> 8 * j);
		all[1 + 2 * i] = slice_of(len[i], 4);
		all[2 + 2 * i] = part[i];
	}
	if ((e = crypt_digest(CRYPT_SHA256, all, 1 + 2 * n, hash)) < 0)
		return e;
	memcpy(out, hash, KEY);
	return 0;
}

/* Where a stream may be told already; true for the first time. */
static bool
first_time(struct srtp_learn *l, char kind, struct slice call_id,
    struct slice offer, struct slice answer)
{
	const struct slice part[3] = { call_id, offer, answer };
	uint8_t key[KEY];

	if (digest(kind, part, 3, key) < 0 ||
	    table_get(l->told, key) != NULL)
		return false;
	l->mem |= table_put(l->told, key, 0) == NULL;
	return true;
}

/* The lower of the two addresses of a hop first. */
static void
hop(const struct srtp_seen *at, struct slice out[2])
{
	const struct pkt_addr *a = &at->src, *b = &at->dst;

	if (memcmp(a->ip, b->ip, sizeof(a->ip)) > 0) {
		a = &at->dst;
		b = &at->src;
	}
	out[0] = slice_of(a->ip, sizeof(a->ip));
	out[1] = slice_of(b->ip, sizeof(b->ip));
}

/* The transaction of M (RFC 3261 17.1.3), on its hop. */
static int
transaction(const struct sip_msg *m, const struct sip_cseq *cseq,
    const struct srtp_seen *at, uint8_t key[KEY])
{
	uint32_t number = cseq->number;
	struct sip_iter it = { NULL, { NULL, 0 } };
	struct sip_via via;
	struct slice part[5], v;

	memset(part, 0, sizeof(part));
	part[0] = sip_value(m, SIP_H_CALL_ID);
	part[1] = slice_of(&number, sizeof(number));
	if (sip_each(m, SIP_H_VIA, &it, &v) && sip_via(v, &via) == 0)
		(void)sip_param(via.params, ';', "branch", &part[2]);
	hop(at, part + 3);
	return digest('t', part, 5, key);
}

/* The dialog of M as who sent its INVITE sees it, on its hop. */
static int
dialog(const struct sip_msg *m, const struct srtp_seen *at, uint8_t key[KEY])
{
	struct sip_addr from;
	struct slice part[4];

	memset(part, 0, sizeof(part));
	part[0] = sip_value(m, SIP_H_CALL_ID);
	if (sip_addr(sip_value(m, SIP_H_FROM), &from) == 0)
		(void)sip_param(from.params, ';', "tag", &part[1]);
	hop(at, part + 2);
	return digest('d', part, 4, key);
}

static int
keep(struct offer *o, struct slice sdp, struct slice call_id,
    const struct srtp_seen *at)
{
	forget(o);
	if ((o->octets = malloc(sdp.n + call_id.n + 1)) == NULL)
		return ERR_MEM;
	memcpy(o->octets, sdp.p, sdp.n);
	if (call_id.n > 0)
		memcpy(o->octets + sdp.n, call_id.p, call_id.n);
	o->sdp = slice_of(o->octets, sdp.n);
	o->call_id = slice_of(o->octets + sdp.n, call_id.n);
	o->at = *at;
	return 0;
}

static void
tell_bad(const struct srtp_learn *l, enum sdp_bad what, size_t line)
{
	struct sdp_fault f = { .what = what };

	l->sink.bad(&f, line, l->sink.arg);
}

/* The next a=crypto of M that is right; IT starts with it, LINE is its own. */
static bool
next_crypto(struct slice *rest, size_t *line, struct sdp_crypto *c)
{
	struct sdp_fault f;
	struct sdp_iter it;
	struct sdp_line l;
	struct slice v;

	while (rest->n > 0) {
		sdp_iter_init(&it, slice_cut(rest, '\n'));
		++*line;
		if (sdp_next(&it, &l) && sdp_attr(&l, "crypto", &v) &&
		    sdp_crypto(v, c, &f) == 0)
			return true;
	}
	return false;
}

/* All that is wrong with SDP by itself. */
static void
examine(const struct srtp_learn *l, struct slice sdp)
{
	struct slice rest = sdp;
	struct sdp_iter it;
	struct sdp_line line;
	struct sdp_fault f;
	int media = -1;

	for (size_t n = 1; rest.n > 0; n++) {
		sdp_iter_init(&it, slice_cut(&rest, '\n'));
		if (!sdp_next(&it, &line))
			continue;
		media += line.type == 'm';
		line.media = media;
		if (sdp_check(&line, &f) < 0)
			l->sink.bad(&f, n, l->sink.arg);
	}
}

static void
examine_media(const struct srtp_learn *l, const struct sdp_media *m)
{
	uint32_t tag[TAGS];
	size_t n = 0, line = m->line - 1;
	struct slice rest = m->body;
	struct sdp_crypto c;
	struct pkt_addr a;

	if (m->port != 0 && sdp_media_rtp(m) &&
	    pkt_addr_parse(&a, m->address) < 0)
		tell_bad(l, SDP_BAD_ADDRESS, m->line);
	while (next_crypto(&rest, &line, &c)) {
		for (size_t i = 0; i < n; i++)
			if (tag[i] == c.tag) {
				tell_bad(l, SDP_BAD_TAG_TWICE, line);
				break;
			}
		if (n < TAGS)
			tag[n++] = c.tag;
	}
	crypt_wipe(&c, sizeof(c));
}

static void
examine_all(const struct srtp_learn *l, struct slice sdp)
{
	struct sdp_media_iter it;
	struct sdp_media m;

	examine(l, sdp);
	sdp_media_init(&it, sdp);
	while (sdp_media_next(&it, &m))
		examine_media(l, &m);
}

static enum srtp_keying
keying_of(const struct sdp_media *m)
{
	return m->n_crypto > 0 ? SRTP_SDES : m->fingerprint.n > 0 ?
	    SRTP_DTLS : m->key_mgmt.n > 0 ? SRTP_MIKEY : SRTP_CLEAR;
}

static void
address_of(const struct sdp_media *m, struct pkt_addr *a, uint16_t *port)
{
	memset(a, 0, sizeof(*a));
	if (m == NULL || pkt_addr_parse(a, m->address) < 0)
		memset(a, 0, sizeof(*a));
	*port = m != NULL ? m->port : 0;
}

/* The stream that MINE sends to YOURS (or NULL: nobody answered). */
static struct srtp_stream
stream_of(const struct pair *p, const struct sdp_media *mine,
    const struct sdp_media *yours, enum srtp_role role)
{
	struct srtp_stream s = {
		.timed = p->at->timed, .time_ns = p->at->time_ns,
		.frame = p->at->frame, .call_id = p->offer->call_id,
		.index = (unsigned)mine->index, .media = mine->type,
		.proto = mine->proto, .role = role, .answered = yours != NULL,
		.ssrc = mine->ssrc, .has_ssrc = mine->has_ssrc,
		.fingerprint = mine->fingerprint, .setup = mine->setup,
		.e2ae = mine->e2ae,
	};

	address_of(mine, &s.src, &s.sport);
	address_of(yours, &s.dst, &s.dport);
	if (yours != NULL) {
		s.rtcp_dport = yours->rtcp_port;
		if (s.e2ae.n == 0)
			s.e2ae = yours->e2ae;
	}
	s.keying = keying_of(yours != NULL && role == SRTP_OFFER ? yours :
	    mine);
	return s;
}

/* A record for each key of C. */
static void
tell_keys(const struct pair *p, struct srtp_stream *s,
    const struct sdp_crypto *c)
{
	s->keying = SRTP_SDES;
	s->tag = c->tag;
	s->has_key = true;
	for (size_t i = 0; i < c->n_keys; i++) {
		srtp_key_of(c, i, &s->key);
		p->l->sink.stream(s, p->l->sink.arg);
	}
	crypt_wipe(&s->key, sizeof(s->key));
}

/* The one a=crypto of an answer, and the offered one that it takes. */
static bool
agreed(const struct pair *p, const struct sdp_media *offer,
    const struct sdp_media *answer, struct sdp_crypto *theirs,
    struct sdp_crypto *own)
{
	struct slice rest = answer->body, more;
	size_t line = answer->line - 1, at, ignored = 0;

	if (!next_crypto(&rest, &line, own))
		return false;
	at = line;
	more = rest;
	if (next_crypto(&more, &line, theirs)) {
		tell_bad(p->l, SDP_BAD_ANSWER_MANY, line);
		return false;
	}
	rest = offer->body;
	while (next_crypto(&rest, &ignored, theirs)) {
		if (theirs->tag != own->tag)
			continue;
		if (theirs->suite == own->suite)
			return true;
		tell_bad(p->l, SDP_BAD_ANSWER_SUITE, at);
		return false;
	}
	tell_bad(p->l, SDP_BAD_ANSWER_TAG, at);
	return false;
}

static void
tell_pair(const struct pair *p, const struct sdp_media *offer,
    const struct sdp_media *answer)
{
	struct srtp_stream there, back;
	struct sdp_crypto theirs, own;

	if (answer->port == 0 || offer->type.n == 0 || !sdp_media_rtp(answer))
		return;
	there = stream_of(p, offer, answer, SRTP_OFFER);
	back = stream_of(p, answer, offer, SRTP_ANSWER);
	if (answer->n_crypto == 0) {
		p->l->sink.stream(&there, p->l->sink.arg);
		p->l->sink.stream(&back, p->l->sink.arg);
		return;
	}
	if (agreed(p, offer, answer, &theirs, &own)) {
		tell_keys(p, &there, &theirs);
		tell_keys(p, &back, &own);
	}
	crypt_wipe(&theirs, sizeof(theirs));
	crypt_wipe(&own, sizeof(own));
}

/* An offer that nobody answered: every key that it has. */
static void
tell_offer(struct srtp_learn *l, const struct offer *o)
{
	const struct pair p = { l, o, &o->at };
	struct sdp_media_iter it;
	struct sdp_media m;
	struct sdp_crypto c;

	if (o->answered || !first_time(l, 'o', o->call_id, o->sdp,
	    slice_of(NULL, 0)))
		return;
	sdp_media_init(&it, o->sdp);
	while (sdp_media_next(&it, &m)) {
		struct srtp_stream s = stream_of(&p, &m, NULL, SRTP_OFFER);
		struct slice rest = m.body;
		size_t line = 0;

		if (m.port == 0 || !sdp_media_rtp(&m))
			continue;
		if (m.n_crypto == 0)
			l->sink.stream(&s, l->sink.arg);
		while (next_crypto(&rest, &line, &c))
			tell_keys(&p, &s, &c);
		crypt_wipe(&c, sizeof(c));
	}
}

static int
answer(struct srtp_learn *l, struct offer *o, struct slice sdp,
    const struct srtp_seen *at)
{
	const struct pair p = { l, o, at };
	struct sdp_media_iter mine, yours;
	struct sdp_media a, b;
	uint8_t key[KEY];
	int e = digest('a', &sdp, 1, key);

	if (e < 0 || (o->answered && memcmp(key, o->answer, KEY) == 0))
		return e;
	memcpy(o->answer, key, KEY);
	o->answered = true;
	if (!first_time(l, 'p', o->call_id, o->sdp, sdp))
		return 0;
	(void)first_time(l, 'o', o->call_id, o->sdp, slice_of(NULL, 0));
	examine_all(l, sdp);
	sdp_media_init(&mine, o->sdp);
	sdp_media_init(&yours, sdp);
	while (sdp_media_next(&mine, &a) && sdp_media_next(&yours, &b))
		tell_pair(&p, &a, &b);
	return 0;
}

static int
offer(struct srtp_learn *l, const uint8_t key[KEY], struct slice sdp,
    struct slice call_id, const struct srtp_seen *at)
{
	struct offer *o = table_put(l->offers, key, at->time_ns);
	int e;

	if (o == NULL)
		return ERR_MEM;
	if (slice_eq(o->sdp, sdp))	/* sent again */
		return 0;
	if (o->octets != NULL)
		tell_offer(l, o);
	if ((e = keep(o, sdp, call_id, at)) < 0)
		table_drop(l->offers, o);
	else if (first_time(l, 'x', call_id, sdp, slice_of(NULL, 0)))
		examine_all(l, sdp);
	return e;
}

/* A request's offer is under its transaction, a response's its dialog. */
static int
look(struct srtp_learn *l, const struct sip_msg *m,
    const struct sip_cseq *cseq, struct slice sdp, const struct srtp_seen *at)
{
	bool late = m->request && (slice_is(cseq->method, "ACK") ||
	    slice_is(cseq->method, "PRACK"));
	uint8_t here[KEY], in_dialog[KEY];
	struct slice id = sip_value(m, SIP_H_CALL_ID);
	struct offer *o;
	int e;

	if ((e = transaction(m, cseq, at, here)) < 0 ||
	    (e = dialog(m, at, in_dialog)) < 0)
		return e;
	o = table_get(l->offers, late ? in_dialog : here);
	if ((late || !m->request) && o != NULL)
		return answer(l, o, sdp, at);
	if (slice_is(cseq->method, "ACK") && m->request)
		return 0;	/* to an offer that was not seen */
	return offer(l, m->request ? here : in_dialog, sdp, id, at);
}

int
srtp_learn(struct srtp_learn *l, const struct sip_msg *m,
    const struct srtp_seen *at)
{
	static const char *const methods[] = {
		"INVITE", "ACK", "PRACK", "UPDATE"
	};
	struct sip_cseq cseq;
	struct slice sdp;
	int e;

	if (m->body.n == 0 || sip_cseq(m, &cseq) < 0 ||
	    (!m->request && (m->status <= 100 || m->status >= 300)) ||
	    !sdp_find(sip_value(m, SIP_H_CONTENT_TYPE), m->body, &sdp) ||
	    sdp.n == 0 || sdp.n > SRTP_SDP_MAX)
		return 0;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (slice_is(cseq.method, methods[i])) {
			e = look(l, m, &cseq, sdp, at);
			return e == 0 && l->mem ? ERR_MEM : e;
		}
	return 0;
}

int
srtp_learn_sdp(struct srtp_learn *l, struct slice sdp)
{
	const struct srtp_seen nowhere = { .timed = false };
	int e;

	if (sdp.n == 0 || sdp.n > SRTP_SDP_MAX)
		return 0;
	if (l->loose.octets != NULL) {
		e = answer(l, &l->loose, sdp, &nowhere);
		forget(&l->loose);
		return e;
	}
	e = keep(&l->loose, sdp, slice_of(NULL, 0), &nowhere);
	if (e == 0)
		examine_all(l, sdp);
	return e;
}

void
srtp_learn_end(struct srtp_learn *l)
{
	struct offer *o;

	for (o = table_next(l->offers, NULL); o != NULL;
	    o = table_next(l->offers, o))
		tell_offer(l, o);
	if (l->loose.octets != NULL)
		tell_offer(l, &l->loose);
	forget(&l->loose);
}
