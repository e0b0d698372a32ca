/* scrub_body: bodies by their type, and the parts they have. */
#include <string.h>

#include "scrub_int.h"

static void
blank(struct scrub *s, struct slice type, uint8_t *p, size_t n)
{
	char what[SCRUB_LEFT_TEXT] = "body ", shown[SLICE_SHOW];

	if (!s->opt.keep_other) {
		memset(p, 0, n);
		s->count[SCRUB_BODY]++;
		return;
	}
	strncat(what, slice_show(type, shown), sizeof(what) - 6);
	scrub_leave(s, what, s->frame);
}

/* The blank line: where what follows it begins; N if there is none. */
static size_t
behind_head(struct slice text)
{
	size_t crlf = slice_find(text, slice_str("\r\n\r\n"));
	size_t lf = slice_find(text, slice_str("\n\n"));

	if (slice_starts(text, "\r\n"))
		return 2;
	return crlf < lf ? crlf + 4 : lf < text.n ? lf + 2 : text.n;
}

/* Header lines of a part or a fragment; its type and encoding. */
static void
head(struct scrub *s, struct slice text, struct slice *type,
    struct slice *encoding)
{
	while (text.n > 0) {
		struct slice v = slice_cut(&text, '\n');
		struct slice l = v, name = slice_trim(slice_cut(&v, ':'));

		if (name.n == l.n || v.n == 0) {
			scrub_text(s, scrub_mut(l), l.n);
			continue;
		}
		v = slice_trim(v);
		if (slice_caseis(name, "Content-Type"))
			*type = v;
		else if (slice_caseis(name, "Content-Transfer-Encoding") ||
		    slice_caseis(name, "Content-Encoding"))
			*encoding = v;
		scrub_header(s, name, v);
	}
}

static void
part(struct scrub *s, struct slice text)
{
	struct slice type = slice_str("text/plain");
	struct slice encoding = slice_of(NULL, 0);
	size_t n = behind_head(text);

	head(s, slice_sub(text, 0, n), &type, &encoding);
	scrub_body(s, type, encoding, scrub_mut(text) + n, text.n - n);
}

/* RFC 2046 5.1. */
static void
multipart(struct scrub *s, struct slice type, struct slice text)
{
	struct slice boundary, params = slice_from(type, slice_chr(type, ';'));
	char line[80] = "--";
	struct slice mark;

	if (!sip_param(params, ';', "boundary", &boundary) ||
	    boundary.n == 0 || boundary.n > 70) {
		blank(s, type, scrub_mut(text), text.n);
		return;
	}
	memcpy(line + 2, boundary.p, boundary.n);
	mark = slice_of(line, boundary.n + 2);
	for (;;) {
		size_t at = slice_find(text, mark), end;

		if (at > 0 && slice_trim(slice_sub(text, 0, at)).n > 0)
			part(s, slice_sub(text, 0, at));
		if (at == text.n)
			return;
		text = slice_from(text, at + mark.n);
		end = slice_chr(text, '\n');
		text = slice_from(text, end + 1);
	}
}

/* RFC 3862: headers of its own, then a MIME part. */
static void
cpim(struct scrub *s, struct slice text)
{
	struct slice type = { NULL, 0 }, encoding = { NULL, 0 };
	size_t n = behind_head(text);

	head(s, slice_sub(text, 0, n), &type, &encoding);
	if (n < text.n)
		part(s, slice_from(text, n));
}

static void
fragment(struct scrub *s, struct slice text)
{
	struct slice type = { NULL, 0 }, encoding = { NULL, 0 };
	size_t n;

	if (scrub_message(s, scrub_mut(text), text.n, NULL) == 0)
		return;
	n = behind_head(text);
	head(s, slice_sub(text, 0, n), &type, &encoding);
	if (n < text.n)
		scrub_body(s, type, encoding, scrub_mut(text) + n,
		    text.n - n);
}

static bool
is_xml(struct slice type)
{
	return slice_caseis(type, "text/xml") || (type.n > 3 &&
	    slice_caseis(slice_from(type, type.n - 3), "xml"));
}

static void
plain(struct scrub *s, struct slice type, struct slice text)
{
	struct slice t = slice_trim(slice_sub(type, 0, slice_chr(type, ';')));

	if (slice_casestarts(t, "multipart/"))
		multipart(s, type, text);
	else if (slice_caseis(t, "message/cpim"))
		cpim(s, text);
	else if (slice_casestarts(t, "message/sip"))
		fragment(s, text);
	else if (slice_caseis(t, "application/sdp") || (t.n == 0 &&
	    slice_starts(text, "v=0")))
		scrub_sdp(s, scrub_mut(text), text.n);
	else if (is_xml(t))
		scrub_xml(s, scrub_mut(text), text.n);
	else if (slice_caseis(t, "application/vnd.3gpp.sms")) {
		if (!scrub_sms(s, scrub_mut(text), text.n)) {
			memset(scrub_mut(text), 0, text.n);
			s->count[SCRUB_BODY]++;
		}
	} else if (slice_caseis(t, "application/simple-message-summary"))
		scrub_text(s, scrub_mut(text), text.n);
	else if (slice_casestarts(t, "text/") || slice_casestarts(t,
	    "application/dtmf") || t.n == 0)
		scrub_words(s, SCRUB_TEXT, scrub_mut(text), text.n);
	else
		blank(s, t, scrub_mut(text), text.n);
}

void
scrub_body(struct scrub *s, struct slice type, struct slice encoding,
    uint8_t *p, size_t n)
{
	bool encoded = encoding.n > 0 && !slice_caseis(encoding, "7bit") &&
	    !slice_caseis(encoding, "8bit") &&
	    !slice_caseis(encoding, "binary") &&
	    !slice_caseis(encoding, "identity");

	if (n == 0)
		return;
	if (encoded || s->depth == SCRUB_DEPTH) {
		blank(s, type, p, n);
		return;
	}
	s->depth++;
	plain(s, type, slice_of(p, n));
	s->depth--;
}
