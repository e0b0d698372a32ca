/* rec_story: the records of ims-pcap --list. */
#include "rec_int.h"

void
rec_write_story(struct buf *out, const struct rec_story *s)
{
	rec_put_open(out, "story");
	if (s->timed)
		rec_put_time(out, s->time_ns);
	rec_put_word(out, "kind", s->kind);
	rec_put_number(out, "number", s->number);
	rec_put_number(out, "messages", s->messages);
	rec_put_word(out, "state", s->state);
	rec_put_number_if(out, "status", s->status);
	rec_put_text_if(out, "from", s->from);
	rec_put_text_if(out, "to", s->to);
	rec_put_text_if(out, "call_id", s->call_id);
	rec_put_close(out);
}
