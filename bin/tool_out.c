/* tool_out: outputs that are whole or not there. */
#include <errno.h>
#include <fcntl.h>
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
static bool line_buffered;

static void	failed(const struct out *o) __attribute__((noreturn));

static void
failed(const struct out *o)
{
	tool_die(TOOL_SYSTEM, "%s: %s", o->path != NULL ? o->path :
	    "standard output", strerror(errno));
}

static void
abandon(const struct out *o)
{
	if (o->temp != NULL)
		(void)unlink(o->temp);
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
	fd = open(o->temp, O_WRONLY | O_CREAT | O_EXCL, 0600);
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

	o->f = NULL;
	if (fflush(f) == EOF || ferror(f) || fclose(f) == EOF)
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
	line_buffered = t->line_buffered;
	open_out(&records, t->output);
	(void)setvbuf(records.f, NULL, _IOFBF, OUT_BUFFER);
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
tool_write_failed(void)
{
	failed(&other);
}

void
tool_write_end(void)
{
	end(&other);
}
