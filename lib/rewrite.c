/* rewrite: the items of each node, and the message that goes through them. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "rewrite_int.h"

/* On what an item works. */
enum {
	REQUEST = 1, RESPONSE = 2, BOTH = 3,
	REGISTER = 4,		/* a REGISTER, or a response to one */
	UNTRUSTED = 8,		/* unless the next hop is trusted */
	NOT_ROAMING = 16,	/* unless it is the home network */
	BORDER = 32,		/* if the next hop is said to be untrusted */
};

enum {
	P_UP = 1, P_DOWN = 2, I_UP = 4, I_DOWN = 8, S_UP = 16, S_DOWN = 32,
	B_UP = 64, B_DOWN = 128,
	ALL = 255,
};

static const char *const security[] = {
	"Security-Client", "Security-Verify", NULL
};
static const char *const inner[] = {
	"P-Asserted-Service", "P-Called-Party-ID", "P-Served-User",
	"P-User-Database", "P-Profile-Key", "P-Associated-URI",
	"P-Media-Authorization", "P-Early-Media", "P-Charging-Function-Addresses",
	"P-Private-Network-Indication", "P-Visited-Network-ID", "History-Info",
	"Path",
	"Feature-Caps", "Resource-Priority", "Restoration-Info",
	"Relayed-Charge", "Response-Source", "Service-Interact-Info",
	"Attestation-Info", "Origination-Id", "Additional-Identity",
	"Priority-Verstat", "DC-Info", NULL
};
static const char *const proxy_auth[] = { "Proxy-Authorization", NULL };
static const char *const location[] = { "loc-src", NULL };
static const char *const line[] = { "cpc", "oli", NULL };
static const char *const reason[] = { "Reason", NULL };
static const char *const charging[] = {
	"P-Charging-Vector", "P-Charging-Function-Addresses", NULL
};
static const char *const not_for_ue[] = {
	"P-Access-Network-Info", "P-Visited-Network-ID", "P-Preferred-Identity",
	"P-Preferred-Service", "P-Asserted-Service", "P-Served-User",
	"P-User-Database", "P-Profile-Key", "P-Private-Network-Indication",
	"Resource-Priority", "Restoration-Info", "Relayed-Charge",
	"Response-Source", "Cellular-Network-Info", "Service-Interact-Info",
	"Attestation-Info", "Origination-Id", "Additional-Identity",
	"Priority-Verstat", "DC-Info", NULL
};
static const char *const of_hss[] = {
	"P-Served-User", "P-User-Database", "P-Profile-Key", NULL
};
static const char *const not_abroad[] = {
	"P-Preferred-Identity", "P-Preferred-Service", "P-Access-Network-Info",
	"P-Charging-Function-Addresses", "P-User-Database",
	"P-Media-Authorization", "P-Asserted-Service", "P-Early-Media",
	"Feature-Caps", "Resource-Priority", "Restoration-Info",
	"Relayed-Charge", "Response-Source", "Cellular-Network-Info",
	"Service-Interact-Info", "Attestation-Info", "Origination-Id",
	"Additional-Identity", "Priority-Verstat", "DC-Info",
	"P-Private-Network-Indication", NULL
};
static const char *const roaming[] = {
	"Authorization", "WWW-Authenticate", "Authentication-Info",
	"P-Visited-Network-ID", "P-Associated-URI", "P-Called-Party-ID",
	"P-Served-User", "P-Profile-Key", NULL
};

/*
 * Items with the same name are one, and their lines stand together.  Via comes
 * last: what is said of the top Via is said of the one that came.
 */
