/* proc.c: what a started program finds, and how its end is seen. */
#include "sys/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/nelem.h"
#include "sys/sig.h"
#include "tap.h"

static int
run(const char *script, const struct proc_fd *fds, size_t n)
{
	char sh[] = "sh", c[] = "-c", copy[512];
	char *argv[] = { sh, c, copy, NULL };
	int watch, status;
	pid_t pid;

	(void)snprintf(copy, sizeof copy, "%s", script);
	if ((pid = proc_start(PROC_CHAIN, argv, fds, n)) == -1)
		return -1;
	watch = proc_watch(pid);
	status = proc_wait(pid, watch);
	if (watch != -1)
		(void)close(watch);
	return proc_exit_status(status);
}

static void
test_start(void)
{
	char none[] = "/nonexistent/program", c = 0;
	char *argv[] = { none, NULL };
	int fds[2];
	struct proc_fd f[2];

	ok(run("exit 7", NULL, 0) == 7, "an exit status");
	ok(run("kill -9 $$", NULL, 0) == 111, "a signal");
	ok(proc_start(PROC_HELPER, argv, NULL, 0) == -1 && errno == ENOENT,
	    "no such program");
	ok(proc_pipe(fds) == 0 && fds[0] >= 10 && fds[1] >= 10 &&
		(fcntl(fds[0], F_GETFD) & FD_CLOEXEC) &&
		(fcntl(fds[1], F_GETFD) & FD_CLOEXEC),
	    "a pipe out of the way");
	f[0].from = fds[1];
	f[0].to = 3;
	f[1].from = f[1].to = fds[1];
	ok(run("printf x >&3", f, 1) == 0 && read(fds[0], &c, 1) == 1 &&
		c == 'x',
	    "a descriptor by its number");
	ok(run("trap '' USR1; kill -PIPE $$; exit 5", NULL, 0) == 111,
	    "SIGPIPE ends it");
	ok(run("kill -TERM $$; exit 5", NULL, 0) == 111, "SIGTERM too");
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void
test_signal(void)
{
	ok(run("kill -TERM $PPID; exec sleep 20", NULL, 0) == 111,
	    "a SIGTERM is passed on");
	ok(sig_ending(), "and seen");
}

static void
test_path(void)
{
	char here[PATH_MAX], want[PATH_MAX + 32];

	(void)setenv("PATH", "/usr/bin:/bin", 1);
	ok(proc_path("program") == 0 &&
		strcmp(getenv("PATH"), "/usr/bin:/bin") == 0,
	    "no directory");
	ok(proc_path("/usr/bin/program") == 0 &&
		strcmp(getenv("PATH"), "/usr/bin:/bin") == 0,
	    "first already");
	ok(proc_path("./program") == 0 && getcwd(here, sizeof here) != NULL,
	    "a relative one");
	(void)snprintf(want, sizeof want, "%s:/usr/bin:/bin", here);
	ok(strcmp(getenv("PATH"), want) == 0, "is made absolute");
	ok(proc_path("/nonexistent/program") == -1, "none such");
	ok(strcmp(getenv("PATH"), want) == 0, "changes nothing");
	(void)unsetenv("PATH");
	ok(proc_path("/tmp/program") == 0 &&
		strcmp(getenv("PATH"), "/tmp:/usr/bin:/bin") == 0,
	    "without PATH");
}

int
main(void)
{
	sig_init();
	test_start();
	test_path();
	test_signal();
	return done_testing();
}
