/* fdpass.c: SCM_RIGHTS. */
#include "sys/fdpass.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

union control {
	char buf[CMSG_SPACE(FDPASS_MAX * sizeof(int))];
	struct cmsghdr align;
};

int
fdpass_send(int sock, struct span data, const int *fds, size_t n)
{
	union control control = { .buf = { 0 } };
	struct iovec iov = { (void *)(uintptr_t)data.p, span_len(data) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	ssize_t r;

	if (n > FDPASS_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (n > 0) {
		m.msg_control = control.buf;
		/* socklen_t in POSIX, size_t in glibc */
		m.msg_controllen = (socklen_t)CMSG_SPACE(n * sizeof *fds);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = (socklen_t)CMSG_LEN(n * sizeof *fds);
		memcpy(CMSG_DATA(c), fds, n * sizeof *fds);
	}
	do /* who may not name a receiver has no sendmsg() either */
		r = n > 0 ? sendmsg(sock, &m, MSG_NOSIGNAL)
			  : send(sock, data.p, span_len(data), MSG_NOSIGNAL);
	while (r == -1 && errno == EINTR);
	if (r == -1)
		return -1;
	if ((size_t)r == span_len(data))
		return 0;
	errno = EMSGSIZE;
	return -1;
}

/* All descriptors of m, up to max; the others are closed. */
static bool
take(struct msghdr *m, int *fds, size_t max, size_t *n)
{
	bool all = true;
	size_t got;
	int fd;

	*n = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
	     c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		got = (c->cmsg_len - CMSG_LEN(0)) / sizeof fd;
		for (size_t i = 0; i < got; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (*n < max) {
				fds[(*n)++] = fd;
			} else {
				(void)close(fd); /* nobody wants it */
				all = false;
			}
		}
	}
	return all;
}

ssize_t
fdpass_recv(int sock, void *buf, size_t max, int *fds, size_t *n)
{
	union control control;
	struct iovec iov = { buf, max };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof control.buf };
	size_t limit = *n;
	ssize_t r;
	bool all;

	*n = 0;
	do
		r = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	while (r == -1 && errno == EINTR);
	if (r == -1)
		return -1;
	all = take(&m, fds, limit, n);
	if (all && (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		return r;
	for (; *n > 0; --*n)
		(void)close(fds[*n - 1]); /* never used */
	errno = EMSGSIZE;
	return -1;
}