static const struct line {
	struct rewrite_item	 item;
	unsigned		 on;
	rewrite_fn		*fn;
	const char *const	*names;
} table[] = {
	{ { "max-forwards", ALL, "Max-Forwards one less, or 70",
	    "RFC 3261 16.6" }, REQUEST, rewrite_max_forwards, NULL },
	{ { "received", ALL, "received and rport in the Via on top",
	    "RFC 3261 18.2.1, RFC 3581 4" }, REQUEST, rewrite_received, NULL },
	{ { "route", ALL, "own entry on top of Route goes",
	    "RFC 3261 16.4" }, REQUEST, rewrite_route, NULL },
	{ { "stored-route", P_UP, "Route as stored, with --service-route",
	    "24.229 5.2.6.3" }, REQUEST, rewrite_stored_route, NULL },
	{ { "security", P_UP, "Security-Client, Security-Verify go",
	    "24.229 5.2.2" }, REQUEST, rewrite_drop_all, security },
	{ { "sec-agree", P_UP, "the tag in Require, Proxy-Require goes",
	    "24.229 5.2.2" }, REQUEST, rewrite_sec_agree, NULL },
	{ { "integrity-protected", P_UP, "set in Authorization",
	    "33.203 6.1.5" }, REQUEST | REGISTER, rewrite_integrity, NULL },
	{ { "proxy-authorization", P_UP, "Proxy-Authorization goes, but of SIP "
	    "digest, without an SA", "24.229 5.2" }, REQUEST,
	    rewrite_proxy_auth, proxy_auth },
	{ { "inner-headers", P_UP, "what a phone may not send goes",
	    "24.229 4.4, 5.2" }, BOTH, rewrite_drop_all, inner },
	{ { "reason", P_UP, "Reason goes", "24.229 5.2" }, RESPONSE,
	    rewrite_drop_all, reason },
	{ { "reason", B_UP, "Reason goes, at the trust border",
	    "29.165 A.1" }, RESPONSE | UNTRUSTED, rewrite_drop_all, reason },
	{ { "identity", P_UP, "P-Preferred-Identity used up, "
	    "P-Asserted-Identity set", "24.229 5.2.6.3" }, BOTH,
	    rewrite_identity, NULL },
	{ { "line", P_UP, "cpc and oli of numbers, iotl of sip URIs go",
	    "24.229 4.4" }, BOTH, rewrite_line, line },
	{ { "line", S_UP, "the same, with --untrusted", "24.229 4.4" },
	    BOTH | BORDER, rewrite_line, line },
	{ { "line", B_UP, "the same, at the trust border", "24.229 4.4" },
	    BOTH | UNTRUSTED, rewrite_line, line },
	{ { "location-source", P_UP, "loc-src of Geolocation goes",
	    "24.229 4.4, RFC 8787" }, REQUEST, rewrite_location, location },
	{ { "location-source", B_UP, "the same, at the trust border",
	    "24.229 4.4, RFC 8787" }, REQUEST | UNTRUSTED, rewrite_location,
	    location },
	{ { "access-network", P_UP, "P-Access-Network-Info that says "
	    "network-provided goes", "33.203 P.3" }, BOTH, rewrite_access,
	    NULL },
	{ { "visited-network", P_UP, "P-Visited-Network-ID set",
	    "24.229 5.2.2" }, REQUEST | REGISTER, rewrite_visited, NULL },
	{ { "charging", P_UP, "P-Charging-Vector set, with a new icid",
	    "24.229 5.2.2, 5.2.6.3" }, BOTH, rewrite_charging, NULL },
	{ { "charging", P_DOWN, "P-Charging-Vector, "
	    "P-Charging-Function-Addresses go", "24.229 5.2.6.4" }, BOTH,
	    rewrite_drop_all, charging },
	{ { "contact", P_UP, "the host of Contact, with --nat or --alg",
	    "24.229 F.2, K" }, BOTH, rewrite_contact, NULL },
	{ { "path", P_UP | B_UP, "own entry on top of Path",
	    "24.229 5.2.2, 5.10.2" }, REQUEST | REGISTER, rewrite_path, NULL },
	{ { "require-path", P_UP, "the tag path in Require", "24.229 5.2.2" },
	    REQUEST | REGISTER, rewrite_require_path, NULL },
	{ { "keys", P_DOWN, "ck and ik of a challenge go", "24.229 5.2.2" },
	    RESPONSE, rewrite_keys, NULL },
	{ { "security-server", P_DOWN, "Security-Server set in 401 and 494",
	    "33.203 7.2" }, RESPONSE | REGISTER, rewrite_security_server,
	    NULL },
	{ { "network-headers", P_DOWN, "what is not for a phone goes",
	    "24.229 4.4, 5.2" }, BOTH, rewrite_drop_all, not_for_ue },
	{ { "privacy", P_DOWN, "P-Asserted-Identity goes, with Privacy: id",
	    "RFC 3325 7" }, BOTH, rewrite_privacy, NULL },
	{ { "privacy", B_UP, "the same, at the trust border",
	    "24.229 4.4.2" }, BOTH | UNTRUSTED, rewrite_privacy, NULL },
	{ { "history", P_DOWN, "private entries of History-Info go",
	    "RFC 7044 10.1" }, BOTH, rewrite_history, NULL },
	{ { "history", B_UP, "the same, at the trust border",
	    "RFC 7044 10.1" }, BOTH | UNTRUSTED, rewrite_history, NULL },
	{ { "scscf", I_UP | I_DOWN, "to the S-CSCF of --scscf: Request-URI of "
	    "REGISTER, else Route", "24.229 5.3.1.2, 5.3.2.1" }, REQUEST,
	    rewrite_scscf, NULL },
	{ { "tel", I_UP | I_DOWN, "Request-URI with user=phone to tel",
	    "24.229 5.3.2.1" }, REQUEST, rewrite_tel, NULL },
	{ { "hss-headers", I_UP | I_DOWN, "P-User-Database, P-Profile-Key set, "
	    "with their options", "24.229 5.3.1.2, 5.3.2.1" }, REQUEST,
	    rewrite_of_hss, NULL },
	{ { "hss-headers", S_UP | S_DOWN, "P-Served-User, P-User-Database, "
	    "P-Profile-Key go", "24.229 5.4" }, REQUEST, rewrite_drop_all,
	    of_hss },
	{ { "service", S_UP, "P-Preferred-Service to P-Asserted-Service",
	    "24.229 5.4.3.2" }, REQUEST, rewrite_service, NULL },
	{ { "service-route", S_DOWN, "Service-Route in 200",
	    "24.229 5.4.1.2.2F" }, RESPONSE | REGISTER, rewrite_service_route,
	    NULL },
	{ { "associated-uri", S_DOWN, "P-Associated-URI in 200",
	    "24.229 5.4.1.2.2F" }, RESPONSE | REGISTER, rewrite_associated,
	    NULL },
	{ { "trust-border", B_UP, "what stays inside the trust domain goes",
	    "24.229 4.4, 29.165 A.1" }, BOTH | UNTRUSTED, rewrite_drop_all,
	    not_abroad },
	{ { "roaming-headers", B_UP, "what only a home network gets goes",
	    "29.165 A.1" }, BOTH | NOT_ROAMING, rewrite_drop_all, roaming },
	{ { "record-route", P_UP | P_DOWN | S_UP | S_DOWN | B_UP | B_DOWN,
	    "own entry on top of Record-Route", "24.229 5.2.6, 5.4.3, 5.10" },
	    REQUEST, rewrite_record_route, NULL },
	{ { "via", ALL, "own entry on top of Via", "RFC 3261 16.6" }, REQUEST,
	    rewrite_via_add, NULL },
	{ { "via", ALL, "own entry on top of Via goes", "RFC 3261 16.7" },
	    RESPONSE, rewrite_via_drop, NULL },
};

