/*
 * tool: what the tools share: diagnostics, exit status, inputs of any form,
 * outputs that are whole or not there, keys.
 */
#ifndef TOOL_H
#define TOOL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "audit.h"
#include "buf.h"
#include "cap.h"
#include "flow.h"
#include "rec.h"
#include "sa.h"
#include "tool_args.h"

#define TOOL_VERSION	"0.1"

/* Exit status, everywhere the same. */
enum {
	TOOL_YES = 0,		/* done, the answer is yes */
	TOOL_NO = 1,		/* done, the answer is no */
	TOOL_USAGE = 2,
	TOOL_BAD_INPUT = 3,	/* some input was bad, the rest was done */
	TOOL_SYSTEM = 4,	/* open, write, memory */
};

/* Call first: NAME for diagnostics; SIGPIPE ends the tool silently. */
void	 tool_init(const char *name);
const char	*tool_name(void);
/* One diagnostic, unless -q; the newline is added. */
void	 tool_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same and the end of the run. */
void	 tool_die(int status, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3), noreturn));
/* Remember that some input was bad. */
void	 tool_bad(void);
/* The same for the error E of lib, which may be the system's fault. */
void	 tool_bad_for(int e);
/*
 * A diagnostic of kind KIND; after the first ten of a kind in a file the rest
 * is only counted, unless -v was given.  tool_more() says how many.
 */
