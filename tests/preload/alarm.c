/* alarm: loaded before a tool, it interrupts its system calls (EINTR). */
#define _DEFAULT_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/time.h>

static void
interrupted(int sig)
{
	(void)sig;
}

__attribute__((constructor))
static void
begin(void)
{
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_handler = interrupted;	/* and no SA_RESTART */
	(void)sigaction(SIGALRM, &a, NULL);
	(void)setitimer(ITIMER_REAL, &often, NULL);
}
