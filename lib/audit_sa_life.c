/* audit_sa_life: which of a phone's associations are in use, and for how long. */
#include "audit_int.h"

#define SECOND_NS	1000000000ULL
#define AFTER_SWITCH_NS	(128 * SECOND_NS)	/* 64 x T1 of a UE */
#define MARGIN		30	/* seconds, TS 24.229 5.1.1.4 */

/* Seconds that a 200 to REGISTER grants; 0 if it does not say. */
static uint64_t
granted(const struct audit_ctx *c)
{
	struct sip_iter it = { 0 };
	struct sip_addr addr;
	struct slice value, v;
	uint64_t most = 0, n;

	while (sip_each(c->m, SIP_H_CONTACT, &it, &value))
		if (sip_addr(value, &addr) == 0 &&
		    sip_param(addr.params, ';', "expires", &v) &&
		    slice_decimal(v, UINT32_MAX, &n) == 0 && n > most)
			most = n;
	if (most == 0 && slice_decimal(sip_value(c->m, SIP_H_EXPIRES),
	    UINT32_MAX, &n) == 0)
		most = n;
	return most;
}

static void
sa_11(struct audit_ctx *c, struct audit_set *set)
{
	if (set->early == 0)
		return;
	audit_find(c, R_SA_11, AUDIT_ERROR, "frame %llu used the associations "
	    "of this registration before this %u; expected REGISTER only",
	    (unsigned long long)set->early, c->m->status);
	set->early = 0;
}

/* Is SET that of the registration this message is of? */
static bool
of_call(const struct audit_ctx *c, const struct audit_set *set)
{
	return set->call == slice_hash(0, c->call_id);
}

static void
confirm(struct audit_ctx *c)
{
	struct audit_set *set = &c->ue->set[0];
	uint64_t seconds = granted(c);

	if (c->ue->n_set == 0 || !of_call(c, set) || c->m->status < 200)
		return;
	sa_11(c, set);
	if (c->m->status != 200)
		return;
	set->confirmed = true;
	if (seconds > 0 && c->s->where.timed)
		set->end_ns = c->s->where.time_ns +
		    (seconds + MARGIN) * SECOND_NS;
}

static void
sa_12(struct audit_ctx *c, struct audit_set *set)
{
	const struct audit_set *now = &c->ue->set[0];
	uint64_t t = c->s->where.time_ns;

	if (set->old_told || !c->s->where.timed)
		return;
	if (set != now && now->confirmed && now->first_ns != 0 &&
	    t > now->first_ns + AFTER_SWITCH_NS) {
		set->old_told = true;
		audit_find(c, R_SA_12, AUDIT_WARNING, "SPI 0x%08x of an older "
		    "agreement is in use %llu s after the first message on "
		    "the new ones", (unsigned)c->s->protection.spi,
		    (unsigned long long)((t - now->first_ns) / SECOND_NS));
	} else if (set->end_ns != 0 && t > set->end_ns) {
		set->old_told = true;
		audit_find(c, R_SA_12, AUDIT_WARNING, "SPI 0x%08x is in use "
		    "%llu s after its registration ended",
		    (unsigned)c->s->protection.spi,
		    (unsigned long long)((t - set->end_ns) / SECOND_NS));
	}
}

static void
sa_13(struct audit_ctx *c, const struct audit_set *set)
{
	const struct audit_set *now = &c->ue->set[0];

	if (!c->reg)
		return;
	if (c->m->request && c->txn->answered && set != now &&
	    of_call(c, now) && c->auts.p == NULL)
		audit_find(c, R_SA_13, AUDIT_ERROR, "the answer to the "
		    "challenge comes with SPI 0x%08x; expected 0x%08x, of the "
		    "new agreement", (unsigned)c->s->protection.spi,
		    (unsigned)now->spi[SA_UC_PS]);
	else if (!c->m->request && c->m->status == 401 && c->txn->set != 0 &&
	    c->txn->set != set->spi[SA_UC_PS])
		audit_find(c, R_SA_13, AUDIT_ERROR, "the 401 comes with SPI "
		    "0x%08x of another agreement than its REGISTER",
		    (unsigned)c->s->protection.spi);
}

