/* flow_sip: SIP and Diameter found in datagrams and streams, handed out. */
#include <string.h>

#include "dia.h"
#include "err.h"
#include "flow_int.h"

/* Bits of tcp_meta.tag; the algorithms of the SA stand above them. */
#define TAG_UNCHECKED	1U
#define TAG_KNOWN	2U

static void
learn(struct flow *f, const struct flow_path *path)
{
	const struct flow_where *w = &path->where;
	const struct sa_seen at = { &w->src, &w->dst, w->sport,
	    path->prot.spi, w->time_ns, w->frame & FLOW_NUMBER };
	int r = sa_learn(f->db, &f->msg, &at);

	if (r < 0)
		f->error = r;
}

bool
flow_message(struct flow *f, const struct flow_path *path,
    struct slice message, bool cut)
{
	const struct flow_where *where = &path->where;
	struct flow_sip m = { .cut = cut, .copy = path->copy > 0 };
	bool late;

	if (sip_parse(&f->msg, message) < 0)
		return false;
	m.where = *where;
	m.message = f->msg.raw;
	m.protection = path->prot;
	/* A protected REGISTER may tell what its own packets are opened with. */
	late = path->prot.icv == FLOW_ICV_UNCHECKED && !m.copy &&
	    f->msg.request && slice_is(f->msg.method, "REGISTER");
	if (late) {
		learn(f, path);
		if (flow_late_check(f, where, &m.protection) < 0)
			f->error = ERR_MEM;
	}
	flow_where_out(f, &m.where);
	m.msg = &f->msg;
	f->account.messages += !m.copy;
	f->account.cut += cut && !m.copy;
	if (!f->opt.opened || f->opt.messages)
		f->sink.sip(&m, f->sink.arg);
	if (m.copy)
		return true;
	if (!late)
		learn(f, path);
	return true;
}

/* RFC 3261 7.5: empty lines before a message; alone they keep NAT awake. */
static size_t
leading_crlf(struct slice s)
{
	size_t i = 0;

	while (i < s.n && (s.p[i] == '\r' || s.p[i] == '\n'))
		i++;
	return i;
}

bool
flow_datagram_begins(struct slice *data, bool cut)
{
	int begins;

	*data = slice_from(*data, leading_crlf(*data));
	if (data->n == 0)
		return false;
	begins = sip_begins(*data);
	return begins > 0 || (begins < 0 && cut);
}

bool
flow_datagram(struct flow *f, const struct flow_path *path, struct slice data)
{
	return flow_datagram_begins(&data, path->cut) &&
	    flow_message(f, path, data, path->cut);
}

static void
vector(const struct dia_vector *v, void *arg)
{
	struct flow *f = arg;

	if (v->authenticate.n < AKA_RAND || v->ck.n != 16 || v->ik.n != 16)
		return;
	if (sa_db_vector(f->db, v->authenticate.p, v->ck.p, v->ik.p,
	    f->now_ns) < 0)
		f->error = ERR_MEM;
}

void
flow_diameter(struct flow *f, struct slice message)
{
	/* What is no Diameter, or damaged, has no vector for us. */
	if (dia_vectors(message, vector, f) < 0)
		return;
}

/* Does a header field, or what may become one, follow the first line? */
static bool
header_follows(struct slice s)
{
	struct slice line;
	size_t colon, n = slice_chr(s, '\n');

	line = slice_from(s, n + 1);
	colon = slice_chr(line, ':');
	n = slice_chr(line, '\n');
	return line.n == 0 || colon < n || (n == line.n && n < 64);
}

/* Is S a word that messages begin with, or, at the end of data, its start? */
static bool
first_word(struct slice s)
{
	static const char *const word[] = {
		"SIP/2.0 ", "ACK ", "BYE ", "CANCEL ", "INFO ", "INVITE ",
		"MESSAGE ", "NOTIFY ", "OPTIONS ", "PRACK ", "PUBLISH ",
		"REFER ", "REGISTER ", "SUBSCRIBE ", "UPDATE ",
	};

	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
		size_t n = strlen(word[i]);

		if (memcmp(s.p, word[i], s.n < n ? s.n : n) == 0)
			return true;
	}
	return false;
}

