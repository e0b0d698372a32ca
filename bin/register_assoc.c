/* register_assoc: the security associations in use, and which is whose. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "register_live.h"
#include "table.h"

#define ASSOCS		65536

/* Table keys: zeroed first. */
struct name {
	struct pkt_addr	 dst;
	uint32_t	 spi;
};

struct hop {
	struct pkt_addr	 src, dst;
	uint16_t	 sport, dport;
};

static struct table *assocs, *hops;

static void
set_name(struct name *n, const struct pkt_addr *dst, uint32_t spi)
{
	memset(n, 0, sizeof(*n));
	n->dst = *dst;
	n->spi = spi;
}

static void
set_hop(struct hop *h, const struct pkt_addr *src, uint16_t sport,
    const struct pkt_addr *dst, uint16_t dport)
{
	memset(h, 0, sizeof(*h));
	h->src = *src;
	h->dst = *dst;
	h->sport = sport;
	h->dport = dport;
}

/* The end of SA that is ours. */
static const struct pkt_addr *
own_end(const struct assoc *a, uint16_t *port)
{
	*port = a->out ? a->sa.sport : a->sa.dport;
	return a->out ? &a->sa.src : &a->sa.dst;
}

static void
drop(void *val, void *arg)
{
	struct assoc *a = val;
	const struct pkt_addr *addr;
	uint16_t port;

	(void)arg;
	if (opt.ipsec == IPSEC_KERNEL) {
		addr = own_end(a, &port);
		/* What they would still send would be clear. */
		conn_abort(addr, port);
		sock_close(addr, port);
		(void)xfrm_put(&a->sa, a->out, true);
	}
	esp_free(a->esp);
	crypt_wipe(a, sizeof(*a));
}

void
assoc_close(void)
{
	table_free(assocs);
	table_free(hops);
	assocs = hops = NULL;
}

void
assoc_open(void)
{
	assocs = table_new(sizeof(struct name), sizeof(struct assoc), ASSOCS,
	    drop, NULL);
	hops = table_new(sizeof(struct hop), sizeof(struct name), ASSOCS,
	    NULL, NULL);
	if (assocs == NULL || hops == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	/* However it ends: the kernel would keep them. */
	if (opt.ipsec == IPSEC_KERNEL && atexit(assoc_close) != 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

/* Into the kernel, first; then the socket that it protects. */
static void
install(struct assoc *a)
{
	const struct pkt_addr *addr;
	char text[PKT_ADDR_TEXT];
	uint16_t port;

	if (!xfrm_put(&a->sa, a->out, false))
		tool_warn_kind("xfrm", "%s: the kernel does not take the SA "
		    "of spi 0x%08x", a->sa.impi, (unsigned)a->sa.spi);
	addr = own_end(a, &port);
	if (!sock_open(addr, &port, true))
		tool_warn_kind("port", "%s port %u: %s", pkt_addr_text(addr,
		    text), port, strerror(errno));
}

static void
add(const struct name *n, const struct sa *sa)
{
	struct assoc *a = table_put(assocs, n, live_now());
	bool up = sa->role == SA_UC_PS || sa->role == SA_US_PC;
	struct name *at;
	struct hop h;

	set_hop(&h, &sa->src, sa->sport, &sa->dst, sa->dport);
	if (a == NULL || (at = table_put(hops, &h, live_now())) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	*at = *n;
	a->sa = *sa;
	a->out = up == opt.node[NODE_UE];
	if (opt.ipsec == IPSEC_KERNEL)
		install(a);
}

void
assoc_note(const struct sa *sa, bool gone)
{
	struct assoc *a;
	struct name n;

	if (assocs == NULL)
		return;
	set_name(&n, &sa->dst, sa->spi);
	a = table_get(assocs, &n);
	if (gone && a != NULL)
		table_drop(assocs, a);
	else if (!gone && a != NULL)
		table_touch(assocs, a, live_now());
	else if (!gone)
		add(&n, sa);
}

struct assoc *
assoc_of(const struct flow_where *w)
{
	const struct name *n;
	struct assoc *a;
	struct hop h;

	set_hop(&h, &w->src, w->sport, &w->dst, w->dport);
	if ((n = table_get(hops, &h)) == NULL ||
	    (a = table_get(assocs, n)) == NULL)
		return NULL;
	/* Of another hop, when the name was used again. */
	return a->sa.sport == w->sport && a->sa.dport == w->dport ? a : NULL;
}

struct assoc *
assoc_in(const struct pkt_addr *dst, uint32_t spi)
{
	struct name n;
	struct assoc *a;

	set_name(&n, dst, spi);
	a = table_get(assocs, &n);
	return a != NULL && !a->out ? a : NULL;
}

void
assoc_protection(const struct assoc *a, uint32_t seq,
    struct flow_protection *p)
{
	*p = (struct flow_protection){ .on = true, .spi = a->sa.spi,
	    .seq = seq, .known = true, .alg = a->sa.key.alg,
	    .ealg = a->sa.key.ealg, .icv = FLOW_ICV_OK };
}
