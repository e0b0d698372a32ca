/* tool_input: a file that is read, packed or not. */
#ifndef TOOL_INPUT_H
#define TOOL_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cap.h"

#define INPUT_FIRST	8	/* octets that tell what an input is */

struct input {
	const char		*name;		/* "-": standard input */
	FILE			*f;		/* what is in it */
	/* private */
	FILE			*file;
	char			*room;		/* of FILE, or NULL */
	struct cap_unpack	*unpack;
};

/* PATH, which is kept; "-" and NULL are standard input.  False: said why. */
bool	 input_open(struct input *s, const char *path);
/* A regular file, which can be opened once more? */
bool	 input_lasts(const struct input *s);
/* Is something wrong with its packing, as far as it was read?  That */
bool	 input_failed(const struct input *s);
/* is said here. */
void	 input_close(struct input *s);
/* The first octets of F, which NAME is, at most; they stay there. */
size_t	 input_look(FILE *f, const char *name, uint8_t first[INPUT_FIRST]);

#endif
