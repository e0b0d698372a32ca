/*
 * aka_tool: what the commands of ims-aka share: options, subscribers,
 * randomness, diagnostics, results.
 */
#ifndef AKA_TOOL_H
#define AKA_TOOL_H

#include "aka.h"
#include "tool.h"
#include "why.h"

/* Values typed, in octets; as text; as numbers. */
enum {
	HEX_K, HEX_OP, HEX_OPC, HEX_RAND, HEX_SQN, HEX_AMF, HEX_AUTN, HEX_AUTS,
	HEX_RES, HEX_CK, HEX_IK, HEX_SERVER_DATA, HEX_AMF_RESYNC,
	HEX_C1, HEX_C2, HEX_C3, HEX_C4, HEX_C5, HEX_N
};
enum {
	TEXT_ALGORITHM, TEXT_IMPI, TEXT_NONCE, TEXT_REALM, TEXT_URI,
	TEXT_METHOD, TEXT_SCHEME, TEXT_QOP, TEXT_NC, TEXT_CNONCE, TEXT_BODY,
	TEXT_N
};
enum {
	NUM_IND_LEN, NUM_IND, NUM_DELTA, NUM_AGE, NUM_R1, NUM_R2, NUM_R3,
	NUM_R4, NUM_R5, NUM_ITERATIONS, NUM_MAC_LEN, NUM_RES_LEN, NUM_CK_LEN,
	NUM_IK_LEN, NUM_N
};

#define KEY_FILES	64

struct opt {
	struct tool_common common;
	struct {
		uint8_t	 p[256];
		size_t	 n;
		bool	 there;
	}		 hex[HEX_N];
	const char	*text[TEXT_N];
	struct {
		uint64_t v;
		bool	 there;
	}		 num[NUM_N];
	const char	*keys[KEY_FILES];
	size_t		 n_keys;
	bool		 secrets, json, advance;
};

extern struct opt opt;

/* Options and their values out of ARGV; what is left begins at optind. */
void	 opt_parse(int argc, char **argv, const char *help);
/* The subscriber that was typed; false if none was. */
bool	 opt_subscriber(struct rec_subscriber *s);
/* RAND and AUTN typed, by themselves or as a nonce; false: none. */
bool	 opt_challenge(size_t mac_len, uint8_t rand[AKA_RAND],
	    uint8_t autn[AKA_AUTN_MAX], size_t *autn_len);
struct slice	 opt_hex(int which);
struct slice	 opt_text(int which);	/* empty if it was not typed */

/* A subscriber in memory, with what belongs to its key. */
struct sub {
	char		 impi[SA_IMPI_MAX];
	struct aka_key	 key;		/* opc is derived */
	bool		 has_key;
	struct aka	*aka;		/* if HAS_KEY */
	struct aka_card	*card;		/* or NULL: sub_card() */
	bool		 card_known;	/* its SQN_MS is */
	bool		 card_told;	/* by its own AUTS: --sqn is past */
	uint8_t		 rand[AKA_RAND]; /* judged last, in a capture */
	uint8_t		 amf[AKA_AMF];
	bool		 has_amf;
	uint64_t	 sqn;		/* used last */
	bool		 has_sqn;
	unsigned	 ind_len;
	uint64_t	 line;		/* of its file */
	struct sub	*next;		/* in the order of the files */
};

/* All of -k, or the one that was typed; DB, if not NULL, gets them too. */
void	 subs_load(struct sa_db *db);
void	 subs_load_file(const char *path);
struct sub	*subs_first(void);
struct sub	*subs_last(void);
/* Is S, which is of -k, the one of --impi, or is there no --impi? */
bool	 sub_chosen(const struct sub *s);
size_t		 subs_count(void);
/* By IMPI, the way sa_db does it; an empty one finds the only one there is. */
struct sub	*subs_find(struct slice impi);
void		 subs_free(void);
/* A subscriber of a record; NULL: said why.  AT is for that ("line 3"). */
struct sub	*sub_new(const struct rec_subscriber *r, const char *at);
void		 sub_free(struct sub *s);
/* Was IMPI seen before in the input?  From now on it was. */
bool		 subs_seen(const char *impi);
struct aka_card	*sub_card(struct sub *s);

/* The vectors that a run makes of S: the first SQN and how the next follow. */
bool	 sub_first_sqn(const struct sub *s, uint64_t *sqn);
bool	 sub_next_sqn(const struct sub *s, uint64_t *sqn);
/*
 * Load the subscribers of PATH and write back the SQN that each has after its
 * vectors of this run, before any vector is made.
 */
void	 advance(const char *path);

/* Results: one line or more were appended to B; written in large pieces. */
void	 put_result(struct buf *b);
void	 put_now(struct buf *b);
void	 put_rest(struct buf *b);	/* and wipes it */
/*
 * Each of the N sets with which WHAT fits, into ANSWER; its text is valid until
 * the next call.
 */
void	 take_whys(const char *what, const struct why_set *set, size_t n,
	    struct rec_answer *answer);
/* Those of ANSWER as diagnostics. */
void	 warn_whys(const char *at, const struct rec_answer *answer);

/* Read inputs that are records; HANDLE is false for those that pass. */
typedef bool	 record_fn(struct rec *r, const char *at);
void	 read_records(char *const *argv, int n, record_fn *handle);

/*
 * Read inputs of any form.  MESSAGE is given each SIP message; of pasted header
 * fields each that is about authentication, in a message of its own without
 * Call-ID.  RECORD is given the records that are no SIP; false if it passes.
 */
typedef void	 message_fn(const struct flow_sip *m, const char *at);
void	 read_messages(char *const *argv, int n, struct sa_db *db,
	    message_fn *message, record_fn *record);

/* A challenge of any input, with whom it is for. */
struct challenge {
	const char		*at;	/* for diagnostics */
	const struct flow_where	*where;	/* or NULL */
	struct slice		 impi;	/* empty: not known */
	uint8_t			 rand[AKA_RAND];
	uint8_t			 autn[AKA_AUTN_MAX];
	size_t			 autn_len; /* 0: in NONCE */
	struct slice		 nonce, realm, opaque, qop, uri;
	struct slice		 algorithm; /* of the digest */
	bool			 proxy;
};

/*
 * All challenges of the inputs: those that are typed, vectors, the first of
 * each Call-ID, handed to FN with the subscriber.  How many.
 */
typedef void	 challenge_fn(struct sub *s, const struct challenge *c);
uint64_t	 read_challenges(char *const *argv, int n, challenge_fn *fn);

/*
 * What the card of S says to C, into A: 0, ERR_AUTH (MAC), ERR_SYNC, or
 * ERR_RANGE for a challenge that is none; all but 0 were said.
 */
int	 card_answer(struct sub *s, const struct challenge *c,
	    struct rec_answer *a);

/* The test sets built in. */
extern const struct rec_set	 aka_sets[];
extern const size_t		 aka_sets_n;

/* The commands; each returns the answer. */
int	 cmd_vector(int argc, char **argv);
int	 cmd_answer(int argc, char **argv);
int	 cmd_resync(int argc, char **argv);
int	 cmd_digest(int argc, char **argv);
int	 cmd_check(int argc, char **argv);
int	 cmd_opc(int argc, char **argv);
int	 cmd_functions(int argc, char **argv);
int	 cmd_selftest(int argc, char **argv);

#endif
