/* field.h: header fields as lines (RFC 5322 2.2). */
#ifndef MSG_FIELD_H
#define MSG_FIELD_H

#include <stdbool.h>

#include "base/span.h"
#include "base/strbuf.h"

/* Whether the line that begins with piece (scan.h) is the empty line. */
bool field_blank(struct span piece);

/* Whether it continues the line before. */
bool field_folded(struct span piece);

/*
 * "name:" at the front of piece, within the first SCAN_HEAD bytes, perhaps
 * with white space before the colon (RFC 5322 4.5.8).  False for what is no
 * field; *value is what follows.
 */
bool field_name(struct span piece, struct span *name, struct span *value);

/* Append piece without its line end to a value of HEADER_VALUE_MAX at most. */
void field_unfold(struct strbuf *value, struct span piece);

#endif
