/* reg_scscf_int: the S-CSCF's state, shared by its parts. */
#ifndef REG_SCSCF_INT_H
#define REG_SCSCF_INT_H

#include "reg_int.h"

struct scscf_user {
	struct reg_user		*user;
	bool			 registered;
	uint64_t		 expire_ns;
	char			 contact[1024];	/* as registered */
	char			 uri[REG_URI];	/* of it */
	char			 path[REG_TEXT];
	bool			 open;		/* a challenge is */
	uint64_t		 await_ns;
	struct reg_vector	 vector;
	char			 nonce[80];
	/* Event reg: one subscription, of the phone. */
	bool			 subscribed;
	struct reg_dialog	 sub;
	unsigned		 version;
	struct buf		 notify;	/* sent, not answered */
	uint64_t		 next_ns, interval_ns, end_ns;
};

struct reg_scscf {
	struct reg_hop		 hop;
	struct reg_scscf_config	 c;
	struct reg_hss		*hss;
	struct table		*users;		/* by IMPI */
	uint64_t		 next_ns;	/* no deadline is earlier */
};

struct scscf_user	*reg_scscf_user(struct reg_scscf *s,
			    struct reg_user *u);
struct scscf_user	*reg_scscf_find(struct reg_scscf *s,
			    const struct reg_user *u);
void	 reg_scscf_wake(struct reg_scscf *s, uint64_t at_ns);
void	 reg_scscf_register(struct reg_scscf *s, const struct flow_sip *m,
	    struct reg_txn *t);
void	 reg_scscf_subscribe(struct reg_scscf *s, const struct flow_sip *m,
	    struct reg_txn *t);
/* STATE and EVENT of all contacts of U to its subscriber. */
void	 reg_scscf_notify(struct reg_scscf *s, struct scscf_user *u,
	    const char *state, const char *event, uint32_t expires);
/* The response M to a NOTIFY of ours, if it is one. */
bool	 reg_scscf_notified(struct reg_scscf *s, const struct sip_msg *m);

#endif
