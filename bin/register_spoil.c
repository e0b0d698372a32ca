/* register_spoil: how a message is spoiled. */
#include <string.h>

#include "register_spoil.h"

#define SL(s)	(int)(s).n, (const char *)(s).p
#define MAX	2048
/* 32 octets in base32, as of an IV and a block of AES (TS 33.203 6.4). */
#define TOKEN	"hrdj5hlmlb25g6sd6nj5j6eomh" \
		"6pqewgn3xdiv2gljalbwsbkpqa"

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
bool
spoil_bad_mac(struct reg_edit *e, struct flow_sip *m)
{
	spoil_digit(e, m->msg, SIP_H_WWW_AUTHENTICATE, auth_param(m->msg,
	    SIP_H_WWW_AUTHENTICATE, "nonce"), 38);
	return true;
}

bool
spoil_bad_response(struct reg_edit *e, struct flow_sip *m)
{
	spoil_digit(e, m->msg, SIP_H_AUTHORIZATION, auth_param(m->msg,
	    SIP_H_AUTHORIZATION, "response"), 0);
	return true;
}

bool
spoil_lost(struct reg_edit *e, struct flow_sip *m)
{
	(void)e;
	(void)m;
	return false;
}

/* What is sent again arrives. */
bool
spoil_lost_once(struct reg_edit *e, struct flow_sip *m)
{
	static bool done;
	bool first = !done;

	(void)e;
	(void)m;
	done = true;
	return !first;
}

bool
spoil_short_nonce(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_WWW_AUTHENTICATE, "nonce=\"", "AAAA");
	return true;
}

bool
spoil_plain_md5(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_WWW_AUTHENTICATE, "AKAv1-MD5", "MD5");
	return true;
}

/* The first challenge once more. */
bool
spoil_old_nonce(struct reg_edit *e, struct flow_sip *m)
{
	reg_edit_value(e, sip_get(m->msg, SIP_H_WWW_AUTHENTICATE), "%.*s",
	    SL(case_first_challenge()));
	return true;
}

bool
spoil_keep_keys(struct reg_edit *e, struct flow_sip *m)
{
	reg_edit_value(e, sip_get(m->msg, SIP_H_WWW_AUTHENTICATE), "%.*s",
	    SL(case_last_challenge()));
	return true;
}

bool
spoil_says_protected(struct reg_edit *e, struct flow_sip *m)
{
	const struct sip_header *h = sip_get(m->msg, SIP_H_AUTHORIZATION);

	reg_edit_value(e, h, "%.*s,integrity-protected=\"yes\"",
	    SL(h->value));
	return true;
}

bool
spoil_not_marked(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_AUTHORIZATION, ",integrity-protected=\"no\"",
	    "");
	return true;
}

bool
spoil_falsely_marked(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_AUTHORIZATION, "integrity-protected=\"no\"",
	    "integrity-protected=\"yes\"");
	return true;
}

bool
spoil_no_agreement(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_drop(e, "Security-Client");
	reg_edit_drop(e, "Require");
	reg_edit_drop(e, "Proxy-Require");
	return true;
}

bool
spoil_no_server(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_drop(e, "Security-Server");
	return true;
}

bool
spoil_server_without_spi(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_SECURITY_SERVER, ";spi-c=", "none");
	return true;
}

bool
spoil_verify_changed(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_SECURITY_VERIFY, ";spi-c=", "4242424242");
	return true;
}

bool
spoil_client_changed(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_SECURITY_CLIENT, ";spi-c=", "4242424242");
	return true;
}

/* Only the weakest, which is last, is left of both lists. */
bool
spoil_bid_down(struct reg_edit *e, struct flow_sip *m)
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

bool
spoil_gmac_encrypted(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_SECURITY_CLIENT, "alg=aes-gmac;ealg=null",
	    "alg=aes-gmac;ealg=aes-cbc");
	return true;
}

/* Those of the phone, which has the same keys (TS 33.203 7.1). */
bool
spoil_equal_spi(struct reg_edit *e, struct flow_sip *m)
{
	char spi[16];

	(void)snprintf(spi, sizeof(spi), "%010u", (unsigned)case_last_spi());
	param(e, m->msg, SIP_H_SECURITY_SERVER, ";spi-c=", spi);
	return true;
}

bool
spoil_reserved_spi(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_SECURITY_SERVER, ";spi-c=", "0000000100");
	return true;
}

bool
spoil_clear_port(struct reg_edit *e, struct flow_sip *m)
{
	param(e, m->msg, SIP_H_SECURITY_SERVER, ";port-s=", "5060");
	return true;
}

bool
spoil_in_clear(struct reg_edit *e, struct flow_sip *m)
{
	(void)e;
	m->where.sport = opt.port[NODE_UE];
	m->where.dport = opt.port[NODE_P];
	return true;
}

bool
spoil_wrong_port(struct reg_edit *e, struct flow_sip *m)
{
	(void)e;
	m->where.sport = case_last_up()->dport;
	m->where.dport = case_last_up()->sport;
	return true;
}

bool
spoil_contact_changed(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_CONTACT, ">;", ";alias=10.9.9.9~5060~1>;");
	return true;
}

bool
spoil_with_impi(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_add(e, "Authorization: Digest username=\"%s\",realm=\"%s\","
	    "nonce=\"\",uri=\"sip:%s\",response=\"\"", subs_get(0)->impi,
	    subs_get(0)->domain, subs_get(0)->domain);
	return true;
}

bool
spoil_challenge_call(struct reg_edit *e, struct flow_sip *m)
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

bool
spoil_cell_in_clear(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_add(e, "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;"
	    "utran-cell-id-3gpp=00101000100000101");
	return true;
}

/* The phone says who it is, and the P-CSCF believes it. */
bool
spoil_forged(struct reg_edit *e, struct flow_sip *m)
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

bool
spoil_preferred_kept(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_add(e, "P-Preferred-Identity: <sip:+15551234567@%s>",
	    subs_get(0)->domain);
	return true;
}

bool
spoil_charging_shown(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_add(e, "P-Charging-Vector: icid-value=\"1\";"
	    "icid-generated-at=pcscf1.%s", subs_get(0)->domain);
	return true;
}

bool
spoil_agreement_kept(struct reg_edit *e, struct flow_sip *m)
{
	(void)m;
	reg_edit_add(e, "Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;"
	    "spi-c=0000004096;spi-s=0000004097;port-c=40001;port-s=40002");
	return true;
}

bool
spoil_other_contact(struct reg_edit *e, struct flow_sip *m)
{
	swap(e, m->msg, SIP_H_CONTACT, "sip:", "sip:other@");
	return true;
}

/* Path is hidden, as at a border, and Via is not. */
bool
spoil_via_shown(struct reg_edit *e, struct flow_sip *m)
{
	const char *name = subs_get(0)->domain;

	(void)m;
	reg_edit_drop(e, "Path");
	reg_edit_add(e, "Path: <sip:ibcf1.%s;lr>, <sip:%s;lr;"
	    "tokenized-by=%s>", name, TOKEN, name);
	return true;
}
