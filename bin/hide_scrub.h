/* hide_scrub: what the files of scrub and unscrub share. */
#ifndef HIDE_SCRUB_H
#define HIDE_SCRUB_H

#include "hide_tool.h"
#include "scrub.h"

/* The secret that the file PATH holds, or the end of the run. */
void	 secret_read(const char *path, uint8_t out[SCRUB_KEY]);

/*
 * The subscriber, vector or SA of R: known to S and DB, and as the output has
 * it appended to OUT.
 */
void	 scrub_key(struct scrub *s, struct sa_db *db, struct rec *r,
	    struct buf *out);
/* Those in the files of -k. */
void	 scrub_keys(struct scrub *s, struct sa_db *db, struct buf *out);
/* What was done and left: a record in PATH, or text as diagnostics. */
void	 scrub_report(const struct scrub *s, const char *path);

/* B into PATH, which only the owner may read. */
void	 file_write(const char *path, struct buf *b);
/* The file ORIGINAL, enciphered, into PATH. */
void	 undo_write(const char *path, const char *original,
	    const uint8_t secret[SCRUB_KEY]);

#endif
