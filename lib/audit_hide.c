/* audit_hide: what is hidden at the border, and how (TS 33.203 6.4). */
#include <string.h>

#include "audit_int.h"
#include "err.h"

#define TOKEN_MAX	2048	/* octets of a token looked at */
#define IV		16
#define BLOCK		16

/* Host and parameters of an entry of one of the five header fields. */
static bool
entry(enum sip_h h, struct slice value, struct slice *host,
    struct slice *token)
{
	struct sip_addr addr;
	struct sip_via via;
	struct sip_uri uri;

	*token = slice_of(NULL, 0);
	if (h == SIP_H_VIA) {
		if (sip_via(value, &via) < 0)
			return false;
		*host = via.host;
		(void)sip_param(via.params, ';', "tokenized-by", token);
		return true;
	}
	if (sip_addr(value, &addr) < 0 || sip_uri(addr.uri, &uri) < 0)
		return false;
	*host = uri.host;
	if (!sip_param(uri.params, ';', "tokenized-by", token))
		(void)sip_param(addr.params, ';', "tokenized-by", token);
	return true;
}

static const enum sip_h hidden[] = {
	SIP_H_VIA, SIP_H_RECORD_ROUTE, SIP_H_ROUTE, SIP_H_PATH,
	SIP_H_SERVICE_ROUTE,
};

#define HIDDEN	(sizeof(hidden) / sizeof(hidden[0]))

/* Is there a parameter tokenized-by, in any case, somewhere in HEAD? */
static bool
has_token(struct slice head)
{
	static const char *const rare = "zZ";
	struct slice name = slice_str("tokenized-by");
	const size_t before = 6;	/* octets of it */

	for (size_t i = 0; i < 2; i++)
		for (size_t at = slice_chr(head, rare[i]); at < head.n;
		    at += 1 + slice_chr(slice_from(head, at + 1), rare[i]))
			if (at >= before && slice_caseeq(slice_sub(head,
			    at - before, name.n), name))
				return true;
	return false;
}

/* The network that hides: by a token, or by the name of its border node. */
static struct slice
hiding_network(const struct audit_ctx *c, bool tokens)
{
	struct slice value, host, token, net = { NULL, 0 };
	struct pkt_addr addr;

	for (size_t i = 0; tokens && i < HIDDEN; i++) {
		struct sip_iter it = { 0 };

		while (sip_each(c->m, hidden[i], &it, &value))
			if (entry(hidden[i], value, &host, &token) &&
			    token.n > 0)
				return token;
	}
	if (c->nni && c->m->request && entry(SIP_H_VIA, sip_value(c->m,
	    SIP_H_VIA), &host, &token) && pkt_addr_parse(&addr, host) < 0)
		net = slice_from(host, slice_chr(host, '.') + 1);
	return net;
}

/* Does HOST name a node of the own network? */
static bool
own_node(struct audit_ctx *c, struct slice host, struct slice net, bool nni)
{
	struct pkt_addr addr;
	const struct audit_ue *ue;

	if (pkt_addr_parse(&addr, host) < 0)
		return audit_in_network(host, net);
	ue = table_get(c->a->ues, &addr);
	return nni && (ue == NULL || !ue->registers) &&
	    audit_knows_node(c->a, &addr);
}

/* The border's own entry stays: on top, or before the token it made. */
static void
hide_header(struct audit_ctx *c, enum sip_h h, struct slice net, bool nni)
{
	struct slice value, host, token, shown = { NULL, 0 };
	struct sip_iter it = { 0 };
	char text[SLICE_SHOW];
	bool top = true;

	for (;; top = false) {
		bool more = sip_each(c->m, h, &it, &value);
		bool good = more && entry(h, value, &host, &token);

		if (shown.n > 0 && !(good && token.n > 0))
			audit_find(c, R_HIDE_01, AUDIT_ERROR, "%s shows %s; "
			    "expected a token beyond the border",
			    sip_h_name(h), slice_show(shown, text));
		shown.n = 0;
		if (!more)
			return;
		if (good && !top && token.n == 0 && own_node(c, host, net, nni))
			shown = host;
	}
}

static void
hide_01(struct audit_ctx *c, struct slice net)
{
	for (size_t i = 0; i < HIDDEN; i++)
		hide_header(c, hidden[i], net, c->nni);
}

