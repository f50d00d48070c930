/* ascii.c: the one class of bytes too long to be inline. */
#include "base/ascii.h"

/* 1 + the value; 0 for what is no digit. */
static const unsigned char hex[256] = {
	/* clang-format off */
	['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	['A'] = 11, 12, 13, 14, 15, 16,
	['a'] = 11, 12, 13, 14, 15, 16,
	/* clang-format on */
};

int
ascii_hex(unsigned char c)
{
	return hex[c] - 1;
}
