/*
 * fuzz_flow: what must hold for a whole capture, from its octets to messages.
 * The keys are those of the captures it is seeded with.
 */
#include <stdlib.h>
#include <string.h>

#include "aka.h"
#include "cap.h"
#include "err.h"
#include "flow.h"
#include "fuzz.h"

struct count {
	uint64_t	 messages, gaps, cut;
	uint64_t	 sum;		/* of all octets handed out */
};

/* All of S can be read, and OUTER holds it. */
static void
readable(struct count *c, struct slice s, struct slice outer)
{
	for (size_t i = 0; i < s.n; i++)
		c->sum += s.p[i];
	inside(s, outer);
}

static void
check_where(const struct flow_where *w)
{
	uint32_t n = w->frames.count;

	if (n > FRAG_FRAMES)
		n = FRAG_FRAMES;
	for (uint32_t i = 1; i < n; i++)
		must(w->frames.frame[i - 1] < w->frames.frame[i]);
	must(w->src.family == 4 || w->src.family == 6);
	must(w->dst.family == w->src.family);
	must(w->timed && w->frame > 0);
}

static void
sip(const struct flow_sip *m, void *arg)
{
	struct count *c = arg;

	check_where(&m->where);
	readable(c, m->message, m->message);
	must(m->message.n > 0 && m->msg->raw.p == m->message.p);
	for (size_t i = 0; i < m->msg->n_hdr; i++) {
		readable(c, m->msg->hdr[i].name, m->message);
		readable(c, m->msg->hdr[i].value, m->message);
	}
	readable(c, m->msg->body, m->message);
	must(m->protection.on || m->protection.icv == FLOW_ICV_NONE);
	must(m->protection.icv != FLOW_ICV_BAD);
	must(m->protection.icv != FLOW_ICV_OK || m->protection.known);
	c->messages += !m->copy;
	c->cut += m->cut && !m->copy;
}

static void
esp(const struct flow_esp *e, void *arg)
{
	(void)arg;
	must(e->reason < 0);
	must(strcmp(err_name(e->reason), "ok") != 0);
}

static void
gap(const struct flow_gap *g, void *arg)
{
	struct count *c = arg;

	check_where(&g->where);
	must(g->octets > 0);
	c->gaps++;
}

static void
packet(const struct flow_packet *p, void *arg)
{
	struct pkt_ip ip;

	readable(arg, p->packet, p->packet);
	must(pkt_ip(p->packet, &ip) == 0 && !ip.fragment);
}

static void
damage(uint64_t frame, const char *layer, int what, void *arg)
{
	(void)arg;
	must(frame > 0 && layer[0] != '\0' && what < 0);
}

static void
add_sa(struct sa_db *db, const char *src, const char *dst, uint32_t spi,
    enum esp_alg alg, enum esp_ealg ealg)
{
	uint8_t ck[16], ik[16];
	struct sa sa;

	memset(&sa, 0, sizeof(sa));
	must(pkt_addr_parse(&sa.src, slice_str(src)) == 0);
	must(pkt_addr_parse(&sa.dst, slice_str(dst)) == 0);
	must(slice_hex(slice_str("b40ba9a3c58b2a05bbf0d987b21bf8cb"), ck,
	    16) == 16);
	must(slice_hex(slice_str("f769bcd751044604127672711c6d3441"), ik,
	    16) == 16);
	must(sa_expand(alg, ealg, ck, ik, &sa.key) == 0);
	sa.role = -1;
	sa.spi = spi;
	sa.has_key = true;
	must(sa_db_add(db, &sa) == 0);
}

/* lab/kernel, and the subscriber of open5gs/ipsec_reg.pcapng. */
static struct sa_db *
keys(void)
{
	struct sa_db *db = sa_db_new();
	struct aka_key key;

	if (db == NULL)
		exit(1);
	add_sa(db, "10.33.203.1", "10.33.203.2", 0x4444001e, ESP_AES_GMAC,
	    ESP_NULL);
	add_sa(db, "10.33.203.2", "10.33.203.1", 0x1111001e, ESP_AES_GMAC,
	    ESP_NULL);
	add_sa(db, "10.33.203.1", "10.33.203.2", 0x44440028,
	    ESP_HMAC_SHA_1_96, ESP_AES_CBC);
	aka_key_init(&key, AKA_MILENAGE);
	key.k_len = 16;
	must(slice_hex(slice_str("8baf473f2f8fd09487cccbd7097c6862"), key.k,
	    16) == 16);
	must(slice_hex(slice_str("8e27b6af0e692e750f32667a3b14605d"), key.opc,
	    16) == 16);
	must(sa_db_subscriber(db, slice_str(""), &key) == 0);
	return db;
}

static void
run(struct cap *c, const struct flow_options *o)
{
	struct count count = { 0 };
	struct flow_sink sink = { sip, esp, gap, packet, damage, &count };
	struct sa_db *db = keys();
	struct flow *f = flow_new(&sink, o, db);
	struct flow_account a;
	struct cap_frame in;
	int e;

	if (f == NULL)
		exit(1);
	while ((e = cap_next(c, &in)) > 0)
		must(flow_frame(f, in.linktype, in.interface, in.number,
		    in.time_ns, in.data, in.wire_len) >= 0);
	must(e == 0 || cap_error(c)[0] != '\0');
	must(flow_end(f) == 0);
	flow_account(f, &a);
	must(a.frames == a.sip + a.part + a.esp + a.duplicate + a.other +
	    a.damaged);
	if (!o->packets && !o->opened)
		must(a.messages == count.messages && a.cut == count.cut &&
		    a.gaps == count.gaps);
	else
		must(count.messages == 0 && count.gaps == 0);
	must(a.esp_checked <= a.esp_opened);
	flow_free(f);
	sa_db_free(db);
}

/* The last octet chooses the options. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[CAP_ERROR_TEXT];
	struct flow_options o = { 0 };
	struct cap *c;
	FILE *f;
	int e;

	if (size < 2)
		return 0;
	o.duplicates = data[size - 1] & 1;
	o.packets = (data[size - 1] & 6) == 6;
	o.opened = (data[size - 1] & 6) == 4;
	if ((f = fmemopen((void *)(uintptr_t)data, size - 1, "rb")) == NULL)
		return 0;
	if ((c = cap_open(f, &e, error)) != NULL) {
		run(c, &o);
		cap_close(c);
	} else {
		must(e < 0 && error[0] != '\0');
	}
	fclose(f);
	return 0;
}
