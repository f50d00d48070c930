/*
 * become.c: ids, home, and the skeleton of a home.
 *
 * Nothing but the empty directory of a new home is made with the rights of
 * root: whatever the account's owner may have put in the way is met with no
 * more than his own rights.
 */
#include "pw/become.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fs.h"
#include "sys/slot.h"

enum { SKEL_DEPTH = 16, COPY_LEN = 65536 };

struct copy {
	int from;
	int to;
	int depth;
	int incomplete;
};

static int
change_ids(const struct become *b)
{
	if (b->uid == 0 || b->gid == 0) {
		errno = EPERM;
		return -1;
	}
	if (geteuid() != 0) {
		errno = EPERM;
		return geteuid() == b->uid && getegid() == b->gid ? 0 : -1;
	}
	if (setgid(b->gid) == -1)
		return -1;
	if (b->system_user != NULL ? initgroups(b->system_user, b->gid) == -1
				   : setgroups(1, &b->gid) == -1)
		return -1;
	if (setuid(b->uid) == -1)
		return -1;
	errno = EPERM;
	return setuid(0) == -1 ? 0 : -1;
}

/* 1: made, 0: was there, -1 with errno. */
static int
make_home(const struct become *b)
{
	struct stat st;
	int dir;

	if (lstat(b->home, &st) == 0)
		return 0;
	if (errno != ENOENT || mkdir(b->home, 0700) == -1)
		return errno == EEXIST ? 0 : -1;
	if ((dir = fs_open_dir(AT_FDCWD, b->home)) == -1)
		return -1;
	if (geteuid() == 0 && fchown(dir, b->uid, b->gid) == -1) {
		fs_close(dir);
		return -1;
	}
	fs_close(dir);
	return 1;
}

static int
copy_file(const struct copy *c, const char *name)
{
	char buf[COPY_LEN];
	struct stat st;
	int from = fs_open_file(c->from, name, &st), to;
	ssize_t n = -1;

	if (from == -1)
		return -1;
	if ((to = fs_create(c->to, name, st.st_mode & 0777)) != -1) {
		while ((n = read(from, buf, sizeof buf)) > 0)
			if (fs_write(to, span_of(buf, (size_t)n)) == -1)
				break;
		if (n != 0)
			n = -1;
		fs_close(to);
	}
	fs_close(from);
	return (int)n;
}

static int
copy_link(const struct copy *c, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(c->from, name, target, sizeof target - 1);

	if (n == -1)
		return -1;
	target[n] = '\0';
	return symlinkat(target, c->to, name);
}

static int copy_one(void *arg, const char *name, unsigned char type);

static int
copy_dir(struct copy *up, const char *name, unsigned mode)
{
	struct copy c = { -1, -1, up->depth + 1, 0 };
	int r = -1;

	if (c.depth > SKEL_DEPTH) {
		errno = ELOOP;
		return -1;
	}
	if (mkdirat(up->to, name, mode | 0700) == -1 ||
	    (c.from = fs_open_dir(up->from, name)) == -1)
		return -1;
	if ((c.to = fs_open_dir(up->to, name)) != -1) {
		r = fs_walk(c.from, copy_one, &c);
		if (fchmod(c.to, mode) == -1)
			r = -1;
		fs_close(c.to);
	}
	fs_close(c.from);
	up->incomplete |= c.incomplete;
	return r;
}

/* Other kinds of files have no place in a skeleton. */
static int
copy_one(void *arg, const char *name, unsigned char type)
{
	struct copy *c = arg;
	struct stat st;
	int r = 0;

	(void)type; /* the file system may not tell */
	if (fstatat(c->from, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		r = -1;
	else if (S_ISDIR(st.st_mode))
		r = copy_dir(c, name, st.st_mode & 0777);
	else if (S_ISREG(st.st_mode))
		r = copy_file(c, name);
	else if (S_ISLNK(st.st_mode))
		r = copy_link(c, name);
	c->incomplete |= r != 0;
	return 0;
}

/* Fill the working directory. */
static int
fill_home(const char *skeleton)
{
	mode_t mask = umask(0);
	struct copy c = { -1, -1, 0, 1 };
	struct stat st;

	c.from = open(skeleton, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	c.to = fs_open_dir(AT_FDCWD, ".");
	if (c.from != -1 && c.to != -1) {
		c.incomplete = 0;
		if (fs_walk(c.from, copy_one, &c) != 0 ||
		    fstat(c.from, &st) == -1 ||
		    fchmod(c.to, st.st_mode & 0777) == -1)
			c.incomplete = 1;
	}
	if (c.from != -1)
		fs_close(c.from);
	if (c.to != -1)
		fs_close(c.to);
	(void)umask(mask);
	return c.incomplete;
}

int
become_account(const struct become *b, const char *skeleton, int *incomplete)
{
	struct stat st;
	int made = 0;

	if (b->uid == 0 || b->gid == 0) {
		errno = EPERM;
		return -1;
	}
	if (skeleton != NULL && stat(skeleton, &st) == 0)
		made = make_home(b);
	if (b->slots != NULL && geteuid() == 0)
		(void)slot_make_user(b->slots, b->uid, b->gid);
	if (change_ids(b) == -1 || chdir(b->home) == -1)
		return -1;
	*incomplete = made == 1 && fill_home(skeleton);
	return 0;
}
