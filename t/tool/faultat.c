/*
 * faultat.c: run a program and let one of its system calls go wrong.
 *
 *	faultat [-g gate] [-o list] [fault] program [argument ...]
 *
 *	-k n		kill it just before the n-th counted call
 *	-a n		kill it just after that
 *	-e n:ERROR	the n-th fails with ERROR and is not done
 *	-e n+:ERROR	that and all later ones (for ENOSPC and EDQUOT: all
 *			that need room), until the gate is closed
 *	-s n		the n-th, a write, is done by half
 *
 * A write to the client can be killed at, but does not fail.
 *
 * Counted are the calls of the table below while the file gate exists (no
 * gate: from the start), so that the caller decides what is under test: it
 * makes the file when the program waits for its next command.  Each counted
 * call is a line in list:
 *
 *	number name class place... = result
 *
 * class is c (changes something), r (only looks), w (writes to the client,
 * that is descriptors 0 to 2); with a "+" when it needs room on the disk.  A
 * place is an absolute path; "?" where it cannot be seen.
 *
 * Exits as the program does, 128 + n when a signal ended it, 77 when this
 * machine does not let us trace.  Processes that it starts are left alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_SKIP = 77, EXIT_USAGE = 100, EXIT_NO_EXEC = 127 };

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

#include "base/nelem.h"
#include "tool/regs.h"

/* Where a call's places are among its arguments. */
enum args {
	FD, /* fd */
	PATH, /* path */
	PATH2, /* path, path */
	AT, /* dirfd, path */
	AT2, /* dirfd, path, dirfd, path */
	SYM, /* text, dirfd, path */
	NOTHING
};

enum { CHANGES = 1, ROOM = 2, WRITES = 4, OPENS = 8 };

static const struct call {
	long nr;
	const char *name;
	enum args args;
	int what;
} calls[] = {
	/* clang-format off */
	{ SYS_openat, "openat", AT, OPENS },
	{ SYS_write, "write", FD, CHANGES | ROOM | WRITES },
	{ SYS_writev, "writev", FD, CHANGES | ROOM },
	{ SYS_pwrite64, "pwrite", FD, CHANGES | ROOM | WRITES },
	{ SYS_sendto, "sendto", FD, CHANGES },
	{ SYS_sendmsg, "sendmsg", FD, CHANGES },
	{ SYS_sendfile, "sendfile", FD, CHANGES | ROOM },
	{ SYS_copy_file_range, "copy_file_range", FD, CHANGES | ROOM },
	{ SYS_fallocate, "fallocate", FD, CHANGES | ROOM },
	{ SYS_renameat2, "renameat2", AT2, CHANGES | ROOM },
	{ SYS_linkat, "linkat", AT2, CHANGES | ROOM },
	{ SYS_unlinkat, "unlinkat", AT, CHANGES },
	{ SYS_symlinkat, "symlinkat", SYM, CHANGES | ROOM },
	{ SYS_mkdirat, "mkdirat", AT, CHANGES | ROOM },
	{ SYS_fsync, "fsync", FD, CHANGES | ROOM },
	{ SYS_fdatasync, "fdatasync", FD, CHANGES | ROOM },
	{ SYS_sync_file_range, "sync_file_range", FD, CHANGES | ROOM },
	{ SYS_ftruncate, "ftruncate", FD, CHANGES },
	{ SYS_utimensat, "utimensat", AT, CHANGES },
	{ SYS_fchmodat, "fchmodat", AT, CHANGES },
	{ SYS_fchmod, "fchmod", FD, CHANGES },
	{ SYS_fchownat, "fchownat", AT, CHANGES },
	{ SYS_fchown, "fchown", FD, CHANGES },
	{ SYS_fcntl, "fcntl", FD, 0 }, /* locks only */
	{ SYS_flock, "flock", FD, 0 },
	{ SYS_read, "read", FD, 0 },
	{ SYS_pread64, "pread", FD, 0 },
	{ SYS_getdents64, "getdents", FD, 0 },
	{ SYS_fstat, "fstat", FD, 0 },
	{ SYS_newfstatat, "fstatat", AT, 0 },
	{ SYS_statx, "statx", AT, 0 },
	{ SYS_faccessat, "faccessat", AT, 0 },
	{ SYS_inotify_init1, "inotify_init", NOTHING, 0 },
#ifdef __x86_64__
	{ SYS_open, "open", PATH, OPENS },
	{ SYS_creat, "creat", PATH, CHANGES | ROOM },
	{ SYS_rename, "rename", PATH2, CHANGES | ROOM },
	{ SYS_link, "link", PATH2, CHANGES | ROOM },
	{ SYS_unlink, "unlink", PATH, CHANGES },
	{ SYS_rmdir, "rmdir", PATH, CHANGES },
	{ SYS_symlink, "symlink", PATH2, CHANGES | ROOM },
	{ SYS_mkdir, "mkdir", PATH, CHANGES | ROOM },
	{ SYS_chmod, "chmod", PATH, CHANGES },
	{ SYS_chown, "chown", PATH, CHANGES },
	{ SYS_stat, "stat", PATH, 0 },
	{ SYS_lstat, "lstat", PATH, 0 },
	{ SYS_access, "access", PATH, 0 },
#endif
#ifdef SYS_renameat
	{ SYS_renameat, "renameat", AT2, CHANGES | ROOM },
#endif
	/* clang-format on */
};

