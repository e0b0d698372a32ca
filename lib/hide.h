/*
 * hide: the topology of a network hidden in SIP, and restored (TS 33.203 6.4,
 * TS 24.229 5.10.4).
 *
 * In Via, Route, Record-Route, Path and Service-Route every run of consecutive
 * entries of the own network becomes one entry, whose host is a token, that is
 * the run enciphered, and which says tokenized-by=NETWORK.  Entries of others
 * and of the own border stay as they are.
 *
 * A token is, in base32 (RFC 4648 6, lower case, no padding), cut into labels:
 *
 *	IV 16 | AES-128-CBC under Kv, 16 n | key number 1 | tag 15
 *
 * where the tag is HMAC-SHA-256, under a key derived from Kv, of the kind of
 * header (Via, or one of routes), the network's name and all of the token
 * before the tag; it is checked before anything is deciphered.  Inside are an
 * octet of flags, the length of the run and the run, octet for octet, with the
 * header names and line ends where it has several lines.  A run that other
 * lines interrupt is one token too; it knows where its pieces stood.
 * Deciphered into the same header it gives the very octets again.
 *
 * In the PLAIN form there is IV and ciphertext only, of the run alone with the
 * padding of PKCS#7; what is not authenticated is only opened when the result
 * is entries of the own network.
 *
 * The order of a run.  A UAC reverses the Record-Route of a response into its
 * Route (RFC 3261 12.1.2), but it cannot reverse what is inside a token; a UAS
 * takes that of a request as it is (12.1.1), and so are Path (RFC 3327) and
 * Service-Route (RFC 3608) used as Route.  Thus a token is reversed when it was
 * made in a Record-Route of a response and is found in a Route, and never
 * otherwise.  A token tells this itself, in its flags; the plain form cannot,
 * and then the caller of hide_restore() says it with REVERSE.
 *
 * Instead of tokens, CONSTANT: each run becomes a fixed host with a reference
 * into a state, where the run is kept; the same run gets the same reference.
 */
#ifndef HIDE_H
#define HIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "slice.h"

#define HIDE_KEY	16	/* Kv */
#define HIDE_REF	16	/* of a run in the state */
#define HIDE_KEYS	64
#define HIDE_NAMES	64	/* of each list */
#define HIDE_NAME_MAX	253
#define HIDE_RUN_MAX	16384	/* octets of one run */
#define HIDE_TOKENS	128	/* of one message */
#define HIDE_RUNS	(1U << 20)	/* in the state */
#define HIDE_CONSTANT	"hidden.invalid"

struct hide;

struct hide_options {
	bool	 plain;
	bool	 constant;
	bool	 reverse;	/* hide_restore(), plain tokens in Route */
	bool	 insert;	/* hide_message(): see there */
	size_t	 pad;		/* the inside is filled to a multiple of this,
				   itself a multiple of 16; 0: 16 */
	size_t	 line_max;	/* octets of a header field; 0: no limit */
	void	 (*random)(uint8_t *p, size_t n);
	/* A run new to the state. */
	void	 (*keep)(const uint8_t ref[HIDE_REF], struct slice run,
		    void *arg);
	void	*arg;
};

/* What became of a message. */
struct hide_report {
	unsigned	 tokens;	/* made, or opened */
	unsigned	 entries;	/* hidden */
	struct slice	 at;		/* on an error: the entry, in IN */
	size_t		 line;		/* ERR_LIMIT: octets of the line that is
					   too long, or 0 for other limits */
};

struct hide	*hide_new(const struct hide_options *o);	/* or NULL */
void		 hide_free(struct hide *h);

/*
 * NAME is a domain (itself and all below it), an address, or a prefix
 * ("10.1.0.0/16"): of the own network, or of what is never hidden (the border,
 * phones); of both, the second.  The first network that is a domain is the name
 * in tokenized-by unless the first key has one; the first border is what INSERT
 * puts in.  0, ERR_FORMAT, ERR_LIMIT.
 */
int	 hide_network(struct hide *h, struct slice name)
	    __attribute__((warn_unused_result));
int	 hide_border(struct hide *h, struct slice name)
	    __attribute__((warn_unused_result));
/*
 * Key NUMBER (0 to 255) of NETWORK, which is then an own one; empty: of every
 * own network.  The first key hides, all of them open.  0, ERR_FORMAT (the
 * name), ERR_RANGE (that number is there already), ERR_LIMIT, ERR_CRYPT.
 */
int	 hide_key(struct hide *h, unsigned number, struct slice network,
	    const uint8_t kv[HIDE_KEY]) __attribute__((warn_unused_result));
/* Is there a key; the name for tokenized-by, empty if there is none. */
bool		 hide_has_key(const struct hide *h);
struct slice	 hide_name(const struct hide *h);

/*
 * The state of CONSTANT: its key, which makes the references, and a run that a
 * state has.  0, ERR_AUTH (REF is not that of RUN with this key), ERR_LIMIT,
 * ERR_MEM, ERR_CRYPT.
 */
int	 hide_state(struct hide *h, const uint8_t key[HIDE_KEY])
	    __attribute__((warn_unused_result));
int	 hide_state_run(struct hide *h, const uint8_t ref[HIDE_REF],
	    struct slice run) __attribute__((warn_unused_result));

/*
 * The message IN, hidden, appended to OUT; tokens that the own network made
 * before count as own entries.  With INSERT, an entry of the own border comes
 * before the first token of Route (24.229 5.10.4.2), unless one is there; it
 * goes when that token is opened.
 * How many tokens were made, or: ERR_FORMAT (no SIP, or an entry that cannot be
 * read), ERR_MORE (the message has no end), ERR_LIMIT (more fields, entries or
 * octets than are handled), ERR_NOKEY, ERR_MEM, ERR_CRYPT.  OUT is then as it
 * was: nothing is half done.
 */
int	 hide_message(struct hide *h, struct slice in, struct buf *out,
	    struct hide_report *r) __attribute__((warn_unused_result));
/*
 * The message IN with all tokens of the own network opened, appended to OUT.
 * How many there were, or as above, or ERR_AUTH: one of them does not open,
 * whatever is wrong with it.
 */
int	 hide_restore(struct hide *h, struct slice in, struct buf *out,
	    struct hide_report *r) __attribute__((warn_unused_result));

/*
 * The text of a token: OCTETS in labels of at most 63 characters, the last of
 * which begins with a letter (RFC 3261 25.1, toplabel).  ERR_RANGE if there is
 * no letter to begin with.
 */
int	 hide_text(struct buf *out, struct slice octets)
	    __attribute__((warn_unused_result));
/* How many octets TEXT (any case) has, at most CAP, or ERR_FORMAT. */
int	 hide_octets(struct slice text, uint8_t *out, size_t cap)
	    __attribute__((warn_unused_result));

#endif
