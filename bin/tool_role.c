/* tool_role: which node an address is, on the command line. */
#include "err.h"
#include "tool.h"

const char *
tool_role(struct audit *a, const char *arg)
{
	static char wrong[64];
	struct slice rest = slice_str(arg), role = slice_cut(&rest, '=');
	int r = audit_role_parse(role);
	struct pkt_addr addr;
	uint64_t port = 0;
	size_t colon = rest.n;

	if (r < 0) {
		(void)snprintf(wrong, sizeof(wrong), "'%.*s' is no role",
		    role.n < 40 ? (int)role.n : 40, (const char *)role.p);
		return wrong;
	}
	if (pkt_addr_parse(&addr, rest) < 0) {
		while (colon > 0 && rest.p[--colon] != ':')
			;
		if (pkt_addr_parse(&addr, slice_sub(rest, 0, colon)) < 0 ||
		    slice_decimal(slice_from(rest, colon + 1), UINT16_MAX,
		    &port) < 0 || port == 0)
			return "no ADDR[:PORT] behind the role";
	}
	r = audit_set_role(a, (enum audit_role)r, &addr, (uint16_t)port);
	if (r < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	return NULL;
}
