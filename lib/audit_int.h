/* audit_int: what the rules share: who is who, and what was seen before. */
#ifndef AUDIT_INT_H
#define AUDIT_INT_H

#include "audit.h"
#include "table.h"

#define AUDIT_NODES	16384
#define AUDIT_UES	8192
#define AUDIT_REGS	2048
#define AUDIT_TXNS	8192
#define AUDIT_NONCES	8192
#define AUDIT_SEEN	4096	/* sets of what was seen or told */
#define AUDIT_WAYS	8	/* in a set, newest first */
#define AUDIT_USERS	8192
#define AUDIT_CALLS	2048
#define AUDIT_HOPS	512
#define AUDIT_SETS	4	/* SA sets of a UE remembered */
#define AUDIT_NETWORKS	16	/* own ones */
#define AUDIT_NAME	256	/* octets of a name, NUL included */
#define AUDIT_IDS	16	/* public identities of a UE */

enum {
#define RULE(name, id, level, sure, clause, what, why, todo) R_##name,
#define UNJUDGED(name, id, level, sure, clause, what, reason) R_##name,
#include "audit_rules.def"
#undef RULE
#undef UNJUDGED
	AUDIT_RULES
};

/* The hop a message was seen on. */
enum audit_leg {
	LEG_UNKNOWN,
	LEG_UP,		/* Gm, phone to P-CSCF */
	LEG_DOWN,	/* Gm, P-CSCF to phone */
	LEG_CORE,	/* between nodes of the core */
};

/* One SA set as the headers said it. */
struct audit_set {
	struct pkt_addr	 pcscf;
	uint32_t	 spi[SA_ROLES];	/* by enum sa_role; 0 unknown */
	uint16_t	 port_uc, port_us, port_pc, port_ps;
	bool		 null_told;	/* SA-10 was reported */
	bool		 confirmed;	/* by a 200 to its REGISTER */
	bool		 alg_told, old_told, many_told;
	int		 alg, ealg, mode; /* to choose, or ERR_ALG */
	uint64_t	 call, impi;	/* hashes of whose it is */
	uint64_t	 early;		/* frame that used it too early */
	uint64_t	 first_ns;	/* first use after it was confirmed */
	uint64_t	 end_ns;	/* of its registration; 0 not known */
	uint8_t		 used;		/* roles seen in use, bits */
};

struct audit_ue {
	struct pkt_addr	 addr;
	bool		 registers;	/* a REGISTER of it was seen */
	bool		 aka;		/* it was challenged with AKA */
	bool		 agreed;	/* Security-Client and -Server seen */
	bool		 contact_told;	/* HDR-02 was reported */
	bool		 registered;	/* by a 200 that was seen */
	uint64_t	 refused;	/* frame of a 403 while it was */
	unsigned	 failures;	/* challenges it refused in a row */
	unsigned	 closed_up, closed_down; /* ESP that stayed closed */
	unsigned	 closed_icv;	/* of CLOSED_UP, by its ICV */
	uint64_t	 moved;		/* frame of its REGISTER elsewhere */
	bool		 mediasec;	/* it offered to protect media */
	bool		 told_sec17, told_place, told_place_reg;
	uint64_t	 route;		/* hash of its Service-Route; 0: none */
	bool		 ids_whole;	/* ID is all of its identities */
	size_t		 n_id;
	uint64_t	 id[AUDIT_IDS];
	size_t		 n_set;
	struct audit_set set[AUDIT_SETS];	/* newest first */
};

/* The registration that goes on. */
struct audit_tale {
	enum audit_stage stage;
	bool		 timed, esp, leaves;
	uint64_t	 time_ns, frame, last;
	struct pkt_addr	 ue, pcscf;
	uint16_t	 sport, dport;
	unsigned	 status, failures;
	char		 file[256], impi[SA_IMPI_MAX], call_id[128];
	char		 why[384];
};

