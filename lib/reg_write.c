/* reg_write: messages built, and what is read of them in many places. */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "reg_int.h"

static const char *const draws[REG_DRAWS] = {
	"rand", "cnonce", "spi-uc", "spi-us", "spi-pc", "spi-ps", "port-uc",
	"port-us", "id", "media-key",
};

int
reg_draw_parse(struct slice s)
{
	for (int i = 0; i < REG_DRAWS; i++)
		if (slice_is(s, draws[i]))
			return i;
	return ERR_ALG;
}

void
reg_node_init(struct reg_node *n, const struct reg_sink *sink)
{
	n->sink = *sink;
	buf_init(&n->out, REG_MSG_MAX);
}

void
reg_node_free(struct reg_node *n)
{
	buf_wipe(&n->out);
}

int
reg_node_result(struct reg_node *n)
{
	bool mem = n->mem;

	n->mem = false;
	return mem ? ERR_MEM : 0;
}

void
reg_node_send_text(struct reg_node *n, const struct flow_where *w,
    struct slice text)
{
	struct flow_sip s;
	struct sip_msg m;

	memset(&s, 0, sizeof(s));
	s.where = *w;
	s.where.timed = true;
	s.where.time_ns = n->now_ns;
	s.message = text;
	if (sip_parse(&m, text) == 0)
		s.msg = &m;
	n->sink.send(&s, n->sink.arg);
}

/*
 * A message that is too long to be built is not sent: its timers run out.  One
 * without memory is told too.
 */
void
reg_node_send(struct reg_node *n, const struct flow_where *w)
{
	if (!n->out.bad && n->out.n > 0)
		reg_node_send_text(n, w, buf_slice(&n->out));
	n->mem |= n->out.mem;
	buf_reset(&n->out);
}

void
reg_node_news(struct reg_node *n, enum reg_news what, const char *impi,
    const char *why)
{
	if (n->sink.news != NULL)
		n->sink.news(what, slice_str(impi), why, n->sink.arg);
}

uint32_t
reg_node_u32(struct reg_node *n, enum reg_draw what)
{
	uint8_t o[4] = { 0 };

	n->sink.draw(what, o, sizeof(o), n->sink.arg);
	return slice_be32(o);
}

