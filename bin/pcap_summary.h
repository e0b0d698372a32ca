/* pcap_summary: a capture in figures, for people. */
#ifndef PCAP_SUMMARY_H
#define PCAP_SUMMARY_H

#include "flow.h"

/* Before messages are read. */
void	 summary_open(void);
/* A message, and an ESP packet that stayed closed, that are selected. */
void	 summary_sip(const struct flow_sip *s);
void	 summary_esp(const struct flow_esp *e);
/* The figures are written; stories are closed. */
void	 summary_close(void);

#endif
