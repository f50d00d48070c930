/* casefold.h: what compares equal when case does not matter. */
#ifndef TEXT_CASEFOLD_H
#define TEXT_CASEFOLD_H

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Append the key of in under i;unicode-casemap (RFC 5051): simple titlecase,
 * then full decomposition.  ASCII takes a fast path without libunistring
 * (letters to upper case).  Where in is not UTF-8 the octets from the first
 * bad one on are appended as they are.
 */
void casefold(struct span in, struct strbuf *out);

#endif
