/* reg_ue_int: the phone's state, shared by its parts. */
#ifndef REG_UE_INT_H
#define REG_UE_INT_H

#include "reg_int.h"

enum { SET_CUR, SET_NEW, SET_OLD, SETS };
enum { CLEAR = -1 };		/* instead of a set: outside ESP */

struct ue_set {
	bool			 on;
	struct sa_agreement	 a;
	struct sa		 sa[SA_ROLES];
	uint64_t		 expire_ns;
	uint32_t		 number;	/* from 1 */
	char			 verify[REG_TEXT];	/* Security-Server */
};

/* What a message that is repeated is there for. */
enum ue_what {
	UE_REGISTER, UE_SUBSCRIBE, UE_INVITE, UE_PRACK, UE_UPDATE, UE_BYE,
	UE_MESSAGE,
	UE_RELIABLE,		/* 183 (RFC 3262), until PRACK */
	UE_ACCEPT,		/* 200 to INVITE, until ACK */
};

#define UE_AGAINS	6

/* A message that is sent again until it is answered (RFC 3261 17). */
struct ue_again {
	bool			 on;
	enum ue_what		 what;
	bool			 quiet;		/* 1xx came: wait only */
	struct flow_where	 where;
	uint32_t		 set;		/* its number, 0: clear */
	struct buf		 text;
	char			 branch[REG_ID];
	uint32_t		 cseq;
	uint64_t		 next_ns, interval_ns, end_ns;
};

/* How a REGISTER answers. */
enum ue_auth {
	AUTH_NONE,		/* no challenge yet */
	AUTH_ANSWER,		/* with RES, under the new set */
	AUTH_AUTS,
	AUTH_MAC,		/* empty response */
	AUTH_AGAIN,		/* last challenge once more (refresh) */
};

enum ue_call_state { CALL_NONE, CALL_ASKED, CALL_UP, CALL_ENDING };

struct ue_call {
	enum ue_call_state	 state;
	bool			 caller, precondition, acked;
	struct reg_dialog	 d;
	struct buf		 invite;	/* callee: as it came */
	struct flow_where	 back;		/* callee: answers to it */
	uint32_t		 invite_cseq;
	bool			 reserved;	/* caller: UPDATE was sent */
	uint64_t		 answer_ns;	/* callee: when to say 200 */
	uint32_t		 sdp_version;
	char			 key[64];	/* a=crypto, base64 */
};

#define UE_ANSWERS	4

struct reg_ue {
	struct reg_ue_config	 c;
	struct reg_node		 node;
	struct aka		*aka;
	struct aka_card		*card;
	enum reg_state		 state;
	bool			 registered;	/* now, whatever STATE */
	struct ue_set		 set[SETS];
	uint32_t		 sets;		/* made so far */
	struct pkt_addr		 addr;		/* as the network sees it */
	/* The registration. */
	char			 call_id[REG_ID], tag[REG_ID];
	uint32_t		 cseq;
	bool			 leaving;	/* expires=0 was asked for */
	uint32_t		 spi_uc, spi_us;
	uint16_t		 port_uc, port_us;
	unsigned		 bad, restarts;
	uint64_t		 refresh_ns;
	char			 service_route[REG_TEXT];
	char			 impu[REG_URI];	/* default public identity */
	/* The challenge answered last. */
	struct aka_scheme	 scheme;
	struct aka_result	 result;
	char			 nonce[1024], realm[REG_NAME], opaque[256];
	char			 qop[16], algorithm[32];
	uint32_t		 nc;
	uint8_t			 auts[AKA_AUTS_MAX];
	size_t			 auts_len;
	bool			 challenged;
	/* Other. */
	struct reg_dialog	 sub;		/* reg event */
	bool			 subscribed;
	struct ue_call		 call;
	struct ue_again		 again[UE_AGAINS];
	struct {
		uint64_t	 key;
		struct buf	 text;
		struct flow_where where;
	}			 answer[UE_ANSWERS];	/* sent last */
	size_t			 next_answer;
};

