/* register_cases: what can go wrong: the table, and how it is done. */
#include <string.h>

#include "register_tool.h"

#define SL(s)	(int)(s).n, (const char *)(s).p
#define MAX	2048

/* The first FROM in the header field H becomes TO. */
static void
swap(struct reg_edit *e, const struct sip_msg *m, enum sip_h h,
    const char *from, const char *to)
{
	const struct sip_header *one = sip_get(m, h);
	size_t at;

	if (one == NULL)
		return;
	at = slice_find(one->value, slice_str(from));
	if (at < one->value.n)
		reg_edit_value(e, one, "%.*s%s%.*s", (int)at,
		    (const char *)one->value.p, to,
		    SL(slice_from(one->value, at + strlen(from))));
}

/* The value of parameter NAME, all of them, in H becomes TO. */
static void
param(struct reg_edit *e, const struct sip_msg *m, enum sip_h h,
    const char *name, const char *to)
{
	const struct sip_header *one = sip_get(m, h);
	size_t n = strlen(name), used = 0, end;
	struct slice rest;
	char text[MAX];

	if (one == NULL)
		return;
	for (rest = one->value; rest.n > 0 && used + 64 < MAX;) {
		if (!slice_starts(rest, name)) {
			text[used++] = (char)rest.p[0];
			rest = slice_from(rest, 1);
			continue;
		}
		used += (size_t)snprintf(text + used, MAX - used, "%s%s",
		    name, to);
		rest = slice_from(rest, n);
		for (end = 0; end < rest.n && rest.p[end] != ';' &&
		    rest.p[end] != ',' && rest.p[end] != '"'; end++)
			;
		rest = slice_from(rest, end);
	}
	text[used] = '\0';
	reg_edit_value(e, one, "%s", text);
}

static struct slice
auth_param(const struct sip_msg *m, enum sip_h h, const char *name)
{
	struct slice scheme, params, v = { NULL, 0 };

	if (sip_auth(sip_value(m, h), &scheme, &params) == 0)
		(void)sip_param(params, ',', name, &v);
	return v;
}

/* Another digit in the place of the one at AT of V in H. */
static void
spoil_digit(struct reg_edit *e, const struct sip_msg *m, enum sip_h h,
    struct slice v, size_t at)
{
	const struct sip_header *one = sip_get(m, h);
	size_t off;

	if (one == NULL || v.n <= at)
		return;
	off = (size_t)(v.p - one->value.p) + at;
	reg_edit_value(e, one, "%.*s%c%.*s", (int)off,
	    (const char *)one->value.p, v.p[at] == '1' ? '2' : '1',
	    SL(slice_from(one->value, off + 1)));
}

/* Octet 28 of the nonce is in the MAC of AUTN. */
static bool
bad_mac(struct reg_edit *e, struct flow_sip *m)
{
	spoil_digit(e, m->msg, SIP_H_WWW_AUTHENTICATE, auth_param(m->msg,
	    SIP_H_WWW_AUTHENTICATE, "nonce"), 38);
	return true;
}

static bool
bad_response(struct reg_edit *e, struct flow_sip *m)
{
	spoil_digit(e, m->msg, SIP_H_AUTHORIZATION, auth_param(m->msg,
	    SIP_H_AUTHORIZATION, "response"), 0);
	return true;
}

static bool
lost(struct reg_edit *e, struct flow_sip *m)
{
	(void)e;
	(void)m;
	return false;
}

static bool
short_nonce(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_WWW_AUTHENTICATE, "nonce=\"", "AAAA");
	return true;
}

static bool
plain_md5(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_WWW_AUTHENTICATE, "AKAv1-MD5", "MD5");
	return true;
}

/* The first challenge once more. */
static bool
old_nonce(struct reg_edit *e, struct flow_sip *m)
{
	reg_edit_value(e, sip_get(m->msg, SIP_H_WWW_AUTHENTICATE), "%.*s",
	    SL(case_first_challenge()));
	return true;
}

