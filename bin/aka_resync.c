/* aka_resync: AUTS and RAND to SQN_MS (TS 33.102 6.3.5). */
#include <string.h>

#include "aka_tool.h"
#include "err.h"

static const char help[] =
"usage: ims-aka resync [options] [file ...]\n"
"\n"
"SQN_MS out of AUTS, MAC-S checked: of answers in the files or on standard\n"
"input (records; other lines pass, and answers without auts), or of what is\n"
"typed. Records out, unless -f text.\n"
"\n"
"  -k FILE --impi NAME   subscribers; the one, where the answer has no name\n"
"  --k --op | --opc HEX  the one typed; more options: ims-aka vector --help\n"
"  --auts VALUE          base64 as in SIP, or hex\n"
"  --rand HEX            of the challenge that was answered, or:\n"
"  --nonce BASE64\n"
"  --amf HEX             of that challenge, to say more of a wrong MAC-S\n"
"  -x                    k and opc into the records\n"
"\n"
"Keys typed are seen by ps.  Common options: ims-aka --help.\n";

static struct buf out;
static bool all_ok = true;
static uint64_t found;

static void
write_out(const struct rec_answer *a)
{
	if (opt.json)
		rec_write_answer(&out, a);
	else if (a->has_sqn_ms) {
		buf_str(&out, "sqn_ms  ");
		buf_hex(&out, slice_of(a->sqn_ms, AKA_SQN));
		buf_u8(&out, '\n');
	}
	put_result(&out);
}

/* A has IMPI, RAND and AUTS; what AMF the challenge had, or NULL. */
static void
resync(struct rec_answer *a, const uint8_t *amf, const char *at)
{
	struct sub *s = subs_find(a->impi);
	struct slice auts = slice_of(a->auts, a->auts_len);
	struct why_set set[WHY_SETS];
	int e;

	found++;
	if (s == NULL || !s->has_key) {
		tool_warn("%s: impi: no key for it", at);
		tool_bad();
		return;
	}
	if (a->impi.n == 0)
		a->impi = slice_str(s->impi);
	if (amf == NULL && s->has_amf)
		amf = s->amf;
	e = aka_auts_check(s->aka, a->rand, auts, a->sqn_ms);
	if (e == ERR_RANGE) {
		tool_warn("%s: auts: %zu octets, not %zu", at, auts.n,
		    AKA_SQN + s->key.mac_len);
		tool_bad();
		return;
	}
	a->has_sqn_ms = e == 0;
	a->verdict = slice_str(e == 0 ? "ok" : "mac");
	if (e == ERR_AUTH) {
		tool_warn("%s: MAC-S of AUTS does not fit", at);
		take_whys("MAC-S", set, why_auts(&s->key, a->rand, auts,
		    amf, set), a);
		warn_whys(at, a);
		all_ok = false;
	} else if (e < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	a->key = opt.secrets ? &s->key : NULL;
	write_out(a);
}

static bool
handle(struct rec *r, const char *at)
{
	const struct rec_answer *in = &r->answer;
	struct rec_answer a = { 0 };

	if (r->type != REC_ANSWER || in->auts_len == 0) {
		put_now(&out);
		return false;
	}
	a.impi = in->impi.n > 0 ? in->impi : opt_text(TEXT_IMPI);
	memcpy(a.rand, in->rand, AKA_RAND);
	memcpy(a.auts, in->auts, a.auts_len = in->auts_len);
	a.has_rand = in->has_rand;
	if (!in->has_rand) {
		tool_warn("%s: rand: missing", at);
		tool_bad();
	} else
		resync(&a, in->autn_len > 0 ? in->autn + AKA_SQN : NULL, at);
	return true;
}

static bool
typed(void)
{
	struct rec_answer a = { .impi = opt_text(TEXT_IMPI) };
	struct sub *s = subs_find(a.impi);
	size_t mac_len = s != NULL && s->has_key ? s->key.mac_len : 8;

	if (!opt.hex[HEX_AUTS].there)
		return false;
	if (!opt_challenge(mac_len, a.rand, a.autn, &a.autn_len))
		tool_die(TOOL_USAGE, "--rand: missing, and --nonce too");
	a.has_rand = true;
	memcpy(a.auts, opt.hex[HEX_AUTS].p,
	    a.auts_len = opt.hex[HEX_AUTS].n);
	resync(&a, a.autn_len > 0 ? a.autn + AKA_SQN : NULL, "--auts");
	return true;
}

int
cmd_resync(int argc, char **argv)
{
	opt.json = true;
	opt_parse(argc, argv, help);
	tool_out_open(&opt.common);
	subs_load(NULL);
	if (subs_count() == 0)
		tool_die(TOOL_USAGE, "no subscriber: --k, or -k with one");
	if (!typed() || argc > optind)
		read_records(argv + optind, argc - optind, handle);
	put_rest(&out);
	if (found == 0)
		tool_warn("no AUTS in the input");
	return found > 0 && all_ok ? TOOL_YES : TOOL_NO;
}
