/*
 * fuzz_rec: lines of records, keys, policies and test sets, whatever they are:
 * what is written of a line that was read is the same when it is read.
 */
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "rec.h"

static struct sip_msg msg;

/* R in its own form; false: this type is not written, or was not read whole. */
static bool
write_again(struct rec *r, struct buf *out)
{
	switch (r->type) {
	case REC_SIP:
		if (sip_parse(&msg, r->sip.message) < 0)
			return false;
		r->sip.msg = &msg;
		rec_write_sip(out, &r->sip, r->duplicate);
		return true;
	case REC_PACKET:
		rec_write_packet(out, &r->packet);
		return true;
	case REC_ESP:
		rec_write_esp(out, &r->esp);
		return true;
	case REC_GAP:
		rec_write_gap(out, &r->gap);
		return true;
	case REC_SA:
		rec_write_sa(out, &r->sa, true);
		return true;
	case REC_SUBSCRIBER:
		rec_write_subscriber(out, &r->subscriber);
		return true;
	case REC_SRTP:
		rec_write_srtp(out, &r->srtp, true);
		return true;
	default:
		return false;
	}
}

static void
check_again(struct rec *r)
{
	char error[REC_ERROR_TEXT];
	struct buf one, two;
	struct rec again;

	buf_init(&one, 0);
	buf_init(&two, 0);
	if (write_again(r, &one)) {
		must(!one.bad && one.n > 0 && one.p[one.n - 1] == '\n');
		must(slice_utf8(buf_slice(&one)));
		must(slice_chr(buf_slice(&one), '\n') == one.n - 1);
		one.n--;
		must(rec_read(&again, buf_slice(&one), error) == 0);
		must(again.type == r->type);
		must(write_again(&again, &two));
		two.n--;
		must(slice_eq(buf_slice(&one), buf_slice(&two)));
		rec_done(&again);
	}
	buf_wipe(&one);
	buf_wipe(&two);
}

/* All that may be in a line that rec_read() leaves alone. */
static void
check_other(struct slice in)
{
	char error[REC_ERROR_TEXT], impi[SA_IMPI_MAX];
	struct sa_agreement agreement;
	struct rec_waiver waiver;
	struct rec_hide hide;
	uint64_t fingerprint;
	struct rec r;

	for (int i = 0; i < 5; i++) {
		if (rec_read(&r, in, error) == 0 && r.type == REC_OTHER) {
			int e = i == 0 ? rec_read_answer(&r, error) :
			    i == 1 ? rec_read_agreement(&r, &agreement, impi,
			    error) : i == 2 ? rec_read_hide(&r, &hide, error) :
			    i == 3 ? rec_read_waiver(&r, &waiver, error) :
			    rec_read_fingerprint(&r, &fingerprint, error);

			must(e >= 0 || (error[0] != '\0' &&
			    slice_utf8(slice_str(error))));
		}
		rec_done(&r);
	}
}

/* A line with something else in it is a line still. */
static void
check_line(struct slice in, const struct rec *r)
{
	char error[REC_ERROR_TEXT];
	struct buf out;
	struct rec again;

	buf_init(&out, 0);
	rec_line_set(&out, in, "message", r->type == REC_SIP ? "other" : NULL,
	    slice_str("00ff"));
	must(!out.bad);
	if (r->type != REC_SIP) {
		must(rec_read(&again, buf_slice(&out), error) == 0 ||
		    slice_starts(slice_str(error), "message"));
		rec_done(&again);
	}
	buf_reset(&out);
	if (r->type == REC_SIP) {
		rec_line_sip(&out, in, slice_str("OPTIONS sip:b SIP/2.0\r\n"
		    "Call-ID: 1\r\n\r\n"), r->duplicate);
		must(!out.bad && rec_read(&again, buf_slice(&out), error) == 0);
		must(again.type == REC_SIP && slice_starts(again.sip.message,
		    "OPTIONS sip:b"));
		rec_done(&again);
	}
	buf_free(&out);
}

static void
on_two(const char *a, const char *b, void *arg)
{
	(void)arg;
	must(a != NULL && b != NULL);
}

static void
on_one(const char *a, void *arg)
{
	on_two(a, "", arg);
}

static void
on_strict(bool on, void *arg)
{
	(void)on;
	(void)arg;
}

static void
on_set(const struct rec_set *s, void *arg)
{
	(void)arg;
	must(s->algorithm != NULL && s->id != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct rec_policy_sink policy = { on_one, on_one, on_two, on_two,
	    on_one, on_one, on_strict, NULL };
	struct slice in = slice_of(data, size);
	char error[REC_ERROR_TEXT] = "";
	struct rec r;
	int e;

	e = rec_read(&r, in, error);
	must(e == 0 || (e < 0 && error[0] != '\0'));
	must(e == 0 || slice_utf8(slice_str(error)));
	if (e == 0) {
		check_again(&r);
		check_line(in, &r);
	}
	rec_done(&r);
	check_other(in);
	(void)!rec_policy(in, &policy, error);
	(void)!rec_sets(in, on_set, NULL);
	return 0;
}
