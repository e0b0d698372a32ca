/*
 * dia: as much of Diameter (RFC 6733) as carries AKA vectors: the Cx
 * Multimedia-Auth-Answer (TS 29.228 6.3, TS 29.229 6.3.8 to 6.3.14, 6.3.28).
 */
#ifndef DIA_H
#define DIA_H

#include <stddef.h>
#include <stdint.h>

#include "slice.h"

#define DIA_HEADER	20

/*
 * How long the Diameter message at the start of IN is, by its header: octets,
 * ERR_MORE while IN is a prefix of what could be one, ERR_FORMAT if IN is not
 * Diameter (version, reserved flags, length not a multiple of four or below
 * the header, a command that base, Cx or S6a does not have).
 */
int	 dia_frame(struct slice in) __attribute__((warn_unused_result));

/* One SIP-Auth-Data-Item; all slices lie in the message. */
struct dia_vector {
	struct slice	 user_name;	/* IMPI, empty if absent */
	struct slice	 scheme;	/* "Digest-AKAv1-MD5" */
	struct slice	 authenticate;	/* RAND || AUTN */
	struct slice	 authorization;	/* XRES */
	struct slice	 ck, ik;	/* AVP 625, 626 */
};

/*
 * Call EACH for the vectors of the message IN if it is a Cx MAA.  Returns how
 * many; ERR_FORMAT, and no call, if IN is not exactly one message or its AVPs
 * do not fit in it.
 */
int	 dia_vectors(struct slice in,
	    void (*each)(const struct dia_vector *, void *arg), void *arg)
	    __attribute__((warn_unused_result));

#endif
