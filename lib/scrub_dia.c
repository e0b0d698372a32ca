/* scrub_dia: identities, addresses and vectors in Diameter (RFC 6733). */
#include <string.h>

#include "dia.h"
#include "err.h"
#include "scrub_int.h"

#define ITEM_AUTN	AKA_AUTN_MAX
#define KEY		16		/* CK, IK */

enum holds {
	BLANK, STAYS, GROUP, IDENTITY, HOST, SESSION, TOKEN, CALL_ID, TEXT,
	PERSON, SDP, XML, AGENT, ADDRESS, IP4, PREFIX6,
};

/* AVPs FIRST to LAST; all others are blanked. */
struct range {
	uint32_t	 vendor;
	uint16_t	 first, last;
	enum holds	 holds;
};

static const struct range known[] = {
	/* RFC 6733 4.5, RFC 7155, RFC 8506 */
	{ 0, 1, 1, IDENTITY },		/* User-Name */
	{ 0, 8, 8, IP4 },		/* Framed-IP-Address */
	{ 0, 27, 27, STAYS },		/* Session-Timeout */
	{ 0, 30, 30, HOST },		/* Called-Station-Id: the APN */
	{ 0, 97, 97, PREFIX6 },		/* Framed-IPv6-Prefix */
	{ 0, 257, 257, ADDRESS },	/* Host-IP-Address */
	{ 0, 258, 259, STAYS },
	{ 0, 260, 260, GROUP },		/* Vendor-Specific-Application-Id */
	{ 0, 261, 262, STAYS },
	{ 0, 263, 263, SESSION },
	{ 0, 264, 264, HOST },		/* Origin-Host */
	{ 0, 265, 268, STAYS },
	{ 0, 269, 269, AGENT },		/* Product-Name */
	{ 0, 270, 274, STAYS },
	{ 0, 276, 278, STAYS },
	{ 0, 279, 279, GROUP },		/* Failed-AVP */
	{ 0, 280, 280, HOST },		/* Proxy-Host */
	{ 0, 281, 281, TEXT },		/* Error-Message */
	{ 0, 282, 283, HOST },		/* Route-Record, Destination-Realm */
	{ 0, 284, 284, GROUP },		/* Proxy-Info */
	{ 0, 285, 291, STAYS },
	{ 0, 292, 292, TEXT },		/* Redirect-Host: a URI */
	{ 0, 293, 294, HOST },		/* Destination-Host and of errors */
	{ 0, 295, 295, STAYS },
	{ 0, 296, 296, HOST },		/* Origin-Realm */
	{ 0, 297, 297, GROUP },		/* Experimental-Result */
	{ 0, 298, 299, STAYS },
	{ 0, 415, 416, STAYS },		/* CC-Request-Number, -Type */
	{ 0, 443, 443, GROUP },		/* Subscription-Id */
	{ 0, 444, 444, IDENTITY },
	{ 0, 450, 450, STAYS },
	{ 0, 458, 458, GROUP },		/* User-Equipment-Info */
	{ 0, 459, 459, STAYS },
	{ 0, 480, 480, STAYS },		/* Accounting-Record-Type */
	{ 0, 485, 485, STAYS },
	/* TS 29.061 16.4.7 */
	{ DIA_3GPP, 6, 7, IP4 },	/* SGSN-Address, GGSN-Address */
	{ DIA_3GPP, 23, 23, STAYS },	/* MS-TimeZone */
	/* TS 29.214 5.3 */
	{ DIA_3GPP, 505, 505, TOKEN },	/* AF-Charging-Identifier: the icid */
	{ DIA_3GPP, 507, 507, TEXT },	/* Flow-Description */
	{ DIA_3GPP, 509, 509, STAYS },
	{ DIA_3GPP, 511, 516, STAYS },
	{ DIA_3GPP, 517, 517, GROUP },	/* Media-Component-Description */
	{ DIA_3GPP, 518, 518, STAYS },
	{ DIA_3GPP, 519, 519, GROUP },	/* Media-Sub-Component */
	{ DIA_3GPP, 520, 523, STAYS },
	{ DIA_3GPP, 524, 524, SDP },	/* Codec-Data */
	{ DIA_3GPP, 525, 533, STAYS },
	/* TS 29.229 6.3 */
	{ DIA_3GPP, 600, 600, TEXT },	/* Visited-Network-Identifier */
	{ DIA_3GPP, 601, 602, IDENTITY }, /* Public-Identity, Server-Name */
	{ DIA_3GPP, 603, 603, GROUP },	/* Server-Capabilities */
	{ DIA_3GPP, 604, 605, STAYS },
	{ DIA_3GPP, 606, 606, XML },	/* User-Data */
	{ DIA_3GPP, 607, 608, STAYS },
	{ DIA_3GPP, DIA_AUTH_DATA, DIA_AUTH_DATA, GROUP },
	{ DIA_3GPP, 613, 614, STAYS },
	{ DIA_3GPP, 615, 615, GROUP },	/* Deregistration-Reason */
	{ DIA_3GPP, 616, 616, STAYS },
	{ DIA_3GPP, 617, 617, PERSON },	/* Reason-Info: words for a user */
	{ DIA_3GPP, 618, 618, GROUP },	/* Charging-Information */
	{ DIA_3GPP, 619, 622, IDENTITY }, /* charging functions */
	{ DIA_3GPP, 623, 624, STAYS },
	{ DIA_3GPP, 627, 627, STAYS },
	{ DIA_3GPP, 628, 628, GROUP },	/* Supported-Features */
	{ DIA_3GPP, 629, 630, STAYS },
	{ DIA_3GPP, 631, 632, GROUP },	/* applications, identities */
	{ DIA_3GPP, 633, 633, STAYS },
	{ DIA_3GPP, 634, 634, IDENTITY }, /* Wildcarded-Public-Identity */
	{ DIA_3GPP, 636, 636, IDENTITY },
	{ DIA_3GPP, 637, 638, STAYS },
	{ DIA_3GPP, 639, 639, GROUP },	/* SCSCF-Restoration-Info */
	{ DIA_3GPP, 640, 641, TEXT },	/* Path, Contact */
	{ DIA_3GPP, 642, 642, GROUP },	/* Subscription-Info */
	{ DIA_3GPP, 644, 646, TEXT },	/* From, To, Record-Route */
	{ DIA_3GPP, 647, 647, GROUP },
	{ DIA_3GPP, 648, 648, STAYS },
	{ DIA_3GPP, 649, 649, GROUP },	/* Restoration-Info */
	{ DIA_3GPP, 650, 650, STAYS },
	{ DIA_3GPP, 651, 651, GROUP },
	{ DIA_3GPP, 652, 655, STAYS },
	/* TS 29.329 6.3 */
	{ DIA_3GPP, 700, 700, GROUP },	/* User-Identity */
	{ DIA_3GPP, 702, 702, XML },	/* User-Data */
	{ DIA_3GPP, 703, 710, STAYS },
	/* TS 32.299 7.2 */
	{ DIA_3GPP, 823, 823, GROUP },	/* Event-Type */
	{ DIA_3GPP, 824, 825, STAYS },
	{ DIA_3GPP, 829, 829, STAYS },
	{ DIA_3GPP, 830, 830, CALL_ID }, /* User-Session-Id */
	{ DIA_3GPP, 831, 832, IDENTITY }, /* who calls whom */
	{ DIA_3GPP, 833, 833, GROUP },	/* Time-Stamps */
	{ DIA_3GPP, 834, 835, STAYS },
	{ DIA_3GPP, 838, 838, GROUP },	/* Inter-Operator-Identifier */
	{ DIA_3GPP, 839, 840, HOST },
	{ DIA_3GPP, 841, 841, TOKEN },	/* IMS-Charging-Identifier */
	{ DIA_3GPP, 861, 862, STAYS },
	{ DIA_3GPP, 873, 873, GROUP },	/* Service-Information */
	{ DIA_3GPP, 876, 876, GROUP },	/* IMS-Information */
	/* TS 29.212 5.3 */
	{ DIA_3GPP, 1001, 1003, GROUP }, /* Charging-Rule-* */
	{ DIA_3GPP, 1005, 1005, TOKEN }, /* Charging-Rule-Name */
	{ DIA_3GPP, 1006, 1015, STAYS },
	{ DIA_3GPP, 1016, 1016, GROUP }, /* QoS-Information */
	{ DIA_3GPP, 1018, 1018, GROUP }, /* Charging-Rule-Report */
	{ DIA_3GPP, 1019, 1033, STAYS },
	{ DIA_3GPP, 1034, 1034, GROUP }, /* Allocation-Retention-Priority */
	{ DIA_3GPP, 1040, 1048, STAYS },
	{ DIA_3GPP, 1049, 1049, GROUP }, /* Default-EPS-Bearer-QoS */
	{ DIA_3GPP, 1050, 1050, ADDRESS }, /* AN-GW-Address */
	{ DIA_3GPP, 1058, 1058, GROUP }, /* Flow-Information */
	{ DIA_3GPP, 1080, 1080, STAYS },
	/* TS 29.272 7.3 */
	{ DIA_3GPP, 1400, 1401, GROUP }, /* Subscription-Data */
	{ DIA_3GPP, 1405, 1406, STAYS },
	{ DIA_3GPP, 1408, 1408, GROUP },
	{ DIA_3GPP, 1410, 1412, STAYS },
	{ DIA_3GPP, 1413, 1414, GROUP }, /* Authentication-Info */
	{ DIA_3GPP, 1417, 1420, STAYS },
	{ DIA_3GPP, 1423, 1428, STAYS },
	{ DIA_3GPP, 1429, 1431, GROUP }, /* APNs, EPS-Subscribed-QoS-Profile */
	{ DIA_3GPP, 1435, 1435, GROUP }, /* AMBR */
};

