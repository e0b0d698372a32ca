/* tool_random: random octets, drawn in blocks; repeatable ones of a seed. */
#include <stdlib.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "tool.h"

#define BLOCK		8192	/* octets drawn at once */

static struct {
	struct crypt_cipher	*seeded;	/* or NULL */
	uint64_t		 counter;
	uint8_t			 block[BLOCK];
	size_t			 used;
} pool = { .used = BLOCK };

void
tool_random_seed(const char *seed)
{
	struct slice s = slice_str(seed);
	uint8_t key[CRYPT_HASH_MAX];

	if (crypt_digest(CRYPT_SHA256, &s, 1, key) < 0 ||
	    (pool.seeded = crypt_cipher_new(CRYPT_AES_ECB,
	    slice_of(key, 32), true)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_CRYPT));
	tool_warn("-s: randomness is repeatable; for tests only");
}

/* AES of a counter under the seed. */
static int
draw_seeded(void)
{
	uint64_t n;

	memset(pool.block, 0, BLOCK);
	for (size_t i = 0; i < BLOCK; i += CRYPT_BLOCK) {
		n = pool.counter++;
		for (size_t j = 0; j < 8; j++)
			pool.block[i + j] = (uint8_t)(n >> 8 * j);
	}
	return crypt_cipher(pool.seeded, NULL, slice_of(pool.block, BLOCK),
	    pool.block);
}

void
tool_random(uint8_t *p, size_t n)
{
	if (pool.used + n > BLOCK) {
		if ((pool.seeded != NULL ? draw_seeded() :
		    crypt_random(pool.block, BLOCK)) < 0)
			tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_CRYPT));
		pool.used = 0;
	}
	memcpy(p, pool.block + pool.used, n);
	pool.used += n;
}
