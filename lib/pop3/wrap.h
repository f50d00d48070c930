/* wrap.h: what a client without UTF8 gets for a message that needs it. */
#ifndef POP3_WRAP_H
#define POP3_WRAP_H

#include <stdint.h>

#include "base/strbuf.h"
#include "store/maildrop.h"

/*
 * Append what goes before the message and what goes behind it, with LF line
 * ends: the message becomes the second part of another, of the media type
 * given (RFC 6856 section 2.1 leaves it to us).  Both are the same each
 * time; date is the message's.
 */
void wrap_head(const struct drop_message *m, const char *type, int64_t date,
    struct strbuf *out);
void wrap_tail(const struct drop_message *m, struct strbuf *out);

/* How many octets, with CRLF, both together are. */
uint64_t wrap_octets(const struct drop_message *m, const char *type);

#endif
