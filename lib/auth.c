/* auth: what SIP says of a digest. */
#include <string.h>

#include "auth.h"

void
auth_digest(const struct sip_msg *m, struct slice params,
    struct aka_digest *d)
{
	memset(d, 0, sizeof(*d));
	d->method = m->method;
	d->body = m->body;
	(void)sip_param(params, ',', "username", &d->username);
	(void)sip_param(params, ',', "realm", &d->realm);
	(void)sip_param(params, ',', "nonce", &d->nonce);
	(void)sip_param(params, ',', "uri", &d->uri);
	(void)sip_param(params, ',', "qop", &d->qop);
	(void)sip_param(params, ',', "nc", &d->nc);
	(void)sip_param(params, ',', "cnonce", &d->cnonce);
}
