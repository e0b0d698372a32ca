/* reg_ue_auth: REGISTER, its challenges and its 200 (TS 24.229 5.1.1). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "reg_ue_int.h"

#define BAD_MAX		2	/* consecutive (TS 24.229 5.1.1.5.3) */
#define RESTARTS	1

static const char icsi[] =
    "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\"";

/* The response parameter; false: there is none to be had. */
static bool
digest(struct reg_ue *u, const char *uri, bool empty, const char *nc,
    const char *cnonce, char out[AKA_RESPONSE + 1])
{
	struct aka_digest d = { .scheme = u->scheme,
	    .username = slice_str(u->c.who.impi),
	    .realm = slice_str(u->realm), .nonce = slice_str(u->nonce),
	    .uri = slice_str(uri), .method = slice_str("REGISTER"),
	    .qop = slice_str(u->qop), .nc = slice_str(nc),
	    .cnonce = slice_str(cnonce) };
	struct buf password;
	int n = 0;

	buf_init(&password, 256);
	/* After a synchronisation failure it is empty (RFC 3310 3.4). */
	if (!empty)
		n = aka_password(&u->scheme, slice_of(u->result.res,
		    u->result.res_len), slice_of(u->result.ck,
		    u->c.who.key.ck_len), slice_of(u->result.ik,
		    u->c.who.key.ik_len), &password);
	if (n >= 0)
		n = aka_response(&d, buf_slice(&password), out);
	buf_wipe(&password);
	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static void
put_challenged(struct reg_ue *u, const char *uri, enum ue_auth how)
{
	char response[AKA_RESPONSE + 1] = "", nc[9], cnonce[9];
	struct buf *b = &u->node.out;

	buf_printf(b, ",nonce=\"%s\",uri=\"%s\",algorithm=%s", u->nonce, uri,
	    u->algorithm);
	if (u->opaque[0] != '\0')
		buf_printf(b, ",opaque=\"%s\"", u->opaque);
	if (how == AUTH_MAC) {
		buf_str(b, ",response=\"\"");
		return;
	}
	(void)snprintf(nc, sizeof(nc), "%08x", (unsigned)++u->nc);
	(void)snprintf(cnonce, sizeof(cnonce), "%08x",
	    (unsigned)reg_node_u32(&u->node, REG_DRAW_CNONCE));
	(void)digest(u, uri, how == AUTH_AUTS, nc, cnonce, response);
	if (u->qop[0] != '\0')
		buf_printf(b, ",qop=%s,nc=%s,cnonce=\"%s\"", u->qop, nc,
		    cnonce);
	buf_printf(b, ",response=\"%s\"", response);
	if (how != AUTH_AUTS)
		return;
	buf_str(b, ",auts=\"");
	buf_base64(b, slice_of(u->auts, u->auts_len));
	buf_u8(b, '"');
}

static void
put_authorization(struct reg_ue *u, const char *uri, enum ue_auth how)
{
	struct buf *b = &u->node.out;

	buf_printf(b, "Authorization: Digest username=\"%s\",realm=\"%s\"",
	    u->c.who.impi, u->challenged ? u->realm : u->c.who.domain);
	if (how == AUTH_NONE)
		buf_printf(b, ",uri=\"%s\",nonce=\"\",response=\"\"", uri);
	else
		put_challenged(u, uri, how);
	buf_str(b, "\r\n");
}

static void
put_contact(struct reg_ue *u)
{
	struct buf *b = &u->node.out;

	buf_str(b, "Contact: <");
	reg_ue_contact_uri(u, b);
	buf_printf(b, ">;+sip.instance=\"<%s>\";%s;expires=%u\r\n",
	    u->c.instance, icsi, u->leaving ? 0 : (unsigned)u->c.expires);
}

void
reg_ue_send_register(struct reg_ue *u, enum ue_auth how)
{
	int with = how == AUTH_ANSWER && u->set[SET_NEW].on ? SET_NEW :
	    reg_ue_with(u);
	char uri[REG_NAME + 8], branch[REG_ID];
	struct buf *b = &u->node.out;

	(void)snprintf(uri, sizeof(uri), "sip:%s", u->c.who.domain);
	reg_ue_begin(u, "REGISTER", uri, with, branch);
	buf_printf(b, "From: <%s>;tag=%s\r\nTo: <%s>\r\nCall-ID: %s\r\n"
	    "CSeq: %u REGISTER\r\n", u->c.who.register_as, u->tag,
	    u->c.who.register_as, u->call_id, (unsigned)++u->cseq);
	put_contact(u);
	put_authorization(u, uri, how);
	reg_ue_put_client(u, b);
	reg_ue_secure(u, with, true);
	buf_str(b, "Supported: path, gruu\r\n");
	reg_put_end(b, NULL, slice_of(NULL, 0));
	u->state = how == AUTH_ANSWER ? REG_ANSWERED : REG_ASKED;
	reg_ue_commit(u, UE_REGISTER, with, branch, u->cseq, NULL);
}

static void
new_call(struct reg_ue *u)
{
	char id[REG_ID], addr[PKT_ADDR_TEXT];

	reg_node_id(&u->node, id);
	(void)snprintf(u->call_id, sizeof(u->call_id), "%.20s@%s%s%s", id,
	    u->c.addr.family == 6 ? "[" : "",
	    pkt_addr_text(&u->c.addr, addr),
	    u->c.addr.family == 6 ? "]" : "");
	reg_node_id(&u->node, u->tag);
	u->cseq = 0;
	u->bad = 0;
	u->challenged = false;
	u->addr = u->c.addr;
}

static void
ask(struct reg_ue *u)
{
	u->leaving = false;
	u->restarts = 0;
	if (u->state == REG_IDLE)
		new_call(u);
	reg_ue_offer(u);
	reg_ue_send_register(u, u->state == REG_REGISTERED && u->challenged ?
	    AUTH_AGAIN : AUTH_NONE);
}

int
reg_ue_register(struct reg_ue *u, uint64_t now_ns)
{
	if (now_ns > u->node.now_ns)
		u->node.now_ns = now_ns;
	if (u->state == REG_ASKED || u->state == REG_ANSWERED)
		return ERR_SYNC;
	ask(u);
	return reg_node_result(&u->node);
}

int
reg_ue_deregister(struct reg_ue *u, uint64_t now_ns)
{
	if (now_ns > u->node.now_ns)
		u->node.now_ns = now_ns;
	if (u->state != REG_REGISTERED)
		return ERR_SYNC;
	u->leaving = true;
	u->restarts = 0;
	reg_ue_offer(u);
	reg_ue_send_register(u, u->challenged ? AUTH_AGAIN : AUTH_NONE);
	return reg_node_result(&u->node);
}

void
reg_ue_gone(struct reg_ue *u)
{
	for (int i = 0; i < SETS; i++)
		reg_ue_drop_set(u, i);
	for (size_t i = 0; i < UE_AGAINS; i++)
		reg_ue_done(&u->again[i]);
	u->state = REG_IDLE;
	u->registered = false;
	u->subscribed = false;
	u->call.state = CALL_NONE;
	u->port_us = 0;
}

void
reg_ue_give_up(struct reg_ue *u, bool lost, const char *fmt, ...)
{
	bool anew = lost && u->registered && !u->leaving;
	char why[256];
	va_list ap;

	reg_ue_drop_set(u, SET_NEW);
	if (u->registered && !lost)
		u->state = REG_REGISTERED;
	else
		reg_ue_gone(u);
	u->refresh_ns = u->node.now_ns + REG_RETRY;
	u->leaving = false;
	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	reg_ue_fail(u, "%s", why);
	if (anew)
		ask(u);
}

/* qop: auth before auth-int, none if none is offered. */
static bool
choose_qop(struct reg_ue *u, struct slice offered)
{
	bool any = slice_trim(offered).n > 0;
	struct slice one;

	u->qop[0] = '\0';
	while (offered.n > 0) {
		one = slice_trim(slice_cut(&offered, ','));
		if (slice_caseis(one, "auth"))
			(void)reg_copy(u->qop, sizeof(u->qop), one);
		else if (slice_caseis(one, "auth-int") && u->qop[0] == '\0')
			(void)reg_copy(u->qop, sizeof(u->qop), one);
	}
	return !any || u->qop[0] != '\0';
}

/* What is in quotes goes into quotes again. */
static bool
quotable(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] == '"' || s.p[i] == '\\' ||
		    s.p[i] == 0x7f)
			return false;
	return true;
}

