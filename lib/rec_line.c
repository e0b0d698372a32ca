/* rec_line: one value of a line of JSON changed, the rest left as it is. */
#include <string.h>

#include "rec.h"

/* Behind the string that begins at I. */
static size_t
skip_string(struct slice s, size_t i)
{
	for (i++; i < s.n && s.p[i] != '"'; i++)
		if (s.p[i] == '\\')
			i++;
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

/* Where KEY and its value are in the object LINE. */
static bool
find(struct slice line, const char *key, struct slice *name,
    struct slice *value)
{
	size_t i = skip_space(line, 0) + 1, end;

	while ((i = skip_space(line, i)) < line.n && line.p[i] == '"') {
		end = skip_string(line, i);
		*name = slice_sub(line, i + 1, end - i - 2);
		i = skip_space(line, end);	/* the colon */
		i = skip_space(line, i + 1);
		end = skip_value(line, i);
		*value = slice_sub(line, i, end - i);
		while (value->n > 0 && slice_trim(*value).n < value->n)
			value->n--;
		if (slice_is(*name, key))
			return true;
		i = end + 1;
	}
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
	buf_str(out, ",\"");
	buf_str(out, key);
	buf_str(out, "\":");
	quoted(out, value);
	buf_put(out, slice_from(line, at > 0 ? at - 1 : 0));
}
