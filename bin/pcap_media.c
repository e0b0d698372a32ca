/* pcap_media: SRTP replaced by what was in it, with the keys of SDP. */
#include "err.h"
#include "pcap_media.h"
#include "tool.h"

static struct {
	struct srtp_db	 *db;
	struct srtp_learn *learn;
	struct buf	 clear;
} m;

static void
system_failed(int r)
{
	if (r < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(r));
}

static void
on_stream(const struct srtp_stream *s, void *arg)
{
	(void)arg;
	system_failed(srtp_db_add(m.db, s));
}

/* ims-sa media says what is wrong with a description. */
static void
on_bad(const struct sdp_fault *f, size_t line, void *arg)
{
	(void)f;
	(void)line;
	(void)arg;
}

static void
start(void)
{
	const struct srtp_learn_sink sink = { on_stream, on_bad, NULL };

	if (m.db != NULL)
		return;
	if ((m.db = srtp_db_new()) == NULL ||
	    (m.learn = srtp_learn_new(&sink)) == NULL)
		system_failed(ERR_MEM);
}

void
media_key(const struct srtp_stream *s)
{
	start();
	on_stream(s, NULL);
}

void
media_sip(const struct flow_sip *s)
{
	const struct srtp_seen at = {
		.src = s->where.src, .dst = s->where.dst,
		.time_ns = s->where.time_ns, .frame = s->where.frame,
	};

	start();
	if (!s->copy)
		system_failed(srtp_learn(m.learn, s->msg, &at));
}

bool
media_packet(const struct flow_packet *p, struct slice *clear)
{
	char kind[64];
	int r;

	if (m.db == NULL)
		return false;
	buf_reset(&m.clear);
	r = srtp_db_packet(m.db, p->packet, p->copy, p->where.time_ns,
	    &m.clear);
	if (r == ERR_MEM || r == ERR_CRYPT)
		system_failed(r);
	if (r < 0 && r != ERR_NOSA) {
		tool_bad();
		(void)snprintf(kind, sizeof(kind), "srtp: %s",
		    r == ERR_AUTH ? "tag does not match" : tool_reason(r));
		tool_warn_kind(kind, "%s: frame %llu: %s", tool_file(),
		    (unsigned long long)p->where.frame, kind);
	}
	*clear = buf_slice(&m.clear);
	return r >= 0;
}

void
media_close(void)
{
	srtp_learn_free(m.learn);
	srtp_db_free(m.db);
	buf_wipe(&m.clear);
}
