/*
 * sum.c: products of 128 bits, folded.
 *
 * Two lanes, so that one multiplication does not wait for the other.  Rejected:
 * products of 64 bits (measured: three times the instructions, which a FETCH
 * out of caches consisted of); CRC-32C (fewer bits, and not on all machines).
 */
#include "base/sum.h"

#include <string.h>

enum { WORD = 8, PAIR = 16, BLOCK = 32, HALF = 4 };

/* Odd, and with about as many ones as zeros. */
static const uint64_t one = UINT64_C(0xd6e8feb86659fd93);
static const uint64_t two = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t
word(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static uint64_t
half(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static uint64_t
byte(const char *p)
{
	return (unsigned char)*p;
}

/* The upper half of the product xor the lower. */
static uint64_t
fold(uint64_t a, uint64_t b)
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
static uint64_t
fold_rest(uint64_t h, struct span s)
{
	size_t len = span_len(s);

	if (len >= WORD)
		return fold(word(s.p) ^ two, word(s.end - WORD) ^ h);
	if (len >= HALF)
		return fold(half(s.p) ^ two, half(s.end - HALF) ^ h);
	if (len > 0)
		return fold(one ^ (byte(s.p) << 16 | byte(s.p + len / 2) << 8 |
				      byte(s.end - 1)),
		    two ^ h);
	return h;
}

uint64_t
sum_bytes(uint64_t seed, struct span s)
{
	uint64_t h = fold(seed ^ one, span_len(s) ^ two), l = h;

	for (; span_len(s) >= BLOCK; s.p += BLOCK) {
		h = fold(word(s.p) ^ one, word(s.p + WORD) ^ h);
		l = fold(word(s.p + PAIR) ^ two, word(s.p + PAIR + WORD) ^ l);
	}
	h += l;
	if (span_len(s) >= PAIR) {
		h = fold(word(s.p) ^ one, word(s.p + WORD) ^ h);
		s.p += PAIR;
	}
	return fold(fold_rest(h, s) ^ two, one);
}
