/* jail.c: what still works in a jail, and what does not. */
#include "sys/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/nelem.h"
#include "config.h"
#include "sys/shed.h"
#include "tap.h"

static int out[2];

static bool
reads_passwd(void)
{
	return open("/etc/passwd", O_RDONLY) != -1;
}

static bool
makes_file(void)
{
	return open("/tmp/satchel-jail-test", O_WRONLY | O_CREAT, 0600) != -1;
}

static bool
opens_root(void)
{
	return open("/", O_RDONLY | O_DIRECTORY) != -1;
}

static bool
connects(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) != -1;
}

static bool
executes(void)
{
	char name[] = "/bin/true";
	char *argv[] = { name, NULL };

	(void)execv(name, argv);
	return false;
}

static bool
forks(void)
{
	return fork() != -1;
}

static bool
kills_parent(void)
{
	return kill(getppid(), 0) != -1;
}

static bool
becomes_root(void)
{
	return setuid(0) != -1 && getuid() != 0;
}

static bool
maps_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
allocates(void)
{
	char *p = malloc(1 << 20);

	if (p == NULL)
		return false;
	memset(p, 1, 1 << 20);
	free(p);
	return true;
}

static bool
writes(void)
{
	return write(out[1], "x", 1) == 1 && send(3, "x", 1, 0) == 1;
}

static const struct {
	const char *what;
	bool (*can)(void);
	bool shall;
} cases[] = {
	/* clang-format off */
	{ "open /etc/passwd", reads_passwd, false },
	{ "make a file", makes_file, false },
	{ "open the root", opens_root, false },
	{ "make a socket", connects, false },
	{ "execute", executes, false },
	{ "fork", forks, false },
	{ "signal the parent", kills_parent, false },
	{ "become root", becomes_root, false },
	{ "map code", maps_code, false },
	{ "allocate", allocates, true },
	{ "write to what is open", writes, true },
	/* clang-format on */
};

/* Whether a process in a jail can do it. */
static bool
can(size_t i, unsigned *lacks)
{
	const struct jail j = { "/nonexistent", 65534, 65534 };
	int pair[2], status;
	pid_t pid;

	if (pipe(out) == -1 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair))
		exit(1);
	if ((pid = fork()) == 0) {
		if (dup2(pair[1], 3) == -1)
			_exit(99);
		*lacks = jail_enter(&j);
		_exit(cases[i].can() ? 1 : 0);
	}
	if (waitpid(pid, &status, 0) != pid)
		exit(1);
	for (int k = 0; k < 2; k++) {
		(void)close(out[k]);
		(void)close(pair[k]);
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

int
main(void)
{
	/* what is lacking is the same for all */
	unsigned *lacks = mmap(NULL, sizeof *lacks, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char buf[64];

	for (size_t i = 0; i < NELEM(cases); i++) {
		bool could = can(i, lacks);

		if (*lacks != 0 || !HAVE_CAGE || getenv("ASAN_OPTIONS") != NULL)
			ok(true, "%s: not a whole jail", cases[i].what);
		else
			ok(could == cases[i].shall, "%s: %s", cases[i].what,
			    could ? "yes" : "no");
	}
	ok(strcmp(jail_lacks(JAIL_ROOT | JAIL_SECCOMP, buf), "root, seccomp") ==
		0,
	    "what is lacking");
	ok(jail_lacks(0, buf)[0] == '\0', "nothing");
	shed_memory();
	ok(prctl(PR_GET_DUMPABLE) == 0, "not dumpable");
	return done_testing();
}
