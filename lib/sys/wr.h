/* wr.h: buffered output whose errors are looked at once. */
#ifndef SYS_WR_H
#define SYS_WR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"

/*
 * Most of what the buffer of a socket takes.  A client that reads as fast as
 * this is filled sleeps in between, and to wake it is dear: with an eighth of
 * this, FETCH took a sixth longer.  But what comes last it can only begin with
 * when all else is done, and all of a short answer would be last: no piece is
 * longer than WR_FIRST or an eighth of what has gone before it.
 */
enum { WR_LEN = 128 * 1024, WR_FIRST = 32 * 1024 };

/*
 * Nothing here returns an error.  The first one (EPIPE, a client that takes
 * nothing for timeout ms) sets failed, and from then on output is dropped.
 */
struct wr {
	int fd;
	bool failed;
	bool no_socket; /* send() has said so */
	bool large; /* much of buf has been used */
	int timeout; /* ms that one write may wait; 0: for ever */
	uint64_t total; /* bytes accepted since wr_init() */
	void (*waits)(void *arg); /* if not NULL, called before it waits */
	void *waits_arg;
	size_t len;
	size_t limit; /* so much is sent at once, WR_LEN at most */
	uint64_t begun; /* total when the last flush was */
	char buf[WR_LEN];
};

/*
 * On a TCP connection, sets TCP_NODELAY.  With fd -1, buf[0..len-1] holds
 * what is written; WR_LEN bytes at most, and failed is set if it is more.
 */
void wr_init(struct wr *w, int fd, int timeout);

/* Bytes, as they are. */
void wr_bytes(struct wr *w, const void *p, size_t len);
void wr_span(struct wr *w, struct span s);
void wr_putc(struct wr *w, char c);
void wr_num(struct wr *w, uint64_t n);

/*
 * Where up to len bytes, WR_LEN at most, may be put, as the next of what is
 * written; then wr_put_to() with where they end.
 */
static inline char *wr_room(struct wr *w, size_t len);
static inline void wr_put_to(struct wr *w, const char *end);

/*
 * What was written while total went from..to, once more.  False, and nothing
 * written, when it is not in the buffer any more, or has no room there again.
 */
bool wr_again(struct wr *w, uint64_t from, uint64_t to);

/* A string constant, and nothing else: no client can inject into it. */
#define wr_lit(w, s) wr_short((w), "" s, sizeof(s) - 1)

/* wr_bytes() where the compiler knows the length. */
static inline void
wr_short(struct wr *w, const char *p, size_t len)
{
	if (len > w->limit - w->len) {
		wr_bytes(w, p, len);
		return;
	}
	memcpy(w->buf + w->len, p, len);
	w->len += len;
	w->total += len;
}

/* Send what is buffered. */
void wr_flush(struct wr *w);

/*
 * Whether the buffer has memory that a large answer has taken and small ones
 * do without; give it back, unless it is in use: for a process that is going
 * to wait.
 */
bool wr_is_large(const struct wr *w);
void wr_rest(struct wr *w);

/* For wr_room(): there is not enough. */
void wr_make_room(struct wr *w, size_t len);

static inline char *
wr_room(struct wr *w, size_t len)
{
	if (len > w->limit - w->len)
		wr_make_room(w, len);
	return w->buf + w->len;
}

static inline void
wr_put_to(struct wr *w, const char *end)
{
	w->total += (size_t)(end - w->buf) - w->len;
	w->len = (size_t)(end - w->buf);
}

#endif
