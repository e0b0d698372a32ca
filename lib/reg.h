/*
 * reg: registration, calls and messages of IMS as pure state machines: the
 * phone, the P-, I- and S-CSCF with the HSS.
 *
 * Messages and time go in; messages, security associations, vectors and news
 * come out through a sink while the call lasts, and a machine says when it
 * wants to be called next.  Nothing here knows sockets or clocks, and whether a
 * message came in ESP is told by its ports (TS 33.203 7.1): who feeds a machine
 * hands it nothing on a protected port that did not come under its SA.
 *
 * The files: reg_write.c builds messages, reg_edit.c changes them, reg_hop.c is
 * what all proxies do, reg_dialog.c what both ends of a dialog know; reg_ue.c,
 * reg_ue_auth.c, reg_ue_set.c, reg_ue_req.c and reg_call.c are the phone;
 * reg_pcscf*.c, reg_icscf.c, reg_scscf*.c, reg_notify.c and reg_hss.c the
 * network.
 */
#ifndef REG_H
#define REG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aka.h"
#include "flow.h"
#include "pkt.h"
#include "sa.h"
#include "slice.h"

#define REG_NAME	128	/* a host or domain, NUL included */
#define REG_URI		192	/* a URI, NUL included */
#define REG_IMPUS	8	/* public identities of a subscriber */
#define REG_PAIRS	16	/* algorithms offered */
#define REG_EXPIRES	600000	/* seconds (TS 24.229 5.1.1.2) */
#define REG_NEVER	UINT64_MAX

/* What is drawn at random, so that a caller can give it. */
enum reg_draw {
	REG_DRAW_RAND, REG_DRAW_CNONCE,
	REG_DRAW_SPI_UC, REG_DRAW_SPI_US, REG_DRAW_SPI_PC, REG_DRAW_SPI_PS,
	REG_DRAW_PORT_UC, REG_DRAW_PORT_US,
	REG_DRAW_ID,		/* Call-ID, tag, branch, icid */
	REG_DRAW_MEDIA_KEY,
	REG_DRAWS
};

int		 reg_draw_parse(struct slice s);	/* "rand", "spi-uc"; or ERR_ALG */

enum reg_news {
	REG_NEWS_REGISTERED, REG_NEWS_DEREGISTERED,
	REG_NEWS_FAILED,	/* WHY says what */
	REG_NEWS_DONE,		/* a subscription, a call, a message */
	REG_NEWS_REFUSED,	/* the network refused somebody */
};

/* A challenge as the HSS gave it. */
struct reg_vector {
	struct slice		 impi;
	uint8_t			 rand[AKA_RAND];
	uint8_t			 autn[AKA_AUTN_MAX];
	size_t			 autn_len;
	struct aka_result	 result;
	size_t			 ck_len, ik_len;
	uint8_t			 sqn[AKA_SQN];
	uint8_t			 amf[AKA_AMF];
};

struct reg_sink {
	/* A message to send; its slices live during the call. */
	void	(*send)(const struct flow_sip *s, void *arg);
	/* An SA was made or its state changed, or it is gone. */
	void	(*sa)(const struct sa *sa, bool gone, void *arg);
	void	(*vector)(const struct reg_vector *v, void *arg);
	/* N random octets. */
	void	(*draw)(enum reg_draw what, uint8_t *p, size_t n, void *arg);
	void	(*news)(enum reg_news what, struct slice impi, const char *why,
	    void *arg);
	void	*arg;
};

/* A node of the network: name in SIP, address and clear port. */
struct reg_place {
	char		 name[REG_NAME];
	struct pkt_addr	 addr;
	uint16_t	 port;
};

struct reg_net {
	char		 domain[REG_NAME];
	struct reg_place pcscf, icscf, scscf;
};

/* A pair of Security-Client or Security-Server. */
struct reg_pair {
	enum esp_alg	 alg;
	enum esp_ealg	 ealg;
};

