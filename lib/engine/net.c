/* net.c: read() and writev(), since a descriptor need not be a socket. */
#include "engine/net.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sys/clock.h"

enum { DRAIN_MAX = 1 << 20 };

static int
unblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags == -1 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int
net_init(struct net *n)
{
	int on = 1;

	n->in = 0;
	n->out = 1;
	n->may_read = true;
	n->eof = false;
	n->total = 0;
	n->pos = n->len = 0;
	/* fails for what is no TCP */
	(void)setsockopt(1, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return unblock(0) == -1 ? -1 : unblock(1);
}

/* Fill the empty buffer.  1, 0 at the end, -1 with errno. */
static int
fill(struct net *n)
{
	ssize_t got;

	if (n->eof)
		return 0;
	if (!n->may_read) {
		errno = EAGAIN;
		return -1;
	}
	do
		got = read(n->in, n->buf, sizeof n->buf);
	while (got == -1 && errno == EINTR);
	/* a short piece was all that there is */
	n->may_read = got == (ssize_t)sizeof n->buf;
	if (got == -1)
		return -1;
	n->eof = got == 0;
	n->pos = 0;
	n->len = (size_t)got;
	n->total += (uint64_t)got;
	return got > 0;
}

static ssize_t
pull(gnutls_transport_ptr_t arg, void *to, size_t max)
{
	struct net *n = arg;
	size_t len;
	int r;

	if (n->pos == n->len && (r = fill(n)) != 1)
		return r;
	len = n->len - n->pos < max ? n->len - n->pos : max;
	memcpy(to, n->buf + n->pos, len);
	n->pos += len;
	return (ssize_t)len;
}

static ssize_t
push(gnutls_transport_ptr_t arg, const giovec_t *iov, int count)
{
	struct net *n = arg;
	ssize_t r;

	do
		r = writev(n->out, iov, count);
	while (r == -1 && errno == EINTR);
	return r;
}

void
net_attach(struct net *n, gnutls_session_t tls)
{
	gnutls_transport_set_ptr(tls, n);
	gnutls_transport_set_pull_function(tls, pull);
	gnutls_transport_set_vec_push_function(tls, push);
}

bool
net_has_input(const struct net *n)
{
	return n->pos < n->len || n->may_read;
}

void
net_acknowledge(const struct net *n)
{
#ifdef TCP_QUICKACK
	int on = 1;

	/* fails for what is no TCP */
	(void)setsockopt(n->in, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
#else
	(void)n;
#endif
}

void
net_finish(struct net *n, int64_t by)
{
	struct pollfd p = { .fd = n->in, .events = POLLIN };
	size_t drained = 0;
	ssize_t got = 1;

	if (shutdown(n->out, SHUT_WR) == -1 || n->eof)
		return;
	while (drained < DRAIN_MAX && got != 0 &&
	       poll(&p, 1, clock_left_ms(by)) == 1) {
		got = read(n->in, n->buf, sizeof n->buf);
		if (got == -1 && errno != EAGAIN)
			return;
		drained += got > 0 ? (size_t)got : 0;
	}
}
