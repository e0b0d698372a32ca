/* tool_out: outputs that are whole or not there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "tool.h"

#define OUT_BUFFER	(64U << 10)

struct out {
	FILE		*f;
	const char	*path;		/* NULL: standard output */
	char		*temp;		/* NULL: written to as it is */
};

static struct out records, other;
static const struct tool_gather *gather;	/* for OTHER */
static bool line_buffered, keep;

static void	failed(const struct out *o) __attribute__((noreturn));

static void
failed(const struct out *o)
{
	tool_die(TOOL_SYSTEM, "%s: %s", o->path != NULL ? o->path :
	    "standard output", strerror(errno));
}

/* Of the N octets of FD, those up to the end of its last line. */
static uint64_t
whole_lines(int fd, uint64_t n)
{
	char part[4096];
	ssize_t got;

	while (n > 0) {
		uint64_t from = n > sizeof(part) ? n - sizeof(part) : 0;

		got = pread(fd, part, (size_t)(n - from), (off_t)from);
		if (got != (ssize_t)(n - from))
			return 0;
		while (n > from && part[n - from - 1] != '\n')
			n--;
		if (n > from)
			break;
	}
	return n;
}

/* As much as can be; true if that is something, and where it belongs. */
static bool
salvage(struct out *o)
{
	bool gathered = o == &other && gather != NULL;
	int fd = fileno(o->f);
	struct stat st;
	uint64_t n;

	if (gathered)
		(void)gather->flush();
	(void)fflush(o->f);
	__fpurge(o->f);		/* or exit(3) writes it behind the end */
	if (fstat(fd, &st) < 0)
		return false;
	n = (uint64_t)st.st_size;
	n = gathered ? gather->whole(n) : whole_lines(fd, n);
	return n > 0 && ftruncate(fd, (off_t)n) == 0 &&
	    rename(o->temp, o->path) == 0;
}

static void
abandon(struct out *o)
{
	if (o->temp == NULL)
		return;
	if (!keep || o->f == NULL || !salvage(o))
		(void)unlink(o->temp);
	free(o->temp);
	o->temp = NULL;
}

void
tool_out_keep(void)
{
	keep = true;
}

void
tool_out_abandon(void)
{
	abandon(&records);
	abandon(&other);
}

/* A file of our own beside the path, with secrets perhaps. */
static void
open_temp(struct out *o)
{
	size_t n = strlen(o->path) + 32;
	int fd;

	if ((o->temp = malloc(n)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	(void)snprintf(o->temp, n, "%s.%ld.tmp", o->path, (long)getpid());
	fd = open(o->temp, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0) {
		free(o->temp);
		o->temp = NULL;
		failed(o);
	}
	if ((o->f = fdopen(fd, "w")) == NULL)
		failed(o);
}

static void
open_out(struct out *o, const char *path)
{
	struct stat st;

	o->f = stdout;
	if (path == NULL || strcmp(path, "-") == 0)
		return;
	o->path = path;
	if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
		open_temp(o);
	/* A device or a pipe is written to, not replaced. */
	else if ((o->f = fopen(path, "w")) == NULL)
		failed(o);
}

static void
end(struct out *o)
{
	FILE *f = o->f;

	if (fflush(f) == EOF || ferror(f))
		failed(o);
	o->f = NULL;
	if (fclose(f) == EOF)
		failed(o);
	if (o->temp == NULL)
		return;
	if (rename(o->temp, o->path) < 0)
		failed(o);
	free(o->temp);
	o->temp = NULL;
}

void
tool_out_open(const struct tool_common *t)
{
	static char room[OUT_BUFFER];

	line_buffered = t->line_buffered;
	open_out(&records, t->output);
	/* Without room of ours the size is not heeded. */
	(void)setvbuf(records.f, room, _IOFBF, sizeof(room));
}

void
tool_out(struct buf *b)
{
	if (b->bad)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	if (b->n == 0)
		return;
	if (fwrite(b->p, 1, b->n, records.f) != b->n ||
	    (line_buffered && fflush(records.f) == EOF))
		failed(&records);
	buf_reset(b);
}

void
tool_out_flush(void)
{
	if (records.f != NULL && fflush(records.f) == EOF)
		failed(&records);
	if (other.f != NULL && gather != NULL && gather->flush() < 0)
		failed(&other);
}

void
tool_out_end(void)
{
	end(&records);
}

FILE *
tool_write_open(const char *path)
{
	open_out(&other, path);
	return other.f;
}

void
tool_write_gather(const struct tool_gather *g)
{
	gather = g;
}

void
tool_write_failed(void)
{
	failed(&other);
}

void
tool_write_end(void)
{
	end(&other);
}
