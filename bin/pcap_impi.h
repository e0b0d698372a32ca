/* pcap_impi: which messages are of a private identity. */
#ifndef PCAP_IMPI_H
#define PCAP_IMPI_H

#include "sip.h"

/*
 * Is M of IMPI?  Its registrations tell its public identities; what has one of
 * them, or the Call-ID of what had, is of it.
 */
bool	 impi_is(struct slice impi, const struct sip_msg *m);
void	 impi_close(void);

#endif
