/* charset.h: from any charset to UTF-8. */
#ifndef TEXT_CHARSET_H
#define TEXT_CHARSET_H

#include <stdbool.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Whether name (any case, at most 64 bytes, no "/") can be converted from.
 * US-ASCII and UTF-8 need no iconv.
 */
bool charset_known(struct span name);

/*
 * Append in, converted; what is ill-formed becomes U+FFFD.  US-ASCII with
 * 8-bit bytes: those are taken as UTF-8 if the whole is, else as U+FFFD.
 * False, and nothing appended, when the charset is not known.
 * The converter of the last charset is kept open by *c (all zero at first;
 * charset_close()), so that a run of calls costs one iconv_open().
 */
struct charset {
	char name[65];
	void *cd; /* iconv_t, NULL when none is open */
	unsigned opened; /* how often one was looked for, for limits */
};

bool charset_to_utf8(
    struct charset *c, struct span name, struct span in, struct strbuf *out);
void charset_close(struct charset *c);

#endif
