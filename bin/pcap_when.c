/* pcap_when: a time on the command line. */
#include <time.h>

#include "pcap_when.h"

#define SECOND		1000000000ULL
#define SECONDS_MAX	17179869183ULL	/* 2514 */

/* DIGITS[.FRACTION] of seconds. */
static bool
seconds_of(struct slice s, uint64_t *ns)
{
	struct slice whole = slice_cut(&s, '.');
	uint64_t v, f = 0;

	if (slice_decimal(whole, SECONDS_MAX, &v) < 0 || s.n > 9 ||
	    (s.n > 0 && slice_decimal(s, SECOND, &f) < 0))
		return false;
	for (size_t i = s.n; i < 9; i++)
		f *= 10;
	*ns = v * SECOND + f;
	return true;
}

/* N digits off the front of S, then SEP if it is not 0. */
static bool
part(struct slice *s, size_t n, uint64_t min, uint64_t max, int sep, int *out)
{
	uint64_t v;

	if (slice_decimal(slice_sub(*s, 0, n), max, &v) < 0 || v < min ||
	    s->n < n)
		return false;
	*s = slice_from(*s, n);
	*out = (int)v;
	if (sep == 0)
		return true;
	if (s->n == 0 || (s->p[0] != sep && !(sep == 'T' && s->p[0] == ' ')))
		return false;
	*s = slice_from(*s, 1);
	return true;
}

/* Z, +HH:MM or -HH:MM, or nothing for UTC: seconds east. */
static bool
zone(struct slice s, int64_t *east)
{
	int h, m, sign;

	*east = 0;
	if (s.n == 0 || slice_is(s, "Z"))
		return true;
	sign = s.p[0] == '-' ? -1 : 1;
	if (s.p[0] != '+' && s.p[0] != '-')
		return false;
	s = slice_from(s, 1);
	if (!part(&s, 2, 0, 23, ':', &h) || !part(&s, 2, 0, 59, 0, &m))
		return false;
	*east = sign * (h * 3600 + m * 60);
	return s.n == 0;
}

static bool
date_of(struct slice s, uint64_t *ns)
{
	struct tm tm = { 0 };
	struct slice sec;
	uint64_t fraction;
	int64_t at, east;
	size_t n = 3;
	int day;

	if (!part(&s, 4, 1970, 2500, '-', &tm.tm_year) ||
	    !part(&s, 2, 1, 12, '-', &tm.tm_mon) ||
	    !part(&s, 2, 1, 31, 'T', &tm.tm_mday) ||
	    !part(&s, 2, 0, 23, ':', &tm.tm_hour) ||
	    !part(&s, 2, 0, 59, ':', &tm.tm_min) || s.n < 2)
		return false;
	if (s.n > 2 && s.p[2] == '.')
		while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
			n++;
	else
		n = 2;
	sec = slice_sub(s, 0, n);
	if (!seconds_of(sec, &fraction) || fraction >= 61 * SECOND ||
	    !zone(slice_from(s, n), &east))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	day = tm.tm_mday;
	at = timegm(&tm) - east;
	if (at < 0 || tm.tm_mday != day)
		return false;
	*ns = (uint64_t)at * SECOND + fraction;
	return true;
}

bool
when_read(struct when *w, struct slice s)
{
	w->there = true;
	w->offset = s.n > 0 && s.p[0] == '+';
	if (w->offset)
		return seconds_of(slice_from(s, 1), &w->ns);
	return seconds_of(s, &w->ns) || date_of(s, &w->ns);
}
