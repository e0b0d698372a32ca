/*
 * tool_live: runs that go on while somebody else writes, until a signal: what
 * ends them, how they wait, and the options that begin them.
 */
#ifndef TOOL_LIVE_H
#define TOOL_LIVE_H

#include "tool.h"

/*
 * SIGINT, SIGTERM and SIGHUP do not end the tool from now on, but ask it to end.
 * The descriptor can be read when one came and tool_stops() did not tell yet.
 */
int		 tool_stop_catch(void);
/* How many came so far. */
unsigned	 tool_stops(void);
/* The wall clock when tool_stops() first told of one, and time since then. */
uint64_t	 tool_stop_ns(void);
uint64_t	 tool_stop_age_ns(void);
/*
 * Wait until FD (-1: none) can be read, MS milliseconds passed (-1: no limit) or
 * a signal came; what was written before is flushed.  True: it can be read.
 */
bool		 tool_wait(int fd, int ms);

/*
 * FD, of PATH (NULL: nameless), to be read with that wait, and closed with the
 * FILE unless it is standard input.  FOLLOW: a file that grows does not end
 * before the run is asked to; when it shrinks, or another takes its place, that
 * is said and it ends.  NULL: no memory.
 */
FILE		*tool_source(int fd, const char *path, bool follow);
/* What tool_read() opens from now on is followed. */
void		 tool_follow(void);
/* What is read is called NAME from now on. */
void		 tool_input(const char *name);

/* The options of tools that read captures. */
enum { LIVE_FILTER = 768, LIVE_FOLLOW };

#define LIVE_SHORT	"i:"
#define LIVE_LONG \
	{ "filter", required_argument, NULL, LIVE_FILTER }, \
	{ "follow", no_argument, NULL, LIVE_FOLLOW }, \
	{ "interface", required_argument, NULL, 'i' }

/* What getopt_long gave; false if C is another option. */
bool		 tool_live_option(int c, const char *arg);
/*
 * Once all options are read, and before an output is opened: FILES inputs are
 * named, and the tool WRITES files.  What does not go together ends the run; the
 * interface is opened, and what it took is given up (tool_drop).
 */
void		 tool_live_open(int files, bool writes);
/* As tool_read(), or the frames of the interface until the run is to end. */
void		 tool_live_read(char *const *argv, int n,
		    const struct tool_reader *r);

/*
 * --filter: takes it the frame, the packet of a record?  What the interface
 * gives was filtered before.
 */
void		 tool_filter(const char *expression);
bool		 tool_filter_given(void);
/* A wrong one ends the run even if there is no frame. */
void		 tool_filter_check(void);
/* The expression, which somebody else applies from now on, or NULL. */
const char	*tool_filter_take(void);
bool		 tool_filter_frame(const struct cap_frame *f);
bool		 tool_filter_packet(const struct flow_packet *p);
void		 tool_filter_close(void);

/*
 * Give up the rights of root for good: for those of who called sudo(8), or, if
 * no file WRITES, of nobody; else root keeps only what writing files takes.  Who
 * is not root keeps no capability.
 */
void		 tool_drop(bool writes);

#endif
