/* register_cases: what can go wrong: the table. */
#include <string.h>

#include "register_spoil.h"

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
	    NULL, S_DOWN, "REGISTER", 401, 1, spoil_bad_mac, NULL, false },
	{ "resync", "-", "the network's SQN is behind the card's",
	    NULL, NONE, behind, false },
	{ "two-bad-challenges", "-", "the SQN is behind, then the MAC wrong",
	    NULL, S_DOWN, "REGISTER", 401, 2, spoil_bad_mac, behind, false },
	{ "no-answer", "-", "the phone does not answer the challenge",
	    NULL, NONE, mute, false },
	{ "lost-challenge", "-", "the 401 is lost once, and sent again",
	    NULL, GM_DOWN, "REGISTER", 401, 1, spoil_lost_once,
	    NULL, false },
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
	    "register,subscribe,netderegister,reregister", NODE_S, NODE_P,
	    "NOTIFY", 0, 2, spoil_lost, NULL, false },
	{ "contact-unknown", "-", "403: re-REGISTER of another Contact",
	    "register,reregister", GM_UP, "REGISTER", 0, 3, spoil_other_contact,
	    NULL, false },
	{ "reauthentication", "-", "the network has the phone authenticate",
	    "register,subscribe,reauth", NONE, NULL, false },
	{ "network-deregisters", "-", "NOTIFY: terminated",
	    "register,subscribe,netderegister", NONE, NULL, false },
	/* Authentication. */
	{ "response-wrong", "AUTH-12", "RES is wrong, IK right: 403",
	    NULL, GM_UP, "REGISTER", 0, 2, spoil_bad_response, NULL, false },
	{ "nonce-short", "AUTH-04", "the nonce has no RAND and AUTN",
	    NULL, S_DOWN, "REGISTER", 401, 1, spoil_short_nonce, NULL, false },
	{ "algorithm-md5", "AUTH-04", "a challenge without AKA",
	    NULL, GM_DOWN, "REGISTER", 401, 1, spoil_plain_md5, NULL, false },
	{ "nonce-again", "AUTH-05", "the first challenge is used twice",
	    "register,reregister", S_DOWN, "REGISTER", 401, 2, spoil_old_nonce,
	    NULL, false },
	{ "keys-on-gm", "AUTH-06", "ck and ik are sent on to the phone",
	    NULL, GM_DOWN, "REGISTER", 401, 1, spoil_keep_keys, NULL, false },
	{ "phone-says-protected", "AUTH-08", "integrity-protected of the phone",
	    NULL, GM_UP, "REGISTER", 0, 1, spoil_says_protected, NULL, false },
	{ "not-marked", "AUTH-08", "no integrity-protected behind the P-CSCF",
	    NULL, UP, "REGISTER", 0, 1, spoil_not_marked, NULL, false },
	{ "falsely-marked", "AUTH-09", "a clear REGISTER is called protected",
	    NULL, UP, "REGISTER", 0, 1, spoil_falsely_marked, NULL, false },
	{ "impi-in-invite", "AUTH-01", "INVITE has the private identity",
	    "register,call", GM_UP, "INVITE", 0, 1, spoil_with_impi, NULL,
	    false },
	{ "invite-challenged", "AUTH-02", "407 to INVITE",
	    "register,call", GM_DOWN, "INVITE", 183, 1, spoil_challenge_call,
	    NULL,
	    false },
	/* Security agreement. */
	{ "no-agreement", "SEC-01", "nothing of sec-agree in REGISTER: 421",
	    NULL, GM_UP, "REGISTER", 0, 1, spoil_no_agreement, NULL, false },
	{ "no-security-server", "SEC-02", "401 without Security-Server, once",
	    NULL, GM_DOWN, "REGISTER", 401, 1, spoil_no_server, NULL, false },
	{ "server-without-spi", "SEC-02", "Security-Server without an SPI",
	    NULL, GM_DOWN, "REGISTER", 401, 1, spoil_server_without_spi, NULL,
	    false },
	{ "verify-changed", "SEC-03", "Security-Verify is no copy: 494",
	    NULL, GM_UP, "REGISTER", 0, 2, spoil_verify_changed, NULL, false },
	{ "client-changed", "SEC-04", "Security-Client changes: 494",
	    NULL, GM_UP, "REGISTER", 0, 2, spoil_client_changed, NULL, false },
	{ "bid-down", "SEC-04", "somebody leaves only the weakest: 494",
	    NULL, GM_UP, "REGISTER", 0, 0, spoil_bid_down, NULL, false },
	{ "gmac-encrypted", "SEC-08", "aes-gmac offered with aes-cbc",
	    NULL, GM_UP, "REGISTER", 0, 0, spoil_gmac_encrypted, NULL, false },
	{ "spi-equal", "SEC-10", "an SPI of the P-CSCF is the phone's",
	    NULL, GM_DOWN, "REGISTER", 401, 1, spoil_equal_spi, NULL, false },
	{ "spi-reserved", "SEC-10", "an SPI below 256",
	    NULL, GM_DOWN, "REGISTER", 401, 1, spoil_reserved_spi, NULL,
	    false },
	{ "port-clear", "SEC-11", "port-s is 5060",
	    NULL, GM_DOWN, "REGISTER", 401, 1, spoil_clear_port, NULL, false },
	{ "agreement-kept", "SEC-13", "Security-Client behind the P-CSCF",
	    NULL, UP, "REGISTER", 0, 1, spoil_agreement_kept, NULL, false },
	/* Security associations. */
	{ "answer-in-clear", "SA-01", "the second REGISTER is not in ESP",
	    NULL, GM_UP, "REGISTER", 0, 2, spoil_in_clear, NULL, false },
	{ "message-in-clear", "SA-02", "MESSAGE outside ESP",
	    "register,sms", GM_UP, "MESSAGE", 0, 1, spoil_in_clear, NULL,
	    false },
	{ "response-port", "SA-04", "200 comes from ps to uc over UDP",
	    NULL, GM_DOWN, "REGISTER", 200, 1, spoil_wrong_port, NULL, false },
	{ "ik-wrong", "SA-16", "the phone's IK is wrong: silence",
	    NULL, GM_UP, "REGISTER", 0, 2, spoil_lost, NULL, true },
	/* Header fields, privacy, media. */
	{ "contact-changed", "HDR-02", "the P-CSCF adds to Contact",
	    NULL, UP, "REGISTER", 0, 1, spoil_contact_changed, NULL, false },
	{ "identity-forged", "PRIV-01", "the phone's own asserted identity",
	    "register,sms", GM_UP, "MESSAGE", 0, 0, spoil_forged, NULL, false },
	{ "preferred-kept", "PRIV-02", "P-Preferred-Identity passes",
	    "register,sms", NODE_P, NODE_S, "MESSAGE", 0, 1,
	    spoil_preferred_kept,
	    NULL, false },
	{ "cell-to-phone", "PRIV-05", "the other phone's cell is told",
	    "register,sms", GM_DOWN, "MESSAGE", 0, 1, spoil_cell_in_clear, NULL,
	    false },
	{ "cell-in-clear", "PRIV-06", "the first REGISTER tells the cell",
	    NULL, GM_UP, "REGISTER", 0, 1, spoil_cell_in_clear, NULL, false },
	{ "charging-shown", "PRIV-07", "P-Charging-Vector reaches the phone",
	    NULL, GM_DOWN, "REGISTER", 200, 1, spoil_charging_shown, NULL,
	    false },
	{ "via-not-hidden", "HIDE-01", "Path has a token, Via names the nodes",
	    NULL, NODE_I, NODE_S, "REGISTER", 0, 1, spoil_via_shown, NULL,
	    false },
	{ "media-key-in-clear", "BK-01", "SDES keys in clear SIP",
	    "register,call", NONE, media_key, false },
};
const size_t cases_n = sizeof(cases) / sizeof(cases[0]);
