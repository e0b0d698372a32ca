/* fuzz_hide: hidden and restored is the same; rewritten is never half done. */
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "hide.h"
#include "rewrite.h"
#include "sip.h"

static const uint8_t kv[HIDE_KEY] = { 1, 2, 3 };

static void
no_random(uint8_t *p, size_t n)
{
	memset(p, 7, n);
}

static struct hide *
network(const struct hide_options *with)
{
	struct hide_options o = *with;
	struct hide *h;

	o.random = no_random;
	must((h = hide_new(&o)) != NULL);
	must(hide_network(h, slice_str("b")) == 0);
	must(hide_network(h, slice_str("10.0.0.0/8")) == 0);
	must(hide_border(h, slice_str("c.b")) == 0);
	must(hide_key(h, 1, slice_of(NULL, 0), kv) == 0);
	must(hide_state(h, kv) == 0);
	return h;
}

static void
check_hide(struct hide *h, struct slice in)
{
	static struct buf hidden, out;
	struct hide_report r;
	int n, back;

	buf_reset(&hidden);
	buf_reset(&out);
	n = hide_message(h, in, &hidden, &r);
	if (n < 0) {
		must(hidden.n == 0);
		inside(r.at, in);
		back = hide_restore(h, in, &out, &r);
		must(n == ERR_LIMIT || back < 0);
		return;
	}
	must((unsigned)n == r.tokens);
	must(n > 0 || slice_eq(buf_slice(&hidden), in));
	back = hide_restore(h, buf_slice(&hidden), &out, &r);
	must(back == n && slice_eq(buf_slice(&out), in));
	/* Tokens of the fuzzer's own. */
	buf_reset(&out);
	back = hide_restore(h, in, &out, &r);
	must(back >= 0 || out.n == 0);
}

static void
check_rewrite(struct rewrite *w, struct slice in)
{
	static const struct rewrite_seen seen = {
		.src = { 4, { 10, 0, 0, 1 } }, .sport = 1, .transport = "UDP",
	};
	static struct sip_msg m;
	static struct buf out;
	const char *at;
	int n;

	buf_reset(&out);
	n = rewrite_message(w, in, &seen, &out, &at);
	if (n < 0) {
		must(out.n == 0);
		return;
	}
	must(n > 0 || slice_eq(buf_slice(&out), in));
	must(sip_parse(&m, buf_slice(&out)) == 0);
	must((m.odd & SIP_ODD_NO_BLANK) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hide_options o[] = {
		{ .insert = true, .pad = 64 }, { .plain = true },
		{ .constant = true, .line_max = 500 },
	};
	static struct hide *h[3];
	static struct rewrite *w[2 * REWRITE_NODES];
	struct rewrite_options ro = {
		.own = slice_str("a.b"), .network = slice_str("b"),
		.nat = true, .scscf = slice_str("sip:s.b"), .n_identity = 1,
		.security_server = slice_str("x"), .random = no_random,
	};

	ro.identity[0] = slice_str("sip:i@b");
	for (size_t i = 0; i < 3; i++) {
		if (h[i] == NULL)
			h[i] = network(&o[i]);
		check_hide(h[i], slice_of(data, size));
	}
	for (int i = 0; i < 2 * REWRITE_NODES; i++) {
		ro.node = (enum rewrite_node)(i / 2);
		ro.down = i % 2 != 0;
		if (w[i] == NULL)
			must((w[i] = rewrite_new(&ro)) != NULL);
		check_rewrite(w[i], slice_of(data, size));
	}
	return 0;
}
