/* ladder: messages and packets as arrows, in sections. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "ladder_int.h"
#include "table.h"

int
ladder_init(struct ladder *l)
{
	l->by_call = table_new(sizeof(uint64_t), sizeof(size_t),
	    LADDER_SECTIONS, NULL, NULL);
	l->seen = table_new(sizeof(uint64_t), 1, 2 * LADDER_ARROWS, NULL,
	    NULL);
	return l->by_call == NULL || l->seen == NULL ? ERR_MEM : 0;
}

void
ladder_free(struct ladder *l)
{
	for (size_t i = 0; i < l->n; i++)
		buf_free(&l->arrow[i].notes);
	for (size_t i = 0; i < l->n_section; i++) {
		buf_free(&l->section[i].title);
		buf_free(&l->section[i].who);
		buf_free(&l->section[i].verdicts);
	}
	free(l->arrow);
	free(l->section);
	buf_free(&l->text);
	table_free(l->by_call);
	table_free(l->seen);
	memset(l, 0, sizeof(*l));
}

/* P with room for the element N, zeroed; at powers of two it moves. */
static void *
more(void *p, size_t n, size_t size)
{
	if ((n & (n - 1)) == 0 &&
	    (p = reallocarray(p, n == 0 ? 1 : 2 * n, size)) == NULL)
		return NULL;
	memset((char *)p + n * size, 0, size);
	return p;
}

struct ladder_section *
ladder_section(struct ladder *l, struct slice call_id)
{
	uint64_t k = l->one ? 0 : slice_hash(0, call_id);
	size_t *at = table_put(l->by_call, &k, 0);
	struct ladder_section *s;

	if (at == NULL)
		return NULL;
	if (*at != 0)
		return &l->section[*at - 1];
	if ((s = more(l->section, l->n_section, sizeof(*s))) == NULL)
		return NULL;
	l->section = s;
	s = &l->section[l->n_section++];
	*at = l->n_section;
	if (!l->one)
		(void)slice_show(call_id, s->call_id);
	return s;
}

struct ladder_section *
ladder_find(struct ladder *l, uint64_t key)
{
	const size_t *at = table_get(l->by_call, &key);

	return at == NULL || *at == 0 ? NULL : &l->section[*at - 1];
}

/* A new arrow; its number, or an error. */
static int
add(struct ladder *l, const struct flow_where *w, struct slice call_id)
{
	struct ladder_section *s;
	struct ladder_arrow *a;

	if (l->n == LADDER_ARROWS || l->text.n >= LADDER_TEXT) {
		l->left_out++;
		return ERR_LIMIT;
	}
	if ((s = ladder_section(l, call_id)) == NULL ||
	    (a = more(l->arrow, l->n, sizeof(*a))) == NULL)
		return ERR_MEM;
	l->arrow = a;
	a = &l->arrow[l->n++];
	a->section = (size_t)(s - l->section);
	a->src = w->src;
	a->dst = w->dst;
	a->sport = w->sport;
	a->dport = w->dport;
	a->timed = w->timed;
	a->time_ns = w->time_ns;
	a->frame = w->frame;
	a->count = 1;
	a->level = -1;
	if (s->first == 0)
		s->first = l->n;
	else
		l->arrow[s->last - 1].next = l->n;
	s->last = l->n;
	return (int)(l->n - 1);
}

static int
sent_again(struct ladder *l, const struct flow_sip *s, bool *again)
{
	uint64_t k = slice_hash(0, s->message);

	k = slice_hash(k, slice_of(&s->where.src, sizeof(s->where.src)));
	k = slice_hash(k, slice_of(&s->where.dst, sizeof(s->where.dst)));
	*again = !s->copy && table_get(l->seen, &k) != NULL;
	return table_put(l->seen, &k, 0) == NULL ? ERR_MEM : 0;
}

static enum ladder_lock
lock_of(const struct flow_protection *p)
{
	if (!p->on)
		return LADDER_CLEAR;
	return p->icv == FLOW_ICV_OK ? LADDER_OPENED :
	    p->icv == FLOW_ICV_BAD ? LADDER_BAD : LADDER_UNCHECKED;
}

