/* bases.h: from the base of a file name to a number, for a scan. */
#ifndef STORE_BASES_H
#define STORE_BASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* An open hash table.  The names stand elsewhere. */
struct bases_cell {
	uint32_t hash;
	uint32_t number; /* BASES_NONE: free */
};

struct bases {
	struct bases_cell *cells;
	size_t n;
	size_t mask;
};

enum { BASES_NONE = UINT32_MAX };

/* For about n entries; more make it grow. */
void bases_init(struct bases *k, size_t n);
void bases_clear(struct bases *k);

/* Whether number's base is this one. */
typedef bool bases_same(const void *arg, uint32_t number, struct span base);

/*
 * The cell of the base that has this hash, or the free one where it belongs;
 * until the next bases_put().
 */
struct bases_cell *bases_find(const struct bases *k, uint32_t hash,
    struct span base, bases_same *same, const void *arg);

/* Put a number into a cell that was found. */
void bases_put(
    struct bases *k, struct bases_cell *c, uint32_t hash, uint32_t number);

#endif
