/* arena.h: memory that lives as long as one command. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/span.h"

struct arena_chunk;

/* All zero is an empty arena, ready for use. */
struct arena {
	struct arena_chunk *chunk; /* the one being filled; older ones behind */
	size_t used; /* bytes of it given out */
};

/* len bytes, all zero, aligned for any type.  Never NULL: see oom(). */
void *arena_alloc(struct arena *a, size_t len);

/* n elements of size bytes, all zero.  n * size may not overflow: oom(). */
void *arena_array(struct arena *a, size_t n, size_t size);

/*
 * An array of *max elements of size bytes, of which n are used, grown to at
 * least n + 1.  Returns where it is now; *max is raised when it moved.
 * old may be NULL when *max is 0.  Amortised constant.
 */
void *arena_grow(
    struct arena *a, void *old, size_t n, size_t *max, size_t size);

/* A copy of s; the copy is followed by a NUL. */
struct span arena_span(struct arena *a, struct span s);

/* Give everything back but one chunk of the usual size. */
void arena_reset(struct arena *a);

/* Give everything back. */
void arena_clear(struct arena *a);

#endif
