/*
 * hide_tool: what the commands of ims-hide share: options, keys, messages of
 * any input, edited and written in the form they came in.
 */
#ifndef HIDE_TOOL_H
#define HIDE_TOOL_H

#include "hide.h"
#include "tool_opt.h"

extern struct opt opt;

/* The options of topology hiding, for OWN of tool_opt_read(). */
struct topology {
	struct opt_list	 network, border, ue;
	bool		 plain, constant, no_insert, reverse;
	struct opt_number pad, line_max;
	const char	*state;
};

extern struct topology topology;

#define TOPOLOGY_OWN \
	{ "network", OPT_LIST, &topology.network, 0, 0 }, \
	{ "border", OPT_LIST, &topology.border, 0, 0 }, \
	{ "ue", OPT_LIST, &topology.ue, 0, 0 }, \
	{ "plain", OPT_FLAG, &topology.plain, 0, 0 }, \
	{ "constant", OPT_FLAG, &topology.constant, 0, 0 }, \
	{ "state", OPT_TEXT, &topology.state, 0, 0 }

/*
 * What hides or, if not HIDING, restores, as the options say: names, keys of -k
 * (those for ESP go into DB), state.  A usage error ends the run.
 */
struct hide	*topology_new(bool hiding, struct sa_db *db);
/* Write the state back, and free. */
void		 topology_end(struct hide *h);
/*
 * M, read at AT, through H into OUT: true if that was done; else it was said
 * what is wrong with it, that ends with WHAT becomes of it.
 */
bool	 topology_hide(struct hide *h, const struct flow_sip *m,
	    const char *at, struct buf *out);
bool	 topology_restore(struct hide *h, const struct flow_sip *m,
	    const char *at, struct buf *out);
/* An IP address or name typed, or the end of the run. */
void	 topology_name(struct hide *h, const char *option, const char *name,
	    int (*add)(struct hide *h, struct slice name));

/* The lines of -k: KEY, if not NULL, is handed the keys of hide. */
void	 keys_load(struct sa_db *db, void (*key)(const struct rec_hide *k,
	    const char *at, void *arg), void *arg);

/*
 * Read the inputs.  EDIT puts what becomes of a message into OUT, or is false:
 * then the message passes as it is and the exit status is 3, or with STRICT it
 * is dropped.  Messages of captures come out as records, records as the same
 * records with another message, text as text; other records pass.  FITS: EDIT
 * changes nothing that the summary of a record has.
 */
typedef bool	 edit_fn(const struct flow_sip *m, const char *at,
		    struct buf *out);
void	 edit_messages(char *const *argv, int n, struct sa_db *db, bool strict,
	    bool fits, edit_fn *edit);
/* What is said of a message that is not edited. */
const char	*edit_refused(void);

/* The commands; each returns the answer. */
int	 cmd_hide(int argc, char **argv);
int	 cmd_restore(int argc, char **argv);
int	 cmd_rewrite(int argc, char **argv);
int	 cmd_key(int argc, char **argv);
int	 cmd_scrub(int argc, char **argv);
int	 cmd_unscrub(int argc, char **argv);

#endif
