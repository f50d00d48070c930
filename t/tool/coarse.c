/*
 * coarse.c: preloaded into a program, it gives it a file system whose time
 * stamps are whole seconds, as old ext4 and some NFS have them.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tool/shimstat.h"

#if defined(__linux__) && defined(__LP64__)

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

#endif
