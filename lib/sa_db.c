/* sa_db: the SA of an ESP packet, found and used. */
#include <stdlib.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "sa_int.h"

/* Free the cipher contexts of SET. */
static void
esp_drop(struct sa_db *db, struct sa_set *set)
{
	if (set->esp == NULL)
		return;
	*(set->older != NULL ? &set->older->newer : &db->oldest) = set->newer;
	*(set->newer != NULL ? &set->newer->older : &db->newest) = set->older;
	set->older = set->newer = NULL;
	esp_free(set->esp);
	set->esp = NULL;
	db->n_esp--;
}

/* Those of SET, made if they are not there, as the last used. */
static struct esp *
esp_get(struct sa_db *db, struct sa_set *set)
{
	struct esp *e = set->esp;

	if (e != NULL && db->newest == set)
		return e;
	if (e == NULL) {
		if ((e = esp_new(&set->key)) == NULL)
			return NULL;
		if (db->n_esp == SA_CONTEXTS)
			esp_drop(db, db->oldest);
		db->n_esp++;
	} else {
		*(set->older != NULL ? &set->older->newer : &db->oldest) =
		    set->newer;
		set->newer->older = set->older;
	}
	set->esp = e;
	set->older = db->newest;
	set->newer = NULL;
	*(db->newest != NULL ? &db->newest->newer : &db->oldest) = set;
	db->newest = set;
	return e;
}

static void
set_gone(void *val, void *arg)
{
	struct sa_set *set = val;
	struct sa_db *db = arg;

	for (size_t i = 0; i < set->n_one; i++) {
		struct sa_bucket *b = table_get(db->spis, &set->one[i].spi);
		struct sa_one **at;

		if (b == NULL)
			continue;
		for (at = &b->first; *at != NULL && *at != &set->one[i];)
			at = &(*at)->next;
		if (*at != NULL)
			*at = set->one[i].next;
		if (b->first == NULL)
			table_drop(db->spis, b);
	}
	esp_drop(db, set);
	crypt_wipe(set, sizeof(*set));
}

static void
vector_gone(void *val, void *arg)
{
	(void)arg;
	crypt_wipe(val, sizeof(struct sa_vector));
}

static void
subscriber_gone(void *val, void *arg)
{
	(void)arg;
	aka_key_wipe(val);
}

struct sa_db *
sa_db_new(void)
{
	struct sa_db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		return NULL;
	db->sets = table_new(sizeof(uint32_t), sizeof(struct sa_set), SA_SETS,
	    set_gone, db);
	db->spis = table_new(sizeof(uint32_t), sizeof(struct sa_bucket),
	    SA_SETS * SA_ROLES, NULL, NULL);
	db->vectors = table_new(AKA_RAND, sizeof(struct sa_vector), SA_VECTORS,
	    vector_gone, NULL);
	db->subscribers = table_new(SA_IMPI_MAX, sizeof(struct aka_key),
	    SA_SUBSCRIBERS, subscriber_gone, NULL);
	db->calls = table_new(sizeof(struct sa_call_key),
	    sizeof(struct sa_call), SA_CALLS, NULL, NULL);
	if (db->sets == NULL || db->spis == NULL || db->vectors == NULL ||
	    db->subscribers == NULL || db->calls == NULL) {
		sa_db_free(db);
		return NULL;
	}
	return db;
}

void
sa_db_free(struct sa_db *db)
{
	if (db == NULL)
		return;
	table_free(db->sets);
	table_free(db->spis);
	table_free(db->vectors);
	table_free(db->subscribers);
	table_free(db->calls);
	free(db);
}

void
sa_db_news(struct sa_db *db, sa_news_fn *fn, void *arg)
{
	db->news = fn;
	db->news_arg = arg;
}

