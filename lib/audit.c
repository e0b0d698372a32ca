/* audit: who is who, what was seen before, and the findings. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_int.h"
#include "err.h"

static const struct audit_rule rules[AUDIT_RULES] = {
	[R_AUTH_01] = { "AUTH-01", AUDIT_ERROR,
	    "TS 23.228 4.3.3.1; TS 24.229 5.1.1",
	    "the private identity travels only in REGISTER" },
	[R_AUTH_02] = { "AUTH-02", AUDIT_ERROR, "TS 33.203 5.1.1, N.2.1.2",
	    "no challenge but to a REGISTER" },
	[R_AUTH_04] = { "AUTH-04", AUDIT_ERROR, "RFC 3310 3.2; TS 33.203 X.2.3",
	    "the challenge is AKAv1-MD5 with RAND and AUTN in its nonce" },
	[R_AUTH_05] = { "AUTH-05", AUDIT_ERROR, "TS 33.203 6.1.1",
	    "no RAND or AUTN is used for two challenges" },
	[R_AUTH_06] = { "AUTH-06", AUDIT_ERROR,
	    "TS 33.203 6.1.1; TS 24.229 5.2.2, 7.2A.1",
	    "ck and ik are not sent on to the phone" },
	[R_AUTH_08] = { "AUTH-08", AUDIT_ERROR, "TS 33.203 6.1.5, P.3",
	    "integrity-protected: never from the phone, always in the core" },
	[R_AUTH_09] = { "AUTH-09", AUDIT_ERROR, "TS 33.203 6.1.5",
	    "integrity-protected=yes only for what came protected" },
	[R_AUTH_11] = { "AUTH-11", AUDIT_WARNING, "TS 24.229 5.1.1.5",
	    "the answer belongs to the challenge" },
	[R_AUTH_12] = { "AUTH-12", AUDIT_ERROR, "RFC 3310 3.3; RFC 4169 3",
	    "the digest response is right" },
	[R_SEC_01] = { "SEC-01", AUDIT_ERROR, "RFC 3329 2.3.1; TS 24.229 5.1.1",
	    "a clear REGISTER offers the security agreement" },
	[R_SEC_02] = { "SEC-02", AUDIT_ERROR, "TS 33.203 7.2",
	    "the challenge to the phone has a whole Security-Server" },
	[R_SEC_03] = { "SEC-03", AUDIT_ERROR, "TS 33.203 7.2, annex H",
	    "Security-Verify is a copy of Security-Server" },
	[R_SEC_04] = { "SEC-04", AUDIT_ERROR, "TS 33.203 7.2, annex H",
	    "Security-Client is the same in both REGISTERs" },
	[R_SEC_08] = { "SEC-08", AUDIT_ERROR, "TS 33.203 annex H; RFC 4543 5",
	    "alg=null with aes-gcm only, aes-gmac without encryption" },
	[R_SEC_09] = { "SEC-09", AUDIT_WARNING, "TS 33.203 annex H",
	    "no outdated algorithm is chosen" },
	[R_SEC_10] = { "SEC-10", AUDIT_ERROR, "TS 33.203 7.1; RFC 4303 2.1",
	    "the SPIs differ and none is reserved" },
	[R_SEC_11] = { "SEC-11", AUDIT_ERROR, "TS 33.203 7.1",
	    "the protected ports are not 5060 or 5061, and differ" },
	[R_SA_01] = { "SA-01", AUDIT_ERROR, "TS 33.203 7.1",
	    "what belongs to the SAs is inside ESP" },
	[R_SA_02] = { "SA-02", AUDIT_ERROR, "TS 33.203 7.1",
	    "in clear a phone and its P-CSCF only register" },
	[R_SA_03] = { "SA-03", AUDIT_ERROR, "TS 33.203 7.1",
	    "SPI, ports and direction are those of the agreement" },
	[R_SA_04] = { "SA-04", AUDIT_WARNING, "TS 33.203 7.1",
	    "UDP responses go from port_pc to port_us" },
	[R_SA_07] = { "SA-07", AUDIT_ERROR, "TS 33.203 6.3; RFC 4303 3.4.3",
	    "no sequence number is used twice, the first is near 1" },
	[R_SA_10] = { "SA-10", AUDIT_WARNING, "TS 33.203 5.1.3; TS 33.328 5.5",
	    "SIP is encrypted" },
	[R_SA_16] = { "SA-16", AUDIT_ERROR, "TS 33.203 6.3; RFC 4303 3.4.4",
	    "the integrity check value of every packet is right" },
	[R_HDR_02] = { "HDR-02", AUDIT_WARNING, "TS 24.229 5.2, F.2",
	    "the P-CSCF leaves Contact as it is" },
	[R_HIDE_01] = { "HIDE-01", AUDIT_ERROR,
	    "TS 33.203 6.4; TS 24.229 5.10.4.1",
	    "no node of the hiding network can be read beyond its border" },
	[R_BK_01] = { "BK-01", AUDIT_ERROR, "TS 33.328 5.5; RFC 4568 7",
	    "media keys in SDP travel encrypted" },
};

#define SOS	0x736f73	/* seed of the Call-IDs of emergency calls */