static bool
keep_keys(struct reg_edit *e, struct flow_sip *m)
{
	reg_edit_value(e, sip_get(m->msg, SIP_H_WWW_AUTHENTICATE), "%.*s",
	    SL(case_last_challenge()));
	return true;
}

static bool
says_protected(struct reg_edit *e, struct flow_sip *m)
{
	const struct sip_header *h = sip_get(m->msg, SIP_H_AUTHORIZATION);

	reg_edit_value(e, h, "%.*s,integrity-protected=\"yes\"",
	    SL(h->value));
	return true;
}

static bool
not_marked(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_AUTHORIZATION, ",integrity-protected=\"no\"",
	    "");
	return true;
}

static bool
falsely_marked(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_AUTHORIZATION, "integrity-protected=\"no\"",
	    "integrity-protected=\"yes\"");
	return true;
}

static bool
no_agreement(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_drop(e, "Security-Client");
	reg_edit_drop(e, "Require");
	reg_edit_drop(e, "Proxy-Require");
	return true;
}

static bool
no_server(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_drop(e, "Security-Server");
	return true;
}

static bool
server_without_spi(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_SECURITY_SERVER, ";spi-c=", "none");
	return true;
}

static bool
verify_changed(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_SECURITY_VERIFY, ";spi-c=", "4242424242");
	return true;
}

static bool
client_changed(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_SECURITY_CLIENT, ";spi-c=", "4242424242");
	return true;
}

/* Only the weakest, which is last, is left of both lists. */
static bool
bid_down(struct reg_edit *e, struct flow_sip *m)
{
	bool up = m->msg->request;
	enum sip_h h = up ? SIP_H_SECURITY_CLIENT : SIP_H_SECURITY_SERVER;
	const struct sip_header *one = sip_get(m->msg, h);
	struct sip_iter it = { 0 };
	struct slice v, last = { NULL, 0 };

	if (one == NULL || (up && sip_get(m->msg, SIP_H_SECURITY_VERIFY) !=
	    NULL))
		return true;
	while (sip_each(m->msg, h, &it, &v))
		last = v;
	reg_edit_value(e, one, "%.*s", SL(last));
	return true;
}

static bool
gmac_encrypted(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_SECURITY_CLIENT, "alg=aes-gmac;ealg=null",
	    "alg=aes-gmac;ealg=aes-cbc");
	return true;
}

/* Those of the phone, which has the same keys (TS 33.203 7.1). */
static bool
equal_spi(struct reg_edit *e, struct flow_sip *m)
{
	char spi[16];

	(void)snprintf(spi, sizeof(spi), "%010u", (unsigned)case_last_spi());
	param(e, m->msg, SIP_H_SECURITY_SERVER, ";spi-c=", spi);
	return true;
}

static bool
reserved_spi(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_SECURITY_SERVER, ";spi-c=", "0000000100");
	return true;
}

static bool
clear_port(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_SECURITY_SERVER, ";port-s=", "5060");
	return true;
}

static bool
in_clear(struct reg_edit *e, struct flow_sip *m)
{
	(void)e;
	m->where.sport = opt.port[NODE_UE];
	m->where.dport = opt.port[NODE_P];
	return true;
}

static bool
wrong_port(struct reg_edit *e, struct flow_sip *m)
{
	(void)e;
	m->where.sport = case_last_up()->dport;
	m->where.dport = case_last_up()->sport;
	return true;
}

static bool
contact_changed(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_CONTACT, ">;", ";alias=10.9.9.9~5060~1>;");
	return true;
}

static bool
with_impi(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_add(e, "Authorization: Digest username=\"%s\",realm=\"%s\","
	    "nonce=\"\",uri=\"sip:%s\",response=\"\"", subs_get(0)->impi,
	    subs_get(0)->domain, subs_get(0)->domain);
	return true;
}

