/*
 * lock.c: one at a time may change what a folder knows of its messages.
 *
 * Two locks, for two kinds of others.
 *
 * Among ourselves flock() on the descriptor of the folder's tmp directory:
 * no file of its own, gone with the process, and no rule for stale ones is
 * needed.  Where it fails (some NFS) the second lock alone must do.
 * (Rejected: fcntl() locks need a file open for writing, and those that are
 * not OFD locks vanish when any descriptor of the file is closed.)
 *
 * For Courier tmp/courier.lock, a file that is linked into place.  It has
 * rules for stale ones, and those have a hole: two who both find a lock
 * stale may both remove it, the second removing the new lock of the first.
 * Ours cannot meet each other there, since they hold the flock; and what is
 * removed is looked at again just before.
 *
 * To make a file and to remove it again is most of what an APPEND costs beside
 * its syncs (ext4 looks for an inode that was not removed just now).  So a
 * session that locks a second time keeps a file in the INBOX's tmp, to which
 * its locks are links.  Who ends without removing it leaves a file in tmp.
 */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/num.h"
#include "base/strbuf.h"
#include "store/maildir.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "sys/sig.h"
#include "sys/watch.h"

static const char dotlock[] = "courier.lock";

enum {
	WAIT_MS = 60 * 1000, /* then EBUSY */
	POLL_MS = 50, /* where nothing tells us */
	RELOOK_MS = 2000, /* for a holder that dies */
	STALE_S = 120,
	UNLOCK_TRIES = 8,
	CONTENT_LEN = 512
};

static void
local_host(struct strbuf *out)
{
	char host[256] = "";

	(void)gethostname(host, sizeof host - 1);
	strbuf_puts(out, host);
}

/* Whether the holder that content names cannot be holding it any more. */
static bool
is_stale(struct span content, const struct stat *st, int64_t now)
{
	struct strbuf host = { 0 };
	struct span s = content;
	uint32_t pid;
	bool here;

	if (num_u32(&s, &pid) && span_eat(&s, ':')) {
		local_host(&host);
		here = span_eq(s, strbuf_span(&host));
		strbuf_clear(&host);
		if (here && pid > 0 && pid <= INT32_MAX)
			return (pid_t)pid == getpid() ||
			       (kill((pid_t)pid, 0) == -1 && errno == ESRCH);
	}
	return now / 1000000000 - st->st_mtime > STALE_S;
}

