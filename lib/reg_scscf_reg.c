/* reg_scscf_reg: the S-CSCF as registrar (TS 24.229 5.4.1, TS 33.203 6.1). */
#include <stdio.h>
#include <string.h>

#include "auth.h"
#include "crypt.h"
#include "err.h"
#include "reg_scscf_int.h"

/* What a REGISTER says, taken apart. */
struct asked {
	const struct sip_msg	*m;
	struct slice		 params;	/* of Authorization */
	struct slice		 nonce, response, auts;
	bool			 protected;	/* integrity-protected=yes */
	bool			 marked;	/* it is there at all */
	uint32_t		 expires;
};

static void
refuse(struct reg_scscf *s, struct reg_txn *t, const struct sip_msg *m,
    unsigned status)
{
	char extra[64] = "";

	if (status == 420)
		(void)snprintf(extra, sizeof(extra), "Unsupported: path\r\n");
	if (status == 423)
		(void)snprintf(extra, sizeof(extra), "Min-Expires: %u\r\n",
		    (unsigned)s->c.min_expires);
	reg_hop_refuse(&s->hop, t, m, status, extra);
}

static void
put_challenge(struct reg_scscf *s, const struct scscf_user *u)
{
	struct buf *b = &s->hop.node.out;
	const struct reg_vector *v = &u->vector;

	buf_printf(b, "WWW-Authenticate: Digest realm=\"%s\",nonce=\"%s\","
	    "algorithm=", s->c.net.domain, u->nonce);
	aka_scheme_write(b, &s->c.scheme);
	if (s->c.qop[0] != '\0')
		buf_printf(b, ",qop=\"%s\"", s->c.qop);
	buf_str(b, ",ik=\"");
	buf_hex(b, slice_of(v->result.ik, v->ik_len));
	buf_str(b, "\",ck=\"");
	buf_hex(b, slice_of(v->result.ck, v->ck_len));
	buf_str(b, "\"\r\n");
}

/* RFC 3310 3.2 */
static void
set_nonce(struct scscf_user *u)
{
	uint8_t both[AKA_RAND + AKA_AUTN_MAX];
	struct buf text;

	memcpy(both, u->vector.rand, AKA_RAND);
	memcpy(both + AKA_RAND, u->vector.autn, u->vector.autn_len);
	buf_init(&text, sizeof(u->nonce) - 1);
	buf_base64(&text, slice_of(both, AKA_RAND + u->vector.autn_len));
	(void)reg_copy(u->nonce, sizeof(u->nonce), buf_slice(&text));
	buf_free(&text);
}

static void
challenge(struct reg_scscf *s, struct scscf_user *u, struct reg_txn *t,
    const struct sip_msg *m)
{
	struct reg_node *n = &s->hop.node;
	char tag[REG_ID];

	memset(&u->vector, 0, sizeof(u->vector));
	n->sink.draw(REG_DRAW_RAND, u->vector.rand, AKA_RAND, n->sink.arg);
	if (reg_user_vector(u->user, &u->vector) < 0) {
		refuse(s, t, m, 500);
		return;
	}
	set_nonce(u);
	u->open = true;
	u->await_ns = n->now_ns + REG_AWAIT_AUTH;
	reg_scscf_wake(s, u->await_ns);
	if (n->sink.vector != NULL)
		n->sink.vector(&u->vector, n->sink.arg);
	reg_node_id(n, tag);
	reg_put_response(&n->out, m, 401, tag, false);
	put_challenge(s, u);
	reg_put_end(&n->out, NULL, slice_of(NULL, 0));
	reg_hop_answer(&s->hop, t);
}

