/*
 * helper.c: a fork from before the cage, at the other end of a socketpair.
 *
 * What it reads comes from a process that may be in an intruder's hands, so
 * there is little that can be said: a length and as many bytes of input, or
 * one of two lengths that no input has.  Which program is run, and how, was
 * decided before the fork.
 *
 *	to the helper:	length bytes ... END	or	... DROP
 *	from it:	status (0 to 255, or -1)
 *
 * (Rejected: passing the message as a descriptor, since sendmsg() would have
 * to be among the calls of the cage, and it can address any socket; a helper
 * that is a program of its own, since it costs an exec at each login.)
 */
#include "sys/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/fs.h"
#include "sys/proc.h"
#include "sys/shed.h"
#include "sys/sig.h"

enum { BLOCK = 16384, LOOK_MS = 200, KEPT = 3 };
enum { PART = 1 << 30 };

/* lengths that are none */
static const uint32_t end = UINT32_MAX, drop = UINT32_MAX - 1;

/* --- the helper ---------------------------------------------------------- */

/* One run of the program; pid is -1 before it, and when it did not start. */
struct run {
	int fd;
	int to; /* its input */
	pid_t pid;
};

/* All len bytes; false at the other's end, in the middle or not. */
static bool
get(int fd, void *to, size_t len)
{
	char *p = to;
	ssize_t n;

	while (len > 0) {
		n = read(fd, p, len);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			return false;
		}
	}
	return true;
}

static void
start(struct run *r, char *const argv[])
{
	struct proc_fd fds[] = { { -1, 0 } };
	int both[2];

	if (proc_pipe(both) == -1)
		return;
	fds[0].from = both[0]; /* 1 and 2 are /dev/null */
	r->pid = proc_start(PROC_HELPER, argv, fds, 1);
	fs_close(both[0]);
	r->to = both[1];
}

/* Pass len bytes on; a program that reads no more must tell by its status. */
static bool
pass(struct run *r, size_t len)
{
	char block[BLOCK];
	size_t n;

	while (len > 0) {
		n = len < sizeof block ? len : sizeof block;
		if (!get(r->fd, block, n))
			return false;
		if (r->to != -1 && fs_write(r->to, span_of(block, n)) == -1) {
			fs_close(r->to);
			r->to = -1;
		}
		len -= n;
	}
	return true;
}

/* The program's end; word from the session meanwhile is that of its own. */
static int
await(struct run *r)
{
	int watch = proc_watch(r->pid), status = -1;
	struct pollfd p[] = { { .fd = r->fd, .events = POLLIN },
		{ .fd = watch, .events = POLLIN } };
	uint32_t word;

	while (waitpid(r->pid, &status, WNOHANG) == 0) {
		if (poll(p, 2, watch == -1 ? LOOK_MS : -1) <= 0 ||
		    p[0].revents == 0)
			continue;
		(void)kill(r->pid, SIGTERM); /* it may be gone already */
		if (!get(r->fd, &word, sizeof word))
			p[0].fd = -1; /* poll() passes over it */
	}
	if (watch != -1)
		fs_close(watch);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Whether the session is there still. */
static bool
finish(struct run *r, bool whole)
{
	int32_t status = -1;

	/* all that it has started as well, before it sees the end */
	if (!whole && r->pid != -1)
		(void)kill(0, SIGKILL);
	if (r->to != -1)
		fs_close(r->to);
	if (r->pid != -1)
		status = await(r);
	r->to = -1;
	r->pid = -1;
	return fs_write(r->fd, span_of((const char *)&status, sizeof status)) ==
	       0;
}

static void
serve(int fd, char *const argv[])
{
	struct run r = { fd, -1, -1 };
	bool there = true, begun = false;
	uint32_t len;

	while (there && get(fd, &len, sizeof len)) {
		if (!begun && len != drop)
			start(&r, argv);
		begun = len < drop;
		there = begun ? pass(&r, len) : finish(&r, len == end);
	}
	if (begun)
		(void)finish(&r, false); /* half a message is none */
}

/*
 * 0 to 2 become /dev/null, fd 3, and nothing else is open: a client must see
 * the end of its session, whatever becomes of the helper.
 */
static int
leave_all(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == -1 || (fd != KEPT && dup2(fd, KEPT) == -1))
		return -1;
	for (int i = 0; i < KEPT; i++)
		if (dup2(null, i) == -1)
			return -1;
	shed_fds(KEPT + 1);
	return fcntl(KEPT, F_SETFD, FD_CLOEXEC);
}

struct task {
	int fd;
	char *const *argv;
};

static int
body(void *arg)
{
	const struct task *t = arg;

	/* a group of its own, to end it as one */
	if (setpgid(0, 0) == -1 || leave_all(t->fd) == -1)
		return 111;
	serve(KEPT, t->argv);
	return 0;
}

/* --- the session's side -------------------------------------------------- */

int
helper_start(char *const argv[])
{
	struct task t = { -1, argv };
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
		return -1;
	t.fd = fds[1];
	pid = proc_fork(PROC_HELPER, body, &t);
	fs_close(fds[1]);
	if (pid != -1)
		return fds[0];
	fs_close(fds[0]);
	return -1;
}

static int
say(int fd, uint32_t word)
{
	return fs_write(fd, span_of((const char *)&word, sizeof word));
}

int
helper_put(int fd, struct span s)
{
	struct span part;

	/* parts that are no more than a length can be */
	for (; s.p < s.end; s.p = part.end) {
		part = s;
		if (span_len(s) > PART)
			part.end = s.p + PART;
		if (say(fd, (uint32_t)span_len(part)) == -1 ||
		    fs_write(fd, part) == -1)
			return -1;
	}
	return 0;
}

int
helper_end(int fd, bool whole)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int32_t status;

	if (say(fd, whole ? end : drop) == -1)
		return -1;
	if (sig_poll(&p, 1, 0) == -1)
		(void)say(fd, drop); /* then the answer comes soon */
	return get(fd, &status, sizeof status) ? status : -1;
}
