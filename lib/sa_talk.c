/* sa_talk: the messages of each registration on Gm, brought together. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "sa_int.h"

struct sa_talks {
	struct table	*calls;		/* sa_call_key -> struct sa_talk */
	sa_talk_fn	*fn;
	void		*arg;
};

/* One that never came to its second REGISTER; a refresh is none. */
static void
drop(void *val, void *arg)
{
	struct sa_talks *t = arg;
	struct sa_talk *k = val;

	if (!k->done && !k->refresh && t->fn != NULL)
		t->fn(k, t->arg);
}

struct sa_talks *
sa_talks_new(sa_talk_fn *fn, void *arg)
{
	struct sa_talks *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->fn = fn;
	t->arg = arg;
	t->calls = table_new(sizeof(struct sa_call_key), sizeof(struct sa_talk),
	    SA_CALLS, drop, t);
	if (t->calls == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void
sa_talks_end(struct sa_talks *t)
{
	struct sa_talk *k;

	while ((k = table_next(t->calls, NULL)) != NULL)
		table_drop(t->calls, k);
}

void
sa_talks_free(struct sa_talks *t)
{
	if (t == NULL)
		return;
	t->fn = NULL;
	table_free(t->calls);
	free(t);
}

static void
copy(char to[SA_IMPI_MAX], struct slice s)
{
	s = slice_sub(s, 0, SA_IMPI_MAX - 1);
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

/* The parameter NAME of header H, empty if absent. */
static struct slice
auth_param(const struct sip_msg *m, enum sip_h h, const char *name)
{
	struct slice scheme, params, v = { NULL, 0 };

	if (sip_auth(sip_value(m, h), &scheme, &params) < 0 ||
	    !sip_param(params, ',', name, &v))
		return slice_of(NULL, 0);
	return v;
}

static void
first_register(struct sa_talk *k, const struct sip_msg *m, uint32_t cseq,
    const struct sa_seen *at)
{
	memset(k, 0, sizeof(*k));
	k->ue = *at->src;
	k->pcscf = *at->dst;
	copy(k->impi, sa_impi(m));
	copy(k->call_id, sip_value(m, SIP_H_CALL_ID));
	k->cseq = cseq;
	k->protected = at->spi != 0;
	k->time_ns = at->time_ns;
	k->frame[0] = at->frame;
	sa_text_keep(&k->client, m, SIP_H_SECURITY_CLIENT);
}

/* The REGISTER that answers the challenge (SM7). */
static void
second_register(struct sa_talks *t, struct sa_talk *k, const struct sip_msg *m,
    uint32_t cseq, const struct sa_seen *at, const struct sa_esp *esp)
{
	k->cseq = cseq;
	k->frame[2] = at->frame;
	k->answered = true;
	k->spi = at->spi;
	k->esp = *esp;
	k->clear = at->spi == 0 && at->src->family != 0;
	sa_text_keep(&k->verify, m, SIP_H_SECURITY_VERIFY);
	sa_text_keep(&k->again, m, SIP_H_SECURITY_CLIENT);
	k->done = true;
	t->fn(k, t->arg);
}

static int
on_register(struct sa_talks *t, const struct sip_msg *m, uint32_t cseq,
    const struct sa_seen *at, const struct sa_esp *esp)
{
	struct slice nonce = auth_param(m, SIP_H_AUTHORIZATION, "nonce");
	struct sa_call_key id;
	struct sa_talk *k;

	sa_call_key(&id, at->src, sip_value(m, SIP_H_CALL_ID));
	if ((k = table_put(t->calls, &id, at->time_ns)) == NULL)
		return ERR_MEM;
	if (k->call_id[0] != '\0' && k->cseq == cseq)
		return 0;		/* sent again */
	if (k->challenged && !k->done && nonce.n > 0 &&
	    slice_hash(0, nonce) == k->nonce &&
	    auth_param(m, SIP_H_AUTHORIZATION, "response").n > 0 &&
	    auth_param(m, SIP_H_AUTHORIZATION, "auts").n == 0)
		second_register(t, k, m, cseq, at, esp);
	else
		first_register(k, m, cseq, at);
	return 0;
}

static void
on_response(struct sa_talks *t, const struct sip_msg *m, uint32_t cseq,
    const struct sa_seen *at)
{
	struct sa_call_key id;
	struct sa_talk *k;
	struct slice nonce;

	sa_call_key(&id, at->dst, sip_value(m, SIP_H_CALL_ID));
	if (m->status < 200 || (k = table_get(t->calls, &id)) == NULL ||
	    k->done || k->challenged || k->cseq != cseq)
		return;
	sa_text_keep(&k->server, m, SIP_H_SECURITY_SERVER);
	k->frame[1] = at->frame;
	nonce = auth_param(m, SIP_H_WWW_AUTHENTICATE, "nonce");
	if (m->status == 401 && nonce.n > 0) {
		k->challenged = true;
		k->nonce = slice_hash(0, nonce);
	} else {
		k->status = m->status;
		k->refresh = m->status < 300 && k->protected;
	}
}

int
sa_talks_sip(struct sa_talks *t, const struct sip_msg *m,
    const struct sa_seen *at, const struct sa_esp *esp)
{
	struct sip_cseq cseq;

	/* Behind the P-CSCF there is more than the phone's own Via. */
	if (sip_cseq(m, &cseq) < 0 || !slice_is(cseq.method, "REGISTER") ||
	    sip_count(m, SIP_H_VIA) != 1)
		return 0;
	if (m->request)
		return on_register(t, m, cseq.number, at, esp);
	on_response(t, m, cseq.number, at);
	return 0;
}

void
sa_talk_sides(const struct sa_talk *k, struct sa_sides *s)
{
	memset(s, 0, sizeof(*s));
	s->n_client = sa_text_mechs(&k->client, s->client);
	s->n_server = sa_text_mechs(&k->server, s->server);
	s->n_verify = sa_text_mechs(&k->verify, s->verify);
	s->n_again = sa_text_mechs(&k->again, s->again);
	s->challenged = k->challenged;
	s->answered = k->answered;
	s->clear = k->clear;
	s->spi = k->spi;
	s->known = k->esp.known;
	s->alg = k->esp.alg;
	s->ealg = k->esp.ealg;
	s->status = k->status;
}
