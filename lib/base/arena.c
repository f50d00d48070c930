/* arena.c: a bump allocator over chunks of memory. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/ckd.h"
#include "base/oom.h"
#include "base/spare.h"

enum {
	CHUNK_LEN = 4096 - 64,
	KEPT_LEN = 4 * CHUNK_LEN, /* from one use of the arena to the next */
	ALIGN = alignof(max_align_t),
};

struct arena_chunk {
	struct arena_chunk *older;
	size_t len; /* of data */
	alignas(max_align_t) unsigned char data[];
};

static void
free_chunk(struct arena_chunk *c)
{
	if (c != NULL)
		spare_put(c, c->len + sizeof *c);
}

static void
add_chunk(struct arena *a, size_t len)
{
	struct arena_chunk *c;
	size_t total;

	if (len < CHUNK_LEN)
		len = CHUNK_LEN;
	if (ckd_add(&total, len, sizeof *c))
		oom();
	if ((c = spare_get(total, &total)) == NULL &&
	    (c = malloc(total)) == NULL)
		oom();
	c->older = a->chunk;
	c->len = total - sizeof *c;
	a->chunk = c;
	a->used = 0;
}

/* Not cleared. */
static void *
take(struct arena *a, size_t len)
{
	size_t want;
	void *p;

	if (ckd_add(&want, len, ALIGN - 1))
		oom();
	want -= want % ALIGN;
	if (a->chunk == NULL || want > a->chunk->len - a->used)
		add_chunk(a, want);
	p = a->chunk->data + a->used;
	a->used += want;
	return p;
}

void *
arena_alloc(struct arena *a, size_t len)
{
	return memset(take(a, len), 0, len);
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t len;

	if (ckd_mul(&len, n, size))
		oom();
	return arena_alloc(a, len);
}

void *
arena_grow(struct arena *a, void *old, size_t n, size_t *max, size_t size)
{
	size_t more;
	void *p;

	if (n < *max)
		return old;
	if (*max == 0)
		more = 8;
	else if (ckd_mul(&more, *max, (size_t)2))
		oom();
	p = arena_array(a, more, size);
	if (n > 0)
		memcpy(p, old, n * size);
	*max = more;
	return p;
}

struct span
arena_span(struct arena *a, struct span s)
{
	size_t len = span_len(s);
	char *p = take(a, len + 1);

	if (len > 0)
		memcpy(p, s.p, len);
	p[len] = '\0';
	return span_of(p, len);
}

void
arena_reset(struct arena *a)
{
	struct arena_chunk *c, *older, *keep = NULL;

	for (c = a->chunk; c != NULL; c = older) {
		older = c->older;
		if (keep == NULL && c->len <= KEPT_LEN)
			keep = c;
		else
			free_chunk(c);
	}
	if (keep != NULL)
		keep->older = NULL;
	a->chunk = keep;
	a->used = 0;
}

void
arena_clear(struct arena *a)
{
	arena_reset(a);
	free_chunk(a->chunk);
	a->chunk = NULL;
}
