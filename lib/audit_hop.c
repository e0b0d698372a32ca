/*
 * audit_hop: one message before and after a node: what was added, changed and
 * removed, against what that node may do (TS 24.229 clause 5, TS 29.165).
 */
#include <stdlib.h>
#include <string.h>

#include "audit_int.h"
#include "err.h"

#define NAMES	96		/* header fields of one message compared */
#define COPY	4096		/* octets of a message kept for its next hop */

enum column { P_UP, P_DOWN, I_CSCF, S_CSCF, IBCF, COLUMNS };

/* A added, M changed, D removed; what a node may not do is not in its text. */
static const struct row {
	const char	*name;
	const char	*may[COLUMNS];
} matrix[] = {
	{ "From", { "", "", "", "", "M" } },
	{ "To", { "", "", "", "", "M" } },
	{ "Call-ID", { "", "", "", "", "M" } },
	{ "CSeq", { "", "", "", "", "" } },
	{ "Content-Type", { "", "", "", "", "AMD" } },
	{ "Privacy", { "", "", "", "", "AMD" } },
	{ "P-Preferred-Identity", { "D", "D", "D", "D", "D" } },
	{ "P-Asserted-Identity", { "AMD", "D", "A", "AMD", "MD" } },
	{ "P-Access-Network-Info", { "AMD", "D", "", "D", "D" } },
	{ "P-Visited-Network-ID", { "AMD", "D", "", "D", "AMD" } },
	{ "P-Associated-URI", { "", "", "", "A", "" } },
	{ "P-Charging-Vector", { "AMD", "D", "AM", "AMD", "AMD" } },
	{ "P-Charging-Function-Addresses", { "AMD", "D", "", "AMD", "D" } },
	{ "P-Called-Party-ID", { "D", "", "", "A", "" } },
	{ "P-Served-User", { "D", "D", "", "AD", "D" } },
	{ "P-User-Database", { "", "", "A", "D", "D" } },
	{ "P-Profile-Key", { "D", "D", "A", "D", "D" } },
	{ "Path", { "A", "D", "", "M", "AMD" } },
	{ "Service-Route", { "", "", "A", "A", "AMD" } },
	{ "WWW-Authenticate", { "", "M", "", "A", "" } },
	{ "Authentication-Info", { "", "", "", "A", "D" } },
};

#define ROWS	(sizeof(matrix) / sizeof(matrix[0]))

/*
 * What a proxy changes on its way, or other rules are about: Contact (HDR-02),
 * sec-agree (SEC-13), integrity-protected (AUTH-08), lengths (SYN-06).
 */
static const char *const others[] = {
	"Via", "Route", "Record-Route", "Max-Forwards", "Contact", "Require",
	"Proxy-Require", "Supported", "Security-Client", "Security-Server",
	"Security-Verify", "Authorization", "Proxy-Authorization",
	"Content-Length", "Expires", "Server", "User-Agent", "Warning",
	"History-Info", "Reason", "Feature-Caps", "Resource-Priority",
	"Restoration-Info", "Relayed-Charge", "Response-Source",
	"Cellular-Network-Info", "Service-Interact-Info", "Attestation-Info",
	"Origination-Id", "Additional-Identity", "Priority-Verstat",
	"P-Private-Network-Indication", "P-Preferred-Service",
	"P-Asserted-Service", "P-Early-Media", "P-Media-Authorization",
	"Geolocation", "Session-Expires", "Min-SE", "Allow", "Accept-Contact",
	"Request-Disposition", "Timestamp", "Date",
};

/* All values of one name. */
struct field {
	struct slice	 name, value;
	uint64_t	 hash;
	enum sip_h	 id;
};

struct audit_hop {
	struct flow_where where;	/* file and frames not */
	size_t		 vias, n;
	enum audit_leg	 leg;
	uint8_t		*raw;		/* owned */
};

size_t
audit_hop_size(void)
{
	return sizeof(struct audit_hop);
}

