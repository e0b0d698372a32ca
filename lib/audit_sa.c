/* audit_sa: what is in ESP, what is not, and whether it should be. */
#include <string.h>

#include "audit_int.h"
#include "err.h"

#define IV		34	/* seed of the IVs among the nonces */
#define FIRST_SEQ	64	/* "near 1": within a replay window */

struct audit_set *
audit_set_of(struct audit_ctx *c, enum sa_role *role)
{
	static const enum sa_role up[2] = { SA_UC_PS, SA_US_PC };
	static const enum sa_role down[2] = { SA_PS_UC, SA_PC_US };
	const enum sa_role *try = c->leg == LEG_UP ? up : down;

	if (c->ue == NULL || (c->leg != LEG_UP && c->leg != LEG_DOWN))
		return NULL;
	for (size_t i = 0; i < c->ue->n_set; i++)
		for (int j = 0; j < 2; j++)
			if (c->ue->set[i].spi[try[j]] ==
			    c->s->protection.spi) {
				*role = try[j];
				return &c->ue->set[i];
			}
	return NULL;
}

static void
sa_03(struct audit_ctx *c, const struct audit_set *set, enum sa_role role)
{
	const struct flow_where *w = &c->s->where;
	uint16_t sport[SA_ROLES] = { set->port_uc, set->port_ps, set->port_pc,
	    set->port_us };
	uint16_t dport[SA_ROLES] = { set->port_ps, set->port_uc, set->port_us,
	    set->port_pc };

	if (sport[role] == 0 || dport[role] == 0)
		return;
	if (w->sport != sport[role] || w->dport != dport[role])
		audit_find(c, R_SA_03, AUDIT_ERROR, "SPI 0x%08x (%s) with "
		    "ports %u to %u; expected %u to %u",
		    (unsigned)c->s->protection.spi, sa_role_name(role),
		    w->sport, w->dport, sport[role], dport[role]);
	else if (w->transport == FLOW_UDP && c->m->request &&
	    (role == SA_PS_UC || role == SA_US_PC))
		audit_find(c, R_SA_03, AUDIT_ERROR, "a UDP request on the SA "
		    "%s (SPI 0x%08x); expected %s", sa_role_name(role),
		    (unsigned)c->s->protection.spi,
		    sa_role_name(role == SA_PS_UC ? SA_PC_US : SA_UC_PS));
}

static void
sa_04(struct audit_ctx *c, const struct audit_set *set, enum sa_role role)
{
	const struct flow_where *w = &c->s->where;

	if (c->m->request || w->transport != FLOW_UDP || role != SA_PS_UC)
		return;
	audit_find(c, R_SA_04, AUDIT_WARNING, "a UDP response comes on the SA "
	    "ps->uc, %u to %u; expected pc->us, %u to %u", w->sport, w->dport,
	    set->port_pc, set->port_us);
}

/* Told once for a set, or for an SPI whose set is not known. */
static void
sa_10(struct audit_ctx *c, struct audit_set *set)
{
	const struct flow_protection *p = &c->s->protection;
	uint64_t k;

	if (p->known && p->ealg != ESP_NULL)
		return;
	if (set != NULL) {
		if (set->null_told)
			return;
		set->null_told = true;
	} else {
		k = slice_hash(p->spi, slice_of(&c->s->where.dst,
		    sizeof(c->s->where.dst)));
		if (audit_seen(c->a, k))
			return;
	}
	audit_find(c, R_SA_10, AUDIT_WARNING, "ESP with NULL encryption, SPI "
	    "0x%08x: identities and keys in SIP can be read",
	    (unsigned)p->spi);
}

/*
 * GCM and GMAC: the four SAs of a set share key and salt (TS 33.203 annex I), so
 * that no IV of one may be that of another.  The same packet once more is not
 * another use of its IV.
 */
static void
sa_08(struct audit_ctx *c, const struct audit_set *set)
{
	const struct flow_protection *p = &c->s->protection;
	bool counter = p->ealg == ESP_AES_GCM || p->alg == ESP_AES_GMAC;
	uint64_t here = (uint64_t)p->spi << 32 | p->seq, *was;
	uint64_t k = slice_hash(IV, slice_of(p->iv, p->iv_len));

	if (p->iv_len == 0 || p->icv == FLOW_ICV_BAD)
		return;
	if (counter && set != NULL) {
		k = slice_hash(k, slice_of(set->spi, sizeof(set->spi)));
		k = slice_hash(k, slice_of(&c->ue->addr, sizeof(c->ue->addr)));
	} else
		k = slice_hash(k ^ p->spi, slice_of(&c->s->where.dst,
		    sizeof(c->s->where.dst)));
	if ((was = table_put(c->a->nonces, &k, c->s->where.time_ns)) == NULL) {
		c->a->mem = true;
		return;
	}
	if (*was != 0 && *was != here)
		audit_find(c, R_SA_08, AUDIT_ERROR, "the IV of packet %u of "
		    "SPI 0x%08x was that of packet %u of SPI 0x%08x; expected "
		    "one that was not used with this key", (unsigned)p->seq,
		    (unsigned)p->spi, (unsigned)(*was & UINT32_MAX),
		    (unsigned)(*was >> 32));
	*was = here;
}

static void
sa_07_first(struct audit_ctx *c, struct audit_set *set, enum sa_role role)
{
	uint8_t bit = (uint8_t)(1U << role);

	if ((set->used & bit) == 0 && c->s->protection.seq > FIRST_SEQ)
		audit_find(c, R_SA_07, AUDIT_WARNING, "the first message on "
		    "SPI 0x%08x has sequence number %u; expected one near 1",
		    (unsigned)c->s->protection.spi,
		    (unsigned)c->s->protection.seq);
	set->used |= bit;
}

