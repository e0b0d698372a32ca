/*
 * pkt: frames cut into layers, one layer a call.
 *
 * Each function looks at one header, checks that it lies inside the bytes it
 * was given, and returns slices into them; nothing is copied or kept.  flow
 * drives them, recursively where the protocols are.
 *
 * CUT, where it appears, says that the capture holds fewer octets of the
 * packet than its headers promise (snaplen): what is there may still be read.
 */
#ifndef PKT_H
#define PKT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "slice.h"

/* An address; FAMILY 4 (IP[0..3], rest zero) or 6, 0 for none. */
struct pkt_addr {
	uint8_t	family;
	uint8_t	ip[16];
};

#define PKT_ADDR_TEXT	46	/* longest text, NUL included (RFC 5952) */

bool	 pkt_addr_eq(const struct pkt_addr *a, const struct pkt_addr *b);
/* Text as in RFC 5952, without brackets; "" for none.  Returns OUT. */
char	*pkt_addr_text(const struct pkt_addr *a, char out[PKT_ADDR_TEXT]);
/* Reads IPv4, IPv6, and IPv6 in brackets; ERR_FORMAT otherwise. */
int	 pkt_addr_parse(struct pkt_addr *a, struct slice text)
	    __attribute__((warn_unused_result));

/* IP protocol numbers (IANA). */
enum {
	PKT_PROTO_IPIP = 4,
	PKT_PROTO_TCP = 6,
	PKT_PROTO_UDP = 17,
	PKT_PROTO_IPV6 = 41,
	PKT_PROTO_GRE = 47,
	PKT_PROTO_ESP = 50,
	PKT_PROTO_NONE = 59,		/* dummy packet inside ESP */
	PKT_PROTO_SCTP = 132,
};

/* UDP ports with a meaning of their own. */
enum {
	PKT_PORT_GTPU = 2152,		/* TS 29.281 */
	PKT_PORT_NATT = 4500,		/* RFC 3948 */
	PKT_PORT_GSMTAP = 4729,		/* libosmocore's gsmtap.h; IANA */
	PKT_PORT_VXLAN = 4789,		/* RFC 7348 */
	PKT_PORT_VXLAN_OLD = 8472,	/* Linux before the assignment */
	PKT_PORT_SCAT = 47290,		/* what SCAT writes of a modem's log */
};

/*
 * What lies in a frame of LINKTYPE (tcpdump.org's LINKTYPE_ numbers as they
 * stand in files: 0 and 108 BSD null, 1 Ethernet, 9 and 50 PPP, 12, 14 and 101
 * raw IP, 51 PPPoE, 113 and 276 Linux cooked, 228 IPv4, 229 IPv6).
 */
bool	 pkt_link_known(int linktype);

enum pkt_next {
	PKT_NEXT_IP,	/* an IPv4 or IPv6 packet */
	PKT_NEXT_ETHER,	/* an Ethernet frame (GRE, VXLAN, MPLS pseudowire) */
	PKT_NEXT_OTHER,	/* something else, well-formed as far as seen */
};

/*
 * Strip the link layer with its VLAN tags (802.1Q, 802.1ad, 0x9100), PPPoE,
 * PPP and MPLS labels, down to NEXT and its bytes IN.  LINKTYPE 1 also serves
 * a PKT_NEXT_ETHER.  Returns an enum pkt_next, or ERR_MORE when the frame ends
 * inside a header, ERR_FORMAT, ERR_ALG for a link type that is not known.
 */
int	 pkt_link(int linktype, struct slice frame, struct slice *in)
	    __attribute__((warn_unused_result));

/*
 * A frame of LINKTYPE with the IP packet PACKET, appended to OUT: raw IP, IPv4,
 * IPv6, Ethernet, Linux cooked (both).  Hardware addresses are made of the IP
 * addresses, locally administered.  0, or ERR_ALG for another link type, or one
 * that has no place for this version of IP; ERR_FORMAT for what is no IP
 * packet; ERR_MEM.
 */
