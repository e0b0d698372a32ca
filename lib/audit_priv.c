/* audit_priv: who learns what (RFC 3323, RFC 3325, TS 24.229 4.4, TS 29.165). */
#include "audit_int.h"

#define IMSI_MIN	14	/* digits; TS 23.003 2.2 has at most 15 */

static const enum sip_h identities[] = {
	SIP_H_FROM, SIP_H_TO, SIP_H_CONTACT, SIP_H_P_ASSERTED_IDENTITY,
};

#define IDENTITIES	(sizeof(identities) / sizeof(identities[0]))

/* TS 29.165 table A.1: never at the border. */
static const char *const inner[] = {
	"P-Charging-Function-Addresses", "P-User-Database",
	"P-Media-Authorization", "P-Preferred-Identity", "Relayed-Charge",
	"Security-Client", "Security-Server", "Security-Verify",
};

/* TS 29.165 table A.1: at the border to a roaming partner only. */
static const char *const roaming[] = {
	"Authorization", "WWW-Authenticate", "Proxy-Authenticate",
	"Authentication-Info", "Proxy-Authorization", "P-Associated-URI",
	"P-Called-Party-ID", "P-Preferred-Service", "P-Profile-Key",
	"P-Served-User", "P-Visited-Network-ID", "Path", "Service-Route",
	"Restoration-Info", "Priority-Share", "Resource-Share",
};

static bool
digits(struct slice s, size_t min, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n >= min && s.n <= max;
}

static void
priv_02(struct audit_ctx *c)
{
	char shown[SLICE_SHOW];

	if (sip_get(c->m, SIP_H_P_PREFERRED_IDENTITY) != NULL && c->vias > 1)
		audit_find(c, R_PRIV_02, AUDIT_ERROR, "P-Preferred-Identity %s "
		    "behind the P-CSCF; expected P-Asserted-Identity only",
		    slice_show(sip_value(c->m, SIP_H_P_PREFERRED_IDENTITY),
		    shown));
}

static void
priv_03(struct audit_ctx *c)
{
	struct sip_iter it = { 0 };
	struct sip_addr addr;
	struct sip_uri uri;
	struct slice value;
	unsigned sip = 0, tel = 0;

	while (sip_each(c->m, SIP_H_P_ASSERTED_IDENTITY, &it, &value)) {
		if (sip_addr(value, &addr) < 0 || sip_uri(addr.uri, &uri) < 0)
			continue;
		sip += slice_caseis(uri.scheme, "sip") ||
		    slice_caseis(uri.scheme, "sips");
		tel += slice_caseis(uri.scheme, "tel");
	}
	if (sip > 1 || tel > 1)
		audit_find(c, R_PRIV_03, AUDIT_ERROR, "P-Asserted-Identity "
		    "has %u SIP and %u tel URIs; expected one of each at most",
		    sip, tel);
}

static bool
privacy(const struct audit_ctx *c, const char *what)
{
	const struct sip_header *h = sip_get(c->m, SIP_H_PRIVACY);
	struct slice rest, value, part;

	for (; h != NULL; h = sip_next(c->m, h)) {
		rest = h->value;
		while (rest.n > 0) {
			part = slice_cut(&rest, ';');
			while (part.n > 0) {
				value = slice_trim(slice_cut(&part, ','));
				if (slice_caseis(value, what))
					return true;
			}
		}
	}
	return false;
}

/* Towards a phone, or a network that is not trusted. */
static void
priv_04(struct audit_ctx *c)
{
	if (privacy(c, "id") &&
	    sip_get(c->m, SIP_H_P_ASSERTED_IDENTITY) != NULL)
		audit_find(c, R_PRIV_04, AUDIT_ERROR, "P-Asserted-Identity "
		    "with Privacy: id goes %s; expected it removed",
		    c->nni ? "to another network" : "to a phone");
}

static void
priv_05(struct audit_ctx *c)
{
	bool pani = sip_get(c->m, SIP_H_P_ACCESS_NETWORK_INFO) != NULL;

	if (pani || sip_get_named(c->m, "Cellular-Network-Info") != NULL)
		audit_find(c, R_PRIV_05, AUDIT_ERROR, "%s goes %s; expected it "
		    "removed", pani ? "P-Access-Network-Info" :
		    "Cellular-Network-Info", c->nni ? "to another network" :
		    "to a phone");
}

