/*
 * slot.c: one locked file for each slot that is taken.
 *
 * The problems:
 *
 * 1. Sessions end in every way there is, kill -9 included, and nobody is
 *    there to count down.  So a slot must be something that the kernel takes
 *    back.
 * 2. The count must pass through programs that know nothing of it: a login
 *    front takes a slot, an authenticator and a session of anybody's are
 *    executed with it.
 * 3. An operator must see the counts with what he has: ls(1).
 * 4. Of any number of processes that start at one moment max get a slot, and
 *    exactly max when there are as many.
 * 5. Names come from the network.
 * 6. Names that are left must not heap up: addresses are without number.
 *
 * The answer: a file "KEY,NUMBER" that is held by flock().  Such a lock lies
 * on the open file, not on the process: it lives through exec and ends with
 * the last copy of the descriptor.  A file gets its lock before it gets its
 * name, which is by link(), so whoever sees a name whose lock is free knows
 * that its process is gone.  Names are removed by cleaners only, one at a
 * time (lock_cleaning()): when all names of a key are there, the taker cleans
 * these and tries once more; and from time to time one taker cleans the whole
 * directory, the next time the later the more it had to look at.  (4) holds
 * since a name is there once at most, and since a lock that a cleaner finds
 * taken is never another cleaner's.
 *
 * Rejected: counters in a shared file (a process that is killed is counted
 * for ever).  fcntl()'s POSIX locks (a fork does not inherit them, and any
 * close() of the file drops them).  Open file description locks on the bytes
 * of one file (they would do, but ls shows nothing; lslocks shows no owner).
 * Abstract sockets (they vanish as well, but anybody may bind any name, the
 * network namespace hides them, and listing them needs /proc).  A daemon (it
 * can be down).  Removing the name at the end of a session (needs a process
 * that is there at the end; what crashes leaves names in any case).
 */
#include "sys/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/strbuf.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/fs.h"

enum {
	HIGH_FD = 10,
	KEY_LEN = 200, /* longer ones get a hash at their end */
	NAME_LEN = KEY_LEN + 48,
	SWEEP_SECONDS = 10, /* and one more for each SWEEP_PER_SECOND names */
	SWEEP_PER_SECOND = 1000,
	SWEEP_MAX_SECONDS = 3600,
	LOCK_TRIES = 200, /* of LOCK_MS each */
	LOCK_MS = 5,
	TAKE_TRIES = 4,
};

static const char lock_name[] = ".lock";

const char *
slot_base(void)
{
	return env_str("SATCHEL_SLOTS", "/run/satchel");
}

static int
open_ours(const char *path)
{
	int fd = fs_open_dir(AT_FDCWD, path);

	if (fd == -1 && errno == ENOENT) {
		if (mkdir(path, 0700) == -1 && errno != EEXIST)
			return -1;
		fd = fs_open_dir(AT_FDCWD, path);
	}
	if (fd == -1 || fs_is_ours(fd))
		return fd;
	fs_close(fd);
	errno = EPERM;
	return -1;
}

/* FNV-1a: no more than an end for names that are cut. */
static uint64_t
hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	return h;
}

/* key as a file name without its number. */
static void
escape(const char *key, char out[NAME_LEN])
{
	size_t len = 0;

	for (const char *s = key; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		bool plain =
		    ascii_isalpha(c) || ascii_isdigit(c) ||
		    (strchr("_.:@+=-", c) != NULL && !(c == '.' && s == key));

		if (len + 3 > KEY_LEN) {
			(void)snprintf(out + len, NAME_LEN - len, "~%016llx",
			    (unsigned long long)hash(key));
			return;
		}
		if (plain)
			out[len++] = *s;
		else
			len += (size_t)snprintf(
			    out + len, NAME_LEN - len, "%%%02X", c);
	}
	out[len] = '\0';
}

