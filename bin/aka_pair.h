/* aka_pair: what check remembers: challenges by RAND, answers by Call-ID. */
#ifndef AKA_PAIR_H
#define AKA_PAIR_H

#include "aka_tool.h"

/* A challenge, for the answer to come.  Texts too long are "". */
struct heard {
	char	 nonce[320], realm[160], algorithm[40];
	bool	 wrong;		/* its MAC does not fit */
};

/* The credentials sent last in a Call-ID, for rspauth and for the 401. */
struct spoken {
	char	 impi[SA_IMPI_MAX];
	char	 nonce[320], realm[160], algorithm[40], uri[320];
	char	 qop[40], nc[40], cnonce[160];
	bool	 auts;
};

/* The one of RAND; with ADD it is made, else NULL if there is none. */
struct heard	*pair_heard(const uint8_t rand[AKA_RAND], bool add);
/* The one of M's Call-ID, or of all that was pasted. */
struct spoken	*pair_spoken(const struct sip_msg *m);
/* S as a string of at most CAP - 1 octets, or "". */
void	 pair_keep(char *to, size_t cap, struct slice s);
void	 pair_free(void);

#endif
