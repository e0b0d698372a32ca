/* pcap_clear: a capture made readable: ESP replaced by what was in it. */
#ifndef PCAP_CLEAR_H
#define PCAP_CLEAR_H

#include "tool.h"

/* Read the N files ARGV and write the capture PATH, with the keys of DB. */
void	 clear_run(struct sa_db *db, const char *path, char *const *argv,
	    int n);

#endif
