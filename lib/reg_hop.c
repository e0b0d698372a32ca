/* reg_hop: what every node of the network does with what passes it. */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "reg_int.h"

#define TXNS		4096
#define TXN_LIFE	(128 * REG_SECOND)	/* 64*T1 of the phone */
#define COOKIE		"z9hG4bK"

static void
drop_txn(void *val, void *arg)
{
	struct reg_txn *t = val;

	(void)arg;
	buf_wipe(&t->answer);
	buf_free(&t->client);
}

int
reg_hop_init(struct reg_hop *h, const struct reg_place *self,
    const struct reg_sink *sink)
{
	reg_node_init(&h->node, sink);
	h->self = *self;
	h->txns = table_new(sizeof(uint64_t), sizeof(struct reg_txn), TXNS,
	    drop_txn, NULL);
	return h->txns != NULL ? 0 : ERR_MEM;
}

void
reg_hop_free(struct reg_hop *h)
{
	reg_node_free(&h->node);
	table_free(h->txns);
}

/*
 * The same for a request that is sent again, so that it has the same branch
 * further on (RFC 3261 16.11).
 */
static uint64_t
key_of(const struct reg_hop *h, const struct flow_sip *m)
{
	struct sip_iter it = { 0 };
	struct slice via = { NULL, 0 };
	struct sip_cseq cseq;
	uint64_t k = slice_hash(0, slice_str(h->self.name));

	(void)sip_each(m->msg, SIP_H_VIA, &it, &via);
	k = slice_hash(k, via);
	k = slice_hash(k, sip_value(m->msg, SIP_H_CALL_ID));
	k = slice_hash(k, m->msg->method);
	if (sip_cseq(m->msg, &cseq) == 0)
		k = slice_hash(k ^ cseq.number, m->msg->uri);
	return k;
}

static bool
complete(const struct sip_msg *m)
{
	struct sip_cseq cseq;

	return sip_get(m, SIP_H_VIA) != NULL && sip_get(m, SIP_H_FROM) !=
	    NULL && sip_get(m, SIP_H_TO) != NULL &&
	    sip_get(m, SIP_H_CALL_ID) != NULL && sip_cseq(m, &cseq) == 0;
}

struct reg_txn *
reg_hop_begin(struct reg_hop *h, const struct flow_sip *m, uint64_t *key)
{
	struct reg_txn *t;
	uint64_t forwards;

	*key = key_of(h, m);
	/* What lacks the fields that a response copies gets none. */
	if (!complete(m->msg))
		return NULL;
	table_expire(h->txns, h->node.now_ns > TXN_LIFE ?
	    h->node.now_ns - TXN_LIFE : 0);
	if ((t = table_get(h->txns, key)) != NULL && t->answer.n > 0) {
		reg_node_send_text(&h->node, &t->back, buf_slice(&t->answer));
		return NULL;
	}
	if ((t = table_put(h->txns, key, h->node.now_ns)) == NULL) {
		h->node.mem = true;
		return NULL;
	}
	t->back = reg_reverse(&m->where);
	t->set = -1;
	t->reg = slice_is(m->msg->method, "REGISTER");
	if (slice_decimal(sip_value(m->msg, SIP_H_MAX_FORWARDS), 255,
	    &forwards) == 0 && forwards == 0) {
		reg_hop_refuse(h, t, m->msg, 483, "");
		return NULL;
	}
	return t;
}

/* RFC 3581 4: where the request came from, if its sender asked. */
static void
mark_top(struct reg_edit *e, const struct flow_sip *m)
{
	const struct sip_header *top = sip_get(m->msg, SIP_H_VIA);
	struct slice whole = top->value, rest = whole, first, rport;
	char addr[PKT_ADDR_TEXT], port[8] = "";
	struct pkt_addr said;
	struct sip_via via;
	struct sip_param p;
	size_t cut;
	bool asked;

	if (!sip_comma(&rest, &first) || sip_via(first, &via) < 0)
		return;
	asked = sip_param(via.params, ';', "rport", &rport);
	if (!asked && pkt_addr_parse(&said, via.host) == 0 &&
	    pkt_addr_eq(&said, &m->where.src))
		return;
	cut = (size_t)(first.p - whole.p) + first.n;
	while (asked && sip_param_next(&via.params, ';', &p))
		if (slice_caseis(p.name, "rport") && !p.has_value) {
			cut = (size_t)(p.name.p - whole.p) + p.name.n;
			(void)snprintf(port, sizeof(port), "=%u",
			    m->where.sport);
			break;
		}
	reg_edit_value(e, top, "%.*s%s;received=%s%.*s", (int)cut,
	    (const char *)whole.p, port,
	    pkt_addr_text(&m->where.src, addr),
	    SL(slice_from(whole, cut)));
}

