/* sa_agree: what two sides should have agreed on, and did (TS 33.203 7.2). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "sa.h"

#define SPIS	(SA_SPI_C | SA_SPI_S)
#define NUMBERS	(SPIS | SA_PORT_C | SA_PORT_S)
#define ALGS	(SA_ALG | SA_EALG | SA_Q | SA_DIFF_COUNT | SA_DIFF_NAME)

const char *
sa_verdict_name(enum sa_verdict v)
{
	static const char *const names[] = {
		"ok", "bid-down", "mismatch", "no-agreement", "incomplete",
	};

	return names[v];
}

static void	because(struct sa_judged *j, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));

static void
because(struct sa_judged *j, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n <= 0)
		return;
	if (j->why.n > 0)
		buf_u8(&j->why, '\n');
	buf_str(&j->why, text);
}

/* The first verdict that is not good stays. */
static void
verdict(struct sa_judged *j, enum sa_verdict v)
{
	if (j->verdict == SA_OK)
		j->verdict = v;
}

/* Numbers that no SA can have make a mismatch; the rest are remarks. */
static void
on_fault(enum sa_fault f, struct slice text, void *arg)
{
	static const char *const clause[] = {
		[SA_FAULT_PAIR] = "TS 33.203 annex H",
		[SA_FAULT_SPI] = "RFC 4303 2.1",
		[SA_FAULT_PORT] = "TS 33.203 7.1",
		[SA_FAULT_MISSING] = "TS 33.203 annex H",
		[SA_FAULT_ODD] = "TS 33.203 annex H",
		[SA_FAULT_DIFFER] = "TS 33.203 annex H",
		[SA_FAULT_EQUAL] = "TS 33.203 7.2, TS 33.226 4.2.2.3.5",
	};
	struct sa_judged *j = arg;

	because(j, "%.*s (%s)", (int)text.n, (const char *)text.p, clause[f]);
	if (f == SA_FAULT_MISSING || f == SA_FAULT_DIFFER ||
	    f == SA_FAULT_EQUAL)
		verdict(j, SA_MISMATCH);
}

static const struct sa_mech *
check_lists(const struct sa_sides *s, struct sa_judged *j)
{
	const struct sa_told told = { on_fault, j };
	const struct sa_mech *u, *p;

	u = sa_list_check("Security-Client", s->client, s->n_client, &told);
	p = sa_list_check("Security-Server", s->server, s->n_server, &told);
	if (u == NULL) {
		because(j, "no Security-Client with ipsec-3gpp in the first "
		    "REGISTER (TS 33.203 7.2)");
		j->verdict = SA_NO_AGREEMENT;
	}
	if (p == NULL && s->challenged && u != NULL) {
		sa_need_check(NULL, &told);
		j->verdict = SA_NO_AGREEMENT;
	}
	if (u == NULL || p == NULL)
		return NULL;
	sa_need_check(p, &told);
	sa_spi_check(u, p, &told);
	return p;
}

static void
name_choice(const struct sa_choice *c, char out[96])
{
	(void)snprintf(out, 96, "alg=%s ealg=%s mod=%s",
	    esp_alg_name((enum esp_alg)c->alg),
	    esp_ealg_name((enum esp_ealg)c->ealg),
	    sa_mode_name((enum sa_mode)c->mode));
}

static struct sa_choice
choice_of(const struct sa_mech *m)
{
	return (struct sa_choice){ true, m->alg, m->ealg, m->mode };
}

/* What SM7 repeats of the numbers of SM1 (CLIENT) and SM6 (VERIFY). */
static void
judge_numbers(const struct sa_diff *verify, const struct sa_diff *client,
    struct sa_judged *j)
{
	bool u = (client->what & NUMBERS) != 0;
	bool p = (verify->what & NUMBERS) != 0;

	if (u && p)
		because(j, "Security-Client and Security-Verify of the second "
		    "REGISTER have other SPIs or ports than Security-Client "
		    "of the first and Security-Server; the P-CSCF must abort "
		    "(TS 33.226 4.2.2.3.2 case 2)");
	else if (u)
		because(j, "Security-Client of the second REGISTER has other "
		    "SPIs or ports than that of the first; the P-CSCF must "
		    "abort (TS 33.226 4.2.2.3.2 case 1)");
	else if (p)
		because(j, "Security-Verify has other SPIs or ports than "
		    "Security-Server; the P-CSCF must abort (TS 33.226 "
		    "4.2.2.3.2 case 3)");
	if (u || p)
		verdict(j, SA_BID_DOWN);
}

/* What differs of the rest of a list, NAME against WAS. */
static void
judge_rest(const struct sa_diff *d, const char *name, const char *was,
    const char *clause, struct sa_judged *j)
{
	if (d->what & ALGS) {
		because(j, "%s has another list of algorithms than %s, from "
		    "mechanism %zu on; the P-CSCF must abort (%s)", name, was,
		    d->at + 1, clause);
		verdict(j, SA_BID_DOWN);
	}
	if (d->what & SA_MOD) {
		because(j, "%s has another mod than %s: the mode was altered "
		    "(TS 33.203 annex H)", name, was);
		verdict(j, SA_BID_DOWN);
	}
	if (d->what & SA_PROT) {
		because(j, "%s has another prot than %s: the protocol was "
		    "altered (TS 33.203 annex H)", name, was);
		verdict(j, SA_BID_DOWN);
	}
}

