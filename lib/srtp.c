/* srtp: packets opened and sealed (RFC 3711 3.3, 3.4; RFC 7714 8, 9). */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "srtp_int.h"

#define RTP_HEAD	12
#define RTCP_HEAD	8
#define RTCP_TAG	10	/* of every HMAC suite (RFC 4568 6.2.2) */
#define AEAD_TAG	16
#define E_BIT		0x80000000U
#define INDEX_MAX	((1ULL << 48) - 1)

/* Numbers used so far; BITS has one for each of the last ones, TOP lowest. */
struct window {
	bool		 seen;
	uint64_t	 top, bits;
};

struct sender {
	bool		 used;
	uint32_t	 ssrc;
	uint32_t	 roc;		/* until a packet was seen */
	uint32_t	 rtcp_next;
	struct window	 rtp, rtcp;
	uint64_t	 touched;
};

struct srtp {
	struct srtp_key	 key;
	bool		 seal;
	bool		 copy;		/* of what comes */
	struct srtp_engine rtp, rtcp;
	struct sender	 sender[SRTP_SSRCS];
	uint64_t	 clock;		/* of touches */
	uint64_t	 sealed;	/* packets */
};

/* A packet being opened or sealed. */
struct work {
	struct srtp_iv	 iv;
	struct sender	 sender;	/* copied back when all is well */
	size_t		 head;		/* octets that stay clear */
	size_t		 tag;		/* octets of it */
};

struct srtp *
srtp_new(const struct srtp_key *k, bool seal)
{
	struct srtp *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->key = *k;
	s->seal = seal;
	return s;
}

void
srtp_free(struct srtp *s)
{
	if (s == NULL)
		return;
	srtp_engine_free(&s->rtp);
	srtp_engine_free(&s->rtcp);
	crypt_wipe(s, sizeof(*s));
	free(s);
}

bool
srtp_has_key(const struct srtp *s, const struct srtp_key *k)
{
	const struct srtp_key *own = &s->key;

	return own->suite == k->suite && own->has_master == k->has_master &&
	    own->mki_len == k->mki_len &&
	    crypt_equal(own->mki, k->mki, k->mki_len) &&
	    crypt_equal(own->key, k->key, sizeof(k->key)) &&
	    crypt_equal(own->salt, k->salt, sizeof(k->salt)) &&
	    crypt_equal(&own->rtp, &k->rtp, sizeof(k->rtp)) &&
	    crypt_equal(&own->rtcp, &k->rtcp, sizeof(k->rtcp));
}

static struct sender *
find(struct srtp *s, uint32_t ssrc)
{
	for (size_t i = 0; i < SRTP_SSRCS; i++)
		if (s->sender[i].used && s->sender[i].ssrc == ssrc)
			return &s->sender[i];
	return NULL;
}

/* The sender as it is, or as it begins. */
static struct sender
sender_of(struct srtp *s, uint32_t ssrc)
{
	struct sender fresh = { .used = true, .ssrc = ssrc };
	const struct sender *known = find(s, ssrc);

	return known != NULL ? *known : fresh;
}

static struct sender *
place(struct srtp *s, uint32_t ssrc)
{
	struct sender *p = find(s, ssrc);

	for (size_t i = 0; p == NULL && i < SRTP_SSRCS; i++)
		if (!s->sender[i].used)
			p = &s->sender[i];
	if (p != NULL || s->seal)
		return p;
	p = s->sender;
	for (size_t i = 1; i < SRTP_SSRCS; i++)
		if (s->sender[i].touched < p->touched)
			p = &s->sender[i];
	return p;
}

/*
 * Keep what was learnt of a sender.  For sealing, one that was forgotten would
 * begin anew with numbers used before: no room is an error there.
 */
static int
keep(struct srtp *s, const struct sender *was)
{
	struct sender *p = place(s, was->ssrc);

	if (p == NULL)
		return ERR_LIMIT;
	*p = *was;
	p->touched = ++s->clock;
	return 0;
}

void
srtp_begin(struct srtp *s, uint32_t ssrc, uint32_t roc, uint32_t rtcp_index)
{
	struct sender fresh = {
		.used = true, .ssrc = ssrc, .roc = roc,
		.rtcp_next = rtcp_index & ~E_BIT,
	};

	(void)keep(s, &fresh);
}

void
srtp_copy(struct srtp *s, bool copy)
{
	s->copy = copy;
}

bool
srtp_is_rtcp(struct slice p)
{
	return p.n >= 2 && p.p[1] >= 192 && p.p[1] <= 223;
}

static bool
fresh(const struct window *w, uint64_t i)
{
	return !w->seen || i > w->top ||
	    (w->top - i < SRTP_WINDOW && (w->bits >> (w->top - i) & 1) == 0);
}

