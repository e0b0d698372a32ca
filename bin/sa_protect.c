/* sa_protect: messages and packets put under the SAs that cover them. */
#include <string.h>

#include "err.h"
#include "sa_tool.h"
#include "send.h"

#define MTU_MIN	128	/* with room for the headers of IPv6 */

static const char help[] =
"usage: ims-sa protect [options] [file ...]\n"
"\n"
"SIP (records, a capture, plain text) and packet records to packet records:\n"
"under ESP what an SA covers, the rest in the clear.  SAs come from -k, from sa\n"
"records among the input, and from the signalling.\n"
"\n"
"  -k FILE               SAs; subscribers and vectors for what is agreed upon\n"
"      --as ue|p-cscf    whose the messages without addresses are\n"
"      --mtu N           IP fragments of at most N octets\n"
"      --require         refuse what no SA covers\n"
"      --sa              the SAs at the end, with sequence numbers (-x: keys)\n"
"\n"
"Common options: ims-sa --help.\n";

static struct {
	struct send	*send;
	struct sa_db	*db;
	struct flow	*flow;		/* captures and text to messages */
	struct flow	*look;		/* packet records, to learn from */
	struct buf	 out;
	struct sa	 set[SA_ROLES];	/* of each role the last, if there */
	bool		 there[SA_ROLES];
	int		 as;		/* AS_UE, AS_P_CSCF, or -1 */
	uint64_t	 done;		/* messages and packets */
	const char	*at;
} g;

enum { AS_UE, AS_P_CSCF };

static bool
enough(void)
{
	return opt.common.count != 0 && g.done >= opt.common.count;
}

static void
bad(int r, const char *what)
{
	char kind[96];

	if (r == ERR_MEM || r == ERR_CRYPT)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	tool_bad();
	(void)snprintf(kind, sizeof(kind), "%s: %s", what,
	    r == ERR_LIMIT ? "the SA has no sequence number left" :
	    tool_reason(r));
	tool_warn_kind(kind, "%s: %s", g.at, kind);
}

static void
bad_sa(int r, uint32_t spi)
{
	if (r == ERR_MEM || r == ERR_CRYPT)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	tool_bad();
	tool_warn_kind(tool_reason(r), "%s: sa with spi 0x%08x: %s%s", g.at,
	    (unsigned)spi, tool_reason(r), r == ERR_NOKEY ?
	    "; -k takes the subscriber's" : "");
}

static void
on_protected(const struct flow_packet *p, void *arg)
{
	(void)arg;
	rec_write_packet(&g.out, p);
	tool_out(&g.out);
}

static void
add_sa(const struct sa *sa, void *arg)
{
	int r = send_sa(g.send, sa);

	(void)arg;
	if (r < 0)
		bad_sa(r, sa->spi);
	else if (sa->role >= 0 && sa->role < SA_ROLES &&
	    sa->state != SA_OLD && sa->src.family != 0 &&
	    sa->dst.family != 0) {
		g.set[sa->role] = *sa;
		g.there[sa->role] = true;
	}
}

static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	tool_news(what, impi);
	for (size_t i = 0; what == SA_NEWS_SET && i < n; i++)
		add_sa(&sa[i], arg);
}

/*
 * The SA of a message that does not say whose it is (TS 33.203 7.1): over UDP
 * always from a client port to a server port; over TCP on the connection of
 * who sent the request.
 */
static enum sa_role
role_of(const struct sip_msg *m, bool tcp)
{
	bool ue = g.as < 0 ? m->request : g.as == AS_UE;

	if (!tcp || m->request)
		return ue ? SA_UC_PS : SA_PC_US;
	return ue ? SA_US_PC : SA_PS_UC;
}

static enum flow_transport
transport_of(const struct flow_sip *m)
{
	struct sip_iter it = { 0 };
	struct sip_via via;
	struct slice value;

	if (m->where.transport != FLOW_NONE)
		return m->where.transport;
	if (sip_each(m->msg, SIP_H_VIA, &it, &value) &&
	    sip_via(value, &via) != ERR_FORMAT &&
	    slice_caseis(via.transport, "TCP"))
		return FLOW_TCP;
	return FLOW_UDP;
}

/* M without addresses gets those of its SA, if there is one. */
static void
place(struct flow_sip *m)
{
	enum sa_role role;

	m->where.transport = transport_of(m);
	if (m->where.src.family != 0 || m->where.dst.family != 0)
		return;
	role = role_of(m->msg, m->where.transport == FLOW_TCP);
	if (!g.there[role])
		return;
	m->where.src = g.set[role].src;
	m->where.dst = g.set[role].dst;
	m->where.sport = g.set[role].sport;
	m->where.dport = g.set[role].dport;
}

static void
protect(const struct flow_sip *from, const char *at)
{
	struct flow_sip m = *from;
	int r;

	if (enough())
		return;
	g.done++;
	g.at = at;
	place(&m);
	if ((r = send_sip(g.send, &m)) < 0)
		bad(r, "message not sent");
}

static void
on_sip(const struct flow_sip *m, void *arg)
{
	(void)arg;
	protect(m, tool_place("frame", m->where.frame));
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	tool_closed(e, true);
}

/* Packets that were sent are only learned from. */
static void
no_sip(const struct flow_sip *m, void *arg)
{
	(void)m;
	(void)arg;
}

