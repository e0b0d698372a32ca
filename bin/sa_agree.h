/* sa_agree: what the parts of negotiate share. */
#ifndef SA_AGREE_H
#define SA_AGREE_H

#include "sa_tool.h"

/* The options of negotiate. */
struct agree {
	const char	*as, *policy, *rule_name;
	enum sa_rule	 rule;
	bool		 single, nat, confidential, json;
	bool		 ue;		/* is played, not the P-CSCF */
	/* For the client and the server port of the phone, the P-CSCF. */
	struct opt_number spi_u[2], spi_p[2], port_u[2], port_p[2];
};

extern struct agree agree;

/* The policy as mechanisms without numbers; how many. */
size_t	 agree_policy(struct sa_mech out[SA_MECHS]);
/* SA's number is not to be used again. */
void	 agree_taken(const struct sa *sa, void *arg);

/* K from the P-CSCF's side and the phone's; the answer. */
int	 agree_pcscf(struct sa_talk *k, struct buf *out);
int	 agree_ue(struct sa_talk *k, struct buf *out);
/* One that was judged, into OUT; false: its verdict is not ok. */
bool	 agree_judge(const struct sa_talk *k, struct buf *out);

#endif
