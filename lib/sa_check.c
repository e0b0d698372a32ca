/* sa_check: sequence numbers of AUTN and AUTS, by the subscriber's key. */
#include "err.h"
#include "sa_int.h"

int
sa_db_autn(struct sa_db *db, struct slice impi, const uint8_t rand[AKA_RAND],
    const uint8_t autn[AKA_AUTN], uint64_t *sqn)
{
	const struct aka_key *key = sa_db_key(db, impi);
	struct aka_result res;
	uint8_t raw[AKA_SQN];
	struct aka *a;
	int r;

	if (key == NULL)
		return ERR_NOKEY;
	if ((a = aka_new(key)) == NULL)
		return ERR_CRYPT;
	r = aka_autn_check(a, rand, slice_of(autn, AKA_AUTN), raw, &res);
	aka_free(a);
	if (r == 0)
		*sqn = aka_sqn_get(raw);
	crypt_wipe(&res, sizeof(res));
	return r;
}

int
sa_db_auts(struct sa_db *db, struct slice impi, const uint8_t rand[AKA_RAND],
    struct slice auts, uint64_t *sqn)
{
	const struct aka_key *key = sa_db_key(db, impi);
	uint8_t raw[AKA_SQN];
	struct aka *a;
	int r;

	if (key == NULL)
		return ERR_NOKEY;
	if ((a = aka_new(key)) == NULL)
		return ERR_CRYPT;
	r = aka_auts_check(a, rand, auts, raw);
	aka_free(a);
	if (r == 0)
		*sqn = aka_sqn_get(raw);
	return r;
}
