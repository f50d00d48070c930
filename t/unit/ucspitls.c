/* ucspitls.c: which descriptors count; how TLS begins. */
#include "chain/ucspitls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/tlslist.h"
#include "tap.h"

static void
set_fd(const char *name, int fd)
{
	char number[16];

	(void)snprintf(number, sizeof number, "%d", fd);
	(void)setenv(name, number, 1);
}

static void
test_descriptors(void)
{
	struct ucspitls u;
	int fd = dup(2), other = dup(2);

	ok(!ucspitls_find(&u) && u.control == -1, "nothing in the environment");
	set_fd("SSLCTLFD", fd);
	set_fd("SSLREADFD", other);
	ok(!ucspitls_find(&u) && getenv("SSLCTLFD") == NULL, "one is missing");
	ok(fcntl(fd, F_GETFD) == -1, "and the others are closed");
	fd = dup(2);
	other = dup(2);
	set_fd("SSLCTLFD", fd);
	set_fd("SSLREADFD", other);
	set_fd("SSLWRITEFD", other);
	ok(ucspitls_find(&u) && u.control == fd && u.in == other &&
		u.out == other,
	    "three, two of them the same");
	ok(fcntl(other, F_GETFD) == FD_CLOEXEC, "close-on-exec");
	ucspitls_close(&u);
	ok(fcntl(other, F_GETFD) == -1 && u.in == -1, "closed");
	set_fd("SSLCTLFD", 0);
	set_fd("SSLREADFD", 1);
	set_fd("SSLWRITEFD", 1);
	ok(!ucspitls_find(&u), "not the connection itself");
	(void)setenv("SSLCTLFD", "9x", 1);
	(void)setenv("SSLREADFD", "", 1);
	(void)setenv("SSLWRITEFD", "99999999999", 1);
	ok(!ucspitls_find(&u), "no numbers");
}

/* In a child: 0 and 1 change places with sockets.  Its errno, or 0. */
static int
start(const char *list, size_t len, bool closes)
{
	int control[2], data[2], status;
	char byte = 0;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, control) == -1 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, data) == -1)
		exit(1);
	if ((pid = fork()) == 0) {
		struct ucspitls u = { control[1], data[1], data[1] };

		(void)close(control[0]);
		if (ucspitls_start(&u, clock_mono_ms() + 200) == -1)
			_exit(errno);
		(void)!write(1, "x", 1);
		_exit(strcmp(getenv("SSL_A"), "1") == 0 ? 0 : 255);
	}
	(void)close(control[1]);
	(void)close(data[1]);
	ok(read(control[0], &byte, 1) == 1 && byte == 'Y', "Y");
	(void)!send(control[0], list, len, MSG_NOSIGNAL);
	if (closes)
		(void)close(control[0]);
	if (waitpid(pid, &status, 0) != pid)
		exit(1);
	if (!closes)
		(void)close(control[0]);
	if (WEXITSTATUS(status) == 0)
		ok(read(data[0], &byte, 1) == 1, "clear text from 1");
	(void)close(data[0]);
	return WEXITSTATUS(status);
}

static void
test_start(void)
{
	static char huge[TLSLIST_MAX + 10];

	memset(huge, 'x', sizeof huge);
	ok(start("SSL_A=1\0", 9, true) == 0, "TLS is there");
	ok(start("SSL_A=1\0", 9, false) == 0, "the list ends, not the socket");
	ok(start("SSL_A=1", 8, true) == EPROTO, "half a list");
	ok(start("", 0, true) == EPROTO, "no TLS");
	ok(start("SSL_A=1", 8, false) == ETIMEDOUT, "nothing more in time");
	ok(start(huge, sizeof huge, false) == EPROTO, "too long a list");
}

int
main(void)
{
	test_descriptors();
	test_start();
	return done_testing();
}
