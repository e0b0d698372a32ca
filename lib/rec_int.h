/*
 * rec_int: what the files of rec share: the fields of one JSON object, written
 * and read.
 *
 * Reading is sticky: the first thing that is wrong sets ERR and the text, and
 * all that follows does nothing and finds nothing.  Read all fields straight
 * through and check once.  What is absent leaves the output as it was.
 */
#ifndef REC_INT_H
#define REC_INT_H

#include <jansson.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "rec.h"

/* Writing a record: it is opened, has fields, and is closed with a newline. */
void	 rec_put_open(struct buf *out, const char *type);
void	 rec_put_close(struct buf *out);
/* The name of a field, whose value follows by other means. */
void	 rec_put_key(struct buf *out, const char *name);
/* The forms with IF leave out what is 0, empty, false or none. */
void	 rec_put_number(struct buf *out, const char *name, uint64_t v);
void	 rec_put_number_if(struct buf *out, const char *name, uint64_t v);
/* S needs no escapes. */
void	 rec_put_word(struct buf *out, const char *name, const char *s);
/* Any octets; under NAME_b64 when they are not valid UTF-8. */
void	 rec_put_text(struct buf *out, const char *name, struct slice s);
void	 rec_put_text_if(struct buf *out, const char *name, struct slice s);
/* The inside of a JSON string; S is valid UTF-8. */
void	 rec_put_inside(struct buf *out, struct slice s);
void	 rec_put_hex(struct buf *out, const char *name, struct slice s);
void	 rec_put_hex_if(struct buf *out, const char *name, const uint8_t *p,
	    size_t n);
void	 rec_put_truth_if(struct buf *out, const char *name, bool v);
void	 rec_put_address_if(struct buf *out, const char *name,
	    const struct pkt_addr *a);
void	 rec_put_time(struct buf *out, uint64_t ns);
/* Time and frames; and addresses and transport too. */
void	 rec_put_when(struct buf *out, const struct flow_where *w);
void	 rec_put_where(struct buf *out, const struct flow_where *w);
/* Both ends as one text, "source", if they are known. */
void	 rec_put_source(struct buf *out, const struct flow_where *w);

#define REC_INT_MAX	((1ULL << 53) - 1)	/* RFC 8259 6 */

/*
 * Which of the REC_RUN octets at P cannot stand in a JSON string as they are
 * (RFC 8259 7), the first in the lowest bit; and how many can in front of those.
 */
#define REC_RUN	16

#ifdef __SSE2__
static inline uint32_t
rec_marks(const uint8_t *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
	__m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
	__m128i control = _mm_cmpeq_epi8(v,
	    _mm_min_epu8(v, _mm_set1_epi8(0x1f)));

	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(control,
	    _mm_or_si128(quote, slash)));
}
#else
static inline uint32_t
rec_marks(const uint8_t *p)
{
	uint32_t marks = 0;

	for (unsigned i = 0; i < REC_RUN; i++)
		marks |= (uint32_t)(p[i] < ' ' || p[i] == '"' ||
		    p[i] == '\\') << i;
	return marks;
}
#endif

static inline size_t
rec_run(const uint8_t *p)
{
	return (size_t)__builtin_ctz(rec_marks(p) | 1U << REC_RUN);
}

/* The value of a field, whoever read it. */
enum rec_kind {
	REC_TEXT, REC_NUMBER, REC_TRUE, REC_FALSE, REC_OBJECT, REC_ARRAY,
	REC_ELSE,
};

struct rec_value {
	enum rec_kind	 kind;
	struct slice	 text;
	int64_t		 number;
	const json_t	*json;		/* by jansson; else NULL and, */
	struct rec_fast	*object;	/* of an object, its fields, */
	struct slice	 numbers;	/* of an array, with commas */
};

/*
 * The fields of a line of the form that rec writes: no white space, numbers
 * without sign or point, few kinds of escapes, arrays of numbers only, at most
 * one object in it.  Names lie in the line.
 */
