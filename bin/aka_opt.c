/* aka_opt: the options of ims-aka and the values typed with them. */
#include <stdlib.h>
#include <string.h>

#include "aka_tool.h"
#include "err.h"

enum { OPT_HEX = 1000, OPT_TEXT = 2000, OPT_NUM = 3000, OPT_ADVANCE = 4000 };

#define HEX(name, which) { name, required_argument, NULL, OPT_HEX + which }
#define TEXT(name, which) { name, required_argument, NULL, OPT_TEXT + which }
#define NUM(name, which) { name, required_argument, NULL, OPT_NUM + which }

static const struct option options[] = {
	{ "advance", no_argument, NULL, OPT_ADVANCE },
	{ "format", required_argument, NULL, 'f' },
	{ "secrets", no_argument, NULL, 'x' },
	{ "seed", required_argument, NULL, 's' },
	HEX("amf", HEX_AMF), HEX("amf-resync", HEX_AMF_RESYNC),
	HEX("auts", HEX_AUTS), HEX("autn", HEX_AUTN), HEX("c1", HEX_C1),
	HEX("c2", HEX_C2), HEX("c3", HEX_C3), HEX("c4", HEX_C4),
	HEX("c5", HEX_C5), HEX("ck", HEX_CK), HEX("ik", HEX_IK),
	HEX("k", HEX_K), HEX("op", HEX_OP), HEX("opc", HEX_OPC),
	HEX("rand", HEX_RAND), HEX("res", HEX_RES),
	HEX("server-data", HEX_SERVER_DATA), HEX("sqn", HEX_SQN),
	TEXT("algorithm", TEXT_ALGORITHM), TEXT("body", TEXT_BODY),
	TEXT("cnonce", TEXT_CNONCE), TEXT("impi", TEXT_IMPI),
	TEXT("method", TEXT_METHOD), TEXT("nc", TEXT_NC),
	TEXT("nonce", TEXT_NONCE), TEXT("qop", TEXT_QOP),
	TEXT("realm", TEXT_REALM), TEXT("scheme", TEXT_SCHEME),
	TEXT("uri", TEXT_URI),
	NUM("age", NUM_AGE), NUM("ck-len", NUM_CK_LEN),
	NUM("delta", NUM_DELTA), NUM("ik-len", NUM_IK_LEN),
	NUM("ind", NUM_IND), NUM("ind-len", NUM_IND_LEN),
	NUM("iterations", NUM_ITERATIONS), NUM("mac-len", NUM_MAC_LEN),
	NUM("r1", NUM_R1), NUM("r2", NUM_R2), NUM("r3", NUM_R3),
	NUM("r4", NUM_R4), NUM("r5", NUM_R5), NUM("res-len", NUM_RES_LEN),
	TOOL_LONG,
	{ NULL, 0, NULL, 0 },
};

/* Octets that each may have, least and most; K, OP and OPc go by algorithm. */
static const struct {
	const char	*name;
	size_t		 min, max;
} hexes[HEX_N] = {
	[HEX_K] = { "--k", 0, 256 }, [HEX_OP] = { "--op", 0, 256 },
	[HEX_OPC] = { "--opc", 0, 256 },
	[HEX_RAND] = { "--rand", AKA_RAND, AKA_RAND },
	[HEX_SQN] = { "--sqn", AKA_SQN, AKA_SQN },
	[HEX_AMF] = { "--amf", AKA_AMF, AKA_AMF },
	[HEX_AUTN] = { "--autn", AKA_AUTN, AKA_AUTN_MAX },
	[HEX_AUTS] = { "--auts", AKA_AUTS, AKA_AUTS_MAX },
	[HEX_RES] = { "--res", 4, 32 },
	[HEX_CK] = { "--ck", 16, 32 }, [HEX_IK] = { "--ik", 16, 32 },
	[HEX_SERVER_DATA] = { "--server-data", 1, 128 },
	[HEX_AMF_RESYNC] = { "--amf-resync", AKA_AMF, AKA_AMF },
	[HEX_C1] = { "--c1", 16, 16 }, [HEX_C2] = { "--c2", 16, 16 },
	[HEX_C3] = { "--c3", 16, 16 }, [HEX_C4] = { "--c4", 16, 16 },
	[HEX_C5] = { "--c5", 16, 16 },
};

