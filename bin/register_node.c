/* register_node: the nodes of a run: made, configured, let go. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "register_tool.h"

#define PANI		"3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=%s"

/* The I-th address behind A. */
static struct pkt_addr
address(const struct pkt_addr *a, size_t i)
{
	struct pkt_addr to = *a;
	size_t at = to.family == 6 ? 16 : 4;

	for (; i > 0 && at > 0; i >>= 8) {
		i += to.ip[--at];
		to.ip[at] = (uint8_t)i;
	}
	return to;
}

static void
set_place(struct reg_place *p, enum node n, const char *name)
{
	(void)snprintf(p->name, sizeof(p->name), "%s.%.*s", name,
	    (int)(sizeof(p->name) - 16), net.net.domain);
	p->addr = opt.addr[n];
	p->port = opt.port[n];
}

static void
name_by_address(struct reg_place *p)
{
	char addr[PKT_ADDR_TEXT];

	(void)snprintf(p->name, sizeof(p->name),
	    p->addr.family == 6 ? "[%s]" : "%s",
	    pkt_addr_text(&p->addr, addr));
}

static void
ue_config(struct reg_ue_config *c, size_t i)
{
	const char *cell = "00101000100000101";

	memset(c, 0, sizeof(*c));
	c->who = *subs_get(i);
	c->addr = net.phone[i].addr;
	c->port = opt.port[NODE_UE];
	c->pcscf = opt.addr[NODE_P];
	c->pcscf_port = opt.port[NODE_P];
	c->transport = opt.tcp ? FLOW_TCP : FLOW_UDP;
	memcpy(c->offer, opt.pair, sizeof(c->offer));
	c->n_offer = opt.ipsec == IPSEC_NONE ? 0 : opt.n_pair;
	c->mode = opt.mode;
	c->expires = opt.expires;
	(void)snprintf(c->instance, sizeof(c->instance),
	    "urn:gsma:imei:90420156-%06u-0", 25763 + (unsigned)i);
	(void)snprintf(c->pani, sizeof(c->pani), PANI, cell);
	if (opt.pani != NULL)
		(void)snprintf(c->pani, sizeof(c->pani), "%s", opt.pani);
	c->precondition = !opt.plain;
	c->srtp = opt.srtp;
}

static void
configure(struct reg_pcscf_config *p, struct reg_scscf_config *s)
{
	memset(p, 0, sizeof(*p));
	p->net = net.net;
	memcpy(p->list, opt.pair, sizeof(p->list));
	p->n_list = opt.ipsec == IPSEC_NONE ? 0 : opt.n_pair;
	p->register_only = opt.live;
	p->port_pc = PORT_PC;
	p->port_ps = PORT_PS;
	memset(s, 0, sizeof(*s));
	s->net = net.net;
	s->scheme = opt.scheme;
	memcpy(s->qop, opt.qop, sizeof(s->qop));
	s->max_expires = REG_EXPIRES;
	s->trust_refresh = opt.trust;
}

static void
open_phones(const struct reg_sink *sink, struct reg_pcscf_config *p,
    struct reg_scscf_config *s)
{
	struct pkt_addr public = { 4, { 203, 0, 113, 2 } };
	struct reg_sink own = *sink;
	struct reg_ue_config c;

	if (opt.ipv6 && pkt_addr_parse(&public, slice_str("2001:db8:ff::2")) <
	    0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_FORMAT));
	net.phone = calloc(subs_count() + 1, sizeof(*net.phone));
	if (net.phone == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	net.n_phone = subs_count();
	for (size_t i = 0; i < net.n_phone; i++) {
		struct phone *f = &net.phone[i];

		f->addr = address(&opt.addr[NODE_UE], i);
		f->public = opt.mode == SA_UDP_ENC_TUN ?
		    address(&public, i) : f->addr;
		own.arg = f;
		ue_config(&c, i);
		if (opt.the_case != NULL && opt.the_case->prepare != NULL)
			opt.the_case->prepare(&c, p, s);
		errno = 0;
		if ((f->ue = reg_ue_new(&c, &own)) == NULL &&
		    errno == ENOMEM)
			net_check(ERR_MEM);
		if (f->ue == NULL)
			tool_die(TOOL_BAD_INPUT, "%s: its key is none",
			    c.who.impi);
		crypt_wipe(&c, sizeof(c));
	}
}

static void
open_hss(void)
{
	if ((net.hss = reg_hss_new()) == NULL)
		net_check(ERR_MEM);
	for (size_t i = 0; i < subs_count(); i++)
		net_check(reg_hss_add(net.hss, subs_get(i)));
}

void
net_open(void)
{
	struct reg_pcscf_config p;
	struct reg_scscf_config s;
	struct reg_sink sink;

	net_sink(&sink, false);
	net.now_ns = opt.time_ns;
	(void)snprintf(net.net.domain, sizeof(net.net.domain), "%s",
	    subs_count() > 0 ? subs_get(0)->domain : "ims.example.org");
	set_place(&net.net.pcscf, NODE_P, "pcscf1");
	/* No DNS tells a live phone where that is. */
	if (opt.live)
		name_by_address(&net.net.pcscf);
	set_place(&net.net.icscf, NODE_I, "icscf1");
	set_place(&net.net.scscf, NODE_S, "scscf1");
	configure(&p, &s);
	if (opt.node[NODE_UE])
		open_phones(&sink, &p, &s);
	open_hss();
	net_sink(&sink, true);
	if (opt.node[NODE_P] && (net.p = reg_pcscf_new(&p, &sink)) == NULL)
		net_check(ERR_MEM);
	if (opt.node[NODE_I] && (net.i = reg_icscf_new(&net.net, net.hss,
	    &sink)) == NULL)
		net_check(ERR_MEM);
	if (opt.node[NODE_S] && (net.s = reg_scscf_new(&s, net.hss,
	    &sink)) == NULL)
		net_check(ERR_MEM);
}

void
net_close(void)
{
	for (size_t i = 0; i < net.n_phone; i++)
		reg_ue_free(net.phone[i].ue);
	free(net.phone);
	reg_pcscf_free(net.p);
	reg_icscf_free(net.i);
	reg_scscf_free(net.s);
	reg_hss_free(net.hss);
	net_clear();
}
