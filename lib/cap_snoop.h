/* cap_snoop: the snoop reader behind cap (RFC 1761); only cap uses it. */
#ifndef CAP_SNOOP_H
#define CAP_SNOOP_H

#include "cap.h"

#define CAP_SNOOP_MAGIC	"snoop\0\0"	/* and the NUL of a string */

struct cap_snoop;

/*
 * Read what F holds behind the eight octets of the identification pattern, which
 * the caller has read; nothing is read before the first cap_snoop_next.  NULL:
 * no memory.
 */
struct cap_snoop *cap_snoop_new(FILE *f);
void		 cap_snoop_free(struct cap_snoop *c);
/* As cap_next; on failure ERROR says what is wrong and where. */
int		 cap_snoop_next(struct cap_snoop *c, struct cap_frame *out,
		    char error[CAP_ERROR_TEXT])
		    __attribute__((warn_unused_result));

#endif
