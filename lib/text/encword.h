/* encword.h: encoded words (RFC 2047, RFC 2231 section 5). */
#ifndef TEXT_ENCWORD_H
#define TEXT_ENCWORD_H

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Append the unstructured text in as UTF-8: encoded words are decoded, white
 * space between two of them dropped, adjacent words of one charset joined
 * before conversion (multi-byte characters split between words), line ends
 * of folding removed.  Raw 8-bit that is not UTF-8 is taken as ISO-8859-1
 * (a guess that loses nothing).  What cannot be decoded stays as it is.
 * Linear in its input.
 */
void encword_decode(struct span in, struct strbuf *out);

/*
 * Append in with every run of words that holds 8-bit bytes as encoded words
 * ("=?UTF-8?Q?...?=" or B, whichever is shorter; UNKNOWN-8BIT instead of
 * UTF-8 when in is not UTF-8), each at most 75 characters and cut between
 * characters only.  NUL, CR and LF become spaces.  ASCII passes unchanged.
 */
void encword_encode(struct span in, struct strbuf *out);

#endif