/* The octets of base32 (RFC 4648 6, any case, dots between); or ERR_FORMAT. */
static int
base32(struct slice s, uint8_t out[TOKEN_MAX])
{
	uint32_t acc = 0;
	unsigned bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t ch = s.p[i] | 0x20, v;

		if (s.p[i] == '.')
			continue;
		if (ch >= 'a' && ch <= 'z')
			v = (uint8_t)(ch - 'a');
		else if (s.p[i] >= '2' && s.p[i] <= '7')
			v = (uint8_t)(s.p[i] - '2' + 26);
		else
			return ERR_FORMAT;
		acc = acc << 5 | v;
		bits += 5;
		if (bits < 8)
			continue;
		bits -= 8;
		if (n == TOKEN_MAX)
			return ERR_LIMIT;
		out[n++] = (uint8_t)(acc >> bits);
	}
	return (int)n;
}

/* The octets of TOKEN, in hexadecimal or base32. */
static int
token_octets(struct slice token, uint8_t out[TOKEN_MAX])
{
	int n = slice_hex(token, out, TOKEN_MAX);

	return n >= 0 ? n : base32(token, out);
}

static void
hide_03(struct audit_ctx *c, struct slice token)
{
	uint8_t raw[TOKEN_MAX];
	int n = token_octets(token, raw);

	if (n < 0 || (n >= IV + BLOCK && n % BLOCK == 0) ||
	    audit_told(c, R_HIDE_03))
		return;
	audit_find(c, R_HIDE_03, AUDIT_NOTE, "a token of %d octets; expected "
	    "an IV of %d and blocks of %d", n, IV, BLOCK);
}

/* Was K seen in another message than this?  It is of this one from now on. */
static bool
elsewhere(struct audit_ctx *c, uint64_t k)
{
	uint64_t here = slice_hash(c->cseq.number, c->call_id) | 1, *v;
	bool other;

	if ((v = table_put(c->a->nonces, &k, c->s->where.time_ns)) == NULL) {
		c->a->mem = true;
		return false;
	}
	other = *v != 0 && *v != here;
	*v = here;
	return other;
}

/*
 * Tokens in Via of a request are made for it; so no other request has them, and
 * nothing has their IV.
 */
static void
hide_02(struct audit_ctx *c, struct slice token)
{
	uint8_t raw[TOKEN_MAX];
	int n = token_octets(token, raw);
	uint64_t whole = slice_hash(32, token);
	uint64_t iv = slice_hash(33, slice_of(raw, IV));
	bool same = elsewhere(c, whole);

	if (same || (n >= IV + BLOCK && elsewhere(c, iv)))
		audit_find(c, R_HIDE_02, AUDIT_ERROR, "%s of a token in Via was "
		    "used in another request; expected a new IV",
		    same ? "all" : "the IV");
}

/* Long labels of base32 that nobody else would take as a name. */
static bool
looks_hidden(struct slice host)
{
	uint8_t raw[TOKEN_MAX];
	int n = host.n >= 52 ? base32(host, raw) : ERR_FORMAT;

	return n >= IV + BLOCK && n % BLOCK == 0;
}

static void
hide_04(struct audit_ctx *c, enum sip_h h, size_t at, struct slice host,
    struct slice token, struct slice sender)
{
	char a[SLICE_SHOW], b[SLICE_SHOW];

	if (token.n == 0 && looks_hidden(host))
		audit_find(c, R_HIDE_04, AUDIT_WARNING, "%s has what looks like "
		    "a token without tokenized-by: %s", sip_h_name(h),
		    slice_show(host, a));
	else if (h == SIP_H_VIA && at == 1 && c->nni && c->m->request &&
	    token.n > 0 && sender.n > 0 && !audit_in_network(sender, token) &&
	    !audit_in_network(token, sender))
		audit_find(c, R_HIDE_04, AUDIT_WARNING, "the token behind the "
		    "sender's Via is of %s; expected one of %s",
		    slice_show(token, a), slice_show(sender, b));
}

/* A run over the entries of one header field. */
static void
tokens_of(struct audit_ctx *c, enum sip_h h)
{
	struct slice value, host, token, last = { NULL, 0 }, sender;
	struct sip_iter it = { 0 };
	size_t at = 0;

	sender = slice_of(NULL, 0);
	for (; sip_each(c->m, h, &it, &value); at++) {
		if (!entry(h, value, &host, &token))
			token = slice_of(NULL, 0), host = token;
		if (at == 0 && slice_chr(host, '.') < host.n)
			sender = slice_from(host, slice_chr(host, '.') + 1);
		hide_04(c, h, at, host, token, sender);
		if (token.n > 0) {
			hide_03(c, host);
			if (h == SIP_H_VIA && c->m->request)
				hide_02(c, host);
			if (last.n > 0 && slice_caseeq(last, token))
				audit_find(c, R_HIDE_06, AUDIT_WARNING, "%s "
				    "has two tokens of one network in a row; "
				    "expected one", sip_h_name(h));
		}
		last = token;
	}
	if (h == SIP_H_VIA && c->m->request && c->txn->gm_up && last.n > 0)
		audit_find(c, R_HIDE_05, AUDIT_WARNING, "the Via of the phone "
		    "is hidden; expected it to stay");
}