/* An IMPI as a table key: lower case, cut to size, zero-filled. */
static void
impi_key(char key[SA_IMPI_MAX], struct slice impi)
{
	memset(key, 0, SA_IMPI_MAX);
	for (size_t i = 0; i < impi.n && i < SA_IMPI_MAX - 1; i++) {
		char c = (char)impi.p[i];

		key[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
}

int
sa_db_subscriber(struct sa_db *db, struct slice impi,
    const struct aka_key *key)
{
	char k[SA_IMPI_MAX];
	struct aka_key *to;

	if (impi.n >= SA_IMPI_MAX)
		return ERR_RANGE;
	impi_key(k, impi);
	if (table_get(db->subscribers, k) == NULL &&
	    table_count(db->subscribers) == SA_SUBSCRIBERS)
		return ERR_LIMIT;
	if ((to = table_put(db->subscribers, k, 0)) == NULL)
		return ERR_MEM;
	*to = *key;
	return 0;
}

/* By the IMPI, by its user part (an IMSI), or the one given without a name. */
const struct aka_key *
sa_db_key(struct sa_db *db, struct slice impi)
{
	struct slice by[3] = {
		impi, slice_sub(impi, 0, slice_chr(impi, '@')), { NULL, 0 },
	};
	char k[SA_IMPI_MAX];
	const struct aka_key *key;

	for (size_t i = 0; i < 3; i++) {
		impi_key(k, by[i]);
		if ((key = table_get(db->subscribers, k)) != NULL)
			return key;
	}
	return NULL;
}

int
sa_db_result(struct sa_db *db, struct slice impi,
    const uint8_t rand[AKA_RAND], struct aka_result *out, bool *keys)
{
	const struct sa_vector *v = table_get(db->vectors, rand);
	const struct aka_key *key;
	struct aka *a;
	int r;

	if (v != NULL && v->xres_len > 0) {
		memset(out, 0, sizeof(*out));
		memcpy(out->res, v->xres, v->xres_len);
		memcpy(out->ck, v->ck, 16);
		memcpy(out->ik, v->ik, 16);
		*keys = v->has_key;
		return (int)(out->res_len = v->xres_len);
	}
	if ((key = sa_db_key(db, impi)) == NULL)
		return ERR_NOKEY;
	if ((a = aka_new(key)) == NULL)
		return ERR_CRYPT;
	r = aka_f2345(a, rand, out);
	aka_free(a);
	*keys = r >= 0;
	return r < 0 ? r : (int)out->res_len;
}

int
sa_db_vector(struct sa_db *db, const uint8_t rand[AKA_RAND],
    const uint8_t ck[16], const uint8_t ik[16], uint64_t now_ns)
{
	struct sa_vector *v = table_put(db->vectors, rand, now_ns);

	if (v == NULL)
		return ERR_MEM;
	memcpy(v->ck, ck, 16);
	memcpy(v->ik, ik, 16);
	v->has_key = true;
	return 0;
}

int
sa_db_xres(struct sa_db *db, const uint8_t rand[AKA_RAND], struct slice xres)
{
	struct sa_vector *v;

	if (xres.n == 0 || xres.n > sizeof(v->xres))
		return ERR_RANGE;
	if ((v = table_put(db->vectors, rand, 0)) == NULL)
		return ERR_MEM;
	memcpy(v->xres, xres.p, xres.n);
	v->xres_len = xres.n;
	return 0;
}

int
sa_db_keys(struct sa_db *db, struct slice impi, const uint8_t rand[AKA_RAND],
    uint8_t ck[16], uint8_t ik[16])
{
	const struct sa_vector *v = table_get(db->vectors, rand);
	const struct aka_key *key;
	struct aka_result r;
	struct aka *a;
	int e;

	if (v != NULL && v->has_key) {
		memcpy(ck, v->ck, 16);
		memcpy(ik, v->ik, 16);
		return 0;
	}
	if ((key = sa_db_key(db, impi)) == NULL)
		return ERR_NOKEY;
	if ((a = aka_new(key)) == NULL)
		return ERR_CRYPT;
	if ((e = aka_f2345(a, rand, &r)) >= 0) {
		memcpy(ck, r.ck, 16);
		memcpy(ik, r.ik, 16);
	}
	crypt_wipe(&r, sizeof(r));
	aka_free(a);
	return e < 0 ? e : 0;
}

bool
sa_set_keys(struct sa_db *db, struct sa_set *set)
{
	if (set->has_key || set->fixed || !set->has_rand)
		return set->has_key;
	return set->has_key = sa_db_keys(db, slice_str(set->impi), set->rand,
	    set->ck, set->ik) == 0;
}

void
sa_set_check(struct sa_db *db, const struct sa_set *set,
    const uint8_t autn[AKA_AUTN])
{
	const struct aka_key *key = sa_db_key(db, slice_str(set->impi));
	uint8_t sqn[AKA_SQN];
	struct aka_result r;
	struct aka *a;

	if (db->news == NULL || key == NULL || (a = aka_new(key)) == NULL)
		return;
	if (aka_autn_check(a, set->rand, slice_of(autn, AKA_AUTN), sqn, &r) ==
	    ERR_AUTH)
		db->news(SA_NEWS_WRONG_K, NULL, 0, slice_str(set->impi),
		    db->news_arg);
	crypt_wipe(&r, sizeof(r));
	aka_free(a);
}

int
sa_set_combo(struct sa_db *db, struct sa_set *set, size_t i)
{
	int r = 0;

	esp_drop(db, set);
	set->cur = i;
	if (set->has_key && !set->fixed)
		r = sa_expand(set->combo[i].alg, set->combo[i].ealg, set->ck,
		    set->ik, &set->key);
	return r;
}

void
sa_set_impi(struct sa_set *set, struct slice impi)
{
	if (impi.n >= SA_IMPI_MAX)
		impi.n = SA_IMPI_MAX - 1;
	if (impi.n > 0)
		memcpy(set->impi, impi.p, impi.n);
	set->impi[impi.n] = '\0';
}

struct sa_set *
sa_set_new(struct sa_db *db, uint64_t now_ns)
{
	uint32_t number = ++db->last_set;
	struct sa_set *set = table_put(db->sets, &number, now_ns);

	if (set != NULL)
		set->number = number;
	return set;
}

int
sa_set_index(struct sa_db *db, struct sa_set *set, uint64_t now_ns)
{
	for (size_t i = 0; i < set->n_one; i++) {
		struct sa_bucket *b = table_put(db->spis, &set->one[i].spi,
		    now_ns);

		if (b == NULL)
			return ERR_MEM;
		set->one[i].set = set;
		set->one[i].next = b->first;
		b->first = &set->one[i];
	}
	return 0;
}

void
sa_set_tell(struct sa_db *db, const struct sa_set *set)
{
	struct sa sa[SA_ROLES];

	if (db->news == NULL)
		return;
	memset(sa, 0, sizeof(sa));
	for (size_t i = 0; i < set->n_one; i++) {
		const struct sa_one *o = &set->one[i];

		memcpy(sa[i].impi, set->impi, sizeof(sa[i].impi));
		sa[i].src = o->src;
		sa[i].dst = o->dst;
		sa[i].sport = o->sport;
		sa[i].dport = o->dport;
		sa[i].spi = o->spi;
		sa[i].role = o->role;
		sa[i].seq = o->window.last;
		sa[i].mode = set->combo[set->cur].mode;
		sa[i].key = set->key;
		sa[i].key.alg = set->combo[set->cur].alg;
		sa[i].key.ealg = set->combo[set->cur].ealg;
		sa[i].has_key = set->has_key;
		sa[i].set = set->number;
		sa[i].time_ns = set->time_ns;
		sa[i].frame = set->frame;
	}
	db->news(SA_NEWS_SET, sa, set->n_one, slice_str(set->impi),
	    db->news_arg);
	crypt_wipe(sa, sizeof(sa));
}

int
sa_db_add(struct sa_db *db, const struct sa *sa)
{
	struct sa_set *set;

	if (sa->has_key && (!esp_alg_key_ok(sa->key.alg, sa->key.auth_len) ||
	    !esp_ealg_key_ok(sa->key.ealg, sa->key.enc_len)))
		return ERR_RANGE;
	if ((set = sa_set_new(db, sa->time_ns)) == NULL)
		return ERR_MEM;
	sa_set_impi(set, slice_str(sa->impi));
	set->time_ns = sa->time_ns;
	set->n_one = 1;
	sa_one_init(&set->one[0], sa);
	set->n_combo = 1;
	set->combo[0].alg = sa->key.alg;
	set->combo[0].ealg = sa->key.ealg;
	set->combo[0].mode = sa->mode;
	set->fixed = true;
	set->has_key = sa->has_key;
	set->key = sa->key;
	return sa_set_index(db, set, sa->time_ns);
}

/*
 * W as it was before a packet with LOW that it has seen: a copy of that one is
 * no replay, and has the same high half.
 */
static struct esp_window
window_before(const struct esp_window *w, uint32_t low)
{
	uint64_t seq = (w->last & ~(uint64_t)UINT32_MAX) | low;

	if (seq > w->last && seq > UINT32_MAX)
		seq -= 1ULL << 32;
	return (struct esp_window){ .last = seq - 1 };
}

/*
 * Open with the pair of algorithms at hand.  The window moves when the content
 * fits too, or when ANY content will do: the same ICV key may go with several
 * encryptions.
 */
static int
open_with(struct sa_db *db, struct sa_one *one, struct slice in,
    uint8_t *out, bool any, struct sa_opened *o)
{
	struct esp_window w = one->window;
	const struct sa_set *set = one->set;
	struct esp *e = esp_get(db, one->set);
	int r;

	if (e == NULL)
		return ERR_CRYPT;
	if (o->copy)
		w = window_before(&w, o->seq);
	r = esp_open(e, &w, in, out, &o->payload);
	if (r < 0)
		return r;
	if (!o->payload.fits && !any)
		return ERR_FORMAT;
	if (!o->copy)
		one->window = w;
	o->known = true;
	o->alg = set->key.alg;
	o->ealg = set->key.ealg;
	o->key = &set->key;
	o->checked = esp_icv_len(o->alg, o->ealg) > 0;
	return 0;
}

/*
 * With the pair of algorithms that the rule says; then, while none has proved
 * right, with the others that both sides named: phones and servers do not all
 * choose by the rule.
 */
static int
open_keyed(struct sa_db *db, struct sa_one *one, struct slice in,
    uint8_t *out, bool any, struct sa_opened *o)
{
	struct sa_set *set = one->set;
	size_t chosen = set->cur;
	int r = open_with(db, one, in, out, any, o);

	if (set->proven || set->n_combo < 2 ||
	    (r != ERR_AUTH && r != ERR_FORMAT)) {
		set->proven |= r == 0;
		return r;
	}
	for (size_t i = 0; i < set->n_combo; i++) {
		if (i == chosen || sa_set_combo(db, set, i) < 0 ||
		    open_with(db, one, in, out, false, o) < 0)
			continue;
		set->proven = true;
		sa_set_tell(db, set);
		return 0;
	}
	return sa_set_combo(db, set, chosen) < 0 ? ERR_CRYPT : r;
}

/* NULL encryption can be read without a key, but not checked. */
static int
open_keyless(struct sa_set *set, struct slice in, struct sa_opened *o)
{
	for (size_t i = 0; i < set->n_combo; i++) {
		size_t c = i == 0 ? set->cur : i == set->cur ? 0 : i;

		if (set->combo[c].ealg != ESP_NULL ||
		    esp_peek(in, (int)set->combo[c].alg, &o->payload) < 0)
			continue;
		o->known = true;
		o->alg = set->combo[c].alg;
		o->ealg = ESP_NULL;
		return 0;
	}
	return ERR_NOKEY;
}

/* Are the keys of SET known, perhaps only by now? */
static bool
set_keyed(struct sa_db *db, struct sa_set *set)
{
	if (set->has_key)
		return true;
	if (!sa_set_keys(db, set) || sa_set_combo(db, set, set->cur) < 0)
		return false;
	sa_set_tell(db, set);
	return true;
}

/* The more telling of two reasons. */
static int
worse(int a, int b)
{
	static const int order[] = {
		ERR_REPLAY, ERR_AUTH, ERR_FORMAT, ERR_CRYPT, ERR_NOKEY,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return ERR_NOSA;
}

/* How well the addresses of SA fit: 2 both, 1 the destination, 0 not. */
static int
fit(const struct sa_one *one, const struct pkt_addr *src,
    const struct pkt_addr *dst)
{
	if (one->dst.family != 0 && !pkt_addr_eq(&one->dst, dst))
		return 0;
	return one->src.family == 0 || pkt_addr_eq(&one->src, src) ? 2 : 1;
}

int
sa_db_open(struct sa_db *db, const struct pkt_addr *src,
    const struct pkt_addr *dst, struct slice in, uint8_t *out, bool copy,
    uint64_t now_ns, struct sa_opened *o)
{
	struct sa_one *odd = NULL;	/* ICV right, content strange */
	struct sa_one *one;
	struct sa_bucket *b;
	int r = ERR_NOSA, e, n;

	memset(o, 0, sizeof(*o));
	if (in.n < ESP_HEADER)
		return ERR_FORMAT;
	o->spi = slice_be32(in.p);
	o->seq = slice_be32(in.p + 4);
	o->copy = copy;
	b = table_get(db->spis, &o->spi);
	for (int want = 2; b != NULL && want >= 0; want--)
		for (one = b->first, n = 0; one != NULL && n < SA_SAME_SPI;
		    one = one->next, n++) {
			if (fit(one, src, dst) != want ||
			    !set_keyed(db, one->set))
				continue;
			table_touch(db->sets, one->set, now_ns);
			e = open_keyed(db, one, in, out, false, o);
			if (e == 0)
				return 0;
			if (e == ERR_FORMAT && odd == NULL)
				odd = one;
			/* Another phone's SA says nothing of this packet. */
			if (want > 0)
				r = worse(r, e);
		}
	if (odd != NULL)
		return open_keyed(db, odd, in, out, true, o);
	if (r != ERR_NOSA)
		return r;
	/* No key: no ICV, and no replay test, for the window cannot move. */
	for (one = b != NULL ? b->first : NULL; one != NULL; one = one->next)
		if (fit(one, src, dst) > 0 && !one->set->has_key) {
			table_touch(db->sets, one->set, now_ns);
			if (open_keyless(one->set, in, o) == 0)
				return 0;
			o->impi = slice_str(one->set->impi);
			r = ERR_NOKEY;
		}
	if (r == ERR_NOSA && esp_peek(in, ERR_ALG, &o->payload) == 0)
		return 0;
	return r;
}
