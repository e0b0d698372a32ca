/*
 * scrub: what is personal in SIP and in the packets around it, replaced by
 * pseudonyms.
 *
 * A pseudonym has the form and the length of what it stands for: letters stand
 * for letters, digits for digits, an address for an address of as many
 * characters.  So no length, no sequence number and no place in a packet
 * changes, and all is done where it stands.  It depends on what it replaces and
 * on the key, and on nothing else: the same person has the same pseudonym
 * everywhere, in any capture scrubbed with that key.  Different ones stay
 * different.
 *
 *	numbers		digit by digit from the right, so that +49 30 123456
 *			and 030 123456 still end alike; leading zeros stay
 *	IMSI		MCC 001 (the test network), a keyed MNC, then as numbers
 *	mncNNN, mccNNN	as in the IMSI; other well-known labels of a domain
 *			("ims", "pcscf1", "3gppnetwork", "org") stay
 *	IPv4, IPv6	octet by octet (IPv6: 16 bits), each keyed by those
 *			before it, so that who shares a prefix still does;
 *			private, loopback, link-local and multicast stay so
 *	all else	a format-preserving Feistel network over its characters
 *
 * Of AKA, what verified verifies again: RAND, AUTN with the same SQN, the
 * response, AUTS, CK, IK and the ICVs of ESP are made anew with other long-term
 * keys, which scrub_subscriber() gives.  What did not verify still does not.
 */
#ifndef SCRUB_H
#define SCRUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aka.h"
#include "cap.h"
#include "esp.h"
#include "pkt.h"
#include "sa.h"
#include "slice.h"

#define SCRUB_KEY	32
#define SCRUB_LEFT	128	/* kinds of things left, told apart */
#define SCRUB_LEFT_TEXT	80

/* What was replaced. */
enum scrub_kind {
	SCRUB_NUMBER,		/* phone numbers, IMSI, other long digits */
	SCRUB_IMEI,
	SCRUB_USER,
	SCRUB_HOST,
	SCRUB_ADDRESS,
	SCRUB_MAC,
	SCRUB_NAME,		/* display names, people in XML */
	SCRUB_TEXT,		/* messages of people, SDP subjects */
	SCRUB_TOKEN,		/* Call-IDs, tags, branches, cookies */
	SCRUB_PLACE,		/* cells, locations */
	SCRUB_SECRET,		/* ck, ik, SRTP keys */
	SCRUB_CHALLENGE,	/* nonces that are AKA's, made anew */
	SCRUB_RESPONSE,		/* responses and AUTS that verify again */
	SCRUB_UNPROVEN,		/* nonces, responses, AUTS, ICVs that nobody
				   can verify */
	SCRUB_AGENT,
	SCRUB_BODY,		/* bodies not understood, blanked */
	SCRUB_PAYLOAD,		/* packets not understood, blanked */
	SCRUB_SEALED,		/* ESP packets sealed again */
	SCRUB_CLOSED,		/* ESP packets not opened, random now */
	SCRUB_KINDS
};

const char	*scrub_kind_name(enum scrub_kind k);	/* "number" ... */

struct scrub_options {
	bool	 user_agent;	/* User-Agent and Server too */
	bool	 keep_other;	/* what is not understood stays */
};

/* Something that looks personal, or may be, and was left. */
struct scrub_left {
	char		 what[SCRUB_LEFT_TEXT];	/* never what it says */
	uint64_t	 count;
	uint64_t	 frame;			/* of the first */
};

struct scrub;
/*
 * KEY decides all pseudonyms.  DB, the caller's, holds the original keys, learns
 * from the messages, and must outlive the scrub.  NULL: no memory.
 */
struct scrub	*scrub_new(const uint8_t key[SCRUB_KEY],
		    const struct scrub_options *o, struct sa_db *db);
void		 scrub_free(struct scrub *s);

/* How often each kind was replaced, and what was left: *N of them. */
const uint64_t	*scrub_counts(const struct scrub *s);
const struct scrub_left	*scrub_left(const struct scrub *s, size_t *n);
/* Note that WHAT was left in FRAME. */
void	 scrub_leave(struct scrub *s, const char *what, uint64_t frame);

/*
 * Pseudonyms where they stand.  scrub_text() looks for what has the form of an
 * identity (URI, address, host name, number, person@domain) in the N octets at
 * P; the others take all of P as what their name says.
 */
void	 scrub_text(struct scrub *s, uint8_t *p, size_t n);
void	 scrub_host(struct scrub *s, uint8_t *p, size_t n);
void	 scrub_identity(struct scrub *s, uint8_t *p, size_t n); /* IMPI, IMPU */
void	 scrub_number(struct scrub *s, uint8_t *p, size_t n);
void	 scrub_words(struct scrub *s, enum scrub_kind k, uint8_t *p, size_t n);
void	 scrub_address(struct scrub *s, struct pkt_addr *a);
void	 scrub_mac(struct scrub *s, uint8_t mac[6]);
/* Octets of a secret, under a word for what it is. */
void	 scrub_octets(struct scrub *s, const char *what, uint8_t *p, size_t n);

/*
 * The keys of a subscriber, which are from then on replaced by OUT's; 0,
 * ERR_RANGE (lengths), ERR_LIMIT, ERR_MEM.
 */
int	 scrub_subscriber(struct scrub *s, struct slice impi,
	    const struct aka_key *key, struct aka_key *out)
	    __attribute__((warn_unused_result));
/*
 * A vector, in place; CK and IK are then also replaced where ESP or a message
 * has them.  AUTN, XRES, CK, IK may be NULL or empty.
 */
struct scrub_vector {
	uint8_t		*rand;		/* AKA_RAND octets */
	uint8_t		*autn;
	size_t		 autn_len;
	uint8_t		*xres;
	size_t		 xres_len;
	uint8_t		*ck, *ik;	/* 16 octets each, or both NULL */
};
int	 scrub_vector(struct scrub *s, const struct scrub_vector *v)
	    __attribute__((warn_unused_result));
/* The keys of an SA, in place. */
int	 scrub_esp_key(struct scrub *s, struct esp_key *key)
	    __attribute__((warn_unused_result));

/*
 * The SIP message of N octets at P, seen as AT says (not learned from if it is
 * NULL), in place.  0, or ERR_FORMAT for what does not begin with a SIP start
 * line (nothing is changed then), ERR_MEM, ERR_CRYPT.
 */
int	 scrub_message(struct scrub *s, uint8_t *p, size_t n,
	    const struct sa_seen *at) __attribute__((warn_unused_result));

/*
 * Captures.  Frames come out in the order they went in, as long as they were;
 * those with part of a TCP stream or of a datagram wait for the rest, at most
 * SCRUB_WAIT octets of them.
 */
#define SCRUB_WAIT	(12U << 20)

struct scrub_cap;
struct scrub_cap	*scrub_cap_new(struct scrub *s,
			    void (*out)(const struct cap_frame *f, void *arg),
			    void *arg);
void			 scrub_cap_free(struct scrub_cap *c);
/* 0, ERR_MEM, ERR_CRYPT. */
int	 scrub_cap_frame(struct scrub_cap *c, const struct cap_frame *f)
	    __attribute__((warn_unused_result));
/*
 * One IP packet, in place, with nothing to wait for: of a message in several
 * packets only the end is left.
 */
int	 scrub_packet(struct scrub_cap *c, uint8_t *p, size_t n,
	    uint64_t frame, uint64_t time_ns)
	    __attribute__((warn_unused_result));
/* The end: what waits comes out. */
int	 scrub_cap_end(struct scrub_cap *c)
	    __attribute__((warn_unused_result));

#endif
