/* tool_live: -i and --follow: input that comes while the tool runs. */
#include <stdlib.h>

#include "err.h"
#include "tool_live.h"

#define END_MS		(3 * CAP_LIVE_LATE_MS)	/* no frame is later */
#define END_NS		1000000000		/* whatever happens */

static struct {
	const char	*interface;
	bool		 follow;
	struct cap_live	*cap;
} live;

bool
tool_live_option(int c, const char *arg)
{
	switch (c) {
	case 'i':
		live.interface = arg;
		return true;
	case LIVE_FILTER:
		tool_filter(arg);
		return true;
	case LIVE_FOLLOW:
		live.follow = true;
		return true;
	default:
		return false;
	}
}

static void
open_interface(void)
{
	const char *filter = tool_filter_take();
	char error[CAP_ERROR_TEXT];
	int e;

	live.cap = cap_live_new(live.interface, filter, &e, error);
	if (live.cap == NULL && e == ERR_FORMAT)
		tool_die(TOOL_USAGE, "--filter %s: %s", filter, error);
	if (live.cap == NULL)
		tool_die(TOOL_SYSTEM, "%s: %s", live.interface, error);
}

void
tool_live_open(int files, bool writes)
{
	if (live.interface != NULL && (files > 0 || live.follow))
		tool_die(TOOL_USAGE, "-i %s: reads no files", live.interface);
	if (live.follow && files > 1)
		tool_die(TOOL_USAGE, "--follow: one file");
	if (live.interface == NULL)
		tool_filter_check();
	if (live.interface == NULL && !live.follow)
		return;
	if (live.interface != NULL) {
		open_interface();
		tool_drop(writes);
	} else
		tool_follow();
	(void)tool_stop_catch();
	tool_out_keep();
}

/* There is no frame at present; false: there will be none. */
static bool
pause_for_frames(void)
{
	int fd = cap_live_fd(live.cap);

	if (tool_stops() == 0) {
		(void)tool_wait(fd, -1);
		return true;
	}
	return tool_stop_age_ns() < END_NS && tool_wait(fd, END_MS);
}

/* Frames until the run is to end, those that passed before included. */
static void
read_interface(const struct tool_reader *r)
{
	struct cap_frame f;
	bool go = true;
	int n;

	while (go && tool_stops() < 2) {
		if ((n = cap_live_next(live.cap, &f)) < 0) {
			tool_warn("%s: %s", live.interface,
			    cap_live_error(live.cap));
			tool_failed();
			break;
		}
		if (n == 0)
			go = pause_for_frames();
		else
			go = (tool_stops() == 0 ||
			    f.time_ns <= tool_stop_ns()) &&
			    r->frame(&f, r->arg);
	}
}

static void
say_count(void)
{
	struct cap_live_count c;

	cap_live_count(live.cap, &c);
	if (c.by_kernel > 0)
		tool_bad();
	tool_warn("%s: %llu packets received, %llu dropped by the kernel, %llu "
	    "by the interface", live.interface,
	    (unsigned long long)c.received, (unsigned long long)c.by_kernel,
	    (unsigned long long)c.by_interface);
}

void
tool_live_read(char *const *argv, int n, const struct tool_reader *r)
{
	if (live.interface == NULL) {
		tool_read(argv, n, r);
	} else {
		tool_input(live.interface);
		tool_warn("%s: capturing", live.interface);
		read_interface(r);
		r->end(r->arg);
		say_count();
		cap_live_free(live.cap);
	}
	tool_filter_close();
}
