/*
 * rec: structs to and from JSON lines; the one place that knows jansson and the
 * names of fields, which ims-records(5) defines.
 *
 * Lines are written straight into a buffer and read through jansson.  Four
 * files: rec.c writes, rec_field.c reads the fields, rec_key.c the records with
 * keys, rec_read.c the others and the line.
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
#include "sa.h"
#include "slice.h"

#define REC_LINE_MAX	(4U << 20)	/* octets of one line */
#define REC_ERROR_TEXT	160
#define REC_IMPUS	16	/* of one subscriber */
#define REC_AUTN_MAX	40	/* with a MAC of 32 octets (TS 35.231) */

enum rec_type {
	REC_OTHER,	/* a type, or no type, that this reader leaves alone */
	REC_SIP, REC_PACKET, REC_ESP, REC_GAP, REC_SA, REC_SUBSCRIBER,
	REC_VECTOR,
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
	uint8_t		 ck[16], ik[16];
	bool		 has_keys;	/* CK and IK */
	uint8_t		 xres[32];
	size_t		 xres_len;
	uint8_t		 sqn[AKA_SQN];
	bool		 has_sqn;
	uint8_t		 amf[AKA_AMF];
	bool		 has_amf;
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
void	 rec_done(struct rec *r);

/* One line each, with its newline, appended to OUT. */
void	 rec_write_sip(struct buf *out, const struct flow_sip *s,
	    bool duplicate);
void	 rec_write_packet(struct buf *out, const struct flow_packet *p);
void	 rec_write_esp(struct buf *out, const struct flow_esp *e);
void	 rec_write_gap(struct buf *out, const struct flow_gap *g);
void	 rec_write_sa(struct buf *out, const struct sa *sa, bool secrets);
void	 rec_write_stat(struct buf *out, const char *tool,
	    const struct flow_account *a);
void	 rec_write_finding(struct buf *out, const struct audit_finding *f);

#endif
