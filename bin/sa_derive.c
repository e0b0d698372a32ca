/* sa_derive: keys and an agreement to SAs (TS 33.203 7.1, annex I). */
#include <string.h>

#include "err.h"
#include "sa_derive.h"

static struct {
	struct sa_db	*db;
	bool		 typed;		/* the agreement is */
	bool		 failed;
	uint64_t	 sets;
	uint8_t		 ck[16], ik[16];
	bool		 has_keys;
	char		 impi[SA_IMPI_MAX];	/* of those keys */
	struct buf	 out;
} g;

void
derive_put(struct sa *sa)
{
	const char *impi = derive.impi;
	size_t n;

	if (impi != NULL) {
		n = strlen(impi);
		memcpy(sa->impi, impi, n);
		sa->impi[n] = '\0';
	}
	if (derive.set.there)
		sa->set = (uint32_t)derive.set.v;
	if (derive.lifetime.there)
		sa->lifetime = (uint32_t)derive.lifetime.v;
	if (derive.state != NULL)
		sa->state = (enum sa_state)sa_state_parse(
		    slice_str(derive.state));
	sas_keep(sa);
}

static void
refuse(const char *at, const char *why)
{
	g.failed = true;
	tool_warn_kind(why, "%s: %s", at, why);
}

/* CK and IK for IMPI: typed, of the input, or by the RAND that was typed. */
static bool
find_keys(const char *impi)
{
	uint8_t rand[AKA_RAND], autn[AKA_AUTN];
	struct slice name = slice_str(derive.impi != NULL ? derive.impi : impi);

	if (g.has_keys)
		return true;
	if (derive.rand.there)
		memcpy(rand, derive.rand.p, AKA_RAND);
	else if (derive.nonce == NULL)
		return false;
	else if (sa_nonce(slice_str(derive.nonce), rand, autn) < 0)
		tool_die(TOOL_USAGE, "--nonce: not base64 of 32 octets");
	return sa_db_keys(g.db, name, rand, g.ck, g.ik) == 0;
}

/* The SAs of A; MORE, if not NULL, has what else is known of them. */
static void
put_four(const struct sa_agreement *a, const struct sa *more, const char *impi,
    const char *at)
{
	struct sa four[SA_ROLES];
	int e = sa_derive(a, g.ck, g.ik, four);

	if (e == ERR_RANGE) {
		tool_bad();
		tool_warn("%s: SPIs below 256 or equal ones, or ports that are "
		    "0, 5060, 5061 or equal (TS 33.203 7.1)", at);
	} else if (e == ERR_ALG) {
		tool_bad();
		tool_warn("%s: alg=%s with ealg=%s: not of ipsec-3gpp "
		    "(TS 33.203 annex H)", at, esp_alg_name(a->alg),
		    esp_ealg_name(a->ealg));
		return;
	} else if (e < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(e));
	g.sets++;
	for (int i = 0; i < SA_ROLES; i++) {
		(void)snprintf(four[i].impi, SA_IMPI_MAX, "%s", impi);
		if (more != NULL) {
			four[i].set = more->set;
			four[i].time_ns = more->time_ns;
			four[i].frame = more->frame;
		}
		derive_put(&four[i]);
	}
	crypt_wipe(four, sizeof(four));
}

/* An address that the input did not have may be typed. */
static void
put_agreement(struct sa_agreement *a, const struct sa *more, const char *impi,
    const char *at)
{
	if (derive.a.ue.family != 0)
		a->ue = derive.a.ue;
	if (derive.a.pcscf.family != 0)
		a->pcscf = derive.a.pcscf;
	if (find_keys(impi))
		put_four(a, more, impi, at);
	else
		refuse(at, "CK and IK are not known: --ck and --ik, or -k");
}

static void
put_typed(const char *impi)
{
	struct sa_agreement a = derive.a;

	a.alg = ESP_HMAC_SHA_1_96;
	a.ealg = ESP_NULL;
	a.mode = SA_TRANS;
	derive_algs(&a.alg, &a.ealg, &a.mode);
	a.spi_uc = (uint32_t)derive.spi_uc.v;
	a.spi_us = (uint32_t)derive.spi_us.v;
	a.spi_pc = (uint32_t)derive.spi_pc.v;
	a.spi_ps = (uint32_t)derive.spi_ps.v;
	a.port_uc = (uint16_t)derive.port_uc.v;
	a.port_us = (uint16_t)derive.port_us.v;
	a.port_pc = (uint16_t)derive.port_pc.v;
	a.port_ps = (uint16_t)derive.port_ps.v;
	put_agreement(&a, NULL, impi, "options");
}

/* A set that signalling made; its keys may be known by that too. */
static void
on_news(enum sa_news what, const struct sa *sa, size_t n, struct slice impi,
    void *arg)
{
	struct sa_agreement a;
	const char *at;

	(void)arg;
	tool_news(what, impi);
	if (what != SA_NEWS_SET || n != SA_ROLES || g.typed ||
	    (derive.impi != NULL && !slice_is(impi, derive.impi)))
		return;
	at = tool_place("frame", sa->frame);
	a = (struct sa_agreement){
		.ue = sa[SA_UC_PS].src, .pcscf = sa[SA_UC_PS].dst,
		.spi_uc = sa[SA_PS_UC].spi, .spi_us = sa[SA_PC_US].spi,
		.spi_pc = sa[SA_US_PC].spi, .spi_ps = sa[SA_UC_PS].spi,
		.port_uc = sa[SA_UC_PS].sport, .port_us = sa[SA_PC_US].dport,
		.port_pc = sa[SA_PC_US].sport, .port_ps = sa[SA_UC_PS].dport,
		.alg = sa->key.alg, .ealg = sa->key.ealg, .mode = sa->mode,
	};
	if (g.has_keys || derive.rand.there || derive.nonce != NULL) {
		if (g.sets > 0)
			refuse(at, "another registration than the keys are "
			    "of; --impi says which");
		else
			put_agreement(&a, sa, sa->impi, at);
		return;
	}
	if (!sa->has_key) {
		refuse(at, "CK and IK are not known: --ck and --ik, or -k");
		return;
	}
	g.sets++;
	for (size_t i = 0; i < n; i++) {
		struct sa one = sa[i];

		derive_put(&one);
		crypt_wipe(&one, sizeof(one));
	}
}

