/* sa: mechanisms, the choice, key expansion (TS 33.203 annex H and I). */
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "sa.h"

static const char *const modes[] = { "trans", "tun", "UDP-enc-tun" };
static const char *const roles[] = { "uc->ps", "ps->uc", "pc->us", "us->pc" };
static const char *const states[] = {
	"none", "temporary", "established", "old"
};

const char *
sa_mode_name(enum sa_mode m)
{
	return modes[m];
}

static int
find_name(const char *const *names, size_t n, struct slice s)
{
	for (size_t i = 0; i < n; i++)
		if (slice_caseis(s, names[i]))
			return (int)i;
	return ERR_ALG;
}

int
sa_mode_parse(struct slice s)
{
	if (slice_caseis(s, "transport") || slice_caseis(s, "tunnel"))
		s.n = s.n == 9 ? 5 : 3;		/* ip-xfrm(8) has them whole */
	return find_name(modes, sizeof(modes) / sizeof(modes[0]), s);
}

const char *
sa_role_name(enum sa_role r)
{
	return roles[r];
}

int
sa_role_parse(struct slice s)
{
	return find_name(roles, SA_ROLES, s);
}

const char *
sa_state_name(enum sa_state s)
{
	return states[s];
}

int
sa_state_parse(struct slice s)
{
	int i = find_name(states, sizeof(states) / sizeof(states[0]), s);

	return i == SA_STATE_NONE ? ERR_ALG : i;
}

/* q = "0" or "1" with at most three decimals (RFC 3261 25.1), thousandths. */
static bool
parse_q(struct slice s, unsigned *q)
{
	struct slice whole = slice_cut(&s, '.');
	uint64_t w, f = 0;

	if (slice_decimal(whole, 1, &w) < 0 || s.n > 3 ||
	    (s.n > 0 && slice_decimal(s, 999, &f) < 0))
		return false;
	for (size_t i = s.n; i < 3; i++)
		f *= 10;
	if (w * 1000 + f > 1000)
		return false;
	*q = (unsigned)(w * 1000 + f);
	return true;
}

static void
param_u32(struct sa_mech *m, const struct sip_param *p, unsigned bit,
    uint32_t *to)
{
	uint64_t v;

	if (slice_decimal(p->value, UINT32_MAX, &v) == 0) {
		*to = (uint32_t)v;
		m->has |= bit;
	}
}

static void
param_port(struct sa_mech *m, const struct sip_param *p, unsigned bit,
    uint16_t *to)
{
	uint64_t v;

	if (slice_decimal(p->value, UINT16_MAX, &v) == 0) {
		*to = (uint16_t)v;
		m->has |= bit;
	}
}

static void
mech_param(struct sa_mech *m, const struct sip_param *p)
{
	if (slice_caseis(p->name, "spi-c"))
		param_u32(m, p, SA_SPI_C, &m->spi_c);
	else if (slice_caseis(p->name, "spi-s"))
		param_u32(m, p, SA_SPI_S, &m->spi_s);
	else if (slice_caseis(p->name, "port-c"))
		param_port(m, p, SA_PORT_C, &m->port_c);
	else if (slice_caseis(p->name, "port-s"))
		param_port(m, p, SA_PORT_S, &m->port_s);
	else if (slice_caseis(p->name, "alg")) {
		m->alg = esp_alg_parse(p->value);
		m->has |= SA_ALG;
	} else if (slice_caseis(p->name, "ealg")) {
		m->ealg = esp_ealg_parse(p->value);
		m->has |= SA_EALG;
	} else if (slice_caseis(p->name, "prot")) {
		m->ah = slice_caseis(p->value, "ah");
		m->has |= SA_PROT;
	} else if (slice_caseis(p->name, "mod")) {
		m->mode = sa_mode_parse(p->value);
		m->has |= SA_MOD;
	} else if (slice_caseis(p->name, "q") && parse_q(p->value, &m->q))
		m->has |= SA_Q;
}

int
sa_mech_parse(struct slice value, struct sa_mech *m)
{
	struct slice rest = slice_trim(value);
	struct sip_param p;
	size_t n = slice_chr(rest, ';');

	memset(m, 0, sizeof(*m));
	m->text = rest;
	m->name = slice_trim(slice_sub(rest, 0, n));
	m->alg = ERR_ALG;
	m->ealg = ESP_NULL;
	m->mode = SA_TRANS;
	if (m->name.n == 0)
		return ERR_FORMAT;
	rest = slice_from(rest, n);
	while (sip_param_next(&rest, ';', &p))
		mech_param(m, &p);
	return 0;
}

bool
sa_mech_ipsec(const struct sa_mech *m)
{
	return slice_caseis(m->name, "ipsec-3gpp") && !m->ah;
}

/* Without the zeros at its end. */
static void
put_q(struct buf *out, unsigned q)
{
	unsigned part = q % 1000, digits = 3;

	buf_printf(out, ";q=%u", q / 1000);
	if (part == 0)
		return;
	for (; part % 10 == 0; digits--)
		part /= 10;
	buf_printf(out, ".%0*u", (int)digits, part);
}

