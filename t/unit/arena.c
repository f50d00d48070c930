/* arena.c: what is given out is zero, aligned, and nobody else's. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "tap.h"

static bool
all(const unsigned char *p, size_t len, unsigned char c)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != c)
			return false;
	return true;
}

/* Allocations of many sizes, each filled with its number. */
static bool
disjoint(struct arena *a)
{
	static unsigned char *at[300];
	static size_t lens[300];
	bool good = true;

	for (size_t i = 0; i < 300; i++) {
		lens[i] = i % 50 == 49 ? 5000 + i : i * 7 % 400;
		at[i] = arena_alloc(a, lens[i]);
		good = good && all(at[i], lens[i], 0) &&
		       (uintptr_t)at[i] % alignof(max_align_t) == 0;
		memset(at[i], (int)(i & 0xff), lens[i]);
	}
	for (size_t i = 0; i < 300; i++)
		good = good && all(at[i], lens[i], (unsigned char)(i & 0xff));
	return good;
}

static void
test_grow(struct arena *a)
{
	uint32_t *p = NULL;
	size_t n = 0, max = 0;
	unsigned moves = 0;
	bool good = true;

	for (; n < 10000; n++) {
		uint32_t *old = p;

		p = arena_grow(a, p, n, &max, sizeof *p);
		moves += p != old;
		good = good && max > n && p[n] == 0;
		p[n] = (uint32_t)n;
	}
	for (n = 0; n < 10000; n++)
		good = good && p[n] == n;
	ok(good && moves < 15, "an array grows, moved %u times", moves);
}

int
main(void)
{
	struct arena a = { 0 };
	struct span s;

	arena_reset(&a);
	arena_clear(&a);
	ok(a.chunk == NULL, "an empty one is emptied");
	ok(arena_alloc(&a, 0) != NULL, "nothing has an address");
	ok(disjoint(&a), "zero, aligned, apart");
	arena_reset(&a);
	ok(a.chunk != NULL && a.used == 0, "a reset keeps a chunk");
	ok(disjoint(&a), "the same after a reset");
	(void)arena_alloc(&a, 100000);
	arena_reset(&a);
	ok(a.chunk != NULL && a.used == 0, "also when the last was large");
	ok(disjoint(&a), "the same after that");
	test_grow(&a);
	s = arena_span(&a, tap_exact("a\0b", 3));
	ok(span_eq(s, span_of("a\0b", 3)) && *s.end == '\0', "a copy");
	s = arena_span(&a, tap_exact("", 0));
	ok(span_len(s) == 0 && *s.end == '\0', "a copy of nothing");
	unsigned char *p = arena_array(&a, 7, 9);
	ok(all(p, 63, 0), "an array");
	arena_clear(&a);
	ok(a.chunk == NULL && a.used == 0, "cleared");
	return done_testing();
}
