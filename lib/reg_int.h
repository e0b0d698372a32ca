/* reg_int: what the machines of reg share. */
#ifndef REG_INT_H
#define REG_INT_H

#include "reg.h"
#include "table.h"

#define REG_ID		80	/* Call-ID, tag, branch, NUL included */
#define REG_TEXT	2048	/* a route set, a Security-Server */
#define REG_MSG_MAX	65535	/* octets of a message built */

#define REG_SECOND	1000000000ULL
/* TS 24.229 7.7 and 7.8: the phone's timers; reg-await-auth. */
#define REG_T1		(2 * REG_SECOND)
#define REG_T2		(16 * REG_SECOND)
#define REG_CORE_T1	(REG_SECOND / 2)	/* RFC 3261 17.1.1.1 */
/* Until a refresh that failed is tried again (TS 24.229 5.1.1.4.1). */
#define REG_RETRY	(30 * REG_SECOND)
#define REG_AWAIT_AUTH	(240 * REG_SECOND)
#define REG_MARGIN	30	/* s beyond the registration (TS 33.203 7.4) */

/* For "%.*s". */
#define SL(s)	(int)(s).n, (const char *)(s).p

/* What each machine has. */
struct reg_node {
	struct reg_sink	 sink;
	uint64_t	 now_ns;
	struct buf	 out;		/* the message being built */
	bool		 mem;		/* memory ran out */
};

void	 reg_node_init(struct reg_node *n, const struct reg_sink *sink);
void	 reg_node_free(struct reg_node *n);
/* 0, or ERR_MEM if it ran out since the last call. */
int	 reg_node_result(struct reg_node *n);
/* Send what is in OUT, at NOW, and empty it. */
void	 reg_node_send(struct reg_node *n, const struct flow_where *w);
void	 reg_node_send_text(struct reg_node *n, const struct flow_where *w,
	    struct slice text);
void	 reg_node_news(struct reg_node *n, enum reg_news what,
	    const char *impi, const char *why);
uint32_t reg_node_u32(struct reg_node *n, enum reg_draw what);
/* 16 random hex digits and a NUL. */
void	 reg_node_id(struct reg_node *n, char out[REG_ID]);

/* reg_write.c */
/* S as a string; false (and "") when it does not fit or has a NUL. */
bool	 reg_copy(char *to, size_t cap, struct slice s);
/* May URI, of somebody else's Contact, stand as a Request-URI? */
bool	 reg_is_target(struct slice uri);
bool	 reg_is(const struct sip_header *h, const char *name);
/* A Request-Line; "Via: ..." of ours.  IPv6 addresses get brackets. */
void	 reg_put_host(struct buf *b, const struct pkt_addr *a, uint16_t port);
/* "Content-Length" and the blank line; TYPE NULL: no body. */
void	 reg_put_end(struct buf *b, const char *type, struct slice body);
/*
 * A response to M up to its CSeq: status line, Via, Record-Route if DIALOG,
 * From, To with TAG ("": as it is), Call-ID, CSeq.
 */
void	 reg_put_response(struct buf *b, const struct sip_msg *m,
	    unsigned status, const char *tag, bool dialog);
const char	*reg_reason(unsigned status);
/* The tag of From or To; empty if there is none. */
struct slice	 reg_tag(const struct sip_msg *m, enum sip_h h);
/* The URI of the first value of H. */
struct slice	 reg_uri(const struct sip_msg *m, enum sip_h h);
struct slice	 reg_branch(const struct sip_msg *m);	/* of the top Via */
/* Where an answer to what came from W goes. */
struct flow_where reg_reverse(const struct flow_where *w);
/* The values of H joined with ", " into a string; false if too long. */
bool	 reg_join(const struct sip_msg *m, enum sip_h h, char *to, size_t cap);
/* The lifetime that a REGISTER or its 200 gives URI's contact. */
bool	 reg_expires(const struct sip_msg *m, uint32_t *seconds);
/*
 * The parameters of VALUE (credentials, a challenge) but those of NAME and
 * OTHER (or NULL), appended to OUT behind the scheme.  They are written anew, as
 * they were read: nothing that is no parameter passes.
 */
void	 reg_put_without(struct buf *out, struct slice value,
	    const char *name, const char *other);
/* " <sip:NAME>" as a port other than 5060 wants it. */
void	 reg_put_place(struct buf *b, const struct reg_place *p);
/* Drop values of TAG (an option tag) from the header field NAME of E. */
void	 reg_edit_untag(struct reg_edit *e, enum sip_h h, const char *tag);
/* Drop the first value of the header field H of E's message. */
void	 reg_edit_pop(struct reg_edit *e, enum sip_h h);

/* A dialog (RFC 3261 12), as seen from this side. */
struct reg_dialog {
	char		 call_id[REG_ID], local_tag[REG_ID], remote_tag[REG_ID];
	char		 local[REG_URI], remote[REG_URI];	/* URIs */
	char		 target[REG_URI];
	char		 route[REG_TEXT];	/* without "Route: " */
	uint32_t	 cseq;			/* used last */
	uint32_t	 remote_cseq;
};

