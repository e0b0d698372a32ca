/* hide_token: tokens: base32, AES-128-CBC, tag (TS 33.203 6.4). */
#include <string.h>

#include "err.h"
#include "hide_int.h"

#define LABEL	63	/* RFC 1035 2.3.4 */

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* RFC 4648 6, in lower case, without padding; how many characters. */
static size_t
encode(struct slice s, char *out)
{
	static const char digit[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint32_t v = 0;
	unsigned bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		v = v << 8 | s.p[i];
		for (bits += 8; bits >= 5; bits -= 5)
			out[n++] = digit[v >> (bits - 5) & 31];
	}
	if (bits > 0)
		out[n++] = digit[v << (5 - bits) & 31];
	return n;
}

/*
 * Where the last label of the N characters begins: at a letter as near to
 * START, which a cut into full labels gives, as one is.  0 if there is none.
 */
static size_t
last_label(const char *c, size_t n, size_t start)
{
	for (size_t i = start; i < n; i++)
		if (is_letter(c[i]))
			return i;
	for (size_t i = start; i > 0 && n - i < LABEL; i--)
		if (is_letter(c[i - 1]))
			return i - 1;
	return n;
}

int
hide_text(struct buf *out, struct slice octets)
{
	char c[HIDE_OCTETS * 8 / 5 + 8];
	size_t n, last, part;

	if (octets.n == 0 || octets.n > HIDE_OCTETS)
		return ERR_RANGE;
	n = encode(octets, c);
	last = last_label(c, n, (n - 1) / LABEL * LABEL);
	if (last == n)
		return ERR_RANGE;
	for (size_t i = 0; i < last; i += part) {
		part = last - i < LABEL ? last - i : LABEL;
		buf_add(out, c + i, part);
		buf_u8(out, '.');
	}
	buf_add(out, c + last, n - last);
	return 0;
}

