/* hide_int: what the parts of hide share. */
#ifndef HIDE_INT_H
#define HIDE_INT_H

#include "crypt.h"
#include "edit.h"
#include "hide.h"
#include "pkt.h"
#include "sip.h"
#include "table.h"

#define HIDE_IV		16
#define HIDE_TAG	15
#define HIDE_ENTRIES	256	/* of one run */
#define HIDE_PARTS	256	/* of all runs of a message */
#define HIDE_OCTETS	(2 * HIDE_RUN_MAX)	/* of a token */

struct hide_name {
	char		 text[HIDE_NAME_MAX + 1];	/* lower case */
	size_t		 n;
	bool		 is_addr;
	struct pkt_addr	 addr;
	unsigned	 bits;		/* of ADDR that count */
};

struct hide_names {
	struct hide_name name[HIDE_NAMES];
	size_t		 n;
	bool		 addrs;		/* some are addresses */
};

struct hide_kv {
	unsigned		 number;
	char			 network[HIDE_NAME_MAX + 1]; /* "": any */
	struct crypt_cipher	*seal, *open;
	struct crypt_mac	*mac;
};

enum hide_kind {
	HIDE_FOREIGN, HIDE_BORDER, HIDE_OWN, HIDE_TOKEN
};

/* One entry of a header. */
struct hide_entry {
	enum hide_kind	 kind;
	struct slice	 text;
	struct slice	 host;
	struct slice	 token;		/* of HIDE_TOKEN: its text */
	struct slice	 by;		/* and who made it */
	const struct sip_header *hdr;
};

/* A piece of a run: how it is put back. */
enum hide_place {
	HIDE_HERE,	/* where the token is */
	HIDE_LINES,	/* whole lines, SKIP lines below that of the token */
	HIDE_VALUE,	/* before the next entry of the header */
};

/* As much of a run as stands together. */
struct hide_part {
	enum hide_place	 place;
	size_t		 off, len;	/* in the message */
	unsigned	 rank;		/* among all of HIDE_LINES */
	size_t		 skip;
};

struct hide_run {
	enum sip_h	 id;
	size_t		 part, n_part;
	size_t		 line_end;	/* of the first part */
	unsigned	 entries;
	bool		 after_border;
};

/* The inside of a token. */
enum {
	HIDE_F_HEADER = 7,	/* index into hide_headers */
	HIDE_F_RESPONSE = 8,
	HIDE_F_PARTS = 16,
	HIDE_F_INSERTED = 32,	/* length and host of the border come first */
};
#define HIDE_INSIDE	3	/* flags and length */

#define HIDE_HEADERS	5
extern const enum sip_h	 hide_headers[HIDE_HEADERS];
/* The index of H; HIDE_HEADERS if it is another. */
size_t	 hide_header(enum sip_h h);

struct hide {
	struct hide_options	 o;
	struct hide_names	 own, border;
	struct hide_kv		 key[HIDE_KEYS];
	size_t			 n_keys;
	struct crypt_mac	*state_mac;
	struct table		*state;		/* by reference */
	/* Of the message at hand; kept to spare memory calls. */
	struct sip_msg		 msg;
	struct edit		 edit;
	struct hide_part	 part[HIDE_PARTS];
	size_t			 n_part;
	struct hide_run		 run[HIDE_TOKENS];
	size_t			 n_run;
	struct buf		 inside;
	uint8_t			 octets[HIDE_OCTETS];
};

/* Parse IN into h->msg: 0 or what hide_message() says. */
int	 hide_parse(struct hide *h, struct slice in);
/* What TEXT, an entry of header ID, is; 0 or ERR_FORMAT. */
int	 hide_entry(const struct hide *h, enum sip_h id, struct slice text,
	    struct hide_entry *e);

/*
 * An entry of header ID for what is in h->inside (not yet filled up), appended
 * to OUT, and back into h->inside: 0 or an enum err; ERR_AUTH for all that is
 * wrong with a token.
 */
int	 hide_seal(struct hide *h, enum sip_h id, struct buf *out);
int	 hide_open(struct hide *h, enum sip_h id, const struct hide_entry *e);
/* The same by reference. */
int	 hide_state_seal(struct hide *h, enum sip_h id, struct buf *out);
int	 hide_state_open(struct hide *h, const struct hide_entry *e);

/*
 * The entries in TEXT, the octets of a part at PLACE, of a run in header ID,
 * added to ENTRY, which has N of them: how many there are then, or ERR_FORMAT,
 * ERR_LIMIT.
 */
int	 hide_entries(enum hide_place place, enum sip_h id, struct slice text,
	    struct slice entry[HIDE_ENTRIES], size_t n);

#endif
