/* verify_opt: the options of ims-verify(1) that say who is who. */
#include <string.h>

#include "err.h"
#include "verify.h"

static void
check(int r)
{
	if (r < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
}

/* ROLE=ADDR[:PORT]; an IPv6 address with a port is in brackets. */
void
verify_set_role(struct audit *a, const char *arg)
{
	struct slice rest = slice_str(arg), role = slice_cut(&rest, '=');
	int r = audit_role_parse(role);
	struct pkt_addr addr;
	uint64_t port = 0;
	size_t colon = rest.n;

	if (r < 0)
		tool_die(TOOL_USAGE, "-R %s: '%.*s' is no role", arg,
		    (int)role.n, (const char *)role.p);
	if (pkt_addr_parse(&addr, rest) < 0) {
		while (colon > 0 && rest.p[--colon] != ':')
			;
		if (pkt_addr_parse(&addr, slice_sub(rest, 0, colon)) < 0 ||
		    slice_decimal(slice_from(rest, colon + 1), UINT16_MAX,
		    &port) < 0 || port == 0)
			tool_die(TOOL_USAGE, "-R %s: no ADDR[:PORT] behind "
			    "the role", arg);
	}
	check(audit_set_role(a, (enum audit_role)r, &addr,
	    (uint16_t)port));
}

void
verify_set_network(struct audit *a, const char *arg)
{
	int r = audit_set_network(a, slice_str(arg));

	if (r < 0)
		tool_die(TOOL_USAGE, "--network %s: %s", arg,
		    r == ERR_LIMIT ? "too many networks" : "no name");
}

void
verify_set_nni(struct audit *a, const char *arg)
{
	if (strcmp(arg, "roaming") == 0)
		audit_set_nni(a, AUDIT_NNI_ROAMING);
	else if (strcmp(arg, "other") == 0)
		audit_set_nni(a, AUDIT_NNI_OTHER);
	else
		tool_die(TOOL_USAGE, "--nni %s: roaming or other", arg);
}

void
verify_set_trust(struct audit *a, const char *arg)
{
	struct pkt_addr addr;

	if (pkt_addr_parse(&addr, slice_str(arg)) < 0)
		tool_die(TOOL_USAGE, "--trust %s: no address", arg);
	check(audit_set_trust(a, &addr));
}

int
verify_level(const char *arg)
{
	int l = audit_level_parse(slice_str(arg));

	if (strcmp(arg, "never") == 0)
		return AUDIT_ERROR + 1;
	if (l < 0)
		tool_die(TOOL_USAGE, "--fail-on %s: error, warning, note or "
		    "never", arg);
	return l;
}

enum audit_role
verify_node(const char *arg)
{
	int r = audit_role_parse(slice_str(arg));

	if (r != AUDIT_P_CSCF && r != AUDIT_I_CSCF && r != AUDIT_S_CSCF &&
	    r != AUDIT_IBCF)
		tool_die(TOOL_USAGE, "--as %s: p-cscf, i-cscf, s-cscf or ibcf",
		    arg);
	return (enum audit_role)r;
}
