/* flow: frames in, SIP messages out; its state, and the link layer. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "flow_int.h"

const char *
flow_transport_name(enum flow_transport t)
{
	static const char *const name[] = { "", "udp", "tcp", "sctp" };

	return name[t];
}

int
flow_transport_parse(struct slice s)
{
	for (int i = FLOW_UDP; i <= FLOW_SCTP; i++)
		if (slice_caseis(s, flow_transport_name(i)))
			return i;
	return ERR_ALG;
}

const char *
flow_icv_name(enum flow_icv i)
{
	static const char *const name[] = { "", "ok", "bad", "unchecked" };

	return name[i];
}

int
flow_icv_parse(struct slice s)
{
	for (int i = FLOW_ICV_OK; i <= FLOW_ICV_UNCHECKED; i++)
		if (slice_is(s, flow_icv_name(i)))
			return i;
	return ERR_ALG;
}

void
flow_class_set(struct flow *f, enum flow_class c)
{
	if (c > f->class)
		f->class = c;
}

void
flow_class_count(struct flow *f, enum flow_class c, uint64_t n)
{
	uint64_t *const to[] = {
		[FLOW_OTHER] = &f->account.other,
		[FLOW_DAMAGED] = &f->account.damaged,
		[FLOW_COPY] = &f->account.duplicate,
		[FLOW_CLOSED] = &f->account.esp,
		[FLOW_PART] = &f->account.part,
		[FLOW_MESSAGE] = &f->account.sip,
	};

	*to[c] += n;
}

void
flow_damage(struct flow *f, const char *layer, int what)
{
	flow_class_set(f, FLOW_DAMAGED);
	f->sink.damage(f->number & FLOW_NUMBER, layer, what, f->sink.arg);
}

struct flow *
flow_new(const struct flow_sink *sink, const struct flow_options *o,
    struct sa_db *db)
{
	struct flow *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->sink = *sink;
	f->opt = *o;
	f->db = db;
	f->tcp = flow_tcp_new(f, false);
	f->tcp_copies = flow_tcp_new(f, true);
	f->dup = flow_dup_new();
	f->sctp = flow_sctp_new();
	f->frag = flow_frag_new(f);
	if (f->tcp == NULL || f->tcp_copies == NULL || f->dup == NULL ||
	    f->sctp == NULL || f->frag == NULL) {
		flow_free(f);
		return NULL;
	}
	return f;
}

void
flow_free(struct flow *f)
{
	if (f == NULL)
		return;
	tcp_free(f->tcp);
	tcp_free(f->tcp_copies);
	flow_dup_free(f->dup);
	flow_sctp_free(f->sctp);
	flow_late_free(f);
	frag_free(f->frag);
	for (int i = 0; i < FLOW_LEVELS; i++) {
		buf_wipe(&f->whole[i]);
		buf_wipe(&f->esp_out[i]);
	}
	buf_free(&f->packet);
	free(f);
}

void
flow_files(struct flow *f, const struct slice *files, size_t n)
{
	f->files = files;
	f->n_files = n;
}

void
flow_where_out(const struct flow *f, struct flow_where *w)
{
	struct frag_frames *l = &w->frames;
	uint32_t n = l->count < FRAG_FRAMES ? l->count : FRAG_FRAMES;
	uint64_t file = w->frame >> FLOW_FILE_SHIFT;
	uint32_t kept = 0;

	if (file == 0 || file > f->n_files)
		return;
	w->file = f->files[file - 1];
	w->frame &= FLOW_NUMBER;
	for (uint32_t i = 0; i < n; i++)
		if (l->frame[i] >> FLOW_FILE_SHIFT == file)
			l->frame[kept++] = l->frame[i] & FLOW_NUMBER;
	l->count -= n - kept;
}

int
flow_link(struct flow *f, struct flow_path *path, int linktype,
    struct slice in)
{
	struct slice ip;
	int r;

	if (++path->depth > FLOW_DEPTH) {
		flow_damage(f, "link", ERR_LIMIT);
		return 0;
	}
	r = pkt_link(linktype, in, &ip);
	if (r < 0) {
		flow_damage(f, "link", r);
		return 0;
	}
	if (r == PKT_NEXT_OTHER)
		return 0;
	path->vantage = slice_hash(path->vantage, slice_sub(in, 0,
	    (size_t)(ip.p - in.p)));
	if (r == PKT_NEXT_ETHER)
		return flow_link(f, path, 1, ip);
	return flow_ip_packet(f, path, ip);
}

static void
begin(struct flow *f, uint64_t number, uint64_t time_ns)
{
	f->account.frames++;
	f->number = number;
	f->class = FLOW_OTHER;
	f->held = f->waits = false;
	f->proof.on = false;
	f->extra = 0;
	f->now_ns = time_ns;
	frag_expire(f->frag, f->now_ns);
	tcp_expire(f->tcp, f->now_ns);
	tcp_expire(f->tcp_copies, f->now_ns);
}

static int
end(struct flow *f, int r)
{
	if (!f->held) {
		flow_class_count(f, f->class, 1);
		flow_class_count(f, f->class == FLOW_MESSAGE ? FLOW_PART :
		    f->class, f->extra);
	}
	if (r >= 0)
		r = f->error;
	return r < 0 ? r : f->waits;
}

int
flow_frame(struct flow *f, int linktype, uint32_t interface, uint64_t number,
    uint64_t time_ns, struct slice data, size_t wire_len)
{
	struct flow_path path = { 0 };

	begin(f, number, time_ns);
	path.cut = data.n < wire_len;
	path.vantage = slice_hash(interface, slice_of(&linktype,
	    sizeof(linktype)));
	path.where.timed = true;
	path.where.time_ns = time_ns;
	path.where.frame = number;
	return end(f, flow_link(f, &path, linktype, data));
}

void
flow_unread(struct flow *f, uint64_t number)
{
	begin(f, number, 0);
	f->class = FLOW_DAMAGED;
	(void)end(f, 0);
}

int
flow_packet(struct flow *f, const struct flow_packet *p)
{
	struct flow_path path = { 0 };

	begin(f, p->where.frame, p->where.time_ns);
	path.where = p->where;
	path.prot = p->protection;
	path.cut = p->cut;
	path.copy = p->copy;
	path.judged = true;
	return end(f, flow_ip_packet(f, &path, p->packet));
}

int
flow_text(struct flow *f, struct slice file, struct slice message)
{
	struct flow_path path = { 0 };

	path.where.file = file;
	(void)flow_message(f, &path, message, false);
	return f->error;
}

int
flow_end(struct flow *f)
{
	frag_flush(f->frag);
	tcp_flush(f->tcp);
	tcp_flush(f->tcp_copies);
	if (f->error == 0)
		f->error = tcp_error(f->tcp);
	/* The same packet in another file is no copy. */
	flow_dup_reset(f->dup);
	return f->error;
}

void
flow_account(const struct flow *f, struct flow_account *a)
{
	*a = f->account;
	a->evicted = tcp_evicted(f->tcp) + frag_evicted(f->frag) +
	    flow_sctp_evicted(f->sctp);
}
