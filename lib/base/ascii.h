/* ascii.h: classes of bytes that do not depend on a locale. */
#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>

static inline bool
ascii_isdigit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_isupper(unsigned char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
ascii_isalpha(unsigned char c)
{
	return ascii_isupper(c) || (c >= 'a' && c <= 'z');
}

/* Space, tab, CR and LF: what may stand between words of a header. */
static inline bool
ascii_isspace(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* C0 controls and DEL. */
static inline bool
ascii_iscntrl(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static inline unsigned char
ascii_lower(unsigned char c)
{
	return ascii_isupper(c) ? (unsigned char)(c + 32) : c;
}

static inline unsigned char
ascii_upper(unsigned char c)
{
	return c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : c;
}

/* The value of a hexadecimal digit of either case, or -1. */
int ascii_hex(unsigned char c);

#endif