static const struct {
	const char	*name;
	uint64_t	 min, max;
} nums[NUM_N] = {
	[NUM_IND_LEN] = { "--ind-len", 0, AKA_IND_LEN_MAX },
	[NUM_IND] = { "--ind", 0, (1 << AKA_IND_LEN_MAX) - 1 },
	[NUM_DELTA] = { "--delta", 1, AKA_SQN_MAX },
	[NUM_AGE] = { "--age", 0, AKA_SQN_MAX },
	[NUM_R1] = { "--r1", 0, 127 }, [NUM_R2] = { "--r2", 0, 127 },
	[NUM_R3] = { "--r3", 0, 127 }, [NUM_R4] = { "--r4", 0, 127 },
	[NUM_R5] = { "--r5", 0, 127 },
	[NUM_ITERATIONS] = { "--iterations", 1, AKA_ITERATIONS_MAX },
	[NUM_MAC_LEN] = { "--mac-len", 8, 32 },
	[NUM_RES_LEN] = { "--res-len", 4, 32 },
	[NUM_CK_LEN] = { "--ck-len", 16, 32 },
	[NUM_IK_LEN] = { "--ik-len", 16, 32 },
};

struct opt opt;

struct slice
opt_hex(int which)
{
	return slice_of(opt.hex[which].p, opt.hex[which].n);
}

struct slice
opt_text(int which)
{
	return opt.text[which] != NULL ? slice_str(opt.text[which]) :
	    slice_of(NULL, 0);
}

static bool
auts_length(int n)
{
	return n == AKA_AUTS || n == AKA_AUTS + 8 || n == AKA_AUTS_MAX;
}

/* SIP has AUTS in base64: 20 characters for 14 octets, where hex has 28. */
static int
auts_octets(struct slice s, uint8_t out[256])
{
	int n = slice_hex(s, out, 256), m;

	if (auts_length(n))
		return n;
	m = slice_base64(slice_trim(s), out, 256);
	return auts_length(m) || n < 0 ? m : n;
}

static void
take_hex(int which, const char *value)
{
	struct slice s = slice_str(value);
	uint8_t *p = opt.hex[which].p;
	size_t min = hexes[which].min, max = hexes[which].max;
	int n = which == HEX_AUTS ? auts_octets(s, p) : slice_hex(s, p, 256);

	if (n < 0)
		tool_die(TOOL_USAGE, "%s: %s", hexes[which].name,
		    n == ERR_LIMIT ? "more than 256 octets" :
		    which == HEX_AUTS ? "neither hex nor base64" : "not hex");
	if (((size_t)n < min || (size_t)n > max) && min == max)
		tool_die(TOOL_USAGE, "%s: %d octets, not %zu",
		    hexes[which].name, n, min);
	if ((size_t)n < min || (size_t)n > max)
		tool_die(TOOL_USAGE, "%s: %d octets, not %zu to %zu",
		    hexes[which].name, n, min, max);
	opt.hex[which].n = (size_t)n;
	opt.hex[which].there = true;
}

static void
take_num(int which, const char *value)
{
	uint64_t v;

	if (slice_number(slice_str(value), nums[which].max, &v) < 0 ||
	    v < nums[which].min)
		tool_die(TOOL_USAGE, "%s %s: not %llu to %llu",
		    nums[which].name, value,
		    (unsigned long long)nums[which].min,
		    (unsigned long long)nums[which].max);
	opt.num[which].v = v;
	opt.num[which].there = true;
}

static void
take_format(const char *value)
{
	opt.json = strcmp(value, "json") == 0;
	if (!opt.json && strcmp(value, "text") != 0)
		tool_die(TOOL_USAGE, "-f %s: not json or text", value);
}

void
opt_parse(int argc, char **argv, const char *help)
{
	int c;

	while ((c = tool_getopt(argc, argv, TOOL_SHORT "f:s:x", options)) != -1) {
		if (c == 'x')
			opt.secrets = true;
		else if (c == 's')
			tool_random_seed(optarg);
		else if (c == 'f')
			take_format(optarg);
		else if (c == OPT_ADVANCE)
			opt.advance = true;
		else if (c == 'k' && opt.n_keys == KEY_FILES)
			tool_die(TOOL_USAGE, "-k: more than %d", KEY_FILES);
		else if (c == 'k')
			opt.keys[opt.n_keys++] = optarg;
		else if (c >= OPT_NUM && c < OPT_ADVANCE)
			take_num(c - OPT_NUM, optarg);
		else if (c >= OPT_TEXT && c < OPT_NUM)
			opt.text[c - OPT_TEXT] = optarg;
		else if (c >= OPT_HEX && c < OPT_TEXT)
			take_hex(c - OPT_HEX, optarg);
		else
			tool_common(&opt.common, c, NULL, help);
	}
	if (opt.hex[HEX_OP].there && opt.hex[HEX_OPC].there)
		tool_die(TOOL_USAGE, "--op and --opc: one of them");
	if (opt.hex[HEX_K].there && opt.n_keys > 0)
		tool_die(TOOL_USAGE, "--k and -k: one of them");
}

