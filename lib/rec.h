/*
 * rec: structs to and from JSON lines; the one place that knows jansson and the
 * names of fields, which ims-records(5) defines.
 *
 * Lines are written straight into a buffer.  Those of the form that is written
 * are read straight too (rec_fast.c), all others through jansson.  The
 * files: rec.c writes, with the fields of rec_out.c; rec_field.c reads fields,
 * rec_key.c the records with keys, rec_read.c the others and the line;
 * rec_agree.c is agreements, rec_hide.c keys and states of hide, rec_scrub.c
 * what scrub writes, rec_srtp.c media, rec_verdict.c findings, rec_sarif.c
 * those of SARIF, rec_policy.c what is said about them; rec_line.c changes a
 * line in place, rec_set.c reads files of test sets.
 */
#ifndef REC_H
#define REC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aka.h"
#include "audit.h"
#include "buf.h"
#include "flow.h"
#include "hide.h"
#include "scrub.h"
#include "sa.h"
#include "slice.h"
#include "srtp.h"

#define REC_LINE_MAX	(4U << 20)	/* octets of one line */
#define REC_ERROR_TEXT	160
#define REC_IMPUS	16	/* of one subscriber */
#define REC_AUTN_MAX	40	/* with a MAC of 32 octets (TS 35.231) */

enum rec_type {
	REC_OTHER,	/* a type, or no type, that this reader leaves alone */
	REC_SIP, REC_PACKET, REC_ESP, REC_GAP, REC_SA, REC_SUBSCRIBER,
	REC_VECTOR, REC_SRTP,
	REC_ANSWER,	/* of rec_read_answer() only */
};

/* Slices are empty where the record says nothing. */
struct rec_subscriber {
	char		 impi[SA_IMPI_MAX];	/* "" if it cannot be told */
	struct slice	 impu[REC_IMPUS];
	size_t		 n_impu;
	struct slice	 imsi, domain;
	unsigned	 mnc_len;	/* 2, 3, or 0 */
	struct aka_key	 key;
	bool		 has_key;
	uint8_t		 amf[AKA_AMF];
	bool		 has_amf;
	uint8_t		 sqn[AKA_SQN];
	bool		 has_sqn;
	unsigned	 ind_len;	/* bits (TS 33.102 C.1.1.1); 5 */
};

struct rec_vector {
	struct slice	 impi;
	uint8_t		 rand[AKA_RAND];
	uint8_t		 autn[REC_AUTN_MAX];
	size_t		 autn_len;	/* 0: not there */
	struct slice	 server_data;	/* of the nonce written */
	uint8_t		 ck[32], ik[32];
	size_t		 ck_len, ik_len;
	bool		 has_keys;	/* CK and IK */
	uint8_t		 xres[32];
	size_t		 xres_len;
	uint8_t		 sqn[AKA_SQN];
	bool		 has_sqn;
	uint8_t		 amf[AKA_AMF];
	bool		 has_amf;
	/* Written if they are there; never read. */
	const uint8_t	*ak;
	const struct aka_key *key;
};

#define REC_WHYS	8

struct rec_answer {
	const struct flow_where *where;	/* written if there; never read */
	struct slice	 impi;
	struct slice	 about;		/* "challenge", "response" ... */
	uint8_t		 rand[AKA_RAND];
	bool		 has_rand;
	uint8_t		 autn[REC_AUTN_MAX];
	size_t		 autn_len;
	struct slice	 nonce;
	uint8_t		 res[32];
	size_t		 res_len;
	uint8_t		 ck[32], ik[32];
	size_t		 ck_len, ik_len;
	uint8_t		 sqn[AKA_SQN];
	bool		 has_sqn;
	uint8_t		 sqn_ms[AKA_SQN];
	bool		 has_sqn_ms;
	uint8_t		 auts[AKA_AUTS_MAX];
	size_t		 auts_len;
	struct slice	 authorization;	/* the value of the header field */
	struct slice	 verdict;	/* "ok", "mac", "sync" ... */
	struct slice	 message;
	/* Written if they are there; never read. */
	struct slice	 why[REC_WHYS];
	size_t		 n_why;
	const uint8_t	*ak;
	const struct aka_key *key;
};

