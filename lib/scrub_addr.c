/* scrub_addr: IP and MAC addresses, prefix by prefix. */
#include <string.h>

#include "scrub_int.h"

/*
 * Classes that an octet does not leave, by what stands before it: private and
 * special ranges (RFC 1918, 6598, 3927, 1122, 5771).
 */
static int
class4(const uint8_t *ip, unsigned i)
{
	uint8_t o = ip[i];

	if (i == 0)
		return o >= 224 ? 224 + (o >= 240) : o == 0 || o == 10 ||
		    o == 127 || o == 100 || o == 169 || o == 172 || o == 192 ?
		    o : -1;
	if (i == 1)
		switch (ip[0]) {
		case 172:
			return o >= 16 && o < 32;
		case 192:
			return o == 168;
		case 169:
			return o == 254;
		case 100:
			return o >= 64 && o < 128;
		default:
			return 0;
		}
	/* Network and broadcast, mostly. */
	return i == 3 && (o == 0 || o == 255) ? o : -1;
}

/* Another octet with as many decimal digits. */
static uint8_t
octet(struct scrub *s, uint64_t before, uint8_t o)
{
	if (o < 10)
		return (uint8_t)scrub_permute(s, SCRUB_W_ADDR4, before, o, 2,
		    5);
	if (o < 100)
		return (uint8_t)(10 + scrub_permute(s, SCRUB_W_ADDR4, before,
		    o - 10U, 9, 10));
	return (uint8_t)(100 + scrub_permute(s, SCRUB_W_ADDR4, before,
	    o - 100U, 12, 13));
}

static void
addr4(struct scrub *s, uint8_t ip[4])
{
	uint64_t before = 0;
	uint8_t from[4], to[4];

	/* This host, loopback, multicast, broadcast: nobody's. */
	if (ip[0] == 0 || ip[0] == 127 || ip[0] >= 224 ||
	    scrub_cache_get(s, SCRUB_W_ADDR4, ip, 4))
		return;
	memcpy(from, ip, 4);
	memcpy(to, ip, 4);
	for (unsigned i = 0; i < 4; i++) {
		int class = class4(from, i);

		if (i > 0 || (class < 0))
			do {
				to[i] = octet(s, before, to[i]);
			} while (class4(to, i) != class);
		before = before << 8 | from[i] | 1ULL << 32;
	}
	memcpy(ip, to, 4);
	scrub_cache_put(s, SCRUB_W_ADDR4, slice_of(from, 4), to);
}

/* Another group of as many hexadecimal digits. */
static uint16_t
group(struct scrub *s, uint64_t before, uint16_t g)
{
	if (g == 0)
		return 0;
	if (g < 0x10)
		return (uint16_t)(1 + scrub_permute(s, SCRUB_W_ADDR6, before,
		    g - 1U, 3, 5));
	if (g < 0x100)
		return (uint16_t)(0x10 + scrub_permute(s, SCRUB_W_ADDR6,
		    before, g - 0x10U, 15, 16));
	if (g < 0x1000)
		return (uint16_t)(0x100 + scrub_permute(s, SCRUB_W_ADDR6,
		    before, g - 0x100U, 60, 64));
	return (uint16_t)(0x1000 + scrub_permute(s, SCRUB_W_ADDR6, before,
	    g - 0x1000U, 240, 256));
}

/* Global, unique local, or one of those that stay (RFC 4291 2.4, 4193). */
static int
class6(uint16_t first)
{
	if (first >= 0x2000 && first < 0x4000)
		return 1;
	if (first >= 0xfc00 && first < 0xfe00)
		return 2;
	if (first >= 0xfe80)
		return first;
	return first < 0x1000 ? first : 0;
}

static void
addr6(struct scrub *s, uint8_t ip[16])
{
	uint8_t from[16];
	uint64_t before = 1;
	bool multicast = ip[0] == 0xff;

	if (scrub_cache_get(s, SCRUB_W_ADDR6, ip, 16))
		return;
	memcpy(from, ip, 16);
	for (unsigned i = 0; i < 8; i++) {
		uint16_t was = slice_be16(from + 2 * i), is = was;
		int class = i == 0 ? class6(was) : 0;

		/* Of a group's address, all but solicited-node's is public. */
		if (multicast && (i < 7 || from[13] != 0xff))
			;
		else if (i > 0 || class < 3)
			do {
				is = group(s, before, is);
			} while (i == 0 && class6(is) != class);
		/* ::1 is the host itself. */
		if (i == 7 && was == 1 && before == 1)
			is = was;
		ip[2 * i] = (uint8_t)(is >> 8);
		ip[2 * i + 1] = (uint8_t)is;
		before = before == 1 && was == 0 ? 1 :
		    slice_hash(before, slice_of(from + 2 * i, 2)) | 2;
	}
	scrub_cache_put(s, SCRUB_W_ADDR6, slice_of(from, 16), ip);
}

