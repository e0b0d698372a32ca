/* scrub_dns: names, addresses and numbers in DNS messages (RFC 1035). */
#include <string.h>

#include "err.h"
#include "scrub_int.h"

#define HEADER		12	/* RFC 1035 4.1.1 */
#define HOPS		64	/* pointers, one to another */
#define TURNED		32	/* labels: RFC 3596 2.5 has most */

enum {
	TYPE_A = 1, TYPE_NS = 2, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_PTR = 12,
	TYPE_MX = 15, TYPE_TXT = 16, TYPE_AAAA = 28, TYPE_SRV = 33,
	TYPE_NAPTR = 35, TYPE_DNAME = 39,
};

struct dns {
	struct scrub_cap *c;
	struct slice	 was;		/* the message as it came */
	uint8_t		*p;		/* and as it is to be */
	size_t		 at;
	bool		 bad;
};

static void
skip(struct dns *d, size_t n)
{
	if (n > d->was.n - d->at)
		d->bad = true;
	else
		d->at += n;
}

static unsigned
u16(struct dns *d)
{
	size_t at = d->at;

	skip(d, 2);
	return d->bad ? 0 : slice_be16(d->was.p + at);
}

/* The label at *AT, through pointers; NULL: there is none. */
static struct slice
label_at(struct slice was, size_t *at)
{
	for (int hops = 0; hops < HOPS && *at < was.n; hops++) {
		size_t n = was.p[*at];

		if (n > 0 && n < 0x40 && n < was.n - *at) {
			*at += 1 + n;
			return slice_sub(was, *at - n, n);
		}
		if (n < 0xc0 || was.n - *at < 2)
			break;
		*at = (n & 0x3f) << 8 | was.p[*at + 1];
	}
	return slice_of(NULL, 0);
}

/* A number: its last digit is the first label (RFC 6116 3.2). */
static void
number(struct dns *d, const struct slice *l, size_t n)
{
	uint8_t text[1 + TURNED] = { '+' };

	for (size_t i = 0; i < n; i++)
		text[1 + i] = l[n - 1 - i].p[0];
	scrub_number(d->c->s, text, 1 + n);
	for (size_t i = 0; i < n; i++)
		d->p[l[n - 1 - i].p - d->was.p] = text[1 + i];
}

/* An IPv4 address or the start of one, its last octet first. */
static void
address4(struct dns *d, const struct slice *l, size_t n)
{
	uint8_t text[16];
	size_t at = 0;

	for (size_t i = 0; i < 4; i++) {
		if (i > 0)
			text[at++] = '.';
		if (i >= n)
			text[at++] = '0';
		else {
			memcpy(text + at, l[n - 1 - i].p, l[n - 1 - i].n);
			at += l[n - 1 - i].n;
		}
	}
	(void)scrub_literal(d->c->s, text, at);
	at = 0;
	for (size_t i = 0; i < n; i++) {
		memcpy(d->p + (l[n - 1 - i].p - d->was.p), text + at,
		    l[n - 1 - i].n);
		at += l[n - 1 - i].n + 1;
	}
}

/* An IPv6 address or the start of one, its last four bits first. */
static void
address6(struct dns *d, const struct slice *l, size_t n)
{
	struct pkt_addr a = { .family = 6 };
	uint8_t v;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = l[n - 1 - i].p[0];

		v = (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
		a.ip[i / 2] |= (uint8_t)(i % 2 == 0 ? v << 4 : v);
	}
	scrub_address(d->c->s, &a);
	for (size_t i = 0; i < n; i++) {
		v = (uint8_t)(a.ip[i / 2] >> (i % 2 == 0 ? 4 : 0));
		d->p[l[n - 1 - i].p - d->was.p] =
		    (uint8_t)"0123456789abcdef"[v & 15];
	}
}

static bool
all_of(const struct slice *l, size_t n, size_t max, bool hex)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < l[i].n; j++) {
			uint8_t c = l[i].p[j];

			if (l[i].n > max || ((c < '0' || c > '9') && (!hex ||
			    (c | 0x20) < 'a' || (c | 0x20) > 'f')))
				return false;
		}
	return true;
}

/*
 * What stands before e164, in-addr or ip6 and arpa: a number or an address
 * turned round.  Passed over, if it is one.
 */