static void
on_sip(const struct flow_sip *m, const char *at)
{
	(void)m;
	(void)at;
}

/* Closed ESP has nothing to do with what was agreed upon. */
static void
on_esp(const struct flow_esp *e, const char *at)
{
	(void)e;
	(void)at;
}

static void
take_keys(struct slice impi, const uint8_t *ck, const uint8_t *ik)
{
	if (derive.ck.there)
		return;
	memcpy(g.ck, ck, sizeof(g.ck));
	memcpy(g.ik, ik, sizeof(g.ik));
	impi = slice_sub(impi, 0, SA_IMPI_MAX - 1);
	if (impi.n > 0)
		memcpy(g.impi, impi.p, impi.n);
	g.impi[impi.n] = '\0';
	if (g.typed) {
		g.has_keys = true;
		put_typed(g.impi);
	}
}

static bool
on_record(struct rec *r, const char *at)
{
	char error[REC_ERROR_TEXT], impi[SA_IMPI_MAX];
	struct sa_agreement a;
	int e = 0;

	if (r->type == REC_VECTOR && r->vector.ck_len == 16)
		take_keys(r->vector.impi, r->vector.ck, r->vector.ik);
	else if (r->type == REC_ANSWER && r->answer.ck_len == 16)
		take_keys(r->answer.impi, r->answer.ck, r->answer.ik);
	if (r->type != REC_OTHER) {
		e = tool_key(g.db, r);
		if (e < 0) {
			tool_bad();
			tool_warn("%s: %s", at, tool_reason(e));
		}
		return true;
	}
	e = rec_read_agreement(r, &a, impi, error);
	if (e < 0) {
		tool_bad();
		tool_warn("%s: %s", at, error);
	} else if (e > 0 && !g.typed)
		put_agreement(&a, NULL, impi, at);
	return true;
}

static const struct sa_mech *
first_ipsec(const struct sa_mech *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sa_mech_ipsec(&m[i]))
			return &m[i];
	return NULL;
}

/* Security-Client and Security-Server, or the Verify that repeats it. */
static bool
on_loose(struct slice text)
{
	static struct sa_talk k;
	static struct sa_sides s;
	const struct sa_mech *u, *p;
	struct sa_agreement a;
	int at;

	if (!paste(text, &k))
		return true;
	if (k.server.n == 0)
		k.server = k.verify;
	sa_talk_sides(&k, &s);
	u = first_ipsec(s.client, s.n_client);
	p = first_ipsec(s.server, s.n_server);
	at = sa_choose(s.client, s.n_client, s.server, s.n_server);
	if (u == NULL || p == NULL || at < 0) {
		refuse(tool_file(), "no agreement in Security-Client and "
		    "Security-Server");
		return true;
	}
	a = (struct sa_agreement){
		.spi_uc = u->spi_c, .spi_us = u->spi_s, .spi_pc = p->spi_c,
		.spi_ps = p->spi_s, .port_uc = u->port_c, .port_us = u->port_s,
		.port_pc = p->port_c, .port_ps = p->port_s,
		.alg = (enum esp_alg)s.server[at].alg,
		.ealg = (enum esp_ealg)s.server[at].ealg,
		.mode = (enum sa_mode)s.server[at].mode,
	};
	put_agreement(&a, NULL, "", tool_file());
	return true;
}

static void
take_typed(void)
{
	g.typed = derive.spi_uc.there || derive.spi_us.there ||
	    derive.spi_pc.there || derive.spi_ps.there;
	if (derive.ck.there) {
		memcpy(g.ck, derive.ck.p, sizeof(g.ck));
		memcpy(g.ik, derive.ik.p, sizeof(g.ik));
		g.has_keys = true;
	}
}

static void
from_input(int argc, char **argv)
{
	const struct tool_messages to = {
		.db = g.db, .sip = on_sip, .esp = on_esp, .record = on_record,
		.loose = on_loose, .news = on_news,
	};

	tool_messages(argv + optind, argc - optind, &to);
}

int
cmd_derive(int argc, char **argv)
{
	uint64_t n = 0;

	derive_parse(argc, argv);
	take_typed();
	tool_out_open(&opt.common);
	g.db = keys_db();
	keys_load(g.db, NULL, NULL);
	if (derive.nds)
		derive_nds();
	else if (g.typed && (optind == argc || g.has_keys))
		put_typed("");
	else
		from_input(argc, argv);
	for (const struct sa *sa = sas_next(NULL); sa != NULL &&
	    (opt.common.count == 0 || n < opt.common.count); n++) {
		rec_write_sa(&g.out, sa, true);
		tool_out(&g.out);
		sa = sas_next(sa);
	}
	if (n == 0 && !g.failed && tool_status(TOOL_YES) == TOOL_YES)
		tool_warn("no security agreement in the input");
	sas_free();
	sa_db_free(g.db);
	buf_wipe(&g.out);
	crypt_wipe(&g, sizeof(g));
	crypt_wipe(&derive, sizeof(derive));
	return n > 0 && !g.failed ? TOOL_YES : TOOL_NO;
}
