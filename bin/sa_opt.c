/* sa_opt: the options of ims-sa, and the keys that -k names. */
#include <string.h>

#include "err.h"
#include "sa_tool.h"

#define OWN	1000	/* what getopt_long returns for the first own one */

struct opt opt;

static const struct option common[] = {
	{ "format", required_argument, NULL, 'f' },
	{ "secrets", no_argument, NULL, 'x' },
	{ "seed", required_argument, NULL, 's' },
	TOOL_LONG,
};

#define COMMON	(sizeof(common) / sizeof(common[0]))

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
		    "more than 128 octets" : "not hex");
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
	while ((c = getopt_long(argc, argv, TOOL_SHORT "f:s:x", options,
	    NULL)) != -1) {
		if (c >= OWN)
			take(&own[c - OWN], optarg);
		else if (c == 'x')
			opt.secrets = true;
		else if (c == 's')
			tool_random_seed(optarg);
		else if (c == 'f')
			opt.format = optarg;
		else if (c == 'k' && opt.n_keys == OPT_KEYS)
			tool_die(TOOL_USAGE, "-k: more than %d", OPT_KEYS);
		else if (c == 'k')
			opt.keys[opt.n_keys++] = optarg;
		else
			tool_common(&opt.common, c, NULL, help);
	}
}

int
opt_word(const char *name, const char *value, const char *const *words,
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

void
keys_load(struct sa_db *db, void (*fn)(const struct sa *sa, void *arg),
    void *arg)
{
	for (size_t i = 0; i < opt.n_keys; i++)
		tool_keys_sa(db, opt.keys[i], fn, arg);
}

struct sa_db *
keys_db(void)
{
	struct sa_db *db = sa_db_new();

	if (db == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	return db;
}
