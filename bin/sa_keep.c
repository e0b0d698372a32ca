/* sa_keep: the SAs of a run, in the order in which they came. */
#include <string.h>

#include "err.h"
#include "sa_tool.h"
#include "table.h"

#define SAS	65536	/* the oldest go first */

struct id {
	struct pkt_addr	 src, dst;
	uint8_t		 zero[2];
	uint32_t	 spi;
};

static struct table *sas;

static void
wipe(void *val, void *arg)
{
	(void)arg;
	crypt_wipe(val, sizeof(struct sa));
}

void
sas_keep(const struct sa *sa)
{
	struct sa *to = NULL;
	struct id id;

	memset(&id, 0, sizeof(id));
	id.src = sa->src;
	id.dst = sa->dst;
	id.spi = sa->spi;
	if (sas == NULL)
		sas = table_new(sizeof(struct id), sizeof(struct sa), SAS, wipe,
		    NULL);
	if (sas != NULL && (to = table_get(sas, &id)) == NULL)
		to = table_put(sas, &id, 0);
	if (to == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	*to = *sa;
}

const struct sa *
sas_next(const struct sa *sa)
{
	return sas != NULL ? table_next(sas, sa) : NULL;
}

void
sas_free(void)
{
	table_free(sas);
	sas = NULL;
}
