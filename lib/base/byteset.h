/* byteset.h: sets of bytes that parsers pass over or stop at. */
#ifndef BASE_BYTESET_H
#define BASE_BYTESET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* Byte c is in it when bit c % 64 of word c / 64 is set. */
struct byteset {
	uint64_t w[4];
};

/* The bit of a byte, for initializers. */
#define BYTE(c) (UINT64_C(1) << ((c) % 64))

static inline bool
byteset_has(const struct byteset *set, char c)
{
	unsigned char u = (unsigned char)c;

	return (set->w[u / 64] >> (u % 64) & 1) != 0;
}

/* Pass over the bytes of the set at the front of *s. */
static inline void
byteset_skip(const struct byteset *set, struct span *s)
{
	const char *p = s->p;

	while (p < s->end && byteset_has(set, *p))
		p++;
	s->p = p;
}

#endif
