/* audit: who is who, what was seen before, and the findings. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_int.h"
#include "err.h"

#define SOS	0x736f73	/* seed of the Call-IDs of emergency calls */

static const char *const level_names[] = { "note", "warning", "error" };
const char *
audit_level_name(enum audit_level l)
{
	return level_names[l];
}

int
audit_level_parse(struct slice s)
{
	for (int i = 0; i < 3; i++)
		if (slice_caseis(s, level_names[i]))
			return i;
	return ERR_ALG;
}

struct audit *
audit_new(struct sa_db *db, void (*found)(const struct audit_finding *, void *),
    void *arg)
{
	struct audit *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->db = db;
	a->found = found;
	a->arg = arg;
	a->regs = table_new(sizeof(uint64_t), sizeof(struct audit_reg),
	    AUDIT_REGS, NULL, NULL);
	a->txns = table_new(sizeof(uint64_t), sizeof(struct audit_txn),
	    AUDIT_TXNS, NULL, NULL);
	a->nonces = table_new(sizeof(uint64_t), sizeof(uint64_t),
	    AUDIT_NONCES, NULL, NULL);
	a->calls = table_new(sizeof(uint64_t), audit_bk_size(), AUDIT_CALLS,
	    NULL, NULL);
	a->hops = table_new(sizeof(uint64_t), audit_hop_size(), AUDIT_HOPS,
	    audit_hop_drop, NULL);
	a->users = table_new(sizeof(uint64_t), sizeof(struct audit_user),
	    AUDIT_USERS, NULL, NULL);
	if (!audit_role_init(a) || a->regs == NULL ||
	    a->txns == NULL || a->nonces == NULL || a->users == NULL ||
	    a->calls == NULL || a->hops == NULL) {
		audit_free(a);
		return NULL;
	}
	return a;
}

void
audit_free(struct audit *a)
{
	if (a == NULL)
		return;
	table_free(a->nodes);
	table_free(a->ues);
	table_free(a->regs);
	table_free(a->txns);
	table_free(a->nonces);
	table_free(a->users);
	table_free(a->calls);
	table_free(a->hops);
	buf_free(&a->text);
	free(a);
}

void
audit_set_registered(struct audit *a,
    void (*fn)(const struct audit_registration *, void *))
{
	a->registered = fn;
}

void
audit_set_changed(struct audit *a,
    void (*fn)(const struct audit_hop_change *, void *))
{
	a->changed = fn;
}

void
audit_end(struct audit *a)
{
	if (a->registered != NULL)
		audit_reg_end(a);
}

void
audit_set_nni(struct audit *a, enum audit_nni nni)
{
	a->nni = nni;
}

void
audit_set_strict(struct audit *a, bool on)
{
	a->strict = on;
}

/* FMT is what a fault is without its values. */
static uint64_t
fingerprint(const struct audit_finding *f, const char *fmt)
{
	const struct flow_where *w = f->where;
	uint64_t h = slice_hash(0, slice_str(f->rule->id));

	h = slice_hash(h, slice_str(fmt));
	h = slice_hash(h, f->impi);
	h = slice_hash(h, slice_of(&w->src, sizeof(w->src)));
	return slice_hash(h, slice_of(&w->dst, sizeof(w->dst)));
}

void
audit_find(struct audit_ctx *c, int rule, enum audit_level level,
    const char *fmt, ...)
{
	struct audit_finding f = { 0 };
	char text[512];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f.rule = &audit_rules(&n)[rule];
	f.level = level;
	f.where = &c->s->where;
	f.message = slice_str(text);
	f.call_id = c->call_id;
	f.impi = c->username.n > 0 ? c->username :
	    slice_str(c->r != NULL ? c->r->impi : "");
	f.fingerprint = fingerprint(&f, fmt);
	c->a->found(&f, c->a->arg);
}

/* The first of each name counts. */
static void
credentials(struct audit_ctx *c)
{
	const struct { const char *name; struct slice *to; } want[] = {
		{ "username", &c->username }, { "realm", &c->realm },
		{ "nonce", &c->nonce }, { "response", &c->response },
		{ "algorithm", &c->algorithm }, { "auts", &c->auts },
		{ "integrity-protected", &c->integrity },
	};
	const size_t n = sizeof(want) / sizeof(want[0]);
	struct slice rest = c->auth;
	struct sip_param p;

	while (sip_param_next(&rest, ',', &p))
		for (size_t i = 0; i < n; i++)
			if (want[i].to->p == NULL &&
			    slice_caseis(p.name, want[i].name))
				*want[i].to = p.has_value ? p.value :
				    slice_of(p.name.p, 0);
}

static void
decode(struct audit_ctx *c)
{
	struct sip_addr contact;
	struct sip_uri uri;
	struct slice scheme;
	const struct sip_header *h;

	c->call_id = sip_value(c->m, SIP_H_CALL_ID);
	c->vias = sip_count(c->m, SIP_H_VIA);
	if (sip_cseq(c->m, &c->cseq) < 0)
		c->cseq.method = c->m->method;
	c->reg = slice_is(c->m->request ? c->m->method : c->cseq.method,
	    "REGISTER");
	c->emergency = c->m->request &&
	    slice_casestarts(c->m->uri, "urn:service:sos");
	if (c->reg && sip_addr(sip_value(c->m, SIP_H_CONTACT), &contact) == 0 &&
	    sip_uri(contact.uri, &uri) == 0)
		c->emergency = sip_param(uri.params, ';', "sos", &scheme);
	h = sip_get(c->m, SIP_H_AUTHORIZATION);
	if (h == NULL)
		h = sip_get(c->m, SIP_H_PROXY_AUTHORIZATION);
	if (h != NULL && sip_auth(h->value, &scheme, &c->auth) == 0)
		credentials(c);
	h = sip_get(c->m, SIP_H_WWW_AUTHENTICATE);
	if (h == NULL)
		h = sip_get(c->m, SIP_H_PROXY_AUTHENTICATE);
	if (h != NULL && sip_auth(h->value, &scheme, &c->chal) < 0)
		c->chal = slice_of(NULL, 0);
}

