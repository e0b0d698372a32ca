/* tool_drop: rights given up once the interface is open. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tool_live.h"

static void	failed(void) __attribute__((noreturn));

static void
failed(void)
{
	tool_die(TOOL_SYSTEM, "the rights of root cannot be given up: %s",
	    strerror(errno));
}

static bool
of_environment(const char *name, uint64_t *id)
{
	const char *s = getenv(name);

	return s != NULL &&
	    slice_decimal(slice_str(s), UINT32_MAX - 1, id) == 0 && *id > 0;
}

/* Who to be instead of root; false: root. */
static bool
whom(bool writes, uid_t *uid, gid_t *gid)
{
	const struct passwd *nobody;
	uint64_t u, g;

	if (of_environment("SUDO_UID", &u) && of_environment("SUDO_GID", &g)) {
		*uid = (uid_t)u;
		*gid = (gid_t)g;
		return true;
	}
	if (writes || (nobody = getpwnam("nobody")) == NULL)
		return false;
	*uid = nobody->pw_uid;
	*gid = nobody->pw_gid;
	return true;
}

/* No capability but CAP, or none at all (-1), nor by executing anything. */
static void
keep(int cap)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (cap >= 0)
		d[0].effective = d[0].permitted = 1U << cap;
	if (syscall(SYS_capset, &h, d) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		failed();
}

void
tool_drop(bool writes)
{
	uid_t uid;
	gid_t gid;

	if (geteuid() != 0) {
		keep(-1);
		return;
	}
	if (!whom(writes, &uid, &gid)) {
		keep(CAP_DAC_OVERRIDE);
		return;
	}
	if (setgroups(1, &gid) < 0 || setgid(gid) < 0 || setuid(uid) < 0)
		failed();
	keep(-1);
}
