/*
 * sa: security agreement (RFC 3329, TS 33.203 annex H) to SA sets, and the
 * database of security associations.
 *
 * The files: sa.c is one mechanism and its keys; sa_list.c the list in a
 * header; sa_set.c the four SAs of an agreement; sa_agree.c the agreement of two
 * sides, sa_talk.c the messages that make it; sa_xfrm.c, sa_xfrm_read.c and
 * sa_uat.c other people's forms of an SA; sa_db.c finds the SA of an ESP packet
 * and opens it; sa_learn.c watches signalling and fills the database.
 */
#ifndef SA_H
#define SA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aka.h"
#include "buf.h"
#include "esp.h"
#include "pkt.h"
#include "sip.h"
#include "slice.h"

#define SA_MECHS	16	/* mechanisms looked at in one header */
#define SA_IMPI_MAX	128	/* octets of an IMPI kept, NUL included */

/* Bits of sa_mech.has: which parameters were there and could be read. */
enum sa_has {
	SA_SPI_C = 1, SA_SPI_S = 2, SA_PORT_C = 4, SA_PORT_S = 8, SA_ALG = 16,
	SA_EALG = 32, SA_PROT = 64, SA_MOD = 128, SA_Q = 256,
};

enum sa_mode { SA_TRANS, SA_TUN, SA_UDP_ENC_TUN };

const char	*sa_mode_name(enum sa_mode m);	/* "trans" ... */
int		 sa_mode_parse(struct slice s);	/* or ERR_ALG */

/* One sec-mechanism of Security-Client, -Server or -Verify. */
struct sa_mech {
	struct slice	 text;		/* as it stands */
	struct slice	 name;		/* "ipsec-3gpp" */
	unsigned	 has;		/* enum sa_has */
	uint32_t	 spi_c, spi_s;
	uint16_t	 port_c, port_s;
	int		 alg;		/* enum esp_alg, or ERR_ALG */
	int		 ealg;		/* enum esp_ealg (default null) or
					   ERR_ALG */
	int		 mode;		/* enum sa_mode (default trans) or
					   ERR_ALG */
	bool		 ah;		/* prot=ah */
	unsigned	 q;		/* thousandths, 0..1000 */
};

/* 0 or ERR_FORMAT for an empty value.  What cannot be read is not in HAS. */
int	 sa_mech_parse(struct slice value, struct sa_mech *m)
	    __attribute__((warn_unused_result));
bool	 sa_mech_ipsec(const struct sa_mech *m);	/* ipsec-3gpp, esp */
/* All values of H in M, at most SA_MECHS; how many. */
size_t	 sa_mechs(const struct sip_msg *m, enum sip_h h,
	    struct sa_mech out[SA_MECHS]);
/*
 * Same mechanism with the same parameter values?  Order of parameters, case
 * and leading zeros do not matter; q counts only if BOTH have it.
 */
bool	 sa_mech_same(const struct sa_mech *a, const struct sa_mech *b);
/*
 * What the UE chooses (TS 33.203 7.2): the first of SERVER, highest q first,
 * that is also in CLIENT with the same alg, ealg and mode, and that annex H
 * allows.  Index into SERVER, or ERR_ALG when nothing is in both.
 */
int	 sa_choose(const struct sa_mech *client, size_t n_client,
	    const struct sa_mech *server, size_t n_server);

/* How a choice is made. */
enum sa_rule {
	SA_RULE_STANDARD,	/* sa_choose() */
	SA_RULE_Q,		/* the client's highest q */
	SA_RULE_FIRST,		/* the client's first */
	SA_RULE_LAST,		/* the client's last */
	SA_RULES
};

const char	*sa_rule_name(enum sa_rule r);	/* "standard" ... */
/* By rule R; returns as sa_choose(). */
int	 sa_choose_by(enum sa_rule r, const struct sa_mech *client,
	    size_t n_client, const struct sa_mech *server, size_t n_server);

#define SA_TEXT		1024	/* octets of a Security-* header kept */

/* The values of a header, joined with commas. */
struct sa_text {
	uint16_t	 n;
	bool		 whole;		/* all of them fitted */
	uint8_t		 p[SA_TEXT];
};

void	 sa_text_keep(struct sa_text *t, const struct sip_msg *m,
	    enum sip_h h);
