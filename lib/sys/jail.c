/*
 * jail.c: ids, root, Landlock, seccomp; each where it can be had.
 *
 * The problem: the bytes of anybody on the network are parsed before a login.
 * A hole in that parser must yield a process from which nothing can be
 * reached but the connection of the attacker himself, and the questions that
 * the process beside it answers (chain/talk.h).
 *
 * 1. Another uid keeps the signals, files and memory of others away, but
 *    only root can change to it, and it shares the uid with other programs
 *    that may be open to the same attacker: hence not dumpable.
 * 2. An empty root leaves no path; root can make one, nobody else.
 * 3. Landlock without a rule leaves no file either, for everybody, where the
 *    kernel has it; it knows nothing of descriptors that are open.
 * 4. seccomp: what is left is to read, write, wait, use memory and end.
 *
 * Each alone has been broken at some time, so all are used.  What is lacking
 * is told, and the process goes on: an old kernel shall not keep the mail
 * from its owner.  Rejected: a list of what is forbidden (kernels grow);
 * namespaces (a user namespace needs as many calls as all of this, and many
 * systems forbid it).
 */
#include "sys/jail.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "config.h"

#include "base/nelem.h"
#include "sys/landlock.h"
#include "sys/seccomp.h"
#include "sys/shed.h"
#include "sys/slot.h"

/* A directory that nobody but root can put anything into. */
static bool
enter(const char *dir)
{
	struct stat st;

	return chdir(dir) == 0 && stat(".", &st) == 0 && st.st_uid == 0 &&
	       (st.st_mode & 022) == 0;
}

/* A new one, removed at once. */
static int
enter_removed(char *name)
{
	if (mkdtemp(name) == NULL)
		return -1;
	if (chdir(name) == -1) {
		(void)rmdir(name); /* it was ours, and is empty */
		return -1;
	}
	return rmdir(name);
}

/*
 * The one that was set; else one beside the slots, made when it is not there;
 * else one that was removed, which is as empty.  On a disk that costs more
 * each time than all the rest of a jail, so memory is tried first.
 */
static int
change_root(const char *root)
{
	char run[] = "/run/satchel-jail-XXXXXX", spare[PATH_MAX];
	char tmp[] = "/tmp/satchel-jail-XXXXXX";

	(void)snprintf(spare, sizeof spare, "%s/empty", slot_base());
	if (enter(root))
		return chroot(".");
	if (enter(spare) || (mkdir(spare, 0700) == 0 && enter(spare)))
		return chroot(".");
	if (enter_removed(run) == -1 && enter_removed(tmp) == -1)
		return -1;
	return chroot(".");
}

#if HAVE_CAGE

#include <sys/mman.h>

/* clang-format off */
static const int calls[] = {
	SYS_read, SYS_write, SYS_ppoll,
#ifdef SYS_poll
	SYS_poll,
#endif
	SYS_close, SYS_exit, SYS_exit_group, SYS_brk, SYS_munmap, SYS_mremap,
	SYS_madvise, SYS_futex, SYS_rt_sigreturn, SYS_rt_sigprocmask,
	SYS_restart_syscall, SYS_clock_gettime, SYS_gettimeofday,
	SYS_getrandom
};

static const struct seccomp_rule rules[] = {
	/* to whom a socket is connected, and to nobody else */
	{ SYS_sendto, { { 4, SECCOMP_NULL, 0 } } },
	{ SYS_recvfrom, { { 4, SECCOMP_NULL, 0 } } },

	/* memory, and no code in it */
	{ SYS_mmap, { { 2, SECCOMP_WITHOUT, PROT_EXEC } } },
};
/* clang-format on */

static unsigned
close_walls(void)
{
	const struct seccomp_table t = { calls, NELEM(calls), rules,
		NELEM(rules) };
	static const struct rlimit files = { 4, 4 };
	unsigned lacks = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    landlock_close(NULL, 0) == -1)
		lacks |= JAIL_LANDLOCK;
	(void)setrlimit(RLIMIT_NOFILE, &files); /* one bar of many */
	if (seccomp_close(&t) == -1)
		lacks |= JAIL_SECCOMP;
	return lacks;
}

#else

/* A build that was made without them need not be told. */
static unsigned
close_walls(void)
{
	return 0;
}

#endif

unsigned
jail_enter(const struct jail *j)
{
	unsigned lacks = 0;

	if (geteuid() == 0) {
		if (change_root(j->root) == -1)
			lacks |= JAIL_ROOT;
		if (shed_user(j->uid, j->gid) == -1)
			lacks |= JAIL_IDS;
	}
	shed_memory();
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* new ids have undone it */
	return lacks | close_walls();
}

void
jail_close_others(int keep)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null != -1 && HAVE_CAGE)
		(void)dup2(null, 2); /* sanitizers have something to say */
	if (keep != 3)
		(void)dup2(keep, 3);
	shed_fds(4);
}

const char *
jail_lacks(unsigned bits, char buf[64])
{
	static const char *const names[] = { "ids", "root", "Landlock",
		"seccomp" };
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < NELEM(names); i++)
		if (bits & 1U << i)
			used += (size_t)snprintf(buf + used, 64 - used, "%s%s",
			    used > 0 ? ", " : "", names[i]);
	return buf;
}
