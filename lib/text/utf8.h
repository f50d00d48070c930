/* utf8.h: UTF-8 (RFC 3629), strict. */
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Take one code point off the front of *in.  False on the empty span and on
 * anything that is not UTF-8 (overlong, surrogate, above U+10FFFF, cut);
 * *in is then untouched.
 */
bool utf8_next(struct span *in, uint32_t *cp);

/*
 * Append cp, which must be a Unicode scalar value; write it to a place that
 * has room for 4 bytes, and return where it ends.
 */
void utf8_put(struct strbuf *out, uint32_t cp);
char *utf8_write(char *to, uint32_t cp);

/* Whether all of s is UTF-8; whether all of it is below 0x80. */
bool utf8_valid(struct span s);
bool utf8_is_ascii(struct span s);

/* Append s with U+FFFD for each maximal ill-formed sequence. */
void utf8_repair(struct span s, struct strbuf *out);

#endif