static enum holds
holds_of(const struct dia_avp *a)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].vendor == a->vendor &&
		    a->code >= known[i].first && a->code <= known[i].last)
			return known[i].holds;
	return BLANK;
}

/* Octets of an address at P, of which the first ones may be all there are. */
static void
address(struct scrub *s, unsigned family, uint8_t *p, size_t n)
{
	struct pkt_addr a = { .family = (uint8_t)family };

	if (n > (family == 4 ? 4U : 16U))
		n = family == 4 ? 4 : 16;
	if (n > 0)
		memcpy(a.ip, p, n);
	scrub_address(s, &a);
	if (n > 0)
		memcpy(p, a.ip, n);
}

/* Its host; then two numbers; then what the host likes (RFC 6733 8.8). */
static void
session(struct scrub *s, struct slice v)
{
	struct slice host = slice_cut(&v, ';');

	scrub_host(s, scrub_mut(host), host.n);
	(void)slice_cut(&v, ';');
	(void)slice_cut(&v, ';');
	if (v.n > 0)
		scrub_token(s, SCRUB_TOKEN, scrub_mut(v), v.n);
}

static void
agent(struct scrub *s, uint8_t *p, size_t n)
{
	if (s->opt.user_agent)
		scrub_words(s, SCRUB_AGENT, p, n);
	else
		scrub_leave(s, "Product-Name", s->frame);
}

