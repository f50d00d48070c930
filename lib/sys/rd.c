/* rd.c: lines and counted bytes from one descriptor. */
#include "sys/rd.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/sig.h"

enum { POLL_MS = 100 };

void
rd_init(struct rd *r, int fd, struct wr *wr, bool exact)
{
	r->fd = fd;
	r->wr = wr;
	r->exact = exact;
	r->lively = false;
	r->by = r->poll_by = 0;
	r->total = 0;
	r->pos = r->len = r->seen = 0;
	r->quiet = NULL;
	r->quiet_by = 0;
}

/*
 * Where commands come one at a time a poll() for each is a fifth of all that
 * a small one costs; and one with a timeout below a tick sets the processor's
 * timer, twice, which a virtual machine pays for with 3 us each.
 */
void
rd_lively(struct rd *r)
{
	struct timeval tick = { .tv_usec = 1 }; /* it is rounded up */

	if (!r->exact)
		r->lively = setsockopt(r->fd, SOL_SOCKET, SO_RCVTIMEO, &tick,
				sizeof tick) == 0;
}

void
rd_forget(struct rd *r)
{
	explicit_bzero(r->buf, r->seen);
	r->pos = r->len = r->seen = 0;
}

bool
rd_buffered(const struct rd *r)
{
	return r->pos < r->len;
}

bool
rd_pending(const struct rd *r)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };
	char c;

	if (rd_buffered(r))
		return true;
	if (poll(&p, 1, 0) == 0)
		return false;
	/* the end is there to be read as well; of a pipe nobody can say */
	return recv(r->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

/* How much of n peeked bytes may be taken: a line, or up to max bytes. */
static size_t
wanted(const struct rd *r, size_t n, size_t max)
{
	const char *lf;

	if (max > 0)
		return n < max ? n : max;
	lf = memchr(r->buf, '\n', n);
	return lf == NULL ? n : (size_t)(lf - r->buf) + 1;
}

/* buf has been written to up to n. */
static ssize_t
note(struct rd *r, ssize_t n)
{
	if (n > 0 && (size_t)n > r->seen)
		r->seen = (size_t)n;
	return n;
}

/* One read of what an exact reader may have; as read(). */
static ssize_t
read_exact(struct rd *r, size_t max)
{
	ssize_t n = note(r, recv(r->fd, r->buf, RD_LEN, MSG_PEEK));

	if (n == -1 && errno == ENOTSOCK) {
		if (max == 0) /* what cannot be peeked at comes byte by byte */
			max = 1;
		return read(r->fd, r->buf, max < RD_LEN ? max : RD_LEN);
	}
	if (n <= 0)
		return n;
	return read(r->fd, r->buf, wanted(r, (size_t)n, max));
}

/*
 * Whether to wait in read().  Not when time is up, nor always: a client that
 * never lets a tick pass would keep signals out, which only poll() sees.
 */
static bool
is_read_first(struct rd *r)
{
	int64_t now;

	if (!r->lively)
		return false;
	now = clock_mono_ms();
	if (now < r->poll_by && (r->by == 0 || now < r->by))
		return true;
	r->poll_by = now + POLL_MS;
	return false;
}

/*
 * After a full read more is there, most likely, and to ask first would double
 * the calls of a long literal.  -1 when it is not, or the descriptor is not a
 * socket.  A lively one waits for a tick.
 */
static ssize_t
read_at_once(struct rd *r)
{
	if (is_read_first(r))
		return note(r, read(r->fd, r->buf, RD_LEN));
	if (r->exact || r->len < RD_LEN)
		return -1;
	return note(r, recv(r->fd, r->buf, RD_LEN, MSG_DONTWAIT));
}

/* Until when nothing need be done but wait. */
static int64_t
wait_by(const struct rd *r)
{
	if (r->quiet_by == 0)
		return r->by;
	return r->by != 0 && r->by < r->quiet_by ? r->by : r->quiet_by;
}

/* Whether it was time for that. */
static bool
call_quiet(struct rd *r)
{
	if (r->quiet_by == 0 || clock_mono_ms() < r->quiet_by)
		return false;
	r->quiet_by = 0;
	r->quiet(r->quiet_arg);
	return true;
}

/*
 * Get more into the empty buffer.  max is how many bytes the caller can use,
 * or 0 for "up to a LF"; only an exact reader cares.
 */
static enum rd_result
fill(struct rd *r, size_t max)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };
	ssize_t n;

	if (r->wr != NULL)
		wr_flush(r->wr);
	(void)call_quiet(r);
	n = read_at_once(r);
	while (n == -1) {
		switch (sig_poll(&p, 1, wait_by(r))) {
		case 0:
			if (call_quiet(r))
				continue;
			return RD_LATE;
		case -1:
			return errno == EINTR ? RD_SIGNAL : RD_ERR;
		}
		n = note(r, r->exact ? read_exact(r, max)
				     : read(r->fd, r->buf, RD_LEN));
		if (n == -1 && errno == ECONNRESET)
			n = 0;
		else if (n == -1 && errno != EAGAIN && errno != EINTR)
			return RD_ERR;
	}
	if (n == 0)
		return RD_EOF;
	r->pos = 0;
	r->len = (size_t)n;
	return RD_OK;
}

