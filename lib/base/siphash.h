/* siphash.h: a hash that nobody can foresee who does not know its key. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stdint.h>

#include "base/span.h"

/* SipHash-2-4 of s (Aumasson and Bernstein, 2012). */
uint64_t siphash(const uint64_t key[2], struct span s);

#endif
