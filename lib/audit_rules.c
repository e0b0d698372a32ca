/* audit_rules: the table of all rules. */
#include "audit_int.h"

static const struct audit_rule rules[AUDIT_RULES] = {
#define RULE(name, id, level, sure, clause, what, why, todo) \
	[R_##name] = { id, AUDIT_##level, AUDIT_##sure, clause, what, why, \
	    todo, NULL },
#define UNJUDGED(name, id, level, sure, clause, what, reason) \
	[R_##name] = { id, AUDIT_##level, AUDIT_##sure, clause, what, NULL, \
	    NULL, reason },
#include "audit_rules.def"
#undef RULE
#undef UNJUDGED
};

static const char *const sure_names[] = { "low", "medium", "high" };

const struct audit_rule *
audit_rules(size_t *n)
{
	*n = AUDIT_RULES;
	return rules;
}

const char *
audit_sure_name(enum audit_sure s)
{
	return sure_names[s];
}
