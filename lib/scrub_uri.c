/* scrub_uri: URIs and URNs that stand in text, escaped or not. */
#include <string.h>
#include <strings.h>

#include "scrub_int.h"

#define USER_MAX	512	/* octets looked at for an "@" */

static bool
ends_uri(uint8_t c)
{
	return c <= ' ' || c == 0x7f || strchr("<>\",'|\\^{}`", c) != NULL;
}

/* At P: the character C as it is or escaped (RFC 3986 2.1); its octets. */
static size_t
is_char(const uint8_t *p, size_t n, char c)
{
	char escaped[4] = { '%', "0123456789ABCDEF"[(uint8_t)c >> 4],
	    "0123456789ABCDEF"[c & 15], '\0' };

	if (n > 0 && p[0] == (uint8_t)c)
		return 1;
	return n >= 3 && slice_caseis(slice_of(p, 3), escaped) ? 3 : 0;
}

/* Octets of host at P, scrubbed: a literal in brackets, or a name. */
static size_t
host(struct scrub *s, uint8_t *p, size_t n)
{
	size_t len = 0;

	if (n > 0 && p[0] == '[') {
		len = slice_chr(slice_of(p, n), ']');
		if (len == n || len > PKT_ADDR_TEXT)
			return 0;
		(void)scrub_literal(s, p, len + 1);
		return len + 1;
	}
	while (len < n && scrub_host_char(p[len]))
		len++;
	scrub_host(s, p, len);
	return len;
}

/* Octets before the "@" (its length to *AT), or N if there is none. */
static size_t
userinfo(const uint8_t *p, size_t n, size_t *at)
{
	size_t max = n < USER_MAX ? n : USER_MAX;

	for (size_t i = 0; i < max && !ends_uri(p[i]) && p[i] != '?' &&
	    p[i] != '/'; i++) {
		if ((*at = is_char(p + i, n - i, '@')) > 0)
			return i;
		if (is_char(p + i, n - i, '<') > 0 ||
		    is_char(p + i, n - i, '>') > 0 ||
		    is_char(p + i, n - i, '?') > 0)
			break;
	}
	return n;
}

static size_t
authority(struct scrub *s, uint8_t *p, size_t n)
{
	size_t at, user = userinfo(p, n, &at), colon;

	if (user == n)
		return host(s, p, n);
	colon = slice_chr(slice_of(p, user), ':');
	scrub_user(s, p, colon);
	if (colon < user)
		scrub_words(s, SCRUB_SECRET, p + colon, user - colon);
	return user + at + host(s, p + user + at, n - user - at);
}

static size_t
number(struct scrub *s, uint8_t *p, size_t n)
{
	size_t len = 0;

	while (len < n && ((p[len] >= '0' && p[len] <= '9') || (p[len] != 0 &&
	    strchr("+-.()*#", p[len]) != NULL)))
		len++;
	scrub_user(s, p, len);
	return len;
}

/* RFC 7254; RFC 4122. */
static size_t
urn(struct scrub *s, uint8_t *p, size_t n)
{
	static const char imei[] = "gsma:imei:", uuid[] = "uuid:";
	struct slice rest = slice_of(p, n);
	bool is_imei = slice_casestarts(rest, imei);
	size_t skip = is_imei ? sizeof(imei) - 1 : sizeof(uuid) - 1;
	size_t len = skip;

	if (!is_imei && !slice_casestarts(rest, uuid))
		return 0;
	while (len < n && (p[len] == '-' || (p[len] >= '0' && p[len] <= '9') ||
	    (!is_imei && (p[len] | 0x20) >= 'a' && (p[len] | 0x20) <= 'f')))
		len++;
	if (is_imei)
		scrub_imei(s, p + skip, len - skip);
	else
		scrub_hex(s, SCRUB_TOKEN, p + skip, len - skip);
	return len;
}

size_t
scrub_uri(struct scrub *s, uint8_t *p, size_t n)
{
	static const char *const named[] = {
		"sip", "sips", "im", "pres", "mailto", "xmpp", "acct", "h323",
	};
	size_t len = 0, colon;
	struct slice scheme;

	while (len < n && len < 16 && ((p[len] | 0x20) >= 'a' ?
	    (p[len] | 0x20) <= 'z' : len > 0 && ((p[len] >= '0' &&
	    p[len] <= '9') || p[len] == '+' || p[len] == '-')))
		len++;
	colon = is_char(p + len, n - len, ':');
	if (len == 0 || colon == 0)
		return 0;
	scheme = slice_of(p, len);
	len += colon;
	if (slice_caseis(scheme, "tel"))
		return len + number(s, p + len, n - len);
	if (slice_caseis(scheme, "urn"))
		return len + urn(s, p + len, n - len);
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (slice_caseis(scheme, named[i]))
			return len + authority(s, p + len, n - len);
	if (n - len > 2 && p[len] == '/' && p[len + 1] == '/')
		return len + 2 + authority(s, p + len + 2, n - len - 2);
	return 0;
}
