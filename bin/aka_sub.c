/* aka_sub: the subscribers of a run, and where their SQN stands. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aka_tool.h"
#include "err.h"
#include "table.h"

#define SUBS_MAX	(1U << 22)

static struct {
	struct table	*by_impi;	/* of struct sub * */
	struct sub	*first, *last;
	size_t		 n;
	struct sa_db	*db;
	uint64_t	 records;	/* with keys, in this file */
	uint64_t	*seen;		/* hashes, 0 is free */
	size_t		 n_seen, cap_seen;
} subs;

static void
no_memory(void)
{
	tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

static void
seen_put(uint64_t *to, size_t cap, uint64_t h)
{
	size_t i = h & (cap - 1);

	while (to[i] != 0)
		i = (i + 1) & (cap - 1);
	to[i] = h;
}

static void
seen_grow(void)
{
	size_t cap = subs.cap_seen > 0 ? 2 * subs.cap_seen : 1024;
	uint64_t *to = calloc(cap, sizeof(*to));

	if (to == NULL)
		no_memory();
	for (size_t i = 0; i < subs.cap_seen; i++)
		if (subs.seen[i] != 0)
			seen_put(to, cap, subs.seen[i]);
	free(subs.seen);
	subs.seen = to;
	subs.cap_seen = cap;
}

bool
subs_seen(const char *impi)
{
	uint64_t h = slice_hash(0, slice_str(impi)) | 1;
	size_t i;

	if (2 * subs.n_seen >= subs.cap_seen)
		seen_grow();
	for (i = h & (subs.cap_seen - 1); subs.seen[i] != 0;
	    i = (i + 1) & (subs.cap_seen - 1))
		if (subs.seen[i] == h)
			return true;
	subs.n_seen++;
	seen_put(subs.seen, subs.cap_seen, h);
	return false;
}

/* What the options say of every subscriber. */
static void
override(struct sub *s)
{
	if (opt.hex[HEX_AMF].there) {
		memcpy(s->amf, opt.hex[HEX_AMF].p, AKA_AMF);
		s->has_amf = true;
	}
	if (opt.num[NUM_IND_LEN].there)
		s->ind_len = (unsigned)opt.num[NUM_IND_LEN].v;
}

struct sub *
sub_new(const struct rec_subscriber *r, const char *at)
{
	struct sub *s = calloc(1, sizeof(*s));

	if (s == NULL)
		no_memory();
	memcpy(s->impi, r->impi, sizeof(s->impi));
	s->key = r->key;
	s->has_key = r->has_key;
	memcpy(s->amf, r->amf, sizeof(s->amf));
	s->has_amf = r->has_amf;
	s->sqn = aka_sqn_get(r->sqn);
	s->has_sqn = r->has_sqn;
	s->ind_len = r->ind_len;
	override(s);
	if (!s->has_key)
		return s;
	errno = 0;
	if ((s->key.is_op && aka_opc(&s->key) < 0) ||
	    (s->aka = aka_new(&s->key)) == NULL) {
		if (errno == ENOMEM)
			no_memory();
		tool_warn("%s: %s does not have these octets: mac_len %zu, "
		    "res_len %zu, ck_len %zu, ik_len %zu", at,
		    aka_alg_name(s->key.alg), s->key.mac_len, s->key.res_len,
		    s->key.ck_len, s->key.ik_len);
		tool_bad();
		sub_free(s);
		return NULL;
	}
	return s;
}

void
sub_free(struct sub *s)
{
	if (s == NULL)
		return;
	aka_free(s->aka);
	free(s->card);
	crypt_wipe(s, sizeof(*s));
	free(s);
}

static void
add(struct sub *s, const char *at, uint64_t line)
{
	char key[SA_IMPI_MAX] = "", shown[SLICE_SHOW];
	struct sub **slot;

	if (subs.by_impi == NULL && (subs.by_impi = table_new(sizeof(key),
	    sizeof(s), SUBS_MAX, NULL, NULL)) == NULL)
		no_memory();
	memcpy(key, s->impi, strlen(s->impi));
	if ((slot = table_put(subs.by_impi, key, 0)) == NULL)
		no_memory();
	if (*slot != NULL) {
		tool_warn("%s: impi: %s is there already", at,
		    s->impi[0] != '\0' ? slice_show(slice_str(s->impi),
		    shown) : "one for any IMPI");
		tool_bad();
		sub_free(s);
		return;
	}
	*slot = s;
	s->line = line;
	if (subs.last != NULL)
		subs.last->next = s;
	else
		subs.first = s;
	subs.last = s;
	subs.n++;
}

static bool
key_line(struct slice line, uint64_t number, void *arg)
{
	const char *at = tool_place("line", number);
	char error[REC_ERROR_TEXT];
	struct rec r;
	struct sub *s;
	int e = rec_read(&r, line, error);

	(void)arg;
	if (e >= 0 && subs.db != NULL && (e = tool_key(subs.db, &r)) < 0)
		(void)snprintf(error, sizeof(error), "%s", tool_reason(e));
	if (e == ERR_MEM)
		no_memory();
	if (e < 0) {
		tool_warn_kind("record", "%s: %s", at, error);
		tool_bad();
	} else if (r.type == REC_SUBSCRIBER &&
	    (s = sub_new(&r.subscriber, at)) != NULL)
		add(s, at, number);
	subs.records += r.type == REC_SUBSCRIBER || r.type == REC_VECTOR ||
	    r.type == REC_SA;
	rec_done(&r);
	return true;
}

void
subs_load_file(const char *path)
{
	subs.records = 0;
	tool_lines(path, key_line, NULL);
	if (subs.records == 0) {
		tool_warn("%s: no subscriber, sa or vector record in it",
		    path);
		tool_bad();
	}
}

void
subs_load(struct sa_db *db)
{
	struct rec_subscriber typed;
	struct sub *s;

	subs.db = db;
	if (opt_subscriber(&typed)) {
		if ((s = sub_new(&typed, "--k")) == NULL)
			exit(TOOL_USAGE);
		add(s, "--k", 0);
		if (db != NULL && sa_db_subscriber(db, slice_str(s->impi),
		    &s->key) < 0)
			no_memory();
	}
	for (size_t i = 0; i < opt.n_keys; i++) {
		if (opt.advance)
			advance(opt.keys[i]);
		else
			subs_load_file(opt.keys[i]);
	}
	crypt_wipe(&typed, sizeof(typed));
}

struct sub *
subs_first(void)
{
	return subs.first;
}

struct sub *
subs_last(void)
{
	return subs.last;
}

bool
sub_chosen(const struct sub *s)
{
	return opt.text[TEXT_IMPI] == NULL ||
	    subs_find(opt_text(TEXT_IMPI)) == s;
}

size_t
subs_count(void)
{
	return subs.n;
}

struct sub *
subs_find(struct slice impi)
{
	struct slice by[3] = {
		impi, slice_sub(impi, 0, slice_chr(impi, '@')), { NULL, 0 },
	};
	char key[SA_IMPI_MAX];
	struct sub **s;

	if (impi.n == 0 && subs.n == 1)
		return subs.first;
	for (size_t i = 0; i < 3 && subs.by_impi != NULL; i++) {
		memset(key, 0, sizeof(key));
		if (by[i].n >= sizeof(key))
			continue;
		if (by[i].n > 0)
			memcpy(key, by[i].p, by[i].n);
		if ((s = table_get(subs.by_impi, key)) != NULL)
			return *s;
	}
	return NULL;
}

void
subs_free(void)
{
	struct sub *next;

	for (struct sub *s = subs.first; s != NULL; s = next) {
		next = s->next;
		sub_free(s);
	}
	table_free(subs.by_impi);
	free(subs.seen);
}

struct aka_card *
sub_card(struct sub *s)
{
	uint64_t sqn = s->sqn;

	if (s->card != NULL)
		return s->card;
	s->card_known = s->has_sqn;
	if (opt.hex[HEX_SQN].there && !s->card_told) {
		sqn = aka_sqn_get(opt.hex[HEX_SQN].p);
		s->card_known = true;
	}
	if ((s->card = aka_card_new(s->ind_len, sqn)) == NULL)
		no_memory();
	if (opt.num[NUM_DELTA].there)
		s->card->delta = opt.num[NUM_DELTA].v;
	s->card->age = opt.num[NUM_AGE].v;
	return s->card;
}

bool
sub_next_sqn(const struct sub *s, uint64_t *sqn)
{
	uint64_t ind = opt.num[NUM_IND].there ? opt.num[NUM_IND].v :
	    *sqn & ((1ULL << s->ind_len) - 1);

	return aka_sqn_next(sqn, s->ind_len, ind) >= 0;
}

bool
sub_first_sqn(const struct sub *s, uint64_t *sqn)
{
	*sqn = s->sqn;
	if (!opt.hex[HEX_SQN].there)
		return sub_next_sqn(s, sqn);
	*sqn = aka_sqn_get(opt.hex[HEX_SQN].p);
	return true;
}
