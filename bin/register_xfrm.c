/* register_xfrm: security associations of the kernel, by ip-xfrm(8). */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "crypt.h"
#include "err.h"
#include "register_live.h"

/*
 * LINES, commands for sh, given to ip(8) on its standard input: arguments would
 * show the keys to everybody.  False: it failed, and said why.
 */
static bool
batch(struct slice lines)
{
	FILE *ip = popen("ip -batch - >/dev/null", "w");
	struct slice line;
	int status;

	if (ip == NULL)
		return false;
	(void)setvbuf(ip, NULL, _IONBF, 0);
	while (lines.n > 0) {
		line = slice_cut(&lines, '\n');
		if (slice_starts(line, "ip "))
			line = slice_from(line, 3);
		(void)fprintf(ip, "%.*s\n", (int)line.n,
		    (const char *)line.p);
	}
	status = pclose(ip);
	return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void
xfrm_open(void)
{
	/* ip(8) may end early, and we must not: SAs would stay. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (!batch(slice_str("ip xfrm state list\n")))
		tool_die(TOOL_SYSTEM, "ip xfrm failed; --ipsec kernel needs "
		    "ip(8), a kernel with ESP and CAP_NET_ADMIN (see "
		    "capabilities(7))");
}

bool
xfrm_put(const struct sa *sa, bool out, bool remove)
{
	struct sa one = *sa;
	struct buf lines;
	bool ok;

	/* How long it lives is for us to say. */
	one.lifetime = 0;
	buf_init(&lines, 0);
	ok = sa_xfrm_write(&lines, &one, out ? "out" : "in", remove) == 0 &&
	    !lines.bad && batch(buf_slice(&lines));
	buf_wipe(&lines);
	crypt_wipe(&one, sizeof(one));
	return ok;
}