/* They lie in T. */
size_t	 sa_text_mechs(const struct sa_text *t,
	    struct sa_mech out[SA_MECHS]);

/* What is wrong with a list of mechanisms, told in a sentence. */
enum sa_fault {
	SA_FAULT_PAIR,		/* alg and ealg do not go together */
	SA_FAULT_SPI,		/* reserved */
	SA_FAULT_PORT,		/* 5060, 5061, or both the same */
	SA_FAULT_MISSING,	/* parameters that must be there */
	SA_FAULT_ODD,		/* a parameter that cannot be read */
	SA_FAULT_DIFFER,	/* mechanisms with SPIs or ports of their own */
	SA_FAULT_EQUAL,		/* the P-CSCF has SPIs of the phone */
};
struct sa_told {
	void	(*fn)(enum sa_fault f, struct slice text, void *arg);
	void	*arg;
};

/* The list of HEADER by itself (annex H); the first of ipsec-3gpp, or NULL. */
const struct sa_mech *sa_list_check(const char *header,
	    const struct sa_mech *m, size_t n, const struct sa_told *t);
/* What the phone needs of M, the P-CSCF's, and of U, its own, is there. */
void	 sa_need_check(const struct sa_mech *m, const struct sa_told *t);
void	 sa_spi_check(const struct sa_mech *u, const struct sa_mech *p,
	    const struct sa_told *t);

/* Where two lists differ. */
#define SA_DIFF_COUNT	0x1000	/* in the number of mechanisms */
#define SA_DIFF_NAME	0x2000	/* in a mechanism's name or other parameters */
struct sa_diff {
	unsigned	 what;		/* enum sa_has and those above */
	size_t		 at;		/* the first mechanism that differs */
};
bool	 sa_list_diff(const struct sa_mech *now, size_t n_now,
	    const struct sa_mech *then, size_t n_then, struct sa_diff *d);

/* The headers of one registration (TS 33.203 7.2). */
struct sa_sides {
	struct sa_mech	 client[SA_MECHS];	/* SM1 Security-Client */
	struct sa_mech	 server[SA_MECHS];	/* SM6 Security-Server */
	struct sa_mech	 verify[SA_MECHS];	/* SM7 Security-Verify */
	struct sa_mech	 again[SA_MECHS];	/* SM7 Security-Client */
	size_t		 n_client, n_server, n_verify, n_again;
	bool		 challenged;		/* SM6 was seen */
	bool		 answered;		/* SM7 was seen */
	bool		 clear;			/* SM7 was not under ESP */
	uint32_t	 spi;			/* of the ESP of SM7, or 0 */
	bool		 known;			/* its algorithms are: */
	enum esp_alg	 alg;
	enum esp_ealg	 ealg;
	unsigned	 status;		/* that ended it, or 0 */
};

enum sa_verdict {
	SA_OK, SA_BID_DOWN, SA_MISMATCH, SA_NO_AGREEMENT, SA_INCOMPLETE
};

const char	*sa_verdict_name(enum sa_verdict v);	/* "ok" ... */

struct sa_choice {
	bool		 there;
	int		 alg, ealg, mode;
};

/*
 * What SIDES should have come to by RULE, what they did, and why that is as it
 * is: sentences with their clause, one a line, in WHY, which is appended to.
 * CONFIDENTIAL: the P-CSCF's policy demands encryption.
 */
struct sa_judged {
	enum sa_verdict	 verdict;
	struct sa_choice should, chosen;
	struct buf	 why;
};
void	 sa_judge(const struct sa_sides *s, enum sa_rule rule,
	    bool confidential, struct sa_judged *j);

/* The four SAs of a set (TS 33.203 7.1), named by source and destination. */
enum sa_role {
	SA_UC_PS,	/* UE to P-CSCF, spi_ps */
	SA_PS_UC,	/* P-CSCF to UE, spi_uc */
	SA_PC_US,	/* P-CSCF to UE, spi_us */
	SA_US_PC,	/* UE to P-CSCF, spi_pc */
	SA_ROLES
};

const char	*sa_role_name(enum sa_role r);	/* "uc->ps" ... */
int		 sa_role_parse(struct slice s);	/* or ERR_ALG */

