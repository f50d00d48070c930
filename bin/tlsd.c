/* tlsd.c: TLS in front of a program that knows nothing of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "sys/log.h"
#include "sys/peer.h"
#include "sys/proc.h"
#include "tls/conf.h"
#include "tls/tlsd.h"

void
oom(void)
{
	_exit(111);
}

int
main(int argc, char **argv)
{
	bool at_once = argc > 1 && strcmp(argv[1], "-i") == 0;
	char **program = argv + 1 + at_once;
	struct peer peer;

	if (argc == 2 && strcmp(argv[1], "-n") == 0) {
		tls_conf_print();
		return 0;
	}
	if (*program == NULL || **program == '-') {
		fputs("usage: tlsd -n | [-i] program [argument ...]\n", stderr);
		return 100;
	}
	/* or the first socket made would be the client */
	if (fcntl(0, F_GETFD) == -1 || fcntl(1, F_GETFD) == -1)
		return 111;
	(void)peer_find(&peer);
	log_open("tlsd");
	if (proc_path(argv[0]) == -1) {
		log_line("ERR", "cannot find %s: %s", argv[0], strerror(errno));
		return 111;
	}
	return at_once ? tlsd_at_once(&peer, program)
		       : tlsd_on_demand(&peer, program);
}
