/* verify: what the files of ims-verify share. */
#ifndef VERIFY_H
#define VERIFY_H

#include "audit.h"
#include "tool.h"

#define VERIFY_NEVER	(AUDIT_ERROR + 1)	/* above all levels */

enum verify_opt {
	OPT_AS = 256, OPT_BASELINE, OPT_DIFF, OPT_EXPLAIN, OPT_FAIL_ON,
	OPT_HOPS, OPT_LIST_RULES, OPT_NETWORK, OPT_NNI, OPT_POLICY,
	OPT_REGISTRATIONS, OPT_RULE, OPT_STAT, OPT_STRICT, OPT_TODAY,
	OPT_TRUST, OPT_WAIVERS,
};

/*
 * The option C, about who is who and what counts, with optarg; false: it is
 * none of these.  What is wrong with a value ends the run.
 */
bool	 verify_option(struct audit *a, int c, int *fail_on);
enum audit_role	verify_node(const char *arg);

/* --hops: one change, as a line behind one that names the hop. */
void	 verify_hop(struct buf *out, const struct audit_hop_change *h);
/*
 * --diff BEFORE AFTER --as NODE: what NODE changed, to standard output.  Exit
 * status 1 if it may not do all of that.
 */
int	 verify_diff(const char *before, const char *after,
	    enum audit_role node);

/* --list-rules, --explain RULE: to standard output. */
void	 verify_list(void);
void	 verify_explain(const char *rule);

/*
 * What of the findings counts: levels changed (--rule ID=LEVEL, also of a theme
 * such as SYN), waivers, a baseline.  ERR_FORMAT: no such rule, ERR_ALG: no such
 * level.
 */
enum { VERIFY_OFF = -1 };
int	 verify_rule(struct slice id, struct slice level);
/* The level that rule I has now: enum audit_level or VERIFY_OFF. */
int	 verify_rule_level(size_t i);
void	 verify_waivers(const char *path);
void	 verify_today(const char *date);
void	 verify_baseline(const char *path);
bool	 verify_has_baseline(void);
/* Waivers are compared with today once all options are read. */
void	 verify_settle(void);
void	 verify_free(void);

struct verify_finding {
	struct audit_finding	 found;		/* its level as changed */
	const char		*waived;	/* why, or NULL */
	bool			 known;		/* in the baseline */
};

/* F as it counts; false: its rule is off. */
bool	 verify_judge(const struct audit_finding *f, struct verify_finding *v);

/* A form of output.  What is NULL is not asked for. */
struct verify_format {
	const char	*name;
	bool		 all;		/* what does not count too */
	void	(*begin)(struct buf *out, int fail_on);
	void	(*message)(const struct flow_sip *m);	/* before its findings */
	void	(*closed)(const struct flow_esp *e);
	void	(*finding)(struct buf *out, const struct verify_finding *f);
	void	(*registration)(struct buf *out,
		    const struct audit_registration *r);
	void	(*end)(struct buf *out);
	void	(*nodes)(struct audit *a);	/* it knows who is who */
	bool		 page;		/* registrations are always told */
};

extern const struct verify_format verify_text, verify_text_clause, verify_json,
    verify_sarif, verify_junit, verify_tap, verify_github, verify_html;

/* The name of the input a finding is of. */
struct slice	 verify_file(const struct flow_where *w);
/* FILE:FRAME: with nothing that a terminal acts upon. */
void	 verify_where(struct buf *out, const struct flow_where *w);

#define VERIFY_KEPT	100	/* findings of a rule in forms by rule */

/* The findings of each rule, for forms that are a list of rules. */
struct verify_tally {
	uint64_t	 n, failed, waived;
	struct buf	 lines;		/* of the first VERIFY_KEPT */
};

void	 verify_tally_begin(struct buf *out, int fail_on);
void	 verify_tally_add(struct buf *out, const struct verify_finding *f);
const struct verify_tally	*verify_tally(size_t rule);
void	 verify_tally_free(void);

#endif
