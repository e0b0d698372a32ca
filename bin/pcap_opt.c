/* pcap_opt: the command line of ims-pcap(1). */
#include <string.h>

#include "pcap_media.h"
#include "pcap_opt.h"
#include "pcap_ring.h"
#include "pcap_select.h"
#include "pcap_write.h"
#include "tool_live.h"

enum {
	OPT_SA = 256, OPT_PACKETS, OPT_DUPLICATES, OPT_STAT, OPT_LINK, OPT_MTU,
	OPT_CLEAR, OPT_LADDER, OPT_LIST, OPT_ROTATE, OPT_SUMMARY,
};

static const struct option options[] = {
	{ "clear", no_argument, NULL, OPT_CLEAR },
	{ "duplicates", no_argument, NULL, OPT_DUPLICATES },
	{ "ladder", optional_argument, NULL, OPT_LADDER },
	{ "link", required_argument, NULL, OPT_LINK },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "mtu", required_argument, NULL, OPT_MTU },
	{ "packets", no_argument, NULL, OPT_PACKETS },
	{ "rotate", required_argument, NULL, OPT_ROTATE },
	{ "sa", no_argument, NULL, OPT_SA },
	{ "secrets", no_argument, NULL, 'x' },
	{ "stat", no_argument, NULL, OPT_STAT },
	{ "format", required_argument, NULL, 'f' },
	{ "role", required_argument, NULL, 'R' },
	LIVE_LONG,
	SELECT_LONG,
	{ "summary", no_argument, NULL, OPT_SUMMARY },
	{ "write", required_argument, NULL, 'w' },
	TOOL_LONG,
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
"usage: ims-pcap [option ...] [file ...]\n"
"SIP messages of captures (pcap, pcapng, snoop) as JSON lines, ESP opened.\n"
"  -i, --interface NAME, --follow   capture there; read a file that grows\n"
"  -k, --keys FILE       subscribers, SAs, vectors, as records; repeatable\n"
"  -n, --count N,  -f, --format json   stop after N messages; --list as records\n"
"  -o, --output FILE     write there, whole or not at all\n"
"  -l, --line-buffered,  -x, --secrets   flush each record; keys in sa records\n"
"  -q, --quiet,  -v, --verbose   no diagnostics; every one of them\n"
"  -w, --write FILE      a capture instead of records (or with -o, too)\n"
"  -R, --role ROLE=ADDR[:PORT]   a node, for --leg, --ladder; repeatable\n"
"  -h, --help,  -V, --version    this text; the version\n"
"      --rotate 10M|60s[,N]   with -w: FILE.00001 ..., of which N are kept\n"
"      --ladder[=FORM]   a drawing: text, ascii, mermaid, svg, html; all: one\n"
"      --clear, --link, --mtu   of -w: frames, ESP opened; link type; longest IP\n"
"      --list, --summary   a line for each registration, call ...; figures\n"
"      --packets, --duplicates  packets, ESP as it is; copies of packets too\n"
"      --sa, --stat      sa records too; what became of every frame, at the end\n"
"Only what fits all that is given of:\n"
"      --call-id X, --impi X, --registration N\n"
"      --method A,B, --status 200,4xx, --leg ue|core|nni\n"
"      --from, --until   seconds, +seconds, or 2026-01-31T23:59:59\n"
"      --filter EXPR     frames, as pcap-filter(7) says\n"
"Without -k, keys are taken from the capture: ck and ik of a 401, Diameter Cx.\n"
"Manual: ims-pcap(1), ims-records(5).\n";

static uint64_t
mtu_of(const char *text)
{
	uint64_t v;

	if (slice_decimal(slice_str(text), UINT16_MAX, &v) < 0 ||
	    v < CAPTURE_MTU_MIN)
		tool_die(TOOL_USAGE, "--mtu %s: not %d to %d", text,
		    CAPTURE_MTU_MIN, UINT16_MAX);
	return v;
}

