/* sock.c: socket(), bind(), listen(), accept4(). */
#include "sys/sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/num.h"
#include "sys/fs.h"

enum { FLAGS = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC };

static int
bind_listen(int fd, const struct sockaddr *sa, socklen_t len, int backlog)
{
	int one = 1;

	/* a restart must not wait for connections that have just ended */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
	    bind(fd, sa, len) == 0 && listen(fd, backlog) == 0)
		return fd;
	fs_close(fd);
	return -1;
}

static int
listen_four(struct in_addr ip, uint16_t port, int backlog)
{
	struct sockaddr_in sa = {
		.sin_family = AF_INET, .sin_addr = ip, .sin_port = htons(port)
	};
	int fd = socket(AF_INET, FLAGS, 0);

	if (fd == -1)
		return -1;
	return bind_listen(fd, (struct sockaddr *)&sa, sizeof sa, backlog);
}

/* both: IPv4 as well, on the wildcard address. */
static int
listen_six(struct in6_addr ip, uint16_t port, int backlog, bool both)
{
	struct sockaddr_in6 sa = { .sin6_family = AF_INET6,
		.sin6_addr = ip,
		.sin6_port = htons(port) };
	int fd = socket(AF_INET6, FLAGS, 0), only = !both;

	if (fd == -1)
		return -1;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) ==
	    -1) {
		fs_close(fd);
		return -1;
	}
	return bind_listen(fd, (struct sockaddr *)&sa, sizeof sa, backlog);
}

int
sock_listen(const char *ip, const char *port, int backlog)
{
	struct span in = span_str(port);
	struct in6_addr six = IN6ADDR_ANY_INIT;
	struct in_addr four = { .s_addr = htonl(INADDR_ANY) };
	uint32_t n;
	int fd;

	if (!num_u32(&in, &n) || in.p < in.end || n > 65535) {
		errno = EINVAL;
		return -1;
	}
	if (*ip == '\0' || strcmp(ip, "0") == 0) {
		fd = listen_six(six, (uint16_t)n, backlog, true);
		if (fd == -1 && (errno == EAFNOSUPPORT ||
				    errno == EADDRNOTAVAIL)) /* no IPv6 here */
			fd = listen_four(four, (uint16_t)n, backlog);
		return fd;
	}
	if (inet_pton(AF_INET, ip, &four) == 1)
		return listen_four(four, (uint16_t)n, backlog);
	if (inet_pton(AF_INET6, ip, &six) == 1)
		return listen_six(six, (uint16_t)n, backlog, false);
	errno = EINVAL;
	return -1;
}

bool
sock_adopt(int fd)
{
	int listens = 0, type = 0, flags;
	socklen_t len = sizeof listens;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == -1)
		return false;
	len = sizeof type;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == -1 ||
	    !listens || type != SOCK_STREAM)
		return false;
	flags = fcntl(fd, F_GETFL);
	return flags != -1 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) != -1 &&
	       fcntl(fd, F_SETFD, FD_CLOEXEC) != -1;
}

int
sock_accept(int fd, struct peer *p)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof ss;
	int one = 1;
	int c = accept4(fd, (struct sockaddr *)&ss, &len, SOCK_CLOEXEC);

	if (c == -1)
		return -1;
	memset(p, 0, sizeof *p);
	(void)peer_address(&ss, p->ip, p->port);
	len = sizeof ss;
	memset(&ss, 0, sizeof ss);
	if (getsockname(c, (struct sockaddr *)&ss, &len) == 0)
		(void)peer_address(&ss, p->local_ip, p->local_port);
	/* or who is gone without a word would keep his place for ever */
	(void)setsockopt(c, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	return c;
}