/* Remove the lock if it is stale; whether it is gone. */
static bool
break_stale(int tmp, int64_t now)
{
	struct strbuf content = { 0 };
	struct stat st, again;
	bool stale;

	if (fstatat(tmp, dotlock, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT;
	(void)fs_slurp(tmp, dotlock, CONTENT_LEN, &content);
	stale = is_stale(strbuf_span(&content), &st, now);
	strbuf_clear(&content);
	if (!stale)
		return false;
	if (fstatat(tmp, dotlock, &again, AT_SYMLINK_NOFOLLOW) == -1)
		return true;
	if (again.st_ino != st.st_ino || again.st_mtime != st.st_mtime)
		return false;
	return unlinkat(tmp, dotlock, 0) == 0 || errno == ENOENT;
}

enum link_result { LINK_OK, LINK_MOVED, LINK_BUSY, LINK_ERR };

/* What becomes the lock. */
struct source {
	int dir;
	const char *name;
	bool stays;
};

/*
 * A rename that overwrites nothing does as much as link(), and the other name
 * need not be removed.  Where there is none (NFS), link() may fail and have
 * done it: the link count tells, whatever it returned.
 */
static enum link_result
link_lock(int tmp, const struct source *s)
{
	struct stat st;
	int failed;

	if (!s->stays && fs_rename_excl(s->dir, s->name, tmp, dotlock) == 0)
		return LINK_MOVED;
	if (!s->stays && errno == EEXIST)
		return LINK_BUSY;
	failed = linkat(s->dir, s->name, tmp, dotlock, 0) == -1 ? errno : 0;
	if (fstatat(s->dir, s->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_nlink == 2)
		return LINK_OK;
	if (failed == 0 || failed == EEXIST)
		return LINK_BUSY;
	errno = failed; /* a full disk, say: nothing to wait for */
	return LINK_ERR;
}

/* Until the lock may have gone, or by. */
static int
wait_for_change(struct watch *w, int64_t by)
{
	struct pollfd pfd = { .fd = watch_fd(w), .events = POLLIN };
	int64_t look = clock_mono_ms() + (pfd.fd == -1 ? POLL_MS : RELOOK_MS);

	if (look > by)
		look = by;
	if (sig_poll(&pfd, pfd.fd != -1, look) == -1)
		return -1;
	watch_drain(w);
	if (clock_mono_ms() < by)
		return 0;
	errno = EBUSY;
	return -1;
}

/* LINK_BUSY: not within the time. */
static enum link_result
wait_for_lock(int tmp, const struct source *s, int64_t now, int64_t wait_ms)
{
	enum link_result r = link_lock(tmp, s);
	int64_t start = clock_mono_ms();
	struct watch *w;

	if (r != LINK_BUSY)
		return r;
	w = watch_open();
	(void)watch_add(w, tmp); /* else it polls */
	while ((r = link_lock(tmp, s)) == LINK_BUSY) {
		if (break_stale(tmp, now + (clock_mono_ms() - start) * 1000000))
			continue;
		if (wait_for_change(w, start + wait_ms) == -1)
			break;
	}
	watch_close(w);
	return r;
}

/* The file that is linked; its mtime is the time of the file system. */
static int
make_file(struct account *a, int dir, struct strbuf *name, int64_t *now)
{
	struct strbuf content = { 0 };
	struct stat st;
	int fd, r = -1;

	strbuf_reset(name);
	maildir_tmp_name(a, "courierlock", name);
	if ((fd = fs_create(dir, name->p, 0644)) == -1) {
		strbuf_reset(name);
		return -1;
	}
	strbuf_num(&content, (uint64_t)getpid());
	strbuf_putc(&content, ':');
	local_host(&content);
	if (fs_write(fd, strbuf_span(&content)) == 0 && fstat(fd, &st) == 0) {
		*now = clock_ns(st.st_mtim);
		r = 0;
	}
	fs_close(fd);
	if (r == -1) {
		int saved = errno;

		(void)unlinkat(dir, name->p, 0);
		strbuf_reset(name);
		errno = saved;
	}
	strbuf_clear(&content);
	return r;
}

int
lock_own(int tmp, struct lock *out)
{
	if (sig_lock(tmp) == -1 && errno == EINTR)
		return -1;
	*out = (struct lock){ .tmp = tmp };
	return 0;
}

/* --- a file that stays ----------------------------------------------- */

void
lock_end(struct account *a)
{
	struct lock_file *f = &a->lock_file;

	if (f->dir != -1) {
		(void)unlinkat(f->dir, f->name.p, 0);
		fs_close(f->dir);
	}
	strbuf_clear(&f->name);
	*f = (struct lock_file){ .dir = -1 };
}

/* It is there, and has the time of now. */
static bool
is_kept(struct account *a, int64_t *now)
{
	static const struct timespec t[2] = { { 0, UTIME_NOW },
		{ 0, UTIME_NOW } };
	struct lock_file *f = &a->lock_file;
	struct stat st;

	if (!a->conf->use_locks || f->used || f->locks++ == 0)
		return false;
	if (f->dir != -1 &&
	    utimensat(f->dir, f->name.p, t, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstatat(f->dir, f->name.p, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_nlink == 1) {
		*now = clock_ns(st.st_mtim);
		return true;
	}
	lock_end(a); /* somebody has cleaned up */
	f->locks = 1;
	if ((f->dir = fs_open_dir(a->fd, "tmp")) == -1)
		return false;
	if (make_file(a, f->dir, &f->name, now) == 0)
		return true;
	fs_close(f->dir);
	f->dir = -1;
	return false;
}

/* LINK_ERR: to be tried with a file of its own. */
static enum link_result
raise_kept(struct account *a, struct lock *l, int64_t wait_ms)
{
	struct lock_file *f = &a->lock_file;
	enum link_result is = LINK_ERR;
	struct source s = { .stays = true };

	if (is_kept(a, &l->now)) {
		s.dir = f->dir;
		s.name = f->name.p;
		is = wait_for_lock(l->tmp, &s, l->now, wait_ms);
	}
	if (is == LINK_OK) {
		f->used = l->dot = true;
		l->a = a;
	}
	return is;
}

/* --------------------------------------------------------------------- */

static int
raise_within(struct account *a, struct lock *l, int64_t wait_ms)
{
	enum link_result is = raise_kept(a, l, wait_ms);
	struct source s = { .dir = l->tmp };
	struct strbuf name = { 0 };
	int saved, r;

	if (is != LINK_ERR)
		return is == LINK_OK ? 0 : -1;
	r = make_file(a, l->tmp, &name, &l->now);
	if (r == 0 && a->conf->use_locks) {
		s.name = name.p;
		is = wait_for_lock(l->tmp, &s, l->now, wait_ms);
		l->dot = is == LINK_OK || is == LINK_MOVED;
		r = l->dot ? 0 : -1;
	}
	saved = errno;
	if (name.len > 0 && is != LINK_MOVED)
		(void)unlinkat(l->tmp, name.p, 0);
	strbuf_clear(&name);
	errno = saved;
	return r;
}

int
lock_raise(struct account *a, struct lock *l)
{
	return raise_within(a, l, WAIT_MS);
}

bool
lock_is_raised(int tmp)
{
	struct stat st;

	return fstatat(tmp, dotlock, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	       errno != ENOENT;
}

/* l is locked among ourselves. */
static int
take(struct account *a, struct lock *l, int64_t wait_ms, struct lock *out)
{
	if (raise_within(a, l, wait_ms) == -1) {
		lock_drop(l);
		return -1;
	}
	*out = *l;
	return 0;
}

int
lock_take(struct account *a, int tmp, struct lock *out)
{
	struct lock l;

	return lock_own(tmp, &l) == -1 ? -1 : take(a, &l, WAIT_MS, out);
}

int
lock_try(struct account *a, int tmp, struct lock *out)
{
	struct lock l = { .tmp = tmp };

	if (flock(tmp, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK) {
		errno = EBUSY;
		return -1;
	}
	return take(a, &l, 0, out);
}

void
lock_drop(struct lock *l)
{
	int saved = errno;

	if (l->dot)
		(void)unlinkat(l->tmp, dotlock, 0);
	/* kept, it would make this very process wait for itself */
	for (int i = 0; i < UNLOCK_TRIES; i++)
		if (flock(l->tmp, LOCK_UN) == 0)
			break;
	if (l->a != NULL)
		l->a->lock_file.used = false;
	l->a = NULL;
	l->dot = false;
	errno = saved;
}
