/* sa_derive_opt: the options of derive. */
#include <string.h>

#include "err.h"
#include "sa_derive.h"

static const char help[] =
"usage: ims-sa derive [options] [file ...]\n"
"\n"
"The four SAs of an agreement, with keys of CK and IK: of the registrations in\n"
"the files (SIP, records, a capture, pasted Security-Client and -Server), or of\n"
"options. Vectors and answers in the input, and -k, give keys too.\n"
"\n"
"  --ck HEX --ik HEX     the keys; ps shows them\n"
"  --rand HEX            or what -k is to make them of, or:\n"
"  --nonce BASE64\n"
"  --impi NAME           whose\n"
"  --ue ADDR --pcscf ADDR\n"
"  --spi-uc --spi-us --spi-pc --spi-ps N       the agreement, by options\n"
"  --port-uc --port-us --port-pc --port-ps N\n"
"  --alg NAME --ealg NAME --mode NAME          default hmac-sha-1-96, null, trans\n"
"  --set N --state NAME --lifetime SECONDS     into the records\n"
"  --nds                 two SAs between core nodes instead (TS 33.210):\n"
"  --local ADDR --remote ADDR --spi-out N --spi-in N\n"
"  --outer-local ADDR --outer-remote ADDR      of a tunnel\n"
"  --key-out HEX --key-in HEX                  encryption key, salt, integrity\n"
"                        key, one behind the other\n"
"  --random-keys         make them; --key-bits 128, 192 or 256 of AES\n"
"  --esn                 extended sequence numbers\n"
"\n"
"Exit 1: a key is not known. Common options: ims-sa --help.\n";

struct derive derive;

void
derive_algs(enum esp_alg *alg, enum esp_ealg *ealg, enum sa_mode *mode)
{
	int a = derive.alg != NULL ? esp_alg_parse(slice_str(derive.alg)) :
	    (int)*alg;
	int e = derive.ealg != NULL ? esp_ealg_parse(slice_str(derive.ealg)) :
	    (int)*ealg;
	int m = derive.mode != NULL ? sa_mode_parse(slice_str(derive.mode)) :
	    (int)*mode;

	if (a < 0)
		tool_die(TOOL_USAGE, "--alg %s: not hmac-sha-1-96, aes-gmac, "
		    "null, hmac-md5-96, hmac-sha-256-128, hmac-sha-384-192 or "
		    "hmac-sha-512-256", derive.alg);
	if (e < 0)
		tool_die(TOOL_USAGE, "--ealg %s: not null, aes-cbc, aes-gcm or "
		    "des-ede3-cbc", derive.ealg);
	if (m < 0)
		tool_die(TOOL_USAGE, "--mode %s: not trans, tun or UDP-enc-tun",
		    derive.mode);
	*alg = (enum esp_alg)a;
	*ealg = (enum esp_ealg)e;
	*mode = (enum sa_mode)m;
	/* aes-gcm needs no alg beside it. */
	if (*ealg == ESP_AES_GCM && derive.alg == NULL)
		*alg = ESP_AUTH_NULL;
	if (*alg == ESP_AES_GMAC && derive.ealg == NULL)
		*ealg = ESP_NULL;
}

#define NUMBER(name, field, max) { name, OPT_NUMBER, &derive.field, 1, max }

static const struct opt_own own[] = {
	{ "alg", OPT_TEXT, &derive.alg, 0, 0 },
	{ "ck", OPT_OCTETS, &derive.ck, 16, 16 },
	{ "ealg", OPT_TEXT, &derive.ealg, 0, 0 },
	{ "esn", OPT_FLAG, &derive.esn, 0, 0 },
	{ "ik", OPT_OCTETS, &derive.ik, 16, 16 },
	{ "impi", OPT_TEXT, &derive.impi, 0, 0 },
	NUMBER("key-bits", key_bits, 256),
	{ "key-in", OPT_OCTETS, &derive.key_in, 0, OPT_OCTETS_MAX },
	{ "key-out", OPT_OCTETS, &derive.key_out, 0, OPT_OCTETS_MAX },
	NUMBER("lifetime", lifetime, UINT32_MAX),
	{ "local", OPT_ADDR, &derive.local, 0, 0 },
	{ "mode", OPT_TEXT, &derive.mode, 0, 0 },
	{ "nds", OPT_FLAG, &derive.nds, 0, 0 },
	{ "nonce", OPT_TEXT, &derive.nonce, 0, 0 },
	{ "outer-local", OPT_ADDR, &derive.outer_local, 0, 0 },
	{ "outer-remote", OPT_ADDR, &derive.outer_remote, 0, 0 },
	{ "pcscf", OPT_ADDR, &derive.a.pcscf, 0, 0 },
	NUMBER("port-pc", port_pc, UINT16_MAX),
	NUMBER("port-ps", port_ps, UINT16_MAX),
	NUMBER("port-uc", port_uc, UINT16_MAX),
	NUMBER("port-us", port_us, UINT16_MAX),
	{ "rand", OPT_OCTETS, &derive.rand, AKA_RAND, AKA_RAND },
	{ "random-keys", OPT_FLAG, &derive.random_keys, 0, 0 },
	{ "remote", OPT_ADDR, &derive.remote, 0, 0 },
	NUMBER("set", set, UINT32_MAX),
	NUMBER("spi-in", spi_in, UINT32_MAX),
	NUMBER("spi-out", spi_out, UINT32_MAX),
	NUMBER("spi-pc", spi_pc, UINT32_MAX),
	NUMBER("spi-ps", spi_ps, UINT32_MAX),
	NUMBER("spi-uc", spi_uc, UINT32_MAX),
	NUMBER("spi-us", spi_us, UINT32_MAX),
	{ "state", OPT_TEXT, &derive.state, 0, 0 },
	{ "ue", OPT_ADDR, &derive.a.ue, 0, 0 },
};

void
derive_parse(int argc, char **argv)
{
	static const char *const states[] = {
		"temporary", "established", "old"
	};

	tool_opt_read(&opt, argc, argv, help, own, OPT_N(own));
	if (derive.state != NULL)
		derive.state = states[tool_opt_word("--state", derive.state,
		    states, 3)];
	if (derive.ck.there != derive.ik.there)
		tool_die(TOOL_USAGE, "--ck and --ik: both of them");
	if (derive.impi != NULL && strlen(derive.impi) >= SA_IMPI_MAX)
		tool_die(TOOL_USAGE, "--impi: %zu octets, not up to %d",
		    strlen(derive.impi), SA_IMPI_MAX - 1);
}
