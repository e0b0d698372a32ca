/* reg_pcscf_set: the P-CSCF's SA table (TS 33.203 7.1 to 7.4). */
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "reg_pcscf_int.h"

#define OLD_LIFE	(128 * REG_SECOND)
#define SPI_MIN		256		/* RFC 4303 2.1 */

struct port_key {
	struct pkt_addr	 addr;
	uint8_t		 zero;
	uint16_t	 port;
};

static void
port_key(struct port_key *k, const struct pkt_addr *addr, uint16_t port)
{
	memset(k, 0, sizeof(*k));
	k->addr = *addr;
	k->port = port;
}

bool
reg_pcscf_note(struct reg_pcscf *p, const struct pkt_addr *addr,
    uint16_t port, const struct reg_ue_key *key)
{
	struct port_key k;
	struct reg_ue_key *v;

	port_key(&k, addr, port);
	if ((v = table_put(p->ports, &k, p->hop.node.now_ns)) == NULL) {
		p->hop.node.mem = true;
		return false;
	}
	*v = *key;
	return true;
}

struct pcscf_ue *
reg_pcscf_ue(struct reg_pcscf *p, const struct reg_ue_key *k)
{
	return table_get(p->ues, k);
}

struct pcscf_ue *
reg_pcscf_at(struct reg_pcscf *p, const struct pkt_addr *addr, uint16_t port)
{
	const struct reg_ue_key *v;
	struct port_key k;

	port_key(&k, addr, port);
	v = table_get(p->ports, &k);
	return v != NULL ? table_get(p->ues, v) : NULL;
}

bool
reg_pcscf_uses(struct reg_pcscf *p, const struct pkt_addr *addr,
    uint16_t port)
{
	const struct pcscf_ue *u = reg_pcscf_at(p, addr, port);

	for (int i = 0; u != NULL && i < PSETS; i++)
		if (u->set[i].on && i != PSET_NEW &&
		    u->set[i].a.port_uc == port)
			return true;
	return false;
}

struct pcscf_ue *
reg_pcscf_came(struct reg_pcscf *p, const struct flow_where *w, int *set)
{
	struct pcscf_ue *u = reg_pcscf_at(p, &w->src, w->sport);

	for (*set = 0; u != NULL && *set < PSETS; ++*set) {
		const struct sa_agreement *a = &u->set[*set].a;

		if (u->set[*set].on && ((w->sport == a->port_uc &&
		    w->dport == a->port_ps) || (w->sport == a->port_us &&
		    w->dport == a->port_pc)))
			return u;
	}
	return NULL;
}

bool
reg_pcscf_protected(const struct reg_pcscf *p, const struct flow_where *w)
{
	return p->c.n_list > 0 && (w->dport == p->c.port_ps ||
	    w->dport == p->c.port_pc || w->dport == p->c.port_pc + 2);
}

static void
tell(struct reg_pcscf *p, struct pcscf_set *s, enum sa_state state, bool gone)
{
	uint64_t now = p->hop.node.now_ns;
	uint64_t left = s->expire_ns > now ? s->expire_ns - now : 0;

	for (size_t i = 0; i < SA_ROLES; i++) {
		s->sa[i].state = state;
		s->sa[i].time_ns = now;
		s->sa[i].lifetime = (uint32_t)((left + REG_SECOND - 1) /
		    REG_SECOND);
		p->hop.node.sink.sa(&s->sa[i], gone, p->hop.node.sink.arg);
	}
}

static void
free_spi(struct reg_pcscf *p, uint32_t spi)
{
	void *v = table_get(p->spis, &spi);

	if (v != NULL)
		table_drop(p->spis, v);
}

void
reg_pcscf_drop_set(struct reg_pcscf *p, struct pcscf_ue *u, int which)
{
	struct pcscf_set *s = &u->set[which];

	if (!s->on)
		return;
	tell(p, s, s->sa[0].state, true);
	free_spi(p, s->a.spi_pc);
	free_spi(p, s->a.spi_ps);
	buf_free(&s->client);
	buf_free(&s->server);
	crypt_wipe(s, sizeof(*s));
}

