/* sha256.c: SHA-256 as FIPS 180-4 section 6.2 writes it down. */
#include "base/sha256.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK = 64, LEN_AT = 56 };

/* clang-format off */
static const uint32_t k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
/* clang-format on */

static uint32_t
rotr(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

/* The message schedule of a block. */
static void
schedule(const unsigned char *p, uint32_t w[64])
{
	for (size_t t = 0; t < 16; t++, p += 4)
		w[t] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		       (uint32_t)p[2] << 8 | p[3];
	for (size_t t = 16; t < 64; t++) {
		uint32_t a = w[t - 15], b = w[t - 2];

		w[t] = (rotr(b, 17) ^ rotr(b, 19) ^ b >> 10) + w[t - 7] +
		       (rotr(a, 7) ^ rotr(a, 18) ^ a >> 3) + w[t - 16];
	}
}

/*
 * Round i of eight.  In place of moving the words a to h along, as the text
 * has it, their names move: a is v[0] in the first round, v[7] in the next.
 */
static inline void
one_round(uint32_t v[8], size_t i, uint32_t kw)
{
	uint32_t a = v[(8 - i) % 8], b = v[(9 - i) % 8], c = v[(10 - i) % 8];
	uint32_t e = v[(12 - i) % 8], f = v[(13 - i) % 8], g = v[(14 - i) % 8];
	uint32_t s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
	uint32_t s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
	uint32_t t1 = v[(15 - i) % 8] + s1 + ((e & f) ^ (~e & g)) + kw;

	v[(11 - i) % 8] += t1;
	v[(15 - i) % 8] = t1 + s0 + ((a & b) ^ (a & c) ^ (b & c));
}

/* The words a to h are v[0] to v[7], again after eight rounds. */
static void
add_block(uint32_t h[8], const unsigned char *p)
{
	uint32_t w[64], v[8];

	schedule(p, w);
	memcpy(v, h, sizeof v);
	for (size_t t = 0; t < 64; t += 8) {
		one_round(v, 0, k[t] + w[t]);
		one_round(v, 1, k[t + 1] + w[t + 1]);
		one_round(v, 2, k[t + 2] + w[t + 2]);
		one_round(v, 3, k[t + 3] + w[t + 3]);
		one_round(v, 4, k[t + 4] + w[t + 4]);
		one_round(v, 5, k[t + 5] + w[t + 5]);
		one_round(v, 6, k[t + 6] + w[t + 6]);
		one_round(v, 7, k[t + 7] + w[t + 7]);
	}
	for (size_t i = 0; i < 8; i++)
		h[i] += v[i];
}

void
sha256(struct span s, unsigned char out[SHA256_LEN])
{
	uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	unsigned char last[2 * BLOCK] = { 0 };
	uint64_t bits = (uint64_t)span_len(s) * 8;
	size_t rest, end;

	for (; span_len(s) >= BLOCK; s.p += BLOCK)
		add_block(h, (const unsigned char *)s.p);
	rest = span_len(s);
	if (rest > 0)
		memcpy(last, s.p, rest);
	last[rest] = 0x80;
	end = rest < LEN_AT ? BLOCK : 2 * BLOCK;
	for (size_t i = 0; i < 8; i++)
		last[end - 1 - i] = (unsigned char)(bits >> (8 * i));
	for (size_t at = 0; at < end; at += BLOCK)
		add_block(h, last + at);
	for (size_t i = 0; i < SHA256_LEN; i++)
		out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}
