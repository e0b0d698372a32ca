/* fuzz_sa_forms: ip xfrm, esp_sa and agreements, whatever the octets are. */
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "sa.h"

static bool
same(const struct sa *a, const struct sa *b)
{
	return a->spi == b->spi && pkt_addr_eq(&a->src, &b->src) &&
	    pkt_addr_eq(&a->dst, &b->dst) && a->key.alg == b->key.alg &&
	    a->key.ealg == b->key.ealg &&
	    memcmp(a->key.auth, b->key.auth, ESP_KEY_MAX) == 0 &&
	    memcmp(a->key.enc, b->key.enc, ESP_KEY_MAX) == 0 &&
	    memcmp(a->key.salt, b->key.salt, ESP_SALT) == 0;
}

/* What is written of a line that was read is the same when it is read. */
static void
uat(struct slice line)
{
	struct sa sa, again;
	const char *what;
	struct buf b;

	if (sa_uat_parse(line, &sa, &what) != 1)
		return;
	buf_init(&b, 0);
	must(sa_uat_write(&b, &sa) == 0);
	must(sa_uat_parse(buf_slice(&b), &again, &what) == 1);
	must(same(&sa, &again));
	buf_free(&b);
}

/* Nothing that a shell takes for more than a letter. */
static bool
plain(int c)
{
	return c >= ' ' && c < 0x7f && strchr("\"$`;&|<>\\", c) == NULL;
}

static void
on_sa(const struct sa *sa, void *arg)
{
	struct buf b;

	(void)arg;
	must(sa->spi != 0);
	must(!sa->has_key || (esp_alg_key_ok(sa->key.alg, sa->key.auth_len) &&
	    esp_ealg_key_ok(sa->key.ealg, sa->key.enc_len)));
	buf_init(&b, 0);
	if (sa_xfrm_write(&b, sa, "in", false) == 0)
		for (size_t i = 0; i < b.n; i++)
			must(b.p[i] == '\n' || plain(b.p[i]));
	buf_free(&b);
}

static void
on_bad(uint64_t line, int e, struct slice what, void *arg)
{
	(void)what;
	(void)arg;
	must(line > 0 && e < 0);
}

/* The four headers of a registration, a line each. */
static void
judge(struct slice in)
{
	static struct sa_talk k;
	static struct sa_sides s;
	struct sa_text *to[] = { &k.client, &k.server, &k.verify, &k.again };
	struct slice line;

	memset(&k, 0, sizeof(k));
	for (int i = 0; i < 4; i++) {
		line = slice_sub(slice_cut(&in, '\n'), 0, SA_TEXT);
		if (line.n > 0)
			memcpy(to[i]->p, line.p, line.n);
		to[i]->n = (uint16_t)line.n;
	}
	k.challenged = k.server.n > 0;
	k.answered = k.verify.n > 0;
	sa_talk_sides(&k, &s);
	for (int r = 0; r < SA_RULES; r++) {
		struct sa_judged j = { 0 };

		sa_judge(&s, (enum sa_rule)r, r % 2 == 0, &j);
		must(j.verdict == SA_OK || j.why.n > 0);
		must(!j.chosen.there || j.should.there);
		buf_free(&j.why);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sa_xfrm_to to = { on_sa, on_bad, NULL };
	struct slice in = slice_of(data, size);

	uat(in);
	must(sa_xfrm_read(in, &to) >= 0);
	judge(in);
	return 0;
}