void
scrub_address(struct scrub *s, struct pkt_addr *a)
{
	if (a->family == 0)
		return;
	s->count[SCRUB_ADDRESS]++;
	if (a->family == 4)
		addr4(s, a->ip);
	else
		addr6(s, a->ip);
}

void
scrub_mac(struct scrub *s, uint8_t mac[6])
{
	static const uint8_t none[6];
	const uint16_t m[6] = { 64, 256, 256, 256, 256, 256 };
	uint8_t bits = mac[0] & 3, from[6];

	/* Group addresses are nobody's; the bit for local ones stays. */
	if ((mac[0] & 1) != 0 || memcmp(mac, none, 6) == 0)
		return;
	s->count[SCRUB_MAC]++;
	if (scrub_cache_get(s, SCRUB_W_MAC, mac, 6))
		return;
	memcpy(from, mac, 6);
	mac[0] >>= 2;
	scrub_fpe(s, SCRUB_W_MAC, 0, mac, m, 6);
	mac[0] = (uint8_t)(mac[0] << 2 | bits);
	scrub_cache_put(s, SCRUB_W_MAC, slice_of(from, 6), mac);
}

static void
text4(struct scrub *s, uint8_t *p, size_t n, const uint8_t *end)
{
	uint8_t *at = p;
	struct pkt_addr a;

	if (pkt_addr_parse(&a, slice_of(p, n)) < 0 || a.family != 4)
		return;
	scrub_address(s, &a);
	for (unsigned i = 0; i < 4; i++) {
		uint8_t *dot = at;
		unsigned v = a.ip[i];

		while (dot < end && *dot != '.')
			dot++;
		for (uint8_t *d = dot; d-- > at; v /= 10)
			*d = (uint8_t)('0' + v % 10);
		at = dot + 1;
	}
}

/* The N hexadecimal digits at P, written anew as V. */
static void
put_group(uint8_t *p, size_t n, uint16_t v, bool upper)
{
	for (; n > 0; n--, v >>= 4)
		p[n - 1] = (uint8_t)(upper ? "0123456789ABCDEF" :
		    "0123456789abcdef")[v & 15];
}

static void
text6(struct scrub *s, uint8_t *p, size_t n, const struct pkt_addr *was)
{
	struct pkt_addr a = *was;
	bool upper = false;
	size_t i = 0, g = 0, dots = 0;

	for (size_t j = 0; j < n; j++) {
		upper |= p[j] >= 'A' && p[j] <= 'F';
		dots += p[j] == '.';
	}
	scrub_address(s, &a);
	while (i < n) {
		size_t len = 0;

		while (i + len < n && p[i + len] != ':')
			len++;
		if (dots > 0 && i + len == n)
			text4(s, p + i, len, p + n);
		else if (len > 0 && g < 8)
			put_group(p + i, len, slice_be16(a.ip + 2 * g), upper);
		i += len + 1;
		g++;
		if (i < n && p[i] == ':') {
			/* "::": what is left is counted from the end. */
			size_t left = 0;

			for (size_t j = i + 1; j < n; j++)
				left += p[j] == ':';
			left += 1 + (dots > 0);
			if (i + 1 >= n)
				return;
			g = left <= 8 ? 8 - left : 8;
			i++;
		}
	}
}

bool
scrub_literal(struct scrub *s, uint8_t *p, size_t n)
{
	struct pkt_addr a;

	if (n > 1 && p[0] == '[' && p[n - 1] == ']') {
		p++;
		n -= 2;
	}
	if (n < 2 || n > PKT_ADDR_TEXT ||
	    pkt_addr_parse(&a, slice_of(p, n)) < 0)
		return false;
	if (a.family == 4)
		text4(s, p, n, p + n);
	else
		text6(s, p, n, &a);
	return true;
}
