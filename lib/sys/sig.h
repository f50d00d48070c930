/* sig.h: signals, seen only where a program waits. */
#ifndef SYS_SIG_H
#define SYS_SIG_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Ignore SIGPIPE and SIGXFSZ, do not ignore SIGCHLD; block SIGTERM, SIGHUP
 * and SIGINT but for the time spent in sig_poll().
 */
void sig_init(void);

/* Block the signals of set for good, in sig_poll() too.  0, or -1. */
int sig_block(const sigset_t *set);

/*
 * For a server: a descriptor that is readable when SIGCHLD, SIGHUP, SIGTERM
 * or SIGINT has come; these are blocked from now on.  -1 with errno.
 */
int sig_open(void);

/* The next signal that has come, or 0. */
int sig_next(int fd);

/* Whether one of the three has come. */
bool sig_ending(void);

/*
 * poll() until the monotonic time by (clock.h; 0: for ever).  Returns as
 * poll() does; -1 with EINTR means that the process shall end.  A signal is
 * seen when none of fds is ready, or has been seen before.
 */
int sig_poll(struct pollfd *fds, nfds_t n, int64_t by);

/*
 * flock(fd, LOCK_EX); EINTR means that the process shall end.  A signal that
 * comes in the instant before the wait is seen after it.
 */
int sig_lock(int fd);

#endif
