/* verify: what the files of ims-verify share. */
#ifndef VERIFY_H
#define VERIFY_H

#include "audit.h"
#include "tool.h"

/* The values of options; what is wrong with one ends the run. */
void	 verify_set_role(struct audit *a, const char *arg);
void	 verify_set_network(struct audit *a, const char *arg);
void	 verify_set_nni(struct audit *a, const char *arg);
void	 verify_set_trust(struct audit *a, const char *arg);
/* enum audit_level, or above all of them for never. */
int	 verify_level(const char *arg);
enum audit_role	verify_node(const char *arg);

/* --hops: one change, as a line behind one that names the hop. */
void	 verify_hop(struct buf *out, const struct audit_hop_change *h);
/*
 * --diff BEFORE AFTER --as NODE: what NODE changed, to standard output.  Exit
 * status 1 if it may not do all of that.
 */
int	 verify_diff(const char *before, const char *after,
	    enum audit_role node);

#endif
