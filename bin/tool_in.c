/* tool_in: inputs of any form, read one after another. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crypt.h"
#include "err.h"
#include "sip.h"
#include "tool_merge.h"
#include "tool_input.h"
#include "tool_live.h"

#define IN_BUFFER	(256U << 10)
#define TEXT_MAX	(64U << 20)	/* octets of plain SIP text */
#define LINE_PART	1024

static struct {
	const char	*file;		/* being read */
	size_t		 index;		/* of it in NAME, from 1 */
	struct slice	*name;		/* of all */
	size_t		 names;
	bool		 many;
	bool		 refused;	/* for what its first octets are */
	bool		 progress;	/* standard error is a terminal */
	time_t		 shown;
	struct buf	 blank;		/* lines in front of a text */
} in;

const char *
tool_file(void)
{
	return in.file;
}

struct slice
tool_blank(void)
{
	return buf_slice(&in.blank);
}

bool
tool_many(void)
{
	return in.many;
}

const struct slice *
tool_files(size_t *n)
{
	*n = in.names;
	return in.name;
}

size_t
tool_file_index(void)
{
	return in.index;
}

void
tool_input(const char *name)
{
	in.file = name;
	in.many = false;
}

static void
progress(uint64_t frames)
{
	time_t now;

	if (!in.progress || frames % 65536 != 0 ||
	    (now = time(NULL)) - in.shown < 2)
		return;
	in.shown = now;
	(void)fprintf(stderr, "%s: %llu frames\r", in.file,
	    (unsigned long long)frames);
}

/* Open PATH and call it the file that is read; false: said why. */
static bool
open_next(struct input *s, const char *path)
{
	if (!input_open(s, path))
		return false;
	in.file = s->name;
	return true;
}

static void
read_failed(FILE *f)
{
	if (ferror(f))
		tool_die(TOOL_SYSTEM, "%s: %s", in.file, strerror(errno));
}

/* B holds a line: hand it on unless it is blank or was too long. */
static bool
end_line(struct buf *b, uint64_t number,
    bool (*line)(struct slice, uint64_t, void *), void *arg)
{
	bool go = true;

	if (b->mem)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	if (b->bad) {
		tool_warn("%s: line %llu: longer than %u octets", in.file,
		    (unsigned long long)number, REC_LINE_MAX);
		tool_bad();
	} else if (slice_trim(buf_slice(b)).n > 0)
		go = line(buf_slice(b), number, arg);
	buf_reset(b);
	return go;
}

/*
 * Part of a line of F, up to its newline, which is dropped and sets END; more
 * of F is not waited for.  How many octets, or -1 at the end of F.
 *
 * fgets() does not say how many it read, and there may be NUL among them: its
 * own is the one in front of the first newline of those that were there before.
 */
static int
read_part(FILE *f, char part[LINE_PART], bool *end)
{
	const char *newline;

	memset(part, '\n', LINE_PART);
	if (fgets(part, LINE_PART, f) == NULL)
		return -1;
	newline = memchr(part, '\n', LINE_PART);
	*end = newline != NULL && newline < part + LINE_PART - 1 &&
	    newline[1] == '\0';
	if (newline == NULL)
		return LINE_PART - 1;
	return (int)(newline - part) - (*end ? 0 : 1);
}

/* Registers had octets of lines, and the dynamic linker saved them below. */
static __attribute__((noinline)) void
wipe_below(void)
{
	uint8_t below[16384];

	crypt_wipe(below, sizeof(below));
}

/* Each line of F; the last may lack its newline. */
static bool
read_lines(FILE *f, bool (*line)(struct slice, uint64_t, void *), void *arg)
{
	char part[LINE_PART];
	struct buf b;
	uint64_t number = 1;
	bool go = true, end;
	int n;

	buf_init(&b, REC_LINE_MAX);
	while (go && (n = read_part(f, part, &end)) >= 0) {
		buf_add(&b, part, (size_t)n);
		if (end)
			go = end_line(&b, number++, line, arg);
	}
	read_failed(f);
	if (go)
		go = end_line(&b, number, line, arg);
	buf_wipe(&b);
	crypt_wipe(part, sizeof(part));
	wipe_below();
	return go;
}

