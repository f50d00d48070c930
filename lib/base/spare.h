/* spare.h: blocks of memory kept for the next who needs one. */
#ifndef BASE_SPARE_H
#define BASE_SPARE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Work on a message after another wants the same few large blocks again and
 * again.  malloc() may give each back to the system and fetch it anew (musl's
 * does: a third of the system calls of a FETCH of all bodies); these are kept.
 * A block is malloc'ed: any may go to free() or realloc() as well.
 */

/*
 * A block of at least need bytes and not many times as much, and *max how
 * much it is; NULL when there is none.  What is in it is not said.
 */
void *spare_get(size_t need, size_t *max);

/* Keep p, of max bytes; or free it when it is no use.  NULL is nothing. */
void spare_put(void *p, size_t max);

/* Whether any are kept; free them: for a process that is going to wait. */
bool spare_kept(void);
void spare_free(void);

#endif
