/* aka_out: results and diagnostics of ims-aka. */
#include <string.h>

#include "aka_tool.h"
#include "err.h"

#define PIECE	(32U << 10)

void
put_result(struct buf *b)
{
	if (b->bad || b->n >= PIECE || opt.common.line_buffered)
		tool_out(b);
}

void
put_now(struct buf *b)
{
	if (b->bad || b->n > 0)
		tool_out(b);
}

void
put_rest(struct buf *b)
{
	put_now(b);
	buf_wipe(b);
}

void
take_whys(const char *what, const struct why_set *set, size_t n,
    struct rec_answer *answer)
{
	static char text[WHY_SETS][256];
	struct buf b;

	answer->n_why = 0;
	for (size_t i = 0; i < n && i < WHY_SETS; i++) {
		buf_init(&b, sizeof(text[i]) - 1);
		why_write(&b, what, &set[i]);
		(void)snprintf(text[i], sizeof(text[i]), "%.*s", (int)b.n,
		    b.n > 0 ? (const char *)b.p : "");
		buf_free(&b);
		answer->why[answer->n_why++] = slice_str(text[i]);
	}
}

void
warn_whys(const char *at, const struct rec_answer *answer)
{
	for (size_t i = 0; i < answer->n_why; i++)
		tool_warn("%s: note: %.*s", at, (int)answer->why[i].n,
		    (const char *)answer->why[i].p);
}
