/* pcap_story: what messages belong to: registrations, calls and the like. */
#ifndef PCAP_STORY_H
#define PCAP_STORY_H

#include "flow.h"

#define STORIES		65536	/* remembered */
#define STORY_NAME	96

enum story_kind {
	STORY_REGISTRATION, STORY_CALL, STORY_SUBSCRIPTION, STORY_MESSAGE,
	STORY_OTHER, STORY_KINDS,
};

enum story_state {
	STORY_ASKED,		/* a request, nothing final to it */
	STORY_CHALLENGED,
	STORY_RINGING,
	STORY_DONE,		/* registered, answered, active, taken */
	STORY_OVER,		/* deregistered, ended */
	STORY_CANCELLED,
	STORY_REFUSED,
};

/* All messages of one Call-ID. */
struct story {
	enum story_kind	 kind;
	uint64_t	 number;	/* of its kind, from 1 */
	bool		 timed;
	uint64_t	 time_ns;	/* of its first message */
	uint64_t	 messages;	/* of it that are selected */
	char		 who[STORY_NAME], to[STORY_NAME];
	char		 call_id[STORY_NAME];
	enum story_state state;
	unsigned	 status;	/* of a refusal */
	bool		 leaving;	/* what was asked last is the end */
};

/* The method of M, or of what it responds to (CSeq); empty: not known. */
struct slice	 story_method(const struct sip_msg *m);
/*
 * Stories are kept from now on; GONE, if not NULL, is told of each at the end,
 * or when it makes room.
 */
void	 story_open(void (*gone)(const struct story *s));
/* The story of S, parsed as M, which is part of it now; NULL if none is kept. */
struct story	*story_sip(const struct flow_sip *s, const struct sip_msg *m);
bool	 story_kept(void);
const char	*story_kind(enum story_kind kind);
const char	*story_word(enum story_kind kind, enum story_state state);
void	 story_close(void);

#endif