/* Keys of TS 33.203 annex I from CK and IK; 0, ERR_ALG, ERR_CRYPT. */
int	 sa_expand(enum esp_alg alg, enum esp_ealg ealg, const uint8_t ck[16],
	    const uint8_t ik[16], struct esp_key *out)
	    __attribute__((warn_unused_result));

enum sa_state { SA_STATE_NONE, SA_TEMPORARY, SA_ESTABLISHED, SA_OLD };

const char	*sa_state_name(enum sa_state s);	/* "temporary" ... */
int		 sa_state_parse(struct slice s);	/* or ERR_ALG */

/* One security association, as records carry it. */
struct sa {
	char		 impi[SA_IMPI_MAX];
	/* What it protects: in tunnel modes, inner addresses. */
	struct pkt_addr	 src, dst;	/* family 0: any */
	uint16_t	 sport, dport;	/* 0: any */
	/* Tunnel modes: of the outer header.  Family 0: SRC and DST. */
	struct pkt_addr	 outer_src, outer_dst;
	uint16_t	 outer_sport, outer_dport; /* UDP-enc-tun; 0: 4500 */
	uint32_t	 spi;
	enum sa_mode	 mode;
	struct esp_key	 key;
	bool		 has_key;
	uint32_t	 set;		/* number of the set, from 1 */
	int		 role;		/* enum sa_role, -1 unknown */
	uint64_t	 time_ns;	/* when it was made */
	uint64_t	 frame;
	uint64_t	 seq;		/* highest used so far */
	enum sa_state	 state;		/* TS 33.203 7.4 */
	uint32_t	 lifetime;	/* seconds from TIME_NS; 0: not said */
};

/* What the two sides of a registration agreed upon (TS 33.203 7.1, 7.2). */
struct sa_agreement {
	struct pkt_addr	 ue, pcscf;
	uint32_t	 spi_uc, spi_us, spi_pc, spi_ps;
	uint16_t	 port_uc, port_us, port_pc, port_ps;
	enum esp_alg	 alg;
	enum esp_ealg	 ealg;
	enum sa_mode	 mode;
};

/*
 * The four SAs of A with the keys of CK and IK, in the order of enum sa_role;
 * IMPI, set, time, state and lifetime are left to the caller.  0, ERR_ALG for
 * an algorithm or a pair that ipsec-3gpp has not, ERR_RANGE for SPIs below 256
 * or equal ones, ports 0, 5060, 5061 or equal ones on a side, ERR_CRYPT.
 * ERR_RANGE still fills OUT.
 */
int	 sa_derive(const struct sa_agreement *a, const uint8_t ck[16],
	    const uint8_t ik[16], struct sa out[SA_ROLES])
	    __attribute__((warn_unused_result));
/*
 * The mechanism M as a sec-mechanism of a Security-* header, its parameters
 * of HAS only: "ipsec-3gpp;q=0.1;alg=...;ealg=...;mod=...;spi-c=...".
 */
void	 sa_mech_write(struct buf *out, const struct sa_mech *m);

/*
 * SA as a line of Wireshark's table esp_sa, newline included; in tunnel modes
 * with the outer addresses.  0, ERR_ALG for what Wireshark 4.0 does not know
 * (aes-gmac, extended sequence numbers), ERR_NOKEY.
 */
int	 sa_uat_write(struct buf *out, const struct sa *sa)
	    __attribute__((warn_unused_result));
/*
 * A line of that table.  1; 0 for a comment or an empty line; ERR_MORE with too
 * few fields; ERR_FORMAT, ERR_RANGE (a key's length), ERR_ALG with the name of
 * the field in WHAT.  SA holds keys: to be wiped.
 */
int	 sa_uat_parse(struct slice line, struct sa *sa, const char **what)
	    __attribute__((warn_unused_result));

/*
 * SA as commands for sh: "ip xfrm state add ..." and, for DIR "in" or "out",
 * the policies that go with it; or, REMOVE, what removes them.  DIR NULL: state
 * only.  Nothing of SA but numbers and addresses gets into a command.  0,
 * ERR_NOKEY, ERR_FORMAT without addresses.
 */
int	 sa_xfrm_write(struct buf *out, const struct sa *sa, const char *dir,
	    bool remove) __attribute__((warn_unused_result));
