/*
 * nomem: loaded before a tool, it lets one of the tool's allocations fail.
 *
 * NOMEM=N is the N-th that the program itself asks for; those of libraries are
 * not counted.  NOMEM=0 counts only.  NOMEM_COUNT=FILE gets how many there were.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void	*__libc_malloc(size_t n);
extern void	*__libc_calloc(size_t n, size_t size);
extern void	*__libc_realloc(void *p, size_t n);

static uintptr_t from, to;	/* where the program is */
static unsigned long calls, fail;

static int
program(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	from = UINTPTR_MAX;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t at = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

		if (info->dlpi_phdr[i].p_type != PT_LOAD)
			continue;
		if (at < from)
			from = at;
		if (at + info->dlpi_phdr[i].p_memsz > to)
			to = at + info->dlpi_phdr[i].p_memsz;
	}
	return 1;	/* the first is the program */
}

__attribute__((constructor))
static void
begin(void)
{
	const char *n = getenv("NOMEM");

	(void)dl_iterate_phdr(program, NULL);
	fail = n != NULL ? strtoul(n, NULL, 10) : 0;
	calls = 0;
}

__attribute__((destructor))
static void
end(void)
{
	const char *path = getenv("NOMEM_COUNT");
	char text[24];
	int n, fd;

	if (path == NULL ||
	    (fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600)) < 0)
		return;
	n = snprintf(text, sizeof(text), "%lu\n", calls);
	if (write(fd, text, (size_t)n) != n)
		_exit(125);
	(void)close(fd);
}

static int
fails(const void *caller)
{
	uintptr_t at = (uintptr_t)caller;

	if (at < from || at >= to || ++calls != fail)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t n)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL :
	    __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails(__builtin_return_address(0)) ? NULL :
	    __libc_realloc(p, n);
}

void *
reallocarray(void *p, size_t n, size_t size)
{
	size_t all;

	if (fails(__builtin_return_address(0)) ||
	    __builtin_mul_overflow(n, size, &all))
		return NULL;
	return __libc_realloc(p, all);
}
