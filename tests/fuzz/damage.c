/*
 * damage: linked with a tool, it runs the tool's main over bad inputs, each in a
 * process of its own, on its standard input; for tests/damage.
 *
 * damage SEED whole|said|cuts|changes|random N FILE ... -- TOOL ARGUMENT ...
 *
 * whole, said: each file as it is.  cuts: each file cut at N random places.  changes:
 * N times 1 to 16 random octets of it changed.  random: N strings of random
 * octets, half of them behind what a format begins with.
 *
 * Prints how many were tried, survived (it ended by itself, in time, without a
 * word of a sanitizer, and its account adds up) and lost something: of a cut file
 * all comes out that does of the same file cut before that record; of one that
 * ims-pcap read changed, what came out before the change, and each datagram of
 * SIP in the clear whose record was not touched; with said, something is.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define INPUT_MAX	(4U << 20)
#define OUTPUT_MAX	(16U << 20)
#define RECORDS		65536
#define RANDOM_MAX	2048
#define AT_ONCE		50	/* random strings */
#define CHANGES		16
#define SECONDS		30	/* then it hangs */

int	__real_main(int argc, char **argv);
int	__wrap_main(int argc, char **argv);

struct text {
	char	*p;
	size_t	 n;
};

static struct {
	size_t	end[RECORDS];		/* behind each record, line or block */
	size_t	frame[RECORDS];		/* frames up to there */
	size_t	n;
} records;

static uint64_t seed;
static struct text whole, part, right, out, err;
static int fd_in, fd_out, fd_err;
static char **tool;
static int tool_argc;
static unsigned long tried, survived, lost;

static size_t
below(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return n > 0 ? (size_t)(seed >> 11) % n : 0;
}

/* A generator of its own for each file, so that one can be done again alone. */
static void
sow(uint64_t number, const char *name)
{
	const char *base = strrchr(name, '/');

	seed = 14695981039346656037ULL ^ number;
	for (base = base != NULL ? base + 1 : name; *base != '\0'; base++)
		seed = (seed ^ (uint8_t)*base) * 1099511628211ULL;
	seed |= 1ULL << 40;
	for (int i = 0; i < 8; i++)
		(void)below(1);
}

static void
die(const char *what)
{
	perror(what);
	exit(2);
}

static int
file_new(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		die("memfd_create");
	return fd;
}

/* Not of malloc: what a sanitizer keeps of it costs each process. */
static void
room(struct text *t, size_t n)
{
	t->p = mmap(NULL, n + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS, -1, 0);
	if (t->p == MAP_FAILED)
		die("mmap");
}

static void
empty(int fd)
{
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		die("ftruncate");
}

static void
fetch(int fd, struct text *t)
{
	ssize_t n = pread(fd, t->p, OUTPUT_MAX, 0);

	t->n = n > 0 ? (size_t)n : 0;
	t->p[t->n] = '\0';
}

/* The tool over IN; its wait(2) status. */
static int
run(const char *in, size_t n)
{
	int status;
	pid_t pid;

	empty(fd_in);
	empty(fd_out);
	empty(fd_err);
	if (pwrite(fd_in, in, n, 0) != (ssize_t)n)
		die("memfd");
	if ((pid = fork()) == 0) {
		if (dup2(fd_in, 0) < 0 || dup2(fd_out, 1) < 0 ||
		    dup2(fd_err, 2) < 0)
			_exit(125);
		(void)alarm(SECONDS);
		status = __real_main(tool_argc, tool);
		(void)fflush(NULL);
		_exit(status);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("fork");
	fetch(fd_out, &out);
	fetch(fd_err, &err);
	return status;
}

static unsigned long
number(const char *line, const char *name)
{
	const char *p = strstr(line, name);

	return p != NULL ? strtoul(p + strlen(name), NULL, 10) : 0;
}

/* Does the account of the run, if it has one, add up? */
static bool
adds_up(void)
{
	const char *s = strstr(out.p, "{\"type\":\"stat\"");

	return s == NULL || strstr(s, "\"damaged\":") == NULL ||
	    number(s, "\"frames\":") == number(s, "\"sip\":") +
	    number(s, "\"sip_part\":") + number(s, "\"esp\":") +
	    number(s, "\"duplicate\":") + number(s, "\"other\":") +
	    number(s, "\"damaged\":");
}

static void
keep(const char *in, size_t n, const char *why)
{
	static unsigned count;
	const char *dir = getenv("DAMAGE_KEEP");
	char path[4096];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s.%d.%u", dir != NULL ? dir :
	    "/tmp", tool[0], (int)getpid(), count++);
	if (count > 20 || (f = fopen(path, "wb")) == NULL)
		return;
	(void)fwrite(in, 1, n, f);
	(void)fclose(f);
	(void)fprintf(stderr, "%s: %s\n%.2000s", path, why, err.p);
}

