/* err: the error names of the library. */
#include "err.h"

const char *
err_name(int e)
{
	static const char *const name[] = {
		"ok", "more", "format", "limit", "range", "alg", "nosa",
		"nokey", "auth", "replay", "sync", "crypt", "mem", "io",
	};

	if (e >= 0)
		return name[0];
	if (e < ERR_IO)
		return "unknown";
	return name[-e];
}
