/*
 * test_crypt_nomem: the n-th allocation of OpenSSL fails, for every n: crypt
 * says so, or gives what it always gives, and goes on to work.
 */
#include <openssl/crypto.h>

#include "crypt.h"
#include "err.h"
#include "unit.h"

static struct {
	size_t	 calls, fail;	/* FAIL 0: none does */
} memory;

static bool
fails(void)
{
	return ++memory.calls == memory.fail;
}

static void *
get(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails() ? NULL : malloc(n);
}

static void *
more(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails() ? NULL : realloc(p, n);
}

static void
release(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

static const uint8_t key[32] = { 1 }, text[32] = { 2 };

/* Runs give the length of what is in OUT, or an error. */
static int
run_digest(uint8_t *out)
{
	const struct slice part = slice_of(text, sizeof(text));

	return crypt_digest(CRYPT_SHA256, &part, 1, out);
}

static int
run_mac(uint8_t *out)
{
	const struct slice part = slice_of(text, sizeof(text));
	struct crypt_mac *m = crypt_mac_new(CRYPT_SHA1, slice_of(key, 20));
	int n = m != NULL ? crypt_mac(m, &part, 1, out) : ERR_CRYPT;

	/* A second with the same context. */
	if (n >= 0)
		n = crypt_mac(m, &part, 1, out);
	crypt_mac_free(m);
	return n;
}

static int
run_cipher(uint8_t *out, enum crypt_mode mode, size_t key_len)
{
	struct crypt_cipher *c = crypt_cipher_new(mode, slice_of(key, key_len),
	    true);
	int e = c != NULL ? crypt_cipher(c, key, slice_of(text, sizeof(text)),
	    out) : ERR_CRYPT;

	crypt_cipher_free(c);
	return e < 0 ? e : (int)sizeof(text);
}

static int
run_cbc(uint8_t *out)
{
	return run_cipher(out, CRYPT_AES_CBC, 16);
}

static int
run_3des(uint8_t *out)
{
	return run_cipher(out, CRYPT_3DES_CBC, 24);
}

static int
run_ctr(uint8_t *out)
{
	return run_cipher(out, CRYPT_AES_CTR, 32);
}

static int
run_gcm(uint8_t *out)
{
	const struct slice in = slice_of(text, sizeof(text));
	uint8_t back[sizeof(text)];
	struct crypt_cipher *c[2];
	int e = ERR_CRYPT;

	c[0] = crypt_cipher_new(CRYPT_AES_GCM, slice_of(key, 16), true);
	c[1] = crypt_cipher_new(CRYPT_AES_GCM, slice_of(key, 16), false);
	if (c[0] != NULL && c[1] != NULL &&
	    (e = crypt_gcm(c[0], key, &in, 1, in, out, out + in.n)) == 0) {
		e = crypt_gcm(c[1], key, &in, 1, slice_of(out, in.n), back,
		    out + in.n);
		CHECK_EACH(e < 0 || memcmp(back, text, in.n) == 0,
		    "GCM opened is what was sealed");
	}
	crypt_cipher_free(c[0]);
	crypt_cipher_free(c[1]);
	return e < 0 ? e : (int)in.n + 16;
}

/* Until RUN asks for less than N. */
static void
each(const char *name, int (*run)(uint8_t *out))
{
	uint8_t right[CRYPT_HASH_MAX], out[CRYPT_HASH_MAX];
	size_t bad = 0, said = 0, n = 0;
	int len, e;

	memory.fail = 0;
	if (!CHECK((len = run(right)) > 0, "%s: all memory there", name))
		return;
	do {
		memory.calls = 0;
		memory.fail = ++n;
		e = run(out);
		said += e < 0;
		bad += e < 0 ? e != ERR_CRYPT : e != len ||
		    memcmp(out, right, (size_t)len) != 0;
	} while (memory.calls >= n && n < 10000);
	CHECK(n > 1 && n < 10000 && said > 0 && bad == 0,
	    "%s: %zu allocations failed, %zu were told, %zu wrong", name,
	    n - 1, said, bad);
	memory.fail = 0;
	CHECK(run(out) == len && memcmp(out, right, (size_t)len) == 0,
	    "%s: as before", name);
}

int
main(void)
{
	if (CRYPTO_set_mem_functions(get, more, release) != 1)
		unit_fatal("CRYPTO_set_mem_functions", "too late");
	each("digest", run_digest);
	each("HMAC", run_mac);
	each("AES-CBC", run_cbc);
	each("3DES-CBC", run_3des);
	each("AES-CTR", run_ctr);
	each("AES-GCM", run_gcm);
	return unit_end();
}
