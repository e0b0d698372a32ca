/* ims-aka: AKA and its digest, both roles, and why it failed; ims-aka(1). */
#include "aka_tool.h"

static const char help[] =
"usage: ims-aka command [options] [file ...]     (ims-aka command --help)\n"
"\n"
"  vector      the network: a subscriber in, RAND, AUTN, XRES, CK, IK out\n"
"  answer      the card: a challenge in, RES, CK, IK out, or AUTS, or why not\n"
"  resync      AUTS and RAND in, SQN_MS out\n"
"  digest      the Authorization that answers a challenge\n"
"  check       is every challenge and answer in a capture or a paste right?\n"
"  opc         OPc of K and OP\n"
"  functions   f1 to f5* one by one\n"
"  selftest    the 3GPP test sets, as TAP\n"
"\n"
"  -k, --keys FILE       subscribers, as records; repeatable\n"
"  -n, --count N         vectors for each subscriber; stop after N\n"
"  -o, --output FILE     write there, whole or not at all\n"
"  -f, --format NAME     json or text\n"
"  -l, --line-buffered   flush each record\n"
"  -q, --quiet           no diagnostics\n"
"  -v, --verbose         every diagnostic, not the first of a kind only\n"
"  -s, --seed SEED       repeatable randomness, for tests\n"
"  -x, --secrets         keys in records\n"
"  -h, --help            this text\n"
"  -V, --version         the version\n"
"\n"
"Exit: 0 yes, 1 no, 2 usage, 3 bad input, 4 system. Manual: ims-aka(1).\n";

static const struct tool_command commands[] = {
	{ "vector", cmd_vector }, { "answer", cmd_answer },
	{ "resync", cmd_resync }, { "digest", cmd_digest },
	{ "check", cmd_check }, { "opc", cmd_opc },
	{ "functions", cmd_functions }, { "selftest", cmd_selftest },
};

int
main(int argc, char **argv)
{
	const struct tool_command *c;
	int answer;

	tool_init("ims-aka");
	c = tool_command(commands, sizeof(commands) / sizeof(commands[0]),
	    argc, argv);
	if (c == NULL) {
		opt_parse(argc, argv, help);
		tool_no_command();
	}
	answer = c->run(argc - 1, argv + 1);
	tool_out_end();
	subs_free();
	return tool_status(answer);
}
