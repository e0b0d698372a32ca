/*
 * err: the error names of the library.
 *
 * Every function of lib that can fail returns an int: zero or more is good, a
 * negative one of these is not.  err_name() is the word used in diagnostics,
 * in JSON and in tests.
 */
#ifndef ERR_H
#define ERR_H

enum err {
	ERR_MORE = -1,		/* the input ends too early; more would help */
	ERR_FORMAT = -2,	/* not of the form that was expected */
	ERR_LIMIT = -3,		/* a limit of this program was reached */
	ERR_RANGE = -4,		/* a number or length out of its range */
	ERR_ALG = -5,		/* an algorithm that is not known */
	ERR_NOSA = -6,		/* no security association for the packet */
	ERR_NOKEY = -7,		/* the association is known, its key is not */
	ERR_AUTH = -8,		/* an integrity check value does not match */
	ERR_REPLAY = -9,	/* sequence number used before or too old */
	ERR_SYNC = -10,		/* AKA synchronisation failure */
	ERR_CRYPT = -11,	/* the crypto library refused */
	ERR_MEM = -12,		/* out of memory */
	ERR_IO = -13,		/* the system failed to read or write */
};

/* The word for E: "more", "format", ...; "ok" for E >= 0; never NULL. */
const char	*err_name(int e);

#endif
