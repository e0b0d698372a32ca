/* hide_unscrub: the original kept beside a scrubbed capture, and back. */
#include <errno.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "hide_scrub.h"
#include "undo.h"

static const char help[] =
"usage: ims-hide unscrub --key FILE [-o file] FILE\n"
"\n"
"The original, octet for octet, out of what scrub --undo wrote.\n"
"\n"
"      --key FILE        the secret that scrub had\n";

void
file_write(const char *path, struct buf *b)
{
	/* Standard output is ended by others. */
	bool is_stdout = strcmp(path, "-") == 0;
	FILE *f = is_stdout ? stdout : tool_write_open(path);

	if (b->bad)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	if (b->n > 0 && fwrite(b->p, 1, b->n, f) != b->n)
		tool_write_failed();
	if (!is_stdout)
		tool_write_end();
}

static FILE *
open_file(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		tool_die(TOOL_SYSTEM, "%s: %s", path, strerror(errno));
	return f;
}

void
undo_write(const char *path, const char *original,
    const uint8_t secret[SCRUB_KEY])
{
	static uint8_t text[UNDO_TEXT];
	uint8_t salt[UNDO_SALT];
	FILE *in = open_file(original), *out = tool_write_open(path);
	struct undo *u;
	struct buf b;
	size_t n;

	buf_init(&b, 0);
	tool_random(salt, sizeof(salt));
	u = undo_seal_new(secret, salt, &b);
	do {
		n = fread(text, 1, sizeof(text), in);
		if (ferror(in))
			tool_die(TOOL_SYSTEM, "%s: %s", original,
			    strerror(errno));
		if (u == NULL || undo_seal(u, slice_of(text, n),
		    n < sizeof(text), &b) < 0)
			tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
		if (fwrite(b.p, 1, b.n, out) != b.n)
			tool_write_failed();
		buf_reset(&b);
	} while (n == sizeof(text));
	tool_write_end();
	(void)fclose(in);
	undo_free(u);
	buf_wipe(&b);
	crypt_wipe(text, sizeof(text));
}

/* The chunks of F through U; false: one does not open, or the last is not. */
static bool
chunks(struct undo *u, FILE *f)
{
	static uint8_t in[UNDO_TEXT + UNDO_AROUND];
	struct buf out;
	bool last = false;
	size_t have = 0;
	int r = 0;

	buf_init(&out, 0);
	while (!last && r >= 0) {
		have += fread(in + have, 1, sizeof(in) - have, f);
		r = undo_open(u, slice_of(in, have), &last, &out);
		if (r < 0)
			break;
		have -= (size_t)r;
		memmove(in, in + r, have);
		if (out.n > 0)
			tool_out(&out);
	}
	buf_wipe(&out);
	crypt_wipe(in, sizeof(in));
	return r >= 0 && have == 0 && fgetc(f) == EOF;
}

int
cmd_unscrub(int argc, char **argv)
{
	const char *key = NULL;
	const struct opt_own own[] = { { "key", OPT_TEXT, &key, 0, 0 } };
	uint8_t secret[SCRUB_KEY], head[UNDO_HEAD];
	struct undo *u = NULL;
	FILE *f;

	tool_opt_read(&opt, argc, argv, help, own, 1);
	if (key == NULL || argc - optind != 1)
		tool_die(TOOL_USAGE, "--key and one file are needed");
	secret_read(key, secret);
	f = open_file(argv[optind]);
	if (fread(head, 1, sizeof(head), f) == sizeof(head))
		u = undo_open_new(secret, slice_of(head, sizeof(head)));
	crypt_wipe(secret, sizeof(secret));
	if (u == NULL)
		tool_die(TOOL_BAD_INPUT, "%s: not what scrub --undo writes",
		    argv[optind]);
	tool_out_open(&opt.common);
	if (!chunks(u, f))
		tool_die(TOOL_BAD_INPUT, "%s: it was changed or cut, or the "
		    "key is another one", argv[optind]);
	undo_free(u);
	(void)fclose(f);
	return TOOL_YES;
}
