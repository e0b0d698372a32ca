/* aka_sqn: nonce, AUTS, sequence numbers and the card's array (TS 33.102). */
#include <stdlib.h>
#include <string.h>

#include "aka.h"
#include "err.h"

#define NONCE_MAX	(AKA_RAND + AKA_AUTN_MAX + 1)	/* octets: 57 */
#define NONCE_TEXT	76	/* base64 characters of NONCE_MAX */

uint64_t
aka_sqn_get(const uint8_t sqn[AKA_SQN])
{
	return (uint64_t)slice_be16(sqn) << 32 | slice_be32(sqn + 2);
}

void
aka_sqn_put(uint8_t sqn[AKA_SQN], uint64_t v)
{
	for (size_t i = AKA_SQN; i > 0; i--, v >>= 8)
		sqn[i - 1] = (uint8_t)v;
}

int
aka_sqn_next(uint64_t *sqn, unsigned ind_len, uint64_t ind)
{
	uint64_t seq;

	if (ind_len > AKA_IND_LEN_MAX || ind >> ind_len != 0 ||
	    *sqn > AKA_SQN_MAX)
		return ERR_RANGE;
	seq = (*sqn >> ind_len) + 1;
	if (seq > AKA_SQN_MAX >> ind_len)
		return ERR_RANGE;
	*sqn = seq << ind_len | ind;
	return 0;
}

int
aka_nonce(struct slice nonce, size_t mac_len, uint8_t rand[AKA_RAND],
    uint8_t autn[AKA_AUTN_MAX])
{
	size_t autn_len = AKA_SQN + AKA_AMF + mac_len;
	uint8_t o[NONCE_MAX];
	int n;

	if (nonce.n == 0 || autn_len > AKA_AUTN_MAX)
		return ERR_FORMAT;
	if (nonce.n > NONCE_TEXT)
		nonce.n = NONCE_TEXT;
	if ((n = slice_base64(nonce, o, sizeof(o))) < 0)
		return ERR_FORMAT;
	if ((size_t)n < AKA_RAND + autn_len)
		return ERR_MORE;
	memcpy(rand, o, AKA_RAND);
	memcpy(autn, o + AKA_RAND, autn_len);
	return n - (int)(AKA_RAND + autn_len);
}

/* MAC-S is made with an AMF of zeros (TS 33.102 6.3.3). */
static int
mac_s(struct aka *a, const uint8_t rand[AKA_RAND], const uint8_t sqn[AKA_SQN],
    uint8_t out[32])
{
	static const uint8_t amf[AKA_AMF] = { 0, 0 };

	return aka_f1(a, true, rand, sqn, amf, out);
}

int
aka_auts_write(struct aka *a, const uint8_t rand[AKA_RAND],
    const uint8_t sqn_ms[AKA_SQN], uint8_t auts[AKA_AUTS_MAX])
{
	int e, n;

	if ((e = aka_f5star(a, rand, auts)) < 0)
		return e;
	if ((n = mac_s(a, rand, sqn_ms, auts + AKA_SQN)) < 0)
		return n;
	for (size_t i = 0; i < AKA_SQN; i++)
		auts[i] ^= sqn_ms[i];
	return AKA_SQN + n;
}

int
aka_auts_check(struct aka *a, const uint8_t rand[AKA_RAND], struct slice auts,
    uint8_t sqn_ms[AKA_SQN])
{
	uint8_t mac[32];
	int e, n;

	if (auts.n < AKA_SQN)
		return ERR_RANGE;
	if ((e = aka_f5star(a, rand, sqn_ms)) < 0)
		return e;
	for (size_t i = 0; i < AKA_SQN; i++)
		sqn_ms[i] ^= auts.p[i];
	if ((n = mac_s(a, rand, sqn_ms, mac)) < 0)
		return n;
	if (auts.n != AKA_SQN + (size_t)n)
		return ERR_RANGE;
	return crypt_equal(mac, auts.p + AKA_SQN, (size_t)n) ? 0 : ERR_AUTH;
}

struct aka_card *
aka_card_new(unsigned ind_len, uint64_t sqn_ms)
{
	struct aka_card *c;
	size_t n;

	if (ind_len > AKA_IND_LEN_MAX || sqn_ms > AKA_SQN_MAX)
		return NULL;
	n = (size_t)1 << ind_len;
	if ((c = malloc(sizeof(*c) + n * sizeof(c->seq[0]))) == NULL)
		return NULL;
	c->ind_len = ind_len;
	c->delta = AKA_DELTA;
	c->age = 0;
	c->sqn_ms = sqn_ms;
	for (size_t i = 0; i < n; i++)
		c->seq[i] = sqn_ms >> ind_len;
	return c;
}

int
aka_card_test(const struct aka_card *c, uint64_t sqn)
{
	uint64_t seq = sqn >> c->ind_len, top = c->sqn_ms >> c->ind_len;
	uint64_t ind = sqn & ((1ULL << c->ind_len) - 1);

	if (seq > top && seq - top > c->delta)		/* C.2.1 */
		return ERR_SYNC;
	if (c->age != 0 && top > seq && top - seq >= c->age)
		return ERR_SYNC;
	return seq > c->seq[ind] ? 0 : ERR_SYNC;	/* C.2.2 */
}

int
aka_card_accept(struct aka_card *c, uint64_t sqn)
{
	int e = aka_card_test(c, sqn);

	if (e < 0)
		return e;
	c->seq[sqn & ((1ULL << c->ind_len) - 1)] = sqn >> c->ind_len;
	if (sqn > c->sqn_ms)
		c->sqn_ms = sqn;
	return 0;
}
