/*
 * fuzz_body: bodies that are XML, SMS, SDP or several, in a message that is
 * scrubbed and judged.  The first octet says what the body is said to be.
 */
#include <string.h>

#include "audit.h"
#include "err.h"
#include "fuzz.h"
#include "scrub.h"
#include "sip.h"

static const char *const types[8] = {
	"application/reginfo+xml", "application/3gpp-ims+xml",
	"application/vnd.3gpp.sms", "multipart/mixed;boundary=b",
	"application/pidf+xml", "application/sdp",
	"application/conference-info+xml", "message/sipfrag",
};

static void
on_finding(const struct audit_finding *f, void *arg)
{
	(void)arg;
	must(f->message.n > 0);
}

static void
judge(struct slice text)
{
	static struct sip_msg m;
	struct flow_sip s = { .message = text, .msg = &m };
	struct sa_db *db = sa_db_new();
	struct audit *a = NULL;

	must(db != NULL && (a = audit_new(db, on_finding, NULL)) != NULL);
	must(sip_parse(&m, text) == 0);
	must(audit_sip(a, &s) == 0);
	audit_end(a);
	audit_free(a);
	sa_db_free(db);
}

/* The same message, as long as it was, and the same again with that key. */
static void
scrubbed(struct slice text)
{
	static const uint8_t key[SCRUB_KEY] = { 1 };
	static const struct scrub_options o = { .user_agent = true };
	static struct sip_msg was, is;
	struct sa_db *db = sa_db_new();
	struct scrub *s[2];
	uint8_t *p[2];

	for (int i = 0; i < 2; i++) {
		must(db != NULL && (s[i] = scrub_new(key, &o, db)) != NULL);
		must((p[i] = malloc(text.n)) != NULL);
		memcpy(p[i], text.p, text.n);
		must(scrub_message(s[i], p[i], text.n, NULL) >= 0);
	}
	must(memcmp(p[0], p[1], text.n) == 0);
	must(sip_parse(&was, text) == 0 &&
	    sip_parse(&is, slice_of(p[0], text.n)) == 0);
	must(was.n_hdr == is.n_hdr && was.body.n == is.body.n);
	for (int i = 0; i < 2; i++) {
		scrub_free(s[i]);
		free(p[i]);
	}
	sa_db_free(db);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b;

	if (size < 1 || size > 60000)
		return 0;
	buf_init(&b, 0);
	buf_printf(&b, "NOTIFY sip:a@10.0.0.1 SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1\r\n"
	    "From: <sip:a@example.org>;tag=1\r\nTo: <sip:a@example.org>;tag=2"
	    "\r\nCall-ID: 1\r\nCSeq: 1 NOTIFY\r\nEvent: reg\r\n"
	    "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
	    types[data[0] % 8], size - 1);
	buf_add(&b, data + 1, size - 1);
	must(!b.bad);
	scrubbed(buf_slice(&b));
	judge(buf_slice(&b));
	buf_free(&b);
	return 0;
}
