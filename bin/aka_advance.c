/* aka_advance: the SQN of a run is on disk before its first vector is out. */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aka_tool.h"
#include "err.h"

#define FILE_MAX	(1U << 30)

static void	failed(const char *path) __attribute__((noreturn));

static void
failed(const char *path)
{
	tool_die(TOOL_SYSTEM, "%s: %s", path, strerror(errno));
}

/*
 * The file, locked; the lock goes with the process, however it ends.  Another
 * run may have put a new file in its place while this one waited.
 */
static int
lock(const char *path)
{
	struct stat mine, there;
	int fd;

	for (;;) {
		if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
			failed(path);
		while (flock(fd, LOCK_EX) < 0)
			if (errno != EINTR)
				failed(path);
		if (fstat(fd, &mine) < 0)
			failed(path);
		if (!S_ISREG(mine.st_mode))
			tool_die(TOOL_USAGE, "--advance: %s is not a file",
			    path);
		if (stat(path, &there) == 0 && there.st_ino == mine.st_ino &&
		    there.st_dev == mine.st_dev)
			return fd;
		(void)close(fd);
	}
}

static void
read_all(int fd, const char *path, struct buf *b)
{
	uint8_t *to;
	ssize_t n;

	buf_init(b, FILE_MAX);
	do {
		if ((to = buf_room(b, 65536)) == NULL)
			tool_die(TOOL_SYSTEM, "%s: %s", path,
			    tool_reason(ERR_MEM));
		while ((n = read(fd, to, 65536)) < 0)
			if (errno != EINTR)
				failed(path);
		b->n -= 65536 - (size_t)n;
	} while (n > 0);
}

/* The SQN of the last vector that this run makes of S. */
static uint64_t
last_sqn(const struct sub *s)
{
	uint64_t n = opt.common.count > 0 ? opt.common.count : 1;
	uint64_t sqn, next;

	if (!sub_first_sqn(s, &sqn))
		return s->sqn;
	for (next = sqn; n > 1 && sub_next_sqn(s, &next); n--)
		sqn = next;
	return sqn;
}

/* The lines of WAS, those of the subscribers from S on with their new SQN. */
static void
rewrite(struct slice was, const struct sub *s, struct buf *b)
{
	struct slice rest = was, line;
	char sqn[2 * AKA_SQN + 1];
	uint64_t number = 1;

	for (; rest.n > 0; number++) {
		line = slice_cut(&rest, '\n');
		if (s != NULL && s->line == number) {
			(void)snprintf(sqn, sizeof(sqn), "%012llx",
			    (unsigned long long)last_sqn(s));
			if (s->has_key && sub_chosen(s))
				rec_line_set(b, line, "sqn", NULL,
				    slice_str(sqn));
			else
				buf_put(b, line);
			s = s->next;
		} else
			buf_put(b, line);
		if (line.p + line.n < was.p + was.n)
			buf_u8(b, '\n');
	}
}

static int
write_all(int fd, struct slice s)
{
	ssize_t n;

	while (s.n > 0) {
		if ((n = write(fd, s.p, s.n)) > 0)
			s = slice_from(s, (size_t)n);
		else if (n < 0 && errno != EINTR)
			return -1;
	}
	return 0;
}

/* S in the place of PATH, on disk when this returns. */
static void
replace(int was, const char *path, struct slice s)
{
	char temp[PATH_MAX + 8], dir[PATH_MAX];
	struct stat st;
	int fd;

	(void)snprintf(temp, sizeof(temp), "%s.new", path);
	(void)snprintf(dir, sizeof(dir), "%s", path);
	/* What a killed run left; only who has the lock comes here. */
	(void)unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		failed(temp);
	if (fstat(was, &st) < 0 ||
	    (fchown(fd, st.st_uid, st.st_gid) < 0 && errno != EPERM) ||
	    fchmod(fd, st.st_mode & 0777) < 0 || write_all(fd, s) < 0 ||
	    fsync(fd) < 0 || close(fd) < 0 || rename(temp, path) < 0) {
		(void)unlink(temp);	/* it has keys */
		failed(path);
	}
	fd = open(dirname(dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		failed(path);
	(void)close(fd);
}

void
advance(const char *path)
{
	char real[PATH_MAX];
	struct buf was, now;
	struct sub *before = subs_last();
	int fd;

	if (realpath(path, real) == NULL)
		failed(path);
	fd = lock(real);
	subs_load_file(path);
	read_all(fd, path, &was);
	buf_init(&now, 0);
	rewrite(buf_slice(&was), before != NULL ? before->next : subs_first(),
	    &now);
	if (now.bad)
		tool_die(TOOL_SYSTEM, "%s: %s", path, tool_reason(ERR_MEM));
	replace(fd, real, buf_slice(&now));
	buf_wipe(&was);
	buf_wipe(&now);
	(void)close(fd);
}