/* Is the response that of XRES?  What it is made with comes from the phone. */
static bool
right(struct reg_scscf *s, const struct scscf_user *u, const struct asked *a)
{
	struct aka_digest d;
	const struct reg_vector *v = &u->vector;
	char out[AKA_RESPONSE];
	struct buf password;
	int n;

	auth_digest(a->m, a->params, &d);
	d.scheme = s->c.scheme;
	d.nonce = a->nonce;
	if (!slice_is(d.realm, s->c.net.domain))
		return false;
	buf_init(&password, 256);
	n = aka_password(&d.scheme, slice_of(v->result.res,
	    v->result.res_len), slice_of(v->result.ck, v->ck_len),
	    slice_of(v->result.ik, v->ik_len), &password);
	if (n >= 0)
		n = aka_response(&d, buf_slice(&password), out);
	buf_wipe(&password);
	if (n <= 0 || a->response.n != (size_t)n)
		return false;
	for (int i = 0; i < n; i++)
		if (out[i] >= 'A' && out[i] <= 'F')
			out[i] = (char)(out[i] + 'a' - 'A');
	return crypt_equal(out, a->response.p, (size_t)n);
}

/* P-Associated-URI: the default one first, never the barred one alone. */
static void
put_associated(struct buf *b, const struct reg_identity *who)
{
	buf_str(b, "P-Associated-URI: ");
	if (who->n_impu == 0)
		buf_printf(b, "<%s>", who->register_as);
	for (size_t i = 0; i < who->n_impu; i++)
		buf_printf(b, "%s<%s>", i > 0 ? ", " : "", who->impu[i]);
	buf_str(b, "\r\n");
}

/* The Contact as registered with the time that is granted. */
static void
put_contact(struct buf *b, const char *contact, uint32_t expires)
{
	struct slice rest = slice_str(contact);
	struct sip_addr a;
	struct sip_param p;

	if (sip_addr(rest, &a) < 0)
		return;
	buf_printf(b, "Contact: <%.*s>", SL(a.uri));
	while (sip_param_next(&a.params, ';', &p))
		if (!slice_caseis(p.name, "expires"))
			buf_printf(b, ";%.*s%s%s%.*s%s", SL(p.name),
			    p.has_value ? "=" : "", p.quoted ? "\"" : "",
			    SL(p.value), p.quoted ? "\"" : "");
	buf_printf(b, ";expires=%u\r\n", (unsigned)expires);
}

static void
accept(struct reg_scscf *s, struct scscf_user *u, struct reg_txn *t,
    const struct asked *a)
{
	const struct sip_header *pcv = sip_get(a->m,
	    SIP_H_P_CHARGING_VECTOR);
	struct buf *b = &s->hop.node.out;
	char tag[REG_ID];

	reg_node_id(&s->hop.node, tag);
	reg_put_response(b, a->m, 200, tag, false);
	if (a->expires > 0) {
		buf_printf(b, "Path: %s\r\nService-Route: <sip:orig@", u->path);
		reg_put_place(b, &s->c.net.scscf);
		buf_str(b, ";lr>\r\n");
		put_associated(b, &u->user->who);
	}
	put_contact(b, u->contact, a->expires);
	if (pcv != NULL)
		buf_printf(b, "P-Charging-Vector: %.*s;term-ioi=%s\r\n",
		    SL(pcv->value), s->c.net.domain);
	reg_put_end(b, NULL, slice_of(NULL, 0));
	reg_hop_answer(&s->hop, t);
}

/* The binding is stored; false: the request has no place for it. */
static bool
bind(struct reg_scscf *s, struct scscf_user *u, const struct asked *a)
{
	struct sip_iter it = { 0 };
	struct slice v;

	if (!sip_each(a->m, SIP_H_CONTACT, &it, &v) || (a->expires > 0 &&
	    !reg_is_target(reg_uri(a->m, SIP_H_CONTACT))) ||
	    !reg_copy(u->contact, sizeof(u->contact), v) ||
	    !reg_copy(u->uri, sizeof(u->uri), reg_uri(a->m, SIP_H_CONTACT)) ||
	    !reg_join(a->m, SIP_H_PATH, u->path, sizeof(u->path)))
		return false;
	u->registered = a->expires > 0;
	u->expire_ns = s->hop.node.now_ns + a->expires * REG_SECOND;
	reg_scscf_wake(s, u->expire_ns);
	return true;
}