/* One line read.  Slices are valid until rec_done(), which wipes all of it. */
struct rec {
	enum rec_type	 type;
	bool		 duplicate;	/* sip: a copy of another record */
	union {
		struct flow_sip		 sip;	/* msg is NULL: not parsed */
		struct flow_packet	 packet;
		struct flow_esp		 esp;
		struct flow_gap		 gap;
		struct sa		 sa;
		struct rec_subscriber	 subscriber;
		struct rec_vector	 vector;
		struct srtp_stream	 srtp;
		struct rec_answer	 answer;
	};
	void		*json;		/* owned */
	struct buf	 bytes;		/* decoded hex or base64; owned */
};

/*
 * Read LINE into R, which rec_done() frees in any case.  0, or ERR_FORMAT,
 * ERR_RANGE, ERR_ALG, ERR_MEM, ERR_LIMIT with the reason in ERROR: the field
 * and what it had, but never a key.
 */
int	 rec_read(struct rec *r, struct slice line,
	    char error[REC_ERROR_TEXT]) __attribute__((warn_unused_result));
/*
 * For tools that handle answers: if R, which rec_read() gave as REC_OTHER, is
 * one, it becomes REC_ANSWER.  0, or what rec_read() returns.
 */
int	 rec_read_answer(struct rec *r, char error[REC_ERROR_TEXT])
	    __attribute__((warn_unused_result));
/*
 * R, which rec_read() gave as REC_OTHER, as an agreement: what was chosen, or
 * else what should have been.  1, 0 if it is none, or what rec_read() returns.
 */
int	 rec_read_agreement(struct rec *r, struct sa_agreement *a,
	    char impi[SA_IMPI_MAX], char error[REC_ERROR_TEXT])
	    __attribute__((warn_unused_result));
/* What hides topology: a key, a state, a run of a state. */
enum rec_hide_what {
	REC_HIDE_NONE, REC_HIDE_KEY, REC_HIDE_STATE, REC_HIDE_RUN,
};

struct rec_hide {
	enum rec_hide_what what;
	unsigned	 id;		/* of a key */
	struct slice	 network;	/* of a key; or empty */
	uint8_t		 key[HIDE_KEY];	/* of a key, of a state */
	uint8_t		 ref[HIDE_REF];	/* of a run */
	struct slice	 run;
};

/*
 * If R, which rec_read() gave as REC_OTHER, is one of these, it is read into H,
 * whose slices are valid until rec_done(); else WHAT is NONE.  0, or what
 * rec_read() returns.
 */
int	 rec_read_hide(struct rec *r, struct rec_hide *h,
	    char error[REC_ERROR_TEXT]) __attribute__((warn_unused_result));
void	 rec_done(struct rec *r);

/* One line each, with its newline, appended to OUT. */
void	 rec_write_sip(struct buf *out, const struct flow_sip *s,
	    bool duplicate);
void	 rec_write_packet(struct buf *out, const struct flow_packet *p);
void	 rec_write_esp(struct buf *out, const struct flow_esp *e);
void	 rec_write_gap(struct buf *out, const struct flow_gap *g);
void	 rec_write_sa(struct buf *out, const struct sa *sa, bool secrets);
/* SECRETS: with master and session keys. */
void	 rec_write_srtp(struct buf *out, const struct srtp_stream *s,
	    bool secrets);
void	 rec_write_subscriber(struct buf *out, const struct rec_subscriber *s);
/* A stat record: what was replaced and left. */
void	 rec_write_scrub(struct buf *out, const struct scrub *s);
void	 rec_write_hide(struct buf *out, const struct rec_hide *h);
void	 rec_write_vector(struct buf *out, const struct rec_vector *v);
void	 rec_write_answer(struct buf *out, const struct rec_answer *a);
/* K, JUDGED by RULE; FILE may be empty. */
void	 rec_write_agreement(struct buf *out, const struct sa_talk *k,
	    enum sa_rule rule, const struct sa_judged *judged,
	    struct slice file);
void	 rec_write_stat(struct buf *out, const char *tool,
	    const struct flow_account *a);
void	 rec_write_finding(struct buf *out, const struct audit_finding *f);
/* What has one Call-ID, in short; empty texts are left out. */
struct rec_story {
	bool		 timed;
	uint64_t	 time_ns;	/* of its first message */
	const char	*kind, *state;	/* words */
	uint64_t	 number, messages;
	unsigned	 status;	/* of a refusal, or 0 */
	struct slice	 from, to, call_id;
};

void	 rec_write_story(struct buf *out, const struct rec_story *s);
void	 rec_write_registration(struct buf *out,
	    const struct audit_registration *r);

