/* cap_unpack: gzip (RFC 1952) and zstd (RFC 8878) taken off as they are read. */
#define _GNU_SOURCE		/* fopencookie */

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "cap.h"

#define IN_LEN		65536
#define GZIP_ONLY	(16 + MAX_WBITS)
#define ZSTD_BEGIN	5		/* octets that a frame has at least */
#define WINDOW_LOG	25		/* zstd: 32 MiB */

struct cap_unpack {
	FILE		*f;		/* the caller's */
	FILE		*through;
	bool		 zstd;
	z_stream	 z;
	ZSTD_DStream	*s;
	uint64_t	 at;		/* octets of F read */
	size_t		 hint;		/* octets that zstd asks for */
	size_t		 in_at, in_n;	/* of IN: used, there */
	bool		 between;	/* no member, no frame has begun */
	bool		 stuck;		/* more input must come */
	bool		 ended;
	char		 error[96];
	uint8_t		 in[IN_LEN];
};

bool
cap_unpack_detect(struct slice first)
{
	if (first.n >= 3 && first.p[0] == 0x1f && first.p[1] == 0x8b &&
	    first.p[2] == Z_DEFLATED)
		return true;
	/* A frame, or one to be skipped, which pzstd begins with. */
	return first.n >= 4 && (slice_be32(first.p) == 0x28b52ffd ||
	    (slice_be32(first.p) & 0xf0ffffff) == 0x502a4d18);
}

static void
fail(struct cap_unpack *u, const char *text)
{
	(void)snprintf(u->error, sizeof(u->error), "byte %llu: %s: %s",
	    (unsigned long long)(u->at - (u->in_n - u->in_at)),
	    u->zstd ? "zstd" : "gzip", text);
	u->ended = true;
}

/* More input, if it is needed; false at its end. */
static bool
fill(struct cap_unpack *u)
{
	if (u->in_at < u->in_n || !u->stuck)
		return true;
	u->in_at = 0;
	u->in_n = fread(u->in, 1, sizeof(u->in), u->f);
	u->at += u->in_n;
	return u->in_n > 0;
}

/* Each of the two: what is there into N octets TO; how many came out. */
static size_t
step_gzip(struct cap_unpack *u, void *to, size_t n)
{
	int r;

	u->z.next_in = u->in + u->in_at;
	u->z.avail_in = (uInt)(u->in_n - u->in_at);
	u->z.next_out = to;
	u->z.avail_out = (uInt)n;
	r = inflate(&u->z, Z_NO_FLUSH);
	u->in_at = u->in_n - u->z.avail_in;
	n -= u->z.avail_out;
	u->between = r == Z_STREAM_END;
	u->stuck = u->between || u->z.avail_out > 0;
	if (r == Z_STREAM_END)
		r = inflateReset(&u->z);
	if (r == Z_MEM_ERROR)
		fail(u, "no memory");
	else if (r != Z_OK && r != Z_BUF_ERROR)
		fail(u, "is damaged");
	return n;
}

/*
 * What comes out of a call that finds a wrong checksum is lost: no more input at
 * once than zstd asks for, and none while there is output.
 */
static size_t
step_zstd(struct cap_unpack *u, void *to, size_t n)
{
	size_t there = u->in_n - u->in_at;
	ZSTD_inBuffer in = { u->in + u->in_at,
	    !u->stuck ? 0 : there < u->hint ? there : u->hint, 0 };
	ZSTD_outBuffer out = { to, n, 0 };
	size_t r = ZSTD_decompressStream(u->s, &out, &in);

	u->in_at += in.pos;
	u->hint = r == 0 ? ZSTD_BEGIN : r;
	u->between = r == 0;
	u->stuck = u->between || out.pos < out.size;
	if (!ZSTD_isError(r))
		return out.pos;
	switch (ZSTD_getErrorCode(r)) {
	case ZSTD_error_memory_allocation:
		fail(u, "no memory");
		break;
	case ZSTD_error_frameParameter_windowTooLarge:
		fail(u, "needs a window of more than 32 MiB");
		break;
	default:
		fail(u, "is damaged");
	}
	return out.pos;
}

static ssize_t
unpack_read(void *arg, char *to, size_t want)
{
	struct cap_unpack *u = arg;
	size_t n = 0;

	if (want > IN_LEN)
		want = IN_LEN;
	while (!u->ended && n == 0) {
		if (fill(u)) {
			n = u->zstd ? step_zstd(u, to, want) :
			    step_gzip(u, to, want);
			continue;
		}
		if (!u->between && !ferror(u->f))
			fail(u, "ends early");
		u->ended = true;
	}
	return n == 0 && ferror(u->f) ? -1 : (ssize_t)n;
}

static bool
begin(struct cap_unpack *u)
{
	u->stuck = true;
	u->hint = ZSTD_BEGIN;
	if (!u->zstd)
		return inflateInit2(&u->z, GZIP_ONLY) == Z_OK;
	u->s = ZSTD_createDStream();
	return u->s != NULL && !ZSTD_isError(ZSTD_DCtx_setParameter(u->s,
	    ZSTD_d_windowLogMax, WINDOW_LOG));
}

struct cap_unpack *
cap_unpack_new(FILE *f, struct slice first)
{
	static const cookie_io_functions_t io = { .read = unpack_read };
	struct cap_unpack *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->f = f;
	u->zstd = first.n > 0 && first.p[0] != 0x1f;
	if (begin(u) && (u->through = fopencookie(u, "rb", io)) != NULL)
		return u;
	cap_unpack_free(u);
	return NULL;
}

FILE *
cap_unpack_file(struct cap_unpack *u)
{
	return u->through;
}

const char *
cap_unpack_error(const struct cap_unpack *u)
{
	return u->error[0] != '\0' ? u->error : NULL;
}

void
cap_unpack_free(struct cap_unpack *u)
{
	if (u == NULL)
		return;
	if (u->through != NULL)
		(void)fclose(u->through);
	if (u->zstd)
		(void)ZSTD_freeDStream(u->s);
	else
		(void)inflateEnd(&u->z);
	free(u);
}
