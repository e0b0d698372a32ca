/* pcap_when: a time on the command line. */
#ifndef PCAP_WHEN_H
#define PCAP_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"

/* Since 1970-01-01 UTC, or since the first of the input. */
struct when {
	bool		 there, offset;
	uint64_t	 ns;
};

/*
 * S: seconds, +seconds, or ISO 8601: YYYY-MM-DDTHH:MM:SS, UTC unless it ends in
 * +HH:MM or -HH:MM; seconds with up to nine decimals.  False: none of these.
 */
bool	 when_read(struct when *w, struct slice s);

#endif