/* A reason not to count findings, for a time.  Slices live to rec_done(). */
struct rec_waiver {
	struct slice	 rule, reason, until;	/* always there */
	struct slice	 impi, call_id, file, message;	/* or empty */
	uint64_t	 frame;			/* 0: any */
};

/*
 * R, which rec_read() gave as REC_OTHER, as a waiver: of that type, or of none.
 * 0, or what rec_read() returns; ERR_FORMAT too for a field it has not.
 */
int	 rec_read_waiver(struct rec *r, struct rec_waiver *w,
	    char error[REC_ERROR_TEXT]) __attribute__((warn_unused_result));
/*
 * The fingerprint of R, which rec_read() gave as REC_OTHER.  1, 0 if it is no
 * finding, or what rec_read() returns.
 */
int	 rec_read_fingerprint(struct rec *r, uint64_t *out,
	    char error[REC_ERROR_TEXT]) __attribute__((warn_unused_result));

/* What a policy file says, each a value of an option of ims-verify(1). */
struct rec_policy_sink {
	void	(*network)(const char *name, void *arg);
	void	(*trust)(const char *addr, void *arg);
	void	(*role)(const char *role, const char *addr, void *arg);
	void	(*rule)(const char *id, const char *level, void *arg);
	void	(*nni)(const char *kind, void *arg);
	void	(*fail_on)(const char *level, void *arg);
	void	(*strict)(bool on, void *arg);
	void	*arg;
};

/* JSON to SINK, in that order.  0, or what rec_read() returns. */
int	 rec_policy(struct slice json, const struct rec_policy_sink *sink,
	    char error[REC_ERROR_TEXT]) __attribute__((warn_unused_result));

/* A log of SARIF 2.1.0: its start, with LEVEL of each rule or -1, ... */
void	 rec_sarif_open(struct buf *out, const char *version,
	    int (*level)(size_t rule));
/* ... the results, ... */
struct rec_sarif_result {
	const struct audit_finding *found;
	struct slice	 file;
	const char	*waived;	/* why, or NULL */
	bool		 baseline;	/* there is one */
	bool		 known;		/* it is in it */
	bool		 first;
};
void	 rec_sarif_result(struct buf *out, const struct rec_sarif_result *r);
/* ... and its end. */
void	 rec_sarif_close(struct buf *out);

/*
 * LINE, an object that rec_read() took, with the text VALUE (hex and the like:
 * nothing to escape) for KEY appended to OUT: in the place of what KEY had, or
 * as its last field.  RENAME, if not NULL, is KEY's new name.  All else stays
 * as it is, octet for octet.
 */
void	 rec_line_set(struct buf *out, struct slice line, const char *key,
	    const char *rename, struct slice value);

/*
 * LINE, a sip record, with MESSAGE and, unless it FITS, its summary in the place
 * of what it had, appended to OUT.  All else stays as it is; a summary that is
 * not there does not come.
 */
void	 rec_line_sip(struct buf *out, struct slice line,
	    struct slice message, bool fits);

/* Test sets.  A value is hex text, empty if the set has none. */
enum rec_set_field {
	REC_SET_K, REC_SET_OP, REC_SET_OPC, REC_SET_RAND, REC_SET_SQN,
	REC_SET_AMF, REC_SET_MAC_A, REC_SET_MAC_S, REC_SET_RES, REC_SET_CK,
	REC_SET_IK, REC_SET_AK, REC_SET_AKSTAR, REC_SET_AUTN, REC_SET_AUTS,
	/* of a digest, plain text */
	REC_SET_SCHEME, REC_SET_USERNAME, REC_SET_REALM, REC_SET_URI,
	REC_SET_METHOD, REC_SET_NONCE, REC_SET_QOP, REC_SET_NC,
	REC_SET_CNONCE, REC_SET_RESPONSE, REC_SET_RSPAUTH,
	REC_SET_DIGEST_AUTS, REC_SET_BODY,
	REC_SET_N
};

struct rec_set {
	const char	*algorithm;	/* "milenage" ... or "digest" */
	const char	*id;
	unsigned	 iterations;
	const char	*value[REC_SET_N];	/* NULL: not there */
};

/*
 * Hand the test sets of JSON, a file of the form of tests/data/vectors, to
 * SET.  How many, or ERR_FORMAT, ERR_MEM.
 */
int	 rec_sets(struct slice json, void (*set)(const struct rec_set *s,
	    void *arg), void *arg) __attribute__((warn_unused_result));

#endif
