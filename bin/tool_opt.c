/* tool_opt: options of a tool of commands. */
#include <string.h>

#include "err.h"
#include "tool_opt.h"

#define OWN	1000	/* what getopt_long returns for the first own one */

static const struct option common[] = {
	TOOL_LONG,
	{ "format", required_argument, NULL, 'f' },
	{ "secrets", no_argument, NULL, 'x' },
	{ "seed", required_argument, NULL, 's' },
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
take_number(const struct opt_own *o, struct slice value)
{
	struct opt_number *to = o->to;
	uint64_t v;

	if (slice_number(value, o->max, &v) < 0 || v < o->min)
		tool_die(TOOL_USAGE, "--%s %.*s: not %llu to %llu", o->name,
		    (int)value.n, (const char *)value.p,
		    (unsigned long long)o->min, (unsigned long long)o->max);
	to->v = v;
	to->there = true;
}

static void
take_octets(const struct opt_own *o, struct slice value)
{
	struct opt_octets *to = o->to;
	int n = slice_hex(value, to->p, sizeof(to->p));

	if (n < 0)
		tool_die(TOOL_USAGE, "--%s: %s", o->name, n == ERR_LIMIT ?
		    "too long" : "not hex");
	if ((uint64_t)n < o->min || (uint64_t)n > o->max) {
		if (o->min == o->max)
			tool_die(TOOL_USAGE, "--%s: %d octets, not %llu",
			    o->name, n, (unsigned long long)o->min);
		tool_die(TOOL_USAGE, "--%s: %d octets, not %llu to %llu",
		    o->name, n, (unsigned long long)o->min,
		    (unsigned long long)o->max);
	}
	to->n = (size_t)n;
	to->there = true;
}

static void
take(const struct opt_own *o, const char *value)
{
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
		take_number(o, slice_str(value));
		break;
	case OPT_OCTETS:
		take_octets(o, slice_str(value));
		break;
	case OPT_ADDR:
		if (pkt_addr_parse(o->to, slice_str(value)) < 0)
			tool_die(TOOL_USAGE, "--%s %s: not an address", o->name,
			    value);
		break;
	}
}

/* The options of TOOL_LONG, of LETTERS, and the N of OWN. */
static void
fill(struct option *options, const char *letters, const struct opt_own *own,
    size_t n)
{
	size_t m = 0;

	for (size_t i = 0; i < COMMON; i++)
		if (strchr("fxs", common[i].val) == NULL ||
		    strchr(letters, common[i].val) != NULL)
			options[m++] = common[i];
	for (size_t i = 0; i < n && i < OPT_OWN; i++)
		options[m++] = (struct option){ own[i].name,
		    own[i].kind == OPT_FLAG ? no_argument : required_argument,
		    NULL, OWN + (int)i };
}

void
tool_opt_read(struct opt *opt, int argc, char **argv, const char *help,
    const struct opt_own *own, size_t n)
{
	struct option options[COMMON + OPT_OWN + 1] = { 0 };
	char letters[32];
	int c;

	fill(options, opt->letters, own, n);
	(void)snprintf(letters, sizeof(letters), "%s%s", TOOL_SHORT,
	    opt->letters);
	while ((c = tool_getopt(argc, argv, letters, options)) != -1) {
		if (c >= OWN)
			take(&own[c - OWN], optarg);
		else if (c == 'x')
			opt->secrets = true;
		else if (c == 's')
			tool_random_seed(optarg);
		else if (c == 'f')
			opt->format = optarg;
		else if (c == 'k')
			add(&opt->keys, "-k", optarg);
		else
			tool_common(&opt->common, c, NULL, help);
	}
}

int
tool_opt_word(const char *name, const char *value, const char *const *words,
    size_t n)
{
	struct buf all;

	buf_init(&all, 0);
	for (size_t i = 0; i < n; i++) {
		if (slice_caseis(slice_str(value), words[i])) {
			buf_free(&all);
			return (int)i;
		}
		buf_printf(&all, "%s%s", i == 0 ? "" :
		    i == n - 1 ? " or " : ", ", words[i]);
	}
	tool_die(TOOL_USAGE, "%s %s: not %.*s", name, value, (int)all.n,
	    (const char *)all.p);
}