static void
mark(struct window *w, uint64_t i)
{
	if (w->seen && i < w->top && w->top - i >= SRTP_WINDOW)
		return;			/* a copy of an old one */
	if (!w->seen || i > w->top) {
		w->bits = !w->seen || i - w->top >= SRTP_WINDOW ? 0 :
		    w->bits << (i - w->top);
		w->top = i;
		w->seen = true;
	}
	w->bits |= 1ULL << (w->top - i);
}

/* RFC 3711 3.3.1, appendix A: the 48-bit index of sequence number SEQ. */
static int
estimate(const struct sender *s, uint16_t seq, uint64_t *index)
{
	uint64_t roc = s->rtp.seen ? s->rtp.top >> 16 : s->roc;
	uint16_t last = (uint16_t)s->rtp.top;

	if (s->rtp.seen && last < 0x8000 && seq - last > 0x8000) {
		if (roc == 0)		/* before the first packet */
			return ERR_REPLAY;
		roc--;
	} else if (s->rtp.seen && last >= 0x8000 && last - 0x8000 > seq)
		roc++;
	*index = roc << 16 | seq;
	return *index > INDEX_MAX ? ERR_LIMIT : 0;
}

/* Octets of the RTP header with CSRC and extension (RFC 3550 5.1). */
static int
rtp_head(struct slice p)
{
	size_t n = RTP_HEAD;

	if (p.n < RTP_HEAD)
		return ERR_MORE;
	if (p.p[0] >> 6 != 2)
		return ERR_FORMAT;
	n += 4U * (p.p[0] & 15);
	if (p.p[0] & 0x10) {
		if (p.n < n + 4)
			return ERR_MORE;
		n += 4U + 4U * slice_be16(p.p + n + 2);
	}
	return n > p.n ? ERR_MORE : (int)n;
}

static size_t
rtp_tag(const struct srtp_key *k)
{
	if (sdp_suite_aead(k->suite))
		return AEAD_TAG;
	if (k->unauthenticated_srtp)
		return 0;
	return k->suite == SDP_AES_CM_128_HMAC_SHA1_32 ||
	    k->suite == SDP_AES_192_CM_HMAC_SHA1_32 ||
	    k->suite == SDP_AES_256_CM_HMAC_SHA1_32 ? 4 : 10;
}

/* Which packet IN is, and the keys for it. */
static int
begin_rtp(struct srtp *s, struct slice in, struct work *w)
{
	int e = rtp_head(in);

	if (e < 0)
		return e;
	memset(w, 0, sizeof(*w));
	w->head = (size_t)e;
	w->tag = rtp_tag(&s->key);
	w->iv.header = in.p;
	w->iv.ssrc = slice_be32(in.p + 8);
	w->sender = sender_of(s, w->iv.ssrc);
	e = estimate(&w->sender, slice_be16(in.p + 2), &w->iv.index);
	if (e == 0 && !s->copy && !fresh(&w->sender.rtp, w->iv.index))
		e = ERR_REPLAY;
	return e < 0 ? e : srtp_engine_turn(&s->rtp, &s->key, false,
	    w->iv.index, s->seal);
}

static int
begin_rtcp(struct srtp *s, struct slice in, struct work *w)
{
	if (in.n < RTCP_HEAD)
		return ERR_MORE;
	if (in.p[0] >> 6 != 2)
		return ERR_FORMAT;
	memset(w, 0, sizeof(*w));
	w->head = RTCP_HEAD;
	w->tag = sdp_suite_aead(s->key.suite) ? AEAD_TAG : RTCP_TAG;
	w->iv.rtcp = true;
	w->iv.header = in.p;
	w->iv.ssrc = slice_be32(in.p + 4);
	w->sender = sender_of(s, w->iv.ssrc);
	return 0;
}

/* HMAC of PACKET and the 32-bit word BEHIND (RFC 3711 4.2). */
static int
tag_of(struct srtp_engine *e, struct slice packet, uint32_t behind,
    uint8_t out[CRYPT_HASH_MAX])
{
	uint8_t word[4];
	const struct slice part[2] = { packet, slice_of(word, 4) };

	for (size_t i = 0; i < 4; i++)
		word[i] = (uint8_t)(behind >> (24 - 8 * i));
	return crypt_mac(e->mac, part, 2, out);
}

/*
 * GCM over the text P of N octets behind HEAD octets of AAD; WORD is in the AAD
 * of RTCP.  Without encryption all is AAD (RFC 7714 9.3).
 */
static int
aead(struct srtp_engine *e, const struct work *w, bool encrypt,
    const uint8_t *head, uint8_t *p, size_t n, struct slice word,
    uint8_t tag[AEAD_TAG])
{
	uint8_t nonce[12];
	struct slice aad[3], text = slice_of(p, encrypt ? n : 0);

	aad[0] = slice_of(head, w->head);
	aad[1] = slice_of(p, encrypt ? 0 : n);
	aad[2] = word;
	srtp_engine_nonce(e, &w->iv, nonce);
	return crypt_gcm(e->cipher, nonce, aad, 3, text, p, tag);
}

