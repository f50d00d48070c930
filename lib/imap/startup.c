/* startup.c: what is checked and done once, at login. */
#include "imap/startup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/options.h"
#include "base/nelem.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "sys/log.h"
#include "sys/proc.h"

enum { CLOCK_SKEW = 30 };

/*
 * The administrator's lock: the sticky bit on the home directory, which a
 * login has made the working directory.
 */
static const char *
check_home(const struct imap_conf *c)
{
	struct stat st;

	if (c->login_tag == NULL || stat(".", &st) == -1 ||
	    !(st.st_mode & S_ISVTX))
		return NULL;
	log_line("INFO", "LOCKED, user=%s, ip=[%s], port=[%s]", c->user, c->ip,
	    c->port);
	return "Your account is temporarily unavailable "
	       "(+t bit set on home directory).";
}

static const char *
check_options(const struct imap_conf *c)
{
	struct span options = span_str(c->options);

	if (options_on(options, "disableimap"))
		return "IMAP access disabled for this account.";
	if (options_on(options, "disableinsecureimap") && !c->tls)
		return "IMAP access disabled via insecure connection.";
	return NULL;
}

static const char *
check_owner(const struct imap_conf *c, int dir)
{
	struct stat st;

	if (!c->sanity_check ||
	    (fstat(dir, &st) == 0 && st.st_uid == geteuid() &&
		st.st_gid == getegid()))
		return NULL;
	return "[ALERT] Fatal error: Account's mailbox directory is not "
	       "owned by the correct uid or gid";
}

/* The file system's clock against ours, by a file made in tmp. */
static const char *
check_clock(int dir)
{
	static const char name[] = "tmp/courier-imap.clockskew.chk";
	struct stat st;
	int64_t skew = 0;
	int fd;

	(void)unlinkat(dir, name, 0); /* an old one would have an old time */
	if ((fd = fs_create(dir, name, 0600)) == -1)
		return NULL; /* a full or read-only disk is no clock's fault */
	if (fstat(fd, &st) == 0)
		skew = clock_now() - (int64_t)st.st_mtime;
	fs_close(fd);
	(void)unlinkat(dir, name, 0);
	if (skew >= -CLOCK_SKEW && skew <= CLOCK_SKEW)
		return NULL;
	return "Clock skew detected. Check the clock on the file server";
}

/*
 * loginexec: an administrator's one-shot hook, run in the Maildir; it is
 * removed once it has exited 0.  It never sees the client.
 */
static void
run_loginexec(int dir)
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
	if (fchdir(home) == -1)
		log_line("ERR", "chdir: %s", strerror(errno));
close_all:
	fs_close(null);
	fs_close(home);
}

struct account *
startup(const struct imap_conf *c, const char *path, const char **why)
{
	struct account *a;
	int dir;

	if ((*why = check_home(c)) != NULL)
		return NULL;
	if (account_open(path, &c->store, &a) == -1) {
		log_line("ERR", "%s: %s", path, strerror(errno));
		*why = "[ALERT] Fatal error: cannot open the Maildir";
		return NULL;
	}
	dir = account_fd(a);
	run_loginexec(dir);
	if ((*why = check_options(c)) == NULL &&
	    (*why = check_owner(c, dir)) == NULL &&
	    (*why = check_clock(dir)) == NULL) {
		account_purge(a);
		return a;
	}
	account_close(a);
	return NULL;
}
