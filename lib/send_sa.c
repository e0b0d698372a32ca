/* send_sa: the SAs that send protects with, by selectors and by SPI. */
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "send_int.h"

/* Bits: which selectors of an SA are any. */
enum { ANY_SRC = 1, ANY_DST = 2, ANY_SPORT = 4, ANY_DPORT = 8, ANY_ALL = 15 };

static void
context_gone(void *val, void *arg)
{
	struct send_context *c = val;

	(void)arg;
	esp_free(c->esp);
}

static void
sa_gone(void *val, void *arg)
{
	struct send_one *one = val;

	(void)arg;
	crypt_wipe(&one->sa.key, sizeof(one->sa.key));
}

int
send_sa_init(struct send *s)
{
	s->sas = table_new(sizeof(struct send_id), sizeof(struct send_one),
	    SEND_SAS, sa_gone, NULL);
	s->hops = table_new(sizeof(struct send_hop),
	    sizeof(struct send_bucket), SEND_SAS, NULL, NULL);
	s->pairs = table_new(sizeof(struct send_hop), 1, SEND_SAS, NULL,
	    NULL);
	s->spis = table_new(sizeof(uint32_t), sizeof(struct send_bucket),
	    SEND_SAS, NULL, NULL);
	s->contexts = table_new(sizeof(struct send_id),
	    sizeof(struct send_context), SEND_CONTEXTS, context_gone, NULL);
	return s->sas == NULL || s->hops == NULL || s->pairs == NULL ||
	    s->spis == NULL || s->contexts == NULL ? ERR_MEM : 0;
}

void
send_sa_done(struct send *s)
{
	table_free(s->contexts);
	table_free(s->spis);
	table_free(s->pairs);
	table_free(s->hops);
	table_free(s->sas);
}

static int
check(const struct sa *sa)
{
	const struct esp_key *k = &sa->key;

	if (!sa->has_key)
		return ERR_NOKEY;
	if (!esp_alg_key_ok(k->alg, k->auth_len) ||
	    !esp_ealg_key_ok(k->ealg, k->enc_len) || sa->spi < 256)
		return ERR_RANGE;
	/* RFC 4303 3.2: not both NULL; RFC 4106, 4543: nothing beside. */
	if ((k->alg == ESP_AUTH_NULL) != (k->ealg == ESP_AES_GCM) ||
	    (k->alg == ESP_AES_GMAC && k->ealg != ESP_NULL))
		return ERR_ALG;
	return 0;
}

static unsigned
wildcards(const struct sa *sa)
{
	return (sa->src.family == 0 ? ANY_SRC : 0) |
	    (sa->dst.family == 0 ? ANY_DST : 0) |
	    (sa->sport == 0 ? ANY_SPORT : 0) |
	    (sa->dport == 0 ? ANY_DPORT : 0);
}

/* HOP without what W says is any. */
static struct send_hop
masked(const struct send_hop *hop, unsigned w)
{
	struct send_hop h = *hop;

	if (w & ANY_SRC)
		memset(&h.src, 0, sizeof(h.src));
	if (w & ANY_DST)
		memset(&h.dst, 0, sizeof(h.dst));
	if (w & ANY_SPORT)
		h.sport = 0;
	if (w & ANY_DPORT)
		h.dport = 0;
	return h;
}

/* Does A count more than B? */
static bool
before(const struct send_one *a, const struct send_one *b)
{
	bool old_a = a->sa.state == SA_OLD, old_b = b->sa.state == SA_OLD;

	return old_a != old_b ? old_b : a->order > b->order;
}

static void
unlink_one(struct send *s, struct send_one *one)
{
	struct send_bucket *b = table_get(s->hops, &one->id.hop);
	struct send_one **at;

	for (at = &b->first; *at != one;)
		at = &(*at)->next_hop;
	*at = one->next_hop;
	b = table_get(s->spis, &one->id.spi);
	for (at = &b->first; *at != one;)
		at = &(*at)->next_spi;
	*at = one->next_spi;
}

