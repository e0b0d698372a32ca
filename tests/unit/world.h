/*
 * world: a phone and its network of lib/reg.h in memory, and the letters
 * between them; for test_reg.c and fuzz_reg.c.
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "reg.h"

#define WORLD_MAIL	64
#define WORLD_HOP	1000000ULL	/* ns */
#define WORLD_START	1000000000ULL

struct world_letter {
	struct flow_where	 where;
	uint8_t			*text;
	size_t			 n;
};

static struct {
	struct reg_ue		*ue;
	struct reg_hss		*hss;
	struct reg_pcscf	*p;
	struct reg_icscf	*i;
	struct reg_scscf	*s;
	struct reg_net		 net;
	struct reg_identity	 who;
	struct reg_ue_config	 ue_config;
	struct world_letter	 mail[WORLD_MAIL];
	size_t			 n_mail;
	uint64_t		 now;
	uint32_t		 random;
	unsigned		 registered, deregistered, failed;
	unsigned		 sas, sas_gone;		/* of the phone */
	unsigned		 core_sas, core_gone;	/* of the P-CSCF */
	char			 why[256];
	/* Looks at all that is sent; may be NULL. */
	void			(*see)(const struct flow_sip *s);
	/* NULL, or how often it arrives: 0, it is lost. */
	unsigned		(*pass)(const struct flow_sip *s);
	bool			 shuffled;	/* what is on its way */
} world;

static inline void
world_send(const struct flow_sip *s, void *arg)
{
	unsigned copies = world.pass != NULL ? world.pass(s) : 1;
	struct world_letter *l;

	(void)arg;
	if (world.see != NULL)
		world.see(s);
	for (; copies > 0 && world.n_mail < WORLD_MAIL; copies--) {
		l = &world.mail[world.n_mail];
		l->where = s->where;
		l->n = s->message.n;
		if ((l->text = malloc(l->n)) == NULL)
			return;
		memcpy(l->text, s->message.p, l->n);
		world.n_mail++;
	}
}

static inline void
world_sa(const struct sa *sa, bool gone, void *arg)
{
	bool phone = arg == &world;

	if (gone)
		++*(phone ? &world.sas_gone : &world.core_gone);
	else if (sa->state == SA_TEMPORARY)
		++*(phone ? &world.sas : &world.core_sas);
}

static inline unsigned
world_random(void)
{
	world.random = world.random * 1103515245U + 12345U;
	return world.random >> 16;
}

static inline void
world_draw(enum reg_draw what, uint8_t *p, size_t n, void *arg)
{
	(void)what;
	(void)arg;
	for (size_t k = 0; k < n; k++)
		p[k] = (uint8_t)world_random();
}

static inline void
world_news(enum reg_news what, struct slice impi, const char *why, void *arg)
{
	(void)impi;
	if (arg != &world)
		return;
	world.registered += what == REG_NEWS_REGISTERED;
	world.deregistered += what == REG_NEWS_DEREGISTERED;
	world.failed += what == REG_NEWS_FAILED;
	if (what == REG_NEWS_FAILED)
		(void)snprintf(world.why, sizeof(world.why), "%s", why);
}

static inline void
world_place(struct reg_place *p, const char *name, const char *addr)
{
	(void)snprintf(p->name, sizeof(p->name), "%s.example.org", name);
	if (pkt_addr_parse(&p->addr, slice_str(addr)) < 0)
		abort();
	p->port = 5060;
}

/* SQN_UE and SQN_HSS: where card and network stand. */
static inline void
world_config(uint64_t sqn_ue)
{
	struct reg_ue_config *c = &world.ue_config;
	struct reg_identity *w = &world.who;

	memset(&world, 0, sizeof(world));
	world.now = WORLD_START;
	world_place(&world.net.pcscf, "pcscf", "192.0.2.1");
	world_place(&world.net.icscf, "icscf", "192.0.2.2");
	world_place(&world.net.scscf, "scscf", "192.0.2.3");
	strcpy(world.net.domain, "example.org");
	strcpy(w->impi, "alice@example.org");
	strcpy(w->domain, "example.org");
	strcpy(w->register_as, "sip:alice@example.org");
	strcpy(w->impu[0], "sip:alice@example.org");
	strcpy(w->impu[1], "tel:+1555");
	w->n_impu = 2;
	aka_key_init(&w->key, AKA_MILENAGE);
	w->key.k_len = 16;
	w->ind_len = 5;
	c->who = *w;
	c->who.sqn = sqn_ue;
	if (pkt_addr_parse(&c->addr, slice_str("198.51.100.1")) < 0)
		abort();
	c->port = 5060;
	c->pcscf = world.net.pcscf.addr;
	c->pcscf_port = 5060;
	c->transport = FLOW_UDP;
	c->offer[0] = (struct reg_pair){ ESP_HMAC_SHA_1_96, ESP_AES_CBC };
	c->offer[1] = (struct reg_pair){ ESP_HMAC_SHA_1_96, ESP_NULL };
	c->n_offer = 2;
	c->expires = REG_EXPIRES;
	strcpy(c->instance, "urn:gsma:imei:90420156-025763-0");
	strcpy(c->pani, "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=1");
}