/* NULL, or what is wrong with the challenge. */
static const char *
read_challenge(struct reg_ue *u, const struct sip_msg *m)
{
	struct slice scheme, p, alg, nonce, realm, qop, opaque;

	if (sip_auth(sip_value(m, SIP_H_WWW_AUTHENTICATE), &scheme, &p) < 0 ||
	    !slice_caseis(scheme, "Digest"))
		return "the 401 has no Digest challenge";
	(void)sip_param(p, ',', "nonce", &nonce);
	(void)sip_param(p, ',', "realm", &realm);
	(void)sip_param(p, ',', "opaque", &opaque);
	(void)sip_param(p, ',', "qop", &qop);
	if (!sip_param(p, ',', "algorithm", &alg))
		alg = slice_str("AKAv1-MD5");
	if (aka_scheme_parse(alg, &u->scheme) < 0 ||
	    u->scheme.version == AKA_V0)
		return "the algorithm of the challenge is not AKA";
	if (!reg_copy(u->nonce, sizeof(u->nonce), nonce) ||
	    !reg_copy(u->realm, sizeof(u->realm), realm) ||
	    !reg_copy(u->opaque, sizeof(u->opaque), opaque) ||
	    !reg_copy(u->algorithm, sizeof(u->algorithm), alg) ||
	    !quotable(nonce) || !quotable(realm) || !quotable(opaque))
		return "the challenge is too long or malformed";
	if (!choose_qop(u, qop))
		return "the challenge wants another qop than auth, auth-int";
	u->nc = 0;
	u->challenged = true;
	return NULL;
}

