/* pcap_select: which messages and frames are wanted. */
#include "err.h"
#include "pcap_impi.h"
#include "pcap_select.h"
#include "pcap_story.h"
#include "pcap_when.h"
#include "tool_live.h"

#define WORDS		16	/* of --method, of --status */

static struct {
	struct slice	 call_id, impi;
	struct slice	 method[WORDS], status[WORDS];
	size_t		 n_method, n_status;
	bool		 leg[AUDIT_SIDE_NNI + 1], legs;
	struct sa_db	*db;		/* of AUDIT */
	struct audit	*audit;
	uint64_t	 registration;
	struct when	 from, until;
	bool		 started;
	uint64_t	 start_ns;
} sel;

static void
limit_of(struct when *w, const char *option, const char *arg)
{
	if (!when_read(w, slice_str(arg)))
		tool_die(TOOL_USAGE, "--%s %s: not seconds, +seconds or "
		    "YYYY-MM-DDTHH:MM:SS", option, arg);
}

/* A list of words with commas between. */
static size_t
words_of(struct slice out[WORDS], const char *option, const char *arg)
{
	struct slice s = slice_str(arg);
	size_t n = 0, end;
	bool more;

	do {
		end = slice_chr(s, ',');
		if (end == 0 || n == WORDS)
			tool_die(TOOL_USAGE, "--%s %s: not 1 to %d words",
			    option, arg, WORDS);
		out[n++] = slice_sub(s, 0, end);
		more = end < s.n;
		s = slice_from(s, end + 1);
	} while (more);
	return n;
}

static void
statuses_of(const char *arg)
{
	uint64_t v;

	sel.n_status = words_of(sel.status, "status", arg);
	for (size_t i = 0; i < sel.n_status; i++) {
		struct slice s = sel.status[i];

		if (s.n == 3 && s.p[0] >= '1' && s.p[0] <= '6' &&
		    (slice_caseis(slice_from(s, 1), "xx") ||
		    slice_decimal(s, 699, &v) == 0))
			continue;
		tool_die(TOOL_USAGE, "--status %s: not 100 to 699, or 4xx",
		    arg);
	}
}

static void
no_finding(const struct audit_finding *f, void *arg)
{
	(void)f;
	(void)arg;
}