static bool
challenge_call(struct reg_edit *e, struct flow_sip *m)
{
	struct slice none = { NULL, 0 };

	(void)m;
	reg_edit_status(e, 407);
	reg_edit_drop(e, "Require");
	reg_edit_drop(e, "RSeq");
	reg_edit_drop(e, "Contact");
	reg_edit_drop(e, "Content-Type");
	reg_edit_body(e, none);
	reg_edit_add(e, "Proxy-Authenticate: Digest realm=\"%s\",nonce=\""
	    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=\","
	    "algorithm=AKAv1-MD5", subs_get(0)->domain);
	return true;
}

static bool
cell_in_clear(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_add(e, "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;"
	    "utran-cell-id-3gpp=00101000100000101");
	return true;
}

/* The phone says who it is, and the P-CSCF believes it. */
static bool
forged(struct reg_edit *e, struct flow_sip *m)
{
	enum node from = net_who(&m->where.src);

	if (!m->msg->request || (from != NODE_UE && from != NODE_P) ||
	    net_who(&m->where.dst) == NODE_UE)
		return true;
	reg_edit_drop(e, "P-Asserted-Identity");
	reg_edit_add(e, "P-Asserted-Identity: <sip:+15550000000@%s>",
	    subs_get(0)->domain);
	return true;
}

static bool
preferred_kept(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_add(e, "P-Preferred-Identity: <sip:+15551234567@%s>",
	    subs_get(0)->domain);
	return true;
}

static bool
charging_shown(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_add(e, "P-Charging-Vector: icid-value=\"1\";"
	    "icid-generated-at=pcscf1.%s", subs_get(0)->domain);
	return true;
}

static bool
agreement_kept(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_add(e, "Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;"
	    "spi-c=0000004096;spi-s=0000004097;port-c=40001;port-s=40002");
	return true;
}

static bool
other_contact(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_CONTACT, "sip:", "sip:other@");
	return true;
}

static void
behind(struct reg_ue_config *ue, struct reg_pcscf_config *p,
    struct reg_scscf_config *s)
{
	(void)p;
	(void)s;
	ue->who.sqn += 1000ULL << ue->who.ind_len;
	if (ue->who.sqn > AKA_SQN_MAX)
		ue->who.sqn = AKA_SQN_MAX;
}

static void
mute(struct reg_ue_config *ue, struct reg_pcscf_config *p,
    struct reg_scscf_config *s)
{
	(void)p;
	(void)s;
	ue->mute = true;
}

static void
too_brief(struct reg_ue_config *ue, struct reg_pcscf_config *p,
    struct reg_scscf_config *s)
{
	(void)p;
	ue->expires = 60;
	s->min_expires = 3600;
}

static void
other_impu(struct reg_ue_config *ue, struct reg_pcscf_config *p,
    struct reg_scscf_config *s)
{
	(void)p;
	(void)s;
	(void)snprintf(ue->who.register_as, sizeof(ue->who.register_as),
	    "sip:+15550000000@%.128s", ue->who.domain);
}

static void
media_key(struct reg_ue_config *ue, struct reg_pcscf_config *p,
    struct reg_scscf_config *s)
{
	(void)p;
	(void)s;
	ue->srtp = true;
}

#define REFUSE(n) \
static void \
refuse_##n(struct reg_ue_config *ue, struct reg_pcscf_config *p, \
    struct reg_scscf_config *s) \
{ \
	(void)ue; \
	(void)p; \
	s->refuse = n; \
}

REFUSE(403)
REFUSE(420)
REFUSE(439)
REFUSE(500)

#define GM_UP	NODE_UE, NODE_P
#define GM_DOWN	NODE_P, NODE_UE
#define UP	NODE_P, NODE_I
#define S_DOWN	NODE_S, NODE_I
#define NONE	NODE_N, NODE_N, "", 0, 0, NULL

