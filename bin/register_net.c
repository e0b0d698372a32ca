/* register_net: the nodes of a run, and the messages between them. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "register_tool.h"

#define HOP_NS		5000000ULL	/* from node to node */
#define PORT_PC		5062
#define PORT_PS		5063
#define PANI		"3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=%s"

struct net net;

/* A message on its way. */
struct mail {
	struct mail		*next;
	struct flow_sip		 sip;
	uint8_t			 text[];
};

static struct {
	struct mail	*first, **last;
	struct buf	 out, spoiled;
} way = { .last = &way.first };

void
net_check(int r)
{
	if (r < 0 && r != ERR_SYNC && r != ERR_NOSA)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
}

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

struct phone *
net_phone(const struct pkt_addr *addr)
{
	const struct pkt_addr *bases[2] = { &opt.addr[NODE_UE],
	    net.n_phone > 0 ? &net.phone[0].public : &opt.addr[NODE_UE] };
	size_t len = addr->family == 6 ? 16 : 4;
	uint64_t i, b;

	for (int k = 0; k < 2; k++) {
		i = b = 0;
		for (size_t j = len - 4; j < len; j++) {
			i = i << 8 | addr->ip[j];
			b = b << 8 | bases[k]->ip[j];
		}
		i -= b;
		if (i < net.n_phone && (pkt_addr_eq(addr, &net.phone[i].addr)
		    || pkt_addr_eq(addr, &net.phone[i].public)))
			return &net.phone[i];
	}
	return NULL;
}

enum node
net_who(const struct pkt_addr *addr)
{
	for (int i = NODE_P; i < NODE_N; i++)
		if (pkt_addr_eq(addr, &opt.addr[i]))
			return (enum node)i;
	return NODE_UE;
}

static bool
is_here(const struct flow_where *w)
{
	enum node n = net_who(&w->dst);

	return n == NODE_UE ? net_phone(&w->dst) != NULL : opt.node[n];
}