static struct span
take(struct rd *r, size_t n)
{
	struct span s = span_of(r->buf + r->pos, n);

	r->pos += n;
	r->total += n;
	return s;
}

/* The next piece of a line; *ended when it holds the LF. */
static enum rd_result
line_piece(struct rd *r, struct span *piece, bool *ended)
{
	enum rd_result got;
	const char *lf;

	if (!rd_buffered(r) && (got = fill(r, 0)) != RD_OK)
		return got;
	lf = memchr(r->buf + r->pos, '\n', r->len - r->pos);
	*ended = lf != NULL;
	*piece = take(r,
	    lf == NULL ? r->len - r->pos : (size_t)(lf - r->buf) + 1 - r->pos);
	return RD_OK;
}

/*
 * The LF ends a line of at most max bytes, and a CR before it is no part of
 * it; so up to max + 1 bytes may be held before the LF is seen.
 */
static bool
fits(const struct strbuf *out, size_t start, size_t max, bool *cr)
{
	size_t len = out->len - start;

	*cr = len > 0 && out->p[out->len - 1] == '\r';
	return len <= max || (len == max + 1 && *cr);
}

/* What the last piece has beyond max bytes is still to be read. */
static void
give_back(struct rd *r, size_t n)
{
	r->pos -= n;
	r->total -= n;
}

enum rd_result
rd_line(struct rd *r, struct strbuf *out, size_t max)
{
	size_t start = out->len, over;
	enum rd_result got;
	struct span piece;
	bool ended = false, cr;

	while (!ended) {
		if ((got = line_piece(r, &piece, &ended)) != RD_OK) {
			strbuf_cut(out, start);
			return got;
		}
		if (ended)
			piece.end--;
		strbuf_cat(out, piece);
		if (fits(out, start, max, &cr)) {
			if (ended && cr)
				strbuf_cut(out, out->len - 1);
			continue;
		}
		over = out->len - start - max;
		if (over > span_len(piece)) /* a CR held back is lost */
			over = span_len(piece);
		give_back(r, over + (ended ? 1 : 0));
		strbuf_cut(out, start + max);
		return RD_LONG;
	}
	return RD_OK;
}

enum rd_result
rd_skip_line(struct rd *r)
{
	enum rd_result got;
	struct span piece;
	bool ended = false;

	while (!ended)
		if ((got = line_piece(r, &piece, &ended)) != RD_OK)
			return got;
	return RD_OK;
}

enum rd_result
rd_some(struct rd *r, size_t max, struct span *out)
{
	enum rd_result got;
	size_t have;

	if (!rd_buffered(r) && (got = fill(r, max)) != RD_OK)
		return got;
	have = r->len - r->pos;
	*out = take(r, have < max ? have : max);
	return RD_OK;
}

enum rd_result
rd_bytes(struct rd *r, struct strbuf *out, size_t len)
{
	enum rd_result got;
	struct span s;

	while (len > 0) {
		if ((got = rd_some(r, len, &s)) != RD_OK)
			return got;
		strbuf_cat(out, s);
		len -= span_len(s);
	}
	return RD_OK;
}

enum rd_result
rd_wait(struct rd *r, int other, int64_t by, bool *ready)
{
	struct pollfd p[2] = {
		{ .fd = r->fd, .events = POLLIN },
		{ .fd = other, .events = POLLIN },
	};
	int n;

	*ready = false;
	if (rd_buffered(r))
		return RD_OK;
	if (r->wr != NULL)
		wr_flush(r->wr);
	n = sig_poll(p, other == -1 ? 1 : 2, by);
	if (n == -1)
		return errno == EINTR ? RD_SIGNAL : RD_ERR;
	if (p[0].revents != 0)
		return RD_OK;
	*ready = n > 0;
	return RD_LATE;
}
