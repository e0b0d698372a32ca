/* sa_negotiate: sec-agree, as judge or as one of its sides (RFC 3329). */
#include <string.h>

#include "err.h"
#include "sa_agree.h"

static const char help[] =
"usage: ims-sa negotiate [options] [file ...]\n"
"\n"
"The security agreement of registrations: SIP messages, records, a capture, or\n"
"pasted Security-Client, -Server and -Verify.\n"
"\n"
"  --as judge            what should have been chosen, what was, and whether the\n"
"                        parties were bid down: a record for each; the default\n"
"  --as p-cscf           the Security-Server that answers a Security-Client\n"
"  --as ue               the choice and Security-Verify; Security-Client, if\n"
"                        there is no file\n"
"  --policy LIST         of that side: alg/ealg[/mod], by preference, commas\n"
"  --rule NAME           standard; or q, first, last of Security-Client, as\n"
"                        some servers choose\n"
"  --require-encryption  judge: NULL encryption is against the policy\n"
"  --single              p-cscf: list only what is chosen\n"
"  --nat                 the phone is behind a NAT: UDP-enc-tun\n"
"  --spi-pc --spi-ps --port-pc --port-ps N     p-cscf: by default random\n"
"  --spi-uc --spi-us --port-uc --port-us N     ue: the same\n"
"  -f NAME               json, or text; the sides write text by default\n"
"  -k FILE               keys, to see into ESP; SAs whose SPIs are taken\n"
"\n"
"Exit 0: all are ok, or there is an answer. Common options: ims-sa --help.\n";

struct agree agree;

static struct {
	struct sa_talks	*talks;
	struct buf	 out;
	uint64_t	 n;
	int		 answer;
	struct sa_talk	 talk;		/* of a side */
} g;

static void
text_choice(struct buf *out, const char *name, const struct sa_choice *c)
{
	if (c->there)
		buf_printf(out, "  %s: alg=%s ealg=%s mod=%s\n", name,
		    esp_alg_name((enum esp_alg)c->alg),
		    esp_ealg_name((enum esp_ealg)c->ealg),
		    sa_mode_name((enum sa_mode)c->mode));
}

static void
text(struct buf *out, const struct sa_talk *k, const struct sa_judged *j)
{
	struct slice rest = buf_slice(&j->why), line;
	char impi[SLICE_SHOW];

	buf_printf(out, "%s: %s", k->impi[0] != '\0' ?
	    slice_show(slice_str(k->impi), impi) : "registration",
	    sa_verdict_name(j->verdict));
	for (int i = 0; i < 3; i++)
		if (k->frame[i] != 0)
			buf_printf(out, "%s %llu", i == 0 ? ", frames" : "",
			    (unsigned long long)k->frame[i]);
	buf_u8(out, '\n');
	text_choice(out, "should", &j->should);
	text_choice(out, "chosen", &j->chosen);
	while (rest.n > 0) {
		line = slice_cut(&rest, '\n');
		buf_printf(out, "  %.*s\n", (int)line.n,
		    (const char *)line.p);
	}
}

bool
agree_judge(const struct sa_talk *k, struct buf *out)
{
	struct sa_judged j = { 0 };
	struct sa_sides s;
	bool ok;

	sa_talk_sides(k, &s);
	sa_judge(&s, agree.rule, agree.confidential, &j);
	if (j.why.bad)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	if (agree.json)
		rec_write_agreement(out, k, agree.rule, &j, tool_many() ?
		    slice_str(tool_file()) : slice_of(NULL, 0));
	else
		text(out, k, &j);
	ok = j.verdict == SA_OK;
	buf_free(&j.why);
	return ok;
}

static void
on_talk(const struct sa_talk *k, void *arg)
{
	(void)arg;
	if (opt.common.count != 0 && g.n == opt.common.count)
		return;
	g.n++;
	if (!agree_judge(k, &g.out))
		g.answer = TOOL_NO;
	tool_out(&g.out);
}

/* A side answers the first that it is asked. */
static void
side(struct sa_talk *k)
{
	if (g.n++ > 0)
		return;
	g.answer = agree.ue ? agree_ue(k, &g.out) : agree_pcscf(k, &g.out);
	tool_out(&g.out);
}

static void
for_side(const struct flow_sip *m)
{
	if (g.n > 0)
		return;
	if (m->msg->request && g.talk.client.n == 0) {
		sa_text_keep(&g.talk.client, m->msg, SIP_H_SECURITY_CLIENT);
		g.talk.ue = m->where.src;
		g.talk.pcscf = m->where.dst;
		g.talk.frame[0] = m->where.frame;
	} else if (!m->msg->request && m->msg->status == 401) {
		sa_text_keep(&g.talk.server, m->msg, SIP_H_SECURITY_SERVER);
		g.talk.frame[1] = m->where.frame;
	}
	if (agree.ue ? g.talk.server.n > 0 : g.talk.client.n > 0)
		side(&g.talk);
}