/* What the card says: 0, ERR_AUTH, ERR_SYNC with AUTS, another error. */
static int
ask_card(struct reg_ue *u)
{
	size_t mac = u->c.who.key.mac_len;
	uint8_t rand[AKA_RAND], autn[AKA_AUTN_MAX], sqn[AKA_SQN];
	int r = aka_nonce(slice_str(u->nonce), mac, rand, autn);

	if (r < 0)
		return ERR_FORMAT;
	r = aka_autn_check(u->aka, rand, slice_of(autn, AKA_AUTN - 8 + mac),
	    sqn, &u->result);
	if (r < 0)
		return r;
	if (aka_card_accept(u->card, aka_sqn_get(sqn)) == 0)
		return 0;
	aka_sqn_put(sqn, u->card->sqn_ms);
	if ((r = aka_auts_write(u->aka, rand, sqn, u->auts)) < 0)
		return r;
	u->auts_len = (size_t)r;
	return ERR_SYNC;
}

/* A challenge that the card refuses: told to the network, twice at most. */
static void
refuse(struct reg_ue *u, int why)
{
	if (++u->bad >= BAD_MAX) {
		reg_ue_give_up(u, false, "two bad challenges one after "
		    "another");
		return;
	}
	reg_ue_offer(u);
	reg_ue_send_register(u, why == ERR_SYNC ? AUTH_AUTS : AUTH_MAC);
}

/* TS 24.229 5.1.1.5.1: without Security-Server once more from the start. */
static void
no_server(struct reg_ue *u)
{
	if (u->restarts++ >= RESTARTS || u->registered) {
		reg_ue_give_up(u, false, "the 401 has no Security-Server");
		return;
	}
	new_call(u);
	reg_ue_offer(u);
	reg_ue_send_register(u, AUTH_NONE);
}

/* Behind a NAT the 401 says which address the network sees (M.7.2). */
static void
learn_address(struct reg_ue *u, const struct sip_msg *m)
{
	struct sip_iter it = { 0 };
	struct slice v, received;
	struct pkt_addr a;
	struct sip_via via;

	if (!u->set[SET_CUR].on && u->c.mode == SA_UDP_ENC_TUN &&
	    sip_each(m, SIP_H_VIA, &it, &v) && sip_via(v, &via) == 0 &&
	    sip_param(via.params, ';', "received", &received) &&
	    pkt_addr_parse(&a, received) == 0 &&
	    a.family == u->c.addr.family)
		u->addr = a;
}

