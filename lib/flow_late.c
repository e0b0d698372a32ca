/* flow_late: ESP packets read without a key, checked when it is known. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "flow_int.h"

static void
drop_oldest(struct flow_late *l)
{
	free((void *)(uintptr_t)l->packet[0].esp.p);
	l->bytes -= l->packet[0].esp.n;
	l->n--;
	memmove(l->packet, l->packet + 1, l->n * sizeof(l->packet[0]));
}

void
flow_late_keep(struct flow *f, const struct flow_path *path, struct slice esp)
{
	struct flow_late *l = &f->late;
	uint8_t *p;

	while (l->n == FLOW_LATE ||
	    (l->n > 0 && l->bytes + esp.n > FLOW_LATE_BYTES))
		drop_oldest(l);
	if ((p = malloc(esp.n)) == NULL)
		return;		/* then it stays unchecked */
	memcpy(p, esp.p, esp.n);
	l->packet[l->n].frame = path->where.frame;
	l->packet[l->n].src = path->where.src;
	l->packet[l->n].dst = path->where.dst;
	l->packet[l->n++].esp = slice_of(p, esp.n);
	l->bytes += esp.n;
}

/* Is FRAME one of those WHERE names? */
static bool
is_of(const struct flow_where *where, uint64_t frame)
{
	if (where->frames.count < 2)
		return frame == where->frame;
	for (uint32_t i = 0; i < where->frames.count && i < FRAG_FRAMES; i++)
		if (where->frames.frame[i] == frame)
			return true;
	return false;
}

int
flow_late_check(struct flow *f, const struct flow_where *where,
    struct flow_protection *prot)
{
	struct flow_late *l = &f->late;
	uint32_t need = where->frames.count > 1 ? where->frames.count : 1;
	uint32_t right = 0;
	struct sa_opened o;
	struct buf *out = &f->esp_out[FLOW_LEVELS - 1];
	size_t kept = 0;
	uint8_t *room;

	for (size_t i = 0; i < l->n; i++) {
		struct slice esp = l->packet[i].esp;

		buf_reset(out);
		if ((room = buf_room(out, esp.n)) == NULL)
			return ERR_MEM;
		if (sa_db_open(f->db, &l->packet[i].src, &l->packet[i].dst,
		    esp, room, false, where->time_ns, &o) < 0 || !o.checked) {
			l->packet[kept++] = l->packet[i];
			continue;
		}
		f->account.esp_checked++;
		if (is_of(where, l->packet[i].frame) && o.spi == prot->spi) {
			right++;
			prot->known = true;
			prot->alg = o.alg;
			prot->ealg = o.ealg;
			flow_iv(prot, esp);
		}
		l->bytes -= esp.n;
		free((void *)(uintptr_t)esp.p);
	}
	l->n = kept;
	if (right >= need) {
		prot->icv = FLOW_ICV_OK;
		f->proof = *prot;
	}
	return 0;
}

void
flow_late_free(struct flow *f)
{
	while (f->late.n > 0)
		drop_oldest(&f->late);
}
