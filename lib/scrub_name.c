/* scrub_name: words, numbers, host names and identities. */
#include <string.h>

#include "err.h"
#include "scrub_int.h"

#define TOKEN_MAX	1024	/* characters replaced as one */
#define DIGITS_MAX	40	/* of one number */
#define IMSI_DIGITS	15	/* TS 23.003 2.2 */
#define IMEI_DIGITS	14	/* TS 23.003 6.2.1, without the check digit */

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/*
 * Octet I of P as a number V below M.  Of UTF-8 the continuation octets that
 * may have any value count, of other text the upper half.
 */
static bool
class_of(const uint8_t *p, size_t i, bool utf8, uint8_t *v, uint16_t *m)
{
	uint8_t c = p[i];

	if (is_digit(c)) {
		*v = (uint8_t)(c - '0');
		*m = 10;
	} else if (is_alpha(c)) {
		*v = (uint8_t)((c | 0x20) - 'a');
		*m = 26;
	} else if (c >= 0x80 && c < 0xc0 && utf8) {
		uint8_t before = p[i - 1];

		*v = c & 0x3f;
		*m = 64;
		return before != 0xe0 && before != 0xed && before != 0xf0 &&
		    before != 0xf4;
	} else if (c >= 0x80 && !utf8) {
		*v = c & 0x7f;
		*m = 128;
	} else
		return false;
	return true;
}

static void
put_class(uint8_t *p, uint8_t v, uint16_t m)
{
	if (m == 10)
		*p = (uint8_t)('0' + v);
	else if (m == 26)
		*p = (uint8_t)((*p & 0x20) + 'A' + v);
	else
		*p = (uint8_t)((*p & (m == 64 ? 0xc0 : 0x80)) | v);
}

static void
word(struct scrub *s, uint8_t *p, size_t n)
{
	uint8_t v[TOKEN_MAX], from[SCRUB_CACHED];
	uint16_t m[TOKEN_MAX] = { 0 };
	size_t at[TOKEN_MAX], k = 0;
	bool utf8;

	if (scrub_cache_get(s, SCRUB_W_WORD, p, n))
		return;
	if (n <= sizeof(from))
		memcpy(from, p, n);
	utf8 = slice_utf8(slice_of(p, n));
	for (size_t i = 0; i < n; i++)
		if (class_of(p, i, utf8, &v[k], &m[k]))
			at[k++] = i;
	scrub_fpe(s, SCRUB_W_WORD, 0, v, m, k);
	for (size_t i = 0; i < k; i++)
		put_class(&p[at[i]], v[i], m[i]);
	if (n <= sizeof(from))
		scrub_cache_put(s, SCRUB_W_WORD, slice_of(from, n), p);
}

static void
words(struct scrub *s, uint8_t *p, size_t n)
{
	for (size_t at = 0; at < n; at += TOKEN_MAX)
		word(s, p + at, n - at < TOKEN_MAX ? n - at : TOKEN_MAX);
}

void
scrub_words(struct scrub *s, enum scrub_kind k, uint8_t *p, size_t n)
{
	s->count[k]++;
	words(s, p, n);
}

void
scrub_token(struct scrub *s, enum scrub_kind k, uint8_t *p, size_t n)
{
	static const char cookie[] = "z9hG4bK";	/* RFC 3261 8.1.1.7 */
	size_t skip = sizeof(cookie) - 1;

	if (n >= skip && memcmp(p, cookie, skip) == 0) {
		p += skip;
		n -= skip;
	}
	if (n > 0)
		scrub_words(s, k, p, n);
}

