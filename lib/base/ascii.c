/* ascii.c: the one class of bytes too long to be inline. */
#include "base/ascii.h"

int
ascii_hex(unsigned char c)
{
	if (ascii_isdigit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
