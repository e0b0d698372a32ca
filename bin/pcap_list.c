/* pcap_list: a line for each registration, call and so on. */
#include <time.h>

#include "pcap_list.h"
#include "pcap_story.h"
#include "tool.h"

static struct {
	struct buf	 out;
	bool		 headed, json;
} list;

static void
put_time(const struct story *t)
{
	time_t s = (time_t)(t->time_ns / 1000000000);
	struct tm tm;
	char text[32];

	if (!t->timed || gmtime_r(&s, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0) {
		buf_str(&list.out, "-");
		return;
	}
	buf_printf(&list.out, "%s.%03u", text,
	    (unsigned)(t->time_ns / 1000000 % 1000));
}

static void
pad(size_t to)
{
	do
		buf_u8(&list.out, ' ');
	while (list.out.n < to);
}

static void
put_record(const struct story *t)
{
	const struct rec_story r = {
		.timed = t->timed, .time_ns = t->time_ns,
		.kind = story_kind(t->kind), .number = t->number,
		.messages = t->messages,
		.state = story_word(t->kind, t->state),
		.status = t->state == STORY_REFUSED ? t->status : 0,
		.from = slice_str(t->who), .to = slice_str(t->to),
		.call_id = slice_str(t->call_id),
	};

	rec_write_story(&list.out, &r);
}

static void
put_line(const struct story *t)
{
	if (!list.headed)
		buf_str(&list.out, "kind             n  begins (UTC)"
		    "             messages  state         who > to whom\n");
	list.headed = true;
	tool_out(&list.out);
	buf_printf(&list.out, "%-12s %5llu  ", story_kind(t->kind),
	    (unsigned long long)t->number);
	put_time(t);
	pad(45);
	buf_printf(&list.out, "%8llu  ", (unsigned long long)t->messages);
	buf_str(&list.out, story_word(t->kind, t->state));
	if (t->state == STORY_REFUSED)
		buf_printf(&list.out, " %u", t->status);
	pad(68);
	buf_printf(&list.out, " %s > %s\n", t->who[0] != '\0' ? t->who : "-",
	    t->to[0] != '\0' ? t->to : "-");
}

static void
on_gone(const struct story *t)
{
	if (t->messages == 0)
		return;
	if (list.json)
		put_record(t);
	else
		put_line(t);
	tool_out(&list.out);
}

void
list_open(bool json)
{
	list.json = json;
	story_open(on_gone);
}

void
list_close(void)
{
	story_close();
	buf_free(&list.out);
}
