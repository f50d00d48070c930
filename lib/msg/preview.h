/* preview.h: what a message begins with, for lists (RFC 8970). */
#ifndef MSG_PREVIEW_H
#define MSG_PREVIEW_H

#include "base/strbuf.h"
#include "msg/structure.h"

/* Characters: RFC 8970 section 3.3 says 200, and never more than 256. */
enum { PREVIEW_CHARS = 200 };

/*
 * Append the first words of the message in fd, whose whole structure is root:
 * UTF-8, white space made one space, no control or invisible characters, at
 * most PREVIEW_CHARS characters.  Plain text is preferred to HTML, which loses
 * its tags; attachments are passed over, quoted lines ("> ") too unless there
 * is nothing else.  Nothing is appended when there is no text, or it cannot
 * be read.
 * Depends on the file alone; reads no more of it than it needs, at most
 * 256 KiB of text from each of eight parts.
 */
void preview_make(int fd, const struct part *root, struct strbuf *out);

#endif
