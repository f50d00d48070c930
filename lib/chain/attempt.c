/*
 * attempt.c: fork, two pipes, two waits.
 *
 * An authenticator that accepts becomes the session, so its exit status can
 * be the word of either.  Which one it is, is told by the ready pipe: a
 * session of ours writes a byte to it before it writes anything else.
 *
 *	byte	exit	meaning
 *	yes	any	a session, over
 *	no	0	a foreign session, over: an authenticator never exits 0
 *	no	other	the authenticator's word; see checkpassword_verdict()
 *
 * The pipe's end alone means nothing: a program may close what it does not
 * know, or leave it to a child that outlives it.
 *
 * An authenticator that hangs would keep the client for ever, and looks like a
 * foreign session that says nothing on the pipe.  They differ in what is
 * executed: who accepts executes the program behind himself.  So a process
 * whose command line still ends in the whole chain has not accepted yet.  One
 * that has children may have a session among them (PAM), and is let alone.
 */
#include "chain/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth/checkpassword.h"
#include "base/nelem.h"
#include "base/strbuf.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "sys/proc.h"
#include "sys/sig.h"

enum { READ, WRITE };
enum { LOOK_MS = 200, GRACE_MS = 2000, PROC_FILE_LEN = 65536 };

static void
close_pipe(int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] != -1)
			fs_close(fds[i]);
	fds[READ] = fds[WRITE] = -1;
}

/* With the credentials in the one pipe and the other one's number told. */
static pid_t
start(char *const chain[], int secret, int ready)
{
	const struct proc_fd fds[] = {
		{ secret, CHECKPASSWORD_FD },
		{ ready, ready },
	};
	char number[16];

	(void)snprintf(number, sizeof number, "%d", ready);
	if (setenv("SATCHEL_READYFD", number, 1) == -1)
		return -1;
	return proc_start(PROC_CHAIN, chain, fds, NELEM(fds));
}

/* Whether the session has said its byte; never blocks. */
static bool
is_ready(int fd)
{
	char c;

	return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && read(fd, &c, 1) == 1;
}

int
attempt_start(char *const chain[], struct span name, struct span password,
    struct attempt *a)
{
	int secret[2] = { -1, -1 }, ready[2] = { -1, -1 };
	int r = -1;

	if (proc_pipe(secret) == -1 || proc_pipe(ready) == -1)
		goto close_pipes;
	/* the pipe holds all of it, so nobody need be there to read yet */
	if (checkpassword_write(secret[WRITE], name, password, span_str("")) ==
	    -1)
		goto close_pipes;
	fs_close(secret[WRITE]);
	secret[WRITE] = -1;
	if ((a->pid = start(chain, secret[READ], ready[WRITE])) == -1)
		goto close_pipes;
	a->chain = chain;
	a->ready = ready[READ];
	ready[READ] = -1;
	r = 0;
close_pipes:
	close_pipe(secret);
	close_pipe(ready);
	return r;
}

/* Append the file /proc/PID/name. */
static int
slurp_proc(pid_t pid, const char *name, struct strbuf *out)
{
	char path[64];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	if ((fd = fs_open_file(AT_FDCWD, path, NULL)) == -1)
		return -1;
	do { /* these files have no size before they are read */
		char *to = strbuf_room(out, 4096);

		if ((n = read(fd, to, 4096)) > 0)
			out->len += (size_t)n;
	} while (n > 0 && out->len < PROC_FILE_LEN);
	fs_close(fd);
	return n == 0 ? 0 : -1;
}

static bool
has_children(pid_t pid)
{
	struct strbuf text = { 0 };
	char name[64];
	bool any;

	(void)snprintf(name, sizeof name, "task/%ld/children", (long)pid);
	any = slurp_proc(pid, name, &text) == -1 || text.len > 0;
	strbuf_clear(&text);
	return any;
}

/* Whether the command line of a's process ends as that of the chain does. */
static bool
is_itself(const struct attempt *a)
{
	struct strbuf want = { 0 }, have = { 0 };
	const char *base = strrchr(a->chain[0], '/');
	bool same = false;

	strbuf_puts(&want, base == NULL ? a->chain[0] : base + 1);
	for (size_t i = 1; a->chain[i] != NULL; i++) {
		strbuf_putc(&want, '\0');
		strbuf_puts(&want, a->chain[i]);
	}
	strbuf_putc(&want, '\0');
	if (slurp_proc(a->pid, "cmdline", &have) == 0 && have.len >= want.len)
		same =
		    memcmp(have.p + have.len - want.len, want.p, want.len) == 0;
	strbuf_clear(&want);
	strbuf_clear(&have);
	return same;
}

/* Whether the chain has ended; without a pidfd it is looked at. */
static bool
is_over(const struct attempt *a, const struct pollfd *p)
{
	siginfo_t info = { 0 };

	if (p->fd != -1)
		return p->revents != 0;
	return waitid(P_PID, (id_t)a->pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == a->pid;
}

enum waited { OVER, RUNS, LATE };

/*
 * Until the chain ends, its session says that it runs, this process is asked
 * to end, or by has passed.
 */
static enum waited
wait_ready(struct attempt *a, int watch, int64_t by)
{
	struct pollfd p[] = {
		{ .fd = watch, .events = POLLIN },
		{ .fd = a->ready, .events = POLLIN },
	};
	int64_t look;

	for (;;) {
		look = watch == -1 ? clock_mono_ms() + LOOK_MS : by;
		if (by != 0 && look > by)
			look = by;
		if (sig_poll(p, NELEM(p), look) == -1)
			return OVER; /* soon: the chain is told as well */
		if (p[1].revents != 0 && is_ready(a->ready))
			return RUNS;
		if (is_over(a, &p[0]))
			return OVER;
		if (p[1].revents != 0)
			p[1].fd = -1; /* closed without a word */
		if (by != 0 && clock_mono_ms() >= by)
			return LATE;
	}
}

static void
end_chain(const struct attempt *a, int watch)
{
	struct pollfd p = { .fd = watch, .events = POLLIN };

	/* it was not waited for yet, so the number is its own */
	(void)kill(a->pid, SIGTERM);
	(void)poll(&p, watch == -1 ? 0 : 1, GRACE_MS);
	(void)kill(a->pid, SIGKILL);
}

static enum attempt_end
verdict(int s)
{
	switch (checkpassword_verdict(s)) {
	case CHECKPASSWORD_OVER:
		return ATTEMPT_SESSION;
	case CHECKPASSWORD_REFUSED:
		return ATTEMPT_REFUSED;
	case CHECKPASSWORD_FAILED:
		break;
	}
	return ATTEMPT_FAILED;
}

enum attempt_end
attempt_finish(struct attempt *a, uint32_t seconds, attempt_told *told,
    void *arg, int *status)
{
	int watch = proc_watch(a->pid), s;
	int64_t by =
	    seconds == 0 ? 0 : clock_mono_ms() + seconds * INT64_C(1000);
	enum waited how = wait_ready(a, watch, by);
	bool session = how == RUNS, stuck = false;

	if (how == LATE && is_itself(a) && !has_children(a->pid)) {
		stuck = true;
		end_chain(a, watch);
	} else if (how != OVER) {
		told(arg);
	}
	s = proc_wait(a->pid, watch);
	session = session || is_ready(a->ready);
	if (watch != -1)
		fs_close(watch);
	fs_close(a->ready);
	*status = s == -1 ? 111 : proc_exit_status(s);
	if (session)
		return ATTEMPT_SESSION;
	if (s == -1 || stuck)
		return stuck ? ATTEMPT_STUCK : ATTEMPT_FAILED;
	return verdict(s);
}
