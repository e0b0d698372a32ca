/* rec_policy: waivers, baselines and policies of ims-verify. */
#include <string.h>

#include "err.h"
#include "rec_int.h"

/* A key that is not known would be a condition passed over. */
static void
only(struct rec_in *in, const char *const *known)
{
	const char *key;
	const json_t *v;
	const char *const *k;

	json_object_foreach((json_t *)(uintptr_t)in->o, key, v) {
		for (k = known; *k != NULL && strcmp(*k, key) != 0; k++)
			;
		if (*k == NULL)
			rec_in_fail(in, "a key", ERR_FORMAT, "is not known: "
			    "'%.40s'", key);
	}
}

int
rec_read_waiver(struct rec *r, struct rec_waiver *w,
    char error[REC_ERROR_TEXT])
{
	static const char *const known[] = { "type", "rule", "impi", "call_id",
	    "file", "frame", "message", "reason", "until", NULL };
	struct rec_in in = {
		.o = r->json, .at = "", .bytes = &r->bytes, .error = error,
	};
	const char *s = json_string_value(json_object_get(in.o, "type"));
	size_t max = 1024;

	memset(w, 0, sizeof(*w));
	if (s != NULL && strcmp(s, "waiver") != 0)
		rec_in_fail(&in, "type", ERR_FORMAT, "not waiver");
	only(&in, known);
	if (!rec_in_name(&in, "rule", max, &w->rule))
		rec_in_missing(&in, "rule");
	if (!rec_in_name(&in, "reason", max, &w->reason) ||
	    slice_trim(w->reason).n == 0)
		rec_in_missing(&in, "reason");
	if (!rec_in_name(&in, "until", max, &w->until))
		rec_in_missing(&in, "until");
	(void)rec_in_name(&in, "impi", max, &w->impi);
	(void)rec_in_name(&in, "call_id", max, &w->call_id);
	(void)rec_in_name(&in, "file", max, &w->file);
	(void)rec_in_name(&in, "message", max, &w->message);
	(void)rec_in_number(&in, "frame", REC_INT_MAX, &w->frame);
	return in.err;
}

int
rec_read_fingerprint(struct rec *r, uint64_t *out, char error[REC_ERROR_TEXT])
{
	struct rec_in in = {
		.o = r->json, .at = "", .bytes = &r->bytes, .error = error,
	};
	const char *s = json_string_value(json_object_get(in.o, "type"));
	uint8_t o[8];

	if (s == NULL || strcmp(s, "finding") != 0)
		return 0;
	if (!rec_in_exact(&in, "fingerprint", o, sizeof(o))) {
		rec_in_missing(&in, "fingerprint");
		return in.err;
	}
	*out = (uint64_t)slice_be32(o) << 32 | slice_be32(o + 4);
	return 1;
}

static const char *
word(struct rec_in *in, const char *key, const json_t *v)
{
	if (!json_is_string(v) || strlen(json_string_value(v)) !=
	    json_string_length(v)) {
		rec_in_fail(in, key, ERR_FORMAT, "not a string");
		return NULL;
	}
	return json_string_value(v);
}

/* An array of texts, or one text. */
static void
words(struct rec_in *in, const char *key, const json_t *v,
    void (*fn)(const char *, void *), void *arg)
{
	const char *s;

	if (v == NULL || fn == NULL)
		return;
	if (!json_is_array(v)) {
		if ((s = word(in, key, v)) != NULL)
			fn(s, arg);
		return;
	}
	for (size_t i = 0; in->err == 0 && i < json_array_size(v); i++)
		if ((s = word(in, key, json_array_get(v, i))) != NULL)
			fn(s, arg);
}

struct pair {
	const char	*name;
	void		(*fn)(const char *name, const char *value, void *arg);
	void		*arg;
};

static void
second(const char *value, void *arg)
{
	const struct pair *p = arg;

	p->fn(p->name, value, p->arg);
}

/* An object of such. */
static void
pairs(struct rec_in *in, const char *key,
    void (*fn)(const char *, const char *, void *), void *arg)
{
	const json_t *o = json_object_get(in->o, key), *v;
	const char *name;

	if (o == NULL)
		return;
	if (!json_is_object(o)) {
		rec_in_fail(in, key, ERR_FORMAT, "not an object");
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)o, name, v) {
		struct pair p = { name, fn, arg };

		words(in, key, v, second, &p);
	}
}

static void
policy(struct rec_in *in, const struct rec_policy_sink *to)
{
	static const char *const known[] = { "networks", "trust", "roles",
	    "rules", "nni", "fail_on", "strict", NULL };
	const json_t *o = in->o;
	bool strict;

	only(in, known);
	words(in, "networks", json_object_get(o, "networks"), to->network,
	    to->arg);
	words(in, "trust", json_object_get(o, "trust"), to->trust, to->arg);
	pairs(in, "roles", to->role, to->arg);
	pairs(in, "rules", to->rule, to->arg);
	words(in, "nni", json_object_get(o, "nni"), to->nni, to->arg);
	words(in, "fail_on", json_object_get(o, "fail_on"), to->fail_on,
	    to->arg);
	if (rec_in_flag(in, "strict", &strict))
		to->strict(strict, to->arg);
}

int
rec_policy(struct slice json, const struct rec_policy_sink *sink,
    char error[REC_ERROR_TEXT])
{
	json_error_t e;
	json_t *o = json_loadb((const char *)json.p, json.n,
	    JSON_REJECT_DUPLICATES, &e);
	struct rec_in in = { .o = o, .at = "", .error = error };

	if (o == NULL)
		rec_in_fail(&in, "line", json_error_code(&e) ==
		    json_error_out_of_memory ? ERR_MEM : ERR_FORMAT,
		    "%d: %s", e.line, e.text);
	else if (!json_is_object(o))
		rec_in_fail(&in, "policy", ERR_FORMAT, "not an object");
	else
		policy(&in, sink);
	json_decref(o);
	return in.err;
}
