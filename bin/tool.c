/* tool: what the tools share: diagnostics, exit status, inputs, outputs. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../lib/err.h"
#include "../lib/sip.h"
#include "tool.h"

#define IN_BUFFER	(256U << 10)
#define OUT_BUFFER	(64U << 10)
#define TEXT_MAX	(64U << 20)	/* octets of plain SIP text */

#define SAME		10	/* diagnostics of one kind said one by one */
#define KINDS		24

/* Diagnostics of one kind, counted. */
struct kind {
	char		 what[48];
	uint64_t	 n;
};

static struct {
	const char	*name;
	const char	*file;		/* being read */
	bool		 many, quiet, bad, failed, every;
	struct kind	 kind[KINDS];
	FILE		*out;
	const char	*out_path;
	char		*out_temp;
	bool		 line_buffered;
	bool		 progress;
	time_t		 shown;
} tool;

void
tool_init(char *name, char **argv)
{
	tool.name = name;
	argv[0] = name;		/* getopt's diagnostics begin with it */
	tool.progress = isatty(STDERR_FILENO) != 0;
	tool.shown = time(NULL);
	(void)signal(SIGPIPE, SIG_DFL);
}

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
tool_every(void)
{
	tool.every = true;
}

void
tool_more(void)
{
	for (struct kind *k = tool.kind; k < tool.kind + KINDS; k++)
		if (k->n > SAME && !tool.every)
			tool_warn("%s: %llu more: %s", tool.file,
			    (unsigned long long)(k->n - SAME), k->what);
	memset(tool.kind, 0, sizeof(tool.kind));
}

void
tool_damage(uint64_t frame, const char *layer, int what)
{
	char kind[64];

	tool_bad();
	(void)snprintf(kind, sizeof(kind), "%s: %s", layer, tool_reason(what));
	tool_warn_kind(kind, "%s: frame %llu: %s", tool.file,
	    (unsigned long long)frame, kind);
}

bool
tool_link_known(const struct cap_frame *f)
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
	tool_warn_kind(kind, "%s: frame %llu: %s", tool.file,
	    (unsigned long long)f->number, kind);
	return false;
}

void
tool_die(int status, const char *fmt, ...)
{
	va_list ap;

	tool.quiet = false;
	va_start(ap, fmt);
	warn(fmt, ap);
	va_end(ap);
	if (tool.out_temp != NULL)
		(void)unlink(tool.out_temp);
	exit(status);
}

void
tool_bad(void)
{
	tool.bad = true;
}

void
tool_quiet(void)
{
	tool.quiet = true;
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
	default:
		return err_name(e);
	}
}

/* Text a person asked for; a full disk shows here too. */
static void
say(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		tool_die(TOOL_SYSTEM, "standard output: %s", strerror(errno));
	exit(TOOL_YES);
}

void
tool_help(const char *text)
{
	say(text);
	abort();
}

void
tool_version(void)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "%s %s\n", tool.name, TOOL_VERSION);
	say(line);
	abort();
}

void
tool_usage(void)
{
	(void)fprintf(stderr, "%s: see '%s --help' or %s(1)\n", tool.name,
	    tool.name, tool.name);
	exit(TOOL_USAGE);
}

uint64_t
tool_count(const char *arg)
{
	uint64_t v;

	if (slice_decimal(slice_str(arg), UINT64_MAX, &v) < 0 || v == 0)
		tool_die(TOOL_USAGE, "'%s' is not a count", arg);
	return v;
}

static void
out_failed(void)
{
	tool_die(TOOL_SYSTEM, "%s: %s", tool.out_path != NULL ? tool.out_path :
	    "standard output", strerror(errno));
}

void
tool_out_open(const char *path, bool line_buffered)
{
	size_t n;
	int fd;

	tool.line_buffered = line_buffered;
	tool.out = stdout;
	if (path != NULL && strcmp(path, "-") != 0) {
		n = strlen(path) + sizeof(".XXXXXX");
		tool.out_path = path;
		if ((tool.out_temp = malloc(n)) == NULL)
			tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
		(void)snprintf(tool.out_temp, n, "%s.XXXXXX", path);
		if ((fd = mkstemp(tool.out_temp)) < 0) {
			free(tool.out_temp);
			tool.out_temp = NULL;
			out_failed();
		}
		if ((tool.out = fdopen(fd, "w")) == NULL)
			out_failed();
	}
	(void)setvbuf(tool.out, NULL, _IOFBF, OUT_BUFFER);
}