void
reg_pcscf_drop_ue(void *val, void *arg)
{
	struct pcscf_ue *u = val;

	for (int i = 0; i < PSETS; i++)
		reg_pcscf_drop_set(arg, u, i);
	buf_free(&u->service_route);
}

void
reg_pcscf_forget(struct reg_pcscf *p, struct pcscf_ue *u)
{
	table_drop(p->ues, u);
}

void
reg_pcscf_leave(struct reg_pcscf *p, struct pcscf_ue *u)
{
	uint64_t end = p->hop.node.now_ns + OLD_LIFE;
	bool any = false;

	reg_pcscf_drop_set(p, u, PSET_NEW);
	for (int i = 0; i < PSETS; i++) {
		if (!u->set[i].on)
			continue;
		any = true;
		if (u->set[i].expire_ns > end)
			u->set[i].expire_ns = end;
		tell(p, &u->set[i], SA_OLD, false);
	}
	u->registered = false;
	p->next_ns = p->hop.node.now_ns;	/* to be looked at anew */
	if (!any)
		reg_pcscf_forget(p, u);
}

/* None of the phone's (TS 33.203 7.1), and none of ours in use. */
static uint32_t
draw_spi(struct reg_pcscf *p, enum reg_draw what,
    const struct sa_agreement *a)
{
	uint32_t spi = reg_node_u32(&p->hop.node, what);

	while (spi < SPI_MIN || spi == a->spi_uc || spi == a->spi_us ||
	    table_get(p->spis, &spi) != NULL)
		spi = spi * 1664525U + 1013904223U;
	if (table_put(p->spis, &spi, p->hop.node.now_ns) == NULL)
		p->hop.node.mem = true;
	return spi;
}

int
reg_pcscf_choose(const struct reg_pcscf *p, struct slice client, bool nat,
    struct sa_mech *ue)
{
	int mode = nat ? SA_UDP_ENC_TUN : SA_TRANS, best = ERR_ALG;
	const unsigned need = SA_SPI_C | SA_SPI_S | SA_PORT_C | SA_PORT_S;
	struct sa_mech m;
	struct slice v;

	while (sip_comma(&client, &v)) {
		if (sa_mech_parse(v, &m) < 0 || !sa_mech_ipsec(&m) ||
		    m.mode != mode || (m.has & need) != need)
			continue;
		for (int i = 0; i < (int)p->c.n_list; i++)
			if (m.alg == (int)p->c.list[i].alg &&
			    m.ealg == (int)p->c.list[i].ealg &&
			    (best < 0 || i < best)) {
				best = i;
				*ue = m;
			}
	}
	return best;
}

void
reg_pcscf_put_list(const struct reg_pcscf *p, struct buf *b,
    const struct sa_agreement *a, enum sa_mode mode)
{
	size_t n = p->c.n_list;
	struct sa_mech m;

	for (size_t i = 0; i < n; i++) {
		memset(&m, 0, sizeof(m));
		m.name = slice_str("ipsec-3gpp");
		m.has = SA_Q | SA_ALG | SA_EALG | SA_PROT | SA_MOD;
		m.q = (unsigned)((n - i) * (n < 10 ? 100 : 10));
		m.alg = p->c.list[i].alg;
		m.ealg = p->c.list[i].ealg;
		m.mode = mode;
		if (a != NULL) {
			m.has |= SA_SPI_C | SA_SPI_S | SA_PORT_C | SA_PORT_S;
			m.spi_c = a->spi_pc;
			m.spi_s = a->spi_ps;
			m.port_c = a->port_pc;
			m.port_s = a->port_ps;
		}
		if (i > 0)
			buf_str(b, ", ");
		sa_mech_write(b, &m);
	}
}

