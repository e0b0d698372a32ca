/* sip_name: header field names, long and compact, and fields by name. */
#include <string.h>

#include "sip.h"

#define NAME_MAX_LENGTH	30

static const char *const names[SIP_H_N] = {
	[SIP_H_OTHER] = "",
	[SIP_H_AUTHENTICATION_INFO] = "Authentication-Info",
	[SIP_H_AUTHORIZATION] = "Authorization",
	[SIP_H_CALL_ID] = "Call-ID",
	[SIP_H_CONTACT] = "Contact",
	[SIP_H_CONTENT_LENGTH] = "Content-Length",
	[SIP_H_CONTENT_TYPE] = "Content-Type",
	[SIP_H_CSEQ] = "CSeq",
	[SIP_H_EVENT] = "Event",
	[SIP_H_EXPIRES] = "Expires",
	[SIP_H_FROM] = "From",
	[SIP_H_MAX_FORWARDS] = "Max-Forwards",
	[SIP_H_P_ACCESS_NETWORK_INFO] = "P-Access-Network-Info",
	[SIP_H_P_ASSERTED_IDENTITY] = "P-Asserted-Identity",
	[SIP_H_P_ASSOCIATED_URI] = "P-Associated-URI",
	[SIP_H_P_CHARGING_FUNCTION_ADDRESSES] =
	    "P-Charging-Function-Addresses",
	[SIP_H_P_CHARGING_VECTOR] = "P-Charging-Vector",
	[SIP_H_P_PREFERRED_IDENTITY] = "P-Preferred-Identity",
	[SIP_H_P_VISITED_NETWORK_ID] = "P-Visited-Network-ID",
	[SIP_H_PATH] = "Path",
	[SIP_H_PRIVACY] = "Privacy",
	[SIP_H_PROXY_AUTHENTICATE] = "Proxy-Authenticate",
	[SIP_H_PROXY_AUTHORIZATION] = "Proxy-Authorization",
	[SIP_H_PROXY_REQUIRE] = "Proxy-Require",
	[SIP_H_RECORD_ROUTE] = "Record-Route",
	[SIP_H_REQUIRE] = "Require",
	[SIP_H_ROUTE] = "Route",
	[SIP_H_SECURITY_CLIENT] = "Security-Client",
	[SIP_H_SECURITY_SERVER] = "Security-Server",
	[SIP_H_SECURITY_VERIFY] = "Security-Verify",
	[SIP_H_SERVICE_ROUTE] = "Service-Route",
	[SIP_H_SUPPORTED] = "Supported",
	[SIP_H_TO] = "To",
	[SIP_H_UNSUPPORTED] = "Unsupported",
	[SIP_H_USER_AGENT] = "User-Agent",
	[SIP_H_VIA] = "Via",
	[SIP_H_WWW_AUTHENTICATE] = "WWW-Authenticate",
};

static const uint8_t by_length[NAME_MAX_LENGTH][6] = {
	[2] = { SIP_H_TO },
	[3] = { SIP_H_VIA },
	[4] = { SIP_H_CSEQ, SIP_H_FROM, SIP_H_PATH },
	[5] = { SIP_H_EVENT, SIP_H_ROUTE },
	[7] = { SIP_H_CALL_ID, SIP_H_CONTACT, SIP_H_EXPIRES, SIP_H_PRIVACY,
	    SIP_H_REQUIRE },
	[9] = { SIP_H_SUPPORTED },
	[10] = { SIP_H_USER_AGENT },
	[11] = { SIP_H_UNSUPPORTED },
	[12] = { SIP_H_MAX_FORWARDS, SIP_H_CONTENT_TYPE, SIP_H_RECORD_ROUTE },
	[13] = { SIP_H_AUTHORIZATION, SIP_H_PROXY_REQUIRE,
	    SIP_H_SERVICE_ROUTE },
	[14] = { SIP_H_CONTENT_LENGTH },
	[15] = { SIP_H_SECURITY_CLIENT, SIP_H_SECURITY_SERVER,
	    SIP_H_SECURITY_VERIFY },
	[16] = { SIP_H_P_ASSOCIATED_URI, SIP_H_WWW_AUTHENTICATE },
	[17] = { SIP_H_P_CHARGING_VECTOR },
	[18] = { SIP_H_PROXY_AUTHENTICATE },
	[19] = { SIP_H_P_ASSERTED_IDENTITY, SIP_H_AUTHENTICATION_INFO,
	    SIP_H_PROXY_AUTHORIZATION },
	[20] = { SIP_H_P_PREFERRED_IDENTITY, SIP_H_P_VISITED_NETWORK_ID },
	[21] = { SIP_H_P_ACCESS_NETWORK_INFO },
	[29] = { SIP_H_P_CHARGING_FUNCTION_ADDRESSES },
};

