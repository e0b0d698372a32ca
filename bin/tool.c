/* tool: what the tools share: diagnostics, exit status, options, output. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "tool.h"

#define SAME		10	/* diagnostics of one kind said one by one */
#define KINDS		24

/* Diagnostics of one kind, counted. */
struct kind {
	char		 what[48];
	uint64_t	 n;
};

static struct {
	const char	*name;
	bool		 quiet, bad, failed, every;
	struct kind	 kind[KINDS];
	uint64_t	 no_sa, no_key;		/* ESP packets closed */
	uint32_t	 no_sa_spi, no_key_spi;	/* of the first */
	char		 no_key_of[SLICE_SHOW];
} tool;

void
tool_init(const char *name)
{
	tool.name = name;
	(void)signal(SIGPIPE, SIG_DFL);
}

const char *
tool_name(void)
{
	return tool.name;
}

static void	warn(const char *fmt, va_list ap)
		    __attribute__((format(printf, 1, 0)));

static void
warn(const char *fmt, va_list ap)
{
	if (tool.quiet)
		return;
	(void)fprintf(stderr, "%s: ", tool.name);
	(void)vfprintf(stderr, fmt, ap);
	(void)fputc('\n', stderr);
}

void
tool_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	warn(fmt, ap);
	va_end(ap);
}

void
tool_warn_kind(const char *kind, const char *fmt, ...)
{
	struct kind *k = tool.kind;
	va_list ap;

	while (k < tool.kind + KINDS - 1 && k->n > 0 &&
	    strncmp(k->what, kind, sizeof(k->what) - 1) != 0)
		k++;
	if (k->n++ == 0)
		(void)snprintf(k->what, sizeof(k->what), "%s", kind);
	if (k->n > SAME && !tool.every)
		return;
	va_start(ap, fmt);
	warn(fmt, ap);
	va_end(ap);
}

void
tool_more(void)
{
	for (struct kind *k = tool.kind; k < tool.kind + KINDS; k++)
		if (k->n > SAME && !tool.every)
			tool_warn("%s: %llu more: %s", tool_file(),
			    (unsigned long long)(k->n - SAME), k->what);
	memset(tool.kind, 0, sizeof(tool.kind));
	if (tool.no_key > 0)
		tool_warn("%s: %llu ESP packets stay closed, the first with "
		    "spi 0x%08x: the key%s%s is not known; -k takes it, in a "
		    "subscriber or vector record", tool_file(),
		    (unsigned long long)tool.no_key,
		    (unsigned)tool.no_key_spi,
		    tool.no_key_of[0] != '\0' ? " of " : "", tool.no_key_of);
	if (tool.no_sa > 0)
		tool_warn("%s: %llu ESP packets stay closed, the first with "
		    "spi 0x%08x: no security association; its registration "
		    "was not seen, -k takes sa records", tool_file(),
		    (unsigned long long)tool.no_sa, (unsigned)tool.no_sa_spi);
	tool.no_key = tool.no_sa = 0;
}

void
tool_closed(const struct flow_esp *e, bool icv_is_bad_input)
{
	char what[SLICE_SHOW];

	if (e->reason == ERR_NOSA && tool.no_sa++ == 0)
		tool.no_sa_spi = e->spi;
	if (e->reason == ERR_NOKEY && tool.no_key++ == 0) {
		tool.no_key_spi = e->spi;
		(void)snprintf(tool.no_key_of, sizeof(tool.no_key_of), "%s",
		    slice_show(e->impi, what));
	}
	if (e->reason == ERR_NOSA || e->reason == ERR_NOKEY ||
	    e->reason == ERR_REPLAY ||
	    (e->reason == ERR_AUTH && !icv_is_bad_input))
		return;
	tool_bad_for(e->reason);
	(void)snprintf(what, sizeof(what), "esp: %s", tool_reason(e->reason));
	tool_warn_kind(what, "%s: frame %llu: esp: spi 0x%08x: %s",
	    tool_file(), (unsigned long long)e->where.frame, (unsigned)e->spi,
	    tool_reason(e->reason));
}

void
tool_news(enum sa_news what, struct slice impi)
{
	char shown[SLICE_SHOW];

	if (what == SA_NEWS_WRONG_K)
		tool_warn_kind("key does not fit", "%s: the key given for %s "
		    "does not fit its challenge: the MAC in AUTN is another",
		    tool_file(), slice_show(impi, shown));
	if (what == SA_NEWS_NO_CHOICE)
		tool_warn_kind("no algorithms in common", "%s: %s and its "
		    "P-CSCF have no algorithms in common", tool_file(),
		    slice_show(impi, shown));
}

