/* sum.c: every bit of the bytes counts, and their number, and the seed. */
#include "base/sum.h"

#include "tap.h"

enum { MAX = 200 };

int
main(void)
{
	char bytes[MAX] = { 0 };
	bool bits = true, lengths = true, seeds = true;
	uint64_t h;

	for (size_t len = 0; len < MAX; len++) {
		h = sum_bytes(7, tap_exact(bytes, len));
		lengths = lengths && h != sum_bytes(7, span_of(bytes, len + 1));
		seeds = seeds && h != sum_bytes(8, span_of(bytes, len));
		for (size_t bit = 0; bit < len * 8; bit++) {
			bytes[bit / 8] ^= (char)(1 << bit % 8);
			bits = bits && h != sum_bytes(7, span_of(bytes, len));
			bytes[bit / 8] ^= (char)(1 << bit % 8);
		}
	}
	ok(bits, "each bit");
	ok(lengths, "zeros more or less");
	ok(seeds, "seeds");
	memcpy(bytes, "abcdefghabcdefghijklmnopijklmnop", 32);
	h = sum_bytes(0, span_of(bytes, 32));
	memcpy(bytes, "ijklmnopijklmnopabcdefghabcdefgh", 32);
	ok(h != sum_bytes(0, span_of(bytes, 32)), "words that change places");
	return done_testing();
}
