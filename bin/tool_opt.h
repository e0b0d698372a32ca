/*
 * tool_opt: options of a tool of commands: those that all commands have, and
 * those of one, from a table.
 */
#ifndef TOOL_OPT_H
#define TOOL_OPT_H

#include "pkt.h"
#include "tool.h"

#define OPT_OWN		48	/* options that one command may have */
#define OPT_LIST_MAX	64	/* values of an option that may be repeated */
#define OPT_OCTETS_MAX	128

struct opt_list {
	const char	*v[OPT_LIST_MAX];
	size_t		 n;
};

struct opt_number {
	uint64_t	 v;
	bool		 there;
};

struct opt_octets {
	uint8_t		 p[OPT_OCTETS_MAX];
	size_t		 n;
	bool		 there;
};

/* Options that all commands have. */
struct opt {
	const char	*letters;	/* of -f, -s and -x, those it has */
	struct tool_common common;
	const char	*format;	/* -f, or NULL */
	struct opt_list	 keys;		/* -k */
	bool		 secrets;	/* -x */
};

/* An option with a long name that only one command has. */
enum opt_kind {
	OPT_FLAG,	/* TO: bool */
	OPT_TEXT,	/* const char * */
	OPT_LIST,	/* struct opt_list */
	OPT_NUMBER,	/* struct opt_number, MIN to MAX */
	OPT_OCTETS,	/* struct opt_octets, MIN to MAX of them, in hex */
	OPT_ADDR,	/* struct pkt_addr */
};

struct opt_own {
	const char	*name;
	enum opt_kind	 kind;
	void		*to;
	uint64_t	 min, max;
};

#define OPT_N(own)	(sizeof(own) / sizeof((own)[0]))

/*
 * Options and their values out of ARGV, those of all commands into OPT, the N
 * of this one to where OWN says; what is left begins at optind.
 */
void	 tool_opt_read(struct opt *opt, int argc, char **argv,
	    const char *help, const struct opt_own *own, size_t n);
/*
 * VALUE, given for option NAME, as an index into the N WORDS; else it says
 * which there are, and the run ends.
 */
int	 tool_opt_word(const char *name, const char *value,
	    const char *const *words, size_t n);

#endif
