/* register_opt: the options of ims-register. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "register_tool.h"

#define EPOCH		1700000000ULL	/* s, when --time is not given */
#define GIVEN		64		/* values of --set */

struct opt opt;

static struct {
	enum reg_draw	 draw;
	uint8_t		 p[AKA_RAND * 2];
	size_t		 n;
	bool		 used;
} given[GIVEN];
static size_t n_given;

static const char *const steps[STEP_N] = {
	"register", "subscribe", "reregister", "reauth", "call", "sms",
	"deregister", "netderegister",
};
static const char *const nodes[NODE_N] = {
	"ue", "p-cscf", "i-cscf", "s-cscf",
};

enum {
	O_ALG = 1000, O_EALG, O_IPV6, O_TCP, O_MODE, O_STEPS, O_CASE, O_LIST,
	O_SET, O_CX, O_SRTP, O_PLAIN, O_TRUST, O_AS, O_TIME, O_EXPIRES,
	O_SCHEME, O_QOP, O_PANI, O_IPSEC, O_ALL, O_CONNECT, O_LISTEN, O_LOCAL,
	O_ONCE,
};

static const struct option options[] = {
	{ "alg", required_argument, NULL, O_ALG },
	{ "all-hops", no_argument, NULL, O_ALL },
	{ "as", required_argument, NULL, O_AS },
	{ "case", required_argument, NULL, O_CASE },
	{ "connect", required_argument, NULL, O_CONNECT },
	{ "cx", no_argument, NULL, O_CX },
	{ "ealg", required_argument, NULL, O_EALG },
	{ "expires", required_argument, NULL, O_EXPIRES },
	{ "ipsec", required_argument, NULL, O_IPSEC },
	{ "ipv6", no_argument, NULL, O_IPV6 },
	{ "list-cases", no_argument, NULL, O_LIST },
	{ "listen", required_argument, NULL, O_LISTEN },
	{ "local", required_argument, NULL, O_LOCAL },
	{ "mode", required_argument, NULL, O_MODE },
	{ "once", no_argument, NULL, O_ONCE },
	{ "pani", required_argument, NULL, O_PANI },
	{ "plain", no_argument, NULL, O_PLAIN },
	{ "qop", required_argument, NULL, O_QOP },
	{ "role", required_argument, NULL, 'R' },
	{ "scheme", required_argument, NULL, O_SCHEME },
	{ "secrets", no_argument, NULL, 'x' },
	{ "seed", required_argument, NULL, 's' },
	{ "set", required_argument, NULL, O_SET },
	{ "srtp", no_argument, NULL, O_SRTP },
	{ "steps", required_argument, NULL, O_STEPS },
	{ "tcp", no_argument, NULL, O_TCP },
	{ "time", required_argument, NULL, O_TIME },
	{ "trust", no_argument, NULL, O_TRUST },
	TOOL_LONG,
	{ NULL, 0, NULL, 0 },
};

const char *
step_name(enum step s)
{
	return steps[s];
}

static int
find(const char *const *names, int n, struct slice s)
{
	for (int i = 0; i < n; i++)
		if (slice_is(s, names[i]))
			return i;
	return -1;
}

static void
take_steps(const char *value)
{
	struct slice rest = slice_str(value), one;
	int i;

	opt.n_step = 0;
	while (rest.n > 0) {
		one = slice_cut(&rest, ',');
		if ((i = find(steps, STEP_N, one)) < 0)
			tool_die(TOOL_USAGE, "--steps %s: %.*s is no step",
			    value, (int)one.n, (const char *)one.p);
		if (opt.n_step == STEPS)
			tool_die(TOOL_USAGE, "--steps: more than %d", STEPS);
		opt.step[opt.n_step++] = (enum step)i;
	}
}

bool
opt_place(struct slice s, struct pkt_addr *addr, uint16_t *port)
{
	uint64_t v = 0;
	size_t at;

	/* IPv6 with a port is in brackets. */
	at = s.n > 0 && s.p[0] == '[' ? slice_chr(s, ']') + 1 :
	    slice_chr(s, ':');
	if (pkt_addr_parse(addr, s) == 0)
		return true;
	if (pkt_addr_parse(addr, slice_sub(s, 0, at)) < 0 ||
	    slice_decimal(slice_from(s, at + 1), UINT16_MAX, &v) < 0 ||
	    v == 0)
		return false;
	*port = (uint16_t)v;
	return true;
}

static void
take_role(const char *value)
{
	struct slice rest = slice_str(value), name = slice_cut(&rest, '=');
	int i = find(nodes, NODE_N, name);

	if (i < 0 || !opt_place(rest, &opt.addr[i], &opt.port[i]))
		tool_die(TOOL_USAGE, "-R %s: not ROLE=ADDR[:PORT] with ue, "
		    "p-cscf, i-cscf or s-cscf", value);
}

