/*
 * dia: Diameter messages and their AVPs (RFC 6733), and what carries AKA
 * vectors: the Cx Multimedia-Auth-Answer (TS 29.228 6.3, TS 29.229 6.3.8 to
 * 6.3.14, 6.3.28).
 */
#ifndef DIA_H
#define DIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"

#define DIA_HEADER	20
#define DIA_3GPP	10415	/* vendor */
#define DIA_USER_NAME	1	/* RFC 6733 8.14 */
#define DIA_AUTH_DATA	612	/* TS 29.229 6.3.13: SIP-Auth-Data-Item */

/*
 * How long the Diameter message at the start of IN is, by its header: octets,
 * ERR_MORE while IN is a prefix of what could be one, ERR_FORMAT if IN is not
 * Diameter (version, reserved flags, length not a multiple of four or below
 * the header, a command that base, Cx, Sh, Rx, Gx or S6a does not have).
 */
int	 dia_frame(struct slice in) __attribute__((warn_unused_result));
/* Of a message that dia_frame() took. */
bool	 dia_request(struct slice message);

struct dia_avp {
	uint32_t	 code;
	uint32_t	 vendor;	/* 0: none */
	struct slice	 data;		/* without padding */
};

/*
 * Take the first AVP of S off (those of a message are behind DIA_HEADER): 1, 0
 * at the end, ERR_FORMAT.  The padding of the last one may be missing, as some
 * leave it out inside a group.
 */
int	 dia_avp_next(struct slice *s, struct dia_avp *a)
	    __attribute__((warn_unused_result));

/* One SIP-Auth-Data-Item; all slices lie in the message. */
struct dia_vector {
	struct slice	 user_name;	/* IMPI, empty if absent */
	struct slice	 scheme;	/* "Digest-AKAv1-MD5" */
	struct slice	 authenticate;	/* RAND || AUTN */
	struct slice	 authorization;	/* XRES */
	struct slice	 ck, ik;	/* AVP 625, 626 */
};

/* The AVPs of a SIP-Auth-Data-Item into V, all of it; 0 or ERR_FORMAT. */
int	 dia_vector_parse(struct slice group, struct dia_vector *v)
	    __attribute__((warn_unused_result));
/*
 * Call EACH for the vectors of the message IN if it is a Cx MAA.  Returns how
 * many; ERR_FORMAT, and no call, if IN is not exactly one message or its AVPs
 * do not fit in it.
 */
int	 dia_vectors(struct slice in,
	    void (*each)(const struct dia_vector *, void *arg), void *arg)
	    __attribute__((warn_unused_result));

#endif
