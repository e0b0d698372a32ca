/*
 * edit: changes to a text, made in one pass: all that is not changed comes out
 * octet for octet.
 */
#ifndef EDIT_H
#define EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "slice.h"

#define EDIT_MAX	512	/* changes to one text */

/* LEN octets at OFF become those of TEXT that begin at AT. */
struct edit_change {
	size_t		 off, len;
	size_t		 at, n;
	unsigned	 rank;
};

struct edit {
	struct slice		 in;
	struct buf		 text;	/* what comes in */
	size_t			 n;
	struct edit_change	 change[EDIT_MAX];
	int			 err;	/* sticky: 0 or the first enum err */
};

/* Zero E before its first start; IN must stay until edit_end(). */
void	 edit_start(struct edit *e, struct slice in);
void	 edit_free(struct edit *e);

/*
 * OLD, which lies in IN (empty: a place in it), becomes what is appended to the
 * buffer until the next change.  At one place, changes of lower RANK come
 * first, and those of the same in the order they were made.
 */
struct buf	*edit_change(struct edit *e, struct slice old, unsigned rank);
/* The same with the text; an empty one deletes. */
void	 edit_replace(struct edit *e, struct slice old, struct slice text);
void	 edit_insert(struct edit *e, const void *before, struct slice text);

/*
 * The changed text, appended to OUT.  How many changes there were, or ERR_LIMIT
 * (more than EDIT_MAX), ERR_RANGE (two changes of the same octets), ERR_MEM:
 * OUT is then as it was.
 */
int	 edit_end(struct edit *e, struct buf *out)
	    __attribute__((warn_unused_result));

#endif
