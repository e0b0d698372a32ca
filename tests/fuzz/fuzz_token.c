/*
 * fuzz_token: topology tokens of anybody's making: none but a network's own
 * opens, and what does not open says one and the same.
 */
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "hide.h"

static const uint8_t kv[HIDE_KEY] = { 1, 2, 3 };
static uint8_t drawn;

static void
not_random(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(drawn * 7 + i);
}

static struct hide *
network(bool plain)
{
	const struct hide_options o = { .plain = plain, .random = not_random };
	struct hide *h = hide_new(&o);

	must(h != NULL && hide_network(h, slice_str("b")) == 0);
	must(hide_key(h, 1, slice_of(NULL, 0), kv) == 0);
	return h;
}

static void
message(struct buf *b, const char *field, struct slice host)
{
	buf_reset(b);
	buf_printf(b, "OPTIONS sip:a SIP/2.0\r\n%s%.*s%s\r\n\r\n", field,
	    (int)host.n, (const char *)host.p, field[0] == 'V' ?
	    ";tokenized-by=b" : ";lr>;tokenized-by=b");
	must(!b->bad);
}

/* HOST where tokens stand: nothing, or not this network's. */
static void
stranger(struct hide *h, struct slice host)
{
	static const char *const fields[] = { "Via: SIP/2.0/UDP ",
	    "Route: <sip:", "Record-Route: <sip:", "Path: <sip:" };
	struct hide_report r;
	struct buf b, out;
	int e;

	buf_init(&b, 0);
	buf_init(&out, 0);
	for (size_t i = 0; i < 4; i++) {
		message(&b, fields[i], host);
		buf_reset(&out);
		e = hide_restore(h, buf_slice(&b), &out, &r);
		must(e <= 0);
		must(e == 0 ? slice_eq(buf_slice(&out), buf_slice(&b)) :
		    out.n == 0);
	}
	buf_free(&b);
	buf_free(&out);
}

/* A token of RUN, with one of its characters another one. */
static void
changed(struct hide *h, struct slice run, size_t at, unsigned step)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	struct hide_report r;
	struct buf b, hidden, out;
	size_t host, n;
	const char *c;

	buf_init(&b, 0);
	buf_init(&hidden, 0);
	buf_init(&out, 0);
	buf_str(&b, "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP x.b;branch=");
	for (size_t i = 0; i < run.n && i < 500; i++)
		buf_u8(&b, (uint8_t)alphabet[run.p[i] % 32]);
	buf_str(&b, "\r\n\r\n");
	must(hide_message(h, buf_slice(&b), &hidden, &r) == 1);
	must(hide_restore(h, buf_slice(&hidden), &out, &r) == 1);
	must(slice_eq(buf_slice(&out), buf_slice(&b)));
	host = slice_find(buf_slice(&hidden), slice_str("UDP ")) + 4;
	n = slice_chr(slice_from(buf_slice(&hidden), host), ';');
	at = host + at % n;
	c = memchr(alphabet, hidden.p[at], 32);
	if (c != NULL) {
		hidden.p[at] = (uint8_t)alphabet[((size_t)(c - alphabet) + 1 +
		    step % 31) % 32];
		buf_reset(&out);
		must(hide_restore(h, buf_slice(&hidden), &out, &r) ==
		    ERR_AUTH && out.n == 0);
	}
	buf_free(&b);
	buf_free(&hidden);
	buf_free(&out);
}

/* Octets to text and back. */
static void
text(struct slice in)
{
	uint8_t octets[4096];
	struct buf b;
	int n;

	if (in.n == 0 || in.n > sizeof(octets))
		return;
	buf_init(&b, 0);
	if (hide_text(&b, in) == 0) {
		n = hide_octets(buf_slice(&b), octets, sizeof(octets));
		must(n == (int)in.n && memcmp(octets, in.p, in.n) == 0);
	}
	buf_free(&b);
	n = hide_octets(in, octets, sizeof(octets));
	must(n >= 0 || n == ERR_FORMAT || n == ERR_LIMIT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hide *h, *plain;
	struct slice in = slice_of(data, size);
	struct hide_report r;
	struct buf b;

	if (h == NULL) {
		h = network(false);
		plain = network(true);
	}
	if (size < 4 || size > 20000)
		return 0;
	drawn = data[0];
	text(in);
	changed(h, slice_from(in, 4), (size_t)data[1] << 8 | data[2], data[3]);
	for (size_t i = 0; i < size; i++)
		if (data[i] == ',' || data[i] <= ' ' || data[i] == '"' ||
		    data[i] == '<' || data[i] == '>')
			return 0;
	stranger(h, in);
	/* Without a tag anything may come out, but whole. */
	buf_init(&b, 0);
	if (hide_restore(plain, in, &b, &r) < 0)
		must(b.n == 0);
	buf_free(&b);
	return 0;
}