static int
link_one(struct send *s, struct send_one *one)
{
	struct send_bucket *hop = table_put(s->hops, &one->id.hop, 0);
	struct send_bucket *spi = table_put(s->spis, &one->id.spi, 0);
	struct send_hop pair = masked(&one->id.hop, ANY_SPORT | ANY_DPORT);
	struct send_one **at;

	if (hop == NULL || spi == NULL ||
	    table_put(s->pairs, &pair, 0) == NULL)
		return ERR_MEM;
	one->order = ++s->order;
	for (at = &hop->first; *at != NULL && before(*at, one);)
		at = &(*at)->next_hop;
	one->next_hop = *at;
	*at = one;
	for (at = &spi->first; *at != NULL && before(*at, one);)
		at = &(*at)->next_spi;
	one->next_spi = *at;
	*at = one;
	return 0;
}

int
send_sa(struct send *s, const struct sa *sa)
{
	struct send_context *c;
	struct send_one *one;
	struct send_id id;
	uint64_t seq = sa->seq;
	int r;

	if ((r = check(sa)) < 0)
		return r;
	memset(&id, 0, sizeof(id));
	send_hop_set(&id.hop, &sa->src, sa->sport, &sa->dst, sa->dport);
	id.spi = sa->spi;
	if ((one = table_get(s->sas, &id)) != NULL) {
		unlink_one(s, one);
		if (one->sa.seq > seq)
			seq = one->sa.seq;
		if ((c = table_get(s->contexts, &id)) != NULL)
			table_drop(s->contexts, c);
	} else if (table_count(s->sas) == SEND_SAS)
		return ERR_LIMIT;
	else if ((one = table_put(s->sas, &id, 0)) == NULL)
		return ERR_MEM;
	one->id = id;
	one->sa = *sa;
	one->sa.seq = seq;
	s->wild |= 1U << wildcards(sa);
	if ((r = link_one(s, one)) < 0)
		table_drop(s->sas, one);
	return r;
}

void
send_sas(const struct send *s, void (*fn)(const struct sa *sa, void *arg),
    void *arg)
{
	for (const struct send_one *one = table_next(s->sas, NULL);
	    one != NULL; one = table_next(s->sas, one))
		fn(&one->sa, arg);
}

static struct send_one *
find_hop(struct send *s, const struct send_hop *hop)
{
	struct send_one *best = NULL;

	for (unsigned w = 0; w <= ANY_ALL; w++) {
		struct send_hop h = masked(hop, w);
		struct send_bucket *b;

		if ((s->wild >> w & 1) == 0 ||
		    (b = table_get(s->hops, &h)) == NULL || b->first == NULL)
			continue;
		if (best == NULL || before(b->first, best))
			best = b->first;
	}
	return best;
}

static bool
covers(const struct send_one *one, const struct send_hop *hop)
{
	struct send_hop h = masked(hop, wildcards(&one->sa));

	return memcmp(&h, &one->id.hop, sizeof(h)) == 0;
}

struct send_one *
send_sa_find(struct send *s, const struct send_hop *hop, uint32_t spi)
{
	struct send_bucket *b;

	if (spi == 0)
		return find_hop(s, hop);
	if ((b = table_get(s->spis, &spi)) == NULL)
		return NULL;
	for (struct send_one *one = b->first; one != NULL;
	    one = one->next_spi)
		if (covers(one, hop))
			return one;
	return b->first;
}

bool
send_sa_between(struct send *s, const struct send_hop *hop)
{
	for (unsigned w = 0; w <= (ANY_SRC | ANY_DST); w++) {
		struct send_hop h = masked(hop, w | ANY_SPORT | ANY_DPORT);

		if (table_get(s->pairs, &h) != NULL)
			return true;
	}
	return false;
}

struct esp *
send_sa_context(struct send *s, const struct send_one *one)
{
	struct send_context *c = table_put(s->contexts, &one->id, 0);

	if (c == NULL)
		return NULL;
	if (c->esp == NULL)
		c->esp = esp_new_seal(&one->sa.key);
	return c->esp;
}
