/* hide_key: the keys of -k, and a new one. */
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "hide_tool.h"

struct load {
	struct sa_db	*db;
	void		(*key)(const struct rec_hide *k, const char *at,
			    void *arg);
	void		*arg;
	uint64_t	 used;		/* records that are of use */
};

static bool
key_line(struct slice line, uint64_t number, void *arg)
{
	struct load *l = arg;
	char error[REC_ERROR_TEXT] = "", at[512];
	struct rec_hide k = { .what = REC_HIDE_NONE };
	struct rec r;
	int e = rec_read(&r, line, error);

	(void)snprintf(at, sizeof(at), "%s", tool_place("line", number));
	if (e >= 0 && r.type == REC_OTHER)
		e = rec_read_hide(&r, &k, error);
	else if (e >= 0 && l->db != NULL)
		e = tool_key(l->db, &r);
	if (e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	l->used += r.type == REC_SUBSCRIBER || r.type == REC_VECTOR ||
	    r.type == REC_SA || k.what == REC_HIDE_KEY;
	if (e < 0) {
		tool_warn_kind("record", "%s: %s", at,
		    error[0] != '\0' ? error : tool_reason(e));
		tool_bad();
		l->used++;
	} else if (k.what == REC_HIDE_KEY && l->key != NULL)
		l->key(&k, at, l->arg);
	crypt_wipe(&k, sizeof(k));
	rec_done(&r);
	return true;
}

void
keys_load(struct sa_db *db, void (*key)(const struct rec_hide *k,
    const char *at, void *arg), void *arg)
{
	struct load l = { db, key, arg, 0 };

	for (size_t i = 0; i < opt.keys.n; i++) {
		l.used = 0;
		tool_lines(opt.keys.v[i], key_line, &l);
		if (l.used > 0)
			continue;
		tool_warn("%s: no hide-key, subscriber, sa or vector record "
		    "in it", opt.keys.v[i]);
		tool_bad();
	}
}

static const char help[] =
"usage: ims-hide key [options]\n"
"\n"
"A new key: a hide-key record, before those of -k, which still open.\n"
"\n"
"      --network NAME    the network it is for (default: that of -k)\n"
"      --id N            its number, 0 to 255 (default: the next free one)\n";

static struct {
	const char	*network;
	struct opt_number id;
	char		 of_old[HIDE_NAME_MAX + 1];
	unsigned	 highest;
	struct buf	 old;
} g;

static void
on_old(const struct rec_hide *k, const char *at, void *arg)
{
	(void)at;
	(void)arg;
	if (g.old.n == 0) {
		memcpy(g.of_old, k->network.p, k->network.n);
		g.of_old[k->network.n] = '\0';
	}
	if (k->id + 1 > g.highest)
		g.highest = k->id + 1;
	if (g.id.there && k->id == g.id.v)
		tool_die(TOOL_USAGE, "--id %u: there is a key with it", k->id);
	rec_write_hide(&g.old, k);
}

int
cmd_key(int argc, char **argv)
{
	const struct opt_own own[] = {
		{ "network", OPT_TEXT, &g.network, 0, 0 },
		{ "id", OPT_NUMBER, &g.id, 0, 255 },
	};
	struct rec_hide k = { .what = REC_HIDE_KEY };
	struct buf out;

	tool_opt_read(&opt, argc, argv, help, own, OPT_N(own));
	if (optind < argc)
		tool_die(TOOL_USAGE, "%s: key reads no file; old keys are "
		    "given with -k", argv[optind]);
	keys_load(NULL, on_old, NULL);
	k.network = slice_str(g.network != NULL ? g.network : g.of_old);
	if (k.network.n == 0)
		tool_die(TOOL_USAGE, "--network is missing");
	k.id = g.id.there ? (unsigned)g.id.v : g.old.n > 0 ? g.highest : 1;
	if (k.id > 255)
		tool_die(TOOL_USAGE, "key 255 is there; --id says which "
		    "number is free");
	tool_random(k.key, HIDE_KEY);
	buf_init(&out, 0);
	rec_write_hide(&out, &k);
	buf_put(&out, buf_slice(&g.old));
	tool_out_open(&opt.common);
	tool_out(&out);
	buf_wipe(&out);
	buf_wipe(&g.old);
	crypt_wipe(&k, sizeof(k));
	return TOOL_YES;
}
