/* verify_opt: the options of ims-verify(1) about who is who and what counts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "verify.h"

static void
check(int r)
{
	if (r < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
}

static const char *policy;	/* the file that is read, or NULL */

static void	bad(const char *, const char *, const char *, ...)
		    __attribute__((format(printf, 3, 4), noreturn));

/* VALUE of OPTION, or of the policy, is wrong. */
static void
bad(const char *option, const char *value, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (policy != NULL)
		tool_die(TOOL_BAD_INPUT, "%s: %s: %s", policy, value, why);
	tool_die(TOOL_USAGE, "%s %s: %s", option, value, why);
}

static void
take_role(struct audit *a, const char *arg)
{
	const char *wrong = tool_role(a, arg);

	if (wrong != NULL)
		bad("-R", arg, "%s", wrong);
}

static void
take_network(struct audit *a, const char *arg)
{
	int r = audit_set_network(a, slice_str(arg));

	if (r < 0)
		bad("--network", arg, "%s", r == ERR_LIMIT ?
		    "too many networks" : "no name");
}

static void
take_nni(struct audit *a, const char *arg)
{
	if (strcmp(arg, "roaming") == 0)
		audit_set_nni(a, AUDIT_NNI_ROAMING);
	else if (strcmp(arg, "other") == 0)
		audit_set_nni(a, AUDIT_NNI_OTHER);
	else
		bad("--nni", arg, "roaming or other");
}

static void
take_trust(struct audit *a, const char *arg)
{
	struct pkt_addr addr;

	if (pkt_addr_parse(&addr, slice_str(arg)) < 0)
		bad("--trust", arg, "no address");
	check(audit_set_trust(a, &addr));
}

static int
take_level(const char *arg)
{
	int l = audit_level_parse(slice_str(arg));

	if (strcmp(arg, "never") == 0)
		return VERIFY_NEVER;
	if (l < 0)
		bad("--fail-on", arg, "error, warning, note or never");
	return l;
}

enum audit_role
verify_node(const char *arg)
{
	int r = audit_role_parse(slice_str(arg));

	if (r != AUDIT_P_CSCF && r != AUDIT_I_CSCF && r != AUDIT_S_CSCF &&
	    r != AUDIT_IBCF)
		bad("--as", arg, "p-cscf, i-cscf, s-cscf or ibcf");
	return (enum audit_role)r;
}

/* ID=LEVEL */
static void
take_rule_level(const char *id, const char *level)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s=%s", id, level);
	switch (verify_rule(slice_str(id), slice_str(level))) {
	case ERR_FORMAT:
		bad("--rule", text, "no such rule; see --list-rules");
	case ERR_ALG:
		bad("--rule", text, "off, error, warning or note");
	}
}

static void
take_rule(const char *arg)
{
	char id[256];
	const char *level = strchr(arg, '=');

	if (level == NULL || level - arg >= (ptrdiff_t)sizeof(id))
		bad("--rule", arg, "not RULE=LEVEL");
	memcpy(id, arg, (size_t)(level - arg));
	id[level - arg] = '\0';
	take_rule_level(id, level + 1);
}

/* What a policy is about. */
static struct target {
	struct audit	*audit;
	int		*fail_on;
} target;

static void
set_network(const char *name, void *arg)
{
	take_network(((struct target *)arg)->audit, name);
}

static void
set_trust(const char *addr, void *arg)
{
	take_trust(((struct target *)arg)->audit, addr);
}

static void
set_role(const char *role, const char *addr, void *arg)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s=%s", role, addr);
	take_role(((struct target *)arg)->audit, text);
}

static void
set_rule(const char *id, const char *level, void *arg)
{
	(void)arg;
	take_rule_level(id, level);
}

static void
set_nni(const char *kind, void *arg)
{
	take_nni(((struct target *)arg)->audit, kind);
}

static void
set_fail_on(const char *level, void *arg)
{
	*((struct target *)arg)->fail_on = take_level(level);
}

static void
set_strict(bool on, void *arg)
{
	audit_set_strict(((struct target *)arg)->audit, on);
}

static void
read_policy(struct slice text)
{
	const struct rec_policy_sink sink = {
		set_network, set_trust, set_role, set_rule, set_nni,
		set_fail_on, set_strict, &target,
	};
	char error[REC_ERROR_TEXT];
	int r;

	policy = tool_file();
	r = rec_policy(text, &sink, error);
	if (r == ERR_MEM)
		check(r);
	if (r < 0)
		tool_die(TOOL_BAD_INPUT, "%s: %s", policy, error);
	policy = NULL;
}

static void
take_policy(struct audit *a, char *path, int *fail_on)
{
	target = (struct target){ a, fail_on };
	tool_read_whole(&path, 1, read_policy);
	if (tool_status(TOOL_YES) != TOOL_YES)
		exit(tool_status(TOOL_YES));
}

bool
verify_option(struct audit *a, int c, int *fail_on)
{
	switch (c) {
	case 'R':
		take_role(a, optarg);
		break;
	case OPT_BASELINE:
		verify_baseline(optarg);
		break;
	case OPT_FAIL_ON:
		*fail_on = take_level(optarg);
		break;
	case OPT_NETWORK:
		take_network(a, optarg);
		break;
	case OPT_NNI:
		take_nni(a, optarg);
		break;
	case OPT_POLICY:
		take_policy(a, optarg, fail_on);
		break;
	case OPT_RULE:
		take_rule(optarg);
		break;
	case OPT_STRICT:
		audit_set_strict(a, true);
		break;
	case OPT_TODAY:
		verify_today(optarg);
		break;
	case OPT_TRUST:
		take_trust(a, optarg);
		break;
	case OPT_WAIVERS:
		verify_waivers(optarg);
		break;
	default:
		return false;
	}
	return true;
}
