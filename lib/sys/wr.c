/* wr.c: one buffer, one descriptor. */
#include "sys/wr.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/sig.h"

void
wr_init(struct wr *w, int fd, int timeout)
{
	w->fd = fd;
	w->failed = false;
	w->timeout = timeout;
	w->total = 0;
	w->len = 0;
}

/* Wait until the descriptor takes something. */
static bool
writable(struct wr *w)
{
	struct pollfd p = { .fd = w->fd, .events = POLLOUT };
	int64_t by = w->timeout ? clock_mono_ms() + w->timeout : 0;

	return sig_poll(&p, 1, by) == 1;
}

static void
send_all(struct wr *w, const char *p, size_t len)
{
	ssize_t n;

	while (len > 0 && !w->failed) {
		if (!writable(w)) {
			w->failed = true;
			return;
		}
		n = write(w->fd, p, len);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
			w->failed = true;
		}
	}
}

void
wr_flush(struct wr *w)
{
	size_t len = w->len;

	w->len = 0;
	send_all(w, w->buf, len);
}

void
wr_bytes(struct wr *w, const void *p, size_t len)
{
	const char *from = p;
	size_t n;

	w->total += len;
	while (len > 0 && !w->failed) {
		if (w->len == WR_LEN)
			wr_flush(w);
		n = WR_LEN - w->len < len ? WR_LEN - w->len : len;
		memcpy(w->buf + w->len, from, n);
		w->len += n;
		from += n;
		len -= n;
	}
}

void
wr_span(struct wr *w, struct span s)
{
	wr_bytes(w, s.p, span_len(s));
}

void
wr_putc(struct wr *w, char c)
{
	wr_bytes(w, &c, 1);
}

void
wr_num(struct wr *w, uint64_t n)
{
	char digits[20];
	size_t i = sizeof digits;

	do
		digits[--i] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	wr_bytes(w, digits + i, sizeof digits - i);
}
