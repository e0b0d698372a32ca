/* register_place: where the ends of a live registration are. */
#include <netdb.h>
#include <string.h>

#include "register_live.h"

/* HOST or HOST:PORT, of which HOST may be a name. */
static void
resolve(const char *value, struct pkt_addr *addr, uint16_t *port)
{
	struct addrinfo want = { .ai_socktype = SOCK_DGRAM }, *got;
	struct slice rest = slice_str(value), host = slice_cut(&rest, ':');
	union sock_name name;
	char text[256];
	uint64_t v = *port;
	uint16_t none;
	int e;

	if (opt_place(slice_str(value), addr, port))
		return;
	if (host.n == 0 || host.n >= sizeof(text) || (host.n <
	    strlen(value) && (slice_decimal(rest, UINT16_MAX, &v) < 0 ||
	    v == 0)))
		tool_die(TOOL_USAGE, "--connect %s: not HOST[:PORT]", value);
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	if ((e = getaddrinfo(text, NULL, &want, &got)) != 0)
		tool_die(TOOL_SYSTEM, "%s: %s", text, gai_strerror(e));
	memset(&name, 0, sizeof(name));
	memcpy(&name, got->ai_addr, got->ai_addrlen < sizeof(name) ?
	    got->ai_addrlen : sizeof(name));
	freeaddrinfo(got);
	sock_addr(&name, addr, &none);
	*port = (uint16_t)v;
}

static bool
any_address(const struct pkt_addr *a)
{
	static const uint8_t zero[16];

	return memcmp(a->ip, zero, sizeof(zero)) == 0;
}

static void
connect_places(void)
{
	struct pkt_addr *ue = &opt.addr[NODE_UE];

	opt.port[NODE_P] = 5060;
	resolve(opt.connect, &opt.addr[NODE_P], &opt.port[NODE_P]);
	opt.port[NODE_UE] = 0;
	if (opt.local != NULL ? !opt_place(slice_str(opt.local), ue,
	    &opt.port[NODE_UE]) || any_address(ue) :
	    !sock_local(&opt.addr[NODE_P], ue))
		tool_die(opt.local != NULL ? TOOL_USAGE : TOOL_SYSTEM,
		    opt.local != NULL ? "--local %s: not ADDR[:PORT]" :
		    "--connect %s: there is no way to it",
		    opt.local != NULL ? opt.local : opt.connect);
	if (opt.tcp && opt.ipsec == IPSEC_USER)
		tool_die(TOOL_USAGE, "--tcp: IPsec in user space is for UDP; "
		    "give --ipsec kernel or none");
}

static void
listen_places(void)
{
	uint16_t *port = &opt.port[NODE_P];

	*port = 5060;
	if (!opt_place(slice_str(opt.listen), &opt.addr[NODE_P], port))
		tool_die(TOOL_USAGE, "--listen %s: not ADDR[:PORT]",
		    opt.listen);
	/* SAs, Path and Via name it. */
	if (any_address(&opt.addr[NODE_P]))
		tool_die(TOOL_USAGE, "--listen %s: must be one address",
		    opt.listen);
	if (*port == PORT_PC || *port == PORT_PC + 2 || *port == PORT_PS)
		tool_die(TOOL_USAGE, "--listen %s: ports %u, %u and %u are "
		    "the protected ones", opt.listen, PORT_PC, PORT_PS,
		    PORT_PC + 2);
}

void
live_places(void)
{
	if (opt.connect != NULL && opt.listen != NULL)
		tool_die(TOOL_USAGE, "--connect is for ue, --listen for "
		    "core");
	if (opt.mode != SA_TRANS)
		tool_die(TOOL_USAGE, "--mode: --connect and --listen know "
		    "trans only");
	if (opt.connect != NULL)
		connect_places();
	else
		listen_places();
	opt.ipv6 = opt.addr[NODE_P].family == 6;
	if (opt.listen != NULL)
		memset(&opt.addr[NODE_UE], 0, sizeof(opt.addr[NODE_UE]));
}
