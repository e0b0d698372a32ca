/*
 * rec_fast: a line of the form that rec writes, read in one pass.
 *
 * It takes part of what jansson takes, and gives the same for that.
 */
#include <string.h>

#include "rec_int.h"

#define DIGITS	18	/* of a number: all of these fit */

struct scan {
	const uint8_t	*p, *end;
	uint8_t		*to;	/* texts; REC_RUN octets more than they need */
	struct rec_fast	*inner;	/* for an object, or NULL */
};

static bool
eat(struct scan *s, const char *what)
{
	size_t n = strlen(what);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, what, n) != 0)
		return false;
	s->p += n;
	return true;
}

static int
digit(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* What is behind a backslash; of \u only control characters. */
static bool
escape(struct scan *s, uint8_t *out)
{
	static const uint8_t of[256] = {
		['"'] = '"', ['\\'] = '\\', ['b'] = '\b', ['f'] = '\f',
		['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
	};

	if (s->p < s->end && of[*s->p] != 0) {
		*out = of[*s->p++];
		return true;
	}
	if (!eat(s, "u00") || s->end - s->p < 2 || s->p[0] > '1' ||
	    digit(s->p[0]) > 15 || digit(s->p[1]) > 15)
		return false;
	*out = (uint8_t)(digit(s->p[0]) << 4 | digit(s->p[1]));
	s->p += 2;
	return true;
}

/* A string, behind its first quote. */
static bool
text(struct scan *s, struct slice *out)
{
	uint8_t *to = s->to, c = 0;
	size_t run;

	while (c != '"') {
		if (s->end - s->p >= REC_RUN) {
			memcpy(to, s->p, REC_RUN);
			run = rec_run(s->p);
			s->p += run;
			to += run;
			if (run == REC_RUN)
				continue;
		}
		if (s->p == s->end || (c = *s->p++) < ' ')
			return false;
		if (c == '\\') {
			if (!escape(s, to++))
				return false;
		} else if (c != '"')
			*to++ = c;
	}
	*out = slice_of(s->to, (size_t)(to - s->to));
	s->to = to;
	return true;
}

static bool
number(struct scan *s, int64_t *out)
{
	const uint8_t *start = s->p;

	for (*out = 0; s->p < s->end && digit(*s->p) < 10; s->p++) {
		if (s->p - start == DIGITS)
			return false;
		*out = *out * 10 + digit(*s->p);
	}
	return s->p > start && (*start != '0' || s->p - start == 1);
}

/* An array, behind its bracket. */
static bool
numbers(struct scan *s, struct slice *out)
{
	const uint8_t *start = s->p;
	int64_t one;

	do {
		if (!number(s, &one))
			return false;
	} while (eat(s, ","));
	*out = slice_of(start, (size_t)(s->p - start));
	return eat(s, "]");
}

static bool	fields(struct scan *s, struct rec_fast *f);

/* The fields of an object go to what is kept for the only one. */
static bool
object(struct scan *s, struct rec_fast **out)
{
	*out = s->inner;
	s->inner = NULL;
	return *out != NULL && fields(s, *out);
}

static bool
value(struct scan *s, struct rec_value *v)
{
	memset(v, 0, sizeof(*v));
	if (eat(s, "\"")) {
		v->kind = REC_TEXT;
		return text(s, &v->text);
	}
	if (eat(s, "{")) {
		v->kind = REC_OBJECT;
		return object(s, &v->object);
	}
	if (eat(s, "[")) {
		v->kind = REC_ARRAY;
		return numbers(s, &v->numbers);
	}
	if (eat(s, "true")) {
		v->kind = REC_TRUE;
		return true;
	}
	if (eat(s, "false")) {
		v->kind = REC_FALSE;
		return true;
	}
	v->kind = REC_NUMBER;
	return number(s, &v->number);
}

/* A name, which no other of F is, and its colon. */
static bool
name(struct scan *s, const struct rec_fast *f, struct slice *out)
{
	const uint8_t *start;

	if (!eat(s, "\""))
		return false;
	for (start = s->p; s->p < s->end && *s->p != '"'; s->p++)
		if (*s->p == '\\' || *s->p < ' ')
			return false;
	*out = slice_of(start, (size_t)(s->p - start));
	for (size_t i = 0; i < f->n; i++)
		if (slice_eq(f->field[i].name, *out))
			return false;
	return eat(s, "\":");
}

/* An object, behind its brace. */
static bool
fields(struct scan *s, struct rec_fast *f)
{
	f->n = f->next = 0;
	do {
		if (f->n == REC_FAST_FIELDS ||
		    !name(s, f, &f->field[f->n].name) ||
		    !value(s, &f->field[f->n].value))
			return false;
		f->n++;
	} while (eat(s, ","));
	return eat(s, "}");
}

/* Types whose fields are all read through rec_in_get(). */
static bool
is_ours(struct slice line)
{
	static const char *const type[] = {
		"sip\"", "packet\"", "esp\"", "sa\"", "gap\"", "vector\"",
	};

	if (!slice_starts(line, "{\"type\":\""))
		return false;
	line = slice_from(line, strlen("{\"type\":\""));
	for (size_t i = 0; i < sizeof(type) / sizeof(type[0]); i++)
		if (slice_starts(line, type[i]))
			return true;
	return false;
}

bool
rec_fast_read(struct rec_fast f[2], struct slice line, struct buf *bytes)
{
	struct scan s = { line.p, line.p + line.n, NULL, &f[1] };

	if (!is_ours(line) || !slice_utf8(line))
		return false;
	/* For texts, and for what rec_field.c decodes of them. */
	buf_init(bytes, 2 * line.n + REC_RUN);
	if ((s.to = buf_room(bytes, bytes->max)) == NULL)
		return false;
	bytes->n = line.n + REC_RUN;
	return eat(&s, "{") && fields(&s, &f[0]) && s.p == s.end;
}
