/* rec_line: one value of a line of JSON changed, the rest left as it is. */
#include <string.h>

#include "rec_int.h"

/* Behind the string that begins at I: a quote with no odd backslash before it. */
static size_t
skip_string(struct slice s, size_t i)
{
	size_t start = i + 1, n;

	do {
		i += 1 + slice_chr(slice_from(s, i + 1), '"');
		for (n = 0; i - n > start && s.p[i - n - 1] == '\\'; n++)
			;
	} while (i < s.n && n % 2 != 0);
	return i < s.n ? i + 1 : s.n;
}

static size_t
skip_space(struct slice s, size_t i)
{
	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t' ||
	    s.p[i] == '\r' || s.p[i] == '\n'))
		i++;
	return i;
}

/* Behind the value that begins at I. */
static size_t
skip_value(struct slice s, size_t i)
{
	size_t depth = 0;

	while (i < s.n) {
		if (s.p[i] == '"') {
			i = skip_string(s, i);
			continue;
		}
		if (s.p[i] == '{' || s.p[i] == '[')
			depth++;
		else if (s.p[i] == '}' || s.p[i] == ']') {
			if (depth == 0)
				break;
			depth--;
		} else if (s.p[i] == ',' && depth == 0)
			break;
		i++;
	}
	return i;
}

/*
 * The name and value of the next field of LINE, at or after *I, which moves
 * behind it; 1 is behind the brace of the object.
 */
static bool
next_field(struct slice line, size_t *i, struct slice *name,
    struct slice *value)
{
	size_t end;

	*i = skip_space(line, *i);
	if (*i < line.n && line.p[*i] == ',')
		*i = skip_space(line, *i + 1);
	if (*i >= line.n || line.p[*i] != '"')
		return false;
	end = skip_string(line, *i);
	*name = slice_sub(line, *i + 1, end - *i - 2);
	end = skip_space(line, end);		/* the colon */
	*i = skip_space(line, end + 1);
	end = skip_value(line, *i);
	*value = slice_sub(line, *i, end - *i);
	while (value->n > 0 && slice_trim(*value).n < value->n)
		value->n--;
	*i = (size_t)(value->p - line.p) + value->n;
	return true;
}

/* Where KEY and its value are in the object LINE. */
static bool
find(struct slice line, const char *key, struct slice *name,
    struct slice *value)
{
	size_t i = skip_space(line, 0) + 1;

	while (next_field(line, &i, name, value))
		if (slice_is(*name, key))
			return true;
	return false;
}

static void
quoted(struct buf *out, struct slice s)
{
	buf_u8(out, '"');
	buf_put(out, s);
	buf_u8(out, '"');
}

void
rec_line_set(struct buf *out, struct slice line, const char *key,
    const char *rename, struct slice value)
{
	struct slice name, was;
	size_t at;

	if (find(line, key, &name, &was)) {
		at = (size_t)(name.p - line.p);
		buf_put(out, slice_sub(line, 0, at));
		buf_str(out, rename != NULL ? rename : key);
		at += name.n;
		buf_put(out, slice_sub(line, at,
		    (size_t)(was.p - line.p) - at));
		quoted(out, value);
		buf_put(out, slice_from(line,
		    (size_t)(was.p - line.p) + was.n));
		return;
	}
	for (at = line.n; at > 0 && line.p[at - 1] != '}'; at--)
		;
	buf_put(out, slice_sub(line, 0, at > 0 ? at - 1 : 0));
	was = slice_trim(slice_sub(line, 0, at > 0 ? at - 1 : 0));
	if (was.n > 1 && was.p[was.n - 1] != '{')
		buf_u8(out, ',');
	buf_u8(out, '"');
	buf_str(out, key);
	buf_str(out, "\":");
	quoted(out, value);
	buf_put(out, slice_from(line, at > 0 ? at - 1 : 0));
}

/* Is NAME a field of the summary, perhaps in its other form? */
static bool
is_summary(struct slice name)
{
	static const char *const of_summary[] = {
		"method", "status", "call_id", "cseq", "impi", "method_b64",
		"call_id_b64", "cseq_b64", "impi_b64",
	};

	for (size_t i = 0; i < sizeof(of_summary) / sizeof(of_summary[0]); i++)
		if (slice_is(name, of_summary[i]))
			return true;
	return false;
}

/* What OUT has from AT on is the first field: it has no comma in front. */
static void
first_field(struct buf *out, size_t at)
{
	if (out->n > at && out->p[at] == ',') {
		memmove(out->p + at, out->p + at + 1, out->n - at - 1);
		out->n--;
	}
}

void
rec_line_sip(struct buf *out, struct slice line, struct slice message,
    bool fits)
{
	size_t i = skip_space(line, 0) + 1, from = i, done = i, start, at;
	struct slice name, value;
	bool text, summary = false;

	buf_put(out, slice_sub(line, 0, done));
	start = out->n;
	for (; next_field(line, &i, &name, &value); from = i) {
		text = slice_is(name, "message") ||
		    slice_is(name, "message_b64");
		if (!text && (fits || !is_summary(name)))
			continue;
		at = out->n;
		buf_put(out, slice_sub(line, done, from - done));
		if (text)
			rec_put_text(out, "message", message);
		else if (!summary) {
			rec_put_summary(out, message);
			summary = true;
		}
		if (at == start)
			first_field(out, at);
		done = i;
	}
	at = out->n;
	buf_put(out, slice_from(line, done));
	if (at == start)
		first_field(out, at);
}
