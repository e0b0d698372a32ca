/*
 * audit_hop: one message before and after a node: what was added, changed and
 * removed, against what that node may do (TS 24.229 clause 5, TS 29.165).
 */
#include <stdlib.h>
#include <string.h>

#include "audit_int.h"
#include "err.h"

#define COPY	4096		/* octets of a message kept for its next hop */

enum column { P_UP, P_DOWN, I_CSCF, S_CSCF, IBCF, COLUMNS };

#define NAME(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

/* A added, M changed, D removed; what a node may not do is not in its text. */
static const struct row {
	struct slice	 name;
	const char	*may[COLUMNS];
} matrix[] = {
	{ NAME("From"), { "", "", "", "", "M" } },
	{ NAME("To"), { "", "", "", "", "M" } },
	{ NAME("Call-ID"), { "", "", "", "", "M" } },
	{ NAME("CSeq"), { "", "", "", "", "" } },
	{ NAME("Content-Type"), { "", "", "", "", "AMD" } },
	{ NAME("Privacy"), { "", "", "", "", "AMD" } },
	{ NAME("P-Preferred-Identity"), { "D", "D", "D", "D", "D" } },
	{ NAME("P-Asserted-Identity"), { "AMD", "D", "A", "AMD", "MD" } },
	{ NAME("P-Access-Network-Info"), { "AMD", "D", "", "D", "D" } },
	{ NAME("P-Visited-Network-ID"), { "AMD", "D", "", "D", "AMD" } },
	{ NAME("P-Associated-URI"), { "", "", "", "A", "" } },
	{ NAME("P-Charging-Vector"), { "AMD", "D", "AM", "AMD", "AMD" } },
	{ NAME("P-Charging-Function-Addresses"), { "AMD", "D", "", "AMD", "D" } },
	{ NAME("P-Called-Party-ID"), { "D", "", "", "A", "" } },
	{ NAME("P-Served-User"), { "D", "D", "", "AD", "D" } },
	{ NAME("P-User-Database"), { "", "", "A", "D", "D" } },
	{ NAME("P-Profile-Key"), { "D", "D", "A", "D", "D" } },
	{ NAME("Path"), { "A", "D", "", "M", "AMD" } },
	{ NAME("Service-Route"), { "", "", "A", "A", "AMD" } },
	{ NAME("WWW-Authenticate"), { "", "M", "", "A", "" } },
	{ NAME("Authentication-Info"), { "", "", "", "A", "D" } },
};

#define ROWS	(sizeof(matrix) / sizeof(matrix[0]))

/*
 * What a proxy changes on its way, or other rules are about: Contact (HDR-02),
 * sec-agree (SEC-13), integrity-protected (AUTH-08), lengths (SYN-06).
 */
static const struct slice others[] = {
	NAME("Via"), NAME("Route"), NAME("Record-Route"), NAME("Max-Forwards"),
	NAME("Contact"), NAME("Require"), NAME("Proxy-Require"),
	NAME("Supported"), NAME("Security-Client"), NAME("Security-Server"),
	NAME("Security-Verify"), NAME("Authorization"),
	NAME("Proxy-Authorization"), NAME("Content-Length"), NAME("Expires"),
	NAME("Server"), NAME("User-Agent"), NAME("Warning"),
	NAME("History-Info"), NAME("Reason"), NAME("Feature-Caps"),
	NAME("Resource-Priority"), NAME("Restoration-Info"),
	NAME("Relayed-Charge"), NAME("Response-Source"),
	NAME("Cellular-Network-Info"), NAME("Service-Interact-Info"),
	NAME("Attestation-Info"), NAME("Origination-Id"),
	NAME("Additional-Identity"), NAME("Priority-Verstat"),
	NAME("P-Private-Network-Indication"), NAME("P-Preferred-Service"),
	NAME("P-Asserted-Service"), NAME("P-Early-Media"),
	NAME("P-Media-Authorization"), NAME("Geolocation"),
	NAME("Session-Expires"), NAME("Min-SE"), NAME("Allow"),
	NAME("Accept-Contact"), NAME("Request-Disposition"), NAME("Timestamp"),
	NAME("Date"),
};

/* A message as it was seen last. */
struct audit_hop {
	struct pkt_addr	 dst;
	uint16_t	 dport;
	uint64_t	 frame;
	size_t		 vias;
	enum audit_leg	 leg;
	size_t		 n, cap;	/* octets of a struct sip_msg; in all */
	uint8_t		*kept;		/* owned: that, then its text */
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
	free(h->kept);
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
		if (slice_caseeq(name, matrix[i].name))
			return strchr(matrix[i].may[col], what) != NULL;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (slice_caseeq(name, others[i]))
			return true;
	/* RFC 3261 16.6: what a proxy does not know it leaves alone. */
	return what == 'A' || col == IBCF;
}

