/* aka_check: is every challenge and answer of an input right? */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "aka_check.h"
#include "err.h"

static const char help[] =
"usage: ims-aka check [options] [file ...]\n"
"\n"
"Is each challenge and each answer right? Inputs: captures (ESP is opened\n"
"with the keys of -k), sip, vector and answer records, SIP as text, pasted\n"
"header fields. Answers are paired with their challenge by the nonce. A line\n"
"each, FILE:FRAME: ok, wrong or unknown, and notes: what would have fitted;\n"
"with -f json answer records. Exit 1 if one is wrong, or none can be judged.\n"
"\n"
"  -k FILE --impi NAME   subscribers, vectors; the one, where no name is there\n"
"  --k --op | --opc HEX  the one typed; more options: ims-aka vector --help\n"
"  --amf HEX             the AMF configured, tried where a MAC does not fit\n"
"  --sqn HEX             SQN_MS before the input; without it SQN is judged\n"
"                        from the first right answer or AUTS on\n"
"  --ind-len BITS --delta N --age N\n"
"                        how it is judged, as in ims-aka answer\n"
"  --method NAME --uri URI --body TEXT\n"
"                        of the request, where header fields are pasted\n"
"\n"
"Keys typed are seen by ps.  Common options: ims-aka --help.\n";

static struct {
	struct sa_db	*db;
	struct buf	 out;
	char		 text[512];
	uint64_t	 n[3];		/* by verdict */
} g;

void
check_bad(const char *at, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tool_warn("%s: %s", at, text);
	tool_bad();
}

void
check_say(struct rec_answer *a, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(g.text, sizeof(g.text), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(g.text))
		n = (int)sizeof(g.text) - 1;
	a->message = slice_of(g.text, n > 0 ? (size_t)n : 0);
}

static void
head(const struct rec_answer *a)
{
	buf_str(&g.out, tool_file() != NULL ? tool_file() : "-");
	if (a->where != NULL && a->where->frame != 0)
		buf_printf(&g.out, ":%llu",
		    (unsigned long long)a->where->frame);
	buf_str(&g.out, ": ");
}

static void
shown(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_u8(&g.out, s.p[i] >= ' ' && s.p[i] < 0x7f ? s.p[i] : '?');
	buf_u8(&g.out, '\n');
}

void
check_put(struct rec_answer *a, enum verdict v)
{
	static const char *const name[] = { "ok", "wrong", "unknown" };

	g.n[v]++;
	if (opt.common.count > 0 &&
	    g.n[0] + g.n[1] + g.n[2] > opt.common.count)
		return;
	a->verdict = slice_str(name[v]);
	if (opt.json)
		rec_write_answer(&g.out, a);
	else {
		head(a);
		buf_str(&g.out, name[v]);
		buf_str(&g.out, ": ");
		shown(a->message);
		for (size_t i = 0; i < a->n_why; i++) {
			head(a);
			buf_str(&g.out, "note: ");
			shown(a->why[i]);
		}
	}
	put_result(&g.out);
}

bool
check_nonce(const struct sub *s, struct slice nonce, struct rec_answer *a,
    const char *at)
{
	size_t mac_len = s != NULL && s->has_key ? s->key.mac_len : 8;
	uint8_t all[512];
	int n = aka_nonce(nonce, mac_len, a->rand, a->autn);

	a->autn_len = AKA_SQN + AKA_AMF + mac_len;
	a->has_rand = n >= 0;
	if (n == ERR_MORE)
		check_bad(at, "nonce: %d octets, not %zu or more",
		    slice_base64(nonce, all, sizeof(all)),
		    AKA_RAND + a->autn_len);
	else if (n < 0)
		check_bad(at, "nonce: not base64");
	return n >= 0;
}

bool
check_expected(const struct sub *s, const struct rec_answer *a,
    struct expected *e)
{
	memset(e, 0, sizeof(*e));
	e->ck_len = e->ik_len = 16;
	if (s != NULL && s->has_key) {
		e->ck_len = s->key.ck_len;
		e->ik_len = s->key.ik_len;
		return e->keys = aka_f2345(s->aka, a->rand, &e->r) >= 0;
	}
	return sa_db_result(g.db, a->impi, a->rand, &e->r, &e->keys) >= 0;
}

struct aka_card *
check_card(struct sub *s)
{
	/* The file's SQN is of another time than the capture. */
	if (s->card == NULL)
		s->has_sqn = false;
	if (s->card == NULL)
		s->sqn = 0;
	return sub_card(s);
}

