/* cap: capture files; pcap through libpcap. */
#define _GNU_SOURCE		/* fopencookie */

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "cap.h"
#include "cap_ng.h"
#include "cap_snoop.h"
#include "err.h"

#define MAGIC_LEN	4
#define SNOOP_LEN	8
#define HEADER_LEN	24	/* of a pcap file */
#define RECORD_LEN	16	/* before each frame, */
#define RECORD_LEN_KUZ	24	/* and in Kuznetzov's files */
#define CAPLEN_AT	8
#define SNAPLEN_AT	16
#define LINKTYPE_AT	20
#define LINKTYPE_MASK	0x03ffffff	/* above: length of the FCS */
#define ROOM_LEN	16384

struct cap {
	FILE		*f;		/* the caller's */
	FILE		*through;	/* what libpcap reads and closes */
	pcap_t		*pcap;
	struct cap_ng	*ng;
	struct cap_snoop *snoop;
	uint64_t	 number;
	uint64_t	 at;		/* octets of F given to libpcap */
	uint64_t	 part_at, part_end;
	uint64_t	 frame_at;	/* AT when the frame was asked for */
	bool		 in_frame;	/* the part is a frame */
	bool		 nano;		/* not microseconds */
	bool		 ended, too_large;
	int		 linktype;
	uint8_t		 head[HEADER_LEN];
	uint8_t		 record[HEADER_LEN];	/* the head of one */
	char		 error[CAP_ERROR_TEXT];
	char		 room[ROOM_LEN];	/* of THROUGH */
};

enum cap_form
cap_detect(struct slice first)
{
	if (first.n < MAGIC_LEN)
		return CAP_NONE;
	switch (slice_be32(first.p)) {
	case 0xa1b2c3d4: case 0xd4c3b2a1:	/* microseconds */
	case 0xa1b23c4d: case 0x4d3cb2a1:	/* nanoseconds */
	case 0xa1b2cd34: case 0x34cdb2a1:	/* Kuznetzov's */
		return CAP_PCAP;
	case 0x0a0d0d0a:
		return CAP_PCAPNG;
	default:
		return first.n >= SNOOP_LEN && memcmp(first.p, CAP_SNOOP_MAGIC,
		    SNOOP_LEN) == 0 ? CAP_SNOOP : CAP_NONE;
	}
}

static uint32_t
get32(const struct cap *c, const uint8_t *p)
{
	uint32_t v = slice_be32(p);

	return c->head[0] == 0xa1 ? v : __builtin_bswap32(v);
}

/* The part behind the last one, if that is over. */
static void
next_part(struct cap *c)
{
	if (c->at < c->part_end)
		return;
	c->part_at = c->at;
	if (c->at == 0) {
		c->part_end = HEADER_LEN;
		c->in_frame = true;
		return;
	}
	c->in_frame = !c->in_frame;
	if (c->in_frame)
		c->part_end += get32(c, c->record + CAPLEN_AT);
	if (c->at < c->part_end)
		return;
	c->in_frame = false;
	c->part_end += (get32(c, c->head) & 0xffff) == 0xcd34 ?
	    RECORD_LEN_KUZ : RECORD_LEN;
}

/*
 * Keep heads.  libpcap would cut frames at the snapshot length of the file,
 * which some writers set too small; 0 stands for its largest.
 */
static void
note_head(struct cap *c, char *to, size_t n)
{
	size_t off = (size_t)(c->at - c->part_at);

	if (c->part_at == 0) {
		memcpy(c->head + off, to, n);
		for (size_t i = 0; i < n; i++)
			if (off + i >= SNAPLEN_AT && off + i < LINKTYPE_AT)
				to[i] = 0;
	} else if (!c->in_frame) {
		memcpy(c->record + off, to, n);
	}
}

/*
 * What libpcap reads goes through here: it would close the caller's FILE, and
 * the magic number has been read already.  Heads and frames are given to it one
 * by one, so that it does not wait for more of a pipe than it needs; nothing
 * else depends on where they are thought to end.
 */
static ssize_t
through_read(void *arg, char *to, size_t want)
{
	struct cap *c = arg;
	size_t n = 0;

	if (c->at - c->frame_at > 2 * CAP_FRAME_MAX) {
		c->too_large = true;
		return -1;
	}
	next_part(c);
	if (want > c->part_end - c->at)
		want = (size_t)(c->part_end - c->at);
	if (c->at == 0) {
		if (want < MAGIC_LEN)
			return -1;
		memcpy(to, c->head, n = MAGIC_LEN);
	}
	n += fread(to + n, 1, want - n, c->f);
	note_head(c, to, n);
	c->at += n;
	return n == 0 && ferror(c->f) ? -1 : (ssize_t)n;
}

static int
fail(struct cap *c, int e, const char *text)
{
	if (ferror(c->f))
		e = ERR_IO;
	(void)snprintf(c->error, sizeof(c->error), "byte %llu: %.200s",
	    (unsigned long long)c->at, e == ERR_IO ? "read error" : text);
	return e;
}