static const char *const level_names[] = { "note", "warning", "error" };
static const char *const role_names[] = {
	"unknown", "ue", "p-cscf", "i-cscf", "s-cscf", "ibcf", "as", "core",
	"peer",
};

struct node_key {
	struct pkt_addr	 addr;
	uint8_t		 core;	/* 1: some port of it is a node */
	uint16_t	 port;
};

struct node {
	enum audit_role	 role;
	bool		 said;		/* by audit_set_role */
};

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

const char *
audit_role_name(enum audit_role r)
{
	return role_names[r];
}

int
audit_role_parse(struct slice s)
{
	for (int i = AUDIT_UE; i <= AUDIT_PEER; i++)
		if (slice_caseis(s, role_names[i]))
			return i;
	return ERR_ALG;
}

const struct audit_rule *
audit_rules(size_t *n)
{
	*n = AUDIT_RULES;
	return rules;
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
	a->nodes = table_new(sizeof(struct node_key), sizeof(struct node),
	    AUDIT_NODES, NULL, NULL);
	a->ues = table_new(sizeof(struct pkt_addr), sizeof(struct audit_ue),
	    AUDIT_UES, NULL, NULL);
	a->regs = table_new(sizeof(uint64_t), sizeof(struct audit_reg),
	    AUDIT_REGS, NULL, NULL);
	a->txns = table_new(sizeof(uint64_t), sizeof(struct audit_txn),
	    AUDIT_TXNS, NULL, NULL);
	a->nonces = table_new(sizeof(uint64_t), sizeof(uint64_t),
	    AUDIT_NONCES, NULL, NULL);
	a->seen = table_new(sizeof(uint64_t), 1, AUDIT_SEEN, NULL, NULL);
	if (a->nodes == NULL || a->ues == NULL || a->regs == NULL ||
	    a->txns == NULL || a->nonces == NULL || a->seen == NULL) {
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
	table_free(a->seen);
	buf_free(&a->text);
	free(a);
}

void
audit_find(struct audit_ctx *c, int rule, enum audit_level level,
    const char *fmt, ...)
{
	struct audit_finding f = { 0 };
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f.rule = &rules[rule];
	f.level = level;
	f.where = &c->s->where;
	f.message = slice_str(text);
	f.call_id = c->call_id;
	f.impi = c->username.n > 0 ? c->username :
	    slice_str(c->r != NULL ? c->r->impi : "");
	c->a->found(&f, c->a->arg);
}

static bool
is_core(enum audit_role r)
{
	return r > AUDIT_UE;
}

static void
node_key(struct node_key *k, const struct pkt_addr *addr, uint16_t port)
{
	memset(k, 0, sizeof(*k));
	k->addr = *addr;
	k->port = port;
}

static int
set_role(struct audit *a, enum audit_role role, const struct pkt_addr *addr,
    uint16_t port, bool said, uint64_t now_ns)
{
	struct node_key k;
	struct node *n;

	if (addr->family == 0)
		return 0;
	node_key(&k, addr, port);
	if ((n = table_put(a->nodes, &k, now_ns)) == NULL)
		return ERR_MEM;
	if (!n->said || said) {
		n->role = role;
		n->said = said;
	}
	k.port = 0;
	k.core = 1;
	if (is_core(n->role) && n->role != AUDIT_PEER &&
	    table_put(a->nodes, &k, now_ns) == NULL)
		return ERR_MEM;
	return 0;
}

int
audit_set_role(struct audit *a, enum audit_role role,
    const struct pkt_addr *addr, uint16_t port)
{
	return set_role(a, role, addr, port, true, UINT64_MAX);
}

enum audit_role
audit_role_at(struct audit *a, const struct pkt_addr *addr, uint16_t port)
{
	struct node_key k;
	const struct node *any, *exact;

	node_key(&k, addr, port);
	exact = table_get(a->nodes, &k);
	node_key(&k, addr, 0);
	any = table_get(a->nodes, &k);
	if (any != NULL && any->said && (exact == NULL || !exact->said))
		return any->role;
	if (exact != NULL)
		return exact->role;
	return any != NULL ? any->role : AUDIT_UNKNOWN;
}

bool
audit_knows_node(struct audit *a, const struct pkt_addr *addr)
{
	struct node_key k;

	node_key(&k, addr, 0);
	k.core = 1;
	return table_get(a->nodes, &k) != NULL;
}

static struct audit_ue *
ue_put(struct audit_ctx *c, const struct pkt_addr *addr)
{
	struct audit_ue *ue = table_put(c->a->ues, addr, c->s->where.time_ns);

	if (ue == NULL)
		c->a->mem = true;
	else
		ue->addr = *addr;
	return ue;
}

/*
 * A REGISTER tells who is who: with one Via its sender is the phone (unless it
 * is known as a node: third-party registration), with more a node.
 */
static void
learn_register(struct audit_ctx *c)
{
	const struct flow_where *w = &c->s->where;
	struct audit *a = c->a;
	enum audit_role from = audit_role_at(a, &w->src, w->sport);
	int r = 0;

	if (!c->m->request || w->src.family == 0)
		return;
	if (c->vias == 1 && !is_core(from)) {
		r |= set_role(a, AUDIT_UE, &w->src, w->sport, false,
		    w->time_ns);
		r |= set_role(a, AUDIT_UE, &w->src, 0, false, w->time_ns);
		r |= set_role(a, AUDIT_P_CSCF, &w->dst, w->dport, false,
		    w->time_ns);
		c->ue = ue_put(c, &w->src);
		if (c->ue != NULL)
			c->ue->registers = true;
	} else if (c->vias > 1) {
		if (from == AUDIT_UNKNOWN || from == AUDIT_UE)
			r |= set_role(a, c->vias == 2 ? AUDIT_P_CSCF :
			    AUDIT_CORE, &w->src, w->sport, false, w->time_ns);
		from = audit_role_at(a, &w->dst, w->dport);
		if (from == AUDIT_UNKNOWN || from == AUDIT_UE)
			r |= set_role(a, c->vias == 2 ? AUDIT_I_CSCF :
			    AUDIT_S_CSCF, &w->dst, w->dport, false,
			    w->time_ns);
	}
	a->mem |= r < 0;
}

/*
 * A P-CSCF is known by the port a REGISTER went to; towards a phone it uses
 * others of the same address too.
 */
static void
find_leg(struct audit_ctx *c)
{
	const struct flow_where *w = &c->s->where;
	enum audit_role src, dst;

	if (w->src.family == 0) {
		/* Pasted text: the Vias of a registration tell the hop. */
		if (c->reg && c->vias > 0)
			c->leg = c->vias > 1 ? LEG_CORE :
			    c->m->request ? LEG_UP : LEG_DOWN;
		if (c->leg == LEG_UP || c->leg == LEG_DOWN)
			c->ue = ue_put(c, &w->src);
		return;
	}
	src = audit_role_at(c->a, &w->src, w->sport);
	dst = audit_role_at(c->a, &w->dst, w->dport);
	if (src == AUDIT_UE && dst != AUDIT_UE) {
		c->leg = LEG_UP;
		c->ue = ue_put(c, &w->src);
	} else if (dst == AUDIT_UE && src != AUDIT_UE) {
		c->leg = LEG_DOWN;
		c->ue = ue_put(c, &w->dst);
	} else if (is_core(src) || is_core(dst) || c->vias > 1)
		c->leg = c->s->protection.on ? LEG_UNKNOWN : LEG_CORE;
	if (c->leg == LEG_CORE && c->m->request && (src == AUDIT_UNKNOWN ||
	    dst == AUDIT_UNKNOWN) && c->vias < 2)
		c->leg = LEG_UNKNOWN;
}

static void
decode(struct audit_ctx *c)
{
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
	h = sip_get(c->m, SIP_H_AUTHORIZATION);
	if (h == NULL)
		h = sip_get(c->m, SIP_H_PROXY_AUTHORIZATION);
	if (h != NULL && sip_auth(h->value, &scheme, &c->auth) == 0) {
		(void)sip_param(c->auth, ',', "username", &c->username);
		(void)sip_param(c->auth, ',', "realm", &c->realm);
		(void)sip_param(c->auth, ',', "nonce", &c->nonce);
		(void)sip_param(c->auth, ',', "response", &c->response);
	}
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
	if (c->emergency) {
		if (table_put(c->a->nonces, &k, now) == NULL)
			c->a->mem = true;
	} else if (!c->reg)
		c->emergency = table_get(c->a->nonces, &k) != NULL;
	if (!c->reg || (c->leg != LEG_UP && c->leg != LEG_DOWN) ||
	    c->ue == NULL)
		return;
	k = slice_hash(0, slice_of(&c->ue->addr, sizeof(c->ue->addr)));
	k = slice_hash(k, c->call_id);
	if ((c->r = table_put(c->a->regs, &k, now)) == NULL)
		c->a->mem = true;
}

/* The same octets between the same two: sent again, judged once. */
static bool
seen_before(struct audit *a, const struct flow_sip *s)
{
	const struct flow_where *w = &s->where;
	uint64_t k = slice_hash(0, s->message);

	k = slice_hash(k, slice_of(&w->src, sizeof(w->src)));
	k = slice_hash(k, slice_of(&w->dst, sizeof(w->dst)));
	k = slice_hash(k, slice_of(&w->sport, sizeof(w->sport)));
	k = slice_hash(k, slice_of(&w->dport, sizeof(w->dport)));
	k ^= s->protection.on;
	if (table_get(a->seen, &k) != NULL)
		return true;
	if (table_put(a->seen, &k, w->time_ns) == NULL)
		a->mem = true;
	return false;
}

int
audit_sip(struct audit *a, const struct flow_sip *s)
{
	struct audit_ctx c = { .a = a, .s = s, .m = s->msg };

	if (seen_before(a, s))
		return a->mem ? ERR_MEM : 0;
	decode(&c);
	if (c.reg)
		learn_register(&c);
	find_leg(&c);
	find_state(&c);
	if (c.txn == NULL || a->mem)
		return ERR_MEM;
	/* What is missing from a message cut short cannot be judged. */
	if (!s->cut) {
		audit_sec(&c);
		audit_auth(&c);
	}
	audit_ipsec(&c);
	if (!s->cut)
		audit_headers(&c);
	return a->mem ? ERR_MEM : 0;
}

int
audit_esp(struct audit *a, const struct flow_esp *e)
{
	struct flow_sip s = { .where = e->where };
	struct audit_ctx c = { .a = a, .s = &s };

	audit_ipsec_closed(&c, e);
	return a->mem ? ERR_MEM : 0;
}
