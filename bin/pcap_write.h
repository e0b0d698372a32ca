/* pcap_write: the capture that -w writes. */
#ifndef PCAP_WRITE_H
#define PCAP_WRITE_H

#include "flow.h"

#define CAPTURE_MTU_MIN	128	/* with room for the headers of IPv6 */

/*
 * What is written goes to PATH, in frames of the link type LINK (a word; NULL:
 * raw IP), of IP packets of at most MTU octets (0: any).  The run ends when it
 * cannot be.
 */
void	 capture_open(const char *path, const char *link, size_t mtu);
/* M in the clear, as packets; AT is its place for diagnostics. */
void	 capture_sip(const struct flow_sip *m, const char *at);
void	 capture_packet(const struct flow_packet *p, const char *at);
void	 capture_close(void);

#endif
