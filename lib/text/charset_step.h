/* charset_step.h: charsets that are made by code, character by character. */
#ifndef TEXT_CHARSET_STEP_H
#define TEXT_CHARSET_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "text/charset_table.h"

/* All that is below engine is zero at the start of a text. */
struct charset_steps {
	const unsigned char *p; /* what is to be read, up to end */
	const unsigned char *end;
	const unsigned char *stop; /* where no step is to begin */
	char *to; /* where to write */
	enum charset_engine engine;

	/* UTF-16, UTF-32 */
	bool begun; /* it is past where a byte order mark may be */
	bool swapped; /* there was one, of the other order */

	/* UTF-7 */
	bool base64;
	unsigned n; /* how many bits are pending */
	uint32_t bits;
	uint32_t high; /* a surrogate that waits for its other half, or 0 */

	/* ISO 2022, HZ: sets (charset_2022.c) */
	bool out; /* SO was last, not SI */
	unsigned char set[4]; /* what is designated as G0 to G3 */
};

/*
 * Take at least one byte from p < stop, and more as long as they begin before
 * stop; write at most 8 bytes for each that is taken.  What is ill-formed is
 * taken and becomes U+FFFD.
 */
typedef void charset_step(struct charset_steps *s);

charset_step charset_step_wide; /* UTF-16, UTF-32, UCS-2 */
charset_step charset_step_utf7;
charset_step charset_step_2022;
charset_step charset_step_hz;

/* Write U+FFFD for the next n bytes, or for all if there are not so many. */
void charset_step_bad(struct charset_steps *s, size_t n);

#endif