static void
conclude(struct reg_scscf *s, struct scscf_user *u, struct reg_txn *t,
    struct asked *a)
{
	if (a->expires > s->c.max_expires)
		a->expires = s->c.max_expires;
	if (!bind(s, u, a)) {
		refuse(s, t, a->m, 400);
		return;
	}
	accept(s, u, t, a);
	reg_node_news(&s->hop.node, a->expires > 0 ? REG_NEWS_REGISTERED :
	    REG_NEWS_DEREGISTERED, u->user->who.impi, "");
	if (a->expires == 0)
		u->subscribed = false;
}

/* An answer to the challenge that is open, or what it is instead of one. */
static void
answered(struct reg_scscf *s, struct scscf_user *u, struct reg_txn *t,
    struct asked *a)
{
	uint8_t auts[AKA_AUTS_MAX];
	int n;

	u->open = false;
	if (a->auts.n > 0) {
		n = slice_base64(a->auts, auts, sizeof(auts));
		if (n < 0 || reg_user_resync(u->user, u->vector.rand,
		    slice_of(auts, (size_t)n)) < 0)
			refuse(s, t, a->m, 403);
		else
			challenge(s, u, t, a->m);
	} else if (a->response.n == 0)
		refuse(s, t, a->m, 403);	/* the MAC was wrong */
	else if (!a->protected)
		challenge(s, u, t, a->m);	/* TS 33.203 5.1.2 */
	else if (right(s, u, a))
		conclude(s, u, t, a);
	else {
		refuse(s, t, a->m, 403);
		reg_node_news(&s->hop.node, REG_NEWS_REFUSED,
		    u->user->who.impi, "response is wrong");
	}
}

static void
read_asked(struct asked *a, const struct sip_msg *m)
{
	struct slice scheme, v;

	memset(a, 0, sizeof(*a));
	a->m = m;
	if (sip_auth(sip_value(m, SIP_H_AUTHORIZATION), &scheme,
	    &a->params) < 0)
		a->params = slice_of(NULL, 0);
	(void)sip_param(a->params, ',', "nonce", &a->nonce);
	(void)sip_param(a->params, ',', "response", &a->response);
	(void)sip_param(a->params, ',', "auts", &a->auts);
	a->marked = sip_param(a->params, ',', "integrity-protected", &v);
	a->protected = slice_caseis(v, "yes");
	a->expires = REG_EXPIRES;
	(void)reg_expires(m, &a->expires);
}

/* 0, or why the REGISTER gets nowhere. */
static unsigned
judge(const struct reg_scscf *s, const struct reg_user *u,
    const struct asked *a)
{
	if (s->c.refuse != 0)
		return s->c.refuse;
	if (u == NULL || !a->marked ||
	    !reg_user_has(u, reg_uri(a->m, SIP_H_TO)))
		return 403;
	if (sip_get(a->m, SIP_H_CONTACT) == NULL)
		return 400;
	if (a->expires > 0 && a->expires < s->c.min_expires)
		return 423;
	return 0;
}

void
reg_scscf_register(struct reg_scscf *s, const struct flow_sip *m,
    struct reg_txn *t)
{
	struct slice name;
	struct scscf_user *u;
	struct reg_user *who;
	struct asked a;
	unsigned status;

	read_asked(&a, m->msg);
	(void)sip_param(a.params, ',', "username", &name);
	who = reg_hss_impi(s->hss, name);
	status = judge(s, who, &a);
	if (status != 0) {
		refuse(s, t, m->msg, status);
		return;
	}
	if ((u = reg_scscf_user(s, who)) == NULL)
		return;
	/* A MAC that is wrong may be one of a nonce that was changed. */
	if (u->open && a.nonce.n > 0 && (slice_is(a.nonce, u->nonce) ||
	    (a.response.n == 0 && a.auts.n == 0)))
		answered(s, u, t, &a);
	else if (!a.protected)
		challenge(s, u, t, m->msg);
	else if (!u->registered)
		refuse(s, t, m->msg, 500);	/* TS 24.229 5.4.1.2.2 */
	else if (!slice_is(reg_uri(m->msg, SIP_H_CONTACT), u->uri))
		refuse(s, t, m->msg, 403);
	else if (a.expires == 0 || s->c.trust_refresh)
		conclude(s, u, t, &a);
	else
		challenge(s, u, t, m->msg);
}