static const struct {
	const char *name;
	int number;
} errors[] = {
	/* clang-format off */
	{ "EACCES", EACCES }, { "EDQUOT", EDQUOT }, { "EEXIST", EEXIST },
	{ "EINTR", EINTR }, { "EIO", EIO }, { "EMFILE", EMFILE },
	{ "EMLINK", EMLINK }, { "ENFILE", ENFILE }, { "ENOENT", ENOENT },
	{ "ENOLCK", ENOLCK }, { "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC },
	{ "EPERM", EPERM }, { "EROFS", EROFS }, { "EXDEV", EXDEV },
	/* clang-format on */
};

enum fault { NONE, KILL_BEFORE, KILL_AFTER, FAIL, SHORT };

static struct {
	enum fault fault;
	unsigned long at; /* which call; 0: none */
	bool on; /* and all later ones */
	int error;
	const char *gate;
	FILE *list;
} opt;

/* A stopped process at the entry of a call. */
struct stop {
	pid_t pid;
	struct user_regs_struct regs;
	const struct call *call;
	int what; /* of this very call */
	bool client;
};

/* --- the list ------------------------------------------------------------ */

/* A process that is not dumpable shows its memory to root only. */
static bool
peek_text(const struct stop *s, unsigned long long at, char *out, size_t max)
{
	const unsigned long long size = sizeof(long);
	size_t n = 0;
	long word;

	while (n < max) {
		unsigned long long from = (at + n) / size * size;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, s->pid, from, 0);
		if (errno != 0)
			return false;
		for (size_t i = at + n - from; i < size && n < max; i++) {
			out[n] = ((const char *)&word)[i];
			if (out[n++] == '\0')
				return true;
		}
	}
	return false;
}

static void
print_fd(const struct stop *s, int fd)
{
	char link[64], path[4096];
	ssize_t n;

	if (fd == AT_FDCWD)
		(void)snprintf(link, sizeof link, "/proc/%d/cwd", (int)s->pid);
	else
		(void)snprintf(
		    link, sizeof link, "/proc/%d/fd/%d", (int)s->pid, fd);
	n = readlink(link, path, sizeof path - 1);
	if (n == -1)
		fputs("?", opt.list);
	else
		fprintf(opt.list, "%.*s", (int)n, path);
}

static void
print_at(const struct stop *s, int fd, unsigned long long at)
{
	char path[4096] = "";
	/* no path: the descriptor itself */
	bool seen = at == 0 || peek_text(s, at, path, sizeof path);

	fputc(' ', opt.list);
	if (seen && path[0] == '/') {
		fputs(path, opt.list);
		return;
	}
	print_fd(s, fd);
	if (!seen)
		fputs("/?", opt.list);
	else if (path[0] != '\0')
		fprintf(opt.list, "/%s", path);
}

