/*
 * sdp: session descriptions (RFC 8866), as far as keys travel in them.
 */
#ifndef SDP_H
#define SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"

/* One line "T=VALUE". */
struct sdp_line {
	char		 type;
	struct slice	 value;
	int		 media;	/* which m= it belongs to, -1: session */
};

struct sdp_iter {
	struct slice	 rest;
	int		 media;
};

void	 sdp_iter_init(struct sdp_iter *it, struct slice body);
/* Next line; lines that are not of the form are passed over. */
bool	 sdp_next(struct sdp_iter *it, struct sdp_line *out);
/* Does LINE hold attribute NAME ("crypto")?  VALUE gets what follows ":". */
bool	 sdp_attr(const struct sdp_line *line, const char *name,
	    struct slice *value);

/*
 * The SDP of a SIP body: BODY itself for application/sdp, or that part of a
 * multipart (RFC 2046 5.1; CONTENT_TYPE holds the boundary).  False if none.
 */
bool	 sdp_find(struct slice content_type, struct slice body,
	    struct slice *sdp);

#endif