static void
agree(struct reg_pcscf *p, struct pcscf_ue *u, const struct sa_mech *ue,
    const struct reg_pair *pair, bool nat, struct sa_agreement *a)
{
	memset(a, 0, sizeof(*a));
	a->ue = u->key.addr;
	a->pcscf = p->hop.self.addr;
	a->spi_uc = ue->spi_c;
	a->spi_us = ue->spi_s;
	a->port_uc = ue->port_c;
	a->port_us = ue->port_s;
	a->spi_pc = draw_spi(p, REG_DRAW_SPI_PC, a);
	a->spi_ps = draw_spi(p, REG_DRAW_SPI_PS, a);
	a->port_ps = p->c.port_ps;
	a->port_pc = (uint16_t)(p->c.port_pc + (u->turn ? 2 : 0));
	a->alg = pair->alg;
	a->ealg = pair->ealg;
	a->mode = nat ? SA_UDP_ENC_TUN : SA_TRANS;
	u->turn = !u->turn;
}

int
reg_pcscf_make_set(struct reg_pcscf *p, struct pcscf_ue *u,
    struct slice client, bool nat, const uint8_t ck[16], const uint8_t ik[16])
{
	struct pcscf_set *s = &u->set[PSET_NEW];
	struct sa_mech ue;
	int i = reg_pcscf_choose(p, client, nat, &ue), r;

	if (i < 0)
		return i;
	reg_pcscf_drop_set(p, u, PSET_NEW);
	agree(p, u, &ue, &p->c.list[i], nat, &s->a);
	s->on = true;
	s->number = ++p->sets;
	s->expire_ns = p->hop.node.now_ns + REG_AWAIT_AUTH;
	buf_init(&s->client, REG_TEXT);
	buf_put(&s->client, client);
	buf_init(&s->server, REG_TEXT);
	reg_pcscf_put_list(p, &s->server, &s->a, s->a.mode);
	r = sa_derive(&s->a, ck, ik, s->sa);
	if (r < 0) {
		free_spi(p, s->a.spi_pc);
		free_spi(p, s->a.spi_ps);
		buf_free(&s->client);
		buf_free(&s->server);
		crypt_wipe(s, sizeof(*s));
		return r;
	}
	for (size_t j = 0; j < SA_ROLES; j++) {
		(void)reg_copy(s->sa[j].impi, sizeof(s->sa[j].impi),
		    slice_str(u->impi));
		s->sa[j].set = s->number;
	}
	if (!reg_pcscf_note(p, &u->key.addr, s->a.port_uc, &u->key) ||
	    !reg_pcscf_note(p, &u->key.addr, s->a.port_us, &u->key))
		return ERR_MEM;
	tell(p, s, SA_TEMPORARY, false);
	if (s->expire_ns < p->next_ns)
		p->next_ns = s->expire_ns;
	return 0;
}

void
reg_pcscf_promote(struct reg_pcscf *p, struct pcscf_ue *u, int came,
    uint32_t lifetime)
{
	uint64_t now = p->hop.node.now_ns, end = now + lifetime * REG_SECOND;
	struct pcscf_set *cur = &u->set[PSET_CUR];
	uint64_t was = cur->on ? cur->expire_ns : 0;

	if (came == PSET_NEW && u->set[PSET_NEW].on) {
		reg_pcscf_drop_set(p, u, PSET_OLD);
		u->set[PSET_OLD] = *cur;
		*cur = u->set[PSET_NEW];
		crypt_wipe(&u->set[PSET_NEW], sizeof(u->set[PSET_NEW]));
		if (u->set[PSET_OLD].on) {
			u->set[PSET_OLD].expire_ns = now + OLD_LIFE;
			tell(p, &u->set[PSET_OLD], SA_OLD, false);
		}
	}
	p->next_ns = now;		/* to be looked at anew */
	u->expire_ns = end;
	if (!cur->on)
		return;
	cur->expire_ns = end > was ? end : was;
	tell(p, cur, SA_ESTABLISHED, false);
}

struct flow_where
reg_pcscf_to(const struct reg_pcscf *p, const struct pcscf_ue *u, int set)
{
	struct flow_where w;

	if (set < 0 || !u->set[set].on)
		return u->clear;
	memset(&w, 0, sizeof(w));
	w.src = p->hop.self.addr;
	w.sport = u->set[set].a.port_pc;
	w.dst = u->key.addr;
	w.dport = u->set[set].a.port_us;
	w.transport = u->transport;
	return w;
}