static void
print_places(const struct stop *s)
{
	switch (s->call->args) {
	case FD:
		fputc(' ', opt.list);
		print_fd(s, (int)regs_arg(&s->regs, 0));
		break;
	case PATH:
	case PATH2:
		print_at(s, AT_FDCWD, regs_arg(&s->regs, 0));
		if (s->call->args == PATH2)
			print_at(s, AT_FDCWD, regs_arg(&s->regs, 1));
		break;
	case AT:
	case AT2:
		print_at(s, (int)regs_arg(&s->regs, 0), regs_arg(&s->regs, 1));
		if (s->call->args == AT2)
			print_at(s, (int)regs_arg(&s->regs, 2),
			    regs_arg(&s->regs, 3));
		break;
	case SYM:
		print_at(s, (int)regs_arg(&s->regs, 1), regs_arg(&s->regs, 2));
		break;
	case NOTHING:
		break;
	}
}

static void
print_call(const struct stop *s, unsigned long n)
{
	if (opt.list == NULL)
		return;
	fprintf(opt.list, "%lu %s %c%s", n, s->call->name,
	    s->client		? 'w'
	    : s->what & CHANGES ? 'c'
				: 'r',
	    s->what & ROOM && !s->client ? "+" : "");
	print_places(s);
	fflush(opt.list);
}

static void
print_result(const char *what, long long r)
{
	if (opt.list == NULL)
		return;
	if (what == NULL)
		fprintf(opt.list, " = %lld\n", r);
	else
		fprintf(opt.list, " = %s\n", what);
	fflush(opt.list);
}

/* --- which calls count --------------------------------------------------- */

static bool
is_lock(int command)
{
	return command == F_SETLK || command == F_SETLKW ||
	       command == 37 /* F_OFD_SETLK */ || command == 38;
}

/* Fill in what the call is; false: it does not count. */
static bool
classify(struct stop *s)
{
	unsigned long long flags;

	s->call = NULL;
	for (size_t i = 0; i < NELEM(calls); i++)
		if (calls[i].nr == regs_number(&s->regs))
			s->call = &calls[i];
	if (s->call == NULL ||
	    (s->call->nr == SYS_fcntl && !is_lock((int)regs_arg(&s->regs, 1))))
		return false;
	s->what = s->call->what;
	s->client = s->call->args == FD && (int)regs_arg(&s->regs, 0) <= 2;
	if (s->client && !(s->what & CHANGES))
		return false; /* reading commands */
	if (s->what & OPENS) {
		flags = regs_arg(&s->regs, s->call->args == AT ? 2 : 1);
		if (flags & (O_CREAT | O_TRUNC))
			s->what |= CHANGES | ROOM;
	}
	return opt.gate == NULL || access(opt.gate, F_OK) == 0;
}

static bool
is_hit(const struct stop *s, unsigned long n)
{
	bool full = opt.error == ENOSPC || opt.error == EDQUOT;

	/* a client that cannot be written to is another matter */
	if (s->client && (opt.fault == FAIL || opt.fault == SHORT))
		return false;
	if (opt.on && n > opt.at)
		return !full || s->what & ROOM;
	return n == opt.at;
}

/* --- running ------------------------------------------------------------- */

