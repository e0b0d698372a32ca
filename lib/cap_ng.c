/* cap_ng: pcapng (draft-ietf-opsawg-pcapng), block by block. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cap_ng.h"
#include "err.h"

#define BLOCK_MAX	(16U << 20)
#define BLOCK_MIN	12		/* type, length, length again */
#define INTERFACES_MAX	65536		/* of a section */
#define NS_PER_S	1000000000ULL

enum {
	BLOCK_IDB = 1,
	BLOCK_PB = 2,			/* obsolete, still in old files */
	BLOCK_SPB = 3,
	BLOCK_EPB = 6,
	BLOCK_JOURNAL = 9,
	BLOCK_SYSDIG = 0x204,
	BLOCK_CB = 0xbad,
	BLOCK_CB_NOCOPY = 0x40000bad,
	BLOCK_SHB = 0x0a0d0d0a,
};

enum {
	OPT_END = 0,
	OPT_IF_TSRESOL = 9,
	OPT_IF_TSOFFSET = 14,
};

struct interface {
	int64_t	 offset_s;
	uint32_t snaplen;
	uint16_t linktype;
	uint8_t	 tsresol;
};

struct cap_ng {
	FILE			*f;
	uint64_t		 at;		/* octets read */
	uint64_t		 block_at;	/* where this block begins */
	uint32_t		 type, total;
	uint32_t		 left;		/* before the trailing length */
	bool			 begun;
	bool			 swapped;	/* little-endian section */
	uint64_t		 number;
	struct interface	*iface;
	size_t			 n_iface, cap_iface;
	char			*error;		/* of the call */
	uint8_t			 data[CAP_FRAME_MAX + 4];
};

struct cap_ng *
cap_ng_new(FILE *f)
{
	struct cap_ng *c = malloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	memset(c, 0, offsetof(struct cap_ng, data));
	c->f = f;
	return c;
}

void
cap_ng_free(struct cap_ng *c)
{
	if (c == NULL)
		return;
	free(c->iface);
	free(c);
}

__attribute__((format(printf, 3, 4)))
static int
fail(struct cap_ng *c, int e, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(c->error, CAP_ERROR_TEXT, "byte %llu: ",
	    (unsigned long long)c->block_at);

	va_start(ap, fmt);
	(void)vsnprintf(c->error + n, CAP_ERROR_TEXT - (size_t)n, fmt, ap);
	va_end(ap);
	return e;
}

/* N octets of the file, whatever the block says; 0 or an error. */
static int
read_raw(struct cap_ng *c, void *to, size_t n)
{
	size_t got = fread(to, 1, n, c->f);

	c->at += got;
	if (got == n)
		return 0;
	if (ferror(c->f))
		return fail(c, ERR_IO, "read error");
	return fail(c, ERR_MORE, "the file ends in a block, at byte %llu",
	    (unsigned long long)c->at);
}

/* N octets of the block; 0 or an error. */
static int
read_block(struct cap_ng *c, void *to, size_t n)
{
	if (n > c->left)
		return fail(c, ERR_FORMAT, "block of type 0x%x and %u octets "
		    "is too short for what it holds", (unsigned)c->type,
		    (unsigned)c->total);
	c->left -= (uint32_t)n;
	return read_raw(c, to, n);
}

static int
skip_block(struct cap_ng *c, size_t n)
{
	uint8_t junk[4096];
	int e;

	for (size_t part; n > 0; n -= part) {
		part = n < sizeof(junk) ? n : sizeof(junk);
		if ((e = read_block(c, junk, part)) < 0)
			return e;
	}
	return 0;
}

static uint16_t
get16(const struct cap_ng *c, const uint8_t *p)
{
	uint16_t v = slice_be16(p);

	return c->swapped ? (uint16_t)(v << 8 | v >> 8) : v;
}

