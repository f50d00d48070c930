/* pop3d.c: a POP3 session on a Maildir. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "auth/checkpassword.h"
#include "auth/handover.h"
#include "base/oom.h"
#include "pop3/limits.h"
#include "pop3/session.h"
#include "pop3/startup.h"
#include "store/login.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/rd.h"
#include "sys/sig.h"
#include "sys/wr.h"

void
oom(void)
{
	static const char line[] = "-ERR [SYS/TEMP] Out of memory\r\n";

	(void)!write(1, line, sizeof line - 1);
	_exit(111);
}

static struct pop3_conf conf;
static struct rd in;
static struct wr out;

/*
 * Behind a login the account's own Maildir counts; by hand what was typed.
 */
static const char *
maildir(int argc, char **argv)
{
	const char *env = env_str("MAILDIR", NULL);

	if (argc > 1 && (env == NULL || !conf.login))
		return argv[1];
	return env != NULL ? env : "./Maildir";
}

static int
refuse(const char *why)
{
	session_refuse(&out, &conf, why);
	return 0;
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
		fputs("usage: pop3d [-n | Maildir]\n", stderr);
		return 100;
	}
	wr_init(&out, 1, LIMIT_WRITE_SECONDS * 1000);
	if (argc == 2 && strcmp(argv[1], "-n") == 0) {
		pop3_conf_print(&out);
		wr_flush(&out);
		return 0;
	}
	/* or the first file opened would be the client */
	if (fcntl(0, F_GETFD) == -1 || fcntl(1, F_GETFD) == -1)
		return 111;
	pop3_conf_read(&conf);
	sig_init();
	tzset(); /* dates of messages that are wrapped */
	log_open("pop3d");
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
		return refuse("[SYS/PERM] Not as root.");
	}
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
