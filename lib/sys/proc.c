/* proc.c: posix_spawn() and pidfds. */
#include "sys/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/nelem.h"
#include "base/strbuf.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/sig.h"

enum { HIGH_FD = 10, LOOK_MS = 200 };

extern char **environ;

int
proc_path(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');
	const char *path = env_str("PATH", "/usr/bin:/bin");
	struct strbuf b = { 0 };
	char dir[PATH_MAX];
	size_t len;
	int r = 0;

	if (slash == NULL)
		return 0;
	strbuf_add(&b, argv0, (size_t)(slash - argv0) + 1);
	if (realpath(b.p, dir) == NULL) {
		strbuf_clear(&b);
		return -1;
	}
	len = strlen(dir);
	if (strncmp(path, dir, len) != 0 ||
	    (path[len] != ':' && path[len] != '\0')) {
		strbuf_reset(&b);
		strbuf_puts(&b, dir);
		strbuf_putc(&b, ':');
		strbuf_puts(&b, path);
		r = setenv("PATH", b.p, 1);
	}
	strbuf_clear(&b);
	return r;
}

/* What sig_init() has set, undone; handlers are undone by exec itself. */
static void
default_signals(posix_spawnattr_t *attr)
{
	static const int ignored[] = { SIGPIPE, SIGXFSZ };
	sigset_t set;

	(void)sigemptyset(&set);
	(void)posix_spawnattr_setsigmask(attr, &set);
	for (size_t i = 0; i < NELEM(ignored); i++)
		(void)sigaddset(&set, ignored[i]);
	(void)posix_spawnattr_setsigdefault(attr, &set);
	(void)posix_spawnattr_setflags(
	    attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

pid_t
proc_start(
    enum proc_use use, char *const argv[], const struct proc_fd *fds, size_t n)
{
	return proc_start_env(use, argv, environ, fds, n);
}

pid_t
proc_start_env(enum proc_use use, char *const argv[], char *const env[],
    const struct proc_fd *fds, size_t n)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid = -1;
	int error;

	(void)use; /* for whoever reads the call */
	if ((error = posix_spawnattr_init(&attr)) != 0)
		goto failed;
	if ((error = posix_spawn_file_actions_init(&actions)) != 0)
		goto destroy_attr;
	default_signals(&attr);
	for (size_t i = 0; i < n && error == 0; i++)
		error = posix_spawn_file_actions_adddup2(
		    &actions, fds[i].from, fds[i].to);
	if (error == 0)
		error = posix_spawnp(&pid, argv[0], &actions, &attr, argv, env);
	(void)posix_spawn_file_actions_destroy(&actions);
destroy_attr:
	(void)posix_spawnattr_destroy(&attr);
failed:
	if (error == 0)
		return pid;
	errno = error;
	return -1;
}

pid_t
proc_fork(enum proc_use use, proc_body *body, void *arg)
{
	pid_t pid = fork();

	(void)use; /* for whoever reads the call */
	if (pid == 0)
		_exit(body(arg));
	return pid;
}

/* Move fd up; it is closed in any case. */
static int
high(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
	int saved = errno;

	(void)close(fd); /* a copy is left, or the caller fails */
	errno = saved;
	return up;
}

/* Both out of the way, or closed. */
static int
high_both(int both[2], int fds[2])
{
	both[0] = high(both[0]);
	both[1] = high(both[1]);
	if (both[0] != -1 && both[1] != -1) {
		fds[0] = both[0];
		fds[1] = both[1];
		return 0;
	}
	for (int i = 0; i < 2; i++)
		if (both[i] != -1)
			(void)close(both[i]);
	errno = EMFILE;
	return -1;
}

int
proc_pipe(int fds[2])
{
	int both[2];

	return pipe2(both, O_CLOEXEC) == -1 ? -1 : high_both(both, fds);
}

int
proc_sockets(int type, int fds[2])
{
	int both[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, both) == -1)
		return -1;
	return high_both(both, fds);
}

int
proc_watch(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/*
 * Where the kernel has no pidfd the child is looked at from time to time: a
 * signal for this process must not wait for the end of a session.
 */
int
proc_wait(pid_t pid, int watch)
{
	struct pollfd p = { .fd = watch, .events = POLLIN };
	bool told = false;
	int status = 0;
	pid_t got;

	for (;;) {
		got = waitpid(pid, &status, WNOHANG);
		if (got == pid)
			return status;
		if (got == -1 && errno != EINTR)
			return -1;
		if (told) {
			(void)poll(
			    watch == -1 ? NULL : &p, watch != -1, LOOK_MS);
		} else if (sig_poll(&p, watch != -1,
			       watch == -1 ? clock_mono_ms() + LOOK_MS : 0) ==
			   -1) {
			(void)kill(pid, SIGTERM); /* it may be gone already */
			told = true;
		}
	}
}

int
proc_exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 111;
}

int
proc_orphan(void)
{
	pid_t pid = fork(), grandchild;
	int status;

	if (pid == 0) {
		grandchild = fork();
		if (grandchild == 0)
			return 0;
		_exit(grandchild == -1 ? errno & 0xff : 0);
	}
	if (pid == -1)
		return -1;
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR) /* ECHILD: SIGCHLD is ignored here */
			return errno == ECHILD ? 1 : -1;
	if (status == 0)
		return 1;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EAGAIN;
	return -1;
}
