/* reg_ue_set: the phone's offer, choice and SA sets (TS 33.203 7.1 to 7.4). */
#include <string.h>

#include "err.h"
#include "reg_ue_int.h"

#define OLD_LIFE	(128 * REG_SECOND)	/* 64*T1: transactions end */
#define SPI_MIN		256		/* RFC 4303 2.1 */

static bool
spi_used(const struct reg_ue *u, uint32_t spi)
{
	for (size_t i = 0; i < SETS; i++)
		for (size_t j = 0; u->set[i].on && j < SA_ROLES; j++)
			if (u->set[i].sa[j].spi == spi)
				return true;
	return spi < SPI_MIN;
}

static uint32_t
draw_spi(struct reg_ue *u, enum reg_draw what, uint32_t other)
{
	uint32_t spi = reg_node_u32(&u->node, what);

	while (spi_used(u, spi) || spi == other)
		spi = spi * 1664525U + 1013904223U;	/* any other one */
	return spi;
}

/* From 1024 on, and not where clear SIP is. */
static uint16_t
draw_port(struct reg_ue *u, enum reg_draw what, uint16_t other)
{
	uint16_t port = (uint16_t)(reg_node_u32(&u->node, what));

	while (port < 1024 || port == 5060 || port == 5061 || port == other ||
	    port == u->c.port || (u->set[SET_CUR].on &&
	    port == u->set[SET_CUR].a.port_uc) || (u->set[SET_OLD].on &&
	    port == u->set[SET_OLD].a.port_uc))
		port = (uint16_t)(port * 25173U + 13849U);
	return port;
}

void
reg_ue_offer(struct reg_ue *u)
{
	if (u->c.n_offer == 0)
		return;
	u->spi_uc = draw_spi(u, REG_DRAW_SPI_UC, 0);
	u->spi_us = draw_spi(u, REG_DRAW_SPI_US, u->spi_uc);
	/* port_us stays as long as anything is registered (7.4.0). */
	if (u->port_us == 0)
		u->port_us = draw_port(u, REG_DRAW_PORT_US, 0);
	u->port_uc = draw_port(u, REG_DRAW_PORT_UC, u->port_us);
}

void
reg_ue_put_client(struct reg_ue *u, struct buf *b)
{
	struct sa_mech m;

	if (u->c.n_offer == 0)
		return;
	buf_str(b, "Security-Client: ");
	for (size_t i = 0; i < u->c.n_offer; i++) {
		memset(&m, 0, sizeof(m));
		m.name = slice_str("ipsec-3gpp");
		m.has = SA_ALG | SA_EALG | SA_PROT | SA_MOD | SA_SPI_C |
		    SA_SPI_S | SA_PORT_C | SA_PORT_S;
		m.alg = u->c.offer[i].alg;
		m.ealg = u->c.offer[i].ealg;
		m.mode = u->c.mode;
		m.spi_c = u->spi_uc;
		m.spi_s = u->spi_us;
		m.port_c = u->port_uc;
		m.port_s = u->port_us;
		if (i > 0)
			buf_str(b, ", ");
		sa_mech_write(b, &m);
	}
	buf_str(b, "\r\n");
}

/* What was offered, as sa_choose() wants it. */
static size_t
offered(const struct reg_ue *u, struct sa_mech out[SA_MECHS])
{
	size_t n = u->c.n_offer < SA_MECHS ? u->c.n_offer : SA_MECHS;

	memset(out, 0, SA_MECHS * sizeof(out[0]));
	for (size_t i = 0; i < n; i++) {
		out[i].name = slice_str("ipsec-3gpp");
		out[i].alg = u->c.offer[i].alg;
		out[i].ealg = u->c.offer[i].ealg;
		out[i].mode = u->c.mode;
	}
	return n;
}

static void
agree(const struct reg_ue *u, const struct sa_mech *p, struct sa_agreement *a)
{
	memset(a, 0, sizeof(*a));
	a->ue = u->addr;
	a->pcscf = u->c.pcscf;
	a->spi_uc = u->spi_uc;
	a->spi_us = u->spi_us;
	a->port_uc = u->port_uc;
	a->port_us = u->port_us;
	a->spi_pc = p->spi_c;
	a->spi_ps = p->spi_s;
	a->port_pc = p->port_c;
	a->port_ps = p->port_s;
	a->alg = (enum esp_alg)p->alg;
	a->ealg = (enum esp_ealg)p->ealg;
	a->mode = (enum sa_mode)p->mode;
}