static void
take_ipsec(const char *value)
{
	static const char *const who[] = { "user", "kernel", "none" };
	int i = find(who, 3, slice_str(value));

	if (i < 0)
		tool_die(TOOL_USAGE, "--ipsec %s: not user, kernel or none",
		    value);
	opt.ipsec = (enum ipsec)i;
}

static void
take_set(const char *value)
{
	struct slice rest = slice_str(value), name = slice_cut(&rest, '=');
	static const int octets[REG_DRAWS] = { [REG_DRAW_RAND] = AKA_RAND,
	    [REG_DRAW_CNONCE] = 4, [REG_DRAW_MEDIA_KEY] = 30 };
	int d = reg_draw_parse(name), n;
	uint64_t v;

	if (d < 0 || d == REG_DRAW_ID)
		tool_die(TOOL_USAGE, "--set %.*s: rand, cnonce, spi-uc, "
		    "spi-us, spi-pc, spi-ps, port-uc, port-us and media-key "
		    "can be set", (int)name.n, (const char *)name.p);
	if (n_given == GIVEN)
		tool_die(TOOL_USAGE, "--set: more than %d", GIVEN);
	given[n_given].draw = (enum reg_draw)d;
	if (d >= REG_DRAW_SPI_UC && d <= REG_DRAW_PORT_US) {
		n = 4;
		if (slice_number(rest, d >= REG_DRAW_PORT_UC ? UINT16_MAX :
		    UINT32_MAX, &v) < 0)
			n = 0;
		for (int i = 0; i < n; i++)
			given[n_given].p[i] = (uint8_t)(v >> 8 * (3 - i));
	} else
		n = slice_hex(rest, given[n_given].p,
		    sizeof(given[n_given].p));
	if (n <= 0 || (octets[d] > 0 && n != octets[d]))
		tool_die(TOOL_USAGE, "--set %.*s: no such value",
		    (int)name.n, (const char *)name.p);
	given[n_given++].n = (size_t)n;
}

bool
opt_given(enum reg_draw draw, uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n_given; i++) {
		if (given[i].used || given[i].draw != draw)
			continue;
		memcpy(p, given[i].p, n < given[i].n ? n : given[i].n);
		given[i].used = true;
		return true;
	}
	return false;
}

static void
take_as(const char *value)
{
	struct slice rest = slice_str(value), one;
	int i;

	memset(opt.node, 0, sizeof(opt.node));
	while (rest.n > 0) {
		one = slice_cut(&rest, ',');
		if ((i = find(nodes, NODE_N, one)) <= 0)
			tool_die(TOOL_USAGE, "--as %s: not of p-cscf, i-cscf, "
			    "s-cscf", value);
		opt.node[i] = true;
	}
}

static void
take_scheme(const char *value)
{
	if (aka_scheme_parse(slice_str(value), &opt.scheme) < 0 ||
	    opt.scheme.version == AKA_V0)
		tool_die(TOOL_USAGE, "--scheme %s: not AKAv1-MD5 or the like",
		    value);
}

static uint64_t
take_number(const char *name, const char *value, uint64_t max)
{
	uint64_t v;

	if (slice_decimal(slice_str(value), max, &v) < 0)
		tool_die(TOOL_USAGE, "--%s %s: not a number up to %llu", name,
		    value, (unsigned long long)max);
	return v;
}

static void
take_mode(const char *value)
{
	int m = sa_mode_parse(slice_str(value));

	if (m != SA_TRANS && m != SA_UDP_ENC_TUN)
		tool_die(TOOL_USAGE, "--mode %s: not trans or UDP-enc-tun",
		    value);
	opt.mode = (enum sa_mode)m;
}

/* Each of ALGS with each of EALGS that it goes with. */
static void
take_pairs(const char *algs, const char *ealgs)
{
	struct slice a = slice_str(algs), e, one;
	int alg, ealg;

	while (a.n > 0) {
		one = slice_cut(&a, ',');
		if ((alg = esp_alg_parse(one)) < 0)
			tool_die(TOOL_USAGE, "--alg %s: %.*s is not known",
			    algs, (int)one.n, (const char *)one.p);
		for (e = slice_str(ealgs); e.n > 0;) {
			one = slice_cut(&e, ',');
			if ((ealg = esp_ealg_parse(one)) < 0)
				tool_die(TOOL_USAGE, "--ealg %s: %.*s is not "
				    "known", ealgs, (int)one.n,
				    (const char *)one.p);
			if (!esp_pair_ok((enum esp_alg)alg,
			    (enum esp_ealg)ealg) || (alg == ESP_AUTH_NULL &&
			    ealg != ESP_AES_GCM) || opt.n_pair == REG_PAIRS)
				continue;
			opt.pair[opt.n_pair].alg = (enum esp_alg)alg;
			opt.pair[opt.n_pair++].ealg = (enum esp_ealg)ealg;
		}
	}
	if (opt.n_pair == 0)
		tool_die(TOOL_USAGE, "--alg %s, --ealg %s: nothing that goes "
		    "together", algs, ealgs);
}