static void
post(const struct flow_sip *s)
{
	struct mail *m = malloc(sizeof(*m) + s->message.n);

	if (m == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	m->next = NULL;
	m->sip = *s;
	m->sip.where.time_ns += HOP_NS;
	memcpy(m->text, s->message.p, s->message.n);
	m->sip.message = slice_of(m->text, s->message.n);
	*way.last = m;
	way.last = &m->next;
}

/* The NAT in front of a phone (TS 33.203 annex M). */
static void
translate(struct flow_sip *s)
{
	struct phone *f = net_phone(&s->where.src);

	if (f != NULL)
		s->where.src = f->public;
}

static void
on_send(const struct flow_sip *s, void *arg)
{
	struct flow_sip m = *s;
	bool arrives, here;

	(void)arg;
	translate(&m);
	arrives = case_apply(&m, net_who(&s->where.src),
	    net_who(&s->where.dst), &way.spoiled);
	here = is_here(&m.where);
	/* A flow shows every hop, a node what leaves it. */
	if (m.message.n > 0 && (!here || opt.all_hops)) {
		rec_write_sip(&way.out, &m, false);
		tool_out(&way.out);
	}
	if (here && arrives)
		post(&m);
	buf_reset(&way.spoiled);
}

static void
on_sa(const struct sa *sa, bool gone, void *arg)
{
	struct sa shown = *sa;

	(void)arg;
	if (opt.the_case != NULL && opt.the_case->wrong_ik)
		shown.key.auth[0] ^= 1;
	if (!gone)
		rec_write_sa(&way.out, &shown, opt.secrets);
	tool_out(&way.out);
	crypt_wipe(&shown, sizeof(shown));
}

/* The SAs of the P-CSCF are those of the phone. */
static void
on_sa_network(const struct sa *sa, bool gone, void *arg)
{
	if (net.n_phone == 0)
		on_sa(sa, gone, arg);
}

static void
on_vector(const struct reg_vector *v, void *arg)
{
	struct rec_vector r;

	(void)arg;
	if (!opt.cx)
		return;
	memset(&r, 0, sizeof(r));
	r.impi = v->impi;
	memcpy(r.rand, v->rand, AKA_RAND);
	memcpy(r.autn, v->autn, v->autn_len);
	r.autn_len = v->autn_len;
	memcpy(r.xres, v->result.res, v->result.res_len);
	r.xres_len = v->result.res_len;
	memcpy(r.ck, v->result.ck, v->ck_len);
	memcpy(r.ik, v->result.ik, v->ik_len);
	r.ck_len = v->ck_len;
	r.ik_len = v->ik_len;
	r.has_keys = true;
	memcpy(r.sqn, v->sqn, AKA_SQN);
	memcpy(r.amf, v->amf, AKA_AMF);
	r.has_sqn = r.has_amf = true;
	rec_write_vector(&way.out, &r);
	tool_out(&way.out);
	crypt_wipe(&r, sizeof(r));
}

static void
on_draw(enum reg_draw what, uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	if (!opt_given(what, p, n))
		tool_random(p, n);
}

static void
on_news(enum reg_news what, struct slice impi, const char *why, void *arg)
{
	char shown[SLICE_SHOW];

	if (what == REG_NEWS_FAILED && arg != NULL) {
		((struct phone *)arg)->failed = true;
		net.failed++;
		tool_warn_kind("not registered", "%s: %s",
		    slice_show(impi, shown), why);
	}
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
	c->n_offer = opt.no_ipsec ? 0 : opt.n_pair;
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
	p->n_list = opt.no_ipsec ? 0 : opt.n_pair;
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
		if ((f->ue = reg_ue_new(&c, &own)) == NULL)
			tool_die(TOOL_BAD_INPUT, "%s: its key is none, or "
			    "there is no memory", c.who.impi);
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
	struct reg_sink sink = { on_send, on_sa, on_vector, on_draw, on_news,
	    NULL };
	struct reg_pcscf_config p;
	struct reg_scscf_config s;

	buf_init(&way.out, REC_LINE_MAX);
	buf_init(&way.spoiled, 1U << 17);
	net.now_ns = opt.time_ns;
	(void)snprintf(net.net.domain, sizeof(net.net.domain), "%s",
	    subs_count() > 0 ? subs_get(0)->domain : "ims.example.org");
	set_place(&net.net.pcscf, NODE_P, "pcscf1");
	set_place(&net.net.icscf, NODE_I, "icscf1");
	set_place(&net.net.scscf, NODE_S, "scscf1");
	configure(&p, &s);
	if (opt.node[NODE_UE])
		open_phones(&sink, &p, &s);
	open_hss();
	sink.sa = on_sa_network;
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
	struct mail *next;

	for (struct mail *m = way.first; m != NULL; m = next) {
		next = m->next;
		free(m);
	}
	for (size_t i = 0; i < net.n_phone; i++)
		reg_ue_free(net.phone[i].ue);
	free(net.phone);
	reg_pcscf_free(net.p);
	reg_icscf_free(net.i);
	reg_scscf_free(net.s);
	reg_hss_free(net.hss);
	buf_wipe(&way.out);
	buf_wipe(&way.spoiled);
}

void
net_deliver(const struct flow_sip *s)
{
	static struct sip_msg m;
	struct flow_sip sip = *s;
	enum node n = net_who(&s->where.dst);
	struct phone *f;

	if (sip_parse(&m, s->message) < 0 || !is_here(&s->where))
		return;
	sip.msg = &m;
	if (sip.where.time_ns > net.now_ns)
		net.now_ns = sip.where.time_ns;
	sip.where.time_ns = net.now_ns;
	if (n == NODE_P)
		net_check(reg_pcscf_sip(net.p, &sip));
	else if (n == NODE_I)
		net_check(reg_icscf_sip(net.i, &sip));
	else if (n == NODE_S)
		net_check(reg_scscf_sip(net.s, &sip));
	else if ((f = net_phone(&s->where.dst)) != NULL)
		net_check(reg_ue_sip(f->ue, &sip));
}

void
net_run(void)
{
	struct mail *m;

	while ((m = way.first) != NULL) {
		uint64_t at = net_deadline(false);

		if (at < m->sip.where.time_ns) {
			net_tick(at);
			continue;
		}
		way.first = m->next;
		if (way.first == NULL)
			way.last = &way.first;
		net_deliver(&m->sip);
		free(m);
	}
}

uint64_t
net_deadline(bool all)
{
	uint64_t first = REG_NEVER, t;

	for (size_t i = 0; i < net.n_phone; i++)
		if ((all || reg_ue_busy(net.phone[i].ue)) &&
		    (t = reg_ue_deadline(net.phone[i].ue)) < first)
			first = t;
	if (net.p != NULL && all && (t = reg_pcscf_deadline(net.p)) < first)
		first = t;
	if (net.s != NULL && all && (t = reg_scscf_deadline(net.s)) < first)
		first = t;
	return first;
}

void
net_tick(uint64_t now_ns)
{
	if (now_ns > net.now_ns)
		net.now_ns = now_ns;
	for (size_t i = 0; i < net.n_phone; i++)
		if (reg_ue_deadline(net.phone[i].ue) <= net.now_ns)
			net_check(reg_ue_tick(net.phone[i].ue, net.now_ns));
	if (net.p != NULL)
		net_check(reg_pcscf_tick(net.p, net.now_ns));
	if (net.s != NULL && reg_scscf_deadline(net.s) <= net.now_ns)
		net_check(reg_scscf_tick(net.s, net.now_ns));
}
