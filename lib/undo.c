/* undo: a file enciphered in chunks (NIST SP 800-38D). */
#include <stdlib.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "undo.h"

#define LAST	0x80000000U
#define TAG	16

static const char magic[] = "imsundo1";

struct undo {
	struct crypt_cipher	*gcm;
	uint64_t		 number;
};

static struct undo *
make(const uint8_t key[UNDO_KEY], struct slice salt, bool seal)
{
	struct undo *u = calloc(1, sizeof(*u));
	struct crypt_mac *m = crypt_mac_new(CRYPT_SHA256, slice_of(key,
	    UNDO_KEY));
	const struct slice part[] = { slice_str(magic), salt };
	uint8_t k[CRYPT_HASH_MAX];

	if (u != NULL && m != NULL && crypt_mac(m, part, 2, k) == 32)
		u->gcm = crypt_cipher_new(CRYPT_AES_GCM, slice_of(k, 32),
		    seal);
	crypt_wipe(k, sizeof(k));
	crypt_mac_free(m);
	if (u != NULL && u->gcm == NULL) {
		undo_free(u);
		return NULL;
	}
	return u;
}

struct undo *
undo_seal_new(const uint8_t key[UNDO_KEY], const uint8_t salt[UNDO_SALT],
    struct buf *out)
{
	buf_str(out, magic);
	buf_add(out, salt, UNDO_SALT);
	return make(key, slice_of(salt, UNDO_SALT), true);
}

struct undo *
undo_open_new(const uint8_t key[UNDO_KEY], struct slice head)
{
	if (head.n != UNDO_HEAD || !slice_starts(head, magic))
		return NULL;
	return make(key, slice_from(head, UNDO_HEAD - UNDO_SALT), false);
}

void
undo_free(struct undo *u)
{
	if (u == NULL)
		return;
	crypt_cipher_free(u->gcm);
	free(u);
}

static void
nonce(struct undo *u, uint8_t out[12])
{
	uint64_t v = u->number++;

	memset(out, 0, 12);
	for (int i = 11; v != 0; v >>= 8)
		out[i--] = (uint8_t)v;
}

int
undo_seal(struct undo *u, struct slice text, bool last, struct buf *out)
{
	uint8_t head[4], iv[12], tag[TAG], *to;
	const struct slice aad = slice_of(head, sizeof(head));
	uint32_t n = (uint32_t)text.n | (last ? LAST : 0);
	int r;

	if (text.n > UNDO_TEXT)
		return ERR_RANGE;
	for (int i = 0; i < 4; i++)
		head[i] = (uint8_t)(n >> (24 - 8 * i));
	nonce(u, iv);
	buf_add(out, head, sizeof(head));
	if ((to = buf_room(out, text.n)) == NULL && text.n > 0)
		return ERR_MEM;
	if ((r = crypt_gcm(u->gcm, iv, &aad, 1, text, to, tag)) < 0)
		return r;
	buf_add(out, tag, sizeof(tag));
	return out->bad ? ERR_MEM : 0;
}

int
undo_open(struct undo *u, struct slice in, bool *last, struct buf *out)
{
	const struct slice aad = slice_sub(in, 0, 4);
	uint8_t iv[12], tag[TAG], *to;
	uint32_t n;

	if (in.n < 4)
		return ERR_MORE;
	n = slice_be32(in.p) & ~LAST;
	if (n > UNDO_TEXT)
		return ERR_AUTH;
	if (in.n < n + UNDO_AROUND)
		return ERR_MORE;
	*last = (slice_be32(in.p) & LAST) != 0;
	nonce(u, iv);
	memcpy(tag, in.p + 4 + n, TAG);
	if ((to = buf_room(out, n)) == NULL && n > 0)
		return ERR_MEM;
	if (crypt_gcm(u->gcm, iv, &aad, 1, slice_sub(in, 4, n), to, tag) < 0) {
		out->n -= n;
		return ERR_AUTH;
	}
	return (int)(n + UNDO_AROUND);
}
