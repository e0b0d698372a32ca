/*
 * register_tool: what the commands of ims-register share: options, subscribers,
 * the nodes and what passes between them, the cases.
 */
#ifndef REGISTER_TOOL_H
#define REGISTER_TOOL_H

#include "reg.h"
#include "tool.h"

#define KEY_FILES	64
#define STEPS		32
#define WINDOW		8	/* phones of "ue" at work at once */

enum step {
	STEP_REGISTER, STEP_SUBSCRIBE, STEP_REREGISTER, STEP_REAUTH,
	STEP_CALL, STEP_SMS, STEP_DEREGISTER, STEP_NETDEREGISTER,
	STEP_N
};

/* Protected ports of our P-CSCF; PC and PC + 2 are in turn. */
#define PORT_PC		5062
#define PORT_PS		5063

enum node { NODE_UE, NODE_P, NODE_I, NODE_S, NODE_N };

/* Who does ESP in the live modes. */
enum ipsec { IPSEC_USER, IPSEC_KERNEL, IPSEC_NONE };

struct opt {
	struct tool_common	 common;
	const char		*keys[KEY_FILES];
	size_t			 n_keys;
	bool			 secrets, cx, ipv6, tcp, srtp, plain, trust;
	bool			 all_hops;
	enum ipsec		 ipsec;
	/* Live: with sockets, not records. */
	bool			 live, once;
	const char		*connect, *listen, *local;
	bool			 node[NODE_N];		/* --as */
	struct reg_pair		 pair[REG_PAIRS];
	size_t			 n_pair;
	enum sa_mode		 mode;
	enum step		 step[STEPS];
	size_t			 n_step;
	uint64_t		 time_ns;
	uint32_t		 expires;
	struct aka_scheme	 scheme;
	char			 qop[16];
	const char		*pani;
	struct pkt_addr		 addr[NODE_N];
	uint16_t		 port[NODE_N];		/* 0: the usual one */
	const struct reg_case	*the_case;
};

extern struct opt opt;

/* Options and their values; what is left begins at optind. */
void	 opt_parse(int argc, char **argv, const char *help);
/* Of DRAW the next value that --set gave, into P; false: none is left. */
bool	 opt_given(enum reg_draw draw, uint8_t *p, size_t n);
/* ADDR, ADDR:PORT or [ADDR]:PORT; PORT stays if none is said. */
bool	 opt_place(struct slice s, struct pkt_addr *addr, uint16_t *port);
const char	*step_name(enum step s);

/* The subscribers of -k, in their order. */
void	 subs_load(void);
size_t	 subs_count(void);
const struct reg_identity	*subs_get(size_t i);
void	 subs_free(void);

/* A phone of this run. */
struct phone {
	struct reg_ue	*ue;
	struct pkt_addr	 addr, public;
	size_t		 step;		/* the next one */
	bool		 failed, told;
	bool		 registered;	/* by the news of it */
	bool		 lost;		/* no connection to be had */
};

/* The nodes of this run, and the time. */
struct net {
	struct reg_net		 net;
	struct reg_hss		*hss;
	struct reg_pcscf	*p;
	struct reg_icscf	*i;
	struct reg_scscf	*s;
	struct phone		*phone;
	size_t			 n_phone;
	uint64_t		 now_ns;
	uint64_t		 failed;	/* news of it */
	uint64_t		 sent;		/* messages */
};

extern struct net net;

/* Make the nodes that opt.node says. */
void	 net_open(void);
void	 net_close(void);
/* What nodes hand out goes where it belongs; NETWORK: not of a phone. */
void	 net_sink(struct reg_sink *sink, bool network);
void	 net_clear(void);	/* nothing is on its way any more */
/* Hand what is on its way to the nodes, until it is all delivered. */
void	 net_run(void);
/* A message from outside. */
void	 net_deliver(const struct flow_sip *m);
/* The next deadline of a node that waits for something; REG_NEVER. */
uint64_t net_deadline(bool all);
void	 net_tick(uint64_t now_ns);
/* A result of lib that cannot be helped. */
void	 net_check(int r);
/* Who is at ADDR: NODE_UE for a phone or what is not known. */
enum node	 net_who(const struct pkt_addr *addr);
struct phone	*net_phone(const struct pkt_addr *addr);

/* Begin step S of phone I; false: it does not apply. */
bool	 step_begin(size_t i, enum step s);
/* Is phone I done with what it began? */
bool	 step_done(size_t i);

/* A case: what is wrong, in which message, and which rule that breaks. */
struct reg_case {
	const char	*name, *rule;	/* "-": none */
	const char	*what;
	const char	*steps;		/* NULL: as --steps says */
	/* The hop; a request or response of METHOD; which of them, 0: all. */
	enum node	 from, to;
	const char	*method;
	unsigned	 status;	/* 0: the request */
	unsigned	 nth;
	/* Edit the message; false: it does not arrive. */
	bool		(*spoil)(struct reg_edit *e, struct flow_sip *m);
	/* Before the run. */
	void		(*prepare)(struct reg_ue_config *ue,
			    struct reg_pcscf_config *p,
			    struct reg_scscf_config *s);
	bool		 wrong_ik;	/* in the phone's SAs */
};

extern const struct reg_case	 cases[];
extern const size_t		 cases_n;
const struct reg_case	*case_find(const char *name);
void	 case_list(void) __attribute__((noreturn));
/*
 * The message M as the case has it, in OUT if it was spoiled.  False: it does
 * not arrive; of length 0 it was not even sent.
 */
bool	 case_apply(struct flow_sip *m, enum node from, enum node to,
	    struct buf *out);
/* What was seen last: REGISTER of a phone, challenge of the S-CSCF. */
const struct flow_where	*case_last_up(void);
uint32_t	 case_last_spi(void);	/* spi_uc of a phone */
struct slice	 case_last_challenge(void);
struct slice	 case_first_challenge(void);

/* The commands; each returns the answer. */
int	 cmd_flow(int argc, char **argv);
int	 cmd_ue(int argc, char **argv);
int	 cmd_core(int argc, char **argv);
/* The same with sockets: --connect, --listen. */
int	 live_ue(int argc);
int	 live_core(int argc);
/* --connect or --listen, --local: where we and the P-CSCF are. */
void	 live_places(void);

#endif
