/* ladder_node: the columns: which node is at the end of an arrow. */
#include <stdio.h>

#include "ladder_int.h"

/* A role of its own, which no other node of the address has. */
static bool
telling(enum audit_role r)
{
	return r != AUDIT_UNKNOWN && r != AUDIT_CORE && r != AUDIT_PEER;
}

static enum audit_role
role_at(const struct ladder *l, const struct pkt_addr *addr, uint16_t port)
{
	return l->audit == NULL || addr->family == 0 ? AUDIT_UNKNOWN :
	    audit_role_at(l->audit, addr, port);
}

/*
 * Several nodes are at an address that sends to itself, or whose ports have
 * different roles.
 */
static void
know(struct ladder_nodes *ns, const struct pkt_addr *addr, uint16_t port,
    bool self)
{
	enum audit_role role = role_at(ns->l, addr, port);
	size_t i;

	for (i = 0; i < ns->n_known; i++)
		if (pkt_addr_eq(&ns->known[i].addr, addr))
			break;
	if (i == sizeof(ns->known) / sizeof(ns->known[0]))
		return;
	if (i == ns->n_known) {
		ns->known[i].addr = *addr;
		ns->n_known++;
	}
	if (!telling(ns->known[i].role))
		ns->known[i].role = role;
	ns->known[i].shared |= self || (telling(role) &&
	    role != ns->known[i].role);
}

static bool
shared(const struct ladder_nodes *ns, const struct pkt_addr *addr)
{
	for (size_t i = 0; i < ns->n_known; i++)
		if (pkt_addr_eq(&ns->known[i].addr, addr))
			return ns->known[i].shared;
	return false;
}

static bool
same(const struct ladder_node *a, const struct ladder_node *b)
{
	return a->port == b->port && a->client == b->client &&
	    pkt_addr_eq(&a->addr, &b->addr) &&
	    (a->shown == 0 || a->port != 0 || a->role == b->role);
}

size_t
ladder_column(struct ladder_nodes *ns, const struct ladder_arrow *a, bool src)
{
	const struct pkt_addr *peer = src ? &a->dst : &a->src;
	uint16_t port = src ? a->sport : a->dport;
	struct ladder_node node = { .addr = src ? a->src : a->dst };
	size_t i = 0;

	node.role = role_at(ns->l, &node.addr, port);
	if (node.addr.family == 0)
		node.client = src == (a->status == 0);
	else if (shared(ns, &node.addr)) {
		/* A P-CSCF has ports for each phone. */
		if (node.role == AUDIT_UNKNOWN && role_at(ns->l, peer, src ?
		    a->dport : a->sport) == AUDIT_UE)
			node.role = AUDIT_P_CSCF;
		node.shown = port;
		node.port = telling(node.role) ? 0 : port;
	}
	while (i < ns->n && !same(&ns->node[i], &node))
		i++;
	if (i == LADDER_NODES) {
		ns->node[LADDER_NODES - 1].rest = true;
		return LADDER_NODES - 1;
	}
	if (i == ns->n)
		ns->node[ns->n++] = node;
	else if (!telling(ns->node[i].role) && node.role != AUDIT_UNKNOWN)
		ns->node[i].role = node.role;
	return i;
}

void
ladder_nodes(struct ladder_nodes *ns, const struct ladder *l, size_t section)
{
	const struct ladder_arrow *a;

	*ns = (struct ladder_nodes){ .l = l };
	for (a = ladder_first(l, section); a != NULL;
	    a = ladder_next(l, section, a)) {
		bool self = pkt_addr_eq(&a->src, &a->dst);

		know(ns, &a->src, a->sport, self);
		know(ns, &a->dst, a->dport, self);
	}
	for (a = ladder_first(l, section); a != NULL;
	    a = ladder_next(l, section, a)) {
		(void)ladder_column(ns, a, true);
		(void)ladder_column(ns, a, false);
	}
}

const char *
ladder_node_role(const struct ladder_node *node)
{
	static const char *const names[] = {
		[AUDIT_UNKNOWN] = "", [AUDIT_UE] = "UE",
		[AUDIT_P_CSCF] = "P-CSCF", [AUDIT_I_CSCF] = "I-CSCF",
		[AUDIT_S_CSCF] = "S-CSCF", [AUDIT_IBCF] = "IBCF",
		[AUDIT_AS] = "AS", [AUDIT_CORE] = "core",
		[AUDIT_PEER] = "peer",
	};

	return node->rest ? "" : names[node->role];
}

void
ladder_node_place(const struct ladder_node *node, char out[LADDER_PLACE])
{
	char addr[PKT_ADDR_TEXT];

	if (node->rest)
		(void)snprintf(out, LADDER_PLACE, "others");
	else if (node->addr.family == 0)
		(void)snprintf(out, LADDER_PLACE, node->client ? "client" :
		    "server");
	else if (node->shown == 0)
		(void)pkt_addr_text(&node->addr, out);
	else
		(void)snprintf(out, LADDER_PLACE, node->addr.family == 6 ?
		    "[%s]:%u" : "%s:%u", pkt_addr_text(&node->addr, addr),
		    node->shown);
}
