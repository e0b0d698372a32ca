/* aka_functions: OPc, and f1 to f5* one by one (TS 33.102 6.3, TS 35.205). */
#include <stdio.h>
#include <string.h>

#include "aka_tool.h"
#include "err.h"

static const char help_opc[] =
"usage: ims-aka opc [options] [file ...]\n"
"\n"
"OPc (TOPc) of K and OP (TOP). Without --k: subscriber records of the files\n"
"or of standard input, each with opc in the place of its op; others pass.\n"
"\n"
"  --k HEX               16 octets; TUAK 16 or 32\n"
"  --op HEX              16 octets; TUAK 32\n"
"  --algorithm NAME      milenage (the default) or tuak, with --iterations N\n"
"\n"
"Keys typed are seen by ps.  Common options: ims-aka --help.\n";

static const char help_functions[] =
"usage: ims-aka functions [options] [opc|f1|f1*|f2|f3|f4|f5|f5*]...\n"
"\n"
"The functions named, or all, a line each: name and value. f1 and f1* are\n"
"left out of all if there is no --sqn or no --amf.\n"
"\n"
"  --k --op | --opc HEX  the key, with --algorithm milenage, tuak, xor,\n"
"                        --c1 .. --c5 HEX, --r1 .. --r5 BITS, --iterations N,\n"
"                        --mac-len --res-len --ck-len --ik-len OCTETS\n"
"  -k FILE --impi NAME   or that of this subscriber\n"
"  --rand HEX            16 octets\n"
"  --sqn HEX             6 octets, of f1 and f1*\n"
"  --amf HEX             2 octets, of f1 and f1*\n"
"\n"
"Keys typed are seen by ps.  Common options: ims-aka --help.\n";

static struct buf out;

static void
line(const char *name, const uint8_t *p, size_t n)
{
	buf_printf(&out, "%s%*s", name, name[0] != '\0' ?
	    (int)(5 - strlen(name)) : 0, "");
	buf_hex(&out, slice_of(p, n));
	buf_u8(&out, '\n');
}

static void
f1s(const struct sub *s, bool star)
{
	uint8_t mac[32];
	int n;

	if (!opt.hex[HEX_SQN].there)
		tool_die(TOOL_USAGE, "--sqn: missing");
	if (!s->has_amf)
		tool_die(TOOL_USAGE, "--amf: missing");
	n = aka_f1(s->aka, star, opt.hex[HEX_RAND].p, opt.hex[HEX_SQN].p,
	    s->amf, mac);
	if (n < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(n));
	line(star ? "f1*" : "f1", mac, (size_t)n);
}

static const char *const names[] = {
	"opc", "f1", "f1*", "f2", "f3", "f4", "f5", "f5*",
};

#define NAMES	(sizeof(names) / sizeof(names[0]))

static void
function(const struct sub *s, size_t which)
{
	struct aka_result r;
	uint8_t ak[AKA_AK];

	if (aka_f2345(s->aka, opt.hex[HEX_RAND].p, &r) < 0 ||
	    aka_f5star(s->aka, opt.hex[HEX_RAND].p, ak) < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_CRYPT));
	if (which == 0 && s->key.alg != AKA_XOR)
		line("opc", s->key.opc, s->key.alg == AKA_TUAK ? 32 : 16);
	else if (which == 1 || which == 2)
		f1s(s, which == 2);
	else if (which == 3)
		line("f2", r.res, r.res_len);
	else if (which == 4)
		line("f3", r.ck, s->key.ck_len);
	else if (which == 5)
		line("f4", r.ik, s->key.ik_len);
	else if (which == 6)
		line("f5", r.ak, AKA_AK);
	else if (which == 7)
		line("f5*", ak, AKA_AK);
	crypt_wipe(&r, sizeof(r));
}

static size_t
name_index(const char *name)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	tool_die(TOOL_USAGE, "%s: not opc, f1, f1*, f2, f3, f4, f5 or f5*",
	    name);
}

int
cmd_functions(int argc, char **argv)
{
	struct sub *s;
	bool mac;

	opt_parse(argc, argv, help_functions);
	for (int i = optind; i < argc; i++)
		(void)name_index(argv[i]);
	if (!opt.hex[HEX_RAND].there)
		tool_die(TOOL_USAGE, "--rand: missing");
	tool_out_open(&opt.common);
	subs_load(NULL);
	s = subs_find(opt_text(TEXT_IMPI));
	if (s == NULL || !s->has_key)
		tool_die(TOOL_USAGE, "--k: missing, and no subscriber of -k");
	mac = opt.hex[HEX_SQN].there && s->has_amf;
	for (size_t i = 0; optind == argc && i < NAMES; i++)
		if (mac || (i != 1 && i != 2))
			function(s, i);
	for (int i = optind; i < argc; i++)
		function(s, name_index(argv[i]));
	put_rest(&out);
	return TOOL_YES;
}

static uint64_t lines;

static bool
opc_of_line(struct slice l, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT], text[2 * 32 + 1] = "";
	struct rec r;
	struct aka_key *k = &r.subscriber.key;
	int e = rec_read(&r, l, error);

	(void)arg;
	lines++;
	if (e >= 0 && r.type == REC_SUBSCRIBER && r.subscriber.has_key &&
	    k->is_op && k->alg != AKA_XOR && (e = aka_opc(k)) >= 0) {
		for (size_t i = 0; i < (k->alg == AKA_TUAK ? 32 : 16); i++)
			(void)snprintf(text + 2 * i, 3, "%02x", k->opc[i]);
		rec_line_set(&out, l, "op", "opc", slice_str(text));
		buf_u8(&out, '\n');
	} else if (e >= 0) {
		buf_put(&out, l);
		buf_u8(&out, '\n');
	} else if (e == ERR_MEM) {
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	} else {
		tool_warn_kind("record", "%s: %s", tool_place("line", number),
		    error[0] != '\0' ? error : tool_reason(e));
		tool_bad_for(e);
	}
	put_result(&out);
	crypt_wipe(text, sizeof(text));
	rec_done(&r);
	return true;
}

static void
opc_of_file(const char *path)
{
	lines = 0;
	tool_lines(path, opc_of_line, NULL);
	if (lines == 0) {
		tool_warn("%s: empty", path);
		tool_bad();
	}
}

int
cmd_opc(int argc, char **argv)
{
	struct rec_subscriber s;

	opt_parse(argc, argv, help_opc);
	if (opt.hex[HEX_K].there && !opt.hex[HEX_OP].there)
		tool_die(TOOL_USAGE, "--op: missing");
	tool_out_open(&opt.common);
	if (opt_subscriber(&s)) {
		if (s.key.alg == AKA_XOR)
			tool_die(TOOL_USAGE, "--algorithm xor: has no OPc");
		if (aka_opc(&s.key) < 0)
			tool_die(TOOL_USAGE, "--k: a length that %s does not "
			    "have", aka_alg_name(s.key.alg));
		line("", s.key.opc, s.key.alg == AKA_TUAK ? 32 : 16);
		crypt_wipe(&s, sizeof(s));
	} else if (argc == optind)
		opc_of_file("-");
	for (int i = optind; i < argc; i++)
		opc_of_file(argv[i]);
	put_rest(&out);
	return TOOL_YES;
}
