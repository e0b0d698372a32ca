/*
 * tool_args: commands and options out of the command line; what is not known,
 * with the nearest that is; and all of them listed, for completion.
 */
#ifndef TOOL_ARGS_H
#define TOOL_ARGS_H

#include <getopt.h>
#include <stddef.h>

struct tool_command {
	const char	*name;
	int		(*run)(int argc, char **argv);
};

/*
 * The one of the N COMMANDS that is the first argument; NULL if that is an
 * option, or there is none.  A word that is no command ends the run.  If it is
 * --list-options all are listed, one a line, before the options.
 */
const struct tool_command *tool_command(const struct tool_command *commands,
	    size_t n, int argc, char **argv);
/* The end of a run that had to have one. */
void	 tool_no_command(void) __attribute__((noreturn));

/*
 * getopt_long(), but what is wrong is said and ends the run.  If the first
 * argument is --list-options, OPTIONS are listed instead, one a line: --NAME,
 * whether it takes a value (none, value, optional), the letter if it has one.
 */
int	 tool_getopt(int argc, char **argv, const char *letters,
	    const struct option *options);

#endif