/* The lock for cleaning; -1 when it cannot be had, at once or for long. */
static int
lock_cleaning(int dir, bool wait)
{
	int tries = wait ? LOCK_TRIES : 1;
	int fd = openat(dir, lock_name,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

	if (fd == -1)
		return -1;
	if (!fs_is_ours(fd)) {
		errno = EPERM;
		goto close_lock;
	}
	while (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (--tries == 0)
			goto close_lock;
		(void)poll(NULL, 0, LOCK_MS);
	}
	return fd;
close_lock:
	fs_close(fd);
	return -1;
}

/* Remove name if no process of ours holds it.  With lock_cleaning() held. */
static void
clean(int dir, const char *name)
{
	int fd = fs_open_file(dir, name, NULL);
	struct stat st;

	if (fd == -1 && errno == ENOENT)
		return;
	/* nobody else's file counts, and no other kind of file */
	if (fd == -1 || fstat(fd, &st) == -1 || st.st_uid != geteuid() ||
	    flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)unlinkat(dir, name, 0); /* then it goes on counting */
	if (fd != -1)
		fs_close(fd);
}

struct sweep {
	int dir;
	int64_t seen;
};

static int
sweep_one(void *arg, const char *name, unsigned char type)
{
	struct sweep *s = arg;

	(void)type;
	s->seen++;
	if (strcmp(name, lock_name) != 0)
		clean(s->dir, name);
	return 0;
}

/*
 * The modification time of the lock says when it is due.  A time far ahead
 * is that of a clock which has been set back.
 */
static void
sweep_when_due(int dir)
{
	struct sweep s = { dir, 0 };
	int64_t now = clock_now(), wait;
	struct timespec due[2] = { { 0 } };
	struct stat st;
	int fd;

	if (fstatat(dir, lock_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_mtime > now && st.st_mtime <= now + SWEEP_MAX_SECONDS)
		return;
	if ((fd = lock_cleaning(dir, false)) == -1)
		return; /* someone is at it */
	(void)fs_walk(dir, sweep_one, &s);
	wait = SWEEP_SECONDS + s.seen / SWEEP_PER_SECOND;
	due[0].tv_sec = due[1].tv_sec =
	    (time_t)(now +
		     (wait > SWEEP_MAX_SECONDS ? SWEEP_MAX_SECONDS : wait));
	(void)futimens(fd, due); /* or the next one sweeps again */
	fs_close(fd);
}

/* Give the file temp the first free name of key; EEXIST when none is. */
static int
link_free(int dir, const char *temp, const char *key, unsigned max)
{
	char name[NAME_LEN];

	errno = EEXIST;
	for (unsigned n = 1; n <= max; n++) {
		(void)snprintf(
		    name, sizeof name, "%.*s,%u", NAME_LEN - 16, key, n);
		if (linkat(dir, temp, dir, name, 0) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

/* The same, after a look at who holds those names. */
static int
clean_and_link(int dir, const char *temp, const char *key, unsigned max)
{
	int lock = lock_cleaning(dir, true), r;
	char name[NAME_LEN];

	if (lock == -1)
		return -1;
	for (unsigned n = 1; n <= max; n++) {
		(void)snprintf(
		    name, sizeof name, "%.*s,%u", NAME_LEN - 16, key, n);
		clean(dir, name);
	}
	r = link_free(dir, temp, key, max);
	fs_close(lock);
	if (r == -1 && errno == EEXIST)
		errno = EAGAIN;
	return r;
}

static int
take(int dir, const char *key, unsigned max)
{
	char temp[64];
	int fd, r;

	(void)snprintf(temp, sizeof temp, ".new.%ld.%lld", (long)getpid(),
	    (long long)clock_now_us());
	/* whoever inherits it shall not fill the tmpfs through it */
	fd = openat(dir, temp,
	    O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	/* a sweep may have it before it has its lock: once more */
	if ((r = flock(fd, LOCK_EX | LOCK_NB)) == -1)
		errno = ENOENT;
	else
		r = link_free(dir, temp, key, max);
	if (r == -1 && errno == EEXIST)
		r = clean_and_link(dir, temp, key, max);
	if (r == -1) {
		fs_close(fd);
		fd = -1;
	}
	r = errno;
	(void)unlinkat(dir, temp, 0); /* a sweep was faster, or will do it */
	errno = r;
	return fd;
}

int
slot_take(const char *dir, const char *key, unsigned max)
{
	char name[NAME_LEN];
	int d = open_ours(dir), fd = -1, high;

	if (d == -1)
		return -1;
	escape(key, name);
	sweep_when_due(d);
	errno = ENOENT;
	for (int i = 0; i < TAKE_TRIES && fd == -1 && errno == ENOENT; i++)
		fd = take(d, name, max);
	if (fd == -1 && errno == ENOENT)
		errno = EIO; /* ENOENT is for a base that is not there */
	fs_close(d);
	if (fd == -1)
		return -1;
	/* 3 is where a checkpassword program reads */
	high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
	fs_close(fd);
	return high;
}

int
slot_inherit(int fd)
{
	return fcntl(fd, F_SETFD, 0);
}

/* The directory name in dir, ours, made when it is missing; its descriptor. */
static int
open_made(int dir, const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	bool made = mkdirat(dir, name, 0700) == 0;
	int fd = fs_open_dir(dir, name);
	struct stat st;

	if (fd == -1)
		return -1;
	if (made && (fchown(fd, uid, gid) == -1 || fchmod(fd, mode) == -1))
		goto close_dir;
	if (fstat(fd, &st) == -1)
		goto close_dir;
	if (st.st_uid == uid && (st.st_mode & 022) == 0)
		return fd;
	errno = EPERM;
close_dir:
	fs_close(fd);
	return -1;
}

int
slot_make_user(const char *base, uid_t uid, gid_t gid)
{
	int d = fs_open_dir(AT_FDCWD, base), users, fd = -1;
	char name[24];

	if (d == -1)
		return -1;
	/* others pass through, and see nothing */
	users = open_made(d, "user", 0711, geteuid(), getegid());
	fs_close(d);
	if (users == -1)
		return -1;
	(void)snprintf(name, sizeof name, "%llu", (unsigned long long)uid);
	fd = open_made(users, name, 0700, uid, gid);
	fs_close(users);
	if (fd == -1)
		return -1;
	fs_close(fd);
	return 0;
}
