/* register_case: cases found, listed, and put into the messages they are of. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "register_tool.h"

#define CHALLENGE	512

static struct {
	unsigned		 count;		/* of matching messages */
	uint64_t		 key;		/* of the last one */
	struct flow_where	 up;		/* phone's last REGISTER */
	uint32_t		 spi;		/* spi_uc it offered */
	char			 first[CHALLENGE], last[CHALLENGE];
} seen;

const struct reg_case *
case_find(const char *name)
{
	for (size_t i = 0; i < cases_n; i++)
		if (strcmp(cases[i].name, name) == 0)
			return &cases[i];
	return NULL;
}

void
case_list(void)
{
	for (size_t i = 0; i < cases_n; i++)
		if (printf("%-24s %-8s %s\n", cases[i].name, cases[i].rule,
		    cases[i].what) < 0)
			break;
	if (fflush(stdout) == EOF || ferror(stdout))
		tool_die(TOOL_SYSTEM, "standard output: %s",
		    tool_reason(ERR_IO));
	exit(TOOL_YES);
}

const struct flow_where *
case_last_up(void)
{
	return &seen.up;
}

uint32_t
case_last_spi(void)
{
	return seen.spi;
}

struct slice
case_last_challenge(void)
{
	return slice_str(seen.last);
}

struct slice
case_first_challenge(void)
{
	return slice_str(seen.first);
}

static void
remember(const struct flow_sip *m, enum node from)
{
	struct sa_mech mech[SA_MECHS];
	struct slice c = sip_value(m->msg, SIP_H_WWW_AUTHENTICATE);

	if (from == NODE_UE && m->msg->request)
		seen.up = m->where;
	if (from == NODE_UE && sa_mechs(m->msg, SIP_H_SECURITY_CLIENT,
	    mech) > 0)
		seen.spi = mech[0].spi_c;
	if (from != NODE_S || c.n == 0 || c.n >= CHALLENGE)
		return;
	memcpy(seen.last, c.p, c.n);
	seen.last[c.n] = '\0';
	if (seen.first[0] == '\0')
		memcpy(seen.first, seen.last, CHALLENGE);
}

/* What is sent again is the same message. */
static uint64_t
key_of(const struct sip_msg *m)
{
	struct sip_iter it = { 0 };
	struct slice via = { NULL, 0 };

	(void)sip_each(m, SIP_H_VIA, &it, &via);
	return slice_hash(slice_hash(m->status, via),
	    sip_value(m, SIP_H_CSEQ)) | 1;
}

static bool
matches(const struct reg_case *c, const struct sip_msg *m, enum node from,
    enum node to)
{
	struct sip_cseq cseq;
	uint64_t key;

	if (c->spoil == NULL || sip_cseq(m, &cseq) < 0 ||
	    !slice_is(cseq.method, c->method))
		return false;
	if (c->nth == 0)
		return true;
	if (from != c->from || to != c->to ||
	    m->request != (c->status == 0) ||
	    (!m->request && m->status != c->status))
		return false;
	key = key_of(m);
	if (key != seen.key)
		seen.count++;
	seen.key = key;
	return seen.count == c->nth;
}

bool
case_apply(struct flow_sip *m, enum node from, enum node to, struct buf *out)
{
	const struct reg_case *c = opt.the_case;
	struct reg_edit *e;
	bool arrives;

	if (c == NULL || m->msg == NULL)
		return true;
	remember(m, from);
	if (!matches(c, m->msg, from, to))
		return true;
	if ((e = reg_edit_new(m->msg)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	arrives = c->spoil(e, m);
	reg_edit_write(e, out);
	reg_edit_free(e);
	if (m->message.n > 0)
		m->message = buf_slice(out);
	m->msg = NULL;
	return arrives;
}
