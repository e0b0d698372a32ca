/* pkt_like: a link layer like that of a frame, for another packet. */
#include <string.h>

#include "err.h"
#include "pkt.h"

#define ETHER_ADDRS	12	/* octets before the EtherType */
#define VLAN_MAX	8	/* tags of a frame */

/* N octets of LIKE from OFF on; zeros where it has none. */
static void
keep(struct buf *out, struct slice like, size_t off, size_t n)
{
	struct slice s = slice_sub(like, off, n);

	buf_put(out, s);
	for (size_t i = s.n; i < n; i++)
		buf_u8(out, 0);
}

static void
ether(struct buf *out, struct slice like, uint16_t type)
{
	size_t at = ETHER_ADDRS;

	keep(out, like, 0, ETHER_ADDRS);
	for (int i = 0; i < VLAN_MAX && like.n >= at + 6; i++, at += 4) {
		uint16_t tag = slice_be16(like.p + at);

		if (tag != 0x8100 && tag != 0x88a8 && tag != 0x9100 &&
		    tag != 0x9200)
			break;
		keep(out, like, at, 4);
	}
	buf_u16(out, type);
}

/* BSD null: an address family, in the byte order of the host that captured. */
static void
null(struct buf *out, int linktype, struct slice like, uint8_t version)
{
	uint8_t family = version == 4 ? 2 : 30, h[4] = { 0 };
	bool little = linktype == 0 && (like.n < 4 || like.p[0] != 0);

	h[little ? 0 : 3] = family;
	buf_add(out, h, sizeof(h));
}

static void
ppp(struct buf *out, uint8_t version)
{
	buf_u16(out, 0xff03);		/* RFC 1662 3.1 */
	buf_u16(out, version == 4 ? 0x0021 : 0x0057);
}

static void
pppoe(struct buf *out, struct slice like, uint8_t version, size_t len)
{
	buf_u16(out, 0x1100);		/* RFC 2516 4 */
	keep(out, like, 2, 2);
	buf_u16(out, (uint16_t)(len + 2));
	buf_u16(out, version == 4 ? 0x0021 : 0x0057);
}

int
pkt_link_like(struct buf *out, int linktype, struct slice like,
    uint8_t version, size_t len)
{
	uint16_t type = version == 4 ? 0x0800 : 0x86dd;

	switch (linktype) {
	case 0: case 108:
		null(out, linktype, like, version);
		return 0;
	case 1:
		ether(out, like, type);
		return 0;
	case 9: case 50:
		ppp(out, version);
		return 0;
	case 12: case 14: case 101:
		return 0;
	case 51:
		pppoe(out, like, version, len);
		return 0;
	case 113:
		keep(out, like, 0, 14);
		buf_u16(out, type);
		return 0;
	case 276:
		buf_u16(out, type);
		keep(out, like, 2, 18);
		return 0;
	case 228: case 229:
		return (linktype == 228) == (version == 4) ? 0 : ERR_ALG;
	default:
		return ERR_ALG;
	}
}
