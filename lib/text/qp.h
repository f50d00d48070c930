/* qp.h: quoted-printable (RFC 2045 section 6.7). */
#ifndef TEXT_QP_H
#define TEXT_QP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Lenient and streaming.  All zero is the start.  Line ends in the input may
 * be LF or CRLF; they come out as they were.  White space before a line end
 * is dropped, "=" and a line end is dropped, "=" and anything but two
 * hexadecimal digits is kept as it stands and sets damaged.
 */
struct qp_dec {
	struct strbuf held; /* white space, CR or an "=" that may yet matter */
	bool damaged;
};

void qp_dec_add(struct qp_dec *d, struct span in, struct strbuf *out);
void qp_dec_end(struct qp_dec *d, struct strbuf *out); /* frees held */

#endif