/* What is no group and no secret. */
static void
value(struct scrub_cap *c, enum holds holds, uint8_t *p, size_t n)
{
	struct scrub *s = c->s;

	if (n == 0)
		return;
	if (holds == IDENTITY)
		scrub_identity(s, p, n);
	else if (holds == HOST)
		scrub_host(s, p, n);
	else if (holds == SESSION)
		session(s, slice_of(p, n));
	else if (holds == TOKEN)
		scrub_token(s, SCRUB_TOKEN, p, n);
	else if (holds == CALL_ID)
		scrub_call_id(s, p, n);
	else if (holds == TEXT)
		scrub_text(s, p, n);
	else if (holds == PERSON)
		scrub_words(s, SCRUB_TEXT, p, n);
	else if (holds == SDP)
		scrub_sdp(s, p, n);
	else if (holds == XML)
		scrub_xml(s, p, n);
	else if (holds == AGENT)
		agent(s, p, n);
	else if (holds == IP4 && n == 4)
		address(s, 4, p, n);
	else if (holds == PREFIX6 && n > 2)
		address(s, 6, p + 2, n - 2);
	else if (holds == ADDRESS && n > 2 && slice_be16(p) <= 2)
		address(s, slice_be16(p) == 1 ? 4 : 6, p + 2, n - 2);
	else if (holds != STAYS)
		scrub_blank(c, p, n);
}

/* RAND, AUTN, XRES, CK and IK of an answer (TS 29.229 6.3.10 to 6.3.28). */
static bool
vector(struct scrub_cap *c, const struct dia_vector *v)
{
	uint8_t auth[AKA_RAND + ITEM_AUTN], xres[32], ck[KEY], ik[KEY];
	struct scrub_vector is = { .rand = auth, .autn = auth + AKA_RAND,
	    .xres = xres, .ck = ck, .ik = ik };
	size_t n = v->authenticate.n;

	if (n < AKA_RAND || n > sizeof(auth) || v->ck.n != KEY ||
	    v->ik.n != KEY || v->authorization.n > sizeof(xres))
		return false;
	memcpy(auth, v->authenticate.p, n);
	if ((is.xres_len = v->authorization.n) > 0)
		memcpy(xres, v->authorization.p, is.xres_len);
	memcpy(ck, v->ck.p, KEY);
	memcpy(ik, v->ik.p, KEY);
	is.autn_len = n - AKA_RAND;
	if (sa_db_vector(c->s->db, auth, ck, ik, 0) < 0 ||
	    scrub_vector(c->s, &is) < 0)
		c->s->error = ERR_MEM;
	memcpy(scrub_mut(v->authenticate), auth, n);
	if (is.xres_len > 0)
		memcpy(scrub_mut(v->authorization), xres, is.xres_len);
	memcpy(scrub_mut(v->ck), ck, KEY);
	memcpy(scrub_mut(v->ik), ik, KEY);
	crypt_wipe(ck, sizeof(ck));
	crypt_wipe(ik, sizeof(ik));
	return true;
}

