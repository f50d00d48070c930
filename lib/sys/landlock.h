/* landlock.h: the directories that a process may still reach. */
#ifndef SYS_LANDLOCK_H
#define SYS_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A directory, or a file, with all that is below it: by descriptor, or by
 * path where dir is -1.  A path that is not there is left out; a link is
 * followed, so it must be the administrator's.
 */
struct landlock_place {
	int dir;
	const char *path;
	bool writable; /* make, change, rename and remove files, too */
};

/*
 * From here on this process, and what it starts, opens nothing but what is
 * in places, by whatever descriptor it tries, executes nothing, and makes
 * no files but regular ones and directories.  As far as the kernel goes
 * with that it has no TCP either, and neither signals nor abstract sockets
 * reach others.  Descriptors that are open stay as they are.
 *
 * Needs no-new-privs (prctl(2)) or root.  0, or -1 with errno: ENOSYS where
 * this kernel or build has none of it, EOPNOTSUPP where it is switched off
 * or so old that files could not be renamed between directories.
 */
int landlock_close(const struct landlock_place *places, size_t n);

#endif