static bool
mki_is(const struct srtp_key *k, const uint8_t *p)
{
	return k->mki_len == 0 || memcmp(p, k->mki, k->mki_len) == 0;
}

/* IN to OUT, to be worked on there; NULL: no memory. */
static uint8_t *
copy(struct buf *out, struct slice in)
{
	uint8_t *p = buf_room(out, in.n);

	if (p != NULL)
		memcpy(p, in.p, in.n);
	return p;
}

/* Open IN, whose last octets are MKI and tag, in place at P. */
static int
open_rtp(struct srtp *s, struct work *w, struct slice in, uint8_t *p)
{
	const struct srtp_key *k = &s->key;
	size_t n = in.n - w->tag - k->mki_len;
	uint8_t tag[CRYPT_HASH_MAX];
	int e;

	if (sdp_suite_aead(k->suite)) {
		memcpy(tag, p + n, AEAD_TAG);
		return aead(&s->rtp, w, !k->unencrypted_srtp, p, p + w->head,
		    n - w->head, slice_of(NULL, 0), tag);
	}
	if (w->tag > 0) {
		e = tag_of(&s->rtp, slice_of(p, n),
		    (uint32_t)(w->iv.index >> 16), tag);
		if (e < 0)
			return e;
		if (!crypt_equal(tag, p + in.n - w->tag, w->tag))
			return ERR_AUTH;
	}
	return k->unencrypted_srtp ? 0 : srtp_engine_crypt(&s->rtp, k->suite,
	    &w->iv, p + w->head, n - w->head);
}

int
srtp_open(struct srtp *s, struct slice in, struct buf *out)
{
	struct work w;
	size_t tail, had = out->n;
	uint8_t *p;
	int e = begin_rtp(s, in, &w);

	if (e < 0)
		return e;
	tail = w.tag + s->key.mki_len;
	if (in.n < w.head + tail)
		return ERR_MORE;
	/* RFC 3711 3.1, RFC 7714 8.2: HMAC behind the MKI, GCM before. */
	if (!mki_is(&s->key, in.p + in.n - s->key.mki_len -
	    (sdp_suite_aead(s->key.suite) ? 0 : w.tag)))
		return ERR_NOKEY;
	if ((p = copy(out, in)) == NULL)
		return ERR_MEM;
	e = open_rtp(s, &w, in, p);
	if (e == 0) {
		mark(&w.sender.rtp, w.iv.index);
		e = keep(s, &w.sender);
	}
	out->n = e < 0 ? had : out->n - tail;
	return e < 0 ? e : w.tag == 0;
}

/* Open SRTCP of N octets of header and text, with WORD, in place at P. */
static int
open_rtcp(struct srtp *s, struct work *w, uint32_t word, uint8_t *p, size_t n,
    struct slice tail)
{
	uint8_t tag[CRYPT_HASH_MAX];
	int e;

	w->iv.encrypted = (word & E_BIT) != 0;
	if (sdp_suite_aead(s->key.suite)) {
		memcpy(tag, p + n, AEAD_TAG);
		return aead(&s->rtcp, w, w->iv.encrypted, p, p + w->head,
		    n - w->head, slice_sub(tail, AEAD_TAG, 4), tag);
	}
	if ((e = tag_of(&s->rtcp, slice_of(p, n), word, tag)) < 0)
		return e;
	if (!crypt_equal(tag, tail.p + tail.n - w->tag, w->tag))
		return ERR_AUTH;
	return !w->iv.encrypted ? 0 : srtp_engine_crypt(&s->rtcp,
	    s->key.suite, &w->iv, p + w->head, n - w->head);
}

int
srtp_rtcp_open(struct srtp *s, struct slice in, struct buf *out)
{
	bool gcm = sdp_suite_aead(s->key.suite);
	size_t had = out->n, tail, n;
	uint32_t word;
	struct work w;
	uint8_t *p;
	int e = begin_rtcp(s, in, &w);

	if (e < 0)
		return e;
	tail = w.tag + 4 + s->key.mki_len;
	if (in.n < w.head + tail)
		return ERR_MORE;
	n = in.n - tail;
	if (!mki_is(&s->key, in.p + n + 4 + (gcm ? w.tag : 0)))
		return ERR_NOKEY;
	word = slice_be32(in.p + n + (gcm ? w.tag : 0));
	w.iv.index = word & ~E_BIT;
	if (!s->copy && !fresh(&w.sender.rtcp, w.iv.index))
		return ERR_REPLAY;
	e = srtp_engine_turn(&s->rtcp, &s->key, true, w.iv.index, s->seal);
	if (e < 0)
		return e;
	if ((p = copy(out, in)) == NULL)
		return ERR_MEM;
	e = open_rtcp(s, &w, word, p, n, slice_from(in, n));
	if (e == 0) {
		mark(&w.sender.rtcp, w.iv.index);
		e = keep(s, &w.sender);
	}
	out->n = e < 0 ? had : out->n - tail;
	return e;
}

