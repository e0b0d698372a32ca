/* aka_answer: the card side: MAC, then SQN, then the answer (TS 33.102 6.3). */
#include <stdlib.h>
#include <string.h>

#include "aka_tool.h"
#include "err.h"

static const char help[] =
"usage: ims-aka answer [options] [file ...]\n"
"\n"
"What the card says to a challenge: RES, CK, IK; or AUTS; or that the MAC is\n"
"wrong, and what would have made it right. Challenges are those of the files\n"
"or of standard input: vectors (other records pass), SIP messages as text,\n"
"records or in a capture (the first of each Call-ID), a pasted\n"
"WWW-Authenticate; or the one that is typed. Records out, unless -f text.\n"
"\n"
"  -k FILE --impi NAME   subscribers; the one, where a challenge has no name\n"
"  --k --op | --opc HEX  the one typed; more options: ims-aka vector --help\n"
"  --nonce BASE64        the challenge typed, or:\n"
"  --rand HEX --autn HEX\n"
"  --sqn HEX             SQN_MS, accepted last; default: the subscriber's;\n"
"                        without one the first SQN is not judged\n"
"  --ind-len BITS        IND, 5 by default\n"
"  --delta N             greatest jump of SEQ, 2^28 by default\n"
"  --age N               L of TS 33.102 C.2.2, default none\n"
"  --amf-resync HEX      AMF with which XOR asks for AUTS, ffff by default\n"
"  -x                    ak, k and opc into the records\n"
"\n"
"Keys typed are seen by ps.  Common options: ims-aka --help.\n";

static struct buf out;
static bool all_ok = true;

/* RAND and AUTN of C, wherever they are; false: said why not. */
static bool
challenge_octets(const struct sub *s, const struct challenge *c,
    struct rec_answer *a)
{
	size_t want = AKA_SQN + AKA_AMF + s->key.mac_len;
	uint8_t all[512];
	int n;

	memcpy(a->rand, c->rand, AKA_RAND);
	memcpy(a->autn, c->autn, a->autn_len = c->autn_len);
	if (c->autn_len == want)
		return true;
	if (c->autn_len > 0) {
		tool_warn("%s: autn: %zu octets, not %zu", c->at, c->autn_len,
		    want);
		return false;
	}
	a->autn_len = want;
	n = aka_nonce(c->nonce, s->key.mac_len, a->rand, a->autn);
	if (n == ERR_MORE)
		tool_warn("%s: nonce: %d octets, not %zu or more", c->at,
		    slice_base64(c->nonce, all, sizeof(all)),
		    AKA_RAND + want);
	else if (n < 0)
		tool_warn("%s: nonce: not base64", c->at);
	return n >= 0;
}

/*
 * Is SQN fresh for the card?  A test card with XOR goes by the AMF instead;
 * AMFRESYNCH being FFFF was not read in TS 34.108, so it is an option.
 */
static int
judge_sqn(struct sub *s, const struct rec_answer *a)
{
	static const uint8_t ffff[AKA_AMF] = { 0xff, 0xff };
	const uint8_t *resync = opt.hex[HEX_AMF_RESYNC].there ?
	    opt.hex[HEX_AMF_RESYNC].p : ffff;
	struct aka_card *card = sub_card(s);
	uint64_t sqn = aka_sqn_get(a->sqn);

	if (s->key.alg == AKA_XOR &&
	    memcmp(a->autn + AKA_SQN, resync, AKA_AMF) == 0)
		return ERR_SYNC;
	if (s->card_known)
		return aka_card_accept(card, sqn);
	if (s->key.alg == AKA_XOR)
		return 0;
	free(s->card);
	s->card = NULL;
	s->sqn = sqn;
	s->has_sqn = true;
	(void)sub_card(s);
	return 0;
}

static int
wrong_mac(const struct sub *s, const struct challenge *c,
    struct rec_answer *a)
{
	struct why_set set[WHY_SETS];
	size_t n = why_mac(&s->key, a->rand,
	    slice_of(a->autn, a->autn_len), s->has_amf ? s->amf : NULL, set);