int	 pkt_link_write(struct buf *out, int linktype, struct slice packet)
	    __attribute__((warn_unused_result));
/*
 * Append the link layer of the frame LIKE, of LINKTYPE, as it stands in front of
 * LEN octets of an IP packet of VERSION (4 or 6): addresses and VLAN tags stay,
 * whatever else was around goes.  0, ERR_ALG for a link type that is not known
 * or does not carry that version.
 */
int	 pkt_link_like(struct buf *out, int linktype, struct slice like,
	    uint8_t version, size_t len) __attribute__((warn_unused_result));

/*
 * What lies behind an EtherType (below 0x600: 802.3 and LLC), or behind the
 * address and control octets, if any, of a PPP frame; in octets that do not say
 * which, an IP packet or an Ethernet frame.  IN and results as of pkt_link.
 */
int	 pkt_ethertype(uint16_t type, struct slice s, struct slice *in)
	    __attribute__((warn_unused_result));
int	 pkt_ppp(struct slice s, struct slice *in)
	    __attribute__((warn_unused_result));
int	 pkt_guess(struct slice s, struct slice *in)
	    __attribute__((warn_unused_result));

struct pkt_ip {
	struct pkt_addr	 src, dst;
	uint8_t		 version;	/* 4 or 6 */
	uint8_t		 ttl;		/* or hop limit */
	uint8_t		 proto;		/* of PAYLOAD, extensions passed */
	bool		 fragment;	/* OFFSET, MORE and ID have a meaning */
	bool		 more;
	bool		 cut;
	uint32_t	 id;		/* IPv4 always; IPv6 of fragments */
	uint32_t	 offset;	/* of PAYLOAD in the datagram, octets */
	size_t		 total;		/* octets of the packet by its header */
	struct slice	 header;	/* up to PAYLOAD, as it stands */
	struct slice	 payload;	/* link-layer padding removed */
};

/*
 * IPv4 (RFC 791) and IPv6 (RFC 8200) with hop-by-hop, routing, destination,
 * fragment, mobility (135), HIP (139) and shim6 (140) extensions and AH (51).
 * A total length of 0 (segmentation offload) means all that is there.  0,
 * ERR_MORE, ERR_FORMAT.
 */
int	 pkt_ip(struct slice in, struct pkt_ip *ip)
	    __attribute__((warn_unused_result));

/*
 * IP, read by pkt_ip(), with PAYLOAD of PROTO instead of its own, as it comes
 * out of ESP in transport mode; IPv6 extension headers in front of it are
 * passed.  0, ERR_FORMAT.
 */
int	 pkt_ip_inside(struct pkt_ip *ip, uint8_t proto, struct slice payload)
	    __attribute__((warn_unused_result));

/*
 * An IP header of IP's version and addresses before PROTO and LEN octets of
 * payload, appended to OUT: no options, no fragment, TTL of IP (64 if 0), id of
 * IP, right checksum.  0, or ERR_RANGE when LEN does not fit.
 */
int	 pkt_ip_write(struct buf *out, const struct pkt_ip *ip, uint8_t proto,
	    size_t len) __attribute__((warn_unused_result));

/*
 * The next fragment, of at most MTU octets, of the whole IP packet PACKET,
 * appended to OUT: its payload from *AT on, which moves behind it (0 to start).
 * IPv4 keeps its id, and options in each fragment; IPv6 gets ID, in a fragment
 * header behind the headers that pkt_ip() passes.  1; 0 when there is nothing
 * left; ERR_FORMAT for what is no whole IP packet; ERR_RANGE for an MTU that
 * has no room for eight octets.
 */
int	 pkt_ip_fragment(struct buf *out, struct slice packet, size_t mtu,
	    uint32_t id, size_t *at) __attribute__((warn_unused_result));

