/* sa_set: the four SAs of an agreement (TS 33.203 7.1). */
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "sa_int.h"

/* An SPI belongs to the side that receives with it. */
void
sa_set_four(const struct sa_agreement *a, struct sa out[SA_ROLES])
{
	const struct {
		bool		 up;
		uint32_t	 spi;
		uint16_t	 ue, pcscf;
	} four[SA_ROLES] = {
		[SA_UC_PS] = { true, a->spi_ps, a->port_uc, a->port_ps },
		[SA_PS_UC] = { false, a->spi_uc, a->port_uc, a->port_ps },
		[SA_PC_US] = { false, a->spi_us, a->port_us, a->port_pc },
		[SA_US_PC] = { true, a->spi_pc, a->port_us, a->port_pc },
	};

	memset(out, 0, SA_ROLES * sizeof(out[0]));
	for (int i = 0; i < SA_ROLES; i++) {
		bool up = four[i].up;

		out[i].src = up ? a->ue : a->pcscf;
		out[i].dst = up ? a->pcscf : a->ue;
		out[i].sport = up ? four[i].ue : four[i].pcscf;
		out[i].dport = up ? four[i].pcscf : four[i].ue;
		out[i].spi = four[i].spi;
		out[i].mode = a->mode;
		out[i].role = i;
	}
}

/* A protected port: not 0, not one of clear SIP (TS 33.203 7.1). */
static bool
port_ok(uint16_t port)
{
	return port != 0 && port != 5060 && port != 5061;
}

static bool
numbers_ok(const struct sa_agreement *a)
{
	const uint32_t spi[] = { a->spi_uc, a->spi_us, a->spi_pc, a->spi_ps };

	for (size_t i = 0; i < SA_ROLES; i++) {
		if (spi[i] < ESP_SPI_MIN)
			return false;
		for (size_t j = 0; j < i; j++)
			if (spi[i] == spi[j])
				return false;
	}
	return port_ok(a->port_uc) && port_ok(a->port_us) &&
	    port_ok(a->port_pc) && port_ok(a->port_ps) &&
	    a->port_uc != a->port_us && a->port_pc != a->port_ps;
}

int
sa_derive(const struct sa_agreement *a, const uint8_t ck[16],
    const uint8_t ik[16], struct sa out[SA_ROLES])
{
	struct esp_key key;
	int r;

	/* TS 33.203 annex H: without alg there is only aes-gcm. */
	if (!esp_pair_ok(a->alg, a->ealg) ||
	    (a->alg == ESP_AUTH_NULL && a->ealg != ESP_AES_GCM))
		return ERR_ALG;
	if ((r = sa_expand(a->alg, a->ealg, ck, ik, &key)) < 0)
		return r;
	sa_set_four(a, out);
	for (int i = 0; i < SA_ROLES; i++) {
		out[i].key = key;
		out[i].has_key = true;
	}
	crypt_wipe(&key, sizeof(key));
	return numbers_ok(a) ? 0 : ERR_RANGE;
}

void
sa_one_init(struct sa_one *one, const struct sa *sa)
{
	bool tunnel = sa->mode != SA_TRANS;

	memset(one, 0, sizeof(*one));
	one->src = tunnel && sa->outer_src.family != 0 ?
	    sa->outer_src : sa->src;
	one->dst = tunnel && sa->outer_dst.family != 0 ?
	    sa->outer_dst : sa->dst;
	one->sport = sa->sport;
	one->dport = sa->dport;
	one->spi = sa->spi;
	one->role = sa->role;
	/* The half that packets do not carry. */
	if (sa->key.esn)
		one->window.last = sa->seq & ~(uint64_t)UINT32_MAX;
}
