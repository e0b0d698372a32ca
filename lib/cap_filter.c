/* cap_filter: filter expressions of pcap-filter(7) on frames. */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cap.h"
#include "err.h"

#define LINK_RAW_BSD	14
#define LINK_RAW	101

/* One program, made anew when the link type changes. */
struct cap_filter {
	int			 linktype;
	bool			 made;
	struct bpf_program	 program;
	char			 error[CAP_ERROR_TEXT];
	char			 text[];
};

static void
forget(struct cap_filter *c)
{
	if (c->made)
		pcap_freecode(&c->program);
	c->made = false;
}

static int
make(struct cap_filter *c, int linktype)
{
	int dlt = linktype == LINK_RAW || linktype == LINK_RAW_BSD ? DLT_RAW :
	    linktype;
	pcap_t *p = pcap_open_dead(dlt, CAP_FRAME_MAX);

	if (p == NULL)
		return ERR_MEM;
	forget(c);
	c->linktype = linktype;
	c->made = pcap_compile(p, &c->program, c->text, 1,
	    PCAP_NETMASK_UNKNOWN) == 0;
	if (!c->made)
		(void)snprintf(c->error, sizeof(c->error), "%.200s",
		    pcap_geterr(p));
	pcap_close(p);
	return c->made ? 0 : ERR_FORMAT;
}

struct cap_filter *
cap_filter_new(const char *text)
{
	size_t n = strlen(text) + 1;
	struct cap_filter *c = calloc(1, sizeof(*c) + n);

	if (c != NULL)
		memcpy(c->text, text, n);
	return c;
}

int
cap_filter_match(struct cap_filter *c, const struct cap_frame *frame)
{
	struct pcap_pkthdr h = {
		.caplen = (bpf_u_int32)frame->data.n, .len = frame->wire_len,
	};
	int r;

	if ((!c->made || c->linktype != frame->linktype) &&
	    (r = make(c, frame->linktype)) < 0)
		return r;
	return pcap_offline_filter(&c->program, &h, frame->data.p) != 0;
}

const char *
cap_filter_error(const struct cap_filter *c)
{
	return c->error;
}

void
cap_filter_free(struct cap_filter *c)
{
	if (c == NULL)
		return;
	forget(c);
	free(c);
}
