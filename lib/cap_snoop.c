/* cap_snoop: snoop files (RFC 1761). */
#include <stdlib.h>

#include "cap_snoop.h"
#include "err.h"

#define HEADER_LEN	8	/* behind the pattern */
#define RECORD_LEN	24
#define PAD_MAX		65536
#define VERSION		2
#define NS_PER_S	1000000000ULL

struct cap_snoop {
	FILE		*f;
	uint64_t	 at;		/* octets read */
	uint64_t	 number;
	int		 linktype;	/* -1: the header is not read yet */
	uint8_t		 data[CAP_FRAME_MAX];
};

struct cap_snoop *
cap_snoop_new(FILE *f)
{
	struct cap_snoop *c = malloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	c->f = f;
	c->at = sizeof(CAP_SNOOP_MAGIC);
	c->number = 0;
	c->linktype = -1;
	return c;
}

void
cap_snoop_free(struct cap_snoop *c)
{
	free(c);
}

/* N octets; what they are of begins at FROM.  1, 0 for none at all, an error. */
static int
get(struct cap_snoop *c, void *to, size_t n, uint64_t from, char *error)
{
	size_t got = fread(to, 1, n, c->f);

	c->at += got;
	if (got == n)
		return 1;
	if (ferror(c->f)) {
		(void)snprintf(error, CAP_ERROR_TEXT, "byte %llu: read error",
		    (unsigned long long)c->at);
		return ERR_IO;
	}
	if (got == 0 && from == c->at)
		return 0;
	(void)snprintf(error, CAP_ERROR_TEXT, "byte %llu: frame %llu: the file ends "
	    "in it, at byte %llu", (unsigned long long)from,
	    (unsigned long long)c->number + 1, (unsigned long long)c->at);
	return ERR_MORE;
}

/* The data link types of RFC 1761 as LINKTYPE_ numbers. */
static int
linktype_of(uint32_t type)
{
	switch (type) {
	case 0:		/* IEEE 802.3 */
	case 4:		/* Ethernet */
		return 1;
	case 2:		/* IEEE 802.5 */
		return 6;
	case 8:		/* FDDI */
		return 10;
	default:
		return -1;
	}
}

static int
header(struct cap_snoop *c, char *error)
{
	uint8_t b[HEADER_LEN];
	int e = get(c, b, sizeof(b), 0, error);

	if (e < 0)
		return e;
	if (slice_be32(b) != VERSION) {
		(void)snprintf(error, CAP_ERROR_TEXT, "byte 8: version %u of snoop",
		    (unsigned)slice_be32(b));
		return ERR_FORMAT;
	}
	if ((c->linktype = linktype_of(slice_be32(b + 4))) < 0) {
		(void)snprintf(error, CAP_ERROR_TEXT, "byte 12: data link type %u of "
		    "snoop is not known", (unsigned)slice_be32(b + 4));
		return ERR_FORMAT;
	}
	return 0;
}

static int
skip(struct cap_snoop *c, size_t n, uint64_t from, char *error)
{
	uint8_t junk[4096];
	int e = 1;

	for (size_t part; n > 0 && e > 0; n -= part) {
		part = n < sizeof(junk) ? n : sizeof(junk);
		e = get(c, junk, part, from, error);
	}
	return e;
}

int
cap_snoop_next(struct cap_snoop *c, struct cap_frame *out,
    char error[CAP_ERROR_TEXT])
{
	uint8_t b[RECORD_LEN];
	uint64_t from;
	uint32_t len, total;
	int e;

	if (c->linktype < 0 && (e = header(c, error)) < 0)
		return e;
	from = c->at;
	if ((e = get(c, b, sizeof(b), from, error)) <= 0)
		return e;
	len = slice_be32(b + 4);
	total = slice_be32(b + 8);
	if (len > CAP_FRAME_MAX || total < RECORD_LEN + len ||
	    total - RECORD_LEN - len > PAD_MAX) {
		(void)snprintf(error, CAP_ERROR_TEXT, "byte %llu: frame %llu: %u "
		    "octets in a record of %u", (unsigned long long)from,
		    (unsigned long long)c->number + 1, (unsigned)len,
		    (unsigned)total);
		return ERR_FORMAT;
	}
	if ((e = get(c, c->data, len, from, error)) < 0 ||
	    (e = skip(c, total - RECORD_LEN - len, from, error)) < 0)
		return e;
	out->number = ++c->number;
	out->time_ns = slice_be32(b + 16) * NS_PER_S +
	    slice_be32(b + 20) * 1000ULL;
	out->linktype = c->linktype;
	out->form = CAP_SNOOP;
	out->interface = 0;
	out->wire_len = slice_be32(b);
	out->data = slice_of(c->data, len);
	return 1;
}