void
reg_hop_via(struct reg_hop *h, struct reg_edit *e, const struct flow_sip *m,
    uint64_t key, const char *transport, const char *sent_by)
{
	const struct sip_header *f = sip_get(m->msg, SIP_H_MAX_FORWARDS);
	struct buf name;
	uint64_t forwards;

	buf_init(&name, REG_NAME + 8);
	reg_put_place(&name, &h->self);
	mark_top(e, m);
	reg_edit_top(e, "Via: SIP/2.0/%s %.*s;branch=" COOKIE "%016llx",
	    sent_by != NULL ? transport : "UDP",
	    SL(sent_by != NULL ? slice_str(sent_by) : buf_slice(&name)),
	    (unsigned long long)key);
	buf_free(&name);
	if (f == NULL)
		reg_edit_add(e, "Max-Forwards: 70");
	else if (slice_decimal(f->value, 255, &forwards) == 0)
		reg_edit_value(e, f, "%u", (unsigned)forwards - 1);
}

void
reg_hop_forward(struct reg_hop *h, struct reg_edit *e,
    const struct flow_where *to)
{
	reg_edit_write(e, &h->node.out);
	reg_node_send(&h->node, to);
}

struct reg_txn *
reg_hop_find(struct reg_hop *h, const struct sip_msg *m)
{
	struct slice branch = reg_branch(m);
	struct sip_cseq cseq;
	struct reg_txn *t;
	uint8_t o[8];
	uint64_t key = 0;

	if (!slice_starts(branch, COOKIE) || branch.n != sizeof(COOKIE) + 15 ||
	    slice_hex(slice_from(branch, sizeof(COOKIE) - 1), o, sizeof(o)) !=
	    sizeof(o))
		return NULL;
	for (size_t i = 0; i < sizeof(o); i++)
		key = key << 8 | o[i];
	t = table_get(h->txns, &key);
	/* Only of an INVITE a second final response counts (17.2.2). */
	if (t != NULL && t->answer.n > 0 && (sip_cseq(m, &cseq) < 0 ||
	    !slice_is(cseq.method, "INVITE")))
		return NULL;
	return t;
}

static void
keep_answer(struct reg_hop *h, struct reg_txn *t)
{
	buf_wipe(&t->answer);
	buf_init(&t->answer, REG_MSG_MAX);
	buf_put(&t->answer, buf_slice(&h->node.out));
	h->node.mem |= t->answer.bad;
}

void
reg_hop_answer(struct reg_hop *h, struct reg_txn *t)
{
	if (!h->node.out.bad)
		keep_answer(h, t);
	reg_node_send(&h->node, &t->back);
}

void
reg_hop_back(struct reg_hop *h, struct reg_txn *t, struct reg_edit *e,
    const struct sip_msg *m)
{
	reg_edit_pop(e, SIP_H_VIA);
	reg_edit_write(e, &h->node.out);
	if (m->status >= 200 && !h->node.out.bad)
		keep_answer(h, t);
	reg_node_send(&h->node, &t->back);
}

void
reg_hop_refuse(struct reg_hop *h, struct reg_txn *t, const struct sip_msg *m,
    unsigned status, const char *extra)
{
	char tag[REG_ID];
	uint64_t key;

	if (slice_is(m->method, "ACK"))
		return;
	/* The same for the same request, as it begins no dialog. */
	memcpy(&key, table_key(t), sizeof(key));
	(void)snprintf(tag, sizeof(tag), "%016llx", (unsigned long long)key);
	reg_put_response(&h->node.out, m, status, tag, false);
	buf_str(&h->node.out, extra);
	reg_put_end(&h->node.out, NULL, slice_of(NULL, 0));
	reg_hop_answer(h, t);
}

void
reg_hop_trying(struct reg_hop *h, const struct reg_txn *t,
    const struct sip_msg *m)
{
	if (!slice_is(m->method, "INVITE"))
		return;
	reg_put_response(&h->node.out, m, 100, "", false);
	reg_put_end(&h->node.out, NULL, slice_of(NULL, 0));
	reg_node_send(&h->node, &t->back);
}

struct flow_where
reg_hop_to(const struct reg_hop *h, const struct reg_place *to)
{
	struct flow_where w;

	memset(&w, 0, sizeof(w));
	w.src = h->self.addr;
	w.sport = h->self.port;
	w.dst = to->addr;
	w.dport = to->port;
	w.transport = FLOW_UDP;
	return w;
}

static bool
is_place(const struct reg_place *p, struct slice host)
{
	struct pkt_addr a;

	return slice_caseis(host, p->name) ||
	    (pkt_addr_parse(&a, host) == 0 && pkt_addr_eq(&a, &p->addr));
}

bool
reg_hop_self(const struct reg_hop *h, struct slice uri)
{
	struct sip_uri u;

	return sip_uri(uri, &u) == 0 && is_place(&h->self, u.host);
}

const struct reg_place *
reg_net_find(const struct reg_net *net, struct slice host)
{
	const struct reg_place *const all[] = {
		&net->pcscf, &net->icscf, &net->scscf,
	};

	for (size_t i = 0; i < 3; i++)
		if (is_place(all[i], host))
			return all[i];
	return slice_caseis(host, net->domain) ? &net->icscf : NULL;
}

const struct reg_place *
reg_net_next(const struct reg_net *net, struct slice route, struct slice uri)
{
	struct sip_addr a;
	struct sip_uri u;

	if (route.n > 0 && sip_addr(route, &a) == 0)
		uri = a.uri;
	if (sip_uri(uri, &u) < 0)
		return NULL;
	return reg_net_find(net, u.host);
}
