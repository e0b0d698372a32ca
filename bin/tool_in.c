/* tool_in: inputs of any form, read one after another. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crypt.h"
#include "err.h"
#include "sip.h"
#include "tool.h"
#include "tool_input.h"

#define IN_BUFFER	(256U << 10)
#define TEXT_MAX	(64U << 20)	/* octets of plain SIP text */

static struct {
	const char	*file;		/* being read */
	bool		 many;
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
 * Each line of F; the last may lack its newline.  Octet by octet, so that a
 * line from a pipe is handed on when it is there.
 */
static bool
read_lines(FILE *f, bool (*line)(struct slice, uint64_t, void *), void *arg)
{
	uint8_t part[1024];	/* of a line */
	struct buf b;
	uint64_t number = 1;
	size_t n = 0;
	bool go = true;
	int c;

	buf_init(&b, REC_LINE_MAX);
	while (go && (c = getc_unlocked(f)) != EOF) {
		if (c != '\n')
			part[n++] = (uint8_t)c;
		if (c == '\n' || n == sizeof(part)) {
			buf_add(&b, part, n);
			n = 0;
		}
		if (c == '\n')
			go = end_line(&b, number++, line, arg);
	}
	buf_add(&b, part, n);
	read_failed(f);
	if (go)
		go = end_line(&b, number, line, arg);
	buf_wipe(&b);
	crypt_wipe(part, sizeof(part));
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
		if ((to = buf_room(b, IN_BUFFER)) == NULL)
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

static bool
read_capture(FILE *f, const struct tool_reader *r)
{
	char error[CAP_ERROR_TEXT];
	struct cap_frame frame;
	struct cap *c;
	bool go = true;
	int e;

	if ((c = cap_open(f, &e, error)) == NULL) {
		tool_warn("%s: %s", in.file, error);
		tool_bad();
		return true;
	}
	while (go && (e = cap_next(c, &frame)) > 0) {
		progress(frame.number);
		go = r->frame(&frame, r->arg);
	}
	if (e == ERR_IO || e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s: %s", in.file, cap_error(c));
	if (e < 0) {
		tool_warn("%s: %s", in.file, cap_error(c));
		tool_bad();
	}
	cap_close(c);
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

/* What the first octets say S is.  False: no more is wanted. */
static bool
read_one(const struct input *s, const struct tool_reader *r)
{
	uint8_t first[INPUT_FIRST];
	size_t n = input_look(s->f, in.file, first);
	int c;

	if (n == 0) {
		if (!input_failed(s))
			tool_warn("%s: empty", in.file);
		tool_bad();
		return true;
	}
	if (cap_detect(slice_of(first, n)) != CAP_NONE)
		return read_capture(s->f, r);
	c = read_blank(s->f);
	if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		return read_text(s->f, r);
	buf_reset(&in.blank);
	if (c == '{')
		return read_lines(s->f, r->line, r->arg);
	tool_warn("%s: neither a capture (pcap, pcapng), nor records, nor SIP",
	    in.file);
	tool_bad();
	return true;
}

void
tool_read(char *const *argv, int n, const struct tool_reader *r)
{
	struct input s;
	bool go = true;

	in.many = n > 1;
	in.progress = isatty(STDERR_FILENO) != 0;
	in.shown = time(NULL);
	for (int i = 0; go && i < (n > 0 ? n : 1); i++) {
		if (!open_next(&s, n > 0 ? argv[i] : NULL))
			continue;
		buf_reset(&in.blank);
		go = read_one(&s, r);
		input_close(&s);
		r->end(r->arg);
	}
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
