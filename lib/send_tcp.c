/* send_tcp: messages on TCP connections (RFC 9293), both hosts played. */
#include <string.h>

#include "err.h"
#include "send_int.h"
#include "sip.h"

#define TCP_LEN		20
#define MSS_MIN		64	/* below it, IP fragments */
#define HANDSHAKE	3	/* packets */

struct conn {
	struct send_hop	 hop[2];	/* of who opened it, and back */
	struct send_one	*one[2];	/* SAs, NULL for none */
	uint32_t	 next[2];	/* sequence numbers (3.3.1) */
	uint64_t	 time_ns;	/* of the next packet */
};

int
send_tcp_init(struct send *s)
{
	s->conns = table_new(sizeof(struct send_hop), sizeof(struct conn),
	    SEND_CONNECTIONS, NULL, NULL);
	return s->conns == NULL ? ERR_MEM : 0;
}

static struct send_hop
reverse(const struct send_hop *hop)
{
	struct send_hop back;

	send_hop_set(&back, &hop->dst, hop->dport, &hop->src, hop->sport);
	return back;
}

/* One key for both directions: the lower one. */
static struct send_hop
key_of(const struct send_hop *hop)
{
	struct send_hop back = reverse(hop);

	return memcmp(hop, &back, sizeof(back)) <= 0 ? *hop : back;
}

static size_t
mtu_of(const struct send *s)
{
	return s->mtu == 0 ? SEND_MTU :
	    s->mtu < UINT16_MAX ? s->mtu : UINT16_MAX;
}

/* Octets of a segment under ONE, or, NULL, those that a host announces. */
static size_t
mss_of(const struct send *s, const struct send_one *one,
    const struct send_hop *hop)
{
	size_t n = send_room(one, hop, mtu_of(s));

	return n > MSS_MIN + TCP_LEN ? n - TCP_LEN : MSS_MIN;
}

/* A segment of SIDE, acknowledging all of the other. */
static int
segment(struct send *s, struct conn *c, int side, uint8_t flags,
    struct slice data)
{
	const struct send_hop *hop = &c->hop[side];
	struct pkt_ip ip = { .version = hop->src.family, .src = hop->src,
	    .dst = hop->dst };
	struct pkt_tcp t = { hop->sport, hop->dport, c->next[side],
	    c->next[!side], flags, data };
	uint16_t mss = 0;
	int r;

	if (flags & PKT_TCP_SYN)
		mss = (uint16_t)mss_of(s, NULL, hop);
	if ((flags & PKT_TCP_ACK) == 0)
		t.ack = 0;
	buf_reset(&s->segment);
	if ((r = pkt_tcp_write(&s->segment, &ip, &t, mss)) < 0)
		return r;
	c->next[side] += (uint32_t)data.n +
	    ((flags & (PKT_TCP_SYN | PKT_TCP_FIN)) != 0);
	r = send_ip(s, c->one[side], hop, PKT_PROTO_TCP,
	    buf_slice(&s->segment), c->time_ns);
	c->time_ns += SEND_STEP_NS;
	return r;
}

/* Segments without data, one after another: whose, and their flags. */
struct play {
	int	 side;
	uint8_t	 flags;
};

static int
play(struct send *s, struct conn *c, const struct play *p, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = segment(s, c, p[i].side, p[i].flags, slice_of(NULL, 0));
	return r;
}

static int
handshake(struct send *s, struct conn *c)
{
	static const struct play open[HANDSHAKE] = {
		{ 0, PKT_TCP_SYN }, { 1, PKT_TCP_SYN | PKT_TCP_ACK },
		{ 0, PKT_TCP_ACK },
	};

	return play(s, c, open, HANDSHAKE);
}

/* C is closed at AT, or as soon as it may, and forgotten. */
static int
close_conn(struct send *s, struct conn *c, uint64_t at)
{
	static const struct play end[] = {
		{ 0, PKT_TCP_FIN | PKT_TCP_ACK },
		{ 1, PKT_TCP_FIN | PKT_TCP_ACK }, { 0, PKT_TCP_ACK },
	};
	int r;

	if (c->time_ns < at)
		c->time_ns = at;
	r = play(s, c, end, sizeof(end) / sizeof(end[0]));
	table_drop(s->conns, c);
	return r;
}

