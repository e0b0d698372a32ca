/*
 * table: a bounded hash table with expiry by capture time.
 *
 * Keys are KEY_LEN octets (zero any padding first), values VAL_LEN octets of
 * the table's own memory, zeroed when added and not moved until dropped.  At
 * most MAX entries; adding to a full table drops the one least recently
 * touched and counts it.  DROP is called with each value before it goes, from
 * whatever call makes it go; it must not use the table.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table;

/* NULL when memory is out. */
struct table	*table_new(size_t key_len, size_t val_len, size_t max,
		    void (*drop)(void *val, void *arg), void *arg);
void		 table_free(struct table *t);	/* drops all */

void	*table_get(struct table *t, const void *key);	/* NULL if absent */
/* The value of KEY, added if absent; touched; NULL when memory is out. */
void	*table_put(struct table *t, const void *key, uint64_t now_ns);
void	 table_touch(struct table *t, void *val, uint64_t now_ns);
void	 table_drop(struct table *t, void *val);
/* Drop all entries not touched since BEFORE_NS. */
void	 table_expire(struct table *t, uint64_t before_ns);

const void	*table_key(const void *val);
/* Least recently touched first; NULL at the end.  VAL NULL starts. */
void	*table_next(struct table *t, const void *val);
size_t		 table_count(const struct table *t);
uint64_t	 table_evicted(const struct table *t);	/* dropped when full */

#endif
