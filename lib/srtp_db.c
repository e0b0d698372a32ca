/* srtp_db: the streams of packets, by address and port. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "srtp_int.h"
#include "table.h"

/* No padding: it is the key of a table. */
struct place {
	uint8_t	family, ip[16], side;	/* 0: where it goes, 1: comes from */
	uint8_t	port[2];
};

/* Oldest first. */
struct streams {
	size_t		 n;
	struct srtp	*srtp[SRTP_DB_KEYS];
};

struct srtp_db {
	struct table	*streams;
	struct buf	 clear;		/* a payload opened */
};

static void
drop(void *val, void *arg)
{
	struct streams *s = val;

	(void)arg;
	for (size_t i = 0; i < s->n; i++)
		srtp_free(s->srtp[i]);
}

struct srtp_db *
srtp_db_new(void)
{
	struct srtp_db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		return NULL;
	db->streams = table_new(sizeof(struct place), sizeof(struct streams),
	    SRTP_STREAMS, drop, NULL);
	if (db->streams == NULL) {
		free(db);
		return NULL;
	}
	return db;
}

void
srtp_db_free(struct srtp_db *db)
{
	if (db == NULL)
		return;
	table_free(db->streams);
	buf_wipe(&db->clear);
	free(db);
}

static struct place
place(const struct pkt_addr *a, uint16_t port, bool source)
{
	struct place p = { .family = a->family, .side = source };

	memcpy(p.ip, a->ip, sizeof(p.ip));
	p.port[0] = (uint8_t)(port >> 8);
	p.port[1] = (uint8_t)port;
	return p;
}

static int
add(struct srtp_db *db, const struct srtp_stream *s, const struct place *p)
{
	struct streams *all = table_put(db->streams, p, s->time_ns);
	struct srtp *one;

	if (all == NULL)
		return ERR_MEM;
	for (size_t i = 0; i < all->n; i++)
		if (srtp_has_key(all->srtp[i], &s->key))
			return 0;
	if ((one = srtp_new(&s->key, false)) == NULL)
		return ERR_MEM;
	if (all->n == SRTP_DB_KEYS) {
		srtp_free(all->srtp[0]);
		memmove(all->srtp, all->srtp + 1,
		    (SRTP_DB_KEYS - 1) * sizeof(all->srtp[0]));
		all->n--;
	}
	all->srtp[all->n++] = one;
	return 0;
}

int
srtp_db_add(struct srtp_db *db, const struct srtp_stream *s)
{
	bool source = s->dst.family == 0 || s->dport == 0;
	const struct pkt_addr *a = source ? &s->src : &s->dst;
	uint16_t port = source ? s->sport : s->dport;
	uint16_t rtcp = (uint16_t)(port + 1);
	struct place p = place(a, port, source);
	int e;

	if (!source && s->rtcp_dport != 0)
		rtcp = s->rtcp_dport;
	if (!s->has_key || a->family == 0 || port == 0)
		return 0;
	if ((e = add(db, s, &p)) < 0 || rtcp == port || rtcp == 0)
		return e;
	p = place(a, rtcp, source);
	return add(db, s, &p);
}

/* The newest first.  0, 1, or the last that was wrong. */
static int
try(struct srtp_db *db, const struct place *p, bool copy, uint64_t now_ns,
    struct slice in, struct buf *out)
{
	struct streams *all = table_get(db->streams, p);
	int e = ERR_NOSA;

	if (all == NULL)
		return ERR_NOSA;
	table_touch(db->streams, all, now_ns);
	for (size_t i = all->n; e < 0 && i > 0; i--) {
		srtp_copy(all->srtp[i - 1], copy);
		e = srtp_is_rtcp(in) ?
		    srtp_rtcp_open(all->srtp[i - 1], in, out) :
		    srtp_open(all->srtp[i - 1], in, out);
	}
	return e;
}

int
srtp_db_open(struct srtp_db *db, const struct pkt_addr *src, uint16_t sport,
    const struct pkt_addr *dst, uint16_t dport, bool copy, uint64_t now_ns,
    struct slice in, struct buf *out)
{
	struct place p = place(dst, dport, false);
	int e, second;

	if (in.n < 8 || in.p[0] >> 6 != 2)
		return ERR_NOSA;
	if ((e = try(db, &p, copy, now_ns, in, out)) >= 0)
		return e;
	p = place(src, sport, true);
	second = try(db, &p, copy, now_ns, in, out);
	return second == ERR_NOSA ? e : second;
}

int
srtp_db_packet(struct srtp_db *db, struct slice in, bool copy,
    uint64_t now_ns, struct buf *out)
{
	size_t had = out->n;
	struct pkt_ip ip;
	struct pkt_udp udp;
	int e, w;

	if (pkt_ip(in, &ip) < 0 || ip.proto != PKT_PROTO_UDP || ip.cut ||
	    (ip.fragment && (ip.more || ip.offset > 0)) ||
	    pkt_udp(ip.payload, &udp) < 0 || udp.cut)
		return ERR_NOSA;
	buf_reset(&db->clear);
	e = srtp_db_open(db, &ip.src, udp.sport, &ip.dst, udp.dport, copy,
	    now_ns, udp.payload, &db->clear);
	if (e < 0)
		return e;
	udp.payload = buf_slice(&db->clear);
	w = pkt_ip_write(out, &ip, PKT_PROTO_UDP, 8 + udp.payload.n);
	if (w == 0)
		w = pkt_udp_write(out, &ip, &udp);
	if (w < 0 || out->bad) {
		out->n = had;
		return w < 0 ? w : ERR_MEM;
	}
	return e;
}
