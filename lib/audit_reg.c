/* audit_reg: how far each registration came, and what stopped it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit_int.h"
#include "err.h"

static const char *const stage_names[] = {
	"", "register", "challenge", "answer",
};
static const char *const verdict_names[] = {
	"registered", "deregistered", "refused", "silent", "unanswered",
};

const char *
audit_stage_name(enum audit_stage s)
{
	return stage_names[s];
}

const char *
audit_verdict_name(enum audit_verdict v)
{
	return verdict_names[v];
}

/* Append to what is told. */
__attribute__((format(printf, 3, 4)))
static void
say(char *text, size_t max, const char *fmt, ...)
{
	size_t n = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text + n, max - n, fmt, ap);
	va_end(ap);
}

/* The pairs of a list, each once: "hmac-sha-1-96/aes-cbc, ...". */
static void
say_pairs(char *text, size_t max, const struct sa_mech *m, size_t n)
{
	unsigned seen = 0;
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		unsigned bit;

		if (!sa_mech_ipsec(&m[i]) || m[i].alg < 0 || m[i].ealg < 0)
			continue;
		bit = 1U << (m[i].alg * 4 + m[i].ealg);
		if ((seen & bit) != 0)
			continue;
		seen |= bit;
		say(text, max, "%s%s/%s", first ? "" : ", ",
		    esp_alg_name((enum esp_alg)m[i].alg),
		    esp_ealg_name((enum esp_ealg)m[i].ealg));
		first = false;
	}
	if (first)
		say(text, max, "nothing that is known");
}

/* Why a phone may fall silent after this 401; empty if it is not seen. */
static void
why_silent(struct audit_ctx *c, struct audit_tale *t)
{
	struct sa_mech client[SA_MECHS], server[SA_MECHS];
	size_t n_client = sa_text_mechs(&c->r->client, client);
	size_t n_server = sa_mechs(c->m, SIP_H_SECURITY_SERVER, server);
	uint8_t rand[AKA_RAND], autn[AKA_AUTN];
	struct slice nonce = { NULL, 0 };
	uint64_t sqn;
	char *why = t->why;

	why[0] = '\0';
	(void)sip_param(c->chal, ',', "nonce", &nonce);
	if (c->chal.n == 0)
		say(why, sizeof(t->why), "the 401 has no challenge");
	else if (sa_nonce(nonce, rand, autn) < 0 && audit_is_aka(c->chal))
		say(why, sizeof(t->why), "the nonce has no RAND and AUTN");
	else if (n_client > 0 && n_server == 0)
		say(why, sizeof(t->why), "the 401 has no Security-Server, "
		    "though the phone offered ipsec-3gpp");
	else if (n_client > 0 && sa_choose(client, n_client, server,
	    n_server) < 0) {
		say(why, sizeof(t->why), "Security-Server offers only ");
		say_pairs(why, sizeof(t->why), server, n_server);
		say(why, sizeof(t->why), ", the phone offered only ");
		say_pairs(why, sizeof(t->why), client, n_client);
	} else if (nonce.n > 0 && c->r->impi[0] != '\0' &&
	    sa_nonce(nonce, rand, autn) == 0 &&
	    sa_db_autn(c->a->db, slice_str(c->r->impi), rand, autn, &sqn) ==
	    ERR_AUTH)
		say(why, sizeof(t->why), "the MAC in AUTN does not fit the "
		    "subscriber's key");
}

static struct audit_ue *
ue_of(struct audit *a, const struct audit_tale *t)
{
	return table_get(a->ues, &t->ue);
}

/* What ESP packets that stayed closed say. */
static void
say_esp(struct audit *a, struct audit_tale *t, char *text, size_t max)
{
	const struct audit_ue *ue = ue_of(a, t);

	if (ue == NULL || ue->closed_up == 0)
		return;
	if (ue->closed_icv > 0)
		say(text, max, "; %u ESP packets of the phone have an "
		    "integrity check value that does not match: the two have "
		    "different keys", ue->closed_icv);
	else if (ue->closed_down == 0)
		say(text, max, "; %u ESP packets of the phone were seen that "
		    "stay closed, and none that answers them: look at the "
		    "P-CSCF's associations and at what filters ESP",
		    ue->closed_up);
	else
		say(text, max, "; %u ESP packets of the phone and %u to it "
		    "stay closed: their key is not known", ue->closed_up,
		    ue->closed_down);
}

