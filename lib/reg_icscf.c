/* reg_icscf: the I-CSCF: asks the HSS who serves a user (TS 24.229 5.3). */
#include <stdlib.h>

#include "err.h"
#include "reg_int.h"

struct reg_icscf {
	struct reg_hop	 hop;
	struct reg_net	 net;
	struct reg_hss	*hss;
};

struct reg_icscf *
reg_icscf_new(const struct reg_net *net, struct reg_hss *hss,
    const struct reg_sink *sink)
{
	struct reg_icscf *i = calloc(1, sizeof(*i));

	if (i == NULL)
		return NULL;
	i->net = *net;
	i->hss = hss;
	if (reg_hop_init(&i->hop, &net->icscf, sink) < 0) {
		reg_icscf_free(i);
		return NULL;
	}
	return i;
}

void
reg_icscf_free(struct reg_icscf *i)
{
	if (i == NULL)
		return;
	reg_hop_free(&i->hop);
	free(i);
}

/* UAR (TS 29.228 6.1.1): is the user ours, and the identity the user's? */
static bool
may_register(struct reg_icscf *i, const struct sip_msg *m)
{
	struct slice scheme, params, name;
	const struct reg_user *u;

	if (sip_auth(sip_value(m, SIP_H_AUTHORIZATION), &scheme, &params) <
	    0 || !sip_param(params, ',', "username", &name) ||
	    (u = reg_hss_impi(i->hss, name)) == NULL)
		return false;
	return reg_user_has(u, reg_uri(m, SIP_H_TO));
}

static void
forward(struct reg_icscf *i, const struct flow_sip *m, uint64_t key, bool reg)
{
	struct flow_where to = reg_hop_to(&i->hop, &i->net.scscf);
	struct reg_edit *e = reg_edit_new(m->msg);
	struct buf s;

	if (e == NULL) {
		i->hop.node.mem = true;
		return;
	}
	buf_init(&s, REG_URI);
	buf_str(&s, "sip:");
	reg_put_place(&s, &i->net.scscf);
	if (reg_hop_self(&i->hop, reg_uri(m->msg, SIP_H_ROUTE)))
		reg_edit_pop(e, SIP_H_ROUTE);
	reg_hop_via(&i->hop, e, m, key, NULL, NULL);
	if (reg)
		reg_edit_uri(e, buf_slice(&s));
	else
		reg_edit_top(e, "Route: <%.*s;lr>", SL(buf_slice(&s)));
	reg_hop_forward(&i->hop, e, &to);
	buf_free(&s);
	reg_edit_free(e);
}

static void
request(struct reg_icscf *i, const struct flow_sip *m)
{
	uint64_t key;
	struct reg_txn *t = reg_hop_begin(&i->hop, m, &key);

	if (t == NULL)
		return;
	if (t->reg && !may_register(i, m->msg))
		reg_hop_refuse(&i->hop, t, m->msg, 403, "");
	else if (!t->reg && reg_hss_impu(i->hss, m->msg->uri) == NULL)
		reg_hop_refuse(&i->hop, t, m->msg, 404, "");
	else {
		reg_hop_trying(&i->hop, t, m->msg);
		forward(i, m, key, t->reg);
	}
}

static void
response(struct reg_icscf *i, const struct flow_sip *m)
{
	struct reg_txn *t = reg_hop_find(&i->hop, m->msg);
	struct reg_edit *e;

	if (t == NULL || m->msg->status == 100)
		return;
	if ((e = reg_edit_new(m->msg)) == NULL) {
		i->hop.node.mem = true;
		return;
	}
	reg_hop_back(&i->hop, t, e, m->msg);
	reg_edit_free(e);
}

int
reg_icscf_sip(struct reg_icscf *i, const struct flow_sip *m)
{
	if (m->where.time_ns > i->hop.node.now_ns)
		i->hop.node.now_ns = m->where.time_ns;
	if (m->msg->request)
		request(i, m);
	else
		response(i, m);
	return reg_node_result(&i->hop.node);
}
