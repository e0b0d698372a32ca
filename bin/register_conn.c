/* register_conn: TCP connections: opened, accepted, cut into messages. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "register_live.h"

#define CONNS		192
#define WAITING		(256U << 10)	/* octets to be sent, at most */
#define AT_ONCE		16

static struct conn {
	bool		 on, connecting;
	int		 fd;
	struct pkt_addr	 local, peer;
	uint16_t	 lport, pport;
	uint64_t	 used_ns;
	struct buf	 in, out;
} conns[CONNS];

static void
drop(struct conn *c)
{
	live_close(c->fd);
	buf_free(&c->in);
	buf_free(&c->out);
	c->on = false;
}

static struct flow_where
where_of(const struct conn *c)
{
	return (struct flow_where){ .transport = FLOW_TCP, .src = c->peer,
	    .sport = c->pport, .dst = c->local, .dport = c->lport };
}

/* A free place, or that of the connection that was used least recently. */
static struct conn *
place(void)
{
	struct conn *best = &conns[0];

	for (size_t i = 0; i < CONNS; i++) {
		if (!conns[i].on)
			return &conns[i];
		if (conns[i].used_ns < best->used_ns)
			best = &conns[i];
	}
	tool_warn_kind("connections", "more than %d connections: the one "
	    "used least recently is closed", CONNS);
	drop(best);
	return best;
}

static void
failed(struct conn *c, int e)
{
	char addr[PKT_ADDR_TEXT];
	struct phone *f = net.n_phone > 0 ? &net.phone[0] : NULL;
	bool lost = c->connecting || c->out.n > 0;

	if (e != 0 || lost)
		tool_warn_kind("connection", "TCP %s port %u: %s",
		    pkt_addr_text(&c->peer, addr), c->pport,
		    strerror(e != 0 ? e : ECONNRESET));
	/* RFC 3261 8.1.3.1: as if it had been answered with 503. */
	if (lost && f != NULL && !f->registered)
		f->failed = f->lost = true;
	drop(c);
}

/* False: the connection is no more. */
static bool
flush(struct conn *c)
{
	ssize_t n;

	while (c->out.n > 0) {
		n = send(c->fd, c->out.p, c->out.n, MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n < 0) {
			failed(c, errno);
			return false;
		}
		buf_drop(&c->out, (size_t)n);
	}
	live_events(c->fd, c->out.n > 0 ? POLLIN | POLLOUT : POLLIN);
	return true;
}

static size_t
blank(struct slice s)
{
	size_t i = 0;

	while (i < s.n && (s.p[i] == '\r' || s.p[i] == '\n'))
		i++;
	return i;
}

/* Hand out the messages that are whole (RFC 3261 18.3).  False: closed. */
static bool
cut(struct conn *c)
{
	const struct flow_protection none = { .on = false };
	struct flow_where w = where_of(c);
	uint64_t of = c->used_ns;
	struct buf one;
	size_t n;
	int r;

	for (;;) {
		buf_drop(&c->in, blank(buf_slice(&c->in)));
		r = sip_frame(buf_slice(&c->in), NULL);
		if (c->in.n == 0 || (r == ERR_MORE && c->in.n < LIVE_MESSAGE))
			return true;
		if (r <= 0) {
			live_refuse(&w, r == ERR_FORMAT ? "it is not SIP" :
			    "the message is too long");
			drop(c);
			return false;
		}
		n = (size_t)r;
		/* Taking it may close this connection. */
		buf_init(&one, 0);
		buf_put(&one, slice_sub(buf_slice(&c->in), 0, n));
		buf_drop(&c->in, n);
		if (one.bad)
			tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
		live_take(&w, &none, buf_slice(&one));
		buf_free(&one);
		if (!c->on || c->used_ns < of)
			return false;
	}
}

static void
ready(short got, void *arg)
{
	struct conn *c = arg;
	socklen_t len = sizeof(int);
	int e = 0;
	uint8_t some[4096];
	ssize_t n;

	if (c->connecting && (got & (POLLOUT | POLLERR | POLLHUP)) != 0) {
		(void)getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &len);
		if (e != 0) {
			failed(c, e);
			return;
		}
		c->connecting = false;
	}
	if (!c->connecting && !flush(c))
		return;
	for (int i = 0; i < AT_ONCE && (got & ~POLLOUT) != 0; i++) {
		n = recv(c->fd, some, sizeof(some), 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			failed(c, n < 0 ? errno : 0);
			return;
		}
		buf_add(&c->in, some, (size_t)n);
		c->used_ns = live_now();
		if (!cut(c))
			return;
	}
}

static void
begin(struct conn *c, int fd)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->on = true;
	c->fd = fd;
	c->used_ns = live_now();
	buf_init(&c->in, 0);
	buf_init(&c->out, WAITING);
	live_watch(fd, ready, c);
}

void
conn_accept(int listener, const struct pkt_addr *addr, uint16_t port)
{
	union sock_name from;
	socklen_t len = sizeof(from);
	int fd = accept(listener, &from.any, &len);
	struct conn *c;

	if (fd < 0)
		return;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
		(void)close(fd);
		return;
	}
	c = place();
	c->connecting = false;
	c->local = *addr;
	c->lport = port;
	sock_addr(&from, &c->peer, &c->pport);
	begin(c, fd);
}

static struct conn *
find(const struct flow_where *w)
{
	for (size_t i = 0; i < CONNS; i++)
		if (conns[i].on && conns[i].pport == w->dport &&
		    conns[i].lport == w->sport &&
		    pkt_addr_eq(&conns[i].peer, &w->dst))
			return &conns[i];
	return NULL;
}

void
conn_abort(const struct pkt_addr *addr, uint16_t port)
{
	struct linger none = { .l_onoff = 1 };

	for (size_t i = 0; i < CONNS; i++)
		if (conns[i].on && conns[i].lport == port &&
		    pkt_addr_eq(&conns[i].local, addr)) {
			(void)setsockopt(conns[i].fd, SOL_SOCKET, SO_LINGER,
			    &none, sizeof(none));
			drop(&conns[i]);
		}
}

static struct conn *
dial(const struct flow_where *w)
{
	int fd = sock_new(&w->src, w->sport, SOCK_STREAM), e;
	union sock_name to;
	socklen_t len = sock_name(&to, &w->dst, w->dport);
	struct conn *c;

	if (fd < 0)
		return NULL;
	if (connect(fd, &to.any, len) < 0 && errno != EINPROGRESS) {
		e = errno;
		(void)close(fd);
		errno = e;
		return NULL;
	}
	c = place();
	c->connecting = true;
	c->local = w->src;
	c->lport = w->sport;
	c->peer = w->dst;
	c->pport = w->dport;
	begin(c, fd);
	live_events(fd, POLLIN | POLLOUT);
	return c;
}

bool
conn_send(const struct flow_where *w, struct slice message)
{
	struct conn *c = find(w);

	if (c == NULL && (c = dial(w)) == NULL)
		return false;
	buf_put(&c->out, message);
	if (c->out.bad) {
		failed(c, ENOBUFS);
		errno = ENOBUFS;
		return false;
	}
	c->used_ns = live_now();
	return c->connecting || flush(c);
}
