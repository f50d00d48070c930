/* mutf7.h: modified UTF-7, mailbox names of IMAP4rev1 (RFC 3501 5.1.3). */
#ifndef TEXT_MUTF7_H
#define TEXT_MUTF7_H

#include <stdbool.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Append in as UTF-8.  False, and nothing appended, for whatever is not
 * canonical: bytes outside 0x20-0x7e, "&" without its "-", printable ASCII
 * in base64, base64 with stray bits, two shifts in a row ("&AOk-&AOk-"),
 * lone surrogates, U+0000.
 */
bool mutf7_decode(struct span in, struct strbuf *out);

/*
 * Append the UTF-8 in as modified UTF-7; controls and DEL are encoded too.
 * False, and nothing appended, when in is not UTF-8 or has a NUL.
 */
bool mutf7_encode(struct span in, struct strbuf *out);

#endif
