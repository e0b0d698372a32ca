/* sa_export: security associations in the forms of other programs. */
#include <string.h>

#include "err.h"
#include "sa_tool.h"

static const char help[] =
"usage: ims-sa export [options] [file ...]\n"
"\n"
"The SAs of the files or of standard input, with their keys: of records, or of\n"
"signalling that makes them known. Of several with the same addresses and SPI\n"
"the last counts.\n"
"\n"
"  -f NAME               json: records, the default\n"
"                        wireshark: lines of its table esp_sa\n"
"                        xfrm: commands of ip-xfrm(8), for sh\n"
"  --as WHO              xfrm, policies too: the host that they are for: ue,\n"
"                        p-cscf, or an address\n"
"  --remove              xfrm: the commands that take all of it away again\n"
"  -k FILE               subscribers and vectors, for signalling\n"
"\n"
"Exit 1: an SA has no key, or Wireshark has no name for its algorithms.\n"
"Common options: ims-sa --help.\n";

enum { JSON, WIRESHARK, XFRM };

static struct {
	int		 format;
	const char	*as;
	struct pkt_addr	 host;
	bool		 remove;
	bool		 failed;
	struct buf	 out;
} g;

/* "in" or "out", for the host of --as; NULL: neither, or none is asked. */
static const char *
direction(const struct sa *sa)
{
	bool up = sa->role == SA_UC_PS || sa->role == SA_US_PC;

	if (g.as == NULL)
		return NULL;
	if (g.host.family != 0) {
		if (pkt_addr_eq(&g.host, &sa->src) ||
		    pkt_addr_eq(&g.host, &sa->outer_src))
			return "out";
		return pkt_addr_eq(&g.host, &sa->dst) ||
		    pkt_addr_eq(&g.host, &sa->outer_dst) ? "in" : NULL;
	}
	if (sa->role < 0)
		return NULL;
	return up == (strcmp(g.as, "ue") == 0) ? "out" : "in";
}

/* Whose SA it is, as a comment that no name can break out of. */
static void
comment(const struct sa *sa)
{
	char impi[SLICE_SHOW];

	buf_printf(&g.out, "# spi 0x%08x", (unsigned)sa->spi);
	if (sa->role >= 0)
		buf_printf(&g.out, " %s", sa_role_name((enum sa_role)sa->role));
	if (sa->impi[0] != '\0')
		buf_printf(&g.out, " of %s",
		    slice_show(slice_str(sa->impi), impi));
}

static void
fail(const struct sa *sa, const char *why)
{
	g.failed = true;
	tool_warn_kind(why, "spi 0x%08x: %s", (unsigned)sa->spi, why);
	if (g.format == WIRESHARK) {
		comment(sa);
		buf_printf(&g.out, ": %s\n", why);
	}
}

static int
put_xfrm(const struct sa *sa)
{
	const char *dir = direction(sa);
	int e;

	comment(sa);
	buf_u8(&g.out, '\n');
	if ((e = sa_xfrm_write(&g.out, sa, dir, g.remove)) >= 0 &&
	    g.as != NULL && dir == NULL)
		fail(sa, "no policy: which end the host of --as is cannot be "
		    "told");
	return e;
}

static void
put(const struct sa *sa)
{
	int e = 0;

	if (g.format == XFRM)
		e = put_xfrm(sa);
	else if (g.format == WIRESHARK)
		e = sa_uat_write(&g.out, sa);
	else
		rec_write_sa(&g.out, sa, true);
	if (e == ERR_NOKEY)
		fail(sa, "its key is not known; -k takes the subscriber's");
	else if (e == ERR_ALG)
		fail(sa, sa->key.esn ?
		    "Wireshark has no extended sequence numbers" :
		    "Wireshark has no name for aes-gmac");
	else if (e < 0)
		fail(sa, "no addresses");
	tool_out(&g.out);
}

static void
on_sip(const struct flow_sip *m, const char *at)
{
	(void)m;
	(void)at;
}

/* ESP is looked into only for what it says of later SAs. */
static void
on_esp(const struct flow_esp *e, const char *at)
{
	(void)e;
	(void)at;
}

static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	(void)arg;
	tool_news(what, impi);
	for (size_t i = 0; what == SA_NEWS_SET && i < n; i++)
		sas_keep(&sa[i]);
}

static bool
on_record(struct rec *r, const char *at)
{
	(void)at;
	if (r->type == REC_SA)
		sas_keep(&r->sa);
	return true;
}

static void
parse(int argc, char **argv)
{
	static const char *const formats[] = { "json", "wireshark", "xfrm" };
	static const struct opt_own own[] = {
		{ "as", OPT_TEXT, &g.as, 0, 0 },
		{ "remove", OPT_FLAG, &g.remove, 0, 0 },
	};

	tool_opt_read(&opt, argc, argv, help, own, OPT_N(own));
	if (opt.format != NULL)
		g.format = tool_opt_word("-f", opt.format, formats, 3);
	if (g.format != XFRM && (g.as != NULL || g.remove))
		tool_die(TOOL_USAGE, "--as and --remove are for -f xfrm");
	if (g.as != NULL && strcmp(g.as, "ue") != 0 &&
	    strcmp(g.as, "p-cscf") != 0 &&
	    pkt_addr_parse(&g.host, slice_str(g.as)) < 0)
		tool_die(TOOL_USAGE, "--as %s: not ue, p-cscf or an address",
		    g.as);
}

int
cmd_export(int argc, char **argv)
{
	struct tool_messages to = {
		.sip = on_sip, .esp = on_esp, .record = on_record,
		.news = on_news,
	};
	uint64_t n = 0;

	parse(argc, argv);
	tool_out_open(&opt.common);
	to.db = keys_db();
	keys_load(to.db, NULL, NULL);
	tool_messages(argv + optind, argc - optind, &to);
	for (const struct sa *sa = sas_next(NULL); sa != NULL &&
	    (opt.common.count == 0 || n < opt.common.count); n++) {
		put(sa);
		sa = sas_next(sa);
	}
	if (n == 0 && tool_status(TOOL_YES) == TOOL_YES)
		tool_warn("no security association in the input");
	sas_free();
	sa_db_free(to.db);
	buf_wipe(&g.out);
	return n > 0 && !g.failed ? TOOL_YES : TOOL_NO;
}
