/* register_sock: sockets that are bound: UDP, and listeners for TCP. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "register_live.h"

#define SOCKETS		256
#define BACKLOG		64
#define AT_ONCE		64		/* datagrams before others get a turn */
#define TRIES		16		/* for a port free in UDP and TCP */
#define RECEIVE		(1 << 22)	/* octets the kernel may keep for us */

static struct sock {
	struct pkt_addr	 addr;
	uint16_t	 port;
	unsigned	 users;		/* 0: free */
	int		 udp, tcp;	/* or -1 */
} socks[SOCKETS];

socklen_t
sock_name(union sock_name *n, const struct pkt_addr *a, uint16_t port)
{
	memset(n, 0, sizeof(*n));
	if (a->family == 6) {
		n->six.sin6_family = AF_INET6;
		n->six.sin6_port = htons(port);
		memcpy(&n->six.sin6_addr, a->ip, 16);
		return sizeof(n->six);
	}
	n->four.sin_family = AF_INET;
	n->four.sin_port = htons(port);
	memcpy(&n->four.sin_addr, a->ip, 4);
	return sizeof(n->four);
}

void
sock_addr(const union sock_name *n, struct pkt_addr *a, uint16_t *port)
{
	memset(a, 0, sizeof(*a));
	if (n->any.sa_family == AF_INET6) {
		a->family = 6;
		memcpy(a->ip, &n->six.sin6_addr, 16);
		*port = ntohs(n->six.sin6_port);
		return;
	}
	a->family = 4;
	memcpy(a->ip, &n->four.sin_addr, 4);
	*port = ntohs(n->four.sin_port);
}

static int
family(const struct pkt_addr *a)
{
	return a->family == 6 ? AF_INET6 : AF_INET;
}

int
sock_new(const struct pkt_addr *addr, uint16_t port, int type)
{
	union sock_name name;
	socklen_t len = sock_name(&name, addr, port);
	int on = 1, big = RECEIVE, e;
	int fd = socket(family(addr), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	/* Connections from a port that is listened on, too. */
	if (type == SOCK_STREAM)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
		    sizeof(on)), (void)setsockopt(fd, SOL_SOCKET,
		    SO_REUSEPORT, &on, sizeof(on));
	else
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &big,
		    sizeof(big));
	if (bind(fd, &name.any, len) == 0)
		return fd;
	e = errno;
	(void)close(fd);
	errno = e;
	return -1;
}

static void
datagrams(short got, void *arg)
{
	static uint8_t octets[LIVE_MESSAGE];
	const struct flow_protection none = { .on = false };
	struct sock *s = arg;
	struct flow_where w = { .transport = FLOW_UDP, .dst = s->addr,
	    .dport = s->port };
	union sock_name from;
	socklen_t len;
	ssize_t n;

	(void)got;
	for (int i = 0; i < AT_ONCE && s->users > 0; i++) {
		len = sizeof(from);
		n = recvfrom(s->udp, octets, sizeof(octets), 0, &from.any,
		    &len);
		if (n < 0)
			return;
		sock_addr(&from, &w.src, &w.sport);
		live_take(&w, &none, slice_of(octets, (size_t)n));
	}
}

static void
caller(short got, void *arg)
{
	const struct sock *s = arg;

	(void)got;
	conn_accept(s->tcp, &s->addr, s->port);
}

static struct sock *
find(const struct pkt_addr *addr, uint16_t port)
{
	for (size_t i = 0; i < SOCKETS; i++)
		if (socks[i].users > 0 && socks[i].port == port &&
		    pkt_addr_eq(&socks[i].addr, addr))
			return &socks[i];
	return NULL;
}

static struct sock *
place(void)
{
	for (size_t i = 0; i < SOCKETS; i++)
		if (socks[i].users == 0)
			return &socks[i];
	errno = EMFILE;
	return NULL;
}

/* Both sockets of S; false: not this port. */
static bool
both(struct sock *s, bool tcp)
{
	union sock_name name;
	socklen_t len = sizeof(name);
	struct pkt_addr own;
	int e;

	s->tcp = -1;
	if ((s->udp = sock_new(&s->addr, s->port, SOCK_DGRAM)) < 0)
		return false;
	if (s->port == 0 && getsockname(s->udp, &name.any, &len) == 0)
		sock_addr(&name, &own, &s->port);
	if (!tcp)
		return true;
	s->tcp = sock_new(&s->addr, s->port, SOCK_STREAM);
	if (s->tcp >= 0 && listen(s->tcp, BACKLOG) == 0)
		return true;
	e = errno;
	if (s->tcp >= 0)
		(void)close(s->tcp);
	(void)close(s->udp);
	errno = e;
	return false;
}

bool
sock_open(const struct pkt_addr *addr, uint16_t *port, bool tcp)
{
	struct sock *s = find(addr, *port);
	int tries = *port == 0 ? TRIES : 1;

	if (s != NULL) {
		s->users++;
		return true;
	}
	if ((s = place()) == NULL)
		return false;
	s->addr = *addr;
	do {
		if (tries-- == 0)
			return false;
		s->port = *port;
	} while (!both(s, tcp));
	s->users = 1;
	*port = s->port;
	live_watch(s->udp, datagrams, s);
	if (s->tcp >= 0)
		live_watch(s->tcp, caller, s);
	return true;
}

void
sock_close(const struct pkt_addr *addr, uint16_t port)
{
	struct sock *s = find(addr, port);

	if (s == NULL || --s->users > 0)
		return;
	live_close(s->udp);
	if (s->tcp >= 0)
		live_close(s->tcp);
}

bool
sock_send(const struct flow_where *w, struct slice message)
{
	const struct sock *s = find(&w->src, w->sport);
	union sock_name to;
	socklen_t len = sock_name(&to, &w->dst, w->dport);

	if (w->transport == FLOW_TCP)
		return conn_send(w, message);
	if (s == NULL) {
		errno = EADDRNOTAVAIL;
		return false;
	}
	return sendto(s->udp, message.p, message.n, 0, &to.any, len) ==
	    (ssize_t)message.n;
}

bool
sock_local(const struct pkt_addr *addr, struct pkt_addr *local)
{
	int fd = socket(family(addr), SOCK_DGRAM | SOCK_CLOEXEC, 0);
	union sock_name name;
	socklen_t len = sock_name(&name, addr, 5060);
	uint16_t port;
	bool ok = fd >= 0 && connect(fd, &name.any, len) == 0 &&
	    getsockname(fd, &name.any, &len) == 0;

	if (ok)
		sock_addr(&name, local, &port);
	if (fd >= 0)
		(void)close(fd);
	return ok;
}
