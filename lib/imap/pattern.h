/* pattern.h: LIST's "*" and "%" (RFC 9051 6.3.9). */
#ifndef IMAP_PATTERN_H
#define IMAP_PATTERN_H

#include <stdbool.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Append pattern with every run of wildcards made one: "*" if one of them is,
 * else "%".  False when more than LIMIT_LIST_WILDCARDS are left.
 */
bool pattern_simplify(struct span pattern, struct strbuf *out);

/*
 * Whether the whole of name matches: "*" is anything, "%" anything without
 * the separator ".".  At most quadratic in the name, which is a file name's
 * length, and linear in the pattern.
 */
bool pattern_match(struct span pattern, struct span name);

#endif
