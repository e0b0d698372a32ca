/* ims-sa: security associations: agreed, derived, used, exported; ims-sa(1). */
#include "sa_tool.h"

static const char help[] =
"usage: ims-sa command [options] [file ...]     (ims-sa command --help)\n"
"\n"
"  negotiate   the security agreement: either side of it, or the judge of both\n"
"  derive      CK, IK and an agreement to the four SAs; core nodes' SAs\n"
"  protect     SIP and packets to packets under ESP\n"
"  unprotect   packets in, packets without their ESP out, as a filter\n"
"  export      SAs to Wireshark's esp_sa, to ip xfrm commands, to records\n"
"  import      the reverse: esp_sa or 'ip xfrm state' to records\n"
"  media       the keys that SDP gives media, as srtp records; a=crypto\n"
"\n"
"  -k, --keys FILE       subscribers, SAs, vectors, as records; repeatable\n"
"  -n, --count N         stop after N results\n"
"  -o, --output FILE     write there, whole or not at all\n"
"  -f, --format NAME     output form, by command\n"
"  -l, --line-buffered   flush each record\n"
"  -q, --quiet           no diagnostics\n"
"  -v, --verbose         every diagnostic, not the first of a kind only\n"
"  -s, --seed SEED       repeatable randomness, for tests\n"
"  -x, --secrets         keys in records\n"
"  -h, --help            this text\n"
"  -V, --version         the version\n"
"\n"
"Exit: 0 yes, 1 no, 2 usage, 3 bad input, 4 system. Manual: ims-sa(1).\n";

static const struct tool_command commands[] = {
	{ "negotiate", cmd_negotiate }, { "derive", cmd_derive },
	{ "protect", cmd_protect }, { "unprotect", cmd_unprotect },
	{ "export", cmd_export }, { "import", cmd_import },
	{ "media", cmd_media },
};

int
main(int argc, char **argv)
{
	const struct tool_command *c;
	int answer;

	tool_init("ims-sa");
	c = tool_command(commands, sizeof(commands) / sizeof(commands[0]),
	    argc, argv);
	if (c == NULL) {
		tool_opt_read(&opt, argc, argv, help, NULL, 0);
		tool_no_command();
	}
	answer = c->run(argc - 1, argv + 1);
	tool_out_end();
	return tool_status(answer);
}
