/*
 * sip: SIP text (RFC 3261 7, 19.1, 20, 25): framing, start line and header
 * fields in one pass into an array, header values decoded on demand.
 *
 * The parser never alters or copies its input; all slices lie in it.  Odd
 * input that can still be framed is accepted and noted in ODD.
 */
#ifndef SIP_H
#define SIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"

#define SIP_HEADERS	256	/* header fields of one message */
#define SIP_HEAD_MAX	65536	/* octets up to the blank line */
#define SIP_BODY_MAX	(1U << 20)

/*
 * The header fields this project looks into; all others are SIP_H_OTHER.
 * sip_h_name() gives the name as its standard writes it.
 */
enum sip_h {
	SIP_H_OTHER,
	SIP_H_AUTHENTICATION_INFO,
	SIP_H_AUTHORIZATION,
	SIP_H_CALL_ID,
	SIP_H_CONTACT,
	SIP_H_CONTENT_LENGTH,
	SIP_H_CONTENT_TYPE,
	SIP_H_CSEQ,
	SIP_H_EVENT,
	SIP_H_EXPIRES,
	SIP_H_FROM,
	SIP_H_MAX_FORWARDS,
	SIP_H_P_ACCESS_NETWORK_INFO,
	SIP_H_P_ASSERTED_IDENTITY,
	SIP_H_P_ASSOCIATED_URI,
	SIP_H_P_CHARGING_FUNCTION_ADDRESSES,
	SIP_H_P_CHARGING_VECTOR,
	SIP_H_P_PREFERRED_IDENTITY,
	SIP_H_P_VISITED_NETWORK_ID,
	SIP_H_PATH,
	SIP_H_PRIVACY,
	SIP_H_PROXY_AUTHENTICATE,
	SIP_H_PROXY_AUTHORIZATION,
	SIP_H_PROXY_REQUIRE,
	SIP_H_RECORD_ROUTE,
	SIP_H_REQUIRE,
	SIP_H_ROUTE,
	SIP_H_SECURITY_CLIENT,
	SIP_H_SECURITY_SERVER,
	SIP_H_SECURITY_VERIFY,
	SIP_H_SERVICE_ROUTE,
	SIP_H_SUPPORTED,
	SIP_H_TO,
	SIP_H_UNSUPPORTED,
	SIP_H_USER_AGENT,
	SIP_H_VIA,
	SIP_H_WWW_AUTHENTICATE,
	SIP_H_N
};

const char	*sip_h_name(enum sip_h h);	/* "" for OTHER */
/* The header field NAME, long or compact, any case. */
enum sip_h	 sip_h_id(struct slice name);

/* Bits of sip_msg.odd: what was accepted though it should not be there. */
enum sip_odd {
	SIP_ODD_LF = 1,			/* a line ends without CR */
	SIP_ODD_LINE = 2,		/* a line that is no header field */
	SIP_ODD_START = 4,		/* start line: white space, status */
	SIP_ODD_VERSION = 8,		/* not SIP/2.0 */
	SIP_ODD_LENGTH_MISSING = 16,	/* no Content-Length */
	SIP_ODD_LENGTH_BAD = 32,	/* Content-Length no number, or two */
	SIP_ODD_LENGTH_LONG = 64,	/* body shorter than Content-Length */
	SIP_ODD_LENGTH_SHORT = 128,	/* octets behind the body */
	SIP_ODD_HEADERS = 256,		/* more fields than SIP_HEADERS */
	SIP_ODD_NO_BLANK = 512,		/* no blank line ends the header */
};

struct sip_header {
	enum sip_h	 id;
	uint16_t	 next;		/* index of the next of it; or 0 */
	struct slice	 name;		/* as written, compact or long */
	struct slice	 value;		/* trimmed; folds are still in it */
};

struct sip_msg {
	struct slice	 raw;		/* start line to the end of input */
	bool		 request;
	struct slice	 method;	/* of a request */
	struct slice	 uri;		/* Request-URI */
	unsigned	 status;	/* of a response; UINT_MAX if huge */
	struct slice	 reason;
	struct slice	 version;	/* "SIP/2.0" */
	struct slice	 head;		/* start line to blank line, included */
	struct slice	 body;
	unsigned	 odd;		/* enum sip_odd */
	size_t		 odd_at;	/* offset in raw of the first of them */
	uint16_t	 first[SIP_H_N]; /* 1 + index of its first field; or 0 */
	size_t		 n_hdr;
	struct sip_header hdr[SIP_HEADERS];
};