static void
priv_06(struct audit_ctx *c)
{
	bool *told = c->reg ? &c->ue->told_place_reg : &c->ue->told_place;

	if (!c->s->protection.on && !c->emergency && !*told &&
	    sip_get(c->m, SIP_H_P_ACCESS_NETWORK_INFO) != NULL &&
	    c->s->where.src.family != 0) {
		*told = true;
		audit_find(c, R_PRIV_06, AUDIT_WARNING, "P-Access-Network-Info "
		    "in clear from the phone; expected it under a security "
		    "association only");
	}
}

static void
priv_07(struct audit_ctx *c)
{
	bool vector = sip_get(c->m, SIP_H_P_CHARGING_VECTOR) != NULL;

	if (vector ||
	    sip_get(c->m, SIP_H_P_CHARGING_FUNCTION_ADDRESSES) != NULL)
		audit_find(c, R_PRIV_07, AUDIT_WARNING, "%s %s the phone; "
		    "expected none on this hop", vector ?
		    "P-Charging-Vector" : "P-Charging-Function-Addresses",
		    c->leg == LEG_UP ? "from" : "to");
}

static bool
listed(const char *const *list, size_t n, struct slice name)
{
	for (size_t i = 0; i < n; i++)
		if (slice_caseis(name, list[i]))
			return true;
	return false;
}

static void
priv_08_09(struct audit_ctx *c)
{
	char shown[SLICE_SHOW];

	for (size_t i = 0; i < c->m->n_hdr; i++) {
		struct slice name = c->m->hdr[i].name;

		if (listed(inner, sizeof(inner) / sizeof(inner[0]), name))
			audit_find(c, R_PRIV_08, AUDIT_ERROR, "%s crosses the "
			    "border; expected it removed",
			    slice_show(name, shown));
		/* A registration crosses it when its user roams. */
		else if (!c->reg && c->a->nni != AUDIT_NNI_ROAMING &&
		    listed(roaming, sizeof(roaming) / sizeof(roaming[0]), name))
			audit_find(c, R_PRIV_09, c->a->nni ==
			    AUDIT_NNI_OTHER ? AUDIT_ERROR : AUDIT_NOTE,
			    "%s crosses the border; expected it between a "
			    "home and a visited network only",
			    slice_show(name, shown));
	}
}

/* One finding names the first parameter there is. */
static void
priv_10(struct audit_ctx *c)
{
	static const char *const names[] = { "cpc", "oli", "iotl" };
	struct sip_addr addr;
	struct slice uri, v;
	const char *where;

	for (size_t h = 0; h <= IDENTITIES; h++) {
		if (h == IDENTITIES) {
			uri = c->m->uri;
			where = "the Request-URI";
			if (!c->m->request)
				return;
		} else if (sip_addr(sip_value(c->m, identities[h]), &addr) == 0) {
			uri = addr.uri;
			where = sip_h_name(identities[h]);
		} else
			continue;
		for (size_t i = 0; i < 3; i++) {
			if (!sip_param(slice_from(uri, slice_chr(uri, ';')),
			    ';', names[i], &v))
				continue;
			audit_find(c, R_PRIV_10, AUDIT_WARNING, "%s has %s; "
			    "expected it removed where trust ends", where,
			    names[i]);
			return;
		}
	}
}

