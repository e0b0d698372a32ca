/* pcap_opt: the command line of ims-pcap(1). */
#ifndef PCAP_OPT_H
#define PCAP_OPT_H

#include "pcap_ladder.h"
#include "tool.h"

struct pcap_asked {
	struct tool_common	 common;
	struct flow_options	 flow;
	const char		*write, *link;
	size_t			 mtu;
	bool			 clear, list, summary;
	bool			 json;		/* records for --list */
	struct draw		 draw;
	bool			 sas, secrets, stat;
};

/*
 * What getopt_long gives into A, which is all zero, and keys into DB; optind is
 * that of the first file.  What does not go together ends the run.
 */
void	 pcap_options(struct pcap_asked *a, int argc, char **argv,
	    struct sa_db *db);

#endif
