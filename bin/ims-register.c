/* ims-register: registration in IMS, of phone and network; ims-register(1). */
#include "register_tool.h"

static const char help[] =
"usage: ims-register command [options] [file ...]  (ims-register ue --help)\n"
"\n"
"  flow   the whole conversation on every hop, as records\n"
"  ue     the phone: the network's messages in, the phone's out, or live\n"
"  core   the network: the phone's messages in, the network's out, or live\n"
"\n"
"  --steps LIST          what happens, in this order\n"
"  --case NAME           what goes wrong; --list-cases\n"
"  -R, --role ROLE=ADDR[:PORT]  where ue, p-cscf, i-cscf, s-cscf are\n"
"  -k, --keys FILE       subscribers, as records; repeatable\n"
"  -n, --count N         the first N subscribers only\n"
"  -o, --output FILE     write there, whole or not at all\n"
"  -l, --line-buffered   flush each record\n"
"  -q, --quiet           no diagnostics\n"
"  -v, --verbose         every diagnostic, not the first of a kind only\n"
"  -s, --seed SEED       repeatable randomness, for tests\n"
"  -x, --secrets         keys in records; --cx: vectors of the HSS\n"
"  -h, --help            this text\n"
"  -V, --version         the version\n"
"\n"
"Exit: 0 yes, 1 no, 2 usage, 3 bad input, 4 system. Manual: ims-register(1).\n";

static const char more[] =
"usage: ims-register flow|ue|core -k file [options] [file ...]\n"
"\n"
"  --alg, --ealg LIST    algorithms, best first; pairs that go together\n"
"  --all-hops            core: what passes between its own nodes too\n"
"  --as LIST             core: of p-cscf, i-cscf, s-cscf\n"
"  --case NAME           flow: one thing goes wrong; see --list-cases\n"
"  --cx                  vector records of what the HSS gave\n"
"  --connect HOST[:PORT] ue: live, to this P-CSCF\n"
"  --expires SECONDS     that the phone asks for\n"
"  --ipsec WHO           live: user (itself, UDP), kernel; none: all clear\n"
"  --ipv6                addresses of IPv6\n"
"  --listen ADDR[:PORT]  core: live, a P-CSCF here\n"
"  --local ADDR[:PORT]   ue: live, from here\n"
"  --mode MODE           trans, or UDP-enc-tun behind a NAT\n"
"  --once                ue: live, the steps and no more\n"
"  --pani TEXT           the phone's P-Access-Network-Info\n"
"  --plain               calls without preconditions\n"
"  --qop LIST            offered by the S-CSCF\n"
"  --scheme NAME         algorithm of the challenge\n"
"  --set NAME=VALUE      rand, cnonce, spi-uc ... instead of random ones\n"
"  --srtp                calls with a=crypto\n"
"  --steps LIST          register,subscribe,reregister,reauth,call,sms,\n"
"                        deregister,netderegister\n"
"  --tcp                 between phone and P-CSCF\n"
"  --time SECONDS        when it begins\n"
"  --trust               a refresh is not challenged\n"
"\n"
"The others are in ims-register --help; all are in ims-register(1).\n";

static const struct tool_command commands[] = {
	{ "flow", cmd_flow }, { "ue", cmd_ue }, { "core", cmd_core },
};

int
main(int argc, char **argv)
{
	const struct tool_command *c;
	int answer;

	tool_init("ims-register");
	c = tool_command(commands, sizeof(commands) / sizeof(commands[0]),
	    argc, argv);
	if (c != NULL) {
		argc--;
		argv++;
	}
	opt_parse(argc, argv, c != NULL ? more : help);
	if (c == NULL)
		tool_no_command();
	subs_load();
	/* Whoever answers waits for the line. */
	opt.common.line_buffered |= c->run != cmd_flow;
	tool_out_open(&opt.common);
	answer = c->run(argc - optind, argv + optind);
	tool_out_end();
	subs_free();
	return tool_status(answer);
}