void
check_card_at(struct sub *s, const uint8_t rand[AKA_RAND], uint64_t sqn,
    bool exact)
{
	struct aka_card *card = check_card(s);

	if (memcmp(s->rand, rand, AKA_RAND) == 0)
		return;		/* seen on another hop */
	memcpy(s->rand, rand, AKA_RAND);
	if (!exact && s->card_known) {
		if (aka_card_accept(card, sqn) < 0)
			s->card_known = true;
		return;
	}
	free(s->card);
	s->card = NULL;
	s->sqn = sqn;
	s->has_sqn = true;
	s->card_told = true;
	(void)sub_card(s);
}

/* " to NAME", or nothing, valid until the next call. */
static const char *
to_whom(struct slice name)
{
	static char text[SLICE_SHOW + 8];
	char shown_name[SLICE_SHOW];

	(void)snprintf(text, sizeof(text), "%s%s", name.n > 0 ? " to " : "",
	    slice_show(name, shown_name));
	return text;
}

/* MAC, then SQN; the message and the verdict. */
static enum verdict
judge(struct sub *s, struct rec_answer *a, struct slice name)
{
	struct slice autn = slice_of(a->autn, a->autn_len);
	struct why_set set[WHY_SETS];
	struct aka_result r;
	struct aka_card *card = check_card(s);
	int e = aka_autn_check(s->aka, a->rand, autn, a->sqn, &r);
	unsigned long long sqn = aka_sqn_get(a->sqn);

	crypt_wipe(&r, sizeof(r));
	if (e < 0) {
		take_whys("MAC", set, why_mac(&s->key, a->rand, autn,
		    s->has_amf ? s->amf : NULL, set), a);
		check_say(a, "challenge%s: MAC of AUTN does not fit",
		    to_whom(name));
		return CHECK_WRONG;
	}
	a->has_sqn = true;
	if (s->card_known && memcmp(s->rand, a->rand, AKA_RAND) != 0 &&
	    aka_card_test(card, sqn) < 0) {
		aka_sqn_put(a->sqn_ms, card->sqn_ms);
		a->has_sqn_ms = true;
		check_say(a, "challenge%s: SQN %012llx is not fresh: "
		    "SQN_MS is %012llx", to_whom(name), sqn,
		    (unsigned long long)card->sqn_ms);
		return CHECK_WRONG;
	}
	check_say(a, "challenge%s: MAC fits, SQN %012llx, AMF %02x%02x",
	    to_whom(name), sqn, a->autn[AKA_SQN],
	    a->autn[AKA_SQN + 1]);
	return CHECK_OK;
}

/* Whom a 401 is for: by the REGISTER of its Call-ID, --impi, or To. */
static struct slice
impi_of(const struct sip_msg *m)
{
	const struct spoken *spoken = pair_spoken(m);
	struct sip_addr to;
	struct slice s;

	if (spoken->impi[0] != '\0')
		return slice_str(spoken->impi);
	if (opt.text[TEXT_IMPI] != NULL ||
	    sip_addr(sip_value(m, SIP_H_TO), &to) < 0)
		return opt_text(TEXT_IMPI);
	s = to.uri;
	(void)slice_cut(&s, ':');
	return slice_sub(s, 0, slice_chr(s, ';'));
}

static void
challenge(const struct flow_sip *f, struct slice value, const char *at)
{
	struct slice scheme, params, alg = { NULL, 0 }, realm = { NULL, 0 };
	struct rec_answer a = {
		.where = &f->where, .about = slice_str("challenge"),
	};
	char text[SLICE_SHOW];
	enum verdict v = CHECK_UNKNOWN;
	struct aka_scheme known;
	struct heard *heard;
	struct sub *s;

	if (sip_auth(value, &scheme, &params) < 0 ||
	    !sip_param(params, ',', "algorithm", &alg) ||
	    !slice_casestarts(alg, "AKAv") ||
	    !sip_param(params, ',', "nonce", &a.nonce))
		return;
	(void)sip_param(params, ',', "realm", &realm);
	if (aka_scheme_parse(alg, &known) < 0)
		check_bad(at, "algorithm: %s is not known",
		    slice_show(alg, text));
	a.impi = impi_of(f->msg);
	s = subs_find(a.impi);
	if (!check_nonce(s, a.nonce, &a, at))
		return;
	if (s != NULL && s->has_key)
		v = judge(s, &a, a.impi);
	else
		check_say(&a, "challenge%s: no key", to_whom(a.impi));
	heard = pair_heard(a.rand, true);
	pair_keep(heard->nonce, sizeof(heard->nonce), a.nonce);
	pair_keep(heard->realm, sizeof(heard->realm), realm);
	pair_keep(heard->algorithm, sizeof(heard->algorithm), alg);
	heard->wrong = v == CHECK_WRONG && !a.has_sqn;
	check_put(&a, v);
}

