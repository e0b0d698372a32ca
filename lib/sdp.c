/* sdp: lines of a session description (RFC 8866), found in a SIP body. */
#include <string.h>

#include "sdp.h"

#define NESTED_MAX	4	/* multipart in multipart */

void
sdp_iter_init(struct sdp_iter *it, struct slice body)
{
	it->rest = body;
	it->media = -1;
}

/* The next line, without its line end (RFC 8866 5: LF alone will do). */
static struct slice
cut_line(struct slice *rest)
{
	struct slice line = slice_cut(rest, '\n');

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

bool
sdp_next(struct sdp_iter *it, struct sdp_line *out)
{
	while (it->rest.n > 0) {
		struct slice line = cut_line(&it->rest);
		uint8_t c = line.n >= 2 ? line.p[0] | 0x20 : 0;

		if (c < 'a' || c > 'z' || line.p[1] != '=')
			continue;
		out->type = (char)line.p[0];
		out->value = slice_from(line, 2);
		if (out->type == 'm')
			it->media++;
		out->media = it->media;
		return true;
	}
	return false;
}

bool
sdp_attr(const struct sdp_line *line, const char *name, struct slice *value)
{
	struct slice rest = line->value;

	if (line->type != 'a' || !slice_is(slice_cut(&rest, ':'), name))
		return false;
	*value = rest;
	return true;
}

/* The next parameter of TYPE, quotes taken off its value. */
static struct slice
cut_param(struct slice *type, struct slice *value)
{
	size_t i = 0;
	struct slice name;

	while (i < type->n && type->p[i] != '=' && type->p[i] != ';')
		i++;
	name = slice_trim(slice_sub(*type, 0, i));
	*value = slice_of(NULL, 0);
	if (i < type->n && type->p[i] == '=') {
		*type = slice_trim(slice_from(*type, i + 1));
		if (type->n > 0 && type->p[0] == '"') {
			*type = slice_from(*type, 1);
			*value = slice_cut(type, '"');
			(void)slice_cut(type, ';');
		} else
			*value = slice_trim(slice_cut(type, ';'));
	} else
		*type = slice_from(*type, i + 1);
	return name;
}

/* The boundary of a multipart type (RFC 2046 5.1.1). */
static bool
boundary(struct slice type, struct slice *out)
{
	(void)slice_cut(&type, ';');
	while (type.n > 0)
		if (slice_caseis(cut_param(&type, out), "boundary"))
			return out->n > 0;
	return false;
}

/* Is LINE "--" BOUNDARY, perhaps with "--" and white space behind it? */
static bool
is_delimiter(struct slice line, struct slice bound, bool *last)
{
	struct slice tail = slice_from(line, 2 + bound.n);

	if (!slice_starts(line, "--") ||
	    !slice_eq(slice_sub(line, 2, bound.n), bound))
		return false;
	*last = slice_starts(tail, "--");
	return slice_trim(slice_from(tail, *last ? 2 : 0)).n == 0;
}

/*
 * The next part of REST: from behind a delimiter line to before the line end in
 * front of the next one, or of the whole.  REST moves to that next one.
 */
static bool
next_part(struct slice *rest, struct slice bound, struct slice *part)
{
	bool last, open = false;

	while (rest->n > 0) {
		struct slice before = *rest, line = cut_line(rest);

		if (!is_delimiter(line, bound, &last)) {
			if (open)
				part->n = (size_t)(line.p + line.n - part->p);
			continue;
		}
		if (open || last) {
			*rest = last ? slice_of(NULL, 0) : before;
			return open;
		}
		open = true;
		*part = slice_sub(*rest, 0, 0);
	}
	return open;
}

/* Cut the header off PART; TYPE is the value of its Content-Type. */
static void
part_header(struct slice *part, struct slice *type)
{
	*type = slice_of(NULL, 0);
	while (part->n > 0) {
		struct slice field = cut_line(part), name;

		if (field.n == 0)
			return;
		while (part->n > 0 && (part->p[0] == ' ' ||
		    part->p[0] == '\t')) {
			struct slice more = cut_line(part);

			field.n = (size_t)(more.p + more.n - field.p);
		}
		name = slice_trim(slice_cut(&field, ':'));
		if (slice_caseis(name, "Content-Type"))
			*type = field;
	}
}

static bool
find(struct slice type, struct slice body, unsigned depth, struct slice *sdp)
{
	struct slice media = type, bound, part, part_type;

	media = slice_trim(slice_cut(&media, ';'));
	if (slice_caseis(media, "application/sdp")) {
		*sdp = body;
		return true;
	}
	if (depth == 0 || !slice_casestarts(media, "multipart/") ||
	    !boundary(type, &bound))
		return false;
	while (next_part(&body, bound, &part)) {
		part_header(&part, &part_type);
		if (find(part_type, part, depth - 1, sdp))
			return true;
	}
	return false;
}

bool
sdp_find(struct slice content_type, struct slice body, struct slice *sdp)
{
	return find(content_type, body, NESTED_MAX, sdp);
}
