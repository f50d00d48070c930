/*
 * drive.c: sessions with one server, by script, each answer counted.
 *
 *	drive [-n SESSIONS] [-d DIR] [-e ERRORS] [-u UID:GID] SCRIPT PROGRAM ...
 *
 * PROGRAM gets one end of a socket as descriptors 0 and 1, DIR as its working
 * directory, ERRORS as descriptor 2.  With -n that many sessions are started
 * one after another up to the step "hold", and go on together behind it.
 *
 * SCRIPT has one step a line, fields separated by tabs: NAME KIND WORD COUNT
 * TEXT.  A step whose NAME is not "-" gives one line of output:
 *
 *	NAME milliseconds CPU-milliseconds count number words octets
 *
 * count is how many untagged responses were WORD, number the number of the
 * last of them ("* 7 EXISTS"), words how many words it had; octets are those
 * of the whole answer.  Anything but OK to a step ends the program with 1.
 *
 *	greet	wait for the greeting; its time is counted from the fork
 *	cmd	TEXT as a command
 *	each	COUNT commands, one at a time; %d in TEXT is 1, 2, ...
 *	append	COUNT messages of WORD octets, each by a command; TEXT is
 *		what stands in front of the literal: "APPEND INBOX"
 *	multi	the same, all by one command
 *	pop	TEXT as a command of POP3, its answer one line
 *	list	TEXT as a command of POP3, its answer many lines
 *	pops, lists	COUNT such commands, as with each
 *	rest	nothing is said for COUNT milliseconds
 *	end	WORD as a command; wait until the server is gone; its time is
 *		counted from the fork, its CPU time is that of the session
 *	close	the same, the time counted from the command
 *	hold	proportional and private memory (KiB) and number of processes
 *		of the sessions, in the places of ms, CPU and count
 *
 * CPU time is the server's own process, /proc/PID/schedstat.
 *
 * A script of many commands, each sent when the one before is answered, keeps
 * the client and its server on one CPU.  Neither has work while the other has,
 * and to wake a processor that has gone to sleep costs a virtual machine up to
 * 50 us, as much as a STORE: it is the server that is to be measured.
 */
#include "drive.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/nelem.h"

enum { MAX_SESSIONS = 1000, MAX_STEPS = 200 };

struct step {
	char *name, *kind, *word, *text;
	unsigned count;
};

static struct step steps[MAX_STEPS];
static size_t n_steps;

static struct {
	const char *dir, *errors;
	uid_t uid;
	gid_t gid;
	char **argv;
} server;

/* --- the script -------------------------------------------------------- */

static char *
field(char **at)
{
	char *s = *at, *tab = strchr(s, '\t');

	if (tab == NULL) {
		*at = s + strlen(s);
		return s;
	}
	*tab = '\0';
	*at = tab + 1;
	return s;
}

static void
read_script(const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;

	if (f == NULL)
		die("%s: %s", path, strerror(errno));
	for (; getline(&line, &cap, f) != -1; line = NULL, cap = 0) {
		struct step *s = &steps[n_steps++];
		char *at = line;

		if (n_steps == MAX_STEPS)
			die("%s: too many steps", path);
		line[strcspn(line, "\n")] = '\0';
		s->name = field(&at);
		s->kind = field(&at);
		s->word = field(&at);
		s->count = (unsigned)strtoul(field(&at), NULL, 10);
		s->text = at;
	}
	(void)fclose(f);
}

/* Do the client and the server take turns? */
static bool
alternates(void)
{
	static const char *const many[] = { "each", "append", "multi", "pops",
		"lists" };

	for (size_t i = 0; i < n_steps; i++) {
		for (size_t k = 0; k < NELEM(many); k++) {
			if (strcmp(steps[i].kind, many[k]) == 0 &&
			    steps[i].count > 1)
				return true;
		}
	}
	return false;
}

/* The last one that we may use; servers inherit it. */
static void
stay_on_one_cpu(void)
{
	cpu_set_t set, one;

	if (sched_getaffinity(0, sizeof set, &set) == -1)
		return;
	for (int i = CPU_SETSIZE - 1; i >= 0; i--) {
		if (CPU_ISSET(i, &set)) {
			CPU_ZERO(&one);
			CPU_SET(i, &one);
			(void)sched_setaffinity(0, sizeof one, &one);
			return;
		}
	}
}

/* --- one session ---------------------------------------------------------- */

static void
be_server(int fd)
{
	int err = open(server.errors, O_WRONLY | O_CREAT | O_APPEND, 0666);

	if (err == -1 || dup2(fd, 0) == -1 || dup2(fd, 1) == -1 ||
	    dup2(err, 2) == -1 || chdir(server.dir) == -1)
		_exit(111);
	for (int i = 3; i < 20; i++)
		(void)close(i);
	if (server.uid != 0 &&
	    (setgid(server.gid) == -1 || setuid(server.uid) == -1))
		_exit(111);
	(void)execv(server.argv[0], server.argv);
	_exit(111);
}

static void
start(struct conn *c)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == -1)
		die("socketpair: %s", strerror(errno));
	(void)fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	conn_init(c, fds[0]);
	c->started = now_ns();
	c->pid = vfork(); /* as fork(), which would copy our tables */
	if (c->pid == 0)
		be_server(fds[1]);
	if (c->pid == -1)
		die("fork: %s", strerror(errno));
	(void)close(fds[1]);
}

