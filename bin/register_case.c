/* register_case: what can go wrong, by name (TS 33.203, TS 24.229). */
#include <stdlib.h>
#include <string.h>

#include "register_tool.h"

const struct reg_case cases[] = {
	{ "none", "-", "nothing: the faultless flow", NULL, NODE_UE, NODE_N,
	    "", 0, 0, NULL, NULL },
};
const size_t cases_n = sizeof(cases) / sizeof(cases[0]);

const struct reg_case *
case_find(const char *name)
{
	for (size_t i = 0; i < cases_n; i++)
		if (strcmp(cases[i].name, name) == 0)
			return &cases[i];
	return NULL;
}

void
case_list(void)
{
	for (size_t i = 0; i < cases_n; i++)
		(void)printf("%-24s %-8s %s\n", cases[i].name, cases[i].rule,
		    cases[i].what);
	if (fflush(stdout) == EOF)
		tool_die(TOOL_SYSTEM, "standard output");
	exit(TOOL_YES);
}

bool
case_apply(struct flow_sip *m, enum node from, enum node to, struct buf *out)
{
	(void)m; (void)from; (void)to; (void)out;
	return true;
}