/* reg_ue.c */
void	 reg_ue_fail(struct reg_ue *u, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* The set to send with: the current one, or CLEAR. */
int	 reg_ue_with(const struct reg_ue *u);
/* Start line, Via and Max-Forwards of a request under set WITH. */
void	 reg_ue_begin(struct reg_ue *u, const char *method, const char *uri,
	    int with, char branch[REG_ID]);
/* Security-Verify and what goes with it; P-Access-Network-Info. */
void	 reg_ue_secure(struct reg_ue *u, int with, bool agree);
void	 reg_ue_contact_uri(struct reg_ue *u, struct buf *b);
struct flow_where reg_ue_where(const struct reg_ue *u, int with);
/* Send OUT, and again until it is answered.  BRANCH NULL: a response. */
void	 reg_ue_commit(struct reg_ue *u, enum ue_what what, int with,
	    const char *branch, uint32_t cseq, const struct flow_where *w);
struct ue_again	*reg_ue_find(struct reg_ue *u, enum ue_what what);
void	 reg_ue_done(struct ue_again *a);
/* The inbound set that W came with, CLEAR, or ERR_NOSA. */
int	 reg_ue_came(const struct reg_ue *u, const struct flow_where *w);
/* Is the phone registered and idle enough to send more? */
bool	 reg_ue_ready(const struct reg_ue *u);

/* reg_ue_set.c */
void	 reg_ue_offer(struct reg_ue *u);	/* new SPIs and port_uc */
void	 reg_ue_put_client(struct reg_ue *u, struct buf *b);
/* The set of M's Security-Server and the keys; 0, ERR_ALG, ERR_RANGE. */
int	 reg_ue_make_set(struct reg_ue *u, const struct sip_msg *m);
void	 reg_ue_drop_set(struct reg_ue *u, int which);
/* After the 200: the new set is current, for LIFETIME seconds. */
void	 reg_ue_promote(struct reg_ue *u, uint32_t lifetime);
void	 reg_ue_expire_sets(struct reg_ue *u);

/* reg_ue_auth.c */
void	 reg_ue_send_register(struct reg_ue *u, enum ue_auth how);
void	 reg_ue_registered(struct reg_ue *u, const struct sip_msg *m,
	    int came, uint32_t set);
void	 reg_ue_gone(struct reg_ue *u);	/* no longer registered */
/*
 * REGISTER came to nothing: as before, and told.  LOST: what was agreed is of
 * no use any more, so it begins anew, unless it was leaving (TS 24.229
 * 5.1.1.4.1).
 */
void	 reg_ue_give_up(struct reg_ue *u, bool lost, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* reg_ue_req.c */
void	 reg_ue_put_dialog(struct reg_ue *u, struct reg_dialog *d,
	    const char *method, char branch[REG_ID]);
void	 reg_ue_request(struct reg_ue *u, const struct flow_sip *m);
void	 reg_ue_response(struct reg_ue *u, struct ue_again *a,
	    const struct flow_sip *m);
/* Answer M; EXTRA are whole lines; kept to be sent again. */
void	 reg_ue_answer(struct reg_ue *u, const struct flow_sip *m,
	    unsigned status, const char *tag, const char *extra,
	    const char *type, struct slice body);
struct flow_where reg_ue_back(const struct reg_ue *u,
	    const struct flow_where *w);
/* The public identity that calls and messages are in the name of. */
const char	*reg_ue_name(const struct reg_ue *u);
/* The same with display brackets and default route: To, From ... */
void	 reg_ue_put_initial(struct reg_ue *u, const char *method,
	    const char *to, struct reg_dialog *d, char branch[REG_ID]);

/* reg_call.c */
bool	 reg_call_request(struct reg_ue *u, const struct flow_sip *m);
void	 reg_call_response(struct reg_ue *u, struct ue_again *a,
	    const struct flow_sip *m);
/* A response that nothing waits for: a 200 to INVITE is confirmed again. */
void	 reg_call_late(struct reg_ue *u, const struct sip_msg *m);
uint64_t reg_call_deadline(const struct reg_ue *u);
void	 reg_call_tick(struct reg_ue *u);
void	 reg_call_free(struct ue_call *c);

#endif
