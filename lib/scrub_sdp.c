/* scrub_sdp: session descriptions (RFC 8866): people, addresses, keys. */
#include "scrub_int.h"

static void
text(struct scrub *s, enum scrub_kind k, struct slice v)
{
	if (v.n > 0 && !slice_is(v, "-") && !slice_is(v, " "))
		scrub_words(s, k, scrub_mut(v), v.n);
}

/* All behind the first space. */
static struct slice
behind_space(struct slice v)
{
	return slice_from(v, slice_chr(v, ' ') + 1);
}

/* tag suite inline:key||salt|lifetime|MKI;inline:... (RFC 4568 9.1). */
static void
crypto(struct scrub *s, struct slice v)
{
	const struct slice word = slice_str("inline:");

	for (;;) {
		size_t at = slice_find(v, word), n = 0;

		if (at == v.n)
			return;
		v = slice_from(v, at + word.n);
		while (n < v.n && v.p[n] > ' ' && v.p[n] != '|' &&
		    v.p[n] != ';')
			n++;
		scrub_token(s, SCRUB_SECRET, scrub_mut(v), n);
		v = slice_from(v, n);
	}
}

static void
attribute(struct scrub *s, struct slice line)
{
	struct slice v = line, name = slice_cut(&v, ':');
	size_t at;

	if (slice_caseis(name, "crypto"))
		crypto(s, v);
	else if (slice_caseis(name, "key-mgmt"))
		text(s, SCRUB_SECRET, behind_space(v));
	else if (slice_caseis(name, "fingerprint")) {
		v = behind_space(v);
		scrub_hex(s, SCRUB_TOKEN, scrub_mut(v), v.n);
	} else if (slice_caseis(name, "ice-ufrag") ||
	    slice_caseis(name, "ice-pwd") || slice_caseis(name, "identity") ||
	    slice_caseis(name, "tls-id"))
		text(s, SCRUB_TOKEN, v);
	else if (slice_caseis(name, "ssrc")) {
		at = slice_find(v, slice_str("cname:"));
		v = slice_from(v, at + 6);
		scrub_call_id(s, scrub_mut(v), v.n);
	} else
		scrub_scan(s, scrub_mut(line), line.n, false);
}

static void
line(struct scrub *s, char type, struct slice v)
{
	struct slice user;

	switch (type) {
	case 'o':
		user = slice_sub(v, 0, slice_chr(v, ' '));
		if (!slice_is(user, "-"))
			scrub_user(s, scrub_mut(user), user.n);
		v = slice_from(v, user.n);
		scrub_scan(s, scrub_mut(v), v.n, false);
		break;
	case 's':
	case 'i':
		text(s, SCRUB_TEXT, v);
		break;
	case 'e':
		text(s, SCRUB_NAME, v);
		break;
	case 'p':
		if (v.n > 0)
			scrub_number(s, scrub_mut(v), v.n);
		break;
	case 'k':
		text(s, SCRUB_SECRET, v);
		break;
	case 'a':
		attribute(s, v);
		break;
	default:
		scrub_scan(s, scrub_mut(v), v.n, false);
	}
}

void
scrub_sdp(struct scrub *s, uint8_t *p, size_t n)
{
	struct slice rest = slice_of(p, n);

	while (rest.n > 0) {
		struct slice l = slice_cut(&rest, '\n');

		if (l.n > 0 && l.p[l.n - 1] == '\r')
			l.n--;
		if (l.n > 2 && l.p[1] == '=')
			line(s, (char)l.p[0], slice_from(l, 2));
		else
			scrub_text(s, scrub_mut(l), l.n);
	}
}
