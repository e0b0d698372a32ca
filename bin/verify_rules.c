/* verify_rules: which findings count: levels, waivers, a baseline. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "err.h"
#include "verify.h"

struct waiver {
	char		*place;		/* file and line */
	size_t		 rule;
	uint64_t	 frame;		/* 0: any */
	char		*impi, *call_id, *file, *message;	/* or NULL: any */
	char		*reason, *until;
	bool		 expired;
};

static struct {
	int		 level[256];	/* that it was given, + 3; 0: none */
	struct waiver	*waiver;
	size_t		 n_waiver;
	uint64_t	*known;
	size_t		 n_known;
	bool		 baseline;
	char		 today[11];
} g;

static void *
grow(void *p, size_t n, size_t size)
{
	/* At powers of two. */
	if ((n & (n - 1)) == 0 && (p = reallocarray(p, n == 0 ? 1 : 2 * n,
	    size)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	return p;
}

static char *
keep(struct slice s)
{
	char *p;

	if (s.p == NULL)
		return NULL;
	if ((p = strndup((const char *)s.p, s.n)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	return p;
}

/* Is ID the name of R, or of its theme? */
static bool
names(struct slice id, const struct audit_rule *r)
{
	return slice_caseis(id, r->id) || slice_caseeq(id,
	    slice_of(r->id, strcspn(r->id, "-")));
}

static bool
level_of(struct slice s, int *level)
{
	*level = audit_level_parse(s);
	if (slice_is(s, "off"))
		*level = VERIFY_OFF;
	return *level >= 0 || slice_is(s, "off");
}

int
verify_rule(struct slice id, struct slice level)
{
	size_t n;
	const struct audit_rule *r = audit_rules(&n);
	int there = ERR_FORMAT, l;

	if (!level_of(level, &l))
		return ERR_ALG;
	for (size_t i = 0; i < n; i++)
		if (names(id, &r[i])) {
			g.level[i] = l + 3;
			there = 0;
		}
	return there;
}

int
verify_rule_level(size_t i)
{
	size_t n;

	return g.level[i] != 0 ? g.level[i] - 3 :
	    (int)audit_rules(&n)[i].level;
}

/* YYYY-MM-DD */
static bool
is_date(struct slice s)
{
	static const uint64_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30,
	    31, 30, 31 };
	uint64_t y, m, d;

	return s.n == 10 && s.p[4] == '-' && s.p[7] == '-' &&
	    slice_decimal(slice_sub(s, 0, 4), 9999, &y) == 0 &&
	    slice_decimal(slice_sub(s, 5, 2), 12, &m) == 0 && m > 0 &&
	    slice_decimal(slice_sub(s, 8, 2), days[m - 1], &d) == 0 && d > 0 &&
	    (m != 2 || d < 29 || (y % 4 == 0 && (y % 100 != 0 ||
	    y % 400 == 0)));
}

void
verify_today(const char *date)
{
	if (!is_date(slice_str(date)))
		tool_die(TOOL_USAGE, "--today %s: no date, YYYY-MM-DD", date);
	memcpy(g.today, date, sizeof(g.today));
}

static size_t
rule_of(struct slice id)
{
	size_t n, i = 0;
	const struct audit_rule *r = audit_rules(&n);

	while (i < n && !slice_caseis(id, r[i].id))
		i++;
	return i;
}

static void
add_waiver(const struct rec_waiver *w, const char *place)
{
	struct waiver *to;

	g.waiver = grow(g.waiver, g.n_waiver, sizeof(*g.waiver));
	to = &g.waiver[g.n_waiver++];
	*to = (struct waiver){
		.place = keep(slice_str(place)), .rule = rule_of(w->rule),
		.frame = w->frame, .impi = keep(w->impi),
		.call_id = keep(w->call_id), .file = keep(w->file),
		.message = keep(w->message), .reason = keep(w->reason),
		.until = keep(w->until),
	};
}

static void
bad_line(uint64_t number, const char *error)
{
	tool_warn("%s: line %llu: %s", tool_file(),
	    (unsigned long long)number, error);
	tool_bad();
}

static bool
waiver_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT], shown[SLICE_SHOW];
	struct rec_waiver w = { 0 };
	struct rec rec;
	size_t n;
	int r = rec_read(&rec, line, error);

	(void)arg;
	if (r == 0 && rec.type != REC_OTHER) {
		r = ERR_FORMAT;
		(void)snprintf(error, sizeof(error), "type: not waiver");
	} else if (r == 0)
		r = rec_read_waiver(&rec, &w, error);
	(void)audit_rules(&n);
	if (r == 0 && rule_of(w.rule) == n) {
		r = ERR_FORMAT;
		(void)snprintf(error, sizeof(error), "rule: '%s' is none",
		    slice_show(w.rule, shown));
	} else if (r == 0 && !is_date(w.until)) {
		r = ERR_FORMAT;
		(void)snprintf(error, sizeof(error), "until: '%s' is no date, "
		    "YYYY-MM-DD", slice_show(w.until, shown));
	}
	if (r == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	if (r < 0)
		bad_line(number, error);
	else
		add_waiver(&w, tool_place("line", number));
	rec_done(&rec);
	return true;
}

void
verify_waivers(const char *path)
{
	tool_lines(path, waiver_line, NULL);
}

static bool
baseline_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT];
	struct rec rec;
	uint64_t fingerprint = 0;
	int r = rec_read(&rec, line, error);

	(void)arg;
	if (r == 0 && rec.type == REC_OTHER)
		r = rec_read_fingerprint(&rec, &fingerprint, error);
	if (r == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	if (r < 0)
		bad_line(number, error);
	else if (r > 0) {
		g.known = grow(g.known, g.n_known, sizeof(*g.known));
		g.known[g.n_known++] = fingerprint;
	}
	rec_done(&rec);
	return true;
}

void
verify_baseline(const char *path)
{
	g.baseline = true;
	tool_lines(path, baseline_line, NULL);
}

bool
verify_has_baseline(void)
{
	return g.baseline;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void
verify_settle(void)
{
	time_t now = time(NULL);
	struct tm tm;

	if (g.today[0] == '\0' && gmtime_r(&now, &tm) != NULL)
		(void)strftime(g.today, sizeof(g.today), "%Y-%m-%d", &tm);
	for (size_t i = 0; i < g.n_waiver; i++) {
		struct waiver *w = &g.waiver[i];
		size_t n;

		w->expired = strcmp(w->until, g.today) < 0;
		if (w->expired)
			tool_warn("%s: the waiver of %s is expired since %s",
			    w->place, audit_rules(&n)[w->rule].id, w->until);
	}
	if (g.n_known > 0)
		qsort(g.known, g.n_known, sizeof(*g.known), compare);
}

/* No pattern matches all; a value with a NUL none. */
static bool
matches(const char *pattern, struct slice value)
{
	char *s;
	bool yes;

	if (pattern == NULL)
		return true;
	if (slice_chr(value, '\0') < value.n)
		return false;
	s = keep(value.p != NULL ? value : slice_str(""));
	yes = fnmatch(pattern, s, 0) == 0;
	free(s);
	return yes;
}

static const char *
waived(const struct audit_finding *f, size_t rule)
{
	for (size_t i = 0; i < g.n_waiver; i++) {
		const struct waiver *w = &g.waiver[i];

		if (!w->expired && w->rule == rule &&
		    (w->frame == 0 || w->frame == f->where->frame) &&
		    matches(w->impi, f->impi) &&
		    matches(w->call_id, f->call_id) &&
		    matches(w->file, verify_file(f->where)) &&
		    matches(w->message, f->message))
			return w->reason;
	}
	return NULL;
}

bool
verify_judge(const struct audit_finding *f, struct verify_finding *v)
{
	size_t n, i = (size_t)(f->rule - audit_rules(&n));

	*v = (struct verify_finding){ .found = *f };
	if (g.level[i] == VERIFY_OFF + 3)
		return false;
	if (g.level[i] != 0)
		v->found.level = (enum audit_level)(g.level[i] - 3);
	v->waived = waived(f, i);
	v->known = g.n_known > 0 && bsearch(&f->fingerprint, g.known,
	    g.n_known, sizeof(*g.known), compare) != NULL;
	return true;
}

void
verify_free(void)
{
	for (size_t i = 0; i < g.n_waiver; i++) {
		struct waiver *w = &g.waiver[i];

		free(w->place);
		free(w->impi);
		free(w->call_id);
		free(w->file);
		free(w->message);
		free(w->reason);
		free(w->until);
	}
	free(g.waiver);
	free(g.known);
}
