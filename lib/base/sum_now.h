/* sum_now.h: sum_bytes() in the place of its call. */
#ifndef BASE_SUM_NOW_H
#define BASE_SUM_NOW_H

#include <stdint.h>
#include <string.h>

#include "base/span.h"

enum { SUM_WORD = 8, SUM_PAIR = 16, SUM_BLOCK = 32, SUM_HALF = 4 };

/* Odd, and with about as many ones as zeros. */
static const uint64_t sum_one = UINT64_C(0xd6e8feb86659fd93);
static const uint64_t sum_two = UINT64_C(0x9e3779b97f4a7c15);

static inline uint64_t
sum_word(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static inline uint64_t
sum_half(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static inline uint64_t
sum_byte(const char *p)
{
	return (unsigned char)*p;
}

/* The upper half of the product xor the lower. */
static inline uint64_t
sum_fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	unsigned __int128 p = (unsigned __int128)a * b;

	return (uint64_t)(p >> 64) ^ (uint64_t)p;
#else
	uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
	uint64_t low = al * bl, m = ah * bl + (low >> 32);
	uint64_t n = al * bh + (uint32_t)m;

	return (ah * bh + (m >> 32) + (n >> 32)) ^ (n << 32 | (uint32_t)low);
#endif
}

/* The 0 to 15 bytes at the end; the length is in h. */
static inline uint64_t
sum_fold_rest(uint64_t h, struct span s)
{
	size_t len = span_len(s);

	if (len >= SUM_WORD)
		return sum_fold(
		    sum_word(s.p) ^ sum_two, sum_word(s.end - SUM_WORD) ^ h);
	if (len >= SUM_HALF)
		return sum_fold(
		    sum_half(s.p) ^ sum_two, sum_half(s.end - SUM_HALF) ^ h);
	if (len > 0)
		return sum_fold(sum_one ^ (sum_byte(s.p) << 16 |
					      sum_byte(s.p + len / 2) << 8 |
					      sum_byte(s.end - 1)),
		    sum_two ^ h);
	return h;
}

/*
 * sum_bytes(), for a length that is known when this is compiled: of a row of
 * 60 bytes two thirds of the instructions are left.
 */
static inline uint64_t
sum_now(uint64_t seed, struct span s)
{
	uint64_t h = sum_fold(seed ^ sum_one, span_len(s) ^ sum_two), l = h;

	for (; span_len(s) >= SUM_BLOCK; s.p += SUM_BLOCK) {
		h = sum_fold(
		    sum_word(s.p) ^ sum_one, sum_word(s.p + SUM_WORD) ^ h);
		l = sum_fold(sum_word(s.p + SUM_PAIR) ^ sum_two,
		    sum_word(s.p + SUM_PAIR + SUM_WORD) ^ l);
	}
	h += l;
	if (span_len(s) >= SUM_PAIR) {
		h = sum_fold(
		    sum_word(s.p) ^ sum_one, sum_word(s.p + SUM_WORD) ^ h);
		s.p += SUM_PAIR;
	}
	return sum_fold(sum_fold_rest(h, s) ^ sum_two, sum_one);
}

#endif