void	 tool_warn_kind(const char *kind, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	 tool_more(void);
/* A flow_sink's: frame FRAME is damaged at LAYER, which is said. */
void	 tool_damage(uint64_t frame, const char *layer, int what, void *arg);
/*
 * F into FLOW, with its file if there are several; returns as
 * flow_frame().  A link type that is not known is said once a file.
 */
int	 tool_frame(struct flow *flow, const struct cap_frame *f)
	    __attribute__((warn_unused_result));
/* The same for a message of plain text. */
int	 tool_text(struct flow *flow, struct slice message)
	    __attribute__((warn_unused_result));
/* ESP packet E stayed closed: kept for tool_more(), or said at once. */
void	 tool_closed(const struct flow_esp *e, bool icv_is_bad_input);
/* News of DB worth a diagnostic. */
void	 tool_news(enum sa_news what, struct slice impi);
/* An error of lib: what it means, in words. */
const char	*tool_reason(int e);
/* The status to exit with, given the ANSWER. */
int	 tool_status(int answer);

/* Remember that the system failed, as when a file could not be opened. */
void	 tool_failed(void);

/* The options that mean the same in all tools. */
#define TOOL_SHORT	"hk:ln:o:qVv"
#define TOOL_LONG \
	{ "count", required_argument, NULL, 'n' }, \
	{ "help", no_argument, NULL, 'h' }, \
	{ "keys", required_argument, NULL, 'k' }, \
	{ "line-buffered", no_argument, NULL, 'l' }, \
	{ "output", required_argument, NULL, 'o' }, \
	{ "quiet", no_argument, NULL, 'q' }, \
	{ "verbose", no_argument, NULL, 'v' }, \
	{ "version", no_argument, NULL, 'V' }

struct tool_common {
	const char	*output;
	bool		 line_buffered;
	uint64_t	 count;		/* 0: no limit */
};

/* What tool_getopt() gave, if the tool has no option C of its own. */
void	 tool_common(struct tool_common *t, int c, struct sa_db *db,
	    const char *help);

/*
 * Output as T says: through a temporary file beside it, mode 0600, and rename;
 * none or "-" is standard output.  tool_out_end() flushes, checks and renames.
 */
void	 tool_out_open(const struct tool_common *t);
void	 tool_out(struct buf *b);	/* writes and empties B */
void	 tool_out_flush(void);		/* for who reads it meanwhile */
void	 tool_out_end(void);
/*
 * The same for octets of another form, which the caller puts into the FILE,
 * and says when that fails.
 */
FILE	*tool_write_open(const char *path);
void	 tool_write_failed(void) __attribute__((noreturn));
void	 tool_write_end(void);
/*
 * Who gathers octets for that FILE: FLUSH writes them, 0 or ERR_IO; WHOLE is how
 * many of the N octets of the file are worth keeping.
 */
struct tool_gather {
	int		(*flush)(void);
	uint64_t	(*whole)(uint64_t n);
};
void	 tool_write_gather(const struct tool_gather *g);
/*
 * Of both: what is not whole is removed or, after tool_out_keep(), stays up to
 * its last whole line or frame.  tool_die() does that.
 */
void	 tool_out_abandon(void);
void	 tool_out_keep(void);

/*
 * ARG is ROLE=ADDR[:PORT], an IPv6 address with a port in brackets: A knows
 * that now.  What is wrong with it, or NULL.
 */
const char *tool_role(struct audit *a, const char *arg);

/* Random octets: of the system or, after a seed (-s), of the seed. */
void	 tool_random_seed(const char *seed);
void	 tool_random(uint8_t *p, size_t n);

/* Keys: read subscribers, SAs and vectors of the records in PATH into DB. */
void	 tool_keys(struct sa_db *db, const char *path);
/* The same; each SA goes to FN as well. */
void	 tool_keys_sa(struct sa_db *db, const char *path,
	    void (*fn)(const struct sa *sa, void *arg), void *arg);
/* The same; each srtp record goes to FN as well. */
void	 tool_keys_srtp(struct sa_db *db, const char *path,
	    void (*fn)(const struct srtp_stream *s));
/* One such record; 0 or an enum err. */
int	 tool_key(struct sa_db *db, const struct rec *r)
	    __attribute__((warn_unused_result));
/* Each line of PATH that is not empty to LINE, which returns true to go on. */
void	 tool_lines(const char *path, bool (*line)(struct slice line,
	    uint64_t number, void *arg), void *arg);

/* What an input holds is handed to these; false: no more of any input. */
struct tool_reader {
	bool	(*frame)(const struct cap_frame *f, void *arg);
	/* A line of records, without its newline. */
	bool	(*line)(struct slice line, uint64_t number, void *arg);
	/* A SIP message of plain text. */
	bool	(*text)(struct slice message, void *arg);
	/* The end of an input that began as one of these. */
	void	(*end)(void *arg);
	void	*arg;
	/* Text before a start line; NULL: it is bad input. */
	bool	(*loose)(struct slice text, void *arg);
};

/*
 * Read the N files ARGV (none: standard input) in turn; of captures that follow
 * one another the frames in the order of time.  The name of the one being read
 * is tool_file(), of captures at their common end those of all; tool_many() says
 * that there are several.
 */
void	 tool_read(char *const *argv, int n, const struct tool_reader *r);
/* The same for text of other forms: all of each input that is not empty. */
void	 tool_read_whole(char *const *argv, int n,
	    void (*whole)(struct slice text));
const char	*tool_file(void);
bool	 tool_many(void);
/* All names; which of them, from 1 up, is being read. */
const struct slice *tool_files(size_t *n);
size_t	 tool_file_index(void);
/*
 * The empty lines in front of the message of plain text that is handed on, in
 * front of the first any white space; at the end of the input the empty lines
 * behind the last.
 */
struct slice	 tool_blank(void);
/* "FILE: WHAT NUMBER", or FILE for 0; valid until the next call. */
const char	*tool_place(const char *what, uint64_t number);

/*
 * What inputs of any form are handed to, with the place for diagnostics.
 * Messages and packets of records are handed on like those of captures; DB
 * NULL: only records are read, and the others are handed to RECORD too.
 */
struct tool_messages {
	struct sa_db	*db;
	struct flow_options options;
	void	(*sip)(const struct flow_sip *m, const char *at);
	/* As OPTIONS say. */
	void	(*packet)(const struct flow_packet *p, const char *at);
	/* ESP that stays closed; NULL: it is said. */
	void	(*esp)(const struct flow_esp *e, const char *at);
	/* Any other record, answers too; false: the line passes. */
	bool	(*record)(struct rec *r, const char *at);
	/* Text that is no message; NULL: it is bad input. */
	bool	(*loose)(struct slice text);
	sa_news_fn	*news;	/* NULL: it is said */
};
void	 tool_messages(char *const *argv, int n,
	    const struct tool_messages *to);
/* From LOOSE: MESSAGE, made of the text, as if it stood there. */
void	 tool_message(struct slice message);
/*
 * From RECORD, and from SIP and PACKET for what a record had: write the line
 * that is being read, as it is.
 */
void	 tool_pass(void);

#endif