void
sa_mech_write(struct buf *out, const struct sa_mech *m)
{
	buf_put(out, m->name);
	if (m->has & SA_Q)
		put_q(out, m->q);
	if (m->has & SA_ALG)
		buf_printf(out, ";alg=%s", esp_alg_name((enum esp_alg)m->alg));
	if (m->has & SA_EALG)
		buf_printf(out, ";ealg=%s",
		    esp_ealg_name((enum esp_ealg)m->ealg));
	if (m->has & SA_PROT)
		buf_printf(out, ";prot=%s", m->ah ? "ah" : "esp");
	if (m->has & SA_MOD)
		buf_printf(out, ";mod=%s", sa_mode_name((enum sa_mode)m->mode));
	if (m->has & SA_SPI_C)
		buf_printf(out, ";spi-c=%010u", (unsigned)m->spi_c);
	if (m->has & SA_SPI_S)
		buf_printf(out, ";spi-s=%010u", (unsigned)m->spi_s);
	if (m->has & SA_PORT_C)
		buf_printf(out, ";port-c=%u", m->port_c);
	if (m->has & SA_PORT_S)
		buf_printf(out, ";port-s=%u", m->port_s);
}

size_t
sa_mechs(const struct sip_msg *m, enum sip_h h, struct sa_mech out[SA_MECHS])
{
	struct sip_iter it = { 0 };
	struct slice value;
	size_t n = 0;

	while (n < SA_MECHS && sip_each(m, h, &it, &value))
		if (sa_mech_parse(value, &out[n]) == 0)
			n++;
	return n;
}

/* How often parameter P is among PARAMS. */
static size_t
count_param(struct slice params, const struct sip_param *p)
{
	struct sip_param one;
	size_t n = 0;

	while (sip_param_next(&params, ';', &one))
		n += slice_caseeq(one.name, p->name) &&
		    slice_caseeq(one.value, p->value);
	return n;
}

/* The same parameters as text, in any order, q left out. */
static bool
same_text_params(const struct sa_mech *a, const struct sa_mech *b)
{
	struct slice all_a = slice_from(a->text, slice_chr(a->text, ';'));
	struct slice all_b = slice_from(b->text, slice_chr(b->text, ';'));
	struct slice rest = all_a;
	struct sip_param p;
	size_t na = 0, nb = 0;

	while (sip_param_next(&rest, ';', &p)) {
		if (slice_caseis(p.name, "q"))
			continue;
		if (count_param(all_a, &p) != count_param(all_b, &p))
			return false;
		na++;
	}
	rest = all_b;
	while (sip_param_next(&rest, ';', &p))
		nb += !slice_caseis(p.name, "q");
	return na == nb;
}

bool
sa_mech_same(const struct sa_mech *a, const struct sa_mech *b)
{
	if (!slice_caseeq(a->name, b->name) ||
	    ((a->has & b->has & SA_Q) != 0 && a->q != b->q))
		return false;
	if (!slice_caseis(a->name, "ipsec-3gpp") || a->alg < 0 || a->ealg < 0 ||
	    a->mode < 0)
		return same_text_params(a, b);
	return a->alg == b->alg && a->ealg == b->ealg && a->mode == b->mode &&
	    a->ah == b->ah && a->spi_c == b->spi_c && a->spi_s == b->spi_s &&
	    a->port_c == b->port_c && a->port_s == b->port_s;
}

/* TS 33.203 annex I: the salt is the end of a KDF (TS 33.220 annex B). */
static int
salt(uint8_t fc, const char *label, const uint8_t ck[16], const uint8_t ik[16],
    uint8_t out[ESP_SALT])
{
	size_t n = strlen(label);
	uint8_t key[32], mac[CRYPT_HASH_MAX], len[2];
	struct slice part[3];
	struct crypt_mac *m;
	int r;

	memcpy(key, ck, 16);
	memcpy(key + 16, ik, 16);
	len[0] = (uint8_t)(n >> 8);
	len[1] = (uint8_t)n;
	part[0] = slice_of(&fc, 1);
	part[1] = slice_str(label);
	part[2] = slice_of(len, sizeof(len));
	m = crypt_mac_new(CRYPT_SHA256, slice_of(key, sizeof(key)));
	crypt_wipe(key, sizeof(key));
	if (m == NULL)
		return ERR_CRYPT;
	r = crypt_mac(m, part, 3, mac);
	crypt_mac_free(m);
	if (r < 0)
		return r;
	memcpy(out, mac + r - ESP_SALT, ESP_SALT);
	crypt_wipe(mac, sizeof(mac));
	return 0;
}

int
sa_expand(enum esp_alg alg, enum esp_ealg ealg, const uint8_t ck[16],
    const uint8_t ik[16], struct esp_key *out)
{
	int r = 0;

	memset(out, 0, sizeof(*out));
	if (alg >= ESP_HMAC_SHA_256_128 && alg <= ESP_HMAC_SHA_512_256)
		return ERR_ALG;		/* ipsec-3gpp has no such alg */
	out->alg = alg;
	out->ealg = ealg;
	if (alg != ESP_AUTH_NULL) {
		memcpy(out->auth, ik, 16);
		out->auth_len = 16;
		if (alg == ESP_HMAC_SHA_1_96)
			out->auth_len = 20;	/* IK and 32 zero bits */
	}
	if (alg == ESP_AES_GMAC)
		r = salt(0x58, "AES_GMAC_SALT", ck, ik, out->salt);
	switch (ealg) {
	case ESP_NULL:
		break;
	case ESP_DES_EDE3_CBC:
		memcpy(out->enc, ck, 16);
		memcpy(out->enc + 16, ck, 8);	/* CK1 CK2 CK1 */
		out->enc_len = 24;
		break;
	case ESP_AES_GCM:
		r = salt(0x59, "AES_GCM_SALT", ck, ik, out->salt);
		/* FALLTHROUGH */
	case ESP_AES_CBC:
		memcpy(out->enc, ck, 16);
		out->enc_len = 16;
		break;
	}
	return r;
}
