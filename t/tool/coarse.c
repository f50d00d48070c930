/*
 * coarse.c: preloaded into a program, it gives it a file system whose time
 * stamps are whole seconds, as old ext4 and some NFS have them.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__linux__) && defined(__LP64__)

/* The kernel's layout is the C library's on 64 bits. */
static int
done(long r, struct stat *st)
{
	if (r == -1)
		return -1;
	st->st_atim.tv_nsec = 0;
	st->st_mtim.tv_nsec = 0;
	st->st_ctim.tv_nsec = 0;
	return 0;
}

int
fstatat(int dir, const char *restrict path, struct stat *restrict st, int flags)
{
	return done(syscall(SYS_newfstatat, dir, path, st, flags), st);
}

int
fstat(int fd, struct stat *st)
{
	return done(syscall(SYS_fstat, fd, st), st);
}

int
stat(const char *restrict path, struct stat *restrict st)
{
	return fstatat(-100 /* AT_FDCWD */, path, st, 0);
}

int
lstat(const char *restrict path, struct stat *restrict st)
{
	return fstatat(-100, path, st, 0x100 /* AT_SYMLINK_NOFOLLOW */);
}

#endif