struct pkt_udp {
	uint16_t	 sport, dport;
	bool		 cut;		/* payload shorter than its length */
	struct slice	 payload;	/* by the UDP length; 0 means all */
};

int	 pkt_udp(struct slice in, struct pkt_udp *u)
	    __attribute__((warn_unused_result));

enum {
	PKT_TCP_FIN = 1, PKT_TCP_SYN = 2, PKT_TCP_RST = 4, PKT_TCP_PSH = 8,
	PKT_TCP_ACK = 16,
};

struct pkt_tcp {
	uint16_t	 sport, dport;
	uint32_t	 seq, ack;
	uint8_t		 flags;
	struct slice	 payload;
};

int	 pkt_tcp(struct slice in, struct pkt_tcp *t)
	    __attribute__((warn_unused_result));

/*
 * Header and payload appended to OUT, with the checksum that goes with IP's
 * version and addresses (RFC 8200 8.1); UDP with none (0) if IP is NULL.  TCP
 * has a window of 65535 and, unless MSS is 0, that option.  0, or ERR_RANGE
 * for a payload that does not fit into an IP packet.
 */
int	 pkt_udp_write(struct buf *out, const struct pkt_ip *ip,
	    const struct pkt_udp *u) __attribute__((warn_unused_result));
int	 pkt_tcp_write(struct buf *out, const struct pkt_ip *ip,
	    const struct pkt_tcp *t, uint16_t mss)
	    __attribute__((warn_unused_result));

/* SCTP (RFC 9260): common header, then chunks one by one. */
struct pkt_sctp {
	uint16_t	 sport, dport;
	uint32_t	 vtag;
	struct slice	 chunks;
};

struct pkt_sctp_data {
	uint32_t	 tsn;
	uint16_t	 stream, ssn;
	uint32_t	 ppid;		/* I-DATA: 0 but with BEGIN */
	uint32_t	 fsn;		/* I-DATA: 0, 1, ... in the message */
	bool		 begin, end, unordered;
	bool		 cut;
	struct slice	 data;
};

int	 pkt_sctp(struct slice in, struct pkt_sctp *s)
	    __attribute__((warn_unused_result));
/*
 * The next DATA (0) or I-DATA (64, RFC 8260) chunk of CHUNKS, which moves
 * behind it; other chunks are passed over.  1 for a chunk, 0 for none left,
 * ERR_FORMAT, ERR_MORE when the chunk's own header is cut; nothing is left
 * then.  For I-DATA, SSN is the low half of the message identifier.
 */
int	 pkt_sctp_next(struct slice *chunks, struct pkt_sctp_data *d)
	    __attribute__((warn_unused_result));

/*
 * Tunnels: the header is stripped, IN gets what it carries.  Each returns an
 * enum pkt_next, ERR_MORE or ERR_FORMAT; FORMAT means that the payload is not
 * of this protocol after all.
 *   GTP-U   version 1, G-PDU, extension headers, sequence number and N-PDU
 *   GRE     RFC 2784, 2890; payload IP, Ethernet (0x6558), MPLS, PPP
 *           (RFC 2637), ERSPAN types I to III
 *   VXLAN   RFC 7348, and its GPE form (next protocol)
 */
int	 pkt_gtpu(struct slice udp_payload, struct slice *in)
	    __attribute__((warn_unused_result));
int	 pkt_gre(struct slice ip_payload, struct slice *in)
	    __attribute__((warn_unused_result));
int	 pkt_vxlan(struct slice udp_payload, struct slice *in)
	    __attribute__((warn_unused_result));
/*
 * The log of a modem as UDP to DPORT: an IP packet, bare (47290) or behind a
 * GSMTAP header (4729), version 2 or 3, of any type: none is defined for IP.  It
 * must fill the rest to the octet.  PKT_NEXT_IP, ERR_FORMAT for all else.
 */
int	 pkt_modem(uint16_t dport, struct slice udp_payload, struct slice *in)
	    __attribute__((warn_unused_result));

#endif
