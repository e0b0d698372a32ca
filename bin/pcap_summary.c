/* pcap_summary: a capture in figures, for people. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "pcap_story.h"
#include "pcap_summary.h"
#include "table.h"
#include "tool.h"

#define METHODS		32	/* the last is all others */
#define STATUSES	700
#define WAITS		65536	/* times from REGISTER to 200 */
#define SEEN		65536	/* messages, for retransmissions */
#define ASKED		16384	/* registrations that wait */
#define SAS		4096

struct method {
	char		 name[STORY_NAME];
	uint64_t	 requests;
	uint64_t	 status[STATUSES];
};

struct sa_key {
	struct pkt_addr	 dst;
	uint32_t	 spi;
};

struct sa_count {
	uint64_t	 ok, unchecked, closed, icv;
};

/* A REGISTER, and who sent it. */
struct asked {
	struct pkt_addr	 src;
	uint64_t	 time_ns;
};

static struct {
	struct buf	 out;
	uint64_t	 messages, again, icv;
	struct method	 method[METHODS];
	uint64_t	 state[STORY_REFUSED + 1];
	struct table	*seen, *asked, *sas;
	uint64_t	 wait[WAITS];
	size_t		 n_waits;
} sum;

static void *
get(struct table *t, const void *key, bool *new)
{
	void *v = table_get(t, key);

	*new = v == NULL;
	if (v == NULL && (v = table_put(t, key, 0)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	return v;
}

static void
on_gone(const struct story *t)
{
	if (t->kind == STORY_REGISTRATION && t->messages > 0)
		sum.state[t->state]++;
}

void
summary_open(void)
{
	story_open(on_gone);
	sum.seen = table_new(sizeof(uint64_t), 1, SEEN, NULL, NULL);
	sum.asked = table_new(sizeof(uint64_t), sizeof(struct asked), ASKED,
	    NULL, NULL);
	sum.sas = table_new(sizeof(struct sa_key), sizeof(struct sa_count),
	    SAS, NULL, NULL);
	if (sum.seen == NULL || sum.asked == NULL || sum.sas == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

static void
count_method(const struct sip_msg *m)
{
	char name[SLICE_SHOW];
	size_t i;

	(void)slice_show(story_method(m), name);
	for (i = 0; i < METHODS - 1; i++)
		if (sum.method[i].name[0] == '\0' ||
		    strcmp(sum.method[i].name, name) == 0)
			break;
	(void)snprintf(sum.method[i].name, STORY_NAME, "%s",
	    i == METHODS - 1 ? "others" : name[0] != '\0' ? name : "-");
	if (m->request)
		sum.method[i].requests++;
	else
		sum.method[i].status[m->status < STATUSES ? m->status : 0]++;
}

/* The same octets on the same way. */
static void
count_again(const struct flow_sip *s)
{
	uint64_t k = slice_hash(3, s->message);
	bool new;

	k = slice_hash(k, slice_of(&s->where.src, sizeof(s->where.src)));
	k = slice_hash(k, slice_of(&s->where.dst, sizeof(s->where.dst)));
	(void)get(sum.seen, &k, &new);
	sum.again += !new && !s->copy;
}

/* From the first REGISTER until the 2xx at the host that sent it. */
static void
count_wait(const struct flow_where *w, const struct sip_msg *m)
{
	uint64_t k = slice_hash(4, sip_value(m, SIP_H_CALL_ID));
	struct asked *a;
	bool new;

	if (!slice_is(story_method(m), "REGISTER") || !w->timed)
		return;
	if (m->request) {
		a = get(sum.asked, &k, &new);
		if (new) {
			a->src = w->src;
			a->time_ns = w->time_ns;
		}
	} else if (m->status >= 200 && m->status != 401 && m->status != 407 &&
	    (a = table_get(sum.asked, &k)) != NULL &&
	    pkt_addr_eq(&a->src, &w->dst)) {
		if (m->status < 300 && sum.n_waits < WAITS &&
		    w->time_ns >= a->time_ns)
			sum.wait[sum.n_waits++] = w->time_ns - a->time_ns;
		table_drop(sum.asked, a);
	}
}

static struct sa_count *
sa_count(const struct flow_where *w, uint32_t spi)
{
	struct sa_key k;
	bool new;

	memset(&k, 0, sizeof(k));
	k.dst = w->dst;
	k.spi = spi;
	return get(sum.sas, &k, &new);
}

void
summary_sip(const struct flow_sip *s)
{
	static struct sip_msg parsed;
	const struct sip_msg *m = s->msg;

	if (m == NULL && sip_parse(&parsed, s->message) < 0)
		return;
	if (m == NULL)
		m = &parsed;
	sum.messages++;
	count_method(m);
	count_again(s);
	count_wait(&s->where, m);
	if (s->protection.on && s->protection.icv == FLOW_ICV_OK)
		sa_count(&s->where, s->protection.spi)->ok++;
	else if (s->protection.on)
		sa_count(&s->where, s->protection.spi)->unchecked++;
}

void
summary_esp(const struct flow_esp *e)
{
	struct sa_count *n = sa_count(&e->where, e->spi);

	n->closed++;
	n->icv += e->reason == ERR_AUTH;
	sum.icv += e->reason == ERR_AUTH;
}

static void
put_figure(const char *what, uint64_t n)
{
	buf_printf(&sum.out, "%-17s %9llu", what, (unsigned long long)n);
}

static void
put_methods(void)
{
	put_figure("messages", sum.messages);
	buf_u8(&sum.out, '\n');
	for (size_t i = 0; i < METHODS; i++) {
		const struct method *m = &sum.method[i];

		if (m->name[0] == '\0')
			continue;
		buf_printf(&sum.out, "  %-15s %9llu", m->name,
		    (unsigned long long)m->requests);
		for (unsigned s = 0; s < STATUSES; s++)
			if (m->status[s] > 0)
				buf_printf(&sum.out, "  %03u: %llu", s,
				    (unsigned long long)m->status[s]);
		buf_u8(&sum.out, '\n');
	}
}

static void
put_registrations(void)
{
	uint64_t n = 0;

	for (size_t i = 0; i <= STORY_REFUSED; i++)
		n += sum.state[i];
	put_figure("registrations", n);
	for (size_t i = 0; i <= STORY_REFUSED; i++)
		if (sum.state[i] > 0)
			buf_printf(&sum.out, "  %s: %llu",
			    story_word(STORY_REGISTRATION, i),
			    (unsigned long long)sum.state[i]);
	buf_u8(&sum.out, '\n');
}

static int
order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* In milliseconds, to the microsecond. */
static void
put_ms(const char *what, uint64_t ns)
{
	buf_printf(&sum.out, "  %s: %llu.%03llu ms", what,
	    (unsigned long long)(ns / 1000000),
	    (unsigned long long)(ns / 1000 % 1000));
}

static void
put_waits(void)
{
	size_t n = sum.n_waits;

	put_figure("REGISTER to 200", n);
	if (n > 0) {
		qsort(sum.wait, n, sizeof(sum.wait[0]), order);
		put_ms("min", sum.wait[0]);
		put_ms("median", sum.wait[(n - 1) / 2] +
		    (sum.wait[n / 2] - sum.wait[(n - 1) / 2]) / 2);
		put_ms("max", sum.wait[n - 1]);
	}
	buf_u8(&sum.out, '\n');
}

static void
put_sas(void)
{
	char addr[PKT_ADDR_TEXT];

	put_figure("ESP by SA", table_count(sum.sas));
	buf_u8(&sum.out, '\n');
	for (const struct sa_count *n = NULL;
	    (n = table_next(sum.sas, n)) != NULL; ) {
		const struct sa_key *k = table_key(n);

		pkt_addr_text(&k->dst, addr);
		buf_printf(&sum.out, "  spi %10u to %s  messages: %llu"
		    "  unchecked: %llu  closed: %llu  ICV wrong: %llu\n",
		    k->spi, addr, (unsigned long long)(n->ok + n->unchecked),
		    (unsigned long long)n->unchecked,
		    (unsigned long long)n->closed,
		    (unsigned long long)n->icv);
		tool_out(&sum.out);
	}
}

void
summary_close(void)
{
	story_close();
	put_methods();
	put_registrations();
	put_waits();
	put_sas();
	put_figure("ICV failures", sum.icv);
	buf_u8(&sum.out, '\n');
	put_figure("retransmissions", sum.again);
	buf_u8(&sum.out, '\n');
	tool_out(&sum.out);
	table_free(sum.seen);
	table_free(sum.asked);
	table_free(sum.sas);
	buf_free(&sum.out);
}