void
audit_hop_drop(void *val, void *arg)
{
	struct audit_hop *h = val;

	(void)arg;
	free(h->raw);
}

static bool
same_name(const struct field *f, const struct sip_header *h)
{
	return f->id == h->id && (h->id != SIP_H_OTHER ||
	    slice_caseeq(f->name, h->name));
}

static size_t
fields(const struct sip_msg *m, struct field out[NAMES])
{
	size_t n = 0, i, j;

	for (i = 0; i < m->n_hdr; i++) {
		const struct sip_header *h = &m->hdr[i];

		for (j = 0; j < n && !same_name(&out[j], h); j++)
			;
		if (j == NAMES)
			continue;
		if (j == n) {
			out[n].name = h->name;
			if (h->id != SIP_H_OTHER)
				out[n].name = slice_str(sip_h_name(h->id));
			out[n].value = h->value;
			out[n].id = h->id;
			out[n++].hash = 0;
		}
		out[j].hash = slice_hash(out[j].hash, h->value);
	}
	return n;
}

static int
column(enum audit_role node, bool up)
{
	switch (node) {
	case AUDIT_P_CSCF:
		return up ? P_UP : P_DOWN;
	case AUDIT_I_CSCF:
		return I_CSCF;
	case AUDIT_S_CSCF:
		return S_CSCF;
	case AUDIT_IBCF:
		return IBCF;
	default:
		return -1;
	}
}

static bool
may(struct slice name, int col, char what)
{
	if (col < 0)
		return true;
	for (size_t i = 0; i < ROWS; i++)
		if (slice_caseis(name, matrix[i].name))
			return strchr(matrix[i].may[col], what) != NULL;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (slice_caseis(name, others[i]))
			return true;
	/* RFC 3261 16.6: what a proxy does not know it leaves alone. */
	return what == 'A' || col == IBCF;
}

static void
give(audit_change_fn *fn, void *arg, char what, const struct field *f,
    struct slice before, struct slice after, int col)
{
	const struct audit_change c = { what, may(f->name, col, what), f->name,
	    before, after };

	fn(&c, arg);
}

void
audit_diff(const struct sip_msg *before, const struct sip_msg *after,
    enum audit_role node, bool up, audit_change_fn *fn, void *arg)
{
	static const struct slice none = { NULL, 0 };
	struct field a[NAMES], b[NAMES];
	struct field line = { slice_str("Request-URI"), none, 0, SIP_H_OTHER };
	struct field body = { slice_str("body"), none, 0, SIP_H_OTHER };
	size_t n_a = fields(before, a), n_b = fields(after, b), i, j;
	int col = column(node, up);

	if (before->request && after->request &&
	    !slice_eq(before->uri, after->uri))
		give(fn, arg, 'M', &line, before->uri, after->uri, -1);
	for (i = 0; i < n_b; i++) {
		for (j = 0; j < n_a && !(a[j].id == b[i].id && slice_caseeq(
		    a[j].name, b[i].name)); j++)
			;
		if (j == n_a)
			give(fn, arg, 'A', &b[i], none, b[i].value, col);
		else if (a[j].hash != b[i].hash)
			give(fn, arg, 'M', &b[i], a[j].value, b[i].value, col);
	}
	for (j = 0; j < n_a; j++) {
		for (i = 0; i < n_b && !(a[j].id == b[i].id && slice_caseeq(
		    a[j].name, b[i].name)); i++)
			;
		if (i == n_b)
			give(fn, arg, 'D', &a[j], a[j].value, none, col);
	}
	if (!slice_eq(before->body, after->body))
		give(fn, arg, 'M', &body, before->body, after->body, -1);
}

struct judge {
	struct audit_ctx	*c;
	const struct audit_hop	*was;
	enum audit_role		 node;
	bool			 length_same;
};