static void
on_sip(const struct flow_sip *m, const char *at)
{
	const struct flow_where *w = &m->where;
	const struct sa_seen seen = { &w->src, &w->dst, w->sport,
	    m->protection.spi, w->time_ns, w->frame };
	const struct sa_esp esp = { m->protection.known, m->protection.alg,
	    m->protection.ealg };
	int e;

	(void)at;
	if (g.talks == NULL)
		for_side(m);
	else if ((e = sa_talks_sip(g.talks, m->msg, &seen, &esp)) < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
}

static bool
on_loose(struct slice pasted)
{
	struct sa_talk *k = &g.talk;

	if (!paste(pasted, k))
		return true;
	if (g.talks != NULL)
		on_talk(k, NULL);
	else
		side(k);
	return true;
}

static bool
on_record(struct rec *r, const char *at)
{
	(void)r;
	(void)at;
	return false;
}

static void
parse(int argc, char **argv)
{
	static const char *const sides[] = { "judge", "p-cscf", "ue" };
	static const char *const formats[] = { "json", "text" };
	const char *rules[SA_RULES];
	static const struct opt_own own[] = {
		{ "as", OPT_TEXT, &agree.as, 0, 0 },
		{ "nat", OPT_FLAG, &agree.nat, 0, 0 },
		{ "policy", OPT_TEXT, &agree.policy, 0, 0 },
		{ "port-pc", OPT_NUMBER, &agree.port_p[0], 1, UINT16_MAX },
		{ "port-ps", OPT_NUMBER, &agree.port_p[1], 1, UINT16_MAX },
		{ "port-uc", OPT_NUMBER, &agree.port_u[0], 1, UINT16_MAX },
		{ "port-us", OPT_NUMBER, &agree.port_u[1], 1, UINT16_MAX },
		{ "require-encryption", OPT_FLAG, &agree.confidential, 0, 0 },
		{ "rule", OPT_TEXT, &agree.rule_name, 0, 0 },
		{ "single", OPT_FLAG, &agree.single, 0, 0 },
		{ "spi-pc", OPT_NUMBER, &agree.spi_p[0], 256, UINT32_MAX },
		{ "spi-ps", OPT_NUMBER, &agree.spi_p[1], 256, UINT32_MAX },
		{ "spi-uc", OPT_NUMBER, &agree.spi_u[0], 256, UINT32_MAX },
		{ "spi-us", OPT_NUMBER, &agree.spi_u[1], 256, UINT32_MAX },
	};

	tool_opt_read(&opt, argc, argv, help, own, OPT_N(own));
	for (int i = 0; i < SA_RULES; i++)
		rules[i] = sa_rule_name((enum sa_rule)i);
	if (agree.rule_name != NULL)
		agree.rule = (enum sa_rule)tool_opt_word("--rule",
		    agree.rule_name, rules, SA_RULES);
	agree.as = sides[agree.as == NULL ? 0 :
	    tool_opt_word("--as", agree.as, sides, 3)];
	agree.ue = strcmp(agree.as, "ue") == 0;
	agree.json = strcmp(agree.as, "judge") == 0;
	if (opt.format != NULL)
		agree.json = tool_opt_word("-f", opt.format, formats, 2) == 0;
	if (agree.policy != NULL && strcmp(agree.as, "judge") == 0)
		tool_die(TOOL_USAGE, "--policy is for --as ue and --as p-cscf");
}

/* Not read: a phone that begins. */
static void
begin(void)
{
	g.n = 1;
	g.answer = agree_ue(NULL, &g.out);
	tool_out(&g.out);
}

int
cmd_negotiate(int argc, char **argv)
{
	struct tool_messages to = {
		.sip = on_sip, .record = on_record, .loose = on_loose,
	};
	struct sa_mech list[SA_MECHS];

	parse(argc, argv);
	(void)agree_policy(list);	/* its mistakes come first */
	tool_out_open(&opt.common);
	to.db = keys_db();
	keys_load(to.db, agree_taken, NULL);
	if (strcmp(agree.as, "judge") == 0 &&
	    (g.talks = sa_talks_new(on_talk, NULL)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	if (agree.ue && optind == argc)
		begin();
	else
		tool_messages(argv + optind, argc - optind, &to);
	if (g.talks != NULL)
		sa_talks_end(g.talks);
	if (g.n == 0) {
		g.answer = TOOL_NO;
		if (tool_status(TOOL_YES) == TOOL_YES)
			tool_warn("no security agreement in the input");
	}
	sa_talks_free(g.talks);
	sa_db_free(to.db);
	buf_free(&g.out);
	return g.answer;
}
