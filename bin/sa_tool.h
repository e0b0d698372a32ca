/* sa_tool: what the commands of ims-sa share: options, keys. */
#ifndef SA_TOOL_H
#define SA_TOOL_H

#include "crypt.h"
#include "sa.h"
#include "tool.h"

#define OPT_OWN		48	/* options that one command may have */
#define OPT_KEYS	64	/* files of -k */

/* Options that all commands have. */
struct opt {
	struct tool_common common;
	const char	*format;	/* -f, or NULL */
	const char	*keys[OPT_KEYS];
	size_t		 n_keys;
	bool		 secrets;	/* -x */
};

extern struct opt opt;

/* An option with a long name that only one command has. */
enum opt_kind {
	OPT_FLAG,	/* TO: bool */
	OPT_TEXT,	/* const char * */
	OPT_NUMBER,	/* struct opt_number, MIN to MAX */
	OPT_OCTETS,	/* struct opt_octets, MIN to MAX of them, in hex */
	OPT_ADDR,	/* struct pkt_addr */
};

struct opt_number {
	uint64_t	 v;
	bool		 there;
};

#define OPT_OCTETS_MAX	128

struct opt_octets {
	uint8_t		 p[OPT_OCTETS_MAX];
	size_t		 n;
	bool		 there;
};

struct opt_own {
	const char	*name;
	enum opt_kind	 kind;
	void		*to;
	uint64_t	 min, max;
};

/*
 * Options and their values out of ARGV, those of all commands into opt, the N
 * of this one to where OWN says; what is left begins at optind.
 */
void	 opt_parse(int argc, char **argv, const char *help,
	    const struct opt_own *own, size_t n);
/*
 * VALUE, given for option NAME, as an index into the N WORDS; else it says
 * which there are, and the run ends.
 */
int	 opt_word(const char *name, const char *value,
	    const char *const *words, size_t n);

/*
 * All files of -k into DB, and each SA of them to FN, which may be NULL.  To be
 * called once.
 */
void	 keys_load(struct sa_db *db, void (*fn)(const struct sa *sa,
	    void *arg), void *arg);
/* An empty database; never NULL. */
struct sa_db	*keys_db(void);

/*
 * The SAs of a run: kept, of several with the same addresses and SPI the last,
 * and given back in the order in which they came first (NULL starts).
 */
void	 sas_keep(const struct sa *sa);
const struct sa	*sas_next(const struct sa *sa);
void	 sas_free(void);

/*
 * TEXT, Security-* header fields without a message, into K, a second
 * Security-Client being that of the second REGISTER; false: it has none, which
 * was said.
 */
bool	 paste(struct slice text, struct sa_talk *k);

/* The commands; each returns the answer. */
int	 cmd_negotiate(int argc, char **argv);
int	 cmd_derive(int argc, char **argv);
int	 cmd_protect(int argc, char **argv);
int	 cmd_unprotect(int argc, char **argv);
int	 cmd_export(int argc, char **argv);
int	 cmd_import(int argc, char **argv);
int	 cmd_media(int argc, char **argv);

#endif