/*
 * Where a message begins in the middle of the line AT: a body in front of it
 * need not end with a line end.  Or N octets further, behind the line.
 */
static size_t
resync_line(struct slice data, size_t at, size_t n, bool last)
{
	struct slice line = slice_sub(data, at, n);
	bool whole = at + n < data.n;

	if (whole && (slice_find(line, slice_str("SIP/2.0")) == n ||
	    !header_follows(slice_from(data, at))))
		return at + n;
	for (size_t i = at; i < at + n; i++) {
		struct slice rest = slice_from(data, i);
		int begins;

		/* Few octets begin one of those words. */
		if (rest.p[0] < 'A' || rest.p[0] > 'U' || !first_word(rest))
			continue;
		begins = sip_begins(rest);
		if (begins == 1 ? header_follows(rest) : begins < 0 && !last)
			return i;
	}
	return at + n;
}

/* Octets up to where the next message begins, or all. */
static size_t
resync(struct slice data, bool last)
{
	size_t at = 1, end;

	for (;;) {
		size_t n = slice_chr(slice_from(data, at), '\n');
		struct slice rest;
		int begins;

		if ((end = resync_line(data, at, n, last)) < at + n)
			return end;
		if ((at += n + 1) >= data.n)
			return data.n;
		rest = slice_from(data, at);
		begins = sip_begins(rest);
		if (begins == 1 && header_follows(rest))
			return at;
		if (begins < 0 && !last)
			return at;
	}
}

static enum tcp_verdict
look_diameter(struct flow *f, struct slice data, bool last, size_t *n)
{
	int r = dia_frame(data);

	if (r == ERR_MORE || (r > 0 && (size_t)r > data.n)) {
		*n = data.n;
		return last ? TCP_JUNK : TCP_WAIT;
	}
	if (r <= 0) {
		*n = resync(data, last);
		return TCP_JUNK;
	}
	*n = (size_t)r;
	flow_diameter(f, slice_sub(data, 0, *n));
	return TCP_JUNK;
}

/*
 * How many octets of DATA, a request, are not of it?  "TER sip:..." is a
 * request, too, and so is one with the end of a body in front; its CSeq knows
 * the method.
 */
static size_t
foreign_octets(struct flow *f, struct slice data, bool last)
{
	struct sip_cseq cseq = { 0 };
	struct slice method;
	size_t n, whole;

	if (sip_parse(&f->msg, data) < 0 || !f->msg.request ||
	    sip_cseq(&f->msg, &cseq) == ERR_FORMAT)
		return 0;
	method = f->msg.method;
	n = method.n;
	whole = cseq.method.n;
	if (n < whole && slice_eq(method, slice_from(cseq.method, whole - n)))
		return resync(data, last);
	if (whole > 0 && n > whole &&
	    slice_eq(slice_from(method, n - whole), cseq.method))
		return n - whole;
	return 0;
}

static enum tcp_verdict
look(void *arg, struct slice data, bool last, bool blind, size_t *n)
{
	struct flow *f = arg;
	size_t foreign;
	int r;

	if ((*n = leading_crlf(data)) > 0)
		return TCP_JUNK;
	f->cut_message = false;
	r = sip_frame(data, NULL);
	if (r > 0 || (last && r == ERR_MORE)) {
		*n = r > 0 ? (size_t)r : data.n;
		if (blind && (foreign = foreign_octets(f, slice_sub(data, 0,
		    *n), last)) > 0) {
			*n = foreign;
			return TCP_JUNK;
		}
	}
	if (r > 0)
		return TCP_MESSAGE;
	*n = data.n;
	if (r == ERR_FORMAT)
		return look_diameter(f, data, last, n);
	if (r == ERR_MORE && !last)
		return TCP_WAIT;
	if (sip_begins(data) != 1)
		return TCP_JUNK;
	f->cut_message = true;
	return TCP_MESSAGE;
}

