/* shed.c: what does not come back. */
#include "sys/shed.h"

#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* newer than some headers, and the same number on every port */
enum { CLOSE_RANGE = 436, FD_MAX = 1024 };

int
shed_user(uid_t uid, gid_t gid)
{
	if (geteuid() == 0 && setgroups(0, NULL) == -1)
		return -1;
	if (setgid(gid) == -1 || setuid(uid) == -1)
		return -1;
	if (uid != 0 && setuid(0) == 0) {
		errno = EPERM;
		return -1;
	}
	return 0;
}

void
shed_fds(int first)
{
	if (syscall(CLOSE_RANGE, first, ~0U, 0) == 0)
		return;
	for (int fd = first; fd < FD_MAX; fd++)
		(void)close(fd); /* most are not open */
}

void
shed_memory(void)
{
	static const struct rlimit none = { 0, 0 };

	(void)prctl(PR_SET_DUMPABLE, 0); /* cannot fail with 0 */
	(void)setrlimit(RLIMIT_CORE, &none); /* nor can less */
}