void
tool_out(struct buf *b)
{
	if (b->bad)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	if (fwrite(b->p, 1, b->n, tool.out) != b->n ||
	    (tool.line_buffered && fflush(tool.out) == EOF))
		out_failed();
	buf_reset(b);
}

void
tool_out_end(void)
{
	if (fflush(tool.out) == EOF || ferror(tool.out) ||
	    fclose(tool.out) == EOF)
		out_failed();
	if (tool.out_temp == NULL)
		return;
	if (rename(tool.out_temp, tool.out_path) < 0)
		out_failed();
	free(tool.out_temp);
	tool.out_temp = NULL;
}

const char *
tool_file(void)
{
	return tool.file;
}

bool
tool_many(void)
{
	return tool.many;
}

static void
progress(uint64_t frames)
{
	time_t now;

	if (!tool.progress || tool.quiet || frames % 65536 != 0 ||
	    (now = time(NULL)) - tool.shown < 2)
		return;
	tool.shown = now;
	(void)fprintf(stderr, "%s: %s: %llu frames\r", tool.name, tool.file,
	    (unsigned long long)frames);
}

/* Open PATH; "-" and NULL are standard input.  NULL: said why. */
static FILE *
in_open(const char *path)
{
	struct stat st;
	FILE *f;

	if (path == NULL || strcmp(path, "-") == 0) {
		tool.file = "-";
		return stdin;
	}
	tool.file = path;
	f = fopen(path, "rb");
	if (f != NULL && fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode)) {
		(void)fclose(f);
		f = NULL;
		errno = EISDIR;
	}
	if (f == NULL) {
		tool_warn("%s: %s", path, strerror(errno));
		tool.failed = true;
		return NULL;
	}
	(void)setvbuf(f, NULL, _IOFBF, IN_BUFFER);
	return f;
}

static void
read_failed(FILE *f)
{
	if (ferror(f))
		tool_die(TOOL_SYSTEM, "%s: %s", tool.file, strerror(errno));
}

/* Each line of F; the last may lack its newline. */
static void
read_lines(FILE *f, bool (*line)(struct slice, uint64_t, void *), void *arg)
{
	struct buf b;
	uint64_t number = 0;
	size_t start = 0, got, i;
	bool end = false, go = true, skip = false;

	buf_init(&b, 0);
	while (go && !(end && start == b.n)) {
		struct slice rest = slice_from(buf_slice(&b), start);

		i = slice_chr(rest, '\n');
		if (i == rest.n && !end) {
			uint8_t *to;

			if (rest.n > REC_LINE_MAX && !skip) {
				tool_warn("%s: line %llu: longer than %u "
				    "octets", tool.file,
				    (unsigned long long)number + 1,
				    REC_LINE_MAX);
				tool_bad();
				skip = true;
			}
			buf_drop(&b, skip ? b.n : start);
			start = 0;
			if ((to = buf_room(&b, IN_BUFFER)) == NULL)
				tool_die(TOOL_SYSTEM, "%s",
				    tool_reason(ERR_MEM));
			got = fread(to, 1, IN_BUFFER, f);
			b.n -= IN_BUFFER - got;
			end = got == 0;
			continue;
		}
		number++;
		start += i < rest.n ? i + 1 : rest.n;
		rest = slice_sub(rest, 0, i);
		if (!skip && slice_trim(rest).n > 0)
			go = line(rest, number, arg);
		skip = false;
	}
	read_failed(f);
	buf_wipe(&b);
}