static int
finish(pid_t pid, int status)
{
	if (status == -1) {
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
			continue;
	}
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

/* Resume until the next stop; false: it has ended, with *status. */
static bool
resume(pid_t pid, int signal, int *status)
{
	/* by its own number: the C library's enum cannot be portable */
	if (ptrace(PTRACE_SYSCALL, pid, 0, (long)signal) == -1 &&
	    errno != ESRCH)
		return false;
	while (waitpid(pid, status, 0) == -1)
		if (errno != EINTR)
			return false;
	return WIFSTOPPED(*status);
}

/*
 * The call s was met at its entry: let it run, or not; true at its exit.
 * Killed or ended: false, with the *status.
 */
static bool
through(struct stop *s, bool hit, int *status)
{
	bool failing = hit && opt.fault == FAIL;

	if (hit && opt.fault == KILL_BEFORE) {
		print_result("killed before", 0);
		*status = -1;
		return false;
	}
	if (failing)
		regs_skip_call(s->pid, &s->regs);
	if (hit && opt.fault == SHORT && s->what & WRITES &&
	    regs_arg(&s->regs, 2) > 1)
		regs_set_length(s->pid, &s->regs, regs_arg(&s->regs, 2) / 2);
	if (!resume(s->pid, 0, status) || !regs_get(s->pid, &s->regs))
		return false;
	if (failing)
		regs_set_result(s->pid, &s->regs, -(long long)opt.error);
	print_result(
	    NULL, failing ? -(long long)opt.error : regs_result(&s->regs));
	if (hit && opt.fault == KILL_AFTER) {
		*status = -1;
		return false;
	}
	return true;
}

/*
 * Who hides from all but root would not let us read the paths of its calls:
 * it only believes that it does.
 */
static bool
stays_visible(struct stop *s)
{
	if (regs_number(&s->regs) != SYS_prctl ||
	    regs_arg(&s->regs, 0) != PR_SET_DUMPABLE)
		return false;
	regs_skip_call(s->pid, &s->regs);
	return true;
}

static int
trace(pid_t pid)
{
	struct stop s = { .pid = pid };
	unsigned long n = 0;
	bool inside = false;
	int status, signal = 0;

	while (resume(pid, signal, &status)) {
		signal = WSTOPSIG(status);
		if (signal == SIGTRAP && status >> 16 != 0) {
			signal = 0; /* it has called exec */
			continue;
		}
		if (signal != (SIGTRAP | 0x80))
			continue; /* a signal, which is handed on */
		signal = 0;
		inside = !inside;
		if (!inside || !regs_get(s.pid, &s.regs) || stays_visible(&s) ||
		    !classify(&s))
			continue;
		n++;
		print_call(&s, n);
		if (!through(&s, opt.at != 0 && is_hit(&s, n), &status))
			break;
		inside = false;
	}
	return finish(pid, status);
}

static int
run(char **argv)
{
	const long options =
	    PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC;
	pid_t pid = fork();
	int status;

	if (pid == -1)
		return 111;
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) == -1) {
			fprintf(stderr, "faultat: cannot trace here: %s\n",
			    strerror(errno));
			_exit(EXIT_SKIP);
		}
		(void)raise(SIGSTOP);
		execvp(argv[0], argv);
		fprintf(stderr, "faultat: %s: %s\n", argv[0], strerror(errno));
		_exit(EXIT_NO_EXEC);
	}
	/* the other side must see the end of the program, not ours */
	(void)close(0);
	(void)close(1);
	if (waitpid(pid, &status, 0) == -1)
		return 111;
	if (!WIFSTOPPED(status))
		return finish(pid, status);
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, options) == -1) {
		fprintf(stderr, "faultat: cannot trace here: %s\n",
		    strerror(errno));
		(void)finish(pid, -1);
		return EXIT_SKIP;
	}
	return trace(pid);
}

/* --- arguments ----------------------------------------------------------- */

static int
error_number(const char *name)
{
	for (size_t i = 0; i < NELEM(errors); i++)
		if (strcmp(name, errors[i].name) == 0)
			return errors[i].number;
	return 0;
}

static bool
set_fault(enum fault fault, const char *text)
{
	char *end;

	opt.fault = fault;
	opt.at = strtoul(text, &end, 10);
	if (fault != FAIL)
		return opt.at > 0 && *end == '\0';
	opt.on = *end == '+';
	if (opt.on)
		end++;
	opt.error = *end == ':' ? error_number(end + 1) : 0;
	return opt.at > 0 && opt.error != 0;
}

static bool
set_list(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	opt.list = fd == -1 ? NULL : fdopen(fd, "w");
	return opt.list != NULL;
}

static bool
set_option(int c)
{
	switch (c) {
	case 'g':
		opt.gate = optarg;
		return true;
	case 'o':
		return set_list(optarg);
	case 'k':
		return set_fault(KILL_BEFORE, optarg);
	case 'a':
		return set_fault(KILL_AFTER, optarg);
	case 'e':
		return set_fault(FAIL, optarg);
	case 's':
		return set_fault(SHORT, optarg);
	default:
		return false;
	}
}

int
main(int argc, char **argv)
{
	int c;

	/* "+" for the C library that would look behind the program's name */
	while ((c = getopt(argc, argv, "+g:o:k:a:e:s:")) != -1)
		if (!set_option(c))
			goto usage;
	if (optind < argc)
		return run(argv + optind);
usage:
	fputs("usage: faultat [-g gate] [-o list] "
	      "[-k n | -a n | -e n[+]:ERROR | -s n] program [argument ...]\n",
	    stderr);
	return EXIT_USAGE;
}

#else

int
main(void)
{
	fputs("faultat: not on this machine\n", stderr);
	return EXIT_SKIP;
}

#endif
