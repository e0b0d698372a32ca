/* scrub_int: what the files of scrub share. */
#ifndef SCRUB_INT_H
#define SCRUB_INT_H

#include "buf.h"
#include "crypt.h"
#include "frag.h"
#include "scrub.h"
#include "sip.h"
#include "table.h"
#include "tcp.h"

#define SCRUB_SUBS	65536	/* subscribers */
#define SCRUB_KEYS	16384	/* CK and IK known, by each of them */
#define SCRUB_DEPTH	4	/* bodies inside bodies */
#define SCRUB_CACHED	48	/* octets of a pseudonym kept */

struct scrub_sub {
	struct aka	*was, *is;
	size_t		 mac_len;	/* octets of MAC in AUTN */
};

/* CK and IK, old to new. */
struct scrub_pair {
	uint8_t		 ck[16], ik[16];
};

/* A pseudonym made before. */
struct scrub_cache {
	uint8_t		 what, n;	/* N 0: empty */
	uint8_t		 from[SCRUB_CACHED], to[SCRUB_CACHED];
};

struct scrub {
	struct scrub_options	 opt;
	struct sa_db		*db;
	struct crypt_cipher	*ecb, *chain;
	struct crypt_mac	*mac;
	struct scrub_cache	*cache;
	struct scrub_sub	*sub;
	size_t			 n_sub, cap_sub;
	struct table		*by_impi;	/* IMPI -> size_t */
	struct table		*by_rand;	/* RAND -> size_t of sub + 1 */
	struct table		*pairs;		/* CK or IK -> scrub_pair */
	struct sip_msg		 msg[SCRUB_DEPTH]; /* one inside another */
	unsigned		 depth;
	uint64_t		 frame;
	uint64_t		 count[SCRUB_KINDS];
	struct scrub_left	 left[SCRUB_LEFT];
	size_t			 n_left;
	int			 error;		/* sticky enum err */
};

/* What a pseudonym is of: each has its own. */
enum scrub_what {
	SCRUB_W_WORD = 1, SCRUB_W_HEX, SCRUB_W_NUMBER, SCRUB_W_PLMN,
	SCRUB_W_ADDR4, SCRUB_W_ADDR6, SCRUB_W_IMEI, SCRUB_W_MAC,
};

/* scrub.c: 16 octets that depend on WHAT, TWEAK and DATA. */
void	 scrub_prf(struct scrub *s, uint8_t what, uint64_t tweak,
	    struct slice data, uint8_t out[16]);
/* N octets of keystream out of a block that scrub_prf() gave. */
void	 scrub_stream(struct scrub *s, const uint8_t seed[16], uint8_t *out,
	    size_t n);
/*
 * The N numbers V, each below its M (1 to 256), replaced one to one; all of
 * them depend on all.
 */
void	 scrub_fpe(struct scrub *s, uint8_t what, uint64_t tweak, uint8_t *v,
	    const uint16_t *m, size_t n);
/* One number below M = A * B (each at most 256). */
uint32_t scrub_permute(struct scrub *s, uint8_t what, uint64_t tweak,
	    uint32_t v, uint16_t a, uint16_t b);
/* The pseudonym kept of P[0..N), put there; keep one. */
bool	 scrub_cache_get(struct scrub *s, uint8_t what, uint8_t *p, size_t n);
void	 scrub_cache_put(struct scrub *s, uint8_t what, struct slice from,
	    const uint8_t *to);

/* scrub_name.c.  Letters and digits of P for others of their class. */
void	 scrub_token(struct scrub *s, enum scrub_kind k, uint8_t *p, size_t n);
/* Hex digits for others. */
void	 scrub_hex(struct scrub *s, enum scrub_kind k, uint8_t *p, size_t n);
void	 scrub_cell(struct scrub *s, uint8_t *p, size_t n);
void	 scrub_imei(struct scrub *s, uint8_t *p, size_t n);
void	 scrub_plmn(struct scrub *s, const uint8_t mcc[3], uint8_t mnc[2]);
/* The user part of a URI or NAI. */
void	 scrub_user(struct scrub *s, uint8_t *p, size_t n);
/* Digits, each 0 to 9, in place; 15 of them may be an IMSI. */
void	 scrub_digits(struct scrub *s, uint8_t *d, size_t n, bool imsi);
bool	 scrub_host_char(uint8_t c);
bool	 scrub_well_known(struct slice label);
/* L, a label of a domain before NEXT (NULL: the last one), at P. */
void	 scrub_label(struct scrub *s, uint8_t *p, struct slice l,
	    struct slice next);

/* scrub_addr.c: an address literal of text. */
bool	 scrub_literal(struct scrub *s, uint8_t *p, size_t n);

/* scrub_uri.c: how many octets of P a URI takes, scrubbed; 0: none begins. */
size_t	 scrub_uri(struct scrub *s, uint8_t *p, size_t n);
/* scrub_text.c: scrub_text(), and long digits only if NUMBERS. */
void	 scrub_scan(struct scrub *s, uint8_t *p, size_t n, bool numbers);
/* A Call-ID, or what has its form. */
void	 scrub_call_id(struct scrub *s, uint8_t *p, size_t n);
/* scrub_param.c: NAME=VALUE at P if NAME is one known: octets taken, or 0. */
size_t	 scrub_param(struct scrub *s, uint8_t *p, size_t n);

