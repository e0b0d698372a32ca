/*
 * unit: the harness of the unit programs; TAP on stdout.
 *
 *	int
 *	main(void)
 *	{
 *		CHECK(1 + 1 == 2, "sum of %d and %d", 1, 1);
 *		return unit_end();
 *	}
 *
 * Each CHECK is one TAP line; CHECK_EACH, for loops of thousands, is one only
 * when it fails.  All give the truth of what they checked, so that a test can
 * stop where going on would crash.  Files are looked for in IMS_VECTORS, which
 * is tests/data/vectors when it is not set.
 */
#ifndef UNIT_H
#define UNIT_H

#include <sys/mman.h>

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "slice.h"

static int unit_count, unit_failed;

#define CHECK(cond, ...) \
	unit_check((cond), false, __FILE__, __LINE__, #cond, __VA_ARGS__)
#define CHECK_EACH(cond, ...) \
	unit_check((cond), true, __FILE__, __LINE__, #cond, __VA_ARGS__)
/* Two integers; octets against hex text; a slice against text. */
#define CHECK_INT(got, want, ...) \
	unit_int((long long)(got), (long long)(want), __FILE__, __LINE__, \
	    #got, __VA_ARGS__)
#define CHECK_HEX(p, n, hex, ...) \
	unit_hex((p), (n), (hex), __FILE__, __LINE__, #p, __VA_ARGS__)
#define CHECK_STR(s, text, ...) \
	unit_str((s), (text), __FILE__, __LINE__, #s, __VA_ARGS__)

static inline void
unit_fatal(const char *what, const char *which)
{
	printf("Bail out! %s: %s\n", what, which);
	exit(1);
}

__attribute__((format(printf, 3, 0)))
static inline bool
unit_line(bool ok, bool quiet, const char *fmt, va_list ap)
{
	if (ok && quiet)
		return true;
	printf("%sok %d - ", ok ? "" : "not ", ++unit_count);
	vprintf(fmt, ap);
	putchar('\n');
	if (!ok)
		unit_failed++;
	return ok;
}

__attribute__((format(printf, 6, 7)))
static inline bool
unit_check(bool ok, bool quiet, const char *file, int line, const char *expr,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	unit_line(ok, quiet, fmt, ap);
	va_end(ap);
	if (!ok)
		printf("# %s:%d: %s\n", file, line, expr);
	fflush(stdout);
	return ok;
}

__attribute__((format(printf, 6, 7)))
static inline bool
unit_int(long long got, long long want, const char *file, int line,
    const char *expr, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	unit_line(got == want, false, fmt, ap);
	va_end(ap);
	if (got != want)
		printf("# %s:%d: %s is %lld, not %lld\n", file, line, expr,
		    got, want);
	fflush(stdout);
	return got == want;
}

__attribute__((format(printf, 7, 8)))
static inline bool
unit_hex(const void *p, size_t n, const char *hex, const char *file, int line,
    const char *expr, const char *fmt, ...)
{
	const uint8_t *octet = p;
	bool ok = strlen(hex) == 2 * n;
	char two[3];
	va_list ap;

	for (size_t i = 0; ok && i < n; i++) {
		snprintf(two, sizeof(two), "%02x", octet[i]);
		ok = memcmp(two, hex + 2 * i, 2) == 0;
	}
	va_start(ap, fmt);
	unit_line(ok, false, fmt, ap);
	va_end(ap);
	if (!ok) {
		printf("# %s:%d: %s is ", file, line, expr);
		for (size_t i = 0; i < n; i++)
			printf("%02x", octet[i]);
		printf("\n# not %s\n", hex);
	}
	fflush(stdout);
	return ok;
}

__attribute__((format(printf, 6, 7)))
static inline bool
unit_str(struct slice s, const char *text, const char *file, int line,
    const char *expr, const char *fmt, ...)
{
	bool ok = slice_is(s, text);
	va_list ap;

	va_start(ap, fmt);
	unit_line(ok, false, fmt, ap);
	va_end(ap);
	if (!ok)
		printf("# %s:%d: %s is \"%.*s\", not \"%s\"\n", file, line,
		    expr, (int)s.n, s.n > 0 ? (const char *)s.p : "", text);
	fflush(stdout);
	return ok;
}

/* The plan; what main returns. */
static inline int
unit_end(void)
{
	printf("1..%d\n", unit_count);
	return unit_failed > 0 || unit_count == 0 ||
	    fflush(stdout) == EOF ? 1 : 0;
}

/*
 * A copy of N octets that ends at an unreadable page, so that reading past
 * them crashes.  It is given back with the same N.
 */
static inline uint8_t *
unit_edge(const void *p, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (n + page - 1) / page * page;
	uint8_t *map;

	map = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED || mprotect(map + room, page, PROT_NONE) != 0)
		unit_fatal("mmap", "no memory");
	if (n > 0)
		memcpy(map + room - n, p, n);
	return map + room - n;
}

static inline void
unit_edge_free(uint8_t *p, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (n + page - 1) / page * page;

	if (munmap(p + n - room, room + page) != 0)
		unit_fatal("munmap", "not an edge");
}

static inline const char *
unit_path(const char *name, char *out, size_t size)
{
	const char *dir = getenv("IMS_VECTORS");

	if (dir == NULL || *dir == '\0')
		dir = "tests/data/vectors";
	if ((size_t)snprintf(out, size, "%s/%s", dir, name) >= size)
		unit_fatal("path too long", name);
	return out;
}

/* The whole file and, behind its N octets, a NUL; the caller frees it. */
static inline uint8_t *
unit_file(const char *name, size_t *n)
{
	char path[1024];
	FILE *f = fopen(unit_path(name, path, sizeof(path)), "rb");
	size_t cap = 4096, got;
	uint8_t *p = malloc(cap);

	if (f == NULL || p == NULL)
		unit_fatal("cannot read", path);
	*n = 0;
	while ((got = fread(p + *n, 1, cap - *n - 1, f)) > 0) {
		*n += got;
		if (*n == cap - 1 && (p = realloc(p, cap *= 2)) == NULL)
			unit_fatal("no memory for", path);
	}
	p[*n] = '\0';
	fclose(f);
	return p;
}

/* Vectors.  Whatever is missing or malformed ends the program. */
static inline json_t *
unit_json(const char *name)
{
	char path[1024];
	json_t *j;

	j = json_load_file(unit_path(name, path, sizeof(path)), 0, NULL);
	if (j == NULL)
		unit_fatal("cannot read", path);
	return j;
}

static inline const char *
unit_text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	if (s == NULL)
		unit_fatal("no text in vector", key);
	return s;
}

/* The octets of hex field KEY, at most CAP; how many. */
static inline size_t
unit_octets(const json_t *o, const char *key, uint8_t *out, size_t cap)
{
	int n = slice_hex(slice_str(unit_text(o, key)), out, cap);

	if (n < 0)
		unit_fatal("bad hex in vector", key);
	return (size_t)n;
}

#endif