void
reg_node_id(struct reg_node *n, char out[REG_ID])
{
	uint8_t o[8] = { 0 };

	n->sink.draw(REG_DRAW_ID, o, sizeof(o), n->sink.arg);
	for (size_t i = 0; i < sizeof(o); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", o[i]);
}

bool
reg_copy(char *to, size_t cap, struct slice s)
{
	to[0] = '\0';
	if (s.n >= cap || (s.n > 0 && memchr(s.p, '\0', s.n) != NULL))
		return false;
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
	return true;
}

bool
reg_is_target(struct slice uri)
{
	struct sip_uri u;

	for (size_t i = 0; i < uri.n; i++)
		if (uri.p[i] <= ' ' || uri.p[i] >= 0x7f)
			return false;
	return sip_uri(uri, &u) == 0;
}

bool
reg_is(const struct sip_header *h, const char *name)
{
	enum sip_h id = sip_h_id(slice_str(name));

	return id != SIP_H_OTHER ? h->id == id : slice_caseis(h->name, name);
}

void
reg_put_host(struct buf *b, const struct pkt_addr *a, uint16_t port)
{
	char text[PKT_ADDR_TEXT];

	buf_printf(b, a->family == 6 ? "[%s]" : "%s", pkt_addr_text(a, text));
	if (port != 0)
		buf_printf(b, ":%u", port);
}

void
reg_put_place(struct buf *b, const struct reg_place *p)
{
	buf_str(b, p->name);
	if (p->port != 5060)
		buf_printf(b, ":%u", p->port);
}

void
reg_put_without(struct buf *out, struct slice value, const char *name,
    const char *other)
{
	const char *quote;
	struct slice scheme, rest;
	struct sip_param p;
	char sep = ' ';

	if (sip_auth(value, &scheme, &rest) < 0)
		return;
	buf_put(out, scheme);
	while (sip_param_next(&rest, ',', &p)) {
		if (slice_caseis(p.name, name) ||
		    (other != NULL && slice_caseis(p.name, other)))
			continue;
		quote = p.quoted ? "\"" : "";
		buf_u8(out, (uint8_t)sep);
		buf_put(out, p.name);
		if (p.has_value) {
			buf_printf(out, "=%s", quote);
			buf_put(out, p.value);
			buf_str(out, quote);
		}
		sep = ',';
	}
}

void
reg_put_end(struct buf *b, const char *type, struct slice body)
{
	if (type != NULL)
		buf_printf(b, "Content-Type: %s\r\n", type);
	buf_printf(b, "Content-Length: %zu\r\n\r\n", body.n);
	buf_put(b, body);
}

const char *
reg_reason(unsigned status)
{
	static const struct { unsigned status; const char *reason; } table[] = {
		{ 100, "Trying" }, { 180, "Ringing" },
		{ 183, "Session Progress" }, { 200, "OK" },
		{ 202, "Accepted" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 407, "Proxy Authentication Required" },
		{ 420, "Bad Extension" }, { 421, "Extension Required" },
		{ 423, "Interval Too Brief" },
		{ 439, "First Hop Lacks Outbound Support" },
		{ 480, "Temporarily Unavailable" },
		{ 481, "Call/Transaction Does Not Exist" },
		{ 483, "Too Many Hops" }, { 486, "Busy Here" },
		{ 489, "Bad Event" },
		{ 494, "Security Agreement Required" },
		{ 500, "Server Internal Error" },
		{ 503, "Service Unavailable" },
		{ 504, "Server Time-out" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].status == status)
			return table[i].reason;
	return "Refused";
}

static void
put_all(struct buf *b, const struct sip_msg *m, enum sip_h h)
{
	const struct sip_header *one = sip_get(m, h);

	for (; one != NULL; one = sip_next(m, one))
		buf_printf(b, "%s: %.*s\r\n", sip_h_name(h), SL(one->value));
}

void
reg_put_response(struct buf *b, const struct sip_msg *m, unsigned status,
    const char *tag, bool dialog)
{
	bool tagged = reg_tag(m, SIP_H_TO).n > 0 || tag[0] == '\0';

	buf_printf(b, "SIP/2.0 %u %s\r\n", status, reg_reason(status));
	put_all(b, m, SIP_H_VIA);
	if (dialog)
		put_all(b, m, SIP_H_RECORD_ROUTE);
	buf_printf(b, "From: %.*s\r\nTo: %.*s%s%s\r\nCall-ID: %.*s\r\n"
	    "CSeq: %.*s\r\n", SL(sip_value(m, SIP_H_FROM)),
	    SL(sip_value(m, SIP_H_TO)), tagged ? "" : ";tag=",
	    tagged ? "" : tag, SL(sip_value(m, SIP_H_CALL_ID)),
	    SL(sip_value(m, SIP_H_CSEQ)));
}

struct slice
reg_tag(const struct sip_msg *m, enum sip_h h)
{
	struct slice tag = { NULL, 0 };
	struct sip_addr a;

	if (sip_addr(sip_value(m, h), &a) == 0)
		(void)sip_param(a.params, ';', "tag", &tag);
	return tag;
}

struct slice
reg_uri(const struct sip_msg *m, enum sip_h h)
{
	struct sip_iter it = { 0 };
	struct sip_addr a;
	struct slice v;

	if (!sip_each(m, h, &it, &v) || sip_addr(v, &a) < 0)
		return slice_of(NULL, 0);
	return a.uri;
}

struct slice
reg_branch(const struct sip_msg *m)
{
	struct slice v = { NULL, 0 }, branch = { NULL, 0 };
	struct sip_iter it = { 0 };
	struct sip_via via;

	if (sip_each(m, SIP_H_VIA, &it, &v) && sip_via(v, &via) == 0)
		(void)sip_param(via.params, ';', "branch", &branch);
	return branch;
}

struct flow_where
reg_reverse(const struct flow_where *w)
{
	struct flow_where r;

	memset(&r, 0, sizeof(r));
	r.src = w->dst;
	r.sport = w->dport;
	r.dst = w->src;
	r.dport = w->sport;
	r.transport = w->transport;
	return r;
}

bool
reg_join(const struct sip_msg *m, enum sip_h h, char *to, size_t cap)
{
	struct sip_iter it = { 0 };
	struct slice v;
	size_t n = 0;

	to[0] = '\0';
	while (sip_each(m, h, &it, &v)) {
		if (n + v.n + 3 > cap || memchr(v.p, '\0', v.n) != NULL) {
			to[0] = '\0';
			return false;
		}
		n += (size_t)snprintf(to + n, cap - n, "%s%.*s",
		    n > 0 ? ", " : "", SL(v));
	}
	return true;
}

bool
reg_expires(const struct sip_msg *m, uint32_t *seconds)
{
	struct sip_iter it = { 0 };
	struct sip_addr a;
	struct slice v, e;
	uint64_t n;

	if (!sip_each(m, SIP_H_CONTACT, &it, &v) || sip_addr(v, &a) < 0 ||
	    !sip_param(a.params, ';', "expires", &e))
		e = sip_value(m, SIP_H_EXPIRES);
	if (slice_decimal(e, UINT32_MAX, &n) < 0)
		return false;
	*seconds = (uint32_t)n;
	return true;
}
