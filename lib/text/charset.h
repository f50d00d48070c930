/* charset.h: from any charset to UTF-8. */
#ifndef TEXT_CHARSET_H
#define TEXT_CHARSET_H

#include <stdbool.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Append in, a text from its beginning, converted from the charset of that
 * name (any case, at most 64 bytes); what is ill-formed becomes U+FFFD.
 * US-ASCII with 8-bit bytes: those are taken as UTF-8 if the whole is, else as
 * U+FFFD.
 * False, and nothing appended, when the charset is not known.
 */
bool charset_to_utf8(struct span name, struct span in, struct strbuf *out);

/*
 * How a long text may be cut so that its pieces can be converted apart, that
 * is where no character is cut and the shift state is the initial one.
 */
enum charset_cut {
	CUT_ASCII, /* after a byte below "0", which no second byte is */
	CUT_UTF8, /* before the last character that is not complete */
	CUT_LINE, /* after an LF: ISO-2022 and its like (RFC 1468, 1554) */
	CUT_UTF16, /* not within a surrogate pair */
	CUT_UTF32
};

/* CUT_UTF8 when the charset is not known. */
enum charset_cut charset_cut(struct span name);

/*
 * Only the first piece may have a byte order mark: pass over it, if *in, the
 * first, has one, and return what the charset is called for all pieces, where
 * no more marks are looked for.
 */
struct span charset_unmarked(struct span name, struct span *in);

#endif
