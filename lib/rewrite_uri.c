/* rewrite_uri: what URIs and their parameters tell: place, line, history. */
#include <string.h>

#include "err.h"
#include "rewrite_int.h"

static bool
is_any(struct slice name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (slice_caseis(name, *names))
			return true;
	return false;
}

/* Those named NAMES go out of PARAMS, which begin with a semicolon. */
static void
drop_params(struct rewrite *w, struct slice params, const char *const *names)
{
	const uint8_t *end = params.p + params.n, *floor = NULL, *p, *stop;
	struct slice rest = params;
	struct sip_param param;

	while (sip_param_next(&rest, ';', &param)) {
		if (!is_any(param.name, names))
			continue;
		stop = rest.n > 0 ? rest.p - 1 : end;
		for (p = param.name.p - 1; *p != ';';)
			p--;
		/* No line of white space alone is to stay. */
		while (stop == end && p != floor && (p[-1] == ' ' ||
		    p[-1] == '\t' || p[-1] == '\r' || p[-1] == '\n'))
			p--;
		edit_replace(&w->edit, slice_of(p, (size_t)(stop - p)),
		    slice_of(NULL, 0));
		floor = stop;
	}
}

int
rewrite_location(struct rewrite *w, const char *const *names)
{
	const struct sip_header *h = sip_get_named(&w->msg, "Geolocation");
	struct slice rest, one;
	struct sip_addr a;

	w->at = "Geolocation";
	for (; h != NULL; h = sip_next(&w->msg, h))
		for (rest = h->value; sip_comma(&rest, &one);) {
			if (sip_addr(one, &a) < 0)
				return ERR_FORMAT;
			drop_params(w, a.params, names);
		}
	return 0;
}

/* NAMES are of a number, perhaps the user of a sip URI (RFC 3261 19.1.6). */
static int
line_params(struct rewrite *w, struct slice uri, const char *const *names)
{
	static const char *const of_sip[] = { "iotl", NULL };
	struct slice user;
	struct sip_uri u;

	if (sip_uri(uri, &u) == ERR_FORMAT)
		return ERR_FORMAT;
	if (slice_caseis(u.scheme, "tel")) {
		drop_params(w, u.params, names);
		return 0;
	}
	if (u.host.n == 0)
		return 0;
	if (sip_param(u.params, ';', "user", &user) &&
	    slice_caseis(user, "phone")) {
		user = slice_sub(u.user, 0, slice_chr(u.user, ':'));
		drop_params(w, slice_from(user, slice_chr(user, ';')), names);
	}
	drop_params(w, u.params, of_sip);
	return 0;
}

int
rewrite_line(struct rewrite *w, const char *const *names)
{
	struct sip_iter it = { NULL, { NULL, 0 } };
	struct slice value;
	struct sip_addr a;

	w->at = "Request-URI";
	if (w->msg.request && line_params(w, w->msg.uri, names) < 0)
		return ERR_FORMAT;
	w->at = "P-Asserted-Identity";
	while (sip_each(&w->msg, SIP_H_P_ASSERTED_IDENTITY, &it, &value)) {
		if (sip_addr(value, &a) < 0)
			return ERR_FORMAT;
		/* The field has no parameters of its own (RFC 3325 9.1). */
		if (line_params(w, a.uri.p == value.p ? value : a.uri,
		    names) < 0)
			return ERR_FORMAT;
	}
	return 0;
}

/* Is WORD one of those in VALUE, with semicolons, escaped or not, between? */
static bool
has_word(struct slice value, const char *word)
{
	while (value.n > 0) {
		struct slice part = slice_cut(&value, ';');
		size_t at;

		do {
			at = slice_find(part, slice_str("%3B"));
			if (at == part.n)
				at = slice_find(part, slice_str("%3b"));
			if (slice_caseis(slice_trim(slice_sub(part, 0, at)),
			    word))
				return true;
			part = slice_from(part, at + 3);
		} while (part.n > 0);
	}
	return false;
}

bool
rewrite_wants_privacy(const struct rewrite *w, const char *word)
{
	const struct sip_header *h;

	for (h = sip_get(&w->msg, SIP_H_PRIVACY); h != NULL;
	    h = sip_next(&w->msg, h))
		if (has_word(h->value, word))
			return true;
	return false;
}

/* Does the URI of ENTRY say WORD (RFC 7044 10.1.1)? */
static bool
is_private(struct slice entry, const char *word)
{
	struct slice rest;
	struct sip_param p;
	struct sip_addr a;
	struct sip_uri u;

	if (sip_addr(entry, &a) < 0 || sip_uri(a.uri, &u) == ERR_FORMAT)
		return false;
	for (rest = u.headers; sip_param_next(&rest, '&', &p);)
		if (slice_caseis(p.name, "Privacy") && has_word(p.value, word))
			return true;
	return false;
}

int
rewrite_history(struct rewrite *w, const char *const *names)
{
	const struct sip_header *h = sip_get_named(&w->msg, "History-Info");
	struct slice rest, one;
	struct sip_addr a;

	(void)names;
	if (rewrite_wants_privacy(w, "history")) {
		rewrite_drop(w, "History-Info");
		return 0;
	}
	w->at = "History-Info";
	for (; h != NULL; h = sip_next(&w->msg, h)) {
		for (rest = h->value; sip_comma(&rest, &one);)
			if (sip_addr(one, &a) < 0)
				return ERR_FORMAT;
		rewrite_drop_values(w, h, is_private, "history");
	}
	return 0;
}

static void
add_uri(struct rewrite *w, const char *name, struct slice uri)
{
	struct buf *to;

	rewrite_drop(w, name);
	to = rewrite_add(w, name);
	buf_u8(to, '<');
	buf_put(to, uri);
	buf_str(to, ">\r\n");
}

/* The profile is that of a wildcarded service, which does not register. */
int
rewrite_of_hss(struct rewrite *w, const char *const *names)
{
	(void)names;
	if (w->o.user_database.n > 0)
		add_uri(w, "P-User-Database", w->o.user_database);
	if (w->o.profile_key.n > 0 && !rewrite_method(w, "REGISTER"))
		add_uri(w, "P-Profile-Key", w->o.profile_key);
	return 0;
}
