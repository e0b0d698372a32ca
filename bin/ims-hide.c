/* ims-hide: topology hidden and restored, headers rewritten; ims-hide(1). */
#include "hide_tool.h"

static const char help[] =
"usage: ims-hide command [options] [file ...]     (ims-hide command --help)\n"
"\n"
"  hide        entries of own nodes become tokens in Via, Route and the like\n"
"  restore     the reverse, octet for octet\n"
"  rewrite     what a P-CSCF, I-CSCF, S-CSCF or IBCF does to a header\n"
"  key         a new key for hide\n"
"  scrub       the same capture, records or text with nobody in it\n"
"  unscrub     the original again\n"
"\n"
"  -k, --keys FILE       keys of hide, and of ESP, as records; repeatable\n"
"  -n, --count N         stop after N messages\n"
"  -o, --output FILE     write there, whole or not at all\n"
"  -l, --line-buffered   flush each record\n"
"  -q, --quiet           no diagnostics\n"
"  -v, --verbose         every diagnostic, not the first of a kind only\n"
"  -s, --seed SEED       repeatable randomness, for tests\n"
"  -h, --help            this text\n"
"  -V, --version         the version\n"
"\n"
"Exit: 0 yes, 2 usage, 3 bad input, 4 system. Manual: ims-hide(1).\n";

static const struct tool_command commands[] = {
	{ "hide", cmd_hide }, { "restore", cmd_restore },
	{ "rewrite", cmd_rewrite }, { "key", cmd_key },
	{ "scrub", cmd_scrub }, { "unscrub", cmd_unscrub },
};

int
main(int argc, char **argv)
{
	const struct tool_command *c;
	int answer;

	tool_init("ims-hide");
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
