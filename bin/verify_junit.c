/* verify_junit: the rules as tests, in the XML of JUnit. */
#include <string.h>

#include "verify.h"
#include "xml.h"

static void
put(struct buf *out, const char *s)
{
	xml_text(out, slice_str(s));
}

static bool
skipped(const struct audit_rule *r, size_t i)
{
	return r->unjudged != NULL || verify_rule_level(i) == VERIFY_OFF;
}

/* What is in a testcase. */
static void
result(struct buf *out, const struct audit_rule *r, size_t i)
{
	const struct verify_tally *t = verify_tally(i);
	const char *element = t->failed > 0 ? "failure" : "system-out";

	if (skipped(r, i)) {
		buf_str(out, "<skipped message=\"");
		put(out, r->unjudged != NULL ? r->unjudged : "off");
		buf_str(out, "\"/>");
	}
	if (t->n == 0)
		return;
	buf_printf(out, "<%s", element);
	if (t->failed > 0) {
		buf_printf(out, " type=\"%s\" message=\"%llu of %llu "
		    "findings [", r->id, (unsigned long long)t->failed,
		    (unsigned long long)t->n);
		put(out, r->clause);
		buf_str(out, "]\"");
	}
	buf_u8(out, '>');
	xml_text(out, buf_slice(&t->lines));
	buf_printf(out, "</%s>", element);
}

static void
end(struct buf *out)
{
	size_t n, failed = 0, skip = 0;
	const struct audit_rule *r = audit_rules(&n);

	for (size_t i = 0; i < n; i++) {
		failed += verify_tally(i)->failed > 0;
		skip += skipped(&r[i], i);
	}
	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuites><testsuite name=\"ims-verify\" tests=\"%zu\" "
	    "failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", n, failed,
	    skip);
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "<testcase classname=\"ims-verify.%.*s\" "
		    "name=\"%s ", (int)strcspn(r[i].id, "-"), r[i].id,
		    r[i].id);
		put(out, r[i].what);
		buf_str(out, "\">");
		result(out, &r[i], i);
		buf_str(out, "</testcase>\n");
	}
	buf_str(out, "</testsuite></testsuites>\n");
	verify_tally_free();
}

const struct verify_format verify_junit = {
	.name = "junit", .all = true, .begin = verify_tally_begin,
	.finding = verify_tally_add, .end = end,
};