/*
 * A dialog from the response M to our request (CLIENT), or from the request M
 * to which LOCAL_TAG is our answer: false if something is too long or missing.
 */
bool	 reg_dialog_set(struct reg_dialog *d, const struct sip_msg *m,
	    bool client);
/* Does M, a request or response, belong to D? */
bool	 reg_dialog_has(const struct reg_dialog *d, const struct sip_msg *m);

/* A phone at the P-CSCF: its address and a hash of its IMPI. */
struct reg_ue_key {
	uint64_t	 impi;
	struct pkt_addr	 addr;
	uint8_t		 zero[7];
};

/* reg_hop.c: a transaction that passes, or ends at, a node of the network. */
struct reg_txn {
	struct flow_where	 back;		/* where responses go */
	struct buf		 answer;	/* the last one sent */
	bool			 reg;		/* a REGISTER */
	/* P-CSCF. */
	bool			 from_ue, to_ue;
	bool			 nat;		/* annex M */
	bool			 ends;		/* tells of the end */
	struct reg_ue_key	 ue;
	int			 set;		/* it came under, or -1 */
	struct buf		 client;	/* its Security-Client */
};

struct reg_hop {
	struct reg_node		 node;
	struct reg_place	 self;
	struct table		*txns;
};

int	 reg_hop_init(struct reg_hop *h, const struct reg_place *self,
	    const struct reg_sink *sink);
void	 reg_hop_free(struct reg_hop *h);
/*
 * The transaction of the request M.  NULL: sent before, and what was answered
 * then was answered again; or it cannot be served (and was refused).
 */
struct reg_txn	*reg_hop_begin(struct reg_hop *h, const struct flow_sip *m,
		    uint64_t *key);
/*
 * E gets our Via (TRANSPORT, SENT_BY; NULL: those between nodes), one forward
 * less, and received and rport in what was top.
 */
void	 reg_hop_via(struct reg_hop *h, struct reg_edit *e,
	    const struct flow_sip *m, uint64_t key, const char *transport,
	    const char *sent_by);
/* 100 to an INVITE. */
void	 reg_hop_trying(struct reg_hop *h, const struct reg_txn *t,
	    const struct sip_msg *m);
/* Write E and send it to ADDR:PORT. */
void	 reg_hop_forward(struct reg_hop *h, struct reg_edit *e,
	    const struct flow_where *to);
/*
 * The transaction of the response M, which has our Via on top; NULL: there is
 * none, or it was answered.
 */
struct reg_txn	*reg_hop_find(struct reg_hop *h, const struct sip_msg *m);
/* The response E goes back where T came from. */
void	 reg_hop_back(struct reg_hop *h, struct reg_txn *t, struct reg_edit *e,
	    const struct sip_msg *m);
/* A response of our own: OUT is complete. */
void	 reg_hop_answer(struct reg_hop *h, struct reg_txn *t);
/* STATUS to M and no more. */
void	 reg_hop_refuse(struct reg_hop *h, struct reg_txn *t,
	    const struct sip_msg *m, unsigned status, const char *extra);
/* From this node to PLACE. */
struct flow_where reg_hop_to(const struct reg_hop *h,
	    const struct reg_place *to);
/* Does URI name this node? */
bool	 reg_hop_self(const struct reg_hop *h, struct slice uri);
/* The node that HOST names, by name or address; NULL if none. */
const struct reg_place	*reg_net_find(const struct reg_net *net,
			    struct slice host);
/* Where a request with E's Route and URI goes; NULL if nowhere we know. */
const struct reg_place	*reg_net_next(const struct reg_net *net,
			    struct slice route, struct slice uri);

/* reg_hss.c */
struct reg_user {
	struct reg_identity	 who;
	struct aka		*aka;
};
struct reg_user	*reg_hss_impi(struct reg_hss *h, struct slice impi);
struct reg_user	*reg_hss_impu(struct reg_hss *h, struct slice impu);
bool	 reg_user_has(const struct reg_user *u, struct slice impu);
/* A fresh vector with RAND; 0, ERR_RANGE (no SQN left), ERR_CRYPT. */
int	 reg_user_vector(struct reg_user *u, struct reg_vector *v)
	    __attribute__((warn_unused_result));
/* AUTS after the challenge RAND: the SQN follows the card's.  0, ERR_AUTH. */
int	 reg_user_resync(struct reg_user *u, const uint8_t rand[AKA_RAND],
	    struct slice auts) __attribute__((warn_unused_result));

/* reg_notify.c: the body of reg event (RFC 3680). */
void	 reg_put_reginfo(struct buf *b, const struct reg_identity *who,
	    const char *contact, unsigned version, const char *state,
	    const char *event, uint32_t expires);
/* The event attribute of the first contact in BODY; empty if none. */
struct slice	 reg_reginfo_event(struct slice body);
/* Are all registrations in BODY terminated? */
bool	 reg_reginfo_ended(struct slice body);

#endif
