/*
 * cage.c: the walls of a session.
 *
 * A session reads what strangers have written: messages, and the commands
 * of a client that may be taken over.  Whoever finds an error in a parser
 * must find his own mail behind it, and nothing else: not the users beside
 * him, not the network, no program to start, no other process to look into.
 * Being another user than root is half of that.  The problems of the other
 * half:
 *
 * 1. Where the walls are.  A chroot needs root, who is never here; and it
 *    would have to contain the languages and the time zones.  A process
 *    that opens files for the session (as sshd has one) would be asked for
 *    each file of each message.  Landlock needs no rights and costs nothing
 *    for a descriptor that is open: the Maildir, and one or two places
 *    more, are what can be opened.  It does not hinder stat() and chmod()
 *    outside, nor sockets with a path: hence also
 *
 * 2. the tables of calls below.  They are what the tests, the clients and
 *    the C library's fallbacks were seen to need, and no more: no socket, no
 *    program, no process, no memory that becomes code.  Some have
 *    conditions: kill() may ask whether the holder of courier.lock lives,
 *    with signal 0; the socket to the log can be written to, but not used to
 *    write to another address.
 *
 * 3. What is needed from outside.  The time zone and the log are opened
 *    before; charsets are in the program (text/charset.c).  A program
 *    (sendmail, which may be setgid, so that no-new-privs would break it) is
 *    started by a helper that was forked before.
 *
 * 4. Kernels that lack a part.  Mail that cannot be read is worse than a
 *    wall less, and the administrator cannot change the kernel at once: one
 *    line in the log for each session, and it goes on.  Before version 2 of
 *    Landlock a rename between directories was impossible, and a Maildir
 *    lives by that; there the table is all.
 *
 * 5. What neither takes away.  stat() tells of any file that the user could
 *    look at, and utimensat() sets its times, since Landlock has no word for
 *    them.  chmod() by name would be the same and is not in the table:
 *    fchmod() needs a file that could be opened.
 *
 * Rejected: seccomp with a process that decides (user notification), since
 * it would have to live as long as each session; namespaces, since many
 * sites forbid them to users.  Other systems: cage_close() is all that a
 * port has to write, with unveil() and pledge("stdio rpath wpath cpath flock
 * fattr") for the two halves.
 */
#include "sys/cage.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "config.h"

#include "sys/seccomp.h"

#if HAVE_CAGE

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/nelem.h"

/* clang-format off */
static const int calls[] = {
	/* what a session does all day */
	SYS_pread64, SYS_newfstatat, SYS_openat, SYS_close, SYS_read,
	SYS_write, SYS_ppoll, SYS_getdents64, SYS_fstat, SYS_lseek,
	SYS_readv, SYS_writev, SYS_pwrite64, SYS_fstatfs,

	/* files, and changes of directories */
	SYS_linkat, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_mkdirat,
	SYS_utimensat, SYS_fchmod, SYS_umask, SYS_flock, SYS_fsync,
	SYS_fdatasync, SYS_sync_file_range, SYS_ftruncate, SYS_fallocate,
	SYS_fadvise64, SYS_statx, SYS_inotify_init1,
	SYS_inotify_add_watch, SYS_signalfd4,

	/* memory, signals, time, who one is */
	SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_rt_sigaction,
	SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_restart_syscall, SYS_futex,
	SYS_clock_gettime, SYS_gettimeofday, SYS_getrandom, SYS_uname,
	SYS_sysinfo, SYS_getpid, SYS_getppid, SYS_getuid, SYS_geteuid,
	SYS_getgid, SYS_getegid, SYS_exit, SYS_exit_group,

	/* names that newer architectures have done without */
#ifdef SYS_poll
	SYS_poll,
#endif
#ifdef SYS_stat
	SYS_stat, SYS_lstat,
#endif
#ifdef SYS_time
	SYS_time,
#endif
};

static const struct seccomp_rule rules[] = {
	/* to whom a socket is connected, and to nobody else */
	{ SYS_sendto, { { 4, SECCOMP_NULL, 0 } } },
	{ SYS_recvfrom, { { 4, SECCOMP_NULL, 0 } } },

	/* whether a process is there; signals go to nobody */
	{ SYS_kill, { { 1, SECCOMP_IS, 0 } } },

	/* but those of changed directories, to this process (sys/watch.c) */
	{ SYS_fcntl, { { 1, SECCOMP_IS, F_SETSIG } } },
	{ SYS_fcntl, { { 1, SECCOMP_IS, F_NOTIFY } } },
	{ SYS_fcntl, { { 1, SECCOMP_IS, F_DUPFD_CLOEXEC } } },
	{ SYS_fcntl, { { 1, SECCOMP_IS, F_GETFD } } },
	{ SYS_fcntl, { { 1, SECCOMP_IS, F_SETFD } } },
	{ SYS_fcntl, { { 1, SECCOMP_IS, F_GETFL } } },
	{ SYS_fcntl, { { 1, SECCOMP_IS, F_SETFL } } },
	{ SYS_fcntl, { { 1, SECCOMP_IS, F_OFD_GETLK } } },
	{ SYS_fcntl, { { 1, SECCOMP_IS, F_OFD_SETLK } } },
	{ SYS_fcntl, { { 1, SECCOMP_IS, F_OFD_SETLKW } } },

	/* there is no more code than there was */
	{ SYS_mmap, { { 2, SECCOMP_WITHOUT, PROT_EXEC } } },
	{ SYS_mprotect, { { 2, SECCOMP_WITHOUT, PROT_EXEC } } },
};
/* clang-format on */

/* Both say why they did not work by errno; one word for both is enough. */
static const char *
close_walls(const struct cage *c)
{
	struct seccomp_table t = { calls, NELEM(calls), rules, NELEM(rules) };
	bool files, made;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return "neither Landlock nor seccomp on this system";
	files = landlock_close(c->places, c->n) == 0;
	made = seccomp_close(&t) == 0;
	if (files && made)
		return NULL;
	if (files)
		return "no seccomp on this system";
	return made ? "no Landlock on this system"
		    : "neither Landlock nor seccomp on this system";
}

const char *
cage_close(const struct cage *c)
{
	struct rlimit core = { 0, 0 };
	struct rlimit data = { (rlim_t)c->data_kib * 1024,
		(rlim_t)c->data_kib * 1024 };

	(void)setrlimit(RLIMIT_CORE, &core); /* lowering cannot fail */
	/* a limit below this one stays, and is the administrator's as well */
	if (c->data_kib > 0)
		(void)setrlimit(RLIMIT_DATA, &data);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* fails for bad numbers */
	return close_walls(c);
}

#else

const char *
cage_close(const struct cage *c)
{
	(void)c;
	return NULL;
}

#endif