static void
tell(struct audit *a, struct audit_tale *t, struct slice call_id,
    enum audit_verdict v)
{
	struct audit_registration r = { .verdict = v, .stage = t->stage,
	    .status = t->status, .last = t->last };
	char text[512] = "";

	r.where.timed = t->timed;
	r.where.time_ns = t->time_ns;
	r.where.frame = t->frame;
	r.where.src = t->ue;
	r.where.dst = t->pcscf;
	r.where.sport = t->sport;
	r.where.dport = t->dport;
	r.where.file = slice_str(t->file);
	switch (v) {
	case AUDIT_SILENT:
		say(text, sizeof(text), "the phone is silent after the 401%s%s",
		    t->why[0] != '\0' ? ": " : "", t->why);
		say_esp(a, t, text, sizeof(text));
		break;
	case AUDIT_UNANSWERED:
		say(text, sizeof(text), t->stage == AUDIT_STAGE_ANSWER ?
		    "the answer to the challenge gets no response" :
		    "REGISTER gets no response");
		say_esp(a, t, text, sizeof(text));
		break;
	default:
		say(text, sizeof(text), "%s", t->why);
	}
	if (t->failures > 0)
		say(text, sizeof(text), "; %u challenge%s refused before",
		    t->failures, t->failures > 1 ? "s were" : " was");
	r.message = slice_str(text);
	r.call_id = call_id;
	r.impi = slice_str(t->impi);
	t->stage = AUDIT_STAGE_NONE;
	if (a->registered != NULL)
		a->registered(&r, a->arg);
}

static void
begin(struct audit_ctx *c, struct audit_tale *t)
{
	const struct flow_where *w = &c->s->where;
	size_t n = w->file.n < sizeof(t->file) ? w->file.n :
	    sizeof(t->file) - 1;

	memset(t, 0, sizeof(*t));
	t->stage = AUDIT_STAGE_REGISTER;
	t->timed = w->timed;
	t->time_ns = w->time_ns;
	t->frame = w->frame;
	t->ue = w->src;
	t->pcscf = w->dst;
	t->sport = w->sport;
	t->dport = w->dport;
	if (n > 0)
		memcpy(t->file, w->file.p, n);
	n = c->call_id.n < sizeof(t->call_id) ? c->call_id.n :
	    sizeof(t->call_id) - 1;
	if (n > 0)
		memcpy(t->call_id, c->call_id.p, n);
}

static void
request(struct audit_ctx *c, struct audit_tale *t)
{
	struct sip_addr contact;
	struct slice v = { NULL, 0 };
	size_t n = c->username.n;

	if (t->stage == AUDIT_STAGE_NONE)
		begin(c, t);
	else if (t->stage == AUDIT_STAGE_CHALLENGE) {
		t->stage = AUDIT_STAGE_ANSWER;
		t->failures += c->response.n == 0 || c->auts.p != NULL;
		t->esp = c->s->protection.on;
	}
	if (n > 0 && n < sizeof(t->impi))
		memcpy(t->impi, c->username.p, n), t->impi[n] = '\0';
	if (sip_addr(sip_value(c->m, SIP_H_CONTACT), &contact) == 0)
		(void)sip_param(contact.params, ';', "expires", &v);
	if (v.n == 0)
		v = sip_value(c->m, SIP_H_EXPIRES);
	t->leaves = slice_is(v, "0");
	t->last = c->s->where.frame;
}

/* Header H of a refusal, to be shown. */
static void
say_header(struct audit_ctx *c, struct audit_tale *t, const char *name)
{
	const struct sip_header *h = sip_get_named(c->m, name);
	char shown[SLICE_SHOW];

	if (h != NULL)
		say(t->why, sizeof(t->why), "; %s: %s", name,
		    slice_show(h->value, shown));
}

