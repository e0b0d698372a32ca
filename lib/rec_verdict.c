/* rec_verdict: the records of ims-verify. */
#include "rec_int.h"

static void
fingerprint(struct buf *out, const struct audit_finding *f)
{
	rec_put_key(out, "fingerprint");
	buf_printf(out, "\"%016llx\"", (unsigned long long)f->fingerprint);
}

void
rec_write_finding(struct buf *out, const struct audit_finding *f)
{
	rec_put_open(out, "finding");
	if (f->where != NULL)
		rec_put_when(out, f->where);
	rec_put_word(out, "rule", f->rule->id);
	rec_put_word(out, "level", audit_level_name(f->level));
	rec_put_text(out, "message", f->message);
	rec_put_text_if(out, "clause", slice_str(f->rule->clause));
	if (f->where != NULL)
		rec_put_source(out, f->where);
	rec_put_text_if(out, "call_id", f->call_id);
	rec_put_text_if(out, "impi", f->impi);
	fingerprint(out, f);
	rec_put_close(out);
}

void
rec_write_registration(struct buf *out, const struct audit_registration *r)
{
	rec_put_open(out, "registration");
	rec_put_when(out, &r->where);
	rec_put_number_if(out, "last", r->last);
	rec_put_word(out, "verdict", audit_verdict_name(r->verdict));
	rec_put_word(out, "stage", audit_stage_name(r->stage));
	rec_put_number_if(out, "status", r->status);
	rec_put_text(out, "message", r->message);
	rec_put_source(out, &r->where);
	rec_put_text_if(out, "call_id", r->call_id);
	rec_put_text_if(out, "impi", r->impi);
	rec_put_close(out);
}
