/* sa_int: what the files of sa share. */
#ifndef SA_INT_H
#define SA_INT_H

#include "sa.h"
#include "table.h"

#define SA_COMBOS	8	/* algorithm pairs kept per set */
#define SA_SAME_SPI	32	/* SAs of one SPI looked at */
#define SA_CONTEXTS	1024	/* sets with their cipher contexts made */

/* Algorithms as the kernel names them, with the bits of the ICV. */
#define SA_XFRM_AUTHS	5
#define SA_XFRM_ENCS	3
#define SA_XFRM_GCM	"rfc4106(gcm(aes))"
#define SA_XFRM_GMAC	"rfc4543(gcm(aes))"

struct sa_xfrm_auth {
	enum esp_alg	 alg;
	const char	*name;
	unsigned	 bits;
};

struct sa_xfrm_enc {
	enum esp_ealg	 ealg;
	const char	*name;
};

extern const struct sa_xfrm_auth	sa_xfrm_auths[SA_XFRM_AUTHS];
extern const struct sa_xfrm_enc		sa_xfrm_encs[SA_XFRM_ENCS];

struct sa_set;

struct sa_one {
	struct sa_set		*set;
	struct sa_one		*next;		/* of the same SPI, older */
	struct pkt_addr		 src, dst;	/* of its ESP packets */
	uint16_t		 sport, dport;
	uint32_t		 spi;
	int			 role;
	struct esp_window	 window;
};

struct sa_combo {
	enum esp_alg	 alg;
	enum esp_ealg	 ealg;
	enum sa_mode	 mode;
};

/*
 * SAs that share keys: the four of a phone, or one read from a record.  FIXED
 * says that KEY was given; otherwise it is made from CK and IK for COMBO[CUR].
 */
struct sa_set {
	uint32_t	 number;
	char		 impi[SA_IMPI_MAX];
	uint64_t	 time_ns, frame;
	size_t		 n_one;
	struct sa_one	 one[SA_ROLES];
	size_t		 n_combo, cur;
	struct sa_combo	 combo[SA_COMBOS];
	bool		 proven;	/* an ICV was right with COMBO[CUR] */
	bool		 fixed, has_rand, has_key;
	uint8_t		 rand[AKA_RAND];
	uint8_t		 ck[16], ik[16];
	struct esp_key	 key;
	struct esp	*esp;		/* made at the first packet */
	struct sa_set	*older, *newer;	/* of those that have ESP, by use */
};

struct sa_vector {
	uint8_t	 ck[16], ik[16];
	bool	 has_key;		/* CK and IK */
	uint8_t	 xres[32];
	size_t	 xres_len;
};

struct sa_bucket {
	struct sa_one	*first;		/* newest */
};

/* What the REGISTER of a phone said, by the phone's address and Call-ID. */
struct sa_call_key {
	struct pkt_addr	 ue;
	uint8_t		 zero[7];
	uint64_t	 call_id;	/* hash */
};

void	 sa_call_key(struct sa_call_key *k, const struct pkt_addr *ue,
	    struct slice id);

struct sa_offer {
	uint32_t	 spi_c, spi_s;
	uint16_t	 port_c, port_s;
	int8_t		 alg, ealg, mode;
};

struct sa_call {
	struct pkt_addr	 pcscf;
	char		 impi[SA_IMPI_MAX];
	size_t		 n_offer;
	struct sa_offer	 offer[SA_MECHS];
};

struct sa_db {
	struct table	*sets;		/* number -> struct sa_set */
	struct table	*spis;		/* spi -> struct sa_bucket */
	struct table	*vectors;	/* RAND -> struct sa_vector */
	struct table	*subscribers;	/* IMPI -> struct aka_key */
	struct table	*calls;		/* sa_call_key -> struct sa_call */
	uint32_t	 last_set;
	struct sa_set	*oldest, *newest; /* of those that have ESP */
	size_t		 n_esp;
	sa_news_fn	*news;
	void		*news_arg;
};

/* The SAs of A without keys, in the order of enum sa_role. */
void		 sa_set_four(const struct sa_agreement *a,
		    struct sa out[SA_ROLES]);
/* What the database keeps of SA; in no set yet. */
void		 sa_one_init(struct sa_one *one, const struct sa *sa);
/* The subscriber's key of IMPI, or NULL. */
const struct aka_key *sa_db_key(struct sa_db *db, struct slice impi);
/* A new, empty set; NULL: no memory. */
struct sa_set	*sa_set_new(struct sa_db *db, uint64_t now_ns);
/* Enter the SAs of SET into the index; 0, ERR_MEM. */
int		 sa_set_index(struct sa_db *db, struct sa_set *set,
		    uint64_t now_ns);
/* Find CK and IK of SET if they are known by now. */
bool		 sa_set_keys(struct sa_db *db, struct sa_set *set);
/* Tell the news that SET was made or changed. */
void		 sa_set_tell(struct sa_db *db, const struct sa_set *set);
/* Prepare SET for COMBO[I]. */
int		 sa_set_combo(struct sa_db *db, struct sa_set *set, size_t i);
void		 sa_set_impi(struct sa_set *set, struct slice impi);
/* Tell the news if AUTN does not fit the key of the set's subscriber. */
void		 sa_set_check(struct sa_db *db, const struct sa_set *set,
		    const uint8_t autn[AKA_AUTN]);

#endif
