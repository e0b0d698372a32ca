/* tool_stop: signals that ask a run to end, and waiting for one or for input. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool_live.h"

static struct {
	int		 wake[2];	/* a pipe: an octet for each signal */
	bool		 caught;
	unsigned	 n;		/* told */
	uint64_t	 first_ns;
} stop;

static volatile sig_atomic_t came;

static void
on_signal(int sig)
{
	int e = errno;

	(void)sig;
	came = 1;
	if (write(stop.wake[1], "", 1) < 0)
		came = 1;	/* it is full of them */
	errno = e;
}

int
tool_stop_catch(void)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction a = { .sa_handler = on_signal };

	if (pipe(stop.wake) < 0 ||
	    fcntl(stop.wake[0], F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(stop.wake[1], F_SETFL, O_NONBLOCK) < 0)
		tool_die(TOOL_SYSTEM, "pipe: %s", strerror(errno));
	stop.caught = true;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (sigaction(all[i], &a, NULL) < 0)
			tool_die(TOOL_SYSTEM, "signal: %s", strerror(errno));
	return stop.wake[0];
}

static uint64_t
now_ns(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_REALTIME, &t) < 0)
		tool_die(TOOL_SYSTEM, "clock: %s", strerror(errno));
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

unsigned
tool_stops(void)
{
	unsigned before = stop.n;
	char c;

	if (!came)
		return 0;
	while (read(stop.wake[0], &c, 1) > 0)
		stop.n++;
	if (before == 0 && stop.n > 0)
		stop.first_ns = now_ns();
	return stop.n;
}

uint64_t
tool_stop_ns(void)
{
	return stop.first_ns;
}

uint64_t
tool_stop_age_ns(void)
{
	uint64_t now = now_ns();

	return now > stop.first_ns ? now - stop.first_ns : 0;
}

bool
tool_wait(int fd, int ms)
{
	struct pollfd p[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = stop.caught ? stop.wake[0] : -1, .events = POLLIN },
	};
	int n;

	if ((n = poll(p, 2, 0)) == 0) {
		tool_out_flush();
		n = poll(p, 2, ms);
	}
	if (n < 0 && errno != EINTR)
		tool_die(TOOL_SYSTEM, "poll: %s", strerror(errno));
	return n > 0 && p[0].revents != 0;
}