static void
find_state(struct audit_ctx *c)
{
	uint64_t now = c->s->where.time_ns, k;

	k = slice_hash(c->cseq.number, c->call_id);
	k = slice_hash(k, c->cseq.method);
	if ((c->txn = table_put(c->a->txns, &k, now)) == NULL)
		c->a->mem = true;
	/* What follows in the call of an emergency belongs to it. */
	k = slice_hash(SOS, c->call_id);
	if (c->emergency && !c->reg) {
		c->a->sos = true;
		if (table_put(c->a->nonces, &k, now) == NULL)
			c->a->mem = true;
	} else if (!c->reg && c->a->sos)
		c->emergency = table_get(c->a->nonces, &k) != NULL;
	if (!c->reg || (c->leg != LEG_UP && c->leg != LEG_DOWN) ||
	    c->ue == NULL)
		return;
	k = slice_hash(0, slice_of(&c->ue->addr, sizeof(c->ue->addr)));
	k = slice_hash(k, c->call_id);
	if ((c->r = table_put(c->a->regs, &k, now)) == NULL)
		c->a->mem = true;
}

bool
audit_seen(struct audit *a, uint64_t k)
{
	uint64_t *set = a->seen[k % AUDIT_SEEN];

	for (size_t i = 0; i < AUDIT_WAYS; i++)
		if (set[i] == k)
			return true;
	memmove(set + 1, set, (AUDIT_WAYS - 1) * sizeof(*set));
	set[0] = k;
	return false;
}

bool
audit_told(struct audit_ctx *c, int rule)
{
	return audit_seen(c->a, slice_hash(slice_hash((uint64_t)rule + 100, c->call_id),
	    slice_of(&c->s->where.dst, sizeof(c->s->where.dst))));
}

bool
audit_told_call(struct audit_ctx *c, int rule)
{
	return audit_seen(c->a, slice_hash((uint64_t)rule + 100, c->call_id));
}

/* The same octets between the same two: sent again, judged once. */
static bool
seen_before(struct audit *a, const struct flow_sip *s)
{
	const struct flow_where *w = &s->where;
	struct { struct pkt_addr src, dst; uint16_t sport, dport, on; } ends;
	uint64_t k = slice_hash(0, s->message);

	memset(&ends, 0, sizeof(ends));
	ends.src = w->src;
	ends.dst = w->dst;
	ends.sport = w->sport;
	ends.dport = w->dport;
	ends.on = s->protection.on;
	return audit_seen(a, slice_hash(k, slice_of(&ends, sizeof(ends))));
}

/* A border node and what is behind it, which may be unknown. */
static bool
crosses(enum audit_role near, enum audit_role far)
{
	return far == AUDIT_PEER ||
	    (near == AUDIT_IBCF && far == AUDIT_UNKNOWN);
}

int
audit_side(struct audit *a, const struct flow_sip *s)
{
	struct audit_ctx c = { .a = a, .s = s, .m = s->msg };

	decode(&c);
	if (c.reg)
		audit_role_learn(&c);
	audit_role_leg(&c);
	if (a->mem)
		return ERR_MEM;
	if (c.leg == LEG_UP || c.leg == LEG_DOWN)
		return AUDIT_SIDE_UE;
	if (crosses(c.src, c.dst) || crosses(c.dst, c.src))
		return AUDIT_SIDE_NNI;
	return c.leg == LEG_CORE ? AUDIT_SIDE_CORE : AUDIT_SIDE_UNKNOWN;
}

int
audit_sip(struct audit *a, const struct flow_sip *s)
{
	struct audit_ctx c = { .a = a, .s = s, .m = s->msg };

	if (seen_before(a, s))
		return a->mem ? ERR_MEM : 0;
	decode(&c);
	if (c.reg)
		audit_role_learn(&c);
	audit_role_leg(&c);
	find_state(&c);
	if (c.txn == NULL || a->mem)
		return ERR_MEM;
	if (c.leg == LEG_UP && s->msg->request && s->where.src.family != 0) {
		c.txn->nat = audit_behind_nat(&c);
		c.txn->via_seen = true;
	}
	/* What is missing from a message cut short cannot be judged. */
	if (!s->cut) {
		audit_syn(&c);
		audit_chal_refused(&c);
		audit_sec(&c);
		audit_chal(&c);
		audit_auth(&c);
	}
	audit_ipsec_life(&c);
	audit_ipsec(&c);
	if (!s->cut) {
		audit_sec_use(&c);
		audit_who(&c);
		audit_priv(&c);
		audit_headers(&c);
		audit_hide(&c);
		audit_bk(&c);
		audit_hop(&c);
		audit_reg(&c);
	}
	return a->mem ? ERR_MEM : 0;
}

int
audit_esp(struct audit *a, const struct flow_esp *e)
{
	struct flow_sip s = { .where = e->where };
	struct audit_ctx c = { .a = a, .s = &s };

	audit_ipsec_closed(&c, e);
	audit_reg_closed(a, e);
	return a->mem ? ERR_MEM : 0;
}