/*
 * Where the message at the start of a byte stream ends (RFC 3261 18.3): its
 * length in octets when all of it is there (or, MISSING not NULL, when its
 * head is: *MISSING is then how many octets of body are still to come and the
 * return value counts only those that are there).
 * ERR_MORE: IN may be, or is, the start of a message, and more is needed.
 * ERR_FORMAT: IN does not start with SIP.  ERR_LIMIT: head or body too long.
 * A missing Content-Length, or one that is no number, counts as 0; of several
 * the first number counts.  A head that does not end within SIP_HEAD_MAX octets
 * is too long.  CRLFs between messages (keep-alives) are the caller's: IN that
 * begins with one does not start with SIP.  Each call reads the head from its
 * start, never the body: linear in the head, so a caller that gets the stream
 * in small pieces asks again only until the head is there.
 */
int	 sip_frame(struct slice in, size_t *missing)
	    __attribute__((warn_unused_result));
/*
 * Does IN, a datagram or the start of a stream, begin with a SIP start line?
 * 1 yes, 0 no, ERR_MORE if IN is too short to tell; that is at the end of the
 * line for yes, and often earlier for no.  A request line needs a token, a word
 * that begins with "scheme:" (perhaps behind "<"), and "SIP/" digits "."
 * digits at its end; a status line "SIP/" version, space, three digits or more.
 * A line of more than 8192 octets is none.  CRLFs in front give 0.
 */
int	 sip_begins(struct slice in) __attribute__((warn_unused_result));
/*
 * Offset in IN, at or after FROM, of the first line that is a SIP start line
 * followed by a header field, or that may be one and is not all there; IN.n if
 * there is none.  For streams joined in the middle.  FROM is in the middle of a
 * line unless it is 0 or an LF stands before it: a caller who drops octets
 * keeps one in front to get the same answers however the stream is cut.
 */
size_t	 sip_find(struct slice in, size_t from);

/*
 * Parse the message that RAW is (a datagram: what follows Content-Length is in
 * ODD and not in the body; without Content-Length all the rest is the body).
 * CRLFs in front (RFC 3261 7.5) are passed over and not in M->raw.  Lines that
 * are no header fields are passed over, and fields beyond SIP_HEADERS too but
 * for their Content-Length.  0, or ERR_FORMAT when RAW does not begin with a
 * SIP start line.  Of M->hdr only the first N_HDR count.
 */
int	 sip_parse(struct sip_msg *m, struct slice raw)
	    __attribute__((warn_unused_result));

/*
 * TO is M of the same octets at RAW, which has as many as M->raw.  Of a message
 * the first sip_size() octets count, so that those are enough to keep.
 */
size_t	 sip_size(const struct sip_msg *m);
void	 sip_copy(struct sip_msg *to, const struct sip_msg *m,
	    const uint8_t *raw);

/*
 * The first field H, or the next one after AFTER (of those that are not listed:
 * the next of the same name); NULL if there is none.
 */
static inline const struct sip_header *
sip_get(const struct sip_msg *m, enum sip_h h)
{
	return m->first[h] != 0 ? &m->hdr[m->first[h] - 1] : NULL;
}

const struct sip_header	*sip_next(const struct sip_msg *m,
			    const struct sip_header *after);
/* The first field of M with the name of H, which may be of another message. */
const struct sip_header	*sip_get_same(const struct sip_msg *m,
			    const struct sip_header *h);
/* The value of the first field H, empty if there is none. */
static inline struct slice
sip_value(const struct sip_msg *m, enum sip_h h)
{
	const struct sip_header *hdr = sip_get(m, h);

	return hdr != NULL ? hdr->value : slice_of(NULL, 0);
}

/* The first field with this long NAME, also of those not listed. */
const struct sip_header	*sip_get_named(const struct sip_msg *m,
			    const char *name);

/* All of field H of M: from its name to its line end, which is in it. */
struct slice	 sip_line(const struct sip_msg *m, const struct sip_header *h);

