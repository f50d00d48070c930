/* fdpass.c: descriptors that arrive, too many of them, and none. */
#include "sys/fdpass.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/nelem.h"
#include "sys/seccomp.h"
#include "tap.h"

/* How many descriptors are open. */
static int
count(void)
{
	int n = 0;

	for (int fd = 0; fd < 512; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

/* A process that may send to nobody but who is connected. */
static bool
sends_without_sendmsg(int sock)
{
	static const int calls[] = { SYS_exit_group };
	static const struct seccomp_rule rules[] = {
		{ SYS_sendto, { { 4, SECCOMP_NULL, 0 } } },
	};
	const struct seccomp_table table = { calls, NELEM(calls), rules,
		NELEM(rules) };
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		    seccomp_close(&table) == -1)
			_exit(0); /* not here */
		_exit(fdpass_send(sock, span_str("z"), NULL, 0) == 0 ? 0 : 1);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

int
main(void)
{
	int pair[2], ends[2], fds[FDPASS_MAX], got[FDPASS_MAX], before;
	char buf[8];
	size_t n = 2;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1 ||
	    pipe(ends) == -1)
		return 111;
	before = count();
	ok(fdpass_send(pair[0], span_str("ab"), ends, 2) == 0, "two are sent");
	ok(fdpass_recv(pair[1], buf, sizeof buf, got, &n) == 2 && n == 2 &&
		memcmp(buf, "ab", 2) == 0,
	    "and come, with what was said");
	ok(write(got[1], "x", 1) == 1 && read(ends[0], buf, 1) == 1 &&
		*buf == 'x',
	    "as what they were");
	ok((fcntl(got[0], F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec");
	close(got[0]);
	close(got[1]);
	n = 2;
	fdpass_send(pair[0], span_str("c"), NULL, 0);
	ok(fdpass_recv(pair[1], buf, sizeof buf, got, &n) == 1 && n == 0,
	    "none is sent, none comes");
	n = 1;
	fdpass_send(pair[0], span_str("d"), ends, 2);
	ok(fdpass_recv(pair[1], buf, sizeof buf, got, &n) == -1 &&
		errno == EMSGSIZE && n == 0,
	    "one too many is an error");
	n = 2;
	fdpass_send(pair[0], span_str("longer than that"), ends, 2);
	ok(fdpass_recv(pair[1], buf, sizeof buf, got, &n) == -1 &&
		errno == EMSGSIZE && n == 0,
	    "so is too much");
	for (int i = 0; i < FDPASS_MAX; i++)
		fds[i] = ends[0];
	n = FDPASS_MAX;
	ok(fdpass_send(pair[0], span_str("e"), fds, FDPASS_MAX) == 0 &&
		fdpass_recv(pair[1], buf, sizeof buf, got, &n) == 1 &&
		n == FDPASS_MAX,
	    "%d are not too many", FDPASS_MAX);
	while (n > 0)
		close(got[--n]);
	ok(fdpass_send(pair[0], span_str("f"), fds, FDPASS_MAX + 1) == -1 &&
		errno == EMSGSIZE,
	    "one more is");
	ok(count() == before, "none is left open");
	ok(sends_without_sendmsg(pair[0]), "words alone need no sendmsg()");
	(void)recv(pair[1], buf, sizeof buf, MSG_DONTWAIT);
	close(pair[0]);
	n = 1;
	ok(fdpass_recv(pair[1], buf, sizeof buf, got, &n) == 0 && n == 0,
	    "the end");
	return done_testing();
}