/* Who a subscriber is, on both sides. */
struct reg_identity {
	char		 impi[SA_IMPI_MAX];
	char		 domain[REG_NAME];
	char		 register_as[REG_URI];	/* IMPU of REGISTER */
	char		 impu[REG_IMPUS][REG_URI]; /* its implicit set */
	size_t		 n_impu;
	struct aka_key	 key;
	unsigned	 ind_len;
	uint64_t	 sqn;			/* used last */
	uint8_t		 amf[AKA_AMF];
};

struct reg_ue_config {
	struct reg_identity	 who;
	struct pkt_addr		 addr;
	uint16_t		 port;		/* for clear SIP */
	struct pkt_addr		 pcscf;
	uint16_t		 pcscf_port;
	enum flow_transport	 transport;
	struct reg_pair		 offer[REG_PAIRS];
	size_t			 n_offer;	/* 0: no security agreement */
	enum sa_mode		 mode;
	uint32_t		 expires;
	char			 instance[64];	/* a URN (RFC 5626 4.1) */
	char			 pani[96];	/* P-Access-Network-Info */
	bool			 precondition;	/* RFC 3312, in calls */
	bool			 srtp;		/* a=crypto (RFC 4568) */
	bool			 mute;		/* answers no challenge */
};

enum reg_state {
	REG_IDLE,		/* not registered */
	REG_ASKED,		/* REGISTER is on its way */
	REG_ANSWERED,		/* the answer to a challenge is */
	REG_REGISTERED,
};

struct reg_ue;
/* C is copied.  NULL: no memory, or a key that is none. */
struct reg_ue	*reg_ue_new(const struct reg_ue_config *c,
		    const struct reg_sink *sink);
void		 reg_ue_free(struct reg_ue *u);
enum reg_state	 reg_ue_state(const struct reg_ue *u);
/* Is a transaction, a call or a subscription on its way? */
bool		 reg_ue_busy(const struct reg_ue *u);

/*
 * Begin something at NOW_NS: 0, ERR_SYNC if the phone is in the middle of
 * something or not registered, ERR_RANGE for an address that is too long,
 * ERR_CRYPT, ERR_MEM.  What comes of it is told as news.
 */
int	 reg_ue_register(struct reg_ue *u, uint64_t now_ns)
	    __attribute__((warn_unused_result));	/* also again */
int	 reg_ue_deregister(struct reg_ue *u, uint64_t now_ns)
	    __attribute__((warn_unused_result));
int	 reg_ue_subscribe(struct reg_ue *u, uint64_t now_ns)
	    __attribute__((warn_unused_result));
int	 reg_ue_call(struct reg_ue *u, const char *to, uint64_t now_ns)
	    __attribute__((warn_unused_result));
int	 reg_ue_hang_up(struct reg_ue *u, uint64_t now_ns)
	    __attribute__((warn_unused_result));
int	 reg_ue_message(struct reg_ue *u, const char *to, struct slice text,
	    uint64_t now_ns) __attribute__((warn_unused_result));

/*
 * A message for this machine: M->msg is parsed, M->where.time_ns is the time.
 * 0, ERR_CRYPT, ERR_MEM; what is not for it, or breaks a rule, is dropped.
 */
int	 reg_ue_sip(struct reg_ue *u, const struct flow_sip *m)
	    __attribute__((warn_unused_result));
/* When reg_ue_tick() is wanted; REG_NEVER. */
uint64_t reg_ue_deadline(const struct reg_ue *u);
int	 reg_ue_tick(struct reg_ue *u, uint64_t now_ns)
	    __attribute__((warn_unused_result));

/* The home subscriber server. */
struct reg_hss;
struct reg_hss	*reg_hss_new(void);
void		 reg_hss_free(struct reg_hss *h);
/* 0, ERR_LIMIT, ERR_MEM; ERR_FORMAT: an IMPI that is there already. */
int	 reg_hss_add(struct reg_hss *h, const struct reg_identity *who)
	    __attribute__((warn_unused_result));