/* IN is tried; false: it did not survive. */
static bool
try(const char *in, size_t n)
{
	int status = run(in, n);

	tried++;
	if (WIFEXITED(status) && WEXITSTATUS(status) <= 4 &&
	    strstr(err.p, "Sanitizer") == NULL &&
	    strstr(err.p, "runtime error:") == NULL && adds_up()) {
		survived++;
		return true;
	}
	keep(in, n, !WIFEXITED(status) && WTERMSIG(status) == SIGALRM ?
	    "hangs" : adds_up() ? "dies" : "does not add up");
	return false;
}

static uint32_t
u32(size_t at, bool big)
{
	const uint8_t *p = (const uint8_t *)whole.p + at;

	return at + 4 > whole.n ? 0 : big ?
	    (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3] :
	    (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[1] << 8 | p[0];
}

static void
record(size_t end, bool frame)
{
	size_t last = records.n > 0 ? records.frame[records.n - 1] : 0;

	if (records.n == RECORDS)
		die("records");
	records.end[records.n] = end;
	records.frame[records.n++] = last + frame;
}

/* Where its records end, as the lengths in the file say, or its lines. */
static void
find_records(void)
{
	uint32_t magic = u32(0, true), swapped = u32(0, false), type, len;
	bool ng = magic == 0x0a0d0d0a, big = false;
	size_t at = 24, next;

	records.n = 0;
	if (magic == 0x736e6f6f)	/* snoop */
		for (at = 16, record(at, false); at + 24 <= whole.n; at = next)
			if ((next = at + u32(at + 8, true)) > whole.n ||
			    next < at + 24)
				return;
			else
				record(next, true);
	else if (ng)
		for (at = 0; at + 12 <= whole.n; at = next) {
			if (u32(at, true) == 0x0a0d0d0a)
				big = u32(at + 8, true) == 0x1a2b3c4d;
			type = u32(at, big);
			len = u32(at + 4, big);
			if (len < 12 || (next = at + len) > whole.n)
				return;
			record(next, type == 6 || type == 3 || type == 2);
		}
	else if (magic >> 16 == 0xa1b2 || swapped >> 16 == 0xa1b2) {
		big = magic >> 16 == 0xa1b2;
		/* The modified pcap of 1999 has longer headers. */
		len = magic == 0xa1b2cd34 || swapped == 0xa1b2cd34 ? 24 : 16;
		for (record(at, false); at + len <= whole.n; at = next) {
			if ((next = at + len + u32(at + 8, big)) > whole.n)
				return;
			record(next, true);
		}
	} else
		for (at = 0; at < whole.n; at++)
			if (whole.p[at] == '\n')
				record(at + 1, true);
}

/* The record that octet AT is in: how many are whole before it. */
static size_t
before(size_t at)
{
	size_t n = 0;

	while (n < records.n && records.end[n] <= at)
		n++;
	return n;
}

static void
right_before(size_t n)
{
	(void)run(whole.p, n > 0 ? records.end[n - 1] : 0);
	memcpy(right.p, out.p, out.n + 1);
	right.n = out.n;
}

static bool
has(const char *line, size_t n, const char *what)
{
	return memmem(line, n, what, strlen(what)) != NULL;
}

/* The account, and what is left when the input ends. */
static bool
of_the_end(const char *line, size_t n)
{
	return has(line, n, "{\"type\":\"stat\"") || has(line, n,
	    "{\"type\":\"gap\"") || has(line, n, "\"cut\":true");
}

static bool
there(const char *line, size_t n)
{
	return memmem(out.p, out.n, line, n) != NULL;
}

static const char *
next_line(const char *p, size_t *n)
{
	*n = strcspn(p, "\n");
	*n += p[*n] == '\n';
	return *n > 0 ? p : NULL;
}

static bool
all_there(bool accept_end)
{
	const char *p = right.p;
	size_t n;

	for (; next_line(p, &n) != NULL; p += n)
		if (!(accept_end && of_the_end(p, n)) &&
		    !has(p, n, "{\"type\":\"stat\"") && !there(p, n))
			return false;
	return true;
}

static int
ascending(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x < y ? -1 : x > y;
}

static void
cuts(size_t n)
{
	size_t *at = calloc(n + 1, sizeof(*at)), last = SIZE_MAX;

	if (at == NULL)
		die("calloc");
	for (size_t i = 0; i < n; i++)
		at[i] = below(whole.n + 1);
	qsort(at, n, sizeof(*at), ascending);
	for (size_t i = 0; i < n; i++) {
		if (before(at[i]) != last)
			right_before(last = before(at[i]));
		memcpy(part.p, whole.p, at[i]);
		if (try(part.p, at[i]) && !all_there(false)) {
			lost++;
			keep(part.p, at[i], "lost something");
		}
	}
	free(at);
}

/* A datagram in the clear, whole in a frame that none of AT touches. */
static bool
untouched(const char *line, size_t len, const size_t *at, size_t n)
{
	const char *p = memmem(line, len, "\"frame\":", 8);
	size_t frame = p != NULL ? strtoul(p + 8, NULL, 10) : 0;

	if (frame == 0 || !has(line, len, "\"transport\":\"udp\"") ||
	    has(line, len, "\"protection\":") || has(line, len, "\"frames\":"))
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t k = before(at[i]);

		/*
		 * Lengths stand in front and, in a pcapng, behind; on what
		 * is no frame others may hang.
		 */
		if (k == 0 || k >= records.n || at[i] < records.end[k - 1] +
		    32 || at[i] + 8 > records.end[k] ||
		    records.frame[k] == frame ||
		    records.frame[k] == records.frame[k - 1])
			return false;
	}
	return true;
}