static void
challenged(struct reg_ue *u, const struct sip_msg *m, bool again)
{
	const char *wrong = again ? "challenged again instead of answered" :
	    read_challenge(u, m);
	int r;

	if (wrong != NULL) {
		reg_ue_give_up(u, false, "%s", wrong);
		return;
	}
	if (u->c.n_offer > 0 && sip_get(m, SIP_H_SECURITY_SERVER) == NULL) {
		no_server(u);
		return;
	}
	if (u->c.mute)
		return;
	r = ask_card(u);
	if (r == ERR_AUTH || r == ERR_SYNC) {
		refuse(u, r);
		return;
	}
	if (r == 0) {
		u->bad = 0;
		learn_address(u, m);
		r = u->c.n_offer > 0 ? reg_ue_make_set(u, m) : 0;
		wrong = "nothing in Security-Server can be accepted";
	} else
		wrong = "the nonce has no RAND and AUTN";
	if (r < 0) {
		reg_ue_give_up(u, false, "%s", wrong);
		return;
	}
	reg_ue_send_register(u, AUTH_ANSWER);
}

/* The default public identity: the first of P-Associated-URI. */
static void
accepted(struct reg_ue *u, const struct sip_msg *m)
{
	uint32_t expires = u->c.expires;

	if (u->leaving) {
		reg_ue_gone(u);
		reg_node_news(&u->node, REG_NEWS_DEREGISTERED,
		    u->c.who.impi, "");
		return;
	}
	(void)reg_expires(m, &expires);
	if (expires > u->c.expires)
		expires = u->c.expires;
	if (!reg_join(m, SIP_H_SERVICE_ROUTE, u->service_route,
	    sizeof(u->service_route)) || !reg_copy(u->impu, sizeof(u->impu),
	    reg_uri(m, SIP_H_P_ASSOCIATED_URI)))
		u->impu[0] = '\0';
	reg_ue_promote(u, expires + REG_MARGIN);
	u->refresh_ns = u->node.now_ns + (expires > 1200 ? expires - 600 :
	    expires / 2) * REG_SECOND;
	u->state = REG_REGISTERED;
	u->registered = true;
	reg_node_news(&u->node, REG_NEWS_REGISTERED, u->c.who.impi, "");
}

/* 423 (RFC 3261 10.2.8): for longer, if that is what it takes. */
static bool
longer(struct reg_ue *u, const struct sip_msg *m)
{
	const struct sip_header *h = sip_get_named(m, "Min-Expires");
	uint64_t least;

	if (m->status != 423 || h == NULL || u->leaving ||
	    slice_decimal(h->value, UINT32_MAX, &least) < 0 ||
	    least <= u->c.expires || u->registered)
		return false;
	u->c.expires = (uint32_t)least;
	reg_ue_drop_set(u, SET_NEW);
	reg_ue_offer(u);
	reg_ue_send_register(u, AUTH_NONE);
	return true;
}

/* Of a registration that is no more, or SAs that differ (TS 24.229 5.1.1.4.1). */
static bool
forgotten(unsigned status)
{
	return status == 408 || status == 494 || status == 500 ||
	    status == 504;
}

void
reg_ue_registered(struct reg_ue *u, const struct sip_msg *m, int came,
    uint32_t set)
{
	bool again = u->state == REG_ANSWERED;
	char reason[SLICE_SHOW];

	(void)set;
	if (m->status == 401) {
		challenged(u, m, again);
		return;
	}
	/* What is registered without proof or SA is not (TS 33.203 5.1.2). */
	if (m->status < 300 && (again || u->registered) &&
	    (came != CLEAR || u->c.n_offer == 0)) {
		accepted(u, m);
		return;
	}
	if (longer(u, m))
		return;
	if (m->status < 300)
		reg_ue_give_up(u, false, "%u without a challenge", m->status);
	else
		reg_ue_give_up(u, forgotten(m->status), "%u %s", m->status,
		    slice_show(m->reason, reason));
}