/* A registration: one Call-ID of one phone. */
struct audit_reg {
	struct sa_text client, server;
	uint32_t	 client_cseq;	/* of the REGISTER of CLIENT */
	char		 impi[SA_IMPI_MAX], realm[SA_IMPI_MAX];
	char		 impu[SA_IMPI_MAX];
	uint64_t	 nonce;		/* hash of the open challenge, or 0 */
	uint32_t	 nonce_cseq;
	bool		 told_sec01, told_auth03;
	uint64_t	 nonce_frame;
	uint64_t	 nonce_ns;	/* when; 0 not known */
	uint64_t	 answer_ns;	/* when it was answered */
	struct audit_tale tale;
};

/* A private identity. */
struct audit_user {
	bool		 has_sqn;
	uint64_t	 sqn;		/* highest challenged with */
	uint64_t	 instance;	/* hash of the phone's, or 0 */
	struct pkt_addr	 addr;		/* where it registered last */
};

/* A transaction, by Call-ID, CSeq number and method. */
struct audit_txn {
	bool		 gm_up, gm_down;	/* seen on Gm, which way */
	bool		 gm_protected;
	bool		 told_clear;	/* its request was reported as clear */
	bool		 told_digest, told_nonce, told_alg;
	bool		 core;		/* seen behind the P-CSCF */
	uint64_t	 gm_frame;
	struct pkt_addr	 ue;		/* the phone that sent it */
	uint64_t	 contact;	/* hash of Contact as it sent it */
	bool		 nat;		/* address of the phone not its Via's */
	bool		 via_seen;	/* NAT is known */
	bool		 bad_lists;	/* SEC-03 or SEC-04 was reported */
	bool		 told_who;
	uint32_t	 set;		/* spi_ps of the set it came with */
	uint64_t	 pai;		/* identity the phone asserted */
	bool		 no_auth;	/* REGISTER without Authorization */
	bool		 unprotected;	/* integrity-protected=no in the core */
	bool		 pani_3gpp;	/* it said to be on a 3GPP access */
	bool		 answered;	/* it has the response to a challenge */
	bool		 told_keys, told_sqn, told_200, told_sess, told_auts;
};

/* The message in hand. */
struct audit_ctx {
	struct audit		*a;
	const struct flow_sip	*s;
	const struct sip_msg	*m;
	enum audit_leg		 leg;
	struct sip_cseq		 cseq;
	bool			 reg;		/* REGISTER or its response */
	bool			 emergency;	/* of a call to urn:service:sos */
	size_t			 vias;
	struct audit_ue		*ue;		/* on Gm, NULL if unknown */
	struct audit_reg	*r;		/* of a REGISTER on Gm */
	struct audit_txn	*txn;
	enum audit_role		 src, dst;	/* of its ends */
	bool			 nni;		/* it leaves the network */
	bool			 trusted;	/* for one that is trusted */
	struct slice		 call_id;
	struct slice		 auth;		/* parameters of Authorization */
	struct slice		 chal;		/* of WWW-Authenticate */
	/* Of Authorization; P is NULL of what is not there. */
	struct slice		 username, realm, nonce, response;
	struct slice		 algorithm, auts, integrity;
};

struct audit {
	struct sa_db	*db;
	void		(*found)(const struct audit_finding *f, void *arg);
	void		(*registered)(const struct audit_registration *r,
			    void *arg);
	void		*arg;
	struct table	*nodes, *ues, *regs, *txns, *nonces;
	void		(*changed)(const struct audit_hop_change *h, void *arg);
	struct table	*users, *calls, *hops;
	struct sip_msg	 before;	/* scratch of audit_hop() */
	enum audit_nni	 nni;
	bool		 strict;
	bool		 sos;		/* an emergency call was seen */
	size_t		 n_network;
	char		 network[AUDIT_NETWORKS][AUDIT_NAME];
	uint64_t	 seen[AUDIT_SEEN][AUDIT_WAYS];
	struct buf	 text;
	bool		 mem;		/* memory ran out */
};

