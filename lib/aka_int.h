/* aka_int: what the files of aka share, and the Keccak test reads. */
#ifndef AKA_INT_H
#define AKA_INT_H

#include "aka.h"

#define AKA_KECCAK	200	/* state of Keccak-f[1600], FIPS 202 3.1 */

/* One run of Keccak-f[1600]; lanes are least significant octet first. */
void	 aka_keccak(uint8_t state[AKA_KECCAK]);

/* TS 35.231 clause 6; KEY's lengths were checked. */
void	 aka_tuak_opc(struct aka_key *key);
void	 aka_tuak_f1(const struct aka_key *key, bool star,
	    const uint8_t rand[AKA_RAND], const uint8_t sqn[AKA_SQN],
	    const uint8_t amf[AKA_AMF], uint8_t out[32]);
void	 aka_tuak_f2345(const struct aka_key *key,
	    const uint8_t rand[AKA_RAND], struct aka_result *out);
void	 aka_tuak_f5star(const struct aka_key *key,
	    const uint8_t rand[AKA_RAND], uint8_t ak[AKA_AK]);

#endif
