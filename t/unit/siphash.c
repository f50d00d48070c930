/* siphash.c: the vectors of its authors. */
#include "base/siphash.h"

#include "base/nelem.h"
#include "tap.h"

int
main(void)
{
	static const uint64_t key[2] = { 0x0706050403020100,
		0x0f0e0d0c0b0a0908 };
	/* of the bytes 0, 1, 2, ... of these lengths */
	static const struct {
		size_t len;
		uint64_t hash;
	} cases[] = {
		{ 0, 0x726fdb47dd0e0e31 },
		{ 1, 0x74f839c593dc67fd },
		{ 7, 0xab0200f58b01d137 },
		{ 8, 0x93f5f5799a932462 },
		{ 15, 0xa129ca6149be45e5 },
		{ 63, 0x958a324ceb064572 },
	};
	char bytes[64];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)i;
	for (size_t i = 0; i < NELEM(cases); i++)
		ok(siphash(key, tap_exact(bytes, cases[i].len)) ==
			cases[i].hash,
		    "%zu bytes", cases[i].len);
	return done_testing();
}