#define LINES	(sizeof(table) / sizeof(table[0]))

_Static_assert(LINES <= 64, "a bit for each line");

const char *
rewrite_node_name(enum rewrite_node n)
{
	static const char *const name[] = {
		"p-cscf", "i-cscf", "s-cscf", "ibcf"
	};

	return n < REWRITE_NODES ? name[n] : "";
}

int
rewrite_node_parse(struct slice s)
{
	for (int n = 0; n < REWRITE_NODES; n++)
		if (slice_caseis(s, rewrite_node_name((enum rewrite_node)n)))
			return n;
	return ERR_ALG;
}

const struct rewrite_item *
rewrite_item(size_t i)
{
	return i < LINES ? &table[i].item : NULL;
}

uint64_t
rewrite_bit(struct slice name)
{
	for (size_t i = 0; i < LINES; i++)
		if (slice_is(name, table[i].item.name))
			return 1ULL << i;
	return 0;
}

struct rewrite *
rewrite_new(const struct rewrite_options *o)
{
	struct rewrite *w = calloc(1, sizeof(*w));
	unsigned at = 1U << (2 * (unsigned)o->node + o->down);

	if (w == NULL)
		return NULL;
	w->o = *o;
	for (size_t i = 0; i < LINES; i++)
		if ((table[i].item.at & at) != 0 && (o->left_out &
		    rewrite_bit(slice_str(table[i].item.name))) == 0)
			w->lines |= 1ULL << i;
	return w;
}

void
rewrite_free(struct rewrite *w)
{
	if (w == NULL)
		return;
	edit_free(&w->edit);
	buf_free(&w->text[0]);
	buf_free(&w->text[1]);
	free(w);
}

bool
rewrite_is(const struct sip_header *h, const char *name)
{
	enum sip_h id = sip_h_id(slice_str(name));

	return id != SIP_H_OTHER ? h->id == id : slice_caseis(h->name, name);
}

void
rewrite_drop(struct rewrite *w, const char *name)
{
	for (size_t i = 0; i < w->msg.n_hdr; i++)
		if (rewrite_is(&w->msg.hdr[i], name))
			edit_replace(&w->edit, sip_line(&w->msg,
			    &w->msg.hdr[i]), slice_of(NULL, 0));
}

