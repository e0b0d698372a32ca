/*
 * audit: the rules, a table and a function each.
 *
 * Messages and what else a capture gave are pushed in their order; findings are
 * handed out as they are made.  Only what records carry is looked at, so that a
 * capture and its records give the same findings.  Which address is which node
 * is inferred from the signalling unless it was said.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow.h"
#include "sa.h"

enum audit_level { AUDIT_NOTE, AUDIT_WARNING, AUDIT_ERROR };

const char	*audit_level_name(enum audit_level l);
int		 audit_level_parse(struct slice s);	/* or ERR_ALG */

/* How well the text of the clause is known. */
enum audit_sure {
	AUDIT_LOW,		/* from general knowledge */
	AUDIT_MEDIUM,		/* as others quote it */
	AUDIT_HIGH,		/* it was read */
};

const char	*audit_sure_name(enum audit_sure s);	/* "high" */

/* Texts are sentences without their first capital and their full stop. */
struct audit_rule {
	const char	 *id;		/* "AUTH-06" */
	enum audit_level  level;	/* its usual one */
	enum audit_sure	  sure;
	const char	 *clause;	/* "TS 33.203 6.1.1; TS 24.229 5.2.2" */
	const char	 *what;		/* one line */
	const char	 *why;		/* it matters */
	const char	 *todo;		/* about it */
	const char	 *unjudged;	/* why it cannot be, or NULL */
};

/* All rules, N of them, in the order of ims-rules(7). */
const struct audit_rule	*audit_rules(size_t *n);

struct audit_finding {
	const struct audit_rule	*rule;
	enum audit_level	 level;
	const struct flow_where	*where;
	struct slice		 message;	/* expected, seen, where */
	struct slice		 call_id, impi;	/* empty if not known */
	/*
	 * The same for the same fault of the same user between the same two
	 * addresses, whatever the frame, the time and the values.
	 */
	uint64_t		 fingerprint;
};

enum audit_role {
	AUDIT_UNKNOWN, AUDIT_UE, AUDIT_P_CSCF, AUDIT_I_CSCF, AUDIT_S_CSCF,
	AUDIT_IBCF, AUDIT_AS,
	AUDIT_CORE,		/* some node of the own core */
	AUDIT_PEER,		/* a node of another network */
};

const char	*audit_role_name(enum audit_role r);	/* "p-cscf" */
int		 audit_role_parse(struct slice s);	/* or ERR_ALG */

struct audit;
/*
 * DB has the subscribers' keys for the rules that need them; it stays the
 * caller's.  NULL: no memory.
 */
struct audit	*audit_new(struct sa_db *db,
		    void (*found)(const struct audit_finding *, void *arg),
		    void *arg);
void		 audit_free(struct audit *a);

/* ADDR, and only PORT of it unless that is 0, is ROLE. */
int		 audit_set_role(struct audit *a, enum audit_role role,
		    const struct pkt_addr *addr, uint16_t port)
		    __attribute__((warn_unused_result));

/* Whom a message is between. */
enum audit_side {
	AUDIT_SIDE_UNKNOWN,
	AUDIT_SIDE_UE,		/* a phone and its P-CSCF */
	AUDIT_SIDE_CORE,	/* nodes of the own network */
	AUDIT_SIDE_NNI,		/* one of them and another network */
};

/*
 * Of S, which is parsed, by the roles that were said and that it and those
 * before it tell; no rule looks at it.  An enum audit_side or ERR_MEM.
 */
int		 audit_side(struct audit *a, const struct flow_sip *s)
		    __attribute__((warn_unused_result));

/* Which node PORT of ADDR is, as far as it was said or learnt by now. */
enum audit_role	 audit_role_at(struct audit *a, const struct pkt_addr *addr,
		    uint16_t port);

/* What crosses the borders to peers, where that is known. */
enum audit_nni {
	AUDIT_NNI_UNKNOWN,
	AUDIT_NNI_ROAMING,	/* a home or visited network */
	AUDIT_NNI_OTHER,	/* none of them */
};

void		 audit_set_nni(struct audit *a, enum audit_nni nni);
/* Report too what belongs to a registration that was not seen. */
void		 audit_set_strict(struct audit *a, bool on);
/* NAME, and all names that end in it, is an own network.  ERR_LIMIT, ERR_RANGE. */
int		 audit_set_network(struct audit *a, struct slice name)
		    __attribute__((warn_unused_result));
/* The peer ADDR is inside the trust domain (RFC 3325 2.3). */
int		 audit_set_trust(struct audit *a, const struct pkt_addr *addr)
		    __attribute__((warn_unused_result));

/* How far a registration came: what of it was seen last. */
enum audit_stage {
	AUDIT_STAGE_NONE,
	AUDIT_STAGE_REGISTER, AUDIT_STAGE_CHALLENGE, AUDIT_STAGE_ANSWER,
};

enum audit_verdict {
	AUDIT_REGISTERED, AUDIT_DEREGISTERED, AUDIT_REFUSED,
	AUDIT_SILENT,		/* the phone, after a challenge */
	AUDIT_UNANSWERED,	/* the network */
};

const char	*audit_stage_name(enum audit_stage s);	/* "challenge" */
const char	*audit_verdict_name(enum audit_verdict v);

/* One try of a phone to register; slices die with the callback. */
struct audit_registration {
	struct flow_where	 where;		/* of its first REGISTER */
	uint64_t		 last;		/* frame; 0 not known */
	enum audit_stage	 stage;
	enum audit_verdict	 verdict;
	unsigned		 status;	/* of the last response; 0: none */
	struct slice		 message;
	struct slice		 call_id, impi;
};

/*
 * Tell of registrations on Gm too: each when it ends, and those that wait for
 * something at audit_end().
 */
void		 audit_set_registered(struct audit *a,
		    void (*fn)(const struct audit_registration *r, void *arg));
void		 audit_end(struct audit *a);

/* One header field (or "Request-URI", "body") before and after a node. */
struct audit_change {
	char		 what;		/* 'A' added, 'M' changed, 'D' removed */
	bool		 allowed;	/* that node may */
	struct slice	 name;
	struct slice	 before, after;	/* of several, the first value */
};
typedef void audit_change_fn(const struct audit_change *ch, void *arg);

/*
 * What is different in AFTER, which NODE made of BEFORE; UP matters for a
 * P-CSCF: the message comes from the phone.
 */
void		 audit_diff(const struct sip_msg *before,
		    const struct sip_msg *after, enum audit_role node, bool up,
		    audit_change_fn *fn, void *arg);

struct audit_hop_change {
	struct audit_change	 change;
	enum audit_role		 node;
	uint64_t		 frame;		/* of the hop before */
	const struct flow_where	*where;		/* of this one */
	struct slice		 method;
	unsigned		 status;	/* 0: a request */
};

/* Tell of every change from hop to hop. */
void		 audit_set_changed(struct audit *a,
		    void (*fn)(const struct audit_hop_change *h, void *arg));

/* 0, or ERR_MEM. */
int		 audit_sip(struct audit *a, const struct flow_sip *s)
		    __attribute__((warn_unused_result));
int		 audit_esp(struct audit *a, const struct flow_esp *e)
		    __attribute__((warn_unused_result));

#endif
