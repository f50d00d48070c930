/* decode.h: contents of leaf parts without their transfer encoding. */
#ifndef MSG_DECODE_H
#define MSG_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "msg/stream.h"
#include "msg/structure.h"

/* Whether the encoding of p is one we can undo (RFC 3516 4.3, UNKNOWN-CTE). */
bool decode_known(const struct part *p);

/*
 * BINARY: the body of p, transfer encoding undone, to out.  Line ends of 7bit
 * and 8bit text, and of quoted-printable, become CRLF; base64 and binary are
 * given as they are.  Returns the octets there are in all (skip and max
 * disregarded; the whole body is read), or -1 with errno; EILSEQ when the
 * encoding is not known.  sink NULL counts.  *has_nul, if not NULL, tells
 * whether a NUL is among them (then the answer needs literal8).
 */
int64_t decode_body(
    int fd, const struct part *p, const struct stream_out *out, bool *has_nul);

/*
 * For searching: the text of the leaf p as UTF-8, decoded from its transfer
 * encoding and charset, to each in pieces that end at a character (but lines
 * may be cut); text/ html included as it is.  Returns 0, -1 on errors, or the
 * first nonzero result of each.
 */
typedef int decode_each(void *arg, struct span utf8);
int decode_text(int fd, const struct part *p, decode_each *each, void *arg);

/* The same where the body of p is in memory. */
int decode_text_mem(
    struct span body, const struct part *p, decode_each *each, void *arg);

#endif
