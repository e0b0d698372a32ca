/* pcap_impi: which messages are of a private identity. */
#include "err.h"
#include "pcap_impi.h"
#include "pcap_story.h"
#include "table.h"
#include "tool.h"

#define KNOWN		65536	/* Call-IDs and identities */

static struct table	*of_impi;	/* their hashes */

static bool
known(uint64_t key)
{
	return table_get(of_impi, &key) != NULL;
}

static void
learn(uint64_t key)
{
	if (table_put(of_impi, &key, 0) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
}

static uint64_t
call_key(const struct sip_msg *m)
{
	return slice_hash(1, sip_value(m, SIP_H_CALL_ID));
}

/* Of an identity: the URI without its parameters; 0: none. */
static uint64_t
identity_key(struct slice value)
{
	struct sip_addr a;
	struct sip_uri u;

	if (sip_addr(value, &a) < 0 || sip_uri(a.uri, &u) < 0 ||
	    u.user.n == 0)
		return 0;
	return slice_hash(slice_hash(2, u.user), u.host);
}

static void
learn_identities(const struct sip_msg *m)
{
	struct sip_iter it = { 0 };
	struct slice v;
	uint64_t key = identity_key(sip_value(m, SIP_H_TO));

	if (key != 0)
		learn(key);
	while (sip_each(m, SIP_H_P_ASSOCIATED_URI, &it, &v))
		if ((key = identity_key(v)) != 0)
			learn(key);
}

static bool
has_identity(const struct sip_msg *m)
{
	static const enum sip_h h[] = {
		SIP_H_FROM, SIP_H_TO, SIP_H_P_ASSERTED_IDENTITY,
		SIP_H_P_PREFERRED_IDENTITY,
	};

	for (size_t i = 0; i < sizeof(h) / sizeof(h[0]); i++) {
		uint64_t key = identity_key(sip_value(m, h[i]));

		if (key != 0 && known(key))
			return true;
	}
	return false;
}

bool
impi_is(struct slice impi, const struct sip_msg *m)
{
	bool here = slice_caseeq(sa_impi(m), impi);
	bool of;

	if (of_impi == NULL && (of_impi = table_new(sizeof(uint64_t), 1,
	    KNOWN, NULL, NULL)) == NULL)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(ERR_MEM));
	of = here || known(call_key(m)) || has_identity(m);
	if (of)
		learn(call_key(m));
	if (of && slice_is(story_method(m), "REGISTER"))
		learn_identities(m);
	return of;
}

void
impi_close(void)
{
	table_free(of_impi);
}
