/* sa_derive: what the parts of derive share. */
#ifndef SA_DERIVE_H
#define SA_DERIVE_H

#include "sa_tool.h"

/* The options of derive. */
struct derive {
	struct opt_octets ck, ik, rand;
	const char	*nonce, *impi, *alg, *ealg, *mode, *state;
	struct opt_number set, lifetime;
	struct sa_agreement a;		/* addresses */
	struct opt_number spi_uc, spi_us, spi_pc, spi_ps;
	struct opt_number port_uc, port_us, port_pc, port_ps;
	/* Between core nodes. */
	bool		 nds, random_keys, esn;
	struct pkt_addr	 local, remote, outer_local, outer_remote;
	struct opt_number spi_out, spi_in, key_bits;
	struct opt_octets key_out, key_in;
};

extern struct derive derive;

void	 derive_parse(int argc, char **argv);
/* alg, ealg and mode that were typed, or these defaults. */
void	 derive_algs(enum esp_alg *alg, enum esp_ealg *ealg,
	    enum sa_mode *mode);
/* What is typed of all SAs, into SA; and SA into the result. */
void	 derive_put(struct sa *sa);
/* The two SAs of core nodes (TS 33.210). */
void	 derive_nds(void);

#endif
