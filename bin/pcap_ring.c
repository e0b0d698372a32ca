/* pcap_ring: the file that -w writes or, with --rotate, the files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "pcap_ring.h"
#include "tool.h"

#define NS_PER_S	1000000000U
#define FILES_MAX	99999
#define NAME_MORE	8		/* ".00001" */
#define RECORD_LEN	16		/* before each frame */

static struct {
	const char	*path;
	char		*name;		/* of the file at hand, if not PATH */
	FILE		*file;
	struct cap_out	*out;
	int		 linktype;
	bool		 linked;
	uint64_t	 max_octets, max_ns, max_files;	/* 0: none */
	uint64_t	 number;			/* of the file */
	uint64_t	 octets, first_ns;		/* of its frames */
} g;

static void	bad_rotate(const char *arg) __attribute__((noreturn));

static void
bad_rotate(const char *arg)
{
	tool_die(TOOL_USAGE, "--rotate %s: not a size (100k, 10M, 1G) or "
	    "seconds (60s), and with a comma a number of files (10M,5)", arg);
}

void
ring_rotate(const char *arg)
{
	struct slice s = slice_str(arg), limit;
	size_t comma = slice_chr(s, ',');
	uint64_t v;

	limit = slice_sub(s, 0, comma);
	if (limit.n < 2 || slice_decimal(slice_sub(limit, 0, limit.n - 1),
	    UINT32_MAX, &v) < 0 || v == 0)
		bad_rotate(arg);
	g.max_octets = g.max_ns = g.max_files = 0;
	switch (limit.p[limit.n - 1]) {
	case 's':
		g.max_ns = v * NS_PER_S;
		break;
	case 'G':
		v <<= 10;
		/* FALLTHROUGH */
	case 'M':
		v <<= 10;
		/* FALLTHROUGH */
	case 'k':
		g.max_octets = v << 10;
		break;
	default:
		bad_rotate(arg);
	}
	if (comma < s.n && (slice_decimal(slice_from(s, comma + 1), FILES_MAX,
	    &g.max_files) < 0 || g.max_files == 0))
		bad_rotate(arg);
}

bool
ring_rotates(void)
{
	return g.max_octets > 0 || g.max_ns > 0;
}

static int
flush(void)
{
	return g.out != NULL ? cap_out_flush(g.out) : 0;
}

static uint64_t
whole(uint64_t n)
{
	return g.out != NULL ? cap_out_whole(g.out, n) : 0;
}

static const char *
name_of(uint64_t number)
{
	if (!ring_rotates())
		return g.path;
	(void)snprintf(g.name, strlen(g.path) + NAME_MORE, "%s.%05llu", g.path,
	    (unsigned long long)number);
	return g.name;
}

static void
open_file(void)
{
	if (g.number == FILES_MAX)
		tool_die(TOOL_SYSTEM, "%s: more than %d files", g.path,
		    FILES_MAX);
	g.file = tool_write_open(name_of(++g.number));
	g.octets = g.first_ns = 0;
	if (g.linked && (g.out = cap_out_new(g.file, g.linktype)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

void
ring_open(const char *path)
{
	static const struct tool_gather gather = { flush, whole };

	g.path = path;
	if (ring_rotates() && (g.name = malloc(strlen(path) + NAME_MORE)) ==
	    NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	tool_write_gather(&gather);
	open_file();
}

void
ring_link(int linktype)
{
	g.linktype = linktype;
	g.linked = true;
	if ((g.out = cap_out_new(g.file, linktype)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

int
ring_frame(const struct cap_frame *f)
{
	int r = cap_out_frame(g.out, f);

	if (r == ERR_IO)
		tool_write_failed();
	if (r < 0)
		return r;
	g.octets += RECORD_LEN + f->data.n;
	if (g.first_ns == 0)
		g.first_ns = f->time_ns;
	return 0;
}

bool
ring_full(uint64_t now_ns)
{
	return (g.max_octets > 0 && g.octets >= g.max_octets) ||
	    (g.max_ns > 0 && g.first_ns > 0 && now_ns > g.first_ns &&
	    now_ns - g.first_ns >= g.max_ns);
}

static void
end_file(void)
{
	if (cap_out_flush(g.out) < 0)
		tool_write_failed();
	tool_write_end();
	cap_out_free(g.out);
	g.out = NULL;
}

void
ring_next(void)
{
	const char *old;

	end_file();
	if (g.max_files > 0 && g.number >= g.max_files) {
		old = name_of(g.number + 1 - g.max_files);
		if (unlink(old) < 0 && errno != ENOENT)
			tool_warn("%s: %s", old, strerror(errno));
	}
	open_file();
}

void
ring_close(int linktype)
{
	if (!g.linked)
		ring_link(linktype);
	end_file();
	free(g.name);
	g.name = NULL;
}
