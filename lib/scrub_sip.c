/* scrub_sip: where identities stand in a SIP message. */
#include <string.h>

#include "err.h"
#include "scrub_int.h"

enum form {
	STAYS,		/* protocol, nobody's */
	SCAN,		/* whatever looks like an identity */
	ADDRESS,	/* name-addrs, display names first */
	VIA, CALL_ID, AUTH, NETWORK, AGENT, TEXT, TOKEN,
};

static const struct {
	const char	*name;
	enum form	 form;
} forms[] = {
	{ "accept", STAYS }, { "accept-contact", SCAN },
	{ "accept-encoding", STAYS }, { "accept-language", STAYS },
	{ "additional-identity", ADDRESS }, { "alert-info", SCAN },
	{ "allow", STAYS }, { "allow-events", STAYS },
	{ "authentication-info", AUTH }, { "authorization", AUTH },
	{ "b", ADDRESS }, { "c", STAYS }, { "call-id", CALL_ID },
	{ "call-info", ADDRESS }, { "cellular-network-info", SCAN },
	{ "contact", ADDRESS }, { "content-disposition", STAYS },
	{ "content-encoding", STAYS }, { "content-id", SCAN },
	{ "content-language", STAYS }, { "content-length", STAYS },
	{ "content-transfer-encoding", STAYS }, { "content-type", STAYS },
	{ "cseq", STAYS }, { "date", STAYS }, { "datetime", STAYS },
	{ "diversion", ADDRESS }, { "e", STAYS }, { "error-info", SCAN },
	{ "event", SCAN }, { "expires", STAYS }, { "f", ADDRESS },
	{ "feature-caps", SCAN }, { "flow-timer", STAYS },
	{ "from", ADDRESS }, { "geolocation", ADDRESS },
	{ "geolocation-error", SCAN }, { "geolocation-routing", STAYS },
	{ "history-info", ADDRESS }, { "i", CALL_ID }, { "identity", TOKEN },
	{ "identity-info", SCAN }, { "in-reply-to", CALL_ID },
	{ "info-package", STAYS }, { "join", CALL_ID }, { "k", STAYS },
	{ "l", STAYS }, { "m", ADDRESS }, { "max-breadth", STAYS },
	{ "max-forwards", STAYS }, { "message-id", TOKEN },
	{ "mime-version", STAYS }, { "min-expires", STAYS },
	{ "min-se", STAYS }, { "o", SCAN }, { "organization", TEXT },
	{ "p-access-network-info", SCAN }, { "p-answer-state", STAYS },
	{ "p-asserted-identity", ADDRESS }, { "p-asserted-service", STAYS },
	{ "p-associated-uri", ADDRESS }, { "p-called-party-id", ADDRESS },
	{ "p-charging-function-addresses", SCAN },
	{ "p-charging-vector", SCAN }, { "p-early-media", STAYS },
	{ "p-preferred-identity", ADDRESS },
	{ "p-preferred-service", STAYS }, { "p-profile-key", ADDRESS },
	{ "p-refused-uri-list", ADDRESS }, { "p-served-user", ADDRESS },
	{ "p-user-database", SCAN }, { "p-visited-network-id", NETWORK },
	{ "path", ADDRESS }, { "priority", STAYS },
	{ "priv-answer-mode", STAYS }, { "privacy", STAYS },
	{ "proxy-authenticate", AUTH }, { "proxy-authentication-info", AUTH },
	{ "proxy-authorization", AUTH }, { "proxy-require", STAYS },
	{ "r", ADDRESS }, { "rack", STAYS }, { "reason", SCAN },
	{ "record-route", ADDRESS }, { "recv-info", STAYS },
	{ "refer-sub", STAYS }, { "refer-to", ADDRESS },
	{ "referred-by", ADDRESS }, { "reject-contact", SCAN },
	{ "remote-party-id", ADDRESS }, { "replaces", CALL_ID },
	{ "reply-to", ADDRESS }, { "request-disposition", STAYS },
	{ "require", STAYS }, { "resource-priority", STAYS },
	{ "retry-after", SCAN }, { "route", ADDRESS }, { "rseq", STAYS },
	{ "s", TEXT }, { "security-client", STAYS },
	{ "security-server", STAYS }, { "security-verify", STAYS },
	{ "server", AGENT }, { "service-route", ADDRESS },
	{ "session-expires", STAYS }, { "session-id", TOKEN },
	{ "sip-etag", TOKEN }, { "sip-if-match", TOKEN }, { "subject", TEXT },
	{ "subscription-state", STAYS }, { "supported", STAYS },
	{ "t", ADDRESS }, { "target-dialog", CALL_ID },
	{ "timestamp", STAYS }, { "to", ADDRESS }, { "u", STAYS },
	{ "unsupported", STAYS }, { "user-agent", AGENT },
	{ "user-to-user", TOKEN }, { "v", VIA }, { "via", VIA },
	{ "warning", SCAN }, { "www-authenticate", AUTH }, { "x", STAYS },
	{ "y", TOKEN },
};