/* A new connection, of which nothing was sent yet; or an error. */
static int
conn_new(struct send *s, const struct send_hop *hop, struct send_one *one,
    struct conn **out)
{
	struct send_hop key = key_of(hop), back = reverse(hop);
	struct send_one *other = send_sa_find(s, &back, 0);
	struct conn *c;
	int r;

	if (memcmp(hop, &back, sizeof(back)) == 0)
		return ERR_FORMAT;
	if (s->require && other == NULL)
		return ERR_NOSA;
	if (table_count(s->conns) == SEND_CONNECTIONS &&
	    (r = close_conn(s, table_next(s->conns, NULL), s->now_ns)) < 0)
		return r;
	if ((c = table_put(s->conns, &key, s->now_ns)) == NULL)
		return ERR_MEM;
	c->hop[0] = *hop;
	c->hop[1] = back;
	c->one[0] = one;
	c->one[1] = other;
	for (int side = 0; side < 2; side++)
		c->next[side] = (uint32_t)slice_hash(s->now_ns,
		    slice_of(&c->hop[side], sizeof(c->hop[side])));
	*out = c;
	return 0;
}

/* The connection of HOP under ONE; *NEW if it is still to be opened. */
static int
conn_get(struct send *s, const struct send_hop *hop, struct send_one *one,
    struct conn **out, bool *new)
{
	struct send_hop key = key_of(hop);
	struct conn *c = table_get(s->conns, &key);
	uint64_t time_ns = 0;
	int side, r;

	*new = true;
	if (c != NULL) {
		side = memcmp(&c->hop[0], hop, sizeof(*hop)) != 0;
		if (c->one[side] == one) {
			table_touch(s->conns, c, s->now_ns);
			*new = false;
			*out = c;
			return 0;
		}
		time_ns = c->time_ns + 3 * SEND_STEP_NS;
		if ((r = close_conn(s, c, 0)) < 0)
			return r;
	}
	if ((r = conn_new(s, hop, one, &c)) < 0)
		return r;
	c->time_ns = time_ns;
	*out = c;
	return 0;
}

/* MESSAGE of SIDE in segments of MSS; every second and the last are ACKed. */
static int
data(struct send *s, struct conn *c, int side, struct slice message,
    size_t mss)
{
	int r = 0;

	for (size_t i = 0; r == 0 && message.n > 0; i++) {
		struct slice now = slice_sub(message, 0, mss);

		message = slice_from(message, now.n);
		r = segment(s, c, side, message.n > 0 ? PKT_TCP_ACK :
		    PKT_TCP_ACK | PKT_TCP_PSH, now);
		if (r == 0 && (message.n == 0 || i % 2 == 1))
			r = segment(s, c, !side, PKT_TCP_ACK,
			    slice_of(NULL, 0));
	}
	return r;
}

int
send_tcp(struct send *s, const struct send_hop *hop, uint32_t spi,
    struct slice message)
{
	struct send_one *one = send_sa_find(s, hop, spi);
	uint64_t before, start;
	struct conn *c;
	size_t mss, n;
	bool new;
	int side, r;

	if (one == NULL && (s->require || spi != 0))
		return ERR_NOSA;
	if ((r = conn_get(s, hop, one, &c, &new)) < 0)
		return r;
	mss = mss_of(s, one, hop);
	n = message.n > 0 ? (message.n - 1) / mss : 0;
	before = (n + n / 2 + (new ? HANDSHAKE : 0)) * SEND_STEP_NS;
	start = s->now_ns > before ? s->now_ns - before : 0;
	if (c->time_ns < start)
		c->time_ns = start;
	if (new)
		r = handshake(s, c);
	side = memcmp(&c->hop[0], hop, sizeof(*hop)) != 0;
	if (r == 0)
		r = data(s, c, side, message, mss);
	if (r < 0)
		table_drop(s->conns, c);
	else if (sip_frame(message, NULL) != (int)message.n)
		r = close_conn(s, c, 0);
	return r;
}

int
send_tcp_end(struct send *s)
{
	uint64_t at = s->last_ns + SEND_STEP_NS;
	struct conn *c;
	int r = 0, e;

	while ((c = table_next(s->conns, NULL)) != NULL)
		if ((e = close_conn(s, c, at)) < 0 && r == 0)
			r = e;
	return r;
}