#define REC_FAST_FIELDS	32

struct rec_fast {
	struct {
		struct slice	 name;
		struct rec_value value;
	}		 field[REC_FAST_FIELDS];
	size_t		 n;
	size_t		 next;	/* the one that is likely asked for next */
};

/*
 * Read LINE, whose texts go to BYTES, into F[0], and the object in it into
 * F[1].  False: it is not of that form, or none of the types that are read
 * from it, or there is no memory; jansson is to judge it.
 */
bool	 rec_fast_read(struct rec_fast f[2], struct slice line,
	    struct buf *bytes);

struct rec_in {
	const json_t	*o;
	struct rec_fast	*fast;	/* instead of O, or NULL */
	const char	*at;	/* of a field's name: "protection." or "" */
	struct buf	*bytes;	/* MAX is the most that a line decodes to */
	char		*error;
	int		 err;	/* 0, or the first enum err */
};

void	 rec_in_fail(struct rec_in *in, const char *key, int e,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A field that must be there is not. */
void	 rec_in_missing(struct rec_in *in, const char *key);

/* Is there such a field, and what does it have? */
bool	 rec_in_there(const struct rec_in *in, const char *key);
bool	 rec_in_get(const struct rec_in *in, const char *key,
	    struct rec_value *out);

/* All return whether the field is there and good. */
bool	 rec_in_number(struct rec_in *in, const char *key, uint64_t max,
	    uint64_t *out);
bool	 rec_in_u32(struct rec_in *in, const char *key, uint32_t *out);
bool	 rec_in_flag(struct rec_in *in, const char *key, bool *out);
/* KEY, or KEY_b64 decoded; the slice lies in the JSON or in BYTES. */
bool	 rec_in_text(struct rec_in *in, const char *key, struct slice *out);
/* The same, without NUL and of at most MAX octets. */
bool	 rec_in_name(struct rec_in *in, const char *key, size_t max,
	    struct slice *out);
/* Text that PARSE knows as one of an enumeration. */
bool	 rec_in_enum(struct rec_in *in, const char *key,
	    int (*parse)(struct slice), int *out);
/* Hex into BYTES. */
bool	 rec_in_hex(struct rec_in *in, const char *key, struct slice *out);
/*
 * Hex of a value that may be secret: *N octets, 0 if absent, and an error when
 * they are more than CAP.
 */
bool	 rec_in_octets(struct rec_in *in, const char *key, uint8_t *out,
	    size_t cap, size_t *n);
/* The same of N octets, neither more nor less; of V, named KEY. */
bool	 rec_in_exact(struct rec_in *in, const char *key, uint8_t *out,
	    size_t n);
void	 rec_in_exact_value(struct rec_in *in, const char *key,
	    const json_t *v, uint8_t *out, size_t n);
/* An SPI, as a number or as text, decimal or hexadecimal. */
void	 rec_in_spi(struct rec_in *in, uint32_t *out);
/* An IP address; a port, 0 to 65535. */
void	 rec_in_address(struct rec_in *in, const char *key,
	    struct pkt_addr *a);
void	 rec_in_port(struct rec_in *in, const char *key, uint16_t *port);
void	 rec_in_where(struct rec_in *in, struct flow_where *w);

/* The records with keys. */
void	 rec_in_sa(struct rec_in *in, struct sa *sa);
void	 rec_in_subscriber(struct rec_in *in, struct rec_subscriber *s);
void	 rec_in_srtp(struct rec_in *in, struct srtp_stream *s);
void	 rec_in_vector(struct rec_in *in, struct rec_vector *v);
void	 rec_in_answer(struct rec_in *in, struct rec_answer *a);

/* The summary fields of a sip record with MESSAGE (rec.c). */
void	 rec_put_summary(struct buf *out, struct slice message);

#endif
