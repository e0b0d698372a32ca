/* register_flow: the whole conversation, step by step, its own clock. */
#include <string.h>

#include "err.h"
#include "register_tool.h"

#define PAUSE_NS	1000000000ULL	/* between steps */
#define TALK_NS		5000000000ULL	/* a call */
#define WAIT_NS		(300 * 1000000000ULL)	/* beyond reg-await-auth */
#define SMS		"Hello"

static const char *
name_of(size_t i)
{
	const struct reg_identity *who = subs_get(i);

	return who->n_impu > 0 ? who->impu[0] : who->register_as;
}

/* Whom phone I calls: the one behind it, for every second one. */
static bool
other(size_t i, size_t *to)
{
	*to = i + 1;
	return i % 2 == 0 && *to < net.n_phone;
}

bool
step_begin(size_t i, enum step s)
{
	struct slice impi = slice_str(subs_get(i)->impi);
	struct reg_ue *u = net.phone[i].ue;
	uint64_t now = net.now_ns;
	size_t to;

	switch (s) {
	case STEP_REGISTER:
	case STEP_REREGISTER:
		return reg_ue_register(u, now) == 0;
	case STEP_SUBSCRIBE:
		return reg_ue_subscribe(u, now) == 0;
	case STEP_DEREGISTER:
		return reg_ue_deregister(u, now) == 0;
	case STEP_REAUTH:
		return net.s != NULL && reg_scscf_reauth(net.s, impi, now) ==
		    0;
	case STEP_NETDEREGISTER:
		return net.s != NULL && reg_scscf_deregister(net.s, impi,
		    now) == 0;
	case STEP_CALL:
		return other(i, &to) && reg_ue_call(u, name_of(to), now) == 0;
	case STEP_SMS:
		return other(i, &to) && reg_ue_message(u, name_of(to),
		    slice_str(SMS), now) == 0;
	case STEP_N:
		break;
	}
	return false;
}

static bool
any_busy(void)
{
	for (size_t i = 0; i < net.n_phone; i++)
		if (reg_ue_busy(net.phone[i].ue))
			return true;
	return false;
}

/* Until nothing is on its way and nobody waits. */
static void
settle(void)
{
	uint64_t at;

	net_run();
	while (any_busy() && (at = net_deadline(true)) != REG_NEVER) {
		net_tick(at);
		net_run();
	}
}

/* A phone that will never answer keeps the network waiting. */
static void
wait_for(uint64_t until)
{
	uint64_t at;

	while ((at = net_deadline(true)) < until) {
		net_tick(at);
		net_run();
	}
	net.now_ns = until;
}

static void
step(size_t i, enum step s)
{
	struct phone *f = &net.phone[i];
	size_t to;

	if (f->failed && s != STEP_REGISTER)
		return;
	if (!step_begin(i, s)) {
		if (s == STEP_CALL || s == STEP_SMS)
			return;
		f->failed = true;
		net.failed++;
		tool_warn("%s: %s cannot be done here", subs_get(i)->impi,
		    step_name(s));
		return;
	}
	settle();
	if (s != STEP_CALL || !other(i, &to))
		return;
	net.now_ns += TALK_NS;
	if (reg_ue_hang_up(f->ue, net.now_ns) == 0)
		settle();
}

int
cmd_flow(int argc, char **argv)
{
	if (argc > 0)
		tool_die(TOOL_USAGE, "flow: %s: there is no input", argv[0]);
	if (subs_count() == 0)
		tool_die(TOOL_USAGE, "flow: -k FILE with a subscriber is "
		    "missing");
	for (size_t s = 0; s < opt.n_step; s++)
		if (subs_count() < 2 && (opt.step[s] == STEP_CALL ||
		    opt.step[s] == STEP_SMS))
			tool_die(TOOL_USAGE, "--steps %s: needs two "
			    "subscribers in -k", step_name(opt.step[s]));
	opt.node[NODE_UE] = true;
	opt.node[NODE_P] = opt.node[NODE_I] = opt.node[NODE_S] = true;
	opt.all_hops = true;
	net_open();
	for (size_t s = 0; s < opt.n_step; s++)
		for (size_t i = 0; i < net.n_phone; i++) {
			step(i, opt.step[s]);
			net.now_ns += PAUSE_NS;
		}
	if (opt.the_case != NULL)
		wait_for(net.now_ns + WAIT_NS);
	net_close();
	return net.failed > 0 && opt.the_case == NULL ? TOOL_NO : TOOL_YES;
}
