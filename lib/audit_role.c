/* audit_role: which address is which node, and which hop a message is on. */
#include <string.h>

#include "audit_int.h"
#include "err.h"

static const char *const role_names[] = {
	"unknown", "ue", "p-cscf", "i-cscf", "s-cscf", "ibcf", "as", "core",
	"peer",
};

struct node_key {
	struct pkt_addr	 addr;
	uint8_t		 core;	/* 1: some port of it is a node; 2: trusted */
	uint16_t	 port;
};

struct node {
	enum audit_role	 role;
	bool		 said;		/* by audit_set_role */
};

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

bool
audit_role_init(struct audit *a)
{
	a->nodes = table_new(sizeof(struct node_key), sizeof(struct node),
	    AUDIT_NODES, NULL, NULL);
	a->ues = table_new(sizeof(struct pkt_addr), sizeof(struct audit_ue),
	    AUDIT_UES, NULL, NULL);
	return a->nodes != NULL && a->ues != NULL;
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

int
audit_set_network(struct audit *a, struct slice name)
{
	if (a->n_network == AUDIT_NETWORKS)
		return ERR_LIMIT;
	if (name.n == 0 || name.n >= AUDIT_NAME)
		return ERR_RANGE;
	memcpy(a->network[a->n_network], name.p, name.n);
	a->network[a->n_network++][name.n] = '\0';
	return 0;
}

bool
audit_in_network(struct slice host, struct slice net)
{
	struct slice end;

	if (net.n == 0 || host.n < net.n)
		return false;
	end = slice_from(host, host.n - net.n);
	return slice_caseeq(end, net) &&
	    (host.n == net.n || host.p[host.n - net.n - 1] == '.');
}

bool
audit_own_name(const struct audit *a, struct slice host)
{
	for (size_t i = 0; i < a->n_network; i++)
		if (audit_in_network(host, slice_str(a->network[i])))
			return true;
	return false;
}

/* The keys of trusted peers have no role. */
int
audit_set_trust(struct audit *a, const struct pkt_addr *addr)
{
	struct node_key k;

	node_key(&k, addr, 0);
	k.core = 2;
	return table_put(a->nodes, &k, UINT64_MAX) == NULL ? ERR_MEM : 0;
}

static bool
trusts(struct audit *a, const struct pkt_addr *addr)
{
	struct node_key k;

	node_key(&k, addr, 0);
	k.core = 2;
	return table_get(a->nodes, &k) != NULL;
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
void
audit_role_learn(struct audit_ctx *c)
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
void
audit_role_leg(struct audit_ctx *c)
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
	c->src = src;
	c->dst = dst;
	if (src == AUDIT_UE && dst != AUDIT_UE) {
		c->leg = LEG_UP;
		c->ue = ue_put(c, &w->src);
	} else if (dst == AUDIT_UE && src != AUDIT_UE) {
		c->leg = LEG_DOWN;
		c->ue = ue_put(c, &w->dst);
	} else if (is_core(src) || is_core(dst) || c->vias > 1)
		c->leg = c->s->protection.on ? LEG_UNKNOWN : LEG_CORE;
	/* With one Via, what is unknown may be a phone. */
	if (c->leg == LEG_CORE && (src == AUDIT_UNKNOWN ||
	    dst == AUDIT_UNKNOWN) && c->vias < 2)
		c->leg = LEG_UNKNOWN;
	c->nni = src != AUDIT_PEER && (dst == AUDIT_PEER ||
	    (src == AUDIT_IBCF && dst == AUDIT_UNKNOWN));
	c->trusted = c->nni && trusts(c->a, &w->dst);
}