static inline void
world_open(void)
{
	struct reg_sink sink = { world_send, world_sa, NULL, world_draw,
	    world_news, &world };
	struct reg_pcscf_config p = { .net = world.net, .n_list = 2,
	    .port_pc = 7062, .port_ps = 7063 };
	struct reg_scscf_config s = { .net = world.net, .qop = "auth",
	    .max_expires = REG_EXPIRES };

	memcpy(p.list, world.ue_config.offer, sizeof(p.list));
	s.scheme.version = AKA_V1;
	s.scheme.hash = CRYPT_MD5;
	world.ue = reg_ue_new(&world.ue_config, &sink);
	world.hss = reg_hss_new();
	sink.arg = NULL;
	world.p = reg_pcscf_new(&p, &sink);
	world.i = reg_icscf_new(&world.net, world.hss, &sink);
	world.s = reg_scscf_new(&s, world.hss, &sink);
	if (world.ue == NULL || world.hss == NULL || world.p == NULL ||
	    world.i == NULL || world.s == NULL ||
	    reg_hss_add(world.hss, &world.who) < 0)
		abort();
}

static inline void
world_close(void)
{
	for (size_t k = 0; k < world.n_mail; k++)
		free(world.mail[k].text);
	reg_ue_free(world.ue);
	reg_pcscf_free(world.p);
	reg_icscf_free(world.i);
	reg_scscf_free(world.s);
	reg_hss_free(world.hss);
}

/* TEXT to whoever is at W.dst; what is no SIP is dropped.  A result of lib. */
static inline int
world_deliver(const struct flow_where *w, struct slice text)
{
	static struct sip_msg m;
	struct flow_sip s = { .where = *w, .message = text, .msg = &m };

	world.now += WORLD_HOP;
	s.where.timed = true;
	s.where.time_ns = world.now;
	if (sip_parse(&m, text) < 0)
		return 0;
	if (pkt_addr_eq(&w->dst, &world.net.pcscf.addr))
		return reg_pcscf_sip(world.p, &s);
	if (pkt_addr_eq(&w->dst, &world.net.icscf.addr))
		return reg_icscf_sip(world.i, &s);
	if (pkt_addr_eq(&w->dst, &world.net.scscf.addr))
		return reg_scscf_sip(world.s, &s);
	return reg_ue_sip(world.ue, &s);
}

/* The next letter, taken; false: there is none.  The caller frees its text. */
static inline bool
world_take(struct world_letter *l)
{
	size_t k = 0;

	if (world.n_mail == 0)
		return false;
	if (world.shuffled)
		k = world_random() % world.n_mail;
	*l = world.mail[k];
	memmove(world.mail + k, world.mail + k + 1,
	    (--world.n_mail - k) * sizeof(world.mail[0]));
	return true;
}

/* Deliver letters, at most MOST, until there are none. */
static inline int
world_run(size_t most)
{
	struct world_letter l;
	int r = 0;

	while (most-- > 0 && r == 0 && world_take(&l)) {
		r = world_deliver(&l.where, slice_of(l.text, l.n));
		free(l.text);
	}
	return r;
}

/* NS pass: deadlines are met and letters delivered. */
static inline int
world_wait(uint64_t ns)
{
	uint64_t end = world.now + ns, at, t;
	int r = world_run(1000);

	for (int k = 0; r == 0 && k < 1000; k++) {
		at = reg_ue_deadline(world.ue);
		if ((t = reg_pcscf_deadline(world.p)) < at)
			at = t;
		if ((t = reg_scscf_deadline(world.s)) < at)
			at = t;
		if (at > end)
			break;
		if (at > world.now)
			world.now = at;
		r = reg_ue_tick(world.ue, world.now);
		if (r == 0)
			r = reg_pcscf_tick(world.p, world.now);
		if (r == 0)
			r = reg_scscf_tick(world.s, world.now);
		if (r == 0)
			r = world_run(1000);
	}
	if (world.now < end)
		world.now = end;
	return r;
}

#endif
