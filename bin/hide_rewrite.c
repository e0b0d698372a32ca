/* hide_rewrite: the command rewrite. */
#include <string.h>

#include "err.h"
#include "hide_tool.h"
#include "rewrite.h"

static const char help[] =
"usage: ims-hide rewrite --as node --up|--down [options] [file ...]\n"
"\n"
"What p-cscf, i-cscf, s-cscf or ibcf does to a message that passes it.\n"
"\n"
"      --up              from the phone inwards, or out of the network\n"
"      --down            the other way\n"
"      --list            the items of the node, or of all, and no more\n"
"      --no ITEMS        leave these out; names with commas; repeatable\n"
"      --only ITEMS      these alone\n"
"      --own HOST        the node itself, with its port: for Via, Route, Path\n"
"      --network NAME    its network: visited network, orig-ioi\n"
"      --identity URI    registered, for P-Asserted-Identity; repeatable\n"
"      --protected WORD  integrity-protected: yes, no (default: as seen)\n"
"      --nat             p-cscf: Contact as the phone is seen\n"
"      --alg HOST        p-cscf: Contact with this host\n"
"      --security-server VALUE  p-cscf: in 401 and 494\n"
"      --service-route LIST  p-cscf: as it was stored, for Route\n"
"      --scscf URI       i-cscf: where requests go\n"
"      --user-database URI, --profile-key URI  i-cscf: of the HSS\n"
"      --untrusted       s-cscf: the next hop is not trusted\n"
"      --trusted         ibcf: the next network is trusted\n"
"      --roaming         ibcf: it is the phone's home network\n"
"      --hide            ibcf: hide too (up) or restore (down), with -k and\n"
"                        --border, --ue, --pad, --plain, --constant, --state\n"
"      --strict          drop what cannot be rewritten\n";

static struct {
	struct rewrite_options	 o;
	struct rewrite		*rewrite;
	struct hide		*hide;
	struct buf		 half;
	const char	*as, *own, *alg, *scscf, *security_server, *protected;
	const char	*service_route, *user_database, *profile_key;
	struct opt_list	 no, only, identity;
	bool		 up, down, list, hides, strict;
} g;

/* The bits of the items in L. */
static uint64_t
items(const struct opt_list *l, const char *option)
{
	struct slice rest, name;
	uint64_t bits = 0, bit;

	for (size_t i = 0; i < l->n; i++)
		for (rest = slice_str(l->v[i]); rest.n > 0; bits |= bit) {
			name = slice_trim(slice_cut(&rest, ','));
			if ((bit = rewrite_bit(name)) == 0)
				tool_die(TOOL_USAGE, "%s %.*s: no such item; "
				    "see --list", option, (int)name.n,
				    (const char *)name.p);
		}
	return bits;
}

static uint64_t
all_items(void)
{
	const struct rewrite_item *it;
	uint64_t bits = 0;

	for (size_t i = 0; (it = rewrite_item(i)) != NULL; i++)
		bits |= rewrite_bit(slice_str(it->name));
	return bits;
}

/* "p-cscf up, down" for the bits AT of an item. */
static void
put_places(struct buf *out, unsigned at)
{
	static const char *const way[] = { "", " up", " down", "" };
	const char *comma = "";

	if (at == (1U << 2 * REWRITE_NODES) - 1) {
		buf_str(out, "all");
		return;
	}
	for (int n = 0; n < REWRITE_NODES; n++, at >>= 2)
		if ((at & 3) != 0) {
			buf_str(out, comma);
			buf_str(out, rewrite_node_name((enum rewrite_node)n));
			buf_str(out, way[at & 3]);
			comma = ", ";
		}
}

static void
list(void)
{
	unsigned mask = g.as != NULL ? (g.up == g.down ? 3U : g.up ? 1U : 2U) <<
	    2 * (unsigned)g.o.node : ~0U;
	const struct rewrite_item *it;
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; (it = rewrite_item(i)) != NULL; i++) {
		if ((it->at & mask) == 0)
			continue;
		buf_printf(&out, "%s\t", it->name);
		put_places(&out, it->at);
		buf_printf(&out, "\t%s\t%s\n", it->what, it->clause);
	}
	tool_out_open(&opt.common);
	tool_out(&out);
	buf_free(&out);
}

