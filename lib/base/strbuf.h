/* strbuf.h: bytes that grow at their end. */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/*
 * All zero is an empty strbuf, ready for use.  p is NULL as long as nothing
 * was added; afterwards p[len] is always NUL, so that text without embedded
 * NULs can be given to the system (strbuf_path).
 * Functions that are given one append to it and never free it.
 */
struct strbuf {
	char *p;
	size_t len;
	size_t max; /* allocated, the NUL included */
};

/* What it holds; valid until the next change. */
struct span strbuf_span(const struct strbuf *b);

/*
 * The text as a path, NUL-terminated; NULL with errno EINVAL when it is empty
 * or has a NUL in it.
 */
const char *strbuf_path(const struct strbuf *b);

/* Add bytes, one byte, a string, a span, a number in decimal. */
void strbuf_add(struct strbuf *b, const void *p, size_t len);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_puts(struct strbuf *b, const char *s);
void strbuf_cat(struct strbuf *b, struct span s);
void strbuf_num(struct strbuf *b, uint64_t n);

/* Room for len more bytes at p + len; the caller adds what it used to len. */
char *strbuf_room(struct strbuf *b, size_t len);

/* Cut to len bytes, which may not be more than it has. */
void strbuf_cut(struct strbuf *b, size_t len);

/* Empty it and keep the memory; empty it and give the memory back. */
void strbuf_reset(struct strbuf *b);
void strbuf_clear(struct strbuf *b);

#endif
