/* pcap_list: a line for each registration, call and so on. */
#include <time.h>

#include "pcap_list.h"
#include "pcap_story.h"
#include "tool.h"

static struct {
	struct buf	 out;
	bool		 headed;
} list;

static const char *const kinds[STORY_KINDS] = {
	"registration", "call", "subscription", "message", "other",
};

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
on_gone(const struct story *t)
{
	if (t->messages == 0)
		return;
	if (!list.headed)
		buf_str(&list.out, "kind             n  begins (UTC)"
		    "             messages  state         who > to whom\n");
	list.headed = true;
	tool_out(&list.out);
	buf_printf(&list.out, "%-12s %5llu  ", kinds[t->kind],
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
	tool_out(&list.out);
}

void
list_open(void)
{
	story_open(on_gone);
}

void
list_close(void)
{
	story_close();
	buf_free(&list.out);
}
