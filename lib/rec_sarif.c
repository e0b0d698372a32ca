/* rec_sarif: findings as a log of SARIF 2.1.0 (OASIS). */
#include <string.h>

#include "rec_int.h"

/* The fields of an object, the first without a comma. */
static void
first(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "{\"%s\":\"", name);
	rec_put_inside(out, slice_str(text));
	buf_u8(out, '"');
}

/* NAME: {"text": ...} (3.12) */
static void
message(struct buf *out, const char *name, const char *text)
{
	rec_put_key(out, name);
	first(out, "text", text);
	buf_u8(out, '}');
}

static void
rule(struct buf *out, const struct audit_rule *r, int level)
{
	first(out, "id", r->id);
	message(out, "shortDescription", r->what);
	message(out, "fullDescription", r->unjudged == NULL ? r->why :
	    r->unjudged);
	rec_put_key(out, "help");
	first(out, "text", r->what);
	out->n--;	/* more of the same text */
	buf_str(out, " (");
	rec_put_inside(out, slice_str(r->clause));
	buf_str(out, "). ");
	if (r->unjudged != NULL) {
		buf_str(out, "Not judged: ");
		rec_put_inside(out, slice_str(r->unjudged));
	} else {
		buf_str(out, "Why: ");
		rec_put_inside(out, slice_str(r->why));
		buf_str(out, ". What to do: ");
		rec_put_inside(out, slice_str(r->todo));
	}
	buf_str(out, ".\"}");
	rec_put_key(out, "defaultConfiguration");
	buf_printf(out, "{\"enabled\":%s,\"level\":\"%s\"}",
	    level >= 0 && r->unjudged == NULL ? "true" : "false",
	    audit_level_name(level >= 0 ? (enum audit_level)level :
	    r->level));
	rec_put_key(out, "properties");
	first(out, "clause", r->clause);
	buf_printf(out, ",\"source\":\"%s\"}}", audit_sure_name(r->sure));
}

void
rec_sarif_open(struct buf *out, const char *version, int (*level)(size_t rule))
{
	size_t n;
	const struct audit_rule *r = audit_rules(&n);

	buf_printf(out, "{\"$schema\":\"https://docs.oasis-open.org/sarif/"
	    "sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json\","
	    "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{"
	    "\"name\":\"ims-verify\",\"version\":\"%s\",\"rules\":[",
	    version);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_str(out, ",\n");
		rule(out, &r[i], level(i));
	}
	buf_str(out, "]}},\"columnKind\":\"unicodeCodePoints\","
	    "\"results\":[");
}

/* A file name as a URI reference (RFC 3986 2.3, 4.2). */
static void
uri(struct buf *out, struct slice file)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

	for (size_t i = 0; i < file.n; i++)
		if (file.p[i] != '\0' && strchr(plain, file.p[i]) != NULL)
			buf_u8(out, file.p[i]);
		else
			buf_printf(out, "%%%02X", file.p[i]);
}

/* A frame has no line; readers that show lines show its number. */
static void
location(struct buf *out, const struct rec_sarif_result *r)
{
	uint64_t frame = r->found->where->frame;

	rec_put_key(out, "locations");
	buf_str(out, "[{\"physicalLocation\":{\"artifactLocation\":{"
	    "\"uri\":\"");
	uri(out, r->file);
	buf_printf(out, "\"},\"region\":{\"startLine\":%llu}}",
	    (unsigned long long)(frame != 0 ? frame : 1));
	if (frame != 0)
		buf_printf(out, ",\"logicalLocations\":[{\"name\":\"frame "
		    "%llu\",\"kind\":\"frame\"}]", (unsigned long long)frame);
	buf_str(out, "}]");
}

void
rec_sarif_result(struct buf *out, const struct rec_sarif_result *r)
{
	const struct audit_finding *f = r->found;
	size_t n;

	buf_str(out, r->first ? "\n" : ",\n");
	first(out, "ruleId", f->rule->id);
	rec_put_number(out, "ruleIndex", (uint64_t)(f->rule -
	    audit_rules(&n)));
	rec_put_word(out, "level", audit_level_name(f->level));
	rec_put_key(out, "message");
	buf_str(out, "{\"text\":\"");
	rec_put_inside(out, f->message);
	buf_str(out, "\"}");
	location(out, r);
	rec_put_key(out, "partialFingerprints");
	buf_printf(out, "{\"fault/v1\":\"%016llx\"}",
	    (unsigned long long)f->fingerprint);
	if (r->baseline)
		rec_put_word(out, "baselineState", r->known ? "unchanged" :
		    "new");
	if (r->waived != NULL) {
		rec_put_key(out, "suppressions");
		buf_str(out, "[");
		first(out, "kind", "external");
		rec_put_text(out, "justification", slice_str(r->waived));
		buf_str(out, "}]");
	}
	rec_put_key(out, "properties");
	first(out, "clause", f->rule->clause);
	rec_put_source(out, f->where);
	rec_put_text_if(out, "call_id", f->call_id);
	rec_put_text_if(out, "impi", f->impi);
	buf_str(out, "}}");
}

void
rec_sarif_close(struct buf *out)
{
	buf_str(out, "\n]}]}\n");
}
