/* tool_input: a file that is read, packed or not. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypt.h"
#include "err.h"
#include "tool_input.h"
#include "tool_live.h"

#define INPUT_ROOM	(32U << 10)

static bool follow;		/* files that grow */

size_t
input_look(FILE *f, const char *name, uint8_t first[INPUT_FIRST])
{
	size_t n = fread(first, 1, INPUT_FIRST, f);

	if (ferror(f))
		tool_die(TOOL_SYSTEM, "%s: %s", name, strerror(errno));
	for (size_t i = n; i > 0; i--)
		if (ungetc(first[i - 1], f) == EOF)
			tool_die(TOOL_SYSTEM, "%s: cannot look ahead", name);
	return n;
}

void
tool_follow(void)
{
	follow = true;
}

static bool
is(int fd, mode_t format)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == format;
}

/* FD as a FILE: with a wait, unless it is a file that is there. */
static FILE *
file_of(int fd, const char *path)
{
	FILE *f = is(fd, S_IFREG) && !follow && fd != STDIN_FILENO ?
	    fdopen(fd, "rb") : tool_source(fd, path, follow);

	if (f == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	return f;
}

static FILE *
open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && is(fd, S_IFDIR)) {
		(void)close(fd);
		fd = -1;
		errno = EISDIR;
	}
	return fd < 0 ? NULL : file_of(fd, path);
}

static void
unpack(struct input *s)
{
	uint8_t first[INPUT_FIRST];
	struct slice head = slice_of(first, input_look(s->file, s->name,
	    first));

	s->f = s->file;
	if (!cap_unpack_detect(head))
		return;
	if ((s->unpack = cap_unpack_new(s->file, head)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	s->f = cap_unpack_file(s->unpack);
}

bool
input_open(struct input *s, const char *path)
{
	memset(s, 0, sizeof(*s));
	if (path == NULL || strcmp(path, "-") == 0) {
		s->name = "-";
		s->file = file_of(STDIN_FILENO, NULL);
	} else {
		s->name = path;
		s->file = open_file(path);
	}
	if (s->file == NULL) {
		tool_warn("%s: %s", path, strerror(errno));
		tool_failed();
		return false;
	}
	/* Sources have room of their own; without memory 4 KiB do. */
	if (input_lasts(s) && (s->room = malloc(INPUT_ROOM)) != NULL)
		(void)setvbuf(s->file, s->room, _IOFBF, INPUT_ROOM);
	unpack(s);
	return true;
}

bool
input_lasts(const struct input *s)
{
	struct stat st;

	return fstat(fileno(s->file), &st) == 0 &&
	    S_ISREG(st.st_mode);
}

bool
input_failed(const struct input *s)
{
	return s->unpack != NULL && cap_unpack_error(s->unpack) != NULL;
}

void
input_close(struct input *s)
{
	if (input_failed(s)) {
		tool_warn("%s: %s", s->name, cap_unpack_error(s->unpack));
		tool_bad();
	}
	cap_unpack_free(s->unpack);
	if (s->file != NULL)
		(void)fclose(s->file);
	if (s->room != NULL)
		crypt_wipe(s->room, INPUT_ROOM);
	free(s->room);
	memset(s, 0, sizeof(*s));
}
