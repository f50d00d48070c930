/*
 * attempt.c: fork, two pipes, one wait.
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
 */
#include "chain/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/checkpassword.h"
#include "base/nelem.h"
#include "sys/fs.h"
#include "sys/proc.h"

enum { READ, WRITE };

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
	a->ready = ready[READ];
	ready[READ] = -1;
	r = 0;
close_pipes:
	close_pipe(secret);
	close_pipe(ready);
	return r;
}

enum attempt_end
attempt_finish(struct attempt *a, int *status)
{
	int watch = proc_watch(a->pid);
	int s = proc_wait(a->pid, watch);
	bool session = is_ready(a->ready);

	if (watch != -1)
		fs_close(watch);
	fs_close(a->ready);
	*status = s == -1 ? 111 : proc_exit_status(s);
	if (session)
		return ATTEMPT_SESSION;
	if (s == -1)
		return ATTEMPT_FAILED;
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