/* The compact forms in IANA's table of SIP header fields, by letter. */
static const struct {
	enum sip_h	 id;
	const char	*name;
} compact[26] = {
	['a' - 'a'] = { SIP_H_OTHER, "Accept-Contact" },
	['b' - 'a'] = { SIP_H_OTHER, "Referred-By" },
	['c' - 'a'] = { SIP_H_CONTENT_TYPE, "Content-Type" },
	['d' - 'a'] = { SIP_H_OTHER, "Request-Disposition" },
	['e' - 'a'] = { SIP_H_OTHER, "Content-Encoding" },
	['f' - 'a'] = { SIP_H_FROM, "From" },
	['i' - 'a'] = { SIP_H_CALL_ID, "Call-ID" },
	['j' - 'a'] = { SIP_H_OTHER, "Reject-Contact" },
	['k' - 'a'] = { SIP_H_SUPPORTED, "Supported" },
	['l' - 'a'] = { SIP_H_CONTENT_LENGTH, "Content-Length" },
	['m' - 'a'] = { SIP_H_CONTACT, "Contact" },
	['n' - 'a'] = { SIP_H_OTHER, "Identity-Info" },
	['o' - 'a'] = { SIP_H_EVENT, "Event" },
	['r' - 'a'] = { SIP_H_OTHER, "Refer-To" },
	['s' - 'a'] = { SIP_H_OTHER, "Subject" },
	['t' - 'a'] = { SIP_H_TO, "To" },
	['u' - 'a'] = { SIP_H_OTHER, "Allow-Events" },
	['v' - 'a'] = { SIP_H_VIA, "Via" },
	['x' - 'a'] = { SIP_H_OTHER, "Session-Expires" },
	['y' - 'a'] = { SIP_H_OTHER, "Identity" },
};

static inline uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static inline bool
is_alpha(uint8_t c)
{
	c = lower(c);
	return c >= 'a' && c <= 'z';
}

const char *
sip_h_name(enum sip_h h)
{
	return (unsigned)h < SIP_H_N ? names[h] : "";
}

enum sip_h
sip_h_id(struct slice name)
{
	const uint8_t *id;
	uint8_t c;

	if (name.n == 0 || name.n >= NAME_MAX_LENGTH)
		return SIP_H_OTHER;
	c = lower(name.p[0]);
	if (name.n == 1)
		return is_alpha(c) ? compact[c - 'a'].id : SIP_H_OTHER;
	for (id = by_length[name.n]; *id != SIP_H_OTHER; id++) {
		const char *known = names[*id];

		if (lower((uint8_t)known[0]) != c)
			continue;
		if (memcmp(name.p, known, name.n) == 0 ||
		    slice_caseeq(name, slice_of(known, name.n)))
			return *id;
	}
	return SIP_H_OTHER;
}

/* The name in full of H, for comparing. */
static struct slice
long_name(const struct sip_header *h)
{
	if (h->name.n == 1 && is_alpha(h->name.p[0])) {
		const char *name = compact[lower(h->name.p[0]) - 'a'].name;

		if (name != NULL)
			return slice_str(name);
	}
	return h->name;
}

static const struct sip_header *
follow(const struct sip_msg *m, const struct sip_header *h)
{
	return h->next != 0 ? &m->hdr[h->next] : NULL;
}

/* H or the first behind it, of those that are not listed, with this name. */
static const struct sip_header *
find_other(const struct sip_msg *m, const struct sip_header *h,
    struct slice name)
{
	while (h != NULL && !slice_caseeq(long_name(h), name))
		h = follow(m, h);
	return h;
}

const struct sip_header *
sip_next(const struct sip_msg *m, const struct sip_header *after)
{
	const struct sip_header *h = follow(m, after);

	return after->id != SIP_H_OTHER ? h :
	    find_other(m, h, long_name(after));
}

const struct sip_header *
sip_get_same(const struct sip_msg *m, const struct sip_header *h)
{
	const struct sip_header *first = sip_get(m, h->id);

	return h->id != SIP_H_OTHER ? first :
	    find_other(m, first, long_name(h));
}

const struct sip_header *
sip_get_named(const struct sip_msg *m, const char *name)
{
	struct slice want = slice_str(name);

	for (size_t i = 0; i < m->n_hdr; i++) {
		const struct sip_header *h = &m->hdr[i];

		if ((h->name.n == want.n || h->name.n == 1) &&
		    slice_caseeq(long_name(h), want))
			return h;
	}
	return NULL;
}

struct slice
sip_line(const struct sip_msg *m, const struct sip_header *h)
{
	const uint8_t *p = h->name.p, *end = m->head.p + m->head.n;
	const uint8_t *next = h->value.p + h->value.n;

	/* Behind the value there is white space only, folds perhaps. */
	do {
		while (next < end && *next != '\n')
			next++;
		next += next < end;
	} while (next < end && (*next == ' ' || *next == '\t'));
	return slice_of(p, (size_t)(next - p));
}