struct reg_pcscf_config {
	struct reg_net	 net;
	struct reg_pair	 list[REG_PAIRS];	/* first is best */
	size_t		 n_list;		/* 0: no security agreement */
	uint16_t	 port_pc, port_ps;	/* PC and PC + 2 are in turn */
	/* 405 to all that phones send but REGISTER, SUBSCRIBE and ACK. */
	bool		 register_only;
};

struct reg_pcscf;
struct reg_pcscf	*reg_pcscf_new(const struct reg_pcscf_config *c,
			    const struct reg_sink *sink);
void	 reg_pcscf_free(struct reg_pcscf *p);
int	 reg_pcscf_sip(struct reg_pcscf *p, const struct flow_sip *m)
	    __attribute__((warn_unused_result));
uint64_t reg_pcscf_deadline(const struct reg_pcscf *p);
int	 reg_pcscf_tick(struct reg_pcscf *p, uint64_t now_ns)
	    __attribute__((warn_unused_result));

struct reg_icscf;
struct reg_icscf	*reg_icscf_new(const struct reg_net *net,
			    struct reg_hss *hss, const struct reg_sink *sink);
void	 reg_icscf_free(struct reg_icscf *i);
int	 reg_icscf_sip(struct reg_icscf *i, const struct flow_sip *m)
	    __attribute__((warn_unused_result));

struct reg_scscf_config {
	struct reg_net		 net;
	struct aka_scheme	 scheme;	/* of the challenge */
	char			 qop[16];	/* "auth", "auth,auth-int", "" */
	uint32_t		 min_expires;	/* 423 below; 0: any */
	uint32_t		 max_expires;
	unsigned		 refuse;	/* REGISTER: 420, 500 ...; 0 */
	bool			 trust_refresh;	/* no challenge then */
};

struct reg_scscf;
struct reg_scscf	*reg_scscf_new(const struct reg_scscf_config *c,
			    struct reg_hss *hss, const struct reg_sink *sink);
void	 reg_scscf_free(struct reg_scscf *s);
int	 reg_scscf_sip(struct reg_scscf *s, const struct flow_sip *m)
	    __attribute__((warn_unused_result));
uint64_t reg_scscf_deadline(const struct reg_scscf *s);
int	 reg_scscf_tick(struct reg_scscf *s, uint64_t now_ns)
	    __attribute__((warn_unused_result));
/*
 * The network's own will on the user IMPI: to authenticate (TS 33.203 6.1.4),
 * or to deregister.  0, or ERR_NOSA if the user is not registered or has no
 * subscription to be told by.
 */
int	 reg_scscf_reauth(struct reg_scscf *s, struct slice impi,
	    uint64_t now_ns) __attribute__((warn_unused_result));
int	 reg_scscf_deregister(struct reg_scscf *s, struct slice impi,
	    uint64_t now_ns) __attribute__((warn_unused_result));

/* A message being edited: header fields dropped, changed and added. */
struct reg_edit;
struct reg_edit	*reg_edit_new(const struct sip_msg *m);	/* NULL: memory */
void	 reg_edit_free(struct reg_edit *e);
void	 reg_edit_drop(struct reg_edit *e, const char *name);
void	 reg_edit_drop_one(struct reg_edit *e, const struct sip_header *h);
void	 reg_edit_value(struct reg_edit *e, const struct sip_header *h,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A whole line, without CRLF: above all others, or below them. */
void	 reg_edit_top(struct reg_edit *e, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	 reg_edit_add(struct reg_edit *e, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* Of a response: its status, with the usual reason. */
void	 reg_edit_status(struct reg_edit *e, unsigned status);
/* FROM was to go into the message: if it is BAD, so is what is written. */
void	 reg_edit_need(struct reg_edit *e, const struct buf *from);
/* The Request-URI; the body.  The slice is copied. */
void	 reg_edit_uri(struct reg_edit *e, struct slice uri);
void	 reg_edit_body(struct reg_edit *e, struct slice body);
/* The message as edited, appended to OUT, with the right Content-Length. */
void	 reg_edit_write(const struct reg_edit *e, struct buf *out);

#endif
