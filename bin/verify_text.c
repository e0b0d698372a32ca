/* verify_text: findings as lines of text, of JSON, and for GitHub's log. */
#include <string.h>

#include "verify.h"

struct slice
verify_file(const struct flow_where *w)
{
	return w->file.n > 0 ? w->file : slice_str(tool_file());
}

void
verify_where(struct buf *out, const struct flow_where *w)
{
	for (size_t i = 0; i < w->file.n; i++)
		/* It may come from a record: nothing a terminal acts upon. */
		buf_u8(out, w->file.p[i] < ' ' || w->file.p[i] == 0x7f ?
		    '?' : w->file.p[i]);
	if (w->file.n == 0)
		buf_str(out, tool_file());
	buf_u8(out, ':');
	if (w->frame != 0) {
		buf_decimal(out, w->frame);
		buf_u8(out, ':');
	}
}

static void
line(struct buf *out, const struct audit_finding *f)
{
	verify_where(out, f->where);
	buf_printf(out, " %s %s: ", audit_level_name(f->level), f->rule->id);
	buf_put(out, f->message);
}

static void
text(struct buf *out, const struct verify_finding *f)
{
	line(out, &f->found);
	buf_u8(out, '\n');
}

static void
text_clause(struct buf *out, const struct verify_finding *f)
{
	line(out, &f->found);
	buf_printf(out, " [%s]\n", f->found.rule->clause);
}

static void
text_registration(struct buf *out, const struct audit_registration *r)
{
	char impi[SLICE_SHOW];

	verify_where(out, &r->where);
	buf_printf(out, " %s %s: ", audit_verdict_name(r->verdict),
	    r->impi.n > 0 ? slice_show(r->impi, impi) : "(no IMPI)");
	buf_put(out, r->message);
	buf_u8(out, '\n');
}

const struct verify_format verify_text = {
	.name = "text", .finding = text, .registration = text_registration,
};

const struct verify_format verify_text_clause = {
	.name = "text", .finding = text_clause,
	.registration = text_registration,
};

static void
json(struct buf *out, const struct verify_finding *f)
{
	rec_write_finding(out, &f->found);
}

const struct verify_format verify_json = {
	.name = "json", .finding = json,
	.registration = rec_write_registration,
};

/* A value of a workflow command; of a property if MORE is ":,". */
static void
value(struct buf *out, struct slice s, const char *more)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] == 0x7f || s.p[i] == '%' ||
		    strchr(more, s.p[i]) != NULL)
			buf_printf(out, "%%%02X", s.p[i]);
		else
			buf_u8(out, s.p[i]);
}

static void
github(struct buf *out, const struct verify_finding *f)
{
	const struct audit_finding *a = &f->found;

	buf_printf(out, "::%s file=", a->level == AUDIT_NOTE ? "notice" :
	    audit_level_name(a->level));
	value(out, verify_file(a->where), ":,");
	if (a->where->frame != 0)
		buf_printf(out, ",line=%llu",
		    (unsigned long long)a->where->frame);
	buf_printf(out, ",title=%s::", a->rule->id);
	value(out, a->message, "");
	buf_str(out, " [");
	value(out, slice_str(a->rule->clause), "");
	buf_str(out, "]\n");
}

const struct verify_format verify_github = {
	.name = "github", .finding = github,
};