	tool_warn("%s: MAC of AUTN does not fit", c->at);
	take_whys("MAC", set, n, a);
	warn_whys(c->at, a);
	a->has_sqn = false;
	a->verdict = slice_str("mac");
	return ERR_AUTH;
}

static int
out_of_sync(struct sub *s, const struct challenge *c, struct rec_answer *a)
{
	int n;

	aka_sqn_put(a->sqn_ms, s->card->sqn_ms);
	a->has_sqn_ms = true;
	n = aka_auts_write(s->aka, a->rand, a->sqn_ms, a->auts);
	if (n < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(n));
	a->auts_len = (size_t)n;
	a->verdict = slice_str("sync");
	tool_warn("%s: SQN %012llx is refused: SQN_MS is %012llx", c->at,
	    (unsigned long long)aka_sqn_get(a->sqn),
	    (unsigned long long)s->card->sqn_ms);
	return ERR_SYNC;
}

int
card_answer(struct sub *s, const struct challenge *c, struct rec_answer *a)
{
	static struct aka_result r;
	int e;

	memset(a, 0, sizeof(*a));
	if (!challenge_octets(s, c, a)) {
		tool_bad();
		return ERR_RANGE;
	}
	a->where = c->where;
	a->impi = s->impi[0] != '\0' ? slice_str(s->impi) : c->impi;
	a->nonce = c->nonce;
	a->has_rand = a->has_sqn = true;
	e = aka_autn_check(s->aka, a->rand, slice_of(a->autn, a->autn_len),
	    a->sqn, &r);
	if (opt.secrets) {
		a->ak = r.ak;
		a->key = &s->key;
	}
	if (e == ERR_AUTH)
		return wrong_mac(s, c, a);
	if (e < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	if (judge_sqn(s, a) < 0)
		return out_of_sync(s, c, a);
	memcpy(a->res, r.res, a->res_len = r.res_len);
	memcpy(a->ck, r.ck, a->ck_len = s->key.ck_len);
	memcpy(a->ik, r.ik, a->ik_len = s->key.ik_len);
	a->verdict = slice_str("ok");
	return 0;
}

static void
field(const char *name, const uint8_t *p, size_t n)
{
	if (n == 0)
		return;
	buf_printf(&out, "%-8s", name);
	buf_hex(&out, slice_of(p, n));
	buf_u8(&out, '\n');
}

static void
text(const struct rec_answer *a)
{
	buf_printf(&out, "%-8s%.*s\n", "verdict", (int)a->verdict.n,
	    (const char *)a->verdict.p);
	field("res", a->res, a->res_len);
	field("ck", a->ck, a->ck_len);
	field("ik", a->ik, a->ik_len);
	field("sqn", a->sqn, a->has_sqn ? AKA_SQN : 0);
	field("sqn_ms", a->sqn_ms, a->has_sqn_ms ? AKA_SQN : 0);
	field("auts", a->auts, a->auts_len);
	if (a->auts_len > 0) {
		buf_printf(&out, "%-8s", "");
		buf_base64(&out, slice_of(a->auts, a->auts_len));
		buf_u8(&out, '\n');
	}
}

static void
answer(struct sub *s, const struct challenge *c)
{
	struct rec_answer a;
	int e = card_answer(s, c, &a);

	all_ok = all_ok && e == 0;
	if (e == ERR_RANGE)
		return;
	if (opt.json)
		rec_write_answer(&out, &a);
	else
		text(&a);
	put_result(&out);
	crypt_wipe(&a, sizeof(a));
}

int
cmd_answer(int argc, char **argv)
{
	uint64_t n;

	opt.json = true;
	opt_parse(argc, argv, help);
	tool_out_open(&opt.common);
	n = read_challenges(argv + optind, argc - optind, answer);
	put_rest(&out);
	if (n == 0)
		tool_warn("no challenge in the input");
	return n > 0 && all_ok ? TOOL_YES : TOOL_NO;
}
