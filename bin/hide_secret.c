/* hide_secret: keys of -k made anew, the report of a scrub. */
#include <errno.h>
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "hide_scrub.h"

#define SECRET_MIN	16	/* octets of a file that is a secret */
#define SECRET_MAX	65536

void
secret_read(const char *path, uint8_t out[SCRUB_KEY])
{
	const struct slice word = slice_str("ims-hide scrub");
	uint8_t text[SECRET_MAX + 1], digest[CRYPT_HASH_MAX];
	FILE *f = fopen(path, "rb");
	struct slice part[2] = { word, { NULL, 0 } };
	size_t n;

	if (f == NULL)
		tool_die(TOOL_SYSTEM, "%s: %s", path, strerror(errno));
	n = fread(text, 1, sizeof(text), f);
	if (ferror(f))
		tool_die(TOOL_SYSTEM, "%s: %s", path, strerror(errno));
	(void)fclose(f);
	part[1] = slice_trim(slice_of(text, n));
	if (part[1].n < SECRET_MIN || n > SECRET_MAX)
		tool_die(TOOL_USAGE, "%s: %zu octets, not %d to %d: no secret",
		    path, part[1].n, SECRET_MIN, SECRET_MAX);
	if (crypt_digest(CRYPT_SHA256, part, 2, digest) != SCRUB_KEY)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_CRYPT));
	memcpy(out, digest, SCRUB_KEY);
	crypt_wipe(text, sizeof(text));
	crypt_wipe(digest, sizeof(digest));
}

/* TEXT in K, to be changed by FN. */
static struct slice
changed(struct scrub *s, struct buf *k, struct slice text,
    void (*fn)(struct scrub *s, uint8_t *p, size_t n))
{
	uint8_t *p;

	if (text.n == 0 || (p = buf_room(k, text.n)) == NULL)
		return slice_of(NULL, 0);
	memcpy(p, text.p, text.n);
	fn(s, p, text.n);
	return slice_of(p, text.n);
}

static void
impi(struct scrub *s, char text[SA_IMPI_MAX])
{
	if (text[0] != '\0')
		scrub_identity(s, (uint8_t *)text, strlen(text));
}

static int
subscriber(struct scrub *s, struct rec_subscriber *r, struct buf *out)
{
	struct aka_key is;
	struct buf texts;
	int e = 0;

	buf_init(&texts, 0);
	/* So that it does not move while slices of it are in use. */
	if (buf_room(&texts, 65536) == NULL)
		return ERR_MEM;
	buf_reset(&texts);
	if (r->has_key) {
		e = scrub_subscriber(s, slice_str(r->impi), &r->key, &is);
		r->key = is;
		crypt_wipe(&is, sizeof(is));
	}
	impi(s, r->impi);
	for (size_t i = 0; i < r->n_impu; i++)
		r->impu[i] = changed(s, &texts, slice_sub(r->impu[i], 0, 2048),
		    scrub_identity);
	r->imsi = changed(s, &texts, slice_sub(r->imsi, 0, 2048),
	    scrub_number);
	r->domain = changed(s, &texts, slice_sub(r->domain, 0, 2048),
	    scrub_host);
	if (e >= 0)
		rec_write_subscriber(out, r);
	buf_wipe(&texts);
	return e;
}

static int
vector(struct scrub *s, struct rec_vector *r, struct buf *out)
{
	const struct scrub_vector v = {
		.rand = r->rand, .autn = r->autn, .autn_len = r->autn_len,
		.xres = r->xres, .xres_len = r->xres_len,
		.ck = r->has_keys && r->ck_len == 16 ? r->ck : NULL,
		.ik = r->has_keys && r->ik_len == 16 ? r->ik : NULL,
	};
	struct buf texts;
	int e;

	buf_init(&texts, 0);
	e = scrub_vector(s, &v);
	r->impi = changed(s, &texts, r->impi, scrub_identity);
	r->server_data = slice_of(NULL, 0);
	if (e >= 0)
		rec_write_vector(out, r);
	buf_wipe(&texts);
	return e;
}

static int
sa(struct scrub *s, struct sa *r, struct buf *out)
{
	int e = r->has_key ? scrub_esp_key(s, &r->key) : 0;

	impi(s, r->impi);
	scrub_address(s, &r->src);
	scrub_address(s, &r->dst);
	scrub_address(s, &r->outer_src);
	scrub_address(s, &r->outer_dst);
	if (e >= 0)
		rec_write_sa(out, r, true);
	return e;
}

void
scrub_key(struct scrub *s, struct sa_db *db, struct rec *r, struct buf *out)
{
	int e = tool_key(db, r);

	if (e >= 0)
		e = r->type == REC_SUBSCRIBER ?
		    subscriber(s, &r->subscriber, out) :
		    r->type == REC_VECTOR ? vector(s, &r->vector, out) :
		    r->type == REC_SA ? sa(s, &r->sa, out) : 0;
	if (e == ERR_MEM)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	if (e < 0) {
		tool_warn_kind("key", "%s: a record with keys: %s", tool_file(),
		    tool_reason(e));
		tool_bad();
	}
}

struct load {
	struct scrub	*s;
	struct sa_db	*db;
	struct buf	*out;
	enum rec_type	 type;
};

static bool
key_line(struct slice line, uint64_t number, void *arg)
{
	struct load *l = arg;
	char error[REC_ERROR_TEXT];
	struct rec r;
	int e = rec_read(&r, line, error);

	if (e < 0 && l->type == REC_SUBSCRIBER) {
		tool_warn_kind("record", "%s: %s", tool_place("line", number),
		    error);
		tool_bad();
	} else if (e >= 0 && r.type == l->type)
		scrub_key(l->s, l->db, &r, l->out);
	rec_done(&r);
	return true;
}

/* Subscribers first: vectors and SAs may come of their keys. */
void
scrub_keys(struct scrub *s, struct sa_db *db, struct buf *out)
{
	static const enum rec_type order[] = {
		REC_SUBSCRIBER, REC_VECTOR, REC_SA,
	};

	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < opt.keys.n; k++) {
			struct load l = { s, db, out, order[i] };

			tool_lines(opt.keys.v[k], key_line, &l);
		}
}

void
scrub_report(const struct scrub *s, const char *path)
{
	const uint64_t *count = scrub_counts(s);
	const struct scrub_left *left;
	struct buf b;
	size_t n;

	buf_init(&b, 0);
	if (path != NULL) {
		rec_write_scrub(&b, s);
		file_write(path, &b);
		buf_free(&b);
		return;
	}
	for (int k = 0; k < SCRUB_KINDS; k++)
		if (count[k] > 0)
			buf_printf(&b, " %s %llu",
			    scrub_kind_name((enum scrub_kind)k),
			    (unsigned long long)count[k]);
	if (b.n == 0)
		buf_str(&b, " nothing");
	tool_warn("replaced:%.*s", (int)b.n, (const char *)b.p);
	left = scrub_left(s, &n);
	for (size_t i = 0; i < n; i++)
		tool_warn("left: %s, %llu times, first in frame %llu",
		    left[i].what, (unsigned long long)left[i].count,
		    (unsigned long long)left[i].frame);
	buf_free(&b);
}