/* All of F as plain SIP: one message, or several one after another. */
static void
read_text(FILE *f, const struct tool_reader *r)
{
	struct buf b;
	struct slice rest;
	uint8_t *to;
	size_t got;

	buf_init(&b, TEXT_MAX);
	do {
		if ((to = buf_room(&b, IN_BUFFER)) == NULL)
			tool_die(TOOL_BAD_INPUT, "%s: more than %u octets of "
			    "text", tool.file, TEXT_MAX);
		got = fread(to, 1, IN_BUFFER, f);
		b.n -= IN_BUFFER - got;
	} while (got > 0);
	read_failed(f);
	rest = buf_slice(&b);
	while (rest.n > 0) {
		int n;

		while (rest.n > 0 && (rest.p[0] == '\r' || rest.p[0] == '\n'))
			rest = slice_from(rest, 1);
		if (rest.n == 0)
			break;
		n = sip_frame(rest, NULL);
		/* Pasted text often lacks its end. */
		if (n == ERR_MORE && sip_begins(rest) == 1)
			n = (int)rest.n;
		if (n <= 0) {
			tool_warn("%s: byte %zu: no SIP start line", tool.file,
			    (size_t)(rest.p - b.p));
			tool_bad();
			n = (int)sip_find(rest, 1);
		} else if (!r->text(slice_sub(rest, 0, (size_t)n), r->arg))
			break;
		rest = slice_from(rest, (size_t)n);
	}
	buf_free(&b);
}

static void
read_capture(FILE *f, const struct tool_reader *r)
{
	char error[CAP_ERROR_TEXT];
	struct cap_frame frame;
	struct cap *c;
	int e;

	if ((c = cap_open(f, &e, error)) == NULL) {
		tool_warn("%s: %s", tool.file, error);
		tool_bad();
		return;
	}
	while ((e = cap_next(c, &frame)) > 0) {
		progress(frame.number);
		if (!r->frame(&frame, r->arg))
			break;
	}
	if (e == ERR_IO || e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s: %s", tool.file, cap_error(c));
	if (e < 0) {
		tool_warn("%s: %s", tool.file, cap_error(c));
		tool_bad();
	}
	cap_close(c);
}

/* What the first octets say F is. */
static void
read_one(FILE *f, const struct tool_reader *r)
{
	uint8_t first[4];
	size_t n;
	int c;

	n = fread(first, 1, sizeof(first), f);
	read_failed(f);
	for (size_t i = n; i > 0; i--)
		if (ungetc(first[i - 1], f) == EOF)
			tool_die(TOOL_SYSTEM, "%s: cannot look ahead",
			    tool.file);
	if (n == 0) {
		tool_warn("%s: empty", tool.file);
		tool_bad();
		return;
	}
	if (cap_detect(slice_of(first, n)) != CAP_NONE) {
		read_capture(f, r);
		return;
	}
	while ((c = getc(f)) == ' ' || c == '\t' || c == '\r' || c == '\n')
		;
	if (c != EOF)
		(void)ungetc(c, f);
	if (c == '{')
		read_lines(f, r->line, r->arg);
	else if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		read_text(f, r);
	else {
		tool_warn("%s: neither a capture (pcap, pcapng), nor records, "
		    "nor SIP", tool.file);
		tool_bad();
	}
}

void
tool_read(char *const *argv, int n, const struct tool_reader *r)
{
	tool.many = n > 1;
	for (int i = 0; i < (n > 0 ? n : 1); i++) {
		FILE *f = in_open(n > 0 ? argv[i] : NULL);

		if (f == NULL)
			continue;
		read_one(f, r);
		r->end(r->arg);
		if (f != stdin)
			(void)fclose(f);
	}
}

static bool
key_line(struct slice line, uint64_t number, void *arg)
{
	struct sa_db *db = arg;
	char error[REC_ERROR_TEXT] = "";
	struct rec rec;
	int r = rec_read(&rec, line, error);

	if (r == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	if (r >= 0 && rec.type == REC_SUBSCRIBER && rec.subscriber.has_key)
		r = sa_db_subscriber(db, slice_str(rec.subscriber.impi),
		    &rec.subscriber.key);
	else if (r >= 0 && rec.type == REC_VECTOR && rec.vector.has_keys)
		r = sa_db_vector(db, rec.vector.rand, rec.vector.ck,
		    rec.vector.ik, 0);
	else if (r >= 0 && rec.type == REC_SA)
		r = sa_db_add(db, &rec.sa);
	if (r < 0) {
		tool_warn("%s: line %llu: %s", tool.file,
		    (unsigned long long)number,
		    error[0] != '\0' ? error : tool_reason(r));
		tool_bad();
	}
	rec_done(&rec);
	return true;
}

void
tool_keys(struct sa_db *db, const char *path)
{
	FILE *f = in_open(path);

	if (f == NULL)
		exit(TOOL_SYSTEM);
	read_lines(f, key_line, db);
	if (f != stdin)
		(void)fclose(f);
}
