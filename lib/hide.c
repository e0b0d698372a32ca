/* hide: what is hidden by whom: names, keys, entries (TS 24.229 5.10.4). */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "hide_int.h"

const enum sip_h hide_headers[HIDE_HEADERS] = {
	SIP_H_VIA, SIP_H_ROUTE, SIP_H_RECORD_ROUTE, SIP_H_PATH,
	SIP_H_SERVICE_ROUTE,
};

size_t
hide_header(enum sip_h h)
{
	size_t i = 0;

	while (i < HIDE_HEADERS && hide_headers[i] != h)
		i++;
	return i;
}

struct hide *
hide_new(const struct hide_options *o)
{
	struct hide *h;

	if ((h = calloc(1, sizeof(*h))) == NULL)
		return NULL;
	h->o = *o;
	buf_init(&h->inside, HIDE_OCTETS);
	return h;
}

static void
kv_free(struct hide_kv *k)
{
	crypt_cipher_free(k->seal);
	crypt_cipher_free(k->open);
	crypt_mac_free(k->mac);
	memset(k, 0, sizeof(*k));
}

void
hide_free(struct hide *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->n_keys; i++)
		kv_free(&h->key[i]);
	crypt_mac_free(h->state_mac);
	table_free(h->state);
	edit_free(&h->edit);
	buf_wipe(&h->inside);
	crypt_wipe(h, sizeof(*h));
	free(h);
}

/* S in lower case, without the dot that ends it, as a string. */
static int
put_name(char to[HIDE_NAME_MAX + 1], size_t *n, struct slice s)
{
	if (s.n > 0 && s.p[s.n - 1] == '.')
		s.n--;
	if (s.n == 0 || s.n > HIDE_NAME_MAX)
		return ERR_FORMAT;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c + 32);
		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') &&
		    c != '-' && c != '.' && c != '_')
			return ERR_FORMAT;
		to[i] = (char)c;
	}
	to[s.n] = '\0';
	*n = s.n;
	return 0;
}

/* An address with or without "/bits". */
static bool
put_prefix(struct hide_name *name, struct slice s)
{
	size_t slash = slice_chr(s, '/');
	uint64_t bits, max;

	if (pkt_addr_parse(&name->addr, slice_sub(s, 0, slash)) < 0)
		return false;
	max = name->addr.family == 4 ? 32 : 128;
	bits = max;
	if (slash < s.n &&
	    slice_decimal(slice_from(s, slash + 1), max, &bits) < 0)
		return false;
	name->bits = (unsigned)bits;
	name->is_addr = true;
	return true;
}

static int
names_add(struct hide_names *l, struct slice s)
{
	struct hide_name *name = &l->name[l->n];

	if (l->n == HIDE_NAMES)
		return ERR_LIMIT;
	memset(name, 0, sizeof(*name));
	if (s.n > HIDE_NAME_MAX)
		return ERR_FORMAT;
	if (put_prefix(name, s)) {
		memcpy(name->text, s.p, s.n);
		name->n = s.n;
		l->addrs = true;
	} else if (put_name(name->text, &name->n, s) < 0)
		return ERR_FORMAT;
	l->n++;
	return 0;
}

int
hide_network(struct hide *h, struct slice name)
{
	return names_add(&h->own, name);
}

int
hide_border(struct hide *h, struct slice name)
{
	return names_add(&h->border, name);
}

static bool
prefix_has(const struct hide_name *name, const struct pkt_addr *a)
{
	size_t whole = name->bits / 8, rest = name->bits % 8;

	if (name->addr.family != a->family ||
	    memcmp(name->addr.ip, a->ip, whole) != 0)
		return false;
	return rest == 0 || ((name->addr.ip[whole] ^ a->ip[whole]) >>
	    (8 - rest)) == 0;
}

/* Does HOST end with NAME, at the border of a label? */
static bool
suffix_has(const struct hide_name *name, struct slice host)
{
	struct slice want = slice_of(name->text, name->n);

	if (host.n < want.n || (host.n > want.n &&
	    host.p[host.n - want.n - 1] != '.'))
		return false;
	return slice_caseeq(slice_from(host, host.n - want.n), want);
}

