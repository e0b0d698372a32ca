/* tool_key: keys out of records. */
#include "err.h"
#include "tool.h"

struct keys {
	struct sa_db	*db;
	uint64_t	 used;		/* records that hold keys */
	void		(*sa)(const struct sa *sa, void *arg);
	void		*arg;
	void		(*srtp)(const struct srtp_stream *s);
};

static int
add_vector(struct sa_db *db, const struct rec_vector *v)
{
	int r = 0;

	/* TS 33.203 annex I expands keys of 16 octets. */
	if (v->has_keys && v->ck_len == 16 && v->ik_len == 16)
		r = sa_db_vector(db, v->rand, v->ck, v->ik, 0);
	if (r >= 0 && v->xres_len > 0)
		r = sa_db_xres(db, v->rand, slice_of(v->xres, v->xres_len));
	return r;
}

int
tool_key(struct sa_db *db, const struct rec *r)
{
	if (r->type == REC_SUBSCRIBER && r->subscriber.has_key)
		return sa_db_subscriber(db, slice_str(r->subscriber.impi),
		    &r->subscriber.key);
	if (r->type == REC_VECTOR)
		return add_vector(db, &r->vector);
	if (r->type == REC_SA)
		return sa_db_add(db, &r->sa);
	return 0;
}

static bool
key_line(struct slice line, uint64_t number, void *arg)
{
	struct keys *keys = arg;
	char error[REC_ERROR_TEXT] = "";
	struct rec rec;
	int r = rec_read(&rec, line, error);

	if (r == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	keys->used += rec.type == REC_SUBSCRIBER || rec.type == REC_VECTOR ||
	    rec.type == REC_SA || (rec.type == REC_SRTP && keys->srtp != NULL);
	if (r >= 0)
		r = tool_key(keys->db, &rec);
	if (r >= 0 && rec.type == REC_SA && keys->sa != NULL)
		keys->sa(&rec.sa, keys->arg);
	if (r >= 0 && rec.type == REC_SRTP && keys->srtp != NULL)
		keys->srtp(&rec.srtp);
	if (r == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
	if (r < 0) {
		tool_warn_kind("record", "%s: line %llu: %s", tool_file(),
		    (unsigned long long)number,
		    error[0] != '\0' ? error : tool_reason(r));
		tool_bad();
	}
	rec_done(&rec);
	return true;
}

static void
load(struct keys *keys, const char *path)
{
	tool_lines(path, key_line, keys);
	if (keys->used == 0) {
		tool_warn("%s: no subscriber, sa or vector record in it",
		    tool_file());
		tool_bad();
	}
}

void
tool_keys(struct sa_db *db, const char *path)
{
	struct keys keys = { .db = db };

	load(&keys, path);
}

void
tool_keys_sa(struct sa_db *db, const char *path,
    void (*fn)(const struct sa *sa, void *arg), void *arg)
{
	struct keys keys = { .db = db, .sa = fn, .arg = arg };

	load(&keys, path);
}

void
tool_keys_srtp(struct sa_db *db, const char *path,
    void (*fn)(const struct srtp_stream *s))
{
	struct keys keys = { .db = db, .srtp = fn };

	load(&keys, path);
}