static void
hide_05(struct audit_ctx *c)
{
	struct slice host, token, contact = sip_value(c->m, SIP_H_CONTACT);

	if (contact.n > 0 && entry(SIP_H_CONTACT, contact, &host, &token) &&
	    token.n > 0)
		audit_find(c, R_HIDE_05, AUDIT_WARNING, "Contact is hidden; "
		    "expected it to stay");
}

/* Behind the border, on the way in. */
static void
hide_07(struct audit_ctx *c)
{
	static const enum sip_h list[] = { SIP_H_VIA, SIP_H_ROUTE };
	struct slice value, host, token;
	char shown[SLICE_SHOW];
	enum sip_h h = list[c->m->request];
	struct sip_iter it = { 0 };

	if (c->src != AUDIT_IBCF || c->dst == AUDIT_PEER || c->nni)
		return;
	while (sip_each(c->m, h, &it, &value)) {
		if (!entry(h, value, &host, &token) || token.n == 0 ||
		    !audit_own_name(c->a, token))
			continue;
		audit_find(c, R_HIDE_07, AUDIT_ERROR, "%s has a token of %s "
		    "inside; expected what it stands for", sip_h_name(h),
		    slice_show(token, shown));
		return;
	}
}

static bool
names_network(struct slice text, struct slice net)
{
	return text.n >= net.n && slice_find(text, net) < text.n;
}

/* Only where something is hidden. */
static void
hide_08(struct audit_ctx *c, struct slice net)
{
	static const char *const list[] = { "Warning", "Server" };
	const struct sip_header *h;
	const char *where = NULL;
	struct slice v;

	if (net.n == 0 || !c->nni)
		return;
	if (names_network(c->call_id, net))
		where = "Call-ID";
	for (size_t i = 0; i < 2 && where == NULL; i++)
		if ((h = sip_get_named(c->m, list[i])) != NULL &&
		    names_network(h->value, net))
			where = list[i];
	v = sip_value(c->m, SIP_H_P_CHARGING_VECTOR);
	if (where == NULL && sip_param(v, ';', "icid-generated-at", &v) &&
	    names_network(v, net))
		where = "icid-generated-at";
	if (where != NULL)
		audit_find(c, R_HIDE_08, AUDIT_NOTE, "%s names the network "
		    "whose nodes are hidden", where);
}

/* Kamailio's topoh and OpenSIPS's topology_hiding leave these. */
static void
hide_09(struct audit_ctx *c)
{
	struct slice value = sip_value(c->m, SIP_H_VIA), branch;
	struct slice topoh = slice_str("z9hG4bKsr-");
	struct sip_via via;
	const char *what = NULL;

	if (slice_starts(c->call_id, "!!:"))
		what = "topoh";
	else if (slice_starts(c->call_id, "DLGCH_"))
		what = "topology_hiding";
	else if (slice_find(value, topoh) < value.n &&
	    sip_via(value, &via) == 0 && sip_param(via.params, ';', "branch",
	    &branch) && slice_eq(slice_sub(branch, 0, topoh.n), topoh))
		what = "topoh";
	if (what != NULL && !audit_told_call(c, R_HIDE_09))
		audit_find(c, R_HIDE_09, AUDIT_NOTE, "hidden as %s does; the "
		    "secret it has by default is known", what);
}

void
audit_hide(struct audit_ctx *c)
{
	bool tokens;
	struct slice net;

	hide_09(c);
	if (c->leg == LEG_UP || c->leg == LEG_DOWN)
		return;
	tokens = has_token(c->m->head);
	net = hiding_network(c, tokens);
	if (c->nni || net.n > 0)
		hide_01(c, net);
	hide_07(c);
	if (!tokens) {
		if (c->nni)
			tokens_of(c, SIP_H_VIA);
		return;
	}
	for (size_t i = 0; i < HIDDEN; i++)
		tokens_of(c, hidden[i]);
	hide_05(c);
	hide_08(c, net);
}