static void
priv_11(struct audit_ctx *c)
{
	static const char *const known[] = { "header", "session", "user",
	    "none", "critical", "id", "history" };
	const struct sip_header *h = sip_get(c->m, SIP_H_PRIVACY);
	struct slice rest, part, value, odd = { NULL, 0 };
	bool none = false, other = false;
	char shown[SLICE_SHOW];

	for (; h != NULL; h = sip_next(c->m, h)) {
		rest = h->value;
		while (rest.n > 0) {
			part = slice_cut(&rest, ';');
			while (part.n > 0) {
				value = slice_trim(slice_cut(&part, ','));
				if (value.n == 0)
					continue;
				none |= slice_caseis(value, "none");
				other |= !slice_caseis(value, "none") &&
				    !slice_caseis(value, "critical");
				if (odd.n == 0 && !listed(known, 7, value))
					odd = value;
			}
		}
	}
	if (none && other)
		audit_find(c, R_PRIV_11, AUDIT_ERROR, "Privacy has none and "
		    "other values; expected none alone");
	if (odd.n > 0)
		audit_find(c, R_PRIV_11, AUDIT_WARNING, "Privacy has %s; "
		    "expected header, session, user, id, history, critical or "
		    "none", slice_show(odd, shown));
}

static void
priv_12(struct audit_ctx *c)
{
	struct sip_addr from;
	struct sip_uri uri;
	char shown[SLICE_SHOW];
	bool user = privacy(c, "user");

	if (!c->m->request || (!user && !privacy(c, "id")) ||
	    sip_addr(sip_value(c->m, SIP_H_FROM), &from) < 0 ||
	    sip_uri(from.uri, &uri) < 0 || uri.user.n == 0 ||
	    slice_casestarts(uri.user, "anonymous") ||
	    slice_casestarts(uri.user, "restricted"))
		return;
	audit_find(c, R_PRIV_12, user ? AUDIT_WARNING : AUDIT_NOTE,
	    "From is %s with Privacy: %s; expected "
	    "sip:anonymous@anonymous.invalid", slice_show(from.uri, shown),
	    user ? "user" : "id");
}

/* An identity made of an IMSI (TS 23.003 13.4B). */
static bool
of_imsi(struct slice value)
{
	struct sip_addr addr;
	struct sip_uri uri;

	return sip_addr(value, &addr) == 0 && sip_uri(addr.uri, &uri) == 0 &&
	    digits(uri.user, IMSI_MIN, 15) &&
	    slice_casestarts(uri.host, "ims.mnc");
}

static void
priv_13(struct audit_ctx *c)
{
	const char *to = c->nni ? "to another network" : "to a phone";
	struct slice contact = sip_value(c->m, SIP_H_CONTACT);

	if (contact.n > 0 && slice_find(contact, slice_str("gsma:imei")) <
	    contact.n)
		audit_find(c, R_PRIV_13, AUDIT_WARNING, "the IMEI in Contact "
		    "goes %s; expected it removed", to);
	/* From and To of a response say what its request said. */
	for (size_t i = 0; i < IDENTITIES; i++) {
		enum sip_h h = identities[i];

		if (h == SIP_H_TO || (h == SIP_H_FROM && !c->m->request) ||
		    !of_imsi(sip_value(c->m, h)) || audit_told(c, R_PRIV_13))
			continue;
		audit_find(c, R_PRIV_13, AUDIT_WARNING, "an identity made of "
		    "an IMSI in %s goes %s", sip_h_name(h), to);
		return;
	}
}

static void
sa_17(struct audit_ctx *c)
{
	if (c->s->protection.on || audit_told(c, R_SA_17))
		return;
	audit_find(c, R_SA_17, AUDIT_NOTE, "SIP to another network in clear; "
	    "expected ESP or TLS, unless this is inside a security gateway");
}

void
audit_priv(struct audit_ctx *c)
{
	bool gm = c->leg == LEG_UP || c->leg == LEG_DOWN;

	if (c->m->request)
		priv_03(c);
	if (sip_get(c->m, SIP_H_PRIVACY) != NULL)
		priv_11(c);
	if (c->leg == LEG_CORE)
		priv_02(c);
	if (gm)
		priv_07(c);
	if (c->leg == LEG_UP)
		priv_06(c);
	if (c->nni) {
		sa_17(c);
		if (!c->trusted)
			priv_08_09(c);
	}
	/* A phone is told about itself in its own registration. */
	if ((c->leg != LEG_DOWN || c->reg) && (!c->nni || c->trusted))
		return;
	if (c->nni && c->reg)
		return;
	priv_04(c);
	priv_05(c);
	priv_10(c);
	priv_12(c);
	priv_13(c);
}