static bool
rest_there(const char *all, const size_t *at, size_t n)
{
	size_t len;

	for (; next_line(all, &len) != NULL; all += len)
		if (untouched(all, len, at, n) && !there(all, len))
			return false;
	return true;
}

static void
changes(size_t n)
{
	size_t at[CHANGES], count, first, last = SIZE_MAX;
	bool judged = strcmp(tool[0], "ims-pcap") == 0;
	char *all;

	(void)run(whole.p, whole.n);
	/* Its count of frames is not ours if some are damaged already. */
	if ((all = strdup(number(out.p, "\"damaged\":") > 0 ? "" :
	    out.p)) == NULL)
		die("strdup");
	for (size_t i = 0; i < n && whole.n > 0; i++) {
		memcpy(part.p, whole.p, whole.n);
		first = whole.n;
		count = 1 + below(CHANGES);
		for (size_t k = 0; k < count; k++) {
			at[k] = below(whole.n);
			part.p[at[k]] = (char)below(256);
			if (at[k] < first)
				first = at[k];
		}
		if (judged && before(first) != last)
			right_before(last = before(first));
		if (try(part.p, whole.n) && judged && (!all_there(true) ||
		    !rest_there(all, at, count))) {
			lost++;
			keep(part.p, whole.n, "lost something");
		}
	}
	free(all);
}

