/* headertext.h: text of message headers, as strings that are legal. */
#ifndef IMAP_HEADERTEXT_H
#define IMAP_HEADERTEXT_H

#include <stdbool.h>

#include "base/span.h"
#include "sys/wr.h"

/*
 * Write s, a value as it stands in a header, as an nstring: NIL where s.p is
 * NULL.  8-bit is written as it is when utf8 is set and it is UTF-8, and as
 * encoded words (RFC 2047) otherwise.
 */
void headertext_put(struct wr *w, struct span s, bool utf8);

#endif
