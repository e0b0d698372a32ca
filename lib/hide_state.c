/* hide_state: runs replaced by a fixed host and a reference (TS 33.226). */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "hide_int.h"

/* What the table has: the run, owned. */
struct kept {
	uint8_t	*p;
	size_t	 n;
};

static void
drop(void *val, void *arg)
{
	struct kept *k = val;

	(void)arg;
	free(k->p);
}

int
hide_state(struct hide *h, const uint8_t key[HIDE_KEY])
{
	crypt_mac_free(h->state_mac);
	table_free(h->state);
	h->state = table_new(HIDE_REF, sizeof(struct kept), HIDE_RUNS, drop,
	    NULL);
	h->state_mac = crypt_mac_new(CRYPT_SHA256, slice_of(key, HIDE_KEY));
	if (h->state == NULL)
		return ERR_MEM;
	return h->state_mac == NULL ? ERR_CRYPT : 0;
}

static int
make_ref(struct hide *h, struct slice run, uint8_t ref[HIDE_REF])
{
	uint8_t mac[CRYPT_HASH_MAX];
	int r;

	if (h->state_mac == NULL)
		return ERR_NOKEY;
	if ((r = crypt_mac(h->state_mac, &run, 1, mac)) < 0)
		return r;
	memcpy(ref, mac, HIDE_REF);
	return 0;
}

static int
keep(struct hide *h, const uint8_t ref[HIDE_REF], struct slice run)
{
	struct kept *k;
	uint8_t *p;

	if (table_count(h->state) >= HIDE_RUNS)
		return ERR_LIMIT;
	if ((p = malloc(run.n + 1)) == NULL)
		return ERR_MEM;
	if ((k = table_put(h->state, ref, 0)) == NULL) {
		free(p);
		return ERR_MEM;
	}
	memcpy(p, run.p, run.n);
	k->p = p;
	k->n = run.n;
	return 0;
}

int
hide_state_run(struct hide *h, const uint8_t ref[HIDE_REF], struct slice run)
{
	uint8_t is[HIDE_REF];
	int r;

	if (run.n == 0 || run.n > HIDE_OCTETS)
		return ERR_RANGE;
	if ((r = make_ref(h, run, is)) < 0)
		return r;
	if (!crypt_equal(is, ref, HIDE_REF))
		return ERR_AUTH;
	return table_get(h->state, ref) != NULL ? 0 : keep(h, ref, run);
}

int
hide_state_seal(struct hide *h, enum sip_h id, struct buf *out)
{
	struct slice run = buf_slice(&h->inside);
	uint8_t ref[HIDE_REF];
	int r;

	if ((r = make_ref(h, run, ref)) < 0)
		return r;
	if (table_get(h->state, ref) == NULL) {
		if ((r = keep(h, ref, run)) < 0)
			return r;
		if (h->o.keep != NULL)
			h->o.keep(ref, run, h->o.arg);
	}
	buf_str(out, id == SIP_H_VIA ? "SIP/2.0/UDP " HIDE_CONSTANT ";hidden=" :
	    "<sip:" HIDE_CONSTANT ";lr;hidden=");
	buf_hex(out, slice_of(ref, HIDE_REF));
	if (id != SIP_H_VIA)
		buf_u8(out, '>');
	return 0;
}

int
hide_state_open(struct hide *h, const struct hide_entry *e)
{
	uint8_t ref[HIDE_REF];
	const struct kept *k;

	if (h->state == NULL ||
	    slice_hex(e->token, ref, HIDE_REF) != HIDE_REF ||
	    (k = table_get(h->state, ref)) == NULL)
		return ERR_AUTH;
	buf_reset(&h->inside);
	buf_put(&h->inside, slice_of(k->p, k->n));
	return h->inside.bad ? ERR_MEM : 0;
}
