/* pcap_ladder: who sent what to whom, drawn. */
#ifndef PCAP_LADDER_H
#define PCAP_LADDER_H

#include "flow.h"

struct draw {
	bool	 on;
	int	 form;		/* text, ascii, ... */
	bool	 one;		/* drawing of all */
};

/* What --ladder has, or NULL; what is wrong with it ends the run. */
void	 draw_option(struct draw *d, const char *arg);
/* To what tool_out_open() opened; TERMINAL: that may be one. */
void	 draw_open(const struct draw *d, bool terminal);
/* S at AT, drawn or not, tells who is who. */
void	 draw_learn(const struct flow_sip *s, const char *at);
void	 draw_sip(const struct flow_sip *s);
void	 draw_esp(const struct flow_esp *e);
void	 draw_gap(const struct flow_gap *gap);
void	 draw_close(void);

#endif
