/* verify_tally: the findings of each rule, for forms that list the rules. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "verify.h"

static struct {
	struct verify_tally	*rule;
	int			 fail_on;
} g;

void
verify_tally_begin(struct buf *out, int fail_on)
{
	size_t n;

	(void)out;
	(void)audit_rules(&n);
	g.fail_on = fail_on;
	if ((g.rule = calloc(n, sizeof(*g.rule))) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

void
verify_tally_add(struct buf *out, const struct verify_finding *f)
{
	const struct audit_finding *a = &f->found;
	size_t n;
	struct verify_tally *t = &g.rule[a->rule - audit_rules(&n)];

	(void)out;
	t->n++;
	t->waived += f->waived != NULL;
	t->failed += f->waived == NULL && !f->known &&
	    (int)a->level >= g.fail_on;
	if (t->n == VERIFY_KEPT + 1)
		buf_str(&t->lines, "more are not shown\n");
	if (t->n > VERIFY_KEPT)
		return;
	verify_where(&t->lines, a->where);
	buf_printf(&t->lines, " %s: ", audit_level_name(a->level));
	buf_put(&t->lines, a->message);
	if (f->waived != NULL)
		buf_printf(&t->lines, " (waived: %s)", f->waived);
	else if (f->known)
		buf_str(&t->lines, " (in the baseline)");
	buf_u8(&t->lines, '\n');
	if (t->lines.bad)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

const struct verify_tally *
verify_tally(size_t rule)
{
	return &g.rule[rule];
}

void
verify_tally_free(void)
{
	size_t n;

	(void)audit_rules(&n);
	for (size_t i = 0; i < n; i++)
		buf_free(&g.rule[i].lines);
	free(g.rule);
	g.rule = NULL;
}
