/* strbuf.h: bytes that grow at their end. */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"

/*
 * All zero is an empty strbuf, ready for use.  p is NULL as long as nothing
 * was added; afterwards p[len] is always NUL, so that text without embedded
 * NULs can be given to the system.
 * Functions that are given one append to it and never free it.
 */
struct strbuf {
	char *p;
	size_t len;
	size_t max; /* allocated, the NUL included */
};

/* What it holds; valid until the next change. */
static inline struct span
strbuf_span(const struct strbuf *b)
{
	return span_of(b->len ? b->p : "", b->len);
}

/* Room for len more bytes at p + len; the caller adds what it used to len. */
char *strbuf_room(struct strbuf *b, size_t len);

/* Add bytes, one byte, a string, a span, a number in decimal. */
static inline void
strbuf_add(struct strbuf *b, const void *p, size_t len)
{
	/* there is room mostly; that of the NUL is counted in max */
	if (len >= b->max - b->len)
		(void)strbuf_room(b, len);
	if (len > 0)
		memcpy(b->p + b->len, p, len);
	b->len += len;
	b->p[b->len] = '\0';
}

static inline void
strbuf_putc(struct strbuf *b, char c)
{
	strbuf_add(b, &c, 1);
}

static inline void
strbuf_puts(struct strbuf *b, const char *s)
{
	strbuf_add(b, s, strlen(s));
}

static inline void
strbuf_cat(struct strbuf *b, struct span s)
{
	strbuf_add(b, s.p, span_len(s));
}

void strbuf_num(struct strbuf *b, uint64_t n);

/* Cut to len bytes, which may not be more than it has. */
void strbuf_cut(struct strbuf *b, size_t len);

/* Empty it and keep the memory; empty it and give the memory back. */
static inline void
strbuf_reset(struct strbuf *b)
{
	if (b->len > 0)
		b->p[b->len = 0] = '\0';
}
void strbuf_clear(struct strbuf *b);

#endif