void
scrub_hex(struct scrub *s, enum scrub_kind k, uint8_t *p, size_t n)
{
	uint8_t v[TOKEN_MAX];
	uint16_t m[TOKEN_MAX] = { 0 };
	size_t at[TOKEN_MAX], count = 0;
	bool upper = false;

	if (n > TOKEN_MAX)
		n = TOKEN_MAX;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i];
		bool digit = is_digit(c);

		upper |= c >= 'A' && c <= 'F';
		if (!digit && ((c | 0x20) < 'a' || (c | 0x20) > 'f'))
			continue;
		v[count] = (uint8_t)(digit ? c - '0' : (c | 0x20) - 'a' + 10);
		m[count] = 16;
		at[count++] = i;
	}
	scrub_fpe(s, SCRUB_W_HEX, 0, v, m, count);
	for (size_t i = 0; i < count; i++)
		p[at[i]] = (uint8_t)(upper ? "0123456789ABCDEF" :
		    "0123456789abcdef")[v[i]];
	s->count[k]++;
}

/* MNC of two digits, under the MCC it had. */
void
scrub_plmn(struct scrub *s, const uint8_t mcc[3], uint8_t mnc[2])
{
	uint8_t v[2] = { (uint8_t)(mnc[0] - '0'), (uint8_t)(mnc[1] - '0') };
	uint64_t country = (uint64_t)mcc[0] << 16 | (uint64_t)mcc[1] << 8 |
	    mcc[2];
	const uint16_t m[2] = { 10, 10 };

	scrub_fpe(s, SCRUB_W_PLMN, country, v, m, 2);
	mnc[0] = (uint8_t)('0' + v[0]);
	mnc[1] = (uint8_t)('0' + v[1]);
}

/* Where D goes, under STATE, into which D is then mixed. */
static unsigned
digit_to(struct scrub *s, uint8_t state[16], unsigned d, bool leading)
{
	uint8_t perm[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	unsigned to;

	if (crypt_cipher(s->ecb, NULL, slice_of(state, 16), state) < 0)
		s->error = ERR_CRYPT;
	for (unsigned i = 9; i > 0; i--) {
		unsigned j = state[i] % (i + 1);
		uint8_t swap = perm[i];

		perm[i] = perm[j];
		perm[j] = swap;
	}
	state[0] ^= (uint8_t)(d + 1);
	to = perm[d];
	/* A number does not begin with 0 unless it did. */
	return leading && to == 0 ? perm[0] : to;
}

void
scrub_digits(struct scrub *s, uint8_t *d, size_t n, bool imsi)
{
	uint8_t state[16] = { SCRUB_W_NUMBER };
	uint8_t mcc[3], mnc[2];
	size_t first = 0;

	imsi = imsi && n == IMSI_DIGITS;
	if (imsi) {
		for (size_t i = 0; i < 3; i++)
			mcc[i] = (uint8_t)(d[i] + '0');
		mnc[0] = (uint8_t)(d[3] + '0');
		mnc[1] = (uint8_t)(d[4] + '0');
		scrub_plmn(s, mcc, mnc);
		first = 5;
	} else
		while (first < n && d[first] == 0)
			first++;
	for (size_t i = n; i > first; i--)
		d[i - 1] = (uint8_t)digit_to(s, state, d[i - 1],
		    i - 1 == first && !imsi);
	if (!imsi)
		return;
	d[0] = d[1] = 0;	/* MCC 001 is the test network's (E.212) */
	d[2] = 1;
	d[3] = (uint8_t)(mnc[0] - '0');
	d[4] = (uint8_t)(mnc[1] - '0');
}

void
scrub_number(struct scrub *s, uint8_t *p, size_t n)
{
	uint8_t d[DIGITS_MAX], from[SCRUB_CACHED];
	size_t at[DIGITS_MAX], k = 0;

	s->count[SCRUB_NUMBER]++;
	if (scrub_cache_get(s, SCRUB_W_NUMBER, p, n))
		return;
	if (n <= sizeof(from))
		memcpy(from, p, n);
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(p[i]))
			continue;
		if (k == DIGITS_MAX) {
			scrub_words(s, SCRUB_NUMBER, p, n);
			return;
		}
		d[k] = (uint8_t)(p[i] - '0');
		at[k++] = i;
	}
	scrub_digits(s, d, k, p[0] != '+');
	for (size_t i = 0; i < k; i++)
		p[at[i]] = (uint8_t)('0' + d[i]);
	if (n <= sizeof(from))
		scrub_cache_put(s, SCRUB_W_NUMBER, slice_of(from, n), p);
}