struct diff {
	audit_change_fn	*fn;
	void		*arg;
	int		 col;
};

static void
give(const struct diff *d, char what, struct slice name, struct slice before,
    struct slice after)
{
	const struct audit_change c = { what, may(name, d->col, what), name,
	    before, after };

	d->fn(&c, d->arg);
}

static struct slice
name_of(const struct sip_header *h)
{
	return h->id != SIP_H_OTHER ? slice_str(sip_h_name(h->id)) : h->name;
}

/* Are the values of one name the same, from the first of each message on? */
static bool
same_values(const struct sip_msg *a, const struct sip_header *in_a,
    const struct sip_msg *b, const struct sip_header *in_b)
{
	while (in_a != NULL && in_b != NULL) {
		if (!slice_eq(in_a->value, in_b->value))
			return false;
		in_a = sip_next(a, in_a);
		in_b = sip_next(b, in_b);
	}
	return in_a == in_b;
}

static void
give_fields(const struct diff *d, const struct sip_msg *before,
    const struct sip_msg *after)
{
	static const struct slice none = { NULL, 0 };
	const struct sip_header *h, *was;

	for (size_t i = 0; i < after->n_hdr; i++) {
		h = &after->hdr[i];
		if (sip_get_same(after, h) != h)
			continue;
		was = sip_get_same(before, h);
		if (was == NULL)
			give(d, 'A', name_of(h), none, h->value);
		else if (!same_values(before, was, after, h))
			give(d, 'M', name_of(h), was->value, h->value);
	}
	for (size_t i = 0; i < before->n_hdr; i++) {
		was = &before->hdr[i];
		if (sip_get_same(before, was) == was &&
		    sip_get_same(after, was) == NULL)
			give(d, 'D', name_of(was), was->value, none);
	}
}

void
audit_diff(const struct sip_msg *before, const struct sip_msg *after,
    enum audit_role node, bool up, audit_change_fn *fn, void *arg)
{
	struct diff d = { fn, arg, -1 };

	if (before->request && after->request &&
	    !slice_eq(before->uri, after->uri))
		give(&d, 'M', slice_str("Request-URI"), before->uri,
		    after->uri);
	d.col = column(node, up);
	give_fields(&d, before, after);
	d.col = -1;
	if (!slice_eq(before->body, after->body))
		give(&d, 'M', slice_str("body"), before->body, after->body);
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
		struct audit_hop_change h = { *ch, j->node, j->was->frame,
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
			    (unsigned long long)j->was->frame);
	} else if (!ch->allowed)
		audit_find(c, R_HDR_01, AUDIT_WARNING, "%s %s by the %s since "
		    "frame %llu; expected it left alone",
		    slice_show(ch->name, shown), did,
		    audit_role_name(j->node),
		    (unsigned long long)j->was->frame);
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
	if (!pkt_addr_eq(&was->dst, &w->src))
		return AUDIT_UNKNOWN;
	if (c->leg == LEG_DOWN || was->leg == LEG_UP)
		return AUDIT_P_CSCF;
	return audit_role_at(c->a, &was->dst, was->dport);
}

static void
keep(struct audit_ctx *c, struct audit_hop *h)
{
	struct slice raw = c->m->raw;
	size_t n = sip_size(c->m);

	if (n + raw.n > h->cap) {
		uint8_t *p = realloc(h->kept, n + raw.n);

		if (p == NULL) {
			c->a->mem = true;
			return;
		}
		h->kept = p;
		h->cap = n + raw.n;
	}
	memcpy(h->kept + n, raw.p, raw.n);
	sip_copy(&c->a->before, c->m, h->kept + n);
	memcpy(h->kept, &c->a->before, n);
	h->n = n;
	h->dst = c->s->where.dst;
	h->dport = c->s->where.dport;
	h->frame = c->s->where.frame;
	h->vias = c->vias;
	h->leg = c->leg;
}

void
audit_hop(struct audit_ctx *c)
{
	uint64_t k = slice_hash(c->cseq.number, c->call_id);
	struct sip_msg *before = &c->a->before;
	struct audit_hop *h;
	struct judge j = { .c = c };

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
	j.node = h->n > 0 ? between(c, h) : AUDIT_UNKNOWN;
	if (j.node != AUDIT_UNKNOWN) {
		memcpy(before, h->kept, h->n);
		j.length_same = before->body.n == c->m->body.n &&
		    slice_caseeq(sip_value(before, SIP_H_CONTENT_TYPE),
		    sip_value(c->m, SIP_H_CONTENT_TYPE));
		audit_diff(before, c->m, j.node, h->leg == LEG_UP, judge, &j);
	}
	keep(c, h);
}
