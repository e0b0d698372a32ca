/* reg_pcscf_int: the P-CSCF's state, shared by its parts. */
#ifndef REG_PCSCF_INT_H
#define REG_PCSCF_INT_H

#include "reg_int.h"

enum { PSET_CUR, PSET_NEW, PSET_OLD, PSETS };

struct pcscf_set {
	bool			 on;
	struct sa_agreement	 a;
	struct sa		 sa[SA_ROLES];
	uint64_t		 expire_ns;
	uint32_t		 number;
	struct buf		 client, server;	/* the headers agreed on */
};

/* A phone that was challenged. */
struct pcscf_ue {
	struct reg_ue_key	 key;
	char			 impi[SA_IMPI_MAX];
	enum flow_transport	 transport;
	bool			 registered;
	uint64_t		 expire_ns;	/* without SAs */
	struct flow_where	 clear;		/* to it, without SAs */
	struct pcscf_set	 set[PSETS];
	struct buf		 service_route;
	char			 impu[REG_IMPUS][REG_URI];
	size_t			 n_impu;
	bool			 turn;		/* which port_pc is next */
};

struct reg_pcscf {
	struct reg_hop		 hop;
	struct reg_pcscf_config	 c;
	struct table		*ues;		/* by reg_ue_key */
	struct table		*ports;		/* {address, port}: reg_ue_key */
	struct table		*spis;
	uint32_t		 sets;
	uint64_t		 next_ns;
};

/* reg_pcscf_set.c */
void	 reg_pcscf_drop_ue(void *val, void *arg);	/* of the table */
struct pcscf_ue	*reg_pcscf_ue(struct reg_pcscf *p,
		    const struct reg_ue_key *k);
/* The phone at ADDR:PORT. */
struct pcscf_ue	*reg_pcscf_at(struct reg_pcscf *p,
		    const struct pkt_addr *addr, uint16_t port);
bool	 reg_pcscf_note(struct reg_pcscf *p, const struct pkt_addr *addr,
	    uint16_t port, const struct reg_ue_key *k);
/* Is PORT the port_uc of an SA with ADDR (TS 33.203 7.1, rule 2)? */
bool	 reg_pcscf_uses(struct reg_pcscf *p, const struct pkt_addr *addr,
	    uint16_t port);
/* Whose SA W, towards us, is of; the set; NULL: none. */
struct pcscf_ue	*reg_pcscf_came(struct reg_pcscf *p,
		    const struct flow_where *w, int *set);
/* Is one of our protected ports in W, towards us? */
bool	 reg_pcscf_protected(const struct reg_pcscf *p,
	    const struct flow_where *w);
void	 reg_pcscf_drop_set(struct reg_pcscf *p, struct pcscf_ue *u, int set);
/*
 * The set of CLIENT, the phone's Security-Client, with CK and IK for U; our
 * Security-Server is in it then.  0, ERR_ALG, ERR_RANGE, ERR_CRYPT.
 */
int	 reg_pcscf_make_set(struct reg_pcscf *p, struct pcscf_ue *u,
	    struct slice client, bool nat, const uint8_t ck[16],
	    const uint8_t ik[16]) __attribute__((warn_unused_result));
/* Our first pair that is also in CLIENT; its index or ERR_ALG. */
int	 reg_pcscf_choose(const struct reg_pcscf *p, struct slice client,
	    bool nat, struct sa_mech *ue);
void	 reg_pcscf_put_list(const struct reg_pcscf *p, struct buf *b,
	    const struct sa_agreement *a, enum sa_mode mode);
void	 reg_pcscf_promote(struct reg_pcscf *p, struct pcscf_ue *u, int came,
	    uint32_t lifetime);
void	 reg_pcscf_forget(struct reg_pcscf *p, struct pcscf_ue *u);
/*
 * U has deregistered: its SAs go when the transaction of that REGISTER ends
 * (TS 24.229 5.2.5.1), as it may be sent again if our 200 is lost.
 */
void	 reg_pcscf_leave(struct reg_pcscf *p, struct pcscf_ue *u);
/* TS 33.203 7.1: what goes to the phone in set SET: pc to us. */
struct flow_where reg_pcscf_to(const struct reg_pcscf *p,
	    const struct pcscf_ue *u, int set);

/* reg_pcscf_reg.c */
void	 reg_pcscf_register(struct reg_pcscf *p, const struct flow_sip *m,
	    struct reg_txn *t, uint64_t key, struct pcscf_ue *u, int set);
void	 reg_pcscf_registered(struct reg_pcscf *p, const struct sip_msg *m,
	    struct reg_txn *t);

#endif