static void
label(struct ladder_arrow *a, const struct sip_msg *m)
{
	struct sip_cseq cseq = { 0 };
	char reason[SLICE_SHOW];

	if (sip_cseq(m, &cseq) == ERR_FORMAT)
		cseq.method = slice_str("");
	(void)slice_show(m->request ? m->method : cseq.method, a->method);
	if (m->request) {
		memcpy(a->label, a->method, sizeof(a->label));
		return;
	}
	a->status = m->status;
	(void)snprintf(a->label, sizeof(a->label), "%u %.*s", m->status,
	    (int)sizeof(a->label) - 12, slice_show(m->reason, reason));
}

int
ladder_sip(struct ladder *l, const struct flow_sip *s)
{
	struct ladder_section *section;
	struct ladder_arrow *a;
	bool again;
	int i;

	if ((i = add(l, &s->where, sip_value(s->msg, SIP_H_CALL_ID))) < 0)
		return i;
	if (sent_again(l, s, &again) < 0)
		return ERR_MEM;
	a = &l->arrow[i];
	a->again = again;
	a->copy = s->copy;
	a->lock = lock_of(&s->protection);
	a->spi = s->protection.spi;
	label(a, s->msg);
	section = &l->section[a->section];
	if (section->method[0] == '\0')
		memcpy(section->method, a->method, sizeof(section->method));
	if (l->keep) {
		a->text = l->text.n;
		buf_put(&l->text, s->message);
		a->n_text = l->text.n - a->text;
	}
	return l->text.bad ? ERR_MEM : i;
}

static const char *
closed(int reason)
{
	switch (reason) {
	case ERR_NOSA:
		return "no SA";
	case ERR_NOKEY:
		return "no key";
	case ERR_AUTH:
		return "wrong ICV";
	default:
		return err_name(reason);
	}
}

/* Is A closed ESP as E is? */
static bool
same_esp(const struct ladder_arrow *a, const struct flow_esp *e,
    const char *why)
{
	return a->lock == LADDER_CLOSED && a->spi == e->spi &&
	    strcmp(a->label, why) == 0 &&
	    pkt_addr_eq(&a->src, &e->where.src) &&
	    pkt_addr_eq(&a->dst, &e->where.dst);
}

int
ladder_esp(struct ladder *l, const struct flow_esp *e, struct slice call_id)
{
	const char *why = closed(e->reason);
	struct ladder_section *s = ladder_section(l, call_id);
	struct ladder_arrow *a;
	int i;

	if (s == NULL)
		return ERR_MEM;
	if (s->last != 0 && same_esp(&l->arrow[s->last - 1], e, why)) {
		l->arrow[s->last - 1].count++;
		return (int)(s->last - 1);
	}
	if ((i = add(l, &e->where, call_id)) < 0)
		return i;
	a = &l->arrow[i];
	a->lock = LADDER_CLOSED;
	a->spi = e->spi;
	(void)snprintf(a->label, sizeof(a->label), "%s", why);
	return i;
}

int
ladder_gap(struct ladder *l, const struct flow_gap *gap)
{
	int i = add(l, &gap->where, slice_str(""));

	if (i >= 0)
		(void)snprintf(l->arrow[i].label, sizeof(l->arrow[i].label),
		    "%" PRIu64 " octets lost", gap->octets);
	return i;
}

const struct ladder_arrow *
ladder_first(const struct ladder *l, size_t section)
{
	size_t first = section == LADDER_ALL ? l->n > 0 :
	    l->section[section].first;

	return first == 0 ? NULL : &l->arrow[first - 1];
}

const struct ladder_arrow *
ladder_next(const struct ladder *l, size_t section,
    const struct ladder_arrow *a)
{
	if (section == LADDER_ALL)
		return ++a < l->arrow + l->n ? a : NULL;
	return a->next == 0 ? NULL : &l->arrow[a->next - 1];
}