static void
tell(struct reg_ue *u, struct ue_set *s, enum sa_state state, bool gone)
{
	uint64_t left = s->expire_ns > u->node.now_ns ?
	    s->expire_ns - u->node.now_ns : 0;

	for (size_t i = 0; i < SA_ROLES; i++) {
		s->sa[i].state = state;
		s->sa[i].time_ns = u->node.now_ns;
		s->sa[i].lifetime = (uint32_t)((left + REG_SECOND - 1) /
		    REG_SECOND);
		u->node.sink.sa(&s->sa[i], gone, u->node.sink.arg);
	}
}

int
reg_ue_make_set(struct reg_ue *u, const struct sip_msg *m)
{
	const unsigned need = SA_SPI_C | SA_SPI_S | SA_PORT_C | SA_PORT_S;
	struct sa_mech client[SA_MECHS], server[SA_MECHS];
	struct ue_set *s = &u->set[SET_NEW];
	size_t n = sa_mechs(m, SIP_H_SECURITY_SERVER, server);
	int which = sa_choose(client, offered(u, client), server, n), r;

	if (which < 0)
		return ERR_ALG;
	if ((server[which].has & need) != need)
		return ERR_RANGE;
	reg_ue_drop_set(u, SET_NEW);
	if (!reg_join(m, SIP_H_SECURITY_SERVER, s->verify, sizeof(s->verify)))
		return ERR_RANGE;
	agree(u, &server[which], &s->a);
	if ((r = sa_derive(&s->a, u->result.ck, u->result.ik, s->sa)) < 0)
		return r;
	s->number = ++u->sets;
	s->expire_ns = u->node.now_ns + REG_AWAIT_AUTH;
	for (size_t i = 0; i < SA_ROLES; i++) {
		(void)reg_copy(s->sa[i].impi, sizeof(s->sa[i].impi),
		    slice_str(u->c.who.impi));
		s->sa[i].set = s->number;
	}
	s->on = true;
	tell(u, s, SA_TEMPORARY, false);
	return 0;
}

void
reg_ue_drop_set(struct reg_ue *u, int which)
{
	struct ue_set *s = &u->set[which];

	if (s->on)
		tell(u, s, s->sa[0].state, true);
	crypt_wipe(s, sizeof(*s));
}

void
reg_ue_promote(struct reg_ue *u, uint32_t lifetime)
{
	uint64_t end = u->node.now_ns + lifetime * REG_SECOND, was = 0;
	struct ue_set *cur = &u->set[SET_CUR];

	if (cur->on)
		was = cur->expire_ns;
	if (u->set[SET_NEW].on) {
		reg_ue_drop_set(u, SET_OLD);
		u->set[SET_OLD] = *cur;
		*cur = u->set[SET_NEW];
		crypt_wipe(&u->set[SET_NEW], sizeof(u->set[SET_NEW]));
		if (u->set[SET_OLD].on) {
			u->set[SET_OLD].expire_ns = u->node.now_ns + OLD_LIFE;
			tell(u, &u->set[SET_OLD], SA_OLD, false);
		}
	}
	if (!cur->on)
		return;
	cur->expire_ns = end > was ? end : was;		/* 7.4: never less */
	tell(u, cur, SA_ESTABLISHED, false);
}

void
reg_ue_expire_sets(struct reg_ue *u)
{
	for (int i = 0; i < SETS; i++) {
		if (!u->set[i].on || u->node.now_ns < u->set[i].expire_ns)
			continue;
		reg_ue_drop_set(u, i);
		if (i == SET_NEW && u->state == REG_ANSWERED) {
			reg_ue_done(reg_ue_find(u, UE_REGISTER));
			reg_ue_give_up(u, true, "the answer to the challenge "
			    "was not answered in time");
		} else if (i == SET_CUR && u->state == REG_REGISTERED) {
			reg_ue_gone(u);
			reg_ue_fail(u, "the registration ran out");
		}
	}
}
