/* sorted.h: messages in the order of their dates, subjects, ... (RFC 5256). */
#ifndef STORE_SORTED_H
#define STORE_SORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "store/sortfacts.h"

enum sorted_key {
	SORTED_ARRIVAL,
	SORTED_CC,
	SORTED_DATE,
	SORTED_DISPLAYFROM,
	SORTED_DISPLAYTO,
	SORTED_FROM,
	SORTED_SIZE,
	SORTED_SUBJECT,
	SORTED_TO,
	SORTED_KEYS
};

struct sorted_by {
	enum sorted_key key;
	bool reverse;
};

/* By the first key, those that are equal by the next; none comes twice. */
struct sorted_order {
	struct sorted_by by[SORTED_KEYS];
	size_t n;
};

/*
 * Put the n numbers at v, which are ascending, in that order; those that are
 * equal in all stay in order.
 */
void sorted_put(struct arena *a, struct sortfacts *f,
    const struct sorted_order *order, uint32_t *v, size_t n);

/*
 * Set rank[i] so that ranks compare as the n texts do, octet by octet, the
 * shorter first; equal texts have one rank.  texts may be none (p is NULL).
 */
void sorted_rank(
    struct arena *a, const struct span *texts, size_t n, uint64_t *rank);

#endif
