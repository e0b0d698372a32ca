/* sa_opt: the options of ims-sa, and the keys that -k names. */
#include "err.h"
#include "sa_tool.h"

struct opt opt = { .letters = "f:s:x" };

void
keys_load(struct sa_db *db, void (*fn)(const struct sa *sa, void *arg),
    void *arg)
{
	for (size_t i = 0; i < opt.keys.n; i++)
		tool_keys_sa(db, opt.keys.v[i], fn, arg);
}

struct sa_db *
keys_db(void)
{
	struct sa_db *db = sa_db_new();

	if (db == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	return db;
}
