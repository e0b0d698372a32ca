/*
 * scan: loaded before a tool, it looks for secrets in the tool's memory when it
 * ends.  SCAN_SECRETS is a file of hex lines; each is looked for as octets and
 * as hex text of either case, in all that can be written (heap, stack, data,
 * mappings).  SCAN_FOUND is a file that gets a line for each that is there.
 */
#define _FILE_OFFSET_BITS 64	/* addresses are offsets in mem */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SECRETS		32
#define LENGTH		64

/* All that knows the secrets: a mapping of its own, which is not looked at. */
struct mine {
	char	 text[SECRETS * (2 * LENGTH + 1)];
	uint8_t	 needle[3][SECRETS][2 * LENGTH];
	size_t	 n[3][SECRETS];
	char	 maps[1 << 16];
	char	 copy[1 << 16];	/* of memory, through the kernel */
};

static int
digit(char c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

static size_t
secrets(struct mine *m, const char *path)
{
	size_t n = 0, len;
	ssize_t got;
	char *line, *next;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || (got = read(fd, m->text, sizeof(m->text) - 1)) < 0)
		_exit(124);
	(void)close(fd);
	m->text[got] = '\0';
	for (line = m->text; *line != '\0' && n < SECRETS; line = next + 1) {
		if ((next = strchr(line, '\n')) == NULL)
			break;
		len = (size_t)(next - line);
		if (len < 16 || len > 2 * LENGTH)
			continue;
		m->n[0][n] = len / 2;
		m->n[1][n] = m->n[2][n] = len;
		for (size_t i = 0; i < len; i++) {
			m->needle[1][n][i] = (uint8_t)(line[i] | 32);
			m->needle[2][n][i] = (uint8_t)(line[i] >= 'a' ?
			    line[i] - 32 : line[i]);
			if (i % 2 == 0)
				m->needle[0][n][i / 2] = (uint8_t)(
				    digit(line[i]) << 4 | digit(line[i + 1]));
		}
		/* Digits have that bit already. */
		n++;
	}
	return n;
}

static void
look(struct mine *m, size_t n, int mem, uintptr_t from, uintptr_t to,
    const char *name, int found)
{
	static const char *const form[3] = { "octets", "hex", "HEX" };
	char line[200];
	size_t overlap = 2 * LENGTH;
	int len;

	for (uintptr_t at = from; at < to; at += sizeof(m->copy) - overlap) {
		size_t want = to - at < sizeof(m->copy) ? to - at :
		    sizeof(m->copy);
		ssize_t got = pread(mem, m->copy, want, (off_t)at);

		if (got <= 0)
			continue;
		for (size_t f = 0; f < 3; f++)
			for (size_t i = 0; i < n; i++) {
				const char *p = memmem(m->copy, (size_t)got,
				    m->needle[f][i], m->n[f][i]);

				if (p == NULL)
					continue;
				len = snprintf(line, sizeof(line),
				    "secret %zu as %s in %s at +0x%lx\n",
				    i + 1, form[f], name, (unsigned long)(at -
				    from + (uintptr_t)(p - m->copy)));
				if (write(found, line, (size_t)len) != len)
					_exit(124);
			}
	}
}

static void
scan(void)
{
	const char *secret = getenv("SCAN_SECRETS");
	const char *path = getenv("SCAN_FOUND");
	struct mine *m;
	size_t n;
	int fd, mem, found;
	ssize_t got = 0, r;
	char *line, *next;

	if (secret == NULL || path == NULL)
		return;
	m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	found = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	mem = open("/proc/self/mem", O_RDONLY);
	fd = open("/proc/self/maps", O_RDONLY);
	if (m == MAP_FAILED || found < 0 || mem < 0 || fd < 0)
		_exit(124);
	n = secrets(m, secret);
	while ((r = read(fd, m->maps + got, sizeof(m->maps) - 1 -
	    (size_t)got)) > 0)
		got += r;
	m->maps[got] = '\0';
	for (line = m->maps; (next = strchr(line, '\n')) != NULL;
	    line = next + 1) {
		unsigned long from, to;
		char perms[5], name[64] = "a mapping";

		*next = '\0';
		if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %63s", &from, &to,
		    perms, name) < 3 || perms[1] != 'w')
			continue;
		if ((uintptr_t)m < to && (uintptr_t)(m + 1) > from) {
			/* Mine may be one with others. */
			look(m, n, mem, from, (uintptr_t)m, name, found);
			look(m, n, mem, (uintptr_t)(m + 1), to, name, found);
			continue;
		}
		look(m, n, mem, from, to, name, found);
	}
	if (write(found, "looked\n", 7) != 7)
		_exit(124);
}

__attribute__((constructor))
static void
begin(void)
{
	/* Registered first, called last. */
	(void)atexit(scan);
}