/* scrub_aka.c: the values that depend on keys, in two steps. */
#define SCRUB_PROOFS	4
struct scrub_proof {
	const struct sip_header	*hdr;
	bool			 empty;		/* password */
	struct aka_scheme	 scheme;
	struct aka_result	 res;		/* new */
};
struct scrub_proofs {
	size_t			 n;
	struct scrub_proof	 p[SCRUB_PROOFS];
};
/* Before M changes: which responses verify, and with what. */
void	 scrub_aka_check(struct scrub *s, const struct sip_msg *m,
	    struct scrub_proofs *out);
/* The parameters of an authentication header. */
void	 scrub_aka_header(struct scrub *s, struct slice value);
/*
 * AUTS at O, made under RAND, of the challenge AUTN (or empty) or of USER, anew;
 * false: it is nobody's, and left.
 */
bool	 scrub_auts(struct scrub *s, const uint8_t rand[AKA_RAND],
	    struct slice autn, struct slice user, uint8_t *o, size_t n);
/* All else has changed: responses anew. */
void	 scrub_aka_answer(struct scrub *s, const struct sip_msg *m,
	    struct scrub_proofs *p);

/* scrub_body.c */
void	 scrub_body(struct scrub *s, struct slice type, struct slice encoding,
	    uint8_t *p, size_t n);
/* scrub_sip.c: a header field. */
void	 scrub_header(struct scrub *s, struct slice name, struct slice value);
/* scrub_xml.c, scrub_sdp.c, scrub_sms.c: false: not understood. */
void	 scrub_xml(struct scrub *s, uint8_t *p, size_t n);
void	 scrub_sdp(struct scrub *s, uint8_t *p, size_t n);
bool	 scrub_sms(struct scrub *s, uint8_t *p, size_t n);

/*
 * The capture: scrub_cap.c, scrub_pkt.c, scrub_ip.c, scrub_esp.c, scrub_tcp.c,
 * scrub_dia.c, scrub_dns.c.
 */
#define SCRUB_LEVELS	16	/* protocols inside one another */
#define SCRUB_ESPS	2	/* of them, ESP */

enum { SCRUB_ICMP = 1, SCRUB_ICMP6 = 58 };	/* IP protocols (IANA) */

enum scrub_pass {
	SCRUB_FIRST,		/* TCP and fragments are put together */
	SCRUB_AGAIN,		/* is it known by now? */
	SCRUB_LAST,		/* what is not known is blanked */
};

/* Where in the layers of a frame we are. */
struct scrub_walk {
	enum scrub_pass	 pass;
	bool		*waits;		/* set: something is not known yet */
	uint64_t	 frame, time_ns;
	unsigned	 depth, esps;
	struct pkt_addr	 src, dst;	/* original */
	uint16_t	 sport;
	uint32_t	 spi;		/* of ESP around, or 0 */
	bool		 cut;
};

struct scrub_held;
struct scrub_run;

struct scrub_cap {
	struct scrub	*s;
	void		(*out)(const struct cap_frame *f, void *arg);
	void		*arg;
	struct scrub_held *first, *last;
	size_t		 held;		/* octets */
	bool		 news;		/* a message or datagram was completed */
	struct tcp	*tcp;
	struct table	*streams;	/* tcp_key -> list of scrub_run */
	struct scrub_run *oldest, *newest;
	size_t		 runs;		/* octets */
	struct frag	*frag;
	struct table	*whole;		/* of fragments -> struct scrub_whole */
	struct table	*esps;		/* keys -> context that seals */
	struct buf	 esp_out[SCRUB_ESPS];
	uint64_t	 kept[SCRUB_KINDS]; /* counted in callbacks */
};

/* scrub_pkt.c: all of P is not understood. */
void	 scrub_blank(struct scrub_cap *c, uint8_t *p, size_t n);
/* What PROTO carries, behind an IP header. */
void	 scrub_transport(struct scrub_cap *c, struct scrub_walk *w,
	    uint8_t proto, uint8_t *p, size_t n);
void	 scrub_link(struct scrub_cap *c, struct scrub_walk *w, int linktype,
	    uint8_t *p, size_t n);
bool	 scrub_datagram(struct scrub_cap *c, struct scrub_walk *w, uint8_t *p,
	    size_t n);

/* scrub_dia.c: one whole Diameter message; ERR_FORMAT: it is none. */
int	 scrub_diameter(struct scrub_cap *c, uint8_t *p, size_t n);

/* scrub_dns.c: one whole DNS message; false: it is none, and left. */
bool	 scrub_dns(struct scrub_cap *c, uint8_t *p, size_t n);

/* scrub_ip.c: an IP packet, checksums and all. */
void	 scrub_ip(struct scrub_cap *c, struct scrub_walk *w, uint8_t *p,
	    size_t n);
/* What PROTO carries from W->src to W->dst, its checksum too. */
void	 scrub_payload(struct scrub_cap *c, struct scrub_walk *w,
	    uint8_t proto, uint8_t *p, size_t n);
int	 scrub_ip_init(struct scrub_cap *c);
void	 scrub_ip_free(struct scrub_cap *c);

/* scrub_esp.c */
void	 scrub_esp(struct scrub_cap *c, struct scrub_walk *w, uint8_t *p,
	    size_t n);
int	 scrub_esp_init(struct scrub_cap *c);
void	 scrub_esp_free(struct scrub_cap *c);

/* scrub_tcp.c: the segment P with its header. */
void	 scrub_tcp(struct scrub_cap *c, struct scrub_walk *w, uint8_t *p,
	    size_t n);
int	 scrub_tcp_init(struct scrub_cap *c);
void	 scrub_tcp_free(struct scrub_cap *c);

/* Slices of what may be changed. */
static inline uint8_t *
scrub_mut(struct slice s)
{
	return (uint8_t *)(uintptr_t)s.p;
}

#endif