static const char *
refusal(const struct audit_tale *t, unsigned status)
{
	switch (status) {
	case 403:
		return t->stage == AUDIT_STAGE_ANSWER ?
		    "the answer to the challenge is not accepted, or the user "
		    "may not register" : "the user may not register here, or "
		    "its identities do not belong together";
	case 404:
		return "the public identity is not known";
	case 408:
	case 504:
		return "a node behind the P-CSCF does not answer";
	case 420:
		return "an extension is required that somebody has not";
	case 421:
		return "the network requires the security agreement";
	case 423:
		return "the registration is asked for too short a time";
	case 439:
		return "the first hop does not support outbound";
	case 494:
		return "the P-CSCF wants another security agreement";
	case 500:
		return "the network has no binding of this registration, or "
		    "failed";
	case 503:
		return "the network is not available";
	default:
		return "refused";
	}
}

static void
succeeded(struct audit_ctx *c, struct audit_tale *t)
{
	const struct audit_set *set = &c->ue->set[0];

	t->why[0] = '\0';
	say(t->why, sizeof(t->why), "%s %s", t->leaves ? "deregistered" :
	    "registered", t->stage == AUDIT_STAGE_ANSWER ?
	    "with the answer to a challenge" : "without a challenge");
	if (t->esp && c->ue->n_set > 0 && set->alg >= 0 && set->ealg >= 0)
		say(t->why, sizeof(t->why), ", under ESP with %s and %s",
		    esp_alg_name((enum esp_alg)set->alg),
		    esp_ealg_name((enum esp_ealg)set->ealg));
	else if (t->esp)
		say(t->why, sizeof(t->why), ", under ESP");
	else
		say(t->why, sizeof(t->why), ", without ESP");
}

static void
response(struct audit_ctx *c, struct audit_tale *t)
{
	unsigned status = c->m->status;

	if (t->stage == AUDIT_STAGE_NONE || status < 200)
		return;
	t->status = status;
	t->last = c->s->where.frame;
	if (status == 401) {
		t->stage = AUDIT_STAGE_CHALLENGE;
		why_silent(c, t);
		return;
	}
	if (status / 100 == 2) {
		succeeded(c, t);
		tell(c->a, t, c->call_id, t->leaves ? AUDIT_DEREGISTERED :
		    AUDIT_REGISTERED);
		return;
	}
	t->why[0] = '\0';
	say(t->why, sizeof(t->why), "%u: %s", status, refusal(t, status));
	say_header(c, t, "Reason");
	say_header(c, t, "Warning");
	say_header(c, t, "Unsupported");
	say_header(c, t, "Min-Expires");
	if (status == 421 || status == 494)
		say_header(c, t, "Security-Server");
	tell(c->a, t, c->call_id, AUDIT_REFUSED);
}

void
audit_reg(struct audit_ctx *c)
{
	if (c->r == NULL || c->a->registered == NULL)
		return;
	if (c->m->request && c->leg == LEG_UP)
		request(c, &c->r->tale);
	else if (!c->m->request && c->leg == LEG_DOWN)
		response(c, &c->r->tale);
}

void
audit_reg_closed(struct audit *a, const struct flow_esp *e)
{
	struct audit_ue *ue = table_get(a->ues, &e->where.src);

	if (ue != NULL && ue->registers) {
		ue->closed_up++;
		ue->closed_icv += e->reason == ERR_AUTH;
	} else if ((ue = table_get(a->ues, &e->where.dst)) != NULL)
		ue->closed_down++;
}

void
audit_reg_end(struct audit *a)
{
	struct audit_reg *r = NULL;

	while ((r = table_next(a->regs, r)) != NULL) {
		struct audit_tale *t = &r->tale;

		if (t->stage == AUDIT_STAGE_CHALLENGE)
			tell(a, t, slice_str(t->call_id), AUDIT_SILENT);
		else if (t->stage != AUDIT_STAGE_NONE)
			tell(a, t, slice_str(t->call_id), AUDIT_UNANSWERED);
	}
}
