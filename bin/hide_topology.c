/* hide_topology: what hides and restores, as the options say. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypt.h"
#include "err.h"
#include "hide_tool.h"

struct opt opt = { .letters = "s:" };
struct topology topology = { .line_max.v = 8192 };

/* The state of --constant: as it was read, and what is new. */
static struct {
	struct hide	*hide;
	struct buf	 text;
	bool		 has_key, changed;
} state;

static void	failed(int e) __attribute__((noreturn));

static void
failed(int e)
{
	tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
}

void
topology_name(struct hide *h, const char *option, const char *name,
    int (*add)(struct hide *h, struct slice name))
{
	int e = add(h, slice_str(name));

	if (e == ERR_LIMIT)
		tool_die(TOOL_USAGE, "%s: more than %d", option, HIDE_NAMES);
	if (e < 0)
		tool_die(TOOL_USAGE, "%s %s: neither a domain nor an address "
		    "or prefix", option, name);
}

static void
on_key(const struct rec_hide *k, const char *at, void *arg)
{
	int e = hide_key(arg, k->id, k->network, k->key);

	if (e == ERR_CRYPT)
		failed(e);
	if (e == 0)
		return;
	tool_warn("%s: %s", at, e == ERR_RANGE ? "a key of that id was there" :
	    e == ERR_LIMIT ? "too many keys or networks" :
	    "network: not a domain");
	tool_bad();
}

static void
on_run(const uint8_t ref[HIDE_REF], struct slice run, void *arg)
{
	struct rec_hide k = { .what = REC_HIDE_RUN, .run = run };

	(void)arg;
	memcpy(k.ref, ref, HIDE_REF);
	rec_write_hide(&state.text, &k);
	state.changed = true;
	if (state.text.bad)
		failed(ERR_MEM);
}

static int
take_state(const struct rec_hide *k)
{
	int e = 0;

	if (k->what == REC_HIDE_STATE && !state.has_key) {
		e = hide_state(state.hide, k->key);
		state.has_key = true;
	} else if (k->what == REC_HIDE_RUN)
		e = hide_state_run(state.hide, k->ref, k->run);
	if (e == ERR_MEM || e == ERR_CRYPT)
		failed(e);
	return e;
}

static bool
state_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT] = "";
	struct rec_hide k = { .what = REC_HIDE_NONE };
	struct rec r;
	int e = rec_read(&r, line, error);

	(void)arg;
	if (e >= 0 && r.type == REC_OTHER)
		e = rec_read_hide(&r, &k, error);
	if (e >= 0)
		e = take_state(&k);
	if (e < 0) {
		tool_warn_kind("state", "%s: line %llu: %s", topology.state,
		    (unsigned long long)number, error[0] != '\0' ? error :
		    e == ERR_NOKEY ? "no hide-state record before it" :
		    e == ERR_AUTH ? "a run that is not of this state" :
		    tool_reason(e));
		tool_bad();
	} else {
		buf_put(&state.text, line);
		buf_u8(&state.text, '\n');
	}
	rec_done(&r);
	return true;
}

static void
state_load(struct hide *h, bool hiding)
{
	struct rec_hide k = { .what = REC_HIDE_STATE };

	state.hide = h;
	if (!hiding || access(topology.state, F_OK) == 0 || errno != ENOENT)
		tool_lines(topology.state, state_line, NULL);
	if (state.has_key)
		return;
	if (!hiding || state.text.n > 0)
		tool_die(TOOL_BAD_INPUT, "%s: no hide-state record in it",
		    topology.state);
	tool_random(k.key, HIDE_KEY);
	rec_write_hide(&state.text, &k);
	state.changed = true;
	if (hide_state(h, k.key) < 0)
		failed(ERR_MEM);
}

