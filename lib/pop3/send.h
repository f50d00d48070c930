/* send.h: a message as an answer of several lines (RFC 1939 section 3). */
#ifndef POP3_SEND_H
#define POP3_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "sys/wr.h"

/*
 * Pieces of a message, with LF or CRLF line ends and wherever they are cut,
 * go out with CRLF and with their dots stuffed.
 */
struct send {
	struct wr *out;
	bool top; /* only the header, and lines of the body */
	bool done; /* nothing more is wanted */
	uint64_t bytes; /* taken, as stored */

	/* where it is */
	uint64_t lines;
	bool body; /* past the empty line */
	bool blank; /* the line, so far, is that */
	bool bol; /* nothing of a line has been sent yet */
	bool cr; /* it ends in CR, so far */
	char last;
};

/* The whole message; the header, the empty line and so many lines (TOP). */
void send_begin(struct send *s, struct wr *out);
void send_begin_top(struct send *s, struct wr *out, uint64_t lines);

void send_put(struct send *s, struct span piece);

/* End the last line, if need be.  The "." is the caller's. */
void send_end(struct send *s);

#endif
