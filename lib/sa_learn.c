/* sa_learn: signalling watched for what makes SAs (TS 33.203 7.2, 7.4). */
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "sa_int.h"

void
sa_call_key(struct sa_call_key *k, const struct pkt_addr *ue, struct slice id)
{
	memset(k, 0, sizeof(*k));
	k->ue = *ue;
	k->call_id = slice_hash((uint64_t)(uintptr_t)&sa_call_key, id);
}

int
sa_nonce(struct slice nonce, uint8_t rand[AKA_RAND], uint8_t autn[AKA_AUTN])
{
	/* Server data may follow (RFC 3310 3.2); only the start counts. */
	uint8_t o[AKA_RAND + AKA_AUTN + 1];
	int n;

	if (nonce.n == 0)
		return ERR_FORMAT;
	if (nonce.n >= 44)
		nonce.n = 44;
	if ((n = slice_base64(nonce, o, sizeof(o))) < 0)
		return n;
	if (n < AKA_RAND + AKA_AUTN)
		return ERR_MORE;
	memcpy(rand, o, AKA_RAND);
	memcpy(autn, o + AKA_RAND, AKA_AUTN);
	return 0;
}

struct slice
sa_impi(const struct sip_msg *m)
{
	struct slice scheme, params, name;
	struct sip_addr to;
	struct sip_uri uri;

	if (sip_auth(sip_value(m, SIP_H_AUTHORIZATION), &scheme, &params) ==
	    0 && sip_param(params, ',', "username", &name) && name.n > 0)
		return name;
	if (sip_addr(sip_value(m, SIP_H_TO), &to) == 0 &&
	    sip_uri(to.uri, &uri) == 0 && uri.user.n > 0 &&
	    uri.host.p > uri.user.p)
		return slice_of(uri.user.p,
		    (size_t)(uri.host.p + uri.host.n - uri.user.p));
	return slice_of(NULL, 0);
}

/* The pairs that both sides named, the one that the rule chooses first. */
static void
set_combos(struct sa_set *set, const struct sa_call *call,
    const struct sa_mech *server, size_t n_server)
{
	struct sa_mech client[SA_MECHS];
	int first;

	memset(client, 0, sizeof(client));
	for (size_t i = 0; i < call->n_offer; i++) {
		client[i].name = slice_str("ipsec-3gpp");
		client[i].alg = call->offer[i].alg;
		client[i].ealg = call->offer[i].ealg;
		client[i].mode = call->offer[i].mode;
	}
	first = sa_choose(client, call->n_offer, server, n_server);
	for (size_t i = 0; i <= n_server; i++) {
		const struct sa_mech *s;

		if (i == 0 && first < 0)
			continue;
		s = i == 0 ? &server[first] : &server[i - 1];
		if ((i > 0 && (int)i - 1 == first) || !sa_mech_ipsec(s) ||
		    s->alg < 0 || s->ealg < 0 || s->mode < 0 ||
		    set->n_combo == SA_COMBOS)
			continue;
		set->combo[set->n_combo++] = (struct sa_combo){
			(enum esp_alg)s->alg, (enum esp_ealg)s->ealg,
			(enum sa_mode)s->mode,
		};
	}
}

static void
set_ones(struct sa_set *set, const struct pkt_addr *ue,
    const struct sa_call *call, const struct sa_mech *s)
{
	const struct sa_offer *u = &call->offer[0];
	const struct sa_agreement a = {
		.ue = *ue, .pcscf = call->pcscf,
		.spi_uc = u->spi_c, .spi_us = u->spi_s,
		.spi_pc = s->spi_c, .spi_ps = s->spi_s,
		.port_uc = u->port_c, .port_us = u->port_s,
		.port_pc = s->port_c, .port_ps = s->port_s,
	};
	struct sa four[SA_ROLES];

	sa_set_four(&a, four);
	set->n_one = SA_ROLES;
	for (size_t i = 0; i < SA_ROLES; i++)
		sa_one_init(&set->one[i], &four[i]);
}

/* Was this 401 seen before (retransmitted, or another copy of it)? */
static bool
known(struct sa_db *db, const struct sa_set *like)
{
	struct sa_bucket *b = table_get(db->spis, &like->one[SA_UC_PS].spi);
	const struct sa_one *one;

	for (one = b != NULL ? b->first : NULL; one != NULL; one = one->next) {
		const struct sa_set *set = one->set;
		size_t same = 0;

		if (set->n_one != SA_ROLES || set->fixed ||
		    memcmp(set->rand, like->rand, AKA_RAND) != 0)
			continue;
		for (size_t j = 0; j < SA_ROLES; j++)
			same += set->one[j].spi == like->one[j].spi &&
			    pkt_addr_eq(&set->one[j].dst, &like->one[j].dst);
		if (same == SA_ROLES)
			return true;
	}
	return false;
}

static int
make_set(struct sa_db *db, const struct sa_set *like, const uint8_t *autn,
    uint64_t now_ns)
{
	struct sa_set *set;
	uint32_t number;
	int r;

	if ((set = sa_set_new(db, now_ns)) == NULL)
		return ERR_MEM;
	number = set->number;
	*set = *like;
	set->number = number;
	if ((r = sa_set_index(db, set, now_ns)) < 0)
		return r;
	if (autn != NULL)
		sa_set_check(db, set, autn);
	(void)sa_set_keys(db, set);
	if ((r = sa_set_combo(db, set, 0)) < 0)
		return r;
	sa_set_tell(db, set);
	return 0;
}