static bool
form_of(struct slice name, enum form *form)
{
	size_t low = 0, high = sizeof(forms) / sizeof(forms[0]);

	while (low < high) {
		size_t mid = (low + high) / 2, i = 0;
		const char *f = forms[mid].name;
		int d = 0;

		while (d == 0 && i < name.n && f[i] != '\0') {
			uint8_t c = name.p[i];

			d = (c >= 'A' && c <= 'Z' ? c + 32 : c) -
			    (uint8_t)f[i];
			i++;
		}
		if (d == 0 && i == name.n && f[i] == '\0') {
			*form = forms[mid].form;
			return true;
		}
		if (d < 0 || (d == 0 && i == name.n))
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

static bool
has_digits_only(struct slice s)
{
	bool any = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			any = true;
		else if (s.p[i] == 0 || strchr("+-.() ", s.p[i]) == NULL)
			return false;
	}
	return any;
}

static void
display(struct scrub *s, struct slice name)
{
	if (has_digits_only(name))
		scrub_number(s, scrub_mut(name), name.n);
	else if (!scrub_well_known(name))
		scrub_words(s, SCRUB_NAME, scrub_mut(name), name.n);
}

static void
addresses(struct scrub *s, struct slice value)
{
	struct slice v, rest = value;
	struct sip_addr a;

	while (sip_comma(&rest, &v)) {
		memset(&a, 0, sizeof(a));
		if ((sip_addr(v, &a) == 0 || a.display.n > 0) &&
		    a.display.n > 0) {
			size_t skip = (size_t)(a.display.p - v.p) +
			    a.display.n;

			display(s, a.display);
			v = slice_from(v, skip);
		}
		scrub_text(s, scrub_mut(v), v.n);
	}
}

static void
vias(struct scrub *s, struct slice value)
{
	struct slice v, rest = value;
	struct sip_via via;

	while (sip_comma(&rest, &v)) {
		if (sip_via(v, &via) == ERR_FORMAT) {
			scrub_text(s, scrub_mut(v), v.n);
			continue;
		}
		scrub_host(s, scrub_mut(via.host), via.host.n);
		scrub_text(s, scrub_mut(via.params), via.params.n);
	}
}

static void
call_ids(struct scrub *s, struct slice value)
{
	struct slice v = slice_sub(value, 0, slice_chr(value, ';'));
	struct slice one, rest = slice_from(value, v.n);

	while (v.n > 0) {
		one = slice_trim(slice_cut(&v, ','));
		scrub_call_id(s, scrub_mut(one), one.n);
	}
	scrub_text(s, scrub_mut(rest), rest.n);
}

/* P-Visited-Network-ID (RFC 7315 4.3): a token or quoted, mostly a domain. */
static void
network(struct scrub *s, struct slice value)
{
	struct slice v, rest = value;

	while (sip_comma(&rest, &v)) {
		struct slice id = slice_sub(v, 0, slice_chr(v, ';'));

		if (id.n > 1 && id.p[0] == '"')
			id = slice_sub(id, 1, slice_chr(slice_from(id, 1),
			    '"'));
		id = slice_trim(id);
		if (slice_chr(id, ' ') < id.n)
			scrub_words(s, SCRUB_HOST, scrub_mut(id), id.n);
		else
			scrub_host(s, scrub_mut(id), id.n);
	}
}

static void
agent(struct scrub *s, struct slice name, struct slice value)
{
	if (s->opt.user_agent)
		scrub_words(s, SCRUB_AGENT, scrub_mut(value), value.n);
	else {
		scrub_text(s, scrub_mut(value), value.n);
		scrub_leave(s, slice_caseis(name, "server") ? "Server" :
		    "User-Agent", s->frame);
	}
}

static bool
has_letters(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((v.p[i] | 0x20) >= 'a' && (v.p[i] | 0x20) <= 'z')
			return true;
	return false;
}

static void
unknown(struct scrub *s, struct slice name, struct slice value)
{
	char what[SCRUB_LEFT_TEXT] = "header field ", shown[SLICE_SHOW];

	if (name.n > 7 && slice_caseis(slice_from(name, name.n - 7),
	    "call-id")) {
		call_ids(s, value);
		return;
	}
	scrub_text(s, scrub_mut(value), value.n);
	if (!has_letters(value))
		return;
	strncat(what, slice_show(slice_sub(name, 0, 48), shown),
	    sizeof(what) - 14);
	scrub_leave(s, what, s->frame);
}

void
scrub_header(struct scrub *s, struct slice name, struct slice value)
{
	enum form form;

	if (value.n == 0)
		return;
	if (!form_of(name, &form)) {
		unknown(s, name, value);
		return;
	}
	switch (form) {
	case STAYS:
		break;
	case SCAN:
		scrub_text(s, scrub_mut(value), value.n);
		break;
	case ADDRESS:
		addresses(s, value);
		break;
	case VIA:
		vias(s, value);
		break;
	case CALL_ID:
		call_ids(s, value);
		break;
	case AUTH:
		scrub_aka_header(s, value);
		break;
	case NETWORK:
		network(s, value);
		break;
	case AGENT:
		agent(s, name, value);
		break;
	case TEXT:
		scrub_words(s, SCRUB_TEXT, scrub_mut(value), value.n);
		break;
	case TOKEN:
		scrub_token(s, SCRUB_TOKEN, scrub_mut(value), value.n);
		break;
	}
}

/* Lines between FROM and TO that are no header fields. */
static void
between(struct scrub *s, const uint8_t *from, const uint8_t *to)
{
	if (to > from)
		scrub_text(s, scrub_mut(slice_of(from, 1)),
		    (size_t)(to - from));
}

static void
header_fields(struct scrub *s, const struct sip_msg *m)
{
	const uint8_t *end = m->head.p + slice_chr(m->head, '\n');

	for (size_t i = 0; i < m->n_hdr; i++) {
		const struct sip_header *h = &m->hdr[i];

		between(s, end, h->name.p);
		scrub_header(s, h->name, h->value);
		end = h->value.n > 0 ? h->value.p + h->value.n :
		    h->name.p + h->name.n;
	}
	between(s, end, m->head.p + m->head.n);
}

static void
learn(struct scrub *s, const struct sip_msg *m, const struct sa_seen *at)
{
	int r;

	if (at == NULL || s->depth > 0)
		return;
	s->frame = at->frame;
	if ((r = sa_learn(s->db, m, at)) < 0)
		s->error = r;
}

int
scrub_message(struct scrub *s, uint8_t *p, size_t n, const struct sa_seen *at)
{
	struct scrub_proofs proofs = { 0 };
	struct slice encoding = { NULL, 0 }, behind;
	const struct sip_header *h;
	struct sip_msg *m;

	if (s->depth >= SCRUB_DEPTH)
		return ERR_FORMAT;
	m = &s->msg[s->depth];
	if (sip_parse(m, slice_of(p, n)) < 0)
		return ERR_FORMAT;
	learn(s, m, at);
	scrub_aka_check(s, m, &proofs);
	if ((h = sip_get_named(m, "Content-Encoding")) != NULL ||
	    (h = sip_get_named(m, "e")) != NULL)
		encoding = h->value;
	scrub_body(s, sip_value(m, SIP_H_CONTENT_TYPE), encoding,
	    scrub_mut(m->body), m->body.n);
	behind = slice_from(m->raw, m->head.n + m->body.n);
	if (m->request)
		scrub_text(s, scrub_mut(m->uri), m->uri.n);
	else
		scrub_text(s, scrub_mut(m->reason), m->reason.n);
	header_fields(s, m);
	if (behind.n > 0)
		scrub_words(s, SCRUB_TEXT, scrub_mut(behind), behind.n);
	scrub_aka_answer(s, m, &proofs);
	return s->error;
}
