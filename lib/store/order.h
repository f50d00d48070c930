/* order.h: names that come as they came the last time. */
#ifndef STORE_ORDER_H
#define STORE_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "store/box.h"

/*
 * A pass over cur beside the places of the index: most names come in the
 * order in which they came when that was written, and need not be looked up.
 */
struct order {
	const struct place *places; /* NULL: there are none */
	uint32_t n, next; /* how many; the one that may come next */
	size_t at; /* where its name stands */
	uint32_t missed;
	struct numbers listed; /* rows as they came in this pass */
};

enum { ORDER_NONE = UINT32_MAX };

/* A pass begins; about so many names will come. */
void order_begin(struct order *o, struct image *im, size_t expected);
void order_clear(struct order *o);

/*
 * The row that has just this name, is not gone and not in new, if it is among
 * the next that are expected; else ORDER_NONE, and it may be any.
 */
uint32_t order_next(struct order *o, const struct image *im, struct span name);

#endif
