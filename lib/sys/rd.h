/* rd.h: buffered input with a deadline, paired with an output. */
#ifndef SYS_RD_H
#define SYS_RD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "sys/wr.h"

enum { RD_LEN = 16384 };

enum rd_result {
	RD_OK,
	RD_EOF, /* the client has closed */
	RD_LATE, /* the deadline has passed */
	RD_LONG, /* a line longer than allowed: see rd_line() */
	RD_SIGNAL, /* the process shall end (sig.h) */
	RD_ERR, /* errno says why */
};

/*
 * Just before it would wait for input, the paired wr is flushed: what was
 * pipelined is answered in one go, and nobody else needs to flush.
 */
struct rd {
	int fd;
	struct wr *wr; /* or NULL */
	bool exact; /* take nothing from fd that was not asked for */
	bool lively; /* see rd_lively() */
	int64_t poll_by; /* a lively one waits in poll() then */
	int64_t by; /* deadline (clock.h), 0 for none; set by the caller */
	uint64_t total; /* bytes handed out since rd_init() */
	size_t pos;
	size_t len;
	size_t seen; /* how much of buf has ever been written */
	/*
	 * Called once when more input is wanted and it is quiet_by (clock.h),
	 * which it then sets to 0: never.  Part of what is wanted does not put
	 * it off.
	 */
	void (*quiet)(void *arg);
	void *quiet_arg;
	int64_t quiet_by;
	char buf[RD_LEN];
};

/*
 * With exact, no byte beyond the line or the count asked for is ever taken
 * from fd (sockets are peeked at, other descriptors read byte by byte): for
 * programs that hand the descriptor on.
 */
void rd_init(struct rd *r, int fd, struct wr *wr, bool exact);

/*
 * The other end mostly answers at once: it is waited for in read() first, and
 * in poll() when nothing has come for a tick of the kernel's clock (10 ms at
 * most), or the last poll() was a tenth of a second ago.  A deadline and
 * quiet() may be late by a tick, signals by both.  Sets a timeout for reading
 * that stays with the socket; does nothing where fd is none, or r is exact.
 */
void rd_lively(struct rd *r);

/*
 * Append one line to *out, without its LF and a CR before that.  On RD_LONG
 * (more than max bytes before the LF) max bytes were appended and the rest
 * of the line is still to be read: rd_skip_line().  On EOF, a deadline or a
 * failure nothing was appended, and what had come of the line is gone.
 */
enum rd_result rd_line(struct rd *r, struct strbuf *out, size_t max);
enum rd_result rd_skip_line(struct rd *r);

/* Append exactly len bytes to *out. */
enum rd_result rd_bytes(struct rd *r, struct strbuf *out, size_t len);

/* Between 1 and max bytes: *out is a view, valid until the next call. */
enum rd_result rd_some(struct rd *r, size_t max, struct span *out);

/*
 * Whether the client has sent more than was handed out; neither waits nor takes
 * anything.
 */
bool rd_pending(const struct rd *r);

/* Whether rd_some() would not wait for the descriptor. */
bool rd_buffered(const struct rd *r);

/*
 * Overwrite all that has been handed out, and all that an exact reader has
 * only looked at.  What is buffered is lost: there is nothing of an exact
 * reader behind a whole line or a whole count.
 */
void rd_forget(struct rd *r);

/*
 * Wait until there is input (RD_OK), or other is readable (RD_LATE with
 * *ready true), or by has passed (RD_LATE with *ready false).  other may be
 * -1.  r->by is not looked at.
 */
enum rd_result rd_wait(struct rd *r, int other, int64_t by, bool *ready);

#endif