int
rewrite_drop_all(struct rewrite *w, const char *const *names)
{
	for (; *names != NULL; names++)
		rewrite_drop(w, *names);
	return 0;
}

struct buf *
rewrite_add(struct rewrite *w, const char *name)
{
	const uint8_t *end = w->msg.head.p + w->msg.head.n - 1;
	struct buf *to;

	/* Before the blank line. */
	if (end > w->msg.head.p && end[-1] == '\r')
		end--;
	to = edit_change(&w->edit, slice_of(end, 0), 0);
	buf_str(to, name);
	buf_str(to, ": ");
	return to;
}

void
rewrite_drop_value(struct rewrite *w, const struct sip_header *h,
    struct slice value)
{
	struct slice rest = h->value, one, before = { NULL, 0 };
	struct slice gone = sip_line(&w->msg, h);

	while (sip_comma(&rest, &one) && one.p != value.p)
		before = one;
	if (sip_comma(&rest, &one))
		gone = slice_of(value.p, (size_t)(one.p - value.p));
	else if (before.n > 0)
		gone = slice_of(before.p + before.n,
		    (size_t)(value.p + value.n - before.p) - before.n);
	edit_replace(&w->edit, gone, slice_of(NULL, 0));
}

bool
rewrite_method(const struct rewrite *w, const char *name)
{
	struct sip_cseq cseq;

	if (w->msg.request)
		return slice_is(w->msg.method, name);
	return sip_cseq(&w->msg, &cseq) != ERR_FORMAT &&
	    slice_is(cseq.method, name);
}

void
rewrite_random(struct rewrite *w, struct buf *out, size_t octets)
{
	uint8_t p[32];

	w->o.random(p, octets);
	buf_hex(out, slice_of(p, octets));
}

static bool
works_on(const struct rewrite *w, const struct line *l)
{
	if ((w->lines >> (l - table) & 1) == 0 ||
	    (l->on & (w->msg.request ? REQUEST : RESPONSE)) == 0)
		return false;
	if ((l->on & REGISTER) != 0 && !rewrite_method(w, "REGISTER"))
		return false;
	return ((l->on & UNTRUSTED) == 0 || !w->o.trusted) &&
	    ((l->on & NOT_ROAMING) == 0 || !w->o.roaming) &&
	    ((l->on & BORDER) == 0 || w->o.untrusted);
}

static int
parse(struct rewrite *w, struct slice in)
{
	if (sip_parse(&w->msg, in) < 0)
		return ERR_FORMAT;
	if ((w->msg.odd & SIP_ODD_NO_BLANK) != 0)
		return ERR_MORE;
	return (w->msg.odd & SIP_ODD_HEADERS) != 0 ? ERR_LIMIT : 0;
}

/* Each item sees what the one before has made. */
static int
run(struct rewrite *w, struct slice in)
{
	struct buf *to = &w->text[0];
	int changed = 0, r;

	buf_reset(&w->text[1]);
	buf_put(&w->text[1], in);
	if (w->text[1].bad)
		return ERR_MEM;
	if ((r = parse(w, buf_slice(&w->text[1]))) < 0)
		return r;
	for (size_t i = 0; i < LINES; i++) {
		if (!works_on(w, &table[i]))
			continue;
		edit_start(&w->edit, w->msg.raw);
		buf_reset(to);
		if ((r = table[i].fn(w, table[i].names)) < 0)
			return r;
		if ((r = edit_end(&w->edit, to)) < 0)
			return r;
		if (r == 0)
			continue;
		changed++;
		if ((r = parse(w, buf_slice(to))) < 0)
			return r;
		to = to == &w->text[0] ? &w->text[1] : &w->text[0];
	}
	return changed;
}

int
rewrite_message(struct rewrite *w, struct slice in,
    const struct rewrite_seen *seen, struct buf *out, const char **at)
{
	size_t was = out->n;
	int r;

	w->seen = seen;
	w->at = NULL;
	r = run(w, in);
	*at = w->at;
	if (r < 0)
		return r;
	/* With the CRLFs in front, which are no part of the message. */
	while (in.n > 0 && (in.p[0] == '\r' || in.p[0] == '\n')) {
		buf_u8(out, in.p[0]);
		in = slice_from(in, 1);
	}
	buf_put(out, w->msg.raw);
	if (out->bad) {
		out->n = was;
		return ERR_MEM;
	}
	return r;
}
