/* register_ue: the phone as a filter; and the network as one. */
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

static bool
read_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT];
	struct phone *f = NULL;
	struct rec r;
	int e = rec_read(&r, line, error);

	(void)arg;
	if (e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	if (e < 0) {
		tool_warn_kind("record", "%s: %s",
		    tool_place("line", number), error);
		tool_bad();
	} else if (r.type == REC_SIP && !r.duplicate) {
		tick(r.sip.where.timed ? r.sip.where.time_ns : 0);
		net_deliver(&r.sip);
		net_run();
		f = net_phone(&r.sip.where.dst);
	}
	rec_done(&r);
	if (f != NULL)
		took(f);
	return net.n_phone == 0 || ues.working > 0;
}

static bool
read_frame(const struct cap_frame *f, void *arg)
{
	(void)f;
	(void)arg;
	tool_warn("%s: not records", tool_file());
	tool_bad();
	return false;
}

/* A message pasted has no addresses: it comes from where one is awaited. */
static bool
read_text(struct slice message, void *arg)
{
	(void)message;
	(void)arg;
	return read_frame(NULL, NULL);
}

static void
read_end(void *arg)
{
	(void)arg;
	tool_more();
}

static const struct tool_reader reader = {
	.frame = read_frame, .line = read_line, .text = read_text,
	.end = read_end,
};

int
cmd_ue(int argc, char **argv)
{
	size_t left = 0;

	if (subs_count() == 0)
		tool_die(TOOL_USAGE, "ue: -k FILE with a subscriber is "
		    "missing");
	memset(opt.node, 0, sizeof(opt.node));
	opt.node[NODE_UE] = true;
	net_open();
	start_more();
	net_run();
	if (ues.working > 0)
		tool_read(argv, argc, &reader);
	for (size_t i = 0; i < net.n_phone; i++)
		left += !net.phone[i].failed && (reg_ue_busy(
		    net.phone[i].ue) || net.phone[i].step < opt.n_step);
	if (left > 0)
		tool_warn("%zu of %zu phones were not answered to the end",
		    left, net.n_phone);
	net_close();
	return left > 0 || net.failed > 0 ? TOOL_NO : TOOL_YES;
}

int
cmd_core(int argc, char **argv)
{
	if (subs_count() == 0)
		tool_die(TOOL_USAGE, "core: -k FILE with a subscriber is "
		    "missing");
	opt.node[NODE_UE] = false;
	net_open();
	tool_read(argv, argc, &reader);
	net_close();
	return TOOL_YES;
}