static void
own_option(int c, const char **algs, const char **ealgs)
{
	switch (c) {
	case O_ALG: *algs = optarg; break;
	case O_EALG: *ealgs = optarg; break;
	case O_IPV6: opt.ipv6 = true; break;
	case O_TCP: opt.tcp = true; break;
	case O_SRTP: opt.srtp = true; break;
	case O_PLAIN: opt.plain = true; break;
	case O_TRUST: opt.trust = true; break;
	case O_CX: opt.cx = true; break;
	case O_ALL: opt.all_hops = true; break;
	case O_PANI: opt.pani = optarg; break;
	case O_MODE: take_mode(optarg); break;
	case O_STEPS: take_steps(optarg); break;
	case O_SET: take_set(optarg); break;
	case O_AS: take_as(optarg); break;
	case O_SCHEME: take_scheme(optarg); break;
	case O_LIST: case_list(); break;
	case O_IPSEC: take_ipsec(optarg); break;
	case O_CONNECT: opt.connect = optarg; break;
	case O_LISTEN: opt.listen = optarg; break;
	case O_LOCAL: opt.local = optarg; break;
	case O_ONCE: opt.once = true; break;
	case O_QOP:
		if (strlen(optarg) >= sizeof(opt.qop))
			tool_die(TOOL_USAGE, "--qop %s: too long", optarg);
		strcpy(opt.qop, optarg);
		break;
	case O_EXPIRES:
		opt.expires = (uint32_t)take_number("expires", optarg,
		    UINT32_MAX / 1000);
		break;
	case O_TIME:
		opt.time_ns = take_number("time", optarg, 17179869184ULL) *
		    1000000000;
		break;
	case O_CASE:
		if ((opt.the_case = case_find(optarg)) == NULL)
			tool_die(TOOL_USAGE, "--case %s: see --list-cases",
			    optarg);
		if (opt.the_case->steps != NULL)
			take_steps(opt.the_case->steps);
		break;
	}
}

/* The same as in flow_register.json of the tests where nothing was said. */
static void
addresses(void)
{
	static const char *const four[NODE_N] = { "10.45.0.2",
	    "172.22.0.21", "172.22.0.19", "172.22.0.20" };
	static const char *const six[NODE_N] = { "2001:db8:1::2",
	    "2001:db8:2::21", "2001:db8:2::19", "2001:db8:2::20" };

	for (int i = 0; i < NODE_N; i++) {
		if (opt.addr[i].family == 0 && pkt_addr_parse(&opt.addr[i],
		    slice_str((opt.ipv6 ? six : four)[i])) < 0)
			tool_die(TOOL_SYSTEM, "%s", four[i]);
		if (opt.addr[i].family != opt.addr[NODE_UE].family)
			tool_die(TOOL_USAGE, "-R: addresses of IPv4 and IPv6");
		if (opt.port[i] == 0 && (i != NODE_UE || !opt.live))
			opt.port[i] = i == NODE_S ? 6060 : 5060;
	}
}

void
opt_parse(int argc, char **argv, const char *help)
{
	const char *algs = "null,aes-gmac,hmac-sha-1-96";
	const char *ealgs = "aes-gcm,aes-cbc,null";
	int c;

	opt.time_ns = EPOCH * 1000000000;
	opt.expires = REG_EXPIRES;
	opt.node[NODE_P] = opt.node[NODE_I] = opt.node[NODE_S] = true;
	strcpy(opt.qop, "auth");
	take_steps("register");
	take_scheme("AKAv1-MD5");
	while ((c = tool_getopt(argc, argv, TOOL_SHORT "R:s:x", options)) != -1) {
		if (c >= O_ALG)
			own_option(c, &algs, &ealgs);
		else if (c == 'x')
			opt.secrets = true;
		else if (c == 's')
			tool_random_seed(optarg);
		else if (c == 'R')
			take_role(optarg);
		else if (c == 'k') {
			if (opt.n_keys == KEY_FILES)
				tool_die(TOOL_USAGE, "-k: more than %d files",
				    KEY_FILES);
			opt.keys[opt.n_keys++] = optarg;
		} else
			tool_common(&opt.common, c, NULL, help);
	}
	take_pairs(algs, ealgs);
	opt.live = opt.connect != NULL || opt.listen != NULL;
	if (opt.live)
		live_places();
	addresses();
}