static void
judge(const struct audit_change *ch, void *arg)
{
	static const struct { char what; const char *did; } words[] = {
		{ 'A', "added" }, { 'M', "changed" }, { 'D', "removed" },
	};
	const struct judge *j = arg;
	struct audit_ctx *c = j->c;
	char shown[SLICE_SHOW];
	const char *did = "";

	if (c->a->changed != NULL) {
		struct audit_hop_change h = { *ch, j->node, j->was->where.frame,
		    &c->s->where, c->cseq.method, c->m->request ? 0 :
		    c->m->status };

		c->a->changed(&h, c->a->arg);
	}
	for (size_t i = 0; i < 3; i++)
		if (words[i].what == ch->what)
			did = words[i].did;
	/* A gateway that rewrites SDP changes its length too, as a rule. */
	if (slice_is(ch->name, "body")) {
		if (j->length_same && ch->before.n > 0)
			audit_find(c, R_HDR_03, AUDIT_WARNING, "the body is "
			    "another than in frame %llu, of the same type and "
			    "length",
			    (unsigned long long)j->was->where.frame);
	} else if (!ch->allowed)
		audit_find(c, R_HDR_01, AUDIT_WARNING, "%s %s by the %s since "
		    "frame %llu; expected it left alone",
		    slice_show(ch->name, shown), did,
		    audit_role_name(j->node),
		    (unsigned long long)j->was->where.frame);
}

/* The node between the hop before and this one; unknown if more are. */
static enum audit_role
between(struct audit_ctx *c, const struct audit_hop *was)
{
	const struct flow_where *w = &c->s->where;

	if (c->vias != (c->m->request ? was->vias + 1 : was->vias - 1))
		return AUDIT_UNKNOWN;
	if (c->m->request ? was->leg == LEG_UP : c->leg == LEG_DOWN)
		return AUDIT_P_CSCF;
	if (!pkt_addr_eq(&was->where.dst, &w->src))
		return AUDIT_UNKNOWN;
	if (c->leg == LEG_DOWN || was->leg == LEG_UP)
		return AUDIT_P_CSCF;
	return audit_role_at(c->a, &was->where.dst, was->where.dport);
}

static void
keep(struct audit_ctx *c, struct audit_hop *h)
{
	struct slice raw = c->m->raw;
	uint8_t *p = raw.n > h->n ? realloc(h->raw, raw.n) : h->raw;

	if (p == NULL) {
		c->a->mem = true;
		return;
	}
	h->raw = p;
	h->n = raw.n;
	memcpy(p, raw.p, raw.n);
}

void
audit_hop(struct audit_ctx *c)
{
	uint64_t k = slice_hash(c->cseq.number, c->call_id);
	struct sip_msg *before = &c->a->before;
	struct audit_hop *h;
	struct judge j = { .c = c };
	struct slice was;

	if (c->m->raw.n > COPY || c->call_id.n == 0 ||
	    c->s->where.src.family == 0)
		return;
	k = slice_hash(k ^ (c->m->request ? 0 : c->m->status),
	    c->cseq.method);
	if ((h = table_put(c->a->hops, &k, c->s->where.time_ns)) == NULL) {
		c->a->mem = true;
		return;
	}
	j.was = h;
	was = slice_of(h->raw, h->n);
	j.node = h->n > 0 ? between(c, h) : AUDIT_UNKNOWN;
	if (j.node != AUDIT_UNKNOWN && sip_parse(before, was) == 0) {
		j.length_same = before->body.n == c->m->body.n &&
		    slice_caseeq(sip_value(before, SIP_H_CONTENT_TYPE),
		    sip_value(c->m, SIP_H_CONTENT_TYPE));
		audit_diff(before, c->m, j.node, h->leg == LEG_UP, judge, &j);
	}
	h->where = c->s->where;
	h->where.file = slice_of(NULL, 0);
	h->where.frames.count = 0;
	h->vias = c->vias;
	h->leg = c->leg;
	keep(c, h);
}