/*
 * Iterate over the comma-separated values of all fields H of M, in order;
 * commas in quotes and angle brackets do not separate; a quote or bracket that
 * is never closed reaches to the end of its field.  Zero IT to start.  Values
 * are trimmed; empty ones are passed over.  Not for fields with commas of their
 * own (Authorization and the like, From and To with a bad display name).
 */
struct sip_iter {
	const struct sip_header	*hdr;
	struct slice		 rest;
};
bool	 sip_each(const struct sip_msg *m, enum sip_h h, struct sip_iter *it,
	    struct slice *value);
/* The same over one header value. */
bool	 sip_comma(struct slice *rest, struct slice *value);
size_t	 sip_count(const struct sip_msg *m, enum sip_h h); /* values */
/* Is TAG (an option tag, any case) among the values of H? */
bool	 sip_has_tag(const struct sip_msg *m, enum sip_h h, const char *tag);

/*
 * Parameters: REST is what follows the value (";a=b;c" or, for SEP ',', the
 * 'a=b, c="d"' of an auth header).  Next parameter into NAME and VALUE; quotes
 * of VALUE are taken off (QUOTED says so; backslash escapes stay as written),
 * and what follows a closing quote up to SEP is passed over.  Empty parameters
 * are passed over.  REST may begin with the value itself ("ipsec-3gpp; alg=a"):
 * that is then a first parameter without value.  False at the end.
 */
struct sip_param {
	struct slice	 name, value;
	bool		 quoted;
	bool		 has_value;
};
bool	 sip_param_next(struct slice *rest, int sep, struct sip_param *p);
/* The value of parameter NAME (any case) in REST; false if absent. */
bool	 sip_param(struct slice rest, int sep, const char *name,
	    struct slice *value);

/*
 * CSeq (RFC 3261 20.16): 0, ERR_FORMAT (also if there is none), or ERR_RANGE
 * (no 32-bit number; METHOD is set all the same).
 */
struct sip_cseq {
	uint32_t	 number;
	struct slice	 method;
};
int	 sip_cseq(const struct sip_msg *m, struct sip_cseq *out)
	    __attribute__((warn_unused_result));

/*
 * A Via value (RFC 3261 20.42).  0, ERR_FORMAT, or ERR_RANGE for a port that is
 * none (the rest is set, PORT is 0).  An IPv6 address without brackets is
 * ERR_FORMAT.
 */
struct sip_via {
	struct slice	 protocol;	/* "SIP/2.0", white space and all */
	struct slice	 transport;	/* "UDP" */
	struct slice	 host;		/* without brackets */
	uint16_t	 port;		/* 0 if absent */
	struct slice	 params;	/* from the first ";" on */
};
int	 sip_via(struct slice value, struct sip_via *out)
	    __attribute__((warn_unused_result));

/*
 * A sip, sips or tel URI (RFC 3261 19.1, RFC 3966), or any other scheme, of
 * which all that follows the colon is USER.  The first "@" ends the user.
 * White space around is passed over.  Returns as sip_via().
 */
struct sip_uri {
	struct slice	 scheme;
	struct slice	 user;		/* tel: the number; userinfo as is */
	struct slice	 host;		/* without brackets */
	uint16_t	 port;		/* 0 if absent */
	struct slice	 params;	/* from the first ";" on */
	struct slice	 headers;	/* behind "?" */
};
int	 sip_uri(struct slice uri, struct sip_uri *out)
	    __attribute__((warn_unused_result));

/*
 * A name-addr or addr-spec with its parameters (From, Contact, Route ...), or
 * the "*" of Contact, which is then URI.  In an addr-spec the first ";" begins
 * the parameters of the field (RFC 3261 20).  0, or ERR_FORMAT: no URI, a quote
 * or bracket not closed, or octets between ">" and ";" (what could be told
 * apart is set).
 */
struct sip_addr {
	struct slice	 display;	/* quotes taken off */
	struct slice	 uri;		/* all between the angle brackets */
	struct slice	 params;	/* of the header field, from ";" on */
};
int	 sip_addr(struct slice value, struct sip_addr *out)
	    __attribute__((warn_unused_result));

/*
 * Credentials or a challenge (RFC 3261 20.7, 20.44): the scheme word, and the
 * parameters behind it for sip_param_next(.., ',', ..).
 */
int	 sip_auth(struct slice value, struct slice *scheme,
	    struct slice *params) __attribute__((warn_unused_result));

#endif