/* One string at P; its length. */
static size_t
random_string(char *p, bool bare)
{
	static const struct text begin[] = {
#define BEGIN(s)	{ (char *)(uintptr_t)(s), sizeof(s) - 1 }
		BEGIN("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0"
		    "\0\0\0\0\0\0\0\0\x40\0\0\0\x40\0\0\0"),
		BEGIN("\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0"
		    "\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0"
		    "\1\0\0\0\x14\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\6\0\0\0"),
		BEGIN("snoop\0\0\0\0\0\0\2\0\0\0\4"),
		BEGIN("\x1f\x8b\x08\0\0\0\0\0\0\3"),
		BEGIN("\x28\xb5\x2f\xfd"),
		BEGIN("{"), BEGIN("{\"type\":\"sip\",\"message\":\""),
		BEGIN("{\"type\":\"packet\",\"data\":\""),
		BEGIN("{\"type\":\"vector\",\"autn\":\""),
		BEGIN("SIP/2.0 200 OK\r\n"),
		BEGIN("REGISTER sip:a SIP/2.0\r\nVia: "),
		BEGIN("SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest "),
	};
	size_t at = 0, size;

	if (!bare) {
		const struct text *b = &begin[below(sizeof(begin) /
		    sizeof(begin[0]))];

		memcpy(p, b->p, b->n);
		at = b->n;
	}
	for (size = at + below(RANDOM_MAX); at < size; at++)
		p[at] = (char)below(256);
	return at;
}

/* So many in a run, as files of their own behind the arguments. */
static void
random_strings(size_t n)
{
	static char name[AT_ONCE][32];
	char **argv = calloc((size_t)tool_argc + AT_ONCE + 1, sizeof(*argv));
	int fd[AT_ONCE], argc = tool_argc;

	if (argv == NULL)
		die("calloc");
	memcpy(argv, tool, (size_t)argc * sizeof(*argv));
	tool = argv;
	for (int k = 0; k < AT_ONCE; k++) {
		if ((fd[k] = memfd_create("string", 0)) < 0)
			die("memfd_create");
		(void)snprintf(name[k], sizeof(name[k]), "/proc/self/fd/%d",
		    fd[k]);
		argv[argc + k] = name[k];
	}
	for (size_t i = 0; i < n;) {
		size_t count = n - i < AT_ONCE ? n - i : AT_ONCE, len = 0;

		for (size_t k = 0; k < count; k++) {
			len = random_string(part.p, (i + k) % 2 == 0);
			empty(fd[k]);
			if (write(fd[k], part.p, len) != (ssize_t)len)
				die("memfd");
		}
		tool_argc = argc + (int)count;
		argv[tool_argc] = NULL;
		if (try(part.p, 0))
			survived += count - 1;
		tried += count - 1;
		argv[tool_argc] = name[count < AT_ONCE ? count : 0];
		i += count;
	}
	free(argv);
}

static void
load(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		die(path);
	whole.n = fread(whole.p, 1, INPUT_MAX, f);
	(void)fclose(f);
	find_records();
}

int
__wrap_main(int argc, char **argv)
{
	size_t n = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	int end = 4;

	while (end < argc && strcmp(argv[end], "--") != 0)
		end++;
	if (end + 1 >= argc)
		return 2;
	tool = argv + end + 1;
	tool_argc = argc - end - 1;
	room(&whole, INPUT_MAX);
	room(&part, INPUT_MAX);
	room(&right, OUTPUT_MAX);
	room(&out, OUTPUT_MAX);
	room(&err, OUTPUT_MAX);
	fd_in = file_new("in");
	fd_out = file_new("out");
	fd_err = file_new("err");
	for (int i = 4; i < end; i++) {
		load(argv[i]);
		sow(strtoul(argv[1], NULL, 10), argv[i]);
		if (strcmp(argv[2], "cuts") == 0)
			cuts(n);
		else if (strcmp(argv[2], "changes") == 0)
			changes(n);
		else if (try(whole.p, whole.n) && *argv[2] == 's' &&
		    out.n + err.n == 0) {
			lost++;
			keep(whole.p, whole.n, "says nothing");
		}
	}
	if (strcmp(argv[2], "random") == 0) {
		sow(strtoul(argv[1], NULL, 10), tool[0]);
		random_strings(n);
	}
	(void)printf("%lu %lu %lu\n", tried, survived, lost);
	return tried == survived && lost == 0 ? 0 : 1;
}
