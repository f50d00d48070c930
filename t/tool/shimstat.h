/*
 * shimstat.h: the C library's ways of asking for a file's stat, for programs
 * that are preloaded and define done(): what becomes of the answer.
 */
#ifndef T_TOOL_SHIMSTAT_H
#define T_TOOL_SHIMSTAT_H

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__linux__) && defined(__LP64__)

/* r is what the call gave; returned for it, with st changed. */
static int done(long r, struct stat *st);

/* The kernel's layout is the C library's on 64 bits. */
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

#endif
