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

#endif
