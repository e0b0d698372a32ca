/* pcap_story: what messages belong to: registrations, calls and the like. */
#include "err.h"
#include "pcap_story.h"
#include "table.h"
#include "tool.h"

static struct {
	struct table	*table;
	uint64_t	 count[STORY_KINDS];
	void		(*gone)(const struct story *s);
} g;

const char *
story_kind(enum story_kind kind)
{
	static const char *const kinds[STORY_KINDS] = {
		"registration", "call", "subscription", "message", "other",
	};

	return kinds[kind];
}

const char *
story_word(enum story_kind kind, enum story_state state)
{
	static const char *const words[] = {
		"no answer", "challenged", "ringing", NULL, "ended",
		"cancelled", "refused",
	};
	static const char *const done[STORY_KINDS] = {
		"registered", "answered", "active", "taken", "answered",
	};

	if (state == STORY_OVER && kind == STORY_REGISTRATION)
		return "deregistered";
	return state == STORY_DONE ? done[kind] : words[state];
}

static void
drop(void *val, void *arg)
{
	(void)arg;
	if (g.gone != NULL)
		g.gone(val);
}

void
story_open(void (*gone)(const struct story *s))
{
	if (gone != NULL)
		g.gone = gone;
	if (g.table == NULL)
		g.table = table_new(sizeof(uint64_t), sizeof(struct story),
		    STORIES, drop, NULL);
	if (g.table == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

struct slice
story_method(const struct sip_msg *m)
{
	struct sip_cseq cseq = { 0 };

	if (m->request)
		return m->method;
	if (sip_cseq(m, &cseq) == ERR_FORMAT)
		return slice_str("");
	return cseq.method;
}

static enum story_kind
kind_of(struct slice method)
{
	static const struct {
		const char	*method;
		enum story_kind	 kind;
	} kinds[] = {
		{ "REGISTER", STORY_REGISTRATION }, { "INVITE", STORY_CALL },
		{ "ACK", STORY_CALL }, { "BYE", STORY_CALL },
		{ "CANCEL", STORY_CALL }, { "PRACK", STORY_CALL },
		{ "UPDATE", STORY_CALL }, { "INFO", STORY_CALL },
		{ "SUBSCRIBE", STORY_SUBSCRIPTION },
		{ "NOTIFY", STORY_SUBSCRIPTION }, { "MESSAGE", STORY_MESSAGE },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slice_is(method, kinds[i].method))
			return kinds[i].kind;
	return STORY_OTHER;
}

static void
name(char out[STORY_NAME], struct slice value)
{
	struct sip_addr a;

	(void)slice_show(sip_addr(value, &a) == 0 ? a.uri : value, out);
}

/* A registration is of whom the phone says it is. */
static void
names(struct story *t, const struct sip_msg *m)
{
	struct slice impi;

	if (t->who[0] == '\0') {
		name(t->who, sip_value(m, SIP_H_FROM));
		name(t->to, sip_value(m, SIP_H_TO));
	}
	impi = t->kind == STORY_REGISTRATION && m->request ? sa_impi(m) :
	    slice_str("");
	if (impi.n > 0)
		(void)slice_show(impi, t->who);
}

static bool
goes_away(const struct sip_msg *m)
{
	struct slice v = sip_value(m, SIP_H_CONTACT), expires;

	if (sip_param(v, ';', "expires", &expires))
		return slice_is(slice_trim(expires), "0");
	return slice_is(sip_value(m, SIP_H_EXPIRES), "0");
}

static void
asked(struct story *t, const struct sip_msg *m)
{
	const struct sip_header *h;

	if (slice_is(m->method, "BYE"))
		t->state = STORY_OVER;
	else if (t->kind == STORY_REGISTRATION ||
	    slice_is(m->method, "SUBSCRIBE"))
		t->leaving = goes_away(m);
	else if (slice_is(m->method, "NOTIFY") && (h = sip_get_named(m,
	    "Subscription-State")) != NULL &&
	    slice_casestarts(h->value, "terminated"))
		t->state = STORY_OVER;
}

/* A response of the request that began the story decides. */
static void
answered(struct story *t, const struct sip_msg *m, struct slice method)
{
	bool call = slice_is(method, "INVITE");
	bool begins = call || (t->kind != STORY_CALL &&
	    !slice_is(method, "NOTIFY"));

	if (!begins || t->state == STORY_OVER || m->status == 100)
		return;
	if (m->status < 200) {
		if (t->state < STORY_RINGING)
			t->state = STORY_RINGING;
	} else if (m->status < 300) {
		t->state = t->leaving ? STORY_OVER : STORY_DONE;
	} else if (t->state == STORY_DONE) {
		return;
	} else if (m->status == 401 || m->status == 407) {
		t->state = STORY_CHALLENGED;
	} else {
		t->state = call && m->status == 487 ? STORY_CANCELLED :
		    STORY_REFUSED;
		t->status = m->status;
	}
}

bool
story_kept(void)
{
	return g.table != NULL;
}

struct story *
story_sip(const struct flow_sip *s, const struct sip_msg *m)
{
	uint64_t key = slice_hash(0, sip_value(m, SIP_H_CALL_ID));
	struct story *t;

	if (!story_kept())
		return NULL;
	t = table_get(g.table, &key);
	if (t == NULL) {
		if ((t = table_put(g.table, &key, s->where.time_ns)) == NULL)
			tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
		t->kind = kind_of(story_method(m));
		t->number = ++g.count[t->kind];
		t->timed = s->where.timed;
		t->time_ns = s->where.time_ns;
		(void)slice_show(sip_value(m, SIP_H_CALL_ID), t->call_id);
	}
	names(t, m);
	if (m->request)
		asked(t, m);
	else
		answered(t, m, story_method(m));
	return t;
}

void
story_close(void)
{
	table_free(g.table);
	g.table = NULL;
}
