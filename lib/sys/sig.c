/* sig.c: the only places where signals arrive. */
#include "sys/sig.h"

#include <errno.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/nelem.h"
#include "sys/clock.h"

static volatile sig_atomic_t ending;
static sigset_t waiting; /* the mask of sig_poll(): asked for once */
static bool is_known;
static const int ends[] = { SIGTERM, SIGHUP, SIGINT };

static void
on_end(int sig)
{
	(void)sig;
	ending = 1;
}

static void
set(int sig, void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler };

	(void)sigemptyset(&sa.sa_mask);
	(void)sigaction(sig, &sa, NULL); /* fails for bad numbers only */
}

void
sig_init(void)
{
	sigset_t block;

	(void)sigemptyset(&block);
	set(SIGPIPE, SIG_IGN);
	set(SIGXFSZ, SIG_IGN);
	set(SIGCHLD, SIG_DFL); /* ignored, it would eat exit statuses */
	for (size_t i = 0; i < NELEM(ends); i++) {
		set(ends[i], on_end);
		(void)sigaddset(&block, ends[i]);
	}
	(void)sigprocmask(SIG_SETMASK, &block, NULL);
	is_known = false;
}

int
sig_block(const sigset_t *set)
{
	is_known = false;
	return sigprocmask(SIG_BLOCK, set, NULL);
}

int
sig_open(void)
{
	static const int served[] = { SIGCHLD, SIGHUP, SIGTERM, SIGINT };
	sigset_t mask;

	(void)sigemptyset(&mask);
	for (size_t i = 0; i < NELEM(served); i++)
		(void)sigaddset(&mask, served[i]);
	set(SIGPIPE, SIG_IGN);
	set(SIGCHLD, SIG_DFL);
	if (sig_block(&mask) == -1)
		return -1;
	return signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
}

int
sig_next(int fd)
{
	struct signalfd_siginfo si;

	return read(fd, &si, sizeof si) == sizeof si ? (int)si.ssi_signo : 0;
}

/* What others have blocked (watch.c) stays so. */
static void
know_mask(void)
{
	(void)sigprocmask(SIG_SETMASK, NULL, &waiting);
	for (size_t i = 0; i < NELEM(ends); i++)
		(void)sigdelset(&waiting, ends[i]);
	is_known = true;
}

bool
sig_ending(void)
{
	return ending != 0;
}

int
sig_poll(struct pollfd *fds, nfds_t n, int64_t by)
{
	struct timespec ts, *left = NULL;
	int ms, r;

	if (!is_known)
		know_mask();
	do {
		if (ending) {
			errno = EINTR;
			return -1;
		}
		if ((ms = clock_left_ms(by)) >= 0) {
			ts.tv_sec = ms / 1000;
			ts.tv_nsec = ms % 1000 * 1000000L;
			left = &ts;
		}
		r = ppoll(fds, n, left, &waiting);
	} while (r == -1 && errno == EINTR);
	return r;
}

int
sig_lock(int fd)
{
	int r = flock(fd, LOCK_EX | LOCK_NB);
	sigset_t mask;

	if (r == 0 || errno != EWOULDBLOCK)
		return r;
	if (!is_known)
		know_mask();
	(void)sigprocmask(SIG_SETMASK, &waiting, &mask);
	do {
		errno = EINTR;
		r = ending ? -1 : flock(fd, LOCK_EX);
	} while (r == -1 && errno == EINTR && !ending);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	return r;
}
