/* verify_html: what the files of the page share. */
#ifndef VERIFY_HTML_H
#define VERIFY_HTML_H

#include "verify.h"

#define HTML_EVENTS	20000	/* arrows of one page */
#define HTML_TEXT	(32U << 20)	/* octets of their messages */
/* More than events and registrations together: none is forgotten. */
#define HTML_LADDERS	(1U << 17)
#define HTML_NODES	16	/* columns of one ladder */

/* An arrow: a message, or ESP that stays closed. */
struct html_event {
	size_t		 ladder, next;	/* 1 + the next of the ladder; or 0 */
	struct pkt_addr	 src, dst;
	uint16_t	 sport, dport;
	uint64_t	 frame, time_ns;
	bool		 timed, protected;
	int		 level;		/* worst of its findings, or -1 */
	size_t		 label, n_label;	/* in the text, as HTML */
	size_t		 body, n_body;
	struct buf	 findings;	/* as HTML */
};

/* What has one Call-ID. */
struct html_ladder {
	struct buf	 title, verdicts;	/* as HTML */
	uint64_t	 findings;
	size_t		 first, last;	/* 1 + the event; or 0 */
};

struct html_page {
	struct html_event	*event;
	size_t			 n_event;
	struct html_ladder	*ladder;
	size_t			 n_ladder;
	struct buf		 text;
	uint64_t		 left_out;	/* messages beyond the limits */
	uint64_t		 count[3];	/* findings, by level */
	uint64_t		*by_rule;
};

extern const char html_head[], html_foot[];	/* verify_html_style.c */
void	 html_ladders(struct buf *out, const struct html_page *p);

#endif
