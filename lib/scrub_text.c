/* scrub_text: what has the form of an identity, found in any text. */
#include <string.h>

#include "scrub_int.h"

#define NUMBER_MIN	7	/* digits in a row that may be someone's */

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(uint8_t c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool
is_word(uint8_t c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    c >= 0x80;
}

/* An address literal at P; its octets. */
static size_t
literal(struct scrub *s, uint8_t *p, size_t n)
{
	size_t len = 0, colons = 0, dots = 0;

	while (len < n && len < PKT_ADDR_TEXT && (is_hex(p[len]) ||
	    p[len] == ':' || p[len] == '.')) {
		colons += p[len] == ':';
		dots += p[len] == '.';
		len++;
	}
	if (colons >= 2 && (len == n || !is_word(p[len])))
		return scrub_literal(s, p, len) ? len : 0;
	for (len = 0, dots = 0; len < n && (is_digit(p[len]) ||
	    (p[len] == '.' && dots < 3 && len + 1 < n &&
	    is_digit(p[len + 1]))); len++)
		dots += p[len] == '.';
	if (dots != 3 || (len < n && (is_word(p[len]) || (p[len] == '.' &&
	    len + 1 < n && is_word(p[len + 1])))))
		return 0;
	return scrub_literal(s, p, len) ? len : 0;
}

/* Does NAME end as domains do? */
static bool
is_domain(struct slice name)
{
	static const char *const top[] = {
		"arpa", "com", "edu", "example", "gov", "gprs", "home", "info",
		"int", "internal", "invalid", "lan", "local", "localdomain",
		"mil", "net", "org", "test",
	};
	size_t dot = name.n;
	struct slice last;

	while (dot > 0 && name.p[dot - 1] != '.')
		dot--;
	if (dot < 2 || dot == name.n)
		return false;
	last = slice_from(name, dot);
	for (size_t i = 0; i < sizeof(top) / sizeof(top[0]); i++)
		if (top[i][0] == (last.p[0] | 0x20) &&
		    slice_caseis(last, top[i]))
			return true;
	return last.n == 2 && !is_digit(last.p[0]) && !is_digit(last.p[1]);
}

/* Long digits in a word. */
static void
digits(struct scrub *s, uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = 0;

		while (i + len < n && is_digit(p[i + len]))
			len++;
		if (len >= NUMBER_MIN)
			scrub_number(s, p + i, len);
		i += len;
	}
}

/* A word at P: a host name, a person at a domain, or something else. */
static size_t
word(struct scrub *s, uint8_t *p, size_t n, bool numbers)
{
	size_t len = 0, host = 0;

	while (len < n && (scrub_host_char(p[len]) || p[len] >= 0x80))
		len++;
	if (len < n && p[len] == '@') {
		while (len + 1 + host < n && scrub_host_char(p[len + 1 +
		    host]))
			host++;
		if (host > 0) {
			scrub_identity(s, p, len + 1 + host);
			return len + 1 + host;
		}
	}
	while (len > 1 && (p[len - 1] == '.' || p[len - 1] == '-'))
		len--;
	if (is_domain(slice_of(p, len)))
		scrub_host(s, p, len);
	else if (numbers)
		digits(s, p, len);
	return len;
}

void
scrub_scan(struct scrub *s, uint8_t *p, size_t n, bool numbers)
{
	bool edge = true;	/* a word may begin here */
	size_t i = 0;

	while (i < n) {
		size_t len = 0;

		if (p[i] == '%' && i + 2 < n && is_hex(p[i + 1]) &&
		    is_hex(p[i + 2])) {
			edge = true;
			i += 3;
			continue;
		}
		if (!edge || (!is_word(p[i]) && p[i] != ':')) {
			edge = !is_word(p[i]);
			i++;
			continue;
		}
		if ((len = scrub_param(s, p + i, n - i)) == 0 &&
		    (len = scrub_uri(s, p + i, n - i)) == 0 &&
		    (len = literal(s, p + i, n - i)) == 0 && p[i] != ':')
			len = word(s, p + i, n - i, numbers);
		if (len == 0)
			len = 1;
		i += len;
		edge = !is_word(p[i - 1]) || i == n || !is_word(p[i]);
	}
}

void
scrub_text(struct scrub *s, uint8_t *p, size_t n)
{
	scrub_scan(s, p, n, true);
}

void
scrub_call_id(struct scrub *s, uint8_t *p, size_t n)
{
	size_t at = slice_chr(slice_of(p, n), '@'), host = 0;

	scrub_token(s, SCRUB_TOKEN, p, at);
	if (at == n)
		return;
	p += at + 1;
	n -= at + 1;
	while (host < n && (scrub_host_char(p[host]) || p[host] == ':' ||
	    p[host] == '[' || p[host] == ']'))
		host++;
	if (scrub_literal(s, p, host))
		return;
	scrub_host(s, p, slice_chr(slice_of(p, host), ':'));
}
