/* sum.h: a number that tells damaged or other bytes from those expected. */
#ifndef BASE_SUM_H
#define BASE_SUM_H

#include <stdint.h>

#include "base/span.h"

/*
 * 64 bits of s and seed.  For caches that check what they read: it is fast
 * (a quarter of a cycle a byte), and not meant to withstand somebody who
 * looks for bytes with a given hash.  The same on every machine of one byte
 * order.
 */
uint64_t sum_bytes(uint64_t seed, struct span s);

#endif