/* The set of what CALL offered and the P-CSCF answered with (M, by H). */
static int
learn_set(struct sa_db *db, const struct sip_msg *m, enum sip_h h,
    const struct pkt_addr *ue, const struct sa_call *call, struct slice nonce,
    const struct sa_seen *at)
{
	const unsigned need = SA_SPI_C | SA_SPI_S | SA_PORT_C | SA_PORT_S;
	struct sa_mech mech[SA_MECHS];
	size_t n = sa_mechs(m, h, mech), i = 0;
	uint8_t autn[AKA_AUTN];
	struct sa_set like;

	while (i < n && (!sa_mech_ipsec(&mech[i]) ||
	    (mech[i].has & need) != need))
		i++;
	if (call == NULL || call->n_offer == 0 || i == n)
		return 0;
	memset(&like, 0, sizeof(like));
	like.time_ns = at->time_ns;
	like.frame = at->frame;
	sa_set_impi(&like, slice_str(call->impi));
	like.has_rand = sa_nonce(nonce, like.rand, autn) == 0;
	set_combos(&like, call, mech, n);
	set_ones(&like, ue, call, &mech[i]);
	if (like.n_combo == 0) {
		if (db->news != NULL)
			db->news(SA_NEWS_NO_CHOICE, NULL, 0,
			    slice_str(like.impi), db->news_arg);
		return 0;
	}
	if (known(db, &like))
		return 0;
	return make_set(db, &like, like.has_rand ? autn : NULL, at->time_ns);
}

/*
 * A protected REGISTER whose challenge was not seen (TS 33.203 7.2, SM7).  One
 * that comes from another port than it offers re-registers: it is under an
 * older agreement, of which the phone's side is not told.
 */
static int
learn_verify(struct sa_db *db, const struct sip_msg *m,
    const struct sa_call *call, const struct sa_seen *at)
{
	struct slice scheme, params, nonce = { NULL, 0 };
	struct sa_mech mech[SA_MECHS];
	size_t n = sa_mechs(m, SIP_H_SECURITY_VERIFY, mech);

	if (table_get(db->spis, &at->spi) != NULL || call->n_offer == 0 ||
	    call->offer[0].port_c != at->sport)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!sa_mech_ipsec(&mech[i]) || mech[i].spi_s != at->spi)
			continue;
		if (sip_auth(sip_value(m, SIP_H_AUTHORIZATION), &scheme,
		    &params) == 0)
			(void)sip_param(params, ',', "nonce", &nonce);
		return learn_set(db, m, SIP_H_SECURITY_VERIFY, at->src, call,
		    nonce, at);
	}
	return 0;
}

static int
learn_register(struct sa_db *db, const struct sip_msg *m,
    const struct sa_seen *at)
{
	struct sa_mech mech[SA_MECHS];
	struct slice impi = sa_impi(m);
	struct sa_call_key k;
	struct sa_call *call;
	size_t n = sa_mechs(m, SIP_H_SECURITY_CLIENT, mech);

	/* Behind the P-CSCF there is more than the phone's own Via. */
	if (n == 0 || sip_count(m, SIP_H_VIA) != 1)
		return 0;
	sa_call_key(&k, at->src, sip_value(m, SIP_H_CALL_ID));
	if ((call = table_put(db->calls, &k, at->time_ns)) == NULL)
		return ERR_MEM;
	memset(call, 0, sizeof(*call));
	call->pcscf = *at->dst;
	if (impi.n < SA_IMPI_MAX && impi.n > 0)
		memcpy(call->impi, impi.p, impi.n);
	for (size_t i = 0; i < n; i++) {
		if (!sa_mech_ipsec(&mech[i]))
			continue;
		call->offer[call->n_offer++] = (struct sa_offer){
			.spi_c = mech[i].spi_c, .spi_s = mech[i].spi_s,
			.port_c = mech[i].port_c, .port_s = mech[i].port_s,
			.alg = (int8_t)mech[i].alg,
			.ealg = (int8_t)mech[i].ealg,
			.mode = (int8_t)mech[i].mode,
		};
	}
	return at->spi != 0 ? learn_verify(db, m, call, at) : 0;
}

/* ck and ik of a 401 on its way to the P-CSCF (TS 24.229 7.2A.1). */
static int
learn_keys(struct sa_db *db, struct slice params, struct slice nonce,
    uint64_t now_ns)
{
	uint8_t rand[AKA_RAND], autn[AKA_AUTN], ck[16], ik[16];
	struct slice c, i;

	if (!sip_param(params, ',', "ck", &c) ||
	    !sip_param(params, ',', "ik", &i) ||
	    slice_hex(c, ck, sizeof(ck)) != sizeof(ck) ||
	    slice_hex(i, ik, sizeof(ik)) != sizeof(ik) ||
	    sa_nonce(nonce, rand, autn) < 0)
		return 0;
	return sa_db_vector(db, rand, ck, ik, now_ns);
}

int
sa_learn(struct sa_db *db, const struct sip_msg *m,
    const struct sa_seen *at)
{
	struct slice scheme, params = { NULL, 0 }, nonce = { NULL, 0 };
	struct sa_call_key k;
	int r;

	if (m->request)
		return slice_is(m->method, "REGISTER") ?
		    learn_register(db, m, at) : 0;
	if (m->status != 401)
		return 0;
	if (sip_auth(sip_value(m, SIP_H_WWW_AUTHENTICATE), &scheme, &params) ==
	    0 && sip_param(params, ',', "nonce", &nonce) &&
	    (r = learn_keys(db, params, nonce, at->time_ns)) < 0)
		return r;
	if (sip_get(m, SIP_H_SECURITY_SERVER) == NULL)
		return 0;
	sa_call_key(&k, at->dst, sip_value(m, SIP_H_CALL_ID));
	return learn_set(db, m, SIP_H_SECURITY_SERVER, at->dst,
	    table_get(db->calls, &k), nonce, at);
}
