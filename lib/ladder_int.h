/* ladder_int: what the forms of drawings share. */
#ifndef LADDER_INT_H
#define LADDER_INT_H

#include "ladder.h"

#define LADDER_ALL	SIZE_MAX	/* sections */
#define LADDER_SAY	320
#define LADDER_PLACE	64	/* an address and a port */

struct ladder_node {
	struct pkt_addr	 addr;
	uint16_t	 port;		/* 0: more than one of it */
	uint16_t	 shown;		/* of a shared address, the first seen */
	enum audit_role	 role;
	bool		 client;	/* of messages without addresses */
	bool		 rest;		/* and all others */
};

/* The columns of a section, in the order they are seen. */
struct ladder_nodes {
	const struct ladder *l;
	size_t		 n, n_known;
	struct ladder_node node[LADDER_NODES];
	struct {
		struct pkt_addr	 addr;
		enum audit_role	 role;
		bool		 shared;	/* by several nodes */
	} known[4 * LADDER_NODES];
};

void	 ladder_nodes(struct ladder_nodes *ns, const struct ladder *l,
	    size_t section);
size_t	 ladder_column(struct ladder_nodes *ns, const struct ladder_arrow *a,
	    bool src);
/* "P-CSCF"; "" if it is not known. */
const char	*ladder_node_role(const struct ladder_node *node);
/* "10.0.0.1", "[2001:db8::1]:5060", "client", "others". */
void	 ladder_node_place(const struct ladder_node *node,
	    char out[LADDER_PLACE]);

/* The section's title, or what stands for one. */
void	 ladder_title(const struct ladder *l, size_t section,
	    char out[LADDER_SAY]);
/* Lines under it: of whom it is, its Call-ID; "" if that is not known. */
void	 ladder_who(const struct ladder *l, size_t section,
	    char out[LADDER_SAY]);
void	 ladder_call(const struct ladder *l, size_t section,
	    char out[LADDER_SAY]);
/* What an arrow is; with the method that a response is to if FULL. */
void	 ladder_what(const struct ladder_arrow *a, bool full,
	    char out[LADDER_SAY]);
/* "ESP 0x00001001, ICV not checked"; "" in the clear, and if it is all WHAT. */
void	 ladder_under(const struct ladder_arrow *a, char out[LADDER_SAY]);
/* The time of day; the time since another. */
void	 ladder_clock(uint64_t time_ns, char out[LADDER_SAY]);
void	 ladder_since(uint64_t before_ns, uint64_t time_ns,
	    char out[LADDER_SAY]);
/* The one or the other, for the arrows of a section in their order. */
void	 ladder_when(const struct ladder_arrow *a,
	    const struct ladder_arrow **before, char out[LADDER_SAY]);
/* The arrow behind A; of all sections in the order they came if ALL. */
const struct ladder_arrow	*ladder_first(const struct ladder *l,
				    size_t section);
const struct ladder_arrow	*ladder_next(const struct ladder *l,
				    size_t section,
				    const struct ladder_arrow *a);

extern const char	ladder_style[];	/* of HTML: ladder_style.c */

#endif
