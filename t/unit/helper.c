/* helper.c: a program run by a process from before the cage. */
#include "sys/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "sys/sig.h"
#include "tap.h"

static char top[] = "/tmp/satchel-XXXXXX";
static char file[64], started[64];

/* A helper for a shell script; file is $0, started is $1. */
static int
shell(const char *script)
{
	static char sh[] = "sh", c[] = "-c", copy[256];
	char *argv[] = { sh, c, copy, file, started, NULL };

	(void)snprintf(copy, sizeof copy, "%s", script);
	(void)unlink(file);
	(void)unlink(started);
	return helper_start(argv);
}

static bool
file_is(const char *want)
{
	char got[64];
	int fd = open(file, O_RDONLY);
	ssize_t n = fd == -1 ? -1 : read(fd, got, sizeof got);

	if (fd != -1)
		(void)close(fd);
	return n == (ssize_t)strlen(want) && memcmp(got, want, (size_t)n) == 0;
}

/* Until the file is there: ten seconds, at most. */
static bool
appears(const char *name)
{
	struct timespec ts = { 0, 10000000 };

	for (int i = 0; i < 1000; i++) {
		if (access(name, F_OK) == 0)
			return true;
		(void)nanosleep(&ts, NULL);
	}
	return false;
}

static void
test_runs(void)
{
	int fd = shell("cat >>\"$0\"; test -s \"$0\" && exit 7");

	ok(fd != -1, "a helper");
	ok(helper_put(fd, span_str("one ")) == 0 &&
		helper_put(fd, span_str("two")) == 0,
	    "is sent two pieces");
	ok(helper_end(fd, true) == 7, "the status is the program's");
	ok(file_is("one two"), "which has had both");
	ok(helper_put(fd, span_str("!")) == 0 && helper_end(fd, true) == 7,
	    "another run");
	ok(file_is("one two!"), "of the same program");
	ok(helper_end(fd, true) == 7, "nothing to read is an input, too");
	(void)close(fd);
}

static void
test_not_read(void)
{
	char block[65536] = { 0 };
	int fd = shell("exec <&-; exit 3"), put = 0;

	for (int i = 0; i < 64; i++)
		put |= helper_put(fd, span_of(block, sizeof block));
	ok(put == 0 && helper_end(fd, true) == 3, "4 MiB that nobody reads");
	(void)close(fd);
}

static void
test_failures(void)
{
	char none[] = "/nonexistent/program";
	char *argv[] = { none, NULL };
	int fd = helper_start(argv);

	(void)helper_put(fd, span_str("x"));
	ok(helper_end(fd, true) == -1, "no program");
	ok(helper_end(fd, true) == -1, "nor the second time");
	(void)close(fd);
	fd = shell("kill -9 $$");
	ok(helper_end(fd, true) == -1, "a program that is killed");
	(void)close(fd);
}

/* "cat" has no end of input before it is killed, so it makes no file. */
static void
test_dropped(void)
{
	int fd = shell("touch \"$1\"; x=$(cat); echo \"$x\" >\"$0\"");

	(void)helper_put(fd, span_str("half"));
	ok(appears(started), "a program that has begun");
	ok(helper_end(fd, false) == -1, "is to forget it");
	ok(access(file, F_OK) == -1, "has not seen an end");
	ok(helper_put(fd, span_str("x")) == -1 || helper_end(fd, true) == -1,
	    "and nothing is run after that");
	(void)close(fd);
}

/* The other end of the program's life: its session dies in the middle. */
static void
test_orphan(void)
{
	int fd = shell("touch \"$1\"; x=$(cat); echo \"$x\" >\"$0\""), left;
	char byte;
	int gone[2];

	(void)close(fd);
	ok(pipe(gone) == 0, "a pipe that the program holds");
	fd = shell("touch \"$1\"; x=$(cat); echo \"$x\" >\"$0\"");
	(void)helper_put(fd, span_str("half"));
	ok(appears(started), "a program that has begun");
	(void)close(fd);
	(void)close(gone[1]);
	left = (int)read(gone[0], &byte, 1);
	ok(left == 0, "the helper holds nothing of its parent's");
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	ok(access(file, F_OK) == -1, "half a message is none");
	(void)close(gone[0]);
}

/* Asked to end, a session does not wait for a program that hangs. */
static void
test_term(void)
{
	int fd = shell("touch \"$1\"; exec sleep 600");

	(void)helper_put(fd, span_str("x"));
	ok(appears(started), "a program that hangs");
	ok(raise(SIGTERM) == 0 && helper_end(fd, true) == -1, "is ended");
	(void)close(fd);
}

int
main(void)
{
	if (mkdtemp(top) == NULL)
		return 111;
	(void)snprintf(file, sizeof file, "%s/file", top);
	(void)snprintf(started, sizeof started, "%s/started", top);
	sig_init();
	test_runs();
	test_not_read();
	test_failures();
	test_dropped();
	test_orphan();
	test_term();
	(void)unlink(file);
	(void)unlink(started);
	(void)rmdir(top);
	return done_testing();
}