static bool
failed(int e, const char *header, const char *at)
{
	char text[64];

	if (e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	(void)snprintf(text, sizeof(text), "%s that cannot be read",
	    header != NULL ? header : "");
	tool_warn_kind(err_name(e), "%s: %s; %s", at,
	    e == ERR_RANGE && header != NULL ? "Max-Forwards is 0" :
	    e == ERR_MORE ? "the message has no end" :
	    e == ERR_FORMAT ? header != NULL ? text : "not a SIP message" :
	    "more than is handled", edit_refused());
	return false;
}

static void
as_seen(const struct flow_sip *m, struct rewrite_seen *seen)
{
	static const char *const name[] = {
		[FLOW_NONE] = NULL, [FLOW_UDP] = "UDP", [FLOW_TCP] = "TCP",
		[FLOW_SCTP] = "SCTP",
	};

	seen->src = m->where.src;
	seen->sport = m->where.sport;
	seen->transport = name[m->where.transport];
	seen->protected = m->protection.on && m->protection.icv == FLOW_ICV_OK;
}

static bool
on_message(const struct flow_sip *m, const char *at, struct buf *out)
{
	struct flow_sip now = *m;
	struct rewrite_seen seen;
	const char *header;
	int e;

	as_seen(m, &seen);
	buf_reset(&g.half);
	e = rewrite_message(g.rewrite, m->message, &seen,
	    g.hide != NULL ? &g.half : out, &header);
	if (e < 0)
		return failed(e, header, at);
	if (g.hide == NULL)
		return true;
	now.message = buf_slice(&g.half);
	return g.down ? topology_restore(g.hide, &now, at, out) :
	    topology_hide(g.hide, &now, at, out);
}

static struct slice
text(const char *s)
{
	return s != NULL ? slice_str(s) : slice_of(NULL, 0);
}

/* What goes into a message must not end its line. */
static void
check_text(const char *option, const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			tool_die(TOOL_USAGE, "%s: a control character",
			    option);
}

static void
check_words(void)
{
	check_text("--own", g.own);
	check_text("--alg", g.alg);
	check_text("--scscf", g.scscf);
	check_text("--security-server", g.security_server);
	check_text("--service-route", g.service_route);
	check_text("--user-database", g.user_database);
	check_text("--profile-key", g.profile_key);
	for (size_t i = 0; i < g.identity.n; i++)
		check_text("--identity", g.identity.v[i]);
	for (size_t i = 0; i < topology.network.n; i++)
		check_text("--network", topology.network.v[i]);
	if (g.identity.n > REWRITE_IDENTITIES)
		tool_die(TOOL_USAGE, "--identity: more than %d",
		    REWRITE_IDENTITIES);
	if (g.protected != NULL && strcmp(g.protected, "yes") != 0 &&
	    strcmp(g.protected, "no") != 0)
		tool_die(TOOL_USAGE, "--protected %s: not yes or no",
		    g.protected);
	if (g.o.nat && g.alg != NULL)
		tool_die(TOOL_USAGE, "--nat does not go with --alg");
}

static void
take_options(void)
{
	struct rewrite_options *o = &g.o;

	o->down = g.down;
	o->left_out = items(&g.no, "--no");
	if (g.only.n > 0)
		o->left_out |= all_items() & ~items(&g.only, "--only");
	o->protected = g.protected == NULL ? REWRITE_AS_SEEN :
	    strcmp(g.protected, "yes") == 0 ? REWRITE_YES : REWRITE_NO;
	o->own = text(g.own);
	o->alg = text(g.alg);
	o->scscf = text(g.scscf);
	o->security_server = text(g.security_server);
	o->service_route = text(g.service_route);
	o->user_database = text(g.user_database);
	o->profile_key = text(g.profile_key);
	if (topology.network.n > 0)
		o->network = text(topology.network.v[0]);
	for (size_t i = 0; i < g.identity.n; i++)
		o->identity[i] = text(g.identity.v[i]);
	o->n_identity = g.identity.n;
	o->random = tool_random;
}

/* The node itself is a border that stays visible. */
static struct hide *
hider(struct sa_db *db)
{
	static char host[HIDE_NAME_MAX + 1];
	struct slice own = text(g.own);

	if (!g.hides) {
		keys_load(db, NULL, NULL);
		return NULL;
	}
	if (g.o.node != REWRITE_IBCF)
		tool_die(TOOL_USAGE, "--hide goes with --as ibcf");
	own = slice_sub(own, 0, own.n > 0 && own.p[0] == '[' ? own.n :
	    slice_chr(own, ':'));
	if (topology.border.n == 0 && own.n > 0 && own.n < sizeof(host)) {
		memcpy(host, own.p, own.n);
		topology.border.v[topology.border.n++] = host;
	}
	return topology_new(g.up, db);
}

int
cmd_rewrite(int argc, char **argv)
{
	const struct opt_own own[] = {
		TOPOLOGY_OWN,
		{ "as", OPT_TEXT, &g.as, 0, 0 },
		{ "up", OPT_FLAG, &g.up, 0, 0 },
		{ "down", OPT_FLAG, &g.down, 0, 0 },
		{ "list", OPT_FLAG, &g.list, 0, 0 },
		{ "no", OPT_LIST, &g.no, 0, 0 },
		{ "only", OPT_LIST, &g.only, 0, 0 },
		{ "own", OPT_TEXT, &g.own, 0, 0 },
		{ "identity", OPT_LIST, &g.identity, 0, 0 },
		{ "protected", OPT_TEXT, &g.protected, 0, 0 },
		{ "nat", OPT_FLAG, &g.o.nat, 0, 0 },
		{ "alg", OPT_TEXT, &g.alg, 0, 0 },
		{ "security-server", OPT_TEXT, &g.security_server, 0, 0 },
		{ "service-route", OPT_TEXT, &g.service_route, 0, 0 },
		{ "user-database", OPT_TEXT, &g.user_database, 0, 0 },
		{ "profile-key", OPT_TEXT, &g.profile_key, 0, 0 },
		{ "untrusted", OPT_FLAG, &g.o.untrusted, 0, 0 },
		{ "scscf", OPT_TEXT, &g.scscf, 0, 0 },
		{ "trusted", OPT_FLAG, &g.o.trusted, 0, 0 },
		{ "roaming", OPT_FLAG, &g.o.roaming, 0, 0 },
		{ "hide", OPT_FLAG, &g.hides, 0, 0 },
		{ "pad", OPT_NUMBER, &topology.pad, 16, 4096 },
		{ "strict", OPT_FLAG, &g.strict, 0, 0 },
	};
	struct sa_db *db;
	int node = 0;

	tool_opt_read(&opt, argc, argv, help, own, OPT_N(own));
	if (g.as != NULL && (node = rewrite_node_parse(text(g.as))) < 0)
		tool_die(TOOL_USAGE, "--as %s: not p-cscf, i-cscf, s-cscf or "
		    "ibcf", g.as);
	g.o.node = (enum rewrite_node)node;
	if (g.list) {
		list();
		return TOOL_YES;
	}
	if (g.as == NULL || g.up == g.down)
		tool_die(TOOL_USAGE, "--as, and either --up or --down, are "
		    "missing");
	check_words();
	take_options();
	if ((db = sa_db_new()) == NULL ||
	    (g.rewrite = rewrite_new(&g.o)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	g.hide = hider(db);
	edit_messages(argv + optind, argc - optind, db, g.strict, false,
	    on_message);
	if (g.hide != NULL)
		topology_end(g.hide);
	rewrite_free(g.rewrite);
	sa_db_free(db);
	buf_free(&g.half);
	return TOOL_YES;
}