static void
check_usage(struct hide *h, bool hiding)
{
	if (topology.constant != (topology.state != NULL))
		tool_die(TOOL_USAGE, "--constant and --state go together");
	if (topology.constant && topology.plain)
		tool_die(TOOL_USAGE, "--constant does not go with --plain");
	if (topology.pad.v % 16 != 0)
		tool_die(TOOL_USAGE, "--pad %llu: not a multiple of 16",
		    (unsigned long long)topology.pad.v);
	if (topology.pad.v > 0 && topology.plain)
		tool_die(TOOL_USAGE, "--pad does not go with --plain");
	if (hide_name(h).n == 0 && !(topology.constant &&
	    topology.network.n > 0))
		tool_die(TOOL_USAGE, "a domain is missing: --network, or that "
		    "of a hide-key record");
	if (hiding && !topology.constant && !hide_has_key(h))
		tool_die(TOOL_USAGE, "a key is missing: -k with a hide-key "
		    "record");
}

struct hide *
topology_new(bool hiding, struct sa_db *db)
{
	const struct hide_options o = {
		.plain = topology.plain, .constant = topology.constant,
		.reverse = topology.reverse,
		/* The first border is what goes before a hidden Route. */
		.insert = !topology.no_insert && topology.border.n > 0,
		.pad = topology.pad.v, .line_max = topology.line_max.v,
		.random = tool_random, .keep = on_run,
	};
	struct hide *h;

	if ((h = hide_new(&o)) == NULL)
		failed(ERR_MEM);
	for (size_t i = 0; i < topology.network.n; i++)
		topology_name(h, "--network", topology.network.v[i],
		    hide_network);
	for (size_t i = 0; i < topology.border.n; i++)
		topology_name(h, "--border", topology.border.v[i],
		    hide_border);
	for (size_t i = 0; i < topology.ue.n; i++)
		topology_name(h, "--ue", topology.ue.v[i], hide_border);
	keys_load(db, on_key, h);
	check_usage(h, hiding);
	if (topology.constant)
		state_load(h, hiding);
	return h;
}

void
topology_end(struct hide *h)
{
	FILE *f;

	hide_free(h);
	if (state.changed) {
		f = tool_write_open(topology.state);
		if (fwrite(state.text.p, 1, state.text.n, f) != state.text.n)
			tool_write_failed();
		tool_write_end();
	}
	buf_wipe(&state.text);
}

/* The same words for all tokens that do not open. */
static const char *
reason(int e, const struct hide_report *r, char text[160])
{
	char at[SLICE_SHOW];

	if (e == ERR_FORMAT && r->at.n > 0)
		(void)snprintf(text, 160, "an entry that cannot be read: %s",
		    slice_show(r->at, at));
	else if (e == ERR_LIMIT && r->line > 0)
		(void)snprintf(text, 160, "a header field of %zu octets if it "
		    "were hidden, more than %llu", r->line,
		    (unsigned long long)topology.line_max.v);
	else
		return e == ERR_AUTH ? "a token of our network does not open" :
		    e == ERR_MORE ? "the message has no end" :
		    e == ERR_LIMIT ? "more than is handled" :
		    e == ERR_FORMAT ? "not a SIP message" : tool_reason(e);
	return text;
}

typedef int	 hide_fn(struct hide *h, struct slice in, struct buf *out,
		    struct hide_report *r);

static bool
through(hide_fn *fn, struct hide *h, const struct flow_sip *m, const char *at,
    struct buf *out)
{
	struct hide_report r;
	char text[160];
	int e = fn(h, m->message, out, &r);

	if (e >= 0)
		return true;
	if (e == ERR_MEM || e == ERR_CRYPT)
		failed(e);
	tool_warn_kind(err_name(e), "%s: %s; %s", at, reason(e, &r, text),
	    edit_refused());
	return false;
}

bool
topology_hide(struct hide *h, const struct flow_sip *m, const char *at,
    struct buf *out)
{
	return through(hide_message, h, m, at, out);
}

bool
topology_restore(struct hide *h, const struct flow_sip *m, const char *at,
    struct buf *out)
{
	return through(hide_restore, h, m, at, out);
}