static void
no_esp(const struct flow_esp *e, void *arg)
{
	(void)e;
	(void)arg;
}

static void
no_damage(uint64_t frame, const char *layer, int what, void *arg)
{
	(void)frame;
	(void)layer;
	(void)what;
	(void)arg;
}

static bool
go_on(int r)
{
	if (r < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	return !enough();
}

static bool
on_frame(const struct cap_frame *f, void *arg)
{
	(void)arg;
	g.at = tool_place("frame", f->number);
	return go_on(tool_frame(g.flow, f));
}

static void
sip_record(const struct flow_sip *from, const char *at)
{
	static struct sip_msg msg;
	const struct flow_where *w = &from->where;
	const struct sa_seen seen = { &w->src, &w->dst, w->sport,
	    from->protection.on ? from->protection.spi : 0, w->time_ns,
	    w->frame };
	struct flow_sip m = *from;

	if (sip_parse(&msg, m.message) < 0) {
		tool_bad();
		tool_warn_kind("no SIP", "%s: no SIP start line", at);
		return;
	}
	m.msg = &msg;
	protect(&m, at);
	(void)go_on(sa_learn(g.db, &msg, &seen));
}

static void
packet_record(const struct flow_packet *p)
{
	int r = send_packet(g.send, p);

	g.done++;
	if (r < 0)
		bad(r, "packet not sent");
	(void)go_on(flow_packet(g.look, p));
}

static void
other_record(const struct rec *rec, struct slice line)
{
	int r = tool_key(g.db, rec);

	if (rec->type == REC_SA)
		add_sa(&rec->sa, NULL);
	if (r < 0)
		bad(r, "record");
	buf_put(&g.out, line);
	buf_u8(&g.out, '\n');
	tool_out(&g.out);
}

static bool
on_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT], at[512];
	struct rec rec;
	int r = rec_read(&rec, line, error);

	(void)arg;
	(void)snprintf(at, sizeof(at), "%s", tool_place("line", number));
	g.at = at;
	if (r == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	if (r < 0) {
		tool_bad();
		tool_warn_kind("record", "%s: %s", at, error);
	} else if (rec.type == REC_SIP)
		sip_record(&rec.sip, at);
	else if (rec.type == REC_PACKET)
		packet_record(&rec.packet);
	else
		other_record(&rec, line);
	rec_done(&rec);
	g.at = tool_file();
	return !enough();
}

static bool
on_text(struct slice message, void *arg)
{
	(void)arg;
	g.at = tool_file();
	return go_on(tool_text(g.flow, message));
}

static void
on_end(void *arg)
{
	(void)arg;
	g.at = tool_file();
	(void)go_on(flow_end(g.flow));
	(void)go_on(flow_end(g.look));
	tool_more();
}

static void
write_sa(const struct sa *sa, void *arg)
{
	(void)arg;
	rec_write_sa(&g.out, sa, opt.secrets);
	tool_out(&g.out);
}

static void
open_all(size_t mtu, bool require)
{
	const struct send_options so = { .mtu = mtu, .require = require };
	const struct send_sink protected = { on_protected, NULL };
	const struct flow_options fo = { 0 };
	const struct flow_sink found = {
		on_sip, on_esp, NULL, NULL, tool_damage, NULL,
	};
	const struct flow_sink learned = {
		no_sip, no_esp, NULL, NULL, no_damage, NULL,
	};

	g.db = keys_db();
	g.send = send_new(&protected, &so);
	g.flow = flow_new(&found, &fo, g.db);
	g.look = flow_new(&learned, &fo, g.db);
	if (g.send == NULL || g.flow == NULL || g.look == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	sa_db_news(g.db, on_news, NULL);
}

static void
close_all(void)
{
	send_free(g.send);
	flow_free(g.flow);
	flow_free(g.look);
	sa_db_free(g.db);
	crypt_wipe(g.set, sizeof(g.set));
	buf_wipe(&g.out);
}

int
cmd_protect(int argc, char **argv)
{
	static const char *const sides[] = { "ue", "p-cscf" };
	const struct tool_reader reader = {
		on_frame, on_line, on_text, on_end, NULL, NULL,
	};
	struct opt_number mtu = { 0 };
	const char *as = NULL;
	bool require = false, sas = false;
	const struct opt_own own[] = {
		{ "as", OPT_TEXT, &as, 0, 0 },
		{ "mtu", OPT_NUMBER, &mtu, MTU_MIN, UINT16_MAX },
		{ "require", OPT_FLAG, &require, 0, 0 },
		{ "sa", OPT_FLAG, &sas, 0, 0 },
	};
	int r;

	tool_opt_read(&opt, argc, argv, help, own, OPT_N(own));
	g.as = as == NULL ? -1 : tool_opt_word("--as", as, sides, 2);
	open_all((size_t)mtu.v, require);
	g.at = "-k";
	keys_load(g.db, add_sa, NULL);
	tool_out_open(&opt.common);
	tool_read(argv + optind, argc - optind, &reader);
	if ((r = send_end(g.send)) < 0)
		bad(r, "connection not closed");
	if (sas)
		send_sas(g.send, write_sa, NULL);
	close_all();
	return TOOL_YES;
}