static bool
no_length(struct slice head)
{
	static struct sip_msg m;

	return sip_parse(&m, head) == 0 &&
	    sip_get(&m, SIP_H_CONTENT_LENGTH) == NULL;
}

/* Where, behind octet FROM, a line begins a message; the end if none does. */
static int
next_message(struct slice s, int from)
{
	size_t at = sip_find(s, (size_t)from);

	while (at < s.n && sip_begins(slice_from(s, at)) != 1)
		at = sip_find(s, at + 1);
	return (int)at;
}

/* All of F into B. */
static void
read_all(FILE *f, struct buf *b)
{
	uint8_t *to;
	size_t got;

	buf_init(b, TEXT_MAX);
	do {
		if ((to = buf_room(b, IN_BUFFER)) == NULL && b->mem)
			tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
		if (to == NULL)
			tool_die(TOOL_BAD_INPUT, "%s: more than %u octets of "
			    "text", in.file, TEXT_MAX);
		got = fread(to, 1, IN_BUFFER, f);
		b->n -= IN_BUFFER - got;
	} while (got > 0);
	read_failed(f);
}

/* All of F as plain SIP: one message, or several one after another. */
static bool
read_text(FILE *f, const struct tool_reader *r)
{
	const size_t front = in.blank.n;
	struct buf b;
	struct slice rest;
	bool go = true;

	read_all(f, &b);
	rest = buf_slice(&b);
	while (go && rest.n > 0) {
		int n = 0;

		while ((size_t)n < rest.n && (rest.p[n] == '\r' ||
		    rest.p[n] == '\n'))
			n++;
		buf_put(&in.blank, slice_sub(rest, 0, (size_t)n));
		rest = slice_from(rest, (size_t)n);
		if (rest.n == 0)
			break;
		n = sip_frame(rest, NULL);
		/* Pasted text often lacks its end, or its length. */
		if (n == ERR_MORE && sip_begins(rest) == 1)
			n = (int)rest.n;
		else if (n > 0 && no_length(slice_sub(rest, 0, (size_t)n)))
			n = next_message(rest, n);
		if (n <= 0 && r->loose != NULL) {
			n = (int)sip_find(rest, 1);
			if (!r->loose(slice_sub(rest, 0, (size_t)n), r->arg))
				break;
		} else if (n <= 0) {
			tool_warn("%s: byte %zu: no SIP start line", in.file,
			    front + (size_t)(rest.p - b.p));
			tool_bad();
			n = (int)sip_find(rest, 1);
		} else
			go = r->text(slice_sub(rest, 0, (size_t)n), r->arg);
		buf_reset(&in.blank);
		rest = slice_from(rest, (size_t)n);
	}
	buf_free(&b);
	return go;
}

/* Captures, up to here, that wait to be read together. */
static bool
read_captures(const struct tool_reader *r)
{
	static char all[256];
	const char *name = in.file, *first = merge_first();
	size_t files = merge_files();
	struct cap_frame f;
	uint64_t n = 0;
	bool go = true;

	if (files == 0)
		return true;
	(void)snprintf(all, sizeof(all), "%.200s and %zu more",
	    first, files - 1);
	while (go && merge_next(&f, &in.file, &in.index)) {
		progress(++n);
		go = r->frame(&f, r->arg);
	}
	merge_close();
	in.file = files > 1 ? all : first;
	r->end(r->arg);
	in.file = name;
	return go;
}

