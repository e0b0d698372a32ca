/* verify_list: what ims-verify(1) knows about its rules. */
#include <string.h>

#include "verify.h"

static void
show(struct buf *out)
{
	tool_out_open(&(struct tool_common){ 0 });
	tool_out(out);
	tool_out_end();
	buf_free(out);
}

void
verify_list(void)
{
	struct buf out = { 0 };
	size_t n;
	const struct audit_rule *r = audit_rules(&n);

	for (size_t i = 0; i < n; i++) {
		buf_printf(&out, "%-8s %-8s %-7s %s (%s)", r[i].id,
		    audit_level_name(r[i].level), audit_sure_name(r[i].sure),
		    r[i].what, r[i].clause);
		if (r[i].unjudged != NULL)
			buf_printf(&out, " not judged: %s", r[i].unjudged);
		buf_u8(&out, '\n');
	}
	show(&out);
}


static void
item(struct buf *out, const char *label, const char *text)
{
	if (text != NULL)
		buf_printf(out, "  %-11s %s\n", label, text);
}

void
verify_explain(const char *rule)
{
	struct buf out = { 0 };
	size_t n;
	const struct audit_rule *r = audit_rules(&n);

	while (n > 0 && !slice_caseis(slice_str(rule), r->id))
		r++, n--;
	if (n == 0)
		tool_die(TOOL_USAGE, "--explain %s: no such rule; see "
		    "--list-rules", rule);
	buf_printf(&out, "%s: %s\n", r->id, r->what);
	item(&out, "level", audit_level_name(r->level));
	item(&out, "clause", r->clause);
	item(&out, "source", audit_sure_name(r->sure));
	item(&out, "why", r->why);
	item(&out, "what to do", r->todo);
	item(&out, "not judged", r->unjudged);
	show(&out);
}
