/* ladder_say: arrows, titles and times in words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ladder_int.h"

void
ladder_title(const struct ladder *l, size_t section, char out[LADDER_SAY])
{
	const struct ladder_section *s = &l->section[section];

	if (s->title.n > 0)
		(void)snprintf(out, LADDER_SAY, "%.*s", (int)s->title.n,
		    (const char *)s->title.p);
	else if (l->one)
		(void)snprintf(out, LADDER_SAY, "all messages");
	else if (s->method[0] != '\0')
		(void)snprintf(out, LADDER_SAY, "%s", s->method);
	else
		(void)snprintf(out, LADDER_SAY, s->call_id[0] != '\0' ?
		    "no message of it" : "packets without a message");
}

void
ladder_who(const struct ladder *l, size_t section, char out[LADDER_SAY])
{
	const struct buf *who = &l->section[section].who;

	(void)snprintf(out, LADDER_SAY, "%.*s", (int)who->n,
	    who->n > 0 ? (const char *)who->p : "");
}

void
ladder_call(const struct ladder *l, size_t section, char out[LADDER_SAY])
{
	const char *call_id = l->section[section].call_id;

	(void)snprintf(out, LADDER_SAY, "%s%s", call_id[0] != '\0' ?
	    "Call-ID " : "", call_id);
}

void
ladder_what(const struct ladder_arrow *a, bool full, char out[LADDER_SAY])
{
	size_t n;

	if (a->lock != LADDER_CLOSED)
		(void)snprintf(out, LADDER_SAY, full && a->status != 0 &&
		    a->method[0] != '\0' ? "%s (%s)" : "%s", a->label,
		    a->method);
	else
		(void)snprintf(out, LADDER_SAY, full ?
		    "ESP 0x%08" PRIx32 " closed: %s" : "ESP 0x%08" PRIx32, a->spi,
		    a->label);
	n = strlen(out);
	if (a->count > 1)
		(void)snprintf(out + n, LADDER_SAY - n, " x %" PRIu64,
		    a->count);
}

void
ladder_under(const struct ladder_arrow *a, char out[LADDER_SAY])
{
	static const char *const icv[] = {
		"", "", ", ICV not checked", ", ICV wrong", "",
	};

	out[0] = '\0';
	if (a->lock != LADDER_CLEAR && a->lock != LADDER_CLOSED)
		(void)snprintf(out, LADDER_SAY, "ESP 0x%08" PRIx32 "%s", a->spi,
		    icv[a->lock]);
}

void
ladder_clock(uint64_t time_ns, char out[LADDER_SAY])
{
	(void)snprintf(out, LADDER_SAY, "%02u:%02u:%02u.%03u",
	    (unsigned)(time_ns / 3600000000000ULL % 24),
	    (unsigned)(time_ns / 60000000000ULL % 60),
	    (unsigned)(time_ns / 1000000000 % 60),
	    (unsigned)(time_ns / 1000000 % 1000));
}

void
ladder_since(uint64_t before_ns, uint64_t time_ns, char out[LADDER_SAY])
{
	bool back = time_ns < before_ns;
	/* Between two microseconds, so that they add up. */
	uint64_t a = before_ns / 1000, b = time_ns / 1000;
	uint64_t us = back ? a - b : b - a;

	(void)snprintf(out, LADDER_SAY, "%c%" PRIu64 ".%06u", back ? '-' : '+',
	    us / 1000000, (unsigned)(us % 1000000));
}

void
ladder_when(const struct ladder_arrow *a, const struct ladder_arrow **before,
    char out[LADDER_SAY])
{
	out[0] = '\0';
	if (!a->timed)
		return;
	if (*before == NULL)
		ladder_clock(a->time_ns, out);
	else
		ladder_since((*before)->time_ns, a->time_ns, out);
	*before = a;
}