struct audit *
select_nodes(void)
{
	if (sel.audit != NULL)
		return sel.audit;
	if ((sel.db = sa_db_new()) == NULL ||
	    (sel.audit = audit_new(sel.db, no_finding, NULL)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	return sel.audit;
}

void
select_role(const char *arg)
{
	const char *wrong = tool_role(select_nodes(), arg);

	if (wrong != NULL)
		tool_die(TOOL_USAGE, "-R %s: %s", arg, wrong);
}

static void
legs_of(const char *arg)
{
	static const char *const names[] = { NULL, "ue", "core", "nni" };
	struct slice word[WORDS];
	size_t n = words_of(word, "leg", arg);

	for (size_t i = 0, k; i < n; i++) {
		for (k = AUDIT_SIDE_UE; k <= AUDIT_SIDE_NNI; k++)
			if (slice_caseis(word[i], names[k]))
				break;
		if (k > AUDIT_SIDE_NNI)
			tool_die(TOOL_USAGE, "--leg %s: not ue, core or nni",
			    arg);
		sel.leg[k] = true;
	}
	sel.legs = true;
	(void)select_nodes();
}

bool
select_option(int c, const char *arg)
{
	switch (c) {
	case SELECT_CALL_ID:
		sel.call_id = slice_str(arg);
		return true;
	case SELECT_FROM:
		limit_of(&sel.from, "from", arg);
		return true;
	case SELECT_IMPI:
		sel.impi = slice_str(arg);
		return true;
	case SELECT_LEG:
		legs_of(arg);
		return true;
	case SELECT_METHOD:
		sel.n_method = words_of(sel.method, "method", arg);
		return true;
	case SELECT_REGISTRATION:
		if (slice_decimal(slice_str(arg), UINT64_MAX,
		    &sel.registration) < 0 || sel.registration == 0)
			tool_die(TOOL_USAGE, "--registration %s: not a number "
			    "from 1 up", arg);
		story_open(NULL);
		return true;
	case SELECT_STATUS:
		statuses_of(arg);
		return true;
	case SELECT_UNTIL:
		limit_of(&sel.until, "until", arg);
		return true;
	default:
		return false;
	}
}

bool
select_messages(void)
{
	return sel.call_id.p != NULL || sel.impi.p != NULL ||
	    sel.n_method > 0 || sel.n_status > 0 ||
	    sel.registration > 0 || sel.legs;
}

bool
select_any(void)
{
	return select_messages() || sel.from.there || sel.until.there;
}

static void
start(bool timed, uint64_t ns)
{
	if (!timed || sel.started)
		return;
	sel.started = true;
	sel.start_ns = ns;
}

void
select_start(const struct flow_where *w)
{
	start(w->timed, w->time_ns);
}

bool
select_frame(const struct cap_frame *f)
{
	start(f->time_ns > 0, f->time_ns);
	return tool_filter_frame(f);
}

bool
select_packet(const struct flow_packet *p)
{
	select_start(&p->where);
	return tool_filter_packet(p);
}

static uint64_t
absolute(const struct when *w)
{
	return w->ns + (w->offset ? sel.start_ns : 0);
}

bool
select_time(const struct flow_where *w)
{
	if (!sel.from.there && !sel.until.there)
		return true;
	return w->timed &&
	    (!sel.from.there || w->time_ns >= absolute(&sel.from)) &&
	    (!sel.until.there || w->time_ns <= absolute(&sel.until));
}

bool
select_other(const struct flow_where *w)
{
	return !select_messages() && select_time(w);
}

/* Of a response the method is that of its CSeq. */
static bool
method_is(const struct sip_msg *m)
{
	struct slice method = story_method(m);

	for (size_t i = 0; i < sel.n_method; i++)
		if (slice_eq(method, sel.method[i]))
			return true;
	return sel.n_method == 0;
}

static bool
status_is(const struct sip_msg *m)
{
	uint64_t v;

	for (size_t i = 0; i < sel.n_status; i++) {
		struct slice s = sel.status[i];

		if (m->request)
			break;
		if (slice_decimal(s, 699, &v) == 0 ? m->status == v :
		    m->status / 100 == (unsigned)(s.p[0] - '0'))
			return true;
	}
	return sel.n_status == 0;
}

static bool
leg_is(const struct flow_sip *s, const struct sip_msg *m)
{
	struct flow_sip own = *s;
	int side;

	if (!sel.legs)
		return true;
	own.msg = m;
	side = audit_side(sel.audit, &own);
	if (side < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(side));
	return sel.leg[side];
}

bool
select_sip(const struct flow_sip *s)
{
	static struct sip_msg parsed;
	const struct sip_msg *m = s->msg;
	bool want = select_time(&s->where);
	struct story *t;

	if (!select_messages() && !story_kept())
		return want;
	if (m == NULL) {
		if (sip_parse(&parsed, s->message) < 0)
			return false;
		m = &parsed;
	}
	t = story_sip(s, m);
	if (sel.registration > 0)
		want &= t->kind == STORY_REGISTRATION &&
		    t->number == sel.registration;
	if (sel.impi.p != NULL)
		want &= impi_is(sel.impi, m);
	want &= leg_is(s, m);
	want = want && method_is(m) && status_is(m) &&
	    (sel.call_id.p == NULL ||
	    slice_eq(sip_value(m, SIP_H_CALL_ID), sel.call_id));
	if (t != NULL)
		t->messages += want;
	return want;
}

void
select_close(void)
{
	impi_close();
	story_close();
	audit_free(sel.audit);
	sa_db_free(sel.db);
}
