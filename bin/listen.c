/* listen.c: a super-server for one service. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "net/ids.h"
#include "net/options.h"
#include "net/server.h"
#include "sys/log.h"
#include "sys/proc.h"

void
oom(void)
{
	_exit(111);
}

/* Or a connection would become one of the three. */
static int
fill_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd != -1 && fd <= 2);
	return fd == -1 ? -1 : close(fd);
}

int
main(int argc, char **argv)
{
	static struct options o;
	const char *bad;

	if (!options_read(&o, argc, argv)) {
		fputs(options_usage, stderr);
		return 100;
	}
	if (fill_standard() == -1)
		return 111;
	log_open("listen");
	if (proc_path(argv[0]) == -1) {
		log_line("ERR", "cannot find %s: %s", argv[0], strerror(errno));
		return 111;
	}
	if (options_sockets(&o, &bad) == -1) {
		log_line(
		    "ERR", "cannot listen on %s: %s", bad, strerror(errno));
		return errno == EINVAL ? 100 : 111;
	}
	if (ids_become(o.user, o.group) == -1) {
		log_line("ERR", "cannot become %s: %s",
		    o.user != NULL ? o.user : o.group, strerror(errno));
		return 111;
	}
	return server_run(&o.server);
}
