/* test_err: the words of the errors, as ims-records(5) has them. */
#include <limits.h>

#include "err.h"
#include "unit.h"

int
main(void)
{
	static const struct {
		int		 e;
		const char	*word;
	} t[] = {
		{ 0, "ok" }, { 7, "ok" }, { INT_MAX, "ok" },
		{ ERR_MORE, "more" }, { ERR_FORMAT, "format" },
		{ ERR_LIMIT, "limit" }, { ERR_RANGE, "range" },
		{ ERR_ALG, "alg" }, { ERR_NOSA, "nosa" },
		{ ERR_NOKEY, "nokey" }, { ERR_AUTH, "auth" },
		{ ERR_REPLAY, "replay" }, { ERR_SYNC, "sync" },
		{ ERR_CRYPT, "crypt" }, { ERR_MEM, "mem" }, { ERR_IO, "io" },
		{ ERR_IO - 1, "unknown" }, { INT_MIN, "unknown" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		CHECK_STR(slice_str(err_name(t[i].e)), t[i].word, "%d", t[i].e);
	return unit_end();
}