/* Nanoseconds on a CPU; 0 where the kernel does not tell. */
static uint64_t
cpu_ns(const struct conn *c)
{
	char path[64];
	uint64_t ns = 0;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/schedstat", (int)c->pid);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%" SCNu64, &ns) != 1)
		ns = 0;
	(void)fclose(f);
	return ns;
}

static void
report(const struct step *s, const struct conn *c, double ms, double cpu)
{
	const struct counts *n = &c->counts;

	if (strcmp(s->name, "-") != 0)
		printf("%s\t%.4f\t%.4f\t%zu\t%zu\t%zu\t%zu\n", s->name, ms, cpu,
		    n->count, n->number, n->words, n->octets);
}

static void
end(const struct step *s, struct conn *c)
{
	struct rusage u;
	int status;
	double cpu;

	if (strcmp(s->kind, "close") == 0)
		c->started = now_ns();
	conn_end(c, s->word);
	if (wait4(c->pid, &status, 0, &u) != c->pid)
		die("wait: %s", strerror(errno));
	cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	      (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
	report(s, c, (double)(now_ns() - c->started) / 1e6, cpu);
	(void)close(c->fd);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		die("the server ended with status %#x", (unsigned)status);
}

static const struct {
	const char *kind;
	void (*run)(struct conn *, const char *, const char *, unsigned);
} kinds[] = {
	/* clang-format off */
	{ "cmd", imap_each },
	{ "each", imap_each },
	{ "append", imap_append },
	{ "multi", imap_multiappend },
	{ "pop", pop_each },
	{ "pops", pop_each },
	{ "list", pop_each_list },
	{ "lists", pop_each_list },
	/* clang-format on */
};

static void
run_step(const struct step *s, struct conn *c)
{
	uint64_t cpu, from;

	if (strcmp(s->kind, "end") == 0 || strcmp(s->kind, "close") == 0) {
		end(s, c);
		return;
	}
	if (strcmp(s->kind, "rest") == 0) {
		(void)poll(NULL, 0, (int)s->count);
		return;
	}
	conn_count(c, s->word);
	if (strcmp(s->kind, "greet") == 0) {
		conn_greeting(c);
		report(s, c, (double)(now_ns() - c->started) / 1e6,
		    (double)cpu_ns(c) / 1e6);
		return;
	}
	for (size_t i = 0; i < NELEM(kinds); i++) {
		if (strcmp(kinds[i].kind, s->kind) != 0)
			continue;
		cpu = cpu_ns(c);
		from = now_ns();
		kinds[i].run(c, s->word, s->text, s->count);
		from = now_ns() - from;
		report(
		    s, c, (double)from / 1e6, (double)(cpu_ns(c) - cpu) / 1e6);
		return;
	}
	die("no kind of step is called \"%s\"", s->kind);
}

/* --- all of them -------------------------------------------------------- */

static void
hold(const struct step *s, const struct conn *c, size_t n)
{
	struct memory m = { 0 };

	for (size_t i = 0; i < n; i++)
		memory_of(c[i].pid, &m);
	printf("%s\t%.1f\t%.1f\t%zu\t0\t0\t0\n", s->name,
	    (double)m.pss / (double)n, (double)m.own / (double)n, m.processes);
}

static void
run(struct conn *c, size_t n)
{
	size_t held = 0;

	while (held < n_steps && strcmp(steps[held].kind, "hold") != 0)
		held++;
	for (size_t i = 0; i < n; i++) {
		start(&c[i]);
		for (size_t k = 0; k < held; k++)
			run_step(&steps[k], &c[i]);
	}
	if (held == n_steps)
		return;
	(void)poll(NULL, 0, 500); /* at rest */
	hold(&steps[held], c, n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = held + 1; k < n_steps; k++)
			run_step(&steps[k], &c[i]);
	}
}

static void
usage(void)
{
	die("usage: drive [-n SESSIONS] [-d DIR] [-e ERRORS] [-u UID:GID] "
	    "SCRIPT PROGRAM ...");
}

int
main(int argc, char **argv)
{
	static struct conn conns[MAX_SESSIONS];
	unsigned long n = 1;
	char *colon;
	int opt;

	server.dir = ".";
	server.errors = "/dev/null";
	/* "+": what follows belongs to PROGRAM, with the GNU library too */
	while ((opt = getopt(argc, argv, "+n:d:e:u:")) != -1) {
		if (opt == 'n') {
			n = strtoul(optarg, NULL, 10);
		} else if (opt == 'd') {
			server.dir = optarg;
		} else if (opt == 'e') {
			server.errors = optarg;
		} else if (opt == 'u') {
			server.uid = (uid_t)strtoul(optarg, &colon, 10);
			if (*colon != ':')
				usage();
			server.gid = (gid_t)strtoul(colon + 1, NULL, 10);
		} else {
			usage();
		}
	}
	if (argc - optind < 2 || n == 0 || n > MAX_SESSIONS)
		usage();
	read_script(argv[optind]);
	if (alternates())
		stay_on_one_cpu();
	server.argv = argv + optind + 1;
	(void)setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	run(conns, n);
	return fflush(stdout) == 0 ? 0 : 1;
}
