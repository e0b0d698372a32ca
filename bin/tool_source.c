/* tool_source: inputs that somebody else may still be writing. */
#define _GNU_SOURCE		/* fopencookie */

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool_live.h"

#define ROOM		(64U << 10)
#define GROWS_MS	100		/* between looks at a file */
#define QUIET_MS	250		/* of a pipe whose writer is ended, too, */
#define PIPE_NS		1000000000	/* or is not */

struct source {
	int		 fd;
	const char	*path;
	bool		 follow;
	bool		 regular;	/* a file, not a pipe */
	uint64_t	 at;		/* octets read */
	uint64_t	 last;		/* where it ended when we were asked to */
	bool		 ending;
	char		 room[ROOM];
};

/* The file has no more at present: will there be? */
static bool
grows(const struct source *s)
{
	struct stat st, there;

	if (fstat(s->fd, &st) < 0)
		return false;
	if ((uint64_t)st.st_size < s->at) {
		tool_warn("%s: is shorter than what was read of it: it was "
		    "written anew", tool_file());
		tool_bad();
		return false;
	}
	if (s->path != NULL && (stat(s->path, &there) < 0 ||
	    there.st_ino != st.st_ino || there.st_dev != st.st_dev)) {
		tool_warn("%s: is no longer the file that was opened",
		    tool_file());
		tool_bad();
		return false;
	}
	return true;
}

/* How much of WANT is still to be read once the run was asked to end. */
static size_t
allowed(struct source *s, size_t want)
{
	struct stat st;

	if (!s->ending) {
		s->ending = true;
		s->last = fstat(s->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	}
	if (tool_stops() > 1)
		return 0;
	if (!s->regular)
		return tool_stop_age_ns() < PIPE_NS ? want : 0;
	if (s->last <= s->at)
		return 0;
	return want < s->last - s->at ? want : (size_t)(s->last - s->at);
}

/* A file: there is something, or its end, at once. */
static ssize_t
read_file(struct source *s, char *to, size_t want)
{
	ssize_t got;

	for (;;) {
		if (tool_stops() > 0 && (want = allowed(s, want)) == 0)
			return 0;
		got = read(s->fd, to, want);
		if (got > 0)
			s->at += (size_t)got;
		if (got != 0 || tool_stops() > 0 || !grows(s))
			return got;
		(void)tool_wait(-1, GROWS_MS);
	}
}

/* A pipe, a terminal: until who writes it goes, too. */
static ssize_t
read_pipe(struct source *s, char *to, size_t want)
{
	ssize_t got;
	bool ending;

	for (;;) {
		ending = tool_stops() > 0;
		if (ending && allowed(s, want) == 0)
			return 0;
		if (!tool_wait(s->fd, ending ? QUIET_MS : -1)) {
			if (ending && tool_stops() > 0)
				return 0;
			continue;
		}
		got = read(s->fd, to, want);
		if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			return got;
	}
}

static ssize_t
source_read(void *arg, char *to, size_t want)
{
	struct source *s = arg;

	return s->regular && s->follow ? read_file(s, to, want) :
	    read_pipe(s, to, want);
}

static int
source_close(void *arg)
{
	struct source *s = arg;
	int r = s->fd == STDIN_FILENO ? 0 : close(s->fd);

	free(s);
	return r;
}

FILE *
tool_source(int fd, const char *path, bool follow)
{
	static const cookie_io_functions_t io = {
		.read = source_read, .close = source_close,
	};
	struct source *s = calloc(1, sizeof(*s));
	struct stat st;
	FILE *f;

	if (s == NULL)
		return NULL;
	s->fd = fd;
	s->path = path;
	s->follow = follow;
	s->regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if ((f = fopencookie(s, "rb", io)) == NULL) {
		free(s);
		return NULL;
	}
	(void)setvbuf(f, s->room, _IOFBF, sizeof(s->room));
	return f;
}
