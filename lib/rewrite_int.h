/* rewrite_int: what the parts of rewrite share. */
#ifndef REWRITE_INT_H
#define REWRITE_INT_H

#include "edit.h"
#include "rewrite.h"
#include "sip.h"

struct rewrite {
	struct rewrite_options	 o;
	const struct rewrite_seen *seen;
	struct sip_msg		 msg;	/* as it is before the item */
	struct edit		 edit;	/* to which the item adds */
	struct buf		 text[2];
	uint64_t		 lines;	/* of the table, that are in use */
	const char		*at;	/* the header that is in the way */
};

/* An item: 0, or an enum err, with w->at.  NAMES is what its line has. */
typedef int	 rewrite_fn(struct rewrite *w, const char *const *names);

/* All fields NAME go. */
void	 rewrite_drop(struct rewrite *w, const char *name);
/* A new field comes at the end: its value and CRLF are to be appended. */
struct buf	*rewrite_add(struct rewrite *w, const char *name);
/* VALUE, of a list in H, goes, and the line with its last. */
void	 rewrite_drop_value(struct rewrite *w, const struct sip_header *h,
	    struct slice value);
/* The values of H go that GOES says, and the line if no other is there. */
typedef bool	 rewrite_goes(struct slice value, const char *arg);
void	 rewrite_drop_values(struct rewrite *w, const struct sip_header *h,
	    rewrite_goes *goes, const char *arg);
/* Is WORD in a Privacy field? */
bool	 rewrite_wants_privacy(const struct rewrite *w, const char *word);
bool	 rewrite_is(const struct sip_header *h, const char *name);
bool	 rewrite_method(const struct rewrite *w, const char *name);
/* Is HOST (and PORT, if it says one) the node's own? */
bool	 rewrite_is_own(const struct rewrite *w, struct slice host,
	    uint16_t port);
void	 rewrite_random(struct rewrite *w, struct buf *out, size_t octets);

rewrite_fn	 rewrite_drop_all, rewrite_max_forwards, rewrite_received,
		 rewrite_via_add, rewrite_via_drop, rewrite_route,
		 rewrite_record_route, rewrite_path, rewrite_scscf,
		 rewrite_tel, rewrite_contact, rewrite_require_path,
		 rewrite_sec_agree, rewrite_integrity, rewrite_identity,
		 rewrite_visited, rewrite_charging, rewrite_access,
		 rewrite_keys, rewrite_security_server, rewrite_privacy,
		 rewrite_service_route, rewrite_associated, rewrite_service,
		 rewrite_proxy_auth, rewrite_location, rewrite_line,
		 rewrite_history, rewrite_of_hss, rewrite_stored_route;

#endif
