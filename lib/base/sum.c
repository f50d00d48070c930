/* sum.c: four lanes of multiplications, so that none waits for another. */
#include "base/sum.h"

#include <string.h>

enum { LANES = 4, WORD = 8 };

/* Odd, and with as many ones as zeros. */
static const uint64_t factor = UINT64_C(0xd6e8feb86659fd93);

static uint64_t
load(const char *p)
{
	uint64_t v;

	memcpy(&v, p, WORD);
	return v;
}

/* Fewer than WORD: copies of constant length need no call. */
static uint64_t
load_rest(const char *p, size_t len)
{
	char v[WORD] = { 0 };
	size_t at = 0;

	if (len & 4) {
		memcpy(v, p, 4);
		at = 4;
	}
	if (len & 2) {
		memcpy(v + at, p + at, 2);
		at += 2;
	}
	if (len & 1)
		v[at] = p[at];
	return load(v);
}

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * factor;
	return h ^ h >> 32;
}

uint64_t
sum_bytes(uint64_t seed, struct span s)
{
	uint64_t lane[LANES] = { seed, seed + 1, seed + 2, seed + 3 };
	uint64_t h = mix(seed, span_len(s));

	for (; span_len(s) >= sizeof lane; s.p += sizeof lane) {
		lane[0] = mix(lane[0], load(s.p));
		lane[1] = mix(lane[1], load(s.p + WORD));
		lane[2] = mix(lane[2], load(s.p + 2 * WORD));
		lane[3] = mix(lane[3], load(s.p + 3 * WORD));
	}
	for (; span_len(s) >= WORD; s.p += WORD)
		h = mix(h, load(s.p));
	h = mix(h, load_rest(s.p, span_len(s)));
	for (int i = 0; i < LANES; i++)
		h = mix(h, lane[i]);
	return mix(h, h >> 29);
}