const struct reg_case cases[] = {
	/* Failures that are no fault (FACTS: TS 33.203 6.1, TS 24.229 5). */
	{ "mac-failure", "-", "the MAC in AUTN is wrong, once",
	    NULL, S_DOWN, "REGISTER", 401, 1, bad_mac, NULL, false },
	{ "resync", "-", "the network's SQN is behind the card's",
	    NULL, NONE, behind, false },
	{ "two-bad-challenges", "-", "the SQN is behind, then the MAC wrong",
	    NULL, S_DOWN, "REGISTER", 401, 2, bad_mac, behind, false },
	{ "no-answer", "-", "the phone does not answer the challenge",
	    NULL, NONE, mute, false },
	{ "lost-challenge", "-", "the 401 is lost once, and sent again",
	    NULL, GM_DOWN, "REGISTER", 401, 1, lost, NULL, false },
	{ "expires-too-brief", "-", "423 and Min-Expires",
	    NULL, NONE, too_brief, false },
	{ "no-path-support", "-", "420: REGISTER left the IMS",
	    NULL, NONE, refuse_420, false },
	{ "no-outbound", "-", "439: the first hop lacks outbound",
	    NULL, NONE, refuse_439, false },
	{ "server-error", "-", "500 to the first REGISTER",
	    NULL, NONE, refuse_500, false },
	{ "forbidden", "-", "403: barred, or no roaming",
	    NULL, NONE, refuse_403, false },
	{ "other-impu", "-", "403: the IMPU is not the user's",
	    NULL, NONE, other_impu, false },
	{ "no-binding", "-", "500: the S-CSCF forgot, the phone did not hear",
	    "register,subscribe,netderegister,reregister", GM_DOWN, "NOTIFY",
	    0, 0, NULL, NULL, false },
	{ "contact-unknown", "-", "403: re-REGISTER of another Contact",
	    "register,reregister", GM_UP, "REGISTER", 0, 3, other_contact,
	    NULL, false },
	{ "reauthentication", "-", "the network has the phone authenticate",
	    "register,subscribe,reauth", NONE, NULL, false },
	{ "network-deregisters", "-", "NOTIFY: terminated",
	    "register,subscribe,netderegister", NONE, NULL, false },
	/* Authentication. */
	{ "response-wrong", "AUTH-12", "RES is wrong, IK right: 403",
	    NULL, GM_UP, "REGISTER", 0, 2, bad_response, NULL, false },
	{ "nonce-short", "AUTH-04", "the nonce has no RAND and AUTN",
	    NULL, S_DOWN, "REGISTER", 401, 1, short_nonce, NULL, false },
	{ "algorithm-md5", "AUTH-04", "a challenge without AKA",
	    NULL, GM_DOWN, "REGISTER", 401, 1, plain_md5, NULL, false },
	{ "nonce-again", "AUTH-05", "the first challenge is used twice",
	    "register,reregister", S_DOWN, "REGISTER", 401, 2, old_nonce,
	    NULL, false },
	{ "keys-on-gm", "AUTH-06", "ck and ik are sent on to the phone",
	    NULL, GM_DOWN, "REGISTER", 401, 1, keep_keys, NULL, false },
	{ "phone-says-protected", "AUTH-08", "integrity-protected of the phone",
	    NULL, GM_UP, "REGISTER", 0, 1, says_protected, NULL, false },
	{ "not-marked", "AUTH-08", "no integrity-protected behind the P-CSCF",
	    NULL, UP, "REGISTER", 0, 1, not_marked, NULL, false },
	{ "falsely-marked", "AUTH-09", "a clear REGISTER is called protected",
	    NULL, UP, "REGISTER", 0, 1, falsely_marked, NULL, false },
	{ "impi-in-invite", "AUTH-01", "INVITE has the private identity",
	    "register,call", GM_UP, "INVITE", 0, 1, with_impi, NULL, false },
	{ "invite-challenged", "AUTH-02", "407 to INVITE",
	    "register,call", GM_DOWN, "INVITE", 183, 1, challenge_call, NULL,
	    false },
	/* Security agreement. */
	{ "no-agreement", "SEC-01", "nothing of sec-agree in REGISTER: 421",
	    NULL, GM_UP, "REGISTER", 0, 1, no_agreement, NULL, false },
	{ "no-security-server", "SEC-02", "401 without Security-Server, once",
	    NULL, GM_DOWN, "REGISTER", 401, 1, no_server, NULL, false },
	{ "server-without-spi", "SEC-02", "Security-Server without an SPI",
	    NULL, GM_DOWN, "REGISTER", 401, 1, server_without_spi, NULL,
	    false },
	{ "verify-changed", "SEC-03", "Security-Verify is no copy: 494",
	    NULL, GM_UP, "REGISTER", 0, 2, verify_changed, NULL, false },
	{ "client-changed", "SEC-04", "Security-Client changes: 494",
	    NULL, GM_UP, "REGISTER", 0, 2, client_changed, NULL, false },
	{ "bid-down", "SEC-04", "somebody leaves only the weakest: 494",
	    NULL, GM_UP, "REGISTER", 0, 0, bid_down, NULL, false },
	{ "gmac-encrypted", "SEC-08", "aes-gmac offered with aes-cbc",
	    NULL, GM_UP, "REGISTER", 0, 0, gmac_encrypted, NULL, false },
	{ "spi-equal", "SEC-10", "an SPI of the P-CSCF is the phone's",
	    NULL, GM_DOWN, "REGISTER", 401, 1, equal_spi, NULL, false },
	{ "spi-reserved", "SEC-10", "an SPI below 256",
	    NULL, GM_DOWN, "REGISTER", 401, 1, reserved_spi, NULL, false },
	{ "port-clear", "SEC-11", "port-s is 5060",
	    NULL, GM_DOWN, "REGISTER", 401, 1, clear_port, NULL, false },
	{ "agreement-kept", "SEC-13", "Security-Client behind the P-CSCF",
	    NULL, UP, "REGISTER", 0, 1, agreement_kept, NULL, false },
	/* Security associations. */
	{ "answer-in-clear", "SA-01", "the second REGISTER is not in ESP",
	    NULL, GM_UP, "REGISTER", 0, 2, in_clear, NULL, false },
	{ "message-in-clear", "SA-02", "MESSAGE outside ESP",
	    "register,sms", GM_UP, "MESSAGE", 0, 1, in_clear, NULL, false },
	{ "response-port", "SA-04", "200 comes from ps to uc over UDP",
	    NULL, GM_DOWN, "REGISTER", 200, 1, wrong_port, NULL, false },
	{ "ik-wrong", "SA-16", "the phone's IK is wrong: silence",
	    NULL, GM_UP, "REGISTER", 0, 2, lost, NULL, true },
	/* Header fields, privacy, media. */
	{ "contact-changed", "HDR-02", "the P-CSCF adds to Contact",
	    NULL, UP, "REGISTER", 0, 1, contact_changed, NULL, false },
	{ "identity-forged", "PRIV-01", "the phone's own asserted identity",
	    "register,sms", GM_UP, "MESSAGE", 0, 0, forged, NULL, false },
	{ "preferred-kept", "PRIV-02", "P-Preferred-Identity passes",
	    "register,sms", NODE_P, NODE_S, "MESSAGE", 0, 1, preferred_kept,
	    NULL, false },
	{ "cell-to-phone", "PRIV-05", "the other phone's cell is told",
	    "register,sms", GM_DOWN, "MESSAGE", 0, 1, cell_in_clear, NULL,
	    false },
	{ "cell-in-clear", "PRIV-06", "the first REGISTER tells the cell",
	    NULL, GM_UP, "REGISTER", 0, 1, cell_in_clear, NULL, false },
	{ "charging-shown", "PRIV-07", "P-Charging-Vector reaches the phone",
	    NULL, GM_DOWN, "REGISTER", 200, 1, charging_shown, NULL, false },
	{ "media-key-in-clear", "BK-01", "SDES keys in clear SIP",
	    "register,call", NONE, media_key, false },
};
const size_t cases_n = sizeof(cases) / sizeof(cases[0]);