/* audit.c */
void	 audit_find(struct audit_ctx *c, int rule, enum audit_level level,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* audit_role.c */
bool	 audit_role_init(struct audit *a);
/* A REGISTER tells who is who. */
void	 audit_role_learn(struct audit_ctx *c);
/* Sets the leg, and the phone at one end of it. */
void	 audit_role_leg(struct audit_ctx *c);
/* Is ADDR, with any port, a node of the own core? */
bool	 audit_knows_node(struct audit *a, const struct pkt_addr *addr);
/* Is the algorithm of an auth header one of AKA? */
bool	 audit_is_aka(struct slice params);
/* Is the user of this request, or of this phone, one of IMS AKA? */
bool	 audit_user_is_aka(struct audit_ctx *c);
/* Is the address that the phone wrote in its Via another than it has? */
bool	 audit_behind_nat(const struct audit_ctx *c);
/* Was K, a hash, seen before?  It counts as seen now. */
bool	 audit_seen(struct audit *a, uint64_t k);
/* Was RULE told of this Call-ID to this receiver?  It counts as told now. */
bool	 audit_told(struct audit_ctx *c, int rule);
bool	 audit_told_call(struct audit_ctx *c, int rule);	/* to anybody */
/* Is HOST a name in an own network, as was said by audit_set_network()? */
bool	 audit_own_name(const struct audit *a, struct slice host);
/* Is HOST the network NET or a name in it? */
bool	 audit_in_network(struct slice host, struct slice net);
/* The public identity of a REGISTER, the URI of To. */
struct slice	 audit_impu(const struct audit_ctx *c);
/* The set and role of the SPI this message came with. */
struct audit_set	*audit_set_of(struct audit_ctx *c, enum sa_role *role);
struct audit_user	*audit_user_of(struct audit_ctx *c);
/* A number for the forms of one identity; 0: none. */
uint64_t	 audit_identity(struct slice uri);
/* True too if the identities of UE are not all known. */
bool	 audit_who_owns(const struct audit_ue *ue, struct slice uri);

/* The rules, by theme; each looks at the message in hand. */
void	 audit_auth(struct audit_ctx *c);	/* audit_auth.c */
/* What a challenge was refused with: before audit_sec() forgets the offer. */
void	 audit_chal_refused(struct audit_ctx *c);
void	 audit_chal(struct audit_ctx *c);	/* audit_chal.c */
void	 audit_sec(struct audit_ctx *c);	/* audit_sec.c */
/* Lists of the 401, of the phone; the mode chosen; a new offer in ESP. */
void	 audit_sec_server(struct audit_ctx *c, const struct sa_mech *m,
	    size_t n);
void	 audit_sec_client(struct audit_ctx *c, const struct sa_mech *m,
	    size_t n);
void	 audit_sec_mode(struct audit_ctx *c, int mode);
void	 audit_sec_again(struct audit_ctx *c, const struct sa_mech *m);
void	 audit_sec_use(struct audit_ctx *c);	/* audit_sec_use.c */
void	 audit_ipsec_life(struct audit_ctx *c);	/* audit_sa_life.c */
void	 audit_who(struct audit_ctx *c);	/* audit_who.c */
void	 audit_ipsec(struct audit_ctx *c);	/* audit_sa.c */
void	 audit_ipsec_closed(struct audit_ctx *c, const struct flow_esp *e);
size_t	 audit_hop_size(void);	/* of a value of HOPS */
void	 audit_hop_drop(void *val, void *arg);
void	 audit_hop(struct audit_ctx *c);	/* audit_hop.c */
void	 audit_reg(struct audit_ctx *c);	/* audit_reg.c */
void	 audit_reg_closed(struct audit *a, const struct flow_esp *e);
void	 audit_reg_end(struct audit *a);
void	 audit_syn(struct audit_ctx *c);	/* audit_syn.c */
void	 audit_priv(struct audit_ctx *c);	/* audit_priv.c */
void	 audit_hide(struct audit_ctx *c);	/* audit_hide.c */
size_t	 audit_bk_size(void);	/* of a value of CALLS */
void	 audit_bk(struct audit_ctx *c);		/* audit_bk.c */
void	 audit_headers(struct audit_ctx *c);	/* audit_hdr.c */

#endif
