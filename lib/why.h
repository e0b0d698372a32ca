/*
 * why: what would have made a MAC or a digest response right.
 *
 * Nothing is repaired: each mistake that people and products make is tried by
 * itself, then two at a time, and those with which the numbers fit are told.
 */
#ifndef WHY_H
#define WHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aka.h"
#include "buf.h"
#include "slice.h"

/* In groups: of each group at most one is tried at a time. */
enum why {
	WHY_IS_MILENAGE,	/* the algorithm */
	WHY_IS_XOR,
	WHY_K_REVERSED,		/* K */
	WHY_K_ASCII,
	WHY_K_ASCII_UPPER,
	WHY_OP_IS_OPC,		/* OP and OPc */
	WHY_OPC_IS_OP,
	WHY_OPC_TWICE,
	WHY_OP_REVERSED,
	WHY_OP_ASCII,
	WHY_OP_ASCII_UPPER,
	WHY_OPC_OP_REVERSED,
	WHY_AMF_CONFIGURED,	/* AMF */
	WHY_AMF_0000,
	WHY_AMF_8000,
	WHY_AMF_CHALLENGE,
	WHY_SQN_CLEAR,		/* how SQN is concealed */
	WHY_SQN_AK,
	WHY_F1,			/* the function of MAC-S */
	WHY_V1,			/* the version of AKA */
	WHY_V2,
	WHY_SESS,		/* -sess */
	WHY_NOT_SESS,
	WHY_RES_CUT,		/* what is taken as password */
	WHY_RES_8,
	WHY_RES_HEX,
	WHY_RES_HEX_UPPER,
	WHY_RES_BASE64,
	WHY_PASSWORD_EMPTY,
	WHY_PASSWORD_RES,
	WHY_USERNAME_BARE,	/* username */
	WHY_REALM_CHALLENGE,	/* realm */
	WHY_REALM_HOST,
	WHY_URI_REQUEST,	/* uri */
	WHY_URI_NO_SIP,
	WHY_URI_SIP,
	WHY_URI_REALM,
	WHY_METHOD_REGISTER,	/* method */
	WHY_METHOD_INVITE,
	WHY_METHOD_SUBSCRIBE,
	WHY_METHOD_MESSAGE,
	WHY_METHOD_GET,
	WHY_METHOD_NONE,
	WHY_QOP_NONE,		/* qop */
	WHY_QOP_QUOTED,
	WHY_QOP_AUTH,
	WHY_QOP_AUTH_INT,
	WHY_NC_NONE,		/* nc */
	WHY_NC_QUOTED,
	WHY_NC_DECIMAL,
	WHY_NC_SHORT,
	WHY_NC_FIRST,
	WHY_CNONCE_NONE,	/* cnonce */
	WHY_CNONCE_QUOTED,
	WHY_NONCE_CHALLENGE,	/* nonce */
	WHY_NONCE_UNPADDED,
	WHY_NONCE_PADDED,
	WHY_BODY_EMPTY,		/* body */
	WHY_N
};

/* A word ("opc-is-op"), and what stands behind "fits if". */
const char	*why_name(enum why w);
const char	*why_text(enum why w);

/* One mistake, or two that were made together. */
struct why_set {
	size_t		 n;
	enum why	 why[2];
};

#define WHY_SETS	8	/* that are told at most */

/* "WHAT fits if TEXT and TEXT" appended to OUT. */
void	 why_write(struct buf *out, const char *what,
	    const struct why_set *set);

/*
 * For a MAC of AUTN that does not match: AMF is the one configured, or NULL.
 * How many sets are in OUT; 0 when nothing fits.
 */
size_t	 why_mac(const struct aka_key *key, const uint8_t rand[AKA_RAND],
	    struct slice autn, const uint8_t *amf,
	    struct why_set out[WHY_SETS]);
/* For a MAC-S of AUTS; AMF is the one of the challenge, or NULL. */
size_t	 why_auts(const struct aka_key *key, const uint8_t rand[AKA_RAND],
	    struct slice auts, const uint8_t *amf,
	    struct why_set out[WHY_SETS]);

struct why_response {
	struct aka_digest	 digest;	/* as the answer has it */
	struct slice		 response;
	bool			 auts;		/* the password is empty */
	const struct aka_key	*key;		/* NULL: RESULT is all there is */
	const struct aka_result	*result;
	size_t			 ck_len, ik_len; /* of RESULT */
	const uint8_t		*rand;
	struct slice		 realm, nonce;	/* of the challenge, or empty */
	struct slice		 request_uri;	/* of the message, or empty */
	bool			 pairs;		/* try two at a time too */
};

/* For a response that does not verify. */
size_t	 why_response(const struct why_response *r,
	    struct why_set out[WHY_SETS]);

#endif
