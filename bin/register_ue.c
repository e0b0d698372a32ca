/* register_ue: the phone as a filter; and the network as one. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "register_tool.h"

/* Phones at work and still to come. */
static struct {
	size_t	 next, working;
	bool	 started;
} ues;

/* Go on with phone I; false: it has done all its steps, or failed. */
static bool
go_on(size_t i)
{
	struct phone *f = &net.phone[i];

	while (!f->failed && !reg_ue_busy(f->ue)) {
		if (f->step == opt.n_step)
			return false;
		if (!step_begin(i, opt.step[f->step++])) {
			f->failed = true;
			net.failed++;
			tool_warn("%s: %s cannot be done here",
			    subs_get(i)->impi,
			    step_name(opt.step[f->step - 1]));
		}
	}
	return !f->failed;
}

/* As many at once as a pipe can hold the messages of. */
static void
start_more(void)
{
	while (ues.next < net.n_phone && ues.working < WINDOW)
		if (go_on(ues.next++))
			ues.working++;
}

static void
took(struct phone *f)
{
	if (f->told || go_on((size_t)(f - net.phone)))
		return;
	f->told = true;
	ues.working--;
	start_more();
}

static void
tick(uint64_t now_ns)
{
	if (now_ns > net.now_ns)
		net.now_ns = now_ns;
	if (net_deadline(true) <= net.now_ns)
		net_tick(net.now_ns);
	net_run();
}

/* All phones are done: whoever reads from us is to know. */
static void	finish(void) __attribute__((noreturn));

static void
finish(void)
{
	size_t left = 0;
	int answer;

	for (size_t i = 0; i < net.n_phone; i++)
		left += !net.phone[i].failed && (reg_ue_busy(
		    net.phone[i].ue) || net.phone[i].step < opt.n_step);
	if (left > 0)
		tool_warn("%zu of %zu phones were not answered to the end",
		    left, net.n_phone);
	answer = left > 0 || net.failed > 0 ? TOOL_NO : TOOL_YES;
	net_close();
	tool_out_end();
	subs_free();
	exit(tool_status(answer));
}

static void
take(const struct flow_sip *m, const char *at)
{
	struct phone *f = net_phone(&m->where.dst);

	(void)at;
	tick(m->where.timed ? m->where.time_ns : 0);
	net_deliver(m);
	net_run();
	if (f != NULL)
		took(f);
	if (net.n_phone > 0 && ues.working == 0)
		finish();
}

/* An end point: nothing passes. */
static bool
drop(struct rec *r, const char *at)
{
	(void)r;
	(void)at;
	return true;
}

static void
read_all(char *const *argv, int n)
{
	struct tool_messages to = { .sip = take, .record = drop };

	if ((to.db = sa_db_new()) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	tool_messages(argv, n, &to);
	sa_db_free(to.db);
}

int
cmd_ue(int argc, char **argv)
{
	if (subs_count() == 0)
		tool_die(TOOL_USAGE, "ue: -k FILE with a subscriber is "
		    "missing");
	memset(opt.node, 0, sizeof(opt.node));
	opt.node[NODE_UE] = true;
	if (opt.live)
		return live_ue(argc);
	net_open();
	start_more();
	net_run();
	if (ues.working > 0)
		read_all(argv, argc);
	finish();
}

int
cmd_core(int argc, char **argv)
{
	if (subs_count() == 0)
		tool_die(TOOL_USAGE, "core: -k FILE with a subscriber is "
		    "missing");
	opt.node[NODE_UE] = false;
	if (opt.live)
		return live_core(argc);
	net_open();
	read_all(argv, argc);
	net_close();
	return TOOL_YES;
}
