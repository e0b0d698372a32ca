/* sa_import: other programs' security associations as records. */
#include "err.h"
#include "sa_tool.h"

static const char help[] =
"usage: ims-sa import [options] [file ...]\n"
"\n"
"The SAs of what 'ip xfrm state' shows (policies and counters may be among it),\n"
"or of Wireshark's esp_sa, as records with their keys. The first lines say which.\n"
"\n"
"Common options: ims-sa --help.\n";

static struct {
	struct buf	 out;
	uint64_t	 n;
} g;

static void
put(const struct sa *sa, void *arg)
{
	(void)arg;
	if (opt.common.count != 0 && g.n == opt.common.count)
		return;
	g.n++;
	rec_write_sa(&g.out, sa, true);
	tool_out(&g.out);
}

/* WHAT is a word of the input, but never a key. */
static void
bad_state(uint64_t line, int e, struct slice what, void *arg)
{
	char shown[SLICE_SHOW];

	(void)arg;
	tool_bad();
	tool_warn_kind("ip xfrm", "%s: line %llu: %s: %s", tool_file(),
	    (unsigned long long)line, slice_show(what, shown),
	    e == ERR_LIMIT ? "has no place in a record" : tool_reason(e));
}

static void
read_xfrm(struct slice text)
{
	const struct sa_xfrm_to to = { put, bad_state, NULL };
	int n = sa_xfrm_read(text, &to);

	if (n < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(n));
}

static void
read_uat(struct slice text)
{
	struct slice line;
	const char *what;
	struct sa sa;
	int e;

	for (unsigned long long n = 1; text.n > 0; n++) {
		line = slice_cut(&text, '\n');
		if ((e = sa_uat_parse(line, &sa, &what)) > 0)
			put(&sa, NULL);
		if (e < 0) {
			tool_bad();
			tool_warn_kind("esp_sa", "%s: line %llu: %s: %s",
			    tool_file(), n, what, e == ERR_MORE ?
			    "has fewer than 8 fields" : tool_reason(e));
		}
		crypt_wipe(&sa, sizeof(sa));
	}
}

/* Does a line of TEXT begin with START? */
static bool
has_line(struct slice text, const char *start)
{
	while (text.n > 0)
		if (slice_starts(slice_cut(&text, '\n'), start))
			return true;
	return false;
}

static void
whole(struct slice text)
{
	if (has_line(text, "src "))
		read_xfrm(text);
	else if (has_line(text, "\""))
		read_uat(text);
	else {
		tool_warn("%s: neither output of ip xfrm state nor esp_sa",
		    tool_file());
		tool_bad();
		return;
	}
	tool_more();
}

int
cmd_import(int argc, char **argv)
{
	tool_opt_read(&opt, argc, argv, help, NULL, 0);
	tool_out_open(&opt.common);
	tool_read_whole(argv + optind, argc - optind, whole);
	buf_wipe(&g.out);
	if (g.n == 0 && tool_status(TOOL_YES) == TOOL_YES)
		tool_warn("no security association in the input");
	return g.n > 0 ? TOOL_YES : TOOL_NO;
}