/* White space in front of F; the octet behind it, which is not read. */
static int
read_blank(FILE *f)
{
	int c;

	while ((c = getc(f)) == ' ' || c == '\t' || c == '\r' || c == '\n')
		if (in.blank.n < TEXT_MAX)
			buf_u8(&in.blank, (uint8_t)c);
		else
			tool_die(TOOL_BAD_INPUT, "%s: more than %u octets of "
			    "white space", in.file, TEXT_MAX);
	read_failed(f);
	if (c != EOF)
		(void)ungetc(c, f);
	return c;
}

static bool
refuse(const char *why)
{
	tool_warn("%s: %s", in.file, why);
	tool_bad();
	in.refused = true;
	return true;
}

/* S, no capture, as its FIRST octets say.  False: no more is wanted. */
static bool
read_other(const struct input *s, struct slice first,
    const struct tool_reader *r)
{
	int c;

	if (first.n == 0) {
		if (!input_failed(s))
			return refuse("empty");
		tool_bad();
		return true;
	}
	c = read_blank(s->f);
	/* A token, as methods are (RFC 3261 25.1), or "SIP/". */
	if (c > 0 && (isalnum(c) || strchr("-.!%*_+`'~", c) != NULL))
		return read_text(s->f, r);
	buf_reset(&in.blank);
	if (c == '{')
		return read_lines(s->f, r->line, r->arg);
	return refuse("neither a capture (pcap, pcapng, snoop), nor records, "
	    "nor SIP");
}

/* S, the I-th, from 1 up: a capture waits for those behind it. */
static bool
read_one(struct input *s, size_t i, const struct tool_reader *r)
{
	uint8_t head[INPUT_FIRST];
	struct slice first = slice_of(head, input_look(s->f, in.file, head));
	bool go;

	if (cap_detect(first) != CAP_NONE) {
		merge_add(s, i, in.many);
		return true;
	}
	if ((go = read_captures(r))) {
		buf_reset(&in.blank);
		in.index = i;
		in.refused = false;
		go = read_other(s, first, r);
	}
	input_close(s);
	if (go && !in.refused)
		r->end(r->arg);
	return go;
}

/* The names of N files, or of standard input. */
static void
names_init(char *const *argv, size_t n)
{
	if (n > FLOW_FILES_MAX)
		tool_die(TOOL_USAGE, "more than %d files", FLOW_FILES_MAX);
	in.many = n > 1;
	in.names = n > 0 ? n : 1;
	if ((in.name = calloc(in.names, sizeof(in.name[0]))) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	in.name[0] = slice_str("-");
	for (size_t i = 0; i < n; i++)
		in.name[i] = slice_str(argv[i]);
}

void
tool_read(char *const *argv, int n, const struct tool_reader *r)
{
	struct input s;
	bool go = true;

	names_init(argv, (size_t)n);
	in.progress = isatty(STDERR_FILENO) != 0;
	in.shown = time(NULL);
	for (size_t i = 0; go && i < in.names; i++)
		if (open_next(&s, n > 0 ? argv[i] : NULL))
			go = read_one(&s, i + 1, r);
	if (go)
		(void)read_captures(r);
	merge_close();
	free(in.name);
	in.name = NULL;
}

void
tool_read_whole(char *const *argv, int n, void (*whole)(struct slice text))
{
	struct input s;
	struct buf b;

	in.many = n > 1;
	for (int i = 0; i < (n > 0 ? n : 1); i++) {
		if (!open_next(&s, n > 0 ? argv[i] : NULL))
			continue;
		read_all(s.f, &b);
		input_close(&s);
		if (b.n > 0)
			whole(buf_slice(&b));
		else {
			tool_warn("%s: empty", in.file);
			tool_bad();
		}
		buf_wipe(&b);
	}
}

void
tool_lines(const char *path, bool (*line)(struct slice, uint64_t, void *),
    void *arg)
{
	struct input s;

	if (!open_next(&s, path))
		exit(TOOL_SYSTEM);
	read_lines(s.f, line, arg);
	input_close(&s);
	tool_more();
}
