/* dia: Diameter (RFC 6733), and the vectors of the Cx MAA (TS 29.229). */
#include <string.h>

#include "dia.h"
#include "err.h"

#define AT_LENGTH	1	/* RFC 6733 3 */
#define AT_FLAGS	4
#define AT_COMMAND	5
#define AT_APPLICATION	8

#define FLAG_REQUEST	0x80
#define FLAG_RESERVED	0x0f
#define COMMAND_LEN	3

#define COMMAND_MAA	303		/* TS 29.229 6.1.8 */
#define APPLICATION_CX	16777216	/* TS 29.229 6 */

#define AVP_VENDOR_FLAG	0x80		/* RFC 6733 4.1 */
#define AVP_HEADER	8
#define AVP_SCHEME	608		/* TS 29.229 table 6.3.1 */
#define AVP_AUTHENTICATE 609
#define AVP_AUTHORIZATION 610
#define AVP_CK		625
#define AVP_IK		626

static uint32_t
be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

/* Is some known command the first N octets of P on?  N is at most 3. */
static bool
command_known(const uint8_t *p, size_t n)
{
	static const uint16_t known[] = {
		257, 258, 271, 274, 275, 280, 282,	/* RFC 6733 3.1 */
		265, 272,				/* TS 29.214, 29.212 */
		300, 301, 302, 303, 304, 305,		/* TS 29.229 6.1 */
		306, 307, 308, 309,			/* TS 29.329 6.1 */
		316, 317, 318, 319, 320, 321, 322, 323,	/* TS 29.272 7.2 */
	};
	uint8_t code[COMMAND_LEN] = { 0 };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		code[1] = (uint8_t)(known[i] >> 8);
		code[2] = (uint8_t)known[i];
		if (memcmp(code, p, n) == 0)
			return true;
	}
	return false;
}

int
dia_frame(struct slice in)
{
	size_t n = in.n < AT_APPLICATION ? in.n : AT_APPLICATION;
	uint32_t len;

	if (n > 0 && in.p[0] != 1)
		return ERR_FORMAT;
	if (n < AT_FLAGS)
		return ERR_MORE;
	len = be24(in.p + AT_LENGTH);
	if (len < DIA_HEADER || len % 4 != 0)
		return ERR_FORMAT;
	if (n > AT_FLAGS && (in.p[AT_FLAGS] & FLAG_RESERVED) != 0)
		return ERR_FORMAT;
	if (n > AT_COMMAND &&
	    !command_known(in.p + AT_COMMAND, n - AT_COMMAND))
		return ERR_FORMAT;
	return in.n < len ? ERR_MORE : (int)len;
}

bool
dia_request(struct slice message)
{
	return (message.p[AT_FLAGS] & FLAG_REQUEST) != 0;
}

int
dia_avp_next(struct slice *s, struct dia_avp *a)
{
	struct cursor c;
	uint8_t flags;
	uint32_t len, header = AVP_HEADER;

	if (s->n == 0)
		return 0;
	cursor_init(&c, *s);
	a->code = cursor_u32(&c);
	flags = cursor_u8(&c);
	len = cursor_u24(&c);
	a->vendor = 0;
	if (flags & AVP_VENDOR_FLAG) {
		a->vendor = cursor_u32(&c);
		header += 4;
	}
	if (c.bad || len < header)
		return ERR_FORMAT;
	a->data = cursor_take(&c, len - header);
	if (c.bad)
		return ERR_FORMAT;
	*s = slice_from(*s, (len + 3) / 4 * 4);
	return 1;
}

int
dia_vector_parse(struct slice group, struct dia_vector *v)
{
	struct dia_avp a;
	int e;

	memset(v, 0, sizeof(*v));
	while ((e = dia_avp_next(&group, &a)) > 0) {
		if (a.vendor != DIA_3GPP)
			continue;
		switch (a.code) {
		case AVP_SCHEME:
			v->scheme = a.data;
			break;
		case AVP_AUTHENTICATE:
			v->authenticate = a.data;
			break;
		case AVP_AUTHORIZATION:
			v->authorization = a.data;
			break;
		case AVP_CK:
			v->ck = a.data;
			break;
		case AVP_IK:
			v->ik = a.data;
			break;
		}
	}
	return e;
}

/* The User-Name of the message, having seen that all AVPs are whole. */
static int
avps_check(struct slice avps, struct slice *user_name)
{
	struct dia_vector v;
	struct dia_avp a;
	int e;

	while ((e = dia_avp_next(&avps, &a)) > 0) {
		if (a.vendor == 0 && a.code == DIA_USER_NAME)
			*user_name = a.data;
		if (a.vendor == DIA_3GPP && a.code == DIA_AUTH_DATA &&
		    dia_vector_parse(a.data, &v) < 0)
			return ERR_FORMAT;
	}
	return e;
}

int
dia_vectors(struct slice in, void (*each)(const struct dia_vector *, void *),
    void *arg)
{
	struct slice avps = slice_from(in, DIA_HEADER), user = { NULL, 0 };
	struct dia_vector v;
	struct dia_avp a;
	int n = 0;

	if (dia_frame(in) < 0 || (size_t)dia_frame(in) != in.n ||
	    avps_check(avps, &user) < 0)
		return ERR_FORMAT;
	if (be24(in.p + AT_COMMAND) != COMMAND_MAA ||
	    dia_request(in) ||
	    slice_be32(in.p + AT_APPLICATION) != APPLICATION_CX)
		return 0;
	while (dia_avp_next(&avps, &a) > 0) {
		if (a.vendor != DIA_3GPP || a.code != DIA_AUTH_DATA)
			continue;
		if (dia_vector_parse(a.data, &v) < 0)
			return ERR_FORMAT;
		v.user_name = user;
		each(&v, arg);
		n++;
	}
	return n;
}
