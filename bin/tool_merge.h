/* tool_merge: captures read together, frame by frame in the order of time. */
#ifndef TOOL_MERGE_H
#define TOOL_MERGE_H

#include "tool_input.h"

/*
 * S, a capture at its first octet, is taken; INDEX is its number.  MANY: there
 * may be others, and it is closed until its first frame is due, if it can be
 * opened again.
 */
void	 merge_add(struct input *s, size_t index, bool many);
/* How many were added, and the name of the first. */
size_t	 merge_files(void);
const char *merge_first(void);
/*
 * The next frame, valid until the next call, its file and the INDEX of that.
 * What is wrong with a file is said.  Frames of files that are read at the same
 * time have interfaces of their own.  False: none is left.
 */
bool	 merge_next(struct cap_frame *f, const char **name, size_t *index);
/* Forget all; more may be added then. */
void	 merge_close(void);

#endif
