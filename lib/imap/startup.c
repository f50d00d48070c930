/* startup.c: what is checked and done once, at login. */
#include "imap/startup.h"

#include <errno.h>
#include <string.h>

#include "auth/options.h"
#include "store/confine.h"
#include "store/login.h"
#include "sys/log.h"

static const char *
check_home(const struct imap_conf *c)
{
	if (c->login_tag == NULL || !login_is_locked())
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
check_maildir(const struct imap_conf *c, int dir)
{
	if (c->sanity_check && !login_is_owner(dir))
		return "[ALERT] Fatal error: Account's mailbox directory is "
		       "not owned by the correct uid or gid";
	if (!login_clock_agrees(dir))
		return "Clock skew detected. Check the clock on the file "
		       "server";
	return NULL;
}

/* Nothing that a client has any part in has been read before this. */
static void
close_cage(const struct imap_conf *c, const struct account *a)
{
	const char *missing = confine(a, NULL, c->data_kib);

	if (missing != NULL)
		log_line("WARN", "CAGE OPEN: %s, user=%s", missing, c->user);
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
	login_run_exec(dir);
	close_cage(c, a);
	if ((*why = check_options(c)) == NULL &&
	    (*why = check_maildir(c, dir)) == NULL) {
		account_purge(a);
		return a;
	}
	account_close(a);
	return NULL;
}
