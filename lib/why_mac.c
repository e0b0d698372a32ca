/* why_mac: what would have made the MAC of AUTN or AUTS right (TS 33.102). */
#include <string.h>

#include "why_int.h"

struct attempt {
	const struct aka_key	*given;
	const uint8_t		*rand;
	struct slice		 token;		/* AUTN or AUTS */
	bool			 auts;
	const uint8_t		*amf_given;	/* or NULL */
	/* What one set makes of it. */
	struct aka_key		 key;
	uint8_t			 amf[AKA_AMF];
	bool			 clear, ak, f1;
};

/* The MAC is made with the AMF at P, unless that is the right one anyway. */
static bool
other_amf(struct attempt *a, const void *p)
{
	if (p == NULL || memcmp(a->amf, p, AKA_AMF) == 0)
		return false;
	memcpy(a->amf, p, AKA_AMF);
	return true;
}

static bool
spoil_autn(enum why w, struct attempt *a)
{
	static const uint8_t zero[AKA_AMF] = { 0, 0 }, sep[AKA_AMF] = { 0x80 };
	const uint8_t *given = a->amf_given;

	switch (w) {
	case WHY_AMF_CONFIGURED:
		return other_amf(a, given);
	case WHY_AMF_0000:
		return (given == NULL || memcmp(given, zero, 2) != 0) &&
		    other_amf(a, zero);
	case WHY_AMF_8000:
		return (given == NULL || memcmp(given, sep, 2) != 0) &&
		    other_amf(a, sep);
	case WHY_SQN_CLEAR:
		return a->clear = true;
	default:
		return false;
	}
}

static bool
spoil_auts(enum why w, struct attempt *a)
{
	switch (w) {
	case WHY_AMF_CHALLENGE:
		return other_amf(a, a->amf_given);
	case WHY_SQN_CLEAR:
		return a->clear = true;
	case WHY_SQN_AK:
		return a->ak = true;
	case WHY_F1:
		return a->f1 = true;
	default:
		return false;
	}
}

/* What conceals SQN, as the attempt has it. */
static bool
concealed_by(const struct attempt *a, struct aka *aka, uint8_t ak[AKA_AK])
{
	struct aka_result r;

	memset(ak, 0, AKA_AK);
	if (a->clear)
		return true;
	if (a->auts && !a->ak)
		return aka_f5star(aka, a->rand, ak) >= 0;
	if (aka_f2345(aka, a->rand, &r) < 0)
		return false;
	memcpy(ak, r.ak, AKA_AK);
	crypt_wipe(&r, sizeof(r));
	return true;
}

static bool
fits(const struct attempt *a)
{
	size_t head = a->auts ? AKA_SQN : AKA_SQN + AKA_AMF;
	struct aka *aka = aka_new(&a->key);
	uint8_t sqn[AKA_SQN], mac[32];
	int n = -1;

	if (aka == NULL)
		return false;
	if (concealed_by(a, aka, sqn)) {
		for (size_t i = 0; i < AKA_SQN; i++)
			sqn[i] ^= a->token.p[i];
		n = aka_f1(aka, a->auts && !a->f1, a->rand, sqn, a->amf, mac);
	}
	aka_free(aka);
	return n >= 0 && a->token.n == head + (size_t)n &&
	    crypt_equal(mac, a->token.p + head, (size_t)n);
}

static bool
try_mac(const struct why_set *set, void *arg)
{
	struct attempt *a = arg;
	bool go = true;

	a->key = *a->given;
	memset(a->amf, 0, sizeof(a->amf));
	if (!a->auts)
		memcpy(a->amf, a->token.p + AKA_SQN, AKA_AMF);
	a->clear = a->ak = a->f1 = false;
	for (size_t i = 0; go && i < set->n; i++) {
		enum why w = set->why[i];

		go = why_is_key(w) ? why_spoil_key(w, &a->key) :
		    a->auts ? spoil_auts(w, a) : spoil_autn(w, a);
	}
	go = go && fits(a);
	aka_key_wipe(&a->key);
	return go;
}

static size_t
search(struct attempt *a, struct why_set out[WHY_SETS])
{
	struct why_search s = {
		.try = try_mac, .arg = a, .pairs = true, .out = out,
	};

	if (a->token.n < AKA_SQN + AKA_AMF)
		return 0;
	return why_search(&s);
}

size_t
why_mac(const struct aka_key *key, const uint8_t rand[AKA_RAND],
    struct slice autn, const uint8_t *amf, struct why_set out[WHY_SETS])
{
	struct attempt a = {
		.given = key, .rand = rand, .token = autn, .amf_given = amf,
	};

	return search(&a, out);
}

size_t
why_auts(const struct aka_key *key, const uint8_t rand[AKA_RAND],
    struct slice auts, const uint8_t *amf, struct why_set out[WHY_SETS])
{
	struct attempt a = {
		.given = key, .rand = rand, .token = auts, .auts = true,
		.amf_given = amf,
	};

	return search(&a, out);
}
