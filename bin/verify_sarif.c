/* verify_sarif: findings as SARIF 2.1.0, the form of code scanners. */
#include "verify.h"

static bool more;

static void
begin(struct buf *out, int fail_on)
{
	(void)fail_on;
	rec_sarif_open(out, TOOL_VERSION, verify_rule_level);
}

static void
finding(struct buf *out, const struct verify_finding *f)
{
	const struct rec_sarif_result r = {
		.found = &f->found, .file = verify_file(f->found.where),
		.waived = f->waived, .baseline = verify_has_baseline(),
		.known = f->known, .first = !more,
	};

	more = true;
	rec_sarif_result(out, &r);
}

const struct verify_format verify_sarif = {
	.name = "sarif", .all = true, .begin = begin, .finding = finding,
	.end = rec_sarif_close,
};