static int
open_pcap(struct cap *c)
{
	static const cookie_io_functions_t io = { .read = through_read };
	char text[PCAP_ERRBUF_SIZE] = "";

	if ((c->through = fopencookie(c, "rb", io)) == NULL)
		return fail(c, ERR_MEM, "no memory");
	(void)setvbuf(c->through, c->room, _IOFBF, sizeof(c->room));
	c->nano = (get32(c, c->head) & 0xffff) == 0x3c4d;
	c->pcap = pcap_fopen_offline_with_tstamp_precision(c->through,
	    c->nano ? PCAP_TSTAMP_PRECISION_NANO :
	    PCAP_TSTAMP_PRECISION_MICRO, text);
	if (c->pcap == NULL)
		return fail(c, c->at < HEADER_LEN ? ERR_MORE : ERR_FORMAT,
		    text);
	c->linktype = (int)(get32(c, c->head + LINKTYPE_AT) & LINKTYPE_MASK);
	return 0;
}

static int
open_any(struct cap *c)
{
	size_t n = fread(c->head, 1, MAGIC_LEN, c->f);

	if (n == MAGIC_LEN && c->head[0] == 's')
		n += fread(c->head + n, 1, SNOOP_LEN - n, c->f);
	switch (cap_detect(slice_of(c->head, n))) {
	case CAP_PCAP:
		return open_pcap(c);
	case CAP_PCAPNG:
		if ((c->ng = cap_ng_new(c->f)) == NULL)
			return fail(c, ERR_MEM, "no memory");
		return 0;
	case CAP_SNOOP:
		if ((c->snoop = cap_snoop_new(c->f)) == NULL)
			return fail(c, ERR_MEM, "no memory");
		return 0;
	default:
		return n < MAGIC_LEN || (n < SNOOP_LEN &&
		    memcmp(c->head, CAP_SNOOP_MAGIC, n) == 0) ?
		    fail(c, ERR_MORE, "the file ends before a capture begins") :
		    fail(c, ERR_FORMAT, "neither pcap nor pcapng nor snoop");
	}
}

struct cap *
cap_open(FILE *f, int *e, char error[CAP_ERROR_TEXT])
{
	struct cap *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		*e = ERR_MEM;
		(void)snprintf(error, CAP_ERROR_TEXT, "no memory");
		return NULL;
	}
	c->f = f;
	if ((*e = open_any(c)) < 0) {
		memcpy(error, c->error, CAP_ERROR_TEXT);
		cap_close(c);
		return NULL;
	}
	*error = '\0';
	return c;
}

void
cap_close(struct cap *c)
{
	if (c == NULL)
		return;
	if (c->pcap != NULL)
		pcap_close(c->pcap);	/* and c->through with it */
	else if (c->through != NULL)
		(void)fclose(c->through);
	cap_ng_free(c->ng);
	cap_snoop_free(c->snoop);
	free(c);
}

/*
 * Fractions of a second are 32 bits in the file, with no upper limit: libpcap
 * must not make nanoseconds of them where it has 32 bits for that too.
 */
static uint64_t
time_of(const struct cap *c, const struct pcap_pkthdr *h)
{
	int64_t ns = (int64_t)(uint32_t)h->ts.tv_sec * 1000000000 +
	    (int64_t)h->ts.tv_usec * (c->nano ? 1 : 1000);

	return ns > 0 ? (uint64_t)ns : 0;
}

static int
next_pcap(struct cap *c, struct cap_frame *out)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	char text[CAP_ERROR_TEXT];
	int n;

	c->frame_at = c->at;
	n = pcap_next_ex(c->pcap, &h, &data);
	if (n == PCAP_ERROR_BREAK && !ferror(c->f))
		return 0;
	if (n != 1 || h->caplen > CAP_FRAME_MAX) {
		(void)snprintf(text, sizeof(text), "frame %llu: %.200s",
		    (unsigned long long)c->number + 1,
		    n == 1 || c->too_large ? "longer than any frame" :
		    pcap_geterr(c->pcap));
		return fail(c, feof(c->f) ? ERR_MORE : ERR_FORMAT, text);
	}
	out->number = ++c->number;
	out->time_ns = time_of(c, h);
	out->linktype = c->linktype;
	out->form = CAP_PCAP;
	out->interface = 0;
	out->wire_len = h->len;
	out->data = slice_of(data, h->caplen);
	return 1;
}

int
cap_next(struct cap *c, struct cap_frame *out)
{
	int n;

	if (c->ended)
		return 0;
	if (c->ng != NULL)
		n = cap_ng_next(c->ng, out, c->error);
	else if (c->snoop != NULL)
		n = cap_snoop_next(c->snoop, out, c->error);
	else
		n = next_pcap(c, out);
	if (n <= 0)
		c->ended = true;
	return n;
}

const char *
cap_error(const struct cap *c)
{
	return c->error;
}

const char *
cap_linktype_name(int linktype)
{
	switch (linktype) {	/* where LINKTYPE_ and DLT_ numbers differ */
	case 100:
		return "ATM_RFC1483";
	case 101:
		return "RAW";
	default:
		return pcap_datalink_val_to_name(linktype);
	}
}
