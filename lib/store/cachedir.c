/*
 * cachedir.c: where an account's caches are.
 *
 * A root of its own (a fast disk, outside of quotas) may be one directory for
 * many users, as /tmp is.  So what is below it is believed only when nobody
 * else could have made or changed it.  An account is known by its Maildir's
 * device and inode: names of users and paths need no escaping then, and a
 * Maildir that was copied begins anew.
 */
#include "store/cachedir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/maildir.h"
#include "store/root.h"
#include "sys/fs.h"

static bool
is_inbox(const char *dirname)
{
	return strcmp(dirname, ".") == 0;
}

static const char *
name_of(const char *dirname)
{
	return is_inbox(dirname) ? "INBOX" : dirname;
}

/* The directory name below dir, made where it is missing; nobody else's. */
static int
open_own(int dir, const char *name)
{
	struct stat st;
	int fd;

	if (mkdirat(dir, name, MODE_DIR) == -1 && errno != EEXIST)
		return -1;
	if ((fd = fs_open_dir(dir, name)) == -1)
		return -1;
	errno = EPERM;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return fd;
	fs_close(fd);
	return -1;
}

enum { OWN_LEN = 64 };

/* The root, and the name below it of the directory for a Maildir. */
static int
open_root(const char *root, int maildir, char name[OWN_LEN])
{
	struct stat st;

	if (fstat(maildir, &st) == -1)
		return -1;
	(void)snprintf(name, OWN_LEN, "%llx-%llx",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	/* the argument is the administrator's and may be a link */
	return open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
cachedir_open(const char *root, int maildir)
{
	char name[OWN_LEN];
	int dir = open_root(root, maildir, name), fd;

	if (dir == -1)
		return -1;
	fd = open_own(dir, name);
	fs_close(dir);
	return fd;
}

int
cachedir_look(const char *root, int maildir, const char *dirname)
{
	char name[OWN_LEN];
	int dir = open_root(root, maildir, name), own, fd;

	if (dir == -1)
		return -1;
	own = fs_open_dir(dir, name);
	fd = own == -1 ? -1 : fs_open_dir(own, name_of(dirname));
	fs_close(own);
	fs_close(dir);
	return fd;
}

int
cachedir_folder(const struct account *a, const char *dirname, int dir)
{
	if (a->conf->index_root == NULL)
		return fs_open_dir(dir, ".");
	if (a->caches == -1) {
		errno = ENOENT;
		return -1;
	}
	return open_own(a->caches, name_of(dirname));
}

int
cachedir_replace(struct account *a, const char *name, struct span text)
{
	struct strbuf tmp = { 0 };
	int fd, r = -1;

	if (a->caches == a->fd)
		strbuf_puts(&tmp, "tmp/");
	maildir_tmp_name(a, "cache", &tmp);
	if ((fd = fs_create(a->caches, tmp.p, MODE_FILE)) == -1)
		goto clear;
	if (fs_write(fd, text) == 0)
		r = renameat(a->caches, tmp.p, a->caches, name);
	if (r == -1)
		(void)unlinkat(a->caches, tmp.p, 0);
	fs_close(fd);
clear:
	strbuf_clear(&tmp);
	return r;
}

void
cachedir_move(const struct account *a, const char *from, const char *to)
{
	if (a->conf->index_root != NULL && a->caches != -1)
		(void)fs_rename_new(a->caches, from, a->caches, to);
}

void
cachedir_remove(const struct account *a, const char *dirname)
{
	if (a->conf->index_root != NULL && a->caches != -1 &&
	    !is_inbox(dirname))
		(void)fs_remove_tree(a->caches, dirname);
}
