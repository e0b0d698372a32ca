/* fuzz_sip: what must hold for sip and sdp whatever the octets are. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "sdp.h"
#include "sip.h"

static struct sip_msg msg;

static void
check_params(struct slice s, int sep)
{
	struct slice rest = s;
	struct sip_param p;

	while (sip_param_next(&rest, sep, &p)) {
		size_t left = rest.n;

		inside(p.name, s);
		inside(p.value, s);
		inside(rest, s);
		must(left < s.n);
		must(p.has_value || p.value.n == 0);
	}
	must(rest.n == 0);
}

static void
check_value(struct slice v)
{
	struct slice scheme, rest;
	struct sip_addr a;
	struct sip_via via;
	struct sip_uri u;

	if (sip_addr(v, &a) == 0)
		must(a.uri.n > 0);
	inside(a.display, v);
	inside(a.uri, v);
	inside(a.params, v);
	check_params(a.params, ';');
	if (sip_uri(a.uri, &u) == 0)
		must(u.scheme.n > 0);
	inside(u.user, v);
	inside(u.host, v);
	inside(u.params, v);
	inside(u.headers, v);
	if (sip_via(v, &via) == 0)
		must(via.host.n > 0 && via.transport.n > 0);
	inside(via.protocol, v);
	inside(via.transport, v);
	inside(via.host, v);
	inside(via.params, v);
	(void)!sip_auth(v, &scheme, &rest);
	inside(scheme, v);
	inside(rest, v);
	check_params(rest, ',');
	check_params(v, ';');
}

static void
check_sdp(const struct sip_msg *m)
{
	struct sdp_iter it;
	struct sdp_line line;
	struct slice sdp, v;

	if (!sdp_find(sip_value(m, SIP_H_CONTENT_TYPE), m->body, &sdp))
		sdp = m->body;
	inside(sdp, m->body);
	sdp_iter_init(&it, sdp);
	while (sdp_next(&it, &line)) {
		inside(line.value, sdp);
		if (sdp_attr(&line, "crypto", &v))
			inside(v, line.value);
	}
}

static void
check_header(const struct sip_msg *m, const struct sip_header *h)
{
	struct sip_iter it = { NULL, { NULL, 0 } };
	struct slice v;
	size_t n = 0;

	inside(h->name, m->head);
	inside(h->value, m->head);
	must(h->id == sip_h_id(h->name) && h->name.n > 0);
	must(slice_trim(h->value).n == h->value.n);
	must(slice_chr(h->name, '\0') == h->name.n);
	check_value(h->value);
	if (h->id == SIP_H_OTHER || sip_get(m, h->id) != h)
		return;
	while (sip_each(m, h->id, &it, &v)) {
		inside(v, m->head);
		must(v.n > 0);
		check_value(v);
		n++;
	}
	must(n == sip_count(m, h->id));
}

static void
check_msg(const struct sip_msg *m, struct slice in)
{
	struct sip_cseq cseq;

	inside(m->raw, in);
	must(m->raw.p + m->raw.n == in.p + in.n);
	must(m->head.p == m->raw.p);
	inside(m->body, m->raw);
	must(m->body.p == m->head.p + m->head.n);
	inside(m->method, m->head);
	inside(m->uri, m->head);
	inside(m->reason, m->head);
	inside(m->version, m->head);
	must(m->odd_at <= m->raw.n && m->n_hdr <= SIP_HEADERS);
	for (size_t i = 0; i < m->n_hdr; i++)
		check_header(m, &m->hdr[i]);
	(void)!sip_cseq(m, &cseq);
	inside(cseq.method, m->head);
	check_sdp(m);
}

/* A datagram parses if and only if a stream of it would begin. */
static void
check_frame(struct slice in)
{
	size_t missing, part;
	int whole = sip_frame(in, NULL), r = sip_frame(in, &missing);

	must(r <= (int)in.n && (whole == r || whole == ERR_MORE));
	must(missing == 0 || (r == (int)in.n && whole == ERR_MORE));
	must((sip_begins(in) == 0) == (r == ERR_FORMAT));
	if (in.n == 0 || in.p[0] == '\r' || in.p[0] == '\n')
		return;
	if (sip_begins(in) != ERR_MORE)
		must((sip_parse(&msg, in) == 0) == (sip_begins(in) == 1));
	if (r < 0)
		return;
	in = slice_sub(in, 0, (size_t)r);
	must(sip_parse(&msg, in) == 0);
	must((msg.odd & SIP_ODD_NO_BLANK) == 0);
	must(((msg.odd & SIP_ODD_LENGTH_LONG) != 0) == (missing > 0));
	must((msg.odd & SIP_ODD_LENGTH_SHORT) == 0);
	for (size_t n = 0; n < in.n; n += n < 64 ? 1 : 7) {
		int p = sip_frame(slice_sub(in, 0, n), &part);

		if (n < msg.head.n)
			must(p == ERR_MORE);
		else
			must(p == (int)n && n + part == in.n + missing);
	}
}

static void
check_find(struct slice in)
{
	size_t at = 0;

	while ((at = sip_find(in, at)) < in.n) {
		must(at == 0 || in.p[at - 1] == '\n');
		must(sip_begins(slice_from(in, at)) != 0);
		at++;
	}
	must(at == in.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size), rest = in, v;

	if (sip_parse(&msg, in) == 0)
		check_msg(&msg, in);
	check_frame(in);
	check_find(in);
	while (sip_comma(&rest, &v))
		inside(v, in);
	check_value(in);
	return 0;
}
