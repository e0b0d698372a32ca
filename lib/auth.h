/* auth: what SIP says of a digest. */
#ifndef AUTH_H
#define AUTH_H

#include "aka.h"
#include "sip.h"

/*
 * What the response of M is computed of, but its scheme: PARAMS are those of
 * the credentials (RFC 7616 3.4).  Slices are of M; empty is what is not there.
 */
void	 auth_digest(const struct sip_msg *m, struct slice params,
	    struct aka_digest *d);

#endif
