/* audit_who: who a phone may say that it is (TS 33.203 7.1, RFC 3325). */
#include "audit_int.h"

/*
 * One number for the forms of an identity: a number counts by itself, so that
 * tel and sip forms of it are one.
 */
uint64_t
audit_identity(struct slice uri)
{
	struct slice user;
	struct sip_uri u;
	uint64_t h;

	if (sip_uri(uri, &u) < 0 || u.user.n == 0)
		return 0;
	user = slice_sub(u.user, 0, slice_chr(u.user, ';'));
	h = slice_hash(2, user);
	if (user.n > 0 && user.p[0] != '+' && !slice_caseis(u.scheme, "tel"))
		for (size_t i = 0; i < u.host.n; i++)
			h = slice_hash(h, slice_of((uint8_t[]){ (uint8_t)
			    (u.host.p[i] | 0x20) }, 1));
	return h | 1;
}

static void
add(struct audit_ue *ue, uint64_t id)
{
	for (size_t i = 0; i < ue->n_id; i++)
		if (ue->id[i] == id)
			return;
	if (id != 0 && ue->n_id < AUDIT_IDS)
		ue->id[ue->n_id++] = id;
	else if (id != 0)
		ue->ids_whole = false;
}

/* The identities of a 200 to REGISTER are all that the phone has. */
static void
learn(struct audit_ctx *c)
{
	struct sip_iter it = { 0 };
	struct sip_addr addr;
	struct slice value;

	if (c->leg != LEG_DOWN || !c->reg || c->m->status != 200 ||
	    sip_get(c->m, SIP_H_P_ASSOCIATED_URI) == NULL)
		return;
	if (c->ue->n_id == 0)
		c->ue->ids_whole = true;
	add(c->ue, audit_identity(audit_impu(c)));
	while (sip_each(c->m, SIP_H_P_ASSOCIATED_URI, &it, &value))
		if (sip_addr(value, &addr) == 0)
			add(c->ue, audit_identity(addr.uri));
}

bool
audit_who_owns(const struct audit_ue *ue, struct slice uri)
{
	uint64_t id = audit_identity(uri);

	if (!ue->ids_whole || id == 0)
		return true;
	for (size_t i = 0; i < ue->n_id; i++)
		if (ue->id[i] == id)
			return true;
	return false;
}

static bool
anonymous(struct slice uri)
{
	return slice_find(uri, slice_str("anonymous")) < uri.n ||
	    slice_find(uri, slice_str("Anonymous")) < uri.n ||
	    slice_find(uri, slice_str("unavailable")) < uri.n;
}

/* In a dialog the phone is who it was called as. */
static bool
in_dialog(const struct audit_ctx *c)
{
	struct sip_addr to;
	struct slice tag;

	return sip_addr(sip_value(c->m, SIP_H_TO), &to) == 0 &&
	    sip_param(to.params, ';', "tag", &tag);
}

static void
from_phone(struct audit_ctx *c)
{
	struct sip_iter it = { 0 };
	struct sip_addr addr;
	struct slice value;
	char shown[SLICE_SHOW];
	bool preferred = false;

	while (sip_each(c->m, SIP_H_P_PREFERRED_IDENTITY, &it, &value)) {
		if (sip_addr(value, &addr) < 0)
			continue;
		preferred = true;
		if (!audit_who_owns(c->ue, addr.uri))
			audit_find(c, R_SA_15, AUDIT_WARNING, "the phone "
			    "prefers to be %s; expected one of its registered "
			    "identities", slice_show(addr.uri, shown));
	}
	if (preferred || in_dialog(c) ||
	    sip_addr(sip_value(c->m, SIP_H_FROM), &addr) < 0 ||
	    anonymous(addr.uri) || audit_who_owns(c->ue, addr.uri))
		return;
	audit_find(c, R_SA_15, AUDIT_NOTE, "From is %s, which this phone did "
	    "not register; the P-CSCF has to assert who it is",
	    slice_show(addr.uri, shown));
}

/* Behind the P-CSCF: what it asserted of the phone. */
static void
asserted(struct audit_ctx *c)
{
	struct sip_iter it = { 0 };
	const struct audit_ue *ue;
	struct sip_addr addr;
	struct slice value;
	char shown[SLICE_SHOW];

	if (c->vias != 2 || !c->txn->gm_up || c->txn->told_who ||
	    (ue = table_get(c->a->ues, &c->txn->ue)) == NULL)
		return;
	while (sip_each(c->m, SIP_H_P_ASSERTED_IDENTITY, &it, &value)) {
		if (sip_addr(value, &addr) < 0 ||
		    audit_who_owns(ue, addr.uri))
			continue;
		c->txn->told_who = true;
		if (c->txn->pai != 0 && c->txn->pai == audit_identity(addr.uri))
			audit_find(c, R_PRIV_01, AUDIT_ERROR, "%s, which the "
			    "phone asserted of itself in frame %llu, is "
			    "passed on; expected the P-CSCF to remove it",
			    slice_show(addr.uri, shown),
			    (unsigned long long)c->txn->gm_frame);
		else
			audit_find(c, R_SA_15, AUDIT_ERROR, "%s is asserted of "
			    "a phone that did not register it",
			    slice_show(addr.uri, shown));
		return;
	}
}

static void
other_user(struct audit_ctx *c)
{
	enum sa_role role;
	const struct audit_set *set = audit_set_of(c, &role);
	char shown[SLICE_SHOW];

	if (set == NULL || set->impi == 0 || c->username.n == 0 ||
	    set->impi == slice_hash(3, c->username))
		return;
	audit_find(c, R_SA_15, AUDIT_ERROR, "REGISTER of %s under the "
	    "association of another user", slice_show(c->username, shown));
}

static void
res_01(struct audit_ctx *c)
{
	const struct audit_ue *from, *to;

	if (c->s->where.src.family == 0 || c->leg != LEG_UNKNOWN ||
	    (from = table_get(c->a->ues, &c->s->where.src)) == NULL ||
	    (to = table_get(c->a->ues, &c->s->where.dst)) == NULL ||
	    !from->registered || !to->registered || !c->m->request)
		return;
	audit_find(c, R_RES_01, AUDIT_WARNING, "a request from one registered "
	    "phone straight to another; expected it through the P-CSCF");
}

static void
res_02(struct audit_ctx *c)
{
	if (c->vias != 2 || !c->txn->gm_up || c->txn->told_who ||
	    !slice_is(c->m->method, "MESSAGE") || in_dialog(c) ||
	    sip_get(c->m, SIP_H_P_ASSERTED_IDENTITY) != NULL)
		return;
	c->txn->told_who = true;
	audit_find(c, R_RES_02, AUDIT_WARNING, "MESSAGE without "
	    "P-Asserted-Identity behind the P-CSCF");
}

void
audit_who(struct audit_ctx *c)
{
	struct sip_addr addr;

	learn(c);
	if (!c->m->request)
		return;
	if (c->leg == LEG_UP) {
		if (c->txn->ue.family == 0)
			c->txn->ue = c->s->where.src;
		if (c->s->protection.on && c->reg)
			other_user(c);
		if (c->reg)
			return;
		if (sip_addr(sip_value(c->m, SIP_H_P_ASSERTED_IDENTITY),
		    &addr) == 0)
			c->txn->pai = audit_identity(addr.uri);
		if (!c->emergency)
			from_phone(c);
	} else if (c->leg == LEG_CORE && !c->reg && !c->emergency) {
		asserted(c);
		res_02(c);
	}
	res_01(c);
}