/* The check digit of 14 digits (Luhn, TS 23.003 annex B). */
static unsigned
luhn(const uint8_t *v)
{
	unsigned sum = 0;

	for (size_t i = 0; i < IMEI_DIGITS; i++) {
		unsigned d = v[i] * (1U + i % 2);

		sum += d / 10 + d % 10;
	}
	return (10 - sum % 10) % 10;
}

/* urn:gsma:imei (RFC 7254): 8 digits, 6, and one that is spare or checks. */
void
scrub_imei(struct scrub *s, uint8_t *p, size_t n)
{
	uint8_t v[IMEI_DIGITS];
	uint16_t m[IMEI_DIGITS];
	size_t at[IMEI_DIGITS + 1], k = 0;
	bool checks;

	s->count[SCRUB_IMEI]++;
	for (size_t i = 0; i < n && k <= IMEI_DIGITS; i++)
		if (is_digit(p[i]))
			at[k++] = i;
	if (k < IMEI_DIGITS) {
		scrub_words(s, SCRUB_IMEI, p, n);
		return;
	}
	for (size_t i = 0; i < IMEI_DIGITS; i++) {
		v[i] = (uint8_t)(p[at[i]] - '0');
		m[i] = 10;
	}
	checks = k > IMEI_DIGITS &&
	    luhn(v) == (unsigned)(p[at[IMEI_DIGITS]] - '0');
	scrub_fpe(s, SCRUB_W_IMEI, 0, v, m, IMEI_DIGITS);
	for (size_t i = 0; i < IMEI_DIGITS; i++)
		p[at[i]] = (uint8_t)('0' + v[i]);
	if (checks)
		p[at[IMEI_DIGITS]] = (uint8_t)('0' + luhn(v));
}

/* A cell: MCC, MNC, and an area and cell in hex (TS 24.229 7.2A.4.3). */
void
scrub_cell(struct scrub *s, uint8_t *p, size_t n)
{
	size_t digits = 0;

	while (digits < n && digits < 5 && is_digit(p[digits]))
		digits++;
	if (digits < 5 || n < 9) {
		scrub_words(s, SCRUB_PLACE, p, n);
		return;
	}
	scrub_plmn(s, p, p + 3);
	memcpy(p, "001", 3);
	scrub_hex(s, SCRUB_PLACE, p + 5, n - 5);
}

static bool
in(struct slice name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n && name.n > 0; i++)
		if ((list[i][0] | 0x20) == (name.p[0] | 0x20) &&
		    slice_caseis(name, list[i]))
			return true;
	return false;
}

/* A label that says what a node is, not whose it is. */
bool
scrub_well_known(struct slice label)
{
	static const char *const roles[] = {
		"as", "bgcf", "bsf", "conf", "core", "cscf", "dns", "e-cscf",
		"ecscf", "epdg", "hss", "i-cscf", "ibcf", "icscf", "mgcf",
		"mme", "mmtel", "mrf", "mrfc", "p-cscf", "pcrf", "pcscf",
		"s-cscf", "scscf", "smsc", "smsf", "tas", "xcap",
	};
	static const char *const words[] = {
		"3gpp", "3gppnetwork", "anonymous", "arpa", "com",
		"conf-factory", "conference", "e164", "edu", "epc", "example",
		"gov", "gprs", "home", "ims", "in-addr", "info", "int",
		"internal", "internet", "invalid", "ip6", "lan", "local",
		"localdomain", "localhost",
		"mil", "nai", "net", "node", "null", "org", "pub", "sip",
		"sips", "sos", "test", "ut", "wlan", "www",
	};

	if (in(label, words, sizeof(words) / sizeof(words[0])))
		return true;
	/* "pcscf01", "as-2": of several, which one. */
	while (label.n > 0 && (is_digit(label.p[label.n - 1]) ||
	    label.p[label.n - 1] == '-'))
		label.n--;
	return in(label, roles, sizeof(roles) / sizeof(roles[0]));
}

