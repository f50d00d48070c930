/* bytes.h: long runs of bytes: line ends, counting, searching. */
#ifndef TEXT_BYTES_H
#define TEXT_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Message files have LF line ends, IMAP and POP3 send CRLF.  An LF that
 * follows a CR is left alone; any other LF becomes CRLF; a lone CR stays.
 * NUL becomes 0x80 where nul80 is set (RFC 9051 4.3.1 sends no NUL outside
 * literal8).  *cr carries "the last byte was CR" from call to call.
 */
size_t bytes_crlf_len(struct span in, bool *cr);
void bytes_crlf(struct span in, bool *cr, bool nul80, struct strbuf *out);

/* As bytes_crlf_len(); *high gets whether there is a byte above 0x7f. */
size_t bytes_octets(struct span in, bool *cr, bool *high);

/*
 * Whole lines at the front of s, up to the first that begins with "--" if
 * dashes is set; s begins a line.  *lfs gets how many there are, *bare how
 * many of them end without a CR.  Returns where they end: s.p if there are
 * none.
 */
const char *bytes_lines(struct span s, bool dashes, size_t *lfs, size_t *bare);

/*
 * Whether s can stand between double quotes as it is: ASCII without controls,
 * quotes and backslashes.
 */
bool bytes_is_plain(struct span s);

/*
 * How many bytes at the front of s can be those of the name of a header field
 * (RFC 5322 2.2): printable ASCII without space and colon.
 */
size_t bytes_name_len(struct span s);

/* How many c are in s. */
size_t bytes_count(struct span s, char c);

/* Where the bytes below 0x80 at the front of s end. */
const char *bytes_ascii_end(struct span s);

/* Whether a byte of s is above 0x7f. */
bool bytes_has_8bit(struct span s);

/* Whether there is a or b in s. */
bool bytes_has_either(struct span s, char a, char b);

/*
 * Take the ASCII off the front of *in, and write it to a place that has room
 * for all of *in: letters in capitals, each run of white space as one space;
 * as none if *space says that one has just been written.  Returns where it
 * ends, and in *space whether with a space.
 */
char *bytes_fold(struct span *in, bool *space, char *to);

/* The same of what is printable or a tab, and no "=". */
char *bytes_fold_plain(struct span *in, bool *space, char *to);

/* As bytes_fold() with white space as it is.  Returns how much there was. */
size_t bytes_upper(struct span in, char *to);

/*
 * Copy what is at the front of quoted-printable text and stands for itself, to
 * a place with room for all of in: up to an "=", a CR, white space that more
 * of it follows, or the last byte.  Returns how much that is.
 */
size_t bytes_unquoted(struct span in, char *to);

/* Where needle first begins in s, or NULL; the empty needle is at s.p. */
const char *bytes_find(struct span s, struct span needle);

#endif
