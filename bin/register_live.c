/* register_live: phone and network on sockets, and the clock. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "register_live.h"
#include "tool_live.h"

#define FDS		512
#define SECOND		1000000000ULL
#define SLEEP_MS	3600000		/* at most */

static struct {
	struct pollfd	 fd[FDS];
	struct {
		live_ready	*fn;
		void		*arg;
	}		 ready[FDS];
	size_t		 n;
	uint64_t	 start_ns, since_ns;	/* by the two clocks */
	unsigned	 stops;			/* signals taken */
	bool		 leaving;		/* we deregister */
	struct buf	 record;
} live;

static uint64_t
clock_ns(clockid_t which)
{
	struct timespec t;

	if (clock_gettime(which, &t) < 0)
		tool_die(TOOL_SYSTEM, "clock: %s", strerror(errno));
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

uint64_t
live_now(void)
{
	return live.start_ns + clock_ns(CLOCK_MONOTONIC) - live.since_ns;
}

void
live_watch(int fd, live_ready *ready, void *arg)
{
	if (live.n == FDS)
		tool_die(TOOL_SYSTEM, "more than %d sockets", FDS);
	live.fd[live.n] = (struct pollfd){ .fd = fd, .events = POLLIN };
	live.ready[live.n].fn = ready;
	live.ready[live.n++].arg = arg;
}

void
live_events(int fd, short events)
{
	for (size_t i = 0; i < live.n; i++)
		if (live.fd[i].fd == fd)
			live.fd[i].events = events;
}

/* The place stays until all of this round had their turn. */
void
live_close(int fd)
{
	for (size_t i = 0; i < live.n; i++)
		if (live.fd[i].fd == fd)
			live.fd[i].fd = -1;
	(void)close(fd);
}

static void
sweep(void)
{
	size_t n = 0;

	for (size_t i = 0; i < live.n; i++)
		if (live.fd[i].fd >= 0) {
			live.fd[n] = live.fd[i];
			live.ready[n++] = live.ready[i];
		}
	live.n = n;
}

static void
woken(short got, void *arg)
{
	(void)got;
	(void)arg;
	live.stops = tool_stops();
}

static void
open_live(void)
{
	live.start_ns = clock_ns(CLOCK_REALTIME);
	live.since_ns = clock_ns(CLOCK_MONOTONIC);
	opt.time_ns = live_now();
	live_watch(tool_stop_catch(), woken, NULL);
	if (opt.ipsec == IPSEC_KERNEL)
		xfrm_open();
	if (opt.ipsec != IPSEC_NONE)
		assoc_open();
}

static void
write_record(const struct flow_sip *s)
{
	rec_write_sip(&live.record, s, false);
	tool_out(&live.record);
}

void
live_refuse(const struct flow_where *w, const char *why)
{
	char addr[PKT_ADDR_TEXT];

	tool_warn_kind(why, "from %s port %u: dropped: %s",
	    pkt_addr_text(&w->src, addr), w->sport, why);
}

static struct slice
without_blanks(struct slice s)
{
	while (s.n > 0 && (s.p[0] == '\r' || s.p[0] == '\n'))
		s = slice_from(s, 1);
	return s;
}

/* What the kernel opened for us. */
static void
by_kernel(struct flow_sip *s)
{
	const struct assoc *a = assoc_of(&s->where);

	if (a != NULL)
		assoc_protection(a, 0, &s->protection);
}

static void
deliver(struct flow_sip *s)
{
	enum node from = net_who(&s->where.src);

	if (opt.node[NODE_UE]) {
		net_check(reg_ue_sip(net.phone[0].ue, s));
		return;
	}
	/* Nobody outside is one of the nodes inside. */
	if (from == NODE_I || from == NODE_S) {
		live_refuse(&s->where, "its address is that of our own node");
		return;
	}
	net_deliver(s);
	net_run();
}

void
live_take(const struct flow_where *w, const struct flow_protection *p,
    struct slice message)
{
	static struct sip_msg m;
	struct flow_sip s = { .where = *w, .protection = *p,
	    .message = without_blanks(message) };
	uint64_t sent = net.sent;
	char what[64];

	s.where.timed = true;
	s.where.time_ns = live_now();
	/* Blank lines alone keep a NAT awake (RFC 5626 3.5.1). */
	if (s.message.n == 0)
		return;
	if (sip_begins(s.message) != 1 || sip_parse(&m, s.message) < 0) {
		live_refuse(w, "it is not SIP");
		return;
	}
	s.message = m.raw;
	if (opt.ipsec == IPSEC_KERNEL)
		by_kernel(&s);
	write_record(&s);
	s.msg = &m;
	deliver(&s);
	if (!m.request || slice_is(m.method, "ACK") || net.sent > sent)
		return;
	(void)snprintf(what, sizeof(what), "%.*s may not be answered",
	    (int)(m.method.n < 32 ? m.method.n : 32),
	    (const char *)m.method.p);
	live_refuse(w, what);
}

bool
live_send(struct flow_sip *s)
{
	struct assoc *a = opt.ipsec == IPSEC_NONE ? NULL :
	    assoc_of(&s->where);
	char addr[PKT_ADDR_TEXT];
	uint32_t seq = 0;
	bool ok;

	s->where.timed = true;
	s->where.time_ns = live_now();
	ok = a != NULL && opt.ipsec == IPSEC_USER ?
	    raw_send(a, s->message, &seq) : sock_send(&s->where, s->message);
	if (ok && a != NULL)
		assoc_protection(a, seq, &s->protection);
	s->protection.icv = FLOW_ICV_NONE;
	if (!ok)
		tool_warn_kind("send", "to %s port %u: %s",
		    pkt_addr_text(&s->where.dst, addr), s->where.dport,
		    strerror(errno));
	return ok;
}

/* Wait for the next thing to happen, and have it done. */
static void
turn(void)
{
	uint64_t now = live_now(), at = net_deadline(true), ms = SLEEP_MS;
	size_t n = live.n;

	if (at != REG_NEVER && (at < now || (at - now) / 1000000 < ms))
		ms = at <= now ? 0 : (at - now) / 1000000 + 1;
	if (poll(live.fd, (nfds_t)n, (int)ms) < 0) {
		if (errno != EINTR)
			tool_die(TOOL_SYSTEM, "poll: %s", strerror(errno));
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (live.fd[i].fd >= 0 && live.fd[i].revents != 0)
			live.ready[i].fn(live.fd[i].revents,
			    live.ready[i].arg);
	sweep();
	if (net_deadline(true) <= (now = live_now())) {
		net_tick(now);
		net_run();
	}
}

/* Begin what comes next; false: there is nothing left to do. */
static bool
go_on(struct phone *f)
{
	if (f->lost || live.stops > 1 || (live.stops > 0 && !f->registered))
		return false;
	while (!reg_ue_busy(f->ue)) {
		if (!f->failed && live.stops == 0 && f->step < opt.n_step) {
			if (step_begin(0, opt.step[f->step++]))
				continue;
			f->failed = true;
			tool_warn("%s: %s cannot be done here",
			    subs_get(0)->impi,
			    step_name(opt.step[f->step - 1]));
		}
		if (!f->registered || live.leaving)
			return false;
		if (f->step == opt.n_step && !opt.once && live.stops == 0) {
			f->failed = false;	/* the next may succeed */
			return true;
		}
		if (opt.once)
			return false;
		live.leaving = true;
		if (reg_ue_deregister(f->ue, live_now()) < 0)
			return false;
	}
	return true;
}

static void
close_live(void)
{
	net_close();
	assoc_close();
	buf_free(&live.record);
}

static void
listen_at(const struct pkt_addr *addr, uint16_t *port, bool tcp)
{
	char text[PKT_ADDR_TEXT];
	uint16_t usual = 5060;

	/* Unless told where: the usual port, or a free one. */
	if (*port == 0 && sock_open(addr, &usual, tcp))
		*port = usual;
	else if (!sock_open(addr, port, tcp))
		tool_die(TOOL_SYSTEM, "%s port %u: %s",
		    pkt_addr_text(addr, text), *port, strerror(errno));
	if (opt.ipsec == IPSEC_USER)
		raw_open(addr);
}

int
live_ue(int argc)
{
	bool asked_to_leave, ok;
	struct phone *f;

	if (opt.connect == NULL || argc > 0)
		tool_die(TOOL_USAGE, "ue: live it is --connect HOST[:PORT], "
		    "without files");
	if (subs_count() != 1)
		tool_die(TOOL_USAGE, "--connect: one phone; -k has %zu "
		    "subscribers (-n 1: the first of them)", subs_count());
	open_live();
	listen_at(&opt.addr[NODE_UE], &opt.port[NODE_UE], opt.tcp);
	net_open();
	f = &net.phone[0];
	while (go_on(f))
		turn();
	asked_to_leave = live.leaving || (opt.n_step > 0 &&
	    opt.step[opt.n_step - 1] == STEP_DEREGISTER);
	ok = !f->failed && f->step == opt.n_step &&
	    f->registered != asked_to_leave;
	if (!f->registered && !asked_to_leave && !f->failed)
		tool_warn("%s: not registered", subs_get(0)->impi);
	close_live();
	return ok ? TOOL_YES : TOOL_NO;
}

int
live_core(int argc)
{
	if (opt.listen == NULL || argc > 0)
		tool_die(TOOL_USAGE, "core: live it is --listen ADDR[:PORT], "
		    "without files");
	open_live();
	listen_at(&opt.addr[NODE_P], &opt.port[NODE_P],
	    opt.ipsec != IPSEC_USER);
	net_open();
	while (live.stops == 0)
		turn();
	close_live();
	return TOOL_YES;
}
