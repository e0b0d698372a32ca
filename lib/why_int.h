/* why_int: what the files of why share. */
#ifndef WHY_INT_H
#define WHY_INT_H

#include "why.h"

/* All mistakes, given to TRY: alone and, if none fits, two at a time. */
struct why_search {
	bool		(*try)(const struct why_set *set, void *arg);
	void		*arg;
	bool		 pairs;
	struct why_set	*out;
};
size_t	 why_search(const struct why_search *s);

/*
 * Make the mistake W in KEY.  False if that changes nothing, or if W is not
 * about keys (IS_KEY says that).  Those of K come before those of OP.
 */
bool	 why_is_key(enum why w);
bool	 why_spoil_key(enum why w, struct aka_key *key);

#endif