static void
options_read(struct pcap_asked *a, int argc, char **argv, struct sa_db *db)
{
	int c;

	while ((c = tool_getopt(argc, argv, TOOL_SHORT LIVE_SHORT "f:R:w:x",
	    options)) != -1)
		switch (c) {
		case 'k':
			tool_keys_srtp(db, optarg, media_key);
			break;
		case 'f':
			a->json = strcmp(optarg, "json") == 0;
			if (!a->json && strcmp(optarg, "text") != 0)
				tool_die(TOOL_USAGE, "-f %s: not text or json",
				    optarg);
			break;
		case 'R':
			select_role(optarg);
			break;
		case 'w':
			a->write = optarg;
			break;
		case 'x':
			a->secrets = true;
			break;
		case OPT_CLEAR:
			a->clear = true;
			break;
		case OPT_LADDER:
			draw_option(&a->draw, optarg);
			break;
		case OPT_LINK:
			a->link = optarg;
			break;
		case OPT_LIST:
		case OPT_SUMMARY:
			a->summary = c == OPT_SUMMARY;
			a->list = c == OPT_LIST;
			break;
		case OPT_MTU:
			a->mtu = mtu_of(optarg);
			break;
		case OPT_ROTATE:
			ring_rotate(optarg);
			break;
		case OPT_SA:
			a->sas = true;
			break;
		case OPT_PACKETS:
			a->flow.packets = true;
			break;
		case OPT_DUPLICATES:
			a->flow.duplicates = true;
			break;
		case OPT_STAT:
			a->stat = true;
			break;
		default:
			if (select_option(c, optarg) ||
			    tool_live_option(c, optarg))
				break;
			tool_common(&a->common, c, db, help);
		}
}

/* --clear makes a capture of the frames themselves, and nothing else. */
static void
check_clear(const struct pcap_asked *a)
{
	if (a->write == NULL)
		tool_die(TOOL_USAGE, "--clear writes a capture: -w is missing");
	if (a->common.output != NULL || a->common.count > 0 ||
	    a->link != NULL || a->mtu > 0 || a->stat || a->sas ||
	    a->flow.packets || a->flow.duplicates || a->list ||
	    a->summary || a->draw.on || select_any())
		tool_die(TOOL_USAGE, "--clear goes with -i, -k, -q, -v, "
		    "-w, --filter, --follow and --rotate only");
}

static void
check(const struct pcap_asked *a)
{
	const char *output = a->common.output;

	if (a->json && !a->list)
		tool_die(TOOL_USAGE, "-f json: of --list only");
	if (a->flow.packets && select_messages())
		tool_die(TOOL_USAGE, "--packets: of packets only --filter, "
		    "--from and --until select");
	if ((a->list || a->summary || a->draw.on) && (a->write != NULL ||
	    a->flow.packets || a->stat || a->sas))
		tool_die(TOOL_USAGE, "--ladder, --list, --summary: no -w, "
		    "--packets, --sa, --stat");
	if (a->draw.on && (a->list || a->summary))
		tool_die(TOOL_USAGE, "--ladder or --list or --summary");
	if (a->write == NULL && (a->link != NULL || a->mtu > 0))
		tool_die(TOOL_USAGE, "--link and --mtu are of a capture: -w "
		    "is missing");
	if (a->write != NULL && output != NULL &&
	    strcmp(output, a->write) == 0)
		tool_die(TOOL_USAGE, "-o and -w are the same: %s", output);
}

void
pcap_options(struct pcap_asked *a, int argc, char **argv, struct sa_db *db)
{
	options_read(a, argc, argv, db);
	if (ring_rotates() && (a->write == NULL || strcmp(a->write, "-") == 0))
		tool_die(TOOL_USAGE, "--rotate is of a capture in files: -w "
		    "FILE is missing");
	if (a->clear)
		check_clear(a);
	else
		check(a);
}
