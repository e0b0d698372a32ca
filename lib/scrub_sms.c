/* scrub_sms: application/vnd.3gpp.sms: RP messages and TPDUs (24.011, 23.040). */
#include <string.h>

#include "scrub_int.h"

#define DIGITS		40
#define UNITS		255	/* characters of one TPDU */
#define TON_ALPHA	5	/* TS 23.040 9.1.2.5 */
#define UDHI		0x40
#define SCTS		7

/* A cursor whose octets may be changed. */
struct at {
	uint8_t	*p;
	size_t	 n;
	bool	 bad;
};

static uint8_t *
take(struct at *a, size_t n)
{
	uint8_t *p = a->p;

	if (n > a->n) {
		a->bad = true;
		a->n = 0;
		return NULL;
	}
	a->p += n;
	a->n -= n;
	return p;
}

static unsigned
octet(struct at *a)
{
	const uint8_t *p = take(a, 1);

	return p != NULL ? *p : 0;
}

/* COUNT semi-octets at P, the low one first. */
static void
bcd(struct scrub *s, uint8_t *p, size_t count)
{
	uint8_t d[DIGITS];
	size_t k = 0;

	if (count > DIGITS)
		count = DIGITS;
	s->count[SCRUB_NUMBER]++;
	for (size_t i = 0; i < count; i++) {
		uint8_t v = (p[i / 2] >> (i % 2 ? 4 : 0)) & 15;

		if (v < 10)
			d[k++] = v;
	}
	scrub_digits(s, d, k, false);
	k = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned shift = i % 2 ? 4 : 0;

		if (((p[i / 2] >> shift) & 15) < 10)
			p[i / 2] = (uint8_t)((p[i / 2] & (15 << (4 - shift))) |
			    d[k++] << shift);
	}
}

/* RP-Originator, RP-Destination: length, type, semi-octets (24.011 8.2.5). */
static void
rp_address(struct scrub *s, struct at *a)
{
	size_t n = octet(a);
	uint8_t *p = take(a, n);

	if (p != NULL && n > 1)
		bcd(s, p + 1, 2 * (n - 1));
}

/* The septet I of P; with V not NULL, replaced. */
static unsigned
septet(uint8_t *p, size_t n, size_t i, const uint8_t *v)
{
	size_t bit = 7 * i, at = bit / 8;
	unsigned shift = bit % 8, two;

	two = p[at] | (at + 1 < n ? (unsigned)p[at + 1] << 8 : 0);
	if (v != NULL) {
		two = (two & ~(0x7fU << shift)) | (unsigned)*v << shift;
		p[at] = (uint8_t)two;
		if (at + 1 < n)
			p[at + 1] = (uint8_t)(two >> 8);
	}
	return (two >> shift) & 0x7f;
}

/* COUNT characters of 7 bits from number FROM on in the N octets of P. */
static void
septets(struct scrub *s, uint8_t *p, size_t n, size_t from, size_t count)
{
	uint8_t text[UNITS];

	if (count > UNITS)
		count = UNITS;
	while (count > 0 && (7 * count + 7) / 8 > n)
		count--;
	if (from >= count)
		return;
	for (size_t i = from; i < count; i++)
		text[i - from] = (uint8_t)septet(p, n, i, NULL);
	scrub_words(s, SCRUB_TEXT, text, count - from);
	for (size_t i = from; i < count; i++)
		(void)septet(p, n, i, &text[i - from]);
}