static void
each(const struct flow_sip *f, enum sip_h h, const char *at,
    void (*fn)(const struct flow_sip *, struct slice, const char *))
{
	const struct sip_header *field = sip_get(f->msg, h);

	for (; field != NULL; field = sip_next(f->msg, field))
		fn(f, field->value, at);
}

static void
on_message(const struct flow_sip *f, const char *at)
{
	const struct sip_msg *m = f->msg;

	if (m->request) {
		each(f, SIP_H_AUTHORIZATION, at, check_credentials);
		each(f, SIP_H_PROXY_AUTHORIZATION, at, check_credentials);
		return;
	}
	if (m->status == 401 || m->status == 407) {
		each(f, SIP_H_WWW_AUTHENTICATE, at, challenge);
		each(f, SIP_H_PROXY_AUTHENTICATE, at, challenge);
	}
	if (sip_get(m, SIP_H_AUTHENTICATION_INFO) != NULL)
		check_rspauth(f, at);
}

/* Does the record have V, if it has that field at all? */
static bool
same(const uint8_t *p, size_t n, const uint8_t *v, size_t v_len)
{
	return n == 0 || (n == v_len && crypt_equal(p, v, n));
}

/* A vector's own numbers, or an answer's. */
static void
record(struct sub *s, struct rec_answer *a, bool vector)
{
	struct expected e;
	enum verdict v = CHECK_OK;

	if (s == NULL || !s->has_key) {
		check_say(a, "%.*s: no key", (int)a->about.n,
		    (const char *)a->about.p);
		check_put(a, CHECK_UNKNOWN);
		return;
	}
	if (vector && a->autn_len == AKA_SQN + AKA_AMF + s->key.mac_len)
		v = judge(s, a, a->impi);
	if (v == CHECK_OK && check_expected(s, a, &e)) {
		check_say(a, "%s", vector ? "vector: all of it fits" :
		    "answer: all of it fits");
		if (!same(a->res, a->res_len, e.r.res, e.r.res_len))
			check_say(a, vector ? "vector: XRES does not fit" :
			    "answer: RES does not fit");
		else if (!same(a->ck, a->ck_len, e.r.ck, e.ck_len))
			check_say(a, "CK does not fit");
		else if (!same(a->ik, a->ik_len, e.r.ik, e.ik_len))
			check_say(a, "IK does not fit");
		else if (a->auts_len > 0 && aka_auts_check(s->aka, a->rand,
		    slice_of(a->auts, a->auts_len), a->sqn_ms) < 0)
			check_say(a, "answer: MAC-S of AUTS does not fit");
		if (slice_find(a->message, slice_str("not fit")) <
		    a->message.n)
			v = CHECK_WRONG;
		crypt_wipe(&e, sizeof(e));
	}
	check_put(a, v);
}

static bool
on_record(struct rec *r, const char *at)
{
	struct rec_answer a = { 0 };
	const struct rec_vector *v = &r->vector;

	(void)at;
	if (r->type == REC_VECTOR) {
		a.about = slice_str("vector");
		a.impi = v->impi;
		a.has_rand = true;
		memcpy(a.rand, v->rand, AKA_RAND);
		memcpy(a.autn, v->autn, a.autn_len = v->autn_len);
		memcpy(a.res, v->xres, a.res_len = v->xres_len);
		memcpy(a.ck, v->ck, a.ck_len = v->ck_len);
		memcpy(a.ik, v->ik, a.ik_len = v->ik_len);
	} else if (r->type == REC_ANSWER && r->answer.has_rand) {
		a = r->answer;
		a.about = slice_str("answer");
	} else
		return true;
	record(subs_find(a.impi), &a, r->type == REC_VECTOR);
	crypt_wipe(&a, sizeof(a));
	return true;
}

int
cmd_check(int argc, char **argv)
{
	opt_parse(argc, argv, help);
	tool_out_open(&opt.common);
	if ((g.db = sa_db_new()) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	subs_load(g.db);
	read_messages(argv + optind, argc - optind, g.db, on_message,
	    on_record);
	put_rest(&g.out);
	sa_db_free(g.db);
	pair_free();
	if (g.n[CHECK_OK] + g.n[CHECK_WRONG] == 0 &&
	    tool_status(TOOL_YES) != TOOL_SYSTEM)
		tool_warn(g.n[CHECK_UNKNOWN] > 0 ? "no key for what there is; "
		    "-k takes the subscriber's" :
		    "no challenge and no answer of AKA in the input");
	return g.n[CHECK_OK] > 0 && g.n[CHECK_WRONG] == 0 ? TOOL_YES :
	    TOOL_NO;
}
