/* login.c: locks, hooks and checks that every protocol has at login. */
#include "store/login.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/nelem.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "sys/proc.h"

enum { CLOCK_SKEW = 30 };

bool
login_is_locked(void)
{
	struct stat st;

	return stat(".", &st) == 0 && (st.st_mode & S_ISVTX);
}

bool
login_leave_root(const char *path, bool by_hand)
{
	struct stat st;

	if (geteuid() != 0 && getuid() != 0)
		return true;
	if (!by_hand)
		return false;
	if (stat(path, &st) == -1 || st.st_uid == 0)
		return true;
	return setgroups(0, NULL) == 0 && setgid(st.st_gid) == 0 &&
	       setuid(st.st_uid) == 0;
}

void
login_run_exec(int dir)
{
	char program[] = "./loginexec";
	char *argv[] = { program, NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct proc_fd fds[] = { { null, 0 }, { null, 1 } };
	int home = fs_open_dir(AT_FDCWD, ".");
	struct stat st;
	pid_t pid;

	if (null == -1 || home == -1 ||
	    fstatat(dir, "loginexec", &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISREG(st.st_mode) || !(st.st_mode & S_IXUSR) ||
	    fchdir(dir) == -1)
		goto close_all;
	pid = proc_start(PROC_HELPER, argv, fds, NELEM(fds));
	if (pid != -1 && proc_wait(pid, -1) == 0)
		(void)unlinkat(dir, "loginexec", 0);
	/* nothing is opened below the working directory from here on */
	(void)!fchdir(home);
close_all:
	fs_close(null);
	fs_close(home);
}

bool
login_is_owner(int dir)
{
	struct stat st;

	return fstat(dir, &st) == 0 && st.st_uid == geteuid() &&
	       st.st_gid == getegid();
}

bool
login_clock_agrees(int dir)
{
	static const char name[] = "tmp/courier-imap.clockskew.chk";
	struct stat st;
	int64_t skew = 0;
	int fd;

	if (fs_is_local(dir))
		return true; /* it is ours; a file made costs 0.3 ms */
	(void)unlinkat(dir, name, 0); /* an old one would have an old time */
	if ((fd = fs_create(dir, name, 0600)) == -1)
		return true; /* a full or read-only disk is no clock's fault */
	if (fstat(fd, &st) == 0)
		skew = clock_now() - (int64_t)st.st_mtime;
	fs_close(fd);
	(void)unlinkat(dir, name, 0);
	return skew >= -CLOCK_SKEW && skew <= CLOCK_SKEW;
}