/* Told once for an SPI. */
static void
not_seen(struct audit_ctx *c)
{
	uint64_t k;

	if (!c->a->strict)
		return;
	k = slice_hash(~(uint64_t)c->s->protection.spi,
	    slice_of(&c->s->where.dst, sizeof(c->s->where.dst)));
	if (audit_seen(c->a, k))
		return;
	audit_find(c, R_SA_03, AUDIT_NOTE, "SPI 0x%08x: its agreement is not "
	    "in the input", (unsigned)c->s->protection.spi);
}

static void
in_esp(struct audit_ctx *c)
{
	enum sa_role role = SA_UC_PS;
	struct audit_set *set = audit_set_of(c, &role);

	sa_08(c, set);
	sa_10(c, set);
	if (set == NULL) {
		not_seen(c);
		return;
	}
	sa_03(c, set, role);
	sa_04(c, set, role);
	sa_07_first(c, set, role);
}

/* Does the message touch a port that an agreement protects?  The phone's first. */
static bool
protected_port(const struct audit_ctx *c, uint16_t *port)
{
	const struct flow_where *w = &c->s->where;
	uint16_t ue = c->leg == LEG_UP ? w->sport : w->dport;
	uint16_t pcscf = c->leg == LEG_UP ? w->dport : w->sport;
	bool found = false;

	for (size_t i = 0; i < c->ue->n_set; i++) {
		const struct audit_set *s = &c->ue->set[i];

		if (ue != 0 && (ue == s->port_uc || ue == s->port_us)) {
			*port = ue;
			return true;
		}
		if (pcscf != 0 && (pcscf == s->port_pc ||
		    pcscf == s->port_ps)) {
			*port = pcscf;
			found = true;
		}
	}
	return found;
}

/* RFC 3310 3.4: a failed challenge is answered outside the new SAs. */
static bool
has_response(const struct audit_ctx *c)
{
	return c->reg && c->m->request && c->nonce.n > 0 &&
	    c->response.n > 0 && c->auts.p == NULL;
}

static void
show_what(const struct audit_ctx *c, char out[SLICE_SHOW])
{
	if (c->m->request)
		(void)slice_show(c->m->method, out);
	else
		(void)slice_show(slice_of(c->m->version.p + c->m->version.n + 1,
		    3), out);
}

static void
in_clear(struct audit_ctx *c)
{
	char what[SLICE_SHOW];
	uint16_t port;

	/* The answer to a message that was reported needs no report. */
	if (!c->m->request && (c->txn->told_clear || c->m->status >= 300))
		return;
	show_what(c, what);
	if (protected_port(c, &port))
		audit_find(c, R_SA_01, AUDIT_ERROR, "%s in clear on the "
		    "protected port %u; expected it inside ESP", what, port);
	else if (c->leg == LEG_UP && c->ue->agreed && has_response(c))
		audit_find(c, R_SA_01, AUDIT_ERROR, "a REGISTER with a "
		    "response comes in clear; expected it inside ESP, as "
		    "agreed with the challenge");
	else if (!c->reg && !c->emergency && (c->m->request || c->ue->agreed))
		audit_find(c, R_SA_02, c->ue->registers ? AUDIT_ERROR :
		    AUDIT_NOTE, "%s in clear %s the phone; expected only "
		    "REGISTER, emergency and errors outside ESP", what,
		    c->leg == LEG_UP ? "from" : "to");
	else
		return;
	if (c->m->request)
		c->txn->told_clear = true;
}

/* A request in clear to what may be a phone that registered before. */
static void
to_stranger(struct audit_ctx *c)
{
	const struct flow_where *w = &c->s->where;
	struct pkt_addr addr;
	struct sip_uri uri;
	char what[SLICE_SHOW];

	if (!c->m->request || c->reg || c->emergency || c->s->protection.on ||
	    c->src != AUDIT_P_CSCF ||
	    c->dst != AUDIT_UNKNOWN ||
	    sip_uri(c->m->uri, &uri) < 0 ||
	    pkt_addr_parse(&addr, uri.host) < 0 || !pkt_addr_eq(&addr, &w->dst))
		return;
	show_what(c, what);
	audit_find(c, R_SA_02, AUDIT_NOTE, "%s in clear from the P-CSCF to "
	    "what looks like a phone; its registration was not seen", what);
}

void
audit_ipsec(struct audit_ctx *c)
{
	bool gm = c->leg == LEG_UP || c->leg == LEG_DOWN;

	if (c->s->protection.on)
		in_esp(c);
	else if (gm && c->s->where.src.family != 0)
		in_clear(c);
	else
		to_stranger(c);
	if (!gm || !c->m->request)
		return;
	if (c->leg == LEG_UP) {
		c->txn->gm_up = true;
		c->txn->gm_protected = c->s->protection.on;
		c->txn->gm_frame = c->s->where.frame;
	} else
		c->txn->gm_down = true;
}

void
audit_ipsec_closed(struct audit_ctx *c, const struct flow_esp *e)
{
	if (e->reason == ERR_REPLAY)
		audit_find(c, R_SA_07, AUDIT_ERROR, "SPI 0x%08x: sequence "
		    "number %u was used before or is left of the window",
		    (unsigned)e->spi, (unsigned)e->seq);
	else if (e->reason == ERR_AUTH)
		audit_find(c, R_SA_16, AUDIT_ERROR, "SPI 0x%08x, sequence "
		    "number %u: the integrity check value does not match",
		    (unsigned)e->spi, (unsigned)e->seq);
}
