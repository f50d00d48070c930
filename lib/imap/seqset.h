/* seqset.h: IMAP sequence sets, "1:3,7,12:*" (RFC 9051 section 9). */
#ifndef IMAP_SEQSET_H
#define IMAP_SEQSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

/* As written by the client: either end may be the larger (RFC 9051 9). */
struct seqrange {
	uint32_t a; /* 0 stands for "*", since no nz-number is 0 */
	uint32_t b;
};

struct seqset {
	struct seqrange *r;
	size_t n;
	bool saved; /* "$": the result saved by SEARCH (RFC 5182) */
};

/*
 * sequence-set, or "$".  At most LIMIT_RANGES ranges.  On false *in and *out
 * are untouched.
 */
bool p_sequence_set(struct arena *a, struct span *in, struct seqset *out);

/*
 * In place: "*" becomes max, ends are put in order, ranges sorted and joined.
 * Afterwards a <= b in each, and ranges ascend and do not touch.
 */
void seqset_resolve(struct seqset *set, uint32_t max);

/* Whether a resolved set holds n.  O(log ranges). */
bool seqset_has(const struct seqset *set, uint32_t n);

#endif