/* The value of a character, and one more; 0 for what is none. */
static const uint8_t digits[256] = {
	['a'] = 1, ['b'] = 2, ['c'] = 3, ['d'] = 4, ['e'] = 5, ['f'] = 6,
	['g'] = 7, ['h'] = 8, ['i'] = 9, ['j'] = 10, ['k'] = 11, ['l'] = 12,
	['m'] = 13, ['n'] = 14, ['o'] = 15, ['p'] = 16, ['q'] = 17, ['r'] = 18,
	['s'] = 19, ['t'] = 20, ['u'] = 21, ['v'] = 22, ['w'] = 23, ['x'] = 24,
	['y'] = 25, ['z'] = 26, ['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4,
	['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10,
	['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
	['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22,
	['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['2'] = 27, ['3'] = 28,
	['4'] = 29, ['5'] = 30, ['6'] = 31, ['7'] = 32,
};

int
hide_octets(struct slice text, uint8_t *out, size_t cap)
{
	uint32_t v = 0;
	unsigned bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t d = digits[text.p[i]];

		if (d == 0 && text.p[i] == '.')
			continue;
		if (d == 0)
			return ERR_FORMAT;
		v = v << 5 | (uint32_t)(d - 1);
		if ((bits += 5) < 8)
			continue;
		bits -= 8;
		if (n == cap)
			return ERR_FORMAT;
		out[n++] = (uint8_t)(v >> bits);
	}
	/* One text for each token: no odd character, no bit left over. */
	if (bits >= 5 || (v & ((1U << bits) - 1)) != 0)
		return ERR_FORMAT;
	return (int)n;
}

/* A token is good for its kind of header and its network only. */
static int
make_tag(const struct hide_kv *k, enum sip_h id, struct slice network,
    struct slice token, uint8_t tag[CRYPT_HASH_MAX])
{
	uint8_t name[2 + HIDE_NAME_MAX];
	struct slice part[2];

	network = slice_sub(network, 0, HIDE_NAME_MAX);
	name[0] = id == SIP_H_VIA ? 'v' : 'r';
	name[1] = (uint8_t)network.n;
	for (size_t i = 0; i < network.n; i++) {
		uint8_t c = network.p[i];

		name[2 + i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
	}
	part[0] = slice_of(name, 2 + network.n);
	part[1] = token;
	return crypt_mac(k->mac, part, 2, tag);
}

/* Fill h->inside up to a multiple of what is wanted. */
static int
fill(struct hide *h)
{
	size_t unit = h->o.pad > CRYPT_BLOCK && !h->o.plain ? h->o.pad :
	    CRYPT_BLOCK;
	size_t n = unit - h->inside.n % unit;
	uint8_t *to;

	/* RFC 5652 6.3 needs an octet at least, a length in FLAGS none. */
	if (n == unit && !h->o.plain)
		n = 0;
	if ((to = buf_room(&h->inside, n)) == NULL)
		return ERR_LIMIT;
	memset(to, h->o.plain ? (int)n : 0, n);
	return h->inside.n > HIDE_OCTETS - 2 * CRYPT_BLOCK ? ERR_LIMIT : 0;
}

/* IV, ciphertext, and what follows it; their length or an enum err. */
static int
seal(struct hide *h, enum sip_h id)
{
	const struct hide_kv *k = &h->key[0];
	uint8_t tag[CRYPT_HASH_MAX], *p = h->octets;
	size_t n;
	int r;

	if ((r = fill(h)) < 0)
		return r;
	h->o.random(p, HIDE_IV);
	if ((r = crypt_cipher(k->seal, p, buf_slice(&h->inside),
	    p + HIDE_IV)) < 0)
		return r;
	n = HIDE_IV + h->inside.n;
	if (h->o.plain)
		return (int)n;
	p[n++] = (uint8_t)k->number;
	if ((r = make_tag(k, id, hide_name(h), slice_of(p, n), tag)) < 0)
		return r;
	memcpy(p + n, tag, HIDE_TAG);
	return (int)n + HIDE_TAG;
}

int
hide_seal(struct hide *h, enum sip_h id, struct buf *out)
{
	bool via = id == SIP_H_VIA;
	int r;

	if (h->n_keys == 0 || hide_name(h).n == 0)
		return ERR_NOKEY;
	if ((r = seal(h, id)) < 0)
		return r;
	buf_str(out, via ? "SIP/2.0/UDP " : "<sip:");
	if ((r = hide_text(out, slice_of(h->octets, (size_t)r))) < 0)
		return r;
	buf_str(out, via ? ";tokenized-by=" : ";lr;tokenized-by=");
	buf_put(out, hide_name(h));
	if (!via)
		buf_u8(out, '>');
	return 0;
}

/* h->octets, N of them, deciphered with K into h->inside behind SKIP octets. */
static int
decipher(struct hide *h, const struct hide_kv *k, size_t n, size_t skip)
{
	uint8_t *to;

	buf_reset(&h->inside);
	if ((to = buf_room(&h->inside, skip + n - HIDE_IV)) == NULL)
		return ERR_MEM;
	return crypt_cipher(k->open, h->octets, slice_of(h->octets + HIDE_IV,
	    n - HIDE_IV), to + skip);
}

static bool
may_be_of(const struct hide_kv *k, struct slice network)
{
	return k->network[0] == '\0' || slice_caseis(network, k->network);
}

static int
open_tagged(struct hide *h, enum sip_h id, const struct hide_entry *e, size_t n)
{
	size_t end = n - HIDE_TAG;
	uint8_t tag[CRYPT_HASH_MAX];
	int r;

	for (size_t i = 0; i < h->n_keys; i++) {
		const struct hide_kv *k = &h->key[i];

		if (k->number != h->octets[end - 1] || !may_be_of(k, e->by))
			continue;
		if ((r = make_tag(k, id, e->by, slice_of(h->octets, end),
		    tag)) < 0)
			return r;
		if (crypt_equal(tag, h->octets + end, HIDE_TAG))
			return decipher(h, k, end - 1, 0);
	}
	return ERR_AUTH;
}

/*
 * Are they entries of ours, and nothing else?  That is all that tells without a
 * tag.  MADE is the header that they come from, as far as that shows.
 */
static bool
plain_ok(const struct hide *h, enum sip_h id, struct slice text, size_t *made)
{
	struct slice one[HIDE_ENTRIES];
	struct hide_entry e;
	int n = hide_entries(HIDE_HERE, id, text, one, 0);

	*made = hide_header(id);
	for (size_t i = 1; n < 0 && id != SIP_H_VIA && i < HIDE_HEADERS; i++) {
		*made = i;
		n = hide_entries(HIDE_HERE, hide_headers[i], text, one, 0);
	}
	for (int i = 0; i < n; i++)
		if (hide_entry(h, id, one[i], &e) < 0 ||
		    (e.kind != HIDE_OWN && e.kind != HIDE_TOKEN))
			return false;
	return n > 0 && slice_trim(text).n == text.n;
}

/* The padding of RFC 5652 6.3 at the end of P; 0 if there is none. */
static size_t
padding(const uint8_t *p, size_t n)
{
	size_t pad = p[n - 1], bad = pad == 0 || pad > CRYPT_BLOCK;

	for (size_t j = 0; j < CRYPT_BLOCK; j++)
		bad |= j < pad ? p[n - 1 - j] ^ pad : 0;
	return bad != 0 ? 0 : pad;
}

static int
open_plain(struct hide *h, enum sip_h id, const struct hide_entry *e, size_t n)
{
	struct slice text;
	size_t pad, made;
	int r;

	for (size_t i = 0; i < h->n_keys; i++) {
		if (!may_be_of(&h->key[i], e->by))
			continue;
		if ((r = decipher(h, &h->key[i], n, HIDE_INSIDE)) < 0)
			return r;
		pad = padding(h->inside.p, h->inside.n);
		text = slice_from(buf_slice(&h->inside), HIDE_INSIDE);
		text.n -= pad;
		if (pad == 0 || !plain_ok(h, id, text, &made))
			continue;
		if (h->o.reverse && id == SIP_H_ROUTE)
			made = HIDE_F_RESPONSE |
			    hide_header(SIP_H_RECORD_ROUTE);
		h->inside.p[0] = (uint8_t)made;
		h->inside.p[1] = (uint8_t)(text.n >> 8);
		h->inside.p[2] = (uint8_t)text.n;
		return 0;
	}
	return ERR_AUTH;
}

int
hide_open(struct hide *h, enum sip_h id, const struct hide_entry *e)
{
	int n = hide_octets(e->token, h->octets, HIDE_OCTETS);
	size_t least = HIDE_IV + CRYPT_BLOCK;

	if (!h->o.plain)
		least += 1 + HIDE_TAG;
	if (n < (int)least || n % CRYPT_BLOCK != 0)
		return ERR_AUTH;
	return h->o.plain ? open_plain(h, id, e, (size_t)n) :
	    open_tagged(h, id, e, (size_t)n);
}