/* K, OP or OPc of as many octets as ALG takes. */
static void
take_key(int which, enum aka_alg alg, uint8_t to[32])
{
	struct slice s = opt_hex(which);
	bool k = which == HEX_K;

	if (alg == AKA_TUAK && k && s.n != 16 && s.n != 32)
		tool_die(TOOL_USAGE, "%s: %zu octets, not 16 or 32",
		    hexes[which].name, s.n);
	if ((alg != AKA_TUAK && s.n != 16) ||
	    (alg == AKA_TUAK && !k && s.n != 32))
		tool_die(TOOL_USAGE, "%s: %zu octets, not %d",
		    hexes[which].name, s.n, alg == AKA_TUAK ? 32 : 16);
	memcpy(to, s.p, s.n);
}

static void
take_lengths(struct aka_key *k)
{
	static const int c[5] = { HEX_C1, HEX_C2, HEX_C3, HEX_C4, HEX_C5 };

	for (int i = 0; i < 5; i++) {
		if (opt.hex[c[i]].there)
			memcpy(k->c[i], opt.hex[c[i]].p, 16);
		if (opt.num[NUM_R1 + i].there)
			k->r[i] = (uint8_t)opt.num[NUM_R1 + i].v;
	}
	if (opt.num[NUM_ITERATIONS].there)
		k->iterations = (unsigned)opt.num[NUM_ITERATIONS].v;
	if (opt.num[NUM_MAC_LEN].there)
		k->mac_len = opt.num[NUM_MAC_LEN].v;
	if (opt.num[NUM_RES_LEN].there)
		k->res_len = opt.num[NUM_RES_LEN].v;
	if (opt.num[NUM_CK_LEN].there)
		k->ck_len = opt.num[NUM_CK_LEN].v;
	if (opt.num[NUM_IK_LEN].there)
		k->ik_len = opt.num[NUM_IK_LEN].v;
}

bool
opt_subscriber(struct rec_subscriber *s)
{
	int alg = AKA_MILENAGE;
	struct slice impi = opt_text(TEXT_IMPI);

	if (opt.text[TEXT_ALGORITHM] != NULL && (alg = aka_alg_parse(
	    opt_text(TEXT_ALGORITHM))) < 0)
		tool_die(TOOL_USAGE, "--algorithm %s: not milenage, tuak or "
		    "xor", opt.text[TEXT_ALGORITHM]);
	if (!opt.hex[HEX_K].there) {
		if (opt.hex[HEX_OP].there || opt.hex[HEX_OPC].there)
			tool_die(TOOL_USAGE, "--k: missing");
		return false;
	}
	memset(s, 0, sizeof(*s));
	aka_key_init(&s->key, (enum aka_alg)alg);
	take_key(HEX_K, s->key.alg, s->key.k);
	s->key.k_len = opt.hex[HEX_K].n;
	s->key.is_op = opt.hex[HEX_OP].there;
	if (opt.hex[HEX_OP].there)
		take_key(HEX_OP, s->key.alg, s->key.op);
	else if (opt.hex[HEX_OPC].there)
		take_key(HEX_OPC, s->key.alg, s->key.opc);
	else if (alg != AKA_XOR)
		tool_die(TOOL_USAGE, "--opc: missing, and --op too");
	take_lengths(&s->key);
	s->has_key = true;
	if (impi.n >= SA_IMPI_MAX)
		tool_die(TOOL_USAGE, "--impi: %zu octets, not up to %d",
		    impi.n, SA_IMPI_MAX - 1);
	if (impi.n > 0)
		memcpy(s->impi, impi.p, impi.n);
	s->ind_len = AKA_IND_LEN;
	return true;
}

bool
opt_challenge(size_t mac_len, uint8_t rand[AKA_RAND],
    uint8_t autn[AKA_AUTN_MAX], size_t *autn_len)
{
	struct slice nonce = opt_text(TEXT_NONCE), typed = opt_hex(HEX_AUTN);
	uint8_t all[256];
	int n;

	*autn_len = 0;
	if (opt.text[TEXT_NONCE] != NULL) {
		*autn_len = AKA_SQN + AKA_AMF + mac_len;
		n = aka_nonce(nonce, mac_len, rand, autn);
		if (n == ERR_MORE)
			tool_die(TOOL_USAGE, "--nonce: %d octets, not %zu or "
			    "more", slice_base64(nonce, all, sizeof(all)),
			    AKA_RAND + *autn_len);
		if (n < 0)
			tool_die(TOOL_USAGE, "--nonce: not base64");
		return true;
	}
	if (!opt.hex[HEX_RAND].there)
		return false;
	memcpy(rand, opt.hex[HEX_RAND].p, AKA_RAND);
	if (typed.n > 0)
		memcpy(autn, typed.p, *autn_len = typed.n);
	return true;
}
