/* scrub_param: parameters and attributes whose names say what they hold. */
#include <string.h>

#include "scrub_int.h"

enum holds {
	TOKEN, HOST, IDENTITY, CALL_ID, CELL, HEX, PLACE, CONTEXT, NAME,
};

static const struct {
	const char	*name;
	enum holds	 holds;
} known[] = {
	{ "aor", IDENTITY },
	{ "branch", TOKEN },
	{ "call-id", CALL_ID },
	{ "callid", CALL_ID },
	{ "ccf", HOST },
	{ "cell-id", CELL },
	{ "cgi-3gpp", CELL },
	{ "ci-3gpp2", HEX },
	{ "ci-3gpp2-femto", HEX },
	{ "cname", TOKEN },
	{ "did", TOKEN },
	{ "displayname", NAME },
	{ "dsl-location", PLACE },
	{ "ecf", HOST },
	{ "entity", IDENTITY },
	{ "eth-location", PLACE },
	{ "fiber-location", PLACE },
	{ "from-tag", TOKEN },
	{ "ftag", TOKEN },
	{ "gr", TOKEN },
	{ "gstn-location", PLACE },
	{ "i-wlan-node-id", HEX },
	{ "icid-generated-at", HOST },
	{ "icid-value", TOKEN },
	{ "line", TOKEN },
	{ "loc-src", HOST },
	{ "local-tag", TOKEN },
	{ "maddr", HOST },
	{ "opaque", TOKEN },
	{ "operator-specific-gi", PLACE },
	{ "orig-ioi", HOST },
	{ "phone-context", CONTEXT },
	{ "received", HOST },
	{ "related-icid", TOKEN },
	{ "related-icid-generated-at", HOST },
	{ "remote-tag", TOKEN },
	{ "tag", TOKEN },
	{ "term-ioi", HOST },
	{ "to-tag", TOKEN },
	{ "tokenized-by", HOST },
	{ "transit-ioi", HOST },
	{ "ue-ip", HOST },
	{ "utran-cell-id-3gpp", CELL },
	{ "utran-sai-3gpp", CELL },
	{ "vsf", TOKEN },
	{ "vst", TOKEN },
	{ "wlan-node-id", HEX },
};

static bool
name_char(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' &&
	    (c | 0x20) <= 'z') || c == '-' || c == '_';
}

/* A port behind a host, or what stands before a space, is not of it. */
static void
host(struct scrub *s, uint8_t *p, size_t n)
{
	struct slice all = slice_of(p, n);
	size_t at = 0;

	if (scrub_literal(s, p, n))
		return;
	if (slice_find(all, slice_str("//")) < n || slice_chr(all, '@') < n ||
	    slice_casestarts(all, "sip")) {
		scrub_text(s, p, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (p[i] == ' ')
			at = i + 1;
	n = slice_chr(slice_of(p, n), ':');
	if (at < n)
		scrub_host(s, p + at, n - at);
}

static void
value(struct scrub *s, enum holds holds, uint8_t *p, size_t n)
{
	switch (holds) {
	case TOKEN:
		if (scrub_uri(s, p, n) == 0)
			scrub_token(s, SCRUB_TOKEN, p, n);
		break;
	case HOST:
		host(s, p, n);
		break;
	case IDENTITY:
		scrub_identity(s, p, n);
		break;
	case CALL_ID:
		scrub_call_id(s, p, n);
		break;
	case CELL:
		scrub_cell(s, p, n);
		break;
	case HEX:
		scrub_hex(s, SCRUB_PLACE, p, n);
		break;
	case PLACE:
		scrub_words(s, SCRUB_PLACE, p, n);
		break;
	case CONTEXT:
		if (p[0] == '+')
			scrub_number(s, p, n);
		else
			scrub_host(s, p, n);
		break;
	case NAME:
		scrub_words(s, SCRUB_NAME, p, n);
		break;
	}
}

size_t
scrub_param(struct scrub *s, uint8_t *p, size_t n)
{
	struct slice name;
	size_t len = 0, at, i = 0, end;
	uint8_t quote = 0;

	while (len < n && len < 32 && name_char(p[len]))
		len++;
	if (len == 0 || len == n || p[len] != '=')
		return 0;
	name = slice_of(p, len);
	while (i < sizeof(known) / sizeof(known[0]) &&
	    (known[i].name[0] != (p[0] | 0x20) ||
	    !slice_caseis(name, known[i].name)))
		i++;
	if (i == sizeof(known) / sizeof(known[0]))
		return 0;
	at = len + 1;
	if (at < n && (p[at] == '"' || p[at] == '\''))
		quote = p[at++];
	for (end = at; end < n; end++)
		if (quote != 0 ? p[end] == quote : p[end] <= ' ' ||
		    strchr(";,>?&%\"<", p[end]) != NULL)
			break;
	if (end > at)
		value(s, known[i].holds, p + at, end - at);
	return end;
}