/* The checks of the P-CSCF on SM7 (TS 33.203 7.2). */
static void
judge_second(const struct sa_sides *s, struct sa_judged *j)
{
	struct sa_diff verify = { 0 }, client = { 0 };

	if (s->n_verify == 0) {
		because(j, "no Security-Verify in the second REGISTER: what "
		    "the phone was offered cannot be checked (RFC 3329 2.3.1)");
		verdict(j, SA_MISMATCH);
	} else
		(void)sa_list_diff(s->verify, s->n_verify, s->server,
		    s->n_server, &verify);
	if (s->n_again == 0) {
		because(j, "no Security-Client in the second REGISTER "
		    "(TS 33.203 7.2)");
		verdict(j, SA_MISMATCH);
	} else
		(void)sa_list_diff(s->again, s->n_again, s->client,
		    s->n_client, &client);
	judge_numbers(&verify, &client, j);
	judge_rest(&verify, "Security-Verify", "Security-Server",
	    "TS 33.226 4.2.2.3.2 case 4", j);
	judge_rest(&client, "Security-Client of the second REGISTER",
	    "that of the first", "TS 33.203 7.2", j);
}

/* What protected SM7, against what should have. */
static void
judge_esp(const struct sa_sides *s, const struct sa_mech *p,
    struct sa_judged *j)
{
	char should[96], chosen[96];

	if (s->clear) {
		because(j, "the second REGISTER came in clear; expected ESP "
		    "under the new SAs (TS 33.203 7.2)");
		verdict(j, SA_MISMATCH);
		return;
	}
	if (s->spi != 0 && (p->has & SA_SPI_S) && s->spi != p->spi_s) {
		because(j, "the second REGISTER came under spi %u; expected "
		    "%u, the new one (TS 33.203 7.4.1)", (unsigned)s->spi,
		    (unsigned)p->spi_s);
		verdict(j, SA_MISMATCH);
	}
	j->chosen = j->should;
	if (!s->known)
		return;
	j->chosen.there = true;
	j->chosen.alg = s->alg;
	j->chosen.ealg = s->ealg;
	if (s->alg == (enum esp_alg)j->should.alg &&
	    s->ealg == (enum esp_ealg)j->should.ealg)
		return;
	name_choice(&j->should, should);
	name_choice(&j->chosen, chosen);
	because(j, "ESP has %s; expected %s, the first that both have "
	    "(TS 33.226 4.2.2.3.1)", chosen, should);
	verdict(j, s->ealg == ESP_NULL && j->should.ealg != ESP_NULL ?
	    SA_BID_DOWN : SA_MISMATCH);
}

static void
judge_choice(const struct sa_sides *s, enum sa_rule rule, bool confidential,
    struct sa_judged *j)
{
	int at = sa_choose_by(rule, s->client, s->n_client, s->server,
	    s->n_server);

	if (at < 0) {
		because(j, "nothing in Security-Server is in Security-Client "
		    "with the same alg, ealg and mod (TS 33.203 7.2)");
		if (j->verdict != SA_MISMATCH)
			j->verdict = SA_NO_AGREEMENT;
		return;
	}
	j->should = choice_of(&s->server[at]);
	if (confidential && j->should.ealg == ESP_NULL) {
		because(j, "NULL encryption, which the policy does not allow; "
		    "expected an error to the phone (TS 33.226 4.2.2.3.4)");
		verdict(j, SA_MISMATCH);
	}
}

/* The list as it should be written, not only what it leads to. */
static void
remark_server(const struct sa_sides *s, struct sa_judged *j)
{
	size_t n = 0, q = 0, enc = 0;

	for (size_t i = 0; i < s->n_server; i++) {
		if (!sa_mech_ipsec(&s->server[i]))
			continue;
		n++;
		q += (s->server[i].has & SA_Q) != 0;
		enc += s->server[i].ealg > ESP_NULL;
	}
	if (n == 1)
		because(j, "Security-Server lists one mechanism; expected all "
		    "that the P-CSCF supports (TS 33.203 7.2)");
	if (q < n)
		because(j, "Security-Server without q; expected a different "
		    "one for each mechanism (RFC 3329 2.2)");
	if (n > 0 && enc == 0)
		because(j, "Security-Server lists no encryption (TS 33.203 "
		    "7.2, unless the P-CSCF never encrypts)");
}

void
sa_judge(const struct sa_sides *s, enum sa_rule rule, bool confidential,
    struct sa_judged *j)
{
	const struct sa_mech *p = check_lists(s, j);

	if (p != NULL) {
		judge_choice(s, rule, confidential, j);
		if (s->answered)
			judge_second(s, j);
		if (s->answered && j->should.there)
			judge_esp(s, p, j);
		remark_server(s, j);
	}
	if (s->status != 0) {
		because(j, "the P-CSCF answered %u without a challenge",
		    s->status);
		verdict(j, SA_NO_AGREEMENT);
	} else if (!s->challenged && s->n_server == 0) {
		because(j, "the challenge was not seen");
		verdict(j, SA_INCOMPLETE);
	} else if (!s->answered && p != NULL) {
		because(j, "the second REGISTER was not seen");
		verdict(j, SA_INCOMPLETE);
	}
}