/* UCS-2: letters and digits as such, others within their row of 64. */
static void
ucs2(struct scrub *s, uint8_t *p, size_t n)
{
	uint8_t v[UNITS] = { 0 };
	uint16_t m[UNITS] = { 0 };
	size_t count = n / 2 < UNITS ? n / 2 : UNITS;

	for (size_t i = 0; i < count; i++) {
		uint8_t c = p[2 * i + 1];
		bool ascii = p[2 * i] == 0 && c < 0x80;
		bool digit = ascii && c >= '0' && c <= '9';
		bool alpha = ascii && (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		m[i] = digit ? 10 : alpha ? 26 : ascii ? 1 : 64;
		v[i] = digit ? c & 15 : alpha ? (uint8_t)((c | 0x20) - 'a') :
		    ascii ? 0 : c & 0x3f;
	}
	scrub_fpe(s, SCRUB_W_WORD, 2, v, m, count);
	for (size_t i = 0; i < count; i++) {
		uint8_t *c = &p[2 * i + 1];

		if (m[i] == 10)
			*c = (uint8_t)('0' + v[i]);
		else if (m[i] == 26)
			*c = (uint8_t)((*c & 0x20) + 'A' + v[i]);
		else if (m[i] == 64)
			*c = (uint8_t)((*c & 0xc0) | v[i]);
	}
	s->count[SCRUB_TEXT]++;
}

/* TP-UD (23.040 9.2.3.24) in the alphabet of DCS (23.038 4). */
static void
user_data(struct scrub *s, struct at *a, unsigned first, unsigned dcs)
{
	size_t len = octet(a), header = 0, n = a->n;
	uint8_t *p = take(a, n);
	unsigned set = dcs < 0x80 ? dcs & 0x2c : dcs >= 0xf0 ? dcs & 4 :
	    dcs >= 0xe0 ? 8 : 0;

	if (p == NULL || n == 0)
		return;
	if ((first & UDHI) != 0)
		header = (size_t)p[0] + 1;
	if (header > n)
		header = n;
	if (set == 0)
		septets(s, p, n, (8 * header + 6) / 7, len);
	else if (set == 8)
		ucs2(s, p + header, n - header);
	else {
		memset(p + header, 0, n - header);
		s->count[SCRUB_BODY]++;
	}
}

/* TP-OA, TP-DA, TP-RA: digits, type, value (9.1.2.5). */
static void
tp_address(struct scrub *s, struct at *a)
{
	size_t count = octet(a);
	unsigned type = octet(a);
	uint8_t *p = take(a, (count + 1) / 2);

	if (p == NULL)
		return;
	if ((type >> 4 & 7) == TON_ALPHA)
		septets(s, p, (count + 1) / 2, 0, 4 * count / 7);
	else
		bcd(s, p, count);
}

static void
tpdu(struct scrub *s, struct at *a, bool to_phone)
{
	static const size_t vp[4] = { 0, 7, 1, 7 };	/* 9.2.3.3 */
	unsigned first = octet(a), dcs;

	switch (first & 3) {
	case 0:
		if (!to_phone)
			break;
		tp_address(s, a);		/* SMS-DELIVER */
		(void)octet(a);
		dcs = octet(a);
		(void)take(a, SCTS);
		user_data(s, a, first, dcs);
		return;
	case 1:
		(void)octet(a);			/* SMS-SUBMIT */
		tp_address(s, a);
		(void)octet(a);
		dcs = octet(a);
		(void)take(a, vp[first >> 3 & 3]);
		user_data(s, a, first, dcs);
		return;
	case 2:
		(void)octet(a);			/* STATUS-REPORT, COMMAND */
		if (!to_phone)
			(void)take(a, 3);
		tp_address(s, a);
		return;
	default:
		break;
	}
	if (a->n > 0)
		memset(a->p, 0, a->n);
}

bool
scrub_sms(struct scrub *s, uint8_t *p, size_t n)
{
	struct at a = { p, n, false };
	unsigned type = octet(&a) & 7;
	size_t len;

	(void)octet(&a);
	if (type > 1)
		return n <= 16;		/* RP-ACK, RP-ERROR, RP-SMMA */
	rp_address(s, &a);
	rp_address(s, &a);
	len = octet(&a);
	if (a.bad || len > a.n)
		return false;
	tpdu(s, &a, type == 1);
	return !a.bad;
}
