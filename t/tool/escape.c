/*
 * escape.c: do one thing from inside the cage of a session, and say how far
 * it went.
 *
 *	escape maildir attempt [argument]
 *
 * Opens the Maildir and closes the cage as a session does, makes the attempt,
 * prints "done" or the name of the error, and exits 0.  A signal is an answer
 * as well.  With UNCAGED in the environment there is no cage: what it prints
 * then is what the attempt is worth.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/nelem.h"
#include "base/oom.h"
#include "base/strbuf.h"
#include "store/account.h"
#include "store/confine.h"
#include "sys/helper.h"
#include "sys/log.h"
#include "sys/sig.h"
#include "sys/watch.h"
#include "text/charset.h"

static const struct store_conf conf;
static struct account *account;
static int datagram, helper;

void
oom(void)
{
	_exit(111);
}

/* An attempt returns 0, or -1 with errno. */
typedef int attempt(const char *argument);

static int
closing(int fd)
{
	return fd == -1 ? -1 : close(fd);
}

/* --- files --------------------------------------------------------------- */

static int
try_read(const char *path)
{
	return closing(open(path, O_RDONLY));
}

static int
try_read_below(const char *path)
{
	return closing(openat(account_fd(account), path, O_RDONLY));
}

static int
try_write(const char *path)
{
	return closing(open(path, O_WRONLY));
}

static int
try_create(const char *path)
{
	return closing(open(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static int
try_unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

static int
try_mkdir(const char *path)
{
	return mkdirat(AT_FDCWD, path, 0700);
}

static int
try_list(const char *path)
{
	return closing(open(path, O_RDONLY | O_DIRECTORY));
}

/* From the Maildir to path, and from path into the Maildir. */
static int
try_rename_out(const char *path)
{
	return renameat(account_fd(account), "tmp/one", AT_FDCWD, path);
}

static int
try_rename_in(const char *path)
{
	return renameat(AT_FDCWD, path, account_fd(account), "tmp/two");
}

static int
try_link_in(const char *path)
{
	return linkat(AT_FDCWD, path, account_fd(account), "tmp/two", 0);
}

static int
try_symlink(const char *path)
{
	return symlinkat(path, account_fd(account), "tmp/two");
}

static int
try_fifo(const char *path)
{
	(void)path;
	return mknodat(account_fd(account), "tmp/two", S_IFIFO | 0600, 0);
}

static int
try_truncate(const char *path)
{
	return truncate(path, 0);
}

static int
try_chmod(const char *path)
{
	return chmod(path, 0644);
}

/* What a session does all day. */
static int
try_maildir(const char *path)
{
	int dir = account_fd(account);
	int fd = openat(dir, "tmp/three", O_RDWR | O_CREAT | O_EXCL, 0600);

	(void)path;
	if (fd == -1 || write(fd, "x", 1) != 1 || ftruncate(fd, 0) == -1 ||
	    close(fd) == -1)
		return -1;
	if (linkat(dir, "tmp/three", dir, "new/three", 0) == -1 ||
	    unlinkat(dir, "tmp/three", 0) == -1 ||
	    renameat(dir, "new/three", dir, "cur/three:2,S") == -1 ||
	    mkdirat(dir, ".three", 0700) == -1 ||
	    renameat(dir, ".three", dir, ".four") == -1)
		return -1;
	return unlinkat(dir, ".four", AT_REMOVEDIR) == -1
		   ? -1
		   : unlinkat(dir, "cur/three:2,S", 0);
}

/* --- the network, programs, processes ------------------------------------ */

static int
try_socket(const char *family)
{
	return closing(socket(
	    *family == 'u' ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int
try_sendto(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	(void)snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	return sendto(datagram, "x", 1, 0, (struct sockaddr *)&to, sizeof to) ==
		       1
		   ? 0
		   : -1;
}

static int
try_exec(const char *path)
{
	char *const argv[] = { NULL };

	return execve(path, argv, argv);
}

static int
try_fork(const char *path)
{
	pid_t pid = fork();

	(void)path;
	if (pid == 0)
		_exit(0);
	return pid == -1 ? -1 : 0;
}

static int
try_call(const char *number)
{
	return (int)syscall(strtol(number, NULL, 10), 0, 0, 0, 0, 0, 0);
}

static int
try_ptrace(const char *path)
{
	(void)path;
	return (int)syscall(SYS_ptrace, 16 /* attach */, getppid(), 0, 0);
}

static int
try_peek(const char *path)
{
	char byte;
	struct iovec local = { &byte, 1 }, remote = { &byte, 1 };

	(void)path;
	return (int)syscall(
	    SYS_process_vm_readv, getppid(), &local, 1, &remote, 1, 0);
}

static int
try_kill(const char *number)
{
	return kill(getppid(), (int)strtol(number, NULL, 10));
}

/* Whether a process that is no more can be told from one that is. */
static int
try_gone(const char *path)
{
	(void)path;
	return kill(0x3fffffff, 0); /* more than there can be */
}

static int
try_own(const char *path)
{
	(void)path;
	return fcntl(0, F_SETOWN, getppid());
}

static int
try_code(const char *path)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)path;
	return p == MAP_FAILED ? -1 : 0;
}

static int
try_code_later(const char *path)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)path;
	return p == MAP_FAILED ? -1 : mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static int
try_code_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return -1;
	return mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) ==
		       MAP_FAILED
		   ? -1
		   : 0;
}

/* 20 is getpid() for the kernel's other tongue. */
static int
try_int80(const char *path)
{
	(void)path;
#ifdef __x86_64__
	int r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory");
	return r > 0 ? 0 : -1;
#else
	return raise(SIGSYS);
#endif
}

/* --- what must work ------------------------------------------------------ */

/* Every name on standard input; says how many were charsets. */
static int
try_charsets(const char *path)
{
	struct strbuf out = { 0 };
	char line[256];
	unsigned n = 0;

	(void)path;
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		n += charset_to_utf8(
		    span_str(line), span_str("abc 123\xa4\xa2"), &out);
		strbuf_reset(&out);
	}
	strbuf_clear(&out);
	printf("%u\n", n);
	return 0;
}

