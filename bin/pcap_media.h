/* pcap_media: SRTP replaced by what was in it, with the keys of SDP. */
#ifndef PCAP_MEDIA_H
#define PCAP_MEDIA_H

#include "flow.h"
#include "srtp.h"

/* A stream of the key files. */
void	 media_key(const struct srtp_stream *s);
/* A message, which may tell of streams. */
void	 media_sip(const struct flow_sip *m);
/*
 * What P is without SRTP, valid until the next call; false if it is none or
 * stays closed, which is said.
 */
bool	 media_packet(const struct flow_packet *p, struct slice *clear);
void	 media_close(void);

#endif
