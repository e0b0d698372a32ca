/*
 * limit: what no tool can beat: only the calls that its job cannot do without.
 *
 *	limit pcap FILE		each frame of a capture, and nothing done
 *	limit cbc FILE		and its ESP: HMAC-SHA-1, and AES-CBC undone
 *	limit gcm FILE		and its ESP: AES-GCM undone
 *	limit memchr FILE	each line end in memory, ten times
 *	limit write FILE	its octets written, 64 KiB at a time, to stdout
 *	limit milenage N	the AES blocks of N vectors of one key
 *	limit memory TOOL ...	what TOOL took at most, in KiB
 *
 * ESP lies behind Ethernet and IPv4 without options.  What is computed is
 * thrown away: keys are zeros.
 */
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ESP_AT	34	/* Ethernet, IPv4 */
#define ESP	8	/* SPI, sequence number */
#define CBC_IV	16
#define GCM_IV	8
#define SHA_ICV	12
#define GCM_ICV	16
#define BLOCK	16

static unsigned char zeros[64], scratch[1 << 16];
static EVP_CIPHER_CTX *cipher;
static EVP_MAC_CTX *mac;

static void
fail(const char *what)
{
	(void)fprintf(stderr, "limit: %s\n", what);
	exit(1);
}

static void
ok(int r, const char *what)
{
	if (r <= 0)
		fail(what);
}

static void
nothing(const unsigned char *p, size_t n)
{
	(void)p;
	(void)n;
}

static void
cbc(const unsigned char *p, size_t n)
{
	unsigned char icv[EVP_MAX_MD_SIZE];
	size_t got, body;
	int out;

	if (n < ESP_AT + ESP + CBC_IV + SHA_ICV + BLOCK)
		return;
	body = (n - ESP_AT - ESP - CBC_IV - SHA_ICV) / BLOCK * BLOCK;
	ok(EVP_MAC_init(mac, NULL, 0, NULL), "mac");
	ok(EVP_MAC_update(mac, p + ESP_AT, n - ESP_AT - SHA_ICV), "update");
	ok(EVP_MAC_final(mac, icv, &got, sizeof(icv)), "final");
	ok(EVP_DecryptInit_ex(cipher, NULL, NULL, NULL, p + ESP_AT + ESP),
	    "iv");
	ok(EVP_DecryptUpdate(cipher, scratch, &out,
	    p + ESP_AT + ESP + CBC_IV, (int)body), "cbc");
}

static void
gcm(const unsigned char *p, size_t n)
{
	unsigned char tag[GCM_ICV] = { 0 };
	const unsigned char *esp = p + ESP_AT;
	int out;

	if (n < ESP_AT + ESP + GCM_IV + GCM_ICV)
		return;
	ok(EVP_DecryptInit_ex(cipher, NULL, NULL, NULL, esp), "nonce");
	ok(EVP_DecryptUpdate(cipher, NULL, &out, esp, ESP), "aad");
	ok(EVP_DecryptUpdate(cipher, scratch, &out, esp + ESP + GCM_IV,
	    (int)(n - ESP_AT - ESP - GCM_IV - GCM_ICV)), "gcm");
	ok(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, GCM_ICV, tag),
	    "tag");
	(void)EVP_DecryptFinal_ex(cipher, scratch, &out);
}

static void
frames(const char *path, void (*each)(const unsigned char *p, size_t n))
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline(path, error);
	struct pcap_pkthdr *h;
	const u_char *data;

	if (p == NULL)
		fail(error);
	while (pcap_next_ex(p, &h, &data) == 1)
		each(data, h->caplen);
	pcap_close(p);
}

static void
cbc_init(void)
{
	char digest[] = "SHA1";
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_utf8_string("digest", digest, 0),
		OSSL_PARAM_construct_end(),
	};

	mac = EVP_MAC_CTX_new(hmac);
	ok(EVP_MAC_init(mac, zeros, 20, params), "hmac");
	ok(EVP_DecryptInit_ex(cipher, EVP_aes_128_cbc(), NULL, zeros, zeros),
	    "aes-cbc");
	ok(EVP_CIPHER_CTX_set_padding(cipher, 0), "padding");
}

static void
gcm_init(void)
{
	ok(EVP_DecryptInit_ex(cipher, EVP_aes_128_gcm(), NULL, zeros, zeros),
	    "aes-gcm");
}

/* TEMP and OUT1 to OUT4 (TS 35.206 4.1), all at once. */
static void
milenage(const char *number)
{
	long n = strtol(number, NULL, 10);
	int out;

	ok(EVP_EncryptInit_ex(cipher, EVP_aes_128_ecb(), NULL, zeros, NULL),
	    "aes-ecb");
	while (n-- > 0)
		ok(EVP_EncryptUpdate(cipher, scratch, &out, scratch + 4096,
		    5 * BLOCK), "ecb");
}

static char *
whole(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *p;
	long end;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (end = ftell(f)) < 0)
		fail(path);
	rewind(f);
	*n = (size_t)end;
	if ((p = malloc(*n + 1)) == NULL || fread(p, 1, *n, f) != *n)
		fail(path);
	(void)fclose(f);
	return p;
}

static void
lines(const char *path)
{
	size_t n, count = 0;
	char *all = whole(path, &n), *p;

	for (int i = 0; i < 10; i++)
		for (p = all; (p = memchr(p, '\n',
		    n - (size_t)(p - all))) != NULL; p++)
			count++;
	(void)fprintf(stderr, "%zu\n", count);
}

static void
copy(const char *path)
{
	size_t n, part;
	char *all = whole(path, &n);

	for (size_t i = 0; i < n; i += part) {
		part = n - i < sizeof(scratch) ? n - i : sizeof(scratch);
		if (write(STDOUT_FILENO, all + i, part) != (ssize_t)part)
			fail("write");
	}
}

/* A process counts what its parent had when it was made: this one has little. */
static void
memory(char **argv)
{
	struct rusage u;
	pid_t pid = fork();

	if (pid == 0) {
		if (freopen("/dev/null", "w", stdout) != NULL)
			(void)execv(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) < 0 ||
	    getrusage(RUSAGE_CHILDREN, &u) < 0)
		fail("memory");
	(void)printf("%ld\n", u.ru_maxrss);
}

int
main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "memory") == 0) {
		memory(argv + 2);
		return 0;
	}
	if (argc != 3 || (cipher = EVP_CIPHER_CTX_new()) == NULL)
		fail("usage: see limit.c");
	if (strcmp(argv[1], "pcap") == 0)
		frames(argv[2], nothing);
	else if (strcmp(argv[1], "cbc") == 0) {
		cbc_init();
		frames(argv[2], cbc);
	} else if (strcmp(argv[1], "gcm") == 0) {
		gcm_init();
		frames(argv[2], gcm);
	} else if (strcmp(argv[1], "memchr") == 0)
		lines(argv[2]);
	else if (strcmp(argv[1], "write") == 0)
		copy(argv[2]);
	else if (strcmp(argv[1], "milenage") == 0)
		milenage(argv[2]);
	else
		fail(argv[1]);
	return 0;
}
