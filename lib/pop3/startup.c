/* startup.c: what is checked and done once, at login. */
#include "pop3/startup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "auth/options.h"
#include "store/confine.h"
#include "store/login.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "sys/log.h"
#include "text/lang.h"

static const char *
check_home(const struct pop3_conf *c)
{
	if (!c->login || !login_is_locked())
		return NULL;
	log_line("INFO", "LOCKED, user=%s, ip=[%s], port=[%s]", c->user, c->ip,
	    c->port);
	return "[SYS/TEMP] Your account is temporarily unavailable "
	       "(+t bit set on home directory).";
}

/* Neither is for want of the right password, so neither is [AUTH]. */
static const char *
check_options(const struct pop3_conf *c)
{
	struct span options = span_str(c->options);

	if (options_on(options, "disablepop3"))
		return "[SYS/PERM] POP3 access disabled for this account.";
	if (options_on(options, "disableinsecurepop3") && !c->tls)
		return "[SYS/PERM] POP3 access disabled via insecure "
		       "connection.";
	return NULL;
}

/*
 * LOGIN-DELAY (RFC 2449 section 6.5): the mtime of a file tells when the last
 * session began that was allowed to.
 */
static const char *
check_delay(const struct pop3_conf *c, int dir)
{
	static const char name[] = "satchel-pop3-login";
	struct stat st;
	int64_t since;
	int fd;

	if (c->login_delay == 0 || !c->login)
		return NULL;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		since = clock_now() - (int64_t)st.st_mtime;
		if (since >= 0 && since < (int64_t)c->login_delay)
			return "[LOGIN-DELAY] Too soon after the last login.";
	} else if ((fd = fs_create(dir, name, 0600)) != -1) {
		fs_close(fd);
	}
	/* where nothing can be written nobody is kept out */
	(void)utimensat(dir, name, NULL, AT_SYMLINK_NOFOLLOW);
	return NULL;
}

/* Nothing that a client has any part in has been read before this. */
static void
close_cage(const struct pop3_conf *c, const struct account *a)
{
	const char *missing = confine(a, lang_dir(), 0);

	if (missing != NULL)
		log_line("WARN", "CAGE OPEN: %s, user=%s", missing, c->user);
}

struct account *
startup(const struct pop3_conf *c, const char *path, const char **why)
{
	struct account *a;

	if ((*why = check_home(c)) != NULL)
		return NULL;
	if (account_open(path, &c->store, &a) == -1) {
		log_line("ERR", "%s: %s", path, strerror(errno));
		*why = "[SYS/TEMP] Unable to open the Maildir.";
		return NULL;
	}
	login_run_exec(account_fd(a));
	close_cage(c, a);
	if ((*why = check_options(c)) == NULL &&
	    (*why = check_delay(c, account_fd(a))) == NULL) {
		account_purge(a);
		return a;
	}
	account_close(a);
	return NULL;
}
