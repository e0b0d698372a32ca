/*
 * fuzz_reg: any octets as a message to any node, or in the place of a message
 * on its way, in any state: nobody crashes, and nobody sends what the rules
 * forbid.
 */
#include <string.h>

#include "../unit/world.h"
#include "fuzz.h"

/* Has the challenge VALUE the parameter NAME? */
static bool
tells(struct slice value, const char *name)
{
	struct slice scheme, params, what;

	return sip_auth(value, &scheme, &params) == 0 &&
	    sip_param(params, ',', name, &what);
}

static bool
is_place(const struct pkt_addr *a)
{
	return pkt_addr_eq(a, &world.net.pcscf.addr) ||
	    pkt_addr_eq(a, &world.net.icscf.addr) ||
	    pkt_addr_eq(a, &world.net.scscf.addr);
}

/* The lines of S that name header field H: is one there? */
static bool
field(const struct sip_msg *m, enum sip_h h)
{
	return sip_get(m, h) != NULL;
}

static void
see(const struct flow_sip *s)
{
	const struct sip_msg *m = s->msg;
	struct slice scheme, params, v;
	bool core = is_place(&s->where.src) && is_place(&s->where.dst);

	must(m != NULL);
	must(!field(m, SIP_H_CONTENT_LENGTH) ||
	    (m->odd & (SIP_ODD_LENGTH_LONG | SIP_ODD_LENGTH_SHORT)) == 0);
	if (core) {
		/* RFC 3329 and TS 33.203: of Gm only. */
		if (pkt_addr_eq(&s->where.src, &world.net.pcscf.addr) &&
		    m->request)
			must(!field(m, SIP_H_SECURITY_CLIENT) &&
			    !field(m, SIP_H_SECURITY_VERIFY) &&
			    !field(m, SIP_H_P_PREFERRED_IDENTITY));
		return;
	}
	if (is_place(&s->where.src)) {
		if (m->status == 401)
			must(!tells(sip_value(m, SIP_H_WWW_AUTHENTICATE),
			    "ck") && !tells(sip_value(m,
			    SIP_H_WWW_AUTHENTICATE), "ik"));
		must(!m->request || s->where.sport != 5060);
		return;
	}
	/* The phone. */
	must(sip_auth(sip_value(m, SIP_H_AUTHORIZATION), &scheme, &params) <
	    0 || !sip_param(params, ',', "integrity-protected", &v));
	if (m->request && !slice_is(m->method, "REGISTER"))
		must(!field(m, SIP_H_AUTHORIZATION));
	if (s->where.sport == 5060)
		must(m->request && slice_is(m->method, "REGISTER") &&
		    !field(m, SIP_H_P_ACCESS_NETWORK_INFO));
}

/* From and to whom, and on which ports, one octet says. */
static void
somewhere(uint8_t c, struct flow_where *w)
{
	static const uint16_t ports[4] = { 5060, 7062, 7063, 7064 };
	const struct pkt_addr *nodes[4] = { &world.net.pcscf.addr,
	    &world.net.icscf.addr, &world.net.scscf.addr,
	    &world.ue_config.addr };

	memset(w, 0, sizeof(*w));
	w->src = *nodes[c & 3];
	w->dst = *nodes[c >> 2 & 3];
	w->sport = ports[c >> 4 & 3];
	w->dport = ports[c >> 6 & 3];
	w->transport = FLOW_UDP;
}

/* DATA over the octets of L from AT on. */
static void
spoil(struct world_letter *l, size_t at, struct slice data)
{
	if (l->n == 0)
		return;
	at %= l->n;
	if (data.n > l->n - at)
		data.n = l->n - at;
	if (data.n > 0)
		memcpy(l->text + at, data.p, data.n);
}

static void
begin(uint8_t how)
{
	if (reg_ue_register(world.ue, world.now) != 0)
		abort();
	if ((how & 0x80) == 0)
		return;
	must(world_run(100) == 0);
	if (how & 0x40)
		(void)!reg_ue_subscribe(world.ue, world.now);
	else if (how & 0x20)
		(void)!reg_ue_call(world.ue, "sip:alice@example.org",
		    world.now);
	else if (how & 0x10)
		(void)!reg_ue_register(world.ue, world.now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	struct world_letter l;
	struct flow_where w;

	if (size < 4)
		return 0;
	world_config(data[0] & 8 ? 5000 << 5 : 0);
	world_open();
	world.see = see;
	begin(data[0]);
	must(world_run(data[1] & 15) == 0);
	if (data[1] & 0x80 && world_take(&l)) {
		spoil(&l, (size_t)(data[2] << 8 | data[3]),
		    slice_from(in, 4));
		must(world_deliver(&l.where, slice_of(l.text, l.n)) == 0);
		free(l.text);
	} else {
		somewhere(data[2], &w);
		if (data[3] & 1 && world.n_mail > 0)
			w = world.mail[0].where;
		must(world_deliver(&w, slice_from(in, 4)) == 0);
	}
	must(world_wait(300ULL * 1000000000) == 0);
	world_close();
	return 0;
}
