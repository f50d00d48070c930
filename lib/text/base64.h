/* base64.h: base64 (RFC 4648 section 4, RFC 2045 section 6.8). */
#ifndef TEXT_BASE64_H
#define TEXT_BASE64_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

/* The six bits that c stands for, or -1.  Variants differ in two letters. */
int base64_value(unsigned char c);

/* Append in, encoded, in one line with padding. */
void base64_encode(struct span in, struct strbuf *out);

/*
 * Strict, for SASL: only the alphabet, the right padding, no stray bits.
 * False, and nothing appended nor left in *out's spare room, otherwise.
 * Empty input is valid.
 */
bool base64_decode(struct span in, struct strbuf *out);

/*
 * Lenient and streaming, for MIME: bytes outside the alphabet are skipped.
 * All zero is the start.  Data after padding is decoded as a new run (some
 * mailers concatenate).  damaged is set when the input was not clean base64
 * (a byte outside alphabet, white space and padding, or a cut group).
 */
struct base64_dec {
	uint32_t bits;
	unsigned n; /* sextets in bits */
	bool damaged;
};

void base64_dec_add(struct base64_dec *d, struct span in, struct strbuf *out);
void base64_dec_end(struct base64_dec *d, struct strbuf *out);

#endif