static int
try_time(const char *path)
{
	time_t when = 1700000000;
	struct tm tm;
	char text[64];

	(void)path;
	if (localtime_r(&when, &tm) == NULL)
		return -1;
	(void)strftime(text, sizeof text, "%H:%M %z", &tm);
	printf("%s\n", text);
	return 0;
}

static int
try_log(const char *text)
{
	log_line("INFO", "%s", text);
	return 0;
}

/* Two runs; prints their statuses. */
static int
try_helper(const char *text)
{
	for (int i = 0; i < 2; i++) {
		(void)helper_put(helper, span_str(text));
		printf("%d\n", helper_end(helper, true));
	}
	return 0;
}

/* With no room for inotify it is F_NOTIFY. */
static int
try_watch(const char *path)
{
	struct watch *w = watch_open();
	struct pollfd p = { .events = POLLIN };

	(void)path;
	if (watch_add(w, account_fd(account)) == -1)
		return -1;
	p.fd = watch_fd(w);
	if (closing(openat(account_fd(account), "four",
		O_WRONLY | O_CREAT | O_EXCL, 0600)) == -1)
		return -1;
	return sig_poll(&p, 1, 0) == 1
		   ? unlinkat(account_fd(account), "four", 0)
		   : -1;
}

/* --- which --------------------------------------------------------------- */

static const struct {
	const char *name;
	attempt *run;
} attempts[] = {
	/* clang-format off */
	{ "read", try_read },
	{ "read-below", try_read_below },
	{ "write", try_write },
	{ "create", try_create },
	{ "unlink", try_unlink },
	{ "mkdir", try_mkdir },
	{ "list", try_list },
	{ "rename-out", try_rename_out },
	{ "rename-in", try_rename_in },
	{ "link-in", try_link_in },
	{ "symlink", try_symlink },
	{ "fifo", try_fifo },
	{ "truncate", try_truncate },
	{ "chmod", try_chmod },
	{ "maildir", try_maildir },
	{ "socket", try_socket },
	{ "sendto", try_sendto },
	{ "exec", try_exec },
	{ "fork", try_fork },
	{ "call", try_call },
	{ "ptrace", try_ptrace },
	{ "peek", try_peek },
	{ "kill", try_kill },
	{ "gone", try_gone },
	{ "own", try_own },
	{ "code", try_code },
	{ "code-later", try_code_later },
	{ "code-file", try_code_file },
	{ "int80", try_int80 },
	{ "charsets", try_charsets },
	{ "time", try_time },
	{ "log", try_log },
	{ "helper", try_helper },
	{ "watch", try_watch },
	{ "nothing", NULL },
	/* clang-format on */
};

static const struct {
	int number;
	const char *name;
} errors[] = {
	/* clang-format off */
	{ EACCES, "EACCES" },
	{ ENOSYS, "ENOSYS" },
	{ EPERM, "EPERM" },
	{ EXDEV, "EXDEV" },
	{ ESRCH, "ESRCH" },
	/* clang-format on */
};

static void
say(int failed)
{
	int number = errno;

	if (failed == 0) {
		puts("done");
		return;
	}
	for (size_t i = 0; i < NELEM(errors); i++) {
		if (errors[i].number != number)
			continue;
		puts(errors[i].name);
		return;
	}
	printf("error %d\n", number);
}

/* As a session does it: what is outside first, then the walls. */
static void
enter(const char *maildir, const char *argument)
{
	char program[4096];
	char *argv[] = { program, NULL };
	const char *missing;

	sig_init();
	tzset();
	log_open("escape");
	datagram = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	(void)snprintf(program, sizeof program, "%s", argument);
	helper = helper_start(argv);
	if (account_open(maildir, &conf, &account) == -1) {
		perror(maildir);
		exit(111);
	}
	if (getenv("UNCAGED") != NULL)
		return;
	if ((missing = confine(account, NULL, 65536)) != NULL)
		log_line("WARN", "CAGE OPEN: %s", missing);
}

int
main(int argc, char **argv)
{
	const char *argument = argc > 3 ? argv[3] : "";

	if (argc < 3)
		return 100;
	enter(argv[1], argument);
	for (size_t i = 0; i < NELEM(attempts); i++) {
		if (strcmp(attempts[i].name, argv[2]) != 0)
			continue;
		say(attempts[i].run == NULL ? 0 : attempts[i].run(argument));
		return fflush(stdout) == 0 ? 0 : 111;
	}
	return 100;
}
