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
#define AUDIT_SEEN	8192
#define AUDIT_SETS	3	/* SA sets of a UE remembered */

enum {
	R_AUTH_01, R_AUTH_02, R_AUTH_04, R_AUTH_05, R_AUTH_06, R_AUTH_08,
	R_AUTH_09, R_AUTH_11, R_AUTH_12,
	R_SEC_01, R_SEC_02, R_SEC_03, R_SEC_04, R_SEC_08, R_SEC_09, R_SEC_10,
	R_SEC_11,
	R_SA_01, R_SA_02, R_SA_03, R_SA_04, R_SA_07, R_SA_10, R_SA_16,
	R_HDR_02, R_HIDE_01, R_BK_01,
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
	uint8_t		 used;		/* roles seen in use, bits */
};

struct audit_ue {
	struct pkt_addr	 addr;
	bool		 registers;	/* a REGISTER of it was seen */
	bool		 aka;		/* it was challenged with AKA */
	bool		 agreed;	/* Security-Client and -Server seen */
	bool		 contact_told;	/* HDR-02 was reported */
	size_t		 n_set;
	struct audit_set set[AUDIT_SETS];	/* newest first */
};

/* A registration: one Call-ID of one phone. */
struct audit_reg {
	struct sa_text client, server;
	uint32_t	 client_cseq;	/* of the REGISTER of CLIENT */
	char		 impi[SA_IMPI_MAX], realm[SA_IMPI_MAX];
	char		 impu[SA_IMPI_MAX];
	uint64_t	 nonce;		/* hash of the open challenge, or 0 */
	uint32_t	 nonce_cseq;
	bool		 told_sec01;
	uint64_t	 nonce_frame;
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
	struct slice		 call_id;
	struct slice		 auth;		/* parameters of Authorization */
	struct slice		 chal;		/* of WWW-Authenticate */
	struct slice		 username, realm, nonce, response;
};

struct audit {
	struct sa_db	*db;
	void		(*found)(const struct audit_finding *f, void *arg);
	void		*arg;
	struct table	*nodes, *ues, *regs, *txns, *nonces, *seen;
	struct buf	 text;
	bool		 mem;		/* memory ran out */
};

/* audit.c */
void	 audit_find(struct audit_ctx *c, int rule, enum audit_level level,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
enum audit_role	audit_role_at(struct audit *a, const struct pkt_addr *addr,
		    uint16_t port);
/* Is ADDR, with any port, a node of the own core? */
bool	 audit_knows_node(struct audit *a, const struct pkt_addr *addr);

/* The rules, by theme; each looks at the message in hand. */
void	 audit_auth(struct audit_ctx *c);	/* audit_auth.c */
void	 audit_sec(struct audit_ctx *c);	/* audit_sec.c */
void	 audit_ipsec(struct audit_ctx *c);	/* audit_sa.c */
void	 audit_ipsec_closed(struct audit_ctx *c, const struct flow_esp *e);
void	 audit_headers(struct audit_ctx *c);	/* audit_hdr.c */

#endif
