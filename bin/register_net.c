/* register_net: the nodes of a run, and the messages between them. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "register_live.h"

/* From node to node; live, time goes on by itself. */
#define HOP_NS		(opt.live ? 0 : 5000000ULL)

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

	/* A live phone is alone; others may have an address with our P-CSCF. */
	if (opt.live && (opt.node[NODE_UE] || (n == NODE_P &&
	    w->dport != opt.port[NODE_P] && w->dport != PORT_PC &&
	    w->dport != PORT_PC + 2 && w->dport != PORT_PS)))
		return false;
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
	net.sent++;
	translate(&m);
	arrives = case_apply(&m, net_who(&s->where.src),
	    net_who(&s->where.dst), &way.spoiled);
	here = is_here(&m.where);
	/* A flow shows every hop, a node what leaves it. */
	if (opt.live && !here && !live_send(&m))
		return;
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
	/* IK is the key of alg, and in the salt (TS 33.203 annex I). */
	if (opt.the_case != NULL && opt.the_case->wrong_ik) {
		shown.key.auth[0] ^= 1;
		shown.key.salt[0] ^= 1;
	}
	if (!gone)
		rec_write_sa(&way.out, &shown, opt.secrets);
	tool_out(&way.out);
	if (opt.live)
		assoc_note(sa, gone);
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
	struct phone *f = arg;

	if (f != NULL && what != REG_NEWS_DONE)
		f->registered = what == REG_NEWS_REGISTERED ||
		    (what == REG_NEWS_FAILED && f->registered &&
		    reg_ue_state(f->ue) != REG_IDLE);
	if (opt.live && what == REG_NEWS_REFUSED)
		tool_warn_kind("refused", "%s: %s", slice_show(impi, shown),
		    why);
	if (what == REG_NEWS_FAILED && f != NULL) {
		f->failed = true;
		net.failed++;
		tool_warn_kind("not registered", "%s: %s",
		    slice_show(impi, shown), why);
	}
}

void
net_sink(struct reg_sink *sink, bool network)
{
	*sink = (struct reg_sink){ on_send, network ? on_sa_network : on_sa,
	    on_vector, on_draw, on_news, NULL };
}

void
net_clear(void)
{
	struct mail *next;

	for (struct mail *m = way.first; m != NULL; m = next) {
		next = m->next;
		free(m);
	}
	way.first = NULL;
	way.last = &way.first;
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

/* In a case only what was begun goes on: nobody refreshes meanwhile. */
static bool
sleeps(const struct phone *f)
{
	return opt.the_case != NULL && !reg_ue_busy(f->ue);
}

uint64_t
net_deadline(bool all)
{
	uint64_t first = REG_NEVER, t;

	for (size_t i = 0; i < net.n_phone; i++)
		if ((all ? !sleeps(&net.phone[i]) :
		    reg_ue_busy(net.phone[i].ue)) &&
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
		if (!sleeps(&net.phone[i]) &&
		    reg_ue_deadline(net.phone[i].ue) <= net.now_ns)
			net_check(reg_ue_tick(net.phone[i].ue, net.now_ns));
	if (net.p != NULL)
		net_check(reg_pcscf_tick(net.p, net.now_ns));
	if (net.s != NULL && reg_scscf_deadline(net.s) <= net.now_ns)
		net_check(reg_scscf_tick(net.s, net.now_ns));
}
