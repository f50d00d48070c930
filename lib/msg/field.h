/* field.h: header fields as lines (RFC 5322 2.2). */
#ifndef MSG_FIELD_H
#define MSG_FIELD_H

#include <stdbool.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "msg/names.h"

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

/*
 * What a piece of a header (scan.h) is; bol: it begins a line.  A line that
 * begins no field is passed over by all, with what continues it.
 */
enum line_kind { LINE_BLANK, LINE_FIELD, LINE_JUNK, LINE_MORE };
struct line {
	struct span all;
	enum line_kind kind;
	/* of LINE_FIELD only: */
	struct span name, value;
	const struct field_row *row; /* NULL: nobody wants it */
};
void field_line(struct span piece, bool bol, struct line *out);

/* Append piece without its line end to a value of HEADER_VALUE_MAX at most. */
void field_unfold(struct strbuf *value, struct span piece);

#endif