/* RAND and AUTS of a request (TS 29.229 6.3.11). */
static bool
resync(struct scrub_cap *c, const struct dia_vector *v, struct slice user)
{
	uint8_t *p = scrub_mut(v->authorization);
	size_t n = v->authorization.n;
	uint8_t rand[AKA_RAND];

	if (n <= AKA_RAND || v->authenticate.n > 0 || v->ck.n + v->ik.n > 0)
		return false;
	memcpy(rand, p, AKA_RAND);
	if (!scrub_auts(c->s, rand, slice_of(NULL, 0), user, p + AKA_RAND,
	    n - AKA_RAND))
		scrub_octets(c->s, "auts", p + AKA_RAND, n - AKA_RAND);
	scrub_octets(c->s, "rand", p, AKA_RAND);
	return true;
}

static void
octets(struct scrub_cap *c, const char *what, struct slice v)
{
	scrub_octets(c->s, what, scrub_mut(v), v.n);
}

/* The secrets of a SIP-Auth-Data-Item; its other AVPs are for avps(). */
static void
auth_item(struct scrub_cap *c, struct slice group, bool request,
    struct slice user, struct dia_vector *v)
{
	if (dia_vector_parse(group, v) < 0)
		memset(v, 0, sizeof(*v));
	if (v->authenticate.n + v->authorization.n + v->ck.n + v->ik.n == 0)
		return;
	c->s->count[SCRUB_SECRET]++;
	if (request ? resync(c, v, user) : vector(c, v))
		return;
	octets(c, "autn", v->authenticate);
	octets(c, "xres", v->authorization);
	octets(c, "ck", v->ck);
	octets(c, "ik", v->ik);
}

static bool
is_secret(const struct dia_vector *v, struct slice data)
{
	return data.n > 0 && (data.p == v->authenticate.p ||
	    data.p == v->authorization.p || data.p == v->ck.p ||
	    data.p == v->ik.p);
}

/* AVPs of a message, or of a group: ITEM, what was done with it if it is one
 * of authentication. */
static void
avps(struct scrub_cap *c, struct slice rest, bool request, struct slice user,
    const struct dia_vector *item, unsigned depth)
{
	struct dia_avp a;

	while (dia_avp_next(&rest, &a) > 0) {
		struct dia_vector v = { 0 };
		uint8_t *end = scrub_mut(a.data) + a.data.n;
		enum holds holds = holds_of(&a);

		if (rest.n > 0)
			memset(end, 0, (size_t)(rest.p - end));
		if (is_secret(item, a.data))
			continue;
		if (holds != GROUP || depth == SCRUB_LEVELS) {
			value(c, holds == GROUP ? BLANK : holds,
			    scrub_mut(a.data), a.data.n);
			continue;
		}
		if (a.vendor == DIA_3GPP && a.code == DIA_AUTH_DATA)
			auth_item(c, a.data, request, user, &v);
		avps(c, a.data, request, user, &v, depth + 1);
	}
	if (rest.n > 0)
		scrub_blank(c, scrub_mut(rest), rest.n);
}

int
scrub_diameter(struct scrub_cap *c, uint8_t *p, size_t n)
{
	const struct dia_vector none = { 0 };
	struct slice all = slice_of(p, n), rest = slice_from(all, DIA_HEADER);
	struct slice body = rest;
	char user[SA_IMPI_MAX];
	size_t user_len = 0;
	struct dia_avp a;

	if (dia_frame(all) < 0 || (size_t)dia_frame(all) != n)
		return ERR_FORMAT;
	/* As it was, for it tells whose AUTS it is. */
	while (dia_avp_next(&rest, &a) > 0)
		if (a.vendor == 0 && a.code == DIA_USER_NAME &&
		    a.data.n > 0 && a.data.n < sizeof(user)) {
			memcpy(user, a.data.p, a.data.n);
			user_len = a.data.n;
		}
	avps(c, body, dia_request(all), slice_of(user, user_len), &none, 0);
	return 0;
}
