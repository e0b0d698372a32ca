/* register_esp: ESP in user space (RFC 4303), over a raw socket. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "crypt.h"
#include "err.h"
#include "register_live.h"

#define AT_ONCE		64
#define PACKET		65535

static struct {
	int		 fd;
	struct pkt_addr	 addr;
	struct buf	 record;
} raw = { .fd = -1 };

/* ESP that stays closed: a record, and said. */
static void
closed(const struct flow_where *w, struct slice esp, int why)
{
	struct flow_esp e = { .where = *w, .len = esp.n, .reason = why };
	char what[64], addr[PKT_ADDR_TEXT];

	e.where.timed = true;
	e.where.time_ns = live_now();
	if (esp.n >= ESP_HEADER) {
		e.spi = slice_be32(esp.p);
		e.seq = slice_be32(esp.p + 4);
	}
	rec_write_esp(&raw.record, &e);
	tool_out(&raw.record);
	(void)snprintf(what, sizeof(what), "esp: %s", tool_reason(why));
	tool_warn_kind(what, "ESP from %s, spi 0x%08x: %s",
	    pkt_addr_text(&w->src, addr), (unsigned)e.spi, tool_reason(why));
}

/* What was inside, if it is what the SA is for (RFC 4301 5.2). */
static void
opened(const struct assoc *a, struct flow_where *w, struct slice esp,
    const struct esp_payload *in)
{
	struct flow_protection p;
	struct pkt_udp udp;

	if (in->next != PKT_PROTO_UDP || pkt_udp(in->data, &udp) < 0 ||
	    udp.cut) {
		live_refuse(w, in->next == PKT_PROTO_TCP ?
		    "TCP inside ESP needs --ipsec kernel" :
		    "there is no UDP inside ESP");
		return;
	}
	w->sport = udp.sport;
	w->dport = udp.dport;
	w->transport = FLOW_UDP;
	if (!pkt_addr_eq(&w->src, &a->sa.src) || udp.sport != a->sa.sport ||
	    udp.dport != a->sa.dport) {
		live_refuse(w, "its ports or addresses are not those of its "
		    "SA");
		return;
	}
	assoc_protection(a, slice_be32(esp.p + 4), &p);
	live_take(w, &p, udp.payload);
}

static void
take(struct flow_where *w, struct slice esp)
{
	static uint8_t clear[PACKET];
	struct esp_payload in;
	struct assoc *a = NULL;
	int r = ERR_FORMAT;

	if (esp.n >= ESP_HEADER) {
		a = assoc_in(&w->dst, slice_be32(esp.p));
		r = ERR_NOSA;
	}
	if (a != NULL && a->esp == NULL &&
	    (a->esp = esp_new(&a->sa.key)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	if (a != NULL)
		r = esp_open(a->esp, &a->window, esp, clear, &in);
	if (r < 0)
		closed(w, esp, r);
	else
		opened(a, w, esp, &in);
	crypt_wipe(clear, esp.n < PACKET ? esp.n : PACKET);
}

static void
ready(short got, void *arg)
{
	static uint8_t octets[PACKET];
	struct flow_where w;
	union sock_name from;
	struct slice esp;
	struct pkt_ip ip;
	uint16_t port;
	socklen_t len;
	ssize_t n;

	(void)got;
	(void)arg;
	for (int i = 0; i < AT_ONCE; i++) {
		len = sizeof(from);
		n = recvfrom(raw.fd, octets, sizeof(octets), 0, &from.any,
		    &len);
		if (n < 0)
			return;
		memset(&w, 0, sizeof(w));
		sock_addr(&from, &w.src, &port);
		w.dst = raw.addr;
		esp = slice_of(octets, (size_t)n);
		/* Only IPv4 comes with its header. */
		if (raw.addr.family == 4) {
			if (pkt_ip(esp, &ip) < 0)
				continue;
			esp = ip.payload;
		}
		take(&w, esp);
	}
}

void
raw_open(const struct pkt_addr *addr)
{
	union sock_name name;
	socklen_t len = sock_name(&name, addr, 0);
	char text[PKT_ADDR_TEXT];

	raw.addr = *addr;
	raw.fd = socket(addr->family == 6 ? AF_INET6 : AF_INET, SOCK_RAW |
	    SOCK_NONBLOCK | SOCK_CLOEXEC, PKT_PROTO_ESP);
	if (raw.fd < 0)
		tool_die(TOOL_SYSTEM, "a raw socket for ESP: %s%s",
		    strerror(errno), errno == EPERM ? "; --ipsec user needs "
		    "CAP_NET_RAW (see capabilities(7)), --ipsec none does "
		    "not" : "");
	if (bind(raw.fd, &name.any, len) < 0)
		tool_die(TOOL_SYSTEM, "%s: %s", pkt_addr_text(addr, text),
		    strerror(errno));
	live_watch(raw.fd, ready, NULL);
}

/* The UDP datagram of A's ports, appended to OUT. */
static int
datagram(const struct assoc *a, struct slice message, struct buf *out)
{
	struct pkt_ip ip = { .version = a->sa.src.family, .src = a->sa.src,
	    .dst = a->sa.dst };
	struct pkt_udp udp = { .sport = a->sa.sport, .dport = a->sa.dport,
	    .payload = message };

	return pkt_udp_write(out, &ip, &udp);
}

bool
raw_send(struct assoc *a, struct slice message, uint32_t *seq)
{
	struct buf udp, esp;
	union sock_name to;
	socklen_t len = sock_name(&to, &a->sa.dst, 0);
	bool ok = false;

	if (a->esp == NULL && (a->esp = esp_new_seal(&a->sa.key)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	buf_init(&udp, 0);
	buf_init(&esp, 0);
	errno = EMSGSIZE;
	/* A number is used once, whatever becomes of the packet. */
	if (datagram(a, message, &udp) == 0 && esp_seal(a->esp, a->sa.spi,
	    ++a->seq, NULL, PKT_PROTO_UDP, buf_slice(&udp), &esp) == 0)
		ok = sendto(raw.fd, esp.p, esp.n, 0, &to.any, len) ==
		    (ssize_t)esp.n;
	*seq = (uint32_t)a->seq;
	buf_wipe(&udp);
	buf_free(&esp);
	return ok;
}
