/* verify_tap: the rules as tests, in the Test Anything Protocol 13. */
#include <string.h>

#include "verify.h"

/* TAP: a # begins a directive. */
static void
title(struct buf *out, const struct audit_rule *r)
{
	buf_printf(out, "%s ", r->id);
	for (const char *p = r->what; *p != '\0'; p++) {
		if (*p == '#' || *p == '\\')
			buf_u8(out, '\\');
		buf_u8(out, (uint8_t)*p);
	}
}

static void
end(struct buf *out)
{
	size_t n;
	const struct audit_rule *r = audit_rules(&n);

	buf_printf(out, "TAP version 13\n1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		const struct verify_tally *t = verify_tally(i);
		struct slice rest = buf_slice(&t->lines);

		buf_printf(out, "%s %zu - ", t->failed > 0 ? "not ok" : "ok",
		    i + 1);
		title(out, &r[i]);
		if (r[i].unjudged != NULL)
			buf_printf(out, " # SKIP %s", r[i].unjudged);
		else if (verify_rule_level(i) == VERIFY_OFF)
			buf_str(out, " # SKIP off");
		buf_u8(out, '\n');
		while (rest.n > 0) {
			buf_str(out, "# ");
			buf_put(out, slice_cut(&rest, '\n'));
			buf_u8(out, '\n');
		}
	}
	verify_tally_free();
}

const struct verify_format verify_tap = {
	.name = "tap", .all = true, .begin = verify_tally_begin,
	.finding = verify_tally_add, .end = end,
};