static void
turned(struct dns *d)
{
	struct slice l[TURNED + 1], l2;
	size_t n = 0, at = d->at, end = at;

	for (; n <= TURNED && at < d->was.n && d->was.p[at] < 4; n++) {
		end = at;
		l[n] = label_at(d->was, &at);
		if (l[n].n == 0)
			break;
		end = at;
	}
	/* "ip6" itself is of three. */
	if (n > 0 && slice_caseis(l[n - 1], "ip6"))
		end -= 1 + l[--n].n;
	at = end;
	l2 = label_at(d->was, &at);
	if (n == 0 || n > TURNED ||
	    !slice_caseis(label_at(d->was, &at), "arpa"))
		return;
	if (slice_caseis(l2, "e164") && all_of(l, n, 1, false))
		number(d, l, n);
	else if (slice_caseis(l2, "in-addr") && n <= 4 &&
	    all_of(l, n, 3, false))
		address4(d, l, n);
	else if (slice_caseis(l2, "ip6") && all_of(l, n, 1, true))
		address6(d, l, n);
	else
		return;
	d->at = end;
}

static void
name(struct dns *d)
{
	turned(d);
	d->c->s->count[SCRUB_HOST]++;
	while (!d->bad && d->at < d->was.n) {
		size_t n = d->was.p[d->at], next;
		struct slice l;

		if (n == 0 || n >= 0xc0) {
			skip(d, n == 0 ? 1 : 2);
			return;
		}
		next = d->at;
		l = label_at(d->was, &next);
		if (l.n == 0)
			break;
		d->at = next;
		/* "_sip._udp" (RFC 2782) is nobody's. */
		if (l.p[0] != '_')
			scrub_label(d->c->s, d->p + (l.p - d->was.p), l,
			    label_at(d->was, &next));
	}
	d->bad = true;
}

/* One character-string, or what is in it. */
static struct slice
string(struct dns *d)
{
	size_t at = d->at;

	skip(d, 1);
	if (!d->bad)
		skip(d, d->was.p[at]);
	return d->bad ? slice_of(NULL, 0) : slice_of(d->p + at + 1,
	    d->was.p[at]);
}

static void
naptr(struct dns *d)
{
	struct slice regexp;

	skip(d, 4);
	(void)string(d);	/* flags, services */
	(void)string(d);
	regexp = string(d);
	scrub_text(d->c->s, scrub_mut(regexp), regexp.n);
	name(d);
}

static void
address(struct dns *d, unsigned family, size_t n)
{
	struct pkt_addr a = { .family = (uint8_t)family };
	uint8_t *p = d->p + d->at;

	skip(d, n);
	if (d->bad)
		return;
	memcpy(a.ip, p, n);
	scrub_address(d->c->s, &a);
	memcpy(p, a.ip, n);
}

static void
data(struct dns *d, unsigned type, size_t end)
{
	struct slice text;

	switch (type) {
	case TYPE_A:
		address(d, 4, 4);
		break;
	case TYPE_AAAA:
		address(d, 6, 16);
		break;
	case TYPE_SOA:
		name(d);
		name(d);
		skip(d, 20);
		break;
	case TYPE_MX:
	case TYPE_SRV:
		skip(d, type == TYPE_MX ? 2 : 6);
		/* FALLTHROUGH */
	case TYPE_NS:
	case TYPE_CNAME:
	case TYPE_PTR:
	case TYPE_DNAME:
		name(d);
		break;
	case TYPE_NAPTR:
		naptr(d);
		break;
	case TYPE_TXT:
		while (!d->bad && d->at < end) {
			text = string(d);
			scrub_words(d->c->s, SCRUB_TEXT, scrub_mut(text),
			    text.n);
		}
		break;
	}
}

static void
record(struct dns *d)
{
	unsigned type;
	size_t end;

	name(d);
	type = u16(d);
	skip(d, 6);		/* class, TTL */
	end = u16(d);
	end += d->at;
	if (d->bad || end > d->was.n) {
		d->bad = true;
		return;
	}
	data(d, type, end);
	if (d->at > end)
		d->bad = true;
	else if (!d->bad)
		scrub_blank(d->c, d->p + d->at, end - d->at);
	d->at = end;
}

bool
scrub_dns(struct scrub_cap *c, uint8_t *p, size_t n)
{
	struct dns d = { .c = c, .p = p, .at = HEADER };
	unsigned questions, records;
	struct buf was;

	if (n < HEADER)
		return false;
	questions = slice_be16(p + 4);
	records = slice_be16(p + 6) + slice_be16(p + 8) + slice_be16(p + 10);
	buf_init(&was, 0);
	buf_add(&was, p, n);
	if (was.bad) {
		c->s->error = ERR_MEM;
		return false;
	}
	d.was = buf_slice(&was);
	for (; questions > 0 && !d.bad; questions--) {
		name(&d);
		skip(&d, 4);
	}
	for (; records > 0 && !d.bad; records--)
		record(&d);
	if (d.bad)
		memcpy(p, was.p, n);
	else
		scrub_blank(c, p + d.at, n - d.at);
	buf_free(&was);
	return !d.bad;
}
