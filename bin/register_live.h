/*
 * register_live: what the live half of ims-register shares: the event loop, the
 * sockets, the security associations in use.
 */
#ifndef REGISTER_LIVE_H
#define REGISTER_LIVE_H

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "esp.h"
#include "register_tool.h"

#define LIVE_MESSAGE	65535	/* octets of a message that is taken */

/* register_live.c */
/* FD, which is live's from now on: READY is told what poll(2) says. */
typedef void	 live_ready(short got, void *arg);
void	 live_watch(int fd, live_ready *ready, void *arg);
void	 live_events(int fd, short events);	/* POLLIN at first */
void	 live_close(int fd);
/* Nanoseconds since 1970 at the start, monotonic from then on. */
uint64_t live_now(void);
/* A message came, whose time is now; P says how it was protected. */
void	 live_take(const struct flow_where *w,
	    const struct flow_protection *p, struct slice message);
/* What came from W is not taken because of WHY. */
void	 live_refuse(const struct flow_where *w, const char *why);
/* The sink's: S leaves us, its PROTECTION is set; false: it could not. */
bool	 live_send(struct flow_sip *s);

/* register_sock.c */
union sock_name {
	struct sockaddr		 any;
	struct sockaddr_in	 four;
	struct sockaddr_in6	 six;
};

socklen_t	 sock_name(union sock_name *n, const struct pkt_addr *a,
		    uint16_t port);
void	 sock_addr(const union sock_name *n, struct pkt_addr *a,
	    uint16_t *port);
/* A socket that may share its address and does not block, or -1. */
int	 sock_new(const struct pkt_addr *addr, uint16_t port, int type);
/*
 * UDP and, if TCP, a listener at ADDR, *PORT (0: a free one, which it gets).
 * What is open already is counted.  False: errno says why not.
 */
bool	 sock_open(const struct pkt_addr *addr, uint16_t *port, bool tcp);
void	 sock_close(const struct pkt_addr *addr, uint16_t port);
/* MESSAGE from and to where W says; false: errno says why not. */
bool	 sock_send(const struct flow_where *w, struct slice message);
/* Our address on the way to ADDR. */
bool	 sock_local(const struct pkt_addr *addr, struct pkt_addr *local);

/* register_conn.c: connections of TCP */
void	 conn_accept(int listener, const struct pkt_addr *addr,
	    uint16_t port);
/* Reset those at ADDR, PORT: not an octet follows. */
void	 conn_abort(const struct pkt_addr *addr, uint16_t port);
bool	 conn_send(const struct flow_where *w, struct slice message);

/* register_assoc.c */
struct assoc {
	struct sa		 sa;
	bool			 out;		/* what we send */
	struct esp		*esp;		/* of its first packet on */
	struct esp_window	 window;
	uint64_t		 seq;		/* sent last */
};

void	 assoc_open(void);
void	 assoc_close(void);		/* none is left */
/* The sink's: SA is there, as it says, or gone. */
void	 assoc_note(const struct sa *sa, bool gone);
/* The one that a message from and to where W says belongs to, or NULL. */
struct assoc	*assoc_of(const struct flow_where *w);
struct assoc	*assoc_in(const struct pkt_addr *dst, uint32_t spi);
void	 assoc_protection(const struct assoc *a, uint32_t seq,
	    struct flow_protection *p);

/* register_esp.c: packets of ESP in user space */
void	 raw_open(const struct pkt_addr *addr);
/* MESSAGE in a datagram under A; false: errno says why not. */
bool	 raw_send(struct assoc *a, struct slice message, uint32_t *seq);

/* register_xfrm.c: those of the kernel */
void	 xfrm_open(void);		/* may we? */
/* SA, which we send with if OUT, into the kernel, or out of it. */
bool	 xfrm_put(const struct sa *sa, bool out, bool remove);

#endif
