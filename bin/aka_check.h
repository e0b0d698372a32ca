/* aka_check: what the files of the command check share. */
#ifndef AKA_CHECK_H
#define AKA_CHECK_H

#include "aka_pair.h"

enum verdict { CHECK_OK, CHECK_WRONG, CHECK_UNKNOWN };

/* One result: A with its message and reasons. */
void	 check_put(struct rec_answer *a, enum verdict v);
void	 check_say(struct rec_answer *a, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* Bad input AT a place, about FIELD. */
void	 check_bad(const char *at, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/*
 * RAND and AUTN of NONCE into A, for a MAC of S; false: said why not.
 */
bool	 check_nonce(const struct sub *s, struct slice nonce,
	    struct rec_answer *a, const char *at);
/* RES, CK and IK for RAND; false if nothing is known. */
struct expected {
	struct aka_result	 r;
	size_t			 ck_len, ik_len;
	bool			 keys;	/* CK and IK are there */
};
bool	 check_expected(const struct sub *s, const struct rec_answer *a,
	    struct expected *e);
/* The card of S, as far as this input and --sqn tell. */
struct aka_card	*check_card(struct sub *s);
/* The card is known to be at SQN, by the challenge RAND. */
void	 check_card_at(struct sub *s, const uint8_t rand[AKA_RAND],
	    uint64_t sqn, bool exact);

/* The credentials of one header field of M. */
void	 check_credentials(const struct flow_sip *s, struct slice value,
	    const char *at);
/* Authentication-Info of M. */
void	 check_rspauth(const struct flow_sip *s, const char *at);

#endif
