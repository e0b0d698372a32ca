/*
 * ladder: who sent what to whom, and drawings of it.
 *
 * What is added, in its order, becomes an arrow of a section: all that has one
 * Call-ID, or all there is.  Who is who the audit says, when it is drawn.
 * Labels and titles are printable ASCII whatever was in the message; what a
 * form gives a meaning to is escaped by its writer.
 */
#ifndef LADDER_H
#define LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit.h"
#include "buf.h"
#include "flow.h"

#define LADDER_ARROWS	20000	/* of one drawing */
#define LADDER_TEXT	(16U << 20)	/* octets of the messages kept */
/* More than arrows and registrations together: none is forgotten. */
#define LADDER_SECTIONS	(1U << 17)
#define LADDER_NODES	16	/* columns; the last has all others */
#define LADDER_WIDTH	1000	/* of lines, at most */
#define LADDER_WIDTH_MIN 40

enum ladder_lock {
	LADDER_CLEAR,
	LADDER_OPENED,		/* it came in ESP, and the ICV is right */
	LADDER_UNCHECKED,
	LADDER_BAD,		/* its ICV is wrong */
	LADDER_CLOSED,		/* ESP that stayed closed */
};

struct ladder_arrow {
	size_t		 section, next;	/* 1 + the next of it; or 0 */
	struct pkt_addr	 src, dst;
	uint16_t	 sport, dport;
	bool		 timed;
	uint64_t	 time_ns, frame;
	uint64_t	 count;		/* packets of closed ESP in a row */
	unsigned	 status;	/* 0: a request, or no message */
	bool		 again;		/* the same octets on the same way */
	bool		 copy;
	enum ladder_lock lock;
	uint32_t	 spi;
	char		 label[SLICE_SHOW];	/* method, "401 Unauthorized" */
	char		 method[SLICE_SHOW];	/* that a response is to */
	size_t		 text, n_text;	/* the message, if it is kept */
	int		 level;		/* -1, or the worst of NOTES */
	struct buf	 notes;		/* items of a list in HTML */
};

struct ladder_section {
	char		 call_id[SLICE_SHOW];
	char		 method[SLICE_SHOW];	/* of its first message */
	struct buf	 title;		/* printable ASCII; else METHOD */
	struct buf	 who;		/* the same: of whom it is */
	struct buf	 verdicts;	/* HTML under its title */
	uint64_t	 notes;
	size_t		 first, last;	/* 1 + the arrow; or 0 */
};

struct ladder {
	bool		 keep;		/* the messages, for HTML */
	bool		 one;		/* section of all */
	bool		 judged;	/* colours are of LEVEL alone */
	struct audit	*audit;		/* the caller's */
	struct ladder_arrow *arrow;
	size_t		 n;
	struct ladder_section *section;
	size_t		 n_section;
	struct buf	 text;
	uint64_t	 left_out;	/* beyond the limits */
	struct table	*by_call, *seen;
};

/* Zero L, set its first four fields, and then this: 0, or ERR_MEM. */
int	 ladder_init(struct ladder *l) __attribute__((warn_unused_result));
void	 ladder_free(struct ladder *l);

/*
 * Add an arrow: its number, or ERR_LIMIT when there are too many (it is
 * counted), or ERR_MEM.  S is parsed.  Of ESP in a row between the same two
 * with the same SPI there is one arrow.
 */
int	 ladder_sip(struct ladder *l, const struct flow_sip *s)
	    __attribute__((warn_unused_result));
int	 ladder_esp(struct ladder *l, const struct flow_esp *e,
	    struct slice call_id) __attribute__((warn_unused_result));
int	 ladder_gap(struct ladder *l, const struct flow_gap *gap)
	    __attribute__((warn_unused_result));

/* The section of CALL_ID, added if there is none; NULL: no memory. */
struct ladder_section	*ladder_section(struct ladder *l,
			    struct slice call_id);
/* That of a Call-ID whose slice_hash(0, it) is KEY; NULL: none. */
struct ladder_section	*ladder_find(struct ladder *l, uint64_t key);

/* Called now and then while OUT grows; may empty it. */
typedef void ladder_flush(struct buf *out);

struct ladder_look {
	size_t		 width;		/* LADDER_WIDTH_MIN to LADDER_WIDTH */
	bool		 ascii;		/* else UTF-8 */
	bool		 color;		/* ECMA-48 */
};

void	 ladder_text(struct buf *out, const struct ladder *l,
	    const struct ladder_look *look, ladder_flush *flush);
/* One sequenceDiagram. */
void	 ladder_mermaid(struct buf *out, const struct ladder *l,
	    ladder_flush *flush);
void	 ladder_svg(struct buf *out, const struct ladder *l,
	    ladder_flush *flush);

/* The head of a page, up to its <h1>; links to the sections; they; its end. */
void	 ladder_html_begin(struct buf *out, const char *title);
void	 ladder_html_nav(struct buf *out, const struct ladder *l);
void	 ladder_html(struct buf *out, const struct ladder *l,
	    ladder_flush *flush);
void	 ladder_html_end(struct buf *out, const char *made_by);

#endif