static bool
names_have(const struct hide_names *l, struct slice host)
{
	struct pkt_addr a;
	bool addr;

	if (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	addr = l->addrs && host.n > 0 && pkt_addr_parse(&a, host) == 0;
	for (size_t i = 0; i < l->n; i++)
		if (l->name[i].is_addr ? addr &&
		    prefix_has(&l->name[i], &a) :
		    suffix_has(&l->name[i], host))
			return true;
	return false;
}

/* Is NAME, of tokenized-by, one of ours? */
static bool
is_ours(const struct hide *h, struct slice name)
{
	for (size_t i = 0; i < h->own.n; i++)
		if (!h->own.name[i].is_addr && slice_caseeq(name,
		    slice_of(h->own.name[i].text, h->own.name[i].n)))
			return true;
	return false;
}

/* Enciphering is with Kv as it is (33.203 6.4); the tag has a key of its own. */
static int
kv_init(struct hide_kv *k, const uint8_t kv[HIDE_KEY])
{
	static const char label[] = "ims-hide tag";
	struct slice part = slice_of(label, sizeof(label) - 1);
	struct crypt_mac *derive;
	uint8_t tag[CRYPT_HASH_MAX];
	int n = ERR_CRYPT;

	derive = crypt_mac_new(CRYPT_SHA256, slice_of(kv, HIDE_KEY));
	if (derive != NULL)
		n = crypt_mac(derive, &part, 1, tag);
	crypt_mac_free(derive);
	if (n < 0)
		return n;
	k->mac = crypt_mac_new(CRYPT_SHA256, slice_of(tag, (size_t)n));
	crypt_wipe(tag, sizeof(tag));
	k->seal = crypt_cipher_new(CRYPT_AES_CBC, slice_of(kv, HIDE_KEY), true);
	k->open = crypt_cipher_new(CRYPT_AES_CBC, slice_of(kv, HIDE_KEY),
	    false);
	return k->mac == NULL || k->seal == NULL || k->open == NULL ?
	    ERR_CRYPT : 0;
}

int
hide_key(struct hide *h, unsigned number, struct slice network,
    const uint8_t kv[HIDE_KEY])
{
	struct hide_kv *k = &h->key[h->n_keys];
	size_t n;
	int e;

	if (h->n_keys == HIDE_KEYS)
		return ERR_LIMIT;
	if (number > 255)
		return ERR_RANGE;
	k->number = number;
	k->network[0] = '\0';
	if (network.n > 0 && put_name(k->network, &n, network) < 0)
		return ERR_FORMAT;
	for (size_t i = 0; i < h->n_keys; i++)
		if (h->key[i].number == number &&
		    strcmp(h->key[i].network, k->network) == 0)
			return ERR_RANGE;
	if (network.n > 0 && !is_ours(h, slice_str(k->network)) &&
	    (e = hide_network(h, network)) < 0)
		return e;
	if ((e = kv_init(k, kv)) < 0) {
		kv_free(k);
		return e;
	}
	h->n_keys++;
	return 0;
}

bool
hide_has_key(const struct hide *h)
{
	return h->n_keys > 0;
}

struct slice
hide_name(const struct hide *h)
{
	if (h->n_keys > 0 && h->key[0].network[0] != '\0')
		return slice_str(h->key[0].network);
	for (size_t i = 0; i < h->own.n; i++)
		if (!h->own.name[i].is_addr)
			return slice_of(h->own.name[i].text, h->own.name[i].n);
	return slice_of(NULL, 0);
}

/* Does an entry with PARAMS stand for a run? */
static bool
stands_for(const struct hide *h, struct slice params, struct hide_entry *e)
{
	if (h->o.constant)
		return sip_param(params, ';', "hidden", &e->token) &&
		    e->token.n == 2 * HIDE_REF &&
		    slice_caseis(e->host, HIDE_CONSTANT);
	return sip_param(params, ';', "tokenized-by", &e->by) &&
	    is_ours(h, e->by);
}

/*
 * 24.228 prints a token as the user of an address: "SIP/2.0/UDP TOKEN@NETWORK",
 * which is no Via.
 */
static int
via_with_user(struct sip_via *v, struct slice text)
{
	struct slice head = slice_sub(text, 0, slice_chr(text, ';'));
	size_t at = slice_chr(head, '@'), from = at;

	if (at == head.n)
		return ERR_FORMAT;
	while (from > 0 && head.p[from - 1] > ' ' && head.p[from - 1] != '/')
		from--;
	v->host = slice_sub(head, from, at - from);
	v->params = slice_from(text, head.n);
	return v->host.n > 0 ? 0 : ERR_FORMAT;
}

static int
via_entry(const struct hide *h, struct hide_entry *e)
{
	struct sip_via v;
	bool user;
	int r = sip_via(e->text, &v);

	user = r == ERR_FORMAT;
	if (user && via_with_user(&v, e->text) < 0)
		return ERR_FORMAT;
	e->host = v.host;
	if (stands_for(h, v.params, e)) {
		e->kind = HIDE_TOKEN;
		if (!h->o.constant)
			e->token = v.host;
		return 0;
	}
	return user ? ERR_FORMAT : 0;
}

static int
route_entry(const struct hide *h, struct hide_entry *e)
{
	struct sip_addr a;
	struct sip_uri u;

	if (sip_addr(e->text, &a) < 0 || sip_uri(a.uri, &u) == ERR_FORMAT)
		return ERR_FORMAT;
	e->host = u.host;
	if (!stands_for(h, u.params, e) && !stands_for(h, a.params, e))
		return 0;
	e->kind = HIDE_TOKEN;
	if (!h->o.constant)
		e->token = u.user.n > 0 ? u.user : u.host;
	return 0;
}

int
hide_entry(const struct hide *h, enum sip_h id, struct slice text,
    struct hide_entry *e)
{
	int r;

	memset(e, 0, sizeof(*e));
	e->text = text;
	r = id == SIP_H_VIA ? via_entry(h, e) : route_entry(h, e);
	if (r < 0 || e->kind == HIDE_TOKEN)
		return r;
	if (names_have(&h->border, e->host))
		e->kind = HIDE_BORDER;
	else if (names_have(&h->own, e->host))
		e->kind = HIDE_OWN;
	return 0;
}

int
hide_parse(struct hide *h, struct slice in)
{
	if (sip_parse(&h->msg, in) < 0)
		return ERR_FORMAT;
	if ((h->msg.odd & SIP_ODD_NO_BLANK) != 0)
		return ERR_MORE;
	if ((h->msg.odd & SIP_ODD_HEADERS) != 0)
		return ERR_LIMIT;
	return 0;
}

/* Behind the name and colon of the line that begins TEXT. */
static int
cut_name(struct slice *text, enum sip_h id)
{
	size_t colon = slice_chr(*text, ':');

	if (colon == text->n ||
	    sip_h_id(slice_trim(slice_sub(*text, 0, colon))) != id)
		return ERR_FORMAT;
	*text = slice_from(*text, colon + 1);
	return 0;
}

/* The end of the field at the start of TEXT, its folds included. */
static size_t
field_end(struct slice text)
{
	size_t n = 0;

	do
		n += slice_chr(slice_from(text, n), '\n') + 1;
	while (n < text.n && (text.p[n] == ' ' || text.p[n] == '\t'));
	return n < text.n ? n : text.n;
}

int
hide_entries(enum hide_place place, enum sip_h id, struct slice text,
    struct slice entry[HIDE_ENTRIES], size_t n)
{
	bool named = place == HIDE_LINES;

	while (text.n > 0) {
		struct slice field = slice_sub(text, 0, field_end(text)), one;

		text = slice_from(text, field.n);
		if (named && cut_name(&field, id) < 0)
			return ERR_FORMAT;
		named = true;
		while (sip_comma(&field, &one)) {
			if (n == HIDE_ENTRIES)
				return ERR_LIMIT;
			entry[n++] = one;
		}
	}
	return (int)n;
}
