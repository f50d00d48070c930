/* charset.h: from any charset to UTF-8. */
#ifndef TEXT_CHARSET_H
#define TEXT_CHARSET_H

#include <stdbool.h>

#include "base/span.h"
#include "base/strbuf.h"

/* Whether name (any case, at most 64 bytes) can be converted from. */
bool charset_known(struct span name);

/*
 * Append in, a text from its beginning, converted; what is ill-formed becomes
 * U+FFFD.  US-ASCII with 8-bit bytes: those are taken as UTF-8 if the whole
 * is, else as U+FFFD.
 * False, and nothing appended, when the charset is not known.
 */
bool charset_to_utf8(struct span name, struct span in, struct strbuf *out);

#endif
