/* tlsd-engine.c: TLS, in a process that can do nothing else. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/oom.h"
#include "engine/engine.h"
#include "tls/launch.h"

void
oom(void)
{
	_exit(111);
}

int
main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1 || fcntl(0, F_GETFD) == -1 || fcntl(1, F_GETFD) == -1 ||
	    fcntl(ENGINE_CLEAR, F_GETFD) == -1 ||
	    fcntl(ENGINE_OPENER, F_GETFD) == -1) {
		fputs("tlsd-engine is started by tlsd\n", stderr);
		return 100;
	}
	return engine_run();
}
