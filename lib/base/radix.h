/* radix.h: numbers put in order. */
#ifndef BASE_RADIX_H
#define BASE_RADIX_H

#include <stddef.h>
#include <stdint.h>

struct radix {
	uint64_t key;
	uint32_t value; /* whatever belongs to it */
};

/* Sort v[0..n-1] by key; equal keys stay in order.  Linear in n. */
void radix_sort(struct radix *v, size_t n);

#endif
