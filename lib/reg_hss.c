/* reg_hss: subscribers, their vectors and sequence numbers (TS 33.102 6.3). */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "reg_int.h"

#define USERS	65536

struct reg_hss {
	struct table	*by_impi, *by_impu;	/* of struct reg_user * */
};

static void
drop_user(void *val, void *arg)
{
	struct reg_user *u = *(struct reg_user **)val;

	(void)arg;
	if (u == NULL)
		return;
	aka_free(u->aka);
	crypt_wipe(u, sizeof(*u));
	free(u);
}

struct reg_hss *
reg_hss_new(void)
{
	struct reg_hss *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->by_impi = table_new(SA_IMPI_MAX, sizeof(struct reg_user *), USERS,
	    drop_user, NULL);
	h->by_impu = table_new(REG_URI, sizeof(struct reg_user *),
	    USERS * 2, NULL, NULL);
	if (h->by_impi == NULL || h->by_impu == NULL) {
		reg_hss_free(h);
		return NULL;
	}
	return h;
}

void
reg_hss_free(struct reg_hss *h)
{
	if (h == NULL)
		return;
	table_free(h->by_impi);
	table_free(h->by_impu);
	free(h);
}

static int
add_impu(struct reg_hss *h, struct reg_user *u, const char *impu)
{
	char key[REG_URI] = "";
	struct reg_user **slot;

	if (!reg_copy(key, sizeof(key), slice_str(impu)) ||
	    (slot = table_put(h->by_impu, key, 0)) == NULL)
		return ERR_MEM;
	if (*slot == NULL)
		*slot = u;
	return 0;
}

int
reg_hss_add(struct reg_hss *h, const struct reg_identity *who)
{
	char key[SA_IMPI_MAX] = "";
	struct reg_user **slot, *u;
	int r;

	memcpy(key, who->impi, strlen(who->impi));
	if (table_get(h->by_impi, key) != NULL)
		return ERR_FORMAT;
	if (table_count(h->by_impi) == USERS)
		return ERR_LIMIT;
	if ((u = calloc(1, sizeof(*u))) == NULL ||
	    (slot = table_put(h->by_impi, key, 0)) == NULL) {
		free(u);
		return ERR_MEM;
	}
	*slot = u;
	u->who = *who;
	if ((u->aka = aka_new(&who->key)) == NULL)
		return ERR_MEM;
	if ((r = add_impu(h, u, who->register_as)) < 0)
		return r;
	for (size_t i = 0; i < who->n_impu; i++)
		if ((r = add_impu(h, u, who->impu[i])) < 0)
			return r;
	return 0;
}

static struct reg_user *
find(struct table *t, char *key, size_t cap, struct slice s)
{
	struct reg_user **slot;

	memset(key, 0, cap);
	if (!reg_copy(key, cap, s) || (slot = table_get(t, key)) == NULL)
		return NULL;
	return *slot;
}

struct reg_user *
reg_hss_impi(struct reg_hss *h, struct slice impi)
{
	char key[SA_IMPI_MAX];

	return find(h->by_impi, key, sizeof(key), impi);
}

struct reg_user *
reg_hss_impu(struct reg_hss *h, struct slice impu)
{
	char key[REG_URI];

	/* Parameters of a public identity do not tell who it is. */
	if (slice_casestarts(impu, "sip:") || slice_casestarts(impu, "tel:"))
		impu = slice_sub(impu, 0, slice_chr(impu, ';'));
	return find(h->by_impu, key, sizeof(key), impu);
}

bool
reg_user_has(const struct reg_user *u, struct slice impu)
{
	if (slice_is(impu, u->who.register_as))
		return true;
	for (size_t i = 0; i < u->who.n_impu; i++)
		if (slice_is(impu, u->who.impu[i]))
			return true;
	return false;
}

int
reg_user_vector(struct reg_user *u, struct reg_vector *v)
{
	uint64_t ind = u->who.sqn & ((1ULL << u->who.ind_len) - 1);
	int n = aka_sqn_next(&u->who.sqn, u->who.ind_len, ind);

	if (n < 0)
		return n;
	aka_sqn_put(v->sqn, u->who.sqn);
	memcpy(v->amf, u->who.amf, AKA_AMF);
	n = aka_vector(u->aka, v->rand, v->sqn, v->amf, &v->result, v->autn);
	if (n < 0)
		return n;
	v->autn_len = (size_t)n;
	v->impi = slice_str(u->who.impi);
	v->ck_len = u->who.key.ck_len;
	v->ik_len = u->who.key.ik_len;
	return 0;
}

int
reg_user_resync(struct reg_user *u, const uint8_t rand[AKA_RAND],
    struct slice auts)
{
	uint8_t sqn_ms[AKA_SQN];
	int r = aka_auts_check(u->aka, rand, auts, sqn_ms);

	if (r == 0)
		u->who.sqn = aka_sqn_get(sqn_ms);
	return r;
}
