/* replay: a fuzz target over files, without a fuzzer; for tests/fuzz.bats. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

#define INPUT_MAX	(1U << 20)

static unsigned long n_files;

static int
file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p;
	size_t n;

	if (f == NULL || (p = malloc(INPUT_MAX)) == NULL) {
		perror(path);
		return 1;
	}
	n = fread(p, 1, INPUT_MAX, f);
	(void)fclose(f);
	/* Who dies on it says on what. */
	(void)fprintf(stderr, "%s\n", path);
	/* Of its own size, so that what reads past its end is seen. */
	if ((p = realloc(p, n > 0 ? n : 1)) == NULL)
		return 1;
	(void)LLVMFuzzerTestOneInput(p, n);
	free(p);
	n_files++;
	return 0;
}

static int
folder(const char *path)
{
	char name[4096];
	struct dirent *e;
	DIR *d = opendir(path);
	int bad = 0;

	if (d == NULL)
		return file(path);
	while (!bad && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		bad = file(name);
	}
	(void)closedir(d);
	return bad;
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (folder(argv[i]) != 0)
			return 1;
	(void)printf("%lu\n", n_files);
	return 0;
}
