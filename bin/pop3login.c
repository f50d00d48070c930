/* pop3login.c: the dialogue before a POP3 session, and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "chain/front.h"
#include "chain/keeper.h"
#include "chain/pop3login.h"
#include "sys/log.h"
#include "sys/proc.h"
#include "sys/sig.h"

void
oom(void)
{
	static const char line[] = "-ERR [SYS/TEMP] Out of memory\r\n";

	(void)!write(1, line, sizeof line - 1);
	_exit(111);
}

int
main(int argc, char **argv)
{
	struct front f;

	if (argc < 2 || (*argv[1] == '-' && strcmp(argv[1], "-n") != 0)) {
		fputs("usage: pop3login -n | checkpw [argument ...]\n", stderr);
		return 100;
	}
	if (*argv[1] == '-') {
		front_print(&pop3login_protocol);
		return 0;
	}
	if (fcntl(0, F_GETFD) == -1 || fcntl(1, F_GETFD) == -1)
		return 111;
	sig_init();
	/* descriptors first: where lines may be logged depends on them */
	if (front_open(&pop3login_protocol, &f) == -1)
		return 111;
	log_open("pop3login");
	if (proc_path(argv[0]) == -1) {
		log_line("ERR", "cannot find %s: %s", argv[0], strerror(errno));
		return 111;
	}
	return keeper_run(&f, argv + 1, pop3login_talk);
}