static void
message(void *arg, const struct tcp_message *m)
{
	struct flow *f = arg;
	struct flow_path path = {
		.copy = m->key->copy,
		.where = {
			.timed = true, .time_ns = m->time_ns,
			.frame = m->frame, .frames = m->frames,
			.src = m->key->src, .dst = m->key->dst,
			.sport = m->key->sport, .dport = m->key->dport,
			.transport = FLOW_TCP,
		},
	};

	if (m->key->spi != 0) {
		path.prot = (struct flow_protection){
			.on = true, .spi = m->key->spi, .seq = m->mark,
			.known = (m->tag & TAG_KNOWN) != 0,
			.alg = (enum esp_alg)(m->tag >> 8 & 0xff),
			.ealg = (enum esp_ealg)(m->tag >> 16 & 0xff),
			.icv = (m->tag & TAG_UNCHECKED) != 0 ?
			    FLOW_ICV_UNCHECKED : FLOW_ICV_OK,
		};
		if (path.prot.known)
			path.prot.iv_len = esp_iv_len(path.prot.alg,
			    path.prot.ealg);
		memcpy(path.prot.iv, m->note, path.prot.iv_len);
	}
	(void)flow_message(f, &path, m->data, f->cut_message);
}

static void
gap(void *arg, const struct tcp_key *key, uint64_t n, uint64_t frame,
    uint64_t time_ns)
{
	struct flow *f = arg;
	struct flow_gap g = {
		.where = {
			.timed = true, .time_ns = time_ns,
			.frame = frame, .src = key->src, .dst = key->dst,
			.sport = key->sport, .dport = key->dport,
			.transport = FLOW_TCP,
		},
		.octets = n,
	};

	flow_where_out(f, &g.where);
	f->account.gaps++;
	if (f->sink.gap != NULL && !f->opt.opened)
		f->sink.gap(&g, f->sink.arg);
}

static void
fate(void *arg, enum tcp_fate what, uint32_t n)
{
	static const enum flow_class class[] = {
		[TCP_FATE_NOTHING] = FLOW_OTHER, [TCP_FATE_COPY] = FLOW_COPY,
		[TCP_FATE_PART] = FLOW_PART, [TCP_FATE_MESSAGE] = FLOW_MESSAGE,
	};

	flow_class_count(arg, class[what], n);
}

/* Copies are in the account already. */
static void
fate_of_copy(void *arg, enum tcp_fate what, uint32_t n)
{
	(void)arg;
	(void)what;
	(void)n;
}

struct tcp *
flow_tcp_new(struct flow *f, bool copies)
{
	struct tcp_reader r = {
		.look = look, .message = message, .gap = gap,
		.fate = copies ? fate_of_copy : fate, .arg = f,
	};

	return tcp_new(&r);
}

int
flow_tcp(struct flow *f, const struct flow_path *path,
    const struct pkt_tcp *seg)
{
	struct tcp_key key;
	struct tcp_meta meta = {
		.frame = path->where.frame, .time_ns = path->where.time_ns,
		.first = path->where.frame, .extra = f->extra,
		.order = path->where.frame >> FLOW_FILE_SHIFT == 0 ?
		    path->where.frame : f->account.frames,
	};

	memset(&key, 0, sizeof(key));
	key.src = path->where.src;
	key.dst = path->where.dst;
	key.sport = seg->sport;
	key.dport = seg->dport;
	key.copy = path->copy;
	if (path->prot.on) {
		key.spi = path->prot.spi;
		meta.mark = path->prot.seq;
		meta.tag = (uint32_t)path->prot.alg << 8 |
		    (uint32_t)path->prot.ealg << 16 |
		    (path->prot.known ? TAG_KNOWN : 0) |
		    (path->prot.icv == FLOW_ICV_OK ? 0 : TAG_UNCHECKED);
		memcpy(meta.note, path->prot.iv, path->prot.iv_len);
	}
	if (path->where.frames.count > 0)
		meta.first = path->where.frames.frame[0];
	if (path->copy > 0) {
		meta.extra = 0;
		flow_class_set(f, FLOW_COPY);
		return tcp_push(f->tcp_copies, &key, seg, &meta);
	}
	f->held = true;
	return tcp_push(f->tcp, &key, seg, &meta);
}