static uint32_t
get32(const struct cap_ng *c, const uint8_t *p)
{
	return c->swapped ? (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[1] << 8 | p[0] : slice_be32(p);
}

static uint64_t
get64(const struct cap_ng *c, const uint8_t *p)
{
	uint64_t first = get32(c, p), second = get32(c, p + 4);

	return c->swapped ? second << 32 | first : first << 32 | second;
}

static uint32_t
padded(uint32_t n)
{
	return n + (-n & 3);
}

/* The rest of the block and its length once more. */
static int
end_block(struct cap_ng *c)
{
	uint8_t again[4];
	int e;

	if ((e = skip_block(c, c->left)) < 0 ||
	    (e = read_raw(c, again, sizeof(again))) < 0)
		return e;
	if (get32(c, again) != c->total)
		return fail(c, ERR_FORMAT, "block of %u octets that ends as "
		    "one of %u", (unsigned)c->total,
		    (unsigned)get32(c, again));
	return 0;
}

static int
check_total(struct cap_ng *c)
{
	if (c->total < BLOCK_MIN || c->total > BLOCK_MAX || c->total % 4 != 0)
		return fail(c, ERR_FORMAT, "block of %u octets",
		    (unsigned)c->total);
	c->left = c->total - BLOCK_MIN;
	return 0;
}

/* Section header: LENGTH cannot be read before its byte-order magic. */
static int
read_section(struct cap_ng *c, const uint8_t length[4])
{
	uint8_t b[16];
	int e;

	if ((e = read_raw(c, b, 4)) < 0)
		return e;
	switch (slice_be32(b)) {
	case 0x1a2b3c4d:
		c->swapped = false;
		break;
	case 0x4d3c2b1a:
		c->swapped = true;
		break;
	default:
		return fail(c, ERR_FORMAT, "section without byte-order magic");
	}
	c->total = get32(c, length);
	if ((e = check_total(c)) < 0)
		return e;
	if (c->left < sizeof(b))
		return fail(c, ERR_FORMAT, "section header of %u octets",
		    (unsigned)c->total);
	c->left -= 4;
	if ((e = read_block(c, b, 12)) < 0)
		return e;
	if (get16(c, b) != 1)
		return fail(c, ERR_FORMAT, "version %u of pcapng",
		    get16(c, b));
	c->n_iface = 0;
	return end_block(c);
}

static int
read_options(struct cap_ng *c, struct interface *i)
{
	uint8_t head[4], v[8];
	uint32_t code, len, want;
	int e;

	while (c->left >= sizeof(head)) {
		if ((e = read_block(c, head, sizeof(head))) < 0)
			return e;
		code = get16(c, head);
		len = get16(c, head + 2);
		if (code == OPT_END)
			break;
		want = (code == OPT_IF_TSRESOL && len == 1) ||
		    (code == OPT_IF_TSOFFSET && len == 8) ? padded(len) : 0;
		if ((e = read_block(c, v, want)) < 0 ||
		    (e = skip_block(c, padded(len) - want)) < 0)
			return e;
		if (want == 4)
			i->tsresol = v[0];
		else if (want == 8)
			i->offset_s = (int64_t)get64(c, v);
	}
	return 0;
}

static int
read_interface(struct cap_ng *c)
{
	struct interface i = { .tsresol = 6 }, *p;
	uint8_t b[8];
	size_t cap;
	int e;

	if (c->n_iface == INTERFACES_MAX)
		return fail(c, ERR_LIMIT, "more than %d interfaces",
		    INTERFACES_MAX);
	if ((e = read_block(c, b, sizeof(b))) < 0)
		return e;
	i.linktype = get16(c, b);
	i.snaplen = get32(c, b + 4);
	if ((e = read_options(c, &i)) < 0)
		return e;
	if (c->n_iface == c->cap_iface) {
		cap = c->cap_iface > 0 ? c->cap_iface * 2 : 8;
		if ((p = realloc(c->iface, cap * sizeof(*p))) == NULL)
			return fail(c, ERR_MEM, "no memory");
		c->iface = p;
		c->cap_iface = cap;
	}
	c->iface[c->n_iface++] = i;
	return end_block(c);
}

/* TICKS of 2^-EXP seconds: whole seconds, nanoseconds of the rest. */
static uint64_t
binary_time(uint64_t ticks, unsigned exp, uint64_t *ns)
{
	uint64_t s, frac;

	if (exp >= 64) {
		ticks = exp - 64 < 64 ? ticks >> (exp - 64) : 0;
		ticks >>= 1;
		exp = 63;
	}
	s = ticks >> exp;
	frac = ticks - (s << exp);
	if (exp > 34) {		/* 34 bits times a billion fit into 64 */
		frac >>= exp - 34;
		exp = 34;
	}
	*ns = frac * NS_PER_S >> exp;
	return s;
}

static uint64_t
decimal_time(uint64_t ticks, unsigned exp, uint64_t *ns)
{
	uint64_t per_s = 1;

	for (; exp > 9; exp--)
		ticks /= 10;
	for (unsigned i = 0; i < exp; i++)
		per_s *= 10;
	*ns = ticks % per_s * (NS_PER_S / per_s);
	return ticks / per_s;
}

/* Since 1970; times before it are 0, those beyond 2554 the last one. */
static uint64_t
time_of(const struct interface *i, uint64_t ticks)
{
	uint64_t s, ns, back = 0 - (uint64_t)i->offset_s;

	if (i->tsresol & 0x80)
		s = binary_time(ticks, i->tsresol & 0x7f, &ns);
	else
		s = decimal_time(ticks, i->tsresol, &ns);
	if (i->offset_s < 0 && s < back)
		return 0;
	if (i->offset_s > 0 && s > UINT64_MAX - (uint64_t)i->offset_s)
		return UINT64_MAX;
	s += (uint64_t)i->offset_s;
	if (s >= UINT64_MAX / NS_PER_S)
		return UINT64_MAX;
	return s * NS_PER_S + ns;
}

static const struct interface *
find_interface(struct cap_ng *c, uint32_t index)
{
	if (index < c->n_iface)
		return &c->iface[index];
	fail(c, ERR_FORMAT, "frame of interface %u of %u", (unsigned)index,
	    (unsigned)c->n_iface);
	return NULL;
}

static int
read_data(struct cap_ng *c, uint32_t len, struct cap_frame *out)
{
	int e;

	if (len > CAP_FRAME_MAX)
		return fail(c, ERR_FORMAT, "frame of %u octets",
		    (unsigned)len);
	if ((e = read_block(c, c->data, padded(len))) < 0 ||
	    (e = end_block(c)) < 0)
		return e;
	out->number = ++c->number;
	out->form = CAP_PCAPNG;
	out->data = slice_of(c->data, len);
	return 1;
}

/* Enhanced packet block, and the old packet block it came from. */
static int
read_packet(struct cap_ng *c, struct cap_frame *out)
{
	const struct interface *i;
	uint8_t b[20];
	int e;

	if ((e = read_block(c, b, sizeof(b))) < 0)
		return e;
	out->interface = c->type == BLOCK_EPB ? get32(c, b) : get16(c, b);
	if ((i = find_interface(c, out->interface)) == NULL)
		return ERR_FORMAT;
	out->time_ns = time_of(i, (uint64_t)get32(c, b + 4) << 32 |
	    get32(c, b + 8));
	out->linktype = i->linktype;
	out->wire_len = get32(c, b + 16);
	return read_data(c, get32(c, b + 12), out);
}

/* Simple packet block: of interface 0, without time or captured length. */
static int
read_simple(struct cap_ng *c, struct cap_frame *out)
{
	const struct interface *i;
	uint8_t b[4];
	uint32_t len;
	int e;

	if ((e = read_block(c, b, sizeof(b))) < 0)
		return e;
	if ((i = find_interface(c, 0)) == NULL)
		return ERR_FORMAT;
	out->interface = 0;
	out->time_ns = 0;
	out->linktype = i->linktype;
	out->wire_len = len = get32(c, b);
	if (i->snaplen != 0 && len > i->snaplen)
		len = i->snaplen;
	return read_data(c, len, out);
}

/* The head of the next block: 1, 0 at the end of the file, or an error. */
static int
begin_block(struct cap_ng *c)
{
	uint8_t b[8];
	size_t had = 0, got;
	int e;

	c->block_at = c->at;
	if (!c->begun) {
		memcpy(b, "\n\r\r\n", 4);
		c->at = had = 4;
		c->begun = true;
	}
	got = fread(b + had, 1, sizeof(b) - had, c->f);
	c->at += got;
	if (ferror(c->f))
		return fail(c, ERR_IO, "read error");
	if (had + got == 0)
		return 0;
	if (had + got < sizeof(b))
		return fail(c, ERR_MORE, "the file ends in the head of a "
		    "block");
	c->type = get32(c, b);
	c->total = get32(c, b + 4);
	if (c->type == BLOCK_SHB)
		e = read_section(c, b + 4);
	else
		e = check_total(c);
	return e < 0 ? e : 1;
}

int
cap_ng_next(struct cap_ng *c, struct cap_frame *out,
    char error[CAP_ERROR_TEXT])
{
	int e;

	c->error = error;
	for (;;) {
		if ((e = begin_block(c)) <= 0)
			return e;
		switch (c->type) {
		case BLOCK_EPB:
		case BLOCK_PB:
			return read_packet(c, out);
		case BLOCK_SPB:
			return read_simple(c, out);
		case BLOCK_SHB:
			break;
		case BLOCK_IDB:
			if ((e = read_interface(c)) < 0)
				return e;
			break;
		case BLOCK_JOURNAL:	/* Wireshark numbers these too */
		case BLOCK_SYSDIG:
		case BLOCK_CB:
		case BLOCK_CB_NOCOPY:
			c->number++;
			/* FALLTHROUGH */
		default:
			if ((e = end_block(c)) < 0)
				return e;
		}
	}
}
