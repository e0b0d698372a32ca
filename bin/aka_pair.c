/* aka_pair: what check remembers: challenges by RAND, answers by Call-ID. */
#include <string.h>

#include "aka_pair.h"
#include "err.h"
#include "table.h"

#define HEARD	16384
#define SPOKEN	16384

static struct {
	struct table	*heard, *spoken;
	struct spoken	 pasted;
} pair;

static void *
put(struct table **t, size_t key_len, size_t val_len, size_t max,
    const void *key)
{
	void *v;

	if (*t == NULL)
		*t = table_new(key_len, val_len, max, NULL, NULL);
	if (*t == NULL || (v = table_put(*t, key, 0)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	return v;
}

struct heard *
pair_heard(const uint8_t rand[AKA_RAND], bool add)
{
	if (!add)
		return pair.heard != NULL ? table_get(pair.heard, rand) :
		    NULL;
	return put(&pair.heard, AKA_RAND, sizeof(struct heard), HEARD, rand);
}

struct spoken *
pair_spoken(const struct sip_msg *m)
{
	uint64_t key = slice_hash(0, sip_value(m, SIP_H_CALL_ID));

	if (sip_get(m, SIP_H_CALL_ID) == NULL)
		return &pair.pasted;
	return put(&pair.spoken, sizeof(key), sizeof(struct spoken), SPOKEN,
	    &key);
}

void
pair_keep(char *to, size_t cap, struct slice s)
{
	size_t n = s.n < cap ? s.n : 0;

	if (n > 0)
		memcpy(to, s.p, n);
	to[n] = '\0';
}

void
pair_free(void)
{
	table_free(pair.heard);
	table_free(pair.spoken);
}
