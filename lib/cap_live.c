/* cap_live: frames of an interface, through libpcap. */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cap.h"
#include "err.h"

#define RING		(16 << 20)	/* octets that wait in the kernel */
#define COUNT_EVERY	(1U << 20)	/* frames; libpcap counts in 32 bits */
#define LINK_RAW	101

struct cap_live {
	pcap_t			*pcap;
	int			 linktype;
	uint64_t		 number;
	struct pcap_stat	 before;	/* when last asked */
	struct cap_live_count	 count;
	char			 error[CAP_ERROR_TEXT];
};

/* The interfaces that are up, as far as there is room. */
static void
name_others(char error[CAP_ERROR_TEXT])
{
	char text[PCAP_ERRBUF_SIZE];
	pcap_if_t *all;
	size_t n = strlen(error);

	if (pcap_findalldevs(&all, text) < 0)
		return;
	for (const pcap_if_t *i = all; i != NULL; i = i->next) {
		if (!(i->flags & PCAP_IF_UP) ||
		    n + strlen(i->name) + 16 > CAP_ERROR_TEXT)
			continue;
		n += (size_t)snprintf(error + n, CAP_ERROR_TEXT - n, "%s %s",
		    strchr(error, ';') == NULL ? "; there are" : ",",
		    i->name);
	}
	pcap_freealldevs(all);
}

/* What pcap_activate() gave, in words that say what to do. */
static int
refused(struct cap_live *c, int r)
{
	switch (r) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		(void)snprintf(c->error, sizeof(c->error), "no such interface");
		name_others(c->error);
		break;
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		(void)snprintf(c->error, sizeof(c->error), "not permitted: be root, "
		    "or give the program the right (setcap cap_net_raw+ep)");
		break;
	case PCAP_ERROR_IFACE_NOT_UP:
		(void)snprintf(c->error, sizeof(c->error), "is down (ip link set up "
		    "dev ...)");
		break;
	default:
		(void)snprintf(c->error, sizeof(c->error), "%.200s",
		    r == PCAP_ERROR ? pcap_geterr(c->pcap) :
		    pcap_statustostr(r));
	}
	return ERR_IO;
}

static int
fail(struct cap_live *c, int e)
{
	(void)snprintf(c->error, sizeof(c->error), "%.200s", pcap_geterr(c->pcap));
	return e;
}

static int
set_filter(struct cap_live *c, const char *text)
{
	struct bpf_program program;
	int e;

	if (pcap_compile(c->pcap, &program, text, 1,
	    PCAP_NETMASK_UNKNOWN) < 0)
		return fail(c, ERR_FORMAT);
	e = pcap_setfilter(c->pcap, &program) < 0 ? fail(c, ERR_IO) : 0;
	pcap_freecode(&program);
	return e;
}

static int
begin(struct cap_live *c, const char *name, const char *filter)
{
	char text[PCAP_ERRBUF_SIZE];
	int r;

	if ((c->pcap = pcap_create(name, text)) == NULL) {
		(void)snprintf(c->error, sizeof(c->error), "%.200s", text);
		return ERR_MEM;
	}
	/* None of these fails before it is activated. */
	(void)pcap_set_snaplen(c->pcap, CAP_FRAME_MAX);
	(void)pcap_set_promisc(c->pcap, 1);
	(void)pcap_set_timeout(c->pcap, CAP_LIVE_LATE_MS);
	(void)pcap_set_buffer_size(c->pcap, RING);
	(void)pcap_set_tstamp_precision(c->pcap, PCAP_TSTAMP_PRECISION_NANO);
	if ((r = pcap_activate(c->pcap)) < 0)
		return refused(c, r);
	/* Of all interfaces at once: this form says which. */
	if (pcap_datalink(c->pcap) == DLT_LINUX_SLL)
		(void)pcap_set_datalink(c->pcap, DLT_LINUX_SLL2);
	c->linktype = pcap_datalink(c->pcap);
	if (c->linktype == DLT_RAW)
		c->linktype = LINK_RAW;
	if (filter != NULL && (r = set_filter(c, filter)) < 0)
		return r;
	if (pcap_setnonblock(c->pcap, 1, text) < 0) {
		(void)snprintf(c->error, sizeof(c->error), "%.200s", text);
		return ERR_IO;
	}
	return 0;
}

struct cap_live *
cap_live_new(const char *name, const char *filter, int *e,
    char error[CAP_ERROR_TEXT])
{
	struct cap_live *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		*e = ERR_MEM;
		(void)snprintf(error, CAP_ERROR_TEXT, "no memory");
		return NULL;
	}
	if ((*e = begin(c, name, filter)) < 0) {
		memcpy(error, c->error, CAP_ERROR_TEXT);
		cap_live_free(c);
		return NULL;
	}
	*error = '\0';
	return c;
}

void
cap_live_free(struct cap_live *c)
{
	if (c == NULL)
		return;
	if (c->pcap != NULL)
		pcap_close(c->pcap);
	free(c);
}

int
cap_live_fd(const struct cap_live *c)
{
	return pcap_get_selectable_fd(c->pcap);
}

int
cap_live_next(struct cap_live *c, struct cap_frame *out)
{
	struct cap_live_count ignore;
	struct pcap_pkthdr *h;
	const u_char *data;
	int n = pcap_next_ex(c->pcap, &h, &data);

	if (n == 0)
		return 0;
	if (n < 0)
		return fail(c, ERR_IO);
	if (++c->number % COUNT_EVERY == 0)
		cap_live_count(c, &ignore);
	*out = (struct cap_frame){
		.number = c->number, .linktype = c->linktype,
		.time_ns = (uint64_t)(uint32_t)h->ts.tv_sec * 1000000000 +
		    (uint64_t)h->ts.tv_usec,
		.wire_len = h->len, .data = slice_of(data, h->caplen),
	};
	return 1;
}

void
cap_live_count(struct cap_live *c, struct cap_live_count *out)
{
	struct pcap_stat now;

	if (pcap_stats(c->pcap, &now) == 0) {
		c->count.by_kernel += now.ps_drop - c->before.ps_drop;
		c->count.by_interface += now.ps_ifdrop - c->before.ps_ifdrop;
		c->before = now;
	}
	*out = c->count;
	out->received = c->number;
}

const char *
cap_live_error(const struct cap_live *c)
{
	return c->error;
}