void
tool_damage(uint64_t frame, const char *layer, int what, void *arg)
{
	char kind[64];

	(void)arg;
	tool_bad();
	(void)snprintf(kind, sizeof(kind), "%s: %s", layer, tool_reason(what));
	tool_warn_kind(kind, "%s: frame %llu: %s", tool_file(),
	    (unsigned long long)frame, kind);
}

static bool
link_known(const struct cap_frame *f)
{
	const char *name = cap_linktype_name(f->linktype);
	char kind[64];

	if (pkt_link_known(f->linktype))
		return true;
	tool_bad();
	(void)snprintf(kind, sizeof(kind), "link type %d (%s) is not known",
	    f->linktype, name != NULL ? name : "no name");
	for (size_t i = 0; i < KINDS; i++)
		if (strncmp(tool.kind[i].what, kind,
		    sizeof(tool.kind[i].what) - 1) == 0)
			return false;
	tool_warn_kind(kind, "%s: frame %llu: %s", tool_file(),
	    (unsigned long long)f->number, kind);
	return false;
}

int
tool_frame(struct flow *flow, const struct cap_frame *f)
{
	uint64_t number = f->number;
	size_t n;
	const struct slice *files = tool_files(&n);

	if (tool_many()) {
		flow_files(flow, files, n);
		number |= (uint64_t)tool_file_index() << FLOW_FILE_SHIFT;
	}
	if (link_known(f))
		return flow_frame(flow, f->linktype, f->interface, number,
		    f->time_ns, f->data, f->wire_len);
	flow_unread(flow, number);
	return 0;
}

int
tool_text(struct flow *flow, struct slice message)
{
	return flow_text(flow, tool_many() ? slice_str(tool_file()) :
	    slice_of(NULL, 0), message);
}

void
tool_die(int status, const char *fmt, ...)
{
	va_list ap;

	tool.quiet = false;
	va_start(ap, fmt);
	warn(fmt, ap);
	va_end(ap);
	tool_out_abandon();
	exit(status);
}

void
tool_bad(void)
{
	tool.bad = true;
}

void
tool_bad_for(int e)
{
	if (e == ERR_CRYPT || e == ERR_MEM)
		tool_failed();
	else
		tool_bad();
}

void
tool_failed(void)
{
	tool.failed = true;
}

int
tool_status(int answer)
{
	return tool.failed ? TOOL_SYSTEM : tool.bad ? TOOL_BAD_INPUT : answer;
}

const char *
tool_reason(int e)
{
	switch (e) {
	case ERR_MORE:
		return "ends too early";
	case ERR_FORMAT:
		return "is malformed";
	case ERR_LIMIT:
		return "is beyond a limit";
	case ERR_RANGE:
		return "has a number out of range";
	case ERR_ALG:
		return "is of a type that is not known";
	case ERR_NOSA:
		return "no security association is known";
	case ERR_NOKEY:
		return "its key is not known";
	case ERR_AUTH:
		return "icv does not match";
	case ERR_REPLAY:
		return "sequence number was used before or is too old";
	case ERR_MEM:
		return "out of memory";
	case ERR_CRYPT:
		return "the crypto library refuses, or is out of memory";
	default:
		return err_name(e);
	}
}

/* Text a person asked for; a full disk shows here too. */
static void	say(const char *text) __attribute__((noreturn));

static void
say(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		tool_die(TOOL_SYSTEM, "standard output: %s", strerror(errno));
	exit(TOOL_YES);
}

static void	version(void) __attribute__((noreturn));

static void
version(void)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "%s %s\n", tool.name, TOOL_VERSION);
	say(line);
}

void
tool_common(struct tool_common *t, int c, struct sa_db *db, const char *help)
{
	switch (c) {
	case 'h':
		say(help);
	case 'k':
		tool_keys(db, optarg);
		break;
	case 'l':
		t->line_buffered = true;
		break;
	case 'n':
		if (slice_decimal(slice_str(optarg), UINT64_MAX, &t->count) <
		    0 || t->count == 0)
			tool_die(TOOL_USAGE, "-n %s: not a count", optarg);
		break;
	case 'o':
		t->output = optarg;
		break;
	case 'q':
		tool.quiet = true;
		break;
	case 'V':
		version();
	case 'v':
		tool.every = true;
		break;
	}
}