/* A 401 in clear to a REGISTER that was not. */
static void
sa_13_clear(struct audit_ctx *c)
{
	if (c->leg == LEG_DOWN && c->reg && !c->m->request &&
	    c->m->status == 401 && c->txn->gm_protected &&
	    c->s->where.src.family != 0)
		audit_find(c, R_SA_13, AUDIT_ERROR, "the 401 comes in clear; "
		    "expected it under the association that the REGISTER of "
		    "frame %llu came with",
		    (unsigned long long)c->txn->gm_frame);
}

static void
sa_14(struct audit_ctx *c)
{
	if (c->ue->moved == 0)
		return;
	audit_find(c, R_SA_14, AUDIT_WARNING, "SPI 0x%08x is in use, but the "
	    "phone registered from another address in frame %llu",
	    (unsigned)c->s->protection.spi, (unsigned long long)c->ue->moved);
	c->ue->moved = 0;
}

static uint64_t
instance(const struct audit_ctx *c)
{
	struct sip_addr addr;
	struct slice v;

	/* Several flows of one phone are meant to live together (RFC 5626). */
	if (sip_addr(sip_value(c->m, SIP_H_CONTACT), &addr) < 0 ||
	    sip_param(addr.params, ';', "reg-id", &v) ||
	    !sip_param(addr.params, ';', "+sip.instance", &v))
		return 0;
	return slice_hash(1, v);
}

/* The phone registered here: was it elsewhere before? */
static void
move(struct audit_ctx *c)
{
	uint64_t id = instance(c);
	struct audit_user *u;
	struct audit_ue *old;

	c->ue->moved = 0;
	if (id == 0 || (u = audit_user_of(c)) == NULL)
		return;
	if (u->instance == id && u->addr.family != 0 &&
	    !pkt_addr_eq(&u->addr, &c->ue->addr) &&
	    (old = table_get(c->a->ues, &u->addr)) != NULL && old->n_set > 0 &&
	    old != c->ue)
		old->moved = c->s->where.frame;
	u->instance = id;
	u->addr = c->ue->addr;
}

static void
sa_05(struct audit_ctx *c, const struct audit_set *set)
{
	struct pkt_addr addr;
	struct sip_via via;
	char shown[SLICE_SHOW];

	if (c->leg != LEG_UP || !c->reg || !c->m->request ||
	    set->mode == SA_UDP_ENC_TUN || set->mode == SA_TUN ||
	    sip_via(sip_value(c->m, SIP_H_VIA), &via) < 0 ||
	    pkt_addr_parse(&addr, via.host) < 0 ||
	    pkt_addr_eq(&addr, &c->s->where.src))
		return;
	audit_find(c, R_SA_05, AUDIT_ERROR, "a protected REGISTER has %s in "
	    "its Via; expected the address it comes from",
	    slice_show(via.host, shown));
}

static void
sa_06(struct audit_ctx *c, struct audit_set *set)
{
	if (set - c->ue->set < 3 || set->many_told)
		return;
	set->many_told = true;
	audit_find(c, R_SA_06, AUDIT_ERROR, "SPI 0x%08x of the fourth newest "
	    "agreement is in use; expected no more than three",
	    (unsigned)c->s->protection.spi);
}

/* Before audit_ipsec(), which notes what was used. */
void
audit_ipsec_life(struct audit_ctx *c)
{
	enum sa_role role;
	struct audit_set *set = audit_set_of(c, &role);

	if (c->ue == NULL || (c->leg != LEG_UP && c->leg != LEG_DOWN))
		return;
	if (!c->s->protection.on)
		sa_13_clear(c);
	else if (set != NULL) {
		sa_05(c, set);
		sa_06(c, set);
		sa_12(c, set);
		sa_13(c, set);
		sa_14(c);
		if (!c->reg && !set->confirmed && set == &c->ue->set[0] &&
		    set->early == 0)
			set->early = c->s->where.frame;
		if (set->confirmed && set->first_ns == 0 &&
		    c->s->where.timed)
			set->first_ns = c->s->where.time_ns;
		if (c->m->request)
			c->txn->set = set->spi[SA_UC_PS];
	}
	if (c->reg && !c->m->request && c->leg == LEG_DOWN) {
		if (c->txn->answered)
			confirm(c);
		if (c->m->status == 200)
			move(c);
	}
}
