/* fuzz_ladder: what must hold for a drawing whatever the messages are. */
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "ladder.h"

static struct sip_msg msg;
static size_t width;
static bool ascii;
static size_t column;	/* of the line in hand */

/* Lines of letters that stand in one cell, no wider than they may be. */
static void
check_text(struct buf *out)
{
	for (size_t i = 0; i < out->n; i++) {
		uint8_t c = out->p[i];

		if (c == '\n') {
			column = 0;
			continue;
		}
		must((c >= ' ' && c < 0x7f) || (!ascii && c >= 0x80));
		column += (c & 0xc0) != 0x80;
		must(column <= width);
	}
	buf_reset(out);
}

/* No octet that ends a statement or begins another. */
static void
check_mermaid(struct buf *out)
{
	struct slice s = buf_slice(out);

	must(slice_find(s, slice_str("%")) == s.n);
	for (size_t i = 0; i < s.n; i++)
		must(s.p[i] != ';' || (i > 0 && s.p[i - 1] >= '0' &&
		    s.p[i - 1] <= '9'));
	buf_reset(out);
}

/* As many tags opened as closed, and no octet XML has not. */
static void
check_xml(struct buf *out)
{
	int depth = 0;

	for (size_t i = 0; i < out->n; i++) {
		uint8_t c = out->p[i];

		depth += c == '<' ? 1 : c == '>' ? -1 : 0;
		must(depth == 0 || depth == 1);
		must(c >= ' ' || c == '\n' || c == '\t' || c == '\r');
	}
	must(slice_utf8(buf_slice(out)));
	buf_reset(out);
}

static void
draw(const struct ladder *l)
{
	const struct ladder_look look = { width, ascii, false };
	struct buf out = { .n = 0 };

	column = 0;
	ladder_text(&out, l, &look, check_text);
	ladder_mermaid(&out, l, check_mermaid);
	ladder_svg(&out, l, check_xml);
	ladder_html(&out, l, check_xml);
	ladder_html_nav(&out, l);
	check_xml(&out);
	buf_free(&out);
}

static struct pkt_addr
address(uint8_t c)
{
	struct pkt_addr a = { c & 0x80 ? 6 : c & 0x7f ? 4 : 0, { 10, 0, 0, c } };

	return a;
}

/* One arrow: eight octets of where, then a message up to the octet 0. */
static void
arrow(struct ladder *l, struct slice *in)
{
	uint8_t h[8] = { 0 };
	struct flow_sip s = { .msg = &msg };
	struct flow_esp e = { .spi = 1 };
	struct flow_gap gap = { .octets = 1 };

	memcpy(h, in->p, in->n < sizeof(h) ? in->n : sizeof(h));
	*in = slice_from(*in, sizeof(h));
	s.where.src = address(h[0]);
	s.where.dst = address(h[1]);
	s.where.sport = h[2];
	s.where.dport = h[3];
	s.where.timed = h[4] & 1;
	s.where.time_ns = (uint64_t)h[5] << (h[6] & 63);
	s.where.frame = (uint64_t)h[6] << (h[4] & 48);
	s.copy = h[4] & 2;
	s.protection = (struct flow_protection){ .on = h[4] & 4, .spi = h[7],
	    .icv = h[7] & 3 };
	s.message = slice_cut(in, 0);
	gap.where = e.where = s.where;
	e.reason = -(h[7] & 15);
	if (h[4] & 8)
		(void)!ladder_esp(l, &e, s.message);
	else if (sip_parse(&msg, s.message) < 0)
		(void)!ladder_gap(l, &gap);
	else {
		must(audit_side(l->audit, &s) >= 0);
		must(ladder_sip(l, &s) >= 0);
	}
}

static void
no_finding(const struct audit_finding *f, void *arg)
{
	(void)f;
	(void)arg;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	struct ladder l = { 0 };
	struct sa_db *db;

	if (size < 2)
		return 0;
	width = LADDER_WIDTH_MIN + data[0] * 3U;
	ascii = data[1] & 1;
	l.one = data[1] & 2;
	l.keep = data[1] & 4;
	l.judged = data[1] & 8;
	in = slice_from(in, 2);
	db = sa_db_new();
	must(db != NULL && (l.audit = audit_new(db, no_finding, NULL)) != NULL);
	must(ladder_init(&l) == 0);
	while (in.n > 0)
		arrow(&l, &in);
	draw(&l);
	audit_free(l.audit);
	sa_db_free(db);
	ladder_free(&l);
	return 0;
}
