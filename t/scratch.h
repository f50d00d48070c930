/* scratch.h: a Maildir for a test, removed at its end. */
#ifndef T_SCRATCH_H
#define T_SCRATCH_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "store/account.h"
#include "sys/fs.h"
#include "tap.h"

static char scratch[] = "/tmp/satchel-XXXXXX";
static int scratch_fd = -1;
static pid_t scratch_pid;

static void
scratch_remove(void)
{
	if (getpid() == scratch_pid)
		(void)fs_remove_tree(AT_FDCWD, scratch);
}

/* name, or name/cur, new and tmp, below the scratch directory. */
__attribute__((unused)) static void
scratch_dir(const char *name)
{
	if (mkdirat(scratch_fd, name, 0700) == -1 && errno != EEXIST)
		exit(111);
}

__attribute__((unused)) static void
scratch_maildir(const char *name)
{
	static const char *const subdirs[] = { "cur", "new", "tmp" };
	char path[512];

	scratch_dir(name);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s", name, subdirs[i]);
		scratch_dir(path);
	}
}

/* Make the directory and go there. */
__attribute__((unused)) static void
scratch_make(void)
{
	umask(022);
	if (mkdtemp(scratch) == NULL || chdir(scratch) == -1)
		exit(111);
	scratch_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scratch_pid = getpid();
	atexit(scratch_remove);
}

/* A file with this content in place of whatever is there. */
__attribute__((unused)) static void
scratch_put(const char *name, const char *text)
{
	int fd = openat(scratch_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(111);
	close(fd);
}

__attribute__((unused)) static void
scratch_link(const char *to, const char *name)
{
	if (symlinkat(to, scratch_fd, name) == -1)
		exit(111);
}

__attribute__((unused)) static void
scratch_fifo(const char *name)
{
	if (mkfifoat(scratch_fd, name, 0600) == -1)
		exit(111);
}

__attribute__((unused)) static void
scratch_move(const char *from, const char *to)
{
	if (renameat(scratch_fd, from, scratch_fd, to) == -1)
		exit(111);
}

__attribute__((unused)) static void
scratch_unlink(const char *name)
{
	if (unlinkat(scratch_fd, name, 0) == -1)
		exit(111);
}

/* What the file has, until the next call; "(none)" when there is none. */
__attribute__((unused)) static const char *
scratch_get(const char *name)
{
	static struct strbuf b;

	strbuf_reset(&b);
	if (fs_slurp(scratch_fd, name, 1 << 26, &b) == -1)
		return "(none)";
	strbuf_putc(&b, '\0');
	return b.p;
}

__attribute__((unused)) static bool
scratch_has(const char *name)
{
	struct stat st;

	return fstatat(scratch_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int
scratch_count_one(void *arg, const char *name, unsigned char type)
{
	int *n = arg;

	(void)type;
	*n += name[0] != '.';
	return 0;
}

/* How many entries a directory has that do not start with ".". */
__attribute__((unused)) static int
scratch_count(const char *name)
{
	int fd = fs_open_dir(scratch_fd, name), n = 0;

	if (fd == -1)
		return -1;
	(void)fs_walk(fd, scratch_count_one, &n);
	close(fd);
	return n;
}

__attribute__((unused)) static void
scratch_sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

__attribute__((unused)) static struct store_conf
scratch_conf(void)
{
	struct store_conf c = { .hostname = "mx.example.com",
		.trash = "Trash",
		.keywords = 1,
		.use_locks = true };

	return c;
}

/* Wait for a child: whether its exit status is 0. */
__attribute__((unused)) static bool
scratch_ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

#endif
