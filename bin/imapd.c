/* imapd.c: an IMAP session on a Maildir. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "auth/checkpassword.h"
#include "auth/handover.h"
#include "base/oom.h"
#include "imap/limits.h"
#include "imap/outbox.h"
#include "imap/session.h"
#include "imap/startup.h"
#include "store/login.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/rd.h"
#include "sys/sig.h"
#include "sys/wr.h"

void
oom(void)
{
	static const char line[] = "* BYE [UNAVAILABLE] Out of memory\r\n";

	(void)!write(1, line, sizeof line - 1);
	_exit(111);
}

static struct imap_conf conf;
static struct rd in;
static struct wr out;

/*
 * Behind a login the account's own Maildir counts; by hand what was typed.
 */
static const char *
maildir(int argc, char **argv)
{
	const char *env = env_str("MAILDIR", NULL);

	if (argc > 1 && (env == NULL || conf.login_tag == NULL))
		return argv[1];
	return env != NULL ? env : "./Maildir";
}

/* The session may not start: say so in place of the login's answer. */
static int
refuse(const char *why)
{
	wr_lit(&out, "* BYE ");
	wr_span(&out, span_str(why));
	wr_lit(&out, "\r\n");
	if (conf.login_tag != NULL) {
		wr_span(&out, span_str(conf.login_tag));
		wr_lit(&out, " NO Access denied.\r\n");
	}
	wr_flush(&out);
	return 0;
}

static void
log_expunge(void *arg, struct span old_name, struct span new_name)
{
	const struct imap_conf *c = arg;
	bool kept = span_len(new_name) > 0;

	log_line("INFO",
	    "EXPUNGED, user=%s, ip=[%s], port=[%s], "
	    "old_name=%.*s%s%.*s%s",
	    c->user, c->ip, c->port, (int)span_len(old_name), old_name.p,
	    kept ? ", new_name=" : "", (int)span_len(new_name), new_name.p,
	    kept ? ": only new_name will be left" : "");
}

int
main(int argc, char **argv)
{
	static struct session s;
	const char *path, *why;
	bool by_hand;
	int status;

	if (argc > 2 ||
	    (argc == 2 && *argv[1] == '-' && strcmp(argv[1], "-n") != 0)) {
		fputs("usage: imapd [-n | Maildir]\n", stderr);
		return 100;
	}
	wr_init(&out, 1, LIMIT_WRITE_SECONDS * 1000);
	if (argc == 2 && strcmp(argv[1], "-n") == 0) {
		imap_conf_print(&out);
		wr_flush(&out);
		return 0;
	}
	/* or the first file opened would be the client */
	if (fcntl(0, F_GETFD) == -1 || fcntl(1, F_GETFD) == -1)
		return 111;
	imap_conf_read(&conf);
	conf.store.on_expunge = log_expunge;
	conf.store.arg = &conf;
	sig_init();
	tzset(); /* INTERNALDATE is local time */
	log_open("imapd");
	(void)umask(conf.umask);
	rd_init(&in, 0, &out, false);
	rd_lively(&in);
	by_hand = handover_by_hand();
	if (!handover_is_confirmed()) {
		log_line("ERR", "the authenticator knows no certificates");
		return CHECKPASSWORD_NO;
	}
	handover_ready();
	path = maildir(argc, argv);
	if (!login_leave_root(path, by_hand)) {
		log_line("ERR", "%s: not as root", path);
		return refuse("[ALERT] Fatal error: account of root");
	}
	s.sendmail = outbox_start(&conf);
	s.account = startup(&conf, path, &why);
	if (s.account == NULL)
		return refuse(why);
	s.in = &in;
	s.out = &out;
	s.conf = &conf;
	status = session_run(&s);
	account_purge(s.account);
	return status;
}