/*
 * Read TEXT, the output of "ip xfrm state", with the policies that may stand in
 * it.  Each SA goes to FN, once however often it is there, its sequence number
 * the highest of all; ports are those of its selector or else of a policy with
 * its addresses and reqid.  BAD is told of what cannot be read, by line, from
 * 1; that SA is left out unless E is ERR_LIMIT.  How many SAs, or ERR_MEM.
 */
struct sa_xfrm_to {
	void	(*sa)(const struct sa *sa, void *arg);
	void	(*bad)(uint64_t line, int e, struct slice what, void *arg);
	void	*arg;
};
int	 sa_xfrm_read(struct slice text, const struct sa_xfrm_to *to)
	    __attribute__((warn_unused_result));

/* Where a message was seen; SPI 0: in clear. */
struct sa_seen {
	const struct pkt_addr	*src, *dst;
	uint16_t		 sport;
	uint32_t		 spi;
	uint64_t		 time_ns, frame;
};

/* A registration on Gm: REGISTER, challenge, REGISTER (SM1, SM6, SM7). */
struct sa_esp {
	bool		 known;		/* ALG and EALG have a meaning */
	enum esp_alg	 alg;
	enum esp_ealg	 ealg;
};

struct sa_talk {
	struct pkt_addr	 ue, pcscf;
	char		 impi[SA_IMPI_MAX], call_id[SA_IMPI_MAX];
	uint64_t	 time_ns;	/* of SM1 */
	uint64_t	 frame[3];	/* 0: not seen */
	struct sa_text	 client, server, verify, again;
	uint32_t	 spi;		/* of the ESP of SM7 */
	struct sa_esp	 esp;
	bool		 challenged, answered, clear;
	unsigned	 status;	/* instead of a challenge */
	/* What sa_talks_sip() keeps for itself. */
	uint32_t	 cseq;
	uint64_t	 nonce;
	bool		 protected, refresh, done;
};

struct sa_talks;
typedef void sa_talk_fn(const struct sa_talk *k, void *arg);
/* FN gets each when its SM7 is seen, the rest at the end.  NULL: no memory. */
struct sa_talks	*sa_talks_new(sa_talk_fn *fn, void *arg);
void		 sa_talks_free(struct sa_talks *t);
/*
 * A message of any kind and hop, in order; those of registrations between a
 * phone and its P-CSCF are looked at.  A phone that starts anew with the same
 * Call-ID before it has answered (AUTS, MAC failure) begins again.  0, ERR_MEM.
 */
int	 sa_talks_sip(struct sa_talks *t, const struct sip_msg *m,
	    const struct sa_seen *at, const struct sa_esp *esp)
	    __attribute__((warn_unused_result));
void	 sa_talks_end(struct sa_talks *t);
/* The mechanisms lie in K. */
void	 sa_talk_sides(const struct sa_talk *k, struct sa_sides *s);

#define SA_SETS		16384	/* of four SAs, in the database */
#define SA_VECTORS	8192	/* CK and IK by RAND */
#define SA_CALLS	8192	/* registrations waiting for their 401 */
#define SA_SUBSCRIBERS	65536

struct sa_db;
struct sa_db	*sa_db_new(void);	/* NULL: no memory */
void		 sa_db_free(struct sa_db *db);

/* Long-term keys: KEY is copied.  A later one with the same IMPI wins. */
int	 sa_db_subscriber(struct sa_db *db, struct slice impi,
	    const struct aka_key *key) __attribute__((warn_unused_result));
/* CK and IK that belong to RAND. */
int	 sa_db_vector(struct sa_db *db, const uint8_t rand[AKA_RAND],
	    const uint8_t ck[16], const uint8_t ik[16], uint64_t now_ns)
	    __attribute__((warn_unused_result));
/* XRES of the vector with RAND. */
int	 sa_db_xres(struct sa_db *db, const uint8_t rand[AKA_RAND],
	    struct slice xres) __attribute__((warn_unused_result));
/*
 * A finished SA; ERR_RANGE when its keys do not fit its algorithms.  Its seq
 * counts for the high half of extended sequence numbers only.
 */
int	 sa_db_add(struct sa_db *db, const struct sa *sa)
	    __attribute__((warn_unused_result));

