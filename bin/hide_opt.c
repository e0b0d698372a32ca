/* hide_opt: the options of ims-hide. */
#include <string.h>

#include "err.h"
#include "hide_tool.h"

#define OWN	1000	/* what getopt_long returns for the first own one */

struct opt opt;

static const struct option common[] = {
	{ "seed", required_argument, NULL, 's' },
	TOOL_LONG,
};

#define COMMON	(sizeof(common) / sizeof(common[0]))

static void
add(struct opt_list *l, const char *name, const char *value)
{
	if (l->n == OPT_LIST_MAX)
		tool_die(TOOL_USAGE, "%s: more than %d", name, OPT_LIST_MAX);
	l->v[l->n++] = value;
}

static void
take(const struct opt_own *o, const char *value)
{
	uint64_t v;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		break;
	case OPT_TEXT:
		*(const char **)o->to = value;
		break;
	case OPT_LIST:
		add(o->to, o->name, value);
		break;
	case OPT_NUMBER:
		if (slice_decimal(slice_str(value), o->max, &v) < 0 ||
		    v < o->min)
			tool_die(TOOL_USAGE, "--%s %s: not %llu to %llu",
			    o->name, value, (unsigned long long)o->min,
			    (unsigned long long)o->max);
		*(uint64_t *)o->to = v;
		break;
	}
}

void
opt_parse(int argc, char **argv, const char *help, const struct opt_own *own,
    size_t n)
{
	struct option options[COMMON + OPT_OWN + 1] = { 0 };
	int c;

	memcpy(options, common, sizeof(common));
	for (size_t i = 0; i < n && i < OPT_OWN; i++)
		options[COMMON + i] = (struct option){ own[i].name,
		    own[i].kind == OPT_FLAG ? no_argument : required_argument,
		    NULL, OWN + (int)i };
	while ((c = getopt_long(argc, argv, TOOL_SHORT "s:", options,
	    NULL)) != -1) {
		if (c >= OWN)
			take(&own[c - OWN], optarg);
		else if (c == 's')
			tool_random_seed(optarg);
		else if (c == 'k')
			add(&opt.keys, "-k", optarg);
		else
			tool_common(&opt.common, c, NULL, help);
	}
}
