/* pcap_select: which messages and frames are wanted. */
#ifndef PCAP_SELECT_H
#define PCAP_SELECT_H

#include "cap.h"
#include "flow.h"
#include "rec.h"

enum {
	SELECT_CALL_ID = 512, SELECT_FROM, SELECT_IMPI, SELECT_LEG,
	SELECT_METHOD, SELECT_REGISTRATION, SELECT_STATUS, SELECT_UNTIL,
};

#define SELECT_LONG \
	{ "call-id", required_argument, NULL, SELECT_CALL_ID }, \
	{ "from", required_argument, NULL, SELECT_FROM }, \
	{ "impi", required_argument, NULL, SELECT_IMPI }, \
	{ "leg", required_argument, NULL, SELECT_LEG }, \
	{ "method", required_argument, NULL, SELECT_METHOD }, \
	{ "registration", required_argument, NULL, SELECT_REGISTRATION }, \
	{ "status", required_argument, NULL, SELECT_STATUS }, \
	{ "until", required_argument, NULL, SELECT_UNTIL }

/* A role that -R gives. */
void	 select_role(const char *arg);
/* Who is who: what -R gave, and what it is shown; kept until the end. */
struct audit	*select_nodes(void);
/* What getopt_long gave; false if C is another option. */
bool	 select_option(int c, const char *arg);
/*
 * Is something selected (--filter apart); is it messages, so that nothing else is
 * wanted?
 */
bool	 select_any(void);
bool	 select_messages(void);
/*
 * A frame is read: does --filter take it?  Frames and records come in their
 * order, for --from and --until count from the first.
 */
bool	 select_frame(const struct cap_frame *f);
bool	 select_packet(const struct flow_packet *p);
void	 select_start(const struct flow_where *w);
bool	 select_time(const struct flow_where *w);
/* Is what is no message and no packet wanted? */
bool	 select_other(const struct flow_where *w);
/* Is S wanted?  It is looked at for those behind it in any case. */
bool	 select_sip(const struct flow_sip *s);
void	 select_close(void);

#endif