/* How an ESP packet was opened. */
struct sa_opened {
	struct esp_payload	 payload;
	uint32_t		 spi, seq;
	bool			 known;		/* ALG and EALG have a meaning */
	enum esp_alg		 alg;
	enum esp_ealg		 ealg;
	bool			 checked;	/* the ICV was verified */
	bool			 copy;
	/* Until the database changes: */
	const struct esp_key	*key;		/* that opened it, or NULL */
	struct slice		 impi;		/* whose key is missing */
};

/*
 * Open the ESP packet IN from SRC to DST, its own (in tunnel modes outer)
 * addresses; OUT has room for IN.n.  All SAs of its SPI are tried, those of DST and the newest first: the ICV decides.  When
 * several algorithms were agreed upon, the one that fits is kept.  COPY: it was
 * seen before at another place, so no replay test.  Returns 0;
 * or why it stays closed: ERR_NOSA, ERR_NOKEY, ERR_AUTH, ERR_REPLAY,
 * ERR_FORMAT.  O->spi and seq are set in any case where they are there.
 */
int	 sa_db_open(struct sa_db *db, const struct pkt_addr *src,
	    const struct pkt_addr *dst, struct slice in, uint8_t *out,
	    bool copy, uint64_t now_ns, struct sa_opened *o)
	    __attribute__((warn_unused_result));

/* What sa_learn found worth telling. */
enum sa_news {
	SA_NEWS_SET,		/* an SA set was made: four SAs */
	SA_NEWS_WRONG_K,	/* the subscriber's key does not fit the AUTN */
	SA_NEWS_NO_CHOICE,	/* nothing is offered by both sides */
};
typedef void sa_news_fn(enum sa_news what, const struct sa *sa, size_t n,
	    struct slice impi, void *arg);
void	 sa_db_news(struct sa_db *db, sa_news_fn *fn, void *arg);

/*
 * Look at a message: a REGISTER of a phone, a 401 with Security-Server, a 401
 * with ck and ik; and, when the challenge was not seen, a protected REGISTER,
 * in which Security-Client, Security-Verify and the nonce say it all again.
 */
int	 sa_learn(struct sa_db *db, const struct sip_msg *m,
	    const struct sa_seen *at) __attribute__((warn_unused_result));

/* username of Authorization, or To without its scheme; empty: neither. */
struct slice	 sa_impi(const struct sip_msg *m);
/* RAND and AUTN of a nonce (RFC 3310 3.2); 0, ERR_FORMAT, ERR_MORE. */
int	 sa_nonce(struct slice nonce, uint8_t rand[AKA_RAND],
	    uint8_t autn[AKA_AUTN]) __attribute__((warn_unused_result));
/*
 * RES of the subscriber IMPI for RAND, CK and IK, by a vector whose XRES was
 * given or else by the subscriber's key; the length of RES, or ERR_NOKEY.
 * KEYS says whether CK and IK are there too.
 */
int	 sa_db_result(struct sa_db *db, struct slice impi,
	    const uint8_t rand[AKA_RAND], struct aka_result *out, bool *keys)
	    __attribute__((warn_unused_result));
/*
 * The sequence number that AUTN, or AUTS, conceals, by the key of the
 * subscriber IMPI; RAND is that of the challenge.  0, ERR_NOKEY, ERR_AUTH when
 * the MAC does not fit the key, ERR_RANGE for another length of AUTS, ERR_CRYPT.
 */
int	 sa_db_autn(struct sa_db *db, struct slice impi,
	    const uint8_t rand[AKA_RAND], const uint8_t autn[AKA_AUTN],
	    uint64_t *sqn) __attribute__((warn_unused_result));
int	 sa_db_auts(struct sa_db *db, struct slice impi,
	    const uint8_t rand[AKA_RAND], struct slice auts, uint64_t *sqn)
	    __attribute__((warn_unused_result));

/* CK and IK for RAND, by a vector or the key of IMPI; 0, ERR_NOKEY. */
int	 sa_db_keys(struct sa_db *db, struct slice impi,
	    const uint8_t rand[AKA_RAND], uint8_t ck[16], uint8_t ik[16])
	    __attribute__((warn_unused_result));

#endif
