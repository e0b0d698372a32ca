/*
 * cap_ng: the pcapng reader behind cap (draft-ietf-opsawg-pcapng); only cap
 * uses it.
 */
#ifndef CAP_NG_H
#define CAP_NG_H

#include "cap.h"

struct cap_ng;

/*
 * Read what F holds behind the four octets of the first block's type, which the
 * caller has read.  Nothing is read before the first cap_ng_next.  NULL: no
 * memory.
 */
struct cap_ng	*cap_ng_new(FILE *f);
void		 cap_ng_free(struct cap_ng *c);
/* As cap_next; on failure ERROR says what is wrong and where. */
int		 cap_ng_next(struct cap_ng *c, struct cap_frame *out,
		    char error[CAP_ERROR_TEXT])
		    __attribute__((warn_unused_result));

#endif
