/* scrub_esp: ESP opened with the old keys, sealed with the new ones. */
#include <string.h>

#include "err.h"
#include "scrub_int.h"

#define CONTEXTS	1024

struct key {
	uint8_t	 auth[ESP_KEY_MAX], enc[ESP_KEY_MAX], salt[ESP_SALT];
	uint8_t	 alg, ealg, auth_len, enc_len, esn;
};

struct context {
	struct esp	*e;
};

static void
context_gone(void *val, void *arg)
{
	struct context *x = val;

	(void)arg;
	esp_free(x->e);
}

int
scrub_esp_init(struct scrub_cap *c)
{
	c->esps = table_new(sizeof(struct key), sizeof(struct context),
	    CONTEXTS, context_gone, NULL);
	return c->esps == NULL ? ERR_MEM : 0;
}

void
scrub_esp_free(struct scrub_cap *c)
{
	table_free(c->esps);
	for (size_t i = 0; i < SCRUB_ESPS; i++)
		buf_wipe(&c->esp_out[i]);
}

/* What seals in the place of WAS. */
static struct esp *
context(struct scrub_cap *c, const struct esp_key *was, uint64_t now_ns)
{
	struct esp_key is = *was;
	struct context *x;
	struct key k;

	memset(&k, 0, sizeof(k));
	memcpy(k.auth, was->auth, was->auth_len);
	memcpy(k.enc, was->enc, was->enc_len);
	memcpy(k.salt, was->salt, sizeof(k.salt));
	k.alg = (uint8_t)was->alg;
	k.ealg = (uint8_t)was->ealg;
	k.auth_len = (uint8_t)was->auth_len;
	k.enc_len = (uint8_t)was->enc_len;
	k.esn = was->esn;
	if ((x = table_put(c->esps, &k, now_ns)) == NULL) {
		c->s->error = ERR_MEM;
		return NULL;
	}
	if (x->e == NULL && scrub_esp_key(c->s, &is) == 0)
		x->e = esp_new_seal(&is);
	crypt_wipe(&is, sizeof(is));
	crypt_wipe(&k, sizeof(k));
	return x->e;
}

static void
inside(struct scrub_cap *c, struct scrub_walk *w, const struct sa_opened *o,
    uint8_t *p)
{
	struct scrub_walk inner = *w;

	inner.spi = o->spi;
	inner.esps++;
	if (++inner.depth > SCRUB_LEVELS)
		scrub_blank(c, p, o->payload.data.n);
	else if (o->payload.next == PKT_PROTO_IPIP ||
	    o->payload.next == PKT_PROTO_IPV6)
		scrub_ip(c, &inner, p, o->payload.data.n);
	else
		scrub_payload(c, &inner, o->payload.next, p,
		    o->payload.data.n);
}

/* Opened without a key: an ICV that nobody can check, behind the trailer. */
static void
unproven(struct scrub_cap *c, uint8_t *data, const uint8_t *end, size_t n)
{
	size_t pad = 0, left = (size_t)(end - data) - n;

	data += n;
	while (pad < left && data[pad] != pad)
		pad++;
	if (pad + 2 >= left)
		return;
	scrub_octets(c->s, "icv", data + pad + 2, left - pad - 2);
	c->s->count[SCRUB_UNPROVEN]++;
}

static void
opened(struct scrub_cap *c, struct scrub_walk *w, const struct sa_opened *o,
    uint8_t *p, size_t n, struct buf *out)
{
	struct slice data = o->payload.data;
	struct esp *e = o->key != NULL ? context(c, o->key, w->time_ns) : NULL;
	bool here = data.p >= p && data.p <= p + n;
	size_t iv = o->key != NULL ? esp_iv_len(o->alg, o->ealg) : 0;
	size_t icv = o->key != NULL ? esp_icv_len(o->alg, o->ealg) : 0;

	if (o->key != NULL && (e == NULL || n < ESP_HEADER + iv + icv)) {
		scrub_octets(c->s, "esp", p + ESP_HEADER, n - ESP_HEADER);
		c->s->count[SCRUB_CLOSED]++;
		return;
	}
	/* Padding and trailer too, as they were. */
	if (!here)
		memcpy(p + ESP_HEADER + iv, out->p, n - ESP_HEADER - iv - icv);
	inside(c, w, o, here ? scrub_mut(data) : p + ESP_HEADER + iv);
	if (e == NULL)
		unproven(c, scrub_mut(data), p + n, data.n);
	else if (esp_seal_again(e, 0, p, n) < 0)
		scrub_octets(c->s, "esp", p + ESP_HEADER, n - ESP_HEADER);
	else
		c->s->count[SCRUB_SEALED]++;
}

void
scrub_esp(struct scrub_cap *c, struct scrub_walk *w, uint8_t *p, size_t n)
{
	struct buf *out = &c->esp_out[w->esps < SCRUB_ESPS ? w->esps : 0];
	struct slice in = slice_of(p, n);
	struct sa_opened o;
	uint8_t *room;
	int r = ERR_LIMIT;

	if (n <= ESP_HEADER)
		return;
	if (w->esps < SCRUB_ESPS && !w->cut) {
		buf_reset(out);
		if ((room = buf_room(out, n)) == NULL) {
			c->s->error = ERR_MEM;
			return;
		}
		r = sa_db_open(c->s->db, &w->src, &w->dst, in, room, false,
		    w->time_ns, &o);
		if (r == ERR_REPLAY)
			r = sa_db_open(c->s->db, &w->src, &w->dst, in, room,
			    true, w->time_ns, &o);
	}
	if (r == 0) {
		opened(c, w, &o, p, n, out);
		return;
	}
	scrub_octets(c->s, "esp", p + ESP_HEADER, n - ESP_HEADER);
	c->s->count[SCRUB_CLOSED]++;
}
