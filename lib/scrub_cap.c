/* scrub_cap: frames in and out again, in order, those that wait between. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "scrub_int.h"

struct scrub_held {
	struct scrub_held	*next;
	struct cap_frame	 f;	/* its data are DATA */
	bool			 waits;
	uint8_t			 data[];
};

struct scrub_cap *
scrub_cap_new(struct scrub *s, void (*out)(const struct cap_frame *f,
    void *arg), void *arg)
{
	struct scrub_cap *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->s = s;
	c->out = out;
	c->arg = arg;
	if (scrub_tcp_init(c) < 0 || scrub_ip_init(c) < 0 ||
	    scrub_esp_init(c) < 0) {
		scrub_cap_free(c);
		return NULL;
	}
	return c;
}

void
scrub_cap_free(struct scrub_cap *c)
{
	struct scrub_held *h;

	if (c == NULL)
		return;
	while ((h = c->first) != NULL) {
		c->first = h->next;
		free(h);
	}
	scrub_tcp_free(c);
	scrub_ip_free(c);
	scrub_esp_free(c);
	free(c);
}

/* H scrubbed, or, when something is not known yet, as it was. */
static int
try(struct scrub_cap *c, struct scrub_held *h, enum scrub_pass pass)
{
	uint64_t before[SCRUB_KINDS];
	struct scrub_walk w = { .pass = pass, .waits = &h->waits,
	    .frame = h->f.number, .time_ns = h->f.time_ns,
	    .cut = h->f.data.n < h->f.wire_len };
	struct buf was;

	buf_init(&was, 0);
	buf_add(&was, h->data, h->f.data.n);
	if (was.bad)
		return ERR_MEM;
	memcpy(before, c->s->count, sizeof(before));
	memset(c->kept, 0, sizeof(c->kept));
	h->waits = false;
	c->s->frame = h->f.number;
	scrub_link(c, &w, h->f.linktype, h->data, h->f.data.n);
	if (h->waits) {
		memcpy(h->data, was.p, was.n);
		for (size_t i = 0; i < SCRUB_KINDS; i++)
			c->s->count[i] = before[i] + c->kept[i];
	}
	buf_free(&was);
	return c->s->error;
}

static void
release(struct scrub_cap *c)
{
	struct scrub_held *h = c->first;

	c->first = h->next;
	if (c->first == NULL)
		c->last = NULL;
	c->held -= sizeof(*h) + h->f.data.n;
	c->out(&h->f, c->arg);
	free(h);
}

/* Let out what is known; if ALL, or there is no room, what is not, too. */
static int
flush(struct scrub_cap *c, bool all)
{
	int r = 0;

	while (c->first != NULL && r == 0) {
		struct scrub_held *h = c->first;
		bool now = all || c->held > SCRUB_WAIT;

		if (h->waits && (now || c->news))
			r = try(c, h, now ? SCRUB_LAST : SCRUB_AGAIN);
		if (h->waits)
			break;
		release(c);
	}
	c->news = false;
	return r;
}

int
scrub_cap_frame(struct scrub_cap *c, const struct cap_frame *f)
{
	struct scrub_held *h = malloc(sizeof(*h) + f->data.n);
	int r;

	if (h == NULL)
		return ERR_MEM;
	h->next = NULL;
	h->f = *f;
	if (f->data.n > 0)
		memcpy(h->data, f->data.p, f->data.n);
	h->f.data.p = h->data;
	*(c->last != NULL ? &c->last->next : &c->first) = h;
	c->last = h;
	c->held += sizeof(*h) + f->data.n;
	frag_expire(c->frag, f->time_ns);
	tcp_expire(c->tcp, f->time_ns);
	if ((r = try(c, h, SCRUB_FIRST)) < 0)
		return r;
	return flush(c, false);
}

int
scrub_packet(struct scrub_cap *c, uint8_t *p, size_t n, uint64_t frame,
    uint64_t time_ns)
{
	bool waits = false;
	struct scrub_walk w = { .pass = SCRUB_FIRST, .waits = &waits,
	    .frame = frame, .time_ns = time_ns };
	struct buf was;

	buf_init(&was, 0);
	buf_add(&was, p, n);
	if (was.bad)
		return ERR_MEM;
	c->s->frame = frame;
	scrub_ip(c, &w, p, n);
	if (waits) {
		memcpy(p, was.p, n);
		w.pass = SCRUB_LAST;
		scrub_ip(c, &w, p, n);
	}
	buf_wipe(&was);
	return c->s->error;
}

int
scrub_cap_end(struct scrub_cap *c)
{
	tcp_flush(c->tcp);
	frag_flush(c->frag);
	if (tcp_error(c->tcp) < 0)
		c->s->error = tcp_error(c->tcp);
	return flush(c, true);
}
