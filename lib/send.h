/*
 * send: SIP messages in, IP packets out: the reverse of flow.
 *
 * A message becomes a datagram, or segments of a TCP connection that is opened
 * (handshake), acknowledged and closed as two hosts would.  A packet whose
 * addresses and ports are those of an SA that was added goes under ESP, as the
 * SA says: transport mode, tunnel (RFC 4303 3.1), or tunnel in UDP (RFC 3948,
 * TS 33.203 annex M); all others stay clear.  What exceeds the MTU becomes IP
 * fragments, made after ESP (RFC 4303 3.3.4).
 *
 * Output is a function of input: sequence numbers, identifiers and times come
 * from the messages.  Connections live in a table of SEND_CONNECTIONS; the one
 * that was used least recently is closed for a new one.
 *
 * A connection is opened by who sends its first message, closed by the same,
 * and closed and opened again when another SA counts for it, or behind a
 * message that does not say where it ends.  The last segment of a message has
 * the message's time; what comes before it (the handshake, other segments and
 * acknowledgements) is a microsecond earlier each, what comes behind a
 * microsecond later.  Within a connection time does not go back: where there is
 * no room before a message, it is later by so much.
 */
#ifndef SEND_H
#define SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow.h"
#include "sa.h"
#include "slice.h"

#define SEND_CONNECTIONS	4096
#define SEND_SAS		65536
#define SEND_MTU		1500

struct send_options {
	size_t		 mtu;		/* 0: nothing is fragmented, and TCP
					   segments are of SEND_MTU */
	bool		 require;	/* ERR_NOSA for what no SA covers */
};

struct send_sink {
	/*
	 * A packet, valid during the call; WHERE is of the outer header, its
	 * TIME_NS set even when it is not TIMED: what has no time comes a
	 * millisecond after what was before it, the first at 0.
	 */
	void	(*packet)(const struct flow_packet *p, void *arg);
	void	*arg;
};

struct send;
struct send	*send_new(const struct send_sink *sink,
		    const struct send_options *o);	/* NULL: no memory */
void		 send_free(struct send *s);

/*
 * SA, copied, protects from now on what its selectors match.  Of several that
 * match, one that is old comes last, then the one added last counts; but
 * a message whose PROTECTION names an SPI goes under that SPI.  One that is
 * there already (SPI, addresses, ports) is changed, and its sequence number
 * never goes back.  0; ERR_NOKEY when it has no keys; ERR_RANGE when they do
 * not fit its algorithms, or its SPI is below 256; ERR_ALG for algorithms that
 * do not go together or protect nothing; ERR_LIMIT, ERR_MEM.
 */
int	 send_sa(struct send *s, const struct sa *sa)
	    __attribute__((warn_unused_result));
/* The SAs, as first added, with their sequence numbers as they are now. */
void	 send_sas(const struct send *s, void (*fn)(const struct sa *sa,
	    void *arg), void *arg);

/*
 * Message M, from where it says; what is not known there is of documentation
 * (192.0.2.0/24, RFC 5737; 2001:db8::/32, RFC 3849) and port 5060.  What was
 * not carried by UDP or TCP goes into a datagram, or into TCP if it is too long
 * for one.  0; ERR_FORMAT for addresses of two families, or a TCP connection of
 * one end only; ERR_RANGE for a message too long for a datagram (65507 octets
 * in the clear), or an MTU too small for its headers; ERR_NOSA for a PROTECTION
 * whose SPI has no SA; ERR_LIMIT when an SA has used its last sequence number
 * (RFC 4303 3.3.3); ERR_CRYPT, ERR_MEM.
 */
int	 send_sip(struct send *s, const struct flow_sip *m)
	    __attribute__((warn_unused_result));
/*
 * An IP packet: under ESP if an SA covers it, else as it is.  What is ESP
 * already is not put under ESP again.  In transport mode IP options and
 * extension headers are left out.  Returns as send_sip(); ERR_FORMAT for
 * what is no IP packet, and for a fragment, or a packet that was cut, that an
 * SA may cover: only whole packets go under ESP (RFC 4303 3.3.4).
 */
int	 send_packet(struct send *s, const struct flow_packet *p)
	    __attribute__((warn_unused_result));
/* Close the connections. */
int	 send_end(struct send *s) __attribute__((warn_unused_result));

#endif
