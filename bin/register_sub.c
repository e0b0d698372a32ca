/* register_sub: the subscribers of a run, as -k has them. */
#include <stdlib.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "register_tool.h"

#define SUBS_MAX	(1U << 16)

static struct {
	struct reg_identity	*all;
	size_t			 n, cap;
	uint64_t		 records;
} subs;

static struct reg_identity *
room(void)
{
	size_t cap = subs.cap > 0 ? 2 * subs.cap : 16;
	struct reg_identity *all;

	if (subs.n < subs.cap)
		return &subs.all[subs.n];
	if ((all = calloc(cap, sizeof(*all))) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	if (subs.n > 0)
		memcpy(all, subs.all, subs.n * sizeof(*all));
	if (subs.all != NULL)
		crypt_wipe(subs.all, subs.n * sizeof(*all));
	free(subs.all);
	subs.all = all;
	subs.cap = cap;
	return &subs.all[subs.n];
}

static bool
copy(char *to, size_t cap, struct slice s)
{
	/* It is written into SIP: nothing there may end a header field. */
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '<' ||
		    s.p[i] == '>' || s.p[i] == '\\' || s.p[i] >= 0x7f)
			return false;
	if (s.n == 0 || s.n >= cap)
		return false;
	memcpy(to, s.p, s.n);
	to[s.n] = '\0';
	return true;
}

/* NULL, or what is wrong with R for this tool. */
static const char *
identity(struct reg_identity *who, const struct rec_subscriber *r)
{
	struct slice impi = slice_str(r->impi), rest = impi;

	memset(who, 0, sizeof(*who));
	(void)slice_cut(&rest, '@');
	if (!r->has_key)
		return "no k";
	if (!copy(who->impi, sizeof(who->impi), impi))
		return "no impi that could be used";
	if (!copy(who->domain, sizeof(who->domain),
	    r->domain.n > 0 ? r->domain : rest))
		return "no domain, neither in impi nor by mnc_len";
	for (size_t i = 0; i < r->n_impu && i < REG_IMPUS; i++)
		if (!copy(who->impu[who->n_impu++], REG_URI, r->impu[i]))
			return "an impu that is no URI or too long";
	/* Without ISIM the public identity is that of the IMSI. */
	if (r->imsi.n > 0 || who->n_impu == 0)
		(void)snprintf(who->register_as, sizeof(who->register_as),
		    "sip:%s", who->impi);
	else
		memcpy(who->register_as, who->impu[0], REG_URI);
	who->key = r->key;
	who->ind_len = r->ind_len;
	who->sqn = aka_sqn_get(r->sqn);
	memcpy(who->amf, r->amf, sizeof(who->amf));
	return NULL;
}

static bool
known(const char *impi)
{
	for (size_t i = 0; i < subs.n; i++)
		if (strcmp(subs.all[i].impi, impi) == 0)
			return true;
	return false;
}

static bool
key_line(struct slice line, uint64_t number, void *arg)
{
	char error[REC_ERROR_TEXT];
	struct reg_identity *who;
	const char *wrong;
	struct rec r;
	int e = rec_read(&r, line, error);

	(void)arg;
	if (e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	wrong = e < 0 ? error : NULL;
	subs.records += r.type == REC_SUBSCRIBER;
	if (e >= 0 && r.type == REC_SUBSCRIBER) {
		who = room();
		wrong = identity(who, &r.subscriber);
		if (wrong == NULL && known(who->impi))
			wrong = "this impi is there already";
		if (wrong == NULL && subs.n == SUBS_MAX)
			wrong = "too many subscribers";
		subs.n += wrong == NULL;
	}
	if (wrong != NULL) {
		tool_warn_kind("record", "%s: %s",
		    tool_place("line", number), wrong);
		tool_bad();
	}
	rec_done(&r);
	return true;
}

void
subs_load(void)
{
	for (size_t i = 0; i < opt.n_keys; i++) {
		subs.records = 0;
		tool_lines(opt.keys[i], key_line, NULL);
		if (subs.records == 0) {
			tool_warn("%s: no subscriber record in it",
			    opt.keys[i]);
			tool_bad();
		}
	}
	if (opt.common.count > 0 && opt.common.count < subs.n)
		subs.n = (size_t)opt.common.count;
}

size_t
subs_count(void)
{
	return subs.n;
}

const struct reg_identity *
subs_get(size_t i)
{
	return &subs.all[i];
}

void
subs_free(void)
{
	if (subs.all != NULL)
		crypt_wipe(subs.all, subs.cap * sizeof(*subs.all));
	free(subs.all);
}
