/* wr.c: one buffer, one descriptor. */
#include "sys/wr.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/num.h"
#include "sys/clock.h"
#include "sys/sig.h"

enum { KEPT = 16 * 1024 }; /* of the buffer, by a process that waits */

void
wr_init(struct wr *w, int fd, int timeout)
{
	int on = 1;

	w->fd = fd;
	w->failed = w->no_socket = w->large = false;
	w->timeout = timeout;
	w->total = 0;
	w->waits = NULL;
	w->len = 0;
	w->limit = fd == -1 ? WR_LEN : WR_FIRST;
	w->begun = 0;
	/*
	 * What is sent is as much as there is to say.  Without this the last
	 * part of an answer would wait until a client has acknowledged those
	 * before, and clients take 40 ms for that.  Fails where it is no TCP.
	 */
	if (fd != -1)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* Wait until the descriptor takes something. */
static bool
writable(struct wr *w)
{
	struct pollfd p = { .fd = w->fd, .events = POLLOUT };
	int64_t by;

	if (w->waits != NULL)
		w->waits(w->waits_arg);
	by = w->timeout ? clock_mono_ms() + w->timeout : 0;
	if (sig_ending()) /* the last words: for a client that takes them */
		return poll(&p, 1, 0) == 1;
	return sig_poll(&p, 1, by) == 1;
}

/*
 * Part of p[0..len-1], as write(); EAGAIN where it would wait.  The
 * descriptor is shared with others and so is its O_NONBLOCK: it is left
 * alone.  A pipe that poll() calls writable takes PIPE_BUF bytes at once.
 */
static ssize_t
send_some(struct wr *w, const char *p, size_t len)
{
	ssize_t n;

	if (!w->no_socket) {
		n = send(w->fd, p, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n != -1 || errno != ENOTSOCK)
			return n;
		w->no_socket = true;
	}
	if (!writable(w)) {
		errno = ETIMEDOUT;
		return -1;
	}
	return write(w->fd, p, len < PIPE_BUF ? len : PIPE_BUF);
}

static void
send_all(struct wr *w, const char *p, size_t len)
{
	ssize_t n;

	while (len > 0 && !w->failed) {
		n = send_some(w, p, len);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if (n == 0 || (errno != EAGAIN && errno != EINTR) ||
			   !writable(w)) {
			w->failed = true;
		}
	}
}

static void
send_buffer(struct wr *w)
{
	size_t len = w->len;

	w->len = 0;
	w->large |= len > KEPT;
	w->failed |= w->fd == -1;
	send_all(w, w->buf, len);
}

void
wr_flush(struct wr *w)
{
	send_buffer(w);
	w->begun = w->total;
	if (w->fd != -1)
		w->limit = WR_FIRST;
}

/* It is full, and there is more. */
static void
send_full(struct wr *w)
{
	uint64_t part = (w->total - w->begun) / 8;

	send_buffer(w);
	w->limit = part > WR_LEN     ? WR_LEN
		   : part > WR_FIRST ? (size_t)part
				     : WR_FIRST;
}

void
wr_make_room(struct wr *w, size_t len)
{
	send_full(w);
	if (len > w->limit)
		w->limit = WR_LEN;
}

bool
wr_is_large(const struct wr *w)
{
	return w->large || w->len > KEPT;
}

void
wr_rest(struct wr *w)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	size_t start = KEPT + (size_t)(-((uintptr_t)w->buf + KEPT) % page);
	size_t len;

	if (!w->large || w->len > 0)
		return;
	w->large = false;
	len = start < WR_LEN ? (WR_LEN - start) / page * page : 0;
	if (len > 0)
		(void)madvise(w->buf + start, len, MADV_DONTNEED);
}

/* More than there is room for: what would fill the buffer is sent at once. */
static void
put_long(struct wr *w, const char *from, size_t len)
{
	size_t n = w->limit - w->len;

	memcpy(w->buf + w->len, from, n);
	w->len = w->limit;
	send_full(w);
	from += n;
	len -= n;
	if (len >= w->limit) {
		n = len - len % w->limit;
		send_all(w, from, n);
		from += n;
		len -= n;
	}
	memcpy(w->buf, from, len);
	w->len = len;
}

void
wr_bytes(struct wr *w, const void *p, size_t len)
{
	w->total += len;
	if (len > w->limit - w->len) {
		put_long(w, p, len);
		return;
	}
	if (len != 0) /* p may be NULL when it is */
		memcpy(w->buf + w->len, p, len);
	w->len += len;
}

bool
wr_again(struct wr *w, uint64_t from, uint64_t to)
{
	size_t len = (size_t)(to - from);

	if (w->total - from > w->len || len > w->limit - w->len)
		return false;
	wr_bytes(w, w->buf + w->len - (size_t)(w->total - from), len);
	return true;
}

void
wr_span(struct wr *w, struct span s)
{
	wr_bytes(w, s.p, span_len(s));
}

void
wr_putc(struct wr *w, char c)
{
	if (w->len == w->limit)
		send_full(w);
	w->buf[w->len++] = c;
	w->total++;
}

void
wr_num(struct wr *w, uint64_t n)
{
	char digits[NUM_LEN];

	if (NUM_LEN <= w->limit - w->len)
		wr_put_to(w, num_put(w->buf + w->len, n));
	else
		wr_bytes(w, digits, (size_t)(num_put(digits, n) - digits));
}