static bool
is_code(struct slice label, const char *word)
{
	return label.n == 6 && slice_casestarts(label, word) &&
	    is_digit(label.p[3]) && is_digit(label.p[4]) &&
	    is_digit(label.p[5]);
}

/* mncNNN (its label at P) before a label mccNNN, which is MCC or empty. */
static void
mnc(struct scrub *s, uint8_t *p, struct slice mcc)
{
	static const uint8_t none[3] = { '0', '0', '0' };

	/* "0" in front of two digits (TS 23.003 13.2), or the first two. */
	scrub_plmn(s, mcc.n == 6 ? mcc.p + 3 : none, p[3] == '0' ? p + 4 :
	    p + 3);
}

void
scrub_label(struct scrub *s, uint8_t *p, struct slice l, struct slice next)
{
	if (is_code(l, "mcc"))
		memcpy(p + 3, "001", 3);
	else if (is_code(l, "mnc"))
		mnc(s, p, is_code(next, "mcc") ? next : slice_of(NULL, 0));
	else if (!scrub_well_known(l) && !(next.p == NULL && l.n == 2 &&
	    is_alpha(l.p[0])))
		words(s, p, l.n);
}

void
scrub_host(struct scrub *s, uint8_t *p, size_t n)
{
	struct slice rest = slice_of(p, n);

	if (n == 0 || scrub_literal(s, p, n))
		return;
	s->count[SCRUB_HOST]++;
	while (rest.n > 0) {
		struct slice l = slice_cut(&rest, '.');
		struct slice peek = rest, next;

		next = rest.n > 0 ? slice_cut(&peek, '.') : slice_of(NULL, 0);
		scrub_label(s, scrub_mut(l), l, next);
	}
}

bool
scrub_host_char(uint8_t c)
{
	return is_digit(c) || is_alpha(c) || c == '-' || c == '.' || c == '_';
}

/* Users that are functions of a node or say that there is nobody. */
static bool
nobody(struct slice user)
{
	static const char *const known[] = {
		"anonymous", "mo", "mt", "none", "orig", "originating",
		"restricted", "sos", "term", "terminating", "unavailable",
		"unknown",
	};

	return in(user, known, sizeof(known) / sizeof(known[0]));
}

static bool
is_number(struct slice s, size_t *digits)
{
	*digits = 0;
	for (size_t i = 0; i < s.n; i++)
		if (is_digit(s.p[i]))
			(*digits)++;
		else if (s.p[i] == 0 || strchr("+-.()*#", s.p[i]) == NULL)
			return false;
	return *digits > 0;
}

void
scrub_user(struct scrub *s, uint8_t *p, size_t n)
{
	struct slice rest = slice_of(p, n), user = slice_cut(&rest, ';');
	size_t digits;

	if (user.n == 0 || nobody(user) || scrub_well_known(user))
		;
	else if (is_number(user, &digits)) {
		/* Three digits are a service's, not a person's. */
		if (digits > 3)
			scrub_number(s, p, user.n);
	} else
		scrub_words(s, SCRUB_USER, p, user.n);
	if (rest.n > 0)
		scrub_text(s, scrub_mut(rest), rest.n);
}

void
scrub_identity(struct scrub *s, uint8_t *p, size_t n)
{
	size_t at = slice_chr(slice_of(p, n), '@'), uri = scrub_uri(s, p, n);

	if (uri > 0) {
		if (uri < n)
			scrub_text(s, p + uri, n - uri);
		return;
	}
	scrub_user(s, p, at);
	if (at + 1 < n)
		scrub_host(s, p + at + 1, n - at - 1);
}