/* Octets of MKI and tag at END. */
static void
put_mki(const struct srtp_key *k, uint8_t *end)
{
	if (k->mki_len > 0)
		memcpy(end, k->mki, k->mki_len);
}

static int
seal_rtp(struct srtp *s, struct work *w, uint8_t *p, size_t n)
{
	const struct srtp_key *k = &s->key;
	uint8_t tag[CRYPT_HASH_MAX];
	int e = 0;

	if (sdp_suite_aead(k->suite)) {
		put_mki(k, p + n + AEAD_TAG);
		return aead(&s->rtp, w, !k->unencrypted_srtp, p, p + w->head,
		    n - w->head, slice_of(NULL, 0), p + n);
	}
	if (!k->unencrypted_srtp)
		e = srtp_engine_crypt(&s->rtp, k->suite, &w->iv, p + w->head,
		    n - w->head);
	put_mki(k, p + n);
	if (e < 0 || w->tag == 0)
		return e;
	e = tag_of(&s->rtp, slice_of(p, n), (uint32_t)(w->iv.index >> 16),
	    tag);
	if (e < 0)
		return e;
	memcpy(p + n + k->mki_len, tag, w->tag);
	return 0;
}

int
srtp_seal(struct srtp *s, struct slice in, struct buf *out)
{
	uint64_t most = s->key.lifetime != 0 ? s->key.lifetime : SDP_LIFETIME;
	size_t had = out->n;
	struct work w;
	uint8_t *p;
	int e = begin_rtp(s, in, &w);

	if (e < 0)
		return e;
	if (s->sealed >= most || place(s, w.iv.ssrc) == NULL)
		return ERR_LIMIT;
	if ((p = buf_room(out, in.n + w.tag + s->key.mki_len)) == NULL)
		return ERR_MEM;
	memcpy(p, in.p, in.n);
	e = seal_rtp(s, &w, p, in.n);
	if (e == 0) {
		mark(&w.sender.rtp, w.iv.index);
		e = keep(s, &w.sender);
		s->sealed++;
	}
	if (e < 0)
		out->n = had;
	return e;
}

/* RTCP of N octets at P, with room behind it. */
static int
seal_rtcp(struct srtp *s, struct work *w, uint8_t *p, size_t n)
{
	bool gcm = sdp_suite_aead(s->key.suite);
	uint8_t *at = p + n + (gcm ? AEAD_TAG : 0), tag[CRYPT_HASH_MAX];
	uint32_t word = (uint32_t)w->iv.index |
	    (w->iv.encrypted ? E_BIT : 0);
	int e = 0;

	for (size_t i = 0; i < 4; i++)
		at[i] = (uint8_t)(word >> (24 - 8 * i));
	put_mki(&s->key, at + 4);
	if (gcm)
		return aead(&s->rtcp, w, w->iv.encrypted, p, p + w->head,
		    n - w->head, slice_of(at, 4), p + n);
	if (w->iv.encrypted)
		e = srtp_engine_crypt(&s->rtcp, s->key.suite, &w->iv,
		    p + w->head, n - w->head);
	if (e < 0)
		return e;
	if ((e = tag_of(&s->rtcp, slice_of(p, n), word, tag)) < 0)
		return e;
	memcpy(at + 4 + s->key.mki_len, tag, w->tag);
	return 0;
}

int
srtp_rtcp_seal(struct srtp *s, struct slice in, struct buf *out)
{
	size_t had = out->n;
	struct work w;
	uint8_t *p;
	int e = begin_rtcp(s, in, &w);

	if (e < 0)
		return e;
	if (w.sender.rtcp_next >= E_BIT || place(s, w.iv.ssrc) == NULL)
		return ERR_LIMIT;
	w.iv.index = w.sender.rtcp_next++;
	w.iv.encrypted = !s->key.unencrypted_srtcp;
	e = srtp_engine_turn(&s->rtcp, &s->key, true, w.iv.index, s->seal);
	if (e < 0)
		return e;
	p = buf_room(out, in.n + w.tag + 4 + s->key.mki_len);
	if (p == NULL)
		return ERR_MEM;
	memcpy(p, in.p, in.n);
	e = seal_rtcp(s, &w, p, in.n);
	if (e == 0)
		e = keep(s, &w.sender);
	if (e < 0)
		out->n = had;
	return e;
}
