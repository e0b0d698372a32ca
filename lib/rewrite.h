/*
 * rewrite: what a node of IMS does to the header of a message that passes it
 * (TS 24.229 clause 5, RFC 3261 16): P-CSCF, I-CSCF, S-CSCF, IBCF, on the way
 * up (from the phone inwards, and out of the network) or down.
 *
 * It is a table of items; each can be left out.  All that an item does not
 * touch stays as it is, octet for octet.
 */
#ifndef REWRITE_H
#define REWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pkt.h"
#include "slice.h"

#define REWRITE_IDENTITIES	16

enum rewrite_node {
	REWRITE_P_CSCF, REWRITE_I_CSCF, REWRITE_S_CSCF, REWRITE_IBCF,
	REWRITE_NODES
};

const char	*rewrite_node_name(enum rewrite_node n);	/* "p-cscf" */
int		 rewrite_node_parse(struct slice s);	/* or ERR_ALG */

enum rewrite_protected {
	REWRITE_AS_SEEN, REWRITE_YES, REWRITE_NO,
};

/* Slices are the caller's and must live as long as the rewrite. */
struct rewrite_options {
	enum rewrite_node	 node;
	bool			 down;
	uint64_t		 left_out;	/* a bit for each item */
	bool			 trusted;	/* IBCF: so is the next hop */
	bool			 untrusted;	/* S-CSCF: not the next hop */
	bool			 roaming;	/* IBCF: it is a home network */
	enum rewrite_protected	 protected;
	bool			 nat;		/* Contact: as seen */
	struct slice		 alg;		/* Contact: this host */
	struct slice		 own;		/* host[:port] of the node */
	struct slice		 network;	/* its network */
	struct slice		 scscf;		/* URI that the HSS told */
	struct slice		 security_server;
	struct slice		 service_route;	/* P-CSCF: as it was stored */
	struct slice		 user_database, profile_key;	/* URIs */
	struct slice		 identity[REWRITE_IDENTITIES];	/* URIs */
	size_t			 n_identity;
	void			 (*random)(uint8_t *p, size_t n);
};

/* How the message came; what is not known is zero. */
struct rewrite_seen {
	struct pkt_addr	 src;
	uint16_t	 sport;
	const char	*transport;	/* "UDP", or NULL */
	bool		 protected;	/* by an SA, integrity checked */
};

/* A line of the table: item NAME at one kind of place. */
struct rewrite_item {
	const char	*name;
	unsigned	 at;	/* 1 << (2 * node + down), of all nodes */
	const char	*what;	/* for people */
	const char	*clause;
};

/* Line I of the table, NULL behind the last. */
const struct rewrite_item	*rewrite_item(size_t i);
/* The bit of the item NAME; 0 if there is none. */
uint64_t			 rewrite_bit(struct slice name);

struct rewrite;

/* *O is copied.  NULL: no memory. */
struct rewrite	*rewrite_new(const struct rewrite_options *o);
void		 rewrite_free(struct rewrite *w);

/*
 * The message IN, rewritten, appended to OUT.  How many items changed it, or
 * ERR_FORMAT (no SIP, or a header in the way that cannot be read: AT), ERR_MORE
 * (no end), ERR_LIMIT, ERR_RANGE (Max-Forwards is 0), ERR_MEM: OUT is then as
 * it was.
 */
int	 rewrite_message(struct rewrite *w, struct slice in,
	    const struct rewrite_seen *seen, struct buf *out, const char **at)
	    __attribute__((warn_unused_result));

#endif
