/*
 * damage: a fuzz target over files cut at random places, over files with random
 * octets changed, and over random octets; for make damage.
 *
 * damage BEFORE BEHIND CUTS CHANGES RANDOM FILE ...: octets (hex) that the
 * target expects around its input; how many of each, for each file.
 */
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

#define INPUT_MAX	(8U << 20)
#define RANDOM_MAX	4096

static uint64_t seed = 88172645463325252ULL;
static uint8_t whole[INPUT_MAX], part[INPUT_MAX];
static struct slice before, behind;
static unsigned long runs;

static size_t
below(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return n > 0 ? (size_t)(seed >> 11) % n : 0;
}

/* On the heap, so that what reads past its end is seen. */
static void
run(size_t n)
{
	size_t all = before.n + n + behind.n;
	uint8_t *p = malloc(all > 0 ? all : 1);

	if (p == NULL)
		exit(1);
	memcpy(p, before.p, before.n);
	memcpy(p + before.n, part, n);
	memcpy(p + before.n + n, behind.p, behind.n);
	(void)LLVMFuzzerTestOneInput(p, all);
	free(p);
	runs++;
}

static void
file(const char *path, size_t cuts, size_t changes)
{
	FILE *f = fopen(path, "rb");
	size_t n, k;

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	n = fread(whole, 1, sizeof(whole), f);
	(void)fclose(f);
	for (size_t i = 0; i < cuts; i++) {
		k = below(n + 1);
		memcpy(part, whole, k);
		run(k);
	}
	for (size_t i = 0; i < changes; i++) {
		memcpy(part, whole, n);
		for (k = 1 + below(16); k > 0 && n > 0; k--)
			part[below(n)] = (uint8_t)below(256);
		run(n);
	}
}

int
main(int argc, char **argv)
{
	static uint8_t octets[2][16];
	size_t n[3];
	int len[2];

	if (argc < 6)
		return 2;
	for (int i = 0; i < 2; i++)
		if ((len[i] = slice_hex(slice_str(argv[1 + i]), octets[i],
		    16)) < 0)
			return 2;
	before = slice_of(octets[0], (size_t)len[0]);
	behind = slice_of(octets[1], (size_t)len[1]);
	for (int i = 0; i < 3; i++)
		n[i] = strtoul(argv[3 + i], NULL, 10);
	for (int i = 6; i < argc; i++)
		file(argv[i], n[0], n[1]);
	for (size_t i = 0; i < n[2]; i++) {
		size_t size = below(RANDOM_MAX);

		for (size_t k = 0; k < size; k++)
			part[k] = (uint8_t)below(256);
		run(size);
	}
	(void)printf("%lu\n", runs);
	return 0;
}
