/* kwset.h: keywords by number, and sets of them by number. */
#ifndef STORE_KWSET_H
#define STORE_KWSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

/* Numbers are given once and mean the same as long as the kwset lives. */
struct kwset {
	struct arena ar;
	struct span *names;
	size_t nnames, maxnames;
	struct kwlist *sets; /* set number id is sets[id - 1] */
	size_t nsets, maxsets;
	uint32_t *name_cells, *set_cells; /* hash tables: number + 1 */
	size_t name_mask, set_mask;
};

struct kwlist {
	const uint32_t *v; /* ascending */
	size_t n;
};

/* All zero is empty, ready for use. */
void kwset_clear(struct kwset *k);

/*
 * The number of name, compared without case.  With add it is made when there
 * is none, bytes that no keyword may have becoming "_"; *added then tells
 * (NULL: of no interest).  False when there is none, or name is empty.
 */
bool kwset_name(
    struct kwset *k, struct span name, bool add, uint32_t *out, bool *added);

/* The number of the set v[0..n-1], which is sorted here and made unique. */
uint32_t kwset_set(struct kwset *k, uint32_t *v, size_t n);

/* Its numbers. */
struct kwlist kwset_list(const struct kwset *k, uint32_t id);

#endif
