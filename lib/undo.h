/*
 * undo: a file enciphered, so that who has the key gets it back octet for octet.
 *
 *	"imsundo1" | salt 16 | chunk ...
 *	chunk: length of its text 4, big-endian, bit 31 in the last one |
 *	AES-256-GCM of the text | tag 16
 *
 * The key is HMAC-SHA-256 of the salt under the caller's; the nonce is the
 * number of the chunk; the length is authenticated, so that chunks can be
 * neither changed, moved, left out nor cut off.
 */
#ifndef UNDO_H
#define UNDO_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "slice.h"

#define UNDO_KEY	32
#define UNDO_SALT	16
#define UNDO_TEXT	65536	/* octets of a chunk, at most */
#define UNDO_HEAD	24	/* before the first chunk */
#define UNDO_AROUND	20	/* what a chunk has besides its text */

struct undo;

/* NULL: no memory.  The head is appended to OUT. */
struct undo	*undo_seal_new(const uint8_t key[UNDO_KEY],
		    const uint8_t salt[UNDO_SALT], struct buf *out);
/* NULL: HEAD, of UNDO_HEAD octets, is none, or no memory. */
struct undo	*undo_open_new(const uint8_t key[UNDO_KEY],
		    struct slice head);
void		 undo_free(struct undo *u);

/* TEXT, of at most UNDO_TEXT octets, as the next chunk; 0 or an enum err. */
int	 undo_seal(struct undo *u, struct slice text, bool last,
	    struct buf *out) __attribute__((warn_unused_result));
/*
 * The chunk that IN begins with, appended to OUT as text: how many octets of IN
 * it took; ERR_MORE; ERR_AUTH: it was changed, or KEY is another one.
 */
int	 undo_open(struct undo *u, struct slice in, bool *last,
	    struct buf *out) __attribute__((warn_unused_result));

#endif
