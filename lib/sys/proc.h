/* proc.h: starting programs, and waiting for them. */
#ifndef SYS_PROC_H
#define SYS_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What the child shall have as descriptor to; from may be the same. */
struct proc_fd {
	int from;
	int to;
};

/* What a program is started for. */
enum proc_use {
	PROC_CONNECTION, /* the chain of one connection */
	PROC_CHAIN, /* an authenticator and what it execs: one per attempt */
	PROC_HELPER, /* what a session runs beside itself, as sendmail */
	PROC_TALKER, /* the half of a login front that reads the client */
};

/*
 * Put the absolute directory of argv0, when that names one, in front of PATH:
 * what is started finds the programs that lie beside this one first, and so
 * does what it starts.  Call it before any chdir().  -1 with errno when the
 * directory is not there.
 */
int proc_path(const char *argv0);

/*
 * Start argv[0], found by PATH, with the environment as it stands.  The child
 * has the n descriptors fds, in that order, and all that are not
 * close-on-exec; signals are as a new program expects them.  No from may be
 * another's to: proc_pipe() sees to that.  Returns its process id, or -1 with
 * errno, also when the program cannot be executed.
 */
pid_t proc_start(
    enum proc_use use, char *const argv[], const struct proc_fd *fds, size_t n);

/* The same with another environment. */
pid_t proc_start_env(enum proc_use use, char *const argv[], char *const env[],
    const struct proc_fd *fds, size_t n);

/*
 * fork(), and here alone: the child runs body(arg) and exits with what that
 * returns, without a word to what this process would do at its own exit.
 * Returns its process id, or -1 with errno.
 */
typedef int proc_body(void *arg);
pid_t proc_fork(enum proc_use use, proc_body *body, void *arg);

/*
 * A pipe, both ends close-on-exec and numbered 10 or more, so that they are
 * in nobody's way.  0, or -1 with errno.
 */
int proc_pipe(int fds[2]);

/*
 * A pair of connected sockets of this type (SOCK_STREAM, SOCK_SEQPACKET), in
 * the manner of proc_pipe().
 */
int proc_sockets(int type, int fds[2]);

/* A descriptor, close-on-exec, that is readable once pid has ended; or -1. */
int proc_watch(pid_t pid);

/*
 * Wait for the end of pid, and pass it a SIGTERM when this process is asked
 * to end (sig.h).  watch is proc_watch()'s, or -1.  Returns its wait status,
 * or -1 with errno.
 */
int proc_wait(pid_t pid, int watch);

/* The exit status for a wait status; 111 when a signal was the end. */
int proc_exit_status(int status);

/*
 * Fork a process whose parent is not this one but init or who stands in for
 * it, so that nobody here has to wait for it.  Returns 0 in that process, 1 in
 * this one; -1 with errno.
 */
int proc_orphan(void);

#endif
