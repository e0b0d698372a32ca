/*
 * fuzz_audit: messages, or a whole capture, through the rules.  The first octet
 * says which, and what the auditor was told; messages stand between octets
 * 0x1e, each behind one that says from whom to whom.
 */
#include <string.h>

#include "audit.h"
#include "cap.h"
#include "err.h"
#include "fuzz.h"
#include "rec.h"

#define MESSAGES	64

static struct audit *audit;
static struct buf line;

/* OUT is one line of JSON. */
static void
one_line(void)
{
	char error[REC_ERROR_TEXT];
	struct rec r;

	must(!line.bad && line.n > 0 && line.p[line.n - 1] == '\n');
	line.n--;
	must(slice_chr(buf_slice(&line), '\n') == line.n);
	must(rec_read(&r, buf_slice(&line), error) == 0);
	rec_done(&r);
	buf_reset(&line);
}

static void
on_finding(const struct audit_finding *f, void *arg)
{
	(void)arg;
	must(f->rule != NULL && f->message.n > 0 && f->where != NULL);
	must(f->level <= AUDIT_ERROR && f->rule->unjudged == NULL);
	rec_write_finding(&line, f);
	one_line();
}

static void
on_registration(const struct audit_registration *r, void *arg)
{
	(void)arg;
	must(audit_stage_name(r->stage) != NULL &&
	    audit_verdict_name(r->verdict) != NULL);
	rec_write_registration(&line, r);
	one_line();
}

static void
on_change(const struct audit_hop_change *h, void *arg)
{
	(void)arg;
	must(h->change.what == 'A' || h->change.what == 'M' ||
	    h->change.what == 'D');
}

static void
on_sip(const struct flow_sip *s, void *arg)
{
	(void)arg;
	if (!s->copy)
		must(audit_sip(audit, s) == 0);
}

static void
on_esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	must(audit_esp(audit, e) == 0);
}

static void
on_gap(const struct flow_gap *g, void *arg)
{
	(void)g;
	(void)arg;
}

static void
on_damage(uint64_t frame, const char *layer, int what, void *arg)
{
	(void)frame;
	(void)layer;
	(void)what;
	(void)arg;
}

static void
capture(struct sa_db *db, struct slice in)
{
	const struct flow_sink sink = { .sip = on_sip, .esp = on_esp,
	    .gap = on_gap, .damage = on_damage };
	const struct flow_options o = { 0 };
	char error[CAP_ERROR_TEXT];
	struct cap_frame frame;
	struct flow *f;
	struct cap *c;
	FILE *file;
	int e;

	if (in.n == 0 || (file = fmemopen((void *)(uintptr_t)in.p, in.n,
	    "rb")) == NULL)
		return;
	must((f = flow_new(&sink, &o, db)) != NULL);
	if ((c = cap_open(file, &e, error)) != NULL) {
		while (cap_next(c, &frame) > 0)
			must(flow_frame(f, frame.linktype, frame.interface,
			    frame.number, frame.time_ns, frame.data,
			    frame.wire_len) >= 0);
		cap_close(c);
	}
	must(flow_end(f) == 0);
	flow_free(f);
	(void)fclose(file);
}

/* Four nodes; ports of SIP, and one of a phone's SA. */
static void
messages(struct slice in)
{
	static const uint16_t ports[4] = { 5060, 5060, 7063, 31100 };
	static struct sip_msg msg;
	struct flow_sip s;
	uint8_t c;

	for (uint64_t n = 1; in.n > 1 && n <= MESSAGES; n++) {
		memset(&s, 0, sizeof(s));
		c = in.p[0];
		in = slice_from(in, 1);
		s.message = slice_cut(&in, 0x1e);
		s.where.timed = true;
		s.where.time_ns = n * 1000000000ULL;
		s.where.frame = n;
		s.where.transport = c & 64 ? FLOW_TCP : FLOW_UDP;
		s.where.src = (struct pkt_addr){ 4, { 10, 0, 0, c & 3 } };
		s.where.dst = (struct pkt_addr){ 4, { 10, 0, 0, c >> 2 & 3 } };
		s.where.sport = ports[c >> 4 & 3];
		s.where.dport = ports[c >> 5 & 3];
		s.protection.on = c & 128;
		s.protection.spi = c;
		s.msg = &msg;
		if (sip_parse(&msg, s.message) == 0)
			must(audit_sip(audit, &s) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pkt_addr p = { 4, { 10, 0, 0, 2 } };
	struct slice in = slice_of(data, size);
	struct sa_db *db;

	if (size < 2)
		return 0;
	must((db = sa_db_new()) != NULL);
	must((audit = audit_new(db, on_finding, NULL)) != NULL);
	audit_set_registered(audit, on_registration);
	if (data[0] & 2)
		audit_set_changed(audit, on_change);
	audit_set_strict(audit, data[0] & 4);
	if (data[0] & 8)
		must(audit_set_network(audit, slice_str("example.org")) == 0);
	if (data[0] & 16)
		must(audit_set_role(audit, AUDIT_P_CSCF, &p, 0) == 0 &&
		    audit_set_trust(audit, &p) == 0);
	if (data[0] & 1)
		capture(db, slice_from(in, 1));
	else
		messages(slice_from(in, 1));
	audit_end(audit);
	audit_free(audit);
	sa_db_free(db);
	buf_free(&line);
	return 0;
}
