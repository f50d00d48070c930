/* num.h: numbers out of text, in range or not at all; and into text. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/*
 * The decimal digits at the front of *in.  Leading zeros are allowed.  On
 * true *in is past the last digit and *out is set; on false (no digit, or
 * more than the type holds) both are untouched.
 */
bool num_u32(struct span *in, uint32_t *out);
bool num_u64(struct span *in, uint64_t *out);

enum { NUM_LEN = 20 }; /* digits of the largest uint64_t */

/* Put n at to, NUM_LEN bytes at most; returns where it ends. */
char *num_put(char *to, uint64_t n);

/*
 * A number that was put, for those behind it in a list, which most often are
 * the same or a few more; all 0 at first.
 */
struct num_last {
	uint64_t n;
	unsigned len;
	unsigned left; /* less than so much more is a matter of one digit */
	char digits[NUM_LEN]; /* those of n */
};

/* As num_put(), but all NUM_LEN bytes at to are written to. */
char *num_put_next(struct num_last *last, uint64_t n, char *to);

/* Exactly n digits. */
bool num_fixed(struct span *in, unsigned n, uint32_t *out);

#endif
