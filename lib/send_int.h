/* send_int: what the files of send share. */
#ifndef SEND_INT_H
#define SEND_INT_H

#include "buf.h"
#include "pkt.h"
#include "send.h"
#include "table.h"

#define SEND_STEP_NS	1000	/* between packets of a connection */
#define SEND_PORT	5060	/* when none is known */
#define SEND_CONTEXTS	1024	/* SAs with their cipher context made */

/* Whence and whither; a table key: zero it first. */
struct send_hop {
	struct pkt_addr	 src, dst;
	uint16_t	 sport, dport;
};

struct send_id {
	struct send_hop	 hop;		/* the selectors, 0 for any */
	uint32_t	 spi;
};

struct send_one {
	struct sa	 sa;
	struct send_id	 id;
	uint64_t	 order;		/* when it was added */
	struct send_one	*next_hop;	/* of the same selectors */
	struct send_one	*next_spi;
};

struct send_bucket {
	struct send_one	*first;		/* the one that counts most */
};

struct send_context {
	struct esp	*esp;
};

struct send {
	struct send_sink	 sink;
	size_t			 mtu;		/* 0: no limit */
	bool			 require;
	struct table		*sas;		/* send_id -> send_one */
	struct table		*hops;		/* send_hop -> send_bucket */
	struct table		*pairs;		/* send_hop without ports */
	struct table		*spis;		/* SPI -> send_bucket */
	struct table		*contexts;	/* send_id -> send_context */
	struct table		*conns;		/* send_hop -> connection */
	uint32_t		 wild;		/* bit w: SAs with wildcards w */
	uint64_t		 order;
	uint32_t		 ip_id;
	bool			 timed;		/* the input at hand has a time */
	bool			 begun;		/* there was an input before */
	uint64_t		 now_ns;	/* its time */
	uint64_t		 last_ns;	/* of all packets, the latest */
	struct buf		 segment;	/* UDP or TCP */
	struct buf		 inner;		/* IP packet in a tunnel */
	struct buf		 sealed;	/* ESP */
	struct buf		 encap;		/* ESP in UDP */
	struct buf		 packet, piece;
};

/* send.c */
void	 send_hop_set(struct send_hop *hop, const struct pkt_addr *src,
	    uint16_t sport, const struct pkt_addr *dst, uint16_t dport);

/* send_sa.c */
int	 send_sa_init(struct send *s) __attribute__((warn_unused_result));
void	 send_sa_done(struct send *s);
/* The SA for HOP; with an SPI the one of that SPI.  NULL: none. */
struct send_one	*send_sa_find(struct send *s, const struct send_hop *hop,
		    uint32_t spi);
/* May an SA cover packets between these addresses, whatever the ports? */
bool	 send_sa_between(struct send *s, const struct send_hop *hop);
/* The context of ONE, made if it is not there; NULL: no memory. */
struct esp	*send_sa_context(struct send *s, const struct send_one *one);

/* send_esp.c */
/*
 * PAYLOAD of protocol PROTO as IP packet at TIME_NS, under ONE unless that is
 * NULL.  Returns as send_sip().
 */
int	 send_ip(struct send *s, struct send_one *one,
	    const struct send_hop *hop, uint8_t proto, struct slice payload,
	    uint64_t time_ns) __attribute__((warn_unused_result));
/* The whole IP packet PACKET of HOP in a tunnel of ONE. */
int	 send_tunnel(struct send *s, struct send_one *one,
	    const struct send_hop *hop, struct slice packet, uint64_t time_ns)
	    __attribute__((warn_unused_result));
/* PACKET to the sink, in fragments if it has to be. */
int	 send_out(struct send *s, struct slice packet, uint64_t time_ns)
	    __attribute__((warn_unused_result));
/* Octets of transport header and payload that fit into a packet of MTU. */
size_t	 send_room(const struct send_one *one, const struct send_hop *hop,
	    size_t mtu);

/* send_tcp.c */
int	 send_tcp_init(struct send *s) __attribute__((warn_unused_result));
/* Message M on the connection HOP, under the SA of SPI unless that is 0. */
int	 send_tcp(struct send *s, const struct send_hop *hop, uint32_t spi,
	    struct slice message) __attribute__((warn_unused_result));
int	 send_tcp_end(struct send *s) __attribute__((warn_unused_result));

#endif
