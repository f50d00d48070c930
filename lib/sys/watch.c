/* watch.c: inotify, or directory notification where that is used up. */
#include "sys/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/oom.h"
#include "sys/fs.h"
#include "sys/sig.h"

enum { DIRS = 4 };

/*
 * The directories are kept open of our own: dnotify forgets one when its
 * descriptor is closed, and may be needed only when the second is added.
 */
struct watch {
	int fd; /* inotify or signalfd; -1: nothing works */
	bool signals;
	int dirs[DIRS];
	int n;
};

static const uint32_t in_events =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;
static const unsigned dn_events =
    DN_CREATE | DN_DELETE | DN_RENAME | DN_MULTISHOT;

struct watch *
watch_open(void)
{
	struct watch *w = calloc(1, sizeof *w);

	if (w == NULL)
		oom();
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	return w;
}

void
watch_close(struct watch *w)
{
	if (w == NULL)
		return;
	for (int i = 0; i < w->n; i++)
		fs_close(w->dirs[i]);
	if (w->fd != -1)
		fs_close(w->fd);
	free(w);
}

/* --- dnotify ------------------------------------------------------------- */

/*
 * A queue of signals that is full makes the kernel send SIGIO instead; both
 * stay blocked for good, since either would end the process.
 */
static int
make_signalfd(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGRTMIN);
	(void)sigaddset(&set, SIGIO);
	if (sig_block(&set) == -1)
		return -1;
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int
arm(int dir)
{
	if (fcntl(dir, F_SETSIG, SIGRTMIN) == -1)
		return -1;
	return fcntl(dir, F_NOTIFY, dn_events);
}

static int
give_up(struct watch *w)
{
	if (w->fd != -1)
		fs_close(w->fd);
	w->fd = -1;
	return -1;
}

/* From inotify to signals, with all that is watched so far. */
static int
change_over(struct watch *w)
{
	if (w->fd != -1)
		fs_close(w->fd);
	w->signals = true;
	if ((w->fd = make_signalfd()) == -1)
		return -1;
	for (int i = 0; i < w->n; i++)
		if (arm(w->dirs[i]) == -1)
			return give_up(w);
	return 0;
}

/* --- both ---------------------------------------------------------------- */

static int
add_inotify(const struct watch *w, int dir)
{
	char path[40];

	if (w->fd == -1 || w->signals)
		return -1;
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", dir);
	return inotify_add_watch(w->fd, path, in_events);
}

int
watch_add(struct watch *w, int dir)
{
	int fd;

	if (w->n == DIRS) {
		errno = ENOSPC;
		return -1;
	}
	if (w->signals && w->fd == -1)
		return -1;
	if ((fd = fs_open_dir(dir, ".")) == -1)
		return -1;
	w->dirs[w->n++] = fd;
	if (add_inotify(w, fd) != -1)
		return 0;
	if (!w->signals)
		return change_over(w);
	return arm(fd) == -1 ? give_up(w) : 0;
}

int
watch_fd(const struct watch *w)
{
	return w->fd;
}

void
watch_drain(struct watch *w)
{
	union {
		struct inotify_event event; /* for its alignment */
		char bytes[4096];
	} buf;

	if (w->fd == -1)
		return;
	while (read(w->fd, &buf, sizeof buf) > 0)
		continue;
}
