/* sa_tool: what the commands of ims-sa share: options, keys. */
#ifndef SA_TOOL_H
#define SA_TOOL_H

#include "crypt.h"
#include "sa.h"
#include "tool_opt.h"

extern struct opt opt;

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
