/* scan.h: the lines of a message file, none of them ever held whole. */
#ifndef MSG_SCAN_H
#define MSG_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * A piece that begins a line has at least this much of it, or all.  What has
 * to be recognised at the front of a line (a boundary, a field's name) is
 * looked for in so many bytes and no more, so that it does not matter where
 * the blocks of the file happen to end.
 */
enum { SCAN_HEAD = 512 };

struct scan {
	int fd;
	int64_t next; /* where the next block begins */
	int64_t to;
	struct strbuf mem;
	const char *p; /* what is read and not yet handed out, in mem */
	const char *end;
	size_t block; /* how much to read at a time */
	bool bol; /* the piece handed out last began a line */
	bool mid; /* it did not end one */
	bool eof;
	bool failed; /* reading has; errno says why */
};

/*
 * Begin at from, the start of a line, and go on to the offset to or the end
 * of the file.  With head, only a header is wanted: small blocks.
 */
void scan_open(struct scan *s, int fd, int64_t from, int64_t to, bool head);

/* The same where all of it is in memory already. */
void scan_open_mem(struct scan *s, struct span mem);

/*
 * The next bytes: up to and with the LF, or what there is at hand of a longer
 * line.  A CR is never cut from the LF after it.  False at the end and when
 * reading fails.  The piece lives until the next call.
 */
bool scan_piece(struct scan *s, struct span *piece);

/*
 * Many whole lines at once, as far as they are at hand and, with dashes, none
 * of them begins with "--".  False when there are none such: scan_piece()
 * must go on.
 */
struct scan_lines {
	struct span all;
	size_t n;
	size_t bare; /* those that end without a CR */
};
bool scan_lines(struct scan *s, bool dashes, struct scan_lines *out);

/* 0, or -1 with errno when reading failed. */
int scan_close(struct scan *s);

/*
 * How many of the bytes at the end of piece are its line end: 0 (the line
 * goes on, or the file ends), 1 (LF) or 2 (CRLF).
 */
static inline unsigned
scan_eol(struct span piece)
{
	if (piece.p == piece.end || piece.end[-1] != '\n')
		return 0;
	return span_len(piece) > 1 && piece.end[-2] == '\r' ? 2 : 1;
}

#endif
