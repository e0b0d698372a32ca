/* pcap_list: a line for each registration, call and so on. */
#ifndef PCAP_LIST_H
#define PCAP_LIST_H

#include <stdbool.h>

/* Before messages are read: of what is selected, stories are written. */
void	 list_open(bool json);	/* as records */
/* The lines that are not written yet; stories are closed. */
void	 list_close(void);

#endif
